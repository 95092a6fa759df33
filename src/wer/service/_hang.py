"""`Hang`, and what a watchdog is told before it starts: alike in the process itself and in one that watches it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from .._enums import ReportType, SubmitResult, _hresult
from .._report import submit_result
from .._template import ReportTemplate
from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._typing import WriteableBuffer
    from .._werapi import HeldHandle, HeldWatchdog
if sys.platform == "win32":
    from msvcrt import get_osfhandle

_NOT_DONE = _hresult(0x800705B4)  # ERROR_TIMEOUT, and ERROR_NOT_ENOUGH_QUOTA, as native/watchdog.h says
_LEFT_OUT = _hresult(0x80070718)
HANG_EXIT_CODE = 0xCFFFFFFF  # native/watchdog.h: WER_HANG_EXIT_CODE
_REPORT_SECONDS = 60.0  # that WER may take, beside the wait for the stacks


class Hang(NamedTuple):
    """A hang that is over, as ``on_recovery`` gets it.

    Attributes
    ----------
    seconds : float
        How long there was no beat. Time in which the watchdog could not run either does not count.
    result : SubmitResult or None
        What WER answered to the report; None if none was submitted.
    problem : str
        Why there is no report, or what is missing in it; empty if all went well.
    """

    seconds: float
    result: SubmitResult | None
    problem: str


def hang_of(milliseconds: int, hr: int, result: int) -> Hang:
    """What the watchdog tells in numbers."""
    problem = ""
    if hr == _LEFT_OUT:
        problem = "left out, because there were too many reports of hangs in an hour"
    elif hr == _NOT_DONE:
        problem = "the report takes too long, and may never be done: WER waits for something in the process"
    elif hr < 0:
        problem = f"the report is not whole: 0x{hr & 0xFFFFFFFF:08X}"
    return Hang(milliseconds / 1000, submit_result(result) if result else None, problem)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is watched for, and the report of it. Times are in milliseconds."""

    timeout: int
    most: int
    end: bool
    event: str
    application: str
    version: str
    python: str
    consent: int
    flags: int
    dump_type: int
    stacks: str = ""  # the path of the file
    stacks_at: int = 0  # where in it they begin
    stacks_come: bool = False
    restart: tuple[str, ...] = ()  # the command line that starts the program anew when it was ended; none: it is not
    most_restarts: int = 0  # in an hour

    @property
    def poll(self) -> int:
        """How often the watchdog looks."""
        return min(self.timeout // 8, 1000)

    @property
    def refresh(self) -> int:
        """How often the timer of the stacks is set anew."""
        return self.timeout // 4

    @property
    def late(self) -> int:
        """How long after a hang the stacks come at the latest. No sooner than the hang: then it has been dumped."""
        return self.refresh + 2 * self.poll

    @property
    def wait(self) -> int:
        """How long a report waits for the stacks."""
        return self.late + 3000

    @property
    def report_seconds(self) -> float:
        """How long a report may take."""
        return _REPORT_SECONDS + self.wait / 1000

    def start(
        self,
        held: "HeldWatchdog",
        stacks: int,
        tend: "Callable[[], object] | None",
        process: "HeldHandle | None" = None,
        memory: "WriteableBuffer | None" = None,
        clock: int = 0,
    ) -> None:
        """Start to watch. `stacks` is a handle of the file, which is duplicated."""
        held.watch(
            self.template()._held,
            self.timeout,
            self.poll,
            self.refresh if self.stacks_come else 0,
            stacks if self.stacks_come else 0,
            self.stacks_at,
            self.wait,
            self.most,
            self.end,
            tend,
            process,
            memory,
            clock,
        )

    def template(self) -> ReportTemplate:
        """The report. It takes nothing more once it is watched for."""
        template = ReportTemplate(
            self.event,
            ReportType.APPLICATION_HANG,
            consent=self.consent,
            flags=self.flags,
            timeout=self.report_seconds,
            application_name=self.application,
        )
        template.set_parameter(0, self.application, "Application")
        template.set_parameter(1, self.version, "Version")
        template.set_parameter(2, self.python, "Python")
        template.set_dump(self.dump_type)
        template.add_file(self.stacks)
        return template


def command_line() -> tuple[str, ...]:
    """The command line that starts this program anew; in a virtual environment by its launcher."""
    if "--multiprocessing-fork" in sys.orig_argv:
        raise ValueError("then='restart' in a worker of multiprocessing: its parent starts workers, so say 'end' here")
    return (sys.executable, *sys.orig_argv[1:])


def handle_of_file(fd: int) -> int:
    """The handle behind a file descriptor. There is none off Windows, and a fake takes any number."""
    if sys.platform == "win32":
        return get_osfhandle(fd)
    return fd
