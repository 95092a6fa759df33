"""`add_processes`: dumps of other processes in a report, and how those ended that are gone."""

from errno import ESRCH as _ESRCH
from os import getpid as _getpid
from time import monotonic as _monotonic

from .. import _native
from .._arguments import choice as _choice
from .._arguments import seconds as _seconds
from .._arguments import shown as _shown
from .._enums import DumpType
from .._interpreter import hold as _hold
from .._interpreter import look as _look
from .._interpreter import name_of as _name_of
from .._processes import FOR_DUMP as _FOR_DUMP
from .._processes import FOR_HEAP_DUMP as _FOR_HEAP_DUMP
from .._processes import Handle as _Handle
from .._processes import children_of as _children_of
from .._report import Report
from .._report import must_be as _must_be
from .._typing import TYPE_CHECKING, Any, Iterable, ProcessLike
from ._dump_lock import one_at_a_time as _one_at_a_time
from ._dump_size import check_most_bytes as _check_most_bytes
from ._dump_size import choose_dump as _choose_dump
from ._exit_codes import explain as _explain

if TYPE_CHECKING:
    from .._werapi import HeldHandle

_LONGEST_WAIT = 5.0  # seconds for other processes' dumps: a few of them


class AddedProcess:
    """What became of one process in `add_processes`.

    Attributes
    ----------
    pid : int
        Of the process that was looked at, behind a launcher of the Python; 0 if it is not known.
    dumped : bool
        Whether the report has a dump of it.
    exit_code : int or None
        What it has ended with, unsigned; None if it runs, or is not known any more.
    text : str
        All that in words, on one line.
    """

    __slots__ = ("dumped", "exit_code", "pid", "text")

    def __init__(self, pid: int, text: str, *, dumped: bool = False, exit_code: int | None = None) -> None:
        self.pid = pid
        self.text = text
        self.dumped = dumped
        self.exit_code = exit_code

    def __repr__(self) -> str:
        return f"<wer.service.AddedProcess {self.text!r}>"


class AddedProcesses(tuple[AddedProcess, ...]):
    """What `add_processes` returns: a tuple of `AddedProcess`, in the order of the processes.

    Attributes
    ----------
    note : str
        What was not as it should be with all of them: others made dumps at the same time. Mostly "".
    """

    note: str = ""

    @property
    def text(self) -> str:
        """A line for each process, and one for the note, to be put into the report."""
        return "".join([f"{line}\n" for line in (*[one.text for one in self], self.note) if line])


def add_processes(
    report: Report,
    processes: Any = None,
    *,
    dump_type: DumpType | int = DumpType.MINIDUMP,
    most: int = 8,
    timeout: float = 30.0,
    max_dump_bytes: int | None = None,
) -> AddedProcesses:
    """Add dumps of other processes to a report, and tell how those ended that are gone.

    For a pool with a worker that hangs, or that is broken: BrokenProcessPool does not say why. What cannot be dumped is
    told in the result, and the others go on.

    Parameters
    ----------
    report : Report
        Not yet submitted. What it is about is no matter; its own dump comes from `Report.add_dump`.
    processes : object, optional
        A ``concurrent.futures.ProcessPoolExecutor``, a ``multiprocessing.pool.Pool``, or several of what `Report` takes
        as `process`, such as a list of ``subprocess.Popen``. By default the Pythons that the calling process has
        started, itself or by a launcher.
    dump_type : DumpType
        By default MINIDUMP. MICRODUMP is refused: it is of one thread. NONE only tells how they are.
    most : int
        So many dumps at most.
    timeout : float
        Seconds after which no further dump is begun. One takes some 0.2 s, and cannot be broken off.
    max_dump_bytes : int, optional
        A process whose dump would be larger gets one of a smaller type, or none.

    Returns
    -------
    AddedProcesses
        A tuple with an `AddedProcess` for each. Its ``text`` is for the report.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type or out of its limits, the report is closed or submitted, or what was passed
        holds something that is no process.
    RuntimeError
        Another call on the report is running.

    Notes
    -----
    It calls WerReportAddDump for each. Microsoft does not document several dumps in one report; Visual Studio was seen
    to make such reports in this way, and the stand-in takes them. Each dump holds its process's id. If Windows refuses
    a further one, that is told. A process is opened with the rights that a dump of it needs, and of an object that owns
    a handle a duplicate is used, so that the id cannot have gone to another process. Behind a launcher it is the Python
    that is dumped, as `interpreter_of` finds it. Processes of one user make their dumps one after the other; this waits
    at most 5 s for others, and then goes on beside them.
    """
    _must_be(Report, report, "report")
    kind = DumpType(_choice(DumpType, dump_type, "dump_type"))
    if kind is DumpType.MICRODUMP:
        raise ValueError("dump_type takes no MICRODUMP here: it is the stack of one thread")
    if isinstance(most, bool) or not isinstance(most, int):
        raise TypeError(f"most must be an int, got {type(most).__name__}")
    if most < 0:
        raise ValueError(f"most takes 0 or more, got {_shown(most)}")
    _check_most_bytes(max_dump_bytes)
    end = _monotonic() + _seconds(timeout, "timeout")
    _ = report.handle
    if report.result is not None:
        raise ValueError("the report has been submitted; file a new one")
    rights = _FOR_HEAP_DUMP if kind is DumpType.HEAPDUMP else _FOR_DUMP
    found = _children(rights) if processes is None else [_Found(process, rights) for process in _members(processes)]
    if kind is DumpType.NONE or not any([one.subject for one in found]):
        return AddedProcesses([one.told() for one in found])
    added = []
    seen: set[tuple[int, int]] = set()
    with _one_at_a_time(min(timeout, _LONGEST_WAIT)) as note:
        for one in found:
            if one.subject is None:
                added.append(one.told())
            elif (identity := (one.subject.id, _native.created(one.subject))) in seen:
                added.append(one.told("it was given before"))
            elif sum([other.dumped for other in added]) >= most:
                added.append(one.told(f"not dumped, because there are {most} dumps already"))
            elif _monotonic() >= end:
                added.append(one.told(f"not dumped, because {timeout:g} s were over"))
            else:
                seen.add(identity)
                added.append(one.dump(report, kind, max_dump_bytes))
    result = AddedProcesses(added)
    result.note = note
    return result


def _members(processes: Any) -> list[ProcessLike]:
    """The processes that a pool has, or that were passed one by one."""
    workers = getattr(processes, "_processes", None)  # of an executor by their ids, None at its end; of a Pool a number
    if isinstance(workers, dict):
        return list(workers.values())
    if workers is None and hasattr(processes, "_executor_manager_thread"):
        return []
    pool = getattr(processes, "_pool", None)
    if isinstance(pool, list):
        return list(pool)
    if isinstance(processes, Iterable):
        return list(processes)
    raise TypeError(
        "processes must be a ProcessPoolExecutor, a multiprocessing Pool, or several processes, e.g. [process], got "
        f"{type(processes).__name__}"
    )


def _children(rights: int) -> "list[_Found]":
    """The Pythons that this process has started, and what cannot be opened."""
    children, refused = _children_of(_native.open_process(_getpid(), rights), rights)
    found = [_Found(_Handle(child.handle), rights, must_run_python=True) for child in children]
    for error in refused:
        found.append(_Found(None, rights, error=error))
    return found


class _Found:
    """A process that was passed or started: what is to be dumped of it, or why nothing is."""

    def __init__(
        self,
        process: ProcessLike | None,
        rights: int,
        *,
        must_run_python: bool = False,
        error: OSError | None = None,
    ) -> None:
        self.subject: HeldHandle | None = None
        self.pid = 0
        self.name = "a process"
        self.words = ""
        self.exit_code: int | None = None
        try:
            if error is not None:
                raise error
            assert process is not None
            self._look(_hold(process, None, rights), rights, must_run_python)
        except (OSError, ValueError) as refused:
            self._refused(process, refused)

    def _look(self, held: "HeldHandle", rights: int, must_run_python: bool) -> None:
        self.pid = held.id
        self.name = f"process {_name_of(held)}"
        seen = _look(held, rights)
        if len(seen.pythons) == 1:
            self.subject = seen.pythons[0]
            if self.subject.id != held.id:
                self.pid = self.subject.id
                self.name += f" is a launcher, and its Python process {_name_of(self.subject)}"
        elif seen.pythons:
            self.words = (
                f"it has started several Pythons, of which none is dumped: {', '.join(map(_name_of, seen.pythons))}"
            )
        elif _native.has_ended(held):
            self.exit_code = _native.exit_code(held)
            self.words = f"it has ended with {_explain(self.exit_code)}"
        elif seen.refused is not None:
            self.words = f"it, or what it has started, cannot be looked into: {seen.refused.strerror}"
        elif must_run_python:
            self.words = "it runs no Python"
        else:
            self.subject = held

    def _refused(self, process: ProcessLike | None, error: Exception) -> None:
        """It cannot be opened, or is gone; an object may still know what it has ended with."""
        self.words = getattr(error, "strerror", None) or str(error)
        pid = getattr(process, "pid", None) if isinstance(error, OSError) else None
        if isinstance(pid, int):
            self.pid, self.name = pid, f"process {pid}"
        if getattr(error, "errno", None) == _ESRCH:
            code = getattr(process, "returncode", None)
            if isinstance(code, int):
                self.exit_code = code & 0xFFFFFFFF
                self.words = f"it has ended with {_explain(code)}"

    def told(self, words: str = "", *, dumped: bool = False) -> AddedProcess:
        text = f"{self.name}: {words or self.words or 'it runs'}"
        return AddedProcess(self.pid, text, dumped=dumped, exit_code=self.exit_code)

    def dump(self, report: Report, kind: DumpType, most_bytes: int | None) -> AddedProcess:
        assert self.subject is not None
        chosen, note = _choose_dump(self.subject, kind, most_bytes)
        if chosen is DumpType.NONE:
            return self.told(note)
        try:
            report.add_dump(chosen, _Handle(self.subject.handle))
        except OSError as error:
            if _native.has_ended(self.subject):
                self.exit_code = _native.exit_code(self.subject)
                return self.told(f"it has ended meanwhile with {_explain(self.exit_code)}")
            return self.told(f"not dumped: {error}")
        return self.told(note or f"{chosen.name} added", dumped=True)
