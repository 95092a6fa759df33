"""`list_reports`: all four stores as one list, with what of them this account may not read."""

import dataclasses
import fnmatch
import ntpath
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from .._arguments import integer, text
from .._enums import HResult, StoreType
from .._errors import WerError
from .._report_file import read_report
from .._store_contents import StoreContents, read_store
from .._stored import StoredReport

ALL_STORES = tuple(StoreType)

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class StoreState(StrEnum):
    """Whether a store was read."""

    READ = "read"
    ABSENT = "absent"  #: there is none: an account without reports (seen by others on Windows 11, not documented)
    UNREADABLE = "unreadable"  #: not, or not to its end: reports that are not listed may be in it


@dataclass(frozen=True, slots=True)
class ReadStore:
    """One store of a listing.

    Attributes
    ----------
    store : StoreType
        Which.
    state : StoreState
        Whether it was read.
    reports : int
        How many reports were seen in it, before anything was chosen from them.
    reason : str
        Why it was not read to its end; empty if it was.
    """

    store: StoreType
    state: StoreState
    reports: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One report of a listing.

    Attributes
    ----------
    store : StoreType
        The store that it is in.
    report : StoredReport
        All that is known of it. What the store does not tell is from its Report.wer, where that can be read.
    told_by : str
        ``"store"``, ``"store and file"``, ``"file"``, or ``"nothing"``: then only its key is known.
    reason : str
        Why not all could be read; empty if it could.
    """

    store: StoreType
    report: StoredReport
    told_by: str = "store"
    reason: str = ""

    @property
    def key(self) -> str:
        """Its key in the store, the path of its folder."""
        return self.report.key

    @property
    def event(self) -> str | None:
        """Its event type, such as ``"APPCRASH"``; None if it could not be read."""
        return self.report.event_type

    @property
    def application(self) -> str | None:
        """The file name of the program, such as ``"python.exe"``; else what the report calls it. None: not known."""
        program = ntpath.basename(self.report.application_path or "")
        return program or self.report.application_name or None

    @property
    def created(self) -> datetime | None:
        """When it was made, in UTC."""
        return self.report.created

    @property
    def size(self) -> int | None:
        """The bytes of its files, as the store tells them."""
        return self.report.size

    @property
    def files(self) -> int | None:
        """How many files it lists. Archived reports of Windows 10 and later that sent none list none."""
        return None if self.report.files is None else len(self.report.files)

    @property
    def report_id(self) -> "UUID | None":
        """The id that WER gave it; it keeps it when it goes from a queue to an archive."""
        return self.report.report_id

    @property
    def folder(self) -> str:
        """The name of its folder."""
        return ntpath.basename(self.key.rstrip("\\/"))


@dataclass(frozen=True, slots=True)
class Listing:
    """Reports, the newest first. `list_reports` makes it.

    Attributes
    ----------
    reports : tuple of ReportEntry
        Those that were asked for. One without a time comes last.
    stores : tuple of ReadStore
        Each store that was asked for, also one that this account may not read.
    untold : int
        How many reports may be meant and are not in `reports`, because what to choose by could not be read of them.
    left_out : int
        How many more there are than `most`.
    """

    reports: tuple[ReportEntry, ...]
    stores: tuple[ReadStore, ...]
    untold: int = 0
    left_out: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing was hidden: every store could be read, and every report in it."""
        unread = any(store.state is StoreState.UNREADABLE for store in self.stores)
        return not (unread or self.untold or any(entry.reason for entry in self.reports))

    @property
    def size(self) -> int:
        """The bytes of the reports, as far as the stores tell them."""
        return sum(entry.size or 0 for entry in self.reports)

    def find(self, name: str) -> list[ReportEntry]:
        """The reports of a key, a folder's name or a report id. One that is in two stores is there twice."""
        wanted = _comparable(text(name, "name"))
        return [
            entry
            for entry in self.reports
            if wanted and wanted in (_comparable(entry.key), _comparable(entry.folder), str(entry.report_id or ""))
        ]


def list_reports(
    stores: "Iterable[StoreType | int]" = ALL_STORES,
    *,
    event: str | None = None,
    application: str | None = None,
    since: datetime | None = None,
    most: int | None = None,
) -> Listing:
    """List the reports of the report stores, the newest first.

    A store that this account may not read is in `Listing.stores` with the reason, and hides no other. A report that
    goes while the stores are read is not in the list; one that goes from a queue to an archive meanwhile is there once.

    Parameters
    ----------
    stores : iterable of StoreType
        Which; all four by default.
    event, application : str, optional
        Only reports of this event type; of this program, by the name of its file or what the report calls it. Without
        regard to case, with ``*`` and ``?`` as in file names.
    since : datetime, optional
        With a time zone: only what was made then or later.
    most : int, optional
        How many at most.

    Returns
    -------
    Listing
        The reports, and what could not be read.

    Raises
    ------
    NotImplementedError
        This Windows has no report store functions.
    TypeError, ValueError
        A store is none; `event` or `application` is empty; `since` has no time zone; `most` is not positive.
    """
    wanted = tuple(dict.fromkeys(StoreType(store) for store in stores))
    choice = _Choice(event, application, since)
    if most is not None:
        most = integer(most, "most", 1)
    entries: list[ReportEntry] = []
    read: list[ReadStore] = []
    for store in wanted:
        contents = read_store(store)
        entries += _entries(store, contents)
        read.append(_read_store(store, contents))
    chosen: list[ReportEntry] = []
    untold = 0
    for entry in _without_moved(entries):
        match choice.takes(entry):
            case True:
                chosen.append(entry)
            case None:
                untold += 1
    chosen.sort(key=lambda entry: (entry.created or _LONG_AGO, entry.key), reverse=True)
    kept = chosen if most is None else chosen[:most]
    return Listing(tuple(kept), tuple(read), untold, len(chosen) - len(kept))


def _entries(store: StoreType, contents: StoreContents) -> "Iterator[ReportEntry]":
    for report in contents.reports:
        if report.event_type is None:
            yield _by_file(store, report, "this account may not read it")
        elif report.application_name is None:  # older Windows: the metadata has no version 3
            yield _by_file(store, report, "")
        else:
            yield ReportEntry(store, report)
    for key, error in contents.unread:
        yield _by_file(store, StoredReport(key=key, event_type=None), str(error))


def _by_file(store: StoreType, report: StoredReport, reason: str) -> ReportEntry:
    """An entry with what its Report.wer tells and the store does not."""
    told = "store" if report.event_type is not None else ""
    try:
        file = read_report(report.key) if os.path.isabs(report.key) else None
    except (OSError, ValueError):  # gone, not to be read, damaged
        file = None
    if file is None:
        return ReportEntry(store, report, told or "nothing", reason)
    values = {}
    for field in dataclasses.fields(report):
        own = getattr(report, field.name)
        values[field.name] = getattr(file, field.name) if own is None or own == () else own
    return ReportEntry(store, StoredReport(**values), "store and file" if told else "file")


def _read_store(store: StoreType, contents: StoreContents) -> ReadStore:
    seen = len(contents.reports) + len(contents.unread)
    error = contents.error
    if error is None:
        return ReadStore(store, StoreState.READ, seen)
    if (
        isinstance(error, WerError)
        and (error.function, error.hresult) == ("WerStoreOpen", HResult.E_INVALIDARG)
        and store in (StoreType.USER_QUEUE, StoreType.USER_ARCHIVE)
    ):
        reason = "there is none for this account: Windows answers 0x80070057 then (seen by others, not documented)"
        return ReadStore(store, StoreState.ABSENT, 0, reason)
    return ReadStore(store, StoreState.UNREADABLE, seen, str(error))


def _without_moved(entries: "Sequence[ReportEntry]") -> "Iterator[ReportEntry]":
    """Leave out what was seen in one store and is now in another: of reports with one id those whose folder is gone."""
    number = Counter(entry.report_id for entry in entries if entry.report_id)
    for entry in entries:
        twins = number.get(entry.report_id, 0) if entry.report_id else 0
        if twins > 1 and os.path.isabs(entry.key) and not os.path.isdir(entry.key):
            assert entry.report_id
            number[entry.report_id] -= 1  # the last one stays, wherever it is by now
            continue
        yield entry


class _Choice:
    """What was asked for."""

    def __init__(self, event: str | None, application: str | None, since: datetime | None) -> None:
        for given, argument in ((event, "event"), (application, "application")):
            if given is not None and not text(given, argument):
                raise ValueError(f"{argument} is empty")
        if since is not None and since.tzinfo is None:
            raise ValueError("since must have a time zone")
        self.event, self.application, self.since = event, application, since

    def takes(self, entry: ReportEntry) -> bool | None:
        """Whether it is meant; None if that cannot be told."""
        answers: list[bool | None] = []
        if self.event is not None:
            answers.append(_is_like(self.event, entry.event))
        if self.application is not None:
            answers.append(self._is_of_application(entry))
        if self.since is not None:
            answers.append(None if entry.created is None else entry.created >= self.since)
        return False if False in answers else None if None in answers else True

    def _is_of_application(self, entry: ReportEntry) -> bool | None:
        assert self.application is not None
        if entry.application is None:
            return None if entry.event is None or entry.report.application_name is None else False
        return any(_is_like(self.application, name) for name in (entry.application, entry.report.application_name))


def _is_like(pattern: str, text: str | None) -> bool | None:
    # Brackets are in names: browsers have called a second setup.exe setup[1].exe.
    return None if text is None else fnmatch.fnmatchcase(text.casefold(), pattern.casefold().replace("[", "[[]"))


def _comparable(path: str) -> str:
    return path.replace("/", "\\").rstrip("\\").casefold()
