"""Make a folder for the dumps of all accounts, in which none can read another's."""

import os
import sys

from .._arguments import text

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
    TypeError
        `path` is no str.
    OSError
        It cannot be made; or something else is there.
    """
    if os.path.isdir(text(path, "path")):
        return False
    _make(path)
    return True


if sys.platform == "win32":
    import ctypes

    from .._machine._dll import BOOL, DWORD, HANDLE, POINTER, TEXT, function, last_error

    class _SecurityAttributes(ctypes.Structure):
        _fields_ = (("size", DWORD), ("descriptor", POINTER), ("inherit_handle", BOOL))

    _ToDescriptor = function(
        "advapi32.dll", "ConvertStringSecurityDescriptorToSecurityDescriptorW", BOOL, TEXT, DWORD, POINTER, POINTER
    )
    _CreateDirectory = function("kernel32.dll", "CreateDirectoryW", BOOL, TEXT, POINTER)
    _Free = function("kernel32.dll", "LocalFree", HANDLE, HANDLE)

    def _make(path: str) -> None:
        descriptor = POINTER()
        if not _ToDescriptor(RIGHTS, 1, ctypes.byref(descriptor), None):
            raise last_error()
        try:
            security = _SecurityAttributes(ctypes.sizeof(_SecurityAttributes), descriptor, False)
            if not _CreateDirectory(path, ctypes.byref(security)):
                error = ctypes.get_last_error()
                raise OSError(None, ctypes.FormatError(error).strip(), path, error)
        finally:
            _Free(descriptor)

else:

    def _make(path: str) -> None:
        raise NotImplementedError(f"CreateDirectoryW is a function of Windows, and this is {sys.platform}")
