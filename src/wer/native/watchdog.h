/* The watchdog: threads without Python that notice when beats stop, and file the report of the hang.
 *
 * All that they need is there when they start, and they never take the GIL. They watch their own process, or another one
 * that shares the memory of its beats.
 */
#ifndef WER_WATCHDOG_H
#define WER_WATCHDOG_H

#include "prepared.h"

/* What the watched code writes and the watchdog reads, and the other way round. Each member is written by one side, except
 * `due`. */
struct WerBeats {
    volatile LONG beats;        /* grows with each beat; that it is another number is all that counts */
    volatile LONG thread;       /* the id of the thread that beat last */
    volatile LONG due;          /* set by the watchdog: the next beat is to see to what is new; cleared by that beat */
    volatile LONG hangs;        /* how often beats have stopped for too long */
    volatile LONG over;         /* how many of these are over: beats have come again, and the report is done with */
    volatile LONG milliseconds; /* of the last one that is over: how long there was no beat; */
    volatile LONG hr;           /* of its report the first failure; or HRESULT_FROM_WIN32 of ERROR_TIMEOUT if it was not done
                                 * in its time, of ERROR_NOT_ENOUGH_QUOTA if it was left out; */
    volatile LONG result;       /* and WerReportSubmit's answer, 0 if it was not submitted */
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
    HANDLE process;     /* the watched one; NULL: this one. Rights: what a dump takes, SYNCHRONIZE, and to end it */
    struct WerBeats *beats; /* that of another process, which stays until both threads are done; NULL: the watchdog's */
    WER_CLOCK clock;    /* NULL: QueryUnbiasedInterruptTime, which does not count while the machine sleeps */
};

/* The code that a process is ended with; Windows' own for a program that does not respond. */
#define WER_HANG_EXIT_CODE 0xCFFFFFFF

struct WerWatchdog;

/* Start watching: beats go to `*beats`, which lives as long as the watchdog. The template is sealed, and is the
 * watchdog's alone; a handle of the process or the file is the caller's, and is duplicated. */
HRESULT wer_watchdog_start(
    struct WerTemplate *t, const struct WerWatch *watch, struct WerWatchdog **result, struct WerBeats **beats);

/* Stop watching. Waits, up to so many milliseconds, for a report that is being filed; FALSE if that is not done: it goes on
 * by itself. */
BOOL wer_watchdog_stop(struct WerWatchdog *w, DWORD milliseconds);
void wer_watchdog_release(struct WerWatchdog *w); /* stops it; NULL does nothing */

#endif /* WER_WATCHDOG_H */
