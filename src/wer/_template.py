"""`ReportTemplate`: a crash report that is prepared while all is well."""

from . import _native
from ._arguments import bits, choice, shown
from ._enums import Consent, DumpFlags, DumpType, FileFlags, FileType, ReportType, SubmitFlags
from ._options import DumpOptions
from ._owner import Owner
from ._report import NO_DUMP_FLAGS, NO_FILE_FLAGS, NO_SUBMIT_FLAGS, file_flags, must_be
from ._typing import TYPE_CHECKING, StrPath

if TYPE_CHECKING:
    from ._werapi import HeldTemplate


def _milliseconds(timeout: float) -> int:
    if isinstance(timeout, bool) or not (hasattr(type(timeout), "__float__") or hasattr(type(timeout), "__index__")):
        raise TypeError(f"timeout must be a number of seconds, got {timeout!r}")
    if not 0.001 <= timeout <= 4000000:
        raise ValueError(f"timeout must be 0.001 to 4000000 seconds, got {shown(timeout)}")
    return int(timeout * 1000)


class ReportTemplate(Owner):
    """A crash report, prepared while all is well and filed by the thread that crashes.

    `install_crash_handler` files it; a native host files it with ``report_exception`` of ``wer/capi.h``. Everything
    that WER is told stands in one block of memory by then, so the crash runs no Python and allocates nothing in
    our code. A template holds no report handle: WER is first called in the crash.

    Once it is installed or has been reported it cannot be changed. A minidump of the process is part of it unless
    `set_dump` says something else.

    Parameters
    ----------
    event_type : str
        Name of the event, 1 to 64 UTF-16 units.
    report_type : ReportType
        By default APPLICATION_CRASH.
    consent : Consent
        What the user agreed to. There is no default: APPROVED sends the report off the machine.
    flags : SubmitFlags
        How it is submitted, e.g. QUEUE.
    timeout : float
        Seconds that the report may take; by default 60. Then the process ends, reported or not: a thread that crashed
        while it held a lock that WER needs would wait for ever.
    consent_key, friendly_event_name, application_name, application_path, description : str
        As for `Report`.
    namespace_partner, namespace_group : str
        As for `Report`.
    application_identity : bytes
        As for `Report`.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type, too long, or holds a NUL; the text names it and its limit.
    OSError
        The thread that watches over reports could not be created.
    """

    __slots__ = ("_event_type",)
    _HELD = "HeldTemplate"
    _CALLED = "template"
    _held: "HeldTemplate"
    _event_type: str

    def __init__(
        self,
        event_type: str,
        report_type: ReportType | int = ReportType.APPLICATION_CRASH,
        *,
        consent: Consent | int,
        flags: SubmitFlags | int = NO_SUBMIT_FLAGS,
        timeout: float = 60.0,
        consent_key: str = "",
        friendly_event_name: str = "",
        application_name: str = "",
        application_path: str = "",
        description: str = "",
        namespace_partner: str = "",
        namespace_group: str = "",
        application_identity: bytes = b"",
    ) -> None:
        self._held.create(
            event_type,
            choice(ReportType, report_type, "report_type"),
            choice(Consent, consent, "consent"),
            bits(SubmitFlags, flags, "flags"),
            _milliseconds(timeout),
            consent_key,
            friendly_event_name,
            application_name,
            application_path,
            description,
            namespace_partner,
            namespace_group,
            application_identity,
        )
        self._event_type = str.__str__(event_type)

    def __repr__(self) -> str:
        return f"<wer.ReportTemplate {self.event_type!r}{' installed' if self._held.installed else ''}>"

    @property
    def event_type(self) -> str | None:
        """The name of the event; None before it is created."""
        return getattr(self, "_event_type", None)

    def set_parameter(self, index: int, value: str, name: str | None = None) -> None:
        """Set the signature parameter `index`, P0 to P9; what `Report.set_parameter` says holds.

        Parameters
        ----------
        index : int
            0 to 9.
        value : str
            At most 259 UTF-16 units.
        name : str, optional
            At most 128 units; "P<index>" if left out.

        Raises
        ------
        TypeError, ValueError
            An argument is of the wrong type or out of its limits, or the template is installed or reported.
        RuntimeError
            Another thread is changing the template.
        """
        self._held.set_parameter(index, value, name)

    def add_file(
        self,
        path: StrPath,
        file_type: FileType | int = FileType.OTHER,
        flags: FileFlags | int = NO_FILE_FLAGS,
    ) -> None:
        """Add a file, at most 32; what `Report.add_file` says holds.

        The file is looked for in the crash: one that is missing then is left out of the report.

        Parameters
        ----------
        path : str or os.PathLike
            The file, at most 259 UTF-16 units. A relative path is made absolute now.
        file_type : FileType
            By default OTHER.
        flags : FileFlags
            The high 16 bits are WER's own.

        Raises
        ------
        TypeError, ValueError, RuntimeError
            As for `set_parameter`.
        """
        if flags is not NO_FILE_FLAGS:
            flags = file_flags(flags)
        self._held.add_file(path, choice(FileType, file_type, "file_type"), flags)

    def set_dump(
        self,
        dump_type: DumpType | int = DumpType.MINIDUMP,
        options: DumpOptions | None = None,
        flags: DumpFlags | int = NO_DUMP_FLAGS,
    ) -> None:
        """Say what dump of the process the report has; `DumpType.NONE` for none.

        The dump is of the whole process, with the exception and the thread that crashed.

        Parameters
        ----------
        dump_type : DumpType
            By default MINIDUMP.
        options : DumpOptions, optional
            Custom contents.
        flags : DumpFlags
            E.g. NOHEAP_ONQUEUE.

        Raises
        ------
        TypeError, ValueError, RuntimeError
            As for `set_parameter`.
        """
        if options is not None:
            must_be(DumpOptions, options, "options")
        if flags is not NO_DUMP_FLAGS:
            flags = bits(DumpFlags, flags, "flags")
        self._held.set_dump(choice(DumpType, dump_type, "dump_type"), options, flags)


_native.register_class("ReportTemplate", ReportTemplate)
