"""The readers of tests/shared/fuzzed find nothing in what is kept, and would find what is wrong."""

import re
import sys

import fuzzed
import pytest
from fuzzed import tried
from once import once

from wer import _report_file
from wer.service import _limits

MOST_BYTES = 1 << 20  # of all that is kept


@once("3.11")
@pytest.mark.parametrize("name", fuzzed.NAMES)
def test_what_is_kept(name, tmp_path):
    """As it is: the trials change it, too."""
    with fuzzed.load(name).reader(tmp_path) as read:
        for data in fuzzed.corpus(name):
            read(data)


def test_there_is_something_kept_of_each_and_not_too_much():
    folders = [path for path in fuzzed.CORPUS.iterdir() if path.is_dir()]
    assert sorted(path.name for path in folders) == sorted(fuzzed.NAMES)
    sizes = [path.stat().st_size for folder in folders for path in folder.iterdir()]
    assert sum(sizes) < MOST_BYTES
    assert len(sizes) > 100


def test_an_error_that_names_no_line_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(_report_file, "_encoding_and_mark", lambda start: 1 / 0)
    with fuzzed.load("reports").reader(tmp_path) as read, pytest.raises(ZeroDivisionError):
        read(b"EventType=E\n")


def test_a_limit_that_never_ends_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(_limits.Ledger, "may", lambda *arguments: False)
    with fuzzed.load("limits").reader(tmp_path) as read, pytest.raises(AssertionError):
        read(b"\0")


def test_an_exit_code_that_is_none_of_ours_is_found(tmp_path, monkeypatch):
    commands = fuzzed.load("commands")
    monkeypatch.setattr(commands, "_parser", lambda name: sys.exit(3))
    with commands.reader(tmp_path) as read, pytest.raises((SystemExit, AssertionError)):
        read(b"explain\n1")


def test_a_slow_one_is_found(tmp_path, monkeypatch):
    times = iter(range(0, 100, 5))
    monkeypatch.setattr(tried.time, "process_time", lambda: next(times))
    with pytest.raises(AssertionError, match=re.escape("input")):
        tried.case(tried.Place("reports", None, lambda data: None), 0)
