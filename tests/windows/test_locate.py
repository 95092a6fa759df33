"""`wer.service.locate` with what the stand-in keeps."""

import threading
import uuid

import pytest

import wer
from wer.service import LocateStatus, RecordedReport, list_stores, locate

QUEUE, ARCHIVE = wer.StoreType.MACHINE_QUEUE, wer.StoreType.MACHINE_ARCHIVE


def file_report(consent=wer.Consent.NOT_ASKED, **options):
    with RecordedReport("WerTests.Located", **options) as report:
        report.set_parameter(0, "4.2.1", "Version")
        report.set_parameter(1, "")
        report.set_parameter(2, "€ 😀")
        report.submit(consent)
    return report


def test_it_is_found_by_its_identity(standin):
    reports = [file_report(application_identity=uuid.uuid4().bytes) for _ in range(3)]
    folders = {str(folder) for folder in standin.reports()}
    found = [locate(report, timeout=10) for report in reports]
    assert all(one.by_identity for one in found)
    assert {one.key for one in found} == {one.path for one in found} == folders
    for one in found:
        assert one.store_type is QUEUE
        assert one.report_id == wer.read_report(one.path).report_id
        assert one.bucket is None


def test_it_is_found_by_what_is_new(standin):
    file_report()
    before = list_stores()
    report = file_report()
    found = locate(report, before, timeout=10)
    assert (found.status, found.by_identity) == (LocateStatus.FOUND, False)
    assert found.path in {str(folder) for folder in standin.reports()}
    file_report()
    again = locate(report, before, timeout=10)
    assert (again.status, len(again.candidates)) == (LocateStatus.ONE_OF_SEVERAL, 2)


@pytest.mark.parametrize("scope", ["user", "machine"])
@pytest.mark.parametrize("online", [False, True])
def test_in_every_store(standin, scope, online):
    standin.control(f"scope {scope}", "server online" if online else "server offline")
    try:
        before = list_stores()
        report = file_report(wer.Consent.APPROVED)
        assert report.result is (wer.SubmitResult.UPLOADED if online else wer.SubmitResult.QUEUED)
        found = locate(report, before, timeout=10)
    finally:
        standin.control("scope machine", "server offline")
    assert found.store_type is wer.StoreType[f"{scope}_{'archive' if online else 'queue'}".upper()]


def test_one_that_comes_later(standin):
    identity = uuid.uuid4().bytes
    report = file_report(wer.Consent.APPROVED, application_identity=identity)
    [folder] = standin.reports()
    hidden = folder.parent.parent / folder.name
    folder.rename(hidden)
    timer = threading.Timer(0.3, lambda: hidden.rename(folder))
    timer.start()
    found = locate(report, timeout=30)
    timer.join()
    assert (found.path, found.by_identity) == (str(folder), True)


def test_a_store_that_may_not_be_opened(standin):
    standin.answer("WerStoreOpen", "0x80070005")
    found = locate(file_report(), list_stores(), timeout=0.1)
    assert (found.status, found.hidden) == (LocateStatus.NOT_VISIBLE, tuple(wer.StoreType))


def test_a_report_that_was_not_kept(standin):
    before = list_stores()
    report = file_report(wer.Consent.DENIED)
    assert report.result is wer.SubmitResult.CANCELLED
    assert locate(report, before, timeout=60).status is LocateStatus.NOT_FOUND
