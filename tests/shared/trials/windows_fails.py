"""A function of Windows, or malloc, fails in the extension in any operation: an error or success, and nothing left."""

import contextlib
import gc
import os
import sys
import time
import traceback
import zlib
from pathlib import Path

from child import Operator, serve
from spread import spread

import trials

UNIT = "failing calls"
PYTHONS = ("windows",)
SHORT = 45
PATIENCE = 3  # seconds
AGAIN = 3  # runs, each of which leaves a handle open, or it does not

NO_MEMORY, DENIED, NO_MODULE, NO_PROCEDURE, NO_HANDLE = 8, 5, 126, 127, 6
# What the extension imports, and what each returns when it fails, with which error.
FAILING = {
    **dict.fromkeys(("malloc", "calloc", "realloc"), (0, 0)),
    **dict.fromkeys(("VirtualAlloc", "CreateThread", "CreateEventW", "CreateMutexW"), (0, NO_MEMORY)),
    **dict.fromkeys(("OpenProcess", "OpenThread", "CreateDirectoryW"), (0, DENIED)),
    **dict.fromkeys(("CreateFileW", "CreateToolhelp32Snapshot", "GetFileAttributesW"), (-1, DENIED)),
    **dict.fromkeys(("GetModuleHandleExW", "LoadLibraryExW"), (0, NO_MODULE)),
    "GetProcAddress": (0, NO_PROCEDURE),
    **dict.fromkeys(("DuplicateHandle", "GetProcessId", "GetThreadId", "GetProcessIdOfThread"), (0, NO_HANDLE)),
    **dict.fromkeys(("GetProcessTimes", "QueryFullProcessImageNameW", "VirtualQueryEx"), (0, DENIED)),
    **dict.fromkeys(("GetFullPathNameW", "ExpandEnvironmentStringsW", "WideCharToMultiByte"), (0, NO_MEMORY)),
    **dict.fromkeys(("GetFileSizeEx", "GetFileInformationByHandle", "GetFileType"), (0, NO_HANDLE)),
    **dict.fromkeys(("OpenProcessToken", "GetTokenInformation", "ConvertSidToStringSidW"), (0, DENIED)),
    "ConvertStringSecurityDescriptorToSecurityDescriptorW": (0, NO_MEMORY),
}
# ValueError: a handle that is none; RuntimeError: abort of another C runtime, as it looks.
ERRORS = (OSError, MemoryError, NotImplementedError, ValueError, RuntimeError)
LONG = {"write_dump"}  # it takes seconds


@contextlib.contextmanager
def place(folder):
    trials.needs_stand_in()
    with Operator(__file__, folder) as place:
        yield place


def case(place, number):
    """Each operation in turn, in which each function fails in turn that it calls, once."""
    step, index = divmod(number, len(place.names))
    return place.ask({"what": "fail", "name": place.names[index], "step": step})


# ---- in the child ----


class Failing:
    """Does it, and looks at what is left."""

    def __init__(self, folder):
        from beginnings import BEGINNINGS
        from operations import OPERATIONS
        from places import OnStandIn

        from wer import _werapi

        self.module = os.path.basename(_werapi.__file__)
        self.beginnings = {f"begin {one.name}": one for one in BEGINNINGS}
        self.operations = {one.name: one for one in OPERATIONS if not one.only_fake and one.name not in LONG}
        self.place = OnStandIn(folder)
        self.points = {}

    def answer(self, question):
        if question["what"] == "names":
            return [*self.operations, *self.beginnings]
        name = question["name"]
        points = self.points_of(name)
        if not points:
            return 0
        function, nth = points[spread(question["step"] + zlib.crc32(name.encode()), len(points))]
        self.fail(name, function, nth)
        return 1

    def points_of(self, name):
        """The calls that it makes: a function, and the how manieth."""
        if name not in self.points:
            for _ in range(2):  # what happens once and for all
                self.run(name)
                self.settle()
            counts = {}
            for function in FAILING:
                _, counts[function] = self.run(name, function)
                self.settle()
            self.points[name] = [(function, nth + 1) for function, count in counts.items() for nth in range(count)]
            gc.collect()
            gc.freeze()
        return self.points[name]

    def run(self, name, function="", nth=0):
        """The error, and how many calls of the function there were."""
        import faults

        self.place.prepare()
        world = self.place.world
        beginning = self.beginnings.get(name)
        begin = beginning.begin if beginning else self.operations[name].run
        if function:
            try:
                faults.patch(self.module, function, *FAILING[function])
            except LookupError:  # another compiler's library takes another one
                return None, 0
        try:
            begun, error, seen, failed = faults.call(lambda: begin(world), nth, nth)
        finally:
            faults.unpatch()
        if beginning and error is None:
            beginning.end(begun)
        assert failed or error is None, "".join(traceback.format_exception(error))
        assert error is None or isinstance(error, ERRORS), "".join(traceback.format_exception(error))
        return error and error.with_traceback(None), seen if function else 0

    def settle(self):
        self.place.settle()
        gc.collect()
        left = self.place.left()
        assert not left, left
        self.place.clean()

    def left_in_the_end(self):
        """What is left; a thread of a watchdog that could not be started ends a moment later, and with it a file."""
        end = time.monotonic() + PATIENCE
        while (left := self.place.left()) and time.monotonic() < end:
            time.sleep(0.02)
        return left

    def fail(self, name, function, nth):
        handles = self.place.handles()
        opened = []
        for _ in range(AGAIN):
            error, _ = self.run(name, function, nth)
            what = f"call {nth} of {function}: {error!r}"
            del error
            self.place.settle()
            left = self.left_in_the_end()
            assert not left, f"{what}: {left}"
            self.place.clean()
            self.run(name)  # it works as before
            self.settle()
            more = self.place.new_handles(handles)
            handles |= more
            opened.append(len(more))
            if not more:
                return
        raise AssertionError(f"{what}: each time handles stay open, {opened}")


if __name__ == "__main__":
    serve(Failing(Path(sys.argv[1])).answer)
