"""Disks as only Windows has them: files that another has open for himself alone, and paths beyond 260 characters.

tests/linux/test_disk.py has full ones and such that can only be read. Where a folder is full or read-only, the same
errors come from the same calls.
"""

import contextlib
import ctypes
import os
import zipfile
from ctypes import wintypes

import pytest
from once import once
from stories import make_crash

import wer
import wer.dumps
import wer.service
from wer.reports import collect, story_of, write_page

pytestmark = once("3.12")

SHARING_VIOLATION = 32


@pytest.fixture
def report(tmp_path):
    return make_crash(tmp_path / "AppCrash_x")


@contextlib.contextmanager
def open_alone(path):
    """Somebody has the file open, and shares it with nobody: it counts by handles, not by processes."""
    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    create = kernel32.CreateFileW
    number, pointer = wintypes.DWORD, ctypes.c_void_p
    create.argtypes = [wintypes.LPCWSTR, number, number, pointer, number, number, pointer]
    create.restype = wintypes.HANDLE
    handle = create(str(path), 0xC0000000, 0, None, 4, 0, None)  # GENERIC_READ and _WRITE; OPEN_ALWAYS
    assert handle != wintypes.HANDLE(-1).value, ctypes.get_last_error()
    try:
        yield
    finally:
        kernel32.CloseHandle.argtypes = [wintypes.HANDLE]
        kernel32.CloseHandle(handle)


def files_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


class TestLocked:
    def test_a_report(self, report):
        with open_alone(report / "Report.wer"), pytest.raises(PermissionError, match=r"Report\.wer"):
            wer.read_report(report)
        assert wer.read_report(report)

    def test_a_dump(self, report):
        path = report / "WER1A2B.tmp.mdmp"
        dump = wer.dumps.read_dump(path)
        with open_alone(path):
            for read in (lambda: wer.dumps.read_dump(path), lambda: dump.read(dump.memory[0].start, 4)):
                with pytest.raises(PermissionError) as caught:
                    read()
                assert caught.value.filename == str(path)
        assert dump.read(dump.memory[0].start, 4)

    def test_a_file_of_a_report(self, report, tmp_path):
        """The story is told without it and says so; the ZIP has the others, and says so, too."""
        with open_alone(report / "settings.ini"):
            found = collect(report, events=[])
            missing = found.write(tmp_path / "a.zip")
        assert any("settings.ini" in line for line in (*found.missing, *missing))
        with zipfile.ZipFile(tmp_path / "a.zip") as file:
            assert file.testzip() is None
            assert not any(name.endswith("settings.ini") for name in file.namelist())

    @pytest.mark.parametrize(
        "write",
        [
            lambda report, path: wer.dumps.write_dump(path, overwrite=True),
            lambda report, path: collect(report, events=[]).write(path, overwrite=True),
            lambda report, path: write_page(story_of(report, events=[]), path, overwrite=True),
        ],
        ids=["dump", "zip", "page"],
    )
    def test_what_is_to_be_replaced(self, report, tmp_path, write):
        """It stays as it was, and nothing is left beside it."""
        folder = tmp_path / "target"
        folder.mkdir()
        (folder / "a.it").write_bytes(b"mine")
        with open_alone(folder / "a.it"), pytest.raises(PermissionError):
            write(report, folder / "a.it")
        assert files_in(folder) == ["a.it"]
        assert (folder / "a.it").read_bytes() == b"mine"
        write(report, folder / "a.it")
        assert (folder / "a.it").read_bytes() != b"mine"

    def test_the_limits(self, tmp_path):
        """The process counts by itself then, and says why."""
        with open_alone(tmp_path / "limits.bin"):
            limits = wer.service.Limits(1, folder=tmp_path)
            assert [limits.take("a").allowed for _ in range(2)] == [True, False]
            assert "cannot be used" in limits.problem
            limits.close()


def long_folder(tmp_path):
    folder = "\\\\?\\" + str(tmp_path.joinpath(*["x" * 100] * 3))
    os.makedirs(folder)
    assert len(folder) > 300
    return folder


class TestLongPaths:
    r"""By ``\\?\``, as every Windows takes them."""

    def test_they_are_read(self, report, tmp_path):
        folder = os.path.join(long_folder(tmp_path), "AppCrash_x")
        os.rename(f"\\\\?\\{report}", folder)
        found = wer.read_report(folder)
        assert (found.event_type, found.key) == ("APPCRASH", folder)
        dump = wer.dumps.read_dump(os.path.join(folder, "WER1A2B.tmp.mdmp"))
        assert dump.read(dump.memory[0].start, 4)
        assert story_of(folder, events=[]).lines()
        collect(folder, events=[]).write(tmp_path / "a.zip")
        with zipfile.ZipFile(tmp_path / "a.zip") as file:
            assert any(name.endswith("settings.ini") for name in file.namelist())

    def test_they_are_written(self, report, tmp_path):
        folder = long_folder(tmp_path)
        wer.dumps.write_dump(os.path.join(folder, "a.dmp"))
        write_page(story_of(report, events=[]), os.path.join(folder, "a.html"))
        collect(report, events=[]).write(os.path.join(folder, "a.zip"))
        assert sorted(os.listdir(folder)) == ["a.dmp", "a.html", "a.zip"]
        assert wer.dumps.read_dump(os.path.join(folder, "a.dmp")).threads

    def test_what_wer_takes_is_shorter(self, tmp_path):
        """Its own limit: it is refused before WER is asked."""
        path = os.path.join(long_folder(tmp_path), "a.log")
        with wer.Report("WerTests.Event") as report, pytest.raises(ValueError, match="path takes at most 259"):
            report.add_file(path)
