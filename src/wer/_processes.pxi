# Processes beside this one, for _interpreter.py: a handle of one, whether a Python is in it, and who started whom.

cdef extern from *:
    """
    #ifndef PSAPI_VERSION
    #define PSAPI_VERSION 2 /* the functions are kernel32's: no psapi.dll to load */
    #endif
    #include <psapi.h>
    #include <tlhelp32.h>
    """

cdef extern from "wer/werapi.h" nogil:
    enum:
        DUPLICATE_SAME_ACCESS
    ctypedef void *HMODULE
    ctypedef struct FILETIME:
        DWORD dwLowDateTime
        DWORD dwHighDateTime
    BOOL DuplicateHandle(
        HANDLE of_process, HANDLE handle, HANDLE to_process, HANDLE *copy, DWORD access, BOOL inherit, DWORD options)
    BOOL GetProcessTimes(HANDLE process, FILETIME *created, FILETIME *ended, FILETIME *kernel, FILETIME *user)
    BOOL QueryFullProcessImageNameW(HANDLE process, DWORD flags, WCHAR *path, DWORD *units)
    void *InterlockedExchangePointer(void **target, void *value)

cdef extern from "<psapi.h>" nogil:
    enum:
        LIST_MODULES_ALL
    BOOL EnumProcessModulesEx(HANDLE process, HMODULE *modules, DWORD room, DWORD *needed, DWORD which)
    DWORD GetModuleBaseNameW(HANDLE process, HMODULE module, WCHAR *name, DWORD room)

cdef extern from "<tlhelp32.h>" nogil:
    enum:
        TH32CS_SNAPPROCESS
    ctypedef struct PROCESSENTRY32W:
        DWORD dwSize
        DWORD th32ProcessID
        DWORD th32ParentProcessID
    HANDLE CreateToolhelp32Snapshot(DWORD flags, DWORD pid)
    BOOL Process32FirstW(HANDLE snapshot, PROCESSENTRY32W *entry)
    BOOL Process32NextW(HANDLE snapshot, PROCESSENTRY32W *entry)

cdef extern from "Python.h":
    char *PyByteArray_AS_STRING(object buffer)

cdef enum:
    MOST_MODULES = 1024  # that are looked at: a Python is among the first that a process loads
    PATH_UNITS = 32768  # the longest path of Windows, with its NUL


cdef class OwnedHandle:
    # A kernel handle, closed once.

    cdef HANDLE value

    def __dealloc__(self):
        close_once(&self.value)

    def close(self):
        # Call CloseHandle, the first time.
        close_once(&self.value)


cdef void close_once(HANDLE *value) noexcept:
    cdef HANDLE handle = InterlockedExchangePointer(value, NULL)
    if handle != NULL:
        with nogil:
            CloseHandle(handle)


@cython.final
cdef class HeldProcess(OwnedHandle):
    # A handle of a process. While it is open the process's id cannot be given to another one.

    cdef DWORD _pid

    def __cinit__(self, process, pid, /):
        # Hold what the arguments `process` and `pid` of a call mean. Of an object that owns a handle: a duplicate.
        cdef Target target
        cdef DWORD error
        owned = None
        if process is not None and pid is None:
            owned = owned_handle(process, b"process")
        if owned is None:
            find_process(process, pid, SNAPSHOT_RIGHTS, &target)
        else:  # not `find_process`: it refuses a process that has ended, and a launcher's child may live on
            target.handle = pointer(<PyObject *>owned, b"process")
            target.opened = False
        if target.opened:
            self.value = target.handle
        else:
            duplicate(target.handle, &self.value)
        self._pid = GetProcessId(self.value)
        if self._pid == 0:
            error = GetLastError()
            fail(b"GetProcessId: what process has is no handle of a process, or tells nothing", error)

    @property
    def pid(self):
        # The id of the process.
        return self._pid

    @property
    def handle(self):
        # The handle; 0 once it is closed.
        return <size_t>self.value

    @property
    def ended(self):
        # Whether the process has ended.
        return process_ended(self.value)

    def created(self):
        # Call GetProcessTimes: when the process was made, in units of 100 ns.
        cdef FILETIME made, other
        cdef BOOL done
        cdef DWORD error
        with nogil:
            done = GetProcessTimes(self.value, &made, &other, &other, &other)
            error = GetLastError()
        if not done:
            fail(b"GetProcessTimes", error)
        return (<unsigned long long>made.dwHighDateTime << 32) | made.dwLowDateTime

    def executable(self):
        # Call QueryFullProcessImageNameW: the path of the program, or "" if Windows does not tell.
        buffer = bytearray(PATH_UNITS * sizeof(WCHAR))
        cdef WCHAR *path = <WCHAR *>PyByteArray_AS_STRING(buffer)
        cdef DWORD units = PATH_UNITS
        cdef BOOL done
        with nogil:
            done = QueryFullProcessImageNameW(self.value, 0, path, &units)
        return PyUnicode_FromWideChar(path, units) if done else ""

    def has_python(self):
        # Call EnumProcessModulesEx: whether a Python is loaded in the process.
        cdef HMODULE modules[MOST_MODULES]
        cdef WCHAR name[MAX_PATH]
        cdef DWORD needed = 0, index = 0, units, error
        cdef BOOL done
        cdef bint found = False
        with nogil:
            done = EnumProcessModulesEx(self.value, modules, sizeof(modules), &needed, LIST_MODULES_ALL)
            error = GetLastError()
            if done:
                # In the order of loading, and each name takes as long as its place in it: Python's is near the start.
                while not found and index < MOST_MODULES and (index + 1) * sizeof(HMODULE) <= needed:
                    units = GetModuleBaseNameW(self.value, modules[index], name, MAX_PATH)  # 0: it is gone again
                    found = comes_with_python(name, units)
                    index += 1
        if not done:
            fail(b"EnumProcessModulesEx", error)
        return found


cdef int duplicate(HANDLE handle, HANDLE *copy) except -1:
    cdef BOOL done
    cdef DWORD error
    with nogil:
        done = DuplicateHandle(this_process, handle, this_process, copy, 0, False, DUPLICATE_SAME_ACCESS)
        error = GetLastError()
    return 0 if done else fail(b"DuplicateHandle: process", error)


cdef bint comes_with_python(const WCHAR *name, DWORD units) noexcept nogil:
    """Whether a module of this name is Python's library (CPython's, MSYS2's, PyPy's) or an extension module."""
    if has_at(name, units, <long long>units - 4, b".pyd"):
        return True
    if not has_at(name, units, <long long>units - 4, b".dll"):
        return False
    if has_at(name, units, 0, b"lib"):
        name += 3
        units -= 3
    # Not pythoncom312.dll, nor a launcher's python.dll. Behind the digit: the version, "t", "_d".
    return has_at(name, units, 0, b"pypy") or has_at(name, units, 0, b"python") and c"0" <= name[6] <= c"9"


cdef bint has_at(const WCHAR *name, DWORD units, long long start, const char *text) noexcept nogil:
    """Whether `text`, which is in lower case, stands in `name` from `start` on, in whatever case."""
    cdef long long index = 0
    cdef WCHAR unit
    if start < 0:
        return False
    while text[index]:
        if start + index >= units:
            return False
        unit = name[start + index]
        if c"A" <= unit <= c"Z":
            unit += 32
        if unit != <WCHAR>text[index]:
            return False
        index += 1
    return True


def children_of(pid, /):
    # Call CreateToolhelp32Snapshot: the ids of the processes whose parent's id is, or was, `pid`.
    cdef DWORD parent = <DWORD>integer(<PyObject *>pid, 0, 0xFFFFFFFF, b"pid")
    cdef OwnedHandle snapshot = OwnedHandle.__new__(OwnedHandle)
    cdef PROCESSENTRY32W entry
    cdef DWORD error
    cdef HANDLE handle
    cdef BOOL more
    entry.dwSize = sizeof(entry)
    with nogil:
        handle = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0)
        error = GetLastError()
    if handle == <HANDLE><Py_ssize_t>-1:  # INVALID_HANDLE_VALUE
        fail(b"CreateToolhelp32Snapshot", error)
    snapshot.value = handle
    found = []
    more = Process32FirstW(handle, &entry)  # with the GIL: what follows only reads this process's own memory
    while more:
        if entry.th32ParentProcessID == parent and entry.th32ProcessID != parent:  # the idle process is its own
            found.append(entry.th32ProcessID)
        more = Process32NextW(handle, &entry)
    return found


cdef int fail(const char *what, DWORD error) except -1:
    """Raise the OSError that a code of Windows stands for, of the class that Python has for it."""
    raise OSError(None, f"{what.decode()}: {system_text(<HRESULT>error)}", None, error)
