"""`wer.dumps.read_dump`: a dump, all of which can be asked, or ValueError with the file."""

import contextlib
import re
from pathlib import Path

from wer.dumps._read import read_dump

NAME = "dumps"
LONGEST = 4096
DATA = Path(__file__).parents[2] / "data"


def seeds():
    return [path.read_bytes() for path in sorted(DATA.rglob("*.dmp"))]


@contextlib.contextmanager
def reader(folder):
    path = folder / "name.dmp"

    def read(data):
        path.write_bytes(data)
        try:
            dump = read_dump(path)
        except ValueError as error:
            assert str(error).startswith(f"{path} "), error  # noqa: PT017
            return
        assert all(problem.isprintable() for problem in dump.problems), dump.problems
        for memory in dump.memory[:10]:
            assert len(dump.read(memory.start, 1000)) <= 1000
            dump.module_at(memory.start)
        for stream in dump.streams[:10]:
            with contextlib.suppress(ValueError):  # it goes beyond the end of the file
                dump.read_stream(stream)
        dump.read_ring_log()
        assert dump.python_version is None or re.match(r"\d\.\d", dump.python_version), dump.python_version

    yield read
