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

from tools import build, cpython, release, session, steps, venvs
from tools.cache import Cache
from tools.cpython import PYTHONS
from tools.session import LOCAL, ON_WINDOWS, Session
from tools.steps import Failure, say

SCRIPTS = build.ROOT / build.BENCHMARKS
BASELINE = SCRIPTS / "baseline.json"
DOCUMENT = build.ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- what `dev.py bench --save` writes -->", "<!-- until here -->"
PEERS = "ctypes", "ctypes, checked", "cffi", "win32more"

SLACK = 1.25  # a ratio that is so much worse than the baseline's is worse
PLOTTED = "3.12"
PLOTS = {  # of these rows, into these files of docs/
    "add_dump()": "performance-add-dump",
    "add_dump(dump_type=, process=, thread=, flags=)": "performance-add-dump-keywords",
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
class Target:
    """That something takes at most `limit` times what something else takes, in a row of the table."""

    row: str
    who: str
    beside: str
    limit: float

    @property
    def name(self) -> str:
        """Such as "add_dump(): wer / C"."""
        return f"{self.row}: {self.who} / {self.beside}"


BEST_PEER = "the best peer"
TARGETS = (
    Target("add_dump()", "wer", "C", 1.0),
    Target("add_dump(type, process, thread, None, None, flags)", "wer", "C", 1.0),
    Target("add_dump(DumpType.MINIDUMP, process, thread)", "wer", "C", 1.0),
    Target("add_dump(dump_type=, process=, thread=, flags=)", "wer", "C", 1.25),
    Target("add_dump()", "wer", BEST_PEER, 0.2),
    Target("add_dump(type, process, thread, None, None, flags)", "wer", BEST_PEER, 0.2),
    # What can be reached there: C, and a method in C that releases the GIL, takes it again and does nothing else.
    Target("add_dump()", "C", BEST_PEER, 0.2),
    Target("add_dump(type, process, thread, None, None, flags)", "C", BEST_PEER, 0.2),
    Target("add_dump()", "the GIL", BEST_PEER, 0.2),
    Target("set_parameter(0, text)", "wer", "C", 1.15),
    Target("add_file(path)", "wer", "C", 1.15),
    Target("create + submit + close", "wer", "C", 1.15),
    Target("create + close", "wer", "C", 1.15),
    Target("cimport wer", "cimport", "C loop", 1.05),
    Target("import", "wer", "ctypes", 0.5),
    Target("other threads", "beside a call in WER", "alone", 1 / 0.95),
    Target("asyncio: latency, 99th percentile", "beside a call in WER", "alone", 1.1),
    Target("16 threads, a report each", "wer", "C", 1.05),
    Target("create, parameters, dump, submit", "wer", "C", 1.02),
    Target("store, 10,000 reports", "wer", "C", 1.5),
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
            _peers(cache, name)
        else:
            build.native_benchmarks(cache)


def _peers(cache: Cache, name: str) -> Path:
    """The packages to compare with, compiled, for the Python `name` under Wine."""
    needed = venvs.requirements("bench-windows")

    def make(folder: Path) -> None:
        cpython.install(cache, PYTHONS[name], folder, "--requirement", needed)
        with session.opened(cache, [name]) as own:
            library = folder / "Lib" / "site-packages"
            # Only what is used: win32more has thousands of files.
            used = [library / "cffi", library / "pycparser", library / "win32more"]
            options = ["-q", "--invalidation-mode=unchecked-hash", "-x", "Microsoft"]
            own.python(name, ["-m", "compileall", *options, *map(own.path, used)], echo=None)

    title = f"Packages to compare with on CPython {name}: fetching and compiling them"
    folder = cache.get(f"bench-peers-{name}", title, [needed, PYTHONS[name].sha256, "Microsoft not compiled"], make)
    return folder / "Lib" / "site-packages"


def _run(cache: Cache, own: Session, python: str, part: Part, rounds: int) -> dict[str, Any]:
    result = own.folder / "bench.json"
    if python in PYTHONS and not ON_WINDOWS:
        paths = [SCRIPTS, build.benchmarks(cache, PYTHONS[python]), _peers(cache, python)]
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
    """By Python and target: the ratio that was measured and the one to reach."""
    found: dict[str, dict[str, tuple[Ratio, float]]] = {}
    for python, rows in measured.items():
        for target in TARGETS:
            samples: Samples = rows.get(target.row, {}).get("samples", {})
            beside = _best_peer(samples) if target.beside == BEST_PEER else target.beside
            if target.who in samples and beside in samples:
                ratio = Ratio.of(samples[target.who], samples[beside])
                found.setdefault(python, {})[target.name] = ratio, target.limit
    return found


def _best_peer(samples: Samples) -> str:
    here = [peer for peer in PEERS if peer in samples]
    return min(here, key=lambda peer: statistics.median(samples[peer]), default="")


def table(measured: dict[str, Any], sized: dict[str, dict[str, int]]) -> str:
    """What was measured, and the ratios, as lines of text."""
    lines = []
    for python, rows in measured.items():
        lines.append(f"\n{python}")
        for name, row in rows.items():
            lines.append(f"  {name}")
            for who, samples in row["samples"].items():
                low, middle, high = statistics.quantiles(samples, n=4) if len(samples) > 1 else samples * 3
                lines.append(f"    {who:24} {_short(middle):>12} {row['unit']}   ({_short(low)} to {_short(high)})")
    for python, bytes_of in sized.items():
        for what, size in bytes_of.items():
            verdict = "met" if size < release.SIZES[what] else "NOT MET"
            lines.append(f"\n{python}: {what}: {size:,} bytes, less than {release.SIZES[what]:,}: {verdict}")
    for python, targets in ratios(measured).items():
        lines.append(f"\n{python}: ratios")
        for name, (ratio, limit) in targets.items():
            verdict = "met" if ratio.median <= limit else "NOT MET"
            spread = f"({ratio.low:.3f} to {ratio.high:.3f})"
            lines.append(f"    {name:70} {ratio.median:6.3f} {spread}, at most {limit:.3g}: {verdict}")
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:,.1f}" if value >= 10 or value == 0 else f"{value:.3g}"


def sizes(cache: Cache, pythons: Sequence[str]) -> dict[str, dict[str, int]]:
    """By Python: the bytes of its wheel, and of the extension in it."""
    found = {}
    for name in pythons:
        if name in PYTHONS and not ON_WINDOWS:
            found[name] = release.sizes(build.wheel(cache, PYTHONS[name]))
    return found


def check(measured: dict[str, Any]) -> list[str]:
    """What has become slower than the baseline says, beyond noise, as lines of text.

    Beyond noise: even the best quarter of the rounds is worse than the baseline by more than SLACK.
    """
    if not BASELINE.is_file():
        return [f"{BASELINE.relative_to(build.ROOT)} is missing: `dev.py bench --save` writes it."]
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))["ratios"]
    worse = []
    for python, targets in ratios(measured).items():
        for name, (ratio, _) in targets.items():
            before = baseline.get(python, {}).get(name)
            if before is not None and ratio.low > before * SLACK:
                worse.append(f"{python}: {name}: {ratio.low:.3f} to {ratio.high:.3f}, the baseline is {before:.3f}")
    return worse


def save(measured: dict[str, Any], sized: dict[str, dict[str, int]], own: str) -> None:
    """Make what was measured the baseline, and draw it for the docs."""
    found = {
        python: {name: round(ratio.median, 3) for name, (ratio, _) in targets.items()}
        for python, targets in ratios(measured).items()
    }
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{_markdown(measured, sized, own)}{END}{after}", encoding="utf-8")
    BASELINE.write_text(
        json.dumps({"machine": own, "ratios": found, "sizes": sized}, indent=2) + "\n", encoding="utf-8"
    )


def _markdown(measured: dict[str, Any], sized: dict[str, dict[str, int]], own: str) -> str:
    """The tables of docs/performance.md: the ratios of all Pythons, and the medians of one."""
    found = ratios(measured)
    pythons = list(measured)
    lines = [
        f"On {own}.",
        "",
        f"| at most | what, beside what | {' | '.join(pythons)} |",
        "| --- " * (len(pythons) + 2) + "|",
    ]
    for target in TARGETS:
        cells = []
        for python in pythons:
            ratio, _ = found.get(python, {}).get(target.name, (None, 0.0))
            text = "" if ratio is None else f"{ratio.median:.2f} ({ratio.low:.2f} to {ratio.high:.2f})"
            cells.append(f"**{text}**" if ratio and ratio.median > target.limit else text)
        lines.append(f"| {target.limit:.3g} | {target.name} | {' | '.join(cells)} |")
    for what, limit in release.SIZES.items():
        sizes = [sized.get(python, {}).get(what) for python in pythons]
        cells = ["" if size is None else f"**{size:,}**" if size >= limit else f"{size:,}" for size in sizes]
        lines.append(f"| {limit:,} | {what}, bytes | {' | '.join(cells)} |")
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
    """Draw the calls and the imports into docs/: each a bar for its median."""
    data = cache.folder / "plots.json"
    drawn = {}
    for python, rows in measured.items():
        for row, file in PLOTS.items():
            if row in rows and (python == PLOTTED or python not in PYTHONS or ON_WINDOWS):
                name = f"{file}.svg" if python == PLOTTED or ON_WINDOWS else f"{file}-{python}.svg"
                medians = {who: statistics.median(values) for who, values in rows[row]["samples"].items()}
                drawn[name] = {"title": f"{row}, CPython {python}", "unit": rows[row]["unit"], "medians": medians}
    data.write_text(json.dumps(drawn), encoding="utf-8")
    steps.run(
        [venvs.get(cache, "bench"), SCRIPTS / "plot.py", data, build.ROOT / "docs"],
        env=cache.environment | {"MPLCONFIGDIR": str(cache.folder)},
    )
    say(f"Drawn into docs/: {', '.join(drawn)}")
