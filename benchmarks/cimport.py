"""What WerReportAddDump costs through ``cimport wer``, beside a loop in C.

Run as: python cimport.py RESULT.json [--rounds N]
"""

import cimporter
import reference
from measure import Benchmark

CALLS = 200_000
ROWS = {
    "cimport wer": {
        "cimport": cimporter.loop_linked,
        "cimport, the C table": cimporter.loop_table,
        "C loop": reference.loop_add_dump,
    },
    "cimport HeldReport": {"cimport": cimporter.loop_held, "C loop": reference.loop_guarded_add_dump},
}


def main() -> None:
    benchmark = Benchmark(__doc__ or "")
    for row, loops in ROWS.items():
        samples: dict[str, list[float]] = {who: [] for who in loops}
        for number in range(benchmark.rounds):
            for who in sorted(loops, reverse=bool(number % 2)):
                samples[who].append(loops[who](CALLS) / CALLS * 1e9)
        benchmark.add(row, "ns", samples)
    benchmark.write()


if __name__ == "__main__":
    main()
