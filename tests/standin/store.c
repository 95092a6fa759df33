/* Where reports lie on disk: %LOCALAPPDATA% (user) or %ProgramData% (machine), and below it Microsoft\Windows\WER. */
#include "standin.h"

#include <stdio.h>
#include <wchar.h>

static SRWLOCK store_lock = SRWLOCK_INIT;
static WCHAR test_root[PATH_CHARS]; /* with the subfolders User and Machine, instead of the two variables */
static BOOL machine_scope = TRUE;

void store_set_root(PCWSTR root)
{
    AcquireSRWLockExclusive(&store_lock);
    wcscpy(test_root, root);
    ReleaseSRWLockExclusive(&store_lock);
}

/* Which of the two stores takes the reports: on Windows 10 the machine's, also for what programs of users report, as
 * events and listings show. Who still reports into the user's is not known; here the tests decide. */
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

static BOOL root_path(BOOL machine, WCHAR path[PATH_CHARS])
{
    BOOL ok;

    AcquireSRWLockShared(&store_lock);
    wcscpy(path, test_root);
    ReleaseSRWLockShared(&store_lock);

    ok = *path ? path_append(path, machine ? L"Machine" : L"User") : environment_root(machine, path);
    return ok && path_append(path, L"Microsoft\\Windows\\WER");
}

static BOOL is_machine_scope(void)
{
    BOOL machine;
    AcquireSRWLockShared(&store_lock);
    machine = machine_scope;
    ReleaseSRWLockShared(&store_lock);
    return machine;
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

HRESULT store_place(BOOL machine, StoreFolder folder, WCHAR path[PATH_CHARS])
{
    static const PCWSTR folders[] = {L"ReportQueue", L"ReportArchive", L"Temp"};
    return root_path(machine, path) && path_append(path, folders[folder]) ? S_OK : last_error();
}

HRESULT store_create(BOOL machine, StoreFolder folder, WCHAR path[PATH_CHARS])
{
    HRESULT hr = store_place(machine, folder, path);

    if (SUCCEEDED(hr) && !create_folders(path))
        hr = last_error();
    return hr;
}

/* The work files have one place for everybody. ForceQueue is documented to queue "to the user's queue". */
static BOOL is_in_machine_store(StoreFolder folder)
{
    if (folder == STORE_TEMP)
        return TRUE;
    return is_machine_scope() && !(folder == STORE_QUEUE && setting_on(L"ForceQueue"));
}

HRESULT store_path(StoreFolder folder, WCHAR path[PATH_CHARS])
{
    return store_create(is_in_machine_store(folder), folder, path);
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

/* ---- folders ---- */

static BOOL is_listed(const WIN32_FIND_DATAW *entry, BOOL folders)
{
    if (!(entry->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
        return !folders;
    return folders && wcscmp(entry->cFileName, L".") && wcscmp(entry->cFileName, L"..");
}

static BOOL advance(Listing *listing, PCWSTR folder)
{
    WCHAR pattern[PATH_CHARS];

    if (listing->search == INVALID_HANDLE_VALUE) {
        SetLastError(ERROR_NO_MORE_FILES);
        return FALSE;
    }
    if (listing->search)
        return FindNextFileW(listing->search, &listing->entry);
    listing->search = INVALID_HANDLE_VALUE;
    wcscpy(pattern, folder);
    if (path_append(pattern, L"*"))
        listing->search = FindFirstFileW(pattern, &listing->entry);
    return listing->search != INVALID_HANDLE_VALUE;
}

BOOL listing_next(Listing *listing, PCWSTR folder, BOOL folders)
{
    DWORD error;

    while (advance(listing, folder))
        if (is_listed(&listing->entry, folders))
            return TRUE;
    error = GetLastError();
    listing_end(listing);
    listing->search = INVALID_HANDLE_VALUE;
    SetLastError(
        error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND ? ERROR_NO_MORE_FILES : error);
    return FALSE;
}

void listing_end(Listing *listing)
{
    if (listing->search && listing->search != INVALID_HANDLE_VALUE)
        FindClose(listing->search);
    listing->search = NULL;
}

BOOL store_remove_report(PCWSTR folder)
{
    WCHAR path[PATH_CHARS];
    Listing files = {0};

    while (listing_next(&files, folder, FALSE)) {
        wcscpy(path, folder);
        if (path_append(path, files.entry.cFileName))
            DeleteFileW(path);
    }
    return RemoveDirectoryW(folder);
}
