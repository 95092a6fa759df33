"""A Python beside this one in which a trial's cases run, because a case may crash it or hang it.

    with alone.opened(__file__, folder, PYTHONMALLOC="debug") as python:
        python.run(number)

In the other Python, the same file's ``world(folder)`` is entered, and ``program(world, number)`` called for each
number. What it raises is raised here. One in which a case has failed, crashed or hung is replaced for the next.
"""

import contextlib
import importlib.util
import os
import sys
from pathlib import Path

from child import Child, serve

PATIENCE = 120  # seconds for a case that takes one or two, on a machine that has much else to do


class Alone:
    """The other Python, which is started when a case is to run and it is not there."""

    def __init__(self, file, folder, seconds, environment):
        self.file, self.folder, self.seconds, self.environment = file, folder, seconds, environment
        self.child = None

    def run(self, number):
        """What the program returned for this number."""
        if self.child is None or self.child.ended:
            self.end()
            arguments = (self.file, self.folder, self.seconds)
            self.child = Child(__file__, self.folder, *arguments, seconds=self.seconds, **self.environment)
        return self.child.ask(number)

    def end(self):
        """End it, if it is there."""
        if self.child is not None:
            self.child.end()


@contextlib.contextmanager
def opened(file, folder, seconds=PATIENCE, **environment):
    """The other Python, for the cases of a trial in `file`."""
    alone = Alone(file, folder, seconds, environment)
    try:
        yield alone
        if alone.child is not None:
            alone.child.close()
    finally:
        alone.end()


def main(file, folder, seconds):
    """Run cases until there are no more."""
    spec = importlib.util.spec_from_file_location(Path(file).stem + "_alone", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.world(Path(folder)) as world:
        serve(lambda number: module.program(world, number), seconds)


if __name__ == "__main__":
    os.environ.pop("WER_STANDIN", None)
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
