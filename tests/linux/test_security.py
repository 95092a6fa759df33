"""SECURITY.md: each promise names the tests, or the cases of a trial, that hold it, and they are there and run."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
PROMISES = re.findall(r"^\| (?!promise|---)(.*?) \| (.*) \|$", TEXT.partition("## What we promise")[2], re.MULTILINE)
TEST = re.compile(r"`(tests/(?:\w+/test_\w+\.py(?:::\w+)+|shared/trials/\w+\.py::case))`")


def place_of(name):
    """Where a test stands: its function, within classes; None if it is not there."""
    file, *names = name.split("::")
    body = ast.parse((ROOT / file).read_text(encoding="utf-8")).body if (ROOT / file).is_file() else []
    found = None
    for part in names:
        kinds = ast.FunctionDef if part is names[-1] else ast.ClassDef
        found = next((node for node in body if isinstance(node, kinds) and node.name == part), None)
        body = found.body if found else []
    return found


def test_what_is_promised():
    sections = re.findall("^### (.*)$", TEXT, re.MULTILINE)
    for wanted in ("loaded, from where", "written, where, with which rights", "leaves the process, and when"):
        assert any(wanted in section for section in sections)
    assert len(PROMISES) >= 20


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise[0][:40])
def test_a_promise_is_held(promise):
    said, held = promise
    names = TEST.findall(held)
    assert names, said
    assert held == ", ".join(f"`{name}`" for name in names), "tests, and nothing else"
    for name in names:
        test = place_of(name)
        assert test, f"{name} is not there"
        assert test.name.startswith("test_") or test.name == "case"
        always = [ast.unparse(mark) for mark in test.decorator_list if "skip(" in ast.unparse(mark)]
        assert always == [], f"{name} is skipped everywhere"


@pytest.mark.parametrize(
    "name",
    [
        "tests/linux/test_security.py::test_gone",
        "tests/linux/test_gone.py::test_what_is_promised",
        "tests/windows/test_files.py::TestGone::test_a_link",
        "tests/windows/test_files.py::TestSharedFile",
    ],
)
def test_one_that_is_not_there_is_found(name):
    assert place_of(name) is None
