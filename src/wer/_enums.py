"""Every enum, flag, limit and HRESULT name of werapi.h, and the flags of dumps and of process snapshots: the one
place with their numbers.

Each value stands here twice by name, once as a Python enum member and once under its C name, and once by
number. ``tools/make_asserts.py`` turns the C names into compile-time assertions, so that a wheel only
builds if Microsoft's header has the same numbers. ``MAX`` and ``INVALID`` members are the header's end
markers; they move between SDK versions and no function accepts them.
"""

from enum import IntEnum as _IntEnum
from enum import IntFlag as _IntFlag


def _hresult(code: int) -> int:
    """An HRESULT as C has it: a signed 32-bit number."""
    return code - (1 << 32) if code & 0x80000000 else code


class ReportType(_IntEnum):
    """What kind of event `Report` is about (werapi.h: WER_REPORT_TYPE)."""

    NON_CRITICAL = 0  #: never shows UI; queued silently
    CRITICAL = 1  #: like a crash or a hang: the process is expected to end or restart
    APPLICATION_CRASH = 2  #: the application stopped running
    APPLICATION_HANG = 3  #: the application stopped responding
    KERNEL = 4  #: kernel error
    INVALID = 5  #: end marker


WerReportNonCritical = ReportType.NON_CRITICAL
WerReportCritical = ReportType.CRITICAL
WerReportApplicationCrash = ReportType.APPLICATION_CRASH
WerReportApplicationHang = ReportType.APPLICATION_HANG
WerReportKernel = ReportType.KERNEL
WerReportInvalid = ReportType.INVALID


class Consent(_IntEnum):
    """What the user has agreed to (werapi.h: WER_CONSENT)."""

    NOT_ASKED = 1  #: the application has not asked; WER applies the user's settings, or asks
    APPROVED = 2  #: the user approved sending the report
    DENIED = 3  #: the user refused
    ALWAYS_PROMPT = 4  #: always ask
    MAX = 5  #: end marker


WerConsentNotAsked = Consent.NOT_ASKED
WerConsentApproved = Consent.APPROVED
WerConsentDenied = Consent.DENIED
WerConsentAlwaysPrompt = Consent.ALWAYS_PROMPT
WerConsentMax = Consent.MAX


class DumpType(_IntEnum):
    """What `Report.add_dump` collects (werapi.h: WER_DUMP_TYPE)."""

    NONE = 0  #: no dump; newer SDKs only
    MICRODUMP = 1  #: one thread's stack trace; needs a thread
    MINIDUMP = 2  #: what Microsoft recommends sending
    HEAPDUMP = 3  #: with all private memory; not a full-memory dump
    TRIAGEDUMP = 4  #: an extended minidump; Microsoft does not publish its contents
    MAX = 5  #: end marker


WerDumpTypeNone = DumpType.NONE
WerDumpTypeMicroDump = DumpType.MICRODUMP
WerDumpTypeMiniDump = DumpType.MINIDUMP
WerDumpTypeHeapDump = DumpType.HEAPDUMP
WerDumpTypeTriageDump = DumpType.TRIAGEDUMP
WerDumpTypeMax = DumpType.MAX


class FileType(_IntEnum):
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
    MAX = 11  #: end marker


WerFileTypeMicrodump = FileType.MICRODUMP
WerFileTypeMinidump = FileType.MINIDUMP
WerFileTypeHeapdump = FileType.HEAPDUMP
WerFileTypeUserDocument = FileType.USER_DOCUMENT
WerFileTypeOther = FileType.OTHER
WerFileTypeTriagedump = FileType.TRIAGEDUMP
WerFileTypeCustomDump = FileType.CUSTOM_DUMP
WerFileTypeAuxiliaryDump = FileType.AUXILIARY_DUMP
WerFileTypeEtlTrace = FileType.ETL_TRACE
WerFileTypeAuxiliaryHeapDump = FileType.AUXILIARY_HEAP_DUMP
WerFileTypeMax = FileType.MAX


class RegisterFileType(_IntEnum):
    """What a registered file is (werapi.h: WER_REGISTER_FILE_TYPE)."""

    USER_DOCUMENT = 1  #: collected only if the server asks
    OTHER = 2  #: any other file
    MAX = 3  #: end marker


WerRegFileTypeUserDocument = RegisterFileType.USER_DOCUMENT
WerRegFileTypeOther = RegisterFileType.OTHER
WerRegFileTypeMax = RegisterFileType.MAX


class ReportUI(_IntEnum):
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
    MAX = 11  #: end marker


WerUIAdditionalDataDlgHeader = ReportUI.ADDITIONAL_DATA_DLG_HEADER
WerUIIconFilePath = ReportUI.ICON_FILE_PATH
WerUIConsentDlgHeader = ReportUI.CONSENT_DLG_HEADER
WerUIConsentDlgBody = ReportUI.CONSENT_DLG_BODY
WerUIOnlineSolutionCheckText = ReportUI.ONLINE_SOLUTION_CHECK_TEXT
WerUIOfflineSolutionCheckText = ReportUI.OFFLINE_SOLUTION_CHECK_TEXT
WerUICloseText = ReportUI.CLOSE_TEXT
WerUICloseDlgHeader = ReportUI.CLOSE_DLG_HEADER
WerUICloseDlgBody = ReportUI.CLOSE_DLG_BODY
WerUICloseDlgButtonText = ReportUI.CLOSE_DLG_BUTTON_TEXT
WerUIMax = ReportUI.MAX


class SubmitResult(_IntEnum):
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
    MAX = 13  #: end marker


WerReportQueued = SubmitResult.QUEUED
WerReportUploaded = SubmitResult.UPLOADED
WerReportDebug = SubmitResult.DEBUG
WerReportFailed = SubmitResult.FAILED
WerDisabled = SubmitResult.DISABLED
WerReportCancelled = SubmitResult.CANCELLED
WerDisabledQueue = SubmitResult.DISABLED_QUEUE
WerReportAsync = SubmitResult.ASYNC
WerCustomAction = SubmitResult.CUSTOM_ACTION
WerThrottled = SubmitResult.THROTTLED
WerReportUploadedCab = SubmitResult.UPLOADED_CAB
WerStorageLocationNotFound = SubmitResult.STORAGE_LOCATION_NOT_FOUND
WerSubmitResultMax = SubmitResult.MAX


class StoreType(_IntEnum):
    """Which report store (werapi.h: REPORT_STORE_TYPES)."""

    USER_ARCHIVE = 0  #: the current user's reports, already processed
    USER_QUEUE = 1  #: the current user's reports, waiting
    MACHINE_ARCHIVE = 2  #: the machine's reports, processed
    MACHINE_QUEUE = 3  #: the machine's reports, waiting
    INVALID = 4  #: end marker


E_STORE_USER_ARCHIVE = StoreType.USER_ARCHIVE
E_STORE_USER_QUEUE = StoreType.USER_QUEUE
E_STORE_MACHINE_ARCHIVE = StoreType.MACHINE_ARCHIVE
E_STORE_MACHINE_QUEUE = StoreType.MACHINE_QUEUE
E_STORE_INVALID = StoreType.INVALID


class FaultReportingFlags(_IntFlag):
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


WER_FAULT_REPORTING_FLAG_NOHEAP = FaultReportingFlags.NOHEAP
WER_FAULT_REPORTING_FLAG_QUEUE = FaultReportingFlags.QUEUE
WER_FAULT_REPORTING_FLAG_DISABLE_THREAD_SUSPENSION = FaultReportingFlags.DISABLE_THREAD_SUSPENSION
WER_FAULT_REPORTING_FLAG_QUEUE_UPLOAD = FaultReportingFlags.QUEUE_UPLOAD
WER_FAULT_REPORTING_ALWAYS_SHOW_UI = FaultReportingFlags.ALWAYS_SHOW_UI
WER_FAULT_REPORTING_NO_UI = FaultReportingFlags.NO_UI
WER_FAULT_REPORTING_FLAG_NO_HEAP_ON_QUEUE = FaultReportingFlags.NO_HEAP_ON_QUEUE
WER_FAULT_REPORTING_DISABLE_SNAPSHOT_CRASH = FaultReportingFlags.DISABLE_SNAPSHOT_CRASH
WER_FAULT_REPORTING_DISABLE_SNAPSHOT_HANG = FaultReportingFlags.DISABLE_SNAPSHOT_HANG
WER_FAULT_REPORTING_CRITICAL = FaultReportingFlags.CRITICAL
WER_FAULT_REPORTING_DURABLE = FaultReportingFlags.DURABLE


class SubmitFlags(_IntFlag):
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


WER_SUBMIT_HONOR_RECOVERY = SubmitFlags.HONOR_RECOVERY
WER_SUBMIT_HONOR_RESTART = SubmitFlags.HONOR_RESTART
WER_SUBMIT_QUEUE = SubmitFlags.QUEUE
WER_SUBMIT_SHOW_DEBUG = SubmitFlags.SHOW_DEBUG
WER_SUBMIT_ADD_REGISTERED_DATA = SubmitFlags.ADD_REGISTERED_DATA
WER_SUBMIT_OUTOFPROCESS = SubmitFlags.OUTOFPROCESS
WER_SUBMIT_NO_CLOSE_UI = SubmitFlags.NO_CLOSE_UI
WER_SUBMIT_NO_QUEUE = SubmitFlags.NO_QUEUE
WER_SUBMIT_DISCARD_IF_QUEUED = SubmitFlags.DISCARD_IF_QUEUED
WER_SUBMIT_NO_ARCHIVE = SubmitFlags.NO_ARCHIVE
WER_SUBMIT_START_MINIMIZED = SubmitFlags.START_MINIMIZED
WER_SUBMIT_OUTOFPROCESS_ASYNC = SubmitFlags.OUTOFPROCESS_ASYNC
WER_SUBMIT_BYPASS_DATA_THROTTLING = SubmitFlags.BYPASS_DATA_THROTTLING
WER_SUBMIT_ARCHIVE_PARAMETERS_ONLY = SubmitFlags.ARCHIVE_PARAMETERS_ONLY
WER_SUBMIT_REPORT_MACHINE_ID = SubmitFlags.REPORT_MACHINE_ID
WER_SUBMIT_BYPASS_POWER_THROTTLING = SubmitFlags.BYPASS_POWER_THROTTLING
WER_SUBMIT_BYPASS_NETWORK_COST_THROTTLING = SubmitFlags.BYPASS_NETWORK_COST_THROTTLING


class FileFlags(_IntFlag):
    """What WER may assume of an added file (werapi.h: WER_FILE_*)."""

    DELETE_WHEN_DONE = 0x1  #: delete the file after the report is submitted
    ANONYMOUS_DATA = 0x2  #: the file holds no personal data
    COMPRESSED = 0x4  #: the file is already compressed; undocumented, newer header only


WER_FILE_DELETE_WHEN_DONE = FileFlags.DELETE_WHEN_DONE
WER_FILE_ANONYMOUS_DATA = FileFlags.ANONYMOUS_DATA
WER_FILE_COMPRESSED = FileFlags.COMPRESSED


class DumpFlags(_IntFlag):
    """How `Report.add_dump` adds a dump (werapi.h: WER_DUMP_*).

    AUXILIARY and AUX_PROMOTE are undocumented; what stands beside them is read from their names.
    """

    NOHEAP_ONQUEUE = 0x1  #: leave a heap dump out if the report ends up in the queue
    AUXILIARY = 0x2  #: a secondary dump in the same report
    AUX_PROMOTE = 0x4  #: a secondary dump that may become the main one; newer header only


WER_DUMP_NOHEAP_ONQUEUE = DumpFlags.NOHEAP_ONQUEUE
WER_DUMP_AUXILIARY = DumpFlags.AUXILIARY
WER_DUMP_AUX_PROMOTE = DumpFlags.AUX_PROMOTE


class DumpMask(_IntFlag):
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


WER_DUMP_MASK_START = DumpMask.START
WER_DUMP_MASK_DUMPTYPE = DumpMask.DUMPTYPE
WER_DUMP_MASK_ONLY_THISTHREAD = DumpMask.ONLY_THISTHREAD
WER_DUMP_MASK_THREADFLAGS = DumpMask.THREADFLAGS
WER_DUMP_MASK_THREADFLAGS_EX = DumpMask.THREADFLAGS_EX
WER_DUMP_MASK_OTHERTHREADFLAGS = DumpMask.OTHERTHREADFLAGS
WER_DUMP_MASK_OTHERTHREADFLAGS_EX = DumpMask.OTHERTHREADFLAGS_EX
WER_DUMP_MASK_PREFERRED_MODULESFLAGS = DumpMask.PREFERRED_MODULESFLAGS
WER_DUMP_MASK_OTHER_MODULESFLAGS = DumpMask.OTHER_MODULESFLAGS
WER_DUMP_MASK_PREFERRED_MODULE_LIST = DumpMask.PREFERRED_MODULE_LIST


class MinidumpType(_IntFlag):
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


MiniDumpNormal = MinidumpType.NORMAL
MiniDumpWithDataSegs = MinidumpType.WITH_DATA_SEGS
MiniDumpWithFullMemory = MinidumpType.WITH_FULL_MEMORY
MiniDumpWithHandleData = MinidumpType.WITH_HANDLE_DATA
MiniDumpFilterMemory = MinidumpType.FILTER_MEMORY
MiniDumpScanMemory = MinidumpType.SCAN_MEMORY
MiniDumpWithUnloadedModules = MinidumpType.WITH_UNLOADED_MODULES
MiniDumpWithIndirectlyReferencedMemory = MinidumpType.WITH_INDIRECTLY_REFERENCED_MEMORY
MiniDumpFilterModulePaths = MinidumpType.FILTER_MODULE_PATHS
MiniDumpWithProcessThreadData = MinidumpType.WITH_PROCESS_THREAD_DATA
MiniDumpWithPrivateReadWriteMemory = MinidumpType.WITH_PRIVATE_READ_WRITE_MEMORY
MiniDumpWithoutOptionalData = MinidumpType.WITHOUT_OPTIONAL_DATA
MiniDumpWithFullMemoryInfo = MinidumpType.WITH_FULL_MEMORY_INFO
MiniDumpWithThreadInfo = MinidumpType.WITH_THREAD_INFO
MiniDumpWithCodeSegs = MinidumpType.WITH_CODE_SEGS
MiniDumpWithoutAuxiliaryState = MinidumpType.WITHOUT_AUXILIARY_STATE
MiniDumpWithFullAuxiliaryState = MinidumpType.WITH_FULL_AUXILIARY_STATE
MiniDumpWithPrivateWriteCopyMemory = MinidumpType.WITH_PRIVATE_WRITE_COPY_MEMORY
MiniDumpIgnoreInaccessibleMemory = MinidumpType.IGNORE_INACCESSIBLE_MEMORY
MiniDumpWithTokenInformation = MinidumpType.WITH_TOKEN_INFORMATION
MiniDumpWithModuleHeaders = MinidumpType.WITH_MODULE_HEADERS
MiniDumpFilterTriage = MinidumpType.FILTER_TRIAGE
MiniDumpWithAvxXStateContext = MinidumpType.WITH_AVX_X_STATE_CONTEXT
MiniDumpWithIptTrace = MinidumpType.WITH_IPT_TRACE
MiniDumpScanInaccessiblePartialPages = MinidumpType.SCAN_INACCESSIBLE_PARTIAL_PAGES
MiniDumpFilterWriteCombinedMemory = MinidumpType.FILTER_WRITE_COMBINED_MEMORY
MiniDumpNoIgnoreInaccessibleMemory = MinidumpType.NO_IGNORE_INACCESSIBLE_MEMORY
MiniDumpValidTypeFlags = MinidumpType.VALID_TYPE_FLAGS
MiniDumpValidTypeFlagsEx = MinidumpType.VALID_TYPE_FLAGS_EX


class ThreadWriteFlags(_IntFlag):
    """What a dump holds of a thread, for `DumpOptions` (minidumpapiset.h: THREAD_WRITE_FLAGS)."""

    THREAD = 0x1
    STACK = 0x2
    CONTEXT = 0x4
    BACKING_STORE = 0x8
    INSTRUCTION_WINDOW = 0x10
    THREAD_DATA = 0x20
    THREAD_INFO = 0x40


ThreadWriteThread = ThreadWriteFlags.THREAD
ThreadWriteStack = ThreadWriteFlags.STACK
ThreadWriteContext = ThreadWriteFlags.CONTEXT
ThreadWriteBackingStore = ThreadWriteFlags.BACKING_STORE
ThreadWriteInstructionWindow = ThreadWriteFlags.INSTRUCTION_WINDOW
ThreadWriteThreadData = ThreadWriteFlags.THREAD_DATA
ThreadWriteThreadInfo = ThreadWriteFlags.THREAD_INFO


class ModuleWriteFlags(_IntFlag):
    """What a dump holds of a module, for `DumpOptions` (minidumpapiset.h: MODULE_WRITE_FLAGS)."""

    MODULE = 0x1
    DATA_SEG = 0x2
    MISC_RECORD = 0x4
    CV_RECORD = 0x8
    REFERENCED_BY_MEMORY = 0x10
    TLS_DATA = 0x20
    CODE_SEGS = 0x40


ModuleWriteModule = ModuleWriteFlags.MODULE
ModuleWriteDataSeg = ModuleWriteFlags.DATA_SEG
ModuleWriteMiscRecord = ModuleWriteFlags.MISC_RECORD
ModuleWriteCvRecord = ModuleWriteFlags.CV_RECORD
ModuleReferencedByMemory = ModuleWriteFlags.REFERENCED_BY_MEMORY
ModuleWriteTlsData = ModuleWriteFlags.TLS_DATA
ModuleWriteCodeSegs = ModuleWriteFlags.CODE_SEGS


class SnapshotFlags(_IntFlag):
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


PSS_CAPTURE_VA_CLONE = SnapshotFlags.VA_CLONE
PSS_CAPTURE_HANDLES = SnapshotFlags.HANDLES
PSS_CAPTURE_HANDLE_NAME_INFORMATION = SnapshotFlags.HANDLE_NAME_INFORMATION
PSS_CAPTURE_HANDLE_BASIC_INFORMATION = SnapshotFlags.HANDLE_BASIC_INFORMATION
PSS_CAPTURE_HANDLE_TYPE_SPECIFIC_INFORMATION = SnapshotFlags.HANDLE_TYPE_SPECIFIC_INFORMATION
PSS_CAPTURE_HANDLE_TRACE = SnapshotFlags.HANDLE_TRACE
PSS_CAPTURE_THREADS = SnapshotFlags.THREADS
PSS_CAPTURE_THREAD_CONTEXT = SnapshotFlags.THREAD_CONTEXT
PSS_CAPTURE_THREAD_CONTEXT_EXTENDED = SnapshotFlags.THREAD_CONTEXT_EXTENDED
PSS_CAPTURE_VA_SPACE = SnapshotFlags.VA_SPACE
PSS_CAPTURE_VA_SPACE_SECTION_INFORMATION = SnapshotFlags.VA_SPACE_SECTION_INFORMATION
PSS_CAPTURE_IPT_TRACE = SnapshotFlags.IPT_TRACE
PSS_CREATE_BREAKAWAY_OPTIONAL = SnapshotFlags.CREATE_BREAKAWAY_OPTIONAL
PSS_CREATE_BREAKAWAY = SnapshotFlags.CREATE_BREAKAWAY
PSS_CREATE_FORCE_BREAKAWAY = SnapshotFlags.CREATE_FORCE_BREAKAWAY
PSS_CREATE_USE_VM_ALLOCATIONS = SnapshotFlags.CREATE_USE_VM_ALLOCATIONS
PSS_CREATE_MEASURE_PERFORMANCE = SnapshotFlags.CREATE_MEASURE_PERFORMANCE
PSS_CREATE_RELEASE_SECTION = SnapshotFlags.CREATE_RELEASE_SECTION


class HResult(_IntEnum):
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


WER_E_INSUFFICIENT_BUFFER = HResult.WER_E_INSUFFICIENT_BUFFER
WER_E_NOT_FOUND = HResult.WER_E_NOT_FOUND
WER_E_LENGTH_EXCEEDED = HResult.WER_E_LENGTH_EXCEEDED
WER_E_INVALID_STATE = HResult.WER_E_INVALID_STATE
WER_E_MISSING_DUMP = HResult.WER_E_MISSING_DUMP
WER_E_CABBING_FAILURE = HResult.WER_E_CABBING_FAILURE

# Signature parameters, for `Report.set_parameter`.
WER_P0 = 0
WER_P1 = 1
WER_P2 = 2
WER_P3 = 3
WER_P4 = 4
WER_P5 = 5
WER_P6 = 6
WER_P7 = 7
WER_P8 = 8
WER_P9 = 9

# Limits. Lengths are UTF-16 code units; only the ones that say so count the closing NUL.
WER_MAX_TOTAL_PARAM_LENGTH = 1720  #: obsolete since Windows 10, says the header
WER_MAX_PREFERRED_MODULES = 128  #: names in `DumpOptions.preferred_modules`
WER_MAX_PREFERRED_MODULES_BUFFER = 256  #: their total, with one NUL each and one more
WER_MAX_MEM_BLOCK_SIZE = 65536  #: bytes in a registered memory block
WER_MAX_REGISTERED_ENTRIES = 512  #: files, memory blocks and metadata together
WER_MAX_REGISTERED_METADATA = 8  #: custom metadata pairs
WER_MAX_REGISTERED_DUMPCOLLECTION = 4  #: additional processes
WER_METADATA_KEY_MAX_LENGTH = 64
WER_METADATA_VALUE_MAX_LENGTH = 128
WER_MAX_SIGNATURE_NAME_LENGTH = 128  #: name of a signature parameter
WER_MAX_EVENT_NAME_LENGTH = 64
WER_MAX_PARAM_LENGTH = 260  #: value of a signature parameter, with its NUL
WER_MAX_PARAM_COUNT = 10
WER_MAX_FRIENDLY_EVENT_NAME_LENGTH = 128  #: with its NUL
WER_MAX_APPLICATION_NAME_LENGTH = 128  #: with its NUL
WER_MAX_DESCRIPTION_LENGTH = 512  #: with its NUL
WER_MAX_BUCKET_ID_STRING_LENGTH = 260  #: with its NUL
WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH = 64  #: with its NUL
WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES = 16

# Event types of the crashes that Windows itself reports, and the functions that a runtime exception module
# exports.
APPCRASH_EVENT = "APPCRASH"
PACKAGED_APPCRASH_EVENT = "MoAppCrash"
WER_RUNTIME_EXCEPTION_EVENT_FUNCTION = "OutOfProcessExceptionEventCallback"
WER_RUNTIME_EXCEPTION_EVENT_SIGNATURE_FUNCTION = "OutOfProcessExceptionEventSignatureCallback"
WER_RUNTIME_EXCEPTION_DEBUGGER_LAUNCH = "OutOfProcessExceptionEventDebuggerLaunchCallback"

__all__ = [
    "ReportType",
    "WerReportNonCritical",
    "WerReportCritical",
    "WerReportApplicationCrash",
    "WerReportApplicationHang",
    "WerReportKernel",
    "WerReportInvalid",
    "Consent",
    "WerConsentNotAsked",
    "WerConsentApproved",
    "WerConsentDenied",
    "WerConsentAlwaysPrompt",
    "WerConsentMax",
    "DumpType",
    "WerDumpTypeNone",
    "WerDumpTypeMicroDump",
    "WerDumpTypeMiniDump",
    "WerDumpTypeHeapDump",
    "WerDumpTypeTriageDump",
    "WerDumpTypeMax",
    "FileType",
    "WerFileTypeMicrodump",
    "WerFileTypeMinidump",
    "WerFileTypeHeapdump",
    "WerFileTypeUserDocument",
    "WerFileTypeOther",
    "WerFileTypeTriagedump",
    "WerFileTypeCustomDump",
    "WerFileTypeAuxiliaryDump",
    "WerFileTypeEtlTrace",
    "WerFileTypeAuxiliaryHeapDump",
    "WerFileTypeMax",
    "RegisterFileType",
    "WerRegFileTypeUserDocument",
    "WerRegFileTypeOther",
    "WerRegFileTypeMax",
    "ReportUI",
    "WerUIAdditionalDataDlgHeader",
    "WerUIIconFilePath",
    "WerUIConsentDlgHeader",
    "WerUIConsentDlgBody",
    "WerUIOnlineSolutionCheckText",
    "WerUIOfflineSolutionCheckText",
    "WerUICloseText",
    "WerUICloseDlgHeader",
    "WerUICloseDlgBody",
    "WerUICloseDlgButtonText",
    "WerUIMax",
    "SubmitResult",
    "WerReportQueued",
    "WerReportUploaded",
    "WerReportDebug",
    "WerReportFailed",
    "WerDisabled",
    "WerReportCancelled",
    "WerDisabledQueue",
    "WerReportAsync",
    "WerCustomAction",
    "WerThrottled",
    "WerReportUploadedCab",
    "WerStorageLocationNotFound",
    "WerSubmitResultMax",
    "StoreType",
    "E_STORE_USER_ARCHIVE",
    "E_STORE_USER_QUEUE",
    "E_STORE_MACHINE_ARCHIVE",
    "E_STORE_MACHINE_QUEUE",
    "E_STORE_INVALID",
    "FaultReportingFlags",
    "WER_FAULT_REPORTING_FLAG_NOHEAP",
    "WER_FAULT_REPORTING_FLAG_QUEUE",
    "WER_FAULT_REPORTING_FLAG_DISABLE_THREAD_SUSPENSION",
    "WER_FAULT_REPORTING_FLAG_QUEUE_UPLOAD",
    "WER_FAULT_REPORTING_ALWAYS_SHOW_UI",
    "WER_FAULT_REPORTING_NO_UI",
    "WER_FAULT_REPORTING_FLAG_NO_HEAP_ON_QUEUE",
    "WER_FAULT_REPORTING_DISABLE_SNAPSHOT_CRASH",
    "WER_FAULT_REPORTING_DISABLE_SNAPSHOT_HANG",
    "WER_FAULT_REPORTING_CRITICAL",
    "WER_FAULT_REPORTING_DURABLE",
    "SubmitFlags",
    "WER_SUBMIT_HONOR_RECOVERY",
    "WER_SUBMIT_HONOR_RESTART",
    "WER_SUBMIT_QUEUE",
    "WER_SUBMIT_SHOW_DEBUG",
    "WER_SUBMIT_ADD_REGISTERED_DATA",
    "WER_SUBMIT_OUTOFPROCESS",
    "WER_SUBMIT_NO_CLOSE_UI",
    "WER_SUBMIT_NO_QUEUE",
    "WER_SUBMIT_DISCARD_IF_QUEUED",
    "WER_SUBMIT_NO_ARCHIVE",
    "WER_SUBMIT_START_MINIMIZED",
    "WER_SUBMIT_OUTOFPROCESS_ASYNC",
    "WER_SUBMIT_BYPASS_DATA_THROTTLING",
    "WER_SUBMIT_ARCHIVE_PARAMETERS_ONLY",
    "WER_SUBMIT_REPORT_MACHINE_ID",
    "WER_SUBMIT_BYPASS_POWER_THROTTLING",
    "WER_SUBMIT_BYPASS_NETWORK_COST_THROTTLING",
    "FileFlags",
    "WER_FILE_DELETE_WHEN_DONE",
    "WER_FILE_ANONYMOUS_DATA",
    "WER_FILE_COMPRESSED",
    "DumpFlags",
    "WER_DUMP_NOHEAP_ONQUEUE",
    "WER_DUMP_AUXILIARY",
    "WER_DUMP_AUX_PROMOTE",
    "DumpMask",
    "WER_DUMP_MASK_START",
    "WER_DUMP_MASK_DUMPTYPE",
    "WER_DUMP_MASK_ONLY_THISTHREAD",
    "WER_DUMP_MASK_THREADFLAGS",
    "WER_DUMP_MASK_THREADFLAGS_EX",
    "WER_DUMP_MASK_OTHERTHREADFLAGS",
    "WER_DUMP_MASK_OTHERTHREADFLAGS_EX",
    "WER_DUMP_MASK_PREFERRED_MODULESFLAGS",
    "WER_DUMP_MASK_OTHER_MODULESFLAGS",
    "WER_DUMP_MASK_PREFERRED_MODULE_LIST",
    "MinidumpType",
    "MiniDumpNormal",
    "MiniDumpWithDataSegs",
    "MiniDumpWithFullMemory",
    "MiniDumpWithHandleData",
    "MiniDumpFilterMemory",
    "MiniDumpScanMemory",
    "MiniDumpWithUnloadedModules",
    "MiniDumpWithIndirectlyReferencedMemory",
    "MiniDumpFilterModulePaths",
    "MiniDumpWithProcessThreadData",
    "MiniDumpWithPrivateReadWriteMemory",
    "MiniDumpWithoutOptionalData",
    "MiniDumpWithFullMemoryInfo",
    "MiniDumpWithThreadInfo",
    "MiniDumpWithCodeSegs",
    "MiniDumpWithoutAuxiliaryState",
    "MiniDumpWithFullAuxiliaryState",
    "MiniDumpWithPrivateWriteCopyMemory",
    "MiniDumpIgnoreInaccessibleMemory",
    "MiniDumpWithTokenInformation",
    "MiniDumpWithModuleHeaders",
    "MiniDumpFilterTriage",
    "MiniDumpWithAvxXStateContext",
    "MiniDumpWithIptTrace",
    "MiniDumpScanInaccessiblePartialPages",
    "MiniDumpFilterWriteCombinedMemory",
    "MiniDumpNoIgnoreInaccessibleMemory",
    "MiniDumpValidTypeFlags",
    "MiniDumpValidTypeFlagsEx",
    "ThreadWriteFlags",
    "ThreadWriteThread",
    "ThreadWriteStack",
    "ThreadWriteContext",
    "ThreadWriteBackingStore",
    "ThreadWriteInstructionWindow",
    "ThreadWriteThreadData",
    "ThreadWriteThreadInfo",
    "ModuleWriteFlags",
    "ModuleWriteModule",
    "ModuleWriteDataSeg",
    "ModuleWriteMiscRecord",
    "ModuleWriteCvRecord",
    "ModuleReferencedByMemory",
    "ModuleWriteTlsData",
    "ModuleWriteCodeSegs",
    "SnapshotFlags",
    "PSS_CAPTURE_VA_CLONE",
    "PSS_CAPTURE_HANDLES",
    "PSS_CAPTURE_HANDLE_NAME_INFORMATION",
    "PSS_CAPTURE_HANDLE_BASIC_INFORMATION",
    "PSS_CAPTURE_HANDLE_TYPE_SPECIFIC_INFORMATION",
    "PSS_CAPTURE_HANDLE_TRACE",
    "PSS_CAPTURE_THREADS",
    "PSS_CAPTURE_THREAD_CONTEXT",
    "PSS_CAPTURE_THREAD_CONTEXT_EXTENDED",
    "PSS_CAPTURE_VA_SPACE",
    "PSS_CAPTURE_VA_SPACE_SECTION_INFORMATION",
    "PSS_CAPTURE_IPT_TRACE",
    "PSS_CREATE_BREAKAWAY_OPTIONAL",
    "PSS_CREATE_BREAKAWAY",
    "PSS_CREATE_FORCE_BREAKAWAY",
    "PSS_CREATE_USE_VM_ALLOCATIONS",
    "PSS_CREATE_MEASURE_PERFORMANCE",
    "PSS_CREATE_RELEASE_SECTION",
    "HResult",
    "WER_E_INSUFFICIENT_BUFFER",
    "WER_E_NOT_FOUND",
    "WER_E_LENGTH_EXCEEDED",
    "WER_E_INVALID_STATE",
    "WER_E_MISSING_DUMP",
    "WER_E_CABBING_FAILURE",
    "WER_P0",
    "WER_P1",
    "WER_P2",
    "WER_P3",
    "WER_P4",
    "WER_P5",
    "WER_P6",
    "WER_P7",
    "WER_P8",
    "WER_P9",
    "WER_MAX_TOTAL_PARAM_LENGTH",
    "WER_MAX_PREFERRED_MODULES",
    "WER_MAX_PREFERRED_MODULES_BUFFER",
    "WER_MAX_MEM_BLOCK_SIZE",
    "WER_MAX_REGISTERED_ENTRIES",
    "WER_MAX_REGISTERED_METADATA",
    "WER_MAX_REGISTERED_DUMPCOLLECTION",
    "WER_METADATA_KEY_MAX_LENGTH",
    "WER_METADATA_VALUE_MAX_LENGTH",
    "WER_MAX_SIGNATURE_NAME_LENGTH",
    "WER_MAX_EVENT_NAME_LENGTH",
    "WER_MAX_PARAM_LENGTH",
    "WER_MAX_PARAM_COUNT",
    "WER_MAX_FRIENDLY_EVENT_NAME_LENGTH",
    "WER_MAX_APPLICATION_NAME_LENGTH",
    "WER_MAX_DESCRIPTION_LENGTH",
    "WER_MAX_BUCKET_ID_STRING_LENGTH",
    "WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH",
    "WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES",
    "APPCRASH_EVENT",
    "PACKAGED_APPCRASH_EVENT",
    "WER_RUNTIME_EXCEPTION_EVENT_FUNCTION",
    "WER_RUNTIME_EXCEPTION_EVENT_SIGNATURE_FUNCTION",
    "WER_RUNTIME_EXCEPTION_DEBUGGER_LAUNCH",
]
