"""An allocation of Python's fails, or all from it on, in any public operation: MemoryError or success; nothing left."""

import ast
import contextlib
import ctypes
import gc
import re
import sys
import threading
import time
import traceback
import zlib
from pathlib import Path

from child import Renewed, serve
from spread import spread

import trials

UNIT = "runs with failing allocations"
PYTHONS = ("windows",)
SHORT = 50

# What fails "from it on": CPython 3.13 tries again and again while it has no memory for the place of a `finally` (seen;
# ceval.c, exception_unwind), so there must be an end. It is more than any operation asks for on its way out.
FOR_EVER = 1000
WARM = 5  # runs, before which Python's caches fill
AGAIN = 6  # runs, each of which leaks, or it is no leak


class Place(Renewed):
    """The process in which allocations fail: a new one after each that has crashed or hung."""

    def __init__(self, folder):
        super().__init__(__file__, folder)
        self.names = self.ask({"what": "names"})
        self.counts = {}

    def allocations(self, name):
        """How many an operation makes."""
        if name not in self.counts:
            self.counts[name] = self.ask({"what": "count", "name": name})
        return self.counts[name]


@contextlib.contextmanager
def place(folder):
    trials.needs_stand_in()
    with Place(folder) as place:
        yield place


def case(place, number):
    """Each operation in turn, with one failing allocation and with all from one on."""
    name = place.names[number % len(place.names)]
    step, for_ever = divmod(number // len(place.names), 2)
    # By its name, or the short form would have the first one of each operation fail.
    first = 1 + spread(step + zlib.crc32(name.encode()), max(1, place.allocations(name)))
    last = first + FOR_EVER if for_ever else first
    try:
        place.ask({"what": "fail", "name": name, "first": first, "last": last})
    except AssertionError as error:
        if not crashed_in_cpython(str(error)) and not waits_for_a_thread_to_start(str(error)):
            raise


def crashed_in_cpython(said):
    """Whether the process crashed at a generator expression, or where a function is made.

    CPython 3.12 and 3.13 do so by themselves: `any(low <= char for low in pairs)`, or a `def` in another one that has a
    variable of it, called by ten lines without `wer`, ends them at some of its allocations.
    """
    crash = re.search(r'^Current thread .*\n  File "(.*)", line (\d+) in ', said, re.MULTILINE)
    if "fatal exception: access violation" not in said or crash is None:
        return False
    line = int(crash[2])
    nodes = list(ast.walk(ast.parse(Path(crash[1]).read_text(encoding="utf-8"))))
    generators = [node for node in nodes if isinstance(node, ast.GeneratorExp)]
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.Lambda)]
    return any(node.lineno <= line <= (node.end_lineno or 0) for node in generators) or any(
        node.lineno == line for node in functions
    )


def waits_for_a_thread_to_start(said):
    """Whether the process hung in `Thread.start`, which waits for ever if it is the new thread that has no memory.

    That is CPython's: https://github.com/python/cpython/issues/140746
    """
    waits = r'first\):\n(  File ".*threading\.py", line \d+ in wait\n)+  File ".*threading\.py", line \d+ in start\n'
    return "Timeout (" in said and re.search(waits, said) is not None


# ---- in the child ----

# What CPython itself, and its library, make of a failed allocation.
BY_PYTHON = (
    (TypeError, "expected str, bytes or os.PathLike object, not "),
    (RuntimeError, "can't allocate (read )?lock"),
    (RuntimeError, "can't start new thread"),
    (ctypes.ArgumentError, r"argument \d+: MemoryError"),
    (SystemError, "<function .*> returned NULL without setting an exception"),  # Python's own, with a generator in it
)


def is_memory_error(error):
    return isinstance(error, MemoryError) or any(
        isinstance(error, kind) and re.match(pattern, str(error)) for kind, pattern in BY_PYTHON
    )


class Failing:
    """Does it, and looks at what is left."""

    def __init__(self, folder):
        from beginnings import BEGINNINGS
        from operations import OPERATIONS
        from places import OnStandIn

        self.beginnings = {one.name: one for one in BEGINNINGS}
        self.operations = {one.name: one for one in OPERATIONS if not one.only_fake}
        self.place = OnStandIn(folder)
        self.known = set()
        sys.unraisablehook = lambda unraisable: None  # MemoryError in a destructor, of which nobody can be told
        threading.excepthook = lambda arguments: None

    def answer(self, question):
        what, name = question["what"], question.get("name")
        if what == "names":
            return [*self.operations, *self.beginnings]
        if name not in self.known:  # what happens once and for all
            end = time.monotonic() + 1
            for done in range(WARM):
                if done and time.monotonic() > end:
                    break
                self.place.prepare()
                self.run(name)
                self.settle()
            self.known.add(name)
            gc.collect()
            gc.freeze()  # what is there stays, and takes no time any more
        self.place.prepare()
        if what == "count":
            return self.run(name)[1]
        return self.fail(name, question["first"], question["last"])

    def run(self, name, first=0, last=0):
        """The error, and how many allocations there were."""
        from faults import call

        world = self.place.world
        if name in self.operations:
            operation = self.operations[name].run
            _, error, seen, failed = call(lambda: operation(world), first, last)
        else:
            beginning = self.beginnings[name]
            begun, error, seen, failed = call(lambda: beginning.begin(world), first, last)
            if error is None:
                beginning.end(begun)
            else:
                if is_memory_error(error):
                    error = error.with_traceback(None)  # which keeps what is to go
                left = self.place.left(files=last == first)  # without any memory they cannot be removed
                assert not left, f"{error!r}, and yet it has begun: {left}"
        assert first or error is None, "".join(traceback.format_exception(error))
        assert error is None or is_memory_error(error), "".join(traceback.format_exception(error))
        return error, seen, failed

    def settle(self):
        self.place.settle()
        gc.collect()
        left = self.place.left()
        assert not left, left

    def fail(self, name, first, last):
        from faults import live_blocks

        handles = self.place.handles()
        grown, opened = [], []
        for _ in range(AGAIN):
            self.place.prepare()
            before = live_blocks()
            error, _, failed = self.run(name, first, last)
            told = repr(error)
            del error
            self.place.settle()
            left = self.place.left(files=last == first)
            assert not left, f"{told}: {left}"
            gc.collect()
            grown.append(live_blocks() - before)
            self.place.clean()
            self.place.prepare()
            self.run(name)  # it works as before
            self.settle()
            more = self.place.new_handles(handles)
            handles |= more
            opened.append(len(more))
            if grown[-1] <= 0 and not opened[-1]:
                return told, failed
        raise AssertionError(f"{told}: each time more blocks of Python's, {grown}, or handles, {opened}")


if __name__ == "__main__":
    serve(Failing(Path(sys.argv[1])).answer)
