"""What is refused of an argument before the extension gets it: each limit from both sides, word for word."""

import re

import pytest

import wer
from wer._arguments import bits, choice, limited, required, seconds, shown, units_of

HUGE = 10**5000  # which Python refuses to print
HUGE_ONE = pytest.param(HUGE, f"an int of {HUGE.bit_length()} bits", id="huge")


class Unprintable:
    def __repr__(self):
        raise ValueError


class Text(str):
    def __str__(self):
        return "another"


class Index:
    def __index__(self):
        return 2


def refused(error, text):
    return pytest.raises(error, match=f"^{re.escape(text)}$")


def test_a_value_is_shown_although_python_refuses():
    assert shown("a") == "'a'"
    assert shown(HUGE) == f"an int of {HUGE.bit_length()} bits"
    assert shown(Unprintable()) == "Unprintable"


def test_units_are_utf16s():
    assert [units_of(text) for text in ("", "a\uffff", "\U00010000", "a\U0010ffff\U00010000")] == [0, 2, 2, 5]


@pytest.mark.parametrize("text", ["", "abc", "a\U00010000"])
def test_a_text_at_its_limit_goes_through(text):
    assert limited(text, 3, "name") == text


def test_a_text_is_its_own_whatever_its_class_says():
    checked = limited(Text("own"), 3, "name")
    assert (type(checked), checked) == (str, "own")


@pytest.mark.parametrize("check", [limited, required])
def test_a_text_that_is_none_too_long_or_cut(check):
    with refused(TypeError, "name must be a str, got bytes"):
        check(b"a", 3, "name")
    with refused(ValueError, "name takes at most 3 UTF-16 units, got 4: shorten it"):
        check("ab\U00010000", 3, "name")
    with refused(ValueError, "name has a NUL at 1; WER would cut it there: 'a\\x00\\x00'"):
        check("a\0\0", 3, "name")


def test_a_text_that_must_not_be_empty():
    assert required("a", 3, "name") == "a"
    with refused(ValueError, "name is empty"):
        required("", 3, "name")


@pytest.mark.parametrize("value", [wer.DumpType.MINIDUMP, 2, Index()])
def test_a_member_or_its_number(value):
    assert choice(wer.DumpType, value, "dump_type") == 2
    assert bits(wer.SubmitFlags, int(wer.SubmitFlags(2)) if isinstance(value, wer.DumpType) else value, "flags") == 2


@pytest.mark.parametrize("value", [True, 1.0, "1", None, wer.ReportType.APPLICATION_CRASH, wer.FileType.HEAPDUMP])
def test_what_is_no_number_or_of_another_enum(value):
    with refused(TypeError, f"dump_type must be a wer.DumpType, got {value!r}"):
        choice(wer.DumpType, value, "dump_type")
    with refused(TypeError, f"flags must be a wer.SubmitFlags, got {value!r}"):
        bits(wer.SubmitFlags, value, "flags")


@pytest.mark.parametrize(("value", "told"), [(-1, "-1"), (99, "99"), HUGE_ONE])
def test_a_number_of_no_member(value, told):
    first, *_, last = wer.DumpType
    text = f"dump_type takes a wer.DumpType from {first.name} ({first:d}) to {last.name} ({last:d}), got {told}"
    with refused(ValueError, text):
        choice(wer.DumpType, value, "dump_type")


@pytest.mark.parametrize(("high", "value"), [(0xFFFFFFFF, 0), (0xFFFFFFFF, 0xFFFFFFFF), (7, 7)])
def test_bits_up_to_the_highest(high, value):
    assert bits(wer.SubmitFlags, value, "flags", high) == value


@pytest.mark.parametrize(("value", "told"), [(-1, "-1"), (0x100000000, "4294967296"), HUGE_ONE])
def test_bits_beyond(value, told):
    with refused(ValueError, f"flags must be 0 to 4294967295, got {told}"):
        bits(wer.SubmitFlags, value, "flags")


@pytest.mark.parametrize("value", [0, 0.0, 1e308, 5])
def test_seconds(value):
    assert seconds(value, "timeout") is value


@pytest.mark.parametrize("value", [-1, -0.5, float("inf"), float("nan")])
def test_seconds_that_are_none(value):
    with refused(ValueError, f"timeout takes 0 or more seconds, not without end, got {value!r}"):
        seconds(value, "timeout")


@pytest.mark.parametrize("value", [True, "1", None, 1j])
def test_seconds_of_the_wrong_type(value):
    with refused(TypeError, f"timeout must be seconds as a float or int, got {type(value).__name__}"):
        seconds(value, "timeout")


@pytest.mark.parametrize("handle", [-(1 << 63), -1, 1, (1 << 64) - 1])
def test_a_handle_of_64_bits(handle):
    assert wer.Handle(handle).handle == handle


@pytest.mark.parametrize("handle", [-(1 << 63) - 1, 1 << 64])
def test_a_handle_of_more(handle):
    with refused(ValueError, "handle must fit into 64 bits"):
        wer.Handle(handle)
