# Dumps into files, without a report; `write_dump`, in dumps/_write.py, is made of it.

cdef extern from "Python.h":
    int PyErr_CheckSignals() except -1
    void *PyMem_RawCalloc(size_t count, size_t size) nogil
    void PyMem_RawFree(void *memory) nogil

cdef extern from "writedump.h" nogil:
    ctypedef struct WerDump:
        HANDLE process
        HANDLE file
        DWORD pid
        DWORD flags
        LONG stop
        HRESULT hr
    DWORD wer_load_dbghelp()
    HANDLE wer_begin_dump(WerDump *dump)

cdef enum:
    A_WHILE = 100  # milliseconds until somebody wants to hear of the dump, or has pressed Ctrl-C
    ERROR_PARTIAL_COPY = 299


def write_dump(process, int file, DWORD flags, progress, /):
    # Call MiniDumpWriteDump into the open file with a descriptor. `progress` is called now and then; if it raises, or
    # Ctrl-C does, the dump is given up.
    cdef HeldHandle held = some_handle_in(process)
    cdef HeldHandle thread = HeldHandle.__new__(HeldHandle)
    cdef WerDump *dump
    cdef DWORD error
    cdef HRESULT hr
    cdef HANDLE c_file = <HANDLE><size_t>get_osfhandle(file)
    with nogil:
        error = wer_load_dbghelp()
    if error:
        raise NotImplementedError(
            f"dbghelp.dll cannot be loaded from System32 (error {error}: {system_text(<HRESULT>error)}); Windows has "
            "it, some minimal containers leave it out")
    dump = <WerDump *>PyMem_RawCalloc(1, sizeof(WerDump))  # the thread may outlive this one's stack, if Python ends
    if dump == NULL:
        raise MemoryError
    dump.process = held._handle
    dump.file = c_file
    dump.pid = held._id
    dump.flags = flags
    with nogil:
        thread._handle = wer_begin_dump(dump)
        error = GetLastError()
    if thread._handle == NULL:
        PyMem_RawFree(dump)
        raise failed("CreateThread", error)
    try:
        while not ended_within(thread._handle, A_WHILE):
            PyErr_CheckSignals()
            if progress is not None:
                progress()
    except BaseException:
        dump.stop = True
        raise
    finally:
        while not ended_within(thread._handle, 60000):
            pass
        hr = dump.hr
        PyMem_RawFree(dump)
    if hr >= 0:
        return
    if process_ended(held._handle):
        raise gone("process", held._id)
    raise dump_error(held._id, hr)


cdef bint ended_within(HANDLE thread, DWORD milliseconds):
    """Whether a thread has ended, after waiting for it."""
    cdef DWORD waited
    with nogil:
        waited = WaitForSingleObject(thread, milliseconds)
    return waited != WAIT_TIMEOUT


cdef object dump_error(DWORD number, HRESULT hr):
    """The OSError for a dump that failed; its code is that of Win32 if the HRESULT has one inside."""
    cdef LONG code = hr & 0xFFFF if (hr >> 16 & 0x1FFF) == 7 else hr
    text = f"MiniDumpWriteDump: process {number}: {system_text(hr)}"
    if code == ERROR_ACCESS_DENIED:
        text += " Its memory may not be read: it runs as another user or is protected."
    elif code == ERROR_PARTIAL_COPY and sizeof(void *) == 4:
        text += " A 32-bit Python cannot dump a 64-bit process: use a 64-bit one."
    return OSError(None, text, None, code)
