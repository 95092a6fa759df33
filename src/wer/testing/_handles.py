"""Processes and threads that a `FakeWer` was told of, and handles of them: core/handles.pxi in Python."""

import threading

from .._arguments import shown
from .._typing import TYPE_CHECKING
from ._checks import (
    ERROR_ACCESS_DENIED,
    ERROR_INVALID_HANDLE,
    ERROR_INVALID_PARAMETER,
    gone,
    integer,
    pointer,
    system_text,
    windows_error,
)

if TYPE_CHECKING:
    from ._fake import FakeWer

STILL_ACTIVE = 259
THIS_PROCESS = pointer(-1, "handle")  # the pseudo handles
THIS_THREAD = pointer(-2, "handle")
_ROUNDED = "does not exist: ids are multiples of 4; Windows would take another one's"


class FakeProcess:
    """A process that exists for a `FakeWer`, as `FakeWer.add_process` makes it.

    It goes wherever `wer` takes a process: it has a ``pid`` and a ``handle``.

    Attributes
    ----------
    pid : int
        Its id.
    handle : int
        A handle of it.
    threads : list of FakeThread
        Its threads.
    parent : int
        The id of the process that has started it; 0: nobody knows.
    python : bool
        Whether a Python is in it. One without, that has started one, is a launcher.
    executable : str
        The path of the program that it runs.
    flags : int
        What `wer.get_flags` finds.
    private_bytes, data_bytes, all_bytes : int
        Its memory, from which the size of a dump is estimated: heaps and stacks; its modules' global variables; all.
    exit_code : int
        What it has ended with; 259 while it runs.
    """

    def __init__(self, pid: int, handle: int) -> None:
        self.pid = pid
        self.handle = handle
        self.threads: list[FakeThread] = []
        self.parent = 0
        self.python = True
        self.executable = ""
        self.created = 0  # no time, but a higher number for a later one
        self.flags = 0
        self.private_bytes, self.data_bytes, self.all_bytes = 20 << 20, 2 << 20, 60 << 20
        self.ended = False
        self.exit_code = STILL_ACTIVE

    def end(self, exit_code: int = 0) -> None:
        """Have it end, and its threads: it is gone for each call from now on."""
        self.ended = True
        self.exit_code = exit_code & 0xFFFFFFFF

    def __repr__(self) -> str:
        return f"<wer.testing.FakeProcess {self.pid}{' ended' if self.ended else ''}>"


class FakeThread:
    """A thread that exists for a `FakeWer`. It goes wherever `wer` takes a thread.

    Attributes
    ----------
    tid : int
        Its id.
    handle : int
        A handle of it.
    process : FakeProcess
        Whose thread it is.
    """

    def __init__(self, tid: int, handle: int, process: FakeProcess) -> None:
        self.tid = tid
        self.handle = handle
        self.process = process

    def __repr__(self) -> str:
        return f"<wer.testing.FakeThread {self.tid} of process {self.process.pid}>"


class HeldHandle:
    """A handle that was opened or duplicated."""

    _wer: "FakeWer"
    _of: FakeProcess | FakeThread

    def __init__(self) -> None:
        self._handle = 0
        self._id = 0

    @property
    def handle(self) -> int:
        return self._handle

    @property
    def id(self) -> int:
        return self._id

    def close(self) -> None:
        handle, self._handle = self._handle, 0
        self._wer._open.pop(handle, None)

    __del__ = close


def _held(wer: "FakeWer", of: FakeProcess | FakeThread, handle: int = 0) -> HeldHandle:
    held: HeldHandle = wer.native["HeldHandle"]()
    held._of = of
    held._handle = handle or wer._new_handle()
    wer._open[held._handle] = of
    held._id = of.pid if isinstance(of, FakeProcess) else of.tid
    return held


def process_behind(wer: "FakeWer", held: HeldHandle | None) -> FakeProcess:
    """None is the calling process."""
    if held is None:
        return wer.current
    assert isinstance(held._of, FakeProcess)
    return held._of


def _not_opened(function: str, what: str, number: int, error: int) -> OSError:
    if error == ERROR_INVALID_PARAMETER:
        return gone(what, number)
    text = f"{function}: {what} {number} cannot be opened: {system_text(error)}"
    if error == ERROR_ACCESS_DENIED:
        return PermissionError(
            13, f"{text} It runs as another user or is protected; an administrator may be allowed to."
        )
    return windows_error(text, error)


def open_process(wer: "FakeWer", pid: int, rights: int, /) -> HeldHandle:
    number = integer(pid, 1, 0xFFFFFFFF, "pid")
    integer(rights, 0, 0xFFFFFFFF, "rights")
    if number == wer.current.pid:
        return _held(wer, wer.current, THIS_PROCESS)
    process = wer._processes.get(number)
    if process is None and any(one.pid == number & ~3 for one in wer._everyone()):
        raise gone("process", number, _ROUNDED)
    error = wer._code("OpenProcess") or (ERROR_INVALID_PARAMETER if process is None else 0)
    if error or process is None:
        raise _not_opened("OpenProcess", "process", number, error)
    if process.ended:
        raise gone("process", number)
    return _held(wer, process)


def open_thread(wer: "FakeWer", tid: int, rights: int, process: HeldHandle | None, /) -> HeldHandle:
    number = integer(tid, 1, 0xFFFFFFFF, "tid")
    integer(rights, 0, 0xFFFFFFFF, "rights")
    thread = wer._thread(number)
    if thread is None and wer._thread(number & ~3) is not None:
        raise gone("thread", number, _ROUNDED)
    error = wer._code("OpenThread") or (ERROR_INVALID_PARAMETER if thread is None else 0)
    if error or thread is None:
        raise _not_opened("OpenThread", "thread", number, error)
    return _held(wer, _must_be_of(wer, thread, process))


def _must_be_of(wer: "FakeWer", thread: FakeThread, process: HeldHandle | None) -> FakeThread:
    expected = process_behind(wer, process).pid
    if thread.process.ended:
        raise gone("thread", thread.tid)
    if thread.process.pid != expected:
        raise ProcessLookupError(
            3, f"thread {thread.tid} belongs to process {thread.process.pid}, not to process {expected}"
        )
    return thread


def _behind(wer: "FakeWer", handle: int, name: str) -> FakeProcess | FakeThread:
    """What somebody else's handle is of."""
    given = pointer(handle, name)
    if given == THIS_PROCESS:
        return wer.current
    error = wer._code("DuplicateHandle")
    if given in wer._open and not error:
        return wer._open[given]
    if given == THIS_THREAD and not error:
        thread = wer._thread(threading.get_native_id())
        assert thread is not None
        return thread
    for process in wer._everyone():
        everything: list[FakeProcess | FakeThread] = [process, *process.threads]
        for one in everything:
            if one.handle == given and not error:
                return one
    text = system_text(error or ERROR_INVALID_HANDLE)
    if error in (0, ERROR_INVALID_HANDLE):
        raise ValueError(f"{name} is no open handle: {given:#x} ({text})")
    raise windows_error(f"DuplicateHandle: {name} {given:#x}: {text}", error)


def duplicate_process(wer: "FakeWer", handle: int, ended_too: bool, /) -> HeldHandle:
    process = _behind(wer, handle, "process")
    if not isinstance(process, FakeProcess):
        raise ValueError(f"process is no handle of a process: {shown(handle)}")
    if process.ended and not ended_too:
        raise gone("process", process.pid)
    return _held(wer, process, THIS_PROCESS if process is wer.current else 0)


def duplicate_thread(wer: "FakeWer", handle: int, process: HeldHandle | None, /) -> HeldHandle:
    thread = _behind(wer, handle, "thread")
    if not isinstance(thread, FakeThread):
        raise ValueError(f"thread is no handle of a thread: {shown(handle)}")
    return _held(wer, _must_be_of(wer, thread, process))
