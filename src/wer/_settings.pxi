# What WER is told about applications, beyond a single report.

def add_excluded_application(exe_name: str, all_users: bool = False) -> None:
    """Exclude an application from error reporting. Calls WerAddExcludedApplication.

    This changes the user's or the machine's settings until `remove_excluded_application`.

    Parameters
    ----------
    exe_name : str
        File name of the executable with its extension and without a folder, at most 259 UTF-16 units.
    all_users : bool
        True: for every user of the machine, which needs an administrator. False: for the current user.

    Raises
    ------
    WerError
        WER refused; E_ACCESSDENIED: no right to change the machine's settings.
    TypeError, ValueError
        `exe_name` is no str, empty, too long, or has a folder or a NUL in it.

    Notes
    -----
    Windows Vista.
    """
    cdef WCHAR buffer[MAX_PATH]
    cdef const WCHAR *name = executable(exe_name, buffer)
    cdef BOOL everybody = bool(all_users)
    cdef HRESULT hr
    with nogil:
        hr = WerAddExcludedApplication(name, everybody)
    check(hr, b"WerAddExcludedApplication", exe_name)


def remove_excluded_application(exe_name: str, all_users: bool = False) -> None:
    """Undo `add_excluded_application`. Calls WerRemoveExcludedApplication.

    Parameters
    ----------
    exe_name : str
        As it was given to `add_excluded_application`.
    all_users : bool
        As it was given to `add_excluded_application`.

    Raises
    ------
    WerError
        WER refused: the application is not excluded (Microsoft does not document the code), or
        E_ACCESSDENIED.
    TypeError, ValueError
        As for `add_excluded_application`.

    Notes
    -----
    Windows Vista.
    """
    cdef WCHAR buffer[MAX_PATH]
    cdef const WCHAR *name = executable(exe_name, buffer)
    cdef BOOL everybody = bool(all_users)
    cdef HRESULT hr
    with nogil:
        hr = WerRemoveExcludedApplication(name, everybody)
    check(hr, b"WerRemoveExcludedApplication", exe_name)


cdef const WCHAR *executable(object exe_name, WCHAR *buffer) except NULL:
    cdef const WCHAR *name = required(exe_name, buffer, MAX_PATH - 1, "exe_name")
    if "\\" in exe_name or "/" in exe_name:
        raise ValueError(f"exe_name takes a file name without a folder, got {exe_name!r}")
    return name


def set_flags(flags: int) -> None:
    """Set how Windows reports crashes and hangs of this process. Calls WerSetFlags.

    Parameters
    ----------
    flags : FaultReportingFlags
        All of them: the call replaces what was set before (inferred). To add one, ``set_flags(get_flags() | flag)``.

    Raises
    ------
    WerError
        WER refused.
    TypeError, ValueError
        `flags` is of the wrong type or needs more than 32 bits.
    NotImplementedError
        This Windows lacks the function.

    Notes
    -----
    Windows Vista. Microsoft documents NOHEAP, QUEUE, DISABLE_THREAD_SUSPENSION, QUEUE_UPLOAD and ALWAYS_SHOW_UI; the
    others are the header's.
    """
    cdef DWORD bits = flag_bits(flags, _FaultReportingFlags, 0xFFFFFFFF, "flags")
    cdef HRESULT hr
    need(wer_found.WerSetFlags != NULL, b"WerSetFlags")
    with nogil:
        hr = wer_found.WerSetFlags(bits)
    check(hr, b"WerSetFlags")


def get_flags(process: object = None, *, pid: int | None = None) -> int:
    """How Windows reports crashes and hangs of a process. Calls WerGetFlags.

    Parameters
    ----------
    process : int or object, optional
        The process: a handle, or an object that owns one or has a ``pid`` (see `Report.add_dump`). By default the
        current one. A handle needs PROCESS_VM_READ or PROCESS_QUERY_INFORMATION.
    pid : int, optional
        An id instead of `process`.

    Returns
    -------
    FaultReportingFlags
        What the process has set; the machine's policies are not in it.

    Raises
    ------
    WerError
        WER refused.
    OSError
        The process is gone (ProcessLookupError) or may not be opened (PermissionError).
    TypeError, ValueError
        `process` is none.
    NotImplementedError
        This Windows lacks the function.

    Notes
    -----
    Windows Vista.
    """
    cdef DWORD bits = 0
    cdef Target target
    cdef HRESULT hr
    need(wer_found.WerGetFlags != NULL, b"WerGetFlags")
    find_process(process, pid, PROCESS_QUERY_INFORMATION, &target)
    with nogil:
        hr = wer_found.WerGetFlags(target.handle, &bits)
        release(&target)
    check(hr, b"WerGetFlags")
    return _FaultReportingFlags(bits)


def set_max_process_hold_milliseconds(milliseconds: int) -> None:
    """Limit how long WER may hold this process when it crashes. Calls WerSetMaxProcessHoldMilliseconds.

    Parameters
    ----------
    milliseconds : int
        0 to 4294967295. Microsoft documents neither limits nor what the extremes mean.

    Raises
    ------
    WerError
        WER refused; E_NOTIMPL is known of some systems.
    TypeError, ValueError
        `milliseconds` is no int, or does not fit into 32 bits.
    NotImplementedError
        This Windows lacks the function.

    Notes
    -----
    In SDKs since that of Windows 10 version 1903; what Windows has it is not documented.
    """
    cdef DWORD limit = <DWORD>integer(milliseconds, 0, 0xFFFFFFFF, "milliseconds")
    cdef HRESULT hr
    need(wer_found.WerSetMaxProcessHoldMilliseconds != NULL, b"WerSetMaxProcessHoldMilliseconds")
    with nogil:
        hr = wer_found.WerSetMaxProcessHoldMilliseconds(limit)
    check(hr, b"WerSetMaxProcessHoldMilliseconds")
