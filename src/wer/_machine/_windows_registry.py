"""`Registry` on Windows: by winreg, and by Windows' own functions for what winreg reads wrong.

Of a number that is stored with too few bytes, winreg reads on beyond them; of a text, what is behind a NUL is left out.
"""

import ctypes
import sys
import winreg
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from . import _dll
from .registry import HKCU, HKLM, HKU, Kind, Registry, Unreadable, Value

assert sys.platform == "win32"  # for type checkers

_T = TypeVar("_T")

_ROOTS = {HKLM: winreg.HKEY_LOCAL_MACHINE, HKCU: winreg.HKEY_CURRENT_USER, HKU: winreg.HKEY_USERS}
_VIEWS = {64: winreg.KEY_WOW64_64KEY, 32: winreg.KEY_WOW64_32KEY}
_GONE = (2, 3, 1018)  # ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_KEY_DELETED
_ACCESS_DENIED = 5
_MORE_DATA = 234
_NO_MORE_ITEMS = 259

_SIZES = {Kind.DWORD: 4, Kind.QWORD: 8}  # of numbers
_TEXTS = (Kind.SZ, Kind.EXPAND_SZ)

_VALUE = (_dll.HANDLE, _dll.TEXT)  # a key and a name
_QUERIED = (_dll.POINTER,) * 4
_query_value = _dll.function("advapi32.dll", "RegQueryValueExW", _dll.LONG, *_VALUE, *_QUERIED)
_SET = (_dll.DWORD, _dll.DWORD, ctypes.c_char_p, _dll.DWORD)
_set_value = _dll.function("advapi32.dll", "RegSetValueExW", _dll.LONG, *_VALUE, *_SET)


class WindowsRegistry(Registry):
    """This machine's. What its methods do stands at `Registry`."""

    def keys(self, hive: str, key: str, view: int = 64) -> list[str] | None:
        return _read(hive, key, view, lambda opened: list(_each(winreg.EnumKey, opened)))

    def values(self, hive: str, key: str, view: int = 64) -> list[Value] | None:
        return _read(hive, key, view, lambda opened: list(_values(opened)))

    def value(self, hive: str, key: str, name: str, view: int = 64) -> Value | None:
        return _read(hive, key, view, lambda opened: _value(opened, name, *winreg.QueryValueEx(opened, name)))

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
            if isinstance(data, bytes) and value.kind in (*_SIZES, *_TEXTS, Kind.MULTI_SZ):
                # Bytes that do not fit the type, as they were read: winreg refuses them.
                # Windows makes a text one NUL longer if there is one behind its end.
                error = _set_value(opened.handle, value.name, 0, value.kind, data + b"\xff\xff", len(data))
                if error:
                    raise ctypes.WinError(error)
            else:
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


def _values(opened: winreg.HKEYType) -> Iterator[Value]:
    for name, data, kind in _each(winreg.EnumValue, opened):
        with suppress(FileNotFoundError):  # it has gone since
            yield _value(opened, name, data, kind)


def _value(opened: winreg.HKEYType, name: str, data: Any, kind: int) -> Value:
    if isinstance(data, list):
        data = tuple(data)
    if kind in _SIZES or kind in _TEXTS:
        kind, raw = _raw(opened, name)
        data = _decoded(kind, raw)
    return Value(name, Kind(kind) if kind in set(Kind) else kind, data)


def _raw(opened: winreg.HKEYType, name: str) -> tuple[int, bytes]:
    """The type and the bytes of a value."""
    kind, size = _dll.DWORD(), _dll.DWORD(256)
    while True:
        buffer = ctypes.create_string_buffer(size.value)
        error = _query_value(opened.handle, name, None, ctypes.byref(kind), buffer, ctypes.byref(size))
        if not error:
            return kind.value, buffer.raw[: size.value]
        if error != _MORE_DATA:  # else the size is known now, unless somebody makes it larger again
            raise ctypes.WinError(error)


def _decoded(kind: int, raw: bytes) -> int | str | bytes:
    """What the bytes say; the bytes themselves if they are not what the type says."""
    if kind in _SIZES:
        return int.from_bytes(raw, "little") if len(raw) == _SIZES[Kind(kind)] else raw
    if kind in _TEXTS and len(raw) % 2 == 0:
        text = raw.decode("utf-16-le", "surrogatepass").rstrip("\0")  # how many there are, nobody means
        if "\0" not in text:
            return text
    return raw


@contextmanager
def _changing(hive: str, key: str) -> Iterator[None]:
    """What goes wrong says where, and what to do about it."""
    try:
        yield
    except OSError as error:
        advice = "; run this as an administrator" if error.winerror == _ACCESS_DENIED else ""
        raise OSError(None, f"{error.strerror or error}{advice}", rf"{hive}\{key}", error.winerror) from error
