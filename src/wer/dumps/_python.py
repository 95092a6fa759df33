"""What a dump of a Python has: which CPython, and the ring log of `wer.service`."""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator

from .._limits import WER_MAX_MEM_BLOCK_SIZE
from ._bounds import MAX_RING_LOG_PLACES, MAX_RING_LOGS
from ._told import Module

# python312.dll, python313t_d.dll; libpython3.12.so.1.0, libpython3.13t.dylib. Not python3.dll, which has no code.
_NAME = re.compile(r"(?:python|libpython)(\d)\.?(\d{1,2})(t?)(?:_?d)?\.(?:dll|so|dylib)(?:\.[\d.]*)?", re.IGNORECASE)
_LEVELS = {0xA: "a", 0xB: "b", 0xC: "rc"}  # and 0xF is a release


def module_of(modules: Iterable[Module]) -> Module | None:
    """The first module that is called as CPython is."""
    return next((module for module in modules if _NAME.fullmatch(module.file_name)), None)


def version_of(module: Module) -> str:
    """From its version resource, whose third number is 1000 for each patch, 10 for the level, and the serial.

    (CPython: PC/python_ver_rc.h, FIELD3.) If that is missing or is of another version than the name, from the name.
    """
    match = _NAME.fullmatch(module.file_name)
    assert match  # `module_of` has found it by its name
    major, minor = int(match[1]), int(match[2])
    if not module.file_version or module.file_version[:2] != (major, minor):
        return f"{major}.{minor}"
    micro, rest = divmod(module.file_version[2], 1000)
    level, serial = divmod(rest, 10)
    return f"{major}.{minor}.{micro}" + (f"{_LEVELS[level]}{serial}" if level in _LEVELS else "")


def ring_log(
    chunks: Callable[[int], Iterator[tuple[int, bytes]]], read: Callable[[int, int], bytes]
) -> tuple[str, ...] | None:
    """The records of the ring log that was made last, or None.

    Parameters
    ----------
    chunks : callable
        All memory in pieces, each with its address, that overlap by so many bytes.
    read : callable
        Memory by address and size.
    """
    from ..service import _ring_log

    best: tuple[tuple[bool, int, int], list[str]] | None = None
    places, logs = MAX_RING_LOG_PLACES, MAX_RING_LOGS
    size = _ring_log._START
    for address, chunk in chunks(size - 1):
        at = chunk.find(_ring_log._MAGIC)
        while 0 <= at <= len(chunk) - size and places and logs:
            places -= 1
            # Python's own constant is in a dump, too: what has no good head is not read any further.
            _, _, room, _, checksum = _ring_log._HEAD.unpack_from(chunk, at)
            if zlib.crc32(chunk[at : at + _ring_log._CHECKED]) == checksum and room <= WER_MAX_MEM_BLOCK_SIZE:
                logs -= 1
                this = _ring_log.read_at(read(address + at, size + room), 0)
                if this and (best is None or this[0] > best[0]):
                    best = this
            at = chunk.find(_ring_log._MAGIC, at + 1)
    return tuple(best[1]) if best else None
