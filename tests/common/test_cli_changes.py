"""Commands that change settings, on a registry that is only played: local-dumps, exclude, crash-module, uninstall."""

import os
import re
import sys

import pytest
from clirun import run
from fake_registry import FakeRegistry

import wer
from wer import changes
from wer._machine.keys import EXCLUDED, EXCLUDED_BY_POLICY, IMAGES, LOCAL_DUMPS, MODULES, PROFILES, SILENT_EXIT
from wer._machine.registry import HKCU, HKLM, Kind, Value
from wer.changes._journal import KEY

WER = r"SOFTWARE\Microsoft\Windows\Windows Error Reporting"
HOSTILE = "a\x1b[31m\u202eb.exe"


@pytest.fixture
def machine(monkeypatch):
    """Put a registry in place of this machine's."""

    def put(keys=None, user=None, **more):
        registry = FakeRegistry({(HKLM, 64): {WER: {}} | (keys or {}), (HKCU, 64): {WER: {}} | (user or {})}, **more)
        monkeypatch.setattr("wer._machine.registry.this_registry", lambda: registry)
        return registry

    return put


def tree(registry):
    return {place: keys for place, keys in registry.snapshot().items() if keys}


@pytest.mark.skipif(sys.platform == "win32", reason="it is of other systems")
@pytest.mark.parametrize(
    "arguments",
    [
        ("local-dumps", "show"),
        ("local-dumps", "set", "--yes"),
        ("local-dumps", "unset", "--yes"),
        ("exclude", "list"),
        ("exclude", "add", "a.exe", "--yes"),
        ("crash-module", "show"),
        ("uninstall", "--yes"),
    ],
)
def test_off_windows(arguments):
    done = run(*arguments)
    assert done.code == 5
    assert "registry of Windows" in done.err


class TestLocalDumps:
    SET = "local-dumps", "set", "--exe", "python.exe"

    def test_show_off(self, machine):
        machine()
        done = run("local-dumps", "show")
        assert done.code == 1
        assert done.out.startswith("Local dumps of programs without a key of their own: off, since the key HKLM")
        assert re.search(r"^Value +Holds +From +Problem$", done.out, re.MULTILINE)
        assert re.search(r"^Account +Its dumps go to$", done.out, re.MULTILINE)
        assert re.search(r"%LOCALAPPDATA%\\CrashDumps +default", done.out)

    def test_what_looks_as_if_it_were_set_is_warned_of(self, machine):
        machine(user={LOCAL_DUMPS: {}})
        done = run("local-dumps", "show")
        assert done.code == 1
        assert done.err.startswith(rf"Warning: HKCU\{LOCAL_DUMPS} is there, and WER ignores it")
        assert len(run("local-dumps", "show", "--json").answer["warnings"]) == 1

    @pytest.mark.parametrize(
        "arguments",
        [
            ("set", "--exe", "a.exe"),
            ("unset", "--exe", "a.exe"),
            ("set", "--exe", "a.exe", "--on-kill"),
            ("unset", "--exe", "a.exe", "--on-kill"),
        ],
    )
    def test_what_may_not_be_read_needs_an_administrator(self, machine, arguments):
        machine({SILENT_EXIT: {}, LOCAL_DUMPS: {}}, denied=[(HKLM, LOCAL_DUMPS), (HKLM, SILENT_EXIT), (HKLM, KEY)])
        done = run("local-dumps", *arguments, "--yes")
        assert (done.code, done.out) == (4, "")
        assert done.err.endswith("; run this as an administrator\n")

    def test_show_on(self, machine):
        machine(
            {LOCAL_DUMPS: {"DumpType": (Kind.DWORD, 2)}, rf"{LOCAL_DUMPS}\python.exe": {"DumpCount": (Kind.SZ, "3")}}
        )
        done = run("local-dumps", "show", "--exe", "python.exe")
        assert done.code == 0
        assert done.out.startswith("Local dumps of python.exe: on, as far as these settings say")
        assert re.search(r"^DumpCount +unknown +python\.exe +DumpCount is REG_SZ, and not", done.out, re.MULTILINE)
        assert re.search(r"^DumpType +2 \(full\) +all programs$", done.out, re.MULTILINE)
        assert "Programs with a key of their own: python.exe" in done.out
        answer = run("local-dumps", "show", "--exe", "python.exe", "--json").answer
        assert (answer["exe"], answer["on"], answer["exists"]) == ("python.exe", True, True)
        assert answer["programs"] == ["python.exe"]
        folder, count, dump_type, _ = answer["settings"]
        assert (folder["name"], folder["source"], folder["stored"]) == ("DumpFolder", "default", None)
        assert (count["data"], count["source"], count["stored"]) == (None, "this program", {"kind": "SZ", "data": "3"})
        assert count["problem"].startswith("DumpCount is REG_SZ")
        assert dump_type == {
            "name": "DumpType",
            "data": 2,
            "source": "all programs",
            "stored": {"kind": "DWORD", "data": 2},
            "problem": "",
            "sure": "documented",
        }

    @pytest.mark.parametrize(
        ("name", "data", "shown"),
        [
            ("DumpType", 0, "0 (custom)"),
            ("DumpType", 1, "1 (mini)"),
            ("DumpCount", 1, "1"),
            ("CustomDumpFlags", 0x1121, "0x1121, only with DumpType 0"),
        ],
    )
    def test_what_a_value_means(self, machine, name, data, shown):
        machine({LOCAL_DUMPS: {name: (Kind.DWORD, data)}})
        assert re.search(rf"^{name} +{re.escape(shown)} +all programs$", run("local-dumps", "show").out, re.MULTILINE)

    def test_show_for_all_accounts(self, machine):
        machine({rf"{PROFILES}\S-1-5-21-9": {"ProfileImagePath": (Kind.EXPAND_SZ, r"C:\Users\nine")}})
        assert r"C:\Users\nine\AppData\Local\CrashDumps" in run("local-dumps", "show", "--all-accounts").out
        assert "nine" not in run("local-dumps", "show").out
        folders = run("local-dumps", "show", "--all-accounts", "--json").answer["folders"]
        accounts = [one["account"] for one in folders]
        assert accounts == ["this account", "LocalSystem", "LocalService", "NetworkService", "S-1-5-21-9"]
        assert folders[-1] == {
            "account": "S-1-5-21-9",
            "profile": r"C:\Users\nine",
            "folder": r"C:\Users\nine\AppData\Local\CrashDumps",
            "sure": "documented",
        }

    def test_show_what_may_not_be_read(self, machine):
        machine(denied=[(HKLM, LOCAL_DUMPS)])
        done = run("local-dumps", "show")
        assert done.code == 3
        assert "cannot tell" in done.err

    def test_show_what_is_hostile(self, machine):
        machine({rf"{LOCAL_DUMPS}\{HOSTILE}": {}, LOCAL_DUMPS: {"DumpFolder": (Kind.EXPAND_SZ, "C:\\\x1b]0;x\x07")}})
        done = run("local-dumps", "show")
        assert "\x1b" not in done.out + done.err
        assert "\u202e" not in done.out + done.err
        assert run("local-dumps", "show", "--json").answer["programs"] == [HOSTILE]

    def test_set_is_a_plan(self, machine):
        registry = machine()
        before = tree(registry)
        done = run(*self.SET, "--count", "3")
        assert done.code == 0
        assert done.out == ""
        assert "EVERY program" in done.err
        assert rf"set HKLM\{LOCAL_DUMPS}\python.exe, DumpCount to 3 [DWORD]" in done.err
        assert "Nothing was done" in done.err
        assert tree(registry) == before

    def test_set_and_unset(self, machine):
        registry = machine()
        before = tree(registry)
        done = run(*self.SET, "--only-this-program", "--type", "custom", "--flags", "0x1121", "--yes")
        assert done.code == 0
        assert "Done: 6 changes, and read back." in done.out
        assert registry.value(HKLM, rf"{LOCAL_DUMPS}\python.exe", "CustomDumpFlags").data == 0x1121
        assert run("local-dumps", "show", "--exe", "python.exe").code == 0
        assert run("local-dumps", "show", "--exe", "other.exe").code == 1
        again = run(*self.SET, "--only-this-program", "--yes")
        assert (again.code, again.out) == (0, "Nothing to do.\n")
        again = run(*self.SET, "--only-this-program", "--yes", "--json")
        assert (again.code, again.answer["done"], again.answer["plan"], again.answer["changes"]) == (0, False, [], [])
        undone = run("local-dumps", "unset", "--exe", "python.exe", "--yes", "--json")
        assert undone.code == 0
        assert undone.answer["done"] is True
        assert tree(registry) == before

    def test_how_much_was_done(self, machine):
        machine({LOCAL_DUMPS: {}})
        assert run("local-dumps", "set", "--count", "3", "--yes").out == "Done: 1 change, and read back.\n"
        done = run("local-dumps", "set", "--count", "4", "--type", "mini", "--yes")
        assert done.out == "Done: 2 changes, and read back.\n"

    def test_json_of_a_plan(self, machine):
        machine({LOCAL_DUMPS: {"DumpCount": (Kind.BINARY, b"\1\2")}})
        answer = run("local-dumps", "set", "--count", "3", "--json").answer
        assert answer["done"] is False
        (change,) = answer["changes"]
        assert change == {
            "hive": "HKLM",
            "view": 64,
            "key": LOCAL_DUMPS,
            "name": "DumpCount",
            "before": {"kind": "BINARY", "data": "0102"},
            "after": {"kind": "DWORD", "data": 3},
        }

    def test_no_administrator(self, machine):
        machine(read_only=[(HKLM, "SOFTWARE")])
        done = run(*self.SET, "--yes")
        assert done.code == 4
        assert "run this as an administrator" in done.err
        assert "HKLM\\SOFTWARE" in done.err
        assert "Done" not in done.out

    def test_it_is_not_kept(self, machine, monkeypatch):
        registry = machine()
        monkeypatch.setattr(registry, "set", lambda *_: None)
        done = run(*self.SET, "--count", "3", "--yes", "--json")
        assert done.code == 3
        assert "redirection" in done.answer["error"]["text"]

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("set", "--exe", r"C:\python.exe"), "without a folder"),
            (("set", "--folder", "dumps"), "a full path"),
            (("set", "--flags", "1"), "flags are for dump_type custom"),
            (("set", "--flags", "x"), "expected a number"),
            (("set", "--count", "-1"), "0 to 4294967295"),
            (("set", "--only-this-program"), "needs exe"),
            (("set", "--on-kill"), "--on-kill needs --exe"),
            (("unset", "--on-kill"), "--on-kill needs --exe"),
            (("set", "--on-kill", "--exe", "a.exe", "--only-this-program"), "has no meaning with --on-kill"),
            (("show", "--exe", ""), "exe is empty"),
        ],
    )
    def test_usage(self, machine, arguments, words):
        machine()
        done = run("local-dumps", *arguments)
        assert done.code == 2
        assert words in done.err

    def test_a_folder_that_is_there(self, machine, tmp_path, monkeypatch):
        machine()
        monkeypatch.setattr("os.path.isdir", lambda path: path == r"C:\Dumps")
        done = run(*self.SET, "--folder", r"C:\Dumps")
        assert "is there and stays as it is" in done.err
        assert r'icacls "C:\Dumps" /grant "NT SERVICE\NAME:(OI)(CI)M"' in done.err
        assert "make the folder" not in done.err

    def test_a_folder_for_each_account(self, machine):
        machine()
        done = run(*self.SET, "--folder", r"%TEMP%\Dumps")
        assert "expanded for the account that crashes" in done.err
        assert "make the folder" not in done.err

    def test_a_folder_that_is_not_there(self, machine, monkeypatch):
        registry = machine()
        made = []
        monkeypatch.setattr("wer.cli.local_dumps.make_dump_folder", lambda path: made.append(path) or True)
        done = run(*self.SET, "--folder", r"C:\No such\Dumps", "--json")
        assert r"make the folder C:\No such\Dumps: SYSTEM and administrators" in done.answer["plan"][0]
        assert made == []
        done = run(*self.SET, "--folder", r"C:\No such\Dumps", "--yes")
        assert made == [r"C:\No such\Dumps"]
        assert "Done: the folder and 3 changes" in done.out
        assert registry.value(HKLM, rf"{LOCAL_DUMPS}\python.exe", "DumpFolder").kind == Kind.EXPAND_SZ

    @pytest.mark.parametrize("made", [True, False])
    def test_a_folder_is_not_left_behind(self, machine, monkeypatch, made):
        """But for one that somebody else has made meanwhile."""
        machine(read_only=[(HKLM, "SOFTWARE")])
        removed = []
        monkeypatch.setattr("wer.cli.local_dumps.make_dump_folder", lambda path: made)
        monkeypatch.setattr("os.rmdir", removed.append)
        assert run(*self.SET, "--folder", r"C:\No such\Dumps", "--yes").code == 4
        assert removed == ([r"C:\No such\Dumps"] if made else [])

    def test_a_folder_that_cannot_be_made(self, machine, monkeypatch):
        registry = machine()
        before = tree(registry)

        def fail(path):
            raise FileNotFoundError(2, "no such folder", path)

        monkeypatch.setattr("wer.cli.local_dumps.make_dump_folder", fail)
        done = run(*self.SET, "--folder", r"C:\No such\Dumps", "--yes")
        assert done.code == 1
        assert r"C:\No such\Dumps: no such folder" in done.err
        assert tree(registry) == before

    def test_an_error_that_is_about_no_file(self, machine, monkeypatch):
        def fail(path):
            error = OSError(28, "no room")
            error.add_note("Nothing was changed.")
            raise error

        machine()
        monkeypatch.setattr("wer.cli.local_dumps.make_dump_folder", fail)
        done = run(*self.SET, "--folder", r"C:\No such\Dumps", "--yes")
        assert done.code == 1
        assert done.err.endswith("wer local-dumps set: no room\nNothing was changed.\n")

    def test_on_kill(self, machine):
        registry = machine({rf"{IMAGES}\python.exe": {"GlobalFlag": (Kind.DWORD, 0x10)}})
        before = tree(registry)
        done = run(*self.SET, "--on-kill", "--type", "mini", "--yes")
        assert done.code == 0
        assert "settings only" in done.err
        assert registry.value(HKLM, rf"{IMAGES}\python.exe", "GlobalFlag").data == 0x210
        assert registry.value(HKLM, rf"{SILENT_EXIT}\python.exe", "ReportingMode").data == 2
        assert registry.values(HKLM, LOCAL_DUMPS) is None
        assert run("local-dumps", "unset", "--exe", "python.exe", "--on-kill", "--yes").code == 0
        assert tree(registry) == before

    def test_a_monitor_of_somebody_else(self, machine):
        machine({rf"{SILENT_EXIT}\python.exe": {"MonitorProcess": (Kind.SZ, "x.exe")}})
        done = run(*self.SET, "--on-kill", "--yes")
        assert done.code == 2
        assert "not touched" in done.err


class TestExclude:
    @pytest.fixture
    def wers(self, machine, monkeypatch):
        """WER's two functions, on the registry that is put in place."""

        def put(registry):
            def add(name, all_users):
                hive = HKLM if all_users else HKCU
                registry.create(hive, EXCLUDED)
                registry.set(hive, EXCLUDED, Value(name, Kind.DWORD, 1))

            def remove(name, all_users):
                hive = HKLM if all_users else HKCU
                if registry.value(hive, EXCLUDED, name) is None:
                    raise wer.WerError(0x800700CB, "WerRemoveExcludedApplication", filename=name)
                registry.delete_value(hive, EXCLUDED, name)

            monkeypatch.setattr("wer._settings.add_excluded_application", add)
            monkeypatch.setattr("wer._settings.remove_excluded_application", remove)
            return registry

        return put

    def test_add_list_remove(self, machine, wers):
        registry = wers(machine())
        assert run("exclude", "list").out == "Nobody is excluded.\n"
        done = run("exclude", "add", "worker.exe")
        assert "documented nowhere" in done.err
        assert registry.values(HKCU, EXCLUDED) is None
        assert run("exclude", "add", "worker.exe", "--yes").out == "Done, and read back.\n"
        assert run("exclude", "list", "WORKER.exe", "--json").answer["entries"] == [
            {
                "name": "worker.exe",
                "hive": "HKCU",
                "by_policy": False,
                "made_here": True,
                "stored": {"kind": "DWORD", "data": 1},
            }
        ]
        assert "worker.exe  for this user  1 [DWORD]  yes" in run("exclude", "list").out
        assert run("exclude", "list", "other.exe").out == "other.exe is not excluded.\n"
        assert run("exclude", "remove", "worker.exe", "--yes").code == 0
        assert registry.values(HKCU, EXCLUDED) == []
        assert registry.values(HKCU, KEY) is None

    def test_for_all_users(self, machine, wers):
        registry = wers(machine())
        assert run("exclude", "add", "worker.exe", "--all-users", "--yes").code == 0
        assert registry.value(HKLM, EXCLUDED, "worker.exe") is not None
        assert "already" in run("exclude", "add", "worker.exe", "--all-users").err
        assert "already" not in run("exclude", "add", "worker.exe").err

    @pytest.mark.parametrize("name", ["python.exe", "PythonW.exe", "py.exe"])
    def test_every_python(self, machine, name):
        machine()
        done = run("exclude", "add", name, "--json")
        assert any("EVERY Python program of this user" in note for note in done.answer["notes"])

    def test_no_exe(self, machine):
        machine()
        assert "does not end with .exe" in run("exclude", "add", "worker").err
        assert "does not end with .exe" not in run("exclude", "add", "worker.exe").err
        assert "does not end with .exe" not in run("exclude", "add", "WORKER.EXE").err
        assert "does not end with .exe" not in run("exclude", "remove", "worker").err

    def test_a_policy_stays(self, machine, wers):
        registry = machine(
            {EXCLUDED_BY_POLICY: {"worker.exe": (Kind.SZ, "worker.exe")}}, {EXCLUDED: {"worker.exe": (Kind.SZ, "")}}
        )
        wers(registry)
        done = run("exclude", "remove", "worker.exe", "--yes")
        assert done.code == 3
        assert "still excluded: for all users, by a policy" in done.err

    def test_one_that_is_not(self, machine, wers):
        wers(machine())
        assert "not excluded for this user" in run("exclude", "remove", "worker.exe").err
        done = run("exclude", "remove", "worker.exe", "--yes")
        assert done.code == 1
        assert "not excluded" in done.err

    def test_no_administrator(self, machine, monkeypatch):
        registry = machine(read_only=[(HKLM, "SOFTWARE")])
        done = run("exclude", "add", "worker.exe", "--all-users", "--yes")
        assert done.code == 4
        assert "administrator" in done.err
        assert registry.values(HKLM, EXCLUDED) is None

    def test_it_is_not_where_it_should_be(self, machine, monkeypatch):
        machine()
        monkeypatch.setattr("wer._settings.add_excluded_application", lambda *_: None)
        done = run("exclude", "add", "worker.exe", "--yes")
        assert done.code == 3
        assert "the registry does not have it: nowhere." in done.err

    def test_it_is_only_where_it_was(self, machine, monkeypatch):
        machine({EXCLUDED: {"worker.exe": (Kind.DWORD, 1)}})
        monkeypatch.setattr("wer._settings.add_excluded_application", lambda *_: None)
        done = run("exclude", "add", "worker.exe", "--yes", "--json")
        assert (done.code, done.answer["done"]) == (3, True)
        assert done.answer["notes"][-1].endswith("the registry does not have it: ['for all users'].")
        assert [entry["hive"] for entry in done.answer["entries"]] == ["HKLM"]

    def test_hostile_names(self, machine):
        machine(user={EXCLUDED: {HOSTILE: (Kind.SZ, "\x1b[2J")}})
        done = run("exclude", "list")
        assert "\x1b" not in done.out
        assert "\u202e" not in done.out

    def test_unreadable(self, machine):
        machine(denied=[(HKLM, EXCLUDED)])
        done = run("exclude", "list")
        assert done.code == 3
        assert "Cannot tell" in done.err

    def test_usage(self, machine):
        machine()
        assert run("exclude", "add", r"C:\a.exe", "--yes").code == 2


class TestCrashModule:
    @pytest.fixture
    def dll(self, tmp_path, monkeypatch):
        path = tmp_path / "wer_exception_module.dll"
        path.touch()
        monkeypatch.setattr("wer._exception_module.PATH", str(path))
        return str(path)

    @pytest.mark.parametrize("options", [(), ("--machine",)])
    def test_install_and_remove(self, machine, dll, options):
        registry = machine()
        before = tree(registry)
        done = run("crash-module", "show")
        assert (done.code, done.out) == (1, f"{dll}: not installed\n")
        assert run("crash-module", "install", *options).code == 0
        assert tree(registry) == before
        assert run("crash-module", "install", *options, "--yes").code == 0
        assert [value.name for value in registry.values(HKLM if options else HKCU, MODULES)] == [dll]
        done = run("crash-module", "show")
        assert done.code == 0
        assert done.out.startswith(f"{dll}: installed\n\nDLL ")
        assert run("crash-module", "remove", *options, "--yes").code == 0
        assert tree(registry) == before

    def test_missing_ones(self, machine, dll):
        old = r"C:\old\wer_exception_module.dll"
        machine({MODULES: {old: (Kind.DWORD, 0), r"C:\theirs.dll": (Kind.DWORD, 0), r"\\far\a.dll": (Kind.DWORD, 0)}})
        done = run("crash-module", "show")
        assert f"{old} is of an installation that has gone" in done.err
        assert r"C:\theirs.dll is missing" in done.err
        assert "not looked at" in done.out
        answer = run("crash-module", "show", "--json").answer
        there = {entry["path"]: entry["is_there"] for entry in answer["entries"]}
        assert there == {old: False, r"C:\theirs.dll": False, r"\\far\a.dll": None}
        assert {entry["path"]: entry["ours"] for entry in answer["entries"] if entry["ours"]} == {old: True}

    def test_whose_they_are(self, machine, dll):
        machine({MODULES: {r"C:\theirs.dll": (Kind.DWORD, 7)}}, {MODULES: {dll: (Kind.DWORD, 0)}})
        done = run("crash-module", "show")
        assert re.search(r"^DLL +For +The file is$", done.out, re.MULTILINE)
        assert re.search(r"^C:\\theirs\.dll +all users +MISSING$", done.out, re.MULTILINE)
        assert re.search(rf"^{re.escape(dll)} +this user +(there|not looked at: .*)$", done.out, re.MULTILINE)
        answer = run("crash-module", "show", "--json").answer
        assert (answer["path"], answer["installed"], answer["unreadable"]) == (dll, True, [])
        theirs = next(entry for entry in answer["entries"] if entry["path"] != dll)
        assert theirs == {
            "path": r"C:\theirs.dll",
            "hive": "HKLM",
            "is_there": False,
            "ours": False,
            "stored": {"kind": "DWORD", "data": 7},
        }

    def test_no_dll(self, machine, monkeypatch, tmp_path):
        machine()
        monkeypatch.setattr("wer._exception_module.PATH", str(tmp_path / "none.dll"))
        done = run("crash-module", "install", "--yes")
        assert done.code == 1
        assert "no exception module" in done.err

    def test_no_administrator(self, machine, dll):
        machine(read_only=[(HKLM, "SOFTWARE")])
        assert run("crash-module", "install", "--machine", "--yes").code == 4
        assert run("crash-module", "install", "--yes").code == 0

    def test_unreadable(self, machine, dll):
        machine(denied=[(HKLM, MODULES)])
        assert run("crash-module", "show").code == 3


class TestUninstall:
    @pytest.fixture
    def folder(self, tmp_path, monkeypatch):
        """The folder of this account's files."""
        monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
        monkeypatch.setattr("wer.changes._uninstall.is_running", lambda pid, created: pid == 1)
        return tmp_path / "wer"

    def test_nothing(self, machine, folder):
        machine()
        done = run("uninstall", "--yes")
        assert done.code == 0
        assert "Nothing of this package is here" in done.out
        answer = run("uninstall", "--json").answer
        assert answer == {"schema": 1, "command": "uninstall", "done": False, "plan": [], "notes": [], "left": []}

    def test_settings(self, machine, folder):
        theirs = {r"C:\theirs.dll": (Kind.DWORD, 0)}
        registry = machine({MODULES: theirs, EXCLUDED: {"x.exe": (Kind.SZ, "")}}, {MODULES: {}})
        before = tree(registry)
        changes.set_local_dumps(registry, "a.exe", only_this_program=True, folder=r"C:\D").apply(registry)
        changes.set_local_dumps(registry, "b.exe", only_this_program=True).apply(registry)
        changes.set_local_dumps(registry, count=7).apply(registry)
        changes.set_on_kill(registry, "a.exe").apply(registry)
        for hive in (HKLM, HKCU):
            registry.set(hive, MODULES, Value(r"C:\old\Wer_Exception_Module.dll", Kind.DWORD, 0))
            registry.create(hive, KEY)
            registry.set(hive, KEY, Value("x", Kind.SZ, "{"))
        plan = run("uninstall")
        assert plan.code == 0
        assert r"remove HKLM\SOFTWARE\Microsoft\Windows\Windows Error Reporting\LocalDumps, DumpCount" in plan.err
        assert "x.exe is excluded from error reporting for all users; who did that is not known: it stays" in plan.err
        assert "a record that nobody understands" in plan.err
        assert run("uninstall", "--yes").code == 0
        assert tree(registry) == before
        assert run("uninstall").out.startswith("Nothing of this package is here")

    def test_exclusions_of_ours(self, machine, folder, monkeypatch):
        registry = machine(user={EXCLUDED: {}})
        monkeypatch.setattr(
            "wer._settings.add_excluded_application",
            lambda name, _: registry.set(HKCU, EXCLUDED, Value(name, Kind.SZ, "")),
        )
        assert run("exclude", "add", "a.exe", "--yes").code == 0
        assert run("uninstall", "--yes").code == 0
        assert registry.values(HKCU, EXCLUDED) == []
        assert registry.values(HKCU, KEY) is None

    def test_changed_by_somebody_else(self, machine, folder):
        registry = machine()
        changes.set_local_dumps(registry, "a.exe", count=5).apply(registry)
        registry.set(HKLM, rf"{LOCAL_DUMPS}\a.exe", Value("DumpCount", Kind.DWORD, 6))
        done = run("uninstall", "--yes")
        assert done.code == 0
        assert "somebody else has changed it since" in done.err
        assert registry.value(HKLM, rf"{LOCAL_DUMPS}\a.exe", "DumpCount").data == 6

    def test_a_module_of_ours_that_somebody_changed(self, machine, folder, tmp_path, monkeypatch):
        dll = tmp_path / "wer_exception_module.dll"
        dll.touch()
        monkeypatch.setattr("wer._exception_module.PATH", str(dll))
        registry = machine(user={MODULES: {}})
        assert run("crash-module", "install", "--yes").code == 0
        registry.set(HKCU, MODULES, Value(str(dll), Kind.SZ, "theirs"))
        assert run("uninstall", "--yes").code == 0
        assert registry.values(HKCU, MODULES) == [], "it is useless without the DLL"

    def test_another_installation_is_named(self, machine, folder, tmp_path, monkeypatch):
        other = tmp_path / "wer_exception_module.dll"
        other.touch()
        monkeypatch.setattr("wer.changes._uninstall.is_there", os.path.isfile)
        machine(user={MODULES: {str(other): (Kind.DWORD, 0)}})
        assert f"{other} is of another installation" in run("uninstall").err

    def test_dumps_of_all_are_said(self, machine, folder):
        registry = machine({LOCAL_DUMPS: {}})
        changes.set_local_dumps(registry, "a.exe", only_this_program=True).apply(registry)
        assert "Windows will keep dumps of all programs" in run("uninstall").err

    def test_no_administrator(self, machine, folder):
        registry = machine(user={MODULES: {r"C:\old\wer_exception_module.dll": (Kind.DWORD, 0)}})
        changes.set_local_dumps(registry, "a.exe").apply(registry)
        registry.read_only.add((HKLM, "software"))
        done = run("uninstall", "--yes", "--json")
        assert done.code == 4
        assert "administrator" in done.answer["left"][0]
        assert registry.values(HKCU, MODULES) == [], "the user's own is done"
        assert registry.keys(HKLM, LOCAL_DUMPS) == ["a.exe"]

    def test_files(self, machine, folder):
        machine()
        folder.mkdir()
        gone = ["state-7-1-1.txt", "stacks-4294967295-7-3.txt", "limits.bin"]
        stay = ["state-1-1-1.txt", "mine.txt", "state-7-1.txt", "pyz-short"]
        for name in gone + stay:
            (folder / name).touch()
        unpacked = folder / "pyz-0123456789abcdef"
        (unpacked / "wer").mkdir(parents=True)
        (unpacked / "wer" / "__init__.py").touch()
        plan = run("uninstall")
        assert "state-1-1-1.txt stays: process 1 uses it" in plan.err
        assert sorted(os.listdir(folder)) == sorted([*gone, *stay, unpacked.name])
        done = run("uninstall", "--yes", "--json")
        assert done.code == 3
        assert any("state-1-1-1.txt: process 1 uses it" in text for text in done.answer["left"])
        assert sorted(os.listdir(folder)) == sorted(stay)

    def test_the_folder_goes(self, machine, folder):
        machine()
        folder.mkdir()
        (folder / "limits.bin").touch()
        plan = [f"remove {folder / 'limits.bin'}", f"remove the folder {folder}, if nothing else is in it"]
        answer = run("uninstall", "--json").answer
        assert (answer["done"], answer["plan"], answer["left"]) == (False, plan, [])
        answer = run("uninstall", "--yes", "--json").answer
        assert (answer["done"], answer["plan"], answer["left"]) == (True, plan, [])
        assert not folder.exists()

    def test_a_file_in_use(self, machine, folder, monkeypatch):
        machine()
        folder.mkdir()
        (folder / "limits.bin").touch()

        def in_use(path):
            raise PermissionError(13, "used by another process", path)

        monkeypatch.setattr("os.unlink", in_use)
        done = run("uninstall", "--yes")
        assert done.code == 3
        assert "most likely since a process uses it" in done.err

    @pytest.mark.skipif(sys.platform == "win32", reason="making a link there takes a right")
    def test_links_are_not_followed(self, machine, folder, tmp_path):
        machine()
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "limits.bin").touch()
        folder.symlink_to(elsewhere, target_is_directory=True)
        done = run("uninstall", "--yes")
        assert done.code == 3
        assert "is a link to another folder" in done.err
        assert os.listdir(elsewhere) == ["limits.bin"]
        folder.unlink()
        folder.mkdir()
        (folder / "pyz-0123456789abcdef").symlink_to(elsewhere, target_is_directory=True)
        assert run("uninstall", "--yes").code == 0
        assert os.listdir(elsewhere) == ["limits.bin"]

    def test_other_accounts(self, machine, folder, tmp_path):
        other = tmp_path / "other" / "AppData" / "Local" / "wer"
        other.mkdir(parents=True)
        profiles = {
            rf"{PROFILES}\S-1-5-21-1": {"ProfileImagePath": (Kind.EXPAND_SZ, str(tmp_path / "other"))},
            rf"{PROFILES}\S-1-5-21-2": {"ProfileImagePath": (Kind.EXPAND_SZ, r"\\far\profiles\x")},
            rf"{PROFILES}\S-1-5-21-3": {"ProfileImagePath": (Kind.DWORD, 1)},
            rf"{PROFILES}\S-1-5-21-4": {"ProfileImagePath": (Kind.SZ, "a\0b")},
        }
        machine(profiles)
        assert f"{other} is another account's" in run("uninstall").err

    def test_unreadable(self, machine, folder):
        machine(denied=[(HKLM, KEY), (HKLM, PROFILES)])
        done = run("uninstall", "--yes")
        assert done.code == 3
        assert done.err.count("Cannot tell") == 2


@pytest.mark.parametrize("command", ["local-dumps", "exclude", "crash-module", "uninstall"])
def test_help(command):
    done = run(command, "--help")
    assert done.code == 0
    assert "examples:" in done.out
