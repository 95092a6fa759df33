"""``wer`` and ``python -m wer``: what an operator does, a module for each command.

What a command does, a Python program can do: a command prints what a function of `wer` returns.
"""

import sys

from .._typing import TYPE_CHECKING
from . import _commands
from ._output import ExitCode, Failed, Output, ReaderGone, release_stdout, use_utf8

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

__all__ = ["main"]

_ACCESS_DENIED = 5  # of Windows


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line without the program's name; by default the one that Python was started with.

    Returns
    -------
    int
        The exit code, as ``wer --help`` lists them.

    Raises
    ------
    SystemExit
        By argparse, for ``--help``, and for a command line that it refuses: 2.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    use_utf8()
    name = given[0] if given else ""
    if name not in _commands.NAMES:
        parser = _commands.parser_of_all()
        parser.parse_args(given)  # --help, --version, or what is wrong with it
        parser.print_help(sys.stderr)
        return ExitCode.USAGE
    command = _commands.load(name)
    parsed = _commands.parser_of(name, command).parse_args(given[1:])
    subcommand = getattr(parsed, "subcommand", None)
    words = f"{name} {subcommand}" if subcommand else name
    out = Output(words, as_json=parsed.json, yes=getattr(parsed, "yes", False))
    try:
        code = _run(command, parsed, out)
        out.end()
    except ReaderGone:
        release_stdout()
        return ExitCode.DONE
    except OSError as error:  # what is printed goes to a disk that is full, and nobody has it
        release_stdout()
        return out.failed(str(error), ExitCode.NEGATIVE)
    return code


def _run(command: "_commands.Command", parsed: "argparse.Namespace", out: Output) -> ExitCode:
    """Run a command, and turn what goes wrong into a sentence and an exit code."""
    try:
        return command.run(parsed, out)
    except Failed as failed:
        return out.failed(str(failed), failed.code)
    except KeyboardInterrupt:
        return out.failed("interrupted", ExitCode.INTERRUPTED)
    except NotImplementedError as error:
        return out.failed(str(error), ExitCode.NOT_HERE)
    except OSError as error:
        denied = getattr(error, "winerror", None) == _ACCESS_DENIED
        return out.failed(str(error), ExitCode.NEEDS_ADMINISTRATOR if denied else ExitCode.NEGATIVE)
    except (TypeError, ValueError) as error:  # an argument of the function that the command stands for
        return out.failed(str(error), ExitCode.USAGE)
