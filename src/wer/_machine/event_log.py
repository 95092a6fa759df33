"""The Windows event log: what it says of crashes, hangs and reports, read from a machine or from its XML.

The events are written in two forms: with a name for each field (seen on build 22621 and later), and as bare strings
in a fixed order (seen on 16299 and 17763). So a field is taken by its name where the event has names, else by its
place.
"""

import re as _re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC as _UTC
from datetime import datetime
from uuid import UUID
from xml.parsers import expat as _expat

from .._stored import SignatureParameter, StoredReport, complete_signature
from .._stored import from_filetime as _from_filetime
from .._typing import Any, Self

APPLICATION_ERROR = ("Application Error", 1000)
WINDOWS_ERROR_REPORTING = ("Windows Error Reporting", 1001)
APPLICATION_HANG = ("Application Hang", 1002)
CRASHES = (APPLICATION_ERROR, WINDOWS_ERROR_REPORTING, APPLICATION_HANG)

# Windows limits an event to 64 KiB (documented for EvtRender's sources, ETW and ReportEvent); its XML is several times
# that. Together these bound the time and the memory for text from anywhere.
MOST_EVENTS = 10_000
MOST_CHARACTERS = 64 * 1024 * 1024
_MOST_OF_ONE = 1024 * 1024
_MOST_FIELDS = 256
_MOST_VALUE = 64 * 1024
_MOST_DEPTH = 32
_MOST_TOLD = 100  # of what was left out

_START = _re.compile(r"<Event(?=[\s>])")
_END = "</Event>"
_CONTROL = _re.compile("[\0-\x08\x0b\x0c\x0e-\x1f￾￿]")
_REFERENCE = _re.compile(r"&#(?:0*([0-9]{1,3})|x0*([0-9A-Fa-f]{1,4}));")
_REPLACEMENT = "\ufffd"


# ---- one event ----


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
        wanted = name.lower()
        for known, value in self.data:
            if known.lower() == wanted:
                return value
        if place < len(self.data) and not self.data[place][0]:
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


# ---- XML ----


def parse(xml: str, *, most: int = MOST_EVENTS) -> Events:
    """Read events from their XML, in the order in which they stand there.

    It takes what ``wevtutil qe ... /f:xml`` prints, a sequence of ``<Event>`` without a root, as well as a document
    with a root. Each event is read by itself, so that a damaged one does not hide those behind it, and an XML or
    document type declaration, with the entities that it may declare, is never read. It does not raise for any text;
    `Events.left_out` tells what could not be read. Fields that are no text (``<Binary>``) are not in `Event.data`.

    Parameters
    ----------
    xml : str
        At most 64 Mi characters of it are read.
    most : int
        How many events at most.
    """
    events = Events()
    if len(xml) > MOST_CHARACTERS:
        events.leave_out(f"what is behind the first {MOST_CHARACTERS} of {len(xml)} characters")
        xml = xml[:MOST_CHARACTERS]
    place = damaged = 0
    while start := _START.search(xml, place):
        if damaged >= MOST_EVENTS:
            events.leave_out(f"what is behind {damaged} events that cannot be read")
            return events
        if len(events) >= most:
            events.leave_out(f"what is behind the first {most} events")
            return events
        end = xml.find(_END, start.end())
        if end < 0:
            events.leave_out(f"an event without an end, at character {start.start()}")
            return events
        place = end + len(_END)
        if place - start.start() > _MOST_OF_ONE:
            events.leave_out(f"an event of {place - start.start()} characters, at character {start.start()}")
            damaged += 1
            continue
        try:
            events.append(_read_one(xml[start.start() : place]))
        except (_expat.ExpatError, ValueError) as error:
            damaged += 1
            events.leave_out(f"an event that cannot be read, at character {start.start()}: {error}")
    if not place and xml.strip("\ufeff \t\r\n"):
        events.leave_out(f"{len(xml)} characters without an event in them")
    return events


def _read_one(xml: str) -> Event:
    """Read the XML of one event. It begins with ``<Event``, so no document type can be in it."""
    reader = _Reader()
    parser = _expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    # Windows renders control characters that a program put into a field, though XML has no place for them.
    allowed = _REFERENCE.sub(_without_control, _CONTROL.sub(_REPLACEMENT, xml))
    parser.Parse(allowed.encode("utf-8", "replace"), True)
    return reader.event()


def _without_control(reference: "_re.Match[str]") -> str:
    number = int(reference[1]) if reference[1] else int(reference[2], 16)
    is_control = number < 0x20 and number not in (9, 10, 13)
    return _REPLACEMENT if is_control or 0xD800 <= number <= 0xDFFF or number >= 0xFFFE else reference[0]


class _Reader:
    """What expat has told of one event."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._name = ""
        self._leaf = False
        self._system: dict[str, str] = {}
        self._data: list[tuple[str, str]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._path) == _MOST_DEPTH:
            raise ValueError(f"elements are nested {_MOST_DEPTH} deep")
        self._path.append(tag.rpartition(" ")[2])
        self._text.clear()
        self._length = 0
        self._leaf = True
        self._name = attributes.get("Name", "")
        match self._path[1:]:
            case ["System", "Provider"]:
                self._system["Provider"] = self._name or attributes.get("EventSourceName", "")
            case ["System", "TimeCreated"]:
                self._system["TimeCreated"] = attributes.get("SystemTime", "")

    def text(self, text: str) -> None:
        self._length += len(text)
        if self._length > _MOST_VALUE:
            raise ValueError(f"a field is longer than {_MOST_VALUE} characters")
        self._text.append(text)

    def end(self, tag: str) -> None:
        text = "".join(self._text)
        match self._path[1:]:
            case ["System", ("EventID" | "EventRecordID" | "Channel" | "Computer") as name]:
                self._system[name] = text
            case ["EventData", "Data"]:
                self._add(self._name, text)
            case ["UserData", _, *_, name] if self._leaf:
                self._add(name, text)
        self._path.pop()
        self._text.clear()
        self._leaf = False

    def _add(self, name: str, text: str) -> None:
        if len(self._data) == _MOST_FIELDS:
            raise ValueError(f"it has more than {_MOST_FIELDS} fields")
        self._data.append((name, text))

    def event(self) -> Event:
        if "Provider" not in self._system:
            raise ValueError("it does not say what wrote it")
        number = _decimal(self._system.get("EventID", ""))
        if number is None or number > 0xFFFF:
            raise ValueError(f"its EventID is {self._system.get('EventID', '')[:40]!r}, no number of 16 bits")
        return Event(
            provider=self._system["Provider"],
            event_id=number,
            created=_time(self._system.get("TimeCreated", "")),
            data=tuple(self._data),
            record_id=_decimal(self._system.get("EventRecordID", "")),
            channel=self._system.get("Channel", ""),
            computer=self._system.get("Computer", ""),
        )


# ---- what the fields mean ----


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
            status=_decimal(event.field("ReportStatus", 20)),
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
            termination_time=_decimal(event.field("TerminationTime", 4)),
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


def _decimal(text: str) -> int | None:
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


def _time(text: str) -> datetime | None:
    """A time as the log has it, in UTC, of which the digits behind the microseconds are dropped."""
    try:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=_UTC) if time.tzinfo is None else time.astimezone(_UTC)
    except (ValueError, OverflowError):
        return None


def _uuid(text: str) -> UUID | None:
    text = text.strip().strip("{}")
    try:
        value = UUID(text)
    except ValueError:
        return None
    return value if value.int and str(value) == text.lower() else None


# ---- this machine ----

_TIMEOUT = 10_000  # milliseconds, for each call that waits for the service
_BATCH = 16
_MOST_BUFFER = 4 * 1024 * 1024  # bytes, of the XML of one event

_BY_CHANNEL, _NEWEST_FIRST, _AS_XML = 0x1, 0x200, 1  # evntquery flags of winevt.h
_ACCESS_DENIED, _INSUFFICIENT_BUFFER, _NO_MORE = 5, 122, 259
_MEANING = {
    0: "this machine's event log cannot be asked",  # Wine says no more than that
    _ACCESS_DENIED: "this account may not read it",
    50: "this machine's event log cannot be asked",
    120: "this machine's event log cannot be asked",
    1460: "the event log did not answer in time",
    1717: "the event log service does not run",
    1722: "the event log service does not run",
    1753: "the event log service does not run",
    15007: "there is no such log",
    15011: "the log was cleared, or went on, while it was read",
}


def read(
    wanted: "Sequence[tuple[str, int]]" = CRASHES,
    *,
    most: int = 200,
    since: datetime | None = None,
    log: str = "Application",
) -> Events:
    """Read events of this machine, the newest first. It does not raise for what the log does or lacks.

    Parameters
    ----------
    wanted : sequence of (str, int)
        Which: providers and event ids.
    most : int
        How many at most, of all kinds together.
    since : datetime, optional
        With a time zone: only what was written then or later.
    log : str
        Which log.

    Returns
    -------
    Events
        `unknown` says why it cannot tell, or not all: not on Windows, no access, a log with nothing at all in it, a
        provider that this machine does not know. Then no event does not mean that nothing happened.

    Raises
    ------
    ValueError
        `wanted` is empty, has a name with a quotation mark, or a number that is no event id; `most` is not positive;
        `since` has no time zone.
    """
    query = _query(wanted, since, log)
    if most < 1:
        raise ValueError(f"most must be 1 or more, got {most}")
    try:
        library, last_error, set_last_error = _wevtapi()
    except (NotImplementedError, OSError, AttributeError) as error:
        return Events(unknown=f"this machine's event log cannot be asked: {error}")
    return _read(
        _Log(library, last_error, set_last_error), query, wanted, log, min(most, MOST_EVENTS), has_source=_has_source
    )


def _query(wanted: "Sequence[tuple[str, int]]", since: datetime | None, log: str) -> str:
    """A structured query: one expression for each kind, which stays below the limit of an XPath."""
    if not wanted:
        raise ValueError("wanted must name at least one kind of event")
    if since is not None and since.tzinfo is None:
        raise ValueError("since must have a time zone")
    later = ""
    if since is not None:
        stamp = since.astimezone(_UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
        later = f" and TimeCreated[@SystemTime&gt;='{stamp}Z']"
    selects = []
    for text, argument in ((log, "log"), *((provider, "wanted") for provider, _ in wanted)):
        if set(text) & set("'\"<>&"):
            raise ValueError(f"{argument} has the name {text!r}; a name has no quotation marks, <, > and &")
    for provider, number in wanted:
        if not 0 <= number <= 0xFFFF:
            raise ValueError(f"wanted has the event id {number}; it is 0 to 65535")
        condition = f"Provider[@Name='{provider}'] and (EventID={number}){later}"
        selects.append(f'<Select Path="{log}">*[System[{condition}]]</Select>')
    return f'<QueryList><Query Id="0" Path="{log}">{"".join(selects)}</Query></QueryList>'


def _read(
    log: "_Log",
    query: str,
    wanted: "Sequence[tuple[str, int]]",
    name: str,
    most: int,
    has_source: "Callable[[str, str], bool]",
) -> Events:
    events = Events()
    try:
        log.read(query, most, events)
    except OSError as error:
        events.unknown = f"the {name} log cannot be read{' to its end' if events else ''}: {error.strerror}"
        return events
    found = {event.provider.lower() for event in events}
    missing = sorted({provider for provider, _ in wanted if provider.lower() not in found})
    try:
        if not events and log.is_empty(name):
            events.unknown = f"the {name} log has no event at all: it was cleared, or this machine keeps none"
        elif missing and len(events) < most:
            unknown = [one for one in missing if not log.has_provider(one) and not has_source(name, one)]
            if unknown:
                events.unknown = f"this machine does not know the event source {', '.join(unknown)}"
    except OSError as error:
        events.unknown = f"the {name} log cannot be examined: {error.strerror}"
    return events


def _has_source(log: str, provider: str) -> bool:
    """Whether an event source of the older kind is registered."""
    if sys.platform != "win32":
        return False
    import winreg

    key = rf"SYSTEM\CurrentControlSet\Services\EventLog\{log}\{provider}"
    try:
        winreg.CloseKey(winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key, 0, winreg.KEY_QUERY_VALUE))
    except FileNotFoundError:
        return False
    except OSError:  # there, and not to be opened
        return True
    return True


class _Log:
    """wevtapi.dll: a handle of its is closed whatever happens."""

    def __init__(
        self, library: "Any", last_error: "Callable[[], int]", set_last_error: "Callable[[int], object]"
    ) -> None:
        import ctypes
        from ctypes import wintypes

        self._ctypes, self._types = ctypes, wintypes
        self._library = library
        self._last_error, self._set_last_error = last_error, set_last_error

    def read(self, query: str, most: int, events: Events) -> None:
        """Add up to `most` events to `events`."""
        results = self._open_query(None, query)
        try:
            while len(events) < most:
                handles = self._next(results, min(_BATCH, most - len(events)))
                if not handles:
                    return
                try:
                    for handle in handles:
                        self._add(handle, events)
                finally:
                    for handle in handles:
                        self._library.EvtClose(handle)
        finally:
            self._library.EvtClose(results)

    def is_empty(self, log: str) -> bool:
        """Whether the log has no event of any kind."""
        results = self._open_query(log, "*")
        try:
            handles = self._next(results, 1)
            for handle in handles:
                self._library.EvtClose(handle)
            return not handles
        finally:
            self._library.EvtClose(results)

    def has_provider(self, provider: str) -> bool:
        """Whether a provider is registered; also if it may not be opened."""
        handle = self._library.EvtOpenPublisherMetadata(None, provider, None, 0, 0)
        if handle:
            self._library.EvtClose(handle)
            return True
        return self._last_error() == _ACCESS_DENIED

    def _open_query(self, log: str | None, query: str) -> int:
        self._set_last_error(0)
        results = self._library.EvtQuery(None, log, query, _BY_CHANNEL | _NEWEST_FIRST)
        if not results:
            raise self._error("EvtQuery")
        return int(results)

    def _next(self, results: int, most: int) -> list[int]:
        """The handles of the next events; none at the end."""
        ctypes = self._ctypes
        handles = (self._types.HANDLE * most)()
        count = self._types.DWORD(0)
        if not self._library.EvtNext(results, most, handles, _TIMEOUT, 0, ctypes.byref(count)):
            if self._last_error() == _NO_MORE:
                return []
            raise self._error("EvtNext")
        return [handle for handle in handles[: count.value] if handle]

    def _add(self, handle: int, events: Events) -> None:
        xml = self._render(handle)
        read = parse(xml, most=1) if xml is not None else Events()
        events.extend(read)
        if not read:
            events.leave_out("; ".join(read.left_out) or "an event that Windows did not turn into XML")

    def _render(self, handle: int) -> str | None:
        """The event's XML; None if there is none, or it is larger than any should be."""
        ctypes = self._ctypes
        size = 16 * 1024
        used, properties = self._types.DWORD(0), self._types.DWORD(0)
        for _ in range(2):
            buffer = ctypes.create_string_buffer(size)
            if self._library.EvtRender(
                None, handle, _AS_XML, size, buffer, ctypes.byref(used), ctypes.byref(properties)
            ):
                written = buffer.raw[: min(used.value, size) & ~1]
                text: str = written.decode("utf-16-le", "replace").partition("\0")[0]
                return text
            if self._last_error() != _INSUFFICIENT_BUFFER or not size < used.value <= _MOST_BUFFER:
                return None
            size = used.value
        return None

    def _error(self, function: str) -> OSError:
        code = self._last_error()
        return OSError(code, _MEANING.get(code) or f"{function} failed with error {code}")


if sys.platform == "win32":
    _loaded: "list[Any]" = []

    def _wevtapi() -> "tuple[Any, Callable[[], int], Callable[[int], object]]":
        import ctypes
        from ctypes import wintypes

        if not _loaded:
            library = ctypes.WinDLL("wevtapi.dll", use_last_error=True, winmode=0x800)  # of System32 only
            handle, dword = wintypes.HANDLE, wintypes.DWORD
            pointer = ctypes.POINTER(dword)
            library.EvtQuery.argtypes = [handle, wintypes.LPCWSTR, wintypes.LPCWSTR, dword]
            library.EvtQuery.restype = handle
            library.EvtNext.argtypes = [handle, dword, ctypes.POINTER(handle), dword, dword, pointer]
            library.EvtNext.restype = wintypes.BOOL
            library.EvtRender.argtypes = [handle, handle, dword, dword, ctypes.c_void_p, pointer, pointer]
            library.EvtRender.restype = wintypes.BOOL
            library.EvtOpenPublisherMetadata.argtypes = [handle, wintypes.LPCWSTR, wintypes.LPCWSTR, dword, dword]
            library.EvtOpenPublisherMetadata.restype = handle
            library.EvtClose.argtypes = [handle]
            library.EvtClose.restype = wintypes.BOOL
            _loaded.append(library)
        return _loaded[0], ctypes.get_last_error, ctypes.set_last_error

else:

    def _wevtapi() -> "tuple[Any, Callable[[], int], Callable[[int], object]]":
        raise NotImplementedError("it is on Windows only")
