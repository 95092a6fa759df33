"""Every enum member, flag, limit and HRESULT of werapi.h, and the flags of dumps and of process snapshots, under its C
name. ``wer.WER_SUBMIT_QUEUE`` finds them here as well.

A member is the one of the Python enum. The header's end markers, ``WerDumpTypeMax`` and its kin, are plain numbers:
they move between SDKs, and no function accepts them.
"""

from . import _enums
from ._limits import *  # noqa: F403

WerReportNonCritical = _enums.ReportType.NON_CRITICAL
WerReportCritical = _enums.ReportType.CRITICAL
WerReportApplicationCrash = _enums.ReportType.APPLICATION_CRASH
WerReportApplicationHang = _enums.ReportType.APPLICATION_HANG
WerReportKernel = _enums.ReportType.KERNEL
WerReportInvalid = 5

WerConsentNotAsked = _enums.Consent.NOT_ASKED
WerConsentApproved = _enums.Consent.APPROVED
WerConsentDenied = _enums.Consent.DENIED
WerConsentAlwaysPrompt = _enums.Consent.ALWAYS_PROMPT
WerConsentMax = 5

WerDumpTypeNone = _enums.DumpType.NONE
WerDumpTypeMicroDump = _enums.DumpType.MICRODUMP
WerDumpTypeMiniDump = _enums.DumpType.MINIDUMP
WerDumpTypeHeapDump = _enums.DumpType.HEAPDUMP
WerDumpTypeTriageDump = _enums.DumpType.TRIAGEDUMP
WerDumpTypeMax = 5

WerFileTypeMicrodump = _enums.FileType.MICRODUMP
WerFileTypeMinidump = _enums.FileType.MINIDUMP
WerFileTypeHeapdump = _enums.FileType.HEAPDUMP
WerFileTypeUserDocument = _enums.FileType.USER_DOCUMENT
WerFileTypeOther = _enums.FileType.OTHER
WerFileTypeTriagedump = _enums.FileType.TRIAGEDUMP
WerFileTypeCustomDump = _enums.FileType.CUSTOM_DUMP
WerFileTypeAuxiliaryDump = _enums.FileType.AUXILIARY_DUMP
WerFileTypeEtlTrace = _enums.FileType.ETL_TRACE
WerFileTypeAuxiliaryHeapDump = _enums.FileType.AUXILIARY_HEAP_DUMP
WerFileTypeMax = 11

WerRegFileTypeUserDocument = _enums.RegisterFileType.USER_DOCUMENT
WerRegFileTypeOther = _enums.RegisterFileType.OTHER
WerRegFileTypeMax = 3

WerUIAdditionalDataDlgHeader = _enums.ReportUI.ADDITIONAL_DATA_DLG_HEADER
WerUIIconFilePath = _enums.ReportUI.ICON_FILE_PATH
WerUIConsentDlgHeader = _enums.ReportUI.CONSENT_DLG_HEADER
WerUIConsentDlgBody = _enums.ReportUI.CONSENT_DLG_BODY
WerUIOnlineSolutionCheckText = _enums.ReportUI.ONLINE_SOLUTION_CHECK_TEXT
WerUIOfflineSolutionCheckText = _enums.ReportUI.OFFLINE_SOLUTION_CHECK_TEXT
WerUICloseText = _enums.ReportUI.CLOSE_TEXT
WerUICloseDlgHeader = _enums.ReportUI.CLOSE_DLG_HEADER
WerUICloseDlgBody = _enums.ReportUI.CLOSE_DLG_BODY
WerUICloseDlgButtonText = _enums.ReportUI.CLOSE_DLG_BUTTON_TEXT
WerUIMax = 11

WerReportQueued = _enums.SubmitResult.QUEUED
WerReportUploaded = _enums.SubmitResult.UPLOADED
WerReportDebug = _enums.SubmitResult.DEBUG
WerReportFailed = _enums.SubmitResult.FAILED
WerDisabled = _enums.SubmitResult.DISABLED
WerReportCancelled = _enums.SubmitResult.CANCELLED
WerDisabledQueue = _enums.SubmitResult.DISABLED_QUEUE
WerReportAsync = _enums.SubmitResult.ASYNC
WerCustomAction = _enums.SubmitResult.CUSTOM_ACTION
WerThrottled = _enums.SubmitResult.THROTTLED
WerReportUploadedCab = _enums.SubmitResult.UPLOADED_CAB
WerStorageLocationNotFound = _enums.SubmitResult.STORAGE_LOCATION_NOT_FOUND
WerSubmitResultMax = 13

E_STORE_USER_ARCHIVE = _enums.StoreType.USER_ARCHIVE
E_STORE_USER_QUEUE = _enums.StoreType.USER_QUEUE
E_STORE_MACHINE_ARCHIVE = _enums.StoreType.MACHINE_ARCHIVE
E_STORE_MACHINE_QUEUE = _enums.StoreType.MACHINE_QUEUE
E_STORE_INVALID = 4

WER_FAULT_REPORTING_FLAG_NOHEAP = _enums.FaultReportingFlags.NOHEAP
WER_FAULT_REPORTING_FLAG_QUEUE = _enums.FaultReportingFlags.QUEUE
WER_FAULT_REPORTING_FLAG_DISABLE_THREAD_SUSPENSION = _enums.FaultReportingFlags.DISABLE_THREAD_SUSPENSION
WER_FAULT_REPORTING_FLAG_QUEUE_UPLOAD = _enums.FaultReportingFlags.QUEUE_UPLOAD
WER_FAULT_REPORTING_ALWAYS_SHOW_UI = _enums.FaultReportingFlags.ALWAYS_SHOW_UI
WER_FAULT_REPORTING_NO_UI = _enums.FaultReportingFlags.NO_UI
WER_FAULT_REPORTING_FLAG_NO_HEAP_ON_QUEUE = _enums.FaultReportingFlags.NO_HEAP_ON_QUEUE
WER_FAULT_REPORTING_DISABLE_SNAPSHOT_CRASH = _enums.FaultReportingFlags.DISABLE_SNAPSHOT_CRASH
WER_FAULT_REPORTING_DISABLE_SNAPSHOT_HANG = _enums.FaultReportingFlags.DISABLE_SNAPSHOT_HANG
WER_FAULT_REPORTING_CRITICAL = _enums.FaultReportingFlags.CRITICAL
WER_FAULT_REPORTING_DURABLE = _enums.FaultReportingFlags.DURABLE

WER_SUBMIT_HONOR_RECOVERY = _enums.SubmitFlags.HONOR_RECOVERY
WER_SUBMIT_HONOR_RESTART = _enums.SubmitFlags.HONOR_RESTART
WER_SUBMIT_QUEUE = _enums.SubmitFlags.QUEUE
WER_SUBMIT_SHOW_DEBUG = _enums.SubmitFlags.SHOW_DEBUG
WER_SUBMIT_ADD_REGISTERED_DATA = _enums.SubmitFlags.ADD_REGISTERED_DATA
WER_SUBMIT_OUTOFPROCESS = _enums.SubmitFlags.OUTOFPROCESS
WER_SUBMIT_NO_CLOSE_UI = _enums.SubmitFlags.NO_CLOSE_UI
WER_SUBMIT_NO_QUEUE = _enums.SubmitFlags.NO_QUEUE
WER_SUBMIT_DISCARD_IF_QUEUED = _enums.SubmitFlags.DISCARD_IF_QUEUED
WER_SUBMIT_NO_ARCHIVE = _enums.SubmitFlags.NO_ARCHIVE
WER_SUBMIT_START_MINIMIZED = _enums.SubmitFlags.START_MINIMIZED
WER_SUBMIT_OUTOFPROCESS_ASYNC = _enums.SubmitFlags.OUTOFPROCESS_ASYNC
WER_SUBMIT_BYPASS_DATA_THROTTLING = _enums.SubmitFlags.BYPASS_DATA_THROTTLING
WER_SUBMIT_ARCHIVE_PARAMETERS_ONLY = _enums.SubmitFlags.ARCHIVE_PARAMETERS_ONLY
WER_SUBMIT_REPORT_MACHINE_ID = _enums.SubmitFlags.REPORT_MACHINE_ID
WER_SUBMIT_BYPASS_POWER_THROTTLING = _enums.SubmitFlags.BYPASS_POWER_THROTTLING
WER_SUBMIT_BYPASS_NETWORK_COST_THROTTLING = _enums.SubmitFlags.BYPASS_NETWORK_COST_THROTTLING

WER_FILE_DELETE_WHEN_DONE = _enums.FileFlags.DELETE_WHEN_DONE
WER_FILE_ANONYMOUS_DATA = _enums.FileFlags.ANONYMOUS_DATA
WER_FILE_COMPRESSED = _enums.FileFlags.COMPRESSED

WER_DUMP_NOHEAP_ONQUEUE = _enums.DumpFlags.NOHEAP_ONQUEUE
WER_DUMP_AUXILIARY = _enums.DumpFlags.AUXILIARY
WER_DUMP_AUX_PROMOTE = _enums.DumpFlags.AUX_PROMOTE

WER_DUMP_MASK_START = _enums.DumpMask.START
WER_DUMP_MASK_DUMPTYPE = _enums.DumpMask.DUMPTYPE
WER_DUMP_MASK_ONLY_THISTHREAD = _enums.DumpMask.ONLY_THISTHREAD
WER_DUMP_MASK_THREADFLAGS = _enums.DumpMask.THREADFLAGS
WER_DUMP_MASK_THREADFLAGS_EX = _enums.DumpMask.THREADFLAGS_EX
WER_DUMP_MASK_OTHERTHREADFLAGS = _enums.DumpMask.OTHERTHREADFLAGS
WER_DUMP_MASK_OTHERTHREADFLAGS_EX = _enums.DumpMask.OTHERTHREADFLAGS_EX
WER_DUMP_MASK_PREFERRED_MODULESFLAGS = _enums.DumpMask.PREFERRED_MODULESFLAGS
WER_DUMP_MASK_OTHER_MODULESFLAGS = _enums.DumpMask.OTHER_MODULESFLAGS
WER_DUMP_MASK_PREFERRED_MODULE_LIST = _enums.DumpMask.PREFERRED_MODULE_LIST

MiniDumpNormal = _enums.MinidumpType.NORMAL
MiniDumpWithDataSegs = _enums.MinidumpType.WITH_DATA_SEGS
MiniDumpWithFullMemory = _enums.MinidumpType.WITH_FULL_MEMORY
MiniDumpWithHandleData = _enums.MinidumpType.WITH_HANDLE_DATA
MiniDumpFilterMemory = _enums.MinidumpType.FILTER_MEMORY
MiniDumpScanMemory = _enums.MinidumpType.SCAN_MEMORY
MiniDumpWithUnloadedModules = _enums.MinidumpType.WITH_UNLOADED_MODULES
MiniDumpWithIndirectlyReferencedMemory = _enums.MinidumpType.WITH_INDIRECTLY_REFERENCED_MEMORY
MiniDumpFilterModulePaths = _enums.MinidumpType.FILTER_MODULE_PATHS
MiniDumpWithProcessThreadData = _enums.MinidumpType.WITH_PROCESS_THREAD_DATA
MiniDumpWithPrivateReadWriteMemory = _enums.MinidumpType.WITH_PRIVATE_READ_WRITE_MEMORY
MiniDumpWithoutOptionalData = _enums.MinidumpType.WITHOUT_OPTIONAL_DATA
MiniDumpWithFullMemoryInfo = _enums.MinidumpType.WITH_FULL_MEMORY_INFO
MiniDumpWithThreadInfo = _enums.MinidumpType.WITH_THREAD_INFO
MiniDumpWithCodeSegs = _enums.MinidumpType.WITH_CODE_SEGS
MiniDumpWithoutAuxiliaryState = _enums.MinidumpType.WITHOUT_AUXILIARY_STATE
MiniDumpWithFullAuxiliaryState = _enums.MinidumpType.WITH_FULL_AUXILIARY_STATE
MiniDumpWithPrivateWriteCopyMemory = _enums.MinidumpType.WITH_PRIVATE_WRITE_COPY_MEMORY
MiniDumpIgnoreInaccessibleMemory = _enums.MinidumpType.IGNORE_INACCESSIBLE_MEMORY
MiniDumpWithTokenInformation = _enums.MinidumpType.WITH_TOKEN_INFORMATION
MiniDumpWithModuleHeaders = _enums.MinidumpType.WITH_MODULE_HEADERS
MiniDumpFilterTriage = _enums.MinidumpType.FILTER_TRIAGE
MiniDumpWithAvxXStateContext = _enums.MinidumpType.WITH_AVX_X_STATE_CONTEXT
MiniDumpWithIptTrace = _enums.MinidumpType.WITH_IPT_TRACE
MiniDumpScanInaccessiblePartialPages = _enums.MinidumpType.SCAN_INACCESSIBLE_PARTIAL_PAGES
MiniDumpFilterWriteCombinedMemory = _enums.MinidumpType.FILTER_WRITE_COMBINED_MEMORY
MiniDumpNoIgnoreInaccessibleMemory = _enums.MinidumpType.NO_IGNORE_INACCESSIBLE_MEMORY
MiniDumpValidTypeFlags = _enums.MinidumpType.VALID_TYPE_FLAGS
MiniDumpValidTypeFlagsEx = _enums.MinidumpType.VALID_TYPE_FLAGS_EX

ThreadWriteThread = _enums.ThreadWriteFlags.THREAD
ThreadWriteStack = _enums.ThreadWriteFlags.STACK
ThreadWriteContext = _enums.ThreadWriteFlags.CONTEXT
ThreadWriteBackingStore = _enums.ThreadWriteFlags.BACKING_STORE
ThreadWriteInstructionWindow = _enums.ThreadWriteFlags.INSTRUCTION_WINDOW
ThreadWriteThreadData = _enums.ThreadWriteFlags.THREAD_DATA
ThreadWriteThreadInfo = _enums.ThreadWriteFlags.THREAD_INFO

ModuleWriteModule = _enums.ModuleWriteFlags.MODULE
ModuleWriteDataSeg = _enums.ModuleWriteFlags.DATA_SEG
ModuleWriteMiscRecord = _enums.ModuleWriteFlags.MISC_RECORD
ModuleWriteCvRecord = _enums.ModuleWriteFlags.CV_RECORD
ModuleReferencedByMemory = _enums.ModuleWriteFlags.REFERENCED_BY_MEMORY
ModuleWriteTlsData = _enums.ModuleWriteFlags.TLS_DATA
ModuleWriteCodeSegs = _enums.ModuleWriteFlags.CODE_SEGS

PSS_CAPTURE_VA_CLONE = _enums.SnapshotFlags.VA_CLONE
PSS_CAPTURE_HANDLES = _enums.SnapshotFlags.HANDLES
PSS_CAPTURE_HANDLE_NAME_INFORMATION = _enums.SnapshotFlags.HANDLE_NAME_INFORMATION
PSS_CAPTURE_HANDLE_BASIC_INFORMATION = _enums.SnapshotFlags.HANDLE_BASIC_INFORMATION
PSS_CAPTURE_HANDLE_TYPE_SPECIFIC_INFORMATION = _enums.SnapshotFlags.HANDLE_TYPE_SPECIFIC_INFORMATION
PSS_CAPTURE_HANDLE_TRACE = _enums.SnapshotFlags.HANDLE_TRACE
PSS_CAPTURE_THREADS = _enums.SnapshotFlags.THREADS
PSS_CAPTURE_THREAD_CONTEXT = _enums.SnapshotFlags.THREAD_CONTEXT
PSS_CAPTURE_THREAD_CONTEXT_EXTENDED = _enums.SnapshotFlags.THREAD_CONTEXT_EXTENDED
PSS_CAPTURE_VA_SPACE = _enums.SnapshotFlags.VA_SPACE
PSS_CAPTURE_VA_SPACE_SECTION_INFORMATION = _enums.SnapshotFlags.VA_SPACE_SECTION_INFORMATION
PSS_CAPTURE_IPT_TRACE = _enums.SnapshotFlags.IPT_TRACE
PSS_CREATE_BREAKAWAY_OPTIONAL = _enums.SnapshotFlags.CREATE_BREAKAWAY_OPTIONAL
PSS_CREATE_BREAKAWAY = _enums.SnapshotFlags.CREATE_BREAKAWAY
PSS_CREATE_FORCE_BREAKAWAY = _enums.SnapshotFlags.CREATE_FORCE_BREAKAWAY
PSS_CREATE_USE_VM_ALLOCATIONS = _enums.SnapshotFlags.CREATE_USE_VM_ALLOCATIONS
PSS_CREATE_MEASURE_PERFORMANCE = _enums.SnapshotFlags.CREATE_MEASURE_PERFORMANCE
PSS_CREATE_RELEASE_SECTION = _enums.SnapshotFlags.CREATE_RELEASE_SECTION

WER_E_INSUFFICIENT_BUFFER = _enums.HResult.WER_E_INSUFFICIENT_BUFFER
WER_E_NOT_FOUND = _enums.HResult.WER_E_NOT_FOUND
WER_E_LENGTH_EXCEEDED = _enums.HResult.WER_E_LENGTH_EXCEEDED
WER_E_INVALID_STATE = _enums.HResult.WER_E_INVALID_STATE
WER_E_MISSING_DUMP = _enums.HResult.WER_E_MISSING_DUMP
WER_E_CABBING_FAILURE = _enums.HResult.WER_E_CABBING_FAILURE

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

# Event types of the crashes that Windows itself reports, and the functions that a runtime exception module
# exports.
APPCRASH_EVENT = "APPCRASH"
PACKAGED_APPCRASH_EVENT = "MoAppCrash"
WER_RUNTIME_EXCEPTION_EVENT_FUNCTION = "OutOfProcessExceptionEventCallback"
WER_RUNTIME_EXCEPTION_EVENT_SIGNATURE_FUNCTION = "OutOfProcessExceptionEventSignatureCallback"
WER_RUNTIME_EXCEPTION_DEBUGGER_LAUNCH = "OutOfProcessExceptionEventDebuggerLaunchCallback"
