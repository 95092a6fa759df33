"""What happened in a crash, fact by fact: of what its report, its events and its dumps tell, the best of each."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from .. import _report_meaning
from .._machine.events import WerEvent
from .._stored import StoredReport
from ..dumps import Dump, DumpException
from ._crash_words import (
    ACCESS_VIOLATION,
    EXECUTED,
    FAST_FAIL,
    NOTHING_FAILED,
    access,
    called,
    dotted,
    file_name,
    is_python_dll,
    meaning,
    python_version,
    when,
)
from ._joined import Joined, JoinedDump
from ._python_texts import value_of
from ._sections import Fact

# ConfigureArchive: https://learn.microsoft.com/windows/win32/wer/wer-settings
_KEPT = {
    1: "keeps Report.wer alone",
    2: "keeps all files",
}


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
        if one.dump and raised_in(one.dump):
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
        if one.dump and not raised_in(one.dump):
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
    raised = raised_in(dump)
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
        dotted(main.file_version) if main else "",
        name,
        dotted(module.file_version) if module else "",
        raised.code if raised else None,
        offset,
        raised.parameters[0] if raised and is_fast_fail else None,
        dump.process.pid,
        dump.process.created,
        dump.created,
        raised,
        system,
    )


def raised_in(dump: "Dump") -> "DumpException | None":
    """Why it crashed; None if it did not: a dump on request may have an exception of nothing, for its thread's sake."""
    raised = dump.exception
    return raised if raised and raised.code and raised.code != NOTHING_FAILED else None


def _system_of(dump: "Dump") -> str:
    return dump.system.os if dump.system else "Windows"


def _first(tellers: list[_Crash], *names: str) -> _Crash | None:
    """The first source that tells all of these."""
    return next((one for one in tellers if all(getattr(one, name) not in (None, "") for name in names)), None)


def facts_of(found: Joined) -> "Iterator[Fact]":
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
        started = f", started {when(one.started)}" if one.started else ""
        yield Fact("Process", f"{one.pid}{started}", one.source)
    elif found.state and (pid := value_of(found.state.text, "Process")):
        yield Fact("Process", pid, found.state.name)
    yield from _about_python(found)
    yield from _about_system(found)
    for one in tellers:
        if one.when:
            yield Fact("Time", when(one.when), one.source)
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
            version = f" {dotted(system.version)}" if any(system.version) else ""
            words = f"{system.os}{version}{more}, {system.architecture}, processors: {system.processors}"
            yield Fact("System", words, _source(found, one))
            return
    if found.report and found.report.os_version:
        yield Fact("System", f"Windows {dotted(found.report.os_version)}", "Report.wer")


def _said(state: str) -> str:
    """Type and message of the exception in a Python state: the first line behind the frames of the last traceback."""
    _, header, rest = state.partition("== Exception ==\n")
    lines = rest.partition("\n== ")[0].split("\n")
    starts = [number for number, line in enumerate(lines) if line.startswith("Traceback (")]
    if not header or not starts:
        return ""
    return next((line for line in lines[starts[-1] + 1 :] if line[:1].strip()), "")


def headline_of(found: Joined, facts: dict[str, str]) -> str:
    tellers = list(_tellers(found))
    report = found.report
    named = _first(tellers, "program")
    program = named.program if named else "A program"
    versioned = _first(tellers, "version")
    if versioned:
        python = python_version(versioned.version) if program.lower().startswith("python") else ""
        program += f" {python or versioned.version}"
    timed = next((one for one in tellers if one.when), None)
    at = f", at {when(timed.when)}" if timed and timed.when else ""
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


def missing_from(found: Joined) -> "Iterator[str]":
    for one in found.dumps:
        if one.dump is None:
            yield f"the dump {os.path.basename(one.path)} cannot be read: {one.problem}"
        elif not raised_in(one.dump):
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
    from .._machine.keys import WER, WER_POLICY
    from .._machine.registry import HKCU, HKLM, Unreadable, this_registry

    for hive in (HKLM, HKCU):
        for key in (WER_POLICY, WER):
            try:
                value = this_registry().value(hive, key, "ConfigureArchive")
            except Unreadable:
                return -1  # cannot tell
            if value is not None:
                return value.data if isinstance(value.data, int) else -1
    return None
