"""What WerReportAddDump costs through ``cimport wer``, beside a loop in C.

Run as: python cimport.py RESULT.json [--rounds N]
"""

import cimporter
import reference
from measure import Benchmark

import wer  # noqa: F401 - loads wer.dll from System32

CALLS = 200_000


def main() -> None:
    benchmark = Benchmark(__doc__ or "")
    loops = {"cimport": cimporter.loop_add_dump, "C loop": reference.loop_add_dump}
    samples: dict[str, list[float]] = {who: [] for who in loops}
    for number in range(benchmark.rounds):
        for who in sorted(loops, reverse=bool(number % 2)):
            samples[who].append(loops[who](CALLS) / CALLS * 1e9)
    benchmark.add("cimport wer", "ns", samples)
    benchmark.write()


if __name__ == "__main__":
    main()
