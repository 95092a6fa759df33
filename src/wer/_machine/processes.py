"""What Windows tells of a process: its program, account, error mode, job, debugger, protection, package, memory.

Each fact is read by itself, and is None if it cannot be read: a service of another account tells little.
"""

import os
import sys
from dataclasses import dataclass

# Of ProcessState.error_mode, as SetErrorMode takes them.
SEM_FAILCRITICALERRORS = 0x1
SEM_NOGPFAULTERRORBOX = 0x2
# Of ProcessState.job_limits.
JOB_OBJECT_LIMIT_ACTIVE_PROCESS = 0x8
JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION = 0x400
JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE = 0x2000


@dataclass(frozen=True)
class ProcessState:
    """A process as it is now. What could not be read is None.

    Attributes
    ----------
    pid : int
        Its id.
    name : str or None
        The file name of its program, "python.exe".
    path : str or None
        The whole path of that.
    parent : int or None
        The id of the process that started it; that one may have ended, and its id be another's now.
    parent_name : str or None
        The file name of the program that has this id now.
    session : int or None
        0 is that of the services.
    account : str or None
        The SID of the account that it runs as.
    is_32bit : bool or None
        Whether it is a 32-bit program.
    error_mode : int or None
        SEM_ bits.
    job_limits : int or None
        JOB_OBJECT_LIMIT_ bits of the job that it is in; 0 if it is in none. Of other processes' jobs None.
    in_job : bool or None
        Whether it is in a job.
    debugged : bool or None
        Whether a debugger is attached.
    protected : bool or None
        Whether it is a protected process, into which not even an administrator may look.
    package : str or None
        The full name of its MSIX package; "" if it has none.
    committed : int or None
        Bytes that it has committed for itself alone: about what a full dump has, and more is possible.
    """

    pid: int
    name: str | None = None
    path: str | None = None
    parent: int | None = None
    parent_name: str | None = None
    session: int | None = None
    account: str | None = None
    is_32bit: bool | None = None
    error_mode: int | None = None
    job_limits: int | None = None
    in_job: bool | None = None
    debugged: bool | None = None
    protected: bool | None = None
    package: str | None = None
    committed: int | None = None


if sys.platform == "win32":
    import ctypes
    from collections.abc import Iterator
    from contextlib import contextmanager
    from typing import Any

    from ._dll import BOOL, DWORD, HANDLE, POINTER, TEXT, function, last_error

    _LIMITED, _QUERY, _READ = 0x1000, 0x0400, 0x0010  # PROCESS_QUERY_LIMITED_INFORMATION, ..., PROCESS_VM_READ
    _TOKEN_QUERY = 0x0008
    _INVALID_HANDLE = ctypes.c_void_p(-1).value
    _INVALID_PARAMETER = 87  # what OpenProcess answers if there is no such process
    _BUFFER_TOO_SMALL, _NO_PACKAGE = 122, 15700
    _NOT_PROTECTED = 0xFFFFFFFE  # PROTECTION_LEVEL_NONE (recalled, not documented on a page that we found)

    class _Entry(ctypes.Structure):
        """PROCESSENTRY32W."""

        _fields_ = [
            ("dwSize", DWORD),
            ("cntUsage", DWORD),
            ("th32ProcessID", DWORD),
            ("th32DefaultHeapID", ctypes.c_size_t),
            ("th32ModuleID", DWORD),
            ("cntThreads", DWORD),
            ("th32ParentProcessID", DWORD),
            ("pcPriClassBase", ctypes.c_int32),
            ("dwFlags", DWORD),
            ("szExeFile", ctypes.c_wchar * 260),
        ]

    class _Memory(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS_EX."""

        _fields_ = [
            ("cb", DWORD),
            ("PageFaultCount", DWORD),
            ("sizes", ctypes.c_size_t * 8),
            ("PrivateUsage", ctypes.c_size_t),
        ]

    class _JobLimits(ctypes.Structure):
        """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

        _fields_ = [
            ("times", ctypes.c_int64 * 2),
            ("LimitFlags", DWORD),
            ("working_sets", ctypes.c_size_t * 2),
            ("ActiveProcessLimit", DWORD),
            ("Affinity", ctypes.c_size_t),
            ("classes", DWORD * 2),
        ]

    class _SidAndAttributes(ctypes.Structure):
        """TOKEN_USER, with room for the SID."""

        _fields_ = [("Sid", ctypes.c_void_p), ("Attributes", DWORD), ("room", ctypes.c_byte * 128)]

    _CloseHandle = function("kernel32.dll", "CloseHandle", BOOL, HANDLE)
    _LocalFree = function("kernel32.dll", "LocalFree", HANDLE, HANDLE)
    _OpenProcess = function("kernel32.dll", "OpenProcess", HANDLE, DWORD, BOOL, DWORD)
    _Snapshot = function("kernel32.dll", "CreateToolhelp32Snapshot", HANDLE, DWORD, DWORD)
    _First = function("kernel32.dll", "Process32FirstW", BOOL, HANDLE, POINTER)
    _Next = function("kernel32.dll", "Process32NextW", BOOL, HANDLE, POINTER)
    _Path = function("kernel32.dll", "QueryFullProcessImageNameW", BOOL, HANDLE, DWORD, TEXT, POINTER)
    _Session = function("kernel32.dll", "ProcessIdToSessionId", BOOL, DWORD, POINTER)
    _IsWow64 = function("kernel32.dll", "IsWow64Process", BOOL, HANDLE, POINTER)
    _IsInJob = function("kernel32.dll", "IsProcessInJob", BOOL, HANDLE, HANDLE, POINTER)
    _QueryJob = function("kernel32.dll", "QueryInformationJobObject", BOOL, HANDLE, DWORD, POINTER, DWORD, POINTER)
    _Debugged = function("kernel32.dll", "CheckRemoteDebuggerPresent", BOOL, HANDLE, POINTER)
    _Package = function("kernel32.dll", "GetPackageFullName", ctypes.c_int32, HANDLE, POINTER, TEXT)
    _Information = function("kernel32.dll", "GetProcessInformation", BOOL, HANDLE, DWORD, POINTER, DWORD)
    _MemoryInfo = function("kernel32.dll", "K32GetProcessMemoryInfo", BOOL, HANDLE, POINTER, DWORD)
    _NtQuery = function(
        "ntdll.dll", "NtQueryInformationProcess", ctypes.c_int32, HANDLE, DWORD, POINTER, DWORD, POINTER
    )
    _OpenToken = function("advapi32.dll", "OpenProcessToken", BOOL, HANDLE, DWORD, POINTER)
    _TokenInformation = function("advapi32.dll", "GetTokenInformation", BOOL, HANDLE, DWORD, POINTER, DWORD, POINTER)
    _SidText = function("advapi32.dll", "ConvertSidToStringSidW", BOOL, POINTER, POINTER)

    def listed() -> list[tuple[int, int, str]]:
        """All processes: id, id of the parent, file name of the program."""
        snapshot = _Snapshot(2, 0)  # TH32CS_SNAPPROCESS
        if snapshot is None or snapshot == _INVALID_HANDLE:
            raise last_error()
        try:
            entry = _Entry(dwSize=ctypes.sizeof(_Entry))
            found = []
            more = _First(snapshot, ctypes.byref(entry))
            while more:
                found.append((entry.th32ProcessID, entry.th32ParentProcessID, entry.szExeFile))
                more = _Next(snapshot, ctypes.byref(entry))
            return found
        finally:
            _CloseHandle(snapshot)

    def state_of(pid: int) -> ProcessState:
        """What can be read of the process `pid`.

        Raises
        ------
        ProcessLookupError
            There is no such process.
        """
        entries = {entry[0]: entry for entry in listed()}
        _, parent, name = entries.get(pid, (pid, None, None))
        parent_name = None if parent is None else entries.get(parent, (0, 0, None))[2]
        with _opened(pid) as (handle, rights):
            if handle is None and (name is None or rights == _INVALID_PARAMETER):
                raise ProcessLookupError(f"there is no process {pid}")
            path = _path_of(handle)
            in_job = _flag(_IsInJob, handle, None)
            return ProcessState(
                pid=pid,
                name=name or (path.rpartition("\\")[2] if path else None),
                path=path,
                parent=parent,
                parent_name=parent_name,
                session=_session_of(pid),
                account=_account_of(handle),
                is_32bit=_is_32bit(handle),
                error_mode=_error_mode_of(handle),
                job_limits=0 if in_job is False else _own_job_limits() if pid == os.getpid() else None,
                in_job=in_job,
                debugged=_flag(_Debugged, handle),
                protected=_is_protected(handle, bool(rights & _READ)),
                package=_package_of(handle),
                committed=_committed_by(handle),
            )

    @contextmanager
    def _opened(pid: int) -> Iterator[tuple[int | None, int]]:
        """A handle with the most rights that are granted, and these; without one the error."""
        handle = None
        for rights in (_QUERY | _READ, _QUERY, _LIMITED):
            handle = _OpenProcess(rights, False, pid)
            if handle:
                break
        try:
            yield (handle, rights) if handle else (None, ctypes.get_last_error())
        finally:
            if handle:
                _CloseHandle(handle)

    def _flag(asked: Any, handle: int | None, *more: None) -> bool | None:
        """What a function answers that fills a BOOL."""
        answer = BOOL()
        return bool(answer.value) if handle and asked(handle, *more, ctypes.byref(answer)) else None

    def _path_of(handle: int | None) -> str | None:
        if not handle:
            return None
        path = ctypes.create_unicode_buffer(32768)
        return path.value if _Path(handle, 0, path, ctypes.byref(DWORD(32768))) else None

    def _session_of(pid: int) -> int | None:
        session = DWORD()
        return session.value if _Session(pid, ctypes.byref(session)) else None

    def _is_32bit(handle: int | None) -> bool | None:
        wow = _flag(_IsWow64, handle)
        if wow is False and sys.maxsize < 2**32 and not _flag(_IsWow64, _this()):
            return True  # all programs of a 32-bit Windows are
        return wow

    def _error_mode_of(handle: int | None) -> int | None:
        mode = DWORD()
        if not handle or _NtQuery(handle, 12, ctypes.byref(mode), 4, None):  # ProcessDefaultHardErrorMode
            return None
        return mode.value ^ SEM_FAILCRITICALERRORS  # which Windows keeps inverted

    def _own_job_limits() -> int | None:
        limits = _JobLimits()
        size = ctypes.sizeof(limits)
        return limits.LimitFlags if _QueryJob(None, 2, ctypes.byref(limits), size, None) else None

    def _is_protected(handle: int | None, may_read: bool) -> bool | None:
        level = DWORD()
        if handle and _Information and _Information(handle, 7, ctypes.byref(level), 4):  # ProcessProtectionLevelInfo
            return level.value != _NOT_PROTECTED
        return False if may_read else None  # nobody may read the memory of a protected one

    def _package_of(handle: int | None) -> str | None:
        if not _Package:
            return ""
        units = DWORD()
        answer = _Package(handle, ctypes.byref(units), None) if handle else None
        if answer != _BUFFER_TOO_SMALL or not 0 < units.value <= 32768:
            return "" if answer == _NO_PACKAGE else None
        name = ctypes.create_unicode_buffer(units.value)
        return None if _Package(handle, ctypes.byref(units), name) else name.value

    def _committed_by(handle: int | None) -> int | None:
        memory = _Memory()
        size = ctypes.sizeof(memory)
        return memory.PrivateUsage if handle and _MemoryInfo(handle, ctypes.byref(memory), size) else None

    def _account_of(handle: int | None) -> str | None:
        token = HANDLE()
        if not handle or not _OpenToken(handle, _TOKEN_QUERY, ctypes.byref(token)):
            return None
        try:
            user, text = _SidAndAttributes(), ctypes.c_void_p()
            size = ctypes.sizeof(user)
            if not _TokenInformation(token, 1, ctypes.byref(user), size, ctypes.byref(DWORD())):  # TokenUser
                return None
            if not _SidText(user.Sid, ctypes.byref(text)):
                return None
            try:
                return ctypes.wstring_at(text.value or 0)
            finally:
                _LocalFree(text)
        finally:
            _CloseHandle(token)

    def is_elevated() -> bool | None:
        """Whether this process has the rights of an administrator."""
        token, elevated = HANDLE(), DWORD()
        if not _OpenToken(_this(), _TOKEN_QUERY, ctypes.byref(token)):
            return None
        try:
            answered = _TokenInformation(token, 20, ctypes.byref(elevated), 4, ctypes.byref(DWORD()))  # TokenElevation
            return bool(elevated.value) if answered else None
        finally:
            _CloseHandle(token)

    def _this() -> int:
        return -1  # what GetCurrentProcess answers

else:

    def listed() -> list[tuple[int, int, str]]:
        """All processes."""
        raise NotImplementedError("processes are looked at on Windows only")

    def state_of(pid: int) -> ProcessState:
        """What can be read of the process `pid`."""
        raise NotImplementedError("processes are looked at on Windows only")

    def is_elevated() -> bool | None:
        """Whether this process has the rights of an administrator."""
        raise NotImplementedError("accounts are looked at on Windows only")


def find(exe_name: str) -> list[int]:
    """The ids of the processes whose program has this file name, in whatever case."""
    return [pid for pid, _, name in listed() if name.lower() == exe_name.lower()]
