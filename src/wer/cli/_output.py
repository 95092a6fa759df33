"""What commands print: data to standard output, all else to standard error, and JSON in place of the data."""

import errno
import io
import json
import os
import sys
from contextlib import contextmanager
from enum import IntEnum

from .._plain import as_plain
from .._shown import shown
from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, TextIO

SCHEMA_NUMBER = 1  # of the JSON: changes when something in it is gone or means something else


class ExitCode(IntEnum):
    """What the process ends with."""

    DONE = 0
    NEGATIVE = 1
    USAGE = 2
    UNCLEAR = 3
    NEEDS_ADMINISTRATOR = 4
    NOT_HERE = 5
    INTERRUPTED = 130


class Failed(Exception):
    """A sentence for the person, and the exit code."""

    def __init__(self, text: str, code: ExitCode = ExitCode.NEGATIVE) -> None:
        super().__init__(text)
        self.code = code


class ReaderGone(Exception):
    """What reads standard output has seen enough, like `head`."""


def add_yes(parser: "argparse.ArgumentParser") -> None:
    """Add the option of commands that change or send something."""
    parser.add_argument("--yes", action="store_true", help="do it; without this the plan is printed, and nothing done")


class Output:
    """The output of one run of a command.

    Parameters
    ----------
    command : str
        The command with its subcommand, for the JSON.
    as_json : bool
        Whether standard output gets one JSON object in place of the lines and tables.
    yes : bool
        Whether plans are carried out.
    """

    def __init__(self, command: str, *, as_json: bool = False, yes: bool = False) -> None:
        self.command, self.as_json, self.yes = command, as_json, yes
        self._answer: dict[str, Any] | None = None
        self._error: dict[str, Any] | None = None

    def line(self, text: object = "") -> None:
        """A line, or some, of data."""
        if not self.as_json:
            _print("\n".join(shown(line) for line in str(text).split("\n")))

    def table(self, columns: "Sequence[str]", rows: "Sequence[Sequence[object]]") -> None:
        """A table of data. On a terminal by rich, if that is installed."""
        if self.as_json:
            return
        cells = [[shown(cell) for cell in row] for row in rows]
        if _is_terminal(sys.stdout) and _rich_table(columns, cells):
            return
        widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
        for row in (columns, *cells):
            _print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def note(self, text: object) -> None:
        """What is no data: a warning, what happens meanwhile, what to do next."""
        print("\n".join(shown(line) for line in str(text).split("\n")), file=sys.stderr)

    def answer(self, mapping: "Mapping[str, Any]") -> None:
        """What ``--json`` prints; once for each run."""
        self._answer = dict(mapping)

    def failed(self, text: str, code: ExitCode) -> ExitCode:
        """What went wrong, and with which exit code the process ends."""
        self.note(f"wer {self.command}: {text}")
        self._error = {"text": text, "exit_code": int(code)}
        return code

    @contextmanager
    def progress(self, title: str, total: int) -> "Iterator[Callable[[int], None]]":
        """Show how far long work is, on a terminal only; what this gives is called with how much was done since."""
        if not _is_terminal(sys.stderr):
            yield lambda done: None
            return
        done = 0

        def advance(more: int) -> None:
            nonlocal done
            done += more
            percent = min(100, 100 * done // total) if total else 100
            print(f"\r{shown(title)}: {percent:3} %", end="", file=sys.stderr, flush=True)

        try:
            advance(0)
            yield advance
        finally:
            print(file=sys.stderr)

    def plan(self, lines: "Sequence[str]") -> bool:
        """Print what is going to be done. Whether to do it: only with ``--yes``."""
        self.note("Plan:")
        for line in lines:
            self.note(f"  {line}")
        if not self.yes:
            self.note("Nothing was done. With --yes it is.")
        return self.yes

    def end(self) -> None:
        """Print the JSON, if that was asked for, and see that all is out."""
        if self.as_json:
            whole: dict[str, Any] = {"schema": SCHEMA_NUMBER, "command": self.command, **(self._answer or {})}
            if self._error:
                whole["error"] = self._error
            _print(json.dumps(as_plain(whole), ensure_ascii=False, indent=2, allow_nan=False))
        with _reader_there():
            sys.stdout.flush()


@contextmanager
def _reader_there() -> "Iterator[None]":
    try:
        yield
    except OSError as error:
        # EINVAL is what the C runtime of Windows makes of a pipe without a reader.
        if error.errno not in (errno.EPIPE, errno.EINVAL):
            raise
        raise ReaderGone from error


def _print(text: str) -> None:
    with _reader_there():
        print(text)


def use_utf8() -> None:
    """Have a pipe and a file get UTF-8, whatever the code page is; what UTF-8 cannot say is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = stream.encoding if _is_terminal(stream) else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def release_stdout() -> None:
    """Have Python not complain at its end about what nobody could be given."""
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for the rest of this process


def _is_terminal(stream: "TextIO | None") -> bool:
    return stream is not None and stream.isatty()


def _rich_table(columns: "Sequence[str]", cells: "Sequence[Sequence[str]]") -> bool:
    """Whether rich is installed, and has shown the table. It knows NO_COLOR."""
    try:
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        return False
    table = Table(box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))  # a Text: brackets are no markup
    Console().print(table)
    return True
