#include "crashhandler.h"

#include <signal.h>
#include <stdlib.h>

typedef void(__cdecl *AbortHandler)(int);

/* Each installation has a filter of its own, and an abort handler: one that somebody else has chained to since cannot be
 * taken out of the chain, and to put the same function on top of such a chain would make it a ring. */
enum { LINKS = 8 };

static struct {
    LPTOP_LEVEL_EXCEPTION_FILTER previous;
    AbortHandler abort_previous;
    void *volatile t; /* NULL: not installed; if `in_chain`, it only passes on */
    BOOL in_chain;
    BOOL aborts; /* has an abort handler as well */
    BOOL ends;   /* the process, with the report, and passes nothing on */
} links[LINKS];

static volatile LONG changing; /* 1 while a thread installs or uninstalls */
static volatile LONG inside;   /* threads that may hold a template which they read from a link */
static volatile LONG state;

enum { ARMED = 0, REPORTING = 1, REPORTED = 2 };

static WerClaim claim; /* of the template that is installed; the exception module reads it from outside */

/* The C runtime of python3xx.dll, whose abort() it is that Python calls. This module may have another one (mingw's has
 * msvcrt.dll), with signals of its own. */
static struct {
    HMODULE module;
    AbortHandler(__cdecl *signal)(int, AbortHandler);
    int(__cdecl *raise)(int);
} crt;

#ifdef _DEBUG
#define CRT L"ucrtbased.dll"
#else
#define CRT L"ucrtbase.dll"
#endif

/* Have this thread's crash reported, or wait until that of another is. Returns whether it was this one's. An abort has
 * no `pointers`. */
static BOOL report(int link, EXCEPTION_POINTERS *pointers)
{
    struct WerTemplate *t;
    static WER_SUBMIT_RESULT result; /* one thread at a time reports */
    BOOL first = FALSE;
    HRESULT hr;

    InterlockedIncrement(&inside);
    t = (struct WerTemplate *)links[link].t;
    /* A crash inside a report is passed on: the thread would wait for itself. */
    if (t != NULL && !wer_reporting_here()) {
        first = InterlockedCompareExchange(&state, REPORTING, ARMED) == ARMED;
        if (first) {
            hr = pointers != NULL ? wer_report_exception(t, pointers, &result)
                                  : wer_report_here(t, WER_ABORT_CODE, &result);
            /* Busy: the program itself is filing a report on the crash of another thread, which came first. */
            if (hr == HRESULT_FROM_WIN32(ERROR_BUSY))
                wer_wait_for_report();
            /* 0: not submitted. What there is no report of is left for the exception module to claim. */
            InterlockedExchange(&claim.reported, result != 0 && result != WerReportFailed);
            if (links[link].ends && (claim.reported || hr == HRESULT_FROM_WIN32(ERROR_BUSY)))
                TerminateProcess( /* others wait, as during the report */
                    GetCurrentProcess(),
                    pointers != NULL ? pointers->ExceptionRecord->ExceptionCode : WER_ABORT_CODE);
            InterlockedExchange(&state, REPORTED);
        } else {
            /* To pass on means to end the process, and with it the report of the thread that crashed first. */
            while (state == REPORTING)
                Sleep(10);
        }
    }
    InterlockedDecrement(&inside);
    return first;
}

/* The process goes on, and may crash again. */
static void rearm(void)
{
    InterlockedExchange(&claim.reported, FALSE);
    InterlockedExchange(&state, ARMED);
}

static LONG pass_on(int link, EXCEPTION_POINTERS *pointers, BOOL first)
{
    LPTOP_LEVEL_EXCEPTION_FILTER previous = links[link].previous;
    LONG answer = previous != NULL ? previous(pointers) : EXCEPTION_CONTINUE_SEARCH;

    if (first && answer == EXCEPTION_CONTINUE_EXECUTION)
        rearm();
    return answer;
}

static BOOL in_crt(const void *address)
{
    MEMORY_BASIC_INFORMATION memory;

    return VirtualQuery(address, &memory, sizeof(memory)) != 0 && memory.AllocationBase == (void *)crt.module;
}

/* Whether the signal is abort()'s, and not one that other code raised: then raise() was called by the C runtime itself.
 * That raise() calls handlers in its own frame, and abort() raise(), is so in Wine and in the published source of
 * Microsoft's (ucrt: raise.cpp, abort.cpp); not seen on Windows. */
static BOOL from_abort(void)
{
    void *frames[6];
    USHORT count = RtlCaptureStackBackTrace(0, 6, frames, NULL), i = 0;

    while (i < count && !in_crt(frames[i])) /* ours */
        i++;
    return i + 1 < count && in_crt(frames[i + 1]);
}

static void aborted(int link, AbortHandler self)
{
    AbortHandler previous = links[link].abort_previous;
    BOOL installed = links[link].t != NULL, first;

    /* raise() has put the default back before it called us. Other threads that abort while this one is reported must
     * come here too, or they end the process and the report with it: as one still does in this moment. */
    if (installed)
        crt.signal(SIGABRT, self);
    first = report(link, NULL);
    if (installed)
        crt.signal(SIGABRT, SIG_DFL);
    if (previous != SIG_DFL && previous != SIG_IGN) {
        previous(SIGABRT);
    } else if (!from_abort()) {
        if (previous == SIG_DFL)
            crt.raise(SIGABRT); /* ends the process */
        else
            crt.signal(SIGABRT, self); /* it is ignored */
    }
    /* abort() now ends the process, as it does after any handler; raise() does not. */
    if (first && !from_abort())
        rearm();
}

#define HANDLERS(link)                                                        \
    static LONG WINAPI filter##link(EXCEPTION_POINTERS *pointers)             \
    {                                                                         \
        return pass_on(link, pointers, report(link, pointers));               \
    }                                                                         \
    static void __cdecl abort##link(int number)                               \
    {                                                                         \
        (void)number;                                                         \
        aborted(link, abort##link);                                           \
    }
HANDLERS(0)
HANDLERS(1)
HANDLERS(2)
HANDLERS(3)
HANDLERS(4)
HANDLERS(5)
HANDLERS(6)
HANDLERS(7)

static const LPTOP_LEVEL_EXCEPTION_FILTER FILTERS[LINKS] = {
    filter0, filter1, filter2, filter3, filter4, filter5, filter6, filter7};
static const AbortHandler ABORTS[LINKS] = {abort0, abort1, abort2, abort3, abort4, abort5, abort6, abort7};

/* The link that has `t`, or any template if that is NULL; -1 if none has. */
static int find(struct WerTemplate *t)
{
    int link;

    for (link = 0; link < LINKS; link++) {
        if (links[link].t != NULL && (t == NULL || links[link].t == (void *)t))
            return link;
    }
    return -1;
}

static void lock(void)
{
    while (InterlockedCompareExchange(&changing, 1, 0) != 0)
        Sleep(1);
}

static HRESULT unlock(HRESULT hr)
{
    InterlockedExchange(&changing, 0);
    return hr;
}

static BOOL find_crt(void)
{
    crt.module = GetModuleHandleW(CRT); /* Python needs it: it stays */
    if (crt.module != NULL) {
        crt.signal = (AbortHandler(__cdecl *)(int, AbortHandler))(void (*)(void))GetProcAddress(crt.module, "signal");
        crt.raise = (int(__cdecl *)(int))(void (*)(void))GetProcAddress(crt.module, "raise");
    }
    return crt.module != NULL && crt.signal != NULL && crt.raise != NULL;
}

HRESULT WINAPI wer_handler_install_as(struct WerTemplate *t, BOOL aborts, BOOL ends)
{
    int link = 0;

    if (t == NULL)
        return E_INVALIDARG;
    lock();
    if (find(NULL) >= 0)
        return unlock(HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS));
    while (link < LINKS && links[link].in_chain)
        link++;
    if (link == LINKS)
        return unlock(HRESULT_FROM_WIN32(ERROR_NOT_ENOUGH_QUOTA));
    if (aborts && !find_crt())
        return unlock(HRESULT_FROM_WIN32(ERROR_MOD_NOT_FOUND));
    /* That no module is unloaded which Windows now points to: making the template has pinned this one. */
    wer_template_seal(t);
    wer_template_retain(t);
    wer_template_describe(t, &claim);
    InterlockedExchange(&state, ARMED);
    links[link].in_chain = TRUE;
    links[link].aborts = aborts;
    links[link].ends = ends;
    links[link].previous = SetUnhandledExceptionFilter(FILTERS[link]);
    if (aborts)
        links[link].abort_previous = crt.signal(SIGABRT, ABORTS[link]);
    InterlockedExchangePointer(&links[link].t, t);
    return unlock(S_OK);
}

HRESULT WINAPI wer_handler_install(struct WerTemplate *t)
{
    return wer_handler_install_as(t, FALSE, FALSE);
}

/* Templates that were uninstalled while a thread was crashing, which may still read them. */
static struct Kept {
    struct WerTemplate *t;
    struct Kept *next;
} *kept;

/* Release `t`, and what was kept before, or keep it until no thread is crashing. Without memory it stays to the end. */
static void let_go(struct WerTemplate *t)
{
    struct Kept *one = (struct Kept *)malloc(sizeof(*one));

    if (one != NULL) {
        one->t = t;
        one->next = kept;
        kept = one;
    } else if (inside == 0) {
        wer_template_release(t);
    }
    while (inside == 0 && kept != NULL) { /* no link has them any more, so nobody comes to read them */
        one = kept;
        kept = one->next;
        wer_template_release(one->t);
        free(one);
    }
}

HRESULT WINAPI wer_handler_uninstall(struct WerTemplate *t)
{
    LPTOP_LEVEL_EXCEPTION_FILTER top;
    AbortHandler top_abort;
    int link;

    lock();
    link = find(t);
    if (link < 0)
        return unlock(WER_E_NOT_FOUND);
    t = (struct WerTemplate *)InterlockedExchangePointer(&links[link].t, NULL);
    links[link].in_chain = FALSE;
    /* Windows tells what the filter was only when it is set: so set it, and set it back if it was not ours. */
    top = SetUnhandledExceptionFilter(links[link].previous);
    if (top != FILTERS[link]) {
        SetUnhandledExceptionFilter(top);
        links[link].in_chain = TRUE;
    }
    if (links[link].aborts) { /* the C runtime likewise */
        top_abort = crt.signal(SIGABRT, links[link].abort_previous);
        if (top_abort != ABORTS[link]) {
            crt.signal(SIGABRT, top_abort);
            links[link].in_chain = TRUE;
        }
    }
    let_go(t);
    return unlock(S_OK);
}

const WerClaim *wer_handler_claim(void)
{
    return &claim;
}

BOOL WINAPI wer_handler_installed(struct WerTemplate *t)
{
    BOOL installed;

    lock();
    installed = find(t) >= 0;
    unlock(S_OK);
    return installed;
}
