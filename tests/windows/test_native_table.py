"""The table of wer/capi.h: what it promises of templates, and of a report in a crash.

Its functions are called by ctypes, with exceptions that nobody has raised: so most of it is seen in this process,
before and after. What C makes of it is in test_native_host.py.
"""

import contextlib
import ctypes
import os
import sys
import threading
import time
from pathlib import Path

import native_table as native_table_module
import pytest
from in_time import in_time
from native_table import exception_pointers, is_allocated, native_table
from once import once

import wer
from wer.dumps import read_dump

ACCESS_VIOLATION, STACK_OVERFLOW, FATAL_APP_EXIT = 0xC0000005, 0xC00000FD, 0x40000015
E_FAIL, E_ACCESSDENIED, E_UNEXPECTED = 0x80004005, 0x80070005, 0x8000FFFF
BUSY, TIMEOUT = 0x800700AA, 0x800705B4
INVALID_STATE, LENGTH_EXCEEDED = 0x8007139F, 0x80070503
DONE = 0  # what the stand-in is to say, and to do nothing


@pytest.fixture(scope="module")
def native():
    return native_table()


def create(native, timeout=60000):
    """A template without a dump, which is quick."""
    address = ctypes.c_void_p()
    kind, consent, flags = wer.ReportType.APPLICATION_CRASH, wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE
    assert native.template_create("WerTests.Table", kind, None, consent, flags, ctypes.byref(address)) == 0
    assert native.template_set_parameter(address, 0, "Version", "1.2.3") == 0
    assert native.template_set_dump(address, wer.DumpType.NONE, None, 0) == 0
    assert native.template_set_timeout(address, timeout) == 0
    return address.value


@pytest.fixture
def make(native):
    """Create a template, as `create` does, that is given back at the end."""
    with contextlib.ExitStack() as made:

        def make(**options):
            address = create(native, **options)
            made.callback(native.template_release, address)
            return address

        yield make


@pytest.fixture
def template(make):
    return make()


@pytest.fixture
def file_report(native):
    """Report an exception: `file_report(template, code)` gives the HRESULT and WerReportSubmit's answer."""

    def file_report(template, code=ACCESS_VIOLATION):
        result = ctypes.c_int(77)
        hr = native.report_exception(template, exception_pointers(code), ctypes.byref(result))
        return hr & 0xFFFFFFFF, result.value

    return file_report


@pytest.fixture
def suspend(windll):
    """Have a thread of this process stand still: `with suspend(tid):`."""

    @contextlib.contextmanager
    def suspend(tid):
        thread = windll.OpenThread(0x0002, False, tid)  # THREAD_SUSPEND_RESUME
        assert windll.SuspendThread(thread) == 0
        try:
            yield
        finally:
            windll.ResumeThread(thread)
            windll.CloseHandle(thread)

    return suspend


QUEUED = 0, wer.SubmitResult.QUEUED


class TestReport:
    def test_in_a_row(self, standin, template, file_report):
        """A host may go on after a report, and each is filed when the call returns, wherever it is filed."""
        standin.control("delay WerReportSubmit * 50")
        codes = [ACCESS_VIOLATION, *[STACK_OVERFLOW] * 3, *[ACCESS_VIOLATION] * 2, STACK_OVERFLOW]
        for number, code in enumerate(codes):
            assert file_report(template, code) == QUEUED
            assert len(standin.calls("WerReportCloseHandle")) == number + 1

    def test_a_gap_in_the_parameters_is_filled_with_empty_ones(self, native, standin, template, file_report):
        assert native.template_set_parameter(template, 3, None, "value") == 0
        assert file_report(template) == QUEUED
        calls = [call.args for call in standin.calls("WerReportSetParameter")]
        assert [(call["dwparamID"], call["pwzName"], call["pwzValue"]) for call in calls] == [
            (0, "Version", "1.2.3"),
            (1, None, ""),
            (2, None, ""),
            (3, None, "value"),
        ]

    def test_what_is_refused_of_a_parameter_takes_no_part(self, native, standin, template, file_report):
        """Neither does what was there before: half of each would be neither."""
        assert native.template_set_parameter(template, 1, "Name", "value") == 0
        assert native.template_set_parameter(template, 1, "Other", "v" * 260) & 0xFFFFFFFF == LENGTH_EXCEEDED
        assert file_report(template) == QUEUED
        assert [call.args["pwzName"] for call in standin.calls("WerReportSetParameter")] == ["Version"]

    def test_files_with_their_types_and_flags(self, native, standin, template, file_report, tmp_path):
        files = [
            (str(tmp_path / "a.txt"), wer.FileType.USER_DOCUMENT, wer.FileFlags.ANONYMOUS_DATA),
            (str(tmp_path / "b.log"), wer.FileType.OTHER, 0),
        ]
        for file in files:
            assert native.template_add_file(template, *file) == 0
        standin.answer("WerReportAddFile", DONE)
        assert file_report(template) == QUEUED
        calls = [call.args for call in standin.calls("WerReportAddFile")]
        assert [(call["pwzPath"], call["repFileType"], call["dwFileFlags"]) for call in calls] == files

    @pytest.mark.parametrize("code", [ACCESS_VIOLATION, STACK_OVERFLOW], ids=hex)
    def test_the_exception_and_the_thread_are_of_the_crash(self, native, standin, template, code):
        pointers = exception_pointers(code)
        assert native.template_set_dump(template, wer.DumpType.MINIDUMP, None, 0) == 0
        standin.answer("WerReportAddDump", DONE)
        assert native.report_exception(template, pointers, None) == 0
        exception = standin.call("WerReportAddDump").struct("pExceptionParam", "WER_EXCEPTION_INFORMATION")
        assert exception == {"pExceptionPointers": ctypes.addressof(pointers), "bClientPointers": 0}
        thread = standin.call("WerReportAddDump").args["hThread"]
        assert thread["tid"] == threading.get_native_id()
        # THREAD_SUSPEND_RESUME, THREAD_GET_CONTEXT, THREAD_QUERY_INFORMATION
        assert int(thread["access"], 16) & 0x4A == 0x4A

    def test_the_exception_of_an_abort(self, native, standin, template):
        """It is made up of where the thread is."""
        assert native.template_set_dump(template, wer.DumpType.MINIDUMP, None, 0) == 0
        assert native.report_here(template, FATAL_APP_EXIT, None) == 0
        exception = read_dump(standin.files()["minidump.mdmp"]).exception
        assert (exception.code, exception.flags) == (FATAL_APP_EXIT, 1)  # EXCEPTION_NONCONTINUABLE
        assert exception.registers.instruction_pointer != 0
        assert exception.registers.stack_pointer != 0

    def test_of_two_failures_the_first_is_told(self, standin, template, file_report):
        standin.control(f"fail WerReportSetParameter 1 {E_ACCESSDENIED:#x}", f"fail WerReportSubmit 1 {E_FAIL:#x}")
        assert file_report(template) == (E_ACCESSDENIED, 0)

    def test_a_failure_does_not_tell_the_result_of_the_report_before(self, standin, template, file_report):
        assert file_report(template) == QUEUED
        standin.answer("WerReportCreate", E_FAIL)
        assert file_report(template) == (E_FAIL, 0)

    @pytest.mark.parametrize(("answer", "told"), [(E_FAIL, E_FAIL), (0, E_UNEXPECTED)], ids=["failure", "no handle"])
    def test_without_a_handle_nothing_else_is_called(self, standin, template, file_report, answer, told):
        standin.answer("WerReportCreate", answer)
        assert file_report(template) == (told, 0)
        for function in ("WerReportSetParameter", "WerReportSubmit", "WerReportCloseHandle"):
            assert standin.count(function) == 0

    @once("3.13")
    def test_a_reporter_that_does_not_run_is_not_waited_for(self, standin, template, file_report, suspend):
        """Of the first report it was only told; the second would be its own."""
        assert file_report(template, STACK_OVERFLOW) == QUEUED
        with suspend(standin.call("WerReportSubmit").tid):
            assert file_report(template) == QUEUED
            started = time.monotonic()
            assert file_report(template, STACK_OVERFLOW) == (TIMEOUT, 0)
            assert time.monotonic() - started < 30, "the template's timeout is 60"
        assert file_report(template, STACK_OVERFLOW) == QUEUED

    def test_leaves_no_handle_open(self, template, file_report, leaked_handles, standin):
        assert leaked_handles(lambda: file_report(template)) == set()
        assert leaked_handles(lambda: file_report(template, STACK_OVERFLOW)) == set()

    def test_another_thread_is_told_at_once_and_may_wait(self, native, standin, make, pool, file_report):
        one, another = make(), make()
        with standin.block("WerReportSubmit") as blocked:
            first = pool.submit(file_report, one)
            blocked.wait_until_entered()
            assert file_report(another) == (BUSY, 0)
            waiting = threading.Thread(target=native.wait_for_report, daemon=True)
            waiting.start()
            waiting.join(0.2)
            assert waiting.is_alive()
            blocked.release()
            assert first.result(30) == QUEUED
            waiting.join(30)
            assert not waiting.is_alive()
        assert file_report(another) == QUEUED

    def test_one_elsewhere_is_given_up_and_ends_when_it_can(self, native, standin, make, file_report):
        """The host is to end the process then. Until it does nobody else reports."""
        template, another = make(timeout=2000), make()
        with standin.block("WerReportSubmit") as blocked:
            started = time.monotonic()
            assert file_report(template, STACK_OVERFLOW) == (TIMEOUT, 0)
            assert 1.9 < time.monotonic() - started < 4
            assert file_report(another) == (BUSY, 0)
            blocked.release()
            in_time(native.wait_for_report)
        assert file_report(another) == QUEUED


class TestTemplate:
    @pytest.mark.parametrize("code", [ACCESS_VIOLATION, STACK_OVERFLOW], ids=hex)
    def test_is_final_once_it_has_been_reported(self, native, standin, template, file_report, code):
        assert file_report(template, code) == QUEUED
        for answer in (
            native.template_set_parameter(template, 1, None, "value"),
            native.template_add_file(template, r"C:\a.log", wer.FileType.OTHER, 0),
            native.template_set_dump(template, wer.DumpType.NONE, None, 0),
            native.template_set_timeout(template, 1000),
        ):
            assert answer & 0xFFFFFFFF == INVALID_STATE

    @pytest.mark.parametrize("code", [None, ACCESS_VIOLATION, STACK_OVERFLOW])
    def test_is_there_until_its_last_reference_is_given_back(self, native, standin, file_report, code):
        template = create(native)
        native.template_retain(template)
        if code is not None:
            assert file_report(template, code) == QUEUED
        native.template_release(template)
        assert is_allocated(template)
        native.template_release(template)
        assert not is_allocated(template)


# Stands at the start of each program.
ENTRY = f"""
import faulthandler, sys, threading, time
faulthandler.dump_traceback_later(30, exit=True)
sys.path.insert(0, {str(Path(native_table_module.__file__).parent)!r})
import ctypes, wer
from native_table import exception_pointers, native_table
native = native_table()

def say(*what):
    print(*what, flush=True)

def make(timeout, dump=wer.DumpType.NONE):
    address = ctypes.c_void_p()
    native.template_create("WerTests.Table", 2, None, 1, 4, ctypes.byref(address))
    native.template_set_timeout(address, timeout)
    native.template_set_dump(address, dump, None, 0)
    return address.value
"""


@pytest.fixture
def run(finish):
    """Run a program to its end: `run(code, *commands for the stand-in)` returns what is left of it."""
    return lambda code, *rules: finish([sys.executable, "-I", "-c", ENTRY + code], *rules)


class TestProgram:
    """What would end the process of the tests, or change it."""

    def test_the_first_template_is_there_at_once(self, run):
        """It waits for the thread that it starts: as a rule no time, and five seconds if that cannot start."""
        done = run("""
started = time.monotonic()
make(1000)
say(time.monotonic() - started)
""")
        assert float(done.lines[0]) < 4

    def test_all_templates_have_one_thread(self, run):
        done = run("""
import os
kernel32 = ctypes.WinDLL("kernel32")
kernel32.CreateToolhelp32Snapshot.restype = ctypes.c_void_p
def threads():
    "Those of this process."
    snapshot, count = ctypes.c_void_p(kernel32.CreateToolhelp32Snapshot(4, 0)), 0  # TH32CS_SNAPTHREAD
    entry = (ctypes.c_uint32 * 7)(28)  # a THREADENTRY32, whose fourth member is the process
    there = kernel32.Thread32First(snapshot, entry)
    while there:
        count += entry[3] == os.getpid()
        there = kernel32.Thread32Next(snapshot, entry)
    return count
before = threads()
for _ in range(3):
    make(1000)
say(before > 0, threads() - before)
""")
        assert done.lines == ["True 1"]

    def test_who_is_inside_a_report_does_not_wait_for_it(self, run):
        """Whether that thread files it or another: WER may crash, or call what a program has set."""
        done = run(f"""
sizes = []
@ctypes.WINFUNCTYPE(ctypes.c_long)
def add_dump():
    native.wait_for_report()
    say("back")
    low, high = ctypes.c_size_t(), ctypes.c_size_t()
    kernel32.GetCurrentThreadStackLimits(ctypes.byref(low), ctypes.byref(high))
    sizes.append(high.value - low.value)
    return 0
address = ctypes.cast(ctypes.WinDLL("wer.dll").WerReportAddDump, ctypes.c_void_p).value
target = ctypes.cast(add_dump, ctypes.c_void_p).value
kernel32 = ctypes.WinDLL("kernel32")
kernel32.VirtualProtect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_void_p]
kernel32.VirtualProtect(address, 16, 0x40, ctypes.byref(ctypes.c_uint32()))
ctypes.memmove(address, bytes([0x48, 0xB8, *target.to_bytes(8, "little"), 0xFF, 0xE0]), 12)  # mov rax, target; jmp rax
for code in ({ACCESS_VIOLATION}, {STACK_OVERFLOW}):
    say(native.report_exception(make(60000, wer.DumpType.MINIDUMP), exception_pointers(code), None))
say(sizes[1])
""")
        assert (done.code, done.lines[:-1]) == (0, ["back", "0"] * 2)
        assert int(done.lines[-1]) == 1 << 20, "the stack of the other thread, whatever the program's are"

    @once("3.13")
    def test_the_timeout(self, run):
        """It ends the process, after that time and with the exception's code; but not once the report is done."""
        code = f"""
short, longer = make(1000), make(2500)
native.report_exception(short, exception_pointers({ACCESS_VIOLATION}), None)  # refused, so it takes no time
time.sleep(1.5)
say("goes on")
def tick():
    started = time.monotonic()
    while True:
        say(time.monotonic() - started)
        time.sleep(0.05)
threading.Thread(target=tick, daemon=True).start()
native.report_exception(longer, exception_pointers({ACCESS_VIOLATION}), None)
"""
        block = f"block WerReportSubmit 1 wer-tests-timeout-{os.getpid()}"
        done = run(code, f"fail WerReportCreate 1 {E_FAIL:#x}", block)
        assert done.code == ACCESS_VIOLATION
        assert done.lines[0] == "goes on"
        assert 2 < float(done.lines[-1]) < 4.6
