# Shorter ways into the methods of Report that are called most. Each serves the plain forms of a call, with whole
# numbers, enum members and handles as ints, and leaves everything else, all that can be wrong included, to the method
# behind it. It takes its arguments as the interpreter has them: Cython's own unpacking would cost as much as the rest.

cdef extern from "fast.h" nogil:
    bint wer_plain(PyObject *value, long low, long high, long *number)
    bint wer_member(PyObject *value, PyObject *kind, long low, long high, long *number)
    bint wer_plain_handle(PyObject *value, HANDLE *handle)
    bint wer_arrange(
        PyObject *const *args, Py_ssize_t count, PyObject *names, PyObject *const *known, int most, PyObject **arranged)
    const WCHAR *wer_plain_text(PyObject *text, WCHAR *buffer, Py_ssize_t limit)
    bint wer_full_path(PyObject *text, WCHAR *path, Py_ssize_t limit)

cdef extern from "fast.h":
    ctypedef void (*vectorcallfunc)()
    void wer_set_vectorcall(PyObject *kind, vectorcallfunc shorter)
    object wer_new(PyObject *kind)
    object wer_call_class(PyObject *kind, PyObject *const *args, size_t count, PyObject *names)

cdef extern from "Python.h":
    ctypedef void (*PyCFunction)()
    ctypedef struct PyMethodDef:
        PyCFunction ml_meth
    ctypedef struct PyMethodDescrObject:
        PyMethodDef *d_method
    Py_ssize_t PyVectorcall_NARGS(size_t count)

ctypedef object (*FastMethod)(Report self, PyObject *const *args, Py_ssize_t count, PyObject *names)

cdef extern from *:
    """
    /* The methods behind: the same in every interpreter of the process, as is what stands before them. */
    static PyCFunction wer_plain_add_dump, wer_plain_set_parameter, wer_plain_add_file, wer_plain_submit;
    """
    PyCFunction plain_add_dump "wer_plain_add_dump"
    PyCFunction plain_set_parameter "wer_plain_set_parameter"
    PyCFunction plain_add_file "wer_plain_add_file"
    PyCFunction plain_submit "wer_plain_submit"

# Of (dump_type, process, thread, exception, options, flags); the others are never plain.
cdef enum:
    DUMP_ARGUMENTS = 6
    ONE_DIGIT = 0x3FFFFFFF  # the highest that `wer_small` knows


@cython.final
cdef class Shorter:
    """What the shorter ways need of their interpreter, in one place: each look into the module's state takes as long as
    a quarter of a call, so each report looks once."""

    cdef Later dump_type
    cdef Later dump_flags
    cdef Later file_type
    cdef Later file_flags
    cdef Later consent
    cdef Later submit_flags
    cdef dict results
    cdef tuple names
    cdef PyObject *known[DUMP_ARGUMENTS]

    def __cinit__(self):
        cdef int index
        self.dump_type = _DumpType
        self.dump_flags = _DumpFlags
        self.file_type = _FileType
        self.file_flags = _FileFlags
        self.consent = _Consent
        self.submit_flags = _SubmitFlags
        self.results = _results
        self.names = ("dump_type", "process", "thread", "exception", "options", "flags")
        for index in range(DUMP_ARGUMENTS):
            self.known[index] = <PyObject *>self.names[index]


_shorter = Shorter()


cdef inline Shorter shorter_of(Report report):
    if report._shorter is None:
        report._shorter = _shorter
    return <Shorter>report._shorter


cdef bint member(PyObject *value, Later kind, long low, long high, long *number) noexcept:
    """Whether `value` is a member of `kind`, if that is in use, within these limits."""
    return wer_member(value, <PyObject *>kind.found, low, high, number)


cdef object fast_add_dump(Report self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef Shorter shorter = None
    cdef PyObject *arranged[DUMP_ARGUMENTS]
    cdef PyObject *const *given = args
    cdef Py_ssize_t most = count
    cdef long kind = WerDumpTypeMiniDump, flags = 0
    cdef HANDLE process = GetCurrentProcess(), thread = NULL
    cdef HRESULT hr
    if count > 0 or names != NULL:
        shorter = shorter_of(self)
    if names != NULL:
        if not wer_arrange(args, count, names, shorter.known, DUMP_ARGUMENTS, arranged):
            return (<FastMethod>plain_add_dump)(self, args, count, names)
        given = arranged
        most = DUMP_ARGUMENTS
    if (
        most > 0 and not plain_dump(shorter, given, most, &kind, &process, &thread, &flags)
        or (kind == WerDumpTypeMicroDump and thread == NULL)
        or InterlockedCompareExchange(&self._busy, 1, 0) != 0
    ):
        return (<FastMethod>plain_add_dump)(self, args, count, names)
    if self._handle == NULL or self._submitted:
        wer_let_go(&self._busy)
        return (<FastMethod>plain_add_dump)(self, args, count, names)
    with nogil:
        hr = WerReportAddDump(self._handle, process, thread, <WER_DUMP_TYPE>kind, NULL, NULL, <DWORD>flags)
    wer_let_go(&self._busy)
    if hr < 0:
        check_dump(hr, process)
    return None


cdef bint plain_dump(
    Shorter shorter, PyObject *const *given, Py_ssize_t count, long *kind, HANDLE *process, HANDLE *thread, long *flags
) noexcept:
    """Convert what is given of the six; NULL in between is not given. False: something is not plain."""
    if count > DUMP_ARGUMENTS:
        return False
    if (
        given[0] != NULL
        and not wer_plain(given[0], 0, WerDumpTypeTriageDump, kind)
        and not member(given[0], shorter.dump_type, 0, WerDumpTypeTriageDump, kind)
    ):
        return False
    if count > 1 and given[1] != NULL and not wer_plain_handle(given[1], process):
        return False
    if count > 2 and given[2] != NULL and not wer_plain_handle(given[2], thread):
        return False
    if count > 3 and given[3] != NULL and given[3] != <PyObject *>None:
        return False
    if count > 4 and given[4] != NULL and given[4] != <PyObject *>None:
        return False
    return (
        count < 6 or given[5] == NULL
        or wer_plain(given[5], 0, ONE_DIGIT, flags)
        or member(given[5], shorter.dump_flags, 0, ONE_DIGIT, flags)
    )


cdef object fast_set_parameter(Report self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef WCHAR value_buffer[WER_MAX_PARAM_LENGTH]
    cdef WCHAR name_buffer[WER_MAX_SIGNATURE_NAME_LENGTH + 1]
    cdef const WCHAR *name = NULL
    cdef const WCHAR *value
    cdef long index
    cdef HRESULT hr
    if (
        names != NULL or count < 2 or count > 3
        or not wer_plain(args[0], 0, WER_MAX_PARAM_COUNT - 1, &index)
    ):
        return (<FastMethod>plain_set_parameter)(self, args, count, names)
    value = wer_plain_text(args[1], value_buffer, WER_MAX_PARAM_LENGTH - 1)
    if count == 3 and args[2] != <PyObject *>None:
        name = wer_plain_text(args[2], name_buffer, WER_MAX_SIGNATURE_NAME_LENGTH)
        if name == NULL:
            value = NULL
    if value == NULL:
        return (<FastMethod>plain_set_parameter)(self, args, count, names)
    begin(self)
    with nogil:
        hr = WerReportSetParameter(self._handle, <DWORD>index, name, value)
    if hr >= 0:
        self._parameters |= 1U << index
    wer_let_go(&self._busy)
    if hr < 0:
        check(hr, b"WerReportSetParameter")
    return None


cdef object fast_add_file(Report self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef WCHAR path[MAX_PATH]
    cdef long kind = WerFileTypeOther, flags = 0
    cdef Shorter shorter = shorter_of(self)
    cdef HRESULT hr
    if (
        names != NULL or count < 1 or count > 3
        or not wer_full_path(args[0], path, MAX_PATH - 1)
        or count > 1 and not wer_plain(args[1], 1, WerFileTypeAuxiliaryHeapDump, &kind) and not member(
            args[1], shorter.file_type, 1, WerFileTypeAuxiliaryHeapDump, &kind)
        or count > 2 and not wer_plain(args[2], 0, 0xFFFF, &flags) and not member(
            args[2], shorter.file_flags, 0, 0xFFFF, &flags)
    ):
        return (<FastMethod>plain_add_file)(self, args, count, names)
    begin(self)
    with nogil:
        hr = WerReportAddFile(self._handle, path, <WER_FILE_TYPE>kind, <DWORD>flags)
    wer_let_go(&self._busy)
    if hr < 0:
        check(hr, b"WerReportAddFile", <object>args[0])
    return None


cdef object fast_submit(Report self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef long consent = 0, flags = 0
    cdef Shorter shorter = shorter_of(self)
    cdef WER_SUBMIT_RESULT result = WerReportAsync
    cdef HRESULT hr
    if (
        names != NULL or count < 1 or count > 2
        or not wer_plain(args[0], 1, WerConsentAlwaysPrompt, &consent) and not member(
            args[0], shorter.consent, 1, WerConsentAlwaysPrompt, &consent)
        or count > 1 and not wer_plain(args[1], 0, ONE_DIGIT, &flags) and not member(
            args[1], shorter.submit_flags, 0, ONE_DIGIT, &flags)
        or flags & WER_SUBMIT_OUTOFPROCESS_ASYNC
        or self._parameters & (self._parameters + 1)
    ):
        return (<FastMethod>plain_submit)(self, args, count, names)
    begin(self)
    with nogil:
        hr = WerReportSubmit(self._handle, <WER_CONSENT>consent, <DWORD>flags, &result)
    if hr >= 0:
        self._submitted = True
    wer_let_go(&self._busy)
    if hr < 0:
        check(hr, b"WerReportSubmit")
    answer = shorter.results.get(<int>result)
    return submit_result(<int>result) if answer is None else answer


cdef object fast_create(PyObject *kind, PyObject *const *args, size_t count, PyObject *names):
    """Report(event_type). `kind` is Report: Python calls this for no class derived from it."""
    cdef WCHAR buffer[WER_MAX_EVENT_NAME_LENGTH + 1]
    cdef Report self
    cdef HREPORT handle = NULL
    cdef const WCHAR *name
    cdef HRESULT hr
    if names != NULL or PyVectorcall_NARGS(count) != 1:
        return wer_call_class(kind, args, count, names)
    name = wer_plain_text(args[0], buffer, WER_MAX_EVENT_NAME_LENGTH)
    if name == NULL or name[0] == 0:
        return wer_call_class(kind, args, count, names)
    self = <Report>wer_new(kind)
    self._initialized = 1
    with nogil:
        hr = WerReportCreate(name, WerReportNonCritical, NULL, &handle)
    if hr < 0:
        check(hr, b"WerReportCreate")
    self._handle = handle
    self._owned = self._parameters_known = True
    self.event_type = <str><object>args[0]
    return self


cdef void put_before(object method, FastMethod shorter, PyCFunction *behind):
    """Have calls of a method reach `shorter` first, in all interpreters; `behind` becomes the method itself."""
    cdef PyMethodDef *definition = (<PyMethodDescrObject *><PyObject *>method).d_method
    if definition.ml_meth != <PyCFunction>shorter:
        behind[0] = definition.ml_meth
        definition.ml_meth = <PyCFunction>shorter


put_before(Report.__dict__["add_dump"], fast_add_dump, &plain_add_dump)
put_before(Report.__dict__["set_parameter"], fast_set_parameter, &plain_set_parameter)
put_before(Report.__dict__["add_file"], fast_add_file, &plain_add_file)
put_before(Report.__dict__["submit"], fast_submit, &plain_submit)

wer_set_vectorcall(<PyObject *>Report, <vectorcallfunc>fast_create)  # each interpreter has its own class
