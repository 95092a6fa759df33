"""The beats of a watchdog: core/watchdog.pxi in Python. Nothing watches; a test says when there is a hang."""

from threading import Lock

from .._typing import TYPE_CHECKING
from ._checks import initialize, pointer
from ._handles import HeldHandle
from ._report import check_gap
from ._template import HeldTemplate

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._typing import WriteableBuffer
    from ._fake import FakeWer


class HeldWatchdog:
    """A counter that is watched."""

    _wer: "FakeWer"

    def __init__(self) -> None:
        self._template: HeldTemplate | None = None
        self._tend: Callable[[], object] | None = None
        self._due = False
        self._told = (0, 0, 0, 0, 0)
        self._initialized = Lock()

    @property
    def shares(self) -> bool:
        return False

    def watch(
        self,
        template: HeldTemplate,
        timeout: int,
        poll: int,
        refresh: int,
        stacks: int,
        stacks_at: int,
        stacks_wait: int,
        most: int,
        end: bool,
        tend: "Callable[[], object] | None",
        process: HeldHandle | None,
        memory: "WriteableBuffer | None",
        clock: int,
        /,
    ) -> None:
        pointer(stacks, "stacks")
        pointer(clock, "clock")
        template._must_be_created()
        check_gap(set(template._parameters))
        initialize(self._initialized, "watchdog", "started")
        template._sealed = True
        self._template = template
        self._tend = tend
        self._wer._watchdogs.append(self)

    def share(self, memory: "WriteableBuffer", tend: "Callable[[], object] | None", /) -> None:
        raise NotImplementedError("a FakeWer has no other process that could watch")

    def beat(self) -> None:
        if self._due:
            self._due = False
            if self._tend is not None:
                self._tend()

    @property
    def told(self) -> tuple[int, int, int, int, int]:
        return self._told

    def stop(self, milliseconds: int, /) -> bool:
        if self in self._wer._watchdogs:
            self._wer._watchdogs.remove(self)
        return True

    def _hang(self, milliseconds: int) -> None:
        """Beats stop, the report is filed, and beats may come again."""
        assert self._template is not None
        hr, result = self._wer._file(self._template)
        hangs, over, *_ = self._told
        self._told = (hangs + 1, over + 1, milliseconds, hr, result)
        self._due = True
