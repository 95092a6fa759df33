from os import PathLike
from types import TracebackType
from typing import Protocol, Self, final, type_check_only

from _typeshed import ReadableBuffer
from typing_extensions import disjoint_base

from ._enums import (
    Consent,
    DumpFlags,
    DumpType,
    FaultReportingFlags,
    FileFlags,
    FileType,
    RegisterFileType,
    ReportType,
    ReportUI,
    SnapshotFlags,
    StoreType,
    SubmitFlags,
    SubmitResult,
)
from ._options import DumpOptions, ExceptionInformation
from ._registration import Registration
from ._snapshot import ProcessSnapshot

@type_check_only
class _HasHandle(Protocol):  # pywin32's handles
    @property
    def handle(self) -> int: ...

@type_check_only
class _HasSentinel(Protocol):  # multiprocessing.Process
    @property
    def sentinel(self) -> int: ...

@type_check_only
class _HasPid(Protocol):  # subprocess.Popen, psutil.Process
    @property
    def pid(self) -> int: ...

@type_check_only
class _HasNativeId(Protocol):  # threading.Thread
    @property
    def native_id(self) -> int | None: ...
    def is_alive(self) -> bool: ...

_ProcessOwner = _HasHandle | _HasSentinel | _HasPid
_Process = int | _ProcessOwner
_Thread = int | _HasHandle | _HasNativeId

@disjoint_base
class Report:
    def __init__(
        self,
        event_type: str,
        report_type: ReportType | int = ...,
        *,
        process: _Process | None = None,
        consent_key: str = "",
        friendly_event_name: str = "",
        application_name: str = "",
        application_path: str = "",
        description: str = "",
        parent_window: int = 0,
        namespace_partner: str = "",
        namespace_group: str = "",
        application_identity: bytes = b"",
        snapshot: int = 0,
        delete_files_token: int = 0,
        submit_result_max: SubmitResult | int | None = None,
    ) -> None: ...
    @classmethod
    def from_handle(cls, handle: int, *, owned: bool = False) -> Self: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
    @property
    def closed(self) -> bool: ...
    @property
    def handle(self) -> int: ...
    @property
    def event_type(self) -> str | None: ...
    def set_parameter(self, index: int, value: str, name: str | None = None) -> None: ...
    def set_ui_option(self, option: ReportUI | int, value: str) -> None: ...
    def add_file(
        self, path: str | PathLike[str], file_type: FileType | int = ..., flags: FileFlags | int = 0
    ) -> None: ...
    def add_dump(
        self,
        dump_type: DumpType | int = ...,
        process: _Process | None = None,
        thread: _Thread | None = None,
        exception: ExceptionInformation | None = None,
        options: DumpOptions | None = None,
        flags: DumpFlags | int = 0,
        *,
        pid: int | None = None,
        tid: int | None = None,
        snapshot: ProcessSnapshot | None = None,
    ) -> None: ...
    def submit(self, consent: Consent | int, flags: SubmitFlags | int = 0) -> SubmitResult | int: ...
    def close(self) -> None: ...

@disjoint_base
class ReportTemplate:
    def __init__(
        self,
        event_type: str,
        report_type: ReportType | int = ...,
        *,
        consent: Consent | int,
        flags: SubmitFlags | int = 0,
        timeout: float = 60.0,
        consent_key: str = "",
        friendly_event_name: str = "",
        application_name: str = "",
        application_path: str = "",
        description: str = "",
        namespace_partner: str = "",
        namespace_group: str = "",
        application_identity: bytes = b"",
    ) -> None: ...
    @property
    def event_type(self) -> str: ...
    def set_parameter(self, index: int, value: str, name: str | None = None) -> None: ...
    def add_file(
        self, path: str | PathLike[str], file_type: FileType | int = ..., flags: FileFlags | int = 0
    ) -> None: ...
    def set_dump(
        self, dump_type: DumpType | int = ..., options: DumpOptions | None = None, flags: DumpFlags | int = 0
    ) -> None: ...
    # For _crash_handler.
    @property
    def _installed(self) -> bool: ...
    def _install(self) -> None: ...
    def _uninstall(self) -> None: ...

# The rest is not for programs: the modules that are named here make their functions and classes of it.

# _registration
@final
class HeldRegistration:
    @property
    def active(self) -> bool: ...
    @property
    def address(self) -> int: ...
    @property
    def number(self) -> int: ...
    def hold_file(self, path: str, file_type: RegisterFileType | int, flags: FileFlags | int, /) -> None: ...
    def hold_memory(self, buffer: ReadableBuffer, excluded: bool, /) -> None: ...
    def hold_custom_metadata(self, key: str, value: str, /) -> None: ...
    def hold_additional_process(
        self, process: _Process | None, thread: _Thread | None, pid: int | None, tid: int | None, /
    ) -> None: ...
    def hold_app_local_dump(self, folder: str, /) -> None: ...
    def hold_runtime_exception_module(self, path: str, context: int, /) -> None: ...
    def register(self, identity: object, owner: Registration, /) -> None: ...
    def unregister(self) -> None: ...

_registered: dict[tuple[int, object], Registration]

# _snapshot
@final
class HeldSnapshot:
    def capture(
        self, process: _Process | None, pid: int | None, flags: SnapshotFlags | int, context_flags: int | None, /
    ) -> int: ...
    @property
    def handle(self) -> int: ...
    def close(self) -> None: ...

# _interpreter
@disjoint_base
class OwnedHandle:
    def close(self) -> None: ...

@final
class HeldProcess(OwnedHandle):
    def __new__(cls, process: _ProcessOwner | None, pid: int | None, /) -> Self: ...
    @property
    def pid(self) -> int: ...
    @property
    def handle(self) -> int: ...
    @property
    def ended(self) -> bool: ...
    def created(self) -> int: ...
    def executable(self) -> str: ...
    def has_python(self) -> bool: ...

def children_of(pid: int, /) -> list[int]: ...

# _store
_Metadata = tuple[
    str, list[tuple[str, str]], bytes, bytes, int, int,
    str, int, bytes, list[str],
    str, str, str, str, str, int,
]  # fmt: skip

@final
class HeldStore:
    def open(self, store_type: StoreType | int, /) -> None: ...
    @property
    def closed(self) -> bool: ...
    def count(self) -> int: ...
    def size_on_disk(self) -> int: ...
    def upload(self, key: str, text: bytes, flags: SubmitFlags | int, /) -> SubmitResult | int: ...
    def begin(self) -> int: ...
    def read(self, iteration: int, /) -> tuple[str, int, _Metadata | None] | None: ...
    def close(self) -> None: ...

def purge_reports() -> None: ...

# _settings
def add_excluded_application(exe_name: str, all_users: bool, /) -> None: ...
def remove_excluded_application(exe_name: str, all_users: bool, /) -> None: ...
def set_flags(flags: FaultReportingFlags | int, /) -> None: ...
def get_flags(process: _Process | None, pid: int | None, /) -> int: ...
def set_max_process_hold_milliseconds(milliseconds: int, /) -> None: ...
def report_hang(window: int, application_name: str | None, /) -> None: ...
def in_wer_dll(function: str, /) -> bool: ...
def found(function: str, /) -> bool | None: ...

# wer/capi.h
_C_API: object
