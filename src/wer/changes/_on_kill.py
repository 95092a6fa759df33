r"""SilentProcessExit: a dump of a program that is killed, or that ends itself. Settings only.

https://learn.microsoft.com/windows-hardware/drivers/debugger/registry-entries-for-silent-process-exit
What these settings do on a machine, only a Windows can show: docs/evidence.md.
"""

from .._arguments import shown
from .._machine.keys import IMAGES, SILENT_EXIT
from .._machine.registry import HKLM, Kind, Registry, Value
from ._change import described
from ._local_dumps import dword, full_folder
from ._names import exe_name
from ._places import GLOBAL_FLAG, SILENT_EXIT_VALUES
from ._plan import Plan, Planner, number_of

MONITOR_SILENT_EXIT = 0x200  # FLG_MONITOR_SILENT_PROCESS_EXIT, of GlobalFlag
LAUNCH_MONITOR = 1  # of ReportingMode: start a program. Never set here
LOCAL_DUMP = 2  # of ReportingMode
DUMP_TYPES = {"mini": 0x0, "full": 0x2}  # MiniDumpNormal, MiniDumpWithFullMemory

DEFAULT_FOLDER = r"%TEMP%\Silent Process Exit"
UNPROVED = (
    "These are settings only: that Windows then writes a dump, `wer` has not seen. They are read when a program "
    "starts, so start it anew."
)


def set_on_kill(
    registry: Registry,
    exe: str,
    *,
    folder: str | None = None,
    count: int | None = None,
    dump_type: str | None = None,
    flags: int | None = None,
) -> Plan:
    r"""Plan to have Windows write a dump when a program is killed, or calls ExitProcess. Needs an administrator.

    Sets a bit of GlobalFlag in the program's "Image File Execution Options", whatever else is set there, and
    ReportingMode 2 in "SilentProcessExit". It never has a program started.

    Parameters
    ----------
    registry : Registry
        The registry.
    exe : str
        File name of the program, with its extension.
    folder : str, optional
        Where the dumps go, by default ``%TEMP%\Silent Process Exit``.
    count : int, optional
        How many are kept, by default 10.
    dump_type : {"mini", "full", "custom"}, optional
        "custom" is `flags`, a `MinidumpType`.
    flags : int, optional
        For "custom".

    Raises
    ------
    Unreadable
        A key is there and may not be read.
    TypeError, ValueError
        An argument is of the wrong type or out of its limits; or the program's ReportingMode or GlobalFlag is one that
        must not be touched: somebody has another program started at its end.
    """
    exe = exe_name(exe)
    values: dict[str, str | int] = {}
    if folder is not None:
        values["LocalDumpFolder"] = full_folder(folder)
    if count is not None:
        values["MaxNumberOfDumpFiles"] = dword(count, "count")
    if flags is not None and dump_type != "custom":
        raise ValueError(f"flags are for dump_type custom, got {shown(dump_type)}")
    if dump_type is not None:
        if dump_type not in (*DUMP_TYPES, "custom"):
            raise ValueError(f"dump_type takes custom, full, mini, got {shown(dump_type)}")
        if dump_type == "custom" and flags is None:
            raise ValueError("dump_type custom needs flags: Windows has no default for it")
        values["DumpType"] = DUMP_TYPES[dump_type] if flags is None else dword(flags, "flags")
    image, exit_key = _keys(exe)
    planner = Planner(registry, topic(exe))
    _refuse_a_monitor(registry, exit_key)
    mode = registry.value(HKLM, exit_key, "ReportingMode")
    planner.make_key(HKLM, exit_key)
    for name, data in values.items():
        kind = Kind.EXPAND_SZ if name == "LocalDumpFolder" else Kind.DWORD
        planner.set(HKLM, exit_key, Value(name, kind, data))
    others = 0 if mode is None else _number(mode, rf"HKLM\{exit_key}, ReportingMode")
    planner.set(HKLM, exit_key, Value("ReportingMode", Kind.DWORD, others | LOCAL_DUMP))
    # The switch comes last.
    flag = registry.value(HKLM, image, GLOBAL_FLAG)
    planner.make_key(HKLM, image)
    others = 0 if flag is None else _number(flag, rf"HKLM\{image}, {GLOBAL_FLAG}")
    if not others & MONITOR_SILENT_EXIT or flag is None or isinstance(flag.data, int):
        value = Value(GLOBAL_FLAG, Kind.DWORD, others | MONITOR_SILENT_EXIT)
        planner.set(HKLM, image, value, bits=MONITOR_SILENT_EXIT)
    planner.plan.notes.append(UNPROVED)
    planner.plan.notes.append(
        f"A dump is then written at every end of {exe} by ExitProcess, which is how most programs end, and of the "
        "process that killed it, too."
    )
    if flag is not None and not isinstance(flag.data, int):
        planner.plan.notes.append(f"GlobalFlag is {described(flag)}: it becomes a DWORD with the same bits (inferred).")
    return planner.plan


def unset_on_kill(registry: Registry, exe: str) -> Plan:
    """Plan to undo `set_on_kill`: all is as it was before the first one for this program.

    Where nothing is recorded of it, ReportingMode and what `set_on_kill` writes beside it are removed, and its bit of
    GlobalFlag; not if somebody has another program started at the end of this one.
    """
    exe = exe_name(exe)
    planner = Planner(registry, topic(exe))
    if planner.undo(HKLM):
        return planner.plan
    image, exit_key = _keys(exe)
    flag = registry.value(HKLM, image, GLOBAL_FLAG)
    number = number_of(flag) if flag is not None else None
    armed = number is not None and bool(number & MONITOR_SILENT_EXIT)
    if registry.values(HKLM, exit_key) is None and not armed:
        planner.plan.notes.append(f"Nothing is set for {exe}, and nothing is recorded of it.")
        return planner.plan
    _refuse_a_monitor(registry, exit_key)
    planner.plan.notes.append(
        f"Nothing is recorded of this for {exe}: it was not set by `wer local-dumps set --on-kill`, or the record is "
        "gone. What was there before is not known, so what `set` would write is removed."
    )
    if flag is not None and number is not None and armed:
        rest = number & ~MONITOR_SILENT_EXIT
        if rest:
            planner.write_value(HKLM, image, Value(flag.name, Kind.DWORD, rest))
        else:
            planner.remove_value(HKLM, image, GLOBAL_FLAG)
    for name in SILENT_EXIT_VALUES:
        planner.remove_value(HKLM, exit_key, name)
    for key in (exit_key, image):
        if not planner.remove_empty_key(HKLM, key):
            planner.plan.notes.append(rf"HKLM\{key} stays: there is something else in it.")
    return planner.plan


def topic(exe: str) -> str:
    """What the journal calls it."""
    return f"on-kill {exe.lower()}"


def _keys(exe: str) -> tuple[str, str]:
    return rf"{IMAGES}\{exe}", rf"{SILENT_EXIT}\{exe}"


def _refuse_a_monitor(registry: Registry, exit_key: str) -> None:
    mode = registry.value(HKLM, exit_key, "ReportingMode")
    monitor = registry.value(HKLM, exit_key, "MonitorProcess")
    starts = mode is not None and (number_of(mode) or 0) & LAUNCH_MONITOR
    if starts or monitor is not None:
        what = f"MonitorProcess = {described(monitor)}" if monitor is not None else f"ReportingMode = {described(mode)}"
        raise ValueError(
            rf"HKLM\{exit_key} has {what}: somebody has another program started at the end of this one. That is not "
            "touched; look who has set it, and remove it first"
        )


def _number(value: Value, where: str) -> int:
    number = number_of(value)
    if number is None:
        raise ValueError(f"{where} is {described(value)}, and should be a number: correct it first")
    return number
