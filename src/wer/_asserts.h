/* Generated from _enums.py by tools/make_asserts.py: do not edit. */
#ifndef WER_ASSERTS_H
#define WER_ASSERTS_H

#include "wer/werapi.h"

C_ASSERT(WerReportNonCritical == 0); /* ReportType.NON_CRITICAL */
C_ASSERT(WerReportCritical == 1); /* ReportType.CRITICAL */
C_ASSERT(WerReportApplicationCrash == 2); /* ReportType.APPLICATION_CRASH */
C_ASSERT(WerReportApplicationHang == 3); /* ReportType.APPLICATION_HANG */
C_ASSERT(WerReportKernel == 4); /* ReportType.KERNEL */
C_ASSERT(WerReportInvalid == 5); /* ReportType.INVALID */
C_ASSERT(WerConsentNotAsked == 1); /* Consent.NOT_ASKED */
C_ASSERT(WerConsentApproved == 2); /* Consent.APPROVED */
C_ASSERT(WerConsentDenied == 3); /* Consent.DENIED */
C_ASSERT(WerConsentAlwaysPrompt == 4); /* Consent.ALWAYS_PROMPT */
C_ASSERT(WerConsentMax == 5); /* Consent.MAX */
C_ASSERT(WerDumpTypeNone == 0); /* DumpType.NONE */
C_ASSERT(WerDumpTypeMicroDump == 1); /* DumpType.MICRODUMP */
C_ASSERT(WerDumpTypeMiniDump == 2); /* DumpType.MINIDUMP */
C_ASSERT(WerDumpTypeHeapDump == 3); /* DumpType.HEAPDUMP */
C_ASSERT(WerDumpTypeTriageDump == 4); /* DumpType.TRIAGEDUMP */
C_ASSERT(WerDumpTypeMax == 5); /* DumpType.MAX */
C_ASSERT(WerFileTypeMicrodump == 1); /* FileType.MICRODUMP */
C_ASSERT(WerFileTypeMinidump == 2); /* FileType.MINIDUMP */
C_ASSERT(WerFileTypeHeapdump == 3); /* FileType.HEAPDUMP */
C_ASSERT(WerFileTypeUserDocument == 4); /* FileType.USER_DOCUMENT */
C_ASSERT(WerFileTypeOther == 5); /* FileType.OTHER */
C_ASSERT(WerFileTypeTriagedump == 6); /* FileType.TRIAGEDUMP */
C_ASSERT(WerFileTypeCustomDump == 7); /* FileType.CUSTOM_DUMP */
C_ASSERT(WerFileTypeAuxiliaryDump == 8); /* FileType.AUXILIARY_DUMP */
C_ASSERT(WerFileTypeEtlTrace == 9); /* FileType.ETL_TRACE */
C_ASSERT(WerFileTypeAuxiliaryHeapDump == 10); /* FileType.AUXILIARY_HEAP_DUMP */
C_ASSERT(WerFileTypeMax == 11); /* FileType.MAX */
C_ASSERT(WerRegFileTypeUserDocument == 1); /* RegisterFileType.USER_DOCUMENT */
C_ASSERT(WerRegFileTypeOther == 2); /* RegisterFileType.OTHER */
C_ASSERT(WerRegFileTypeMax == 3); /* RegisterFileType.MAX */
C_ASSERT(WerUIAdditionalDataDlgHeader == 1); /* ReportUI.ADDITIONAL_DATA_DLG_HEADER */
C_ASSERT(WerUIIconFilePath == 2); /* ReportUI.ICON_FILE_PATH */
C_ASSERT(WerUIConsentDlgHeader == 3); /* ReportUI.CONSENT_DLG_HEADER */
C_ASSERT(WerUIConsentDlgBody == 4); /* ReportUI.CONSENT_DLG_BODY */
C_ASSERT(WerUIOnlineSolutionCheckText == 5); /* ReportUI.ONLINE_SOLUTION_CHECK_TEXT */
C_ASSERT(WerUIOfflineSolutionCheckText == 6); /* ReportUI.OFFLINE_SOLUTION_CHECK_TEXT */
C_ASSERT(WerUICloseText == 7); /* ReportUI.CLOSE_TEXT */
C_ASSERT(WerUICloseDlgHeader == 8); /* ReportUI.CLOSE_DLG_HEADER */
C_ASSERT(WerUICloseDlgBody == 9); /* ReportUI.CLOSE_DLG_BODY */
C_ASSERT(WerUICloseDlgButtonText == 10); /* ReportUI.CLOSE_DLG_BUTTON_TEXT */
C_ASSERT(WerUIMax == 11); /* ReportUI.MAX */
C_ASSERT(WerReportQueued == 1); /* SubmitResult.QUEUED */
C_ASSERT(WerReportUploaded == 2); /* SubmitResult.UPLOADED */
C_ASSERT(WerReportDebug == 3); /* SubmitResult.DEBUG */
C_ASSERT(WerReportFailed == 4); /* SubmitResult.FAILED */
C_ASSERT(WerDisabled == 5); /* SubmitResult.DISABLED */
C_ASSERT(WerReportCancelled == 6); /* SubmitResult.CANCELLED */
C_ASSERT(WerDisabledQueue == 7); /* SubmitResult.DISABLED_QUEUE */
C_ASSERT(WerReportAsync == 8); /* SubmitResult.ASYNC */
C_ASSERT(WerCustomAction == 9); /* SubmitResult.CUSTOM_ACTION */
C_ASSERT(WerThrottled == 10); /* SubmitResult.THROTTLED */
C_ASSERT(WerReportUploadedCab == 11); /* SubmitResult.UPLOADED_CAB */
C_ASSERT(WerStorageLocationNotFound == 12); /* SubmitResult.STORAGE_LOCATION_NOT_FOUND */
C_ASSERT(WerSubmitResultMax == 13); /* SubmitResult.MAX */
C_ASSERT(E_STORE_USER_ARCHIVE == 0); /* StoreType.USER_ARCHIVE */
C_ASSERT(E_STORE_USER_QUEUE == 1); /* StoreType.USER_QUEUE */
C_ASSERT(E_STORE_MACHINE_ARCHIVE == 2); /* StoreType.MACHINE_ARCHIVE */
C_ASSERT(E_STORE_MACHINE_QUEUE == 3); /* StoreType.MACHINE_QUEUE */
C_ASSERT(E_STORE_INVALID == 4); /* StoreType.INVALID */
C_ASSERT(WER_FAULT_REPORTING_FLAG_NOHEAP == 1); /* FaultReportingFlags.NOHEAP */
C_ASSERT(WER_FAULT_REPORTING_FLAG_QUEUE == 2); /* FaultReportingFlags.QUEUE */
C_ASSERT(WER_FAULT_REPORTING_FLAG_DISABLE_THREAD_SUSPENSION == 4); /* FaultReportingFlags.DISABLE_THREAD_SUSPENSION */
C_ASSERT(WER_FAULT_REPORTING_FLAG_QUEUE_UPLOAD == 8); /* FaultReportingFlags.QUEUE_UPLOAD */
C_ASSERT(WER_FAULT_REPORTING_ALWAYS_SHOW_UI == 16); /* FaultReportingFlags.ALWAYS_SHOW_UI */
C_ASSERT(WER_FAULT_REPORTING_NO_UI == 32); /* FaultReportingFlags.NO_UI */
C_ASSERT(WER_FAULT_REPORTING_FLAG_NO_HEAP_ON_QUEUE == 64); /* FaultReportingFlags.NO_HEAP_ON_QUEUE */
C_ASSERT(WER_FAULT_REPORTING_DISABLE_SNAPSHOT_CRASH == 128); /* FaultReportingFlags.DISABLE_SNAPSHOT_CRASH */
C_ASSERT(WER_FAULT_REPORTING_DISABLE_SNAPSHOT_HANG == 256); /* FaultReportingFlags.DISABLE_SNAPSHOT_HANG */
C_ASSERT(WER_FAULT_REPORTING_CRITICAL == 512); /* FaultReportingFlags.CRITICAL */
C_ASSERT(WER_FAULT_REPORTING_DURABLE == 1024); /* FaultReportingFlags.DURABLE */
C_ASSERT(WER_SUBMIT_HONOR_RECOVERY == 1); /* SubmitFlags.HONOR_RECOVERY */
C_ASSERT(WER_SUBMIT_HONOR_RESTART == 2); /* SubmitFlags.HONOR_RESTART */
C_ASSERT(WER_SUBMIT_QUEUE == 4); /* SubmitFlags.QUEUE */
C_ASSERT(WER_SUBMIT_SHOW_DEBUG == 8); /* SubmitFlags.SHOW_DEBUG */
C_ASSERT(WER_SUBMIT_ADD_REGISTERED_DATA == 16); /* SubmitFlags.ADD_REGISTERED_DATA */
C_ASSERT(WER_SUBMIT_OUTOFPROCESS == 32); /* SubmitFlags.OUTOFPROCESS */
C_ASSERT(WER_SUBMIT_NO_CLOSE_UI == 64); /* SubmitFlags.NO_CLOSE_UI */
C_ASSERT(WER_SUBMIT_NO_QUEUE == 128); /* SubmitFlags.NO_QUEUE */
C_ASSERT(WER_SUBMIT_DISCARD_IF_QUEUED == 128); /* SubmitFlags.NO_QUEUE */
C_ASSERT(WER_SUBMIT_NO_ARCHIVE == 256); /* SubmitFlags.NO_ARCHIVE */
C_ASSERT(WER_SUBMIT_START_MINIMIZED == 512); /* SubmitFlags.START_MINIMIZED */
C_ASSERT(WER_SUBMIT_OUTOFPROCESS_ASYNC == 1024); /* SubmitFlags.OUTOFPROCESS_ASYNC */
C_ASSERT(WER_SUBMIT_BYPASS_DATA_THROTTLING == 2048); /* SubmitFlags.BYPASS_DATA_THROTTLING */
C_ASSERT(WER_SUBMIT_ARCHIVE_PARAMETERS_ONLY == 4096); /* SubmitFlags.ARCHIVE_PARAMETERS_ONLY */
C_ASSERT(WER_SUBMIT_REPORT_MACHINE_ID == 8192); /* SubmitFlags.REPORT_MACHINE_ID */
C_ASSERT(WER_SUBMIT_BYPASS_POWER_THROTTLING == 16384); /* SubmitFlags.BYPASS_POWER_THROTTLING */
C_ASSERT(WER_SUBMIT_BYPASS_NETWORK_COST_THROTTLING == 32768); /* SubmitFlags.BYPASS_NETWORK_COST_THROTTLING */
C_ASSERT(WER_FILE_DELETE_WHEN_DONE == 1); /* FileFlags.DELETE_WHEN_DONE */
C_ASSERT(WER_FILE_ANONYMOUS_DATA == 2); /* FileFlags.ANONYMOUS_DATA */
C_ASSERT(WER_FILE_COMPRESSED == 4); /* FileFlags.COMPRESSED */
C_ASSERT(WER_DUMP_NOHEAP_ONQUEUE == 1); /* DumpFlags.NOHEAP_ONQUEUE */
C_ASSERT(WER_DUMP_AUXILIARY == 2); /* DumpFlags.AUXILIARY */
C_ASSERT(WER_DUMP_AUX_PROMOTE == 4); /* DumpFlags.AUX_PROMOTE */
C_ASSERT(WER_DUMP_MASK_START == 1); /* DumpMask.START */
C_ASSERT(WER_DUMP_MASK_DUMPTYPE == 1); /* DumpMask.START */
C_ASSERT(WER_DUMP_MASK_ONLY_THISTHREAD == 2); /* DumpMask.ONLY_THISTHREAD */
C_ASSERT(WER_DUMP_MASK_THREADFLAGS == 4); /* DumpMask.THREADFLAGS */
C_ASSERT(WER_DUMP_MASK_THREADFLAGS_EX == 8); /* DumpMask.THREADFLAGS_EX */
C_ASSERT(WER_DUMP_MASK_OTHERTHREADFLAGS == 16); /* DumpMask.OTHERTHREADFLAGS */
C_ASSERT(WER_DUMP_MASK_OTHERTHREADFLAGS_EX == 32); /* DumpMask.OTHERTHREADFLAGS_EX */
C_ASSERT(WER_DUMP_MASK_PREFERRED_MODULESFLAGS == 64); /* DumpMask.PREFERRED_MODULESFLAGS */
C_ASSERT(WER_DUMP_MASK_OTHER_MODULESFLAGS == 128); /* DumpMask.OTHER_MODULESFLAGS */
C_ASSERT(WER_DUMP_MASK_PREFERRED_MODULE_LIST == 256); /* DumpMask.PREFERRED_MODULE_LIST */
C_ASSERT(WER_E_INSUFFICIENT_BUFFER == -2147024774); /* HResult.WER_E_INSUFFICIENT_BUFFER */
C_ASSERT(WER_E_NOT_FOUND == -2147023728); /* HResult.WER_E_NOT_FOUND */
C_ASSERT(WER_E_LENGTH_EXCEEDED == -2147023613); /* HResult.WER_E_LENGTH_EXCEEDED */
C_ASSERT(WER_E_INVALID_STATE == -2147019873); /* HResult.WER_E_INVALID_STATE */
C_ASSERT(WER_E_MISSING_DUMP == -2147024323); /* HResult.WER_E_MISSING_DUMP */
C_ASSERT(WER_E_CABBING_FAILURE == -2147024865); /* HResult.WER_E_CABBING_FAILURE */
C_ASSERT(WER_P0 == 0);
C_ASSERT(WER_P1 == 1);
C_ASSERT(WER_P2 == 2);
C_ASSERT(WER_P3 == 3);
C_ASSERT(WER_P4 == 4);
C_ASSERT(WER_P5 == 5);
C_ASSERT(WER_P6 == 6);
C_ASSERT(WER_P7 == 7);
C_ASSERT(WER_P8 == 8);
C_ASSERT(WER_P9 == 9);
C_ASSERT(WER_MAX_TOTAL_PARAM_LENGTH == 1720);
C_ASSERT(WER_MAX_PREFERRED_MODULES == 128);
C_ASSERT(WER_MAX_PREFERRED_MODULES_BUFFER == 256);
C_ASSERT(WER_MAX_MEM_BLOCK_SIZE == 65536);
C_ASSERT(WER_MAX_REGISTERED_ENTRIES == 512);
C_ASSERT(WER_MAX_REGISTERED_METADATA == 8);
C_ASSERT(WER_MAX_REGISTERED_DUMPCOLLECTION == 4);
C_ASSERT(WER_METADATA_KEY_MAX_LENGTH == 64);
C_ASSERT(WER_METADATA_VALUE_MAX_LENGTH == 128);
C_ASSERT(WER_MAX_SIGNATURE_NAME_LENGTH == 128);
C_ASSERT(WER_MAX_EVENT_NAME_LENGTH == 64);
C_ASSERT(WER_MAX_PARAM_LENGTH == 260);
C_ASSERT(WER_MAX_PARAM_COUNT == 10);
C_ASSERT(WER_MAX_FRIENDLY_EVENT_NAME_LENGTH == 128);
C_ASSERT(WER_MAX_APPLICATION_NAME_LENGTH == 128);
C_ASSERT(WER_MAX_DESCRIPTION_LENGTH == 512);
C_ASSERT(WER_MAX_BUCKET_ID_STRING_LENGTH == 260);
C_ASSERT(WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH == 64);
C_ASSERT(WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES == 16);
C_ASSERT(sizeof(APPCRASH_EVENT) / sizeof(APPCRASH_EVENT[0]) == 9); /* APPCRASH */
C_ASSERT(sizeof(PACKAGED_APPCRASH_EVENT) / sizeof(PACKAGED_APPCRASH_EVENT[0]) == 11); /* MoAppCrash */
C_ASSERT(sizeof(WER_RUNTIME_EXCEPTION_EVENT_FUNCTION) / sizeof(WER_RUNTIME_EXCEPTION_EVENT_FUNCTION[0]) == 35); /* OutOfProcessExceptionEventCallback */
C_ASSERT(sizeof(WER_RUNTIME_EXCEPTION_EVENT_SIGNATURE_FUNCTION) / sizeof(WER_RUNTIME_EXCEPTION_EVENT_SIGNATURE_FUNCTION[0]) == 44); /* OutOfProcessExceptionEventSignatureCallback */
C_ASSERT(sizeof(WER_RUNTIME_EXCEPTION_DEBUGGER_LAUNCH) / sizeof(WER_RUNTIME_EXCEPTION_DEBUGGER_LAUNCH[0]) == 49); /* OutOfProcessExceptionEventDebuggerLaunchCallback */

#ifdef _MSC_VER
#include <dbghelp.h>

C_ASSERT(MiniDumpNormal == 0); /* MinidumpType.NORMAL */
C_ASSERT(MiniDumpWithDataSegs == 1); /* MinidumpType.WITH_DATA_SEGS */
C_ASSERT(MiniDumpWithFullMemory == 2); /* MinidumpType.WITH_FULL_MEMORY */
C_ASSERT(MiniDumpWithHandleData == 4); /* MinidumpType.WITH_HANDLE_DATA */
C_ASSERT(MiniDumpFilterMemory == 8); /* MinidumpType.FILTER_MEMORY */
C_ASSERT(MiniDumpScanMemory == 16); /* MinidumpType.SCAN_MEMORY */
C_ASSERT(MiniDumpWithUnloadedModules == 32); /* MinidumpType.WITH_UNLOADED_MODULES */
C_ASSERT(MiniDumpWithIndirectlyReferencedMemory == 64); /* MinidumpType.WITH_INDIRECTLY_REFERENCED_MEMORY */
C_ASSERT(MiniDumpFilterModulePaths == 128); /* MinidumpType.FILTER_MODULE_PATHS */
C_ASSERT(MiniDumpWithProcessThreadData == 256); /* MinidumpType.WITH_PROCESS_THREAD_DATA */
C_ASSERT(MiniDumpWithPrivateReadWriteMemory == 512); /* MinidumpType.WITH_PRIVATE_READ_WRITE_MEMORY */
C_ASSERT(MiniDumpWithoutOptionalData == 1024); /* MinidumpType.WITHOUT_OPTIONAL_DATA */
C_ASSERT(MiniDumpWithFullMemoryInfo == 2048); /* MinidumpType.WITH_FULL_MEMORY_INFO */
C_ASSERT(MiniDumpWithThreadInfo == 4096); /* MinidumpType.WITH_THREAD_INFO */
C_ASSERT(MiniDumpWithCodeSegs == 8192); /* MinidumpType.WITH_CODE_SEGS */
C_ASSERT(MiniDumpWithoutAuxiliaryState == 16384); /* MinidumpType.WITHOUT_AUXILIARY_STATE */
C_ASSERT(MiniDumpWithFullAuxiliaryState == 32768); /* MinidumpType.WITH_FULL_AUXILIARY_STATE */
C_ASSERT(MiniDumpWithPrivateWriteCopyMemory == 65536); /* MinidumpType.WITH_PRIVATE_WRITE_COPY_MEMORY */
C_ASSERT(MiniDumpIgnoreInaccessibleMemory == 131072); /* MinidumpType.IGNORE_INACCESSIBLE_MEMORY */
C_ASSERT(MiniDumpWithTokenInformation == 262144); /* MinidumpType.WITH_TOKEN_INFORMATION */
C_ASSERT(MiniDumpWithModuleHeaders == 524288); /* MinidumpType.WITH_MODULE_HEADERS */
C_ASSERT(MiniDumpFilterTriage == 1048576); /* MinidumpType.FILTER_TRIAGE */
C_ASSERT(MiniDumpWithAvxXStateContext == 2097152); /* MinidumpType.WITH_AVX_X_STATE_CONTEXT */
C_ASSERT(MiniDumpWithIptTrace == 4194304); /* MinidumpType.WITH_IPT_TRACE */
C_ASSERT(MiniDumpScanInaccessiblePartialPages == 8388608); /* MinidumpType.SCAN_INACCESSIBLE_PARTIAL_PAGES */
C_ASSERT(MiniDumpFilterWriteCombinedMemory == 16777216); /* MinidumpType.FILTER_WRITE_COMBINED_MEMORY */
C_ASSERT(MiniDumpNoIgnoreInaccessibleMemory == 33554432); /* MinidumpType.NO_IGNORE_INACCESSIBLE_MEMORY */
C_ASSERT(MiniDumpValidTypeFlags == 33554431); /* MinidumpType.VALID_TYPE_FLAGS */
C_ASSERT(MiniDumpValidTypeFlagsEx == 67108863); /* MinidumpType.VALID_TYPE_FLAGS_EX */
C_ASSERT(ThreadWriteThread == 1); /* ThreadWriteFlags.THREAD */
C_ASSERT(ThreadWriteStack == 2); /* ThreadWriteFlags.STACK */
C_ASSERT(ThreadWriteContext == 4); /* ThreadWriteFlags.CONTEXT */
C_ASSERT(ThreadWriteBackingStore == 8); /* ThreadWriteFlags.BACKING_STORE */
C_ASSERT(ThreadWriteInstructionWindow == 16); /* ThreadWriteFlags.INSTRUCTION_WINDOW */
C_ASSERT(ThreadWriteThreadData == 32); /* ThreadWriteFlags.THREAD_DATA */
C_ASSERT(ThreadWriteThreadInfo == 64); /* ThreadWriteFlags.THREAD_INFO */
C_ASSERT(ModuleWriteModule == 1); /* ModuleWriteFlags.MODULE */
C_ASSERT(ModuleWriteDataSeg == 2); /* ModuleWriteFlags.DATA_SEG */
C_ASSERT(ModuleWriteMiscRecord == 4); /* ModuleWriteFlags.MISC_RECORD */
C_ASSERT(ModuleWriteCvRecord == 8); /* ModuleWriteFlags.CV_RECORD */
C_ASSERT(ModuleReferencedByMemory == 16); /* ModuleWriteFlags.REFERENCED_BY_MEMORY */
C_ASSERT(ModuleWriteTlsData == 32); /* ModuleWriteFlags.TLS_DATA */
C_ASSERT(ModuleWriteCodeSegs == 64); /* ModuleWriteFlags.CODE_SEGS */
#endif

#endif /* WER_ASSERTS_H */
