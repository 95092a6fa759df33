"""An allocation of Python's fails, or all from it on, in any public operation: MemoryError or success; nothing left."""

import contextlib
import ctypes
import gc
import re
import sys
import threading
import time
import traceback
import types
import zlib
from pathlib import Path

from child import Operator, serve
from spread import spread

import trials

UNIT = "runs with failing allocations"
PYTHONS = ("windows",)
SHORT = 50

# What fails "from it on": CPython 3.13 tries again and again while it has no memory for the place of a `finally` (seen;
# ceval.c, exception_unwind), so there must be an end. It is more than any operation asks for on its way out.
FOR_EVER = 1000
WARM = 5  # runs, before which Python's caches fill
MOST_TIMES = 10_000  # that a function cannot be made in one process
AGAIN = 6  # runs, each of which leaks, or it is no leak


@contextlib.contextmanager
def place(folder):
    trials.needs_stand_in()
    with Operator(__file__, folder) as place:
        yield place


def case(place, number):
    """Each operation in turn, with one failing allocation and with all from one on."""
    name = place.names[number % len(place.names)]
    step, for_ever = divmod(number // len(place.names), 2)
    # By its name, or the short form would have the first one of each operation fail.
    first = 1 + spread(step + zlib.crc32(name.encode()), max(1, place.ask_once("count", name)))
    last = first + FOR_EVER if for_ever else first
    try:
        place.ask({"what": "fail", "name": name, "first": first, "last": last})
    except AssertionError as error:
        if not any(re.search(pattern, str(error)) for pattern in OF_CPYTHON):
            raise


# How CPython itself ends or hangs without memory, whoever asks it: docs/reliability.md.
OF_CPYTHON = (
    # `Thread.start` waits for ever if the new thread has none: https://github.com/python/cpython/issues/140746
    r'Timeout \((.|\n)*first\):\n(  File ".*threading\.py", line \d+ in \w+\n)+  File ".*\.py", line \d+ in start\n',
    # json.loads, of 3.13: it notes each key by a setdefault.
    r'access violation\n(.|\n)*Current thread .*\n  File ".*decoder\.py", line \d+ in raw_decode\n',
)


# ---- in the child ----

# What CPython itself, and its library, make of a failed allocation.
BY_PYTHON = (
    (TypeError, r"(expected str, bytes or os.PathLike object|\w+: path should be string, bytes or os.PathLike), not "),
    (RuntimeError, "can't allocate (read )?lock"),
    (RuntimeError, "can't start new thread"),
    (ctypes.ArgumentError, r"argument \d+: MemoryError"),
    (SystemError, "<built-in function exc_info> returned a result with an exception set"),
    (SystemError, "<function .*> returned NULL without setting an exception"),  # Python's own, with a generator in it
)


def is_memory_error(error):
    return isinstance(error, MemoryError) or any(
        isinstance(error, kind) and re.match(pattern, str(error)) for kind, pattern in BY_PYTHON
    )


def told_of(error):
    """The error, and the lines that it went through."""
    told, step = [repr(error)], error and error.__traceback__
    while step is not None:
        told.append(f"{step.tb_frame.f_code.co_qualname}:{step.tb_lineno}")
        step = step.tb_next
    return " ".join(told)


def hold_code():
    """Have nobody free the code of functions that are made by other functions.

    CPython 3.12 and 3.13 give it back once too often for each that they have no memory for: docs/reliability.md.
    """
    functions = [one.__code__ for one in gc.get_objects() if isinstance(one, types.FunctionType)]
    held = set()
    while functions:
        code = functions.pop()
        made = [one for one in code.co_consts if isinstance(one, types.CodeType) and id(one) not in held]
        for one in made:
            held.add(id(one))
            ctypes.c_uint32.from_address(id(one)).value += MOST_TIMES  # the number of its references
        functions += made


class Failing:
    """Does it, and looks at what is left."""

    def __init__(self, folder):
        from beginnings import BEGINNINGS
        from operations import OPERATIONS
        from places import OnStandIn

        self.beginnings = {f"begin {one.name}": one for one in BEGINNINGS}
        self.endings = {f"end {one.name}": one for one in BEGINNINGS}
        self.operations = {one.name: one for one in OPERATIONS if not one.only_fake}
        sys.unraisablehook = lambda unraisable: None  # MemoryError in a destructor, of which nobody can be told
        threading.excepthook = lambda arguments: None
        self.place = OnStandIn(folder)
        self.known = set()

    def answer(self, question):
        what, name = question["what"], question.get("name")
        if what == "names":
            return [*self.operations, *self.beginnings, *self.endings]
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
            hold_code()
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
        elif name in self.endings:
            ending = self.endings[name]
            begun = ending.begin(world)
            _, error, seen, failed = call(lambda: ending.end(begun), first, last)
            if error is not None:
                ending.end(begun)
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
            told = told_of(error)
            del error
            self.place.settle()
            # Without any memory files cannot be removed; of what ends, one that cannot be is left to the next sweep.
            left = self.place.left(files=last == first and name not in self.endings)
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
