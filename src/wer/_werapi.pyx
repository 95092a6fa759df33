# cython: language_level=3, annotation_typing=False, freethreading_compatible=True, subinterpreters_compatible=own_gil
# cython: auto_pickle=False, binding=False, embedsignature=True, embedsignature.format=clinic
"""The calls into wer.dll: convert, make one WER call without the GIL, check the HRESULT."""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_CheckBuffer, PyObject_GetBuffer
from cpython.mem cimport PyMem_Calloc, PyMem_Free
from cpython.object cimport PyObject
from libc.string cimport memcpy, memset

from wer.libwer cimport *

from enum import Enum as _Enum
from errno import EACCES as _EACCES
from errno import ESRCH as _ESRCH
from operator import index as _index
from os import fsdecode as _fsdecode
from os import path as _path
from sys import modules as _modules


cdef extern from "_asserts.h":  # proves the numbers in _enums.py against werapi.h, at compile time
    pass

cdef extern from "loadwer.h" nogil:
    DWORD wer_load()
    ctypedef void (*FARPROC)()
    FARPROC wer_find(const char *function)

cdef extern from "wer/werapi.h" nogil:
    HRESULT HRESULT_FROM_WIN32(DWORD error)
    LONG InterlockedCompareExchange(LONG *target, LONG value, LONG expected)
    LONG InterlockedExchange(LONG *target, LONG value)
    enum:
        ERROR_PROC_NOT_FOUND
        FORMAT_MESSAGE_FROM_SYSTEM
        FORMAT_MESSAGE_IGNORE_INSERTS
        FORMAT_MESSAGE_MAX_WIDTH_MASK
    DWORD FormatMessageW(
        DWORD flags, const void *source, DWORD code, DWORD language, WCHAR *buffer, DWORD size, void *arguments)

cdef extern from "fast.h" nogil:
    void wer_let_go(LONG *target)

cdef extern from "Python.h":
    str PyUnicode_FromWideChar(const WCHAR *text, Py_ssize_t length)

include "_later.pxi"
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
        raise ImportError(
            f"wer.dll cannot be loaded from System32 (error {error}: {system_text(<HRESULT>error)}); "
            "Windows has it since Vista, some minimal containers leave it out",
            name="wer._werapi",
        )
    return 0


load()


cdef int check(HRESULT hr, const char *function, object filename=None) except -1:
    """Raise what a failing HRESULT means. `function` is the WER function that returned it."""
    if hr >= 0:
        return 0
    name = function.decode("ascii")
    if hr == HRESULT_FROM_WIN32(ERROR_PROC_NOT_FOUND) and wer_find(function) == NULL:
        raise NotImplementedError(f"{name}: this machine's wer.dll does not have it; Windows has, since Vista")
    raise _WerError(hr, name, system_text(hr), filename)


cdef int enter(LONG *busy, const char *what, const char *advice) except -1:
    """Take a report or a store for one call; the caller gives it back with `leave` right behind the call."""
    if InterlockedCompareExchange(busy, 1, 0) != 0:
        raise RuntimeError(
            f"another call on this {what.decode('ascii')} is still running: {advice.decode('ascii')}")
    return 0


cdef inline void leave(LONG *busy) noexcept nogil:
    wer_let_go(busy)


include "_lookup.pxi"
include "_snapshot.pxi"
include "_report.pxi"
include "_fast.pxi"
include "_template.pxi"
include "_store.pxi"
include "_registration.pxi"
include "_settings.pxi"
include "_capi.pxi"
include "_interpreters.pxi"
