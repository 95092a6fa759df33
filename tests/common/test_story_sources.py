"""`wer.reports.story_of`: what comes of each source by itself, in facts, headlines and sections."""

import errno
import os
import struct
import tracemalloc
from dataclasses import replace
from datetime import timedelta

import dumpfiles
import pytest
from dumpfiles import DumpFile
from once import once
from small_dump import BASE, SIZE, STARTED, small_dump
from stories import (
    CREATED,
    INTEGRATOR_ID,
    OTHER_ID,
    REPORT_ID,
    STACKS,
    STATE,
    crash_event,
    filetime,
    make_crash,
    wer_event,
    write_report,
)

import wer
from wer._machine.events import Event
from wer.dumps import Dump
from wer.reports import Fact, Section, _crash_facts, _events, _joined, _plain_files, _python_texts, events_in, story_of
from wer.reports._sections import as_lines, shortened
from wer.reports._source_sections import _FEW
from wer.testing import FakeWer


def hang_event(report_id=INTEGRATOR_ID, pid=4711):
    """Application Hang 1002."""
    data = [
        ("AppName", "python.exe"),
        ("AppVersion", "3.12.9150.1013"),
        ("ProcessId", f"{pid:x}"),
        ("StartTime", filetime(STARTED)),
        ("TerminationTime", "4294967295"),
        ("ExeFileName", r"C:\Python\python.exe"),
        ("ReportId", report_id),
    ]
    return Event(provider="Application Hang", event_id=1002, data=tuple(data), created=STARTED)


def facts_of(story):
    return {fact.name: (fact.value, fact.remark) for fact in story.facts}


def sections_of(story, everything=True):
    return {section.title: section for section in story.sections(everything)}


class TestFacts:
    def test_a_hang_of_which_only_the_event_is_left(self):
        story = story_of(INTEGRATOR_ID, events=[hang_event(), hang_event(OTHER_ID, pid=1)])
        assert facts_of(story) == {
            "Program": ("python.exe", "event 1002"),
            "Version": ("3.12.9150.1013, Python 3.12.9", "event 1002"),
            "File": (r"C:\Python\python.exe", "event 1002"),
            "Process": ("4711, started 2026-02-03 10:00:00 UTC", "event 1002"),
            "Time": ("2026-02-03 10:00:00 UTC", "event 1002"),
        }
        assert story.headline == (
            "python.exe 3.12.9 did not answer and was reported as a hang, at 2026-02-03 10:00:00 UTC."
        )

    def test_a_crash_of_which_only_the_event_is_left(self):
        story = story_of(INTEGRATOR_ID, events=[crash_event(created=STARTED, started=STARTED)])
        facts = facts_of(story)
        assert facts["Where"] == ("python312.dll 3.12.9150.1013 + 0x1234", "event 1000")
        assert facts["Process"] == ("4711, started 2026-02-03 10:00:00 UTC", "event 1000")
        assert facts["File"] == (r"C:\Python\python.exe", "event 1000")

    def test_what_a_hang_waited_for(self, tmp_path):
        signature = {f"Sig[{index}].Value": None for index in range(8)} | {
            f"Sig[{index}].Name": None for index in range(8)
        }
        values = ["explorer.exe", "10.0.22000.1", "67a0e9c1", "ab12", "134217984", "svchost.exe:DNSResolver"]
        for index, value in enumerate(values):
            signature |= {f"Sig[{index}].Name": f"name {index}", f"Sig[{index}].Value": value}
        write_report(tmp_path, EventType="AppHangXProcB1", **signature)
        facts = facts_of(story_of(tmp_path, events=[]))
        assert facts["Waited for"] == ("svchost.exe:DNSResolver", "Report.wer")
        assert facts["Hang type"][0].startswith("0x08000100; ")

    def test_an_exception_in_a_module_that_was_unloaded(self, tmp_path):
        dump = DumpFile().system()
        dump.listed(dumpfiles.MODULES, [dumpfiles.module(dump.text(r"C:\app.exe"), 0x1000)])
        dump.listed(dumpfiles.THREADS, [dumpfiles.thread(7)])
        entry = struct.pack("<Q4I", 0x5000, 0x1000, 2, 1, dump.text(r"C:\x\hook.dll"))
        dump.stream(dumpfiles.UNLOADED, struct.pack("<3I", 12, 24, 1) + entry)
        dump.stream(dumpfiles.EXCEPTION, dumpfiles.exception(7, 0xC0000005, 0x5010, (8, 0x5010)))
        (tmp_path / "x.dmp").write_bytes(dump.bytes())
        story = story_of(tmp_path / "x.dmp", events=[])
        assert facts_of(story)["Where"] == ("hook.dll (unloaded) + 0x10", "dump")
        assert "Address" not in facts_of(story)
        assert "in hook.dll (unloaded)+0x10, thread 7" in story.headline
        assert sections_of(story)["Unloaded modules: x.dmp"].rows == ((r"C:\x\hook.dll", "0x5000"),)
        assert "Unloaded modules: x.dmp" not in sections_of(story, everything=False)

    def test_an_exception_in_no_module(self, tmp_path):
        (tmp_path / "x.dmp").write_bytes(small_dump(at=0x10, parameters=(8, 0x10)))
        facts = facts_of(story_of(tmp_path / "x.dmp", events=[]))
        assert facts["Address"] == ("0x0000000000000010, in no module", "dump")
        assert "Where" not in facts

    def test_parameters_of_another_exception(self, tmp_path):
        (tmp_path / "x.dmp").write_bytes(small_dump(code=0xE06D7363, parameters=(0x19930520, 0xAB)))
        assert facts_of(story_of(tmp_path / "x.dmp", events=[]))["Parameters"] == ("0x19930520, 0xAB", "dump")

    def test_an_exception_in_python_without_a_code(self, tmp_path):
        lines = {f"Sig[{index}].{what}": None for index in range(8) for what in ("Name", "Value")}
        write_report(tmp_path, EventType="Spooler.Stuck", **lines)
        (tmp_path / "state.txt").write_bytes(STATE.encode())
        story = story_of(tmp_path, events=[])
        assert story.headline == "python.exe: ValueError: no paper, thread 5001, at 2025-08-18 14:13:20 UTC."
        assert facts_of(story)["Process"] == ("4711", "state.txt")
        assert facts_of(story)["Thread"] == ("5001 (0x1389): MainThread", "state.txt")

    def test_stacks_are_all_that_is_left(self, tmp_path):
        (tmp_path / "stacks.txt").write_text(STACKS)
        story = story_of(tmp_path, events=[])
        assert story.headline == "A program: what is left of a report."
        assert "there is no Report.wer in the folder" in story.missing
        assert "there is no dump in this report" in story.missing

    def test_two_dumps_are_told_apart(self, tmp_path):
        make_crash(tmp_path)
        (tmp_path / "A.mdmp").write_bytes(small_dump(code=None))
        facts = facts_of(story_of(tmp_path, events=[]))
        assert facts["Where"][1] == "dump WER1A2B.tmp.mdmp"
        assert facts["Thread"] == ("5001 Main", "dump WER1A2B.tmp.mdmp")
        assert facts["System"][1] == "dump A.mdmp"

    @pytest.mark.parametrize("known", range(4))
    def test_the_program_by_a_signature_that_is_cut(self, tmp_path, known):
        """Another line has its name, and what is not there is no version."""
        lines = {f"Sig[{n}].{part}": None for n in range(known, 8) for part in ("Name", "Value")}
        write_report(tmp_path, NsAppName=r"C:\a\other.exe", **lines)
        name, version = "python.exe" if known else "other.exe", "3.12.9150.1013" if known > 1 else ""
        assert _crash_facts.program_of(wer.read_report(tmp_path)) == (name, version)


class TestSections:
    def test_what_there_is_and_in_which_columns(self, tmp_path):
        make_crash(tmp_path / "r")
        story = story_of(tmp_path / "r", events=[crash_event(started=STARTED), wer_event(), hang_event()])
        sections = sections_of(story)
        assert {title: section.columns for title, section in sections.items()} == {
            "What happened": (),
            "Python stacks at the crash: faulthandler-4711-134-2.txt": (),
            "Python state: state-4711-134-1.txt": (),
            "Log in memory: WER1A2B.tmp.mdmp": (),
            "Signature": ("Number", "Name", "Value"),
            "Report.wer": (),
            "Other lines of Report.wer": ("Name", "Value"),
            "Event: Application Error 1000": (),
            "Event: Windows Error Reporting 1001": (),
            "Event: Application Hang 1002": (),
            "Dump: WER1A2B.tmp.mdmp": (),
            "Threads: WER1A2B.tmp.mdmp": ("Thread", "Name", "At", "Began with"),
            "Modules: WER1A2B.tmp.mdmp": ("Name", "Version", "Base", "File"),
            "Streams: WER1A2B.tmp.mdmp": ("Stream", "Bytes"),
            "Files": ("Name", "Bytes", "What it is"),
        }
        assert sections["Files"].sentences == (str(tmp_path / "r"),)
        assert [row[2] for row in sections["Files"].rows] == [
            *("Python stacks at the crash", "the report", "", "Python state", "a dump"),
        ]
        assert (next(iter(sections)), [*sections][-1]) == ("What happened", "Files")

    def test_the_report_in_words(self, tmp_path):
        lines = {"UploadTime": str(CREATED + 10_000_000), "CustomMetadata[1].Key": "empty"}
        lines |= {"ReportDescription": "It stood still.", "Response.BucketId": "abc"}
        write_report(tmp_path, **lines)
        facts = sections_of(story_of(tmp_path, events=[]))["Report.wer"].facts
        assert [(fact.name, fact.value) for fact in facts] == [
            ("Event", "APPCRASH"),
            ("Called", "Stopped working"),
            ("Application", "Python"),
            ("Description", "It stood still."),
            ("Type", "application crash"),
            ("Consent", "not asked"),
            ("Status", "0x10000000; what its bits mean is not published"),
            ("Created", "2025-08-18 14:13:20 UTC"),
            ("Uploaded", "2025-08-18 14:13:21 UTC; this is no proof that it was sent"),
            ("Report id", REPORT_ID),
            ("Integrator report id", INTEGRATOR_ID),
            ("Bucket", "abc"),
            ("Metadata", "Queue = hp"),
            ("Metadata", "empty = "),
        ]

    def test_what_else_a_dump_has(self, tmp_path):
        dump = DumpFile().system(os=dumpfiles.LINUX)
        file, event = dump.text("File"), dump.text("Event")
        entries = [struct.pack("<Q6I", n, name, 0, 0, 0, 0, 0) for n, name in enumerate([file, file, event, 0])]
        dump.stream(dumpfiles.HANDLES, struct.pack("<4I", 16, 32, len(entries), 0) + b"".join(entries))
        dump.stream(dumpfiles.COMMENT_A, b"by hand\0").stream(dumpfiles.COMMAND_LINE, b"python\0-c\0a\tb\0")
        dump.listed(dumpfiles.MODULES, [dumpfiles.module(dump.text("/bin/crash"), 0x1000)])
        context = dumpfiles.context_x64(0x1400)
        threads = [dumpfiles.thread(7, (len(context), dump.put(context)))]
        outside = dumpfiles.context_x64(0x9000)
        threads += [dumpfiles.thread(8, (len(outside), dump.put(outside))), dumpfiles.thread(9)]
        dump.listed(dumpfiles.THREADS, threads)
        dump.stream(0x12345678, b"abc")
        (tmp_path / "x.dmp").write_bytes(dump.bytes(flags=0x2))
        sections = sections_of(story_of(tmp_path / "x.dmp", events=[]))
        facts = {fact.name: fact.value for fact in sections["Dump: x.dmp"].facts}
        assert facts["Handles"] == "2 File, 1 Event, 1 ?"
        assert facts["Comment"] == "by hand"
        assert facts["Contents"] == "WITH_FULL_MEMORY"
        assert facts["Memory in it"] == "0 bytes in 0 ranges"
        assert facts["Written"] == "2023-11-14 22:13:20 UTC"
        assert sections["LinuxCmdLine: x.dmp"].text == "python\n-c\na   b"
        assert ("0x12345678", "3") in sections["Streams: x.dmp"].rows
        assert [row[2] for row in sections["Threads: x.dmp"].rows] == ["crash+0x400", "0x9000", ""]
        assert [row[0] for row in sections["Modules: x.dmp"].rows] == ["crash"]

    def test_annotations_of_crashpad(self, tmp_path):
        dump = DumpFile().system()
        pairs = dump.put(struct.pack("<3I", 1, dump.utf_8("ver"), dump.utf_8("4.2")))
        info = struct.pack("<I16s16s4IIQ", 1, bytes(16), bytes(16), 12, pairs, 0, 0, 0, 0)
        dump.stream(dumpfiles.CRASHPAD, info)
        (tmp_path / "x.dmp").write_bytes(dump.bytes())
        facts = {
            fact.name: fact.value for fact in sections_of(story_of(tmp_path / "x.dmp", events=[]))["Dump: x.dmp"].facts
        }
        assert facts["crashpad: ver"] == "4.2"
        assert facts["Contents"] == "the least (MiniDumpNormal)"

    @pytest.mark.parametrize("number", [_FEW, _FEW + 1])
    def test_long_tables_are_cut_and_say_so(self, tmp_path, number):
        """What failed comes first: the thread, and of the modules the program, the Python and where it crashed."""
        modules = [f"C:\\m{n}.dll" for n in range(number - 1)] + [r"C:\python312.dll"]
        dump = small_dump(modules, at=BASE + (number - 2) * SIZE, threads=range(1, number + 1), names={3: "three"})
        (tmp_path / "x.dmp").write_bytes(dump)
        story = story_of(tmp_path / "x.dmp", events=[])
        few, all_of_it = sections_of(story, everything=False), sections_of(story)
        said = () if number == _FEW else (f"{_FEW} of {number}; all of them: --all",)
        for title in ("Threads: x.dmp", "Modules: x.dmp"):
            assert len(few[title].rows) == _FEW
            assert few[title].sentences == said
            assert len(all_of_it[title].rows) == number
            assert all_of_it[title].sentences == ()
        assert [row[0] for row in few["Modules: x.dmp"].rows[:3]] == ["m0.dll", f"m{number - 2}.dll", "python312.dll"]
        assert [row[:2] for row in few["Threads: x.dmp"].rows[:3]] == [("1 (crashed)", ""), ("2", ""), ("3", "three")]

    def test_modules_of_a_report_without_a_dump(self, tmp_path):
        lines = {f"LoadedModule[{number}]": f"C:\\m{number}.dll" for number in range(_FEW + 1)}
        write_report(tmp_path, **lines)
        story = story_of(tmp_path, events=[])
        section = sections_of(story, everything=False)["Modules of Report.wer"]
        assert (len(section.rows), section.sentences) == (_FEW, (f"{_FEW} of {_FEW + 1}; all of them: --all",))
        assert len(sections_of(story)["Modules of Report.wer"].rows) == _FEW + 1
        make_crash(tmp_path)
        assert "Modules of Report.wer" not in sections_of(story_of(tmp_path, events=[]))

    def test_what_is_for_those_who_want_all(self, tmp_path):
        write_report(tmp_path, **{"DynamicSig[1].Name": "OS Version", "DynamicSig[1].Value": "10.0.19045", "Odd": "x"})
        story = story_of(tmp_path, events=[])
        assert sections_of(story)["Dynamic signature"].rows == (("1", "OS Version", "10.0.19045"),)
        assert ("Odd", "x") in sections_of(story)["Other lines of Report.wer"].rows
        assert not {"Dynamic signature", "Other lines of Report.wer"} & set(sections_of(story, everything=False))

    def test_an_event_without_names(self):
        """By their places; what is empty is left out, and lines become one."""
        event = crash_event()
        data = [("", value) for _, value in event.data] + [("", " a \r\n\r\n b "), ("", ""), ("", "beyond")]
        story = story_of(INTEGRATOR_ID, events=[replace(event, data=tuple(data))])
        facts = {fact.name: fact.value for fact in sections_of(story)["Event: Application Error 1000"].facts}
        assert facts["AppName"] == "python.exe"
        assert facts["PackageFullName"] == "a; b"
        assert facts["field 16"] == "beyond"
        assert "PackageRelativeAppId" not in facts
        assert "Written" not in facts


class TestLines:
    def test_a_story(self):
        sections = [
            Section("First", ("In words.", "Two\nlines."), (Fact("Name", "v"), Fact("N", "w", "dump", "inferred"))),
            Section("Other", columns=("A", "B"), rows=(("a", "b"), ("long", "c")), text="one\n\n  two"),
        ]
        assert as_lines("It\ncrashed", sections) == [
            "It\\ncrashed",
            "",
            "First",
            "-----",
            "In words.",
            "Two\\nlines.",
            "Name  v",
            "N     w  [dump, inferred]",
            "",
            "Other",
            "-----",
            "A     B",
            "a     b",
            "long  c",
            "    one",
            "",
            "      two",
        ]

    def test_columns_have_a_width_at_most(self):
        facts = tuple(Fact("n" * size, "v") for size in (1, 24, 25))
        rows = (("a", "b"), ("x" * 61, "c"))
        lines = as_lines("head", [Section("title", facts=facts), Section("table", columns=("C", "D"), rows=rows)])
        assert [line.index("v") for line in lines[4:7]] == [26, 26, 27]
        assert lines[-3:] == ["C" + " " * 61 + "D", "a" + " " * 61 + "b", "x" * 61 + "  c"]

    def test_long_texts_are_cut(self):
        long, just = "x" * 501, "x" * 500
        section = shortened(Section(long, facts=(Fact("n", "y" * 2001),), columns=("C",), rows=((long,), (just,))))
        assert section.title == just + " [cut: 501 characters]"
        assert section.rows == ((just + " [cut: 501 characters]",), (just,))
        assert section.facts[0].value == "y" * 2000 + " [cut: 2,001 characters]"


class TestJoining:
    def test_a_dump_beside_its_report(self, tmp_path):
        make_crash(tmp_path)
        story = story_of(tmp_path / "WER1A2B.tmp.mdmp", events=[])
        assert story.folder == str(tmp_path)
        assert story.report is not None
        assert [dump.how for dump in story.dumps] == ["it was asked for"], "once"

    def test_a_dump_of_another_process_by_what_is_in_it(self, tmp_path):
        """The file's name is that of the process; whoever wrote it says otherwise."""
        write_report(tmp_path / "report")
        (tmp_path / "python.exe.4711.dmp").write_bytes(small_dump(pid=4712))
        assert story_of(tmp_path / "report", events=[crash_event(started=STARTED)], dump=tmp_path).dumps == ()

    @pytest.mark.parametrize("seconds", [1, 2])
    def test_a_start_is_compared_in_whole_seconds(self, tmp_path, seconds):
        write_report(tmp_path / "report")
        (tmp_path / "python.exe.4711.dmp").write_bytes(small_dump(started=STARTED + timedelta(seconds=seconds)))
        story = story_of(tmp_path / "report", events=[crash_event(started=STARTED)], dump=tmp_path)
        assert len(story.dumps) == (1 if seconds == 1 else 0)

    @pytest.mark.parametrize("name", ["AppCrash_x", "appcrash_X", REPORT_ID, f"{{{INTEGRATOR_ID.upper()}}}"])
    def test_a_report_of_the_stores_by_its_name_or_id(self, tmp_path, monkeypatch, name):
        folder = make_crash(tmp_path / "store" / "AppCrash_x")
        monkeypatch.chdir(tmp_path)
        with FakeWer() as fake:
            stored = replace(wer.read_report(folder), key=str(folder), status=0)
            fake.reports[wer.StoreType.MACHINE_QUEUE] += [replace(stored, key=str(tmp_path / "gone")), stored]
            assert story_of(name, events=[]).folder == str(folder)
            with pytest.raises(FileNotFoundError, match="in the stores that this account may read"):
                story_of("AppCrash_y", events=[])

    def test_a_folder_of_dumps_that_may_not_be_read(self, tmp_path, monkeypatch):
        write_report(tmp_path / "report")
        dumps = tmp_path / "dumps"
        dumps.mkdir()
        real = _joined.files_in

        def denied(folder):
            if os.fspath(folder) == str(dumps):
                raise PermissionError(13, "Permission denied")
            return real(folder)

        monkeypatch.setattr(_joined, "files_in", denied)
        story = story_of(tmp_path / "report", events=[crash_event(started=STARTED)], dump=dumps)
        assert (story.dumps, len(story.events)) == ((), 1)

    def test_a_dump_that_is_found_twice_is_one(self, tmp_path):
        write_report(tmp_path)
        (tmp_path / "python.exe.4711.dmp").write_bytes(small_dump())
        story = story_of(tmp_path, events=[crash_event(started=STARTED)], dump=tmp_path)
        assert [dump.how for dump in story.dumps] == ["it lies in the report's folder"]

    def test_an_event_that_names_what_is_no_report(self, tmp_path):
        (tmp_path / "empty").mkdir()
        (tmp_path / "file").touch()
        (tmp_path / "x.dmp").write_bytes(small_dump())
        events = [crash_event(started=STARTED)]
        events += [wer_event(INTEGRATOR_ID, store_path=str(tmp_path / name)) for name in ("empty", "file", "gone")]
        story = story_of(tmp_path / "x.dmp", events=events)
        assert (len(story.events), story.report, story.folder) == (4, None, None)

    def test_a_dump_that_does_not_tell_its_process(self, tmp_path):
        (tmp_path / "x.dmp").write_bytes(DumpFile().system().bytes())
        assert story_of(tmp_path / "x.dmp", events=[crash_event(started=STARTED)]).events == ()

    def test_more_dumps_than_are_read(self, tmp_path):
        write_report(tmp_path)
        for number in range(_joined._MOST_DUMPS + 3):
            (tmp_path / f"{number:02}.dmp").write_bytes(small_dump())
        assert len(story_of(tmp_path, events=[]).dumps) == _joined._MOST_DUMPS

    def test_dumps_with_more_in_them_than_is_kept(self, tmp_path, monkeypatch):
        monkeypatch.setattr(_joined, "_MOST_RECORDS", 3)
        write_report(tmp_path)
        for name in ("a.dmp", "b.dmp"):
            (tmp_path / name).write_bytes(small_dump())  # each has two threads and two modules
        first, second = story_of(tmp_path, events=[]).dumps
        assert first.dump is not None
        assert second.dump is None
        assert "so large that it was not read" in second.problem
        assert second.size == len(small_dump())

    def test_a_folder_with_more_than_is_looked_at(self, tmp_path, monkeypatch):
        monkeypatch.setattr(_plain_files, "MOST_FILES", 3)
        for number in range(4):  # which of them is left out is the file system's choice
            (tmp_path / f"{number}.txt").write_bytes(STATE.encode())
        story = story_of(tmp_path, events=[])
        assert len(story.files) == len(story.texts) == 3
        assert "only the first 3 files of the folder were looked at" in story.missing
        (tmp_path / story.files[0].name).unlink()
        story = story_of(tmp_path, events=[])
        assert len(story.files) == 3
        assert not any("were looked at" in one for one in story.missing)

    @pytest.mark.parametrize("more", [0, 2])
    def test_a_folder_full_of_folders(self, tmp_path, more):
        write_report(tmp_path)
        for number in range(_joined._MOST_TOLD + more):
            (tmp_path / f"{number:02}").mkdir()
        missing = story_of(tmp_path, events=[]).missing
        assert len([one for one in missing if one.endswith(" is a folder: left alone")]) == _joined._MOST_TOLD
        told = [one for one in missing if "more are" in one]
        assert told == (["2 more are links, folders or devices: left alone"] if more else [])

    def test_a_report_that_has_ids_is_not_joined_by_its_process(self, tmp_path):
        """Whoever writes events could give it another's."""
        make_crash(tmp_path)
        assert story_of(tmp_path, events=[crash_event(OTHER_ID, started=STARTED)]).events == ()

    @pytest.mark.parametrize("most", [1, 2])
    def test_folders_that_events_name_have_a_limit(self, tmp_path, monkeypatch, most):
        monkeypatch.setattr(_joined, "_MOST_FOLDERS", most)
        write_report(tmp_path / "store")
        (tmp_path / "x.dmp").write_bytes(small_dump())
        events = [crash_event(started=STARTED)]
        events += [wer_event(INTEGRATOR_ID, store_path=str(tmp_path / name)) for name in ("gone", "store")]
        assert (story_of(tmp_path / "x.dmp", events=events).report is not None) is (most == 2)

    def test_files_that_are_looked_at_for_dumps_have_a_limit(self, tmp_path, monkeypatch):
        monkeypatch.setattr(_joined, "_MOST_LOOKED_AT", 2)
        write_report(tmp_path)
        for name in ("a.dmp", "z.dmp"):  # Report.wer is between them
            (tmp_path / name).write_bytes(small_dump())
        assert [os.path.basename(dump.path) for dump in story_of(tmp_path, events=[]).dumps] == ["a.dmp"]

    @once("3.13")
    def test_no_more_files_are_looked_at(self, tmp_path, monkeypatch):
        """For being dumps; of a folder with more of them, a text of Python would be told of."""
        for number in range(1100):
            (tmp_path / f"{number:04}").write_bytes(b"x")
        write_report(tmp_path)
        real, looked_at = _joined.start_of, []
        monkeypatch.setattr(_joined, "start_of", lambda path, most: looked_at.append(path) or real(path, most))
        missing = story_of(tmp_path, events=[]).missing
        assert len(looked_at) == 1000
        assert "only the first 200 of 1100 files were looked at for texts of Python" in missing

    @pytest.mark.parametrize("most", [2, 3])
    def test_files_that_are_looked_at_for_texts_have_a_limit(self, tmp_path, monkeypatch, most):
        monkeypatch.setattr(_python_texts, "_MOST_LOOKED_AT", most)
        write_report(tmp_path)
        for number in range(3):
            (tmp_path / f"{number}.txt").write_bytes(STATE.encode())
        story = story_of(tmp_path, events=[])
        assert len(story.texts) == most
        told = "only the first 2 of 3 files were looked at for texts of Python"
        assert (told in story.missing) is (most == 2)

    def test_a_report_that_is_nowhere(self):
        """Where there are no stores, too."""
        with pytest.raises(FileNotFoundError) as caught:
            story_of("AppCrash_nowhere", events=[])
        assert (caught.value.errno, caught.value.filename) == (errno.ENOENT, "AppCrash_nowhere")

    def test_texts_are_cut_where_they_have_to_be(self, tmp_path):
        most = _python_texts.MOST_LINE
        for name, line in (("whole", "x" * most), ("long", "x" * (most + 1))):
            (tmp_path / f"{name}.txt").write_bytes(b"\xef\xbb\xbf" + STATE.encode() + line.encode())
        long, whole = story_of(tmp_path, events=[]).texts
        assert (whole.cut, whole.text.split("\n")[-1]) == (False, "x" * most)
        assert (long.cut, long.text.split("\n")[-1]) == (True, "x" * most + " [cut]")
        assert whole.text.startswith("Python state of a failure")

    def test_files_that_cannot_be_read(self, tmp_path, monkeypatch):
        make_crash(tmp_path)
        real = _plain_files.start_of

        def refused(path, most):
            if os.path.basename(path) in ("settings.ini", "state-4711-134-1.txt"):
                raise PermissionError(13, "Permission denied", path)
            return real(path, most)

        for module in (_joined, _python_texts):
            monkeypatch.setattr(module, "start_of", refused)
        story = story_of(tmp_path, events=[])
        for name in ("settings.ini", "state-4711-134-1.txt"):
            told = [one for one in story.missing if one.startswith(f"{name} cannot be read: ")]
            assert told
            assert not any(str(tmp_path) in one for one in told), "folders may have the name of a user"
        assert [text.name for text in story.texts] == ["faulthandler-4711-134-2.txt", "WER1A2B.tmp.mdmp"]

    def test_a_file_that_goes_while_the_folder_is_listed(self, tmp_path, monkeypatch):
        make_crash(tmp_path)
        real = os.lstat

        def gone(path, **more):
            if os.fspath(path).endswith("settings.ini"):
                raise FileNotFoundError(2, "gone", path)
            return real(path, **more)

        monkeypatch.setattr(os, "lstat", gone)
        found, whole = _plain_files.files_in(tmp_path)
        assert whole
        assert "settings.ini" not in [one.name for one in found]
        assert len(found) == 4

    def test_a_dump_that_cannot_be_searched_for_a_log(self, tmp_path, monkeypatch):
        make_crash(tmp_path)
        path = str(tmp_path / "WER1A2B.tmp.mdmp")

        def changed(self):
            raise ValueError(f"{path} has been changed since it was read")

        monkeypatch.setattr(Dump, "read_ring_log", changed)
        story = story_of(tmp_path, events=[])
        told = "WER1A2B.tmp.mdmp cannot be searched for a log: WER1A2B.tmp.mdmp has been changed since it was read"
        assert told in story.missing
        assert story.headline.startswith("python.exe 3.12.9 crashed")


class TestEventsInAFile:
    XML = (
        "<Event><System><Provider Name='Application Error'/><EventID>1000</EventID></System>"
        "<EventData><Data Name='AppName'>tür.exe</Data></EventData></Event>"
    )

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
    def test_encodings(self, tmp_path, encoding):
        (tmp_path / "x.xml").write_bytes(self.XML.encode(encoding))
        events = events_in(tmp_path / "x.xml")
        assert events[0].data == (("AppName", "tür.exe"),)
        assert list(events.left_out) == []

    def test_utf_16_of_the_other_byte_order(self, tmp_path):
        (tmp_path / "x.xml").write_bytes(b"\xfe\xff" + self.XML.encode("utf-16-be"))
        assert len(events_in(tmp_path / "x.xml")) == 1

    @pytest.mark.parametrize("more", [0, 1])
    def test_a_large_file_is_cut_and_that_is_said(self, tmp_path, monkeypatch, more):
        data = self.XML.encode()
        monkeypatch.setattr(_events, "_MOST_BYTES", len(data))
        (tmp_path / "x.xml").write_bytes(data + b"x" * more)
        events = events_in(tmp_path / "x.xml")
        assert len(events) == 1
        assert any("behind the first" in one for one in events.left_out) == bool(more)

    def test_utf_16_that_is_damaged(self, tmp_path):
        """Cut within a character, and with half of one in it."""
        data = self.XML.replace("tür", "\ud800").encode("utf-16-le", "surrogatepass")
        (tmp_path / "x.xml").write_bytes(b"\xff\xfe" + data + b"<")
        events = events_in(tmp_path / "x.xml")
        assert events[0].data == (("AppName", "\ufffd.exe"),)

    def test_what_is_behind_that_is_not_read(self, tmp_path, monkeypatch):
        monkeypatch.setattr(_events, "_MOST_BYTES", len(self.XML.encode()))
        (tmp_path / "x.xml").write_bytes(self.XML.encode())
        os.truncate(tmp_path / "x.xml", 64 << 20)
        tracemalloc.start()
        try:
            assert len(events_in(tmp_path / "x.xml")) == 1
            assert tracemalloc.get_traced_memory()[1] < 1 << 20
        finally:
            tracemalloc.stop()

    def test_what_is_no_file(self, tmp_path):
        with pytest.raises(ValueError, match="is a folder"):
            events_in(tmp_path)
        with pytest.raises(FileNotFoundError):
            events_in(tmp_path / "none.xml")
