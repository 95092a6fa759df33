"""What Python says in a report's files: its state, the stacks that faulthandler wrote, and the log in a dump."""

from dataclasses import dataclass

from .._typing import TYPE_CHECKING
from ._plain_files import FoundFile, start_of, without_folders

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = 256 * 1024  # of one text: as much as `add_python_state` writes
MOST_TEXTS = 16
MOST_LINE = 4000  # characters
_MOST_LOOKED_AT = 200  # files of a report

# By the first bytes of the file, as names may have been changed on the way. The last four are faulthandler's own:
# Python/traceback.c and Modules/faulthandler.c.
_STARTS = {
    b"Python state of a failure, version ": "Python state",
    b"The stacks of all Python threads of process ": "Python stacks during a hang",
    b"There are no Python stacks: ": "Python stacks during a hang",
    b"Fatal Python error: ": "Python stacks at the crash",
    b"Windows fatal exception: ": "Python stacks at the crash",
    b"Thread 0x": "Python stacks",
    b"Current thread 0x": "Python stacks",
}


@dataclass(frozen=True, slots=True)
class PythonText:
    """A text about the Python program, found in a report.

    Attributes
    ----------
    kind : str
        What it is: "Python state", "Python stacks at the crash", "Log in memory" and the like.
    name : str
        The file that it was found in.
    text : str
        The text, with line breaks as they were; what is no UTF-8 stands as ``\\\\x80``.
    cut : bool
        Whether something of it is missing: it is longer than 256 KiB, or has a line of more than 4000 characters.
    """

    kind: str
    name: str
    text: str
    cut: bool = False


def python_texts(files: "Iterable[FoundFile]") -> tuple[tuple[PythonText, ...], tuple[str, ...]]:
    """The texts among the files of a report, and sentences about what could not be read."""
    texts: list[PythonText] = []
    problems: list[str] = []
    plain = [file for file in files if not file.refused and file.size]
    for file in plain[:_MOST_LOOKED_AT]:
        try:
            start, _ = start_of(file.path, 64)
            kind = _kind(start)
            if not kind:
                continue
            if len(texts) == MOST_TEXTS:
                problems.append(f"only the first {MOST_TEXTS} texts of Python are shown")
                break
            data, size = start_of(file.path, MOST_BYTES)
        except (OSError, ValueError) as error:
            problems.append(f"{file.name} cannot be read: {without_folders(error, file.path)}")
            continue
        texts.append(_text(kind, file.name, data, size))
    if len(plain) > _MOST_LOOKED_AT:
        problems.append(f"only the first {_MOST_LOOKED_AT} of {len(plain)} files were looked at for texts of Python")
    return tuple(texts), tuple(problems)


def _kind(start: bytes) -> str:
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return next((kind for beginning, kind in _STARTS.items() if start.startswith(beginning)), "")


def _text(kind: str, name: str, data: bytes, size: int) -> PythonText:
    # Of a character that the limit cuts through, nothing is left.
    text = data.decode("utf-8-sig", "backslashreplace")
    lines = text.replace("\r\n", "\n").split("\n")
    long = [line for line in lines if len(line) > MOST_LINE]
    if long:
        lines = [f"{line[:MOST_LINE]} [cut]" if len(line) > MOST_LINE else line for line in lines]
    if size > len(data):
        lines.append(f"[cut: it has {size:,} bytes, these are the first {len(data):,}]")
    return PythonText(kind, name, "\n".join(lines).rstrip("\n"), bool(long) or size > len(data))


def log_of(records: "Iterable[str]", name: str) -> PythonText:
    """The records of a `wer.service.RingLog` as a text."""
    data = "\n".join(records).encode("utf-8", "backslashreplace")
    return _text("Log in memory", name, data[:MOST_BYTES], len(data))


def value_of(text: str, field: str) -> str:
    """What the header of a Python state says, such as its "Process" or "Python"; empty if it does not."""
    for line in text.split("\n", 10)[:10]:
        name, colon, value = line.partition(": ")
        if colon and name == field:
            return value.strip()
    return ""
