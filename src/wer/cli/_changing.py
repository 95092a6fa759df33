"""What the commands share that change settings: plans in words and as JSON, and what goes wrong with them."""

import contextlib

from .._machine.registry import Unreadable, Value
from .._typing import TYPE_CHECKING
from ..changes import NotKept, Plan
from ._output import ExitCode, Failed, Output

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .._machine.registry import Registry
    from ..changes._change import State

_STATE = {
    "description": "Of a value: its type, by name or number, and its data; null: not there. Of a key: whether it is.",
    "type": ["object", "boolean", "null"],
    "required": ["kind", "data"],
    "properties": {"kind": {"type": ["string", "integer"]}, "data": {}},
}

PLAN: "dict[str, Any]" = {
    "done": {"description": "Whether it was done: with --yes, and if there was something to do.", "type": "boolean"},
    "plan": {"description": "What is done, in words and in order.", "type": "array", "items": {"type": "string"}},
    "notes": {"description": "What has to be known of it.", "type": "array", "items": {"type": "string"}},
    "changes": {
        "description": "The changes of the registry.",
        "type": "array",
        "items": {
            "type": "object",
            "required": ["hive", "view", "key", "name", "before", "after"],
            "properties": {
                "hive": {"description": "HKLM or HKCU.", "type": "string"},
                "view": {"description": "64 or 32.", "type": "integer"},
                "key": {"description": "The key's path.", "type": "string"},
                "name": {"description": "Of the value; null: it is about the key itself.", "type": ["string", "null"]},
                "before": _STATE,
                "after": _STATE,
            },
        },
    },
}
PLAN_REQUIRED = list(PLAN)

VALUE: "dict[str, Any]" = _STATE | {"description": "As it is written there: its type and its data."}


def plan_answer(plan: Plan, done: bool, lines: "list[str] | None" = None) -> "dict[str, Any]":
    """A plan for ``--json``."""
    return {
        "done": done,
        "plan": plan.lines() if lines is None else lines,
        "notes": plan.notes,
        "changes": [
            {
                "hive": change.hive,
                "view": change.view,
                "key": change.key,
                "name": change.name,
                "before": state(change.before),
                "after": state(change.after),
            }
            for change in plan.changes
        ],
    }


def state(state: "State") -> "dict[str, Any] | bool | None":
    """A state for ``--json``."""
    return {"kind": state.kind, "data": state.data} if isinstance(state, Value) else state


@contextlib.contextmanager
def explained() -> "Iterator[None]":
    """Say what an error of a change means, with the exit code for it."""
    try:
        yield
    except Unreadable as error:
        raise Failed(f"{error}; run this as an administrator", ExitCode.NEEDS_ADMINISTRATOR) from error
    except PermissionError as error:
        raise Failed(said(error), ExitCode.NEEDS_ADMINISTRATOR) from error
    except NotKept as error:
        raise Failed(said(error), ExitCode.UNCLEAR) from error
    except OSError as error:
        raise Failed(said(error), ExitCode.NEGATIVE) from error


def said(error: OSError) -> str:
    """An error in words, without its number."""
    text = error.strerror or str(error)
    where = f"{error.filename}: " if error.filename is not None else ""
    return "\n".join([f"{where}{text}", *getattr(error, "__notes__", ())])


def carry_out(out: Output, plan: Plan, registry: "Registry") -> ExitCode:
    """Print a plan, and with ``--yes`` do what it says."""
    for note in plan.notes:
        out.note(f"Note: {note}")
    if not plan:
        out.line("Nothing to do.")
        out.answer(plan_answer(plan, False))
        return ExitCode.DONE
    done = out.plan(plan.lines())
    if done:
        with explained():
            plan.apply(registry)
        out.line(f"Done: {counted(len(plan.changes))}, and read back.")
    out.answer(plan_answer(plan, done))
    return ExitCode.DONE


def counted(changes: int) -> str:
    """How many changes, in words."""
    return f"{changes} change" if changes == 1 else f"{changes} changes"
