/* WER, as far as `wer` can tell: it takes every call, reads all that it is given, and keeps what is to be given back on the
 * heap, where a sanitizer sees what is used after that, twice, or never given back. */
#include "fake.h"

#include <pthread.h>

#include "wer/werapi.h"

enum { REPORTS, STORES, KEYS, SNAPSHOTS, REGISTRATIONS, KINDS };
enum { MOST_REPORTS = 16, MAGIC = 0x57455246 };

typedef struct {
    DWORD magic;
    size_t at; /* of a store: the next report */
    volatile uint32_t sum; /* of what was read, which nobody needs */
} Object;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int open_now[KINDS];
static DWORD flags_now;
static BOOL full_fields;
static struct {
    WCHAR *key, *names;
    DWORD units; /* of the names */
    BOOL unreadable;
} stored[MOST_REPORTS];
static size_t stored_count;
static volatile uint32_t seen;

static void count(int kind, int by)
{
    pthread_mutex_lock(&lock);
    open_now[kind] += by;
    pthread_mutex_unlock(&lock);
}

int fake_open_of(int kind)
{
    int now;

    pthread_mutex_lock(&lock);
    now = open_now[kind];
    pthread_mutex_unlock(&lock);
    return now;
}

/* Read them, as WER would. */
static uint32_t read_bytes(const void *data, size_t size)
{
    uint32_t sum = 0;
    size_t i;

    for (i = 0; data != NULL && i < size; i++)
        sum += ((const BYTE *)data)[i];
    return sum;
}

static uint32_t read_text(LPCWSTR text)
{
    return text == NULL ? 0 : read_bytes(text, (size_t)lstrlenW(text) * sizeof(WCHAR));
}

#define SEEN(value) __atomic_fetch_add(&seen, (value), __ATOMIC_RELAXED)

/* At the start of each of WER's functions. */
#define ENTER(function)                      \
    do {                                     \
        DWORD code_;                         \
        if (fake_enter(#function, &code_))   \
            return (HRESULT)code_;           \
    } while (0)

static void *new_object(int kind)
{
    Object *object = calloc(1, sizeof(*object));

    if (object == NULL)
        abort();
    object->magic = MAGIC;
    count(kind, 1);
    return object;
}

static void free_object(int kind, void *given)
{
    Object *object = given;

    if (object->magic != MAGIC)
        abort();
    count(kind, -1);
    free(object);
}

/* ---- reports ---- */

HRESULT WerReportCreate(
    PCWSTR event, WER_REPORT_TYPE type, PWER_REPORT_INFORMATION information, HREPORT *report)
{
    (void)type;
    SEEN(read_text(event) + (information == NULL ? 0 : read_bytes(information, information->dwSize)));
    ENTER(WerReportCreate);
    *report = new_object(REPORTS);
    return S_OK;
}

/* Two threads in one report are a race, which ThreadSanitizer sees by this. */
static void use(HREPORT report, uint32_t sum)
{
    Object *object = report;

    if (object->magic != MAGIC)
        abort();
    object->at += sum;
}

HRESULT WerReportSetParameter(HREPORT report, DWORD id, PCWSTR name, PCWSTR value)
{
    use(report, id + read_text(name) + read_text(value));
    ENTER(WerReportSetParameter);
    return S_OK;
}

HRESULT WerReportAddFile(HREPORT report, PCWSTR path, WER_FILE_TYPE type, DWORD flags)
{
    use(report, read_text(path) + (uint32_t)type + flags);
    ENTER(WerReportAddFile);
    return S_OK;
}

HRESULT WerReportSetUIOption(HREPORT report, WER_REPORT_UI option, PCWSTR value)
{
    use(report, (uint32_t)option + read_text(value));
    ENTER(WerReportSetUIOption);
    return S_OK;
}

HRESULT WerReportAddDump(HREPORT report, HANDLE process, HANDLE thread, WER_DUMP_TYPE type,
    PWER_EXCEPTION_INFORMATION exception, PWER_DUMP_CUSTOM_OPTIONS options, DWORD flags)
{
    use(report, (uint32_t)type + flags);
    if (exception != NULL && !exception->bClientPointers)
        use(report, read_bytes(exception->pExceptionPointers->ExceptionRecord, sizeof(EXCEPTION_RECORD))
                + read_bytes(exception->pExceptionPointers->ContextRecord, sizeof(CONTEXT)));
    if (options != NULL)
        use(report, read_bytes(options, options->dwSize));
    ENTER(WerReportAddDump);
    if (GetProcessId(process) == 0 || (thread != NULL && GetThreadId(thread) == 0))
        return E_HANDLE;
    return S_OK;
}

HRESULT WerReportSubmit(HREPORT report, WER_CONSENT consent, DWORD flags, PWER_SUBMIT_RESULT result)
{
    use(report, (uint32_t)consent + flags);
    ENTER(WerReportSubmit);
    *result = WerReportQueued;
    return S_OK;
}

/* It is closed whatever is answered, as wer takes it. */
HRESULT WerReportCloseHandle(HREPORT report)
{
    free_object(REPORTS, report);
    ENTER(WerReportCloseHandle);
    return S_OK;
}

/* ---- stores ---- */

void fake_clear_store(void)
{
    while (stored_count > 0) {
        stored_count--;
        free(stored[stored_count].key);
        free(stored[stored_count].names);
    }
}

static WCHAR *copied(const WCHAR *text, size_t units)
{
    WCHAR *copy = calloc(units, sizeof(WCHAR));

    if (copy == NULL)
        abort();
    memcpy(copy, text, units * sizeof(WCHAR));
    return copy;
}

BOOL fake_add_report(const WCHAR *key, const WCHAR *names, DWORD units, BOOL unreadable)
{
    if (stored_count == MOST_REPORTS)
        return FALSE;
    stored[stored_count].key = copied(key, (size_t)lstrlenW(key) + 1);
    stored[stored_count].names = copied(names, units);
    stored[stored_count].units = units;
    stored[stored_count++].unreadable = unreadable;
    return TRUE;
}

void fake_fill_fields(BOOL full)
{
    full_fields = full;
}

HRESULT WerStoreOpen(REPORT_STORE_TYPES type, PHREPORTSTORE store)
{
    (void)type;
    ENTER(WerStoreOpen);
    *store = new_object(STORES);
    return S_OK;
}

VOID WerStoreClose(HREPORTSTORE store)
{
    free_object(STORES, store);
}

static HRESULT give_key(Object *store, PCWSTR *key)
{
    if (store->at == stored_count) {
        *key = NULL;
        return HRESULT_FROM_WIN32(ERROR_NO_MORE_FILES);
    }
    *key = copied(stored[store->at].key, (size_t)lstrlenW(stored[store->at].key) + 1);
    store->at++;
    count(KEYS, 1);
    return S_OK;
}

HRESULT WerStoreGetFirstReportKey(HREPORTSTORE store, PCWSTR *key)
{
    ENTER(WerStoreGetFirstReportKey);
    ((Object *)store)->at = 0;
    return give_key(store, key);
}

HRESULT WerStoreGetNextReportKey(HREPORTSTORE store, PCWSTR *key)
{
    ENTER(WerStoreGetNextReportKey);
    return give_key(store, key);
}

VOID WerFreeString(PCWSTR text)
{
    count(KEYS, -1);
    free((void *)(uintptr_t)text);
}

static void fill(WCHAR *field, size_t units)
{
    size_t i;

    for (i = 0; i < units; i++)
        field[i] = full_fields || i + 1 < units ? L'x' : 0;
}

#define FILL(field) fill(field, sizeof(field) / sizeof(WCHAR))

static HRESULT metadata(HREPORTSTORE store, WER_REPORT_METADATA_V3 *m, int version)
{
    size_t at = ((Object *)store)->at - 1;
    int i;

    if (stored[at].unreadable)
        return E_ACCESSDENIED;
    FILL(m->Signature.EventName);
    for (i = 0; i < WER_MAX_PARAM_COUNT; i++) {
        FILL(m->Signature.Parameters[i].Name);
        FILL(m->Signature.Parameters[i].Value);
    }
    m->SizeInBytes = 1;
    if (version == 1)
        return S_OK;
    FILL(m->CabId);
    m->NumberOfFiles = 1;
    if (version == 3) {
        FILL(m->FriendlyEventName);
        FILL(m->ApplicationName);
        FILL(m->ApplicationPath);
        FILL(m->Description);
        FILL(m->BucketIdString);
        m->LegacyBucketId = 1;
    }
    if (m->SizeOfFileNames < stored[at].units) {
        m->SizeOfFileNames = stored[at].units;
        return HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER);
    }
    if (stored[at].units != 0)
        memcpy(m->FileNames, stored[at].names, stored[at].units * sizeof(WCHAR));
    return S_OK;
}

HRESULT WerStoreQueryReportMetadataV1(HREPORTSTORE store, PCWSTR key, PWER_REPORT_METADATA_V1 m)
{
    SEEN(read_text(key));
    ENTER(WerStoreQueryReportMetadataV1);
    return metadata(store, (WER_REPORT_METADATA_V3 *)m, 1);
}

HRESULT WerStoreQueryReportMetadataV2(HREPORTSTORE store, PCWSTR key, PWER_REPORT_METADATA_V2 m)
{
    SEEN(read_text(key));
    ENTER(WerStoreQueryReportMetadataV2);
    return metadata(store, (WER_REPORT_METADATA_V3 *)m, 2);
}

HRESULT WerStoreQueryReportMetadataV3(HREPORTSTORE store, PCWSTR key, PWER_REPORT_METADATA_V3 m)
{
    SEEN(read_text(key));
    ENTER(WerStoreQueryReportMetadataV3);
    return metadata(store, m, 3);
}

HRESULT WerStorePurge(void)
{
    ENTER(WerStorePurge);
    return S_OK;
}

HRESULT WerStoreGetReportCount(HREPORTSTORE store, DWORD *number)
{
    use(store, 0);
    ENTER(WerStoreGetReportCount);
    *number = (DWORD)stored_count;
    return S_OK;
}

HRESULT WerStoreGetSizeOnDisk(HREPORTSTORE store, ULONGLONG *size)
{
    use(store, 0);
    ENTER(WerStoreGetSizeOnDisk);
    *size = 1;
    return S_OK;
}

HRESULT WerStoreUploadReport(HREPORTSTORE store, PCWSTR key, DWORD flags, PWER_SUBMIT_RESULT result)
{
    (void)flags;
    use(store, 0);
    SEEN(read_text(key));
    ENTER(WerStoreUploadReport);
    *result = WerReportUploaded;
    return S_OK;
}

/* ---- what a process registers and says of itself ---- */

/* Each undoes what the one with the other sign has done. */
#define ONE_MORE(function)            \
    do {                              \
        ENTER(function);              \
        count(REGISTRATIONS, 1);      \
        return S_OK;                  \
    } while (0)
#define ONE_LESS(function)                                \
    do {                                                  \
        DWORD code_ = 0;                                  \
        (void)fake_enter(#function, &code_);              \
        if (SUCCEEDED(code_) || (HRESULT)code_ == WER_E_NOT_FOUND) \
            count(REGISTRATIONS, -1);                     \
        return (HRESULT)code_;                            \
    } while (0)

HRESULT WerRegisterFile(PCWSTR path, WER_REGISTER_FILE_TYPE type, DWORD flags)
{
    SEEN(read_text(path) + (uint32_t)type + flags);
    ONE_MORE(WerRegisterFile);
}

HRESULT WerUnregisterFile(PCWSTR path)
{
    SEEN(read_text(path));
    ONE_LESS(WerUnregisterFile);
}

HRESULT WerRegisterMemoryBlock(PVOID address, DWORD size)
{
    SEEN(read_bytes(address, size));
    ONE_MORE(WerRegisterMemoryBlock);
}

HRESULT WerUnregisterMemoryBlock(PVOID address)
{
    SEEN(read_bytes(address, 1)); /* it is still there */
    ONE_LESS(WerUnregisterMemoryBlock);
}

HRESULT WerRegisterExcludedMemoryBlock(const void *address, DWORD size)
{
    SEEN(read_bytes(address, size));
    ONE_MORE(WerRegisterExcludedMemoryBlock);
}

HRESULT WerUnregisterExcludedMemoryBlock(const void *address)
{
    SEEN(read_bytes(address, 1));
    ONE_LESS(WerUnregisterExcludedMemoryBlock);
}

HRESULT WerRegisterCustomMetadata(PCWSTR key, PCWSTR value)
{
    SEEN(read_text(key) + read_text(value));
    ONE_MORE(WerRegisterCustomMetadata);
}

HRESULT WerUnregisterCustomMetadata(PCWSTR key)
{
    SEEN(read_text(key));
    ONE_LESS(WerUnregisterCustomMetadata);
}

HRESULT WerRegisterAdditionalProcess(DWORD process, DWORD thread)
{
    SEEN(process + thread);
    ONE_MORE(WerRegisterAdditionalProcess);
}

HRESULT WerUnregisterAdditionalProcess(DWORD process)
{
    SEEN(process);
    ONE_LESS(WerUnregisterAdditionalProcess);
}

HRESULT WerRegisterAppLocalDump(PCWSTR path)
{
    SEEN(read_text(path));
    ONE_MORE(WerRegisterAppLocalDump);
}

HRESULT WerUnregisterAppLocalDump(void)
{
    ONE_LESS(WerUnregisterAppLocalDump);
}

HRESULT WerRegisterRuntimeExceptionModule(PCWSTR path, PVOID context)
{
    (void)context;
    SEEN(read_text(path));
    ONE_MORE(WerRegisterRuntimeExceptionModule);
}

HRESULT WerUnregisterRuntimeExceptionModule(PCWSTR path, PVOID context)
{
    (void)context;
    SEEN(read_text(path));
    ONE_LESS(WerUnregisterRuntimeExceptionModule);
}

HRESULT WerAddExcludedApplication(PCWSTR name, BOOL all)
{
    SEEN(read_text(name) + (uint32_t)all);
    ENTER(WerAddExcludedApplication);
    return S_OK;
}

HRESULT WerRemoveExcludedApplication(PCWSTR name, BOOL all)
{
    SEEN(read_text(name) + (uint32_t)all);
    ENTER(WerRemoveExcludedApplication);
    return S_OK;
}

HRESULT WerSetFlags(DWORD flags)
{
    ENTER(WerSetFlags);
    __atomic_store_n(&flags_now, flags, __ATOMIC_RELAXED);
    return S_OK;
}

HRESULT WerGetFlags(HANDLE process, PDWORD flags)
{
    ENTER(WerGetFlags);
    if (GetProcessId(process) == 0)
        return E_HANDLE;
    *flags = __atomic_load_n(&flags_now, __ATOMIC_RELAXED);
    return S_OK;
}

HRESULT WerSetMaxProcessHoldMilliseconds(DWORD milliseconds)
{
    SEEN(milliseconds);
    ENTER(WerSetMaxProcessHoldMilliseconds);
    return S_OK;
}

HRESULT WerReportHang(HWND window, PCWSTR name)
{
    (void)window;
    SEEN(read_text(name));
    ENTER(WerReportHang);
    return S_OK;
}

/* ---- snapshots ---- */

DWORD PssCaptureSnapshot(HANDLE process, PSS_CAPTURE_FLAGS flags, DWORD context, HPSS *snapshot);
DWORD PssFreeSnapshot(HANDLE process, HPSS snapshot);

DWORD PssCaptureSnapshot(HANDLE process, PSS_CAPTURE_FLAGS flags, DWORD context, HPSS *snapshot)
{
    DWORD code;

    (void)flags, (void)context;
    if (fake_enter("PssCaptureSnapshot", &code))
        return code;
    if (GetProcessId(process) == 0)
        return ERROR_INVALID_HANDLE;
    *snapshot = new_object(SNAPSHOTS);
    return ERROR_SUCCESS;
}

DWORD PssFreeSnapshot(HANDLE process, HPSS snapshot)
{
    DWORD code;

    (void)process;
    free_object(SNAPSHOTS, snapshot);
    return fake_enter("PssFreeSnapshot", &code) ? code : ERROR_SUCCESS;
}
