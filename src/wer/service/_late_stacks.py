"""The file into which `faulthandler` writes the stacks of a hang, when its report is already being made."""

import faulthandler
import os
import sys
import tempfile

from .._typing import StrPath

WRITTEN = "The Python stacks of all threads of process {pid}, written by faulthandler during the hang.\n"
NOT_WRITTEN = "No Python stacks: {why}.\n"

_armed: "LateStacks | None" = None  # faulthandler has one timer in a process


class LateStacks:
    """A file with a first line that says what is in it, or why nothing is.

    Parameters
    ----------
    wanted : bool or None
        None: yes, unless pytest's faulthandler plugin is there, which sets the timer for itself.
    after : float
        Seconds from the last `arm` to the moment when the stacks are written.
    folder : str or os.PathLike, optional
        Where the file is made.
    """

    def __init__(self, wanted: bool | None, after: float, folder: StrPath | None) -> None:
        global _armed
        self._after = after
        self.why = _why_not(wanted)
        line = NOT_WRITTEN.format(why=self.why) if self.why else WRITTEN.format(pid=os.getpid())
        self.path, self.fd = _new_file(folder)
        self.begin = os.write(self.fd, line.encode())
        if not self.why:
            _armed = self
            self.arm()

    def arm(self) -> None:
        """Have the stacks written in `after` seconds, unless this is called again before. Takes about a millisecond."""
        if _armed is not self:
            return
        try:
            faulthandler.cancel_dump_traceback_later()
            os.lseek(self.fd, self.begin, os.SEEK_SET)
            os.ftruncate(self.fd, self.begin)
            faulthandler.dump_traceback_later(self._after, file=self.fd)
        except (OSError, RuntimeError):  # no thread can be started, the disk is full: the next one may go well
            pass

    def close(self) -> None:
        """Remove the file."""
        global _armed
        if _armed is self:
            _armed = None
            faulthandler.cancel_dump_traceback_later()
        os.close(self.fd)
        try:
            os.unlink(self.path)
        except OSError:  # somebody reads it
            pass


def _why_not(wanted: bool | None) -> str:
    if wanted is None and "_pytest.faulthandler" in sys.modules:
        return "pytest sets faulthandler's timer, of which a process has one, for itself"
    if wanted is False:
        return "stacks=False was said"
    return "" if _armed is None else "another Watchdog of this process has faulthandler's timer, of which there is one"


def _new_file(folder: StrPath | None) -> tuple[str, int]:
    return tempfile.mkstemp(".txt", f"wer-stacks-{os.getpid()}-", folder)[::-1]  # type: ignore[return-value]
