"""The effective setting of LocalDumps: for a program and an account, value by value, with where each comes from."""

import ntpath
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from . import accounts
from .keys import LOCAL_DUMPS
from .registry import HKCU, HKLM, Kind, Registry, Value

# https://learn.microsoft.com/windows/win32/wer/collecting-user-mode-dumps
DEFAULT_FOLDER = r"%LOCALAPPDATA%\CrashDumps"
CUSTOM, MINI, FULL = 0, 1, 2  # DumpType
_WITH_MEMORY = 0x2 | 0x200  # of CustomDumpFlags: MiniDumpWithFullMemory, MiniDumpWithPrivateReadWriteMemory
DEFAULT_COUNT = 10
DEFAULTS: dict[str, int | str] = {
    "DumpFolder": DEFAULT_FOLDER,
    "DumpCount": DEFAULT_COUNT,
    "DumpType": MINI,
    "CustomDumpFlags": 0x121,
}
KINDS = {name: Kind.EXPAND_SZ if name == "DumpFolder" else Kind.DWORD for name in DEFAULTS}
KIND_NAMES = {CUSTOM: "custom", MINI: "mini", FULL: "full"}
# What is the same for all accounts; the rest of an environment is a person's own.
_OF_THE_MACHINE = {
    *("SYSTEMROOT", "WINDIR", "SYSTEMDRIVE", "PROGRAMDATA", "ALLUSERSPROFILE", "PUBLIC", "COMPUTERNAME"),
    *("PROGRAMFILES", "PROGRAMFILES(X86)", "PROGRAMW6432"),
}
_VARIABLE = re.compile("%([^%]+)%")


@dataclass(frozen=True)
class Setting:
    """One value, as it holds for a program.

    Attributes
    ----------
    name : str
        DumpFolder, DumpCount, DumpType or CustomDumpFlags.
    data : int, str or None
        What holds. None: what is written there is of a type from which nobody knows what WER makes.
    source : {"default", "all programs", "this program"}
        Where it comes from.
    key : str
        The key below HKLM that it comes from; "" of a default.
    value : Value or None
        As it is written there.
    problem : str
        What is wrong with it, in words; "" if nothing is.
    sure : {"documented", "seen", "inferred", "unknown"}
        How it is known what WER makes of it.
    """

    name: str
    data: int | str | None
    source: str
    key: str = ""
    value: Value | None = None
    problem: str = ""
    sure: str = "documented"

    @property
    def is_of_wrong_type(self) -> bool:
        """Whether it is written as another type of the registry than WER reads."""
        return self.value is not None and self.value.kind != KINDS[self.name] and bool(self.problem)


@dataclass(frozen=True)
class LocalDumps:
    """What Windows does with a crash of a program, as the registry says: whether it writes a dump file, and which.

    Attributes
    ----------
    exe : str
        The file name of the program; "": any that has no key of its own.
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
    def kept(self) -> bool:
        """Whether dumps are kept, as far as these settings say: it is on, and DumpCount is not 0 (seen)."""
        return self.on and self.count.data != 0

    @property
    def file_name(self) -> str:
        """What the files are called (seen)."""
        return f"{self.exe or '<program>'}.<process id>.dmp"

    @property
    def kind(self) -> str:
        """The type of the dump in a word: "mini", "full", "custom", or "unknown"."""
        data = self.type.data
        return KIND_NAMES.get(data, "unknown") if isinstance(data, int) else "unknown"

    @property
    def has_heap(self) -> bool:
        """Whether it has the memory that the process has for itself."""
        flags = self.flags.data
        custom = self.type.data == CUSTOM and isinstance(flags, int) and bool(flags & _WITH_MEMORY)
        return custom or self.type.data == FULL


def effective_local_dumps(
    registry: Registry, exe: str = "", account: str | None = None, environment: Mapping[str, str] | None = None
) -> LocalDumps:
    """What is set for crashes of `exe`: the defaults, over them what is set for all programs, over these its own.

    Parameters
    ----------
    registry : Registry
        Where to look: in HKLM, and the view of 64-bit programs, which WER reads for all (inferred for 32-bit ones).
    exe : str, optional
        The file name of the program that crashes; by default any that has no key of its own.
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
    own = (registry.values(HKLM, own_key) or []) if below is not None and exe else []
    for_all = (registry.values(HKLM, LOCAL_DUMPS) or []) if below is not None else []
    found: dict[str, Setting] = {name: Setting(name, data, "default") for name, data in DEFAULTS.items()}
    for source, key, values in (("all programs", LOCAL_DUMPS, for_all), ("this program", own_key, own)):
        for name in DEFAULTS:
            for value in values:
                if value.name.lower() == name.lower():
                    found[name] = _setting(name, value, source, key)
    folder = found["DumpFolder"]
    path = None
    if isinstance(folder.data, str) and not folder.is_of_wrong_type:
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


def where_it_does_nothing(registry: Registry) -> tuple[str, ...]:
    """What looks as if LocalDumps were set, and is not, in words."""
    found = []
    if registry.values(HKCU, LOCAL_DUMPS) is not None:
        found.append(rf"HKCU\{LOCAL_DUMPS} is there, and WER ignores it: it reads HKLM only")
    if registry.values(HKLM, LOCAL_DUMPS) is None and registry.values(HKLM, LOCAL_DUMPS, 32) is not None:
        found.append(
            rf"HKLM\{LOCAL_DUMPS} is there in the view of 32-bit programs only (WOW6432Node): WER reads the 64-bit one "
            "(inferred)"
        )
    return tuple(found)


def _setting(name: str, value: Value, source: str, key: str) -> Setting:
    data, problem, sure = _meaning(name, value)
    return Setting(name, data, source, key, value, problem, sure)


def _meaning(name: str, value: Value) -> tuple[int | str | None, str, str]:
    """What a value says, what is wrong with it, and how that is known."""
    data = value.data
    wrong = f"{name} is {kind_name(value.kind)}, and not {kind_name(KINDS[name])}"
    if name == "DumpFolder":
        if not isinstance(data, str) or value.kind not in (Kind.SZ, Kind.EXPAND_SZ):
            return None, wrong, "unknown"
        if not data:
            return None, f"{name} is empty", "unknown"
        if value.kind == Kind.SZ and "%" in data:
            return data, f"{wrong}: its variables stay as they are", "inferred"
        return data, "", "documented"
    if not isinstance(data, int) or value.kind != KINDS[name]:
        return None, wrong, "unknown"
    if name == "DumpType" and data not in KIND_NAMES:
        return data, f"{name} is none of 0 (custom), 1 (mini) and 2 (full)", "unknown"
    if name == "DumpCount" and data == 0:
        return data, "", "seen"  # devhome#3733; the documentation has no word on 0
    return data, "", "documented"


def kind_name(kind: int) -> str:
    """The type of a value as reg.exe calls it."""
    return f"REG_{Kind(kind).name}" if kind in set(Kind) else f"of type {kind}"


def environment_of(account: str | None, registry: Registry, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that may stand in DumpFolder, as an account has them; of another account those that are known.

    `account` is a SID; None: that of this process; "": not known.
    """
    if account is None:
        return {name.upper(): value for name, value in environment.items()}
    profile = accounts.profile_of(account, registry) if account else None
    return environment_with(profile, environment)


def environment_with(profile: str | None, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that are known of an account with this profile, in which those of the machine may stand."""
    known = {name.upper(): value for name, value in environment.items() if name.upper() in _OF_THE_MACHINE}
    profile = expand(profile, known) if profile else None
    if profile:
        known["USERPROFILE"] = profile
        known["APPDATA"] = ntpath.join(profile, "AppData", "Roaming")
        known["LOCALAPPDATA"] = ntpath.join(profile, "AppData", "Local")
    return known


def expand(text: str, variables: Mapping[str, str]) -> str | None:
    """Fill in ``%NAME%``; None if a variable is not known."""
    known = all(name.upper() in variables for name in _VARIABLE.findall(text))
    return expand_known(text, variables) if known else None


def expand_known(text: str, variables: Mapping[str, str]) -> str:
    """Fill in ``%NAME%`` of the variables that are known; the others stay as they are."""
    return _VARIABLE.sub(lambda match: variables.get(match[1].upper(), match[0]), text)
