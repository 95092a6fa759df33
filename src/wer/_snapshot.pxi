# Snapshots of processes, for dumps that do not keep a process waiting.

ctypedef void *HPSS

cdef extern from "wer/werapi.h" nogil:
    enum:
        CONTEXT_ALL
        PROCESS_CREATE_PROCESS


# What a dump needs, as one is made with the same handle; and, inferred from what is captured, the right to make a
# process, which a clone of the memory is, and to duplicate handles.
cdef enum:
    SNAPSHOT_RIGHTS = PROCESS_RIGHTS | HANDLE_DATA_RIGHTS | PROCESS_CREATE_PROCESS


cdef object for_a_dump():
    """What Microsoft's sample captures for MiniDumpWriteDump."""
    cdef object flags = get(_SnapshotFlags)
    return (
        flags.VA_CLONE
        | flags.HANDLES
        | flags.HANDLE_NAME_INFORMATION
        | flags.HANDLE_BASIC_INFORMATION
        | flags.HANDLE_TYPE_SPECIFIC_INFORMATION
        | flags.HANDLE_TRACE
        | flags.THREADS
        | flags.THREAD_CONTEXT
        | flags.THREAD_CONTEXT_EXTENDED
        | flags.CREATE_BREAKAWAY
        | flags.CREATE_BREAKAWAY_OPTIONAL
        | flags.CREATE_USE_VM_ALLOCATIONS
        | flags.CREATE_RELEASE_SECTION
    )


cdef class ProcessSnapshot:
    """A process as it is now, for `Report.add_dump`. Calls PssCaptureSnapshot.

    The process waits only while it is captured; a dump of the snapshot, which takes longer, leaves it alone. A snapshot
    owns its handle and frees it exactly once: in `close`, on leaving ``with``, or quietly when it is collected.

    A snapshot takes one call at a time, a dump of it included; `close` meanwhile raises RuntimeError.

    Parameters
    ----------
    process : int or object, optional
        The process: a handle, or an object that owns one or has a ``pid`` (see `Report.add_dump`). By default the
        current one. Besides what `Report.add_dump` needs, a handle needs PROCESS_CREATE_PROCESS and PROCESS_DUP_HANDLE
        (inferred).
    flags : SnapshotFlags, optional
        What to capture. By default what Microsoft's sample captures for a dump: a clone of the memory, the handles and
        what is known of them, the threads with their registers.
    pid : int, optional
        An id instead of `process`.
    context_flags : int, optional
        ``CONTEXT_`` flags of winnt.h: which registers. By default all, if `flags` has THREAD_CONTEXT.

    Raises
    ------
    OSError
        Windows refused; ``winerror`` is the code. The process is gone (ProcessLookupError) or may not be opened
        (PermissionError).
    TypeError, ValueError
        An argument is of the wrong type or out of its limits.
    NotImplementedError
        This Windows has no process snapshots.

    Notes
    -----
    Windows 8.1. Keep the snapshot open until the report is submitted: WER may read it only then (inferred).
    """

    cdef HPSS _handle
    cdef LONG _busy
    cdef LONG _initialized  # 1: captured, or about to be; changed atomically
    cdef Target _process  # of which a dump is made
    cdef object _owner  # keeps a handle that is not ours open
    cdef object __weakref__
    cdef readonly object pid

    def __init__(
        self,
        process: object = None,
        flags: int | None = None,
        *,
        pid: int | None = None,
        context_flags: int | None = None,
    ):
        cdef DWORD bits = flag_bits(for_a_dump() if flags is None else flags, _SnapshotFlags, 0xFFFFFFFF, "flags")
        cdef DWORD context = 0
        cdef HPSS handle = NULL
        cdef Target target
        cdef DWORD error
        need(wer_found.PssCaptureSnapshot != NULL, b"PssCaptureSnapshot")
        need(wer_found.PssFreeSnapshot != NULL, b"PssFreeSnapshot")
        if context_flags is not None:
            context = <DWORD>integer(context_flags, 0, 0xFFFFFFFF, "context_flags")
        elif bits & <DWORD>_SnapshotFlags.THREAD_CONTEXT:
            context = CONTEXT_ALL
        if InterlockedExchange(&self._initialized, 1) != 0:
            raise RuntimeError("this snapshot has already been captured; make a new one")
        target.opened = False
        try:
            find_process(process, pid, SNAPSHOT_RIGHTS, &target)
            with nogil:
                error = wer_found.PssCaptureSnapshot(target.handle, bits, context, &handle)
            if error:
                number = GetProcessId(target.handle)
                if process_ended(target.handle):
                    raise gone(f"process {number}")
                raise OSError(
                    0, f"PssCaptureSnapshot: process {number}: {system_text(<HRESULT>error)}", None, error)
        except BaseException:
            release(&target)
            InterlockedExchange(&self._initialized, 0)
            raise
        self._handle = handle
        self._process = target
        self._owner = process
        self.pid = GetProcessId(target.handle)

    def __dealloc__(self):
        with nogil:
            free_snapshot(self)

    def __enter__(self) -> ProcessSnapshot:
        if self._handle == NULL:
            raise ValueError("the snapshot is closed")
        return self

    def __exit__(self, kind, error, traceback) -> None:
        if error is None:
            self.close()
            return
        try:
            self.close()
        except OSError:
            pass  # the error that ends the block matters more

    def __repr__(self) -> str:
        state = "closed" if self._handle == NULL else f"handle={<size_t>self._handle:#x}"
        return f"<wer.ProcessSnapshot of process {self.pid} {state}>"

    @property
    def closed(self) -> bool:
        """Whether the snapshot is closed."""
        return self._handle == NULL

    @property
    def handle(self) -> int:
        """The snapshot's HPSS, for native code. It stays the snapshot's own; not a kernel handle.

        Raises
        ------
        ValueError
            The snapshot is closed.
        """
        if self._handle == NULL:
            raise ValueError("the snapshot is closed")
        return <size_t>self._handle

    def close(self) -> None:
        """Free the snapshot. Calls PssFreeSnapshot. Closing a closed snapshot does nothing.

        Raises
        ------
        OSError
            Windows refused; the snapshot counts as closed all the same.
        RuntimeError
            A dump of it is being made.
        """
        cdef DWORD error
        enter(&self._busy, b"snapshot", b"close it afterwards")
        with nogil:
            error = free_snapshot(self)
        self._owner = None
        leave(&self._busy)
        if error:
            raise OSError(0, f"PssFreeSnapshot: {system_text(<HRESULT>error)}", None, error)


cdef DWORD free_snapshot(ProcessSnapshot snapshot) noexcept nogil:
    """Free what the snapshot owns. The handle is forgotten first: whatever Windows answers, it is gone."""
    cdef HPSS handle = snapshot._handle
    cdef DWORD error = 0
    snapshot._handle = NULL
    # The snapshot is in this process, whichever one it is of.
    if handle != NULL:
        error = wer_found.PssFreeSnapshot(GetCurrentProcess(), handle)
    release(&snapshot._process)
    return error


cdef int begin_dump_of(ProcessSnapshot snapshot) except -1:
    """Keep the snapshot open for a dump, until `leave`."""
    enter(&snapshot._busy, b"snapshot", b"it takes one at a time")
    if snapshot._handle == NULL:
        leave(&snapshot._busy)
        raise ValueError("the snapshot is closed")
    return 0
