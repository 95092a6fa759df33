"""Mutexes by name: core/mutex.pxi in Python."""

from .._arguments import required
from .._typing import TYPE_CHECKING
from ._checks import MAX_PATH, integer
from ._processes import may_fail

if TYPE_CHECKING:
    from ._fake import FakeWer


class HeldMutex:
    """A mutex: taken and given back in one thread."""

    _wer: "FakeWer"

    def __init__(self) -> None:
        self._name = ""

    def take(self, name: str, milliseconds: int, /) -> bool:
        wait = integer(milliseconds, 0, 0x7FFFFFFF, "milliseconds")
        name = required(name, MAX_PATH - 1, "name")
        if self._name:
            raise RuntimeError("this mutex is taken already")
        may_fail(self._wer, "CreateMutexW")
        if not self._wer._mutex(name).acquire(timeout=wait / 1000):
            return False
        self._name = name
        return True

    def give_back(self) -> None:
        name, self._name = self._name, ""
        if name:
            self._wer._mutex(name).release()
