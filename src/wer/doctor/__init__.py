"""Why is there no report, or no dump, of a crash? `examine` reads this Windows, changes nothing, and says."""

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

    def __getattr__(name):
        if name not in ("Trial", "try_crash"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from . import _trial

        globals()[name] = value = getattr(_trial, name)
        return value
