"""What a story says, in sections of words: the same for a terminal and for a page."""

from dataclasses import dataclass, replace

from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_CELL = 500  # characters
_MOST_VALUE = 2000
_WIDEST_NAME = 24
_WIDEST_CELL = 60  # beyond it, a cell of a table does not push the next column away


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known, or that is known to be unknown.

    Attributes
    ----------
    name, value : str
        What it is, and what it says.
    source : str
        Where it was found: "Report.wer", "dump", "event 1000".
    sure : str
        "documented", "seen", "inferred" or "unknown": how sure the meaning is.
    """

    name: str
    value: str
    source: str = ""
    sure: str = "seen"

    @property
    def remark(self) -> str:
        """The source, and how sure it is unless it was simply seen there; empty if there is nothing to say."""
        return ", ".join([part for part in (self.source, "" if self.sure == "seen" else self.sure) if part])


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a story under one heading: sentences, facts, one table, one text. What it has not is empty.

    Attributes
    ----------
    title : str
        The heading.
    sentences : tuple of str
        In words.
    facts : tuple of Fact
        Names with values.
    columns, rows : tuple
        A table.
    text : str
        A text with its own line breaks.
    """

    title: str
    sentences: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    text: str = ""


def as_lines(headline: str, sections: "Iterable[Section]") -> list[str]:
    """The story as lines for a terminal: what characters do there is for who prints them to see to."""
    lines = [one_line(headline)]
    for section in sections:
        title = one_line(section.title)
        lines += ["", title, "-" * len(title)]
        lines += [one_line(sentence) for sentence in section.sentences]
        width = min(max([len(fact.name) for fact in section.facts], default=0), _WIDEST_NAME)
        for fact in section.facts:
            remark = f"  [{fact.remark}]" if fact.remark else ""
            lines.append(f"{one_line(fact.name):{width}}  {one_line(fact.value)}{remark}")
        lines += _table(section.columns, section.rows)
        # Indented, so that no line of it can pass for a heading.
        lines += [f"    {line}".rstrip() for line in section.text.split("\n")] if section.text else []
    return lines


def _table(columns: "Sequence[str]", rows: "Sequence[Sequence[str]]") -> list[str]:
    if not columns:
        return []
    cells = [[one_line(cell) for cell in row] for row in [columns, *rows]]
    widths = [min(max(len(row[index]) for row in cells), _WIDEST_CELL) for index in range(len(columns) - 1)]
    return ["  ".join([*map(str.ljust, row, widths), row[-1]]).rstrip() for row in cells]


def one_line(text: str) -> str:
    """A text that must not begin a line of its own: what another program wrote could look like one of ours."""
    return text.replace("\r", "\\r").replace("\n", "\\n")


def shortened(section: Section) -> Section:
    """The section without what of its texts is too long: a dump can name one text of 64 KiB thirty thousand times."""
    return replace(
        section,
        title=cut(section.title, MOST_CELL),
        sentences=tuple([cut(sentence, _MOST_VALUE) for sentence in section.sentences]),
        facts=tuple([replace(fact, value=cut(fact.value, _MOST_VALUE)) for fact in section.facts]),
        rows=tuple([tuple([cut(cell, MOST_CELL) for cell in row]) for row in section.rows]),
    )


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} [cut: {len(text):,} characters]"
