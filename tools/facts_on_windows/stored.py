"""The reports that questions made, on the disk: found, read, and removed.

A report is one of ours if its event is `EVENT`, or if its first signature parameter, which also is in its folder's
name, begins with `NAME`. No other report is ever touched.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

EVENT = "WerapiFacts"
NAME = "werapi-facts"  # at most 16 characters: WER cuts it there in a folder's name

ROOTS = ("LOCALAPPDATA", "ProgramData")
STORES = ("ReportQueue", "ReportArchive")
PATIENCE = 60.0  # seconds for the report of a crash to be made
DUMPS = ("*.mdmp", "*.hdmp", "*.dmp")


@dataclass(frozen=True)
class Stored:
    """A report of ours in a store."""

    folder: Path
    lines: dict[str, str] = field(repr=False)
    """What Report.wer says; empty if this user may not read it."""
    raw: bytes = field(repr=False)

    @property
    def place(self) -> str:
        """Such as %LOCALAPPDATA%, ReportQueue."""
        root = next(name for name in ROOTS if self.folder.is_relative_to(wer_folder(name) or "?"))
        return f"%{root}%, {self.folder.parent.name}"

    @property
    def dumps(self) -> list[Path]:
        """Its dumps."""
        return sorted(path for pattern in DUMPS for path in self.folder.glob(pattern))

    @property
    def files(self) -> list[str]:
        """The names of its files, but for Report.wer."""
        return sorted(path.name for path in self.folder.iterdir() if path.name.lower() != "report.wer")


def wer_folder(root: str) -> Path | None:
    """The folder WER in one of `ROOTS`."""
    path = os.environ.get(root)
    return Path(path, "Microsoft", "Windows", "WER") if path else None


def ours() -> list[Stored]:
    """All reports of ours that can be seen."""
    found = []
    for _, _, folder in _stores():
        with suppress(OSError):  # there is none, or it is not for us
            found += [report for path in sorted(folder.iterdir()) if (report := _read(path))]
    return found


def wait_for(text: str, seconds: float) -> Stored | None:
    """The report in which a line has this value, once it is there; None if it does not come."""
    deadline = time.monotonic() + seconds
    while True:
        for report in ours():
            if text in report.lines.values():
                return report
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.2)


class Stores:
    """What a `Journal` needs to know of the reports to undo them."""

    def sweep(self) -> list[str]:
        """Remove all reports of ours. Returns what could not be removed, and why."""
        problems = []
        for report in ours():
            try:
                shutil.rmtree(report.folder)
            except OSError as error:
                problems.append(f"a report of these questions is still in {report.place}: {error}")
        return problems

    def hidden(self) -> list[str]:
        """The stores that this user may not look into."""
        found = []
        for root, store, folder in _stores():
            try:
                os.listdir(folder)
            except FileNotFoundError:
                pass
            except OSError:
                found.append(f"%{root}%, {store}")
        return found

    def at_work(self) -> list[str]:
        """Wait until no WerFault.exe runs; if one still does after a while, say so."""
        deadline = time.monotonic() + PATIENCE
        while _werfault_runs():
            if time.monotonic() >= deadline:
                return ["WerFault.exe is still at work, perhaps on a report of these questions"]
            time.sleep(0.5)
        return []


def lines_of(raw: bytes) -> dict[str, str]:
    """The lines of a Report.wer. Only enough of a reader to find ours: `wer.read_report` is what is asked about."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", "replace")
    else:
        text = raw.decode("utf-16-le" if b"\0" in raw[:4] else "utf-8", "replace")
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _stores() -> Iterator[tuple[str, str, Path]]:
    """Each store: in which of `ROOTS`, its name, its folder."""
    for root in ROOTS:
        base = wer_folder(root)
        if base:
            yield from ((root, store, base / store) for store in STORES)


def _werfault_runs() -> bool:
    query = ["tasklist", "/NH", "/FI", "IMAGENAME eq WerFault.exe"]
    done = subprocess.run(query, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    return "werfault" in done.stdout.lower()


def _read(folder: Path) -> Stored | None:
    try:
        raw = (folder / "Report.wer").read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:  # not for us to read; its name is all that tells
        return Stored(folder, {}, b"") if f"_{NAME}" in folder.name else None
    lines = lines_of(raw)
    is_ours = lines.get("EventType") == EVENT or lines.get("Sig[0].Value", "").lower().startswith(NAME)
    return Stored(folder, lines, raw) if is_ours else None
