"""The event log: its XML, which is made (tests/data/events), and the calls to wevtapi.dll, which a fake answers."""

import ctypes
import dataclasses
import sys
import time
import tracemalloc
import uuid
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from wer._machine import event_log, event_xml
from wer._machine.event_log import read
from wer._machine.event_xml import parse
from wer._machine.events import (
    APPLICATION_ERROR,
    APPLICATION_HANG,
    WINDOWS_ERROR_REPORTING,
    CrashEvent,
    Event,
    Events,
    HangEvent,
    WerEvent,
    typed,
)
from wer.reports._source_sections import _UNNAMED

EVENTS = Path(__file__).resolve().parents[1] / "data" / "events"
NAMED, UNNAMED = ((EVENTS / name).read_text(encoding="utf-8") for name in ("named.xml", "unnamed.xml"))
both = pytest.mark.parametrize("xml", [NAMED, UNNAMED], ids=["named", "unnamed"])
ONE = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='P'/>"
    "<EventID>7</EventID></System><EventData>{}</EventData></Event>"
)


def one(data):
    return parse(ONE.format(data))


@both
def test_a_sequence(xml):
    events = parse(xml)
    assert isinstance(events, Events)
    assert (events.left_out, events.unknown) == ([], None)
    assert [(event.provider, event.event_id) for event in events] == [
        ("Windows Error Reporting", 1001),
        ("Application Hang", 1002),
        ("Windows Error Reporting", 1001),
        ("Windows Error Reporting", 1001),
        ("Application Error", 1000),
        (".NET Runtime", 1026),
    ]
    crash = events[4]
    assert crash.created == datetime(2026, 2, 3, 10, 20, 29, 123456, tzinfo=UTC)
    assert (crash.record_id, crash.channel, crash.computer) == (103, "Application", "HOST-1")
    assert crash.data[3] == ("ModuleName" if xml is NAMED else "", "python312.dll")
    assert [type(typed(event)) for event in events] == [
        *(WerEvent, HangEvent, WerEvent, WerEvent, CrashEvent, type(None))
    ]


@both
def test_a_crash(xml):
    crash = CrashEvent.of(parse(xml)[4])
    assert (crash.application, crash.application_version) == ("python.exe", "3.12.9150.1013")
    assert (crash.module, crash.module_version) == ("python312.dll", "3.12.9150.1013")
    assert (crash.application_time_stamp, crash.module_time_stamp) == (0x67A0E9C1, 0x67A0E9A5)
    assert (crash.exception_code, crash.exception_offset, crash.pid) == (0xC0000005, 0x1C2F40, 0x1A2C)
    assert crash.process_created == datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=0x1DB8A5C3F0E1200 // 10)
    assert crash.application_path == r"C:\Program Files\Python312\python.exe"
    assert crash.module_path == r"C:\Program Files\Python312\python312.dll"
    assert crash.report_id == uuid.UUID("d2848160-2b5d-4ac6-b12e-5d430fe29fff")
    assert (crash.package, crash.package_application) == ("", "")


@both
def test_a_report(xml):
    last, _, bex, first = [WerEvent.of(event) for event in parse(xml)[:4]]
    assert (first.event_type, first.bucket, first.bucket_type, first.status) == ("APPCRASH", "", "0", 4100)
    assert (first.response, first.cab_id, first.rechecking, first.cab_guid) == ("Not available", "0", "0", "0")
    assert first.parameters[:2] == ("python.exe", "3.12.9150.1013")
    assert len(first.parameters) == 10
    assert [path.rpartition("\\")[2] for path in first.attached_files] == ["WER1A2B.tmp.mdmp", "WER1A2C.tmp.xml"]
    assert "ReportQueue" in first.store_path
    assert (first.report.exception_code, first.report.exception_offset) == (0xC0000005, 0x1C2F40)
    assert (first.report.key, first.report.fault_module) == (first.store_path, "python312.dll")
    assert (last.report_id, last.bucket) == (first.report_id, "2077112233445566778")
    assert (bex.report.exception_code, bex.report.exception_offset) == (0xC0000409, 0x7286E)
    assert bex.report.exception_data == 7
    assert (bex.bucket, bex.hashed_bucket) == ("1234567890123456789", "c2fb7f6a7ed4c3b5a1e49b2d9d0a61c7")


@both
def test_a_hang(xml):
    hang = HangEvent.of(parse(xml)[1])
    assert (hang.application, hang.application_version, hang.pid) == ("viewer.exe", "1.0.0.0", 0x2F4)
    assert (hang.started.year, hang.termination_time) == (2025, 4294967295)
    assert hang.application_path == r"C:\Program Files\Viewer\viewer.exe"
    assert hang.report_id == uuid.UUID("5b0f61f8-2f0c-4d2b-8a0b-1c2d3e4f5a6b")
    assert hang.hang_type == "Top level window is idle"


def test_other_orders_have_names():
    """With names the order does not count; a name that is not there is not taken from its place."""
    [event] = parse(
        ONE.replace(">7<", ">1000<")
        .replace("Name='P'", "Name='Application Error'")
        .format("<Data Name='processid'>10</Data><Data Name='AppName'>a.exe</Data>")
    )
    crash = CrashEvent.of(event)
    assert (crash.application, crash.application_version, crash.pid) == ("a.exe", "", 16)


@pytest.mark.parametrize(
    ("text", "pid"),
    [
        ("0x10", 16),
        ("10", 16),
        (" 0X1F ", 31),
        ("000000000010", 16),
        ("0", 0),
        ("0x0", 0),
        ("", None),
        ("0x", None),
        ("x", None),
        ("123456789", None),
        ("-1", None),
        ("1_0", None),
        ("٣", None),
    ],
)
def test_hexadecimal_numbers(text, pid):
    event = Event(provider="Application Error", event_id=1000, data=(*[("", "")] * 8, ("", text)))
    assert CrashEvent.of(event).pid == pid


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-02-03T10:20:29Z", datetime(2026, 2, 3, 10, 20, 29, tzinfo=UTC)),
        ("2026-02-03T10:20:29", datetime(2026, 2, 3, 10, 20, 29, tzinfo=UTC)),
        ("2026-02-03T12:20:29+02:00", datetime(2026, 2, 3, 10, 20, 29, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("now", None),
        ("", None),
    ],
)
def test_times(text, time):
    xml = ONE.format("").replace("</System>", f"<TimeCreated SystemTime='{text}'/></System>")
    assert parse(xml)[0].created == time


KINDS = [(CrashEvent, *APPLICATION_ERROR), (WerEvent, *WINDOWS_ERROR_REPORTING), (HangEvent, *APPLICATION_HANG)]


@pytest.mark.parametrize(("view", "provider", "number"), KINDS)
def test_each_field_by_its_name_and_by_its_place(view, provider, number):
    """Each has another value, which is a number of either kind; those of ids are ids."""
    names = _UNNAMED[number].split()
    numbers = enumerate(names, 10)
    values = [str(uuid.UUID(int=n)) if name.endswith("ReportId") else str(n) for n, name in numbers]
    unnamed = Event(provider=provider, event_id=number, data=tuple(("", value) for value in values))
    pairs = zip(names, values, strict=True)
    named = Event(provider=provider, event_id=number, data=tuple(sorted(pairs, reverse=True)))
    found = view.of(unnamed)
    assert found == dataclasses.replace(view.of(named), event=unnamed)
    nothing = view(event=unnamed)
    assert [field for field in view.__slots__ if getattr(found, field) == getattr(nothing, field)] == ["event"]


@pytest.mark.parametrize(("view", "provider", "number"), KINDS)
def test_an_event_that_tells_nothing(view, provider, number):
    event = Event(provider=provider, event_id=number)
    numbered = {"parameters": ("",) * 10} if view is WerEvent else {}
    assert view.of(event) == view(event=event, **numbered)
    assert WerEvent(event=event).report.event_type == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("d2848160-2b5d-4ac6-b12e-5d430fe29fff", uuid.UUID("d2848160-2b5d-4ac6-b12e-5d430fe29fff")),
        (" {D2848160-2B5D-4AC6-B12E-5D430FE29FFF} ", uuid.UUID("d2848160-2b5d-4ac6-b12e-5d430fe29fff")),
        ("d28481602b5d4ac6b12e5d430fe29fff", None),
        ("00000000-0000-0000-0000-000000000000", None),
        ("00000000000000000000000000000000", None),
        ("", None),
    ],
)
def test_ids(text, found):
    event = Event(provider="Application Hang", event_id=1002, data=(("ReportId", text),))
    assert HangEvent.of(event).report_id == found


def test_a_view_of_another_event_is_none():
    event = Event(provider="Application Error", event_id=1001)
    assert (CrashEvent.of(event), WerEvent.of(event), HangEvent.of(event), typed(event)) == (None,) * 4


class TestHostile:
    def test_a_document_with_a_root(self):
        whole = f"\ufeff<?xml version='1.0' encoding='utf-16'?>\r\n<Events>{NAMED}</Events>"
        assert parse(whole) == parse(NAMED)
        assert parse(whole).left_out == []

    @pytest.mark.parametrize("text", ["", " \r\n", "\ufeff"])
    def test_nothing(self, text):
        events = parse(text)
        assert (events, events.left_out) == ([], [])

    @pytest.mark.parametrize("text", ["Access is denied.", "<Events>", "<Eventual>", "\0" * 10])
    def test_no_events(self, text):
        events = parse(text)
        assert (events, events.left_out) == ([], [f"{len(text)} characters without an event in them"])

    def test_a_billion_laughs(self):
        entities = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10 if n else 'ha'}'>" for n in range(12))
        events = parse(
            f"<!DOCTYPE Events [{entities}]><Events>{ONE.format('<Data>&e11;</Data>')}{ONE.format('')}</Events>"
        )
        assert len(events) == 1, "the declarations are not read, and the event with the reference is left out"
        assert "undefined entity" in events.left_out[0]

    @pytest.mark.parametrize(
        "inside",
        ["<!DOCTYPE x [<!ENTITY a 'b'>]>", "<!ENTITY a 'b'>", "<?xml version='1.0'?>", "<Data>", "</Data>", "&", "&x;"],
    )
    def test_a_damaged_event_does_not_hide_the_next(self, inside):
        events = parse(ONE.format(inside) + ONE.format("<Data>here</Data>"))
        assert [event.data for event in events] == [(("", "here"),)]
        assert len(events.left_out) == 1
        assert "at character 0" in events.left_out[0]

    @pytest.mark.parametrize(
        "text",
        [
            *("\x01\x1b[31m", "&#1;&#x1B;", "&#xD800;", "\ufffe", "\ud800", "&#xFFFE;", "&#xFFFF;"),
            *("&#55296;", "&#57343;", "&#65534;", "&#0065535;"),
        ],
    )
    def test_characters_that_xml_does_not_have(self, text):
        events = one(f"<Data>{text} here</Data>")
        assert events.left_out == []
        [(_, value)] = events[0].data
        assert value.endswith(" here")
        assert not any(ord(character) < 32 or 0xD800 <= ord(character) < 0xE000 for character in value)
        assert not set(value) & {"\ufffe", "\uffff"}

    def test_what_xml_has(self):
        assert one("<Data>&lt;&#65;&#x42;&#65533;&#65536;&#10;\t\u20ac\U0001f600<![CDATA[<b>]]></Data>")[0].data == (
            ("", "<AB\ufffd\U00010000\n\t\u20ac\U0001f600<b>"),
        )

    @pytest.mark.parametrize(
        ("system", "text"),
        [
            ("<EventID>7</EventID>", "does not say what wrote it"),
            ("<Provider Name='P'/>", "EventID is ''"),
            ("<Provider Name='P'/><EventID>seven</EventID>", "EventID is 'seven'"),
            ("<Provider Name='P'/><EventID>65536</EventID>", "EventID is '65536'"),
        ],
    )
    def test_what_is_no_event(self, system, text):
        events = parse(f"<Event><System>{system}</System></Event>")
        assert events == []
        assert text in events.left_out[0]

    def test_an_event_without_an_end(self):
        events = parse(NAMED + "<Event >" + "x" * 1000)
        assert len(events) == 6
        assert "without an end" in events.left_out[0]

    @pytest.mark.parametrize(
        ("data", "text"),
        [
            ("<Data></Data>" * 257, "more than 256 fields"),
            (f"<Data>{'x' * (64 * 1024 + 1)}</Data>", "longer than 65536"),
            ("<a>" * 31 + "</a>" * 31, "nested 32 deep"),
            (" " * (1024 * 1024), "an event of 10"),
        ],
    )
    def test_limits_of_one(self, data, text):
        events = one(data)
        assert events == []
        assert text in events.left_out[0]

    @pytest.mark.parametrize(
        ("data", "fields"),
        [
            ("<Data></Data>" * 256, 256),
            (f"<Data>{'x' * (64 * 1024)}</Data>", 1),
            ("<a>" * 30 + "</a>" * 30, 0),
        ],
    )
    def test_as_much_as_may_be(self, data, fields):
        [event] = one(data)
        assert len(event.data) == fields

    def test_numbers_as_large_as_may_be(self):
        number = "9" * 20
        system = f"<Provider Name='P'/><EventID>65535</EventID><EventRecordID>{number}</EventRecordID>"
        [event] = parse(f"<Event><System>{system}</System></Event>")
        assert (event.event_id, event.record_id) == (65535, int(number))

    def test_an_event_far_behind_in_a_long_text(self):
        """What one may have does not depend on what is before it."""
        events = parse(ONE.format(f"<Data>{'x' * 60_000}</Data>") * 20 + ONE.format("<Data>last</Data>"))
        assert (len(events), events.left_out) == (21, [])

    @pytest.mark.parametrize("more", [0, 1])
    def test_an_event_as_long_as_may_be(self, more):
        data = f"<Data>{'x' * 50_000}</Data>" * 20
        rest = 1024 * 1024 - len(ONE.format(data)) - len("<Data></Data>") + more
        events = one(f"{data}<Data>{'x' * rest}</Data>")
        assert (len(events), len(events.left_out)) == (1 - more, more)

    def test_limits_of_all(self, monkeypatch):
        events = parse(ONE.format("") * 5, most=3)
        assert len(events) == 3
        assert events.left_out == ["what is behind the first 3 events"]
        monkeypatch.setattr(event_xml, "MOST_CHARACTERS", len(NAMED) + 3)
        events = parse(NAMED + NAMED)
        assert len(events) == 6
        assert f"of {2 * len(NAMED)} characters" in events.left_out[0]

    def test_what_is_told_has_a_limit(self):
        events = parse("<Event ></Event>" * 5000)
        assert events == []
        assert len(events.left_out) == 101
        assert events.left_out[-1] == "... and more like these"

    @pytest.mark.parametrize("longest", [1000, 10])
    def test_it_gives_up(self, monkeypatch, longest):
        monkeypatch.setattr(event_xml, "MOST_EVENTS", 10)
        monkeypatch.setattr(event_xml, "_MOST_OF_ONE", longest)
        assert parse("<Event ></Event>" * 11).left_out[-1] == "what is behind 10 events that cannot be read"

    @pytest.mark.parametrize("piece", ["<Event ", "<Event ><", "<Event ></Event>", "</Event>", "<Event><Event>"])
    def test_it_takes_time_in_proportion(self, piece):
        text = piece * (4_000_000 // len(piece))
        tracemalloc.start()
        started = time.monotonic()
        try:
            parse(text + "</Event>")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert time.monotonic() - started < 30
        assert peak < 30_000_000

    def test_cut_anywhere(self):
        for length in range(0, len(UNNAMED), 7):
            for event in parse(UNNAMED[:length]):
                typed(event)

    def test_other_data(self):
        """<Binary> is no field; what is under UserData is, with its tag as the name."""
        [event] = parse(
            "<Event><System><Provider EventSourceName='Old'/><EventID Qualifiers='3'>3000</EventID></System><EventData>"
            "<Data>a</Data><Binary>0102</Binary></EventData><UserData><Wrapper><Process>p.exe</Process><Code>1</Code>"
            "</Wrapper></UserData><RenderingInfo><Message>m</Message></RenderingInfo></Event>"
        )
        assert (event.provider, event.event_id) == ("Old", 3000)
        assert event.data == (("", "a"), ("Process", "p.exe"), ("Code", "1"))


class FakeLog:
    """wevtapi.dll: a log of XML texts, and every handle that is open."""

    def __init__(self, *texts, providers=("Application Error", "Windows Error Reporting", "Application Hang")):
        self.texts = texts
        self.providers = providers
        self.open = {}
        self.error = 0
        self.fails = {}
        self.queries = []
        self.last = 0

    def _fails(self, function):
        if function in self.fails:
            self.last = self.fails[function]
        return function in self.fails

    def _handle(self, what):
        self.last += 1
        handle = 0x1000 + len(self.open) + len(self.queries) * 0x100
        while handle in self.open:
            handle += 1
        self.open[handle] = what
        return handle

    def EvtQuery(self, session, path, query, flags):
        assert (session, flags) == (None, 0x201)
        self.queries.append((path, query))
        if self._fails("EvtQuery") or (path and self._fails("EvtQuery all")):
            return None
        return self._handle(list(self.texts if path or "Application Error" in query else ()))

    def EvtNext(self, results, most, handles, timeout, flags, returned):
        assert timeout < 60_000
        assert flags == 0
        rest = self.open[results]
        if self._fails("EvtNext") or (len(rest) < len(self.texts) and self._fails("EvtNext again")):
            return 0
        if not rest:
            self.last = 259
            return 0
        taken, rest[:] = rest[: min(most, 2)], rest[min(most, 2) :]
        for place, text in enumerate(taken):
            handles[place] = self._handle(text)
        returned._obj.value = len(taken)
        return 1

    def EvtRender(self, context, handle, flags, size, buffer, used, properties):
        assert (context, flags) == (None, 1)
        data = self.open[handle].encode("utf-16-le", "surrogatepass") + b"\0\0"
        if self._fails("EvtRender"):
            return 0
        used._obj.value = len(data)
        if size < len(data):
            self.last = 122
            return 0
        ctypes.memmove(buffer, data, len(data))
        return 1

    def EvtOpenPublisherMetadata(self, session, provider, path, locale, flags):
        if provider in self.providers:
            return self._handle(provider)
        self.last = self.fails.get("EvtOpenPublisherMetadata", 15002)
        return None

    def EvtClose(self, handle):
        assert handle in self.open, "closed twice, or never opened"
        del self.open[handle]
        return 1

    def read(self, wanted=event_log.CRASHES, most=200, sources=()):
        log = event_log._Log(self, lambda: self.last, lambda error: setattr(self, "last", error))
        query = event_log._query(wanted, None, "Application")
        events = event_log._read(
            log, query, wanted, "Application", most, lambda log, name: log == "Application" and name in sources
        )
        assert self.open == {}, "a handle is left open"
        return events


TEXTS = [part + "</Event>" for part in NAMED.split("</Event>")[:-1]]


class TestRead:
    def test_all(self):
        fake = FakeLog(*TEXTS)
        events = fake.read()
        assert events == parse(NAMED)
        assert (events.unknown, events.left_out) == (None, [])

    @pytest.mark.parametrize("most", [1, 2, 3, 5])
    def test_at_most(self, most):
        assert FakeLog(*TEXTS).read(most=most) == parse(NAMED)[:most]

    @pytest.mark.parametrize("function", ["EvtQuery", "EvtNext"])
    @pytest.mark.parametrize(
        ("code", "text"),
        [
            (5, "may not read"),
            (0, "cannot be asked"),
            (1722, "service does not run"),
            (1460, "in time"),
            (99, "with error 99"),
        ],
    )
    def test_it_cannot_tell(self, function, code, text):
        fake = FakeLog(*TEXTS)
        fake.fails[function] = code
        events = fake.read()
        assert events == []
        assert text in events.unknown
        assert events.unknown.startswith("the Application log cannot be read: ")

    def test_a_log_that_breaks_off(self):
        fake = FakeLog(*TEXTS)
        fake.fails["EvtNext again"] = 15011
        events = fake.read()
        assert len(events) == 2
        assert events.unknown.startswith("the Application log cannot be read to its end: the log was cleared")

    def test_an_empty_log_is_no_proof(self):
        """As Wine's: no call fails, and there is nothing."""
        fake = FakeLog()
        assert "no event at all" in fake.read().unknown
        assert fake.queries[-1] == ("Application", "*")

    def test_a_call_that_fails_and_does_not_say_why(self):
        """As Wine's may: the error of an earlier call is not told."""
        fake = FakeLog()
        fake.last, fake.EvtQuery = 5, lambda *arguments: None
        assert fake.read().unknown.endswith("this machine's event log cannot be asked")

    @pytest.mark.parametrize("most", [len(TEXTS), len(TEXTS) + 1])
    def test_a_source_is_asked_about_if_all_was_read(self, most):
        """Else its events may be among those that were not."""
        wanted = [("Application Error", 1000), ("Nobody", 1)]
        unknown = FakeLog(*TEXTS, providers=[]).read(wanted, most=most).unknown
        assert unknown == (None if most == len(TEXTS) else "this machine does not know the event source Nobody")

    def test_no_such_events(self):
        events = FakeLog(*TEXTS).read(wanted=[("Windows Error Reporting", 1001)])
        assert (events, events.unknown) == ([], None)

    def test_an_unknown_source(self):
        fake = FakeLog(*TEXTS, providers=[])
        wanted = [("Windows Error Reporting", 1001), ("Application Hang", 1002)]
        assert fake.read(wanted).unknown.endswith("source Application Hang, Windows Error Reporting")
        assert fake.read(wanted, sources=["Application Hang"]).unknown.endswith("source Windows Error Reporting")
        assert fake.read(wanted, sources=["Application Hang", "Windows Error Reporting"]).unknown is None
        fake.fails["EvtOpenPublisherMetadata"] = 5
        assert fake.read(wanted).unknown is None, "it is there, and not to be opened"

    def test_a_log_of_which_nothing_else_can_be_asked(self):
        fake = FakeLog(*TEXTS)
        fake.fails["EvtQuery all"] = 5
        assert "cannot be examined: this account may not" in fake.read([("Application Hang", 1002)]).unknown

    def test_events_that_cannot_be_read_are_told(self):
        fake = FakeLog(TEXTS[0], "<Event ></Event>", "", TEXTS[4])
        events = fake.read()
        assert [event.event_id for event in events] == [1001, 1000]
        assert len(events.left_out) == 2
        fake.fails["EvtRender"] = 15005
        events = fake.read()
        assert events == []
        assert len(events.left_out) == 4

    def test_a_large_event(self, monkeypatch):
        large = TEXTS[4].replace("python.exe</Data>", "x" * 40_000 + "</Data>", 1)
        assert FakeLog(large).read()[0].field("AppName", 0) == "x" * 40_000
        size = len(large) * 2 + 2  # and a NUL
        for most in (size, size - 1):
            monkeypatch.setattr(event_log, "_MOST_BUFFER", most)
            assert len(FakeLog(large).read()) == (most == size)

    def test_an_event_that_says_a_wrong_size(self):
        fake = FakeLog(TEXTS[0])
        fake.EvtRender = lambda *arguments: setattr(fake, "last", 122) or 0
        assert fake.read().left_out == ["an event that Windows did not turn into XML"]

    def test_the_query(self):
        fake = FakeLog(*TEXTS)
        fake.read()
        [(path, query)] = fake.queries[:1]
        assert path is None
        assert query.count("<Select ") == 3
        assert "Provider[@Name='Application Hang'] and (EventID=1002)" in query
        since = datetime(2026, 2, 3, 12, tzinfo=UTC)
        later = "TimeCreated[@SystemTime&gt;='2026-02-03T12:00:00.000000Z']"
        assert later in event_log._query([("P", 1)], since, "L")
        assert later in event_log._query([("P", 1)], since.astimezone(timezone(timedelta(hours=2))), "L")
        for number in (0, 65535):
            assert f"(EventID={number})]" in event_log._query([("P", number)], None, "L")

    @pytest.mark.parametrize(
        ("arguments", "text"),
        [
            ({"wanted": []}, "wanted must name at least one"),
            ({"wanted": [("a'b", 1)]}, "wanted has the name"),
            ({"wanted": [("a", 65536)]}, "event id 65536"),
            ({"wanted": [("a", -1)]}, "event id -1"),
            ({"log": "<"}, "log has the name"),
            ({"most": 0}, "most must be 1 or more, got 0"),
            ({"since": datetime(2026, 1, 1)}, "since must have a time zone"),
        ],
    )
    def test_arguments(self, arguments, text):
        with pytest.raises(ValueError, match=text):
            read(**arguments)

    def test_this_machine(self):
        """Under Wine, whose log is empty, and on Linux it cannot tell; Windows may know crashes or none."""
        events = read(most=5)
        assert len(events) <= 5
        if sys.platform != "win32":
            assert events.unknown == "this machine's event log cannot be asked: it is on Windows only"
        elif not events:
            assert events.unknown is None or "log" in events.unknown or "source" in events.unknown
