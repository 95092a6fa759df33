#include "prepared.h"

#include <string.h>

/* All that the crash needs, in its final form and in one block of whole pages, which no heap's damage reaches. */
struct WerTemplate {
    volatile LONG references;
    volatile LONG sealed;
    WCHAR event_type[WER_MAX_EVENT_NAME_LENGTH + 1];
    WER_REPORT_TYPE type;
    WER_REPORT_INFORMATION_V5 information; /* dwSize 0: none */
    WER_CONSENT consent;
    DWORD submit_flags;
    DWORD timeout;
    /* The last member of each is set last: a crash in the middle of a setter sees the whole or nothing. */
    struct {
        WCHAR name[WER_MAX_SIGNATURE_NAME_LENGTH + 1]; /* empty: WER's own, "P3" */
        WCHAR value[WER_MAX_PARAM_LENGTH];
        volatile LONG is_set;
    } parameters[WER_MAX_PARAM_COUNT];
    struct {
        WCHAR path[MAX_PATH];
        WER_FILE_TYPE type;
        DWORD flags;
    } files[WER_TEMPLATE_FILES];
    volatile LONG file_count;
    WER_DUMP_CUSTOM_OPTIONS_V3 options; /* dwSize 0: none */
    DWORD dump_flags;
    volatile LONG dump_type;
    HANDLE process; /* what the report is about; NULL: this one */
    /* Of the report that is being filed. */
    DWORD thread_id;
    WER_EXCEPTION_INFORMATION exception;
    EXCEPTION_POINTERS own_pointers;
    EXCEPTION_RECORD own_record;
    CONTEXT own_context;
    WER_SUBMIT_RESULT result;
    HRESULT hr;
};

/* The thread that is filing a report, 0 if none is: at most one in the process. */
static volatile LONG reporting;

/* The thread that ends the process if a report takes too long, and on whose stack a report is filed if the thread that
 * crashed has little left of its own. One for the process, made with the first template and there to its end. All else
 * is filed by the thread that crashed, because a heap lock or the loader lock that it holds is its own to take again, and
 * would stop any other: WER's own helpers as well, and then nothing ends the report but this thread. */
static struct {
    volatile LONG made;
    volatile LONG id;
    volatile LONG busy; /* it has been woken and may still look at what follows, of a report that is over as well */
    BOOL taken; /* for the report that is being filed: not, if it is suspended */
    HANDLE up;   /* manual-reset: it has started */
    HANDLE wake; /* auto-reset */
    HANDLE done; /* manual-reset */
    struct WerTemplate *work; /* NULL: watch */
    DWORD limit;              /* of a watch: milliseconds, and the code that the process ends with after them */
    UINT code;
    volatile LONG state;
} reporter;

enum { WAITED_FOR = 1, DONE = 2, ABANDONED = 3 };

enum { START_MS = 5000 }; /* a thread starts in less than one, unless something keeps it */
enum { STEP_MS = 10 };    /* of a wait: a sleep of one would take up to 16, by Windows' clock */

static DWORD WINAPI run_reporter(void *unused);

/* ---- while all is well ---- */

/* Copy `text` into `field`, which has room for `limit` units and the NUL. */
static HRESULT copy_text(WCHAR *field, size_t limit, PCWSTR text)
{
    size_t length = 0;

    if (text == NULL)
        return E_INVALIDARG;
    while (text[length] != 0) {
        if (++length > limit)
            return WER_E_LENGTH_EXCEEDED;
    }
    memcpy(field, text, (length + 1) * sizeof(WCHAR));
    return S_OK;
}

HRESULT wer_last_error(void)
{
    DWORD error = GetLastError();

    return error != ERROR_SUCCESS ? HRESULT_FROM_WIN32(error) : E_FAIL;
}

static HRESULT make_reporter(void)
{
    static volatile LONG lock;
    HMODULE ignored;
    HANDLE thread;
    DWORD id;
    HRESULT hr = S_OK;

    while (InterlockedCompareExchange(&lock, 1, 0) != 0)
        Sleep(1);
    if (!reporter.made) {
        /* The thread's code stays where it is, whoever frees the module that it is in. */
        if (!GetModuleHandleExW(
                GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                (PCWSTR)(void *)&reporter, &ignored))
            hr = wer_last_error();
        if (SUCCEEDED(hr) && reporter.up == NULL && (reporter.up = CreateEventW(NULL, TRUE, FALSE, NULL)) == NULL)
            hr = wer_last_error();
        if (SUCCEEDED(hr) && reporter.wake == NULL && (reporter.wake = CreateEventW(NULL, FALSE, FALSE, NULL)) == NULL)
            hr = wer_last_error();
        if (SUCCEEDED(hr) && reporter.done == NULL && (reporter.done = CreateEventW(NULL, TRUE, FALSE, NULL)) == NULL)
            hr = wer_last_error();
        if (SUCCEEDED(hr)) {
            /* A stack that WER is used to, whatever the program's threads have. */
            thread = CreateThread(NULL, (SIZE_T)1024 * 1024, run_reporter, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, &id);
            if (thread == NULL) {
                hr = wer_last_error();
            } else {
                /* It starts with the loader lock, which a crash may hold: so it is up before anything relies on it.
                 * Not without end: whoever makes a template with the lock held would wait for himself. */
                WaitForSingleObject(reporter.up, START_MS);
                CloseHandle(thread);
                InterlockedExchange(&reporter.id, (LONG)id);
                InterlockedExchange(&reporter.made, TRUE);
            }
        }
    }
    InterlockedExchange(&lock, 0);
    return hr;
}

HRESULT WINAPI wer_template_create(
    PCWSTR event_type, WER_REPORT_TYPE type, const WER_REPORT_INFORMATION *information,
    WER_CONSENT consent, DWORD submit_flags, struct WerTemplate **result)
{
    struct WerTemplate *t;
    HRESULT hr;

    if (result == NULL)
        return E_INVALIDARG;
    *result = NULL;
    if (event_type == NULL || event_type[0] == 0 || (unsigned)type >= WerReportInvalid
        || consent < WerConsentNotAsked || consent >= WerConsentMax)
        return E_INVALIDARG;
    if (information != NULL && information->dwSize != sizeof(WER_REPORT_INFORMATION)
        && information->dwSize != sizeof(WER_REPORT_INFORMATION_V3)
        && information->dwSize != sizeof(WER_REPORT_INFORMATION_V4)
        && information->dwSize != sizeof(WER_REPORT_INFORMATION_V5))
        return E_INVALIDARG;
    hr = make_reporter();
    if (FAILED(hr))
        return hr;
    t = (struct WerTemplate *)VirtualAlloc(NULL, sizeof(*t), MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    if (t == NULL)
        return E_OUTOFMEMORY;
    t->references = 1;
    t->type = type;
    t->consent = consent;
    t->submit_flags = submit_flags;
    t->timeout = WER_TEMPLATE_TIMEOUT_MS;
    t->dump_type = WerDumpTypeMiniDump;
    if (information != NULL)
        memcpy(&t->information, information, information->dwSize);
    hr = copy_text(t->event_type, WER_MAX_EVENT_NAME_LENGTH, event_type);
    if (FAILED(hr)) {
        wer_template_release(t);
        return hr;
    }
    *result = t;
    return S_OK;
}

void WINAPI wer_template_retain(struct WerTemplate *t)
{
    InterlockedIncrement(&t->references);
}

void WINAPI wer_template_release(struct WerTemplate *t)
{
    if (t != NULL && InterlockedDecrement(&t->references) == 0)
        VirtualFree(t, 0, MEM_RELEASE);
}

void wer_template_about(struct WerTemplate *t, HANDLE process)
{
    t->process = process;
    t->information.hProcess = process;
    if (t->information.dwSize == 0)
        t->information.dwSize = sizeof(WER_REPORT_INFORMATION);
}

void wer_template_seal(struct WerTemplate *t)
{
    InterlockedExchange(&t->sealed, TRUE);
}

HRESULT WINAPI wer_template_set_parameter(struct WerTemplate *t, DWORD id, PCWSTR name, PCWSTR value)
{
    HRESULT hr = S_OK;

    if (t == NULL || id >= WER_MAX_PARAM_COUNT)
        return E_INVALIDARG;
    if (t->sealed)
        return WER_E_INVALID_STATE;
    InterlockedExchange(&t->parameters[id].is_set, FALSE);
    t->parameters[id].name[0] = 0;
    if (name != NULL)
        hr = copy_text(t->parameters[id].name, WER_MAX_SIGNATURE_NAME_LENGTH, name);
    if (SUCCEEDED(hr))
        hr = copy_text(t->parameters[id].value, WER_MAX_PARAM_LENGTH - 1, value);
    if (SUCCEEDED(hr))
        InterlockedExchange(&t->parameters[id].is_set, TRUE);
    return hr;
}

HRESULT WINAPI wer_template_add_file(struct WerTemplate *t, PCWSTR path, WER_FILE_TYPE type, DWORD flags)
{
    LONG index;
    HRESULT hr;

    if (t == NULL || path == NULL || path[0] == 0 || type < WerFileTypeMicrodump || type >= WerFileTypeMax)
        return E_INVALIDARG;
    if (t->sealed)
        return WER_E_INVALID_STATE;
    index = t->file_count;
    if (index >= WER_TEMPLATE_FILES)
        return HRESULT_FROM_WIN32(ERROR_NOT_ENOUGH_QUOTA);
    hr = copy_text(t->files[index].path, MAX_PATH - 1, path);
    if (FAILED(hr))
        return hr;
    t->files[index].type = type;
    t->files[index].flags = flags;
    InterlockedExchange(&t->file_count, index + 1);
    return S_OK;
}

HRESULT WINAPI wer_template_set_dump(
    struct WerTemplate *t, WER_DUMP_TYPE type, const WER_DUMP_CUSTOM_OPTIONS *options, DWORD flags)
{
    if (t == NULL || (unsigned)type >= WerDumpTypeMax)
        return E_INVALIDARG;
    if (options != NULL && options->dwSize != sizeof(WER_DUMP_CUSTOM_OPTIONS)
        && options->dwSize != sizeof(WER_DUMP_CUSTOM_OPTIONS_V2)
        && options->dwSize != sizeof(WER_DUMP_CUSTOM_OPTIONS_V3))
        return E_INVALIDARG;
    if (t->sealed)
        return WER_E_INVALID_STATE;
    InterlockedExchange(&t->dump_type, WerDumpTypeNone);
    t->dump_flags = flags;
    t->options.dwSize = 0;
    if (options != NULL)
        memcpy(&t->options, options, options->dwSize);
    InterlockedExchange(&t->dump_type, type);
    return S_OK;
}

HRESULT WINAPI wer_template_set_timeout(struct WerTemplate *t, DWORD milliseconds)
{
    if (t == NULL || milliseconds == 0) /* INFINITE is allowed */
        return E_INVALIDARG;
    if (t->sealed)
        return WER_E_INVALID_STATE;
    t->timeout = milliseconds;
    return S_OK;
}

void wer_template_describe(const struct WerTemplate *t, WerClaim *claim)
{
    DWORD i, count = WER_MAX_PARAM_COUNT;

    while (count > 1 && !t->parameters[count - 1].is_set)
        count--;
    memset(claim, 0, sizeof(*claim));
    memcpy(claim->event_type, t->event_type, sizeof(claim->event_type));
    for (i = 0; i < count; i++) {
        /* WER's own name for it, which nobody would fill in there. */
        claim->parameters[i].name[0] = L'P';
        claim->parameters[i].name[1] = (WCHAR)(L'0' + i);
        if (!t->parameters[i].is_set)
            continue;
        if (t->parameters[i].name[0] != 0)
            memcpy(claim->parameters[i].name, t->parameters[i].name, sizeof(claim->parameters[i].name));
        memcpy(claim->parameters[i].value, t->parameters[i].value, sizeof(claim->parameters[i].value));
    }
    claim->parameter_count = count;
    claim->size = sizeof(*claim);
    claim->magic = WER_CLAIM_MAGIC;
}

BOOL wer_template_file(
    const struct WerTemplate *t, LONG index, PCWSTR *path, WER_FILE_TYPE *type, DWORD *flags)
{
    if (index < 0 || index >= t->file_count)
        return FALSE;
    *path = t->files[index].path;
    *type = t->files[index].type;
    *flags = t->files[index].flags;
    return TRUE;
}

/* ---- in the crash ---- */

static void keep_first(HRESULT *first, HRESULT hr)
{
    if (FAILED(hr) && SUCCEEDED(*first))
        *first = hr;
}

/* Make the report, whatever fails on the way: a report without its dump is better than none. `before_files`, if not
 * NULL, is called with `argument` once the dump is in the report. */
static HRESULT file_report(struct WerTemplate *t, void (*before_files)(void *), void *argument)
{
    HRESULT first = S_OK;
    HREPORT report = NULL;
    HANDLE thread;
    LONG i, count;

    keep_first(&first, WerReportCreate(
        t->event_type, t->type,
        t->information.dwSize != 0 ? (WER_REPORT_INFORMATION *)&t->information : NULL, &report));
    if (SUCCEEDED(first) && report == NULL)
        first = E_UNEXPECTED; /* said, and gave no handle */
    if (FAILED(first))
        return first;
    for (count = WER_MAX_PARAM_COUNT; count > 0 && !t->parameters[count - 1].is_set; count--)
        ;
    for (i = 0; i < count; i++) {
        /* WER refuses a report with a gap in its parameters, so a gap is filled with empty text. */
        BOOL is_set = t->parameters[i].is_set;

        keep_first(&first, WerReportSetParameter(
            report, (DWORD)i, is_set && t->parameters[i].name[0] != 0 ? t->parameters[i].name : NULL,
            is_set ? t->parameters[i].value : L""));
    }
    /* A real handle: the pseudo handle would mean the reporter thread, where that files the report. */
    thread = OpenThread(THREAD_GET_CONTEXT | THREAD_QUERY_INFORMATION | THREAD_SUSPEND_RESUME, FALSE, t->thread_id);
    if (t->dump_type != WerDumpTypeNone)
        keep_first(&first, WerReportAddDump(
            report, t->process != NULL ? t->process : GetCurrentProcess(), thread, (WER_DUMP_TYPE)t->dump_type,
            t->exception.pExceptionPointers != NULL ? &t->exception : NULL, /* NULL in a hang */
            t->options.dwSize != 0 ? (WER_DUMP_CUSTOM_OPTIONS *)&t->options : NULL, t->dump_flags));
    if (before_files != NULL)
        before_files(argument);
    count = t->file_count;
    for (i = 0; i < count; i++)
        keep_first(&first, WerReportAddFile(report, t->files[i].path, t->files[i].type, t->files[i].flags));
    keep_first(&first, WerReportSubmit(report, t->consent, t->submit_flags, &t->result));
    keep_first(&first, WerReportCloseHandle(report));
    if (thread != NULL)
        CloseHandle(thread);
    return first;
}

static DWORD WINAPI run_reporter(void *unused)
{
    struct WerTemplate *t;

    (void)unused;
    SetEvent(reporter.up);
    while (WaitForSingleObject(reporter.wake, INFINITE) == WAIT_OBJECT_0) {
        t = reporter.work;
        if (t == NULL) {
            if (WaitForSingleObject(reporter.done, reporter.limit) == WAIT_TIMEOUT)
                TerminateProcess(GetCurrentProcess(), reporter.code);
        } else {
            t->hr = file_report(t, NULL, NULL);
            if (InterlockedCompareExchange(&reporter.state, DONE, WAITED_FOR) == WAITED_FOR)
                SetEvent(reporter.done);
            else
                InterlockedExchange(&reporting, 0); /* given up on; the reference to `t` is never given back */
        }
        InterlockedExchange(&reporter.busy, FALSE);
    }
    return 0;
}

/* Have the reporter thread file the report. The crashed thread needs nothing but the stack of two small calls.
 * Returns whether it is done: if not, `t` and `reporting` are the reporter's, who ends the report whenever it can. */
static BOOL file_elsewhere(struct WerTemplate *t)
{
    if (!reporter.taken) {
        t->hr = HRESULT_FROM_WIN32(ERROR_TIMEOUT);
        return TRUE;
    }
    reporter.work = t;
    wer_template_retain(t); /* in case that this thread gives up first */
    InterlockedExchange(&reporter.state, WAITED_FOR);
    ResetEvent(reporter.done);
    SetEvent(reporter.wake);
    if (WaitForSingleObject(reporter.done, t->timeout) != WAIT_OBJECT_0
        && InterlockedCompareExchange(&reporter.state, ABANDONED, WAITED_FOR) == WAITED_FOR)
        return FALSE;
    InterlockedDecrement(&t->references); /* never the last: the caller has one */
    return TRUE;
}

/* File the report here, while the reporter thread watches. */
static HRESULT file_watched(struct WerTemplate *t)
{
    HRESULT hr;

    if (!reporter.taken)
        return file_report(t, NULL, NULL);
    reporter.work = NULL;
    reporter.limit = t->timeout;
    reporter.code = (UINT)t->exception.pExceptionPointers->ExceptionRecord->ExceptionCode;
    ResetEvent(reporter.done);
    SetEvent(reporter.wake);
    hr = file_report(t, NULL, NULL);
    SetEvent(reporter.done);
    return hr;
}

/* Whether there is a stack on which WER can be called; also TRUE of one that Windows did not make, and knows nothing of. */
static BOOL has_room(EXCEPTION_POINTERS *pointers)
{
    ULONG_PTR low, high;

    if (pointers->ExceptionRecord->ExceptionCode == EXCEPTION_STACK_OVERFLOW)
        return FALSE;
    GetCurrentThreadStackLimits(&low, &high);
    return (ULONG_PTR)&low - low >= WER_ROOM_BYTES;
}

/* File the report where there is room. Returns FALSE as `file_elsewhere` does. */
static BOOL file(struct WerTemplate *t)
{
    if (!has_room(t->exception.pExceptionPointers))
        return file_elsewhere(t);
    t->hr = file_watched(t);
    return TRUE;
}

/* Have the reporter thread to oneself. It may come late to a report that is over, and only has to see that. */
static void take_reporter(void)
{
    DWORD waited;

    reporter.taken = InterlockedCompareExchange(&reporter.busy, TRUE, FALSE) == FALSE;
    for (waited = 0; !reporter.taken && waited < START_MS; waited += STEP_MS) {
        Sleep(STEP_MS);
        reporter.taken = InterlockedCompareExchange(&reporter.busy, TRUE, FALSE) == FALSE;
    }
}

/* Become the one thread that files a report. */
static BOOL begin(struct WerTemplate *t)
{
    DWORD thread_id = GetCurrentThreadId();

    if (InterlockedCompareExchange(&reporting, (LONG)thread_id, 0) != 0)
        return FALSE;
    take_reporter();
    t->sealed = TRUE;
    t->thread_id = thread_id;
    t->result = (WER_SUBMIT_RESULT)0;
    t->exception.bClientPointers = FALSE;
    return TRUE;
}

static HRESULT end(struct WerTemplate *t, WER_SUBMIT_RESULT *result)
{
    HRESULT hr = t->hr;

    if (result != NULL)
        *result = t->result;
    InterlockedExchange(&reporting, 0);
    return hr;
}

HRESULT WINAPI wer_report_exception(
    struct WerTemplate *t, EXCEPTION_POINTERS *pointers, WER_SUBMIT_RESULT *result)
{
    if (result != NULL)
        *result = (WER_SUBMIT_RESULT)0;
    if (t == NULL || pointers == NULL || pointers->ExceptionRecord == NULL)
        return E_INVALIDARG;
    if (!begin(t))
        return HRESULT_FROM_WIN32(ERROR_BUSY);
    t->exception.pExceptionPointers = pointers;
    return file(t) ? end(t, result) : HRESULT_FROM_WIN32(ERROR_TIMEOUT);
}

#ifdef _MSC_VER
#include <intrin.h>
#define RETURN_ADDRESS() _ReturnAddress()
#else
#define RETURN_ADDRESS() __builtin_return_address(0)
#endif

HRESULT WINAPI wer_report_here(struct WerTemplate *t, DWORD code, WER_SUBMIT_RESULT *result)
{
    if (result != NULL)
        *result = (WER_SUBMIT_RESULT)0;
    if (t == NULL)
        return E_INVALIDARG;
    if (!begin(t))
        return HRESULT_FROM_WIN32(ERROR_BUSY);
    RtlCaptureContext(&t->own_context);
    t->own_record.ExceptionCode = code;
    t->own_record.ExceptionFlags = EXCEPTION_NONCONTINUABLE;
    t->own_record.ExceptionAddress = RETURN_ADDRESS();
    t->own_pointers.ExceptionRecord = &t->own_record;
    t->own_pointers.ContextRecord = &t->own_context;
    t->exception.pExceptionPointers = &t->own_pointers;
    return file(t) ? end(t, result) : HRESULT_FROM_WIN32(ERROR_TIMEOUT);
}

HRESULT wer_report_hang(
    struct WerTemplate *t, DWORD thread_id, void (*before_files)(void *), void *argument, WER_SUBMIT_RESULT *result)
{
    t->thread_id = thread_id;
    t->result = (WER_SUBMIT_RESULT)0;
    t->hr = file_report(t, before_files, argument);
    *result = t->result;
    return t->hr;
}

DWORD wer_template_timeout(const struct WerTemplate *t)
{
    return t->timeout;
}

BOOL wer_reporting(void)
{
    return reporting != 0;
}

BOOL wer_reporting_here(void)
{
    LONG self = (LONG)GetCurrentThreadId();

    return self == reporting || self == reporter.id;
}

void WINAPI wer_wait_for_report(void)
{
    while (reporting != 0 && !wer_reporting_here())
        Sleep(10);
}
