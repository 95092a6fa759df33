"""A whole report on the stand-in: create, three parameters, a minidump, submit into the queue; beside a C program's.

Run as: python pipeline.py RESULT.json [--rounds N]
"""

import ctypes
import os
import shutil
import tempfile
from time import perf_counter

import reference
from measure import Benchmark

import wer

DLL = ctypes.WinDLL(os.path.join(os.environ["SYSTEMROOT"], "system32", "wer.dll"))


def file_report() -> float:
    """What reference.file_report does."""
    started = perf_counter()
    with wer.Report("WerBench.Pipeline") as report:
        report.set_parameter(0, "4.2.1")
        report.set_parameter(1, "worker")
        report.set_parameter(2, "stuck")
        report.add_dump()
        report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)
    return perf_counter() - started


def main() -> None:
    benchmark = Benchmark(__doc__ or "")
    ways = {"wer": file_report, "C": reference.file_report}
    samples: dict[str, list[float]] = {who: [] for who in ways}
    rounds = max(3, benchmark.rounds // 10)
    folder = tempfile.mkdtemp()
    assert DLL.WerStandInControl(ctypes.c_wchar_p(f'reset;server offline;store "{folder}"')) == 0
    for number in range(-1, rounds):  # the first one finds dbghelp and what else is loaded once
        for who in sorted(ways, reverse=bool(number % 2)):
            taken = ways[who]() * 1e3
            if number >= 0:
                samples[who].append(taken)
            # The next report finds the store as this one did.
            for name in os.listdir(folder):
                shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
        print(f"  round {number + 1} of {rounds}", flush=True)
    benchmark.add("create, parameters, dump, submit", "ms", samples)
    benchmark.write()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
