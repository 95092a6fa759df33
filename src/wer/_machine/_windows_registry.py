"""`Registry` on Windows, by winreg."""

import sys
import winreg
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from .registry import HKCU, HKLM, HKU, Kind, Registry, Unreadable, Value

assert sys.platform == "win32"  # for type checkers

_T = TypeVar("_T")

_ROOTS = {HKLM: winreg.HKEY_LOCAL_MACHINE, HKCU: winreg.HKEY_CURRENT_USER, HKU: winreg.HKEY_USERS}
_VIEWS = {64: winreg.KEY_WOW64_64KEY, 32: winreg.KEY_WOW64_32KEY}
_GONE = (2, 3, 1018)  # ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_KEY_DELETED
_ACCESS_DENIED = 5
_NO_MORE_ITEMS = 259


class WindowsRegistry(Registry):
    """This machine's. What its methods do stands at `Registry`."""

    def keys(self, hive: str, key: str, view: int = 64) -> list[str] | None:
        return _read(hive, key, view, lambda opened: list(_each(winreg.EnumKey, opened)))

    def values(self, hive: str, key: str, view: int = 64) -> list[Value] | None:
        return _read(hive, key, view, lambda opened: [_value(*found) for found in _each(winreg.EnumValue, opened)])

    def value(self, hive: str, key: str, name: str, view: int = 64) -> Value | None:
        return _read(hive, key, view, lambda opened: _value(name, *winreg.QueryValueEx(opened, name)))

    def create(self, hive: str, key: str, view: int = 64) -> bool:
        with _changing(hive, key):
            try:
                winreg.OpenKey(_ROOTS[hive], key, 0, winreg.KEY_QUERY_VALUE | _VIEWS[view]).Close()
            except FileNotFoundError:
                winreg.CreateKeyEx(_ROOTS[hive], key, 0, winreg.KEY_WRITE | _VIEWS[view]).Close()
                return True
            return False

    def set(self, hive: str, key: str, value: Value, view: int = 64) -> None:
        data: Any = list(value.data) if isinstance(value.data, tuple) else value.data
        with (
            _changing(hive, key),
            winreg.OpenKey(_ROOTS[hive], key, 0, winreg.KEY_SET_VALUE | _VIEWS[view]) as opened,
        ):
            winreg.SetValueEx(opened, value.name, 0, value.kind, data)

    def delete_value(self, hive: str, key: str, name: str, view: int = 64) -> None:
        with (
            suppress(FileNotFoundError),
            _changing(hive, key),
            winreg.OpenKey(_ROOTS[hive], key, 0, winreg.KEY_SET_VALUE | _VIEWS[view]) as opened,
        ):
            winreg.DeleteValue(opened, name)

    def delete_key(self, hive: str, key: str, view: int = 64) -> None:
        with suppress(FileNotFoundError), _changing(hive, key):
            winreg.DeleteKeyEx(_ROOTS[hive], key, _VIEWS[view], 0)


def _read(hive: str, key: str, view: int, read: Callable[[winreg.HKEYType], _T]) -> _T | None:
    try:
        with winreg.OpenKey(_ROOTS[hive], key, 0, winreg.KEY_READ | _VIEWS[view]) as opened:
            return read(opened)
    except OSError as error:
        if error.winerror in _GONE:
            return None
        raise Unreadable(hive, key, view, error.strerror or str(error)) from error


def _each(enumerate_one: Callable[[winreg.HKEYType, int], _T], opened: winreg.HKEYType) -> Iterator[_T]:
    index = 0
    while True:
        try:
            yield enumerate_one(opened, index)
        except OSError as error:
            if error.winerror != _NO_MORE_ITEMS:
                raise
            return
        index += 1


def _value(name: str, data: Any, kind: int) -> Value:
    if isinstance(data, list):
        data = tuple(data)
    return Value(name, Kind(kind) if kind in set(Kind) else kind, data)


@contextmanager
def _changing(hive: str, key: str) -> Iterator[None]:
    """What goes wrong says where, and what to do about it."""
    try:
        yield
    except OSError as error:
        advice = "; run this as an administrator" if error.winerror == _ACCESS_DENIED else ""
        raise OSError(None, f"{error.strerror or error}{advice}", rf"{hive}\{key}", error.winerror) from error
