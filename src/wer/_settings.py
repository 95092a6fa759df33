"""What WER is told and asked about processes and applications, beyond a single report."""

from . import _native
from ._arguments import bits, text
from ._enums import FaultReportingFlags
from ._functions import functions_of
from ._processes import FOR_QUERY, process_of
from ._typing import ProcessLike


def add_excluded_application(exe_name: str, all_users: bool = False) -> None:
    """Exclude an application from error reporting. Calls WerAddExcludedApplication.

    This changes the user's or the machine's settings until `remove_excluded_application`.

    Parameters
    ----------
    exe_name : str
        File name of the executable with its extension and without a folder, at most 259 UTF-16 units. WER itself takes
        a path, and excludes every program with its last part for a name, whatever the folder; that is why a path is
        refused here: pass ``Path(path).name``.
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
    _check_executable(exe_name)
    _native.add_excluded_application(exe_name, all_users)


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
        WER refused: 0x800700CB or E_FAIL, the application is not excluded (undocumented; seen on Windows by Wine's
        tests), or E_ACCESSDENIED.
    TypeError, ValueError
        As for `add_excluded_application`.

    Notes
    -----
    Windows Vista.
    """
    _check_executable(exe_name)
    _native.remove_excluded_application(exe_name, all_users)


def _check_executable(exe_name: str) -> None:
    if isinstance(exe_name, str) and ("\\" in exe_name or "/" in exe_name):
        raise ValueError(
            f"exe_name takes a file name without a folder, got {exe_name!r}; WER excludes by the file name alone"
        )


def set_flags(flags: FaultReportingFlags | int) -> None:
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
    _native.set_flags(bits(FaultReportingFlags, flags, "flags"))


def get_flags(process: ProcessLike | None = None, *, pid: int | None = None) -> FaultReportingFlags:
    """How Windows reports crashes and hangs of a process. Calls WerGetFlags.

    Parameters
    ----------
    process : object, optional
        The process: an object that owns a handle or has a ``pid``, or a `Handle` (see `Report.add_dump`). By default
        the current one. A handle needs PROCESS_VM_READ or PROCESS_QUERY_INFORMATION.
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
    return FaultReportingFlags(_native.get_flags(process_of(process, pid, FOR_QUERY)))


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
    A later Windows 10 than version 1803, whose SDK does not have it; which one is not documented. It is in
    KernelBase.dll alone, and in no import library.
    """
    _native.set_max_process_hold_milliseconds(milliseconds)


def report_hang(window: int, application_name: str | None = None) -> None:
    """Report a window that does not answer, and have Windows end its process. Calls WerReportHang.

    For child windows only, which belong to another process than their top-level window: Windows watches top-level
    windows itself. **It ends the process that made the window** when the report is done, and cannot be called back:
    ask the user first.

    Parameters
    ----------
    window : int
        HWND of the child window.
    application_name : str, optional
        What the user reads, at most 127 UTF-16 units; if left out, what the program's file says it is called.

    Raises
    ------
    WerError
        WER refused. Microsoft documents no codes.
    TypeError, ValueError
        An argument is of the wrong type or out of its limits.
    NotImplementedError
        This Windows lacks the function.

    Notes
    -----
    It returns when the reporting has started. Windows Vista SP1, in faultrep.dll, which is loaded now.
    """
    _native.report_hang(window, application_name)


def supported(function: str) -> bool:
    """Whether this machine has a WER function.

    Parameters
    ----------
    function : str
        Its name in werapi.h, e.g. ``"WerStoreOpen"``, or ``"PssCaptureSnapshot"`` and the like; or what calls it here,
        e.g. ``"Store.upload"``: then all that it needs must be there.

    Returns
    -------
    bool
        Off Windows always False.

    Raises
    ------
    TypeError, ValueError
        `function` is no str, or none of the functions that `wer` calls.
    """
    names = functions_of(text(function, "function"))
    if not names:
        raise ValueError(
            f"function must be one of werapi.h that wer calls, or one of wer that calls them, got {function!r}"
        )
    return all([_native.found(name) for name in names])
