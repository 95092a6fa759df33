/* A wer.dll whose functions return at once: what a call costs beside it is what lies between Python and WER. It checks
 * nothing and keeps nothing. */
#include "wer/werapi.h"

#define UNUSED(x) (void)(x)

HRESULT WINAPI WerReportCreate(
    PCWSTR event, WER_REPORT_TYPE type, PWER_REPORT_INFORMATION information, HREPORT *report)
{
    UNUSED(event), UNUSED(type), UNUSED(information);
    *report = (HREPORT)(INT_PTR)1;
    return S_OK;
}

HRESULT WINAPI WerReportSetParameter(HREPORT report, DWORD index, PCWSTR name, PCWSTR value)
{
    UNUSED(report), UNUSED(index), UNUSED(name), UNUSED(value);
    return S_OK;
}

HRESULT WINAPI WerReportSetUIOption(HREPORT report, WER_REPORT_UI option, PCWSTR value)
{
    UNUSED(report), UNUSED(option), UNUSED(value);
    return S_OK;
}

HRESULT WINAPI WerReportAddFile(HREPORT report, PCWSTR path, WER_FILE_TYPE type, DWORD flags)
{
    UNUSED(report), UNUSED(path), UNUSED(type), UNUSED(flags);
    return S_OK;
}

HRESULT WINAPI WerReportAddDump(
    HREPORT report, HANDLE process, HANDLE thread, WER_DUMP_TYPE type, PWER_EXCEPTION_INFORMATION exception,
    PWER_DUMP_CUSTOM_OPTIONS options, DWORD flags)
{
    UNUSED(report), UNUSED(process), UNUSED(thread), UNUSED(type), UNUSED(exception), UNUSED(options), UNUSED(flags);
    return S_OK;
}

HRESULT WINAPI WerReportSubmit(HREPORT report, WER_CONSENT consent, DWORD flags, PWER_SUBMIT_RESULT result)
{
    UNUSED(report), UNUSED(consent), UNUSED(flags);
    *result = WerReportQueued;
    return S_OK;
}

HRESULT WINAPI WerReportCloseHandle(HREPORT report)
{
    UNUSED(report);
    return S_OK;
}

HRESULT WINAPI WerAddExcludedApplication(PCWSTR application, BOOL everybody)
{
    UNUSED(application), UNUSED(everybody);
    return S_OK;
}

HRESULT WINAPI WerRemoveExcludedApplication(PCWSTR application, BOOL everybody)
{
    UNUSED(application), UNUSED(everybody);
    return S_OK;
}
