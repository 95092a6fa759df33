"""Where the dumps of an account go.

https://learn.microsoft.com/windows/win32/wer/collecting-user-mode-dumps
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from .._machine.keys import PROFILES
from .._machine.registry import HKLM, Registry

_MOST_PROFILES = 1000


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
