"""Threads crash while others install and uninstall the crash handler: the filter from before has its turn once for each
crash, no report stays open, and nothing is stuck.
"""

import contextlib
import json
import os
import random

from child import run_to_end
from pythons import PYTHON

import trials
import wer  # noqa: F401 - which loads wer.dll

UNIT = "crashes"
PYTHONS = ("windows",)
SHORT = 2
PATIENCE = 200  # seconds

PROGRAM = """
import ctypes, json, sys, wer
library, *numbers = sys.argv[1:]
ctypes.WinDLL("kernel32").SetErrorMode(0x1 | 0x2)  # SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX: no dialog
pointer = ctypes.pythonapi.PyCapsule_GetPointer
pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
def prepared():
    template = wer.ReportTemplate("WerTests.Races", consent=wer.Consent.NOT_ASKED)
    template.set_dump(wer.DumpType.NONE)
    return template
templates = [prepared(), prepared()]
race = ctypes.CDLL(library).race_for
race.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_int] * 3 + [ctypes.c_void_p]
counts = (ctypes.c_long * 4)()
table = pointer(wer._C_API, b"wer._C_API")
ended = race(table, *(template._held.address for template in templates), *map(int, numbers), counts)
standin = ctypes.WinDLL("wer.dll")
created = standin.WerStandInCalls(ctypes.c_wchar_p("WerReportCreate"))
installed = any(template._held.installed for template in templates)
print(json.dumps([ended, *counts, created, standin.WerStandInOpenReports(), installed]))
"""


@contextlib.contextmanager
def place(folder):
    trials.needs_stand_in()
    yield os.environ["WERAPI_CRASHES"]


def case(place, number):
    """One process, with so many threads of each kind."""
    rng = random.Random(number)
    crashers, installers, crashes = rng.randint(1, 6), rng.randint(1, 3), rng.randint(20, 80)
    # A report that is refused at its end is one without the disk.
    environment = os.environ | {"WER_STANDIN": "fail WerReportSubmit * 0x80004005"}
    command = [PYTHON, "-I", "-c", PROGRAM, place, *map(str, (crashers, installers, crashes))]
    what = f"{crashers} threads with {crashes} crashes each, {installers} that install"
    done = run_to_end(command, environment, PATIENCE, what)
    what = f"{what}: {done}"
    assert done.returncode == 0, what
    ended, installations, passed_on, missed, alone, created, still_open, installed = json.loads(done.stdout)
    assert ended, what
    assert installations, what
    assert (passed_on, missed) == (crashers * crashes, 0), what
    assert (alone, still_open, installed) == (1, 0, False), what
    assert created <= passed_on, what
    return passed_on
