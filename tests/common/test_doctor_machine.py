"""What the doctor asks of a machine beside the registry: the Python behind a launcher, folders, names of accounts."""

import os
import sys

import pytest

import wer
from wer import _native
from wer._machine import accounts, folders, privileges, processes, services
from wer._machine.registry import Registry
from wer.doctor import _machine


class TestThePythonBehind:
    def test_one_that_is_a_python(self, fake):
        fake.add_process(10)
        fake.add_process(11, parent=10)
        assert _machine._python_behind(10) == 10

    @pytest.mark.parametrize(("depth", "behind"), [(1, 11), (3, 13), (4, 10)])
    def test_a_launcher(self, fake, depth, behind):
        """py.exe starts the python.exe of an environment, which starts the Python: not deeper than that."""
        for number in range(depth):
            fake.add_process(10 + number, parent=9 + number, python=False)
        fake.add_process(10 + depth, parent=9 + depth)
        assert _machine._python_behind(10) == behind

    @pytest.mark.parametrize("children", [0, 2])
    def test_a_shell(self, fake, children):
        fake.add_process(10, python=False)
        for number in range(children):
            fake.add_process(11 + number, parent=10)
        assert _machine._python_behind(10) == 10

    def test_one_that_may_not_be_looked_into(self, fake):
        fake.add_process(10, python=False)
        fake.add_process(11, parent=10)
        fake.fail("OpenProcess", 5)
        assert _machine._python_behind(10) == 10

    def test_it_asks_for_no_more_than_to_look(self, fake, monkeypatch):
        """A right too many, and a process that may be looked into is taken for one that may not."""
        asked = []
        open_process = fake.native["open_process"]
        monkeypatch.setattr(
            _native, "open_process", lambda pid, rights: asked.append(rights) or open_process(pid, rights)
        )
        fake.add_process(10, python=False)
        fake.add_process(11, parent=10)
        assert _machine._python_behind(10) == 11
        query, read = 0x0400, 0x0010  # PROCESS_QUERY_INFORMATION, PROCESS_VM_READ
        assert set(asked) == {query | read}

    def test_flags(self, fake):
        fake.add_process(10)
        wer.set_flags(wer.FaultReportingFlags.NOHEAP)
        assert _machine._flags_of(os.getpid()) == 1
        assert _machine._flags_of(10) == 0
        assert _machine._flags_of(99) is None


class TestFolders:
    """As if every path were one of a drive of this machine."""

    @pytest.fixture(autouse=True)
    def local(self, monkeypatch):
        monkeypatch.setattr(folders, "is_local", lambda path: True)

    def test_what_is_there(self, tmp_path):
        found = folders.folder_of(str(tmp_path))
        assert (found.path, found.exists) == (str(tmp_path), True)
        assert found.free > 0
        (tmp_path / "file").write_bytes(b"abcdef")
        seen = folders.folder_of(str(tmp_path / "file"))
        assert (seen.exists, seen.reason) == (False, "it is a file")
        assert folders.is_file(str(tmp_path / "file")) is True
        assert folders.read_start(str(tmp_path / "file"), 3) == b"abc"
        assert folders.entries(str(tmp_path)) == ["file"]

    def test_what_is_not_there(self, tmp_path):
        path = str(tmp_path / "no")
        assert (folders.folder_of(path).exists, folders.folder_of(path).reason) == (False, "it is not there")
        assert folders.is_file(path) is False
        assert folders.entries(path) == []
        assert folders.read_start(path, 3) is None

    def test_what_may_not_be_looked_at(self, tmp_path, monkeypatch):
        """It is not the same as not there."""

        def denied(path, *more, **options):
            raise PermissionError(13, "Access is denied", path)

        path = str(tmp_path / "secret")
        for name in ("stat", "scandir"):
            monkeypatch.setattr(os, name, denied)
        monkeypatch.setattr(os.path, "isdir", lambda path: False)
        monkeypatch.setattr("builtins.open", denied)
        seen = folders.folder_of(path)
        assert (seen.exists, seen.reason) == (None, "Access is denied")
        assert folders.is_file(path) is None
        assert folders.entries(path) is None
        with pytest.raises(PermissionError):
            folders.read_start(path, 3)

    def test_no_path_at_all(self):
        assert folders.folder_of("C:\\a\0b").exists is None
        assert folders.is_file("C:\\a\0b") is None
        assert folders.entries("C:\\a\0b") is None

    def test_a_disk_that_does_not_tell(self, tmp_path, monkeypatch):
        def fail(path):
            raise OSError("no such device")

        monkeypatch.setattr(folders.shutil, "disk_usage", fail)
        found = folders.folder_of(str(tmp_path))
        assert (found.exists, found.free) == (True, None)

    @pytest.mark.parametrize(
        ("writable", "reason"), [(True, ""), (False, ""), (None, "its access list cannot be read")]
    )
    def test_who_may_write(self, tmp_path, monkeypatch, writable, reason):
        asked = []
        monkeypatch.setattr(folders, "_writable", lambda path: asked.append("own") or writable)
        monkeypatch.setattr(folders, "_writable_by", lambda path, pid: asked.append(pid) or writable)
        for pid in (None, os.getpid(), 4712):
            found = folders.folder_of(str(tmp_path), pid)
            assert (found.writable, found.reason) == (writable, reason)
        assert asked == ["own", "own", 4712]

    def test_entries_have_a_limit(self, tmp_path):
        for number in range(3):
            (tmp_path / str(number)).touch()
        assert len(folders.entries(str(tmp_path), 2)) == 2
        assert len(folders.entries(str(tmp_path), 3)) == 3


@pytest.mark.parametrize(
    ("python", "windows", "of_32bit", "folder"),
    [
        (64, 64, False, r"D:\Win\System32"),
        (64, 64, True, r"D:\Win\SysWOW64"),
        (32, 64, False, r"D:\Win\Sysnative"),
        (32, 64, True, r"D:\Win\SysWOW64"),
        (32, 32, False, r"D:\Win\System32"),
        (32, 32, True, r"D:\Win\System32"),
    ],
)
def test_the_system_folder(monkeypatch, python, windows, of_32bit, folder):
    monkeypatch.setenv("SYSTEMROOT", r"D:\Win")
    monkeypatch.delenv("PROCESSOR_ARCHITEW6432", raising=False)
    if (python, windows) == (32, 64):
        monkeypatch.setenv("PROCESSOR_ARCHITEW6432", "AMD64")
    monkeypatch.setattr(sys, "maxsize", (1 << (python - 1)) - 1)
    assert folders.system_folder(of_32bit) == folder


class TestAccounts:
    @pytest.fixture(autouse=True)
    def windows(self, monkeypatch):
        monkeypatch.setattr(accounts, "_look_up_name", {"me": "S-1-5-21-1", r"DOMAIN\me": "S-1-5-21-2"}.get)
        monkeypatch.setattr(accounts, "_look_up_sid", {"S-1-5-21-1": r"PC\me", "S-1-5-18": "other words"}.get)

    def test_names_that_windows_knows(self):
        """Those of the machine are asked for without it."""
        assert accounts.sid_of(r".\me") == "S-1-5-21-1"
        assert accounts.sid_of("me") == "S-1-5-21-1"
        assert accounts.sid_of(r"DOMAIN\me") == "S-1-5-21-2"
        assert accounts.sid_of(r"DOMAIN\system") is None, "another domain's is no LocalSystem"
        assert accounts.sid_of("nobody") is None

    def test_names_of_sids(self):
        assert accounts.name_of("S-1-5-21-1") == r"PC\me"
        assert accounts.name_of("S-1-5-18") == r"NT AUTHORITY\SYSTEM", "in whatever language Windows is"
        assert accounts.name_of("S-1-5-21-9") == "S-1-5-21-9"

    def test_virtual_accounts(self):
        assert accounts.sid_of(r"IIS AppPool\DefaultAppPool").startswith("S-1-5-82-")
        assert accounts.is_service_account(accounts.sid_of(r"iis apppool\x"))


def test_processes_by_their_program(monkeypatch):
    monkeypatch.setattr(processes, "listed", lambda: [(1, 0, "a.exe"), (2, 1, "B.EXE"), (3, 1, "A.exe")])
    assert processes.find("A.EXE") == [1, 3]
    assert processes.find("b.exe") == [2]
    assert processes.find("") == []


def test_a_system_without_a_registry():
    registry = Registry()
    for call, arguments in (
        (registry.keys, ()),
        (registry.values, ()),
        (registry.value, ("x",)),
        (registry.create, ()),
        (registry.set, (None,)),
        (registry.delete_value, ("x",)),
        (registry.delete_key, ()),
    ):
        with pytest.raises(NotImplementedError, match=r"HKLM\\SOFTWARE is in the registry of Windows"):
            call("HKLM", "SOFTWARE", *arguments)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has privileges, and folders and accounts to ask about")
def test_what_is_of_windows_alone(tmp_path):
    """Off it nothing is claimed: no right, no access, no name; and what would be wrong to answer is refused."""
    assert privileges.enable_debug() is False
    assert folders._writable(str(tmp_path)) is None
    assert folders._writable_by(str(tmp_path), 1) is None
    assert folders.is_local(r"C:\x")
    assert accounts._look_up_sid("S-1-5-21-1") is None
    assert accounts.sid_of("somebody") is None
    for call in (processes.listed, lambda: processes.state_of(1), processes.is_elevated, lambda: services.pid_of("x")):
        with pytest.raises(NotImplementedError, match="on Windows only"):
            call()
    with pytest.raises(NotImplementedError):
        accounts.current()
