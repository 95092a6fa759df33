"""`wer.reports.story_of`: one crash from its report, its events and its dump; what is joined to it, and what not."""

import json
import os
import stat
import sys
import threading
import time
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from fake_registry import FakeRegistry
from small_dump import STARTED, small_dump
from stories import (
    INTEGRATOR_ID,
    OTHER_ID,
    REPORT_ID,
    STATE,
    crash_event,
    lines_of_a_crash,
    make_crash,
    make_link,
    wer_event,
    write_report,
)

import wer._machine.registry
from wer._machine import event_xml
from wer._machine.events import CrashEvent
from wer._stored import StoredReport
from wer.reports import _crash_facts, story_of
from wer.reports._plain_files import start_of, why_refused
from wer.reports._sections import as_lines
from wer.service import _state

DATA = Path(__file__).parents[1] / "data"
REPORTS = sorted((DATA / "reports").glob("win*.wer"))
WHEN = datetime(2026, 2, 3, 10, 20, 33, tzinfo=UTC)


def titles(story, everything=False):
    return [section.title for section in story.sections(everything)]


def test_one_crash(tmp_path):
    """Each part says what it alone knows, and which it was."""
    folder = make_crash(tmp_path / "AppCrash_python.exe_x")
    events = [
        wer_event(created=WHEN + timedelta(seconds=2)),
        crash_event(created=WHEN, started=STARTED),
        crash_event(OTHER_ID, created=WHEN),  # of another crash in the same second
    ]
    story = story_of(folder, events=events)
    assert story.headline == (
        "python.exe 3.12.9 crashed with an access violation (0xC0000005) in python312.dll+0x1234, thread 5001, "
        "at 2026-02-03 10:20:33 UTC."
    )
    facts = {fact.name: (fact.value, fact.remark) for fact in story.facts}
    assert facts == {
        "Program": ("python.exe", "dump"),
        "Version": ("3.12.9150.1013, Python 3.12.9", "dump"),
        "File": (r"C:\Python\python.exe", "dump"),
        "Exception": (story.fact("Exception"), "dump"),
        "Memory access": ("write to the address 0x0000000000000010, near zero: a null pointer", "dump"),
        "Where": ("python312.dll 3.12.9150.1013 + 0x1234", "dump"),
        "Exit code": ("3221225477 (0xC0000005), if the exception ended it", "inferred"),
        "Thread": ("5001 Main", "dump"),
        "Process": ("4711, started 2026-02-03 10:00:00 UTC", "dump"),
        "Python": (
            "cpython 3.12.9 (tags/v3.12.9) [MSC v.1942 64 bit (AMD64)] (64 bit)",
            "state-4711-134-1.txt",
        ),
        "System": ("Windows 10.0.19045, x64, processors: 4", "dump"),
        "Time": ("2026-02-03 10:20:33 UTC", "dump"),
        "Python exception": ("ValueError: no paper", "state-4711-134-1.txt"),
    }
    assert story.fact("Exception").startswith("0xC0000005 STATUS_ACCESS_VIOLATION: ")
    assert story.missing == ()
    assert [(text.kind, text.name) for text in story.texts] == [
        ("Python stacks at the crash", "faulthandler-4711-134-2.txt"),
        ("Python state", "state-4711-134-1.txt"),
        ("Log in memory", "WER1A2B.tmp.mdmp"),
    ]
    assert story.texts[1].text == STATE.replace("\r\n", "\n").rstrip("\n")
    assert story.texts[2].text == "three jobs left"
    assert [event.event_id for event in story.events] == [1000, 1001], "oldest first"
    assert [(dump.how, dump.sure) for dump in story.dumps] == [("it lies in the report's folder", "seen")]
    use = {row[0]: row[2] for section in story.sections() if section.title == "Files" for row in section.rows}
    assert use == {
        "Report.wer": "the report",
        "WER1A2B.tmp.mdmp": "a dump",
        "faulthandler-4711-134-2.txt": "Python stacks at the crash",
        "settings.ini": "",
        "state-4711-134-1.txt": "Python state",
    }
    text = str(story)
    for line in ("Metadata              Queue = hp", "P7      Exception Offset        0000000000001234"):
        assert line in text
    assert text.startswith(story.headline)


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_reports_of_windows(path):
    """Of Windows 7 to 11, and of every kind that there is one of."""
    expected = json.loads((DATA / "reports" / "expected.json").read_text(encoding="utf-8"))[path.stem]
    story = story_of(path, events=[])
    assert story.report.event_type == expected["event_type"]
    first = next(one["value"] for one in expected["signature"])
    is_packaged = expected["event_type"].lower().startswith("mo")
    assert story.fact("Program") in (expected["signature"][1]["value"] if is_packaged else first, "WUDFHost.exe")
    assert story.headline.startswith(story.fact("Program"))
    for everything in (False, True):
        assert as_lines(story.headline, story.sections(everything))
    assert (
        story.missing[0]
        == "only Report.wer was given, without its folder: no dump and no other file was looked for there"
    )


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("win10-15063-bex-wow64-en_US", "crashed with an access violation (0xC0000005) in hook.dll_unloaded+0x2B80"),
        ("win10-18362-appcrash-wow64-de_DE", "Laden.exe 2.6.0.0 crashed with a stack overflow (0xC00000FD) in clr.dll"),
        ("win11-22000-apphangb1-en_US", "explorer.exe 10.0.22000.120 did not answer and was reported as a hang, at "),
        ("server2016-clr20r3-en_US", " ended with the .NET exception "),
    ],
)
def test_headlines(name, headline):
    assert headline in story_of(DATA / "reports" / f"{name}.wer", events=[]).headline


def test_a_fast_fail_by_the_report_alone(tmp_path):
    """BEX64 has the code and the offset the other way round, and the subcode as its data."""
    signature = {"Sig[6].Value": "0000000000071208", "Sig[7].Value": "c0000409", "Sig[8].Value": "0000000000000007"}
    write_report(tmp_path, EventType="BEX64", **signature)
    story = story_of(tmp_path, events=[])
    assert "in python312.dll+0x71208" in story.headline
    assert "subcode 7 FAST_FAIL_FATAL_APP_EXIT" in story.fact("Exception")
    assert story.fact("Memory access") == ""


def test_data_that_was_executed(tmp_path):
    signature = {"Sig[6].Value": "0", "Sig[7].Value": "c0000005", "Sig[8].Value": "8"}
    write_report(tmp_path, EventType="BEX64", **signature)
    [fact] = [fact for fact in story_of(tmp_path, events=[]).facts if fact.name == "Memory access"]
    assert (fact.value, fact.sure) == ("data was executed", "inferred")


def test_what_python_says_in_words():
    """Of a chain the last exception, without its notes and the other lines of its message."""
    try:
        try:
            raise KeyError("first")
        except KeyError as error:
            failed = ValueError("no paper\nsecond line")
            failed.add_note("a note")
            raise failed from error
    except ValueError as error:
        state = _state._text(error, threading.get_ident(), False, None, ()).decode().replace("\r\n", "\n")
    assert _crash_facts._said(state) == "ValueError: no paper"
    assert _crash_facts._said("Python state of a failure, version 1\n") == ""


def test_a_crash_without_signature_parameters_names_no_program():
    assert _crash_facts.program_of(StoredReport(key="x", event_type="APPCRASH")) == ("", "")


def test_an_event_of_ones_own(tmp_path):
    lines = {name: None for name in lines_of_a_crash() if name.startswith("Sig[")}
    write_report(tmp_path, EventType="Spooler.Stuck", **lines)
    story = story_of(tmp_path, events=[])
    assert story.headline == "python.exe: a report of the event Spooler.Stuck, at 2025-08-18 14:13:20 UTC."


# ---- what belongs together ----


def test_ids_lead_from_one_to_the_next(tmp_path):
    """1001 has an id of Report.wer that 1000 does not have, and the other way round."""
    write_report(tmp_path)
    both = story_of(tmp_path, events=[crash_event(INTEGRATOR_ID), wer_event(REPORT_ID), wer_event(INTEGRATOR_ID)])
    assert len(both.events) == 3


def test_time_joins_nothing(tmp_path):
    write_report(tmp_path)
    created = story_of(tmp_path, events=[]).report.created
    story = story_of(tmp_path, events=[crash_event(OTHER_ID, created=created), wer_event("", created=created)])
    assert story.events == ()
    assert "none of the 2 crash events has an id of this report" in story.missing


def test_an_id_of_zeros_joins_nothing(tmp_path):
    zero = "00000000-0000-0000-0000-000000000000"
    write_report(tmp_path, ReportIdentifier=zero, IntegratorReportIdentifier=zero)
    assert story_of(tmp_path, events=[crash_event(zero), wer_event(zero)]).events == ()


@pytest.mark.parametrize("name", ["named", "unnamed"])
def test_events_as_windows_has_them(tmp_path, name):
    """By name and by place; of several crashes those of the report with these ids."""
    events = event_xml.parse((DATA / "events" / f"{name}.xml").read_text(encoding="utf-8"))
    crash = next(one for one in map(CrashEvent.of, events) if one)
    write_report(tmp_path, IntegratorReportIdentifier=str(crash.report_id))
    story = story_of(tmp_path, events=events)
    assert crash.event in story.events
    assert 1 < len(story.events) < len(events)
    assert story.fact("Process").startswith(str(crash.pid))
    shown = next(section for section in story.sections() if section.title == "Event: Application Error 1000")
    assert "AppName" in [fact.name for fact in shown.facts]


def test_from_a_dump_to_its_report(tmp_path):
    """The dump has no id, so its event is found by the process; the rest by ids, and by the folder that 1001 names."""
    folder = tmp_path / "store" / "AppCrash_x"
    write_report(folder)
    dump = tmp_path / "python.exe.4711.dmp"
    dump.write_bytes(small_dump())
    events = [
        crash_event(OTHER_ID, started=STARTED + timedelta(hours=1)),  # another process with that id
        crash_event(OTHER_ID, started=STARTED, application="other.exe"),
        crash_event(INTEGRATOR_ID, started=STARTED + timedelta(microseconds=400)),
        wer_event(INTEGRATOR_ID, store_path=str(folder)),
        wer_event(REPORT_ID),
    ]
    story = story_of(dump, events=events)
    assert story.folder == str(folder)
    assert {event.data[12][1] for event in story.events if event.event_id == 1000} == {INTEGRATOR_ID}
    assert len(story.events) == 3, "the last by what the report added"


def test_a_report_that_was_not_kept():
    """Its events tell of it, by either id."""
    events = [crash_event(INTEGRATOR_ID), wer_event(INTEGRATOR_ID), wer_event(OTHER_ID)]
    story = story_of(INTEGRATOR_ID, events=events)
    assert (len(story.events), story.where, story.report) == (2, INTEGRATOR_ID, None)
    assert story.headline.startswith("python.exe 3.12.9 crashed with an access violation")
    with pytest.raises(FileNotFoundError):
        story_of(REPORT_ID, events=events)
    event = wer_event(OTHER_ID)
    hang = replace(event, data=(*event.data[:2], ("EventName", "AppHangB1"), *event.data[3:]))
    assert "was reported as a hang" in story_of(OTHER_ID, events=[hang]).headline


def test_a_folder_that_an_event_names_is_held_against_the_ids(tmp_path):
    folder = tmp_path / "store"
    write_report(folder, ReportIdentifier=OTHER_ID, IntegratorReportIdentifier=OTHER_ID)
    dump = tmp_path / "x.dmp"
    dump.write_bytes(small_dump())
    events = [crash_event(INTEGRATOR_ID, started=STARTED), wer_event(INTEGRATOR_ID, store_path=str(folder))]
    story = story_of(dump, events=events)
    assert (len(story.events), story.report) == (2, None)


@pytest.mark.parametrize("path", [r"\\evil\share\report", "//evil/share/report", r"\/evil\share", "", "relative"])
def test_no_folder_of_another_machine_is_opened(tmp_path, monkeypatch, path):
    """A path in an event must not make this machine sign in to another one."""
    dump = tmp_path / "x.dmp"
    dump.write_bytes(small_dump())
    asked = []
    real = os.lstat
    monkeypatch.setattr(os, "lstat", lambda name, **more: (asked.append(os.fspath(name)), real(name, **more))[1])
    events = [crash_event(started=STARTED), wer_event(INTEGRATOR_ID, store_path=path)]
    assert len(story_of(dump, events=events).events) == 2
    assert not [name for name in asked if "evil" in name or "relative" in name]


def test_a_dump_of_local_dumps(tmp_path):
    """By program, process and its start, and said to be inferred."""
    write_report(tmp_path / "report")
    dumps = tmp_path / "CrashDumps"
    dumps.mkdir()
    (dumps / "python.exe.4711.dmp").write_bytes(small_dump())
    (dumps / "python.exe.4712.dmp").write_bytes(small_dump(pid=4712))
    (dumps / "other.exe.4711.dmp").write_bytes(small_dump())
    story = story_of(tmp_path / "report", events=[crash_event(started=STARTED)], dump=dumps)
    [dump] = story.dumps
    assert (Path(dump.path).name, dump.sure) == ("python.exe.4711.dmp", "inferred")
    assert "start of the process" in dump.how
    assert any(
        fact.remark == "inferred" for section in story.sections() for fact in section.facts if fact.value == dump.how
    )


def test_a_dump_of_another_process_with_that_id(tmp_path):
    write_report(tmp_path / "report")
    (tmp_path / "python.exe.4711.dmp").write_bytes(small_dump(started=STARTED - timedelta(days=1)))
    story = story_of(tmp_path / "report", events=[crash_event(started=STARTED)], dump=tmp_path)
    assert story.dumps == ()


def test_a_dump_whose_start_cannot_be_compared(tmp_path):
    """The Python state tells the process, and nothing when it was started."""
    make_crash(tmp_path / "report")
    (tmp_path / "report" / "WER1A2B.tmp.mdmp").unlink()
    (tmp_path / "python.exe.4711.dmp").write_bytes(small_dump())
    [dump] = story_of(tmp_path / "report", events=[], dump=tmp_path).dumps
    assert dump.how == "its name and process id fit; whether another process had that id could not be told"


def test_a_dump_that_is_given(tmp_path):
    write_report(tmp_path / "report")
    (tmp_path / "full.dmp").write_bytes(small_dump(code=0xC0000409, parameters=(7,)))
    story = story_of(tmp_path / "report", events=[], dump=tmp_path / "full.dmp")
    assert "subcode 7 FAST_FAIL_FATAL_APP_EXIT" in story.fact("Exception")
    assert story.fact("Other exception").startswith("0xC0000005"), "what the report says is not hidden"
    assert story.headline.startswith("python.exe 3.12.9 crashed with a fast-fail (0xC0000409)")


@pytest.mark.parametrize("code", [None, 0, 0xFFFFFFFF])
def test_a_dump_of_a_process_that_ran(tmp_path, code):
    """On request: with no exception, or with one that only says which thread it is about."""
    (tmp_path / "x.dmp").write_bytes(small_dump(code=code, at=0, parameters=()))
    story = story_of(tmp_path / "x.dmp", events=[])
    assert story.headline.startswith("python.exe 3.12.9: a dump without an exception")
    assert story.fact("Exception") == story.fact("Exit code") == ""
    assert story.fact("Thread") == ("" if code is None else "5001")
    assert "(crashed)" not in str(story)
    assert "the dump x.dmp has no exception: the process was dumped while it ran" in story.missing


def test_dumps_of_other_systems():
    """breakpad's, of Linux: a signal where Windows has a code, and what was wanted where it has the place."""
    story = story_of(DATA / "dumps" / "linux-mini.dmp", events=[])
    assert story.headline == (
        "crash crashed with signal 11 SIGSEGV of Linux in crash+0x1D72, thread 1304, at 2018-03-26 10:43:52 UTC."
    )
    assert story.fact("Exit code") == ""
    assert story.fact("Address") == "0x0000000000000045, what was wanted of memory"


# ---- what is not there ----


def test_what_is_missing_is_said(tmp_path):
    write_report(tmp_path / "ReportArchive" / "AppCrash_x")
    missing = story_of(tmp_path / "ReportArchive" / "AppCrash_x", events=[]).missing
    assert missing[0].startswith("there is no dump in this report, which is in an archive")
    assert "there is no text of Python: wer.enable, wer.service.enrich and add_python_state write one" in missing


ARCHIVE = r"Software\Microsoft\Windows\Windows Error Reporting"


@pytest.mark.parametrize(
    ("registry", "words"),
    [
        (FakeRegistry(), ": here ConfigureArchive is not set, and its default 1 keeps Report.wer alone (documented)"),
        (
            FakeRegistry({("HKCU", 64): {ARCHIVE: {"configurearchive": (4, 2)}}}),
            "ConfigureArchive is 2, which keeps all",
        ),
        (
            FakeRegistry(
                {
                    ("HKLM", 64): {
                        ARCHIVE: {"ConfigureArchive": (4, 2)},
                        ARCHIVE.replace("Software", r"Software\Policies"): {"ConfigureArchive": (4, 1)},
                    }
                }
            ),
            "ConfigureArchive is 1, which keeps Report.wer alone",
        ),
        (FakeRegistry({("HKLM", 64): {ARCHIVE: {"ConfigureArchive": (1, "2")}}}), "which is in an archive"),
        (FakeRegistry({("HKLM", 64): {ARCHIVE: {}}}, denied=[("HKLM", ARCHIVE)]), "which is in an archive"),
    ],
    ids=["not set", "all files", "policy", "wrong type", "denied"],
)
def test_why_an_archive_has_no_dump(tmp_path, monkeypatch, registry, words):
    """As far as this machine's settings tell; what cannot be read is not guessed."""
    monkeypatch.setattr(_crash_facts, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(wer._machine.registry, "this_registry", lambda: registry)
    write_report(tmp_path / "ReportArchive" / "x")
    [sentence] = [one for one in story_of(tmp_path / "ReportArchive" / "x", events=[]).missing if "no dump" in one]
    assert words in sentence
    assert sentence.endswith("(documented)") == ("ConfigureArchive" in sentence)


@pytest.mark.skipif(sys.platform == "win32", reason="there is an event log")
def test_no_event_log_is_said(tmp_path):
    write_report(tmp_path)
    assert "it is on Windows only" in story_of(tmp_path).missing[-1]


def test_a_damaged_report_beside_a_whole_dump(tmp_path):
    make_crash(tmp_path)
    (tmp_path / "Report.wer").write_bytes(b"\0\0\0\0")
    story = story_of(tmp_path, events=[])
    assert story.headline.startswith("python.exe 3.12.9 crashed with an access violation")
    assert any(problem.startswith("Report.wer cannot be read: ") for problem in story.missing)


def test_a_damaged_dump_beside_a_whole_report(tmp_path):
    make_crash(tmp_path, dump=b"MDMP" + b"\xff" * 60)
    story = story_of(tmp_path, events=[])
    assert story.headline.startswith("python.exe 3.12.9 crashed with an access violation (0xC0000005) in python312.dll")
    assert [section for section in story.sections() if section.title.startswith("Dump: ")]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda path: path.mkdir(), ValueError, "there is no Report.wer in the folder"),
        (lambda path: path.write_text("hello"), ValueError, "line 1: "),
        (lambda path: path.write_bytes(b"MDMP"), ValueError, "within the header of a minidump"),
        (lambda path: path.write_bytes(b"PAGEDU64"), ValueError, "a dump of Windows itself"),
        (lambda path: None, FileNotFoundError, "there is no such file or folder here"),
    ],
)
def test_what_is_no_report(tmp_path, make, error, words):
    make(tmp_path / "x")
    with pytest.raises(error, match=words):
        story_of(tmp_path / "x", events=[])


def test_a_report_that_is_damaged_and_all_there_is(tmp_path):
    (tmp_path / "Report.wer").write_bytes("\ufeffVersion=1\r\n".encode("utf-16-le"))
    for path in (tmp_path, tmp_path / "Report.wer"):
        with pytest.raises(ValueError, match="line 2: expected EventType"):
            story_of(path, events=[])


def test_a_dump_that_is_named_and_not_there(tmp_path):
    write_report(tmp_path)
    with pytest.raises(FileNotFoundError):
        story_of(tmp_path, events=[], dump=tmp_path / "missing.dmp")


def test_an_empty_name_is_not_this_folder(tmp_path, monkeypatch):
    write_report(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="where is empty"):
        story_of("", events=[])


# ---- what means harm ----


def test_links_and_devices_are_left_alone(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("Python state of a failure, version 1\npassword")
    folder = tmp_path / "report"
    write_report(folder)
    make_link(folder / "state-1-1-1.txt", secret)
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe")  # opened, it would wait for a writer
    (folder / "Report.wer.d").mkdir()
    story = story_of(folder, events=[])
    assert story.texts == ()
    assert "state-1-1-1.txt is a link or another reparse point: left alone" in story.missing
    assert not any("cannot be read" in one for one in story.missing), "nothing tries to"
    assert "password" not in str(story)
    with pytest.raises(ValueError, match="is a link or another reparse point: only plain files are read"):
        story_of(folder / "state-1-1-1.txt", events=[])


@pytest.mark.parametrize("mode", [stat.S_IFREG, stat.S_IFDIR])
def test_a_reparse_point_of_windows_is_a_link(mode):
    """A junction, or a file in a cloud: for Python a folder or a file like others, but for this bit."""
    about = SimpleNamespace(st_mode=mode, st_file_attributes=0x400 | 0x20)
    assert why_refused(about) == "a link or another reparse point"
    about.st_file_attributes = 0x20
    assert why_refused(about) == ("" if mode == stat.S_IFREG else "a folder")


def test_a_report_that_is_a_link(tmp_path):
    write_report(tmp_path / "real")
    (tmp_path / "report").mkdir()
    make_link(tmp_path / "report" / "Report.wer", tmp_path / "real" / "Report.wer")
    with pytest.raises(ValueError, match=r"Report\.wer is a link or another reparse point: left alone"):
        story_of(tmp_path / "report", events=[])


def of_memory(call):
    tracemalloc.start()
    started = time.monotonic()
    try:
        result = call()
        return result, tracemalloc.get_traced_memory()[1], time.monotonic() - started
    finally:
        tracemalloc.stop()


def test_large_files(tmp_path):
    """A text of 1 GB and one with a line of 100 MB: a little of each is read."""
    write_report(tmp_path)
    with open(tmp_path / "state-1-1-1.txt", "wb") as file:
        file.write(b"Python state of a failure, version 1\r\nProcess: 4711\r\n")
        file.truncate(1 << 30)  # sparse: the rest is zeros
    with open(tmp_path / "state-2-1-1.txt", "wb") as file:
        file.write(b"Python state of a failure, version 1\r\n")
        for _ in range(100):
            file.write(b"x" * (1 << 20))
    story, memory, _ = of_memory(lambda: story_of(tmp_path, events=[]))
    text, memory_of_text, _ = of_memory(lambda: str(story))
    assert [one.cut for one in story.texts] == [True, True]
    assert len(text) < 2 << 20
    assert memory < 16 << 20
    assert memory_of_text < 16 << 20
    assert max(map(len, story.texts[1].text.split("\n"))) < 5000
    assert "[cut: it has 104,857,638 bytes, these are the first 262,144]" in text


def test_many_files(tmp_path):
    """Five thousand texts are not all read, and it says so."""
    write_report(tmp_path)
    for number in range(300):
        (tmp_path / f"state-{number}-1-1.txt").write_text("Python state of a failure, version 1\n")
    story = story_of(tmp_path, events=[])
    assert len(story.texts) == 16
    assert "only the first 16 texts of Python are shown" in story.missing


def test_many_events(tmp_path):
    write_report(tmp_path)
    story = story_of(tmp_path, events=[wer_event() for _ in range(5000)])
    assert len(story.events) == 100
    assert "only 100 of the 5000 events with its ids are shown" in story.missing


def test_no_text_can_pass_for_a_heading(tmp_path):
    """What a file says is indented, and a value stays on its line."""
    make_crash(
        tmp_path,
        state="Python state of a failure, version 1\nMissing or left out\n-------------------\nnothing\n",
        FriendlyEventName="x\rMissing or left out\r",
    )
    story = story_of(tmp_path, events=[])
    assert "Missing or left out" not in str(story).replace("\r", "\n").split("\n")


def test_a_state_that_means_harm(tmp_path):
    """Lone surrogates, control characters, no headers where there should be, numbers beyond all limits."""
    state = (
        "Python state of a failure, version 1\nProcess: 99999999999999999\nPython: \x1b[31m\ud800\n== Exception ==\n"
    )
    make_crash(tmp_path, state=state + "\n" * 1000, AppPath="\x1b]0;x\x07\u202egpj.exe")
    story = story_of(tmp_path, events=[])
    assert story.fact("Process").startswith("4711"), "the dump's"
    assert story.fact("Python exception") == ""


def test_a_file_that_is_another_by_the_time_it_is_opened(tmp_path, monkeypatch):
    """Between the look and the opening, somebody puts another file, or a link to one, there."""
    (tmp_path / "plain.txt").write_text("harmless")
    (tmp_path / "other.txt").write_text("hunter2")
    real = os.open

    def swapped(path, *more, **options):
        os.replace(tmp_path / "other.txt", tmp_path / "plain.txt")
        return real(path, *more, **options)

    monkeypatch.setattr(os, "open", swapped)
    with pytest.raises(ValueError, match="is another file than a moment ago"):
        start_of(tmp_path / "plain.txt", 10)
