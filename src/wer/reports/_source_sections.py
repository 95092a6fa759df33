"""What each source of a story says, as sections: Report.wer, the events, the dumps, the texts and the files."""

import os
from collections.abc import Iterator
from enum import Enum

from .._machine.events import APPLICATION_ERROR, APPLICATION_HANG, WINDOWS_ERROR_REPORTING, Event
from .._stored import StoredReport
from .._typing import TYPE_CHECKING
from ..dumps import Dump
from ._crash_facts import raised_in
from ._crash_words import (
    dotted,
    when,
)
from ._joined import JoinedDump
from ._plain_files import FoundFile
from ._sections import Fact, Section

if TYPE_CHECKING:
    from ._story import Story

_FEW = 12  # rows of a long table, unless all of it is asked for
_MOST_ROWS = 5000


def sections_of(story: "Story", everything: bool) -> "Iterator[Section]":
    yield Section("What happened", facts=story.facts)
    if story.missing:
        yield Section("Missing or left out", sentences=story.missing)
    for text in story.texts:
        yield Section(f"{text.kind}: {text.name}", text=text.text.expandtabs(4))
    if story.report:
        yield from _of_report_wer(story, story.report, everything)
    for event in story.events:
        yield _of_event(event)
    for one in story.dumps:
        yield from _of_one_dump(one, everything)
    if story.files:
        rows = tuple((one.name, f"{one.size:,}", one.refused or _use(story, one)) for one in story.files[:_MOST_ROWS])
        yield Section(
            "Files",
            sentences=(story.folder or "",),
            columns=("Name", "Bytes", "What it is"),
            rows=rows,
        )


def _use(story: "Story", one: FoundFile) -> str:
    if one.name.lower() == "report.wer":
        return "the report"
    if any(os.path.basename(dump.path) == one.name for dump in story.dumps):
        return "a dump"
    texts = [text.kind for text in story.texts if text.name == one.name and text.kind != "Log in memory"]
    named = [
        file.file_type
        for file in (story.report.files if story.report else None) or ()
        if one.name in (file.path, file.name) and file.file_type is not None
    ]
    return (texts or [_words(kind) for kind in named] or [""])[0]


def _words(value: object) -> str:
    """An enum's member as people read it; what is no member, as it is."""
    return value.name.lower().replace("_", " ") if isinstance(value, Enum) and value.name else str(value)


def _of_report_wer(story: "Story", report: "StoredReport", everything: bool) -> "Iterator[Section]":
    if report.signature:
        yield Section(
            "Signature",
            columns=("Number", "Name", "Value"),
            rows=tuple((f"P{one.index}", one.name, one.value) for one in report.signature),
        )
    pairs: list[tuple[str, object]] = [
        ("Event", report.event_type),
        ("Called", report.friendly_event_name),
        ("Application", report.application_name),
        ("Description", report.description),
        ("Type", None if report.report_type is None else _words(report.report_type)),
        ("Consent", None if report.consent is None else _words(report.consent)),
        ("Status", None if report.status is None else f"0x{report.status:08X}; what its bits mean is not published"),
        ("Created", report.created and when(report.created)),
        ("Uploaded", report.uploaded and f"{when(report.uploaded)}; this is no proof that it was sent"),
        ("Report id", report.report_id),
        ("Integrator report id", report.integrator_report_id),
        ("Bucket", report.bucket_id_string or report.legacy_bucket_id),
        ("Cab", report.cab_id),
        ("Program's SHA-1", report.application_sha1),
    ]
    facts = [Fact(name, str(value)) for name, value in pairs if value not in (None, "")]
    facts += [Fact("Metadata", f"{name} = {value}") for name, value in _metadata(report)]
    yield Section("Report.wer", facts=tuple(facts))
    if everything and report.dynamic_signature:
        yield Section(
            "Dynamic signature",
            columns=("Number", "Name", "Value"),
            rows=tuple((str(one.index), one.name, one.value) for one in report.dynamic_signature[:_MOST_ROWS]),
        )
    if everything and report.extra:
        yield Section("Other lines of Report.wer", columns=("Name", "Value"), rows=report.extra[:_MOST_ROWS])
    if report.loaded_modules and not any(one.dump and one.dump.modules for one in story.dumps):
        chosen = report.loaded_modules[: _MOST_ROWS if everything else _FEW]
        yield Section(
            "Modules of Report.wer",
            sentences=_rest(len(report.loaded_modules), len(chosen)),
            columns=("File",),
            rows=tuple((path,) for path in chosen),
        )


def _metadata(report: "StoredReport") -> "Iterator[tuple[str, str]]":
    """The pairs of `wer.register_custom_metadata`."""
    lines = {name.lower(): value for name, value in report.extra}
    for name, value in lines.items():
        if name.startswith("custommetadata[") and name.endswith("].key"):
            yield value, lines.get(f"{name[:-4]}.value", "")


_EVENT_TITLES = {
    APPLICATION_ERROR: "Application Error 1000",
    WINDOWS_ERROR_REPORTING: "Windows Error Reporting 1001",
    APPLICATION_HANG: "Application Hang 1002",
}
_UNNAMED = {  # the fields in their order, where an event has no names (seen on builds 16299 and 17763)
    1000: "AppName AppVersion AppTimeStamp ModuleName ModuleVersion ModuleTimeStamp ExceptionCode FaultingOffset "
    "ProcessId ProcessCreationTime AppPath ModulePath IntegratorReportId PackageFullName PackageRelativeAppId",
    1001: "Bucket BucketType EventName Response CabId P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 AttachedFiles StorePath "
    "AnalysisSymbol Rechecking ReportId ReportStatus HashedBucket CabGuid",
    1002: "AppName AppVersion ProcessId StartTime TerminationTime ExeFileName ReportId PackageFullName "
    "PackageRelativeAppId HangType",
}


def _of_event(event: "Event") -> Section:
    names = _UNNAMED.get(event.event_id, "").split()
    facts = [Fact("Written", when(event.created))] if event.created else []
    for place, (name, value) in enumerate(event.data):
        known = name or (names[place] if place < len(names) else f"field {place + 1}")
        lines = [line.strip() for line in value.splitlines() if line.strip()]
        if lines:
            facts.append(Fact(known, "; ".join(lines)))
    title = _EVENT_TITLES.get((event.provider, event.event_id), f"{event.provider} {event.event_id}")
    return Section(f"Event: {title}", facts=tuple(facts))


def _of_one_dump(one: JoinedDump, everything: bool) -> "Iterator[Section]":
    name = os.path.basename(one.path)
    dump = one.dump
    facts = [
        Fact("File", one.path),
        Fact("Bytes", f"{one.size:,}"),
        Fact("Why it is shown", one.how, sure=one.sure),
    ]
    if dump is None:
        yield Section(f"Dump: {name}", (f"It cannot be read: {one.problem}",), tuple(facts))
        return
    facts.append(Fact("Contents", " | ".join(flag.name or "" for flag in dump.flags) or "the least (MiniDumpNormal)"))
    if dump.created:
        facts.append(Fact("Written", when(dump.created)))
    memory = sum(part.size for part in dump.memory)
    facts.append(Fact("Memory in it", f"{memory:,} bytes in {len(dump.memory):,} ranges"))
    if dump.handles:
        facts.append(Fact("Handles", ", ".join(f"{each.count} {each.type_name or '?'}" for each in dump.handles[:20])))
    facts += [Fact("Comment", comment) for comment in dump.comments]
    if dump.crashpad:
        pairs = [pair for module in dump.crashpad.modules for pair in module.annotations]
        facts += [Fact(f"crashpad: {key}", value) for key, value in [*dump.crashpad.annotations, *pairs][:200]]
    yield Section(f"Dump: {name}", dump.problems, tuple(facts))
    if dump.threads:
        yield _threads(name, dump, everything)
    if dump.modules:
        yield _modules(name, dump, everything)
    if everything and dump.unloaded_modules:
        rows = [(each.name or "?", f"0x{each.base:X}") for each in dump.unloaded_modules[:_MOST_ROWS]]
        yield Section(f"Unloaded modules: {name}", columns=("Name", "Base"), rows=tuple(rows))
    if everything:
        streams = [(each.name or f"{each.stream_type:#x}", f"{each.size:,}") for each in dump.streams[:_MOST_ROWS]]
        yield Section(f"Streams: {name}", columns=("Stream", "Bytes"), rows=tuple(streams))
        for text in dump.texts[:32]:
            yield Section(f"{text.name}: {name}", text=text.text[: 64 * 1024].expandtabs(4))


def _threads(name: str, dump: "Dump", everything: bool) -> Section:
    failed = dump.exception.tid if dump.exception else None
    mark = " (crashed)" if raised_in(dump) else " (asked about)"
    ordered = sorted(dump.threads, key=lambda thread: thread.tid != failed)
    chosen = ordered[: _MOST_ROWS if everything else _FEW]
    rows = []
    for thread in chosen:
        registers = dump.exception.registers if dump.exception and thread.tid == failed else thread.registers
        at = _address(dump, registers.instruction_pointer) if registers else ""
        start = _address(dump, thread.start_address) if thread.start_address else ""
        rows.append((f"{thread.tid}{mark if thread.tid == failed else ''}", thread.name or "", at, start))
    return Section(
        f"Threads: {name}",
        _rest(len(dump.threads), len(chosen)),
        columns=("Thread", "Name", "At", "Began with"),
        rows=tuple(rows),
    )


def _address(dump: "Dump", address: int) -> str:
    module = dump.module_at(address)
    return f"{module.file_name}+0x{address - module.base:X}" if module else f"0x{address:X}"


def _modules(name: str, dump: "Dump", everything: bool) -> Section:
    first = {id(dump.modules[0])} if dump.modules else set()
    first |= {id(one) for one in (dump.python, dump.exception.module if dump.exception else None) if one}
    ordered = sorted(dump.modules, key=lambda module: id(module) not in first)
    chosen = ordered[: _MOST_ROWS if everything else _FEW]
    rows = tuple(
        (module.file_name or "?", dotted(module.file_version), f"0x{module.base:X}", module.name or "")
        for module in chosen
    )
    return Section(
        f"Modules: {name}",
        _rest(len(dump.modules), len(chosen)),
        columns=("Name", "Version", "Base", "File"),
        rows=rows,
    )


def _rest(total: int, chosen: int) -> tuple[str, ...]:
    return () if chosen == total else (f"{chosen} of {total}; all of them: --all",)
