"""`Reporter`: from an exception to a submitted report, once for each exception."""

import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import count as _count

from .._arguments import bits, choice, limited, required, seconds
from .._enums import Consent, DumpType, SubmitFlags, SubmitResult
from .._limits import WER_MAX_EVENT_NAME_LENGTH, WER_MAX_PARAM_LENGTH
from .._report import Report
from .._typing import Any
from ._background import Background
from ._dump_lock import one_at_a_time
from ._dump_size import check_most_bytes, choose_dump
from ._folder import Folder, remove
from ._limits import Limits
from ._signature import is_group, leaves, own_functions, traceback_hash, type_name
from ._state import add_python_state

_log = logging.getLogger("wer")
_MARK = "__wer_reported__"  # in an exception's __dict__, with which pickle takes it to another process
_marks = _count()
# Held while one is looked for and put there; setdefault of CPython 3.13, without memory, damages the dictionary.
_marking = threading.RLock()
PYTHON_VERSION = "{}.{}.{}".format(*sys.version_info[:3])
DEFAULT: Any = object()


class Filed:
    """What a `Reporter` has done about a failure.

    Attributes
    ----------
    event_type : str
        The report's event.
    signature : str
        What stands for the failure: `traceback_hash`.
    source : str
        Who saw it: "main", "thread", "unraisable", "asyncio", "logging" or what the caller said.
    result : SubmitResult or None
        What WER answered; None if the report failed.
    error : OSError or None
        Why it failed.
    left_out : int
        How many reports of this signature the limits have left out since the one before.
    """

    __slots__ = ("error", "event_type", "left_out", "result", "signature", "source")

    def __init__(self, event_type: str, signature: str, source: str, left_out: int) -> None:
        self.event_type = event_type
        self.signature = signature
        self.source = source
        self.left_out = left_out
        self.result: SubmitResult | None = None
        self.error: OSError | None = None

    def __repr__(self) -> str:
        outcome = self.error if self.result is None else self.result
        return f"<wer.service.Filed {self.event_type!r} {self.signature} from {self.source}: {outcome}>"


class Reporter:
    """Files a report for an exception: its Python story, a dump of this process, and a signature that groups.

    An exception is reported once, however many see it; KeyboardInterrupt, SystemExit, GeneratorExit and CancelledError
    are not, nor a group of nothing else. Reports are made by a thread of their own. Whoever asks waits for it until a
    limit, unless that is the thread of an event loop.

    The signature parameters are: Version, Exception (its type), Where (``module:function`` of the innermost frame of
    the program's own), Signature (`traceback_hash`), Source, Python.

    Parameters
    ----------
    application : str
        The first part of the event's name, ``"Spooler"`` of ``"Spooler.Exception"``; at most 54 UTF-16 units.
    version : str
        The program's version, at most 259 units.
    consent : Consent
        As for `Report.submit`. There is no default: APPROVED sends reports off the machine.
    flags : SubmitFlags
        As for `Report.submit`; by default QUEUE.
    dump_type : DumpType
        By default MINIDUMP; `DumpType.NONE` for none.
    max_dump_bytes : int, optional
        A dump that would be larger by an estimate becomes one of a smaller type, and the report says so.
    limits : Limits, optional
        By default ``Limits()``, 1 an hour for each signature and 10 an hour in all; None for none.
    folder : Folder, optional
        Where private files are; by default the user's own.
    on_report : callable, optional
        Called with a `Filed` after each report, in the thread that makes reports. What it raises is logged.
    redact : callable, optional
        What to make of each message before it is written, a function of one str.
    local_variables : bool
        Also write the values of variables. They hold secrets more often than not.
    timeout : float
        Seconds that a failing thread waits for its report at most.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type or out of its limits.
    """

    def __init__(
        self,
        application: str,
        *,
        version: str = "",
        consent: Consent,
        flags: SubmitFlags = SubmitFlags.QUEUE,
        dump_type: DumpType = DumpType.MINIDUMP,
        max_dump_bytes: int | None = None,
        limits: Limits | None = DEFAULT,
        folder: Folder | None = None,
        on_report: "Callable[[Filed], object] | None" = None,
        redact: "Callable[[str], str] | None" = None,
        local_variables: bool = False,
        timeout: float = 10.0,
    ) -> None:
        self.application = required(application, WER_MAX_EVENT_NAME_LENGTH - len(".Exception"), "application")
        self.version = limited(version, WER_MAX_PARAM_LENGTH - 1, "version")
        self.consent = Consent(choice(Consent, consent, "consent"))
        self.flags = SubmitFlags(bits(SubmitFlags, flags, "flags"))
        self.dump_type = DumpType(choice(DumpType, dump_type, "dump_type"))
        check_most_bytes(max_dump_bytes)
        if limits is not DEFAULT and not isinstance(limits, Limits | None):
            raise TypeError(f"limits must be a wer.service.Limits or None, got {type(limits).__name__}")
        self.max_dump_bytes = max_dump_bytes
        self.folder = Folder() if folder is None else folder
        self._own_limits = Limits(folder=self.folder) if limits is DEFAULT else None
        self.limits: Limits | None = self._own_limits if limits is DEFAULT else limits
        self.timeout = seconds(timeout, "timeout")
        self._on_report = _callable(on_report, "on_report")
        self._redact = _callable(redact, "redact")
        self._local_variables = local_variables
        self._declined = 0
        # One that a hook can take again while its own thread has it: a collection of garbage comes anywhere.
        self._counting = threading.RLock()
        self._background = Background()  # the last: it has a thread that somebody must end

    def report(
        self,
        exception: BaseException,
        *,
        source: str = "program",
        event: str | None = None,
        wait: bool | None = None,
    ) -> bool:
        """File a report for an exception, unless it was reported before or the limits are reached. It raises nothing.

        Parameters
        ----------
        exception : BaseException
            What was raised.
        source : str
            Who saw it.
        event : str, optional
            The event's name; by default the application's, with ".Exception".
        wait : bool, optional
            Whether to wait for it, at most `timeout` seconds. By default, unless an event loop runs in this thread.

        Returns
        -------
        bool
            Whether a report was asked for. What became of it is told to `on_report`. It is not if too many wait to be
            made, or when a report that is being made asks for another: then whoever sees the exception next may have
            it reported, and the next report tells how often that was.
        """
        marked: list[dict[str, Any]] = []
        taken = False
        try:
            if not is_failure(exception) or not _mark(exception, marked):
                return False
            if wait is None:
                wait = not _in_event_loop()
            event = event or f"{self.application}.Exception"
            work = partial(self._try, exception, source, event, threading.get_ident())
            taken = self._background.run(work, self.timeout if wait else 0)
            if not taken:
                self._count_declined(1)
                _log.info("no report of %s from %s now: too many wait", type_name(type(exception)), source)
        except Exception as error:  # no memory, no lock: the exception that is on its way matters more
            _log.warning("no report: %s", type_name(type(error)))
        finally:
            if not taken:
                for notes in marked:
                    notes.pop(_MARK, None)
        return taken

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until all reports that were asked for are made; False if that takes longer."""
        return self._background.flush(self.timeout if timeout is None else timeout)

    def close(self) -> None:
        """Finish the reports that were asked for, for `timeout` seconds at most, and end the thread."""
        try:
            self._background.end(self.timeout)
        finally:
            if self._own_limits is not None:
                self._own_limits.close()

    def _try(self, exception: BaseException, source: str, event: str, thread: int) -> None:
        """Make the report, in the thread for it, which goes on whatever happens."""
        try:
            self._file(exception, source, event, thread)
        except BaseException as error:  # also what `on_report` raises
            _log.warning("%s: %s, while reporting %s", type_name(type(error)), error, type_name(type(exception)))

    def _count_declined(self, more: int) -> None:
        with self._counting:
            self._declined += more

    def _file(self, exception: BaseException, source: str, event: str, thread: int) -> None:
        signature = traceback_hash(exception)
        left_out = left_out_in_all = 0
        if self.limits is not None:
            taken = self.limits.take(f"{event}:{signature}")
            if not taken.allowed:
                _log.info("no report of %s from %s: the limit is reached", type_name(type(exception)), source)
                return
            left_out, left_out_in_all = taken.left_out, taken.left_out_in_all
        filed = Filed(event, signature, source, left_out)
        try:
            filed.result = self._submit(filed, exception, thread, left_out_in_all)
            _log.info("reported %s from %s: %s", type_name(type(exception)), source, filed.result.name)
        except OSError as error:
            filed.error = error
            _log.warning("no report of %s: %s", type_name(type(exception)), error)
        if self._on_report is not None:
            self._on_report(filed)

    def _submit(self, filed: Filed, exception: BaseException, thread: int, left_out_in_all: int) -> SubmitResult:
        where = own_functions(exception)[-1:] or ["?"]
        more = []
        if filed.left_out or left_out_in_all:
            more.append(f"Left out by limits: {filed.left_out} of this signature, {left_out_in_all} in all")
        if declined := self._declined:
            more.append(f"Left out because too many waited, or from within a report: {declined}")
        dump_type, note = choose_dump(None, self.dump_type, self.max_dump_bytes)
        if note:
            more.append(f"The dump: {note}")
        # Its file goes with this block: the report object may live on, in the traceback of what went wrong.
        with ExitStack() as kept, Report(filed.event_type, application_name=self.application) as report:
            for index, (name, value) in enumerate(
                (
                    ("Version", self.version),
                    ("Exception", type_name(type(exception))),
                    ("Where", where[0]),
                    ("Signature", filed.signature),
                    ("Source", filed.source),
                    ("Python", PYTHON_VERSION),
                )
            ):
                report.set_parameter(index, fitting(value), name)
            state = add_python_state(
                report,
                exception,
                thread=thread,
                local_variables=self._local_variables,
                redact=self._redact,
                more=more,
                folder=self.folder,
            )
            if state is not None:
                kept.callback(remove, state)
            if dump_type is not DumpType.NONE:
                self._add_dump(report, dump_type)
            result = report.submit(self.consent, self.flags)
        self._count_declined(-declined)  # they are told
        return result

    def _add_dump(self, report: Report, dump_type: DumpType) -> None:
        with one_at_a_time(self.timeout / 2) as note:
            if note:
                _log.info("%s", note)
            try:
                report.add_dump(dump_type)
            except OSError as error:
                _log.warning("the report goes without a dump: %s", error)


def _callable(function: "Any", name: str) -> "Any":
    if function is not None and not callable(function):
        raise TypeError(f"{name} must be callable, got {type(function).__name__}")
    return function


def fitting(text: str) -> str:
    """As much of a text as a signature parameter takes."""
    most = 2 * (WER_MAX_PARAM_LENGTH - 1)
    return text.replace("\0", "?").encode("utf-16-le", "replace")[:most].decode("utf-16-le", "ignore")


def is_failure(exception: BaseException) -> bool:
    """Whether an exception is one to report, and not a way to end something."""
    ends: tuple[type[BaseException], ...] = (KeyboardInterrupt, SystemExit, GeneratorExit, *_cancelled())
    return any([not issubclass(type(one), ends) for one in leaves(exception)])


def _cancelled() -> tuple[type[BaseException], ...]:
    """The classes CancelledError of what the program has imported."""
    modules = (sys.modules.get("asyncio.exceptions"), sys.modules.get("concurrent.futures._base"))
    loaded = [module for module in modules if module is not None and hasattr(module, "CancelledError")]
    return tuple([module.CancelledError for module in loaded])


def _mark(exception: BaseException, marked: "list[dict[str, Any]]") -> bool:
    """Note on an exception that it is reported; False if it was. Of a group, its exceptions are marked, too.

    `marked` gets what the marks were put into.
    """
    if is_group(exception):
        inner = [_mark_one(each, marked) for each in leaves(exception)]
        if not any(inner):
            return False
    return _mark_one(exception, marked)


def _mark_one(exception: BaseException, marked: "list[dict[str, Any]]") -> bool:
    """Not with a weak reference, which built-in exceptions do not have."""
    own = f"{os.getpid()}-{next(_marks)}"
    try:
        notes = object.__getattribute__(exception, "__dict__")
        with _marking:
            if _MARK in notes:
                return False
            notes[_MARK] = own
        marked.append(notes)
        return True
    except (AttributeError, TypeError):  # not one that CPython makes; reported each time that it is seen
        return True


def _in_event_loop() -> bool:
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return False
    try:
        asyncio.get_running_loop()
    except (RuntimeError, AttributeError):  # none; or asyncio is only being imported
        return False
    return True
