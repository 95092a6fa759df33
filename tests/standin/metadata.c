/* What the store tells about a report: read from its Report.wer and from the sizes of its files. */
#include "standin.h"

#include <stddef.h>
#include <stdio.h>
#include <wchar.h>

/* ---- the lines of Report.wer ---- */

typedef struct {
    PCWSTR key;
    SIZE_T offset;
    SIZE_T chars;
} TextMember;

#define TEXT_MEMBER(key, member)                                  \
    {                                                             \
        key, offsetof(WER_REPORT_METADATA_V3, member),            \
        sizeof(((WER_REPORT_METADATA_V3 *)0)->member) / sizeof(WCHAR) \
    }

/* Which line is which member is read from published files and is no contract of Microsoft's. */
static const TextMember text_members[] = {
    TEXT_MEMBER(L"EventType", Signature.EventName),
    TEXT_MEMBER(L"Response.CabId", CabId),
    TEXT_MEMBER(L"FriendlyEventName", FriendlyEventName),
    TEXT_MEMBER(L"AppName", ApplicationName),
    TEXT_MEMBER(L"AppPath", ApplicationPath),
    TEXT_MEMBER(L"ReportDescription", Description),
    TEXT_MEMBER(L"Response.BucketId", BucketIdString),
};

/* Cuts what is too long, as documented for BucketIdString (for the others a choice). */
static void read_text(WCHAR *member, SIZE_T chars, PCWSTR value)
{
    wcsncpy(member, value, chars - 1);
    member[chars - 1] = L'\0';
}

static BOOL read_text_member(WER_REPORT_METADATA_V3 *metadata, PCWSTR key, PCWSTR value)
{
    unsigned i;
    for (i = 0; i < sizeof(text_members) / sizeof(text_members[0]); i++) {
        const TextMember *member = &text_members[i];
        if (!wcscmp(key, member->key)) {
            read_text((WCHAR *)((BYTE *)metadata + member->offset), member->chars, value);
            return TRUE;
        }
    }
    return FALSE;
}

static void read_guid(GUID *guid, PCWSTR text)
{
    unsigned data[3], rest[8], i;

    if (swscanf(text, L"%8x-%4x-%4x-%2x%2x-%2x%2x%2x%2x%2x%2x", &data[0], &data[1], &data[2], &rest[0], &rest[1],
            &rest[2], &rest[3], &rest[4], &rest[5], &rest[6], &rest[7]) != 11)
        return;
    guid->Data1 = data[0];
    guid->Data2 = (WORD)data[1];
    guid->Data3 = (WORD)data[2];
    for (i = 0; i < 8; i++)
        guid->Data4[i] = (BYTE)rest[i];
}

static void read_time(FILETIME *time, PCWSTR text)
{
    ULONGLONG value = wcstoull(text, NULL, 10);
    time->dwLowDateTime = (DWORD)value;
    time->dwHighDateTime = (DWORD)(value >> 32);
}

/* `head[n]tail`: n, or -1 if the key is not of this form. */
static long key_index(PCWSTR key, PCWSTR head, PCWSTR tail)
{
    SIZE_T length = wcslen(head);
    WCHAR *end;
    long index;

    if (wcsncmp(key, head, length) || key[length] != L'[')
        return -1;
    index = wcstol(key + length + 1, &end, 10);
    return *end == L']' && !wcscmp(end + 1, tail) ? index : -1;
}

static void read_parameter(WER_REPORT_SIGNATURE *signature, PCWSTR key, PCWSTR value)
{
    long name = key_index(key, L"Sig", L".Name"), text = key_index(key, L"Sig", L".Value");

    if (name >= 0 && name < WER_MAX_PARAM_COUNT)
        read_text(signature->Parameters[name].Name, WER_MAX_SIGNATURE_NAME_LENGTH + 1, value);
    if (text >= 0 && text < WER_MAX_PARAM_COUNT)
        read_text(signature->Parameters[text].Value, WER_MAX_PARAM_LENGTH, value);
}

/* The files that Report.wer names, in its order, as they are called in a cab: whether Windows gives these names or those
 * on the disk is not documented (a choice). */
static void read_file_name(WER_REPORT_METADATA_V3 *metadata, Buffer *names, PCWSTR key, PCWSTR value)
{
    if (key_index(key, L"File", L".CabName") < 0)
        return;
    metadata->NumberOfFiles++;
    buffer_append(names, value, (wcslen(value) + 1) * sizeof(WCHAR));
}

static void read_line(WER_REPORT_METADATA_V3 *metadata, Buffer *names, PCWSTR key, PCWSTR value)
{
    if (read_text_member(metadata, key, value))
        return;
    if (!wcscmp(key, L"EventTime"))
        read_time(&metadata->CreationTime, value);
    else if (!wcscmp(key, L"ReportStatus"))
        metadata->ReportStatus = wcstoul(value, NULL, 10);
    else if (!wcscmp(key, L"ReportIdentifier"))
        read_guid(&metadata->ReportId, value);
    else if (!wcscmp(key, L"IntegratorReportIdentifier"))
        read_guid(&metadata->ReportIntegratorId, value);
    else if (!wcscmp(key, L"Response.LegacyBucketId"))
        metadata->LegacyBucketId = wcstoull(value, NULL, 10);
    else if (key[0] == L'S')
        read_parameter(&metadata->Signature, key, value);
    else if (key[0] == L'F')
        read_file_name(metadata, names, key, value);
}

/* ---- the rest ---- */

ULONGLONG folder_size(PCWSTR folder)
{
    Listing files = {0};
    ULONGLONG size = 0;

    while (listing_next(&files, folder, FALSE))
        size += (ULONGLONG)files.entry.nFileSizeHigh << 32 | files.entry.nFileSizeLow;
    return size;
}

/* "A hash of the signature": the algorithm is ours, and so is what it hashes. */
static void hash_signature(const WER_REPORT_SIGNATURE *signature, GUID *bucket)
{
    ULONGLONG hash[2] = {hash_text(0, signature->EventName)};
    unsigned i;

    for (i = 0; i < WER_MAX_PARAM_COUNT; i++) {
        hash[0] = hash_text(hash[0], signature->Parameters[i].Name);
        hash[0] = hash_text(hash[0], signature->Parameters[i].Value);
    }
    hash[1] = hash_text(hash[0], L"");
    C_ASSERT(sizeof(hash) == sizeof(*bucket));
    CopyMemory(bucket, hash, sizeof(*bucket));
}

static HRESULT read_lines(WCHAR *text, WER_REPORT_METADATA_V3 *metadata, Buffer *names)
{
    PCWSTR key, value;

    while (report_wer_line(&text, &key, &value))
        read_line(metadata, names, key, value);
    if (names->size)
        buffer_append(names, L"", sizeof(WCHAR));
    metadata->SizeOfFileNames = (DWORD)(names->size / sizeof(WCHAR));
    return names->failed ? E_OUTOFMEMORY : S_OK;
}

/* A file without an event type is no report. The code is a choice. */
HRESULT metadata_read(PCWSTR folder, WER_REPORT_METADATA_V3 *metadata, Buffer *names)
{
    WCHAR path[PATH_CHARS];
    Buffer text = {0};
    HRESULT hr;

    ZeroMemory(metadata, sizeof(*metadata));
    wcscpy(path, folder);
    if (!path_append(path, L"Report.wer"))
        return last_error();
    hr = report_wer_read(path, &text);
    if (SUCCEEDED(hr))
        hr = read_lines((WCHAR *)text.data, metadata, names);
    buffer_free(&text);
    if (SUCCEEDED(hr) && !*metadata->Signature.EventName)
        hr = HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    hash_signature(&metadata->Signature, &metadata->BucketId);
    metadata->SizeInBytes = folder_size(folder);
    return hr;
}
