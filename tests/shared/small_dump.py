"""A minidump of a crash, made byte by byte: a process of so many threads and modules, and why it ended."""

import struct
from datetime import UTC, datetime

THREADS, MODULES, EXCEPTION, SYSTEM, MEMORY, COMMENT, MISC, NAMES = 3, 4, 6, 7, 5, 10, 15, 24
STARTED = datetime(2026, 2, 3, 10, 0, tzinfo=UTC)
BASE = 0x7FF600000000
SIZE = 0x100000


def small_dump(
    modules=("C:\\Python\\python.exe", "C:\\Python\\python312.dll"),
    *,
    version=(3, 12, 9150, 1013),
    code=0xC0000005,
    parameters=(1, 0x10),
    at=BASE + SIZE + 0x1234,  # in the second module
    pid=4711,
    started=STARTED,
    threads=(5001, 5002),
    names=None,
    memory=b"",
    comment="",
):
    """The bytes of it. `names` are of the threads, by their ids; `code` None: nothing was raised."""
    file = File()
    records = b"".join(file.module(path, BASE + number * SIZE, version) for number, path in enumerate(modules))
    streams = {
        SYSTEM: struct.pack("<HHHBBIIIIIHHIQQ", 9, 6, 0, 4, 1, 10, 0, 19045, 2, 0, 0, 0, 0, 0, 0),
        MISC: struct.pack("<6I", 24, 3, pid, int(started.timestamp()), 1, 0),
        MODULES: struct.pack("<I", len(modules)) + records,
        THREADS: struct.pack("<I", len(threads))
        + b"".join(struct.pack("<4IQQIIII", tid, 0, 0, 0, 0, 0, 0, 0, 0, 0) for tid in threads),
    }
    if code is not None:
        padded = (*parameters, *[0] * (15 - len(parameters)))
        record = struct.pack("<IIQQII15Q", code, 0, 0, at, len(parameters), 0, *padded)
        streams[EXCEPTION] = struct.pack("<II", threads[0], 0) + record + struct.pack("<II", 0, 0)
    if names:
        streams[NAMES] = struct.pack("<I", len(names)) + b"".join(
            struct.pack("<IQ", tid, file.text(name)) for tid, name in names.items()
        )
    if comment:
        streams[COMMENT] = comment.encode("latin-1") + b"\0"
    if memory:
        streams[MEMORY] = struct.pack("<IQII", 1, 0x10000, len(memory), file.add(memory))
    return file.whole(streams)


class File:
    """The parts of the file, each at its place; the header and the directory come first."""

    ROOM = 32 + 12 * 10

    def __init__(self):
        self.data = bytearray(self.ROOM)
        self.texts = {}

    def add(self, data):
        place = len(self.data)
        self.data += data + bytes(-len(data) % 4)
        return place

    def text(self, text):
        """The place of a text: one for all that have it."""
        if text not in self.texts:
            data = text.encode("utf-16-le", "surrogatepass")
            self.texts[text] = self.add(struct.pack("<I", len(data)) + data + b"\0\0")
        return self.texts[text]

    def module(self, path, base, version):
        major, minor, build, private = version
        fixed = struct.pack("<13I", 0xFEEF04BD, 0x10000, *[major << 16 | minor, build << 16 | private] * 2, *[0] * 7)
        record = struct.pack("<QIIII", base, SIZE, 0, 0x67A0E9C1, self.text(path)) + fixed
        return record + struct.pack("<4I", 0, 0, 0, 0) + bytes(16)

    def whole(self, streams):
        places = [(kind, len(data), self.add(data)) for kind, data in streams.items()]
        written = int(STARTED.timestamp()) + 1233
        struct.pack_into("<4sIIIIIQ", self.data, 0, b"MDMP", 0xA793, len(places), 32, 0, written, 0)
        for number, (kind, size, place) in enumerate(places):
            struct.pack_into("<3I", self.data, 32 + 12 * number, kind, size, place)
        return bytes(self.data)
