"""`Intervals`: which of several pieces of the address space an address is in, however they overlap."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Intervals(Generic[T]):
    """Pieces of the address space, made disjoint, each with what it belongs to.

    Where two overlap, the one that starts first has the place; of two that start together, the longer one has what
    the other does not reach.

    Parameters
    ----------
    pieces : iterable of (int, int, T)
        Start, size, and what is there. Without a size they are left out.
    """

    __slots__ = ("_ends", "_items", "_starts", "_origins")

    def __init__(self, pieces: Iterable[tuple[int, int, T]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._origins: list[int] = []
        self._items: list[T] = []
        end = 0
        for start, size, item in sorted(pieces, key=lambda piece: piece[:2]):
            if start + size <= end or not size:
                continue
            self._starts.append(max(start, end))
            self._origins.append(start)
            self._items.append(item)
            end = start + size
            self._ends.append(end)

    def find(self, address: int) -> tuple[T, int, int] | None:
        """What is at `address`, the distance from its start, and the bytes from there on that it has."""
        index = bisect_right(self._starts, address) - 1
        if index < 0 or address >= self._ends[index]:
            return None
        return self._items[index], address - self._origins[index], self._ends[index] - address

    def has(self, start: int, size: int) -> bool:
        """Whether all of these addresses are in one piece."""
        found = self.find(start)
        return found is not None and found[2] >= size

    def runs(self) -> list[tuple[int, int]]:
        """Start and size of what is there without a gap, in the order of the addresses."""
        runs: list[list[int]] = []
        for start, end in zip(self._starts, self._ends, strict=True):
            if runs and runs[-1][1] == start:
                runs[-1][1] = end
            else:
                runs.append([start, end])
        return [(start, end - start) for start, end in runs]
