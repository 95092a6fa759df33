"""What the benchmarks share: timing several things in turn, and handing the times over as JSON.

Everything that is compared takes turns within one process, in a new order each round, so that what disturbs the machine
meanwhile disturbs all alike; what counts are medians over the rounds, and of ratios those of the same round.
"""

import argparse
import gc
import json
import random
import sys
from collections.abc import Callable
from itertools import repeat
from time import perf_counter_ns
from typing import Any

UNROLLED = 10  # copies of a statement in the loop that times it: the loop itself then hardly counts
ROUND_NS = 200_000  # how long one thing is timed in a round


class Benchmark:
    """Collects samples: `samples[row][candidate]` is a list of numbers, one a round."""

    def __init__(self, about: str) -> None:
        parser = argparse.ArgumentParser(description=about)
        parser.add_argument("result", help="the JSON file to write")
        parser.add_argument("--rounds", type=int, default=301)
        arguments, self.rest = parser.parse_known_args()
        self.rounds: int = arguments.rounds
        self._result = arguments.result
        self._rows: dict[str, dict[str, Any]] = {}

    def add(self, row: str, unit: str, samples: dict[str, list[float]]) -> None:
        """Record what was measured for a row of the table."""
        self._rows[row] = {"unit": unit, "samples": samples}

    def time(self, row: str, statements: dict[str, str], names: dict[str, object]) -> None:
        """Time each statement, in ns; `names` is what they may use. The loop around them is taken off."""
        print(f"  {row} ...", flush=True)
        loops = {who: _loop(statement, names) for who, statement in statements.items()}
        counts = {who: _count(loop) for who, loop in loops.items()}
        nothing = _loop("pass", names)
        samples: dict[str, list[float]] = {who: [] for who in loops}
        order = list(loops)
        gc.collect()
        gc.disable()
        try:
            for _ in range(self.rounds):
                random.shuffle(order)
                for who in order:
                    count = counts[who]
                    taken = loops[who](repeat(None, count)) - nothing(repeat(None, count))
                    samples[who].append(taken / count / UNROLLED)
        finally:
            gc.enable()
        self.add(row, "ns", samples)

    def write(self) -> None:
        """Hand over what was recorded."""
        with open(self._result, "w", encoding="utf-8") as file:
            json.dump({"python": sys.version, "rows": self._rows}, file)


def _loop(statement: str, names: dict[str, object]) -> Callable[[Any], int]:
    """A function that runs the statement UNROLLED times for each item of an iterable; returns the ns it took."""
    lines = [f"def loop(_rounds, {', '.join(f'{name}={name}' for name in names)}):", " _started = _clock()"]
    lines += [" for _ in _rounds:", *[f"  {statement}"] * UNROLLED, " return _clock() - _started"]
    space: dict[str, Any] = {**names, "_clock": perf_counter_ns}
    exec("\n".join(lines), space)  # noqa: S102 - as timeit does
    return space["loop"]


def _count(loop: Callable[[Any], int]) -> int:
    """How many times around make a round."""
    count = 8
    while (taken := loop(repeat(None, count))) < ROUND_NS / 4:
        count *= 2
    return max(1, int(count * ROUND_NS / taken))
