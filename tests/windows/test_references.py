"""Nothing that a call got or made stays behind, whether it did what it should or was refused."""

import contextlib
import gc
import os
import sys
import threading

import pytest

import wer

FAILED = 0x80004005
TEXT = {  # of each kind that Python holds in its own way
    "ascii": "Spooler",
    "latin": "Spöler",
    "ucs2": "スプーラ",
    "ucs4": "Spooler 😀",
}


class Handle:
    """An object that owns a handle, until it is closed."""

    def __init__(self, handle):
        self.handle = handle


class Named(str):
    __slots__ = ()


REPORT_CALLS = {
    **{
        f"set_parameter {kind}": lambda report, text=text: report.set_parameter(0, text, text)
        for kind, text in TEXT.items()
    },
    "set_parameter, a number's name": lambda report: report.set_parameter(index=1 << 70, value="x"),
    "set_parameter, too long": lambda report: report.set_parameter(0, "x" * 300),
    "set_parameter, a NUL": lambda report: report.set_parameter(0, "x\0"),
    "set_parameter, no text": lambda report: report.set_parameter(0, object()),
    "set_ui_option": lambda report: report.set_ui_option(wer.ReportUI.CLOSE_TEXT, "x"),
    "set_ui_option, another enum": lambda report: report.set_ui_option(wer.Consent.APPROVED, "x"),
    "set_ui_option, out of range": lambda report: report.set_ui_option(99, "x"),
    "add_file": lambda report: report.add_file(__file__),
    "add_file, relative": lambda report: report.add_file(os.path.relpath(__file__)),
    "add_file, a path": lambda report: report.add_file(
        Named(__file__), wer.FileType.OTHER, wer.FileFlags.ANONYMOUS_DATA
    ),
    "add_file, none there": lambda report: report.add_file("C:\\no\\such\\file"),
    "add_file, no path": lambda report: report.add_file(3.5),
    "add_dump, none": lambda report: report.add_dump(wer.DumpType.NONE),
    "add_dump, of no process": lambda report: report.add_dump(pid=0xFFFFFFF0),
    "add_dump, of what is none": lambda report: report.add_dump(process=object()),
    "add_dump, both": lambda report: report.add_dump(process=Handle(-1), pid=os.getpid()),
    "add_dump, options": lambda report: report.add_dump(
        wer.DumpType.NONE, options=wer.DumpOptions(preferred_modules=["python.exe"], only_this_thread=True)
    ),
    "add_dump, exception": lambda report: report.add_dump(
        wer.DumpType.NONE, exception=wer.ExceptionInformation(1 << 20)
    ),
    "add_dump, no options": lambda report: report.add_dump(options={}),
    "add_dump, a microdump of nothing": lambda report: report.add_dump(wer.DumpType.MICRODUMP),
    "submit, a gap": lambda report: (report.set_parameter(5, "x"), report.submit(wer.Consent.NOT_ASKED)),
    "submit, another enum": lambda report: report.submit(wer.FileType.OTHER),
    "submit, no flags": lambda report: report.submit(1, flags="x"),
    "an unknown name": lambda report: report.add_dump(**{"".join(("sp", "eed")): 1}),
    "from_handle": lambda report: wer.Report.from_handle(report.handle).close(),
    "from_handle, none": lambda report: wer.Report.from_handle(handle=0),
}


def dump(*arguments, **options):
    """The report keeps what it opened for a dump, to its end."""
    with wer.Report("WerTests.Event") as report:
        report.add_dump(wer.DumpType.NONE, *arguments, **options)


OTHER_CALLS = {
    "add_dump, of an id": lambda: dump(pid=os.getpid(), tid=threading.get_native_id()),
    "add_dump, of an object": lambda: dump(Handle(-1), threading.current_thread()),
    "add_dump, of a handle": lambda: dump(wer.Handle(-1), wer.Handle(-2)),
    "Report": lambda: wer.Report("WerTests.Event").close(),
    **{f"Report {kind}": lambda text=text: wer.Report(text, description=text).close() for kind, text in TEXT.items()},
    "Report, all": lambda: wer.Report(
        "WerTests.Event",
        wer.ReportType.CRITICAL,
        process=Handle(-1),
        consent_key="key",
        friendly_event_name="name",
        application_name="application",
        application_path="path",
        description="description",
        parent_window=1,
        namespace_partner="partner",
        namespace_group="group",
        application_identity=b"0123456789abcdef",
        snapshot=0,
        delete_files_token=0,
        submit_result_max=wer.WerSubmitResultMax,
    ).close(),
    "Report, not closed": lambda: wer.Report("WerTests.Event"),
    "Report, a slip": lambda: wer.Report("WerTests.Event", application_identity="0123456789abcdef"),
    "Report, too long": lambda: wer.Report("WerTests.Event", description="x" * 1000),
    "Report, an unknown name": lambda: wer.Report("WerTests.Event", speed=1),
    "Report, submitted": lambda: wer.Report("WerTests.Event").submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE),
    "ReportTemplate": lambda: wer.ReportTemplate("WerTests.Event", consent=wer.Consent.NOT_ASKED, application_name="x"),
    "ReportTemplate, all": lambda: wer.ReportTemplate("WerTests.Event", consent=1).set_dump(
        wer.DumpType.MINIDUMP, wer.DumpOptions(only_this_thread=True), flags=1
    ),
    "ReportTemplate, no consent": lambda: wer.ReportTemplate("WerTests.Event"),
    "ReportTemplate, a slip": lambda: wer.ReportTemplate("WerTests.Event", consent=1, timeout=-1.0),
    "Store": lambda: wer.Store(wer.StoreType.USER_QUEUE).close(),
    "Store, counted": lambda: wer.Store(wer.StoreType.USER_QUEUE).count(),
    "Store, read": lambda: list(wer.Store(wer.StoreType.USER_QUEUE)),
    "Store, uploaded": lambda: wer.Store(wer.StoreType.USER_QUEUE).upload("no such key", wer.SubmitFlags.QUEUE),
    "Store, none": lambda: wer.Store(9),
    "ProcessSnapshot": lambda: wer.ProcessSnapshot(pid=os.getpid()).close(),
    "ProcessSnapshot, of nothing": lambda: wer.ProcessSnapshot(pid=0xFFFFFFF0),
    "register_file": lambda: wer.register_file(__file__).unregister(),
    "register_memory_block": lambda: wer.register_memory_block(bytearray(99)).unregister(),
    "register_memory_block, empty": lambda: wer.register_memory_block(b""),
    "register_custom_metadata": lambda: wer.register_custom_metadata("Key", "value").unregister(),
    "register_additional_process": lambda: wer.register_additional_process(pid=os.getpid()).unregister(),
    "get_flags": lambda: wer.get_flags(Handle(-1)),
    "set_flags, a slip": lambda: wer.set_flags(wer.Consent.APPROVED),
    "add_excluded_application, a slip": lambda: wer.add_excluded_application("x" * 300),
    "supported": lambda: [wer.supported("WerStoreOpen"), wer.supported("WerReportCreate")],
}


def assert_nothing_is_kept(call, times=100):
    """After a few tries, for Python fills caches of its own first, as many calls leave no more blocks of memory."""
    counts = []
    for _ in range(12):
        for _ in range(times):
            with contextlib.suppress(Exception):  # the refusals are among what is measured
                call()
        gc.collect()
        counts.append(sys.getallocatedblocks())
        if len(counts) > 1 and counts[-1] - counts[-2] < 10:
            return
    pytest.fail(f"after each {times} calls Python has more blocks: {counts}")


@pytest.mark.parametrize("name", REPORT_CALLS)
def test_of_a_report(name, standin):
    call = REPORT_CALLS[name]
    with wer.Report("WerTests.Event") as report:
        assert_nothing_is_kept(lambda: call(report))


@pytest.mark.parametrize("name", OTHER_CALLS)
def test_of_the_rest(name, standin):
    assert_nothing_is_kept(OTHER_CALLS[name], 20 if "submitted" in name else 100)


@pytest.mark.parametrize(
    "function", ["WerReportSetParameter", "WerReportAddFile", "WerReportAddDump", "WerReportSubmit"]
)
def test_of_a_call_that_wer_refuses(function, standin):
    standin.answer(function, FAILED)
    calls = {
        "WerReportSetParameter": lambda: report.set_parameter(0, "x"),
        "WerReportAddFile": lambda: report.add_file(__file__),
        "WerReportAddDump": lambda: report.add_dump(process=Handle(-1), flags=1),
        "WerReportSubmit": lambda: report.submit(wer.Consent.NOT_ASKED),
    }
    with wer.Report("WerTests.Event") as report:
        assert_nothing_is_kept(calls[function])


def test_arguments_keep_their_references(standin):
    text, path = "".join(["Spoo", "ler"]), os.path.abspath("".join(["no such", " file"]))
    handle, exception = Handle(-1), wer.ExceptionInformation(1 << 20)
    options = wer.DumpOptions(only_this_thread=True)
    given = text, path, handle, exception, options, Handle, wer.Consent.NOT_ASKED

    def calls():
        with wer.Report(text, application_name=text, process=handle) as report:
            report.set_parameter(0, text, text)
            report.set_parameter(value=text, index=1)
            with contextlib.suppress(OSError):
                report.add_file(path)
            report.add_dump(wer.DumpType.NONE, handle, Handle(-2), exception, options)
            report.submit(wer.Consent.NOT_ASKED)
        wer.ReportTemplate(text, consent=wer.Consent.NOT_ASKED).set_parameter(0, text)
        with wer.register_custom_metadata(text, text):
            pass
        with contextlib.suppress(OSError), wer.Store(wer.StoreType.USER_QUEUE) as store:
            store.upload(text)

    calls()
    gc.collect()
    before = [sys.getrefcount(value) for value in given]
    for _ in range(20):
        calls()
    gc.collect()
    assert [sys.getrefcount(value) for value in given] == before
