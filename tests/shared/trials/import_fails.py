"""An allocation of Python's fails in the first import of the package: MemoryError or success; another import works."""

import contextlib
import os
import subprocess

from pythons import PYTHON
from spread import spread

import trials

UNIT = "imports"
PYTHONS = ("windows",)
SHORT = 12
ONCE = True
PATIENCE = 120

# Imported before are only the modules that every Python has by then. What is imported meanwhile, the import forgets
# again if it fails, the extension included: the second one makes it anew.
PROGRAM = r"""
import faulthandler, sys
faulthandler.enable()
from faults import call

def load():
    import wer
    wer.Report, wer.Store, wer.service.Reporter, wer.dumps.read_dump

_, error, seen, failed = call(load, *map(int, sys.argv[1:]))
assert error is None or failed, error
# Python makes of it what it can: the import system an ImportError, the compiler, which dataclasses use, a SyntaxError.
kinds = (MemoryError, ImportError, SyntaxError)
assert error is None or isinstance(error, kinds), repr(error)
import wer, wer.dumps, wer.service
with wer.Report("WerTests.Import") as report:
    report.set_parameter(0, "value")
print(seen)
"""


class Place:
    """How many allocations there are. What was compiled is in a folder: CPython's compiler crashes without memory."""

    def __init__(self, folder):
        self.environment = os.environ | {"PYTHONPATH": os.environ["WERAPI_FAULTS"], "PYTHONPYCACHEPREFIX": str(folder)}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.run(0, 0)
        self.count = self.run(0, 0)

    def run(self, first, last):
        """How many allocations there were, of which these failed."""
        command = [PYTHON, "-P", "-c", PROGRAM, str(first), str(last)]
        ended = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
        assert ended.returncode == 0, f"{first} to {last}: {ended.returncode & 0xFFFFFFFF:#x}\n{ended.stderr[-3000:]}"
        return int(ended.stdout)


@contextlib.contextmanager
def place(folder):
    trials.needs_stand_in()
    if "WERAPI_FAULTS" not in os.environ:
        raise trials.CannotBeTried("needs the module of tests/faults")
    yield Place(folder)


def case(place, number):
    """One that fails."""
    first = 1 + spread(number, place.count)
    place.run(first, first)
