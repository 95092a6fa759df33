"""`Watchdog`: a program says that it goes on, and a report of it is filed when it stops to say so."""

import atexit
import logging
import os
import sys
from collections.abc import Callable

from .._arguments import bits, choice, limited, required, shown
from .._enums import Consent, DumpType, SubmitFlags
from .._limits import WER_MAX_EVENT_NAME_LENGTH
from .._owner import Owner
from .._typing import TYPE_CHECKING, Any, StrPath
from ._hang import Hang, Plan, command_line, handle_of_file, hang_of
from ._late_stacks import LateStacks

if TYPE_CHECKING:
    from .._werapi import HeldWatchdog
    from ._watcher_process import WatcherProcess

_log = logging.getLogger("wer")


class Watchdog(Owner):
    r"""Reports a hang of this process: when `beat` has not been called for a while, a report is filed.

    Call `beat` where the program comes by all the time, or have an event loop do it (`watch_loop`). The watchdog's
    threads are not Python's and never need the GIL, so it makes no difference whether Python waits, computes, or sits
    in C code that keeps the GIL for ever.

    The report has a dump of the process first of all. Then it waits for the stacks of all Python threads, which
    `faulthandler` writes into a file of the report: half of `timeout` and three seconds at most. If they do not come,
    it goes without them. It has the signature parameters Application, Version and Python.

    Each hang is reported once, up to ten in an hour. When beats come again, the next of them logs it as a warning of
    the logger "wer", and calls `on_recovery`. There is no report while a debugger is attached, and time in which the
    watchdog itself could not run does not count: the machine slept, or a dump was made of the process.

    Leaving ``with`` closes it, and so does the end of the interpreter.

    Parameters
    ----------
    timeout : float
        Seconds without a beat that are a hang, 0.1 to 86400. They begin now.
    application : str
        What hangs: the first signature parameter, by default the file name of the program, at most 127 UTF-16 units.
    version : str
        Its version, the second parameter.
    event : str
        Name of the event.
    consent : Consent
        What the user agreed to.
    flags : SubmitFlags
        How the report is submitted; by default QUEUE.
    dump_type : DumpType
        By default MINIDUMP; NONE for no dump.
    stacks : bool, optional
        Whether faulthandler writes the stacks. It has one timer in a process, and nothing tells whether another part
        of the program uses it (`faulthandler.dump_traceback_later`): then say False, for each would end the other's.
        By default they are written, unless pytest's faulthandler plugin is loaded or another Watchdog has the timer.
        Without stacks the file says why there are none.
    then : {"continue", "end", "restart"}
        What happens after the report. "end" ends the process with the code 0xCFFFFFFF, as Windows ends a program
        that does not respond, also if the report takes longer than a minute and the wait for the stacks; not if beats
        have come again. "restart", with `out_of_process`, then starts the program anew: with the same command line
        (``sys.executable`` and ``sys.orig_argv``), the folder and the environment of the moment when the Watchdog was
        made, but without a console's window, and with standard streams that lead nowhere. It is for programs that
        nobody else looks after: who started the program sees it end. What a service manager or a supervisor starts
        anew should say "end", or it runs twice.
    on_recovery : callable, optional
        Called with the `Hang` by the first beat that finds a hang over, in the thread of that beat.
    most : int
        Reports in an hour, by default 10.
    most_restarts : int
        How often "restart" starts the program anew in an hour, by default 3, counted for each command line over all
        processes of the user with the same `folder`, and 1 to 256. After that a hang ends the program; so it does if
        the count cannot be kept.
    out_of_process : bool
        Have another process watch this one: the dependable way. Within the process WER may wait for a lock that the
        thread that hangs has taken, a heap's or the loader's: then the report is never done, and only "end" helps.
        It takes one more Python, which ends with this process. It takes a stop of all threads for a hang, as by a dump
        of the process that takes longer than `timeout`.
    folder : str or os.PathLike, optional
        Where the file for the stacks is made, private to the user; by default ``%LOCALAPPDATA%\wer``. One that a
        process has left that was ended is removed by the next Watchdog there.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type, too long, or out of its limits; `out_of_process` in a program that is not
        run by a python.exe; or "restart" without it, or in a worker of multiprocessing.
    OSError
        The threads or the process could not be started, or the file not be made.

    Notes
    -----
    On Python before 3.13.11 and 3.14.1 faulthandler can crash while it reads the stack of a running thread
    (cpython#116008). It reads none before a hang, and then after the dump; a report that is filed within the process
    is lost with it.
    """

    __slots__ = {
        "_closed": "",
        "_interval": "",
        "_on_recovery": "",
        "_plan": "",
        "_process": "",
        "_stacks": "",
        "_told": "",
        "beat": "Say that the program goes on. From any thread; costs some ten nanoseconds, and never waits.",
    }
    _HELD = "HeldWatchdog"
    _CALLED = "watchdog"
    _clock = 0  # the address of a function that is to be the clock, for tests: `WER_CLOCK` of native/watchdog.h
    _held: "HeldWatchdog"
    _process: "WatcherProcess | None"
    beat: "Callable[[], None]"

    def _prepare(self) -> None:
        self.beat = self._held.beat  # the extension's own method: nothing is faster
        self._closed = True

    def __init__(
        self,
        timeout: float,
        application: str = "",
        *,
        version: str = "",
        event: str = "PythonHang",
        consent: Consent | int = Consent.NOT_ASKED,
        flags: SubmitFlags | int = SubmitFlags.QUEUE,
        dump_type: DumpType | int = DumpType.MINIDUMP,
        stacks: bool | None = None,
        then: str = "continue",
        on_recovery: "Callable[[Hang], object] | None" = None,
        most: int = 10,
        most_restarts: int = 3,
        out_of_process: bool = False,
        folder: StrPath | None = None,
    ) -> None:
        if then not in ("continue", "end", "restart"):
            raise ValueError(f"then must be 'continue', 'end' or 'restart', got {then!r}")
        _check_most(most, 0, 1000, "most")
        _check_most(most_restarts, 1, 256, "most_restarts")
        if then == "restart" and not out_of_process:
            raise ValueError("then='restart' takes out_of_process=True: another process has to start the program anew")
        plan = Plan(
            timeout=_milliseconds(timeout),
            most=most,
            end=then != "continue",
            event=required(event, WER_MAX_EVENT_NAME_LENGTH, "event"),
            application=limited(application, 127, "application") or os.path.basename(sys.executable or "") or "python",
            version=limited(version, 259, "version"),
            python=sys.version.split()[0],
            consent=choice(Consent, consent, "consent"),
            flags=bits(SubmitFlags, flags, "flags"),
            dump_type=choice(DumpType, dump_type, "dump_type"),
            restart=command_line() if then == "restart" else (),
            most_restarts=most_restarts,
        )
        stacks_file = LateStacks(stacks, (plan.timeout + plan.late) / 1000, folder)
        try:
            plan = stacks_file.told_to(plan)
            process = self._start(plan, stacks_file, out_of_process and self._held.shares)
        except BaseException:
            stacks_file.close()
            raise
        self._plan = plan
        self._stacks = stacks_file
        self._process = process
        self._on_recovery = on_recovery
        self._told = 0
        try:
            self._interval = plan.timeout / 4000
            stacks_file.arm()
            atexit.register(self.close)
        except BaseException:  # Ctrl-C included: nobody could close it
            self._end(1000)
            raise
        self._closed = False

    def _start(self, plan: Plan, stacks: LateStacks, out_of_process: bool) -> "Any":  # a WatcherProcess, or None
        if not out_of_process:
            plan.start(self._held, handle_of_file(stacks.fd), self._tend, clock=self._clock)
            return None
        plan.template()  # what is wrong with it is said here, not in the other process
        from ._watcher_process import WatcherProcess  # which takes more of the standard library

        process = WatcherProcess(plan)
        try:
            self._held.share(process.memory, self._tend)
        except BaseException:
            process.stop(0)
            raise
        return process

    def _give_back(self) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._closed:
            return "<wer.Watchdog closed>"
        return f"<wer.Watchdog {self._plan.application!r} {'hung' if self.hung else 'watching'}>"

    @property
    def hung(self) -> bool:
        """Whether beats have stopped for too long, and the report is being filed or was."""
        hangs, over, *_ = self._held.told
        return hangs != over

    @property
    def hangs(self) -> int:
        """How many hangs there were so far."""
        return self._held.told[0]

    @property
    def watching(self) -> bool:
        """Whether it watches: it is not closed, and the process that watches has not ended."""
        return not self._closed and (self._process is None or self._process.running)

    def watch_loop(self, loop: Any) -> None:
        """Have an asyncio event loop beat, four times in `timeout`, as long as the watchdog is open.

        The beats are callbacks of the loop itself and no task, so they stop when a handler keeps the loop, and
        go on when all tasks are cancelled. A watchdog cannot tell beats apart: let nothing else beat that does not
        hang with the loop, and close it before or when the loop ends.

        Parameters
        ----------
        loop : asyncio.AbstractEventLoop
            The loop, e.g. ``asyncio.get_running_loop()``.

        Raises
        ------
        RuntimeError
            The loop is closed.
        """
        loop.call_soon_threadsafe(self._beat_with, loop)

    def _beat_with(self, loop: Any) -> None:
        if not self._closed:
            self.beat()
            loop.call_later(self._interval, self._beat_with, loop)

    def close(self) -> None:
        """Stop to watch. Waits for a report that is being filed, up to the time that it may take."""
        if not self._closed:
            self._end(int(self._plan.report_seconds * 1000))
            self._closed = True  # not before: what is left for want of memory, another call ends

    def _end(self, milliseconds: int) -> None:
        try:
            self._held.stop(milliseconds)
            if self._process is not None:
                self._process.stop(milliseconds / 1000)
        finally:
            self._stacks.close()
            atexit.unregister(self.close)

    def _tend(self) -> None:
        """Called by a beat when the watchdog has set a flag, at most four times in `timeout`."""
        _, over, milliseconds, hr, result = self._held.told
        if over != self._told:
            self._told = over
            self._recovered(hang_of(milliseconds, hr, result))
        self._stacks.arm()

    def _recovered(self, hang: Hang) -> None:
        answer = "not reported" if hang.result is None else f"reported: {hang.result.name}"
        _log.warning(
            "%s hung for %.1f s; %s%s",
            self._plan.application,
            hang.seconds,
            answer,
            f" ({hang.problem})" if hang.problem else "",
        )
        if self._on_recovery is not None:
            try:
                self._on_recovery(hang)
            except Exception:
                _log.exception("on_recovery of a Watchdog has failed")


def _check_most(most: int, low: int, high: int, name: str) -> None:
    if isinstance(most, bool) or not isinstance(most, int) or not low <= most <= high:
        raise ValueError(f"{name} must be an int from {low} to {high}, got {shown(most)}")


def _milliseconds(timeout: float) -> int:
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
        raise TypeError(f"timeout must be seconds as a float or int, got {type(timeout).__name__}")
    if not 0.1 <= timeout <= 86400:
        raise ValueError(f"timeout must be 0.1 to 86400 seconds, got {shown(timeout)}")
    return int(timeout * 1000)
