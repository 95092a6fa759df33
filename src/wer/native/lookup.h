/* The functions that this machine may lack: looked up when the module is imported, because an extension that linked
 * them would not load where one is missing. */
#ifndef WER_LOOKUP_H
#define WER_LOOKUP_H

#include "wer/werapi.h"

/* X(function, type of the result, its parameters, the Windows version that brought it): the one place for the latter;
 * tests/linux/test_versions.py holds docs/werapi.md against it. "(SDK)" where Microsoft's pages name no version: the
 * function is in the SDK's header for that version; or it is not, but in a later one. */
#define WER_FOUND_FUNCTIONS(X)                                                                              \
    X(WerStoreOpen, HRESULT, (REPORT_STORE_TYPES, PHREPORTSTORE), "Windows 10 version 1703")                \
    X(WerStoreClose, VOID, (HREPORTSTORE), "Windows 10 version 1703")                                       \
    X(WerStoreGetFirstReportKey, HRESULT, (HREPORTSTORE, PCWSTR *), "Windows 10 version 1703")              \
    X(WerStoreGetNextReportKey, HRESULT, (HREPORTSTORE, PCWSTR *), "Windows 10 version 1703")               \
    X(WerStoreQueryReportMetadataV1, HRESULT, (HREPORTSTORE, PCWSTR, PWER_REPORT_METADATA_V1),              \
      "Windows 10 version 1703 (SDK)")                                                                      \
    X(WerStoreQueryReportMetadataV2, HRESULT, (HREPORTSTORE, PCWSTR, PWER_REPORT_METADATA_V2),              \
      "Windows 10 version 1703")                                                                            \
    X(WerStoreQueryReportMetadataV3, HRESULT, (HREPORTSTORE, PCWSTR, PWER_REPORT_METADATA_V3),              \
      "a later Windows 10 than version 1803 (SDK)")                                                         \
    X(WerFreeString, VOID, (PCWSTR), "Windows 10 version 1703")                                             \
    X(WerStorePurge, HRESULT, (void), "Windows 10 version 1703 (SDK)")                                      \
    X(WerStoreGetReportCount, HRESULT, (HREPORTSTORE, DWORD *), "Windows 10 version 1703 (SDK)")            \
    X(WerStoreGetSizeOnDisk, HRESULT, (HREPORTSTORE, ULONGLONG *), "Windows 10 version 1703 (SDK)")         \
    X(WerStoreUploadReport, HRESULT, (HREPORTSTORE, PCWSTR, DWORD, PWER_SUBMIT_RESULT),                     \
      "Windows 10 version 1703 (SDK)")                                                                      \
    X(WerRegisterFile, HRESULT, (PCWSTR, WER_REGISTER_FILE_TYPE, DWORD), "Windows Vista")                   \
    X(WerUnregisterFile, HRESULT, (PCWSTR), "Windows Vista")                                                \
    X(WerRegisterMemoryBlock, HRESULT, (PVOID, DWORD), "Windows Vista")                                     \
    X(WerUnregisterMemoryBlock, HRESULT, (PVOID), "Windows Vista")                                          \
    X(WerRegisterExcludedMemoryBlock, HRESULT, (const void *, DWORD), "Windows 10 version 1703")            \
    X(WerUnregisterExcludedMemoryBlock, HRESULT, (const void *), "Windows 10 version 1703")                 \
    X(WerRegisterCustomMetadata, HRESULT, (PCWSTR, PCWSTR), "Windows 10 version 1703")                      \
    X(WerUnregisterCustomMetadata, HRESULT, (PCWSTR), "Windows 10 version 1703")                            \
    X(WerRegisterAdditionalProcess, HRESULT, (DWORD, DWORD), "Windows 10 version 1703")                     \
    X(WerUnregisterAdditionalProcess, HRESULT, (DWORD), "Windows 10 version 1703")                          \
    X(WerRegisterAppLocalDump, HRESULT, (PCWSTR), "Windows 10 version 1709")                                \
    X(WerUnregisterAppLocalDump, HRESULT, (void), "Windows 10 version 1709")                                \
    X(WerRegisterRuntimeExceptionModule, HRESULT, (PCWSTR, PVOID), "Windows 7")                             \
    X(WerUnregisterRuntimeExceptionModule, HRESULT, (PCWSTR, PVOID), "Windows 7")                           \
    X(WerSetFlags, HRESULT, (DWORD), "Windows Vista")                                                       \
    X(WerGetFlags, HRESULT, (HANDLE, PDWORD), "Windows Vista")                                              \
    X(WerSetMaxProcessHoldMilliseconds, HRESULT, (DWORD), "a later Windows 10 than version 1803 (SDK)")     \
    X(WerReportHang, HRESULT, (HWND, PCWSTR), "Windows Vista SP1")                                          \
    X(PssCaptureSnapshot, DWORD, (HANDLE, PSS_CAPTURE_FLAGS, DWORD, HPSS *), "Windows 8.1")                 \
    X(PssFreeSnapshot, DWORD, (HANDLE, HPSS), "Windows 8.1")

/* Each function that this machine has; NULL if it has not. */
typedef struct {
#define WER_MEMBER(function, result, parameters, since) result (WINAPI *function) parameters;
    WER_FOUND_FUNCTIONS(WER_MEMBER)
#undef WER_MEMBER
} WerFound;

extern WerFound wer_found;

/* Look all of them up, after wer_load: each in wer.dll, then kernel32.dll, then KernelBase.dll, as none of them is in
 * two of these. WerReportHang is in faultrep.dll, which few programs need: wer_find_hang. */
void wer_find_all(void);

/* Look for WerReportHang in faultrep.dll as well, which stays loaded. May be called again. */
void wer_find_hang(void);

/* One of them by name: whether this machine has it, and since when Windows has. Returns FALSE if there is none of
 * that name in the list. */
BOOL wer_found_by_name(const char *function, BOOL *here, const char **since);

#endif /* WER_LOOKUP_H */
