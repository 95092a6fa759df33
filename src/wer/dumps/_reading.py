"""`Reading`: what the readers of all streams share: the file, the bounds, names by their place, and what went wrong."""

import struct
from collections.abc import Iterator
from typing import Any

from ._bounds import MAX_NAME, MAX_PROBLEMS, MAX_TEXT
from ._file import Damaged, Pieces
from ._told import Stream

_LENGTH = struct.Struct("<I")
_BLOCK = 1024 * 1024  # bytes of a list that are in memory at once
_LARGEST_ENTRY = 4096  # bytes; Microsoft's have up to 108, and say how many so that they can grow
_SIGN = 0xFFFF_FFFF_8000_0000


class Reading:
    """One dump that is being read.

    Parameters
    ----------
    pieces : Pieces
        Its file.

    Attributes
    ----------
    stream : Stream or None
        Which stream is being read, for `problem`.
    architecture : str
        Of the dump; empty if it does not tell.
    narrow : bool
        Its addresses have 32 bits.
    problems : list of str
        What could not be read so far.
    """

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces
        self.stream: Stream | None = None
        self.architecture = ""
        self.narrow = False
        self.problems: list[str] = []
        self._untold = 0
        self._text_left = MAX_TEXT
        self._names: dict[int, str | None] = {}  # by twice their offset, and 1 more if they are UTF-8

    def problem(self, text: str, offset: int | None = None) -> None:
        """Note what could not be read, with the stream and the offset of the place, or of the stream."""
        if len(self.problems) >= MAX_PROBLEMS:
            self._untold += 1
            return
        stream = self.stream
        place = offset if offset is not None else stream.offset if stream else 0
        name = (stream.name or f"stream of type {stream.stream_type:#x}") if stream else "header"
        self.problems.append(f"{name}, offset {place:#x}: {text}")

    def all_problems(self) -> tuple[str, ...]:
        """Those, and how many more there are."""
        return (*self.problems, *([f"{self._untold} problems more"] if self._untold else []))

    def address(self, value: int) -> int:
        """An address. Those of a 32-bit process from 2 GiB on may stand there with their sign in 64 bits."""
        return value & 0xFFFF_FFFF if self.narrow and value & _SIGN == _SIGN else value

    def fields(self, layout: struct.Struct, offset: int = 0) -> tuple[Any, ...]:
        """The numbers at `offset` of the stream. Raises Damaged if it is too short."""
        assert self.stream
        if offset + layout.size > self.stream.size:
            raise Damaged(f"it has {self.stream.size} bytes and needs {offset + layout.size}")
        return layout.unpack(self.pieces.read(self.stream.offset + offset, layout.size))

    def list_of(self, layout: struct.Struct, most: int, what: str) -> Iterator[tuple[int, ...]]:
        """The entries of a stream that is a list: a count, and 4 bytes for alignment if there is room for them."""
        assert self.stream
        (count,) = self.fields(_LENGTH)
        start = 8 if self.stream.size == 8 + count * layout.size else 4
        return self.entries(start, count, layout, layout.size, most, what)

    def entries(
        self, start: int, count: int, layout: struct.Struct, entry_size: int, most: int, what: str
    ) -> Iterator[tuple[int, ...]]:
        """The entries of a list, as many as it says, has room for, the file has, and we read.

        Parameters
        ----------
        start : int
            Where the first is, in the stream.
        count : int
            How many the stream says that there are.
        layout : struct.Struct
            Of the start of each.
        entry_size : int
            Bytes of each.
        most : int
            How many are read.
        what : str
            What they are, for `problem`.
        """
        assert self.stream
        if not layout.size <= entry_size <= _LARGEST_ENTRY:
            raise Damaged(f"its {what} have {entry_size} bytes each, expected {layout.size} to {_LARGEST_ENTRY}")
        return self.entries_at(
            self.stream.offset + start, self.stream.size - start, count, layout, entry_size, most, what
        )

    def entries_at(
        self, offset: int, size: int, count: int, layout: struct.Struct, entry_size: int, most: int, what: str
    ) -> Iterator[tuple[int, ...]]:
        """Likewise, of a list of `size` bytes anywhere in the file."""
        room = max(0, size) // entry_size
        if count > room:
            self.problem(f"it says {count} {what}, there is room for {room}", offset)
            count = room
        if count > most:
            self.problem(f"it has {count} {what}; those after the first {most} are left out", offset)
            count = most
        step = max(1, _BLOCK // entry_size)
        for first in range(0, count, step):
            wanted = min(step, count - first)
            block = self.pieces.some(offset + first * entry_size, wanted * entry_size)
            there = len(block) // entry_size
            for at in range(0, there * entry_size, entry_size):
                yield layout.unpack_from(block, at)
            if there < wanted:
                self.problem(f"the file ends in it: of {count} {what} it has {first + there}", offset)
                return

    def take(self, size: int) -> None:
        """Count so many bytes of text. Raises Damaged if there were too many."""
        if size > self._text_left:
            raise Damaged(f"a text of {size} bytes is left out: all names and texts may have {MAX_TEXT} bytes together")
        self._text_left -= size

    def name(self, offset: int, utf_8: bool = False) -> str | None:
        """The text at `offset` of the file (MINIDUMP_STRING; crashpad's MinidumpUTF8String): its length and itself.

        None at 0, which stands for none, and if it cannot be read, which is then a problem.
        """
        if not offset:
            return None
        key = offset * 2 + utf_8
        if key not in self._names:
            try:
                self._names[key] = self._name(offset, utf_8)
            except Damaged as damage:
                self._names[key] = None
                self.problem(str(damage), offset)
        return self._names[key]

    def _name(self, offset: int, utf_8: bool) -> str:
        (size,) = _LENGTH.unpack(self.pieces.read(offset, _LENGTH.size))
        if size > MAX_NAME:
            raise Damaged(f"a name of {size} bytes is left out: names may have {MAX_NAME}")
        self.take(size)
        data = self.pieces.read(offset + _LENGTH.size, size)
        return from_utf_8(data) if utf_8 else from_utf_16(data)


def from_utf_16(data: bytes) -> str:
    """Text as it is, with unpaired surrogates; half a unit at its end is left out."""
    return data[: len(data) // 2 * 2].decode("utf-16-le", "surrogatepass")


def from_utf_8(data: bytes) -> str:
    """Text in which a byte that is not UTF-8 is a surrogate."""
    return data.decode("utf-8", "surrogateescape")


def until_nul(data: bytes) -> str:
    """Text in UTF-16 up to a NUL, or all of it."""
    return from_utf_16(data).partition("\0")[0]
