"""Many threads with one object, and with one of each: what ThreadSanitizer is for. Elsewhere a test of memory."""

import random
import sys
import threading
import time

import fakewindows
import pytest
from calls import REGISTER
from fakewindows import WORKER, WORKER_TID

import wer
import wer.dumps
from wer import _werapi

THREADS, ROUNDS = 8, 60
# What one thread is told whose object another has taken, closed, or submitted.
REFUSED = (RuntimeError, ValueError)


def together(*calls):
    """Each of `calls` in threads of its own, all at once, many times."""
    start = threading.Barrier(THREADS)
    failures = []

    def run(number):
        call = calls[number % len(calls)]
        start.wait()
        for _ in range(ROUNDS):
            try:
                call()
            except REFUSED:
                pass
            except BaseException as error:
                failures.append(error)
                raise

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.fixture(autouse=True)
def _switch_often():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def look(report):
    """At all that can be seen without a call."""
    held = report._held
    return held.handle, held.submitted, held.result, held.process, repr(report)


def test_one_report(worker, tmp_path):
    (tmp_path / "a.log").write_text("x")
    for _ in range(6):
        report = wer.Report("WerTests.Threads", process=worker)
        together(
            lambda report=report: report.set_parameter(0, "value"),
            lambda report=report: report.add_file(tmp_path / "a.log"),
            lambda report=report: report.add_dump(pid=WORKER, tid=WORKER_TID),
            lambda report=report: look(report),
            lambda report=report: report.submit(wer.Consent.NOT_ASKED),
            lambda report=report: (time.sleep(0.0005 * random.random()), report.close()),  # noqa: S311
        )
        report.close()


def test_one_report_that_is_made_twice():
    report = wer.Report.__new__(wer.Report)
    together(lambda: report.__init__("WerTests.Threads"), lambda: look(report))
    report.close()


def test_many_reports(worker):
    def file():
        with wer.Report("WerTests.Threads", process=worker) as report:
            report.set_parameter(0, "value")
            report.add_dump()
            report.submit(wer.Consent.NOT_ASKED)

    together(file)


def test_one_snapshot(worker):
    snapshot = wer.ProcessSnapshot(worker)

    def dump():
        with wer.Report("WerTests.Threads") as report:
            report.add_dump(snapshot=snapshot)

    together(dump, dump, lambda: (snapshot._held.handle, snapshot._held.process), lambda: (dump(), snapshot.close()))
    snapshot.close()


def test_one_store():
    fakewindows.add_report("AppCrash_1", "Report.wer\0")
    fakewindows.add_report("AppCrash_2", "a\0")
    store = wer.Store(wer.StoreType.USER_QUEUE)
    try:
        together(lambda: list(store), store.count, store.size_on_disk, lambda: store.upload("key"))
        together(lambda: list(store), store.close, lambda: store._held.closed)
    finally:
        store.close()
        fakewindows.dll.fake_clear_store()


def test_one_template():
    template = wer.ReportTemplate("WerTests.Threads", consent=wer.Consent.NOT_ASKED)

    def handle():
        with wer.install_crash_handler(template):
            fakewindows.crash()

    together(
        lambda: template.set_parameter(0, "value"),
        lambda: template.add_file("/a.log"),
        lambda: template.set_dump(wer.DumpType.HEAPDUMP),
        lambda: repr(template),
    )
    together(handle, lambda: template.set_parameter(0, "value"), lambda: template._held.installed)


def test_crashes_while_handlers_come_and_go():
    def handle():
        template = wer.ReportTemplate("WerTests.Threads", consent=wer.Consent.NOT_ASKED)
        with wer.install_crash_handler(template, abort=True):
            fakewindows.crash()

    together(handle, fakewindows.crash)


@pytest.mark.parametrize("name", REGISTER)
def test_registrations(name, worker):
    def register():
        with REGISTER[name]():
            pass

    together(register)


def test_one_registration():
    for _ in range(20):
        registration = wer.register_custom_metadata("Queue", "42")
        together(registration.unregister, lambda registration=registration: (registration.active, repr(registration)))


def test_one_handle():
    """Closed by one thread while others use it: as a report's process may be."""
    for _ in range(20):
        process = _werapi.open_process(WORKER, 0)
        together(lambda process=process: (process.handle, process.id), process.close)


def test_one_mutex():
    def take():
        mutex = _werapi.HeldMutex()
        if mutex.take("wer-tests-threads", 1000):
            mutex.give_back()

    together(take)


def test_beats(tmp_path):
    with wer.Watchdog(0.2, folder=tmp_path, stacks=False) as watchdog:
        end = time.monotonic() + 1
        threads = [threading.Thread(target=lambda: beat(watchdog, end)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(0.5)  # a hang


def beat(watchdog, end):
    while time.monotonic() < end:
        watchdog.beat()
        watchdog.hangs  # noqa: B018 - it reads what the watchdog writes


def test_dumps(tmp_path):
    def dump():
        name = f"{threading.get_native_id()}.dmp"
        wer.dumps.write_dump(tmp_path / name, overwrite=True, progress=lambda *_: None)

    together(dump)
