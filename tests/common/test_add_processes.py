"""`wer.service.add_processes` and what it is made of, in the fake: on every system.

tests/windows/test_add_processes.py has real processes.
"""

import os
import subprocess
import sys
import threading
import types

import pytest
from fakes import PatientWer

import wer
from wer import _native
from wer.service import AddedProcess, AddedProcesses, _dump_lock, _processes, add_processes
from wer.service._dump_lock import one_at_a_time
from wer.service._dump_size import choose_dump

ACCESS_VIOLATION = 0xC0000005
MiB = 1 << 20


@pytest.fixture
def fake():
    with PatientWer() as fake:
        yield fake


@pytest.fixture
def report(fake):
    with wer.Report("WerTests.Event") as report:
        yield report


def dumps(fake):
    return [(call.arguments["process"], call.arguments["dump_type"]) for call in fake.called("WerReportAddDump")]


class Ended:
    """What a process of asyncio looks like: its id, and what it has ended with."""

    def __init__(self, pid, returncode):
        self.pid, self.returncode = pid, returncode


class TestWhich:
    """Pools, lists, and the children of the calling process."""

    def test_a_list(self, fake, report):
        first, second = fake.add_process(4000), fake.add_process(4004, executable="C:\\python.exe")
        found = add_processes(report, [first, second])
        assert dumps(fake) == [(4000, wer.DumpType.MINIDUMP), (4004, wer.DumpType.MINIDUMP)]
        assert [(one.pid, one.dumped, one.exit_code) for one in found] == [(4000, True, None), (4004, True, None)]
        assert found.text == "process 4000: MINIDUMP added\nprocess 4004 (C:\\python.exe): MINIDUMP added\n"
        assert (found.note, repr(found[0])) == ("", "<wer.service.AddedProcess 'process 4000: MINIDUMP added'>")
        assert type(found) is AddedProcesses
        assert type(found[0]) is AddedProcess

    def test_an_executor(self, fake, report):
        executor = types.SimpleNamespace(_processes={pid: fake.add_process(pid) for pid in (4000, 4004)})
        add_processes(report, executor)
        assert [pid for pid, _ in dumps(fake)] == [4000, 4004]

    def test_an_executor_that_was_shut_down(self, fake, report):
        assert add_processes(report, types.SimpleNamespace(_processes=None, _executor_manager_thread=None)) == ()

    def test_a_pool(self, fake, report):
        add_processes(report, types.SimpleNamespace(_processes=2, _pool=[fake.add_process(4000)]))
        assert [pid for pid, _ in dumps(fake)] == [4000]

    def test_the_children(self, fake, report):
        fake.add_process(4000, parent=fake.current.pid)
        fake.add_process(4004, parent=4000)  # started by a Python: not one of ours
        fake.add_process(4008, parent=fake.current.pid, python=False, executable="C:\\conhost.exe")
        fake.add_process(4012, parent=fake.current.pid, python=False)
        fake.add_process(4016, parent=4012)
        fake.add_process(4020)
        found = add_processes(report)
        assert [pid for pid, _ in dumps(fake)] == [4000, 4016]
        assert found.text.splitlines() == [
            "process 4000: MINIDUMP added",
            "process 4008 (C:\\conhost.exe): it runs no Python",
            "process 4012 is a launcher, and its Python process 4016: MINIDUMP added",
        ]
        assert [one.pid for one in found] == [4000, 4008, 4016]

    def test_no_children(self, fake, report):
        assert add_processes(report) == ()
        assert add_processes(report).text == ""

    def test_a_program_that_was_passed_needs_no_python(self, fake, report):
        add_processes(report, [fake.add_process(4000, python=False)])
        assert [pid for pid, _ in dumps(fake)] == [4000]

    def test_one_twice(self, fake, report):
        worker = fake.add_process(4000)
        found = add_processes(report, [worker, worker])
        assert len(dumps(fake)) == 1
        assert found[1].text == "process 4000: it was given before"

    def test_any_iterable(self, fake, report):
        add_processes(report, (fake.add_process(pid) for pid in (4000, 4004)))
        assert len(dumps(fake)) == 2


class TestWhatCannotBeDumped:
    """It is told, and the others go on."""

    def test_one_that_has_ended(self, fake, report):
        worker = fake.add_process(4000)
        worker.end(ACCESS_VIOLATION)
        found = add_processes(report, [worker, fake.add_process(4004)])
        assert [pid for pid, _ in dumps(fake)] == [4004]
        assert (found[0].dumped, found[0].exit_code) == (False, ACCESS_VIOLATION)
        assert found[0].text == f"process 4000: it has ended with {wer.explain(ACCESS_VIOLATION)}"

    def test_one_that_is_known_by_its_id_only(self, fake, report):
        found = add_processes(report, [Ended(4000, -1073741819), Ended(4004, None), types.SimpleNamespace(pid=4008)])
        assert found.text.splitlines() == [
            f"process 4000: it has ended with {wer.explain(ACCESS_VIOLATION)}",
            "process 4004: process 4004 is gone",
            "process 4008: process 4008 is gone",
        ]
        assert [one.exit_code for one in found] == [ACCESS_VIOLATION, None, None]

    def test_what_is_no_id(self, fake, report):
        [found] = add_processes(report, [types.SimpleNamespace(pid=1 << 32)])
        assert (found.pid, found.dumped, found.exit_code) == (0, False, None)
        assert found.text.startswith("a process: pid ")

    def test_one_that_ends_meanwhile(self, fake, report, monkeypatch):
        worker = fake.add_process(4000)

        def choose(process, wanted, most_bytes):
            worker.end(1)
            return wanted, ""

        monkeypatch.setattr(_processes, "_choose_dump", choose)
        [found] = add_processes(report, [worker])
        assert found.text == f"process 4000: it has ended meanwhile with {wer.explain(1)}"
        assert (found.dumped, found.exit_code) == (False, 1)

    def test_one_that_is_protected(self, fake, report):
        fake.add_process(4000)
        fake.fail("OpenProcess", 5)
        [found] = add_processes(report, [types.SimpleNamespace(pid=4000)])
        assert found.text.startswith("process 4000: OpenProcess: process 4000 cannot be opened: ")
        assert found.text.endswith("It runs as another user or is protected; an administrator may be allowed to.")
        assert not dumps(fake)

    def test_a_child_that_is_protected(self, fake, report):
        for pid in (4000, 4004):
            fake.add_process(pid, parent=fake.current.pid)
        fake.fail("OpenProcess", 5, times=1)
        found = add_processes(report)
        assert [pid for pid, _ in dumps(fake)] == [4004]
        assert found[1].text.startswith("a process: OpenProcess: process 4000 cannot be opened: ")

    def test_one_that_cannot_be_looked_into(self, fake, report):
        worker = fake.add_process(4000)
        fake.fail("EnumProcessModulesEx", 5)
        [found] = add_processes(report, [worker])
        assert found.text.startswith("process 4000: it, or what it has started, cannot be looked into: EnumProcess")
        assert not dumps(fake)

    def test_a_launcher_of_several(self, fake, report):
        launcher = fake.add_process(4000, python=False)
        for pid in (4004, 4008):
            fake.add_process(pid, parent=4000)
        [found] = add_processes(report, [launcher])
        assert found.text == ("process 4000: it has started several Pythons, of which none is dumped: 4004, 4008")

    def test_a_launcher_that_has_ended(self, fake, report):
        launcher = fake.add_process(4000, python=False)
        fake.add_process(4004, parent=4000)
        launcher.end(1)
        add_processes(report, [launcher])
        assert [pid for pid, _ in dumps(fake)] == [4004]

    def test_a_closed_object(self, fake, report):
        class Closed:
            @property
            def sentinel(self):
                raise ValueError("process object is closed")  # as multiprocessing.Process does

        [found] = add_processes(report, [Closed()])
        assert (found.pid, found.text) == (0, "a process: process object is closed")

    def test_what_wer_refuses(self, fake, report):
        fake.fail("WerReportAddDump", 0x80070005, times=1)
        found = add_processes(report, [fake.add_process(4000), fake.add_process(4004)])
        assert [one.dumped for one in found] == [False, True]
        assert found[0].text.startswith("process 4000: not dumped: ")
        assert "WerReportAddDump" in found[0].text

    def test_nothing_is_dumped_if_one_is_no_process(self, fake, report):
        with pytest.raises(TypeError, match="process must be"):
            add_processes(report, [fake.add_process(4000), object()])
        assert not dumps(fake)

    def test_a_busy_report(self, fake, report):
        worker = fake.add_process(4000)
        with (
            fake.inside("WerReportSetParameter", lambda: report.set_parameter(0, "value")),
            pytest.raises(RuntimeError, match="another call on this report"),
        ):
            add_processes(report, [worker])


class TestLimits:
    """How many, how long, how large."""

    def test_most(self, fake, report):
        ended = fake.add_process(4000)
        ended.end()
        found = add_processes(report, [ended, *map(fake.add_process, (4004, 4008, 4012))], most=2)
        assert [one.dumped for one in found] == [False, True, True, False]
        assert found[3].text == "process 4012: not dumped, because there are 2 dumps already"
        [found] = add_processes(report, [fake.add_process(4016)], most=0)
        assert found.text == "process 4016: not dumped, because there are 0 dumps already"

    def test_timeout(self, fake, report, monkeypatch):
        times = iter([100.0, 101.9, 102.0])
        monkeypatch.setattr(_processes, "_monotonic", lambda: next(times))
        found = add_processes(report, [fake.add_process(4000), fake.add_process(4004)], timeout=2)
        assert [one.dumped for one in found] == [True, False]
        assert found[1].text == "process 4004: not dumped, because 2 s were over"

    def test_no_dumps(self, fake, report):
        ended = fake.add_process(4000)
        ended.end(3)
        found = add_processes(report, [ended, fake.add_process(4004)], dump_type=wer.DumpType.NONE, most=0)
        assert found.text == f"process 4000: it has ended with {wer.explain(3)}\nprocess 4004: it runs\n"
        assert not fake.called("WerReportAddDump")

    def test_heap_dumps(self, fake, report):
        add_processes(report, [fake.add_process(4000)], dump_type=wer.DumpType.HEAPDUMP)
        assert dumps(fake) == [(4000, wer.DumpType.HEAPDUMP)]

    def test_no_bytes_are_a_number_of_bytes(self, fake, report):
        [found] = add_processes(report, [fake.add_process(4000)], max_dump_bytes=0)
        assert not found.dumped
        assert not fake.called("WerReportAddDump")

    def test_size(self, fake, report):
        large, small, many = map(fake.add_process, (4000, 4004, 4008))
        large.private_bytes = 200 * MiB
        many.data_bytes = 300 * MiB
        more = "more than the 100.0 MiB that it may"
        found = add_processes(report, [large, small, many], dump_type=wer.DumpType.HEAPDUMP, max_dump_bytes=100 * MiB)
        assert dumps(fake) == [(4000, wer.DumpType.MINIDUMP), (4004, wer.DumpType.HEAPDUMP)]
        assert found.text.splitlines() == [
            f"process 4000: a MINIDUMP and no HEAPDUMP, which would have some 202.5 MiB, {more}",
            "process 4004: HEAPDUMP added",
            f"process 4008: no dump and no HEAPDUMP, which would have some 320.5 MiB, {more}",
        ]
        assert [one.dumped for one in found] == [True, True, False]


class TestDumpSize:
    """`choose_dump`."""

    @pytest.fixture
    def held(self, fake):
        fake.add_process(4000)
        return _native.open_process(4000, 0)  # 20 MiB private, 2 MiB of modules' data

    @pytest.mark.parametrize(
        ("wanted", "most", "chosen"),
        [
            ("HEAPDUMP", None, "HEAPDUMP"),
            ("HEAPDUMP", 22 * MiB + MiB // 2, "HEAPDUMP"),
            ("HEAPDUMP", 22 * MiB, "MINIDUMP"),
            ("HEAPDUMP", 2 * MiB + MiB // 2, "MINIDUMP"),
            ("HEAPDUMP", 2 * MiB, "NONE"),
            ("HEAPDUMP", 0, "NONE"),
            ("MINIDUMP", 2 * MiB + MiB // 2, "MINIDUMP"),
            ("MINIDUMP", 2 * MiB, "NONE"),
            ("TRIAGEDUMP", 3 * MiB, "TRIAGEDUMP"),
            ("TRIAGEDUMP", 2 * MiB, "NONE"),
            ("MICRODUMP", 0, "MICRODUMP"),
            ("NONE", 0, "NONE"),
        ],
    )
    def test_it_chooses(self, held, wanted, most, chosen):
        found, note = choose_dump(held, wer.DumpType[wanted], most)
        assert found is wer.DumpType[chosen]
        assert bool(note) == (wanted != chosen)

    def test_the_note(self, held):
        assert choose_dump(held, wer.DumpType.MINIDUMP, MiB)[1] == (
            "no dump and no MINIDUMP, which would have some 2.5 MiB, more than the 1.0 MiB that it may"
        )

    def test_the_calling_process(self, fake):
        fake.current.private_bytes = 500 * MiB
        assert choose_dump(None, wer.DumpType.HEAPDUMP, 400 * MiB)[0] is wer.DumpType.MINIDUMP

    def test_what_cannot_be_counted(self, fake, held):
        fake.fail("VirtualQueryEx", 5)
        chosen, note = choose_dump(held, wer.DumpType.HEAPDUMP, 100 * MiB)
        assert chosen is wer.DumpType.MINIDUMP
        assert note.startswith("a MINIDUMP and no HEAPDUMP, whose size cannot be told beforehand: VirtualQueryEx: ")
        assert choose_dump(held, wer.DumpType.MINIDUMP, 100 * MiB) == (wer.DumpType.MINIDUMP, "")


class TestLock:
    """One dump at a time."""

    def take(self, seconds=0.0):
        with one_at_a_time(seconds) as note:
            return note

    def elsewhere(self, call):
        """What `call` returns in another thread: a mutex is of one."""
        results = []
        thread = threading.Thread(target=lambda: results.append(call()))
        thread.start()
        thread.join(30)
        return results[0]

    def test_it_is_free_again(self, fake):
        assert [self.take(), self.take(), self.elsewhere(self.take)] == ["", "", ""]

    def test_it_is_taken(self, fake):
        with one_at_a_time(0) as note:
            assert note == ""
            assert self.elsewhere(lambda: self.take(0.05)) == (
                "another process of this user still made dumps after 0.05 s: not waited for any longer"
            )
        assert self.elsewhere(self.take) == ""

    def test_it_is_free_after_an_error(self, fake):
        with pytest.raises(ZeroDivisionError), one_at_a_time(0):
            1 / 0  # noqa: B018
        assert self.elsewhere(self.take) == ""

    def test_there_can_be_none(self, fake):
        fake.fail("CreateMutexW", 5)
        assert self.take().startswith(
            "no lock for dumps, so that other processes may make some at the same time: CreateMutexW"
        )

    def test_dumps_go_on_without_it(self, fake, report, monkeypatch):
        monkeypatch.setattr(_processes, "_LONGEST_WAIT", 0.01)
        worker = fake.add_process(4000)
        with one_at_a_time(0):
            found = self.elsewhere(lambda: add_processes(report, [worker]))
        assert found[0].dumped
        assert found.note.startswith("another process of this user still made dumps after 0.01 s")
        assert found.text.splitlines() == [found[0].text, found.note]

    def test_each_user_has_one(self, monkeypatch):
        monkeypatch.setenv("USERDOMAIN", "DOMAIN")
        monkeypatch.setenv("USERNAME", "back\\slash" + "x" * 200)
        name = _dump_lock._name()
        assert name.startswith("Global\\wer-dump-DOMAIN-back-slashxxx")
        assert name.count("\\") == 1
        assert len(name) < 260
        monkeypatch.delenv("USERDOMAIN")
        monkeypatch.delenv("USERNAME")
        assert _dump_lock._name() == "Global\\wer-dump--"

    def test_a_mutex_is_taken_once(self, fake):
        mutex = _native.HeldMutex()
        mutex.give_back()  # does nothing
        assert mutex.take("wer-tests", 0)
        with pytest.raises(RuntimeError, match="this mutex is taken already"):
            mutex.take("wer-tests", 0)
        mutex.give_back()
        assert mutex.take("wer-tests", 0)
        mutex.give_back()


def test_it_imports_no_pools():
    code = "import sys, wer.service; print({'asyncio', 'multiprocessing', 'concurrent.futures'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"


@pytest.mark.skipif(os.name == "nt", reason="says what is so elsewhere")
def test_off_windows_it_says_so():
    with pytest.raises(NotImplementedError, match="WerReportCreate"):
        add_processes(wer.Report("X"))
