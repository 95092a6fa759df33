"""Dumps as files: written of a running process, without a report, and read on any system."""

import sys as _sys

from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._contents import FULL
    from ._dump import Dump
    from ._read import read_dump
    from ._told import (
        BreakpadInfo,
        CrashpadInfo,
        CrashpadModule,
        DumpException,
        HandleCount,
        MemoryRange,
        MemoryRegion,
        Module,
        ProcessInfo,
        Registers,
        Stream,
        SystemInfo,
        TextStream,
        Thread,
        UnloadedModule,
    )
    from ._write import WrittenDump, write_dump

# Each waits until somebody asks for it.
_LATER = {
    "BreakpadInfo": "_told",
    "CrashpadInfo": "_told",
    "CrashpadModule": "_told",
    "Dump": "_dump",
    "DumpException": "_told",
    "FULL": "_contents",
    "HandleCount": "_told",
    "MemoryRange": "_told",
    "MemoryRegion": "_told",
    "Module": "_told",
    "ProcessInfo": "_told",
    "Registers": "_told",
    "Stream": "_told",
    "SystemInfo": "_told",
    "TextStream": "_told",
    "Thread": "_told",
    "UnloadedModule": "_told",
    "WrittenDump": "_write",
    "read_dump": "_read",
    "write_dump": "_write",
}

__all__ = [
    "BreakpadInfo",
    "CrashpadInfo",
    "CrashpadModule",
    "Dump",
    "DumpException",
    "FULL",
    "HandleCount",
    "MemoryRange",
    "MemoryRegion",
    "Module",
    "ProcessInfo",
    "Registers",
    "Stream",
    "SystemInfo",
    "TextStream",
    "Thread",
    "UnloadedModule",
    "WrittenDump",
    "read_dump",
    "write_dump",
]

if not TYPE_CHECKING:  # or type checkers would take any name for existing

    def __getattr__(name):
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = f"{__name__}.{_LATER[name]}"
        __import__(module)
        globals()[name] = value = getattr(_sys.modules[module], name)
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
