"""Events of the Windows event log that tell of crashes, hangs and reports, and what their fields mean.

They are written in two forms: with a name for each field (seen on build 22621 and later), and as bare strings in a
fixed order (seen on 16299 and 17763). So a field is taken by its name where the event has names, else by its place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .._arguments import integer, text
from .._stored import SignatureParameter, StoredReport, complete_signature
from .._stored import from_filetime as _from_filetime
from .._typing import Self

APPLICATION_ERROR = ("Application Error", 1000)
WINDOWS_ERROR_REPORTING = ("Windows Error Reporting", 1001)
APPLICATION_HANG = ("Application Hang", 1002)
CRASHES = (APPLICATION_ERROR, WINDOWS_ERROR_REPORTING, APPLICATION_HANG)

_MOST_TOLD = 100  # of what was left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event, as it is in the log.

    Attributes
    ----------
    provider : str
        What wrote it, such as ``"Application Error"``.
    event_id : int
        Its number; it means something with the provider only.
    created : datetime or None
        When it was written, in UTC.
    data : tuple of (str, str)
        The fields in their order: the name, empty where the event has none, and the value.
    record_id : int or None
        Its place in the log.
    channel, computer : str
        The log that it is in; the machine that wrote it.
    """

    provider: str
    event_id: int
    created: datetime | None = None
    data: tuple[tuple[str, str], ...] = ()
    record_id: int | None = None
    channel: str = ""
    computer: str = ""

    def field(self, name: str, place: int) -> str:
        """A field by its name, or by its place where the event has no names; empty where there is none."""
        wanted = text(name, "name").lower()
        for known, value in self.data:
            if known.lower() == wanted:
                return value
        if integer(place, "place") < len(self.data) and not self.data[place][0]:
            return self.data[place][1]
        return ""


class Events(list[Event]):
    """Events, and what is not among them.

    Attributes
    ----------
    left_out : list of str
        What of the text could not be read, a sentence for each.
    unknown : str or None
        Why the log cannot tell, or not all: then no event is no proof that nothing happened. None: all is here.
    """

    def __init__(self, events: "Iterable[Event]" = (), *, unknown: str | None = None) -> None:
        super().__init__(events)
        self.left_out: list[str] = []
        self.unknown = unknown

    def leave_out(self, sentence: str) -> None:
        if len(self.left_out) < _MOST_TOLD:
            self.left_out.append(sentence)
        elif len(self.left_out) == _MOST_TOLD:
            self.left_out.append("... and more like these")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashEvent:
    """Application Error 1000: a program crashed. None, or empty, where the event does not tell.

    Attributes
    ----------
    event : Event
        What it is read from.
    application, application_version, application_path : str
        The program.
    application_time_stamp, module_time_stamp : int or None
        When they were linked, in seconds since 1970; in a reproducible build a hash and no time.
    module, module_version, module_path : str
        Where it crashed.
    exception_code, exception_offset : int or None
        What was raised, and how far from the start of the module.
    pid : int or None
        The process.
    process_created : datetime or None
        When the process was started.
    report_id : UUID or None
        Report.wer has it as IntegratorReportIdentifier (seen, not documented).
    package, package_application : str
        Of a packaged program.
    """

    event: Event
    application: str = ""
    application_version: str = ""
    application_time_stamp: int | None = None
    module: str = ""
    module_version: str = ""
    module_time_stamp: int | None = None
    exception_code: int | None = None
    exception_offset: int | None = None
    pid: int | None = None
    process_created: datetime | None = None
    application_path: str = ""
    module_path: str = ""
    report_id: UUID | None = None
    package: str = ""
    package_application: str = ""

    @classmethod
    def of(cls, event: Event) -> "Self | None":
        """The same event with its fields; None if it is another kind of event."""
        if not _is(event, APPLICATION_ERROR):
            return None
        return cls(
            event=event,
            application=event.field("AppName", 0),
            application_version=event.field("AppVersion", 1),
            application_time_stamp=_hexadecimal(event.field("AppTimeStamp", 2), 8),
            module=event.field("ModuleName", 3),
            module_version=event.field("ModuleVersion", 4),
            module_time_stamp=_hexadecimal(event.field("ModuleTimeStamp", 5), 8),
            exception_code=_hexadecimal(event.field("ExceptionCode", 6), 8),
            exception_offset=_hexadecimal(event.field("FaultingOffset", 7), 16),
            pid=_hexadecimal(event.field("ProcessId", 8), 8),
            process_created=_filetime(event.field("ProcessCreationTime", 9)),
            application_path=event.field("AppPath", 10),
            module_path=event.field("ModulePath", 11),
            report_id=_uuid(event.field("IntegratorReportId", 12)),
            package=event.field("PackageFullName", 13),
            package_application=event.field("PackageRelativeAppId", 14),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WerEvent:
    """Windows Error Reporting 1001: a report came to be, or its state changed. There are several for one report.

    Attributes
    ----------
    event : Event
        What it is read from.
    bucket, bucket_type, hashed_bucket : str
        What the server answered. Buckets numbered 3 to 10 stand for an error of the server (documented).
    event_type : str
        The event of the report, such as ``"APPCRASH"``.
    response, cab_id, cab_guid, analysis_symbol, rechecking : str
        As they are.
    parameters : tuple of str
        P1 to P10, which the report has as P0 to P9.
    attached_files : tuple of str
        Paths of files, a line each.
    store_path : str
        The report's folder, if it may still be there.
    report_id : UUID or None
        Report.wer has it as ReportIdentifier or IntegratorReportIdentifier (seen, not documented).
    status : int or None
        A bit field; what its bits mean is not published.
    """

    event: Event
    bucket: str = ""
    bucket_type: str = ""
    event_type: str = ""
    response: str = ""
    cab_id: str = ""
    parameters: tuple[str, ...] = ()
    attached_files: tuple[str, ...] = ()
    store_path: str = ""
    analysis_symbol: str = ""
    rechecking: str = ""
    report_id: UUID | None = None
    status: int | None = None
    hashed_bucket: str = ""
    cab_guid: str = ""

    @classmethod
    def of(cls, event: Event) -> "Self | None":
        """The same event with its fields; None if it is another kind of event."""
        if not _is(event, WINDOWS_ERROR_REPORTING):
            return None
        lines = event.field("AttachedFiles", 15).splitlines()
        return cls(
            event=event,
            bucket=event.field("Bucket", 0),
            bucket_type=event.field("BucketType", 1),
            event_type=event.field("EventName", 2),
            response=event.field("Response", 3),
            cab_id=event.field("CabId", 4),
            parameters=tuple(event.field(f"P{number}", 4 + number) for number in range(1, 11)),
            attached_files=tuple(line.strip() for line in lines if line.strip()),
            store_path=event.field("StorePath", 16).strip(),
            analysis_symbol=event.field("AnalysisSymbol", 17),
            rechecking=event.field("Rechecking", 18),
            report_id=_uuid(event.field("ReportId", 19)),
            status=decimal(event.field("ReportStatus", 20)),
            hashed_bucket=event.field("HashedBucket", 21),
            cab_guid=event.field("CabGuid", 22),
        )

    @property
    def report(self) -> StoredReport:
        """What the event tells of the report, so that its properties say what the parameters mean.

        In BEX and BEX64 the exception's code and offset stand in another order than in APPCRASH.
        """
        return StoredReport(
            key=self.store_path,
            event_type=self.event_type,
            signature=complete_signature(SignatureParameter(*pair) for pair in self._numbered()),
            report_id=self.report_id,
            status=self.status,
            cab_id=self.cab_id,
        )

    def _numbered(self) -> "Iterable[tuple[int, str, str]]":
        return ((index, "", value) for index, value in enumerate(self.parameters))


@dataclass(frozen=True, slots=True, kw_only=True)
class HangEvent:
    """Application Hang 1002: a program with a window did not answer and was closed.

    Attributes
    ----------
    event : Event
        What it is read from.
    application, application_version, application_path : str
        The program.
    pid : int or None
        The process.
    started : datetime or None
        When the process was started.
    termination_time : int or None
        As it is; 4294967295 stands in many events, so it is no time of the clock (inferred: milliseconds).
    report_id : UUID or None
        As of `WerEvent`.
    package, package_application, hang_type : str
        As they are. Older builds have no `hang_type`.
    """

    event: Event
    application: str = ""
    application_version: str = ""
    pid: int | None = None
    started: datetime | None = None
    termination_time: int | None = None
    application_path: str = ""
    report_id: UUID | None = None
    package: str = ""
    package_application: str = ""
    hang_type: str = ""

    @classmethod
    def of(cls, event: Event) -> "Self | None":
        """The same event with its fields; None if it is another kind of event."""
        if not _is(event, APPLICATION_HANG):
            return None
        return cls(
            event=event,
            application=event.field("AppName", 0),
            application_version=event.field("AppVersion", 1),
            pid=_hexadecimal(event.field("ProcessId", 2), 8),
            started=_filetime(event.field("StartTime", 3)),
            termination_time=decimal(event.field("TerminationTime", 4)),
            application_path=event.field("ExeFileName", 5),
            report_id=_uuid(event.field("ReportId", 6)),
            package=event.field("PackageFullName", 7),
            package_application=event.field("PackageRelativeAppId", 8),
            hang_type=event.field("HangType", 9),
        )


def typed(event: Event) -> CrashEvent | WerEvent | HangEvent | None:
    """The event with its fields, if it is one of the three kinds."""
    return CrashEvent.of(event) or WerEvent.of(event) or HangEvent.of(event)


def _is(event: Event, kind: tuple[str, int]) -> bool:
    return (event.provider.lower(), event.event_id) == (kind[0].lower(), kind[1])


def decimal(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None


def _hexadecimal(text: str, digits: int) -> int | None:
    """A number with or without 0x; None for what is none, or has more digits."""
    text = text.strip().lower().removeprefix("0x")
    if not _HEXADECIMAL.issuperset(text) or not text.lstrip("0"):
        return 0 if text and not text.strip("0") else None
    return int(text, 16) if len(text.lstrip("0")) <= digits else None


_HEXADECIMAL = frozenset("0123456789abcdef")


def _filetime(text: str) -> datetime | None:
    return _from_filetime(_hexadecimal(text, 16) or 0)


def _uuid(text: str) -> UUID | None:
    text = text.strip().strip("{}")
    try:
        value = UUID(text)
    except ValueError:
        return None
    return value if value.int and str(value) == text.lower() else None
