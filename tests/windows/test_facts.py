"""`dev.py facts`: what it changes is undone whatever happens, it sends nothing, its questions measure what they say.

The last by the stand-in, of which we know what it answers, and whose answers can be changed.
"""

import contextlib
import ctypes
import json
import os
import re
import subprocess
import sys
import time
import winreg
from pathlib import Path
from types import SimpleNamespace

import pytest
from once import once

import wer

pytestmark = once("3.13")

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
try:
    from tools.facts_on_windows import api, crashes, guards, journal, runner, stored, table
    from tools.facts_on_windows.asking import Asking, Worker
    from tools.facts_on_windows.dumps import STATES
    from tools.facts_on_windows.journal import LEFT, VIEW, Journal, read_value, write_value
    from tools.facts_on_windows.question import QUESTIONS, Needs, Question
finally:
    sys.path.remove(str(ROOT))

runner.load()

dll = ctypes.WinDLL("wer.dll", winmode=0x800)  # LOAD_LIBRARY_SEARCH_SYSTEM32

OURS = r"Software\werapi-facts-tests"
ODD_VALUES = [
    None,
    (winreg.REG_SZ, "text\0".encode("utf-16-le")),
    (winreg.REG_SZ, "no NUL".encode("utf-16-le")),
    (winreg.REG_EXPAND_SZ, "%TEMP%\0".encode("utf-16-le")),
    (winreg.REG_MULTI_SZ, "one\0two\0\0".encode("utf-16-le")),
    (winreg.REG_DWORD, b"\1\0\0\0"),
    (winreg.REG_DWORD, b"\1\2\3"),
    (winreg.REG_QWORD, bytes(range(8))),
    (winreg.REG_BINARY, bytes(range(256))),
    (winreg.REG_BINARY, b""),
    (winreg.REG_NONE, b"\xff"),
]


def registry(hive, key):
    """All values below a key, as they are stored; None if there is no such key."""
    try:
        opened = winreg.OpenKey(journal.HIVES[hive], key, 0, winreg.KEY_READ | VIEW)
    except FileNotFoundError:
        return None
    with opened:
        subkeys, values, _ = winreg.QueryInfoKey(opened)
        names = [winreg.EnumValue(opened, index)[0] for index in range(values)]
        below = [winreg.EnumKey(opened, index) for index in range(subkeys)]
    return {name: read_value(hive, key, name) for name in names} | {
        f"{name}\\": registry(hive, f"{key}\\{name}") for name in below
    }


def remove_key(hive, key):
    for name in [name[:-1] for name in registry(hive, key) or () if name.endswith("\\")]:
        remove_key(hive, f"{key}\\{name}")
    with contextlib.suppress(FileNotFoundError):
        winreg.DeleteKeyEx(journal.HIVES[hive], key, VIEW)


@pytest.fixture
def ours():
    """A key of the registry that belongs to the tests."""
    remove_key("HKCU", OURS)
    winreg.CreateKey(winreg.HKEY_CURRENT_USER, OURS).Close()
    yield OURS
    remove_key("HKCU", OURS)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "facts"


class Killed(BaseException):
    """Stands for the end of the process: nothing that runs after it does anything."""


class Steps:
    """Counts what reaches the disk and the registry, and kills at the step `at`."""

    def __init__(self, monkeypatch):
        self.count, self.at = 0, None
        self._patch = monkeypatch
        for owner, name in (
            (journal, "write_value"),
            (journal, "_remove_key_if_empty"),
            (journal.shutil, "rmtree"),
            (journal.os, "fsync"),
            (journal.Path, "unlink"),
        ):
            self._count(owner, name)

    def _count(self, owner, name):
        original = getattr(owner, name)

        def counted(*arguments, **options):
            self.step()
            result = original(*arguments, **options)
            self.step()
            return result

        self._patch.setattr(owner, name, counted)

    def step(self):
        self.count += 1
        if self.count == self.at:
            raise Killed

    def until(self, at, call, *arguments):
        """Call, and kill at this step; whether it was killed."""
        self.count, self.at = 0, at
        try:
            call(*arguments)
        except Killed:
            return True
        finally:
            self.at = None
        return False


def changes(own, key):
    """What questions do: values that are and are not there, keys that are not there, one value twice, a folder."""
    own.expect_reports()
    own.set_number("HKCU", rf"{key}\new\newer", "guard", 1, guard=True)
    own.set_number("HKCU", key, "there", 2)
    own.set_number("HKCU", key, "there", 3)
    own.delete_value("HKCU", key, "gone")
    own.set_text("HKCU", rf"{key}\new", "text", "text")
    folder = own.new_folder(own.folder / "work" / "some")
    (folder / "file").write_bytes(b"file")
    own.expect_value("HKCU", rf"{key}\by Windows", "value")
    write_value("HKCU", rf"{key}\by Windows", "value", (4, b"\1\0\0\0"))


class FakeStores:
    """Answers as it is told."""

    def __init__(self, **answers):
        for name in ("sweep", "hidden", "at_work"):
            setattr(self, name, lambda name=name: list(answers.get(name, [])))


class TestJournal:
    @pytest.mark.parametrize("was", ODD_VALUES)
    def test_a_value_becomes_what_it_was(self, ours, folder, was):
        write_value("HKCU", ours, "value", was)
        own = Journal(folder)
        own.set_number("HKCU", ours, "value", 7)
        assert read_value("HKCU", ours, "value") == (winreg.REG_DWORD, b"\7\0\0\0")
        assert Journal(folder).undo() == []
        assert read_value("HKCU", ours, "value") == was
        assert not own.path.exists()

    @pytest.mark.parametrize("was", ODD_VALUES)
    def test_a_deleted_value_comes_back(self, ours, folder, was):
        write_value("HKCU", ours, "value", was)
        Journal(folder).delete_value("HKCU", ours, "value")
        assert read_value("HKCU", ours, "value") is None
        assert Journal(folder).undo() == []
        assert read_value("HKCU", ours, "value") == was

    def test_keys_that_were_not_there_are_removed(self, ours, folder):
        Journal(folder).set_number("HKCU", rf"{ours}\one\two\three", "value", 1)
        assert Journal(folder).undo() == []
        assert registry("HKCU", ours) == {}

    def test_a_key_that_somebody_else_uses_by_now_stays(self, ours, folder):
        Journal(folder).set_number("HKCU", rf"{ours}\one", "ours", 1)
        write_value("HKCU", rf"{ours}\one", "theirs", (4, b"\2\0\0\0"))
        assert Journal(folder).undo() == []
        assert registry("HKCU", ours) == {"one\\": {"theirs": (4, b"\2\0\0\0")}}

    def test_what_somebody_else_has_set_since_is_left_and_said(self, ours, folder):
        own = Journal(folder)
        own.set_number("HKCU", ours, "value", 1)
        write_value("HKCU", ours, "value", (4, b"\x09\0\0\0"))
        assert Journal(folder).undo() == [f"{LEFT}HKCU\\{ours}\\value"]
        assert read_value("HKCU", ours, "value") == (4, b"\x09\0\0\0")
        assert not own.path.exists()

    def test_a_change_is_on_the_disk_before_it_is_made(self, ours, folder, monkeypatch):
        order = []
        monkeypatch.setattr(journal.os, "fsync", lambda number: order.append("written"))
        monkeypatch.setattr(journal, "write_value", lambda *arguments: order.append("changed"))
        Journal(folder).set_number("HKCU", ours, "value", 1)
        assert order == ["written", "changed"]

    def test_killed_at_any_step_all_is_undone(self, ours, folder, monkeypatch):
        """And killed again at any step of the undoing."""
        write_value("HKCU", ours, "there", (winreg.REG_SZ, b"x\0\0\0"))
        write_value("HKCU", ours, "gone", (winreg.REG_BINARY, b"\1"))
        before = registry("HKCU", ours)
        steps = Steps(monkeypatch)
        assert not steps.until(None, changes, Journal(folder), ours)
        steps_to_make = steps.count
        assert not steps.until(None, Journal(folder).undo)
        steps_to_undo = steps.count
        assert registry("HKCU", ours) == before
        assert steps_to_make > 20
        assert steps_to_undo > 10
        for at in range(1, steps_to_make + 1):
            assert steps.until(at, changes, Journal(folder), ours)
            assert Journal(folder).undo() == []
            assert registry("HKCU", ours) == before, at
            assert not (folder / "work" / "some").exists()
        for at in range(1, steps_to_undo + 1):
            changes(Journal(folder), ours)
            assert steps.until(at, Journal(folder).undo)
            assert Journal(folder).undo() == []
            assert registry("HKCU", ours) == before, at
            assert not (folder / "work" / "some").exists()
            assert not Journal(folder).path.exists()

    def test_a_line_that_was_not_finished_counts_for_nothing(self, ours, folder):
        own = Journal(folder)
        own.set_number("HKCU", ours, "first", 1)
        whole = own.path.read_bytes()
        own.delete_value("HKCU", ours, "second")
        last = own.path.read_bytes()[len(whole) :]
        for length in range(len(last)):
            own.path.write_bytes(whole + last[:length])
            write_value("HKCU", ours, "first", (4, b"\1\0\0\0"))
            assert Journal(folder).undo() == []
            assert registry("HKCU", ours) == {}

    def test_a_killed_run_goes_on_writing_a_readable_journal(self, ours, folder):
        own = Journal(folder)
        own.set_number("HKCU", ours, "first", 1)
        own.path.write_bytes(own.path.read_bytes() + b'{"kind": "val')
        own.set_number("HKCU", ours, "second", 1)
        assert Journal(folder).undo() == []
        assert registry("HKCU", ours) == {}

    @pytest.mark.parametrize(
        ("expected", "stores", "said"),
        [
            (["expect_reports"], {"sweep": ["it is there"]}, ["it is there"]),
            (["expect_reports", "expect_submission"], {"hidden": ["S"]}, ["there may be a report in S, which"]),
            (["expect_crash"], {"hidden": ["S"]}, ["there may be a report in S, which"]),
            (["expect_crash"], {"at_work": ["WerFault is at work"]}, ["WerFault is at work"]),
        ],
    )
    def test_guards_stay_while_there_may_be_reports(self, ours, folder, expected, stores, said):
        own = Journal(folder)
        for call in expected:
            getattr(own, call)()
        own.set_number("HKCU", ours, "guard", 1, guard=True)
        own.set_number("HKCU", ours, "other", 1)
        problems = Journal(folder, FakeStores(**stores)).undo()
        assert [problem[: len(one)] for problem, one in zip(problems, said, strict=True)] == said
        assert registry("HKCU", ours) == {"guard": (4, b"\1\0\0\0")}
        assert own.path.exists()
        assert Journal(folder, FakeStores()).undo() == []
        assert registry("HKCU", ours) == {}
        assert not own.path.exists()

    def test_a_store_that_nobody_may_see_matters_only_while_a_report_is_not_seen(self, ours, folder):
        own = Journal(folder)
        own.expect_reports()
        own.expect_submission()
        own.settle_submission()
        assert Journal(folder, FakeStores(hidden=["S"])).undo() == []

    def test_reports_are_removed_before_their_guards(self, ours, folder):
        own = Journal(folder)
        own.expect_reports()
        own.set_number("HKCU", ours, "guard", 1, guard=True)
        stores = FakeStores()
        seen = []
        stores.sweep = lambda: seen.append(read_value("HKCU", ours, "guard")) or []
        Journal(folder, stores).undo()
        assert seen == [(4, b"\1\0\0\0")]

    def test_a_folder_elsewhere_is_refused(self, folder, tmp_path):
        with pytest.raises(ValueError, match="is not below"):
            Journal(folder).new_folder(tmp_path / "theirs")
        (tmp_path / "theirs").mkdir()
        own = Journal(folder)
        own.note({"kind": "folder", "path": str(tmp_path / "theirs")})
        own.note({"kind": "folder", "path": str(folder)})
        assert own.undo() == []
        assert (tmp_path / "theirs").exists()

    def test_a_process_that_is_killed(self, ours, folder):
        code = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tools.facts_on_windows.journal import Journal
own = Journal(Path(sys.argv[2]))
own.set_number("HKCU", sys.argv[3], "value", 1)
own.new_folder(own.folder / "work")
print("done", flush=True)
time.sleep(60)
"""
        process = subprocess.Popen([sys.executable, "-c", code, ROOT, folder, ours], stdout=subprocess.PIPE)
        assert process.stdout.readline().strip() == b"done"
        process.kill()
        process.communicate()
        assert registry("HKCU", ours) == {"value": (4, b"\1\0\0\0")}
        assert Journal(folder).undo() == []
        assert registry("HKCU", ours) == {}
        assert not (folder / "work").exists()

    def test_two_runs_do_not_meet(self, folder):
        with journal.locked(folder) as first, journal.locked(folder) as second:
            assert (first, second) == (True, False)
        with journal.locked(folder) as again:
            assert again


# ---- asking ----


def a_question(seconds=60.0, needs=Needs.NOTHING):
    def ask(asking):
        """What is it?"""

    return Question("test-question", "how", needs, seconds, ask)


@pytest.fixture
def own_folder(folder, monkeypatch):
    monkeypatch.setenv(journal.FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture
def asker():
    """`asker(code)`: an Asker whose process runs this code. It is ended."""
    with contextlib.ExitStack() as made:

        def start(code):
            new = runner.Asker([sys.executable, "-c", code])
            made.callback(new.end)
            return new

        yield start


class TestAsker:
    def test_an_answer(self, own_folder, asker):
        code = f'input(); print(\'{runner.ANSWER}\' + \'{{"answer": {{"it": "S_OK"}}}}\', flush=True); input()'
        row = runner.ask(a_question(), False, 30, asker(code))
        assert (row.answer, row.reason) == ({"it": "S_OK"}, "")

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            (
                "import os; print('about to', flush=True); os._exit(3)",
                "its process ended with exit code 0x00000003 about to",
            ),
            ("import time; time.sleep(60)", "it did not end within 2 s, and was ended"),
            ("print('no answer')", "its process ended with exit code 0x00000000 no answer"),
            (
                "import ctypes; ctypes.windll.kernel32.SetErrorMode(3); ctypes.c_int.from_address(8).value",
                "its process ended with exit code 0xC0000005",
            ),
        ],
    )
    def test_a_question_that_ends_its_process_costs_its_row(self, own_folder, asker, code, reason):
        row = runner.ask(a_question(), False, 2 if "sleep" in code else 30, asker(code))
        assert row.answer is None
        assert row.reason == reason

    def test_what_it_changed_is_undone(self, own_folder, asker, ours):
        code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tools.facts_on_windows.journal import Journal, home
Journal(home()).set_number("HKCU", {ours!r}, "value", 1)
print("changed", flush=True)
"""
        row = runner.ask(a_question(), False, 60, asker(code))
        assert row.reason == "its process ended with exit code 0x00000000 changed"
        assert registry("HKCU", ours) == {}
        assert not Journal(own_folder).path.exists()

    def test_what_cannot_be_undone_is_in_the_row(self, own_folder, asker, monkeypatch):
        monkeypatch.setattr(runner.stored.Stores, "sweep", lambda self: ["it is still there"])
        Journal(own_folder).expect_reports()
        row = runner.ask(a_question(), False, 10, asker("pass"))
        assert row.notes == ["not undone: it is still there"]
        assert "(not undone: it is still there)" in table.markdown({}, [row])

    def test_ctrl_c_undoes(self, own_folder, ours, monkeypatch, capsys):
        class Interrupted:
            ended = False

            def __init__(self, command):
                pass

            def ask(self, name, seconds):
                Journal(own_folder).set_number("HKCU", ours, "value", 1)
                raise KeyboardInterrupt

            def end(self):
                Interrupted.ended = True

        monkeypatch.setattr(runner, "Asker", Interrupted)
        chosen = SimpleNamespace(seconds=None, json=True, output=None)
        monkeypatch.setattr(runner, "_print_out", lambda text, output: None)
        assert runner._ask_all(["text-event"], False, chosen) == 130
        assert registry("HKCU", ours) == {}
        assert Interrupted.ended
        assert "Stopped after 0 of 1 questions" in capsys.readouterr().err

    def test_a_start_undoes_what_a_killed_run_left(self, own_folder, ours, capsys):
        Journal(own_folder).set_number("HKCU", ours, "value", 1)
        assert runner.main(["--undo"]) == 0
        assert registry("HKCU", ours) == {}
        assert "An earlier run was interrupted" in capsys.readouterr().err

    def test_what_cannot_be_undone_at_the_start_stops_it(self, own_folder, monkeypatch, capsys):
        monkeypatch.setattr(runner.stored.Stores, "sweep", lambda self: ["it is still there"])
        Journal(own_folder).expect_reports()
        assert runner.main(["--only", "text-event"]) == 1
        assert "it is still there" in capsys.readouterr().err

    def test_one_run_at_a_time(self, own_folder, capsys):
        with journal.locked(own_folder):
            assert runner.main(["--only", "text-event"]) == 1
        assert "Another run is asking this machine" in capsys.readouterr().err

    def test_what_an_earlier_question_left_keeps_others_from_submitting(self, own_folder, asker):
        Journal(own_folder).expect_reports()
        row = runner.ask(a_question(needs=Needs.HELD), False, 10, asker("pass"))
        assert row.reason == "what an earlier question has left could not be undone"

    def test_an_administrator_is_needed(self, own_folder, asker):
        row = runner.ask(a_question(needs=Needs.ADMIN), False, 10, asker("pass"))
        assert row.reason == "needs an administrator"


class TestTable:
    def test_nothing_that_names_the_user(self, monkeypatch):
        monkeypatch.setenv("LOCALAPPDATA", r"C:\Users\Jane Roe\AppData\Local")
        monkeypatch.setenv("USERPROFILE", r"C:\Users\Jane Roe")
        monkeypatch.setenv("USERNAME", "Jane Roe")
        monkeypatch.setenv("COMPUTERNAME", "JANES-PC")
        said = table.private(r"c:\users\jane roe\appdata\local\x, C:\Users\Jane Roe\y, JANES-PC, by Jane Roe")
        assert said == r"%LOCALAPPDATA%\x, %USERPROFILE%\y, %COMPUTERNAME%, by %USERNAME%"

    def test_what_differs_from_report_to_report(self):
        name = "NonCritical_werapi-facts_2b5a9c1e0d7f4a3b_00000000_0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
        assert table.private(name) == "NonCritical_werapi-facts_<16 hex digits>_<8 hex digits>_<GUID>"
        assert table.private("0x80070012, 57,465,080 bytes") == "0x80070012, 57,465,080 bytes"

    def test_a_cell_stays_a_cell(self):
        row = table.Row("an-id", "A | B?", "how", answer={"one": "1\n2", "list": ["a", "b"], "none": []})
        line = table.markdown({"Windows": "11"}, [row]).splitlines()[-1]
        assert line == r"| `an-id` | A \| B? | one: 1 2; list: a, b; none: none | how |  |"


def test_the_structures_are_as_microsoft_says(layouts):
    for name, structure in api.STRUCTURES.items():
        assert ctypes.sizeof(structure) == layouts[name]["size"], name
    offsets = {field[0]: field[2] for field in layouts["WER_DUMP_CUSTOM_OPTIONS_V3"]["fields"]}
    for name, _ in api.DumpOptions._fields_:
        assert getattr(api.DumpOptions, name).offset == offsets[name], name
    offsets = {field[0]: field[2] for field in layouts["WER_REPORT_INFORMATION_V5"]["fields"]}
    for name, _ in api.ReportInformation._fields_:
        assert getattr(api.ReportInformation, name).offset == offsets[name], name
    offsets = {field[0]: field[2] for field in layouts["WER_REPORT_METADATA_V2"]["fields"]}
    for name in ("SizeInBytes", "NumberOfFiles", "SizeOfFileNames", "FileNames"):
        assert getattr(api.ReportMetadata, name).offset == offsets[name], name


def test_every_question_says_what_it_asks_and_how():
    for name, question in QUESTIONS.items():
        assert re.fullmatch("[a-z0-9-]+", name)
        assert question.text.endswith("?"), name
        assert question.how, name
        submits = Needs.HELD in question.needs or Needs.SEALED in question.needs
        assert submits or "queued" not in question.ask.__code__.co_names, name


def test_evidence_names_the_question_of_each_row():
    """Each row of "Only Windows can prove" in docs/evidence.md: an id, or why there is none."""
    text = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    table_of_rows = text.partition("## Only Windows can prove")[2]
    rows = [line for line in table_of_rows.splitlines() if line.startswith("|")][2:]
    assert len(rows) > 15
    named = set()
    for row in rows:
        asked = row.strip("|").rsplit("|", 1)[1].strip()
        ids = re.findall(r"`([a-z0-9-]+)`", asked)
        assert ids or re.match(r"none: \w+", asked), row
        assert set(ids) <= set(QUESTIONS), row
        named.update(ids)
    assert len(named) > 40


# ---- against the stand-in ----

PLACES = [("HKCU", guards.WER), ("HKLM", guards.WER), ("HKCU", guards.POLICIES), ("HKLM", guards.POLICIES)]


class Machine:
    """A machine of its own to ask: folders for the stores, and the stand-in."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self.log = folder / "facts.jsonl"
        monkeypatch.setenv(journal.FOLDER_VARIABLE, str(folder / "facts"))
        for variable, name in (("LOCALAPPDATA", "user"), ("ProgramData", "machine")):
            monkeypatch.setenv(variable, str(folder / name))
            (folder / name).mkdir()

    def answer(self, name):
        """The answer to a question, asked in this process; or the reason why there is none."""
        outcome = runner.answer_here(QUESTIONS[name], admin=True)
        assert Journal(journal.home(), stored.Stores()).undo() == []
        return outcome.get("answer") or outcome["reason"]

    def start(self, *arguments, rules=()):
        """Run the program."""
        rules = ";".join([f'log "{self.log}"', *rules])
        return subprocess.Popen(
            [sys.executable, "-P", "-B", ROOT / "tools" / "facts_on_windows", "--json", *arguments],
            env=os.environ | {"WER_STANDIN": rules},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def ask(self, *ids, rules=(), options=()):
        """Run the program with these questions, or all: the rows, by id."""
        process = self.start(*options, *(word for name in ids for word in ("--only", name)), rules=rules)
        output, errors = process.communicate(timeout=400)
        assert process.returncode == 0, errors.decode()
        return {row["id"]: SimpleNamespace(**row) for row in json.loads(output)["rows"]}

    def called(self, function):
        """What the program called so far."""
        lines = self.log.read_text(encoding="ascii").splitlines() if self.log.exists() else []
        return [call for call in map(json.loads, lines) if call["function"] == function]

    def reports(self):
        return list(self.folder.rglob("Report.wer"))

    @staticmethod
    def settings():
        return [registry(*place) for place in PLACES]


@pytest.fixture
def here(standin, tmp_path, monkeypatch):
    """A machine of its own to ask. At the end all must be as before."""
    before = Machine.settings()
    own = Machine(tmp_path, monkeypatch)
    standin.control('store ""')
    yield own
    standin.control("reset", "unregister", "scope user", "server offline")
    assert Machine.settings() == before
    assert own.reports() == []
    assert not list(tmp_path.glob("*/Microsoft/Windows/WER/Temp/*"))
    assert not (tmp_path / "facts" / "journal.jsonl").exists()
    assert not list((tmp_path / "facts").glob("work/*"))


# What the stand-in's README says that it does, or its source says that it chose.
DOCUMENTED = {
    "text-event": {"1 to 64 units": "S_OK", "65 to 263 units": "WER_E_LENGTH_EXCEEDED 0x80070503"},
    "text-parameter-value": {"1 to 259 units": "S_OK", "260 to 1027 units": "WER_E_LENGTH_EXCEEDED 0x80070503"},
    "text-parameter-name": {"1 to 128 units": "S_OK", "129 to 263 units": "WER_E_LENGTH_EXCEEDED 0x80070503"},
    "text-registered-path": {"258 to 259 units": "S_OK", "260 to 515 units": "WER_E_LENGTH_EXCEEDED 0x80070503"},
    "text-metadata-key": {"1 to 64 units": "S_OK", "65 to 67 units": "E_INVALIDARG 0x80070057"},
    "text-metadata-value": {"0 to 128 units": "S_OK", "129 to 131 units": "E_INVALIDARG 0x80070057"},
    "text-local-dumps": {"1 to 63 units": "S_OK", "64 to 67 units": "E_INVALIDARG 0x80070057"},
    "parameters-gap": {
        "WerReportSetParameter of P3 after P1": "S_OK",
        "WerReportSubmit then": "E_INVALIDARG 0x80070057",
        "WerReportSetParameter of P3 alone": "S_OK",
        "WerReportSubmit with P3 alone": "E_INVALIDARG 0x80070057",
    },
    "submit-twice": {
        "WerReportSubmit": "S_OK",
        "WerReportSubmit again": "WER_E_INVALID_STATE 0x8007139F",
        "WerReportSetParameter": "WER_E_INVALID_STATE 0x8007139F",
        "WerReportCloseHandle": "S_OK",
    },
    "dump-when-threads": {
        "WerReportAddDump": "S_OK",
        "WerReportSubmit": "QUEUED 1",
        "threads in the dump": 1,
        "so it was read at": "WerReportAddDump",
    },
    "dump-flags": {"they": "replace", "without": "0x40121", "with 0x1000": "0x1000"},
    "flags-replace": {"at first": "0x0", "after 1": "S_OK, 0x1", "after 4": "S_OK, 0x4", "so they are": "replaced"},
    "disabled-user": {"as it is": "QUEUED 1", "HKCU 1": "DISABLED 5"},
    "disabled-policy": {"policies 1, values 0": "DISABLED 5", "policies 0, values 1": "DISABLED 5"},
    "file-relative": {"WerReportAddFile": "S_OK", "in the report": "yes"},
}
DOCUMENTED_IN_PART = {
    "register-513": {"memory blocks": "512 succeed, then WER_E_INSUFFICIENT_BUFFER 0x8007007A"},
    "register-limits": {
        "metadata": "8 succeed, then WER_E_INSUFFICIENT_BUFFER 0x8007007A",
        "additional processes": "4 succeed, then WER_E_INSUFFICIENT_BUFFER 0x8007007A",
        "runtime exception modules": "16 succeed, then WER_E_INSUFFICIENT_BUFFER 0x8007007A",
    },
    "store-end": {"with reports": "WerStoreGetNextReportKey gives ERROR_NO_MORE_FILES 0x80070012 and no key"},
    "store-names-size": {"so it counts": "units"},
    "submit-queue": {"DENIED": "CANCELLED 6, in no store"},
    "submit-consents": {"DENIED, 0": "CANCELLED 6, in no store", "connections to the server": 0},
    "dump-noheap-onqueue": {"a heap dump with the flag": "S_OK; QUEUED 1, no dump"},
    "exclusion-value": {"add": "S_OK", "value": "REG_DWORD 01 00 00 00", "value then": "gone"},
    "snapshot-dump": {"the dump has the memory": "as it was when it was dumped"},
    "crash-handler": {"an access violation": "reported, with a dump, exit code 0xC0000005"},
}
NOT_UNDER_WINE = {name for name, question in QUESTIONS.items() if Needs.CRASHES in question.needs}


class TestOnTheStandIn:
    @pytest.mark.skipif(
        sys.version_info[:2] != (3, 13), reason="all questions take half a minute; the answers depend on no CPython"
    )
    def test_every_question_is_answered_as_the_stand_in_is_documented(self, here):
        rows = here.ask()
        assert set(rows) == set(QUESTIONS)
        for name in NOT_UNDER_WINE:
            assert rows[name].reason == "this machine has no WerFault.exe: nothing handles a crash here"
        reasons = {name: row.reason for name, row in rows.items() if row.answer is None and name not in NOT_UNDER_WINE}
        assert reasons == {}
        assert [row.notes for row in rows.values() if row.notes] == []
        assert {name: rows[name].answer for name in DOCUMENTED} == DOCUMENTED
        for name, part in DOCUMENTED_IN_PART.items():
            assert rows[name].answer.items() >= part.items(), name

    @pytest.mark.parametrize(
        ("name", "rule", "part"),
        [
            ("text-event", "fail WerReportCreate * 0x80004005", "E_FAIL 0x80004005"),
            ("store-end", "endofdata 18", "WerStoreGetNextReportKey gives ERROR_NO_MORE_FILES 18 and no key"),
            ("store-end", "fail WerStoreGetNextReportKey 2 0", "WerStoreGetNextReportKey gives S_OK and no key"),
            (
                "store-names-size",
                "smallbuffer 122",
                "ERROR_INSUFFICIENT_BUFFER 122, SizeOfFileNames 22, NumberOfFiles 0",
            ),
            ("report-place", "scope user", "%LOCALAPPDATA%, ReportQueue"),
            ("submit-consents", "scope machine", "QUEUED 1, in %ProgramData%, ReportQueue"),
            ("dump-flags", "fail WerReportAddDump 2 0x80070005", "E_ACCESSDENIED 0x80070005; QUEUED 1, no dump"),
            ("dump-ended", "fail WerReportAddDump 1 0", "S_OK"),
            ("submit-consents", "server online; scope user", "UPLOADED 2, in %LOCALAPPDATA%, ReportArchive"),
            ("submit-async", "fail WerReportSubmit 1 0x80004001", "E_NOTIMPL 0x80004001, in no store"),
            ("parameters-gap", "fail WerReportSetParameter 3 0x80070057", "E_INVALIDARG 0x80070057"),
            (
                "register-513",
                "fail WerRegisterMemoryBlock 100 0x8007007A",
                "99 succeed, then WER_E_INSUFFICIENT_BUFFER 0x8007007A",
            ),
            ("flags-replace", "fail WerSetFlags 2 0x80070057", "E_INVALIDARG 0x80070057, 0x1"),
            ("hold-milliseconds", "fail WerSetMaxProcessHoldMilliseconds * 0x80004001", "E_NOTIMPL 0x80004001"),
            ("snapshot-rights", "fail PssCaptureSnapshot * 0", "captured"),
        ],
    )
    def test_what_wer_answers_is_what_the_row_says(self, here, standin, name, rule, part):
        standin.control(rule)
        answer = here.answer(name)
        assert part in (answer.values() if isinstance(answer, dict) else [answer])

    def test_a_crash_that_nothing_handles(self, here, monkeypatch):
        """All that the stand-in can show of the questions about crashes: they run, end, and leave nothing."""
        monkeypatch.setattr(crashes, "WAIT", 1.0)
        answer = here.answer("localdumps-disabled")
        assert set(answer.values()) == {"no dump, no report that can be seen, exit code 0xC0000005"}
        assert list(answer) == ["as it is", "Disabled 1 in HKCU", "Disabled 1 in HKLM"]
        assert here.answer("crash-registered") == "no report of the crash is in a store that can be seen"

    def test_what_fails_before_the_question_is_the_reason(self, here, standin):
        standin.answer("WerReportCreate", 0x80004005)
        reason = "WerReportCreate failed before the question could be asked: E_FAIL 0x80004005"
        assert here.answer("dump-when") == reason

    def test_where_wer_is_disabled_the_row_says_so(self, here, setting):
        setting("HKCU", guards.WER, "Disabled", 1)
        assert here.answer("report-place") == "WerReportSubmit into the queue answers DISABLED 5 on this machine"

    def test_other_reports_are_left_alone(self, here):
        theirs = here.folder / "user" / "Microsoft" / "Windows" / "WER" / "ReportQueue" / "NonCritical_theirs"
        theirs.mkdir(parents=True)
        lines = "Version=1\r\nEventType=Theirs\r\nSig[0].Value=theirs.exe\r\n"
        (theirs / "Report.wer").write_text(lines, encoding="utf-16")
        assert here.answer("store-end")["with reports"] != "there was none"
        assert [path.parent for path in here.reports()] == [theirs]
        (theirs / "Report.wer").unlink()

    def test_a_question_that_hangs_costs_its_row(self, here):
        rows = here.ask(
            "text-event",
            "dump-when-threads",
            "flags-replace",
            rules=["block WerReportAddDump * wer-tests-facts"],
            options=["--seconds", "10"],
        )
        assert rows["dump-when-threads"].reason == "it did not end within 10 s, and was ended"
        assert rows["text-event"].answer == DOCUMENTED["text-event"]
        assert rows["flags-replace"].answer == DOCUMENTED["flags-replace"]

    def test_killed_in_the_middle(self, here):
        """The next start undoes it."""
        before = here.settings()
        process = here.start("--only", "submit-consents", rules=["block WerReportSubmit 3 wer-tests-facts-killed"])
        deadline = time.monotonic() + 90
        while len(here.called("WerReportSubmit")) < 2 or not here.reports():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert here.settings() != before
        process.kill()
        process.communicate()
        assert here.settings() != before
        assert here.ask("text-event")["text-event"].answer == DOCUMENTED["text-event"]
        assert here.settings() == before
        assert here.reports() == []

    def test_without_an_administrator(self, here, standin, capsys):
        ids = ["submit-consents", "localdumps-disabled", "disabled-hives"]
        output = here.folder / "facts.md"
        words = [word for name in ids for word in ("--only", name)]
        assert runner.main(["--no-admin", "--output", str(output), *words]) == 0
        lines = output.read_text(encoding="utf-8").splitlines()
        assert [line.split(" | ")[2] for line in lines if line.startswith("| `")] == [
            "not answered: needs an administrator"
        ] * 3
        assert "administrator no" in lines[0]
        assert standin.calls("WerReportSubmit") == []


class TestWhenAProcessIsRead:
    """The same question of a WER that reads in WerReportAddDump, and of one that reads in WerReportSubmit."""

    def test_at_once(self, here):
        answer = here.answer("dump-when")
        for change in ("its memory is changed", "the handle is closed", "the process is ended"):
            assert "the dump has the memory as it was at WerReportAddDump" in answer[change]
        assert here.answer("dump-when-threads")["so it was read at"] == "WerReportAddDump"

    def test_only_when_the_report_is_submitted(self, here, standin):
        if dll.WerStandInControl(ctypes.c_wchar_p("collect submit")):
            pytest.skip("this stand-in cannot be told to read the process in WerReportSubmit")
        answer = here.answer("dump-when")
        assert "the dump has the memory as it was at WerReportSubmit" in answer["its memory is changed"]
        for change in ("the handle is closed", "the process is ended"):
            assert "the dump has the memory" not in answer[change]
        assert here.answer("dump-when-threads")["so it was read at"] == "WerReportSubmit"

    def test_the_dump_decides(self, tmp_path):
        """What tells the two apart: the worker's memory is found by what it was, and only there."""
        worker = Worker(None, 0, 0, bytes(range(16)))
        dump = tmp_path / "dump"
        for written, found in ((b"1", "1"), (b"2", "2"), (b"3", "")):
            dump.write_bytes(b"..." + worker.secret + written * 16 + b"...")
            assert worker.found_in(dump) == found
        assert set(STATES) == {"1", "2", "12", ""}


@pytest.fixture
def setting(standin, tmp_path_factory):
    """Set a value of the registry until the end of the test."""
    own = Journal(tmp_path_factory.mktemp("settings"))
    yield own.set_number
    assert own.undo() == []


@pytest.fixture
def asking(own_folder, standin):
    """`asking(needs, admin)`: an Asking. What it changes is undone."""
    own = Journal(own_folder, stored.Stores())
    yield lambda needs, admin=True: Asking(own, admin, needs)
    assert own.undo() == []


class TestGuards:
    """Where anything says that a report might be sent, none is submitted."""

    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            ([("HKLM", guards.POLICIES, "ForceQueue", 0)], "ForceQueue does not queue"),
            ([("HKCU", guards.POLICIES, "ForceQueue", 0)], "ForceQueue does not queue"),
            ([("HKLM", guards.POLICIES + r"\Consent", stored.EVENT, 4)], "does not ask"),
            (
                [
                    ("HKLM", guards.WER + r"\Consent", "DefaultOverrideBehavior", 1),
                    ("HKLM", guards.WER + r"\Consent", "DefaultConsent", 4),
                ],
                "puts a consent that sends above that of the event",
            ),
        ],
    )
    def test_nothing_is_queued(self, setting, asking, standin, settings, said):
        for one in settings:
            setting(*one)
        with pytest.raises(guards.Refused, match="it cannot be shown that nothing would leave the machine") as caught:
            asking(Needs.HELD).__enter__()
        assert said in str(caught.value)
        assert standin.calls("WerReportCreate") == []

    def test_a_machine_wide_value_against_us_without_an_administrator(self, setting, asking):
        setting("HKLM", guards.WER, "ForceQueue", 0)
        with pytest.raises(guards.Refused, match="ForceQueue does not queue"):
            asking(Needs.HELD, admin=False).__enter__()
        with asking(Needs.HELD, admin=True):
            assert journal.read_number("HKLM", guards.WER, "ForceQueue") == 1

    @pytest.mark.parametrize("hive", ["HKLM", "HKCU"])
    def test_nothing_may_be_sent(self, setting, asking, hive):
        setting(hive, guards.POLICIES, "CorporateWERPortNumber", 443)
        with pytest.raises(guards.Refused, match="CorporateWERPortNumber is set"):
            asking(Needs.SEALED).__enter__()

    def test_a_change_between_is_seen(self, setting, asking, standin):
        """The settings are read again at each submission."""
        with asking(Needs.HELD) as own, own.report() as report:
            setting("HKLM", guards.POLICIES, "ForceQueue", 0)
            with pytest.raises(guards.Refused, match="ForceQueue does not queue"):
                report.submit()
        assert standin.calls("WerReportSubmit") == []

    def test_a_question_cannot_submit_what_it_did_not_say(self, asking, standin):
        with (
            asking(Needs.NOTHING) as own,
            own.report() as report,
            pytest.raises(guards.Refused, match="did not say so"),
        ):
            report.submit()
        assert standin.calls("WerReportSubmit") == []

    @pytest.mark.parametrize(
        ("consent", "flags"), [("APPROVED", 4), ("NOT_ASKED", 0), ("ALWAYS_PROMPT", 4), ("NOT_ASKED", 0x80)]
    )
    def test_only_the_queue_without_the_loopback_server(self, asking, standin, consent, flags):
        with (
            asking(Needs.HELD) as own,
            own.report() as report,
            pytest.raises(guards.Refused, match="corporate server on loopback"),
        ):
            report.submit(wer.Consent[consent], flags)
        assert standin.calls("WerReportSubmit") == []

    def test_the_listener_has_to_be_there_at_each_submission(self, asking, standin):
        with asking(Needs.SEALED) as own, own.report() as report:
            own.listener.close()
            with pytest.raises(guards.Refused, match="cannot be reached"):
                report.submit(wer.Consent.APPROVED, 0)
        assert standin.calls("WerReportSubmit") == []
