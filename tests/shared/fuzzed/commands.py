"""The command line's parsers, and what commands make of their arguments before they look at anything.

An input is the arguments, each on a line. Nothing is run but ``explain``, which only looks into its tables.
"""

import argparse
import contextlib
import functools
import io
import re

from wer.cli import _commands, explain, report
from wer.cli._output import Failed, Output

NAME = "command lines"
LONGEST = 2048


def seeds():
    lines = [line for name in _commands.NAMES for line in _commands.load(name).EXAMPLES.splitlines()]
    given = [re.split(r" {2,}", line.strip())[0].split() for line in lines if line.strip().startswith("wer ")]
    more = [["--version"], ["--help"], ["store", "list", "--age", "2026-11-28T09:30"], ["dump", "--type", "0x1806"]]
    return ["\n".join(words[1:]).encode() for words in given] + ["\n".join(words).encode() for words in more]


@functools.cache
def _parser(name):
    return _commands.parser_of(name, _commands.load(name)) if name else _commands.parser_of_all()


@contextlib.contextmanager
def reader(folder):
    def read(data):
        words = data.decode("utf-8", "surrogateescape").split("\n")
        name = words[0] if words[0] in _commands.NAMES else ""
        code = 0
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as told:
            try:
                parsed = _parser(name).parse_args(words[1:] if name else words)
            except SystemExit as end:
                code = end.code
            else:
                _look_further(name, parsed)
        assert code == 0 or (code == 2 and told.getvalue()), f"exit code {code}, {told.getvalue()!r}"

    yield read


def _look_further(name: str, parsed: argparse.Namespace) -> None:
    with contextlib.suppress(Failed, ValueError):  # of which `cli.main` makes a sentence
        if name == "explain":
            explain.run(parsed, Output(name))
        if name == "report":
            report._parameters(parsed.parameter)
