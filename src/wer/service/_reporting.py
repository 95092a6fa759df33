"""`reporting`: report what leaves a block or a function."""

from collections.abc import Callable, Generator
from functools import wraps
from types import TracebackType

from .._arguments import limited
from .._limits import WER_MAX_EVENT_NAME_LENGTH
from .._typing import Any, Self
from . import _current
from ._reporter import Reporter

_GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x200  # CO_ flags of a code object


class reporting:
    """Report an exception that leaves a block or a function, and let it go on.

    For what no hook sees: a job whose exception a pool, a framework or a Windows service's dispatcher takes. ::

        with wer.reporting("Spooler.Job"):
            run(job)

        @wer.reporting()
        async def handle(request): ...

    KeyboardInterrupt, SystemExit, GeneratorExit and CancelledError are not reported, and an exception that was
    reported already is not again.

    Parameters
    ----------
    event : str, optional
        The report's event, at most 64 UTF-16 units; by default that of the service's exceptions.
    reporter : Reporter, optional
        Who files it; by default that of `wer.enable`. As long as there is none, nothing is reported.

    Raises
    ------
    TypeError, ValueError
        `event` is no str or too long; what is decorated is an asynchronous generator: use it inside.
    """

    def __init__(self, event: str | None = None, *, reporter: Reporter | None = None) -> None:
        self._event = None if event is None else limited(event, WER_MAX_EVENT_NAME_LENGTH, "event")
        self._reporter = reporter

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: "TracebackType | None"
    ) -> None:
        reporter = self._reporter or _current.reporter
        if error is not None and reporter is not None:
            reporter.report(error, source="reporting", event=self._event)

    def __call__(self, function: "Callable[..., Any]") -> "Callable[..., Any]":
        code = getattr(function, "__code__", None)
        flags = 0 if code is None else code.co_flags
        if flags & _ASYNC_GENERATOR:
            raise TypeError(f"reporting() cannot decorate {function!r}, an asynchronous generator: use it inside")

        async def coroutine(*arguments: object, **options: object) -> object:
            with self:
                return await function(*arguments, **options)

        def generator(*arguments: object, **options: object) -> "Generator[object, object, object]":
            with self:
                return (yield from function(*arguments, **options))

        def call(*arguments: object, **options: object) -> object:
            with self:
                return function(*arguments, **options)

        return wraps(function)(coroutine if flags & _COROUTINE else generator if flags & _GENERATOR else call)
