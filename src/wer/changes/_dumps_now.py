"""What is set about local dumps: value by value, for a program, and where an account's dumps go.

https://learn.microsoft.com/windows/win32/wer/collecting-user-mode-dumps
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from .._arguments import required
from .._machine.registry import HKCU, HKLM, Kind, Registry, Value
from ._change import described
from ._places import DUMP_VALUES, LOCAL_DUMPS, PROFILES

MINI, FULL, CUSTOM = "mini", "full", "custom"
DUMP_TYPES = {CUSTOM: 0, MINI: 1, FULL: 2}

DEFAULT_FOLDER = r"%LOCALAPPDATA%\CrashDumps"
DEFAULT_COUNT = 10
_DEFAULTS: dict[str, str | int] = {
    "DumpFolder": DEFAULT_FOLDER,
    "DumpCount": DEFAULT_COUNT,
    "DumpType": 1,
    "CustomDumpFlags": 0x121,
}
KINDS = {name: Kind.EXPAND_SZ if name == "DumpFolder" else Kind.DWORD for name in DUMP_VALUES}

_MOST_NAME = 255  # of a key
_MOST_PROFILES = 1000
_NO_FILE_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


@dataclass(frozen=True)
class DumpSetting:
    """One value, as it holds for a program.

    Attributes
    ----------
    name : str
        DumpFolder, DumpCount, DumpType or CustomDumpFlags.
    data : str, int or None
        What holds; None: what is written there is of another type, and nobody knows what WER makes of it.
    source : {"default", "global", "program"}
        Where it comes from.
    stored : Value or None
        As it is written there.
    problem : str or None
        What is wrong with it.
    sure : {"documented", "seen", "inferred", "unknown"}
        How sure that is.
    """

    name: str
    data: str | int | None
    source: str
    stored: Value | None = None
    problem: str | None = None
    sure: str = "documented"


@dataclass(frozen=True)
class LocalDumps:
    """What is set about local dumps.

    Attributes
    ----------
    exe : str or None
        For which program; None: for one that has no key of its own.
    on : bool
        Whether Windows keeps dumps of it, as far as these settings say: the key is there and DumpCount is not 0.
    exists : bool
        Whether the key LocalDumps is there. With it, dumps are kept of every program.
    settings : tuple of DumpSetting
        The four values.
    programs : tuple of str
        The programs that have a key of their own.
    warnings : tuple of str
        What looks as if it were set, and is not.
    """

    exe: str | None
    on: bool
    exists: bool
    settings: tuple[DumpSetting, ...]
    programs: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def folder(self) -> str | None:
        """DumpFolder, not expanded; None: nobody knows."""
        data = self.settings[0].data
        return data if isinstance(data, str) else None


def local_dumps(registry: Registry, exe: str | None = None) -> LocalDumps:
    """What is set about local dumps of a program.

    Parameters
    ----------
    registry : Registry
        The registry.
    exe : str, optional
        File name of the program, with its extension; by default what holds for programs without a key of their own.

    Raises
    ------
    Unreadable
        A key is there and may not be read.
    ValueError
        `exe` is no file name.
    """
    exe = None if exe is None else exe_name(exe)
    everywhere = registry.values(HKLM, LOCAL_DUMPS)
    own = None if exe is None else registry.values(HKLM, rf"{LOCAL_DUMPS}\{exe}")
    settings = tuple(_setting(name, everywhere or [], own or []) for name in DUMP_VALUES)
    programs = tuple(registry.keys(HKLM, LOCAL_DUMPS) or ())
    exists = everywhere is not None
    return LocalDumps(exe, exists and settings[1].data != 0, exists, settings, programs, _warnings(registry, exists))


def _setting(name: str, everywhere: list[Value], own: list[Value]) -> DumpSetting:
    for source, values in (("program", own), ("global", everywhere)):
        stored = next((value for value in values if value.name.lower() == name.lower()), None)
        if stored is not None:
            data, problem, sure = _meaning(name, stored)
            return DumpSetting(name, data, source, stored, problem, sure)
    return DumpSetting(name, _DEFAULTS[name], "default")


def _meaning(name: str, stored: Value) -> tuple[str | int | None, str | None, str]:
    """What a value says, what is wrong with it, and how sure that is."""
    data = stored.data
    if name == "DumpFolder":
        if not isinstance(data, str) or stored.kind not in (Kind.SZ, Kind.EXPAND_SZ):
            return None, f"is {described(stored)}, and should be of type EXPAND_SZ", "unknown"
        if stored.kind == Kind.SZ and "%" in data:
            return data, "is of type SZ, so that its % variables stay as they are; it should be EXPAND_SZ", "inferred"
        if not data:
            return None, "is empty", "unknown"
        return data, None, "documented"
    if not isinstance(data, int) or stored.kind != Kind.DWORD:
        return None, f"is {described(stored)}, and should be of type DWORD", "unknown"
    if name == "DumpType" and data not in DUMP_TYPES.values():
        return data, "is none of 0 (custom), 1 (mini) and 2 (full)", "unknown"
    if name == "DumpCount" and data == 0:
        return data, None, "seen"  # devhome#3733; the documentation has no word on 0
    return data, None, "documented"


def _warnings(registry: Registry, exists: bool) -> tuple[str, ...]:
    warnings = []
    if registry.values(HKCU, LOCAL_DUMPS) is not None:
        warnings.append(rf"HKCU\{LOCAL_DUMPS} is there, and WER ignores it: it reads HKLM only")
    if not exists and registry.values(HKLM, LOCAL_DUMPS, 32) is not None:
        warnings.append(
            rf"HKLM\{LOCAL_DUMPS} is there in the view of 32-bit programs only (WOW6432Node): WER reads the 64-bit one "
            "(inferred)"
        )
    return tuple(warnings)


def exe_name(exe: str) -> str:
    """The file name of a program, checked."""
    name = required(exe, _MOST_NAME, "exe")
    bad = _NO_FILE_NAME.search(name)
    if bad:
        raise ValueError(
            f"exe takes the file name of a program without a folder, like python.exe, got {name!r}: it has "
            f"{bad.group()!r}"
        )
    if name.strip(" .") != name:
        raise ValueError(f"exe takes the file name of a program, got {name!r}: it begins or ends with a dot or a space")
    return name


@dataclass(frozen=True)
class AccountFolder:
    """Where the dumps of an account go.

    Attributes
    ----------
    account : str
        Its name, or its SID.
    profile : str
        The folder of its profile.
    folder : str
        Where its dumps go.
    sure : {"documented", "inferred", "unknown"}
        How sure that is.
    """

    account: str
    profile: str
    folder: str
    sure: str


# https://learn.microsoft.com/windows/win32/wer/collecting-user-mode-dumps
_SERVICES = (
    ("LocalSystem", "S-1-5-18", r"%SystemRoot%\System32\config\systemprofile"),
    ("LocalService", "S-1-5-19", r"%SystemRoot%\ServiceProfiles\LocalService"),
    ("NetworkService", "S-1-5-20", r"%SystemRoot%\ServiceProfiles\NetworkService"),
)


def account_folders(
    registry: Registry, folder: str, all_accounts: bool = False, environment: Mapping[str, str] | None = None
) -> list[AccountFolder]:
    """Where dumps go, of this account, of the three accounts of services, and of all that have a profile here.

    Parameters
    ----------
    registry : Registry
        The registry.
    folder : str
        DumpFolder, with its variables.
    all_accounts : bool
        Every account that has a profile as well.
    environment : mapping, optional
        The variables of this account; by default those of this process.
    """
    given = os.environ if environment is None else environment
    machine = {name.lower(): text for name, text in given.items()}
    own = machine.get("userprofile", "")
    folders = [AccountFolder("this account", own, *_expanded(folder, machine))]
    known = {own.lower()}
    accounts = [(name, profile) for name, _, profile in _SERVICES]
    if all_accounts:
        services = {sid for _, sid, _ in _SERVICES}
        for sid in (registry.keys(HKLM, PROFILES) or ())[:_MOST_PROFILES]:
            path = registry.value(HKLM, rf"{PROFILES}\{sid}", "ProfileImagePath")
            if sid.upper() not in services and path is not None and isinstance(path.data, str):
                accounts.append((sid, path.data))
    for name, unexpanded in accounts:
        profile, _ = _expanded(unexpanded, machine)
        if profile.lower() not in known:
            known.add(profile.lower())
            folders.append(AccountFolder(name, profile, *_expanded(folder, _variables_of(profile, machine))))
    return folders


# Of the machine, not of an account.
_OF_THE_MACHINE = ("systemroot", "windir", "systemdrive", "programdata", "allusersprofile", "public", "programfiles")


def _variables_of(profile: str, machine: Mapping[str, str]) -> dict[str, str]:
    variables = {name: machine[name] for name in _OF_THE_MACHINE if name in machine}
    variables["userprofile"] = profile
    variables["localappdata"] = rf"{profile}\AppData\Local"
    variables["appdata"] = rf"{profile}\AppData\Roaming"
    return variables


def _expanded(text: str, variables: Mapping[str, str]) -> tuple[str, str]:
    """A path with its variables, and how sure it is: one that is not known stays as it is."""
    expanded = re.sub(r"%([^%]+)%", lambda match: variables.get(match[1].lower(), match[0]), text)
    return expanded, "documented" if "%" not in expanded else "unknown"
