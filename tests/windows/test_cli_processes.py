"""`wer dump` and `wer report` on real processes: workers, a virtual environment's launcher, children."""

import ctypes
import json
import os
import sys

import pytest
from clirun import run
from once import once

import wer
from wer._machine.privileges import enable_debug

pytestmark = once("3.13")

WORKER = "print(flush=True); input()"
# Of its own accord the Python behind a launcher has started another.
POOL = f"""
import subprocess, sys
worker = subprocess.Popen([getattr(sys, '_base_executable', sys.executable), '-I', '-S', '-c', {WORKER!r}],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE)
worker.stdout.readline()
import os
print(os.getpid(), worker.pid, flush=True)
input()
"""


@pytest.fixture
def launched(venv_python, popen):
    """A launcher's process, and the ids of the Python that it has started and of what that has."""
    process = popen([venv_python, "-I", "-S", "-c", POOL], stdin=-1, stdout=-1)
    pids = [int(pid) for pid in process.stdout.readline().split()]
    yield (process, *pids)
    process.communicate()


class TestDump:
    def test_a_process(self, worker, tmp_path):
        path = tmp_path / "a.dmp"
        ran = run("dump", "--pid", str(worker.pid), "-o", str(path), "--json")
        assert ran.code == 0, ran.err
        [dump] = ran.answer["dumps"]
        assert (dump["path"], dump["pid"]) == (str(path), worker.pid)
        assert os.path.basename(dump["executable"]).lower() == "python.exe"
        assert dump["size"] == path.stat().st_size
        assert path.read_bytes()[:4] == b"MDMP"

    def test_as_a_program(self, worker, tmp_path, run_program):
        """Its output is UTF-8, and nothing but the table."""
        command = [sys.executable, "-m", "wer", "dump", "--pid", str(worker.pid), "-o", str(tmp_path)]
        done = run_program([*command, "--json"], encoding="utf-8")
        assert done.returncode == 0, done.stderr
        [name] = os.listdir(tmp_path)
        assert json.loads(done.stdout)["dumps"][0]["path"] == str(tmp_path / name)
        assert name.lower() == f"python.exe.{worker.pid}.dmp"
        again = run_program(command, encoding="utf-8")
        assert (again.returncode, again.stdout) == (1, "")
        assert "there is a file already; --overwrite replaces it" in again.stderr

    def test_behind_a_launcher(self, launched, tmp_path):
        launcher, python, _ = launched
        ran = run("dump", "--pid", str(launcher.pid), "-o", str(tmp_path), "--json")
        assert ran.code == 0, ran.err
        assert ran.answer["launchers"] == [launcher.pid]
        assert [dump["pid"] for dump in ran.answer["dumps"]] == [python]

    def test_children(self, launched, tmp_path):
        launcher, python, worker = launched
        ran = run("dump", "--pid", str(launcher.pid), "-o", str(tmp_path / "pool.dmp"), "--children", "--json")
        assert ran.code == 0, ran.err
        assert [dump["pid"] for dump in ran.answer["dumps"]] == [python, worker]
        assert sorted(os.listdir(tmp_path)) == sorted([f"pool.{python}.dmp", f"pool.{worker}.dmp"])

    def test_a_process_that_has_ended(self, start, tmp_path):
        process = start("")
        process.communicate()
        ran = run("dump", "--pid", str(process.pid), "-o", str(tmp_path))
        assert ran.code == 1
        assert f"--pid: process {process.pid} is gone" in ran.err
        assert os.listdir(tmp_path) == []


class TestReport:
    def test_the_plan_files_nothing(self, standin, worker):
        ran = run("report", "--pid", str(worker.pid), "--event", "WerTests.Cli")
        assert ran.code == 0, ran.err
        assert f"with a MINIDUMP of process {worker.pid} (" in ran.err
        assert standin.reports() == []
        assert standin.count("WerReportCreate") == 0

    def test_it_is_filed_and_found(self, standin, worker, tmp_path):
        log = tmp_path / "a.log"
        log.write_text("text")
        ran = run(
            *("report", "--pid", str(worker.pid), "--event", "WerTests.Cli", "--parameter", "Version=4.2.1"),
            *("--file", str(log), "--application-name", "Spooler", "--queue", "--yes", "--json"),
        )
        assert ran.code == 0, ran.err
        assert ran.answer["result"] == "QUEUED"
        [folder] = standin.reports()
        located = ran.answer["located"]
        assert (located["status"], located["store"]) == ("found", "MACHINE_QUEUE")
        assert os.path.samefile(located["path"], folder)
        assert wer.read_report(folder).report_id is None or located["report_id"]
        assert set(standin.files()) == {"minidump.mdmp", "a.log"}
        lines, _ = standin.report_wer()
        assert (lines["EventType"], lines["Sig[0].Name"], lines["Sig[0].Value"]) == ("WerTests.Cli", "Version", "4.2.1")
        assert lines["AppName"] == "Spooler"

    def test_children(self, standin, launched):
        launcher, python, worker = launched
        ran = run("report", "--pid", str(launcher.pid), "--event", "WerTests.Cli", "--children", "--yes", "--json")
        assert ran.code == 0, ran.err
        assert [(dump["pid"], dump["dumped"]) for dump in ran.answer["dumps"]] == [(python, True), (worker, True)]
        assert len(standin.calls("WerReportAddDump")) == 2

    def test_a_snapshot(self, standin, worker):
        ran = run("report", "--pid", str(worker.pid), "--event", "WerTests.Cli", "--snapshot", "--yes", "--json")
        assert ran.code == 0, ran.err
        assert ran.answer["dumps"][0]["dumped"] is True
        assert standin.count("PssCaptureSnapshot") == standin.count("PssFreeSnapshot") == 1


def test_the_privilege_of_administrators():
    """Under Wine everybody is one. Who is none does not get it, and hears so."""
    assert enable_debug() == bool(ctypes.WinDLL("shell32").IsUserAnAdmin())
