"""Put what support needs to know of a crash into one ZIP.

The report with its files, the dumps, the events of the Windows event log, the story in words and as a page, what
`wer doctor` says, and the versions of Windows, Python and wer; with a list of what is in it, and what of that is
private: a dump is the memory of the process, with whatever that had in it.

Without --yes it prints that list and writes nothing. Nothing is sent anywhere, and nothing is taken out of a file:
read the list before you pass it on. --no-dumps leaves out the memory.
"""

import argparse
import os

from .._typing import TYPE_CHECKING
from ._events import add_events, events_of
from ._output import ExitCode, Failed, Output, add_yes
from ._schema import TEXT, list_of

if TYPE_CHECKING:
    from typing import Any

    from ..reports import Collection

EXAMPLES = """\
  wer collect --pid 4711 -o crash.zip                  what would go into it, and what is private?
  wer collect --pid 4711 -o crash.zip --yes            write it
  wer collect --key C:\\Crashes\\AppCrash_x -o crash.zip --no-dumps --yes
"""

SCHEMA: "dict[str, Any]" = {
    "type": "object",
    "required": ["done", "zip", "bytes", "files", "private", "missing"],
    "properties": {
        "done": {"description": "Whether it was written: only with --yes.", "type": "boolean"},
        "zip": {"description": "The path of the ZIP.", **TEXT},
        "bytes": {"description": "Of all files, before they are compressed.", "type": "integer"},
        "files": list_of(
            "What is in it. `private`: what in the file is private; empty if nothing is.",
            name=TEXT,
            size={"type": "integer"},
            private=TEXT,
        ),
        "private": {"description": "All that is private in it, each once.", "type": "array", "items": TEXT},
        "missing": {"description": "What could not be had, and why.", "type": "array", "items": TEXT},
    },
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is this command's own."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--pid", type=int, metavar="N", help="a process, also one that has ended: all that has its id")
    which.add_argument("--key", metavar="WHAT", help="a report or a dump, as `wer show` takes it")
    parser.add_argument("-o", "--output", required=True, metavar="ZIP", help="the file to write")
    parser.add_argument("--dump", metavar="PATH", help="a dump that belongs to it, or a folder to look for it in")
    add_events(parser)
    parser.add_argument("--no-dumps", action="store_true", help="leave out dumps: they hold the memory of the process")
    parser.add_argument("--no-files", action="store_true", help="leave out the files of the reports")
    parser.add_argument(
        "--most-bytes", type=int, metavar="N", default=4 << 30, help="of all files; %(default)s if not said"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace ZIP if it is there")
    add_yes(parser)


def run(arguments: argparse.Namespace, out: Output) -> ExitCode:
    """Collect it."""
    from ..reports import collect

    target = os.path.abspath(arguments.output)
    if os.path.lexists(target) and not arguments.overwrite:
        raise Failed(f"{target} is there already: name another file, or add --overwrite")
    events = events_of(arguments, out)
    try:
        found = collect(
            arguments.key,
            pid=arguments.pid,
            dumps=not arguments.no_dumps,
            files=not arguments.no_files,
            events=events,
            local_dumps=arguments.dump,
            most_bytes=arguments.most_bytes,
        )
    except ValueError as error:
        # Of a key it is about the file, else about the command line.
        raise Failed(str(error), ExitCode.USAGE if arguments.key is None else ExitCode.NEGATIVE) from None
    if not found.stories and not found.running:
        out.note("\n".join(found.missing))
        out.answer(_answer(found, target, False, ()))
        raise Failed(f"nothing was found of process {arguments.pid}", ExitCode.NEGATIVE)
    done = out.plan(_plan(found, target))
    unread: tuple[str, ...] = ()
    if done:
        with out.progress("Collecting", total=found.size) as advance:
            unread = found.write(target, overwrite=arguments.overwrite, progress=advance)
        for sentence in unread:
            out.note(sentence)
        out.line(target)
    out.answer(_answer(found, target, done, unread))
    return ExitCode.UNCLEAR if unread else ExitCode.DONE


def _plan(found: "Collection", target: str) -> list[str]:
    lines = [f"write {target}, with {found.size:,} bytes in {len(found.files)} files before they are compressed:"]
    for one in found.files:
        lines.append(f"  {one.name}  ({one.size:,} bytes{'' if one.private else ', nothing private'})")
    lines.append("what is private in it:")
    lines += [f"  {text}" for text in found.private]
    if found.missing:
        lines.append("what is not in it:")
        lines += [f"  {text}" for text in found.missing]
    return lines


def _answer(found: "Collection", target: str, done: bool, unread: tuple[str, ...]) -> "dict[str, Any]":
    return {
        "done": done,
        "zip": target,
        "bytes": found.size,
        "files": [{"name": one.name, "size": one.size, "private": one.private} for one in found.files],
        "private": found.private,
        "missing": [*found.missing, *unread],
    }
