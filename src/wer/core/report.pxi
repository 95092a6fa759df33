# Error reports; `Report`, in _report.py, is made of them.

cdef int describe(
    WER_REPORT_INFORMATION_V5 *info, object consent_key, object friendly_event_name, object application_name,
    object application_path, object description, object namespace_partner, object namespace_group,
    object application_identity
) except -1:
    """Fill in what people read and WER looks up by, and say in dwSize how much of the structure that takes.

    That is 0 if nothing was given: WER then derives everything from the process.
    """
    memset(info, 0, sizeof(info[0]))
    if (
        utf16(consent_key, info.wzConsentKey, 63, "consent_key")
        + utf16(
            friendly_event_name, info.wzFriendlyEventName, WER_MAX_FRIENDLY_EVENT_NAME_LENGTH - 1,
            "friendly_event_name")
        + utf16(application_name, info.wzApplicationName, WER_MAX_APPLICATION_NAME_LENGTH - 1, "application_name")
        + utf16(application_path, info.wzApplicationPath, MAX_PATH - 1, "application_path")
        + utf16(description, info.wzDescription, WER_MAX_DESCRIPTION_LENGTH - 1, "description")
    ):
        needs(info, sizeof(WER_REPORT_INFORMATION))
    if (
        utf16(namespace_partner, info.wzNamespacePartner, 63, "namespace_partner")
        + utf16(namespace_group, info.wzNamespaceGroup, 63, "namespace_group")
    ):
        needs(info, sizeof(WER_REPORT_INFORMATION_V3))
    if not isinstance(application_identity, bytes):
        raise TypeError(f"application_identity must be bytes, got {type_name(application_identity)}")
    if application_identity:
        if len(<bytes>application_identity) != 16:
            raise ValueError(f"application_identity takes exactly 16 bytes, got {len(<bytes>application_identity)}")
        memcpy(info.rgbApplicationIdentity, <const char *><bytes>application_identity, 16)
        needs(info, sizeof(WER_REPORT_INFORMATION_V4))
    return 0


cdef void needs(WER_REPORT_INFORMATION_V5 *info, size_t size) noexcept:
    """Have `info` be of the version with this size at least; each version begins with the one before."""
    info.dwSize = max(info.dwSize, <DWORD>size)


cdef int check_gap(unsigned int parameters) except -1:
    """WER refuses a report in which a parameter is set while a lower one is not. Bit n stands for Pn."""
    cdef int number
    cdef list given = [], missing = []
    if not parameters & (parameters + 1):
        return 0
    for number in range(WER_MAX_PARAM_COUNT):
        if parameters >> number & 1:
            given.append(f"P{number}")
        elif parameters >> number:
            missing.append(f"P{number}")
    raise ValueError(
        f"signature parameters have a gap: {', '.join(given)} set, {', '.join(missing)} not; set every lower one")


cdef DWORD number_of(object value) except? 0xFFFFFFFF:
    """A number of a `DumpOptions`, which has checked its limits; what is not given is 0."""
    return 0 if value is None else <DWORD>value


cdef int fill_options(WER_DUMP_CUSTOM_OPTIONS_V3 *c, object options) except -1:
    """Fill the version of WER_DUMP_CUSTOM_OPTIONS that a `DumpOptions` needs."""
    cdef Py_ssize_t used = 0
    memset(c, 0, sizeof(c[0]))
    if options.version == 3:
        c.dwSize = sizeof(WER_DUMP_CUSTOM_OPTIONS_V3)
    elif options.version == 2:
        c.dwSize = sizeof(WER_DUMP_CUSTOM_OPTIONS_V2)
    else:
        c.dwSize = sizeof(WER_DUMP_CUSTOM_OPTIONS)
    c.dwMask = options.mask
    c.dwDumpFlags = number_of(options.dump_flags)
    c.bOnlyThisThread = bool(options.only_this_thread)
    c.dwExceptionThreadFlags = number_of(options.exception_thread_flags)
    c.dwOtherThreadFlags = number_of(options.other_thread_flags)
    c.dwExceptionThreadExFlags = number_of(options.exception_thread_ex_flags)
    c.dwOtherThreadExFlags = number_of(options.other_thread_ex_flags)
    c.dwPreferredModuleFlags = number_of(options.preferred_module_flags)
    c.dwOtherModuleFlags = number_of(options.other_module_flags)
    for name in options.preferred_modules or ():
        used += 1 + utf16(
            name, c.wzPreferredModuleList + used, WER_MAX_PREFERRED_MODULES_BUFFER - 2 - used, "preferred_modules")
    c.dwPreferredModuleResetFlags = number_of(options.preferred_module_reset_flags)
    c.dwOtherModuleResetFlags = number_of(options.other_module_reset_flags)
    c.pvDumpKey = pointer(options.dump_key or 0, "dump_key")
    c.hSnapshot = pointer(options.snapshot or 0, "snapshot")
    c.dwThreadID = number_of(options.thread_id)
    return 0


@cython.final
cdef class HeldReport:
    # The handle of a report: created or adopted once, closed once, and in one call at a time.

    def __dealloc__(self):
        if self._handle != NULL:
            with nogil:
                free_report(self)

    def create(
        self, event_type, int kind, process, consent_key, friendly_event_name, application_name,
        application_path, description, parent_window, namespace_partner, namespace_group, application_identity,
        snapshot, delete_files_token, submit_result_max, /
    ):
        # Call WerReportCreate. `process` is None for the calling one.
        cdef WCHAR event[WER_MAX_EVENT_NAME_LENGTH + 1]
        cdef WER_REPORT_INFORMATION_V5 info
        cdef HeldHandle about = handle_in(process)
        cdef HREPORT handle = NULL
        cdef HRESULT hr
        required(event_type, event, WER_MAX_EVENT_NAME_LENGTH, "event_type")
        describe(
            &info, consent_key, friendly_event_name, application_name, application_path, description, namespace_partner,
            namespace_group, application_identity)
        info.hwndParent = <HWND>pointer(parent_window, "parent_window")
        info.hSnapshot = pointer(snapshot, "snapshot")
        info.hDeleteFilesImpersonationToken = pointer(delete_files_token, "delete_files_token")
        if about is not None:
            info.hProcess = about._handle
        if info.hwndParent != NULL or info.hProcess != NULL:
            needs(&info, sizeof(WER_REPORT_INFORMATION))
        if info.hSnapshot != NULL or info.hDeleteFilesImpersonationToken != NULL:
            needs(&info, sizeof(WER_REPORT_INFORMATION_V4))
        if submit_result_max is not None:
            info.submitResultMax = <WER_SUBMIT_RESULT>integer(submit_result_max, 0, 0x7FFFFFFF, "submit_result_max")
            needs(&info, sizeof(WER_REPORT_INFORMATION_V5))
        initialize(&self._initialized, "report")
        with nogil:
            hr = WerReportCreate(
                event, <WER_REPORT_TYPE>kind, <WER_REPORT_INFORMATION *>&info if info.dwSize else NULL, &handle)
        if hr < 0 or handle == NULL:
            InterlockedExchange(&self._initialized, 0)
            check(hr, "WerReportCreate")
            raise wer_error(hr, "WerReportCreate", None, "WER said that it succeeded and gave no handle")
        self._handle = handle
        self._owned = self._parameters_known = True
        self._process = about

    def adopt(self, handle, bint owned, /):
        # Become the owner, or only a user, of a handle that somebody else created.
        cdef HREPORT given = pointer(handle, "handle")
        if given == NULL:
            raise ValueError("handle is 0, which is no report handle")
        initialize(&self._initialized, "report")
        self._handle = given
        self._owned = owned

    cdef int begin(self) except -1:
        cdef bint closed
        take(&self._busy, "report", "a report takes one call at a time")
        closed = self._handle == NULL
        if not closed and not self._submitted:
            return 0
        leave(&self._busy)
        if closed:
            raise ValueError("the report is closed")
        raise ValueError("the report has been submitted; file a new one")

    cdef void end(self) noexcept nogil:
        leave(&self._busy)

    @property
    def handle(self):
        # The HREPORT; 0 once it is closed.
        return <size_t>self._handle

    @property
    def submitted(self):
        return self._submitted

    @property
    def result(self):
        # What WER answered, a WER_SUBMIT_RESULT; None if the report has not been submitted.
        return <int>self._result if self._submitted else None

    @property
    def process(self):
        # What the report is about; None: the calling process.
        with cython.critical_section(self):
            return self._process

    def set_parameter(self, index, value, name, /):
        # Call WerReportSetParameter.
        cdef WCHAR c_value[WER_MAX_PARAM_LENGTH]
        cdef WCHAR name_buffer[WER_MAX_SIGNATURE_NAME_LENGTH + 1]
        cdef const WCHAR *c_name = NULL
        cdef DWORD c_index = <DWORD>integer(index, 0, WER_MAX_PARAM_COUNT - 1, "index")
        cdef HRESULT hr
        utf16(value, c_value, WER_MAX_PARAM_LENGTH - 1, "value")
        if name is not None:
            utf16(name, name_buffer, WER_MAX_SIGNATURE_NAME_LENGTH, "name")
            c_name = name_buffer
        self.begin()
        with nogil:
            hr = WerReportSetParameter(self._handle, c_index, c_name, c_value)
        if hr >= 0:
            self._parameters |= 1U << c_index
        self.end()
        check(hr, "WerReportSetParameter")

    def set_ui_option(self, int option, value, /):
        # Call WerReportSetUIOption.
        cdef WCHAR text[1024]
        cdef HRESULT hr
        utf16(value, text, 1023, "value")
        self.begin()
        with nogil:
            hr = WerReportSetUIOption(self._handle, <WER_REPORT_UI>option, text)
        self.end()
        check(hr, "WerReportSetUIOption")

    def add_file(self, path, int file_type, DWORD flags, /):
        # Call WerReportAddFile.
        cdef WCHAR full[MAX_PATH]
        cdef HRESULT hr
        full_path(path, full)
        self.begin()
        with nogil:
            hr = WerReportAddFile(self._handle, full, <WER_FILE_TYPE>file_type, flags)
        self.end()
        if hr < 0:
            check(hr, "WerReportAddFile", PyUnicode_FromWideChar(full, -1))

    def add_dump(self, int kind, process, thread, exception, options, DWORD flags, snapshot, /):
        # Call WerReportAddDump. `process` None is the report's; `exception` and `options` are of _options.py.
        cdef HeldHandle about = handle_in(process), subject = handle_in(thread)
        cdef HeldSnapshot source = snapshot_in(snapshot)
        cdef WER_EXCEPTION_INFORMATION c_exception
        cdef WER_DUMP_CUSTOM_OPTIONS_V3 c_options
        cdef bint kept, custom = options is not None or source is not None
        cdef HANDLE c_process
        cdef HRESULT hr
        if exception is not None:
            c_exception.pExceptionPointers = <EXCEPTION_POINTERS *>pointer(exception.pointers, "pointers")
            c_exception.bClientPointers = bool(exception.client_pointers)
        if options is not None:
            fill_options(&c_options, options)
        else:
            memset(&c_options, 0, sizeof(c_options))
        if about is None:
            about = handle_in(self.process if source is None else source.process)
        c_process = handle_of(about)
        if source is not None:
            if c_options.hSnapshot != NULL:
                raise TypeError("pass snapshot or options.snapshot, not both")
            begin_dump_of(source)
        try:
            if source is not None:
                c_options.hSnapshot = <HANDLE>source._handle
                c_options.dwSize = sizeof(WER_DUMP_CUSTOM_OPTIONS_V3)
            kept = begin_with(self, about, subject, source)
            with nogil:
                hr = WerReportAddDump(
                    self._handle, c_process, NULL if subject is None else subject._handle, <WER_DUMP_TYPE>kind,
                    NULL if exception is None else &c_exception,
                    <WER_DUMP_CUSTOM_OPTIONS *>&c_options if custom else NULL, flags)
            if hr < 0 and kept:
                self._kept.pop()  # WER has no use for it
            self.end()
        finally:
            if source is not None:
                leave(&source._busy)
        if hr < 0 and process_ended(c_process):
            raise gone("process", GetProcessId(c_process))
        check(hr, "WerReportAddDump")

    def submit(self, int consent, DWORD flags, /):
        # Call WerReportSubmit: the WER_SUBMIT_RESULT.
        cdef WER_SUBMIT_RESULT result = WerReportAsync
        cdef HRESULT hr
        self.begin()
        if self._parameters_known and self._parameters & (self._parameters + 1):
            self.end()
            check_gap(self._parameters)
        with nogil:
            hr = WerReportSubmit(self._handle, <WER_CONSENT>consent, flags, &result)
        if hr >= 0:
            # The pages leave the result of an asynchronous submission undefined.
            self._result = WerReportAsync if flags & WER_SUBMIT_OUTOFPROCESS_ASYNC else result
            self._submitted = True
            if self._result != WerReportAsync:
                let_go(self)
        self.end()
        check(hr, "WerReportSubmit")
        return <int>self._result

    def close(self):
        # Call WerReportCloseHandle.
        cdef HRESULT hr
        take(&self._busy, "report", "close it afterwards")
        with nogil:
            hr = free_report(self)
        let_go(self)
        self.end()
        check(hr, "WerReportCloseHandle")


cdef bint begin_with(HeldReport report, HeldHandle process, HeldHandle thread, HeldSnapshot snapshot) except -1:
    """`begin`, and keep open what WER is given: whether it reads at once or in the submission is not known.

    False if there is nothing to keep: of the calling process nothing could be closed.
    """
    report.begin()
    if (process is None or process._handle == GetCurrentProcess()) and thread is None and snapshot is None:
        return False
    try:
        if report._kept is None:
            report._kept = []
        report._kept.append((process, thread, snapshot))
    except MemoryError:
        report.end()
        raise
    return True


cdef void let_go(HeldReport report) noexcept:
    """Close what was kept open for WER."""
    with cython.critical_section(report):  # without a GIL, another thread may be asking for it
        report._process = None
        report._kept = None


cdef HRESULT free_report(HeldReport report) noexcept nogil:
    """Free the handle, if it is the report's. It is forgotten first: whatever WER answers, it is gone."""
    cdef HREPORT handle = report._handle
    report._handle = NULL
    return WerReportCloseHandle(handle) if handle != NULL and report._owned else 0
