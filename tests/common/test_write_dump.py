"""`wer.dumps.write_dump` against the fake: files, refusals, what is expected of the disk, and what is called."""

import errno
import os
import shutil

import pytest

import wer
from wer import _native, _processes, dumps
from wer.dumps import _contents, _write

MINIDUMP, HEAPDUMP = 0x40121, 0x51B25
MiB = 1 << 20


@pytest.fixture
def worker(fake):
    return fake.add_process(4712, executable=r"C:\Python\python.exe")


def test_of_another_process(fake, worker, tmp_path):
    path = tmp_path / "a.dmp"
    written = dumps.write_dump(path, worker)
    assert (written.path, written.pid, written.executable) == (str(path), 4712, r"C:\Python\python.exe")
    assert written.size == path.stat().st_size > 0
    assert path.read_bytes().startswith(b"MDMP")
    assert written.seconds >= 0
    [call] = fake.called("MiniDumpWriteDump")
    assert call.arguments == {"process": 4712, "flags": wer.MinidumpType(MINIDUMP)}
    assert os.listdir(tmp_path) == ["a.dmp"]


def test_of_the_current_process(fake, tmp_path):
    assert dumps.write_dump(tmp_path / "a.dmp").pid == os.getpid()


@pytest.mark.parametrize(
    ("dump_type", "flags"),
    [
        (wer.DumpType.MINIDUMP, MINIDUMP),
        (wer.DumpType.HEAPDUMP, HEAPDUMP),
        (dumps.FULL, 0x61826),
        (wer.MinidumpType.NORMAL, 0),
        (wer.MinidumpType.WITH_CODE_SEGS | wer.MinidumpType.SCAN_MEMORY, 0x2010),
    ],
)
def test_types(fake, worker, tmp_path, dump_type, flags):
    assert dumps.write_dump(tmp_path / "a.dmp", worker, dump_type=dump_type).flags == flags
    assert fake.called("MiniDumpWriteDump")[0].arguments["flags"] == flags


@pytest.mark.parametrize(
    ("dump_type", "rights"),
    [
        (wer.DumpType.MINIDUMP, _processes.FOR_DUMP),
        (wer.DumpType.HEAPDUMP, _processes.FOR_HEAP_DUMP),
        (dumps.FULL, _processes.FOR_HEAP_DUMP),
        (wer.MinidumpType.WITH_HANDLE_DATA, _processes.FOR_HEAP_DUMP),
        (wer.MinidumpType.WITH_FULL_MEMORY, _processes.FOR_DUMP),
    ],
)
@pytest.mark.parametrize("own", [False, True])
def test_no_more_rights_than_are_needed(fake, worker, tmp_path, monkeypatch, dump_type, rights, own):
    """Who lists handles has to duplicate them."""
    asked = []
    opened = _native.open_process
    monkeypatch.setattr(_native, "open_process", lambda pid, access: asked.append(access) or opened(pid, access))
    dumps.write_dump(tmp_path / "a.dmp", dump_type=dump_type, pid=None if own else worker.pid)
    assert asked == [rights]


def test_what_a_dump_is_expected_to_have():
    """Of 7 bytes of heap, 100 of all kinds and 20 of global variables."""
    memory = (7, 100, 20)
    beside = dumps._contents.expected_bytes(memory, wer.MinidumpType.NORMAL)
    assert _contents.expected_bytes(memory, MINIDUMP) == beside + 20
    assert _contents.expected_bytes(memory, HEAPDUMP) == beside + 27
    assert _contents.expected_bytes(memory, dumps.FULL) == beside + 100


class TestProgress:
    def test_it_gets_what_there_is_and_what_is_expected(self, worker, tmp_path):
        told = []
        worker.data_bytes = 10 * MiB
        size = dumps.write_dump(tmp_path / "a.dmp", worker, progress=lambda *numbers: told.append(numbers)).size
        assert told == [(size, 10 * MiB + (1 << 19))]

    def test_what_cannot_be_told_is_0(self, fake, worker, tmp_path):
        fake.fail("VirtualQueryEx", 1460)
        told = []
        dumps.write_dump(tmp_path / "a.dmp", worker, progress=lambda done, expected: told.append(expected))
        assert told == [0]

    @pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
    def test_if_it_raises_there_is_no_file(self, worker, tmp_path, error):
        def give_up(done, expected):
            raise error

        with pytest.raises(error):
            dumps.write_dump(tmp_path / "a.dmp", worker, progress=give_up)
        assert os.listdir(tmp_path) == []


class TestFiles:
    def test_one_that_is_there_stays(self, fake, worker, tmp_path):
        path = tmp_path / "a.dmp"
        path.write_text("mine")
        with pytest.raises(FileExistsError, match="overwrite=True replaces it") as caught:
            dumps.write_dump(path, worker)
        assert caught.value.filename == str(path)
        assert path.read_text() == "mine"
        assert not fake.called("MiniDumpWriteDump")

    def test_one_that_comes_meanwhile_stays(self, worker, tmp_path):
        path = tmp_path / "a.dmp"
        with pytest.raises(FileExistsError):
            dumps.write_dump(path, worker, progress=lambda done, expected: path.write_text("mine"))
        assert path.read_text() == "mine"
        assert os.listdir(tmp_path) == ["a.dmp"]

    def test_it_is_replaced_when_the_new_one_is_whole(self, worker, tmp_path):
        path = tmp_path / "a.dmp"
        path.write_text("old")
        seen = []
        dumps.write_dump(path, worker, overwrite=True, progress=lambda done, expected: seen.append(path.read_text()))
        assert seen == ["old"]
        assert path.read_bytes().startswith(b"MDMP")
        assert os.listdir(tmp_path) == ["a.dmp"]

    def test_it_stays_if_the_new_one_fails(self, fake, worker, tmp_path):
        path = tmp_path / "a.dmp"
        path.write_text("old")
        fake.fail("MiniDumpWriteDump", 0x80070008)
        with pytest.raises(OSError, match="MiniDumpWriteDump: process 4712: "):
            dumps.write_dump(path, worker, overwrite=True)
        assert path.read_text() == "old"
        assert os.listdir(tmp_path) == ["a.dmp"]

    def test_meanwhile_it_lies_beside_its_place_under_another_name(self, worker, tmp_path):
        seen = []
        dumps.write_dump(tmp_path / "a.dmp", worker, progress=lambda done, expected: seen.extend(os.listdir(tmp_path)))
        [name] = seen
        assert name.startswith(f"{_write.TEMPORARY}{os.getpid()}-")
        assert name.endswith(".tmp")

    def test_a_folder_that_is_not_there(self, fake, worker, tmp_path):
        with pytest.raises(FileNotFoundError):
            dumps.write_dump(tmp_path / "no" / "a.dmp", worker)
        assert not fake.called("MiniDumpWriteDump")

    @pytest.mark.parametrize("overwrite", [False, True])
    def test_a_folder_in_its_place(self, fake, worker, tmp_path, overwrite):
        with pytest.raises((IsADirectoryError, PermissionError), match="add the name of the file") as caught:
            dumps.write_dump(tmp_path, worker, overwrite=overwrite)
        assert caught.value.filename == str(tmp_path)
        assert not fake.called("MiniDumpWriteDump")

    def test_a_relative_path(self, worker, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert dumps.write_dump("a.dmp", worker).path == str(tmp_path / "a.dmp")


class TestRoom:
    def test_too_little_is_said_before(self, fake, worker, tmp_path, monkeypatch):
        monkeypatch.setattr(_write, "_disk_usage", lambda folder: shutil._ntuple_diskusage(0, 0, 50 * MiB))
        worker.all_bytes = 200 * MiB
        with pytest.raises(OSError, match="4712 will have some 200 MiB, and there is room for 50 MiB") as caught:
            dumps.write_dump(tmp_path / "a.dmp", worker, dump_type=dumps.FULL)
        assert caught.value.errno == errno.ENOSPC
        assert not fake.called("MiniDumpWriteDump")
        dumps.write_dump(tmp_path / "a.dmp", worker)  # a small one fits

    def test_a_disk_that_fills_up_meanwhile(self, fake, worker, tmp_path):
        fake.fail("MiniDumpWriteDump", 0x80070070)
        with pytest.raises(OSError, match="MiniDumpWriteDump") as caught:
            dumps.write_dump(tmp_path / "a.dmp", worker)
        assert (caught.value.errno, caught.value.winerror) == (errno.ENOSPC, 112)
        assert os.listdir(tmp_path) == []


class TestProcesses:
    def test_one_that_is_gone(self, fake, worker, tmp_path):
        worker.end()
        with pytest.raises(ProcessLookupError, match="process 4712 is gone"):
            dumps.write_dump(tmp_path / "a.dmp", pid=4712)
        assert os.listdir(tmp_path) == []

    def test_one_that_ends_meanwhile(self, worker, tmp_path):
        with pytest.raises(ProcessLookupError, match="process 4712 is gone"):
            dumps.write_dump(tmp_path / "a.dmp", worker, progress=lambda done, expected: worker.end())
        assert os.listdir(tmp_path) == []

    def test_one_that_may_not_be_opened(self, fake, worker, tmp_path):
        fake.fail("OpenProcess", 5)
        with pytest.raises(PermissionError, match="another user or is protected; an administrator may be allowed to"):
            dumps.write_dump(tmp_path / "a.dmp", pid=4712)

    def test_one_that_may_not_be_read(self, fake, worker, tmp_path):
        fake.fail("MiniDumpWriteDump", 0x80070005)
        with pytest.raises(PermissionError, match="Its memory may not be read"):
            dumps.write_dump(tmp_path / "a.dmp", worker)
        assert os.listdir(tmp_path) == []

    def test_a_handle_without_the_right_to_read(self, fake, worker, tmp_path):
        """With which Windows was seen to write a dump of nothing, and to call that a success."""
        fake.fail("EnumProcessModulesEx", 5)
        with pytest.raises(PermissionError, match="may not read its memory: it needs PROCESS_QUERY_INFORMATION"):
            dumps.write_dump(tmp_path / "a.dmp", wer.Handle(worker.handle))
        assert not fake.called("MiniDumpWriteDump")

    def test_one_whose_modules_cannot_be_listed_yet(self, fake, worker, tmp_path):
        fake.fail("EnumProcessModulesEx", 299)
        assert dumps.write_dump(tmp_path / "a.dmp", worker).pid == 4712

    def test_a_launcher(self, fake, tmp_path):
        launcher = fake.add_process(4720, python=False)
        fake.add_process(4724, parent=4720)
        with pytest.warns(wer.LauncherWarning, match="is process 4724: pass process=wer.interpreter_of") as warned:
            dumps.write_dump(tmp_path / "a.dmp", launcher)
        assert warned[0].filename == __file__
        with wer.interpreter_of(launcher) as python:
            assert dumps.write_dump(tmp_path / "b.dmp", python).pid == 4724


def test_names():
    assert dir(dumps) == sorted(dumps.__all__)
    assert all(hasattr(dumps, name) for name in dumps.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = dumps.nothing
    assert wer.dumps is dumps
