"""What the installed wheel holds."""

import importlib.metadata
import struct
from pathlib import Path

import wer

FILES = {
    "wer/__init__.pxd",
    "wer/__init__.py",
    "wer/_enums.py",
    "wer/_errors.py",
    "wer/_offwindows.py",
    "wer/_options.py",
    "wer/_report_file.py",
    "wer/_stored.py",
    "wer/_werapi.pxd",
    "wer/_werapi.pyi",
    "wer/capi.pxd",
    "wer/include/wer/capi.h",
    "wer/include/wer/werapi.h",
    "wer/libwer.pxd",
    "wer/py.typed",
}


def test_the_wheel_holds_the_package_and_nothing_else():
    paths = {str(path).replace("\\", "/") for path in importlib.metadata.files("werapi") or ()}
    package = {path for path in paths if path.startswith("wer/") and "__pycache__" not in path}
    extension = {path for path in package if path.startswith("wer/_werapi.") and path.endswith(".pyd")}
    assert len(extension) == 1
    assert package - extension == FILES


def import_table(path, entry, name_offset, size):
    """The DLL names in directory `entry` (1 import, 13 delay import) of a 64-bit PE file."""
    data = path.read_bytes()
    header = struct.unpack_from("<I", data, 0x3C)[0]
    sections, optional = struct.unpack_from("<H", data, header + 6)[0], header + 24
    table = optional + struct.unpack_from("<H", data, header + 20)[0]

    def offset(rva):
        for index in range(sections):
            _, address, length, raw = struct.unpack_from("<IIII", data, table + 40 * index + 8)
            if address <= rva < address + length:
                return raw + rva - address
        raise AssertionError(f"no section holds {rva:#x}")

    start = struct.unpack_from("<I", data, optional + 112 + 8 * entry)[0]
    names = set()
    at = offset(start) if start else None
    while at is not None:
        rva = struct.unpack_from("<I", data, at + name_offset)[0]
        if not rva:
            break
        begin = offset(rva)
        names.add(data[begin : data.index(b"\0", begin)].decode().lower())
        at += size
    return names


def test_wer_dll_is_not_an_ordinary_import():
    (extension,) = Path(wer.__file__).parent.glob("_werapi.*.pyd")
    ordinary = import_table(extension, 1, 12, 20)
    assert "kernel32.dll" in ordinary
    assert "wer.dll" not in ordinary, "Windows would look for it in the package's folder first"


def test_wer_dll_is_a_delayed_import():
    (extension,) = Path(wer.__file__).parent.glob("_werapi.*.pyd")
    if not import_table(extension, 13, 4, 32):
        # mingw's linker leaves the directory entry empty; its helper needs only the descriptor, by address.
        assert b"wer.dll\0" in extension.read_bytes()
    else:
        assert import_table(extension, 13, 4, 32) == {"wer.dll"}
