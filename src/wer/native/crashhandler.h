/* The crash handler: an unhandled-exception filter, and if wanted a SIGABRT handler, which file a prepared report. One
 * in a process. No Python in here; it outlives Py_Finalize, and the template with it.
 */
#ifndef WER_CRASHHANDLER_H
#define WER_CRASHHANDLER_H

#include "prepared.h"

#define WER_ABORT_CODE 0x40000015u /* what a report of an abort says: STATUS_FATAL_APP_EXIT of ntstatus.h */

/* Seal `t`, keep a reference, and report the first unhandled exception of any thread with it. Then the filter that was
 * set before has its turn, and its answer counts. HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS) if a handler is installed. */
HRESULT WINAPI wer_handler_install(struct WerTemplate *t);

/* The same with choices. `aborts`: SIGABRT of the C runtime that Python uses is reported as well;
 * HRESULT_FROM_WIN32(ERROR_MOD_NOT_FOUND) if that is not ucrtbase.dll. `ends`: when the report is done the process is
 * ended with the exception's code, and nothing is passed on, unless there is no report. */
HRESULT WINAPI wer_handler_install_as(struct WerTemplate *t, BOOL aborts, BOOL ends);

/* Undo it; NULL stands for whatever template is installed. WER_E_NOT_FOUND if this one is not. If somebody has set a
 * filter since, ours stays where it is in the chain and does nothing but pass on. */
HRESULT WINAPI wer_handler_uninstall(struct WerTemplate *t);

/* What the exception module is to be told: one in the process, of the template that was installed last. */
const WerClaim *wer_handler_claim(void);

/* Whether `t`, or for NULL any template, is installed. */
BOOL WINAPI wer_handler_installed(struct WerTemplate *t);

#endif /* WER_CRASHHANDLER_H */
