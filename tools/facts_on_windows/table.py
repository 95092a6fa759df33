"""The answers as a table in Markdown, and as JSON."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

HEAD = ["id", "question", "answer", "how", "machine"]


@dataclass(frozen=True)
class Row:
    """A question with what came of it: an answer, or the reason why there is none."""

    id: str
    question: str
    how: str
    answer: "str | Mapping[str, object] | None" = None
    reason: str = ""
    seconds: float = 0.0
    machine: str = ""
    """Windows build and version of wer.dll."""
    notes: Sequence[str] = field(default_factory=list)
    """What was not as it should be while it was asked, such as something that could not be undone."""


def markdown(machine: Mapping[str, str], rows: Sequence[Row]) -> str:
    """The table, below a line about the machine, to be pasted into docs/evidence.md."""
    about = "; ".join(f"{name} {value}" for name, value in machine.items())
    lines = [about, "", f"| {' | '.join(HEAD)} |", f"|{' --- |' * len(HEAD)}"]
    for row in rows:
        cells = [f"`{row.id}`", row.question, _answer(row), row.how, row.machine]
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join(lines) + "\n"


def as_json(machine: Mapping[str, str], rows: Sequence[Row]) -> str:
    """The same, for programs."""
    return json.dumps({"machine": dict(machine), "rows": [asdict(row) for row in rows]}, indent=1)


def private(text: str) -> str:
    """`text` without what names the user, the machine or one report: it is going to be published.

    Paths begin with the variable that leads there; long hexadecimal numbers become their number of digits.
    """
    places = [
        (name, os.environ.get(name, "")) for name in ("LOCALAPPDATA", "APPDATA", "ProgramData", "TEMP", "USERPROFILE")
    ]
    for name, path in sorted(places, key=lambda place: -len(place[1])):
        if path:
            text = re.sub(re.escape(path), lambda _, name=name: f"%{name}%", text, flags=re.IGNORECASE)  # type: ignore[misc]
    for name in ("USERNAME", "COMPUTERNAME"):
        value = os.environ.get(name, "")
        if len(value) > 2:
            text = re.sub(rf"\b{re.escape(value)}\b", f"%{name}%", text, flags=re.IGNORECASE)
    text = re.sub(
        r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])", "<GUID>", text
    )
    return re.sub(
        r"(?<![0-9A-Za-z])(?=[0-9a-fA-F]*[0-9])[0-9a-fA-F]{8,}(?![0-9A-Za-z])",
        lambda found: f"<{len(found[0])} hex digits>",
        text,
    )


def _answer(row: Row) -> str:
    if row.answer is None:
        text = f"not answered: {row.reason}"
    elif isinstance(row.answer, str):
        text = row.answer
    else:
        text = "; ".join(f"{what}: {_value(value)}" for what, value in row.answer.items())
    return " ".join([text, *(f"({note})" for note in row.notes)])


def _value(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list | tuple) else str(value)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
