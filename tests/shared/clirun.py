"""Run a command of ``wer`` in this process, and hold its JSON against its schema."""

import contextlib
import io
import json
from dataclasses import dataclass
from typing import Any

import fastjsonschema
from schemas import check_schema, undocumented

from wer.cli import _commands, main


@dataclass(frozen=True)
class Ran:
    """How it ended: the exit code, both outputs, and of ``--json`` the object."""

    code: int
    out: str
    err: str
    answer: Any = None


def run(*arguments: str) -> Ran:
    """Run ``wer`` with these arguments."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        try:
            code = main(arguments)
        except SystemExit as end:  # argparse
            code = end.code
    answer = None
    if "--json" in arguments and code != 2:
        answer = json.loads(out.getvalue())
        check_answer(answer)
    return Ran(code, out.getvalue(), err.getvalue(), answer)


def check_answer(answer):
    """The JSON of a command is as its module says."""
    assert answer["schema"] == 1
    name, _, subcommand = answer["command"].partition(" ")
    schema = _commands.load(name).SCHEMA
    if subcommand:
        schema = schema[subcommand]
    check_schema(schema)
    own = {key: value for key, value in answer.items() if key not in ("schema", "command", "error")}
    if "error" not in answer:
        fastjsonschema.validate(schema, own)
    else:
        assert set(answer["error"]) == {"text", "exit_code"}
    assert not set(undocumented(schema, own)), "what is printed is documented"
