"""`shown`: a text of somebody else, so that it can harm neither a terminal nor its reader."""

import unicodedata

# Of Unicode's categories: control characters, what changes the direction of text or cannot be seen, halves of
# surrogate pairs, and other ends of lines. A terminal would obey some, and a reader would be fooled by the others.
_NOT_SHOWN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def shown(text: object) -> str:
    """A text of somebody else, on one line, so that it can harm neither a terminal nor its reader."""
    return "".join([_escaped(character) if _hidden(character) else character for character in str(text)])


def _hidden(character: str) -> bool:
    return not character.isprintable() and unicodedata.category(character) in _NOT_SHOWN


def _escaped(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
