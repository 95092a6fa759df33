"""`interpreter_of`: the process that runs Python behind a virtual environment's python.exe, py.exe and their like."""

import errno as _errno
import sys as _sys
from time import monotonic as _monotonic
from time import sleep as _sleep

from . import _native
from ._arguments import seconds
from ._owner import Owner
from ._processes import FOR_SNAPSHOT, children_of, handle_of, process_of
from ._typing import TYPE_CHECKING, ProcessLike, Self

if TYPE_CHECKING:
    from ._werapi import HeldHandle

_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.1  # seconds: a virtual environment's launcher is through in some 50 ms
_IN_DOUBT = 0.5  # seconds: what cannot be looked into because it is just starting or ending, can be or is gone by then
_PARTIAL_COPY = 299  # ERROR_PARTIAL_COPY: the process is just starting or ending, or has more bits than this one


class InterpreterProcess(Owner):
    """The process that runs a Python, as `interpreter_of` returns it. Leaving ``with`` closes it.

    Every argument `process` takes it. It owns a handle, so the id stays this process's until it is closed: by `close`,
    by leaving ``with``, or quietly when it is collected. Closing it does nothing to the process.
    """

    __slots__ = ("_executable",)
    _HELD = "HeldHandle"
    _CALLED = "process"
    _held: "HeldHandle"
    _executable: str

    def __init__(self, *arguments: object, **options: object) -> None:
        raise TypeError("interpreter_of makes an InterpreterProcess")

    def __enter__(self) -> Self:
        _ = self.handle
        return self

    def __repr__(self) -> str:
        state = f"handle={handle:#x}" if (handle := self._held.handle) else "closed"
        return f"<wer.InterpreterProcess pid={self.pid} {state} {self._executable!r}>"

    @property
    def pid(self) -> int:
        """The id of the process. It is its own for as long as this object is open."""
        return self._held.id

    @property
    def executable(self) -> str:
        """The path of the program that it runs, or "" if Windows does not tell.

        For a virtual environment that is the python.exe that the environment was made from.
        """
        return self._executable

    @property
    def handle(self) -> int:
        """The handle of the process, for native code. It stays this object's own.

        Of an object that owns a handle it is a duplicate, with the same rights. Any other was opened with the rights
        that `Report.add_dump` and `ProcessSnapshot` need.

        Raises
        ------
        ValueError
            It is closed.
        """
        if not (handle := self._held.handle):
            raise ValueError(f"the handle of process {self.pid} is closed: keep the InterpreterProcess open")
        return handle

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return not self._held.handle

    def close(self) -> None:
        """Close the handle; the process goes on. Closing it again does nothing."""
        self._held.close()


def interpreter_of(
    process: ProcessLike | None = None, *, pid: int | None = None, timeout: float = 10.0
) -> InterpreterProcess:
    """The process that really runs Python, behind the launcher that was started.

    In a virtual environment on Windows, ``python.exe`` is a launcher: it starts the Python that the environment was
    made from, and waits for it. ``Popen([sys.executable, ...]).pid`` is the launcher's then, and so is a dump of it:
    one thread, no Python. The same goes for ``py.exe``, for the ``.exe`` of a console script, for PyInstaller's
    programs in one file, and for a Python that was started by a shell.

    A process is a Python if a module in it is Python's library (``python312.dll``, ``libpython3.12.dll``,
    ``libpypy3.10-c.dll``) or an extension module (``.pyd``); so programs that host Python count. If `process` is one,
    it is the answer. Else the processes that it has started are looked at, then those that these have started, and so
    on to the first Python on each branch. A process has started another if it is that one's parent and not younger:
    Windows gives the ids of processes that have ended to new ones, and keeps the parent's id of the old.

    Parameters
    ----------
    process : object
        What was started: an object that owns a handle (``subprocess.Popen``, ``multiprocessing.Process``, a handle of
        pywin32, an `InterpreterProcess`) or has a ``pid`` (``psutil.Process``, a process of asyncio).
    pid : int
        An id instead of `process`.
    timeout : float
        Seconds to wait until there is a Python: right after ``Popen`` a launcher has not started it yet, and a large
        program in one file unpacks itself first. 0: look once. Ctrl-C ends the waiting.

        If there is a Python, and beside it a process that cannot be looked into, which may be another, it is looked
        at again for half a second more. After that such a process is passed over: it runs as another user, or has
        64 bits and this Python 32.

    Returns
    -------
    InterpreterProcess
        It is taken wherever a `process` is. Close it, or let it be collected, when you do not need the process any
        more.

    Raises
    ------
    ProcessLookupError
        There is no such process; or it has ended, and nothing that it has started is running that could be or become
        a Python.
    TimeoutError
        No Python came within `timeout`. A program that has Python linked in, and no extension module loaded, does not
        show it: pass the process itself on.
    PermissionError
        The process cannot be opened; or there was no Python within `timeout` but a process that cannot be looked into.
    ValueError
        Several Pythons were started: the error has their ids. Or the object's handle is closed, or a number is out of
        its limits.
    TypeError
        An argument is of the wrong type, both or none of `process` and `pid` were given, or `process` is a number.
    OSError
        Windows refused; ``winerror`` is the code. 299: a 32-bit Python cannot look into 64-bit processes.

    Notes
    -----
    It calls EnumProcessModulesEx, CreateToolhelp32Snapshot, OpenProcess and GetProcessTimes, and opens no file. In
    asyncio use ``await asyncio.to_thread(wer.interpreter_of, worker)``. ``multiprocessing`` starts the real Python
    itself; its processes are returned as they are.

    A launcher that has ended can be passed as an object that still owns its handle: what it has started is found. One
    that has ended in the middle of a chain ends the chain.
    """
    if process is None and pid is None:
        raise TypeError("pass the process that was started, or its id as pid=")
    if isinstance(process, int):
        raise TypeError(f"process must be an object that owns a handle or has a pid, got {process!r}: pid= takes an id")
    end = _monotonic() + seconds(timeout, "timeout")
    started = hold(process, pid, FOR_SNAPSHOT)
    pause = _FIRST_PAUSE
    while True:
        seen = look(started, FOR_SNAPSHOT)
        if len(seen.pythons) == 1:
            return _interpreter_process(seen.pythons[0])
        if seen.pythons:
            found = ", ".join(map(name_of, seen.pythons))
            raise ValueError(f"process {name_of(started)} has started several Pythons: {found}; pass pid= of one")
        if not seen.running:
            raise ProcessLookupError(
                _errno.ESRCH, f"process {name_of(started)} has ended, and nothing that it has started is running"
            )
        left = end - _monotonic()
        if left <= 0:
            raise seen.no_python(started, timeout)
        _sleep(min(pause, left))
        pause = min(2 * pause, _LONGEST_PAUSE)


def hold(process: ProcessLike | None, pid: int | None, rights: int) -> "HeldHandle":
    """A handle of our own. Of an object that owns one even if the process has ended: what it started may live on."""
    handle = None if process is None or pid is not None else handle_of(process, "process")
    held = process_of(process, pid, rights) if handle is None else _native.duplicate_process(handle, True)
    assert held is not None
    return held


def _interpreter_process(held: "HeldHandle") -> InterpreterProcess:
    found = InterpreterProcess.__new__(InterpreterProcess)
    found._held = held
    found._executable = _native.executable(held)
    return found


def look(started: "HeldHandle", rights: int) -> "Seen":
    """Look at a process and all below it; again for a while, if one Python may not be the only one."""
    end = _monotonic() + _IN_DOUBT
    pause = _FIRST_PAUSE
    while True:
        seen = Seen(started, rights)
        if len(seen.pythons) != 1 or seen.refused is None or _monotonic() >= end:
            return seen
        _sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


class Seen:
    """What one look at a process and all below it has found, down to the first Python on each branch."""

    def __init__(self, started: "HeldHandle", rights: int) -> None:
        self.pythons: list[HeldHandle] = []
        self.others: list[HeldHandle] = []  # that run, and may yet become a Python or start one
        self.refused: OSError | None = None  # by a process that runs
        waiting = [started]
        while waiting:
            parent = waiting.pop(0)
            if self._is_python(parent):
                self.pythons.append(parent)
                continue
            if not _native.has_ended(parent):
                self.others.append(parent)
            children, refused = children_of(parent, rights)
            self.refused = refused[-1] if refused else self.refused
            waiting += children

    @property
    def running(self) -> bool:
        """Whether anything runs that could yet become a Python or start one."""
        return bool(self.pythons or self.others or self.refused)

    def _is_python(self, held: "HeldHandle") -> bool:
        if _native.has_ended(held):
            return False
        try:
            return _native.has_python(held)
        except OSError as error:  # also of a process that is just starting, or ending
            if not _native.has_ended(held):
                self.refused = error
            return False

    def no_python(self, started: "HeldHandle", timeout: float) -> OSError:
        """Why there is no Python, as an exception."""
        text = f"process {name_of(started)} runs no Python, nor has it started one, after {timeout:g} s"
        if below := [name_of(held) for held in self.others if held is not started]:
            text += f"; it has started {', '.join(below)}"
        if self.refused is None:
            advice = "if it is only slow, raise timeout; if Python is linked into the program, pass the process itself"
            return TimeoutError(_errno.ETIMEDOUT, f"{text}: {advice}")
        text += f"; one of them cannot be looked into: {self.refused.strerror}"
        if isinstance(self.refused, PermissionError):
            return PermissionError(_errno.EACCES, text)
        code = getattr(self.refused, "winerror", None)
        if code == _PARTIAL_COPY and _sys.maxsize < 2**32:
            text += " A 32-bit Python cannot look into 64-bit processes: use a 64-bit one."
        return OSError(None, text, None, code)


def name_of(held: "HeldHandle") -> str:
    """How a text calls a process: its id, and its program if Windows tells."""
    path = _native.executable(held)
    return f"{held.id} ({path})" if path else f"{held.id}"
