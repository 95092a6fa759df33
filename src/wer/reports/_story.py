"""`story_of`: what one crash says, in words: its report, its events and its dump together."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from .._machine.events import Event
from .._stored import StoredReport
from .._typing import Any, StrPath
from ._crash_facts import facts_of, headline_of, missing_from
from ._joined import JoinedDump, joined
from ._plain_files import FoundFile, without_folders
from ._python_texts import PythonText, log_of
from ._sections import MOST_CELL, Fact, Section, as_lines, cut, shortened
from ._source_sections import sections_of


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
        return [shortened(section) for section in sections_of(self, everything)]

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
    facts = list(facts_of(found))
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
        headline=cut(headline_of(found, {fact.name: fact.value for fact in facts}), MOST_CELL),
        facts=tuple(facts),
        missing=(*missing_from(found), *found.problems),
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
