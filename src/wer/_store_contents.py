"""`read_store`: one report store as this account sees it now. What cannot be read is told, and hides nothing else."""

from dataclasses import dataclass as _dataclass

from ._enums import StoreType
from ._errors import WerError
from ._store import Store
from ._stored import StoredReport

_MOST = 100_000  # reports; Windows keeps 5000 in an archive at most. A store that gives its keys in a circle ends here.


@_dataclass(frozen=True, slots=True)
class StoreContents:
    """What a store had in it.

    Attributes
    ----------
    reports : list of StoredReport
        What was seen, also of a store that broke off.
    unread : list of (str, Exception)
        The keys, empty if not known, of reports of which the store told no more, and why.
    error : Exception or None
        Why the store could not be read, or not to its end.
    """

    reports: list[StoredReport]
    unread: list[tuple[str, Exception]]
    error: Exception | None


def read_store(store_type: StoreType) -> StoreContents:
    """Read a store to its end. A report that goes meanwhile is not in it.

    Raises
    ------
    NotImplementedError
        This Windows has no report store functions.
    """
    contents: tuple[list[StoredReport], list[tuple[str, Exception]]] = [], []
    try:
        with Store(store_type) as store:
            _read(store, *contents)
    except (OSError, ValueError) as error:
        return StoreContents(*contents, error)
    return StoreContents(*contents, None)


def _read(store: Store, reports: list[StoredReport], unread: list[tuple[str, Exception]]) -> None:
    iterator = iter(store)
    while len(reports) + len(unread) < _MOST:
        try:
            report = next(iterator, None)
        except WerError as error:
            if not error.function.startswith("WerStoreQueryReportMetadata"):
                raise  # the next step would fail likewise
            unread.append((str(error.filename or ""), error))
        except ValueError as error:  # more file names than anybody needs: of one report, too
            unread.append(("", error))
        else:
            if report is None:
                return
            reports.append(report)
    raise ValueError(f"the store has more than {_MOST} reports")
