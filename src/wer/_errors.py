"""`WerError`: what a WER function's failing HRESULT becomes."""

import errno as _errno
import sys

from ._enums import HResult as _HResult
from ._enums import _hresult
from ._limits import WER_MAX_REGISTERED_DUMPCOLLECTION as _MAX_PROCESSES
from ._limits import WER_MAX_REGISTERED_ENTRIES as _MAX_ENTRIES
from ._limits import WER_MAX_REGISTERED_METADATA as _MAX_METADATA
from ._limits import WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES as _MAX_MODULES
from ._typing import Any, Self

_FACILITY_WIN32 = 7

# What a caller can do about it, where Microsoft documents the code or its name leaves no doubt.
_MEANING: dict[int, str] = {
    _HResult.E_NOTIMPL: "not implemented by this machine's WER (Wine, a restricted edition)",
    _HResult.E_FAIL: "unspecified failure",
    _HResult.E_ACCESSDENIED: "no rights: a machine-wide setting or store needs an administrator; for a dump, the "
    "handle of the process or thread lacks a right",
    _HResult.E_HANDLE: "the handle of the report, or of a process or thread, is not valid (any more)",
    _HResult.E_OUTOFMEMORY: "out of memory",
    _HResult.E_INVALIDARG: "WER refused an argument; of WerReportCloseHandle: the report is not open (any more)",
    _HResult.WER_E_INSUFFICIENT_BUFFER: "a buffer is too small, or a process has registered as much as it may: "
    f"{_MAX_ENTRIES} files, memory blocks and metadata pairs, {_MAX_METADATA} of them metadata pairs, "
    f"{_MAX_PROCESSES} additional processes, {_MAX_MODULES} runtime exception modules",
    _hresult(0x800700CB): "the application is not excluded",  # ERROR_ENVVAR_NOT_FOUND, of WerRemoveExcludedApplication
    _HResult.WER_E_NOT_FOUND: "not found: it was not added or registered",
    _HResult.WER_E_LENGTH_EXCEEDED: "a text is longer than WER takes",
    _HResult.WER_E_INVALID_STATE: "the state of the report or the process does not allow this call",
    _HResult.WER_E_MISSING_DUMP: "the report's dump is missing",
    _HResult.WER_E_CABBING_FAILURE: "packing the report's files into a cab failed",
}

# Off Windows OSError does not translate Win32 codes. Only for errors that travel there, in a pickle.
_ERRNO = {
    2: _errno.ENOENT,
    3: _errno.ENOENT,
    5: _errno.EACCES,
    6: _errno.EBADF,
    14: _errno.ENOMEM,
    87: _errno.EINVAL,
    112: _errno.ENOSPC,
}


def _win32(hresult: int) -> int | None:
    """The Win32 error inside an HRESULT; None if it holds none."""
    code = hresult & 0xFFFFFFFF
    return code & 0xFFFF if code >> 16 == 0x8000 | _FACILITY_WIN32 else None


def _python_error(win32: int | None) -> OSError:
    """What Python says of a Win32 error: of the class that stands for it, with its errno."""
    if win32 is None:
        return OSError(_errno.EIO, "")
    if sys.platform == "win32":
        return OSError(0, "", None, win32)
    return OSError(_ERRNO.get(win32, _errno.EIO), "")


class WerError(OSError):
    """A WER function failed.

    One that stands for a missing file is a FileNotFoundError as well, a refusal a PermissionError, and so on: whatever
    Python itself would raise for the Win32 error in the HRESULT.

    Parameters
    ----------
    hresult : int
        The HRESULT, signed or unsigned.
    function : str
        The WER function that returned it, e.g. ``"WerReportAddFile"``.
    text : str, optional
        What the system says about the code; used where `wer` knows nothing better.
    filename : str, optional
        The file or name that the call was about.

    Attributes
    ----------
    hresult : int
        The code as C has it, a signed 32-bit number; equal to members of `HResult`.
    winerror : int or None
        The Win32 error inside the HRESULT; None if it holds none.
    function : str
        The WER function that failed.
    errno, strerror, filename
        As in every `OSError`.
    """

    hresult: int
    function: str
    _text: str
    if sys.platform != "win32":
        winerror: int | None  # Windows' OSError has it of its own

    def __new__(cls, hresult: int, function: str, text: str = "", filename: str | None = None) -> Self:
        win32 = _win32(hresult)
        signed = _hresult(hresult & 0xFFFFFFFF)
        meaning = _MEANING.get(signed) or text.rstrip(". ") or "no description is known for this code"
        alike = _python_error(win32)
        kind: Any = _KINDS.get(type(alike), _KINDS[OSError]) if cls is WerError else cls
        error: Self
        if sys.platform == "win32" and win32 is not None:
            error = super().__new__(kind, 0, meaning, filename, win32)  # OSError works out errno
        else:
            error = super().__new__(kind, alike.errno, meaning, filename)
        if sys.platform != "win32":
            error.winerror = win32
        error.hresult = signed
        error.function = function
        error._text = text
        return error

    def __reduce__(self) -> tuple[type["WerError"], tuple[int, str, str, str | None]]:
        kind = WerError if type(self) in _KINDS.values() else type(self)
        return kind, (self.hresult, self.function, self._text, self.filename)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(0x{self.hresult & 0xFFFFFFFF:08X}, {self.function!r}, {self.strerror!r})"

    def __str__(self) -> str:
        code = self.hresult & 0xFFFFFFFF
        name = ""
        if self.hresult in _HResult._value2member_map_:
            name = f" ({_HResult(self.hresult).name})"
        about = "" if self.filename is None else f": {self.filename!r}"
        return f"{self.function} failed with 0x{code:08X}{name}: {self.strerror}{about}"


# What is raised, by the class that Python itself would raise. They print as the wer.WerError that they are. Made in
# advance: nothing is to be made in a process that has just run out of something.
_KINDS: dict[type[OSError], type[WerError]] = {
    kind: type("WerError", (WerError,) if kind is OSError else (WerError, kind), {"__module__": "wer"})
    for kind in (
        OSError,
        BlockingIOError,
        BrokenPipeError,
        ChildProcessError,
        FileExistsError,
        FileNotFoundError,
        InterruptedError,
        IsADirectoryError,
        NotADirectoryError,
        PermissionError,
        ProcessLookupError,
        TimeoutError,
    )
}
