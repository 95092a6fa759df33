"""How a Python program without `wer` calls WER: by ctypes with argtypes, and by a class over it that checks arguments.

`WER` and `KERNEL32` are the bare functions, with what a careful user prepares once prepared: argtypes and restype.
`CheckedReport` checks what `wer.Report` checks, with the same Windows calls, as quickly as plain Python can.
"""

import ctypes
import os
from ctypes import wintypes
from enum import IntEnum, IntFlag

SYSTEM32 = os.path.join(os.environ["SYSTEMROOT"], "system32")
HANDLE, DWORD, BOOL, TEXT = wintypes.HANDLE, wintypes.DWORD, wintypes.BOOL, ctypes.c_wchar_p
HRESULT = ctypes.c_long
CURRENT_PROCESS = -1
RIGHTS = 0x20410  # STANDARD_RIGHTS_READ, PROCESS_QUERY_INFORMATION, PROCESS_VM_READ
SAME_ACCESS = 2
STILL_ACTIVE = 259


class Information(ctypes.Structure):
    """WER_REPORT_INFORMATION."""

    _fields_ = [
        ("dwSize", DWORD),
        ("hProcess", HANDLE),
        ("wzConsentKey", ctypes.c_wchar * 64),
        ("wzFriendlyEventName", ctypes.c_wchar * 128),
        ("wzApplicationName", ctypes.c_wchar * 128),
        ("wzApplicationPath", ctypes.c_wchar * 260),
        ("wzDescription", ctypes.c_wchar * 512),
        ("hwndParent", HANDLE),
    ]


def _functions(dll: ctypes.CDLL, signatures: dict[str, tuple[object, ...]]) -> ctypes.CDLL:
    for name, (result, *arguments) in signatures.items():
        function = getattr(dll, name)
        function.restype, function.argtypes = result, arguments
    return dll


WER = _functions(
    ctypes.WinDLL(os.path.join(SYSTEM32, "wer.dll")),
    {
        "WerReportCreate": (HRESULT, TEXT, ctypes.c_int, ctypes.POINTER(Information), ctypes.POINTER(HANDLE)),
        "WerReportSetParameter": (HRESULT, HANDLE, DWORD, TEXT, TEXT),
        "WerReportAddFile": (HRESULT, HANDLE, TEXT, ctypes.c_int, DWORD),
        "WerReportAddDump": (
            *(HRESULT, HANDLE, HANDLE, HANDLE, ctypes.c_int),
            *(ctypes.c_void_p, ctypes.c_void_p, DWORD),
        ),
        "WerReportSubmit": (HRESULT, HANDLE, ctypes.c_int, DWORD, ctypes.POINTER(ctypes.c_int)),
        "WerReportCloseHandle": (HRESULT, HANDLE),
    },
)
KERNEL32 = _functions(
    ctypes.WinDLL("kernel32"),
    {
        "OpenProcess": (HANDLE, DWORD, BOOL, DWORD),
        "DuplicateHandle": (BOOL, HANDLE, HANDLE, HANDLE, ctypes.POINTER(HANDLE), DWORD, BOOL, DWORD),
        "GetProcessId": (DWORD, HANDLE),
        "GetExitCodeProcess": (BOOL, HANDLE, ctypes.POINTER(DWORD)),
        "GetProcessTimes": (BOOL, HANDLE, *[ctypes.POINTER(ctypes.c_uint64)] * 4),
        "CloseHandle": (BOOL, HANDLE),
    },
)

create, set_parameter, add_file = WER.WerReportCreate, WER.WerReportSetParameter, WER.WerReportAddFile
add_dump, submit, close = WER.WerReportAddDump, WER.WerReportSubmit, WER.WerReportCloseHandle
open_process, duplicate_handle = KERNEL32.OpenProcess, KERNEL32.DuplicateHandle
process_id, exit_code, close_handle = KERNEL32.GetProcessId, KERNEL32.GetExitCodeProcess, KERNEL32.CloseHandle
process_times = KERNEL32.GetProcessTimes
seen_at: dict[int, int] = {}


def is_new(handle: int, pid: int) -> bool:
    """Whether the process was not looked at for a launcher yet: by when it was made, for an id may come again."""
    made, other = ctypes.c_uint64(), ctypes.c_uint64()
    process_times(handle, ctypes.byref(made), ctypes.byref(other), ctypes.byref(other), ctypes.byref(other))
    new = seen_at.get(pid) != made.value
    seen_at[pid] = made.value
    return new


def opened(pid: int) -> int:
    """A handle of the process with an id, which must be that one and alive."""
    handle = open_process(RIGHTS, False, pid)
    code = DWORD()
    if process_id(handle) != pid or (exit_code(handle, ctypes.byref(code)) and code.value != STILL_ACTIVE):
        raise ProcessLookupError(pid)
    is_new(handle, pid)
    return handle


def duplicated(handle: int) -> int:
    """A handle of our own for the process of somebody else's."""
    own, code = HANDLE(), DWORD()
    duplicate_handle(CURRENT_PROCESS, handle, CURRENT_PROCESS, ctypes.byref(own), 0, False, SAME_ACCESS)
    pid = process_id(own)
    if not pid or (exit_code(own, ctypes.byref(code)) and code.value != STILL_ACTIVE):
        raise ProcessLookupError(handle)
    is_new(own, pid)
    return own.value


class Consent(IntEnum):
    NOT_ASKED = 1
    APPROVED = 2
    DENIED = 3
    ALWAYS_PROMPT = 4


class ReportType(IntEnum):
    NON_CRITICAL = 0
    CRITICAL = 1
    APPLICATION_CRASH = 2
    APPLICATION_HANG = 3
    KERNEL = 4


class DumpType(IntEnum):
    NONE = 0
    MICRODUMP = 1
    MINIDUMP = 2
    HEAPDUMP = 3
    TRIAGEDUMP = 4


FileType = IntEnum("FileType", "MICRODUMP MINIDUMP HEAPDUMP USER_DOCUMENT OTHER TRIAGEDUMP CUSTOM_DUMP")
FileFlags = IntFlag("FileFlags", {"DELETE_WHEN_DONE": 1, "ANONYMOUS_DATA": 2})
DumpFlags = IntFlag("DumpFlags", {"NOHEAP_ONQUEUE": 1})
SubmitFlags = IntFlag("SubmitFlags", {"HONOR_RECOVERY": 1, "HONOR_RESTART": 2, "QUEUE": 4})
SubmitResult = IntEnum("SubmitResult", "QUEUED UPLOADED DEBUG FAILED DISABLED CANCELLED DISABLED_QUEUE ASYNC")
NO_FILE_FLAGS, NO_DUMP_FLAGS, NO_SUBMIT_FLAGS = FileFlags(0), DumpFlags(0), SubmitFlags(0)


def text(value: str, limit: int, name: str) -> str:
    """A str that WER takes whole."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, got {type(value).__name__}")
    length = len(value)
    if not value.isascii():
        length += sum(char > "\uffff" for char in value)
    if length > limit:
        raise ValueError(f"{name} takes at most {limit} UTF-16 units, got {length}: shorten it")
    if "\0" in value:
        raise ValueError(f"{name} has a NUL at {value.index(chr(0))}")
    return value


def checked(hr: int, function: str) -> None:
    """Raise what failed."""
    if hr < 0:
        raise OSError(f"{function} failed with 0x{hr & 0xFFFFFFFF:08X}")


class CheckedReport:
    """A report by ctypes, whose arguments and state are checked as `wer.Report` checks them."""

    def __init__(
        self,
        event_type: str,
        report_type: ReportType = ReportType.NON_CRITICAL,
        *,
        process: object = None,
        consent_key: str = "",
        friendly_event_name: str = "",
        application_name: str = "",
        application_path: str = "",
        description: str = "",
    ) -> None:
        if type(report_type) is not ReportType:
            report_type = ReportType(report_type)
        if not text(event_type, 64, "event_type"):
            raise ValueError("event_type is empty")
        information = None
        self._process, self._kept = None, []
        if process is not None:
            self._process = duplicated(int(process._handle))  # type: ignore[attr-defined] # of a Popen
            self._kept.append(self._process)
        if process or consent_key or friendly_event_name or application_name or application_path or description:
            information = Information()
            information.dwSize = ctypes.sizeof(information)
            information.hProcess = self._process
            information.wzConsentKey = text(consent_key, 63, "consent_key")
            information.wzFriendlyEventName = text(friendly_event_name, 127, "friendly_event_name")
            information.wzApplicationName = text(application_name, 127, "application_name")
            information.wzApplicationPath = text(application_path, 259, "application_path")
            information.wzDescription = text(description, 511, "description")
        report = HANDLE()
        checked(create(event_type, report_type, information, ctypes.byref(report)), "WerReportCreate")
        self._handle, self._busy, self._submitted, self._parameters = report.value, False, False, 0

    def _begin(self) -> None:
        if self._busy:
            raise RuntimeError("another call on this report is still running")
        if self._handle is None:
            raise ValueError("the report is closed")
        if self._submitted:
            raise ValueError("the report has been submitted; file a new one")
        self._busy = True

    def set_parameter(self, index: int, value: str, name: str | None = None) -> None:
        if not isinstance(index, int) or isinstance(index, bool):
            raise TypeError(f"index must be an int, got {type(index).__name__}")
        if not 0 <= index <= 9:
            raise ValueError(f"index must be 0 to 9, got {index}")
        text(value, 259, "value")
        if name is not None:
            text(name, 128, "name")
        self._begin()
        hr = set_parameter(self._handle, index, name, value)
        self._busy = False
        checked(hr, "WerReportSetParameter")
        self._parameters |= 1 << index

    def add_file(self, path: object, file_type: FileType = FileType.OTHER, flags: FileFlags = NO_FILE_FLAGS) -> None:
        if type(file_type) is not FileType:
            file_type = FileType(file_type)
        if type(flags) is not FileFlags:
            flags = FileFlags(flags)
        full = path if type(path) is str else os.fsdecode(path)  # type: ignore[arg-type]
        if full[:1] != "%":
            full = os.path.abspath(full)
        text(full, 259, "path")
        self._begin()
        hr = add_file(self._handle, full, file_type, flags)
        self._busy = False
        checked(hr, "WerReportAddFile")

    def add_dump(
        self,
        dump_type: DumpType = DumpType.MINIDUMP,
        process: object = None,
        thread: object = None,
        exception: None = None,
        options: None = None,
        flags: DumpFlags = NO_DUMP_FLAGS,
        *,
        pid: int | None = None,
    ) -> None:
        if type(dump_type) is not DumpType:
            dump_type = DumpType(dump_type)
        if type(flags) is not DumpFlags:
            flags = DumpFlags(flags)
        if thread is not None or exception is not None or options is not None:
            raise NotImplementedError("thread, exception, options")
        about = self._process or CURRENT_PROCESS
        if pid is not None:
            about = opened(pid)
        elif process is not None:
            number = process if isinstance(process, int) else int(process._handle)  # type: ignore[attr-defined]
            about = number if number == CURRENT_PROCESS else duplicated(number)
        if dump_type is DumpType.MICRODUMP:
            raise ValueError("a MICRODUMP is the stack of one thread")
        self._begin()
        if pid is not None or (process is not None and about != CURRENT_PROCESS):
            self._kept.append(about)
        hr = add_dump(self._handle, about, None, dump_type, None, None, flags)
        self._busy = False
        checked(hr, "WerReportAddDump")

    def submit(self, consent: Consent, flags: SubmitFlags = NO_SUBMIT_FLAGS) -> SubmitResult:
        if type(consent) is not Consent:
            consent = Consent(consent)
        if type(flags) is not SubmitFlags:
            flags = SubmitFlags(flags)
        self._begin()
        if self._parameters & (self._parameters + 1):
            self._busy = False
            raise ValueError("signature parameters have a gap")
        answer = ctypes.c_int()
        hr = submit(self._handle, consent, flags, ctypes.byref(answer))
        self._busy = False
        checked(hr, "WerReportSubmit")
        self._submitted = True
        return SubmitResult(answer.value)

    def close(self) -> None:
        if self._busy:
            raise RuntimeError("another call on this report is still running")
        handle, self._handle = self._handle, None
        if handle is not None:
            checked(close(handle), "WerReportCloseHandle")
        while self._kept:
            close_handle(self._kept.pop())

    def __enter__(self) -> "CheckedReport":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
