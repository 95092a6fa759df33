# Error reports: what one is, from its creation to its end.

cdef extern from "Python.h":
    bint PyBytes_Check(PyObject *value)
    Py_ssize_t PyBytes_GET_SIZE(PyObject *value)
    const char *PyBytes_AS_STRING(PyObject *value)
    Py_UCS4 PyUnicode_READ_CHAR(object text, Py_ssize_t index)
    Py_ssize_t PyUnicode_FindChar(object text, Py_UCS4 char, Py_ssize_t start, Py_ssize_t end, int direction) except -2
    # Several times shorter than Cython's own unpacking of this many keywords.
    int PyArg_ParseTupleAndKeywords(object arguments, object options, const char *format, char **names, ...) except 0
    object PyNumber_ToBase(object number, int base)


cdef int begin(Report report) except -1:
    """Enter a WER call on `report`, which must be open and not submitted."""
    enter(&report._busy, b"report", b"a report takes one call at a time")
    if report._handle == NULL:
        leave(&report._busy)
        refuse(ValueError, b"the report is closed")
    if report._submitted:
        leave(&report._busy)
        refuse(ValueError, b"the report has been submitted; file a new one")
    return 0


cdef HRESULT free_report(Report report) noexcept nogil:
    """Free what the report owns. The handle is forgotten first: whatever WER answers, it is gone."""
    cdef HREPORT handle = report._handle
    cdef HANDLE opened = report._opened
    cdef HRESULT hr = 0
    report._handle = NULL
    report._opened = NULL
    if handle != NULL and report._owned:
        hr = WerReportCloseHandle(handle)
    if opened != NULL:
        CloseHandle(opened)
    return hr


cdef struct Description:
    # What the arguments of these names are, here and in `ReportTemplate`; NULL: not given.
    PyObject *consent_key
    PyObject *friendly_event_name
    PyObject *application_name
    PyObject *application_path
    PyObject *description
    PyObject *namespace_partner
    PyObject *namespace_group
    PyObject *application_identity


cdef int fill_information(WER_REPORT_INFORMATION_V5 *info, const Description *given) except -1:
    """Fill in what people read and WER looks up by, in zeroed memory, and say in dwSize how much that takes.

    That is 0 if nothing was given: WER then derives everything from the process.
    """
    cdef Py_ssize_t size
    memset(info, 0, sizeof(info[0]))
    fill(info.wzConsentKey, given.consent_key, 64 - 1, b"consent_key")
    fill(
        info.wzFriendlyEventName, given.friendly_event_name, WER_MAX_FRIENDLY_EVENT_NAME_LENGTH - 1,
        b"friendly_event_name")
    fill(info.wzApplicationName, given.application_name, WER_MAX_APPLICATION_NAME_LENGTH - 1, b"application_name")
    fill(info.wzApplicationPath, given.application_path, MAX_PATH - 1, b"application_path")
    fill(info.wzDescription, given.description, WER_MAX_DESCRIPTION_LENGTH - 1, b"description")
    fill(info.wzNamespacePartner, given.namespace_partner, 64 - 1, b"namespace_partner")
    fill(info.wzNamespaceGroup, given.namespace_group, 64 - 1, b"namespace_group")
    size = 0 if given.application_identity == NULL else bytes_size(
        given.application_identity, b"application_identity")
    if size:
        if size != 16:
            refuse(ValueError, b"application_identity takes exactly 16 bytes, got %zd", size)
        memcpy(info.rgbApplicationIdentity, PyBytes_AS_STRING(given.application_identity), 16)
        info.dwSize = sizeof(WER_REPORT_INFORMATION_V4)
    elif info.wzNamespacePartner[0] or info.wzNamespaceGroup[0]:
        info.dwSize = sizeof(WER_REPORT_INFORMATION_V3)
    elif (
        info.wzConsentKey[0] or info.wzFriendlyEventName[0] or info.wzApplicationName[0]
        or info.wzApplicationPath[0] or info.wzDescription[0]
    ):
        info.dwSize = sizeof(WER_REPORT_INFORMATION)
    return 0


cdef Py_ssize_t bytes_size(PyObject *value, const char *name) except -1:
    if not PyBytes_Check(value):
        refuse(TypeError, b"%s must be bytes, got %s", name, type_name(value))
    return PyBytes_GET_SIZE(value)


cdef void needs(WER_REPORT_INFORMATION_V5 *info, size_t size) noexcept:
    """Have `info` be of the version with this size at least."""
    if info.dwSize < size:
        info.dwSize = <DWORD>size


cdef void write_parameters(unsigned int parameters, char *text) noexcept:
    """What `parameters` has: "P0, P2"."""
    cdef char number
    for number in range(WER_MAX_PARAM_COUNT):
        if parameters >> number & 1:
            memcpy(text, b"P0, ", 4)
            text[1] += number
            text += 4
    (text - 2)[0] = 0


cdef int check_gap(unsigned int parameters) except -1:
    """WER refuses a report in which a parameter is set while a lower one is not. Bit n stands for Pn."""
    cdef char given[4 * WER_MAX_PARAM_COUNT]
    cdef char missing[4 * WER_MAX_PARAM_COUNT]
    cdef unsigned int lower = parameters
    if not parameters & (parameters + 1):
        return 0
    lower |= lower >> 1
    lower |= lower >> 2
    lower |= lower >> 4
    lower |= lower >> 8  # by now every bit below the highest
    write_parameters(parameters, given)
    write_parameters(lower & ~parameters, missing)
    return refuse(
        ValueError, b"signature parameters have a gap: %s set, %s not; set every lower one", given, missing)


cdef int create(
    Report report, const WCHAR *event, WER_REPORT_TYPE kind, WER_REPORT_INFORMATION_V5 *info, object process
) except -1:
    """Create the report, once; what `info` lacks yet is the process. WER takes none for the calling one."""
    cdef Target target
    cdef HREPORT handle = NULL
    cdef HRESULT hr
    target.opened = False
    if process is not None:
        find_process(process, None, PROCESS_RIGHTS, &target)
        info.hProcess = target.handle
        needs(info, sizeof(WER_REPORT_INFORMATION))
    if InterlockedExchange(&report._initialized, 1) != 0:
        release(&target)
        refuse(RuntimeError, b"this report has already been created; make a new one")
    with nogil:
        hr = WerReportCreate(event, kind, <WER_REPORT_INFORMATION *>info if info.dwSize else NULL, &handle)
    if hr < 0:
        release(&target)
        InterlockedExchange(&report._initialized, 0)
    check(hr, b"WerReportCreate")
    report._handle = handle
    report._owned = report._parameters_known = True
    report._kept = process
    report._opened = target.handle if target.opened else NULL
    return 0


cdef object full_path(object path):
    """What WER is to take a path for: it wants a full one, or one that starts with an environment variable."""
    cdef object full = get(FSDECODE)(path)
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(<PyObject *>full)
    if length and PyUnicode_READ_CHAR(full, 0) != <Py_UCS4>u"%" and PyUnicode_FindChar(full, 0, 0, length, 1) < 0:
        full = get(ABSPATH)(full)
    return full


cdef extern from *:
    """
    #define WER_DESCRIPTION_NAMES \\
        "consent_key", "friendly_event_name", "application_name", "application_path", "description", \\
        "namespace_partner", "namespace_group", "application_identity", NULL
    static char *wer_report_arguments[] = {
        "event_type", "report_type", "process", "parent_window", "snapshot", "delete_files_token", "submit_result_max",
        WER_DESCRIPTION_NAMES};
    static char *wer_template_arguments[] = {
        "event_type", "report_type", "consent", "flags", "timeout", WER_DESCRIPTION_NAMES};
    """
    char **report_arguments "wer_report_arguments"
    char **template_arguments "wer_template_arguments"


cdef class Report:
    """Report(event_type, report_type=wer.ReportType.NON_CRITICAL, *, process=None, consent_key="", \
friendly_event_name="", application_name="", application_path="", description="", parent_window=0, \
namespace_partner="", namespace_group="", application_identity=b"", snapshot=0, delete_files_token=0, \
submit_result_max=None)\n--\n
    A Windows error report: create it, describe it, add dumps and files, submit it.

    Calls WerReportCreate. A `Report` owns one report handle and frees it exactly once: in `close`, on
    leaving ``with``, or quietly when it is collected. Leaving ``with`` without `submit` discards the report.

    A report takes one call at a time. Every call into WER releases the GIL, so other threads run meanwhile;
    a second call on the same report, `close` included, then raises RuntimeError. Different reports do not
    disturb each other.

    Parameters
    ----------
    event_type : str
        Name of the event, 1 to 64 UTF-16 units, e.g. ``"Spooler.Stuck"``. Also the default consent key and
        display name.
    report_type : ReportType
        By default NON_CRITICAL: never shows UI.
    process : int or object, optional
        The process that the report is about: a handle, or an object that owns one or has a ``pid`` (see
        `add_dump`). By default the current one. It is kept open until the report is closed.
    consent_key : str
        Under which name WER looks up the user's consent, at most 63 units; empty: the event type.
    friendly_event_name : str
        What people read, at most 127 units; empty: the event type.
    application_name : str
        At most 127 units; empty: the base name of the process's image.
    application_path : str
        Full path of the application, at most 259 units.
    description : str
        Shown in the problem reports' list, at most 511 units.
    parent_window : int
        HWND of the parent for dialogs.
    namespace_partner, namespace_group : str
        Undocumented; "NsPartner" and "NsGroup" in Report.wer by their names (inferred). At most 63 units.
        Windows 8.
    application_identity : bytes
        Undocumented; "ApplicationIdentity" in Report.wer by its name (inferred). 16 bytes. Windows 8.1.
    snapshot : int
        Handle of a process snapshot (inferred: of PssCaptureSnapshot). Windows 8.1.
    delete_files_token : int
        Handle of the token to delete files with (inferred from hDeleteFilesImpersonationToken). Windows 8.1.
    submit_result_max : int, optional
        The highest `SubmitResult` that the caller understands (inferred). Windows 10.

    Raises
    ------
    WerError
        WER refused, e.g. E_INVALIDARG or E_OUTOFMEMORY.
    TypeError, ValueError
        An argument is of the wrong type, too long, or holds a NUL; the text names it and its limit.
    OSError
        `process` is gone (ProcessLookupError) or may not be opened (PermissionError).

    Notes
    -----
    WER gets the smallest version of WER_REPORT_INFORMATION that holds what was given, and none at all if
    nothing was. Windows Vista.
    """

    def __init__(self, *arguments, **options):
        cdef WCHAR event[WER_MAX_EVENT_NAME_LENGTH + 1]
        cdef WER_REPORT_INFORMATION_V5 info
        cdef Description description
        cdef PyObject *event_type
        cdef PyObject *report_type = NULL
        cdef PyObject *process = <PyObject *>None
        cdef PyObject *parent_window = NULL
        cdef PyObject *snapshot = NULL
        cdef PyObject *delete_files_token = NULL
        cdef PyObject *submit_result_max = <PyObject *>None
        cdef const WCHAR *name
        cdef int kind = WerReportNonCritical
        memset(&description, 0, sizeof(description))
        PyArg_ParseTupleAndKeywords(
            arguments, options, b"O|O$OOOOOOOOOOOOO:Report", report_arguments, &event_type, &report_type, &process,
            &parent_window, &snapshot, &delete_files_token, &submit_result_max, &description.consent_key,
            &description.friendly_event_name, &description.application_name, &description.application_path,
            &description.description, &description.namespace_partner, &description.namespace_group,
            &description.application_identity)
        name = required(event_type, event, WER_MAX_EVENT_NAME_LENGTH, b"event_type")
        if report_type != NULL:
            kind = choice(report_type, REPORT_TYPE, 0, 4, b"report_type")
        fill_information(&info, &description)
        info.hwndParent = <HWND>pointer_or_null(parent_window, b"parent_window")
        if info.hwndParent != NULL:
            needs(&info, sizeof(WER_REPORT_INFORMATION))
        info.hSnapshot = pointer_or_null(snapshot, b"snapshot")
        info.hDeleteFilesImpersonationToken = pointer_or_null(delete_files_token, b"delete_files_token")
        if info.hSnapshot != NULL or info.hDeleteFilesImpersonationToken != NULL:
            needs(&info, sizeof(WER_REPORT_INFORMATION_V4))
        if submit_result_max != <PyObject *>None:
            info.submitResultMax = <WER_SUBMIT_RESULT>integer(
                submit_result_max, 0, 2147483647, b"submit_result_max")
            needs(&info, sizeof(WER_REPORT_INFORMATION_V5))
        create(self, name, <WER_REPORT_TYPE>kind, &info, <object>process)
        self.event_type = PyUnicode_FromObject(<object>event_type)

    def __dealloc__(self):
        if self._handle != NULL or self._opened != NULL:
            with nogil:
                free_report(self)

    def __enter__(self):
        if self._handle == NULL:
            refuse(ValueError, b"the report is closed")
        return self

    def __exit__(self, kind, error, traceback, /):
        if error is None:
            self.close()
            return
        try:
            self.close()
        except OSError:
            pass  # the error that ends the block matters more

    def __repr__(self):
        cdef const char *submitted = b" submitted" if self._submitted else b""
        if self._handle == NULL:
            return PyUnicode_FromFormat(b"<wer.Report %R closed%s>", <PyObject *>self.event_type, submitted)
        number = PyNumber_ToBase(<size_t>self._handle, 16)
        return PyUnicode_FromFormat(
            b"<wer.Report %R handle=%U%s>", <PyObject *>self.event_type, <PyObject *>number, submitted)

    cdef int begin(self) except -1:
        return begin(self)

    cdef void end(self) noexcept nogil:
        leave(&self._busy)

    @property
    def closed(self):
        """Whether the report is closed."""
        return self._handle == NULL

    @property
    def handle(self):
        """The report's HREPORT, for native code. It stays the report's own; not a kernel handle.

        Raises
        ------
        ValueError
            The report is closed.
        """
        if self._handle == NULL:
            refuse(ValueError, b"the report is closed")
        return <size_t>self._handle

    def close(self):
        """close($self, /)\n--\n
        Free the report's handle. Calls WerReportCloseHandle; a report not submitted is discarded.

        Closing a closed report does nothing.

        Raises
        ------
        WerError
            WER refused; the report counts as closed all the same.
        RuntimeError
            Another call on this report is running.

        Notes
        -----
        Windows Vista.
        """
        cdef HRESULT hr
        if not wer_take_once(&self._busy):
            enter(&self._busy, b"report", b"close it afterwards")
        with nogil:
            hr = free_report(self)
        if self._kept is not None:
            self._kept = None
        leave(&self._busy)
        if hr < 0:
            check(hr, b"WerReportCloseHandle")
