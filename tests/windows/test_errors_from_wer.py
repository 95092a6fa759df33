"""When WER refuses: what the error says, and in what state it leaves the report."""

import errno

import pytest

import wer

# HRESULT, what is in it as winerror and errno. The last one is nobody's.
CODES = {
    "E_FAIL": (0x80004005, None, errno.EIO),
    "E_ACCESSDENIED": (0x80070005, 5, errno.EACCES),
    "E_INVALIDARG": (0x80070057, 87, errno.EINVAL),
    "file not found": (0x80070002, 2, errno.ENOENT),
    "encrypted document": (0x80070032, 50, errno.EINVAL),
    "WER_E_LENGTH_EXCEEDED": (0x80070503, 1283, errno.EINVAL),
    "unknown": (0x8123ABCD, None, errno.EIO),
}
each_code = pytest.mark.parametrize("code", CODES)

# A call of each function.
CALLS = {
    "WerReportCreate": lambda report: wer.Report("WerTests.Other"),
    "WerReportSetParameter": lambda report: report.set_parameter(0, "value"),
    "WerReportSetUIOption": lambda report: report.set_ui_option(wer.ReportUI.CLOSE_TEXT, "text"),
    "WerReportAddFile": lambda report: report.add_file(__file__),
    "WerReportAddDump": lambda report: report.add_dump(),
    "WerReportSubmit": lambda report: report.submit(wer.Consent.NOT_ASKED),
    "WerReportCloseHandle": lambda report: report.close(),
    "WerAddExcludedApplication": lambda report: wer.add_excluded_application("spooler.exe"),
    "WerRemoveExcludedApplication": lambda report: wer.remove_excluded_application("spooler.exe"),
}
FILENAMES = {
    "WerReportAddFile": __file__,
    "WerAddExcludedApplication": "spooler.exe",
    "WerRemoveExcludedApplication": "spooler.exe",
}
ON_AN_OPEN_REPORT = [
    "WerReportSetParameter",
    "WerReportSetUIOption",
    "WerReportAddFile",
    "WerReportAddDump",
    "WerReportSubmit",
]


@pytest.fixture
def own_report(standin):
    """An open report that is freed behind the test's back, even if WER was told not to close it."""
    report = wer.Report("WerTests.Event")
    handle = report.handle
    yield report
    standin.control("reset")
    wer.Report.from_handle(handle, owned=True)  # collected at once; quiet if it is closed already


@each_code
@pytest.mark.parametrize("function", CALLS)
def test_what_the_error_says(function, code, own_report, standin):
    hresult, winerror, number = CODES[code]
    standin.answer(function, hresult)
    before = standin.count(function)
    with pytest.raises(wer.WerError) as caught:
        CALLS[function](own_report)
    assert standin.count(function) == before + 1, "no retries"
    error = caught.value
    assert error.function == function
    assert error.hresult == hresult - (1 << 32)
    assert error.winerror == winerror
    assert error.errno == number
    assert error.filename == FILENAMES.get(function)
    assert f"{function} failed with 0x{hresult:08X}" in str(error)
    assert FILENAMES.get(function, "") in str(error).replace(r"\\", "\\")
    assert isinstance(error, OSError)


@pytest.mark.parametrize("function", CALLS)
def test_windows_explains_a_code_that_wer_does_not(function, own_report, standin):
    standin.answer(function, 0x80070002)
    with pytest.raises(wer.WerError) as caught:
        CALLS[function](own_report)
    assert caught.value.strerror not in ("", "no description is known for this code")


@pytest.mark.parametrize("function", CALLS)
def test_proc_not_found_from_a_function_that_exists(function, own_report, standin):
    """Of one that wer.dll lacks the code says so (see test_loading.py); of one that it has, it is WER's answer."""
    standin.answer(function, 0x8007007F)
    with pytest.raises(wer.WerError, match="failed with 0x8007007F"):
        CALLS[function](own_report)


@pytest.mark.parametrize("function", [name for name in CALLS if name != "WerReportCreate"])
def test_any_success_is_a_success(function, own_report, standin):
    standin.answer(function, 1)  # S_FALSE
    CALLS[function](own_report)


@pytest.mark.parametrize("function", ON_AN_OPEN_REPORT)
def test_the_report_stays_usable(function, report, standin):
    standin.answer(function, 0x80004005, nth=1)
    with pytest.raises(wer.WerError):
        CALLS[function](report)
    assert not report.closed
    for name in ON_AN_OPEN_REPORT:  # submit comes last
        CALLS[name](report)
    assert standin.count(function) == 2
    assert len(standin.reports()) == 1


def test_a_parameter_that_was_refused_is_not_set(report, standin):
    report.set_parameter(0, "value")
    standin.answer("WerReportSetParameter", 0x80004005, nth=2)
    with pytest.raises(wer.WerError):
        report.set_parameter(1, "value")
    report.set_parameter(2, "value")
    with pytest.raises(ValueError, match="P0, P2 set, P1 not"):
        report.submit(wer.Consent.NOT_ASKED)


def test_a_report_that_could_not_be_created_is_closed(standin):
    standin.answer("WerReportCreate", 0x8007000E)
    report = wer.Report.__new__(wer.Report)
    with pytest.raises(wer.WerError):
        report.__init__("WerTests.Event")
    assert report.closed
    del report
    assert standin.count("WerReportCloseHandle") == 0, "there is no handle to free"


def test_a_report_that_could_not_be_created_may_be_tried_again(standin):
    standin.answer("WerReportCreate", 0x8007000E, nth=1)
    with pytest.raises(wer.WerError):
        wer.Report("WerTests.Event")
    wer.Report("WerTests.Event").close()


OPENS = {
    "WerReportCreate": lambda: wer.Report("WerTests.Other"),
    "WerStoreOpen": lambda: wer.Store(wer.StoreType.MACHINE_QUEUE),
    "PssCaptureSnapshot": lambda: wer.ProcessSnapshot(),
}


@pytest.mark.parametrize("function", OPENS)
def test_a_success_without_a_handle_is_none(function, standin):
    standin.answer(function, 0, nth=1)
    with pytest.raises(OSError, match="said that it succeeded and gave no handle") as caught:
        OPENS[function]()
    assert function in str(caught.value)
    OPENS[function]().close()


class TestClose:
    """A report counts as closed whatever WER says: trying again could free somebody else's handle."""

    @pytest.fixture(autouse=True)
    def refusal(self, standin):
        standin.answer("WerReportCloseHandle", 0x80004005)

    def test_close(self, own_report, standin):
        with pytest.raises(wer.WerError, match="WerReportCloseHandle failed"):
            own_report.close()
        assert own_report.closed
        own_report.close()
        assert standin.count("WerReportCloseHandle") == 1

    def test_leaving_with(self, own_report):
        with pytest.raises(wer.WerError, match="WerReportCloseHandle failed"), own_report:
            pass
        assert own_report.closed

    def test_leaving_with_because_of_an_error(self, own_report, standin):
        with pytest.raises(KeyError) as caught, own_report:
            raise KeyError
        assert caught.value.__context__ is None
        assert own_report.closed
        assert standin.count("WerReportCloseHandle") == 1


class TestHandles:
    """Kernel handles that a call opens are closed when WER refuses it, too."""

    def test_add_dump(self, report, standin, worker, leaked_handles):
        standin.answer("WerReportAddDump", 0x80004005)

        def dump():
            with pytest.raises(wer.WerError):
                report.add_dump(pid=worker.pid, tid=worker.tid)

        assert leaked_handles(dump) == set()

    def test_create(self, standin, worker, leaked_handles):
        standin.answer("WerReportCreate", 0x80004005)

        class Process:
            pid = worker.pid

        def create():
            with pytest.raises(wer.WerError):
                wer.Report("WerTests.Event", process=Process())

        assert leaked_handles(create) == set()

    def test_close(self, standin, worker, handle_is_open):
        class Process:
            pid = worker.pid

        report = wer.Report("WerTests.Event", process=Process())
        information = standin.call("WerReportCreate").struct("pReportInformation", "WER_REPORT_INFORMATION")
        number = report.handle
        standin.answer("WerReportCloseHandle", 0x80004005)
        assert handle_is_open(information["hProcess"])
        with pytest.raises(wer.WerError):
            report.close()
        assert not handle_is_open(information["hProcess"])
        standin.control("reset")
        wer.Report.from_handle(number, owned=True).close()


def test_a_stale_handle(standin):
    """Only the stand-in may be asked: Windows could use freed memory."""
    report = wer.Report.from_handle(0x57455201)
    with pytest.raises(wer.WerError) as caught:
        report.set_parameter(0, "value")
    assert caught.value.hresult == wer.HResult.E_HANDLE
    assert "the handle of the report, or of a process or thread, is not valid" in str(caught.value)


def test_a_file_that_does_not_exist(report, tmp_path):
    missing = tmp_path / "missing.log"
    with pytest.raises(wer.WerError) as caught:
        report.add_file(missing)
    assert (caught.value.winerror, caught.value.errno) == (2, errno.ENOENT)
    assert caught.value.filename == str(missing)


def test_the_file_is_named_as_wer_got_it(report, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(wer.WerError) as caught:
        report.add_file("missing.log")
    assert caught.value.filename == str(tmp_path / "missing.log")


@pytest.mark.parametrize(
    ("kind", "arguments", "function", "code"),
    [
        (wer.Report, ("WerTests.Again",), "WerReportCreate", 0x80004005),
        (wer.ProcessSnapshot, (), "PssCaptureSnapshot", 8),
    ],
)
def test_what_could_not_be_made_can_be_tried_again(kind, arguments, function, code, standin):
    made = kind.__new__(kind)
    standin.answer(function, code, nth=1)
    with pytest.raises(OSError, match=function):
        made.__init__(*arguments)
    made.__init__(*arguments)
    made.close()
