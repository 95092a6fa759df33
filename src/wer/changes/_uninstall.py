"""What of this package is on this machine, and how it goes: settings, records, files. The package itself is pip's."""

import ntpath
import os
import re
import shutil
from dataclasses import dataclass, field
from errno import EACCES

from .. import _exception_module
from .._links import is_link_at
from .._machine import accounts
from .._machine.keys import MODULES
from .._machine.registry import HKCU, HKLM, Registry, Unreadable
from ..service._folder import default_path, files_of, is_running
from ..service._limits import FILE as LIMITS_FILE
from ._crash_module import FILE_NAME, is_there
from ._exclusions import Exclusion, exclusions
from ._journal import Journal
from ._local_dumps import say_if_all_are_kept
from ._plan import Plan, Planner

_UNPACKED = re.compile("pyz-[0-9a-f]{16}")  # in the folder: what wer.pyz has unpacked (tools/pyz)


@dataclass(frozen=True)
class LeftFile:
    """A file or folder of this package.

    Attributes
    ----------
    path : str
        Its full path.
    user : int or None
        The id of the living process that it is of: it stays. None: of none.
    """

    path: str
    user: int | None


@dataclass
class Leftovers:
    """What of this package is here.

    Attributes
    ----------
    user, machine : Plan
        The settings that were changed for this user, and for the machine, and how they are set back.
    damaged : list of tuple
        Records that nobody can understand: the hive and the name. They are removed.
    files : list of LeftFile
        The files in ``%LOCALAPPDATA%\\wer``, and what ``wer.pyz`` has unpacked there.
    folder : str
        That folder. It is removed if nothing else is in it.
    exclusions : list of Exclusion
        Programs that are excluded from error reporting by somebody else, or nobody knows by whom: they stay.
    elsewhere : list of str
        Folders of other accounts that have files of this package: they stay; that account can remove them.
    unknown : list of str
        What could not be looked at.
    """

    user: Plan
    machine: Plan
    damaged: list[tuple[str, str]] = field(default_factory=list)
    files: list[LeftFile] = field(default_factory=list)
    folder: str = ""
    exclusions: list[Exclusion] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is anything to remove."""
        return bool(self.user or self.machine or self.damaged or self.files or self.folder_is_there)

    @property
    def folder_is_there(self) -> bool:
        """Whether the folder is there, and none that leads elsewhere."""
        return os.path.isdir(self.folder) and not is_link_at(self.folder)


def leftovers(registry: Registry, folder: str | None = None) -> Leftovers:
    r"""What of this package is on this machine. Nothing is changed.

    Parameters
    ----------
    registry : Registry
        The registry.
    folder : str, optional
        Where this account's files are, by default ``%LOCALAPPDATA%\wer``.
    """
    path = default_path() if folder is None else folder
    found = Leftovers(Plan("everything"), Plan("everything"), folder=path)
    for hive in (HKCU, HKLM):
        try:
            plan = _settings(registry, hive)
            found.damaged += [(hive, name) for name in Journal(registry, hive).damaged()]
        except Unreadable as error:
            found.unknown.append(str(error))
            continue
        if hive == HKCU:
            found.user = plan
        else:
            found.machine = plan
    listed = exclusions(registry)
    found.exclusions = [entry for entry in listed.entries if not entry.made_here]
    found.unknown += [text for text in listed.unreadable if text not in found.unknown]
    try:
        found.files = _files(path)
    except OSError as error:
        found.unknown.append(f"{path} cannot be read: {error.strerror}")
    _look_elsewhere(registry, path, found)
    return found


def _settings(registry: Registry, hive: str) -> Plan:
    planner = Planner(registry, "everything")
    # Whoever made them, without the DLL they are of no use. Then the key is empty, if it was made here.
    for value in registry.values(hive, MODULES) or ():
        if ntpath.basename(value.name).lower() == FILE_NAME:
            planner.remove_value(hive, MODULES, value.name)
            if value.name.lower() != _exception_module.PATH.lower() and is_there(value.name):
                planner.plan.notes.append(
                    f"{value.name} is of another installation, which is there: without its value in the registry, "
                    "WerFault no longer asks it about fast-fails. Its `wer crash-module install` brings it back."
                )
    planner.undo(hive, everything=True)
    if hive == HKLM:
        say_if_all_are_kept(planner, registry)
    return planner.plan


def _files(path: str) -> list[LeftFile]:
    """Ours in the folder: by their names, for it may be that somebody else uses a folder of that name, too."""
    if is_link_at(path):
        raise OSError(EACCES, "it is a link to another folder, and is not followed")
    found = [LeftFile(file, owner[0] if is_running(*owner) else None) for file, owner in files_of(path)]
    try:
        names = sorted(os.listdir(path))
    except FileNotFoundError:
        return found
    ours = [name for name in names if name == LIMITS_FILE or _UNPACKED.fullmatch(name)]
    return found + [LeftFile(os.path.join(path, name), None) for name in ours]


def _look_elsewhere(registry: Registry, own: str, found: Leftovers) -> None:
    try:
        sids = accounts.with_profiles(registry)
    except Unreadable as error:
        found.unknown.append(str(error))
        return
    for sid in sids:
        try:
            profile = accounts.profile_of(sid, registry)
        except Unreadable as error:
            found.unknown.append(str(error))
            continue
        if profile is None or "\0" in profile or profile.startswith(("\\\\", "//")):
            continue
        path = os.path.join(os.path.expandvars(profile), "AppData", "Local", "wer")
        if os.path.normcase(path) == os.path.normcase(own):
            continue
        try:
            os.lstat(path)
        except PermissionError as error:
            found.unknown.append(f"{path} cannot be read: {error.strerror}")
        except (OSError, ValueError):
            continue
        else:
            found.elsewhere.append(path)


def remove_files(found: Leftovers) -> list[tuple[str, str]]:
    """Remove the files. Returns those that stay, and why: what a living process uses is left to it."""
    left = []
    for file in found.files:
        if file.user is not None:
            left.append((file.path, f"process {file.user} uses it"))
            continue
        try:
            if os.path.isdir(file.path) and not is_link_at(file.path):
                _remove_unpacked(file.path)
            else:
                os.unlink(file.path)
        except FileNotFoundError:
            continue
        except OSError as error:
            left.append((file.path, f"it cannot be removed, most likely since a process uses it: {error.strerror}"))
    if found.folder_is_there:
        try:
            os.rmdir(found.folder)
        except OSError as error:
            if not left:
                left.append((found.folder, f"there is something else in it, or it is in use: {error.strerror}"))
    return left


def _remove_unpacked(folder: str) -> None:
    """Remove a package with its extension. That one first: Windows refuses while a process has loaded it."""
    for path, _, names in os.walk(folder):
        for name in names:
            if name.lower().endswith((".pyd", ".dll")):
                os.unlink(os.path.join(path, name))
    shutil.rmtree(folder)


def remove_damaged(registry: Registry, found: Leftovers, hive: str) -> None:
    """Remove the records of a hive that nobody can understand."""
    for place, name in found.damaged:
        if place == hive:
            Journal(registry, hive).remove_damaged(name)
