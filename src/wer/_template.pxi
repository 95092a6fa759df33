# Prepared crash reports: filled in here while all is well, filed by C code (prepared.c) in the crash.

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
        raise ValueError("the template is installed or has been reported; prepare a new one")
    if hr == HRESULT_FROM_WIN32(ERROR_NOT_ENOUGH_QUOTA):
        raise ValueError(f"a template takes at most {WER_TEMPLATE_FILES} files")
    raise OSError(0, f"the report cannot be prepared: {system_text(hr)}", None, hr & 0xFFFF)


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

    def __cinit__(self):
        self._template = NULL

    def __init__(
        self,
        event_type: str,
        report_type: int = WerReportApplicationCrash,
        *,
        consent: int,
        flags: int = 0,
        timeout: float = WER_TEMPLATE_TIMEOUT_MS / 1000,
        consent_key: str = "",
        friendly_event_name: str = "",
        application_name: str = "",
        application_path: str = "",
        description: str = "",
        namespace_partner: str = "",
        namespace_group: str = "",
        application_identity: bytes = b"",
    ):
        cdef WCHAR event[WER_MAX_EVENT_NAME_LENGTH + 1]
        cdef WER_REPORT_INFORMATION_V5 info
        cdef const WCHAR *name = required(event_type, event, WER_MAX_EVENT_NAME_LENGTH, "event_type")
        cdef int kind = choice(report_type, _ReportType, 0, 4, "report_type")
        cdef int agreed = choice(consent, _Consent, 1, 4, "consent")
        cdef DWORD bits = flag_bits(flags, _SubmitFlags, 0xFFFFFFFF, "flags")
        cdef WerTemplate *template = NULL
        cdef double seconds = timeout
        if not 0.001 <= seconds <= 4000000:
            raise ValueError(f"timeout must be 0.001 to 4000000 seconds, got {timeout}")
        fill_information(
            &info,
            NULL,
            (consent_key, friendly_event_name, application_name, application_path, description,
             namespace_partner, namespace_group),
            application_identity, NULL, NULL, None, NULL,
        )
        if InterlockedExchange(&self._initialized, 1) != 0:
            raise RuntimeError("this template has already been created; make a new one")
        try:
            check_template(wer_template_create(
                name, <WER_REPORT_TYPE>kind, <WER_REPORT_INFORMATION *>&info if info.dwSize else NULL,
                <WER_CONSENT>agreed, bits, &template))
        except BaseException:
            InterlockedExchange(&self._initialized, 0)
            raise
        wer_template_set_timeout(template, <DWORD>(seconds * 1000))
        self.event_type = PyUnicode_FromObject(event_type)
        self._template = template

    def __dealloc__(self):
        wer_template_release(self._template)

    def __repr__(self) -> str:
        return f"<wer.ReportTemplate {self.event_type!r}{' installed' if self._is_installed() else ''}>"

    cdef bint _is_installed(self) noexcept:
        return self._template != NULL and wer_handler_installed(self._template)

    cdef WerTemplate *get(self) except NULL:
        """The C template. It stays this object's own."""
        if self._template == NULL:
            raise ValueError("the template was not created: its __init__ did not run")
        return self._template

    def set_parameter(self, index: int, value: str, name: str | None = None) -> None:
        """Set signature parameter P`index`; what `Report.set_parameter` says holds.

        Raises
        ------
        TypeError, ValueError
            An argument is of the wrong type or out of its limits, or the template is installed or reported.
        RuntimeError
            Another thread is changing the template.
        """
        cdef WCHAR value_buffer[WER_MAX_PARAM_LENGTH]
        cdef WCHAR name_buffer[WER_MAX_SIGNATURE_NAME_LENGTH + 1]
        cdef DWORD number = <DWORD>integer(index, 0, WER_MAX_PARAM_COUNT - 1, "index")
        cdef const WCHAR *c_value = wide(value, value_buffer, WER_MAX_PARAM_LENGTH - 1, "value")
        cdef const WCHAR *c_name = NULL
        cdef HRESULT hr
        if name is not None:
            c_name = wide(name, name_buffer, WER_MAX_SIGNATURE_NAME_LENGTH, "name")
        self.get()
        enter(&self._busy, b"template", b"one thread changes it at a time")
        hr = wer_template_set_parameter(self._template, number, c_name, c_value)
        if hr >= 0:
            self._parameters |= 1U << number
        leave(&self._busy)
        check_template(hr)

    @cython.embedsignature(False)  # its first line is one that Python can read: a default is a wer.FileType
    def add_file(self, path: object, file_type: int = WerFileTypeOther, flags: int = 0) -> None:
        """add_file($self, /, path, file_type=wer.FileType.OTHER, flags=0)\n--\n
        Add a file, at most 32; what `Report.add_file` says holds.

        The file is looked for in the crash: one that is missing then is left out of the report.

        Raises
        ------
        TypeError, ValueError, RuntimeError
            As for `set_parameter`.
        """
        cdef WCHAR buffer[MAX_PATH]
        cdef int kind = choice(file_type, _FileType, 1, 10, "file_type")
        cdef DWORD bits = flag_bits(flags, _FileFlags, 0xFFFF, "flags")
        cdef object full = full_path(path)
        cdef const WCHAR *c_path = required(full, buffer, MAX_PATH - 1, "path")
        cdef HRESULT hr
        self.get()
        enter(&self._busy, b"template", b"one thread changes it at a time")
        hr = wer_template_add_file(self._template, c_path, <WER_FILE_TYPE>kind, bits)
        leave(&self._busy)
        check_template(hr)

    @cython.embedsignature(False)
    def set_dump(
        self, dump_type: int = WerDumpTypeMiniDump, options: object = None, flags: int = 0
    ) -> None:
        """set_dump($self, /, dump_type=wer.DumpType.MINIDUMP, options=None, flags=0)\n--\n
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
        """
        cdef int kind = choice(dump_type, _DumpType, 0, 4, "dump_type")
        cdef DWORD bits = flag_bits(flags, _DumpFlags, 0xFFFFFFFF, "flags")
        cdef WER_DUMP_CUSTOM_OPTIONS_V3 c_options
        cdef WER_DUMP_CUSTOM_OPTIONS *options_pointer = NULL
        cdef HRESULT hr
        if options is not None:
            if not isinstance(options, _DumpOptions):
                raise TypeError(f"options must be a DumpOptions, got {type(options).__name__}")
            fill_options(&c_options, options)
            options_pointer = <WER_DUMP_CUSTOM_OPTIONS *>&c_options
        self.get()
        enter(&self._busy, b"template", b"one thread changes it at a time")
        hr = wer_template_set_dump(self._template, <WER_DUMP_TYPE>kind, options_pointer, bits)
        leave(&self._busy)
        check_template(hr)


@cython.final
@cython.auto_pickle(False)
cdef class CrashHandler:
    """The installed crash handler, as `install_crash_handler` returns it. Leaving ``with`` uninstalls it.

    It stays installed when this object is collected, and when Python is finalized.
    """

    cdef ReportTemplate _prepared
    cdef LONG _installed  # 1 until uninstalled through this object; changed atomically

    def __init__(self, *arguments, **options):
        raise TypeError("install_crash_handler makes a CrashHandler")

    def __enter__(self) -> CrashHandler:
        return self

    def __exit__(self, kind, error, traceback) -> None:
        self.uninstall()

    def __repr__(self) -> str:
        return f"<wer.CrashHandler {'installed' if self.installed else 'uninstalled'} {self._prepared!r}>"

    @property
    def installed(self) -> bool:
        """Whether it is still installed."""
        return bool(self._installed and self._prepared._is_installed())

    def uninstall(self) -> None:
        """Undo the installation; what is not installed any more is left alone.

        If other code has set an unhandled-exception filter since, ours cannot be taken out from under it: it stays
        and does nothing but pass on. This can happen eight times in a process.
        """
        if InterlockedExchange(&self._installed, 0):
            wer_handler_uninstall(self._prepared._template)


def install_crash_handler(template: ReportTemplate) -> CrashHandler:
    """Report crashes of this process: an unhandled-exception filter in C files the prepared report.

    The first thread with an unhandled exception files the report, and runs no Python for it; others that crash
    meanwhile wait until it is filed. Then the filter that was set before has its turn, and Windows after it: the
    process ends as it would have. The process's error mode is left alone.

    Parameters
    ----------
    template : ReportTemplate
        The prepared report. It cannot be changed afterwards.

    Returns
    -------
    CrashHandler
        To uninstall it. Leave it installed for as long as the process lives.

    Raises
    ------
    TypeError
        `template` is no ReportTemplate.
    ValueError
        A signature parameter is set while a lower one is not.
    RuntimeError
        A crash handler is installed already: there is one in a process.

    Notes
    -----
    Not every end of a process is an unhandled exception. Windows itself reports, and our filter never sees:

    - fast-fail, 0xC0000409: a stack cookie was overwritten; a fatal error that the program declared, as abort() and
      so Py_FatalError do on Windows' C runtime;
    - heap corruption, 0xC0000374, in a process that terminates on it;
    - a stack overflow that leaves no room to call a filter (SetThreadStackGuarantee makes room);
    - TerminateProcess, and a process that exits by itself.

    For these, files and memory that were registered with Windows (WerRegisterFile and its kin) go into the
    report that Windows makes. Under a debugger no filter is called.

    WER itself, called in a process that has crashed, allocates memory and takes locks, so it can fail or hang
    where the heap is damaged. A supervisor that dumps from outside (`Report.add_dump` with ``pid`` and
    ``ExceptionInformation(..., client_pointers=True)``) does not have this weakness.
    """
    cdef CrashHandler handler
    cdef WerTemplate *c_template
    cdef HRESULT hr
    if not isinstance(template, ReportTemplate):
        raise TypeError(f"template must be a wer.ReportTemplate, got {type(template).__name__}")
    c_template = (<ReportTemplate>template).get()
    check_gap((<ReportTemplate>template)._parameters)
    hr = wer_handler_install(c_template)
    if hr == HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS):
        raise RuntimeError("a crash handler is already installed; a process has one: uninstall that first")
    if hr == HRESULT_FROM_WIN32(ERROR_NOT_ENOUGH_QUOTA):
        raise RuntimeError("crash handlers were uninstalled from under other filters too often in this process")
    handler = CrashHandler.__new__(CrashHandler)
    handler._prepared = template
    handler._installed = 1
    return handler
