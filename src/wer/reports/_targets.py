"""Where an export goes: a folder, or what fsspec has for a URL. Names in it are relative, with "/" between."""

import contextlib
import errno
import importlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from .._links import is_link_at
from .._typing import Any
from ._source import long_path
from ._whole_file import private


class Target(Protocol):
    """What both can do. What is missing is None, or nothing to remove."""

    shown: str

    def make_folder(self, name: str) -> None: ...
    def size(self, name: str) -> int | None: ...
    def names(self, folder: str) -> list[str]: ...
    def open(self, name: str) -> BinaryIO: ...
    def create(self, name: str) -> AbstractContextManager[BinaryIO]: ...
    def put(self, temporary: str, name: str) -> None: ...
    def remove(self, name: str) -> None: ...


# Two letters at least: C: is a drive. "::" is in a chain of fsspec's, such as simplecache::s3://bucket.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(?:://|::)")
_LOCAL = ("file", "local")
_REMOTE_DRIVE = 4


def is_url(target: str) -> bool:
    """Whether fsspec is needed."""
    return _URL.match(target) is not None


def goes_elsewhere(target: "str | os.PathLike[str]") -> bool:
    r"""Whether what is written there leaves this machine.

    A URL does, but for ``file://``, ``local://`` and ``memory://``; so does a folder of another machine:
    ``\\server\share``, and a drive that stands for one.
    """
    text = _text_of(target)
    if is_url(text):
        scheme, colon, rest = text.partition("://")
        if scheme.lower() == "memory":
            return False
        if not colon or scheme.lower() not in _LOCAL:
            return True
        if rest.startswith("//"):
            return True
        text = rest[1:] if re.match("/[A-Za-z]:", rest) else rest
    if sys.platform != "win32":
        return False
    drive = os.path.splitdrive(os.path.abspath(text))[0]
    if drive.startswith(("\\\\?\\", "\\\\.\\")):
        drive = drive[4:]
        if drive.upper().startswith("UNC"):
            return True
    return drive.startswith("\\\\") or _drive_type(drive + "\\") == _REMOTE_DRIVE


def _text_of(target: "str | os.PathLike[str]") -> str:
    text = os.fspath(target)
    if not isinstance(text, str):
        raise TypeError(f"target must be a str or a path of one, got {type(text).__name__}")
    return text


def without_secrets(target: str) -> str:
    """A URL as it may be shown: without a user's name and password, and without what stands behind "?"."""
    if not is_url(target):
        return target
    return re.sub(r"(?<=://)[^/]*@", "***@", re.sub(r"\?.*", "?***", target))


def open_target(target: "str | os.PathLike[str]", options: "Mapping[str, Any] | None") -> "Target":
    """The target, made if it is not there."""
    text = _text_of(target)
    if not text:
        raise ValueError("target is empty")
    if is_url(text):
        return RemoteTarget(text, options or {})
    if options:
        raise ValueError("options are for a URL, and target is a folder")
    return FolderTarget(text)


class FolderTarget:
    """A folder on this machine, or of a share."""

    def __init__(self, path: str) -> None:
        self.shown = os.path.abspath(path)
        self._root = long_path(path)
        os.makedirs(self._root, exist_ok=True)

    def _path(self, name: str) -> str:
        return os.path.join(self._root, *name.split("/"))

    def make_folder(self, name: str) -> None:
        path = self._path(name)
        with contextlib.suppress(FileExistsError):
            os.mkdir(path)
        if is_link_at(path) or not os.path.isdir(path):
            raise NotADirectoryError(errno.ENOTDIR, "a link or a file is where the folder of a report goes", path)

    def size(self, name: str) -> int | None:
        try:
            found = os.lstat(self._path(name))
        except FileNotFoundError:
            return None
        return -1 if is_link_at(self._path(name)) else found.st_size  # a link is put away for the file

    def names(self, folder: str) -> list[str]:
        with os.scandir(self._path(folder)) as entries:
            return sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))

    def open(self, name: str) -> "BinaryIO":
        return open(self._path(name), "rb", buffering=0)

    def create(self, name: str) -> "BinaryIO":
        return open(self._path(name), "xb", buffering=0, opener=private)

    def put(self, temporary: str, name: str) -> None:
        path = self._path(temporary)
        with open(path, "r+b") as file:  # on the disk before it has its name
            os.fsync(file.fileno())
        os.replace(path, self._path(name))

    def remove(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.remove(self._path(name))


class RemoteTarget:
    """What fsspec has for a URL. Whatever goes wrong there is an OSError."""

    def __init__(self, url: str, options: "Mapping[str, Any]") -> None:
        self.shown = without_secrets(url)
        try:
            fsspec = importlib.import_module("fsspec.core")
        except ImportError:
            raise ModuleNotFoundError(
                f'target {self.shown} is a URL, and that needs the package fsspec: pip install "werapi[remote]"',
                name="fsspec",
            ) from None
        try:
            with self._asking():
                self._fs, root = fsspec.url_to_fs(url, **options)
        except ImportError as error:  # s3:// needs the package s3fs, and so on
            raise ModuleNotFoundError(
                f"target {self.shown} is of a kind that needs one more package: {error}"
            ) from None
        except ValueError as error:
            raise ValueError(f"target {self.shown} is of no kind that fsspec knows: {error}") from None
        self._root = root.rstrip("/")
        with self._asking():
            self._fs.makedirs(self._root, exist_ok=True)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextlib.contextmanager
    def _asking(self) -> "Iterator[None]":
        try:
            yield
        except (OSError, ImportError, ValueError, MemoryError):
            raise
        except Exception as error:  # each storage has its own
            raise OSError(errno.EIO, f"{type(error).__name__}: {error}", self.shown) from error

    def make_folder(self, name: str) -> None:
        with self._asking():
            self._fs.makedirs(self._path(name), exist_ok=True)

    def size(self, name: str) -> int | None:
        try:
            with self._asking():
                found = self._fs.info(self._path(name))
        except FileNotFoundError:
            return None
        return -1 if found.get("size") is None else int(found["size"])

    def names(self, folder: str) -> list[str]:
        try:
            with self._asking():
                found = self._fs.ls(self._path(folder), detail=True)
        except FileNotFoundError:  # an object storage has no empty folders
            return []
        return sorted(one["name"].rstrip("/").rpartition("/")[2] for one in found if one.get("type") == "file")

    def open(self, name: str) -> "BinaryIO":
        with self._asking():
            file: BinaryIO = self._fs.open(self._path(name), "rb")
            return file

    @contextlib.contextmanager
    def create(self, name: str) -> "Iterator[BinaryIO]":
        with self._asking(), self._fs.open(self._path(name), "wb") as file:
            yield file

    def put(self, temporary: str, name: str) -> None:
        with self._asking():
            if self._fs.exists(self._path(name)):
                self._fs.rm_file(self._path(name))
            self._move(self._path(temporary), self._path(name))

    def _move(self, old: str, new: str) -> None:
        spec = importlib.import_module("fsspec.spec")
        if type(self._fs).mv is spec.AbstractFileSystem.mv:
            self._fs.cp_file(old, new)  # what `mv` does, but that takes "[1]" in a name for a pattern
            self._fs.rm_file(old)
        else:
            self._fs.mv(old, new)

    def remove(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError), self._asking():
            self._fs.rm_file(self._path(name))


if sys.platform == "win32":
    from .._machine._dll import DWORD, TEXT, function

    _drive_type = function("kernel32.dll", "GetDriveTypeW", DWORD, TEXT)

else:

    def _drive_type(root: str) -> int:
        return 0
