"""The streams about the machine and the process (MINIDUMP_SYSTEM_INFO, MINIDUMP_MISC_INFO of minidumpapiset.h)."""

import struct
from datetime import UTC, datetime

from . import _names
from ._reading import Reading, until_nul
from ._told import ProcessInfo, SystemInfo

_SYSTEM = struct.Struct("<3H2B5I")
_CPU = 32  # where the part about the processor is
_MISC = struct.Struct("<6I")
_INTEGRITY = struct.Struct("<I")
_HAS_PID, _HAS_TIMES, _HAS_INTEGRITY, _HAS_BUILD = 1, 2, 0x10, 0x100
_INTEGRITY_OFFSET, _BUILD_OFFSET, _WRITER_OFFSET = 44, 232, 752
_BUILD_SIZE, _WRITER_SIZE = 520, 80


def system(reading: Reading) -> SystemInfo:
    """MINIDUMP_SYSTEM_INFO."""
    assert reading.stream
    architecture, level, revision, processors, product, major, minor, build, platform, text = reading.fields(_SYSTEM)
    name = _names.named(_names.PROCESSORS, architecture)
    reading.architecture = name
    reading.narrow = name in _names.NARROW
    vendor = None
    if name in ("x86", "x64") and reading.stream.size >= _CPU + 12:
        # Of x64 Windows has the features in its place, which are no text.
        found = reading.pieces.some(reading.stream.offset + _CPU, 12)
        vendor = found.decode("ascii") if found.isalnum() else None
    return SystemInfo(
        os=_names.named(_names.SYSTEMS, platform),
        version=(major, minor, build),
        service_pack=reading.name(text) or None,
        product_type=product,
        architecture=name,
        processors=processors,
        processor_level=level,
        processor_revision=revision,
        cpu_vendor=vendor,
    )


def process(reading: Reading) -> ProcessInfo:
    """MINIDUMP_MISC_INFO to _5: each is a longer one, and bits say which members are filled in."""
    assert reading.stream
    size, offset = reading.stream.size, reading.stream.offset
    _, has, pid, created, user, kernel = reading.fields(_MISC)
    integrity = None
    if has & _HAS_INTEGRITY and size >= _INTEGRITY_OFFSET + _INTEGRITY.size:
        (integrity,) = reading.fields(_INTEGRITY, _INTEGRITY_OFFSET)
    build = writer = None
    if has & _HAS_BUILD and size >= _WRITER_OFFSET + _WRITER_SIZE:
        build = until_nul(reading.pieces.read(offset + _BUILD_OFFSET, _BUILD_SIZE))
        writer = until_nul(reading.pieces.read(offset + _WRITER_OFFSET, _WRITER_SIZE))
    return ProcessInfo(
        pid=pid if has & _HAS_PID else None,
        created=from_seconds(created) if has & _HAS_TIMES else None,
        user_time=user if has & _HAS_TIMES else None,
        kernel_time=kernel if has & _HAS_TIMES else None,
        integrity_level=integrity,
        os_build_text=build or None,
        writer_build_text=writer or None,
    )


def from_seconds(value: int) -> datetime | None:
    """A time_t of 32 bits; None for 0."""
    return datetime.fromtimestamp(value, UTC) if value else None
