# Error reports: create, describe, add dumps and files, submit.

# What WerReportSubmit can answer, by number: filled by the first that asks.
_results = {}


cdef object submit_result(int number):
    """The `SubmitResult`; the plain number if this version does not know it."""
    cdef dict results = _results
    if not results:
        # Without the header's end marker: a newer Windows may mean something by it.
        results.update({int(result): result for result in get(_SubmitResult) if result != _SubmitResult.MAX})
    return results.get(number, number)


cdef int begin(Report report) except -1:
    """Enter a WER call on `report`, which must be open and not submitted."""
    enter(&report._busy, b"report", b"a report takes one call at a time")
    if report._handle == NULL:
        leave(&report._busy)
        raise ValueError("the report is closed")
    if report._submitted:
        leave(&report._busy)
        raise ValueError("the report has been submitted; file a new one")
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


cdef int check_dump(HRESULT hr, HANDLE process) except -1:
    if hr < 0 and process_ended(process):
        raise gone(f"process {GetProcessId(process)}")
    return check(hr, b"WerReportAddDump")


cdef int fill_information(
    WER_REPORT_INFORMATION_V5 *info, HANDLE process, object texts, object identity,
    void *snapshot, void *token, object submit_result_max, void *window
) except -1:
    """Fill the smallest version of WER_REPORT_INFORMATION that holds what was given.

    Leaves dwSize 0 if nothing was: WER then derives everything from the process.
    """
    cdef object consent_key, event_name, application, path, description, partner, group
    consent_key, event_name, application, path, description, partner, group = texts
    memset(info, 0, sizeof(info[0]))
    fill(info.wzConsentKey, consent_key, 64 - 1, "consent_key")
    fill(info.wzFriendlyEventName, event_name, WER_MAX_FRIENDLY_EVENT_NAME_LENGTH - 1, "friendly_event_name")
    fill(info.wzApplicationName, application, WER_MAX_APPLICATION_NAME_LENGTH - 1, "application_name")
    fill(info.wzApplicationPath, path, MAX_PATH - 1, "application_path")
    fill(info.wzDescription, description, WER_MAX_DESCRIPTION_LENGTH - 1, "description")
    fill(info.wzNamespacePartner, partner, 64 - 1, "namespace_partner")
    fill(info.wzNamespaceGroup, group, 64 - 1, "namespace_group")
    info.hProcess = process
    info.hwndParent = <HWND>window
    info.hSnapshot = snapshot
    info.hDeleteFilesImpersonationToken = token
    if not isinstance(identity, bytes):
        raise TypeError(f"application_identity must be bytes, got {type(identity).__name__}")
    if identity:
        if len(identity) != 16:
            raise ValueError(f"application_identity takes exactly 16 bytes, got {len(identity)}")
        memcpy(info.rgbApplicationIdentity, <const char *>identity, 16)
    if submit_result_max is not None:
        info.submitResultMax = <WER_SUBMIT_RESULT>integer(
            submit_result_max, 0, 2147483647, "submit_result_max")
        info.dwSize = sizeof(WER_REPORT_INFORMATION_V5)
    elif identity or snapshot != NULL or token != NULL:
        info.dwSize = sizeof(WER_REPORT_INFORMATION_V4)
    elif partner or group:
        info.dwSize = sizeof(WER_REPORT_INFORMATION_V3)
    elif any(texts) or process != NULL or window != NULL:
        info.dwSize = sizeof(WER_REPORT_INFORMATION)
    return 0


cdef int fill_options(WER_DUMP_CUSTOM_OPTIONS_V3 *c, object options) except -1:
    """Fill the version of WER_DUMP_CUSTOM_OPTIONS that `options` needs. It has checked its limits."""
    cdef int version = options.version
    cdef Py_ssize_t used = 0
    memset(c, 0, sizeof(c[0]))
    if version == 3:
        c.dwSize = sizeof(WER_DUMP_CUSTOM_OPTIONS_V3)
    elif version == 2:
        c.dwSize = sizeof(WER_DUMP_CUSTOM_OPTIONS_V2)
    else:
        c.dwSize = sizeof(WER_DUMP_CUSTOM_OPTIONS)
    c.dwMask = options.mask
    c.dwDumpFlags = options.dump_flags or 0
    c.bOnlyThisThread = options.only_this_thread or False
    c.dwExceptionThreadFlags = options.exception_thread_flags or 0
    c.dwOtherThreadFlags = options.other_thread_flags or 0
    c.dwExceptionThreadExFlags = options.exception_thread_ex_flags or 0
    c.dwOtherThreadExFlags = options.other_thread_ex_flags or 0
    c.dwPreferredModuleFlags = options.preferred_module_flags or 0
    c.dwOtherModuleFlags = options.other_module_flags or 0
    for name in options.preferred_modules or ():
        fill(c.wzPreferredModuleList + used, name, WER_MAX_PREFERRED_MODULES_BUFFER - 2 - used, "preferred_modules")
        used += units_of(name) + 1
    c.dwPreferredModuleResetFlags = options.preferred_module_reset_flags or 0
    c.dwOtherModuleResetFlags = options.other_module_reset_flags or 0
    c.pvDumpKey = pointer(options.dump_key or 0, "dump_key")
    c.hSnapshot = pointer(options.snapshot or 0, "snapshot")
    c.dwThreadID = options.thread_id or 0
    return 0


cdef int check_gap(unsigned int parameters) except -1:
    """WER refuses a report in which a parameter is set while a lower one is not. Bit n stands for Pn."""
    if parameters & (parameters + 1):
        given = [f"P{n}" for n in range(WER_MAX_PARAM_COUNT) if parameters >> n & 1]
        missing = [f"P{n}" for n in range(int(given[-1][1:])) if f"P{n}" not in given]
        raise ValueError(
            f"signature parameters have a gap: {', '.join(given)} set, {', '.join(missing)} not; "
            "set every lower one"
        )
    return 0


cdef object full_path(object path):
    """What WER is to take a path for: it wants a full one, or one that starts with an environment variable."""
    cdef object full = _fsdecode(path)
    if full and "\0" not in full and not full.startswith("%"):
        full = _path.abspath(full)
    return full


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

    def __init__(
        self,
        event_type: str,
        report_type: int = WerReportNonCritical,
        *,
        process: object = None,
        consent_key: str = "",
        friendly_event_name: str = "",
        application_name: str = "",
        application_path: str = "",
        description: str = "",
        parent_window: int = 0,
        namespace_partner: str = "",
        namespace_group: str = "",
        application_identity: bytes = b"",
        snapshot: int = 0,
        delete_files_token: int = 0,
        submit_result_max: int | None = None,
    ):
        cdef WCHAR event[WER_MAX_EVENT_NAME_LENGTH + 1]
        cdef WER_REPORT_INFORMATION_V5 info
        cdef const WCHAR *name
        cdef int kind
        cdef Target target
        cdef HREPORT handle = NULL
        cdef HRESULT hr
        if InterlockedExchange(&self._initialized, 1) != 0:
            raise RuntimeError("this report has already been created; make a new one")
        target.opened = False
        try:
            name = required(event_type, event, WER_MAX_EVENT_NAME_LENGTH, "event_type")
            kind = choice(report_type, _ReportType, 0, 4, "report_type")
            find_process(process, None, PROCESS_RIGHTS, &target)
            if process is None:
                target.handle = NULL  # what WER takes for the calling process
            fill_information(
                &info,
                target.handle,
                (consent_key, friendly_event_name, application_name, application_path, description,
                 namespace_partner, namespace_group),
                application_identity,
                pointer(snapshot, "snapshot"),
                pointer(delete_files_token, "delete_files_token"),
                submit_result_max,
                pointer(parent_window, "parent_window"),
            )
            with nogil:
                hr = WerReportCreate(
                    name,
                    <WER_REPORT_TYPE>kind,
                    <WER_REPORT_INFORMATION *>&info if info.dwSize else NULL,
                    &handle)
            check(hr, b"WerReportCreate")
        except BaseException:
            release(&target)
            InterlockedExchange(&self._initialized, 0)
            raise
        self._handle = handle
        self._owned = self._parameters_known = True
        self._process = process
        self._opened = target.handle if target.opened else NULL
        self.event_type = PyUnicode_FromObject(event_type)

    @classmethod
    def from_handle(cls, handle: int, *, owned: bool = False) -> Report:
        """Wrap a report handle that other code created, e.g. a native host.

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
        """
        cdef Report report
        cdef HREPORT address = pointer(handle, "handle")
        if address == NULL:
            raise ValueError("handle is 0, which is no report handle")
        report = cls.__new__(cls)
        report._handle = address
        report._owned = owned
        report._initialized = 1
        return report

    def __dealloc__(self):
        if self._handle != NULL or self._opened != NULL:
            with nogil:
                free_report(self)

    def __enter__(self) -> Report:
        if self._handle == NULL:
            raise ValueError("the report is closed")
        return self

    def __exit__(self, kind, error, traceback) -> None:
        if error is None:
            self.close()
            return
        try:
            self.close()
        except OSError:
            pass  # the error that ends the block matters more

    def __repr__(self) -> str:
        state = "closed" if self._handle == NULL else f"handle={<size_t>self._handle:#x}"
        if self._submitted:
            state += " submitted"
        return f"<wer.Report {self.event_type!r} {state}>"

    cdef int begin(self) except -1:
        return begin(self)

    cdef void end(self) noexcept nogil:
        leave(&self._busy)

    @property
    def closed(self) -> bool:
        """Whether the report is closed."""
        return self._handle == NULL

    @property
    def handle(self) -> int:
        """The report's HREPORT, for native code. It stays the report's own; not a kernel handle.

        Raises
        ------
        ValueError
            The report is closed.
        """
        if self._handle == NULL:
            raise ValueError("the report is closed")
        return <size_t>self._handle

    def set_parameter(self, index: int, value: str, name: str | None = None) -> None:
        """Set signature parameter P`index`. Calls WerReportSetParameter.

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
        """
        cdef WCHAR value_buffer[WER_MAX_PARAM_LENGTH]
        cdef WCHAR name_buffer[WER_MAX_SIGNATURE_NAME_LENGTH + 1]
        cdef DWORD number = <DWORD>integer(index, 0, WER_MAX_PARAM_COUNT - 1, "index")
        cdef const WCHAR *c_value = wide(value, value_buffer, WER_MAX_PARAM_LENGTH - 1, "value")
        cdef const WCHAR *c_name = NULL
        cdef HRESULT hr
        if name is not None:
            c_name = wide(name, name_buffer, WER_MAX_SIGNATURE_NAME_LENGTH, "name")
        begin(self)
        with nogil:
            hr = WerReportSetParameter(self._handle, number, c_name, c_value)
        if hr >= 0:
            self._parameters |= 1U << number
        leave(&self._busy)
        check(hr, b"WerReportSetParameter")

    def set_ui_option(self, option: int, value: str) -> None:
        """Replace a text of WER's dialogs. Calls WerReportSetUIOption.

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
        """
        cdef WCHAR buffer[1024]
        cdef int kind = choice(option, _ReportUI, 1, 10, "option")
        cdef const WCHAR *text = wide(value, buffer, 1023, "value")
        cdef HRESULT hr
        begin(self)
        with nogil:
            hr = WerReportSetUIOption(self._handle, <WER_REPORT_UI>kind, text)
        leave(&self._busy)
        check(hr, b"WerReportSetUIOption")

    @cython.embedsignature(False)  # its first line is one that Python can read: a default is a wer.FileType
    def add_file(self, path: object, file_type: int = WerFileTypeOther, flags: int = 0) -> None:
        """add_file($self, /, path, file_type=wer.FileType.OTHER, flags=0)\n--\n
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
        """
        cdef WCHAR buffer[MAX_PATH]
        cdef object full = full_path(path)
        cdef int kind = choice(file_type, _FileType, 1, 10, "file_type")
        cdef DWORD bits = flag_bits(flags, _FileFlags, 0xFFFF, "flags")
        cdef const WCHAR *c_path
        cdef HRESULT hr
        c_path = required(full, buffer, MAX_PATH - 1, "path")
        begin(self)
        with nogil:
            hr = WerReportAddFile(self._handle, c_path, <WER_FILE_TYPE>kind, bits)
        leave(&self._busy)
        check(hr, b"WerReportAddFile", full)

    @cython.embedsignature(False)
    def add_dump(
        self,
        dump_type: int = WerDumpTypeMiniDump,
        process: object = None,
        thread: object = None,
        exception: object = None,
        options: object = None,
        flags: int = 0,
        *,
        pid: int | None = None,
        tid: int | None = None,
        snapshot: ProcessSnapshot | None = None,
    ) -> None:
        """add_dump($self, /, dump_type=wer.DumpType.MINIDUMP, process=None, thread=None, exception=None, \
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
        A handle needs STANDARD_RIGHTS_READ and PROCESS_QUERY_INFORMATION by the documentation, and in
        practice PROCESS_VM_READ; for the handle data of a heap dump PROCESS_DUP_HANDLE as well (inferred).
        Use one main dump per report: several are not documented. Windows Vista.
        """
        cdef int kind = choice(dump_type, _DumpType, 0, 4, "dump_type")
        cdef DWORD bits = flag_bits(flags, _DumpFlags, 0xFFFFFFFF, "flags")
        cdef DWORD rights = PROCESS_RIGHTS
        cdef WER_EXCEPTION_INFORMATION c_exception
        cdef WER_EXCEPTION_INFORMATION *exception_pointer = NULL
        cdef WER_DUMP_CUSTOM_OPTIONS_V3 c_options
        cdef WER_DUMP_CUSTOM_OPTIONS *options_pointer = NULL
        cdef Target target, subject
        cdef ProcessSnapshot source = None
        cdef HRESULT hr
        if kind == WerDumpTypeMicroDump and thread is None and tid is None:
            raise ValueError("a MICRODUMP is the stack of one thread: pass thread or tid")
        if kind == WerDumpTypeHeapDump:
            rights |= HANDLE_DATA_RIGHTS
        if exception is not None:
            if not isinstance(exception, _ExceptionInformation):
                raise TypeError(f"exception must be an ExceptionInformation, got {type(exception).__name__}")
            c_exception.pExceptionPointers = <EXCEPTION_POINTERS *>pointer(exception.pointers, "exception.pointers")
            c_exception.bClientPointers = exception.client_pointers
            exception_pointer = &c_exception
        if options is not None:
            if not isinstance(options, _DumpOptions):
                raise TypeError(f"options must be a DumpOptions, got {type(options).__name__}")
            fill_options(&c_options, options)
            options_pointer = <WER_DUMP_CUSTOM_OPTIONS *>&c_options
            if c_options.dwDumpFlags & <DWORD>_MinidumpType.WITH_HANDLE_DATA:
                rights |= HANDLE_DATA_RIGHTS
        if snapshot is not None:
            if not isinstance(snapshot, ProcessSnapshot):
                raise TypeError(
                    f"snapshot must be a ProcessSnapshot, got {type(snapshot).__name__}; "
                    "DumpOptions(snapshot=...) takes a handle")
            if options is None:
                memset(&c_options, 0, sizeof(c_options))
            elif options.snapshot is not None:
                raise TypeError("pass snapshot or options.snapshot, not both")
            source = snapshot
            begin_dump_of(source)
            c_options.dwSize = sizeof(WER_DUMP_CUSTOM_OPTIONS_V3)
            c_options.hSnapshot = source._handle
            options_pointer = <WER_DUMP_CUSTOM_OPTIONS *>&c_options
        target.opened = subject.opened = False
        try:
            if source is not None and process is None and pid is None:
                target.handle = source._process.handle
            else:
                find_process(process, pid, rights, &target)
            find_thread(thread, tid, target.handle, THREAD_RIGHTS, &subject)
            begin(self)
            with nogil:
                hr = WerReportAddDump(
                    self._handle, target.handle, subject.handle, <WER_DUMP_TYPE>kind,
                    exception_pointer, options_pointer, bits)
            if source is not None:
                self._snapshot = source
            leave(&self._busy)
            check_dump(hr, target.handle)
        finally:
            release(&subject)
            release(&target)
            if source is not None:
                leave(&source._busy)

    def submit(self, consent: int, flags: int = 0) -> int:
        """Submit the report. Calls WerReportSubmit.

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
        """
        cdef int kind = choice(consent, _Consent, 1, 4, "consent")
        cdef DWORD bits = flag_bits(flags, _SubmitFlags, 0xFFFFFFFF, "flags")
        cdef WER_SUBMIT_RESULT result = WerReportAsync
        cdef int number
        cdef HRESULT hr
        begin(self)
        if self._parameters_known and self._parameters & (self._parameters + 1):
            leave(&self._busy)
            check_gap(self._parameters)
        with nogil:
            hr = WerReportSubmit(self._handle, <WER_CONSENT>kind, bits, &result)
        if hr >= 0:
            self._submitted = True
        leave(&self._busy)
        check(hr, b"WerReportSubmit")
        number = WerReportAsync if bits & WER_SUBMIT_OUTOFPROCESS_ASYNC else <int>result
        return submit_result(number)

    def close(self) -> None:
        """Free the report's handle. Calls WerReportCloseHandle; a report not submitted is discarded.

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
        enter(&self._busy, b"report", b"close it afterwards")
        with nogil:
            hr = free_report(self)
        self._process = self._snapshot = None
        leave(&self._busy)
        check(hr, b"WerReportCloseHandle")


def report_hang(window: int, application_name: str | None = None) -> None:
    """Report a window that does not answer, and have Windows end its process. Calls WerReportHang.

    For child windows only, which belong to another process than their top-level window: Windows watches top-level
    windows itself. **It ends the process that made the window** when the report is done, and cannot be called back:
    ask the user first.

    Parameters
    ----------
    window : int
        HWND of the child window.
    application_name : str, optional
        What the user reads, at most 127 UTF-16 units; if left out, what the program's file says it is called.

    Raises
    ------
    WerError
        WER refused. Microsoft documents no codes.
    TypeError, ValueError
        An argument is of the wrong type or out of its limits.
    NotImplementedError
        This Windows lacks the function.

    Notes
    -----
    It returns when the reporting has started. Windows Vista SP1, in faultrep.dll, which is loaded now.
    """
    cdef WCHAR buffer[128]
    cdef HWND handle = <HWND>pointer(window, "window")
    cdef const WCHAR *name = NULL
    cdef HRESULT hr
    if handle == NULL:
        raise ValueError("window is 0, which is no window")
    if application_name is not None:
        name = wide(application_name, buffer, 127, "application_name")
    wer_find_hang()
    need(wer_found.WerReportHang != NULL, b"WerReportHang")
    with nogil:
        hr = wer_found.WerReportHang(handle, name)
    check(hr, b"WerReportHang")
