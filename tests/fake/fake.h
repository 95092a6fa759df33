/* What the files of this folder share, and what tests say to them: tests/sanitizers/fakewindows.py, by ctypes. */
#ifndef FAKE_FAKE_H
#define FAKE_FAKE_H

#include <windows.h>

/* ---- each call: counted, and made to fail (calls.c) ---- */

/* Count a call. TRUE: it is to fail with `*code`. Waits first, if a test has said so. */
BOOL fake_enter(const char *function, DWORD *code);

/* At the start of one of Windows' own functions. */
#define MAY_FAIL(function, result)           \
    do {                                     \
        DWORD code_;                         \
        if (fake_enter(#function, &code_)) { \
            SetLastError(code_);             \
            return result;                   \
        }                                    \
    } while (0)

void fake_fail(const char *function, int nth, DWORD code, int times); /* times < 0: for good */
void fake_lack(const char *function, BOOL lacks);                    /* GetProcAddress does not find it */
BOOL fake_is_lacking(const char *function);
int fake_calls(const char *function);
const char *fake_function(int index); /* each one that was called, by when first; NULL: there are no more */
void fake_forget_calls(void);         /* counts and failures */
void fake_block(const char *function);
BOOL fake_wait_inside(DWORD milliseconds);
void fake_release(void);

/* ---- what is open (objects.c, wer.c) ---- */

typedef enum { A_PROCESS = 1, A_THREAD, AN_EVENT, A_MUTEX, A_TOKEN, A_LIST } Kind;

int fake_open_handles(void);
int fake_bad_closes(void); /* of what was no open handle: it would have been somebody else's */
size_t fake_add_process(DWORD pid, DWORD parent, DWORD tid, BOOL python); /* a handle of it, which stays open */
void fake_end_process(DWORD pid, DWORD code);
void fake_be_late(DWORD milliseconds); /* once, after a wait without a time-out: the thread runs no sooner */
int fake_open_of(int what); /* 0: reports, 1: stores, 2: keys, 3: snapshots, 4: registrations */
void fake_clear_store(void);
BOOL fake_add_report(const WCHAR *key, const WCHAR *names, DWORD units, BOOL unreadable);
void fake_fill_fields(BOOL full); /* metadata without a NUL in any field */

/* ---- the moment of the crash (crash.c) ---- */

LONG fake_crash(DWORD code); /* in the calling thread; what the filter answers */
void fake_abort(void);       /* as ucrtbase's, up to where it would end the process */

#endif /* FAKE_FAKE_H */
