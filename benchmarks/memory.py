"""What a call keeps and allocates: nothing, on a wer.dll that does nothing.

    python memory.py RESULT.json [--rounds N]
"""

import ctypes
import gc
import os
import sys
import tracemalloc
from collections.abc import Callable

from measure import Benchmark

import wer

CALLS = 1000
KERNEL32 = ctypes.WinDLL("kernel32")
KERNEL32.GetHandleInformation.argtypes = [ctypes.c_void_p, ctypes.c_void_p]


def blocks_kept(call: Callable[[], object]) -> float:
    """Bytes in the blocks of Python's own allocator after many calls, for each of them: sys._debugmallocstats."""
    numbers = _nothing(CALLS)
    _bytes_in_blocks()
    before = _bytes_in_blocks()
    for _ in numbers:
        call()
    return (_bytes_in_blocks() - before) / CALLS


def _nothing(times: int) -> "list[None]":
    """What to go through that often without making a number each time."""
    return [None] * times


def _bytes_in_blocks() -> int:
    read, write = os.pipe()
    saved = os.dup(2)
    os.dup2(write, 2)
    try:
        sys._debugmallocstats()
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(write)
    with open(read, encoding="ascii", errors="replace") as text:
        [line] = [line for line in text.read().splitlines() if "# bytes in allocated blocks" in line]
    return int(line.partition("=")[2].replace(",", ""))


def bytes_kept(call: Callable[[], object]) -> float:
    """Bytes that tracemalloc still finds after many calls, for each of them."""
    numbers = _nothing(CALLS)
    tracemalloc.start()
    try:
        call()
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for _ in numbers:
            call()
        gc.collect()
        return (tracemalloc.get_traced_memory()[0] - before) / CALLS
    finally:
        tracemalloc.stop()


def peak_bytes(call: Callable[[], object]) -> float:
    """The most that tracemalloc sees at once during calls, beyond what there was before."""
    numbers = _nothing(CALLS)
    tracemalloc.start()
    try:
        call()
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        for _ in numbers:
            call()
        return float(tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()


def handles_kept(call: Callable[[], object]) -> float:
    """Kernel handles that are open after many calls and were not before."""
    call()
    before = _handles()
    for _ in range(CALLS):
        call()
    return float(len(_handles() - before))


def _handles() -> set[int]:
    flags = ctypes.c_uint32()
    return {number for number in range(4, 0x1000, 4) if KERNEL32.GetHandleInformation(number, ctypes.byref(flags))}


def main() -> None:
    benchmark = Benchmark(__doc__ or "")
    report = wer.Report("Bench")
    pid = os.getpid()
    calls: dict[str, Callable[[], object]] = {
        "add_dump()": report.add_dump,
        "add_dump(2, None, None, None, None, 1)": lambda: report.add_dump(2, None, None, None, None, 1),
        "add_dump(pid=)": lambda: report.add_dump(pid=pid),
        "set_parameter(0, text)": lambda: report.set_parameter(0, "Spooler.Stuck"),
        "add_file(path)": lambda: report.add_file("C:\\windows\\system32\\wer.dll"),
    }
    for name, call in calls.items():
        call()
        benchmark.add(f"memory: {name}: bytes kept", "bytes", {"wer": [bytes_kept(call)]})
        benchmark.add(f"memory: {name}: peak", "bytes", {"wer": [peak_bytes(call)]})
        benchmark.add(f"memory: {name}: kept in blocks", "bytes", {"wer": [blocks_kept(call)]})
        benchmark.add(f"memory: {name}: handles kept", "handles", {"wer": [handles_kept(call)]})
    benchmark.write()


if __name__ == "__main__":
    main()
