"""A process that writes something, and ends at a given line of what it runs, as if it were killed there.

`python killed_writer.py WRITER REPORT FOLDER LINE`: it ends with `KILLED`, or with 0 if there is no such line.
"""

import os
import sys
import tempfile
import zipfile
from pathlib import Path

import wer
import wer.dumps
import wer.service
import wer.testing
from wer.reports import collect, export, story_of, write_page

KILLED = 7
PID = 4712
COUNTED = (str(Path(wer.__file__).parent), tempfile.__file__, zipfile.__file__)


def dump(report, folder):
    with wer.testing.FakeWer() as fake:
        process = fake.add_process(PID)
        yield
        wer.dumps.write_dump(folder / "a.dmp", process)


def archive(report, folder):
    found = collect(report, events=[])
    yield
    found.write(folder / "a.zip", overwrite=True)


def page(report, folder):
    story = story_of(report, events=[])
    yield
    write_page(story, folder / "a.html")


def copies(report, folder):
    from stored import stored_report

    with wer.testing.FakeWer() as fake:
        fake.reports[wer.StoreType.MACHINE_QUEUE].append(stored_report(report))
        yield
        export(folder / "exported")


def limits(report, folder):
    with wer.testing.FakeWer():
        yield
        limits = wer.service.Limits(5, 10, folder=folder / "wer")
        limits.take("a")
        limits.take("b")


def private(report, folder):
    with wer.testing.FakeWer():
        yield
        of_it = wer.service.Folder(folder / "wer")
        _, file = of_it.create("state")
        os.write(file, b"passwords")
        os.close(file)


WRITERS = {writer.__name__: writer for writer in (dump, archive, page, copies, limits, private)}


def write(name, report, folder, at=0):
    """Write; return how many lines were run."""
    ran = 0

    def count(frame, event, argument):
        nonlocal ran
        if event == "call" and not frame.f_code.co_filename.startswith(COUNTED):
            return None
        ran += event == "line"
        if at and ran == at:
            os._exit(KILLED)
        return count

    writing = WRITERS[name](report, folder)
    next(writing)
    sys.settrace(count)
    try:
        next(writing, None)
    finally:
        sys.settrace(None)
    return ran


if __name__ == "__main__":
    write(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
