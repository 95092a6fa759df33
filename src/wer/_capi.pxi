# What wer/capi.h can do with Python objects, and the capsule through which native code finds all of it.

cdef extern from "Python.h":
    object PyCapsule_New(void *pointer, const char *name, void *destructor)

cdef extern from "capitable.h":
    const char *WER_CAPI_CAPSULE
    ctypedef struct WerCAPI:
        object (*report_from_handle)(HREPORT handle, int owned)
        int (*report_check)(object value) noexcept
        HREPORT (*report_handle)(object value) except NULL
        WerTemplate *(*template_from_object)(object value) except NULL
    WerCAPI wer_capi


cdef object report_from_handle(HREPORT handle, int owned):
    """A Report around a handle; `Report.from_handle` says the rest."""
    if handle == NULL:
        refuse(ValueError, b"handle is NULL, which is no report handle")
    return around(Report.__new__(Report), handle, owned != 0)


cdef int report_check(object value) noexcept:
    return isinstance(value, Report)


cdef HREPORT report_handle(object value) except NULL:
    """The handle of a Report, which must be open."""
    if not isinstance(value, Report):
        refuse(TypeError, b"a wer.Report is needed, got %s", type_name(<PyObject *>value))
    if (<Report>value)._handle == NULL:
        refuse(ValueError, b"the report is closed")
    return (<Report>value)._handle


cdef WerTemplate *template_from_object(object value) except NULL:
    """The C template of a ReportTemplate, as a new reference."""
    cdef WerTemplate *template
    if not isinstance(value, ReportTemplate):
        refuse(TypeError, b"a wer.ReportTemplate is needed, got %s", type_name(<PyObject *>value))
    template = (<ReportTemplate>value).get()
    wer_template_retain(template)
    return template


wer_capi.report_from_handle = report_from_handle
wer_capi.report_check = report_check
wer_capi.report_handle = report_handle
wer_capi.template_from_object = template_from_object
_C_API = PyCapsule_New(&wer_capi, WER_CAPI_CAPSULE, NULL)
