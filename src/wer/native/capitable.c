/* The table behind wer._C_API. What needs Python in it is C all the same: it may be called in an interpreter that has not
 * imported `wer`, or not again after Py_Initialize, where the extension has no state to work with. Each interpreter's
 * `wer` puts its classes into that interpreter's own dictionary, which goes with it. */
#include "capitable.h"

#include "crashhandler.h"

#include <stdio.h>

enum { KEY_SIZE = 64 };

static void make_key(const char *name, char key[KEY_SIZE])
{
    (void)snprintf(key, KEY_SIZE, "wer.%s for wer/capi.h", name);
}

int wer_register_class(const char *name, PyObject *cls)
{
    char key[KEY_SIZE];
    PyObject *kept = PyInterpreterState_GetDict(PyInterpreterState_Get());

    make_key(name, key);
    if (kept == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "this interpreter is ending: it has no place for the classes of wer");
        return -1;
    }
    return PyDict_SetItemString(kept, key, cls);
}

/* A borrowed reference to the calling interpreter's class; NULL, without an exception, if it has none. */
static PyObject *find_class(const char *name)
{
    char key[KEY_SIZE];
    PyObject *kept = PyInterpreterState_GetDict(PyInterpreterState_Get());

    make_key(name, key);
    return kept == NULL ? NULL : PyDict_GetItemString(kept, key);
}

static PyObject *must_find_class(const char *name)
{
    PyObject *cls = find_class(name);

    if (cls == NULL)
        PyErr_SetString(
            PyExc_ImportError, "wer is not imported in this interpreter: call Wer_ImportCAPI() there once more");
    return cls;
}

static int is_one(PyObject *object, PyObject *cls)
{
    return object != NULL && cls != NULL && PyObject_TypeCheck(object, (PyTypeObject *)cls);
}

/* The class, if `object` is of it; NULL with an exception if not. */
static PyObject *must_be_one(PyObject *object, const char *name)
{
    PyObject *cls = must_find_class(name);

    if (cls == NULL || is_one(object, cls))
        return cls;
    PyErr_Format(
        PyExc_TypeError, "a wer.%s is needed, got %s", name, object == NULL ? "NULL" : Py_TYPE(object)->tp_name);
    return NULL;
}

static PyObject *report_from_handle(HREPORT handle, int owned)
{
    PyObject *cls, *number, *report;

    if (handle == NULL) {
        PyErr_SetString(PyExc_ValueError, "handle is NULL, which is no report handle");
        return NULL;
    }
    cls = must_find_class("Report");
    number = cls == NULL ? NULL : PyLong_FromVoidPtr(handle);
    if (number == NULL)
        return NULL;
    report = PyObject_CallMethod(cls, "_from_handle", "Oi", number, owned != 0);
    Py_DECREF(number);
    return report;
}

static int report_check(PyObject *object)
{
    return is_one(object, find_class("Report"));
}

/* The attribute `name` of an object's owner in the extension, which is a number that stands for an address. */
static void *address_of(PyObject *object, const char *name)
{
    PyObject *held = PyObject_GetAttrString(object, "_held");
    PyObject *number = held == NULL ? NULL : PyObject_GetAttrString(held, name);
    void *address = number == NULL ? NULL : PyLong_AsVoidPtr(number);

    Py_XDECREF(number);
    Py_XDECREF(held);
    return address;
}

static HREPORT report_handle(PyObject *object)
{
    HREPORT handle;

    if (must_be_one(object, "Report") == NULL)
        return NULL;
    handle = address_of(object, "handle");
    if (handle == NULL && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "the report is closed");
    return handle;
}

static WerTemplate *template_from_object(PyObject *object)
{
    WerTemplate *t;

    if (must_be_one(object, "ReportTemplate") == NULL)
        return NULL;
    t = (WerTemplate *)address_of(object, "address");
    if (t != NULL)
        wer_template_retain(t);
    return t;
}

WerCAPI wer_capi = {
    WER_CAPI_VERSION,
    sizeof(WerCAPI),
    report_from_handle,
    report_check,
    report_handle,
    WerReportCreate,
    WerReportSetParameter,
    WerReportSetUIOption,
    WerReportAddFile,
    WerReportAddDump,
    WerReportSubmit,
    WerReportCloseHandle,
    wer_template_create,
    wer_template_retain,
    wer_template_release,
    wer_template_set_parameter,
    wer_template_add_file,
    wer_template_set_dump,
    wer_template_set_timeout,
    template_from_object,
    wer_report_exception,
    wer_report_here,
    wer_wait_for_report,
    wer_handler_install,
    wer_handler_uninstall,
};
