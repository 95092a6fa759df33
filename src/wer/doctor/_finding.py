"""`Finding` and its `Evidence`, as `examine` returns them."""

from dataclasses import dataclass
from string import Formatter

from .._machine.local_dumps import kind_name
from .._machine.registry import Value
from ._findings import KNOWN

_LONGEST = 300  # characters of what was read, in a text


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was read, and where.

    Attributes
    ----------
    source : str
        "registry", "process", "folder", "file" or "service".
    hive, key : str or None
        Of the registry: "HKLM", "HKCU" or "HKU", and the path of the key.
    view : int or None
        64 or 32: the registry of which programs.
    name : str or None
        The value; of other sources what was looked at: a path, a fact of a process. None: the key itself.
    type : str or None
        "REG_DWORD" and so on; None if the value or key is not there.
    data : str, int or None
        What stands there: bytes in hexadecimal, several texts with "; " between them, long ones cut.
    """

    source: str
    hive: str | None = None
    view: int | None = None
    key: str | None = None
    name: str | None = None
    type: str | None = None
    data: str | int | None = None

    def __str__(self) -> str:
        if self.source != "registry":
            return f"{self.source}: {self.name}" + ("" if self.data is None else f": {self.data}")
        place = f"{self.hive}\\{self.key}" + (" (registry of 32-bit programs)" if self.view == 32 else "")
        if self.name is None:
            return f"{place}: {self.data}"
        if self.type is None:
            return f"{place}: {self.name} is not set"
        return f"{place}: {self.name or '(default)'} = {self.data!r} ({self.type})"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One reason why there is no report or no dump, or something that is worth knowing.

    Attributes
    ----------
    id : str
        Its name, which stays the same: ``wer explain ID``.
    severity : str
        "blocks-dump", "blocks-report", "unknown", "warning" or "info".
    title : str
        What it is.
    evidence : tuple of Evidence
        What was read.
    meaning : str
        What it does to reports and dumps.
    sure : str
        How the meaning is known: "documented", "seen", "inferred" or "unknown".
    remedy : str
        What to do, with the exact command where there is one; "" if nothing is to be done.
    report, dump : str
        What it does to each answer: "blocks", "clouds" (it cannot be told) or "none".
    sources : tuple of str
        Where the meaning is from.
    normal : bool
        Whether this is how Windows comes, and no more than worth knowing.
    """

    id: str
    severity: str
    title: str
    evidence: tuple[Evidence, ...]
    meaning: str
    sure: str
    remedy: str
    report: str
    dump: str
    sources: tuple[str, ...]
    normal: bool = False

    def __str__(self) -> str:
        return f"{self.id}: {self.title}"


def finding(
    name: str, /, *evidence: Evidence, normal: bool = False, changed: "dict[str, str] | None" = None, **words: object
) -> Finding:
    """The finding `name`, with its texts filled in.

    Parameters
    ----------
    changed : dict, optional
        What is otherwise than in the table: severity, report, dump.
    words : object
        What the texts have in braces.
    """
    known = KNOWN[name]
    texts = {part: _filled(getattr(known, part), words) for part in ("title", "meaning", "remedy")}
    effects = {part: getattr(known, part) for part in ("severity", "report", "dump")} | (changed or {})
    return Finding(
        id=known.id,
        evidence=evidence,
        sure=known.sure,
        sources=known.sources,
        normal=normal,
        **effects,
        **texts,
    )


def _filled(text: str, words: dict[str, object]) -> str:
    return "".join(
        before + ("" if name is None else shortened(words[name])) for before, name, _, _ in Formatter().parse(text)
    )


def of_registry(hive: str, key: str, value: Value | None, view: int = 64, *, name: str | None = None) -> Evidence:
    """A value of the registry; `name` says which it would be that is not there."""
    place = {"source": "registry", "hive": hive, "key": key}
    if value is None:
        return Evidence(**place, view=view, name=name, data=None if name else "is not there")
    return Evidence(**place, view=view, name=shortened(value.name), type=kind_name(value.kind), data=_data(value))


def of_key(hive: str, key: str, data: str, view: int = 64) -> Evidence:
    """A key of the registry, and what is to be said of it."""
    return Evidence(source="registry", hive=hive, view=view, key=key, data=data)


def _data(value: Value) -> str | int | None:
    data = value.data
    if isinstance(data, bytes):
        return data[: _LONGEST // 2].hex()
    if isinstance(data, tuple):
        return shortened("; ".join(data))
    return shortened(data) if isinstance(data, str) else data


def shortened(text: object) -> str:
    """A text that was read, no longer than a reader wants it."""
    text = str(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
