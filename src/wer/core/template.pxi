# Prepared crash reports: filled in here while all is well, filed by C code (native/prepared.c) in the crash.
# `ReportTemplate`, in _template.py, and `CrashHandler`, in _crash_handler.py, are made of them.

cdef extern from "crashhandler.h" nogil:
    ctypedef struct WerTemplate:
        pass
    enum:
        WER_TEMPLATE_FILES
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
    HRESULT wer_handler_install_as(WerTemplate *t, BOOL aborts, BOOL ends)
    HRESULT wer_handler_uninstall(WerTemplate *t)
    BOOL wer_handler_installed(WerTemplate *t)
    const void *wer_handler_claim()
    BOOL wer_template_file(const WerTemplate *t, LONG index, PCWSTR *path, WER_FILE_TYPE *type, DWORD *flags)


cdef int check_template(HRESULT hr) except -1:
    """Raise what a setter of a template means. All that depends on its arguments has been refused before."""
    if hr >= 0:
        return 0
    if hr == WER_E_INVALID_STATE:
        raise ValueError("the template is installed or has been reported; prepare a new one")
    if hr == HRESULT_FROM_WIN32(ERROR_NOT_ENOUGH_QUOTA):
        raise ValueError(f"a template takes at most {<int>WER_TEMPLATE_FILES} files")
    raise windows_error(f"the report cannot be prepared: {system_text(hr)}", hr & 0xFFFF)


@cython.final
cdef class HeldTemplate:
    # A template, which C code shares: this object has one reference of it.

    cdef WerTemplate *_template  # NULL: never created
    cdef LONG _busy  # 1 while a thread changes it; changed atomically
    cdef LONG _initialized  # 1: created, or about to be; changed atomically
    cdef unsigned int _parameters  # bit n: Pn is set

    def __dealloc__(self):
        wer_template_release(self._template)

    def create(
        self, event_type, int kind, int consent, DWORD flags, DWORD milliseconds, consent_key, friendly_event_name,
        application_name, application_path, description, namespace_partner, namespace_group, application_identity, /
    ):
        cdef WCHAR event[WER_MAX_EVENT_NAME_LENGTH + 1]
        cdef WER_REPORT_INFORMATION_V5 info
        cdef WerTemplate *template = NULL
        cdef HRESULT hr
        required(event_type, event, WER_MAX_EVENT_NAME_LENGTH, "event_type")
        describe(
            &info, consent_key, friendly_event_name, application_name, application_path, description, namespace_partner,
            namespace_group, application_identity)
        initialize(&self._initialized, "template")
        with nogil:
            hr = wer_template_create(
                event, <WER_REPORT_TYPE>kind, <WER_REPORT_INFORMATION *>&info if info.dwSize else NULL,
                <WER_CONSENT>consent, flags, &template)
        if hr < 0:
            InterlockedExchange(&self._initialized, 0)
            check_template(hr)
        wer_template_set_timeout(template, milliseconds)
        self._template = template

    cdef WerTemplate *get(self) except NULL:
        """The C template. It stays this object's own."""
        if self._template == NULL:
            raise ValueError("the template was not created: its __init__ did not run")
        return self._template

    @property
    def address(self):
        # Of the C template.
        return <size_t>self.get()

    @property
    def installed(self):
        return self._template != NULL and wer_handler_installed(self._template) != 0

    @property
    def files(self):
        # Those of a sealed template: path, type and flags of each.
        cdef WerTemplate *template = self.get()
        cdef PCWSTR path = NULL
        cdef WER_FILE_TYPE file_type
        cdef DWORD flags
        cdef list files = []
        while wer_template_file(template, <LONG>len(files), &path, &file_type, &flags):
            files.append((PyUnicode_FromWideChar(path, -1), <int>file_type, flags))
        return files

    cdef int begin(self) except -1:
        """Take the template for a change of it."""
        self.get()
        return take(&self._busy, "template", "one thread changes it at a time")

    def set_parameter(self, index, value, name, /):
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
        hr = wer_template_set_parameter(self._template, c_index, c_name, c_value)
        if hr >= 0:
            self._parameters |= 1U << c_index
        leave(&self._busy)
        check_template(hr)

    def add_file(self, path, int file_type, DWORD flags, /):
        cdef WCHAR full[MAX_PATH]
        cdef HRESULT hr
        full_path(path, full)
        self.begin()
        hr = wer_template_add_file(self._template, full, <WER_FILE_TYPE>file_type, flags)
        leave(&self._busy)
        check_template(hr)

    def set_dump(self, int kind, options, DWORD flags, /):
        cdef WER_DUMP_CUSTOM_OPTIONS_V3 c_options
        cdef HRESULT hr
        if options is not None:
            fill_options(&c_options, options)
        self.begin()
        hr = wer_template_set_dump(
            self._template, <WER_DUMP_TYPE>kind, NULL if options is None else <WER_DUMP_CUSTOM_OPTIONS *>&c_options,
            flags)
        leave(&self._busy)
        check_template(hr)


cdef HeldTemplate template_in(object given):
    """An argument that is to be a HeldTemplate."""
    must_be_a(HeldTemplate, given)
    return <HeldTemplate>given


@cython.final
cdef class HeldHandler:
    # An installation of the crash handler: made once, undone once, and not undone when it is collected.

    cdef HeldTemplate _installed  # None: not by this object

    def install(self, template, bint aborts, bint ends, /):
        cdef HeldTemplate held = template_in(template)
        cdef HRESULT hr
        held.get()
        check_gap(held._parameters)
        hr = wer_handler_install_as(held._template, aborts, ends)
        if hr == HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS):
            raise RuntimeError("a crash handler is already installed; a process has one: uninstall that first")
        if hr == HRESULT_FROM_WIN32(ERROR_NOT_ENOUGH_QUOTA):
            raise RuntimeError("crash handlers were uninstalled from under other filters too often in this process")
        if hr < 0:
            raise RuntimeError("abort: there is no ucrtbase.dll in this process, so Python's abort() is another's")
        self._installed = held

    @property
    def claim(self):
        # The address of what the exception module reads.
        return <size_t>wer_handler_claim()

    @property
    def installed(self):
        cdef HeldTemplate template
        with cython.critical_section(self):
            template = self._installed
        return template is not None and template.installed

    def uninstall(self):
        cdef HeldTemplate template
        with cython.critical_section(self):
            template = self._installed
            self._installed = None
        if template is not None:
            wer_handler_uninstall(template._template)
