"""`locate`: where a report lies that was submitted."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic, sleep

from .._arguments import seconds
from .._enums import StoreType, SubmitResult
from .._report_file import read_report
from .._store_contents import read_store
from .._stored import StoredReport
from .._typing import TYPE_CHECKING
from ._recorded import RecordedReport, must_be_recorded

if TYPE_CHECKING:
    from uuid import UUID

_FIRST_PAUSE = 0.05  # seconds; each is twice as long as the one before
_LONGEST_PAUSE = 1.0
_GRACE = 1.0  # for the report with our id, while there is one that only looks like ours
_NOT_KEPT = (SubmitResult.DISABLED, SubmitResult.CANCELLED, SubmitResult.DISABLED_QUEUE)


class LocateStatus(StrEnum):
    """What `locate` found out."""

    FOUND = "found"
    ONE_OF_SEVERAL = "one of several"
    NOT_VISIBLE = "not visible to this account"
    NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True)
class StoreListing:
    """What this account sees in the report stores at one moment. `list_stores` makes it.

    Attributes
    ----------
    reports : tuple of (StoreType, StoredReport)
        The reports.
    refused : dict of StoreType to Exception
        The stores that could not be read, or not to their end, and why.
    """

    reports: tuple[tuple[StoreType, StoredReport], ...]
    refused: dict[StoreType, Exception]


@dataclass(frozen=True, slots=True)
class Located:
    """Where a report lies. ``str`` of it is a sentence.

    Attributes
    ----------
    status : LocateStatus
        What was found out. NOT_VISIBLE: it is not among the reports that this account may read, and there are some that
        it may not. NOT_FOUND: nothing is hidden, and it is not there.
    candidates : tuple of (StoreType, StoredReport)
        With FOUND the one; with ONE_OF_SEVERAL all that it may be.
    by_identity : bool
        Whether the application identity tells it from all others. Otherwise it has the event and the parameters, and
        was not there before; what another process has filed meanwhile may look the same.
    hidden : tuple of StoreType
        The stores that this account may not read, or in which there is a new report that it may not.
    """

    status: LocateStatus
    candidates: tuple[tuple[StoreType, StoredReport], ...] = ()
    by_identity: bool = False
    hidden: tuple[StoreType, ...] = ()

    @property
    def report(self) -> StoredReport | None:
        """The report as it is stored; None unless it was found."""
        return self.candidates[0][1] if self.status is LocateStatus.FOUND else None

    @property
    def store_type(self) -> StoreType | None:
        """Its store."""
        return self.candidates[0][0] if self.status is LocateStatus.FOUND else None

    @property
    def key(self) -> str | None:
        """Its key in the store."""
        return self.report.key if self.report else None

    @property
    def path(self) -> str | None:
        """Its folder: the key, if there is such a folder now."""
        return self.key if self.key and os.path.isdir(self.key) else None

    @property
    def report_id(self) -> "UUID | None":
        """The id that WER has given it, which events of the Windows event log have as well."""
        return self.report.report_id if self.report else None

    @property
    def bucket(self) -> str | None:
        """The server's bucket; None for a report that was not sent, or to which no server has answered."""
        if self.report is None:
            return None
        number = self.report.legacy_bucket_id
        return self.report.bucket_id_string or (str(number) if number else None)

    def __str__(self) -> str:
        places = [f"{store_type.name} {report.key}" for store_type, report in self.candidates]
        if self.status is LocateStatus.ONE_OF_SEVERAL:
            return f"one of {len(places)}: {', '.join(places)}"
        hidden = ", ".join([store_type.name for store_type in self.hidden])
        return f"{self.status}{': ' if places or hidden else ''}{places[0] if places else hidden}"


def list_stores() -> StoreListing:
    """List what this account sees in all four report stores now.

    A store that cannot be read is told, and does not keep the others from being read.

    Returns
    -------
    StoreListing
        What `locate` needs from before a report was submitted.

    Raises
    ------
    NotImplementedError
        This Windows has no report store functions.
    """
    reports: list[tuple[StoreType, StoredReport]] = []
    refused: dict[StoreType, Exception] = {}
    for store_type in StoreType:
        contents = read_store(store_type)
        reports += [(store_type, report) for report in contents.reports]
        errors = [contents.error] if contents.error else [error for _, error in contents.unread]
        if errors:
            refused[store_type] = errors[0]
    return StoreListing(tuple(reports), refused)


def locate(report: RecordedReport, before: StoreListing | None = None, *, timeout: float = 5.0) -> Located:
    """Find a report that was submitted, in whatever store it is.

    WER does not say where it puts a report, nor by which id it calls it. So there are two ways, and at least one has
    to be prepared before the submission::

        report = wer.service.RecordedReport("Spooler.Stuck", application_identity=uuid.uuid4().bytes)
        before = wer.service.list_stores()
        report.submit(wer.Consent.NOT_ASKED)
        print(wer.service.locate(report, before))

    By the application identity, if the stored Report.wer has it as it was given (inferred: there is a line of that
    name, which in reports that Windows makes is the same for all of a program): then it is found for sure. Or as what
    was not there `before` and has the event and the parameters of this one, of which there may be several. Never by
    the time alone.

    Parameters
    ----------
    report : RecordedReport
        The report. It has been submitted, and may be closed.
    before : StoreListing, optional
        What `list_stores` gave before the submission. Without it only the application identity counts.
    timeout : float
        Seconds to wait until it is there, looking again after 0.05 seconds and ever later up to 1. What a look itself
        takes, with many reports, comes on top. 0: look once. If `submit` answered DISABLED, DISABLED_QUEUE or
        CANCELLED, one look is all.

    Returns
    -------
    Located
        Where it is, or why it cannot be told.

    Raises
    ------
    TypeError, ValueError
        `report` is no `RecordedReport` or was not submitted, or neither way was prepared; `timeout` is no number of
        seconds.
    NotImplementedError
        This Windows has no report store functions.

    Notes
    -----
    A report that WER moves from a queue to an archive meanwhile is one report. Windows 10 version 1703.
    """
    must_be_recorded(report)
    seconds(timeout, "timeout")
    if report.result is None:
        raise ValueError("the report has not been submitted")
    wanted = _Wanted(report, before)
    started = monotonic()
    end = started + (0 if report.result in _NOT_KEPT else timeout)
    pause = _FIRST_PAUSE
    seen_since = None
    while True:
        found = wanted.among(list_stores())
        now = monotonic()
        if found.by_identity or (found.candidates and not wanted.identity):
            return found
        if found.candidates and seen_since is None:
            seen_since = now
        if now >= end or (seen_since is not None and now - seen_since >= _GRACE):
            return found
        sleep(min(pause, end - now))
        pause = min(2 * pause, _LONGEST_PAUSE)


class _Wanted:
    """What is known of the report that is looked for."""

    def __init__(self, report: RecordedReport, before: StoreListing | None) -> None:
        identity = report._description.get("application_identity")
        self.identity = identity.hex().upper() if isinstance(identity, bytes) and any(identity) else ""
        if before is None and not self.identity:
            raise ValueError("give locate what list_stores() saw before the submission, or the report an identity")
        self.event_type = report.event_type
        given = report._parameters
        self.signature = {index: given[index].value for index in given if given[index].value}
        self.before = before
        self.known = set(_names(before)) if before else set()
        self.identities: dict[str, str] = {}  # by the keys of reports whose files have been read

    def among(self, listing: StoreListing) -> Located:
        """Find it in a listing."""
        new = [(store, report) for store, report in listing.reports if self.known.isdisjoint(_names_of(report))]
        ours = [one for one in new if one[1].event_type == self.event_type]
        if self.identity:
            for one in ours:
                if self._identity(one[1]) == self.identity:
                    return Located(LocateStatus.FOUND, (one,), by_identity=True)
        # One with another identity may still be ours: Windows writes one of its own into the reports that it makes.
        ours = [one for one in ours if _signature(one[1]) == self.signature]
        if ours and self.before is not None:
            unique = tuple({report.report_id or report.key: (store, report) for store, report in ours}.values())
            return Located(LocateStatus.FOUND if len(unique) == 1 else LocateStatus.ONE_OF_SEVERAL, unique)
        hidden = {store for store in listing.refused if isinstance(listing.refused[store], PermissionError)}
        hidden |= {store for store, report in new if report.event_type is None}
        status = LocateStatus.NOT_VISIBLE if hidden else LocateStatus.NOT_FOUND
        return Located(status, hidden=tuple(sorted(hidden)))

    def _identity(self, report: StoredReport) -> str:
        """The application identity that a report's file tells, as it is there."""
        if report.key not in self.identities:
            try:
                extra = read_report(report.key).extra
            except (OSError, ValueError):  # not to be read, or not written to its end yet
                return ""
            self.identities[report.key] = dict(extra).get("ApplicationIdentity", "").upper()
        return self.identities[report.key]


def _signature(report: StoredReport) -> dict[int, str]:
    return {parameter.index: parameter.value for parameter in report.signature if parameter.value}


def _names_of(report: StoredReport) -> "Iterator[object]":
    """What is only this report's: its key, and its id, which stays when it goes from a queue to an archive."""
    yield report.key
    if report.report_id:
        yield report.report_id


def _names(listing: StoreListing) -> "Iterator[object]":
    for _, report in listing.reports:
        yield from _names_of(report)
