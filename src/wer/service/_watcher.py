"""The process that watches another one: `main`, which _watcher_process.py has run."""

import json
import os
import sys
from mmap import mmap

from .. import _native
from .._processes import FOR_HEAP_DUMP
from ._folder import remove
from ._hang import Plan, handle_of_file

# PROCESS_TERMINATE; SYNCHRONIZE, by which its end is seen.
_END = 0x0001
_WAIT = 0x00100000
_STOP_MS = 10 * 60 * 1000


def shared_memory(name: str) -> mmap:
    """The memory in which beats are counted; all zero for whoever comes first. They need few bytes of it."""
    if sys.platform == "win32":
        return mmap(-1, 4096, tagname=name)
    raise NotImplementedError("another process watches on Windows only")


def main() -> None:
    """Watch until standard input ends: it was closed, or the other process is gone."""
    told = json.loads(sys.stdin.readline())
    plan = Plan(**told["plan"])
    process = _native.open_process(told["pid"], FOR_HEAP_DUMP | _WAIT | (_END if plan.end else 0))
    if _native.created(process) != told["created"]:
        raise ProcessLookupError(f"process {told['pid']} is another one by now")
    memory = shared_memory(told["memory"])
    stacks = os.open(plan.stacks, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0))
    held = _native.HeldWatchdog()
    plan.start(held, handle_of_file(stacks), None, process, memory)
    print("watching", flush=True)
    sys.stdin.read()
    held.stop(_STOP_MS)
    os.close(stacks)
    if _native.has_ended(process):
        remove(plan.stacks)  # it did not come to do it
