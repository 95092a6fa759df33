"""Have atheris look for inputs: `python -m fuzzed reports -runs=20000 -seed=1 NEW tests/data/corpus/reports`.

What follows the reader's name is libFuzzer's: https://llvm.org/docs/LibFuzzer.html. Inputs that reach new lines are
written to the first folder. A finding ends it, with the traceback, the input and an exit code that is not 0.

To keep less of what reaches the same: `python -m fuzzed reports -merge=1 tests/data/corpus/reports FOUND`.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import atheris

MOST_SECONDS = 1.0  # of the processor, which others on this machine do not take
HANG_SECONDS = 20
MOST_MIB = 256  # Python, atheris and what it remembers of inputs included

with atheris.instrument_imports(include=["wer", "argparse"]):
    from fuzzed import load

    target = load(sys.argv[1])


def main() -> None:
    """Do not return: libFuzzer ends the process."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - each input is a file: on a disk, slow
    with tempfile.TemporaryDirectory(dir=memory) as folder, target.reader(Path(folder)) as read:

        def one(data: bytes) -> None:
            started = time.process_time()
            read(data)
            taken = time.process_time() - started
            assert taken < MOST_SECONDS, f"it took {taken:.1f} s"

        own = [f"-max_len={target.LONGEST}", f"-timeout={HANG_SECONDS}", f"-rss_limit_mb={MOST_MIB}"]
        again = f"{sys.executable} -P -m fuzzed {sys.argv[1]}"  # what -merge=1 has a shell start
        atheris.Setup([again, *own, *sys.argv[2:]], one)
        atheris.Fuzz()


main()
