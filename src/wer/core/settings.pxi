# The calls by which WER is told and asked about processes and applications; _settings.py has the functions around them.

def add_excluded_application(exe_name, bint all_users, /):
    # Call WerAddExcludedApplication.
    cdef WCHAR name[MAX_PATH]
    cdef HRESULT hr
    required(exe_name, name, MAX_PATH - 1, "exe_name")
    with nogil:
        hr = WerAddExcludedApplication(name, all_users)
    check(hr, "WerAddExcludedApplication", exe_name)


def remove_excluded_application(exe_name, bint all_users, /):
    # Call WerRemoveExcludedApplication.
    cdef WCHAR name[MAX_PATH]
    cdef HRESULT hr
    required(exe_name, name, MAX_PATH - 1, "exe_name")
    with nogil:
        hr = WerRemoveExcludedApplication(name, all_users)
    check(hr, "WerRemoveExcludedApplication", exe_name)


def set_flags(DWORD flags, /):
    # Call WerSetFlags.
    cdef HRESULT hr
    need(wer_found.WerSetFlags != NULL, "WerSetFlags")
    with nogil:
        hr = wer_found.WerSetFlags(flags)
    check(hr, "WerSetFlags")


def get_flags(process, /):
    # Call WerGetFlags.
    cdef DWORD flags = 0
    cdef HANDLE handle = handle_of(handle_in(process))
    cdef HRESULT hr
    need(wer_found.WerGetFlags != NULL, "WerGetFlags")
    with nogil:
        hr = wer_found.WerGetFlags(handle, &flags)
    check(hr, "WerGetFlags")
    return flags


def set_max_process_hold_milliseconds(milliseconds, /):
    # Call WerSetMaxProcessHoldMilliseconds.
    cdef DWORD limit = <DWORD>integer(milliseconds, 0, 0xFFFFFFFF, "milliseconds")
    cdef HRESULT hr
    need(wer_found.WerSetMaxProcessHoldMilliseconds != NULL, "WerSetMaxProcessHoldMilliseconds")
    with nogil:
        hr = wer_found.WerSetMaxProcessHoldMilliseconds(limit)
    check(hr, "WerSetMaxProcessHoldMilliseconds")


def report_hang(window, application_name, /):
    # Call WerReportHang, from faultrep.dll.
    cdef WCHAR buffer[128]
    cdef HWND handle = <HWND>pointer(window, "window")
    cdef const WCHAR *name = NULL
    cdef HRESULT hr
    if handle == NULL:
        raise ValueError("window is 0, which is no window")
    if application_name is not None:
        utf16(application_name, buffer, 127, "application_name")
        name = buffer
    wer_find_hang()
    need(wer_found.WerReportHang != NULL, "WerReportHang")
    with nogil:
        hr = wer_found.WerReportHang(handle, name)
    check(hr, "WerReportHang")
