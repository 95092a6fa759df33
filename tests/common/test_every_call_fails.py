"""Each call of each public operation fails with each code, on the fake: what is raised or told, and what is left.

The operations are in tests/shared/operations.py.
"""

import gc
import random
import sys
import threading
from collections import Counter

import pytest
from once import once
from operations import (
    CODES,
    E_FAIL,
    FUNCTIONS,
    LEFT,
    NOT_CALLED,
    OPERATIONS,
    WIN32_CODES,
    CommandFailed,
    World,
    hresult_of,
    is_failure,
    missing_names,
    template_of,
    undo_what_is_registered,
)
from stored import make_report

import wer
import wer.testing
from wer import _functions, _registration
from wer.service import _current

SEED = 16
PATIENCE = 30  # seconds for what takes none
VOID = {name for name, returns in FUNCTIONS.items() if returns == "VOID"}
PAIRS = {
    "WerReportCreate": "WerReportCloseHandle",
    "PssCaptureSnapshot": "PssFreeSnapshot",
    "WerStoreOpen": "WerStoreClose",
}
# The commands, which are Python only and take longest, on Linux only.
HERE = [one for one in OPERATIONS if sys.platform != "win32" or not one.name.endswith("command")]
by_operation = pytest.mark.parametrize("operation", HERE, ids=str)


class Counting(wer.testing.FakeWer):
    """Counts calls, and what is open: what was closed counts so whatever WER has answered."""

    def __init__(self):
        super().__init__()
        self.seen = Counter()
        self.still = Counter()

    def _answer(self, function, **arguments):
        answer = super()._answer(function, **arguments)
        with self._counting:
            for opens, closes in PAIRS.items():
                self.still[opens] += (function == opens and not is_failure(function, answer)) - (function == closes)
        return answer

    def _code(self, function):
        with self._counting:
            self.seen[function] += 1
        return super()._code(function)

    def inject(self, function, nth, code):
        """Have one call fail, with any code."""
        self.seen.clear()
        self._failures = {function: (nth - 1, code, 1)}


class Place:
    """A fake in place, and the world of the operations on it."""

    def __init__(self, fake, folder):
        self.fake = fake
        self.threads = set(threading.enumerate())
        worker = fake.add_process(4240, 4244, executable=r"C:\Python\python.exe")
        self.report = make_report(folder / "queue" / "AppCrash_1")
        fake.submit_result = wer.SubmitResult.UPLOADED
        self.refill()
        work = folder / "work"
        work.mkdir()
        self.world = World(worker, 4240, 4244, work, key=self.report.key, crash=fake.crash, hang=fake.hang)

    def refill(self):
        """The stores and the list of calls, as they were at the beginning."""
        self.fake.reports[wer.StoreType.MACHINE_QUEUE][:] = [self.report]
        self.fake.calls.clear()
        self.fake._submitted.clear()

    def run(self, operation):
        """The result or the error."""
        self.refill()
        try:
            return operation.run(self.world), None
        except (OSError, ValueError, RuntimeError, CommandFailed) as error:
            return None, error.with_traceback(None)

    def check_nothing_is_left(self):
        fake = self.fake
        fake._failures = {}
        undo_what_is_registered()
        for thread in set(threading.enumerate()) - self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), thread.name
        if fake._open or any(fake.still.values()):
            gc.collect()
        assert not fake._open, "a handle is open"
        assert not +fake.still, "a report, snapshot or store is open"
        assert not fake._registered
        assert not fake._watchdogs
        assert fake._installed is None
        assert _current.service is None
        assert _current.reporter is None
        assert not any(lock._is_owned() for lock in fake._mutexes.values())
        assert {path.name for path in self.world.folder.iterdir()} <= LEFT
        private = self.world.folder / "private"
        assert not private.exists() or {path.name for path in private.iterdir()} <= {"limits.bin"}


@pytest.fixture
def place(tmp_path):
    with Counting() as fake:
        yield Place(fake, tmp_path)
        fake._failures = {}
        if _current.service is not None:  # not in the way of the next test, too
            _current.service.close()


def points(place, operation):
    """The calls that an operation makes when nothing fails: (function, the how manieth)."""
    place.fake._failures = {}
    place.run(operation)  # what happens once and for all
    place.fake.seen.clear()
    value, error = place.run(operation)
    assert error is None, error
    found = [(function, nth) for function, count in place.fake.seen.items() for nth in range(1, count + 1)]
    place.check_nothing_is_left()
    return value, [point for point in found if point[0] not in VOID]


def codes_for(operation, function, nth):
    """All codes on Linux; under the Windows Pythons, and of what takes long, some by chance: each time the same."""
    everything = CODES if function.startswith("Wer") else WIN32_CODES
    if operation.name.endswith("command"):
        few = 1
    elif operation.name in ("enable", "export", "reporter", "reporting", "hooks", "locate"):
        few = 4
    elif sys.platform == "win32":
        few = 2
    else:
        return everything
    return random.Random(f"{SEED} {operation.name} {function} {nth}").sample(everything, few)  # noqa: S311


def is_right(error, function, code):
    """An exception that says which call failed, and with what."""
    if isinstance(error, CommandFailed):
        return True
    if function.startswith("Wer"):
        return (
            isinstance(error, wer.WerError)
            and error.function == function
            and error.hresult == hresult_of(function, code)
            and f"{function} failed with 0x{hresult_of(function, code) & 0xFFFFFFFF:08X}" in str(error)
        )
    return isinstance(error, (OSError, ValueError))


@once("3.11")
@by_operation
def test_each_call_fails(operation, place, caplog):
    caplog.set_level(60, "wer")
    expected, found = points(place, operation)
    assert found, "it is in the table of those that make calls"
    injections = 0
    for function, nth in found:
        for code in codes_for(operation, function, nth):
            where = f"{function} #{nth}: {code & 0xFFFFFFFF:#010x}"
            place.fake.inject(function, nth, code)
            value, error = place.run(operation)
            injections += 1
            assert place.fake.seen[function] >= nth, where
            told = operation.told_of(function)
            if not is_failure(function, code) or not function.startswith("Wer"):
                # Of Windows' own functions many only tell less.
                assert error is None or (not function.startswith("Wer") and is_right(error, function, code)), where
                assert error is not None or type(value) is type(expected), where
            elif error is not None:
                assert is_right(error, function, code), f"{where}: {error!r}"
                assert told is None or not told.codes(code) or isinstance(error, CommandFailed), f"{where}: raised"
            else:
                assert told is not None, f"{where}: nothing is raised or told"
                assert told.codes(code), f"{where}: not raised"
                assert told.holds(value, code), f"{where}: {value!r}"
            del value, error
            place.check_nothing_is_left()
        # It works again afterwards.
        place.fake.seen.clear()
        _, error = place.run(operation)
        assert error is None, (function, nth, error)
        assert {name for name, _ in found} <= set(place.fake.seen), "and calls the same"
        place.check_nothing_is_left()
    print(f"{operation}: {injections} injections")


@once("3.11")
@by_operation
def test_each_call_fails_for_good(operation, place, caplog):
    """From the n-th on, and so in what cleans up after the first failure, too."""
    caplog.set_level(60, "wer")
    _, found = points(place, operation)
    for function, nth in found:
        code = E_FAIL if function.startswith("Wer") else 5
        place.fake.seen.clear()
        place.fake._failures = {function: (nth - 1, code, None)}
        _, error = place.run(operation)
        assert error is None or is_right(error, function, code), f"{function} #{nth}: {error!r}"
        del error
        place.check_nothing_is_left()


class TestTheTable:
    """What is new has a row, or these fail."""

    def test_every_public_name(self):
        assert missing_names() == []

    def test_every_function_of_werapi_h(self):
        assert set(FUNCTIONS) - NOT_CALLED == {name for name in _functions._FUNCTIONS if name.startswith("Wer")}

    def test_every_function_is_reached(self, place):
        reached = set()
        for operation in OPERATIONS:
            reached |= {function for function, _ in points(place, operation)[1]}
        for version in (3, 2):
            place.fake.lack(f"WerStoreQueryReportMetadataV{version}")
            [store] = [one for one in OPERATIONS if one.name == "store"]
            reached |= {function for function, _ in points(place, store)[1]}
        assert _functions._FUNCTIONS - reached == VOID

    def test_every_operation_makes_what_it_is_said_to(self, place):
        """By the list behind `wer.supported`."""
        rows = {name: operation for operation in OPERATIONS for name in operation.of}
        for name, functions in _functions._CALLS.items():
            if name in ("ReportTemplate", "Store"):
                continue  # in part only, at a crash, or of an older Windows
            called = {function for function, _ in points(place, rows[f"wer.{name}"])[1]}
            assert set(functions) - VOID <= called, name


def test_an_older_windows(place, caplog):
    """Whose reports have metadata of version 2 or 1."""
    [store] = [one for one in OPERATIONS if one.name == "store"]
    for version in (3, 2):
        place.fake.lack(f"WerStoreQueryReportMetadataV{version}")
        test_each_call_fails(store, place, caplog)


def test_a_handler_that_wer_refused_to_undo_is_undone_by_another_call(place):
    for function in ("WerUnregisterFile", "WerUnregisterRuntimeExceptionModule"):
        handler = wer.install_crash_handler(template_of(place.world), fast_fail=True)
        place.fake.inject(function, 1, E_FAIL)
        with pytest.raises(wer.WerError):
            handler.uninstall()
        assert not handler.installed
        assert _registration._registered
        handler.uninstall()
        assert not _registration._registered


def test_a_service_that_wer_refused_to_undo_is_closed(place):
    options = {"consent": wer.Consent.NOT_ASKED, "fast_fail": True, "folder": str(place.world.folder / "private")}
    service = wer.enable("WerTests", **options)
    place.fake.inject("WerUnregisterRuntimeExceptionModule", 1, E_FAIL)
    with pytest.raises(wer.WerError):
        service.close()
    assert not service.enabled
    service.close()
    assert not _registration._registered
    place.check_nothing_is_left()
    wer.enable("WerTests", **options).close()


def test_what_is_registered_stays_so_until_it_is_undone():
    """WER has refused to forget it: it is active, and another call undoes it."""
    with wer.testing.FakeWer() as fake:
        registration = wer.register_custom_metadata("Queue", "42")
        fake.fail("WerUnregisterCustomMetadata", 0x80004005, times=1)
        with pytest.raises(wer.WerError):
            registration.unregister()
        assert registration.active
        registration.unregister()
        assert not registration.active
        assert not _registration._registered
