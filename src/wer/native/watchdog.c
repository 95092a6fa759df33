#include "watchdog.h"

/* Two threads: one looks at the counter and never calls WER, so nothing that the hung thread holds can stop it; the other
 * files the report, and may be stopped so. */
struct WerWatchdog {
    volatile LONG references; /* the owner and the two threads */
    struct WerBeats own, *beats;
    struct WerTemplate *t;
    struct WerWatch watch; /* with handles of our own */
    HANDLE stop; /* manual-reset */
    HANDLE wake; /* auto-reset: a report is to be filed */
    HANDLE watcher, filer;
    volatile LONG up; /* threads that have started */
    volatile LONG filing;
    volatile LONG hr, result; /* of the last report */
};

enum { HOUR_MS = 3600 * 1000, STEP_MS = 20, UNCHANGED_STEPS = 10, START_MS = 5000 };

/* Give a reference back. */
static void let_go(struct WerWatchdog *w)
{
    HANDLE handles[6];
    int i;

    if (InterlockedDecrement(&w->references) != 0)
        return;
    handles[0] = w->stop;
    handles[1] = w->wake;
    handles[2] = w->watcher;
    handles[3] = w->filer;
    handles[4] = w->watch.stacks;
    handles[5] = w->watch.process;
    for (i = 0; i < 6; i++) {
        if (handles[i] != NULL)
            CloseHandle(handles[i]);
    }
    wer_template_release(w->t);
    VirtualFree(w, 0, MEM_RELEASE);
}

/* The clock. It stands while the machine sleeps. */
static ULONGLONG WINAPI unbiased_time(void)
{
    ULONGLONG now = 0;

    QueryUnbiasedInterruptTime(&now); /* units of 100 ns */
    return now / 10000;
}

/* ---- the thread that files ---- */

/* Wait until the stacks are in the file: it has grown, and does not grow any more. */
static void wait_for_stacks(void *argument)
{
    struct WerWatchdog *w = (struct WerWatchdog *)argument;
    LARGE_INTEGER size;
    LONGLONG last = w->watch.stacks_at;
    DWORD waited;
    int unchanged = 0;

    if (w->watch.stacks == NULL)
        return;
    for (waited = 0; waited < w->watch.stacks_wait && unchanged < UNCHANGED_STEPS; waited += STEP_MS) {
        Sleep(STEP_MS);
        if (!GetFileSizeEx(w->watch.stacks, &size))
            return;
        unchanged = size.QuadPart > w->watch.stacks_at && size.QuadPart == last ? unchanged + 1 : 0;
        last = size.QuadPart;
    }
}

static DWORD WINAPI run_filer(void *argument)
{
    struct WerWatchdog *w = (struct WerWatchdog *)argument;
    WER_SUBMIT_RESULT result;
    HANDLE either[2];
    HRESULT hr;

    InterlockedIncrement(&w->up);
    either[0] = w->wake; /* of two that are set the first counts: a hang that was seen is reported before the end */
    either[1] = w->stop;
    while (WaitForMultipleObjects(2, either, FALSE, INFINITE) == WAIT_OBJECT_0) {
        hr = wer_report_hang(w->t, (DWORD)w->beats->thread, wait_for_stacks, w, &result);
        w->result = (LONG)result;
        w->hr = hr;
        InterlockedExchange(&w->filing, FALSE);
    }
    if (w->watch.stacks != NULL) /* whoever stops it removes the file */
        CloseHandle(w->watch.stacks);
    w->watch.stacks = NULL;
    let_go(w);
    return 0;
}

/* ---- the thread that watches ---- */

/* What is known of beats, in milliseconds of the clock. */
struct state {
    LONG seen;        /* the counter */
    DWORD quiet;      /* since it moved */
    DWORD refresh;    /* since `due` was set */
    BOOL hung;
    BOOL again;       /* hung, and beats have come since */
    DWORD lasted;     /* hung, until they came */
    DWORD filing;     /* how long the report has taken so far */
    DWORD in_hour;    /* reports */
    ULONGLONG hour;   /* when their hour began */
};

static HANDLE watched(const struct WerWatchdog *w)
{
    return w->watch.process != NULL ? w->watch.process : GetCurrentProcess();
}

/* A debugger stops the process at will. A crash ends it, and the report of that may stop all threads for long. */
static BOOL is_excused(const struct WerWatchdog *w)
{
    BOOL debugged = FALSE;

    CheckRemoteDebuggerPresent(watched(w), &debugged);
    return debugged || wer_reporting() || WaitForSingleObject(watched(w), 0) == WAIT_OBJECT_0;
}

static DWORD plus(DWORD milliseconds, DWORD more)
{
    return milliseconds + more >= milliseconds ? milliseconds + more : milliseconds;
}

/* Beats have stopped. */
static void report(struct WerWatchdog *w, struct state *s, ULONGLONG now)
{
    s->hung = TRUE;
    s->again = FALSE;
    s->filing = 0;
    w->result = 0;
    InterlockedIncrement(&w->beats->hangs);
    if (now - s->hour >= HOUR_MS) {
        s->hour = now;
        s->in_hour = 0;
    }
    if (s->in_hour >= w->watch.most) {
        w->hr = HRESULT_FROM_WIN32(ERROR_NOT_ENOUGH_QUOTA);
        return;
    }
    w->hr = HRESULT_FROM_WIN32(ERROR_TIMEOUT); /* until it is filed */
    if (w->filing)                             /* that of a hang before */
        return;
    s->in_hour++;
    InterlockedExchange(&w->filing, TRUE);
    SetEvent(w->wake);
}

static void look(struct WerWatchdog *w, struct state *s, ULONGLONG now, DWORD gap)
{
    LONG beats = w->beats->beats;
    BOOL moved = beats != s->seen;
    BOOL waiting;

    s->seen = beats;
    if (moved && s->hung && !s->again) {
        s->again = TRUE;
        s->lasted = s->quiet;
    }
    s->quiet = moved ? 0 : plus(s->quiet, gap);
    s->refresh = plus(s->refresh, gap);
    if (moved && !s->hung && w->watch.refresh != 0 && s->refresh >= w->watch.refresh) {
        s->refresh = 0;
        w->beats->due = TRUE;
    }
    if (s->hung) {
        s->filing = plus(s->filing, gap);
        waiting = w->filing && s->filing < wer_template_timeout(w->t);
        if (!waiting && s->again) {
            s->hung = FALSE;
            s->refresh = 0;
            w->beats->milliseconds = (LONG)s->lasted;
            w->beats->hr = w->hr;
            w->beats->result = w->result;
            InterlockedIncrement(&w->beats->over);
            w->beats->due = TRUE;
        } else if (!waiting && w->watch.end) {
            TerminateProcess(watched(w), WER_HANG_EXIT_CODE);
        }
    } else if (s->quiet >= w->watch.timeout) {
        if (is_excused(w))
            s->quiet = 0;
        else
            report(w, s, now);
    }
}

static DWORD WINAPI run_watcher(void *argument)
{
    struct WerWatchdog *w = (struct WerWatchdog *)argument;
    struct state s = {0};
    ULONGLONG now, last = w->watch.clock();
    ULONGLONG most = 2 * (ULONGLONG)w->watch.poll;

    InterlockedIncrement(&w->up);
    s.hour = last;
    while (WaitForSingleObject(w->stop, w->watch.poll) == WAIT_TIMEOUT) {
        now = w->watch.clock();
        /* If this thread has not run for long, no other has had a chance to beat: the process was stopped, for a dump, or
         * the whole machine was. What it cannot have seen does not count. */
        look(w, &s, now, (DWORD)(now - last < most ? now - last : most));
        last = now;
    }
    let_go(w);
    return 0;
}

/* ---- its owner ---- */

static HANDLE start_thread(struct WerWatchdog *w, LPTHREAD_START_ROUTINE run, SIZE_T stack)
{
    HANDLE thread;

    InterlockedIncrement(&w->references);
    thread = CreateThread(NULL, stack, run, w, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (thread == NULL)
        InterlockedDecrement(&w->references);
    return thread;
}

HRESULT wer_watchdog_start(
    struct WerTemplate *t, const struct WerWatch *watch, struct WerWatchdog **result, struct WerBeats **beats)
{
    struct WerWatchdog *w;
    HANDLE self = GetCurrentProcess();
    HRESULT hr = S_OK;
    int waited;

    w = (struct WerWatchdog *)VirtualAlloc(NULL, sizeof(*w), MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    if (w == NULL)
        return E_OUTOFMEMORY;
    w->references = 1;
    w->watch = *watch;
    w->watch.stacks = w->watch.process = NULL;
    w->beats = watch->beats != NULL ? watch->beats : &w->own;
    if (w->watch.clock == NULL)
        w->watch.clock = unbiased_time;
    w->t = t;
    wer_template_seal(t);
    wer_template_retain(t); /* which has pinned this module: the threads' code stays */
    w->own.thread = (LONG)GetCurrentThreadId();
    if ((w->stop = CreateEventW(NULL, TRUE, FALSE, NULL)) == NULL
        || (w->wake = CreateEventW(NULL, FALSE, FALSE, NULL)) == NULL
        || (watch->stacks != NULL
            && !DuplicateHandle(self, watch->stacks, self, &w->watch.stacks, 0, FALSE, DUPLICATE_SAME_ACCESS))
        || (watch->process != NULL
            && !DuplicateHandle(self, watch->process, self, &w->watch.process, 0, FALSE, DUPLICATE_SAME_ACCESS)))
        hr = wer_last_error();
    if (SUCCEEDED(hr) && w->watch.process != NULL)
        wer_template_about(t, w->watch.process);
    /* A stack that WER is used to, for the one that calls it. */
    if (SUCCEEDED(hr)
        && ((w->filer = start_thread(w, run_filer, (SIZE_T)1024 * 1024)) == NULL
            || (w->watcher = start_thread(w, run_watcher, (SIZE_T)256 * 1024)) == NULL))
        hr = wer_last_error();
    if (FAILED(hr)) {
        wer_watchdog_release(w);
        return hr;
    }
    /* A thread starts with the loader's lock, which the one that hangs may hold: so they are up before that. */
    for (waited = 0; w->up < 2 && waited < START_MS; waited++)
        Sleep(1);
    *beats = w->beats;
    *result = w;
    return hr;
}

BOOL wer_watchdog_stop(struct WerWatchdog *w, DWORD milliseconds)
{
    SetEvent(w->stop);
    WaitForSingleObject(w->watcher, INFINITE);
    return WaitForSingleObject(w->filer, milliseconds) == WAIT_OBJECT_0;
}

void wer_watchdog_release(struct WerWatchdog *w)
{
    if (w == NULL)
        return;
    if (w->stop != NULL)
        SetEvent(w->stop);
    let_go(w);
}
