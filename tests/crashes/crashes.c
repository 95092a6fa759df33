/* Ways to crash, for tests/shared/crashes.py, which names the numbers and says what is to come of each.
 *
 * A Python loads this DLL, installs a crash handler, calls get_ready, and then has `go` called: by Py_AddPendingCall, which
 * is outside of what ctypes catches, or by Py_AtExit. Whatever holds a lock does so in C, where nothing else is done.
 */
#include "wer/capi.h"

#include <malloc.h>
#include <string.h>

#define EXPORT __declspec(dllexport)
#ifdef _MSC_VER
#include <intrin.h>
#define NOINLINE __declspec(noinline)
#define BREAKPOINT_INSTRUCTION() __debugbreak()
#define UNDEFINED_INSTRUCTION() __ud2()
#define FAST_FAIL() __fastfail(7)
#else
#define NOINLINE __attribute__((noinline))
#define BREAKPOINT_INSTRUCTION() __asm__ volatile("int3")
#define UNDEFINED_INSTRUCTION() __asm__ volatile("ud2")
#define FAST_FAIL() __asm__ volatile("int $0x29" : : "c"(7))
#endif

enum Way {
    BY_VIOLATION, BY_JUMP_TO_NULL, BY_BREAKPOINT, BY_UNDEFINED, BY_CPP_EXCEPTION, BY_OVERFLOW, BY_ABORT, BY_FAIL_FAST
};
enum Lock { NO_LOCK, HEAP, LOADER };
enum Filter { PASSES_ON, GOES_ON, KEEPS };
enum { CPP_MAGIC = 0x19930520, EXIT_CODE = 55 };
enum { GUARANTEE = 16 * 1024 };

typedef LONG (NTAPI *LockLoader)(ULONG flags, ULONG *state, ULONG_PTR *cookie);

static struct {
    enum Way way;
    enum Lock own, others; /* held by each thread that crashes, or by another one */
    LONG threads; /* 0: whoever calls `go` crashes */
    DWORD left;   /* of the stack, in bytes; 0: all of it */
} plan;

static HANDLE start_all, held;
static volatile LONG up;
static volatile BOOL goes_on;
static LockLoader lock_loader;
static void (__cdecl *abort_of_python)(void);

/* ---- the ways ---- */

static volatile int *volatile nowhere = (int *)0x10;
static void (*volatile null)(void);
static volatile int never;

static NOINLINE int recurse(int depth)
{
    volatile char block[512];

    block[depth % 512] = (char)depth;
    return never ? 0 : recurse(depth + 1) + block[depth % 512];
}

static NOINLINE void overflow(void)
{
    ULONG guarantee = GUARANTEE;
    ULONG_PTR low, high;
    DWORD old;

    SetThreadStackGuarantee(&guarantee);
    /* As in tests/capi/host.c: Wine 8 has the guard page at the stack's very end, which leaves no room to call a filter. */
    GetCurrentThreadStackLimits(&low, &high);
    VirtualProtect((void *)(low + 2 * GUARANTEE), 4096, PAGE_READWRITE | PAGE_GUARD, &old);
    recurse(0);
}

static void crash(void)
{
    ULONG_PTR thrown[] = {CPP_MAGIC, 0, 0, 0};

    switch (plan.way) {
    case BY_VIOLATION:
        *nowhere = 1;
        break;
    case BY_JUMP_TO_NULL:
        null();
        break;
    case BY_BREAKPOINT:
        BREAKPOINT_INSTRUCTION();
        break;
    case BY_UNDEFINED:
        UNDEFINED_INSTRUCTION();
        break;
    case BY_CPP_EXCEPTION: /* as `throw` raises it, but that nobody could go on from there */
        RaiseException(0xE06D7363, goes_on ? 0 : EXCEPTION_NONCONTINUABLE, 4, thrown);
        break;
    case BY_OVERFLOW:
        overflow();
        break;
    case BY_ABORT:
        abort_of_python();
        break;
    case BY_FAIL_FAST:
        FAST_FAIL();
        break;
    }
}

/* Wine's stacks have 1 MB at least, whatever CreateThread is told. */
static NOINLINE void crash_with_little_stack(void)
{
    ULONG_PTR low, high;
    volatile char *used;

    GetCurrentThreadStackLimits(&low, &high);
    used = _alloca((size_t)((ULONG_PTR)&low - low) - plan.left);
    used[0] = 1;
    crash();
}

/* ---- the locks ---- */

static void take(enum Lock lock)
{
    ULONG state = 0;
    ULONG_PTR cookie = 0;

    if (lock == HEAP)
        HeapLock(GetProcessHeap());
    else if (lock == LOADER)
        lock_loader(0, &state, &cookie);
}

static DWORD WINAPI hold(void *lock)
{
    InterlockedIncrement(&up);
    WaitForSingleObject(start_all, INFINITE);
    take(*(enum Lock *)lock);
    SetEvent(held);
    Sleep(INFINITE);
    return 0;
}

/* ---- the threads ---- */

static void crash_here(void)
{
    take(plan.own);
    if (plan.left != 0)
        crash_with_little_stack();
    else
        crash();
}

static DWORD WINAPI crash_in_thread(void *unused)
{
    (void)unused;
    InterlockedIncrement(&up);
    WaitForSingleObject(start_all, INFINITE);
    WaitForSingleObject(held, INFINITE);
    crash_here();
    return 0;
}

static BOOL start(LPTHREAD_START_ROUTINE function, void *argument)
{
    HANDLE thread = CreateThread(NULL, 0, function, argument, 0, NULL);

    return thread != NULL && CloseHandle(thread);
}

/* Start all threads: with a lock held that could come too late. */
EXPORT BOOL get_ready(int way, int own, int others, int threads, DWORD left)
{
    LONG wanted = threads + (others != NO_LOCK);
    int i;

    plan.way = (enum Way)way;
    plan.own = (enum Lock)own;
    plan.others = (enum Lock)others;
    plan.threads = threads;
    plan.left = left;
    lock_loader = (LockLoader)(void (*)(void))GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "LdrLockLoaderLock");
    abort_of_python =
        (void(__cdecl *)(void))(void (*)(void))GetProcAddress(GetModuleHandleW(L"ucrtbase.dll"), "abort");
    start_all = CreateEventW(NULL, TRUE, FALSE, NULL);
    held = CreateEventW(NULL, TRUE, others == NO_LOCK, NULL);
    if (lock_loader == NULL || abort_of_python == NULL || start_all == NULL || held == NULL)
        return FALSE;
    if (others != NO_LOCK && !start(hold, &plan.others))
        return FALSE;
    for (i = 0; i < threads; i++) {
        if (!start(crash_in_thread, NULL))
            return FALSE;
    }
    while (up < wanted)
        Sleep(1);
    return TRUE;
}

/* Never returns. */
EXPORT int go(void *unused)
{
    (void)unused;
    SetEvent(start_all);
    WaitForSingleObject(held, INFINITE);
    if (plan.threads == 0)
        crash_here();
    Sleep(INFINITE);
    return 0;
}

/* ---- filters of others ---- */

static enum Filter filter_kind;
static LPTOP_LEVEL_EXCEPTION_FILTER below;
static volatile LONG asked, said;

static void say(const char *line)
{
    DWORD written;

    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), line, (DWORD)strlen(line), &written, NULL);
}

static DWORD end_well(void)
{
    TerminateProcess(GetCurrentProcess(), EXIT_CODE);
    return 0;
}

static LONG WINAPI filter(EXCEPTION_POINTERS *pointers)
{
    ULONG_PTR low, high;

    if (InterlockedIncrement(&asked) == 1) {
        say("filter\n");
        InterlockedExchange(&said, TRUE);
    }
    while (!InterlockedCompareExchange(&said, TRUE, TRUE)) /* who goes on ends the program */
        Sleep(1);
    if (filter_kind == GOES_ON) { /* on a stack with room, as after a call */
        GetCurrentThreadStackLimits(&low, &high);
        pointers->ContextRecord->Rip = (DWORD64)(ULONG_PTR)end_well;
        pointers->ContextRecord->Rsp = (high - 4096) / 16 * 16 - 8;
        return EXCEPTION_CONTINUE_EXECUTION;
    }
    return filter_kind == PASSES_ON && below != NULL ? below(pointers) : EXCEPTION_CONTINUE_SEARCH;
}

EXPORT void set_filter(int kind)
{
    filter_kind = (enum Filter)kind;
    goes_on = kind == GOES_ON;
    below = SetUnhandledExceptionFilter(filter);
}

/* ---- who meddles with the template, and with the handler ---- */

static const WerCAPI *api;
static WerTemplate *meddled;

static DWORD WINAPI change(void *unused)
{
    WCHAR value[WER_MAX_PARAM_LENGTH];
    DWORD number;
    int i;

    (void)unused;
    InterlockedIncrement(&up);
    for (number = 0; !never; number++) {
        for (i = 0; i < WER_MAX_PARAM_LENGTH; i++)
            value[i] = (WCHAR)(L'a' + number % 26);
        value[number % WER_MAX_PARAM_LENGTH] = 0;
        api->template_set_parameter(meddled, 1, NULL, value);
        SwitchToThread(); /* or it takes a processor from who reports */
    }
    return 0;
}

static HANDLE entered, release; /* WER is called, and waits */

static DWORD WINAPI take_away(void *unused)
{
    FARPROC own_errno = GetProcAddress(GetModuleHandleW(L"ucrtbase.dll"), "_errno");

    (void)unused;
    if (own_errno != NULL)
        own_errno(); /* has the C runtime allocate what it has for each thread: the heap may be locked by then */
    InterlockedIncrement(&up);
    WaitForSingleObject(entered, INFINITE);
    api->uninstall_handler(NULL);
    SetEvent(release);
    return 0;
}

static BOOL meddle(const void *table, void *template_, LPTHREAD_START_ROUTINE function)
{
    LONG before = up;

    api = (const WerCAPI *)table;
    meddled = (WerTemplate *)template_;
    if (!start(function, NULL))
        return FALSE;
    while (up == before)
        Sleep(1);
    InterlockedDecrement(&up);
    return TRUE;
}

EXPORT BOOL change_for_ever(const void *table, void *template_)
{
    return meddle(table, template_, change);
}

/* The names are of the stand-in's events: of a call of WER's that waits. */
EXPORT BOOL uninstall_meanwhile(const void *table, PCWSTR name_of_entered, PCWSTR name_of_release)
{
    entered = CreateEventW(NULL, TRUE, FALSE, name_of_entered);
    release = CreateEventW(NULL, TRUE, FALSE, name_of_release);
    return entered != NULL && release != NULL && meddle(table, NULL, take_away);
}

/* ---- crashes while the handler is installed and uninstalled ---- */

static struct {
    WerTemplate *templates[2];
    LONG crashes;  /* of each thread that has others crash */
    volatile LONG installed, passed_on, missed, finished;
    volatile BOOL over;
} race;

static DWORD end_thread(void)
{
    ExitThread(EXIT_CODE);
}

/* The one that was set before all installations: of each crash it is the last to be called, and once. */
static LONG WINAPI race_filter(EXCEPTION_POINTERS *pointers)
{
    InterlockedIncrement(&race.passed_on);
    pointers->ContextRecord->Rip = (DWORD64)(ULONG_PTR)end_thread;
    pointers->ContextRecord->Rsp = pointers->ContextRecord->Rsp / 16 * 16 - 8;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static DWORD WINAPI violate(void *unused)
{
    (void)unused;
    *nowhere = 1;
    return 0;
}

static DWORD WINAPI have_threads_crash(void *unused)
{
    LONG i;
    DWORD code;
    HANDLE thread;

    (void)unused;
    for (i = 0; i < race.crashes; i++) {
        thread = CreateThread(NULL, 0, violate, NULL, 0, NULL);
        if (thread == NULL || WaitForSingleObject(thread, 60 * 1000) != WAIT_OBJECT_0
            || !GetExitCodeThread(thread, &code) || code != EXIT_CODE)
            InterlockedIncrement(&race.missed);
        if (thread != NULL)
            CloseHandle(thread);
    }
    InterlockedIncrement(&race.finished);
    return 0;
}

static DWORD WINAPI install_for_ever(void *template_)
{
    while (!race.over) {
        if (SUCCEEDED(api->install_handler((WerTemplate *)template_))) {
            InterlockedIncrement(&race.installed);
            SwitchToThread();
            api->uninstall_handler((WerTemplate *)template_);
        }
    }
    InterlockedIncrement(&race.finished);
    return 0;
}

/* `counts`: installations, crashes that were passed on, threads that did not end as they should; and whether the filter
 * from before is the only one in the end. FALSE: something could not be started, or did not end within two minutes. */
EXPORT BOOL race_for(
    const void *table, void *one, void *another, int crashers, int installers, int crashes, LONG *counts)
{
    LPTOP_LEVEL_EXCEPTION_FILTER before;
    int i;

    api = (const WerCAPI *)table;
    race.templates[0] = (WerTemplate *)one;
    race.templates[1] = (WerTemplate *)another;
    race.crashes = crashes;
    before = SetUnhandledExceptionFilter(race_filter);
    for (i = 0; i < installers; i++) {
        if (!start(install_for_ever, race.templates[i % 2]))
            return FALSE;
    }
    for (i = 0; i < crashers; i++) {
        if (!start(have_threads_crash, NULL))
            return FALSE;
    }
    for (i = 0; i < 12000 && race.finished < crashers; i++)
        Sleep(10);
    race.over = TRUE;
    for (; i < 12000 && race.finished < crashers + installers; i++)
        Sleep(10);
    counts[0] = race.installed;
    counts[1] = race.passed_on;
    counts[2] = race.missed;
    counts[3] = SetUnhandledExceptionFilter(before) == race_filter;
    return race.finished == crashers + installers;
}
