"""`dev.py mutate`: change the package in one small way after the other; the tests should notice each.

The mutants are mutmut's (its operators, on libcst), and what tells which tests reach them is coverage. The driver is
ours, `tools/mutants/run.py`: mutmut's own puts trampolines around all functions, which the tests here see, as they look
at frames and signatures; it knows per function, not per line, which tests to run; and its files with every mutant of a
large module take long to import, in each program that a test starts.
"""

import json
import tarfile
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from tools import build, steps, venvs
from tools.cache import Cache, Key, content_hash, locked
from tools.steps import Failure, say

HERE = Path(__file__).with_name("mutants")
PACKAGE = build.ROOT / "src" / "wer"
LISTED = HERE / "survivors.toml"
# The others of tests/linux run nothing of the package in their own process, or take minutes.
ON_LINUX = [f"tests/linux/test_{name}.py" for name in ("disk", "exit_codes", "offwindows")]
T = TypeVar("T")
KILLED = ("killed", "timed out")


@dataclass
class Figures:
    """What became of the mutants of one module."""

    module: str
    mutants: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    listed: Counter[str] = field(default_factory=Counter)
    """How many of those that were not killed have this reason in the list."""
    unlisted: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    """What is in the list, and is no mutant that survives."""

    def __str__(self) -> str:
        left = self.mutants - self.verdicts.total()
        verdicts = ", ".join(f"{count} {verdict}" for verdict, count in self.verdicts.most_common())
        return f"{self.module}: {self.mutants} mutants: {verdicts}{f', {left} not run' if left else ''}"


def mutate(cache: Cache, names: Sequence[str], workers: int, most: int | None) -> int:
    """Decide the mutants of these modules, of all without any: at most so many of each. Returns the exit code."""
    modules = modules_of(names)
    with locked(cache.root / "locks" / "mutants", "Waiting for another run that makes mutants ..."):
        venvs.get(cache, "mutate")
        places = steps.together(*(partial(_place, cache, str(number)) for number in range(workers)))
        reached = sorted(_each(_tests(), places, partial(_reached, cache)))
        _each(modules, places, partial(_decide, cache, json.dumps([str(path) for path in reached]), most))
    return tell([figures(cache, module) for module in modules])


def tell(told: list[Figures]) -> int:
    """Print what came out. Returns the exit code."""
    for one in told:
        say(str(one))
        for name in one.unlisted:
            say(f"    {name}")
        for name in one.gone:
            say(f"    listed in {LISTED.name}, and not there: {name}")
    total = sum((one.verdicts for one in told), Counter[str]())
    unlisted = sum(len(one.unlisted) for one in told)
    say(
        f"{sum(one.mutants for one in told)} mutants: {total['killed']} killed, {total['timed out']} timed out, "
        f"{total['survived']} survived, {total['not reached']} reached by no test; {unlisted} of them not in "
        f"{LISTED.relative_to(build.ROOT)}"
    )
    return 1 if unlisted or any(one.gone for one in told) else 0


def figures(cache: Cache, module: str) -> Figures:
    """What is known of the mutants of a module as it is now."""
    names = state(cache, module).with_suffix(".all")
    result = Figures(module)
    if not names.exists():
        return result
    all_of_them = json.loads(names.read_text(encoding="utf-8"))
    known = decided(state(cache, module))
    result.mutants = len(all_of_them)
    reasons = listed(module)
    used = set()
    for name in all_of_them:
        if name not in known:
            continue
        verdict = known[name]["verdict"]
        result.verdicts[verdict] += 1
        if verdict in KILLED:
            continue
        pattern = next((pattern for pattern in reasons if name == pattern or _fits(name, pattern)), None)
        if pattern is None:
            result.unlisted.append(f"{verdict}: {name}")
        else:
            used.add(pattern)
            result.listed[reasons[pattern]] += 1
    if result.mutants == result.verdicts.total():
        result.gone = sorted(reasons.keys() - used)
    return result


def listed(module: str) -> dict[str, str]:
    """The mutants of a module that may survive, each with its reason."""
    table = tomllib.loads(LISTED.read_text(encoding="utf-8")).get(module, {})
    return {name: reason for reason, names in table.items() for name in names}


def _fits(name: str, pattern: str) -> bool:
    """With * at its end, for all that begin so: `function: *` for all in that function."""
    return pattern.endswith("*") and name.startswith(pattern[:-1])


def modules_of(names: Sequence[str]) -> list[str]:
    """The modules, as paths below the package, that these names of modules or folders mean: all without any."""
    every = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
    unknown = [name for name in names if not any(_is_meant(module, name) for module in every)]
    if unknown:
        raise Failure(f"No module of the package is called {', '.join(unknown)}: say _errors, or changes/_plan.")
    return [module for module in every if not names or any(_is_meant(module, name) for name in names)]


def _is_meant(module: str, name: str) -> bool:
    name = name.removeprefix("src/wer/").removeprefix("wer.").removesuffix(".py")
    return module.removesuffix(".py") in (name, name.replace(".", "/")) or module.startswith(f"{name}/")


def state(cache: Cache, module: str) -> Path:
    """Where the verdicts on a module's mutants are kept, for as long as it does not change."""
    key = content_hash([PACKAGE / module])
    name = module.removesuffix(".py").replace("/", ".")
    return cache.root / "mutants" / f"{name}-{key[:16]}.jsonl"


def decided(file: Path) -> dict[str, dict[str, Any]]:
    """What is in the file of a state: the last line on each mutant."""
    if not file.exists():
        return {}
    return {told["mutant"]: told for told in map(json.loads, file.read_text(encoding="utf-8").splitlines())}


def _reached(cache: Cache, place: "_Place", test: str) -> Path:
    """The file with which tests of this file reach which lines."""

    def make(folder: Path) -> None:
        command: steps.Command = [place.python, "-P", HERE / "reached.py", folder / "reached.json", test]
        steps.run(command, env=place.environment, cwd=place.checkout)

    theirs = [build.ROOT / "tests" / "shared", build.ROOT / "tests" / "data", build.ROOT / test]
    key: Key = [build.ROOT / "src", *theirs, HERE / "reached.py", venvs.requirements("mutate")]
    title = f"Which lines {test} reaches"
    return cache.get(f"reached-{Path(test).stem}", title, key, make) / "reached.json"


@dataclass
class _Place:
    """The package installed, a copy of the checkout, and what its Python gets."""

    python: Path
    checkout: Path
    environment: dict[str, str]


def _place(cache: Cache, name: str) -> _Place:
    folder = cache.folder / f"mutants-{name}"
    python = venvs.extended(cache, ["test-linux", "mutate"], folder / "python", build.native_wheel(cache))
    compiling: steps.Command = [python, "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash"]
    steps.run([*compiling, *folder.glob("python/lib/*/site-packages/wer")], env=cache.environment)
    checkout = copied(cache, folder / "checkout")
    temporary = folder / "tmp"
    temporary.mkdir()
    # The tests' own modules are compiled once, for all mutants; the package's are already, and not looked at again.
    environment = cache.environment | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    del environment["PYTHONDONTWRITEBYTECODE"]
    return _Place(python, checkout, environment)


def copied(cache: Cache, folder: Path) -> Path:
    """A copy of the checkout in this new folder: a mutant may write anywhere in the current one."""
    with tarfile.open(build.sdist(cache)) as sdist:
        sdist.extractall(folder, filter="data")
    (checkout,) = folder.iterdir()
    return checkout


def _each(tasks: Sequence[str], places: Sequence[_Place], do: Callable[[_Place, str], T]) -> list[T]:
    """Do all of them, in each place one at a time."""
    left: SimpleQueue[str] = SimpleQueue()
    for task in tasks:
        left.put(task)

    def work(place: _Place) -> list[T]:
        done = []
        with suppress(Empty):
            while True:
                done.append(do(place, left.get_nowait()))
        return done

    return [one for done in steps.together(*(partial(work, place) for place in places)) for one in done]


def _decide(cache: Cache, reached: str, most: int | None, place: _Place, module: str) -> None:
    command: steps.Command = [place.python, "-P", HERE / "run.py", reached, state(cache, module), module]
    command = [*command, *([] if most is None else [str(most)])]
    steps.run(command, env=place.environment, cwd=place.checkout, echo=say, check=False)


def _tests() -> list[str]:
    files = [*(build.ROOT / "tests" / "common").glob("test_*.py"), *(build.ROOT / name for name in ON_LINUX)]
    return sorted(file.relative_to(build.ROOT).as_posix() for file in files)
