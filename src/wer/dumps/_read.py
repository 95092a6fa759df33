"""`read_dump`: the header and the directory, then each stream by its reader. What fails costs its stream."""

import os
import struct
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from .._enums import MinidumpType
from .._typing import StrPath
from . import _crashpad, _handles, _memory, _modules, _names, _system, _texts, _threads
from ._bounds import MAX_RANGES, MAX_STREAMS
from ._dump import Dump
from ._file import Damaged, Open, Pieces, opener, refuse_others
from ._intervals import Intervals
from ._reading import Reading
from ._told import DumpException, MemoryRange, Module, ProcessInfo, Stream, SystemInfo, UnloadedModule

T = TypeVar("T")

_HEADER = struct.Struct("<4s5IQ")
_VERSION = 0xA793
_ENTRY = struct.Struct("<3I")
_START = 64  # bytes by which other files are known
_UNUSED = 0
_TEXTS = ("LinuxCpuInfo", "LinuxProcStatus", "LinuxLsbRelease", "LinuxCmdLine", "LinuxEnviron", "LinuxMaps")


def read_dump(path: StrPath) -> Dump:
    """Read a minidump, of any size and whoever wrote it. Needs neither WER nor Windows.

    Windows writes dumps in this format, whether they are called minidumps, heap dumps or full dumps, and so do
    crashpad, breakpad and .NET's createdump on Windows. Memory is left in the file until `Dump.read` asks for it: what
    this takes depends on the lists in the dump, which are bounded.

    Each count and each place in the file is checked. What cannot be read is left out and told in `Dump.problems`: a
    damaged stream costs that stream, and of a list that is cut what is there is read.

    Parameters
    ----------
    path : str or os.PathLike
        The file.

    Returns
    -------
    Dump
        What is in it. It keeps no file open.

    Raises
    ------
    ValueError
        The file is no minidump, is empty, or ends within its header or directory. The text says what it is instead,
        such as a Report.wer file or a dump of the kernel, and what to do.
    OSError
        The file cannot be read.
    """
    name = os.path.abspath(os.fsdecode(path))
    return read_with(opener(name), name)


def read_with(open_it: Open, name: str) -> Dump:
    """Likewise, of what `open_it` opens; `name` is for texts."""
    with open_it() as file:
        pieces = Pieces(file)
        start = pieces.some(0, _START)
        if len(start) < min(_START, pieces.size):
            raise ValueError(f"{name} was cut while it was read: read it again when it is written")
        refuse_others(name, start, pieces.size)
        return _Reader(Reading(pieces), name, open_it).dump(start)


class _Reader:
    """The streams of one dump by their types, and the readers on them."""

    def __init__(self, reading: Reading, name: str, open_it: Open) -> None:
        self._reading = reading
        self._name = name
        self._open = open_it
        self._streams: list[Stream] = []
        self._done: set[str] = set()
        self._by_name: dict[str, Stream] = {}

    def dump(self, start: bytes) -> Dump:
        reading = self._reading
        _, version, count, directory, _, created, flags = _HEADER.unpack_from(start)
        if version & 0xFFFF != _VERSION:
            reading.problem(f"its version is {version & 0xFFFF:#x}, expected {_VERSION:#x}")
        self._read_directory(count, directory)
        system = self._read("SystemInfoStream", _system.system)
        if system is None:
            reading.problem("the dump does not tell the processor, so there are no registers")
        process = self._read("MiscInfoStream", _system.process) or ProcessInfo()
        names = self._read("ThreadNamesStream", _threads.thread_names) or {}
        infos = self._read("ThreadInfoListStream", _threads.thread_infos) or {}
        with_stacks = self._list("ThreadListStream", lambda reading: _threads.threads(reading, names, infos))
        if "ThreadListStream" not in self._by_name:
            with_stacks = self._list("ThreadExListStream", lambda reading: _threads.threads_ex(reading, names, infos))
        threads = tuple(thread for thread, _ in with_stacks)
        stacks = tuple(stack for _, stack in with_stacks)
        modules = self._list("ModuleListStream", _modules.modules)
        unloaded = self._list("UnloadedModuleListStream", _modules.unloaded_modules)
        memory = self._memory(stacks)
        texts = [text for name in _TEXTS if (text := self._read(name, _texts.text))]
        if process.pid is None:
            for text in texts:
                if text.name == "LinuxProcStatus":
                    process = replace(process, pid=_texts.pid_of(text.text))
        comments = [self._read("CommentStreamA", _texts.comment), self._read("CommentStreamW", _texts.comment_wide)]
        breakpad = self._read("BreakpadInfo", _texts.breakpad)
        crashpad = self._read("CrashpadInfo", _crashpad.crashpad)
        regions = self._list("MemoryInfoListStream", _memory.regions)
        handles = self._read("HandleDataStream", _handles.handles) or ()
        modules_by_address = Intervals((module.base, module.size, module) for module in modules)
        exception = self._exception(system, modules_by_address, unloaded)
        self._check_the_others()
        return Dump(
            path=self._name,
            size=reading.pieces.size,
            flags=MinidumpType(flags),
            created=_system.from_seconds(created),
            streams=tuple(self._streams),
            system=system,
            process=process,
            exception=exception,
            threads=threads,
            modules=modules,
            unloaded_modules=unloaded,
            memory=memory,
            regions=regions,
            handles=handles,
            comments=tuple(comment for comment in comments if comment is not None),
            texts=tuple(texts),
            breakpad=breakpad,
            crashpad=crashpad,
            problems=reading.all_problems(),
            _open=self._open,
            _by_address=Intervals((part.start, part.size, part) for part in memory),
            _modules_by_address=modules_by_address,
        )

    def _read_directory(self, count: int, offset: int) -> None:
        reading, size = self._reading, self._reading.pieces.size
        if count and offset + _ENTRY.size > size:
            raise ValueError(
                f"{self._name} is damaged or cut: it has {size} bytes, and its list of streams should be at byte "
                f"{offset}. Copy it again; if the original is so, its writer was stopped or the disk was full"
            )
        entries = list(reading.entries_at(offset, size - offset, count, _ENTRY, _ENTRY.size, MAX_STREAMS, "streams"))
        for kind, length, where in entries:
            stream = Stream(kind, _names.STREAMS.get(kind, ""), where, length)
            self._streams.append(stream)
            reading.stream = stream
            if kind == _UNUSED:
                self._done.add(stream.name)
                continue
            if stream.name in self._by_name:
                reading.problem("there is another one of this type before it, which is the one that is read")
            elif stream.name:
                self._by_name[stream.name] = stream
        reading.stream = None
        if all(stream.stream_type == _UNUSED for stream in self._streams):
            reading.problem("it has no stream: its writer was stopped before it wrote anything")

    def _read(self, name: str, read: Callable[[Reading], T]) -> T | None:
        """What `read` makes of a stream; None if there is none or it is damaged."""
        stream = self._by_name.get(name)
        if stream is None:
            return None
        self._done.add(name)
        self._reading.stream = stream
        try:
            return read(self._reading)
        except Damaged as damage:
            self._reading.problem(str(damage))
            return None
        finally:
            self._reading.stream = None

    def _list(self, name: str, read: Callable[[Reading], Iterable[T]]) -> tuple[T, ...]:
        """Likewise of a list: what came before it was damaged."""
        found: list[T] = []

        def extend(reading: Reading) -> None:
            found.extend(read(reading))

        self._read(name, extend)
        return tuple(found)

    def _memory(self, stacks: tuple[MemoryRange, ...]) -> tuple[MemoryRange, ...]:
        """All ranges. Stacks are among them in most dumps; beside a 64-bit list their offsets have no meaning."""
        found = self._list("MemoryListStream", _memory.memory)
        if "Memory64ListStream" in self._by_name:
            most = MAX_RANGES - len(found)
            return found + self._list("Memory64ListStream", lambda reading: _memory.memory_64(reading, most))
        there = Intervals((memory.start, memory.size, memory) for memory in found)
        missing = [stack for stack in stacks if stack.offset and not there.has(stack.start, stack.size)]
        name = "ThreadListStream" if "ThreadListStream" in self._by_name else "ThreadExListStream"
        return found + self._list(name, lambda reading: _memory.whole(reading, missing))

    def _exception(
        self, system: SystemInfo | None, modules: Intervals[Module], unloaded: tuple[UnloadedModule, ...]
    ) -> DumpException | None:
        exception = self._read("ExceptionStream", _threads.exception)
        if exception is None:
            return None
        at = exception.address
        if exception.registers and system and not system.os.startswith("Windows"):
            at = exception.registers.instruction_pointer
        found = modules.find(at)
        if found:
            return replace(exception, module=found[0], offset=found[1])
        for module in unloaded:
            if module.base <= at < module.base + module.size:
                return replace(exception, unloaded_module=module, offset=at - module.base)
        return exception

    def _check_the_others(self) -> None:
        """Of the streams that nothing here reads, whether they are in the file."""
        reading = self._reading
        for stream in self._streams:
            if stream.name not in self._done and stream.offset + stream.size > reading.pieces.size:
                reading.stream = stream
                reading.problem(f"its {stream.size} bytes go beyond the end of the file, {reading.pieces.size:#x}")
        reading.stream = None
