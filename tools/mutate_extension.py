"""`dev.py mutate --extension`: take each check of the extension out, and see that the tests notice.

A check is a `raise`, or a call of what raises for it. All of them get a switch, so that one build has every mutant: the
variable WER_MUTANT says which check a process has not. The tests run under Wine, with the stand-in.
"""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import build, debian, mutate, session
from tools.cache import Cache, content_hash, locked
from tools.cpython import WindowsPython
from tools.steps import Failure, say

PYTHON = session.WINDOWS_PYTHONS[-1]
CALLED = r"check|check_\w+|need|need_named|must_\w+|refuse_\w+|take|initialize|self\.begin|self\.enter"
CHECK = re.compile(rf"( +)((?:raise\b|(?:return )?(?:{CALLED})\().*)")
FUNCTION = re.compile(r" *(?:def|cdef [\w *]+?|cdef) ?\b(\w+)\(.*")
SWITCH = """
from libc.stdlib cimport atoi, getenv
cdef const char *wer_mutant_named = getenv("WER_MUTANT")
cdef int wer_mutant = 0 if wer_mutant_named == NULL else atoi(wer_mutant_named)
"""
# What concerns refusals, the quickest first; then what else may notice, for those that are still alive.
ROUNDS = (
    ("refusals", "errors_from_wer", "arguments"),
    ("report", "store", "snapshot", "registration", "files", "flags", "dump", "write_dump", "processes_and_threads"),
    ("watchdog", "concurrency", "crash_handler", "loading", "submit", "interpreters", "sick_process", "text"),
)
LIMIT = 120
"""Seconds for a test, which then counts as one that noticed."""


@dataclass(frozen=True)
class Check:
    """One that can be switched off."""

    number: int
    file: str
    name: str


def mutate_extension(cache: Cache, only: int | None) -> int:
    """Decide the mutants that are not decided yet, or this one, anew. Returns the exit code."""
    source, checks = _with_switches(cache)
    if only is not None:
        checks = [check for check in checks if check.number == only]
        if not checks:
            raise Failure(f"There is no check {only}.")
    with locked(cache.root / "locks" / "mutants-extension", "Waiting for another run that makes mutants ..."):
        for file in {check.file for check in checks}:
            state = mutate.state(cache, file)
            state.parent.mkdir(exist_ok=True)
            state.with_suffix(".all").write_text(json.dumps(checks_in(file)), encoding="utf-8")
        _decide(cache, source, checks, again=only is not None)
    return mutate.tell([mutate.figures(cache, file) for file in sorted({check.file for check in checks})])


def _decide(cache: Cache, source: Path, checks: list[Check], *, again: bool) -> None:
    key = content_hash([build.ROOT / "tests" / "windows", build.ROOT / "tests" / "shared"])

    def wheel(cache: Cache, python: WindowsPython) -> Path:
        return build.wheel(cache, python, source=source)

    left = []
    for check in checks:
        told = mutate.decided(mutate.state(cache, check.file)).get(check.name)
        if again or told is None or (told["verdict"] not in mutate.KILLED and told["tests"] != key):
            left.append(check)
    say(f"The extension: {len(checks)} checks, {len(left)} to decide")
    if not left:
        return
    debian.install(cache, debian.WINE_AND_COMPILER + debian.VENV)  # session.prepare would make the usual wheel, too
    with session.opened(cache, [PYTHON], wheel=wheel) as own:
        broken: dict[int, list[str]] = {}
        for number, check in enumerate(left, 1):
            verdict, by = "survived", ""
            for turn, files in enumerate(ROUNDS):
                if turn not in broken:
                    _, broken[turn] = _run(own, 0, files, [])
                    if broken[turn]:
                        say(f"Fail with every check, and are left out: {', '.join(broken[turn])}")
                verdict, failed = _run(own, check.number, files, ["-x", *_without(broken[turn])])
                if verdict != "survived":
                    by = failed[0] if failed else ""
                    break
            told = {"mutant": check.name, "line": check.number, "verdict": verdict, "by": by, "tests": key}
            with mutate.state(cache, check.file).open("a", encoding="utf-8") as file:
                file.write(json.dumps(told) + "\n")
            say(f"{number} of {len(left)}: {check.number}: {verdict}: {check.file}: {check.name}")


def _run(own: session.Session, number: int, files: tuple[str, ...], options: list[str]) -> tuple[str, list[str]]:
    """Run these tests without the check of this number: what became of the mutant, and which tests failed."""
    paths = [f"tests/windows/test_{name}.py" for name in files]
    # A test that takes too long ends the session, and with it what would wait for ever.
    limit = ["-o", f"faulthandler_timeout={LIMIT}", "-o", "faulthandler_exit_on_timeout=true"]
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=no", *limit, *options, *paths]
    finished = own.python(PYTHON, command, env={"WER_MUTANT": str(number)}, cwd=build.ROOT, echo=None)
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", finished.output, re.MULTILINE)
    if "Timeout (" in finished.output:
        return "timed out", failed
    return "killed" if finished.returncode else "survived", failed


def _without(tests: list[str]) -> list[str]:
    return [f"--deselect={name}" for name in tests]


def _with_switches(cache: Cache) -> tuple[Path, list[Check]]:
    """A copy of the package's sources in which every check has its switch; and these."""
    source = cache.folder / "with-switches"
    shutil.copytree(build.sources(cache), source)
    checks = list[Check]()
    for file in files():
        place = source / "src" / "wer" / file
        lines = []
        for line, name in _lines(place.read_text(encoding="utf-8")):
            found = CHECK.fullmatch(line)
            if found:
                checks.append(Check(len(checks) + 1, file, name))
                lines.append(f"{found[1]}if wer_mutant != {len(checks)}: {found[2]}")
            else:
                lines.append(line)
        place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    module = source / "src" / "wer" / "_werapi.pyx"
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace("\ncdef extern", f"{SWITCH}\ncdef extern", 1), encoding="utf-8")
    return source, checks


def files() -> list[str]:
    """Those of the extension, below src/wer."""
    return [f"core/{path.name}" for path in sorted((mutate.PACKAGE / "core").glob("*.pxi"))]


def checks_in(file: str) -> list[str]:
    """The names of the checks in one of them."""
    lines = _lines((mutate.PACKAGE / file).read_text(encoding="utf-8"))
    return [name for line, name in lines if CHECK.fullmatch(line)]


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Each line, and what it is called as a mutant."""
    function, seen = "module", dict[str, int]()
    for line in text.splitlines():
        if found := FUNCTION.fullmatch(line):
            function = found[1]
        name = f"{function}: {line.strip()}"
        seen[name] = seen.get(name, 0) + 1
        yield line, f"{name} ({seen[name]})" if seen[name] > 1 else name
