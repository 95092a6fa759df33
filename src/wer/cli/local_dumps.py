"""Have Windows keep a dump of each program that crashes.

LocalDumps is a setting of the machine: with it Windows writes a dump of a program that crashes into a folder, without
any code in the program. It is off by default. Microsoft says that it works with error reporting switched off, too;
others have seen that it does not.

  show    what holds now, value by value, where each value comes from, and where the dumps of an account go
  set     turn it on, or change it; needs an administrator
  unset   undo `set`: exactly what was there before comes back

A key for one program also makes the key above it, and as soon as that is there, Windows keeps dumps of EVERY program.
--only-this-program avoids that. A dump holds the memory of the program, and what is secret in it.

With --on-kill it is not crashes but ends that a program does not want: killed by another program, or ended by
ExitProcess (Windows calls it SilentProcessExit). Those are settings only; whether a dump comes of them, try it out.

`show` ends with 0 if dumps are on and with 1 if they are off. Whether a dump would really be written, `wer doctor`
tells. What `set` changed is recorded below SOFTWARE\\werapi in the
registry, so any administrator can undo it.
"""

import argparse
import os

from .._machine import registry as machine
from .._machine.keys import LOCAL_DUMPS
from .._machine.local_dumps import KIND_NAMES, effective_local_dumps, where_it_does_nothing
from .._machine.registry import Unreadable
from .._typing import TYPE_CHECKING
from ..changes import (
    account_folders,
    make_dump_folder,
    set_local_dumps,
    set_on_kill,
    unset_local_dumps,
    unset_on_kill,
)
from ..changes._dump_folder import IN_WORDS
from ..changes._names import exe_name
from ._changing import PLAN, PLAN_REQUIRED, VALUE, carry_out, counted, explained, plan_answer, state
from ._output import ExitCode, Failed, Output, add_yes
from ._schema import SURE

if TYPE_CHECKING:
    from typing import Any

    from .._machine.local_dumps import LocalDumps
    from ..changes import Plan

EXAMPLES = r"""
  wer local-dumps show --exe python.exe         what holds for python.exe?
  wer local-dumps set --exe python.exe --only-this-program --folder C:\CrashDumps         what would be changed?
  wer local-dumps set --exe python.exe --only-this-program --folder C:\CrashDumps --yes   as an administrator
  wer local-dumps unset --exe python.exe --yes
  wer local-dumps set --exe worker.exe --on-kill --folder C:\CrashDumps --yes             when somebody kills it
""".lstrip("\n")

SCHEMA: "dict[str, Any]" = {
    "show": {
        "type": "object",
        "required": ["exe", "on", "exists", "settings", "programs", "warnings", "folders"],
        "properties": {
            "exe": {
                "description": "For which program; null: for one without a key of its own.",
                "type": ["string", "null"],
            },
            "on": {"description": "Whether dumps are kept, as far as these settings say.", "type": "boolean"},
            "exists": {"description": "Whether the key LocalDumps is there.", "type": "boolean"},
            "settings": {
                "description": "The four values.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "data", "source", "stored", "problem", "sure"],
                    "properties": {
                        "name": {"description": "Of the value.", "type": "string"},
                        "data": {
                            "description": "What holds; null: nobody knows.",
                            "type": ["string", "integer", "null"],
                        },
                        "source": {
                            "description": "Where it is from.",
                            "enum": ["default", "all programs", "this program"],
                        },
                        "stored": VALUE,
                        "problem": {"description": "What is wrong with it; empty if nothing is.", "type": "string"},
                        "sure": {
                            "description": "How sure that is.",
                            "enum": SURE,
                        },
                    },
                },
            },
            "programs": {
                "description": "The programs that have a key of their own.",
                "type": "array",
                "items": {"type": "string"},
            },
            "warnings": {
                "description": "What looks as if it were set, and is not.",
                "type": "array",
                "items": {"type": "string"},
            },
            "folders": {
                "description": "Where dumps go, by account.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["account", "profile", "folder", "sure"],
                    "properties": {
                        "account": {"description": "Its name, or its SID.", "type": "string"},
                        "profile": {"description": "Its profile's folder.", "type": "string"},
                        "folder": {"description": "Where its dumps go.", "type": "string"},
                        "sure": {"description": "documented or unknown.", "type": "string"},
                    },
                },
            },
        },
    },
    "set": {"type": "object", "required": PLAN_REQUIRED, "properties": PLAN},
    "unset": {"type": "object", "required": PLAN_REQUIRED, "properties": PLAN},
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is this command's own."""
    commands = parser.add_subparsers(dest="subcommand", required=True, metavar="show | set | unset")
    show = commands.add_parser("show", help="what holds now")
    show.add_argument("--exe", metavar="NAME", help="file name of a program, e.g. python.exe; else for all others")
    show.add_argument("--all-accounts", action="store_true", help="the folder of every account with a profile, too")

    change = commands.add_parser("set", help="turn it on, or change it")
    change.add_argument(
        "--exe", metavar="NAME", help="file name of the program, e.g. python.exe; else for all programs"
    )
    change.add_argument("--folder", metavar="F", help="where the dumps go: a full path; it is made if it is not there")
    change.add_argument("--count", type=int, metavar="N", help="how many are kept; the oldest goes; 10 if never given")
    change.add_argument(
        "--type", choices=("mini", "full", "custom"), help="mini if never given; full has all memory of the process"
    )
    change.add_argument("--flags", type=_number, metavar="0x..", help="of --type custom: bits of MINIDUMP_TYPE")
    change.add_argument(
        "--only-this-program", action="store_true", help="with --exe: keep no dumps of the others (DumpCount = 0)"
    )
    change.add_argument("--on-kill", action="store_true", help="with --exe: when it is killed, in place of crashes")
    add_yes(change)

    undo = commands.add_parser("unset", help="undo `set`")
    undo.add_argument("--exe", metavar="NAME", help="as it was given to `set`")
    undo.add_argument("--on-kill", action="store_true", help="as it was given to `set`")
    add_yes(undo)


def _number(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number, like 0x121, got {text!r}") from None


def run(arguments: argparse.Namespace, out: Output) -> ExitCode:
    """Show, set or unset."""
    if arguments.subcommand == "show":
        return _show(arguments, out)
    if arguments.on_kill and arguments.exe is None:
        raise Failed("--on-kill needs --exe: it is a setting of one program", ExitCode.USAGE)
    registry = machine.this_registry()
    if arguments.subcommand == "unset":
        with explained():
            undo = unset_on_kill if arguments.on_kill else unset_local_dumps
            plan = undo(registry, arguments.exe)
        return carry_out(out, plan, registry)
    options = {
        "folder": arguments.folder,
        "count": arguments.count,
        "dump_type": arguments.type,
        "flags": arguments.flags,
    }
    with explained():
        if arguments.on_kill:
            if arguments.only_this_program:
                raise Failed(
                    "--only-this-program has no meaning with --on-kill, which is of one program", ExitCode.USAGE
                )
            plan = set_on_kill(registry, arguments.exe, **options)
        else:
            only = arguments.only_this_program
            plan = set_local_dumps(registry, arguments.exe, **options, only_this_program=only)
    return _set(out, plan, registry, arguments.folder)


def _set(out: Output, plan: "Plan", registry: machine.Registry, folder: str | None) -> ExitCode:
    make = folder is not None and "%" not in folder and not os.path.isdir(folder)
    if folder is not None:
        plan.notes.append(_about(folder, make))
    if not make or folder is None:
        return carry_out(out, plan, registry)
    lines = [f"make the folder {folder}: {IN_WORDS}", *plan.lines()]
    for note in plan.notes:
        out.note(f"Note: {note}")
    done = out.plan(lines)
    if done:
        with explained():
            made = make_dump_folder(folder)
            try:
                plan.apply(registry)
            except BaseException:
                if made:
                    os.rmdir(folder)
                raise
        out.line(f"Done: the folder and {counted(len(plan.changes))}, and read back.")
    out.answer(plan_answer(plan, done, lines))
    return ExitCode.DONE


def _about(folder: str, make: bool) -> str:
    if "%" in folder:
        return f"{folder} is expanded for the account that crashes. It must be there, and writable for that account."
    grant = rf'icacls "{folder}" /grant "NT SERVICE\NAME:(OI)(CI)M"'
    if make:
        return f"{folder} stays when this is undone, with the dumps in it. Should a service be refused there: {grant}"
    return (
        f"{folder} is there and stays as it is. The account that crashes must be able to write to it, and who can read "
        f'it can read the dumps: icacls "{folder}" shows that; for a service NAME: {grant}'
    )


def _show(arguments: argparse.Namespace, out: Output) -> ExitCode:
    registry = machine.this_registry()
    try:
        exe = "" if arguments.exe is None else exe_name(arguments.exe)
        found = effective_local_dumps(registry, exe)
        warnings = where_it_does_nothing(registry)
        folder = found.folder.data
        folders = account_folders(registry, folder, arguments.all_accounts) if isinstance(folder, str) else []
    except Unreadable as error:
        raise Failed(f"{error}: cannot tell", ExitCode.UNCLEAR) from error
    out.line(_headline(found))
    out.line()
    rows = [
        (
            setting.name,
            _meaning(setting.name, setting.data),
            found.exe if setting.source == "this program" else setting.source,
            f"{setting.problem} ({setting.sure})" if setting.problem else "",
        )
        for setting in found.settings
    ]
    out.table(("Value", "Holds", "From", "Problem"), rows)
    out.line()
    if folders:
        out.table(("Account", "Its dumps go to"), [(one.account, one.folder) for one in folders])
        out.line()
    if found.programs:
        out.line(f"Programs with a key of their own: {', '.join(found.programs)}")
    for warning in warnings:
        out.note(f"Warning: {warning}.")
    out.answer(
        {
            "exe": found.exe or None,
            "on": found.kept,
            "exists": found.on,
            "settings": [
                {
                    "name": setting.name,
                    "data": setting.data,
                    "source": setting.source,
                    "stored": state(setting.value),
                    "problem": setting.problem,
                    "sure": setting.sure,
                }
                for setting in found.settings
            ],
            "programs": found.programs,
            "warnings": warnings,
            "folders": folders,
        }
    )
    return ExitCode.DONE if found.kept else ExitCode.NEGATIVE


def _headline(found: "LocalDumps") -> str:
    of = f"of {found.exe}" if found.exe else "of programs without a key of their own"
    if found.kept:
        return f"Local dumps {of}: on, as far as these settings say. `wer doctor` tells what else may be in the way."
    if found.on:
        return f"Local dumps {of}: off, since DumpCount is 0 (seen, not documented)."
    return rf"Local dumps {of}: off, since the key HKLM\{LOCAL_DUMPS} is not there."


def _meaning(name: str, data: "str | int | None") -> str:
    if data is None:
        return "unknown"
    if name == "CustomDumpFlags" and isinstance(data, int):
        return f"{data:#x}, only with DumpType 0"
    if name == "DumpType" and isinstance(data, int):
        return f"{data} ({KIND_NAMES[data]})" if data in KIND_NAMES else f"{data}"
    return f"{data}"
