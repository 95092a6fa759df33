/* A report of a store as Python objects. */
#ifndef WER_DESCRIBED_H
#define WER_DESCRIBED_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "storereader.h"

static Py_ssize_t wer_units(const WCHAR *text, size_t most)
{
    size_t length = 0;

    while (length < most && text[length] != 0)
        length++;
    return (Py_ssize_t)length;
}

/* The names in a list that a second NUL ends; what it does not end ends with its room. */
static PyObject *wer_file_names(const WCHAR *names, size_t room)
{
    PyObject *list = PyList_New(0);
    size_t at = 0;

    while (list != NULL && at < room && names[at] != 0) {
        Py_ssize_t length = wer_units(names + at, room - at);
        PyObject *name = PyUnicode_FromWideChar(names + at, length);
        if (name == NULL || PyList_Append(list, name) < 0)
            Py_CLEAR(list);
        Py_XDECREF(name);
        at += (size_t)length + 1;
    }
    return list;
}

static PyObject *wer_parameters(const WER_REPORT_SIGNATURE *signature)
{
    PyObject *list = PyList_New(0);
    size_t i;

    for (i = 0; list != NULL && i < WER_MAX_PARAM_COUNT; i++) {
        const WER_REPORT_PARAMETER *p = &signature->Parameters[i];
        PyObject *pair = Py_BuildValue(
            "u#u#", p->Name, wer_units(p->Name, ARRAYSIZE(p->Name)), p->Value, wer_units(p->Value, ARRAYSIZE(p->Value)));
        if (pair == NULL || PyList_Append(list, pair) < 0)
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    return list;
}

enum { WER_MOST_KEY = 32768 }; /* units, as of a path */
#define WER_TEXT(field) (field), wer_units((field), ARRAYSIZE(field))
#define WER_GUID(field) (const char *)&(field), (Py_ssize_t)sizeof(GUID)

/* What has been read: the report's key, the version of its metadata and that itself, of the newest version, with what an
 * older one does not have as zero or empty (wer/_store.py unpacks it); (key, 0, None) if it could not be read; None if
 * there is no report. */
static PyObject *wer_described(const WerReading *r)
{
    const WER_REPORT_METADATA_V3 *m = &r->metadata;

    if (r->key == NULL)
        return Py_BuildValue("");
    if (r->version == 0 || r->hr != S_OK || r->function == NULL)
        return Py_BuildValue("u#iO", r->key, wer_units(r->key, WER_MOST_KEY), 0, Py_None);
    return Py_BuildValue(
        "u#i("
        "u#N" /* V1 */
        "y#y#KK"
        "u#ky#N"        /* V2 */
        "u#u#u#u#u#K)", /* V3 */
        r->key, wer_units(r->key, WER_MOST_KEY), r->version,
        WER_TEXT(m->Signature.EventName), wer_parameters(&m->Signature), WER_GUID(m->BucketId), WER_GUID(m->ReportId),
        (unsigned long long)m->CreationTime.dwHighDateTime << 32 | m->CreationTime.dwLowDateTime, m->SizeInBytes,
        WER_TEXT(m->CabId), m->ReportStatus, WER_GUID(m->ReportIntegratorId), wer_file_names(r->names, r->room),
        WER_TEXT(m->FriendlyEventName), WER_TEXT(m->ApplicationName), WER_TEXT(m->ApplicationPath),
        WER_TEXT(m->Description), WER_TEXT(m->BucketIdString), m->LegacyBucketId);
}

#endif /* WER_DESCRIBED_H */
