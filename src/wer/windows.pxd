# Of Windows, beside WER, what the extension calls.

from wer.libwer cimport BOOL, DWORD, FILETIME, HANDLE, HRESULT, LONG, WCHAR

cdef extern from "wer/werapi.h" nogil:
    enum:
        CONTEXT_ALL
        DUPLICATE_SAME_ACCESS
        ERROR_ACCESS_DENIED
        ERROR_ALREADY_EXISTS
        ERROR_FILE_NOT_FOUND
        ERROR_INVALID_HANDLE
        ERROR_INVALID_PARAMETER
        ERROR_NOT_ENOUGH_QUOTA
        ERROR_PATH_NOT_FOUND
        ERROR_PROC_NOT_FOUND
        FORMAT_MESSAGE_FROM_SYSTEM
        FORMAT_MESSAGE_IGNORE_INSERTS
        FORMAT_MESSAGE_MAX_WIDTH_MASK
        STILL_ACTIVE
        WAIT_ABANDONED
        WAIT_FAILED
        WAIT_OBJECT_0
        WAIT_TIMEOUT
    const HRESULT E_ACCESSDENIED
    const HRESULT E_UNEXPECTED
    HRESULT HRESULT_FROM_WIN32(DWORD error)
    DWORD ExpandEnvironmentStringsW(const WCHAR *text, WCHAR *expanded, DWORD size)
    DWORD GetFullPathNameW(const WCHAR *given, DWORD size, WCHAR *full, WCHAR **name)
    DWORD GetLastError()
    void SetLastError(DWORD error)
    DWORD FormatMessageW(
        DWORD flags, const void *source, DWORD code, DWORD language, WCHAR *buffer, DWORD size, void *arguments)
    HANDLE OpenProcess(DWORD access, BOOL inherit, DWORD pid)
    HANDLE OpenThread(DWORD access, BOOL inherit, DWORD tid)
    BOOL DuplicateHandle(
        HANDLE source, HANDLE handle, HANDLE target, HANDLE *result, DWORD access, BOOL inherit, DWORD options)
    BOOL CloseHandle(HANDLE handle)
    BOOL GetExitCodeProcess(HANDLE process, DWORD *code)
    BOOL GetExitCodeThread(HANDLE thread, DWORD *code)
    DWORD GetProcessId(HANDLE process)
    DWORD GetProcessIdOfThread(HANDLE thread)
    DWORD GetThreadId(HANDLE thread)
    HANDLE GetCurrentProcess()
    DWORD GetCurrentProcessId()
    DWORD GetCurrentThreadId()
    BOOL GetProcessTimes(HANDLE process, FILETIME *created, FILETIME *ended, FILETIME *kernel, FILETIME *user)
    BOOL QueryFullProcessImageNameW(HANDLE process, DWORD flags, WCHAR *path, DWORD *units)
    HANDLE CreateMutexW(void *security, BOOL taken, const WCHAR *name)
    BOOL ReleaseMutex(HANDLE mutex)
    DWORD WaitForSingleObject(HANDLE object, DWORD milliseconds)
    LONG InterlockedExchange(LONG *target, LONG value)
    void *InterlockedExchangePointer(void **target, void *value)
    LONG InterlockedIncrement(LONG *target)
    LONG InterlockedDecrement(LONG *target)
