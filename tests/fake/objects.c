/* Processes, threads, events and mutexes behind handles. Of processes only the calling one is real. A handle of a file is
 * its descriptor: files.c. */
#include "fake.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <psapi.h>
#include <tlhelp32.h>

#define FIRST_HANDLE 0x10000 /* below it are descriptors */
#define THIS_PROCESS ((HANDLE)(INT_PTR)-1)
#define THIS_THREAD ((HANDLE)(INT_PTR)-2)

enum { MOST_HANDLES = 8192, MOST_PROCESSES = 64 };

typedef struct {
    Kind kind;
    int references;
    DWORD pid, tid;
    DWORD code; /* STILL_ACTIVE until it ends */
    BOOL manual, set;
    DWORD owner; /* of a mutex: a thread's id */
    int taken;
    size_t next; /* of a list of processes */
    WCHAR name[MAX_PATH];
} Object;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static Object *handles[MOST_HANDLES];
static int next_handle, bad_closes;
static struct {
    DWORD pid, parent, tid, code;
    BOOL python;
} processes[MOST_PROCESSES];
static size_t process_count;

static void make_condition(void)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void take(void)
{
    pthread_once(&once, make_condition);
    pthread_mutex_lock(&lock);
}

static void give_back(void)
{
    pthread_mutex_unlock(&lock);
}

/* With the lock. Numbers come again late, so that one that was closed is not soon another's. */
static HANDLE new_handle(Object *object)
{
    int i, place;

    for (i = 0; i < MOST_HANDLES; i++) {
        place = (next_handle + i) % MOST_HANDLES;
        if (handles[place] == NULL) {
            next_handle = place + 1;
            object->references++;
            handles[place] = object;
            return (HANDLE)(uintptr_t)(FIRST_HANDLE + 4 * place);
        }
    }
    abort();
}

static Object *new_object(Kind kind)
{
    Object *object = calloc(1, sizeof(*object));

    if (object == NULL)
        abort();
    object->kind = kind;
    object->code = STILL_ACTIVE;
    return object;
}

static Object **place_of(HANDLE handle)
{
    uintptr_t number = (uintptr_t)handle;

    if (number < FIRST_HANDLE || (number - FIRST_HANDLE) / 4 >= MOST_HANDLES || number % 4 != 0)
        return NULL;
    return &handles[(number - FIRST_HANDLE) / 4];
}

static Object *find(HANDLE handle)
{
    Object **place = place_of(handle);

    return place == NULL ? NULL : *place;
}

static void release(Object *object)
{
    if (--object->references == 0)
        free(object);
}

BOOL CloseHandle(HANDLE handle)
{
    Object **place;
    BOOL closed = FALSE;

    if ((uintptr_t)handle < FIRST_HANDLE)
        return handle != NULL && close((int)(INT_PTR)handle) == 0;
    take();
    place = place_of(handle);
    if (place != NULL && *place != NULL) {
        release(*place);
        *place = NULL;
        closed = TRUE;
    } else {
        bad_closes++;
        SetLastError(ERROR_INVALID_HANDLE);
    }
    give_back();
    return closed;
}

int fake_bad_closes(void)
{
    int count;

    take();
    count = bad_closes;
    give_back();
    return count;
}

int fake_open_handles(void)
{
    int i, count = 0;

    take();
    for (i = 0; i < MOST_HANDLES; i++)
        count += handles[i] != NULL;
    give_back();
    return count;
}

BOOL DuplicateHandle(
    HANDLE source, HANDLE handle, HANDLE target, HANDLE *result, DWORD access, BOOL inherit, DWORD options)
{
    Object *object;
    int descriptor;

    (void)source, (void)target, (void)access, (void)inherit, (void)options;
    MAY_FAIL(DuplicateHandle, FALSE);
    if ((uintptr_t)handle < FIRST_HANDLE) {
        descriptor = dup((int)(INT_PTR)handle);
        *result = descriptor < 0 ? NULL : (HANDLE)(INT_PTR)descriptor;
        if (descriptor < 0)
            SetLastError(ERROR_INVALID_HANDLE);
        return descriptor >= 0;
    }
    take();
    object = find(handle);
    if (handle == THIS_PROCESS || handle == THIS_THREAD) {
        object = new_object(handle == THIS_PROCESS ? A_PROCESS : A_THREAD);
        object->pid = GetCurrentProcessId();
        object->tid = handle == THIS_THREAD ? GetCurrentThreadId() : 0;
    }
    if (object != NULL)
        *result = new_handle(object);
    give_back();
    if (object == NULL)
        SetLastError(ERROR_INVALID_HANDLE);
    return object != NULL;
}

/* ---- processes and threads ---- */

size_t fake_add_process(DWORD pid, DWORD parent, DWORD tid, BOOL python)
{
    Object *object;
    HANDLE handle;

    take();
    if (process_count == MOST_PROCESSES)
        abort();
    processes[process_count].pid = pid;
    processes[process_count].parent = parent;
    processes[process_count].tid = tid;
    processes[process_count].python = python;
    processes[process_count++].code = STILL_ACTIVE;
    object = new_object(A_PROCESS);
    object->pid = pid;
    handle = new_handle(object);
    give_back();
    return (size_t)handle;
}

void fake_end_process(DWORD pid, DWORD code)
{
    size_t i;

    take();
    for (i = 0; i < process_count; i++)
        if (processes[i].pid == pid)
            processes[i].code = code;
    pthread_cond_broadcast(&changed);
    give_back();
}

/* With the lock: which one has this id, or this thread; process_count: none. As Windows, without the two lowest bits. */
static size_t process_by(DWORD pid, DWORD tid)
{
    size_t i;

    for (i = 0; i < process_count; i++)
        if ((pid != 0 && processes[i].pid == (pid & ~3u)) || (tid != 0 && processes[i].tid == (tid & ~3u)))
            break;
    return i;
}

static DWORD code_of(const Object *object)
{
    size_t i = process_by(object->pid, 0);

    if (object->code != STILL_ACTIVE || i == process_count)
        return object->code;
    return processes[i].code;
}

HANDLE GetCurrentProcess(void)
{
    return THIS_PROCESS;
}

DWORD GetCurrentProcessId(void)
{
    return (DWORD)getpid();
}

DWORD GetCurrentThreadId(void)
{
    return (DWORD)syscall(SYS_gettid);
}

void GetCurrentThreadStackLimits(ULONG_PTR *low, ULONG_PTR *high)
{
    pthread_attr_t attributes;
    void *start = NULL;
    size_t size = 0;

    *low = *high = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return;
    pthread_attr_getstack(&attributes, &start, &size);
    pthread_attr_destroy(&attributes);
    *low = (ULONG_PTR)start;
    *high = *low + size;
}

HANDLE OpenProcess(DWORD access, BOOL inherit, DWORD pid)
{
    HANDLE handle = NULL;
    Object *object;
    size_t i;

    (void)access, (void)inherit;
    MAY_FAIL(OpenProcess, NULL);
    take();
    i = process_by(pid, 0);
    if (i < process_count) {
        object = new_object(A_PROCESS);
        object->pid = processes[i].pid;
        handle = new_handle(object);
    }
    give_back();
    if (handle == NULL)
        SetLastError(ERROR_INVALID_PARAMETER);
    return handle;
}

HANDLE OpenThread(DWORD rights, BOOL inherit, DWORD tid)
{
    HANDLE handle = NULL;
    Object *object;
    char path[64];
    size_t i;

    (void)rights, (void)inherit;
    MAY_FAIL(OpenThread, NULL);
    (void)snprintf(path, sizeof(path), "/proc/self/task/%u", tid);
    take();
    i = process_by(0, tid);
    if (i < process_count || access(path, F_OK) == 0) {
        object = new_object(A_THREAD);
        object->pid = i < process_count ? processes[i].pid : GetCurrentProcessId();
        object->tid = i < process_count ? processes[i].tid : tid;
        handle = new_handle(object);
    }
    give_back();
    if (handle == NULL)
        SetLastError(ERROR_INVALID_PARAMETER);
    return handle;
}

/* What kind of object a handle must be of; NULL if it is not. With the lock. */
static Object *find_kind(HANDLE handle, Kind kind)
{
    Object *object = find(handle);

    return object != NULL && object->kind == kind ? object : NULL;
}

DWORD GetProcessId(HANDLE process)
{
    Object *object;
    DWORD pid;

    if (process == THIS_PROCESS)
        return GetCurrentProcessId();
    take();
    object = find_kind(process, A_PROCESS);
    pid = object == NULL ? 0 : object->pid;
    give_back();
    if (pid == 0)
        SetLastError(ERROR_INVALID_HANDLE);
    return pid;
}

static DWORD of_thread(HANDLE thread, BOOL process)
{
    Object *object;
    DWORD id;

    take();
    object = find_kind(thread, A_THREAD);
    id = object == NULL ? 0 : process ? object->pid : object->tid;
    give_back();
    if (id == 0)
        SetLastError(ERROR_INVALID_HANDLE);
    return id;
}

DWORD GetThreadId(HANDLE thread)
{
    return of_thread(thread, FALSE);
}

DWORD GetProcessIdOfThread(HANDLE thread)
{
    return of_thread(thread, TRUE);
}

static BOOL exit_code(HANDLE handle, Kind kind, DWORD *code)
{
    Object *object;

    if (handle == THIS_PROCESS) {
        *code = STILL_ACTIVE;
        return TRUE;
    }
    take();
    object = find_kind(handle, kind);
    if (object != NULL)
        *code = code_of(object);
    give_back();
    if (object == NULL)
        SetLastError(ERROR_INVALID_HANDLE);
    return object != NULL;
}

BOOL GetExitCodeProcess(HANDLE process, DWORD *code)
{
    MAY_FAIL(GetExitCodeProcess, FALSE);
    return exit_code(process, A_PROCESS, code);
}

BOOL GetExitCodeThread(HANDLE thread, DWORD *code)
{
    return exit_code(thread, A_THREAD, code);
}

BOOL GetProcessTimes(HANDLE process, FILETIME *created, FILETIME *ended, FILETIME *kernel, FILETIME *user)
{
    MAY_FAIL(GetProcessTimes, FALSE);
    memset(ended, 0, sizeof(*ended));
    memset(kernel, 0, sizeof(*kernel));
    memset(user, 0, sizeof(*user));
    created->dwHighDateTime = 1;
    created->dwLowDateTime = GetProcessId(process);
    return TRUE;
}

BOOL QueryFullProcessImageNameW(HANDLE process, DWORD flags, LPWSTR path, DWORD *units)
{
    (void)process, (void)flags;
    MAY_FAIL(QueryFullProcessImageNameW, FALSE);
    lstrcpyW(path, L"C:\\Python\\python.exe");
    *units = (DWORD)lstrlenW(path);
    return TRUE;
}

BOOL EnumProcessModulesEx(HANDLE process, HMODULE *modules, DWORD room, DWORD *needed, DWORD which)
{
    DWORD pid = GetProcessId(process);

    (void)which;
    MAY_FAIL(EnumProcessModulesEx, FALSE);
    *needed = 2 * sizeof(*modules);
    if (room < *needed || pid == 0)
        return FALSE;
    modules[0] = (HMODULE)(uintptr_t)1;
    modules[1] = (HMODULE)(uintptr_t)2;
    return TRUE;
}

DWORD GetModuleBaseNameW(HANDLE process, HMODULE module, LPWSTR name, DWORD room)
{
    DWORD pid = GetProcessId(process);
    BOOL python;
    size_t i;

    take();
    i = process_by(pid, 0);
    python = i == process_count || processes[i].python;
    give_back();
    if (room < 32)
        return 0;
    lstrcpyW(name, module == (HMODULE)(uintptr_t)1 ? L"launcher.EXE" : python ? L"Python313.DLL" : L"pythoncom.dll");
    return (DWORD)lstrlenW(name);
}

HANDLE CreateToolhelp32Snapshot(DWORD flags, DWORD pid)
{
    HANDLE handle;

    (void)flags, (void)pid;
    MAY_FAIL(CreateToolhelp32Snapshot, (HANDLE)(INT_PTR)-1);
    take();
    handle = new_handle(new_object(A_LIST));
    give_back();
    return handle;
}

BOOL Process32NextW(HANDLE snapshot, PROCESSENTRY32W *entry)
{
    Object *list;
    BOOL more;

    take();
    list = find_kind(snapshot, A_LIST);
    more = list != NULL && entry->dwSize == sizeof(*entry) && list->next < process_count;
    if (more) {
        entry->th32ProcessID = processes[list->next].pid;
        entry->th32ParentProcessID = processes[list->next].parent;
        list->next++;
    }
    give_back();
    return more;
}

BOOL Process32FirstW(HANDLE snapshot, PROCESSENTRY32W *entry)
{
    return Process32NextW(snapshot, entry);
}

BOOL CheckRemoteDebuggerPresent(HANDLE process, BOOL *present)
{
    (void)process;
    *present = FALSE;
    return TRUE;
}

BOOL TerminateProcess(HANDLE process, UINT code)
{
    if (process == THIS_PROCESS)
        _exit((int)(code & 0xFF)); /* without what a sanitizer does at the end, as in a crash */
    fake_end_process(GetProcessId(process), code);
    return TRUE;
}

/* ---- threads of our own ---- */

typedef struct {
    Object *object;
    LPTHREAD_START_ROUTINE start;
    LPVOID parameter;
    BOOL up;
} Start;

static void *run(void *argument)
{
    Start *given = argument;
    LPTHREAD_START_ROUTINE start = given->start;
    LPVOID parameter = given->parameter;
    Object *object = given->object;
    DWORD code;

    take();
    object->tid = GetCurrentThreadId();
    given->up = TRUE;
    pthread_cond_broadcast(&changed);
    give_back();
    code = start(parameter);
    take();
    object->code = code;
    release(object);
    pthread_cond_broadcast(&changed);
    give_back();
    return NULL;
}

HANDLE CreateThread(void *security, SIZE_T stack, LPTHREAD_START_ROUTINE start, LPVOID parameter, DWORD flags, DWORD *id)
{
    Start given = {NULL, start, parameter, FALSE};
    pthread_attr_t attributes;
    HANDLE handle = NULL;
    pthread_t thread;

    (void)security, (void)stack, (void)flags; /* a sanitizer needs more stack */
    MAY_FAIL(CreateThread, NULL);
    take();
    given.object = new_object(A_THREAD);
    given.object->pid = GetCurrentProcessId();
    given.object->references = 1; /* the thread's own */
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attributes, run, &given) == 0) {
        handle = new_handle(given.object);
        while (!given.up)
            pthread_cond_wait(&changed, &lock);
        if (id != NULL)
            *id = given.object->tid;
    } else {
        release(given.object);
    }
    pthread_attr_destroy(&attributes);
    give_back();
    return handle;
}

/* ---- waiting ---- */

static HANDLE new_event(Kind kind, BOOL manual, BOOL set)
{
    Object *object;
    HANDLE handle;

    take();
    object = new_object(kind);
    object->manual = manual;
    object->set = set;
    handle = new_handle(object);
    give_back();
    return handle;
}

HANDLE CreateEventW(void *security, BOOL manual, BOOL initial, LPCWSTR name)
{
    (void)security, (void)name;
    MAY_FAIL(CreateEventW, NULL);
    return new_event(AN_EVENT, manual, initial);
}

static BOOL set_event(HANDLE event, BOOL set)
{
    Object *object;

    take();
    object = find_kind(event, AN_EVENT);
    if (object != NULL)
        object->set = set;
    pthread_cond_broadcast(&changed);
    give_back();
    return object != NULL;
}

BOOL SetEvent(HANDLE event)
{
    return set_event(event, TRUE);
}

BOOL ResetEvent(HANDLE event)
{
    return set_event(event, FALSE);
}

static BOOL same(const WCHAR *one, const WCHAR *other)
{
    while (*one != 0 && *one == *other)
        one++, other++;
    return *one == *other;
}

HANDLE CreateMutexW(void *security, BOOL taken, LPCWSTR name)
{
    HANDLE handle = NULL;
    Object *object;
    int i;

    (void)security, (void)taken;
    MAY_FAIL(CreateMutexW, NULL);
    take();
    for (i = 0; i < MOST_HANDLES && handle == NULL; i++)
        if (handles[i] != NULL && handles[i]->kind == A_MUTEX && same(handles[i]->name, name))
            handle = new_handle(handles[i]);
    if (handle == NULL) {
        object = new_object(A_MUTEX);
        lstrcpyW(object->name, name);
        handle = new_handle(object);
    }
    give_back();
    return handle;
}

BOOL ReleaseMutex(HANDLE mutex)
{
    Object *object;
    BOOL mine;

    take();
    object = find_kind(mutex, A_MUTEX);
    mine = object != NULL && object->owner == GetCurrentThreadId();
    if (mine && --object->taken == 0)
        object->owner = 0;
    pthread_cond_broadcast(&changed);
    give_back();
    return mine;
}

/* Whether a wait for it ends now; then it is taken. With the lock. */
static BOOL is_done(Object *object)
{
    DWORD self = GetCurrentThreadId();

    switch (object->kind) {
    case AN_EVENT:
        if (!object->set)
            return FALSE;
        object->set = object->manual;
        return TRUE;
    case A_MUTEX:
        if (object->owner != 0 && object->owner != self)
            return FALSE;
        object->owner = self;
        object->taken++;
        return TRUE;
    default:
        return code_of(object) != STILL_ACTIVE;
    }
}

static DWORD late_by;

void fake_be_late(DWORD milliseconds)
{
    __atomic_store_n(&late_by, milliseconds, __ATOMIC_RELAXED);
}

DWORD WaitForMultipleObjects(DWORD count, const HANDLE *waited, BOOL all, DWORD milliseconds)
{
    struct timespec until;
    Object *object;
    DWORD i, answer = WAIT_TIMEOUT;
    int late = 0;

    (void)all; /* `wer` waits for one of them */
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += milliseconds % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    take();
    for (;;) {
        for (i = 0; i < count && answer == WAIT_TIMEOUT; i++) {
            if (waited[i] == THIS_PROCESS)
                continue;
            object = find(waited[i]);
            if (object == NULL) {
                SetLastError(ERROR_INVALID_HANDLE);
                answer = WAIT_FAILED;
            } else if (is_done(object)) {
                answer = WAIT_OBJECT_0 + i;
            }
        }
        if (answer != WAIT_TIMEOUT || late != 0)
            break;
        if (milliseconds == INFINITE)
            pthread_cond_wait(&changed, &lock);
        else
            late = pthread_cond_timedwait(&changed, &lock, &until);
    }
    give_back();
    if (milliseconds == INFINITE)
        Sleep(__atomic_exchange_n(&late_by, 0, __ATOMIC_RELAXED));
    return answer;
}

DWORD WaitForSingleObject(HANDLE object, DWORD milliseconds)
{
    return WaitForMultipleObjects(1, &object, FALSE, milliseconds);
}

void AcquireSRWLockExclusive(SRWLOCK *given)
{
    while (InterlockedExchangePointer(given, given) != NULL)
        Sleep(1);
}

void ReleaseSRWLockExclusive(SRWLOCK *given)
{
    InterlockedExchangePointer(given, NULL);
}

/* The token of this process; GetTokenInformation does not look at it. */
BOOL OpenProcessToken(HANDLE process, DWORD access, HANDLE *token);

BOOL OpenProcessToken(HANDLE process, DWORD access, HANDLE *token)
{
    (void)process, (void)access;
    MAY_FAIL(OpenProcessToken, FALSE);
    *token = new_event(A_TOKEN, FALSE, FALSE);
    return TRUE;
}
