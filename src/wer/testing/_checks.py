"""What the extension checks in arguments, and says of answers: core/convert.pxi and core/errors.pxi in Python.

``tests/shared/refusals.py`` sends what is refused through both.
"""

import errno
import operator
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from .._arguments import required, shown, units_of
from .._enums import _hresult as signed
from .._errors import _ERRNO, WerError
from .._typing import TYPE_CHECKING, StrPath

if TYPE_CHECKING:
    from ._fake import FakeWer

MAX_PATH = 260
POINTER_BITS = 64 if sys.maxsize > 1 << 32 else 32
ERROR_FILE_NOT_FOUND = 2
ERROR_PATH_NOT_FOUND = 3
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_HANDLE = 6
ERROR_INVALID_PARAMETER = 87
PROC_NOT_FOUND = signed(0x8007007F)

if sys.platform == "win32":
    from ctypes import FormatError
    from nt import _getfullpathname  # type: ignore[attr-defined] # GetFullPathNameW as it is
    from winreg import ExpandEnvironmentStrings

    def system_text(code: int) -> str:
        """What Windows says about a Win32 error or an HRESULT; "" if it says nothing."""
        text = FormatError(signed(code & 0xFFFFFFFF))
        return "" if text == "<no description>" else " ".join(text.split())

    def _full(path: str) -> str:
        try:
            return str(_getfullpathname(path))
        except OSError:
            return path

else:
    _TEXTS = {
        ERROR_FILE_NOT_FOUND: "The system cannot find the file specified.",
        ERROR_ACCESS_DENIED: "Access is denied.",
        ERROR_INVALID_HANDLE: "The handle is invalid.",
        ERROR_INVALID_PARAMETER: "The parameter is incorrect.",
    }

    def system_text(code: int) -> str:
        """What Windows says about a few Win32 errors; "" for all others."""
        return _TEXTS.get(code, "")

    def ExpandEnvironmentStrings(text: str) -> str:
        """Replace ``%NAME%`` by the environment variable, if there is one."""
        return re.sub("%([^%]+)%", lambda found: os.environ.get(found[1], found[0]), text)

    def _full(path: str) -> str:
        return os.path.abspath(path)


def integer(value: object, low: int, high: int, name: str) -> int:
    """An int within its limits; a bool is a slip."""
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise TypeError(f"{name} must be an int, got {type(value).__name__}")
    number = operator.index(value)  # type: ignore[arg-type] # it has just been seen to have it
    if not low <= number <= high:
        raise ValueError(f"{name} must be {low} to {high}, got {shown(value)}")
    return number


def pointer(value: object, name: str) -> int:
    """A handle or an address: an int as wide as a pointer, signed or unsigned; unsigned here."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, got {type(value).__name__}")
    if not -(1 << (POINTER_BITS - 1)) <= value < 1 << POINTER_BITS:
        raise ValueError(f"{name} must fit into {POINTER_BITS} bits, got {shown(value)}")
    return value & ((1 << POINTER_BITS) - 1)


def full_path(path: StrPath | bytes, *, expand: bool = False) -> str:
    """What WER is to take a path for. Off Windows a path is one of that system."""
    given = required(path if isinstance(path, str) else os.fsdecode(path), MAX_PATH - 1, "path")
    if expand:
        given = _short_enough(ExpandEnvironmentStrings(given))
    if given.startswith("\\\\?\\") or (given.startswith("%") and not expand):
        return given
    return _short_enough(_full(given))


def _short_enough(path: str) -> str:
    units = units_of(path)
    if units >= MAX_PATH:
        raise ValueError(f"path takes at most {MAX_PATH - 1} UTF-16 units, got {units}: shorten it")
    return path


def windows_error(message: str, code: int) -> OSError:
    """The OSError that stands for a code of Windows."""
    if sys.platform == "win32":
        return OSError(0, message, None, signed(code & 0xFFFFFFFF))
    error = OSError(_ERRNO.get(code, errno.EIO), message)
    vars(error)["winerror"] = code  # which Windows' OSError has of its own
    return error


def check(wer: "FakeWer", hr: int, function: str, filename: str | None = None) -> None:
    """Raise what a failing HRESULT means."""
    if hr == PROC_NOT_FOUND and function in wer._missing:
        raise NotImplementedError(f"{function}: this machine's wer.dll does not have it; Windows has, since Vista")
    if hr < 0:
        raise WerError(hr, function, system_text(hr), filename)


def message_of(wer: "FakeWer", code: int, /) -> str:
    return system_text(code)


def as_hresult(code: int) -> int:
    """What the functions of the report store answer: some a Win32 error as it is."""
    return signed(0x80070000 | code) if 0 < code <= 0xFFFF else code


def gone(what: str, number: int, why: str = "is gone") -> ProcessLookupError:
    """What is said of a process or a thread that has ended."""
    return ProcessLookupError(errno.ESRCH, f"{what} {number} {why}")


@contextmanager
def turn(lock: Lock, what: str, advice: str) -> Iterator[None]:
    """Have a report, a store and so on for one call."""
    if not lock.acquire(blocking=False):
        raise RuntimeError(f"another call on this {what} is still running: {advice}")
    try:
        yield
    finally:
        lock.release()


def initialize(lock: Lock, what: str, done: str = "created") -> None:
    """Note that `what` is made now; it is made once."""
    if not lock.acquire(blocking=False):
        raise RuntimeError(f"this {what} has already been {done}; make a new one")
