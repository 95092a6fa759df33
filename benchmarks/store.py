"""Going through a report store of 10,000 reports, beside a loop in C over the same functions of the stand-in.

Run as: python store.py RESULT.json [--rounds N]
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
REPORTS = 10_000
REPORT_WER = """Version=1
EventType=WerBench.Store
EventTime=133500000000000000
ReportType=0
Consent=1
ReportIdentifier=01234567-89ab-cdef-0123-456789abcdef
Sig[0].Name=Version
Sig[0].Value=4.2.1
Sig[1].Name=Worker
Sig[1].Value=stuck
File[0].CabName=minidump.mdmp
File[0].Path=minidump.mdmp
File[0].Flags=1
File[0].Type=2
FriendlyEventName=WerBench.Store
AppName=Spooler
AppPath=C:\\spooler.exe
"""


def make_store(folder: str, reports: int) -> None:
    """A user's queue with so many reports."""
    queue = os.path.join(folder, "User", "Microsoft", "Windows", "WER", "ReportQueue")
    text = REPORT_WER.replace("\n", "\r\n").encode("utf-16")
    for number in range(reports):
        report = os.path.join(queue, f"NonCritical_{number:05}")
        os.makedirs(report)
        with open(os.path.join(report, "Report.wer"), "wb") as file:
            file.write(text)


def iterate() -> tuple[int, float]:
    """What reference.loop_store does."""
    started = perf_counter()
    with wer.Store(wer.StoreType.USER_QUEUE) as store:
        count = sum(1 for report in store)
    return count, perf_counter() - started


def main() -> None:
    benchmark = Benchmark(__doc__ or "")
    ways = {"wer": iterate, "C": reference.loop_store}
    samples: dict[str, list[float]] = {who: [] for who in ways}
    rounds = max(3, benchmark.rounds // 60)
    folder = tempfile.mkdtemp()
    try:
        assert DLL.WerStandInControl(ctypes.c_wchar_p(f'reset;store "{folder}"')) == 0
        print(f"  making {REPORTS:,} reports", flush=True)
        make_store(folder, REPORTS)
        for number in range(-1, rounds):
            for who in sorted(ways, reverse=bool(number % 2)):
                count, taken = ways[who]()
                assert count == REPORTS, count
                if number >= 0:
                    samples[who].append(taken * 1e3)
            print(f"  round {number + 1} of {rounds}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    benchmark.add("store, 10,000 reports", "ms", samples)
    benchmark.write()


if __name__ == "__main__":
    main()
