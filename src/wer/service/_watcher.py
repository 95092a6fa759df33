"""The process that watches another one: `main`, which _watcher_process.py has run."""

import json
import os
import subprocess
import sys
from mmap import mmap

from .. import _native
from .._processes import FOR_HEAP_DUMP
from .._typing import TYPE_CHECKING
from ._folder import remove
from ._hang import HANG_EXIT_CODE, Plan, handle_of_file
from ._limits import Limits

if TYPE_CHECKING:
    from .._werapi import HeldHandle, HeldWatchdog

# PROCESS_TERMINATE; SYNCHRONIZE, by which its end is seen.
_END = 0x0001
_WAIT = 0x00100000
_STOP_MS = 10 * 60 * 1000
_MOST_RESTARTS = 256  # in an hour, of all programs of the user
_NO_WINDOW = 0x08000000  # CREATE_NO_WINDOW: nor has this process a console that could be seen


def shared_memory(name: str) -> mmap:
    """The memory in which beats are counted; all zero for whoever comes first. They need few bytes of it."""
    if sys.platform == "win32":
        return mmap(-1, 4096, tagname=name)
    raise NotImplementedError("another process watches on Windows only")


def main() -> None:
    """Watch until standard input ends: it was closed, or the other process is gone."""
    told = json.loads(sys.stdin.readline())
    plan = Plan(**told["plan"])
    restarts = _restarts(plan) if plan.restart else None
    process = _native.open_process(told["pid"], FOR_HEAP_DUMP | _WAIT | (_END if plan.end else 0))
    if _native.created(process) != told["created"]:
        raise ProcessLookupError(f"process {told['pid']} is another one by now")
    memory = shared_memory(told["memory"])
    stacks = os.open(plan.stacks, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0))
    held = _native.HeldWatchdog()
    plan.start(held, handle_of_file(stacks), None, process, memory)
    print("watching", flush=True)
    sys.stdin.read()
    if restarts is not None and _hung(process, held):
        _start_again(plan, restarts)
    held.stop(_STOP_MS)
    os.close(stacks)
    if _native.has_ended(process):
        remove(plan.stacks)  # it did not come to do it


def _restarts(plan: Plan) -> Limits:
    """What counts restarts, over all the processes that are one after the other; not among the reports."""
    folder = os.path.join(os.path.dirname(plan.stacks), "restarts")
    return Limits(plan.most_restarts, _MOST_RESTARTS, 3600, folder=folder)


def _hung(process: "HeldHandle", held: "HeldWatchdog") -> bool:
    """Whether the process was ended for a hang."""
    hangs, over, *_ = held.told
    return hangs != over and _native.has_ended(process) and _native.exit_code(process) == HANG_EXIT_CODE


def _start_again(plan: Plan, restarts: Limits) -> None:
    """Start the program anew, with the folder and the environment that this process was started with.

    Not if nobody can count how often that is done: it may hang at once, and so for ever.
    """
    taken = restarts.take("\0".join(plan.restart))
    if taken.allowed and restarts.problem is None:
        nowhere = subprocess.DEVNULL  # this process's own streams are pipes to the one that is gone
        subprocess.Popen(plan.restart, stdin=nowhere, stdout=nowhere, stderr=nowhere, creationflags=_NO_WINDOW)
