"""The streams about threads and the exception (MINIDUMP_THREAD*, MINIDUMP_EXCEPTION* of minidumpapiset.h)."""

import struct
from collections.abc import Iterator

from .._stored import from_filetime
from ._bounds import MAX_PARAMETERS, MAX_THREADS
from ._contexts import LAYOUTS, NEEDED, registers_of
from ._reading import Reading
from ._told import DumpException, MemoryRange, Registers, Thread

_THREAD = struct.Struct("<3Ii2Q4I")
_THREAD_EX = struct.Struct("<3Ii2Q4I16x")
_LIST_HEADER = struct.Struct("<3I")
_THREAD_INFO = struct.Struct("<I12x5Q")
_THREAD_NAME = struct.Struct("<IQ")
_TICKS = 10_000_000  # of 100 ns in a second
_EXCEPTION = struct.Struct("<I4x2I2QI4x15Q2I")


def thread_names(reading: Reading) -> dict[int, str | None]:
    """MINIDUMP_THREAD_NAME_LIST: the name of each thread by its id."""
    entries = reading.list_of(_THREAD_NAME, MAX_THREADS, "names of threads")
    return {tid: reading.name(offset) for tid, offset in entries}


def thread_infos(reading: Reading) -> dict[int, tuple[int, ...]]:
    """MINIDUMP_THREAD_INFO_LIST: when each thread began, ended, how long it ran in the kernel and outside, and where
    it began, by its id."""
    header_size, entry_size, count = reading.fields(_LIST_HEADER)
    entries = reading.entries(header_size, count, _THREAD_INFO, entry_size, MAX_THREADS, "threads")
    return {tid: tuple(rest) for tid, *rest in entries}


def threads(
    reading: Reading, names: dict[int, str | None], infos: dict[int, tuple[int, ...]], layout: struct.Struct = _THREAD
) -> Iterator[tuple[Thread, MemoryRange]]:
    """MINIDUMP_THREAD_LIST: the threads, each with the part of its stack that the dump has."""
    for tid, suspend, class_, priority, teb, stack, size, offset, context_size, context in reading.list_of(
        layout, MAX_THREADS, "threads"
    ):
        start, times = reading.address(stack), infos.get(tid)
        yield (
            Thread(
                tid=tid,
                suspend_count=suspend,
                priority_class=class_,
                priority=priority,
                teb=reading.address(teb),
                stack_start=start,
                stack_size=size,
                registers=_registers(reading, context, context_size, tid),
                name=names.get(tid),
                created=from_filetime(times[0]) if times else None,
                kernel_time=times[2] / _TICKS if times else None,
                user_time=times[3] / _TICKS if times else None,
                start_address=reading.address(times[4]) if times else None,
            ),
            MemoryRange(start, size, offset),
        )


def threads_ex(
    reading: Reading, names: dict[int, str | None], infos: dict[int, tuple[int, ...]]
) -> Iterator[tuple[Thread, MemoryRange]]:
    """MINIDUMP_THREAD_EX_LIST: likewise, with a second stack that only Itanium has."""
    return threads(reading, names, infos, _THREAD_EX)


def _registers(reading: Reading, offset: int, size: int, tid: int) -> Registers | None:
    if not size or reading.architecture not in LAYOUTS:
        return None
    registers = registers_of(reading.pieces.some(offset, min(size, NEEDED)), reading.architecture)
    if registers is None:
        reading.problem(f"the registers of thread {tid} are not those of {reading.architecture}", offset)
    return registers


def exception(reading: Reading) -> DumpException:
    """MINIDUMP_EXCEPTION_STREAM. Which module has its address is not known here."""
    tid, code, flags, _, address, count, *parameters, context_size, context = reading.fields(_EXCEPTION)
    if count > MAX_PARAMETERS:
        reading.problem(f"it says {count} parameters, there is room for {MAX_PARAMETERS}")
    return DumpException(
        tid=tid,
        code=code,
        flags=flags,
        address=reading.address(address),
        parameters=tuple(reading.address(parameter) for parameter in parameters[:count]),
        registers=_registers(reading, context, context_size, tid),
    )
