"""`ProcessSnapshot`: a process as it is now, for a dump that does not keep it waiting."""

from ._arguments import bits
from ._enums import SnapshotFlags
from ._owner import Owner
from ._processes import FOR_SNAPSHOT, process_of
from ._typing import TYPE_CHECKING, ProcessLike, Self

if TYPE_CHECKING:
    from ._werapi import HeldSnapshot

# What Microsoft's sample captures for MiniDumpWriteDump.
FOR_A_DUMP = (
    SnapshotFlags.VA_CLONE
    | SnapshotFlags.HANDLES
    | SnapshotFlags.HANDLE_NAME_INFORMATION
    | SnapshotFlags.HANDLE_BASIC_INFORMATION
    | SnapshotFlags.HANDLE_TYPE_SPECIFIC_INFORMATION
    | SnapshotFlags.HANDLE_TRACE
    | SnapshotFlags.THREADS
    | SnapshotFlags.THREAD_CONTEXT
    | SnapshotFlags.THREAD_CONTEXT_EXTENDED
    | SnapshotFlags.CREATE_BREAKAWAY
    | SnapshotFlags.CREATE_BREAKAWAY_OPTIONAL
    | SnapshotFlags.CREATE_USE_VM_ALLOCATIONS
    | SnapshotFlags.CREATE_RELEASE_SECTION
)


class ProcessSnapshot(Owner):
    """A process as it is now, for `Report.add_dump`. Calls PssCaptureSnapshot.

    The process waits only while it is captured; a dump of the snapshot, which takes longer, leaves it alone. A snapshot
    owns its handle and frees it exactly once: in `close`, on leaving ``with``, or quietly when it is collected.

    A snapshot takes one call at a time, a dump of it included; `close` meanwhile raises RuntimeError.

    Parameters
    ----------
    process : object, optional
        The process: an object that owns a handle or has a ``pid``, or a `Handle` (see `Report.add_dump`). By default
        the current one. Besides what `Report.add_dump` needs, a handle needs PROCESS_CREATE_PROCESS and
        PROCESS_DUP_HANDLE (inferred).
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

    __slots__ = ("_pid",)
    _HELD = "HeldSnapshot"
    _CALLED = "snapshot"
    _held: "HeldSnapshot"
    _pid: int

    def __init__(
        self,
        process: ProcessLike | None = None,
        flags: SnapshotFlags | int | None = None,
        *,
        pid: int | None = None,
        context_flags: int | None = None,
    ) -> None:
        chosen = FOR_A_DUMP if flags is None else bits(SnapshotFlags, flags, "flags")
        self._pid = self._held.capture(
            process_of(process, pid, FOR_SNAPSHOT), chosen, bool(chosen & SnapshotFlags.THREAD_CONTEXT), context_flags
        )

    def __enter__(self) -> Self:
        _ = self.handle
        return self

    def __repr__(self) -> str:
        state = f"handle={handle:#x}" if (handle := self._held.handle) else "closed"
        return f"<wer.ProcessSnapshot of process {self.pid} {state}>"

    @property
    def pid(self) -> int:
        """The id of the process; 0 before it is captured."""
        return getattr(self, "_pid", 0)

    @property
    def closed(self) -> bool:
        """Whether the snapshot is closed."""
        return not self._held.handle

    @property
    def handle(self) -> int:
        """The snapshot's HPSS, for native code. It stays the snapshot's own; not a kernel handle.

        Raises
        ------
        ValueError
            The snapshot is closed.
        """
        if not (handle := self._held.handle):
            raise ValueError("the snapshot is closed")
        return handle

    def close(self) -> None:
        """Free the snapshot. Calls PssFreeSnapshot. Closing a closed snapshot does nothing.

        Raises
        ------
        OSError
            Windows refused; the snapshot counts as closed all the same.
        RuntimeError
            A dump of it is being made.
        """
        self._held.close()
