# What comes from Python: the classes that arguments, results and errors are about, and a few functions. Each is
# imported when it is needed first, since making the enums takes longer than all the rest of `import wer`.

cdef enum Imported:
    CONSENT
    DUMP_FLAGS
    DUMP_TYPE
    FAULT_REPORTING_FLAGS
    FILE_FLAGS
    FILE_TYPE
    REGISTER_FILE_TYPE
    REPORT_TYPE
    REPORT_UI
    SNAPSHOT_FLAGS
    STORE_TYPE
    SUBMIT_FLAGS
    SUBMIT_RESULT
    DUMP_OPTIONS
    EXCEPTION_INFORMATION
    PROCESS_SNAPSHOT
    WER_ERROR
    ENUM
    ABSPATH
    FSDECODE
    IMPORTED

cdef extern from *:
    """
    static const struct {
        const char *module, *name;
    } wer_imported[] = { /* by Imported */
        {"wer._enums", "Consent"},
        {"wer._enums", "DumpFlags"},
        {"wer._enums", "DumpType"},
        {"wer._enums", "FaultReportingFlags"},
        {"wer._enums", "FileFlags"},
        {"wer._enums", "FileType"},
        {"wer._enums", "RegisterFileType"},
        {"wer._enums", "ReportType"},
        {"wer._enums", "ReportUI"},
        {"wer._enums", "SnapshotFlags"},
        {"wer._enums", "StoreType"},
        {"wer._enums", "SubmitFlags"},
        {"wer._enums", "SubmitResult"},
        {"wer._options", "DumpOptions"},
        {"wer._options", "ExceptionInformation"},
        {"wer._snapshot", "ProcessSnapshot"},
        {"wer._errors", "WerError"},
        {"enum", "Enum"},
        {"os.path", "abspath"},
        {"os", "fsdecode"},
    };
    static const char *const wer_dump_arguments[] = {
        "dump_type", "process", "thread", "exception", "options", "flags", "pid", "tid", "snapshot"};
    """
    const char **dump_arguments "wer_dump_arguments"
    enum:
        DUMP_ARGUMENTS "(sizeof(wer_dump_arguments) / sizeof(wer_dump_arguments[0]))"
    ctypedef struct ImportedNames:
        const char *module
        const char *name
    const ImportedNames imported_names "wer_imported"[<int>IMPORTED]

cdef extern from "Python.h":
    object PyImport_ImportModule(const char *name)
    object PyObject_GetAttrString(object value, const char *name)
    PyObject *new_attribute "PyObject_GetAttrString"(object value, const char *name) except NULL
    PyObject *PyTuple_GET_ITEM(PyObject *items, Py_ssize_t index)
    PyObject *PyUnicode_InternFromString(const char *text) except NULL


@cython.final
cdef class _Interpreter:
    # What each interpreter has of its own: own.h finds it.

    cdef PyObject *imported[<int>IMPORTED]  # by Imported; NULL: not imported yet
    cdef PyObject *results  # the members of SubmitResult, in a tuple; NULL before somebody asks
    cdef PyObject *names[DUMP_ARGUMENTS]  # of the arguments of `Report.add_dump`


cdef extern from "own.h":
    int wer_keep_own(PyObject *made) except -1
    PyObject *own "wer_own"()  # the _Interpreter of the interpreter that runs this


cdef int make_own() except -1:
    cdef _Interpreter made = _Interpreter.__new__(_Interpreter)
    cdef int index
    for index in range(DUMP_ARGUMENTS):
        made.names[index] = PyUnicode_InternFromString(dump_arguments[index])
    return wer_keep_own(<PyObject *>made)


make_own()


cdef inline PyObject *own_of(Report report) noexcept:
    """`own`, which is the report's as well."""
    if report._interpreter == NULL:
        report._interpreter = own()
    return <PyObject *>report._interpreter


cdef inline PyObject *known(PyObject *here, Imported kind) noexcept:
    """The class as far as it has been imported, or NULL."""
    return (<_Interpreter>here).imported[<int>kind]


cdef object get(Imported kind):
    """What `kind` stands for."""
    cdef PyObject *here = own()
    if known(here, kind) == NULL:
        module = PyImport_ImportModule(imported_names[<int>kind].module)
        (<_Interpreter>here).imported[<int>kind] = new_attribute(module, imported_names[<int>kind].name)
    return <object>known(here, kind)


cdef bint is_exactly(PyObject *value, Imported kind) noexcept:
    """Whether `value` is of this very class, as far as that has been imported."""
    return <PyObject *>Py_TYPE(value) == known(own(), kind)


cdef int must_be_of(object value, Imported kind, const char *name, const char *advice) except -1:
    if not isinstance(value, get(kind)):
        refuse(
            TypeError, b"%s must be a wer.%s, got %s%s", name, imported_names[<int>kind].name,
            type_name(<PyObject *>value), advice)
    return 0
