# The C shape of Report and ReportTemplate, for `cimport`.

from wer.libwer cimport HANDLE, HREPORT, HRESULT, LONG


# Raise what a failing HRESULT means, as the methods of Report do; `function` is the WER function that returned it.
cdef int check(HRESULT hr, const char *function, object filename=*) except -1


cdef class Report:
    cdef HREPORT _handle  # NULL: never created, or closed
    cdef LONG _busy  # 1 while a thread is inside a WER call on this report; changed atomically
    cdef bint _owned  # close() frees the handle
    cdef LONG _initialized  # 1: by the constructor or by from_handle, once; changed atomically
    cdef bint _parameters_known  # all were set through this object
    cdef bint _submitted
    cdef unsigned int _parameters  # bit n: Pn is set
    cdef object _kept  # what is not to be collected before the report is closed: whose handles WER was given
    cdef void *_interpreter  # what its interpreter has of its own; NULL before a call needs it
    cdef HANDLE _opened  # a process handle of our own that WER was given; closed with the report
    cdef object __weakref__
    cdef readonly str event_type
    # Take the report for one call of WER on its handle: ValueError if it is closed or submitted, RuntimeError if
    # another call is running. `end` gives it back, right behind the call, with or without the GIL.
    cdef int begin(self) except -1
    cdef void end(self) noexcept nogil


cdef extern from "wer/capi.h":
    ctypedef struct WerTemplate:
        pass


cdef class ReportTemplate:
    cdef WerTemplate *_template  # NULL: never created
    cdef LONG _busy  # 1 while a thread changes it; changed atomically
    cdef LONG _initialized  # 1: by the constructor, once; changed atomically
    cdef unsigned int _parameters  # bit n: Pn is set
    cdef object __weakref__
    cdef readonly str event_type
    cdef WerTemplate *get(self) except NULL
