"""The process that watches another one, without Windows: what it is told, does and starts, and how it is ended.

tests/windows/test_watchdog.py has real ones.
"""

import io
import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from types import SimpleNamespace

import pytest
from pythons import PYTHON

from wer import _native
from wer._processes import FOR_HEAP_DUMP
from wer.service import _watcher, _watcher_process
from wer.service._hang import Plan, command_line

PLAN = Plan(
    timeout=1000,
    most=4,
    end=True,
    event="Hang",
    application="a",
    version="1",
    python="3",
    consent=1,
    flags=0,
    dump_type=2,
)


class Held:
    """What watches, and notes what it is told."""

    def watch(self, template, timeout, poll, refresh, stacks, stacks_at, wait, *rest):
        self.told = {"timeout": timeout, "poll": poll, "refresh": refresh, "stacks": stacks, "at": stacks_at}
        self.told["wait"] = wait
        self.rest = rest


@pytest.mark.parametrize("come", [True, False])
def test_what_the_watcher_is_told(fake, tmp_path, come):
    plan = replace(PLAN, timeout=10_000, stacks=str(tmp_path / "stacks.txt"), stacks_at=77, stacks_come=come)
    held = Held()
    plan.start(held, 55, None, clock=99)
    refresh, stacks = (2500, 55) if come else (0, 0)
    # A hang is seen within an eighth of the timeout, at most a second; the stacks come a quarter and two looks later.
    assert held.told == {"timeout": 10_000, "poll": 1000, "refresh": refresh, "stacks": stacks, "at": 77, "wait": 7500}
    assert held.rest == (4, True, None, None, None, 99)
    assert plan.report_seconds == 67.5
    assert replace(plan, timeout=800).poll == 100


@pytest.mark.parametrize("arguments", [[], ["-c", "pass"], ["-X", "dev", "-m", "program", "--fork"]])
def test_the_program_is_started_anew_as_it_was(monkeypatch, arguments):
    monkeypatch.setattr(sys, "orig_argv", ["what it was called by", *arguments])
    assert command_line() == (sys.executable, *arguments)


def test_a_worker_is_not_started_anew(monkeypatch):
    monkeypatch.setattr(sys, "orig_argv", ["python", "-c", "spawn_main()", "--multiprocessing-fork"])
    with pytest.raises(ValueError, match="its parent starts workers"):
        command_line()


class TestWatcher:
    """What the process that watches does, in this one."""

    PLAN = replace(PLAN, restart=("python", "-m", "job"), most_restarts=2)

    @pytest.fixture
    def watched(self, fake):
        return fake.add_process(4240)

    @pytest.fixture
    def watch(self, fake, watched, tmp_path, monkeypatch):
        """Watch until `meanwhile` has run; what the watcher was told, was opened and started is noted."""
        noted = SimpleNamespace(
            rights=[], started=[], stopped=[], memory=bytearray(4096), stacks=tmp_path / "stacks.txt"
        )
        open_process, created = _native.open_process, watched.created

        def note_rights(pid, rights):
            noted.rights.append(rights)
            return open_process(pid, rights)

        class Watcher(Held):
            told = (0, 0, 0, 0, 0)

            def watch(self, template, timeout, *rest):
                noted.watched = timeout, *rest

            def stop(self, milliseconds):
                noted.stopped.append(milliseconds)

        def watch(meanwhile=lambda: None, hangs=(0, 0), **changes):
            noted.stacks.write_bytes(b"stacks")
            plan = replace(self.PLAN, stacks=str(noted.stacks), **changes)
            told = {"pid": watched.pid, "created": created, "memory": "name", "plan": asdict(plan)}
            answer = io.BytesIO()

            def read():
                assert answer.getvalue() == b"watching\n", "it is said at once"
                meanwhile()

            held = Watcher()
            held.told = (*hangs, 0, 0, 0)
            with monkeypatch.context() as patch:
                patch.setattr(sys, "stdin", SimpleNamespace(readline=lambda: json.dumps(told) + "\n", read=read))
                patch.setattr(sys, "stdout", io.TextIOWrapper(answer, newline="\n"))
                patch.setattr(_native, "open_process", note_rights)
                patch.setattr(_native, "HeldWatchdog", lambda: held)
                patch.setattr(_watcher, "shared_memory", lambda name: noted.memory if name == "name" else None)
                patch.setattr(
                    _watcher.subprocess, "Popen", lambda line, **options: noted.started.append((line, options))
                )
                _watcher.main()
            return noted

        return watch

    def test_it_watches_until_it_is_told_to_stop(self, watch, watched):
        noted = watch()
        timeout, *_, process, memory, clock = noted.watched
        assert (timeout, process.id, memory, clock) == (1000, watched.pid, noted.memory, 0)
        assert noted.rights == [FOR_HEAP_DUMP | 0x00100000 | 0x0001]  # PROCESS_TERMINATE is the last
        assert noted.stopped == [600_000]
        assert noted.started == []
        assert noted.stacks.exists(), "whose the process removes that it is of"

    def test_it_may_end_it_only_if_it_is_to(self, watch):
        assert watch(end=False, restart=()).rights == [FOR_HEAP_DUMP | 0x00100000]

    def test_it_watches_no_other_of_that_id(self, watch, watched):
        watched.created += 1
        with pytest.raises(ProcessLookupError, match="process 4240 is another one by now"):
            watch(meanwhile=pytest.fail)

    @pytest.mark.parametrize(
        ("code", "hangs", "restart", "again"),
        [
            (0xCFFFFFFF, (1, 0), ("python", "-m", "job"), True),
            (0xCFFFFFFF, (1, 0), (), False),
            (0xCFFFFFFF, (1, 1), ("python", "-m", "job"), False),
            (0xC0000005, (1, 0), ("python", "-m", "job"), False),
            (None, (1, 0), ("python", "-m", "job"), False),
        ],
        ids=["for a hang", "without another start", "after the hang", "by a crash", "not at all"],
    )
    def test_it_ended(self, watch, watched, code, hangs, restart, again):
        noted = watch(lambda: code is None or watched.end(code), hangs, restart=restart)
        nowhere = subprocess.DEVNULL
        streams = {"stdin": nowhere, "stdout": nowhere, "stderr": nowhere, "creationflags": 0x08000000}
        assert noted.started == [(["python", "-m", "job"], streams)][:again]
        assert noted.stacks.exists() == (code is None)

    def test_it_is_not_started_for_ever(self, watch, watched, tmp_path):
        for _ in range(4):
            watched.ended = False
            noted = watch(lambda: watched.end(0xCFFFFFFF), (1, 0))
        assert len(noted.started) == 2
        assert (tmp_path / "restarts" / "limits.bin").is_file()

    def test_it_is_not_started_if_nobody_can_count(self, watch, watched, tmp_path):
        (tmp_path / "restarts").write_bytes(b"in the way")
        assert watch(lambda: watched.end(0xCFFFFFFF), (1, 0)).started == []


class TestWatcherProcess:
    """How that process is started and ended, with another program in its place."""

    TELL = "import pathlib, sys; pathlib.Path({file!r}).write_text(sys.stdin.readline()); "

    @pytest.fixture
    def start(self, fake, tmp_path, monkeypatch):
        made = []
        popen = subprocess.Popen

        def note(*arguments, **options):
            made.append(popen(*arguments, **options))
            return made[-1]

        monkeypatch.setattr(_watcher_process.subprocess, "Popen", note)
        monkeypatch.setattr(_watcher_process, "python", lambda: PYTHON)
        monkeypatch.setattr(_watcher_process, "shared_memory", lambda name: name)
        if sys.platform != "win32":
            monkeypatch.setattr(_watcher_process, "_NO_WINDOW", 0)

        def start(code, seconds=60):
            monkeypatch.setattr(_watcher_process, "_CODE", code)
            monkeypatch.setattr(_watcher_process, "_START_SECONDS", seconds)
            return _watcher_process.WatcherProcess(TestWatcher.PLAN)

        start.made = made
        yield start
        for process in made:
            process.kill()
            process.wait()
            process.stdin.close()

    def test_it_is_told_what_to_watch(self, start, fake, tmp_path):
        file = tmp_path / "told"
        watchers = []
        for _ in range(2):
            watchers.append(start(self.TELL.format(file=str(file)) + "print('watching', flush=True); sys.stdin.read()"))
            told = json.loads(file.read_text())
            created = _native.created(_native.open_process(os.getpid(), 0))
            assert (told["pid"], told["created"], told["memory"]) == (os.getpid(), created, watchers[-1].memory)
            assert Plan(**told["plan"]) == replace(TestWatcher.PLAN, restart=["python", "-m", "job"])
        assert watchers[0].memory != watchers[1].memory
        for watcher, process in zip(watchers, start.made, strict=True):
            assert watcher.running
            watcher.stop(60)
            assert not watcher.running
            assert process.returncode == 0
            watcher.stop(60)  # it is gone

    def test_it_is_waited_for_so_long_and_no_longer(self, start):
        watcher = start("import sys, time; print('watching', flush=True); sys.stdin.read(); time.sleep(60)")
        watcher.stop(0.1)
        assert watcher.running

    def test_one_that_is_gone_is_stopped_all_the_same(self, start, monkeypatch):
        def gone():
            raise BrokenPipeError

        watcher = start("print('watching', flush=True)")
        with monkeypatch.context() as patch:
            patch.setattr(watcher._process, "stdin", SimpleNamespace(close=gone))
            watcher.stop(60)
        assert not watcher.running

    def test_one_that_says_nothing(self, start):
        with pytest.raises(OSError, match="the process that is to watch this one has not started: too slow"):
            start("import sys; sys.stdin.read()", 0.5)
        assert start.made[0].wait(60) != 0

    @pytest.mark.parametrize("code", ["print('not so')", "raise SystemExit('not so')"])
    def test_one_that_says_something_else(self, start, code):
        with pytest.raises(OSError, match="has not started: not so"):
            start(code)
        assert start.made[0].wait(60) is not None

    @pytest.mark.parametrize("name", ["python", "python.exe", "pythonw.exe", "python3.13t.exe", "Python_d.EXE"])
    def test_it_is_a_python(self, monkeypatch, name):
        path = os.path.join("somewhere", name)
        monkeypatch.setattr(sys, "_base_executable", path)
        monkeypatch.setattr(sys, "executable", "a launcher")
        assert _watcher_process.python() == path
        monkeypatch.setattr(sys, "_base_executable", "")
        monkeypatch.setattr(sys, "executable", path)
        assert _watcher_process.python() == path
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        with pytest.raises(ValueError, match=r"out_of_process needs a python\.exe to run"):
            _watcher_process.python()

    @pytest.mark.parametrize("path", ["", None, "pythonservice.exe", "job.exe", "python.exe.bat"])
    def test_it_is_no_other_program(self, monkeypatch, path):
        monkeypatch.setattr(sys, "_base_executable", "")
        monkeypatch.setattr(sys, "executable", path)
        with pytest.raises(ValueError, match=f"this program is {path or 'unknown'}: leave it out"):
            _watcher_process.python()
