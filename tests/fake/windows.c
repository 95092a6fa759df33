/* Windows' own functions, as far as importing `wer` and calls of Report that go well get to them. They do nothing. */
#include <windows.h>

#include <delayimp.h>

#define SOME_HANDLE ((HANDLE)(INT_PTR)1)

HRESULT __HrLoadAllImportsForDll(LPCSTR dll)
{
    (void)dll;
    return S_OK;
}

HMODULE LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags)
{
    (void)name, (void)file, (void)flags;
    return SOME_HANDLE;
}

HMODULE GetModuleHandleW(LPCWSTR name)
{
    (void)name;
    return SOME_HANDLE;
}

FARPROC GetProcAddress(HMODULE module, LPCSTR name)
{
    (void)module, (void)name;
    return NULL;
}

UINT GetSystemDirectoryW(LPWSTR buffer, UINT size)
{
    if (size > 0)
        buffer[0] = 0;
    return 1;
}

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

HANDLE GetCurrentProcess(void)
{
    return (HANDLE)(INT_PTR)-1;
}

DWORD GetCurrentProcessId(void)
{
    return 1;
}

DWORD GetCurrentThreadId(void)
{
    return 1;
}

DWORD GetLastError(void)
{
    return ERROR_SUCCESS;
}

BOOL CloseHandle(HANDLE object)
{
    (void)object;
    return TRUE;
}

DWORD FormatMessageW(
    DWORD flags, LPCVOID source, DWORD code, DWORD language, LPWSTR buffer, DWORD size, void *arguments)
{
    (void)flags, (void)source, (void)code, (void)language, (void)buffer, (void)size, (void)arguments;
    return 0;
}
