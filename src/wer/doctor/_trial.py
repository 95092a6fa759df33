"""`try_crash`: have a program crash, look what comes of it, compare with the forecast, and remove it again."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from shutil import rmtree

from .._arguments import seconds
from .._links import is_link_at
from .._machine import event_log
from .._machine.events import CrashEvent, WerEvent, typed
from ._diagnosis import CANNOT_TELL, NO, YES, Diagnosis
from ._examine import examine
from ._machine import Machine, this_machine

# C code of ctypes reads there: an access violation. ctypes.string_at would make an OSError of it, and the functions of
# faulthandler that crash switch WER off before. The text is in the report then, by which it is known again.
_CRASH = """
import ctypes, sys
try:
    sys.path.append(sys.argv[1])
    import wer
    kept = wer.register_custom_metadata("WerDoctor", sys.argv[2])
except Exception:
    pass
ctypes.c_int.from_address(8).value
"""
_DEFAULT_ERROR_MODE, _NO_WINDOW = 0x04000000, 0x08000000  # CREATE_DEFAULT_ERROR_MODE, CREATE_NO_WINDOW
_STORES = (r"Microsoft\Windows\WER\ReportQueue", r"Microsoft\Windows\WER\ReportArchive")
_MOST_OF_REPORT = 1 << 20
_PAUSE, _GRACE = 0.2, 5.0  # seconds; for what is not expected, after the process has ended


@dataclass(kw_only=True)
class Trial:
    """What came of a crash on purpose.

    Attributes
    ----------
    forecast : Diagnosis
        What `examine` said before.
    exe : str
        The program that crashed.
    pid : int
        Its process.
    exit_code : int or None
        What it ended with; None if it still stood when the time was over, and was ended then.
    dump : str or None
        The dump file that came.
    dump_size : int or None
        Its bytes.
    reports : list of str
        The folders of the reports that came.
    events : list of str
        The entries in the event log, in words. They stay.
    unknown : list of str
        What could not be looked at, and why: what it holds may have come all the same.
    left : list of str
        What could not be removed.
    """

    forecast: Diagnosis
    exe: str
    pid: int = 0
    exit_code: int | None = None
    dump: str | None = None
    dump_size: int | None = None
    reports: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def as_forecast(self) -> bool | None:
        """Whether it came as `forecast` says; None if that said nothing, or what came could not be looked at."""
        answers = [(self.forecast.dump.answer, self.dump is not None, False)]
        answers.append((self.forecast.report.answer, bool(self.reports or self.events), bool(self.unknown)))
        if any(
            (answer == YES and not came and not hidden) or (answer == NO and came) for answer, came, hidden in answers
        ):
            return False
        if any(answer == CANNOT_TELL or (not came and hidden) for answer, came, hidden in answers):
            return None
        return True


def plan_of(forecast: Diagnosis) -> list[str]:
    """What `try_crash` is going to do, in sentences."""
    lines = [
        f"start a {_program()[1]} that crashes: it reads from address 8",
        "wait for its report, its entries in the event log and its dump file",
        "remove its report and its dump file; the entries in the event log stay",
        "Windows may send the report before it is removed, if this machine sends reports",
    ]
    dumps = forecast.local_dumps
    if forecast.dump.folder and dumps is not None and isinstance(dumps.count.data, int):
        there = sorted(_dumps_in(forecast.dump.folder, dumps.exe))
        if len(there) >= dumps.count.data > 0:
            lines.append(
                f"{len(there)} dump files are there and {dumps.count.data} are kept: Windows replaces the oldest"
            )
    return lines


def forecast_of(machine: Machine | None = None) -> Diagnosis:
    """What `examine` says of the program that `try_crash` starts: it inherits no error mode, and no debugger."""
    machine = this_machine() if machine is None else machine
    own = machine.state_of(machine.pid)
    child = replace(own, error_mode=0, debugged=False, name=_program()[1])
    return examine(machine=replace(machine, state_of=lambda pid: child))


def try_crash(*, timeout: float = 30.0, machine: Machine | None = None) -> Trial:
    """Have a child of this Python crash, see what comes of it, and remove that again.

    It makes a real report, which Windows may send before it is removed, if this machine sends reports; and it may cost
    the oldest dump file where as many are there as are kept. What is removed is the dump file with the child's process
    id and the report that has the text that the child has put in, or the id that the event of the child's crash names;
    also after Ctrl-C. The entries in the event log stay.

    Parameters
    ----------
    timeout : float
        Seconds to wait for what is expected.
    machine : Machine, optional
        Where to look, for tests.

    Returns
    -------
    Trial
        What came, and the forecast.

    Raises
    ------
    NotImplementedError
        This is not Windows.
    OSError
        The child could not be started.
    """
    timeout = seconds(timeout, "timeout")
    forecast = forecast_of(machine)
    machine = this_machine() if machine is None else machine
    trial = Trial(forecast=forecast, exe=_program()[1])
    search = _Search(trial, machine)
    with search.removing(), _crashing(search.marker) as process:
        trial.pid = process.pid
        end = time.monotonic() + timeout
        while process.poll() is None and time.monotonic() < end:
            time.sleep(_PAUSE)  # which Ctrl-C ends, unlike a wait for the process
        if process.returncode is None:
            process.kill()
        else:
            trial.exit_code = process.returncode & 0xFFFFFFFF
        ended = time.monotonic()
        while not search.look() and time.monotonic() < end:
            if not search.is_waiting and time.monotonic() > ended + _GRACE:
                break
            time.sleep(_PAUSE)
    return trial


@contextmanager
def _crashing(marker: str) -> "Iterator[subprocess.Popen[bytes]]":
    """The child; it does not outlive this."""
    folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    process = subprocess.Popen(
        [_program()[0], "-I", "-S", "-c", _CRASH, folder, marker],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=_DEFAULT_ERROR_MODE | _NO_WINDOW,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _program() -> tuple[str, str]:
    """The python.exe that runs programs itself, and its file name: a virtual environment's starts another one."""
    path = getattr(sys, "_base_executable", "") or sys.executable
    return path, os.path.basename(path)


class _Search:
    """What was there before, and what has come since."""

    def __init__(self, trial: Trial, machine: Machine) -> None:
        self.trial, self.machine = trial, machine
        self.marker = str(uuid.uuid4())
        self._since = datetime.now(UTC)
        self._ids: set[uuid.UUID] = set()
        self._places = [
            os.path.join(machine.environment[name], store)
            for name in ("PROGRAMDATA", "LOCALAPPDATA")
            if name in machine.environment
            for store in _STORES
        ]
        self._before = {path for place in self._places for path in self._reports_in(place)}
        self._reported = False

    @property
    def _dump_path(self) -> str | None:
        dumps = self.trial.forecast.local_dumps
        if dumps is None or not dumps.path:
            return None
        return os.path.join(dumps.path, f"{self.trial.exe}.{self.trial.pid}.dmp")

    @property
    def is_waiting(self) -> bool:
        """Whether something that is expected has not come."""
        forecast, trial = self.trial.forecast, self.trial
        dump = forecast.dump.answer != NO and trial.dump is None
        report = forecast.report.answer != NO and not trial.reports and not self._reported
        return dump or report

    def look(self) -> bool:
        """Look for all of it; whether there is nothing more to come."""
        self._look_for_events()
        self._look_for_dump()
        for place in self._places:
            for path in self._reports_in(place):
                if path not in self._before and path not in self.trial.reports and self._is_ours(path):
                    self.trial.reports.append(path)
        return bool(self.trial.dump and self.trial.reports and self._reported)

    def _look_for_dump(self) -> None:
        path = self._dump_path
        if path is None:
            return
        with suppress(OSError), open(path, "rb") as file:  # while it is written it cannot be opened (inferred)
            found = os.fstat(file.fileno())
            if found.st_size and found.st_mtime >= self._since.timestamp() - 2:
                # One that still grows is looked at again.
                if self.trial.dump_size == found.st_size:
                    self.trial.dump = path
                self.trial.dump_size = found.st_size

    def _look_for_events(self) -> None:
        events = event_log.read(since=self._since, most=50)
        if events.unknown is not None:
            self._unknown(f"the event log: {events.unknown}")
        found = [typed(event) for event in events]
        told = []
        for one in found:
            if isinstance(one, CrashEvent) and one.pid == self.trial.pid:
                told.append(f"Application Error 1000, exception {one.exception_code or 0:#x} in {one.module}")
                if one.report_id is not None:
                    self._ids.add(one.report_id)
        for one in found:
            if isinstance(one, WerEvent) and one.report_id in self._ids:
                self._reported = True
                told.append(f"Windows Error Reporting 1001, {one.event_type}")
        self.trial.events = list(dict.fromkeys([*self.trial.events, *told]))

    def _reports_in(self, place: str) -> list[str]:
        try:
            with os.scandir(place) as entries:
                return [entry.path for entry in entries]
        except FileNotFoundError:
            return []
        except OSError as error:
            self._unknown(f"{place}: {error.strerror}")
            return []

    def _is_ours(self, path: str) -> bool:
        try:
            if is_link_at(path):
                return False
            with open(os.path.join(path, "Report.wer"), "rb") as file:
                text = file.read(_MOST_OF_REPORT).decode("utf-16", "replace").lower()
        except FileNotFoundError:
            return False
        except OSError as error:
            self._unknown(f"{path}: {error.strerror}")
            return False
        return self.marker in text or any(str(one) in text for one in self._ids)

    def _unknown(self, text: str) -> None:
        if text not in self.trial.unknown:
            self.trial.unknown.append(text)

    @contextmanager
    def removing(self) -> "Iterator[None]":
        """Remove what came, whatever happens."""
        try:
            yield
        finally:
            if self.trial.pid:
                self.look()
                if self._dump_path is not None and self.trial.dump_size:
                    self._remove(os.remove, self._dump_path)
                for path in self.trial.reports:
                    self._remove(rmtree, path)

    def _remove(self, remove: Callable[[str], None], path: str) -> None:
        try:
            remove(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            self.trial.left.append(f"{path}: {error.strerror}")


def _dumps_in(folder: str, exe: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [name for name in names if name.lower().startswith(f"{exe.lower()}.") and name.lower().endswith(".dmp")]
