/* Windows' own functions, as far as `wer` calls them: DLLs, memory, clocks, texts. Objects behind handles are in
 * objects.c, files in files.c, what a crash needs in crash.c. */
#include "fake.h"

#include <dlfcn.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <delayimp.h>

static __thread DWORD last_error;

/* A module is the number of its name here, and not 0. */
static const char *const MODULES[] = {
    "", "wer.dll", "kernel32.dll", "KernelBase.dll", "faultrep.dll", "dbghelp.dll", "ucrtbase.dll"};

enum { MODULE_COUNT = sizeof(MODULES) / sizeof(MODULES[0]), FAULTREP = 4, DBGHELP = 5, UCRTBASE = 6 };

static HMODULE module_of(LPCWSTR path)
{
    int i, name = 0, unit;

    for (i = 0; path[i] != 0; i++)
        if (path[i] == L'\\')
            name = i + 1;
    for (i = 1; i < MODULE_COUNT; i++) {
        for (unit = 0; MODULES[i][unit] != 0 && path[name + unit] == (WCHAR)MODULES[i][unit]; unit++)
            ;
        if (MODULES[i][unit] == 0 && path[name + unit] == 0)
            return (HMODULE)(uintptr_t)i;
    }
    return NULL;
}

HRESULT __HrLoadAllImportsForDll(LPCSTR dll)
{
    (void)dll;
    return S_OK;
}

HMODULE LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags)
{
    HMODULE module = module_of(name);

    (void)file, (void)flags;
    MAY_FAIL(LoadLibraryExW, NULL);
    if (module == NULL)
        SetLastError(ERROR_MOD_NOT_FOUND);
    return module;
}

HMODULE GetModuleHandleW(LPCWSTR name)
{
    return module_of(name);
}

BOOL GetModuleHandleExW(DWORD flags, LPCWSTR name, HMODULE *module)
{
    (void)flags, (void)name;
    MAY_FAIL(GetModuleHandleExW, FALSE);
    *module = (HMODULE)(uintptr_t)1;
    return TRUE;
}

/* In which module each function is, that is looked for by its name: none is in two. */
static uintptr_t home_of(LPCSTR name)
{
    if (strcmp(name, "MiniDumpWriteDump") == 0)
        return DBGHELP;
    if (strcmp(name, "WerReportHang") == 0)
        return FAULTREP;
    if (strncmp(name, "Wer", 3) == 0)
        return 1;
    return strncmp(name, "Pss", 3) == 0 ? 2 : UCRTBASE;
}

FARPROC GetProcAddress(HMODULE module, LPCSTR name)
{
    union {
        void *data;
        FARPROC function;
    } found = {NULL};
    char full[80];

    if ((uintptr_t)module != home_of(name) || fake_is_lacking(name)) {
        SetLastError(ERROR_PROC_NOT_FOUND);
        return NULL;
    }
    (void)snprintf(full, sizeof(full), "%s%s", (uintptr_t)module == UCRTBASE ? "fake_crt_" : "", name);
    found.data = dlsym(RTLD_DEFAULT, full);
    return found.function;
}

UINT GetSystemDirectoryW(LPWSTR buffer, UINT size)
{
    static const WCHAR FOLDER[] = L"C:\\windows\\system32";

    MAY_FAIL(GetSystemDirectoryW, 0);
    if (size < sizeof(FOLDER) / sizeof(WCHAR))
        return sizeof(FOLDER) / sizeof(WCHAR);
    memcpy(buffer, FOLDER, sizeof(FOLDER));
    return sizeof(FOLDER) / sizeof(WCHAR) - 1;
}

/* ---- texts ---- */

LPWSTR lstrcpyW(LPWSTR to, LPCWSTR from)
{
    size_t i = 0;

    do
        to[i] = from[i];
    while (from[i++] != 0);
    return to;
}

int lstrlenW(LPCWSTR text)
{
    int length = 0;

    while (text[length] != 0)
        length++;
    return length;
}

DWORD FormatMessageW(
    DWORD flags, LPCVOID source, DWORD code, DWORD language, LPWSTR buffer, DWORD size, void *arguments)
{
    char text[40];
    DWORD i;
    int length = snprintf(text, sizeof(text), "Windows says 0x%08X. ", code);

    (void)flags, (void)source, (void)language, (void)arguments;
    for (i = 0; i < (DWORD)length && i + 1 < size; i++)
        buffer[i] = (WCHAR)text[i];
    buffer[i] = 0;
    return i;
}

/* ---- errors, clocks ---- */

DWORD GetLastError(void)
{
    return last_error;
}

void SetLastError(DWORD error)
{
    last_error = error;
}

static ULONGLONG nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (ULONGLONG)now.tv_sec * 1000000000u + (ULONGLONG)now.tv_nsec;
}

ULONGLONG GetTickCount64(void)
{
    return nanoseconds() / 1000000;
}

BOOL QueryUnbiasedInterruptTime(ULONGLONG *now)
{
    *now = nanoseconds() / 100;
    return TRUE;
}

void Sleep(DWORD milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

    nanosleep(&time, NULL);
}

/* ---- memory: of the heap, where a sanitizer looks after it ---- */

LPVOID VirtualAlloc(LPVOID address, SIZE_T size, DWORD type, DWORD protection)
{
    (void)address, (void)type, (void)protection;
    MAY_FAIL(VirtualAlloc, NULL);
    return calloc(1, size);
}

BOOL VirtualFree(LPVOID address, SIZE_T size, DWORD type)
{
    (void)size, (void)type;
    free(address);
    return TRUE;
}

/* Three regions, the last one at the end of what a program can have. */
SIZE_T VirtualQueryEx(HANDLE process, LPCVOID address, MEMORY_BASIC_INFORMATION *region, SIZE_T size)
{
    static const ULONG_PTR BOUNDS[] = {0, 0x10000, 0x400000, 0x7FFFFFFF0000};
    ULONG_PTR at = (ULONG_PTR)address;
    int i = 0;

    (void)process;
    MAY_FAIL(VirtualQueryEx, 0);
    while (i < 4 && at >= BOUNDS[i])
        i++;
    if (i == 4 || size < sizeof(*region)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return 0;
    }
    memset(region, 0, sizeof(*region));
    region->BaseAddress = (PVOID)BOUNDS[i - 1];
    region->RegionSize = i == 3 ? 0x100000 : BOUNDS[i] - BOUNDS[i - 1];
    if (i == 3)
        region->BaseAddress = (PVOID)(BOUNDS[3] - 0x100000);
    region->State = MEM_COMMIT;
    region->Protect = PAGE_READWRITE;
    region->Type = i == 2 ? MEM_IMAGE : MEM_PRIVATE;
    return sizeof(*region);
}
