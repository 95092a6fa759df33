"""`wer.service.Limits` over any limits.bin: it neither raises nor keeps anybody from reporting beyond its window.

The first byte of an input says whether the checksums are made right, which no chance would hit upon. The file has fewer
slots here, which all are gone through each time: it takes a twentieth of the time.
"""

import contextlib
import random
import struct
import sys
import zlib
from unittest import mock

import wer.testing
from wer import _native
from wer.service import Limits, _ledger, _limits

NAME = "limits.bin"
SLOTS = 6
SIZE = 64 * (1 + SLOTS)
LONGEST = 1 + SIZE + 64
HOUR = 3600


def seeds():
    """An empty file, random ones, and what `Limits` writes."""
    random_bytes = random.Random(1).randbytes(LONGEST - 1)  # noqa: S311
    slot = struct.pack("<16sqqQB23x", _digest("a"), 1_000_000_000, 5_000_000, 1, 1)
    header = struct.pack("<8sqqQ32x", b"wer lim\x01", 1_000_000_000, 5_001_000, 1)
    return [
        b"\0",
        b"\0" + random_bytes,
        b"\1" + random_bytes,
        b"\1" + header + slot * 3,
        b"\1" + header + bytes(64 * SLOTS),
    ]


@contextlib.contextmanager
def reader(folder):
    path = folder / "limits.bin"
    up = 10_000_000_000  # milliseconds, which no input can know

    def uptime():
        return up

    with contextlib.ExitStack() as stack:
        if sys.platform != "win32":
            stack.enter_context(wer.testing.FakeWer())
        for module, name, value in (
            (_native, "uptime", uptime),
            (_limits, "time_ns", lambda: (up + 1_700_000_000_000) * 1_000_000),
            (_limits, "SIZE", SIZE),
            (_ledger, "SIZE", SIZE),
            (_ledger, "SLOTS", SLOTS),
        ):
            stack.enter_context(mock.patch.object(module, name, value))

        def read(data):
            nonlocal up
            up = 10_000_000_000
            path.write_bytes(_with_checksums(data[1:]) if data[:1] > b"\x7f" or data[:1] == b"\1" else data[1:])
            limits = Limits(folder=folder)
            for name in "ab":
                taken = limits.take(name)
                assert 0 <= taken.left_out <= taken.left_out_in_all + SLOTS * 2**64
            assert limits.problem is None
            up += HOUR * 1000
            allowed = [limits.take(name).allowed for name in "aa"]
            assert allowed == [True, False], allowed
            assert limits.problem is None
            limits.close()
            assert path.stat().st_size == SIZE

        yield read


def _digest(text):
    return _limits.blake2b(text.encode(), digest_size=16).digest()


def _with_checksums(data):
    blocks = [data[start : start + 64] for start in range(0, len(data), 64)]
    return b"".join(block[:60] + struct.pack("<I", zlib.crc32(block[:60])) for block in blocks)
