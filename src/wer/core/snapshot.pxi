# Snapshots of processes; `ProcessSnapshot`, in _snapshot.py, is made of them.

@cython.final
cdef class HeldSnapshot:
    # The handle of a snapshot: captured once, freed once, and in one call at a time, a dump of it included.

    cdef HPSS _handle
    cdef LONG _busy
    cdef LONG _initialized  # 1: captured, or about to be; changed atomically
    cdef HeldHandle _process  # of which a dump is made; None: the calling one

    def __dealloc__(self):
        with nogil:
            free_snapshot(self)

    def capture(self, process, DWORD flags, bint registers, context_flags, /):
        # Call PssCaptureSnapshot: the id of the process. `registers` captures all if `context_flags` is None.
        cdef DWORD context = CONTEXT_ALL if registers else 0
        cdef HeldHandle of = handle_in(process)
        cdef HANDLE c_process = handle_of(of)
        cdef DWORD error, number = GetProcessId(c_process)
        cdef HPSS handle = NULL
        need(wer_found.PssCaptureSnapshot != NULL, "PssCaptureSnapshot")
        need(wer_found.PssFreeSnapshot != NULL, "PssFreeSnapshot")
        if context_flags is not None:
            context = <DWORD>integer(context_flags, 0, 0xFFFFFFFF, "context_flags")
        initialize(&self._initialized, "snapshot", "captured")
        with nogil:
            error = wer_found.PssCaptureSnapshot(c_process, flags, context, &handle)
        if error or handle == NULL:
            InterlockedExchange(&self._initialized, 0)
            if error and process_ended(c_process):
                raise gone("process", number)
            text = system_text(<HRESULT>error) if error else "Windows said that it succeeded and gave no handle"
            raise windows_error(f"PssCaptureSnapshot: process {number}: {text}", error)
        self._handle = handle
        self._process = of
        return number

    @property
    def handle(self):
        # The HPSS; 0 once it is closed.
        return <size_t>self._handle

    @property
    def process(self):
        # Of which it is; None: the calling one.
        with cython.critical_section(self):
            return self._process

    def close(self):
        # Call PssFreeSnapshot.
        cdef DWORD error
        take(&self._busy, "snapshot", "close it afterwards")
        with nogil:
            error = free_snapshot(self)
        with cython.critical_section(self):
            self._process = None
        leave(&self._busy)
        if error:
            raise windows_error(f"PssFreeSnapshot: {system_text(<HRESULT>error)}", error)


cdef HeldSnapshot snapshot_in(object given):
    """An argument that is to be a HeldSnapshot or None."""
    if given is not None:
        must_be_a(HeldSnapshot, given)
    return <HeldSnapshot>given


cdef DWORD free_snapshot(HeldSnapshot snapshot) noexcept nogil:
    """Free the handle. It is forgotten first: whatever Windows answers, it is gone."""
    cdef HPSS handle = snapshot._handle
    snapshot._handle = NULL
    # The snapshot is in this process, whichever one it is of.
    return wer_found.PssFreeSnapshot(GetCurrentProcess(), handle) if handle != NULL else 0


cdef int begin_dump_of(HeldSnapshot snapshot) except -1:
    """Keep the snapshot open for a dump, until `leave`."""
    take(&snapshot._busy, "snapshot", "it takes one at a time")
    if snapshot._handle == NULL:
        leave(&snapshot._busy)
        raise ValueError("the snapshot is closed")
    return 0
