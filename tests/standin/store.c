/* Where reports lie on disk: %LOCALAPPDATA% (user) or %ProgramData% (machine), and below it Microsoft\Windows\WER. */
#include "standin.h"

#include <stdio.h>
#include <wchar.h>

static SRWLOCK store_lock = SRWLOCK_INIT;
static WCHAR test_root[PATH_CHARS]; /* with the subfolders User and Machine, instead of the two variables */
static BOOL machine_scope;

void store_set_root(PCWSTR root)
{
    AcquireSRWLockExclusive(&store_lock);
    wcscpy(test_root, root);
    ReleaseSRWLockExclusive(&store_lock);
}

/* Which of the two stores takes the reports. Windows decides by session and policy; here the tests do. */
void store_set_machine(BOOL machine)
{
    AcquireSRWLockExclusive(&store_lock);
    machine_scope = machine;
    ReleaseSRWLockExclusive(&store_lock);
}

static BOOL environment_root(BOOL machine, WCHAR path[PATH_CHARS])
{
    DWORD length = GetEnvironmentVariableW(machine ? L"ProgramData" : L"LOCALAPPDATA", path, PATH_CHARS);
    if (length >= PATH_CHARS)
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
    return length && length < PATH_CHARS;
}

static BOOL root_path(StoreFolder folder, WCHAR path[PATH_CHARS])
{
    BOOL machine, ok;

    AcquireSRWLockShared(&store_lock);
    machine = machine_scope || folder == STORE_TEMP; /* the work files have one place for everybody */
    wcscpy(path, test_root);
    ReleaseSRWLockShared(&store_lock);

    ok = *path ? path_append(path, machine ? L"Machine" : L"User") : environment_root(machine, path);
    return ok && path_append(path, L"Microsoft\\Windows\\WER");
}

static BOOL create_folders(PCWSTR path)
{
    WCHAR part[PATH_CHARS];
    SIZE_T length;

    if (CreateDirectoryW(path, NULL) || GetLastError() == ERROR_ALREADY_EXISTS)
        return TRUE;
    if (GetLastError() != ERROR_PATH_NOT_FOUND)
        return FALSE;
    for (length = wcslen(path); length && path[length - 1] != L'\\'; length--)
        ;
    if (length < 2)
        return FALSE;
    wmemcpy(part, path, length - 1);
    part[length - 1] = L'\0';
    return create_folders(part) && (CreateDirectoryW(path, NULL) || GetLastError() == ERROR_ALREADY_EXISTS);
}

HRESULT store_path(StoreFolder folder, WCHAR path[PATH_CHARS])
{
    static const PCWSTR folders[] = {L"ReportQueue", L"ReportArchive", L"Temp"};

    if (!root_path(folder, path) || !path_append(path, folders[folder]) || !create_folders(path))
        return last_error();
    return S_OK;
}

HRESULT store_temp_file(PCWSTR extension, WCHAR path[PATH_CHARS], HANDLE *file)
{
    WCHAR folder[PATH_CHARS];
    HRESULT hr = store_path(STORE_TEMP, folder);
    unsigned start = GetTickCount(), i;

    if (FAILED(hr))
        return hr;
    for (i = 0; i < 0x10000; i++) {
        WCHAR name[32];
        swprintf(name, sizeof(name) / sizeof(name[0]), L"WER%04X.tmp%ls", (start + i) & 0xFFFF, extension);
        wcscpy(path, folder);
        if (!path_append(path, name))
            break;
        *file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
        if (*file != INVALID_HANDLE_VALUE)
            return S_OK;
        if (GetLastError() != ERROR_FILE_EXISTS)
            break;
    }
    return last_error();
}

/* A report's folder is flat. */
void store_remove_report(PCWSTR folder)
{
    WCHAR path[PATH_CHARS];
    WIN32_FIND_DATAW found;
    HANDLE search;

    wcscpy(path, folder);
    search = path_append(path, L"*") ? FindFirstFileW(path, &found) : INVALID_HANDLE_VALUE;
    if (search != INVALID_HANDLE_VALUE) {
        do {
            wcscpy(path, folder);
            if (!(found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) && path_append(path, found.cFileName))
                DeleteFileW(path);
        } while (FindNextFileW(search, &found));
        FindClose(search);
    }
    RemoveDirectoryW(folder);
}
