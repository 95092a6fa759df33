"""`RecordedReport`: a report that remembers what it was given; `given` tells it."""

import os
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps

from .._enums import DumpFlags, DumpType, FileFlags, FileType, ReportType, ReportUI
from .._options import DumpOptions, ExceptionInformation
from .._processes import FOR_ID, process_of
from .._report import NO_DUMP_FLAGS, NO_FILE_FLAGS, Report
from .._snapshot import ProcessSnapshot
from .._stored import SignatureParameter
from .._typing import TYPE_CHECKING, ProcessLike, StrPath, ThreadLike


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that a report was given.

    Attributes
    ----------
    path : str
        Its full path, as WER got it.
    size : int or None
        Its bytes now: WER reads it when the report is submitted. None: it cannot be looked at now.
    file_type : FileType
        What it is.
    flags : FileFlags
        E.g. ANONYMOUS_DATA.
    """

    path: str
    size: int | None
    file_type: FileType
    flags: FileFlags


@dataclass(frozen=True, slots=True)
class GivenDump:
    """A dump that a report was given. How large it is, only WER knows, once it has written it.

    Attributes
    ----------
    dump_type : DumpType
        What it holds.
    process : int
        The id of its process.
    options : DumpOptions or None
        The custom contents.
    flags : DumpFlags
        E.g. NOHEAP_ONQUEUE.
    """

    dump_type: DumpType
    process: int
    options: DumpOptions | None
    flags: DumpFlags


@dataclass(frozen=True, slots=True)
class Given:
    """All that a report was given by this program. ``str`` of it is a text for people, a line for each thing.

    Attributes
    ----------
    event_type : str or None
        Its event; None for a report from a handle.
    report_type : ReportType or None
        Likewise.
    description : dict of str to object
        With what else it was created, by the names of `wer.Report`.
    parameters : tuple of SignatureParameter
        The signature, from P0 on; a name is empty if none was given.
    ui_options : dict of ReportUI to str
        Texts for WER's dialogs.
    files : tuple of GivenFile
        The files.
    dumps : tuple of GivenDump
        The dumps.
    """

    event_type: str | None
    report_type: ReportType | None
    description: dict[str, object]
    parameters: tuple[SignatureParameter, ...]
    ui_options: dict[ReportUI, str]
    files: tuple[GivenFile, ...]
    dumps: tuple[GivenDump, ...]

    def __str__(self) -> str:
        kind = "" if self.report_type is None else f" ({self.report_type})"
        lines = [f"event {self.event_type or 'of native code'}{kind}"]
        lines += [f"{name} {self.description[name]!r}" for name in self.description]
        lines += [
            f"P{parameter.index}{parameter.name and f' {parameter.name}'} {parameter.value!r}"
            for parameter in self.parameters
        ]
        lines += [f"{option} {self.ui_options[option]!r}" for option in self.ui_options]
        for file in self.files:
            size = "size unknown" if file.size is None else f"{file.size:,} bytes"
            lines.append(f"file {file.path}, {size}{f', {file.flags}' if file.flags else ''}")
        for dump in self.dumps:
            more = "".join([f", {value}" for value in (dump.options, dump.flags) if value])
            lines.append(f"dump of process {dump.process}, {dump.dump_type}{more}")
        return "\n".join(lines)


class RecordedReport(Report):
    """A `wer.Report` that remembers what it was given, for `given` and `locate`. It is used as any other.

    What native code adds by the report's handle is not seen.
    """

    __slots__ = ("_description", "_dumps", "_files", "_parameters", "_report_type", "_ui_options")
    _description: dict[str, object]
    _dumps: list[GivenDump]
    _files: list[tuple[str, FileType, FileFlags]]
    _parameters: dict[int, SignatureParameter]
    _report_type: ReportType | None
    _ui_options: dict[ReportUI, str]

    def _prepare(self) -> None:
        self._report_type = None
        self._description, self._parameters, self._ui_options = {}, {}, {}
        self._files, self._dumps = [], []

    if not TYPE_CHECKING:  # it takes what a Report takes

        @wraps(Report.__init__)
        def __init__(self, event_type, report_type=ReportType.NON_CRITICAL, **options):
            super().__init__(event_type, report_type, **options)
            self._report_type = ReportType(report_type)
            # The process is in each dump, with its id.
            told = [name for name in options if options[name] and name not in ("process", "pid")]
            self._description = {name: options[name] for name in told}

    def set_parameter(self, index: int, value: str, name: str | None = None) -> None:
        """As `wer.Report.set_parameter`."""
        super().set_parameter(index, value, name)
        self._parameters[int(index)] = SignatureParameter(int(index), name or "", value)

    def set_ui_option(self, option: ReportUI | int, value: str) -> None:
        """As `wer.Report.set_ui_option`."""
        super().set_ui_option(option, value)
        self._ui_options[ReportUI(option)] = value

    def add_file(
        self,
        path: StrPath,
        file_type: FileType | int = FileType.OTHER,
        flags: FileFlags | int = NO_FILE_FLAGS,
        *,
        missing_ok: bool = False,
    ) -> None:
        """As `wer.Report.add_file`."""
        try:
            super().add_file(path, file_type, flags)
        except FileNotFoundError:
            if not missing_ok:
                raise
        else:
            self._files.append((_full_path(path), FileType(file_type), FileFlags(flags)))

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
        """As `wer.Report.add_dump`."""
        super().add_dump(dump_type, process, thread, exception, options, flags, pid=pid, tid=tid, snapshot=snapshot)
        number = self._dumped(process, pid, snapshot)
        self._dumps.append(GivenDump(DumpType(dump_type), number, options, DumpFlags(flags)))

    def _dumped(self, process: ProcessLike | None, pid: int | None, snapshot: ProcessSnapshot | None) -> int:
        """The id of the process that a dump is of; 0 if it has ended since, and its handle does not tell."""
        if pid is not None:
            return int(pid)
        if process is not None:
            with suppress(OSError):
                about = process_of(process, None, FOR_ID)
                return about.id if about else 0
            return getattr(process, "pid", None) or 0
        held = self._held.process if snapshot is None else snapshot._held.process
        return held.id if held else os.getpid()


def given(report: RecordedReport) -> Given:
    """Tell all that a report was given, before it is submitted.

    It is what the program itself has put in. Windows adds to it: its version and build, the language, the paths of the
    modules in the process, what a dump has in it; and with `SubmitFlags.ADD_REGISTERED_DATA` what is registered.

    Parameters
    ----------
    report : RecordedReport
        The report. A plain `wer.Report` keeps nothing of what it passes on.

    Returns
    -------
    Given
        As it is now.

    Raises
    ------
    TypeError
        It is no `RecordedReport`.
    """
    must_be_recorded(report)
    parameters = report._parameters
    return Given(
        event_type=report.event_type,
        report_type=report._report_type,
        description=dict(report._description),
        parameters=tuple([parameters[index] for index in sorted(parameters)]),
        ui_options=dict(report._ui_options),
        files=tuple([GivenFile(path, _size(path), kind, flags) for path, kind, flags in report._files]),
        dumps=tuple(report._dumps),
    )


def must_be_recorded(report: object) -> None:
    """Refuse a report that does not know what it was given."""
    if not isinstance(report, RecordedReport):
        raise TypeError(
            f"report must be a wer.service.RecordedReport, got {type(report).__name__}: a plain report keeps nothing "
            "of what it passes on"
        )


def _full_path(path: StrPath) -> str:
    """The path that WER gets for it."""
    given = os.fsdecode(path)
    return given if given.startswith(("%", "\\\\?\\")) else os.path.abspath(given)


def _size(path: str) -> int | None:
    try:
        return os.stat(os.path.expandvars(path) if path.startswith("%") else path).st_size
    except OSError:
        return None
