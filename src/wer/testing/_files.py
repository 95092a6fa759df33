"""Files and folders of `wer.service`, and its clock: core/files.pxi in Python. These are real ones, of this system."""

import errno
import os
import stat
import time

from .._links import is_link, is_link_at
from .._typing import TYPE_CHECKING, StrPath
from ._checks import full_path, system_text, windows_error

if TYPE_CHECKING:
    from ._fake import FakeWer

_FLAGS = os.O_RDWR | os.O_CREAT
for _name in ("O_BINARY", "O_NOINHERIT", "O_CLOEXEC", "O_NOFOLLOW"):
    _FLAGS |= getattr(os, _name, 0)


def private_folder(wer: "FakeWer", path: StrPath, /) -> None:
    full = full_path(path)
    _may_fail(wer, "CreateDirectoryW", path)
    try:
        os.mkdir(full, 0o700)
    except FileExistsError:
        known = os.lstat(full)
        if is_link(known):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path) from None
        if not stat.S_ISDIR(known.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path) from None


def private_file(wer: "FakeWer", path: StrPath, /) -> int:
    full = full_path(path)
    _may_fail(wer, "CreateFileW", path)
    return os.open(full, _FLAGS | os.O_EXCL, 0o600)


def shared_file(wer: "FakeWer", path: StrPath, /) -> int:
    full = full_path(path)
    _may_fail(wer, "CreateFileW", path)
    if is_link_at(full):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
    file = os.open(full, _FLAGS, 0o600)
    known = os.fstat(file)
    if not stat.S_ISREG(known.st_mode) or known.st_nlink > 1:
        os.close(file)
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
    return file


def _may_fail(wer: "FakeWer", function: str, path: StrPath) -> None:
    code = wer._code(function)
    if code:
        error = windows_error(f"{function}: {system_text(code)}", code)
        error.filename = path
        raise error


def uptime(wer: "FakeWer", /) -> int:
    return time.monotonic_ns() // 1_000_000
