/* The log of calls: JSON Lines, in ASCII. README.md describes the members. */
#include "standin.h"

#include <winternl.h>

#include <stdio.h>
#include <string.h>
#include <wchar.h>

static SRWLOCK log_lock = SRWLOCK_INIT;
static HANDLE log_file;  /* NULL: no log */
static HANDLE log_mutex; /* open as long as log_file */

/* FILE_APPEND_DATA makes Windows append each write as a whole. Wine 8 first asks for the file's size and then writes
 * there, so that two processes could overwrite each other's lines: hence the mutex. */
HRESULT log_open(PCWSTR path)
{
    HANDLE mutex = CreateMutexW(NULL, FALSE, L"Local\\WerStandInLog");
    HANDLE file;

    if (!mutex)
        return last_error();
    file = CreateFileW(path, FILE_APPEND_DATA | SYNCHRONIZE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
        NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        HRESULT hr = last_error();
        CloseHandle(mutex);
        return hr;
    }
    log_close();
    AcquireSRWLockExclusive(&log_lock);
    log_file = file;
    log_mutex = mutex;
    ReleaseSRWLockExclusive(&log_lock);
    return S_OK;
}

void log_close(void)
{
    AcquireSRWLockExclusive(&log_lock);
    if (log_file) {
        CloseHandle(log_file);
        CloseHandle(log_mutex);
        log_file = log_mutex = NULL;
    }
    ReleaseSRWLockExclusive(&log_lock);
}

static BOOL log_is_open(void)
{
    BOOL open;
    AcquireSRWLockShared(&log_lock);
    open = log_file != NULL;
    ReleaseSRWLockShared(&log_lock);
    return open;
}

/* ---- JSON ---- */

static void hexadecimal(Buffer *json, ULONGLONG value)
{
    char text[24];
    snprintf(text, sizeof(text), "\"0x%llX\"", value);
    buffer_ascii(json, text);
}

/* `"name":`, after a comma unless it is the first of its object. */
static void member(Buffer *json, const char *name)
{
    if (json->size && json->data[json->size - 1] != '{')
        buffer_ascii(json, ",");
    buffer_ascii(json, "\"");
    buffer_ascii(json, name);
    buffer_ascii(json, "\":");
}

static void number_member(Buffer *json, const char *name, LONGLONG value)
{
    char text[24];
    member(json, name);
    snprintf(text, sizeof(text), "%lld", value);
    buffer_ascii(json, text);
}

static void hexadecimal_member(Buffer *json, const char *name, ULONGLONG value)
{
    member(json, name);
    hexadecimal(json, value);
}

/* Each UTF-16 unit for itself, so that lone surrogates survive. */
static void string(Buffer *json, PCWSTR value)
{
    buffer_ascii(json, "\"");
    for (; *value; value++) {
        char text[8];
        BOOL plain = *value >= ' ' && *value < 0x7F && *value != '"' && *value != '\\';
        snprintf(text, sizeof(text), plain ? "%c" : "\\u%04X", *value);
        buffer_ascii(json, text);
    }
    buffer_ascii(json, "\"");
}

static void bytes_member(Buffer *json, const char *name, const BYTE *bytes, SIZE_T size)
{
    SIZE_T i;
    member(json, name);
    buffer_ascii(json, "\"");
    for (i = 0; i < size; i++) {
        char text[3];
        snprintf(text, sizeof(text), "%02x", bytes[i]);
        buffer_ascii(json, text);
    }
    buffer_ascii(json, "\"");
}

/* ---- a call's line ---- */

BOOL log_begin(Call *call)
{
    Buffer *json = &call->json;
    char hr[16];

    if (!log_is_open())
        return FALSE;
    buffer_ascii(json, "{");
    member(json, "function");
    buffer_ascii(json, "\"");
    buffer_ascii(json, function_name(call->function));
    buffer_ascii(json, "\"");
    number_member(json, "nth", call->nth);
    number_member(json, "pid", GetCurrentProcessId());
    number_member(json, "tid", GetCurrentThreadId());
    member(json, "hr");
    snprintf(hr, sizeof(hr), "\"0x%08lX\"", call->hr);
    buffer_ascii(json, hr);
    member(json, "injected");
    buffer_ascii(json, call->injected ? "true" : "false");
    member(json, "args");
    buffer_ascii(json, "{");
    return TRUE;
}

void log_outputs(Call *call)
{
    buffer_ascii(&call->json, "}");
    member(&call->json, "out");
    buffer_ascii(&call->json, "{");
}

/* A line that cannot be written is lost: a test that needs it will miss it. */
void log_end(Call *call)
{
    buffer_ascii(&call->json, "}}\n");
    AcquireSRWLockExclusive(&log_lock);
    if (log_file && !call->json.failed) {
        WaitForSingleObject(log_mutex, INFINITE);
        write_all(log_file, call->json.data, call->json.size);
        ReleaseMutex(log_mutex);
    }
    ReleaseSRWLockExclusive(&log_lock);
    buffer_free(&call->json);
}

void log_number(Call *call, const char *name, LONGLONG value)
{
    number_member(&call->json, name, value);
}

void log_pointer(Call *call, const char *name, const void *value)
{
    hexadecimal_member(&call->json, name, (ULONG_PTR)value);
}

void log_string(Call *call, const char *name, PCWSTR value)
{
    member(&call->json, name);
    if (value)
        string(&call->json, value);
    else
        buffer_ascii(&call->json, "null");
}

/* What a handle is: its number, "pseudo" for GetCurrentProcess() and GetCurrentThread(), the rights it grants. */
static void handle_members(Buffer *json, HANDLE handle, HANDLE pseudo)
{
    PUBLIC_OBJECT_BASIC_INFORMATION basic;

    hexadecimal_member(json, "handle", (ULONG_PTR)handle);
    if (handle == pseudo) {
        member(json, "pseudo");
        buffer_ascii(json, "true");
    } else if (handle && !NtQueryObject(handle, ObjectBasicInformation, &basic, sizeof(basic), NULL)) {
        hexadecimal_member(json, "access", basic.GrantedAccess);
    }
}

void log_process(Call *call, const char *name, HANDLE process)
{
    Buffer *json = &call->json;

    member(json, name);
    buffer_ascii(json, "{");
    handle_members(json, process, GetCurrentProcess());
    number_member(json, "pid", GetProcessId(process));
    buffer_ascii(json, "}");
}

void log_thread(Call *call, const char *name, HANDLE thread)
{
    Buffer *json = &call->json;

    member(json, name);
    buffer_ascii(json, "{");
    handle_members(json, thread, GetCurrentThread());
    number_member(json, "tid", thread ? GetThreadId(thread) : 0);
    buffer_ascii(json, "}");
}

/* The bytes that the function reads; only the address if they cannot be read. */
static void struct_member(Call *call, const char *name, const void *value, SIZE_T size, BOOL sized)
{
    Buffer *json = &call->json;
    BYTE bytes[sizeof(WER_REPORT_INFORMATION_V5)];
    DWORD dwSize;

    member(json, name);
    if (!value) {
        buffer_ascii(json, "null");
        return;
    }
    buffer_ascii(json, "{");
    hexadecimal_member(json, "address", (ULONG_PTR)value);
    if (size && size <= sizeof(bytes) && read_memory(GetCurrentProcess(), value, bytes, size)) {
        if (sized) {
            memcpy(&dwSize, bytes, sizeof(dwSize));
            number_member(json, "dwSize", dwSize);
        }
        bytes_member(json, "hex", bytes, size);
    }
    buffer_ascii(json, "}");
}

void log_struct(Call *call, const char *name, const void *value, SIZE_T size)
{
    struct_member(call, name, value, size, FALSE);
}

void log_sized_struct(Call *call, const char *name, const void *value, DWORD size)
{
    struct_member(call, name, value, size, TRUE);
}
