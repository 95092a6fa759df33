"""`dev.py test`: the tests, on every Python that the project supports here, against what users would install."""

import os
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from tools import build, cpython, debian, onefile, onezip, session, steps
from tools.cache import Cache
from tools.cpython import PYTHONS
from tools.steps import Echo, say

FOLDERS = {"windows": ["tests/common", "tests/windows"], "linux": ["tests/common", "tests/linux"]}
# Options of pytest after which comes a value, which is no test to run even if there is a file of that name.
TAKE_A_VALUE = {"-k", "-m", "-p", "-c", "-o", "-W", "-r", "--ignore", "--deselect"}
NOTHING_COLLECTED = 5  # pytest's exit codes; 0 and 1 are the ends of a whole run
WHOLE_RUN = (0, 1, NOTHING_COLLECTED)


@dataclass
class Result:
    """What came out for one Python."""

    title: str
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Why tests were skipped."""
    seconds: float = 0.0
    failed: set[str] = field(default_factory=set)
    """The files with a test that failed."""
    crash: str = ""
    """Why pytest did not come to its end, if it did not. Counts as a failure."""

    def __str__(self) -> str:
        skipped = "".join(f"\n    {count} skipped: {reason}" for reason, count in self.reasons.most_common())
        crash = f"\n    {self.crash}" if self.crash else ""
        return f"{self.title}: {_numbers(self.counts)} in {self.seconds:.0f} s{skipped}{crash}"


def test(cache: Cache, pythons: Sequence[str], arguments: Sequence[str]) -> int:
    """Build, install, and run pytest with `arguments` on each of `pythons`. Returns the exit code."""
    options, named = _split(arguments)
    chosen = {python: paths for python in pythons if (paths := _paths_for(python, named))}
    session.prepare(cache, list(chosen))
    if any(python != "linux" for python in chosen):
        onefile.onefile(cache)  # not in the turns below, which would wait for each other
        if not session.ON_WINDOWS:
            debian.install(cache, debian.CMAKE)  # likewise
    turns = _Turns(len(chosen))

    def run(number: int, python: str) -> Result:
        _keep_to_a_processor(number, len(chosen))
        try:
            return _run(cache, python, list(chosen), [*options, *chosen[python]], turns.echo(number))
        finally:
            turns.end(number)

    return _summarize(steps.together(*(partial(run, *numbered) for numbered in enumerate(chosen))))


def _keep_to_a_processor(number: int, count: int) -> None:
    """Have what this thread starts run on one processor, where there are more tasks; the last ones go where they can.

    Wine's programs ask its server for nearly everything, which is quicker by a quarter where both are on the same one.
    Tests of threads are then about their order alone; `dev.py soak`, and one Python by itself, have all processors.
    """
    processors = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []
    if number < len(processors) < count:
        os.sched_setaffinity(0, {processors[number]})


def _run(cache: Cache, python: str, together: list[str], arguments: list[str], echo: Echo) -> Result:
    with session.opened(cache, [python]) as own:
        result = Result(f"{python} ({own.describe(python)})")
        echo(f"\n==> {result.title}")
        quiet = Quiet(echo)
        report = own.folder / "results.xml"
        options = ["-p", "no:cacheprovider", f"--junit-xml={own.path(report)}"]
        env = {"WERAPI_PYTHONS": " ".join(together)}  # for tests/shared/once.py
        if python != session.LOCAL or session.ON_WINDOWS:
            env |= built_with_ours(cache, python, own)
            env["WERAPI_ONEFILE"] = own.path(onefile.onefile(cache))
            env["WERAPI_PYZ"] = own.path(onezip.pyz(cache, [_wheel(cache, python)]))
        else:
            env["WERAPI_SDIST"] = str(build.sdist(cache))  # for the tests of the sdist itself
            env["WERAPI_DEV_PYTHON"] = sys.executable  # with another one, dev.py would fetch and build all anew
            # On Linux the file's pure part is used, of whichever wheel.
            env["WERAPI_PYZ"] = own.path(onezip.pyz(cache, [build.native_wheel(cache)]))
            env["WERAPI_PYTHON_HEADERS"] = str(cpython.plain(cache, PYTHONS[session.WINDOWS_PYTHONS[-1]]) / "include")
        started = time.monotonic()
        command = ["-m", "pytest", *options, *arguments]
        code = own.python(python, command, env=env, cwd=build.ROOT, echo=quiet).returncode
        result.seconds = time.monotonic() - started
        if report.is_file():
            _read(report, result)
        if code not in WHOLE_RUN or not report.is_file():
            result.crash = f"pytest did not come to its end: exit code {code}"
            result.counts["failed"] = max(1, result.counts["failed"])
        if result.counts["failed"]:
            quiet.show(result.failed if not result.crash else None)
        return result


def built_with_ours(cache: Cache, python: str, own: session.Session) -> dict[str, str]:
    """For the tests of programs, DLLs and packages that others would build with our package; and of the compiler."""
    if python == session.LOCAL:
        folder = build.native_programs(cache)
        wheel = build.native_wheel(cache)
        host, module = folder / "host.exe", folder / "spooler_module.dll"
        (consumer,) = folder.glob("*.whl")
    else:
        wheel, host = _wheel(cache, python), build.native_host(cache, PYTHONS[python])
        consumer, module = build.consumer(cache, PYTHONS[python]), build.exception_module(cache)
    warnings = build.warnings(wheel) + build.warnings(consumer)  # on Windows the latter's folder has all C
    return {
        "WERAPI_HOST": own.path(host),
        "WERAPI_CONSUMER": own.path(consumer),
        "WERAPI_EXCEPTION_MODULE": own.path(module),
        "WERAPI_WARNINGS": warnings[:8000] or "none",  # an empty variable is none at all on Windows
    }


def _wheel(cache: Cache, python: str) -> Path:
    return build.native_wheel(cache) if python == session.LOCAL else build.wheel(cache, PYTHONS[python])


def _read(report: Path, result: Result) -> None:
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - our own pytest wrote it
        bad = case.find("failure") is not None or case.find("error") is not None
        skipped = case.find("skipped")
        result.counts["failed" if bad else "passed" if skipped is None else "skipped"] += 1
        if bad:
            module = re.match(r"([\w.]*?\btest_\w+)", case.get("classname") or "")  # and perhaps a class in it
            result.failed.add(module[1].replace(".", "/") + ".py" if module else "")
        if skipped is not None and not bad:
            result.reasons[skipped.get("message") or "expected to fail"] += 1


def _summarize(results: list[Result]) -> int:
    say("\n" + "\n".join(map(str, results)))
    total = sum((result.counts for result in results), Counter())
    if not total:
        say("No test was run: do the names and options after `test` fit any?")
    say(_numbers(total))
    return 1 if total["failed"] or not total else 0


def _numbers(counts: Counter[str]) -> str:
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    return f"{counts['passed']} passed, {counts['failed']} failed{skipped}"


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The arguments for pytest, apart: its options, and the tests to run, as paths below the checkout."""
    options, named = [], []
    for previous, argument in zip(["", *arguments], arguments, strict=False):
        name, *inside = argument.split("::", 1)
        places = [(start / name).resolve() for start in (Path.cwd(), build.ROOT)]
        place = next((place for place in places if place.exists() and place.is_relative_to(build.ROOT)), None)
        if place and previous not in TAKE_A_VALUE and not argument.startswith("-"):
            named.append("::".join([place.relative_to(build.ROOT).as_posix(), *inside]))
        else:
            options.append(argument)
    return options, named


def _paths_for(python: str, named: list[str]) -> list[str]:
    """What `python` is to run: of the tests named, all but those for the other system; else its folders."""
    own, other = ("linux", "windows") if python == "linux" else ("windows", "linux")
    if named:
        return [path for path in named if not path.startswith(f"tests/{other}")]
    return [path for path in FOLDERS[own] if (build.ROOT / path).is_dir()]


class Quiet:
    """Passes lines on without what Wine says of each crash, and many tests have a program crash. `show` shows it.

    Wine writes in the middle of pytest's line of dots, which is put together again.
    """

    CRASH = "wine: Unhandled "
    FILE = re.compile(r"(tests[\\/]\S+?\.py)\b")  # what pytest begins a line with

    def __init__(self, echo: Echo) -> None:
        self._echo = echo
        self._begun = ""
        self._file = ""
        self._crashes: list[tuple[str, str]] = []

    def __call__(self, line: str) -> None:
        """Pass on this line, or keep it."""
        own, crash, rest = line.partition(self.CRASH)
        if found := self.FILE.match(own):
            self._file = found[1].replace("\\", "/")
        if crash:
            self._begun += own
            self._crashes.append((self._file, crash + rest))
        else:
            self._echo(self._begun + line)
            self._begun = ""

    def show(self, files: Collection[str] | None = None) -> None:
        """What Wine said while the tests in these files ran, or, without `files`, in all."""
        if self._begun:
            self._echo(self._begun)
        shown = [(file, line) for file, line in self._crashes if files is None or not file or file in files]
        if shown:
            self._echo("What Wine said of crashes there, most of which the tests want:")
        for file, line in shown:
            self._echo(f"    {file}: {line}" if file else f"    {line}")


class _Turns:
    """Lets several tasks print at once, and the reader see them one after the other.

    The output of the first that has not ended goes through as it comes; that of the others waits for its turn.
    """

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self._waiting: list[list[str]] = [[] for _ in range(count)]
        self._ended: set[int] = set()
        self._turn = 0

    def echo(self, number: int) -> Echo:
        """What the task with this number is to print with."""

        def echo(line: str) -> None:
            with self._lock:
                if number == self._turn:
                    say(line)
                else:
                    self._waiting[number].append(line)

        return echo

    def end(self, number: int) -> None:
        """The task with this number has ended."""
        with self._lock:
            self._ended.add(number)
            while self._turn in self._ended:
                self._turn += 1
                if self._turn < len(self._waiting):
                    for line in self._waiting[self._turn]:
                        say(line)
