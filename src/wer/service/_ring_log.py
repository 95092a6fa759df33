"""`RingLog`: the last lines of a log in a fixed piece of memory, which a dump has and `read_ring_log` finds in it."""

import logging
import struct
import threading
from time import time_ns
from zlib import crc32

from .._arguments import integer, shown
from .._arguments import text as checked_text
from .._limits import WER_MAX_MEM_BLOCK_SIZE
from .._typing import Any

# A head, twice the place of the next byte, and the records. All numbers are little-endian.
#
# The head: the magic bytes, the version, the bytes of the part with the records, when the log was made, and a checksum
# of these. It is why the magic bytes in some other place of a dump, such as Python's own constant, are not taken for a
# log; and of logs in memory that was given back, the one that was made last is the one in use.
_MAGIC = b"wer ring log\r\n\x1a\0"
_VERSION = 1
_HEAD = struct.Struct("<16sIIQI4x")
_CHECKED = 32  # bytes of it
# How many bytes were ever written, and its complement. The two are written in turn, so that one of them is whole
# whenever the process stops: a dump shows a place that was, or was to be, the end of the last record.
_PLACES = 40, 56
_PLACE = struct.Struct("<QQ")
_ALL_ONES = (1 << 64) - 1
_START = 72
# A record: the bytes of its text, a checksum of all that follows up to the last four bytes, its number, the text in
# UTF-8, and the bytes of the text again, from which a reader goes backwards.
_BEFORE = struct.Struct("<IIQ")
_NUMBER = struct.Struct("<Q")
_AFTER = struct.Struct("<I")
_AROUND = _BEFORE.size + _AFTER.size
_CUT = " [cut]"
_LEAST = 1024


class RingLog:
    """The last records of a log, in memory that stays where it is and holds nothing else.

    A dump that has this memory has the log: heap dumps and larger ones do, and so do those that Windows makes itself
    if it is registered, as `enrich` does. `read_ring_log` finds it there, and a debugger shows its text as it is. A
    process may stop anywhere, also in the middle of a `write`: what was written before is whole.

    Threads may use it. The oldest records make room for new ones. When the object is collected, the log is no longer
    found: keep it.

    Parameters
    ----------
    size : int
        Bytes in all, 1024 to 65536, the most that WER takes as one block.
    """

    def __init__(self, size: int = WER_MAX_MEM_BLOCK_SIZE) -> None:
        size = integer(size, "size")
        if not _LEAST <= size <= WER_MAX_MEM_BLOCK_SIZE:
            raise ValueError(f"size must be {_LEAST} to {WER_MAX_MEM_BLOCK_SIZE}, got {shown(size)}")
        self._memory = bytearray(size)
        self._room = size - _START
        self._most = self._room // 4  # bytes of a text: one record must not push out all others
        self._written = 0
        self._number = 0
        self._lock = threading.RLock()  # a signal's handler may come before `_writer` is set
        self._writer = 0  # the thread that is writing
        self._missed = 0
        made = time_ns()
        checked = _HEAD.pack(_MAGIC, _VERSION, self._room, made, 0)[:_CHECKED]
        self._set_place()
        _HEAD.pack_into(self._memory, 0, _MAGIC, _VERSION, self._room, made, crc32(checked))

    def __del__(self) -> None:
        memory: bytearray | None = getattr(self, "_memory", None)  # None: __init__ has refused the size
        if memory:
            memory[: len(_MAGIC)] = bytes(len(_MAGIC))  # a dump may still have it

    @property
    def buffer(self) -> bytearray:
        """The memory, e.g. for `wer.register_memory_block`."""
        return self._memory

    def write(self, text: str) -> None:
        """Add a record.

        Parameters
        ----------
        text : str
            What it says. Of more than a quarter of the log the end is cut off, and the record says so; surrogates that
            stand alone are written as escapes.
        """
        data = checked_text(text, "text").encode("utf-8", "backslashreplace")
        if len(data) > self._most:
            data = data[: self._most - len(_CUT)].decode("utf-8", "ignore").encode() + _CUT.encode()
        if self._writer == threading.get_ident():  # a signal's handler, or a __del__, in the middle of the lines below
            self._missed += 1
            return
        with self._lock:
            self._writer = threading.get_ident()
            try:
                self._add(data)
                while self._missed:
                    missed, self._missed = self._missed, 0
                    self._add(f"[{missed} records that came while one was written are missing]".encode())
            finally:
                self._writer = 0

    def _add(self, data: bytes) -> None:
        number = self._number + 1
        before = _BEFORE.pack(len(data), crc32(data, crc32(_NUMBER.pack(number))), number)
        record = before + data + _AFTER.pack(len(data))
        start = self._written % self._room
        first = min(len(record), self._room - start)
        self._memory[_START + start : _START + start + first] = record[:first]
        self._memory[_START : _START + len(record) - first] = record[first:]
        self._written += len(record)
        self._number = number
        self._set_place()  # the record counts from here on

    def _set_place(self) -> None:
        place = _PLACES[self._number % 2]
        _PLACE.pack_into(self._memory, place, self._written, self._written ^ _ALL_ONES)

    def records(self) -> list[str]:
        """What is in it, oldest first."""
        with self._lock:
            return read_ring_log(self._memory)

    def __repr__(self) -> str:
        return f"<wer.service.RingLog, {len(self._memory)} bytes, {self._number} records so far>"


class RingLogHandler(logging.Handler):
    """A `logging.Handler` that writes into a `RingLog`.

    Parameters
    ----------
    ring_log : RingLog
        Where to.
    level : int or str
        As of any handler.
    """

    def __init__(self, ring_log: RingLog, level: int | str = logging.NOTSET) -> None:
        super().__init__(level)
        self.ring_log = ring_log

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, as it is formatted."""
        try:
            self.ring_log.write(self.format(record))
        except Exception:
            self.handleError(record)


def read_ring_log(data: "Any") -> list[str]:
    """Find a `RingLog` in memory, a dump's for instance, and read it.

    Parameters
    ----------
    data : bytes, bytearray or mmap
        The memory: a whole dump file, mapped or read, or a part of it that has the log in one piece.

    Returns
    -------
    list of str
        Its records, oldest first. Of several logs the one that was made last. A record that was being overwritten when
        the dump was made is not whole, and left out, as are those before it.

    Raises
    ------
    ValueError
        There is no log in it.
    """
    best: tuple[tuple[bool, int, int], list[str]] | None = None
    start = data.find(_MAGIC)
    while start >= 0:
        this = read_at(data, start)
        if this and (best is None or this[0] > best[0]):
            best = this
        start = data.find(_MAGIC, start + 1)
    if best is None:
        raise ValueError("there is no ring log of wer in it")
    return best[1]


def read_at(data: "Any", start: int) -> tuple[tuple[bool, int, int], list[str]] | None:
    """The log that begins at `start`, if there is one: what is compared to choose among several, and its records.

    Compared are whether anything of it can be read, when it was made, and how much was written.
    """
    head = bytes(data[start : start + _START])
    if len(head) < _START:
        return None
    magic, version, room, made, checksum = _HEAD.unpack_from(head)
    written = _written(head)
    if magic != _MAGIC or version != _VERSION or crc32(head[:_CHECKED]) != checksum or written < 0:
        return None
    ring = bytes(data[start + _START : start + _START + room])
    if not room or len(ring) != room:
        return None
    records = _records(ring, written)
    return (bool(records) or not written, made, written), records


def _written(head: bytes) -> int:
    """How many bytes were written: what the newer of the two places says, if it is whole; -1 if neither is."""
    pairs = [_PLACE.unpack_from(head, place) for place in _PLACES]
    return max([written for written, complement in pairs if written ^ _ALL_ONES == complement], default=-1)


def _around(ring: bytes, place: int, size: int) -> bytes:
    """What is at a place, of which there are more than the ring is long; it goes on at the ring's beginning."""
    start = place % len(ring)
    return ring[start : start + size] + ring[: max(0, start + size - len(ring))]


def _records(ring: bytes, written: int) -> list[str]:
    """The texts that are whole, from the end of the last back to the first that is not."""
    room = len(ring)
    found: list[str] = []
    after = 0  # the number of the record behind
    end = written
    while end >= _AROUND:
        (length,) = _AFTER.unpack(_around(ring, end - _AFTER.size, _AFTER.size))
        start = end - length - _AROUND
        if start < 0 or written - start > room:
            break
        again, checksum, number = _BEFORE.unpack(_around(ring, start, _BEFORE.size))
        text = _around(ring, start + _BEFORE.size, length)
        if again != length or crc32(text, crc32(_NUMBER.pack(number))) != checksum:
            break
        if found and number != after - 1:  # the newest, written to its end over the oldest, before its place was set
            break
        found.append(text.decode("utf-8", "replace"))
        after, end = number, start
    return found[::-1]
