"""The thread that makes the reports of a `Reporter`, so that whoever fails waits for it no longer than a limit."""

import sys
import threading
from collections import deque
from collections.abc import Callable

from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    Job = tuple[Callable[[], None], "Done"]

_MOST_WAITING = 32
_PATIENCE = 5  # seconds for a new thread to begin


class Done:
    """Whether something is done. Unlike an Event of `threading`, none is left locked for good for want of memory."""

    def __init__(self) -> None:
        self._is = False
        self._undone = threading.Lock()
        self._undone.acquire()

    def set(self) -> None:
        """It is, from now on; only once."""
        self._is = True
        self._undone.release()

    def wait(self, seconds: float) -> bool:
        """Wait for it, for so long; whether it is."""
        if not self._is and self._undone.acquire(True, max(0, seconds)):
            self._undone.release()  # for the next one who waits
        return self._is


class Background:
    """One daemon thread and what waits for it. It is started before anything fails, when threads can still be."""

    def __init__(self) -> None:
        # Not a queue, into which not even the word to end could be put without memory.
        self._jobs: deque[Job] = deque()
        self._idle = threading.Lock()  # the thread waits for it when there is nothing to do
        self._idle.acquire()
        self._last = Done()
        self._last.set()
        self._ended = False
        self._begun = Done()
        self._thread = threading.Thread(target=self._run, name="wer: reports", daemon=True)
        try:
            self._thread.start()
            if not self._begun.wait(_PATIENCE):  # it had no memory to begin, after `start` was told that it runs
                self.end(0)
        except BaseException:  # no memory to wait for it, or Ctrl-C: it may run all the same
            self._ended = True
            self._rouse()
            raise

    def run(self, work: "Callable[[], None]", seconds: float) -> bool:
        """Have `work` done, and wait for it for so long; without the thread it is done here.

        Returns
        -------
        bool
            Whether it was taken: not if too much waits already, or if `work` itself asks for more.
        """
        if threading.get_ident() == self._thread.ident:
            return False
        if self._ended or sys.is_finalizing() or not self._thread.is_alive():
            work()
            return True
        if len(self._jobs) >= _MOST_WAITING:
            return False
        done = Done()
        self._jobs.append((work, done))
        self._last = done  # not before: what could not be put there, for want of memory, nobody waits for
        self._rouse()
        # A reference in this frame would keep the exception that it is about, and that this frame's thread waits for.
        del work
        if seconds > 0:
            done.wait(seconds)
        return True

    def flush(self, seconds: float) -> bool:
        """Wait until all that was asked for is done, for so long."""
        return self._last.wait(seconds)

    def end(self, seconds: float) -> None:
        """Finish what waits, for so long, and end the thread."""
        self._ended = True  # first: to wait takes memory
        self._rouse()
        self.flush(seconds)

    def _rouse(self) -> None:
        if self._idle.locked():
            try:  # noqa: SIM105 - suppress() asks for memory
                self._idle.release()
            except RuntimeError:  # somebody else has
                pass

    def _run(self) -> None:
        self._begun.set()
        while self._jobs or not self._ended:
            try:
                if self._jobs:
                    self._do_next()
                else:
                    self._idle.acquire()  # what comes before this line releases it, and so it is looked again
            except MemoryError:  # not even for the call; this thread is needed when there is some again
                continue

    def _do_next(self) -> None:
        work, done = self._jobs.popleft()
        try:
            work()
        except MemoryError:  # in the middle of telling of another error; the thread is needed for the next report
            pass
        finally:
            done.set()
            # In a frame that lasted, these would keep the last exception alive until the next.
            del work, done
