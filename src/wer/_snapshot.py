"""`ProcessSnapshot`: a process as it is now, for a dump that does not keep it waiting."""

from contextlib import suppress as _suppress

from . import _werapi
from ._enums import SnapshotFlags as _SnapshotFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType as _TracebackType
    from typing import Any as _Any
    from typing import NoReturn as _NoReturn
    from typing import Self as _Self

# What Microsoft's sample captures for MiniDumpWriteDump.
_FOR_A_DUMP = (
    _SnapshotFlags.VA_CLONE
    | _SnapshotFlags.HANDLES
    | _SnapshotFlags.HANDLE_NAME_INFORMATION
    | _SnapshotFlags.HANDLE_BASIC_INFORMATION
    | _SnapshotFlags.HANDLE_TYPE_SPECIFIC_INFORMATION
    | _SnapshotFlags.HANDLE_TRACE
    | _SnapshotFlags.THREADS
    | _SnapshotFlags.THREAD_CONTEXT
    | _SnapshotFlags.THREAD_CONTEXT_EXTENDED
    | _SnapshotFlags.CREATE_BREAKAWAY
    | _SnapshotFlags.CREATE_BREAKAWAY_OPTIONAL
    | _SnapshotFlags.CREATE_USE_VM_ALLOCATIONS
    | _SnapshotFlags.CREATE_RELEASE_SECTION
)


class ProcessSnapshot:
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

    __slots__ = ("__weakref__", "_held", "_pid")
    _held: _werapi.HeldSnapshot
    _pid: "_Any"  # None before it is captured

    def __new__(cls, *arguments: object, **options: object) -> "_Self":
        snapshot = super().__new__(cls)
        snapshot._held = _werapi.HeldSnapshot()
        snapshot._pid = None
        return snapshot

    def __init__(
        self,
        process: "_werapi._Process | None" = None,
        flags: _SnapshotFlags | int | None = None,
        *,
        pid: int | None = None,
        context_flags: int | None = None,
    ) -> None:
        self._pid = self._held.capture(process, pid, _FOR_A_DUMP if flags is None else flags, context_flags)

    def __enter__(self) -> "_Self":
        _ = self.handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: "_TracebackType | None"
    ) -> None:
        if error is None:
            self.close()
            return
        with _suppress(OSError):  # the error that ends the block matters more
            self.close()

    def __repr__(self) -> str:
        state = f"handle={handle:#x}" if (handle := self._held.handle) else "closed"
        return f"<wer.ProcessSnapshot of process {self._pid} {state}>"

    def __reduce__(self) -> "_NoReturn":
        raise TypeError("a snapshot cannot be copied or pickled: there is one of it")

    @property
    def pid(self) -> int:
        """The id of the process."""
        pid: int = self._pid
        return pid

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
