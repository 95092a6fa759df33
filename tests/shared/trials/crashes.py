"""A program crashes, in each way, in each state, in each trouble: it ends in bounded time, with one report or a stated
reason why there is none.

The fields of tests/shared/crash_matrix.py, two at a time, and then again.
"""

import contextlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor

from crash_matrix import matrix

import trials
import wer  # noqa: F401 - which loads wer.dll

UNIT = "crashes"
PYTHONS = ("windows",)
SHORT = 13  # with each way, each state and each trouble
AT_ONCE = 2  # some only wait for their timeout

MATRIX = matrix()


@contextlib.contextmanager
def place(folder):
    """The DLL that crashes, and a folder."""
    trials.needs_stand_in()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield os.environ["WERAPI_CRASHES"], folder, pool


def case(place, number):
    """The next fields."""
    library, folder, pool = place

    def one(number):
        own = folder / str(number)
        own.mkdir()
        MATRIX[number % len(MATRIX)].check(library, own)
        shutil.rmtree(own, ignore_errors=True)

    return len(list(pool.map(one, range(AT_ONCE * number, AT_ONCE * (number + 1)))))
