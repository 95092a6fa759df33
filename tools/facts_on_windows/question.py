"""What a question is, and the list of them."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Flag, auto
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tools.facts_on_windows.asking import Asking

Answer: TypeAlias = "str | Mapping[str, object]"
"""A sentence, or what was tried with what came of it."""

Ask: TypeAlias = "Callable[[Asking], Answer]"


class Needs(Flag):
    """What has to be so before a question can be asked."""

    NOTHING = 0
    ADMIN = auto()
    """An administrator: it writes to HKEY_LOCAL_MACHINE."""
    HELD = auto()
    """It submits reports into the queue: `guards.hold`."""
    SEALED = auto()
    """It submits reports that WER might send, or lets a process crash: `guards.seal`. That takes an administrator."""
    CRASHES = auto()
    """Windows' own WerFault.exe has to handle a crash."""
    ALONE = auto()
    """It changes the process that asks it, for as long as that lives: registrations, flags."""


@dataclass(frozen=True)
class Question:
    """One question, as `question` made it."""

    id: str
    how: str
    needs: Needs
    seconds: float
    ask: Ask

    @property
    def text(self) -> str:
        """The question itself: the first sentence of the function's docstring."""
        return " ".join((inspect.getdoc(self.ask) or "").partition("\n\n")[0].split())


QUESTIONS: dict[str, Question] = {}
"""Every question, by its id, in the order in which they are asked."""


class Unanswered(Exception):
    """Why a question has no answer here: the row says this."""


def question(id: str, how: str, needs: Needs = Needs.NOTHING, seconds: float = 60) -> Callable[[Ask], Ask]:  # noqa: A002
    """Make a function the question `id`. `how` says what is called; `seconds` is the most that it may take."""

    def add(ask: Ask) -> Ask:
        if id in QUESTIONS:
            raise ValueError(f"two questions have the id {id}")
        needed = needs | Needs.ADMIN if Needs.SEALED in needs else needs
        QUESTIONS[id] = Question(id, how, needed, seconds, ask)
        return ask

    return add
