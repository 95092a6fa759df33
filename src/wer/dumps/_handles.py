"""The stream about handles (MINIDUMP_HANDLE_DATA_STREAM of minidumpapiset.h)."""

import struct
from collections import Counter

from ._bounds import MAX_HANDLE_TYPES, MAX_HANDLES
from ._reading import Reading
from ._told import HandleCount

_HANDLES = struct.Struct("<3I4x")
_HANDLE = struct.Struct("<8xI20x")


def handles(reading: Reading) -> tuple[HandleCount, ...]:
    """MINIDUMP_HANDLE_DATA_STREAM: how many there are of each type."""
    header_size, entry_size, count = reading.fields(_HANDLES)
    entries = reading.entries(header_size, count, _HANDLE, entry_size, MAX_HANDLES, "handles")
    counts: Counter[str] = Counter()
    for (offset,) in entries:
        name = reading.name(offset) or ""
        counts[name if name in counts or len(counts) < MAX_HANDLE_TYPES else ""] += 1
    return tuple(HandleCount(name, number) for name, number in counts.most_common())
