"""What a process leaves that is killed while it writes a dump, a ZIP or a page: private, and gone the next time."""

import os
import stat
import subprocess
import sys
import time

import pytest
from pythons import PYTHON, WITH_WER
from stories import make_crash

import wer.dumps
from wer import _leftovers
from wer.dumps import _write
from wer.reports import _whole_file, collect, story_of, write_page
from wer.testing import FakeWer

KILLED = """
import os, sys
import wer, wer.dumps, wer.testing
from wer.reports import _collect, collect, story_of, write_page
kind, report, target = sys.argv[1:]

def end(*given):
    os._exit(7)

if kind == "dump":
    with wer.testing.FakeWer() as fake:
        wer.dumps.write_dump(target, fake.add_process(4712), progress=end)
if kind == "zip":
    collect(report, events=[]).write(target, progress=end)
os.fsync = end  # the page is written, and has no name yet
write_page(story_of(report, events=[]), target)
"""


@pytest.fixture
def report(tmp_path):
    return make_crash(tmp_path / "AppCrash_x")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "target").mkdir()
    return tmp_path / "target"


def write(kind, report, path):
    if kind == "dump":
        with FakeWer() as fake:
            wer.dumps.write_dump(path, fake.add_process(4712))
    elif kind == "zip":
        collect(report, events=[]).write(path)
    else:
        write_page(story_of(report, events=[]), path)


def age(path):
    long_ago = time.time() - _leftovers.OLD_SECONDS - 5
    os.utime(path, (long_ago, long_ago))


@pytest.mark.parametrize("kind", ["dump", "zip", "page"])
def test_it_is_gone_after_the_next_time(report, folder, kind):
    path = folder / "crash.it"
    command = [PYTHON, "-c", KILLED, kind, str(report), str(path)]
    assert subprocess.run(command, env=WITH_WER, timeout=120, check=False).returncode == 7
    [left] = folder.iterdir()
    assert left != path
    if sys.platform != "win32":
        assert stat.S_IMODE(left.stat().st_mode) == 0o600
    write(kind, report, folder / "crash.it")
    assert sorted(folder.iterdir()) == sorted([left, path]), "it could be one that is getting its name now"
    age(left)
    path.unlink()
    write(kind, report, path)
    assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["dump", "page"])
def test_what_is_being_written_stays(report, folder, kind):
    """However long nothing was written to it."""
    path = folder / "crash.it"

    def meanwhile():
        [mine] = folder.iterdir()
        age(mine)
        write(kind, report, path)
        assert sorted(folder.iterdir()) == sorted([mine, path])
        path.unlink()

    if kind == "dump":
        with FakeWer() as fake:
            wer.dumps.write_dump(path, fake.add_process(4712), progress=lambda *done: meanwhile())
    else:
        with _whole_file.whole_file(path) as file:
            file.write(b"mine")
            meanwhile()
        assert path.read_bytes() == b"mine"
    assert list(folder.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="a rename refuses that on Windows")
@pytest.mark.parametrize("has_links", [True, False])
def test_a_file_that_comes_meanwhile_stays(folder, monkeypatch, has_links):
    """On a file system without hard links, too, as FAT is."""

    def no_link(*paths):
        raise PermissionError(1, "Operation not permitted")

    if not has_links:
        monkeypatch.setattr(os, "link", no_link)
    path = folder / "crash.it"
    with _whole_file.whole_file(path) as file:
        file.write(b"first")
    with pytest.raises(FileExistsError) as caught, _whole_file.whole_file(path, overwrite=False):
        pass
    assert caught.value.filename == str(path)
    path.unlink()

    def write_while_another_does():
        with _whole_file.whole_file(path) as file:
            file.write(b"mine")
            path.write_bytes(b"theirs")

    with pytest.raises(FileExistsError) as caught:
        write_while_another_does()
    assert caught.value.filename == str(path)
    assert path.read_bytes() == b"theirs"
    with _whole_file.whole_file(path, overwrite=True) as file:
        file.write(b"mine")
    assert path.read_bytes() == b"mine"
    assert list(folder.iterdir()) == [path]


def test_a_file_that_is_there_is_refused_before_anything_is_made(folder):
    path = folder / "crash.it"
    path.write_bytes(b"theirs")
    with pytest.raises(FileExistsError) as caught, _whole_file.whole_file(path):
        pytest.fail("the whole work would be for nothing")
    assert caught.value.filename == str(path)


def test_others_files_stay(report, folder):
    names = [
        "wer-dump-4712-0a0a0a0a.dmp",
        "my-wer-dump-1.tmp",
        ".crash.it-x.txt",
        ".another.it-x.part",
        "crash.it-x.part",
    ]
    for name in names:
        (folder / name).write_text("mine")
        age(folder / name)
    (folder / f"{_write.TEMPORARY}1-0a0a0a0a.tmp").mkdir()
    write("dump", report, folder / "a.dmp")
    write("page", report, folder / "crash.it")
    assert {path.name for path in folder.iterdir()} > {*names, f"{_write.TEMPORARY}1-0a0a0a0a.tmp"}
    assert [(folder / name).read_text() for name in names] == ["mine"] * len(names)


def test_a_folder_that_is_not_there_has_none(tmp_path):
    _leftovers.remove_leftovers(str(tmp_path / "nothing"), "a", "b")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_a_link_is_none(folder, tmp_path):
    mine, link = tmp_path / "mine", folder / "begin.end"
    mine.touch()
    link.symlink_to(mine)
    long_ago = time.time() - _leftovers.OLD_SECONDS - 5
    os.utime(link, (long_ago, long_ago), follow_symlinks=False)
    age(mine)
    _leftovers.remove_leftovers(str(folder), "begin", "end")
    assert link.is_symlink()
    assert mine.exists()
    with pytest.raises(OSError, match="symbolic links"):  # nor one that comes between the look and the removal
        _leftovers._remove_unless_open(str(link))
    assert link.is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows needs no locks for this")
def test_a_file_system_without_locks(tmp_path, monkeypatch):
    import fcntl

    def fails(*arguments):
        raise OSError

    monkeypatch.setattr(fcntl, "flock", fails)
    with (tmp_path / "file").open("wb") as file:
        _leftovers.hold(file.fileno())
