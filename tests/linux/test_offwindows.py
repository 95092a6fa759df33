"""Off Windows all classes and functions are there; what needs Windows says so when it is called."""

import inspect
import sys
import types
import unittest.mock

import pytest
from clirun import run

import wer.dumps
import wer.service
from wer import _native


@pytest.mark.parametrize(
    ("call", "name", "function"),
    [
        (lambda: wer.Report("Event"), "wer.Report", "WerReportCreate"),
        (lambda: wer.Report("Event", wer.ReportType.CRITICAL, description="x"), "wer.Report", "WerReportCreate"),
        (lambda: wer.Report.from_handle(1, owned=True), "wer.Report", "WerReportCreate"),
        (lambda: wer.Store(wer.StoreType.USER_QUEUE), "wer.Store", "WerStoreOpen"),
        (lambda: wer.ProcessSnapshot(pid=5), "wer.ProcessSnapshot", "PssCaptureSnapshot"),
        (lambda: wer.register_file("a"), "wer.register_file", "WerRegisterFile"),
        (lambda: wer.register_memory_block(b"a"), "wer.register_memory_block", "WerRegisterMemoryBlock"),
        (
            lambda: wer.register_excluded_memory_block(b"a"),
            "wer.register_excluded_memory_block",
            "WerRegisterExcludedMemoryBlock",
        ),
        (
            lambda: wer.register_custom_metadata("a", "b"),
            "wer.register_custom_metadata",
            "WerRegisterCustomMetadata",
        ),
        (
            lambda: wer.register_additional_process(pid=5),
            "wer.register_additional_process",
            "WerRegisterAdditionalProcess",
        ),
        (lambda: wer.register_app_local_dump("a"), "wer.register_app_local_dump", "WerRegisterAppLocalDump"),
        (
            lambda: wer.register_runtime_exception_module("a.dll", context=1),
            "wer.register_runtime_exception_module",
            "WerRegisterRuntimeExceptionModule",
        ),
        (lambda: wer.set_flags(wer.FaultReportingFlags.NO_UI), "wer.set_flags", "WerSetFlags"),
        (lambda: wer.get_flags(), "wer.get_flags", "WerGetFlags"),
        (lambda: wer.get_flags(pid=5), "what takes a pid", "OpenProcess"),
        (lambda: wer.interpreter_of(pid=5), "what takes a pid", "OpenProcess"),
        (lambda: wer.interpreter_of(wer.Handle(5)), "what takes a process", "DuplicateHandle"),
        (lambda: wer.get_flags(wer.Handle(5)), "what takes a process", "DuplicateHandle"),
        (
            lambda: wer.set_max_process_hold_milliseconds(5),
            "wer.set_max_process_hold_milliseconds",
            "WerSetMaxProcessHoldMilliseconds",
        ),
        (lambda: wer.report_hang(1), "wer.report_hang", "WerReportHang"),
        (lambda: wer.dumps.write_dump("a.dmp"), "what takes a pid", "OpenProcess"),
        (lambda: wer.dumps.write_dump("a.dmp", wer.Handle(5)), "what takes a process", "DuplicateHandle"),
        (lambda: wer.service.Limits(), "wer.service", "GetTickCount64"),
        (lambda: wer.purge_reports(), "wer.purge_reports", "WerStorePurge"),
        (lambda: wer.ReportTemplate("Event", consent=wer.Consent.NOT_ASKED), "wer.ReportTemplate", "WerReportCreate"),
        (
            lambda: wer.add_excluded_application("a.exe"),
            "wer.add_excluded_application",
            "WerAddExcludedApplication",
        ),
        (
            lambda: wer.remove_excluded_application("a.exe", all_users=True),
            "wer.remove_excluded_application",
            "WerRemoveExcludedApplication",
        ),
    ],
)
def test_a_call_says_what_is_missing(call, name, function):
    with pytest.raises(NotImplementedError) as caught:
        call()
    assert str(caught.value).startswith(f"{name} calls {function} of Windows, and this is {sys.platform}; ")
    assert "wer.testing.FakeWer" in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "children_of",
        "created",
        "duplicate_thread",
        "executable",
        "has_ended",
        "has_python",
        "open_thread",
        "private_file",
        "private_folder",
        "shared_file",
        "uptime",
        "write_dump",
    ],
)
def test_so_does_what_no_call_gets_to_here(name):
    with pytest.raises(NotImplementedError, match="of Windows, and this is"):
        getattr(_native, name)(5, 0, None)


@pytest.mark.parametrize(
    "arguments", [["dump", "--pid", "5", "-o", "a.dmp"], ["report", "--pid", "5", "--event", "Event", "--yes"]]
)
def test_the_commands_say_so(arguments):
    ran = run(*arguments, "--json")
    assert ran.code == 5
    assert "OpenProcess of Windows, and this is" in ran.answer["error"]["text"]


def test_arguments_are_checked_first():
    """What would be refused on Windows too is refused as it is there."""
    with pytest.raises(TypeError, match=r"flags must be a wer\.FaultReportingFlags"):
        wer.set_flags("x")
    with pytest.raises(ValueError, match="must be relative"):
        wer.register_app_local_dump("/a")
    with pytest.raises(TypeError, match=r"the functions wer\.register_\.\.\. make registrations"):
        wer.Registration()
    with pytest.raises(TypeError, match="install_crash_handler makes a CrashHandler"):
        wer.CrashHandler()
    with pytest.raises(TypeError, match="interpreter_of makes an InterpreterProcess"):
        wer.InterpreterProcess()
    with pytest.raises(TypeError, match=r"template must be a wer\.ReportTemplate, got NoneType"):
        wer.install_crash_handler(None)


def test_there_is_no_c_interface():
    assert not hasattr(wer, "_C_API")


CLASSES = [
    wer.Report,
    wer.ReportTemplate,
    wer.ProcessSnapshot,
    wer.Store,
    wer.Registration,
    wer.CrashHandler,
    wer.InterpreterProcess,
]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_is_whole(kind):
    assert inspect.getdoc(kind)
    methods = {name: member for name, member in vars(kind).items() if not name.startswith("_")}
    assert methods
    for name, member in methods.items():
        assert inspect.getdoc(member), name
        if isinstance(member, types.FunctionType):
            parameters = inspect.signature(member).parameters.values()
            assert not [parameter for parameter in parameters if parameter.kind is parameter.VAR_POSITIONAL], name


def test_the_signatures_are_the_real_ones():
    parameters = inspect.signature(wer.Report).parameters
    assert list(parameters)[:4] == ["event_type", "report_type", "process", "pid"]
    assert parameters["report_type"].default is wer.ReportType.NON_CRITICAL
    assert list(inspect.signature(wer.install_crash_handler).parameters) == ["template", "abort", "then", "fast_fail"]


def test_a_mock_knows_what_a_report_takes():
    mock = unittest.mock.create_autospec(wer.Report)
    with mock("Event", pid=5) as report:
        mock.assert_called_once_with("Event", pid=5)
        report = mock.return_value
        report.add_dump(wer.DumpType.HEAPDUMP, pid=5)
        with pytest.raises(TypeError, match="unexpected keyword argument 'handle'"):
            report.add_dump(handle=5)
    with pytest.raises(TypeError, match="missing a required argument: 'event_type'"):
        mock()
    with pytest.raises(AttributeError):
        report.no_such_method  # noqa: B018
    for kind in CLASSES:
        unittest.mock.create_autospec(kind)


def test_what_needs_no_windows_works():
    assert wer.DumpOptions(dump_flags=wer.MiniDumpWithDataSegs).mask == wer.WER_DUMP_MASK_DUMPTYPE
    assert wer.WerError(wer.HResult.E_FAIL, "WerReportSubmit").function == "WerReportSubmit"


def test_nothing_is_supported():
    assert wer.supported("WerReportAddDump") is False
    assert wer.supported("Report.add_dump") is False
    with pytest.raises(TypeError, match="function must be a str, got int"):
        wer.supported(5)
