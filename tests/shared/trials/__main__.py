"""Run cases of one trial: `python -m trials NAME --first 0 --cases 200`, with tests/shared on PYTHONPATH.

Prints what it has done as JSON, a line each second or so, for whoever waits: {"next": the number of the case to come,
"counted": of its unit, since the beginning, "seconds": since then}. A finding ends it: the traceback, then {"failed":
the number, "why": the error}, and exit code 1. `--at FILE` keeps the number of the case that runs there, for one that
ends the process. A case that takes MOST seconds ends the process, too, with what its threads are doing.
"""

import argparse
import faulthandler
import json
import sys
import tempfile
import time
import traceback
from contextlib import ExitStack
from pathlib import Path

from trials import CannotBeTried, load

EVERY = 1.0  # seconds between two lines
MOST = 240.0
CANNOT = 77  # the exit code of "not on this machine", as automake has it


def main() -> int:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m trials", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--first", type=int, default=0, metavar="NUMBER", help="begin with this case")
    parser.add_argument("--cases", type=int, help="end after so many; without it, after those of `dev.py test`")
    parser.add_argument("--seconds", type=float, help="end after this time, in place of a number of cases")
    parser.add_argument("--at", type=Path, metavar="FILE", help="where the number of the case that runs is kept")
    arguments = parser.parse_args()
    trial = load(arguments.name)
    last = None if arguments.seconds else arguments.first + (arguments.cases or trial.short)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        at = stack.enter_context(open(arguments.at, "wb", buffering=0)) if arguments.at else None
        try:
            place = stack.enter_context(trial.place(folder))
        except CannotBeTried as error:
            print(error)
            return CANNOT
        started = said = time.monotonic()
        number, counted = arguments.first, 0
        try:
            while last is None or number < last:
                if at:
                    at.seek(0)
                    at.write(b"%20d" % number)
                faulthandler.dump_traceback_later(MOST, exit=True, file=sys.stdout)
                done = trial.case(place, number)
                counted += 1 if done is None else done
                number += 1
                now = time.monotonic()
                if now - said >= EVERY:
                    said = now
                    _tell(next=number, counted=counted, seconds=now - started)
                if arguments.seconds and now - started >= arguments.seconds:
                    break
            trial.finish(place)
            faulthandler.cancel_dump_traceback_later()
        except Exception as error:
            traceback.print_exc(file=sys.stdout)
            _tell(next=number, counted=counted, seconds=time.monotonic() - started)
            _tell(failed=number, why=f"{type(error).__name__}: {error}")
            return 1
        _tell(next=number, counted=counted, seconds=time.monotonic() - started)
    return 0


def _tell(**told: object) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    sys.exit(main())
