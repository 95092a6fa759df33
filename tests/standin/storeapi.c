/* The stores a process has open, their enumeration, and the strings it gives out. */
#include "standin.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

typedef struct Store {
    struct Store *next;
    HREPORTSTORE handle;
    REPORT_STORE_TYPES type;
    Listing reports; /* where the enumeration is */
    WCHAR path[PATH_CHARS];
} Store;

/* A report's key that a caller has not freed yet. */
typedef struct String {
    struct String *next;
    WCHAR text[];
} String;

/* One lock for everything here, held over a whole call: stores are used by one thread at a time. As for reports, a
 * handle is a number that is looked up and never used twice. */
static SRWLOCK lock = SRWLOCK_INIT;
static Store *stores;
static ULONG_PTR last_handle = 0x53544F00;
static String *strings;

/* The documentation writes "ERROR_NO_MORE_FILES" and "ERROR_INSUFFICIENT_BUFFER": whether Windows returns these numbers
 * or their HRESULTs is not known, so tests can have both. */
static HRESULT end_code = STORE_END_OF_DATA;
static HRESULT small_buffer_code = STORE_SMALL_BUFFER;

void store_set_end_code(HRESULT hr)
{
    AcquireSRWLockExclusive(&lock);
    end_code = hr;
    ReleaseSRWLockExclusive(&lock);
}

void store_set_small_buffer_code(HRESULT hr)
{
    AcquireSRWLockExclusive(&lock);
    small_buffer_code = hr;
    ReleaseSRWLockExclusive(&lock);
}

/* ---- open stores ---- */

static BOOL is_machine(REPORT_STORE_TYPES type)
{
    return type == E_STORE_MACHINE_ARCHIVE || type == E_STORE_MACHINE_QUEUE;
}

static StoreFolder folder_of(REPORT_STORE_TYPES type)
{
    return type == E_STORE_USER_QUEUE || type == E_STORE_MACHINE_QUEUE ? STORE_QUEUE : STORE_ARCHIVE;
}

/* A store without a report has no folder yet, and opening does not create one. Machine stores open like others; a test
 * that wants E_ACCESSDENIED orders it. */
HRESULT store_open(REPORT_STORE_TYPES type, HREPORTSTORE *handle)
{
    Store *store;
    HRESULT hr;

    if (type >= E_STORE_INVALID || !handle)
        return E_INVALIDARG;
    store = calloc(1, sizeof(*store));
    if (!store)
        return E_OUTOFMEMORY;
    store->type = type;
    hr = store_place(is_machine(type), folder_of(type), store->path);
    if (FAILED(hr)) {
        free(store);
        return hr;
    }
    AcquireSRWLockExclusive(&lock);
    last_handle += 4;
    store->handle = *handle = (HREPORTSTORE)last_handle;
    store->next = stores;
    stores = store;
    ReleaseSRWLockExclusive(&lock);
    return S_OK;
}

static BOOL close_locked(HREPORTSTORE handle)
{
    Store **link, *store;

    for (link = &stores; *link && (*link)->handle != handle; link = &(*link)->next)
        ;
    store = *link;
    if (!store)
        return FALSE;
    *link = store->next;
    listing_end(&store->reports);
    free(store);
    return TRUE;
}

BOOL store_close(HREPORTSTORE handle)
{
    BOOL closed;
    AcquireSRWLockExclusive(&lock);
    closed = close_locked(handle);
    ReleaseSRWLockExclusive(&lock);
    return closed;
}

/* With the lock held; let go of it either way. The pages about stores know no code but E_INVALIDARG. */
static Store *lock_store(HREPORTSTORE handle)
{
    Store *store;

    AcquireSRWLockExclusive(&lock);
    for (store = stores; store && store->handle != handle; store = store->next)
        ;
    return store;
}

static void unlock(void)
{
    ReleaseSRWLockExclusive(&lock);
}

DWORD WINAPI WerStandInOpenStores(void)
{
    const Store *store;
    DWORD count = 0;

    AcquireSRWLockShared(&lock);
    for (store = stores; store; store = store->next)
        count++;
    ReleaseSRWLockShared(&lock);
    return count;
}

/* ---- strings ---- */

static PCWSTR string_new(PCWSTR text)
{
    SIZE_T size = (wcslen(text) + 1) * sizeof(WCHAR);
    String *string = malloc(offsetof(String, text) + size);

    if (!string)
        return NULL;
    memcpy(string->text, text, size);
    string->next = strings;
    strings = string;
    return string->text;
}

static BOOL free_locked(PCWSTR text)
{
    String **link, *string;

    for (link = &strings; *link && (*link)->text != text; link = &(*link)->next)
        ;
    string = *link;
    if (!string)
        return FALSE;
    *link = string->next;
    free(string);
    return TRUE;
}

BOOL string_free(PCWSTR text)
{
    BOOL freed;
    AcquireSRWLockExclusive(&lock);
    freed = free_locked(text);
    ReleaseSRWLockExclusive(&lock);
    return freed;
}

DWORD WINAPI WerStandInOpenStrings(void)
{
    const String *string;
    DWORD count = 0;

    AcquireSRWLockShared(&lock);
    for (string = strings; string; string = string->next)
        count++;
    ReleaseSRWLockShared(&lock);
    return count;
}

void stores_close_all(void)
{
    while (stores)
        close_locked(stores->handle);
    while (strings)
        free_locked(strings->text);
}

/* ---- enumeration ---- */

static BOOL report_folder(PCWSTR store, PCWSTR name, WCHAR folder[PATH_CHARS])
{
    wcscpy(folder, store);
    return path_append(folder, name);
}

/* A folder without Report.wer is not a report yet: submission writes that file last. */
static BOOL is_report(PCWSTR folder)
{
    WCHAR path[PATH_CHARS];

    wcscpy(path, folder);
    return path_append(path, L"Report.wer") && GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

/* Goes to the next report of a store. FALSE at the end and on an error, as listing_next. */
static BOOL next_report(Listing *reports, PCWSTR store, WCHAR folder[PATH_CHARS])
{
    while (listing_next(reports, store, TRUE))
        if (report_folder(store, reports->entry.cFileName, folder) && is_report(folder))
            return TRUE;
    return FALSE;
}

/* The error that ended an enumeration; S_OK if it is only the end. */
static HRESULT listing_error(void)
{
    return GetLastError() == ERROR_NO_MORE_FILES ? S_OK : last_error();
}

static HRESULT next_key(Store *store, PCWSTR *key)
{
    WCHAR folder[PATH_CHARS];

    if (!next_report(&store->reports, store->path, folder)) {
        HRESULT hr = listing_error();
        return FAILED(hr) ? hr : end_code;
    }
    *key = string_new(folder);
    return *key ? S_OK : E_OUTOFMEMORY;
}

static HRESULT enumerate(HREPORTSTORE handle, BOOL from_start, PCWSTR *key)
{
    Store *store = lock_store(handle);
    HRESULT hr = E_INVALIDARG;

    if (store && key) {
        if (from_start)
            listing_end(&store->reports);
        hr = next_key(store, key);
    }
    unlock();
    return hr;
}

HRESULT store_first_key(HREPORTSTORE handle, PCWSTR *key)
{
    return enumerate(handle, TRUE, key);
}

/* The first one if none came before, as people found on Windows. After the end it is the end again (a choice). */
HRESULT store_next_key(HREPORTSTORE handle, PCWSTR *key)
{
    return enumerate(handle, FALSE, key);
}

/* ---- sums ---- */

HRESULT store_count(HREPORTSTORE handle, DWORD *count)
{
    Store *store = lock_store(handle);
    WCHAR folder[PATH_CHARS];
    Listing reports = {0};
    HRESULT hr = E_INVALIDARG;

    if (store && count) {
        for (*count = 0; next_report(&reports, store->path, folder); (*count)++)
            ;
        hr = listing_error();
    }
    unlock();
    return hr;
}

/* The sum of the reports' SizeInBytes: bytes in files, not on the disk (a choice). */
HRESULT store_size(HREPORTSTORE handle, ULONGLONG *size)
{
    Store *store = lock_store(handle);
    WCHAR folder[PATH_CHARS];
    Listing reports = {0};
    HRESULT hr = E_INVALIDARG;

    if (store && size) {
        for (*size = 0; next_report(&reports, store->path, folder); *size += folder_size(folder))
            ;
        hr = listing_error();
    }
    unlock();
    return hr;
}

/* ---- one report ---- */

/* A key is the path of a folder right below the store. Whether Windows takes one of another store is not documented;
 * here it is E_INVALIDARG. One whose report has gone gives what opening its Report.wer gives. */
static BOOL is_key(const Store *store, PCWSTR key)
{
    SIZE_T length = wcslen(store->path);

    return key && wcslen(key) + wcslen(L"\\Report.wer") < PATH_CHARS && !_wcsnicmp(key, store->path, length) &&
           key[length] == L'\\' && path_name(key) == key + length + 1 && *path_name(key) &&
           wcscmp(path_name(key), L".") && wcscmp(path_name(key), L"..");
}

static HRESULT read_metadata(HREPORTSTORE handle, PCWSTR key, WER_REPORT_METADATA_V3 *metadata, Buffer *names)
{
    Store *store = lock_store(handle);
    HRESULT hr = store && is_key(store, key) ? metadata_read(key, metadata, names) : E_INVALIDARG;

    unlock();
    return hr;
}

HRESULT store_metadata_v1(HREPORTSTORE handle, PCWSTR key, WER_REPORT_METADATA_V1 *metadata)
{
    WER_REPORT_METADATA_V3 all;
    Buffer names = {0};
    HRESULT hr = metadata ? read_metadata(handle, key, &all, &names) : E_INVALIDARG;

    if (SUCCEEDED(hr))
        memcpy(metadata, &all, sizeof(*metadata)); /* each version starts with the one before */
    buffer_free(&names);
    return hr;
}

/* Fills the caller's version of the structure and the buffer it brought. The size counts WCHARs, as the header says;
 * the page of the function says bytes. A buffer that is too small gets the size and nothing else: no more is
 * promised. */
static HRESULT give_metadata(WER_REPORT_METADATA_V3 *all, const Buffer *names, void *metadata, SIZE_T size)
{
    WER_REPORT_METADATA_V2 *given = metadata;
    DWORD room = given->FileNames ? given->SizeOfFileNames : 0;
    HRESULT hr;

    if (all->SizeOfFileNames > room) {
        given->SizeOfFileNames = all->SizeOfFileNames;
        AcquireSRWLockShared(&lock);
        hr = small_buffer_code;
        ReleaseSRWLockShared(&lock);
        return hr;
    }
    all->FileNames = given->FileNames;
    if (names->size)
        memcpy(all->FileNames, names->data, names->size);
    memcpy(metadata, all, size);
    return S_OK;
}

HRESULT store_metadata(HREPORTSTORE handle, PCWSTR key, void *metadata, SIZE_T size)
{
    WER_REPORT_METADATA_V3 all;
    Buffer names = {0};
    HRESULT hr = metadata ? read_metadata(handle, key, &all, &names) : E_INVALIDARG;

    if (SUCCEEDED(hr))
        hr = give_metadata(&all, &names, metadata, size);
    buffer_free(&names);
    return hr;
}

/* A report in the archive has been uploaded: again nothing happens (a choice). */
static HRESULT upload_locked(const Store *store, PCWSTR key, DWORD flags, WER_SUBMIT_RESULT *outcome)
{
    if (!store || !is_key(store, key))
        return E_INVALIDARG;
    if (!is_report(key))
        return last_error();
    *outcome = WerReportUploaded;
    return folder_of(store->type) == STORE_QUEUE ? upload(key, is_machine(store->type), flags, outcome) : S_OK;
}

HRESULT store_upload(HREPORTSTORE handle, PCWSTR key, DWORD flags, WER_SUBMIT_RESULT *result)
{
    WER_SUBMIT_RESULT outcome = WerReportFailed;
    HRESULT hr = upload_locked(lock_store(handle), key, flags, &outcome);

    unlock();
    if (SUCCEEDED(hr) && result)
        *result = submit_result(outcome, flags);
    return hr;
}

/* ---- purging ---- */

/* Goes on after a report that cannot be removed, and says so at the end. */
static HRESULT purge(PCWSTR store)
{
    WCHAR folder[PATH_CHARS];
    Listing reports = {0};
    HRESULT hr = S_OK, end;

    while (listing_next(&reports, store, TRUE))
        if (!report_folder(store, reports.entry.cFileName, folder) || !store_remove_report(folder))
            hr = last_error();
    end = listing_error();
    return FAILED(end) ? end : hr;
}

/* Which stores is not documented: here all four. */
HRESULT store_purge(void)
{
    REPORT_STORE_TYPES type;
    HRESULT hr = S_OK;

    AcquireSRWLockExclusive(&lock);
    for (type = E_STORE_USER_ARCHIVE; type < E_STORE_INVALID; type++) {
        WCHAR path[PATH_CHARS];
        HRESULT one = store_place(is_machine(type), folder_of(type), path);
        if (SUCCEEDED(one))
            one = purge(path);
        if (FAILED(one))
            hr = one;
    }
    unlock();
    return hr;
}
