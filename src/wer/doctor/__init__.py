"""Why is there no report, or no dump, of a crash? `examine` reads this Windows, changes nothing, and says."""

from ._diagnosis import Answer, Diagnosis, DumpAnswer
from ._examine import examine
from ._finding import Evidence, Finding
from ._local_dumps import LocalDumps, Setting
from ._machine import Machine

__all__ = ["Answer", "Diagnosis", "DumpAnswer", "Evidence", "Finding", "LocalDumps", "Machine", "Setting", "examine"]
