"""`wer.service._folder`: our own files, real ones; on Windows with the extension, elsewhere with the fake."""

import faulthandler
import os
import subprocess
import sys
import threading

import pytest
from pythons import PYTHON, WITH_WER

import wer.testing
from wer import _native
from wer.service import _fault_stacks, _folder
from wer.service._fault_stacks import FaultStacks
from wer.service._folder import FAULTHANDLER, Folder, default_path


@pytest.fixture(autouse=True)
def layer():
    """The extension on Windows; elsewhere the fake."""
    if sys.platform == "win32":
        yield None
    else:
        with wer.testing.FakeWer() as fake:
            yield fake


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "below" / "wer")


@pytest.fixture
def others(layer):
    """Make other processes, by running: their ids and creation times as `_native` tells them."""
    started = []

    def start():
        if layer is not None:
            process = layer.add_process(5000 + 4 * len(started))
            started.append(process)
            return process.pid, process.created, process.end
        process = subprocess.Popen([PYTHON, "-I", "-S", "-c", "input()"], stdin=subprocess.PIPE)
        started.append(process)

        def end():
            process.kill()
            process.wait()

        return process.pid, _native.created(_native.open_process(process.pid, 0x1000)), end

    yield start
    for process in started:
        if layer is None:
            process.kill()
            process.communicate()


def write(folder, name, size=1):
    path = os.path.join(folder.path, name)
    with open(path, "wb") as file:
        file.write(bytes(size))
    return path


def test_the_default_is_the_users(monkeypatch):
    monkeypatch.setenv("LOCALAPPDATA", os.path.abspath("local"))
    assert Folder().path == default_path() == os.path.abspath(os.path.join("local", "wer"))
    monkeypatch.delenv("LOCALAPPDATA")
    assert Folder().path == os.path.join(os.path.expanduser("~"), "AppData", "Local", "wer")


def test_nothing_is_made_before_it_is_needed(folder):
    assert not os.path.exists(folder.path)
    assert folder.sweep() == 0
    assert not os.path.exists(folder.path)
    folder.prepare()
    assert os.listdir(folder.path) == []
    folder.prepare()


def test_a_file(folder):
    path, file = folder.create("state")
    created = _native.created(_native.open_process(os.getpid(), 0x1000))
    kind, pid, made, number = os.path.basename(path).removesuffix(".txt").split("-")
    assert (kind, int(pid), int(made)) == ("state", os.getpid(), created)
    assert number.isdigit()
    assert os.path.dirname(path) == folder.path == os.fspath(folder)
    os.write(file, b"a\r\n\x1ab\n")
    os.lseek(file, 0, os.SEEK_SET)
    assert os.read(file, 100) == b"a\r\n\x1ab\n", "binary, to be read and written"
    assert not os.get_inheritable(file)
    with open(path, "rb") as other:
        assert other.read() == b"a\r\n\x1ab\n"
    os.unlink(path)  # while it is open
    os.close(file)
    assert folder.create("state", "")[0].endswith(str(int(number) + 1))


def test_every_thread_gets_a_file_of_its_own(folder):
    made = []
    threads = [threading.Thread(target=lambda: made.append(folder.create("state"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _, file in made:
        os.close(file)
    assert len({path for path, _ in made}) == 20


def test_a_name_that_is_taken_is_passed_over(folder, monkeypatch):
    path, file = folder.create("state")
    os.close(file)
    number = int(path.removesuffix(".txt").rpartition("-")[2])
    for taken in range(number + 1, number + 4):
        write(folder, os.path.basename(path).replace(f"-{number}.", f"-{taken}."))
    path, file = folder.create("state")
    os.close(file)
    assert path.endswith(f"-{number + 4}.txt")
    monkeypatch.setattr(_native, "private_file", lambda path: os.open(folder.path + "/taken", os.O_CREAT | os.O_EXCL))
    write(folder, "taken")
    with pytest.raises(FileExistsError):
        folder.create("state")


def test_one_of_which_nobody_is_told_is_removed(folder, monkeypatch):
    """Without memory for the answer, say, after Windows has made it."""
    make = _native.private_file

    def forgetful(path):
        os.close(make(path))
        raise MemoryError

    monkeypatch.setattr(_native, "private_file", forgetful)
    with pytest.raises(MemoryError):
        folder.create("every")
    assert os.listdir(folder.path) == []


class TestSweep:
    def test_what_processes_that_are_gone_have_left_is_removed(self, folder, others):
        folder.prepare()
        mine, file = folder.create("state")
        os.close(file)
        (one, made, end), (other, other_made, _) = others(), others()
        stays = [
            mine,
            write(folder, f"state-{other}-{other_made}-1.txt"),
            write(folder, "limits.bin"),
            write(folder, f"state-{one}-{made}.txt"),
            write(folder, f"state-{one}-x-1.txt"),
            write(folder, f"{one}-{made}-1.txt"),
            write(folder, f"my state-{one}-{made}-1.txt"),
            write(folder, f"state-{one}-{made}-1x.txt"),
            write(folder, f"state-{10**10}-1-1.txt"),  # longer than ids and times are
            write(folder, f"state-{one}-{10**20}-1.txt"),
        ]
        os.mkdir(os.path.join(folder.path, f"state-{one}-{made}-9"))
        stays.append(os.path.join(folder.path, f"state-{one}-{made}-9"))
        goes = [
            write(folder, f"state-{one}-{made}-1.txt"),
            write(folder, f"faults-{one}-{made}-22.tar.gz"),
            write(folder, f"state-{one}-{made}-3"),
        ]
        end()
        # The ids are others' by now: processes made at another time had them. And there are no such ids.
        goes += [
            write(folder, f"state-{other}-{other_made + 1}-1.txt"),
            write(folder, f"state-{os.getpid()}-1-1.txt"),
            write(folder, "state-0-1-1.txt"),
            write(folder, f"state-{2**32}-1-1.txt"),
        ]
        assert folder.sweep() == len(goes)
        assert sorted(os.listdir(folder.path)) == sorted(map(os.path.basename, stays))
        assert folder.sweep() == 0

    def test_what_processes_that_live_need_stays(self, folder, others):
        """Whatever the limit: a report that is being made, or a crash that is to come, has their paths."""
        folder.prepare()
        pid, made, _ = others()
        os.close(folder.create("state")[1])
        write(folder, f"state-{pid}-{made}-1.txt", 3 << 20)
        write(folder, f"faulthandler-{pid}-{made}-2.txt", 1 << 20)
        write(folder, f"stacks-{pid}-{made}-3.txt", 3 << 20)
        write(folder, "faulthandler.txt", 3 << 20)
        before = {name: os.path.getsize(os.path.join(folder.path, name)) for name in os.listdir(folder.path)}
        assert Folder(folder.path, 0).sweep() == 0
        assert before == {name: os.path.getsize(os.path.join(folder.path, name)) for name in os.listdir(folder.path)}
        assert len(before) == 5

    def test_what_faulthandler_has_written_is_cut_beyond_the_limit(self, folder, others):
        """The longest first, and only as much as is needed; of processes that are gone the files go before."""
        folder.prepare()
        (pid, made, _), (gone, gone_made, end) = others(), others()
        end()
        gone = write(folder, f"faulthandler-{gone}-{gone_made}-1.txt", 9 << 20)
        names = [write(folder, f"faulthandler-{pid}-{made}-{number}.txt", number << 20) for number in (2, 4, 3)]

        def sizes():
            return [os.path.getsize(name) >> 20 for name in names]

        assert Folder(folder.path, 9 << 20).sweep() == 1
        assert not os.path.exists(gone)
        assert sizes() == [2, 4, 3]
        assert Folder(folder.path, 8 << 20).sweep() == 0
        assert sizes() == [2, 0, 3]
        assert Folder(folder.path, 0).sweep() == 0
        assert sizes() == [0, 0, 0]

    def test_a_file_that_was_cut_gets_what_comes_next(self, folder, monkeypatch):
        def refused(descriptor):
            raise AssertionError(f"{descriptor} is closed, which is none of its own")

        stacks = FaultStacks(folder)
        os.write(stacks._file, bytes(3 << 20))
        assert Folder(folder.path, 1 << 20).sweep() == 0
        faulthandler.dump_traceback(stacks._file)
        with open(stacks.path, encoding="ascii", newline="") as file:
            text = file.read()
        assert "\r" not in text, "binary"
        assert "(most recent call first):" in text
        assert "\0" not in text
        assert not os.get_inheritable(stacks._file)
        stacks.close()
        assert os.listdir(folder.path) == []
        monkeypatch.setattr(_fault_stacks.os, "close", refused)
        stacks.close()  # does nothing

    def test_a_file_for_faulthandler_that_cannot_be_opened_is_removed(self, folder, monkeypatch):
        def refuse(*arguments):
            raise OSError(24, "too many open files")

        def made(path):
            with open(path, "x") as file:
                return os.dup(file.fileno())

        folder.prepare()
        with monkeypatch.context() as patch:
            patch.setattr(_fault_stacks.os, "open", refuse)
            if sys.platform != "win32":  # the fake makes files by it, too
                patch.setattr(_native, "private_file", made)
            with pytest.raises(OSError, match="too many open files"):
                FaultStacks(folder)
        assert os.listdir(folder.path) == []

    def test_one_that_goes_meanwhile_is_passed_over(self, folder, monkeypatch):
        folder.prepare()
        own = f"{os.getpid()}-{_folder._created(os.getpid())}"
        names = [write(folder, f"{FAULTHANDLER}-{own}-{number}.txt", 3 << 20) for number in range(4)]
        lstat = os.lstat

        def gone(path):
            if path == names[0]:
                raise FileNotFoundError(2, "gone", path)
            return lstat(path)

        monkeypatch.setattr(_folder.os, "lstat", gone)
        assert Folder(folder.path, 0).sweep() == 0
        assert sorted(os.path.getsize(name) >> 20 for name in names) == [0, 0, 0, 3]

    def test_what_cannot_be_removed_stays(self, folder, monkeypatch):
        folder.prepare()
        stays = write(folder, "state-0-1-1.txt")
        write(folder, "state-0-1-2.txt")
        unlink = os.unlink

        def refuse(path, **options):
            if path == stays:
                raise PermissionError(13, "in use", path)
            unlink(path, **options)

        monkeypatch.setattr(os, "unlink", refuse)
        assert folder.sweep() == 1
        assert Folder(folder.path, 0).sweep() == 0
        assert os.listdir(folder.path) == [os.path.basename(stays)]

    def test_a_process_that_may_not_be_asked_is_there(self, folder, monkeypatch):
        folder.prepare()
        write(folder, "state-4-1-1.txt")
        open_process = _native.open_process

        def refuse(pid, rights):
            if pid == 4:
                raise PermissionError(13, "denied")
            return open_process(pid, rights)

        monkeypatch.setattr(_native, "open_process", refuse)
        assert folder.sweep() == 0


LEAVER = """
import sys
import wer.testing
from wer.service._folder import Folder
if sys.platform != "win32":
    wer.testing.FakeWer().__enter__()
path, file = Folder(sys.argv[1]).create("state")
print(path, flush=True)
sys.stdin.read()
"""


def test_a_file_is_gone_after_its_process_was_killed(folder, layer):
    """The descriptor is still open when that happens."""
    process = subprocess.Popen(
        [PYTHON, "-c", LEAVER, folder.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=WITH_WER
    )
    try:
        path = process.stdout.readline().rstrip("\n")
        assert f"-{process.pid}-" in path
        if layer is None:  # the fake does not know the process
            assert folder.sweep() == 0
        assert os.path.exists(path)
    finally:
        process.kill()
        process.communicate()
    assert folder.sweep() == 1
    assert os.listdir(folder.path) == []


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("x", 1.5), TypeError, "most_bytes must be an int, got float"),
        (("x", True), TypeError, "most_bytes must be an int, got bool"),
        (("x", -1), ValueError, "most_bytes must be 0 or more, got -1"),
        ((5,), TypeError, "int"),
    ],
)
def test_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        Folder(*arguments)


@pytest.mark.parametrize("kind", ["", "a-b", "a b", "../a", "ä", "1"])
def test_kind(kind, folder):
    with pytest.raises(ValueError, match="kind must be an ASCII identifier, got"):
        folder.create(kind)
    assert not os.path.exists(folder.path)


@pytest.mark.parametrize("suffix", ["txt", "-1.txt", "./x", ".\\x", "/x"])
def test_suffix(suffix, folder):
    with pytest.raises(ValueError, match="suffix must begin with a dot and have no folder, got"):
        folder.create("a", suffix)


def test_it_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotADirectoryError) as caught:
        Folder(tmp_path / "file").create("state")
    assert caught.value.filename == str(tmp_path / "file")
    with pytest.raises(OSError, match=r"file|directory|path"):
        Folder(tmp_path / "file" / "below").create("state")
    assert Folder(tmp_path / "file").sweep() == 0
