# What comes from Python: the classes that arguments, results and errors are about, and a few functions. Each is
# imported when it is needed first, since making the enums takes longer than all the rest of `import wer`.

cdef enum Class:
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
    CLASSES

cdef extern from *:
    """
    static const struct {
        const char *module, *name;
    } wer_classes[] = { /* by Class */
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
    ctypedef struct ClassNames:
        const char *module
        const char *name
    const ClassNames class_names "wer_classes"[<int>CLASSES]

cdef extern from "Python.h":
    object PyImport_ImportModule(const char *name)
    object PyObject_GetAttrString(object value, const char *name)
    PyObject *new_attribute "PyObject_GetAttrString"(object value, const char *name) except NULL
    PyObject *PyTuple_GET_ITEM(PyObject *items, Py_ssize_t index)
    PyObject *PyUnicode_InternFromString(const char *text) except NULL


@cython.final
cdef class _Interpreter:
    # What each interpreter has of its own. A look into the module's state takes as long as a quarter of a call; so this
    # is in one place, and each report looks once. It lives as long as the process: a report may outlive the module.

    cdef PyObject *classes[<int>CLASSES]  # by Class; NULL: not imported yet
    cdef PyObject *results  # the members of SubmitResult, in a tuple; NULL before somebody asks
    cdef PyObject *names[9]  # of the arguments of `Report.add_dump`


cdef extern from *:
    """
    /* Those of the first few interpreters, by their number: what is in the module's state takes ten times as long to
     * find. Only Py_Finalize makes numbers free, and whoever imports the module after that puts in a new one. */
    static PyObject *wer_own[32];

    static PyObject **wer_place_of_own(void)
    {
        long long number = PyInterpreterState_GetID(PyInterpreterState_Get());

        return number >= 0 && number < 32 ? &wer_own[number] : NULL;
    }
    """
    PyObject **wer_place_of_own()


cdef _Interpreter new_interpreter():
    cdef _Interpreter made = _Interpreter.__new__(_Interpreter)
    cdef PyObject **place = wer_place_of_own()
    cdef int index
    for index in range(9):
        made.names[index] = PyUnicode_InternFromString(dump_arguments[index])
    Py_INCREF(made)
    if place != NULL:
        place[0] = <PyObject *>made
    return made


_own = new_interpreter()


cdef PyObject *own() noexcept:
    """The _Interpreter that belongs to the one which runs this."""
    cdef PyObject **place = wer_place_of_own()
    return place[0] if place != NULL else <PyObject *>_own


cdef inline PyObject *interpreter_of(Report report) noexcept:
    """The same; it is the report's as well."""
    if report._interpreter == NULL:
        report._interpreter = own()
    return <PyObject *>report._interpreter


cdef inline PyObject *known(PyObject *here, Class kind) noexcept:
    """The class as far as it has been imported, or NULL."""
    return (<_Interpreter>here).classes[<int>kind]


cdef object get(Class kind):
    """The class."""
    cdef PyObject *here = own()
    if known(here, kind) == NULL:
        module = PyImport_ImportModule(class_names[<int>kind].module)
        (<_Interpreter>here).classes[<int>kind] = new_attribute(module, class_names[<int>kind].name)
    return <object>known(here, kind)


cdef bint is_exactly(PyObject *value, Class kind) noexcept:
    """Whether `value` is of this very class, as far as that has been imported."""
    return <PyObject *>Py_TYPE(value) == known(own(), kind)


cdef int must_be_of(object value, Class kind, const char *name, const char *advice) except -1:
    if not isinstance(value, get(kind)):
        refuse(
            TypeError, b"%s must be a wer.%s, got %s%s", name, class_names[<int>kind].name,
            type_name(<PyObject *>value), advice)
    return 0
