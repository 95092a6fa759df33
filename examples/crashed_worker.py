"""A supervisor that reports the crash of its worker from outside, while the worker still stands.

Run it with ``python crashed_worker.py``. The worker's unhandled-exception filter tells the supervisor which
thread crashed and where its EXCEPTION_POINTERS lie, and waits until the dump is written.
"""

import ctypes
import faulthandler
import subprocess
import sys
from ctypes import wintypes

import wer

EVENT = "wer.Demo.WorkerCrashed"

FILTER = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p)  # LPTOP_LEVEL_EXCEPTION_FILTER
EXCEPTION_EXECUTE_HANDLER = 1  # end the process, without a dialog


def work() -> None:
    """The worker: dies of an access violation in native code.

    The filter here is written in Python to keep the example short, which only works while the crashing thread
    can run Python.
    """
    kernel32 = ctypes.WinDLL("kernel32")

    def tell_supervisor(pointers: int) -> int:
        print(kernel32.GetCurrentThreadId(), pointers, flush=True)
        sys.stdin.readline()  # the supervisor has its dump
        return EXCEPTION_EXECUTE_HANDLER

    kernel32.SetUnhandledExceptionFilter.argtypes = [FILTER]
    kernel32.SetUnhandledExceptionFilter.restype = ctypes.c_void_p
    callback = FILTER(tell_supervisor)
    kernel32.SetUnhandledExceptionFilter(callback)
    faulthandler._read_null()  # type: ignore[attr-defined]  # C code of CPython that reads from address 0


def report(worker: wer.InterpreterProcess, thread_id: int, pointers: int, marker: str) -> wer.SubmitResult:
    """File a report on the crashed worker, with the exception in its dump."""
    with wer.Report(EVENT, process=worker, friendly_event_name="A worker of the demo has crashed") as report:
        report.set_parameter(0, "crashed_worker.py", "Program")
        report.set_parameter(1, sys.version.split()[0], "Python")
        report.set_parameter(2, marker, "Demo")
        exception = wer.ExceptionInformation(pointers, client_pointers=True)
        report.add_dump(exception=exception, tid=thread_id)
        return report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)


def exception_address(worker: wer.InterpreterProcess, pointers: int) -> int:
    """Where the worker crashed, read from its memory: only to hold the dump against it."""
    read = ctypes.WinDLL("kernel32").ReadProcessMemory
    read.argtypes = [wintypes.HANDLE, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
    value = ctypes.c_void_p()
    read(worker.handle, pointers, ctypes.byref(value), ctypes.sizeof(value), None)  # ExceptionRecord
    read(worker.handle, (value.value or 0) + 16, ctypes.byref(value), ctypes.sizeof(value), None)
    return value.value or 0


def main(marker: str = "by hand") -> tuple[wer.SubmitResult, int, int, int]:
    """Let a worker crash and report it.

    Returns what became of the report, the id of the process that crashed, the crashed thread's id, and the address of
    the instruction that crashed.
    """
    worker = subprocess.Popen(
        [sys.executable, __file__, "work"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        thread_id, pointers = map(int, worker.stdout.readline().split())
        # In a virtual environment, what was started is a launcher, and the Python that crashed is its child.
        with wer.interpreter_of(worker) as interpreter:
            print(f"worker {interpreter.pid} has crashed in thread {thread_id}: reporting it")
            address = exception_address(interpreter, pointers)
            result = report(interpreter, thread_id, pointers, marker)
            pid = interpreter.pid
        worker.stdin.write("\n")
        worker.stdin.close()
        print(f"worker {worker.pid} ended with 0x{worker.wait(30):08X}")
        return result, pid, thread_id, address
    finally:
        worker.kill()
        worker.wait()


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work()
    else:
        print(repr(main()[0]))
