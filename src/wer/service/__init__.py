"""What a service needs beyond the calls of WER: a report that tells the native and the Python story of a failure.

Each part exists alone. What acts on a report is a function that takes the report. The core knows nothing of this
package.
"""

from ._enable import InWorker, Service, enable
from ._exit_codes import explain
from ._folder import Folder
from ._hooks import Hooks
from ._limits import Limits, Taken
from ._logging import LoggingHandler
from ._processes import AddedProcess, AddedProcesses, add_processes
from ._reporter import Filed, Reporter
from ._reporting import reporting
from ._signature import traceback_hash
from ._state import add_python_state

__all__ = [
    "AddedProcess",
    "AddedProcesses",
    "Filed",
    "Folder",
    "Hooks",
    "InWorker",
    "Limits",
    "LoggingHandler",
    "Reporter",
    "Service",
    "Taken",
    "add_processes",
    "add_python_state",
    "enable",
    "explain",
    "reporting",
    "traceback_hash",
]
