"""`Dump`: all that was read of a dump, and its memory, which is read when it is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from .._arguments import integer, shown
from .._enums import MinidumpType
from . import _python
from ._bounds import MAX_READ
from ._file import Open, Pieces
from ._intervals import Intervals
from ._told import (
    BreakpadInfo,
    CrashpadInfo,
    DumpException,
    HandleCount,
    MemoryRange,
    MemoryRegion,
    Module,
    ProcessInfo,
    Stream,
    SystemInfo,
    TextStream,
    Thread,
    UnloadedModule,
)

_CHUNK = 4 * 1024 * 1024  # bytes that are searched at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """A dump, as `read_dump` has read it. Everything in it can be wrong: it was written in a process that had failed.

    Texts are as the dump has them, with control characters and unpaired surrogates.

    Attributes
    ----------
    path : str
        The absolute path of the file.
    size : int
        Bytes of the file.
    flags : MinidumpType
        What its writer was asked for. breakpad and crashpad leave it 0.
    created : datetime or None
        In UTC, in whole seconds.
    streams : tuple of Stream
        All of them, in their order, those of unknown types too.
    system : SystemInfo or None
        The machine.
    process : ProcessInfo
        The process.
    exception : DumpException or None
        None in the dump of a process that was not crashing.
    threads : tuple of Thread
        In their order in the dump.
    modules : tuple of Module
        Likewise; of a program in Windows its own file comes first.
    unloaded_modules : tuple of UnloadedModule
        DLLs that were there before.
    memory : tuple of MemoryRange
        What the dump has of the process's memory, in its order; `read` reads it.
    regions : tuple of MemoryRegion
        All memory of the process, by the list WITH_FULL_MEMORY_INFO.
    handles : tuple of HandleCount
        Open handles by their types, the most first.
    comments : tuple of str
        CommentStreamA and CommentStreamW.
    texts : tuple of TextStream
        What breakpad copies on Linux.
    breakpad : BreakpadInfo or None
        If breakpad wrote it.
    crashpad : CrashpadInfo or None
        If crashpad wrote it.
    problems : tuple of str
        What could not be read, and what of it was left out, each with its stream and offset. Empty for a dump that is
        whole.
    """

    path: str
    size: int
    flags: MinidumpType
    created: datetime | None
    streams: tuple[Stream, ...]
    system: SystemInfo | None
    process: ProcessInfo
    exception: DumpException | None
    threads: tuple[Thread, ...]
    modules: tuple[Module, ...]
    unloaded_modules: tuple[UnloadedModule, ...]
    memory: tuple[MemoryRange, ...]
    regions: tuple[MemoryRegion, ...]
    handles: tuple[HandleCount, ...]
    comments: tuple[str, ...]
    texts: tuple[TextStream, ...]
    breakpad: BreakpadInfo | None
    crashpad: CrashpadInfo | None
    problems: tuple[str, ...]
    _open: Open = field(repr=False, compare=False)
    _by_address: Intervals[MemoryRange] = field(repr=False, compare=False)
    _modules_by_address: Intervals[Module] = field(repr=False, compare=False)

    def module_at(self, address: int) -> Module | None:
        """The module that has `address`, or None."""
        found = self._modules_by_address.find(integer(address, "address"))
        return found[0] if found else None

    def read(self, address: int, size: int) -> bytes:
        """Read memory of the process, across ranges that follow each other.

        Parameters
        ----------
        address : int
            Where to begin.
        size : int
            How many bytes: 0 to 64 MiB.

        Returns
        -------
        bytes
            As many as the dump has from there on: fewer up to the first gap, none if it does not have the first.

        Raises
        ------
        ValueError
            `size` is out of range, or the file has been changed.
        OSError
            The file cannot be read.
        """
        address, size = integer(address, "address"), integer(size, "size")
        _check_size(size)
        with self._open() as file:
            return self._read(Pieces(file), address, size)

    def read_stream(self, stream: Stream) -> bytes:
        """Read a stream as it is, for instance one of a type that only its writer knows.

        Parameters
        ----------
        stream : Stream
            One of `streams`.

        Returns
        -------
        bytes
            Its contents; fewer than its size if the file ends before.

        Raises
        ------
        ValueError
            It has more than 64 MiB, or the file has been changed.
        OSError
            The file cannot be read.
        """
        with self._open() as file:
            pieces = Pieces(file)
            size = max(0, min(stream.size, pieces.size - stream.offset))
            _check_size(size)
            return pieces.some(stream.offset, size)

    @property
    def python(self) -> Module | None:
        """The module that is CPython, such as ``python312.dll`` or ``libpython3.12.so``; None if there is none.

        A Python that is linked into its program is not found.
        """
        return _python.module_of(self.modules)

    @property
    def python_version(self) -> str | None:
        """Which CPython: ``"3.12.10"``, ``"3.13.0rc2"``; ``"3.12"`` if only the module's name tells it."""
        module = self.python
        return _python.version_of(module) if module else None

    def read_ring_log(self) -> tuple[str, ...] | None:
        """Find the `wer.service.RingLog` in its memory. All of that is searched: seconds for each gigabyte.

        Returns
        -------
        tuple of str or None
            Its records, oldest first, as `wer.service.read_ring_log` has them; None if there is no log.

        Raises
        ------
        ValueError
            The file has been changed.
        OSError
            The file cannot be read.
        """
        return _python.ring_log(self._chunks, self.read)

    def _read(self, pieces: Pieces, address: int, size: int) -> bytes:
        parts = []
        while size > 0:
            found = self._by_address.find(address)
            if not found:
                break
            memory, distance, left = found
            part = pieces.some(memory.offset + distance, min(size, left))
            parts.append(part)
            if len(part) < min(size, left):
                break
            address += len(part)
            size -= len(part)
        return b"".join(parts)

    def _chunks(self, overlap: int) -> Iterator[tuple[int, bytes]]:
        """All of the memory with its addresses, in pieces that repeat the last `overlap` bytes of the one before."""
        with self._open() as file:
            pieces = Pieces(file)
            left = pieces.size  # of a dump that is not made to be searched for ever, no byte is memory twice
            for start, size in self._by_address.runs():
                done = 0
                while done < size and left > 0:
                    again = min(overlap, done)
                    chunk = self._read(pieces, start + done - again, min(_CHUNK, size - done) + again)
                    if len(chunk) <= again:
                        break
                    yield start + done - again, chunk
                    done += len(chunk) - again
                    left -= len(chunk) - again


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_READ:
        raise ValueError(f"size must be 0 to {MAX_READ}, got {shown(size)}: read it in pieces")
