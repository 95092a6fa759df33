"""The file into which faulthandler writes the Python stacks when this process crashes."""

import faulthandler
import os

from ._folder import FAULTHANDLER, Folder, remove

_ON_WINDOWS = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0)


def is_free() -> bool:
    """Whether nobody has enabled faulthandler yet. A process has one, and it tells nobody where it writes to."""
    return not faulthandler.is_enabled()


class FaultStacks:
    """A private file, for the report of a crash. Only if faulthandler `is_free`.

    Parameters
    ----------
    folder : Folder
        Where the file is.
    """

    def __init__(self, folder: Folder) -> None:
        self._writes = False
        path, file = folder.create(FAULTHANDLER)
        try:
            os.close(file)
            self.path = path
            # To append: where `Folder.sweep` has emptied it, it begins anew.
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | _ON_WINDOWS)
        except BaseException:
            remove(path)
            raise

    def begin(self) -> None:
        """Have faulthandler write into it from now on."""
        self._writes = True
        faulthandler.enable(self._file, all_threads=True)

    def close(self) -> None:
        """Disable faulthandler, and remove the file. Doing it again does nothing."""
        if self._writes:
            faulthandler.disable()
            self._writes = False
        file, self._file = self._file, -1
        if file != -1:
            os.close(file)
        remove(self.path)
