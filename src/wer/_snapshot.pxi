# The calls on a snapshot of a process; `ProcessSnapshot`, in _snapshot.py, is made of them.

cdef extern from "wer/werapi.h" nogil:
    enum:
        CONTEXT_ALL
        PROCESS_CREATE_PROCESS


# What a dump needs, as one is made with the same handle; and, inferred from what is captured, the right to make a
# process, which a clone of the memory is, and to duplicate handles.
cdef enum:
    SNAPSHOT_RIGHTS = PROCESS_RIGHTS | HANDLE_DATA_RIGHTS | PROCESS_CREATE_PROCESS


@cython.final
cdef class HeldSnapshot:
    # The handle of a snapshot: captured once, freed once, and in one call at a time, a dump of it included.

    cdef HPSS _handle
    cdef LONG _busy
    cdef LONG _initialized  # 1: captured, or about to be; changed atomically
    cdef Target _process  # of which a dump is made
    cdef object _owner  # keeps a handle that is not ours open

    def __dealloc__(self):
        with nogil:
            free_snapshot(self)

    def capture(self, process, pid, flags, context_flags, /):
        # Call PssCaptureSnapshot: the id of the process. `context_flags` is None if `flags` is to decide.
        cdef DWORD bits = flag_bits(<PyObject *>flags, SNAPSHOT_FLAGS, 0xFFFFFFFF, b"flags")
        cdef DWORD context = CONTEXT_ALL if bits & <DWORD>get(SNAPSHOT_FLAGS).THREAD_CONTEXT else 0
        cdef DWORD error, number
        cdef bint ended
        cdef HPSS handle = NULL
        cdef Target target
        need(wer_found.PssCaptureSnapshot != NULL, b"PssCaptureSnapshot")
        need(wer_found.PssFreeSnapshot != NULL, b"PssFreeSnapshot")
        if context_flags is not None:
            context = <DWORD>integer(<PyObject *>context_flags, 0, 0xFFFFFFFF, b"context_flags")
        find_process(process, pid, SNAPSHOT_RIGHTS, &target)
        if InterlockedExchange(&self._initialized, 1) != 0:
            release(&target)
            refuse(RuntimeError, b"this snapshot has already been captured; make a new one")
        with nogil:
            error = wer_found.PssCaptureSnapshot(target.handle, bits, context, &handle)
        number = GetProcessId(target.handle)
        if error:
            ended = process_ended(target.handle)
            release(&target)
            InterlockedExchange(&self._initialized, 0)
            if ended:
                gone(b"process", number)
            windows = system_text(<HRESULT>error)
            refuse_code(PyUnicode_FromFormat(
                b"PssCaptureSnapshot: process %lu: %U", number, <PyObject *>windows), error)
        self._handle = handle
        self._process = target
        self._owner = process
        return number

    @property
    def handle(self):
        # The HPSS; 0 once it is closed.
        return <size_t>self._handle

    def close(self):
        # Call PssFreeSnapshot.
        cdef DWORD error
        enter(&self._busy, b"snapshot", b"close it afterwards")
        with nogil:
            error = free_snapshot(self)
        self._owner = None
        leave(&self._busy)
        if error:
            windows = system_text(<HRESULT>error)
            refuse_code(PyUnicode_FromFormat(b"PssFreeSnapshot: %U", <PyObject *>windows), error)


cdef DWORD free_snapshot(HeldSnapshot snapshot) noexcept nogil:
    """Free what the snapshot owns. The handle is forgotten first: whatever Windows answers, it is gone."""
    cdef HPSS handle = snapshot._handle
    cdef DWORD error = 0
    snapshot._handle = NULL
    # The snapshot is in this process, whichever one it is of.
    if handle != NULL:
        error = wer_found.PssFreeSnapshot(this_process, handle)
    release(&snapshot._process)
    return error


cdef int begin_dump_of(HeldSnapshot snapshot) except -1:
    """Keep the snapshot open for a dump, until `leave`."""
    enter(&snapshot._busy, b"snapshot", b"it takes one at a time")
    if snapshot._handle == NULL:
        leave(&snapshot._busy)
        refuse(ValueError, b"the snapshot is closed")
    return 0
