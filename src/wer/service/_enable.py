"""`enable`: all of it in one line; `Service` undoes it."""

import atexit
import logging
import os
import sys
from collections.abc import Callable
from types import TracebackType

from .._crash_handler import install_crash_handler
from .._enums import Consent, DumpType, SubmitFlags
from .._settings import supported
from .._template import ReportTemplate
from .._typing import TYPE_CHECKING, Any, Self
from . import _current
from ._check import what_keeps_reports_away
from ._fault_stacks import FaultStacks, is_free
from ._folder import Folder
from ._hooks import Hooks
from ._limits import Limits
from ._reporter import DEFAULT, PYTHON_VERSION, Filed, Reporter, fitting

if TYPE_CHECKING:
    from .._crash_handler import CrashHandler

_log = logging.getLogger("wer")


def enable(
    application: str,
    *,
    version: str = "",
    consent: Consent,
    flags: SubmitFlags = SubmitFlags.QUEUE,
    hooks: bool = True,
    crash_report: bool = True,
    stacks: bool = True,
    fast_fail: bool = False,
    dump_type: DumpType = DumpType.MINIDUMP,
    max_dump_bytes: int | None = None,
    limits: Limits | None = DEFAULT,
    folder: str | None = None,
    on_report: "Callable[[Filed], object] | None" = None,
    redact: "Callable[[str], str] | None" = None,
    local_variables: bool = False,
    timeout: float = 10.0,
) -> "Service":
    """Report what goes wrong in this process: exceptions that nobody catches, and native crashes with Python stacks.

        wer.enable("Spooler", version="4.2.1", consent=wer.Consent.NOT_ASKED)

    A report of an exception has a dump of the process, the Python story as text, and a signature that groups the same
    failure over machines and versions. By default one an hour for each signature and ten an hour in all are filed, over
    all processes of the user. Everything that a report needs is imported, opened and allocated when this returns.

    Parameters
    ----------
    application : str
        The name of the program, the first part of its events ``Spooler.Exception`` and ``Spooler.Crash``; at most 54
        UTF-16 units.
    version : str
        Its version.
    consent : Consent
        What the user agreed to. There is no default: APPROVED sends reports off the machine.
    flags : SubmitFlags
        As for `Report.submit`; by default QUEUE.
    hooks : bool
        Report exceptions: `wer.service.Hooks`.
    crash_report : bool
        Report native crashes and aborts: `ReportTemplate` and `install_crash_handler`.
    stacks : bool
        With the crash report goes what `faulthandler` writes: the Python stacks. If it is enabled already, as pytest
        does, it is left alone, and the crash report goes without.
    fast_fail : bool
        Have Windows' own reports of crashes that no code in the process sees be of our event: see
        `install_crash_handler`. `Service.check` says what that still lacks.
    dump_type : DumpType
        By default MINIDUMP; NONE for none.
    max_dump_bytes : int, optional
        A dump for an exception that would be larger by an estimate is of a smaller type.
    limits : Limits, optional
        By default ``wer.service.Limits()``; None for none. They do not hold for crashes, of which a process has one.
    folder : str, optional
        Where private files are; by default ``%LOCALAPPDATA%\\wer``.
    on_report : callable, optional
        Called with a `wer.service.Filed` after each report of an exception. What it raises is logged. To have it in
        workers too, it must be a function of a module.
    redact, local_variables, timeout
        As for `wer.service.Reporter`.

    Returns
    -------
    Service
        A context manager that undoes it. Off Windows it does nothing, which the logger "wer" says once.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type or out of its limits.
    RuntimeError
        It is enabled in this process already, or other code has installed a crash handler of ours.
    WerError, OSError
        Windows refused.
    """
    options = {  # by hand: without memory, locals() is a crash in CPython 3.13
        "version": version,
        "consent": consent,
        "flags": flags,
        "hooks": hooks,
        "crash_report": crash_report,
        "stacks": stacks,
        "fast_fail": fast_fail,
        "dump_type": dump_type,
        "max_dump_bytes": max_dump_bytes,
        "limits": limits,
        "folder": folder,
        "on_report": on_report,
        "redact": redact,
        "local_variables": local_variables,
        "timeout": timeout,
    }
    if _current.service is not None:
        raise RuntimeError(f"wer is enabled already, for {_current.service.application!r}: close that service first")
    service = Service(application, options)
    _current.service, _current.reporter = service, service.reporter
    return service


class Service:
    """What `enable` has put in place. Leaving ``with`` undoes exactly that, and so does `close`.

    Attributes
    ----------
    application : str
        The program's name.
    reporter : Reporter or None
        What files reports of exceptions, for `wer.service.LoggingHandler`; None off Windows.
    """

    def __init__(self, application: str, options: "dict[str, Any]") -> None:
        self.application = application
        self.reporter: Reporter | None = None
        self._options = options
        self._hooks: Hooks | None = None
        self._handler: CrashHandler | None = None
        self._stacks: FaultStacks | None = None
        if not supported("Report"):
            _log.warning("wer.enable does nothing: there is no Windows Error Reporting on %s", sys.platform)
            return
        try:
            self._start(**options)
        except BaseException:
            self.close()
            raise

    def _start(
        self,
        *,
        hooks: bool,
        crash_report: bool,
        stacks: bool,
        fast_fail: bool,
        folder: str | None,
        **options: "Any",
    ) -> None:
        place = Folder(folder)
        place.prepare()
        place.sweep()
        reporter = self.reporter = Reporter(self.application, folder=place, **options)
        if crash_report:
            template = ReportTemplate(
                f"{self.application}.Crash",
                consent=reporter.consent,
                flags=reporter.flags,
                application_name=self.application,
            )
            template.set_parameter(0, reporter.version, "Version")
            template.set_parameter(1, PYTHON_VERSION, "Python")
            template.set_parameter(2, fitting(os.path.basename(sys.argv[0]) if sys.argv else ""), "Program")
            if reporter.dump_type is not DumpType.MINIDUMP:
                template.set_dump(reporter.dump_type)
            if stacks and is_free():
                self._stacks = FaultStacks(place)
                template.add_file(self._stacks.path)
            self._handler = install_crash_handler(template, abort=True, fast_fail=fast_fail)
            if self._stacks is not None:
                # On top of the handler: Py_FatalError, which takes faulthandler's signal handler out and calls what was
                # there before, is reported then.
                self._stacks.begin()
        if hooks:
            self._hooks = Hooks(reporter).install()
        atexit.register(self._at_exit)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: "TracebackType | None"
    ) -> None:
        if error is not None and self.reporter is not None and self._hooks is not None:
            # It may yet be caught outside; but here is the last that sees it before the hooks are gone.
            self.reporter.report(error, source="main")
        self.close()

    def __repr__(self) -> str:
        return f"<wer.service.Service {self.application!r} {'enabled' if self.enabled else 'closed'}>"

    @property
    def enabled(self) -> bool:
        """Whether reports are made: not after `close`, nor off Windows."""
        return self.reporter is not None

    @property
    def in_worker(self) -> "InWorker":
        """The ``initializer`` of a pool of `multiprocessing` or `concurrent.futures`: enables the same in each worker.

        It is pickled, so what was given to `enable` must be picklable: `on_report` and `redact` functions of a module,
        and no `Limits` but the default or None.
        """
        return InWorker(self.application, self._options)

    def watch_loop(self, loop: "Any") -> None:
        """Report what reaches the exception handler of an asyncio loop that has one of its own.

        A loop without one needs no call: asyncio logs what it is told, and that is seen.
        """
        if self._hooks is not None:
            self._hooks.watch_loop(loop)

    def check(self) -> list[str]:
        """What would keep a report from being made here, a sentence each; empty if nothing is known."""
        found = []
        if self.reporter is None:
            found.append(f"nothing is enabled: there is no Windows Error Reporting on {sys.platform}, or it is closed")
        elif self._handler is not None and self._stacks is None and self._options["stacks"]:
            found.append("faulthandler was enabled by other code: reports of crashes go without Python stacks")
        if self._handler is not None:
            found += self._handler.missing
        if self.reporter is not None and self.reporter.limits is not None and self.reporter.limits.problem is not None:
            found.append(self.reporter.limits.problem)
        return found + what_keeps_reports_away()

    def close(self) -> None:
        """Undo what `enable` did, after the reports that are being made. Doing it again does nothing.

        Raises
        ------
        WerError
            With ``fast_fail``: WER refused to undo a registration. All else is undone; another call tries again.
        """
        try:
            try:
                if self._hooks is not None:
                    self._hooks.uninstall()
                    self._hooks = None
                if self._stacks is not None:  # before the handler: faulthandler puts back what it has found
                    self._stacks.close()
                    self._stacks = None
            finally:
                if self._handler is not None:
                    self._handler.uninstall()
                    self._handler = None
        finally:
            if self.reporter is not None:
                self.reporter.close()
                self.reporter = None
            atexit.unregister(self._at_exit)
            if _current.service is self:
                _current.service = _current.reporter = None

    def _at_exit(self) -> None:
        """Wait for the reports that are being made; the rest stays in place, as crashes may still come."""
        if self._hooks is not None:
            self._hooks.see_last()
        if self.reporter is not None:
            self.reporter.flush()


class InWorker:
    """A call of `enable` for other processes."""

    def __init__(self, application: str, options: "dict[str, Any]") -> None:
        self._application = application
        self._options = {name: options[name] for name in options if options[name] is not DEFAULT}

    def __call__(self, *unused: object) -> None:
        """Enable it here, unless it is."""
        if _current.service is None:
            enable(self._application, **self._options)
