"""`wer.explain`, of processes that have ended: what CPython's own programs on Windows leave as exit codes.

Under Wine these are Wine's kernel and its C runtime; what only Microsoft's can show is in docs/evidence.md.
"""

import concurrent.futures
import concurrent.futures.process
import contextlib
import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest

import wer

WINE = hasattr(ctypes.windll.ntdll, "wine_get_version")
ALLOCATE = """
import ctypes
allocate = ctypes.windll.kernel32.VirtualAlloc
allocate.restype = ctypes.c_void_p
code = bytes.fromhex({code!r})
page = allocate(None, 4096, 0x3000, 0x40)  # executable
ctypes.memmove(page, code, len(code))
# In a thread of its own: ctypes turns an exception in a call into an OSError.
thread = ctypes.windll.kernel32.CreateThread
thread.restype = ctypes.c_void_p
thread.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_size_t, ctypes.c_uint32, ctypes.c_void_p]
thread(None, None, page, 0, 0, None)
import time
time.sleep(60)
"""
RAISE = """
import ctypes
thread = ctypes.windll.kernel32.CreateThread
thread.restype = ctypes.c_void_p
thread.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_size_t, ctypes.c_uint32, ctypes.c_void_p]
raise_it = ctypes.cast(ctypes.windll.kernel32.RaiseException, ctypes.c_void_p)
thread(None, None, raise_it, {code}, 0, None)  # RaiseException's first argument is the thread's
import time
time.sleep(60)
"""
ENDINGS = {
    "nothing": ("", "0: it ended without an error"),
    "an exception": ("1 / 0", "1: an exception that nothing caught, or sys.exit"),
    "a text": ("import sys; sys.exit('text')", '1: an exception that nothing caught, or sys.exit("a text")'),
    "a number": ("import sys; sys.exit(77)", "77: a number that the program chose"),
    "a negative number": ("import sys; sys.exit(-15)", "-15 (0xFFFFFFF1): a number that the program chose"),
    "-1": ("import sys; sys.exit(-1)", "-1 (0xFFFFFFFF): sys.exit(-1)"),
    "a huge number": (
        "import sys; sys.exit((1 << 40) + 77)",
        "77: a number that" if sys.version_info >= (3, 13) else "-1 (0xFFFFFFFF): sys.exit(-1), or before Python 3.13",
    ),
    "_exit": ("import os; os._exit(259)", "259: STILL_ACTIVE"),
    "Ctrl-C": ("raise KeyboardInterrupt", "0xC000013A STATUS_CONTROL_C_EXIT: Ctrl-C or Ctrl-Break"),
    "argparse": (
        "import argparse; argparse.ArgumentParser().parse_args(['-x'])",
        "2: of a Python, a command line that",
    ),
    "no stdout": ("import os; print('text'); os.close(1)", "120: a Python could not write out sys.stdout"),
    "abort, no fast-fail": ("import faulthandler; faulthandler._sigabrt()", "3: abort() of a C runtime"),
    "a signal": (
        "import signal; signal.raise_signal(signal.SIGTERM)",
        "3: abort() of a C runtime that does not fast-fail",
    ),
    "no memory there": (
        "import faulthandler; faulthandler._read_null()",
        "0xC0000005 STATUS_ACCESS_VIOLATION: the process",
    ),
    "a breakpoint": (ALLOCATE.format(code="ccc3"), "0x80000003 STATUS_BREAKPOINT: "),
    "an illegal instruction": (ALLOCATE.format(code="0f0bc3"), "0xC000001D STATUS_ILLEGAL_INSTRUCTION: "),
    "a privileged instruction": (ALLOCATE.format(code="f4c3"), "0xC0000096 STATUS_PRIVILEGED_INSTRUCTION: "),
    "a division": (ALLOCATE.format(code="31c931d2b801000000f7f1c3"), "0xC0000094 STATUS_INTEGER_DIVIDE_BY_ZERO: "),
    "fast-fail": (ALLOCATE.format(code="b907000000cd29c3"), "0xC0000409 STATUS_STACK_BUFFER_OVERRUN: fast-fail"),
    "RaiseFailFastException": (
        "import ctypes; ctypes.windll.kernel32.RaiseFailFastException(None, None, 0)",
        "0xC0000602 STATUS_FAIL_FAST_EXCEPTION: ",
    ),
    "C++": (RAISE.format(code=0xE06D7363), "0xE06D7363: a C++ exception that nothing caught"),
    ".NET": (RAISE.format(code=0xE0434352), "0xE0434352: a .NET exception that nothing caught"),
    # Wine ends only the thread of a real one.
    "a recursion": (RAISE.format(code=0xC00000FD), "0xC00000FD STATUS_STACK_OVERFLOW: "),
    "a heap": (RAISE.format(code=0xC0000374), "0xC0000374 STATUS_HEAP_CORRUPTION: "),
}
MACHINE_CODE = ctypes.sizeof(ctypes.c_void_p) == 8 and os.environ.get("PROCESSOR_ARCHITECTURE") == "AMD64"


@pytest.mark.parametrize("how", ENDINGS)
def test_how_a_program_ended(how, python, run_program):
    code, said = ENDINGS[how]
    if "fromhex" in code and not MACHINE_CODE:
        pytest.skip("needs an x86-64 processor, whose machine code this is")
    done = run_program([python, "-I", "-S", "-c", code])
    assert wer.explain(done.returncode).startswith(said), done


@pytest.mark.parametrize("code", ["import os; os.abort()", "import faulthandler; faulthandler._fatal_error_c_thread()"])
def test_abort(code, python, run_program):
    """Wine's C runtime ends with 3; Microsoft's fails fast, by its documentation."""
    done = run_program([python, "-I", "-S", "-c", code])
    said = "3: abort() of a C runtime" if WINE else "0xC0000409 STATUS_STACK_BUFFER_OVERRUN: fast-fail"
    assert wer.explain(done.returncode).startswith(said)


@pytest.mark.parametrize("arguments", [["C:\\no\\such.py"], ["-!"]], ids=["no script", "no option"])
def test_a_command_line_that_is_wrong(arguments, python, run_program):
    assert wer.explain(run_program([python, *arguments]).returncode).startswith("2: of a Python, a command line")


KILLS = {
    "Popen.kill": (lambda process: process.kill(), "Popen.kill"),
    "Popen.terminate": (lambda process: process.terminate(), "Popen.terminate"),
    "os.kill 2": (lambda process: os.kill(process.pid, signal.SIGINT), "os.kill(pid, signal.SIGINT)"),
    "os.kill 9": (lambda process: os.kill(process.pid, 9), "os.kill(pid, 9)"),
    "os.kill 15": (lambda process: os.kill(process.pid, signal.SIGTERM), "os.kill(pid, signal.SIGTERM)"),
}


@pytest.mark.parametrize("how", KILLS)
def test_ended_from_outside(how, start):
    kill, said = KILLS[how]
    process = start("input()")
    assert wer.explain(process.poll()) == "it has not ended"
    kill(process)
    assert said in wer.explain(process.wait())


CRASHED = 0xC0000005 - (1 << 32)  # with which workers end themselves: a real crash may wait for Wine's debugger


@pytest.mark.parametrize("end", ["terminate", "kill"])
def test_multiprocessing_ends_one(end):
    process = multiprocessing.Process(target=time.sleep, args=(60,))
    process.start()
    handle = process.sentinel
    getattr(process, end)()
    process.join()
    assert process.exitcode == -15
    assert wer.explain(process.exitcode).startswith("-15: ended by multiprocessing: Process.terminate or Process.kill")
    code = ctypes.c_uint32()
    assert ctypes.windll.kernel32.GetExitCodeProcess(ctypes.c_void_p(handle), ctypes.byref(code))
    assert wer.explain(code.value).startswith("0x00010000: ended by multiprocessing: Process.terminate or Process.kill")


@pytest.mark.parametrize(
    ("target", "arguments", "said"),
    [
        (os._exit, (CRASHED,), "0xC0000005 STATUS_ACCESS_VIOLATION"),
        (sys.exit, ("text",), "1: "),
        (divmod, (1, 0), "1: "),
    ],
)
def test_a_process_of_multiprocessing_ends(target, arguments, said):
    process = multiprocessing.Process(target=target, args=arguments)
    process.start()
    process.join()
    assert wer.explain(process.exitcode).startswith(said)


def test_a_pool_that_is_broken():
    """What BrokenProcessPool does not say: one worker ended as in a crash, and the pool has ended the others."""
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        waiting = [pool.submit(time.sleep, 60), pool.submit(os._exit, CRASHED)]
        with contextlib.suppress(concurrent.futures.process.BrokenProcessPool):
            pool.submit(int)  # or the pool would not watch the worker that it started last (seen in 3.12)
        with pytest.raises(concurrent.futures.process.BrokenProcessPool):
            waiting[1].result(30)
        processes = list(pool._processes.values())
        for process in processes:
            process.join()
        said = sorted(wer.explain(process.exitcode).partition(":")[0] for process in processes)
    assert said == ["-15", "0xC0000005 STATUS_ACCESS_VIOLATION"]


def test_subprocess_is_as_before():
    """A signed code is no invention: what subprocess gives is unsigned, what other tools show often is not."""
    assert subprocess.call([sys.executable, "-c", "import os; os._exit(-1073741819)"]) == 0xC0000005
