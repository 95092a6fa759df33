# Prepared crash reports: filled in here while all is well, filed by C code (prepared.c) in the crash.

cdef extern from "Python.h":
    object PyFloat_FromDouble(double value)

cdef extern from "crashhandler.h" nogil:
    enum:
        WER_TEMPLATE_FILES
        WER_TEMPLATE_TIMEOUT_MS
    HRESULT wer_template_create(
        PCWSTR event_type, WER_REPORT_TYPE type, const WER_REPORT_INFORMATION *information,
        WER_CONSENT consent, DWORD submit_flags, WerTemplate **result)
    void wer_template_retain(WerTemplate *t)
    void wer_template_release(WerTemplate *t)
    HRESULT wer_template_set_parameter(WerTemplate *t, DWORD id, PCWSTR name, PCWSTR value)
    HRESULT wer_template_add_file(WerTemplate *t, PCWSTR path, WER_FILE_TYPE type, DWORD flags)
    HRESULT wer_template_set_dump(
        WerTemplate *t, WER_DUMP_TYPE type, const WER_DUMP_CUSTOM_OPTIONS *options, DWORD flags)
    HRESULT wer_template_set_timeout(WerTemplate *t, DWORD milliseconds)
    HRESULT wer_handler_install(WerTemplate *t)
    HRESULT wer_handler_uninstall(WerTemplate *t)
    BOOL wer_handler_installed(WerTemplate *t)

cdef extern from "wer/werapi.h" nogil:
    enum:
        ERROR_ALREADY_EXISTS
        ERROR_NOT_ENOUGH_QUOTA


cdef int check_template(HRESULT hr) except -1:
    """Raise what a setter of a template means. All that depends on its arguments has been refused before."""
    if hr >= 0:
        return 0
    if hr == WER_E_INVALID_STATE:
        refuse(ValueError, b"the template is installed or has been reported; prepare a new one")
    if hr == HRESULT_FROM_WIN32(ERROR_NOT_ENOUGH_QUOTA):
        refuse(ValueError, b"a template takes at most %d files", <int>WER_TEMPLATE_FILES)
    windows = system_text(hr)
    return refuse_code(
        PyUnicode_FromFormat(b"the report cannot be prepared: %U", <PyObject *>windows), hr & 0xFFFF)


cdef bint is_installed(WerTemplate *template) noexcept:
    return template != NULL and wer_handler_installed(template)


cdef class ReportTemplate:
    """ReportTemplate(event_type, report_type=wer.ReportType.APPLICATION_CRASH, *, consent, flags=0, timeout=60.0, \
 consent_key="", friendly_event_name="", application_name="", application_path="", description="", \
 namespace_partner="", namespace_group="", application_identity=b"")\n--\n
    A crash report, prepared while all is well and filed by the thread that crashes.

    `install_crash_handler` files it; a native host files it with ``report_exception`` of ``wer/capi.h``. Everything
    that WER is told stands in one block of memory by then, so the crash runs no Python and allocates nothing in
    our code. A template holds no report handle: WER is first called in the crash.

    Once it is installed or has been reported it cannot be changed. A minidump of the process is part of it unless
    `set_dump` says something else.

    Parameters
    ----------
    event_type : str
        Name of the event, 1 to 64 UTF-16 units.
    report_type : ReportType
        By default APPLICATION_CRASH.
    consent : Consent
        What the user agreed to. There is no default: APPROVED sends the report off the machine.
    flags : SubmitFlags
        How it is submitted, e.g. QUEUE.
    timeout : float
        Seconds that a thread whose stack has overflowed waits for its report, which is filed on another
        thread's stack; by default 60. Other crashes are reported by their own thread, without a limit.
    consent_key, friendly_event_name, application_name, application_path, description : str
        As for `Report`.
    namespace_partner, namespace_group : str
        As for `Report`.
    application_identity : bytes
        As for `Report`.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type, too long, or holds a NUL; the text names it and its limit.
    OSError
        The thread for stack overflows could not be created.
    """

    def __init__(self, *arguments, **options):
        cdef WCHAR event[WER_MAX_EVENT_NAME_LENGTH + 1]
        cdef WER_REPORT_INFORMATION_V5 info
        cdef Description description
        cdef PyObject *event_type
        cdef PyObject *report_type = NULL
        cdef PyObject *consent = NULL
        cdef PyObject *flags = NULL
        cdef const WCHAR *name
        cdef int kind = WerReportApplicationCrash, agreed
        cdef DWORD bits = 0
        cdef double timeout = WER_TEMPLATE_TIMEOUT_MS / 1000.0
        cdef WerTemplate *template = NULL
        cdef HRESULT hr
        memset(&description, 0, sizeof(description))
        PyArg_ParseTupleAndKeywords(
            arguments, options, b"O|O$OOdOOOOOOOO:ReportTemplate", template_arguments, &event_type, &report_type,
            &consent, &flags, &timeout, &description.consent_key, &description.friendly_event_name,
            &description.application_name, &description.application_path, &description.description,
            &description.namespace_partner, &description.namespace_group, &description.application_identity)
        if consent == NULL:
            refuse(TypeError, b"ReportTemplate() needs consent, a keyword: what the user agreed to, e.g. %s", (
                b"wer.Consent.NOT_ASKED"))
        name = required(event_type, event, WER_MAX_EVENT_NAME_LENGTH, b"event_type")
        if report_type != NULL:
            kind = choice(report_type, REPORT_TYPE, 0, 4, b"report_type")
        agreed = choice(consent, CONSENT, 1, 4, b"consent")
        if flags != NULL:
            bits = flag_bits(flags, SUBMIT_FLAGS, 0xFFFFFFFF, b"flags")
        if not 0.001 <= timeout <= 4000000:
            seconds = PyFloat_FromDouble(timeout)
            refuse(ValueError, b"timeout must be 0.001 to 4000000 seconds, got %S", <PyObject *>seconds)
        fill_information(&info, &description)
        if InterlockedExchange(&self._initialized, 1) != 0:
            refuse(RuntimeError, b"this template has already been created; make a new one")
        hr = wer_template_create(
            name, <WER_REPORT_TYPE>kind, <WER_REPORT_INFORMATION *>&info if info.dwSize else NULL,
            <WER_CONSENT>agreed, bits, &template)
        if hr < 0:
            InterlockedExchange(&self._initialized, 0)
        check_template(hr)
        wer_template_set_timeout(template, <DWORD>(timeout * 1000))
        self._template = template
        self.event_type = PyUnicode_FromObject(<object>event_type)

    def __dealloc__(self):
        wer_template_release(self._template)

    def __repr__(self) -> str:
        return PyUnicode_FromFormat(
            b"<wer.ReportTemplate %R%s>", <PyObject *>self.event_type,
            b" installed" if is_installed(self._template) else b"")

    cdef WerTemplate *get(self) except NULL:
        """The C template. It stays this object's own."""
        if self._template == NULL:
            refuse(ValueError, b"the template was not created: its __init__ did not run")
        return self._template

    # For CrashHandler, in _crash_handler.py.

    @property
    def _installed(self):
        return is_installed(self._template)

    def _install(self):
        cdef HRESULT hr
        self.get()
        check_gap(self._parameters)
        hr = wer_handler_install(self._template)
        if hr == HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS):
            refuse(
                RuntimeError, b"a crash handler is already installed; a process has one: uninstall that first")
        if hr == HRESULT_FROM_WIN32(ERROR_NOT_ENOUGH_QUOTA):
            refuse(
                RuntimeError, b"crash handlers were uninstalled from under other filters too often in this process")

    def _uninstall(self):
        wer_handler_uninstall(self._template)


cdef int begin_template(ReportTemplate template) except -1:
    """Enter a change of `template`."""
    template.get()
    return enter(&template._busy, b"template", b"one thread changes it at a time")


cdef object template_set_parameter(ReportTemplate self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef WCHAR value_buffer[WER_MAX_PARAM_LENGTH]
    cdef WCHAR name_buffer[WER_MAX_SIGNATURE_NAME_LENGTH + 1]
    cdef const WCHAR *value
    cdef const WCHAR *name = NULL
    cdef PyObject *given[3]
    cdef DWORD index
    cdef HRESULT hr
    wer_unpack(&SET_PARAMETER, args, count, names, NULL, given)
    index = <DWORD>integer(given[0], 0, WER_MAX_PARAM_COUNT - 1, b"index")
    value = wide(given[1], value_buffer, WER_MAX_PARAM_LENGTH - 1, b"value")
    if given[2] != NULL and given[2] != <PyObject *>None:
        name = wide(given[2], name_buffer, WER_MAX_SIGNATURE_NAME_LENGTH, b"name")
    begin_template(self)
    hr = wer_template_set_parameter(self._template, index, name, value)
    if hr >= 0:
        self._parameters |= 1U << index
    leave(&self._busy)
    check_template(hr)
    return None


cdef object template_add_file(ReportTemplate self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef WCHAR buffer[MAX_PATH]
    cdef PyObject *given[3]
    cdef const WCHAR *path
    cdef int kind = WerFileTypeOther
    cdef DWORD flags = 0
    cdef HRESULT hr
    wer_unpack(&ADD_FILE, args, count, names, NULL, given)
    full = full_path(<object>given[0])
    path = required(<PyObject *>full, buffer, MAX_PATH - 1, b"path")
    if given[1] != NULL:
        kind = choice(given[1], FILE_TYPE, 1, WerFileTypeAuxiliaryHeapDump, b"file_type")
    if given[2] != NULL:
        flags = flag_bits(given[2], FILE_FLAGS, 0xFFFF, b"flags")
    begin_template(self)
    hr = wer_template_add_file(self._template, path, <WER_FILE_TYPE>kind, flags)
    leave(&self._busy)
    check_template(hr)
    return None


cdef object template_set_dump(ReportTemplate self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef WER_DUMP_CUSTOM_OPTIONS_V3 options
    cdef PyObject *given[3]
    cdef int kind = WerDumpTypeMiniDump
    cdef DWORD flags = 0
    cdef HRESULT hr
    wer_unpack(&SET_DUMP, args, count, names, NULL, given)
    if given[0] != NULL:
        kind = choice(given[0], DUMP_TYPE, 0, WerDumpTypeTriageDump, b"dump_type")
    if given[2] != NULL:
        flags = flag_bits(given[2], DUMP_FLAGS, 0xFFFFFFFF, b"flags")
    options.dwSize = 0
    if given[1] != NULL and given[1] != <PyObject *>None:
        fill_options(&options, <object>given[1])
    begin_template(self)
    hr = wer_template_set_dump(
        self._template, <WER_DUMP_TYPE>kind, <WER_DUMP_CUSTOM_OPTIONS *>&options if options.dwSize else NULL, flags)
    leave(&self._busy)
    check_template(hr)
    return None


cdef extern from *:
    """
    static const char *const wer_set_dump_names[] = {"dump_type", "options", "flags"};
    static const WerSignature wer_set_dump_signature = {"set_dump", wer_set_dump_names, 0, 3, 3};
    static PyMethodDef wer_template_methods[3]; /* the same for all interpreters */
    """
    const WerSignature SET_DUMP "wer_set_dump_signature"
    PyMethodDef template_methods "wer_template_methods"[3]

define(
    ReportTemplate, &template_methods[0], b"set_parameter", <void *>template_set_parameter,
    b"""set_parameter($self, /, index, value, name=None)\n--\n
    Set signature parameter P`index`; what `Report.set_parameter` says holds.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type or out of its limits, or the template is installed or reported.
    RuntimeError
        Another thread is changing the template.
    """)

define(
    ReportTemplate, &template_methods[1], b"add_file", <void *>template_add_file,
    b"""add_file($self, /, path, file_type=wer.FileType.OTHER, flags=0)\n--\n
    Add a file, at most 32; what `Report.add_file` says holds.

    The file is looked for in the crash: one that is missing then is left out of the report.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        As for `set_parameter`.
    """)

define(
    ReportTemplate, &template_methods[2], b"set_dump", <void *>template_set_dump,
    b"""set_dump($self, /, dump_type=wer.DumpType.MINIDUMP, options=None, flags=0)\n--\n
    Say what dump of the process the report has; `DumpType.NONE` for none.

    The dump is of the whole process, with the exception and the thread that crashed.

    Parameters
    ----------
    dump_type : DumpType
        By default MINIDUMP.
    options : DumpOptions, optional
        Custom contents.
    flags : DumpFlags
        E.g. NOHEAP_ONQUEUE.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        As for `set_parameter`.
    """)
