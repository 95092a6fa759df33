"""Make a folder for the dumps of all accounts, in which none can read another's."""

import os
import sys

# For SYSTEM and administrators: all. Every account may list the folder and add files, and has all rights on its own.
# That this is enough for WER is inferred: docs/evidence.md.
RIGHTS = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;;0x1200ab;;;AU)(A;OICIIO;FA;;;CO)"
IN_WORDS = (
    "SYSTEM and administrators have all rights there; every other account can add dumps, and read its own alone "
    "(that this is enough for WER is inferred)"
)


def make_dump_folder(path: str) -> bool:
    """Make a folder that `set_local_dumps` can name. It has rights of its own, whatever the folder above has.

    Parameters
    ----------
    path : str
        Its full path. The folder above it must be there.

    Returns
    -------
    bool
        False: it was there, and is as it was.

    Raises
    ------
    OSError
        It cannot be made; or something else is there.
    """
    if os.path.isdir(path):
        return False
    _make(path)
    return True


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _SecurityAttributes(ctypes.Structure):
        _fields_ = (
            ("size", wintypes.DWORD),
            ("descriptor", ctypes.c_void_p),
            ("inherit_handle", wintypes.BOOL),
        )

    _advapi32 = ctypes.WinDLL("advapi32", use_last_error=True, winmode=0x800)
    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True, winmode=0x800)
    _to_descriptor = _advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW
    _to_descriptor.argtypes = [wintypes.LPCWSTR, wintypes.DWORD, ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p]
    _to_descriptor.restype = wintypes.BOOL
    _create_directory = _kernel32.CreateDirectoryW
    _create_directory.argtypes = [wintypes.LPCWSTR, ctypes.POINTER(_SecurityAttributes)]
    _create_directory.restype = wintypes.BOOL
    _local_free = _kernel32.LocalFree
    _local_free.argtypes = [ctypes.c_void_p]
    _local_free.restype = ctypes.c_void_p

    def _make(path: str) -> None:
        descriptor = ctypes.c_void_p()
        if not _to_descriptor(RIGHTS, 1, ctypes.byref(descriptor), None):
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            security = _SecurityAttributes(ctypes.sizeof(_SecurityAttributes), descriptor, False)
            if not _create_directory(path, ctypes.byref(security)):
                error = ctypes.get_last_error()
                raise OSError(None, ctypes.FormatError(error).strip(), path, error)
        finally:
            _local_free(descriptor)

else:

    def _make(path: str) -> None:
        raise NotImplementedError(f"CreateDirectoryW is a function of Windows, and this is {sys.platform}")
