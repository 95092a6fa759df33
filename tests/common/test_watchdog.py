"""The watchdog of a program that is tested with `wer.testing.FakeWer`: the test says when there is a hang."""

import asyncio
import errno
import gc
import logging
import os
import platform
import subprocess
import sys
import threading
import weakref

import pytest

import wer
from wer.service import Hang, _late_stacks, _watchdog
from wer.service._hang import hang_of
from wer.service._late_stacks import LateStacks


@pytest.fixture
def make(fake, tmp_path):
    """Make a watchdog that is closed with the test."""
    made = []

    def make(*arguments, **options):
        made.append(wer.Watchdog(*arguments, **{"folder": tmp_path} | options))
        return made[-1]

    yield make
    for watchdog in made:
        watchdog.close()


def test_a_hang(fake, make, tmp_path, caplog):
    told = []
    watchdog = make(10, "Spooler", version="4.2.1", on_recovery=told.append)
    [file] = tmp_path.iterdir()
    assert file.read_text() == (
        "There are no Python stacks: "
        "pytest's faulthandler plugin is loaded, and faulthandler has one timer in a process.\n"
    )
    watchdog.beat()
    assert (fake.calls, watchdog.hangs) == ([], 0)
    with caplog.at_level(logging.WARNING, "wer"):
        assert fake.hang(12.5) == 1
        assert told == []
        watchdog.beat()
        watchdog.beat()
    assert told == [Hang(12.5, wer.SubmitResult.QUEUED, "")]
    assert [record.getMessage() for record in caplog.records] == ["Spooler hung for 12.5 s; reported: QUEUED"]
    assert (watchdog.hangs, watchdog.hung, watchdog.watching) == (1, False, True)
    assert repr(watchdog) == "<wer.Watchdog 'Spooler' watching>"
    assert [call.function for call in fake.calls] == [
        "WerReportCreate",
        *["WerReportSetParameter"] * 3,
        "WerReportAddDump",
        "WerReportAddFile",
        "WerReportSubmit",
        "WerReportCloseHandle",
    ]
    assert fake.calls[0].arguments["event_type"] == "PythonHang"
    assert fake.calls[0].arguments["report_type"] is wer.ReportType.APPLICATION_HANG
    assert fake.calls[5].arguments["path"] == str(file)
    watchdog.close()
    assert not file.exists()
    assert fake.hang() == 0
    watchdog.beat()
    watchdog.close()
    assert repr(watchdog) == "<wer.Watchdog closed>"


def test_the_report_is_what_was_asked_for(fake, make):
    watchdog = make(
        10,
        "Spooler",
        version="4.2.1",
        event="Spooler.Hang",
        consent=wer.Consent.APPROVED,
        flags=wer.SubmitFlags.NO_ARCHIVE,
        dump_type=wer.DumpType.HEAPDUMP,
    )
    fake.hang()
    watchdog.beat()
    [created] = fake.called("WerReportCreate")
    assert created.arguments["event_type"] == "Spooler.Hang"
    assert created.arguments["application_name"] == "Spooler"
    parameters = [call.arguments for call in fake.called("WerReportSetParameter")]
    assert [(each["index"], each["name"], each["value"]) for each in parameters] == [
        (0, "Application", "Spooler"),
        (1, "Version", "4.2.1"),
        (2, "Python", platform.python_version()),
    ]
    [dump] = fake.called("WerReportAddDump")
    assert dump.arguments["dump_type"] == wer.DumpType.HEAPDUMP
    [submitted] = fake.called("WerReportSubmit")
    assert submitted.arguments["consent"] == wer.Consent.APPROVED
    assert submitted.arguments["flags"] == wer.SubmitFlags.NO_ARCHIVE


@pytest.mark.parametrize(
    ("told", "hang"),
    [
        ((1500, 0, 1), Hang(1.5, wer.SubmitResult.QUEUED, "")),
        ((1500, 1, 2), Hang(1.5, wer.SubmitResult.UPLOADED, "")),
        ((0, -1, 0), Hang(0.0, None, "the report is not whole: 0xFFFFFFFF")),
        ((20, 0x80070718 - (1 << 32), 0), "left out, because there were too many"),
        ((20, 0x800705B4 - (1 << 32), 0), "takes too long, and may never be done"),
    ],
)
def test_what_became_of_a_report(told, hang):
    found = hang_of(*told)
    if isinstance(hang, str):
        assert hang in found.problem
    else:
        assert found == hang


@pytest.mark.parametrize(
    ("options", "most", "end", "restart"),
    [
        ({}, 10, False, False),
        ({"most": 7}, 7, False, False),
        ({"then": "end"}, 10, True, False),
        ({"then": "restart", "out_of_process": True, "most_restarts": 9}, 10, True, True),
    ],
    ids=str,
)
def test_what_is_done_after_a_report(make, options, most, end, restart):
    """By what watches: tests/windows/test_watchdog.py."""
    plan = make(10, **options)._plan
    assert (plan.most, plan.end) == (most, end)
    assert plan.restart == ((sys.executable, *sys.orig_argv[1:]) if restart else ())
    assert plan.most_restarts == options.get("most_restarts", 3)


def test_a_close_waits_as_long_as_a_report_may_take(make, monkeypatch):
    waited = []
    watchdog = make(10)
    monkeypatch.setattr(type(watchdog._held), "stop", lambda held, milliseconds: waited.append(milliseconds))
    watchdog.close()
    monkeypatch.undo()
    watchdog._held.stop(0)
    assert waited == [60_000 + 7500]


def test_the_file_of_the_stacks(fake, tmp_path, monkeypatch):
    stacks = LateStacks(False, 1, tmp_path)
    assert os.path.basename(stacks.path).startswith(f"stacks-{os.getpid()}-")
    stacks.close()
    assert os.listdir(tmp_path) == []
    monkeypatch.setattr(_late_stacks.os, "close", lambda descriptor: pytest.fail(f"{descriptor} is none of its own"))
    stacks.close()  # does nothing


def test_one_that_was_closed_is_not_kept(make, fake, tmp_path):
    """By what runs at the end of the interpreter, for one."""
    watchdog = wer.Watchdog(10, folder=tmp_path)
    watchdog.close()
    gone = weakref.ref(watchdog._stacks)
    del watchdog
    gc.collect()
    assert gone() is None


def test_the_shortest_timeout(make):
    assert not make(0.1).hung


def test_a_full_disk_leaves_no_file(make, tmp_path, monkeypatch):
    opened = []

    def full(descriptor, data):
        opened.append(descriptor)
        raise OSError(errno.ENOSPC, "the disk is full")

    monkeypatch.setattr(_late_stacks.os, "write", full)
    with pytest.raises(OSError, match="the disk is full"):
        make(10)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match=r"descriptor|handle"):
        os.fstat(opened[0])


@pytest.mark.parametrize(
    ("owner", "name"),
    [(_late_stacks.os, "write"), (LateStacks, "told_to"), (LateStacks, "arm"), (_watchdog.atexit, "register")],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_ctrl_c_while_it_begins_leaves_nothing(fake, make, tmp_path, monkeypatch, owner, name):
    """Nobody has the object then, and nobody could close it."""

    def ctrl_c(*arguments):
        raise KeyboardInterrupt

    opened = []
    create = _late_stacks.Folder.create
    monkeypatch.setattr(_late_stacks.Folder, "create", lambda *args: opened.append(create(*args)) or opened[-1])
    monkeypatch.setattr(owner, name, ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        make(10)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []
    [(_, descriptor)] = opened
    with pytest.raises(OSError, match=r"descriptor|handle"):
        os.fstat(descriptor)
    assert fake.hang() == 0


@pytest.mark.parametrize(
    ("function", "result", "message"),
    [
        ("WerReportSubmit", None, "not reported (the report is not whole: 0x80004005)"),
        ("WerReportAddDump", wer.SubmitResult.QUEUED, "reported: QUEUED (the report is not whole: 0x80004005)"),
    ],
)
def test_a_report_that_fails(fake, make, caplog, function, result, message):
    told = []
    watchdog = make(10, "Spooler", on_recovery=told.append)
    fake.fail(function, wer.HResult.E_FAIL)
    fake.hang(1)
    with caplog.at_level(logging.WARNING, "wer"):
        watchdog.beat()
    assert told == [Hang(1.0, result, "the report is not whole: 0x80004005")]
    assert caplog.records[0].getMessage() == f"Spooler hung for 1.0 s; {message}"


def test_a_callback_that_fails_is_no_failure_of_a_beat(fake, make, caplog):
    def fails(hang):
        1 / 0  # noqa: B018

    watchdog = make(10, on_recovery=fails)
    fake.hang()
    with caplog.at_level(logging.WARNING, "wer"):
        watchdog.beat()
    assert caplog.records[1].exc_info[0] is ZeroDivisionError


def test_what_was_not_made_can_be_used_all_the_same(fake):
    watchdog = wer.Watchdog.__new__(wer.Watchdog)
    watchdog.beat()
    watchdog.close()
    assert (watchdog.hangs, watchdog.hung, watchdog.watching) == (0, False, False)


@pytest.mark.parametrize("cause", ["another watchdog", "stacks=False", "asked for"])
def test_stacks(fake, make, tmp_path, cause, monkeypatch):
    monkeypatch.setattr("wer.service._late_stacks.faulthandler", timers := Timers())
    if cause == "another watchdog":
        other = make(10, stacks=True, folder=tmp_path / "other")
        assert len(timers.set) == 1
    make(10, stacks={"another watchdog": True, "stacks=False": False, "asked for": True}[cause])
    [file] = (path for path in tmp_path.iterdir() if path.is_file())
    text = file.read_text()
    if cause == "asked for":
        [line] = text.splitlines()
        assert line.startswith(f"The stacks of all Python threads of process {os.getpid()}, which faulthandler writes")
        assert timers.set == [pytest.approx(10 + 2.5 + 2)]
    else:
        assert text.startswith("There are no Python stacks: ")
        assert cause in text.replace("Watchdog", "watchdog")
    if cause == "another watchdog":
        other.close()
        assert timers.cancelled == 2


class Timers:
    """faulthandler's one timer; pytest has the real one."""

    def __init__(self):
        self.set, self.cancelled = [], 0

    def dump_traceback_later(self, seconds, *, file):
        self.set.append(seconds)

    def cancel_dump_traceback_later(self):
        self.cancelled += 1


def test_a_beat_does_not_wait_for_another_that_sets_the_timer(fake, make, monkeypatch):
    monkeypatch.setattr("wer.service._late_stacks.faulthandler", timers := Timers())
    watchdog = make(10, stacks=True)
    fake.hang()
    beat = threading.Thread(target=watchdog.beat)
    with watchdog._stacks._lock:
        beat.start()
        beat.join(30)
        assert not beat.is_alive()
    assert len(timers.set) == 1


def test_a_timer_that_cannot_be_set_is_no_failure_of_a_beat(fake, make, monkeypatch):
    monkeypatch.setattr("wer.service._late_stacks.faulthandler", timers := Timers())
    watchdog = make(10, stacks=True)

    def fails(seconds, *, file):
        raise RuntimeError("unable to start watchdog thread")

    monkeypatch.setattr(timers, "dump_traceback_later", fails)
    fake.hang()
    watchdog.beat()
    assert timers.cancelled == 2


class TestLoop:
    """The loop itself beats."""

    @staticmethod
    def counted(watchdog):
        beats = []
        beat = watchdog.beat
        watchdog.beat = lambda: (beats.append(threading.get_ident()), beat())
        return beats

    def test_four_times_in_the_timeout_until_it_is_closed(self, make):
        watchdog = make(0.4)
        beats = self.counted(watchdog)

        async def main():
            watchdog.watch_loop(asyncio.get_running_loop())
            await asyncio.sleep(1.05)
            seen = len(beats)
            watchdog.close()
            await asyncio.sleep(0.3)
            return seen

        seen = asyncio.run(main())
        assert 3 <= seen <= 12
        assert len(beats) == seen
        assert set(beats) == {threading.get_ident()}

    def test_not_by_a_task(self, make):
        """Which somebody could cancel."""
        watchdog = make(0.4)
        beats = self.counted(watchdog)

        async def main():
            watchdog.watch_loop(asyncio.get_running_loop())
            assert len(asyncio.all_tasks()) == 1
            await asyncio.sleep(0.25)
            seen = len(beats)
            await asyncio.sleep(0.25)
            assert len(beats) > seen > 0

        asyncio.run(main())

    def test_not_while_a_handler_keeps_it(self, make):
        watchdog = make(0.4)
        beats = self.counted(watchdog)

        async def main():
            watchdog.watch_loop(asyncio.get_running_loop())
            await asyncio.sleep(0)
            seen = len(beats)
            threading.Event().wait(0.5)
            assert len(beats) == seen

        asyncio.run(main())

    def test_from_another_thread(self, make):
        watchdog = make(0.4)
        beats = self.counted(watchdog)
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        watchdog.watch_loop(loop)
        loop.call_soon_threadsafe(loop.call_later, 0.3, loop.stop)
        thread.join(30)
        loop.close()
        assert set(beats) == {thread.ident}
        with pytest.raises(RuntimeError, match="closed"):
            watchdog.watch_loop(loop)


def test_it_imports_neither_asyncio_nor_subprocess():
    code = (
        "import sys, wer; wer.Watchdog; print(*{'asyncio', 'subprocess', 'multiprocessing', 'json'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == ""
