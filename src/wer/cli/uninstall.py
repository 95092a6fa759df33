"""Say what of this package is on this machine, and remove it.

Before the package itself is removed with pip: the settings that its commands have changed are set back to what was
there before, and their records removed; values for its exception module are removed, also those of installations that
have gone; and so are this account's files in %LOCALAPPDATA%\\wer, and what wer.pyz has unpacked there.

What a living process uses stays, and so does what others have made or changed since; both are named. Dumps, reports and
folders for dumps stay, and so does what a program has in a folder of its own choice. Other accounts have files and
settings of their own: run this as them, too. The package itself goes with `python -m pip uninstall werapi`.
"""

import argparse

from .._machine import registry as machine
from .._machine.registry import HKCU, HKLM
from .._typing import TYPE_CHECKING
from ..changes import leftovers, remove_files
from ..changes._journal import KEY
from ..changes._uninstall import remove_damaged
from ._changing import explained
from ._output import ExitCode, Failed, Output, add_yes

if TYPE_CHECKING:
    from typing import Any

    from ..changes import Leftovers

EXAMPLES = """\
  wer uninstall                     what is there?
  wer uninstall --yes               remove it; of the machine's settings, as an administrator
"""

_TEXTS = {"type": "array", "items": {"type": "string"}}

SCHEMA: "dict[str, Any]" = {
    "type": "object",
    "required": ["done", "plan", "notes", "left"],
    "properties": {
        "done": {"description": "Whether it was done: with --yes.", "type": "boolean"},
        "plan": _TEXTS | {"description": "What is removed and set back, in words."},
        "notes": _TEXTS | {"description": "What stays, and why; what could not be looked at."},
        "left": _TEXTS | {"description": "What was to be removed, and could not be."},
    },
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is this command's own."""
    add_yes(parser)


def run(arguments: argparse.Namespace, out: Output) -> ExitCode:
    """Say what is there, and remove it."""
    registry = machine.this_registry()
    found = leftovers(registry)
    lines = _lines(found)
    notes = _notes(found)
    for note in notes:
        out.note(f"Note: {note}")
    left: list[str] = []
    code = ExitCode.UNCLEAR if found.unknown else ExitCode.DONE
    done = False
    if not found:
        out.line("Nothing of this package is here but the package itself: python -m pip uninstall werapi")
    else:
        done = out.plan(lines)
    if done:
        left, denied = _remove(registry, found)
        for text in left:
            out.note(f"Not removed: {text}")
        if left:
            code = ExitCode.NEEDS_ADMINISTRATOR if denied else ExitCode.UNCLEAR
        else:
            out.line("Done. The package itself: python -m pip uninstall werapi")
    out.answer({"done": done, "plan": lines, "notes": notes, "left": left})
    return code


def _lines(found: "Leftovers") -> "list[str]":
    lines = [*found.user.lines(), *found.machine.lines()]
    lines += [rf"remove a record that nobody understands: {hive}\{KEY}, {name}" for hive, name in found.damaged]
    lines += [f"remove {file.path}" for file in found.files if file.user is None]
    if found.folder_is_there:
        lines.append(f"remove the folder {found.folder}, if nothing else is in it")
    return lines


def _notes(found: "Leftovers") -> "list[str]":
    notes = [*found.user.notes, *found.machine.notes]
    notes += [f"{file.path} stays: process {file.user} uses it." for file in found.files if file.user is not None]
    for entry in found.exclusions:
        users = "all users" if entry.hive == HKLM else "this user"
        how = ", by a policy" if entry.by_policy else ""
        notes.append(
            f"{entry.name} is excluded from error reporting for {users}{how}; who did that is not known: it stays."
        )
    notes += [f"{path} is another account's: run this as that account." for path in found.elsewhere]
    notes += [f"Cannot tell: {text}" for text in found.unknown]
    return notes


def _remove(registry: machine.Registry, found: "Leftovers") -> "tuple[list[str], bool]":
    """What could not be removed, and whether an administrator could."""
    left = []
    denied = False
    # The user's own first: for the machine's an administrator is needed.
    for hive, plan in ((HKCU, found.user), (HKLM, found.machine)):
        try:
            with explained():
                plan.apply(registry)
                remove_damaged(registry, found, hive)
        except Failed as error:
            left.append(str(error))
            denied |= error.code == ExitCode.NEEDS_ADMINISTRATOR
    left += [f"{path}: {why}" for path, why in remove_files(found)]
    return left, denied
