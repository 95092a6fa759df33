"""What a service needs beyond the calls of WER: a report that tells the native and the Python story of a failure.

Each part exists alone. What acts on a report is a function that takes the report. The core knows nothing of this
package.
"""

from ._enable import InWorker, Service, enable
from ._enrich import Enrichment, enrich
from ._exit_codes import explain
from ._folder import Folder
from ._hang import Hang
from ._hooks import Hooks
from ._limits import Limits, Taken
from ._locate import Located, LocateStatus, StoreListing, list_stores, locate
from ._logging import LoggingHandler
from ._processes import AddedProcess, AddedProcesses, add_processes
from ._recorded import Given, GivenDump, GivenFile, RecordedReport, given
from ._reporter import Filed, Reporter
from ._reporting import reporting
from ._ring_log import RingLog, RingLogHandler, read_ring_log
from ._signature import traceback_hash
from ._state import add_python_state
from ._watchdog import Watchdog

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
