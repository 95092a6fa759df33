"""The thread that makes the reports of a `Reporter`, so that whoever fails waits for it no longer than a limit."""

import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue

from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    Job = tuple[Callable[[], None], threading.Event]

_MOST_WAITING = 32


class Background:
    """One daemon thread and what waits for it. It is started before anything fails, when threads can still be."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._last = threading.Event()
        self._last.set()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="wer: reports", daemon=True)
        self._thread.start()

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
        if self._jobs.qsize() >= _MOST_WAITING:
            return False
        done = threading.Event()
        self._jobs.put((work, done))
        self._last = done  # not before: what could not be put, for want of memory, nobody waits for
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
        self.flush(seconds)
        self._ended = True
        self._jobs.put(None)

    def _run(self) -> None:
        going_on = True
        while going_on:
            try:
                going_on = self._do_next()
            except MemoryError:  # not even for the call; this thread is needed when there is some again
                continue

    def _do_next(self) -> bool:
        """Do what was asked for next; False: there is nothing more to come."""
        job = self._jobs.get()
        if job is None:
            return False
        work, done = job
        try:
            work()
        except MemoryError:  # in the middle of telling of another error; the thread is needed for the next report
            pass
        finally:
            done.set()
            # In a frame that lasted, these would keep the last exception alive until the next.
            del job, work, done
        return True
