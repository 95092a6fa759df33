"""Every enum and flag of werapi.h, and the flags of dumps and of process snapshots: the one place with their numbers.

`werapi.py` gives them their C names, and ``tools/make_asserts.py`` turns those into compile-time assertions, so that a
wheel only builds if Microsoft's header has the same numbers.
"""

from enum import Flag as _Flag
from enum import IntEnum as _IntEnum
from enum import IntFlag as _IntFlag


class _Choice(_IntEnum):
    """A number that prints as its name; ``%d``, ``:x`` and json go on writing the number."""

    def __str__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    def __format__(self, spec: str) -> str:
        return int.__format__(self, spec) if spec else str(self)


class _Flags(_IntFlag):
    """Bits that print as their names; ``%d``, ``:x`` and json go on writing the number."""

    __str__ = _Flag.__str__

    def __format__(self, spec: str) -> str:
        return int.__format__(self, spec) if spec else str(self)


def _hresult(code: int) -> int:
    """An HRESULT as C has it: a signed 32-bit number."""
    return code - (1 << 32) if code & 0x80000000 else code


class ReportType(_Choice):
    """What kind of event `Report` is about (werapi.h: WER_REPORT_TYPE)."""

    NON_CRITICAL = 0  #: never shows UI; queued silently
    CRITICAL = 1  #: like a crash or a hang: the process is expected to end or restart
    APPLICATION_CRASH = 2  #: the application stopped running
    APPLICATION_HANG = 3  #: the application stopped responding
    KERNEL = 4  #: kernel error


class Consent(_Choice):
    """What the user has agreed to (werapi.h: WER_CONSENT)."""

    NOT_ASKED = 1  #: the application has not asked; WER applies the user's settings, or asks
    APPROVED = 2  #: the user approved sending the report
    DENIED = 3  #: the user refused
    ALWAYS_PROMPT = 4  #: always ask


class DumpType(_Choice):
    """What `Report.add_dump` collects (werapi.h: WER_DUMP_TYPE)."""

    NONE = 0  #: no dump; newer SDKs only
    MICRODUMP = 1  #: one thread's stack trace; needs a thread
    MINIDUMP = 2  #: what Microsoft recommends sending
    HEAPDUMP = 3  #: with all private memory; not a full-memory dump
    TRIAGEDUMP = 4  #: an extended minidump; Microsoft does not publish its contents


class FileType(_Choice):
    """What a file added with `Report.add_file` is (werapi.h: WER_FILE_TYPE)."""

    MICRODUMP = 1  #: a dump with stack traces only
    MINIDUMP = 2  #: a minidump that you wrote yourself
    HEAPDUMP = 3  #: a heap dump that you wrote yourself
    USER_DOCUMENT = 4  #: a document in use; collected only if the server asks
    OTHER = 5  #: anything else; always part of the cab
    TRIAGEDUMP = 6  #: triage dump
    CUSTOM_DUMP = 7  #: custom dump
    AUXILIARY_DUMP = 8  #: a further dump beside the main one
    ETL_TRACE = 9  #: event trace log
    AUXILIARY_HEAP_DUMP = 10  #: a further heap dump; newer SDKs only


class RegisterFileType(_Choice):
    """What a registered file is (werapi.h: WER_REGISTER_FILE_TYPE)."""

    USER_DOCUMENT = 1  #: collected only if the server asks
    OTHER = 2  #: any other file


class ReportUI(_Choice):
    """Which text of WER's dialogs `Report.set_ui_option` replaces (werapi.h: WER_REPORT_UI)."""

    ADDITIONAL_DATA_DLG_HEADER = 1  #: instructions of the additional-data dialog
    ICON_FILE_PATH = 2  #: icon of the consent dialog: a path
    CONSENT_DLG_HEADER = 3  #: main instruction of the consent dialog
    CONSENT_DLG_BODY = 4  #: body of the consent dialog
    ONLINE_SOLUTION_CHECK_TEXT = 5  #: "check for a solution" link, online
    OFFLINE_SOLUTION_CHECK_TEXT = 6  #: "check for a solution" link, offline
    CLOSE_TEXT = 7  #: "just close the program" link
    CLOSE_DLG_HEADER = 8  #: main instruction of the close dialog
    CLOSE_DLG_BODY = 9  #: body of the close dialog
    CLOSE_DLG_BUTTON_TEXT = 10  #: button of the close dialog


class SubmitResult(_Choice):
    """What became of a submitted report (werapi.h: WER_SUBMIT_RESULT).

    Microsoft has not published the meaning of 10 to 12; what stands beside them is read from their names.
    """

    QUEUED = 1  #: waits in the queue: offline, no consent yet, non-critical, or asked for
    UPLOADED = 2  #: sent
    DEBUG = 3  #: the user pressed Debug
    FAILED = 4  #: the submission failed
    DISABLED = 5  #: error reporting is switched off
    CANCELLED = 6  #: cancelled
    DISABLED_QUEUE = 7  #: queuing is switched off
    ASYNC = 8  #: a helper process submits it; the outcome cannot be learned
    CUSTOM_ACTION = 9  #: the reporting can be customised
    THROTTLED = 10  #: the client sent too many; Windows 8
    UPLOADED_CAB = 11  #: sent with its files; Windows 10
    STORAGE_LOCATION_NOT_FOUND = 12  #: the destination is missing; Windows 10

    @classmethod
    def _missing_(cls, value: object) -> "SubmitResult | None":
        """A value that a newer Windows answered: it keeps its number, and its name says that it is not known here."""
        if type(value) is not int:
            return None
        unknown = int.__new__(cls, value)
        unknown._name_ = f"UNKNOWN_{value}"
        unknown._value_ = value
        return unknown


class StoreType(_Choice):
    """Which report store (werapi.h: REPORT_STORE_TYPES)."""

    USER_ARCHIVE = 0  #: the current user's reports, already processed
    USER_QUEUE = 1  #: the current user's reports, waiting
    MACHINE_ARCHIVE = 2  #: the machine's reports, processed
    MACHINE_QUEUE = 3  #: the machine's reports, waiting


class FaultReportingFlags(_Flags):
    """How Windows reports this process's own crashes and hangs (werapi.h: WER_FAULT_REPORTING_*)."""

    NOHEAP = 0x1  #: no heap data on crash or hang
    QUEUE = 0x2  #: queue critical reports, without UI
    DISABLE_THREAD_SUSPENSION = 0x4  #: do not suspend the threads before reporting
    QUEUE_UPLOAD = 0x8  #: queue, then upload from the queue
    ALWAYS_SHOW_UI = 0x10  #: interactive processes only
    NO_UI = 0x20  #: never show fault UI
    NO_HEAP_ON_QUEUE = 0x40  #: no heap dump when the report is queued
    DISABLE_SNAPSHOT_CRASH = 0x80  #: no process snapshots for crash reports
    DISABLE_SNAPSHOT_HANG = 0x100  #: no process snapshots for hang reports
    CRITICAL = 0x200  #: mark the process as critical
    DURABLE = 0x400  #: flush the report store for this process


class SubmitFlags(_Flags):
    """How `Report.submit` submits (werapi.h: WER_SUBMIT_*)."""

    HONOR_RECOVERY = 0x1  #: honour a registered recovery callback
    HONOR_RESTART = 0x2  #: honour a registered restart; may end the process
    QUEUE = 0x4  #: only put it in the queue; uploaded later as consent allows
    SHOW_DEBUG = 0x8  #: show a Debug button
    ADD_REGISTERED_DATA = 0x10  #: include the process's registered files and memory blocks
    OUTOFPROCESS = 0x20  #: a helper process submits; blocks and dispatches window messages meanwhile
    NO_CLOSE_UI = 0x40  #: no close dialog for a critical report
    NO_QUEUE = 0x80  #: never queue: send now, or discard
    DISCARD_IF_QUEUED = 0x80  #: the header's other name for NO_QUEUE
    NO_ARCHIVE = 0x100  #: do not archive
    START_MINIMIZED = 0x200  #: the first UI is minimised and flashes
    OUTOFPROCESS_ASYNC = 0x400  #: a helper process submits; returns at once, the outcome stays unknown
    BYPASS_DATA_THROTTLING = 0x800  #: Windows 8
    ARCHIVE_PARAMETERS_ONLY = 0x1000  #: archive the parameters, drop the files; Windows 8
    REPORT_MACHINE_ID = 0x2000  #: always send the 128-bit machine id; Windows 8
    BYPASS_POWER_THROTTLING = 0x4000  #: send on battery too; undocumented, header only
    BYPASS_NETWORK_COST_THROTTLING = 0x8000  #: send on metered networks too; undocumented, header only


class FileFlags(_Flags):
    """What WER may assume of an added file (werapi.h: WER_FILE_*)."""

    DELETE_WHEN_DONE = 0x1  #: delete the file after the report is submitted
    ANONYMOUS_DATA = 0x2  #: the file holds no personal data
    COMPRESSED = 0x4  #: the file is already compressed; undocumented, newer header only


class DumpFlags(_Flags):
    """How `Report.add_dump` adds a dump (werapi.h: WER_DUMP_*).

    AUXILIARY and AUX_PROMOTE are undocumented; what stands beside them is read from their names.
    """

    NOHEAP_ONQUEUE = 0x1  #: leave a heap dump out if the report ends up in the queue
    AUXILIARY = 0x2  #: a secondary dump in the same report
    AUX_PROMOTE = 0x4  #: a secondary dump that may become the main one; newer header only


class DumpMask(_Flags):
    """Which members of `DumpOptions` count (werapi.h: WER_DUMP_MASK_*); `DumpOptions` derives it.

    Mind the order: the members run Exception, Other, ExceptionEx, OtherEx; the bits do not.
    """

    START = 0x1  #: where the header starts counting; equals DUMPTYPE
    DUMPTYPE = 0x1
    ONLY_THISTHREAD = 0x2
    THREADFLAGS = 0x4
    THREADFLAGS_EX = 0x8
    OTHERTHREADFLAGS = 0x10
    OTHERTHREADFLAGS_EX = 0x20
    PREFERRED_MODULESFLAGS = 0x40
    OTHER_MODULESFLAGS = 0x80
    PREFERRED_MODULE_LIST = 0x100


class MinidumpType(_Flags):
    """What goes into a dump, for `DumpOptions.dump_flags` (minidumpapiset.h: MINIDUMP_TYPE)."""

    NORMAL = 0x0
    WITH_DATA_SEGS = 0x1
    WITH_FULL_MEMORY = 0x2
    WITH_HANDLE_DATA = 0x4
    FILTER_MEMORY = 0x8
    SCAN_MEMORY = 0x10
    WITH_UNLOADED_MODULES = 0x20
    WITH_INDIRECTLY_REFERENCED_MEMORY = 0x40
    FILTER_MODULE_PATHS = 0x80
    WITH_PROCESS_THREAD_DATA = 0x100
    WITH_PRIVATE_READ_WRITE_MEMORY = 0x200
    WITHOUT_OPTIONAL_DATA = 0x400
    WITH_FULL_MEMORY_INFO = 0x800
    WITH_THREAD_INFO = 0x1000
    WITH_CODE_SEGS = 0x2000
    WITHOUT_AUXILIARY_STATE = 0x4000
    WITH_FULL_AUXILIARY_STATE = 0x8000
    WITH_PRIVATE_WRITE_COPY_MEMORY = 0x10000
    IGNORE_INACCESSIBLE_MEMORY = 0x20000
    WITH_TOKEN_INFORMATION = 0x40000
    WITH_MODULE_HEADERS = 0x80000
    FILTER_TRIAGE = 0x100000
    WITH_AVX_X_STATE_CONTEXT = 0x200000
    WITH_IPT_TRACE = 0x400000
    SCAN_INACCESSIBLE_PARTIAL_PAGES = 0x800000
    FILTER_WRITE_COMBINED_MEMORY = 0x1000000
    NO_IGNORE_INACCESSIBLE_MEMORY = 0x2000000
    VALID_TYPE_FLAGS = 0x1FFFFFF  #: depends on the SDK; not a limit to check against
    VALID_TYPE_FLAGS_EX = 0x3FFFFFF  #: likewise


class ThreadWriteFlags(_Flags):
    """What a dump holds of a thread, for `DumpOptions` (minidumpapiset.h: THREAD_WRITE_FLAGS)."""

    THREAD = 0x1
    STACK = 0x2
    CONTEXT = 0x4
    BACKING_STORE = 0x8
    INSTRUCTION_WINDOW = 0x10
    THREAD_DATA = 0x20
    THREAD_INFO = 0x40


class ModuleWriteFlags(_Flags):
    """What a dump holds of a module, for `DumpOptions` (minidumpapiset.h: MODULE_WRITE_FLAGS)."""

    MODULE = 0x1
    DATA_SEG = 0x2
    MISC_RECORD = 0x4
    CV_RECORD = 0x8
    REFERENCED_BY_MEMORY = 0x10
    TLS_DATA = 0x20
    CODE_SEGS = 0x40


class SnapshotFlags(_Flags):
    """What `ProcessSnapshot` captures, and how (processsnapshot.h: PSS_CAPTURE_FLAGS). Windows 8.1."""

    VA_CLONE = 0x1  #: the memory, copied on write
    HANDLES = 0x4  #: the handle table: the handles' values
    HANDLE_NAME_INFORMATION = 0x8
    HANDLE_BASIC_INFORMATION = 0x10
    HANDLE_TYPE_SPECIFIC_INFORMATION = 0x20
    HANDLE_TRACE = 0x40
    THREADS = 0x80  #: the threads' ids
    THREAD_CONTEXT = 0x100  #: their registers
    THREAD_CONTEXT_EXTENDED = 0x200
    VA_SPACE = 0x800  #: what memory there is, not what is in it
    VA_SPACE_SECTION_INFORMATION = 0x1000  #: the files behind it
    IPT_TRACE = 0x2000
    CREATE_BREAKAWAY_OPTIONAL = 0x4000000  #: leave the process's job if it lets go
    CREATE_BREAKAWAY = 0x8000000  #: leave the process's job, or fail
    CREATE_FORCE_BREAKAWAY = 0x10000000  #: leave the job whatever it says; privileged
    CREATE_USE_VM_ALLOCATIONS = 0x20000000  #: keep the snapshot's data off the heap
    CREATE_MEASURE_PERFORMANCE = 0x40000000
    CREATE_RELEASE_SECTION = 0x80000000


class HResult(_Choice):
    """HRESULTs that WER functions are known to return; any other is possible.

    `WerError.hresult` compares equal to these. The `WER_E_*` are werapi.h's, the rest winerror.h's.
    """

    S_OK = 0
    S_FALSE = 1
    E_NOTIMPL = _hresult(0x80004001)
    E_FAIL = _hresult(0x80004005)
    E_ACCESSDENIED = _hresult(0x80070005)
    E_HANDLE = _hresult(0x80070006)
    E_OUTOFMEMORY = _hresult(0x8007000E)
    E_INVALIDARG = _hresult(0x80070057)
    WER_E_INSUFFICIENT_BUFFER = _hresult(0x8007007A)
    WER_E_NOT_FOUND = _hresult(0x80070490)
    WER_E_LENGTH_EXCEEDED = _hresult(0x80070503)
    WER_E_INVALID_STATE = _hresult(0x8007139F)
    WER_E_MISSING_DUMP = _hresult(0x8007023D)
    WER_E_CABBING_FAILURE = _hresult(0x8007001F)


__all__ = [
    "ReportType",
    "Consent",
    "DumpType",
    "FileType",
    "RegisterFileType",
    "ReportUI",
    "SubmitResult",
    "StoreType",
    "FaultReportingFlags",
    "SubmitFlags",
    "FileFlags",
    "DumpFlags",
    "DumpMask",
    "MinidumpType",
    "ThreadWriteFlags",
    "ModuleWriteFlags",
    "SnapshotFlags",
    "HResult",
]
