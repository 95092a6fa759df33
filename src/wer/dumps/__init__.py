"""Dumps as files: read on any system what is in one, whoever wrote it."""

import sys as _sys

from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
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

# Each waits until somebody asks for it.
_LATER = {
    "BreakpadInfo": "_told",
    "CrashpadInfo": "_told",
    "CrashpadModule": "_told",
    "Dump": "_dump",
    "DumpException": "_told",
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
    "read_dump": "_read",
}

__all__ = [
    "BreakpadInfo",
    "CrashpadInfo",
    "CrashpadModule",
    "Dump",
    "DumpException",
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
    "read_dump",
]

if not TYPE_CHECKING:  # or type checkers would take any name for existing

    def __getattr__(name):
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = f"{__name__}.{_LATER[name]}"
        __import__(module)
        return globals().setdefault(name, getattr(_sys.modules[module], name))


def __dir__() -> list[str]:
    return sorted(__all__)
