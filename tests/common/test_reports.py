"""`wer.reports.list_reports`: four stores as one list, with a fake whose stores hold what a test puts there."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from stored import NOON, make_report, stored_report

import wer
from wer._store import _Iteration
from wer._store_contents import read_store
from wer.reports import StoreState, list_reports

USER_ARCHIVE, USER_QUEUE, MACHINE_ARCHIVE, MACHINE_QUEUE = wer.StoreType
DENIED, INVALID, FAIL = 0x80070005, 0x80070057, 0x80004005
V3 = "WerStoreQueryReportMetadataV3"


def keys(listing):
    return [entry.key for entry in listing.reports]


def test_all_stores_newest_first(fake):
    for hours, store in enumerate(wer.StoreType):
        fake.reports[store].append(stored_report(f"r{hours}", created=NOON - timedelta(hours=hours % 3)))
    fake.reports[USER_QUEUE].append(stored_report("without a time", created=None))
    listing = list_reports()
    assert keys(listing) == ["r3", "r0", "r1", "r2", "without a time"]
    assert [(store.store, store.state, store.reports, store.reason) for store in listing.stores] == [
        (store, StoreState.READ, 2 if store is USER_QUEUE else 1, "") for store in wer.StoreType
    ]
    assert (listing.complete, listing.untold, listing.left_out, listing.size) == (True, 0, 0, 500)


def test_what_an_entry_tells(fake):
    report = stored_report("C:\\WER\\ReportQueue\\AppCrash_python.exe_1")
    fake.reports[MACHINE_QUEUE].append(report)
    [entry] = list_reports().reports
    assert (entry.store, entry.event, entry.application) == (MACHINE_QUEUE, "APPCRASH", "python.exe")
    assert (entry.created, entry.size, entry.files, entry.report_id) == (NOON, 100, 1, report.report_id)
    assert (entry.folder, entry.told_by, entry.reason) == ("AppCrash_python.exe_1", "store", "")
    assert entry.report.signature == report.signature


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, "abc"),
        ({"stores": [MACHINE_QUEUE]}, "c"),
        ({"stores": [3, 3]}, "c"),
        ({"event": "appcrash"}, "ac"),
        ({"event": "App*"}, "abc"),
        ({"event": "App"}, ""),
        ({"application": "PYTHON.EXE"}, "ac"),
        ({"application": "?ython"}, "ac"),
        ({"application": "viewer*"}, "b"),
        ({"application": "[p]ython.exe"}, ""),
        ({"since": NOON - timedelta(hours=1)}, "ab"),
        ({"since": NOON + timedelta(seconds=1)}, ""),
        ({"since": (NOON - timedelta(hours=1)).astimezone()}, "ab"),
        ({"event": "appcrash", "since": NOON}, "a"),
        ({"most": 2}, "ab"),
        ({"most": 3}, "abc"),
    ],
)
def test_filters(fake, filters, found):
    fake.reports[USER_QUEUE].append(stored_report("a"))
    hour = timedelta(hours=1)
    fake.reports[USER_QUEUE].append(stored_report("b", "AppHangB1", NOON - hour, "viewer.exe", "Viewer"))
    fake.reports[MACHINE_QUEUE].append(stored_report("c", created=NOON - 2 * hour))
    listing = list_reports(**filters)
    assert "".join(keys(listing)) == found
    assert (listing.complete, listing.left_out) == (True, 1 if filters == {"most": 2} else 0)


def test_a_program_with_brackets_in_its_name(fake):
    """As browsers have named what they downloaded."""
    for name in ("setup[1].exe", "setup1.exe"):
        fake.reports[USER_QUEUE].append(stored_report(name, "APPCRASH", NOON, name, name))
    for pattern, found in (("Setup[1].exe", ["setup[1].exe"]), ("setup[*", ["setup[1].exe"]), ("setup[!2].exe", [])):
        assert keys(list_reports(application=pattern)) == found


@pytest.mark.parametrize(
    ("filters", "error", "text"),
    [
        ({"stores": [7]}, ValueError, "7"),
        ({"event": ""}, ValueError, "event is empty"),
        ({"application": b"x"}, TypeError, "application must be a str, got bytes"),
        ({"since": datetime(2026, 1, 1)}, ValueError, "since must have a time zone"),
        ({"most": 0}, ValueError, "most must be 1 or more, got 0"),
    ],
)
def test_arguments(fake, filters, error, text):
    with pytest.raises(error, match=text):
        list_reports(**filters)


def test_a_windows_without_stores(fake):
    fake.lack("WerStoreOpen")
    with pytest.raises(NotImplementedError, match="WerStoreOpen"):
        list_reports()


class TestHidden:
    def test_a_store_that_may_not_be_read_hides_no_other(self, fake):
        for store in wer.StoreType:
            fake.reports[store].append(stored_report(store.name))
        fake.fail("WerStoreOpen", DENIED, after=2)
        listing = list_reports()
        assert sorted(keys(listing)) == ["USER_ARCHIVE", "USER_QUEUE"]
        assert not listing.complete
        assert [store.state for store in listing.stores] == [*[StoreState.READ] * 2, *[StoreState.UNREADABLE] * 2]
        assert "0x80070005" in listing.stores[3].reason

    def test_a_users_store_that_is_not_there_hides_nothing(self, fake):
        """As others saw on Windows 11."""
        fake.fail("WerStoreOpen", INVALID, times=2)
        listing = list_reports()
        assert [store.state for store in listing.stores] == [*[StoreState.ABSENT] * 2, *[StoreState.READ] * 2]
        assert "seen by others, not documented" in listing.stores[0].reason
        assert listing.complete

    def test_of_a_machines_store_that_is_not_known(self, fake):
        fake.fail("WerStoreOpen", INVALID, after=2)
        assert list_reports().stores[2].state is StoreState.UNREADABLE

    def test_a_store_that_breaks_off(self, fake):
        fake.reports[USER_QUEUE] += [stored_report("a"), stored_report("b")]
        fake.fail("WerStoreGetNextReportKey", FAIL)
        listing = list_reports([USER_QUEUE])
        assert keys(listing) == ["a"]
        assert (listing.stores[0].state, listing.stores[0].reports) == (StoreState.UNREADABLE, 1)

    def test_what_is_no_report_has_no_key(self, fake, monkeypatch):
        """One with more file names than anybody needs."""
        fake.reports[USER_QUEUE] += [stored_report("a"), stored_report("b")]
        tell, told = _Iteration.__next__, []

        def once(iteration):
            told.append(1)
            if len(told) == 1:
                raise ValueError("too many file names")
            return tell(iteration)

        monkeypatch.setattr(_Iteration, "__next__", once)
        contents = read_store(USER_QUEUE)
        assert [key for key, _ in contents.unread] == [""]
        assert [report.key for report in contents.reports] == ["a", "b"]

    def test_one_report_hides_no_other(self, fake):
        fake.reports[USER_QUEUE] += [stored_report("a"), stored_report("b"), stored_report("c")]
        fake.fail(V3, FAIL, times=1, after=1)
        listing = list_reports([USER_QUEUE])
        assert sorted(keys(listing)) == ["a", "b", "c"]
        [unread] = [entry for entry in listing.reports if entry.event is None]
        assert (unread.key, unread.told_by, unread.created, unread.size) == ("b", "nothing", None, None)
        assert "0x80004005" in unread.reason
        assert (listing.stores[0].state, listing.stores[0].reports) == (StoreState.READ, 3)
        assert not listing.complete

    def test_a_report_that_may_not_be_read(self, fake):
        fake.reports[USER_QUEUE] += [stored_report("a"), wer.StoredReport(key="b", event_type=None)]
        listing = list_reports()
        assert listing.reports[1].reason == "this account may not read it"
        listing = list_reports(event="APPCRASH")
        assert (keys(listing), listing.untold, listing.complete) == (["a"], 1, False)
        listing = list_reports(since=NOON)
        assert (keys(listing), listing.untold) == (["a"], 1)

    def test_a_circle(self, fake, monkeypatch):
        monkeypatch.setattr("wer._store_contents._MOST", 10)
        fake.reports[USER_QUEUE] += [stored_report(str(number)) for number in range(11)]
        listing = list_reports([USER_QUEUE])
        assert len(listing.reports) == 10
        assert "more than 10 reports" in listing.stores[0].reason

    def test_whether_a_report_is_of_a_program(self, fake):
        """One that names none is of no program; of one that does not tell nobody knows."""
        names = {"application_path": None, "application_name": ""}
        fake.reports[USER_QUEUE] += [replace(stored_report("names none"), **names), stored_report("a")]
        listing = list_reports(application="python.exe")
        assert (keys(listing), listing.untold) == (["a"], 0)
        fake.lack(V3)  # as before Windows 10 version 1809
        listing = list_reports(application="python.exe")
        assert (keys(listing), listing.untold) == ([], 2)

    @pytest.mark.parametrize("unread", [1, 11])
    def test_a_circle_of_what_cannot_be_read(self, fake, monkeypatch, unread):
        monkeypatch.setattr("wer._store_contents._MOST", 10)
        fake.reports[USER_QUEUE] += [stored_report(str(number)) for number in range(11)]
        fake.fail(V3, FAIL, times=unread)
        listing = list_reports([USER_QUEUE])
        assert len(listing.reports) == 10
        assert len([entry for entry in listing.reports if entry.event is None]) == min(unread, 10)
        assert "more than 10 reports" in listing.stores[0].reason


class TestWithTheFile:
    def test_what_the_store_does_not_tell(self, fake, tmp_path):
        """As before Windows 10 version 1809, or where the store denies it."""
        old = make_report(tmp_path / "old")
        fake.reports[MACHINE_QUEUE].append(replace(old, application_name=None, application_path=None))
        fake.reports[MACHINE_QUEUE].append(wer.StoredReport(key=make_report(tmp_path / "b").key, event_type=None))
        fake.lack(V3)
        by_key = {entry.folder: entry for entry in list_reports().reports}
        assert by_key["old"].told_by == "store and file"
        assert by_key["old"].report.size == 100
        assert (by_key["b"].told_by, by_key["b"].reason) == ("file", "")
        for entry in by_key.values():
            assert (entry.application, entry.event, entry.created) == ("python.exe", "APPCRASH", NOON)

    def test_a_damaged_file_is_no_reason_to_fail(self, fake, tmp_path):
        report = make_report(tmp_path / "a", {"Report.wer": b"\0" * 100})
        fake.reports[MACHINE_QUEUE].append(wer.StoredReport(key=report.key, event_type=None))
        [entry] = list_reports().reports
        assert (entry.told_by, entry.reason) == ("nothing", "this account may not read it")


class TestWhileOthersChangeTheStore:
    def test_a_report_that_went_is_skipped(self, fake):
        fake.reports[USER_QUEUE] += [stored_report("a"), stored_report("b")]
        fake.fail(V3, 0x80070002, times=1)
        listing = list_reports()
        assert keys(listing) == ["b"]
        assert listing.complete

    def test_a_report_that_moved_is_there_once(self, fake, tmp_path):
        moved = stored_report(tmp_path / "queue" / "a")
        here = make_report(tmp_path / "archive" / "a", report_id=moved.report_id)
        both = [make_report(tmp_path / name, report_id=uuid.UUID(int=7)) for name in ("x", "y")]
        fake.reports[MACHINE_QUEUE] += [moved, both[0]]
        fake.reports[MACHINE_ARCHIVE] += [here, both[1]]
        assert sorted(keys(list_reports())) == sorted([here.key, *(report.key for report in both)])

    def test_of_those_that_are_all_gone_one_stays(self, fake, tmp_path):
        fake.reports[MACHINE_QUEUE] += [stored_report(tmp_path / name, report_id=uuid.UUID(int=7)) for name in "ab"]
        assert keys(list_reports()) == [str(tmp_path / "b")]


def test_finding(fake):
    report = stored_report("C:\\WER\\ReportQueue\\AppCrash_1")
    fake.reports[MACHINE_QUEUE] += [report, stored_report("C:\\WER\\ReportQueue\\AppCrash_2")]
    listing = list_reports()
    for name in (report.key, "c:/wer/reportqueue/APPCRASH_1/", "appcrash_1", str(report.report_id)):
        assert [entry.key for entry in listing.find(name)] == [report.key]
    fake.reports[MACHINE_QUEUE].append(stored_report("x", report_id=None))
    assert list_reports().find("AppCrash") == list_reports().find("") == []


def test_hostile_texts(fake):
    """Whatever is in a report, the list has it as it is."""
    fake.reports[USER_QUEUE].append(
        stored_report("\x1b[2J", "\u202eevil\0", datetime(1601, 1, 1, 0, 0, 1, tzinfo=UTC), "\x07.exe")
    )
    [entry] = list_reports(event="*evil*").reports
    assert entry.application == "\x07.exe"


def test_names():
    assert dir(wer.reports) == sorted(wer.reports.__all__)
    assert all(hasattr(wer.reports, name) for name in wer.reports.__all__)
