/* WerReportSubmit and WerStoreUploadReport: what becomes of a report, and its folder in the store. Nothing is ever sent
 * anywhere. */
#include "standin.h"

#include <stdio.h>
#include <wchar.h>

static volatile LONG server_online;

/* Whether there is a server to take reports; offline unless a test says otherwise. */
void server_set_online(BOOL online)
{
    InterlockedExchange(&server_online, online);
}

/* ---- the decision ---- */

/* Documented: Disabled and DisableQueue give these results, NO_QUEUE discards what cannot be sent. Choices: a denied
 * consent cancels the report; NO_QUEUE that discards says WerReportFailed; every consent but Approved waits in the
 * queue, for there is nobody to ask; a non-critical report with Approved goes out like any other. */
static WER_SUBMIT_RESULT decide(WER_CONSENT consent, DWORD flags)
{
    if (setting_on(L"Disabled"))
        return WerDisabled;
    if (consent == WerConsentDenied)
        return WerReportCancelled;
    if (server_online && consent == WerConsentApproved && !(flags & WER_SUBMIT_QUEUE) && !setting_on(L"ForceQueue"))
        return WerReportUploaded;
    if (flags & WER_SUBMIT_NO_QUEUE)
        return WerReportFailed;
    return setting_on(L"DisableQueue") ? WerDisabledQueue : WerReportQueued;
}

/* ---- the folder ---- */

enum { LABEL_CHARS = 17 };

/* The value of P0, cut. What a file name cannot hold, and what is not ASCII, becomes an underscore (a choice), and so it
 * is nothing without P0 (a choice). */
static void folder_label(PCWSTR value, WCHAR label[LABEL_CHARS])
{
    unsigned i;
    for (i = 0; value[i] && i < LABEL_CHARS - 1; i++)
        label[i] = value[i] < L' ' || value[i] > L'~' || wcschr(L"\\/:*?\"<>|", value[i]) ? L'_' : value[i];
    label[i] = L'\0';
}

/* <kind>_<P0>_<up to 40 hex>_<8 hex, mostly 0>_<GUID>, as published listings of the store have it: the first looks like
 * a hash of the signature, the second like a cab's id. That the GUID is the report's is a choice. */
static HRESULT create_report_folder(const Report *report, StoreFolder store, WCHAR path[PATH_CHARS])
{
    static const PCWSTR kinds[] = {L"NonCritical", L"Critical", L"AppCrash", L"AppHang", L"Kernel"};
    WCHAR label[LABEL_CHARS], id[GUID_CHARS], name[128];
    ULONGLONG hash = signature_hash(report), more = hash_text(hash, L""), most = hash_text(more, L"");
    HRESULT hr = store_path(store, path);

    if (FAILED(hr))
        return hr;
    folder_label(report->parameters[0].Value, label);
    guid_text(&report->id, id);
    swprintf(name, sizeof(name) / sizeof(name[0]), L"%ls_%ls_%016llx%016llx%08lx_%08lx_%ls", kinds[report->type], label,
        hash, more, (DWORD)most, 0UL, id);
    if (!path_append(path, name) || !CreateDirectoryW(path, NULL))
        return last_error();
    return S_OK;
}

/* What is ours moves; the caller's file is copied. */
static BOOL collect(ReportFile *file, PCWSTR folder)
{
    WCHAR path[PATH_CHARS];

    wcscpy(path, folder);
    if (!path_append(path, file->name))
        return FALSE;
    if (!file->is_ours)
        return CopyFileW(file->path, path, TRUE);
    if (!MoveFileExW(file->path, path, MOVEFILE_COPY_ALLOWED))
        return FALSE;
    file->is_ours = FALSE; /* no longer ours to delete */
    return TRUE;
}

/* A caller's file that has gone, or that nobody may read, is left out: the report is worth more than its attachment (a
 * choice). What is ours and cannot be moved is an error of ours, and a full disk is one, too. User documents are kept
 * like other files, as a server might ask for them later (a choice). */
static HRESULT collect_all(Report *report, PCWSTR folder, BOOL queued)
{
    ReportFile *file;

    for (file = report->files; file; file = file->next) {
        BOOL was_ours = file->is_ours;
        if (queued && file->no_heap_on_queue && file->type == WerFileTypeHeapdump)
            continue;
        file->listed = collect(file, folder);
        if (!file->listed && (was_ours || GetLastError() == ERROR_DISK_FULL))
            return last_error();
    }
    return S_OK;
}

/* Report.wer comes last: a folder without it is not a report yet. Where the files are not kept, it does not name them
 * either, as in archived reports on Windows. */
static HRESULT fill_folder(Report *report, WER_CONSENT consent, BOOL uploaded, BOOL with_files, PCWSTR folder)
{
    WCHAR path[PATH_CHARS];
    FILETIME now;
    HRESULT hr = S_OK;

    if (with_files)
        hr = collect_all(report, folder, !uploaded);
    if (FAILED(hr))
        return hr;
    wcscpy(path, folder);
    if (!path_append(path, L"Report.wer"))
        return last_error();
    GetSystemTimeAsFileTime(&now);
    return report_wer_write(report, consent, uploaded ? &now : NULL, path);
}

static HRESULT keep(Report *report, WER_CONSENT consent, BOOL uploaded, BOOL with_files)
{
    WCHAR folder[PATH_CHARS];
    HRESULT hr = create_report_folder(report, uploaded ? STORE_ARCHIVE : STORE_QUEUE, folder);

    if (FAILED(hr))
        return hr;
    hr = fill_folder(report, consent, uploaded, with_files, folder);
    if (FAILED(hr))
        store_remove_report(folder);
    return hr;
}

static BOOL is_archived(DWORD flags)
{
    return !(flags & WER_SUBMIT_NO_ARCHIVE) && !setting_on(L"DisableArchive");
}

/* Windows 7 and later keep only the parameters unless ConfigureArchive is 2. */
static BOOL is_archived_with_files(DWORD flags)
{
    return setting_value(L"ConfigureArchive", 1) == 2 && !(flags & WER_SUBMIT_ARCHIVE_PARAMETERS_ONLY);
}

/* Documented as "after the report is submitted": not after a result that took nothing over, and not where the copy
 * failed (choices). */
static void delete_originals(const Report *report, BOOL with_files)
{
    const ReportFile *file;
    for (file = report->files; file; file = file->next)
        if ((file->listed || !with_files) && file->flags & WER_FILE_DELETE_WHEN_DONE)
            DeleteFileW(file->path);
}

HRESULT submit(Report *report, WER_CONSENT consent, DWORD flags, WER_SUBMIT_RESULT *result)
{
    HRESULT hr = S_OK;
    BOOL uploaded, with_files;

    *result = decide(consent, flags);
    if (*result != WerReportQueued && *result != WerReportUploaded)
        return S_OK;
    uploaded = *result == WerReportUploaded;
    with_files = !uploaded || (is_archived(flags) && is_archived_with_files(flags));
    if (with_files)
        hr = write_requested_dumps(report);
    if (SUCCEEDED(hr) && flags & WER_SUBMIT_ADD_REGISTERED_DATA)
        hr = attach_registered(report);
    if (SUCCEEDED(hr) && (!uploaded || is_archived(flags)))
        hr = keep(report, consent, uploaded, with_files);
    if (SUCCEEDED(hr))
        delete_originals(report, with_files);
    return hr;
}

WER_SUBMIT_RESULT submit_result(WER_SUBMIT_RESULT result, DWORD flags)
{
    return flags & WER_SUBMIT_OUTOFPROCESS_ASYNC ? (WER_SUBMIT_RESULT)0x7EADBEEF : result;
}

/* ---- a report that is in the queue already ---- */

static BOOL move_files(PCWSTR from, PCWSTR to)
{
    WCHAR source[PATH_CHARS], target[PATH_CHARS];
    Listing files = {0};
    BOOL ok = TRUE;

    while (ok && listing_next(&files, from, FALSE)) {
        if (!_wcsicmp(files.entry.cFileName, L"Report.wer"))
            continue;
        wcscpy(source, from);
        wcscpy(target, to);
        ok = path_append(source, files.entry.cFileName) && path_append(target, files.entry.cFileName) &&
             MoveFileExW(source, target, 0);
    }
    if (!ok)
        listing_end(&files);
    return ok;
}

/* As for a new report, Report.wer comes last. What could not be moved stays in the queue. */
static HRESULT move_to_archive(PCWSTR folder, BOOL machine, BOOL with_files)
{
    WCHAR source[PATH_CHARS], target[PATH_CHARS];
    HRESULT hr = store_create(machine, STORE_ARCHIVE, target);

    if (FAILED(hr))
        return hr;
    wcscpy(source, folder);
    if (!path_append(target, path_name(folder)) || !CreateDirectoryW(target, NULL))
        return last_error();
    if ((with_files && !move_files(folder, target)) || !path_append(source, L"Report.wer") ||
        !path_append(target, L"Report.wer"))
        return last_error();
    return report_wer_write_uploaded(source, with_files, target);
}

/* Decided as for a new report, with the call as the consent: nothing documents what else would give it (a choice). A
 * report that does not go out stays in the queue, with WER_SUBMIT_NO_QUEUE as well (a choice: it was somebody's wish to
 * keep it). */
HRESULT upload(PCWSTR folder, BOOL machine, DWORD flags, WER_SUBMIT_RESULT *result)
{
    HRESULT hr = S_OK;

    *result = decide(WerConsentApproved, flags);
    if (*result != WerReportUploaded)
        return S_OK;
    if (is_archived(flags))
        hr = move_to_archive(folder, machine, is_archived_with_files(flags));
    if (SUCCEEDED(hr) && !store_remove_report(folder))
        hr = last_error();
    return hr;
}
