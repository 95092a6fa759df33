/* What `wer` uses of Windows, enough to compile its C on Linux, where sanitizers are. The sizes of the types are Windows'.
 * windows.c has those functions that importing `wer` calls. */
#ifndef FAKE_WINDOWS_H
#define FAKE_WINDOWS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define WINAPI
#define __cdecl
#define CALLBACK
#define VOID void
#define TRUE 1
#define FALSE 0
#define ARRAYSIZE(array) (sizeof(array) / sizeof((array)[0]))
#define C_ASSERT(condition) _Static_assert(condition, #condition)

typedef int BOOL;
typedef int32_t LONG, HRESULT;
typedef uint8_t BYTE, *PBYTE;
typedef uint16_t WORD, USHORT;
typedef uint32_t DWORD, UINT, ULONG, *PDWORD;
typedef int64_t LONGLONG;
typedef uint64_t ULONGLONG, DWORD64;
typedef intptr_t INT_PTR, LONG_PTR;
typedef uintptr_t UINT_PTR, ULONG_PTR, DWORD_PTR;
typedef size_t SIZE_T;
typedef wchar_t WCHAR, *PWSTR, *LPWSTR; /* 16 bits by -fshort-wchar */
typedef const wchar_t *PCWSTR, *LPCWSTR;
typedef const char *PCSTR, *LPCSTR;
typedef void *PVOID, *LPVOID, *HANDLE, *HINSTANCE, *HMODULE, *HWND;
typedef const void *LPCVOID;
typedef BOOL *PBOOL;
typedef INT_PTR (WINAPI *FARPROC)(void);
typedef PVOID SRWLOCK;
typedef DWORD (WINAPI *LPTHREAD_START_ROUTINE)(LPVOID parameter);
_Static_assert(sizeof(WCHAR) == 2, "compile with -fshort-wchar");

typedef struct {
    DWORD Data1;
    WORD Data2, Data3;
    BYTE Data4[8];
} GUID;

typedef struct {
    DWORD dwLowDateTime, dwHighDateTime;
} FILETIME;

typedef struct {
    LONGLONG QuadPart;
} LARGE_INTEGER;

typedef struct {
    PVOID BaseAddress, AllocationBase;
    DWORD AllocationProtect;
    WORD PartitionId;
    SIZE_T RegionSize;
    DWORD State, Protect, Type;
} MEMORY_BASIC_INFORMATION;

typedef struct {
    DWORD ContextFlags;
    DWORD64 registers[150];
} CONTEXT;

typedef struct EXCEPTION_RECORD {
    DWORD ExceptionCode, ExceptionFlags;
    struct EXCEPTION_RECORD *ExceptionRecord;
    PVOID ExceptionAddress;
    DWORD NumberParameters;
    ULONG_PTR ExceptionInformation[15];
} EXCEPTION_RECORD;

typedef struct {
    EXCEPTION_RECORD *ExceptionRecord;
    CONTEXT *ContextRecord;
} EXCEPTION_POINTERS, *PEXCEPTION_POINTERS;

typedef LONG (WINAPI *LPTOP_LEVEL_EXCEPTION_FILTER)(EXCEPTION_POINTERS *pointers);

#define S_OK ((HRESULT)0)
#define S_FALSE ((HRESULT)1)
#define E_NOTIMPL ((HRESULT)0x80004001)
#define E_UNEXPECTED ((HRESULT)0x8000FFFF)
#define E_FAIL ((HRESULT)0x80004005)
#define E_ACCESSDENIED ((HRESULT)0x80070005)
#define E_HANDLE ((HRESULT)0x80070006)
#define E_OUTOFMEMORY ((HRESULT)0x8007000E)
#define E_INVALIDARG ((HRESULT)0x80070057)
#define SUCCEEDED(hr) ((HRESULT)(hr) >= 0)
#define FAILED(hr) ((HRESULT)(hr) < 0)
#define HRESULT_FROM_WIN32(error) \
    ((HRESULT)(error) <= 0 ? (HRESULT)(error) : (HRESULT)(((error) & 0xFFFF) | 0x80070000))

#define ERROR_SUCCESS 0
#define ERROR_FILE_NOT_FOUND 2
#define ERROR_PATH_NOT_FOUND 3
#define ERROR_ACCESS_DENIED 5
#define ERROR_INVALID_HANDLE 6
#define ERROR_NOT_ENOUGH_MEMORY 8
#define ERROR_NO_MORE_FILES 18
#define ERROR_INVALID_PARAMETER 87
#define ERROR_BUFFER_OVERFLOW 111
#define ERROR_INSUFFICIENT_BUFFER 122
#define ERROR_MOD_NOT_FOUND 126
#define ERROR_PROC_NOT_FOUND 127
#define ERROR_BUSY 170
#define ERROR_ALREADY_EXISTS 183
#define ERROR_FILENAME_EXCED_RANGE 206
#define ERROR_MORE_DATA 234
#define ERROR_NO_MORE_ITEMS 259
#define ERROR_NOT_FOUND 1168
#define ERROR_CANCELLED 1223
#define ERROR_TIMEOUT 1460
#define ERROR_NOT_ENOUGH_QUOTA 1816

#define SRWLOCK_INIT NULL
#define CONTEXT_ALL 0x10001F
#define DUPLICATE_SAME_ACCESS 2
#define EXCEPTION_CONTINUE_EXECUTION (-1)
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_NONCONTINUABLE 1
#define EXCEPTION_STACK_OVERFLOW 0xC00000FD
#define FORMAT_MESSAGE_FROM_SYSTEM 0x1000
#define FORMAT_MESSAGE_IGNORE_INSERTS 0x200
#define FORMAT_MESSAGE_MAX_WIDTH_MASK 0xFF
#define GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS 4
#define GET_MODULE_HANDLE_EX_FLAG_PIN 1
#define INFINITE 0xFFFFFFFF
#define LOAD_LIBRARY_SEARCH_SYSTEM32 0x800
#define MAX_PATH 260
#define MEM_COMMIT 0x1000
#define MEM_IMAGE 0x1000000
#define MEM_PRIVATE 0x20000
#define MEM_RELEASE 0x8000
#define MEM_RESERVE 0x2000
#define PAGE_EXECUTE_READWRITE 0x40
#define PAGE_EXECUTE_WRITECOPY 0x80
#define PAGE_GUARD 0x100
#define PAGE_READWRITE 4
#define PAGE_WRITECOPY 8
#define PROCESS_CREATE_PROCESS 0x80
#define PROCESS_DUP_HANDLE 0x40
#define PROCESS_QUERY_INFORMATION 0x400
#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000
#define PROCESS_VM_READ 0x10
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x10000
#define STANDARD_RIGHTS_READ 0x20000
#define STILL_ACTIVE 259
#define THREAD_GET_CONTEXT 8
#define THREAD_QUERY_INFORMATION 0x40
#define THREAD_QUERY_LIMITED_INFORMATION 0x800
#define THREAD_SUSPEND_RESUME 2
#define WAIT_ABANDONED 0x80
#define WAIT_FAILED 0xFFFFFFFF
#define WAIT_OBJECT_0 0
#define WAIT_TIMEOUT 258

/* As on Windows, a processor's instruction. */
static inline LONG InterlockedExchange(LONG volatile *target, LONG value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}

static inline PVOID InterlockedExchangePointer(PVOID volatile *target, PVOID value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}

static inline LONG InterlockedCompareExchange(LONG volatile *target, LONG value, LONG expected)
{
    return __sync_val_compare_and_swap(target, expected, value);
}

static inline PVOID InterlockedCompareExchangePointer(PVOID volatile *target, PVOID value, PVOID expected)
{
    return __sync_val_compare_and_swap(target, expected, value);
}

static inline LONG InterlockedIncrement(LONG volatile *target)
{
    return __sync_add_and_fetch(target, 1);
}

static inline LONG InterlockedDecrement(LONG volatile *target)
{
    return __sync_sub_and_fetch(target, 1);
}

void AcquireSRWLockExclusive(SRWLOCK *lock);
BOOL CheckRemoteDebuggerPresent(HANDLE process, BOOL *present);
BOOL CloseHandle(HANDLE object);
HANDLE CreateEventW(void *security, BOOL manual, BOOL initial, LPCWSTR name);
HANDLE CreateMutexW(void *security, BOOL taken, LPCWSTR name);
HANDLE CreateThread(
    void *security, SIZE_T stack, LPTHREAD_START_ROUTINE start, LPVOID parameter, DWORD flags, DWORD *id);
BOOL DuplicateHandle(
    HANDLE source, HANDLE handle, HANDLE target, HANDLE *result, DWORD access, BOOL inherit, DWORD options);
DWORD ExpandEnvironmentStringsW(LPCWSTR text, LPWSTR expanded, DWORD size);
DWORD FormatMessageW(
    DWORD flags, LPCVOID source, DWORD code, DWORD language, LPWSTR buffer, DWORD size, void *arguments);
HANDLE GetCurrentProcess(void);
DWORD GetCurrentProcessId(void);
DWORD GetCurrentThreadId(void);
void GetCurrentThreadStackLimits(ULONG_PTR *low, ULONG_PTR *high);
BOOL GetExitCodeProcess(HANDLE process, DWORD *code);
BOOL GetExitCodeThread(HANDLE thread, DWORD *code);
DWORD GetLastError(void);
BOOL GetFileSizeEx(HANDLE file, LARGE_INTEGER *size);
BOOL GetModuleHandleExW(DWORD flags, LPCWSTR name, HMODULE *module);
DWORD GetFullPathNameW(LPCWSTR given, DWORD size, LPWSTR full, LPWSTR *name);
HMODULE GetModuleHandleW(LPCWSTR name);
FARPROC GetProcAddress(HMODULE module, LPCSTR name);
DWORD GetProcessId(HANDLE process);
DWORD GetProcessIdOfThread(HANDLE thread);
BOOL GetProcessTimes(HANDLE process, FILETIME *created, FILETIME *ended, FILETIME *kernel, FILETIME *user);
UINT GetSystemDirectoryW(LPWSTR buffer, UINT size);
DWORD GetThreadId(HANDLE thread);
ULONGLONG GetTickCount64(void);
HMODULE LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags);
HANDLE OpenProcess(DWORD access, BOOL inherit, DWORD pid);
HANDLE OpenThread(DWORD access, BOOL inherit, DWORD tid);
BOOL QueryFullProcessImageNameW(HANDLE process, DWORD flags, LPWSTR path, DWORD *units);
BOOL QueryPerformanceCounter(LARGE_INTEGER *now);
BOOL QueryPerformanceFrequency(LARGE_INTEGER *second);
BOOL QueryUnbiasedInterruptTime(ULONGLONG *now);
BOOL ReadProcessMemory(HANDLE process, LPCVOID address, LPVOID buffer, SIZE_T size, SIZE_T *done);
BOOL ReleaseMutex(HANDLE mutex);
void ReleaseSRWLockExclusive(SRWLOCK *lock);
BOOL ResetEvent(HANDLE event);
void RtlCaptureContext(CONTEXT *context);
USHORT RtlCaptureStackBackTrace(ULONG skip, ULONG count, PVOID *frames, ULONG *hash);
BOOL SetEvent(HANDLE event);
void SetLastError(DWORD error);
LPTOP_LEVEL_EXCEPTION_FILTER SetUnhandledExceptionFilter(LPTOP_LEVEL_EXCEPTION_FILTER filter);
void Sleep(DWORD milliseconds);
BOOL TerminateProcess(HANDLE process, UINT code);
LPVOID VirtualAlloc(LPVOID address, SIZE_T size, DWORD type, DWORD protection);
BOOL VirtualFree(LPVOID address, SIZE_T size, DWORD type);
SIZE_T VirtualQuery(LPCVOID address, MEMORY_BASIC_INFORMATION *memory, SIZE_T size);
SIZE_T VirtualQueryEx(HANDLE process, LPCVOID address, MEMORY_BASIC_INFORMATION *region, SIZE_T size);
DWORD WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds);
DWORD WaitForSingleObject(HANDLE object, DWORD milliseconds);
LPWSTR lstrcpyW(LPWSTR to, LPCWSTR from);
int lstrlenW(LPCWSTR text);

#endif /* FAKE_WINDOWS_H */
