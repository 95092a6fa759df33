"""`SourceFolder`: the files of a report's folder, read so that no link leads out of it.

A report's folder may belong to an account with fewer rights than the one that reads it. So each file is opened first,
and only then looked at: what the system says that was opened has to be that file in that folder.
"""

import os
import stat
import sys
from dataclasses import dataclass

from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

MANIFEST = "manifest.json"
TEMPORARY = ".wer-export-"  # what names of half-written files begin with

_MOST_FILES = 1000
_DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{name}{number}" for name in ("COM", "LPT") for number in range(10))}
_FORBIDDEN = set('<>:"/\\|?*')


class Refused(Exception):
    """Something is not as a report's folder is, in words."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a report.

    Attributes
    ----------
    name : str
        Its name in the folder.
    size : int
        Bytes, when the folder was looked at.
    """

    name: str
    size: int


class SourceFolder:
    """A report's folder.

    Parameters
    ----------
    key : str
        The report's key, an absolute path.

    Raises
    ------
    Refused
        The key is no absolute path, or is no folder but a link or a file.
    OSError
        The folder is gone, or may not be read.
    """

    def __init__(self, key: str) -> None:
        if not os.path.isabs(key) or ".." in key.replace("/", "\\").split("\\"):
            raise Refused(f"the key {key!r} is not the path of a folder")
        self._path = long_path(key)
        found = os.lstat(self._path)
        if _is_reparse_point(found):
            raise Refused("its folder is a link or a junction")
        if not stat.S_ISDIR(found.st_mode):
            raise Refused("its key is the path of a file")
        parent, name = os.path.split(os.path.abspath(key))
        self._final = os.path.join(os.path.realpath(parent, strict=True), name)

    def is_there(self) -> bool:
        """Whether the folder has not gone meanwhile."""
        return os.path.isdir(self._path)

    def files(self) -> tuple[list[SourceFile], list[tuple[str, str]]]:
        """Its files in the order of their names, and what is not taken, with the reason.

        Raises
        ------
        OSError
            The folder is gone, or may not be read.
        """
        files: list[SourceFile] = []
        left_out: list[tuple[str, str]] = []
        with os.scandir(self._path) as entries:
            for number, entry in enumerate(entries):
                if number == _MOST_FILES:
                    left_out.append(("...", f"there are more than {_MOST_FILES} files"))
                    break
                try:
                    found = os.lstat(entry.path)
                except FileNotFoundError:
                    continue  # gone meanwhile
                except OSError as error:
                    left_out.append((entry.name, error.strerror or str(error)))
                    continue
                if reason := _refusal(entry.name, found):
                    left_out.append((entry.name, reason))
                else:
                    files.append(SourceFile(entry.name, found.st_size))
        return sorted(files, key=lambda file: file.name), sorted(left_out)

    def open(self, file: SourceFile) -> "BinaryIO":
        """Open a file for reading.

        Raises
        ------
        Refused
            What was opened is not a file of this folder.
        OSError
            It is gone, or is in use, or may not be read.
        """
        path = os.path.join(self._path, file.name)
        # No waiting for the other end, should it be a pipe by now.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Refused("it is no file")
            opened = _final_path(descriptor)
            if os.path.normcase(opened) != os.path.normcase(os.path.join(self._final, file.name)):
                raise Refused("a link or a junction leads to it")
        except BaseException:
            os.close(descriptor)
            raise
        return open(descriptor, "rb", buffering=0)


def long_path(path: str) -> str:
    r"""A path of any length: on Windows with ``\\?\`` before it."""
    absolute = os.path.abspath(path)
    if sys.platform != "win32" or absolute.startswith(("\\\\?\\", "\\\\.\\")):
        return absolute
    return "\\\\?\\UNC\\" + absolute[2:] if absolute.startswith("\\\\") else "\\\\?\\" + absolute


def is_link(path: str) -> bool:
    """Whether a link, a junction or another reparse point is there."""
    try:
        return _is_reparse_point(os.lstat(path))
    except FileNotFoundError:
        return False


def _is_reparse_point(found: os.stat_result) -> bool:
    attributes: int = getattr(found, "st_file_attributes", 0)
    return stat.S_ISLNK(found.st_mode) or bool(attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)


def _refusal(name: str, found: os.stat_result) -> str:
    """Why a file is not taken; empty if it is."""
    if _is_reparse_point(found):
        return "a link, a junction or another reparse point"
    if stat.S_ISDIR(found.st_mode):
        return "a folder: reports have none"
    if not stat.S_ISREG(found.st_mode):
        return "no file"
    return name_refusal(name)


def name_refusal(name: str) -> str:
    """Why a file of that name cannot be written everywhere; empty if it can."""
    if name in ("", ".", "..") or _FORBIDDEN & set(name) or any(ord(character) < 32 for character in name):
        return "not a name that every Windows takes"
    if name.endswith((" ", ".")) or name.partition(".")[0].rstrip().upper() in _DEVICES:
        return "not a name that every Windows takes"
    if any(0xD800 <= ord(character) < 0xE000 for character in name):
        return "its name is not text"
    if name.casefold() == MANIFEST or name.casefold().startswith(TEMPORARY):
        return "a name that the export needs itself"
    return ""


if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    _kernel32 = ctypes.WinDLL("kernel32.dll", use_last_error=True, winmode=0x800)
    _get_final_path = _kernel32.GetFinalPathNameByHandleW
    _get_final_path.argtypes = [wintypes.HANDLE, wintypes.LPWSTR, wintypes.DWORD, wintypes.DWORD]
    _get_final_path.restype = wintypes.DWORD

    def _final_path(descriptor: int) -> str:
        """The path of what is open, without any link, as `os.path.realpath` writes it."""
        buffer = ctypes.create_unicode_buffer(32768)
        if not 0 < _get_final_path(msvcrt.get_osfhandle(descriptor), buffer, len(buffer), 0) < len(buffer):
            raise ctypes.WinError(ctypes.get_last_error())
        path = buffer.value
        if path.startswith("\\\\?\\UNC\\"):
            return "\\\\" + path[8:]
        return path.removeprefix("\\\\?\\")

else:

    def _final_path(descriptor: int) -> str:
        """The path of what is open, without any link."""
        return os.readlink(f"/proc/self/fd/{descriptor}")
