"""What a service needs beyond the calls of WER: a report that tells the native and the Python story of a failure.

Each part exists alone. What acts on a report is a function that takes the report. The core knows nothing of this
package.
"""

import sys as _sys

from .._typing import TYPE_CHECKING
from ._enable import InWorker, Service, enable
from ._folder import Folder
from ._hooks import Hooks
from ._limits import Limits, Taken
from ._logging import LoggingHandler
from ._reporter import Filed, Reporter
from ._reporting import reporting
from ._signature import traceback_hash
from ._state import add_python_state

if TYPE_CHECKING:
    from ._enrich import Enrichment, enrich
    from ._exit_codes import explain
    from ._hang import Hang
    from ._locate import Located, LocateStatus, StoreListing, list_stores, locate
    from ._processes import AddedProcess, AddedProcesses, add_processes
    from ._recorded import Given, GivenDump, GivenFile, RecordedReport, given
    from ._ring_log import RingLog, RingLogHandler, read_ring_log
    from ._watchdog import Watchdog

# What `enable` does not need waits until somebody asks for it.
_LATER = {
    "AddedProcess": "_processes",
    "AddedProcesses": "_processes",
    "Enrichment": "_enrich",
    "Given": "_recorded",
    "GivenDump": "_recorded",
    "GivenFile": "_recorded",
    "Hang": "_hang",
    "LocateStatus": "_locate",
    "Located": "_locate",
    "RecordedReport": "_recorded",
    "RingLog": "_ring_log",
    "RingLogHandler": "_ring_log",
    "StoreListing": "_locate",
    "Watchdog": "_watchdog",
    "add_processes": "_processes",
    "enrich": "_enrich",
    "explain": "_exit_codes",
    "given": "_recorded",
    "list_stores": "_locate",
    "locate": "_locate",
    "read_ring_log": "_ring_log",
}

__all__ = [
    "AddedProcess",
    "AddedProcesses",
    "Enrichment",
    "Filed",
    "Folder",
    "Given",
    "GivenDump",
    "GivenFile",
    "Hang",
    "Hooks",
    "InWorker",
    "Limits",
    "LocateStatus",
    "Located",
    "LoggingHandler",
    "RecordedReport",
    "Reporter",
    "RingLog",
    "RingLogHandler",
    "Service",
    "StoreListing",
    "Taken",
    "Watchdog",
    "add_processes",
    "add_python_state",
    "enable",
    "enrich",
    "explain",
    "given",
    "list_stores",
    "locate",
    "read_ring_log",
    "reporting",
    "traceback_hash",
]

if not TYPE_CHECKING:  # or type checkers would take any name for existing

    def __getattr__(name):
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = f"{__name__}.{_LATER[name]}"
        __import__(module)
        globals()[name] = value = getattr(_sys.modules[module], name)
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
