"""What belongs to one crash: its report, the events with its ids, its dumps. Joined by ids, never by time."""

import errno
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from .._machine import event_log
from .._machine.events import CrashEvent, Event, Events, HangEvent, WerEvent, typed
from .._report_file import read_report
from .._stored import StoredReport
from .._typing import StrPath
from ..dumps import Dump
from ._crash_words import file_name
from ._plain_files import FoundFile, files_in, start_of, why_refused, without_folders
from ._python_texts import PythonText, python_texts, value_of

AnyEvent = CrashEvent | WerEvent | HangEvent

_MAGIC_OF_A_DUMP = b"MDMP"
_MOST_DUMPS = 16
_MOST_RECORDS = 200_000  # threads, modules and ranges of all dumps, before another one is read: each takes memory
_MOST_TOLD = 20  # of what was left alone
_MOST_LOOKED_AT = 1000  # files, for being dumps
_MOST_FOLDERS = 20  # that events name
_MOST_EVENTS = 1000
_MOST_JOINED = 100  # there is one for every change of the report's state
# A dump has the start of its process in whole seconds, the event in 100 ns.
_SAME_START = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class JoinedDump:
    """A dump of the crash.

    Attributes
    ----------
    path : str
        Where it is.
    size : int
        Bytes.
    how : str
        Why it is taken for this crash's.
    sure : str
        "seen", or "inferred" where no id says so.
    dump : Dump or None
        What it says; None if it cannot be read.
    problem : str
        Why not.
    """

    path: str
    size: int
    how: str
    sure: str
    dump: "Dump | None"
    problem: str = ""


@dataclass(slots=True)
class Joined:
    """All that was found of one crash, and sentences about what was not, or could not be read."""

    where: str
    folder: str | None = None
    report: "StoredReport | None" = None
    files: tuple[FoundFile, ...] = ()
    texts: tuple[PythonText, ...] = ()
    dumps: "list[JoinedDump]" = field(default_factory=list)
    events: "list[AnyEvent]" = field(default_factory=list)
    ids: set[UUID] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    error: Exception | None = None  # of Report.wer

    @property
    def crash(self) -> "CrashEvent | None":
        """The event 1000."""
        return next((one for one in self.events if isinstance(one, CrashEvent)), None)

    @property
    def hang(self) -> "HangEvent | None":
        """The event 1002."""
        return next((one for one in self.events if isinstance(one, HangEvent)), None)

    @property
    def state(self) -> PythonText | None:
        """The Python state."""
        return next((text for text in self.texts if text.kind == "Python state"), None)


def joined(where: StrPath, events: "Iterable[Event] | None", dump: StrPath | None) -> Joined:
    """Find it. As `wer.reports.story_of`."""
    text = os.fsdecode(where)
    if not text:
        raise ValueError("where is empty: name a report's folder, a Report.wer, a dump, or a report's key or id")
    if dump is not None:
        os.lstat(dump)  # who names one is told that it is not there
    path = os.path.abspath(plain_path(text))
    not_there: OSError | None = None
    try:
        if not os.path.lexists(path):
            path = _of_key(text)
        found = Joined(path)
        _add_what_is_there(found, path)
    except FileNotFoundError as error:
        found, not_there = Joined(text), error
        found.ids |= _id_in(text)  # of a report that was not kept, which events may tell of
    if dump is not None and not os.path.isdir(dump):
        _add_dump(found, os.path.abspath(os.fsdecode(dump)), "it was given", "seen")
    _add_events(found, events)
    if not_there and not found.events:
        raise not_there
    _add_local_dumps(found, dump)
    return found


def _add_what_is_there(found: Joined, path: str) -> None:
    if why_refused(os.lstat(path)) == "a folder":
        _add_folder(found, path)
    else:
        _add_file(found, path)
    if found.report is None and not found.texts and not any(one.dump for one in found.dumps):
        problems = [one.problem for one in found.dumps] or found.problems
        raise found.error or ValueError(f"{path} is no report and no dump: {'; '.join(problems)}")


def _id_in(text: str) -> set[UUID]:
    try:
        value = UUID(text)
    except ValueError:
        return set()
    return {value} if value.int else set()


def _add_file(found: Joined, path: str) -> None:
    start, _ = start_of(path, 4)
    folder = os.path.dirname(path)
    if start == _MAGIC_OF_A_DUMP:
        _add_dump(found, path, "it was asked for", "seen")
        if os.path.lexists(os.path.join(folder, "Report.wer")):
            _add_folder(found, folder)
    elif start == b"PAGE":
        raise ValueError(f"{path} is a dump of Windows itself, not of a process: WinDbg reads it")
    elif _is_report_file(path):
        _add_folder(found, folder)
    else:
        found.report = read_report(path)
        _know(found, found.report)


def plain_path(path: str) -> str:
    r"""Without the ``\\?\`` that keys and events have in front."""
    return path[4:] if path.startswith("\\\\?\\") and path[5:6] == ":" else path


# ---- a report's folder ----


def _is_report_file(path: str) -> bool:
    return os.path.basename(path).lower() == "report.wer"


def _of_key(key: str) -> str:
    """The folder of the report with this key, folder's name or id, in the stores of this machine."""
    from ..service._locate import list_stores

    looked = "there is no such file or folder here"
    wanted = key.strip("{}").lower()
    try:
        listing = list_stores()
    except NotImplementedError:  # no Windows, or one without these functions
        raise FileNotFoundError(errno.ENOENT, looked, key) from None
    for _, report in listing.reports:
        names = [report.key, file_name(report.key), report.report_id, report.integrator_report_id]
        if wanted in [str(name).lower() for name in names if name] and os.path.isdir(report.key):
            return os.path.abspath(plain_path(report.key))
    looked += ", and no report with that key or id in the stores that this account may read"
    raise FileNotFoundError(errno.ENOENT, looked, key)


def _add_folder(found: Joined, folder: str) -> None:
    files, all_of_them = files_in(folder)
    found.folder, found.files = folder, tuple(files)
    if not all_of_them:
        found.problems.append(f"only the first {len(files)} files of the folder were looked at")
    refused = [f"{one.name} is {one.refused}: left alone" for one in files if one.refused]
    found.problems += refused[:_MOST_TOLD]
    if len(refused) > _MOST_TOLD:
        found.problems.append(f"{len(refused) - _MOST_TOLD} more are links, folders or devices: left alone")
    reports = [one for one in files if _is_report_file(one.path) and not one.refused]
    if found.report is None and reports:
        try:
            found.report = read_report(reports[0].path)
            _know(found, found.report)
        except (OSError, ValueError) as error:
            found.error = error
            found.problems.append(f"Report.wer cannot be read: {without_folders(error, reports[0].path)}")
    elif not reports:
        found.problems.append("there is no Report.wer in the folder")
    for one in files[:_MOST_LOOKED_AT]:
        if not one.refused and one.size and not _is_report_file(one.path):
            _add_if_dump(found, one.path)
    found.texts, problems = python_texts(one for one in files if not _is_report_file(one.path))
    found.problems += problems


def _add_if_dump(found: Joined, path: str) -> None:
    try:
        start, _ = start_of(path, 4)
    except (OSError, ValueError) as error:
        found.problems.append(f"{os.path.basename(path)} cannot be read: {without_folders(error, path)}")
        return
    if start == _MAGIC_OF_A_DUMP:
        _add_dump(found, path, "it lies in the report's folder", "seen")


def _know(found: Joined, report: "StoredReport | None") -> None:
    if report is not None:
        found.ids |= {one for one in (report.report_id, report.integrator_report_id) if one and one.int}


# ---- dumps ----


def _add_dump(found: Joined, path: str, how: str, sure: str) -> None:
    if len(found.dumps) == _MOST_DUMPS or any(_same(one.path, path) for one in found.dumps):
        return
    found.dumps.append(_read(found, path, how, sure))


def _read(found: Joined, path: str, how: str, sure: str) -> JoinedDump:
    from ..dumps import read_dump

    size = 0
    try:
        _, size = start_of(path, 1)
        known = [one.dump for one in found.dumps if one.dump]
        if sum(len(d.threads) + len(d.modules) + len(d.memory) + len(d.regions) for d in known) > _MOST_RECORDS:
            return JoinedDump(path, size, how, sure, None, "the dumps before it are so large that it was not read")
        return JoinedDump(path, size, how, sure, read_dump(path))
    except (OSError, ValueError) as error:
        return JoinedDump(path, size, how, sure, None, without_folders(error, path))


def _same(one: str, other: str) -> bool:
    return os.path.normcase(one) == os.path.normcase(other)


def _add_local_dumps(found: Joined, given: StrPath | None) -> None:
    r"""Dumps of LocalDumps: ``<exe>.<pid>.dmp``. They have no id of the report."""
    if given is not None and not os.path.isdir(given):
        return
    name, pid, started = _process(found)
    if not name or pid is None:
        return
    for folder in [os.path.abspath(os.fsdecode(given))] if given is not None else local_dump_folders(name):
        try:
            files, _ = files_in(folder)
        except OSError:
            continue  # not there, or not for this account
        for one in files:
            if one.refused or one.name.lower() != f"{name}.{pid}.dmp".lower():
                continue
            read = _read(found, one.path, "", "inferred")
            process = read.dump.process if read.dump else None
            if process and process.pid not in (None, pid):
                continue
            if started and process and process.created:
                if abs(process.created - started) > _SAME_START:
                    continue
                how = "its name, its process id and the start of the process are those of the event"
            else:
                how = "its name and process id fit; whether another process had that id could not be told"
            if len(found.dumps) < _MOST_DUMPS and not any(_same(known.path, one.path) for known in found.dumps):
                found.dumps.append(JoinedDump(read.path, read.size, how, "inferred", read.dump, read.problem))


def _process(found: Joined) -> tuple[str, int | None, datetime | None]:
    """The program's name, the process and when it was started, as far as it is known."""
    if found.crash and found.crash.application:
        return file_name(found.crash.application), found.crash.pid, found.crash.process_created
    pid = value_of(found.state.text, "Process") if found.state else ""
    path = found.report.application_path if found.report else None
    if path and pid.isascii() and pid.isdigit() and len(pid) <= 10:
        return file_name(path), int(pid), None
    return "", None, None


def local_dump_folders(name: str = "") -> list[str]:
    """Where LocalDumps of this user's programs are: of that program, or of all that have a place of their own."""
    if sys.platform != "win32":
        return []
    from .._machine.local_dumps import DEFAULT_FOLDER, effective_local_dumps
    from .._machine.registry import Unreadable, this_registry

    folders: list[str | None] = [os.path.expandvars(DEFAULT_FOLDER)]  # also if it is no longer in effect
    try:
        first = effective_local_dumps(this_registry(), name or "python.exe")
        folders.append(first.path)
        if not name:
            folders += [effective_local_dumps(this_registry(), program).path for program in first.programs[:100]]
    except Unreadable:
        pass  # then the default is what is known
    return list(dict.fromkeys(folder for folder in folders if folder))


# ---- events ----


def _add_events(found: Joined, given: "Iterable[Event] | None") -> None:
    events = event_log.read(most=_MOST_EVENTS) if given is None else given
    if given is None and isinstance(events, Events) and events.unknown:
        found.problems.append(f"no events, or not all: {events.unknown}")
    known = [one for one in map(typed, events) if one is not None]
    for one in known:
        if isinstance(one, CrashEvent) and not found.ids and _is_of_a_dump(one, found.dumps):
            _take(found, one)  # the dump has no id: by process and start
    left = [one for one in known if not any(one is taken for taken in found.events)]
    looked_at: set[str] = set()
    while taken := [one for one in left if one.report_id in found.ids]:
        left = [one for one in left if one.report_id not in found.ids]
        for one in taken:
            _take(found, one)
            if isinstance(one, WerEvent):
                _add_report_of(found, one, looked_at)
    if known and not found.events:
        which = "crash events of this machine" if given is None else "crash events"
        found.problems.append(f"none of the {len(known)} {which} has an id of this report")
    if len(found.events) > _MOST_JOINED:
        found.problems.append(f"only {_MOST_JOINED} of the {len(found.events)} events with its ids are shown")
        del found.events[_MOST_JOINED:]


def _take(found: Joined, event: "AnyEvent") -> None:
    found.events.append(event)
    if event.report_id:
        found.ids.add(event.report_id)


def _is_of_a_dump(event: "CrashEvent", dumps: "list[JoinedDump]") -> bool:
    """Whether it is the event of a dump's process: the same program, id and start."""
    for one in dumps:
        process = one.dump.process if one.dump else None
        if one.dump is None or process is None or process.pid is None or process.created is None:
            continue
        main = one.dump.modules[0].file_name if one.dump.modules else ""
        same_start = event.process_created and abs(process.created - event.process_created) <= _SAME_START
        if process.pid == event.pid and same_start and main.lower() == file_name(event.application).lower():
            return True
    return False


def _add_report_of(found: Joined, event: "WerEvent", looked_at: set[str]) -> None:
    """The report in the folder that an event names, if it has one of the ids, too."""
    folder = plain_path(event.store_path)
    # Never of another machine: a path in an event must not make this one connect to anything.
    if found.report or folder in looked_at or len(looked_at) == _MOST_FOLDERS or folder[:1] + folder[1:2] in _NETWORK:
        return
    looked_at.add(folder)
    if not os.path.isabs(folder):
        return
    try:
        if why_refused(os.lstat(folder)) != "a folder":
            return
        there = read_report(folder)
    except (OSError, ValueError):
        return
    if found.ids & {there.report_id, there.integrator_report_id}:
        found.report = there
        _know(found, there)
        _add_folder(found, folder)


_NETWORK = ("\\\\", "//", "\\/", "/\\")
