"""The registry of the machine: what is written is read back, by winreg, too, and as `FakeRegistry` does."""

import contextlib
import uuid
import winreg

import pytest
from fake_registry import FakeRegistry

from wer._machine.registry import HKCU, Kind, Registry, Value, this_registry

VALUES = [
    Value("Text", Kind.SZ, "ä\U0001f40d"),
    Value("Path", Kind.EXPAND_SZ, r"%TEMP%\x"),
    Value("Number", Kind.DWORD, 0xFFFFFFFF),
    Value("Big", Kind.QWORD, 1 << 63),
    Value("List", Kind.MULTI_SZ, ("a", "b")),
    Value("Bytes", Kind.BINARY, b"\0\1"),
    Value("", Kind.SZ, "the default one"),
    Value("Odd", 4711, b"of no kind"),
]


@pytest.fixture
def key():
    path = rf"Software\wer-tests-{uuid.uuid4()}"
    yield path
    for name in (*(rf"{path}\{below}" for below in ("A", "B")), path):
        with contextlib.suppress(FileNotFoundError):
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, name)


@pytest.fixture(params=["Windows", "fake"])
def registry(request):
    return this_registry() if request.param == "Windows" else FakeRegistry()


def test_there_and_back(registry: Registry, key):
    assert registry.values(HKCU, key) is None
    assert registry.value(HKCU, key, "Text") is None
    assert registry.create(HKCU, key) is True
    assert registry.create(HKCU, key) is False
    for value in VALUES:
        registry.set(HKCU, key, value)
    assert sorted(registry.values(HKCU, key), key=lambda value: value.name) == sorted(
        VALUES, key=lambda value: value.name
    )
    assert registry.value(HKCU, key.upper(), "NUMBER").data == 0xFFFFFFFF
    registry.delete_value(HKCU, key, "text")
    registry.delete_value(HKCU, key, "text")
    assert registry.value(HKCU, key, "Text") is None


def test_keys(registry: Registry, key):
    registry.create(HKCU, rf"{key}\A")
    registry.create(HKCU, rf"{key}\B")
    assert registry.keys(HKCU, key) == ["A", "B"]
    assert registry.keys(HKCU, rf"{key}\A") == []
    with pytest.raises(PermissionError):
        registry.delete_key(HKCU, key)
    registry.delete_key(HKCU, rf"{key}\A")
    registry.delete_key(HKCU, rf"{key}\A")
    assert registry.keys(HKCU, key) == ["B"]
    with pytest.raises(FileNotFoundError, match="wer-tests"):
        registry.set(HKCU, rf"{key}\A", VALUES[0])


def test_winreg_reads_the_same(key):
    registry = this_registry()
    registry.create(HKCU, key)
    for value in VALUES:
        registry.set(HKCU, key, value)
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
        for value in VALUES:
            data, kind = winreg.QueryValueEx(opened, value.name)
            assert kind == value.kind
            assert data == (list(value.data) if kind == Kind.MULTI_SZ else value.data)


# What no program should write, and some do.
ODD = [
    (Kind.DWORD, b"", b""),
    (Kind.DWORD, b"\1\2\3", b"\1\2\3"),
    (Kind.DWORD, b"\1\2\3\4\5", b"\1\2\3\4\5"),
    (Kind.QWORD, b"\1", b"\1"),
    (Kind.SZ, b"a", b"a"),
    (Kind.SZ, "a\0b\0".encode("utf-16-le"), "a\0b\0".encode("utf-16-le")),
    (Kind.EXPAND_SZ, "\0a".encode("utf-16-le"), "\0a".encode("utf-16-le")),
    (Kind.SZ, "ab".encode("utf-16-le"), "ab"),
    (Kind.SZ, "ab\0\0".encode("utf-16-le"), "ab"),
    (Kind.SZ, b"", ""),
    (Kind.SZ, "\ud800".encode("utf-16-le", "surrogatepass"), "\ud800"),
    (Kind.SZ, ("x" * 3000).encode("utf-16-le"), "x" * 3000),
]


@pytest.mark.parametrize(("kind", "raw", "data"), ODD)
def test_bytes_that_do_not_fit_the_type(key, kind, raw, data):
    registry = this_registry()
    registry.create(HKCU, key)
    registry.set(HKCU, key, Value("Odd", kind, raw))
    assert registry.value(HKCU, key, "Odd") == Value("Odd", kind, data)
    assert registry.values(HKCU, key) == [Value("Odd", kind, data)]
    registry.set(HKCU, key, registry.value(HKCU, key, "Odd"))
    assert registry.value(HKCU, key, "Odd") == Value("Odd", kind, data), "what was read can be written"


def test_the_views_of_the_machine():
    registry = this_registry()
    path = rf"Software\wer-tests-{uuid.uuid4()}"
    registry.create("HKLM", path, 32)
    try:
        assert registry.values("HKLM", path, 64) is None
        assert registry.values("HKLM", path, 32) == []
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, winreg.KEY_READ | winreg.KEY_WOW64_32KEY):
            pass
    finally:
        registry.delete_key("HKLM", path, 32)
    assert registry.values("HKLM", path, 32) is None
