from collections.abc import Iterator
from os import PathLike
from types import TracebackType
from typing import NoReturn, Protocol, Self, final, type_check_only

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
from ._stored import StoredReport

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

_Process = int | _HasHandle | _HasSentinel | _HasPid
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
class ProcessSnapshot:
    def __init__(
        self,
        process: _Process | None = None,
        flags: SnapshotFlags | int | None = None,
        *,
        pid: int | None = None,
        context_flags: int | None = None,
    ) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
    @property
    def closed(self) -> bool: ...
    @property
    def handle(self) -> int: ...
    @property
    def pid(self) -> int: ...
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

@final
class CrashHandler:
    def __init__(self, *arguments: object, **options: object) -> NoReturn: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
    @property
    def installed(self) -> bool: ...
    def uninstall(self) -> None: ...

@disjoint_base
class Store:
    def __init__(self, store_type: StoreType | int) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
    def __iter__(self) -> Iterator[StoredReport]: ...
    @property
    def closed(self) -> bool: ...
    @property
    def store_type(self) -> StoreType: ...
    def count(self) -> int: ...
    def size_on_disk(self) -> int: ...
    def upload(self, report: StoredReport | str, flags: SubmitFlags | int = 0) -> SubmitResult | int: ...
    def close(self) -> None: ...

@final
class Registration:
    def __init__(self, *arguments: object, **options: object) -> NoReturn: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
    @property
    def active(self) -> bool: ...
    def unregister(self) -> None: ...

def register_file(
    path: str | PathLike[str], file_type: RegisterFileType | int = ..., flags: FileFlags | int = 0
) -> Registration: ...
def register_memory_block(buffer: ReadableBuffer) -> Registration: ...
def register_excluded_memory_block(buffer: ReadableBuffer) -> Registration: ...
def register_custom_metadata(key: str, value: str) -> Registration: ...
def register_additional_process(
    process: _Process | None = None,
    thread: _Thread | None = None,
    *,
    pid: int | None = None,
    tid: int | None = None,
) -> Registration: ...
def register_app_local_dump(path: str | PathLike[str]) -> Registration: ...
def register_runtime_exception_module(path: str | PathLike[str], context: int = 0) -> Registration: ...
def report_hang(window: int, application_name: str | None = None) -> None: ...
def set_flags(flags: FaultReportingFlags | int) -> None: ...
def get_flags(process: _Process | None = None, *, pid: int | None = None) -> FaultReportingFlags: ...
def set_max_process_hold_milliseconds(milliseconds: int) -> None: ...
_C_API: object

def install_crash_handler(template: ReportTemplate) -> CrashHandler: ...
def purge_reports() -> None: ...
def supported(function: str) -> bool: ...
def add_excluded_application(exe_name: str, all_users: bool = False) -> None: ...
def remove_excluded_application(exe_name: str, all_users: bool = False) -> None: ...
