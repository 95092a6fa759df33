"""Crashes: of programs that report themselves, and of programs that Windows reports."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import os
import shutil
import subprocess
import time
from pathlib import Path

import wer
from tools.facts_on_windows import guards, machine, stored
from tools.facts_on_windows.asking import PYTHON, Asking
from tools.facts_on_windows.question import Answer, Needs, Unanswered, question
from tools.facts_on_windows.reports import metadata_lines

LOCAL_DUMPS = rf"{guards.WER}\LocalDumps"
PROGRAM = f"{stored.NAME}-crash.exe"
WAIT = 30.0  # seconds in which Windows has written the dump of a crash

CRASHES = {
    "an access violation": "ctypes.c_int.from_address(0x10).value",
    "a stack overflow": """
call = ctypes.CFUNCTYPE(None)(lambda: call())
sys.setrecursionlimit(10**9)
call()
""",
    "abort()": "os.abort()",
    "an exception in a new thread": """
raise_status = ctypes.cast(ctypes.WinDLL("ntdll").RtlRaiseStatus, ctypes.c_void_p)
kernel32 = ctypes.WinDLL("kernel32")
kernel32.CreateThread.restype = ctypes.c_void_p
kernel32.CreateThread(None, 0, raise_status, ctypes.c_void_p(0xC0000005), 0, None)
kernel32.Sleep(30000)
""",
}

REPORTS_ITSELF = """
import ctypes, os, sys, wer
template = wer.ReportTemplate(sys.argv[1], consent=wer.Consent.NOT_ASKED, flags=wer.SubmitFlags.QUEUE, timeout=15)
template.set_parameter(0, sys.argv[2], "Facts0")
template.set_parameter(1, sys.argv[3], "Facts1")
wer.install_crash_handler(template)
"""


@question(
    "crash-handler",
    "a child with wer.install_crash_handler that crashes, with SEM_NOGPFAULTERRORBOX; its report in the queue",
    Needs.HELD,
    seconds=240,
)
def handler(asking: Asking) -> Answer:
    """Does WER work in a process that has crashed: after an access violation, a stack overflow, abort()?"""
    answer: dict[str, object] = {}
    for number, (name, code) in enumerate(CRASHES.items()):
        if name == "abort()":
            continue  # it fast-fails: Windows would report it, whatever the error mode
        if name == "a stack overflow" and machine.is_wine():
            answer[name] = "not tried: Wine ends such a process without an exception"
            continue
        marker = f"{os.getpid()}-{number}-{time.time_ns()}"
        asking.allow(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)
        asking.journal.expect_submission()
        try:
            done = asking.run_wer(REPORTS_ITSELF + code, stored.EVENT, stored.NAME, marker)
        except subprocess.TimeoutExpired:
            answer[name] = "it hung, and was ended after 30 s"
            continue
        found = stored.wait_for(marker, 5)
        if found:
            asking.journal.settle_submission()
        dump = "no report" if not found else f"reported, {'with' if found.dumps else 'without'} a dump"
        answer[name] = f"{dump}, exit code 0x{done.returncode & 0xFFFFFFFF:08X}"
    return answer


ABORT = """
import ctypes, os, sys
ctypes.windll.kernel32.SetErrorMode(3)
runtime = ctypes.CDLL(sys.argv[1])
try:
    runtime._set_abort_behavior(0, 3)  # no message and, after the signal, no report
except AttributeError:
    pass
handler = ctypes.CFUNCTYPE(None, ctypes.c_int)(lambda number: os._exit(77))
runtime.signal.restype = ctypes.c_void_p
runtime.signal(22, handler)
runtime.abort()
"""


@question(
    "abort-signal", "signal(SIGABRT) and abort() of ucrtbase.dll, msvcrt.dll, msvcr120.dll and msvcr100.dll, in a child"
)
def abort_signal(asking: Asking) -> Answer:
    """Which abort() of the Windows C runtimes raises SIGABRT before it ends the process?"""
    answer: dict[str, object] = {}
    for dll in ("ucrtbase.dll", "msvcrt.dll", "msvcr120.dll", "msvcr100.dll"):
        process = asking.python(ABORT, dll, stderr=subprocess.PIPE)
        _, errors = process.communicate(timeout=20)
        if process.returncode == 77:
            answer[dll] = "raises it"
        elif process.returncode == 1 and "could not find" in errors.lower():
            answer[dll] = "is not there"
        else:
            answer[dll] = f"does not, exit code 0x{process.returncode & 0xFFFFFFFF:08X}"
    return answer


# ---- crashes that Windows reports ----


class Crasher:
    """A copy of Python under a name that no other program has, so that settings for it are for nobody else."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self.folder = asking.folder()
        self.dumps = asking.folder()
        home = Path(PYTHON).parent
        shutil.copy(PYTHON, self.folder / PROGRAM)
        for pattern in ("python3*.dll", "vcruntime*.dll"):
            for path in home.glob(pattern):
                shutil.copy(path, self.folder)
        self._environment = {**os.environ, "PYTHONHOME": sys.base_prefix}
        done = self._run("print('works')")
        if done.returncode:
            raise Unanswered(f"a copy of this Python does not run: {done.stderr.strip() or done.returncode}")

    def crash(self, code: str, *, share: float = 1) -> "tuple[int, Path | None, stored.Stored | None]":
        """Have it crash: its exit code, the file that LocalDumps wrote, the report.

        They are waited for as long as `WAIT` says, or for a share of that where there may well be none.
        """
        wait = WAIT * share
        self._asking.allow(wer.Consent.APPROVED, 0)  # as Windows may send a report of a crash
        self._asking.journal.expect_crash()
        before = set(self.dumps.iterdir())
        process = self._start(code)
        try:
            process.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline:
            new = set(self.dumps.iterdir()) - before
            report = next(iter(stored.ours()), None)
            if new and report:
                break
            if (new or report) and time.monotonic() > deadline - wait / 2:
                break
            time.sleep(0.5)
        new = set(self.dumps.iterdir()) - before
        return process.returncode & 0xFFFFFFFF, next(iter(new), None), next(iter(stored.ours()), None)

    def _start(self, code: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [self.folder / PROGRAM, "-S", "-c", f"import ctypes, os, sys\n{code}"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Not ours, which keeps a crash from Windows.
            creationflags=subprocess.CREATE_DEFAULT_ERROR_MODE,
        )

    def _run(self, code: str) -> "subprocess.CompletedProcess[str]":
        process = self._start(code)
        output, errors = process.communicate(timeout=30)
        return subprocess.CompletedProcess([], process.returncode, output, errors)


def local_dumps(asking: Asking, crasher: Crasher, hive: str) -> None:
    """Have Windows write a minidump of the crasher, when it crashes, into its folder."""
    key = rf"{LOCAL_DUMPS}\{PROGRAM}"
    asking.journal.set_text(hive, key, "DumpFolder", str(crasher.dumps))
    asking.journal.set_number(hive, key, "DumpType", 1)


def outcome(found: "tuple[int, Path | None, stored.Stored | None]") -> str:
    """What became of a crash, in words."""
    code, dump, report = found
    return (
        f"{f'a dump of {dump.stat().st_size:,} bytes' if dump else 'no dump'}, "
        f"{f'a report in {report.place}' if report else 'no report that can be seen'}, exit code 0x{code:08X}"
    )


BOTH = Needs.HELD | Needs.SEALED | Needs.CRASHES


@question("localdumps-kinds", "HKLM LocalDumps for a copy of Python that crashes in each way", BOTH, seconds=300)
def kinds(asking: Asking) -> Answer:
    """After which ends of a process does LocalDumps write a dump?"""
    crasher = Crasher(asking)
    local_dumps(asking, crasher, "HKLM")
    answer: dict[str, object] = {}
    for name, code in CRASHES.items():
        answer[name] = outcome(crasher.crash(code))
        stored.Stores().sweep()
    return answer


@question(
    "localdumps-disabled",
    "HKLM LocalDumps for a copy of Python that crashes, with Disabled 1 in HKLM, then in HKCU",
    BOTH,
    seconds=240,
)
def disabled(asking: Asking) -> Answer:
    """Does LocalDumps write a dump where WER is disabled?"""
    crasher = Crasher(asking)
    local_dumps(asking, crasher, "HKLM")
    answer: dict[str, object] = {"as it is": outcome(crasher.crash(CRASHES["an access violation"]))}
    for hive in ("HKCU", "HKLM"):
        stored.Stores().sweep()
        asking.journal.set_number(hive, guards.WER, "Disabled", 1)
        answer[f"Disabled 1 in {hive}"] = outcome(crasher.crash(CRASHES["an access violation"]))
        asking.journal.delete_value(hive, guards.WER, "Disabled")
    return answer


@question(
    "localdumps-excluded",
    "HKLM LocalDumps for a copy of Python that crashes, excluded as REG_DWORD 1, then as REG_SZ",
    BOTH,
    seconds=240,
)
def excluded(asking: Asking) -> Answer:
    """Do exclusions stop LocalDumps and the report, and with which type of value?"""
    crasher = Crasher(asking)
    local_dumps(asking, crasher, "HKLM")
    answer: dict[str, object] = {}
    for hive in ("HKCU", "HKLM"):
        key = rf"{guards.WER}\ExcludedApplications"
        asking.journal.set_number(hive, key, PROGRAM, 1)
        answer[f"{hive} REG_DWORD 1"] = outcome(crasher.crash(CRASHES["an access violation"], share=0.5))
        stored.Stores().sweep()
        asking.journal.set_text(hive, key, PROGRAM, "")
        answer[f"{hive} REG_SZ"] = outcome(crasher.crash(CRASHES["an access violation"], share=0.5))
        stored.Stores().sweep()
        asking.journal.delete_value(hive, key, PROGRAM)
    return answer


@question("localdumps-hkcu", "LocalDumps for a copy of Python that crashes, in HKCU only", BOTH, seconds=120)
def in_hkcu(asking: Asking) -> Answer:
    """Does LocalDumps in HKCU have any effect?"""
    crasher = Crasher(asking)
    local_dumps(asking, crasher, "HKCU")
    return outcome(crasher.crash(CRASHES["an access violation"], share=0.5))


REGISTERS = r"""
space = ctypes.create_string_buffer(b"registered-" + b"block", 4096)
wer, kernel32 = ctypes.WinDLL("wer.dll"), ctypes.WinDLL("kernel32")
def register(name, *arguments):
    for dll in (wer, kernel32):
        if hasattr(dll, name):
            return getattr(dll, name)(*arguments)
register("WerRegisterFile", ctypes.c_wchar_p(r"{file}"), 2, 0)
register("WerRegisterMemoryBlock", ctypes.c_void_p(ctypes.addressof(space)), 4096)
register("WerRegisterCustomMetadata", ctypes.c_wchar_p("facts.key-1"), ctypes.c_wchar_p("facts value 1"))
"""


@question(
    "crash-registered",
    "a copy of Python that registers a file, a block and metadata, then crashes; Windows' report of it",
    BOTH,
    seconds=120,
)
def registered(asking: Asking) -> Answer:
    """Is what a process registered in the report that Windows makes when it crashes, and in which form is metadata?"""
    crasher = Crasher(asking)
    file = crasher.folder / "registered.txt"
    file.write_text("registered", encoding="ascii")
    code = REGISTERS.replace("{file}", str(file)) + CRASHES["an access violation"]
    _, _, report = crasher.crash(code)
    if report is None:
        raise Unanswered("no report of the crash is in a store that can be seen")
    blocks = [path.name for path in report.dumps if b"registered-block" in path.read_bytes()]
    return {
        "place": report.place,
        "event": report.lines.get("EventType", "not readable"),
        "files": report.files,
        "the file": "there" if any("registered.txt" in name for name in report.files) else "not there",
        "the block": blocks,
        "metadata in Report.wer": metadata_lines(report),
    }
