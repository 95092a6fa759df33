# The C shape of what owns a report, for `cimport`: `wer.Report` has it as `_held`.

from wer.libwer cimport HANDLE, HREPORT, HRESULT, LONG, WER_SUBMIT_RESULT


# Raise what a failing HRESULT means, as the methods of `wer.Report` do; `function` is what returned it.
cdef int check(HRESULT hr, const char *function, object filename=*) except -1


cdef class HeldHandle:
    cdef HANDLE _handle
    cdef unsigned long _id  # of the process or the thread; 0 if its handle does not tell


cdef class HeldReport:
    cdef HREPORT _handle  # NULL: never created, or closed
    cdef LONG _busy  # 1 while a thread is inside a WER call on this report; changed atomically
    cdef LONG _initialized  # 1: created or adopted, once; changed atomically
    cdef bint _owned  # close() frees the handle
    cdef bint _parameters_known  # all were set through this object
    cdef bint _submitted
    cdef unsigned int _parameters  # bit n: Pn is set
    cdef WER_SUBMIT_RESULT _result  # what WER answered; 0: not submitted
    cdef HeldHandle _process  # what the report is about; None: the calling process
    cdef list _kept  # what WER was given: to stay open until the report is submitted or closed; or None
    # Take the report for one call of WER on its handle: ValueError if it is closed or submitted, RuntimeError if
    # another call is running. `end` gives it back, right behind the call, with or without the GIL.
    cdef int begin(self) except -1
    cdef void end(self) noexcept nogil
