"""Threads: every WER call releases the GIL, and a report takes one call at a time.

"Blocked" means that the stand-in holds the call inside WER until the test lets it go.
"""

import contextlib
import gc
import threading
import weakref

import pytest

import wer

CALLS = {
    "WerReportCreate": lambda report: wer.Report("WerTests.Other").close(),
    "WerReportSetParameter": lambda report: report.set_parameter(0, "value"),
    "WerReportSetUIOption": lambda report: report.set_ui_option(wer.ReportUI.CLOSE_TEXT, "text"),
    "WerReportAddFile": lambda report: report.add_file(__file__),
    "WerReportAddDump": lambda report: report.add_dump(wer.DumpType.NONE),
    "WerReportSubmit": lambda report: report.submit(wer.Consent.DENIED),
    "WerReportCloseHandle": lambda report: report.close(),
    "WerAddExcludedApplication": lambda report: wer.add_excluded_application("wer-tests.exe"),
    "WerRemoveExcludedApplication": lambda report: wer.remove_excluded_application("wer-tests.exe"),
}
ON_A_REPORT = [name for name in CALLS if name != "WerReportCreate" and "Excluded" not in name]
SECONDS = 30


@pytest.fixture(autouse=True)
def _no_setting_changes(standin):
    for function in ("WerAddExcludedApplication", "WerRemoveExcludedApplication"):
        standin.answer(function, 0)


@pytest.mark.parametrize("function", CALLS)
def test_the_gil_is_released(function, report, standin, pool):
    """This thread runs Python while the other one is inside WER."""
    with standin.block(function) as blocked:
        call = pool.submit(CALLS[function], report)
        blocked.wait_until_entered()
        assert sum(range(1000)) == 499500
        assert not call.done()
        blocked.release()
        call.result(SECONDS)


@pytest.mark.parametrize("function", ON_A_REPORT)
def test_an_overlapping_call_is_refused(function, report, standin, pool):
    """Whatever overlaps whatever: it never reaches WER, and it disturbs neither the first call nor the next."""
    with standin.block(function) as blocked:
        first = pool.submit(CALLS[function], report)
        blocked.wait_until_entered()
        before = {name: standin.count(name) for name in ON_A_REPORT}
        for name in ON_A_REPORT:
            with pytest.raises(RuntimeError, match="another call on this report is still running"):
                CALLS[name](report)
        assert {name: standin.count(name) for name in ON_A_REPORT} == before
        blocked.release()
        first.result(SECONDS)
    if function not in ("WerReportSubmit", "WerReportCloseHandle"):
        report.set_parameter(0, "works again")


def test_leaving_with_during_a_call_is_refused_and_the_report_stays_open(standin, pool):
    report = wer.Report("WerTests.Event")
    with standin.block("WerReportSetParameter") as blocked:
        call = pool.submit(report.set_parameter, 0, "value")
        blocked.wait_until_entered()
        with pytest.raises(RuntimeError, match="still running: close it afterwards"), report:
            pass
        assert not report.closed
        blocked.release()
        call.result(SECONDS)
    report.close()
    assert standin.count("WerReportCloseHandle") == 1


def test_leaving_with_during_a_call_because_of_an_error(standin, pool):
    """Both are to be seen: the error that ended the block, and that the report could not be closed."""
    report = wer.Report("WerTests.Event")
    with standin.block("WerReportSetParameter") as blocked:
        call = pool.submit(report.set_parameter, 0, "value")
        blocked.wait_until_entered()
        with pytest.raises(RuntimeError, match="close it afterwards") as caught, report:
            raise KeyError("the first one")
        assert isinstance(caught.value.__context__, KeyError)
        blocked.release()
        call.result(SECONDS)
    report.close()


def test_the_properties_can_be_read_during_a_call(report, standin, pool):
    with standin.block("WerReportSetParameter") as blocked:
        call = pool.submit(report.set_parameter, 0, "value")
        blocked.wait_until_entered()
        assert not report.closed
        assert f"{report.handle:#x}" in repr(report)
        blocked.release()
        call.result(SECONDS)


def test_while_it_closes_a_report_counts_as_closed(standin, pool):
    report = wer.Report("WerTests.Event")
    with standin.block("WerReportCloseHandle") as blocked:
        closing = pool.submit(report.close)
        blocked.wait_until_entered()
        assert report.closed
        with pytest.raises(RuntimeError, match="another call on this report is still running"):
            report.set_parameter(0, "value")
        blocked.release()
        closing.result(SECONDS)
    with pytest.raises(ValueError, match="the report is closed"):
        report.set_parameter(0, "value")


def test_a_refused_argument_does_not_keep_the_report_busy(report):
    with pytest.raises(ValueError, match="index"):
        report.set_parameter(10, "value")
    with pytest.raises(ProcessLookupError):
        report.add_dump(pid=0xFFFFFFFC)
    report.set_parameter(0, "value")


def test_a_gap_does_not_keep_the_report_busy(report, standin):
    report.set_parameter(1, "value")
    with pytest.raises(ValueError, match="gap"):
        report.submit(wer.Consent.NOT_ASKED)
    report.set_parameter(0, "value")


def test_different_reports_do_not_wait_for_each_other(report, standin, pool):
    with standin.block("WerReportSubmit") as blocked:
        call = pool.submit(report.submit, wer.Consent.DENIED)
        blocked.wait_until_entered()
        with wer.Report("WerTests.Other") as other:
            other.set_parameter(0, "value")
            assert other.submit(wer.Consent.NOT_ASKED) is wer.SubmitResult.QUEUED
        assert not call.done()
        blocked.release()
        assert call.result(SECONDS) is wer.SubmitResult.CANCELLED


def test_two_calls_inside_wer_at_once(standin, pool):
    with (
        wer.Report("WerTests.One") as one,
        wer.Report("WerTests.Two") as two,
        standin.block("WerReportSetParameter") as parameter,
        standin.block("WerReportSetUIOption") as option,
    ):
        first = pool.submit(one.set_parameter, 0, "value")
        second = pool.submit(two.set_ui_option, 1, "text")
        parameter.wait_until_entered()
        option.wait_until_entered()
        option.release()
        second.result(SECONDS)
        assert not first.done()
        parameter.release()
        first.result(SECONDS)


def test_a_report_that_nobody_else_holds_lives_until_its_call_is_over(standin, pool):
    report = wer.Report("WerTests.Event")
    gone = weakref.ref(report)
    with standin.block("WerReportSubmit") as blocked:
        call = pool.submit(report.submit, wer.Consent.DENIED)
        blocked.wait_until_entered()
        del report
        gc.collect()
        assert gone() is not None
        assert standin.count("WerReportCloseHandle") == 0
        blocked.release()
        assert call.result(SECONDS) is wer.SubmitResult.CANCELLED
    del call
    pool.shutdown()  # a thread of the pool lets go of its work a moment after the result is there
    gc.collect()
    assert gone() is None
    assert standin.count("WerReportCloseHandle") == 1


def test_collection_releases_the_gil(standin, pool):
    reports = [wer.Report("WerTests.Event")]
    with standin.block("WerReportCloseHandle") as blocked:
        call = pool.submit(reports.clear)
        blocked.wait_until_entered()
        assert not call.done()
        blocked.release()
        call.result(SECONDS)


def test_many_threads_and_one_report(standin):
    """However they meet, a call either works or is refused; none is lost, none comes after the close."""
    report = wer.Report("WerTests.Event")
    outcomes = []
    together = threading.Barrier(4)

    def work():
        together.wait(SECONDS)
        for number in range(200):
            try:
                report.set_parameter(number % 10, "value")
            except RuntimeError:
                outcomes.append("refused")
            else:
                outcomes.append("done")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    report.close()
    assert len(outcomes) == 800
    assert outcomes.count("done") == standin.count("WerReportSetParameter")
    assert standin.count("WerReportCloseHandle") == 1


def test_many_threads_close_one_report(standin):
    """The handle is freed once, whoever is first."""
    for _ in range(20):
        report = wer.Report("WerTests.Event")
        together = threading.Barrier(4)

        def close(report=report, together=together):
            together.wait(SECONDS)
            with contextlib.suppress(RuntimeError):
                report.close()

        threads = [threading.Thread(target=close) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(SECONDS)
    assert standin.count("WerReportCloseHandle") == 20
    assert {call.hr for call in standin.calls("WerReportCloseHandle")} == {"0x00000000"}
