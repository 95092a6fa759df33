"""The registry, as what reads and changes settings needs it: both views by name, and "cannot tell" apart from "no"."""

import sys
from dataclasses import dataclass
from enum import IntEnum
from typing import NoReturn

HKLM = "HKLM"
HKCU = "HKCU"
HKU = "HKU"  # its keys start with an account's SID


class Kind(IntEnum):
    """What a value is (winnt.h: REG_...). Any other number can stand in a registry, too."""

    NONE = 0
    SZ = 1
    EXPAND_SZ = 2
    BINARY = 3
    DWORD = 4
    MULTI_SZ = 7
    QWORD = 11


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a key, as it is there: a number that somebody wrote as text is text.

    Attributes
    ----------
    name : str
        In the case that it was written with; names differ in more than case. "" is the key's default value.
    kind : int
        A `Kind`, or a plain number that none has.
    data : str or int or bytes or tuple of str or None
        str of SZ and EXPAND_SZ, which is not expanded; int of DWORD and QWORD; tuple of MULTI_SZ; None of nothing.
        bytes of all else, and of what does not fit its type: a DWORD of three bytes, a text with a NUL in it.
    """

    name: str
    kind: int
    data: str | int | bytes | tuple[str, ...] | None


class Unreadable(Exception):
    """What is there may not be read, or could not be: nothing is known of it, which is not the same as "not there".

    Attributes
    ----------
    hive, key, view : str, str, int
        What was to be read.
    reason : str
        What Windows said.
    """

    def __init__(self, hive: str, key: str, view: int, reason: str) -> None:
        super().__init__(rf"{hive}\{key} (the {view}-bit view) cannot be read: {reason}")
        self.hive, self.key, self.view, self.reason = hive, key, view, reason


class Registry:
    """A registry; this one is of a system that has none, and each call says so. `this_registry` gives the right one.

    Each call opens a key and closes it. `hive` is "HKLM", "HKCU" or "HKU", `key` the path below it, and `view` 64 or
    32, whichever Python runs this: https://learn.microsoft.com/windows/win32/winprog64/accessing-an-alternate-registry-view

    What reads raises `Unreadable` for what is there and may not be read. What changes something raises OSError, of an
    access that is denied a PermissionError, with the key in its text.
    """

    def keys(self, hive: str, key: str, view: int = 64) -> list[str] | None:
        """The names of the keys below one; None if that is not there. One that vanishes meanwhile is left out."""
        self._missing(hive, key)

    def values(self, hive: str, key: str, view: int = 64) -> list[Value] | None:
        """All values of a key; None if it is not there."""
        self._missing(hive, key)

    def value(self, hive: str, key: str, name: str, view: int = 64) -> Value | None:
        """A value by its name, in whatever case; None if it or its key is not there."""
        self._missing(hive, key)

    def create(self, hive: str, key: str, view: int = 64) -> bool:
        """Make a key, and those above it; False if it was there."""
        self._missing(hive, key)

    def set(self, hive: str, key: str, value: Value, view: int = 64) -> None:
        """Write a value into a key that is there."""
        self._missing(hive, key)

    def delete_value(self, hive: str, key: str, name: str, view: int = 64) -> None:
        """Remove a value, if it is there."""
        self._missing(hive, key)

    def delete_key(self, hive: str, key: str, view: int = 64) -> None:
        """Remove a key, if it is there, with its values; OSError if there are keys below it: this removes no tree."""
        self._missing(hive, key)

    def _missing(self, hive: str, key: str) -> NoReturn:
        raise NotImplementedError(rf"{hive}\{key} is in the registry of Windows, and this is {sys.platform}")


def this_registry() -> Registry:
    """This machine's registry."""
    if sys.platform == "win32":
        from ._windows_registry import WindowsRegistry

        return WindowsRegistry()
    return Registry()
