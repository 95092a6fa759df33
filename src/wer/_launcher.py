"""`LauncherWarning`: the process that was given is a launcher, and the Python is another one."""

from os import getpid as _getpid
from warnings import warn as _warn

from . import _native
from ._processes import FOR_QUERY, children_of
from ._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._werapi import HeldHandle

_QUERY_AND_READ = FOR_QUERY | 0x0010  # PROCESS_VM_READ
_MOST = 1000  # that are remembered

# The processes that were looked at, and when they were made: an id may come again.
_looked_at: dict[int, int] = {}


class LauncherWarning(UserWarning):
    """The process that a report is to be about has no Python in it, and has started one that has.

    In a virtual environment on Windows, ``python.exe`` is such a launcher, and so are ``py.exe`` and the ``.exe`` of a
    console script. A dump of it shows nothing of the program: pass what `interpreter_of` returns.
    """


def warn_of_launcher(process: "HeldHandle | None") -> None:
    """Warn whoever calls the caller, once for each process. No file is opened."""
    if process is None or process.id == _getpid():
        return
    try:
        pid = _python_behind(process)
    except OSError:
        return  # what cannot be looked into cannot be judged
    if pid is not None:
        _warn(
            f"process {process.id} is a launcher, and the Python that it has started is process {pid}: "
            "pass process=wer.interpreter_of(process)",
            LauncherWarning,
            stacklevel=3,
        )


def _python_behind(process: "HeldHandle") -> int | None:
    """The id of the one child of a launcher; None if the process is none, or was looked at before."""
    made = _native.created(process)
    if _looked_at.get(process.id) == made:
        return None
    has_python = _native.has_python(process)
    children, refused = ([], []) if has_python else children_of(process, _QUERY_AND_READ)
    if refused:
        raise refused[-1]
    if has_python or children:  # else it may be a launcher that has not started its Python yet
        if len(_looked_at) >= _MOST:
            _looked_at.clear()
        _looked_at[process.id] = made
    if len(children) != 1:
        return None
    return children[0].id if _native.has_python(children[0]) else None
