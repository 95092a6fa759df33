"""A report is removed, cut, or replaced by a link before any line of what reads it: it is read, or said to be gone."""

import contextlib
import os
import random
import shutil
from pathlib import Path

from lines import at_line
from stored import stored_report
from stories import make_crash

import wer
import wer.dumps
import wer.testing
from wer.reports import collect, export, list_reports, story_of, write_page

UNIT = "reports"
PYTHONS = ("windows", "linux")
SHORT = 100
SECRET = b"hunter2"


class Place:
    """A store of the fake with one report, and a folder elsewhere that no report may lead to."""

    def __init__(self, folder, fake):
        self.folder, self.fake = folder, fake
        self.kept = make_crash(folder / "kept")
        self.report = folder / "queue" / "AppCrash_x"
        self.elsewhere = folder / "elsewhere"
        shutil.copytree(self.kept, self.elsewhere, copy_function=shutil.copyfile)  # Wine 8 has no CopyFile2
        for path in self.elsewhere.iterdir():
            path.write_bytes(SECRET * 100)
        self.target = folder / "target"
        self.lines = {}
        for step in STEPS:
            self.restore()
            self.lines[step], _ = at_line(-1, None, lambda step=step: step(self))

    def restore(self):
        if self.report.is_symlink():
            self.report.unlink()
        shutil.rmtree(self.folder / "queue", ignore_errors=True)
        shutil.rmtree(self.target, ignore_errors=True)
        self.target.mkdir()
        shutil.copytree(self.kept, self.report, copy_function=shutil.copyfile)
        self.fake.reports[wer.StoreType.MACHINE_QUEUE][:] = [stored_report(self.report)]


def read(place):
    wer.read_report(place.report)


def read_the_dump(place):
    wer.dumps.read_dump(place.report / "WER1A2B.tmp.mdmp").read_ring_log()


def list_them(place):
    [entry] = list_reports().reports
    assert entry.key == str(place.report)


def tell_its_story(place):
    story = story_of(place.report, events=[])
    assert story.lines()


def write_its_page(place):
    write_page(story_of(place.report, events=[]), place.target / "page.html")


def export_it(place):
    [one] = export(place.target).reports
    assert one.status


def collect_it(place):
    collect(place.report, events=[]).write(place.target / "crash.zip")


STEPS = (read, read_the_dump, list_them, tell_its_story, write_its_page, export_it, collect_it)


def remove_it(place, rng):
    shutil.rmtree(place.report)


def remove_a_file(place, rng):
    rng.choice(sorted(place.report.iterdir())).unlink()


def cut_a_file(place, rng):
    path = rng.choice(sorted(place.report.iterdir()))
    os.truncate(path, rng.randrange(path.stat().st_size + 1))


def add_to_a_file(place, rng):
    with open(rng.choice(sorted(place.report.iterdir())), "ab") as file:
        file.write(rng.randbytes(100))


def put_a_link_there(place, rng):
    place.report.rename(place.report.with_name("moved"))
    place.report.symlink_to(place.elsewhere)


def put_a_link_for_a_file(place, rng):
    path = rng.choice(sorted(place.report.iterdir()))
    path.unlink()
    path.symlink_to(place.elsewhere / path.name)


def put_a_folder_for_a_file(place, rng):
    path = rng.choice(sorted(place.report.iterdir()))
    path.unlink()
    path.mkdir()


CHANGES = (remove_it, remove_a_file, cut_a_file, add_to_a_file, put_a_folder_for_a_file)
if os.name != "nt":  # links need a right there, and Wine does not know them
    CHANGES += (put_a_link_there, put_a_link_for_a_file)


@contextlib.contextmanager
def place(folder):
    with wer.testing.FakeWer() as fake:
        yield Place(Path(folder), fake)


def case(place, number):
    rng = random.Random(number)
    step, change = rng.choice(STEPS), rng.choice(CHANGES)
    line = rng.randrange(place.lines[step])
    place.restore()
    told = f"{step.__name__}, {change.__name__} before line {line}"

    def meanwhile():
        with contextlib.suppress(PermissionError):  # on Windows what is open stays
            change(place, rng)

    try:
        at_line(line, meanwhile, lambda: step(place))
    except (OSError, ValueError) as error:
        named = f"{error} {getattr(error, 'filename', '')}"  # on Windows the text has each backslash twice
        assert str(place.report) in named, f"{told}: {error!r}"  # noqa: PT017
    except Exception as error:
        raise AssertionError(f"{told}: {type(error).__name__}: {error}") from error
    for path in place.target.rglob("*"):
        assert not path.is_file() or SECRET not in path.read_bytes(), f"{told}: {path.name} has what a link leads to"
        assert path.suffix != ".part", f"{told}: {path.name} is left"
