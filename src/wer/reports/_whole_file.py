"""Writing a file that is there whole or not at all: beside its place, then renamed.

What a process that is killed meanwhile leaves there, the next one that writes the same file removes.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from .._leftovers import hold, remove_leftovers
from .._typing import TYPE_CHECKING, StrPath

if TYPE_CHECKING:
    from typing import BinaryIO

_ENDING = ".part"


@contextmanager
def whole_file(path: StrPath, overwrite: bool = False) -> "Iterator[BinaryIO]":
    """A new file to write to, which gets its name when the block ends without an error, and is removed else.

    Parameters
    ----------
    path : str or os.PathLike
        What it will be called. Its folder must be there.
    overwrite : bool
        Whether a file of that name is replaced.

    Raises
    ------
    FileExistsError
        There is one, and it is not to be replaced.
    OSError
        It cannot be written, or not renamed.
    """
    target = os.path.abspath(os.fsdecode(path))
    if not overwrite and os.path.lexists(target):
        raise _exists(target)
    folder, begins = os.path.dirname(target), f".{os.path.basename(target)[:100]}-"
    remove_leftovers(folder, begins, _ENDING)
    beside = os.path.join(folder, f"{begins}{os.urandom(8).hex()}{_ENDING}")
    try:
        with open(beside, "x+b", opener=private) as file:
            hold(file.fileno())
            yield file
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            os.replace(beside, target)
        else:
            _rename_to_new(beside, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise


def private(path: str, flags: int) -> int:
    """An ``opener`` for files that only their owner may read, where that is for the mode to say."""
    return os.open(path, flags, 0o600)


def _rename_to_new(beside: str, target: str) -> None:
    """Rename, but never over a file that has come there meanwhile."""
    if os.name == "nt":
        os.rename(beside, target)  # which refuses that on Windows
        return
    try:
        os.link(beside, target)
    except FileExistsError:
        raise _exists(target) from None
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise _exists(target) from None
        os.rename(beside, target)
    else:
        os.unlink(beside)


def _exists(target: str) -> FileExistsError:
    import errno

    return FileExistsError(errno.EEXIST, "it is there already, and is replaced only with overwrite", target)
