"""The file into which faulthandler writes the stacks of a hang while its report is being made."""

import faulthandler
import os
import sys
import threading
from dataclasses import replace

from .._typing import StrPath
from ._folder import Folder, remove
from ._hang import Plan

_COME = "The stacks of all Python threads of process {pid}, which faulthandler writes below during a hang:\n"
_DO_NOT_COME = "There are no Python stacks: {why}.\n"

_armed: "LateStacks | None" = None  # faulthandler has one timer in a process


class LateStacks:
    """A file whose first line says what is below it, or why nothing is.

    Parameters
    ----------
    wanted : bool or None
        None: yes, unless pytest may use faulthandler's timer for itself.
    after : float
        Seconds from `arm` to the moment when the stacks are written.
    folder : str or os.PathLike, optional
        The folder of the file, which is private to the user.
    """

    def __init__(self, wanted: bool | None, after: float, folder: StrPath | None) -> None:
        global _armed
        self._after = after
        self._lock = threading.Lock()
        why = _why_not(wanted)
        place = Folder(folder)
        place.sweep()  # what a process has left that was ended
        line = _DO_NOT_COME.format(why=why) if why else _COME.format(pid=os.getpid())
        path, fd = place.create("stacks")
        try:
            self.path, self.fd = path, fd
            self._begin = os.write(fd, line.encode("ascii"))
        except BaseException:  # the disk is full, or there is no memory
            os.close(fd)
            remove(path)
            raise
        if not why:
            _armed = self

    def told_to(self, plan: Plan) -> Plan:
        """The plan with what it has to know of this file."""
        return replace(plan, stacks=self.path, stacks_at=self._begin, stacks_come=_armed is self)

    def arm(self) -> None:
        """Have the stacks written in `after` seconds, unless this is called again before. It starts a thread."""
        if not self._lock.acquire(blocking=False):  # another thread is at it, or closes it
            return
        try:
            if _armed is not self:
                return
            faulthandler.cancel_dump_traceback_later()
            os.lseek(self.fd, self._begin, os.SEEK_SET)
            os.ftruncate(self.fd, self._begin)
            faulthandler.dump_traceback_later(self._after, file=self.fd)
        except (OSError, RuntimeError):  # no thread can be started: the next time it may
            pass
        finally:
            self._lock.release()

    def close(self) -> None:
        """Remove the file. Doing it again does nothing."""
        global _armed
        self._lock.acquire()  # `with` would ask for memory, and without any at least the descriptor is to be closed
        try:
            if _armed is self:
                faulthandler.cancel_dump_traceback_later()
                _armed = None
            file, self.fd = self.fd, -1
            if file != -1:
                os.close(file)
        finally:
            self._lock.release()
        remove(self.path)


def _why_not(wanted: bool | None) -> str:
    if wanted is False:
        return "the Watchdog was made with stacks=False"
    if wanted is None and "_pytest.faulthandler" in sys.modules:
        return "pytest's faulthandler plugin is loaded, and faulthandler has one timer in a process"
    return "" if _armed is None else "another Watchdog has faulthandler's timer, of which a process has one"
