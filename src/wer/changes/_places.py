"""Where in the registry this package changes something, and nowhere else."""

from .._machine.keys import EXCLUDED, IMAGES, LOCAL_DUMPS, MODULES, SILENT_EXIT
from .._machine.local_dumps import DEFAULTS
from .._machine.registry import HKCU, HKLM

DUMP_VALUES = tuple(DEFAULTS)
SILENT_EXIT_VALUES = ("ReportingMode", "LocalDumpFolder", "MaxNumberOfDumpFiles", "DumpType")
GLOBAL_FLAG = "GlobalFlag"

# Key: the values of it that are changed, None for any; and whether it has a key for each program, with the same values.
_CHANGED = {
    LOCAL_DUMPS: (DUMP_VALUES, True),
    MODULES: (None, False),
    EXCLUDED: (None, False),
    IMAGES: ((GLOBAL_FLAG,), True),
    SILENT_EXIT: (SILENT_EXIT_VALUES, True),
}
_HIVES = {HKLM: tuple(_CHANGED), HKCU: (MODULES, EXCLUDED)}


def is_changed_here(hive: str, key: str, name: str | None) -> bool:
    """Whether a value, or with None a key, is one that this package changes. A record of any other is damage, or bait.

    A key above one of ours counts: where it is missing, it is made.
    """
    given = key.lower()
    for ours in _HIVES.get(hive, ()):
        values, for_programs = _CHANGED[ours]
        top = ours.lower()
        if name is None and f"{top}\\".startswith(f"{given}\\"):
            return True
        inside = given.startswith(f"{top}\\") and "\\" not in given[len(top) + 1 :] and len(given) > len(top) + 1
        if not (given == top or (for_programs and inside)):
            continue
        if name is None or values is None or name.lower() in {value.lower() for value in values}:
            return True
    return False
