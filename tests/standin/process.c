/* What else a process tells WER about itself: its flags, and how long it may be held; and the report of a hang. */
#include "standin.h"

#include <winternl.h>

#include <stdio.h>
#include <wchar.h>

/* ---- rights ---- */

HRESULT process_allows(HANDLE process, ACCESS_MASK needed)
{
    PUBLIC_OBJECT_BASIC_INFORMATION basic;

    if (process == GetCurrentProcess())
        return S_OK;
    if (NtQueryObject(process, ObjectBasicInformation, &basic, sizeof(basic), NULL))
        return E_HANDLE;
    return (basic.GrantedAccess & needed) == needed ? S_OK : E_ACCESSDENIED;
}

/* ---- flags ---- */

/* Windows keeps a process's flags where WerGetFlags in another process finds them. Here they are in a named section of
 * each process that has set some. */
static SRWLOCK lock = SRWLOCK_INIT;
static HANDLE section;
static volatile DWORD *flags_of_ours;

enum { SECTION_NAME_CHARS = 48 };

static void section_name(DWORD process_id, WCHAR name[SECTION_NAME_CHARS])
{
    swprintf(name, SECTION_NAME_CHARS, L"Local\\WerStandInFlags-%lu", process_id);
}

static HRESULT create_section(void)
{
    WCHAR name[SECTION_NAME_CHARS];

    if (flags_of_ours)
        return S_OK;
    section_name(GetCurrentProcessId(), name);
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof(*flags_of_ours), name);
    if (!section)
        return last_error();
    flags_of_ours = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    if (!flags_of_ours) {
        HRESULT hr = last_error();
        CloseHandle(section);
        return hr;
    }
    return S_OK;
}

/* Replaces them all, as people who set one flag assume. Bits the header does not have are refused (a choice). */
HRESULT process_set_flags(DWORD flags)
{
    const DWORD known_flags = 2 * WER_FAULT_REPORTING_DURABLE - 1;
    HRESULT hr;

    if (flags & ~known_flags)
        return E_INVALIDARG;
    AcquireSRWLockExclusive(&lock);
    hr = create_section();
    if (SUCCEEDED(hr))
        *flags_of_ours = flags;
    ReleaseSRWLockExclusive(&lock);
    return hr;
}

static DWORD read_flags(DWORD process_id)
{
    WCHAR name[SECTION_NAME_CHARS];
    const DWORD *view;
    HANDLE theirs;
    DWORD flags = 0;

    section_name(process_id, name);
    theirs = OpenFileMappingW(FILE_MAP_READ, FALSE, name);
    if (!theirs)
        return 0;
    view = MapViewOfFile(theirs, FILE_MAP_READ, 0, 0, 0);
    if (view) {
        flags = *view;
        UnmapViewOfFile(view);
    }
    CloseHandle(theirs);
    return flags;
}

/* A handle with PROCESS_VM_READ only is enough for WerGetFlags, but does not tell the id: another one does. */
static DWORD id_of(HANDLE process)
{
    HANDLE self = GetCurrentProcess(), query;
    DWORD id;

    if (!DuplicateHandle(self, process, self, &query, PROCESS_QUERY_LIMITED_INFORMATION, FALSE, 0))
        return 0;
    id = GetProcessId(query);
    CloseHandle(query);
    return id;
}

HRESULT process_get_flags(HANDLE process, DWORD *flags)
{
    HRESULT hr;
    DWORD id;

    if (!flags)
        return E_INVALIDARG;
    hr = process_allows(process, PROCESS_VM_READ); /* documented: either of the two */
    if (hr == E_ACCESSDENIED)
        hr = process_allows(process, PROCESS_QUERY_INFORMATION);
    if (FAILED(hr))
        return hr;
    id = id_of(process);
    if (!id)
        return last_error();
    *flags = read_flags(id);
    return S_OK;
}

void process_forget_flags(void)
{
    AcquireSRWLockExclusive(&lock);
    if (flags_of_ours) {
        UnmapViewOfFile((const void *)flags_of_ours);
        CloseHandle(section);
        flags_of_ours = NULL;
    }
    ReleaseSRWLockExclusive(&lock);
}

/* ---- hangs ---- */

static BOOL is_window(HWND window)
{
    HMODULE user32 = LoadLibraryExW(L"user32.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32); /* few callers need it */
    BOOL (WINAPI *ask)(HWND) = user32 ? (BOOL (WINAPI *)(HWND))(void *)GetProcAddress(user32, "IsWindow") : NULL;
    BOOL is = ask && ask(window);

    if (user32)
        FreeLibrary(user32);
    return is;
}

/* Windows reports the hang later and then ends the window's process. Neither happens here: a stand-in that ends
 * processes would serve nobody. Documented: at most 128 characters with the NUL. The codes are choices. */
HRESULT report_hang(HWND window, PCWSTR application_name)
{
    if (!is_window(window))
        return HRESULT_FROM_WIN32(ERROR_INVALID_WINDOW_HANDLE);
    return application_name && wcslen(application_name) >= 128 ? WER_E_LENGTH_EXCEEDED : S_OK;
}
