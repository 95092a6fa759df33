"""Say what an exit code, an NTSTATUS or an HRESULT means; or a finding.

Of an exit code: what ended the process, whether Windows makes a report and a dump of such an end, and what does. Of the
id of a finding of `wer doctor`: what it means, how that is known, and what to do.

A number is taken as the exit code of a process: decimal, also negative as some tools print it, or hexadecimal with 0x.
"""

import argparse

from .._typing import TYPE_CHECKING
from ..doctor._diagnosis import CANNOT_TELL, NO, YES
from ..doctor._endings import Ending, ending_of
from ..doctor._findings import KNOWN, SEVERITIES, Known
from ._output import ExitCode, Failed, Output
from ._schema import SURE

if TYPE_CHECKING:
    from typing import Any

EXAMPLES = """\
  wer explain 0xC0000409       why did the process end with this code?
  wer explain -1073740791      the same, as Python and PowerShell print it
  wer explain 1 15 3221225477
  wer explain localdumps-off   what does the doctor mean?
"""

_ANSWERS = [YES, NO, CANNOT_TELL]

SCHEMA: "dict[str, Any]" = {
    "type": "object",
    "required": ["explained"],
    "properties": {
        "explained": {
            "description": "What was asked for, in its order: codes and findings.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["asked", "meaning", "sure"],
                "properties": {
                    "asked": {"description": "As it was given.", "type": "string"},
                    "meaning": {"description": "What it means.", "type": "string"},
                    "sure": {"description": "How the rest is known.", "enum": SURE},
                    "code": {"description": "Of a code: the number, unsigned.", "type": "integer"},
                    "report": {"description": "Of a code: whether Windows makes a report.", "enum": _ANSWERS},
                    "dump": {
                        "description": "Of a code: whether Windows writes a dump file, where LocalDumps is on.",
                        "enum": _ANSWERS,
                    },
                    "why": {"description": "Of a code: that in words.", "type": "string"},
                    "severity": {"description": "Of a finding.", "enum": list(SEVERITIES)},
                    "title": {"description": "Of a finding: what it is.", "type": "string"},
                    "remedy": {"description": "Of a finding: what to do.", "type": "string"},
                    "sources": {
                        "description": "Of a finding: where that is from.",
                        "type": "array",
                        "items": {"type": "string"},
                    },
                },
            },
        },
    },
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is this command's own."""
    parser.add_argument(
        "what", metavar="CODE|ID", nargs="+", help="a code, e.g. 0xC0000409, -1073740791 or 1; or the id of a finding"
    )


def run(arguments: argparse.Namespace, out: Output) -> ExitCode:
    """Explain each."""
    explained = [(asked, _found(asked)) for asked in arguments.what]
    for number, (_, found) in enumerate(explained):
        if number:
            out.line()
        if isinstance(found, Known):
            _show_finding(found, out)
        else:
            _show_ending(found, out)
    out.answer({"explained": [_answer(asked, found) for asked, found in explained]})
    return ExitCode.DONE


def _found(asked: str) -> Known | Ending:
    if known := KNOWN.get(asked.lower()):
        return known
    try:
        code = int(asked, 0)
    except ValueError:
        raise Failed(
            f"{asked!r} is neither a code nor a finding: expected a number of 32 bits, e.g. 0xC0000409 or -1073740791, "
            f"or an id that `wer doctor` prints, such as {next(iter(KNOWN))}",
            ExitCode.USAGE,
        ) from None
    return ending_of(code)


def _show_ending(ending: Ending, out: Output) -> None:
    out.line(ending.meaning)
    out.line(f"  A report by Windows: {ending.report}. A dump file, where LocalDumps is on: {ending.dump}.")
    out.line(f"  {ending.why} ({ending.sure})")


def _show_finding(known: Known, out: Output) -> None:
    out.line(f"{known.id} ({known.severity}): {known.general('title')}")
    out.line(f"  {known.general('meaning')} ({known.sure})")
    if known.remedy:
        out.line(f"  What to do: {known.general('remedy')}")
    if known.sources:
        out.line(f"  From: {', '.join(known.sources)}")


def _answer(asked: str, found: Known | Ending) -> "dict[str, Any]":
    if isinstance(found, Known):
        return {
            "asked": asked,
            "meaning": found.general("meaning"),
            "sure": found.sure,
            "severity": found.severity,
            "title": found.general("title"),
            "remedy": found.general("remedy"),
            "sources": found.sources,
        }
    return {
        "asked": asked,
        "meaning": found.meaning,
        "sure": found.sure,
        "code": found.code,
        "report": found.report,
        "dump": found.dump,
        "why": found.why,
    }
