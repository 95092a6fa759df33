"""Privileges of this process: what an administrator has, and has to switch on."""

import ctypes
import sys

_SE_PRIVILEGE_ENABLED = 2
_TOKEN_QUERY_AND_ADJUST = 0x0008 | 0x0020
_SYSTEM32 = 0x800  # LOAD_LIBRARY_SEARCH_SYSTEM32


class _Privileges(ctypes.Structure):
    """TOKEN_PRIVILEGES with one of them."""

    _fields_ = [("count", ctypes.c_uint32), ("luid", ctypes.c_uint32 * 2), ("attributes", ctypes.c_uint32)]


def enable_debug() -> bool:
    """Switch SeDebugPrivilege on, without which not even an administrator may read the processes of services.

    Whether this process has it now; False off Windows. It is the whole process's, and so for programs of our own only.
    """
    if sys.platform != "win32":
        return False
    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True, winmode=_SYSTEM32)
    advapi32 = ctypes.WinDLL("advapi32", use_last_error=True, winmode=_SYSTEM32)
    handle = ctypes.c_void_p
    kernel32.GetCurrentProcess.argtypes, kernel32.GetCurrentProcess.restype = [], handle
    kernel32.CloseHandle.argtypes, kernel32.CloseHandle.restype = [handle], ctypes.c_int
    advapi32.OpenProcessToken.argtypes = [handle, ctypes.c_uint32, ctypes.POINTER(handle)]
    advapi32.OpenProcessToken.restype = ctypes.c_int
    advapi32.LookupPrivilegeValueW.argtypes = [ctypes.c_wchar_p, ctypes.c_wchar_p, ctypes.c_void_p]
    advapi32.LookupPrivilegeValueW.restype = ctypes.c_int
    advapi32.AdjustTokenPrivileges.argtypes = [handle, ctypes.c_int, ctypes.POINTER(_Privileges), ctypes.c_uint32]
    advapi32.AdjustTokenPrivileges.argtypes += [ctypes.c_void_p, ctypes.c_void_p]
    advapi32.AdjustTokenPrivileges.restype = ctypes.c_int

    token = handle()
    if not advapi32.OpenProcessToken(kernel32.GetCurrentProcess(), _TOKEN_QUERY_AND_ADJUST, ctypes.byref(token)):
        return False
    try:
        wanted = _Privileges(count=1, attributes=_SE_PRIVILEGE_ENABLED)
        if not advapi32.LookupPrivilegeValueW(None, "SeDebugPrivilege", ctypes.byref(wanted.luid)):
            return False
        ctypes.set_last_error(0)
        # It succeeds for who does not have the privilege, too: the error tells.
        done = advapi32.AdjustTokenPrivileges(token, False, ctypes.byref(wanted), 0, None, None)
        return bool(done) and ctypes.get_last_error() == 0
    finally:
        kernel32.CloseHandle(token)
