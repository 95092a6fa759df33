"""What a call keeps and allocates: nothing, on a wer.dll that does nothing.

Run as: python memory.py RESULT.json [--rounds N]
"""

import ctypes
import gc
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable

from measure import Benchmark

import wer

CALLS = 1000
KERNEL32 = ctypes.WinDLL("kernel32")
KERNEL32.GetHandleInformation.argtypes = [ctypes.c_void_p, ctypes.c_void_p]


def _nothing(times: int) -> "list[None]":
    """What to go through that often without making a number each time."""
    return [None] * times


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


def calls() -> dict[str, Callable[[], object]]:
    report = wer.Report("Bench")
    pid = os.getpid()
    return {
        "nothing": lambda: None,
        "add_dump()": lambda: report.add_dump(),
        "add_dump(2, None, None, None, None, 1)": lambda: report.add_dump(2, None, None, None, None, 1),
        "add_dump(pid=)": lambda: report.add_dump(pid=pid),
        "set_parameter(0, text)": lambda: report.set_parameter(0, "Spooler.Stuck"),
        "add_file(path)": lambda: report.add_file("C:\\windows\\system32\\wer.dll"),
    }


def print_blocks() -> None:
    """Have Python describe its allocator on standard error, before and after many of each of the calls."""
    for call in calls().values():
        numbers = _nothing(CALLS)
        call()
        sys._debugmallocstats()
        for _ in numbers:
            call()
        sys._debugmallocstats()


def bytes_in_blocks() -> dict[str, float]:
    """How many more bytes are in the blocks of Python's allocator after each call: what a process of its own says."""
    done = subprocess.run(
        [sys.executable, "-P", __file__, "--blocks"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in done.stderr.splitlines() if "# bytes in allocated blocks" in line]
    said = [int(line.partition("=")[2].replace(",", "")) for line in lines]
    assert len(said) == 2 * len(calls()), said
    return {name: (after - before) / CALLS for name, before, after in zip(calls(), said[::2], said[1::2], strict=True)}


def main() -> None:
    benchmark = Benchmark(__doc__ or "")
    measured: dict[str, dict[str, float]] = {"in blocks": bytes_in_blocks()}
    for what, measure in (("kept", bytes_kept), ("at once", peak_bytes), ("handles", handles_kept)):
        measured[what] = {}
        for name, call in calls().items():
            call()
            measured[what][name] = measure(call)
    for what, found in measured.items():
        for name, value in found.items():
            if name != "nothing":  # whose bytes are the measurement's own
                unit = what if what == "handles" else f"bytes {what}"
                benchmark.add(f"memory: {name}: {unit}", unit, {"wer": [value - found["nothing"]]})
    benchmark.write()


if __name__ == "__main__":
    if sys.argv[1:] == ["--blocks"]:
        print_blocks()
    else:
        main()
