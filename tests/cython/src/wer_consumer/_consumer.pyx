# cython: language_level=3
"""What a third party can do with `cimport wer`."""

from wer cimport capi
from wer._werapi cimport HeldReport, check
from wer.libwer cimport *

import wer

cdef extern from "Python.h":
    WCHAR *wide "PyUnicode_AsWideCharString"(object text, Py_ssize_t *size) except NULL
    void free_wide "PyMem_Free"(void *memory)

cdef extern from "wer/werapi.h" nogil:
    HANDLE GetCurrentProcess()

capi.Wer_ImportCAPI()


def file_report(str event_type):
    """A whole report in C, without the GIL."""
    cdef WCHAR *event = wide(event_type, NULL)
    cdef HREPORT report = NULL
    cdef WER_SUBMIT_RESULT result = WerReportAsync
    cdef HRESULT hr
    with nogil:
        hr = capi.Wer_API.create(event, WerReportNonCritical, NULL, &report)
        if hr >= 0:
            hr = capi.Wer_API.add_dump(report, GetCurrentProcess(), NULL, WerDumpTypeMiniDump, NULL, NULL, 0)
            if hr >= 0:
                hr = capi.Wer_API.submit(report, WerConsentNotAsked, WER_SUBMIT_QUEUE, &result)
            capi.Wer_API.close(report)
    free_wide(event)
    check(hr, b"WerReportSubmit")
    return wer.SubmitResult(result)


def add_dump(report):
    """One call of WER on a wer.Report, as its own methods do it: the guard, no GIL, the check."""
    cdef HeldReport held = report._held
    cdef HRESULT hr
    held.begin()
    with nogil:
        hr = capi.Wer_API.add_dump(held._handle, GetCurrentProcess(), NULL, WerDumpTypeMiniDump, NULL, NULL, 0)
        held.end()
    check(hr, b"WerReportAddDump")


def fail():
    """What `check` makes of a failure."""
    check(<HRESULT>0x80004005, b"WerReportAddDump")


def around(size_t handle, bint owned):
    """A wer.Report around a handle from C."""
    return capi.Wer_API.report_from_handle(<HREPORT>handle, owned)


def prepare(template, str value):
    """Change in C what Python has prepared."""
    cdef capi.WerTemplate *prepared = capi.Wer_API.template_from_object(template)
    cdef WCHAR *text = wide(value, NULL)
    cdef HRESULT hr = capi.Wer_API.template_set_parameter(prepared, 1, NULL, text)
    free_wide(text)
    capi.Wer_API.template_release(prepared)
    check(hr, b"WerReportSetParameter")
