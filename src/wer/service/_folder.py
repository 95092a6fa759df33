"""`Folder`: where this package keeps its own files, private to the user and with a limit on disk."""

import os
from contextlib import suppress
from itertools import count

from .. import _native
from .._arguments import integer, text
from .._processes import FOR_ID
from .._typing import StrPath

MOST_BYTES = 64 << 20
FAULTHANDLER = "faulthandler"  # the kind of files to which faulthandler appends as long as their process lives
_NOISE = 1 << 20  # more than one crash writes: 100 threads of 100 lines

# In a name: whose the file is. A process id alone may be another process's by now.
_NAME = "{kind}-{pid}-{created}-{number}{suffix}"
_MOST_TRIES = 1000

# Of all folders of this process; names that another interpreter of it has taken are passed over.
_numbers = count(1)


def default_path() -> str:
    r"""``%LOCALAPPDATA%\wer``; a service's process may lack the variable."""
    local = os.environ.get("LOCALAPPDATA") or os.path.join(os.path.expanduser("~"), "AppData", "Local")
    return os.path.abspath(os.path.join(local, "wer"))


class Folder:
    r"""A folder for files that live no longer than the process they are of.

    Files are private to the user, whatever the folder is: of the user, SYSTEM and administrators by their own access
    lists. A folder that is made here is so, too; one that is there keeps its rights. What is a link, or a junction, is
    refused.

    A file of a process that lives is of a report that it is making or may yet have to make, and stays: its own process
    removes it. Of these only what faulthandler writes can grow without end, since on Windows it also writes of
    exceptions that are handled; so that is what is cut when the limit is reached.

    Parameters
    ----------
    path : str or PathLike, optional
        The folder. By default ``%LOCALAPPDATA%\wer``, which is each user's own, and each service account's.
    most_bytes : int
        Beyond how many bytes of our files `sweep` cuts what faulthandler has written; 64 MiB.
    """

    def __init__(self, path: StrPath | None = None, most_bytes: int = MOST_BYTES) -> None:
        self._path = default_path() if path is None else os.path.abspath(os.fsdecode(path))
        self._most_bytes = integer(most_bytes, "most_bytes", 0)
        self._prepared = False

    @property
    def path(self) -> str:
        """Its full path."""
        return self._path

    def __fspath__(self) -> str:
        return self._path

    def __repr__(self) -> str:
        return f"<Folder {self._path!r}>"

    def prepare(self) -> None:
        """Make the folder, if it is not there.

        Raises
        ------
        OSError
            It cannot be made, or something else is there.
        """
        try:
            _native.private_folder(self._path)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            _native.private_folder(self._path)
        self._prepared = True

    def create(self, kind: str, suffix: str = ".txt") -> tuple[str, int]:
        """Make a file of this process.

        Parameters
        ----------
        kind : str
            What its name begins with: an ASCII identifier.
        suffix : str
            What its name ends with: "" or what begins with a dot.

        Returns
        -------
        tuple of str and int
            Its path, and a C file descriptor: for reading and writing, binary, not inherited by child processes. It can
            be read, written and removed by others meanwhile.

        Raises
        ------
        OSError
            It cannot be made.
        """
        if not (text(kind, "kind").isascii() and kind.isidentifier()):
            raise ValueError(f"kind must be an ASCII identifier, got {kind!r}")
        if text(suffix, "suffix") and (not suffix.startswith(".") or "/" in suffix or "\\" in suffix):
            raise ValueError(f"suffix must begin with a dot and have no folder, got {suffix!r}")
        if not self._prepared:
            self.prepare()
        pid = os.getpid()
        created = _created(pid)
        tries = 0
        while True:
            name = _NAME.format(kind=kind, pid=pid, created=created, number=next(_numbers), suffix=suffix)
            path = os.path.join(self._path, name)
            file = None
            try:
                file = _native.private_file(path)
                return path, file
            except FileExistsError:
                tries += 1
                if tries == _MOST_TRIES:
                    raise
            except BaseException:  # it may be there, and nobody would know of it
                if file is not None:
                    os.close(file)
                remove(path)
                raise

    def sweep(self) -> int:
        """Remove the files of processes that are gone. Then, beyond the limit, empty faulthandler's, the longest first.

        These are then files of processes that live, this one among them. They stay where they are, for reports of a
        crash have their paths, and what comes next is written into them. Those up to 1 MiB are left alone. A file that
        cannot be removed stays, and so does what has no name of ours.

        Returns
        -------
        int
            How many files were removed.
        """
        removed = 0
        size = 0
        noisy = []
        running = {(os.getpid(), _created(os.getpid())): True}
        for path, owner in files_of(self._path):
            if owner not in running:
                running[owner] = is_running(*owner)
            if not running[owner] and remove(path):
                removed += 1
                continue
            try:
                of_it = os.lstat(path).st_size  # not the entry's, which is behind while a file is written
            except OSError:
                continue  # it has gone meanwhile
            size += of_it
            if of_it > _NOISE and os.path.basename(path).startswith(f"{FAULTHANDLER}-"):
                noisy.append((of_it, path))
        for of_it, path in sorted(noisy, reverse=True):
            if size <= self._most_bytes:
                break
            with suppress(OSError):  # it has gone meanwhile, or is another user's
                os.truncate(path, 0)
                size -= of_it
        return removed


def files_of(folder: str) -> list[tuple[str, tuple[int, int]]]:
    """Our files in a folder, and whose they are: process id and creation time."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                owner = _owner(entry.name)
                if owner is not None and entry.is_file(follow_symlinks=False):
                    found.append((entry.path, owner))
    except OSError:
        pass  # no folder, no files; or some of them
    return found


def _owner(name: str) -> tuple[int, int] | None:
    """Whose file it is, by its name; None: it is none of ours."""
    parts = name.split("-", 3)
    if len(parts) != 4:
        return None
    kind, pid, created, rest = parts
    number = rest.partition(".")[0]
    if not (kind.isidentifier() and all([part.isascii() and part.isdigit() for part in (pid, created, number)])):
        return None
    return (int(pid), int(created)) if len(pid) <= 10 and len(created) <= 20 else None


def _created(pid: int) -> int:
    return _native.created(_native.open_process(pid, FOR_ID))


def is_running(pid: int, created: int) -> bool:
    """Whether it is the process that began then."""
    try:
        return _created(pid) == created
    except PermissionError:
        return True  # another user's: it is there, and more is not told
    except (OSError, ValueError):
        return False  # it is gone, or the id is none


def remove(path: str) -> bool:
    """Remove a file; what cannot be removed, because somebody has it open, the next sweep finds."""
    try:
        os.unlink(path)
    except (OSError, MemoryError):
        return False
    return True
