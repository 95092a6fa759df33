"""Processes and threads in every state, and what each public function that takes one makes of them.

`TAKING` is found by looking at the signatures of all that is public; what is in it and has no calls here makes
`missing` tell its name.
"""

import contextlib
import ctypes
import inspect
import os
import subprocess
import threading
from operator import attrgetter

import operations
from pythons import PYTHON

import wer
import wer.dumps
import wer.service

PARAMETERS = {"process": "process", "processes": "process", "pid": "process", "thread": "thread", "tid": "thread"}
NO_TARGET = {  # what has a parameter of such a name, and looks at no process with it
    "wer.service.AddedProcess": "what became of one",
    "wer.service.add_python_state": "a thread of threading, whose name is written down",
    "wer.reports.collect": "an id that stands in reports and events",
    "wer.doctor.examine": "an id for a Machine, which tests/common/test_doctor_findings.py plays",
}
INHERITED = {"wer.service.RecordedReport": "wer.Report"}  # whose __init__ takes what that one's does

SYNCHRONIZE, READ_CONTROL, WRITE_DAC = 0x100000, 0x20000, 0x40000
QUERY_INFORMATION, QUERY_LIMITED, VM_READ = 0x400, 0x1000, 0x10
THREAD_QUERY_LIMITED, THREAD_SUSPEND_RESUME = 0x800, 0x2
NO_SUCH_ID = 0x7FFFFFF0
NO_SUCH_HANDLE = 0x7FFFFFF0

# The first line that it prints is the id of a thread that waits; a line in is a line out.
WORKER = """
import sys, _thread
print(_thread.get_native_id(), flush=True)
for line in sys.stdin:
    print(line, end="", flush=True)
"""


def taking():
    """The public functions, methods and classes that take a process or a thread: by name, which of them."""
    found = {}
    for name in operations.public_names():
        if name.startswith("wer ") or name in NO_TARGET:
            continue
        value = attrgetter(INHERITED.get(name, name).removeprefix("wer."))(wer)
        with contextlib.suppress(TypeError, ValueError):  # no function; a class without a signature
            kinds = {PARAMETERS[one] for one in inspect.signature(value).parameters if one in PARAMETERS}
            if kinds:
                found[name] = kinds
    return found


def missing():
    """What takes a process or a thread, and has no calls here."""
    calls = {"process": CALLS, "thread": THREAD_CALLS}
    return sorted(f"{name}: {kind}" for name, kinds in taking().items() for kind in kinds if name not in calls[kind])


# ---- the machine ----


class Machine:
    """Processes to look at, and what of Windows makes their states."""

    def __init__(self, folder):
        self.folder = folder
        self.kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
        self.ntdll = ctypes.WinDLL("ntdll")
        self.stack = contextlib.ExitStack()
        for name in ("OpenProcess", "OpenThread", "CreateEventW", "CreateFileW", "CreateMutexW"):
            getattr(self.kernel32, name).restype = ctypes.c_void_p
        self.worker = self.start()
        self.moment = 0.0  # seconds after which the process that "ends meanwhile" does

    def start(self, code=WORKER, stack=None):
        """A program that has printed a number, which is its `tid`."""
        process = subprocess.Popen(
            [PYTHON, "-I", "-S", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        (stack or self.stack).callback(self.end, process)
        process.tid = int(process.stdout.readline())
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.communicate()

    def opened(self, stack, function, *arguments):
        handle = getattr(self.kernel32, function)(*arguments)
        assert handle, (function, ctypes.get_last_error())
        stack.callback(self.kernel32.CloseHandle, ctypes.c_void_p(handle))
        return handle

    def process_handle(self, stack, rights, pid=None):
        return self.opened(stack, "OpenProcess", rights, False, pid or self.worker.pid)

    def thread_handle(self, stack, rights, tid=None):
        return self.opened(stack, "OpenThread", rights, False, tid or self.worker.tid)

    def event(self, stack):
        return self.opened(stack, "CreateEventW", None, True, False, None)

    def file(self, stack):
        path = self.folder / "target.txt"
        path.write_text("x")
        return self.opened(stack, "CreateFileW", ctypes.c_wchar_p(str(path)), 0x80000000, 7, None, 3, 0, None)

    def deny_everyone(self, handle):
        """Take all rights from everybody: it is another's, then. Handles that are open keep theirs."""
        advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
        acl, descriptor = ctypes.create_string_buffer(8), ctypes.create_string_buffer(64)
        assert advapi32.InitializeAcl(acl, len(acl), 2)
        assert advapi32.InitializeSecurityDescriptor(descriptor, 1)
        assert advapi32.SetSecurityDescriptorDacl(descriptor, True, acl, False)
        assert advapi32.SetKernelObjectSecurity(ctypes.c_void_p(handle), 4, descriptor)

    def suspended(self, tid):
        """How often a thread is suspended."""
        handle = self.kernel32.OpenThread(THREAD_SUSPEND_RESUME, False, tid)
        before = self.kernel32.SuspendThread(ctypes.c_void_p(handle))
        self.kernel32.ResumeThread(ctypes.c_void_p(handle))
        self.kernel32.CloseHandle(ctypes.c_void_p(handle))
        return before

    def answers(self, process):
        """Whether a worker goes on."""
        process.stdin.write("go on\n")
        process.stdin.flush()
        return process.stdout.readline() == "go on\n"


@contextlib.contextmanager
def machine(folder):
    """One of them."""
    machine = Machine(folder)
    with machine.stack:
        yield machine


class Psutil:
    """A process, as psutil has them."""

    def __init__(self, pid, *, running=True):
        self.pid, self.running = pid, running

    def is_running(self):
        return self.running


class Pywin32:
    """A handle, as pywin32 has them."""

    def __init__(self, handle):
        self.handle = handle

    def __repr__(self):
        return f"<PyHANDLE {self.handle}>"


# ---- states: each makes of a Machine the arguments by which a call gets a process, or a thread ----


def ended(machine, stack):
    process = machine.start("print(0)", stack)
    process.wait()
    return process


def suspended(machine, stack):
    process = machine.start(stack=stack)
    handle = ctypes.c_void_p(int(process._handle))
    assert machine.ntdll.NtSuspendProcess(handle) == 0

    def check():
        assert machine.suspended(process.tid) == 1, "it was not left suspended as it was"
        assert machine.ntdll.NtResumeProcess(handle) == 0
        assert machine.answers(process), "it does not go on"

    stack.callback(check)
    return process


def denied(machine, stack):
    process = machine.start(stack=stack)
    machine.deny_everyone(int(process._handle))
    return process


def being_dumped(machine, stack):
    """Another thread writes dumps of it meanwhile."""
    stop = threading.Event()

    def dump():
        while not stop.is_set():
            with wer.Report("WerTests.Targets") as report:
                report.add_dump(process=machine.worker)

    thread = threading.Thread(target=dump)
    thread.start()

    def end():
        stop.set()
        thread.join(60)
        assert not thread.is_alive(), "the other dump hangs"

    stack.callback(end)
    return machine.worker


def closed_object(machine, stack):
    process = machine.start("print(0)", stack)
    process.wait()
    process._handle.Close()
    return process


def ending(machine, stack):
    """It is killed while it is looked at, or a moment before or after."""
    process = machine.start(stack=stack)
    timer = threading.Timer(machine.moment, process.kill)
    timer.start()
    stack.callback(timer.join)
    return process


STATES = {
    "running, by an object": lambda m, s: {"process": m.worker},
    "running, by its id": lambda m, s: {"pid": m.worker.pid},
    "running, by a handle": lambda m, s: {"process": wer.Handle(int(m.worker._handle))},
    "running, by psutil": lambda m, s: {"process": Psutil(m.worker.pid)},
    "being dumped": lambda m, s: {"process": being_dumped(m, s)},
    "suspended": lambda m, s: {"process": suspended(m, s)},
    "ends meanwhile": lambda m, s: {"process": ending(m, s)},
    "ended, by an object": lambda m, s: {"process": ended(m, s)},
    "ended, by its id": lambda m, s: {"pid": ended(m, s).pid},
    "ended, by psutil": lambda m, s: {"process": Psutil(ended(m, s).pid)},
    "of another user, by its id": lambda m, s: {"pid": denied(m, s).pid},
    "of another user, by psutil": lambda m, s: {"process": Psutil(denied(m, s).pid)},
    "handle without any right": lambda m, s: {"process": wer.Handle(m.process_handle(s, SYNCHRONIZE))},
    "handle that may ask little": lambda m, s: {"process": wer.Handle(m.process_handle(s, QUERY_LIMITED))},
    "handle that may not read": lambda m, s: {
        "process": wer.Handle(m.process_handle(s, QUERY_INFORMATION | READ_CONTROL))
    },
    "an id that nobody has": lambda m, s: {"pid": NO_SUCH_ID},
    "an id that would be rounded": lambda m, s: {"pid": m.worker.pid + 1},
    "an id that was reused": lambda m, s: {"process": Psutil(m.worker.pid, running=False)},
    "closed handle": lambda m, s: {"process": wer.Handle(NO_SUCH_HANDLE)},
    "closed object": lambda m, s: {"process": closed_object(m, s)},
    "closed handle of pywin32": lambda m, s: {"process": Pywin32(0)},
    "pseudo handle": lambda m, s: {"process": wer.Handle(-1)},
    "own id": lambda m, s: {"pid": os.getpid()},
    "pseudo handle of a thread": lambda m, s: {"process": wer.Handle(-2)},
    "handle of a thread": lambda m, s: {"process": wer.Handle(m.thread_handle(s, THREAD_QUERY_LIMITED))},
    "handle of an event": lambda m, s: {"process": wer.Handle(m.event(s))},
    "handle of a file": lambda m, s: {"process": wer.Handle(m.file(s))},
}


def own_thread(machine, stack, *, finished=False):
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    stack.callback(thread.join)
    stack.callback(end.set)
    if finished:
        end.set()
        thread.join()
    return thread


def suspended_thread(machine, stack):
    handle = machine.thread_handle(stack, THREAD_SUSPEND_RESUME)
    assert machine.kernel32.SuspendThread(ctypes.c_void_p(handle)) == 0

    def check():
        assert machine.kernel32.ResumeThread(ctypes.c_void_p(handle)) == 1, "it was not left suspended as it was"
        assert machine.answers(machine.worker)

    stack.callback(check)
    return machine.worker.tid


def denied_thread(machine, stack):
    process = machine.start(stack=stack)
    machine.deny_everyone(machine.thread_handle(stack, WRITE_DAC, process.tid))
    return {"process": process, "tid": process.tid}


def ended_thread(machine, stack):
    process = machine.start(
        "import threading, sys; t = threading.Thread(); t.start(); t.join(); print(t.native_id, flush=True); input()",
        stack,
    )
    return {"process": process, "tid": process.tid}


THREAD_STATES = {
    "waiting, by its id": lambda m, s: {"process": m.worker, "tid": m.worker.tid},
    "waiting, by a handle": lambda m, s: {
        "process": m.worker,
        "thread": wer.Handle(m.thread_handle(s, THREAD_QUERY_LIMITED | 0x48)),
    },
    "suspended": lambda m, s: {"process": m.worker, "tid": suspended_thread(m, s)},
    "ended": ended_thread,
    "ended, of threading": lambda m, s: {"process": wer.Handle(-1), "thread": own_thread(m, s, finished=True)},
    "of another user": denied_thread,
    "of another process": lambda m, s: {"process": m.worker, "thread": own_thread(m, s)},
    "handle without any right": lambda m, s: {
        "process": m.worker,
        "thread": wer.Handle(m.thread_handle(s, SYNCHRONIZE)),
    },
    "an id that nobody has": lambda m, s: {"process": m.worker, "tid": NO_SUCH_ID},
    "an id that would be rounded": lambda m, s: {"process": m.worker, "tid": m.worker.tid + 1},
    "closed handle": lambda m, s: {"process": m.worker, "thread": wer.Handle(NO_SUCH_HANDLE)},
    "closed handle of pywin32": lambda m, s: {"process": m.worker, "thread": Pywin32(0)},
    "pseudo handle": lambda m, s: {"process": wer.Handle(-1), "thread": wer.Handle(-2)},
    "pseudo handle of a process": lambda m, s: {"process": m.worker, "thread": wer.Handle(-1)},
    "handle of a process": lambda m, s: {"process": m.worker, "thread": wer.Handle(int(m.worker._handle))},
    "handle of an event": lambda m, s: {"process": m.worker, "thread": wer.Handle(m.event(s))},
    "handle of a file": lambda m, s: {"process": m.worker, "thread": wer.Handle(m.file(s))},
}


# ---- calls ----


def report(machine, arguments, kind=wer.Report):
    with kind("WerTests.Targets", **arguments) as report:
        report.submit(wer.Consent.DENIED)


def add_dump(machine, arguments, kind=wer.Report):
    with kind("WerTests.Targets") as report:
        report.add_dump(**arguments)


def recorded_report(machine, arguments):
    report(machine, arguments, wer.service.RecordedReport)


def recorded_add_dump(machine, arguments):
    add_dump(machine, arguments, wer.service.RecordedReport)


def snapshot(machine, arguments):
    with wer.ProcessSnapshot(**arguments) as snapshot, wer.Report("WerTests.Targets") as report:
        report.add_dump(snapshot=snapshot)


def get_flags(machine, arguments):
    wer.get_flags(**arguments)


def interpreter_of(machine, arguments):
    wer.interpreter_of(**arguments, timeout=0.05).close()


def register(machine, arguments):
    with wer.register_additional_process(**arguments):
        pass


def add_processes(machine, arguments):
    process = arguments["process"] if "process" in arguments else Psutil(arguments["pid"])
    with wer.Report("WerTests.Targets") as report:
        [added] = wer.service.add_processes(report, [process])
        if not added.dumped:
            raise Told(added.text)


class Told(Exception):
    """It was not dumped, and why was told."""


def write_dump(machine, arguments):
    path = machine.folder / "target.dmp"
    try:
        wer.dumps.write_dump(path, overwrite=True, **arguments)
        assert path.stat().st_size > 10_000
    finally:
        path.unlink(missing_ok=True)
        assert not list(machine.folder.glob("wer-dump-*")), "half a dump was left"


CALLS = {
    "wer.Report": report,
    "wer.Report.add_dump": add_dump,
    "wer.service.RecordedReport": recorded_report,
    "wer.service.RecordedReport.add_dump": recorded_add_dump,
    "wer.ProcessSnapshot": snapshot,
    "wer.get_flags": get_flags,
    "wer.interpreter_of": interpreter_of,
    "wer.register_additional_process": register,
    "wer.service.add_processes": add_processes,
    "wer.dumps.write_dump": write_dump,
}
THREAD_CALLS = {
    "wer.Report.add_dump": add_dump,
    "wer.service.RecordedReport.add_dump": recorded_add_dump,
    "wer.register_additional_process": register,
}


def outcome(call, machine, arguments):
    """What came of a call, as a text."""
    try:
        call(machine, arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "done"
