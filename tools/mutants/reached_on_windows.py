"""A plugin of pytest: which tests reach which switches of the extension, of those that tools/mutate_extension.py made.

The file named by WER_REACHED has a byte for each, which every process that reaches it sets. What each test has set is
written, with how long the test took, to the file named by WER_REACHED_BY, as JSON.
"""

import faulthandler
import json
import mmap
import os
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest

seconds: dict[str, float] = defaultdict(float)
failed: set[str] = set()
reached: dict[str, list[int]] = {}
with open(os.environ["WER_REACHED"], "r+b") as file:
    switches = mmap.mmap(file.fileno(), 0)


def taken() -> list[int]:
    """The numbers that were reached since the last call."""
    numbers = [number for number, byte in enumerate(switches[:]) if byte]
    switches[:] = bytes(len(switches))
    return numbers


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What is reached from now on is this test's; before the first one, it is every test's."""
    before = taken()
    if not reached:
        reached[""] = before
    result = yield
    reached[item.nodeid] = taken()
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """One of a test's three parts has ended."""
    seconds[report.nodeid] += report.duration
    if report.failed:
        failed.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """All tests have run; the process is to end soon, too."""
    told = {
        "everywhere": reached.pop("", []),
        "tests": {name: [round(seconds[name], 4), *numbers] for name, numbers in reached.items() if name not in failed},
        "failed": sorted(failed),
    }
    Path(os.environ["WER_REACHED_BY"]).write_text(json.dumps(told), encoding="utf-8")
    faulthandler.dump_traceback_later(60, exit=True)
