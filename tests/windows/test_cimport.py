"""A package that cimports `wer` (tests/cython), built as its own wheel against the wheel of `wer`."""

import gc
import os
import sys
import zipfile

import pytest

import wer

CONSUMER = os.environ.get("WERAPI_CONSUMER", "")
pytestmark = pytest.mark.skipif(not CONSUMER, reason="needs the Cython consumer, which dev.py compiles")


@pytest.fixture(scope="module")
def consumer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("consumer")
    with zipfile.ZipFile(CONSUMER) as wheel:
        wheel.extractall(folder)
    sys.path.insert(0, str(folder))
    try:
        import wer_consumer

        return wer_consumer
    finally:
        sys.path.remove(str(folder))


def test_a_report_in_c(consumer, standin):
    assert consumer.file_report("WerTests.Consumer") is wer.SubmitResult.QUEUED
    lines, _ = standin.report_wer()
    assert lines["EventType"] == "WerTests.Consumer"
    assert "minidump.mdmp" in standin.files()


def test_one_call_on_a_report(consumer, report, standin):
    consumer.add_dump(report)
    assert standin.call("WerReportAddDump").hr == "0x00000000"
    report.close()
    with pytest.raises(ValueError, match="the report is closed"):
        consumer.add_dump(report)


def test_an_overlapping_call_is_refused(consumer, report, standin, pool):
    with standin.block("WerReportAddDump") as blocked:
        call = pool.submit(consumer.add_dump, report)
        blocked.wait_until_entered()
        with pytest.raises(RuntimeError, match="another call on this report"):
            report.set_parameter(0, "value")
        blocked.release()
        call.result(30)
    report.set_parameter(0, "value")


def test_a_failure(consumer):
    with pytest.raises(wer.WerError, match="WerReportAddDump failed") as caught:
        consumer.fail()
    assert caught.value.hresult == 0x80004005 - 2**32


def test_an_object_around_a_handle(consumer, report):
    borrowed = consumer.around(report.handle, False)
    assert type(borrowed) is wer.Report
    borrowed.set_parameter(0, "value")
    borrowed.close()
    assert not report.closed
    report.set_parameter(1, "value")


def test_a_template(consumer):
    template = wer.ReportTemplate("WerTests.Consumer", consent=wer.Consent.NOT_ASKED)
    consumer.prepare(template, "value")
    with pytest.raises(OSError, match="WerReportSetParameter"):
        consumer.prepare(template, "x" * 260)


def test_no_reference_is_left(consumer, report):
    """Neither of what an object holds nor of the numbers that stand for addresses."""
    template = wer.ReportTemplate("WerTests.Consumer", consent=wer.Consent.NOT_ASKED)
    references = sys.getrefcount(template._held)
    for times in (100, 5000):
        gc.collect()
        blocks = sys.getallocatedblocks()
        for _ in range(times):
            consumer.prepare(template, "value")
            consumer.around(report.handle, False).close()
    gc.collect()
    assert sys.getallocatedblocks() - blocks < 2500
    assert sys.getrefcount(template._held) - references < 100


def test_it_links_nothing_of_wer():
    with zipfile.ZipFile(CONSUMER) as wheel:
        [name] = [name for name in wheel.namelist() if name.endswith(".pyd")]
        assert b"wer.dll" not in wheel.read(name).lower()
