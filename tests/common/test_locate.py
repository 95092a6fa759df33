"""`wer.service.locate`: which report of the stores is ours, with a fake whose stores hold what a test puts there."""

import uuid
from dataclasses import replace

import pytest

import wer
import wer.testing
from wer.service import LocateStatus, RecordedReport, _locate, list_stores, locate

IDENTITY = bytes(range(16))
QUEUE, ARCHIVE = wer.StoreType.MACHINE_QUEUE, wer.StoreType.MACHINE_ARCHIVE
OURS = wer.StoredReport(
    key="ours",
    event_type="Spooler.Stuck",
    signature=(
        wer.SignatureParameter(0, "Version", "4.2.1"),
        wer.SignatureParameter(1),
        wer.SignatureParameter(2, "C", "x"),
    ),
    report_id=uuid.UUID(int=1),
    status=0,  # what is not None makes the fake's Windows one that tells all
    friendly_event_name="Stuck",
)
TWIN = replace(OURS, key="twin", report_id=uuid.UUID(int=2))
DENIED = 0x80070005


class Clock:
    """Time that passes only while somebody sleeps; things happen at their time."""

    def __init__(self):
        self.now = 100.0
        self.naps = []
        self.plan = []

    def at(self, second, action):
        self.plan.append((100.0 + second, action))

    def sleep(self, seconds):
        assert seconds > 0
        self.naps.append(seconds)
        self.now += seconds
        for due in [one for one in self.plan if one[0] <= self.now]:
            self.plan.remove(due)
            due[1]()


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(_locate, "monotonic", lambda: clock.now)
    monkeypatch.setattr(_locate, "sleep", clock.sleep)
    return clock


@pytest.fixture
def fake(clock):
    with wer.testing.FakeWer() as fake:
        yield fake


def submitted(**options):
    report = RecordedReport("Spooler.Stuck", **options)
    report.set_parameter(0, "4.2.1", "Version")
    report.set_parameter(1, "")
    report.set_parameter(2, "x")
    report.submit(wer.Consent.NOT_ASKED)
    report.close()
    return report


def write(folder, stored, identity):
    """A Report.wer for a report: what its key is from now on."""
    folder.mkdir()
    lines = ["EventType=Spooler.Stuck", f"ApplicationIdentity={identity}", "MetadataHash=1"]
    (folder / "Report.wer").write_bytes("\r\n".join(lines).encode("utf-16"))
    return replace(stored, key=str(folder))


def test_what_is_new_and_looks_like_it(fake, clock, tmp_path):
    ours = replace(OURS, key=str(tmp_path), bucket_id_string="b0", legacy_bucket_id=7)
    others = [
        replace(OURS, key="event", event_type="Spooler.Started"),
        replace(OURS, key="parameter", signature=OURS.signature[:1]),
        TWIN,
    ]
    fake.reports[ARCHIVE].append(others.pop())
    before = list_stores()
    fake.reports[QUEUE] += [*others, ours]
    found = locate(submitted(), before)
    assert (found.status, found.report.signature, found.store_type) == (LocateStatus.FOUND, OURS.signature, QUEUE)
    assert not found.by_identity
    assert (found.key, found.path, found.report_id) == (str(tmp_path), str(tmp_path), uuid.UUID(int=1))
    assert found.bucket == "b0"
    assert str(found) == f"found: MACHINE_QUEUE {tmp_path}"
    assert clock.naps == []


@pytest.mark.parametrize(
    ("fields", "bucket"),
    [({}, None), ({"bucket_id_string": "", "legacy_bucket_id": 0}, None), ({"legacy_bucket_id": 7}, "7")],
)
def test_a_bucket_is_the_servers(fake, fields, bucket):
    before = list_stores()
    fake.reports[QUEUE].append(replace(OURS, bucket_id=uuid.UUID(int=9), **fields))
    found = locate(submitted(), before)
    assert found.bucket == bucket
    assert found.path is None, "there is no such folder"


def test_one_of_several(fake):
    before = list_stores()
    fake.reports[QUEUE] += [OURS, TWIN]
    found = locate(submitted(), before)
    assert found.status is LocateStatus.ONE_OF_SEVERAL
    assert [(store_type, report.key) for store_type, report in found.candidates] == [(QUEUE, "ours"), (QUEUE, "twin")]
    assert (found.report, found.store_type, found.key, found.path, found.report_id, found.bucket) == (None,) * 6
    assert str(found) == "one of 2: MACHINE_QUEUE ours, MACHINE_QUEUE twin"


def test_one_that_moves_to_the_archive_is_the_same(fake):
    fake.reports[QUEUE].append(TWIN)
    before = list_stores()
    fake.reports[QUEUE].clear()
    fake.reports[QUEUE].append(OURS)
    fake.reports[ARCHIVE] += [replace(TWIN, key="twin, moved"), replace(OURS, key="ours, moved")]
    found = locate(submitted(), before)
    assert (found.status, found.report.report_id) == (LocateStatus.FOUND, OURS.report_id)


def test_by_the_identity(fake, clock, tmp_path):
    ours = write(tmp_path / "a", OURS, IDENTITY.hex().upper())
    twin = write(tmp_path / "b", TWIN, "00" * 16)
    older = write(tmp_path / "c", replace(OURS, report_id=uuid.UUID(int=3)), "FF" * 16)
    fake.reports[QUEUE] += [older, twin, ours]
    for before in (None, list_stores()):
        if before:
            fake.reports[QUEUE][:] = [older, replace(twin, key="new", report_id=None)]
            clock.at(0.5, lambda: fake.reports[ARCHIVE].append(ours))
            before = list_stores()
            fake.reports[QUEUE].append(twin)
        found = locate(submitted(application_identity=IDENTITY), before)
        assert (found.status, found.key, found.by_identity) == (LocateStatus.FOUND, ours.key, True)
    assert clock.naps, "it did not take the twin that came first"


def test_where_the_identity_does_not_come_back(fake, clock, tmp_path):
    before = list_stores()
    ours = write(tmp_path / "a", OURS, "AE" * 16)
    fake.reports[QUEUE].append(ours)
    found = locate(submitted(application_identity=IDENTITY), before, timeout=60)
    assert (found.status, found.key, found.by_identity) == (LocateStatus.FOUND, ours.key, False)
    assert 1 <= clock.now - 100 <= 2
    assert locate(submitted(application_identity=IDENTITY), timeout=2).status is LocateStatus.NOT_FOUND


def test_a_file_that_is_not_written_to_its_end_is_read_again(fake, clock, tmp_path):
    ours = write(tmp_path / "a", OURS, IDENTITY.hex().upper())
    path = tmp_path / "a" / "Report.wer"
    whole = path.read_bytes()
    path.write_bytes(whole[:40])
    clock.at(0.2, lambda: path.write_bytes(whole))
    fake.reports[QUEUE].append(ours)
    assert locate(submitted(application_identity=IDENTITY)).by_identity
    assert clock.naps == [0.05, 0.1, 0.2]


def test_it_waits_longer_and_longer(fake, clock):
    before = list_stores()
    clock.at(6, lambda: fake.reports[QUEUE].append(OURS))
    assert locate(submitted(), before, timeout=60).key == "ours"
    assert clock.naps == [0.05, 0.1, 0.2, 0.4, 0.8, 1, 1, 1, 1, 1]


def test_it_does_not_wait_longer_than_it_may(fake, clock):
    before = list_stores()
    found = locate(submitted(), before, timeout=3)
    assert (found.status, found.candidates, found.hidden) == (LocateStatus.NOT_FOUND, (), ())
    assert str(found) == "not found"
    assert clock.now == pytest.approx(103)
    clock.naps.clear()
    locate(submitted(), before, timeout=0)
    assert clock.naps == []


@pytest.mark.parametrize("result", ["DISABLED", "DISABLED_QUEUE", "CANCELLED"])
def test_it_does_not_wait_for_what_is_not_kept(fake, clock, result):
    fake.submit_result = wer.SubmitResult[result]
    assert locate(submitted(), list_stores()).status is LocateStatus.NOT_FOUND
    assert clock.naps == []


@pytest.mark.parametrize("code", [DENIED, 5], ids=hex)
def test_a_store_that_this_account_may_not_read(fake, code):
    fake.fail("WerStoreOpen", code)
    before = list_stores()
    assert before.reports == ()
    assert set(before.refused) == set(wer.StoreType)
    found = locate(submitted(), before, timeout=0)
    assert (found.status, found.hidden) == (LocateStatus.NOT_VISIBLE, tuple(wer.StoreType))
    assert str(found).startswith("not visible to this account: USER_ARCHIVE, USER_QUEUE, MACHINE_ARCHIVE, ")


def test_a_report_that_this_account_may_not_read(fake):
    old, new = (wer.StoredReport(key=key, event_type=None) for key in ("old", "new"))
    fake.reports[QUEUE].append(old)
    before = list_stores()
    assert locate(submitted(), before, timeout=0).status is LocateStatus.NOT_FOUND
    fake.reports[QUEUE].append(new)
    found = locate(submitted(), before, timeout=0)
    assert (found.status, found.hidden) == (LocateStatus.NOT_VISIBLE, (QUEUE,))


def test_what_is_visible_is_found_though_other_stores_are_not(fake):
    """As on Windows 11: a user gets E_INVALIDARG for a store that is not there yet, and none of the machine's."""
    fake.fail("WerStoreOpen", 0x80070057, times=1)
    before = list_stores()
    first = wer.StoreType.USER_ARCHIVE
    assert list(before.refused) == [first]
    fake.reports[first].append(OURS)
    fake.fail("WerStoreOpen", DENIED, after=3)
    assert locate(submitted(), before, timeout=0).key == "ours"


def test_a_store_that_breaks_off(fake):
    """What was seen of it before counts."""
    fake.reports[QUEUE] += [OURS, TWIN]
    fake.fail("WerStoreQueryReportMetadataV3", 0x80004005, after=1)
    seen = list_stores()
    assert [report.key for _, report in seen.reports] == ["ours"]
    assert list(seen.refused) == [QUEUE]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (lambda: (wer.Report("X"),), TypeError, r"must be a wer\.service\.RecordedReport, got Report"),
        (lambda: (RecordedReport("X"), list_stores()), ValueError, "has not been submitted"),
        (lambda: (submitted(),), ValueError, r"what list_stores\(\) saw before"),
        (lambda: (submitted(application_identity=bytes(16)),), ValueError, r"what list_stores\(\) saw before"),
    ],
)
def test_what_cannot_be_looked_for(fake, arguments, error, text):
    with pytest.raises(error, match=text):
        locate(*arguments())


@pytest.mark.parametrize(
    ("timeout", "error"), [("1", TypeError), (True, TypeError), (-1, ValueError), (float("inf"), ValueError)]
)
def test_timeouts(fake, timeout, error):
    with pytest.raises(error, match="timeout"):
        locate(submitted(), list_stores(), timeout=timeout)


def test_a_windows_without_stores(fake):
    fake.lack("WerStoreOpen")
    with pytest.raises(NotImplementedError, match="WerStoreOpen"):
        list_stores()
