"""Why is there no report, or no dump, of a crash? `examine` reads this Windows, changes nothing, and says."""

from .. import _later
from .._machine.local_dumps import LocalDumps, Setting, effective_local_dumps
from .._typing import TYPE_CHECKING
from ._diagnosis import Answer, Diagnosis, DumpAnswer
from ._endings import Ending, ending_of
from ._examine import examine
from ._finding import Evidence, Finding
from ._machine import Machine

if TYPE_CHECKING:
    from ._trial import Trial, try_crash

__all__ = [
    "Answer",
    "Diagnosis",
    "DumpAnswer",
    "Ending",
    "Evidence",
    "Finding",
    "LocalDumps",
    "Machine",
    "Setting",
    "Trial",
    "effective_local_dumps",
    "ending_of",
    "examine",
    "try_crash",
]

if not TYPE_CHECKING:  # or type checkers would take any name for existing
    __getattr__ = _later.names_of(__name__, {"Trial": "_trial", "try_crash": "_trial"})
