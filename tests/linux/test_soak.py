"""`dev.py soak`: it goes on where it stopped, counts nothing twice, and tells which case failed, crashed or hung."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import trials

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))

from tools import soak, steps  # noqa: E402

TRIAL = '''"""Numbers are counted."""

import contextlib, faulthandler, os, time

UNIT = "numbers"
PYTHONS = ("linux",)
SHORT = 10

@contextlib.contextmanager
def place(folder):
    yield folder

def case(place, number):
    {}
'''
MANY = "time.sleep(0.001)"


@dataclass
class Here:
    """As a `Session`, the Python that runs this."""

    folder: Path

    def path(self, path):
        return str(path)

    def python(self, name, arguments, *, env, cwd, echo):
        command = [sys.executable, "-P", "-B", *arguments]
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
        lines = []
        with process:
            try:
                for line in process.stdout:
                    lines.append(line.rstrip())
                    echo(lines[-1])
            except BaseException:
                process.kill()
                raise
        return steps.Finished(process.returncode, "\n".join(lines))


class Soaking:
    """`dev.py soak` with one trial, `numbers`, and files of its own."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self.trials = folder / "trials"
        shutil.copytree(Path(trials.__file__).parent, self.trials, ignore=shutil.ignore_patterns("[!_]*", "*.pyc"))
        main = self.trials / "__main__.py"
        for before, after in (("EVERY = 1.0", "EVERY = 0.05"), ("MOST = 240.0", "MOST = 1.0")):
            assert before in main.read_text()
            main.write_text(main.read_text().replace(before, after))
        monkeypatch.setattr(soak, "TRIALS", self.trials)
        monkeypatch.setattr(soak, "FIGURES", folder / "reliability.json")
        monkeypatch.setattr(soak, "DOCUMENT", folder / "reliability.md")
        soak.DOCUMENT.write_text(f"before\n{soak.BEGIN}\n{soak.END}\nafter\n")

    def run(self, case, seconds=0.5, commit="aaaaaaa", place=Here):
        """Soak for a while with such a case. Whether one failed, and the figures on disk."""
        (self.trials / "numbers.py").write_text(TRIAL.format(case))
        [trial] = soak.trials().values()
        figures = soak.read()
        own = figures.setdefault(trial.name, soak.Figures(trial.what, trial.unit))
        soaked = soak.Soaked(place(self.folder), "linux", trial.name, own, commit, lambda: soak.write(figures))
        failed = soaked.soak(seconds)
        return failed, soak.read().get("numbers")


@pytest.fixture
def soaking(tmp_path, monkeypatch):
    return Soaking(tmp_path, monkeypatch)


def test_it_goes_on_and_adds_up(soaking):
    assert soaking.run(MANY)[0] is False
    first = soak.read()["numbers"]
    _, second = soaking.run(MANY)
    _, third = soaking.run(MANY, commit="bbbbbbb")
    assert first.next < second.next < third.next
    assert [run.commit for run in third.runs] == ["aaaaaaa", "bbbbbbb"]
    assert sum(run.counted for run in third.runs) == third.next
    assert third.runs[0].seconds > first.runs[0].seconds > 0
    text = soak.DOCUMENT.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert f"| `numbers`: Numbers are counted. | Linux | {third.next:,} numbers |" in text
    assert "| none |" in text


def test_one_that_is_stopped_loses_little_and_counts_nothing_twice(soaking):
    class Stopped(Here):
        def python(self, name, arguments, *, env, cwd, echo):
            def stopping(line):
                echo(line)
                if json.loads(line)["next"] > 100:
                    raise KeyboardInterrupt

            return super().python(name, arguments, env=env, cwd=cwd, echo=stopping)

    with pytest.raises(KeyboardInterrupt):
        soaking.run(MANY, 30, place=Stopped)
    stopped = soak.read()["numbers"]
    assert stopped.next > 100
    assert stopped.runs[0].counted == stopped.next
    _, then = soaking.run(MANY)
    assert then.runs[0].counted == then.next > stopped.next


def test_a_case_that_fails(soaking, capsys):
    failed, figures = soaking.run('assert number != 7, "seven\\nand more"')
    assert failed
    [finding] = figures.findings
    assert (finding.case, finding.why, finding.mended) == (7, "AssertionError: seven", "")
    assert figures.next > 8
    assert sum(run.counted for run in figures.runs) == figures.next - 1
    assert "--trial numbers --case 7" in capsys.readouterr().out
    assert "1, 1 not mended" in soak.DOCUMENT.read_text()
    assert "`numbers`, case 7, on linux, at aaaaaaa: `AssertionError: seven`; not mended" in soak.DOCUMENT.read_text()

    failed, figures = soaking.run("assert number != 7", commit="bbbbbbb")
    assert failed
    assert figures.findings[0].mended == ""
    failed, figures = soaking.run("pass", commit="ccccccc")
    assert not failed
    assert figures.findings[0].mended == "ccccccc"
    assert "mended at ccccccc" in soak.DOCUMENT.read_text()


def test_it_gives_up_a_trial_that_always_fails(soaking):
    failed, figures = soaking.run("raise OSError(5, 'no')", 30)
    assert failed
    assert [finding.case for finding in figures.findings] == list(range(soak.MOST_FINDINGS))


@pytest.mark.parametrize(
    "case", ["os._exit(5) if number == 7 else None", "faulthandler._sigsegv() if number == 7 else None"]
)
def test_a_case_that_ends_the_process(soaking, case):
    failed, figures = soaking.run(case)
    assert failed
    [finding] = figures.findings
    assert finding.case == 7
    assert "ended with exit code" in finding.why
    assert figures.next > 8


def test_a_case_that_hangs(soaking, capsys):
    failed, figures = soaking.run("time.sleep(600 if number == 7 else 0)", 3)
    assert failed
    assert figures.findings[0].case == 7
    assert "Timeout" in capsys.readouterr().out  # and what its threads are doing


def test_one_that_cannot_be_tried_here(soaking, capsys):
    failed, figures = soaking.run(
        "pass\n\nfrom trials import CannotBeTried\n\ndef place(folder):\n    raise CannotBeTried('no disk')"
    )
    assert not failed
    assert figures is None
    assert "no disk" in capsys.readouterr().out


def test_a_file_that_is_no_trial(soaking):
    (soaking.trials / "numbers.py").write_text('"""Nothing."""\n')
    with pytest.raises(steps.Failure, match="is no trial"):
        soak.trials()


def test_what_is_read_of_a_file_is_what_the_module_says():
    for name, trial in soak.trials().items():
        loaded = trials.load(name)
        assert (trial.what, trial.unit, trial.where) == (loaded.what, loaded.unit, loaded.pythons)
