# cython: language_level=3, binding=False, embedsignature=True, embedsignature.format=clinic
# cython: annotation_typing=False, auto_pickle=False, autotestdict=False, boundscheck=False, wraparound=False
# cython: c_string_type=str, c_string_encoding=ascii
# cython: freethreading_compatible=True, subinterpreters_compatible=own_gil
"""The calls into wer.dll: convert, make one WER call without the GIL, check the HRESULT.

Not for programs: the classes and functions of `wer`, in Python, are made of these and have their documentation. They
pass enum members that they have checked; texts, paths and other numbers are checked here.
"""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_CheckBuffer, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.long cimport PyLong_AsVoidPtr
from cpython.pycapsule cimport PyCapsule_New
from libc.errno cimport EACCES, EIO, ESRCH
from libc.string cimport memcpy, memset, strcmp

from msvcrt import get_osfhandle, open_osfhandle
from os import fsdecode

from wer._errors import WerError

from wer.libwer cimport *
from wer.windows cimport *


cdef extern from "asserts.h":  # proves the numbers of werapi.py against werapi.h, at compile time
    pass

include "core/convert.pxi"
include "core/errors.pxi"
include "core/lookup.pxi"
include "core/handles.pxi"
include "core/processes.pxi"
include "core/mutex.pxi"
include "core/snapshot.pxi"
include "core/dumps.pxi"
include "core/report.pxi"
include "core/template.pxi"
include "core/watchdog.pxi"
include "core/store.pxi"
include "core/registration.pxi"
include "core/settings.pxi"
include "core/files.pxi"
include "core/capi.pxi"
include "core/interpreters.pxi"
