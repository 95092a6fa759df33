"""Say what an exit code, an NTSTATUS or an HRESULT means.

What ended a process, in words; whether Windows makes a report and a dump of such an end, and what does. An id of
`wer doctor` is explained as well.

A number is taken as the exit code of a process: decimal, also negative as some tools print it, or hexadecimal with 0x.
"""

import argparse

from .._typing import TYPE_CHECKING
from ..service._exit_codes import explain
from ._output import ExitCode, Failed, Output

if TYPE_CHECKING:
    from typing import Any

EXAMPLES = """\
  wer explain 0xC0000409      why did the process end with this code?
  wer explain -1073740791     the same, as Python and PowerShell print it
  wer explain 1 15 3221225477
"""

SCHEMA: "dict[str, Any]" = {
    "type": "object",
    "required": ["explained"],
    "properties": {
        "explained": {
            "description": "What was asked for, in its order.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["asked", "text"],
                "properties": {
                    "asked": {"description": "As it was given.", "type": "string"},
                    "code": {"description": "The number, unsigned, of 32 bits.", "type": "integer"},
                    "text": {"description": "What it means.", "type": "string"},
                },
            },
        },
    },
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is this command's own."""
    parser.add_argument("what", metavar="CODE", nargs="+", help="a code, e.g. 0xC0000409, -1073740791 or 1")


def run(arguments: argparse.Namespace, out: Output) -> ExitCode:
    """Explain each."""
    explained = [_explained(asked) for asked in arguments.what]
    for number, one in enumerate(explained):
        if number:
            out.line()
        out.line(one["text"])
    out.answer({"explained": explained})
    return ExitCode.DONE


def _explained(asked: str) -> "dict[str, Any]":
    try:
        code = int(asked, 0)
        text = explain(code)
    except ValueError as error:
        raise Failed(
            f"{asked!r} is no code: expected a number of 32 bits, e.g. 0xC0000409 or -1073740791 ({error})",
            ExitCode.USAGE,
        ) from None
    return {"asked": asked, "code": code & 0xFFFFFFFF, "text": text}
