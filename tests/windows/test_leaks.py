"""What is done again and again leaves nothing: no handle, no object of WER's, no block of Python's memory.

In a process of its own, without pytest's own objects. WER_TESTS_CYCLES makes it longer.
"""

import json
import os
import sys

import pytest
from once import ONCE

CYCLES = 1000  # of what takes microseconds; a twentieth of it of what writes a dump

PROGRAM = r"""
import ctypes, gc, json, sys, tempfile
from pathlib import Path
shared, cycles = sys.argv[1], int(sys.argv[2])
sys.path.insert(0, shared)
import wer, wer.service
from stored import make_report

kernel32 = ctypes.windll.kernel32
library = ctypes.WinDLL("wer.dll")
library.WerStandInControl.argtypes = [ctypes.c_wchar_p]

class Counters(ctypes.Structure):
    _fields_ = [("cb", ctypes.c_uint32), ("faults", ctypes.c_uint32), *((f"n{i}", ctypes.c_size_t) for i in range(9))]

get_memory = ctypes.WinDLL("psapi").GetProcessMemoryInfo
get_memory.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32]

def private_bytes():
    counters = Counters(ctypes.sizeof(Counters))
    assert get_memory(-1, ctypes.byref(counters), ctypes.sizeof(counters))
    return counters.n8

def handles():
    fits = ctypes.byref(ctypes.c_uint32())
    return sum(bool(kernel32.GetHandleInformation(ctypes.c_void_p(h), fits)) for h in range(4, 0x2000, 4))

folder = Path(tempfile.mkdtemp())
file = folder / "a.log"
file.write_text("x")
store = folder / "store"
make_report(store / "Machine" / "Microsoft" / "Windows" / "WER" / "ReportQueue" / "AppCrash_1")

def rules(text=""):
    assert library.WerStandInControl(f'reset;log off;scope machine;store "{store}"{text}') == 0

def create():
    with wer.Report("WerTests.Leaks") as report:
        report.set_parameter(0, "value")
        report.add_file(file)

def dump():
    with wer.Report("WerTests.Leaks") as report:
        report.add_dump()

def fail():
    try:
        create()
    except wer.WerError:
        return
    raise AssertionError("it was to fail")

def iterate():
    with wer.Store(wer.StoreType.MACHINE_QUEUE) as reports:
        list(reports)

def template():
    template = wer.ReportTemplate("WerTests.Leaks", consent=wer.Consent.NOT_ASKED)
    template.set_parameter(0, "value")
    template.add_file(file)
    wer.install_crash_handler(template).uninstall()

def register():
    for one in (wer.register_file(file), wer.register_memory_block(b"four"), wer.register_custom_metadata("a", "b")):
        one.unregister()

def snapshot():
    with wer.ProcessSnapshot():
        pass

def hooks():
    reporter = wer.service.Reporter("WerTests", consent=wer.Consent.NOT_ASKED, limits=None, folder=place)
    wer.service.Hooks(reporter).install().uninstall()
    reporter.close()
    reporter._background._thread.join()

place = wer.service.Folder(str(folder / "private"))
KINDS = [(create, 1, ""), (fail, 1, ";fail WerReportAddFile * 0x80004005"), (dump, 20, ""), (iterate, 2, ""),
         (template, 2, ""), (register, 1, ""), (snapshot, 1, ""), (hooks, 10, "")]
grown = {}
for kind, share, rule in KINDS:
    rules(rule)
    number = max(10, cycles // share // 4)
    def some():
        for _ in range(number):
            kind()
        gc.collect()
        return handles(), sys.getallocatedblocks(), private_bytes()
    some()
    some()
    first = some()
    second = some()
    grown[kind.__name__] = [4 * number, *(after - before for before, after in zip(first, second))]
rules()
print(json.dumps([grown, [getattr(library, f"WerStandIn{what}")() for what in
      ("OpenReports", "OpenStores", "OpenStrings", "OpenSnapshots", "Registrations")]]))
"""


@pytest.fixture(scope="module")
def shared():
    return next(path for path in sys.path if os.path.exists(os.path.join(path, "stored.py")))


@ONCE
def test_nothing_grows(standin, run_program, shared):
    cycles = os.environ.get("WER_TESTS_CYCLES", str(CYCLES))
    done = run_program([sys.executable, "-c", PROGRAM, shared, cycles], timeout=3600)
    assert done.returncode == 0, done.stderr[-3000:]
    grown, still_open = json.loads(done.stdout.splitlines()[-1])
    print(grown)
    assert still_open == [0] * 5
    for kind, (number, handles, blocks, private) in grown.items():
        assert handles == 0, kind
        # Of a leak there is one in each cycle, a quarter of which are between the two looks.
        assert blocks < number / 40, (kind, blocks)
        assert private < number / 4 * 16 + 256 * 1024, (kind, private)
