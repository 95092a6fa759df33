/* The functions of wer.dll that came after Vista: looked up when the module is imported, because an extension
 * that linked them would not load where one is missing. */
#ifndef WER_LOOKUP_H
#define WER_LOOKUP_H

#include "wer/werapi.h"

/* X(function, type of the result, its parameters, the Windows version that brought it). Microsoft publishes no
 * version for some; theirs is that of the store itself, without which they make no sense (inferred). */
#define WER_FOUND_FUNCTIONS(X)                                                                              \
    X(WerStoreOpen, HRESULT, (REPORT_STORE_TYPES, PHREPORTSTORE), "Windows 10 version 1703")                \
    X(WerStoreClose, VOID, (HREPORTSTORE), "Windows 10 version 1703")                                       \
    X(WerStoreGetFirstReportKey, HRESULT, (HREPORTSTORE, PCWSTR *), "Windows 10 version 1703")              \
    X(WerStoreGetNextReportKey, HRESULT, (HREPORTSTORE, PCWSTR *), "Windows 10 version 1703")               \
    X(WerStoreQueryReportMetadataV1, HRESULT, (HREPORTSTORE, PCWSTR, PWER_REPORT_METADATA_V1),              \
      "Windows 10 version 1703 (inferred)")                                                                 \
    X(WerStoreQueryReportMetadataV2, HRESULT, (HREPORTSTORE, PCWSTR, PWER_REPORT_METADATA_V2),              \
      "Windows 10 version 1703")                                                                            \
    X(WerStoreQueryReportMetadataV3, HRESULT, (HREPORTSTORE, PCWSTR, PWER_REPORT_METADATA_V3),              \
      "a later Windows 10 than version 1703 (inferred)")                                                    \
    X(WerFreeString, VOID, (PCWSTR), "Windows 10 version 1703")                                             \
    X(WerStorePurge, HRESULT, (void), "a later Windows 10 than version 1703 (inferred)")                    \
    X(WerStoreGetReportCount, HRESULT, (HREPORTSTORE, DWORD *), "a later Windows 10 than version 1703 (inferred)") \
    X(WerStoreGetSizeOnDisk, HRESULT, (HREPORTSTORE, ULONGLONG *), "a later Windows 10 than version 1703 (inferred)") \
    X(WerStoreUploadReport, HRESULT, (HREPORTSTORE, PCWSTR, DWORD, PWER_SUBMIT_RESULT),                     \
      "a later Windows 10 than version 1703 (inferred)")

/* Each function that this machine has; NULL if it has not. */
typedef struct {
#define WER_MEMBER(function, result, parameters, since) result (WINAPI *function) parameters;
    WER_FOUND_FUNCTIONS(WER_MEMBER)
#undef WER_MEMBER
} WerFound;

extern WerFound wer_found;

/* Look all of them up; after wer_load. */
void wer_find_all(void);

/* One of them by name: whether this machine has it, and since when Windows has. Returns FALSE if there is none of
 * that name in the list. */
BOOL wer_found_by_name(const char *function, BOOL *here, const char **since);

#endif /* WER_LOOKUP_H */
