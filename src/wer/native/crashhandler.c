#include "crashhandler.h"

/* Each installation has a filter function of its own: one that somebody else has chained to since cannot be taken out
 * of the chain, and to put the same function on top of such a chain would make it a ring. */
enum { LINKS = 8 };

static struct {
    LPTOP_LEVEL_EXCEPTION_FILTER previous;
    void *volatile t; /* NULL: not installed; if `in_chain`, it only passes on */
    BOOL in_chain;
} links[LINKS];

static volatile LONG changing; /* 1 while a thread installs or uninstalls */
static volatile LONG inside;   /* threads that may hold a template which they read from a link */
static volatile LONG state;

enum { ARMED = 0, REPORTING = 1, REPORTED = 2 };

static LONG pass_on(int link, EXCEPTION_POINTERS *pointers)
{
    LPTOP_LEVEL_EXCEPTION_FILTER previous = links[link].previous;

    return previous != NULL ? previous(pointers) : EXCEPTION_CONTINUE_SEARCH;
}

static LONG crashed(int link, EXCEPTION_POINTERS *pointers)
{
    struct WerTemplate *t;
    BOOL first = FALSE;
    LONG answer;

    InterlockedIncrement(&inside);
    t = (struct WerTemplate *)links[link].t;
    /* A crash inside a report is passed on: the thread would wait for itself. */
    if (t != NULL && !wer_reporting_here()) {
        first = InterlockedCompareExchange(&state, REPORTING, ARMED) == ARMED;
        if (first) {
            /* Busy: the program itself is filing a report on the crash of another thread, which came first. */
            if (wer_report_exception(t, pointers, NULL) == HRESULT_FROM_WIN32(ERROR_BUSY))
                wer_wait_for_report();
            InterlockedExchange(&state, REPORTED);
        } else {
            /* To pass on means to end the process, and with it the report of the thread that crashed first. */
            while (state == REPORTING)
                Sleep(10);
        }
    }
    InterlockedDecrement(&inside);
    answer = pass_on(link, pointers);
    if (first && answer == EXCEPTION_CONTINUE_EXECUTION)
        InterlockedExchange(&state, ARMED); /* the process goes on, and may crash again */
    return answer;
}

#define FILTER(link)                                                          \
    static LONG WINAPI filter##link(EXCEPTION_POINTERS *pointers)             \
    {                                                                         \
        return crashed(link, pointers);                                       \
    }
FILTER(0)
FILTER(1)
FILTER(2)
FILTER(3)
FILTER(4)
FILTER(5)
FILTER(6)
FILTER(7)

static const LPTOP_LEVEL_EXCEPTION_FILTER FILTERS[LINKS] = {
    filter0, filter1, filter2, filter3, filter4, filter5, filter6, filter7};

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

HRESULT WINAPI wer_handler_install(struct WerTemplate *t)
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
    /* That no module is unloaded which Windows now points to: making the template has pinned this one. */
    wer_template_seal(t);
    wer_template_retain(t);
    InterlockedExchange(&state, ARMED);
    links[link].in_chain = TRUE;
    links[link].previous = SetUnhandledExceptionFilter(FILTERS[link]);
    InterlockedExchangePointer(&links[link].t, t);
    return unlock(S_OK);
}

HRESULT WINAPI wer_handler_uninstall(struct WerTemplate *t)
{
    LPTOP_LEVEL_EXCEPTION_FILTER top;
    int link;

    lock();
    link = find(t);
    if (link < 0)
        return unlock(WER_E_NOT_FOUND);
    t = (struct WerTemplate *)InterlockedExchangePointer(&links[link].t, NULL);
    /* Windows tells what the filter was only when it is set: so set it, and set it back if it was not ours. */
    top = SetUnhandledExceptionFilter(links[link].previous);
    if (top == FILTERS[link])
        links[link].in_chain = FALSE;
    else
        SetUnhandledExceptionFilter(top);
    /* A thread that is crashing at this moment may still read the template: then it stays until the end. */
    if (inside == 0)
        wer_template_release(t);
    return unlock(S_OK);
}

BOOL WINAPI wer_handler_installed(struct WerTemplate *t)
{
    BOOL installed;

    lock();
    installed = find(t) >= 0;
    unlock(S_OK);
    return installed;
}
