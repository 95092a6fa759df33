"""Everything here that is about one process: its crash events, its reports and its dumps, by its id."""

import os
from dataclasses import dataclass

from .._machine import event_log
from .._machine.events import CrashEvent, Event, HangEvent, typed
from .._typing import TYPE_CHECKING, StrPath
from ._joined import local_dump_folders, plain_path
from ._plain_files import FoundFile, files_in, start_of, without_folders
from ._python_texts import python_texts, value_of
from ._story import Story, story_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeGuard
    from uuid import UUID

_MOST_REPORTS = 1000  # of the stores, for their Python texts
_MOST_STORIES = 20


@dataclass(frozen=True, slots=True)
class OfProcess:
    """What was found of a process id. An id is given again: the stories may be of several processes, one after another.

    Attributes
    ----------
    stories : tuple of Story
        One for each report, for each dump without one, and for each crash of which there are events only.
    programs : tuple of str
        The names of the programs that had the id.
    missing : tuple of str
        What could not be looked at.
    """

    stories: tuple[Story, ...]
    programs: tuple[str, ...]
    missing: tuple[str, ...]


def of_process(pid: int, events: "Iterable[Event] | None" = None, dumps: StrPath | None = None) -> OfProcess:
    """Find it, by the process id that an event, a Python state or a dump has.

    Raises
    ------
    NotImplementedError
        This Windows has no report store functions, or it is none.
    """
    from ..service._locate import list_stores

    missing: list[str] = []
    if events is None:
        read = event_log.read(most=1000)
        events, unknown = list(read), read.unknown
        if unknown:
            missing.append(f"no events, or not all: {unknown}")
    else:
        events = list(events)
    own = [one for one in map(typed, events) if _has_pid(one) and one.pid == pid]
    ids: set[UUID] = {one.report_id for one in own if one.report_id}
    listing = list_stores()
    missing += [f"the store {store.name} cannot be read: {error}" for store, error in listing.refused.items()]
    folders: list[str] = []
    for number, (_, report) in enumerate(listing.reports):
        folder = os.path.abspath(plain_path(report.key))
        if folder in folders:
            continue
        is_named = bool(ids & {report.report_id, report.integrator_report_id})
        if is_named or (number < _MOST_REPORTS and pid in _pids_in(folder)):
            folders.append(folder)
    stories: list[Story] = []
    for folder in folders[:_MOST_STORIES]:
        try:
            stories.append(story_of(folder, events=events, dump=dumps))
        except (OSError, ValueError) as error:
            missing.append(f"the report {os.path.basename(folder)}: {without_folders(error, folder)}")
    known = {os.path.normcase(one.path) for story in stories for one in story.dumps}
    for dump in _dumps_of(pid, dumps):
        if os.path.normcase(dump.path) not in known and len(stories) < _MOST_STORIES:
            try:
                stories.append(story_of(dump.path, events=events))
            except (OSError, ValueError) as error:
                missing.append(f"the dump {dump.name}: {without_folders(error, dump.path)}")
    told = {event.record_id or id(event) for story in stories for event in story.events}
    for one in own:
        # It crashed, and nothing of it was kept.
        if one.report_id and (one.event.record_id or id(one.event)) not in told and len(stories) < _MOST_STORIES:
            stories.append(story_of(str(one.report_id), events=events, dump=dumps))
            told |= {event.record_id or id(event) for event in stories[-1].events}
    if len(folders) > _MOST_STORIES:
        missing.append(f"only {_MOST_STORIES} of {len(folders)} reports of that process id are taken")
    programs = [one.application for one in own] + [story.fact("Program") for story in stories]
    return OfProcess(tuple(stories), tuple(dict.fromkeys(filter(None, programs))), tuple(missing))


def _has_pid(one: object) -> "TypeGuard[CrashEvent | HangEvent]":
    return isinstance(one, (CrashEvent, HangEvent))


def _pids_in(folder: str) -> set[int]:
    """The process ids that the Python texts of a report tell."""
    try:
        files, _ = files_in(folder)
    except OSError:
        return set()
    texts, _ = python_texts(file for file in files if file.name.lower().endswith(".txt"))
    found = [value_of(text.text, "Process") for text in texts]
    return {int(one) for one in found if one.isascii() and one.isdigit() and len(one) <= 10}


def _dumps_of(pid: int, folder: StrPath | None) -> list[FoundFile]:
    r"""Files ``<exe>.<pid>.dmp`` in the folders of LocalDumps that are dumps."""
    found = []
    for place in [os.path.abspath(os.fsdecode(folder))] if folder is not None else local_dump_folders(""):
        try:
            files, _ = files_in(place)
        except OSError:
            continue
        found += [one for one in files if not one.refused and one.name.lower().endswith(f".{pid}.dmp")]
    return [one for one in found if _is_dump(one.path)]


def _is_dump(path: str) -> bool:
    try:
        return start_of(path, 4)[0] == b"MDMP"
    except (OSError, ValueError):
        return False
