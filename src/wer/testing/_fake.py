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
    _files,
    _handles,
    _lookup,
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
from ._record import Call

if TYPE_CHECKING:
    from types import TracebackType

_CLASSES = (
    _handles.HeldHandle,
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
    _processes.has_ended,
    _processes.has_python,
    _files.private_folder,
    _files.private_file,
    _files.shared_file,
    _files.uptime,
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
)
_WIN32 = {  # these answer an error of Win32
    "CreateToolhelp32Snapshot",
    "EnumProcessModulesEx",
    "OpenProcess",
    "OpenThread",
    "PssCaptureSnapshot",
    "PssFreeSnapshot",
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
        self._failures: dict[str, tuple[int, int | None]] = {}  # by function: the code, and how often yet
        self._missing: set[str] = set()
        self._handle = 0x1000
        self._counting = threading.RLock()  # collecting a report answers in the middle of anything
        self.current = FakeProcess(os.getpid(), _handles.THIS_PROCESS)
        self._processes: dict[int, FakeProcess] = {}
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

    def fail(self, function: str, code: int, *, times: int | None = None) -> None:
        """Have calls of a function fail.

        Parameters
        ----------
        function : str
            Which, e.g. ``"WerReportSubmit"``, or ``"OpenProcess"`` and ``"OpenThread"``, by which `wer` opens ids.
        code : int
            The HRESULT that it returns, signed or unsigned, e.g. ``wer.HResult.E_ACCESSDENIED``; of OpenProcess,
            OpenThread, EnumProcessModulesEx, CreateToolhelp32Snapshot and the functions for snapshots an error of
            Win32, e.g. 5. 0 ends the failures.
        times : int, optional
            How many calls fail, from the next one on; by default all.

        Raises
        ------
        ValueError
            `wer` calls no such function, or `code` would be no failure of it.
        """
        if function not in _FUNCTIONS | _WIN32 or function in _VOID:
            raise ValueError(f"function must be one of Windows that wer calls and that can fail, got {function!r}")
        code = signed(code & 0xFFFFFFFF)
        # Functions of the store may answer an error of Win32 as it is, and S_FALSE is no success for a registration.
        if code > 0 and function not in _WIN32 and not function.startswith(("WerStore", "WerRegister")):
            raise ValueError(f"{function} fails with an HRESULT, 0x80000000 and up, got {shown(code)}")
        with self._counting:
            self._failures[function] = (code, times)

    def lack(self, *functions: str) -> None:
        """Be a Windows that does not have these functions, e.g. ``"WerStoreOpen"``."""
        for function in functions:
            if function not in _FUNCTIONS:
                raise ValueError(f"function must be one of Windows that wer calls, got {function!r}")
        self._missing.update(functions)

    def called(self, function: str) -> list[Call]:
        """The calls of one function, e.g. ``"WerReportSubmit"``."""
        return [call for call in self.calls if call.function == function]

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
        for call in template.calls():
            hr = self._answer(call.function, **call.arguments)
            failure = failure or min(hr, 0)
            if call.function == "WerReportCreate" and hr < 0:
                break  # every other call is made, whatever failed before
            if call.function == "WerReportSubmit" and hr >= 0:
                result = int(self.submit_result)
        return failure, result

    def _answer(self, function: str, **arguments: object) -> int:
        """What WER answers to a call; it is noted."""
        if function in self._missing:
            return PROC_NOT_FOUND
        self.calls.append(Call(function, arguments))
        return self._code(function)

    def _code(self, function: str) -> int:
        with self._counting:
            code, times = self._failures.get(function, (0, None))
            if times is not None:
                if times <= 0:
                    return 0
                self._failures[function] = (code, times - 1)
        return code

    def _new_handle(self) -> int:
        with self._counting:
            self._handle += 4
            return self._handle

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
