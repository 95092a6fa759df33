"""`dev.py mutate --extension`: take each check of the extension out, and see that the tests notice.

In Cython, a check is a `raise`, or a call of what raises for it; in our C, the condition of an `if` or a `while`, which
is then never true. Besides, in both, a call whose result nobody wants: it gives something back, say, or holds it.

All of them get a switch, so that one build has every mutant: the variable WER_MUTANT says which one a process has not.
The switches also note that they were reached, and a mutant is tried with the tests that reach it, under Wine, with the
stand-in.
"""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import build, debian, mutate, session, testrun
from tools.cache import Cache, Key, content_hash, locked
from tools.cpython import WindowsPython
from tools.steps import Failure, Finished, say

PYTHON = session.WINDOWS_PYTHONS[-1]
CALLED = r"check|check_\w+|need|need_named|must_\w+|refuse_\w+|take|initialize|self\.begin|self\.enter"
CYTHON_CHECK = re.compile(rf"( +)(raise\b.*|(?:return )?(?:{CALLED})\(.*|[a-zA-Z_][\w.]*\(.*\)(?: *#.*)?)")
CYTHON_FUNCTION = re.compile(r" *(?:def|cdef [\w *]+?|cdef) ?\b(\w+)\(.*")
C_CONDITION = re.compile(r"( +(?:\} else |else )?(?:if|while)) \((.*)\)( \{)?(?: */\*.*)?")
C_CALL = re.compile(r"( +)((?!.*__cdecl)[a-zA-Z_][\w.>-]*\(.*\);)(?: */\*.*)?")
C_FUNCTION = re.compile(r"[a-zA-Z].*?\b(\w+)\(.*")
SWITCHES = r"""
#include <stdlib.h>
#include <windows.h>

static int wer_mutant;
static volatile char *wer_reached;

__attribute__((constructor)) static void wer_read_switches(void)
{
    char text[MAX_PATH];
    HANDLE file, mapping;

    if (GetEnvironmentVariableA("WER_MUTANT", text, sizeof(text)))
        wer_mutant = atoi(text);
    if (!GetEnvironmentVariableA("WER_REACHED", text, sizeof(text)))
        return;
    file = CreateFileA(
        text, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    mapping = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, 0, NULL);
    wer_reached = MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    CloseHandle(mapping);
    CloseHandle(file);
}

__attribute__((unused)) static int wer_has(int number)
{
    if (wer_reached)
        wer_reached[number] = 1;
    return number != wer_mutant;
}
"""
CYTHON_SWITCHES = """
cdef extern from "switches.h" nogil:
    bint wer_has(int number)
"""
# Those that are about the extension. The others reach it too, and look for something else.
WINDOWS = (
    ("add_processes", "arguments", "calling", "cimport", "concurrency", "crash_handler", "disk", "dump"),
    ("errors_from_wer", "errors_from_windows", "exception_module", "exclusion", "fast_fail", "files", "flags"),
    ("handler_states", "interpreters", "loading", "native_host", "native_table", "processes_and_threads", "references"),
    ("refusals", "registration", "report", "service", "sick_process", "snapshot", "store", "submit", "text"),
    ("watchdog", "write_dump"),
)
COMMON = ("endings", "every_call_fails", "fake_wer", "targets", "trials")
MOST_SECONDS = 60
"""For the tests of one mutant, the quickest first."""


@dataclass(frozen=True)
class Check:
    """One that can be switched off."""

    number: int
    file: str
    name: str


@dataclass
class Reached:
    """Which tests reach which check, and how long each takes."""

    tests: dict[int, list[str]]
    seconds: dict[str, float]


@dataclass
class _Place:
    """Where tests run, and with what environment."""

    own: session.Session
    checkout: Path
    environment: dict[str, str]


def mutate_extension(cache: Cache, only: int | None) -> int:
    """Decide the mutants that are not decided yet, or this one, anew. Returns the exit code."""
    source, checks = _with_switches(cache)
    chosen = [check for check in checks if only in (None, check.number)]
    if not chosen:
        raise Failure(f"There is no check {only}.")
    with locked(cache.root / "locks" / "mutants-extension", "Waiting for another run that makes mutants ..."):
        for file in {check.file for check in chosen}:
            state = mutate.state(cache, file)
            state.parent.mkdir(exist_ok=True)
            names = [check.name for check in checks if check.file == file]
            state.with_suffix(".all").write_text(json.dumps(names), encoding="utf-8")
        _decide(cache, source, chosen, again=only is not None)
    return mutate.tell([mutate.figures(cache, file) for file in sorted({check.file for check in chosen})])


def _decide(cache: Cache, source: Path, checks: list[Check], *, again: bool) -> None:
    key = content_hash([*_code("windows"), *_code("common"), *_code("shared")])

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
        environment = testrun.built_with_ours(cache, PYTHON, own)  # else tests are skipped that want a C host
        place = _Place(own, mutate.copied(cache, own.folder / "checkout"), environment)
        reached = _which_tests(cache, place, source)
        for number, check in enumerate(left, 1):
            verdict, by = _try(place, check.number, reached)
            told = {"mutant": check.name, "line": check.number, "verdict": verdict, "by": by, "tests": key}
            with mutate.state(cache, check.file).open("a", encoding="utf-8") as file:
                file.write(json.dumps(told) + "\n")
            say(f"{number} of {len(left)}: {check.number}: {verdict}: {check.file}: {check.name}{by and f' ({by})'}")


def _try(place: _Place, number: int, reached: Reached) -> tuple[str, str]:
    """Run the tests that reach this check without it: what became of the mutant, and which test noticed."""
    chosen, spent = list[str](), 0.0
    for name in sorted(reached.tests.get(number, ()), key=lambda name: reached.seconds[name]):
        spent += reached.seconds[name] + 0.1  # what pytest takes around it under Wine
        if spent > MOST_SECONDS and chosen:
            break
        chosen.append(name)
    if not chosen:
        return "not reached", ""
    listed = place.own.folder / "tests.txt"
    listed.write_text("\n".join(chosen), encoding="utf-8")
    limit = 20 + 3 * max(reached.seconds[name] for name in chosen)
    finished = _pytest(place, ["-x", f"@{place.own.path(listed)}"], limit, {"WER_MUTANT": str(number)})
    if re.search(r"^(ERROR: |no tests ran)", finished.output, re.MULTILINE):
        raise Failure(f"pytest did not run the tests of check {number}:\n{finished.output}")
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", finished.output, re.MULTILINE)
    by = failed[1] if failed else ""
    if "Timeout (" in finished.output:
        return "timed out", by
    return "killed" if finished.returncode else "survived", by


def _which_tests(cache: Cache, place: _Place, source: Path) -> Reached:
    """Run each file of tests with all checks, unless that was done."""
    files = [f"tests/windows/test_{name}.py" for names in WINDOWS for name in names]
    files += [f"tests/common/test_{name}.py" for name in COMMON]
    reached = Reached({}, {})
    for test in files:
        told = json.loads(_reached(cache, place, source, test).read_text(encoding="utf-8"))
        if told["failed"]:
            say(f"Fail with every check, and are left out: {', '.join(told['failed'])}")
        for name, (seconds, *numbers) in told["tests"].items():
            reached.seconds[name] = seconds
            for number in {*numbers, *told["everywhere"]}:
                reached.tests.setdefault(number, []).append(name)
    return reached


def _reached(cache: Cache, place: _Place, source: Path, test: str) -> Path:
    """The file with which tests of this file reach which checks."""
    own = place.own
    plugin = mutate.HERE / "reached_on_windows.py"
    numbers = own.folder / "reached"

    def make(folder: Path) -> None:
        numbers.write_bytes(bytes(4096))
        told = folder / "reached.json"
        told.write_text(
            '{"everywhere": [], "tests": {}, "failed": ["all, and did not come to an end"]}', encoding="utf-8"
        )
        notes = {"WER_REACHED": own.path(numbers), "WER_REACHED_BY": own.path(told)}
        found = {"PYTHONPATH": own.path(mutate.HERE)}
        _pytest(place, ["-p", plugin.stem, test], 300, notes | found)

    key: Key = [source, *_code("shared"), build.ROOT / "tests" / "windows" / "conftest.py", build.ROOT / test, plugin]
    name = "-".join(("checks-reached", *Path(test).with_suffix("").parts[1:]))
    return cache.get(name, f"Which checks {test} reaches", key, make) / "reached.json"


def _code(folder: str) -> list[Path]:
    """What is in this folder of the tests, without what Python makes of it."""
    return sorted((build.ROOT / "tests" / folder).rglob("*.py"))


def _pytest(place: _Place, arguments: list[str], limit: float, environment: dict[str, str]) -> Finished:
    # A test that takes too long ends the session, and with it what would wait for ever.
    limits = ["-o", f"faulthandler_timeout={limit:.0f}", "-o", "faulthandler_exit_on_timeout=true"]
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=no", *limits, *arguments]
    return place.own.python(PYTHON, command, env=place.environment | environment, cwd=place.checkout, echo=None)


def _with_switches(cache: Cache) -> tuple[Path, list[Check]]:
    """A copy of the package's sources in which every check has its switch; and these."""
    source = cache.folder / "with-switches"
    shutil.copytree(build.sources(cache), source)
    checks = list[Check]()
    for file in files():
        place = source / "src" / "wer" / file
        in_c = place.suffix == ".c"
        lines = ['#include "switches.h"'] if in_c else []
        for line, name in _lines(place.read_text(encoding="utf-8"), in_c):
            if switched := name and (switched_in_c if in_c else switched_in_cython)(line, len(checks) + 1):
                checks.append(Check(len(checks) + 1, file, name))
            lines.append(switched or line)
        place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (source / "src" / "wer" / "native" / "switches.h").write_text(SWITCHES, encoding="utf-8")
    module = source / "src" / "wer" / "_werapi.pyx"
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace("\ncdef extern", f"{CYTHON_SWITCHES}\ncdef extern", 1), encoding="utf-8")
    return source, checks


def switched_in_cython(line: str, number: int) -> str | None:
    """The line with this switch; None if there is no check in it."""
    found = CYTHON_CHECK.fullmatch(line)
    return found and f"{found[1]}if wer_has({number}): {found[2]}"


def switched_in_c(line: str, number: int) -> str | None:
    """Likewise."""
    if found := C_CONDITION.fullmatch(line):
        return f"{found[1]} (({found[2]}) && wer_has({number})){found[3] or ''}"
    if found := C_CALL.fullmatch(line):
        return f"{found[1]}{{ if (wer_has({number})) {found[2]} }}"  # in braces: what follows may be an else
    return None


def checks_in(file: str) -> list[str]:
    """The names of the checks in one of them."""
    in_c = file.endswith(".c")
    text = (mutate.PACKAGE / file).read_text(encoding="utf-8")
    return [
        name for line, name in _lines(text, in_c) if name and (switched_in_c if in_c else switched_in_cython)(line, 0)
    ]


def files() -> list[str]:
    """Those of the extension, below src/wer."""
    cython, c = (sorted(mutate.PACKAGE.glob(pattern)) for pattern in ("core/*.pxi", "native/*.c"))
    return [path.relative_to(mutate.PACKAGE).as_posix() for path in (*cython, *c)]


def _lines(text: str, in_c: bool) -> Iterator[tuple[str, str]]:
    """Each line, and what it is called as a mutant; "" if it only goes on."""
    inside, seen, before = "module", dict[str, int](), ""
    for line in whole(text.splitlines()) if in_c else text.splitlines():
        if found := (C_FUNCTION if in_c else CYTHON_FUNCTION).fullmatch(line):
            inside = found[1]
        name = f"{inside}: {line.strip()}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name = f"{name} ({seen[name]})"
        yield line, "" if before.endswith(("(", ",")) else name
        before = line


def whole(lines: list[str]) -> Iterator[str]:
    """The lines of C, but of what goes on over several only one."""
    begun = ""
    for line in lines:
        begun = f"{begun} {line.strip()}" if begun else line
        if begun.startswith(" ") and begun.count("(") > begun.count(")"):
            continue
        yield begun
        begun = ""
