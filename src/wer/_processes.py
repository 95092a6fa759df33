"""`Handle`, and which process or thread a call is about."""

from errno import ESRCH as _ESRCH

from . import _native
from ._arguments import shown
from ._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._typing import Any, ProcessLike, ThreadLike
    from ._werapi import HeldHandle

# Access rights, by winnt.h: the fewest that work. Microsoft documents STANDARD_RIGHTS_READ and
# PROCESS_QUERY_INFORMATION for a dump; with these alone its own dbghelp writes a dump of nothing, and says that it
# succeeded (seen under Wine), so PROCESS_VM_READ comes on top. That a heap dump duplicates handles, and what a snapshot
# needs, is inferred.
_PROCESS_DUP_HANDLE = 0x40
FOR_QUERY = 0x0400
FOR_ID = 0x1000
FOR_DUMP = 0x20000 | FOR_QUERY | 0x10
FOR_HEAP_DUMP = FOR_DUMP | _PROCESS_DUP_HANDLE
FOR_SNAPSHOT = FOR_HEAP_DUMP | 0x80
# THREAD_GET_CONTEXT, THREAD_QUERY_INFORMATION, THREAD_SUSPEND_RESUME (inferred: no page says what a thread's handle
# needs); THREAD_QUERY_LIMITED_INFORMATION.
_THREAD_FOR_DUMP = 0x08 | 0x40 | 0x02
_THREAD_FOR_ID = 0x0800

_MISSING = object()


class Handle:
    """A handle of a process or a thread, as a number that other code gave you.

    What takes a process or a thread takes no plain number, because a handle and an id are numbers alike: say
    ``pid=1234`` for an id, and ``wer.Handle(1234)`` for a handle. The handle stays yours; while it is needed, `wer` has
    a duplicate of its own.

    Parameters
    ----------
    handle : int
        The handle, signed or unsigned, and as wide as a pointer; not 0. -1 is the calling process's pseudo handle, -2
        the calling thread's.

    Raises
    ------
    TypeError, ValueError
        `handle` is no int, 0, or wider than 64 bits.
    """

    __slots__ = ("_handle",)
    _handle: int

    def __init__(self, handle: int) -> None:
        if type(handle) is not int and (isinstance(handle, bool) or not isinstance(handle, int)):
            raise TypeError(f"handle must be an int, got {type(handle).__name__}")
        if handle == 0:
            raise ValueError("handle is 0, which is no handle; leave process out for the calling process")
        if not -(1 << 63) <= handle < 1 << 64:
            raise ValueError("handle must fit into 64 bits")
        self._handle = handle

    @property
    def handle(self) -> int:
        """The number."""
        return self._handle

    def __eq__(self, other: object) -> bool:
        return self._handle == other._handle if isinstance(other, Handle) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._handle)

    def __repr__(self) -> str:
        return f"wer.Handle({self._handle:#x})"


def handle_of(owner: object, name: str) -> int | None:
    """The handle that an object is or owns, or None if it has none."""
    if type(owner) is Handle:
        return owner._handle
    if isinstance(owner, int) and not isinstance(owner, bool):
        # Of subprocess, where a handle is an int that can be closed.
        if type(owner) is int or not hasattr(owner, "closed"):
            given = shown(owner)
            which = "pid" if name == "process" else "tid"
            raise TypeError(
                f"{name} takes no plain number, for an id and a handle look alike: say {which}={given} if it is an id, "
                f"or {name}=wer.Handle({given}) if it is a handle"
            )
        return _must_be_open(owner, owner, name)
    # Of a Popen; a multiprocessing.Process; a Handle, a pywin32 handle.
    for attribute in ("_handle", "sentinel", "handle"):
        handle = getattr(owner, attribute, None)
        if isinstance(handle, int):
            return _must_be_open(handle, owner, name)
    return None


def _must_be_open(handle: int, owner: object, name: str) -> int:
    if handle == 0 or getattr(handle, "closed", False):
        raise ValueError(f"{name}: the handle of {owner!r} is closed")
    return handle


def process_of(process: "ProcessLike | None", pid: int | None, rights: int) -> "HeldHandle | None":
    """The process that the arguments `process` and `pid` of a call mean; None if neither was given.

    With a handle of our own: while that is open, the id cannot be given to another process.
    """
    if process is None:
        return None if pid is None else _native.open_process(pid, rights)
    if pid is not None:
        raise TypeError("pass process or pid, not both")
    handle = handle_of(process, "process")
    if handle is not None:
        return _native.duplicate_process(handle, False)
    number = getattr(process, "pid", None)
    if number is None:
        raise TypeError(
            "process must be a wer.Handle, an object that owns a handle (subprocess.Popen, multiprocessing.Process, a "
            f"pywin32 handle) or one that has a pid, got {type(process).__name__}"
        )
    held = _native.open_process(number, rights)
    # psutil compares the creation times, now that the id cannot be given away any more.
    is_running = getattr(process, "is_running", None)
    if is_running is not None and not is_running():
        raise _gone(f"process {number} (its id belongs to another process by now) is gone")
    return held


def thread_of(
    thread: "ThreadLike | None", tid: int | None, process: "HeldHandle | None", *, only_id: bool = False
) -> "HeldHandle | None":
    """The thread that the arguments `thread` and `tid` of a call mean, one of `process`; None if neither was given."""
    rights = _THREAD_FOR_ID if only_id else _THREAD_FOR_DUMP
    if thread is None:
        return None if tid is None else _native.open_thread(tid, rights, process)
    if tid is not None:
        raise TypeError("pass thread or tid, not both")
    number: Any = getattr(thread, "native_id", _MISSING)
    if number is None:
        raise ValueError(f"thread: {thread!r} has not been started")
    if number is not _MISSING:
        held = _native.open_thread(number, rights, process)
        if not thread.is_alive():  # type: ignore[union-attr] # as threading.Thread has it
            raise _gone(f"thread {number} is gone")
        return held
    handle = handle_of(thread, "thread")
    if handle is None:
        raise TypeError(
            "thread must be a wer.Handle, an object that owns a handle, or a threading.Thread, got "
            f"{type(thread).__name__}"
        )
    return _native.duplicate_thread(handle, process)


def children_of(parent: "HeldHandle", rights: int) -> "tuple[list[HeldHandle], list[OSError]]":
    """The processes that `parent` has started, and the errors of those that cannot be opened.

    A process that is older has another parent, which had the same id.
    """
    children = []
    refused = []
    for pid in _native.children_of(parent.id):
        try:
            children.append(_native.open_process(pid, rights))
        except ProcessLookupError:  # it has ended meanwhile
            pass
        except OSError as error:
            refused.append(error)
    if not children:
        return [], refused
    # Between the list and the opening an id may have gone to another process. Now it cannot: ask again.
    still = set(_native.children_of(parent.id))
    made = _native.created(parent)
    return [child for child in children if child.id in still and _native.created(child) >= made], refused


def _gone(text: str) -> ProcessLookupError:
    return ProcessLookupError(_ESRCH, text)
