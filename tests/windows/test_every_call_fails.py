"""Each call of each public operation fails on the stand-in: what is raised, and no handle or string of WER is left.

The operations are in tests/shared/operations.py; tests/common/test_every_call_fails.py has more codes, on the fake.
"""

import ctypes
import gc
import random
import shutil

import pytest
from once import ONCE
from operations import (
    CODES,
    FUNCTIONS,
    OPERATIONS,
    RPC_SERVER_UNAVAILABLE,
    UNKNOWN,
    World,
    hresult_of,
    is_failure,
    undo_what_is_registered,
)
from stored import make_report

import wer

SEED = 16
E_OUTOFMEMORY, S_FALSE = -0x7FF8FFF2, 1
SNAPSHOTS = ("PssCaptureSnapshot", "PssFreeSnapshot")
HERE = [operation for operation in OPERATIONS if not operation.only_fake]


class Place:
    """The stand-in, and the world of the operations on it."""

    def __init__(self, standin, worker, folder, library):
        self.standin, self.library = standin, library
        self.queue = standin.store / "Machine" / "Microsoft" / "Windows" / "WER" / "ReportQueue"
        self.key = self.queue / "AppCrash_1"
        work = folder / "work"
        work.mkdir()
        self.world = World(worker.process, worker.pid, worker.tid, work, key=str(self.key))
        library.WerReportCloseHandle.argtypes = [ctypes.c_void_p]
        library.PssFreeSnapshot.argtypes = [ctypes.c_void_p, ctypes.c_void_p]

    def run(self, operation, function="", nth=0, code=0):
        """The result or the error of an operation, of which one call fails."""
        for report in self.standin.reports():
            if report != self.key:
                shutil.rmtree(report)
        if not self.key.exists():
            make_report(self.key)
        self.standin.control("reset", f'log "{self.standin.log}"')
        self.failed = function
        if function:
            self.standin.answer(function, code, nth)
        try:
            return operation.run(self.world), None
        except (OSError, ValueError) as error:
            return None, error.with_traceback(None)
        finally:
            self.standin.control("log off")

    def counts(self):
        names = [name for name, returns in FUNCTIONS.items() if returns != "VOID"]
        return {name: count for name in (*names, *SNAPSHOTS) if (count := self.standin.count(name))}

    def end(self):
        """Free what the stand-in was told not to; nothing else is left."""
        for call in self.standin.calls("WerReportCloseHandle"):
            if call.injected:
                self.library.WerReportCloseHandle(int(call.args["hReportHandle"], 16))
        for call in self.standin.calls("PssFreeSnapshot"):
            if call.injected:
                self.library.PssFreeSnapshot(-1, int(call.args["SnapshotHandle"], 16))
        self.standin.log.write_bytes(b"")
        self.standin.control("reset")
        undo_what_is_registered()
        if self.failed.startswith("WerUnregister"):  # it said that it did, and was told not to
            self.standin.control("unregister")
        numbers = self.library.WerStandInOpenReports, self.library.WerStandInOpenStores
        numbers += self.library.WerStandInOpenStrings, self.library.WerStandInOpenSnapshots
        if any(number() for number in numbers):
            gc.collect()
        assert [number() for number in numbers] == [0] * 4, "reports, stores, strings, snapshots are open"
        assert self.library.WerStandInRegistrations() == 0


@pytest.fixture
def place(standin, worker, tmp_path, system_folder):
    return Place(standin, worker, tmp_path, ctypes.WinDLL(str(system_folder / "wer.dll")))


def codes_for(*point):
    """One that any function may answer, and one of all, by chance: each time the same."""
    chance = random.Random(f"{SEED} {point}")  # noqa: S311
    return [chance.choice([E_OUTOFMEMORY, RPC_SERVER_UNAVAILABLE, S_FALSE, UNKNOWN]), chance.choice(CODES)]


@ONCE
@pytest.mark.parametrize("operation", HERE, ids=str)
def test_each_call_fails(operation, place, handle_is_open, caplog):
    caplog.set_level(60, "wer")  # records of errors would keep what their tracebacks hold

    def handles():
        gc.collect()
        return {handle for handle in range(4, 0x2000, 4) if handle_is_open(handle)}

    place.run(operation)  # what opens something once and for all does so here
    place.end()
    before = handles()
    value, error = place.run(operation)
    assert error is None, error
    counts = place.counts()
    place.end()
    injections = 0
    for function, count in counts.items():
        for nth in range(1, count + 1):
            for code in codes_for(operation.name, function, nth):
                where = f"{function} #{nth}: {code & 0xFFFFFFFF:#010x}"
                value, error = place.run(operation, function, nth, code)
                injections += 1
                assert place.standin.count(function) >= nth, where
                told = operation.told_of(function)
                if function in SNAPSHOTS or not is_failure(function, code):
                    # A success without what it should have made: the next call may be refused.
                    assert error is None or isinstance(error, (OSError, ValueError)), where
                elif error is None:
                    assert told is not None, f"{where}: nothing is raised or told"
                    assert told.codes(code), f"{where}: not raised"
                    assert told.holds(value, code), f"{where}: {value!r}"
                else:
                    assert isinstance(error, wer.WerError), f"{where}: {error!r}"
                    assert (error.function, error.hresult) == (function, hresult_of(function, code)), where
                    assert told is None or not told.codes(code), f"{where}: raised"
                del value, error
                place.end()
    _, error = place.run(operation)
    assert error is None, error
    assert place.counts() == counts, "it works as before"
    place.end()
    assert handles() - before == set()
    print(f"{operation}: {injections} injections")
