"""Make the mutants of one module and have the tests that reach them kill them: `run.py REACHED STATE MODULE [MOST]`.

Run by the Python in which the package is installed, in a copy of the checkout; nothing else may run there meanwhile,
since the module is changed where it is installed, so that programs that tests start have the mutant too. Each mutant
is tried in a process that is forked from this one, in which everything is imported but the package and the tests.

STATE gets a line for each mutant when it is decided, so this may be stopped at any time; what is in there is not tried
again, but for the survivors of other tests.
"""

import ast
import difflib
import hashlib
import importlib
import json
import os
import py_compile
import re
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import cache_from_source, find_spec
from pathlib import Path

import libcst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, create_mutations

sys.path.append(str(Path(__file__).resolve().parents[2]))  # behind all else, where only `tools` is new
from tools.mutants.undecided import undecided

MOST_SECONDS = 10.0
"""Of tests, as they took without a mutant, for each mutant. Those of the file that reaches most of the module come
first, and in a file the quickest."""
NOTHING_RAN = 5
"""What pytest ends with then."""
MOST_MEMORY = 4 << 30
MOST_IN_A_FILE = 1 << 30


@dataclass
class Mutant:
    """A change of the module."""

    name: str
    lines: range
    at_import: bool
    """It is in what runs when the module is imported."""
    text: str


def mutants(source: str) -> Iterator[Mutant]:
    """Mutmut's, and each `if` that only raises taken out. Not those of a text's case, nor of the words of a message."""
    module, mutations, _, _ = create_mutations("", source)
    positions = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    tree = ast.parse(source)
    seen: Counter[str] = Counter()
    for mutation in [*mutations, *_without_checks(module)]:
        if isinstance(mutation.original_node, libcst.SimpleString) and " " in mutation.original_node.value:
            continue
        changed = module.deep_replace(mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, libcst.Module)
        text = changed.code
        if text.lower() == source.lower() or not _compiles(text):
            continue
        lines, function = _place(tree, positions[mutation.original_node].start.line)
        name = f"{function or 'module'}: {_change(source, text)}"
        seen[name] += 1
        if seen[name] > 1:
            name += f" ({seen[name]})"
        yield Mutant(name, lines, not function, text)


def _without_checks(module: libcst.Module) -> Iterator[Mutation]:
    """`if x: raise ...` as `if False: raise ...`. What mutmut does to x leaves the check in place."""

    class Checks(libcst.CSTVisitor):
        def __init__(self) -> None:
            self.found: list[libcst.If] = []

        def visit_If(self, node: libcst.If) -> None:
            if isinstance(node.body, libcst.IndentedBlock) and len(node.body.body) == 1:
                line = node.body.body[0]
                if isinstance(line, libcst.SimpleStatementLine) and isinstance(line.body[0], libcst.Raise):
                    self.found.append(node)

    checks = Checks()
    module.visit(checks)
    for node in checks.found:
        yield Mutation(node.test, libcst.Name("False"), None)


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _place(tree: ast.Module, line: int) -> tuple[range, str]:
    """The lines of the innermost statement there, of a compound one its head; and the function that it is in."""
    lines, names, in_function = range(line, line + 1), list[str](), False
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.match_case):
                nodes.append(child)
            if not isinstance(child, ast.stmt | ast.ExceptHandler):
                continue
            last = child.end_lineno or child.lineno
            if not child.lineno <= line <= last:
                continue
            body: list[ast.stmt] = getattr(child, "body", [])
            head = max(body[0].lineno, child.lineno + 1) if body else last + 1
            if line < head:
                lines = range(child.lineno, head)
            # The head of a function, with its default values, runs when it is defined.
            elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.append(child.name)
                in_function = in_function or not isinstance(child, ast.ClassDef)
            nodes.append(child)
    return lines, ".".join(names) if in_function else ""


def _change(source: str, text: str) -> str:
    """What was changed, in a line."""
    parts = [line for line in difflib.ndiff(source.splitlines(), text.splitlines()) if line[:2] in ("- ", "+ ")]
    old = " / ".join(line[2:].strip() for line in parts if line[0] == "-")
    new = " / ".join(line[2:].strip() for line in parts if line[0] == "+")
    return f"{old} => {new}"


class Chosen:
    """Has pytest run these tests in this order, and writes down which failed."""

    def __init__(self, tests: Sequence[str], failed: Path) -> None:
        self._order = {name: number for number, name in enumerate(tests)}
        self._failed = failed

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the others out."""
        chosen = [item for item in items if item.nodeid in self._order]
        items[:] = sorted(chosen, key=lambda item: self._order[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One of its three parts has ended."""
        if report.failed:
            with self._failed.open("a", encoding="utf-8") as file:
                file.write(f"{report.nodeid}\n")


class Tests:
    """Those that reach the module."""

    def __init__(self, reached: Sequence[Path], module: str) -> None:
        self.seconds: dict[str, float] = {}
        self._at: dict[int, set[str]] = defaultdict(set)
        self._killers: list[str] = []
        self.broken: set[str] = set()
        self._reaches: dict[str, int] = {}
        """How many lines of the module each file of tests reaches."""
        self._looking: set[str] = set()
        """Tests of files that name the module: they may look at its constants, and run nothing of it."""
        named = re.compile(rf"\b{Path(module).stem}\b")
        imported: set[str] = set()
        those = list[str]()
        for file in reached:
            told = json.loads(file.read_text(encoding="utf-8"))
            self.seconds |= told["tests"]
            imported |= set(told["imported"])
            names = list(told["tests"])
            for line, numbers in told["lines"].get(module, {}).items():
                self._at[int(line)] |= {names[number] for number in numbers}
            for name in names:
                self._reaches[name.partition("::")[0]] = len(told["lines"].get(module, {}))
            of_files = {name.partition("::")[0] for name in names}
            looks = any(named.search(Path(name).read_text(encoding="utf-8")) for name in of_files)
            if looks:
                self._looking |= set(names)
            if module in told["lines"] or looks:
                those.append(file.parent.name)  # made from what is in the tests
        self.key = hashlib.sha256("".join(those).encode()).hexdigest()[:16]
        # _asyncio before asyncio would lack what asyncio's own import brings it, and count no tasks.
        for name in sorted(imported, key=lambda name: (name.startswith("_"), name)):
            with suppress(Exception):
                importlib.import_module(name)

    def reaching(self, mutant: Mutant, inside: set[int]) -> list[str]:
        """What may kill this mutant, the most promising first, for as long as a mutant is worth."""
        lines = inside if mutant.at_import else set(mutant.lines)
        names = {name for line in lines for name in self._at.get(line, ())}
        if mutant.at_import:
            names = names | self._looking if names else set(self.seconds)
        names -= self.broken
        first = [name for name in self._killers if name in names]
        rest = sorted(
            names - set(first), key=lambda name: (-self._reaches[name.partition("::")[0]], self.seconds[name])
        )
        chosen, spent = list[str](), 0.0
        for name in [*first, *rest]:
            spent += self.seconds[name] + 0.003  # what pytest takes around it
            if spent > MOST_SECONDS and chosen:
                break
            chosen.append(name)
        return chosen

    def killed(self, by: str) -> None:
        """This test is the one to try first, next time."""
        if by in self._killers:
            self._killers.remove(by)
        self._killers.insert(0, by)
        del self._killers[30:]


class Trial:
    """Runs tests in processes of their own."""

    def __init__(self, tests: Tests, folder: Path) -> None:
        self._tests = tests
        self._folder = folder

    def rounds(self, names: list[str]) -> tuple[str, str]:
        """What became of the mutant that is in place: a few tests first, then the others."""
        for few in filter(None, (names[:12], names[12:])):
            verdict, failed = self.run(few, ["-x"])
            if verdict != "survived":
                return verdict, failed[0] if failed else ""
        return "survived", ""

    def run(self, names: list[str], options: Sequence[str] = ()) -> tuple[str, list[str]]:
        """Run these tests: what became of the mutant, and which failed."""
        failed = self._folder / "failed"
        failed.unlink(missing_ok=True)
        limit = 8 + 5 * sum(self._tests.seconds[name] for name in names)
        child = os.fork()
        if not child:
            self._child(names, options, failed)
        code = _wait(child, limit)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what the tests have left
        if code is None:
            return "timed out", []
        found = failed.read_text(encoding="utf-8").splitlines() if failed.exists() else []
        return ("survived" if code in (0, NOTHING_RAN) else "killed"), found

    def _child(self, names: list[str], options: Sequence[str], failed: Path) -> None:
        try:
            os.setsid()
            silent = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(silent, number)
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_IN_A_FILE, MOST_IN_A_FILE))
            files = sorted({name.partition("::")[0] for name in names})
            fixed = ["-q", "-p", "no:cacheprovider", "--tb=no", f"--basetemp={self._folder / 'pytest'}"]
            code = int(pytest.main([*fixed, *options, *files], plugins=[Chosen(names, failed)]))
        except BaseException:
            code = 70
        os._exit(code)


def _wait(child: int, limit: float) -> int | None:
    """The exit code of a child; None if it took too long."""
    end = time.monotonic() + limit
    pause = 0.002
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(0.05, pause * 1.5)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def main(reached: Sequence[Path], state: Path, module: str, most: int | None) -> int:
    """Decide every mutant that is not decided yet, or `most` of them."""
    parent = os.getppid()
    spec = find_spec("wer")
    assert spec, "it is installed"
    assert spec.origin
    place = Path(spec.origin).parent / module
    source = place.read_text(encoding="utf-8")
    tests = Tests(reached, module)
    decided = {}
    state.parent.mkdir(parents=True, exist_ok=True)
    if state.exists():
        for line in state.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            decided[told["mutant"]] = told
    all_of_them = {mutant.name: mutant for mutant in mutants(source)}
    state.with_suffix(".all").write_text(json.dumps(list(all_of_them)), encoding="utf-8")
    inside = {line for mutant in all_of_them.values() if not mutant.at_import for line in mutant.lines}
    left = [all_of_them[name] for name in undecided(all_of_them, decided, tests.key, most)]
    folder = Path(os.environ["TMPDIR"])
    trial = Trial(tests, folder)
    print(f"{module}: {len(all_of_them)} mutants, {len(left)} to decide", flush=True)
    everything = sorted({name for mutant in left for name in tests.reaching(mutant, inside)})
    if everything:
        verdict, failed = trial.run(everything)
        if verdict == "timed out":
            print(f"{module}: its tests take too long without a mutant", flush=True)
            return 1
        tests.broken = set(failed)
        if failed:
            print(f"{module}: fail without a mutant, and are left out: {', '.join(failed)}", flush=True)
    # From here on only what is compiled already is taken so, and the module is not.
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    Path(cache_from_source(place)).unlink(missing_ok=True)
    counts: Counter[str] = Counter()
    said = time.monotonic()
    try:
        with state.open("a", encoding="utf-8") as file:
            for number, mutant in enumerate(left, 1):
                started = time.monotonic()
                names = tests.reaching(mutant, inside)
                by = ""
                if names:
                    place.write_text(mutant.text, encoding="utf-8")
                    verdict, by = trial.rounds(names)
                    if by:
                        tests.killed(by)
                else:
                    verdict = "not reached"
                if os.getppid() != parent:  # dev.py was killed, and who comes next removes all this
                    return 1
                took = round(time.monotonic() - started, 2)
                told = {"mutant": mutant.name, "line": mutant.lines[0], "verdict": verdict, "by": by, "seconds": took}
                file.write(json.dumps({**told, "tests": tests.key}) + "\n")
                file.flush()
                counts[verdict] += 1
                if time.monotonic() > said + 15 or number == len(left):
                    said = time.monotonic()
                    numbers = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
                    print(f"{module}: {number} of {len(left)}: {numbers}", flush=True)
    finally:
        place.write_text(source, encoding="utf-8")
        py_compile.compile(str(place), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    return 0


if __name__ == "__main__":
    MOST = int(sys.argv[4]) if sys.argv[4:] else None
    sys.exit(main([Path(name) for name in json.loads(sys.argv[1])], Path(sys.argv[2]), sys.argv[3], MOST))
