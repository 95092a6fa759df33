"""A real disk that is full, can only be read, or takes no such name: an error that says so, and nothing half written.

Under what the package writes: dumps (the fake's), ZIPs, pages, exports, limits and the files of `wer.service`.
"""

import contextlib
import errno
import os
import shutil
import subprocess
import types

import pytest
from disks import mounted
from pythons import PYTHON, WITH_WER
from stored import stored_report
from stories import make_crash

import wer
import wer.dumps
from wer.dumps import _write
from wer.reports import _collect, collect, export, story_of, write_page
from wer.service import _folder, _limits
from wer.testing import FakeWer

ROOM = 100_000
LARGE = os.urandom(2 * ROOM)  # which no compression makes smaller
PLENTY = types.SimpleNamespace(free=1 << 40)


@pytest.fixture
def fake():
    with FakeWer() as fake:
        yield fake


@pytest.fixture
def report(tmp_path, fake):
    """One that does not fit on the disk."""
    folder = make_crash(tmp_path / "queue" / "AppCrash_x")
    (folder / "large.txt").write_bytes(LARGE)
    fake.reports[wer.StoreType.MACHINE_QUEUE].append(stored_report(folder))
    return folder


def write_a_dump(report, folder, name, fake):
    wer.dumps.write_dump(folder / name, fake.add_process(4712))


def write_a_zip(report, folder, name, fake):
    collect(report, events=[]).write(folder / name)


def write_the_page(report, folder, name, fake):
    write_page(story_of(report, events=[]), folder / name)


def write_an_export(report, folder, name, fake):
    export(folder / name)


WRITERS = [write_a_dump, write_a_zip, write_the_page, write_an_export]


@pytest.fixture(params=WRITERS)
def write(request, report, fake):
    return lambda folder, name="crash": request.param(report, folder, name, fake)


def fill(folder):
    """Take all room on the disk but for a page or two."""
    with contextlib.suppress(OSError), (folder / "filling").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    assert os.statvfs(folder).f_bavail == 0


def files_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_it_fills_up_meanwhile(write, tmp_path, monkeypatch, fake):
    """Whatever it was thought to have: the disk says 1 TB, and is full."""
    monkeypatch.setattr(_write, "_disk_usage", lambda folder: PLENTY)
    monkeypatch.setattr(_collect.shutil, "disk_usage", lambda folder: PLENTY)
    disk = tmp_path / "disk"
    with mounted(disk, f"size={ROOM}"):
        fill(disk)
        with pytest.raises(OSError, match="No space left") as caught:
            write(disk)
        assert caught.value.errno == errno.ENOSPC
        assert files_in(disk) == ["filling"]
        (disk / "filling").unlink()


def test_there_is_too_little_to_begin_with(report, tmp_path):
    disk = tmp_path / "disk"
    with mounted(disk, f"size={ROOM}"):
        with pytest.raises(OSError, match=r"bytes may be needed, and .* are free there: name another disk"):
            collect(report, events=[]).write(disk / "crash.zip")
        assert files_in(disk) == []


def test_it_can_only_be_read(write, tmp_path):
    disk = tmp_path / "disk"
    with mounted(disk, "ro,size=10m"):
        with pytest.raises(OSError, match="Read-only file system") as caught:
            write(disk)
        assert caught.value.errno == errno.EROFS


def test_a_name_that_is_too_long(write, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    with pytest.raises(OSError, match="File name too long"):
        write(disk, "x" * 300)
    assert files_in(disk) == []


def test_the_longest_name_that_it_takes(write, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    write(disk, "x" * 255)
    assert (disk / ("x" * 255)).exists()


def test_a_path_that_is_too_long(write, tmp_path):
    with pytest.raises(OSError, match="File name too long"):
        write(tmp_path / "/".join(["x" * 200] * 25))


def test_a_store_that_is_full_can_be_exported_and_collected(report, tmp_path):
    """Nothing is written beside the reports."""
    store = tmp_path / "disk"
    with mounted(store, f"size={4 * ROOM}"), FakeWer() as fake:
        shutil.copytree(report, store / "AppCrash_x")
        fill(store)
        fake.reports[wer.StoreType.MACHINE_QUEUE].append(stored_report(store / "AppCrash_x"))
        assert export(tmp_path / "target").complete
        collect(store / "AppCrash_x", events=[]).write(tmp_path / "crash.zip")


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_what_a_command_prints(more):
    """A sentence, and one of the exit codes that `wer --help` lists: Python at its end has nothing to add."""
    environment = {name: value for name, value in WITH_WER.items() if name != "PYTHONUNBUFFERED"}
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [PYTHON, "-m", "wer", "explain", "3", *more],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    assert (ended.returncode, ended.stderr) == (1, b"wer explain: [Errno 28] No space left on device\n")


class TestTheServicesFiles:
    def test_a_full_disk(self, fake, tmp_path):
        disk = tmp_path / "disk"
        with mounted(disk, f"size={ROOM},nr_inodes=3"):
            folder = _folder.Folder(disk / "wer")
            path, file = folder.create("state")
            os.close(file)
            with pytest.raises(OSError, match="No space left"):
                folder.create("state")
            assert files_in(disk) == [os.path.basename(path)]

    @pytest.mark.parametrize("options", ["ro,size=1m", "size=16k,nr_inodes=2"])
    def test_limits_hold_in_the_process(self, fake, tmp_path, options):
        """Each process by itself then, and it is said why."""
        disk = tmp_path / "disk"
        with mounted(disk, options):
            limits = _limits.Limits(1, folder=disk / "wer")
            assert [limits.take("a").allowed, limits.take("a").allowed] == [True, False]
            assert "cannot be used" in limits.problem
            limits.close()
