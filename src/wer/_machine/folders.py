"""What is known of a folder without touching it: whether it is there, whether one may write to it, what is free.

Nothing on a network is looked at: a server that does not answer would hold the examination up for a minute.
"""

import ntpath
import os
import re
import shutil
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Folder:
    """A folder as it is now. What could not be read is None.

    Attributes
    ----------
    path : str
        Its path.
    exists : bool or None
        Whether it is there, and a folder.
    writable : bool or None
        Whether files can be made in it by the account that was asked about.
    free : int or None
        Bytes that are free there.
    reason : str
        Why something is None: "on a network", "access denied", ...
    """

    path: str
    exists: bool | None
    writable: bool | None = None
    free: int | None = None
    reason: str = ""


def is_local(path: str) -> bool:
    """Whether it is an absolute path on a drive of this machine: nothing on a network, no device."""
    return bool(re.match(r"[A-Za-z]:[\\/]", path)) and "\0" not in path and not _is_remote(path[:3])


def folder_of(path: str, pid: int | None = None) -> Folder:
    """Look at a folder: as this process's account, or as that of the process `pid`."""
    if not is_local(path):
        return Folder(path, None, reason="it is not on a drive of this machine")
    try:
        if not os.path.isdir(path):
            os.stat(path)  # what is denied is not "not there"
            return Folder(path, False, reason="it is a file")
    except FileNotFoundError:
        return Folder(path, False, reason="it is not there")
    except (OSError, ValueError) as error:
        return Folder(path, None, reason=getattr(error, "strerror", None) or str(error))
    try:
        free = shutil.disk_usage(path).free
    except OSError:
        free = None
    own = pid is None or pid == os.getpid()
    writable = _writable(path) if own else _writable_by(path, pid or 0)
    return Folder(path, True, writable, free, "" if writable is not None else "its access list cannot be read")


def is_file(path: str) -> bool | None:
    """Whether a file is there; None if that cannot be told."""
    if not is_local(path):
        return None
    try:
        os.stat(path)
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return None
    return True


def entries(path: str, most: int = 10_000) -> list[str] | None:
    """The names in a folder, at most so many; None if it cannot be listed. A folder that is not there has none."""
    if not is_local(path):
        return None
    try:
        with os.scandir(path) as found:
            return [entry.name for entry, _ in zip(found, range(most), strict=False)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, ValueError):
        return None


def read_start(path: str, most: int) -> bytes | None:
    """The first bytes of a file. Raises OSError if it is there but cannot be read; None if it is not there."""
    if not is_local(path):
        raise OSError("it is not on a drive of this machine")
    try:
        with open(path, "rb") as file:
            return file.read(most)
    except FileNotFoundError:
        return None


def system_folder(is_32bit: bool = False) -> str:
    """System32 as 64-bit programs see it, also from a 32-bit Python; or SysWOW64, that of 32-bit ones."""
    windows = os.environ.get("SYSTEMROOT") or r"C:\Windows"
    if is_32bit:
        return ntpath.join(windows, "SysWOW64")
    seen_by_32bit = sys.maxsize < 2**32 and "PROCESSOR_ARCHITEW6432" in os.environ
    return ntpath.join(windows, "Sysnative" if seen_by_32bit else "System32")


if sys.platform == "win32":
    import ctypes

    from ._dll import BOOL, DWORD, HANDLE, POINTER, TEXT, function

    _ADD_FILE = 0x2  # FILE_ADD_FILE: make files in a folder
    _SHARE_ALL, _OPEN_EXISTING, _BACKUP_SEMANTICS = 0x7, 3, 0x02000000
    _ACCESS_DENIED = 5
    _INVALID_HANDLE = ctypes.c_void_p(-1).value
    _DRIVE_REMOTE = 4
    _TOKEN_DUPLICATE_QUERY = 0x2 | 0x8
    _IDENTIFICATION, _IMPERSONATION = 1, 2  # SecurityIdentification; TokenImpersonation
    _OWNER_GROUP_DACL = 0x7
    _FILE_RIGHTS = (DWORD * 4)(0x120089, 0x120116, 0x1200A0, 0x1F01FF)  # GENERIC_MAPPING of files

    _DriveType = function("kernel32.dll", "GetDriveTypeW", DWORD, TEXT)
    _CreateFile = function("kernel32.dll", "CreateFileW", HANDLE, TEXT, DWORD, DWORD, POINTER, DWORD, DWORD, HANDLE)
    _CloseHandle = function("kernel32.dll", "CloseHandle", BOOL, HANDLE)
    _OpenProcess = function("kernel32.dll", "OpenProcess", HANDLE, DWORD, BOOL, DWORD)
    _OpenToken = function("advapi32.dll", "OpenProcessToken", BOOL, HANDLE, DWORD, POINTER)
    _DuplicateToken = function("advapi32.dll", "DuplicateTokenEx", BOOL, HANDLE, DWORD, POINTER, DWORD, DWORD, POINTER)
    _FileSecurity = function("advapi32.dll", "GetFileSecurityW", BOOL, TEXT, DWORD, POINTER, DWORD, POINTER)
    _AccessCheck = function(
        "advapi32.dll", "AccessCheck", BOOL, POINTER, HANDLE, DWORD, POINTER, POINTER, POINTER, POINTER, POINTER
    )

    def _is_remote(root: str) -> bool:
        return bool(_DriveType(root) == _DRIVE_REMOTE)

    def _writable(path: str) -> bool | None:
        """Open the folder for making files in it, make none, and close it."""
        handle = _CreateFile(path, _ADD_FILE, _SHARE_ALL, None, _OPEN_EXISTING, _BACKUP_SEMANTICS, None)
        if handle is None or handle == _INVALID_HANDLE:
            return False if ctypes.get_last_error() == _ACCESS_DENIED else None
        _CloseHandle(handle)
        return True

    def _writable_by(path: str, pid: int) -> bool | None:
        """Have Windows compare the folder's access list with the token of another process."""
        process = _OpenProcess(0x0400, False, pid)  # PROCESS_QUERY_INFORMATION
        token, copy = HANDLE(), HANDLE()
        try:
            if not process or not _OpenToken(process, _TOKEN_DUPLICATE_QUERY, ctypes.byref(token)):
                return None
            if not _DuplicateToken(token, 0x8, None, _IDENTIFICATION, _IMPERSONATION, ctypes.byref(copy)):
                return None
            return _granted(path, copy)
        finally:
            for handle in (process, token.value, copy.value):
                if handle:
                    _CloseHandle(handle)

    def _granted(path: str, token: "ctypes.c_void_p") -> bool | None:
        needed = DWORD()
        _FileSecurity(path, _OWNER_GROUP_DACL, None, 0, ctypes.byref(needed))
        if not 0 < needed.value <= 1 << 20:
            return None
        security = ctypes.create_string_buffer(needed.value)
        if not _FileSecurity(path, _OWNER_GROUP_DACL, security, needed, ctypes.byref(needed)):
            return None
        privileges, size = ctypes.create_string_buffer(1024), DWORD(1024)
        granted, answer = DWORD(), BOOL()
        asked = _AccessCheck(
            *(security, token, _ADD_FILE, _FILE_RIGHTS, privileges),
            *map(ctypes.byref, (size, granted, answer)),
        )
        return bool(answer.value) if asked else None

else:

    def _is_remote(root: str) -> bool:
        return False

    def _writable(path: str) -> bool | None:
        return None

    def _writable_by(path: str, pid: int) -> bool | None:
        return None
