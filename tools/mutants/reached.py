"""Which tests reach which lines of the installed package: `reached.py FILE TEST...` writes it to FILE, as JSON.

Run by the Python in which the package is installed, in a copy of the checkout. Tests that fail are left out.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest


class Reached:
    """Tells coverage which test runs, and notes how long it took and whether it passed."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self._measured = measured
        self.seconds: dict[str, float] = defaultdict(float)
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """What runs from now on is this test's."""
        self._measured.switch_context(item.nodeid)
        result = yield
        self._measured.switch_context("")
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One of its three parts has ended."""
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed.add(report.nodeid)


def main(target: Path, tests: list[str]) -> int:
    """Run the tests."""
    import wer

    folder = Path(wer.__file__).parent
    for name in [name for name in sys.modules if name.partition(".")[0] == "wer"]:
        del sys.modules[name]  # so that what runs when it is imported is seen, too
    before = set(sys.modules)
    measured = coverage.Coverage(data_file=None, include=[f"{folder}/*"], config_file=False)
    reached = Reached(measured)
    with measured.collect():
        pytest.main(["-q", "-p", "no:cacheprovider", *tests], plugins=[reached])
    passed = [name for name in reached.seconds if name not in reached.failed]
    numbers = {name: number for number, name in enumerate(passed)}
    data = measured.get_data()
    lines = {
        str(Path(file).relative_to(folder)): {
            line: sorted(numbers[name] for name in names if name in numbers)
            for line, names in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    others = sorted(name for name in sys.modules if name not in before and _is_others(name, folder))
    told = {
        "tests": {name: round(reached.seconds[name], 4) for name in passed},
        "left out": sorted(reached.failed),
        "lines": lines,
        "imported": others,
    }
    target.write_text(json.dumps(told), encoding="utf-8")
    return 0


def _is_others(name: str, folder: Path) -> bool:
    """Whether this is neither ours nor the tests': it may be imported once, for all mutants."""
    file = getattr(sys.modules[name], "__file__", None) or ""
    return ("/lib/python" in file or not file) and str(folder.parent) not in file and not name.startswith("tests")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
