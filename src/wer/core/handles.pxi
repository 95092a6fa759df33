# Processes and threads, as handles of our own. What a call is about is found in Python, _processes.py.

@cython.final
cdef class HeldHandle:
    # A handle that was opened or duplicated here: it is closed with this object. Or the pseudo handle of this process.

    def __dealloc__(self):
        if self._handle != NULL and self._handle != GetCurrentProcess():
            with nogil:
                CloseHandle(self._handle)

    @property
    def handle(self):
        # 0 once it is closed.
        return <size_t>self._handle

    def close(self):
        cdef HANDLE handle = InterlockedExchangePointer(&self._handle, NULL)  # one thread closes it
        if handle != NULL and handle != GetCurrentProcess():
            with nogil:
                CloseHandle(handle)

    @property
    def id(self):
        # Of the process or the thread; 0 if the handle does not tell.
        return self._id


cdef HeldHandle held_handle(HANDLE handle):
    """An owner for `handle`."""
    cdef HeldHandle held
    try:
        held = HeldHandle.__new__(HeldHandle)
    except MemoryError:
        CloseHandle(handle)
        raise
    held._handle = handle
    return held


cdef HeldHandle handle_in(object given):
    """An argument that is to be a HeldHandle or None."""
    if given is not None:
        must_be_a(HeldHandle, given)
    return <HeldHandle>given


cdef HeldHandle some_handle_in(object given):
    """`handle_in` of what must not be None."""
    must_be_a(HeldHandle, given)
    return <HeldHandle>given


cdef HeldHandle this_process():
    cdef HeldHandle process = held_handle(GetCurrentProcess())
    process._id = GetCurrentProcessId()
    return process


cdef HANDLE handle_of(HeldHandle process) noexcept:
    """None is the calling process."""
    return GetCurrentProcess() if process is None else process._handle


cdef object gone(const char *what, DWORD number, const char *why="is gone"):
    """ProcessLookupError: "process 4711 is gone"."""
    return ProcessLookupError(ESRCH, f"{what} {number} {why}")


cdef object not_opened(const char *function, const char *what, DWORD number, DWORD error):
    """What a failed OpenProcess or OpenThread means."""
    if error == ERROR_INVALID_PARAMETER:
        return gone(what, number)
    text = f"{function}: {what} {number} cannot be opened: {system_text(<HRESULT>error)}"
    if error == ERROR_ACCESS_DENIED:
        return PermissionError(
            EACCES, f"{text} It runs as another user or is protected; an administrator may be allowed to.")
    return windows_error(text, error)


cdef bint process_ended(HANDLE process) noexcept nogil:
    """Whether the process is over. One that ended with code 259 looks alive: no more rights, no more sure."""
    cdef DWORD code = 0
    return GetExitCodeProcess(process, &code) and code != STILL_ACTIVE


def open_process(pid, DWORD rights, /):
    # The process with an id.
    cdef DWORD number = <DWORD>integer(pid, 1, 0xFFFFFFFF, "pid")
    cdef HeldHandle process
    cdef HANDLE handle
    cdef DWORD error
    if number == GetCurrentProcessId():
        return this_process()
    with nogil:
        handle = OpenProcess(rights, False, number)
        error = GetLastError()
    if handle == NULL:
        raise not_opened("OpenProcess", "process", number, error)
    process = held_handle(handle)
    process._id = GetProcessId(handle)
    must_be_exact(process, "process", number)
    # An exited process can still be opened while somebody holds a handle of it.
    if process_ended(handle):
        raise gone("process", number)
    return process


def open_thread(tid, DWORD rights, process, /):
    # The thread with an id, which must be one of `process`, None being the calling one.
    cdef HeldHandle of = handle_in(process)
    cdef DWORD number = <DWORD>integer(tid, 1, 0xFFFFFFFF, "tid")
    cdef HeldHandle thread
    cdef HANDLE handle
    cdef DWORD error
    with nogil:
        handle = OpenThread(rights, False, number)
        error = GetLastError()
    if handle == NULL:
        raise not_opened("OpenThread", "thread", number, error)
    thread = held_handle(handle)
    thread._id = GetThreadId(handle)
    must_be_exact(thread, "thread", number)
    must_be_of(thread, of)
    return thread


cdef int must_be_exact(HeldHandle opened, const char *what, DWORD number) except -1:
    """Refuse what was opened if its id is another one: Windows ignores an id's two lowest bits."""
    if opened._id != 0 and opened._id != number:
        raise gone(what, number, "does not exist: ids are multiples of 4; Windows would take another one's")
    return 0


cdef int must_be_of(HeldHandle thread, HeldHandle process) except -1:
    """Refuse a thread that has ended, or that belongs to another process: ids of threads are reused quickly."""
    cdef DWORD code = 0, owner = GetProcessIdOfThread(thread._handle)
    cdef DWORD expected = GetCurrentProcessId() if process is None else process._id
    if GetExitCodeThread(thread._handle, &code) and code != STILL_ACTIVE:
        raise gone("thread", thread._id)
    if expected and owner and owner != expected:
        raise ProcessLookupError(
            ESRCH, f"thread {thread._id} belongs to process {owner}, not to process {expected}")
    return 0


cdef HeldHandle duplicate(object handle, const char *name):
    """A handle of our own for what somebody else's handle is of."""
    cdef HANDLE given = pointer(handle, name), copy = NULL
    cdef DWORD error
    with nogil:
        DuplicateHandle(GetCurrentProcess(), given, GetCurrentProcess(), &copy, 0, False, DUPLICATE_SAME_ACCESS)
        error = GetLastError()
    if copy == NULL:
        text = system_text(<HRESULT>error)
        if error == ERROR_INVALID_HANDLE:
            raise ValueError(f"{name} is no open handle: {<size_t>given:#x} ({text})")
        raise windows_error(f"DuplicateHandle: {name} {<size_t>given:#x}: {text}", error)
    return held_handle(copy)


cdef int must_tell_id(DWORD number, DWORD error, object handle, const char *name, const char *kind) except -1:
    """Refuse a handle of something else. One without the right to ask for its id is let through."""
    if number == 0 and error != ERROR_ACCESS_DENIED:
        raise ValueError(f"{name} is no handle of a {kind}: {shown(handle)}")
    return 0


def duplicate_process(handle, bint ended_too, /):
    # The process that a handle is of.
    cdef HeldHandle process
    if pointer(handle, "process") == GetCurrentProcess():
        return this_process()
    process = duplicate(handle, "process")
    SetLastError(0)
    process._id = GetProcessId(process._handle)
    must_tell_id(process._id, GetLastError(), handle, "process", "process")
    if process_ended(process._handle) and not ended_too:
        raise gone("process", process._id)
    return process


def duplicate_thread(handle, process, /):
    # The thread that a handle is of, which must be one of `process`. The pseudo handle becomes a real one: in another
    # thread, as WER's may be, it would mean that one.
    cdef HeldHandle of = handle_in(process)
    cdef HeldHandle thread = duplicate(handle, "thread")
    SetLastError(0)
    thread._id = GetThreadId(thread._handle)
    must_tell_id(thread._id, GetLastError(), handle, "thread", "thread")
    must_be_of(thread, of)
    return thread
