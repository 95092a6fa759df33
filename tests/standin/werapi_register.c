/* The exported functions that register things with WER; see werapi.c. */
#include "standin.h"

HRESULT WINAPI WerRegisterFile(PCWSTR pwzFile, WER_REGISTER_FILE_TYPE regFileType, DWORD dwFlags)
{
    Call call;

    call_begin(&call, FUNCTION_WerRegisterFile);
    if (!call.injected)
        call.hr = register_file(pwzFile, regFileType, dwFlags);
    if (log_begin(&call)) {
        log_string(&call, "pwzFile", pwzFile);
        log_number(&call, "regFileType", regFileType);
        log_number(&call, "dwFlags", dwFlags);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerUnregisterFile(PCWSTR pwzFilePath)
{
    Call call;

    call_begin(&call, FUNCTION_WerUnregisterFile);
    if (!call.injected)
        call.hr = unregister_file(pwzFilePath);
    if (log_begin(&call)) {
        log_string(&call, "pwzFilePath", pwzFilePath);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerRegisterMemoryBlock(PVOID pvAddress, DWORD dwSize)
{
    Call call;

    call_begin(&call, FUNCTION_WerRegisterMemoryBlock);
    if (!call.injected)
        call.hr = register_block(REGISTERED_BLOCK, pvAddress, dwSize);
    if (log_begin(&call)) {
        log_pointer(&call, "pvAddress", pvAddress);
        log_number(&call, "dwSize", dwSize);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerUnregisterMemoryBlock(PVOID pvAddress)
{
    Call call;

    call_begin(&call, FUNCTION_WerUnregisterMemoryBlock);
    if (!call.injected)
        call.hr = unregister_block(REGISTERED_BLOCK, pvAddress);
    if (log_begin(&call)) {
        log_pointer(&call, "pvAddress", pvAddress);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerRegisterExcludedMemoryBlock(const void *address, DWORD size)
{
    Call call;

    call_begin(&call, FUNCTION_WerRegisterExcludedMemoryBlock);
    if (!call.injected)
        call.hr = register_block(EXCLUDED_BLOCK, address, size);
    if (log_begin(&call)) {
        log_pointer(&call, "address", address);
        log_number(&call, "size", size);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerUnregisterExcludedMemoryBlock(const void *address)
{
    Call call;

    call_begin(&call, FUNCTION_WerUnregisterExcludedMemoryBlock);
    if (!call.injected)
        call.hr = unregister_block(EXCLUDED_BLOCK, address);
    if (log_begin(&call)) {
        log_pointer(&call, "address", address);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerRegisterCustomMetadata(PCWSTR key, PCWSTR value)
{
    Call call;

    call_begin(&call, FUNCTION_WerRegisterCustomMetadata);
    if (!call.injected)
        call.hr = register_metadata(key, value);
    if (log_begin(&call)) {
        log_string(&call, "key", key);
        log_string(&call, "value", value);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerUnregisterCustomMetadata(PCWSTR key)
{
    Call call;

    call_begin(&call, FUNCTION_WerUnregisterCustomMetadata);
    if (!call.injected)
        call.hr = unregister_metadata(key);
    if (log_begin(&call)) {
        log_string(&call, "key", key);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerRegisterAdditionalProcess(DWORD processId, DWORD captureExtraInfoForThreadId)
{
    Call call;

    call_begin(&call, FUNCTION_WerRegisterAdditionalProcess);
    if (!call.injected)
        call.hr = register_process(processId, captureExtraInfoForThreadId);
    if (log_begin(&call)) {
        log_number(&call, "processId", processId);
        log_number(&call, "captureExtraInfoForThreadId", captureExtraInfoForThreadId);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerUnregisterAdditionalProcess(DWORD processId)
{
    Call call;

    call_begin(&call, FUNCTION_WerUnregisterAdditionalProcess);
    if (!call.injected)
        call.hr = unregister_process(processId);
    if (log_begin(&call)) {
        log_number(&call, "processId", processId);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerRegisterAppLocalDump(PCWSTR localAppDataRelativePath)
{
    Call call;

    call_begin(&call, FUNCTION_WerRegisterAppLocalDump);
    if (!call.injected)
        call.hr = register_local_dumps(localAppDataRelativePath);
    if (log_begin(&call)) {
        log_string(&call, "localAppDataRelativePath", localAppDataRelativePath);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerUnregisterAppLocalDump(void)
{
    Call call;

    call_begin(&call, FUNCTION_WerUnregisterAppLocalDump);
    if (!call.injected)
        call.hr = unregister_local_dumps();
    if (log_begin(&call))
        log_end(&call);
    return call.hr;
}

HRESULT WINAPI WerRegisterRuntimeExceptionModule(PCWSTR pwszOutOfProcessCallbackDll, PVOID pContext)
{
    Call call;

    call_begin(&call, FUNCTION_WerRegisterRuntimeExceptionModule);
    if (!call.injected)
        call.hr = register_module(pwszOutOfProcessCallbackDll, pContext);
    if (log_begin(&call)) {
        log_string(&call, "pwszOutOfProcessCallbackDll", pwszOutOfProcessCallbackDll);
        log_pointer(&call, "pContext", pContext);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerUnregisterRuntimeExceptionModule(PCWSTR pwszOutOfProcessCallbackDll, PVOID pContext)
{
    Call call;

    call_begin(&call, FUNCTION_WerUnregisterRuntimeExceptionModule);
    if (!call.injected)
        call.hr = unregister_module(pwszOutOfProcessCallbackDll, pContext);
    if (log_begin(&call)) {
        log_string(&call, "pwszOutOfProcessCallbackDll", pwszOutOfProcessCallbackDll);
        log_pointer(&call, "pContext", pContext);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerSetFlags(DWORD dwFlags)
{
    Call call;

    call_begin(&call, FUNCTION_WerSetFlags);
    if (!call.injected)
        call.hr = process_set_flags(dwFlags);
    if (log_begin(&call)) {
        log_number(&call, "dwFlags", dwFlags);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerGetFlags(HANDLE hProcess, PDWORD pdwFlags)
{
    Call call;

    call_begin(&call, FUNCTION_WerGetFlags);
    if (!call.injected)
        call.hr = process_get_flags(hProcess, pdwFlags);
    if (log_begin(&call)) {
        log_process(&call, "hProcess", hProcess);
        log_pointer(&call, "pdwFlags", pdwFlags);
        log_outputs(&call);
        if (pdwFlags && SUCCEEDED(call.hr))
            log_number(&call, "pdwFlags", *pdwFlags);
        log_end(&call);
    }
    return call.hr;
}

/* No value is documented to be wrong, and nothing holds a process here: every call succeeds. */
HRESULT WINAPI WerSetMaxProcessHoldMilliseconds(DWORD dwMilliseconds)
{
    Call call;

    call_begin(&call, FUNCTION_WerSetMaxProcessHoldMilliseconds);
    if (log_begin(&call)) {
        log_number(&call, "dwMilliseconds", dwMilliseconds);
        log_end(&call);
    }
    return call.hr;
}

HRESULT WINAPI WerReportHang(HWND hwndHungApp, PCWSTR pwzHungApplicationName)
{
    Call call;

    call_begin(&call, FUNCTION_WerReportHang);
    if (!call.injected)
        call.hr = report_hang(hwndHungApp, pwzHungApplicationName);
    if (log_begin(&call)) {
        log_pointer(&call, "hwndHungApp", hwndHungApp);
        log_string(&call, "pwzHungApplicationName", pwzHungApplicationName);
        log_end(&call);
    }
    return call.hr;
}
