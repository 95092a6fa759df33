# werapi.h, one to one, with WerReportHang of errorrep.h and HPSS of processsnapshot.h: externs for `cimport`, nothing
# else. An extension that calls a function here links it, and loads only where Windows has it: docs/werapi.md tells
# since when.

cdef extern from "wer/werapi.h" nogil:
    ctypedef int BOOL
    ctypedef unsigned char BYTE
    ctypedef unsigned long DWORD
    ctypedef long LONG
    ctypedef long HRESULT
    ctypedef unsigned long long ULONGLONG
    ctypedef unsigned short WCHAR
    ctypedef const WCHAR *PCWSTR
    ctypedef WCHAR *PWSTR
    ctypedef void *PVOID
    ctypedef void *HANDLE
    ctypedef void *HWND
    ctypedef HANDLE HREPORT
    ctypedef PVOID HREPORTSTORE
    ctypedef struct HPSS__:
        pass
    ctypedef HPSS__ *HPSS

    ctypedef struct EXCEPTION_RECORD:
        DWORD ExceptionCode
        DWORD ExceptionFlags
        EXCEPTION_RECORD *ExceptionRecord
        PVOID ExceptionAddress
        DWORD NumberParameters
        size_t ExceptionInformation[15]

    ctypedef struct CONTEXT:  # differs between processors
        DWORD ContextFlags

    ctypedef struct EXCEPTION_POINTERS:
        EXCEPTION_RECORD *ExceptionRecord
        CONTEXT *ContextRecord

    ctypedef enum WER_REPORT_TYPE:
        WerReportNonCritical
        WerReportCritical
        WerReportApplicationCrash
        WerReportApplicationHang
        WerReportKernel
        WerReportInvalid

    ctypedef enum WER_CONSENT:
        WerConsentNotAsked
        WerConsentApproved
        WerConsentDenied
        WerConsentAlwaysPrompt
        WerConsentMax

    ctypedef enum WER_DUMP_TYPE:
        WerDumpTypeNone
        WerDumpTypeMicroDump
        WerDumpTypeMiniDump
        WerDumpTypeHeapDump
        WerDumpTypeTriageDump
        WerDumpTypeMax

    ctypedef enum WER_FILE_TYPE:
        WerFileTypeMicrodump
        WerFileTypeMinidump
        WerFileTypeHeapdump
        WerFileTypeUserDocument
        WerFileTypeOther
        WerFileTypeTriagedump
        WerFileTypeCustomDump
        WerFileTypeAuxiliaryDump
        WerFileTypeEtlTrace
        WerFileTypeAuxiliaryHeapDump
        WerFileTypeMax

    ctypedef enum WER_REGISTER_FILE_TYPE:
        WerRegFileTypeUserDocument
        WerRegFileTypeOther
        WerRegFileTypeMax

    ctypedef enum WER_REPORT_UI:
        WerUIAdditionalDataDlgHeader
        WerUIIconFilePath
        WerUIConsentDlgHeader
        WerUIConsentDlgBody
        WerUIOnlineSolutionCheckText
        WerUIOfflineSolutionCheckText
        WerUICloseText
        WerUICloseDlgHeader
        WerUICloseDlgBody
        WerUICloseDlgButtonText
        WerUIMax

    ctypedef enum WER_SUBMIT_RESULT:
        WerReportQueued
        WerReportUploaded
        WerReportDebug
        WerReportFailed
        WerDisabled
        WerReportCancelled
        WerDisabledQueue
        WerReportAsync
        WerCustomAction
        WerThrottled
        WerReportUploadedCab
        WerStorageLocationNotFound
        WerSubmitResultMax

    ctypedef enum REPORT_STORE_TYPES:
        E_STORE_USER_ARCHIVE
        E_STORE_USER_QUEUE
        E_STORE_MACHINE_ARCHIVE
        E_STORE_MACHINE_QUEUE
        E_STORE_INVALID

    enum:
        WER_FAULT_REPORTING_FLAG_NOHEAP
        WER_FAULT_REPORTING_FLAG_QUEUE
        WER_FAULT_REPORTING_FLAG_DISABLE_THREAD_SUSPENSION
        WER_FAULT_REPORTING_FLAG_QUEUE_UPLOAD
        WER_FAULT_REPORTING_ALWAYS_SHOW_UI
        WER_FAULT_REPORTING_NO_UI
        WER_FAULT_REPORTING_FLAG_NO_HEAP_ON_QUEUE
        WER_FAULT_REPORTING_DISABLE_SNAPSHOT_CRASH
        WER_FAULT_REPORTING_DISABLE_SNAPSHOT_HANG
        WER_FAULT_REPORTING_CRITICAL
        WER_FAULT_REPORTING_DURABLE

        WER_SUBMIT_HONOR_RECOVERY
        WER_SUBMIT_HONOR_RESTART
        WER_SUBMIT_QUEUE
        WER_SUBMIT_SHOW_DEBUG
        WER_SUBMIT_ADD_REGISTERED_DATA
        WER_SUBMIT_OUTOFPROCESS
        WER_SUBMIT_NO_CLOSE_UI
        WER_SUBMIT_NO_QUEUE
        WER_SUBMIT_DISCARD_IF_QUEUED
        WER_SUBMIT_NO_ARCHIVE
        WER_SUBMIT_START_MINIMIZED
        WER_SUBMIT_OUTOFPROCESS_ASYNC
        WER_SUBMIT_BYPASS_DATA_THROTTLING
        WER_SUBMIT_ARCHIVE_PARAMETERS_ONLY
        WER_SUBMIT_REPORT_MACHINE_ID
        WER_SUBMIT_BYPASS_POWER_THROTTLING
        WER_SUBMIT_BYPASS_NETWORK_COST_THROTTLING

        WER_FILE_DELETE_WHEN_DONE
        WER_FILE_ANONYMOUS_DATA
        WER_FILE_COMPRESSED

        WER_DUMP_NOHEAP_ONQUEUE
        WER_DUMP_AUXILIARY
        WER_DUMP_AUX_PROMOTE

        WER_DUMP_MASK_START
        WER_DUMP_MASK_DUMPTYPE
        WER_DUMP_MASK_ONLY_THISTHREAD
        WER_DUMP_MASK_THREADFLAGS
        WER_DUMP_MASK_THREADFLAGS_EX
        WER_DUMP_MASK_OTHERTHREADFLAGS
        WER_DUMP_MASK_OTHERTHREADFLAGS_EX
        WER_DUMP_MASK_PREFERRED_MODULESFLAGS
        WER_DUMP_MASK_OTHER_MODULESFLAGS
        WER_DUMP_MASK_PREFERRED_MODULE_LIST

        WER_P0
        WER_P1
        WER_P2
        WER_P3
        WER_P4
        WER_P5
        WER_P6
        WER_P7
        WER_P8
        WER_P9

        WER_MAX_TOTAL_PARAM_LENGTH
        WER_MAX_PREFERRED_MODULES
        WER_MAX_PREFERRED_MODULES_BUFFER
        WER_MAX_MEM_BLOCK_SIZE
        WER_MAX_REGISTERED_ENTRIES
        WER_MAX_REGISTERED_METADATA
        WER_MAX_REGISTERED_DUMPCOLLECTION
        WER_METADATA_KEY_MAX_LENGTH
        WER_METADATA_VALUE_MAX_LENGTH
        WER_MAX_SIGNATURE_NAME_LENGTH
        WER_MAX_EVENT_NAME_LENGTH
        WER_MAX_PARAM_LENGTH
        WER_MAX_PARAM_COUNT
        WER_MAX_FRIENDLY_EVENT_NAME_LENGTH
        WER_MAX_APPLICATION_NAME_LENGTH
        WER_MAX_DESCRIPTION_LENGTH
        WER_MAX_BUCKET_ID_STRING_LENGTH
        WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH
        WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES

        MAX_PATH

        WER_E_INSUFFICIENT_BUFFER
        WER_E_NOT_FOUND
        WER_E_LENGTH_EXCEEDED
        WER_E_INVALID_STATE
        WER_E_MISSING_DUMP
        WER_E_CABBING_FAILURE

    const WCHAR *APPCRASH_EVENT
    const WCHAR *PACKAGED_APPCRASH_EVENT
    const char *WER_RUNTIME_EXCEPTION_EVENT_FUNCTION
    const char *WER_RUNTIME_EXCEPTION_EVENT_SIGNATURE_FUNCTION
    const char *WER_RUNTIME_EXCEPTION_DEBUGGER_LAUNCH

    ctypedef struct WER_REPORT_INFORMATION:
        DWORD dwSize
        HANDLE hProcess
        WCHAR wzConsentKey[64]
        WCHAR wzFriendlyEventName[128]
        WCHAR wzApplicationName[128]
        WCHAR wzApplicationPath[260]
        WCHAR wzDescription[512]
        HWND hwndParent

    ctypedef struct WER_REPORT_INFORMATION_V3:
        DWORD dwSize
        HANDLE hProcess
        WCHAR wzConsentKey[64]
        WCHAR wzFriendlyEventName[128]
        WCHAR wzApplicationName[128]
        WCHAR wzApplicationPath[260]
        WCHAR wzDescription[512]
        HWND hwndParent
        WCHAR wzNamespacePartner[64]
        WCHAR wzNamespaceGroup[64]

    ctypedef struct WER_REPORT_INFORMATION_V4:
        DWORD dwSize
        HANDLE hProcess
        WCHAR wzConsentKey[64]
        WCHAR wzFriendlyEventName[128]
        WCHAR wzApplicationName[128]
        WCHAR wzApplicationPath[260]
        WCHAR wzDescription[512]
        HWND hwndParent
        WCHAR wzNamespacePartner[64]
        WCHAR wzNamespaceGroup[64]
        BYTE rgbApplicationIdentity[16]
        HANDLE hSnapshot
        HANDLE hDeleteFilesImpersonationToken

    ctypedef struct WER_REPORT_INFORMATION_V5:
        DWORD dwSize
        HANDLE hProcess
        WCHAR wzConsentKey[64]
        WCHAR wzFriendlyEventName[128]
        WCHAR wzApplicationName[128]
        WCHAR wzApplicationPath[260]
        WCHAR wzDescription[512]
        HWND hwndParent
        WCHAR wzNamespacePartner[64]
        WCHAR wzNamespaceGroup[64]
        BYTE rgbApplicationIdentity[16]
        HANDLE hSnapshot
        HANDLE hDeleteFilesImpersonationToken
        WER_SUBMIT_RESULT submitResultMax

    ctypedef struct WER_DUMP_CUSTOM_OPTIONS:
        DWORD dwSize
        DWORD dwMask
        DWORD dwDumpFlags
        BOOL bOnlyThisThread
        DWORD dwExceptionThreadFlags
        DWORD dwOtherThreadFlags
        DWORD dwExceptionThreadExFlags
        DWORD dwOtherThreadExFlags
        DWORD dwPreferredModuleFlags
        DWORD dwOtherModuleFlags
        WCHAR wzPreferredModuleList[256]

    ctypedef struct WER_DUMP_CUSTOM_OPTIONS_V2:
        DWORD dwSize
        DWORD dwMask
        DWORD dwDumpFlags
        BOOL bOnlyThisThread
        DWORD dwExceptionThreadFlags
        DWORD dwOtherThreadFlags
        DWORD dwExceptionThreadExFlags
        DWORD dwOtherThreadExFlags
        DWORD dwPreferredModuleFlags
        DWORD dwOtherModuleFlags
        WCHAR wzPreferredModuleList[256]
        DWORD dwPreferredModuleResetFlags
        DWORD dwOtherModuleResetFlags

    ctypedef struct WER_DUMP_CUSTOM_OPTIONS_V3:
        DWORD dwSize
        DWORD dwMask
        DWORD dwDumpFlags
        BOOL bOnlyThisThread
        DWORD dwExceptionThreadFlags
        DWORD dwOtherThreadFlags
        DWORD dwExceptionThreadExFlags
        DWORD dwOtherThreadExFlags
        DWORD dwPreferredModuleFlags
        DWORD dwOtherModuleFlags
        WCHAR wzPreferredModuleList[256]
        DWORD dwPreferredModuleResetFlags
        DWORD dwOtherModuleResetFlags
        PVOID pvDumpKey
        HANDLE hSnapshot
        DWORD dwThreadID

    ctypedef struct GUID:
        pass

    ctypedef struct FILETIME:
        DWORD dwLowDateTime
        DWORD dwHighDateTime

    ctypedef struct WER_REPORT_PARAMETER:
        WCHAR Name[129]
        WCHAR Value[260]

    ctypedef struct WER_REPORT_SIGNATURE:
        WCHAR EventName[65]
        WER_REPORT_PARAMETER Parameters[10]

    ctypedef struct WER_REPORT_METADATA_V1:
        WER_REPORT_SIGNATURE Signature
        GUID BucketId
        GUID ReportId
        FILETIME CreationTime
        ULONGLONG SizeInBytes

    ctypedef struct WER_REPORT_METADATA_V2:
        WER_REPORT_SIGNATURE Signature
        GUID BucketId
        GUID ReportId
        FILETIME CreationTime
        ULONGLONG SizeInBytes
        WCHAR CabId[260]
        DWORD ReportStatus
        GUID ReportIntegratorId
        DWORD NumberOfFiles
        DWORD SizeOfFileNames
        WCHAR *FileNames

    ctypedef struct WER_REPORT_METADATA_V3:
        WER_REPORT_SIGNATURE Signature
        GUID BucketId
        GUID ReportId
        FILETIME CreationTime
        ULONGLONG SizeInBytes
        WCHAR CabId[260]
        DWORD ReportStatus
        GUID ReportIntegratorId
        DWORD NumberOfFiles
        DWORD SizeOfFileNames
        WCHAR *FileNames
        WCHAR FriendlyEventName[128]
        WCHAR ApplicationName[128]
        WCHAR ApplicationPath[260]
        WCHAR Description[512]
        WCHAR BucketIdString[260]
        ULONGLONG LegacyBucketId

    ctypedef struct WER_EXCEPTION_INFORMATION:
        EXCEPTION_POINTERS *pExceptionPointers
        BOOL bClientPointers

    ctypedef struct WER_RUNTIME_EXCEPTION_INFORMATION:
        DWORD dwSize
        HANDLE hProcess
        HANDLE hThread
        EXCEPTION_RECORD exceptionRecord
        CONTEXT context
        PCWSTR pwszReportId
        BOOL bIsFatal  # from Windows 10 version 2004 on: dwSize does not tell on x64 and arm64
        DWORD dwReserved

    ctypedef HRESULT (*PFN_WER_RUNTIME_EXCEPTION_EVENT)(
        PVOID pContext,
        const WER_RUNTIME_EXCEPTION_INFORMATION *pExceptionInformation,
        BOOL *pbOwnershipClaimed,
        PWSTR pwszEventName,
        DWORD *pchSize,
        DWORD *pdwSignatureCount)
    ctypedef HRESULT (*PFN_WER_RUNTIME_EXCEPTION_EVENT_SIGNATURE)(
        PVOID pContext,
        const WER_RUNTIME_EXCEPTION_INFORMATION *pExceptionInformation,
        DWORD dwIndex,
        PWSTR pwszName,
        DWORD *pchName,
        PWSTR pwszValue,
        DWORD *pchValue)
    ctypedef HRESULT (*PFN_WER_RUNTIME_EXCEPTION_DEBUGGER_LAUNCH)(
        PVOID pContext,
        const WER_RUNTIME_EXCEPTION_INFORMATION *pExceptionInformation,
        BOOL *pbIsCustomDebugger,
        PWSTR pwszDebuggerLaunch,
        DWORD *pchDebuggerLaunch,
        BOOL *pbIsDebuggerAutolaunch)

    HRESULT WerReportCreate(
        PCWSTR pwzEventType,
        WER_REPORT_TYPE repType,
        WER_REPORT_INFORMATION *pReportInformation,
        HREPORT *phReportHandle)
    HRESULT WerReportSetParameter(HREPORT hReportHandle, DWORD dwparamID, PCWSTR pwzName, PCWSTR pwzValue)
    HRESULT WerReportAddFile(
        HREPORT hReportHandle, PCWSTR pwzPath, WER_FILE_TYPE repFileType, DWORD dwFileFlags)
    HRESULT WerReportSetUIOption(HREPORT hReportHandle, WER_REPORT_UI repUITypeID, PCWSTR pwzValue)
    HRESULT WerReportAddDump(
        HREPORT hReportHandle,
        HANDLE hProcess,
        HANDLE hThread,
        WER_DUMP_TYPE dumpType,
        WER_EXCEPTION_INFORMATION *pExceptionParam,
        WER_DUMP_CUSTOM_OPTIONS *pDumpCustomOptions,
        DWORD dwFlags)
    HRESULT WerReportSubmit(
        HREPORT hReportHandle, WER_CONSENT consent, DWORD dwFlags, WER_SUBMIT_RESULT *pSubmitResult)
    HRESULT WerReportCloseHandle(HREPORT hReportHandle)
    HRESULT WerAddExcludedApplication(PCWSTR pwzExeName, BOOL bAllUsers)
    HRESULT WerRemoveExcludedApplication(PCWSTR pwzExeName, BOOL bAllUsers)
    HRESULT WerRegisterFile(PCWSTR pwzFile, WER_REGISTER_FILE_TYPE regFileType, DWORD dwFlags)
    HRESULT WerUnregisterFile(PCWSTR pwzFilePath)
    HRESULT WerRegisterMemoryBlock(PVOID pvAddress, DWORD dwSize)
    HRESULT WerUnregisterMemoryBlock(PVOID pvAddress)
    HRESULT WerRegisterExcludedMemoryBlock(const void *address, DWORD size)
    HRESULT WerUnregisterExcludedMemoryBlock(const void *address)
    HRESULT WerRegisterCustomMetadata(PCWSTR key, PCWSTR value)
    HRESULT WerUnregisterCustomMetadata(PCWSTR key)
    HRESULT WerRegisterAdditionalProcess(DWORD processId, DWORD captureExtraInfoForThreadId)
    HRESULT WerUnregisterAdditionalProcess(DWORD processId)
    HRESULT WerRegisterAppLocalDump(PCWSTR localAppDataRelativePath)
    HRESULT WerUnregisterAppLocalDump()
    HRESULT WerSetMaxProcessHoldMilliseconds(DWORD dwMilliseconds)
    HRESULT WerSetFlags(DWORD dwFlags)
    HRESULT WerGetFlags(HANDLE hProcess, DWORD *pdwFlags)
    HRESULT WerRegisterRuntimeExceptionModule(PCWSTR pwszOutOfProcessCallbackDll, PVOID pContext)
    HRESULT WerUnregisterRuntimeExceptionModule(PCWSTR pwszOutOfProcessCallbackDll, PVOID pContext)

    HRESULT WerStoreOpen(REPORT_STORE_TYPES repStoreType, HREPORTSTORE *phReportStore)
    void WerStoreClose(HREPORTSTORE hReportStore)
    HRESULT WerStoreGetFirstReportKey(HREPORTSTORE hReportStore, PCWSTR *ppszReportKey)
    HRESULT WerStoreGetNextReportKey(HREPORTSTORE hReportStore, PCWSTR *ppszReportKey)
    HRESULT WerStoreQueryReportMetadataV1(
        HREPORTSTORE hReportStore, PCWSTR pszReportKey, WER_REPORT_METADATA_V1 *pReportMetadata)
    HRESULT WerStoreQueryReportMetadataV2(
        HREPORTSTORE hReportStore, PCWSTR pszReportKey, WER_REPORT_METADATA_V2 *pReportMetadata)
    HRESULT WerStoreQueryReportMetadataV3(
        HREPORTSTORE hReportStore, PCWSTR pszReportKey, WER_REPORT_METADATA_V3 *pReportMetadata)
    void WerFreeString(PCWSTR pwszStr)
    HRESULT WerStorePurge()
    HRESULT WerStoreGetReportCount(HREPORTSTORE hReportStore, DWORD *pdwReportCount)
    HRESULT WerStoreGetSizeOnDisk(HREPORTSTORE hReportStore, ULONGLONG *pqwSizeInBytes)
    HRESULT WerStoreUploadReport(
        HREPORTSTORE hReportStore, PCWSTR pszReportKey, DWORD dwFlags, WER_SUBMIT_RESULT *pSubmitResult)

    HRESULT WerReportHang(HWND hwndHungApp, PCWSTR pwzHungApplicationName)
