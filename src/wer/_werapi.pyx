# cython: language_level=3, annotation_typing=False, freethreading_compatible=True, subinterpreters_compatible=own_gil
# cython: always_allow_keywords=False, auto_pickle=False, autotestdict=False, binding=False
# cython: boundscheck=False, wraparound=False
"""The calls into wer.dll: convert, make one WER call without the GIL, check the HRESULT."""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_CheckBuffer, PyObject_GetBuffer
from libc.string cimport memcpy, memset

from wer.libwer cimport *


cdef extern from "references.h":
    pass

cdef extern from "_asserts.h":  # proves the numbers in _enums.py against werapi.h, at compile time
    pass

cdef extern from "loadwer.h" nogil:
    DWORD wer_load()
    ctypedef void (*FARPROC)()
    FARPROC wer_find(const char *function)

cdef extern from "wer/werapi.h" nogil:
    HRESULT HRESULT_FROM_WIN32(DWORD error)
    LONG InterlockedExchange(LONG *target, LONG value)
    enum:
        ERROR_PROC_NOT_FOUND
        FORMAT_MESSAGE_FROM_SYSTEM
        FORMAT_MESSAGE_IGNORE_INSERTS
        FORMAT_MESSAGE_MAX_WIDTH_MASK
    DWORD FormatMessageW(
        DWORD flags, const void *source, DWORD code, DWORD language, WCHAR *buffer, DWORD size, void *arguments)

cdef extern from "fast.h" nogil:
    bint wer_take_once(LONG *target)
    void leave "wer_let_go"(LONG *target)

cdef extern from "Python.h":
    # cpython.object has these as well, and with them code that imports `type`.
    ctypedef struct PyObject:
        pass
    ctypedef struct PyTypeObject:
        pass
    PyTypeObject *Py_TYPE(PyObject *value)
    void Py_XDECREF(PyObject *value)
    void *PyErr_SetImportError(object text, object name, object path) except NULL
    str PyUnicode_FromWideChar(const WCHAR *text, Py_ssize_t length)

include "_imported.pxi"
include "_convert.pxi"
include "_handles.pxi"


cdef str system_text(HRESULT code):
    """What Windows says about a Win32 error or an HRESULT; "" if it says nothing."""
    cdef WCHAR text[512]
    cdef DWORD length = FormatMessageW(
        FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK,
        NULL, <DWORD>code, 0, text, 512, NULL)
    return PyUnicode_FromWideChar(text, length).strip()


cdef int load() except -1:
    """Load wer.dll. It is the process's: what an interpreter has loaded stays for the others."""
    cdef DWORD error = wer_load()
    if error:
        windows = system_text(<HRESULT>error)
        PyErr_SetImportError(PyUnicode_FromFormat(
            b"wer.dll cannot be loaded from System32 (error %lu: %U); Windows has it since Vista, some minimal "
            b"containers leave it out", error, <PyObject *>windows), "wer._werapi", None)
    return 0


load()


cdef int check(HRESULT hr, const char *function, object filename=None) except -1:
    """Raise what a failing HRESULT means. `function` is the WER function that returned it."""
    if hr >= 0:
        return 0
    if hr == HRESULT_FROM_WIN32(ERROR_PROC_NOT_FOUND) and wer_find(function) == NULL:
        refuse(NotImplementedError, b"%s: this machine's wer.dll does not have it; Windows has, since Vista", function)
    windows = system_text(hr)
    return raise_with(get(WER_ERROR), b"(lsOO)", hr, function, <PyObject *>windows, <PyObject *>filename)


cdef int enter(LONG *busy, const char *what, const char *advice) except -1:
    """Take a report or a store for one call; the caller gives it back with `leave` right behind the call."""
    if not wer_take_once(busy):
        refuse(RuntimeError, b"another call on this %s is still running: %s", what, advice)
    return 0


include "_lookup.pxi"
include "_snapshot.pxi"
include "_processes.pxi"
include "_methods.pxi"
include "_report.pxi"
include "_report_calls.pxi"
include "_create.pxi"
include "_template.pxi"
include "_store.pxi"
include "_registration.pxi"
include "_settings.pxi"
include "_functions.pxi"
include "_capi.pxi"
include "_interpreters.pxi"
