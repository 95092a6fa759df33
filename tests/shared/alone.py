"""A Python beside this one in which a trial's cases run, because a case may crash it or hang it.

    place, case = alone.place_of(__file__), alone.case

In the other Python, the same file's ``world(folder)`` is entered, and ``program(world, number)`` called for each
number. What it raises is raised here. One in which a case has failed, crashed or hung is replaced for the next.
"""

import contextlib
import importlib.util
import os
import sys
from pathlib import Path

import trials
from child import Renewed, serve

PATIENCE = 120  # seconds for a case that takes one or two, on a machine that has much else to do


def place_of(file, seconds=PATIENCE):
    """The `place` of the trial in `file`: the other Python."""

    @contextlib.contextmanager
    def place(folder):
        trials.needs_stand_in()
        with Renewed(__file__, folder, file, seconds, seconds=seconds, PYTHONMALLOC="debug") as python:
            yield python

    return place


def case(python, number):
    """What `program` returned for this number."""
    return python.ask(number)


def main(folder, file, seconds):
    """Run cases until there are no more."""
    spec = importlib.util.spec_from_file_location(Path(file).stem + "_alone", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.world(Path(folder)) as world:
        serve(lambda number: module.program(world, number), seconds)


if __name__ == "__main__":
    os.environ.pop("WER_STANDIN", None)
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
