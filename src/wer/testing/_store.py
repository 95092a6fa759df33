"""Report stores: core/store.pxi in Python."""

from datetime import timedelta
from threading import Lock
from uuid import UUID

from .._arguments import required
from .._enums import HResult, StoreType, SubmitFlags
from .._limits import WER_MAX_PARAM_COUNT
from .._stored import _FILETIME_EPOCH, StoredReport
from .._typing import TYPE_CHECKING
from ._checks import (
    ERROR_FILE_NOT_FOUND,
    ERROR_PATH_NOT_FOUND,
    as_hresult,
    check,
    initialize,
    turn,
)
from ._lookup import need

if TYPE_CHECKING:
    from .._werapi import _Metadata
    from ._fake import FakeWer

_MOST_KEY = 32768  # units, as of a path
_GONE = (as_hresult(ERROR_FILE_NOT_FOUND), as_hresult(ERROR_PATH_NOT_FOUND))
_NO_MORE = as_hresult(18)  # ERROR_NO_MORE_FILES
_NO_UUID = UUID(int=0)


class HeldStore:
    """The handle of a store: opened once, closed once, and in one call at a time."""

    _wer: "FakeWer"

    def __init__(self) -> None:
        self._open = False
        self._busy = Lock()
        self._initialized = Lock()
        self._iteration = 0
        self._place: int | None = None  # of the next report; None: it has asked for none

    def __del__(self) -> None:
        self._free()

    def open(self, store_type: int, /) -> None:
        need(self._wer, "WerStoreOpen", "WerStoreClose")
        initialize(self._initialized, "store", "opened")
        self._type = StoreType(store_type)
        hr = as_hresult(self._wer._answer("WerStoreOpen", store_type=self._type))
        if hr < 0:
            self._initialized.release()
            check(self._wer, hr, "WerStoreOpen")
        self._open = True

    @property
    def closed(self) -> bool:
        return not self._open

    def _must_be_open(self) -> None:
        if not self._open:
            raise ValueError("the store is closed")

    def _ask(self, function: str, **arguments: object) -> None:
        """Make one call."""
        with turn(self._busy, "store", "a store takes one call at a time"):
            self._must_be_open()
            hr = as_hresult(self._answer(function, **arguments))
        key = arguments.get("key")
        check(self._wer, hr, function, None if key is None else str(key))

    def _answer(self, function: str, **arguments: object) -> int:
        return self._wer._answer(function, store_type=self._type, **arguments)

    def count(self) -> int:
        need(self._wer, "WerStoreGetReportCount")
        self._ask("WerStoreGetReportCount")
        return len(self._wer.reports[self._type])

    def size_on_disk(self) -> int:
        need(self._wer, "WerStoreGetSizeOnDisk")
        self._ask("WerStoreGetSizeOnDisk")
        return sum(report.size or 0 for report in self._wer.reports[self._type])

    def upload(self, key: str, flags: int, /) -> int:
        checked = required(key, _MOST_KEY - 1, "report")
        need(self._wer, "WerStoreUploadReport")
        self._ask("WerStoreUploadReport", key=checked, flags=SubmitFlags(flags))
        return self._wer.submit_result

    def begin(self) -> int:
        need(self._wer, "WerStoreGetFirstReportKey", "WerStoreGetNextReportKey", "WerFreeString")
        with turn(self._busy, "store", "a store takes one call at a time"):
            self._must_be_open()
            self._iteration += 1
            self._place = None
        return self._iteration

    def read(self, iteration: int, /) -> "tuple[str, int, _Metadata | None] | None":
        with turn(self._busy, "store", "a store takes one call at a time"):
            self._must_be_open()
            if self._iteration != iteration:
                raise RuntimeError("a newer iteration over this store has begun: it keeps one place only")
            while True:
                report = self._next()
                if report is None:
                    return None
                version = self._version()
                function = f"WerStoreQueryReportMetadataV{version}"
                hr = as_hresult(self._answer(function, key=report.key))
                if hr not in _GONE:
                    break
        if hr == HResult.E_ACCESSDENIED or report.event_type is None:
            return report.key, 0, None
        check(self._wer, hr, function, report.key)
        return report.key, min(version, _version_of(report)), _metadata_of(report)

    def _next(self) -> StoredReport | None:
        function = "WerStoreGetFirstReportKey" if self._place is None else "WerStoreGetNextReportKey"
        hr = as_hresult(self._answer(function))
        if hr == _NO_MORE:
            return None
        check(self._wer, hr, function)
        place = self._place or 0
        reports = self._wer.reports[self._type]
        if place >= len(reports):
            return None
        self._place = place + 1
        return reports[place]

    def _version(self) -> int:
        """The newest metadata that this Windows has."""
        for version in (3, 2):
            if f"WerStoreQueryReportMetadataV{version}" not in self._wer._missing:
                return version
        need(self._wer, "WerStoreQueryReportMetadataV1")
        return 1

    def close(self) -> None:
        with turn(self._busy, "store", "close it afterwards"):
            self._free()

    def _free(self) -> None:
        if self._open:
            self._open = False
            self._answer("WerStoreClose")


def _version_of(report: StoredReport) -> int:
    """The version of the metadata that tells what the report has."""
    if report.cab_id is None and report.status is None and report.files is None:
        return 1
    return 2 if report.friendly_event_name is None else 3


def _metadata_of(report: StoredReport) -> "_Metadata":
    parameters = {parameter.index: (parameter.name, parameter.value) for parameter in report.signature}
    created = 0 if report.created is None else (report.created - _FILETIME_EPOCH) // timedelta(microseconds=1) * 10
    return (
        report.event_type or "",
        [parameters.get(index, ("", "")) for index in range(WER_MAX_PARAM_COUNT)],
        (report.bucket_id or _NO_UUID).bytes_le,
        (report.report_id or _NO_UUID).bytes_le,
        created,
        report.size or 0,
        report.cab_id or "",
        report.status or 0,
        (report.integrator_report_id or _NO_UUID).bytes_le,
        [file.name or "" for file in report.files or ()],
        report.friendly_event_name or "",
        report.application_name or "",
        report.application_path or "",
        report.description or "",
        report.bucket_id_string or "",
        report.legacy_bucket_id or 0,
    )


def purge_reports(wer: "FakeWer", /) -> None:
    need(wer, "WerStorePurge")
    check(wer, as_hresult(wer._answer("WerStorePurge")), "WerStorePurge")
    for reports in wer.reports.values():
        reports.clear()
