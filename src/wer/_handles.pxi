# Which process and which thread a call is about, as handles. Handles that come from the caller stay the
# caller's; what is opened here by an id is closed by whoever asked for it, with `release`.

from libc.errno cimport EACCES, ESRCH

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
    DWORD GetThreadId(HANDLE thread)
    HANDLE GetCurrentProcess()
    DWORD GetCurrentProcessId()
    DWORD GetLastError()


cdef extern from *:
    """
    static HANDLE wer_this_process; /* a pseudo handle, the same for as long as the process lives */
    """
    HANDLE this_process "wer_this_process"

this_process = GetCurrentProcess()

cdef extern from "Python.h":
    bint PyObject_HasAttrString(object value, const char *name)
    int PyObject_IsTrue(PyObject *value)
    PyObject *PyObject_CallNoArgs(object function)

cdef extern from *:
    """
    /* Of Popen; multiprocessing.Process; pywin32 */
    static const char *const wer_handle_attributes[] = {"_handle", "sentinel", "handle"};
    """
    const char **handle_attributes "wer_handle_attributes"

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


cdef int gone(const char *what, DWORD number, const char *why=b"is gone") except -1:
    """Raise ProcessLookupError: "process 4711 is gone"."""
    text = PyUnicode_FromFormat(b"%s %lu %s", what, number, why)
    return raise_with(ProcessLookupError, b"(iO)", ESRCH, <PyObject *>text)


cdef int refuse_code(object text, DWORD code) except -1:
    """Raise the OSError that stands for a code of Windows."""
    return raise_with(OSError, b"(iOOk)", 0, <PyObject *>text, <PyObject *>None, code)


cdef int refuse_open(const char *function, const char *what, DWORD number, DWORD error) except -1:
    """Raise what a failed OpenProcess or OpenThread means."""
    if error == ERROR_INVALID_PARAMETER:
        gone(what, number)
    windows = system_text(<HRESULT>error)
    text = PyUnicode_FromFormat(
        b"%s: %s %lu cannot be opened: %U%s", function, what, number, <PyObject *>windows,
        b" It runs as another user or is protected; an administrator may be allowed to."
        if error == ERROR_ACCESS_DENIED else b"")
    if error == ERROR_ACCESS_DENIED:
        raise_with(PermissionError, b"(iO)", EACCES, <PyObject *>text)
    return refuse_code(text, error)


cdef bint process_ended(HANDLE process) noexcept nogil:
    """Whether the process is over. One that ended with code 259 looks alive: no more rights, no more sure."""
    cdef DWORD code = 0
    return GetExitCodeProcess(process, &code) and code != STILL_ACTIVE


cdef int open_process(object pid, DWORD rights, Target *target) except -1:
    cdef DWORD number = <DWORD>integer(<PyObject *>pid, 1, 0xFFFFFFFF, b"pid")
    cdef HANDLE handle
    cdef DWORD error
    if number == GetCurrentProcessId():
        target.handle = this_process
        return 0
    with nogil:
        handle = OpenProcess(rights, False, number)
        error = GetLastError()
    if handle == NULL:
        refuse_open(b"OpenProcess", b"process", number, error)
    target.handle = handle
    target.opened = True
    must_be_exact(target, b"process", number, GetProcessId(handle))
    # An exited process can still be opened while somebody holds a handle of it.
    if process_ended(handle):
        release(target)
        gone(b"process", number)
    return 0


cdef int must_be_exact(Target *target, const char *what, DWORD number, DWORD opened) except -1:
    """Keep what was opened if its id is `number`: Windows ignores an id's two lowest bits."""
    if opened == number:
        return 0
    release(target)
    return gone(what, number, b"does not exist: ids are multiples of 4; Windows would take another one's")


cdef object attribute_or_none(object value, const char *name):
    try:
        return PyObject_GetAttrString(value, name)
    except AttributeError:
        return None


cdef bint is_number(PyObject *value):
    """Whether `value` is a handle rather than an object that has one."""
    return PyLong_Check(value) and not PyBool_Check(value)


cdef object owned_handle(object owner, const char *name):
    """The handle that a foreign object owns, or None if it has none."""
    cdef int index
    for index in range(3):
        handle = attribute_or_none(owner, handle_attributes[index])
        if PyLong_Check(<PyObject *>handle):
            closed = attribute_or_none(handle, b"closed")
            if handle == 0 or PyObject_IsTrue(<PyObject *>closed) > 0:
                refuse(ValueError, b"%s: the handle of %R is closed", name, <PyObject *>owner)
            return handle
    return None


cdef int find_process(object process, object pid, DWORD rights, Target *target) except -1:
    """The process that the arguments `process` and `pid` of a call mean: by default the current one."""
    target.opened = False
    if process is None:
        if pid is None:
            target.handle = this_process
            return 0
        return open_process(pid, rights, target)
    if pid is not None:
        refuse(TypeError, b"pass process or pid, not both")
    if is_number(<PyObject *>process):
        target.handle = pointer(<PyObject *>process, b"process")
        if target.handle == NULL:
            refuse(ValueError, b"process is 0, which is no handle; None stands for the current process")
        return 0
    handle = owned_handle(process, b"process")
    if handle is not None:
        target.handle = pointer(<PyObject *>handle, b"process")
        if process_ended(target.handle):
            gone(b"process", GetProcessId(target.handle))
        return 0
    number = attribute_or_none(process, b"pid")
    if number is None:
        refuse(
            TypeError,
            b"process must be a handle (int), an object that owns one (subprocess.Popen, multiprocessing.Process, "
            b"a pywin32 handle) or has a pid, got %s", type_name(<PyObject *>process))
    is_running = attribute_or_none(process, b"is_running")  # before anything is open that an error would leave
    open_process(number, rights, target)
    # While the handle is open the id cannot be given to another process, so this answer (psutil compares
    # the creation times) is about the process that was opened.
    return must_be(is_running, target, b"process", number, (
        b"(its id belongs to another process by now) is gone"))


cdef int must_be(object answers, Target *target, const char *what, object number, const char *why) except -1:
    """Keep what was opened if the object whose id it has says that it lives; None cannot say."""
    cdef PyObject *answer
    if answers is None:
        return 0
    answer = PyObject_CallNoArgs(answers)
    if answer != NULL and PyObject_IsTrue(answer) > 0:
        Py_XDECREF(answer)
        return 0
    release(target)
    wer_new_reference(answer)
    return gone(what, <DWORD>integer(<PyObject *>number, 1, 0xFFFFFFFF, b"pid"), why)


cdef int open_thread(object tid, HANDLE process, DWORD rights, Target *target) except -1:
    cdef DWORD number = <DWORD>integer(<PyObject *>tid, 1, 0xFFFFFFFF, b"tid")
    cdef DWORD error, code = 0, owner, expected = GetProcessId(process)
    cdef HANDLE handle
    with nogil:
        handle = OpenThread(rights, False, number)
        error = GetLastError()
    if handle == NULL:
        refuse_open(b"OpenThread", b"thread", number, error)
    target.handle = handle
    target.opened = True
    must_be_exact(target, b"thread", number, GetThreadId(handle))
    owner = GetProcessIdOfThread(handle)
    if GetExitCodeThread(handle, &code) and code != STILL_ACTIVE:
        release(target)
        gone(b"thread", number)
    # Thread ids are reused quickly: a thread of another process is not the one that was meant.
    if expected and owner and owner != expected:
        release(target)
        text = PyUnicode_FromFormat(
            b"thread %lu belongs to process %lu, not to process %lu", number, owner, expected)
        raise_with(ProcessLookupError, b"(iO)", ESRCH, <PyObject *>text)
    return 0


cdef int find_thread(object thread, object tid, HANDLE process, DWORD rights, Target *target) except -1:
    """The thread that the arguments `thread` and `tid` of a call mean: NULL if there are none."""
    target.opened = False
    target.handle = NULL
    if thread is None:
        return 0 if tid is None else open_thread(tid, process, rights, target)
    if tid is not None:
        refuse(TypeError, b"pass thread or tid, not both")
    if is_number(<PyObject *>thread):
        target.handle = pointer(<PyObject *>thread, b"thread")
        if target.handle == NULL:
            refuse(ValueError, b"thread is 0, which is no handle; None means no thread")
        return 0
    if PyObject_HasAttrString(thread, b"native_id"):  # threading.Thread
        number = PyObject_GetAttrString(thread, b"native_id")
        if number is None:
            refuse(ValueError, b"thread: %R has not been started", <PyObject *>thread)
        is_alive = PyObject_GetAttrString(thread, b"is_alive")
        open_thread(number, process, rights, target)
        return must_be(is_alive, target, b"thread", number, b"is gone")
    handle = owned_handle(thread, b"thread")
    if handle is None:
        refuse(
            TypeError, b"thread must be a handle (int), an object that owns one, or a threading.Thread, got %s",
            type_name(<PyObject *>thread))
    target.handle = pointer(<PyObject *>handle, b"thread")
    return 0
