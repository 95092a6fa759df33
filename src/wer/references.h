/* References are given up by a call: what Python's macros expand to takes three times the code, in some hundreds of
 * places. */
#ifndef WER_REFERENCES_H
#define WER_REFERENCES_H

#include <Python.h>

#include "fast.h"

#if defined(_MSC_VER) && !defined(__clang__)
#pragma optimize("s", on) /* as gcc's -Os: setuptools asks for speed */
#endif

WER_QUICK void wer_give_up(PyObject *object)
{
    Py_XDECREF(object);
}

#undef Py_DECREF
#undef Py_XDECREF
#undef Py_CLEAR
#define Py_DECREF(object) wer_give_up((PyObject *)(object))
#define Py_XDECREF(object) wer_give_up((PyObject *)(object))
#define Py_CLEAR(place) \
    do { \
        PyObject *cleared = (PyObject *)(place); \
        (place) = NULL; \
        wer_give_up(cleared); \
    } while (0)

#endif /* WER_REFERENCES_H */
