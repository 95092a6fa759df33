"""What stands below `wer` while a trial runs, asked alike: the stand-in on Windows, the fake elsewhere.

with layers.layer(folder) as layer:
    layer.reset()
    ...
    layer.count("WerReportCreate"), layer.left(), layer.queued()
"""

import contextlib
import ctypes
import gc
import shutil
import subprocess
import sys
import time

from pythons import PYTHON

import wer
import wer.testing

GIVEN_BACK = [  # what is made, by which function, is given back once, by which other
    ("WerReportCreate", "WerReportCloseHandle"),
    ("WerStoreOpen", "WerStoreClose"),
    ("PssCaptureSnapshot", "PssFreeSnapshot"),
    ("WerRegisterCustomMetadata", "WerUnregisterCustomMetadata"),
    ("WerRegisterMemoryBlock", "WerUnregisterMemoryBlock"),
]
MOST_HANDLES = 0x2000  # the highest that is looked at
MOST_OTHERS = 12  # than of processes and threads, over all cases of a process


class Left(AssertionError):
    """Something was not given back."""


class Layer:
    """What both have."""

    def check_left(self):
        """All that was made since `reset` was given back, once."""
        self.forget_all_inside()
        gc.collect()
        left = self.left()
        for made, back in GIVEN_BACK:
            if self.count(made) != self.count(back):
                left[made] = f"{self.count(made)} calls, of {back} {self.count(back)}"
        if left:
            raise Left(f"left: {left}")


class Detour:
    """The beginning of a function of the stand-in is a jump to ours, for its next call."""

    def __init__(self, kernel32, dll, function, do):
        # As on x86-64 the caller removes the arguments, a function with fewer than seven takes as many without harm.
        prototype = ctypes.WINFUNCTYPE(ctypes.c_uint64, *[ctypes.c_void_p] * 7)
        self.address = ctypes.cast(getattr(dll, function), ctypes.c_void_p).value
        self.kernel32, self.do = kernel32, do
        self.original = prototype(self.address)
        self.beginning = ctypes.string_at(self.address, 12)
        self.callback = prototype(self._called)
        LATEST[function] = self
        KEPT.append(self)
        target = ctypes.cast(self.callback, ctypes.c_void_p).value
        self._write(b"\x48\xb8" + target.to_bytes(8, "little") + b"\xff\xe0")  # mov rax, target; jmp rax

    def undo(self):
        self._write(self.beginning)

    def _called(self, *arguments):
        self.undo()
        self.do()
        return self.original(*arguments)

    def _write(self, code):
        before = ctypes.c_uint32()
        protect = self.kernel32.VirtualProtect
        assert protect(ctypes.c_void_p(self.address), ctypes.c_size_t(len(code)), 0x40, ctypes.byref(before))
        ctypes.memmove(self.address, code, len(code))
        protect(ctypes.c_void_p(self.address), ctypes.c_size_t(len(code)), before, ctypes.byref(before))


LATEST = {}  # the latest detour of each function
KEPT = []  # all since `reset`: a callback has to live until it has returned


class StandIn(Layer):
    """The stand-in, with a store in the trial's folder."""

    def __init__(self, folder):
        self.kernel32 = ctypes.WinDLL("kernel32")
        self.kernel32.GetHandleInformation.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        self.kernel32.GetProcessId.argtypes = self.kernel32.GetThreadId.argtypes = [ctypes.c_void_p]
        self.information = ctypes.byref(ctypes.c_uint32())
        self.dll = ctypes.WinDLL("wer.dll")
        self.dll.WerStandInControl.argtypes = self.dll.WerStandInCalls.argtypes = [ctypes.c_wchar_p]
        self.store = folder / "store"
        self.at_first = set()

    def reset(self, *rules):
        """Forget all calls, and the reports in the queue."""
        self.forget_all_inside()
        gc.collect()
        shutil.rmtree(self.store, ignore_errors=True)
        commands = ["reset", "log off", "scope machine", "server offline", f'store "{self.store}"', *rules]
        assert self.dll.WerStandInControl(";".join(commands)) == 0, rules
        self.before = self.handles()
        self.at_first = self.at_first or self.before

    def slow_down(self, functions):
        """Have calls of these functions take a moment."""
        for function in functions:
            assert self.dll.WerStandInControl(f"delay {function} * 1") == 0

    def once_inside(self, function, do):
        """Have `do` run inside the next call of a function, in the thread that made it."""
        Detour(self.kernel32, self.dll, function, do)

    def forget_inside(self, function):
        """Nothing is to happen in the next call any more."""
        if function in LATEST:
            LATEST.pop(function).undo()

    def forget_all_inside(self):
        for function in list(LATEST):
            self.forget_inside(function)
        KEPT.clear()

    def count(self, function):
        return self.dll.WerStandInCalls(function)

    def handles(self):
        """The kernel handles that are open. GetProcessHandleCount always says 1 under Wine."""
        fits = self.kernel32.GetHandleInformation
        return {handle for handle in range(4, MOST_HANDLES, 4) if fits(handle, self.information)}

    def left(self):
        """What is open that was not before."""
        found = {name: getattr(self.dll, f"WerStandIn{name}")() for name in OPEN}
        now = self.handles()
        new = now - self.before
        found["handles of processes"] = sum(map(bool, map(self.kernel32.GetProcessId, new)))
        found["handles of threads"] = sum(map(bool, map(self.kernel32.GetThreadId, new)))
        # A lock of the system's own gets an event when a thread has to wait for it, and keeps that.
        if (others := len(now - self.at_first)) > MOST_OTHERS:
            found["kernel handles"] = others
        return {name: number for name, number in found.items() if number}

    def queued(self):
        """The signature parameters of each report in the queue."""
        queue = self.store / "Machine" / "Microsoft" / "Windows" / "WER" / "ReportQueue"
        return [parameters_in(path) for path in queue.glob("*/Report.wer")]


OPEN = ("OpenReports", "OpenStores", "OpenStrings", "OpenSnapshots", "Registrations")


def parameters_in(path):
    text = path.read_bytes().decode("utf-16", "surrogatepass")
    lines = dict(line.split("=", 1) for line in text.splitlines())
    values = []
    while (value := lines.get(f"Sig[{len(values)}].Value")) is not None:
        values.append(value)
    return values


class SlowFake(wer.testing.FakeWer):
    """A fake in which calls may take a moment, and something may happen inside one."""

    def __init__(self):
        super().__init__()
        self.slow = frozenset()
        self.inside = {}  # by function, what is called in its next call

    def _answer(self, function, **arguments):
        inside = self.inside.pop(function, None)
        if inside is not None:
            inside()
        if function in self.slow:
            time.sleep(0.0005)
        return super()._answer(function, **arguments)


class Fake(Layer):
    """The fake."""

    def __init__(self, fake):
        self.fake = fake

    def reset(self, *rules):
        assert not rules, "for the stand-in"
        self.forget_all_inside()
        gc.collect()
        self.fake.calls.clear()
        self.fake._submitted.clear()
        self.fake.slow = frozenset()
        self.before = set(self.fake._open)

    def slow_down(self, functions):
        """Have calls of these functions take a moment."""
        self.fake.slow = frozenset(functions)

    def once_inside(self, function, do):
        self.fake.inside[function] = do

    def forget_inside(self, function):
        self.fake.inside.pop(function, None)

    def forget_all_inside(self):
        self.fake.inside.clear()

    def count(self, function):
        return sum(call.function == function for call in self.fake.calls)

    def left(self):
        """What is open that was not before."""
        number = len(set(self.fake._open) - self.before)
        return {"handles": number} if number else {}

    def queued(self):
        return [[value for _, value in sorted(report.parameters.items())] for report in self.fake.submitted]


@contextlib.contextmanager
def layer(folder):
    """The layer, for as long as the block; and nothing is left of what was made in it."""
    if sys.platform == "win32":
        standin = StandIn(folder)
        # The first one opens, for good, the thread that ends a report after its timeout.
        wer.ReportTemplate("WerTests.Layer", consent=wer.Consent.DENIED)
        standin.reset()
        yield standin
        return
    with SlowFake() as fake:
        yield Fake(fake)


@contextlib.contextmanager
def another_process(layer):
    """Another process for `wer` to look at: what goes as `process`."""
    if isinstance(layer, Fake):
        yield layer.fake.add_process(4, 8)
        return
    command = [PYTHON, "-I", "-S", "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def with_another_process(folder):
    """The layer, with another process and a file that reports may be about."""
    gc.collect()
    gc.freeze()  # gc.collect() then looks at what a case makes
    file = folder / "spooler.log"
    file.write_text("x")
    with layer(folder) as below, another_process(below) as process:
        below.file, below.process = file, process
        yield below
