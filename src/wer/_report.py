"""`Report`: file an error report."""

from . import _native
from ._arguments import bits, choice
from ._enums import (
    Consent,
    DumpFlags,
    DumpType,
    FileFlags,
    FileType,
    MinidumpType,
    ReportType,
    ReportUI,
    SubmitFlags,
    SubmitResult,
)
from ._launcher import warn_of_launcher
from ._options import DumpOptions, ExceptionInformation
from ._owner import Owner
from ._processes import FOR_DUMP, FOR_HEAP_DUMP, process_of, thread_of
from ._snapshot import ProcessSnapshot
from ._typing import TYPE_CHECKING, ProcessLike, Self, StrPath, ThreadLike

if TYPE_CHECKING:
    from ._werapi import HeldHandle, HeldReport

NO_FILE_FLAGS = FileFlags(0)
NO_DUMP_FLAGS = DumpFlags(0)
NO_SUBMIT_FLAGS = SubmitFlags(0)
_MICRODUMP = DumpType.MICRODUMP
_MINIDUMP = DumpType.MINIDUMP
_HEAPDUMP = DumpType.HEAPDUMP
_RESULTS = {int(result): result for result in SubmitResult}


def submit_result(number: int) -> SubmitResult:
    """The member for what WER answered."""
    return _RESULTS.get(number) or SubmitResult(number)


def file_flags(flags: FileFlags | int) -> int:
    """Check the flags of a file, of which the upper 16 are WER's own."""
    return bits(FileFlags, flags, "flags", 0xFFFF)


def must_be(kind: type, value: object, name: str, advice: str = "") -> None:
    """Refuse what is no object of the class `kind`."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a wer.{kind.__name__}, got {type(value).__name__}{advice}")


class Report(Owner):
    """A Windows error report: create it, describe it, add dumps and files, submit it.

    Calls WerReportCreate. A `Report` owns one report handle and frees it exactly once: in `close`, on
    leaving ``with``, or quietly when it is collected. Leaving ``with`` without `submit` discards the report.

    A report takes one call at a time. Every call into WER releases the GIL, so other threads run meanwhile;
    a second call on the same report, `close` included, then raises RuntimeError. Different reports do not
    disturb each other.

    Parameters
    ----------
    event_type : str
        Name of the event, 1 to 64 UTF-16 units, e.g. ``"Spooler.Stuck"``. Also the default consent key and
        display name.
    report_type : ReportType
        By default NON_CRITICAL: never shows UI.
    process : object, optional
        The process that the report is about: an object that owns a handle (`subprocess.Popen`,
        `multiprocessing.Process`, a pywin32 handle), one with a ``pid`` (`psutil.Process`), or a `Handle`. By
        default the current one. It is also what `add_dump` dumps.
    pid : int, optional
        An id instead of `process`.
    consent_key : str
        Under which name WER looks up the user's consent, at most 63 units; empty: the event type.
    friendly_event_name : str
        What people read, at most 127 units; empty: the event type.
    application_name : str
        At most 127 units; empty: the base name of the process's image.
    application_path : str
        Full path of the application, at most 259 units.
    description : str
        Shown in the problem reports' list, at most 511 units.
    parent_window : int
        HWND of the parent for dialogs.
    namespace_partner, namespace_group : str
        Undocumented; "NsPartner" and "NsGroup" in Report.wer by their names (inferred). At most 63 units.
        Windows 8.
    application_identity : bytes
        Undocumented; "ApplicationIdentity" in Report.wer by its name (inferred). 16 bytes. Windows 8.1.
    snapshot : int
        Handle of a process snapshot (inferred: of PssCaptureSnapshot). Windows 8.1.
    delete_files_token : int
        Handle of the token to delete files with (inferred from hDeleteFilesImpersonationToken). Windows 8.1.
    submit_result_max : int, optional
        The highest `SubmitResult` that the caller understands (inferred). Windows 10.

    Raises
    ------
    WerError
        WER refused, e.g. E_INVALIDARG or E_OUTOFMEMORY.
    TypeError, ValueError
        An argument is of the wrong type, too long, or holds a NUL; the text names it and its limit.
    OSError
        `process` is gone (ProcessLookupError) or may not be opened (PermissionError).

    Notes
    -----
    WER gets the smallest version of WER_REPORT_INFORMATION that holds what was given, and none at all if
    nothing was. What was opened or duplicated for WER stays open until the report is submitted or closed.
    Windows Vista.
    """

    __slots__ = ("_event_type",)
    _HELD = "HeldReport"
    _CALLED = "report"
    _held: "HeldReport"
    _event_type: str

    def __init__(
        self,
        event_type: str,
        report_type: ReportType | int = ReportType.NON_CRITICAL,
        *,
        process: ProcessLike | None = None,
        pid: int | None = None,
        consent_key: str = "",
        friendly_event_name: str = "",
        application_name: str = "",
        application_path: str = "",
        description: str = "",
        parent_window: int = 0,
        namespace_partner: str = "",
        namespace_group: str = "",
        application_identity: bytes = b"",
        snapshot: int = 0,
        delete_files_token: int = 0,
        submit_result_max: SubmitResult | int | None = None,
    ) -> None:
        if type(report_type) is not ReportType:
            report_type = choice(ReportType, report_type, "report_type")
        about = None
        if process is not None or pid is not None:
            about = process_of(process, pid, FOR_DUMP)
            warn_of_launcher(about)
        self._held.create(
            event_type,
            report_type,
            about,
            consent_key,
            friendly_event_name,
            application_name,
            application_path,
            description,
            parent_window,
            namespace_partner,
            namespace_group,
            application_identity,
            snapshot,
            delete_files_token,
            submit_result_max,
        )
        self._event_type = str.__str__(event_type)

    @classmethod
    def from_handle(cls, handle: int, *, owned: bool = False) -> Self:
        """Wrap a report handle that other code created, e.g. a native host.

        Parameters
        ----------
        handle : int
            An HREPORT.
        owned : bool
            True: the report frees the handle, as if it had created it. False, the default: whoever created
            it does, after this object's last use.

        Returns
        -------
        Report
            Its `event_type` is None, and `submit` cannot check that its parameters have no gap. It has no process of
            its own: `add_dump` dumps the current one.

        Raises
        ------
        TypeError, ValueError
            `handle` is no int, 0, or wider than a pointer.
        """
        return cls._from_handle(handle, owned)

    @classmethod
    def _from_handle(cls, handle: int, owned: bool) -> Self:
        """`from_handle`, for wer/capi.h."""
        report = cls.__new__(cls)
        if not isinstance(report, Report):
            raise TypeError(f"{cls.__name__}.__new__ made no report: {report!r}")
        report._held.adopt(handle, bool(owned))
        return report

    def __enter__(self) -> Self:
        if not self._held.handle:
            raise ValueError("the report is closed")
        return self

    def __repr__(self) -> str:
        held = self._held
        state = f"handle={held.handle:#x}" if held.handle else "closed"
        return f"<wer.Report {self.event_type!r} {state}{' submitted' if held.submitted else ''}>"

    @property
    def event_type(self) -> str | None:
        """The name of the event; None for a report from a handle."""
        return getattr(self, "_event_type", None)

    @property
    def closed(self) -> bool:
        """Whether the report is closed."""
        return not self._held.handle

    @property
    def handle(self) -> int:
        """The report's HREPORT, for native code. It stays the report's own; not a kernel handle.

        Raises
        ------
        ValueError
            The report is closed.
        """
        handle = self._held.handle
        if not handle:
            raise ValueError("the report is closed")
        return handle

    @property
    def result(self) -> SubmitResult | None:
        """What WER answered to `submit`, also when an exception took the return value; None before that."""
        number = self._held.result
        return None if number is None else submit_result(number)

    def set_parameter(self, index: int, value: str, name: str | None = None) -> None:
        """Set the signature parameter `index`, P0 to P9. Calls WerReportSetParameter.

        Parameters
        ----------
        index : int
            0 to 9. WER wants every lower index set as well, by the time of `submit`.
        value : str
            At most 259 UTF-16 units.
        name : str, optional
            What the report calls it, at most 128 units; "P<index>" if left out.

        Raises
        ------
        WerError
            WER refused, e.g. WER_E_LENGTH_EXCEEDED.
        TypeError, ValueError
            An argument is of the wrong type or out of its limits, or the report is closed or submitted.
        RuntimeError
            Another call on this report is running.

        Notes
        -----
        Windows Vista.
        """
        self._held.set_parameter(index, value, name)

    def set_ui_option(self, option: ReportUI | int, value: str) -> None:
        """Replace a text of WER's dialogs. Calls WerReportSetUIOption.

        Parameters
        ----------
        option : ReportUI
            Which text.
        value : str
            The text; for ICON_FILE_PATH the icon's path. Microsoft documents no limit; 1023 units here.

        Raises
        ------
        WerError, TypeError, ValueError, RuntimeError
            As for `set_parameter`.

        Notes
        -----
        Current Windows rarely shows these dialogs; the texts then only stand in Report.wer (inferred).
        Windows Vista.
        """
        if type(option) is not ReportUI:
            option = choice(ReportUI, option, "option")
        self._held.set_ui_option(option, value)

    def add_file(
        self,
        path: StrPath,
        file_type: FileType | int = FileType.OTHER,
        flags: FileFlags | int = NO_FILE_FLAGS,
        *,
        missing_ok: bool = False,
    ) -> None:
        """Attach a file. Calls WerReportAddFile.

        Parameters
        ----------
        path : str or os.PathLike
            The file. A relative path is made absolute here, as WER wants it. One that starts with an
            environment variable, ``%ProgramData%\\x.log``, is left to WER. At most 259 UTF-16 units.
        file_type : FileType
            By default OTHER. Microsoft documents MICRODUMP to OTHER only.
        flags : FileFlags
            The high 16 bits are WER's own.
        missing_ok : bool
            True: a file that is not there is left out, so that a missing log does not cost the report.

        Raises
        ------
        WerError
            WER refused: ``winerror`` 2, the file does not exist (then it is a FileNotFoundError as well); 50, a user
            document on an encrypted file system. ``filename`` is the path that WER got.
        TypeError, ValueError, RuntimeError
            As for `set_parameter`.

        Notes
        -----
        A dump is better added with `add_dump`, unless you wrote it yourself. Windows Vista.
        """
        if type(file_type) is not FileType:
            file_type = choice(FileType, file_type, "file_type")
        if flags is not NO_FILE_FLAGS:
            flags = file_flags(flags)
        try:
            self._held.add_file(path, file_type, flags)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def add_dump(
        self,
        dump_type: DumpType | int = DumpType.MINIDUMP,
        process: ProcessLike | None = None,
        thread: ThreadLike | None = None,
        exception: ExceptionInformation | None = None,
        options: DumpOptions | None = None,
        flags: DumpFlags | int = NO_DUMP_FLAGS,
        *,
        pid: int | None = None,
        tid: int | None = None,
        snapshot: ProcessSnapshot | None = None,
    ) -> None:
        """Add a dump of a process. Calls WerReportAddDump.

        Parameters
        ----------
        dump_type : DumpType
            By default MINIDUMP, which Microsoft recommends: a server that wants a minidump does not get a
            heap dump. MICRODUMP needs a thread.
        process : object, optional
            The process to dump: an object that owns a handle (`subprocess.Popen`, `multiprocessing.Process`, a
            pywin32 handle), one with a ``pid`` (`psutil.Process`), or a `Handle`. By default the report's process,
            which is the current one unless the report was told.
        thread : object, optional
            The thread that the dump is about: an object that owns a handle, a `threading.Thread` of the current
            process, or a `Handle`. Give the faulting one together with `exception`. It must belong to the process.
        exception : ExceptionInformation, optional
            Where the exception lies.
        options : DumpOptions, optional
            Custom contents.
        flags : DumpFlags
            E.g. NOHEAP_ONQUEUE.
        pid, tid : int, optional
            Ids instead of `process` and `thread`. They are opened with the fewest rights that work.
        snapshot : ProcessSnapshot, optional
            Dump the process as it was when this was captured; it is then the default for `process`. Keep it open
            until `submit`. For an HPSS of your own there is `DumpOptions.snapshot`. Windows 8.1.

        Raises
        ------
        WerError
            WER refused. Microsoft documents no codes.
        OSError
            The process or thread is gone (ProcessLookupError) or may not be opened (PermissionError); the
            text names its id.
        TypeError, ValueError, RuntimeError
            As for `set_parameter`.

        Notes
        -----
        A handle needs STANDARD_RIGHTS_READ and PROCESS_QUERY_INFORMATION by the documentation, and
        PROCESS_VM_READ as well: without it Microsoft's dbgcore was seen to succeed with a dump of nothing.
        For the handle data of a heap dump it needs PROCESS_DUP_HANDLE too (inferred). What was given is kept open, or a
        duplicate of it, until the report is submitted or closed: Microsoft does not say when WER reads the process.
        Use one main dump per report: several are not documented. Windows Vista.
        """
        held = self._held
        about = subject = source = None
        rights = FOR_DUMP
        if flags is not NO_DUMP_FLAGS:
            flags = bits(DumpFlags, flags, "flags")
        if exception is not None:
            must_be(ExceptionInformation, exception, "exception")
        if options is not None:
            must_be(DumpOptions, options, "options")
        if snapshot is not None:
            must_be(ProcessSnapshot, snapshot, "snapshot", "; DumpOptions(snapshot=...) takes a handle")
            source = snapshot._held
        if dump_type is not _MINIDUMP or options is not None:
            if type(dump_type) is not DumpType:
                dump_type = DumpType(choice(DumpType, dump_type, "dump_type"))
            if dump_type is _MICRODUMP and thread is None and tid is None:
                raise ValueError("a MICRODUMP is the stack of one thread: pass thread or tid")
            rights = _rights(dump_type, options)
            if rights != FOR_DUMP and process is None and pid is None and source is None:
                about = _with_rights(held.process, rights)
        if process is not None or pid is not None:
            about = process_of(process, pid, rights)
            warn_of_launcher(about)
        if thread is not None or tid is not None:
            subject = thread_of(thread, tid, about or (held.process if source is None else source.process))
        held.add_dump(dump_type, about, subject, exception, options, flags, source)

    def submit(self, consent: Consent | int, flags: SubmitFlags | int = NO_SUBMIT_FLAGS) -> SubmitResult:
        """Submit the report. Calls WerReportSubmit.

        Blocks: compression, the network, dialogs. With OUTOFPROCESS the calling thread dispatches window
        messages meanwhile, so its own window procedures can run inside this call.

        Parameters
        ----------
        consent : Consent
            What the user agreed to. There is no default: APPROVED sends the report off the machine.
        flags : SubmitFlags
            E.g. QUEUE to keep it on the machine until Windows uploads it by the user's settings.

        Returns
        -------
        SubmitResult
            What became of it. Queued, disabled, throttled are answers, not errors. A value that this version does
            not know is a member called ``UNKNOWN_n``. With OUTOFPROCESS_ASYNC always ASYNC: the outcome cannot
            be learned. `result` keeps it.

        Raises
        ------
        WerError
            WER refused; the report can be submitted again.
        ValueError
            A signature parameter is set while a lower one is not; or as for `set_parameter`.
        TypeError, RuntimeError
            As for `set_parameter`.

        Notes
        -----
        After a submission only `close` is left. A second WerReportSubmit on a handle is not documented.
        Windows Vista.
        """
        if type(consent) is not Consent:
            consent = choice(Consent, consent, "consent")
        if flags is not NO_SUBMIT_FLAGS:
            flags = bits(SubmitFlags, flags, "flags")
        return submit_result(self._held.submit(consent, flags))

    def close(self) -> None:
        """Free the report's handle. Calls WerReportCloseHandle; a report not submitted is discarded.

        Closing a closed report does nothing.

        Raises
        ------
        WerError
            WER refused; the report counts as closed all the same.
        RuntimeError
            Another call on this report is running.

        Notes
        -----
        Windows Vista.
        """
        self._held.close()


def _rights(dump_type: DumpType, options: DumpOptions | None) -> int:
    """What a dump needs of its process."""
    if dump_type is _HEAPDUMP or (options is not None and (options.dump_flags or 0) & MinidumpType.WITH_HANDLE_DATA):
        return FOR_HEAP_DUMP
    return FOR_DUMP


def _with_rights(process: "HeldHandle | None", rights: int) -> "HeldHandle | None":
    """The process that a report is about, opened again with `rights`; None if there is none, or its id is not known."""
    return _native.open_process(process.id, rights) if process is not None and process.id else None


_native.register_class("Report", Report)
