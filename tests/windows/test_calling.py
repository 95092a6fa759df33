"""How the methods take their arguments, and how a subclass makes its reports."""

import inspect
import itertools
import os
from pathlib import PureWindowsPath

import pytest

import wer

nt = pytest.importorskip("nt", reason="paths of Windows")

PATHS = [
    "C:\\logs\\spooler.log",
    "c:\\x",
    "C:\\a b\\.hidden\\c.d.e",
    "C:/logs/spooler.log",
    "C:\\logs\\\\spooler.log",
    "C:\\logs\\.\\spooler.log",
    "C:\\logs\\..\\spooler.log",
    "C:\\logs\\spooler.log\\",
    "C:\\logs\\spooler.log.",
    "C:\\logs\\spooler.log ",
    "C:\\logs.\\spooler.log",
    "C:\\logs \\spooler.log",
    "C:\\logs\\nul",
    "C:\\logs\\com1.txt",
    "C:\\logs\\CON",
    "C:\\",
    "C:logs",
    "logs\\spooler.log",
    "\\logs\\spooler.log",
    "\\\\server\\share\\spooler.log",
    "\\\\?\\C:\\logs\\spooler.log",
    "\\\\?\\C:\\logs\\a.",
    "C:\\l\u00f6gs\\spooler.log",
    "C:\\\u30ed\u30b0\\spooler.log",
]


class Text(str):
    __slots__ = ()


def absolute(path):
    """What Windows makes of it; it takes one that starts with these four as it is."""
    return path if path.startswith("\\\\?\\") else nt._getfullpathname(path)


@pytest.mark.parametrize("path", PATHS)
def test_a_path_reaches_wer_as_windows_makes_it_absolute(path, report, standin):
    standin.answer("WerReportAddFile", 0)
    report.add_file(path)
    report.add_file(Text(path))
    report.add_file(PureWindowsPath(path))
    first, second, third = (call.args["pwzPath"] for call in standin.calls("WerReportAddFile"))
    assert first == second == absolute(path)
    assert third == absolute(str(PureWindowsPath(path)))


def dump_arguments(call):
    thread = call.args["hThread"]
    return call.args["dumpType"], call.args["hProcess"]["pid"], thread and thread["handle"], call.args["dwFlags"]


def test_keywords_in_any_order_are_the_arguments_they_name(report, standin, windll):
    standin.answer("WerReportAddDump", 0)
    handle = windll.OpenProcess(0x1F0FFF, False, os.getpid())
    process = wer.Handle(handle)
    given = {"dump_type": 3, "process": process, "flags": 1, "exception": None, "options": None}
    try:
        report.add_dump(3, process, None, None, None, 1)
        report.add_dump(3, process, flags=1)
        report.add_dump(wer.DumpType.HEAPDUMP, process, flags=wer.DumpFlags.NOHEAP_ONQUEUE)
        for names in itertools.permutations(given):
            report.add_dump(**{name: given[name] for name in names})
    finally:
        windll.CloseHandle(handle)
    found = {dump_arguments(call) for call in standin.calls("WerReportAddDump")}
    assert len(found) == 1


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [
        ((2,), {"dump_type": 2}),
        ((2, None, None), {"process": None}),
        ((), {"dump_typ": 2}),
        ((2, None, None, None, None, 0, 0), {}),
        ((True,), {}),
        ((wer.Consent.APPROVED,), {}),
        ((2, None, None, None, None, wer.FileFlags.ANONYMOUS_DATA), {}),
        ((2.0,), {}),
    ],
)
def test_slips_are_refused_as_ever(arguments, keywords, report):
    with pytest.raises(TypeError):
        report.add_dump(*arguments, **keywords)


def test_a_subclass_is_made_as_its_class_says():
    class Own(wer.Report):
        def __init__(self, name):
            super().__init__("WerTests." + name, wer.ReportType.CRITICAL)

    with Own("Event") as report:
        assert type(report) is Own
        assert report.event_type == "WerTests.Event"


def test_a_subclass_with_a_new_of_its_own(report):
    class Own(wer.Report):
        def __new__(cls, *arguments):
            made = super().__new__(cls)
            made.given = arguments
            return made

    with Own("WerTests.Event") as own:
        assert own.given == ("WerTests.Event",)
    assert Own.from_handle(report.handle).given == ()


def test_signatures_can_be_read():
    dump = inspect.signature(wer.Report.add_dump).parameters
    assert dump["dump_type"].default == wer.DumpType.MINIDUMP
    assert list(dump)[-3:] == ["pid", "tid", "snapshot"]
    assert inspect.signature(wer.Report.add_file).parameters["file_type"].default == wer.FileType.OTHER
    assert inspect.signature(wer.register_file).parameters["file_type"].default == wer.RegisterFileType.OTHER
    assert "application_name" in inspect.signature(wer.Report).parameters
