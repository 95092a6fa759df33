"""`wer.changes` and its commands on a real registry, with winreg as a second reader. On Wine only: it is the machine's.

What Windows then does with these settings, none of this shows.
"""

import contextlib
import itertools
import os
import random
import subprocess
import winreg
from pathlib import Path

import pytest
from clirun import run
from once import once
from pythons import PYTHON, WITH_WER
from trials.registry_changes import PROGRAMS, undo_all

from wer import changes
from wer._machine.keys import EXCLUDED, IMAGES, LOCAL_DUMPS, MODULES, SILENT_EXIT
from wer._machine.registry import HKCU, HKLM, Kind, Value
from wer.doctor import effective_local_dumps

pytestmark = once("3.11")

ROOTS = {HKLM: winreg.HKEY_LOCAL_MACHINE, HKCU: winreg.HKEY_CURRENT_USER}
WER = r"SOFTWARE\Microsoft\Windows\Windows Error Reporting"
OURS = r"SOFTWARE\werapi"
TREES = [(HKLM, WER), (HKLM, IMAGES), (HKLM, SILENT_EXIT), (HKLM, OURS), (HKCU, WER), (HKCU, OURS)]
VIEWS = {64: winreg.KEY_WOW64_64KEY, 32: winreg.KEY_WOW64_32KEY}
SHARED = str(Path(__file__).parents[1] / "shared")
ENDED = 77

NAMES = ("DumpFolder", "DUMPCOUNT", "dumptype", "CustomDumpFlags", "Else", "")
STATES = [
    *((winreg.REG_DWORD, number) for number in (0, 1, 10, 0xFFFFFFFF)),
    *((winreg.REG_SZ, text) for text in ("", "5", "ä😀", "\ud800")),
    (winreg.REG_EXPAND_SZ, r"%TEMP%"),
    (winreg.REG_BINARY, b"\1\2"),
    (winreg.REG_BINARY, None),
    (winreg.REG_NONE, None),
    (winreg.REG_QWORD, 1 << 63),
    (winreg.REG_MULTI_SZ, ["a", "b"]),
    (winreg.REG_MULTI_SZ, []),
    (winreg.REG_MULTI_SZ, ["", "a", ""]),
    (winreg.REG_DWORD_BIG_ENDIAN, b"\0\0\0\1"),
    (4711, b"of no kind"),
]


def below(hive, key, view=64):
    """A key with all that is in it, read by winreg: names in their case, types, data, keys; None: it is not there."""
    try:
        with winreg.OpenKey(ROOTS[hive], key, 0, winreg.KEY_READ | VIEWS[view]) as opened:
            keys, values, _ = winreg.QueryInfoKey(opened)
            names = [winreg.EnumKey(opened, index) for index in range(keys)]
            found = [winreg.EnumValue(opened, index) for index in range(values)]
    except FileNotFoundError:
        return None
    return sorted(found, key=lambda value: value[0]), {name: below(hive, rf"{key}\{name}", view) for name in names}


def all_of_it():
    return {(*where, view): below(*where, view) for where in TREES for view in VIEWS}


def put(hive, key, name, kind, data):
    with winreg.CreateKeyEx(ROOTS[hive], key, 0, winreg.KEY_WRITE | winreg.KEY_WOW64_64KEY) as opened:
        winreg.SetValueEx(opened, name, 0, kind, data)


def make(hive, key):
    winreg.CreateKeyEx(ROOTS[hive], key, 0, winreg.KEY_WRITE | winreg.KEY_WOW64_64KEY).Close()


def remove(hive, key):
    """Remove a key and all below it."""
    found = below(hive, key)
    if found is not None:
        for name in found[1]:
            remove(hive, rf"{key}\{name}")
        winreg.DeleteKeyEx(ROOTS[hive], key, winreg.KEY_WOW64_64KEY)


def values_of(key, hive=HKLM):
    found = below(hive, key)
    return None if found is None else {name: (kind, data) for name, data, kind in found[0]}


@pytest.fixture(autouse=True)
def _as_before(standin):
    before = all_of_it()
    taken = [(hive, key) for hive, key in TREES if before[hive, key, 64] is None]
    yield
    for hive, key in ((HKLM, LOCAL_DUMPS), (HKLM, rf"{IMAGES}\a.exe"), *taken):
        remove(hive, key)
    assert all_of_it() == before


@pytest.fixture
def registry():
    return changes.this_registry()


class TestCommands:
    def test_local_dumps(self):
        before = all_of_it()
        assert run("local-dumps", "show").code == 1
        assert run("local-dumps", "set", "--exe", "a.exe", "--only-this-program").code == 0
        assert all_of_it() == before, "a plan changes nothing"
        done = run("local-dumps", "set", "--exe", "a.exe", "--only-this-program", "--type", "full", "--yes")
        assert done.code == 0, done.err
        assert values_of(LOCAL_DUMPS) == {"DumpCount": (winreg.REG_DWORD, 0)}
        assert values_of(rf"{LOCAL_DUMPS}\a.exe") == {
            "DumpCount": (winreg.REG_DWORD, 10),
            "DumpType": (winreg.REG_DWORD, 2),
        }
        assert below(HKLM, LOCAL_DUMPS, 32) is None
        assert run("local-dumps", "show", "--exe", "A.EXE").code == 0
        assert run("local-dumps", "unset", "--exe", "a.exe", "--yes").code == 0
        assert all_of_it() == before

    def test_reg_reads_it_too(self):
        assert run("local-dumps", "set", "--exe", "a.exe", "--count", "7", "--yes").code == 0
        reg = ["reg", "query", rf"HKLM\{LOCAL_DUMPS}\a.exe", "/v", "DumpCount", "/reg:64"]
        asked = subprocess.run(reg, capture_output=True, text=True, timeout=120)
        assert "REG_DWORD" in asked.stdout, asked
        assert "0x7" in asked.stdout
        assert run("local-dumps", "unset", "--exe", "a.exe", "--yes").code == 0

    def test_a_folder_is_made(self, tmp_path):
        folder = tmp_path / "Dumps ä"
        arguments = "local-dumps", "set", "--exe", "a.exe", "--folder", str(folder)
        assert "make the folder" in run(*arguments).err
        assert not folder.exists()
        assert run(*arguments, "--yes").code == 0
        assert folder.is_dir()
        assert values_of(rf"{LOCAL_DUMPS}\a.exe")["DumpFolder"] == (winreg.REG_EXPAND_SZ, str(folder))
        assert "stays as it is" in run(*arguments).err
        (folder / "a.dmp").touch()
        assert run("local-dumps", "unset", "--exe", "a.exe", "--yes").code == 0
        assert folder.is_dir(), "with the dumps in it"

    def test_a_folder_that_cannot_be_made(self, tmp_path):
        before = all_of_it()
        done = run("local-dumps", "set", "--folder", str(tmp_path / "no" / "Dumps"), "--yes")
        assert done.code == 1
        assert "Dumps: " in done.err
        assert all_of_it() == before

    def test_on_kill(self):
        put(HKLM, rf"{IMAGES}\a.exe", "GlobalFlag", winreg.REG_SZ, "0x02000000")
        before = all_of_it()
        assert run("local-dumps", "set", "--exe", "a.exe", "--on-kill", "--yes").code == 0
        assert values_of(rf"{IMAGES}\a.exe") == {"GlobalFlag": (winreg.REG_DWORD, 0x02000200)}
        assert values_of(rf"{SILENT_EXIT}\a.exe") == {"ReportingMode": (winreg.REG_DWORD, 2)}
        assert run("local-dumps", "unset", "--exe", "a.exe", "--on-kill", "--yes").code == 0
        assert all_of_it() == before

    def test_exclude(self):
        before = all_of_it()
        for options, hive in (((), HKCU), (("--all-users",), HKLM)):
            done = run("exclude", "add", "wer-tests-€.exe", *options, "--yes")
            assert done.code == 0, done.err
            assert values_of(EXCLUDED, hive) == {"wer-tests-€.exe": (winreg.REG_DWORD, 1)}
        entries = run("exclude", "list", "--json").answer["entries"]
        assert [(entry["hive"], entry["made_here"]) for entry in entries] == [("HKCU", True), ("HKLM", True)]
        for options in ((), ("--all-users",)):
            done = run("exclude", "remove", "wer-tests-€.exe", *options, "--yes")
        assert done.code == 0
        assert run("exclude", "remove", "wer-tests-€.exe", "--yes").code == 1
        for hive in (HKCU, HKLM):  # WER has made the key, and leaves it
            with contextlib.suppress(FileNotFoundError):
                if before[hive, WER, 64] is not None and "ExcludedApplications" not in before[hive, WER, 64][1]:
                    winreg.DeleteKeyEx(ROOTS[hive], EXCLUDED, winreg.KEY_WOW64_64KEY)

    @pytest.mark.parametrize(("options", "hive"), [((), HKCU), (("--machine",), HKLM)])
    def test_crash_module(self, options, hive):
        before = all_of_it()
        shown = run("crash-module", "show", "--json")
        assert shown.code == 1
        assert os.path.isfile(shown.answer["path"])
        assert run("crash-module", "install", *options, "--yes").code == 0
        assert values_of(MODULES, hive) == {shown.answer["path"]: (winreg.REG_DWORD, 0)}
        (entry,) = run("crash-module", "show", "--json").answer["entries"]
        assert (entry["is_there"], entry["ours"]) == (True, True)
        assert run("crash-module", "remove", *options, "--yes").code == 0
        assert all_of_it() == before

    def test_it_is_what_a_crash_handler_asks_for(self):
        from wer import _exception_module

        assert any("DWORD value" in sentence for sentence in _exception_module.missing())
        assert run("crash-module", "install", "--yes").code == 0
        assert _exception_module.missing() == []
        assert run("crash-module", "remove", "--yes").code == 0


class TestUninstall:
    @pytest.fixture
    def folder(self, tmp_path, monkeypatch):
        monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
        return tmp_path / "wer"

    def test_all_of_it(self, folder, registry):
        from wer import service

        before = all_of_it()
        changes.set_local_dumps(registry, "a.exe", only_this_program=True).apply(registry)
        changes.set_on_kill(registry, "a.exe").apply(registry)
        changes.install_crash_module(registry).apply(registry)
        old = r"C:\old\wer_exception_module.dll"
        put(HKCU, MODULES, old, winreg.REG_DWORD, 0)
        service.Limits(folder=folder).close()
        (folder / "pyz-0123456789abcdef" / "wer").mkdir(parents=True)
        (folder / "state-4294967291-1-1.txt").touch()
        done = run("uninstall", "--yes")
        assert done.code == 0, done.err
        assert not folder.exists()
        assert all_of_it() == before

    def test_what_a_living_process_uses(self, folder):
        from wer import service

        limits = service.Limits(folder=folder)
        path, descriptor = service.Folder(folder).create("state")
        os.close(descriptor)
        try:
            done = run("uninstall", "--yes", "--json")
            assert done.code == 3
            left = "".join(done.answer["left"])
            assert f"{path}: process {os.getpid()} uses it" in left
            assert "limits.bin: it cannot be removed, most likely since a process uses it" in left
            assert limits.problem is None
        finally:
            limits.close()
            os.unlink(path)
        assert run("uninstall", "--yes").code == 0
        assert not folder.exists()

    def test_what_wer_pyz_runs_from(self, folder, tmp_path):
        """It leaves itself as it is; afterwards it can be removed."""
        pyz = [PYTHON, "-I", "-S", os.environ["WERAPI_PYZ"], "uninstall", "--yes"]
        ended = subprocess.run(pyz, capture_output=True, encoding="utf-8", timeout=120, check=False)
        assert ended.returncode == 3, ended
        assert "most likely since a process uses it" in ended.stderr
        (package,) = folder.glob("pyz-*")
        assert (package / "wer" / "__main__.py").is_file(), "nothing of it was removed"
        assert run("uninstall", "--yes").code == 0
        assert not folder.exists()


def random_machine(rng):
    if rng.random() < 0.6:
        for key in (LOCAL_DUMPS, rf"{LOCAL_DUMPS}\A.exe", rf"{LOCAL_DUMPS}\b.EXE", rf"{LOCAL_DUMPS}\theirs.exe"):
            if rng.random() < 0.6:
                make(HKLM, key)
                for name in NAMES:
                    if rng.random() < 0.4:
                        put(HKLM, key, name, *rng.choice(STATES))
    if rng.random() < 0.5:
        put(HKLM, rf"{IMAGES}\a.exe", "GlobalFlag", *rng.choice([(4, 0), (4, 0x2000000), (1, "0x10"), (4, 0x200)]))


def random_plan(rng, registry):
    exe = rng.choice(PROGRAMS)
    options = {
        name: rng.choice(values)
        for name, values in (("folder", (r"C:\D", r"%TEMP%\d")), ("count", (1, 5)), ("dump_type", ("mini", "full")))
        if rng.random() < 0.5
    }
    if rng.random() < 0.25:
        return changes.set_on_kill(registry, "a.exe", **options)
    only = exe is not None and rng.random() < 0.5
    return changes.set_local_dumps(registry, exe, **options, only_this_program=only)


@pytest.mark.parametrize("seed", range(25))
def test_undoing_restores_what_was_there(seed, registry):
    rng = random.Random(seed)
    random_machine(rng)
    before = all_of_it()
    for _ in range(rng.randrange(1, 5)):
        random_plan(rng, registry).apply(registry)
    undo_all(rng, registry)
    assert all_of_it() == before


def test_what_winreg_does_not_see_comes_back(registry):
    """A DWORD of three bytes, a text with a NUL in it: what is written again is the same, byte for byte."""
    raw = [Value("DumpCount", Kind.DWORD, b"\1\2\3"), Value("DumpFolder", Kind.EXPAND_SZ, b"a\0\0\0b\0")]
    registry.create(HKLM, LOCAL_DUMPS)
    for value in raw:
        registry.set(HKLM, LOCAL_DUMPS, value)
    changes.set_local_dumps(registry, count=5, folder=r"C:\Dumps").apply(registry)
    assert values_of(LOCAL_DUMPS)["DumpCount"] == (winreg.REG_DWORD, 5)
    changes.unset_local_dumps(registry).apply(registry)
    assert registry.values(HKLM, LOCAL_DUMPS) == raw
    found = effective_local_dumps(registry).settings[1]
    assert (found.data, found.sure) == (None, "unknown")


# A process that ends itself as from outside, at one of its writes.
KILLED = f"""
import ctypes, sys
sys.path.insert(0, {SHARED!r})
from killed_registry import KilledRegistry
from wer import changes

def kill():
    kernel32 = ctypes.WinDLL("kernel32")
    kernel32.GetCurrentProcess.restype = ctypes.c_void_p
    kernel32.TerminateProcess(ctypes.c_void_p(kernel32.GetCurrentProcess()), {ENDED})

registry = KilledRegistry(changes.this_registry(), int(sys.argv[1]), kill)
if sys.argv[2] == "set":
    changes.set_local_dumps(registry, "a.exe", only_this_program=True, count=5).apply(registry)
else:
    changes.unset_local_dumps(registry, "a.exe").apply(registry)
"""


@pytest.mark.parametrize("what", ["set", "unset"])
def test_a_process_that_is_killed(what, registry):
    """Before each of its writes in turn: between a record and its change, between two changes, and when it undoes."""
    put(HKLM, rf"{LOCAL_DUMPS}\a.exe", "dumpcount", winreg.REG_SZ, "10")
    before = all_of_it()
    for writes in itertools.count():
        if what == "unset":
            changes.set_local_dumps(registry, "a.exe", only_this_program=True, count=5).apply(registry)
        ended = subprocess.run([PYTHON, "-c", KILLED, str(writes), what], env=WITH_WER, timeout=120, check=False)
        if ended.returncode == 0:
            break
        assert ended.returncode == ENDED
        plan = changes.unset_local_dumps(registry, "a.exe")
        if "Nothing is recorded" not in "".join(plan.notes):  # before the first write, and after the last but one
            plan.apply(registry)
        now = all_of_it()
        assert now[HKLM, OURS, 64] in (None, ([], {}), ([], {"changes": ([], {})})), "its keys, with nothing in them"
        assert now | {(HKLM, OURS, 64): None} == before, f"killed before write {writes}"
        remove(HKLM, OURS)
    assert writes >= 6
    if what == "set":
        changes.unset_local_dumps(registry, "a.exe").apply(registry)
    assert all_of_it() == before
