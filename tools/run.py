"""`dev.py run` and `dev.py shell`: a script of one's own, or a Python to talk to, with the package."""

import sys
from pathlib import Path

from tools.session import Session, folder_to_keep
from tools.steps import Command

SHELL: Command = ["-q", "-i"]  # on a pipe, it would take what it reads for a script


def main(session: Session, series: str, words: Command, folder: Path) -> int:
    """Run the session's Python `series` with `words` on our input and output. Returns its exit code.

    The reports that it leaves are kept in `folder`, and listed. Standard output is the program's alone.
    """
    kept = session.keep_reports(folder_to_keep(folder))
    before = set(_reports(folder))
    if words is SHELL:
        ending = "Ctrl-Z and Enter end it" if sys.platform == "win32" else "Ctrl-D ends it"
        _say(f"{session.describe(series)}; {ending}.")
    code = session.attach(series, words, Path.cwd())
    new = [path for path in _reports(folder) if path not in before] if kept else []
    for path in new:
        _say(f"A report is in {path}")
        for file in sorted(path.iterdir()):
            _say(f"  {file.stat().st_size:>12,} bytes  {file.name}")
    return code


def _reports(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob("*/Report*/*/Report.wer"))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
