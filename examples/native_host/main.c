/* A native program that hosts Python, and reports its own crashes from C.
 *
 *     native_host script.py      run a script; a crash in it, or in this program, is reported
 *     native_host --crash        crash right away, to see a report
 *
 * The order matters: Python, then wer, then the template, then the handler. From then on no Python is needed. It is
 * wmain, since the arguments of main are in the code page of the user, and Python takes char for UTF-8.
 */
#include "wer/capi.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* Where a stack overflow is to be survived, each thread of its own makes room for the crash handler. */
static void make_room(void)
{
    ULONG bytes = 32 * 1024;

    SetThreadStackGuarantee(&bytes);
}

static HRESULT report_crashes(void)
{
    WER_REPORT_INFORMATION information;
    WerTemplate *prepared = NULL;
    HRESULT hr;

    memset(&information, 0, sizeof(information));
    information.dwSize = sizeof(information);
    lstrcpyW(information.wzFriendlyEventName, L"The native host has crashed");
    hr = Wer_API->template_create(
        L"NativeHost.Crash", WerReportApplicationCrash, &information, WerConsentNotAsked, WER_SUBMIT_QUEUE, &prepared);
    if (SUCCEEDED(hr))
        hr = Wer_API->template_set_parameter(prepared, 0, L"Version", L"1.0");
    if (SUCCEEDED(hr))
        hr = Wer_API->install_handler(prepared);
    Wer_API->template_release(prepared); /* the handler has a reference of its own */
    return hr;
}

/* Run a script by Python's own means: a FILE of this program may be of another C runtime than Python's. */
static int run_file(const wchar_t *path)
{
    PyObject *script = PyUnicode_FromWideChar(path, -1);
    PyObject *runpy = script != NULL ? PyImport_ImportModule("runpy") : NULL;
    PyObject *result = runpy != NULL ? PyObject_CallMethod(runpy, "run_path", "Ozs", script, NULL, "__main__") : NULL;

    Py_XDECREF(script);
    Py_XDECREF(runpy);
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

int wmain(int argc, wchar_t **argv)
{
    HRESULT hr;
    int failed = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: native_host script.py, or native_host --crash\n");
        return 2;
    }
    make_room();
    Py_Initialize();
    if (Wer_ImportCAPI() < 0) {
        PyErr_Print();
        return 1;
    }
    hr = report_crashes();
    if (FAILED(hr)) {
        fprintf(stderr, "crashes will not be reported: 0x%08lX\n", (unsigned long)hr);
        return 1;
    }
    if (wcscmp(argv[1], L"--crash") == 0) {
        volatile int *volatile nowhere = NULL;

        printf("thread %lu crashes\n", GetCurrentThreadId());
        fflush(stdout);
        *nowhere = 1;
    }
    if (run_file(argv[1]) < 0) {
        PyErr_Print();
        failed = 1;
    }
    /* A crash in here, or after it, is still reported. */
    if (Py_FinalizeEx() < 0)
        failed = 1;
    return failed;
}
