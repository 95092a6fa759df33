"""Snapshots: core/snapshot.pxi in Python."""

from threading import Lock

from .._enums import SnapshotFlags
from .._typing import TYPE_CHECKING
from ._checks import gone, initialize, integer, system_text, turn, windows_error
from ._handles import HeldHandle, process_behind
from ._lookup import need

if TYPE_CHECKING:
    from ._fake import FakeWer

_CONTEXT_ALL = 0x10001F  # of x86-64


class HeldSnapshot:
    """The handle of a snapshot: captured once, freed once, and in one call at a time, a dump of it included."""

    _wer: "FakeWer"

    def __init__(self) -> None:
        self._handle = 0
        self._busy = Lock()
        self._initialized = Lock()
        self._process: HeldHandle | None = None

    def __del__(self) -> None:
        self._free()

    def capture(self, process: HeldHandle | None, flags: int, registers: bool, context_flags: int | None, /) -> int:
        context = _CONTEXT_ALL if registers else 0
        of = process_behind(self._wer, process)
        need(self._wer, "PssCaptureSnapshot")
        need(self._wer, "PssFreeSnapshot")
        if context_flags is not None:
            context = integer(context_flags, 0, 0xFFFFFFFF, "context_flags")
        initialize(self._initialized, "snapshot", "captured")
        error = self._wer._answer(
            "PssCaptureSnapshot", process=of.pid, flags=SnapshotFlags(flags), context_flags=context
        )
        if error:
            self._initialized.release()
            if of.ended:
                raise gone("process", of.pid)
            raise windows_error(f"PssCaptureSnapshot: process {of.pid}: {system_text(error)}", error)
        self._handle = self._wer._new_handle()
        self._process = process
        return of.pid

    @property
    def handle(self) -> int:
        return self._handle

    @property
    def process(self) -> HeldHandle | None:
        return self._process

    def close(self) -> None:
        with turn(self._busy, "snapshot", "close it afterwards"):
            error = self._free()
            self._process = None
        if error:
            raise windows_error(f"PssFreeSnapshot: {system_text(error)}", error)

    def _free(self) -> int:
        """Free the handle. It is forgotten first: whatever the fake answers, it is gone."""
        handle, self._handle = self._handle, 0
        return self._wer._answer("PssFreeSnapshot", snapshot=handle) if handle else 0
