/* The reports a process has open: creating, filling and closing them. */
#include "standin.h"

#include <ntsecapi.h> /* RtlGenRandom */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* ---- the table of open reports ---- */

/* A handle is a number that is looked up, never a pointer, and no number is used twice: whatever a caller passes, a
 * handle that is not open is refused. */
static SRWLOCK table_lock = SRWLOCK_INIT;
static Report *reports;
static ULONG_PTR last_handle = 0x57455200;

static void table_add(Report *report)
{
    AcquireSRWLockExclusive(&table_lock);
    last_handle += 4;
    report->handle = (HREPORT)last_handle;
    report->next = reports;
    reports = report;
    ReleaseSRWLockExclusive(&table_lock);
}

/* Takes the report out of the table; the table's reference goes to the caller. */
static Report *table_remove(HREPORT handle)
{
    Report **link, *report;

    AcquireSRWLockExclusive(&table_lock);
    for (link = &reports; *link && (*link)->handle != handle; link = &(*link)->next)
        ;
    report = *link;
    if (report)
        *link = report->next;
    ReleaseSRWLockExclusive(&table_lock);
    return report;
}

DWORD WINAPI WerStandInOpenReports(void)
{
    const Report *report;
    DWORD count = 0;

    AcquireSRWLockShared(&table_lock);
    for (report = reports; report; report = report->next)
        count++;
    ReleaseSRWLockShared(&table_lock);
    return count;
}

static void report_free(Report *report)
{
    unsigned i;

    while (report->files) {
        ReportFile *file = report->files;
        report->files = file->next;
        if (file->is_ours)
            DeleteFileW(file->path);
        free(file);
    }
    buffer_free(&report->metadata);
    for (i = 0; i < WerUIMax; i++)
        free(report->ui[i]);
    drop_requests(report);
    if (report->owns_process)
        CloseHandle(report->process);
    free(report);
}

/* The last one to let go frees the report: the table, or a call that was under way when it was closed. */
static void drop_reference(Report *report)
{
    if (InterlockedDecrement(&report->references) == 0)
        report_free(report);
}

Report *report_acquire(HREPORT handle)
{
    Report *report;

    AcquireSRWLockShared(&table_lock);
    for (report = reports; report && report->handle != handle; report = report->next)
        ;
    if (report)
        InterlockedIncrement(&report->references);
    ReleaseSRWLockShared(&table_lock);
    if (report)
        AcquireSRWLockExclusive(&report->lock);
    return report;
}

void report_release(Report *report)
{
    ReleaseSRWLockExclusive(&report->lock);
    drop_reference(report);
}

/* As report_acquire, for a report that can still be filled. Windows documents no call after WerReportSubmit; refusing
 * it with WER_E_INVALID_STATE is a choice. */
static HRESULT acquire_open(HREPORT handle, Report **report)
{
    *report = report_acquire(handle);
    if (!*report)
        return E_HANDLE;
    if (!(*report)->submitted)
        return S_OK;
    report_release(*report);
    return WER_E_INVALID_STATE;
}

/* Windows has E_HANDLE for the other functions' bad handles, and E_INVALIDARG here (by Wine's tests). */
HRESULT report_close(HREPORT handle)
{
    Report *report = table_remove(handle);
    if (!report)
        return E_INVALIDARG;
    drop_reference(report);
    return S_OK;
}

void reports_close_all(void)
{
    while (reports)
        report_close(reports->handle);
}

/* ---- creating ---- */

DWORD report_information_size(const void *information)
{
    DWORD size;

    if (!read_memory(GetCurrentProcess(), information, &size, sizeof(size)))
        return 0;
    switch (size) {
    case sizeof(WER_REPORT_INFORMATION):
    case sizeof(WER_REPORT_INFORMATION_V3):
    case sizeof(WER_REPORT_INFORMATION_V4):
    case sizeof(WER_REPORT_INFORMATION_V5):
        return size;
    }
    return sizeof(size);
}

static BOOL terminated(const WCHAR *text, SIZE_T chars)
{
    return wmemchr(text, L'\0', chars) != NULL;
}

#define TERMINATED(array) terminated((array), sizeof(array) / sizeof((array)[0]))

/* Every version is the start of V5. Undocumented, so choices: E_INVALIDARG for an unknown dwSize and for text without
 * its NUL. */
static HRESULT read_information(const void *source, WER_REPORT_INFORMATION_V5 *information)
{
    DWORD size = report_information_size(source);

    if (!source)
        return S_OK;
    if (!size)
        return HRESULT_FROM_WIN32(ERROR_INVALID_USER_BUFFER);
    if (size == sizeof(DWORD) || !read_memory(GetCurrentProcess(), source, information, size))
        return E_INVALIDARG;
    if (!TERMINATED(information->wzConsentKey) || !TERMINATED(information->wzFriendlyEventName) ||
        !TERMINATED(information->wzApplicationName) || !TERMINATED(information->wzApplicationPath) ||
        !TERMINATED(information->wzDescription) || !TERMINATED(information->wzNamespacePartner) ||
        !TERMINATED(information->wzNamespaceGroup))
        return E_INVALIDARG;
    return S_OK;
}

static void copy_cut(WCHAR *target, PCWSTR source, SIZE_T chars)
{
    wcsncpy(target, source, chars - 1);
    target[chars - 1] = L'\0';
}

/* NULL stands for the caller. A handle of our own, as the caller may close the one in the report information; but not if
 * WER is to collect late: then what the number stands for at the submission is what it finds. */
static BOOL open_process(Report *report)
{
    HANDLE self = GetCurrentProcess(), given = report->information.hProcess;

    report->process = given ? given : self;
    if (!given || collects_at_submission())
        return TRUE;
    report->owns_process = DuplicateHandle(self, given, self, &report->process, 0, FALSE, DUPLICATE_SAME_ACCESS);
    return report->owns_process;
}

/* What the caller left empty, as documented: the image of the process, and the event type. */
static HRESULT complete_information(Report *report)
{
    WER_REPORT_INFORMATION_V5 *information = &report->information;

    if (!open_process(report))
        return last_error();
    if (!*information->wzApplicationPath) {
        DWORD chars = MAX_PATH;
        if (!QueryFullProcessImageNameW(report->process, 0, information->wzApplicationPath, &chars))
            return last_error();
    }
    if (!*information->wzApplicationName)
        copy_cut(information->wzApplicationName, path_name(information->wzApplicationPath),
            WER_MAX_APPLICATION_NAME_LENGTH);
    if (!*information->wzConsentKey)
        copy_cut(information->wzConsentKey, report->event_type, 64);
    if (!*information->wzFriendlyEventName)
        wcscpy(information->wzFriendlyEventName, report->event_type);
    return S_OK;
}

static BOOL new_guid(GUID *guid)
{
    if (!RtlGenRandom(guid, sizeof(*guid)))
        return FALSE;
    guid->Data3 = (guid->Data3 & 0x0FFF) | 0x4000; /* version 4 */
    guid->Data4[0] = (guid->Data4[0] & 0x3F) | 0x80;
    return TRUE;
}

static HRESULT report_fill(Report *report, PCWSTR event_type, WER_REPORT_TYPE type, const void *information)
{
    HRESULT hr = read_information(information, &report->information);

    if (FAILED(hr))
        return hr;
    report->references = 1; /* the table's */
    InitializeSRWLock(&report->lock);
    report->type = type;
    wcscpy(report->event_type, event_type);
    GetSystemTimeAsFileTime(&report->created);
    if (!new_guid(&report->id) || !new_guid(&report->integrator_id))
        return E_FAIL;
    return complete_information(report);
}

/* No failure code is documented. E_INVALIDARG for bad arguments is what Wine's tests expect of Windows; an unknown type
 * gets it only from later ones. The header's limit of 64 characters for an event name is enforced with the documented
 * code for text that is too long. */
HRESULT report_create(PCWSTR event_type, WER_REPORT_TYPE type, const void *information, HREPORT *handle)
{
    Report *report;
    HRESULT hr;

    if (!event_type || !*event_type || !handle || type > WerReportKernel)
        return E_INVALIDARG;
    if (wcslen(event_type) > WER_MAX_EVENT_NAME_LENGTH)
        return WER_E_LENGTH_EXCEEDED;
    report = calloc(1, sizeof(*report));
    if (!report)
        return E_OUTOFMEMORY;
    hr = report_fill(report, event_type, type, information);
    if (FAILED(hr)) {
        report_free(report);
        return hr;
    }
    table_add(report);
    *handle = report->handle;
    return S_OK;
}

/* ---- filling ---- */

static HRESULT set_parameter(Report *report, DWORD index, PCWSTR name, PCWSTR value)
{
    WER_REPORT_PARAMETER *parameter = &report->parameters[index];

    if (name)
        wcscpy(parameter->Name, name);
    else
        swprintf(parameter->Name, WER_MAX_SIGNATURE_NAME_LENGTH + 1, L"P%lu", index);
    wcscpy(parameter->Value, value);
    report->has_parameter[index] = TRUE;
    return S_OK;
}

/* Documented: "if Px is set, P0 to Px must be set", not where a gap is reported. Parameters may come in any order, so
 * submit is where it can be known (a choice). Setting one twice replaces it (a choice). */
HRESULT report_set_parameter(HREPORT handle, DWORD index, PCWSTR name, PCWSTR value)
{
    Report *report;
    HRESULT hr = acquire_open(handle, &report);

    if (FAILED(hr))
        return hr;
    if (index >= WER_MAX_PARAM_COUNT || !value)
        hr = E_INVALIDARG;
    else if (wcslen(value) >= WER_MAX_PARAM_LENGTH || (name && wcslen(name) > WER_MAX_SIGNATURE_NAME_LENGTH))
        hr = WER_E_LENGTH_EXCEEDED;
    else
        hr = set_parameter(report, index, name, value);
    report_release(report);
    return hr;
}

static HRESULT set_ui_option(Report *report, WER_REPORT_UI option, PCWSTR value)
{
    WCHAR *copy = copy_text(value);
    if (!copy)
        return E_OUTOFMEMORY;
    free(report->ui[option]);
    report->ui[option] = copy;
    return S_OK;
}

/* No limit of the text is documented, so there is none. */
HRESULT report_set_ui_option(HREPORT handle, WER_REPORT_UI option, PCWSTR value)
{
    Report *report;
    HRESULT hr = acquire_open(handle, &report);

    if (FAILED(hr))
        return hr;
    if (option < WerUIAdditionalDataDlgHeader || option > WerUICloseDlgButtonText || !value)
        hr = E_INVALIDARG;
    else
        hr = set_ui_option(report, option, value);
    report_release(report);
    return hr;
}

static BOOL cab_name_taken(const Report *report, PCWSTR name)
{
    const ReportFile *file;

    if (!_wcsicmp(name, L"Report.wer"))
        return TRUE;
    for (file = report->files; file; file = file->next)
        if (!_wcsicmp(name, file->cab_name))
            return TRUE;
    return FALSE;
}

/* `name.ext`, then `name_2.ext`, `name_3.ext`. FALSE if no name fits. */
static BOOL choose_cab_name(const Report *report, PCWSTR wanted, WCHAR name[MAX_PATH])
{
    PCWSTR extension = wcsrchr(wanted, L'.');
    int stem = extension ? (int)(extension - wanted) : (int)wcslen(wanted);
    unsigned n;

    if (wcslen(wanted) >= MAX_PATH)
        return FALSE;
    wcscpy(name, wanted);
    for (n = 2; cab_name_taken(report, name); n++)
        if (swprintf(name, MAX_PATH, L"%.*ls_%u%ls", stem, wanted, n, extension ? extension : L"") < 0)
            return FALSE;
    return TRUE;
}

static ReportFile *attach(Report *report, PCWSTR path, PCWSTR cab_name, WER_FILE_TYPE type)
{
    ReportFile *file = calloc(1, sizeof(*file));
    ReportFile **end = &report->files;

    if (!file || !choose_cab_name(report, cab_name, file->cab_name)) {
        free(file);
        return NULL;
    }
    wcscpy(file->path, path);
    file->type = type;
    while (*end)
        end = &(*end)->next;
    *end = file;
    return file;
}

ReportFile *report_attach(Report *report, PCWSTR path, WER_FILE_TYPE type)
{
    ReportFile *file = attach(report, path, path_name(path), type);
    if (file)
        wcscpy(file->name, file->cab_name);
    return file;
}

ReportFile *report_attach_ours(Report *report, PCWSTR path, PCWSTR cab_name, WER_FILE_TYPE type, DWORD flags)
{
    ReportFile *file = attach(report, path, cab_name, type);

    if (!file) {
        DeleteFileW(path);
        return NULL;
    }
    wcscpy(file->name, path_name(path));
    file->is_ours = TRUE;
    file->flags = flags;
    return file;
}

/* Environment variables expanded and the current folder applied. Documented: at most MAX_PATH characters; the limit
 * holds for what the caller wrote and the code is a choice. */
static HRESULT full_path(PCWSTR given, WCHAR path[PATH_CHARS])
{
    WCHAR expanded[PATH_CHARS];
    DWORD chars;

    if (wcslen(given) >= MAX_PATH)
        return WER_E_LENGTH_EXCEEDED;
    chars = ExpandEnvironmentStringsW(given, expanded, PATH_CHARS);
    if (chars && chars <= PATH_CHARS)
        chars = GetFullPathNameW(expanded, PATH_CHARS, path, NULL);
    if (!chars)
        return last_error();
    return chars < PATH_CHARS ? S_OK : WER_E_LENGTH_EXCEEDED;
}

/* The documented codes: the file does not exist, and a user document that is encrypted. A folder is no file. */
static HRESULT check_file(PCWSTR path, WER_FILE_TYPE type)
{
    DWORD attributes = GetFileAttributesW(path);

    if (attributes == INVALID_FILE_ATTRIBUTES && GetLastError() != ERROR_FILE_NOT_FOUND &&
        GetLastError() != ERROR_PATH_NOT_FOUND && GetLastError() != ERROR_INVALID_NAME)
        return last_error();
    if (attributes == INVALID_FILE_ATTRIBUTES || attributes & FILE_ATTRIBUTE_DIRECTORY)
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    if (type == WerFileTypeUserDocument && attributes & FILE_ATTRIBUTE_ENCRYPTED)
        return HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED);
    return S_OK;
}

static HRESULT add_file(Report *report, PCWSTR given, WER_FILE_TYPE type, DWORD flags)
{
    WCHAR path[PATH_CHARS];
    HRESULT hr = full_path(given, path);
    ReportFile *file;

    if (SUCCEEDED(hr))
        hr = check_file(path, type);
    if (FAILED(hr))
        return hr;
    file = report_attach(report, path, type);
    if (!file)
        return E_OUTOFMEMORY;
    file->flags = flags & 0xFFFF; /* documented: the high half is WER's own and is cleared */
    return S_OK;
}

/* The file is copied when the report is submitted: DELETE_WHEN_DONE speaks of the original until then. */
HRESULT report_add_file(HREPORT handle, PCWSTR path, WER_FILE_TYPE type, DWORD flags)
{
    Report *report;
    HRESULT hr = acquire_open(handle, &report);

    if (FAILED(hr))
        return hr;
    if (!path || !*path || type < WerFileTypeMicrodump || type >= WerFileTypeMax)
        hr = E_INVALIDARG;
    else
        hr = add_file(report, path, type, flags);
    report_release(report);
    return hr;
}

/* ---- the two larger ones: dump.c and submit.c do the work ---- */

HRESULT report_add_dump(HREPORT handle, HANDLE process, HANDLE thread, WER_DUMP_TYPE type,
    const WER_EXCEPTION_INFORMATION *exception, const void *options, DWORD flags)
{
    Report *report;
    HRESULT hr = acquire_open(handle, &report);

    if (FAILED(hr))
        return hr;
    hr = add_dump(report, process, thread, type, exception, options, flags);
    report_release(report);
    return hr;
}

static BOOL parameters_have_gap(const Report *report)
{
    unsigned i;
    for (i = 1; i < WER_MAX_PARAM_COUNT; i++)
        if (report->has_parameter[i] && !report->has_parameter[i - 1])
            return TRUE;
    return FALSE;
}

/* Unknown flag bits are accepted: components of Windows pass some that no header names. */
HRESULT report_submit(HREPORT handle, WER_CONSENT consent, DWORD flags, WER_SUBMIT_RESULT *result)
{
    WER_SUBMIT_RESULT outcome = WerReportFailed;
    Report *report;
    HRESULT hr = acquire_open(handle, &report);

    if (FAILED(hr))
        return hr;
    if (consent < WerConsentNotAsked || consent > WerConsentAlwaysPrompt || parameters_have_gap(report)) {
        hr = E_INVALIDARG;
    } else {
        report->submitted = TRUE;
        hr = submit(report, consent, flags, &outcome);
    }
    report_release(report);
    if (SUCCEEDED(hr) && result)
        *result = submit_result(outcome, flags);
    return hr;
}
