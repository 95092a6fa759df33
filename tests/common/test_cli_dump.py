"""`wer dump`, against the fake: which processes, which files, what is said, exit codes."""

import os
import shutil
import sys

import pytest
from clirun import run

from wer.cli import _output
from wer.cli import dump as command

MiB = 1 << 20
PYTHON = r"C:\Python\python.exe"


@pytest.fixture
def worker(fake):
    return fake.add_process(4712, executable=PYTHON)


@pytest.fixture
def pool(fake):
    """A virtual environment's launcher, its Python, that one's worker and console, and what the worker has started."""
    fake.add_process(4800, executable=r"C:\venv\Scripts\python.exe", python=False)
    fake.add_process(4804, parent=4800, executable=PYTHON)
    fake.add_process(4808, parent=4804, executable=PYTHON)
    fake.add_process(4812, parent=4804, executable=r"C:\Windows\System32\conhost.exe", python=False)
    fake.add_process(4816, parent=4808, executable=r"C:\tools\convert.exe", python=False)
    return fake


def dumped(fake):
    return [call.arguments["process"] for call in fake.called("MiniDumpWriteDump")]


def test_one_process(fake, worker, tmp_path):
    path = tmp_path / "a.dmp"
    ran = run("dump", "--pid", "4712", "-o", str(path))
    assert ran.code == 0
    assert path.read_bytes().startswith(b"MDMP")
    header, row = ran.out.splitlines()
    assert header.split() == ["file", "MiB", "type", "pid", "program", "seconds"]
    assert row.split()[0] == str(path)
    assert row.split()[2:5] == ["mini", "4712", PYTHON]
    assert ran.err == "A dump holds memory of its process, passwords and all: keep it private.\n"


def test_json(fake, worker, tmp_path):
    path = tmp_path / "a.dmp"
    ran = run("dump", "--pid", "0x1268", "-o", str(path), "--type", "full", "--json")
    assert ran.code == 0
    [one] = ran.answer["dumps"]
    assert (one["path"], one["pid"], one["executable"]) == (str(path), 4712, PYTHON)
    assert one["size"] == path.stat().st_size
    assert {"WITH_FULL_MEMORY", "WITH_HANDLE_DATA"} <= set(one["flags"])
    assert (ran.answer["failed"], ran.answer["launchers"]) == ([], [])


@pytest.mark.parametrize(
    ("given", "flags", "named"),
    [("mini", 0x40121, "mini"), ("heap", 0x51B25, "heap"), ("full", 0x61826, "full"), ("0x121", 0x121, "0x121")],
)
def test_types(fake, worker, tmp_path, given, flags, named):
    ran = run("dump", "--pid", "4712", "-o", str(tmp_path / "a.dmp"), "--type", given)
    assert ran.out.splitlines()[1].split()[2] == named
    assert fake.called("MiniDumpWriteDump")[0].arguments["flags"] == flags


class TestWhere:
    def test_a_folder(self, worker, tmp_path):
        assert run("dump", "--pid", "4712", "-o", str(tmp_path)).code == 0
        assert os.listdir(tmp_path) == ["python.exe.4712.dmp"]

    def test_a_folder_and_a_program_that_windows_does_not_name(self, fake, tmp_path):
        fake.add_process(4712)
        assert run("dump", "--pid", "4712", "-o", str(tmp_path)).code == 0
        assert os.listdir(tmp_path) == ["process.4712.dmp"]

    @pytest.mark.parametrize("end", ["", "/", "/a.dmp"])
    def test_a_folder_that_is_not_there(self, fake, worker, tmp_path, end):
        ran = run("dump", "--pid", "4712", "-o", str(tmp_path / "no" / "folder") + end)
        assert ran.code == 1
        assert "-o: there is no folder" in ran.err
        assert dumped(fake) == []

    def test_a_file_that_is_there(self, worker, tmp_path):
        path = tmp_path / "a.dmp"
        path.write_text("mine")
        ran = run("dump", "--pid", "4712", "-o", str(path))
        assert (ran.code, path.read_text()) == (1, "mine")
        assert f"wer dump: {path}: there is a file already; --overwrite replaces it" in ran.err
        assert run("dump", "--pid", "4712", "-o", str(path), "--overwrite").code == 0
        assert path.read_bytes().startswith(b"MDMP")

    def test_a_disk_that_is_too_small(self, fake, pool, tmp_path, monkeypatch):
        """For all of them together, before the first is written."""
        monkeypatch.setattr(command.shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(0, 0, 100 * MiB))
        ran = run("dump", "--pid", "4804", "-o", str(tmp_path), "--children", "--type", "full")
        assert ran.code == 1
        assert f"the dumps will have some 182 MiB, and in {tmp_path} there is room for 100 MiB" in ran.err
        assert dumped(fake) == []
        assert run("dump", "--pid", "4804", "-o", str(tmp_path), "--type", "full").code == 0


def test_a_terminal_sees_how_far_it_is(fake, worker, tmp_path, monkeypatch):
    def write(held, target, flags, overwrite, progress):
        expected = command.expected_of(held, flags)
        for part in (1, 3, 4):
            progress(expected * part // 4, expected)
        return real(held, target, flags, overwrite, None)

    real = command.write_dump_of
    monkeypatch.setattr(command, "write_dump_of", write)
    monkeypatch.setattr(_output, "_is_terminal", lambda stream: stream is sys.stderr)
    ran = run("dump", "--pid", "4712", "-o", str(tmp_path / "a.dmp"))
    assert ran.err.partition("\n")[0] == "".join(f"\rProcess 4712: {done:3} %" for done in (0, 25, 75, 100))


class TestLaunchers:
    def test_one_is_seen_through(self, fake, pool, tmp_path):
        ran = run("dump", "--pid", "4800", "-o", str(tmp_path / "a.dmp"), "--json")
        assert ran.answer["launchers"] == [4800]
        assert dumped(fake) == [4804]
        assert (
            "Process 4800 is a launcher: the Python that it has started is taken; --itself takes the launcher."
            in ran.err
        )

    def test_or_not(self, fake, pool, tmp_path):
        ran = run("dump", "--pid", "4800", "-o", str(tmp_path / "a.dmp"), "--itself", "--json")
        assert ran.answer["launchers"] == []
        assert dumped(fake) == [4800]

    def test_several_pythons(self, fake, pool, tmp_path):
        fake.add_process(4820, parent=4800, executable=PYTHON)
        ran = run("dump", "--pid", "4800", "-o", str(tmp_path / "a.dmp"))
        assert ran.code == 2
        assert (
            rf"has started several: 4804 ({PYTHON}), 4820 ({PYTHON}). Say --pid of one, --children for all" in ran.err
        )
        assert dumped(fake) == []


class TestChildren:
    def test_all_that_it_has_started(self, fake, pool, tmp_path):
        ran = run("dump", "--pid", "4800", "-o", str(tmp_path / "pool.dmp"), "--children", "--json")
        assert ran.code == 0
        assert dumped(fake) == [4804, 4808, 4816]
        assert sorted(os.listdir(tmp_path)) == ["pool.4804.dmp", "pool.4808.dmp", "pool.4816.dmp"]
        assert ran.answer["launchers"] == [4800]
        assert [one["pid"] for one in ran.answer["dumps"]] == [4804, 4808, 4816]

    def test_launchers_too(self, fake, pool, tmp_path):
        assert run("dump", "--pid", "4800", "-o", str(tmp_path / "x"), "--children", "--itself").code == 0
        assert dumped(fake) == [4800, 4804, 4808, 4816]
        assert "x.4800.dmp" in os.listdir(tmp_path)

    def test_one_that_fails(self, fake, pool, tmp_path):
        """The others are written, and what is missing is said."""
        fake.fail("MiniDumpWriteDump", 0x80070008, after=1, times=1)
        ran = run("dump", "--pid", "4804", "-o", str(tmp_path), "--children", "--json")
        assert ran.code == 3
        assert [one["pid"] for one in ran.answer["dumps"]] == [4804, 4816]
        [failed] = ran.answer["failed"]
        assert failed["pid"] == 4808
        assert failed["reason"].startswith("MiniDumpWriteDump: process 4808: ")
        assert "Process 4808: MiniDumpWriteDump" in ran.err
        assert "Not all was dumped: 1 of 3 are missing." in ran.err
        assert sorted(os.listdir(tmp_path)) == ["convert.exe.4816.dmp", "python.exe.4804.dmp"]

    def test_one_that_may_not_be_opened(self, fake, pool, tmp_path):
        fake.fail("OpenProcess", 5, after=1, times=1)
        ran = run("dump", "--pid", "4804", "-o", str(tmp_path), "--children", "--json")
        assert ran.code == 3
        assert [one["pid"] for one in ran.answer["dumps"]] == [4804]
        [failed] = ran.answer["failed"]
        assert failed["pid"] is None
        assert "OpenProcess: process 4808 cannot be opened" in failed["reason"]

    def test_all_fail(self, fake, pool, tmp_path):
        fake.fail("MiniDumpWriteDump", 0x80070008)
        ran = run("dump", "--pid", "4804", "-o", str(tmp_path), "--children", "--json")
        assert ran.code == 1
        assert len(ran.answer["failed"]) == 3
        assert os.listdir(tmp_path) == []

    @pytest.mark.parametrize("children", [199, 200])
    def test_more_than_200_are_a_mistake(self, fake, worker, tmp_path, children):
        for pid in range(8000, 8000 + 4 * children, 4):
            fake.add_process(pid, parent=4712)
        ran = run("dump", "--pid", "4712", "-o", str(tmp_path), "--children")
        if children < 200:
            assert (ran.code, len(os.listdir(tmp_path))) == (0, 200)
        else:
            assert (ran.code, os.listdir(tmp_path)) == (1, [])
            assert "process 4712 and what it has started are more than 200" in ran.err


class TestRefused:
    def test_no_such_process(self, fake, tmp_path):
        ran = run("dump", "--pid", "4712", "-o", str(tmp_path), "--json")
        assert ran.code == 1
        assert ran.answer["error"]["text"] == "--pid: process 4712 is gone"

    @pytest.mark.parametrize("pid", ["0", "-4", "4294967296"])
    def test_what_is_no_id(self, fake, tmp_path, pid):
        ran = run("dump", f"--pid={pid}", "-o", str(tmp_path))
        assert ran.code == 2
        assert f"--pid: pid must be 1 to 4294967295, got {pid}" in ran.err

    @pytest.mark.parametrize(
        ("options", "text"),
        [
            (["--pid", "python.exe", "-o", "a"], "'python.exe' is no process id"),
            (["--pid", "4712"], "required: -o/--output"),
            (["-o", "a.dmp"], "required: --pid"),
            (["--pid", "4712", "-o", "a", "--type", "huge"], "'huge' is neither mini, heap or full nor a number"),
            (["--pid", "4712", "-o", "a", "--type", "0x100000000"], "nor a number of 32 bits"),
        ],
    )
    def test_the_command_line(self, fake, options, text):
        ran = run("dump", *options)
        assert ran.code == 2
        assert text in ran.err

    @pytest.mark.parametrize(("function", "code"), [("OpenProcess", 5), ("MiniDumpWriteDump", 0x80070005)])
    def test_it_belongs_to_somebody_else(self, fake, worker, tmp_path, function, code):
        fake.fail(function, code)
        ran = run("dump", "--pid", "4712", "-o", str(tmp_path), "--json")
        assert ran.code == 4
        assert "Run this in a prompt of an administrator, or of the user" in ran.answer["error"]["text"]
        assert os.listdir(tmp_path) == []

    def test_ctrl_c_leaves_what_is_whole(self, fake, pool, tmp_path, monkeypatch):
        write = command.write_dump_of

        def interrupted(held, *arguments):
            if held.id == 4808:
                raise KeyboardInterrupt
            return write(held, *arguments)

        monkeypatch.setattr(command, "write_dump_of", interrupted)
        ran = run("dump", "--pid", "4804", "-o", str(tmp_path), "--children", "--json")
        assert ran.code == 130
        assert [one["pid"] for one in ran.answer["dumps"]] == [4804]
        assert os.listdir(tmp_path) == ["python.exe.4804.dmp"]


def test_a_name_that_would_harm_a_terminal(fake, tmp_path):
    fake.add_process(4712, executable="C:\\x\\\x1b[31mred.exe")
    ran = run("dump", "--pid", "4712", "-o", str(tmp_path / "a.dmp"))
    assert ran.code == 0
    assert "\x1b" not in ran.out + ran.err
    assert r"\x1b[31mred.exe" in ran.out
