"""The streams about modules (MINIDUMP_MODULE, MINIDUMP_UNLOADED_MODULE of minidumpapiset.h), and CodeView records."""

import struct
from collections.abc import Iterator
from uuid import UUID

from ._bounds import MAX_MODULES, MAX_NAME
from ._file import Damaged
from ._reading import Reading, from_utf_8
from ._told import Module, UnloadedModule

_MODULE = struct.Struct("<Q4I2I2I2I28x2I24x")
_LIST_HEADER = struct.Struct("<3I")
_UNLOADED = struct.Struct("<Q4I")
_VERSION_SIGNATURE = 0xFEEF04BD
_PDB_70, _PDB_20, _ELF = b"RSDS", b"NB10", b"LEpB"
_GUID_AND_AGE = struct.Struct("<4x16sI")
_PDB_20_AGE = struct.Struct("<12xI")
_LONGEST_BUILD_ID = 64


def modules(reading: Reading) -> Iterator[Module]:
    """MINIDUMP_MODULE_LIST."""
    for base, size, checksum, timestamp, name, signature, _, *versions, record_size, record in reading.list_of(
        _MODULE, MAX_MODULES, "modules"
    ):
        has_version = signature == _VERSION_SIGNATURE
        pdb_name, guid, age, build_id = _codeview(reading, record, record_size)
        yield Module(
            name=reading.name(name),
            base=reading.address(base),
            size=size,
            timestamp=timestamp,
            checksum=checksum,
            file_version=_version(versions[0], versions[1]) if has_version else None,
            product_version=_version(versions[2], versions[3]) if has_version else None,
            pdb_name=pdb_name,
            pdb_guid=guid,
            pdb_age=age,
            build_id=build_id,
        )


def _version(high: int, low: int) -> tuple[int, int, int, int]:
    return high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF


def _codeview(reading: Reading, offset: int, size: int) -> tuple[str | None, UUID | None, int | None, str | None]:
    """The name, GUID and age of the PDB, and the build id of an ELF file. Other records tell nothing of these."""
    nothing = None, None, None, None
    if size < 4:
        return nothing
    try:
        size = min(size, _GUID_AND_AGE.size + MAX_NAME)
        reading.take(size)
        data = reading.pieces.read(offset, size)
        if data.startswith(_ELF):
            build_id = data[4:]
            if len(build_id) > _LONGEST_BUILD_ID:
                raise Damaged(f"a build id of {len(build_id)} bytes is left out, expected {_LONGEST_BUILD_ID} at most")
            return None, None, None, build_id.hex() or None
        if data.startswith(_PDB_70) and len(data) >= _GUID_AND_AGE.size:
            guid, age = _GUID_AND_AGE.unpack_from(data)
            return _text(data[_GUID_AND_AGE.size :]), UUID(bytes_le=guid), age, None
        if data.startswith(_PDB_20) and len(data) >= _PDB_20_AGE.size:
            (age,) = _PDB_20_AGE.unpack_from(data)
            return _text(data[_PDB_20_AGE.size :]), None, age, None
    except Damaged as damage:
        reading.problem(f"CodeView record: {damage}", offset)
    return nothing


def _text(data: bytes) -> str:
    return from_utf_8(data.partition(b"\0")[0])


def unloaded_modules(reading: Reading) -> Iterator[UnloadedModule]:
    """MINIDUMP_UNLOADED_MODULE_LIST."""
    header_size, entry_size, count = reading.fields(_LIST_HEADER)
    entries = reading.entries(header_size, count, _UNLOADED, entry_size, MAX_MODULES, "unloaded modules")
    for base, size, checksum, timestamp, name in entries:
        yield UnloadedModule(reading.name(name), reading.address(base), size, timestamp, checksum)
