"""What a service needs beyond the calls of WER: a report that tells the native and the Python story of a failure.

Each part exists alone. What acts on a report is a function that takes the report. The core knows nothing of this
package.
"""

from ._enrich import Enrichment, enrich
from ._locate import Located, LocateStatus, StoreListing, list_stores, locate
from ._recorded import Given, GivenDump, GivenFile, RecordedReport, given
from ._ring_log import RingLog, RingLogHandler, read_ring_log

__all__ = [
    "Enrichment",
    "Given",
    "GivenDump",
    "GivenFile",
    "LocateStatus",
    "Located",
    "RecordedReport",
    "RingLog",
    "RingLogHandler",
    "StoreListing",
    "enrich",
    "given",
    "list_stores",
    "locate",
    "read_ring_log",
]
