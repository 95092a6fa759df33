# wer/capi.h for `cimport`: WER's functions in the wer.dll of System32, without linking anything, and prepared reports.
# Call Wer_ImportCAPI() when your module is imported; Wer_API is there afterwards. The header says what each does.

from wer.libwer cimport *

cdef extern from "wer/capi.h" nogil:
    enum:
        WER_CAPI_VERSION
    ctypedef struct WerTemplate:
        pass
    ctypedef struct WerCAPI:
        unsigned int version
        unsigned int size
        HRESULT (*create)(
            PCWSTR event_type, WER_REPORT_TYPE type, WER_REPORT_INFORMATION *information, HREPORT *report
        ) noexcept nogil
        HRESULT (*set_parameter)(HREPORT report, DWORD id, PCWSTR name, PCWSTR value) noexcept nogil
        HRESULT (*set_ui_option)(HREPORT report, WER_REPORT_UI option, PCWSTR value) noexcept nogil
        HRESULT (*add_file)(HREPORT report, PCWSTR path, WER_FILE_TYPE type, DWORD flags) noexcept nogil
        HRESULT (*add_dump)(
            HREPORT report, HANDLE process, HANDLE thread, WER_DUMP_TYPE type, WER_EXCEPTION_INFORMATION *exception,
            WER_DUMP_CUSTOM_OPTIONS *options, DWORD flags) noexcept nogil
        HRESULT (*submit)(
            HREPORT report, WER_CONSENT consent, DWORD flags, WER_SUBMIT_RESULT *result) noexcept nogil
        HRESULT (*close)(HREPORT report) noexcept nogil
        HRESULT (*template_create)(
            PCWSTR event_type, WER_REPORT_TYPE type, const WER_REPORT_INFORMATION *information, WER_CONSENT consent,
            DWORD submit_flags, WerTemplate **result) noexcept nogil
        void (*template_retain)(WerTemplate *t) noexcept nogil
        void (*template_release)(WerTemplate *t) noexcept nogil
        HRESULT (*template_set_parameter)(WerTemplate *t, DWORD id, PCWSTR name, PCWSTR value) noexcept nogil
        HRESULT (*template_add_file)(WerTemplate *t, PCWSTR path, WER_FILE_TYPE type, DWORD flags) noexcept nogil
        HRESULT (*template_set_dump)(
            WerTemplate *t, WER_DUMP_TYPE type, const WER_DUMP_CUSTOM_OPTIONS *options, DWORD flags) noexcept nogil
        HRESULT (*template_set_timeout)(WerTemplate *t, DWORD milliseconds) noexcept nogil
        HRESULT (*report_exception)(
            WerTemplate *t, EXCEPTION_POINTERS *pointers, WER_SUBMIT_RESULT *result) noexcept nogil
        HRESULT (*report_here)(WerTemplate *t, DWORD code, WER_SUBMIT_RESULT *result) noexcept nogil
        void (*wait_for_report)() noexcept nogil
        HRESULT (*install_handler)(WerTemplate *t) noexcept nogil
        HRESULT (*uninstall_handler)(WerTemplate *t) noexcept nogil
        object (*report_from_handle)(HREPORT handle, int owned)
        int (*report_check)(object value) noexcept
        HREPORT (*report_handle)(object value) except NULL
        WerTemplate *(*template_from_object)(object value) except NULL
    const WerCAPI *Wer_API

cdef extern from "wer/capi.h":
    int Wer_ImportCAPI() except -1
