"""Reports on this machine as one list, copies of them somewhere else, and the story that one crash tells.

What the commands ``wer store``, ``wer show`` and ``wer collect`` print is what these return. The list needs Windows 10
version 1703; elsewhere it raises NotImplementedError, but for a `FakeWer`'s stores. A copied report tells its story
anywhere.
"""

from .. import _later
from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._collect import CollectedFile, Collection, collect
    from ._events import Event, Events, events_in, read_events
    from ._export import Exported, ExportedReport, ExportStatus, export, goes_elsewhere
    from ._joined import JoinedDump
    from ._listing import ALL_STORES, Listing, ReadStore, ReportEntry, StoreState, list_reports
    from ._page import write_page
    from ._plain_files import FoundFile
    from ._python_texts import PythonText
    from ._sections import Fact, Section
    from ._story import Story, story_of

# Each waits until somebody asks for it.
_LATER = {
    "ALL_STORES": "_listing",
    "CollectedFile": "_collect",
    "Collection": "_collect",
    "Event": "_events",
    "Events": "_events",
    "ExportStatus": "_export",
    "Exported": "_export",
    "ExportedReport": "_export",
    "Fact": "_sections",
    "FoundFile": "_plain_files",
    "JoinedDump": "_joined",
    "Listing": "_listing",
    "PythonText": "_python_texts",
    "ReadStore": "_listing",
    "ReportEntry": "_listing",
    "Section": "_sections",
    "StoreState": "_listing",
    "Story": "_story",
    "collect": "_collect",
    "events_in": "_events",
    "export": "_export",
    "goes_elsewhere": "_export",
    "list_reports": "_listing",
    "read_events": "_events",
    "story_of": "_story",
    "write_page": "_page",
}

__all__ = [
    "ALL_STORES",
    "CollectedFile",
    "Collection",
    "Event",
    "Events",
    "ExportStatus",
    "Exported",
    "ExportedReport",
    "Fact",
    "FoundFile",
    "JoinedDump",
    "Listing",
    "PythonText",
    "ReadStore",
    "ReportEntry",
    "Section",
    "StoreState",
    "Story",
    "collect",
    "events_in",
    "export",
    "goes_elsewhere",
    "list_reports",
    "read_events",
    "story_of",
    "write_page",
]

if not TYPE_CHECKING:  # or type checkers would take any name for existing
    __getattr__ = _later.names_of(__name__, _LATER)


def __dir__() -> list[str]:
    return sorted(__all__)
