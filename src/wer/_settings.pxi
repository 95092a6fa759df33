# The calls by which WER is told and asked about processes and applications; _settings.py has the functions around them.

cdef object exclude(object arguments, bint excluded, const char *function):
    cdef WCHAR buffer[MAX_PATH]
    cdef PyObject *exe_name
    cdef const WCHAR *name
    cdef int all_users
    cdef HRESULT hr
    PyArg_ParseTuple(arguments, b"Op", &exe_name, &all_users)
    name = required(exe_name, buffer, MAX_PATH - 1, b"exe_name")
    with nogil:
        if excluded:
            hr = WerAddExcludedApplication(name, all_users)
        else:
            hr = WerRemoveExcludedApplication(name, all_users)
    check(hr, function, <object>exe_name)
    return None


cdef object add_excluded_application(object module, object arguments):
    return exclude(arguments, True, b"WerAddExcludedApplication")


cdef object remove_excluded_application(object module, object arguments):
    return exclude(arguments, False, b"WerRemoveExcludedApplication")


cdef object set_flags(object module, object flags):
    """Call WerSetFlags."""
    cdef DWORD bits = flag_bits(<PyObject *>flags, FAULT_REPORTING_FLAGS, 0xFFFFFFFF, b"flags")
    cdef HRESULT hr
    need(wer_found.WerSetFlags != NULL, b"WerSetFlags")
    with nogil:
        hr = wer_found.WerSetFlags(bits)
    check(hr, b"WerSetFlags")
    return None


cdef object get_flags(object module, object arguments):
    """Call WerGetFlags."""
    cdef DWORD bits = 0
    cdef PyObject *process
    cdef PyObject *pid
    cdef Target target
    cdef HRESULT hr
    PyArg_ParseTuple(arguments, b"OO", &process, &pid)
    need(wer_found.WerGetFlags != NULL, b"WerGetFlags")
    find_process(<object>process, <object>pid, PROCESS_QUERY_INFORMATION, &target)
    with nogil:
        hr = wer_found.WerGetFlags(target.handle, &bits)
        release(&target)
    check(hr, b"WerGetFlags")
    return bits


cdef object set_max_process_hold_milliseconds(object module, object milliseconds):
    """Call WerSetMaxProcessHoldMilliseconds."""
    cdef DWORD limit = <DWORD>integer(<PyObject *>milliseconds, 0, 0xFFFFFFFF, b"milliseconds")
    cdef HRESULT hr
    need(wer_found.WerSetMaxProcessHoldMilliseconds != NULL, b"WerSetMaxProcessHoldMilliseconds")
    with nogil:
        hr = wer_found.WerSetMaxProcessHoldMilliseconds(limit)
    check(hr, b"WerSetMaxProcessHoldMilliseconds")
    return None


cdef object report_hang(object module, object arguments):
    """Call WerReportHang, from faultrep.dll."""
    cdef WCHAR buffer[128]
    cdef PyObject *window
    cdef PyObject *application_name
    cdef HWND handle
    cdef const WCHAR *name = NULL
    cdef HRESULT hr
    PyArg_ParseTuple(arguments, b"OO", &window, &application_name)
    handle = <HWND>pointer(window, b"window")
    if handle == NULL:
        refuse(ValueError, b"window is 0, which is no window")
    if application_name != <PyObject *>None:
        name = wide(application_name, buffer, 127, b"application_name")
    wer_find_hang()
    need(wer_found.WerReportHang != NULL, b"WerReportHang")
    with nogil:
        hr = wer_found.WerReportHang(handle, name)
    check(hr, b"WerReportHang")
    return None
