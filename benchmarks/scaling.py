"""Whether threads that each have a report of their own get into each other's way while a call takes its time in WER.

Run as: python scaling.py RESULT.json [--rounds N]

Beside the same threads that make the same calls by hand in C (`reference`), on the stand-in, where each call waits: a
lock that reports shared would have the threads wait for each other.
"""

import ctypes
import os
import threading
from collections.abc import Callable
from time import perf_counter

import reference
from measure import Benchmark

import wer

DLL = ctypes.WinDLL(os.path.join(os.environ["SYSTEMROOT"], "system32", "wer.dll"))
DELAY = 5  # ms that a call takes
CALLS = 20
NONE = 0  # the dump type: there is nothing to write


def time_threads(number: int, make: Callable[[], object]) -> float:
    """The time per call, in ms, if `number` threads make their calls at once."""
    together = threading.Barrier(number + 1)

    def run() -> None:
        report = make()
        together.wait()
        for _ in range(CALLS):
            report.add_dump(NONE)  # type: ignore[attr-defined]
        together.wait()
        report.close()  # type: ignore[attr-defined]

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    together.wait()
    started = perf_counter()
    together.wait()
    taken = perf_counter() - started
    for thread in threads:
        thread.join()
    return taken / number / CALLS * 1e3


def main() -> None:
    benchmark = Benchmark(__doc__ or "")
    assert DLL.WerStandInControl(ctypes.c_wchar_p(f"reset;delay WerReportAddDump * {DELAY}")) == 0
    rounds = max(5, benchmark.rounds // 20)
    makers = {"wer": lambda: wer.Report("Bench"), "C": lambda: reference.Report("Bench")}
    for number in (1, 2, 4, 16):
        samples: dict[str, list[float]] = {who: [] for who in makers}
        for turn in range(rounds):
            for who in sorted(makers, reverse=bool(turn % 2)):
                samples[who].append(time_threads(number, makers[who]))
        benchmark.add(f"{number} threads, a report each", "ms per call", samples)
        print(f"  {number} threads", flush=True)
    benchmark.write()


if __name__ == "__main__":
    main()
