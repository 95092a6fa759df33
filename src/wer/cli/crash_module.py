"""Set up the DLL that reports what no code in a process can see.

A fast-fail, a heap corruption or a stack overflow ends a process without asking it. WerFault, the program of Windows
that makes the report, can load a DLL that describes such a crash: wer_exception_module.dll, which is in this package.
install_crash_handler(..., fast_fail=True) asks for it; and its path must be a value in the registry, which this makes.

  show      which DLLs are there, of whom, and which of them are missing
  install   add ours: for this user, or with --machine for all users, which needs an administrator
  remove    undo that

Windows 10 reads the values of a user from version 2004 (build 19041) on, as others report; those of the machine always.
"""

import argparse

from .. import _exception_module
from .._machine import registry as machine
from .._typing import TYPE_CHECKING
from ..changes import crash_modules, install_crash_module, remove_crash_module
from ._changing import PLAN, PLAN_REQUIRED, VALUE, carry_out, explained, state
from ._output import ExitCode, Output, add_yes

if TYPE_CHECKING:
    from typing import Any

EXAMPLES = """\
  wer crash-module show
  wer crash-module install                    what would be changed, for this user?
  wer crash-module install --yes
  wer crash-module install --machine --yes    for all users, as an administrator
  wer crash-module remove --machine --yes
"""

SCHEMA: "dict[str, Any]" = {
    "show": {
        "type": "object",
        "required": ["path", "installed", "entries", "unreadable"],
        "properties": {
            "path": {"description": "The DLL of this installation.", "type": "string"},
            "installed": {"description": "Whether it is a value for this user or for all.", "type": "boolean"},
            "entries": {
                "description": "All values.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["path", "hive", "is_there", "ours", "stored"],
                    "properties": {
                        "path": {"description": "The DLL.", "type": "string"},
                        "hive": {"description": "HKCU: for this user. HKLM: for all.", "type": "string"},
                        "is_there": {
                            "description": "Whether the DLL is; null: on another machine, so nobody has looked.",
                            "type": ["boolean", "null"],
                        },
                        "ours": {"description": "Whether it has the name of this package's DLL.", "type": "boolean"},
                        "stored": VALUE,
                    },
                },
            },
            "unreadable": {
                "description": "Of what nothing is known, and why.",
                "type": "array",
                "items": {"type": "string"},
            },
        },
    },
    "install": {"type": "object", "required": PLAN_REQUIRED, "properties": PLAN},
    "remove": {"type": "object", "required": PLAN_REQUIRED, "properties": PLAN},
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is this command's own."""
    commands = parser.add_subparsers(dest="subcommand", required=True, metavar="show | install | remove")
    commands.add_parser("show", help="which DLLs are there")
    for name, text in (("install", "add the DLL of this installation"), ("remove", "undo that")):
        command = commands.add_parser(name, help=text)
        command.add_argument("--machine", action="store_true", help="for all users; needs an administrator")
        add_yes(command)


def run(arguments: argparse.Namespace, out: Output) -> ExitCode:
    """Show, install or remove."""
    registry = machine.this_registry()
    if arguments.subcommand == "show":
        return _show(registry, out)
    with explained():
        change = install_crash_module if arguments.subcommand == "install" else remove_crash_module
        plan = change(registry, arguments.machine)
    return carry_out(out, plan, registry)


def _show(registry: machine.Registry, out: Output) -> ExitCode:
    found = crash_modules(registry)
    ours = _exception_module.PATH
    installed = any(entry.path.lower() == ours.lower() for entry in found.entries)
    out.line(f"{ours}: {'installed' if installed else 'not installed'}")
    if found.entries:
        words = {True: "there", False: "MISSING", None: "not looked at: on another machine, or no full path"}
        rows = [
            (entry.path, "all users" if entry.hive == "HKLM" else "this user", words[entry.is_there])
            for entry in found.entries
        ]
        out.line()
        out.table(("DLL", "For", "The file is"), rows)
    for entry in found.entries:
        if entry.is_there is False and entry.ours:
            out.note(f"Note: {entry.path} is of an installation that has gone; `wer uninstall` removes its value.")
        elif entry.is_there is False:
            out.note(f"Note: {entry.path} is missing: the program that made the value has gone, or its value stayed.")
    for text in found.unreadable:
        out.note(f"Cannot tell: {text}")
    out.answer(
        {
            "path": ours,
            "installed": installed,
            "entries": [
                {
                    "path": entry.path,
                    "hive": entry.hive,
                    "is_there": entry.is_there,
                    "ours": entry.ours,
                    "stored": state(entry.stored),
                }
                for entry in found.entries
            ],
            "unreadable": found.unreadable,
        }
    )
    if found.unreadable and not installed:
        return ExitCode.UNCLEAR
    return ExitCode.DONE if installed else ExitCode.NEGATIVE
