"""Which process and thread a call is about: by handle, by an object that owns one, or by id.

Most tests have WER answer S_OK without writing a dump, and read in the stand-in's log which handles it got.
"""

import ctypes
import multiprocessing
import os
import subprocess
import threading
import time

import pytest

import wer

SYNCHRONIZE = 0x100000
READ_CONTROL = 0x20000  # all of STANDARD_RIGHTS_READ
PROCESS_QUERY_INFORMATION, PROCESS_VM_READ, PROCESS_DUP_HANDLE = 0x400, 0x10, 0x40
THREAD_GET_CONTEXT, THREAD_QUERY_INFORMATION, THREAD_SUSPEND_RESUME = 0x8, 0x40, 0x2
LIMITED = {"process": 0x1000, "thread": 0x800}  # Windows adds it to ..._QUERY_INFORMATION
PROCESS_RIGHTS = READ_CONTROL | PROCESS_QUERY_INFORMATION | PROCESS_VM_READ | LIMITED["process"]
THREAD_RIGHTS = THREAD_GET_CONTEXT | THREAD_QUERY_INFORMATION | THREAD_SUSPEND_RESUME | LIMITED["thread"]
NO_SUCH_ID = 0xFFFFFFFC


class Psutil:
    """What psutil.Process looks like: a pid, and whether it still means the same process."""

    def __init__(self, pid, running=True):
        self.pid = pid
        self.running = running

    def is_running(self):
        return self.running


class Pywin32:
    """What a handle of pywin32 looks like."""

    def __init__(self, handle):
        self.handle = int(handle)


@pytest.fixture
def no_dump(standin):
    standin.answer("WerReportAddDump", 0)
    return standin


@pytest.fixture
def add_dump(report, no_dump):
    """Add a dump; return the process and the thread that WER got."""

    def add_dump(*positional, **keywords):
        report.add_dump(*positional, **keywords)
        args = no_dump.call("WerReportAddDump").args
        return args["hProcess"], args["hThread"]

    return add_dump


@pytest.fixture
def thread():
    """A thread that waits."""
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    yield thread
    end.set()
    thread.join()


@pytest.fixture(scope="module")
def finished(python, popen):
    """A process that has ended, but whose id is kept from reuse by a handle."""
    with popen([python, "-I", "-S", "-c", ""], stdin=subprocess.DEVNULL) as process:
        process.wait()
    return process


def deny_everyone(handle):
    """Take all rights to a process or thread from everybody; handles that are open keep theirs."""
    advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
    acl, descriptor = ctypes.create_string_buffer(8), ctypes.create_string_buffer(64)
    assert advapi32.InitializeAcl(acl, len(acl), 2)
    assert advapi32.InitializeSecurityDescriptor(descriptor, 1)
    assert advapi32.SetSecurityDescriptorDacl(descriptor, True, acl, False)
    dacl = 4
    assert advapi32.SetKernelObjectSecurity(ctypes.c_void_p(handle), dacl, descriptor), ctypes.get_last_error()


class TestProcess:
    def test_none_is_the_current_process(self, add_dump):
        process, _ = add_dump()
        assert process["pseudo"]
        assert process["pid"] == os.getpid()

    @pytest.mark.parametrize("by", [lambda pid: {"pid": pid}, lambda pid: {"process": Psutil(pid)}])
    def test_the_current_process_by_its_id(self, add_dump, by):
        process, _ = add_dump(**by(os.getpid()))
        assert process["pseudo"], "nothing is opened for it"

    @pytest.mark.parametrize(
        "by",
        [
            lambda worker: worker.process,
            lambda worker: wer.Handle(int(worker.process._handle)),
            lambda worker: worker.process._handle,
            lambda worker: Pywin32(worker.process._handle),
        ],
        ids=["Popen", "Handle", "of-subprocess", "pywin32"],
    )
    def test_a_handle_stays_its_owners(self, add_dump, report, worker, handle_is_open, by):
        """WER gets a duplicate, which is open as long as the report."""
        process, _ = add_dump(process=by(worker))
        duplicate = int(process["handle"], 16)
        assert process["pid"] == worker.pid
        assert duplicate != int(worker.process._handle)
        assert handle_is_open(duplicate)
        report.close()
        assert not handle_is_open(duplicate)
        assert handle_is_open(int(worker.process._handle))

    def test_the_pseudo_handle(self, add_dump):
        process, _ = add_dump(process=wer.Handle(-1))
        assert process["pseudo"]

    def test_a_number_is_never_guessed(self, report, worker):
        """A handle and an id of the same number are two processes."""
        with pytest.raises(TypeError, match=f"say pid={worker.pid} if it is an id, or process=wer"):
            report.add_dump(process=worker.pid)
        with pytest.raises(TypeError, match=f"say tid={worker.tid} if it is an id, or thread=wer"):
            report.add_dump(process=worker.process, thread=worker.tid)

    def test_multiprocessing(self, add_dump, handle_is_open):
        child = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(600,))
        child.start()
        try:
            process, _ = add_dump(process=child)
            assert process["pid"] == child.pid
            assert handle_is_open(child.sentinel)
        finally:
            child.kill()
            child.join()
            child.close()

    @pytest.mark.parametrize(
        "by",
        [
            lambda pid: {"pid": pid},
            lambda pid: {"process": Psutil(pid)},
            lambda pid: {"process": type("OnlyAnId", (), {"pid": pid})()},
        ],
        ids=["pid", "psutil", "an-object-with-a-pid"],
    )
    def test_an_id_is_open_as_long_as_the_report(self, add_dump, report, worker, handle_is_open, by):
        process, _ = add_dump(**by(worker.pid))
        assert process["pid"] == worker.pid
        assert int(process["access"], 16) == PROCESS_RIGHTS
        assert handle_is_open(int(process["handle"], 16))
        report.close()
        assert not handle_is_open(int(process["handle"], 16))

    def test_what_was_opened_is_closed_with_the_submission(self, add_dump, report, worker, handle_is_open):
        process, thread = add_dump(pid=worker.pid, tid=worker.tid)
        report.submit(wer.Consent.DENIED)
        assert not handle_is_open(int(process["handle"], 16))
        assert not handle_is_open(int(thread["handle"], 16))

    @pytest.mark.parametrize(
        ("arguments", "rights"),
        [
            ({}, PROCESS_RIGHTS),
            ({"dump_type": wer.DumpType.NONE}, PROCESS_RIGHTS),
            ({"dump_type": wer.DumpType.TRIAGEDUMP}, PROCESS_RIGHTS),
            ({"dump_type": wer.DumpType.HEAPDUMP}, PROCESS_RIGHTS | PROCESS_DUP_HANDLE),
            ({"options": wer.DumpOptions(dump_flags=wer.MinidumpType.NORMAL)}, PROCESS_RIGHTS),
            (
                {"options": wer.DumpOptions(dump_flags=wer.MinidumpType.WITH_HANDLE_DATA)},
                PROCESS_RIGHTS | PROCESS_DUP_HANDLE,
            ),
        ],
        ids=["default", "none", "triage", "heap", "options", "handle-data"],
    )
    def test_only_rights_that_are_needed(self, add_dump, worker, arguments, rights):
        process, _ = add_dump(pid=worker.pid, **arguments)
        assert int(process["access"], 16) == rights

    def test_an_id_that_nobody_has(self, report):
        with pytest.raises(ProcessLookupError, match=f"process {NO_SUCH_ID} is gone"):
            report.add_dump(pid=NO_SUCH_ID)

    @pytest.mark.parametrize("step", [1, 2, 3])
    @pytest.mark.parametrize(
        "call",
        [
            lambda pid: wer.Report("WerTests.Event", process=Psutil(pid)),
            lambda pid: wer.get_flags(pid=pid),
            lambda pid: wer.ProcessSnapshot(pid=pid),
            lambda pid: wer.register_additional_process(pid=pid),
        ],
        ids=["Report", "get_flags", "ProcessSnapshot", "register_additional_process"],
    )
    def test_an_id_that_windows_would_round(self, standin, worker, leaked_handles, call, step):
        """OpenProcess ignores the two lowest bits: another process than the one that was meant."""

        def called():
            with pytest.raises(ProcessLookupError, match=f"process {worker.pid + step} does not exist"):
                call(worker.pid + step)

        assert leaked_handles(called) == set()

    @pytest.mark.parametrize("step", [1, 2, 3])
    def test_an_id_that_windows_would_round_in_a_dump(self, report, worker, leaked_handles, step):
        def dump():
            for pid in (worker.pid, os.getpid()):
                with pytest.raises(ProcessLookupError, match=f"process {pid + step} does not exist: ids are multiples"):
                    report.add_dump(pid=pid + step)

        assert leaked_handles(dump) == set()

    @pytest.mark.parametrize(
        "by",
        [
            lambda process: {"pid": process.pid},
            lambda process: {"process": process},
            lambda process: {"process": process._handle},
            lambda process: {"process": Pywin32(process._handle)},
            lambda process: {"process": Psutil(process.pid)},
        ],
        ids=["pid", "Popen", "int-subclass", "pywin32", "psutil"],
    )
    def test_a_finished_process(self, report, finished, by):
        with pytest.raises(ProcessLookupError, match=f"process {finished.pid} is gone"):
            report.add_dump(**by(finished))

    def test_an_id_that_was_reused(self, report, worker, leaked_handles):
        """psutil tells by the creation time that its pid means another process by now."""

        def dump():
            with pytest.raises(ProcessLookupError, match=f"process {worker.pid} .*another process by now.* is gone"):
                report.add_dump(process=Psutil(worker.pid, running=False))

        assert leaked_handles(dump) == set()

    def test_an_error_of_the_foreign_object(self, report, worker, leaked_handles):
        class Broken(Psutil):
            def is_running(self):
                raise KeyError("broken")

        def dump():
            with pytest.raises(KeyError, match="broken"):
                report.add_dump(process=Broken(worker.pid))

        assert leaked_handles(dump) == set()

    @pytest.mark.parametrize(
        "call",
        [
            lambda process: wer.Report("WerTests.Event", process=process),
            lambda process: wer.get_flags(process),
            lambda process: wer.ProcessSnapshot(process),
        ],
        ids=["Report", "get_flags", "ProcessSnapshot"],
    )
    def test_a_foreign_object_that_cannot_even_be_asked(self, call, worker, standin, leaked_handles):
        class Broken:
            pid = worker.pid

            @property
            def is_running(self):
                raise KeyError("broken")

        def called():
            with pytest.raises(KeyError, match="broken"):
                call(Broken())

        assert leaked_handles(called) == set()

    def test_a_closed_popen(self, report, start):
        process = start("input()")
        process.kill()
        process.wait()
        process._handle.Close()
        with pytest.raises(ValueError, match=r"process: the handle of <Popen.* is closed"):
            report.add_dump(process=process)

    def test_a_closed_handle_of_pywin32(self, report):
        with pytest.raises(ValueError, match=r"process: the handle of .* is closed"):
            report.add_dump(process=Pywin32(0))

    def test_no_right(self, report, start):
        process = start("input()")
        deny_everyone(int(process._handle))
        with pytest.raises(PermissionError, match=f"OpenProcess: process {process.pid} cannot be opened") as caught:
            report.add_dump(pid=process.pid)
        assert "an administrator may be allowed to" in str(caught.value)

    def test_it_ends_during_the_call(self, report, standin, start, pool):
        process = start("input()")
        with standin.block("WerReportAddDump") as blocked:
            call = pool.submit(report.add_dump, pid=process.pid)
            blocked.wait_until_entered()
            process.kill()
            process.wait()
            blocked.release()
            with pytest.raises(ProcessLookupError, match=f"process {process.pid} is gone"):
                call.result(30)
        assert standin.call("WerReportAddDump").hr != "0x00000000"


class TestProcessOfAReport:
    """Report(process=...) is kept open until the report is closed: WER may need it as late as in submit."""

    @staticmethod
    def handle_that_wer_got(standin):
        information = standin.call("WerReportCreate").struct("pReportInformation", "WER_REPORT_INFORMATION")
        return information["hProcess"]

    def test_an_id_is_open_as_long_as_the_report(self, standin, worker, windll, handle_is_open):
        with wer.Report("WerTests.Event", process=Psutil(worker.pid)):
            handle = self.handle_that_wer_got(standin)
            assert windll.GetProcessId(ctypes.c_void_p(handle)) == worker.pid
        assert not handle_is_open(handle)

    def test_collection_closes_it(self, standin, worker, handle_is_open):
        wer.Report("WerTests.Event", process=Psutil(worker.pid))
        assert not handle_is_open(self.handle_that_wer_got(standin))

    def test_its_owner_may_close_it(self, standin, worker, windll, handle_is_open):
        handle = windll.OpenProcess(PROCESS_RIGHTS, False, worker.pid)
        with wer.Report("WerTests.Event", process=wer.Handle(handle)):
            windll.CloseHandle(handle)
            duplicate = self.handle_that_wer_got(standin)
            assert windll.GetProcessId(ctypes.c_void_p(duplicate)) == worker.pid
        assert not handle_is_open(duplicate)

    @pytest.mark.parametrize("by", [lambda worker: {"process": worker.process}, lambda worker: {"pid": worker.pid}])
    def test_it_is_what_add_dump_dumps(self, no_dump, worker, by):
        with wer.Report("WerTests.Event", **by(worker)) as report:
            report.add_dump()
            report.add_dump(wer.DumpType.HEAPDUMP)
            report.add_dump(tid=worker.tid)
            report.add_dump(process=wer.Handle(-1))
        by_default, heap, of_a_thread, other = (call.args for call in no_dump.calls("WerReportAddDump"))
        assert by_default["hProcess"]["pid"] == heap["hProcess"]["pid"] == of_a_thread["hProcess"]["pid"] == worker.pid
        assert of_a_thread["hThread"]["tid"] == worker.tid
        assert int(heap["hProcess"]["access"], 16) & PROCESS_DUP_HANDLE
        assert other["hProcess"]["pseudo"]

    def test_one_from_a_handle_has_none(self, no_dump, worker):
        with wer.Report("WerTests.Event", process=worker.process) as report:
            wer.Report.from_handle(report.handle).add_dump()
        assert no_dump.call("WerReportAddDump").args["hProcess"]["pseudo"]

    def test_a_bad_argument_closes_it(self, worker, leaked_handles):
        def create():
            with pytest.raises(ValueError, match="description"):
                wer.Report("WerTests.Event", process=Psutil(worker.pid), description="d" * 512)

        assert leaked_handles(create) == set()

    def test_a_finished_process(self, finished):
        with pytest.raises(ProcessLookupError, match=f"process {finished.pid} is gone"):
            wer.Report("WerTests.Event", process=finished)

    def test_an_id_that_nobody_has(self):
        with pytest.raises(ProcessLookupError, match=f"process {NO_SUCH_ID} is gone"):
            wer.Report("WerTests.Event", process=Psutil(NO_SUCH_ID))

    def test_no_right(self, start):
        process = start("input()")
        deny_everyone(int(process._handle))
        with pytest.raises(PermissionError, match=f"process {process.pid} cannot be opened"):
            wer.Report("WerTests.Event", process=Psutil(process.pid))


class TestThread:
    def test_none_is_no_thread(self, add_dump):
        _, thread = add_dump()
        assert thread == {"handle": "0x0", "tid": 0}

    def test_an_id_is_open_as_long_as_the_report(self, add_dump, report, worker, handle_is_open):
        _, thread = add_dump(pid=worker.pid, tid=worker.tid)
        assert thread["tid"] == worker.tid
        assert int(thread["access"], 16) == THREAD_RIGHTS
        assert handle_is_open(int(thread["handle"], 16))
        report.close()
        assert not handle_is_open(int(thread["handle"], 16))

    def test_threading(self, add_dump, thread):
        _, got = add_dump(thread=thread)
        assert got["tid"] == thread.native_id
        assert int(got["access"], 16) == THREAD_RIGHTS

    @pytest.mark.parametrize("wrap", [wer.Handle, Pywin32], ids=["Handle", "pywin32"])
    def test_a_handle_stays_its_owners(self, add_dump, report, thread, windll, handle_is_open, wrap):
        handle = windll.OpenThread(THREAD_RIGHTS, False, thread.native_id)
        _, got = add_dump(thread=wrap(handle))
        assert int(got["handle"], 16) != handle
        assert got["tid"] == thread.native_id
        report.close()
        assert not handle_is_open(int(got["handle"], 16))
        assert handle_is_open(handle)
        windll.CloseHandle(handle)

    def test_the_pseudo_handle(self, add_dump):
        """It becomes a real one: in another thread, it would mean that one."""
        _, thread = add_dump(thread=wer.Handle(-2))
        assert "pseudo" not in thread
        assert thread["tid"] == threading.get_native_id()

    def test_a_handle_of_another_process(self, report, worker, windll):
        handle = windll.OpenThread(THREAD_RIGHTS, False, worker.tid)
        message = f"thread {worker.tid} belongs to process {worker.pid}, not to process {os.getpid()}"
        with pytest.raises(ProcessLookupError, match=message):
            report.add_dump(thread=wer.Handle(handle))
        windll.CloseHandle(handle)
        with pytest.raises(ProcessLookupError, match=f"belongs to process {os.getpid()}, not to process {worker.pid}"):
            report.add_dump(process=worker.process, thread=wer.Handle(-2))

    def test_an_error_of_the_foreign_object(self, report):
        class Broken:
            @property
            def native_id(self):
                raise KeyError("broken")

        with pytest.raises(KeyError, match="broken"):
            report.add_dump(thread=Broken())

    def test_an_id_that_nobody_has(self, report):
        with pytest.raises(ProcessLookupError, match=f"thread {NO_SUCH_ID} is gone"):
            report.add_dump(tid=NO_SUCH_ID)

    @pytest.mark.parametrize("step", [1, 2, 3])
    def test_an_id_that_windows_would_round(self, report, worker, leaked_handles, step):
        def dump():
            with pytest.raises(ProcessLookupError, match=f"thread {worker.tid + step} does not exist"):
                report.add_dump(pid=worker.pid, tid=worker.tid + step)

        assert leaked_handles(dump) == set()

    def test_not_started(self, report):
        with pytest.raises(ValueError, match=r"thread: <Thread.* has not been started"):
            report.add_dump(thread=threading.Thread())

    def test_finished(self, report):
        thread = threading.Thread()
        thread.start()
        thread.join()
        with pytest.raises(ProcessLookupError, match=f"thread {thread.native_id} "):
            report.add_dump(thread=thread)

    def test_finished_while_somebody_holds_a_handle(self, report, windll):
        """It can still be opened then."""
        end = threading.Event()
        thread = threading.Thread(target=end.wait)
        thread.start()
        handle = windll.OpenThread(0x100000 | THREAD_RIGHTS, False, thread.native_id)  # to wait for it
        end.set()
        assert windll.WaitForSingleObject(handle, 30_000) == 0
        with pytest.raises(ProcessLookupError, match=f"thread {thread.native_id} is gone"):
            report.add_dump(tid=thread.native_id)
        windll.CloseHandle(handle)

    def test_an_id_that_was_reused(self, report, thread, leaked_handles):
        """A finished thread's id can belong to a new thread of the same process."""

        class Finished:
            native_id = thread.native_id

            def is_alive(self):
                return False

        def dump():
            with pytest.raises(ProcessLookupError, match=f"thread {thread.native_id} is gone"):
                report.add_dump(thread=Finished())

        assert leaked_handles(dump) == set()

    @pytest.mark.parametrize("other_way_round", [False, True])
    def test_of_another_process(self, report, worker, leaked_handles, other_way_round):
        if other_way_round:
            arguments = {"process": worker.process, "thread": threading.main_thread()}
            tid, owner, wanted = threading.main_thread().native_id, os.getpid(), worker.pid
        else:
            arguments = {"tid": worker.tid}
            tid, owner, wanted = worker.tid, worker.pid, os.getpid()

        def dump():
            message = f"thread {tid} belongs to process {owner}, not to process {wanted}"
            with pytest.raises(ProcessLookupError, match=message):
                report.add_dump(**arguments)

        assert leaked_handles(dump) == set()

    def test_no_right(self, report, thread, worker, windll, leaked_handles):
        write_dac = 0x40000
        handle = windll.OpenThread(write_dac, False, thread.native_id)
        deny_everyone(handle)
        windll.CloseHandle(handle)

        def dump():
            with pytest.raises(PermissionError, match=f"OpenThread: thread {thread.native_id} cannot be opened"):
                report.add_dump(tid=thread.native_id)

        assert leaked_handles(dump) == set()

    def test_a_bad_thread_closes_the_process(self, report, worker, leaked_handles):
        def dump():
            with pytest.raises(ProcessLookupError, match="thread"):
                report.add_dump(pid=worker.pid, tid=NO_SUCH_ID)

        assert leaked_handles(dump) == set()


class TestHandleThatMayNotBeAsked:
    """It has no right but to wait, and so does not even tell its id."""

    def test_a_process_is_not_registered_by_an_id_that_is_not_known(self, standin, worker, windll):
        handle = windll.OpenProcess(SYNCHRONIZE, False, worker.pid)
        message = "the handle of the process may not be asked for its id: it needs PROCESS_QUERY_LIMITED_INFORMATION"
        with pytest.raises(PermissionError, match=message):
            wer.register_additional_process(wer.Handle(handle))
        windll.CloseHandle(handle)
        assert standin.count("WerRegisterAdditionalProcess") == 0

    def test_a_thread_is_not_left_out_in_silence(self, standin, worker, windll):
        handle = windll.OpenThread(SYNCHRONIZE, False, worker.tid)
        message = "the handle of the thread may not be asked for its id: it needs THREAD_QUERY_LIMITED_INFORMATION"
        with pytest.raises(PermissionError, match=message):
            wer.register_additional_process(worker.process, wer.Handle(handle))
        windll.CloseHandle(handle)
        assert standin.count("WerRegisterAdditionalProcess") == 0

    def test_a_dump_says_that_a_right_is_lacking(self, report, standin, worker, windll):
        handle = windll.OpenProcess(SYNCHRONIZE, False, worker.pid)
        with pytest.raises(PermissionError, match="for a dump, the handle of the process or thread lacks a right"):
            report.add_dump(process=wer.Handle(handle))
        windll.CloseHandle(handle)


@pytest.mark.parametrize(
    "state",
    [
        lambda report: report.close(),
        lambda report: report.submit(wer.Consent.DENIED),
    ],
    ids=["closed", "submitted"],
)
def test_a_report_that_refuses_closes_what_was_opened(standin, worker, leaked_handles, state):
    report = wer.Report("WerTests.Event")
    state(report)

    def dump():
        with pytest.raises(ValueError, match="the report"):
            report.add_dump(pid=worker.pid, tid=worker.tid)

    assert leaked_handles(dump) == set()
    report.close()


def test_the_end_closes_what_was_opened(no_dump, worker, leaked_handles):
    def file():
        with wer.Report("WerTests.Event", pid=worker.pid) as report:
            report.add_dump(tid=worker.tid)
            report.add_dump(pid=worker.pid, tid=worker.tid)

    assert leaked_handles(file) == set()
