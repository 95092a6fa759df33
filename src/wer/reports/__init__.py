"""Reports on this machine as one list, whatever store they are in, and a copy of them somewhere else.

What the commands ``wer store list`` and ``wer store export`` print is what these return. Needs Windows 10 version 1703;
elsewhere the functions raise NotImplementedError, but for a `FakeWer`'s stores.
"""

from ._export import Exported, ExportedReport, ExportStatus, export, goes_elsewhere
from ._listing import ALL_STORES, Listing, ReadStore, ReportEntry, StoreState, list_reports

__all__ = [
    "list_reports",
    "Listing",
    "ReportEntry",
    "ReadStore",
    "StoreState",
    "ALL_STORES",
    "export",
    "Exported",
    "ExportedReport",
    "ExportStatus",
    "goes_elsewhere",
]
