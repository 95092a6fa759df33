"""The page of the command line, made from its parsers and schemas: run by `dev.py docs` where the package is."""

import argparse
import os
from collections.abc import Iterator
from typing import Any

from wer.cli import _commands

INTRODUCTION = """\
The command line
================

.. This file is made by tools/docs_of_commands.py.

``wer`` and ``python -m wer`` are the same. What a command does, a Python program can do: each prints what functions of
the package return. Data goes to standard output, everything else to standard error, both in UTF-8 if that is a pipe or
a file. ``--json`` prints one object in place of the data. What changes or sends anything prints its plan and ends;
``--yes`` does it. Progress is shown on a terminal only, ``NO_COLOR`` is known, and Ctrl-C leaves nothing half done.

``pip install werapi`` brings all of it; ``werapi[cli]`` adds `rich <https://rich.readthedocs.io>`__ for tables on a
terminal.

"""

JSON = """\
JSON
----

Every object has ``"schema": 1``, which changes when something in it is gone or means something else, and ``"command"``.
If the command failed, it has ``"error"``, with ``"text"`` and ``"exit_code"``, and the rest may be missing. Members of
enums are their names, times ISO 8601 in UTC, bytes hexadecimal.

"""


def page() -> str:
    """The whole page."""
    os.environ["COLUMNS"] = "110"  # the width of the help texts
    lines = [INTRODUCTION]
    whole = _commands.parser_of_all()
    lines += _help("wer --help", whole)
    for name in _commands.NAMES:
        command = _commands.load(name)
        parser = _commands.parser_of(name, command)
        lines += [_title(f"wer {name}", "-"), *_help("", parser)]
        for subcommand, subparser in _subcommands(parser):
            lines += [_title(f"wer {name} {subcommand}", "~"), *_help("", subparser)]
    lines.append(JSON)
    for name in _commands.NAMES:
        schema = _commands.load(name).SCHEMA
        for words, one in {name: schema}.items() if "type" in schema else _named(name, schema):
            lines += [_title(f"wer {words} --json", "~"), *_table(one)]
    return "\n".join(lines)


def _named(name: str, schemas: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((f"{name} {subcommand}", schema) for subcommand, schema in schemas.items())


def _title(text: str, line: str) -> str:
    return f"{text}\n{line * len(text)}\n"


def _help(title: str, parser: argparse.ArgumentParser) -> list[str]:
    return [
        *([_title(title, "-")] if title else []),
        ".. code-block:: text\n",
        *(f"   {line}".rstrip() for line in parser.format_help().splitlines()),
        "",
    ]


def _subcommands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _table(schema: dict[str, Any]) -> list[str]:
    """A row for each property, and for those of what is in it."""
    rows = list(_rows(schema, ""))
    if not rows:
        return ["Nothing more.\n"]
    lines = [".. list-table::", "   :header-rows: 1", "", "   * - property", "     - type", "     -"]
    for path, kind, description in rows:
        lines += [f"   * - ``{path}``", f"     - {kind}", f"     - {description}"]
    return [*lines, ""]


def _rows(schema: dict[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
    for name, described in schema.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        kind = described.get("type", "any")
        words = " or ".join(kind) if isinstance(kind, list) else kind
        if "enum" in described:
            words = " or ".join(f"``{one}``" for one in described["enum"])
        yield here, words, " ".join(described.get("description", "").split())
        yield from _rows(described, here)
        if isinstance(items := described.get("items"), dict):
            yield from _rows(items, f"{here}[]")


if __name__ == "__main__":
    print(page())
