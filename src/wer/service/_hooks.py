"""`Hooks`: what Python calls when nobody has caught an exception."""

import logging
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import TracebackType

from .._typing import Any, Self
from ._reporter import Reporter

_asyncio_log = logging.getLogger("asyncio")


class Hooks:
    """`sys.excepthook`, `threading.excepthook`, `sys.unraisablehook` and what asyncio logs, for a `Reporter`.

    Whatever was there before runs first, so the user's traceback is printed first. `uninstall` puts back what was
    there, unless other code has put something of its own on top since: then ours stays and only passes on.

    What ends a thread or the program waits for its report, at most the reporter's timeout. What cannot be raised, and
    what a task has raised, does not wait. At an interactive prompt nothing is reported from `sys.excepthook`.

    Parameters
    ----------
    reporter : Reporter
        Who files the reports.
    """

    def __init__(self, reporter: Reporter) -> None:
        self._reporter: Reporter | None = reporter
        self._before: tuple[Any, ...] = ()
        self._ours: tuple[Any, ...] = ()

    def install(self) -> Self:
        """Put them in place; in place they stay until `uninstall`."""
        self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
        self._ours = (
            partial(self._excepthook, sys.excepthook),
            partial(self._threading_hook, threading.excepthook),
            partial(self._unraisable_hook, sys.unraisablehook),
        )
        # A filter of the logger, not a handler: with a handler there Python's last resort, which prints what no handler
        # takes, would print nothing any more.
        _asyncio_log.addFilter(self._see_record)
        # Behind what may fail: without memory none is in place.
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._ours
        return self

    def uninstall(self) -> None:
        """Take out what `install` has put in, and nothing else. Doing it again does nothing."""
        self._reporter = None
        if self._ours:  # one by one: a loop asks for memory
            if sys.excepthook is self._ours[0]:
                sys.excepthook = self._before[0]
            if threading.excepthook is self._ours[1]:
                threading.excepthook = self._before[1]
            if sys.unraisablehook is self._ours[2]:
                sys.unraisablehook = self._before[2]
        _asyncio_log.removeFilter(self._see_record)
        self._ours = ()

    def see_last(self) -> None:
        """At the interpreter's end: report what ended the program, if other code has put a hook in place of ours.

        rich and better_exceptions do so, and do not call what was there.
        """
        ours = self._ours[0] if self._ours else None
        if sys.excepthook is not ours and not hasattr(sys, "ps1"):
            # The interpreter sets it before it calls the hook; from 3.12 on its name is last_exc.
            self._report(getattr(sys, "last_exc", getattr(sys, "last_value", None)), "main", wait=True)

    def watch_loop(self, loop: "Any") -> None:
        """Report what reaches an event loop's exception handler; the handler that it has runs first.

        Without this, what asyncio logs is seen: all that a loop without a handler of its own is told.
        """
        loop.set_exception_handler(partial(self._loop_handler, loop.get_exception_handler()))

    def _loop_handler(
        self, before: "Callable[[Any, dict[str, Any]], object] | None", loop: "Any", context: "dict[str, Any]"
    ) -> None:
        try:
            if before is None:
                loop.default_exception_handler(context)
            else:
                before(loop, context)
        finally:
            self._report(context.get("exception"), "asyncio", wait=False)

    def _report(self, exception: object, source: str, *, wait: bool) -> None:
        reporter = self._reporter
        if reporter is not None and isinstance(exception, BaseException):
            reporter.report(exception, source=source, wait=wait)

    def _excepthook(
        self,
        before: "Callable[..., object]",
        kind: type[BaseException],
        exception: BaseException,
        traceback: "TracebackType | None",
    ) -> None:
        try:
            before(kind, exception, traceback)
        finally:
            if not hasattr(sys, "ps1"):
                with suppress(KeyboardInterrupt):  # Ctrl-C: then without waiting
                    self._report(exception, "main", wait=True)

    def _threading_hook(self, before: "Callable[[Any], object]", arguments: "Any") -> None:
        try:
            before(arguments)
        finally:
            self._report(arguments.exc_value, "thread", wait=True)

    def _unraisable_hook(self, before: "Callable[[Any], object]", unraisable: "Any") -> None:
        try:
            before(unraisable)
        finally:
            # It happens anywhere, in the middle of collecting garbage for instance, with any lock held: no waiting.
            self._report(unraisable.exc_value, "unraisable", wait=False)

    def _see_record(self, record: logging.LogRecord) -> bool:
        if record.exc_info:
            self._report(record.exc_info[1], "asyncio", wait=False)
        return True
