/* The watchdog: threads without Python that notice when beats stop, and file the report of the hang.
 *
 * All that they need is there when they start. They never take the GIL.
 */
#ifndef WER_WATCHDOG_H
#define WER_WATCHDOG_H

#include "prepared.h"

/* What the watched code writes and the watchdog reads, and the other way round: in memory of the process, or shared with
 * the process that watches. Each member is written by one side, except `due`. src/wer/service/_watcher.py knows the
 * order. */
struct WerBeats {
    volatile LONG beats;        /* grows with each beat; that it is another number is all that counts */
    volatile LONG thread;       /* the id of the thread that beat last */
    volatile LONG due;          /* set by the watchdog: the next beat is to see to what is new; cleared by that beat */
    volatile LONG hangs;        /* how often beats have stopped for too long */
    volatile LONG over;         /* how many of these are over: beats have come again, and the report is done with */
    volatile LONG milliseconds; /* without a beat, of the last one that is over */
    volatile LONG hr;           /* of the last report: the first failure, HRESULT_FROM_WIN32(ERROR_TIMEOUT) for one that is
                                 * still being filed, HRESULT_FROM_WIN32(ERROR_NOT_ENOUGH_QUOTA) for one left out */
    volatile LONG result;       /* of the last report: WerReportSubmit's answer, 0 if it was not submitted */
    volatile LONG left_out;     /* reports left out, because there were too many in an hour */
    volatile LONG stop;         /* set by the watched side: watch no more; for a watching process */
};

/* Milliseconds that grow while the process could run. */
typedef ULONGLONG (WINAPI *WER_CLOCK)(void);

struct WerWatch {
    DWORD timeout;      /* milliseconds without a beat that are a hang */
    DWORD poll;         /* how often the watchdog looks; timeout / 4 at most */
    DWORD refresh;      /* how often `due` is set while beats come; 0: never */
    HANDLE stacks;      /* a file into which the stacks will be written; NULL: none */
    LONGLONG stacks_at; /* where in it they begin */
    DWORD stacks_wait;  /* how long a report waits for them; milliseconds */
    DWORD most;         /* reports in an hour */
    BOOL end;           /* end the process when the report is filed, or has taken as long as the template allows */
    WER_CLOCK clock;    /* NULL: QueryUnbiasedInterruptTime, which does not count while the machine sleeps */
};

/* The code that a process is ended with; Windows' own for a program that does not respond. */
#define WER_HANG_EXIT_CODE 0xCFFFFFFF

struct WerWatchdog;

/* Start watching: beats go to `*beats`, which lives as long as the watchdog. The template is sealed, and is the
 * watchdog's alone. */
HRESULT wer_watchdog_start(
    struct WerTemplate *t, const struct WerWatch *watch, struct WerWatchdog **result, struct WerBeats **beats);

/* Stop watching. Waits, up to so many milliseconds, for a report that is being filed; FALSE if that is not done: it goes on
 * by itself. */
BOOL wer_watchdog_stop(struct WerWatchdog *w, DWORD milliseconds);
void wer_watchdog_release(struct WerWatchdog *w); /* stops it; NULL does nothing */

#endif /* WER_WATCHDOG_H */
