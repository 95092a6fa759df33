"""`dev.py facts`: ask a machine the open questions of docs/evidence.md."""

import sys
from argparse import Namespace
from pathlib import Path

from tools.session import Session

ON_WINDOWS = Path(__file__).with_name("facts_on_windows")


def main(session: Session, series: str, arguments: Namespace) -> int:
    """Ask in the session's Python `series`, print the table, and return the exit code."""
    output = session.folder / "facts.out"
    words: list[str | Path] = [session.path(ON_WINDOWS), "--output", session.path(output)]
    for id in arguments.only or ():  # noqa: A001
        words += ["--only", id]
    words += [
        option
        for option in ("--json", "--list", "--no-admin", "--undo")
        if getattr(arguments, option[2:].replace("-", "_"))
    ]
    try:
        code = session.python(series, words, echo=_progress).returncode
    except BaseException:
        # Ctrl-C has ended the program on the other side, perhaps while it was undoing what it had changed.
        session.python(series, [session.path(ON_WINDOWS), "--undo"], echo=_progress)
        raise
    if output.exists():
        text = output.read_text(encoding="utf-8")
        sys.stdout.write(text)
        if arguments.output:
            Path(arguments.output).write_text(text, encoding="utf-8", newline="\n")
    return code


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
