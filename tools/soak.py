"""`dev.py soak`: the long form of what tests/shared/trials tries, from where the last run stopped, and its figures.

The figures are in docs/reliability.json, and the table of docs/reliability.md is made from them. Both are written
whenever a trial says how far it is, so that a run that is killed loses a second of its work, and counts none twice.
"""

import json
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from tools import build, session, steps, testrun, venvs
from tools.cache import Cache, locked
from tools.session import LOCAL, Session
from tools.steps import Failure, say

TRIALS = build.ROOT / "tests" / "shared" / "trials"
FIGURES = build.ROOT / "docs" / "reliability.json"
DOCUMENT = build.ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- what `dev.py soak` writes -->", "<!-- until here -->"
EVERY = 10.0  # seconds between two lines about a trial
MOST_FINDINGS = 3  # of one trial in one run: more would hardly say more
CANNOT = 77  # as in tests/shared/trials/__main__.py


@dataclass(frozen=True)
class Trial:
    """What the module of a trial says of itself; it is read, not imported: it may need Windows."""

    name: str
    what: str
    unit: str
    where: tuple[str, ...]

    @classmethod
    def of(cls, path: Path) -> "Trial":
        """The trial in this file."""
        text = path.read_text(encoding="utf-8")
        what = re.match(r'"""(.*?)(?:\n\n|""")', text, re.DOTALL)
        where = re.search(r"^PYTHONS = \((.*)\)$", text, re.MULTILINE)
        unit = re.search(r'^UNIT = "(.*)"$', text, re.MULTILINE)
        if not (what and where and unit):
            raise Failure(f"{path} is no trial: tests/shared/trials/__init__.py says what one has.")
        return cls(path.stem, " ".join(what[1].split()), unit[1], tuple(re.findall(r'"(\w+)"', where[1])))

    @property
    def pythons(self) -> list[str]:
        """On which Pythons of this machine it runs."""
        windows = session.WINDOWS_PYTHONS if "windows" in self.where else []
        return [*windows, *([LOCAL] if "linux" in self.where and not session.ON_WINDOWS else [])]


@dataclass
class Run:
    """What was done of a trial at one commit, on one Python."""

    commit: str
    python: str
    date: str
    counted: int = 0
    seconds: float = 0.0


@dataclass
class Found:
    """A case that failed."""

    case: int
    commit: str
    python: str
    why: str
    mended: str = ""
    """The commit at which it did not fail any more."""


@dataclass
class Figures:
    """All that was done of a trial."""

    what: str = ""
    unit: str = ""
    next: int = 0
    """The number of the first case that was not run yet."""
    runs: list[Run] = field(default_factory=list)
    findings: list[Found] = field(default_factory=list)

    def run(self, commit: str, python: str) -> Run:
        """The figures to add to: today's, at this commit, on this Python."""
        today = date.today().isoformat()
        for one in self.runs:
            if (one.commit, one.python) == (commit, python):
                one.date = today
                return one
        self.runs.append(Run(commit, python, today))
        return self.runs[-1]

    def seconds_on(self, python: str) -> float:
        """For how long it was run there."""
        return sum(run.seconds for run in self.runs if run.python == python)


def soak(
    cache: Cache,
    minutes: float,
    chosen: Sequence[str],
    on: str | None = None,
    case: int | None = None,
    first: int | None = None,
) -> int:
    """Run these trials, or all, for so long altogether; or one case of one of them. Returns the exit code.

    From the case `first` on, in place of where the last run stopped, they are counted nowhere.
    """
    known = trials()
    for name in chosen:
        if name not in known:
            raise Failure(f"There is no trial {name}. There are: {', '.join(known)}.")
    if case is not None and len(chosen) != 1:
        raise Failure("--case is a case of one trial: which? Give it with --trial.")
    commit = _commit(cache)
    pythons_of = {known[name]: [one for one in known[name].pythons if on in (None, one)] for name in chosen or known}
    here = {trial: pythons for trial, pythons in pythons_of.items() if pythons}
    if not here:
        raise Failure(f"None of these trials runs on {on or 'this machine'}.")
    lock = "soak" + re.sub(r"\W", "-", str(build.ROOT))  # the figures are this checkout's
    with locked(cache.root / "locks" / lock, "Waiting for another soak of this checkout to end ..."):
        session.prepare(cache, sorted({name for pythons in here.values() for name in pythons}))
        figures = read()
        failed = False
        end = time.monotonic() + 60 * minutes
        for done, (trial, pythons) in enumerate(here.items()):
            own = figures.setdefault(trial.name, Figures())
            own.what, own.unit = trial.what, trial.unit
            save: Callable[[], None] = partial(write, figures)
            if first is not None:
                own, save = Figures(trial.what, trial.unit, first), lambda: None
            python = min(pythons, key=own.seconds_on)
            seconds = max(1.0, (end - time.monotonic()) / (len(here) - done))
            more = [venvs.packages(cache, "soak")] if python == "linux" else []
            with session.opened(cache, [python]) as place:
                one = Soaked(place, python, trial.name, own, commit, save, more)
                failed |= one.once(case) if case is not None else one.soak(seconds)
    return 1 if failed else 0


def trials() -> dict[str, Trial]:
    """All trials, by their names."""
    return {path.stem: Trial.of(path) for path in sorted(TRIALS.glob("[!_]*.py"))}


class Soaked:
    """One trial in a session; `save` is called whenever its figures have changed.

    `more` are folders with packages beyond those of the session.
    """

    def __init__(
        self,
        place: Session,
        python: str,
        name: str,
        own: Figures,
        commit: str,
        save: Callable[[], None],
        more: Sequence[Path] = (),
    ) -> None:
        self.own, self.save = own, save
        self._paths = os.pathsep.join(place.path(path) for path in (TRIALS.parent, *more))
        self._place, self._python, self._name, self._commit = place, python, name, commit
        self._at = place.folder / "at"

    def once(self, case: int) -> bool:
        """One case, whose end is printed and counted nowhere. Whether it failed."""
        return self._cases(["--first", str(case), "--cases", "1"], say) is not None

    def soak(self, seconds: float) -> bool:
        """As many cases as there is time for. Whether one failed."""
        own = self.own
        say(f"\n{self._name}, on {self._python}, from case {own.next:,} on, for {seconds:.0f} s: {own.what}")
        run = own.run(self._commit, self._python)
        failed = self._look_again()
        found = 0
        end = time.monotonic() + seconds
        while found < MOST_FINDINGS and (left := end - time.monotonic()) > 0:
            arguments = ["--first", str(own.next), "--seconds", f"{left:.1f}"]
            finding = self._cases(arguments, _Progress(self, run))
            if finding is None:
                break
            found += 1
            own.findings.append(finding)
            own.next = finding.case + 1
            self.save()
            say(f"    To try it again: python3 dev.py soak --trial {self._name} --case {finding.case}")
        say(f"    {found} findings; {run.counted:,} {own.unit} at this commit on {self._python}")
        return failed or found > 0

    def _look_again(self) -> bool:
        """Try what failed in earlier runs. Whether it still fails."""
        failed = False
        for finding in [one for one in self.own.findings if not one.mended]:
            say(f"    Case {finding.case} failed at {finding.commit}; once more:")
            if self.once(finding.case):
                failed = True
            else:
                finding.mended = self._commit
                self.save()
        return failed

    def _cases(self, arguments: list[str], echo: steps.Echo) -> Found | None:
        """Run cases in a process of their own. The one that failed, if one did."""
        self._at.unlink(missing_ok=True)
        command = ["-m", "trials", self._name, *arguments, "--at", self._place.path(self._at)]
        env = {"PYTHONPATH": self._paths}
        ended = self._place.python(self._python, command, env=env, cwd=build.ROOT, echo=echo)
        if ended.returncode == 0:
            return None
        if ended.returncode == CANNOT:
            say(f"    Not tried here: {ended.output.strip()}")
            return None
        failed = [told for line in ended.output.splitlines() if "failed" in (told := _told(line))]
        if failed:
            return Found(failed[-1]["failed"], self._commit, self._python, _short(failed[-1]["why"]))
        if not self._at.is_file():
            raise Failure(f"The trial {self._name} did not begin: exit code {ended.returncode}.\n{ended.output}")
        # It crashed, or hung.
        case = int(self._at.read_text())
        return Found(case, self._commit, self._python, f"the process ended with exit code {ended.returncode}")


class _Progress:
    """Adds up what a trial says of itself, and shows it from time to time; what else it prints is shown at once."""

    def __init__(self, soaked: Soaked, run: Run) -> None:
        self._soaked, self._run = soaked, run
        self._before = run.counted, run.seconds
        self._said = time.monotonic()

    def __call__(self, line: str) -> None:
        told = _told(line)
        if "next" in told:
            self._soaked.own.next = told["next"]
            self._run.counted = self._before[0] + told["counted"]
            self._run.seconds = round(self._before[1] + told["seconds"], 1)
            self._soaked.save()
            if time.monotonic() - self._said > EVERY:
                self._said = time.monotonic()
                say(f"    {told['counted']:,} {self._soaked.own.unit} in {told['seconds']:.0f} s")
        elif not told and testrun.Quiet.CRASH not in line:  # which crashes are wanted, the trial knows
            say(f"    {line}")


def _told(line: str) -> dict[str, Any]:
    """What a line of tests/shared/trials/__main__.py tells; nothing if it is another one."""
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _short(why: str) -> str:
    lines = why.splitlines()
    # Where the error has the traceback of another process in it, that one's error says more.
    told = next((line for line in lines if "Error" in line and not line.endswith("(most recent call last):")), lines[0])
    return told.strip()[:200].replace("`", "'").replace("|", "/")


def _commit(cache: Cache) -> str:
    """What figures are of: the commit, and whether there is more."""
    git: list[str | Path] = ["git", "-c", "safe.directory=*", "-C", build.ROOT]
    head = steps.run([*git, "rev-parse", "--short", "HEAD"], env=cache.environment, advice="Figures name their commit.")
    own = [f":!{path.relative_to(build.ROOT)}" for path in (FIGURES, DOCUMENT)]
    changes = steps.run([*git, "status", "--porcelain", "--", ".", *own], env=cache.environment)
    return head.output.strip() + ("+changes" if changes.output.strip() else "")


def read() -> dict[str, Figures]:
    """What earlier runs have written."""
    if not FIGURES.is_file():
        return {}
    found = {}
    for name, raw in json.loads(FIGURES.read_text(encoding="utf-8")).items():
        found[name] = Figures(
            raw["what"],
            raw["unit"],
            raw["next"],
            [Run(**run) for run in raw["runs"]],
            [Found(**finding) for finding in raw["findings"]],
        )
    return found


def write(figures: dict[str, Figures]) -> None:
    """Write both files, each whole or as it was."""
    shown = {name: asdict(figures[name]) for name in sorted(figures)}
    _replace(FIGURES, json.dumps(shown, indent=1, ensure_ascii=False) + "\n")
    text = DOCUMENT.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise Failure(f"{DOCUMENT} lacks {BEGIN} or {END}: where should the table go?")
    _replace(DOCUMENT, f"{before}{BEGIN}\n{table(figures)}{END}{after}")


def _replace(path: Path, text: str) -> None:
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)


def table(figures: dict[str, Figures]) -> str:
    """The table of docs/reliability.md, and what was found."""
    lines = ["| what is tried | where | how often | for | findings | last |", "| --- " * 6 + "|"]
    for name, own in sorted(figures.items()):
        if not any(run.counted for run in own.runs):
            continue  # it could not be tried
        last = max(reversed(own.runs), key=lambda run: run.date)
        pythons = sorted({run.python for run in own.runs})
        where = ", ".join("Linux" if python == "linux" else python for python in pythons)
        counted, seconds = sum(run.counted for run in own.runs), sum(run.seconds for run in own.runs)
        still = sum(not finding.mended for finding in own.findings)
        findings = f"{len(own.findings)}, {still} not mended" if own.findings else "none"
        lines.append(
            f"| `{name}`: {own.what} | {where} | {counted:,} {own.unit} | {_time(seconds)} | {findings} "
            f"| {last.date}, {last.commit} |"
        )
    found = [(name, finding) for name, own in sorted(figures.items()) for finding in own.findings]
    if found:
        lines += ["", "What was found:", ""]
    for name, finding in found:
        mended = f"mended at {finding.mended}" if finding.mended else "not mended"
        lines.append(
            f"- `{name}`, case {finding.case}, on {finding.python}, at {finding.commit}: `{finding.why}`; {mended}"
        )
    return "\n".join(lines) + "\n"


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
