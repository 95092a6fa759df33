"""Dumps as files: written of a running process, without a report, and read on any system."""

import sys as _sys

from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._contents import FULL
    from ._write import WrittenDump, write_dump

# Each waits until somebody asks for it.
_LATER = {
    "FULL": "_contents",
    "WrittenDump": "_write",
    "write_dump": "_write",
}

__all__ = ["FULL", "WrittenDump", "write_dump"]

if not TYPE_CHECKING:  # or type checkers would take any name for existing

    def __getattr__(name):
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = f"{__name__}.{_LATER[name]}"
        __import__(module)
        return globals().setdefault(name, getattr(_sys.modules[module], name))


def __dir__() -> list[str]:
    return sorted(__all__)
