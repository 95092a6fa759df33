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
