"""Write a dump of a running process into a file.

No report is made, nothing is sent, and any process of the same user can be dumped without an administrator. The process
stops while its memory is read, and then goes on. A dump holds that memory, passwords and all: keep it as private as the
process. It gets the permissions of its folder.

The file is there when it is whole, and not before. That there is room for it is looked at first. It is the only thing
that is written, under a name that you give, and so this asks for no --yes.

In a virtual environment python.exe is a launcher, and the program runs in another process: that one is dumped, and said
to be. With --children there is a file for each process, FILE.<pid>.dmp beside the name that -o gives (dump.dmp becomes
dump.4711.dmp); conhost.exe, which Windows starts for consoles, is left out.

types, by what they hold:
  mini   stacks, and the global variables of all modules: a few MB
  heap   all memory that only the process has, as well: Python's objects are there
  full   all memory, as the Task Manager writes it
  0x...  flags of MINIDUMP_TYPE, as for CustomDumpFlags
"""

import argparse
import os
import shutil

from .._enums import DumpType, MinidumpType
from .._processes import FOR_DUMP, FOR_HEAP_DUMP
from .._typing import TYPE_CHECKING
from ..dumps._contents import CONTENTS, FULL
from ..dumps._write import expected_of, write_dump_of
from ._output import ExitCode, Failed, Output
from ._processes import add_arguments as add_processes
from ._processes import denied, name, subjects_of

if TYPE_CHECKING:
    from typing import Any

    from .._werapi import HeldHandle
    from ..dumps import WrittenDump
    from ._processes import Subjects

_MiB = 1 << 20
_TYPES = {"mini": CONTENTS[DumpType.MINIDUMP], "heap": CONTENTS[DumpType.HEAPDUMP], "full": FULL}

EXAMPLES = """\
  wer dump --pid 4711 -o stuck.dmp              of one process, a few MB
  wer dump --pid 4711 -o C:\\dumps --type heap   with Python's objects, as C:\\dumps\\python.exe.4711.dmp
  wer dump --pid 4711 -o pool.dmp --children    of a pool with its workers: pool.4711.dmp, pool.4724.dmp ...
"""

SCHEMA: "dict[str, Any]" = {
    "type": "object",
    "required": ["dumps", "failed", "launchers"],
    "properties": {
        "dumps": {
            "description": "The dumps that were written; the process that was named, or the Python behind it, first.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "size", "flags", "pid", "executable", "seconds"],
                "properties": {
                    "path": {"description": "The file.", "type": "string"},
                    "size": {"description": "Its bytes.", "type": "integer"},
                    "flags": {
                        "description": "What it holds: names of MINIDUMP_TYPE's flags.",
                        "type": "array",
                        "items": {"type": "string"},
                    },
                    "pid": {"description": "The process.", "type": "integer"},
                    "executable": {"description": 'Its program; "" if Windows does not tell.', "type": "string"},
                    "seconds": {"description": "How long it took.", "type": "number"},
                },
            },
        },
        "failed": {
            "description": "What was to be dumped and was not.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pid", "reason"],
                "properties": {
                    "pid": {"description": "The process; null: the reason names it.", "type": ["integer", "null"]},
                    "reason": {"description": "Why, in words.", "type": "string"},
                },
            },
        },
        "launchers": {
            "description": "Processes that were seen through, to the Python behind.",
            "type": "array",
            "items": {"type": "integer"},
        },
    },
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    add_processes(parser, "dump")
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="FILE",
        help="where to; in a folder that exists the file is named after program and process: python.exe.4711.dmp",
    )
    parser.add_argument(
        "--type", type=contents, default="mini", metavar="TYPE", help="mini, heap, full or flags (default: mini)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there")


def contents(text: str) -> MinidumpType:
    """What a type of dump holds."""
    if text in _TYPES:
        return _TYPES[text]
    try:
        number = int(text, 0)
    except ValueError:
        number = -1
    if not 0 <= number <= 0xFFFFFFFF:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither mini, heap or full nor a number of 32 bits, the flags of MINIDUMP_TYPE"
        )
    return MinidumpType(number)


def run(arguments: argparse.Namespace, out: Output) -> ExitCode:
    """Run the command."""
    flags: MinidumpType = arguments.type
    rights = FOR_HEAP_DUMP if flags & MinidumpType.WITH_HANDLE_DATA else FOR_DUMP
    subjects = subjects_of(arguments, rights, out)
    targets = _targets(arguments.output, subjects, arguments.children)
    sizes = [expected_of(held, flags) for held in subjects.held]
    _must_have_room(os.path.dirname(targets[0]), sizes)
    dumps: list[WrittenDump] = []
    failed: list[tuple[int | None, str]] = [(None, error.strerror or str(error)) for error in subjects.refused]
    last: OSError | None = None
    try:
        for held, target, size in zip(subjects.held, targets, sizes, strict=True):
            try:
                dumps.append(_write(held, target, size, arguments, out))
            except OSError as error:
                last = error
                failed.append((held.id, _reason(error)))
    finally:  # of Ctrl-C, too: the files that are whole are told
        _tell(out, dumps, failed, subjects.launchers)
    if not dumps:
        assert last is not None, "there is one process at least"
        if isinstance(last, PermissionError) and last.filename is None:
            raise denied(last)
        raise Failed(_reason(last))
    if failed:
        out.note(f"Not all was dumped: {len(failed)} of {len(failed) + len(dumps)} are missing.")
    return ExitCode.UNCLEAR if failed else ExitCode.DONE


def _targets(given: str, subjects: "Subjects", several: bool) -> list[str]:
    """A path for each process."""
    path = os.path.abspath(given)
    if os.path.isdir(path):
        return [os.path.join(path, f"{name(held)}.{held.id}.dmp") for held in subjects.held]
    if given.endswith(("/", os.sep)) or not os.path.isdir(os.path.dirname(path)):
        raise Failed(f"-o: there is no folder {given if given.endswith(('/', os.sep)) else os.path.dirname(path)}")
    if not several:
        return [path]
    stem, suffix = os.path.splitext(path)
    return [f"{stem}.{held.id}{suffix or '.dmp'}" for held in subjects.held]


def _must_have_room(folder: str, sizes: list[int]) -> None:
    free = shutil.disk_usage(folder).free
    if sum(sizes) > free:
        raise Failed(
            f"the dump{'s' * (len(sizes) > 1)} will have some {sum(sizes) / _MiB:.0f} MiB, and in {folder} there is "
            f"room for {free / _MiB:.0f} MiB: say another folder with -o, or a smaller --type"
        )


def _write(held: "HeldHandle", target: str, size: int, arguments: argparse.Namespace, out: Output) -> "WrittenDump":
    with out.progress(f"Process {held.id}", total=size) as advance:
        before = 0

        def progress(done: int, expected: int) -> None:
            nonlocal before
            advance(done - before)
            before = done

        return write_dump_of(held, target, arguments.type, arguments.overwrite, progress)


def _reason(error: OSError) -> str:
    text = (error.strerror or str(error)).replace("overwrite=True replaces", "--overwrite replaces")
    return f"{error.filename}: {text}" if error.filename else text


def _tell(
    out: Output, dumps: "list[WrittenDump]", failed: "list[tuple[int | None, str]]", launchers: list[int]
) -> None:
    out.answer(
        {"dumps": dumps, "failed": [{"pid": pid, "reason": reason} for pid, reason in failed], "launchers": launchers}
    )
    if dumps:
        rows = [
            (one.path, f"{one.size / _MiB:.1f}", _type_name(one.flags), one.pid, one.executable, f"{one.seconds:.1f}")
            for one in dumps
        ]
        out.table(("file", "MiB", "type", "pid", "program", "seconds"), rows)
    if dumps and failed:
        for pid, reason in failed:
            out.note(f"Process {pid}: {reason}" if pid else reason)
    if dumps:
        out.note("A dump holds memory of its process, passwords and all: keep it private.")


def _type_name(flags: MinidumpType) -> str:
    return next((name for name, known in _TYPES.items() if known == flags), f"{int(flags):#x}")
