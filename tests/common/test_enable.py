"""`wer.enable`, with a fake in WER's place, and without any."""

import faulthandler
import gc
import inspect
import logging
import os
import pickle
import sys
import threading
import types
import weakref

import pytest
from doctor_causes import REGISTRY_CAUSES
from fake_machine import healthy

import wer
from wer.doctor import _examine
from wer.service import Folder, InWorker, Limits, _check, _current, _enable, _reporter


@pytest.fixture
def enable(tmp_path):
    """Enable with a folder of the test's own; what is left of it is undone."""

    def enable(application="WerTests", **options):
        options = {"consent": wer.Consent.NOT_ASKED, "folder": str(tmp_path / "own")} | options
        return wer.enable(application, **options)

    yield enable
    if _current.service is not None:
        _current.service.close()


@pytest.fixture
def no_faulthandler():
    """Without that of pytest."""
    was = faulthandler.is_enabled()
    faulthandler.disable()
    yield
    faulthandler.disable()
    if was:
        faulthandler.enable(sys.__stderr__)


def installed():
    """What is in place of the process's."""
    return sys.excepthook, threading.excepthook, sys.unraisablehook, tuple(logging.getLogger("asyncio").filters)


def test_puts_all_in_place_and_undoes_it(fake, enable, no_faulthandler, tmp_path):
    before = installed()
    with enable(version="1.2.3") as service:
        assert service.enabled
        assert _current.service is service
        assert all(now is not then for now, then in zip(installed(), before, strict=True))
        assert faulthandler.is_enabled()
        assert not fake.called("WerRegisterRuntimeExceptionModule")
        assert fake.crash()
        [created] = fake.called("WerReportCreate")
        assert created.arguments["event_type"] == "WerTests.Crash"
        assert created.arguments["application_name"] == "WerTests"
        parameters = [call.arguments for call in fake.called("WerReportSetParameter")]
        assert [(each["index"], each["name"], each["value"]) for each in parameters] == [
            (0, "Version", "1.2.3"),
            (1, "Python", "{}.{}.{}".format(*sys.version_info[:3])),
            (2, "Program", os.path.basename(sys.argv[0])),
        ]
        [added] = fake.called("WerReportAddFile")
        assert added.arguments["path"].startswith(str(tmp_path / "own"))
    assert installed() == before
    assert not faulthandler.is_enabled()
    assert not fake.crash()
    assert _current.service is None
    assert not list((tmp_path / "own").glob("*.txt"))
    service.close()  # does nothing


def test_all_else_is_undone_if_there_is_no_memory_for_a_part(fake, enable, no_faulthandler, monkeypatch):
    def no_memory(stacks):
        raise MemoryError

    before = installed()
    service = enable()
    thread = service.reporter._background._thread
    with monkeypatch.context() as patch:
        patch.setattr("wer.service._fault_stacks.FaultStacks.close", no_memory)
        with pytest.raises(MemoryError):
            service.close()
    assert installed() == before
    assert not fake.crash()
    thread.join(30)
    assert not thread.is_alive()
    assert _current.service is None
    assert faulthandler.is_enabled()
    service.close()  # which tries again
    assert not faulthandler.is_enabled()


@pytest.mark.parametrize(
    ("off", "left"),
    [("hooks", {"crash", "faulthandler"}), ("crash_report", {"hooks"}), ("stacks", {"hooks", "crash"})],
)
def test_each_part_can_be_left_out(fake, enable, no_faulthandler, off, left):
    before = installed()
    with enable(**{off: False}):
        there = {
            "hooks": installed() != before,
            "crash": fake.crash(),
            "faulthandler": faulthandler.is_enabled(),
        }
    assert {name for name, is_there in there.items() if is_there} == left


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"application": "x" * 55}, ValueError, "application takes at most 54 UTF-16 units, got 55: shorten it"),
        ({"application": 3}, TypeError, "application must be a str, got int"),
        ({"consent": "approved"}, TypeError, "consent must be a wer.Consent, got 'approved'"),
        ({"consent": 9}, ValueError, "consent takes a wer.Consent from NOT_ASKED"),
        ({"flags": "QUEUE"}, TypeError, "flags must be a wer.SubmitFlags, got 'QUEUE'"),
        ({"dump_type": 77}, ValueError, "dump_type takes a wer.DumpType from"),
        ({"limits": 3}, TypeError, "limits must be a wer.service.Limits or None, got int"),
        ({"on_report": 3}, TypeError, "on_report must be callable, got int"),
        ({"redact": "x"}, TypeError, "redact must be callable, got str"),
        ({"timeout": "x"}, TypeError, "timeout must be seconds as a float or int, got str"),
        ({"timeout": -1}, ValueError, "timeout takes 0 or more seconds, not without end, got -1"),
        ({"max_dump_bytes": -1}, ValueError, "max_dump_bytes takes 0 or more, got -1"),
    ],
)
def test_what_it_refuses_leaves_nothing(fake, enable, no_faulthandler, options, error, message):
    before = installed()
    with pytest.raises(error, match=message):
        enable(**options)
    assert installed() == before
    assert not fake.crash()
    assert _current.service is None
    assert not faulthandler.is_enabled()


def test_what_windows_refuses_leaves_nothing(fake, enable, no_faulthandler, tmp_path):
    (tmp_path / "own").write_text("a file is in the way")
    before = installed()
    with pytest.raises(OSError, match="own"):
        enable()
    assert installed() == before
    assert _current.service is None


def test_what_it_prints(fake, enable):
    service = enable()
    assert repr(service) == "<wer.service.Service 'WerTests' enabled>"
    service.close()
    assert repr(service) == "<wer.service.Service 'WerTests' closed>"


def test_one_that_was_closed_is_not_kept(fake, enable):
    """By what runs at the end of the interpreter, for one."""
    service = enable()
    service.close()
    gone = weakref.ref(service)
    del service
    gc.collect()
    assert gone() is None


def test_fast_fails_are_reported_if_it_is_asked_for(fake, enable):
    with enable(fast_fail=True):
        assert fake.called("WerRegisterRuntimeExceptionModule")
    assert fake.called("WerUnregisterRuntimeExceptionModule")


def test_twice_is_refused(fake, enable):
    enable()
    with pytest.raises(RuntimeError, match="wer is enabled already, for 'WerTests': close that service first"):
        enable("Other")


def test_reports_what_leaves_its_block(fake, enable):
    filed = []
    with pytest.raises(ValueError, match="x"), enable(on_report=filed.append, limits=None):
        raise ValueError("x")
    assert [each.source for each in filed] == ["main"]


@pytest.mark.parametrize(("options", "shown"), [({}, False), ({"local_variables": True}, True)])
def test_local_variables_stay_here_unless_they_are_asked_for(fake, enable, monkeypatch, options, shown):
    asked = []
    monkeypatch.setattr(_reporter, "add_python_state", lambda *_, **options: asked.append(options["local_variables"]))
    with pytest.raises(ValueError, match="x"), enable(limits=None, **options):
        raise ValueError("x")
    assert asked == [shown]


def test_without_hooks_what_leaves_its_block_is_not_reported(fake, enable):
    filed = []
    with pytest.raises(ValueError, match="x"), enable(hooks=False, on_report=filed.append, limits=None):
        raise ValueError("x")
    assert filed == []


def test_a_block_that_ends_well_is_no_matter_for_a_report(fake, enable, monkeypatch):
    asked = []
    with enable() as service:
        monkeypatch.setattr(service.reporter, "report", lambda *_, **__: asked.append(_))
    assert asked == []


def test_reporting_goes_to_it(fake, enable):
    filed = []
    enabled = enable(on_report=filed.append, limits=None)
    with enabled, pytest.raises(ValueError, match="x"), wer.reporting("WerTests.Job"):
        raise ValueError("x")
    assert [each.event_type for each in filed] == ["WerTests.Job"]


def test_in_worker_enables_the_same(fake, enable, tmp_path):
    with enable(version="1.2.3", timeout=3.0) as service:
        options = inspect.signature(wer.enable).parameters.keys() - {"application"}
        assert service._options.keys() == options
        there = pickle.loads(pickle.dumps(service.in_worker))  # noqa: S301 - it was made in this line
        assert isinstance(there, InWorker)
        there()  # enabled here: nothing to do
        assert _current.service is service
    there()
    assert _current.service.application == "WerTests"
    assert (_current.reporter.version, _current.reporter.timeout) == ("1.2.3", 3.0)


def test_limits_of_its_own_are_taken(fake, enable, tmp_path):
    filed = []
    limits = Limits(per_signature=2, total=2, folder=Folder(tmp_path / "limits"))
    with enable(on_report=filed.append, limits=limits):
        for number in range(4):
            with pytest.raises(ValueError, match="x"), wer.reporting():
                raise ValueError(f"x{number}")
    assert len(filed) == 2


class TestCheck:
    """What `Service.check` tells of this machine's settings."""

    @pytest.mark.parametrize("others", [True, False])
    @pytest.mark.parametrize("options", [{}, {"stacks": False}, {"crash_report": False}], ids=str)
    def test_tells_that_faulthandler_is_others(self, enable, fake, no_faulthandler, monkeypatch, others, options):
        monkeypatch.setattr(_enable, "what_keeps_reports_away", list)
        if others:
            faulthandler.enable(sys.__stderr__)
        with enable(**options) as service:
            told = service.check()
        stacks = [sentence for sentence in told if "go without Python stacks" in sentence]
        assert len(stacks) == (others and not options)

    KEEPS_ANY_REPORT_AWAY = ("wer-disabled", "wer-disabled-policy", "queue-disabled", "app-excluded", "wersvc-disabled")

    @pytest.mark.parametrize(("finding", "cause"), [cause[:2] for cause in REGISTRY_CAUSES])
    def test_tells_those_that_keep_any_report_away_and_no_others(self, enable, fake, monkeypatch, finding, cause):
        parts = healthy()
        cause(parts)
        monkeypatch.setattr(_examine, "this_machine", parts.machine)
        monkeypatch.setattr(_check, "sys", types.SimpleNamespace(platform="win32"))
        with enable(crash_report=False) as service:
            told = service.check()
        if finding in self.KEEPS_ANY_REPORT_AWAY:
            [sentence] = told
            assert " (HK" in sentence
        else:
            assert told == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has Windows Error Reporting")
def test_without_wer_it_says_so_and_does_nothing(enable, caplog):
    before = installed()
    with enable() as service:
        assert not service.enabled
        assert installed() == before
        assert "nothing is enabled" in service.check()[0]
        service.watch_loop(None)
    assert [record.name for record in caplog.records if "is no Windows Error Reporting on linux" in record.message] == [
        "wer"
    ]
