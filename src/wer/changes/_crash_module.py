"""The registry value without which WerFault loads no runtime exception module: ours, and those of others."""

import ntpath
import os
from collections.abc import Callable
from dataclasses import dataclass

from .. import _exception_module
from .._arguments import text
from .._machine.keys import MODULES, NT
from .._machine.registry import HKCU, HKLM, Kind, Registry, Unreadable, Value
from ._plan import Plan, Planner

FILE_NAME = "wer_exception_module.dll"
FIRST_BUILD_OF_USERS = 19041  # reported by others: getsentry/crashpad#70


@dataclass(frozen=True)
class CrashModule:
    """An entry.

    Attributes
    ----------
    path : str
        The DLL: the value's name.
    hive : str
        "HKLM": for all users; "HKCU": for this one.
    stored : Value
        The value. WER ignores what it holds.
    is_there : bool or None
        Whether the DLL is. None: nobody has looked, since the path leads to another machine.
    ours : bool
        It has the name of this package's DLL, of this installation or another one.
    """

    path: str
    hive: str
    stored: Value
    is_there: bool | None
    ours: bool


@dataclass(frozen=True)
class CrashModules:
    """All entries, and what could not be read.

    Attributes
    ----------
    entries : tuple of CrashModule
        Those of the user first.
    unreadable : tuple of str
        Keys of which nothing is known, and why.
    """

    entries: tuple[CrashModule, ...]
    unreadable: tuple[str, ...]


def crash_modules(registry: Registry, is_file: Callable[[str], bool] = os.path.isfile) -> CrashModules:
    """Which runtime exception modules WerFault may load, for this user and for all.

    Parameters
    ----------
    registry : Registry
        The registry.
    is_file : callable
        Tells whether a path is a file.
    """
    entries, unreadable = [], []
    for hive in (HKCU, HKLM):
        try:
            values = registry.values(hive, MODULES) or []
        except Unreadable as error:
            unreadable.append(str(error))
            continue
        for value in values:
            ours = ntpath.basename(value.name).lower() == FILE_NAME
            entries.append(CrashModule(value.name, hive, value, is_there(value.name, is_file), ours))
    return CrashModules(tuple(entries), tuple(unreadable))


def install_crash_module(registry: Registry, machine: bool = False, path: str | None = None) -> Plan:
    """Plan to have WerFault load this package's module, which `install_crash_handler(fast_fail=True)` needs.

    Parameters
    ----------
    registry : Registry
        The registry.
    machine : bool
        For every user of the machine, which needs an administrator. By default for the current user, which Windows 10
        before version 2004 ignores (reported by others).
    path : str, optional
        The DLL, by default the one of this installation.

    Raises
    ------
    Unreadable
        The key is there and may not be read.
    FileNotFoundError
        The DLL is not there.
    """
    path = _exception_module.PATH if path is None else text(path, "path")
    if not os.path.isfile(path):
        raise FileNotFoundError(2, "this installation has no exception module", path)
    hive = HKLM if machine else HKCU
    planner = Planner(registry, topic(path))
    before = planner.state(hive, MODULES, path)
    planner.make_key(hive, MODULES)
    kept = isinstance(before, Value) and before.kind == Kind.DWORD  # WER ignores what it holds
    planner.set(hive, MODULES, before if kept and isinstance(before, Value) else Value(path, Kind.DWORD, 0))
    notes = planner.plan.notes
    build = build_of(registry)
    if not machine:
        if build is None:
            notes.append(
                f"Windows reads this for a user from build {FIRST_BUILD_OF_USERS} on (reported by others); which build "
                "this is, is not known."
            )
        elif build < FIRST_BUILD_OF_USERS:
            notes.append(
                f"This is build {build}, and Windows reads this for a user only from build {FIRST_BUILD_OF_USERS} on "
                "(reported by others): use --machine."
            )
    else:
        notes.append(
            "WerFault then loads this DLL for programs of every user that ask for it, services too: only "
            "administrators should be able to write to its folder. Look with icacls."
        )
    notes.append("It is loaded only for a process that has called install_crash_handler(..., fast_fail=True).")
    return planner.plan


def remove_crash_module(registry: Registry, machine: bool = False, path: str | None = None) -> Plan:
    """Plan to undo `install_crash_module`; without a record of it the value is removed.

    Returns
    -------
    Plan
        It is empty, and false, if there is nothing to remove.
    """
    path = _exception_module.PATH if path is None else text(path, "path")
    hive = HKLM if machine else HKCU
    planner = Planner(registry, topic(path))
    if planner.undo(hive):
        return planner.plan
    if planner.state(hive, MODULES, path) is None:
        planner.plan.notes.append(rf"{path} is no value of {hive}\{MODULES}, and nothing is recorded of it.")
        return planner.plan
    planner.plan.notes.append("Nothing is recorded of this value: it was not made by `wer crash-module install`.")
    planner.remove_value(hive, MODULES, path)
    return planner.plan


def topic(path: str) -> str:
    """What the journal calls it."""
    return f"crash-module {path.lower()}"


def build_of(registry: Registry) -> int | None:
    """The build of this Windows; None: it is not known."""
    try:
        value = registry.value(HKLM, NT, "CurrentBuildNumber")
    except Unreadable:
        return None
    text = value.data if value is not None else None
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10 else None


def is_there(path: str, is_file: Callable[[str], bool] = os.path.isfile) -> bool | None:
    """Whether a file is there. Another machine is not asked: that would tell it who is asking."""
    drive = ntpath.splitdrive(path)[0]
    if drive.startswith(("\\\\", "//")) or not drive or "\0" in path:
        return None
    return is_file(path)
