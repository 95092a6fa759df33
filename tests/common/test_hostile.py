"""Every text, number and path argument is given odd values by the trial `hostile_arguments`: none is forgotten."""

import contextlib
from pathlib import PurePath

import hostile
import pytest
from once import once

import wer
import wer.testing

ARGUMENTS = sorted(set(hostile.arguments()))
ODD = (None, object(), b"x", 1.5, -1, "", "\0", [], PurePath("x"))  # of a wrong type for some, and of none for others
PID, TID = 4712, 4716  # of the fake's process


def test_every_argument_is_tried():
    """Of a function that is new, say in tests/shared/hostile.py what it is called with."""
    assert hostile.untried() == []


def test_no_call_is_in_vain():
    """What is in the table has such arguments, and is public."""
    assert {name for name, _, _ in hostile.arguments()} == set(hostile.CALLS)
    assert all(hostile.public(name) for name in hostile.NOT_TRIED)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("wer.Report.add_file", {"path": ["path"], "file_type": ["number"], "flags": ["number"]}),
        ("wer.service.Limits.take", {"signature": ["text"]}),
        ("wer.service.Folder", {"path": ["path"], "most_bytes": ["number"]}),
        ("wer.explain", {"code": ["number"], "subcode": ["number"]}),
    ],
)
def test_what_an_argument_is_given(name, kinds):
    assert hostile.kinds_of(hostile.public(name)) == kinds


@once("3.11")
@pytest.mark.parametrize(("name", "argument", "kind"), ARGUMENTS)
def test_what_is_odd_is_taken_or_refused_by_the_arguments_name(name, argument, kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with wer.testing.FakeWer() as fake:
        fake.add_process(PID, TID)
        place = hostile.Place(tmp_path, PID, TID, contextlib.ExitStack())
        for value in ODD:
            if (name, argument) in hostile.WRITTEN and isinstance(value, (str, bytes)):
                continue
            error = hostile.outcome(place, name, argument, value)
            assert hostile.is_right(error, argument, kind, value), (value, error)


@pytest.mark.parametrize(
    ("error", "right"),
    [
        (None, True),
        (TypeError("value must be a str, got int"), True),
        (TypeError("'<' not supported between instances of 'bytes' and 'int'"), False),
        (AttributeError("value"), False),
        (OSError(2, "no such file", "a.txt"), True),
        (OSError(5, "what?"), False),
        (wer.WerError(-1, "WerReportCreate"), True),
    ],
)
def test_what_is_right(error, right):
    assert hostile.is_right(error, "value", "text", "x") is right
