/* wer.dll is not a KnownDLL: with a plain import, Windows would take one that somebody planted in the
 * package's folder or beside the host's executable. So it is delay-loaded (MSVC /DELAYLOAD:wer.dll, mingw
 * an import library from wer.def), and the delay-load helper's hook below answers with the module that was
 * loaded from System32 by its full path, whatever else of that name is in the process.
 */
#include "loadwer.h"

#ifdef _MSC_VER
#pragma warning(push)
#pragma warning(disable : 4201) /* at /W4, of Microsoft's header: a union without a name */
#endif
#include <delayimp.h>
#ifdef _MSC_VER
#pragma warning(pop)
#endif
#include <string.h>

/* Loaded once for the process and never freed: a crash may need it at any time. */
static HMODULE wer_dll;

/* What a function that wer.dll does not export is bound to. On x86 the callee pops its arguments, so each
 * number of them needs its own. */
static HRESULT missing(void)
{
    return HRESULT_FROM_WIN32(ERROR_PROC_NOT_FOUND);
}

#if defined(__i386__) || defined(_M_IX86)

typedef void *P;
static HRESULT WINAPI missing1(P a) { (void)a; return missing(); }
static HRESULT WINAPI missing2(P a, P b) { (void)a; (void)b; return missing(); }
static HRESULT WINAPI missing3(P a, P b, P c) { (void)a; (void)b; (void)c; return missing(); }
static HRESULT WINAPI missing4(P a, P b, P c, P d) { (void)a; (void)b; (void)c; (void)d; return missing(); }
static HRESULT WINAPI missing7(P a, P b, P c, P d, P e, P f, P g)
{
    (void)a; (void)b; (void)c; (void)d; (void)e; (void)f; (void)g;
    return missing();
}

static FARPROC missing_for(const char *function)
{
    if (strcmp(function, "WerReportCloseHandle") == 0)
        return (FARPROC)(void (*)(void))missing1;
    if (strcmp(function, "WerAddExcludedApplication") == 0)
        return (FARPROC)(void (*)(void))missing2;
    if (strcmp(function, "WerRemoveExcludedApplication") == 0)
        return (FARPROC)(void (*)(void))missing2;
    if (strcmp(function, "WerReportSetUIOption") == 0)
        return (FARPROC)(void (*)(void))missing3;
    if (strcmp(function, "WerReportAddDump") == 0)
        return (FARPROC)(void (*)(void))missing7;
    return (FARPROC)(void (*)(void))missing4;
}

#else

static FARPROC missing_for(const char *function)
{
    (void)function;
    return (FARPROC)(void (*)(void))missing;
}

#endif

static FARPROC WINAPI use_system32(unsigned notify, PDelayLoadInfo info)
{
    (void)info;
    return notify == dliNotePreLoadLibrary ? (FARPROC)(INT_PTR)wer_dll : NULL;
}

/* Without an answer here the helper would raise a Windows exception in the caller. */
static FARPROC WINAPI bind_missing(unsigned notify, PDelayLoadInfo info)
{
    return notify == dliFailGetProc ? missing_for(info->dlp.szProcName) : NULL;
}

#ifdef _MSC_VER
const PfnDliHook __pfnDliNotifyHook2 = use_system32;
const PfnDliHook __pfnDliFailureHook2 = bind_missing;
#else
PfnDliHook __pfnDliNotifyHook2 = use_system32;
PfnDliHook __pfnDliFailureHook2 = bind_missing;
#endif

DWORD wer_load_system32(PCWSTR name, HMODULE *dll)
{
    WCHAR path[MAX_PATH + 16];
    UINT length = GetSystemDirectoryW(path, MAX_PATH);

    if (length == 0)
        return GetLastError();
    if (length >= MAX_PATH || lstrlenW(name) >= 15)
        return ERROR_BUFFER_OVERFLOW;
    path[length] = L'\\';
    lstrcpyW(path + length + 1, name);
    *dll = LoadLibraryExW(path, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    return *dll == NULL ? GetLastError() : ERROR_SUCCESS;
}

DWORD wer_load(void)
{
    HMODULE dll = NULL;
    DWORD error = wer_load_system32(L"wer.dll", &dll);

    if (error != ERROR_SUCCESS)
        return error; /* another interpreter may have it, and keeps it */
    wer_dll = dll;
    /* Bind now: a first call in a crash must not look symbols up. Its result says only whether the name
     * was spelled as in the import library; if it was not, each function is bound on its first call. */
    (void)__HrLoadAllImportsForDll("wer.dll");
    return ERROR_SUCCESS;
}

FARPROC wer_find(const char *function)
{
    return GetProcAddress(wer_dll, function);
}
