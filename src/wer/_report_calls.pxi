# What can be done with a report that is open: the methods of `Report` that call WER on its handle. They take their
# arguments as the interpreter has them (_methods.pxi). What is an int, a member of the right enum or a plain str is
# converted on the way in a few instructions; everything else, all that can be wrong included, by _convert.pxi.

cdef extern from "fast.h" nogil:
    bint wer_number(PyObject *value, PyObject *kind, long low, long high, long *number)
    bint wer_plain_handle(PyObject *value, HANDLE *handle)
    const WCHAR *wer_plain_text(PyObject *text, WCHAR *buffer, Py_ssize_t limit)
    bint wer_full_path(PyObject *text, WCHAR *path, Py_ssize_t limit)
    bint wer_take(LONG *busy, HREPORT *handle, bint *submitted)

cdef extern from "Python.h":
    Py_ssize_t PyTuple_GET_SIZE(PyObject *items)
    PyObject *PySequence_Tuple(object items) except NULL

cdef extern from "<dbghelp.h>":
    enum:
        MiniDumpWithHandleData

cdef enum:
    ONE_DIGIT = 0x3FFFFFFF  # the highest that `wer_small` knows


cdef inline const WCHAR *text_of(PyObject *text, WCHAR *buffer, Py_ssize_t limit, const char *name) except NULL:
    """`wide`; `text` stays the caller's."""
    cdef const WCHAR *result = wer_plain_text(text, buffer, limit)
    return wide(text, buffer, limit, name) if result == NULL else result


cdef object from_handle(object cls, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef PyObject *given[2]
    cdef HREPORT handle
    wer_unpack(&FROM_HANDLE, args, count, names, NULL, given)
    handle = pointer(given[0], b"handle")
    if handle == NULL:
        refuse(ValueError, b"handle is 0, which is no report handle")
    return around(cls.__new__(cls), handle, given[1] != NULL and <object>given[1])


cdef Report around(Report report, HREPORT handle, bint owned):
    """Make `report`, a new one, that of a handle that somebody else created."""
    report._handle = handle
    report._owned = owned
    report._initialized = 1
    return report


cdef object set_parameter(Report self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef WCHAR value_buffer[WER_MAX_PARAM_LENGTH]
    cdef WCHAR name_buffer[WER_MAX_SIGNATURE_NAME_LENGTH + 1]
    cdef const WCHAR *value
    cdef const WCHAR *name = NULL
    cdef PyObject *given[3]
    cdef long index = 0
    cdef HRESULT hr
    if names == NULL and count == 2:
        given[0], given[1], given[2] = args[0], args[1], NULL
    else:
        wer_unpack(&SET_PARAMETER, args, count, names, NULL, given)
    if not wer_number(given[0], NULL, 0, WER_MAX_PARAM_COUNT - 1, &index):
        index = <long>integer(given[0], 0, WER_MAX_PARAM_COUNT - 1, b"index")
    value = text_of(given[1], value_buffer, WER_MAX_PARAM_LENGTH - 1, b"value")
    if given[2] != NULL and given[2] != <PyObject *>None:
        name = text_of(given[2], name_buffer, WER_MAX_SIGNATURE_NAME_LENGTH, b"name")
    if not wer_take(&self._busy, &self._handle, &self._submitted):
        begin(self)
    with nogil:
        hr = WerReportSetParameter(self._handle, <DWORD>index, name, value)
    if hr >= 0:
        self._parameters |= 1U << index
    leave(&self._busy)
    if hr < 0:
        check(hr, b"WerReportSetParameter")
    return None


cdef object set_ui_option(Report self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef WCHAR buffer[1024]
    cdef PyObject *given[2]
    cdef const WCHAR *text
    cdef long kind
    cdef HRESULT hr
    wer_unpack(&SET_UI_OPTION, args, count, names, NULL, given)
    kind = choice(given[0], REPORT_UI, 1, 10, b"option")
    text = wide(given[1], buffer, 1023, b"value")
    begin(self)
    with nogil:
        hr = WerReportSetUIOption(self._handle, <WER_REPORT_UI>kind, text)
    leave(&self._busy)
    check(hr, b"WerReportSetUIOption")
    return None


cdef object add_file(Report self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef WCHAR buffer[MAX_PATH]
    cdef const WCHAR *path = buffer
    cdef PyObject *given[3]
    cdef long kind = WerFileTypeOther, flags = 0
    cdef HRESULT hr
    if names == NULL and count == 1:
        given[0], given[1], given[2] = args[0], NULL, NULL
    else:
        wer_unpack(&ADD_FILE, args, count, names, NULL, given)
    full = <object>given[0]
    if not wer_full_path(given[0], buffer, MAX_PATH - 1):
        full = full_path(full)
        path = required(<PyObject *>full, buffer, MAX_PATH - 1, b"path")
    if given[1] != NULL:
        kind = choice(given[1], FILE_TYPE, 1, WerFileTypeAuxiliaryHeapDump, b"file_type")
    if given[2] != NULL:
        flags = <long>flag_bits(given[2], FILE_FLAGS, 0xFFFF, b"flags")
    if not wer_take(&self._busy, &self._handle, &self._submitted):
        begin(self)
    with nogil:
        hr = WerReportAddFile(self._handle, path, <WER_FILE_TYPE>kind, <DWORD>flags)
    leave(&self._busy)
    if hr < 0:
        check(hr, b"WerReportAddFile", full)
    return None


cdef int check_dump(HRESULT hr, HANDLE process) except -1:
    if hr < 0 and process_ended(process):
        gone(b"process", GetProcessId(process))
    return check(hr, b"WerReportAddDump")


cdef struct Dump:
    HANDLE process
    HANDLE thread
    long kind
    long flags


cdef object add_dump(Report self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef Dump dump
    cdef HRESULT hr
    dump.process = this_process
    dump.thread = NULL
    dump.kind = WerDumpTypeMiniDump
    dump.flags = 0
    if (count > 0 or names != NULL) and not plain_dump(self, args, count, names, &dump):
        return any_dump(self, args, count, names)
    if not wer_take(&self._busy, &self._handle, &self._submitted):
        begin(self)
    with nogil:
        hr = WerReportAddDump(
            self._handle, dump.process, dump.thread, <WER_DUMP_TYPE>dump.kind, NULL, NULL, <DWORD>dump.flags)
    leave(&self._busy)
    if hr < 0:
        check_dump(hr, dump.process)
    return None


cdef bint plain_dump(
    Report self, PyObject *const *given, Py_ssize_t count, PyObject *names, Dump *dump
) except -1:
    """Convert what is plain: numbers, members, handles. False if anything else was given, or something is wrong."""
    cdef PyObject *here = own_of(self)
    cdef PyObject *unpacked[DUMP_ARGUMENTS]
    if names != NULL:
        wer_unpack(&ADD_DUMP, given, count, names, (<_Interpreter>here).names, unpacked)
        if unpacked[6] != NULL or unpacked[7] != NULL or unpacked[8] != NULL:
            return False
        given = unpacked
        count = 6
    return (
        count <= 6
        and wer_number(given[0], known(here, DUMP_TYPE), 0, WerDumpTypeTriageDump, &dump.kind)
        and (count < 2 or given[1] == NULL or wer_plain_handle(given[1], &dump.process))
        and (count < 3 or given[2] == NULL or wer_plain_handle(given[2], &dump.thread))
        and (count < 4 or given[3] == NULL or given[3] == <PyObject *>None)
        and (count < 5 or given[4] == NULL or given[4] == <PyObject *>None)
        and (count < 6 or wer_number(given[5], known(here, DUMP_FLAGS), 0, ONE_DIGIT, &dump.flags))
        and (dump.kind != WerDumpTypeMicroDump or dump.thread != NULL)
    )


cdef object any_dump(Report self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    """`add_dump` with whatever else there may be."""
    cdef WER_EXCEPTION_INFORMATION exception
    cdef WER_DUMP_CUSTOM_OPTIONS_V3 options
    cdef HeldSnapshot source = None
    cdef PyObject *given[DUMP_ARGUMENTS]
    cdef int index, kind = WerDumpTypeMiniDump
    cdef DWORD flags = 0, rights = PROCESS_RIGHTS
    wer_unpack(&ADD_DUMP, args, count, names, NULL, given)
    if given[0] != NULL:
        kind = choice(given[0], DUMP_TYPE, 0, WerDumpTypeTriageDump, b"dump_type")
    if given[5] != NULL:
        flags = flag_bits(given[5], DUMP_FLAGS, 0xFFFFFFFF, b"flags")
    for index in range(<int>DUMP_ARGUMENTS):
        if given[index] == NULL:
            given[index] = <PyObject *>None
    if kind == WerDumpTypeMicroDump and given[2] == <PyObject *>None and given[7] == <PyObject *>None:
        refuse(ValueError, b"a MICRODUMP is the stack of one thread: pass thread or tid")
    memset(&exception, 0, sizeof(exception))
    if given[3] != <PyObject *>None:
        must_be_of(<object>given[3], EXCEPTION_INFORMATION, b"exception", b"")
        exception.pExceptionPointers = <EXCEPTION_POINTERS *>pointer_of(<object>given[3], b"pointers")
        exception.bClientPointers = number_of(<object>given[3], b"client_pointers")
    memset(&options, 0, sizeof(options))
    if given[4] != <PyObject *>None:
        fill_options(&options, <object>given[4])
    if given[8] != <PyObject *>None:
        must_be_of(<object>given[8], PROCESS_SNAPSHOT, b"snapshot", b"; DumpOptions(snapshot=...) takes a handle")
        if options.hSnapshot != NULL:
            refuse(TypeError, b"pass snapshot or options.snapshot, not both")
        source = PyObject_GetAttrString(<object>given[8], b"_held")
        options.dwSize = sizeof(WER_DUMP_CUSTOM_OPTIONS_V3)
    if kind == WerDumpTypeHeapDump or options.dwDumpFlags & MiniDumpWithHandleData:
        rights |= HANDLE_DATA_RIGHTS
    dump_of(
        self, source, <object>given[1], <object>given[6], <object>given[2], <object>given[7], rights,
        <WER_DUMP_TYPE>kind, &exception if given[3] != <PyObject *>None else NULL,
        &options if options.dwSize else NULL, flags)
    return None


cdef int dump_of(
    Report report, HeldSnapshot source, object process, object pid, object thread, object tid, DWORD rights,
    WER_DUMP_TYPE kind, WER_EXCEPTION_INFORMATION *exception, WER_DUMP_CUSTOM_OPTIONS_V3 *options, DWORD flags
) except -1:
    """Find out of what the dump is, and add it. `options` are there if a snapshot is the source."""
    cdef Target target, subject
    cdef HRESULT hr
    target.opened = subject.opened = False
    if source is not None:
        begin_dump_of(source)
    try:
        if source is not None:
            options.hSnapshot = <HANDLE>source._handle
        if source is not None and process is None and pid is None:
            target.handle = source._process.handle
        else:
            find_process(process, pid, rights, &target)
        find_thread(thread, tid, target.handle, THREAD_RIGHTS, &subject)
        kept = (report._kept, source)
        begin(report)
        with nogil:
            hr = WerReportAddDump(
                report._handle, target.handle, subject.handle, kind, exception, <WER_DUMP_CUSTOM_OPTIONS *>options,
                flags)
        if source is not None:
            report._kept = kept
        leave(&report._busy)
        check_dump(hr, target.handle)
    finally:
        release(&subject)
        release(&target)
        if source is not None:
            leave(&source._busy)
    return 0


cdef DWORD number_of(object options, const char *name) except? 0xFFFFFFFF:
    """An attribute of a `DumpOptions`, which has checked its limits; 0 for None."""
    value = PyObject_GetAttrString(options, name)
    if value is None or value is False:
        return 0
    return 1 if value is True else <DWORD>integer(<PyObject *>value, 0, 0xFFFFFFFF, name)


cdef void *pointer_or_null(PyObject *value, const char *name) except? NULL:
    return NULL if value == NULL else pointer(value, name)


cdef void *pointer_of(object options, const char *name) except? NULL:
    value = PyObject_GetAttrString(options, name)
    return NULL if value is None else pointer(<PyObject *>value, name)


cdef extern from *:
    """
    #define WER_NUMBER(attribute, field) {#attribute, offsetof(WER_DUMP_CUSTOM_OPTIONS_V3, field)}
    static const struct {
        const char *name;
        size_t place;
    } wer_option_numbers[] = {
        WER_NUMBER(mask, dwMask),
        WER_NUMBER(dump_flags, dwDumpFlags),
        WER_NUMBER(only_this_thread, bOnlyThisThread),
        WER_NUMBER(exception_thread_flags, dwExceptionThreadFlags),
        WER_NUMBER(other_thread_flags, dwOtherThreadFlags),
        WER_NUMBER(exception_thread_ex_flags, dwExceptionThreadExFlags),
        WER_NUMBER(other_thread_ex_flags, dwOtherThreadExFlags),
        WER_NUMBER(preferred_module_flags, dwPreferredModuleFlags),
        WER_NUMBER(other_module_flags, dwOtherModuleFlags),
        WER_NUMBER(preferred_module_reset_flags, dwPreferredModuleResetFlags),
        WER_NUMBER(other_module_reset_flags, dwOtherModuleResetFlags),
        WER_NUMBER(thread_id, dwThreadID),
    };
    """
    ctypedef struct OptionNumber:
        const char *name
        size_t place
    const OptionNumber *option_numbers "wer_option_numbers"
    enum:
        OPTION_NUMBERS "(sizeof(wer_option_numbers) / sizeof(wer_option_numbers[0]))"


cdef int fill_options(WER_DUMP_CUSTOM_OPTIONS_V3 *c, object options) except -1:
    """Fill the version of WER_DUMP_CUSTOM_OPTIONS that `options` needs."""
    cdef DWORD version
    cdef Py_ssize_t used = 0
    cdef int index
    must_be_of(options, DUMP_OPTIONS, b"options", b"")
    version = number_of(options, b"version")
    memset(c, 0, sizeof(c[0]))
    if version == 3:
        c.dwSize = sizeof(WER_DUMP_CUSTOM_OPTIONS_V3)
    elif version == 2:
        c.dwSize = sizeof(WER_DUMP_CUSTOM_OPTIONS_V2)
    else:
        c.dwSize = sizeof(WER_DUMP_CUSTOM_OPTIONS)
    for index in range(<int>OPTION_NUMBERS):
        (<DWORD *>(<char *>c + option_numbers[index].place))[0] = number_of(options, option_numbers[index].name)
    for name in options.preferred_modules or ():
        fill(
            c.wzPreferredModuleList + used, <PyObject *>name, WER_MAX_PREFERRED_MODULES_BUFFER - 2 - used,
            b"preferred_modules")
        used += units_of(<PyObject *>name) + 1
    c.pvDumpKey = pointer_of(options, b"dump_key")
    c.hSnapshot = pointer_of(options, b"snapshot")
    return 0


cdef object result_of(PyObject *here, int number):
    """The `SubmitResult`; the plain number if this version does not know it."""
    cdef PyObject *results = (<_Interpreter>here).results
    if results == NULL:
        results = (<_Interpreter>here).results = PySequence_Tuple(get(SUBMIT_RESULT))
    # They are numbered from 1 on. The last is the header's end marker: a newer Windows may mean something by it.
    return <object>PyTuple_GET_ITEM(results, number - 1) if 0 < number < PyTuple_GET_SIZE(results) else number


cdef object submit(Report self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef PyObject *here = own_of(self)
    cdef WER_SUBMIT_RESULT result = WerReportAsync
    cdef PyObject *given[2]
    cdef DWORD flags
    cdef long consent = 0, number = 0
    cdef HRESULT hr
    if names == NULL and count == 1:
        given[0], given[1] = args[0], NULL
    else:
        wer_unpack(&SUBMIT, args, count, names, NULL, given)
    if not wer_number(given[0], known(here, CONSENT), 1, WerConsentAlwaysPrompt, &consent):
        consent = choice(given[0], CONSENT, 1, WerConsentAlwaysPrompt, b"consent")
    flags = <DWORD>number if wer_number(
        given[1], known(here, SUBMIT_FLAGS), 0, ONE_DIGIT, &number) else flag_bits(
        given[1], SUBMIT_FLAGS, 0xFFFFFFFF, b"flags")
    if not wer_take(&self._busy, &self._handle, &self._submitted):
        begin(self)
    if self._parameters_known and self._parameters & (self._parameters + 1):
        leave(&self._busy)
        check_gap(self._parameters)
    with nogil:
        hr = WerReportSubmit(self._handle, <WER_CONSENT>consent, flags, &result)
    if hr >= 0:
        self._submitted = True
    leave(&self._busy)
    if hr < 0:
        check(hr, b"WerReportSubmit")
    return result_of(here, WerReportAsync if flags & WER_SUBMIT_OUTOFPROCESS_ASYNC else <int>result)


cdef extern from *:
    """
    static const char *const wer_set_parameter_names[] = {"index", "value", "name"};
    static const WerSignature wer_set_parameter_signature = {"set_parameter", wer_set_parameter_names, 2, 3, 3};
    static const char *const wer_set_ui_option_names[] = {"option", "value"};
    static const WerSignature wer_set_ui_option_signature = {"set_ui_option", wer_set_ui_option_names, 2, 2, 2};
    static const char *const wer_add_file_names[] = {"path", "file_type", "flags"};
    static const WerSignature wer_add_file_signature = {"add_file", wer_add_file_names, 1, 3, 3};
    static const WerSignature wer_add_dump_signature = {"add_dump", wer_dump_arguments, 0, 6, 9};
    static const char *const wer_submit_names[] = {"consent", "flags"};
    static const WerSignature wer_submit_signature = {"submit", wer_submit_names, 1, 2, 2};
    static const char *const wer_from_handle_names[] = {"handle", "owned"};
    static const WerSignature wer_from_handle_signature = {"from_handle", wer_from_handle_names, 1, 1, 2};
    static PyMethodDef wer_report_methods[6]; /* the same for all interpreters */
    """
    const WerSignature SET_PARAMETER "wer_set_parameter_signature"
    const WerSignature SET_UI_OPTION "wer_set_ui_option_signature"
    const WerSignature ADD_FILE "wer_add_file_signature"
    const WerSignature ADD_DUMP "wer_add_dump_signature"
    const WerSignature SUBMIT "wer_submit_signature"
    const WerSignature FROM_HANDLE "wer_from_handle_signature"
    PyMethodDef report_methods "wer_report_methods"[6]

define(
    Report, &report_methods[0], b"set_parameter", <void *>set_parameter,
    b"""set_parameter($self, /, index, value, name=None)\n--\n
    Set signature parameter P`index`. Calls WerReportSetParameter.

    Parameters
    ----------
    index : int
        0 to 9. WER wants every lower index set as well, by the time of `submit`.
    value : str
        At most 259 UTF-16 units.
    name : str, optional
        What the report calls it, at most 128 units; "P<index>" if left out.

    Raises
    ------
    WerError
        WER refused, e.g. WER_E_LENGTH_EXCEEDED.
    TypeError, ValueError
        An argument is of the wrong type or out of its limits, or the report is closed or submitted.
    RuntimeError
        Another call on this report is running.

    Notes
    -----
    Windows Vista.
    """)

define(
    Report, &report_methods[1], b"set_ui_option", <void *>set_ui_option,
    b"""set_ui_option($self, /, option, value)\n--\n
    Replace a text of WER's dialogs. Calls WerReportSetUIOption.

    Parameters
    ----------
    option : ReportUI
        Which text.
    value : str
        The text; for ICON_FILE_PATH the icon's path. Microsoft documents no limit; 1023 units here.

    Raises
    ------
    WerError, TypeError, ValueError, RuntimeError
        As for `set_parameter`.

    Notes
    -----
    Current Windows rarely shows these dialogs; the texts then only stand in Report.wer (inferred).
    Windows Vista.
    """)

define(
    Report, &report_methods[2], b"add_file", <void *>add_file,
    b"""add_file($self, /, path, file_type=wer.FileType.OTHER, flags=0)\n--\n
    Attach a file. Calls WerReportAddFile.

    Parameters
    ----------
    path : str or os.PathLike
        The file. A relative path is made absolute here, as WER wants it. One that starts with an
        environment variable, ``%ProgramData%\\x.log``, is left to WER. At most 259 UTF-16 units.
    file_type : FileType
        By default OTHER. Microsoft documents MICRODUMP to OTHER only.
    flags : FileFlags
        The high 16 bits are WER's own.

    Raises
    ------
    WerError
        WER refused: ``winerror`` 2, the file does not exist; 50, a user document on an encrypted file
        system. ``filename`` is the path that WER got.
    TypeError, ValueError, RuntimeError
        As for `set_parameter`.

    Notes
    -----
    A dump is better added with `add_dump`, unless you wrote it yourself. Windows Vista.
    """)

define(
    Report, &report_methods[3], b"add_dump", <void *>add_dump,
    b"""add_dump($self, /, dump_type=wer.DumpType.MINIDUMP, process=None, thread=None, exception=None, \
options=None, flags=0, *, pid=None, tid=None, snapshot=None)\n--\n
    Add a dump of a process. Calls WerReportAddDump.

    Parameters
    ----------
    dump_type : DumpType
        By default MINIDUMP, which Microsoft recommends: a server that wants a minidump does not get a
        heap dump. MICRODUMP needs a thread.
    process : int or object, optional
        The process to dump: a handle, an object that owns one (`subprocess.Popen`,
        `multiprocessing.Process`, a pywin32 handle), or one with a ``pid`` (`psutil.Process`). By
        default the current process.
    thread : int or object, optional
        The thread that the dump is about: a handle, an object that owns one, or a `threading.Thread` of
        the current process. Give the faulting one together with `exception`.
    exception : ExceptionInformation, optional
        Where the exception lies.
    options : DumpOptions, optional
        Custom contents.
    flags : DumpFlags
        E.g. NOHEAP_ONQUEUE.
    pid, tid : int, optional
        Ids instead of `process` and `thread`. They are opened with the fewest rights that work and
        closed after the call; a thread must belong to the process.
    snapshot : ProcessSnapshot, optional
        Dump the process as it was when this was captured; it is then the default for `process`. Keep it open
        until `submit`. For an HPSS of your own there is `DumpOptions.snapshot`. Windows 8.1.

    Raises
    ------
    WerError
        WER refused. Microsoft documents no codes.
    OSError
        The process or thread is gone (ProcessLookupError) or may not be opened (PermissionError); the
        text names its id.
    TypeError, ValueError, RuntimeError
        As for `set_parameter`.

    Notes
    -----
    A handle needs STANDARD_RIGHTS_READ and PROCESS_QUERY_INFORMATION by the documentation, and
    PROCESS_VM_READ as well: without it Microsoft's dbgcore was seen to succeed with a dump of nothing.
    For the handle data of a heap dump it needs PROCESS_DUP_HANDLE too (inferred). Keep a handle of your
    own open until the report is submitted: Microsoft does not say when WER reads the process.
    Use one main dump per report: several are not documented. Windows Vista.
    """)

define(
    Report, &report_methods[4], b"submit", <void *>submit,
    b"""submit($self, /, consent, flags=0)\n--\n
    Submit the report. Calls WerReportSubmit.

    Blocks: compression, the network, dialogs. With OUTOFPROCESS the calling thread dispatches window
    messages meanwhile, so its own window procedures can run inside this call.

    Parameters
    ----------
    consent : Consent
        What the user agreed to. There is no default: APPROVED sends the report off the machine.
    flags : SubmitFlags
        E.g. QUEUE to keep it on the machine until Windows uploads it by the user's settings.

    Returns
    -------
    SubmitResult
        What became of it. Queued, disabled, throttled are answers, not errors. A value that this
        version does not know is a plain int. With OUTOFPROCESS_ASYNC always ASYNC: the outcome cannot
        be learned.

    Raises
    ------
    WerError
        WER refused; the report can be submitted again.
    ValueError
        A signature parameter is set while a lower one is not; or as for `set_parameter`.
    TypeError, RuntimeError
        As for `set_parameter`.

    Notes
    -----
    After a submission only `close` is left. A second WerReportSubmit on a handle is not documented.
    Windows Vista.
    """)

define(
    Report, &report_methods[5], b"from_handle", <void *>from_handle,
    b"""from_handle($type, /, handle, *, owned=False)\n--\n
    Wrap a report handle that other code created, e.g. a native host.

    Parameters
    ----------
    handle : int
        An HREPORT.
    owned : bool
        True: the report frees the handle, as if it had created it. False, the default: whoever created
        it does, after this object's last use.

    Returns
    -------
    Report
        Its `event_type` is None, and `submit` cannot check that its parameters have no gap.
    """, METH_CLASS)
