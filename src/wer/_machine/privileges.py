"""Privileges of this process: what an administrator has, and has to switch on."""

import sys

if sys.platform == "win32":
    import ctypes

    from ._dll import BOOL, DWORD, HANDLE, POINTER, TEXT, function

    _GetCurrentProcess = function("kernel32.dll", "GetCurrentProcess", HANDLE)
    _CloseHandle = function("kernel32.dll", "CloseHandle", BOOL, HANDLE)
    _OpenToken = function("advapi32.dll", "OpenProcessToken", BOOL, HANDLE, DWORD, POINTER)
    _LookUp = function("advapi32.dll", "LookupPrivilegeValueW", BOOL, TEXT, TEXT, POINTER)
    _Adjust = function("advapi32.dll", "AdjustTokenPrivileges", BOOL, HANDLE, BOOL, POINTER, DWORD, POINTER, POINTER)
    _ENABLED = 2  # SE_PRIVILEGE_ENABLED
    _QUERY_AND_ADJUST = 0x0008 | 0x0020

    class _Privileges(ctypes.Structure):
        """TOKEN_PRIVILEGES with one of them."""

        _fields_ = (("count", DWORD), ("luid", DWORD * 2), ("attributes", DWORD))

    def enable_debug() -> bool:
        """Switch SeDebugPrivilege on, without which not even an administrator may read the processes of services.

        Whether this process has it now. It is the whole process's, and so for programs of our own only.
        """
        token = HANDLE()
        if not _OpenToken(_GetCurrentProcess(), _QUERY_AND_ADJUST, ctypes.byref(token)):
            return False
        try:
            wanted = _Privileges(count=1, attributes=_ENABLED)
            if not _LookUp(None, "SeDebugPrivilege", ctypes.byref(wanted, _Privileges.luid.offset)):
                return False
            ctypes.set_last_error(0)
            # It succeeds for who does not have the privilege, too: the error tells.
            done = _Adjust(token, False, ctypes.byref(wanted), 0, None, None)
            return bool(done) and ctypes.get_last_error() == 0
        finally:
            _CloseHandle(token)

else:

    def enable_debug() -> bool:
        """There are none off Windows: False."""
        return False
