"""Which reports were allowed and which were left out, in the fixed number of bytes that processes share.

A header and `SLOTS` slots of 64 bytes, each with its checksum: one that does not fit counts as empty. Each allowed
report has a slot of its own for as long as it counts, so that "so many an hour" holds for any hour, not only for those
that begin with a report. What was left out is counted in the newest slot of its signature; there is one for it alone if
no report of it was allowed yet.

Times are milliseconds since Windows was started, and each comes with the boot that it counts from: wall clock minus
uptime when that boot was first seen here. Within a boot only the uptime counts, so the wall clock may be set as anybody
likes. The wall clock tells a time of an earlier boot, and then it may be wrong by what it was set meanwhile.
"""

from collections.abc import Iterator
from struct import Struct
from zlib import crc32

SLOTS = 256
DIGEST_BYTES = 16
_HEADER = Struct("<8sqqQ28xI")  # magic with version, boot, uptime of the last change, left out in all, checksum
_SLOT = Struct("<16sqqQB19xI")  # digest of the signature, boot, when, left out since then, allowed or not, checksum
_BLOCK = 64
_CHECKED = _BLOCK - 4
_MAGIC = b"wer lim\x01"
SIZE = _BLOCK * (1 + SLOTS)

_MOST = (1 << 64) - 1  # where counting ends
_SLACK = 10_000  # ms: what a clock may have been set by meanwhile, and what no restart is faster than


class Slot:
    """One allowed report; or reports of a signature that were all left out."""

    __slots__ = ("allowed", "boot", "digest", "left_out", "when")

    def __init__(self, digest: bytes, boot: int, when: int, left_out: int, allowed: bool) -> None:
        self.digest = digest
        self.boot = boot
        self.when = when
        self.left_out = left_out
        self.allowed = allowed


class Ledger:
    """What the bytes say, and what of them is to be written again.

    Attributes
    ----------
    left_out : int
        How many were left out in all since the last one that was allowed.
    """

    def __init__(self, data: bytes = b"") -> None:
        self._slots: list[Slot | None] = [None] * SLOTS
        self._changed: set[int] = set()
        self._boot: int | None = None
        self._seen = 0
        self.left_out = 0
        self._now = 0
        self._read(data)

    def _read(self, data: bytes) -> None:
        view = memoryview(data)[: min(len(data) // _BLOCK * _BLOCK, SIZE)]
        start = 0
        for index, (digest, boot, when, left_out, allowed, checksum) in enumerate(_SLOT.iter_unpack(view[_BLOCK:])):
            start += _BLOCK
            if checksum and checksum == _checksum(view[start : start + _BLOCK]):  # 0: nobody has used it
                self._slots[index] = Slot(digest, boot, when, left_out, bool(allowed))
        header = data[:_BLOCK].ljust(_BLOCK, b"\0")
        magic, boot, seen, left_out, checksum = _HEADER.unpack(header)
        if magic == _MAGIC and checksum == _checksum(header):
            self._boot, self._seen, self.left_out = boot, seen, left_out
        else:
            # The newest slot was written in the boot that the header was of.
            known = [(slot.boot, slot.when) for slot in self._slots if slot is not None]
            self._boot, self._seen = max(known, default=(None, 0))

    def begin(self, now: int, boot: int, first: bool) -> None:
        """Say what time it is.

        Parameters
        ----------
        now : int
            The uptime.
        boot : int
            Wall clock minus uptime, as the process saw it at its start.
        first : bool
            The process looks for the first time, so the last change may be of an earlier boot. It is if the uptime is
            smaller, or if the boots are further apart than the uptime was: then the change was before this boot. A
            clock that is set forward by more than the uptime looks the same.
        """
        self._now = now
        if self._boot is None or (first and (now < self._seen or boot - self._boot > max(self._seen - _SLACK, _SLACK))):
            self._boot = boot
        self._seen = now
        for index, slot in enumerate(self._slots):
            if slot is not None and slot.boot == self._boot and slot.when > now:
                self._slots[index] = None  # nobody has written this
                self._changed.add(index)  # or it would count when its time comes

    def _age(self, slot: Slot) -> int:
        if slot.boot == self._boot:
            return self._now - slot.when
        # At least as old as this boot: so it ends, even if the clock is years behind.
        assert self._boot is not None
        return max(self._boot + self._now - slot.boot - slot.when, self._now)

    def may(self, digest: bytes, per_signature: int, total: int, window: int) -> bool:
        """Whether one more report of this signature is within the limits."""
        recent = [slot.digest for slot in self._slots if slot is not None and slot.allowed and self._age(slot) < window]
        return len(recent) < total and recent.count(digest) < per_signature

    def enter(self, digest: bytes, when: int, window: int) -> None:
        """Enter an allowed report."""
        assert self._boot is not None
        place = self._spare(digest, window)
        if place is None:
            return  # as many as there are slots count: nothing is within the limits
        replaced = self._slots[place]
        left_out = replaced.left_out if replaced is not None and replaced.digest == digest else 0
        self._slots[place] = Slot(digest, self._boot, when, left_out, True)
        self._changed.add(place)

    def leave_out(self, digest: bytes, count: int, window: int) -> None:
        """Enter reports that are left out. `left_out` is the caller's."""
        assert self._boot is not None
        mine = [(-self._age(slot), index) for index, slot in self._of(digest)]
        place = max(mine)[1] if mine else self._spare(digest, window)
        if place is None:
            return
        slot = self._slots[place]
        if slot is None or slot.digest != digest:
            slot = self._slots[place] = Slot(digest, self._boot, self._now, 0, False)
        slot.left_out += count
        if not slot.allowed:
            slot.boot, slot.when = self._boot, self._now  # the oldest is replaced, and this is not the oldest
        self._changed.add(place)

    def left_out_of(self, digest: bytes) -> int:
        """How many of a signature were left out since the last one that was allowed."""
        return sum([slot.left_out for _, slot in self._of(digest)])

    def tell(self, digest: bytes) -> tuple[int, int]:
        """How many were left out, of a signature and in all. They are told now, and counting begins anew."""
        told = self.left_out_of(digest), self.left_out
        for index, slot in self._of(digest):
            if slot.left_out:
                slot.left_out = 0
                self._changed.add(index)
        self.left_out = 0
        return told

    def _of(self, digest: bytes) -> list[tuple[int, Slot]]:
        return [(index, slot) for index, slot in enumerate(self._slots) if slot is not None and slot.digest == digest]

    def _spare(self, digest: bytes, window: int) -> int | None:
        """The slot to write into: one of this signature that no longer counts, an empty one, or the oldest.

        It is never one that still counts; None: all do.
        """
        ranks = [self._rank(slot, digest, window) for slot in self._slots]
        best = max(ranks)
        return ranks.index(best) if best[0] else None

    def _rank(self, slot: Slot | None, digest: bytes, window: int) -> tuple[int, int]:
        """How far a slot may be written into; not at all if the first number is 0."""
        if slot is None:
            return 2, 0
        age = self._age(slot)
        if slot.allowed and age < window:
            return 0, age
        return (3 if slot.digest == digest else 1), age

    def blocks(self) -> "Iterator[tuple[int, bytes]]":
        """What has changed, as offsets and bytes. The slots come first: they are what limits."""
        assert self._boot is not None
        for index in sorted(self._changed):
            slot = self._slots[index]
            block = bytes(_BLOCK)
            if slot is not None:
                left_out = min(slot.left_out, _MOST)
                body = _SLOT.pack(slot.digest, slot.boot, slot.when, left_out, slot.allowed, 0)
                block = _with_checksum(body)
            yield _BLOCK * (1 + index), block
        yield 0, _with_checksum(_HEADER.pack(_MAGIC, self._boot, self._seen, min(self.left_out, _MOST), 0))


def _checksum(block: bytes | memoryview) -> int:
    """Of a block, never 0."""
    return crc32(block[:_CHECKED]) or 1


def _with_checksum(block: bytes) -> bytes:
    return block[:_CHECKED] + _checksum(block).to_bytes(4, "little")
