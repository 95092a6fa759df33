/* werapi.h, whole and alike on every compiler: include this instead of <werapi.h>.
 *
 * With the Windows SDK (MSVC, clang-cl) it is the SDK's own header. mingw-w64 ships a <werapi.h> that
 * stops at Vista and up to version 10 does not compile by itself, so elsewhere everything is declared
 * here, to the letter of the current SDK header; the build and the tests prove it against the values that
 * Python sees and against the structure layouts in Microsoft's metadata.
 *
 * Define _WIN32_WINNT as 0x0A00 (Windows 10) before the first Windows header to see all of it.
 */
#ifndef WER_WERAPI_H
#define WER_WERAPI_H

#include <windows.h>

#if defined(_MSC_VER)

#include <werapi.h>
#include <errorrep.h>        /* WerReportHang */
#include <processsnapshot.h> /* HPSS */

/* These came last of what we use, of structures too, which the preprocessor cannot see. Where between the two versions
 * they came, we do not know. */
#if !defined(WER_DUMP_AUX_PROMOTE) || !defined(WER_MAX_BUCKET_ID_STRING_LENGTH)
#error "wer needs a newer Windows SDK: 10.0.26100 is known to do, 10.0.17134 and older lack WER_REPORT_METADATA_V3 and more"
#endif

#else

#ifdef _INC_WERAPI
#error "wer/werapi.h replaces mingw's <werapi.h>: include it first"
#endif
#define _INC_WERAPI /* keeps mingw's <werapi.h> out from here on */

#ifdef __cplusplus
extern "C" {
#endif

/* HREPORT and HREPORTSTORE are not kernel handles: WerReportCloseHandle and WerStoreClose free them,
 * CloseHandle must not. */
typedef HANDLE HREPORT;
typedef PVOID HREPORTSTORE, *PHREPORTSTORE;

/* Of processsnapshot.h, which mingw-w64 up to version 10 does not have. PssFreeSnapshot frees an HPSS. */
#ifdef __has_include
#if __has_include(<processsnapshot.h>)
#include <processsnapshot.h>
#define WER_HAS_PROCESSSNAPSHOT_H
#endif
#endif
#ifndef WER_HAS_PROCESSSNAPSHOT_H
typedef struct HPSS__ *HPSS;
typedef DWORD PSS_CAPTURE_FLAGS;
#endif

#define WER_FAULT_REPORTING_FLAG_NOHEAP 0x1
#define WER_FAULT_REPORTING_FLAG_QUEUE 0x2
#define WER_FAULT_REPORTING_FLAG_DISABLE_THREAD_SUSPENSION 0x4
#define WER_FAULT_REPORTING_FLAG_QUEUE_UPLOAD 0x8
#define WER_FAULT_REPORTING_ALWAYS_SHOW_UI 0x10
#define WER_FAULT_REPORTING_NO_UI 0x20
#define WER_FAULT_REPORTING_FLAG_NO_HEAP_ON_QUEUE 0x40
#define WER_FAULT_REPORTING_DISABLE_SNAPSHOT_CRASH 0x80
#define WER_FAULT_REPORTING_DISABLE_SNAPSHOT_HANG 0x100
#define WER_FAULT_REPORTING_CRITICAL 0x200
#define WER_FAULT_REPORTING_DURABLE 0x400

#define WER_SUBMIT_HONOR_RECOVERY 0x1
#define WER_SUBMIT_HONOR_RESTART 0x2
#define WER_SUBMIT_QUEUE 0x4
#define WER_SUBMIT_SHOW_DEBUG 0x8
#define WER_SUBMIT_ADD_REGISTERED_DATA 0x10
#define WER_SUBMIT_OUTOFPROCESS 0x20
#define WER_SUBMIT_NO_CLOSE_UI 0x40
#define WER_SUBMIT_NO_QUEUE 0x80
#define WER_SUBMIT_DISCARD_IF_QUEUED 0x80
#define WER_SUBMIT_NO_ARCHIVE 0x100
#define WER_SUBMIT_START_MINIMIZED 0x200
#define WER_SUBMIT_OUTOFPROCESS_ASYNC 0x400
#define WER_SUBMIT_BYPASS_DATA_THROTTLING 0x800
#define WER_SUBMIT_ARCHIVE_PARAMETERS_ONLY 0x1000
#define WER_SUBMIT_REPORT_MACHINE_ID 0x2000
#define WER_SUBMIT_BYPASS_POWER_THROTTLING 0x4000
#define WER_SUBMIT_BYPASS_NETWORK_COST_THROTTLING 0x8000

#define WER_FILE_DELETE_WHEN_DONE 1
#define WER_FILE_ANONYMOUS_DATA 2
#define WER_FILE_COMPRESSED 4

#define WER_DUMP_NOHEAP_ONQUEUE 1
#define WER_DUMP_AUXILIARY 2
#define WER_DUMP_AUX_PROMOTE 4

#define WER_DUMP_MASK_START 0x1
#define WER_DUMP_MASK_DUMPTYPE 0x1
#define WER_DUMP_MASK_ONLY_THISTHREAD 0x2
#define WER_DUMP_MASK_THREADFLAGS 0x4
#define WER_DUMP_MASK_THREADFLAGS_EX 0x8
#define WER_DUMP_MASK_OTHERTHREADFLAGS 0x10
#define WER_DUMP_MASK_OTHERTHREADFLAGS_EX 0x20
#define WER_DUMP_MASK_PREFERRED_MODULESFLAGS 0x40
#define WER_DUMP_MASK_OTHER_MODULESFLAGS 0x80
#define WER_DUMP_MASK_PREFERRED_MODULE_LIST 0x100

#define WER_P0 0
#define WER_P1 1
#define WER_P2 2
#define WER_P3 3
#define WER_P4 4
#define WER_P5 5
#define WER_P6 6
#define WER_P7 7
#define WER_P8 8
#define WER_P9 9

#define WER_MAX_TOTAL_PARAM_LENGTH 1720
#define WER_MAX_PREFERRED_MODULES 128
#define WER_MAX_PREFERRED_MODULES_BUFFER 256
#define WER_MAX_MEM_BLOCK_SIZE 65536
#define WER_MAX_REGISTERED_ENTRIES 512
#define WER_MAX_REGISTERED_METADATA 8
#define WER_MAX_REGISTERED_DUMPCOLLECTION 4
#define WER_METADATA_KEY_MAX_LENGTH 64
#define WER_METADATA_VALUE_MAX_LENGTH 128
#define WER_MAX_SIGNATURE_NAME_LENGTH 128
#define WER_MAX_EVENT_NAME_LENGTH 64
#define WER_MAX_PARAM_LENGTH 260
#define WER_MAX_PARAM_COUNT 10
#define WER_MAX_FRIENDLY_EVENT_NAME_LENGTH 128
#define WER_MAX_APPLICATION_NAME_LENGTH 128
#define WER_MAX_DESCRIPTION_LENGTH 512
#define WER_MAX_BUCKET_ID_STRING_LENGTH 260
#define WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH 64
#define WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES 16

#define APPCRASH_EVENT L"APPCRASH"
#define PACKAGED_APPCRASH_EVENT L"MoAppCrash"
#define WER_RUNTIME_EXCEPTION_EVENT_FUNCTION "OutOfProcessExceptionEventCallback"
#define WER_RUNTIME_EXCEPTION_EVENT_SIGNATURE_FUNCTION "OutOfProcessExceptionEventSignatureCallback"
#define WER_RUNTIME_EXCEPTION_DEBUGGER_LAUNCH "OutOfProcessExceptionEventDebuggerLaunchCallback"

#define WER_E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007AL)
#define WER_E_NOT_FOUND ((HRESULT)0x80070490L)
#define WER_E_LENGTH_EXCEEDED ((HRESULT)0x80070503L)
#define WER_E_INVALID_STATE ((HRESULT)0x8007139FL)
#define WER_E_MISSING_DUMP ((HRESULT)0x8007023DL)
#define WER_E_CABBING_FAILURE ((HRESULT)0x8007001FL)

typedef enum _WER_REPORT_TYPE {
    WerReportNonCritical = 0,
    WerReportCritical = 1,
    WerReportApplicationCrash = 2,
    WerReportApplicationHang = 3,
    WerReportKernel = 4,
    WerReportInvalid = 5
} WER_REPORT_TYPE;

typedef enum _WER_CONSENT {
    WerConsentNotAsked = 1,
    WerConsentApproved = 2,
    WerConsentDenied = 3,
    WerConsentAlwaysPrompt = 4,
    WerConsentMax = 5
} WER_CONSENT;

typedef enum _WER_DUMP_TYPE {
    WerDumpTypeNone = 0,
    WerDumpTypeMicroDump = 1,
    WerDumpTypeMiniDump = 2,
    WerDumpTypeHeapDump = 3,
    WerDumpTypeTriageDump = 4,
    WerDumpTypeMax = 5
} WER_DUMP_TYPE;

typedef enum _WER_FILE_TYPE {
    WerFileTypeMicrodump = 1,
    WerFileTypeMinidump = 2,
    WerFileTypeHeapdump = 3,
    WerFileTypeUserDocument = 4,
    WerFileTypeOther = 5,
    WerFileTypeTriagedump = 6,
    WerFileTypeCustomDump = 7,
    WerFileTypeAuxiliaryDump = 8,
    WerFileTypeEtlTrace = 9,
    WerFileTypeAuxiliaryHeapDump = 10,
    WerFileTypeMax = 11
} WER_FILE_TYPE;

typedef enum _WER_REGISTER_FILE_TYPE {
    WerRegFileTypeUserDocument = 1,
    WerRegFileTypeOther = 2,
    WerRegFileTypeMax = 3
} WER_REGISTER_FILE_TYPE;

typedef enum _WER_REPORT_UI {
    WerUIAdditionalDataDlgHeader = 1,
    WerUIIconFilePath = 2,
    WerUIConsentDlgHeader = 3,
    WerUIConsentDlgBody = 4,
    WerUIOnlineSolutionCheckText = 5,
    WerUIOfflineSolutionCheckText = 6,
    WerUICloseText = 7,
    WerUICloseDlgHeader = 8,
    WerUICloseDlgBody = 9,
    WerUICloseDlgButtonText = 10,
    WerUIMax = 11
} WER_REPORT_UI;

typedef enum _WER_SUBMIT_RESULT {
    WerReportQueued = 1,
    WerReportUploaded = 2,
    WerReportDebug = 3,
    WerReportFailed = 4,
    WerDisabled = 5,
    WerReportCancelled = 6,
    WerDisabledQueue = 7,
    WerReportAsync = 8,
    WerCustomAction = 9,
    WerThrottled = 10,
    WerReportUploadedCab = 11,
    WerStorageLocationNotFound = 12,
    WerSubmitResultMax = 13
} WER_SUBMIT_RESULT, *PWER_SUBMIT_RESULT;

typedef enum REPORT_STORE_TYPES {
    E_STORE_USER_ARCHIVE = 0,
    E_STORE_USER_QUEUE = 1,
    E_STORE_MACHINE_ARCHIVE = 2,
    E_STORE_MACHINE_QUEUE = 3,
    E_STORE_INVALID = 4
} REPORT_STORE_TYPES;

typedef struct _WER_REPORT_INFORMATION {
    DWORD dwSize;
    HANDLE hProcess;
    WCHAR wzConsentKey[64];
    WCHAR wzFriendlyEventName[128];
    WCHAR wzApplicationName[128];
    WCHAR wzApplicationPath[MAX_PATH];
    WCHAR wzDescription[512];
    HWND hwndParent;
} WER_REPORT_INFORMATION, *PWER_REPORT_INFORMATION;

typedef struct _WER_REPORT_INFORMATION_V3 {
    DWORD dwSize;
    HANDLE hProcess;
    WCHAR wzConsentKey[64];
    WCHAR wzFriendlyEventName[128];
    WCHAR wzApplicationName[128];
    WCHAR wzApplicationPath[MAX_PATH];
    WCHAR wzDescription[512];
    HWND hwndParent;
    WCHAR wzNamespacePartner[64];
    WCHAR wzNamespaceGroup[64];
} WER_REPORT_INFORMATION_V3, *PWER_REPORT_INFORMATION_V3;

typedef struct _WER_REPORT_INFORMATION_V4 {
    DWORD dwSize;
    HANDLE hProcess;
    WCHAR wzConsentKey[64];
    WCHAR wzFriendlyEventName[128];
    WCHAR wzApplicationName[128];
    WCHAR wzApplicationPath[MAX_PATH];
    WCHAR wzDescription[512];
    HWND hwndParent;
    WCHAR wzNamespacePartner[64];
    WCHAR wzNamespaceGroup[64];
    BYTE rgbApplicationIdentity[16];
    HANDLE hSnapshot;
    HANDLE hDeleteFilesImpersonationToken;
} WER_REPORT_INFORMATION_V4, *PWER_REPORT_INFORMATION_V4;

typedef struct _WER_REPORT_INFORMATION_V5 {
    DWORD dwSize;
    HANDLE hProcess;
    WCHAR wzConsentKey[64];
    WCHAR wzFriendlyEventName[128];
    WCHAR wzApplicationName[128];
    WCHAR wzApplicationPath[MAX_PATH];
    WCHAR wzDescription[512];
    HWND hwndParent;
    WCHAR wzNamespacePartner[64];
    WCHAR wzNamespaceGroup[64];
    BYTE rgbApplicationIdentity[16];
    HANDLE hSnapshot;
    HANDLE hDeleteFilesImpersonationToken;
    WER_SUBMIT_RESULT submitResultMax;
} WER_REPORT_INFORMATION_V5, *PWER_REPORT_INFORMATION_V5;

typedef struct _WER_DUMP_CUSTOM_OPTIONS {
    DWORD dwSize;
    DWORD dwMask;
    DWORD dwDumpFlags;
    BOOL bOnlyThisThread;
    DWORD dwExceptionThreadFlags;
    DWORD dwOtherThreadFlags;
    DWORD dwExceptionThreadExFlags;
    DWORD dwOtherThreadExFlags;
    DWORD dwPreferredModuleFlags;
    DWORD dwOtherModuleFlags;
    WCHAR wzPreferredModuleList[WER_MAX_PREFERRED_MODULES_BUFFER];
} WER_DUMP_CUSTOM_OPTIONS, *PWER_DUMP_CUSTOM_OPTIONS;

typedef struct _WER_DUMP_CUSTOM_OPTIONS_V2 {
    DWORD dwSize;
    DWORD dwMask;
    DWORD dwDumpFlags;
    BOOL bOnlyThisThread;
    DWORD dwExceptionThreadFlags;
    DWORD dwOtherThreadFlags;
    DWORD dwExceptionThreadExFlags;
    DWORD dwOtherThreadExFlags;
    DWORD dwPreferredModuleFlags;
    DWORD dwOtherModuleFlags;
    WCHAR wzPreferredModuleList[WER_MAX_PREFERRED_MODULES_BUFFER];
    DWORD dwPreferredModuleResetFlags;
    DWORD dwOtherModuleResetFlags;
} WER_DUMP_CUSTOM_OPTIONS_V2, *PWER_DUMP_CUSTOM_OPTIONS_V2;

typedef struct _WER_DUMP_CUSTOM_OPTIONS_V3 {
    DWORD dwSize;
    DWORD dwMask;
    DWORD dwDumpFlags;
    BOOL bOnlyThisThread;
    DWORD dwExceptionThreadFlags;
    DWORD dwOtherThreadFlags;
    DWORD dwExceptionThreadExFlags;
    DWORD dwOtherThreadExFlags;
    DWORD dwPreferredModuleFlags;
    DWORD dwOtherModuleFlags;
    WCHAR wzPreferredModuleList[WER_MAX_PREFERRED_MODULES_BUFFER];
    DWORD dwPreferredModuleResetFlags;
    DWORD dwOtherModuleResetFlags;
    PVOID pvDumpKey;
    HANDLE hSnapshot;
    DWORD dwThreadID;
} WER_DUMP_CUSTOM_OPTIONS_V3, *PWER_DUMP_CUSTOM_OPTIONS_V3;

typedef struct _WER_EXCEPTION_INFORMATION {
    PEXCEPTION_POINTERS pExceptionPointers;
    BOOL bClientPointers;
} WER_EXCEPTION_INFORMATION, *PWER_EXCEPTION_INFORMATION;

typedef struct _WER_RUNTIME_EXCEPTION_INFORMATION {
    DWORD dwSize;
    HANDLE hProcess;
    HANDLE hThread;
    EXCEPTION_RECORD exceptionRecord;
    CONTEXT context;
    PCWSTR pwszReportId;
    BOOL bIsFatal;
    DWORD dwReserved;
} WER_RUNTIME_EXCEPTION_INFORMATION, *PWER_RUNTIME_EXCEPTION_INFORMATION;

typedef struct _WER_REPORT_PARAMETER {
    WCHAR Name[129];
    WCHAR Value[260];
} WER_REPORT_PARAMETER;

typedef struct _WER_REPORT_SIGNATURE {
    WCHAR EventName[65];
    WER_REPORT_PARAMETER Parameters[10];
} WER_REPORT_SIGNATURE, *PWER_REPORT_SIGNATURE;

typedef struct _WER_REPORT_METADATA_V1 {
    WER_REPORT_SIGNATURE Signature;
    GUID BucketId;
    GUID ReportId;
    FILETIME CreationTime;
    ULONGLONG SizeInBytes;
} WER_REPORT_METADATA_V1, *PWER_REPORT_METADATA_V1;

typedef struct _WER_REPORT_METADATA_V2 {
    WER_REPORT_SIGNATURE Signature;
    GUID BucketId;
    GUID ReportId;
    FILETIME CreationTime;
    ULONGLONG SizeInBytes;
    WCHAR CabId[260];
    DWORD ReportStatus;
    GUID ReportIntegratorId;
    DWORD NumberOfFiles;
    DWORD SizeOfFileNames;
    WCHAR *FileNames;
} WER_REPORT_METADATA_V2, *PWER_REPORT_METADATA_V2;

typedef struct _WER_REPORT_METADATA_V3 {
    WER_REPORT_SIGNATURE Signature;
    GUID BucketId;
    GUID ReportId;
    FILETIME CreationTime;
    ULONGLONG SizeInBytes;
    WCHAR CabId[260];
    DWORD ReportStatus;
    GUID ReportIntegratorId;
    DWORD NumberOfFiles;
    DWORD SizeOfFileNames;
    WCHAR *FileNames;
    WCHAR FriendlyEventName[128];
    WCHAR ApplicationName[128];
    WCHAR ApplicationPath[260];
    WCHAR Description[512];
    WCHAR BucketIdString[260];
    ULONGLONG LegacyBucketId;
} WER_REPORT_METADATA_V3, *PWER_REPORT_METADATA_V3;

typedef HRESULT (WINAPI *PFN_WER_RUNTIME_EXCEPTION_EVENT)(
    PVOID pContext,
    const PWER_RUNTIME_EXCEPTION_INFORMATION pExceptionInformation,
    BOOL *pbOwnershipClaimed,
    PWSTR pwszEventName,
    PDWORD pchSize,
    PDWORD pdwSignatureCount);

typedef HRESULT (WINAPI *PFN_WER_RUNTIME_EXCEPTION_EVENT_SIGNATURE)(
    PVOID pContext,
    const PWER_RUNTIME_EXCEPTION_INFORMATION pExceptionInformation,
    DWORD dwIndex,
    PWSTR pwszName,
    PDWORD pchName,
    PWSTR pwszValue,
    PDWORD pchValue);

typedef HRESULT (WINAPI *PFN_WER_RUNTIME_EXCEPTION_DEBUGGER_LAUNCH)(
    PVOID pContext,
    const PWER_RUNTIME_EXCEPTION_INFORMATION pExceptionInformation,
    PBOOL pbIsCustomDebugger,
    PWSTR pwszDebuggerLaunch,
    PDWORD pchDebuggerLaunch,
    PBOOL pbIsDebuggerAutolaunch);

HRESULT WINAPI WerReportCreate(
    PCWSTR pwzEventType,
    WER_REPORT_TYPE repType,
    PWER_REPORT_INFORMATION pReportInformation,
    HREPORT *phReportHandle);
HRESULT WINAPI WerReportSetParameter(HREPORT hReportHandle, DWORD dwparamID, PCWSTR pwzName, PCWSTR pwzValue);
HRESULT WINAPI WerReportAddFile(
    HREPORT hReportHandle,
    PCWSTR pwzPath,
    WER_FILE_TYPE repFileType,
    DWORD dwFileFlags);
HRESULT WINAPI WerReportSetUIOption(HREPORT hReportHandle, WER_REPORT_UI repUITypeID, PCWSTR pwzValue);
HRESULT WINAPI WerReportAddDump(
    HREPORT hReportHandle,
    HANDLE hProcess,
    HANDLE hThread,
    WER_DUMP_TYPE dumpType,
    PWER_EXCEPTION_INFORMATION pExceptionParam,
    PWER_DUMP_CUSTOM_OPTIONS pDumpCustomOptions,
    DWORD dwFlags);
HRESULT WINAPI WerReportSubmit(
    HREPORT hReportHandle,
    WER_CONSENT consent,
    DWORD dwFlags,
    PWER_SUBMIT_RESULT pSubmitResult);
HRESULT WINAPI WerReportCloseHandle(HREPORT hReportHandle);
HRESULT WINAPI WerAddExcludedApplication(PCWSTR pwzExeName, BOOL bAllUsers);
HRESULT WINAPI WerRemoveExcludedApplication(PCWSTR pwzExeName, BOOL bAllUsers);
HRESULT WINAPI WerRegisterFile(PCWSTR pwzFile, WER_REGISTER_FILE_TYPE regFileType, DWORD dwFlags);
HRESULT WINAPI WerUnregisterFile(PCWSTR pwzFilePath);
HRESULT WINAPI WerRegisterMemoryBlock(PVOID pvAddress, DWORD dwSize);
HRESULT WINAPI WerUnregisterMemoryBlock(PVOID pvAddress);
HRESULT WINAPI WerRegisterExcludedMemoryBlock(const void *address, DWORD size);
HRESULT WINAPI WerUnregisterExcludedMemoryBlock(const void *address);
HRESULT WINAPI WerRegisterCustomMetadata(PCWSTR key, PCWSTR value);
HRESULT WINAPI WerUnregisterCustomMetadata(PCWSTR key);
HRESULT WINAPI WerRegisterAdditionalProcess(DWORD processId, DWORD captureExtraInfoForThreadId);
HRESULT WINAPI WerUnregisterAdditionalProcess(DWORD processId);
HRESULT WINAPI WerRegisterAppLocalDump(PCWSTR localAppDataRelativePath);
HRESULT WINAPI WerUnregisterAppLocalDump(void);
HRESULT WINAPI WerSetMaxProcessHoldMilliseconds(DWORD dwMilliseconds);
HRESULT WINAPI WerSetFlags(DWORD dwFlags);
HRESULT WINAPI WerGetFlags(HANDLE hProcess, PDWORD pdwFlags);
HRESULT WINAPI WerRegisterRuntimeExceptionModule(PCWSTR pwszOutOfProcessCallbackDll, PVOID pContext);
HRESULT WINAPI WerUnregisterRuntimeExceptionModule(PCWSTR pwszOutOfProcessCallbackDll, PVOID pContext);

/* The SDK declares WerStore* and WerFreeString without a calling convention; Microsoft's metadata and
 * the x86 import library say __stdcall. Only 32-bit x86 can tell. */
HRESULT WINAPI WerStoreOpen(REPORT_STORE_TYPES repStoreType, PHREPORTSTORE phReportStore);
VOID WINAPI WerStoreClose(HREPORTSTORE hReportStore);
HRESULT WINAPI WerStoreGetFirstReportKey(HREPORTSTORE hReportStore, PCWSTR *ppszReportKey);
HRESULT WINAPI WerStoreGetNextReportKey(HREPORTSTORE hReportStore, PCWSTR *ppszReportKey);
HRESULT WINAPI WerStoreQueryReportMetadataV1(
    HREPORTSTORE hReportStore,
    PCWSTR pszReportKey,
    PWER_REPORT_METADATA_V1 pReportMetadata);
HRESULT WINAPI WerStoreQueryReportMetadataV2(
    HREPORTSTORE hReportStore,
    PCWSTR pszReportKey,
    PWER_REPORT_METADATA_V2 pReportMetadata);
HRESULT WINAPI WerStoreQueryReportMetadataV3(
    HREPORTSTORE hReportStore,
    PCWSTR pszReportKey,
    PWER_REPORT_METADATA_V3 pReportMetadata);
VOID WINAPI WerFreeString(PCWSTR pwszStr);
HRESULT WINAPI WerStorePurge(void);
HRESULT WINAPI WerStoreGetReportCount(HREPORTSTORE hReportStore, DWORD *pdwReportCount);
HRESULT WINAPI WerStoreGetSizeOnDisk(HREPORTSTORE hReportStore, ULONGLONG *pqwSizeInBytes);
HRESULT WINAPI WerStoreUploadReport(
    HREPORTSTORE hReportStore,
    PCWSTR pszReportKey,
    DWORD dwFlags,
    PWER_SUBMIT_RESULT pSubmitResult);

/* errorrep.h, faultrep.dll */
HRESULT WINAPI WerReportHang(HWND hwndHungApp, PCWSTR pwzHungApplicationName);

#ifdef __cplusplus
}
#endif

#endif /* not the Windows SDK */

#endif /* WER_WERAPI_H */
