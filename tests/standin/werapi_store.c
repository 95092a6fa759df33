/* The exported functions of the report store; see werapi.c. */
#include "standin.h"

/* On Windows freeing what is not open corrupts the heap, now or later; here the caller learns it at once. */
static void corrupted(void)
{
    const DWORD heap_corruption = 0xC0000374; /* STATUS_HEAP_CORRUPTION */
    RaiseException(heap_corruption, EXCEPTION_NONCONTINUABLE, 0, NULL);
}

HRESULT WINAPI WerStoreOpen(REPORT_STORE_TYPES repStoreType, PHREPORTSTORE phReportStore)
{
    Call call;

    call_begin(&call, FUNCTION_WerStoreOpen);
    if (phReportStore)
        *phReportStore = NULL;
    if (!call.injected)
        call.hr = store_open(repStoreType, phReportStore);
    if (log_begin(&call)) {
        log_number(&call, "repStoreType", repStoreType);
        log_pointer(&call, "phReportStore", phReportStore);
        log_outputs(&call);
        if (phReportStore)
            log_pointer(&call, "phReportStore", *phReportStore);
        log_end(&call);
    }
    return call.hr;
}

VOID WINAPI WerStoreClose(HREPORTSTORE hReportStore)
{
    BOOL ok = TRUE;
    Call call;

    call_begin(&call, FUNCTION_WerStoreClose);
    if (!call.injected && hReportStore)
        ok = store_close(hReportStore);
    if (log_begin(&call)) {
        log_pointer(&call, "hReportStore", hReportStore);
        log_end(&call);
    }
    if (!ok)
        corrupted();
}

static HRESULT get_key(
    Function function,
    HRESULT (*read)(HREPORTSTORE, PCWSTR *),
    HREPORTSTORE store,
    PCWSTR *key)
{
    Call call;

    call_begin(&call, function);
    if (key)
        *key = NULL; /* the header's annotation: may be NULL, and so it is without a key (a choice) */
    if (!call.injected)
        call.hr = read(store, key);
    if (log_begin(&call)) {
        log_pointer(&call, "hReportStore", store);
        log_pointer(&call, "ppszReportKey", key);
        log_outputs(&call);
        if (key)
            log_string(&call, "ppszReportKey", *key);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerStoreGetFirstReportKey(HREPORTSTORE hReportStore, PCWSTR *ppszReportKey)
{
    return get_key(FUNCTION_WerStoreGetFirstReportKey, store_first_key, hReportStore, ppszReportKey);
}

HRESULT WINAPI WerStoreGetNextReportKey(HREPORTSTORE hReportStore, PCWSTR *ppszReportKey)
{
    return get_key(FUNCTION_WerStoreGetNextReportKey, store_next_key, hReportStore, ppszReportKey);
}

HRESULT WINAPI WerStoreQueryReportMetadataV1(
    HREPORTSTORE hReportStore,
    PCWSTR pszReportKey,
    PWER_REPORT_METADATA_V1 pReportMetadata)
{
    Call call;

    call_begin(&call, FUNCTION_WerStoreQueryReportMetadataV1);
    if (!call.injected)
        call.hr = store_metadata_v1(hReportStore, pszReportKey, pReportMetadata);
    if (log_begin(&call)) {
        log_pointer(&call, "hReportStore", hReportStore);
        log_string(&call, "pszReportKey", pszReportKey);
        log_pointer(&call, "pReportMetadata", pReportMetadata);
        log_end(&call);
    }
    return call.hr;
}

/* V2 and V3, which begins with V2. Of the structure, the log has the members that the caller sets. */
static HRESULT query(
    Function function,
    HREPORTSTORE store,
    PCWSTR key,
    WER_REPORT_METADATA_V2 *metadata,
    SIZE_T size)
{
    DWORD room = metadata ? metadata->SizeOfFileNames : 0;
    Call call;

    call_begin(&call, function);
    if (!call.injected)
        call.hr = store_metadata(store, key, metadata, size);
    if (log_begin(&call)) {
        log_pointer(&call, "hReportStore", store);
        log_string(&call, "pszReportKey", key);
        log_pointer(&call, "pReportMetadata", metadata);
        log_number(&call, "SizeOfFileNames", room);
        log_pointer(&call, "FileNames", metadata ? metadata->FileNames : NULL);
        log_outputs(&call);
        if (metadata)
            log_number(&call, "SizeOfFileNames", metadata->SizeOfFileNames);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerStoreQueryReportMetadataV2(
    HREPORTSTORE hReportStore,
    PCWSTR pszReportKey,
    PWER_REPORT_METADATA_V2 pReportMetadata)
{
    return query(FUNCTION_WerStoreQueryReportMetadataV2, hReportStore, pszReportKey, pReportMetadata,
        sizeof(*pReportMetadata));
}

HRESULT WINAPI WerStoreQueryReportMetadataV3(
    HREPORTSTORE hReportStore,
    PCWSTR pszReportKey,
    PWER_REPORT_METADATA_V3 pReportMetadata)
{
    return query(FUNCTION_WerStoreQueryReportMetadataV3, hReportStore, pszReportKey,
        (WER_REPORT_METADATA_V2 *)pReportMetadata, sizeof(*pReportMetadata));
}

VOID WINAPI WerFreeString(PCWSTR pwszStr)
{
    BOOL ok = TRUE;
    Call call;

    call_begin(&call, FUNCTION_WerFreeString);
    if (!call.injected && pwszStr)
        ok = string_free(pwszStr);
    if (log_begin(&call)) {
        log_pointer(&call, "pwszStr", pwszStr);
        log_end(&call);
    }
    if (!ok)
        corrupted();
}

HRESULT WINAPI WerStoreGetReportCount(HREPORTSTORE hReportStore, DWORD *pdwReportCount)
{
    Call call;

    call_begin(&call, FUNCTION_WerStoreGetReportCount);
    if (!call.injected)
        call.hr = store_count(hReportStore, pdwReportCount);
    if (log_begin(&call)) {
        log_pointer(&call, "hReportStore", hReportStore);
        log_pointer(&call, "pdwReportCount", pdwReportCount);
        log_outputs(&call);
        if (pdwReportCount && SUCCEEDED(call.hr))
            log_number(&call, "pdwReportCount", *pdwReportCount);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerStoreGetSizeOnDisk(HREPORTSTORE hReportStore, ULONGLONG *pqwSizeInBytes)
{
    Call call;

    call_begin(&call, FUNCTION_WerStoreGetSizeOnDisk);
    if (!call.injected)
        call.hr = store_size(hReportStore, pqwSizeInBytes);
    if (log_begin(&call)) {
        log_pointer(&call, "hReportStore", hReportStore);
        log_pointer(&call, "pqwSizeInBytes", pqwSizeInBytes);
        log_outputs(&call);
        if (pqwSizeInBytes && SUCCEEDED(call.hr))
            log_number(&call, "pqwSizeInBytes", *pqwSizeInBytes);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerStoreUploadReport(
    HREPORTSTORE hReportStore,
    PCWSTR pszReportKey,
    DWORD dwFlags,
    PWER_SUBMIT_RESULT pSubmitResult)
{
    Call call;

    call_begin(&call, FUNCTION_WerStoreUploadReport);
    if (!call.injected)
        call.hr = store_upload(hReportStore, pszReportKey, dwFlags, pSubmitResult);
    if (log_begin(&call)) {
        log_pointer(&call, "hReportStore", hReportStore);
        log_string(&call, "pszReportKey", pszReportKey);
        log_number(&call, "dwFlags", dwFlags);
        log_pointer(&call, "pSubmitResult", pSubmitResult);
        log_outputs(&call);
        if (pSubmitResult && SUCCEEDED(call.hr))
            log_number(&call, "pSubmitResult", *pSubmitResult);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerStorePurge(void)
{
    Call call;

    call_begin(&call, FUNCTION_WerStorePurge);
    if (!call.injected)
        call.hr = store_purge();
    if (log_begin(&call))
        log_end(&call);
    return call.hr;
}
