"""What writes dumps, ZIPs, pages, exports, limits and private files is killed at any line of it: what was to be written
is whole or not there, what is left is private, and gone the next time.
"""

import contextlib
import os
import random
import shutil
import stat
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import killed_writer
from pythons import PYTHON, WITH_WER
from stories import make_crash

import wer.dumps
import wer.service
import wer.testing
from wer import _leftovers

UNIT = "kills"
PYTHONS = ("windows", "linux")
SHORT = len(killed_writer.WRITERS)
PATIENCE = 100  # seconds for what takes one
OLD = b"what was there before"
# What a killed writer may leave in its folder, beside what it was to write.
TEMPORARY = ("wer-dump-", ".a.zip-", ".a.html-", ".wer-export-")


@dataclass
class Place:
    """The folders, and how many lines each writer has."""

    report: Path
    folder: Path
    lines: dict[str, int]


@contextlib.contextmanager
def place(folder):
    target = folder / "target"
    yield Place(make_crash(folder / "AppCrash_x"), target, {})


def killed(place, name, line):
    """Write in a process of its own; whether it came to the line."""
    path = os.pathsep.join([str(Path(killed_writer.__file__).parent), WITH_WER.get("PYTHONPATH", "")])
    ended = subprocess.run(
        [PYTHON, "-B", killed_writer.__file__, name, place.report, place.folder, str(line)],
        env=WITH_WER | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode in (0, killed_writer.KILLED), f"{ended.returncode}: {ended.stderr}"
    return ended.returncode == killed_writer.KILLED


def case(place, number):
    choose = random.Random(number)
    names = list(killed_writer.WRITERS)
    name = names[number % len(names)]
    if name not in place.lines:
        fresh(place)
        place.lines[name] = killed_writer.write(name, place.report, place.folder)
        look(place, name, must_be_there=True)
        assert not left(place), left(place)
    fresh(place)
    if name == "archive" and choose.random() < 0.5:
        (place.folder / "a.zip").write_bytes(OLD)
    line = choose.randint(1, place.lines[name])
    counts = killed(place, name, line)
    try:
        look(place, name, must_be_there=not counts)
        remove_leftovers(place, name)
    except Exception as error:
        error.add_note(f"{name} was killed at line {line} of {place.lines[name]}")
        raise
    return int(counts)


def fresh(place):
    shutil.rmtree(place.folder, ignore_errors=True)
    place.folder.mkdir()


def left(place):
    return [path for path in place.folder.rglob("*") if path.name.startswith(TEMPORARY)]


def look(place, name, must_be_there=False):
    """What was written is whole; what is half written has another name, and is nobody else's to read."""
    folder = place.folder
    targets = {"dump": "a.dmp", "archive": "a.zip", "page": "a.html", "copies": "exported", "limits": "wer"}
    path = folder / targets.get(name, "wer")
    assert path.exists() or not must_be_there
    others = {one for one in folder.iterdir() if one != path and not one.name.startswith(TEMPORARY)}
    assert not others, others
    for one in left(place):
        if sys.platform != "win32" and name != "copies":  # which has the permissions of its folder
            assert stat.S_IMODE(one.stat().st_mode) == 0o600, one
    if not path.exists():
        return
    if name == "dump":
        assert wer.dumps.read_dump(path).size == path.stat().st_size
    elif name == "archive" and path.read_bytes() != OLD:
        with zipfile.ZipFile(path) as file:
            assert file.testzip() is None
    elif name == "page":
        assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    elif name == "copies":
        for manifest in path.rglob("manifest.json"):  # written last: then all is there
            for source in place.report.iterdir():
                assert (manifest.parent / source.name).read_bytes() == source.read_bytes()
    elif name == "private":
        for one in path.iterdir():
            assert sys.platform == "win32" or stat.S_IMODE(one.stat().st_mode) == 0o600, one


def remove_leftovers(place, name):
    """The next one writes what was to be written, and takes away what there is of this one."""
    long_ago = time.time() - _leftovers.OLD_SECONDS - 5
    for path in left(place):
        if path.is_file():
            os.utime(path, (long_ago, long_ago))
    if name == "private":
        with wer.testing.FakeWer():
            wer.service.Folder(place.folder / "wer").sweep()
        assert not list(place.folder.glob("wer/state-*")), "its process is gone"
        return
    (place.folder / "a.dmp").unlink(missing_ok=True)
    (place.folder / "a.html").unlink(missing_ok=True)
    killed_writer.write(name, place.report, place.folder)
    look(place, name, must_be_there=True)
    assert not left(place), left(place)
    if name == "limits":
        with wer.testing.FakeWer():
            limits = wer.service.Limits(5, 10, folder=place.folder / "wer")
            assert limits.take("a").allowed
            assert limits.problem is None
            limits.close()
