"""What is tried again and again with other random numbers: a few cases in `dev.py test`, for as long as you like in
`dev.py soak`.

A trial is a module of this folder, and its docstring's first paragraph says what is tried. It has

    UNIT = "files"                        what it counts
    PYTHONS = ("windows", "linux")        where it runs
    SHORT = 200                           so many cases in `dev.py test`
    place(folder)                         a context manager: what all cases share, from an empty folder on
    case(place, number)                   one case, the same for the same number; it may return how many it counts for
    finish(place)                         may be left out: what is seen only over many cases

Whatever a case raises is a finding. A case ends by itself, in seconds: what may hang or crash in it, is bounded or in a
process of its own. `python -m trials NAME` runs one: see `__main__.py`.
"""

import ctypes
import importlib
import pkgutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any


class CannotBeTried(Exception):
    """Raised by `place` on a machine that lacks something; says what."""


def needs_stand_in() -> None:
    """For a `place` on Windows: its trial reads the stand-in's log, or has WER fail or wait."""
    if sys.platform == "win32" and not hasattr(ctypes.WinDLL("wer.dll"), "WerStandInControl"):
        raise CannotBeTried("needs the stand-in for WER")


@dataclass(frozen=True)
class Trial:
    """A module of this folder."""

    name: str
    what: str
    unit: str
    pythons: tuple[str, ...]
    short: int
    place: Callable[[Path], AbstractContextManager[Any]]
    case: Callable[[Any, int], int | None]
    finish: Callable[[Any], None]

    @classmethod
    def of(cls, module: ModuleType) -> "Trial":
        """What a module says of itself."""
        return cls(
            name=module.__name__.rpartition(".")[2],
            what=" ".join((module.__doc__ or "").partition("\n\n")[0].split()),
            unit=module.UNIT,
            pythons=module.PYTHONS,
            short=module.SHORT,
            place=module.place,
            case=module.case,
            finish=getattr(module, "finish", lambda place: None),
        )


def names() -> list[str]:
    """All trials, in the order of their names."""
    return sorted(found.name for found in pkgutil.iter_modules(__path__) if found.name != "__main__")


def load(name: str) -> Trial:
    """The trial of this name."""
    return Trial.of(importlib.import_module(f"trials.{name}"))
