"""Checks of what Windows starts for a program by its name: in a crash, in its place, and at its end."""

from collections.abc import Iterator

from .._machine.keys import AEDEBUG, IMAGES, SILENT_EXIT
from .._machine.registry import HKLM
from ._finding import Finding, finding, of_registry
from ._look import Look, plain

_NET = r"SOFTWARE\Microsoft\.NETFramework"
_WATCHES_EXIT = 0x200  # FLG_MONITOR_SILENT_PROCESS_EXIT of GlobalFlag
_MODES = {1: "it starts a program", 2: "it writes a dump", 4: "it makes an entry in the event log"}


def check(look: Look) -> Iterator[Finding]:
    """All of them."""
    yield from _post_mortem(look)
    for program in (look.subject.exe, "WerFault.exe"):
        value = look.value(HKLM, rf"{IMAGES}\{program}", "Debugger", "report", "dump")
        if value is not None and isinstance(value.data, str) and value.data.strip():
            evidence = of_registry(HKLM, rf"{IMAGES}\{program}", value)
            yield finding("ifeo-debugger", evidence, program=plain(program), debugger=value.data)
    yield from _silent_exit(look)
    value = look.value(HKLM, _NET, "DbgManagedDebugger")
    if value is not None and isinstance(value.data, str) and value.data.strip(" -"):
        yield finding("managed-debugger", of_registry(HKLM, _NET, value), normal=True, debugger=value.data)


def _post_mortem(look: Look) -> Iterator[Finding]:
    """AeDebug: that of 32-bit programs is another one. "-" is what some images put there, and does nothing (seen)."""
    view = 32 if look.subject.is_32bit else 64
    answers = ("report", "dump")
    debugger = look.value(HKLM, AEDEBUG, "Debugger", *answers, view=view)
    auto = look.value(HKLM, AEDEBUG, "Auto", *answers, view=view)
    if debugger is None or auto is None:
        return
    if not isinstance(debugger.data, str) or debugger.data.strip() in ("", "-"):
        return
    if str(auto.data).strip() != "1":  # documented as text; a number is what some write
        return
    exclusions = rf"{AEDEBUG}\AutoExclusionList"
    left_out = look.number(HKLM, exclusions, look.subject.exe, *answers, view=view)
    if left_out is not None and left_out[0]:
        return
    evidence = [of_registry(HKLM, AEDEBUG, value, view) for value in (debugger, auto)]
    # It may stand in the list; and what a number does in place of the text nobody knows.
    untold = (HKLM, exclusions, view) in look.refused or not isinstance(auto.data, str)
    yield finding(
        "aedebug-auto",
        *evidence,
        changed={"severity": "unknown", "dump": "clouds"} if untold else {},
        debugger=debugger.data,
        exe=plain(look.subject.exe),
        view=view,
    )


def _silent_exit(look: Look) -> Iterator[Finding]:
    exe = look.subject.exe
    options, exit_key = rf"{IMAGES}\{exe}", rf"{SILENT_EXIT}\{exe}"
    flag = look.number(HKLM, options, "GlobalFlag")
    if flag is None or not flag[0] & _WATCHES_EXIT:
        return
    evidence = [of_registry(HKLM, options, flag[1])]
    bits = 0
    for key in (exit_key, SILENT_EXIT):
        mode = look.number(HKLM, key, "ReportingMode")
        if mode is not None:
            bits = mode[0]
            evidence.append(of_registry(HKLM, key, mode[1]))
            break
    words = ", ".join(text for bit, text in _MODES.items() if bits & bit) or "nothing is set up for it to do"
    yield finding("silent-exit-armed", *evidence, exe=exe, modes=words)
    monitor = look.value(HKLM, exit_key, "MonitorProcess")
    if bits & 1 and monitor is not None and monitor.data:
        yield finding("silent-exit-monitor", of_registry(HKLM, exit_key, monitor), exe=plain(exe), monitor=monitor.data)
