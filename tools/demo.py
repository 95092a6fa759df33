"""`dev.py demo`: see a stuck and a crashed worker reported, and what others find in the reports."""

from pathlib import Path

from tools.session import Session, folder_to_keep
from tools.steps import Failure

KEPT = "wer-demo"
ON_WINDOWS = Path(__file__).with_name("demo_on_windows.py")


def main(session: Session, series: str) -> None:
    """Run the demo in the session's Python `series`. The reports are copied into the folder KEPT."""
    kept = folder_to_keep(Path(KEPT))
    if session.python(series, [session.path(ON_WINDOWS), session.path(kept)]).returncode:
        raise Failure("The demo did not find everything that it looked for; the lines above say what is missing.")
