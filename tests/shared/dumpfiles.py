"""Minidumps that tests make: any stream, right or wrong, from its bytes."""

import struct

THREADS, MODULES, MEMORY, EXCEPTION, SYSTEM, THREADS_EX, MEMORY_64 = 3, 4, 5, 6, 7, 8, 9
COMMENT_A, COMMENT_W, HANDLES, UNLOADED, MISC, REGIONS, THREAD_INFOS, THREAD_NAMES = 10, 11, 12, 14, 15, 16, 17, 24
CRASHPAD, BREAKPAD, STATUS, COMMAND_LINE, MAPS = 0x43500001, 0x47670001, 0x47670004, 0x47670006, 0x47670009
X86, ARM, X64, ARM64, OLD_ARM64 = 0, 5, 9, 12, 0x8003
WINDOWS, LINUX = 2, 0x8201


class DumpFile:
    """A dump that grows: what is added gets its place at once, and the directory comes last."""

    def __init__(self):
        self.data = bytearray(32)
        self.streams = []

    def put(self, data):
        """Add bytes; return where they are."""
        place = len(self.data)
        self.data += data
        return place

    def text(self, text):
        """Add a MINIDUMP_STRING."""
        data = text.encode("utf-16-le", "surrogatepass")
        return self.put(struct.pack("<I", len(data)) + data + b"\0\0")

    def utf_8(self, text):
        """Add one of crashpad's."""
        data = text.encode()
        return self.put(struct.pack("<I", len(data)) + data + b"\0")

    def stream(self, kind, data, size=None):
        """Add a stream; `size` is what the directory says if that is not true."""
        self.streams.append((kind, len(data) if size is None else size, self.put(data)))
        return self

    def listed(self, kind, entries, count=None, padding=b""):
        """Add a stream that is a list with a count; `count` is what it says if that is not true."""
        count = len(entries) if count is None else count
        return self.stream(kind, struct.pack("<I", count) + padding + b"".join(entries))

    def system(self, processor=X64, os=WINDOWS, version=(10, 0, 22631), service_pack=""):
        place = self.text(service_pack) if service_pack else 0
        return self.stream(SYSTEM, struct.pack("<3H2B5I4x24x", processor, 6, 0x5504, 8, 1, *version, os, place))

    def bytes(self, flags=0, created=1_700_000_000, version=0xA793, streams=None, directory=None):
        """The file; the last two are what its header says if that is not true."""
        place = self.put(b"".join(struct.pack("<3I", *stream) for stream in self.streams))
        count = len(self.streams) if streams is None else streams
        place = place if directory is None else directory
        self.data[:32] = struct.pack("<4s5IQ", b"MDMP", version, count, place, 0, created, flags)
        return bytes(self.data)


def thread(tid, context=(0, 0), stack=(0, 0, 0), teb=0x7FF0_0000, priority=0):
    """A MINIDUMP_THREAD: the size and place of its context, the start, size and place of its stack."""
    return struct.pack("<3Ii2Q4I", tid, 0, 0x20, priority, teb, *stack, *context)


def module(name, base, size=0x1000, version=None, codeview=(0, 0), timestamp=1, checksum=2):
    """A MINIDUMP_MODULE: where its name is, its four version numbers, the size and place of its CodeView record."""
    fixed = [0] * 13
    if version:
        pair = [version[0] << 16 | version[1], version[2] << 16 | version[3]]
        fixed[:6] = [0xFEEF04BD, 0x10000, *pair, *pair]
    return struct.pack("<Q4I13I4I4I", base, size, checksum, timestamp, name, *fixed, *codeview, *[0] * 6)


def exception(tid, code, address, parameters=(), context=(0, 0), count=None):
    """The stream of an exception."""
    padded = [*parameters, *[0] * (15 - len(parameters))]
    count = len(parameters) if count is None else count
    return struct.pack("<I4x2I2QI4x15Q2I", tid, code, 0, 0, address, count, *padded, *context)


def context_x64(rip=0, rsp=0, rbp=0):
    registers = [0] * 17
    registers[16], registers[4], registers[5] = rip, rsp, rbp
    return struct.pack("<48xI68x17Q976x", 0x10000B, *registers)


def context_x86(eip=0, esp=0, ebp=0):
    return struct.pack("<I152x12I512x", 0x1003F, 0, 0, 0, 0, 0, 0, ebp, eip, 0x23, 0x246, esp, 0x2B)


def context_arm64(pc=0, sp=0, fp=0, flags=0x40000B):
    return struct.pack("<Q33Q640x", flags, *[0] * 29, fp, 0x1234, sp, pc)


def context_arm(pc=0, sp=0, fp=0, flags=0x20000F):
    return struct.pack("<I16I348x", flags, *[0] * 11, fp, 0, sp, 0x1234, pc)


def codeview(name="app.pdb", guid=bytes(range(16)), age=3):
    return b"RSDS" + guid + struct.pack("<I", age) + name.encode() + b"\0"
