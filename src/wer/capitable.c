#include "capitable.h"

#include "crashhandler.h"

WerCAPI wer_capi = {
    WER_CAPI_VERSION,
    sizeof(WerCAPI),
    NULL, /* report_from_handle, report_check, report_handle: _capi.pxi */
    NULL,
    NULL,
    WerReportCreate,
    WerReportSetParameter,
    WerReportSetUIOption,
    WerReportAddFile,
    WerReportAddDump,
    WerReportSubmit,
    WerReportCloseHandle,
    wer_template_create,
    wer_template_retain,
    wer_template_release,
    wer_template_set_parameter,
    wer_template_add_file,
    wer_template_set_dump,
    wer_template_set_timeout,
    NULL, /* template_from_object: _capi.pxi */
    wer_report_exception,
    wer_report_here,
    wer_wait_for_report,
    wer_handler_install,
    wer_handler_uninstall,
};
