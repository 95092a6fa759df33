"""What Microsoft documents of custom metadata: a key is the name of an XML element, a value is printable ASCII."""

from ._arguments import text as _text
from ._arguments import units_of as _units_of
from ._limits import WER_METADATA_KEY_MAX_LENGTH as _KEY_LENGTH
from ._limits import WER_METADATA_VALUE_MAX_LENGTH as _VALUE_LENGTH

# NameStartChar of XML 1.0, fifth edition, and what NameChar adds: the first and the last of each range.
_START = (
    "::AZ__az\u00c0\u00d6\u00d8\u00f6\u00f8\u02ff\u0370\u037d\u037f\u1fff\u200c\u200d\u2070\u218f"
    "\u2c00\u2fef\u3001\ud7ff\uf900\ufdcf\ufdf0\ufffd\U00010000\U000effff"
)
_FOLLOWING = _START + "--..09\u00b7\u00b7\u0300\u036f\u203f\u2040"


def _first_outside(text: str, ranges: str) -> int:
    """The index of the first character that is in none of the ranges; the length of the text if there is none."""
    pairs = list(zip(ranges[::2], ranges[1::2], strict=True))
    for index, char in enumerate(text):
        if not any([low <= char <= high for low, high in pairs]):
            return index
    return len(text)


def check_custom_metadata(key: str, value: str) -> None:
    """Refuse what WerRegisterCustomMetadata is documented to refuse.

    Whether WER's limits count the closing NUL is not documented; here they do not.

    Parameters
    ----------
    key : str
        1 to 64 UTF-16 units: the name of an XML element.
    value : str
        At most 128 printable ASCII characters, space to ``~``.

    Raises
    ------
    TypeError, ValueError
        One of them is no str, too long, or holds a character that it may not.
    """
    for name, given, limit in (("key", key, _KEY_LENGTH), ("value", value, _VALUE_LENGTH)):
        units = _units_of(_text(given, name))
        if units > limit:
            raise ValueError(f"{name} takes at most {limit} UTF-16 units, got {units}: shorten it")
    if not key:
        raise ValueError("key is empty")
    good = _first_outside(key, _FOLLOWING) if _first_outside(key[0], _START) else 0
    if good < len(key):
        raise ValueError(
            "key must be the name of an XML element (letters, digits, '-', '_', '.', ':'; none of '-', '.' and digits "
            f"first), got {key!r}: it is none from character {good} on"
        )
    good = _first_outside(value, " ~")
    if good < len(value):
        raise ValueError(f"value takes printable ASCII only, got {value!r}: see character {good}")
