# Which process and which thread a call is about, as handles. Handles that come from the caller stay the
# caller's; what is opened here by an id is closed by whoever asked for it, with `release`.

cdef extern from "wer/werapi.h" nogil:
    enum:
        ERROR_ACCESS_DENIED
        ERROR_INVALID_PARAMETER
        PROCESS_DUP_HANDLE
        PROCESS_QUERY_INFORMATION
        PROCESS_VM_READ
        STANDARD_RIGHTS_READ
        STILL_ACTIVE
        THREAD_GET_CONTEXT
        THREAD_QUERY_INFORMATION
        THREAD_SUSPEND_RESUME
    HANDLE OpenProcess(DWORD access, BOOL inherit, DWORD pid)
    HANDLE OpenThread(DWORD access, BOOL inherit, DWORD tid)
    BOOL CloseHandle(HANDLE handle)
    BOOL GetExitCodeProcess(HANDLE process, DWORD *code)
    BOOL GetExitCodeThread(HANDLE thread, DWORD *code)
    DWORD GetProcessId(HANDLE process)
    DWORD GetProcessIdOfThread(HANDLE thread)
    HANDLE GetCurrentProcess()
    DWORD GetCurrentProcessId()
    DWORD GetLastError()


cdef enum:
    # The fewest rights that WerReportAddDump works with. Microsoft documents STANDARD_RIGHTS_READ and
    # PROCESS_QUERY_INFORMATION; that a dump reads memory, and a heap dump also duplicates handles, is inferred.
    PROCESS_RIGHTS = STANDARD_RIGHTS_READ | PROCESS_QUERY_INFORMATION | PROCESS_VM_READ
    HANDLE_DATA_RIGHTS = PROCESS_DUP_HANDLE
    # Inferred: no page says what a thread's handle needs.
    THREAD_RIGHTS = THREAD_GET_CONTEXT | THREAD_QUERY_INFORMATION | THREAD_SUSPEND_RESUME


cdef struct Target:
    HANDLE handle
    bint opened  # by us, from an id: `release` closes it


cdef void release(Target *target) noexcept nogil:
    if target.opened:
        CloseHandle(target.handle)
        target.opened = False


def _always():
    return True


cdef object gone(str what):
    return ProcessLookupError(_ESRCH, f"{what} is gone")


cdef object open_error(str function, DWORD error, str what):
    """What a failed OpenProcess or OpenThread becomes."""
    if error == ERROR_INVALID_PARAMETER:
        return gone(what)
    text = f"{function}: {what} cannot be opened: {system_text(<HRESULT>error)}"
    if error == ERROR_ACCESS_DENIED:
        return PermissionError(
            _EACCES, f"{text} It runs as another user or is protected; an administrator may be allowed to."
        )
    return OSError(0, text, None, error)


cdef bint process_ended(HANDLE process) noexcept nogil:
    """Whether the process is over. One that ended with code 259 looks alive: no more rights, no more sure."""
    cdef DWORD code = 0
    return GetExitCodeProcess(process, &code) and code != STILL_ACTIVE


cdef int open_process(object pid, DWORD rights, Target *target) except -1:
    cdef DWORD number = <DWORD>integer(pid, 1, 0xFFFFFFFF, "pid")
    cdef HANDLE handle
    cdef DWORD error
    if number == GetCurrentProcessId():
        target.handle = GetCurrentProcess()
        return 0
    with nogil:
        handle = OpenProcess(rights, False, number)
        error = GetLastError()
    if handle == NULL:
        raise open_error("OpenProcess", error, f"process {number}")
    target.handle = handle
    target.opened = True
    # An exited process can still be opened while somebody holds a handle of it.
    if process_ended(handle):
        release(target)
        raise gone(f"process {number}")
    return 0


cdef object owned_handle(object owner, str name):
    """The handle that a foreign object owns, or None if it has none."""
    for attribute in ("_handle", "sentinel", "handle"):  # Popen; multiprocessing.Process; pywin32
        handle = getattr(owner, attribute, None)
        if handle is not None and isinstance(handle, int):
            if handle == 0 or getattr(handle, "closed", False):
                raise ValueError(f"{name}: the handle of {owner!r} is closed")
            return handle
    return None


cdef int find_process(object process, object pid, DWORD rights, Target *target) except -1:
    """The process that the arguments `process` and `pid` of a call mean: by default the current one."""
    target.opened = False
    if process is None:
        if pid is None:
            target.handle = GetCurrentProcess()
            return 0
        return open_process(pid, rights, target)
    if pid is not None:
        raise TypeError("pass process or pid, not both")
    if PyLong_Check(process) and not PyBool_Check(process):
        target.handle = pointer(process, "process")
        if target.handle == NULL:
            raise ValueError("process is 0, which is no handle; None stands for the current process")
        return 0
    handle = owned_handle(process, "process")
    if handle is not None:
        target.handle = pointer(handle, "process")
        if process_ended(target.handle):
            raise gone(f"process {GetProcessId(target.handle)}")
        return 0
    if getattr(process, "pid", None) is None:
        raise TypeError(
            "process must be a handle (int), an object that owns one (subprocess.Popen, "
            f"multiprocessing.Process, a pywin32 handle) or has a pid, got {type(process).__name__}"
        )
    open_process(process.pid, rights, target)
    # While the handle is open the id cannot be given to another process, so this answer (psutil compares
    # the creation times) is about the process that was opened.
    try:
        if not getattr(process, "is_running", _always)():
            raise gone(f"process {process.pid} (its id belongs to another process by now)")
    except BaseException:
        release(target)
        raise
    return 0


cdef int open_thread(object tid, HANDLE process, DWORD rights, Target *target) except -1:
    cdef DWORD number = <DWORD>integer(tid, 1, 0xFFFFFFFF, "tid")
    cdef DWORD error, code = 0, owner, expected = GetProcessId(process)
    cdef HANDLE handle
    with nogil:
        handle = OpenThread(rights, False, number)
        error = GetLastError()
    if handle == NULL:
        raise open_error("OpenThread", error, f"thread {number}")
    target.handle = handle
    target.opened = True
    owner = GetProcessIdOfThread(handle)
    if GetExitCodeThread(handle, &code) and code != STILL_ACTIVE:
        release(target)
        raise gone(f"thread {number}")
    # Thread ids are reused quickly: a thread of another process is not the one that was meant.
    if expected and owner and owner != expected:
        release(target)
        raise ProcessLookupError(
            _ESRCH, f"thread {number} belongs to process {owner}, not to process {expected}"
        )
    return 0


cdef int find_thread(object thread, object tid, HANDLE process, DWORD rights, Target *target) except -1:
    """The thread that the arguments `thread` and `tid` of a call mean: NULL if there are none."""
    target.opened = False
    target.handle = NULL
    if thread is None:
        return 0 if tid is None else open_thread(tid, process, rights, target)
    if tid is not None:
        raise TypeError("pass thread or tid, not both")
    if PyLong_Check(thread) and not PyBool_Check(thread):
        target.handle = pointer(thread, "thread")
        if target.handle == NULL:
            raise ValueError("thread is 0, which is no handle; None means no thread")
        return 0
    if hasattr(thread, "native_id"):  # threading.Thread
        if thread.native_id is None:
            raise ValueError(f"thread: {thread!r} has not been started")
        open_thread(thread.native_id, process, rights, target)
        if not thread.is_alive():
            release(target)
            raise gone(f"thread {thread.native_id}")
        return 0
    handle = owned_handle(thread, "thread")
    if handle is None:
        raise TypeError(
            "thread must be a handle (int), an object that owns one, or a threading.Thread, "
            f"got {type(thread).__name__}"
        )
    target.handle = pointer(handle, "thread")
    return 0
