"""`wer.explain`: what is said of an exit code. tests/windows/test_exit_codes.py has processes that end with them."""

import ctypes
import enum
import re
import sys

import pytest

import wer
import wer.testing
from wer.service import _exit_codes

HUGE = 10**5000  # which Python refuses to print


class Code(enum.IntEnum):
    CRASHED = 0xC0000005


@pytest.mark.parametrize("value", [*_exit_codes._NAMED, *_exit_codes._RUNTIMES, *_exit_codes._SMALL], ids=hex)
def test_signed_and_unsigned_are_the_same(value):
    said = wer.explain(value)
    signed = value - (1 << 32) if value >= 1 << 31 else value
    assert wer.explain(signed) == said
    assert "\n" not in said
    assert len(said) < 260, "it fits into a signature parameter"
    shown, colon, words = said.partition(": ")
    assert colon
    assert words
    assert int(re.findall(r"-?0x[0-9A-F]{8}|-?\d+", shown)[0], 0) in (value, signed)


def test_no_code_is_in_two_tables():
    tables = [_exit_codes._NAMED, _exit_codes._RUNTIMES, _exit_codes._SMALL]
    assert sum(map(len, tables)) == len(set().union(*tables))


def test_the_numbers_of_exceptions_of_runtimes():
    """Three letters, as Microsoft's runtimes do; and an error of Win32 with the facility of Visual C++, delayimp.h."""
    letters = {letters: 0xE0000000 | int.from_bytes(letters) for letters in (b"msc", b"CCR", b"COM")}
    not_found, no_procedure = (0xC0000000 | 0x6D << 16 | error for error in (126, 127))
    assert [*_exit_codes._RUNTIMES] == [*letters.values(), not_found, no_procedure]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (None, "it has not ended"),
        (0, "0: it ended without an error"),
        (-1073741819, r"0xC0000005 STATUS_ACCESS_VIOLATION: the process read or wrote memory that is not there"),
        (0xC0000374, r"0xC0000374 STATUS_HEAP_CORRUPTION: the heap was found damaged"),
        (0x40010004, r"0x40010004 DBG_TERMINATE_PROCESS: a debugger ended the process"),
        (0x40010005, r"0x40010005 DBG_CONTROL_C: Ctrl-C"),
        (0xC0000409, r"0xC0000409 STATUS_STACK_BUFFER_OVERRUN: fast-fail, .* the subcode says which"),
        (0xE06D7363, r"0xE06D7363: a C\+\+ exception that nothing caught"),
        (-1, r"-1 \(0xFFFFFFFF\): sys.exit\(-1\)"),
        (-15, r"-15: ended by multiprocessing"),
        (0x10000, r"0x00010000: ended by multiprocessing: .* -15"),
        (Code.CRASHED, r"0xC0000005 STATUS_ACCESS_VIOLATION"),
        # What is not known.
        (77, r"77: a number that the program chose itself"),
        (0xFFFFFFF1, r"-15 \(0xFFFFFFF1\): a number that the program chose itself"),
        (0x00020001, r"0x00020001: a number that the program chose itself"),
        (0xC0000000, r"0xC0000000: an NTSTATUS that says error, facility 0x0$"),
        (0xC0001234, r"0xC0001234: an NTSTATUS that says error, facility 0x0$"),
        (0xC0131234, r"0xC0131234: an NTSTATUS that says error, facility 0x13$"),
        (0x40011234, r"0x40011234: an NTSTATUS that only informs, facility 0x1; or"),
        (0x80070005, r"0x80070005: an HRESULT .* failure, E_ACCESSDENIED, facility 0x7 WIN32, error 5 of Windows"),
        (0x800703E9, r"0x800703E9: an HRESULT that says failure, facility 0x7 WIN32, error 1001 of Windows"),
        (0x8007FFFF, r"0x8007FFFF: an HRESULT that says failure, facility 0x7 WIN32, error 65535 of Windows$"),
        (0x80131234, r"0x80131234: an HRESULT .* failure, facility 0x13 URT, code 0x1234; or an NTSTATUS that warns$"),
        (0x8FFF0001, r"0x8FFF0001: an HRESULT .*, facility 0x7FF, code 0x1; or an NTSTATUS that warns$".lower()),
        (0xD0000005, r"0xD0000005: the NTSTATUS 0xC0000005 STATUS_ACCESS_VIOLATION: the process"),
        (0xE1234567, r"0xE1234567: an exception or a number of the program's own"),
        (0x6E760038, r"0x6E760038: an exception or a number of the program's own"),
    ],
    ids=str,
)
def test_it_says(code, said):
    assert re.match(said, wer.explain(code), re.IGNORECASE)


@pytest.mark.parametrize("code", [0x80070005, -0x7FF8FFFB, 0x800703E9, 0x80004005, 0x80070002])
def test_windows_says_what_its_codes_mean(code):
    """Its own texts, which are in its user's language; elsewhere there are none, and with a fake a few."""
    number = code & 0xFFFF if (code >> 16) & 0x7FF == 7 else code
    if sys.platform == "win32":
        text = " ".join(ctypes.FormatError(number - (1 << 32) if number >= 1 << 31 else number).split())
        assert text
        ending = f": {text.rstrip('. ')}"
    else:
        ending = f"error {number} of Windows" if number == code & 0xFFFF else "code 0x4005"
    warns = "" if number == code & 0xFFFF else "; or an NTSTATUS that warns"
    assert wer.explain(code).endswith(ending + warns)
    real = wer.explain(code)
    with wer.testing.FakeWer():
        assert wer.explain(code).startswith(real.removesuffix(warns))
        assert re.search(r"error 5 of Windows: Access.* denied$", wer.explain(0x80070005))


def test_every_number_of_32_bits_has_words():
    for code in [*range(-300, 70_000, 7), *range(-(1 << 31), 1 << 32, 997_331)]:
        assert re.fullmatch(r"(-?\d+|0x[0-9A-F]{8}).*: .+", wer.explain(code)), code


@pytest.mark.parametrize("subcode", _exit_codes._FAST_FAILS)
def test_a_subcode_says_why(subcode):
    name, words = _exit_codes._FAST_FAILS[subcode]
    said = wer.explain(0xC0000409, subcode)
    assert said == f"0xC0000409 STATUS_STACK_BUFFER_OVERRUN: fast-fail, subcode {subcode} FAST_FAIL_{name}: {words}"
    assert wer.explain(-1073740791, subcode=subcode) == said


def test_a_subcode_that_is_not_known():
    said = "0xC0000409 STATUS_STACK_BUFFER_OVERRUN: fast-fail, subcode 4096, which this version does not know"
    assert wer.explain(0xC0000409, 4096) == said
    assert "subcode 4294967295," in wer.explain(0xC0000409, -1)


def test_a_subcode_of_another_code_says_nothing():
    assert wer.explain(0xC0000005, 7) == wer.explain(0xC0000005)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (("5",), TypeError, "code must be an int, got str"),
        ((True,), TypeError, "code must be an int, got bool"),
        ((5.0,), TypeError, "code must be an int, got float"),
        ((1 << 32,), ValueError, "code must fit into 32 bits, signed or unsigned, got 4294967296"),
        ((-(1 << 31) - 1,), ValueError, "code must fit into 32 bits"),
        ((HUGE,), ValueError, "code must fit into 32 bits, signed or unsigned, got an int of 16610 bits"),
        ((0xC0000409, "7"), TypeError, "subcode must be an int, got str"),
        ((0xC0000005, 1 << 32), ValueError, "subcode must fit into 32 bits"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_code(arguments, error, text):
    with pytest.raises(error, match=text):
        wer.explain(*arguments)
