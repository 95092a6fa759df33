"""A report that is deleted while it is read: at each of the openings, one after the other, of each way to read it.

By an audit hook: it hears of every file that is opened and every folder that is listed, before it happens.
"""

import shutil
import sys

import pytest
from once import ONCE
from stored import stored_report
from stories import make_crash

import wer
from wer.reports import ExportStatus, collect, export, list_reports, story_of, write_page
from wer.testing import FakeWer

OPENINGS = {"open", "os.listdir", "os.scandir"}
MOST = 300  # of one way to read it


class Deleting:
    """Deletes the report before the nth opening in its folder, once."""

    def __init__(self):
        self.folder, self.left = None, 0
        sys.addaudithook(self.hear)

    def hear(self, event, arguments):
        if self.folder is None or event not in OPENINGS or not str(arguments[0]).startswith(str(self.folder)):
            return
        self.left -= 1
        if self.left == 0:
            folder, self.folder = self.folder, None
            shutil.rmtree(folder)

    def before(self, folder, nth):
        self.folder, self.left = folder, nth

    def stop(self):
        """Whether it was deleted."""
        deleted, self.folder = self.folder is None, None
        return deleted


DELETING = Deleting()  # for the whole process: a hook cannot be removed


def read(report, target):
    wer.read_report(report)


def read_the_story(report, target):
    story_of(report, events=[]).lines()


def write_a_page(report, target):
    write_page(story_of(report, events=[]), target / "a.html")


def collect_it(report, target):
    collect(report, events=[]).write(target / "a.zip")


def list_it(report, target):
    list_reports()


def export_it(report, target):
    [one] = export(target / "exported").reports
    assert one.status in ExportStatus
    assert one.reason or one.left_out or one.status in (ExportStatus.COPIED, ExportStatus.UNCHANGED)


@ONCE
@pytest.mark.parametrize("way", [read, read_the_story, write_a_page, collect_it, list_it, export_it])
def test_at_each_opening(way, tmp_path):
    """It is read, or there is an error that says that it is gone; and what was begun to be written is not there."""
    report, target = tmp_path / "AppCrash_x", tmp_path / "target"
    gone = 0
    for nth in range(1, MOST):
        make_crash(report)
        target.mkdir()
        with FakeWer() as fake:
            fake.reports[wer.StoreType.MACHINE_QUEUE].append(stored_report(report))
            DELETING.before(report, nth)
            try:
                way(report, target)
            except (OSError, ValueError) as error:
                gone += 1
                assert str(report) in str(error), error  # noqa: PT017
                assert not list(target.rglob("a.*")), "neither whole nor in part"
            finally:
                deleted = DELETING.stop()
        assert not [path for path in target.rglob("*") if path.name.endswith((".part", ".tmp"))]
        shutil.rmtree(target)
        if not deleted:
            break
        assert not report.exists()
    else:
        pytest.fail(f"it is opened more than {MOST} times")
    assert nth > 1 or way is list_it, "it was not opened"
    assert gone or way in (list_it, export_it)
