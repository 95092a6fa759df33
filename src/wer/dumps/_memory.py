"""The streams about memory (MINIDUMP_MEMORY_LIST, MINIDUMP_MEMORY64_LIST, MINIDUMP_MEMORY_INFO of minidumpapiset.h)."""

import struct
from collections.abc import Iterable, Iterator

from ._bounds import MAX_RANGES
from ._reading import Reading
from ._told import MemoryRange, MemoryRegion

_ALL = 1 << 64
_RANGE = struct.Struct("<Q2I")
_LIST_64 = struct.Struct("<2Q")
_INFO_HEADER = struct.Struct("<2IQ")
_INFO = struct.Struct("<2QI4xQ3I4x")


def memory(reading: Reading) -> Iterator[MemoryRange]:
    """MINIDUMP_MEMORY_LIST."""
    entries = reading.list_of(_RANGE, MAX_RANGES, "ranges of memory")
    return whole(reading, (MemoryRange(reading.address(start), size, offset) for start, size, offset in entries))


def memory_64(reading: Reading, most: int) -> Iterator[MemoryRange]:
    """MINIDUMP_MEMORY64_LIST, `most` of it: the ranges follow each other in the file."""
    return whole(reading, _memory_64(reading, most))


def _memory_64(reading: Reading, most: int) -> Iterator[MemoryRange]:
    count, offset = reading.fields(_LIST_64)
    for start, size in reading.entries(_LIST_64.size, count, _LIST_64, _LIST_64.size, most, "ranges of memory"):
        yield MemoryRange(reading.address(start), size, offset)
        offset += size


def whole(reading: Reading, ranges: Iterable[MemoryRange]) -> Iterator[MemoryRange]:
    """The ranges, each as far as it is in the file and in the address space. What is not is a problem, told once."""
    file_size = reading.pieces.size
    cut = beyond = 0
    where = None
    for memory in ranges:
        size = min(memory.size, _ALL - memory.start)
        beyond += size < memory.size
        there = max(0, min(size, file_size - memory.offset))
        cut += there < size
        if there < memory.size and where is None:
            where = memory.start
        if there:
            yield memory if there == memory.size else MemoryRange(memory.start, there, memory.offset)
    if beyond:
        reading.problem(f"{beyond} ranges of memory end after the last address; the first begins at {where:#x}")
    if cut:
        reading.problem(
            f"{cut} ranges of memory end after the end of the file, {file_size:#x}; the first is of address "
            f"{where:#x}. If nothing else is wrong the file was cut: by a full disk, or while it was copied"
        )


def regions(reading: Reading) -> Iterator[MemoryRegion]:
    """MINIDUMP_MEMORY_INFO_LIST."""
    header_size, entry_size, count = reading.fields(_INFO_HEADER)
    for start, allocation, allocation_protect, size, state, protect, kind in reading.entries(
        header_size, count, _INFO, entry_size, MAX_RANGES, "regions"
    ):
        yield MemoryRegion(start, size, allocation, allocation_protect, protect, state, kind)
