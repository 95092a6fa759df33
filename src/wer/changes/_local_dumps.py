"""Plans to have Windows keep dumps of programs that crash, and to undo that.

https://learn.microsoft.com/windows/win32/wer/collecting-user-mode-dumps
"""

import ntpath

from .._arguments import required, shown
from .._machine.keys import LOCAL_DUMPS
from .._machine.local_dumps import (
    CUSTOM,
    DEFAULT_COUNT,
    DEFAULT_FOLDER,
    FULL,
    KIND_NAMES,
    KINDS,
    LocalDumps,
    effective_local_dumps,
    where_it_does_nothing,
)
from .._machine.registry import HKLM, Kind, Registry, Value
from ._names import exe_name
from ._places import DUMP_VALUES
from ._plan import Plan, Planner

_TYPES = {name: number for number, name in KIND_NAMES.items()}


def set_local_dumps(
    registry: Registry,
    exe: str | None = None,
    *,
    folder: str | None = None,
    count: int | None = None,
    dump_type: str | None = None,
    flags: int | None = None,
    only_this_program: bool = False,
) -> Plan:
    r"""Plan to have Windows keep dumps of programs that crash. Needs an administrator.

    What is not given stays as it is.

    Parameters
    ----------
    registry : Registry
        The registry.
    exe : str, optional
        File name of the program that crashes, with its extension; by default all programs.
    folder : str, optional
        Where the dumps go: a full path. ``%...%`` is expanded for the account that crashes. It must be there, and
        that account must be able to write to it.
    count : int, optional
        How many are kept; the oldest goes. 0: none.
    dump_type : {"mini", "full", "custom"}, optional
        "full" has all memory of the process.
    flags : int, optional
        CustomDumpFlags: a `MinidumpType`, for "custom".
    only_this_program : bool
        Have Windows keep no dumps of other programs: the key for all gets a DumpCount of 0 and the program's own key
        another one.

    Returns
    -------
    Plan
        Its topic is "local-dumps", with the program's name after it.

    Raises
    ------
    Unreadable
        A key is there and may not be read.
    TypeError, ValueError
        An argument is of the wrong type or out of its limits.
    """
    exe = None if exe is None else exe_name(exe)
    if only_this_program and exe is None:
        raise ValueError("only_this_program needs exe: the program whose dumps are kept")
    if only_this_program and count == 0:
        raise ValueError("only_this_program keeps the dumps of one program, and count is 0, which keeps none")
    values = _values(folder, count, dump_type, flags)
    planner = Planner(registry, topic(exe))
    now = effective_local_dumps(registry, exe or "")
    planner.make_key(HKLM, LOCAL_DUMPS)
    key = LOCAL_DUMPS
    if exe is not None:
        if only_this_program:
            planner.set(HKLM, LOCAL_DUMPS, Value("DumpCount", Kind.DWORD, 0))
            _say_what_stops(planner, registry, now, exe)
            if count is None and not _has_own_count(registry, exe):
                values["DumpCount"] = DEFAULT_COUNT
        key = rf"{LOCAL_DUMPS}\{exe}"
        planner.make_key(HKLM, key)
    for name, data in values.items():
        planner.set(HKLM, key, Value(name, KINDS[name], data))
    _say_what_it_means(planner, now, exe, values, only_this_program)
    planner.plan.notes.extend(f"{warning}." for warning in where_it_does_nothing(registry))
    return planner.plan


def topic(exe: str | None) -> str:
    """What the journal calls it."""
    return "local-dumps" if exe is None else f"local-dumps {exe.lower()}"


def _values(folder: str | None, count: int | None, dump_type: str | None, flags: int | None) -> dict[str, str | int]:
    """What is to be written, by the names of the values."""
    values: dict[str, str | int] = {}
    if folder is not None:
        values["DumpFolder"] = full_folder(folder)
    if count is not None:
        values["DumpCount"] = dword(count, "count")
    if dump_type is not None:
        if dump_type not in tuple(_TYPES):
            raise ValueError(f"dump_type takes {', '.join(sorted(_TYPES))}, got {shown(dump_type)}")
        values["DumpType"] = _TYPES[dump_type]
    if flags is not None:
        if dump_type != KIND_NAMES[CUSTOM]:
            raise ValueError(f"flags are for dump_type custom, got {shown(dump_type)}: WER reads them with no other")
        values["CustomDumpFlags"] = dword(flags, "flags")
    return values


def full_folder(folder: str) -> str:
    """A folder that means the same for every program."""
    text = required(folder, 32767, "folder")
    drive, rest = ntpath.splitdrive(text)
    if not (text.startswith("%") or (drive and rest[:1] in ("\\", "/"))):
        raise ValueError(rf"folder takes a full path, like C:\CrashDumps or %LOCALAPPDATA%\CrashDumps, got {text!r}")
    if any(character < " " for character in text):
        raise ValueError(f"folder has a control character in it: {text!r}")
    return text


def dword(number: int, name: str) -> int:
    """A number that a DWORD holds."""
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"{name} must be an int, got {type(number).__name__}")
    if not 0 <= number <= 0xFFFFFFFF:
        raise ValueError(f"{name} takes 0 to {0xFFFFFFFF}, got {shown(number)}")
    return number


def _has_own_count(registry: Registry, exe: str) -> bool:
    value = registry.value(HKLM, rf"{LOCAL_DUMPS}\{exe}", "DumpCount")
    return value is not None and value.kind == Kind.DWORD and value.data != 0


def _say_what_stops(planner: Planner, registry: Registry, now: LocalDumps, exe: str) -> None:
    """Whose dumps are no longer kept, when the count of all is 0."""
    count = registry.value(HKLM, LOCAL_DUMPS, "DumpCount")
    if now.on and (count is None or count.data != 0):
        planner.plan.notes.append(
            "Dumps are kept of every program now, since the key LocalDumps is there. That stops: with a DumpCount of 0 "
            "they are kept only of programs that have a DumpCount of their own (seen, not documented)."
        )
    stopping = [
        name
        for name in now.programs
        if name.lower() != exe.lower() and registry.value(HKLM, rf"{LOCAL_DUMPS}\{name}", "DumpCount") is None
    ]
    if stopping:
        planner.plan.notes.append(
            f"These have a key of their own, but no DumpCount, and stop as well: {', '.join(stopping)}."
        )


def _say_what_it_means(
    planner: Planner, now: LocalDumps, exe: str | None, values: dict[str, str | int], only_this_program: bool
) -> None:
    notes = planner.plan.notes
    if exe is not None and not now.on and not only_this_program:
        notes.append(
            "The key LocalDumps is not there yet. As soon as it is, Windows keeps dumps of EVERY program that crashes, "
            rf"not only of {exe}: mini dumps, 10 of them, in {DEFAULT_FOLDER} of the account that crashes. To keep "
            "dumps of this program alone, use --only-this-program (only_this_program=True): DumpCount = 0 for all, and "
            "one of its own for the program."
        )
    if exe is None and not now.on:
        notes.append("This is for every program that crashes. For one program, use --exe NAME.")
    if only_this_program:
        notes.append(
            "That a DumpCount of 0 keeps no dumps, and that a program's own DumpCount counts more, is seen, and "
            "documented only in part: look with `wer doctor --test`."
        )
    if exe is not None and not exe.lower().endswith(".exe"):
        notes.append(f"{exe} does not end with .exe: the key's name is the program's file name with its extension.")
    count = _count_after(planner, exe)
    if count == 0 and "DumpCount" in values:
        notes.append("A DumpCount of 0 keeps no dumps (seen, not documented).")
    elif count == 0:
        notes.append("DumpCount is 0 here, so no dumps are kept (seen, not documented): add --count 10.")
    if values.get("DumpType") == FULL:
        notes.append("A full dump is as large as all memory of the process, and has all that is in it: passwords, too.")


def _count_after(planner: Planner, exe: str | None) -> object:
    """The DumpCount that will hold, as it will be written."""
    for key in (LOCAL_DUMPS,) if exe is None else (rf"{LOCAL_DUMPS}\{exe}", LOCAL_DUMPS):
        state = planner.state(HKLM, key, "DumpCount")
        if isinstance(state, Value):
            return state.data
    return DEFAULT_COUNT


def say_if_all_are_kept(planner: Planner, registry: Registry) -> None:
    """Add a note if undoing has Windows keep dumps of all programs, and now it does not."""
    count = registry.value(HKLM, LOCAL_DUMPS, "DumpCount")
    were_off = count is not None and count.data == 0
    if were_off and planner.state(HKLM, LOCAL_DUMPS, None) and _count_after(planner, None) != 0:
        planner.plan.notes.append(
            rf"HKLM\{LOCAL_DUMPS} stays, and its DumpCount is no longer 0: Windows will keep dumps of all programs."
        )


def unset_local_dumps(registry: Registry, exe: str | None = None) -> Plan:
    """Plan to undo `set_local_dumps`: all is as it was before the first one for this program.

    Where nothing is recorded of it, the values that `set_local_dumps` writes are removed if they have the type that it
    writes, and the key if it is empty then; the plan's notes say what is not known.

    Parameters
    ----------
    registry : Registry
        The registry.
    exe : str, optional
        As for `set_local_dumps`.

    Returns
    -------
    Plan
        It is empty, and false, if there is nothing to undo.
    """
    exe = None if exe is None else exe_name(exe)
    planner = Planner(registry, topic(exe))
    if planner.undo(HKLM):
        say_if_all_are_kept(planner, registry)
        return planner.plan
    key = LOCAL_DUMPS if exe is None else rf"{LOCAL_DUMPS}\{exe}"
    if registry.values(HKLM, key) is None:
        planner.plan.notes.append(rf"HKLM\{key} is not there, and nothing is recorded of it.")
        return planner.plan
    others = sorted(planner.topics_of(HKLM, key, (None, *DUMP_VALUES)))
    if others:
        planner.plan.notes.append(rf"HKLM\{key} was set here for: {', '.join(others)}. Undo that.")
        return planner.plan
    planner.plan.notes.append(
        rf"Nothing is recorded of HKLM\{key}: it was not set by `wer local-dumps set`, or the record is gone. What was "
        "there before is not known, so what `set` would write is removed."
    )
    for name in DUMP_VALUES:
        value = registry.value(HKLM, key, name)
        if value is not None and value.kind == KINDS[name]:  # of another type it cannot be ours
            planner.remove_value(HKLM, key, name)
    if not planner.remove_empty_key(HKLM, key):
        planner.plan.notes.append(rf"HKLM\{key} stays: there is something else in it.")
    if exe is not None or planner.state(HKLM, LOCAL_DUMPS, None):
        planner.plan.notes.append(
            rf"HKLM\{LOCAL_DUMPS} stays, since who made it is not known; while it is there, Windows keeps dumps of "
            "every program, unless DumpCount is 0 there."
        )
    return planner.plan
