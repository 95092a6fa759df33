"""Functions of Windows' own DLLs with the types of their arguments; only System32 is searched for the DLLs."""

import sys

if sys.platform == "win32":
    import ctypes
    from typing import Any

    _SYSTEM32_ONLY = 0x800  # LOAD_LIBRARY_SEARCH_SYSTEM32
    HANDLE = ctypes.c_void_p
    DWORD = ctypes.c_uint32
    BOOL = ctypes.c_int32
    LONG = ctypes.c_int32
    TEXT = ctypes.c_wchar_p
    POINTER = ctypes.c_void_p  # to whatever; ctypes.byref goes there

    def function(dll: str, name: str, result: Any, *arguments: Any) -> Any:
        """The function `name` of `dll`; None if this Windows lacks it."""
        try:
            found = getattr(ctypes.WinDLL(dll, use_last_error=True, winmode=_SYSTEM32_ONLY), name)
        except (AttributeError, OSError):
            return None
        found.restype = result
        found.argtypes = arguments
        return found

    def last_error() -> OSError:
        """What the function that was called last has failed with."""
        return ctypes.WinError(ctypes.get_last_error())
