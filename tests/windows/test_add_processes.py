"""`wer.service.add_processes`, with real processes, pools and dumps; tests/common/test_add_processes.py has the rest.

The dumps are the stand-in's: how many a report of Windows may have, only Windows can tell (docs/evidence.md).
"""

import concurrent.futures
import concurrent.futures.process
import contextlib
import itertools
import json
import multiprocessing
import os
import subprocess
import sys
import time
import types

import minidump.minidumpfile
import pytest
from once import once

import wer
from wer import _native
from wer.service import add_processes
from wer.service._dump_lock import one_at_a_time
from wer.service._dump_size import choose_dump

QUERY, VM_READ, DUP_HANDLE, READ_CONTROL, LIMITED = 0x400, 0x10, 0x40, 0x20000, 0x1000
FOR_DUMP = READ_CONTROL | QUERY | VM_READ
MiB = 1 << 20
CRASHED = 0xC0000005 - (1 << 32)  # with which workers end themselves: a real crash may wait for Wine's debugger


def dumped_ids(standin):
    """Of which processes the dumps in the one report are, by what the dumps say themselves."""
    ids = []
    for path in standin.files().values():
        data = path.read_bytes()
        if data.startswith(b"MDMP"):
            ids.append(minidump.minidumpfile.MinidumpFile.parse_bytes(data).misc_info.ProcessId)
    return sorted(ids)


def started(ids):
    """The ids, sorted, when all of them run Python: one that is only just starting cannot be looked into."""
    ids = sorted(ids)
    for pid in ids:
        wer.interpreter_of(pid=pid).close()
    return ids


def filed(report, *arguments, **options):
    """Add dumps, and submit the report."""
    found = add_processes(report, *arguments, **options)
    report.submit(wer.Consent.NOT_ASKED)
    return found


@pytest.fixture
def report(standin, collected):
    """A report for processes that WER reads at once, or only when it is submitted."""
    with wer.Report("WerTests.Event") as report:
        yield report


@pytest.fixture
def executor():
    with concurrent.futures.ProcessPoolExecutor(2) as executor:
        yield executor
        for process in list((executor._processes or {}).values()):
            process.kill()


class TestPools:
    """Workers of the standard library's pools."""

    def test_an_executor_whose_workers_hang(self, report, standin, executor):
        for _ in range(2):
            executor.submit(time.sleep, 600)
        ids = started(executor._processes)
        found = filed(report, executor)
        assert len(ids) == 2
        assert all(line.endswith(": MINIDUMP added") for line in found.text.splitlines()), found.text
        assert dumped_ids(standin) == ids == sorted(one.pid for one in found)

    def test_a_broken_executor(self, standin, executor):
        waiting = [executor.submit(time.sleep, 600), executor.submit(os._exit, CRASHED)]
        with contextlib.suppress(concurrent.futures.process.BrokenProcessPool):
            executor.submit(int)  # or the pool would not watch the worker that it started last (seen in 3.12)
        with pytest.raises(concurrent.futures.process.BrokenProcessPool):
            waiting[1].result(30)
        for process in list(executor._processes.values()):
            process.join()
        with wer.Report("WerTests.Event") as report:
            found = filed(report, executor)
        assert not dumped_ids(standin)
        assert sorted(one.exit_code for one in found) == [0x10000, 0xC0000005]
        said = sorted(one.text.partition(": ")[2] for one in found)
        assert said[0].startswith("it has ended with 0x00010000: ended by multiprocessing: ")
        assert said[1].startswith("it has ended with 0xC0000005 STATUS_ACCESS_VIOLATION: ")

    def test_a_pool(self, report, standin):
        with multiprocessing.Pool(2) as pool:
            pool.apply(int)
            ids = started(process.pid for process in pool._pool)
            found = filed(report, pool)
        pool.join()
        assert dumped_ids(standin) == ids == sorted(one.pid for one in found)

    def test_processes_that_are_not_there(self, standin):
        process = multiprocessing.Process(target=int)
        with wer.Report("WerTests.Event") as report:
            [unborn] = add_processes(report, [process])
            process.start()
            process.join()
            [ended] = add_processes(report, [process])
            process.close()
            [closed] = add_processes(report, [process])
        assert unborn.text == "a process: process not started"
        assert ended.text.endswith("it has ended with 0: it ended without an error")
        assert closed.text == "a process: process object is closed"


class TestProcesses:
    """Whatever `process=` takes."""

    def test_behind_a_launcher(self, report, standin, popen, system_folder, python):
        """The shell starts the Python, as a virtual environment's launcher does."""
        code = "import os; print(os.getpid(), flush=True); input()"
        command = [str(system_folder / "cmd.exe"), "/c", python, "-c", code]
        launcher = popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with contextlib.closing(launcher.stdin), contextlib.closing(launcher.stdout):
            pid = int(launcher.stdout.readline())
            [found] = filed(report, [launcher])
        launcher.wait()
        assert pid != launcher.pid
        assert dumped_ids(standin) == [pid] == [found.pid]
        assert f" is a launcher, and its Python process {pid} " in found.text

    def test_the_fewest_rights(self, standin, worker):
        standin.answer("WerReportAddDump", 0)
        with wer.Report("WerTests.Event") as report:
            add_processes(report, [types.SimpleNamespace(pid=worker.pid)])
            access = int(standin.call("WerReportAddDump").args["hProcess"]["access"], 16)
            assert access & ~LIMITED == FOR_DUMP
            add_processes(report, [types.SimpleNamespace(pid=worker.pid)], dump_type=wer.DumpType.HEAPDUMP)
            access = int(standin.calls("WerReportAddDump")[1].args["hProcess"]["access"], 16)
            assert access & ~LIMITED == FOR_DUMP | DUP_HANDLE

    def test_a_mix(self, standin, start, worker):
        """One that runs, one that was ended, one that is no process any more: the report is made."""
        killed = start("input()")
        killed.kill()
        killed.wait()
        gone = types.SimpleNamespace(pid=0x7FFFFFF0, returncode=None)
        with wer.Report("WerTests.Event") as report:
            found = filed(report, [killed, gone, worker.process])
        assert dumped_ids(standin) == [worker.pid]
        assert [one.dumped for one in found] == [False, False, True]
        assert ": it has ended with 1: an exception that nothing caught" in found[0].text
        assert found[1].text == f"process {gone.pid}: process {gone.pid} is gone"

    def test_nothing_stays_open(self, standin, worker, leaked_handles):
        standin.answer("WerReportAddDump", 0)

        def add():
            with wer.Report("WerTests.Event") as report:
                add_processes(report, [worker.process], max_dump_bytes=1 << 40)
                add_processes(report)

        assert leaked_handles(add) == set()

    CHILDREN = """
import subprocess, sys, wer
from wer.service import add_processes
python, shell = sys.argv[1:]
waiting = [python, "-I", "-S", "-c", "print(1, flush=True); input()"]
pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE)
children = [subprocess.Popen(waiting, **pipes)]
children.append(subprocess.Popen([shell, "/c", "set /p line="], stdin=subprocess.PIPE))
children[0].stdout.readline()
with wer.Report("WerTests.Event") as report:
    found = add_processes(report)
    report.submit(wer.Consent.NOT_ASKED)
print([child.pid for child in children])
print(*[(one.pid, one.dumped) for one in sorted(found, key=lambda one: not one.dumped)], sep="\\n")
for child in children:
    child.kill()
    child.wait()
"""

    def test_the_children(self, finish, standin, python, system_folder):
        ended = finish([sys.executable, "-c", self.CHILDREN, python, str(system_folder / "cmd.exe")])
        assert (ended.code, ended.errors) == (0, "")
        ids = json.loads(ended.lines[0])
        assert ended.lines[1] == f"({ids[0]}, True)"
        assert f"({ids[1]}, False)" in ended.lines[2:], "a shell is no Python; a console is one more child"
        assert dumped_ids(standin) == [ids[0]]


HOLD = """
import sys
from wer.service._dump_lock import one_at_a_time
with one_at_a_time(0) as note:
    print(repr(note), flush=True)
    sys.stdin.readline()
"""


@once("3.11")
class TestLock:
    """One process at a time, over all of a user's."""

    @pytest.fixture
    def holder(self, popen):
        """A process that makes dumps for ever."""
        process = popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout.readline().strip() == "''"
        yield process
        process.kill()
        process.communicate()

    def test_another_process_is_waited_for(self, holder):
        with one_at_a_time(0.1) as note:
            assert note.startswith("another process of this user still made dumps after 0.1 s")
        holder.stdin.write("\n")
        holder.stdin.flush()
        with one_at_a_time(30) as note:
            assert note == ""

    def test_a_process_that_was_killed_hinders_nobody(self, holder):
        holder.kill()
        holder.wait()
        with one_at_a_time(30) as note:
            assert note == ""

    def test_it_waits_without_the_gil(self, holder, pool):
        waiting = pool.submit(lambda: one_at_a_time(30).__enter__())
        assert not waiting.done()
        holder.stdin.write("\n")
        holder.stdin.flush()
        assert waiting.result(30) == ""

    def test_dumps_are_made_without_it(self, holder, standin, worker, monkeypatch):
        monkeypatch.setattr("wer.service._processes._LONGEST_WAIT", 0.1)
        with wer.Report("WerTests.Event") as report:
            found = filed(report, [worker.process])
        assert found.note in found.text
        assert found.note.startswith("another process of this user still made dumps")
        assert dumped_ids(standin) == [worker.pid]

    def test_a_name_that_something_else_has(self, windll):
        name = f"wer-tests-{os.getpid()}"
        event = windll.CreateEventW(None, True, False, name)
        with pytest.raises(OSError, match="CreateMutexW: "):
            _native.HeldMutex().take(name, 0)
        windll.CloseHandle(event)

    def test_no_handle_stays_open(self, leaked_handles):
        def take():
            with one_at_a_time(1):
                pass

        assert leaked_handles(take) == set()


MAKE = {  # bytes that are more, of: what the process alone has, all
    "private": ("kept = bytes(64 << 20)", 64, 64),
    "shared": ("import mmap; kept = mmap.mmap(-1, 64 << 20)", 0, 64),
    "reserved": (
        "import ctypes; reserve = ctypes.windll.kernel32.VirtualAlloc; reserve.restype = ctypes.c_void_p\n"
        "assert reserve(None, ctypes.c_size_t(64 << 20), 0x2000, 4)",
        0,
        0,
    ),
    "read-only": (
        "import ctypes; allocate = ctypes.windll.kernel32.VirtualAlloc; allocate.restype = ctypes.c_void_p\n"
        "assert allocate(None, ctypes.c_size_t(64 << 20), 0x3000, 2)",
        0,
        64,
    ),
}
WAIT = "\nprint(1, flush=True); input()"


@once("3.11")
class TestMemory:
    """`_native.memory_of`, and what is made of it."""

    @pytest.fixture
    def held(self, start):
        """Start a program that waits: `held(code)`."""

        def held(code):
            process = start("import ctypes, mmap\n" + code + WAIT)
            process.stdout.readline()
            return _native.open_process(process.pid, FOR_DUMP)

        return held

    @pytest.mark.parametrize("kind", MAKE)
    def test_what_is_counted(self, held, kind):
        code, private, everything = MAKE[kind]
        before, after = _native.memory_of(held("")), _native.memory_of(held(code))
        grown = [round((now - then) / MiB) for then, now in zip(before, after, strict=True)]
        assert grown == [pytest.approx(private, abs=1), pytest.approx(everything, abs=1), 0]
        assert after[0] + after[2] < after[1]

    def test_of_itself(self):
        private, everything, data = _native.memory_of(_native.open_process(os.getpid(), 0))
        assert 0 < data < private < everything

    def test_what_cannot_be_counted(self, worker, start):
        limited = _native.open_process(worker.pid, LIMITED)
        with pytest.raises(PermissionError, match="VirtualQueryEx: "):
            _native.memory_of(limited)
        ended = start("")
        ended.wait()
        with pytest.raises(OSError, match="VirtualQueryEx: "):
            _native.memory_of(_native.duplicate_process(int(ended._handle), True))

    def test_it_takes_no_longer_than_it_may(self, held):
        """30,000 regions: under Wine that would be 4 s. Without the size there is no heap dump where one is limited."""
        process = held(
            "allocate = ctypes.windll.kernel32.VirtualAlloc; allocate.restype = ctypes.c_void_p\n"
            "for number in range(30_000): assert allocate(None, 4096, 0x3000, 2 + 2 * (number % 2))"
        )
        start = time.monotonic()
        chosen, note = choose_dump(process, wer.DumpType.HEAPDUMP, 1 << 40)
        assert time.monotonic() - start < 3.5
        if chosen is not wer.DumpType.HEAPDUMP:  # as on Windows, which should be fast enough
            assert note.startswith("a MINIDUMP and no HEAPDUMP, whose size cannot be told beforehand: VirtualQueryEx: ")

    def test_the_exit_code(self, worker, start):
        assert _native.exit_code(_native.open_process(worker.pid, LIMITED)) == 259
        ended = start("import os; os._exit(-1073741819)")
        ended.wait()
        assert _native.exit_code(_native.duplicate_process(int(ended._handle), True)) == 0xC0000005
        with pytest.raises(PermissionError, match="GetExitCodeProcess: "):
            _native.exit_code(_native.open_process(worker.pid, READ_CONTROL))

    @pytest.mark.parametrize("kind", ["MINIDUMP", "HEAPDUMP"])
    def test_a_dump_has_about_the_size(self, held, kind, standin):
        """Beside its file; the smaller one is chosen where that would be too large."""
        process = held("kept = bytes(64 << 20)")
        with wer.Report("WerTests.Event") as report:
            filed(report, [wer.Handle(process.handle)], dump_type=wer.DumpType[kind])
        [size] = [path.stat().st_size for path in standin.files().values() if path.read_bytes()[:4] == b"MDMP"]
        limits = [size + 2 * MiB, size - 2 * MiB]
        chosen = [choose_dump(process, wer.DumpType[kind], limit)[0].name for limit in limits]
        assert chosen == [kind, "NONE" if kind == "MINIDUMP" else "MINIDUMP"]

    def test_of_the_calling_process(self):
        assert choose_dump(None, wer.DumpType.HEAPDUMP, 1 << 40) == (wer.DumpType.HEAPDUMP, "")
        assert choose_dump(None, wer.DumpType.HEAPDUMP, MiB)[0] is wer.DumpType.NONE

    def test_a_dump_that_would_be_too_large(self, held, standin):
        processes = [held(code) for code in ("kept = bytes(64 << 20)", "")]
        with wer.Report("WerTests.Event") as report:
            handles = [wer.Handle(process.handle) for process in processes]
            found = filed(report, handles, dump_type=wer.DumpType.HEAPDUMP, max_dump_bytes=32 * MiB)
        assert "a MINIDUMP and no HEAPDUMP, which would have some " in found[0].text
        assert found[1].text.endswith(": HEAPDUMP added")
        kinds = [call.args["dumpType"] for call in standin.calls("WerReportAddDump")]
        assert kinds == [wer.DumpType.MINIDUMP, wer.DumpType.HEAPDUMP]
        assert dumped_ids(standin) == sorted(process.id for process in processes)


def test_the_numbers_of_processes_do_not_mix(standin, start):
    """Each of many gets its own dump, in the order in which they were passed."""
    processes = [start("print(1, flush=True); input()") for _ in range(4)]
    for process in processes:
        process.stdout.readline()
    with wer.Report("WerTests.Event") as report:
        found = filed(report, processes, most=3)
    assert [one.pid for one in found] == [process.pid for process in processes]
    assert dumped_ids(standin) == sorted(process.pid for process in itertools.islice(processes, 3))
    assert found[3].text.endswith(": not dumped, because there are 3 dumps already")
