"""`SourceFolder`: the files of a report's folder, read so that no link leads out of it.

A report's folder may belong to an account with fewer rights than the one that reads it. So each file is opened first,
and only then looked at: what the system says that was opened has to be that file in that folder.
"""

import os
import stat
import sys
from dataclasses import dataclass

from .._links import is_link
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
        if is_link(found):
            raise Refused("its folder is a link or a junction")
        if not stat.S_ISDIR(found.st_mode):
            raise Refused("its key is the path of a file")
        self._place = _place_of_folder(self._path)

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
        opened = open(path, "rb", buffering=0, opener=_without_waiting)  # noqa: SIM115 - the caller does
        try:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise Refused("it is no file")
            volume, folder = self._place
            if _place_of(opened.fileno()) != (volume, os.path.normcase(os.path.join(folder, file.name))):
                raise Refused("a link or a junction leads to it")
        except BaseException:
            opened.close()
            raise
        return opened


def _without_waiting(path: str, flags: int) -> int:
    """Open it, without waiting for the other end, should it be a pipe by now."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def long_path(path: str) -> str:
    r"""A path of any length: on Windows with ``\\?\`` before it."""
    absolute = os.path.abspath(path)
    if sys.platform != "win32" or absolute.startswith(("\\\\?\\", "\\\\.\\")):
        return absolute
    return "\\\\?\\UNC\\" + absolute[2:] if absolute.startswith("\\\\") else "\\\\?\\" + absolute


def _refusal(name: str, found: os.stat_result) -> str:
    """Why a file is not taken; empty if it is."""
    if is_link(found):
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


# Where something that is open is: its volume, and its path there without any link.
if sys.platform == "win32":
    import ctypes
    import msvcrt

    from .._machine._dll import BOOL, DWORD, HANDLE, POINTER, TEXT, function, last_error

    _CreateFile = function("kernel32.dll", "CreateFileW", HANDLE, TEXT, DWORD, DWORD, POINTER, DWORD, DWORD, HANDLE)
    _INVALID = HANDLE(-1).value
    _GetInformation = function("kernel32.dll", "GetFileInformationByHandle", BOOL, HANDLE, POINTER)
    _GetInformationEx = function(
        "kernel32.dll", "GetFileInformationByHandleEx", BOOL, HANDLE, ctypes.c_int, POINTER, DWORD
    )
    _READ_ATTRIBUTES, _SHARE_ALL, _OPEN_EXISTING, _FOLDER_ITSELF = 0x80, 7, 3, 0x02200000
    _FILE_NAME_INFO = 2
    _MOST_UNITS = 32768

    def _place_of_folder(path: str) -> tuple[int, str]:
        handle = _CreateFile(path, _READ_ATTRIBUTES, _SHARE_ALL, None, _OPEN_EXISTING, _FOLDER_ITSELF, None)
        if handle == _INVALID:
            raise last_error()
        descriptor = msvcrt.open_osfhandle(handle, os.O_RDONLY)  # to close it, ctypes would ask for memory
        try:
            return _place_of(descriptor)
        finally:
            os.close(descriptor)

    def _place_of(descriptor: int) -> tuple[int, str]:
        handle = msvcrt.get_osfhandle(descriptor)
        information = (DWORD * 13)()  # BY_HANDLE_FILE_INFORMATION: attributes, three times, the volume
        if not _GetInformation(handle, information):
            raise last_error()
        if information[0] & stat.FILE_ATTRIBUTE_REPARSE_POINT:
            raise Refused("it is a link or a junction by now")
        # FILE_NAME_INFO: the length in bytes, and the name, to which a virtual drive and a share do not matter.
        name = ctypes.create_string_buffer(4 + 2 * _MOST_UNITS)
        if not _GetInformationEx(handle, _FILE_NAME_INFO, name, len(name)):
            raise last_error()
        length = int.from_bytes(name.raw[:4], "little")
        return information[7], os.path.normcase(name.raw[4 : 4 + length].decode("utf-16-le", "surrogatepass"))

else:

    def _place_of_folder(path: str) -> tuple[int, str]:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            return _place_of(descriptor)
        finally:
            os.close(descriptor)

    def _place_of(descriptor: int) -> tuple[int, str]:
        return os.fstat(descriptor).st_dev, os.readlink(f"/proc/self/fd/{descriptor}")
