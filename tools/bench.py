"""`dev.py bench`: measure, print a table with ratios, compare with the baseline, draw the plots.

What is measured is in benchmarks/, one file for each kind. Each runs in every Python and writes its samples as JSON;
what is said about them, and what they must reach, is here.
"""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import build, release, session, steps, venvs
from tools.cache import Cache
from tools.cpython import PYTHONS
from tools.session import LOCAL, ON_WINDOWS, Session
from tools.steps import Failure, say

SCRIPTS = build.ROOT / build.BENCHMARKS
BASELINE = SCRIPTS / "baseline.json"
DOCUMENT = build.ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- what `dev.py bench --save` writes -->", "<!-- until here -->"

SLACK = 1.25  # a ratio that is so much worse than the baseline's is worse
PLOTTED = "3.12"
PLOTS = {  # of these rows, into these files of docs/
    "the README's report": "performance-report",
    "add_dump()": "performance-add-dump",
    "create + close": "performance-create",
    "import": "performance-import",
}

Samples = dict[str, list[float]]


@dataclass(frozen=True)
class Part:
    """One file of benchmarks/."""

    name: str
    instant: bool = False
    """Whether it calls the wer.dll that returns at once; else the stand-in."""
    processes: int = 1
    """Into how many processes its rounds go: where memory happens to lie in one changes a short call by a third."""


PARTS = (
    Part("calls", instant=True, processes=7),
    Part("cimport", instant=True, processes=7),
    Part("memory", instant=True),
    Part("scaling"),
    Part("imports", instant=True),
    Part("blocked"),
    Part("pipeline"),
    Part("store"),
)
WITHOUT_WINE = ("imports",)  # the others need a wer.dll of ours


@dataclass(frozen=True)
class Goal:
    """That something takes at most `limit` times what something else takes, in a row of the table."""

    row: str
    who: str
    beside: str
    limit: float

    @property
    def name(self) -> str:
        """Such as "add_dump(): wer / C"."""
        return f"{self.row}: {self.who} / {self.beside}"


OWN = (  # calls that name no other process: not dearer than by ctypes, which checks nothing
    "add_dump(DumpType.MINIDUMP, wer.Handle(-1))",
    "add_dump(type, None, None, None, None, flags)",
    "add_dump(dump_type=, process=, flags=)",
    "set_parameter(index=, value=, name=)",
    "add_file(full str)",
    "add_file(relative str)",
    "add_file(full Path)",
    "add_file(relative Path)",
    "create + close",
    "create with keywords + close",
    "create + submit + close",
    "a whole ReportTemplate",
    "refused: a value that is no str",
)
OTHER = (  # calls about another process, beside ctypes with the same Windows calls
    "the README's report, of a Popen",
    "create + add_dump(process=Popen) + close",
    "create + add_dump(pid=) + close",
    "create + add_dump(process=wer.Handle(small)) + close",
)
GOALS = (
    Goal("the README's report", "wer", "ctypes", 0.75),
    Goal("the README's report", "wer", "ctypes class", 0.5),
    *(Goal(row, "wer", "ctypes", 1.0) for row in OWN),
    *(Goal(row, "wer", "ctypes", 0.8) for row in OTHER),
    *(Goal(row, "C", "ctypes", 0.8) for row in OTHER),  # what can be reached there
    Goal("add_dump()", "wer", "C", 2.2),
    Goal("add_dump()", "wer", "ctypes", 0.4),
    Goal("set_parameter(0, text)", "wer", "C", 2.2),
    Goal("set_parameter(0, text)", "wer", "ctypes", 0.4),
    Goal("cimport wer", "cimport", "C loop", 1.05),
    Goal("cimport wer", "cimport, the C table", "C loop", 1.05),
    Goal("cimport HeldReport", "cimport", "C loop", 1.05),
    Goal("import", "wer", "ctypes", 1.0),
    Goal("other threads", "beside a call in WER", "alone", 1 / 0.95),
    Goal("asyncio: latency, 99th percentile", "beside a call in WER", "alone", 1.1),
    Goal("16 threads, a report each", "wer", "C", 1.05),
    Goal("create, parameters, dump, submit", "wer", "C", 1.02),
    Goal("store, 10,000 reports", "wer", "C", 1.5),
)


@dataclass(frozen=True)
class Ratio:
    """The median of the ratios of two things over the rounds, with its quartiles."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, ours: Sequence[float], theirs: Sequence[float]) -> "Ratio":
        """Of what was measured in the same rounds."""
        return cls(*statistics.quantiles([a / b for a, b in zip(ours, theirs, strict=True)], n=4))


def bench(cache: Cache, pythons: Sequence[str], parts: Sequence[str], rounds: int) -> dict[str, Any]:
    """Run these parts of the benchmarks on these Pythons. Returns all that was measured."""
    measured: dict[str, Any] = {}
    for python in pythons:
        rows: dict[str, Any] = {}
        for instant in (True, False):
            chosen = [part for part in PARTS if part.name in parts and part.instant == instant]
            if python == LOCAL:
                chosen = [part for part in chosen if part.name in WITHOUT_WINE]
            if chosen:
                library = build.instant if instant else build.standin
                with session.opened(cache, [python], library) as own:
                    for part in chosen:
                        say(f"{python} ({own.describe(python)}): {part.name}")
                        rows |= _run(cache, own, python, part, rounds)
        measured[python] = rows
    return measured


def prepare(cache: Cache, pythons: Sequence[str]) -> None:
    """Fetch and build all that the benchmarks need, unless it is there."""
    session.prepare(cache, pythons)
    for name in pythons:
        if name in PYTHONS and not ON_WINDOWS:
            build.instant(cache)
            build.benchmarks(cache, PYTHONS[name])
        else:
            build.native_benchmarks(cache)


def _run(cache: Cache, own: Session, python: str, part: Part, rounds: int) -> dict[str, Any]:
    result = own.folder / "bench.json"
    if python in PYTHONS and not ON_WINDOWS:
        paths = [SCRIPTS, build.benchmarks(cache, PYTHONS[python])]
    else:
        paths = [SCRIPTS, build.native_benchmarks(cache)]
    separator = ";" if python != LOCAL or ON_WINDOWS else os.pathsep
    env = {"PYTHONPATH": separator.join(own.path(path) for path in paths)}
    script = SCRIPTS / f"{part.name}.py"
    command = [own.path(script), own.path(result), "--rounds", str(-(-rounds // part.processes))]
    rows: dict[str, Any] = {}
    for _ in range(part.processes):
        if own.python(python, command, env=env).returncode:
            raise Failure(f"benchmarks/{part.name}.py failed on {python}; the lines above say why.")
        for name, row in json.loads(result.read_text(encoding="utf-8"))["rows"].items():
            samples = rows.setdefault(name, {"unit": row["unit"], "samples": {who: [] for who in row["samples"]}})
            for who, values in row["samples"].items():
                samples["samples"][who] += values
    return rows


def ratios(measured: dict[str, Any]) -> dict[str, dict[str, tuple[Ratio, float]]]:
    """By Python and goal: the ratio that was measured and the one to reach."""
    found: dict[str, dict[str, tuple[Ratio, float]]] = {}
    for python, rows in measured.items():
        for goal in GOALS:
            samples: Samples = rows.get(goal.row, {}).get("samples", {})
            if goal.who in samples and goal.beside in samples:
                ratio = Ratio.of(samples[goal.who], samples[goal.beside])
                found.setdefault(python, {})[goal.name] = ratio, goal.limit
    return found


def table(measured: dict[str, Any], sized: dict[str, int]) -> str:
    """What was measured, and the ratios, as lines of text."""
    lines = []
    for python, rows in measured.items():
        lines.append(f"\n{python}")
        for name, row in rows.items():
            lines.append(f"  {name}")
            for who, samples in row["samples"].items():
                low, middle, high = statistics.quantiles(samples, n=4) if len(samples) > 1 else samples * 3
                lines.append(f"    {who:24} {_short(middle):>12} {row['unit']}   ({_short(low)} to {_short(high)})")
    for python, size in sized.items():
        lines.append(f"\n{python}: the core's part of the wheel: {size:,} bytes; the goal is {release.CORE_BYTES:,}")
    for python, found in ratios(measured).items():
        lines.append(f"\n{python + ': ratios':70} median                    goal")
        for name, (ratio, limit) in found.items():
            verdict = "met" if ratio.median <= limit else "NOT MET"
            spread = f"({ratio.low:.3f} to {ratio.high:.3f})"
            lines.append(f"    {name:66} {ratio.median:6.3f} {spread:18} {limit:5.3g}  {verdict}")
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:,.1f}" if value >= 10 or value == 0 else f"{value:.3g}"


def sizes(cache: Cache, pythons: Sequence[str]) -> dict[str, int]:
    """By Python: how many bytes the core has in its wheel."""
    return {
        name: release.core_size(build.wheel(cache, PYTHONS[name]))
        for name in pythons
        if name in PYTHONS and not ON_WINDOWS
    }


def check(measured: dict[str, Any]) -> list[str]:
    """What misses its goal, or has become slower than the baseline says, beyond noise, as lines of text.

    Beyond noise: even the best quarter of the rounds does; for the baseline, by more than SLACK. A goal that the
    baseline misses is no news.
    """
    if not BASELINE.is_file():
        return [f"{BASELINE.relative_to(build.ROOT)} is missing: `dev.py bench --save` writes it."]
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))["ratios"]
    worse = []
    for python, found in ratios(measured).items():
        for name, (ratio, limit) in found.items():
            before = baseline.get(python, {}).get(name)
            spread = f"{python}: {name}: {ratio.low:.3f} to {ratio.high:.3f}"
            if ratio.low > limit and (before is None or before <= limit):
                worse.append(f"{spread}, the goal is {limit:.3g}")
            elif before is not None and ratio.low > before * SLACK:
                worse.append(f"{spread}, the baseline is {before:.3f}")
    return worse


def save(measured: dict[str, Any], sized: dict[str, int], own: str) -> None:
    """Make what was measured the baseline, and write it into the docs."""
    found = {
        python: {name: round(ratio.median, 3) for name, (ratio, _) in goals.items()}
        for python, goals in ratios(measured).items()
    }
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{_markdown(measured, sized, own)}{END}{after}", encoding="utf-8")
    BASELINE.write_text(
        json.dumps({"machine": own, "ratios": found, "core bytes": sized}, indent=2) + "\n", encoding="utf-8"
    )


def _markdown(measured: dict[str, Any], sized: dict[str, int], own: str) -> str:
    """The tables of docs/performance.md: the ratios of all Pythons, and the medians of one."""
    found = ratios(measured)
    pythons = list(measured)
    lines = [
        f"On {own}.",
        "",
        f"| what, beside what | goal | {' | '.join(pythons)} |",
        "| --- " * (len(pythons) + 2) + "|",
    ]
    for goal in GOALS:
        cells = []
        for python in pythons:
            ratio, _ = found.get(python, {}).get(goal.name, (None, 0.0))
            text = "" if ratio is None else f"{ratio.median:.2f} ({ratio.low:.2f} to {ratio.high:.2f})"
            cells.append(f"**{text}**" if ratio and ratio.median > goal.limit else text)
        lines.append(f"| {goal.name} | {goal.limit:.3g} | {' | '.join(cells)} |")
    cells = [f"{sized[python]:,}" if python in sized else "" for python in pythons]
    lines.append(f"| the core's part of the wheel, bytes | {release.CORE_BYTES:,} | {' | '.join(cells)} |")
    lines += ["", f"Bold: not met. The medians behind them, CPython {PLOTTED}:", "", "| | |", "| --- | --- |"]
    for name, row in measured.get(PLOTTED, {}).items():
        medians = [f"{who} {_short(statistics.median(values))}" for who, values in row["samples"].items()]
        lines.append(f"| {name}, {row['unit']} | {'; '.join(medians)} |")
    return "\n".join(lines) + "\n"


def machine() -> str:
    """The machine, in a line."""
    cpu = ""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        cpu = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return (
        f"{platform.system()} {platform.release().partition('-')[0]}, {os.cpu_count()} x {cpu or platform.processor()}"
    )


def plot(cache: Cache, measured: dict[str, Any]) -> None:
    """Draw some rows into docs/: each a bar for its median."""
    data = cache.folder / "plots.json"
    drawn = {}
    rows = measured.get(LOCAL if ON_WINDOWS else PLOTTED, {})
    for row, file in PLOTS.items():
        if row in rows:
            medians = {who: statistics.median(values) for who, values in rows[row]["samples"].items()}
            title = f"{row}, CPython {platform.python_version() if ON_WINDOWS else PLOTTED}"
            drawn[f"{file}.svg"] = {"title": title, "unit": rows[row]["unit"], "medians": medians}
    data.write_text(json.dumps(drawn), encoding="utf-8")
    steps.run(
        [venvs.get(cache, "bench"), SCRIPTS / "plot.py", data, build.ROOT / "docs"],
        env=cache.environment | {"MPLCONFIGDIR": str(cache.folder)},
    )
    say(f"Drawn into docs/: {', '.join(drawn)}")
