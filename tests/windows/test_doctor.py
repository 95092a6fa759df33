"""The doctor and a real registry: each cause is put there in turn, and that one is named, and nothing else.

On Wine only: it changes settings of the machine, and makes of Wine what Windows is like.
"""

import contextlib
import json
import msvcrt
import os
import sys
import threading
import time
from pathlib import Path

import pytest
from clirun import run
from doctor_causes import REGISTRY_CAUSES
from fake_machine import AEDEBUG, DUMPS, LOCAL_DUMPS, LOCAL_DUMPS_ON, SERVICES, WER
from once import once

import wer
from wer._machine.registry import Kind, Value, this_registry
from wer.doctor import _trial, examine, try_crash

pytestmark = once("3.12")

STUBS = ("WerFault.exe", "WerFaultSecure.exe", "wermgr.exe")  # only that they are there counts


class Journal:
    """Changes of the real registry, which are undone: what `Parts` does to a fake one."""

    def __init__(self):
        self.registry = this_registry()
        self.undo = []

    def put(self, hive, key, name=None, kind=Kind.DWORD, data=1, view=64):
        parts = key.split("\\")
        for end in range(1, len(parts) + 1):
            above = "\\".join(parts[:end])
            if self.registry.keys(hive, above, view) is None:
                self.registry.create(hive, above, view)
                self.undo.append((self.registry.delete_key, hive, above, view))
        if name is not None:
            before = self.registry.value(hive, key, name, view)
            undo = (self.registry.delete_value, hive, key, name, view)
            self.undo.append(undo if before is None else (self.registry.set, hive, key, before, view))
            self.registry.set(hive, key, Value(name, kind, data), view)
        return self

    def remove(self, hive, key, view=64):
        for value in self.registry.values(hive, key, view):
            self.undo.append((self.registry.set, hive, key, value, view))
        self.registry.delete_key(hive, key, view)
        self.undo.append((self.registry.create, hive, key, view))

    def remove_value(self, hive, key, name):
        before = self.registry.value(hive, key, name)
        if before is not None:
            self.registry.delete_value(hive, key, name)
            self.undo.append((self.registry.set, hive, key, before, 64))

    def restore(self):
        while self.undo:
            function, *arguments = self.undo.pop()
            function(*arguments)


@pytest.fixture(scope="module")
def windows_like(system_folder):
    """Wine as Windows is: no debugger, the service, the programs of WER; and dump files set up."""
    journal = Journal()
    journal.remove_value("HKLM", AEDEBUG, "Debugger")
    journal.put("HKLM", rf"{SERVICES}\WerSvc", "Start", Kind.DWORD, 3)
    for name, (kind, data) in LOCAL_DUMPS_ON.items():
        journal.put("HKLM", LOCAL_DUMPS, name, kind, data)
    journal.put("HKCU", WER)
    stubs = [system_folder / name for name in STUBS if not (system_folder / name).exists()]
    for path in stubs:
        path.touch()
    os.makedirs(DUMPS, exist_ok=True)
    mode = msvcrt.GetErrorMode()
    msvcrt.SetErrorMode(0)
    yield
    msvcrt.SetErrorMode(mode)
    os.rmdir(DUMPS)
    for path in stubs:
        path.unlink()
    journal.restore()


@pytest.fixture
def journal(standin, windows_like):
    journal = Journal()
    yield journal
    journal.restore()
    assert examine().findings == ()


def ids(findings):
    return [one.id for one in findings]


def test_nothing_is_wrong(journal):
    diagnosis = examine()
    assert diagnosis.findings == ()
    assert (diagnosis.report.answer, diagnosis.dump.answer) == ("yes", "yes")
    assert (diagnosis.exe, diagnosis.pid) == ("python.exe", os.getpid())


def test_a_windows_as_it_comes(journal):
    journal.remove("HKLM", LOCAL_DUMPS)
    assert ids(examine().findings) == ["localdumps-off"]


@pytest.mark.parametrize(
    ("name", "cause", "answers"),
    REGISTRY_CAUSES,
    ids=[f"{number}-{cause[0]}" for number, cause in enumerate(REGISTRY_CAUSES)],
)
def test_it_is_named_and_nothing_else(journal, name, cause, answers):
    cause(journal)
    diagnosis = examine()
    assert ids(diagnosis.findings) == [name]
    assert (diagnosis.report.answer, diagnosis.dump.answer) == answers


def test_the_error_mode(journal):
    msvcrt.SetErrorMode(2)
    try:
        assert ids(examine().findings) == ["errormode-nogpfault"]
    finally:
        msvcrt.SetErrorMode(0)


def test_the_folder(journal, tmp_path):
    journal.put("HKLM", LOCAL_DUMPS, "DumpFolder", Kind.EXPAND_SZ, str(tmp_path / "no"))
    assert ids(examine().findings) == ["folder-missing"]
    journal.put("HKLM", LOCAL_DUMPS, "DumpFolder", Kind.EXPAND_SZ, r"\\server\share")
    found = examine()
    assert ids(found.findings) == ["folder-unknown"]
    assert found.dump.answer == "cannot tell"


def test_a_program_of_wer_is_missing(journal, system_folder):
    (system_folder / "WerFault.exe").unlink()
    try:
        assert ids(examine().findings) == ["wer-binaries-missing"]
    finally:
        (system_folder / "WerFault.exe").touch()


def test_a_runtime_exception_module_is_missing(journal, tmp_path):
    journal.put("HKCU", rf"{WER}\RuntimeExceptionHelperModules", str(tmp_path / "no.dll"), Kind.DWORD, 0)
    assert ids(examine().findings) == ["helper-module-missing"]


def test_wersvc_is_missing(journal):
    journal.remove("HKLM", rf"{SERVICES}\WerSvc")
    assert ids(examine().findings) == ["wersvc-missing"]


def test_the_wine_prefix_as_it_is(journal):
    """Its debugger keeps dumps away there, and is named as any other would be."""
    journal.put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "winedbg --auto %ld %ld")
    diagnosis = examine()
    assert ids(diagnosis.findings) == ["aedebug-auto"]
    assert "winedbg" in diagnosis.findings[0].title


def test_of_another_process(journal, start):
    process = start("print(1, flush=True); input()")
    process.stdout.readline()
    found = examine(process.pid)
    assert (found.pid, found.exe) == (process.pid, "python.exe")
    assert found.account == examine().account
    assert found.findings == ()


def test_a_launcher_is_seen_through(journal, venv_python, popen):
    with popen([venv_python, "-c", "print(1, flush=True); input()"], stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        found = examine(process.pid)
        process.communicate("\n")
    assert found.pid != process.pid


@pytest.mark.parametrize("number", [1, 2])
def test_a_process_with_several_children_is_the_one_that_is_meant(journal, popen, python, monkeypatch, number):
    """As a shell: it has no Python in it, which is played here."""
    many = f"for _ in range({number}): subprocess.Popen([sys.argv[1], '-c', 'print(1, flush=True); input()'])"
    code = f"import subprocess, sys\n{many}\ninput()"
    with popen([python, "-I", "-S", "-c", code, python], stdin=-1, stdout=-1) as process:
        for _ in range(number):
            process.stdout.readline()
        has_python = wer._native.has_python
        monkeypatch.setattr(wer._native, "has_python", lambda one: one.id != process.pid and has_python(one))
        found = examine(process.pid)
        process.communicate("\n" * (number + 1))
    assert (found.pid == process.pid) is (number > 1)


def test_a_service(journal):
    key = rf"{SERVICES}\WerTests"
    journal.put("HKLM", key, "ImagePath", Kind.EXPAND_SZ, r'"C:\a b\pythonservice.exe"')
    journal.put("HKLM", key, "ObjectName", Kind.SZ, "LocalSystem")
    found = examine(service="WerTests")
    assert (found.exe, found.account, found.pid) == ("pythonservice.exe", "S-1-5-18", None)
    assert "folder-unknown" in ids(found.findings)


def test_the_command(journal):
    ran = run("doctor", "--json", "--all")
    assert ran.code == 0
    assert ran.answer["dump"]["folder"] == DUMPS
    journal.put("HKLM", LOCAL_DUMPS, "DumpCount", Kind.DWORD, 0)
    assert run("doctor").code == 1
    assert run("doctor", "--pid", "4294967292").code == 2


def test_in_a_process_of_its_own(journal, run_program):
    journal.remove("HKLM", LOCAL_DUMPS)
    done = run_program([sys.executable, "-m", "wer", "doctor", "--json"])
    assert (done.returncode, done.stderr) == (1, "")
    assert [one["id"] for one in json.loads(done.stdout)["findings"]] == ["localdumps-off"]


def test_it_takes_no_time(journal):
    examine()
    started = time.perf_counter()
    for _ in range(5):
        examine()
    taken = (time.perf_counter() - started) / 5
    print(f"examine: {taken * 1000:.1f} ms", file=sys.__stderr__)
    assert taken < 2


def test_it_opens_nothing_for_good(journal, leaked_handles):
    assert not leaked_handles(examine)


class TestTrial:
    """A real child crashes; what WER would leave of it, a thread leaves that plays WER."""

    @pytest.fixture
    def store(self, monkeypatch, tmp_path):
        for name in ("PROGRAMDATA", "LOCALAPPDATA"):
            monkeypatch.setenv(name, str(tmp_path / name))
        return tmp_path / "PROGRAMDATA" / "Microsoft" / "Windows" / "WER" / "ReportQueue"

    @pytest.fixture
    def plays_wer(self, monkeypatch, store):
        """As soon as the child is started: a dump file and a report of it, one of somebody else."""
        crashing = _trial._crashing

        def started():
            @contextlib.contextmanager
            def crashing_and_reported(marker):
                with crashing(marker) as process:

                    def leave():
                        process.wait()
                        Path(DUMPS, f"python.exe.{process.pid}.dmp").write_bytes(b"MDMP" * 100)
                        for name, text in (("AppCrash_ours", marker), ("AppCrash_other", "other")):
                            (store / name).mkdir(parents=True)
                            lines = f"Version=1\r\nDynamicSig[1].Value={text}\r\n"
                            (store / name / "Report.wer").write_bytes(lines.encode("utf-16"))

                    thread = threading.Thread(target=leave)
                    thread.start()
                    yield process
                    thread.join()

            monkeypatch.setattr(_trial, "_crashing", crashing_and_reported)

        return started

    def test_nothing_comes(self, journal, store):
        """Wine has no WER: nobody makes a report or a dump."""
        trial = try_crash(timeout=5)
        assert trial.exit_code == 0xC0000005
        assert (trial.dump, trial.reports, trial.left) == (None, [], [])
        assert trial.forecast.dump.answer == "yes"
        assert trial.as_forecast is False
        assert os.listdir(DUMPS) == []

    def test_what_comes_is_found_and_only_that_is_removed(self, journal, store, plays_wer):
        Path(DUMPS, "python.exe.1.dmp").write_bytes(b"older")
        try:
            plays_wer()
            trial = try_crash(timeout=20)
            assert trial.dump == rf"{DUMPS}\python.exe.{trial.pid}.dmp"
            assert trial.dump_size == 400
            assert [Path(path).name for path in trial.reports] == ["AppCrash_ours"]
            assert [path.name for path in store.iterdir()] == ["AppCrash_other"]
            assert os.listdir(DUMPS) == ["python.exe.1.dmp"]
            assert trial.left == []
            assert trial.as_forecast is True
        finally:
            Path(DUMPS, "python.exe.1.dmp").unlink()

    def test_a_forecast_that_was_wrong(self, journal, store, plays_wer):
        journal.put("HKLM", LOCAL_DUMPS, "DumpCount", Kind.DWORD, 0)
        plays_wer()
        trial = try_crash(timeout=20)
        assert (trial.forecast.dump.answer, trial.as_forecast) == ("no", False)
        assert os.listdir(DUMPS) == []

    def test_after_ctrl_c(self, journal, store, plays_wer, monkeypatch):
        plays_wer()
        look = _trial._Search.look

        def interrupted(search):
            if look(search) or search.trial.dump:
                monkeypatch.setattr(_trial._Search, "look", look)
                raise KeyboardInterrupt
            return False

        monkeypatch.setattr(_trial._Search, "look", interrupted)
        with pytest.raises(KeyboardInterrupt):
            try_crash(timeout=20)
        assert os.listdir(DUMPS) == []
        assert [path.name for path in store.iterdir()] == ["AppCrash_other"]

    def test_one_that_stands_is_ended(self, journal, store, monkeypatch):
        monkeypatch.setattr(_trial, "_CRASH", "import time; time.sleep(60)")
        trial = try_crash(timeout=1)
        assert trial.exit_code is None
        assert trial.dump is None

    def test_the_command(self, journal, store, plays_wer):
        plays_wer()
        ran = run("doctor", "--test")
        assert (ran.code, os.listdir(DUMPS)) == (0, [])
        assert "Nothing was done" in ran.err
        ran = run("doctor", "--test", "--yes", "--json")
        assert ran.code == 0
        assert ran.answer["test"]["as_forecast"] is True
        assert ran.answer["test"]["exit_code"] == 0xC0000005

    def test_the_plan_says_what_it_costs(self, journal, store):
        journal.put("HKLM", LOCAL_DUMPS, "DumpCount", Kind.DWORD, 1)
        Path(DUMPS, "python.exe.1.dmp").write_bytes(b"older")
        try:
            assert "Windows replaces the oldest" in run("doctor", "--test").err
        finally:
            Path(DUMPS, "python.exe.1.dmp").unlink()
