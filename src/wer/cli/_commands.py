"""The commands by their names, and their parsers."""

import argparse
import sys
from importlib import import_module
from typing import cast

from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Protocol

    from ._output import ExitCode, Output

    class Command(Protocol):
        """What the module of a command has."""

        __doc__: str | None
        EXAMPLES: str
        SCHEMA: dict[str, Any]

        def add_arguments(self, parser: argparse.ArgumentParser, /) -> None: ...
        def run(self, arguments: argparse.Namespace, out: Output, /) -> ExitCode: ...


# In the order of --help: what somebody in trouble needs first.
NAMES = (
    "doctor",
    "show",
    "explain",
    "dump",
    "report",
    "store",
    "local-dumps",
    "exclude",
    "crash-module",
    "collect",
    "uninstall",
)

_DESCRIPTION = """\
Windows Error Reporting, from the command line: why there is no dump, and how to get one.

  wer doctor               why is there no report, or no dump, of my program?
  wer show FILE            what does this dump or this report say?
  wer explain 0xC0000409   what does this exit code mean?

What changes or sends anything prints its plan and ends; --yes does it. `wer COMMAND --help` says more.
"""

_EPILOG = """\
exit codes:
  0    done; of doctor: a dump would be written
  1    it failed; of doctor: no dump would be written
  2    the command line was not understood
  3    cannot tell, or done in part
  4    needs an administrator
  5    not on this system
  130  interrupted
"""


def load(name: str) -> "Command":
    """The module of a command. Only the one that is asked for is imported."""
    return cast("Command", import_module(f"{__package__}.{name.replace('-', '_')}"))


def texts_of(command: "Command") -> tuple[str, str]:
    """Its line in the list of commands, and the text of its ``--help``."""
    summary, _, description = (command.__doc__ or "").partition("\n")
    return summary.rstrip("."), f"{summary}\n{description.rstrip()}"


def parser_of(name: str, command: "Command") -> argparse.ArgumentParser:
    """The parser of one command."""
    parser = _Parser(prog=f"wer {name}", description=texts_of(command)[1], epilog=f"examples:\n{command.EXAMPLES}")
    command.add_arguments(parser)
    for one in (parser, *_subparsers(parser)):
        one.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object")
    parser.set_defaults(json=False)
    return parser


def parser_of_all() -> argparse.ArgumentParser:
    """The parser for what names no command: it lists them."""
    from .. import __version__

    parser = _Parser(prog="wer", description=_DESCRIPTION, epilog=_EPILOG)
    version = f"wer {__version__} on Python {sys.version.partition(' ')[0]}, {sys.platform}"
    parser.add_argument("--version", action="version", version=version)
    parser.add_argument("--include", action=_Folder, help="where wer/capi.h is, for a compiler")
    parser.add_argument("--cmakedir", action=_Folder, help="where CMake finds the package wer: wer_DIR")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name in NAMES:
        commands.add_parser(name, help=texts_of(load(name))[0])
    return parser


def _subparsers(parser: argparse.ArgumentParser) -> "list[argparse.ArgumentParser]":
    # argparse has no other way to ask.
    return [
        one
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for one in action.choices.values()
    ]


class _Folder(argparse.Action):
    """Prints a folder of the package, and ends the program."""

    def __init__(self, option_strings: "Sequence[str]", dest: str, help: str) -> None:  # noqa: A002
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from .. import _include

        try:
            print(_include.get_include() if self.dest == "include" else _include._cmake_dir())
        except FileNotFoundError as error:
            parser.exit(1, f"wer: {error}\n")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """Keeps the lines of its texts, and takes no shortened options: those would change their meaning with new ones."""

    def __init__(self, **options: "Any") -> None:
        super().__init__(**options, formatter_class=_Formatter, allow_abbrev=False)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Has room for the longest command: argparse forgets that commands are indented by two more."""

    def add_argument(self, action: argparse.Action) -> None:
        super().add_argument(action)
        if isinstance(action, argparse._SubParsersAction):
            self._action_max_length += self._indent_increment
