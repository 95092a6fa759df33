#include "storereader.h"

#include "lookup.h"

#include <stdlib.h>
#include <string.h>

/* Each version's structure begins with the one before. */
static HRESULT query(HREPORTSTORE store, WerReading *r)
{
    if (r->version == 3)
        return wer_as_hresult(wer_found.WerStoreQueryReportMetadataV3(store, r->key, &r->metadata));
    if (r->version == 2)
        return wer_as_hresult(
            wer_found.WerStoreQueryReportMetadataV2(store, r->key, (WER_REPORT_METADATA_V2 *)&r->metadata));
    return wer_as_hresult(
        wer_found.WerStoreQueryReportMetadataV1(store, r->key, (WER_REPORT_METADATA_V1 *)&r->metadata));
}

static void choose_version(WerReading *r)
{
    r->version = 3;
    r->function = "WerStoreQueryReportMetadataV3";
    if (wer_found.WerStoreQueryReportMetadataV3 != NULL)
        return;
    r->version = 2;
    r->function = "WerStoreQueryReportMetadataV2";
    if (wer_found.WerStoreQueryReportMetadataV2 != NULL)
        return;
    r->version = wer_found.WerStoreQueryReportMetadataV1 != NULL;
    r->function = "WerStoreQueryReportMetadataV1";
}

static void read_metadata(HREPORTSTORE store, WerReading *r)
{
    for (;;) {
        memset(&r->metadata, 0, sizeof(r->metadata));
        r->metadata.SizeOfFileNames = r->room;
        r->metadata.FileNames = r->names;
        r->hr = query(store, r);
        if (r->hr != S_OK && r->hr != HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER))
            return;
        if (r->version == 1 || r->metadata.SizeOfFileNames <= r->room)
            return;
        /* More files since the last call, or the first one, which asks how much room they need. The pages say both
         * bytes and WCHARs; this is enough for either. */
        r->room = r->metadata.SizeOfFileNames;
        free(r->names);
        r->names = NULL;
        if (r->room > WER_MOST_NAMES) {
            r->hr = WER_TOO_MANY_NAMES;
            return;
        }
        r->names = (WCHAR *)calloc((size_t)r->room + 1, sizeof(WCHAR));
        if (r->names == NULL) {
            r->function = NULL;
            return;
        }
    }
}

void wer_read_report(HREPORTSTORE store, BOOL first, WerReading *r)
{
    memset(r, 0, sizeof(*r));
    if (first) {
        r->function = "WerStoreGetFirstReportKey";
        r->hr = wer_as_hresult(wer_found.WerStoreGetFirstReportKey(store, &r->key));
    } else {
        r->function = "WerStoreGetNextReportKey";
        r->hr = wer_as_hresult(wer_found.WerStoreGetNextReportKey(store, &r->key));
    }
    if (r->hr != S_OK) {
        r->key = NULL;
        /* The pages say ERROR_NO_MORE_FILES and do not tell in which form; the header lets the key be NULL. */
        if (r->hr == HRESULT_FROM_WIN32(ERROR_NO_MORE_FILES))
            r->hr = S_OK;
        return;
    }
    if (r->key == NULL)
        return;
    choose_version(r);
    if (r->version != 0)
        read_metadata(store, r);
}

void wer_end_reading(WerReading *r)
{
    free(r->names);
    r->names = NULL;
    if (r->key != NULL)
        wer_found.WerFreeString(r->key);
    r->key = NULL;
}
