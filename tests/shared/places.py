"""Where public operations run on the stand-in, in a process of their own, and what one of them has left there."""

import contextlib
import ctypes
import gc
import json
import logging
import shutil
import subprocess
import sys
import threading
import time

from child import start_process
from operations import FUNCTIONS, LEFT, LOGGER, World, undo_what_is_registered
from stored import make_report

from wer import _registration
from wer.service import _current

PATIENCE = 30  # seconds for what takes none
SNAPSHOTS = ("PssCaptureSnapshot", "PssFreeSnapshot")
VOID = {name for name, returns in FUNCTIONS.items() if returns == "VOID"}
WORKER = "import _thread; print(_thread.get_native_id(), flush=True); input()"


class OnStandIn:
    """The extension, and the stand-in as its wer.dll."""

    def __init__(self, folder):
        # Records of errors would keep what their tracebacks hold.
        logging.getLogger("wer").setLevel(60)
        self.threads = set(threading.enumerate())
        self.hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
        self.work = folder / "work"
        self.work.mkdir()
        self.kernel32 = ctypes.WinDLL("kernel32")
        self.library = ctypes.WinDLL("wer.dll")
        self.library.WerStandInControl.argtypes = [ctypes.c_wchar_p]
        self.library.WerStandInCalls.argtypes = [ctypes.c_wchar_p]
        self.library.WerReportCloseHandle.argtypes = [ctypes.c_void_p]
        self.library.PssFreeSnapshot.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        self.log = folder / "calls.jsonl"
        self.store = folder / "store"
        self.queue = self.store / "Machine" / "Microsoft" / "Windows" / "WER" / "ReportQueue"
        self.key = self.queue / "AppCrash_1"
        self.control("reset", "scope machine", "server offline", f'store "{self.store}"', "log off")
        python = getattr(sys, "_base_executable", sys.executable)
        self.worker = start_process(
            [python, "-I", "-S", "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        tid = int(self.worker.stdout.readline())
        self.world = World(self.worker, self.worker.pid, tid, self.work, key=str(self.key))
        self.failed = ""

    def close(self):
        """End the process that is dumped."""
        self.worker.kill()
        self.worker.communicate()

    def control(self, *commands):
        """Tell the stand-in (tests/standin/README.md)."""
        assert self.library.WerStandInControl(";".join(commands)) == 0, commands

    def prepare(self, function="", nth=0, code=0):
        """The store as it was at first; the nth call of a function is to return a code."""
        for report in self.queue.iterdir() if self.queue.exists() else ():
            if report != self.key:
                shutil.rmtree(report)
        if not self.key.exists():
            make_report(self.key)
        self.failed = function
        self.control("reset", "fail WerReportAddDump * 0")  # does nothing: a dump takes long, and is no matter of ours
        if function:
            self.log.unlink(missing_ok=True)
            self.control(f'log "{self.log}"', f"fail {function} {nth} {code}")

    def count(self, function):
        """How often it was called since `prepare`."""
        return self.library.WerStandInCalls(function)

    def counts(self):
        """The functions that were called since `prepare`, and how often; those that can fail."""
        names = [name for name in FUNCTIONS if name not in VOID]
        return {name: count for name in (*names, *SNAPSHOTS) if (count := self.count(name))}

    def settle(self):
        """Free what the stand-in was told not to; undo what it refused to forget."""
        self.control("log off")
        if self.failed in ("WerReportCloseHandle", "PssFreeSnapshot"):
            for line in self.log.read_text(encoding="ascii").splitlines():
                call = json.loads(line)
                if call["injected"] and call["function"] == "WerReportCloseHandle":
                    self.library.WerReportCloseHandle(int(call["args"]["hReportHandle"], 16))
                elif call["injected"] and call["function"] == "PssFreeSnapshot":
                    self.library.PssFreeSnapshot(-1, int(call["args"]["SnapshotHandle"], 16))
        self.control("reset")
        self.end_what_is_begun()
        if self.failed.startswith("WerUnregister"):  # it said that it did, and was told not to
            self.control("unregister")

    def left(self, files=True):
        """What an operation has left, in words."""
        if self.left_at_once(files):
            gc.collect()  # an error and its traceback may keep each other, and what they were about
        return self.left_at_once(files)

    def left_at_once(self, files):
        """What is left, though some of it may only be waiting to be collected."""
        names = ("OpenReports", "OpenStores", "OpenStrings", "OpenSnapshots", "Registrations")
        left = [f"{name}: {count}" for name in names if (count := getattr(self.library, f"WerStandIn{name}")())]
        return left + self.left_in_python(files)

    def left_in_python(self, files):
        """What an operation has left: threads, what is registered or enabled, files."""
        left = []
        for thread in set(threading.enumerate()) - self.threads:
            with contextlib.suppress(RuntimeError):  # it was never started
                thread.join(PATIENCE)
            if thread.is_alive():
                left.append(f"the thread {thread.name}")
            else:  # without memory to start it or to tell of it, CPython goes on listing it
                threading._limbo.pop(thread, None)
                threading._active.pop(thread.ident, None)
        # Without any memory what has ended may stay noted, until it is registered again.
        registered = [one for one in _registration._registered.values() if files or not one._held.ended]
        if registered:
            left.append(f"registered: {registered}")
        if _current.service is not None:
            left.append("a service is enabled")
        if _current.reporter is not None:
            left.append("there is a reporter for wer.reporting")
        if (sys.excepthook, threading.excepthook, sys.unraisablehook) != self.hooks:
            left.append("hooks")
        if not files:
            return left
        left += [f"the file {path.name}" for path in self.work.iterdir() if path.name not in LEFT]
        private = self.work / "private"
        if private.exists():
            left += [f"the file private/{path.name}" for path in private.iterdir() if path.name != "limits.bin"]
        return left

    def new_handles(self, before):
        """Those that stay open: a thread that has ended for Python may yet be at its end for Windows."""
        end = time.monotonic() + 3
        while (more := self.handles() - before) and time.monotonic() < end:
            gc.collect()
            time.sleep(0.02)
        return more

    def end_what_is_begun(self):
        """By another call, if the operation's own has failed."""
        begun, reporter = self.world.begun, self.world.reporter
        self.world.begun = self.world.reporter = None
        for name in ("uninstall", "undo", "close"):
            if hasattr(begun, name):
                getattr(begun, name)()
        if reporter is not None:
            reporter.close()
        LOGGER.handlers.clear()
        undo_what_is_registered()

    def clean(self):
        """Remove the operations' files."""
        for path in self.work.iterdir():
            if str(path) == self.world.file:
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def handles(self):
        """The open handles of this process. (GetProcessHandleCount always says 1 under Wine.)"""
        fits = ctypes.byref(ctypes.c_uint32())
        numbers = range(4, 0x800, 4)  # a new one gets the lowest number that is free
        return {h for h in numbers if self.kernel32.GetHandleInformation(ctypes.c_void_p(h), fits)}
