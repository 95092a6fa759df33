"""Exclude a program from error reporting, or end that.

Windows makes no report of a crash of an excluded program, and shows nothing. Whether local dumps of it are still
kept is documented nowhere.

  list     who is excluded: for this user and for all, by a setting or by a policy
  add      exclude a program (WerAddExcludedApplication)
  remove   end that (WerRemoveExcludedApplication)

A program is known by its file name alone: python.exe is every Python program of the user, whichever it runs.
"""

import argparse

from .._machine import registry as machine
from .._machine.registry import HKCU, HKLM
from .._typing import TYPE_CHECKING
from ..changes import exclude, exclusions, include
from ..changes._change import described
from ..changes._exclusions import EVERY_PYTHON
from ..changes._names import exe_name
from ._changing import VALUE, explained, state
from ._output import ExitCode, Output, add_yes
from ._schema import list_of

if TYPE_CHECKING:
    from typing import Any

    from ..changes import Exclusion, Exclusions

EXAMPLES = """\
  wer exclude list                      who is excluded?
  wer exclude list python.exe           is it?
  wer exclude add worker.exe --yes      no reports of worker.exe, for this user
  wer exclude remove worker.exe --yes
"""

_ENTRIES = list_of(
    "Who is excluded.",
    name={"description": "File name of the program.", "type": "string"},
    hive={"description": "HKCU: for this user. HKLM: for all.", "type": "string"},
    by_policy={"description": "Whether a policy says so.", "type": "boolean"},
    made_here={"description": "Whether `wer exclude add` made it.", "type": "boolean"},
    stored=VALUE,
)
_UNREADABLE = {"description": "Of what nothing is known, and why.", "type": "array", "items": {"type": "string"}}
_CHANGED = {
    "type": "object",
    "required": ["done", "plan", "notes", "entries", "unreadable"],
    "properties": {
        "done": {"description": "Whether it was done: with --yes.", "type": "boolean"},
        "plan": {"description": "What is done, in words.", "type": "array", "items": {"type": "string"}},
        "notes": {"description": "What has to be known of it.", "type": "array", "items": {"type": "string"}},
        "entries": _ENTRIES | {"description": "Where the program is excluded now."},
        "unreadable": _UNREADABLE,
    },
}

SCHEMA: "dict[str, Any]" = {
    "list": {
        "type": "object",
        "required": ["entries", "unreadable"],
        "properties": {"entries": _ENTRIES, "unreadable": _UNREADABLE},
    },
    "add": _CHANGED,
    "remove": _CHANGED,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is this command's own."""
    commands = parser.add_subparsers(dest="subcommand", required=True, metavar="list | add | remove")
    show = commands.add_parser("list", help="who is excluded")
    show.add_argument("name", nargs="?", metavar="NAME", help="only this program")
    for name, text in (("add", "exclude a program"), ("remove", "end that")):
        command = commands.add_parser(name, help=text)
        command.add_argument("name", metavar="NAME", help="file name of the program, e.g. worker.exe")
        command.add_argument("--all-users", action="store_true", help="for all users; needs an administrator")
        add_yes(command)


def run(arguments: argparse.Namespace, out: Output) -> ExitCode:
    """List, add or remove."""
    registry = machine.this_registry()
    if arguments.subcommand == "list":
        return _list(registry, arguments.name, out)
    name = exe_name(arguments.name)
    adding = arguments.subcommand == "add"
    users = "all users" if arguments.all_users else "this user"
    found = exclusions(registry, name)
    notes = _notes(found, name, adding, arguments.all_users)
    for note in notes:
        out.note(f"Note: {note}")
    line = (
        f"have WER make no reports of {name}, for {users}" if adding else f"have WER report {name} again, for {users}"
    )
    done = out.plan([line])
    code = ExitCode.DONE
    if done:
        with explained():
            change = exclude if adding else include
            is_there = change(registry, name, arguments.all_users) is not None
        found = exclusions(registry, name)
        left = [_where(entry) for entry in found.entries]
        if adding and not is_there:
            notes.append(f"WER says that it is done, and the registry does not have it: {left or 'nowhere'}.")
            code = ExitCode.UNCLEAR
        elif not adding and left:
            notes.append(f"{name} is still excluded: {', '.join(left)}.")
            code = ExitCode.UNCLEAR
        else:
            out.line("Done, and read back.")
        if code is not ExitCode.DONE:
            out.note(f"Note: {notes[-1]}")
    out.answer(
        {
            "done": done,
            "plan": [line],
            "notes": notes,
            "entries": [_plain(entry) for entry in found.entries],
            "unreadable": found.unreadable,
        }
    )
    return code


def _notes(found: "Exclusions", name: str, adding: bool, all_users: bool) -> "list[str]":
    here = any(entry.hive == (HKLM if all_users else HKCU) and not entry.by_policy for entry in found.entries)
    if not adding:
        users = "all users" if all_users else "this user"
        return [] if here or found.unreadable else [f"{name} is not excluded for {users}, as far as the registry says."]
    notes = ["Whether local dumps of it are still kept is documented nowhere: try it, or do not depend on it."]
    if name.lower() in EVERY_PYTHON:
        whose = "of every user" if all_users else "of this user"
        notes.append(
            f"{name} is EVERY Python program {whose}: none of them is reported any more. Better exclude a program "
            "that has a name of its own."
        )
    if not name.lower().endswith(".exe"):
        notes.append(f"{name} does not end with .exe: WER compares the whole file name of a program.")
    if here:
        notes.append(f"{name} is excluded there already.")
    return notes


def _where(entry: "Exclusion") -> str:
    users = "for all users" if entry.hive == HKLM else "for this user"
    if entry.by_policy:
        return f"{users}, by a policy, which comes back when it is removed (gpresult /h names it)"
    return users


def _list(registry: machine.Registry, name: str | None, out: Output) -> ExitCode:
    found = exclusions(registry, None if name is None else exe_name(name))
    if found.entries:
        rows = [
            (entry.name, _where(entry), described(entry.stored), "yes" if entry.made_here else "")
            for entry in found.entries
        ]
        out.table(("Program", "Excluded", "Value", "By `wer exclude add`"), rows)
    elif not found.unreadable:
        out.line("Nobody is excluded." if name is None else f"{name} is not excluded.")
    for text in found.unreadable:
        out.note(f"Cannot tell: {text}")
    out.answer({"entries": [_plain(entry) for entry in found.entries], "unreadable": found.unreadable})
    return ExitCode.UNCLEAR if found.unreadable else ExitCode.DONE


def _plain(entry: "Exclusion") -> "dict[str, Any]":
    return {
        "name": entry.name,
        "hive": entry.hive,
        "by_policy": entry.by_policy,
        "made_here": entry.made_here,
        "stored": state(entry.stored),
    }
