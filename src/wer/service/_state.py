"""`add_python_state`: the Python story of a failure, as a file of the report."""

import logging
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable

from .._enums import FileType
from .._report import Report
from ._folder import Folder, remove
from ._stacks import Story

_log = logging.getLogger("wer")

# With the first finalizer of a program, weakref enters what it does at the end into atexit, which goes from the last
# entry to the first. Made here, before `enable` enters that it waits for reports, it removes their files after that.
weakref.finalize(Story, int).detach()


def add_python_state(
    report: Report,
    exception: BaseException | None = None,
    *,
    thread: int | None = None,
    local_variables: bool = False,
    redact: "Callable[[str], str] | None" = None,
    more: "Iterable[str]" = (),
    folder: Folder | None = None,
) -> str | None:
    """Attach one text to a report: an exception, the stacks of all threads, asyncio's tasks, and which Python it is.

    The text has the exception with its chain, notes and groups, the thread that failed first, source lines, and no
    values of variables. Threads have their names and the ids that they have in the dump. Of asyncio's tasks it says
    what they await. A chain is cut after 100 exceptions, a message after 4,096 characters, a stack in its middle beyond
    100 frames, the whole text at 256 KiB. What runs the program's own code, such as ``__str__`` of an exception, has
    one second in all, in a thread of its own. Reading sources ends after five seconds.

    Parameters
    ----------
    report : Report
        The report.
    exception : BaseException, optional
        What was raised.
    thread : int, optional
        `threading.get_ident` of the thread that failed; by default the calling one.
    local_variables : bool
        Also write the variables of the exception's frames. They hold secrets more often than not.
    redact : callable, optional
        What to make of each message before it is written: a function of one str that returns a str.
    more : iterable of str
        Lines to write at the top, such as those of ``add_processes(...).text``.
    folder : Folder, optional
        Where the file is until the report object is gone; by default the user's own.

    Returns
    -------
    str or None
        The path of the file, which only this user, SYSTEM and administrators can read; None if it could not be
        attached, whatever the reason: the logger "wer" says which. It never fails the report.

    Notes
    -----
    The file is removed when the report object is collected, or at the interpreter's end. If the process is killed
    before that, the next `Folder.sweep` of any process does it, at the latest the next `wer.enable`.
    """
    path = None
    try:
        text = _text(exception, thread or threading.get_ident(), local_variables, redact, more)
        path, descriptor = (folder or Folder()).create("state")
        try:
            weakref.finalize(report, remove, path)  # before Ctrl-C can come
            _write(descriptor, text)
        finally:
            os.close(descriptor)
        report.add_file(path, FileType.OTHER)
        return path
    except Exception as error:  # of a full disk, or no memory: the report matters more
        _log.warning("the report goes without its Python state: %s: %s", type(error).__name__, error)
        if path is not None:
            remove(path)
        return None


def _text(
    exception: BaseException | None,
    thread: int,
    local_variables: bool,
    redact: "Callable[[str], str] | None",
    more: "Iterable[str]",
) -> bytes:
    story = Story(local_variables, redact)
    parts = ["\r\n".join([*_header(), *more]).encode("utf-8", "backslashreplace")]
    if exception is not None:
        parts += [b"== Exception ==", story.exception(exception)]
    parts += [b"== Threads ==", story.threads(thread)]
    if tasks := story.tasks():
        parts += [b"== Tasks ==", tasks]
    return b"\r\n".join(parts)


def _header() -> list[str]:
    bits = 64 if sys.maxsize > 2**32 else 32
    is_gil_enabled = getattr(sys, "_is_gil_enabled", None)
    gil = ", no GIL" if is_gil_enabled is not None and not is_gil_enabled() else ""
    return [
        "Python state of a failure, version 1",
        f"Time: {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}",
        f"Process: {os.getpid()}",
        f"Python: {sys.implementation.name} {sys.version} ({bits} bit{gil})",
        "",
    ]


def _write(descriptor: int, text: bytes) -> None:
    while text:
        text = text[os.write(descriptor, text) :]
