"""Each call of Windows and of WER fails, in each public operation, in the extension itself.

What is then told, tests/common/test_every_call_fails.py holds on the fake of `wer.testing`. Here it is the memory that
counts, and that nothing is left.
"""

import gc
import random

import fakewindows
import pytest
from fakewindows import WORKER, WORKER_TID
from operations import CODES, LEFT, OPERATIONS, WIN32_CODES, CommandFailed, World, undo_what_is_registered

import wer
from wer.service import _current

SEED = 16
ERRORS = (OSError, ValueError, RuntimeError, CommandFailed)
# Those that only the other fake can play; `hang` is in test_crashes.py.
RUN = [operation for operation in OPERATIONS if not operation.only_fake or operation.name in ("crash", "report_hang")]
FEW = 2  # codes for each call


@pytest.fixture
def place(worker, tmp_path):
    fakewindows.dll.fake_clear_store()
    fakewindows.add_report("AppCrash_1", "Report.wer", "minidump.mdmp\0")
    fakewindows.add_report("AppCrash_2", "", unreadable=True)
    yield World(worker, WORKER, WORKER_TID, tmp_path, key="AppCrash_1", crash=fakewindows.crash)
    fakewindows.forget()
    if _current.service is not None:
        _current.service.close()
    fakewindows.dll.fake_clear_store()


def run(operation, place):
    try:
        return operation.run(place), None
    except ERRORS as error:
        return None, error.with_traceback(None)


@pytest.mark.parametrize("operation", RUN, ids=str)
def test_each_call_fails(operation, place, caplog):
    caplog.set_level(60, "wer")
    run(operation, place)  # what happens once and for all
    fakewindows.forget()
    before = fakewindows.still_open()
    _, error = run(operation, place)
    assert error is None
    found = fakewindows.calls()
    assert found, "it is in the table of those that make calls"
    for function, count in found.items():
        everything = CODES if function.startswith("Wer") else WIN32_CODES
        for nth in range(1, count + 1):
            by_chance = random.Random(f"{SEED} {operation} {function} {nth}")  # noqa: S311
            for code in by_chance.sample(everything, FEW):
                for times in (1, -1):
                    fakewindows.forget()
                    fakewindows.fail(function, code, nth=nth, times=times)
                    run(operation, place)
                    fakewindows.forget()
                    undo_what_is_registered()
                    if _current.service is not None:
                        _current.service.close()
                    if fakewindows.still_open() != before:
                        gc.collect()  # an exception that was caught is in a cycle
                    after = fakewindows.still_open()
                    assert after == before, (function, nth, hex(code & 0xFFFFFFFF), times)
    assert {path.name for path in place.folder.iterdir()} <= LEFT
    _, error = run(operation, place)
    assert error is None, "it works again"


@pytest.mark.parametrize("version", [3, 2, 1])
@pytest.mark.parametrize("full", [False, True], ids=["", "no field has a NUL"])
@pytest.mark.parametrize("names", [("a",), ("a", "b\0"), ("\0",), ("x" * 1000,), ("",)], ids=lambda names: names[0][:3])
def test_what_a_store_tells(version, full, names, place):
    fakewindows.dll.fake_clear_store()
    fakewindows.add_report("key", *names)
    fakewindows.dll.fake_fill_fields(full)
    newer = [f"WerStoreQueryReportMetadataV{number}" for number in range(version + 1, 4)]
    try:
        with fakewindows.lacking(*newer), wer.Store(wer.StoreType.USER_QUEUE) as store:
            [report] = store
    finally:
        fakewindows.dll.fake_fill_fields(False)
    assert len(report.event_type) == 64 + full
    assert len(report.signature) == 10
