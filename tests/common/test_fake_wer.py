"""`wer.testing.FakeWer`: it refuses what the extension refuses, and tells what reached it."""

import ast
import contextlib
import copy
import datetime
import functools
import gc
import os
import pickle
import re
import subprocess
import sys
import threading
import types
import uuid
import warnings
from pathlib import Path

import pytest
from calls import REGISTER, REPORT_METHODS, STORE_METHODS
from fake_registry import FakeRegistry
from fakes import PatientWer
from refusals import REFUSALS, World, refused

import wer
import wer.testing
from wer import _exception_module, _functions, _launcher, _native, _registration
from wer._launcher import warn_of_launcher
from wer._machine import registry as _registry
from wer._machine.keys import MODULES
from wer._machine.registry import Kind
from wer.testing import _fake, _template

PACKAGE = Path(wer.__file__).parent
PID, TID, ENDED = 4240, 4244, 4248  # nobody has these ids where a fake is in place


@pytest.fixture
def fake():
    with PatientWer() as fake:
        yield fake


@pytest.fixture
def worker(fake):
    return fake.add_process(PID, TID)


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_it_refuses(refusal, fake, worker):
    ended = fake.add_process(ENDED)
    ended.end()
    world = World(
        worker, PID, TID, ended, lambda number: [fake.add_process(5000 + 4 * n) for n in range(number)], fake.inside
    )
    refused(refusal, world)
    assert not fake.called(refusal.function)


def signatures(nodes):
    """Of functions and methods: the parameters with their annotations, the result's, and whether it is a property."""

    def annotated(node):
        return node and ast.unparse(node).strip("'\"")

    found = {}
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}": signature for name, signature in signatures(node.body).items()}
        elif isinstance(node, ast.FunctionDef):
            positional = [(given.arg, annotated(given.annotation)) for given in node.args.posonlyargs]
            positional = [given for given in positional if given[0] not in ("self", "wer")]  # `wer`: whose layer it is
            others = [given.arg for given in (*node.args.args, *node.args.kwonlyargs) if given.arg != "self"]
            decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
            found[node.name] = (positional, others, decorators, annotated(node.returns))
    return found


def test_every_call_is_in_the_table():
    """Of all that calls WER, by the list behind `wer.supported`, only what has neither argument nor state is not."""
    ids = " ".join(refusal.id for refusal in REFUSALS)
    assert [name for name in _functions._CALLS if not re.search(rf"\b{re.escape(name)}\b", ids)] == ["purge_reports"]


class TestLayer:
    """It has every name of the extension, with its signature."""

    def test_every_signature_is_the_extensions(self):
        stub = signatures(ast.parse((PACKAGE / "_werapi.pyi").read_text(encoding="utf-8")).body)
        layer = {}
        for path in (PACKAGE / "testing").glob("_*.py"):
            for name, signature in signatures(ast.parse(path.read_text(encoding="utf-8")).body).items():
                owner, _, method = name.partition(".")
                if owner in _native.__all__ and not method.startswith("_"):
                    layer[name] = signature
        assert layer.keys() - stub.keys() == {"HeldTemplate.calls"}, "the fake's own: what a crash would tell WER"
        assert {name: layer[name] for name in stub} == stub

    def test_every_name_is_put_in_place(self, fake):
        assert set(fake.native) == set(_native.__all__)
        for name in _native.__all__:
            assert getattr(_native, name) is fake.native[name]

    def test_the_real_ones_come_back(self):
        before = {name: getattr(_native, name) for name in _native.__all__}
        with wer.testing.FakeWer():
            assert all(getattr(_native, name) is not value for name, value in before.items())
        assert before == {name: getattr(_native, name) for name in _native.__all__}
        with pytest.raises(ZeroDivisionError), wer.testing.FakeWer():
            1 / 0  # noqa: B018
        assert before == {name: getattr(_native, name) for name in _native.__all__}

    def test_it_is_put_in_place_once(self, fake):
        with pytest.raises(RuntimeError, match="in place already"), fake:
            pass

    def test_one_inside_another(self, fake):
        with wer.testing.FakeWer() as inner:
            wer.set_flags(1)
        wer.set_flags(2)
        assert [call.arguments["flags"] for call in (*inner.calls, *fake.calls)] == [1, 2]


def test_the_core_does_not_import_it():
    code = "import sys, wer; print([name for name in sys.modules if name.startswith('wer.testing')])"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(sys.platform == "win32", reason="reads the sources of the repository, on Linux")
def test_what_each_windows_has_is_what_the_extension_says():
    header = (Path(__file__).parents[2] / "src/wer/native/lookup.h").read_text(encoding="utf-8")
    entries = dict(re.findall(r'X\(((?:Wer|Pss)\w+),[^"]*"([^"]+)"\)', header))
    assert entries == wer.testing._lookup.SINCE
    assert len(entries) > 30


class TestRecord:
    """What WER would have been told."""

    def test_a_report(self, fake, worker, tmp_path):
        exception = wer.ExceptionInformation(0x1000, client_pointers=True)
        with wer.Report("Spooler.Stuck", process=worker, application_name="Spooler") as report:
            report.set_parameter(0, "4.2.1", "Version")
            report.set_ui_option(wer.ReportUI.CLOSE_TEXT, "Bye")
            report.add_dump(wer.DumpType.HEAPDUMP, tid=TID, exception=exception)
            report.add_file(tmp_path / "spooler.log", flags=wer.FileFlags.ANONYMOUS_DATA)
            assert report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE) is wer.SubmitResult.QUEUED
            assert report.result is wer.SubmitResult.QUEUED
        assert [call.function for call in fake.calls] == [
            "WerReportCreate",
            "WerReportSetParameter",
            "WerReportSetUIOption",
            "WerReportAddDump",
            "WerReportAddFile",
            "WerReportSubmit",
            "WerReportCloseHandle",
        ]
        created, parameter, option, dump, file, submitted, closed = (dict(call.arguments) for call in fake.calls)
        handles = {call.pop("report") for call in (parameter, option, dump, file, submitted, closed)}
        assert len(handles) == 1
        assert (created["event_type"], created["process"], created["application_name"]) == (
            "Spooler.Stuck",
            PID,
            "Spooler",
        )
        assert created["report_type"] is wer.ReportType.NON_CRITICAL
        assert parameter == {"index": 0, "value": "4.2.1", "name": "Version"}
        assert option == {"option": wer.ReportUI.CLOSE_TEXT, "value": "Bye"}
        assert (dump["process"], dump["thread"], dump["exception"]) == (PID, TID, exception)
        assert dump["dump_type"] is wer.DumpType.HEAPDUMP
        assert file == {
            "path": str(tmp_path / "spooler.log"),
            "file_type": wer.FileType.OTHER,
            "flags": wer.FileFlags.ANONYMOUS_DATA,
        }
        assert submitted == {"consent": wer.Consent.NOT_ASKED, "flags": wer.SubmitFlags.QUEUE}

    def test_what_was_submitted(self, fake, worker, tmp_path):
        fake.fail("WerReportAddFile", 0x80070002, times=1)
        with wer.Report("Spooler.Stuck", process=worker, application_name="Spooler") as report:
            report.set_parameter(0, "4.2.0", "Version")
            report.set_parameter(0, "4.2.1", "Version")
            report.set_parameter(1, "€")
            report.add_dump(wer.DumpType.HEAPDUMP)
            report.add_dump(pid=os.getpid())
            report.add_file("missing.log", missing_ok=True)
            report.add_file(tmp_path / "spooler.log")
            assert fake.submitted == []
            report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)
        [submitted] = fake.submitted
        assert submitted == wer.testing.SubmittedReport(
            event_type="Spooler.Stuck",
            parameters={0: "4.2.1", 1: "€"},
            files=[str(tmp_path / "spooler.log")],
            dumps=[(wer.DumpType.HEAPDUMP, PID), (wer.DumpType.MINIDUMP, os.getpid())],
            consent=wer.Consent.NOT_ASKED,
            flags=wer.SubmitFlags.QUEUE,
            result=wer.SubmitResult.QUEUED,
            calls=submitted.calls,
        )
        assert str(submitted) == "Spooler.Stuck, P0 '4.2.1', P1 '€'"
        assert len(submitted.calls) == 8, "as WER took them: without the missing file"
        assert submitted.calls[0].arguments["application_name"] == "Spooler"

    def test_submitted_is_what_wer_took(self, fake):
        fake.fail("WerReportSubmit", wer.HResult.E_FAIL, times=1)
        report = wer.Report("X")
        with pytest.raises(wer.WerError):
            report.submit(1)
        assert fake.submitted == []
        fake.submit_result = wer.SubmitResult.DISABLED
        report.submit(1)
        wer.Report("Y").submit(1, wer.SubmitFlags.OUTOFPROCESS_ASYNC)
        wer.Report.from_handle(0x77).submit(1)
        assert [(report.event_type, report.result) for report in fake.submitted] == [
            ("X", wer.SubmitResult.DISABLED),
            ("Y", wer.SubmitResult.ASYNC),
            (None, wer.SubmitResult.DISABLED),
        ]
        assert str(fake.submitted[-1]) == "a report of native code"

    def test_reports_that_nobody_has_looked_at(self, fake):
        fake.check_reports()
        wer.Report("X").submit(1)
        for expected, text in [
            (None, "1 report was submitted the test has not looked at\n    X"),
            (2, "1 report was submitted where 2 were expected\n    X"),
        ]:
            with pytest.raises(AssertionError) as caught:
                fake.check_reports(expected)
            assert str(caught.value) == text
        fake.check_reports(1)
        assert fake.called("WerReportCreate")
        with pytest.raises(AssertionError):
            fake.check_reports()
        assert fake.submitted
        fake.check_reports()
        wer.Report("Y").submit(1)
        with pytest.raises(AssertionError, match="Y"):
            fake.check_reports()
        assert fake.called("WerReportSubmit")
        fake.check_reports()
        with pytest.raises(AssertionError, match=r"^2 reports were submitted where 0 were expected\n    X\n    Y$"):
            fake.check_reports(0)

    def test_every_result(self, fake):
        for result in wer.SubmitResult:
            fake.submit_result = result
            assert wer.Report("X").submit(1) is result
        assert wer.Report("X").submit(1, wer.SubmitFlags.OUTOFPROCESS_ASYNC) is wer.SubmitResult.ASYNC

    def test_a_collected_report_is_closed(self, fake):
        wer.Report("X")
        gc.collect()
        assert len(fake.called("WerReportCloseHandle")) == 1

    def test_a_foreign_report(self, fake):
        wer.Report.from_handle(0x77).close()
        assert fake.calls == []
        wer.Report.from_handle(0x77, owned=True).close()
        [call] = fake.calls
        assert (call.function, call.arguments) == ("WerReportCloseHandle", {"report": 0x77})

    def test_a_path_is_made_full(self, fake, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("WER_TESTS", "folder")
        report = wer.Report("X")
        report.add_file("a.log")
        report.add_file(r"%WER_TESTS%\a.log")
        wer.register_file(os.path.join("%WER_TESTS%", "b.log"))
        paths = [call.arguments["path"] for call in fake.called("WerReportAddFile") + fake.called("WerRegisterFile")]
        assert paths == [str(tmp_path / "a.log"), r"%WER_TESTS%\a.log", str(tmp_path / "folder" / "b.log")]

    def test_the_crash_handler(self, fake):
        assert fake.crash() is False
        template = wer.ReportTemplate("App.Crash", consent=wer.Consent.DENIED, flags=wer.SubmitFlags.QUEUE)
        template.set_parameter(0, "1.0", "Version")
        template.add_file("a.log")
        with wer.install_crash_handler(template):
            assert fake.calls == []
            assert fake.crash() is True
        assert fake.crash() is False, "it is uninstalled"
        assert [call.function for call in fake.calls] == [
            "WerReportCreate",
            "WerReportSetParameter",
            "WerReportAddDump",
            "WerReportAddFile",
            "WerReportSubmit",
            "WerReportCloseHandle",
        ]
        assert fake.calls[-2].arguments == {"consent": wer.Consent.DENIED, "flags": wer.SubmitFlags.QUEUE}
        [submitted] = fake.submitted
        assert (submitted.event_type, submitted.parameters) == ("App.Crash", {0: "1.0"})
        assert submitted.dumps == [(wer.DumpType.MINIDUMP, os.getpid())]
        assert submitted.calls == fake.calls[:-1]

    @pytest.mark.parametrize("given", [False, True])
    def test_a_template_describes_what_a_report_would(self, fake, given):
        texts = ("consent_key", "friendly_event_name", "application_name", "application_path", "description")
        texts += ("namespace_partner", "namespace_group")
        options = {name: name[:16] for name in texts} | {"application_identity": bytes(range(16))} if given else {}
        wer.Report("X", wer.ReportType.APPLICATION_CRASH, **options).close()
        with wer.install_crash_handler(wer.ReportTemplate("X", consent=wer.Consent.DENIED, **options)):
            assert fake.crash()
        report, template = (call.arguments for call in fake.called("WerReportCreate"))
        assert {name: report[name] for name in template} == template

    def test_the_dump_of_a_template_is_as_it_was_set(self, fake):
        options = wer.DumpOptions(dump_flags=1)
        template = wer.ReportTemplate("X", consent=wer.Consent.DENIED)
        template.set_dump(wer.DumpType.HEAPDUMP, options, wer.DumpFlags.NOHEAP_ONQUEUE)
        with wer.install_crash_handler(template):
            assert fake.crash()
        [dump] = fake.called("WerReportAddDump")
        given = [dump.arguments[name] for name in ("dump_type", "options", "flags")]
        assert given == [wer.DumpType.HEAPDUMP, options, wer.DumpFlags.NOHEAP_ONQUEUE]

    def test_how_long_the_report_of_a_template_may_take(self, fake, monkeypatch):
        told = []
        monkeypatch.setattr(_template.HeldTemplate, "create", lambda held, *given: told.append(given[4]))
        for options in ({}, {"timeout": 0.5}, {"timeout": 2}):
            wer.ReportTemplate("X", consent=wer.Consent.DENIED, **options)
        assert told == [60_000, 500, 2000]

    def test_what_the_crash_handler_prints(self, fake):
        template = wer.ReportTemplate("App.Crash", consent=wer.Consent.DENIED)
        with wer.install_crash_handler(template) as handler:
            assert repr(handler) == f"<wer.CrashHandler installed {template!r}>"
        assert repr(handler) == f"<wer.CrashHandler uninstalled {template!r}>"

    @pytest.mark.parametrize("abort", [False, True])
    @pytest.mark.parametrize("enabled", [False, True, None])
    def test_the_crash_handler_tells_that_faulthandler_was_before_it(self, fake, monkeypatch, abort, enabled):
        if enabled is None:  # nobody has imported it
            monkeypatch.delitem(sys.modules, "faulthandler", raising=False)
        else:
            monkeypatch.setitem(sys.modules, "faulthandler", types.SimpleNamespace(is_enabled=lambda: enabled))
        template = wer.ReportTemplate("App.Crash", consent=wer.Consent.DENIED)
        with wer.install_crash_handler(template, abort=abort) as handler:
            missing = handler.missing
        assert len(missing) == (abort and bool(enabled))
        assert all("faulthandler was enabled before" in sentence for sentence in missing)

    @pytest.mark.parametrize(("options", "all_users"), [({}, False), ({"all_users": True}, True)])
    def test_an_excluded_application(self, fake, options, all_users):
        wer.add_excluded_application("a.exe", **options)
        wer.remove_excluded_application("a.exe", **options)
        assert [(call.function, call.arguments) for call in fake.calls] == [
            (function, {"exe_name": "a.exe", "all_users": all_users})
            for function in ("WerAddExcludedApplication", "WerRemoveExcludedApplication")
        ]

    def test_a_snapshot_for_a_dump(self, fake, worker):
        """With the flags of Microsoft's sample."""
        snapshot = wer.ProcessSnapshot(worker)
        [call] = fake.called("PssCaptureSnapshot")
        assert call.arguments["flags"] == 0xAC00_03FD
        assert repr(snapshot) == f"<wer.ProcessSnapshot of process {PID} handle={snapshot.handle:#x}>"
        snapshot.close()
        assert repr(snapshot) == f"<wer.ProcessSnapshot of process {PID} closed>"
        of_memory = wer.ProcessSnapshot(worker, wer.SnapshotFlags.VA_CLONE)
        with_some = wer.ProcessSnapshot(worker, context_flags=0x100001)
        contexts = [call.arguments["context_flags"] for call in fake.called("PssCaptureSnapshot")]
        assert contexts[0] not in (0, 0x100001), "all registers"
        assert contexts[1:] == [0, 0x100001]
        of_memory.close()
        with_some.close()

    def test_what_is_owned_is_not_copied(self, fake, worker):
        template = wer.ReportTemplate("App.Crash", consent=wer.Consent.DENIED)
        with (
            wer.Report("X") as report,
            wer.Store(wer.StoreType.USER_QUEUE) as store,
            wer.ProcessSnapshot(worker) as snapshot,
            wer.interpreter_of(worker) as process,
            wer.register_file("a.log") as registration,
            wer.install_crash_handler(template) as handler,
        ):
            for owner, called in (
                (report, "report"),
                (template, "template"),
                (store, "store"),
                (snapshot, "snapshot"),
                (process, "process"),
                (registration, "registration"),
                (handler, "crash handler"),
            ):
                for take in (copy.copy, copy.deepcopy, pickle.dumps):
                    with pytest.raises(TypeError, match=f"a {called} cannot be copied or pickled"):
                        take(owner)

    def test_the_crash_handler_for_fast_fails(self, fake):
        template = wer.ReportTemplate("App.Crash", consent=wer.Consent.DENIED)
        template.add_file("a.log", wer.FileType.USER_DOCUMENT, wer.FileFlags.ANONYMOUS_DATA)
        template.add_file("b.log")
        template.add_file("c.log")
        with (
            wer.register_file("c.log"),
            wer.install_crash_handler(template, abort=True, then="end", fast_fail=True) as handler,
        ):
            assert any("RuntimeExceptionHelperModules" in sentence for sentence in handler.missing)
            [_, module, file, other] = fake.calls
        assert (module.function, file.function) == ("WerRegisterRuntimeExceptionModule", "WerRegisterFile")
        assert module.arguments["path"] == str(PACKAGE / "wer_exception_module.dll")
        assert module.arguments["context"] == handler._prepared._held.address
        assert os.path.basename(other.arguments["path"]) == "b.log"
        assert (other.arguments["file_type"], other.arguments["flags"]) == (wer.RegisterFileType.OTHER, 0)
        assert file.arguments["file_type"] is wer.RegisterFileType.USER_DOCUMENT
        assert file.arguments["flags"] is wer.FileFlags.ANONYMOUS_DATA
        assert [call.function for call in fake.calls[4:]] == [
            *["WerUnregisterFile"] * 2,
            "WerUnregisterRuntimeExceptionModule",
            "WerUnregisterFile",
        ]

    @pytest.mark.parametrize("room", [0, 1])
    def test_a_crash_handler_for_fast_fails_that_there_is_no_memory_to_keep(self, fake, room):
        class Full(list):
            def append(self, registration):
                if len(self) == room:
                    raise MemoryError
                super().append(registration)

        template = wer.ReportTemplate("App.Crash", consent=wer.Consent.DENIED)
        template.add_file("a.log")
        registered = Full()
        with wer.install_crash_handler(template) as handler:
            with pytest.raises(MemoryError):
                _exception_module.register(handler._held, template._held, registered)
            for registration in registered:
                registration.unregister()
        called = [call.function.partition("ister")[0] for call in fake.calls]
        assert sorted(called) == ["WerReg"] * (room + 1) + ["WerUnreg"] * (room + 1)

    @pytest.mark.parametrize(
        ("tree", "denied", "sentences"),
        [
            ({}, [], 2),
            ({("HKLM", 64): {MODULES: {"PATH": (Kind.DWORD, 0)}}}, [], 1),
            ({("HKCU", 64): {MODULES: {"path": (Kind.DWORD, 0)}}}, [], 1),
            ({("HKCU", 64): {MODULES: {"other.dll": (Kind.DWORD, 0)}}}, [], 2),
            ({("HKLM", 32): {MODULES: {"PATH": (Kind.DWORD, 0)}}}, [], 2),
            ({("HKCU", 64): {MODULES: {"PATH": (Kind.DWORD, 0)}}}, [("HKLM", MODULES)], 1),
        ],
    )
    def test_what_werfault_wants_of_the_registry(self, monkeypatch, tree, denied, sentences):
        monkeypatch.setattr(_exception_module, "PATH", "PATH")  # which is no file
        monkeypatch.setattr(_registry, "this_registry", lambda: FakeRegistry(tree, denied=denied))
        missing = _exception_module.missing()
        assert len(missing) == sentences
        assert missing[0].startswith("PATH is missing")
        assert all("HKEY_LOCAL_MACHINE" in sentence for sentence in missing[1:])

    def test_a_crash_whose_report_cannot_be_made(self, fake):
        fake.fail("WerReportCreate", wer.HResult.E_OUTOFMEMORY)
        with wer.install_crash_handler(wer.ReportTemplate("App.Crash", consent=wer.Consent.DENIED)):
            assert fake.crash() is True
        assert [call.function for call in fake.calls] == ["WerReportCreate"]
        assert fake.submitted == []

    def test_a_crash_of_which_wer_refuses_a_part(self, fake):
        fake.fail("WerReportAddDump", wer.HResult.E_FAIL)
        with wer.install_crash_handler(wer.ReportTemplate("App.Crash", consent=wer.Consent.DENIED)):
            assert fake.crash() is True
            assert [submitted.dumps for submitted in fake.submitted] == [[]]
            fake.fail("WerReportSubmit", wer.HResult.E_FAIL)
            fake.crash()
            assert len(fake.submitted) == 1

    def test_flags(self, fake, worker):
        wer.set_flags(wer.FaultReportingFlags.QUEUE)
        assert wer.get_flags() is wer.FaultReportingFlags.QUEUE
        assert wer.get_flags(worker) == 0
        worker.flags = 4
        assert wer.get_flags(pid=PID) == 4

    def test_a_snapshot(self, fake, worker):
        with wer.Report("X") as report, wer.ProcessSnapshot(worker) as snapshot:
            report.add_dump(snapshot=snapshot)
            [dump] = fake.called("WerReportAddDump")
        assert (dump.arguments["process"], dump.arguments["snapshot"]) == (
            PID,
            fake.called("PssFreeSnapshot")[0].arguments["snapshot"],
        )


CAN_FAIL = sorted((_functions._FUNCTIONS | _fake._WIN32) - _fake._VOID)


def everything_that_can_fail(folder, function=None):
    """Make all calls where this one function fails: what came of each, a text or an exception."""
    fake = wer.testing.FakeWer()
    fake.reports[wer.StoreType.USER_QUEUE].append(TestStore.REPORT)
    if function is not None:
        fake.fail(function, 0x80070005 if function.startswith("Wer") else 5)
    if (version := (function or "")[-2:]) in ("V1", "V2"):  # which is asked only where there is no newer one
        fake.lack(*[f"WerStoreQueryReportMetadata{newer}" for newer in ("V2", "V3") if newer > version])
    worker = fake.add_process(PID, TID, executable="python.exe")
    launcher = fake.add_process(PID + 8, python=False)
    fake.add_process(PID + 12, parent=launcher.pid)
    steps = [
        *REPORT_METHODS.values(),
        lambda report: report.add_dump(pid=PID, tid=TID),
        lambda report: report.add_dump(process=worker),
        lambda report: report.close(),
    ]

    def first_step(step):
        with wer.Report("X") as report:
            step(report)

    def file():
        os.close(_native.private_file(folder / "a.txt"))
        (folder / "a.txt").unlink()

    calls = [
        file,
        lambda: _native.private_folder(folder),
        *[functools.partial(first_step, step) for step in steps],
        *[lambda method=method: method(wer.Store(1)) for method in STORE_METHODS.values()],
        lambda: list(wer.Store(1)),
        *[lambda register=register: register().unregister() for register in REGISTER.values()],
        lambda: wer.ProcessSnapshot(worker).close(),
        lambda: wer.interpreter_of(worker, timeout=0).executable,
        lambda: wer.interpreter_of(launcher, timeout=0).pid,
        lambda: wer.set_flags(1),
        wer.get_flags,
        lambda: wer.set_max_process_hold_milliseconds(1),
        lambda: wer.report_hang(1),
        lambda: wer.add_excluded_application("a.exe"),
        lambda: wer.remove_excluded_application("a.exe"),
        wer.purge_reports,
        lambda: _native.exit_code(_native.open_process(PID, 0)),
        lambda: _native.memory_of(_native.open_process(PID, 0)),
        lambda: wer.dumps.write_dump(folder / "a.dmp", worker, overwrite=True).pid,
        lambda: _native.HeldMutex().take("wer-tests", 0),
    ]
    outcomes = []
    with fake:
        for call in calls:
            try:
                outcomes.append(repr(call()))
            except (OSError, ValueError) as error:
                outcomes.append(error)
    return outcomes


class TestFailures:
    @pytest.mark.parametrize("method", REPORT_METHODS)
    def test_of_a_report(self, fake, method):
        function = {
            "set_parameter": "WerReportSetParameter",
            "set_ui_option": "WerReportSetUIOption",
            "add_file": "WerReportAddFile",
            "add_dump": "WerReportAddDump",
            "submit": "WerReportSubmit",
        }[method]
        report = wer.Report("X")
        fake.fail(function, 0x80070005)
        with pytest.raises(PermissionError) as caught:
            REPORT_METHODS[method](report)
        assert isinstance(caught.value, wer.WerError)
        assert (caught.value.function, caught.value.winerror) == (function, 5)
        fake.fail(function, 0)
        REPORT_METHODS[method](report)

    def test_some_times(self, fake):
        fake.fail("WerReportCreate", wer.HResult.E_OUTOFMEMORY, times=2)
        for _ in range(2):
            with pytest.raises(wer.WerError):
                wer.Report("X")
        wer.Report("X").close()

    def test_after_some_that_are_good(self, fake):
        fake.fail("WerReportCreate", wer.HResult.E_OUTOFMEMORY, times=1, after=2)
        created = []
        for _ in range(4):
            with contextlib.suppress(wer.WerError):
                wer.Report("X")
            created.append(len(fake.called("WerReportCloseHandle")))
        assert created == [1, 2, 2, 3]

    @pytest.mark.parametrize("function", CAN_FAIL)
    def test_any_function_can_fail(self, function, tmp_path):
        """And its caller hears of it."""
        good, bad = everything_that_can_fail(tmp_path), everything_that_can_fail(tmp_path, function)
        assert [outcome for outcome in good if isinstance(outcome, Exception)] == []
        assert str(good) == str(everything_that_can_fail(tmp_path))
        assert str(good) != str(bad)

    @pytest.mark.parametrize("numbers", [{"times": -1}, {"after": -1}])
    def test_there_are_no_negative_numbers_of_calls(self, fake, numbers):
        with pytest.raises(ValueError, match="are numbers of calls, got"):
            fake.fail("WerReportSubmit", wer.HResult.E_FAIL, **numbers)

    def test_a_file_that_is_not_there(self, fake):
        fake.fail("WerReportAddFile", 0x80070002)
        report = wer.Report("X")
        report.add_file("a.log", missing_ok=True)
        with pytest.raises(FileNotFoundError) as caught:
            report.add_file("a.log")
        assert caught.value.filename == os.path.abspath("a.log")

    def test_a_process_that_may_not_be_opened(self, fake, worker):
        fake.fail("OpenProcess", 5)
        with pytest.raises(PermissionError, match=f"OpenProcess: process {PID} cannot be opened: .*administrator"):
            wer.Report("X", pid=PID)

    def test_a_process_that_ends_meanwhile(self, fake, worker):
        report = wer.Report("X", process=worker)
        fake.fail("WerReportAddDump", wer.HResult.E_FAIL)
        worker.end()
        with pytest.raises(ProcessLookupError, match=f"process {PID} is gone"):
            report.add_dump()

    def test_a_full_disk(self, fake, tmp_path):
        fake.fail("CreateFileW", 112)
        with pytest.raises(OSError, match="CreateFileW") as caught:
            _native.private_file(tmp_path / "a.txt")
        assert (caught.value.winerror, caught.value.filename) == (112, tmp_path / "a.txt")
        assert list(tmp_path.iterdir()) == []

    def test_a_snapshot(self, fake, worker):
        fake.fail("PssCaptureSnapshot", 5)
        with pytest.raises(PermissionError, match=f"PssCaptureSnapshot: process {PID}: ") as caught:
            wer.ProcessSnapshot(worker)
        assert caught.value.winerror == 5

    @pytest.mark.parametrize("name", REGISTER)
    @pytest.mark.parametrize("code", [0x8007139F, 1], ids=hex)
    def test_a_registration(self, fake, name, code):
        fake.fail(f"WerRegister{name}", code, times=1)
        with pytest.raises(wer.WerError) as caught:
            REGISTER[name]()
        assert (caught.value.function, caught.value.hresult & 0xFFFFFFFF) == (f"WerRegister{name}", code)
        registration = REGISTER[name]()
        fake.fail(f"WerUnregister{name}", 0x8007139F, times=1)
        with pytest.raises(wer.WerError):
            registration.unregister()
        assert registration.active
        registration.unregister()
        assert not registration.active

    def test_what_wer_does_not_have_any_more_is_undone(self, fake):
        registration = REGISTER["File"]()
        fake.fail("WerUnregisterFile", wer.HResult.WER_E_NOT_FOUND)
        with pytest.raises(wer.WerError):
            registration.unregister()
        assert not registration.active

    @pytest.mark.parametrize(
        ("function", "code", "text"),
        [
            ("WerNoSuchFunction", 0x80004005, "function must be one of Windows that wer calls"),
            ("WerStoreClose", 0x80004005, "that can fail"),
            ("WerFreeString", 0x80004005, "that can fail"),
            ("WerReportSubmit", 5, "WerReportSubmit fails with an HRESULT, 0x80000000 and up, got 5"),
        ],
    )
    def test_what_is_no_failure(self, fake, function, code, text):
        with pytest.raises(ValueError, match=text):
            fake.fail(function, code)

    def test_an_older_windows(self, fake):
        fake.lack("WerStoreOpen", "WerUnregisterFile", "WerReportAddDump")
        assert not wer.supported("Store")
        with pytest.raises(NotImplementedError, match="WerStoreOpen; it came with Windows 10 version 1703"):
            wer.Store(1)
        with pytest.raises(NotImplementedError, match="WerUnregisterFile; it came with Windows Vista"):
            wer.register_file("a")
        with pytest.raises(NotImplementedError, match=r"WerReportAddDump: .* does not have it; Windows has, "):
            wer.Report("X").add_dump()
        assert wer.supported("WerReportSubmit")
        with pytest.raises(ValueError, match="got 'WerNoSuchFunction'"):
            fake.lack("WerNoSuchFunction")


class TestStore:
    REPORT = wer.StoredReport(
        key=r"C:\queue\1",
        event_type="APPCRASH",
        signature=(wer.SignatureParameter(0, "Name", "a.exe"), wer.SignatureParameter(1, "Version", "1.0")),
        created=datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=datetime.UTC),
        report_id=uuid.UUID(int=1),
        bucket_id=uuid.UUID(int=2),
        size=100,
        cab_id="7",
        status=3,
        integrator_report_id=uuid.UUID(int=3),
        files=(wer.ReportFile("a.mdmp"),),
        friendly_event_name="Stopped",
        application_name="A",
        application_path=r"C:\a.exe",
        description="D",
        bucket_id_string="b",
        legacy_bucket_id=9,
    )

    @pytest.fixture
    def reports(self, fake):
        fake.reports[wer.StoreType.USER_QUEUE].append(self.REPORT)
        return fake.reports[wer.StoreType.USER_QUEUE]

    def test_a_report_comes_back(self, fake, reports):
        reports.append(wer.StoredReport(key="protected", event_type=None))
        with wer.Store(wer.StoreType.USER_QUEUE) as store:
            assert list(store) == reports
            assert (store.count(), store.size_on_disk()) == (2, 100)
        with wer.Store(wer.StoreType.USER_ARCHIVE) as store:
            assert list(store) == []

    @pytest.mark.parametrize("lacks", [["3"], ["3", "2"]], ids=["V2", "V1"])
    def test_an_older_windows_tells_less(self, fake, reports, lacks):
        fake.lack(*[f"WerStoreQueryReportMetadataV{version}" for version in lacks])
        [report] = wer.Store(wer.StoreType.USER_QUEUE)
        assert (report.cab_id, report.description) == (None if "2" in lacks else "7", None)

    def test_failures(self, fake, reports):
        store = wer.Store(1)
        fake.fail("WerStoreQueryReportMetadataV3", 0x80070005)
        [report] = store
        assert (report.key, report.event_type) == (self.REPORT.key, None)
        fake.fail("WerStoreQueryReportMetadataV3", 0x80070002)
        assert list(store) == []
        fake.fail("WerStoreQueryReportMetadataV3", 0x80004005, times=1)
        with pytest.raises(wer.WerError):
            list(store)
        fake.fail("WerStoreGetReportCount", 5)
        with pytest.raises(PermissionError):
            store.count()

    def test_upload_and_purge(self, fake, reports):
        fake.submit_result = wer.SubmitResult.UPLOADED
        assert wer.Store(1).upload(self.REPORT) is wer.SubmitResult.UPLOADED
        [call] = fake.called("WerStoreUploadReport")
        assert call.arguments["key"] == self.REPORT.key
        wer.purge_reports()
        assert reports == []


class TestRegistrations:
    def test_the_end_of_the_fake_forgets_them(self):
        for _ in range(2):
            with wer.testing.FakeWer():
                for register in REGISTER.values():
                    register()

    def test_memory_stays_where_it_is(self, fake):
        memory = bytearray(10)
        registration = wer.register_memory_block(memory)
        with pytest.raises(BufferError):
            memory.clear()
        registration.unregister()
        memory.clear()

    def test_what_one_thread_registers_while_another_undoes_the_same(self, fake, monkeypatch):
        """It is not forgotten, and nobody fails: the other may come between any two steps."""
        came = []

        class Registered(dict):
            def get(self, key, default=None):
                found = super().get(key, default)
                if not came:
                    came.append(
                        threading.Thread(target=lambda: again.append(wer.register_custom_metadata("Queue", "43")))
                    )
                    came[0].start()
                    came[0].join(0.5)  # unless it waits for this one
                return found

        again = []
        monkeypatch.setattr(_registration, "_registered", Registered())
        registration = wer.register_custom_metadata("Queue", "42")
        registration.unregister()
        came[0].join(30)
        [other] = again
        assert list(_registration._registered.values()) == [other]
        other.unregister()
        assert not _registration._registered
        assert [call.function for call in fake.calls] == [
            "WerRegisterCustomMetadata",
            "WerUnregisterCustomMetadata",
        ] * 2


class TestProcesses:
    def test_the_calling_one_exists(self, fake):
        report = wer.Report("X", pid=os.getpid())
        report.add_dump(thread=threading.main_thread())
        report.add_dump(process=wer.Handle(-1), thread=wer.Handle(-2))
        first, second = (call.arguments for call in fake.called("WerReportAddDump"))
        assert first["process"] == second["process"] == os.getpid()
        assert first["thread"] == threading.main_thread().native_id
        assert second["thread"] == threading.get_native_id()

    def test_a_handle_of_the_tests_own(self, fake):
        fake.add_process(PID, handle=0x44)
        wer.Report("X", process=wer.Handle(0x44))
        assert fake.calls[0].arguments["process"] == PID

    def test_a_handle_that_can_be_closed(self, fake):
        """As subprocess has them on Windows."""

        class Closable(int):
            closed = False

        fake.add_process(PID, handle=0x44)
        handle = Closable(0x44)
        wer.Report("X", process=handle)
        assert fake.calls[0].arguments["process"] == PID
        handle.closed = True
        with pytest.raises(ValueError, match="process: the handle of 68 is closed"):
            wer.Report("X", process=handle)

    def test_a_launcher(self, fake):
        launcher = fake.add_process(PID, python=False)
        assert launcher.executable == ""
        python = fake.add_process(PID + 8, parent=PID, executable="C:\\Python\\python.exe")
        with wer.interpreter_of(pid=PID) as found:
            assert (found.pid, found.executable) == (python.pid, python.executable)
            wer.Report("X", process=found)
            assert fake.called("WerReportCreate")[0].arguments["process"] == python.pid
            handle = found.handle
        with pytest.raises(ValueError, match="process is no open handle"):
            wer.Report("X", process=wer.Handle(handle))
        with pytest.warns(wer.LauncherWarning, match=f"process {PID} is a launcher, .* is process {python.pid}"):
            wer.Report("X", pid=PID)
        python.end()
        with pytest.raises(TimeoutError, match="runs no Python, nor has it started one"):
            wer.interpreter_of(launcher, timeout=0)
        launcher.end()
        with pytest.raises(ProcessLookupError, match="has ended, and nothing that it has started is running"):
            wer.interpreter_of(launcher)

    def test_a_launcher_of_several(self, fake):
        launcher = fake.add_process(PID, python=False)
        for pid in (PID + 8, PID + 16):
            fake.add_process(pid, parent=PID)
        with pytest.raises(ValueError, match=f"{PID} has started several Pythons: {PID + 8}, {PID + 16}; pass pid="):
            wer.interpreter_of(launcher)

    def test_a_report_shows_whether_it_is_open(self, fake):
        report = wer.Report("X")
        assert repr(report) == f"<wer.Report 'X' handle={report.handle:#x}>"
        report.close()
        assert repr(report) == "<wer.Report 'X' closed>"

    def test_an_older_windows_tells_less_of_a_report(self, fake):
        fake.reports[wer.StoreType.USER_QUEUE].append(TestStore.REPORT)
        assert TestStore.REPORT.friendly_event_name
        fake.lack("WerStoreQueryReportMetadataV3")
        with wer.Store(wer.StoreType.USER_QUEUE) as store:
            [report] = store
        told = (report.friendly_event_name, report.application_name, report.application_path, report.description)
        assert told == (None, None, None, None)

    def test_a_store_says_which_it_is(self, fake):
        with wer.Store(1) as store:
            assert store.store_type is wer.StoreType(1)

    @pytest.fixture
    def looked_at(self, monkeypatch):
        """Nobody has looked at a process yet: the fakes' ids and times come again with each test."""
        monkeypatch.setattr(_launcher, "_looked_at", {})

    @staticmethod
    def warnings_of(pid):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            wer.Report("X", pid=pid)
        assert all(warning.category is wer.LauncherWarning and warning.filename == __file__ for warning in seen)
        return len(seen)

    def test_of_a_launcher_it_is_warned_once(self, fake, looked_at):
        launcher = fake.add_process(PID, python=False)
        assert self.warnings_of(PID) == 0, "it has started nothing yet"
        fake.add_process(PID + 8, parent=PID)
        assert [self.warnings_of(PID), self.warnings_of(PID)] == [1, 0]
        launcher.created += 1  # it is another process by now
        assert [self.warnings_of(PID), self.warnings_of(PID)] == [1, 0]

    @pytest.mark.parametrize("what", ["a Python", "several", "no Python below", "one that cannot be seen", "this one"])
    def test_what_is_no_launcher_is_not_warned_of(self, fake, looked_at, what):
        pid = fake.current.pid if what == "this one" else PID
        if what != "this one":
            fake.add_process(PID, python=what == "a Python")
        fake.add_process(PID + 8, parent=pid, python=what != "no Python below")
        if what == "several":
            fake.add_process(PID + 12, parent=pid)
        if what == "one that cannot be seen":
            held = _native.open_process(PID, 0)
            fake.add_process(PID + 12, parent=pid)
            fake.fail("OpenProcess", 5, times=1)
            with warnings.catch_warnings(action="error"):
                warn_of_launcher(held)
        else:
            assert self.warnings_of(pid) == 0

    def test_what_was_looked_at_is_not_remembered_without_end(self, fake, looked_at, monkeypatch):
        monkeypatch.setattr(_launcher, "_MOST", 3)
        for number in range(10):
            fake.add_process(5000 + 8 * number, python=False)
            fake.add_process(5004 + 8 * number, parent=5000 + 8 * number)
            assert self.warnings_of(5000 + 8 * number) == 1
            assert 0 < len(_launcher._looked_at) <= 3

    def test_one_whose_modules_cannot_be_told(self, fake, worker):
        fake.fail("EnumProcessModulesEx", 299)
        with pytest.raises(OSError, match=f"process {PID} runs no Python.*cannot be looked into") as caught:
            wer.interpreter_of(worker, timeout=0)
        assert not isinstance(caught.value, (PermissionError, TimeoutError))
        if sys.platform == "win32":
            assert caught.value.winerror == 299

    def test_one_that_cannot_be_looked_into(self, fake, worker):
        fake.fail("EnumProcessModulesEx", 5)
        with pytest.raises(PermissionError, match=f"process {PID} runs no Python.*cannot be looked into"):
            wer.interpreter_of(worker, timeout=0)
        fake.fail("EnumProcessModulesEx", 0)
        fake.fail("CreateToolhelp32Snapshot", 8)
        worker.python = False
        with pytest.raises(OSError, match="CreateToolhelp32Snapshot"):
            wer.interpreter_of(worker)

    def test_a_thread_by_its_handle(self, fake, worker):
        wer.Report("X", process=worker).add_dump(thread=worker.threads[0])
        assert fake.called("WerReportAddDump")[0].arguments["thread"] == TID


def test_the_page_about_it_runs(tmp_path, monkeypatch):
    """docs/howto/test-your-code.md, but for its last block, which needs Windows."""
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[2] / "docs/howto/test-your-code.md").read_text(encoding="utf-8")
    *blocks, on_windows = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert "Consent.DENIED" in on_windows
    names = {}
    for block in blocks:
        exec(block, names)  # noqa: S102 - as a reader would
    assert names["fake"].calls
    with wer.testing.FakeWer() as fake_wer:
        names["test_stuck_workers_are_reported"](fake_wer)
        fake_wer.check_reports()
