/* The exported functions: each counts itself, obeys the tests' rules, acts and writes its line in the log. Those of the
 * report store, the registrations and the snapshots are in werapi_store.c, werapi_register.c and werapi_snapshot.c. */
#include "standin.h"

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID process_ends)
{
    if (reason == DLL_PROCESS_ATTACH) {
        DisableThreadLibraryCalls(module);
        /* A mistake in WER_STANDIN fails the load: a child that silently ran without its rules would fool the test. */
        return SUCCEEDED(control_from_environment());
    }
    if (reason == DLL_PROCESS_DETACH && !process_ends) {
        reports_close_all();
        stores_close_all();
        registrations_clear();
        process_forget_flags();
        control_free();
        log_close();
    }
    return TRUE;
}

HRESULT WINAPI WerReportCreate(
    PCWSTR pwzEventType,
    WER_REPORT_TYPE repType,
    PWER_REPORT_INFORMATION pReportInformation,
    HREPORT *phReportHandle)
{
    Call call;

    call_begin(&call, FUNCTION_WerReportCreate);
    if (phReportHandle)
        *phReportHandle = NULL; /* documented for every failure, so for an injected one too */
    if (!call.injected)
        call.hr = report_create(pwzEventType, repType, pReportInformation, phReportHandle);
    if (log_begin(&call)) {
        log_string(&call, "pwzEventType", pwzEventType);
        log_number(&call, "repType", repType);
        log_sized_struct(&call, "pReportInformation", pReportInformation, report_information_size(pReportInformation));
        log_pointer(&call, "phReportHandle", phReportHandle);
        log_outputs(&call);
        if (phReportHandle)
            log_pointer(&call, "phReportHandle", *phReportHandle);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerReportSetParameter(HREPORT hReportHandle, DWORD dwparamID, PCWSTR pwzName, PCWSTR pwzValue)
{
    Call call;

    call_begin(&call, FUNCTION_WerReportSetParameter);
    if (!call.injected)
        call.hr = report_set_parameter(hReportHandle, dwparamID, pwzName, pwzValue);
    if (log_begin(&call)) {
        log_pointer(&call, "hReportHandle", hReportHandle);
        log_number(&call, "dwparamID", dwparamID);
        log_string(&call, "pwzName", pwzName);
        log_string(&call, "pwzValue", pwzValue);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerReportSetUIOption(HREPORT hReportHandle, WER_REPORT_UI repUITypeID, PCWSTR pwzValue)
{
    Call call;

    call_begin(&call, FUNCTION_WerReportSetUIOption);
    if (!call.injected)
        call.hr = report_set_ui_option(hReportHandle, repUITypeID, pwzValue);
    if (log_begin(&call)) {
        log_pointer(&call, "hReportHandle", hReportHandle);
        log_number(&call, "repUITypeID", repUITypeID);
        log_string(&call, "pwzValue", pwzValue);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerReportAddFile(HREPORT hReportHandle, PCWSTR pwzPath, WER_FILE_TYPE repFileType, DWORD dwFileFlags)
{
    Call call;

    call_begin(&call, FUNCTION_WerReportAddFile);
    if (!call.injected)
        call.hr = report_add_file(hReportHandle, pwzPath, repFileType, dwFileFlags);
    if (log_begin(&call)) {
        log_pointer(&call, "hReportHandle", hReportHandle);
        log_string(&call, "pwzPath", pwzPath);
        log_number(&call, "repFileType", repFileType);
        log_number(&call, "dwFileFlags", dwFileFlags);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerReportAddDump(
    HREPORT hReportHandle,
    HANDLE hProcess,
    HANDLE hThread,
    WER_DUMP_TYPE dumpType,
    PWER_EXCEPTION_INFORMATION pExceptionParam,
    PWER_DUMP_CUSTOM_OPTIONS pDumpCustomOptions,
    DWORD dwFlags)
{
    Call call;

    call_begin(&call, FUNCTION_WerReportAddDump);
    if (!call.injected)
        call.hr = report_add_dump(
            hReportHandle, hProcess, hThread, dumpType, pExceptionParam, pDumpCustomOptions, dwFlags);
    if (log_begin(&call)) {
        log_pointer(&call, "hReportHandle", hReportHandle);
        log_process(&call, "hProcess", hProcess);
        log_thread(&call, "hThread", hThread);
        log_number(&call, "dumpType", dumpType);
        log_struct(&call, "pExceptionParam", pExceptionParam, sizeof(*pExceptionParam));
        log_sized_struct(&call, "pDumpCustomOptions", pDumpCustomOptions, custom_options_size(pDumpCustomOptions));
        log_number(&call, "dwFlags", dwFlags);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerReportSubmit(
    HREPORT hReportHandle,
    WER_CONSENT consent,
    DWORD dwFlags,
    PWER_SUBMIT_RESULT pSubmitResult)
{
    Call call;

    call_begin(&call, FUNCTION_WerReportSubmit);
    if (!call.injected)
        call.hr = report_submit(hReportHandle, consent, dwFlags, pSubmitResult);
    if (log_begin(&call)) {
        log_pointer(&call, "hReportHandle", hReportHandle);
        log_number(&call, "consent", consent);
        log_number(&call, "dwFlags", dwFlags);
        log_pointer(&call, "pSubmitResult", pSubmitResult);
        log_outputs(&call);
        if (pSubmitResult && SUCCEEDED(call.hr))
            log_number(&call, "pSubmitResult", *pSubmitResult);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerReportCloseHandle(HREPORT hReportHandle)
{
    Call call;

    call_begin(&call, FUNCTION_WerReportCloseHandle);
    if (!call.injected)
        call.hr = report_close(hReportHandle);
    if (log_begin(&call)) {
        log_pointer(&call, "hReportHandle", hReportHandle);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerAddExcludedApplication(PCWSTR pwzExeName, BOOL bAllUsers)
{
    Call call;

    call_begin(&call, FUNCTION_WerAddExcludedApplication);
    if (!call.injected)
        call.hr = exclusion_add(pwzExeName, bAllUsers);
    if (log_begin(&call)) {
        log_string(&call, "pwzExeName", pwzExeName);
        log_number(&call, "bAllUsers", bAllUsers);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerRemoveExcludedApplication(PCWSTR pwzExeName, BOOL bAllUsers)
{
    Call call;

    call_begin(&call, FUNCTION_WerRemoveExcludedApplication);
    if (!call.injected)
        call.hr = exclusion_remove(pwzExeName, bAllUsers);
    if (log_begin(&call)) {
        log_string(&call, "pwzExeName", pwzExeName);
        log_number(&call, "bAllUsers", bAllUsers);
        log_end(&call);
    }
    return call.hr;
}
