/* What Windows and its C runtime do around a crash: the filter, abort(), the context and the stack of a thread. */
#include "fake.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

typedef void (*AbortHandler)(int);

#define UCRTBASE ((PVOID)(uintptr_t)6) /* the number of the module, as windows.c has it */
#define OURS ((PVOID)(uintptr_t)0x1000)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LPTOP_LEVEL_EXCEPTION_FILTER top;
static AbortHandler handler; /* NULL, which is SIG_DFL */
static __thread BOOL in_abort;

LPTOP_LEVEL_EXCEPTION_FILTER SetUnhandledExceptionFilter(LPTOP_LEVEL_EXCEPTION_FILTER filter)
{
    LPTOP_LEVEL_EXCEPTION_FILTER before;

    pthread_mutex_lock(&lock);
    before = top;
    top = filter;
    pthread_mutex_unlock(&lock);
    return before;
}

LONG fake_crash(DWORD code)
{
    EXCEPTION_RECORD record = {0};
    CONTEXT context = {0};
    EXCEPTION_POINTERS pointers = {&record, &context};
    LPTOP_LEVEL_EXCEPTION_FILTER filter;

    record.ExceptionCode = code;
    pthread_mutex_lock(&lock);
    filter = top;
    pthread_mutex_unlock(&lock);
    return filter == NULL ? EXCEPTION_CONTINUE_SEARCH : filter(&pointers);
}

AbortHandler fake_crt_signal(int number, AbortHandler given);
int fake_crt_raise(int number);

AbortHandler fake_crt_signal(int number, AbortHandler given)
{
    AbortHandler before;

    (void)number;
    pthread_mutex_lock(&lock);
    before = handler;
    handler = given;
    pthread_mutex_unlock(&lock);
    return before;
}

/* As the C runtime's: the handler is called once, then the default is in place again. */
int fake_crt_raise(int number)
{
    AbortHandler called = fake_crt_signal(number, SIG_DFL);

    if (called != SIG_DFL && called != SIG_IGN)
        called(number);
    else if (called == SIG_DFL)
        _exit(3);
    else
        fake_crt_signal(number, SIG_IGN);
    return 0;
}

void fake_abort(void)
{
    in_abort = TRUE;
    fake_crt_raise(SIGABRT);
    in_abort = FALSE;
}

/* The frames of a handler that raise() has called, which abort() has called or somebody else. */
USHORT RtlCaptureStackBackTrace(ULONG skip, ULONG count, PVOID *frames, ULONG *hash)
{
    (void)skip, (void)hash;
    if (count < 3)
        return 0;
    frames[0] = OURS;
    frames[1] = UCRTBASE;
    frames[2] = in_abort ? UCRTBASE : OURS;
    return 3;
}

SIZE_T VirtualQuery(LPCVOID address, MEMORY_BASIC_INFORMATION *memory, SIZE_T size)
{
    memset(memory, 0, size);
    memory->AllocationBase = (PVOID)(uintptr_t)address;
    return size;
}

void RtlCaptureContext(CONTEXT *context)
{
    memset(context, 0, sizeof(*context));
    context->ContextFlags = CONTEXT_ALL;
}

BOOL ReadProcessMemory(HANDLE process, LPCVOID address, LPVOID buffer, SIZE_T size, SIZE_T *done)
{
    (void)process;
    MAY_FAIL(ReadProcessMemory, FALSE);
    memcpy(buffer, address, size);
    *done = size;
    return TRUE;
}
