"""Files that a killed process has left half written, beside their place: who writes there next removes them."""

import os
import sys
import time
from contextlib import suppress

OLD_SECONDS = 60  # since the last write: what is just getting its name, and open no longer, is younger


def hold(descriptor: int) -> None:
    """Mark a file as one that is being written, for as long as it is open. On Windows it is by being open."""
    if sys.platform != "win32":
        import fcntl

        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def remove_leftovers(folder: str, begins: str, ends: str) -> None:
    """Remove the files in `folder` whose names begin and end so, if nobody has them open. What cannot be stays."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(begins) and entry.name.endswith(ends):
                with suppress(OSError):
                    if entry.is_file(follow_symlinks=False) and _is_old(os.lstat(entry.path).st_mtime):
                        _remove_unless_open(entry.path)


def _is_old(written: float) -> bool:
    return written + OLD_SECONDS < time.time()


def _remove_unless_open(path: str) -> None:
    if sys.platform == "win32":
        os.unlink(path)  # which Windows refuses then
        return
    import fcntl

    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)
    finally:
        os.close(descriptor)
