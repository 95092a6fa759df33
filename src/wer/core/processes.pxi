# Processes beside this one, for _interpreter.py, _launcher.py and service/_processes.py: whether a Python is in one,
# who started whom, how one ended, and how much memory it has.

cdef extern from *:
    """
    #ifndef PSAPI_VERSION
    #define PSAPI_VERSION 2 /* the functions are kernel32's: no psapi.dll to load */
    #endif
    #include <psapi.h>
    #include <tlhelp32.h>
    """

cdef extern from "<psapi.h>" nogil:
    ctypedef void *HMODULE
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

cdef extern from "memorysize.h" nogil:
    ctypedef struct WerMemory:
        ULONGLONG private_bytes
        ULONGLONG data_bytes
        ULONGLONG all_bytes
    DWORD wer_memory_of(HANDLE process, WerMemory *memory)

cdef enum:
    MOST_MODULES = 1024  # that are looked at: a Python is among the first that a process loads
    PATH_UNITS = 32768  # the longest path of Windows, with its NUL


def has_ended(process, /):
    # Whether the process has ended.
    cdef HeldHandle held = some_handle_in(process)
    return process_ended(held._handle)


def exit_code(process, /):
    # Call GetExitCodeProcess: unsigned, and 259 while it runs.
    cdef HeldHandle held = some_handle_in(process)
    cdef DWORD code = 0, error
    cdef BOOL done
    with nogil:
        done = GetExitCodeProcess(held._handle, &code)
        error = GetLastError()
    if not done:
        raise failed("GetExitCodeProcess", error)
    return code


def memory_of(process, /):
    # Call VirtualQueryEx throughout its address space: the bytes that only it has (heaps, stacks), all that are
    # committed, and those of its modules' global variables.
    cdef HeldHandle held = some_handle_in(process)
    cdef WerMemory memory
    cdef DWORD error
    with nogil:
        error = wer_memory_of(held._handle, &memory)
    if error:
        raise failed("VirtualQueryEx", error)
    return memory.private_bytes, memory.all_bytes, memory.data_bytes


def created(process, /):
    # Call GetProcessTimes: when the process was made, in units of 100 ns.
    cdef HeldHandle held = some_handle_in(process)
    cdef FILETIME made, other
    cdef BOOL done
    cdef DWORD error
    with nogil:
        done = GetProcessTimes(held._handle, &made, &other, &other, &other)
        error = GetLastError()
    if not done:
        raise failed("GetProcessTimes", error)
    return <ULONGLONG>made.dwHighDateTime << 32 | made.dwLowDateTime


def executable(process, /):
    # Call QueryFullProcessImageNameW: the path of the program, or "" if Windows does not tell.
    cdef HeldHandle held = some_handle_in(process)
    cdef bytes buffer = PyBytes_FromStringAndSize(NULL, PATH_UNITS * sizeof(WCHAR))
    cdef WCHAR *path = <WCHAR *><char *>buffer
    cdef DWORD units = PATH_UNITS
    cdef BOOL done
    with nogil:
        done = QueryFullProcessImageNameW(held._handle, 0, path, &units)
    return PyUnicode_FromWideChar(path, units) if done else ""


def has_python(process, /):
    # Call EnumProcessModulesEx: whether a Python is loaded in the process.
    cdef HeldHandle held = some_handle_in(process)
    cdef HMODULE modules[MOST_MODULES]
    cdef WCHAR name[MAX_PATH]
    cdef DWORD needed = 0, index = 0, units, error
    cdef BOOL done
    cdef bint found = False
    with nogil:
        done = EnumProcessModulesEx(held._handle, modules, sizeof(modules), &needed, LIST_MODULES_ALL)
        error = GetLastError()
        # In the order of loading, and each name takes as long as its place in it: Python's is near the start.
        while done and not found and index < MOST_MODULES and index * sizeof(HMODULE) < needed:
            units = GetModuleBaseNameW(held._handle, modules[index], name, MAX_PATH)  # 0: it is gone again
            found = comes_with_python(name, units)
            index += 1
    if not done:
        raise failed("EnumProcessModulesEx", error)
    return found


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
    cdef DWORD parent = <DWORD>integer(pid, 0, 0xFFFFFFFF, "pid")
    cdef PROCESSENTRY32W entry
    cdef HeldHandle snapshot
    cdef HANDLE handle
    cdef DWORD error
    cdef BOOL more
    entry.dwSize = sizeof(entry)
    with nogil:
        handle = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0)
        error = GetLastError()
    if handle == <HANDLE><Py_ssize_t>-1:  # INVALID_HANDLE_VALUE
        raise failed("CreateToolhelp32Snapshot", error)
    snapshot = held_handle(handle)
    found = []
    more = Process32FirstW(snapshot._handle, &entry)  # with the GIL: what follows only reads this process's own memory
    while more:
        if entry.th32ParentProcessID == parent and entry.th32ProcessID != parent:  # the idle process is its own
            found.append(entry.th32ProcessID)
        more = Process32NextW(snapshot._handle, &entry)
    return found


cdef object failed(const char *what, DWORD error):
    """The OSError that a code of Windows stands for, of the class that Python has for it."""
    return OSError(None, f"{what}: {system_text(<HRESULT>error)}", None, <LONG>error)
