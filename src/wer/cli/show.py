"""Say in words what a crash report or a dump says.

What crashed where, with which exception, in which thread; which Python it was, and what Python itself has said; the
events of the Windows event log and the dumps that belong to it. What is not there is said as well, and why, if that
is known.

WHAT is a report's folder, a Report.wer, or a dump (.dmp, .mdmp, .hdmp) of whoever wrote it, copied from any machine.
On Windows it can also be the key or the id of a report in the stores, as `wer store list` prints them.

Of another machine, its events are joined with --events. There, this writes them into a file:
  wevtutil qe Application /f:xml > events.xml

Nothing is changed. With --html the same is written as one page, to be looked at in a browser or sent to somebody: it
has no script, fetches nothing, and nothing in it that a report or a dump said is alive.
"""

import argparse
import os
from dataclasses import replace

from .._typing import TYPE_CHECKING
from ._events import add_events, events_of
from ._output import ExitCode, Failed, Output
from ._schema import SURE, TEXT, TEXT_OR_NULL, list_of

if TYPE_CHECKING:
    from typing import Any, TypeVar

    from ..dumps import Dump, Module, UnloadedModule
    from ..reports import Story

    AnyModule = TypeVar("AnyModule", Module, UnloadedModule)

EXAMPLES = """\
  wer show python.exe.4711.dmp                        what does this dump say?
  wer show C:\\Crashes\\AppCrash_python.exe_1f..._0a    a report's folder, copied from a machine
  wer show 1b4e28ba-2fa1-11d2-883f-0016d3cca427       a report of this machine, by its id
  wer show report --dump C:\\CrashDumps                look there for the dump of that process
  wer show report --events events.xml                 join the events that have the report's ids
  wer show report --html crash.html                   the same as a page
"""

_MOST = 5000  # of the threads, the modules and the like of a dump
_MOST_NAME = 1000  # characters

SCHEMA: "dict[str, Any]" = {
    "type": "object",
    "required": ["where", "headline", "facts", "missing", "folder", "report", "events", "dumps", "texts", "files"],
    "properties": {
        "where": {"description": "The path of what was asked for.", **TEXT},
        "headline": {"description": "One sentence: what happened.", **TEXT},
        "facts": list_of(
            "What happened, piece by piece. `sure`: documented, seen, inferred or unknown.",
            name=TEXT,
            value=TEXT,
            source=TEXT,
            sure={"enum": SURE},
        ),
        "missing": {"description": "What is not there or could not be read.", "type": "array", "items": TEXT},
        "folder": {"description": "The report's folder.", **TEXT_OR_NULL},
        "report": {"description": "Report.wer, by the fields of wer.StoredReport.", "type": ["object", "null"]},
        "events": list_of(
            "Events of the Windows event log, oldest first. `data` has [name, value]; older Windows has no names.",
            provider=TEXT,
            event_id={"type": "integer"},
            created=TEXT_OR_NULL,
            data={"type": "array", "items": {"type": "array", "items": TEXT}},
        ),
        "dumps": list_of(
            "Dumps of the process. `dump` is null for one that cannot be read, and `problem` says why. It has the "
            "first 5000 threads and modules, and how many there are, names of up to 1000 characters, and no memory.",
            path=TEXT,
            size={"type": "integer"},
            how=TEXT,
            sure={"enum": ["seen", "inferred"]},
            problem=TEXT,
            dump={"type": ["object", "null"]},
        ),
        "texts": list_of(
            "What Python said: its state, stacks, the log in the dump.",
            kind=TEXT,
            name=TEXT,
            text=TEXT,
            cut={"type": "boolean"},
        ),
        "files": list_of(
            "What lies in the folder. `refused`: why it was left alone.",
            name=TEXT,
            path=TEXT,
            size={"type": "integer"},
            refused=TEXT,
        ),
        "html": {"description": "The page that was written.", **TEXT},
    },
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is this command's own."""
    parser.add_argument("what", metavar="WHAT", help="a report's folder, a Report.wer, a dump, or a report's key or id")
    parser.add_argument("--dump", metavar="PATH", help="a dump that belongs to it, or a folder to look for it in")
    add_events(parser)
    parser.add_argument("--all", action="store_true", help="all threads, modules, streams and lines of Report.wer")
    parser.add_argument("--html", metavar="FILE", help="also write it as one page into this file")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it is there")


def run(arguments: argparse.Namespace, out: Output) -> ExitCode:
    """Show it."""
    from ..reports import story_of

    if arguments.overwrite and not arguments.html:
        raise Failed("--overwrite is about the file of --html, which was not asked for", ExitCode.USAGE)
    if arguments.html and not arguments.overwrite and os.path.lexists(arguments.html):
        raise Failed(f"{arguments.html} is there already: name another file, or add --overwrite")
    events = events_of(arguments, out)
    try:
        story = story_of(arguments.what, events=events, dump=arguments.dump)
    except ValueError as error:  # of the file, not of the command line
        raise Failed(str(error)) from None
    answer = as_json(story)
    if arguments.html:
        from ..reports import write_page

        write_page(story, arguments.html, everything=arguments.all, overwrite=arguments.overwrite)
        answer["html"] = os.path.abspath(arguments.html)
        out.note(f"written: {os.path.abspath(arguments.html)}")
    for line in story.lines(everything=arguments.all):
        out.line(line)
    out.answer(answer)
    return ExitCode.DONE


def as_json(story: "Story") -> "dict[str, Any]":
    """The story as SCHEMA has it."""
    return {
        "where": story.where,
        "headline": story.headline,
        "facts": story.facts,
        "missing": story.missing,
        "folder": story.folder,
        "report": story.report,
        "events": story.events,
        "dumps": [
            {
                "path": one.path,
                "size": one.size,
                "how": one.how,
                "sure": one.sure,
                "problem": one.problem,
                "dump": one.dump and _of_dump(one.dump),
            }
            for one in story.dumps
        ],
        "texts": story.texts,
        "files": [{"name": f.name, "path": f.path, "size": f.size, "refused": f.refused} for f in story.files],
    }


def _of_dump(dump: "Dump") -> "dict[str, Any]":
    """A dump without its memory and the registers of all threads; of more than anybody reads, the first."""
    threads = [
        {"tid": one.tid, "name": _short(one.name), "start_address": one.start_address, "created": one.created}
        for one in dump.threads[:_MOST]
    ]
    modules = [_with_short_names(one) for one in dump.modules[:_MOST]]
    raised = dump.exception
    if raised:
        module, unloaded = raised.module, raised.unloaded_module
        raised = replace(
            raised,
            module=module and _with_short_names(module),
            unloaded_module=unloaded and _with_short_names(unloaded),
        )
    return {
        "created": dump.created,
        "flags": dump.flags,
        "system": dump.system,
        "process": dump.process,
        "exception": raised,
        "python": dump.python_version,
        "thread_count": len(dump.threads),
        "threads": threads,
        "module_count": len(dump.modules),
        "modules": modules,
        "unloaded_modules": [_with_short_names(one) for one in dump.unloaded_modules[:_MOST]],
        "streams": dump.streams[:_MOST],
        "memory": {"ranges": len(dump.memory), "bytes": sum(one.size for one in dump.memory)},
        "handles": dump.handles[:_MOST],
        "comments": [_short(one) for one in dump.comments],
        "problems": dump.problems,
    }


def _with_short_names(module: "AnyModule") -> "AnyModule":
    """Thirty thousand modules may have one name of 64 KiB."""
    short: AnyModule = replace(module, name=_short(module.name))
    return short


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= _MOST_NAME else f"{text[:_MOST_NAME]} [cut]"
