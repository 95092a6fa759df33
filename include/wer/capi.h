/* The C interface of `wer` for programs that embed or extend Python: error reports from C.
 *
 *     #include "wer/capi.h"
 *
 *     if (Wer_ImportCAPI() < 0) { PyErr_Print(); ... }          once, with the GIL; imports `wer`
 *     hr = Wer_API->template_create(L"Host.Crash", WerReportApplicationCrash, NULL, WerConsentNotAsked,
 *                                   WER_SUBMIT_QUEUE, &prepared);
 *     hr = Wer_API->install_handler(prepared);                  from here on, crashes are reported
 *
 * C99 and C++. Define _WIN32_WINNT as 0x0A00 before the first Windows header to see all of werapi.h.
 * "Native hosts" in the documentation says more; what each function of WER does is in Microsoft's documentation.
 */
#ifndef WER_CAPI_H
#define WER_CAPI_H

#include <Python.h>

#include "wer/werapi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Changes only when a program that was compiled against an older header cannot work any more. All else is appended to
 * the table, whose size tells what it has. */
#define WER_CAPI_VERSION 1u
#define WER_CAPI_CAPSULE "wer._C_API"

/* A prepared crash report. Reference-counted; lives as long as it is referenced, Python or not. */
typedef struct WerTemplate WerTemplate;

typedef struct WerCAPI {
    unsigned int version; /* WER_CAPI_VERSION of the `wer` that is installed */
    unsigned int size;    /* bytes of its table */

    /* ---- wer.Report objects. With the GIL; NULL or -1 with a Python exception ---- */

    /* A new wer.Report around a handle. owned != 0: the object frees the handle; 0: whoever created it does, after
     * the object's last use. If this fails, the handle is the caller's in either case. ImportError, here and below, in
     * an interpreter that has not imported `wer`: call Wer_ImportCAPI in each. */
    PyObject *(*report_from_handle)(HREPORT handle, int owned);
    int (*report_check)(PyObject *object); /* 1: a wer.Report; 0: something else, NULL included. Never fails */
    /* The handle of a wer.Report. It stays the object's; do not use both from two threads at a time. ValueError if
     * the report is closed, TypeError if `object` is none. */
    HREPORT (*report_handle)(PyObject *object);

    /* ---- reports by their handle: WER's functions themselves, in the wer.dll of System32. No Python ---- */

    HRESULT (WINAPI *create)(PCWSTR event_type, WER_REPORT_TYPE type, PWER_REPORT_INFORMATION information, HREPORT *report);
    HRESULT (WINAPI *set_parameter)(HREPORT report, DWORD id, PCWSTR name, PCWSTR value);
    HRESULT (WINAPI *set_ui_option)(HREPORT report, WER_REPORT_UI option, PCWSTR value);
    HRESULT (WINAPI *add_file)(HREPORT report, PCWSTR path, WER_FILE_TYPE type, DWORD flags);
    HRESULT (WINAPI *add_dump)(
        HREPORT report, HANDLE process, HANDLE thread, WER_DUMP_TYPE type, PWER_EXCEPTION_INFORMATION exception,
        PWER_DUMP_CUSTOM_OPTIONS options, DWORD flags);
    HRESULT (WINAPI *submit)(HREPORT report, WER_CONSENT consent, DWORD flags, PWER_SUBMIT_RESULT result);
    HRESULT (WINAPI *close)(HREPORT report);

    /* ---- prepared crash reports. No Python ---- */

    /* A new template with one reference; it has a minidump of the process. `information`, of any version by its
     * dwSize, is copied; NULL: WER derives everything from the process. The first template starts a thread, on which
     * reports are filed where a stack has no room, and which stays. E_INVALIDARG, WER_E_LENGTH_EXCEEDED, E_OUTOFMEMORY,
     * or why there is no thread. */
    HRESULT (WINAPI *template_create)(
        PCWSTR event_type, WER_REPORT_TYPE type, const WER_REPORT_INFORMATION *information, WER_CONSENT consent,
        DWORD submit_flags, WerTemplate **result);
    void (WINAPI *template_retain)(WerTemplate *t);
    void (WINAPI *template_release)(WerTemplate *t); /* NULL does nothing. Not from two threads with one reference */

    /* One thread at a time changes a template. WER_E_INVALID_STATE once it is installed or has been reported;
     * E_INVALIDARG; WER_E_LENGTH_EXCEEDED. */
    HRESULT (WINAPI *template_set_parameter)(WerTemplate *t, DWORD id, PCWSTR name, PCWSTR value); /* name may be NULL */
    /* HRESULT_FROM_WIN32(ERROR_NOT_ENOUGH_QUOTA) for the 33rd file. `path` must be a full one. */
    HRESULT (WINAPI *template_add_file)(WerTemplate *t, PCWSTR path, WER_FILE_TYPE type, DWORD flags);
    /* WerDumpTypeNone: no dump. `options`, of any version by its dwSize, is copied; may be NULL. */
    HRESULT (WINAPI *template_set_dump)(
        WerTemplate *t, WER_DUMP_TYPE type, const WER_DUMP_CUSTOM_OPTIONS *options, DWORD flags);
    /* How long a report may take before the process is ended, reported or not: a thread that crashed while it held a
     * lock that WER needs would wait for ever. 60000 until set; INFINITE is allowed. */
    HRESULT (WINAPI *template_set_timeout)(WerTemplate *t, DWORD milliseconds);

    /* The template of a wer.ReportTemplate, as a new reference. With the GIL; NULL with a TypeError or ValueError. */
    WerTemplate *(*template_from_object)(PyObject *object);

    /* ---- in the crash: no GIL, no allocation, no lock, at most 544 bytes of stack for our own code ---- */

    /* File the report on a crash of the calling thread, from an exception filter. `result`, if not NULL, gets
     * WerReportSubmit's answer: 0 if the report was not submitted. Returns the first failure; all else is filed all
     * the same. HRESULT_FROM_WIN32(ERROR_BUSY), at once, if any thread of the process is filing a report. A report that
     * takes longer than the template's timeout ends the process with the exception's code; after a stack overflow, and
     * with less than 48 KB of the stack left, HRESULT_FROM_WIN32(ERROR_TIMEOUT) is returned: end the process then. */
    HRESULT (WINAPI *report_exception)(WerTemplate *t, EXCEPTION_POINTERS *pointers, WER_SUBMIT_RESULT *result);
    /* The same where there is no exception, as in a SIGABRT handler: one is made up of `code`, the present context and
     * the caller's address. 0x40000015, STATUS_FATAL_APP_EXIT, is what Windows says of an abort. */
    HRESULT (WINAPI *report_here)(WerTemplate *t, DWORD code, WER_SUBMIT_RESULT *result);
    /* Return when no report is being filed, at once if the calling thread is in it. For who was told ERROR_BUSY:
     * ending the process would end the other's report. */
    void (WINAPI *wait_for_report)(void);

    /* ---- the crash handler, one in a process. No Python ---- */

    /* Report the first unhandled exception of any thread with `t`, then pass it on to the filter that was set before.
     * HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS) if a handler is installed. It holds a reference, and stays when Python
     * is finalized. */
    HRESULT (WINAPI *install_handler)(WerTemplate *t);
    HRESULT (WINAPI *uninstall_handler)(WerTemplate *t); /* NULL: any. WER_E_NOT_FOUND if it is not installed */
} WerCAPI;

/* The table, after Wer_ImportCAPI in this source file. It stays valid when Python is finalized. */
static const WerCAPI *Wer_API = NULL;

/* Import `wer` and get its table. Needs the GIL. Returns 0, or -1 with an exception, an ImportError as a rule. */
static inline int Wer_ImportCAPI(void)
{
    const WerCAPI *table;
    PyObject *wer = PyImport_ImportModule("wer"); /* PyCapsule_Import would hide why it cannot be imported */

    if (wer == NULL)
        return -1;
    Py_DECREF(wer);
    table = (const WerCAPI *)PyCapsule_Import(WER_CAPI_CAPSULE, 0);
    if (table == NULL) {
        PyErr_SetString(PyExc_ImportError, "the installed wer has no C interface for this program: update wer");
        return -1;
    }
    if (table->version != WER_CAPI_VERSION) {
        PyErr_Format(
            PyExc_ImportError,
            "the installed wer has version %u of its C interface, this program was compiled for version %u: "
            "compile it with the headers in wer.get_include()",
            table->version, WER_CAPI_VERSION);
        return -1;
    }
    if (table->size < sizeof(WerCAPI)) {
        PyErr_Format(
            PyExc_ImportError,
            "the installed wer is older than this program: its C interface has %u bytes, %u are needed: update wer",
            table->size, (unsigned int)sizeof(WerCAPI));
        return -1;
    }
    Wer_API = table;
    return 0;
}

#ifdef __cplusplus
}
#endif

#endif /* WER_CAPI_H */
