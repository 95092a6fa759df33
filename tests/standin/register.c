/* What a process registers with WER: the table, its limits, and what becomes of it in the process's own reports. */
#include "standin.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

typedef struct Entry {
    struct Entry *next;
    RegistrationKind kind;

    /* What identifies it among its kind. */
    WCHAR *text;         /* a file's path, a metadata key, a module's DLL */
    const void *address; /* of a block; a module's context */
    DWORD id;            /* of a process */

    WCHAR *value; /* of a metadata key; the path of local dumps */
    DWORD number; /* a block's size, a file's WER_REGISTER_FILE_TYPE, the thread of a process */
    DWORD flags;  /* WER_FILE_* */
} Entry;

static SRWLOCK lock = SRWLOCK_INIT;
static Entry *entries; /* in the order they came */

/* Documented; that the first five share the 512 is, of excluded blocks and processes, read from their pages. */
static const struct {
    DWORD most;
    BOOL shared; /* counts towards WER_MAX_REGISTERED_ENTRIES */
} limits[] = {
    [REGISTERED_FILE] = {WER_MAX_REGISTERED_ENTRIES, TRUE},
    [REGISTERED_BLOCK] = {WER_MAX_REGISTERED_ENTRIES, TRUE},
    [EXCLUDED_BLOCK] = {WER_MAX_REGISTERED_ENTRIES, TRUE},
    [REGISTERED_METADATA] = {WER_MAX_REGISTERED_METADATA, TRUE},
    [REGISTERED_PROCESS] = {WER_MAX_REGISTERED_DUMPCOLLECTION, TRUE},
    [REGISTERED_MODULE] = {WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES, FALSE},
    [LOCAL_DUMPS] = {1, FALSE},
};

/* ---- the table ---- */

/* Text must be what was registered, to the letter: no normalisation is documented. */
static BOOL same_text(PCWSTR one, PCWSTR other)
{
    return one && other ? !wcscmp(one, other) : one == other;
}

/* The link to the entry with the identity of `key`, or the one at the end. */
static Entry **find(const Entry *key)
{
    Entry **link;

    for (link = &entries; *link; link = &(*link)->next)
        if ((*link)->kind == key->kind && (*link)->address == key->address && (*link)->id == key->id &&
            same_text((*link)->text, key->text))
            break;
    return link;
}

static BOOL is_full(RegistrationKind kind)
{
    const Entry *entry;
    DWORD of_kind = 0, shared = 0;

    for (entry = entries; entry; entry = entry->next) {
        of_kind += entry->kind == kind;
        shared += limits[entry->kind].shared;
    }
    return of_kind >= limits[kind].most || (limits[kind].shared && shared >= WER_MAX_REGISTERED_ENTRIES);
}

static void free_entry(Entry *entry)
{
    free(entry->text);
    free(entry->value);
    free(entry);
}

static Entry *copy_entry(const Entry *source)
{
    Entry *entry = malloc(sizeof(*entry));

    if (!entry)
        return NULL;
    *entry = *source;
    entry->next = NULL;
    entry->text = source->text ? copy_text(source->text) : NULL;
    entry->value = source->value ? copy_text(source->value) : NULL;
    if ((!source->text || entry->text) && (!source->value || entry->value))
        return entry;
    free_entry(entry);
    return NULL;
}

static HRESULT add_locked(const Entry *wanted)
{
    Entry **link = find(wanted);

    if (*link)
        return S_OK;
    if (is_full(wanted->kind))
        return WER_E_INSUFFICIENT_BUFFER;
    *link = copy_entry(wanted);
    return *link ? S_OK : E_OUTOFMEMORY;
}

/* Registering again what is registered already gives S_OK and changes nothing: nothing documents it, and people found
 * that a value is not replaced. WER_E_INVALID_STATE never comes by itself: no process here is in recovery. */
static HRESULT add(const Entry *wanted)
{
    HRESULT hr;
    AcquireSRWLockExclusive(&lock);
    hr = add_locked(wanted);
    ReleaseSRWLockExclusive(&lock);
    return hr;
}

static HRESULT remove_entry(const Entry *key)
{
    Entry **link, *entry;

    AcquireSRWLockExclusive(&lock);
    link = find(key);
    entry = *link;
    if (entry)
        *link = entry->next;
    ReleaseSRWLockExclusive(&lock);
    if (!entry)
        return WER_E_NOT_FOUND;
    free_entry(entry);
    return S_OK;
}

void registrations_clear(void)
{
    AcquireSRWLockExclusive(&lock);
    while (entries) {
        Entry *entry = entries;
        entries = entry->next;
        free_entry(entry);
    }
    ReleaseSRWLockExclusive(&lock);
}

DWORD WINAPI WerStandInRegistrations(void)
{
    const Entry *entry;
    DWORD count = 0;

    AcquireSRWLockShared(&lock);
    for (entry = entries; entry; entry = entry->next)
        count++;
    ReleaseSRWLockShared(&lock);
    return count;
}

/* ---- files ---- */

/* Documented: the full path. That any other is refused is a choice: WER, in another process, would look for it in
 * another folder. */
static BOOL is_full_path(PCWSTR path)
{
    if (path[0] == L'\\' && path[1] == L'\\')
        return TRUE;
    return path[0] && path[1] == L':' && (path[2] == L'\\' || path[2] == L'/');
}

/* Codes as for WerReportAddFile. Choices: the file need not exist yet, flags the header does not have are refused. */
HRESULT register_file(PCWSTR path, WER_REGISTER_FILE_TYPE type, DWORD flags)
{
    const DWORD known_flags = WER_FILE_DELETE_WHEN_DONE | WER_FILE_ANONYMOUS_DATA | WER_FILE_COMPRESSED;
    Entry entry = {.kind = REGISTERED_FILE, .text = (WCHAR *)path, .number = type, .flags = flags};

    if (!path || !is_full_path(path) || type < WerRegFileTypeUserDocument || type >= WerRegFileTypeMax ||
        flags & ~known_flags)
        return E_INVALIDARG;
    return wcslen(path) < MAX_PATH ? add(&entry) : WER_E_LENGTH_EXCEEDED;
}

HRESULT unregister_file(PCWSTR path)
{
    Entry key = {.kind = REGISTERED_FILE, .text = (WCHAR *)path};
    return path ? remove_entry(&key) : E_INVALIDARG;
}

/* ---- memory ---- */

/* The address and the size 0 are documented for excluded blocks only; the rest is a choice, with the same code. */
HRESULT register_block(RegistrationKind kind, const void *address, DWORD size)
{
    Entry entry = {.kind = kind, .address = address, .number = size};

    if (!address || !size || (kind == REGISTERED_BLOCK && size > WER_MAX_MEM_BLOCK_SIZE))
        return E_INVALIDARG;
    return add(&entry);
}

HRESULT unregister_block(RegistrationKind kind, const void *address)
{
    Entry key = {.kind = kind, .address = address};
    return address ? remove_entry(&key) : E_INVALIDARG;
}

void registered_blocks(RegistrationKind kind, Buffer *blocks)
{
    const Entry *entry;

    AcquireSRWLockShared(&lock);
    for (entry = entries; entry; entry = entry->next) {
        Block block = {(ULONG_PTR)entry->address, entry->number};
        if (entry->kind == kind)
            buffer_append(blocks, &block, sizeof(block));
    }
    ReleaseSRWLockShared(&lock);
}

/* ---- metadata ---- */

/* XML 1.0, NameStartChar and, in the second table, what NameChar has besides. */
static const WCHAR start_ranges[][2] = {{':', ':'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}, {0xC0, 0xD6}, {0xD8, 0xF6},
    {0xF8, 0x2FF}, {0x370, 0x37D}, {0x37F, 0x1FFF}, {0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF},
    {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}};
static const WCHAR more_ranges[][2] = {{'-', '.'}, {'0', '9'}, {0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}};

static BOOL in_ranges(WCHAR unit, const WCHAR ranges[][2], SIZE_T count)
{
    for (; count--; ranges++)
        if (unit >= ranges[0][0] && unit <= ranges[0][1])
            return TRUE;
    return FALSE;
}

#define IN_RANGES(unit, ranges) in_ranges((unit), (ranges), sizeof(ranges) / sizeof((ranges)[0]))

static BOOL is_element_name(PCWSTR name)
{
    PCWSTR next;

    for (next = name; *next; next++) {
        if (IN_RANGES(*next, start_ranges) || (next > name && IN_RANGES(*next, more_ranges)))
            continue;
        if (next[0] < 0xD800 || next[0] > 0xDB7F || next[1] < 0xDC00 || next[1] > 0xDFFF) /* U+10000 to U+EFFFF */
            return FALSE;
        next++;
    }
    return next > name;
}

static BOOL is_printable(PCWSTR text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            return FALSE;
    return TRUE;
}

/* Documented, but not whether the limits include the NUL: they do not. An empty value is printable (choices). */
HRESULT register_metadata(PCWSTR key, PCWSTR value)
{
    Entry entry = {.kind = REGISTERED_METADATA, .text = (WCHAR *)key, .value = (WCHAR *)value};

    if (!key || !value || wcslen(key) > WER_METADATA_KEY_MAX_LENGTH || wcslen(value) > WER_METADATA_VALUE_MAX_LENGTH ||
        !is_element_name(key) || !is_printable(value))
        return E_INVALIDARG;
    return add(&entry);
}

HRESULT unregister_metadata(PCWSTR key)
{
    Entry entry = {.kind = REGISTERED_METADATA, .text = (WCHAR *)key};
    return key ? remove_entry(&entry) : E_INVALIDARG;
}

/* ---- processes, modules, local dumps ---- */

/* The process is a number and need not exist. */
HRESULT register_process(DWORD process_id, DWORD thread_id)
{
    Entry entry = {.kind = REGISTERED_PROCESS, .id = process_id, .number = thread_id};
    return process_id ? add(&entry) : E_INVALIDARG;
}

HRESULT unregister_process(DWORD process_id)
{
    Entry key = {.kind = REGISTERED_PROCESS, .id = process_id};
    return process_id ? remove_entry(&key) : E_INVALIDARG;
}

/* Neither the DLL nor its entry in the registry is looked for, and NULL is a context like any other. */
HRESULT register_module(PCWSTR dll, const void *context)
{
    Entry entry = {.kind = REGISTERED_MODULE, .text = (WCHAR *)dll, .address = context};

    if (!dll || !*dll)
        return E_INVALIDARG;
    return wcslen(dll) < MAX_PATH ? add(&entry) : WER_E_LENGTH_EXCEEDED;
}

HRESULT unregister_module(PCWSTR dll, const void *context)
{
    Entry key = {.kind = REGISTERED_MODULE, .text = (WCHAR *)dll, .address = context};
    return dll && *dll ? remove_entry(&key) : E_INVALIDARG;
}

/* Choices: a process that is not packaged may, a full path is refused, and no folder is created. */
HRESULT register_local_dumps(PCWSTR path)
{
    Entry entry = {.kind = LOCAL_DUMPS, .value = (WCHAR *)path};

    if (!path || wcslen(path) >= WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH || *path == L'\\' || wcschr(path, L':'))
        return E_INVALIDARG;
    return add(&entry);
}

HRESULT unregister_local_dumps(void)
{
    Entry key = {.kind = LOCAL_DUMPS};
    return remove_entry(&key);
}

/* ---- in a report ---- */

static HRESULT attach_files(Report *report)
{
    const Entry *entry;

    for (entry = entries; entry; entry = entry->next) {
        BOOL document = entry->number == WerRegFileTypeUserDocument;
        ReportFile *file;
        if (entry->kind != REGISTERED_FILE)
            continue;
        file = report_attach(report, entry->text, document ? WerFileTypeUserDocument : WerFileTypeOther);
        if (!file)
            return E_OUTOFMEMORY;
        file->flags = entry->flags;
    }
    return S_OK;
}

static void xml_text(Buffer *xml, PCWSTR text)
{
    for (; *text; text++) {
        if (*text == '<')
            buffer_wide(xml, L"&lt;");
        else if (*text == '>')
            buffer_wide(xml, L"&gt;");
        else if (*text == '&')
            buffer_wide(xml, L"&amp;");
        else
            buffer_append(xml, text, sizeof(*text));
    }
}

/* The pairs for Report.wer, and a file with them; nothing if there is no metadata. */
static void metadata_texts(Buffer *pairs, Buffer *xml)
{
    const Entry *entry;

    for (entry = entries; entry; entry = entry->next) {
        if (entry->kind != REGISTERED_METADATA)
            continue;
        buffer_append(pairs, entry->text, (wcslen(entry->text) + 1) * sizeof(WCHAR));
        buffer_append(pairs, entry->value, (wcslen(entry->value) + 1) * sizeof(WCHAR));
        if (!xml->size)
            buffer_wide(xml, L"\xFEFF<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n<WERReportMetadata>\r\n"
                             L"\t<CustomMetadata>\r\n");
        buffer_wide(xml, L"\t\t<");
        buffer_wide(xml, entry->text);
        buffer_wide(xml, L">");
        xml_text(xml, entry->value);
        buffer_wide(xml, L"</");
        buffer_wide(xml, entry->text);
        buffer_wide(xml, L">\r\n");
    }
    if (xml->size)
        buffer_wide(xml, L"\t</CustomMetadata>\r\n</WERReportMetadata>\r\n");
}

static HRESULT write_metadata(const Buffer *xml, WCHAR path[PATH_CHARS])
{
    HANDLE file;
    HRESULT hr = store_temp_file(L".WERInternalMetadata.xml", path, &file);

    if (FAILED(hr))
        return hr;
    if (!write_all(file, xml->data, xml->size))
        hr = last_error();
    CloseHandle(file);
    if (FAILED(hr))
        DeleteFileW(path);
    return hr;
}

/* They are in Report.wer, as was seen on Windows, and in a file WERInternalMetadata.xml, as reports there have: the
 * second, and where in it, is a guess from the keys, which must be names of XML elements. */
static HRESULT attach_metadata(Report *report, const Buffer *xml)
{
    WCHAR path[PATH_CHARS];
    HRESULT hr = xml->failed ? E_OUTOFMEMORY : write_metadata(xml, path);

    if (SUCCEEDED(hr) && !report_attach_ours(report, path, L"WERInternalMetadata.xml", WerFileTypeOther, 0x10002))
        hr = E_OUTOFMEMORY;
    return hr;
}

/* Registrations are of the process the report is about: of another one nobody here knows them. Registered files are
 * copied and deleted with those of WerReportAddFile, where Windows deletes them earlier (a choice). */
HRESULT attach_registered(Report *report)
{
    Buffer xml = {0};
    HRESULT hr;

    if (GetProcessId(report->process) != GetCurrentProcessId())
        return S_OK;
    AcquireSRWLockShared(&lock);
    hr = attach_files(report);
    metadata_texts(&report->metadata, &xml);
    ReleaseSRWLockShared(&lock);
    if (report->metadata.failed)
        hr = E_OUTOFMEMORY;
    if (SUCCEEDED(hr) && xml.size)
        hr = attach_metadata(report, &xml);
    buffer_free(&xml);
    return hr;
}
