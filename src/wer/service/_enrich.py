"""`enrich`: add to the reports that Windows makes itself when this process crashes or hangs."""

import atexit
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from .._custom_metadata import check_custom_metadata
from .._limits import WER_MAX_REGISTERED_ENTRIES, WER_MAX_REGISTERED_METADATA
from .._registration import Registration, register_custom_metadata, register_file, register_memory_block
from .._typing import Any, Self, StrPath, TracebackType
from ._fault_stacks import FaultStacks, is_free
from ._folder import Folder
from ._ring_log import RingLog


class Enrichment:
    """What `enrich` has done. It is undone by `undo`, at the end of a ``with`` block, or of the interpreter.

    Attributes
    ----------
    registrations : tuple of Registration
        What is registered with WER.
    faulthandler_path : str or None
        The file into which faulthandler writes; None if it does not for this.
    notes : tuple of str
        What was left as it was, and why, in words.
    """

    def __init__(self) -> None:
        self.registrations: tuple[Registration, ...] = ()
        self.faulthandler_path: str | None = None
        self.notes: tuple[str, ...] = ()
        # What undoes the last step, and the same for those before it. An ExitStack asks for memory, as does a list that
        # gets shorter, and what is begun is undone just when there is none.
        self._undoing: tuple[Callable[[], None], Any] | None = None
        self._ring_log: RingLog | None = None  # to stay, whoever else drops it

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.undo()
        except OSError:
            if error is None:
                raise
            # the error that ends the block matters more

    def undo(self) -> None:
        """Undo all of it, the last first. Doing it again does nothing.

        Raises
        ------
        WerError
            WER refused to forget something. All else is undone.
        """
        failure: Exception | None = None
        try:
            while self._undoing:
                undo, before = self._undoing
                try:
                    undo()
                except Exception as error:
                    failure = error
                self._undoing = before
            if failure is not None:
                raise failure
        finally:
            del failure  # which has this frame in its traceback
            atexit.unregister(self.undo)

    def _register(self, registration: Registration) -> None:
        try:
            self._undoing = (registration.unregister, self._undoing)
            self.registrations += (registration,)
        except BaseException:  # there is no memory for it, and then nobody could undo it
            registration.unregister()
            raise

    def _write_fault_stacks(self, folder: Folder) -> None:
        """Have faulthandler write into a file of ours, and register that."""
        if not is_free():
            self.notes += ("faulthandler is enabled already, and it tells nobody where to: left as it is",)
            return
        with suppress(OSError):
            folder.sweep()
        stacks = FaultStacks(folder)
        try:
            self._undoing = (stacks.close, self._undoing)
        except BaseException:
            stacks.close()
            raise
        self._register(register_file(stacks.path))
        stacks.begin()
        self.faulthandler_path = stacks.path


def enrich(
    *,
    metadata: "Mapping[str, str] | None" = None,
    files: "Iterable[StrPath]" = (),
    faulthandler: bool = True,
    ring_log: RingLog | None = None,
    folder: StrPath | Folder | None = None,
) -> Enrichment:
    r"""Add to the reports that Windows makes itself when this process crashes or hangs.

    All of it, or nothing: what is refused, by a limit or by WER, raises, and what was done before that is undone.

    Parameters
    ----------
    metadata : mapping of str to str
        Up to 8 pairs, for `wer.register_custom_metadata`. They stand in Report.wer.
    files : iterable of str or os.PathLike
        For `wer.register_file`. WER reads them when it makes a report.
    faulthandler : bool
        Have Python's faulthandler write the stacks of all threads into a file, which goes into the report. A process
        has one faulthandler: if it is enabled already, by the program, ``-X faulthandler`` or pytest, it is left as it
        is, and `Enrichment.notes` says so. On Windows it also writes about exceptions that native code raises and
        handles by itself: the last entry is the crash's.
    ring_log : RingLog
        For `wer.register_memory_block`. It is in heap dumps and larger ones only; WER does not take it into a minidump.
    folder : str or os.PathLike or Folder
        Where the file of faulthandler is; by default ``%LOCALAPPDATA%\wer``. Files of processes that are gone are
        removed there.

    Returns
    -------
    Enrichment
        Its `Enrichment.undo` undoes it; it is a context manager, too.

    Raises
    ------
    ValueError
        A limit of WER is exceeded, and named: 8 pairs of metadata, 512 entries in all, with those that the process has
        registered elsewhere; or a pair, a path or the like is refused by the function that registers it, e.g. as it is
        registered already.
    TypeError
        An argument is of the wrong type.
    WerError, OSError
        WER refused; or the file for faulthandler cannot be made.
    NotImplementedError
        This Windows lacks a function.

    Notes
    -----
    Files and memory travel only if the server asks for them. Who enables faulthandler for another file meanwhile finds
    it disabled after `undo`. Windows 10 version 1703 for metadata, else Windows Vista.
    """
    pairs = dict(metadata or {})
    if isinstance(files, (str, bytes, os.PathLike)):
        raise TypeError("files must be an iterable of paths, got one path")
    paths = list(files)
    if ring_log is not None and not isinstance(ring_log, RingLog):
        raise TypeError(f"ring_log must be a wer.service.RingLog, got {type(ring_log).__name__}")
    for key in pairs:
        check_custom_metadata(key, pairs[key])
    if len(pairs) > WER_MAX_REGISTERED_METADATA:
        raise ValueError(
            f"metadata takes at most {WER_MAX_REGISTERED_METADATA} pairs (WER_MAX_REGISTERED_METADATA), "
            f"got {len(pairs)}"
        )
    entries = len(pairs) + len(paths) + (ring_log is not None) + bool(faulthandler)
    if entries > WER_MAX_REGISTERED_ENTRIES:
        raise ValueError(
            f"WER takes at most {WER_MAX_REGISTERED_ENTRIES} entries of a process (WER_MAX_REGISTERED_ENTRIES), and "
            f"metadata, files, ring_log and faulthandler are {entries}"
        )
    done = Enrichment()
    try:
        for key in pairs:
            done._register(register_custom_metadata(key, pairs[key]))
        for path in paths:
            done._register(register_file(path))
        if ring_log is not None:
            done._ring_log = ring_log
            done._register(register_memory_block(ring_log.buffer))
        if faulthandler:
            done._write_fault_stacks(folder if isinstance(folder, Folder) else Folder(folder))
        atexit.register(done.undo)
    except BaseException:
        try:  # noqa: SIM105 - suppress() asks for memory
            done.undo()
        except (OSError, RuntimeError):
            pass
        raise
    return done
