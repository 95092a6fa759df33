"""`install_crash_handler`: have a prepared report filed when this process crashes."""

import sys as _sys

from ._owner import Owner
from ._report import must_be
from ._template import ReportTemplate
from ._typing import TYPE_CHECKING, Then

if TYPE_CHECKING:
    from ._registration import Registration
    from ._werapi import HeldHandler


class CrashHandler(Owner):
    """The installed crash handler, as `install_crash_handler` returns it. Leaving ``with`` uninstalls it.

    It stays installed when this object is collected, and when Python is finalized.
    """

    __slots__ = ("_missing", "_prepared", "_registered")
    _HELD = "HeldHandler"
    _CALLED = "crash handler"
    _held: "HeldHandler"
    _missing: list[str]  # was missing when it was installed
    _prepared: ReportTemplate
    _registered: "list[Registration]"  # for the exception module

    def __init__(self, *arguments: object, **options: object) -> None:
        raise TypeError("install_crash_handler makes a CrashHandler")

    def _give_back(self) -> None:
        self.uninstall()

    def __repr__(self) -> str:
        return f"<wer.CrashHandler {'installed' if self.installed else 'uninstalled'} {self._prepared!r}>"

    @property
    def installed(self) -> bool:
        """Whether it is still installed."""
        return self._held.installed

    @property
    def missing(self) -> list[str]:
        """What still keeps crashes that were asked for from being reported, a sentence for each; empty if nothing does.

        With ``fast_fail``: the entry of the registry that WerFault wants. With ``abort``: faulthandler was enabled
        before, so Py_FatalError is not reported.
        """
        if not self._registered:
            return list(self._missing)
        from ._exception_module import missing

        return self._missing + missing()

    def uninstall(self) -> None:
        """Undo the installation; what is not installed any more is left alone.

        If other code has set an unhandled-exception filter since, ours cannot be taken out from under it: it stays
        and does nothing but pass on. So is it with a SIGABRT handler. This can happen eight times in a process.

        Raises
        ------
        WerError
            With ``fast_fail``: WER refused to undo a registration. The handler is uninstalled; another call undoes the
            rest.
        """
        self._held.uninstall()
        while self._registered:
            self._registered[-1].unregister()
            self._registered.pop()  # not before: what WER refused is tried again by another call


def install_crash_handler(
    template: ReportTemplate, *, abort: bool = False, then: Then = "continue", fast_fail: bool = False
) -> CrashHandler:
    """Report crashes of this process: an unhandled-exception filter in C files the prepared report.

    The first thread with an unhandled exception files the report, and runs no Python for it; others that crash
    meanwhile wait until it is filed. Then the filter that was set before has its turn, and Windows after it: the
    process ends as it would have. A report that takes longer than the template's timeout is given up, and the process
    ends: the thread that crashed may hold a lock that WER waits for. The process's error mode is left alone.

    Parameters
    ----------
    template : ReportTemplate
        The prepared report. It cannot be changed afterwards.
    abort : bool
        Report an abort as well: SIGABRT of ucrtbase.dll, the C runtime that CPython uses, as abort(), ``os.abort`` and
        Py_FatalError raise it. The report's exception is made up, 0x40000015 (STATUS_FATAL_APP_EXIT).
    then : str
        What comes after the report. ``"continue"``, the default, passes the crash on, and so **two reports are made**:
        this one, and Windows' own, with its dump in the folder of LocalDumps where that is set. ``"end"`` ends the
        process there and then, with the exception's code (an abort: 0x40000015): Windows makes no report, LocalDumps
        gets nothing, no debugger is asked, and filters and SIGABRT handlers that were set before are not called. A
        crash inside the report itself is passed on in either case, and so is one that could not be reported: Windows'
        report is the only one then.
    fast_fail : bool
        Have Windows' own report of a crash that no code of this process can see be the template's event with its
        parameters: fast-fail, heap corruption, a stack overflow without room, and whatever else is unreported when
        WerFault comes. It is asked by a DLL of ours, a runtime exception module, which runs in WerFault and reads no
        more of this process than that. Consent, flags, dump and all else that the template says do not apply: Windows
        makes the report, as it is set up there. The template's files are registered with `register_file`, for all
        reports that Windows makes of this process. Windows wants an entry of the registry as well, which an installer
        makes: `CrashHandler.missing` says which. It ends with the interpreter, as all registrations do.

    Returns
    -------
    CrashHandler
        To uninstall it. Leave it installed for as long as the process lives.

    Raises
    ------
    TypeError
        `template` is no ReportTemplate.
    ValueError
        A signature parameter is set while a lower one is not; or `then` is something else.
    RuntimeError
        A crash handler is installed already: there is one in a process. With `abort`, this Python's C runtime is not
        ucrtbase.dll.
    WerError, NotImplementedError
        With `fast_fail`, as for `register_runtime_exception_module` and `register_file`.

    Notes
    -----
    Not every end of a process is an unhandled exception. Windows itself reports, and our filter never sees:

    - fast-fail, 0xC0000409: a stack cookie was overwritten; a fatal error that the program declared, as abort() and
      so Py_FatalError do on Windows' C runtime after SIGABRT, which `abort` makes a report of;
    - heap corruption, 0xC0000374, in a process that terminates on it;
    - a stack overflow that leaves no room to call a filter (SetThreadStackGuarantee makes room);
    - TerminateProcess, and a process that exits by itself.

    For these, files and memory that were registered with Windows (WerRegisterFile and its kin) go into the
    report that Windows makes, and `fast_fail` gives it an event of yours. Under a debugger no filter is called.

    With `abort`, the SIGABRT handler that was set before has its turn after the report. Then abort() ends the process
    as it would have, with 0xC0000409 (Microsoft's published source; not seen by us; with 3 under Wine). ``raise`` of
    the signal, as in ``signal.raise_signal``, is reported too; it ends with 3 if nobody else handles it, and returns
    if somebody does. There is one handler of a signal, and who sets another later decides whether ours has a turn:

    - ``faulthandler.enable()`` afterwards: it shows the Python code, then ours reports. This is the order to have.
    - ``faulthandler.enable()`` before: ours reports, then it shows the code; but ``faulthandler.disable()`` and
      Py_FatalError put back what was before faulthandler, and ours is gone.
    - ``signal.signal(SIGABRT, ...)`` afterwards takes its place.

    Other C runtimes in the process, msvcrt.dll for one, have signals of their own, which are not reported.

    WER itself, called in a process that has crashed, allocates memory and takes locks, so it can fail or hang
    where the heap is damaged. A supervisor that dumps from outside (`Report.add_dump` with ``pid`` and
    ``ExceptionInformation(..., client_pointers=True)``) does not have this weakness.
    """
    handler = CrashHandler.__new__(CrashHandler)
    must_be(ReportTemplate, template, "template")
    if then not in ("continue", "end"):
        raise ValueError(f"then must be 'continue' or 'end', got {then!r}")
    handler._prepared = template
    handler._registered = []
    handler._missing = []
    faulthandler = _sys.modules.get("faulthandler")
    if abort and faulthandler is not None and faulthandler.is_enabled():
        handler._missing.append(
            "faulthandler was enabled before: Py_FatalError puts back what was there before it, and is not reported. "
            "Call faulthandler.enable() after install_crash_handler."
        )
    try:
        handler._held.install(template._held, bool(abort), then == "end")
        if fast_fail:
            from ._exception_module import register

            register(handler._held, template._held, handler._registered)
        return handler
    except BaseException:  # Ctrl-C included: nobody could uninstall it
        handler.uninstall()
        raise
