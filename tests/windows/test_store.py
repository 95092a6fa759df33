"""The report store, on the stand-in: what submission put there comes back as typed objects."""

import contextlib
import datetime
import gc
import os
import re
import tracemalloc
import uuid
import weakref

import pytest
from calls import STORE_METHODS as STORE_CALLS

import wer

QUEUE = wer.StoreType.MACHINE_QUEUE
NO_MORE_FILES = 0x80070012


def file_report(event="WerTests.Stored", **arguments):
    with wer.Report(event, **arguments) as report:
        report.set_parameter(0, "4.2.1", "Version")
        report.set_parameter(1, "")
        report.set_parameter(2, "€ 😀", "Price")
        report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)


@pytest.fixture
def store(standin):
    with wer.Store(QUEUE) as store:
        yield store


def test_a_report_comes_back(standin, tmp_path):
    attachment = tmp_path / "spooler.log"
    attachment.write_text("three jobs")
    before = datetime.datetime.now(datetime.UTC)
    with wer.Report(
        "WerTests.Stored", application_name="Spooler", friendly_event_name="Stuck", description="All of it"
    ) as report:
        report.set_parameter(0, "4.2.1", "Version")
        report.set_parameter(1, "")
        report.set_parameter(2, "€ 😀", "Price")
        report.add_file(attachment)
        report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)
    with wer.Store(QUEUE) as store:
        [stored] = store
    [folder] = standin.reports()
    assert type(stored) is wer.StoredReport
    assert stored.key == str(folder)
    assert stored.event_type == "WerTests.Stored"
    assert stored.signature == (
        wer.SignatureParameter(0, "Version", "4.2.1"),
        wer.SignatureParameter(1, "P1", "") if stored.signature[1].name else wer.SignatureParameter(1),
        wer.SignatureParameter(2, "Price", "€ 😀"),
    )
    assert abs(stored.created - before) < datetime.timedelta(minutes=5)
    assert stored.created.tzinfo is datetime.UTC
    assert isinstance(stored.report_id, uuid.UUID)
    assert isinstance(stored.bucket_id, uuid.UUID)
    assert {file.name for file in stored.files} >= {"spooler.log"}
    assert stored.size == sum(path.stat().st_size for path in folder.iterdir())
    assert (stored.application_name, stored.friendly_event_name, stored.description) == (
        "Spooler",
        "Stuck",
        "All of it",
    )


def test_the_file_says_the_same(store):
    file_report()
    [stored] = store
    read = wer.read_report(stored.key)
    for field in ("key", "event_type", "signature", "created", "report_id", "friendly_event_name"):
        assert getattr(read, field) == getattr(stored, field), field


def test_what_a_report_of_the_store_means(store):
    with wer.Report("BEX64") as report:
        for index, value in enumerate(
            ["a.exe", "1.0", "59e535ea", "b.dll", "2.0", "59e535ea", "1a2b", "c0000409", "7"]
        ):
            report.set_parameter(index, value, f"Parameter {index}")
        report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)
    [stored] = store
    for found in (stored, wer.read_report(stored.key)):
        assert (found.exception_code, found.exception_offset, found.exception_data) == (0xC0000409, 0x1A2B, 7)
        assert (found.fault_module, found.fault_module_version) == ("b.dll", "2.0")
        assert found.application_link_time == datetime.datetime(2017, 10, 16, 22, 42, 50, tzinfo=datetime.UTC)
    assert stored.os_version is None
    assert found.os_version[:2] == (10, 0)


@pytest.mark.parametrize("time", [2650467744000000000, 2**63, 2**64 - 1])
def test_an_absurd_time_does_not_hide_the_reports_behind_it(store, standin, time):
    """Any program can write such a file into the store."""
    for number in range(3):
        file_report(f"WerTests.Number{number}")
    path = standin.reports()[1] / "Report.wer"
    text = re.sub(r"EventTime=\d+", f"EventTime={time}", path.read_text(encoding="utf-16"))
    path.write_text(text, encoding="utf-16", newline="")
    reports = {report.key: report for report in store}
    assert set(reports) == {str(folder) for folder in standin.reports()}
    for key, report in reports.items():
        assert report.event_type.startswith("WerTests.Number")
        assert (report.created is None) == (key == str(path.parent))


@pytest.mark.parametrize("number", [0, 1, 5])
def test_every_report_is_there_once(store, standin, number):
    for _ in range(number):
        file_report()
    assert sorted(report.key for report in store) == [str(folder) for folder in standin.reports()]
    assert store.count() == number
    assert store.size_on_disk() == sum(path.stat().st_size for folder in standin.reports() for path in folder.iterdir())


@pytest.mark.parametrize("end", [18, NO_MORE_FILES], ids=hex)
def test_the_end_in_either_form(store, standin, end):
    """The pages name ERROR_NO_MORE_FILES and do not say whether it is an HRESULT."""
    file_report()
    standin.control(f"endofdata {end}")
    try:
        assert len(list(store)) == 1
    finally:
        standin.control(f"endofdata {NO_MORE_FILES}")


@pytest.mark.parametrize("function", ["WerStoreGetFirstReportKey", "WerStoreGetNextReportKey"])
def test_a_success_without_a_key_is_the_end(function, store, standin):
    file_report()
    file_report()
    standin.answer(function, 0, nth=1)
    assert len(list(store)) == (0 if function == "WerStoreGetFirstReportKey" else 1)


def test_iteration_is_lazy(store, standin):
    for _ in range(3):
        file_report()
    reports = iter(store)
    assert standin.count("WerStoreGetFirstReportKey") == 0
    next(reports)
    assert standin.count("WerStoreGetFirstReportKey") == 1
    assert standin.count("WerStoreGetNextReportKey") == 0


def test_an_iteration_that_has_ended_stays_so(store):
    reports = iter(store)
    assert list(reports) == []
    file_report()
    assert list(reports) == []
    assert len(list(store)) == 1


def test_a_new_iteration_ends_the_one_before(store):
    for _ in range(3):
        file_report()
    first = iter(store)
    next(first)
    assert len(list(store)) == 3
    with pytest.raises(RuntimeError, match="newer iteration"):
        next(first)


def test_a_report_that_may_not_be_read(store, standin):
    """Protected ones exist: their key is known, and nothing else."""
    file_report()
    standin.answer("WerStoreQueryReportMetadataV3", 0x80070005)
    [stored] = store
    assert stored.key == str(standin.reports()[0])
    assert (stored.event_type, stored.size, stored.files) == (None, None, None)


@pytest.mark.parametrize("gone", [0x80070002, 0x80070003], ids=hex)
def test_a_report_that_has_gone_meanwhile(store, standin, gone):
    file_report()
    file_report()
    standin.answer("WerStoreQueryReportMetadataV3", gone, nth=1)
    assert len(list(store)) == 1


@pytest.mark.parametrize("hresult", [0x80070057, 0x80004005, 0x8007000E], ids=hex)
@pytest.mark.parametrize("function", STORE_CALLS)
def test_failures_are_wer_errors(store, standin, function, hresult):
    file_report()
    standin.answer(function, hresult)
    with pytest.raises(wer.WerError) as caught:
        STORE_CALLS[function](store)
    assert (caught.value.function, caught.value.hresult & 0xFFFFFFFF) == (function, hresult)


def test_a_raw_win32_code_is_no_success(store, standin):
    standin.answer("WerStoreGetReportCount", 5)
    with pytest.raises(wer.WerError) as caught:
        store.count()
    assert caught.value.hresult == wer.HResult.E_ACCESSDENIED


def test_iteration_goes_on_behind_a_failure(store, standin):
    for _ in range(3):
        file_report()
    standin.answer("WerStoreQueryReportMetadataV3", 0x80004005, nth=1)
    reports = iter(store)
    with pytest.raises(wer.WerError):
        next(reports)
    assert len(list(reports)) == 2


def test_opening_may_fail(standin):
    standin.answer("WerStoreOpen", 0x80070057)
    with pytest.raises(wer.WerError, match="WerStoreOpen failed with 0x80070057"):
        wer.Store(QUEUE)


def test_close_may_be_repeated(standin):
    store = wer.Store(QUEUE)
    assert not store.closed
    store.close()
    store.close()
    assert store.closed
    assert "closed" in repr(store)
    assert standin.count("WerStoreClose") == 1


def test_a_store_is_closed_when_it_is_collected(standin):
    store = wer.Store(QUEUE)
    reference = weakref.ref(store)
    del store
    gc.collect()
    assert reference() is None
    assert standin.count("WerStoreClose") == 1


def test_an_iteration_keeps_its_store(standin):
    file_report()
    assert len(list(iter(wer.Store(QUEUE)))) == 1


def test_two_threads_in_init_open_one_store(standin, pool):
    store = wer.Store.__new__(wer.Store)
    with standin.block("WerStoreOpen") as blocked:
        first = pool.submit(store.__init__, QUEUE)
        blocked.wait_until_entered()
        with pytest.raises(RuntimeError, match="already been opened"):
            store.__init__(QUEUE)
        blocked.release()
        first.result(30)
    store.close()
    assert standin.count("WerStoreOpen") == 1


def test_opening_may_be_tried_again(standin):
    store = wer.Store.__new__(wer.Store)
    standin.answer("WerStoreOpen", 0x80070005, nth=1)
    with pytest.raises(wer.WerError):
        store.__init__(QUEUE)
    store.__init__(QUEUE)
    store.close()


class TestUpload:
    def test_offline_it_stays(self, store, standin):
        file_report()
        [stored] = store
        assert store.upload(stored) is not wer.SubmitResult.UPLOADED
        assert standin.count("WerStoreUploadReport") == 1

    def test_online_it_leaves_the_queue(self, store, standin):
        file_report()
        [stored] = store
        standin.control("server online")
        assert store.upload(stored.key, wer.SubmitFlags.BYPASS_DATA_THROTTLING) is wer.SubmitResult.UPLOADED
        assert list(store) == []
        call = standin.call("WerStoreUploadReport")
        assert call.args["pszReportKey"] == stored.key
        assert call.args["dwFlags"] == wer.SubmitFlags.BYPASS_DATA_THROTTLING


def test_nothing_is_uploaded_or_purged_by_reading(store, standin):
    file_report()
    list(store)
    store.count()
    store.size_on_disk()
    assert standin.count("WerStoreUploadReport") == standin.count("WerStorePurge") == 0
    assert len(standin.reports()) == 1


def test_purge(store, standin):
    file_report()
    wer.purge_reports()
    assert standin.reports() == []
    assert list(store) == []


def test_purge_may_fail(standin):
    standin.answer("WerStorePurge", 0x80070005)
    with pytest.raises(wer.WerError, match="WerStorePurge failed"):
        wer.purge_reports()


@pytest.mark.parametrize("function", ["WerStoreGetReportCount", "WerStoreGetSizeOnDisk", "WerStoreUploadReport"])
def test_other_threads_run_and_calls_do_not_overlap(store, standin, pool, function):
    with standin.block(function) as blocked:
        call = pool.submit(STORE_CALLS[function], store)
        blocked.wait_until_entered()
        with pytest.raises(RuntimeError, match="one call at a time"):
            store.count()
        with pytest.raises(RuntimeError, match="close it afterwards"):
            store.close()
        blocked.release()
        with contextlib.suppress(wer.WerError):  # "key" is no report; what matters is that the call came back
            call.result(30)


@pytest.mark.parametrize(
    "function", ["WerStoreGetFirstReportKey", "WerStoreGetNextReportKey", "WerStoreQueryReportMetadataV3"]
)
def test_other_threads_run_while_a_report_is_read(store, standin, pool, function):
    file_report()
    file_report()
    reports = iter(store)
    if function == "WerStoreGetNextReportKey":
        next(reports)
    with standin.block(function) as blocked:
        step = pool.submit(next, reports)
        blocked.wait_until_entered()
        with pytest.raises(RuntimeError, match="one call at a time"):
            next(reports)
        blocked.release()
        assert isinstance(step.result(30), wer.StoredReport)


def test_a_key_that_is_no_text():
    """The class around it has seen to that; the extension does so, too."""
    from wer import _werapi

    with pytest.raises(TypeError, match="report must be a str, got int"):
        _werapi.HeldStore().upload(1, 0)


def test_a_thousand_reports(store, standin, tmp_path):
    """Memory stays flat: nothing is kept of a report that nobody keeps. (10,000 were tried by hand.)"""
    file_report()
    [sample] = standin.reports()
    text = (sample / "Report.wer").read_bytes()
    for number in range(999):
        folder = sample.with_name(f"NonCritical_{number:04}")
        folder.mkdir()
        (folder / "Report.wer").write_bytes(text)
    reports = iter(store)
    for _ in range(100):
        next(reports)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        rest = sum(1 for _ in reports)
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert rest == 900
    assert kept < 10_000


def test_the_names_of_a_report_s_files_are_freed(store, standin, faults, tmp_path):
    """Which are in no memory of Python's."""
    from wer import _werapi

    (tmp_path / "some.log").touch()
    with wer.Report("WerTests.Stored") as report:
        report.add_file(tmp_path / "some.log")
        report.submit(wer.Consent.NOT_ASKED)
    module = os.path.basename(_werapi.__file__)
    calls = {}
    for function in ("calloc", "free"):
        faults.patch(module, function, 0, 0)
        try:
            _, error, calls[function], _ = faults.call(lambda: list(store), 0, 0)
        finally:
            faults.unpatch()
        assert error is None
    # Of the report: what was before there was room, which is nothing, and then that. Of the end: nothing.
    assert calls == {"calloc": 1, "free": 3}


SHOW_ONE = """
import wer
[report] = wer.Store(wer.StoreType.MACHINE_QUEUE)
names = report.files and report.files[0].name
print(report.event_type, names, report.cab_id is None, report.application_name is None)
"""


@pytest.mark.parametrize(
    ("missing", "files", "unknown"),
    [
        ([], "some.log", [False, False]),
        (["V3"], "some.log", [False, True]),
        (["V3", "V2"], None, [True, True]),
    ],
    ids=["V3", "V2", "V1"],
)
def test_what_older_metadata_does_not_tell_is_unknown(standin, monkeypatch, without, missing, files, unknown, tmp_path):
    monkeypatch.setenv("WER_STANDIN", f'store "{standin.store}"')
    (tmp_path / "some.log").touch()
    with wer.Report("WerTests.Older") as report:
        report.add_file(tmp_path / "some.log")
        report.submit(wer.Consent.NOT_ASKED)
    [line] = without([f"WerStoreQueryReportMetadata{version}" for version in missing], SHOW_ONE)
    assert line.split() == ["WerTests.Older", *map(str, (files, *unknown))]


CALL_EACH = """
import wer
for call in (
    lambda: wer.Store(0),
    lambda: wer.purge_reports(),
):
    try:
        call()
    except NotImplementedError as error:
        print(error)
print(wer.supported("WerStoreOpen"), wer.supported("WerReportAddDump"))
"""


def test_an_older_windows_has_no_store(standin, without):
    assert without(["WerStoreOpen", "WerStorePurge"], CALL_EACH) == [
        "this Windows does not have WerStoreOpen; it came with Windows 10 version 1703",
        "this Windows does not have WerStorePurge; it came with Windows 10 version 1703 (SDK)",
        "False True",
    ]


ITERATE = """
import wer
store = wer.Store(wer.StoreType.MACHINE_QUEUE)
try:
    iter(store)
except NotImplementedError as error:
    print(error)
store.close()
print(store.closed)
"""


def test_a_store_that_cannot_be_read_can_be_closed(standin, without):
    assert without(["WerStoreGetFirstReportKey"], ITERATE) == [
        "this Windows does not have WerStoreGetFirstReportKey; it came with Windows 10 version 1703",
        "True",
    ]


READ = """
import wer
try:
    list(wer.Store(wer.StoreType.MACHINE_QUEUE))
except NotImplementedError as error:
    print(error)
"""


def test_a_store_whose_reports_cannot_be_read(standin, without, monkeypatch):
    monkeypatch.setenv("WER_STANDIN", f'store "{standin.store}"')
    with wer.Report("WerTests.Older") as report:
        report.submit(wer.Consent.NOT_ASKED)
    [line] = without([f"WerStoreQueryReportMetadataV{version}" for version in (1, 2, 3)], READ)
    assert line.startswith("this Windows does not have WerStoreQueryReportMetadata")


ASK = """
import wer
with wer.Store(wer.StoreType.MACHINE_QUEUE) as store:
    for call in (store.count, store.size_on_disk, lambda: store.upload("some report")):
        try:
            call()
        except NotImplementedError as error:
            print(error)
"""


def test_a_store_that_cannot_be_asked(standin, without):
    missing = ["WerStoreGetReportCount", "WerStoreGetSizeOnDisk", "WerStoreUploadReport"]
    told = [line.split(";")[0] for line in without(missing, ASK)]
    assert told == [f"this Windows does not have {name}" for name in missing]


def test_supported(standin):
    assert wer.supported("WerReportAddDump") is True
    assert wer.supported("WerStoreOpen") is True
    with pytest.raises(ValueError, match="got 'WerNoSuchFunction'"):
        wer.supported("WerNoSuchFunction")
    with pytest.raises(TypeError, match="got int"):
        wer.supported(5)
