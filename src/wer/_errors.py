"""`WerError`: what a WER function's failing HRESULT becomes."""

import errno as _errno
import sys

from ._enums import WER_MAX_REGISTERED_DUMPCOLLECTION as _MAX_PROCESSES
from ._enums import WER_MAX_REGISTERED_ENTRIES as _MAX_ENTRIES
from ._enums import WER_MAX_REGISTERED_METADATA as _MAX_METADATA
from ._enums import WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES as _MAX_MODULES
from ._enums import HResult as _HResult
from ._enums import _hresult

_FACILITY_WIN32 = 7

# What a caller can do about it, where Microsoft documents the code or its name leaves no doubt.
_MEANING: dict[int, str] = {
    _HResult.E_NOTIMPL: "not implemented by this machine's WER (Wine, a restricted edition)",
    _HResult.E_FAIL: "unspecified failure",
    _HResult.E_ACCESSDENIED: "no rights: a machine-wide setting or store needs an administrator",
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
}


class WerError(OSError):
    """A WER function failed.

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
    if sys.platform != "win32":
        winerror: int | None  # Windows' OSError has it of its own

    def __init__(self, hresult: int, function: str, text: str = "", filename: str | None = None) -> None:
        code = hresult & 0xFFFFFFFF
        signed = _hresult(code)
        win32 = code & 0xFFFF if code >> 16 == 0x8000 | _FACILITY_WIN32 else None
        meaning = _MEANING.get(signed) or text or "no description is known for this code"
        if sys.platform != "win32":
            super().__init__(_ERRNO.get(win32 or 0, _errno.EIO), meaning, filename)
            self.winerror = win32
        elif win32 is None:
            super().__init__(_errno.EIO, meaning, filename)
        else:
            super().__init__(0, meaning, filename, win32)  # OSError works out errno
        self.hresult = signed
        self.function = function
        self._text = text

    def __reduce__(self) -> tuple[type["WerError"], tuple[int, str, str, str | None]]:
        return type(self), (self.hresult, self.function, self._text, self.filename)

    def __str__(self) -> str:
        code = self.hresult & 0xFFFFFFFF
        name = ""
        if self.hresult in _HResult._value2member_map_:
            name = f" ({_HResult(self.hresult).name})"
        about = "" if self.filename is None else f": {self.filename!r}"
        return f"{self.function} failed with 0x{code:08X}{name}: {self.strerror}{about}"
