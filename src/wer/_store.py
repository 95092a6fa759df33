"""`Store`: what lies in the queues and archives, one report at a time."""

from uuid import UUID as _UUID

from . import _native, _stored
from ._arguments import bits, choice
from ._enums import StoreType, SubmitFlags, SubmitResult
from ._owner import Owner
from ._report import NO_SUBMIT_FLAGS, submit_result
from ._typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from ._werapi import HeldStore, _Metadata


class Store(Owner):
    """One of the four report stores, as a context manager and an iterable of `StoredReport`. Calls WerStoreOpen.

    Iterating reads one report at a time. A store keeps its place itself, so it can be in one iteration at a
    time: a new one ends the one before, whose next step then raises RuntimeError. Like a `Report`, a store takes
    one call at a time, and each releases the GIL.

    Parameters
    ----------
    store_type : StoreType
        Which store. The queues hold what waits to be sent, the archives what was processed.

    Raises
    ------
    WerError
        WER refused: E_ACCESSDENIED for a machine's store without the rights (inferred); E_INVALIDARG was seen for
        a user's queue on Windows 11 (reported by others).
    NotImplementedError
        This Windows has no report store functions.
    TypeError, ValueError
        `store_type` is none of the four.

    Notes
    -----
    Windows 10 version 1703. Nothing here uploads or removes a report, except `upload` and `purge_reports`.
    """

    __slots__ = ("_store_type",)
    _HELD = "HeldStore"
    _CALLED = "store"
    _held: "HeldStore"
    _store_type: StoreType

    def __init__(self, store_type: StoreType | int) -> None:
        number = choice(StoreType, store_type, "store_type")
        self._held.open(number)
        self._store_type = StoreType(number)

    def __enter__(self) -> Self:
        if self._held.closed:
            raise ValueError("the store is closed")
        return self

    def __iter__(self) -> "_Iteration":
        return _Iteration(self._held)

    def __repr__(self) -> str:
        return f"<wer.Store {self.store_type!r} {'closed' if self._held.closed else 'open'}>"

    @property
    def store_type(self) -> StoreType | None:
        """Which store it is; None before it is opened."""
        return getattr(self, "_store_type", None)

    @property
    def closed(self) -> bool:
        """Whether the store is closed."""
        return self._held.closed

    def count(self) -> int:
        """The number of reports in the store. Calls WerStoreGetReportCount.

        Raises
        ------
        WerError, NotImplementedError, ValueError, RuntimeError
            WER refused; this Windows lacks the function; the store is closed; another call on it is running.

        Notes
        -----
        Windows 10 version 1703, by its SDK; Microsoft's page names no version.
        """
        return self._held.count()

    def size_on_disk(self) -> int:
        """The size of the store in bytes. Calls WerStoreGetSizeOnDisk.

        Raises
        ------
        WerError, NotImplementedError, ValueError, RuntimeError
            As for `count`.

        Notes
        -----
        Windows 10 version 1703, by its SDK; Microsoft's page names no version.
        """
        return self._held.size_on_disk()

    def upload(self, report: _stored.StoredReport | str, flags: SubmitFlags | int = NO_SUBMIT_FLAGS) -> SubmitResult:
        """Send a report of this store off the machine. Calls WerStoreUploadReport.

        Parameters
        ----------
        report : StoredReport or str
            The report, or its key.
        flags : SubmitFlags
            As for `Report.submit` (inferred: Microsoft documents none). The SDK of version 1703, and none that was
            seen since, had two flags for this call, to use any network (1) and any power (2): today's HONOR_RECOVERY
            and HONOR_RESTART.

        Returns
        -------
        SubmitResult
            What became of it; a value that this version does not know is a member called ``UNKNOWN_n``.

        Raises
        ------
        WerError, NotImplementedError, TypeError, ValueError, RuntimeError
            As for `count`; or `report` is neither, or its key is empty or longer than 32767 UTF-16 units.

        Notes
        -----
        Windows 10 version 1703, by its SDK; Microsoft's page names no version.
        """
        key = report.key if isinstance(report, _stored.StoredReport) else report
        if not isinstance(key, str):
            raise TypeError(f"report must be a StoredReport or its key, got {type(report).__name__}")
        return submit_result(self._held.upload(key, bits(SubmitFlags, flags, "flags")))

    def close(self) -> None:
        """Close the store. Calls WerStoreClose. Closing a closed store does nothing.

        Raises
        ------
        RuntimeError
            Another call on this store is running.

        Notes
        -----
        Windows 10 version 1703.
        """
        self._held.close()


class _Iteration:
    """One iteration over a `Store`."""

    __slots__ = ("_held", "_number")

    def __init__(self, held: "HeldStore") -> None:
        self._held: HeldStore | None = held
        self._number = held.begin()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _stored.StoredReport:
        if self._held is None:
            raise StopIteration
        found = self._held.read(self._number)
        if found is None:
            self._held = None
            raise StopIteration
        key, version, metadata = found
        if metadata is None:
            return _stored.StoredReport(key=key, event_type=None)
        return _stored_report(key, version, metadata)


def _stored_report(key: str, version: int, metadata: "_Metadata") -> _stored.StoredReport:
    """The typed object; what an older version of the metadata does not tell stays None."""
    newer = version >= 2
    newest = version >= 3
    (
        event_type,
        parameters,
        bucket_id,
        report_id,
        created,
        size,
        cab_id,
        status,
        integrator_report_id,
        files,
        friendly_event_name,
        application_name,
        application_path,
        description,
        bucket_id_string,
        legacy_bucket_id,
    ) = metadata
    return _stored.StoredReport(
        key=key,
        event_type=event_type,
        signature=_stored.complete_signature(
            [_stored.SignatureParameter(index, *pair) for index, pair in enumerate(parameters)]
        ),
        bucket_id=_UUID(bytes_le=bucket_id),
        report_id=_UUID(bytes_le=report_id),
        created=_stored.from_filetime(created),
        size=size,
        cab_id=cab_id if newer else None,
        status=status if newer else None,
        integrator_report_id=_UUID(bytes_le=integrator_report_id) if newer else None,
        files=tuple([_stored.ReportFile(name=name) for name in files]) if newer else None,
        friendly_event_name=friendly_event_name if newest else None,
        application_name=application_name if newest else None,
        application_path=application_path if newest else None,
        description=description if newest else None,
        bucket_id_string=bucket_id_string if newest else None,
        legacy_bucket_id=legacy_bucket_id if newest else None,
    )


def purge_reports() -> None:
    """Remove reports from WER's stores, for good. Calls WerStorePurge.

    It takes no store, and which ones it purges is not documented: expect all that the caller may write to.

    Raises
    ------
    WerError
        WER refused.
    NotImplementedError
        This Windows lacks the function.

    Notes
    -----
    Windows 10 version 1703, by its SDK; Microsoft's page names no version.
    """
    _native.purge_reports()
