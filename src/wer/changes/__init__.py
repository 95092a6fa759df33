"""Changes of this machine's settings that can be undone: what ``wer local-dumps``, ``exclude`` and others do.

registry = wer.changes.this_registry()
plan = wer.changes.set_local_dumps(registry, "python.exe", only_this_program=True)
print(*plan.lines(), *plan.notes, sep="\\n")
plan.apply(registry)
"""

from .._machine.registry import this_registry
from ._account_folders import AccountFolder, account_folders
from ._change import Change
from ._crash_module import CrashModule, CrashModules, crash_modules, install_crash_module, remove_crash_module
from ._dump_folder import make_dump_folder
from ._exclusions import Exclusion, Exclusions, exclude, exclusions, include
from ._local_dumps import set_local_dumps, unset_local_dumps
from ._on_kill import set_on_kill, unset_on_kill
from ._plan import NotKept, Plan
from ._uninstall import LeftFile, Leftovers, leftovers, remove_files

__all__ = [
    "this_registry",
    "Change",
    "Plan",
    "NotKept",
    "AccountFolder",
    "account_folders",
    "set_local_dumps",
    "unset_local_dumps",
    "make_dump_folder",
    "set_on_kill",
    "unset_on_kill",
    "Exclusion",
    "Exclusions",
    "exclusions",
    "exclude",
    "include",
    "CrashModule",
    "CrashModules",
    "crash_modules",
    "install_crash_module",
    "remove_crash_module",
    "LeftFile",
    "Leftovers",
    "leftovers",
    "remove_files",
]
