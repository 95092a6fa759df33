"""`Limits`: how many reports of a signature, and in all, the processes of a user file within a time."""

import os
import sys
from collections import deque
from contextlib import suppress
from errno import EACCES, EAGAIN
from hashlib import blake2b
from threading import RLock
from time import monotonic, sleep, time_ns
from typing import NamedTuple

from .. import _native
from .._arguments import integer, shown, text
from .._typing import StrPath
from ._folder import Folder
from ._ledger import DIGEST_BYTES, SIZE, SLOTS, Ledger

FILE = "limits.bin"
_PATIENCE = 0.1  # seconds for the lock of the file: then this process counts for itself
_PAUSE = 1.0  # seconds until it waits for the lock again
_LONG_PAUSE = 60.0  # seconds until it opens the file again, if that has failed
_TURN = 1.0  # seconds for another thread, which has waited for the file no longer than that
_MOST_LATE = 10_000
_LONGEST = 10**9  # seconds, 31 years

_LOCKED = (EACCES, EAGAIN, 0)  # what the lock of another is called on Windows, on Linux, under Wine

# The byte behind the slots: on Windows nobody can read or write what is locked.
if sys.platform == "win32":
    from msvcrt import LK_NBLCK, LK_UNLCK, locking

    def _lock_file(file: int) -> None:
        os.lseek(file, SIZE, os.SEEK_SET)
        locking(file, LK_NBLCK, 1)

    def _unlock_file(file: int) -> None:
        os.lseek(file, SIZE, os.SEEK_SET)
        locking(file, LK_UNLCK, 1)

else:  # the fake's files
    from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock

    def _lock_file(file: int) -> None:
        flock(file, LOCK_EX | LOCK_NB)

    def _unlock_file(file: int) -> None:
        flock(file, LOCK_UN)


class Taken(NamedTuple):
    """What `Limits.take` answers.

    Attributes
    ----------
    allowed : bool
        Whether the report may be filed.
    left_out : int
        Reports of this signature that were left out since the last one that was allowed: to be told in this one. If
        this one is not allowed, it counts.
    left_out_in_all : int
        The same of all signatures.
    """

    allowed: bool
    left_out: int
    left_out_in_all: int


class Limits:
    r"""A limit of reports: for each signature, and in all, within any time as long as the window.

    It holds for all processes of the user together, whichever Python they run, since they count in one file of 16 KB,
    ``limits.bin`` in ``%LOCALAPPDATA%\wer``. Processes with the same `folder` share its limit; those of several users
    do if the folder lets all of them write. The folder has to be on this machine.

    A process may be killed at any moment. The wall clock may be set: what is counted is how long Windows has been up,
    and over a restart the wall clock. (Who sets it forward by more than the uptime, and then starts a process, has
    Windows look restarted.) Damage counts as empty. If the file cannot be used, or is locked by somebody for more than
    0.1 s, the process counts for itself, enters that into the file when it can, and `problem` tells why.

    Threads may use it.

    Parameters
    ----------
    per_signature : int
        How many of one signature.
    total : int
        How many in all, up to 256.
    window : float
        Within how many seconds.
    folder : Folder, str or PathLike, optional
        Where the file is; by default the one of the user.

    Raises
    ------
    TypeError, ValueError
        An argument is out of its limits.
    """

    def __init__(
        self,
        per_signature: int = 1,
        total: int = 10,
        window: float = 3600.0,
        *,
        folder: "Folder | StrPath | None" = None,
    ) -> None:
        self._per_signature = integer(per_signature, "per_signature", 1)
        self._total = integer(total, "total", 1)
        if self._total > SLOTS:
            raise ValueError(f"total must be 1 to {SLOTS}, got {shown(total)}")
        if isinstance(window, bool) or not isinstance(window, (int, float)):
            raise TypeError(f"window must be a number of seconds, got {type(window).__name__}")
        if not 0 < window < _LONGEST:
            raise ValueError(f"window must be more than 0 and less than {_LONGEST} seconds, got {shown(window)}")
        self._window = max(1, round(window * 1000))
        self._folder = folder if isinstance(folder, Folder) else Folder(folder)
        self._path = os.path.join(self._folder.path, FILE)

        self._boot = time_ns() // 1_000_000 - _native.uptime()
        self._first = True  # nothing was written yet: the file may be of an earlier boot
        self._known = Ledger()  # as it was last seen, with what was added here
        # What is not in the file yet: allowed reports with their times; what was left out, by digest and in all.
        self._allowed: list[tuple[bytes, int]] = []
        self._left_out: dict[bytes, int] = {}
        self._left_out_in_all = 0

        self._turn = RLock()
        self._taking = False
        self._late: deque[bytes] = deque(maxlen=_MOST_LATE)  # reports that did not get their turn
        self._file = -1
        self._identity = (0, 0)
        self._not_before = 0.0
        self._closed = False
        self._problem: str | None = None
        if self._open() and self._lock():
            self._give_size()

    def __repr__(self) -> str:
        return f"<Limits {self._per_signature} and {self._total} in {self._window / 1000:g} s, {self._path!r}>"

    def __del__(self) -> None:
        if hasattr(self, "_closed"):
            self.close()

    def close(self) -> None:
        """Close the file. What is taken afterwards is counted in this process only."""
        self._turn.acquire()  # `with` would ask for memory, and without any at least the file is to be closed
        try:
            self._closed = True
            self._give_up("it is closed")
        finally:
            self._turn.release()

    @property
    def problem(self) -> str | None:
        """Why this process counts for itself at the moment; None: it does not."""
        return self._problem

    def take(self, signature: str, /) -> Taken:
        """Ask whether a report may be filed, and count it.

        It never raises for the file's sake, and waits at most 0.1 s for other processes. A thread whose turn does not
        come within a second, because another's file access hangs, gets a no that is counted.

        Parameters
        ----------
        signature : str
            What such reports have in common.

        Returns
        -------
        Taken
            Whether it may be filed, and what was left out since the last that was.
        """
        digest = blake2b(
            text(signature, "signature").encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES
        ).digest()
        if not self._turn.acquire(timeout=_TURN):
            self._late.append(digest)
            return Taken(False, 1, 1)
        try:
            if self._taking:  # a hook, in the middle of this: garbage was collected, or a signal came
                self._late.append(digest)
                return Taken(False, 1, 1)
            self._taking = True
            try:
                return self._take(digest)
            finally:
                self._taking = False
        finally:
            self._turn.release()

    def _take(self, digest: bytes) -> Taken:
        locked = self._lock()
        try:
            data = self._read()
            now = _native.uptime()
            ledger = self._known if data is None else Ledger(data)
            ledger.begin(now, self._boot, self._first)
            self._allowed = [(which, when) for which, when in self._allowed if now - when < self._window]
            if data is not None:
                for which, when in self._allowed:
                    ledger.enter(which, when, self._window)
            while self._late:
                self._count(self._late.popleft())
            allowed = ledger.may(digest, self._per_signature, self._total, self._window)
            if allowed:
                ledger.enter(digest, now, self._window)
                self._allowed.append((digest, now))
            else:
                self._count(digest)
            self._known = ledger
            if locked and data is not None:
                for which in self._left_out:
                    ledger.leave_out(which, self._left_out[which], self._window)
                ledger.left_out += self._left_out_in_all
                counts = ledger.tell(digest) if allowed else (ledger.left_out_of(digest), ledger.left_out)
                if self._write(ledger):
                    self._first = False
                    self._problem = None
                    self._allowed.clear()
                    self._left_out.clear()
                    self._left_out_in_all = 0
                    return Taken(allowed, *counts)
            # What the file has counted is told when it can be written: once.
            counts = self._left_out.get(digest, 0), self._left_out_in_all
            if allowed:
                self._left_out.pop(digest, None)
                self._left_out_in_all = 0
            return Taken(allowed, *counts)
        finally:
            if locked:
                self._unlock()

    def _count(self, digest: bytes) -> None:
        """One more is left out."""
        self._left_out_in_all += 1
        if digest in self._left_out or len(self._left_out) < SLOTS:
            self._left_out[digest] = self._left_out.get(digest, 0) + 1

    # The file. These do not raise: they tell whether it was done.

    def _open(self) -> bool:
        try:
            self._folder.prepare()
            self._file = _native.shared_file(self._path)
            self._identity = _identity(self._file)
        except (OSError, ValueError) as error:
            self._give_up(error)
        return self._file != -1

    def _lock(self) -> bool:
        """Wait for the lock, at most `_PATIENCE`, and not again within the pause."""
        started = monotonic()
        if self._closed or started < self._not_before or (self._file == -1 and not self._open()):
            return False
        try:
            if _identity(self._file) != self._identity:
                raise OSError("its descriptor is another file's by now")
        except OSError as error:  # somebody has closed it
            self._file = -1
            self._give_up(error)
            return False
        while True:
            try:
                _lock_file(self._file)
                return True
            except OSError as error:
                if error.errno not in _LOCKED:
                    self._give_up(error)
                    return False
            if monotonic() - started >= _PATIENCE:
                self._problem = f"{self._path} is locked by another process"
                self._not_before = monotonic() + _PAUSE
                return False
            sleep(0.001)

    def _unlock(self) -> None:
        if self._file != -1:
            try:
                _unlock_file(self._file)
            except OSError as error:
                self._give_up(error)

    def _give_size(self) -> None:
        """Cut off what does not belong to the file; with the lock, which is given back."""
        with suppress(OSError):  # no need: it is read as it is, and grows when it is written
            if os.fstat(self._file).st_size != SIZE:
                os.ftruncate(self._file, SIZE)
        self._unlock()

    def _read(self) -> bytes | None:
        """The bytes of the file, fewer if it is shorter; without the lock a block may be half written."""
        if self._file == -1:
            return None
        data = b""
        try:
            os.lseek(self._file, 0, os.SEEK_SET)
            while len(data) < SIZE and (more := os.read(self._file, SIZE - len(data))):
                data += more
        except OSError as error:
            self._give_up(error)
            return None
        return data

    def _write(self, ledger: Ledger) -> bool:
        try:
            for offset, block in ledger.blocks():
                os.lseek(self._file, offset, os.SEEK_SET)
                if os.write(self._file, block) != len(block):
                    raise OSError("the disk is full")
        except OSError as error:
            self._give_up(error)
            return False
        return True

    def _give_up(self, reason: "OSError | ValueError | str") -> None:
        """Close the file, which gives the lock back; and come again later."""
        file, self._file = self._file, -1
        if file != -1:
            try:  # noqa: SIM105 - suppress() asks for memory
                os.close(file)
            except OSError:
                pass
        self._problem = f"{self._path} cannot be used: {reason}"
        self._not_before = monotonic() + _LONG_PAUSE


def _identity(file: int) -> tuple[int, int]:
    """Which file a descriptor is of."""
    known = os.fstat(file)
    return known.st_dev, known.st_ino
