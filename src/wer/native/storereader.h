/* A step through a report store: the next report's key and its metadata. */
#ifndef WER_STOREREADER_H
#define WER_STOREREADER_H

#include "wer/werapi.h"

typedef struct {
    const char *function; /* the one that has answered last; NULL: it is here that memory is short */
    HRESULT hr;           /* what it has answered */
    PCWSTR key;           /* NULL: no more reports, or none could be had */
    int version;          /* of the metadata, as new as this machine has; 0: it has none */
    WER_REPORT_METADATA_V3 metadata;
    WCHAR *names; /* of the report's files; a second NUL, or the end of the room, ends them */
    DWORD room;   /* of `names`, in units */
} WerReading;

/* A list of file names longer than this is no list of file names: then `hr` is WER_TOO_MANY_NAMES and `room` is what
 * WER wants. */
enum { WER_MOST_NAMES = 16 * 1024 * 1024 };
#define WER_TOO_MANY_NAMES HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE)

/* The store functions may hand back raw Win32 codes, which look like success. */
static __inline HRESULT wer_as_hresult(HRESULT hr)
{
    return hr > 0 ? HRESULT_FROM_WIN32((DWORD)hr) : hr;
}

/* Read the next report, or the first. The functions for the keys must have been found. `wer_end_reading` frees what it
 * got, whatever the answer is. */
void wer_read_report(HREPORTSTORE store, BOOL first, WerReading *reading);
void wer_end_reading(WerReading *reading);

#endif /* WER_STOREREADER_H */
