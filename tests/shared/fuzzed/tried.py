"""What the trials `fuzz_...` do: atheris' inputs if it is installed, else those that are kept, as they are and changed.

`dev.py soak` has atheris in its Python for Linux; `dev.py test` does without its 35 MB.
"""

import contextlib
import importlib.util
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import fuzzed

RUNS = 5_000
PATIENCE = 200  # seconds for them; they take some 5, and 100 beside much else
MOST_SECONDS = 1.0  # for one, of the processor


@dataclass(frozen=True)
class Place:
    """What the cases share: a reader, or in place of it the folder where atheris keeps what it has found."""

    name: str
    found: Path | None
    read: Callable[[bytes], None] | None


def place_of(name: str) -> Callable[[Path], contextlib.AbstractContextManager[Place]]:
    """The `place` of a trial."""

    @contextlib.contextmanager
    def place(folder: Path) -> Iterator[Place]:
        if importlib.util.find_spec("atheris"):
            found = folder / "found"
            found.mkdir()
            for number, data in enumerate(fuzzed.load(name).seeds()):
                (found / f"seed-{number}").write_bytes(data)
            yield Place(name, found, None)
        else:
            with fuzzed.load(name).reader(folder) as read:
                yield Place(name, None, read)

    return place


def case(place: Place, number: int) -> int:
    """Some inputs; returns how many."""
    return _by_atheris(place, number) if place.found else _kept(place, number)


def _by_atheris(place: Place, number: int) -> int:
    """In a process of its own, which libFuzzer ends."""
    assert place.found
    options = [f"-runs={RUNS}", f"-seed={number + 1}", f"-artifact_prefix={place.found.parent}{os.sep}"]
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "fuzzed", place.name, *options, place.found, fuzzed.CORPUS / place.name],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=PATIENCE,
        check=False,
    )
    done = re.search(r"^Done (\d+) runs", ended.stdout, re.MULTILINE)
    assert ended.returncode == 0, ended.stdout[-5000:]
    assert done, ended.stdout[-5000:]
    return int(done[1])


def _kept(place: Place, number: int) -> int:
    assert place.read
    choose = random.Random(number)  # noqa: S311
    inputs = fuzzed.corpus(place.name)
    inputs += [changed(choose, data) for data in inputs]
    for data in inputs:
        started = time.process_time()
        try:
            place.read(data)
        except Exception as error:
            error.add_note(f"the input: {data!r}")
            raise
        taken = time.process_time() - started
        assert taken < MOST_SECONDS, f"it took {taken:.1f} s, the input {data!r}"
    return len(inputs)


def changed(choose: random.Random, data: bytes) -> bytes:
    """Some of its bytes changed, left out, or there twice."""
    new = bytearray(data)
    for _ in range(choose.randint(1, 5)):
        at, length = choose.randrange(len(new) + 1), choose.choice([1, 2, 4, 40])
        match choose.randrange(3):
            case 0:
                new[at : at + length] = choose.randbytes(length)
            case 1:
                del new[at : at + length]
            case 2:
                new[at:at] = new[choose.randrange(len(new) + 1) :][:length]
    return bytes(new)
