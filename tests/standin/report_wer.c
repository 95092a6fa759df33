/* Report.wer: UTF-16LE with a byte order mark, lines `Name=Value` that end in CRLF but for the last, in the order that
 * published files of Windows 10 and 11 have. Microsoft documents none of it. */
#include "standin.h"

#include <psapi.h>
#include <winternl.h>

#include <stdio.h>
#include <wchar.h>

/* Of ntdll. Unlike GetVersionEx it does not ask the executable's manifest which version it would like to hear. */
NTSTATUS NTAPI RtlGetVersion(RTL_OSVERSIONINFOEXW *version);

/* ---- lines ---- */

/* Line breaks in a value become spaces: nothing a caller passes can add a line of its own (a choice; what Windows
 * writes is not known). */
static void value_text(Buffer *text, PCWSTR value)
{
    for (; *value; value++) {
        WCHAR unit = *value == L'\r' || *value == L'\n' ? L' ' : *value;
        buffer_append(text, &unit, sizeof(unit));
    }
}

static void unended_line(Buffer *text, PCWSTR key, PCWSTR value)
{
    buffer_wide(text, key);
    buffer_wide(text, L"=");
    value_text(text, value);
}

static void line(Buffer *text, PCWSTR key, PCWSTR value)
{
    unended_line(text, key, value);
    buffer_wide(text, L"\r\n");
}

static void number_line(Buffer *text, PCWSTR key, LONGLONG value)
{
    WCHAR number[24];
    swprintf(number, sizeof(number) / sizeof(number[0]), L"%lld", value);
    line(text, key, number);
}

/* The key's format has one %u for the index. */
static void indexed_line(Buffer *text, PCWSTR key_format, unsigned index, PCWSTR value)
{
    WCHAR key[64];
    swprintf(key, sizeof(key) / sizeof(key[0]), key_format, index);
    line(text, key, value);
}

static void indexed_number_line(Buffer *text, PCWSTR key_format, unsigned index, LONGLONG value)
{
    WCHAR key[64];
    swprintf(key, sizeof(key) / sizeof(key[0]), key_format, index);
    number_line(text, key, value);
}

static void time_line(Buffer *text, PCWSTR key, const FILETIME *time)
{
    number_line(text, key, (LONGLONG)time->dwHighDateTime << 32 | time->dwLowDateTime);
}

void guid_text(const GUID *guid, WCHAR text[GUID_CHARS])
{
    const BYTE *rest = guid->Data4;
    swprintf(text, GUID_CHARS, L"%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", guid->Data1, guid->Data2,
        guid->Data3, rest[0], rest[1], rest[2], rest[3], rest[4], rest[5], rest[6], rest[7]);
}

static void guid_line(Buffer *text, PCWSTR key, const GUID *guid)
{
    WCHAR value[GUID_CHARS];
    guid_text(guid, value);
    line(text, key, value);
}

/* ---- hashes ---- */

/* FNV-1a, 64 bits: Microsoft's hashes are not published. */
static ULONGLONG hash_bytes(ULONGLONG hash, const void *data, SIZE_T size)
{
    const BYTE *bytes = data;
    while (size--)
        hash = (hash ^ *bytes++) * 0x100000001B3;
    return hash;
}

static const ULONGLONG hash_start = 0xCBF29CE484222325;

ULONGLONG hash_text(ULONGLONG hash, PCWSTR text)
{
    /* The NUL keeps "a","bc" and "ab","c" apart. */
    return hash_bytes(hash ? hash : hash_start, text, (wcslen(text) + 1) * sizeof(WCHAR));
}

ULONGLONG signature_hash(const Report *report)
{
    ULONGLONG hash = hash_text(0, report->event_type);
    unsigned i;

    for (i = 0; i < WER_MAX_PARAM_COUNT && report->has_parameter[i]; i++) {
        hash = hash_text(hash, report->parameters[i].Name);
        hash = hash_text(hash, report->parameters[i].Value);
    }
    return hash;
}

/* ---- sections ---- */

/* On Windows a bit field that nobody has published. All published files of reports that were uploaded, and not asked
 * for more, say this; 0 for those that wait is a choice. */
#define UPLOADED_STATUS L"268435456"

static void head_lines(Buffer *text, const Report *report, WER_CONSENT consent, const FILETIME *uploaded)
{
    number_line(text, L"Version", 1);
    line(text, L"EventType", report->event_type);
    time_line(text, L"EventTime", &report->created);
    number_line(text, L"ReportType", report->type);
    number_line(text, L"Consent", consent);
    if (uploaded)
        time_line(text, L"UploadTime", uploaded);
    line(text, L"ReportStatus", uploaded ? UPLOADED_STATUS : L"0");
    guid_line(text, L"ReportIdentifier", &report->id);
    guid_line(text, L"IntegratorReportIdentifier", &report->integrator_id);
    number_line(text, L"Wow64Host", IMAGE_FILE_MACHINE_AMD64);
    line(text, L"NsAppName", report->information.wzApplicationName);
    line(text, L"Response.type", L"4"); /* in every published file, queued ones too */
}

static void parameter_lines(Buffer *text, const Report *report)
{
    unsigned i;
    for (i = 0; i < WER_MAX_PARAM_COUNT && report->has_parameter[i]; i++) {
        indexed_line(text, L"Sig[%u].Name", i, report->parameters[i].Name);
        indexed_line(text, L"Sig[%u].Value", i, report->parameters[i].Value);
    }
}

typedef struct {
    RTL_OSVERSIONINFOEXW version;
    DWORD product;
} System;

static System this_system(void)
{
    System system = {.version.dwOSVersionInfoSize = sizeof(system.version)};

    RtlGetVersion(&system.version);
    GetProductInfo(system.version.dwMajorVersion, system.version.dwMinorVersion, 0, 0, &system.product);
    return system;
}

/* The two extra parameters that WER adds to every report. */
static void system_lines(Buffer *text)
{
    System system = this_system();
    const RTL_OSVERSIONINFOEXW *version = &system.version;
    WCHAR value[96];

    swprintf(value, sizeof(value) / sizeof(value[0]), L"%lu.%lu.%lu.%lu.%u.%u.%u.%lu", version->dwMajorVersion,
        version->dwMinorVersion, version->dwBuildNumber, version->dwPlatformId, version->wServicePackMajor,
        version->wServicePackMinor, version->wSuiteMask, system.product);
    line(text, L"DynamicSig[1].Name", L"OS Version");
    line(text, L"DynamicSig[1].Value", value);
    line(text, L"DynamicSig[2].Name", L"Locale ID");
    number_line(text, L"DynamicSig[2].Value", GetUserDefaultLCID());
}

/* The icon is the program's if nobody says otherwise, as in the published files. */
static void ui_lines(Buffer *text, const Report *report)
{
    unsigned i;
    for (i = 1; i < WerUIMax; i++)
        if (report->ui[i])
            indexed_line(text, L"UI[%u]", i, report->ui[i]);
        else if (i == WerUIIconFilePath)
            indexed_line(text, L"UI[%u]", i, report->information.wzApplicationPath);
}

/* Without the right to read the process, or after its end, the report has no modules. */
static void module_lines(Buffer *text, HANDLE process)
{
    HMODULE modules[512];
    DWORD size = 0, i;

    if (!K32EnumProcessModules(process, modules, sizeof(modules), &size))
        return;
    for (i = 0; i < size / sizeof(modules[0]) && i < sizeof(modules) / sizeof(modules[0]); i++) {
        WCHAR path[PATH_CHARS];
        if (K32GetModuleFileNameExW(process, modules[i], path, PATH_CHARS))
            indexed_line(text, L"LoadedModule[%u]", i, path);
    }
}

static void uploaded_state_lines(Buffer *text)
{
    line(text, L"State[0].Key", L"Transport.DoneStage1");
    line(text, L"State[0].Value", L"1");
}

/* Of the 38 that Windows 11 writes, those that can be asked for here. */
static void os_info_lines(Buffer *text)
{
    System system = this_system();
    const struct {
        PCWSTR key;
        LONGLONG value;
    } items[] = {
        {L"vermaj", system.version.dwMajorVersion},
        {L"vermin", system.version.dwMinorVersion},
        {L"verbld", system.version.dwBuildNumber},
        {L"versp", system.version.wServicePackMajor},
        {L"arch", PROCESSOR_ARCHITECTURE_AMD64},
        {L"lcid", GetUserDefaultLCID()},
        {L"sku", system.product},
        {L"prodsuite", system.version.wSuiteMask},
        {L"ntprodtype", system.version.wProductType},
    };
    unsigned i;

    for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        indexed_line(text, L"OsInfo[%u].Key", i, items[i].key);
        indexed_number_line(text, L"OsInfo[%u].Value", i, items[i].value);
    }
}

/* That a report's metadata is here was seen on Windows, but not in which form: the form is that of the other pairs, the
 * name and the place are choices. */
static void metadata_lines(Buffer *text, const Report *report)
{
    PCWSTR key = (PCWSTR)report->metadata.data, value;
    PCWSTR end = key + report->metadata.size / sizeof(WCHAR);
    unsigned i;

    for (i = 0; key < end; i++) {
        value = key + wcslen(key) + 1;
        indexed_line(text, L"CustomMetadata[%u].Key", i, key);
        indexed_line(text, L"CustomMetadata[%u].Value", i, value);
        key = value + wcslen(value) + 1;
    }
}

static void file_lines(Buffer *text, const Report *report)
{
    const ReportFile *file;
    unsigned i = 0;

    for (file = report->files; file; file = file->next) {
        if (!file->listed)
            continue;
        indexed_line(text, L"File[%u].CabName", i, file->cab_name);
        indexed_line(text, L"File[%u].Path", i, file->name);
        indexed_number_line(text, L"File[%u].Flags", i, file->flags);
        indexed_number_line(text, L"File[%u].Type", i, file->type);
        indexed_line(text, L"File[%u].Original.Path", i, file->path);
        i++;
    }
}

static void tail_lines(Buffer *text, const Report *report)
{
    const WER_REPORT_INFORMATION_V5 *information = &report->information;
    WCHAR identity[33];
    unsigned i;

    line(text, L"FriendlyEventName", information->wzFriendlyEventName);
    line(text, L"ConsentKey", information->wzConsentKey);
    line(text, L"AppName", information->wzApplicationName);
    line(text, L"AppPath", information->wzApplicationPath);
    if (*information->wzDescription)
        line(text, L"ReportDescription", information->wzDescription);
    line(text, L"NsPartner", *information->wzNamespacePartner ? information->wzNamespacePartner : L"windows");
    line(text, L"NsGroup", *information->wzNamespaceGroup ? information->wzNamespaceGroup : L"windows8");
    for (i = 0; i < 16; i++)
        swprintf(identity + 2 * i, 3, L"%02X", information->rgbApplicationIdentity[i]);
    line(text, L"ApplicationIdentity", identity);
}

/* Of everything before it. The last line, and the only one without an end. */
static void hash_line(Buffer *text)
{
    WCHAR number[16];
    swprintf(number, sizeof(number) / sizeof(number[0]), L"%ld", (LONG)hash_bytes(hash_start, text->data, text->size));
    unended_line(text, L"MetadataHash", number);
}

static HRESULT write_file(PCWSTR path, const Buffer *text)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    HRESULT hr = S_OK;

    if (file == INVALID_HANDLE_VALUE)
        return last_error();
    if (!write_all(file, text->data, text->size))
        hr = last_error();
    CloseHandle(file);
    if (FAILED(hr))
        DeleteFileW(path); /* a folder with half of it would be a report */
    return hr;
}

HRESULT report_wer_write(const Report *report, WER_CONSENT consent, const FILETIME *uploaded, PCWSTR path)
{
    Buffer text = {0};
    HRESULT hr = E_OUTOFMEMORY;

    buffer_wide(&text, L"\xFEFF");
    head_lines(&text, report, consent, uploaded);
    parameter_lines(&text, report);
    system_lines(&text);
    ui_lines(&text, report);
    module_lines(&text, report->process);
    if (uploaded)
        uploaded_state_lines(&text);
    os_info_lines(&text);
    metadata_lines(&text, report);
    file_lines(&text, report);
    tail_lines(&text, report);
    hash_line(&text);
    if (!text.failed)
        hr = write_file(path, &text);
    buffer_free(&text);
    return hr;
}

/* ---- reading ---- */

enum { MAX_FILE_SIZE = 64 * 1024 * 1024 };

static HRESULT read_all(HANDLE file, Buffer *text)
{
    BYTE chunk[8192];
    DWORD got;

    do {
        if (!ReadFile(file, chunk, sizeof(chunk), &got, NULL))
            return last_error();
        buffer_append(text, chunk, got);
    } while (got && text->size <= MAX_FILE_SIZE);
    return got ? HRESULT_FROM_WIN32(ERROR_INVALID_DATA) : S_OK;
}

HRESULT report_wer_read(PCWSTR path, Buffer *text)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
        OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    HRESULT hr;

    if (file == INVALID_HANDLE_VALUE)
        return last_error();
    hr = read_all(file, text);
    CloseHandle(file);
    text->size &= ~(SIZE_T)1;
    buffer_append(text, L"", sizeof(WCHAR));
    return SUCCEEDED(hr) && text->failed ? E_OUTOFMEMORY : hr;
}

BOOL report_wer_line(WCHAR **rest, PCWSTR *key, PCWSTR *value)
{
    while (**rest) {
        WCHAR *start = *rest, *end = start + wcscspn(start, L"\r\n"), *equals;

        *rest = *end ? end + 1 : end;
        *end = L'\0';
        if (*start == 0xFEFF)
            start++;
        equals = wcschr(start, L'=');
        if (!equals)
            continue;
        *equals = L'\0';
        *key = start;
        *value = equals + 1;
        return TRUE;
    }
    return FALSE;
}

/* The lines of `source` with what the upload changes, in their order. */
static void uploaded_lines(Buffer *text, WCHAR *source, BOOL with_files)
{
    PCWSTR key, value;
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    buffer_wide(text, L"\xFEFF");
    while (report_wer_line(&source, &key, &value)) {
        if (!wcscmp(key, L"UploadTime") || !wcscmp(key, L"MetadataHash") || !wcsncmp(key, L"State[", 6) ||
            (!with_files && !wcsncmp(key, L"File[", 5)))
            continue;
        if (!wcscmp(key, L"OsInfo[0].Key"))
            uploaded_state_lines(text);
        line(text, key, wcscmp(key, L"ReportStatus") ? value : UPLOADED_STATUS);
        if (!wcscmp(key, L"Consent"))
            time_line(text, L"UploadTime", &now);
    }
    hash_line(text);
}

HRESULT report_wer_write_uploaded(PCWSTR source, BOOL with_files, PCWSTR path)
{
    Buffer before = {0}, after = {0};
    HRESULT hr = report_wer_read(source, &before);

    if (SUCCEEDED(hr)) {
        uploaded_lines(&after, (WCHAR *)before.data, with_files);
        hr = after.failed ? E_OUTOFMEMORY : write_file(path, &after);
    }
    buffer_free(&before);
    buffer_free(&after);
    return hr;
}
