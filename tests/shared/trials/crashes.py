"""A program crashes, in each way, in each state, in each trouble: it ends in bounded time, with one report or a stated
reason why there is none.

The fields of tests/shared/crash_matrix.py one by one, and then again.
"""

import contextlib
import os
import shutil

from crash_matrix import matrix

import trials
import wer  # noqa: F401 - which loads wer.dll

UNIT = "crashes"
PYTHONS = ("windows",)
SHORT = 26  # with each way, each state and each trouble
ONCE = True

MATRIX = matrix()


@contextlib.contextmanager
def place(folder):
    """The DLL that crashes, and a folder."""
    trials.needs_stand_in()
    yield os.environ["WERAPI_CRASHES"], folder


def case(place, number):
    """One field."""
    library, folder = place
    own = folder / str(number)
    own.mkdir()
    MATRIX[number % len(MATRIX)].check(library, own)
    shutil.rmtree(own, ignore_errors=True)
