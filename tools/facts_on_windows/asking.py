"""What a question gets: ways to make reports, processes and settings that leave nothing behind."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import ctypes
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import wer
from tools.facts_on_windows import api, guards, stored
from tools.facts_on_windows.journal import Journal
from tools.facts_on_windows.question import Needs, Unanswered
from tools.facts_on_windows.stored import Stored

# Of a venv's python.exe, the process that runs the program is a child.
PYTHON = getattr(sys, "_base_executable", sys.executable)

QUEUED_WITHIN = 10.0  # seconds in which a report that was submitted is in its store

# After these results of WerReportSubmit there is no report.
NOT_STORED = (
    wer.SubmitResult.FAILED,
    wer.SubmitResult.DISABLED,
    wer.SubmitResult.CANCELLED,
    wer.SubmitResult.DISABLED_QUEUE,
)

# A process to be dumped. The block in its memory is 16 random bytes, then sixteen times one digit: 1, until it is told
# to change it. The whole of it never is in memory elsewhere. It ends when its standard input does.
WORKER = """
import ctypes, os, sys, threading
secret = os.urandom(16)
block = ctypes.create_string_buffer(4096)
ctypes.memmove(block, secret, 16)
ctypes.memset(ctypes.addressof(block) + 16, ord("1"), 16)
print(threading.get_native_id(), ctypes.addressof(block), secret.hex(), flush=True)
for line in sys.stdin:
    if line == "change\\n":
        ctypes.memset(ctypes.addressof(block) + 16, ord("2"), 16)
    elif line == "threads\\n":
        started = threading.Barrier(6)
        for _ in range(5):
            threading.Thread(target=lambda: (started.wait(), threading.Event().wait()), daemon=True).start()
        started.wait()
    print("done", flush=True)
os._exit(0)
"""


@dataclass(frozen=True)
class Worker:
    """A process to be dumped."""

    process: "subprocess.Popen[str]"
    tid: int
    address: int
    secret: bytes

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def tell(self, word: str) -> None:
        """Have it do `word`, and wait until that is done."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def end(self) -> None:
        """End it, and wait until it has ended."""
        self.process.kill()
        self.process.wait()

    def found_in(self, dump: Path) -> str:
        """Which state of its block is in the dump: "1" or "2", both, or none."""
        data = dump.read_bytes()
        return "".join(digit for digit in "12" if self.secret + digit.encode() * 16 in data)


class Report:
    """A report of ours, by its handle."""

    def __init__(self, asking: "Asking", handle: int) -> None:
        self._asking = asking
        self.handle: int | None = handle
        self.marker = str(uuid.uuid4())
        self._unsettled = False  # submitted, and not seen yet

    def set_parameter(self, index: int, value: "str | None", name: "str | None" = None) -> int:
        """WerReportSetParameter."""
        return api.call("WerReportSetParameter", self.handle, index, name, value)

    def sign(self) -> None:
        """Set the parameters by which the report is found again, and known as ours."""
        for index, value in enumerate((stored.NAME, self.marker)):
            expect_ok("WerReportSetParameter", self.set_parameter(index, value, f"Facts{index}"))

    def add_file(self, path: "str | Path", kind: int = wer.FileType.OTHER, flags: int = 0) -> int:
        """WerReportAddFile."""
        return api.call("WerReportAddFile", self.handle, str(path), kind, flags)

    def add_dump(
        self,
        process: int,
        thread: "int | None" = None,
        kind: int = wer.DumpType.MINIDUMP,
        options: "api.DumpOptions | None" = None,
        flags: int = 0,
    ) -> int:
        """WerReportAddDump."""
        pointer = ctypes.byref(options) if options is not None else None
        return api.call("WerReportAddDump", self.handle, process, thread, kind, None, pointer, flags)

    def submit(self, consent: int = wer.Consent.NOT_ASKED, flags: int = wer.SubmitFlags.QUEUE) -> tuple[int, int]:
        """WerReportSubmit: its HRESULT, and the result (-1 if it was not set)."""
        self._asking.allow(consent, flags)
        result = ctypes.c_int(-1)
        self._asking.journal.expect_submission()
        hr = api.call("WerReportSubmit", self.handle, int(consent), int(flags), ctypes.byref(result))
        if hr & 0x80000000 or result.value in NOT_STORED:
            self._asking.journal.settle_submission()
        else:
            self._unsettled = True
        return hr, result.value

    def queued(self) -> Stored:
        """Submit it into the queue, and find it there."""
        hr, result = self.submit()
        expect_ok("WerReportSubmit", hr)
        if result != wer.SubmitResult.QUEUED:
            raise Unanswered(f"WerReportSubmit into the queue answers {api.result_name(result)} on this machine")
        found = self.find()
        if found is None:
            raise Unanswered("the report was submitted into the queue, but is in no store that this user may read")
        return found

    def find(self, seconds: float = QUEUED_WITHIN) -> "Stored | None":
        """Where it is stored; None if it is nowhere."""
        found = stored.wait_for(self.marker, seconds)
        if found and self._unsettled:
            self._asking.journal.settle_submission()
            self._unsettled = False
        return found

    def close(self) -> int:
        """WerReportCloseHandle, once."""
        handle, self.handle = self.handle, None
        return api.call("WerReportCloseHandle", handle) if handle else 0


class Asking:
    """What a question may use, in the process that asks it."""

    def __init__(self, journal: Journal, admin: bool, needs: Needs) -> None:
        self.journal = journal
        self.admin = admin
        self._needs = needs
        self.listener: guards.Listener | None = None
        self._stack = ExitStack()

    def __enter__(self) -> "Asking":
        if Needs.HELD in self._needs:
            guards.hold(self.journal, self.admin)
        if Needs.SEALED in self._needs:
            self.listener = guards.seal(self.journal)
            self._stack.callback(self.listener.close)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def allow(self, consent: int, flags: int) -> None:
        """Raise unless it is known, right now, that a submission like this leaves nothing but the machine as it is."""
        if self.listener is not None:
            guards.check_sealed(self.listener)
            return
        if Needs.HELD not in self._needs:
            raise guards.Refused("this question submits a report and did not say so")
        queues = consent == wer.Consent.NOT_ASKED and flags & wer.SubmitFlags.QUEUE
        if not queues and consent != wer.Consent.DENIED:
            raise guards.Refused("a report that is not bound to the queue needs the corporate server on loopback")
        guards.check_held(self.admin)

    def folder(self) -> Path:
        """A new folder for files."""
        return self.journal.new_folder(self.journal.folder / "work" / uuid.uuid4().hex[:8])

    @contextmanager
    def report(
        self,
        event: str = stored.EVENT,
        kind: int = wer.ReportType.NON_CRITICAL,
        information: "api.ReportInformation | None" = None,
        sign: bool = True,
    ) -> "Iterator[Report]":
        """A new report of ours, closed at the end of the block."""
        handle = ctypes.c_void_p()
        pointer = ctypes.byref(information) if information is not None else None
        hr = api.call("WerReportCreate", event, int(kind), pointer, ctypes.byref(handle))
        expect_ok("WerReportCreate", hr)
        report = Report(self, handle.value or 0)
        try:
            if sign:
                report.sign()
            yield report
        finally:
            report.close()

    @contextmanager
    def opened(self, pid: int, access: int = api.ENOUGH) -> "Iterator[int]":
        """A handle of a process, closed at the end of the block."""
        handle = api.open_process(pid, access)
        try:
            yield handle
        finally:
            api.close(handle)

    def worker(self) -> Worker:
        """A process to be dumped. It ends with the question at the latest."""
        process = self.python(WORKER)
        assert process.stdout is not None
        tid, address, secret = process.stdout.readline().split()
        return Worker(process, int(tid), int(address), bytes.fromhex(secret))

    def python(self, code: str, *arguments: str, program: str = PYTHON, **options: object) -> "subprocess.Popen[str]":
        """Start a Python program, without our package; it has pipes to it, and ends with the question."""
        process = subprocess.Popen(
            [program, "-I", "-S", "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **options,  # type: ignore[call-overload]
        )

        def end() -> None:
            process.kill()
            process.communicate()

        self._stack.callback(end)
        return process  # type: ignore[no-any-return]

    def run_wer(self, code: str, *arguments: str, seconds: float = 30) -> "subprocess.CompletedProcess[str]":
        """Run a program with our package to its end, in a process that may crash: Windows makes no report of it."""
        silent = "import ctypes; ctypes.windll.kernel32.SetErrorMode(3)\n"  # SEM_NOGPFAULTERRORBOX and FAILCRITICAL
        return subprocess.run(
            [sys.executable, "-P", "-B", "-c", silent + code, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
        )


def expect_ok(function: str, hr: int) -> None:
    """Raise `Unanswered` after a failure of something that is not what is asked about."""
    if hr & 0x80000000:
        raise Unanswered(f"{function} failed before the question could be asked: {api.named(hr)}")


def took(started: float) -> str:
    """How long it took, such as "1.2 s"."""
    return f"{time.monotonic() - started:.1f} s"
