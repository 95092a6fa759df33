"""Prepared reports and the crash handler: processes that really crash, and the reports they leave.

Each program runs in a process of its own, with the stand-in's store and log in this test's folder. The dumps are
read back with an independent reader (the package `minidump`). How native hosts crash is in test_native_host.py.
"""

import os
import re
import sys
from pathlib import Path

import native_table
import pytest
from once import once

import wer

ACCESS_VIOLATION = 0xC0000005
STACK_OVERFLOW = 0xC00000FD
FATAL_APP_EXIT = 0x40000015
E_FAIL = 0x80004005
SHARED = Path(native_table.__file__).parent

# Stands at the start of each program.
ENTRY = """
import ctypes, os, sys, threading, time, wer
kernel32 = ctypes.WinDLL("kernel32")
kernel32.SetErrorMode(0x1 | 0x2)  # SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX: no dialog
kernel32.SetUnhandledExceptionFilter.argtypes = [ctypes.c_void_p]
kernel32.SetUnhandledExceptionFilter.restype = ctypes.c_void_p
kernel32.CreateThread.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t,
                                  ctypes.c_uint32, ctypes.POINTER(ctypes.c_uint32)]
kernel32.CreateThread.restype = ctypes.c_void_p
kernel32.ResumeThread.argtypes = [ctypes.c_void_p]
FILTER = ctypes.WINFUNCTYPE(ctypes.c_long, ctypes.c_void_p)

def say(*what):
    print(*what, flush=True)

def crash():
    ctypes.c_int.from_address(0x10).value  # nothing is there

def wait():
    "Until the crash of another thread ends the process."
    time.sleep(1000000)

def crash_in_threads(count, status=0xC0000005):
    "Native threads that raise an exception in ntdll, all at once; Python knows nothing of them."
    raise_status = ctypes.cast(ctypes.WinDLL("ntdll").RtlRaiseStatus, ctypes.c_void_p)
    threads = []
    for _ in range(count):
        tid = ctypes.c_uint32()
        threads.append(kernel32.CreateThread(None, 0, raise_status, status, 4, ctypes.byref(tid)))  # suspended
        say(tid.value)
    for thread in threads:
        kernel32.ResumeThread(thread)

def prepared(**options):
    template = wer.ReportTemplate("WerTests.Crash", **({"consent": wer.Consent.NOT_ASKED} | options))
    template.set_parameter(0, "1.2.3", "Version")
    return template
"""


@pytest.fixture
def run(finish):
    """Run a program to its end: `run(code, *commands for the stand-in)` returns what is left of it."""

    def run(code, *commands):
        done = finish([sys.executable, "-I", "-c", ENTRY + code], *commands)
        assert "Traceback" not in done.errors, done.errors
        return done

    return run


# Whether WER reads the crashed process in WerReportAddDump or in WerReportSubmit.
both_ways = pytest.mark.parametrize("collect", ["collect add", "collect submit"])


class TestReport:
    @both_ways
    def test_of_the_main_thread(self, run, standin, collect):
        code = """
wer.install_crash_handler(prepared(friendly_event_name="A crash", flags=wer.SubmitFlags.QUEUE))
say(threading.get_native_id())
crash()
"""
        done = run(code, collect)
        assert done.code == ACCESS_VIOLATION
        lines, _ = standin.report_wer()
        assert (lines["EventType"], lines["ReportType"]) == ("WerTests.Crash", "2")
        assert lines["FriendlyEventName"] == "A crash"
        assert (lines["Sig[0].Name"], lines["Sig[0].Value"]) == ("Version", "1.2.3")
        assert done.exception.ExceptionRecord.ExceptionCode_raw == ACCESS_VIOLATION
        assert done.exception.ThreadId == int(done.lines[0])
        assert done.crashed_module.startswith("_ctypes")
        [submit] = done.called("WerReportSubmit")
        assert (submit["args"]["consent"], submit["args"]["dwFlags"]) == (1, 4)
        assert len(done.called("WerReportCloseHandle")) == 1

    @both_ways
    def test_of_another_thread_of_python(self, run, collect):
        code = """
wer.install_crash_handler(prepared())
def work():
    say(threading.get_native_id())
    crash()
threading.Thread(target=work).start()
wait()
"""
        done = run(code, collect)
        assert done.code == ACCESS_VIOLATION
        assert done.exception.ThreadId == int(done.lines[0])

    def test_while_another_thread_holds_the_gil(self, run):
        done = run("""
wer.install_crash_handler(prepared())
crash_in_threads(1)
ctypes.PyDLL("kernel32").Sleep(-1)  # for ever, with the GIL
""")
        assert done.code == ACCESS_VIOLATION
        assert done.exception.ThreadId == int(done.lines[0])
        assert done.crashed_module.startswith("ntdll")

    def test_everything_that_was_prepared_reaches_wer(self, run, tmp_path, standin):
        (tmp_path / "a.log").write_text("a log")
        done = run(f"""
template = prepared(
    report_type=wer.ReportType.CRITICAL, application_name="App", application_path="C:\\\\App.exe", description="D",
    consent_key="K", namespace_partner="Partner")
for index in range(1, 10):
    template.set_parameter(index, f"value {{index}}", None if index == 9 else f"name {{index}}")
template.set_parameter(0, "\\U0001f40d", "Snake")
template.add_file({str(tmp_path / "a.log")!r}, flags=wer.FileFlags.ANONYMOUS_DATA)
template.set_dump(wer.DumpType.MINIDUMP, wer.DumpOptions(only_this_thread=True), wer.DumpFlags.NOHEAP_ONQUEUE)
wer.install_crash_handler(template)
crash()
""")
        lines, folder = standin.report_wer()
        assert (lines["ReportType"], lines["ReportDescription"]) == ("1", "D")
        [create] = done.called("WerReportCreate")
        assert create["args"]["pReportInformation"]["dwSize"] == 2464, "V3, for the namespace"
        parameters = [
            (call["args"]["pwzName"], call["args"]["pwzValue"]) for call in done.called("WerReportSetParameter")
        ]
        assert parameters[0] == ("Snake", "\U0001f40d")
        assert parameters[1:9] == [(f"name {index}", f"value {index}") for index in range(1, 9)]
        assert parameters[9] == (None, "value 9")
        [add_dump] = done.called("WerReportAddDump")
        assert add_dump["args"]["dwFlags"] == 1
        assert add_dump["args"]["pDumpCustomOptions"]["dwSize"] == 552
        assert add_dump["args"]["hProcess"]["pseudo"]
        assert {thread.ThreadId for thread in done.dump.threads.threads} == {done.exception.ThreadId}
        assert (folder / "a.log").read_text() == "a log"

    def test_without_a_dump(self, run, standin):
        done = run("""
template = prepared()
template.set_dump(wer.DumpType.NONE)
wer.install_crash_handler(template)
crash()
""")
        assert len(standin.reports()) == 1
        assert done.called("WerReportAddDump") == []

    def test_the_stack_of_an_overflow_is_spared(self, run):
        """WER is called on another thread, about the one that crashed."""
        done = run("""
wer.install_crash_handler(prepared())
crash_in_threads(1, 0xC00000FD)
wait()
""")
        assert done.code == STACK_OVERFLOW
        assert done.exception.ThreadId == int(done.lines[0])
        assert done.exception.ExceptionRecord.ExceptionCode_raw == STACK_OVERFLOW
        [caller] = {call["tid"] for call in done.calls}
        assert caller != done.exception.ThreadId

    def test_other_crashes_are_reported_by_their_own_thread(self, run):
        """A lock that it holds would stop another thread."""
        done = run("""
wer.install_crash_handler(prepared())
crash_in_threads(1)
wait()
""")
        assert {call["tid"] for call in done.calls} == {int(done.lines[0])}

    def test_an_overflow_whose_report_hangs_ends_all_the_same(self, run):
        done = run(
            """
wer.install_crash_handler(prepared(timeout=0.5))
crash_in_threads(1, 0xC00000FD)
wait()
""",
            f"block WerReportSubmit 1 wer-tests-overflow-{os.getpid()}",
        )
        assert done.code == STACK_OVERFLOW
        assert len(done.lines) == 1
        assert done.called("WerReportSubmit") == []


class TestFailure:
    """A report that is not whole is better than none, and its handle is closed in any case."""

    @pytest.mark.parametrize(
        ("function", "submitted"),
        [
            ("WerReportCreate", False),
            ("WerReportSetParameter", True),
            ("WerReportAddDump", True),
            ("WerReportAddFile", True),
            ("WerReportSubmit", False),
        ],
    )
    def test_of_one_call(self, run, standin, function, submitted):
        done = run(
            """
template = prepared()
template.add_file(sys.executable)
wer.install_crash_handler(template)
crash()
""",
            f"fail {function} 1 {E_FAIL:#x}",
        )
        assert done.code == ACCESS_VIOLATION
        assert len(standin.reports()) == submitted
        assert len(done.called("WerReportCloseHandle")) == (function != "WerReportCreate")
        if submitted:
            others = {"WerReportSetParameter", "WerReportAddDump", "WerReportAddFile"} - {function}
            assert all(done.called(name) for name in others)

    def test_a_file_that_is_gone_by_then(self, run, standin, tmp_path):
        run(f"""
template = prepared()
template.add_file({str(tmp_path / "missing.log")!r})
template.add_file(sys.executable)
wer.install_crash_handler(template)
crash()
""")
        assert set(standin.files()) == {"minidump.mdmp", "python.exe"}

    def test_a_crash_inside_wer_does_not_wait_for_itself(self, run, standin):
        """It is passed on at once, and so is the first crash: after the timeout nothing would be."""
        done = run(
            TestFilters.PREVIOUS
            + """
wer.install_crash_handler(prepared())
address = ctypes.cast(ctypes.WinDLL("wer.dll").WerReportAddDump, ctypes.c_void_p).value
kernel32.VirtualProtect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_void_p]
kernel32.VirtualProtect(address, 2, 0x40, ctypes.byref(ctypes.c_uint32()))
ctypes.memmove(address, bytes([0x0F, 0x0B]), 2)  # ud2
crash()
"""
        )
        assert done.lines == ["previous"]
        assert done.code not in (0, 1)
        assert standin.reports() == []


@once("3.11")
class TestThreads:
    def test_64_at_once_are_one_report(self, run, standin):
        done = run("""
wer.install_crash_handler(prepared())
crash_in_threads(64)
wait()
""")
        assert done.code == ACCESS_VIOLATION
        assert len(standin.reports()) == 1
        assert len(done.called("WerReportCreate")) == 1
        assert str(done.exception.ThreadId) in done.lines

    def test_a_crash_while_another_thread_is_inside_add_dump(self, run, standin):
        name = f"wer-tests-add-dump-{os.getpid()}"
        done = run(
            f"""
kernel32.CreateEventW.restype = ctypes.c_void_p
kernel32.WaitForSingleObject.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
entered = kernel32.CreateEventW(None, True, False, "{name}.entered")
wer.install_crash_handler(prepared())
threading.Thread(target=lambda: wer.Report("WerTests.Other").add_dump(), daemon=True).start()
assert kernel32.WaitForSingleObject(entered, 0xFFFFFFFF) == 0
crash()
""",
            f"block WerReportAddDump 1 {name}",
        )
        assert done.code == ACCESS_VIOLATION
        lines, _ = standin.report_wer()
        assert lines["EventType"] == "WerTests.Crash"
        assert done.exception.ExceptionRecord.ExceptionCode_raw == ACCESS_VIOLATION


@once("3.11")
class TestFilters:
    """Where other unhandled-exception filters are set as well."""

    PREVIOUS = """
@FILTER
def previous(pointers):
    say("previous")
    return 1  # EXCEPTION_EXECUTE_HANDLER: end the process
address = ctypes.cast(previous, ctypes.c_void_p).value
kernel32.SetUnhandledExceptionFilter(address)
"""
    OTHER = """
@FILTER
def other(pointers):
    say("other")
    return below(pointers)
other_address = ctypes.cast(other, ctypes.c_void_p).value
below = FILTER(kernel32.SetUnhandledExceptionFilter(other_address))
"""
    UNDER_ANOTHER = PREVIOUS + "handler = wer.install_crash_handler(prepared())" + OTHER + "handler.uninstall()\n"

    def test_the_previous_one_has_its_turn(self, run, standin):
        done = run(self.PREVIOUS + "wer.install_crash_handler(prepared()); crash()")
        assert done.lines == ["previous"]
        assert len(standin.reports()) == 1

    def test_its_answer_counts(self, run, standin):
        """It lets the program go on; and a second crash is then reported as well."""
        done = run("""
@FILTER
def go_on(pointers):
    context = ctypes.c_void_p.from_address(pointers + 8).value
    rip = ctypes.c_uint64.from_address(context + 0xF8)
    rip.value += 3  # behind the instruction that reads
    return -1  # EXCEPTION_CONTINUE_EXECUTION
code = bytes.fromhex("488b01 90 c3")  # mov rax, [rcx]; nop; ret
kernel32.VirtualAlloc.restype = ctypes.c_void_p
kernel32.VirtualAlloc.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_uint32]
memory = kernel32.VirtualAlloc(None, 4096, 0x3000, 0x40)
ctypes.memmove(memory, code, len(code))
kernel32.SetUnhandledExceptionFilter(ctypes.cast(go_on, ctypes.c_void_p))
wer.install_crash_handler(prepared())
kernel32.WaitForSingleObject.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
for _ in range(2):
    thread = kernel32.CreateThread(None, 0, memory, 0x10, 0, None)
    assert kernel32.WaitForSingleObject(thread, 0xFFFFFFFF) == 0
say("goes on")
""")
        assert (done.code, done.lines) == (0, ["goes on"])
        assert len(standin.reports()) == 2

    def test_uninstalling_restores_it(self, run, standin):
        done = run(
            self.PREVIOUS
            + """
with wer.install_crash_handler(prepared()) as handler:
    assert handler.installed
assert not handler.installed
assert kernel32.SetUnhandledExceptionFilter(address) == address
crash()
"""
        )
        assert done.lines == ["previous"]
        assert standin.reports() == []

    def test_uninstalled_from_under_another_it_only_passes_on(self, run, standin):
        done = run(
            self.UNDER_ANOTHER
            + """
assert kernel32.SetUnhandledExceptionFilter(other_address) == other_address
crash()
"""
        )
        assert done.lines == ["other", "previous"]
        assert standin.reports() == []

    def test_installed_again_above_it(self, run, standin):
        """The chain is then ours, the other, ours passing on, the previous one: no ring."""
        done = run(self.UNDER_ANOTHER + "wer.install_crash_handler(prepared()); crash()")
        assert done.lines == ["other", "previous"]
        assert len(standin.reports()) == 1

    def test_too_often_from_under_another(self, run):
        done = run("""
@FILTER
def other(pointers):
    return 0
handlers = []
try:
    for count in range(100):
        handler = wer.install_crash_handler(prepared())
        kernel32.SetUnhandledExceptionFilter(ctypes.cast(other, ctypes.c_void_p))
        handler.uninstall()
except RuntimeError as error:
    say(count, error)
""")
        assert done.lines == ["8 crash handlers were uninstalled from under other filters too often in this process"]

    def test_beside_faulthandler(self, run, standin):
        """It shows the Python code first: it is called for every exception, and ours for unhandled ones."""
        done = run("""
import faulthandler
faulthandler.enable()
wer.install_crash_handler(prepared())
crash()
""")
        assert "Windows fatal exception: access violation" in done.errors
        assert len(standin.reports()) == 1

    def test_the_error_mode_is_left_alone(self, run):
        done = run("""
kernel32.SetErrorMode(0x8001)
wer.install_crash_handler(prepared())
say(hex(kernel32.GetErrorMode()))
""")
        assert done.lines == ["0x8001"]


# Each ends the process by SIGABRT.
ABORTS = {
    "os.abort": "os.abort()",
    "abort": "ctypes.CDLL('ucrtbase').abort()",
    "Py_FatalError": "ctypes.pythonapi.Py_FatalError(b'a test')",
    "raise": "signal.raise_signal(signal.SIGABRT)",
}
INSTALL = """
import faulthandler, signal
def install():
    return wer.install_crash_handler(prepared(), abort=True)
"""


def check_abort(done, thread):
    assert done.exception.ExceptionRecord.ExceptionCode_raw == FATAL_APP_EXIT
    assert done.exception.ThreadId == int(thread)
    [submit] = done.called("WerReportSubmit")
    assert submit["hr"] == "0x00000000"


def without_ids(text):
    return re.sub("thread 0x[0-9a-f]+", "thread", text)


class TestAbort:
    """SIGABRT of the C runtime that Python uses. Under Wine all of it ends with 3, on Windows abort() fast-fails."""

    @pytest.mark.parametrize("thread", [False, True], ids=["main", "thread"])
    @pytest.mark.parametrize("how", ABORTS)
    def test_is_reported_and_ends_as_without(self, run, standin, how, thread):
        code = f"""
def end():
    say(threading.get_native_id())
    {ABORTS[how]}
    say("still here")
"""
        code += "threading.Thread(target=end).start(); wait()" if thread else "end()"
        without = run(INSTALL + code)
        assert standin.reports() == []
        done = run(INSTALL + "install()\n" + code)
        assert (done.code, len(done.lines)) == (without.code, len(without.lines)) == (without.code, 1)
        check_abort(done, done.lines[0])

    def test_only_if_asked_for(self, run, standin):
        run("wer.install_crash_handler(prepared()); os.abort()")
        assert standin.reports() == []

    def test_not_of_another_c_runtime(self, run, standin):
        """It has signals of its own, and no C runtime tells of another's."""
        done = run(INSTALL + "install(); ctypes.CDLL('msvcrt').abort()")
        assert done.code == 3
        assert standin.reports() == []

    @pytest.mark.parametrize("missing", ["signal", "raise"])
    def test_a_c_runtime_that_lacks_something(self, without, missing):
        """It is refused, and nothing is installed."""
        code = """
import wer
template = wer.ReportTemplate("WerTests.Crash", consent=wer.Consent.NOT_ASKED)
try:
    wer.install_crash_handler(template, abort=True)
except RuntimeError as error:
    print(error)
print(wer.install_crash_handler(template).installed)
"""
        refused, installed = without([missing], code)
        assert refused.startswith("abort: ")
        assert installed == "True"

    def test_while_another_thread_holds_the_gil(self, run):
        done = run(
            INSTALL
            + """
install()
abort = ctypes.cast(ctypes.CDLL("ucrtbase").abort, ctypes.c_void_p)
tid = ctypes.c_uint32()
thread = kernel32.CreateThread(None, 0, abort, 0, 4, ctypes.byref(tid))
say(tid.value)
kernel32.ResumeThread(thread)
ctypes.PyDLL("kernel32").Sleep(-1)  # for ever, with the GIL
"""
        )
        check_abort(done, done.lines[0])

    def test_in_threads_that_abort_during_the_report(self, run, standin):
        """raise() puts the default back: they must not end the process before the first is done."""
        name = f"wer-tests-aborts-{os.getpid()}"
        done = run(
            INSTALL
            + f"""
kernel32.CreateEventW.restype = ctypes.c_void_p
kernel32.WaitForSingleObject.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
kernel32.SetEvent.argtypes = [ctypes.c_void_p]
entered, release = (kernel32.CreateEventW(None, True, False, f"{name}.{{end}}") for end in ("entered", "release"))
install()
abort = ctypes.cast(ctypes.CDLL("ucrtbase").abort, ctypes.c_void_p)
threads = [kernel32.CreateThread(None, 0, abort, 0, 4, None) for _ in range(16)]
kernel32.ResumeThread(threads.pop())
assert kernel32.WaitForSingleObject(entered, 0xFFFFFFFF) == 0
for thread in threads:
    kernel32.ResumeThread(thread)
for thread in threads:
    assert kernel32.WaitForSingleObject(thread, 20) == 0x102  # WAIT_TIMEOUT: it waits for the report
say("they wait")
kernel32.SetEvent(release)
wait()
""",
            f"block WerReportAddDump 1 {name}",
        )
        assert (done.code, done.lines) == (3, ["they wait"])
        assert len(standin.reports()) == len(done.called("WerReportCreate")) == 1

    def test_its_exception_is_in_our_module(self, run):
        """There was none; and its thread's stack has the code that called abort()."""
        done = run(INSTALL + "install(); os.abort()")
        assert done.crashed_module.startswith("_werapi")

    @pytest.mark.parametrize("how", ABORTS)
    def test_faulthandler_after_it_shows_the_python_code_first(self, run, standin, how):
        code = f"""
say(threading.get_native_id())
faulthandler.enable()
{ABORTS[how]}
"""
        without = run(INSTALL + "False" + code)
        done = run(INSTALL + "install()" + code)
        assert (done.code, without_ids(done.errors)) == (without.code, without_ids(without.errors))
        assert "Fatal Python error" in done.errors
        check_abort(done, done.lines[0])

    @pytest.mark.parametrize("how", ABORTS)
    def test_faulthandler_before_it_shows_the_python_code_afterwards(self, run, standin, how):
        """But Py_FatalError has faulthandler put back what was before it: our handler is gone then."""
        done = run(
            INSTALL
            + f"""
faulthandler.enable()
install()
{ABORTS[how]}
"""
        )
        assert len(standin.reports()) == (how != "Py_FatalError")
        assert ("Fatal Python error: Aborted" in done.errors) == (how != "Py_FatalError")
        assert done.code == 3

    @pytest.mark.parametrize("before", [False, True])
    def test_it_says_which_order_faulthandler_is_in(self, run, before):
        enable = "faulthandler.enable()\n"
        done = run(
            INSTALL
            + before * enable
            + "installed = install()\n"
            + (not before) * enable
            + "say(len(installed.missing))"
        )
        assert done.lines == [str(int(before))]

    def test_a_handler_of_python_before_it_has_its_turn(self, run, standin):
        """raise() returns then, and the program goes on."""
        done = run(
            INSTALL
            + """
signal.signal(signal.SIGABRT, lambda number, frame: say("handled", number))
install()
signal.raise_signal(signal.SIGABRT)
say("goes on")
"""
        )
        assert (done.code, done.lines) == (0, ["handled 22", "goes on"])
        assert len(standin.reports()) == 1

    def test_a_handler_of_python_after_it_takes_its_place(self, run, standin):
        done = run(
            INSTALL
            + """
install()
signal.signal(signal.SIGABRT, lambda number, frame: say("handled", number))
signal.raise_signal(signal.SIGABRT)
say("goes on")
"""
        )
        assert (done.code, done.lines) == (0, ["handled 22", "goes on"])
        assert standin.reports() == []

    def test_what_was_ignored_before_it_stays_so(self, run, standin):
        done = run(
            INSTALL
            + """
signal.signal(signal.SIGABRT, signal.SIG_IGN)
install()
for _ in range(2):
    signal.raise_signal(signal.SIGABRT)
say("goes on")
"""
        )
        assert (done.code, done.lines) == (0, ["goes on"])
        assert len(standin.reports()) == 2

    C_HANDLER = """
runtime = ctypes.CDLL("ucrtbase")
runtime.signal.restype = ctypes.c_void_p
runtime.signal.argtypes = [ctypes.c_int, ctypes.c_void_p]
def handler(text):
    made = ctypes.CFUNCTYPE(None, ctypes.c_int)(lambda number: say(text, number))
    kept.append(made)
    return ctypes.cast(made, ctypes.c_void_p).value
kept = []
"""

    def test_a_handler_of_c_before_it_has_its_turn(self, run, standin):
        done = run(INSTALL + self.C_HANDLER + "runtime.signal(22, handler('previous')); install(); os.abort()")
        assert (done.code, done.lines) == (3, ["previous 22"])
        assert len(standin.reports()) == 1

    def test_uninstalling_restores_it(self, run, standin):
        done = run(
            INSTALL
            + self.C_HANDLER
            + """
previous = handler("previous")
runtime.signal(22, previous)
install().uninstall()
assert runtime.signal(22, previous) == previous
os.abort()
"""
        )
        assert done.lines == ["previous 22"]
        assert standin.reports() == []

    def test_uninstalled_from_under_another_it_only_passes_on(self, run, standin):
        done = run(
            INSTALL
            + self.C_HANDLER
            + """
runtime.signal(22, handler("previous"))
installed = install()
faulthandler.enable()
installed.uninstall()
os.abort()
"""
        )
        assert "Fatal Python error: Aborted" in done.errors
        assert done.lines == ["previous 22"]
        assert standin.reports() == []

    @pytest.mark.parametrize("again", [False, True], ids=["uninstalled", "installed again"])
    def test_beside_one_that_sets_itself_again(self, run, standin, again):
        """What is left of ours below it neither takes its place nor makes a ring."""
        done = run(
            INSTALL
            + self.C_HANDLER
            + f"""
raise_signal = runtime.__getattr__("raise")
HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_int)
@HANDLER
def other(number):
    say("other")
    runtime.signal(22, other_address)
    below(number)
other_address = ctypes.cast(other, ctypes.c_void_p).value
runtime.signal(22, handler("previous"))
installed = install()
below = HANDLER(runtime.signal(22, other_address))
installed.uninstall()
if {again}:
    install()
for _ in range(2):
    raise_signal(22)
say("goes on")
"""
        )
        assert (done.code, done.lines) == (0, [*["other", "previous 22"] * 2, "goes on"])
        assert len(standin.reports()) == again

    def test_installed_again_above_another(self, run, standin):
        """The chain is then ours, faulthandler, ours passing on: no ring."""
        done = run(
            INSTALL
            + """
installed = install()
faulthandler.enable()
installed.uninstall()
install()
os.abort()
"""
        )
        assert "Fatal Python error: Aborted" in done.errors
        assert done.code == 3
        assert len(standin.reports()) == 1

    def test_again_and_again(self, run):
        done = run(
            INSTALL + "for _ in range(20):\n    install().uninstall()\nsay(signal.getsignal(22) is signal.SIG_DFL)"
        )
        assert done.lines == ["True"]

    def test_after_a_crash_inside_wer(self, run, standin):
        """An abort() of WER's own, in the middle of our report, does not wait for itself."""
        done = run(
            INSTALL
            + """
install()
address = ctypes.cast(ctypes.WinDLL("wer.dll").WerReportAddDump, ctypes.c_void_p).value
kernel32.VirtualProtect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_void_p]
kernel32.VirtualProtect(address, 16, 0x40, ctypes.byref(ctypes.c_uint32()))
abort = ctypes.cast(ctypes.CDLL("ucrtbase").abort, ctypes.c_void_p).value
ctypes.memmove(address, bytes([0x48, 0xB8, *abort.to_bytes(8, "little"), 0xFF, 0xE0]), 12)  # mov rax, abort; jmp rax
os.abort()
"""
        )
        assert done.code == 3
        assert standin.reports() == []

    @pytest.mark.parametrize(("how", "again"), [("abort", False), ("raise", True)])
    def test_only_what_raise_would_go_on_from_is_raised_again(self, run, how, again):
        """raise() returns after a handler, abort() does not; raise() is broken here by the time that ours is done."""
        name = f"wer-tests-abort-{os.getpid()}-{how}"
        done = run(
            INSTALL
            + f"""
kernel32.CreateEventW.restype = ctypes.c_void_p
kernel32.WaitForSingleObject.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
kernel32.SetEvent.argtypes = [ctypes.c_void_p]
kernel32.VirtualProtect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_void_p]
entered, release = (kernel32.CreateEventW(None, True, False, f"{name}.{{end}}") for end in ("entered", "release"))
address = ctypes.cast(ctypes.CDLL("ucrtbase").__getattr__("raise"), ctypes.c_void_p).value
kernel32.VirtualProtect(address, 2, 0x40, ctypes.byref(ctypes.c_uint32()))
def break_raise():
    assert kernel32.WaitForSingleObject(entered, 0xFFFFFFFF) == 0
    ctypes.memmove(address, bytes([0x0F, 0x0B]), 2)  # ud2
    kernel32.SetEvent(release)
threading.Thread(target=break_raise, daemon=True).start()
install()
runtime = ctypes.CDLL("ucrtbase")
try:
    runtime.abort() if {how == "abort"} else runtime.__getattr__("raise")(22)
except OSError as error:
    say(hex(error.winerror & 0xFFFFFFFF))
    os._exit(9)
""",
            f"block WerReportAddDump 1 {name}",
        )
        assert (done.code, done.lines) == ((9, ["0xc000001d"]) if again else (3, []))


@once("3.11")
class TestThen:
    PREVIOUS = TestFilters.PREVIOUS

    def test_end_passes_nothing_on(self, run, standin):
        done = run(self.PREVIOUS + "wer.install_crash_handler(prepared(), then='end'); crash()")
        assert (done.code, done.lines) == (ACCESS_VIOLATION, [])
        assert "starting debugger" not in done.errors
        assert len(standin.reports()) == 1

    def test_continue_is_what_is_done_without(self, run, standin):
        done = run(self.PREVIOUS + "wer.install_crash_handler(prepared(), then='continue'); crash()")
        assert done.lines == ["previous"]
        assert len(standin.reports()) == 1

    def test_end_of_an_abort(self, run, standin):
        done = run(
            INSTALL + "faulthandler.enable(); wer.install_crash_handler(prepared(), abort=True, then='end'); os.abort()"
        )
        assert (done.code, done.errors) == (FATAL_APP_EXIT, "")
        assert len(standin.reports()) == 1

    @pytest.mark.parametrize("function", ["WerReportCreate", "WerReportSubmit"])
    def test_where_no_report_was_made_all_is_passed_on(self, run, standin, function):
        """Nothing would tell of the crash otherwise."""
        code = self.PREVIOUS + "wer.install_crash_handler(prepared(), then='end'); crash()"
        done = run(code, f"fail {function} 1 {E_FAIL:#x}")
        assert (done.code, done.lines) == (ACCESS_VIOLATION, ["previous"])
        assert standin.reports() == []

    def test_end_where_only_the_dump_failed(self, run, standin):
        code = self.PREVIOUS + "wer.install_crash_handler(prepared(), then='end'); crash()"
        done = run(code, f"fail WerReportAddDump 1 {E_FAIL:#x}")
        assert (done.code, done.lines) == (ACCESS_VIOLATION, [])
        assert len(standin.reports()) == 1

    def test_end_of_a_stack_overflow(self, run):
        done = run("wer.install_crash_handler(prepared(), then='end'); crash_in_threads(1, 0xC00000FD); wait()")
        assert done.code == STACK_OVERFLOW

    def test_end_of_64_threads_is_one_report(self, run, standin):
        done = run(self.PREVIOUS + "wer.install_crash_handler(prepared(), then='end'); crash_in_threads(64); wait()")
        assert done.code == ACCESS_VIOLATION
        assert "previous" not in done.lines
        assert len(standin.reports()) == len(done.called("WerReportCreate")) == 1

    def test_end_waits_for_a_report_of_the_program_itself(self, run, standin):
        done = run(
            self.PREVIOUS
            + """
wer.install_crash_handler(prepared(), then="end")
sys.path.insert(0, """
            + repr(str(SHARED))
            + """)
from native_table import native_table
native, own = native_table(), prepared()
threading.Thread(target=native.report_here, args=(native.template_from_object(own), 0x40000015, None)).start()
called = ctypes.WinDLL("wer.dll").WerStandInCalls
while not called(ctypes.c_wchar_p("WerReportSubmit")):
    time.sleep(0.01)
crash()
""",
            "delay WerReportSubmit 1 1500",
        )
        assert (done.code, done.lines) == (ACCESS_VIOLATION, [])
        assert len(standin.reports()) == len(done.called("WerReportCreate")) == 1

    def test_a_crash_inside_the_report_is_passed_on(self, run, standin):
        """There is no report of ours then: Windows is to make its own."""
        done = run(
            self.PREVIOUS
            + """
wer.install_crash_handler(prepared(), then="end")
address = ctypes.cast(ctypes.WinDLL("wer.dll").WerReportAddDump, ctypes.c_void_p).value
kernel32.VirtualProtect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_void_p]
kernel32.VirtualProtect(address, 2, 0x40, ctypes.byref(ctypes.c_uint32()))
ctypes.memmove(address, bytes([0x0F, 0x0B]), 2)  # ud2
crash()
"""
        )
        assert done.lines == ["previous"]
        assert standin.reports() == []


@pytest.fixture
def template():
    return wer.ReportTemplate("WerTests.Crash", consent=wer.Consent.NOT_ASKED)


class TestInstall:
    def test_one_in_a_process(self, template):
        with wer.install_crash_handler(template) as handler:
            with pytest.raises(RuntimeError, match="already installed"):
                wer.install_crash_handler(wer.ReportTemplate("WerTests.Other", consent=1))
            with pytest.raises(RuntimeError, match="already installed"):
                wer.install_crash_handler(template)
            assert handler.installed
        assert not handler.installed
        handler.uninstall()

    def test_again(self, template):
        for _ in range(20):
            wer.install_crash_handler(template).uninstall()

    def test_an_old_handler_does_not_uninstall_the_next(self, template):
        old = wer.install_crash_handler(template)
        old.uninstall()
        with wer.install_crash_handler(template) as new:
            old.uninstall()
            assert new.installed

    def test_shows_what_it_is(self, template):
        with wer.install_crash_handler(template) as handler:
            assert repr(handler) == "<wer.CrashHandler installed <wer.ReportTemplate 'WerTests.Crash' installed>>"
        assert repr(handler) == "<wer.CrashHandler uninstalled <wer.ReportTemplate 'WerTests.Crash'>>"

    def test_no_handles_are_left_open(self, template, leaked_handles):
        assert leaked_handles(lambda: wer.install_crash_handler(template).uninstall()) == set()
        assert leaked_handles(lambda: wer.ReportTemplate("WerTests.Crash", consent=1)) == set()


class TestTemplate:
    def test_limits_of_a_parameter(self, template):
        template.set_parameter(9, "v" * 259, "n" * 128)

    def test_a_second_init(self, template):
        with pytest.raises(RuntimeError, match="already been created"):
            template.__init__("WerTests.Other", consent=1)
        assert template.event_type == "WerTests.Crash"

    def test_calls_nothing_of_wer(self, template, standin):
        template.set_parameter(0, "value")
        template.set_dump(wer.DumpType.HEAPDUMP)
        with wer.install_crash_handler(template):
            pass
        assert not standin.log.exists() or standin.log.read_text() == ""
