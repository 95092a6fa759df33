/* Files and folders, real ones of this system, and the rights to them, which mean nothing here. A HANDLE of a file is its
 * descriptor. Paths are UTF-16 there and UTF-8 here. */
#include "fake.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sddl.h>

#include <dbghelp.h>

enum { ROOM = 4 * MAX_PATH };

static void narrow(LPCWSTR text, char path[ROOM])
{
    size_t i, at = 0;
    uint32_t c;

    for (i = 0; text[i] != 0 && at < ROOM - 5; i++) {
        c = (uint16_t)text[i];
        if (c >= 0xD800 && c < 0xDC00 && (uint16_t)text[i + 1] >= 0xDC00 && (uint16_t)text[i + 1] < 0xE000)
            c = 0x10000 + ((c - 0xD800) << 10) + ((uint16_t)text[++i] - 0xDC00u);
        if (c < 0x80) {
            path[at++] = (char)c;
            continue;
        }
        if (c >= 0x10000)
            path[at++] = (char)(0xF0 | c >> 18);
        if (c >= 0x800)
            path[at++] = (char)((c >= 0x10000 ? 0x80 : 0xE0) | (c >> 12 & (c >= 0x10000 ? 0x3F : 0x0F)));
        path[at++] = (char)((c >= 0x800 ? 0x80 : 0xC0) | (c >> 6 & (c >= 0x800 ? 0x3F : 0x1F)));
        path[at++] = (char)(0x80 | (c & 0x3F));
    }
    path[at] = 0;
}

static DWORD error_of(int number)
{
    switch (number) {
    case EEXIST:
        return ERROR_ALREADY_EXISTS;
    case ENOENT:
        return ERROR_FILE_NOT_FOUND;
    case ELOOP:
        return 1920; /* ERROR_CANT_ACCESS_FILE */
    default:
        return ERROR_ACCESS_DENIED;
    }
}

DWORD ExpandEnvironmentStringsW(LPCWSTR text, LPWSTR expanded, DWORD size)
{
    DWORD length = (DWORD)lstrlenW(text) + 1;

    if (length <= size)
        lstrcpyW(expanded, text);
    return length;
}

DWORD GetFullPathNameW(LPCWSTR given, DWORD size, LPWSTR full, LPWSTR *name)
{
    char folder[ROOM] = "";
    DWORD i, at = 0, length = (DWORD)lstrlenW(given);

    (void)name;
    MAY_FAIL(GetFullPathNameW, 0);
    if (given[0] != L'/' && getcwd(folder, sizeof(folder) - 1) != NULL)
        strcat(folder, "/");
    for (i = 0; folder[i] != 0; i++)
        at++;
    if (at + length >= size)
        return at + length + 1;
    for (i = 0; i < at; i++)
        full[i] = (WCHAR)(unsigned char)folder[i];
    lstrcpyW(full + at, given);
    return at + length;
}

BOOL CreateDirectoryW(LPCWSTR path, SECURITY_ATTRIBUTES *security)
{
    char narrowed[ROOM];

    MAY_FAIL(CreateDirectoryW, FALSE);
    narrow(path, narrowed);
    if (security->nLength == sizeof(*security) && mkdir(narrowed, 0700) == 0)
        return TRUE;
    SetLastError(error_of(errno));
    return FALSE;
}

DWORD GetFileAttributesW(LPCWSTR path)
{
    char narrowed[ROOM];
    struct stat known;

    MAY_FAIL(GetFileAttributesW, INVALID_FILE_ATTRIBUTES);
    narrow(path, narrowed);
    if (lstat(narrowed, &known) != 0) {
        SetLastError(error_of(errno));
        return INVALID_FILE_ATTRIBUTES;
    }
    if (S_ISLNK(known.st_mode))
        return FILE_ATTRIBUTE_REPARSE_POINT;
    return S_ISDIR(known.st_mode) ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_NORMAL;
}

HANDLE CreateFileW(LPCWSTR path, DWORD access, DWORD share, SECURITY_ATTRIBUTES *security, DWORD disposition,
    DWORD flags, HANDLE model)
{
    char narrowed[ROOM];
    int descriptor;

    (void)access, (void)share, (void)security, (void)flags, (void)model;
    MAY_FAIL(CreateFileW, (HANDLE)(INT_PTR)-1);
    narrow(path, narrowed);
    descriptor =
        open(narrowed, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | (disposition == CREATE_NEW ? O_EXCL : 0), 0600);
    if (descriptor < 0)
        SetLastError(error_of(errno));
    return (HANDLE)(INT_PTR)descriptor;
}

DWORD GetFileType(HANDLE file)
{
    struct stat known;

    return fstat((int)(INT_PTR)file, &known) == 0 && S_ISREG(known.st_mode) ? FILE_TYPE_DISK : 0;
}

BOOL GetFileInformationByHandle(HANDLE file, BY_HANDLE_FILE_INFORMATION *information)
{
    struct stat known;

    MAY_FAIL(GetFileInformationByHandle, FALSE);
    memset(information, 0, sizeof(*information));
    if (fstat((int)(INT_PTR)file, &known) != 0)
        return FALSE;
    information->nNumberOfLinks = (DWORD)known.st_nlink;
    return TRUE;
}

BOOL GetFileSizeEx(HANDLE file, LARGE_INTEGER *size)
{
    struct stat known;

    if (fstat((int)(INT_PTR)file, &known) != 0)
        return FALSE;
    size->QuadPart = known.st_size;
    return TRUE;
}

/* ---- who may ---- */

BOOL GetTokenInformation(HANDLE token, int kind, LPVOID buffer, DWORD room, DWORD *needed)
{
    TOKEN_USER *user = buffer;

    (void)token, (void)kind;
    MAY_FAIL(GetTokenInformation, FALSE);
    *needed = sizeof(*user) + 12;
    if (room < *needed)
        return FALSE;
    user->User.Sid = user + 1;
    memset(user + 1, 0, 12);
    return TRUE;
}

static LPWSTR copied(LPCWSTR text)
{
    LPWSTR copy = calloc((size_t)lstrlenW(text) + 1, sizeof(WCHAR));

    if (copy == NULL)
        abort();
    return lstrcpyW(copy, text);
}

BOOL ConvertSidToStringSidW(PVOID sid, LPWSTR *text)
{
    (void)sid;
    MAY_FAIL(ConvertSidToStringSidW, FALSE);
    *text = copied(L"S-1-5-18");
    return TRUE;
}

BOOL ConvertStringSecurityDescriptorToSecurityDescriptorW(
    LPCWSTR text, DWORD revision, PVOID *descriptor, ULONG *size)
{
    (void)revision, (void)size;
    MAY_FAIL(ConvertStringSecurityDescriptorToSecurityDescriptorW, FALSE);
    *descriptor = copied(text);
    return TRUE;
}

PVOID LocalFree(PVOID memory)
{
    free(memory);
    return NULL;
}

/* ---- dbghelp: a file that begins as a dump, and every question that is answered ---- */

BOOL MiniDumpWriteDump(HANDLE process, DWORD pid, HANDLE file, MINIDUMP_TYPE type,
    PMINIDUMP_EXCEPTION_INFORMATION exception, PMINIDUMP_USER_STREAM_INFORMATION streams,
    PMINIDUMP_CALLBACK_INFORMATION callback);

BOOL MiniDumpWriteDump(HANDLE process, DWORD pid, HANDLE file, MINIDUMP_TYPE type,
    PMINIDUMP_EXCEPTION_INFORMATION exception, PMINIDUMP_USER_STREAM_INFORMATION streams,
    PMINIDUMP_CALLBACK_INFORMATION callback)
{
    static const ULONG KINDS[] = {IncludeThreadCallback, ReadMemoryFailureCallback, 99, CancelCallback};
    char page[4096] = "MDMP";
    size_t i;

    (void)process, (void)pid, (void)type, (void)exception, (void)streams;
    MAY_FAIL(MiniDumpWriteDump, FALSE);
    for (i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        struct {
            ULONG CallbackType;
            struct {
                ULONG ThreadId;
            } IncludeThread;
        } input = {KINDS[i], {GetCurrentThreadId()}};
        struct {
            BOOL CheckCancel, Cancel;
            HRESULT Status;
        } output = {FALSE, FALSE, E_FAIL};

        callback->CallbackRoutine(
            callback->CallbackParam, (PMINIDUMP_CALLBACK_INPUT)(void *)&input,
            (PMINIDUMP_CALLBACK_OUTPUT)(void *)&output);
        if (output.Cancel) {
            SetLastError(0x800704C7); /* cancelled */
            return FALSE;
        }
    }
    return write((int)(INT_PTR)file, page, sizeof(page)) == (ssize_t)sizeof(page);
}
