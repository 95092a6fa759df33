# Report(event_type), the plain form of creating one, past __new__ and __init__, which get their arguments in a tuple.

cdef extern from "fast.h":
    ctypedef void (*vectorcallfunc)()
    void wer_set_vectorcall(PyObject *kind, vectorcallfunc shorter)
    PyObject *wer_new(PyObject *kind) except NULL
    object wer_call_class(PyObject *kind, PyObject *const *args, size_t count, PyObject *names)

cdef extern from "Python.h":
    Py_ssize_t PyVectorcall_NARGS(size_t count)


cdef object fast_create(PyObject *kind, PyObject *const *args, size_t count, PyObject *names):
    """Report(event_type). `kind` is Report: Python calls this for no class derived from it."""
    cdef WCHAR buffer[WER_MAX_EVENT_NAME_LENGTH + 1]
    cdef PyObject *made
    cdef HREPORT handle = NULL
    cdef const WCHAR *name
    cdef HRESULT hr
    if names != NULL or PyVectorcall_NARGS(count) != 1:
        return wer_call_class(kind, args, count, names)
    name = wer_plain_text(args[0], buffer, WER_MAX_EVENT_NAME_LENGTH)
    if name == NULL or name[0] == 0:
        return wer_call_class(kind, args, count, names)
    made = wer_new(kind)
    with nogil:
        hr = WerReportCreate(name, WerReportNonCritical, NULL, &handle)
    if hr < 0:
        Py_XDECREF(made)
        check(hr, b"WerReportCreate")
    (<Report>made)._handle = handle
    (<Report>made)._initialized = 1
    (<Report>made)._owned = (<Report>made)._parameters_known = True
    (<Report>made).event_type = <str><object>args[0]
    return wer_new_reference(made)


wer_set_vectorcall(<PyObject *>Report, <vectorcallfunc>fast_create)  # each interpreter has its own class
