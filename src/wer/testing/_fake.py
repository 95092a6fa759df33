"""`FakeWer`: the fake, as a test sees it."""

import os
import threading
from types import MethodType

from .. import _native
from .. import _registration as registrations
from .._arguments import shown
from .._enums import StoreType, SubmitResult
from .._enums import _hresult as signed
from .._functions import _FUNCTIONS
from .._stored import StoredReport
from .._typing import TYPE_CHECKING, Any, Self
from . import (
    _checks,
    _dumps,
    _files,
    _handles,
    _lookup,
    _mutex,
    _processes,
    _registration,
    _report,
    _settings,
    _snapshot,
    _store,
    _template,
    _watchdog,
)
from ._checks import PROC_NOT_FOUND
from ._handles import FakeProcess, FakeThread
from ._record import Call, SubmittedReport, submitted_report

if TYPE_CHECKING:
    from types import TracebackType

_CLASSES = (
    _handles.HeldHandle,
    _mutex.HeldMutex,
    _report.HeldReport,
    _template.HeldTemplate,
    _template.HeldHandler,
    _watchdog.HeldWatchdog,
    _snapshot.HeldSnapshot,
    _store.HeldStore,
    _registration.HeldRegistration,
)
_CALLABLES = (
    _handles.open_process,
    _handles.open_thread,
    _handles.duplicate_process,
    _handles.duplicate_thread,
    _processes.children_of,
    _processes.created,
    _processes.executable,
    _processes.exit_code,
    _processes.has_ended,
    _processes.has_python,
    _files.private_folder,
    _files.private_file,
    _files.shared_file,
    _files.uptime,
    _checks.message_of,
    _processes.memory_of,
    _lookup.found,
    _lookup.must_have,
    _settings.add_excluded_application,
    _settings.remove_excluded_application,
    _settings.set_flags,
    _settings.get_flags,
    _settings.set_max_process_hold_milliseconds,
    _settings.report_hang,
    _settings.register_class,
    _store.purge_reports,
    _dumps.write_dump,
)
_WIN32 = {  # these answer an error of Win32
    "CreateDirectoryW",
    "CreateFileW",
    "CreateMutexW",
    "CreateToolhelp32Snapshot",
    "DuplicateHandle",
    "EnumProcessModulesEx",
    "GetExitCodeProcess",
    "GetProcessTimes",
    "MiniDumpWriteDump",
    "OpenProcess",
    "OpenThread",
    "PssCaptureSnapshot",
    "PssFreeSnapshot",
    "VirtualQueryEx",
    "QueryFullProcessImageNameW",
}
_VOID = {"WerStoreClose", "WerFreeString"}


class FakeWer:
    """Windows Error Reporting for tests: it takes every call, keeps a record, and fails when it is told to.

    It is in place from ``with`` to the end of the block; reports and other objects made inside belong to it for good.
    It refuses what the extension refuses. What only WER itself would refuse, a file that is not there for instance, it
    takes: say `fail` for that. The calling process exists, with its threads; others are told with `add_process`.

    Threads may use it. The whole process sees the one that is in place, so tests that run at the same time need
    processes of their own.

    Attributes
    ----------
    calls : list of Call
        What reached WER, in its order.
    submit_result : SubmitResult
        What WER answers to `wer.Report.submit` and `wer.Store.upload`; QUEUED, unless a test sets it.
    reports : dict of StoreType to list of StoredReport
        What is in the stores. A test puts there what `wer.Store` is to find; submitting puts nothing there. A report
        without an event type is one that the caller may not read.
    current : FakeProcess
        The calling process.
    native : dict of str to object
        The layer that is put into `wer._native`: classes and functions by name.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.submit_result: SubmitResult = SubmitResult.QUEUED
        self.reports: dict[StoreType, list[StoredReport]] = {store_type: [] for store_type in StoreType}
        # By function: how many calls are good before it fails, the code, and how often yet.
        self._failures: dict[str, tuple[int, int, int | None]] = {}
        self._submitted: list[SubmittedReport] = []
        self._looked_at = 0  # how many of these
        self._missing: set[str] = set()
        self._handle = 0x1000
        self._counting = threading.RLock()  # collecting a report answers in the middle of anything
        self.current = FakeProcess(os.getpid(), _handles.THIS_PROCESS)
        self._processes: dict[int, FakeProcess] = {}
        self._open: dict[int, FakeProcess | FakeThread] = {}  # by the handles that are open
        self._mutexes: dict[str, threading.RLock] = {}
        self._registered: list[_registration.HeldRegistration] = []
        self._installed: _template.HeldTemplate | None = None
        self._watchdogs: list[_watchdog.HeldWatchdog] = []
        self._before: dict[str, Any] = {}
        self.native: dict[str, Any] = {
            **{kind.__name__: type(kind.__name__, (kind,), {"_wer": self}) for kind in _CLASSES},
            **{function.__name__: MethodType(function, self) for function in _CALLABLES},
        }

    # What a test says to it.

    def __enter__(self) -> Self:
        if self._before:
            raise RuntimeError("this FakeWer is in place already")
        self._before = {name: getattr(_native, name) for name in self.native}
        for name, value in self.native.items():
            setattr(_native, name, value)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: "TracebackType | None"
    ) -> None:
        for name, value in self._before.items():
            setattr(_native, name, value)
        self._before = {}
        # What the test has left registered ends with the fake: it must not be in the way of the next.
        for key, registration in list(registrations._registered.items()):
            held: object = registration._held
            if held in self._registered:
                del registrations._registered[key]

    def add_process(
        self,
        pid: int,
        *threads: int,
        handle: int | None = None,
        parent: int = 0,
        python: bool = True,
        executable: str = "",
    ) -> FakeProcess:
        """Have a process exist.

        Parameters
        ----------
        pid : int
            Its id.
        *threads : int
            Ids of its threads.
        handle : int, optional
            A handle by which it is to be known, such as ``int(worker._handle)`` of a `subprocess.Popen` on Windows. By
            default one of the fake's own.
        parent : int
            The id of the process that has started it.
        python : bool
            Whether a Python is in it. One without, that has started one, is a launcher.
        executable : str
            The path of the program that it runs.

        Returns
        -------
        FakeProcess
            It goes wherever `wer` takes a process.
        """
        process = FakeProcess(pid, self._new_handle() if handle is None else handle)
        process.parent, process.python, process.executable = parent, python, executable
        process.created = self._new_handle()
        process.threads.extend(FakeThread(tid, self._new_handle(), process) for tid in threads)
        self._processes[pid] = process
        return process

    def fail(self, function: str, code: int, *, times: int | None = None, after: int = 0) -> None:
        """Have calls of a function fail.

        Parameters
        ----------
        function : str
            Which, e.g. ``"WerReportSubmit"``: any of WER that can fail. Of Windows OpenProcess, OpenThread and
            DuplicateHandle, by which `wer` gets at ids and handles; PssCaptureSnapshot and PssFreeSnapshot; of
            `wer.dumps` MiniDumpWriteDump; of `wer.service` CreateDirectoryW, CreateFileW, CreateMutexW,
            GetExitCodeProcess and VirtualQueryEx; of `interpreter_of` CreateToolhelp32Snapshot, EnumProcessModulesEx,
            GetProcessTimes and QueryFullProcessImageNameW.
        code : int
            The HRESULT that it returns, signed or unsigned, e.g. ``wer.HResult.E_ACCESSDENIED``; of functions that
            are not WER's an error of Win32, e.g. 5. 0 ends the failures.
        times : int, optional
            How many calls fail; by default all from the first that does.
        after : int
            How many calls, from the next one on, are good before that.

        Raises
        ------
        ValueError
            `wer` calls no such function, `code` would be no failure of it, or a number is negative.
        """
        if (times or 0) < 0 or after < 0:
            raise ValueError(f"times and after are numbers of calls, got {shown(times)} and {shown(after)}")
        if function not in _FUNCTIONS | _WIN32 or function in _VOID:
            raise ValueError(f"function must be one of Windows that wer calls and that can fail, got {function!r}")
        code = signed(code & 0xFFFFFFFF)
        # Functions of the store may answer an error of Win32 as it is, and S_FALSE is no success for a registration.
        if code > 0 and function not in _WIN32 and not function.startswith(("WerStore", "WerRegister")):
            raise ValueError(f"{function} fails with an HRESULT, 0x80000000 and up, got {shown(code)}")
        with self._counting:
            self._failures[function] = (after, code, times)

    def lack(self, *functions: str) -> None:
        """Be a Windows that does not have these functions, e.g. ``"WerStoreOpen"``."""
        for function in functions:
            if function not in _FUNCTIONS:
                raise ValueError(f"function must be one of Windows that wer calls, got {function!r}")
        self._missing.update(functions)

    def called(self, function: str) -> list[Call]:
        """The calls of one function, e.g. ``"WerReportSubmit"``."""
        if function == "WerReportSubmit":
            self._looked_at = len(self._submitted)
        return [call for call in self.calls if call.function == function]

    @property
    def submitted(self) -> list[SubmittedReport]:
        """The reports that were submitted, in that order: those that WER took, whatever became of them."""
        found = list(self._submitted)
        self._looked_at = len(found)
        return found

    def check_reports(self, expected: int | None = None) -> None:
        """Fail if a report was submitted that nobody has looked at.

        Who asks for `submitted`, or ``called("WerReportSubmit")``, has looked at those that were there. The fixture
        ``fake_wer`` of pytest asks this at the end of a test; in other tests it is a last line.

        Parameters
        ----------
        expected : int, optional
            So many were to be submitted, whether or not somebody has looked.

        Raises
        ------
        AssertionError
            It is not so. The text has all reports in question.
        """
        if expected is None:
            reports = self._submitted[self._looked_at :]
            wrong, text = bool(reports), "the test has not looked at"
        else:
            reports = list(self._submitted)
            wrong, text = len(reports) != expected, f"where {expected} were expected"
        if wrong:
            number = "1 report was" if len(reports) == 1 else f"{len(reports)} reports were"
            raise AssertionError("\n    ".join([f"{number} submitted {text}", *map(str, reports)]))

    def crash(self) -> bool:
        """Crash, as far as WER is concerned: have the installed crash handler file its report.

        Returns
        -------
        bool
            Whether one was installed.
        """
        if self._installed is None:
            return False
        self._file(self._installed)
        return True

    def hang(self, seconds: float = 60.0) -> int:
        """Hang, as far as WER is concerned: have each open `wer.Watchdog` file its report.

        The hang is over then, and the next beat of a watchdog finds that out.

        Parameters
        ----------
        seconds : float
            How long the hang was, for ``on_recovery``.

        Returns
        -------
        int
            How many watchdogs there are.
        """
        watchdogs = list(self._watchdogs)
        for watchdog in watchdogs:
            watchdog._hang(round(seconds * 1000))
        return len(watchdogs)

    # What the layer asks.

    def _file(self, template: _template.HeldTemplate) -> tuple[int, int]:
        """What C code does with a template: the first failure, and the answer to the submission."""
        failure = result = 0
        taken: list[Call] = []
        for call in template.calls():
            hr = self._answer(call.function, **call.arguments)
            if hr < 0:
                failure = failure or hr
                if call.function == "WerReportCreate":
                    break  # every other call is made, whatever failed before
                continue
            taken.append(call)
            if call.function == "WerReportSubmit":
                result = int(self.submit_result)
                self._submit(taken[:])
        return failure, result

    def _answer(self, function: str, **arguments: object) -> int:
        """What WER answers to a call; it is noted."""
        if function in self._missing:
            return PROC_NOT_FOUND
        self.calls.append(Call(function, arguments))
        return self._code(function)

    def _code(self, function: str) -> int:
        with self._counting:
            after, code, times = self._failures.get(function, (0, 0, None))
            if after:
                self._failures[function] = (after - 1, code, times)
                return 0
            if times is not None:
                if times <= 0:
                    return 0
                self._failures[function] = (0, code, times - 1)
        return code

    def _submit(self, calls: list[Call]) -> SubmitResult:
        """What becomes of a report whose submission WER has taken; it is noted."""
        report = submitted_report(calls, self.current.pid, self.submit_result)
        self._submitted.append(report)
        return report.result

    def _new_handle(self) -> int:
        with self._counting:
            self._handle += 4
            return self._handle

    def _mutex(self, name: str) -> "threading.RLock":
        with self._counting:
            return self._mutexes.setdefault(name, threading.RLock())

    def _everyone(self) -> list[FakeProcess]:
        return [self.current, *self._processes.values()]

    def _thread(self, tid: int) -> FakeThread | None:
        """The thread with an id. Those of this process are the real ones."""
        for process in self._everyone():
            for thread in process.threads:
                if thread.tid == tid:
                    return thread
        if tid == threading.get_native_id() or any(thread.native_id == tid for thread in threading.enumerate()):
            thread = FakeThread(tid, self._new_handle(), self.current)
            self.current.threads.append(thread)
            return thread
        return None
