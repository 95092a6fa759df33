"""What is refused before WER is asked: the extension and the fake of `wer.testing` say the same, word for word."""

import concurrent.futures
import contextlib
import ctypes
import itertools
import json
import subprocess

import pytest
from calls import REGISTER
from fakes import PatientWer
from once import once
from pythons import PYTHON
from refusals import REFUSALS, World, refused

import wer
from wer.testing._lookup import SINCE

STANDIN = hasattr(ctypes.WinDLL("wer.dll"), "WerStandInControl")


@pytest.fixture(scope="module")
def processes(popen):
    """Start programs that wait, once for all tests: `processes(number)`."""
    started = []

    def processes(number):
        while len(started) < number:
            started.append(popen([PYTHON, "-I", "-S", "-c", "input()"], stdin=subprocess.PIPE))
        return started[:number]

    yield processes
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def finished(popen):
    """A process that has ended. Its object keeps a handle, and so its id."""
    process = popen([PYTHON, "-I", "-S", "-c", ""])
    process.wait()
    return process


@pytest.fixture
def inside(request):
    """Another thread is in a function of the stand-in."""

    @contextlib.contextmanager
    def inside(function, call):
        standin = request.getfixturevalue("standin")
        with concurrent.futures.ThreadPoolExecutor() as pool, standin.block(function) as blocked:
            called = pool.submit(call)
            blocked.wait_until_entered()
            yield
            blocked.release()
            called.result(30)

    return inside


@once("3.11")
@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_the_extension_and_the_fake_refuse_alike(refusal, request, worker, finished, processes, inside):
    standin = request.getfixturevalue("standin") if STANDIN or refusal.standin else None
    world = World(worker.process, worker.pid, worker.tid, finished, processes, inside)
    error = refused(refusal, world)
    if standin is not None and refusal.function:
        assert standin.count(refusal.function) == 0, "it is refused before WER is asked"
    with PatientWer() as fake:

        def others(number):
            for process in processes(number):
                fake.add_process(process.pid, handle=int(process._handle))
            return processes(number)

        fake.add_process(worker.pid, worker.tid, handle=int(worker.process._handle))
        fake.add_process(finished.pid, handle=int(finished._handle)).end()
        told = refused(refusal, World(worker.process, worker.pid, worker.tid, finished, others, fake.inside))
    assert (type(told), str(told)) == (type(error), str(error))


FAILING = {
    "WerReportCreate": lambda world: wer.Report("WerTests.Event"),
    "WerReportSetParameter": lambda world: world.report.set_parameter(0, "value"),
    "WerReportSetUIOption": lambda world: world.report.set_ui_option(1, "text"),
    "WerReportAddFile": lambda world: world.report.add_file("a.log"),
    "WerReportAddDump": lambda world: world.report.add_dump(pid=world.pid, tid=world.tid),
    "WerReportSubmit": lambda world: world.report.submit(wer.Consent.DENIED),
    "PssCaptureSnapshot": lambda world: wer.ProcessSnapshot(pid=world.pid),
    "WerStoreOpen": lambda world: wer.Store(1),
    "WerStoreGetReportCount": lambda world: world.store.count(),
    "WerStoreGetSizeOnDisk": lambda world: world.store.size_on_disk(),
    "WerStoreGetFirstReportKey": lambda world: list(world.store),
    "WerStoreUploadReport": lambda world: world.store.upload("key"),
    "WerStorePurge": lambda world: wer.purge_reports(),
    "WerSetFlags": lambda world: wer.set_flags(1),
    "WerGetFlags": lambda world: wer.get_flags(pid=world.pid),
    "WerSetMaxProcessHoldMilliseconds": lambda world: wer.set_max_process_hold_milliseconds(1),
    "WerReportHang": lambda world: wer.report_hang(1),
    "WerAddExcludedApplication": lambda world: wer.add_excluded_application("a.exe"),
    "WerRemoveExcludedApplication": lambda world: wer.remove_excluded_application("a.exe"),
    **{f"WerRegister{name}": lambda world, register=register: register() for name, register in REGISTER.items()},
}


@once("3.11")
@pytest.mark.parametrize("code", [0x80070005, 0x80070002, 0x80004005, 0x8007139F, 0x800701E7, 0x8000ABCD], ids=hex)
@pytest.mark.parametrize("function", FAILING)
def test_failures_are_told_alike(function, code, standin, worker):
    """The errors of WER itself: class, text, HRESULT, Win32 error and file."""
    code = code & 0xFFFF if function == "PssCaptureSnapshot" else code

    def failed(world):
        with world, pytest.raises(OSError, match=function) as caught:
            FAILING[function](world)
        error = caught.value
        return type(error), str(error), error.winerror, error.errno, getattr(error, "hresult", None), error.filename

    standin.answer(function, code)
    said = failed(World(worker.process, worker.pid, worker.tid, None, None, None))
    with PatientWer() as fake:
        fake.add_process(worker.pid, worker.tid)
        fake.fail(function, code)
        assert failed(World(worker.process, worker.pid, worker.tid, None, None, None)) == said


MUST_HAVE = """
import sys
from wer import _native
for function in sys.argv[2:]:
    try:
        _native.must_have(function)
    except NotImplementedError as error:
        print(error)
"""


def test_an_older_windows_says_the_same(without):
    lines = without(list(SINCE), MUST_HAVE)
    assert len(lines) == len(SINCE)
    with PatientWer() as fake:
        fake.lack(*SINCE)
        for function, line in zip(SINCE, lines, strict=True):
            with pytest.raises(NotImplementedError) as caught:
                wer._native.must_have(function)
            assert str(caught.value) == line


def test_what_is_told_is_told_in_the_same_order(standin, worker):
    """The functions of WER that one program calls, of the extension by the stand-in's log."""

    def program():
        with wer.Report("WerTests.Event", pid=worker.pid) as report:
            report.set_parameter(0, "value")
            report.set_ui_option(wer.ReportUI.CLOSE_TEXT, "text")
            report.add_file(__file__)
            report.add_dump(tid=worker.tid)
            report.submit(wer.Consent.NOT_ASKED)
        with wer.register_file(__file__), wer.register_memory_block(b"four"):
            pass
        with wer.ProcessSnapshot(pid=worker.pid):
            pass
        wer.set_flags(wer.get_flags())
        with wer.Store(wer.StoreType.MACHINE_QUEUE) as store:
            found = [report.event_type for report in store]
            store.count()
        wer.purge_reports()
        return found

    found = program()
    with PatientWer() as fake:
        fake.add_process(worker.pid, worker.tid)
        fake.reports[wer.StoreType.MACHINE_QUEUE] = [wer.StoredReport(key="key", event_type="WerTests.Event", size=1)]
        assert program() == found == ["WerTests.Event"]
    logged = [json.loads(line)["function"] for line in standin.log.read_text(encoding="ascii").splitlines()]
    # The extension asks twice for a report's metadata: first for the room that the names of its files need.
    logged = [name for name, _ in itertools.groupby(logged) if name != "WerFreeString"]
    assert [call.function for call in fake.calls] == logged
