"""`wer.reports.collect` and ``wer collect``: what goes into the ZIP, what is said of it, and what is left out."""

import hashlib
import io
import json
import os
import re
import shutil
import sys
import time
import types
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import pytest
from clirun import run
from small_dump import STARTED, small_dump
from stories import INTEGRATOR_ID, OTHER_ID, crash_event, make_crash, make_link, wer_event, write_report

import wer
import wer.testing
from wer.cli import _output
from wer.reports import _collect, _joined, _of_process, collect, story_of

NAME = "1-AppCrash_x"


@dataclass
class Diagnosis:
    asked: dict


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    """No event log, no LocalDumps; a doctor that says what it was asked."""
    log = _joined.event_log
    monkeypatch.setattr(log, "read", lambda *wanted, **more: log.Events(unknown="a test has none"))
    monkeypatch.setattr(_joined, "local_dump_folders", lambda name="": [])

    def examine(**asked):
        if asked.get("pid") not in (None, 55):
            raise ProcessLookupError
        return Diagnosis(asked)

    monkeypatch.setitem(sys.modules, "wer.doctor", types.SimpleNamespace(examine=examine))


EVENTS = Path(__file__).parents[1] / "data" / "events"


@pytest.fixture
def report(tmp_path):
    """Lies where a user's name is in the path."""
    return make_crash(tmp_path / "users" / "bob-the-user" / "AppCrash_x")


def written(collection, path, **options):
    """The files of the ZIP, which is as its own manifest says."""
    unread = collection.write(path, **options)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
        assert len(files) == len(archive.namelist())
    manifest = json.loads(files["manifest.json"])
    told = {one["name"]: (one["size"], one["sha256"]) for one in manifest["files"]}
    others = {name: data for name, data in files.items() if name not in ("manifest.json", "CONTENTS.txt")}
    assert told == {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in others.items()}
    assert manifest["missing"] == [*collection.missing, *unread]
    return files


def test_what_is_in_it(report, tmp_path):
    events = [crash_event(started=STARTED, computer="BOBS-MACHINE"), wer_event()]
    found = collect(report, events=events)
    files = written(found, tmp_path / "crash.zip")
    assert list(files) == [
        "versions.json",
        "doctor.json",
        f"{NAME}/story.txt",
        f"{NAME}/story.html",
        f"{NAME}/events.json",
        f"{NAME}/files/faulthandler-4711-134-2.txt",
        f"{NAME}/files/Report.wer",
        f"{NAME}/files/settings.ini",
        f"{NAME}/files/state-4711-134-1.txt",
        f"{NAME}/dumps/WER1A2B.tmp.mdmp",
        "CONTENTS.txt",
        "manifest.json",
    ]
    assert files[f"{NAME}/dumps/WER1A2B.tmp.mdmp"] == (report / "WER1A2B.tmp.mdmp").read_bytes()
    assert files[f"{NAME}/files/Report.wer"] == (report / "Report.wer").read_bytes()
    assert b"crashed with an access violation" in files[f"{NAME}/story.txt"]
    assert files[f"{NAME}/story.html"].startswith(b"<!DOCTYPE html>")
    assert json.loads(files["doctor.json"]) == {"asked": {"exe": "python.exe"}}
    assert json.loads(files["versions.json"])["wer"] == wer.__version__
    told = json.loads(files[f"{NAME}/events.json"])["events"]
    assert [event["event_id"] for event in told] == [1000, 1001]
    assert "computer" not in told[0]
    assert files["CONTENTS.txt"].count(b"private: nothing") == 1, "versions.json"


def test_names_of_users_and_machines_are_where_files_have_them(report, tmp_path):
    """In what is told to be private, and in no list."""
    files = written(collect(report, events=[crash_event(computer="BOBS-MACHINE")]), tmp_path / "crash.zip")
    having = [name for name, data in files.items() if b"bob-the-user" in data or b"BOBS-MACHINE" in data]
    assert having == [f"{NAME}/story.txt", f"{NAME}/story.html"], "the path of the report"
    private = {one["name"]: one["private"] for one in json.loads(files["manifest.json"])["files"]}
    assert [name for name, text in private.items() if not text] == ["versions.json"]
    for name in having:
        assert private[name] in files["CONTENTS.txt"].decode()


def test_what_is_private_is_said(report):
    found = collect(report, events=[])
    private = {PurePosixPath(one.name).name: one.private for one in found.files}
    assert "memory of the process" in private["WER1A2B.tmp.mdmp"]
    assert "messages of exceptions" in private["state-4711-134-1.txt"]
    assert "not known here" in private["settings.ini"]
    assert found.private[0] == private["WER1A2B.tmp.mdmp"], "the worst first"


def test_the_same_files_give_the_same_bytes(report, tmp_path):
    for name in ("one.zip", "two.zip"):
        collect(report, events=[]).write(tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_without_memory_and_without_files(report, tmp_path):
    files = written(collect(report, dumps=False, files=False, events=[]), tmp_path / "crash.zip")
    assert not [name for name in files if "/dumps/" in name or "/files/" in name]
    assert "the dump WER1A2B.tmp.mdmp was not asked for" in files["CONTENTS.txt"].decode()


def test_a_dump_of_two_stories_is_taken_once(report):
    story = story_of(report, events=[])
    taken = _collect._Taken(1 << 20, [])
    _collect._add_stories(taken, (story, story), dumps=True, files=False)
    assert [one.name for one in taken.files if "/dumps/" in one.name] == [f"{NAME}/dumps/WER1A2B.tmp.mdmp"]


@pytest.mark.parametrize("size", [(1 << 31) - 1, 1 << 31])
def test_what_may_be_larger_than_a_zip_of_old_has_room_for(report, size):
    """The head of such a file has larger fields, or its end could not be written."""
    asked = []

    class Archive(zipfile.ZipFile):
        def open(self, *arguments, force_zip64=False, **more):
            asked.append(force_zip64)
            return super().open(*arguments, force_zip64=force_zip64, **more)

    one = _collect.CollectedFile("x", size, "", str(report / "Report.wer"))
    with Archive(io.BytesIO(), "w") as archive:
        _collect._put(archive, one, [], lambda done: None)
    assert asked == [size == 1 << 31]


def test_a_limit(report, tmp_path):
    """What does not fit is listed; what is smaller still goes in."""
    (report / "large.log").write_bytes(bytes(1 << 20))
    found = collect(report, events=[], most_bytes=1 << 19)
    assert (
        f"{NAME}/files/large.log was left out: with its 1,048,576 bytes all would be above the limit, most_bytes"
        in found.missing
    )
    assert f"{NAME}/dumps/WER1A2B.tmp.mdmp" in written(found, tmp_path / "crash.zip")


def test_a_limit_that_is_just_enough(report):
    found = collect(report, events=[])
    assert collect(report, events=[], most_bytes=found.size).missing == found.missing
    assert len(collect(report, events=[], most_bytes=found.size - 1).files) == len(found.files) - 1


def test_a_number_of_files(report, monkeypatch):
    monkeypatch.setattr(_collect, "_MOST_FILES", 5)
    found = collect(report, events=[])
    assert len(found.files) == 5
    left_out = [one for one in found.missing if one.endswith("was left out: there are more than 5 files")]
    assert [PurePosixPath(one.split()[0]).name for one in left_out] == [
        "Report.wer",
        "settings.ini",
        "state-4711-134-1.txt",
        "WER1A2B.tmp.mdmp",
    ]


def test_a_file_that_cannot_be_read_to_its_end(report, tmp_path, monkeypatch):
    real = _collect.open_plain

    class Damaged(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise OSError(5, "a bad sector")
            return super().read(4)

    monkeypatch.setattr(
        _collect, "open_plain", lambda path: Damaged(b"[printer]") if path.endswith("settings.ini") else real(path)
    )
    found = collect(report, events=[])
    files = written(found, tmp_path / "crash.zip")
    assert files[f"{NAME}/files/settings.ini"] == b"[pri"
    assert f"{NAME}/files/settings.ini is not whole: reading it failed: a bad sector" in files["CONTENTS.txt"].decode()


@pytest.mark.parametrize(
    ("written", "date"),
    [
        (None, 1980),
        (0, 1980),
        (315532799, 1980),  # a second before 1980
        (315532800 + 366 * 86400, 1981),
        (4354819199, 2107),
        (4354819200, 1980),
        (1e11, 1980),
    ],
)
def test_dates_that_a_zip_cannot_have(written, date):
    entry = _collect._entry("x", written)
    assert entry.date_time == ((1980, 1, 1, 0, 0, 0) if date == 1980 else time.gmtime(written)[:6])
    assert entry.date_time[0] == date
    assert (entry.external_attr, entry.create_system) == (0o600 << 16, 3), "no rights of others, on any system"


def test_a_dump_that_has_gone(report):
    assert _collect._written(str(report / "none.dmp")) is None
    assert _collect._written(str(report / "Report.wer")) == os.stat(report / "Report.wer").st_mtime


def test_a_doctor_who_fails(report, monkeypatch):
    def examine(**asked):
        raise OSError("no service answers")

    monkeypatch.setitem(sys.modules, "wer.doctor", types.SimpleNamespace(examine=examine))
    found = collect(report, events=[])
    assert "doctor.json: doctor failed with OSError: no service answers" in found.missing
    assert "doctor.json" not in [one.name for one in found.files]
    assert f"{NAME}/story.txt" in [one.name for one in found.files]


def test_a_file_that_changes_meanwhile(report, tmp_path):
    found = collect(report, events=[])
    (report / "settings.ini").write_text("[printer]\nmore")
    (report / "state-4711-134-1.txt").write_text("less")
    (report / "faulthandler-4711-134-2.txt").unlink()
    files = written(found, tmp_path / "crash.zip")
    text = files["CONTENTS.txt"].decode()
    assert files[f"{NAME}/files/settings.ini"] == b"[printer]"
    assert "settings.ini is not whole: it has grown meanwhile: these are its first 9 bytes" in text
    assert "state-4711-134-1.txt is not whole: it has become shorter, by" in text
    assert "faulthandler-4711-134-2.txt was left out: [" in text
    assert "bob-the-user" not in text


def test_a_report_that_goes_meanwhile(report, tmp_path):
    """WER, or who cleans up, removes it between the plan and the copy."""
    found = collect(report, events=[])
    shutil.rmtree(report)
    files = written(found, tmp_path / "crash.zip")
    planned = {one.name for one in found.files if one.path}
    assert len(planned) >= 5
    assert not planned & set(files)
    missing = json.loads(files["manifest.json"])["missing"]
    assert all(any(name in line for line in missing) for name in planned)


def test_a_file_that_becomes_a_link(report, tmp_path):
    found = collect(report, events=[])
    (tmp_path / "secret").write_text("hunter2")
    (report / "settings.ini").unlink()
    make_link(report / "settings.ini", tmp_path / "secret")
    files = written(found, tmp_path / "crash.zip")
    assert f"{NAME}/files/settings.ini" not in files
    assert b"hunter2" not in b"".join(files.values())


def test_links_are_left_out(report, tmp_path):
    (tmp_path / "secret").write_text("hunter2")
    make_link(report / "state.txt", tmp_path / "secret")
    found = collect(report, events=[])
    assert f"{NAME}: state.txt is a link or another reparse point: left alone" in found.missing
    assert f"{NAME}/files/state.txt" not in [one.name for one in found.files]
    assert f"{NAME}/files/state.txt" not in written(found, tmp_path / "crash.zip")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("..", "_"),
        ("a/../b", "a/_/b"),
        ("..\\..\\x", ".._.._x"),
        ("C:x", "C_x"),
        ("nul.txt", "_nul.txt"),
        ("COM1", "_COM1"),
        ("a\x1b\u202e\ud800.txt", "a_x1b_u202e_ud800.txt"),
        ("trailing. ", "trailing"),
        ("x" * 300, "x" * 120),
    ],
)
def test_names_that_can_be_unpacked_anywhere(name, safe):
    taken = _collect._Taken(100, [])
    taken.make(name, "", "")
    taken.make(name.upper(), "", "")
    assert taken.files[0].name == safe
    assert taken.files[1].name.lower() != safe.lower()


def test_names_that_a_folder_has_twice():
    """Where cases are not told apart, each keeps its folder and its suffix."""
    names = ["a/x.txt", "A/X.TXT", "a/x.TXT", "b/x.txt", "b/x", "b/X", "b/c/x.txt", "b/c/X.txt"]
    taken = _collect._Taken(100, [])
    for name in names:
        taken.make(name, "", "")
    assert [one.name for one in taken.files] == [
        *("a/x.txt", "A/X-2.TXT", "a/x-3.TXT", "b/x.txt", "b/x", "b/X-2", "b/c/x.txt", "b/c/X-2.txt"),
    ]


def test_a_disk_without_room(report, tmp_path, monkeypatch):
    monkeypatch.setattr(_collect.shutil, "disk_usage", lambda path: types.SimpleNamespace(free=100))
    with pytest.raises(OSError, match="bytes may be needed, and 100 are free there"):
        collect(report, events=[]).write(tmp_path / "crash.zip")
    assert not (tmp_path / "crash.zip").exists()


def test_a_disk_with_just_enough_room(report, tmp_path, monkeypatch):
    found = collect(report, events=[])
    monkeypatch.setattr(_collect.shutil, "disk_usage", lambda path: types.SimpleNamespace(free=found.size))
    written(found, tmp_path / "crash.zip")


def test_an_interruption_leaves_nothing(report, tmp_path):
    def interrupt(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        collect(report, events=[]).write(tmp_path / "crash.zip", progress=interrupt)
    assert [path.name for path in tmp_path.iterdir()] == ["users"]


def test_nothing_is_replaced_unless_it_is_told(report, tmp_path):
    (tmp_path / "crash.zip").write_text("mine")
    found = collect(report, events=[])
    with pytest.raises(FileExistsError):
        found.write(tmp_path / "crash.zip")
    assert (tmp_path / "crash.zip").read_text() == "mine"
    written(found, tmp_path / "crash.zip", overwrite=True)


def test_progress(report, tmp_path):
    done = []
    found = collect(report, events=[])
    found.write(tmp_path / "crash.zip", progress=done.append)
    assert sum(done) == found.size


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, TypeError),
        ({"key": "x", "pid": 1}, TypeError),
        ({"pid": 0}, ValueError),
        ({"pid": 1 << 32}, ValueError),
        ({"pid": True}, TypeError),
        ({"pid": "1"}, TypeError),
        ({"key": "x", "most_bytes": -1}, ValueError),
    ],
)
def test_one_of_two(arguments, error):
    with pytest.raises(error):
        collect(**arguments)


# ---- a process ----


@pytest.fixture
def stores(tmp_path):
    """Three reports in the stores: one that an event names, one whose Python state does, one of another process."""
    with wer.testing.FakeWer() as fake:
        for name, ids, pid in (("one", INTEGRATOR_ID, 1), ("two", None, 4711), ("other", None, 99)):
            folder = tmp_path / "store" / name
            make_crash(folder, IntegratorReportIdentifier=ids, ReportIdentifier=None)
            state = (folder / "state-4711-134-1.txt").read_text().replace("Process: 4711", f"Process: {pid}")
            (folder / "state-4711-134-1.txt").write_text(state)
            stored = wer.read_report(folder)
            fake.reports[wer.StoreType.MACHINE_QUEUE].append(replace(stored, key=str(folder), status=0))
        yield fake


def test_all_of_a_process(stores, tmp_path):
    dumps = tmp_path / "CrashDumps"
    dumps.mkdir()
    (dumps / "python.exe.4711.dmp").write_bytes(small_dump(version=(3, 11, 9150, 1013)))
    (dumps / "python.exe.47111.dmp").write_bytes(small_dump())
    (dumps / "text.4711.dmp").write_bytes(b"hello")
    found = collect(pid=4711, events=[crash_event(INTEGRATOR_ID)], local_dumps=dumps)
    where = [os.path.basename(story.where) for story in found.stories]
    assert where == ["one", "two"], "by the event's id, and by the Python state"
    assert [os.path.basename(dump.path) for dump in found.stories[0].dumps] == [
        "WER1A2B.tmp.mdmp",
        "python.exe.4711.dmp",
    ]
    assert "process 4711 has ended: doctor was asked about its program" in found.missing
    files = written(found, tmp_path / "crash.zip")
    assert json.loads(files["doctor.json"]) == {"asked": {"exe": "python.exe"}}
    assert "1-one/dumps/python.exe.4711.dmp" in files
    assert "2-two/files/Report.wer" in files


def test_a_dump_without_a_report(stores, tmp_path):
    (tmp_path / "python.exe.5.dmp").write_bytes(small_dump(pid=5))
    found = collect(pid=5, events=[], local_dumps=tmp_path)
    assert [os.path.basename(story.where) for story in found.stories] == ["python.exe.5.dmp"]
    assert [one.name for one in found.files if "/dumps/" in one.name] == ["1-python.exe.5.dmp/dumps/python.exe.5.dmp"]


def test_a_crash_of_which_there_are_events_only(stores, tmp_path):
    """It crashed, and there is no dump: why? Doctor says, and the events are there."""
    events = [
        crash_event(OTHER_ID, pid=5, record_id=1),
        wer_event(OTHER_ID, record_id=2),
        crash_event(pid=6, record_id=3),
    ]
    found = collect(pid=5, events=events)
    [story] = found.stories
    assert story.headline.startswith("python.exe 3.12.9 crashed with an access violation (0xC0000005) in python312.dll")
    assert {"no dump is known for it", "no report is known for it"} <= set(story.missing)
    files = written(found, tmp_path / "crash.zip")
    assert [event["event_id"] for event in json.loads(files[f"1-{OTHER_ID}/events.json"])["events"]] == [1000, 1001]
    assert "doctor.json" in files


def test_a_process_that_runs(stores, tmp_path):
    """Nothing has happened to it; what doctor says of it is why somebody asks."""
    ran = run("collect", "--pid", "55", "-o", str(tmp_path / "x.zip"), "--yes", "--json")
    assert (ran.code, [one["name"] for one in ran.answer["files"]]) == (0, ["versions.json", "doctor.json"])


def test_a_process_of_which_nothing_is_left(stores, tmp_path, monkeypatch):
    ran = run("collect", "--pid", "77", "-o", str(tmp_path / "crash.zip"), "--yes")
    assert ran.code == 1
    assert "nothing was found of process 77" in ran.err
    assert not (tmp_path / "crash.zip").exists()


def test_a_report_that_two_stores_have(stores, tmp_path):
    """It goes from the queue to the archive while they are read."""
    queue = stores.reports[wer.StoreType.MACHINE_QUEUE]
    stores.reports[wer.StoreType.MACHINE_ARCHIVE] += queue
    third = make_crash(tmp_path / "store" / "three")
    queue.append(replace(wer.read_report(third), key=str(third), status=0))
    found = collect(pid=4711, events=[])
    assert sorted(os.path.basename(story.where) for story in found.stories) == ["three", "two"]


def test_reports_that_are_damaged_or_gone(stores, tmp_path):
    """Each is told by its name, without the folders that it is in, and hides no other."""
    store = tmp_path / "store"
    for name, ids in (("damaged", INTEGRATOR_ID), ("gone", INTEGRATOR_ID), ("nothing of it", None)):
        make_crash(store / name, IntegratorReportIdentifier=ids, ReportIdentifier=None)
        stored = wer.read_report(store / name)
        stores.reports[wer.StoreType.MACHINE_QUEUE].append(replace(stored, key=str(store / name), status=0))
        if name != "damaged":
            shutil.rmtree(store / name)
            continue
        for path in (store / name).iterdir():
            path.write_bytes(b"\0")
    found = collect(pid=4711, events=[crash_event(INTEGRATOR_ID)])
    assert [os.path.basename(story.where) for story in found.stories] == ["one", "two"]
    for name in ("damaged", "gone"):
        [told] = [one for one in found.missing if one.startswith(f"the report {name}: ")]
        assert str(store) not in told


def test_a_dump_that_is_damaged(stores, tmp_path):
    (tmp_path / "python.exe.5.dmp").write_bytes(b"MDMP" + b"\xff" * 10)
    found = collect(pid=5, events=[], local_dumps=tmp_path)
    assert found.stories == ()
    [told] = [one for one in found.missing if one.startswith("the dump python.exe.5.dmp: ")]
    assert str(tmp_path) not in told
    assert "ends after 14 bytes" in told


def test_a_dump_that_cannot_be_looked_at(stores, tmp_path, monkeypatch):
    (tmp_path / "python.exe.5.dmp").write_bytes(small_dump(pid=5))

    def denied(path, most):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(_of_process, "start_of", denied)
    assert collect(pid=5, events=[], local_dumps=tmp_path).stories == ()
    assert collect(pid=5, events=[], local_dumps=tmp_path / "none").stories == ()


@pytest.mark.parametrize(("most", "found"), [(1, []), (2, ["two"])])
def test_reports_whose_texts_are_read_have_a_limit(stores, monkeypatch, most, found):
    monkeypatch.setattr(_of_process, "_MOST_REPORTS", most)
    assert [os.path.basename(story.where) for story in collect(pid=4711, events=[]).stories] == found


def test_more_reports_of_a_process_than_are_taken(stores, monkeypatch):
    monkeypatch.setattr(_of_process, "_MOST_STORIES", 1)
    found = collect(pid=4711, events=[crash_event(INTEGRATOR_ID), crash_event(OTHER_ID)])
    assert len(found.stories) == 1
    assert "only 1 of 2 reports of that process id are taken" in found.missing


# ---- the command ----


def test_the_plan_comes_first(report, tmp_path):
    target = tmp_path / "crash.zip"
    ran = run("collect", "--key", str(report), "-o", str(target))
    assert (ran.code, ran.out, target.exists()) == (0, "", False)
    assert "the memory of the process" in ran.err
    assert f"{NAME}/files/settings.ini  (9 bytes)" in ran.err
    assert "a test has none" in ran.err, "what is missing"
    answer = run("collect", "--key", str(report), "-o", str(target), "--json").answer
    assert answer["done"] is False
    assert not target.exists()


def test_what_cannot_be_read_of_the_events_is_said(report, tmp_path):
    events = tmp_path / "events.xml"
    events.write_text("<Event>", encoding="utf-8")
    ran = run("collect", "--key", str(report), "-o", str(tmp_path / "crash.zip"), "--events", str(events))
    assert f"of {events} was left out: an event without an end" in ran.err


def test_with_yes_it_is_written(report, tmp_path):
    target = tmp_path / "crash.zip"
    ran = run("collect", "--key", str(report), "-o", str(target), "--no-dumps", "--yes", "--json")
    assert (ran.code, ran.answer["done"], ran.answer["zip"]) == (0, True, str(target))
    with zipfile.ZipFile(io.BytesIO(target.read_bytes())) as archive:
        assert sorted(archive.namelist()) == sorted(
            [one["name"] for one in ran.answer["files"]] + ["CONTENTS.txt", "manifest.json"]
        )
    again = run("collect", "--key", str(report), "-o", str(target), "--yes")
    assert again.code == 1
    assert "--overwrite" in again.err


def test_what_could_not_be_read_is_told(report, tmp_path, monkeypatch):
    real = _collect.open_plain

    def denied(path):
        if path.endswith("settings.ini"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(_collect, "open_plain", denied)
    ran = run("collect", "--key", str(report), "-o", str(tmp_path / "crash.zip"), "--yes")
    assert ran.code == 3, "done in part"
    assert f"{NAME}/files/settings.ini was left out: [Errno 13] Permission denied: 'settings.ini'" in ran.err


@pytest.mark.parametrize("arguments", [[], ["--pid", "x"], ["--pid", "1", "--key", "x"], ["--pid", "-1"]])
def test_a_command_line_that_is_wrong(tmp_path, arguments):
    assert run("collect", *arguments, "-o", str(tmp_path / "x.zip")).code == 2


def test_the_options_say_what_goes_into_it(report, tmp_path):
    def names(*options):
        ran = run("collect", "--key", str(report), "-o", str(tmp_path / "x.zip"), "--json", *options)
        assert ran.code == 0
        return {PurePosixPath(one["name"]).name for one in ran.answer["files"]}, " ".join(ran.answer["missing"])

    (tmp_path / "events.xml").write_text((EVENTS / "named.xml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "full.dmp").write_bytes(small_dump())
    plain, missing = names()
    assert {"settings.ini", "WER1A2B.tmp.mdmp"} <= plain
    assert "a test has none" in missing
    assert "a test has none" not in names("--events", str(tmp_path / "events.xml"))[1]
    assert names("--dump", str(tmp_path / "full.dmp"))[0] == plain | {"full.dmp"}
    assert "settings.ini" not in names("--no-files")[0]
    assert "WER1A2B.tmp.mdmp" not in names("--no-dumps")[0]
    few, missing = names("--most-bytes", "8")
    assert "settings.ini" not in few
    assert "most_bytes" in missing


def test_overwrite(report, tmp_path):
    target = tmp_path / "crash.zip"
    target.write_text("mine")
    ran = run("collect", "--key", str(report), "-o", str(target))
    assert (ran.code, target.read_text()) == (1, "mine")
    assert run("collect", "--key", str(report), "-o", str(target), "--overwrite", "--yes").code == 0
    assert zipfile.is_zipfile(target)


def test_a_terminal_sees_how_far_it_is(report, tmp_path, monkeypatch):
    monkeypatch.setattr(_output, "_is_terminal", lambda stream: stream is sys.stderr)
    ran = run("collect", "--key", str(report), "-o", str(tmp_path / "crash.zip"), "--yes")
    assert "\rCollecting:   0 %" in ran.err
    assert "\rCollecting: 100 %\n" in ran.err


def test_a_report_that_is_damaged(tmp_path):
    """It is about the file, not about the command line."""
    (tmp_path / "Report.wer").write_bytes(b"\0")
    ran = run("collect", "--key", str(tmp_path / "Report.wer"), "-o", str(tmp_path / "x.zip"), "--yes")
    assert (ran.code, ran.out) == (1, "")
    with pytest.raises(ValueError, match=re.escape(str(tmp_path / "Report.wer"))) as caught:
        wer.read_report(tmp_path / "Report.wer")
    assert ran.err == f"wer collect: {caught.value}\n"


def test_a_report_that_is_not_there(tmp_path):
    ran = run("collect", "--key", str(tmp_path / "missing"), "-o", str(tmp_path / "x.zip"), "--yes")
    assert (ran.code, ran.out) == (1, "")


def test_a_report_without_anything(tmp_path):
    write_report(tmp_path / "AppCrash_x")
    assert f"{NAME}/files/Report.wer" in written(collect(tmp_path / "AppCrash_x", events=[]), tmp_path / "x.zip")
