"""The stream that crashpad adds (minidump_extensions.h of crashpad: MinidumpCrashpadInfo)."""

import struct
from collections.abc import Iterator
from typing import TypeVar
from uuid import UUID

from ._bounds import MAX_ANNOTATIONS, MAX_NAME
from ._file import Damaged
from ._reading import Reading, from_utf_8
from ._told import CrashpadInfo, CrashpadModule

T = TypeVar("T")

_COUNT = struct.Struct("<I")
_CRASHPAD = struct.Struct("<4x16s16s4I")
_LINK = struct.Struct("<3I")
_MODULE = struct.Struct("<4x4I")
_OBJECTS = struct.Struct("<2I")
_PAIR = struct.Struct("<2I")
_OBJECT = struct.Struct("<IH2xI")
_IS_TEXT = 1  # crashpad: Annotation::Type::kString; others belong to programs


class _Annotations:
    """Lists of annotations anywhere in the file, and how many of all of them are still read."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._left = MAX_ANNOTATIONS

    def entries(self, size: int, offset: int, layout: struct.Struct, what: str) -> Iterator[tuple[int, ...]]:
        """The entries of a list of `size` bytes with a count in front."""
        if not size:
            return
        (count,) = _COUNT.unpack(self._reading.pieces.read(offset, _COUNT.size))
        start = offset + _COUNT.size
        for entry in self._reading.entries_at(
            start, size - _COUNT.size, count, layout, layout.size, max(0, self._left), what
        ):
            self._left -= 1
            yield entry

    def texts(self, size: int, offset: int) -> Iterator[str]:
        for (text,) in self.entries(size, offset, _COUNT, "messages"):
            yield self._reading.name(text, utf_8=True) or ""

    def pairs(self, size: int, offset: int) -> Iterator[tuple[str, str]]:
        for name, value in self.entries(size, offset, _PAIR, "annotations"):
            yield self._reading.name(name, utf_8=True) or "", self._reading.name(value, utf_8=True) or ""

    def objects(self, size: int, offset: int) -> Iterator[tuple[str, str]]:
        for name, kind, value in self.entries(size, offset, _OBJECT, "annotations"):
            data = self._bytes(value)
            yield self._reading.name(name, utf_8=True) or "", from_utf_8(data) if kind == _IS_TEXT else data.hex()

    def _bytes(self, offset: int) -> bytes:
        """MinidumpByteArray."""
        (size,) = _COUNT.unpack(self._reading.pieces.read(offset, _COUNT.size))
        if size > MAX_NAME:
            raise Damaged(f"an annotation of {size} bytes is left out: they may have {MAX_NAME}")
        self._reading.take(size)
        return self._reading.pieces.read(offset + _COUNT.size, size)


def crashpad(reading: Reading) -> CrashpadInfo:
    """MinidumpCrashpadInfo, of any version: each is as the one before, and longer."""
    report_id, client_id, size, offset, list_size, list_offset = reading.fields(_CRASHPAD)
    annotations = _Annotations(reading)
    return CrashpadInfo(
        report_id=UUID(bytes_le=report_id),
        client_id=UUID(bytes_le=client_id),
        annotations=_so_far(reading, annotations.pairs(size, offset)),
        modules=_so_far(reading, _modules(reading, annotations, list_size, list_offset)),
    )


def _modules(reading: Reading, annotations: _Annotations, size: int, offset: int) -> Iterator[CrashpadModule]:
    for index, module_size, module_offset in annotations.entries(size, offset, _LINK, "modules"):
        if module_size < _MODULE.size:
            raise Damaged(f"a module has {module_size} bytes and needs {_MODULE.size}")
        lists = _MODULE.unpack(reading.pieces.read(module_offset, _MODULE.size))
        objects = 0, 0
        if module_size >= _MODULE.size + _OBJECTS.size:
            objects = _OBJECTS.unpack(reading.pieces.read(module_offset + _MODULE.size, _OBJECTS.size))
        messages = _so_far(reading, annotations.texts(*lists[:2]))
        pairs = _so_far(reading, annotations.pairs(*lists[2:]))
        yield CrashpadModule(index, messages, pairs + _so_far(reading, annotations.objects(*objects)))


def _so_far(reading: Reading, items: Iterator[T]) -> tuple[T, ...]:
    """What there is before one of them is damaged, which is a problem."""
    found: list[T] = []
    try:
        for item in items:
            found.append(item)
    except Damaged as damage:
        reading.problem(str(damage))
    return tuple(found)
