"""`story_of`: what one crash says, in words: its report, its events and its dump together."""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from .. import _report_meaning
from .._machine.events import APPLICATION_ERROR, APPLICATION_HANG, WINDOWS_ERROR_REPORTING, Event, WerEvent
from .._stored import StoredReport
from .._typing import Any, StrPath
from ..dumps import Dump, DumpException
from ._crash_words import (
    ACCESS_VIOLATION,
    EXECUTED,
    FAST_FAIL,
    NOTHING_FAILED,
    access,
    called,
    file_name,
    is_python_dll,
    meaning,
    python_version,
)
from ._joined import Joined, JoinedDump, joined
from ._plain_files import FoundFile, without_folders
from ._python_texts import PythonText, log_of, value_of
from ._sections import Fact, Section, as_lines

_FEW = 12  # rows of a long table, unless all of it is asked for
_MOST_ROWS = 5000
_MOST_VALUE = 2000  # characters
_MOST_CELL = 500

# ConfigureArchive: https://learn.microsoft.com/windows/win32/wer/wer-settings
_KEPT = {
    1: "keeps Report.wer alone",
    2: "keeps all files",
}


@dataclass(frozen=True, slots=True)
class Story:
    """What one crash, hang or other report says. ``str`` of it is a text for people.

    Texts are as they were found, with control characters and unpaired surrogates: whoever prints them sees to that.

    Attributes
    ----------
    where : str
        What was asked for: the path of a folder or a file.
    headline : str
        One sentence: what happened.
    facts : tuple of Fact
        What happened, piece by piece, each with its source and how sure it is.
    missing : tuple of str
        What is not there or could not be read, and why if that is known.
    folder : str or None
        The report's folder.
    report : StoredReport or None
        What Report.wer says.
    events : tuple of Event
        Of the Windows event log, those with an id of the report, and those that share one with these; oldest first.
    dumps : tuple of JoinedDump
        Its dumps; each says why it is taken for one of this crash.
    texts : tuple of PythonText
        What Python says: its state, stacks of faulthandler, the log in the dump.
    files : tuple of FoundFile
        What lies in the folder.
    """

    where: str
    headline: str
    facts: tuple[Fact, ...]
    missing: tuple[str, ...]
    folder: str | None
    report: "StoredReport | None"
    events: "tuple[Event, ...]"
    dumps: tuple[JoinedDump, ...]
    texts: tuple[PythonText, ...]
    files: tuple[FoundFile, ...]

    def sections(self, everything: bool = False) -> list[Section]:
        """The story in sections.

        Parameters
        ----------
        everything : bool
            All threads, modules, streams and lines of Report.wer; by default of long lists what matters most.
        """
        return [_short(section) for section in _sections(self, everything)]

    def lines(self, everything: bool = False) -> list[str]:
        """The story as lines, short first. `everything` as in `sections`."""
        return as_lines(self.headline, self.sections(everything))

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def fact(self, name: str) -> str:
        """The value of a fact; empty if it is not known."""
        return next((fact.value for fact in self.facts if fact.name == name), "")


def story_of(where: StrPath, *, events: "Iterable[Event] | None" = None, dump: StrPath | None = None) -> Story:
    """Tell what one crash says: its Report.wer, its events, its dump and its Python texts together.

    Parts are joined by the ids that WER gives them, from one to the next: event 1000 has the report's
    IntegratorReportIdentifier, event 1001 that or its ReportIdentifier. Never by time. A dump of LocalDumps has no
    id; it is taken by program, process id and start of the process, and marked as inferred. Nothing is changed.

    Parameters
    ----------
    where : str or os.PathLike
        A report's folder, a Report.wer, a dump; on Windows also the key, the folder's name or the id of a report in
        the stores. Links and devices are refused.
    events : iterable of Event, optional
        The events to look for its own in, of `events_in` or `read_events`. By default the last 1000 of this machine.
    dump : str or os.PathLike, optional
        A dump that belongs to it, or a folder in which that of its process is looked for. By default, on Windows, the
        folders of LocalDumps.

    Returns
    -------
    Story
        What is there. What is not is in `Story.missing`.

    Raises
    ------
    ValueError
        It is no report and no dump, or damaged in all its parts; or a link, a device or a pipe.
    OSError
        It is not there, or may not be read.
    """
    found = joined(where, events, dump)
    facts = list(_facts(found))
    logs: list[PythonText] = []
    for one in found.dumps:
        try:
            records = one.dump.read_ring_log() if one.dump else None
        except (OSError, ValueError) as error:
            said = without_folders(error, one.path)
            found.problems.append(f"{os.path.basename(one.path)} cannot be searched for a log: {said}")
            continue
        if records:
            logs.append(log_of(records, os.path.basename(one.path)))
    return Story(
        where=found.where,
        headline=_cut(_headline(found, {fact.name: fact.value for fact in facts}), _MOST_CELL),
        facts=tuple(facts),
        missing=(*_missing(found), *found.problems),
        folder=found.folder,
        report=found.report,
        events=tuple([one.event for one in sorted(found.events, key=_age)]),
        dumps=tuple(found.dumps),
        texts=found.texts + tuple(logs),
        files=found.files,
    )


def _age(one: "Any") -> datetime:
    created: datetime | None = one.event.created
    return created or datetime.max.replace(tzinfo=UTC)


# ---- what happened ----


@dataclass(slots=True)
class _Crash:
    """The crash as one source tells it; empty and None where it does not."""

    source: str
    program: str = ""
    program_path: str = ""
    version: str = ""
    module: str = ""
    module_version: str = ""
    code: int | None = None
    offset: int | None = None
    subcode: int | None = None
    pid: int | None = None
    started: datetime | None = None
    when: datetime | None = None
    exception: "DumpException | None" = None
    system: str = "Windows"


def _tellers(found: Joined) -> "Iterator[_Crash]":
    """The sources, the one that is believed first: what a dump does not say, an event does, then the report."""
    for one in found.dumps:
        if one.dump and _raised(one.dump):
            yield _of_dump(found, one)
    if crash := found.crash:
        yield _Crash(
            "event 1000",
            file_name(crash.application),
            crash.application_path,
            crash.application_version,
            file_name(crash.module),
            crash.module_version,
            crash.exception_code,
            crash.exception_offset,
            pid=crash.pid,
            started=crash.process_created,
            when=crash.event.created,
        )
    if hang := found.hang:
        yield _Crash(
            "event 1002",
            file_name(hang.application),
            hang.application_path,
            hang.application_version,
            pid=hang.pid,
            started=hang.started,
            when=hang.event.created,
        )
    if report := found.report:
        yield _of_report(report)
    else:
        for event in found.events:
            if isinstance(event, WerEvent):
                told = _of_report(event.report)
                told.source, told.when = "event 1001", event.event.created
                yield told
                break
    for one in found.dumps:
        if one.dump and not _raised(one.dump):
            yield _of_dump(found, one)


def _of_report(report: "StoredReport") -> _Crash:
    name, version = program_of(report)
    path = report.application_path or ""
    is_fast_fail = report.exception_code == FAST_FAIL
    return _Crash(
        "Report.wer",
        name or file_name(path) or report.application_name or "",
        path,
        version,
        report.fault_module or "",
        report.fault_module_version or "",
        report.exception_code,
        report.exception_offset,
        report.exception_data if is_fast_fail else None,
        when=report.created,
    )


def program_of(report: "StoredReport") -> tuple[str, str]:
    """The file name and the version of the program, by the event type or another line; empty where it is not told."""
    layout = _report_meaning._LAYOUTS.get((report.event_type or "").lower())
    if layout:
        at = layout["application_time"]
        name, version = [report.signature[n].value if n < len(report.signature) else "" for n in (at - 2, at - 1)]
        if name:
            return file_name(name), version
    named = next((value for key, value in report.extra if key.lower() == "nsappname"), "")
    return file_name(named), ""


def _source(found: Joined, one: JoinedDump) -> str:
    return f"dump {os.path.basename(one.path)}" if len(found.dumps) > 1 else "dump"


def _of_dump(found: Joined, one: JoinedDump) -> _Crash:
    dump = one.dump
    assert dump is not None
    main = dump.modules[0] if dump.modules else None
    raised = _raised(dump)
    module, offset = (raised.module, raised.offset) if raised else (None, None)
    system = _system_of(dump)
    if raised and system != "Windows" and raised.registers:  # there the address is the one that was wanted
        at = raised.registers.instruction_pointer
        module = dump.module_at(at)
        offset = at - module.base if module else None
    name = module.file_name if module else ""
    if raised and not module and raised.unloaded_module:
        name = f"{file_name(raised.unloaded_module.name or 'a module')} (unloaded)"
    is_fast_fail = raised is not None and raised.code == FAST_FAIL and raised.parameters
    return _Crash(
        _source(found, one),
        main.file_name if main else "",
        (main.name or "") if main else "",
        _dotted(main.file_version) if main else "",
        name,
        _dotted(module.file_version) if module else "",
        raised.code if raised else None,
        offset,
        raised.parameters[0] if raised and is_fast_fail else None,
        dump.process.pid,
        dump.process.created,
        dump.created,
        raised,
        system,
    )


def _raised(dump: "Dump") -> "DumpException | None":
    """Why it crashed; None if it did not: a dump on request may have an exception of nothing, for its thread's sake."""
    raised = dump.exception
    return raised if raised and raised.code and raised.code != NOTHING_FAILED else None


def _system_of(dump: "Dump") -> str:
    return dump.system.os if dump.system else "Windows"


def _dotted(version: tuple[int, ...] | None) -> str:
    return ".".join(map(str, version)) if version else ""


def _first(tellers: list[_Crash], *names: str) -> _Crash | None:
    """The first source that tells all of these."""
    return next((one for one in tellers if all(getattr(one, name) not in (None, "") for name in names)), None)


def _facts(found: Joined) -> "Iterator[Fact]":
    tellers = list(_tellers(found))
    report = found.report
    if one := _first(tellers, "program"):
        yield Fact("Program", one.program, one.source)
    if one := _first(tellers, "version"):
        python = python_version(one.version) if one.program.lower().startswith("python") else ""
        yield Fact("Version", f"{one.version}, Python {python}" if python else one.version, one.source)
    if one := _first(tellers, "program_path"):
        yield Fact("File", one.program_path, one.source)
    if one := _first(tellers, "code"):
        yield from _about_exception(one, tellers)
    seen = any(one.exception for one in tellers)
    if report and not seen and (report.exception_code, report.exception_data) == (ACCESS_VIOLATION, EXECUTED):
        yield Fact("Memory access", "data was executed", "Report.wer", "inferred")
    if report and report.exception_type:
        yield Fact(".NET exception", report.exception_type, "Report.wer")
    if report and report.hang_type is not None:
        yield Fact(
            "Hang type", f"0x{report.hang_type:08X}; what its bits mean is not published", "Report.wer", "unknown"
        )
    if report and report.waiting_on:
        yield Fact("Waited for", report.waiting_on, "Report.wer")
    yield from _about_thread(found)
    if one := _first(tellers, "pid"):
        started = f", started {_time(one.started)}" if one.started else ""
        yield Fact("Process", f"{one.pid}{started}", one.source)
    elif found.state and (pid := value_of(found.state.text, "Process")):
        yield Fact("Process", pid, found.state.name)
    yield from _about_python(found)
    yield from _about_system(found)
    for one in tellers:
        if one.when:
            yield Fact("Time", _time(one.when), one.source)
            break
    if found.state and (said := _said(found.state.text)):
        yield Fact("Python exception", said, found.state.name)


def _about_exception(told: _Crash, tellers: list[_Crash]) -> "Iterator[Fact]":
    code = told.code or 0
    other = _first(tellers, "code", "subcode")
    subcode = other.subcode if other and other.code == code else None
    yield Fact("Exception", meaning(code, subcode, told.system), told.source)
    if told.exception and (wanted := access(code, told.exception.parameters)):
        yield Fact("Memory access", wanted, told.source)
    elif told.exception and told.exception.parameters:
        yield Fact("Parameters", ", ".join(f"0x{number:X}" for number in told.exception.parameters), told.source)
    if told.module or told.offset is not None:
        version = f" {told.module_version}" if told.module_version not in ("", "0.0.0.0") else ""  # noqa: S104
        offset = f" + 0x{told.offset:X}" if told.offset is not None else ""
        yield Fact("Where", f"{told.module or 'an unknown module'}{version}{offset}", told.source)
    if told.exception and (not told.module or told.system != "Windows"):
        words = ", in no module" if told.system == "Windows" else ", what was wanted of memory"
        yield Fact("Address", f"0x{told.exception.address:016X}{words}", told.source)
    others = {one.code: one for one in reversed(tellers) if one.code not in (None, code)}  # of each the first
    for number, one in others.items():
        yield Fact("Other exception", meaning(number or 0, None, one.system), one.source)
    if told.system == "Windows":
        number = code & 0xFFFFFFFF
        yield Fact("Exit code", f"{number} (0x{number:08X}), if the exception ended it", sure="inferred")


def _about_thread(found: Joined) -> "Iterator[Fact]":
    for one in found.dumps:
        if one.dump and (raised := one.dump.exception) and raised.tid:
            thread = next((thread for thread in one.dump.threads if thread.tid == raised.tid), None)
            name = f" {thread.name}" if thread and thread.name else ""
            yield Fact("Thread", f"{raised.tid}{name}", _source(found, one))
            return
    if found.state:
        for line in found.state.text.split("\n"):
            if line.startswith("Thread ") and line.endswith(("[failed]", "[failed,made this text]")):
                yield Fact("Thread", line.removeprefix("Thread ").rpartition(" [")[0], found.state.name)
                return


def _about_python(found: Joined) -> "Iterator[Fact]":
    if found.state and (said := value_of(found.state.text, "Python")):
        yield Fact("Python", said, found.state.name)
        return
    for one in found.dumps:
        if one.dump and (module := one.dump.python):
            yield Fact("Python", f"{one.dump.python_version}: {module.name}", _source(found, one))
            return
    for path in (found.report.loaded_modules if found.report else None) or ():
        if is_python_dll(path):
            yield Fact("Python", path, "Report.wer")
            return


def _about_system(found: Joined) -> "Iterator[Fact]":
    for one in found.dumps:
        if one.dump and (system := one.dump.system):
            more = f" {system.service_pack}" if system.service_pack else ""
            version = f" {_dotted(system.version)}" if any(system.version) else ""
            words = f"{system.os}{version}{more}, {system.architecture}, processors: {system.processors}"
            yield Fact("System", words, _source(found, one))
            return
    if found.report and found.report.os_version:
        yield Fact("System", f"Windows {_dotted(found.report.os_version)}", "Report.wer")


def _said(state: str) -> str:
    """Type and message of the exception in a Python state: the first line behind the frames of the last traceback."""
    _, header, rest = state.partition("== Exception ==\n")
    lines = rest.partition("\n== ")[0].split("\n")
    starts = [number for number, line in enumerate(lines) if line.startswith("Traceback (")]
    if not header or not starts:
        return ""
    return next((line for line in lines[starts[-1] + 1 :] if line[:1].strip()), "")


def _headline(found: Joined, facts: dict[str, str]) -> str:
    tellers = list(_tellers(found))
    report = found.report
    named = _first(tellers, "program")
    program = named.program if named else "A program"
    versioned = _first(tellers, "version")
    if versioned:
        python = python_version(versioned.version) if program.lower().startswith("python") else ""
        program += f" {python or versioned.version}"
    timed = next((one for one in tellers if one.when), None)
    at = f", at {_time(timed.when)}" if timed and timed.when else ""
    thread = f", thread {facts['Thread'].partition(' ')[0]}" if "Thread" in facts else ""
    kinds = [report.event_type or ""] if report else []
    kinds += [event.event_type for event in found.events if isinstance(event, WerEvent)]
    kind = next(filter(None, kinds), "")
    if told := _first(tellers, "code"):
        code = (told.code or 0) & 0xFFFFFFFF
        place = f" in {told.module}" if told.module else ""
        place += f"+0x{told.offset:X}" if place and told.offset is not None else ""
        name = called(code, told.system)
        name += f" (0x{code:08X})" if told.system == "Windows" else ""
        return f"{program} crashed with {name}{place}{thread}{at}."
    if found.hang or "hang" in kind.lower():
        return f"{program} did not answer and was reported as a hang{at}."
    if report and report.exception_type:
        return f"{program} ended with the .NET exception {report.exception_type}{at}."
    if said := facts.get("Python exception"):
        return f"{program}: {said}{thread}{at}."
    if kind:
        return f"{program}: a report of the event {kind}{at}."
    if found.dumps:
        return f"{program}: a dump without an exception{at}."
    return f"{program}: what is left of a report{at}."


# ---- what is not there ----


def _missing(found: Joined) -> "Iterator[str]":
    for one in found.dumps:
        if one.dump is None:
            yield f"the dump {os.path.basename(one.path)} cannot be read: {one.problem}"
        elif not _raised(one.dump):
            yield f"the dump {os.path.basename(one.path)} has no exception: the process was dumped while it ran"
    if found.folder is None and found.report:
        yield "only Report.wer was given, without its folder: no dump and no other file was looked for there"
    elif not found.dumps:
        yield f"there is no dump in this report{_why_no_dump(found)}" if found.folder else "no dump is known for it"
    if found.report is None and not any("Report.wer" in problem for problem in found.problems):
        yield "no report is known for it"
    is_python = any(fact.name == "Python" for fact in _about_python(found))
    if not found.texts and is_python:
        yield "there is no text of Python: wer.enable, wer.service.enrich and add_python_state write one"


def _why_no_dump(found: Joined) -> str:
    """What is known of the reason: of an archive, the setting of this machine."""
    folder = (found.folder or "").replace("/", "\\").lower()
    if "\\reportarchive\\" not in folder:
        return ""
    words = ", which is in an archive"
    if sys.platform == "win32":
        value = _configured_archive()
        if value is None:
            words += ": here ConfigureArchive is not set, and its default 1 keeps Report.wer alone (documented)"
        elif value in _KEPT:
            words += f": here ConfigureArchive is {value}, which {_KEPT[value]} (documented)"
    return words


def _configured_archive() -> int | None:
    from .._machine.registry import HKCU, HKLM, Unreadable, this_registry

    for hive in (HKLM, HKCU):
        for software in (r"Software\Policies", "Software"):
            try:
                key = rf"{software}\Microsoft\Windows\Windows Error Reporting"
                value = this_registry().value(hive, key, "ConfigureArchive")
            except Unreadable:
                return -1  # cannot tell
            if value is not None:
                return value.data if isinstance(value.data, int) else -1
    return None


# ---- sections ----


def _sections(story: Story, everything: bool) -> "Iterator[Section]":
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


def _short(section: Section) -> Section:
    """The section without what of its texts is too long: a dump can name one text of 64 KiB thirty thousand times."""
    return replace(
        section,
        title=_cut(section.title, _MOST_CELL),
        sentences=tuple([_cut(sentence, _MOST_VALUE) for sentence in section.sentences]),
        facts=tuple([replace(fact, value=_cut(fact.value, _MOST_VALUE)) for fact in section.facts]),
        rows=tuple([tuple([_cut(cell, _MOST_CELL) for cell in row]) for row in section.rows]),
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} [cut: {len(text):,} characters]"


def _use(story: Story, one: FoundFile) -> str:
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


def _of_report_wer(story: Story, report: "StoredReport", everything: bool) -> "Iterator[Section]":
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
        ("Created", report.created and _time(report.created)),
        ("Uploaded", report.uploaded and f"{_time(report.uploaded)}; this is no proof that it was sent"),
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
    facts = [Fact("Written", _time(event.created))] if event.created else []
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
        facts.append(Fact("Written", _time(dump.created)))
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
    mark = " (crashed)" if _raised(dump) else " (asked about)"
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
        (module.file_name or "?", _dotted(module.file_version), f"0x{module.base:X}", module.name or "")
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


def _time(time: datetime | None) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if time else ""
