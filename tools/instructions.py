"""`dev.py bench --instructions`: how many instructions a call takes beside the same call in C, and where.

benchmarks/instructions.py runs the calls, callgrind counts. Times need a quiet machine and rounds; these numbers come
out the same every time, and say in which function they are spent.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools import bench, build, debian, steps, venvs
from tools.cache import Cache
from tools.steps import Command, Failure

SCRIPT = bench.SCRIPTS / "instructions.py"
MOST = 15  # functions that are listed of a row
LIMITS = {target.row: target.limit for target in bench.TARGETS if (target.who, target.beside) == ("wer", "C")}

Cost = dict[str, float]  # instructions of one call, by the function that they are in


@dataclass
class Row:
    """A call as `wer` makes it, and in C."""

    name: str
    costs: dict[str, Cost] = field(default_factory=dict)  # by who makes it

    def count(self, who: str) -> float:
        """The instructions of one call, the loop around it taken off."""
        return sum(self.costs[who].values())

    @property
    def ratio(self) -> float:
        """Of the instructions of `wer` to those of C."""
        return self.count("wer") / self.count("C")


def count(cache: Cache) -> list[Row]:
    """Count the instructions of all rows, after fetching and building what that needs."""
    debian.install(cache, debian.COUNTING + debian.HEADERS)
    counted = build.counted(cache)
    profiles = cache.folder / "callgrind"
    profiles.mkdir()
    options: Command = ["--quiet", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no"]
    target = f"--callgrind-out-file={profiles / 'out'}"
    paths = {"PYTHONPATH": str(counted), "LD_LIBRARY_PATH": str(counted)}
    with steps.step("Counting instructions"):
        steps.run(
            ["valgrind", *options, target, venvs.get(cache, "build"), "-B", SCRIPT],
            env=cache.environment | paths | {"PYTHONHASHSEED": "0"},
        )
    return _rows(profiles)


def _rows(profiles: Path) -> list[Row]:
    """What is in callgrind's files: each has the label under which benchmarks/instructions.py marked it."""
    found: dict[tuple[str, str], dict[int, Cost]] = defaultdict(dict)
    for path in sorted(profiles.glob("out.*"), key=lambda path: int(path.suffix[1:])):
        text = path.read_text(encoding="utf-8")
        if label := re.search(r"^desc: Trigger: Client Request: (\{.*\})$", text, re.MULTILINE):
            marked = json.loads(label[1])
            found[marked["row"], marked["who"]][marked["times"]] = _by_function(text)
    loop = _of_one(found.pop(("", "loop")))
    rows: dict[str, Row] = {}
    for (name, who), costs in found.items():
        one = _of_one(costs)
        rows.setdefault(name, Row(name)).costs[who] = {
            function: spent
            for function in one.keys() | loop.keys()
            if (spent := one.get(function, 0) - loop.get(function, 0))
        }
    return list(rows.values())


def _of_one(costs: dict[int, Cost]) -> Cost:
    """The cost of one call, from those of some and of more calls; what the calls are not to blame for cancels out."""
    (few, less), (many, more) = sorted(costs.items())
    return {function: (spent - less.get(function, 0)) / (many - few) for function, spent in more.items()}


def _by_function(text: str) -> Cost:
    """The instructions in each function itself, out of one of callgrind's files.

    A line of them is "line instructions"; the one behind "calls=" has what was called, which counts there.
    """
    costs: Counter[str] = Counter()
    function, called = "", False
    for line in text.splitlines():
        if line.startswith("fn="):
            function = line[3:]
        elif line.startswith("calls="):
            called = True
        elif line[:1].isdigit():
            if not called:
                costs[function] += int(line.split()[1])
            called = False
    return dict(costs)


def report(rows: list[Row], chosen: str) -> Iterator[str]:
    """The table, as lines of text, then the functions of the rows over their limit, and of the `chosen` one."""
    names = [row.name for row in rows]
    if chosen and chosen not in names:
        raise Failure(f"There is no row {chosen!r}; these are there:\n" + "\n".join(names))
    yield f"\n{'instructions of a call':55} {'wer':>9} {'C':>9} {'ratio':>7} {'at most':>7}"
    for row in rows:
        verdict = "" if row.ratio <= LIMITS[row.name] else "  NOT MET"
        numbers = f"{row.count('wer'):9,.1f} {row.count('C'):9,.1f} {row.ratio:7.3f} {LIMITS[row.name]:7.3g}"
        yield f"{row.name:55} {numbers}{verdict}"
    for row in rows:
        if row.ratio > LIMITS[row.name] or row.name == chosen:
            yield f"\n{row.name}: where\n{'':55} {'wer':>9} {'C':>9}"
            ours, theirs = row.costs["wer"], row.costs["C"]
            lines = [(ours.get(name, 0), theirs.get(name, 0), name) for name in ours.keys() | theirs.keys()]
            for spent, beside, name in sorted(lines, key=lambda line: (-max(line[:2]), line))[:MOST]:
                yield f"  {name[:53]:53} {spent:9,.1f} {beside:9,.1f}"
