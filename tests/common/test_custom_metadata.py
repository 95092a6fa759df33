"""What custom metadata may be, by Microsoft's documentation and the XML 1.0 specification."""

import re

import pytest

from wer._custom_metadata import check_custom_metadata


@pytest.mark.parametrize(
    "key", ["a", "_", ":", "Queue.Length-2", "x" * 64, "länge", "变量", "a\u0301", "\U00010000", "a·b"]
)
def test_names_of_elements(key):
    check_custom_metadata(key, "value")


@pytest.mark.parametrize(
    ("key", "at"),
    [
        ("1a", 0),
        ("-a", 0),
        (".a", 0),
        ("a b", 1),
        ("a<", 1),
        ("ab\n", 2),
        ("a\0", 1),
        ("\u00d7", 0),
        ("a\u00f7", 1),
        ("a\ud800", 1),
    ],
)
def test_what_is_no_name(key, at):
    with pytest.raises(ValueError, match=re.escape(f"got {key!r}: it is none from character {at} on")):
        check_custom_metadata(key, "value")


@pytest.mark.parametrize("value", ["", " ", "~", "x" * 128, "".join(map(chr, range(32, 127)))])
def test_printable_values(value):
    check_custom_metadata("key", value)


@pytest.mark.parametrize(("value", "at"), [("é", 0), ("a\n", 1), ("ab\x7f", 2), ("\t", 0), ("a\0", 1), ("😀", 0)])
def test_what_is_not_printable(value, at):
    with pytest.raises(ValueError, match=f"value takes printable ASCII only, .* see character {at}$"):
        check_custom_metadata("key", value)


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("", "v", "key is empty"),
        ("x" * 65, "v", "key takes at most 64 UTF-16 units, got 65"),
        ("\U00010000" * 33, "v", "key takes at most 64 UTF-16 units, got 66"),
        ("k", "x" * 129, "value takes at most 128 UTF-16 units, got 129"),
    ],
)
def test_lengths(key, value, text):
    with pytest.raises(ValueError, match=text):
        check_custom_metadata(key, value)


@pytest.mark.parametrize(("key", "value", "name"), [(b"a", "b", "key"), (None, "b", "key"), ("a", 5, "value")])
def test_types(key, value, name):
    with pytest.raises(TypeError, match=f"{name} must be a str"):
        check_custom_metadata(key, value)
