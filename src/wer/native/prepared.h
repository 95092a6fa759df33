/* Prepared crash reports: filled in while all is well, filed in one call by a thread that is crashing.
 *
 * No Python in here. Text is UTF-16 with a NUL; limits are those of werapi.h and do not count the NUL.
 */
#ifndef WER_PREPARED_H
#define WER_PREPARED_H

#include "claim.h"

#define WER_TEMPLATE_FILES 32            /* files that a template holds at most */
#define WER_TEMPLATE_TIMEOUT_MS 60000    /* how long a report may take, until told otherwise */

/* The bytes of stack that our own code needs below the caller of wer_report_exception, with the filter of the crash
 * handler on top; measured with gcc -fstack-usage for x86-64, and held by tests/linux/test_crash_path.py. What WER's
 * functions need comes on top, unless less than WER_ROOM_BYTES are left: then they run on another thread's stack. */
#define WER_CRASH_STACK_BYTES 544
#define WER_ROOM_BYTES 0xC000 /* 48 KB: under Wine the stand-in needs more than 24 KB; Windows' need is not known */

struct WerTemplate;

/* ---- while all is well: these may allocate, and one thread at a time changes a template ---- */

/* A template with one reference, and a minidump. `information` is copied by its dwSize, any version; NULL: WER derives
 * everything from the process. E_INVALIDARG, WER_E_LENGTH_EXCEEDED, E_OUTOFMEMORY, or what kept the reporter thread
 * from being created. */
HRESULT WINAPI wer_template_create(
    PCWSTR event_type, WER_REPORT_TYPE type, const WER_REPORT_INFORMATION *information,
    WER_CONSENT consent, DWORD submit_flags, struct WerTemplate **result);
void WINAPI wer_template_retain(struct WerTemplate *t);
void WINAPI wer_template_release(struct WerTemplate *t); /* NULL does nothing */

/* The setters answer WER_E_INVALID_STATE once the template is sealed: installed, or reported. */
HRESULT WINAPI wer_template_set_parameter(struct WerTemplate *t, DWORD id, PCWSTR name, PCWSTR value);
HRESULT WINAPI wer_template_add_file(struct WerTemplate *t, PCWSTR path, WER_FILE_TYPE type, DWORD flags);
HRESULT WINAPI wer_template_set_dump(
    struct WerTemplate *t, WER_DUMP_TYPE type, const WER_DUMP_CUSTOM_OPTIONS *options, DWORD flags);
HRESULT WINAPI wer_template_set_timeout(struct WerTemplate *t, DWORD milliseconds);
void wer_template_about(struct WerTemplate *t, HANDLE process); /* another one, whose handle stays open */
void wer_template_seal(struct WerTemplate *t);
HRESULT wer_last_error(void); /* what the function of Windows that has just failed says */

/* What a sealed template holds: its event and parameters as the exception module takes them; and its file number
 * `index`, counted from 0, whose path stays the template's. FALSE: it has no such file. */
void wer_template_describe(const struct WerTemplate *t, WerClaim *claim);
BOOL wer_template_file(
    const struct WerTemplate *t, LONG index, PCWSTR *path, WER_FILE_TYPE *type, DWORD *flags);

/* ---- in the crash: no allocation, no lock, no Python; only WER itself does more ---- */

/* File the report of a crash of the calling thread. `result`, if not NULL, gets WerReportSubmit's answer, 0 if the
 * report was not submitted. Returns the first failure, after which the rest is filed all the same;
 * HRESULT_FROM_WIN32(ERROR_BUSY) at once if any thread is filing one. If it is not done in time the process is ended,
 * with the exception's code; if little of the stack was left HRESULT_FROM_WIN32(ERROR_TIMEOUT) is returned: then the
 * caller should end it, for `pointers` are still in use. */
HRESULT WINAPI wer_report_exception(
    struct WerTemplate *t, EXCEPTION_POINTERS *pointers, WER_SUBMIT_RESULT *result);

/* The same where there is no exception, as in a SIGABRT handler: it is made up, with `code`, the present context, and
 * the address that this function returns to. */
HRESULT WINAPI wer_report_here(struct WerTemplate *t, DWORD code, WER_SUBMIT_RESULT *result);

/* The report of a hang, by a thread of our own: of a template that nothing else uses, about `thread_id` (0: not known),
 * without an exception. `before_files` is called with `argument` when the dump is in the report. It neither waits for the
 * report of a crash nor keeps one waiting, and nothing ends it: WER may wait for a lock that the hung thread holds. */
HRESULT wer_report_hang(
    struct WerTemplate *t, DWORD thread_id, void (*before_files)(void *), void *argument, WER_SUBMIT_RESULT *result);
DWORD wer_template_timeout(const struct WerTemplate *t);

/* Whether a thread has crashed and its report is being filed. */
BOOL wer_reporting(void);

/* Whether the calling thread is inside a report: it has crashed a second time, and must not wait for itself. */
BOOL wer_reporting_here(void);

/* Wait until no report is being filed; not, if this thread is in it. */
void WINAPI wer_wait_for_report(void);

#endif /* WER_PREPARED_H */
