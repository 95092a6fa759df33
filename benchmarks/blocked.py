"""What a call that waits in WER, on the stand-in, costs the other threads of its process, and an asyncio loop.

Run as: python blocked.py RESULT.json [--rounds N]
"""

import asyncio
import ctypes
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter

from measure import Benchmark

import wer

DLL = ctypes.WinDLL(os.path.join(os.environ["SYSTEMROOT"], "system32", "wer.dll"))
KERNEL32 = ctypes.WinDLL("kernel32")
KERNEL32.CreateEventW.restype = ctypes.c_void_p
KERNEL32.CreateEventW.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_wchar_p]
KERNEL32.SetEvent.argtypes = KERNEL32.CloseHandle.argtypes = [ctypes.c_void_p]
KERNEL32.WaitForSingleObject.argtypes = [ctypes.c_void_p, ctypes.c_uint32]

SECONDS = 0.05  # one measurement
TICKS = 100  # of the event loop


@contextmanager
def blocked(report: wer.Report, pool: ThreadPoolExecutor):
    """Another thread is inside WerReportAddDump meanwhile."""
    name = f"wer-bench-{os.getpid()}"
    assert DLL.WerStandInControl(ctypes.c_wchar_p(f"reset;block WerReportAddDump 1 {name}")) == 0
    entered = KERNEL32.CreateEventW(None, True, False, f"{name}.entered")
    release = KERNEL32.CreateEventW(None, True, False, f"{name}.release")
    call = pool.submit(report.add_dump, wer.DumpType.NONE)
    assert KERNEL32.WaitForSingleObject(entered, 30_000) == 0
    try:
        yield
    finally:
        KERNEL32.SetEvent(release)
        call.result(30)
        KERNEL32.CloseHandle(entered)
        KERNEL32.CloseHandle(release)


def work() -> float:
    """How long a thread of Python takes for some work, in ms; another thread does the same."""

    def count() -> None:
        until = perf_counter() + SECONDS
        while perf_counter() < until:
            for _ in range(100):
                done[0] += 1

    done = [0]
    other = threading.Thread(target=count)
    started = perf_counter()
    other.start()
    count()
    other.join()
    return (perf_counter() - started) / done[0] * 1e6


async def latencies() -> float:
    """The 99th percentile of how late the event loop wakes, in ms."""
    loop = asyncio.get_running_loop()
    late = []
    for _ in range(TICKS):
        due = loop.time() + 0.001
        await asyncio.sleep(0.001)
        late.append(loop.time() - due)
    return sorted(late)[-max(1, TICKS // 100)] * 1e3


def main() -> None:
    benchmark = Benchmark(__doc__ or "")
    rounds = max(5, benchmark.rounds // 10)
    beside, alone = "beside a call in WER", "alone"
    throughput: dict[str, list[float]] = {beside: [], alone: []}
    latency: dict[str, list[float]] = {beside: [], alone: []}
    with wer.Report("Bench") as report, ThreadPoolExecutor(1) as pool:
        for number in range(rounds):
            for who in sorted(throughput, reverse=bool(number % 2)):
                if who == beside:
                    with blocked(report, pool):
                        throughput[who].append(work())
                        latency[who].append(asyncio.run(latencies()))
                else:
                    throughput[who].append(work())
                    latency[who].append(asyncio.run(latencies()))
            print(f"  round {number + 1} of {rounds}", flush=True)
    benchmark.add("other threads", "us per 1000 steps", throughput)
    benchmark.add("asyncio: latency, 99th percentile", "ms", latency)
    benchmark.write()


if __name__ == "__main__":
    main()
