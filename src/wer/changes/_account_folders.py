"""Where the dumps of an account go.

https://learn.microsoft.com/windows/win32/wer/collecting-user-mode-dumps
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from .._arguments import text
from .._machine import accounts
from .._machine.local_dumps import environment_of, environment_with, expand_known
from .._machine.registry import Registry


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
    ("LocalSystem", accounts.LOCAL_SYSTEM, r"%SystemRoot%\System32\config\systemprofile"),
    ("LocalService", accounts.LOCAL_SERVICE, r"%SystemRoot%\ServiceProfiles\LocalService"),
    ("NetworkService", accounts.NETWORK_SERVICE, r"%SystemRoot%\ServiceProfiles\NetworkService"),
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
    folder = text(folder, "folder")
    given = os.environ if environment is None else environment
    own = environment_of(None, registry, given)
    folders = [_of("this account", own.get("USERPROFILE", ""), folder, own)]
    known = {folders[0].profile.lower()}
    found = [(name, profile) for name, _, profile in _SERVICES]
    if all_accounts:
        services = {sid for _, sid, _ in _SERVICES}
        for sid in accounts.with_profiles(registry):
            path = accounts.profile_of(sid, registry)
            if sid.upper() not in services and path is not None:
                found.append((sid, path))
    for name, unexpanded in found:
        variables = environment_with(unexpanded, given)
        profile = variables.get("USERPROFILE", unexpanded)
        if profile.lower() not in known:
            known.add(profile.lower())
            folders.append(_of(name, profile, folder, variables))
    return folders


def _of(account: str, profile: str, folder: str, variables: Mapping[str, str]) -> AccountFolder:
    filled_in = expand_known(folder, variables)
    return AccountFolder(account, profile, filled_in, "documented" if "%" not in filled_in else "unknown")
