"""Events from their XML: what a machine's log renders, ``wevtutil`` prints, or somebody sent."""

import re as _re
from datetime import UTC as _UTC
from datetime import datetime
from xml.parsers import expat as _expat

from .events import Event, Events, decimal

# Windows limits an event to 64 KiB (documented for EvtRender's sources, ETW and ReportEvent); its XML is several times
# that. Together these bound the time and the memory for text from anywhere.
MOST_EVENTS = 10_000
MOST_CHARACTERS = 64 * 1024 * 1024
_MOST_OF_ONE = 1024 * 1024
_MOST_FIELDS = 256
_MOST_VALUE = 64 * 1024
_MOST_DEPTH = 32

_START = _re.compile(r"<Event(?=[\s>])")
_END = "</Event>"
_CONTROL = _re.compile("[\0-\x08\x0b\x0c\x0e-\x1f￾￿]")
_REFERENCE = _re.compile(r"&#(?:0*([0-9]{1,5})|x0*([0-9A-Fa-f]{1,4}));")
_REPLACEMENT = "\ufffd"


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
    is_none = 0xD800 <= number <= 0xDFFF or number in (0xFFFE, 0xFFFF)
    return _REPLACEMENT if is_control or is_none else reference[0]


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
        number = decimal(self._system.get("EventID", ""))
        if number is None or number > 0xFFFF:
            raise ValueError(f"its EventID is {self._system.get('EventID', '')[:40]!r}, no number of 16 bits")
        return Event(
            provider=self._system["Provider"],
            event_id=number,
            created=_time(self._system.get("TimeCreated", "")),
            data=tuple(self._data),
            record_id=decimal(self._system.get("EventRecordID", "")),
            channel=self._system.get("Channel", ""),
            computer=self._system.get("Computer", ""),
        )


def _time(text: str) -> datetime | None:
    """A time as the log has it, in UTC, of which the digits behind the microseconds are dropped."""
    try:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=_UTC) if time.tzinfo is None else time.astimezone(_UTC)
    except (ValueError, OverflowError):
        return None
