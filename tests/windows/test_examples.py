"""The programs in examples/, each run as its first lines say."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from once import once

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def serve(finish, tmp_path):
    """One request of the server's: what it printed, and the events of the reports that it left."""

    def serve(kind):
        profile = tmp_path / "profile"
        profile.mkdir()
        return finish([sys.executable, str(EXAMPLES / "server.py"), kind], LOCALAPPDATA=str(profile))

    return serve


def events(standin):
    return sorted(standin.lines(folder)["EventType"] for folder in standin.reports())


class TestServer:
    def test_that_has_nothing_to_report(self, serve, standin):
        done = serve("ok")
        assert done.lines[-1].startswith("HTTP/1.0 200 OK: done by ")
        assert events(standin) == []

    def test_whose_job_fails_reports_it_once(self, serve, standin):
        done = serve("raise")
        assert "HTTP/1.0 500 Internal Server Error: RuntimeError" in done.lines
        assert events(standin) == ["Shop.Job"]

    def test_whose_handler_fails_reports_it(self, serve, standin):
        done = serve("handler")
        assert "HTTP/1.0 500 Internal Server Error: ValueError" in done.lines
        assert events(standin) == ["Shop.Request"]
        assert "reported: Shop.Request from reporting: SubmitResult.QUEUED" in done.lines

    def test_whose_worker_crashes_has_the_crash_and_the_broken_pool(self, serve, standin):
        done = serve("crash")
        assert "HTTP/1.0 500 Internal Server Error: BrokenProcessPool" in done.lines
        assert events(standin) == ["Shop.Crash", "Shop.Request"]
        assert any("0xC0000005 STATUS_ACCESS_VIOLATION" in line for line in done.lines)

    def test_whose_worker_ends_itself_says_with_what(self, serve, standin):
        done = serve("exit")
        assert "HTTP/1.0 500 Internal Server Error: BrokenProcessPool" in done.lines
        assert events(standin) == ["Shop.Request"]
        assert any(line.strip().startswith("3") for line in done.lines)

    @once("3.11")
    def test_whose_handler_keeps_the_loop_is_reported_while_it_does(self, serve, standin):
        done = serve("stuck")
        assert any(line.startswith("HTTP/1.0 200 OK: done by ") for line in done.lines)
        assert events(standin) == ["Shop.Stuck"]
        [stacks] = [path for name, path in standin.files().items() if name.endswith(".txt")]
        assert " in answer\n" in stacks.read_text()


class TestWindowsService:
    """Under the service manager, as the account that it gives."""

    @pytest.fixture
    def program(self, tmp_path):
        pytest.importorskip("win32serviceutil", reason="needs pywin32")
        return shutil.copy(EXAMPLES / "windows_service.py", tmp_path)

    def test_reports_what_leaves_it(self, program, tmp_path, standin):
        (tmp_path / "jobs.txt").write_text("letter jam poster")
        self.run(sys.executable, program, "install")
        try:
            self.run("net", "start", "WerExampleSpooler")
            reported = tmp_path / "reported.txt"
            end = time.monotonic() + 60
            while not reported.exists() or not reported.read_text():
                assert time.monotonic() < end, "nothing was reported"
                time.sleep(0.1)
            assert reported.read_text() == "Spooler.Exception from main: SubmitResult.QUEUED\n"
        finally:
            self.run(sys.executable, program, "remove")

    def run(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ)
        assert done.returncode == 0, done.stdout + done.stderr
