"""What `import wer` costs a program that has `enum` and `os` already, as nearly all have, beside other imports.

Run as: python imports.py RESULT.json [--rounds N]

Each import is timed inside a fresh interpreter, in turn.
"""

import subprocess
import sys

from measure import Benchmark

PROGRAM = """
import enum, os, sys
from time import perf_counter_ns
sys.path[:0] = {path!r}
started = perf_counter_ns()
{statement}
print(perf_counter_ns() - started)
"""
STATEMENTS = {
    "wer": "import wer",
    "wer, with a store": "import wer; wer.Store",
    "an empty extension": "import empty",
    "ctypes": "import ctypes",
}


def main() -> None:
    benchmark = Benchmark(__doc__ or "")
    samples: dict[str, list[float]] = {who: [] for who in STATEMENTS}
    rounds = max(3, benchmark.rounds // 15)  # an interpreter's start takes as long as all else together
    for number in range(-1, rounds):  # the first one fills the caches of the file system
        for who, statement in sorted(STATEMENTS.items(), reverse=bool(number % 2)):
            program = PROGRAM.format(path=[path for path in sys.path if path], statement=statement)
            done = subprocess.run(
                [sys.executable, "-I", "-c", program],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            )
            if number >= 0:
                samples[who].append(int(done.stdout) / 1000)
        print(f"  round {number + 1} of {rounds}", flush=True)
    benchmark.add("import", "us", samples)
    benchmark.write()


if __name__ == "__main__":
    main()
