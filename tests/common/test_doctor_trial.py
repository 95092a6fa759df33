"""`wer.doctor.try_crash` without a Windows: what it takes for its own, and that it removes nothing else.

Here the child is played, and so is what WER leaves of it; tests/windows has one that crashes.
"""

import contextlib
import os
import time
import types
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fake_machine import LOCAL_DUMPS, healthy
from stories import INTEGRATOR_ID, OTHER_ID, crash_event, make_link, wer_event

from wer._machine.events import Events
from wer._machine.folders import Folder
from wer._machine.registry import Kind
from wer.doctor import Trial, _trial, try_crash
from wer.doctor._trial import plan_of

PID = 4711
EXE = _trial._program()[1]


class Child:
    """One that has crashed, or stands."""

    pid = PID

    def __init__(self, code):
        self._code = code
        self.returncode = None
        self.was_killed = False

    def poll(self):
        self.returncode = self._code
        return self._code

    def kill(self):
        self.was_killed = True


class Windows:
    """What a child leaves: each test says what."""

    def __init__(self, folder, parts):
        self.dumps, self.stores = folder / "dumps", folder / "ProgramData"
        self.queue, self.archive = (self.stores / store for store in _trial._STORES)
        for path in (self.dumps, self.queue):
            path.mkdir(parents=True)
        self.parts, self.events, self.child = parts, Events(), Child(0xC0000005 - (1 << 32))
        parts.environment = {"PROGRAMDATA": str(self.stores), "SystemRoot": r"C:\Windows"}
        parts.put("HKLM", LOCAL_DUMPS, "DumpFolder", Kind.EXPAND_SZ, str(self.dumps))
        parts.folders = {str(self.dumps): Folder(str(self.dumps), True, True, 100 << 30)}
        self.leave = lambda marker: None

    def dump(self, name=f"{EXE}.{PID}.dmp", data=b"MDMP" * 100):
        (self.dumps / name).write_bytes(data)
        return self.dumps / name

    def report(self, name, text, store=None):
        path = (store or self.queue) / name
        path.mkdir(parents=True)
        (path / "Report.wer").write_bytes(f"Version=1\r\nDynamicSig[1].Value={text}\r\n".encode("utf-16"))
        return path

    def crash(self, timeout=0.5):
        return try_crash(timeout=timeout, machine=self.parts.machine())


@pytest.fixture
def windows(tmp_path, monkeypatch):
    windows = Windows(tmp_path, healthy())

    @contextlib.contextmanager
    def crashing(marker):
        windows.leave(marker)
        yield windows.child

    monkeypatch.setattr(_trial, "_crashing", crashing)
    monkeypatch.setattr(_trial, "_PAUSE", 0.01)
    monkeypatch.setattr(_trial, "_GRACE", 0.1)
    monkeypatch.setattr(_trial.event_log, "read", lambda **asked: windows.events)
    return windows


def in_log(*events, unknown=None):
    found = Events(unknown=unknown)
    found.extend(events)
    return found


def test_all_of_it_comes(windows):
    """The dump by the process, the report by the text that the child has put in; it ends as soon as all is there."""
    others = [windows.dump(f"{EXE}.1.dmp"), windows.dump("other.exe.4711.dmp"), windows.report("other", OTHER_ID)]

    def leave(marker):
        windows.dump()
        windows.report("ours", marker.upper())

    windows.leave = leave
    windows.events = in_log(crash_event(OTHER_ID, pid=PID), wer_event(OTHER_ID), crash_event(INTEGRATOR_ID, pid=1))
    started = time.monotonic()
    trial = windows.crash(timeout=30)
    assert time.monotonic() - started < 15
    assert (trial.exe, trial.pid, trial.exit_code) == (EXE, PID, 0xC0000005)
    assert (trial.dump, trial.dump_size) == (str(windows.dumps / f"{EXE}.{PID}.dmp"), 400)
    assert trial.reports == [str(windows.queue / "ours")]
    assert trial.events == [
        "Application Error 1000, exception 0xc0000005 in python312.dll",
        "Windows Error Reporting 1001, APPCRASH",
    ]
    assert (trial.unknown, trial.left, trial.as_forecast) == ([], [], True)
    assert all(path.exists() for path in others)
    assert not (windows.dumps / f"{EXE}.{PID}.dmp").exists()
    assert not (windows.queue / "ours").exists()


def test_a_report_by_the_id_that_the_event_names(windows):
    """Where custom metadata is not in the report: an older Windows."""
    windows.leave = lambda marker: windows.report("ours", OTHER_ID, windows.archive)
    windows.events = in_log(crash_event(OTHER_ID, pid=PID))
    assert windows.crash().reports == [str(windows.archive / "ours")]
    assert list(windows.archive.iterdir()) == []


def test_what_was_there_before_is_not_ours(windows):
    before = windows.report("before", OTHER_ID)
    old = windows.dump()
    os.utime(old, (time.time() - 60, time.time() - 60))
    windows.events = in_log(crash_event(OTHER_ID, pid=PID))
    trial = windows.crash()
    assert (trial.dump, trial.dump_size, trial.reports) == (None, None, [])
    assert before.exists()
    assert old.exists()


def test_a_link_to_a_report_is_not_followed(windows, tmp_path):
    def leave(marker):
        elsewhere = windows.report("theirs", marker, tmp_path / "elsewhere")
        make_link(windows.queue / "link", elsewhere)

    windows.leave = leave
    assert windows.crash().reports == []
    assert (tmp_path / "elsewhere" / "theirs" / "Report.wer").exists()


def test_a_folder_without_a_report_is_not_ours(windows):
    windows.leave = lambda marker: (windows.queue / marker).mkdir()
    trial = windows.crash()
    assert (trial.reports, trial.unknown) == ([], [])
    assert len(list(windows.queue.iterdir())) == 1


@pytest.mark.parametrize(("before", "is_ours"), [((1 << 19) - 100, True), (1 << 19, False)])
def test_of_a_report_its_start_is_read(windows, before, is_ours):
    """A mebibyte, of two bytes a character: somebody may have put a file without end there."""
    windows.leave = lambda marker: windows.report("huge", " " * before + marker)
    trial = windows.crash()
    assert trial.reports == [str(windows.queue / "huge")] * is_ours
    assert (windows.queue / "huge").exists() is not is_ours


def test_an_empty_dump_is_none(windows):
    windows.leave = lambda marker: windows.dump(data=b"")
    trial = windows.crash()
    assert (trial.dump, trial.dump_size) == (None, None)


def test_a_dump_that_still_grows_when_the_time_is_over_is_removed_and_not_called_whole(windows, monkeypatch):
    look = _trial._Search._look_for_dump

    def growing(search):
        with open(windows.dumps / f"{EXE}.{PID}.dmp", "ab") as file:
            file.write(b"MDMP")
        look(search)

    monkeypatch.setattr(_trial._Search, "_look_for_dump", growing)
    trial = windows.crash(timeout=0.3)
    assert trial.dump is None
    assert trial.dump_size > 4
    assert list(windows.dumps.iterdir()) == []


def test_what_cannot_be_removed_is_told(windows, monkeypatch):
    def leave(marker):
        windows.dump()
        windows.report("ours", marker)

    def refuse(path, **more):
        raise PermissionError(13, "in use", path)

    windows.leave = leave
    monkeypatch.setattr(_trial, "rmtree", refuse)
    trial = windows.crash()
    assert trial.left == [f"{windows.queue / 'ours'}: in use"]
    assert not (windows.dumps / f"{EXE}.{PID}.dmp").exists()


def test_what_cannot_be_looked_at_is_told_once(windows, monkeypatch):
    real = os.scandir

    def denied(path):
        if os.fspath(path).endswith("ReportQueue"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", denied)
    windows.events = in_log(unknown="it is on Windows only")
    trial = windows.crash()
    assert sorted(trial.unknown) == [f"{windows.queue}: Permission denied", "the event log: it is on Windows only"]


def test_a_report_that_may_not_be_read_is_told(windows, monkeypatch):
    windows.leave = lambda marker: windows.report("ours", marker)

    def denied(path, *more):
        if str(path).endswith("Report.wer"):
            raise PermissionError(13, "Permission denied", path)
        return open(path, *more)

    monkeypatch.setattr(_trial, "open", denied, raising=False)
    trial = windows.crash()
    assert trial.reports == []
    assert f"{windows.queue / 'ours'}: Permission denied" in trial.unknown
    assert (windows.queue / "ours").exists()


def test_settings_of_dumps_that_may_not_be_read(windows):
    """Then no dump is looked for, and none is removed."""
    windows.parts.denied.append(("HKLM", LOCAL_DUMPS))
    windows.leave = lambda marker: windows.dump()
    trial = windows.crash()
    assert (trial.dump, trial.dump_size, trial.left) == (None, None, [])
    assert (windows.dumps / f"{EXE}.{PID}.dmp").exists()


def test_a_child_that_stands_is_ended(windows):
    windows.child = Child(None)
    trial = windows.crash(timeout=0.1)
    assert trial.exit_code is None
    assert windows.child.was_killed


def test_what_is_not_expected_is_waited_for_a_moment_only(windows):
    windows.parts.put("HKLM", LOCAL_DUMPS, "DumpCount", Kind.DWORD, 0)
    windows.parts.put("HKLM", r"SOFTWARE\Microsoft\Windows\Windows Error Reporting", "Disabled", Kind.DWORD, 1)
    started = time.monotonic()
    trial = windows.crash(timeout=30)
    assert (trial.forecast.dump.answer, trial.forecast.report.answer) == ("no", "no")
    assert time.monotonic() - started < 15
    assert trial.as_forecast is True


def test_all_is_removed_after_ctrl_c(windows, monkeypatch):
    def leave(marker):
        windows.dump()
        windows.report("ours", marker)

    def interrupt(seconds):
        raise KeyboardInterrupt

    windows.leave = leave
    monkeypatch.setattr(_trial.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        windows.crash()
    assert list(windows.dumps.iterdir()) == list(windows.queue.iterdir()) == []


def trial_of(dump, report, /, **came):
    forecast = types.SimpleNamespace(
        dump=types.SimpleNamespace(answer=dump), report=types.SimpleNamespace(answer=report)
    )
    return Trial(forecast=forecast, exe="x.exe", **came)


@pytest.mark.parametrize(
    ("dump", "report", "came", "as_forecast"),
    [
        ("yes", "yes", {"dump": "x", "reports": ["x"]}, True),
        ("yes", "yes", {"dump": "x", "events": ["x"]}, True),
        ("yes", "yes", {"dump": "x"}, False),
        ("yes", "yes", {"dump": "x", "unknown": ["x"]}, None),
        ("yes", "yes", {"reports": ["x"], "unknown": ["x"]}, False),
        ("no", "no", {}, True),
        ("no", "no", {"dump": "x"}, False),
        ("no", "no", {"reports": ["x"]}, False),
        ("no", "no", {"unknown": ["x"]}, None),
        ("cannot tell", "yes", {"reports": ["x"]}, None),
        ("cannot tell", "no", {"reports": ["x"]}, False),
        ("yes", "cannot tell", {"dump": "x"}, None),
    ],
)
def test_whether_it_came_as_was_said(dump, report, came, as_forecast):
    assert trial_of(dump, report, **came).as_forecast is as_forecast


@pytest.mark.parametrize(("count", "costs"), [(0, False), (1, True), (2, True), (3, False)])
def test_the_plan_says_what_it_costs(windows, count, costs):
    """Two dumps of the program are there; others do not count."""
    windows.parts.put("HKLM", LOCAL_DUMPS, "DumpCount", Kind.DWORD, count)
    for name in (f"{EXE}.1.dmp", f"{EXE.upper()}.2.DMP", f"{EXE}.3.txt", "other.exe.4.dmp", f"x{EXE}.5.dmp"):
        windows.dump(name)
    forecast = _trial.forecast_of(windows.parts.machine())
    lines = plan_of(forecast)
    said = [line for line in lines if "Windows replaces the oldest" in line]
    assert said == ([f"2 dump files are there and {count} are kept: Windows replaces the oldest"] if costs else [])
    assert lines[0].startswith(f"start a {EXE} that crashes")


def test_the_forecast_is_of_the_child(windows):
    """It inherits neither the error mode nor the debugger of this process."""
    own = windows.parts.processes[100]
    windows.parts.processes[100] = replace(own, error_mode=2, debugged=True, name="ipython.exe")
    forecast = _trial.forecast_of(windows.parts.machine())
    assert {"errormode-nogpfault", "debugger-attached"}.isdisjoint(one.id for one in forecast.findings)
    assert forecast.local_dumps.exe == EXE


def test_it_looks_at_events_since_it_began(windows, monkeypatch):
    asked = []

    def read(**wanted):
        asked.append(wanted["since"])
        return in_log()

    monkeypatch.setattr(_trial.event_log, "read", read)
    before = datetime.now(UTC)
    windows.crash(timeout=0.2)
    assert all(before <= since <= datetime.now(UTC) for since in asked)
    assert asked
    assert uuid.UUID(_trial._Search(trial_of("no", "no"), windows.parts.machine()).marker).int
