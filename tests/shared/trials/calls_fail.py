"""Each call of WER's in each public operation fails with each code: the right exception; nothing is left."""

import contextlib
import gc
import sys
import zlib
from pathlib import Path

from child import Operator, serve
from spread import spread

import trials

UNIT = "failed calls"
PYTHONS = ("windows",)
SHORT = 54

AGAIN = 3  # runs, each of which leaves a handle, or it is no leak


@contextlib.contextmanager
def place(folder):
    trials.needs_stand_in()
    with Operator(__file__, folder) as place:
        yield place


def case(place, number):
    """Each operation in turn, with one of its calls and one code."""
    step, index = divmod(number, len(place.names))
    name = place.names[index]
    points = place.ask_once("points", name)
    # By its name, or the short form would have the first call of each operation fail.
    function, nth, code = points[spread(step + zlib.crc32(name.encode()), len(points))]
    place.ask({"what": "fail", "name": name, "function": function, "nth": nth, "code": code})


# ---- in the child ----

WITHOUT_WER = {"write_dump", "folder", "limits", "interpreter_of"}  # they call Windows only


class Failing:
    """Has calls fail, and looks at what is raised, told and left."""

    def __init__(self, folder):
        from operations import OPERATIONS
        from places import OnStandIn

        self.place = OnStandIn(folder)
        here = [one for one in OPERATIONS if not one.only_fake and one.name not in WITHOUT_WER]
        self.operations = {one.name: one for one in here}
        self.expected = {}

    def answer(self, question):
        if question["what"] == "names":
            return list(self.operations)
        if question["what"] == "points":
            return [
                (function, nth, code)
                for function, count in self.known(question["name"]).items()
                for nth in range(1, count + 1)
                for code in codes_of(function)
            ]
        self.known(question["name"])
        handles = self.place.handles()
        for _ in range(AGAIN):
            self.fail(question["name"], question["function"], question["nth"], question["code"])
            more = self.place.new_handles(handles)
            if not more:
                return None
            handles |= more
        raise AssertionError(f"handles are left open, each time: {more}")

    def known(self, name):
        """What calls an operation makes, and how many of each; what it opens once and for all is open then."""
        if name not in self.expected:
            for _ in range(2):
                self.run(name)
                self.expected[name] = self.place.counts()
                self.end()
            gc.collect()
            gc.freeze()
        return self.expected[name]

    def run(self, name, *failing):
        """The result or the error."""
        self.place.prepare(*failing)
        try:
            return self.operations[name].run(self.place.world), None
        except (OSError, ValueError) as error:
            if not failing:
                raise
            return None, error.with_traceback(None)

    def end(self):
        self.place.settle()
        left = self.place.left()
        assert not left, left
        self.place.clean()

    def fail(self, operation, function, nth, code):
        """Once; then it works as before."""
        from operations import hresult_of, is_failure
        from places import SNAPSHOTS

        import wer

        value, error = self.run(operation, function, nth, code)
        assert self.place.count(function) >= nth, "it was not called so often"
        told = self.operations[operation].told_of(function)
        if function in SNAPSHOTS or not is_failure(function, code):
            # A success without what it should have made: the next call may be refused.
            assert error is None or isinstance(error, (OSError, ValueError)), repr(error)
        elif error is None:
            assert told is not None, "nothing is raised or told"
            assert told.codes(code), "not raised"
            assert told.holds(value, code), f"told otherwise: {value!r}"
        else:
            assert isinstance(error, wer.WerError), repr(error)
            assert (error.function, error.hresult) == (function, hresult_of(function, code)), repr(error)
            assert told is None or not told.codes(code), f"raised: {error!r}"
        del value, error
        self.end()
        self.run(operation)
        assert self.place.counts() == self.expected[operation], "it works as before, by the same calls"
        self.end()


def codes_of(function):
    """What a function may answer."""
    from operations import CODES, WIN32_CODES
    from places import SNAPSHOTS

    more = -0x7FF8FFF2, 1  # E_OUTOFMEMORY, S_FALSE
    return WIN32_CODES if function in SNAPSHOTS else sorted({*CODES, *more})


if __name__ == "__main__":
    serve(Failing(Path(sys.argv[1])).answer)
