"""The effective setting of LocalDumps: for a program and an account, value by value, with where each comes from."""

import ntpath
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from .._machine import accounts
from .._machine.registry import HKLM, Kind, Registry, Value

# https://learn.microsoft.com/windows/win32/wer/collecting-user-mode-dumps
LOCAL_DUMPS = r"SOFTWARE\Microsoft\Windows\Windows Error Reporting\LocalDumps"
DEFAULT_FOLDER = r"%LOCALAPPDATA%\CrashDumps"
CUSTOM, MINI, FULL = 0, 1, 2  # DumpType
_WITH_MEMORY = 0x2 | 0x200  # of CustomDumpFlags: MiniDumpWithFullMemory, MiniDumpWithPrivateReadWriteMemory
_DEFAULTS: dict[str, int | str] = {
    "DumpFolder": DEFAULT_FOLDER,
    "DumpCount": 10,
    "DumpType": MINI,
    "CustomDumpFlags": 0x121,
}
_KINDS = {name: Kind.EXPAND_SZ if name == "DumpFolder" else Kind.DWORD for name in _DEFAULTS}
# What is the same for all accounts; the rest of an environment is a person's own.
_OF_THE_MACHINE = {
    *("SYSTEMROOT", "WINDIR", "SYSTEMDRIVE", "PROGRAMDATA", "ALLUSERSPROFILE", "PUBLIC", "COMPUTERNAME"),
    *("PROGRAMFILES", "PROGRAMFILES(X86)", "PROGRAMW6432"),
}


@dataclass(frozen=True)
class Setting:
    """One value that is in effect.

    Attributes
    ----------
    name : str
        DumpFolder, DumpCount, DumpType or CustomDumpFlags.
    data : int, str or None
        What it is. None if what is written there is of a type from which nobody knows what WER makes.
    source : str
        "default", "all programs" or "this program".
    key : str
        The key below HKLM that it comes from; "" of a default.
    value : Value or None
        As it is written there.
    problem : str
        What is wrong with its type, in words; "" if nothing is.
    """

    name: str
    data: int | str | None
    source: str
    key: str = ""
    value: Value | None = None
    problem: str = ""


@dataclass(frozen=True)
class LocalDumps:
    """What Windows does with a crash of a program, as the registry says: whether it writes a dump file, and which.

    Attributes
    ----------
    exe : str
        The file name of the program.
    on : bool
        Whether there is a key LocalDumps: that it is there turns dumps on, for every program.
    has_own_key : bool
        Whether there is one for this program.
    folder, count, type, flags : Setting
        DumpFolder, DumpCount, DumpType and CustomDumpFlags.
    path : str or None
        The folder, filled in for the account; None if that cannot be told.
    programs : tuple of str
        The programs that have a key of their own.
    has_global_values : bool
        Whether anything is said for all programs, beyond that there is the key.
    """

    exe: str
    on: bool
    has_own_key: bool
    folder: Setting
    count: Setting
    type: Setting
    flags: Setting
    path: str | None
    programs: tuple[str, ...]
    has_global_values: bool

    @property
    def settings(self) -> tuple[Setting, ...]:
        """All four."""
        return (self.folder, self.count, self.type, self.flags)

    @property
    def file_name(self) -> str:
        """What the files are called (seen)."""
        return f"{self.exe}.<process id>.dmp"

    @property
    def kind(self) -> str:
        """The type of the dump in a word: "mini", "full", "custom", or "unknown"."""
        names: dict[object, str] = {CUSTOM: "custom", MINI: "mini", FULL: "full"}
        return names.get(self.type.data, "unknown")

    @property
    def has_heap(self) -> bool:
        """Whether it has the memory that the process has for itself."""
        flags = self.flags.data
        custom = self.type.data == CUSTOM and isinstance(flags, int) and bool(flags & _WITH_MEMORY)
        return custom or self.type.data == FULL


def effective_local_dumps(
    registry: Registry, exe: str, account: str | None = None, environment: Mapping[str, str] | None = None
) -> LocalDumps:
    """What is set for crashes of `exe`: the defaults, over them what is set for all programs, over these its own.

    Parameters
    ----------
    registry : Registry
        Where to look: in HKLM, and the view of 64-bit programs, which WER reads for all (inferred for 32-bit ones).
    exe : str
        The file name of the program that crashes.
    account : str, optional
        The SID of the account that it runs as; None: this process's.
    environment : mapping, optional
        That of this process, in place of ``os.environ``.

    Raises
    ------
    Unreadable
        The keys are there and may not be read.
    """
    below = registry.keys(HKLM, LOCAL_DUMPS)
    own_key = f"{LOCAL_DUMPS}\\{exe}"
    own = (registry.values(HKLM, own_key) or []) if below is not None else []
    for_all = (registry.values(HKLM, LOCAL_DUMPS) or []) if below is not None else []
    found: dict[str, Setting] = {name: Setting(name, data, "default") for name, data in _DEFAULTS.items()}
    for source, key, values in (("all programs", LOCAL_DUMPS, for_all), ("this program", own_key, own)):
        for name in _DEFAULTS:
            for value in values:
                if value.name.lower() == name.lower():
                    found[name] = _setting(name, value, source, key)
    folder = found["DumpFolder"]
    path = None
    if isinstance(folder.data, str):
        variables = environment_of(account, registry, os.environ if environment is None else environment)
        path = expand(folder.data, variables)
    return LocalDumps(
        exe=exe,
        on=below is not None,
        has_own_key=any(name.lower() == exe.lower() for name in below or ()),
        folder=folder,
        count=found["DumpCount"],
        type=found["DumpType"],
        flags=found["CustomDumpFlags"],
        path=path,
        programs=tuple(below or ()),
        has_global_values=any(setting.source == "all programs" for setting in found.values()),
    )


def _setting(name: str, value: Value, source: str, key: str) -> Setting:
    wanted, data = _KINDS[name], value.data
    if name == "DumpFolder":
        if value.kind == Kind.SZ and isinstance(data, str) and data and "%" not in data:
            return Setting(name, data, source, key, value)  # nothing in it to be filled in
        usable = isinstance(data, str) and bool(data) and value.kind == wanted
    else:
        usable = isinstance(data, int) and value.kind == wanted
    if usable and isinstance(data, (int, str)):
        return Setting(name, data, source, key, value)
    return Setting(name, None, source, key, value, f"{name} is {kind_name(value.kind)}, and not {kind_name(wanted)}")


def kind_name(kind: int) -> str:
    """The type of a value as reg.exe calls it."""
    return f"REG_{Kind(kind).name}" if kind in set(Kind) else f"of type {kind}"


def environment_of(account: str | None, registry: Registry, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that may stand in DumpFolder, as an account has them; of another account those that are known.

    `account` is a SID; None: that of this process; "": not known.
    """
    own = {name.upper(): value for name, value in environment.items()}
    if account is None:
        return own
    known = {name: value for name, value in own.items() if name in _OF_THE_MACHINE}
    profile = accounts.profile_of(account, registry) if account else None
    profile = expand(profile, known) if profile else None
    if profile:
        known["USERPROFILE"] = profile
        known["APPDATA"] = ntpath.join(profile, "AppData", "Roaming")
        known["LOCALAPPDATA"] = ntpath.join(profile, "AppData", "Local")
    return known


def expand(text: str, variables: Mapping[str, str]) -> str | None:
    """Fill in ``%NAME%``; None if a variable is not known."""
    unknown = False

    def replaced(match: re.Match[str]) -> str:
        nonlocal unknown
        found = variables.get(match[1].upper())
        unknown = unknown or found is None
        return found or ""

    expanded = re.sub(r"%([^%]+)%", replaced, text)
    return None if unknown else expanded
