"""The short form of each trial; `dev.py soak` runs the long ones."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
import trials
import trials.__main__
from once import once
from pythons import PYTHON

SHARED = Path(trials.__file__).parents[1]
PATIENCE = 300  # seconds: each takes a few, on a machine with nothing else to do
HERE = "windows" if sys.platform == "win32" else "linux"
ALL = [trials.load(name) for name in trials.names()]
# Of the Pythons for Windows each has some: `dev.py soak` runs them on any.
CHOSEN = [
    pytest.param(trial, marks=once(python), id=trial.name)
    for trial, python in zip(ALL, itertools.cycle(["3.12", "3.13", "3.11"]))
    if HERE in trial.pythons
]


def run(*arguments):
    """In a process of its own, which has neither pytest's objects nor those of other tests."""
    path = os.pathsep.join([str(SHARED), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [PYTHON, "-P", "-m", "trials", *arguments],
        env=os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("trial", CHOSEN)
def test_the_first_cases(trial):
    ended = run(trial.name)
    if ended.returncode == trials.__main__.CANNOT:
        pytest.skip(ended.stdout.strip())
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("trial", ALL, ids=lambda trial: trial.name)
def test_each_says_what_it_is(trial):
    assert trial.what.endswith(".")
    assert trial.unit.islower()
    assert set(trial.pythons) in ({"windows"}, {"linux"}, {"windows", "linux"})
    assert trial.short > 0
