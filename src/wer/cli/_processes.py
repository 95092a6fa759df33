"""Which processes a command is about: the one that was named, the Python behind a launcher, what it has started."""

import argparse
import os

from .. import _native
from .._interpreter import hold, look, name_of
from .._machine.privileges import enable_debug
from .._processes import children_of
from .._typing import TYPE_CHECKING
from ._output import ExitCode, Failed

if TYPE_CHECKING:
    from .._werapi import HeldHandle
    from ._output import Output

_CONSOLE = "conhost.exe"  # Windows starts one for a program with a console of its own
_MOST = 200  # processes: more is a mistake


class Subjects:
    """The processes that a command is about, and what cannot be opened.

    Attributes
    ----------
    held : list of HeldHandle
        The processes, the one that was named, or the Python behind it, first.
    launchers : list of int
        The ids of those that were seen through.
    refused : list of OSError
        Why others cannot be opened.
    """

    def __init__(self) -> None:
        self.held: list[HeldHandle] = []
        self.launchers: list[int] = []
        self.refused: list[OSError] = []


def add_arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """Add the options by which processes are named."""
    parser.add_argument("--pid", type=process_id, required=True, metavar="N", help=f"the process to {verb}, by its id")
    parser.add_argument(
        "--children", action="store_true", help=f"{verb} all processes as well that it has started, and these in turn"
    )
    parser.add_argument(
        "--itself", action="store_true", help="take a launcher as it is: do not look for the Python behind it"
    )


def process_id(text: str) -> int:
    """An id, decimal or with 0x, as tools print them."""
    try:
        return int(text, 0)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no process id") from None


def subjects_of(arguments: argparse.Namespace, rights: int, out: "Output") -> Subjects:
    """The processes that the options mean, opened; launchers that are seen through are told."""
    enable_debug()
    try:
        held = hold(None, arguments.pid, rights)
    except PermissionError as error:
        raise denied(error) from None
    except ValueError as error:
        raise Failed(f"--pid: {error}", ExitCode.USAGE) from None
    except OSError as error:
        raise Failed(f"--pid: {error.strerror}") from None
    found = Subjects()
    if arguments.children:
        _add_family(found, held, rights, arguments.itself)
    else:
        found.held.append(held if arguments.itself else _seen_through(found, held, rights))
    for pid in found.launchers:
        out.note(f"Process {pid} is a launcher: the Python that it has started is taken; --itself takes the launcher.")
    return found


def denied(error: OSError) -> Failed:
    """What to do about a process that may not be opened or read."""
    text = f"{error.strerror} Run this in a prompt of an administrator, or of the user that the process belongs to."
    return Failed(text, ExitCode.NEEDS_ADMINISTRATOR)


def name(held: "HeldHandle") -> str:
    """The file name of the program, or "process"."""
    return os.path.basename(_native.executable(held).replace("\\", "/")) or "process"


def stands_for_others(held: "HeldHandle", rights: int) -> bool:
    """Whether it runs no Python, and has started some: a launcher, a shell."""
    pythons = look(held, rights).pythons
    return bool(pythons) and pythons[0].id != held.id


def _seen_through(found: Subjects, held: "HeldHandle", rights: int) -> "HeldHandle":
    seen = look(held, rights)
    if len(seen.pythons) > 1:
        pythons = ", ".join(map(name_of, seen.pythons))
        raise Failed(
            f"process {name_of(held)} runs no Python and has started several: {pythons}. Say --pid of one, --children "
            "for all, or --itself for the process itself",
            ExitCode.USAGE,
        )
    if seen.pythons and seen.pythons[0].id != held.id:
        found.launchers.append(held.id)
        return seen.pythons[0]
    return held


def _add_family(found: Subjects, first: "HeldHandle", rights: int, itself: bool) -> None:
    """All that it has started, too; a process that was started by one that has ended is not found."""
    waiting = [first]
    while waiting:
        held = waiting.pop(0)
        children, refused = children_of(held, rights)
        found.refused += refused
        if not itself and _is_launcher(held, children):
            found.launchers.append(held.id)
        else:
            found.held.append(held)
        waiting += [child for child in children if name(child).lower() != _CONSOLE]
        if len(found.held) + len(waiting) > _MOST:
            raise Failed(
                f"process {first.id} and what it has started are more than {_MOST} processes: name those that matter "
                "with --pid"
            )


def _is_launcher(held: "HeldHandle", children: "list[HeldHandle]") -> bool:
    try:
        return len(children) == 1 and not _native.has_python(held) and _native.has_python(children[0])
    except OSError:
        return False  # what cannot be looked into cannot be judged
