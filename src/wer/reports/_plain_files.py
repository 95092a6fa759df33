"""Opening and listing files of other people's folders: no links, no devices, and never more than was asked for."""

import os
import stat
from dataclasses import dataclass

from .._links import is_link
from .._typing import TYPE_CHECKING, StrPath

if TYPE_CHECKING:
    from typing import BinaryIO

MOST_FILES = 10_000  # of one folder

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """What a folder has under one name.

    Attributes
    ----------
    name, path : str
        Its name, and where it is.
    size : int
        Bytes.
    written : float
        When it was written last, as `os.stat` has it.
    refused : str
        Why it is left alone: "a link", "a folder", "a device". Empty for a file.
    """

    name: str
    path: str
    size: int
    written: float
    refused: str = ""


def why_refused(about: os.stat_result) -> str:
    """Why this is no file to read; empty if it is one."""
    if is_link(about):
        return "a link or another reparse point"
    if stat.S_ISDIR(about.st_mode):
        return "a folder"
    return "" if stat.S_ISREG(about.st_mode) else "a device or a pipe"


def files_in(folder: StrPath) -> tuple[list[FoundFile], bool]:
    """What is in a folder, by name, and whether that is all of it.

    Raises
    ------
    OSError
        The folder cannot be listed.
    """
    found: list[FoundFile] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if len(found) == MOST_FILES:
                return sorted(found, key=_by_name), False
            try:
                about = os.lstat(entry.path)  # not the entry's, which is behind while a file is written
            except OSError:
                continue  # it has gone meanwhile
            found.append(FoundFile(entry.name, entry.path, about.st_size, about.st_mtime, why_refused(about)))
    return sorted(found, key=_by_name), True


def _by_name(found: FoundFile) -> tuple[str, str]:
    return found.name.lower(), found.name


def open_plain(path: StrPath) -> "BinaryIO":
    """Open a file for reading, unless it is a link, a folder, a device or a pipe.

    Raises
    ------
    ValueError
        It is one. The text names it.
    OSError
        It cannot be opened.
    """
    before = os.lstat(path)
    why = why_refused(before)
    if not why:
        file = open(path, "rb", opener=_no_link)  # noqa: SIM115 - the caller does
        try:
            after = os.fstat(file.fileno())
            # On Windows nothing keeps `os.open` from following what has been put there in between.
            why = why_refused(after) or ("" if os.path.samestat(before, after) else "another file than a moment ago")
        except BaseException:
            file.close()
            raise
        if not why:
            return file
        file.close()
    raise ValueError(f"{os.fsdecode(path)} is {why}: only plain files are read")


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | _NO_FOLLOW)


def start_of(path: StrPath, most: int) -> tuple[bytes, int]:
    """The first bytes of a file, and how many it has. As `open_plain`."""
    with open_plain(path) as file:
        return file.read(most), os.fstat(file.fileno()).st_size


def without_folders(text: object, path: str) -> str:
    """A sentence about a file without the folders that it is in: those may have the name of a user."""
    name = os.path.basename(path)
    return str(text).replace(repr(path), repr(name)).replace(path, name)
