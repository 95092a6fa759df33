"""What is read of this machine, beside what Python says of it."""

import ctypes
import msvcrt
import os
import sys

import pytest

from wer._machine import accounts, folders, processes, services
from wer._machine.registry import Kind, Value, this_registry


@pytest.fixture
def mode_of_errors():
    before = msvcrt.GetErrorMode()
    yield msvcrt.SetErrorMode
    msvcrt.SetErrorMode(before)


WINE = hasattr(ctypes.windll.ntdll, "wine_get_version")
# JOBOBJECT_BASIC_LIMIT_INFORMATION by hand: one process at most.
IN_A_JOB = """
import ctypes, os, struct
from wer._machine.processes import JOB_OBJECT_LIMIT_ACTIVE_PROCESS, state_of
limits = struct.pack("@qqINNIN2I0q", 0, 0, JOB_OBJECT_LIMIT_ACTIVE_PROCESS, 0, 0, 1, 0, 0, 0)
kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
kernel32.CreateJobObjectW.restype = ctypes.c_void_p
job = ctypes.c_void_p(kernel32.CreateJobObjectW(None, None))
assert kernel32.SetInformationJobObject(job, 2, limits, len(limits)), ctypes.get_last_error()
assert kernel32.AssignProcessToJobObject(job, ctypes.c_void_p(-1)), ctypes.get_last_error()
state = state_of(os.getpid())
print(state.in_job, state.job_limits)
"""


class TestProcesses:
    def test_this_one(self):
        state = processes.state_of(os.getpid())
        assert state.path.lower() == sys._base_executable.lower()
        assert state.name.lower() == os.path.basename(sys._base_executable).lower()
        assert state.parent is not None  # Wine 8 says 0, and os.getppid() needs what it lacks
        assert state.account.startswith("S-1-5-")
        assert state.is_32bit is (sys.maxsize < 2**32)
        assert state.session is not None
        assert state.debugged is False
        assert state.protected is False
        assert state.package == ""
        assert state.committed is not None  # Wine 8 says 0
        assert state.in_job is not None

    def test_the_error_mode(self, mode_of_errors):
        """Of this process: Wine tells this one's whichever it is asked about."""
        for mode in (0, 2):
            mode_of_errors(mode)
            assert processes.state_of(os.getpid()).error_mode & processes.SEM_NOGPFAULTERRORBOX == mode

    def test_of_another_one(self, start):
        process = start("print(1, flush=True); input()")
        process.stdout.readline()
        state = processes.state_of(process.pid)
        assert (state.parent, state.account) == (os.getpid(), processes.state_of(os.getpid()).account)
        assert state.job_limits == (0 if state.in_job is False else None)
        assert process.pid in processes.find(state.name.upper())

    @pytest.mark.parametrize("pid", [0xFFFFFFFC, 3])
    def test_one_that_is_not_there(self, pid):
        with pytest.raises(ProcessLookupError, match=f"there is no process {pid}"):
            processes.state_of(pid)

    def test_opens_nothing_for_good(self, leaked_handles, worker):
        assert not leaked_handles(lambda: processes.state_of(worker.pid))
        assert not leaked_handles(processes.is_elevated)

    def test_the_limits_of_its_job(self, run_program):
        """Of a process in a job of its own, as services and runners of tests have one."""
        done = run_program([sys.executable, "-c", IN_A_JOB])
        limits = 0 if WINE else processes.JOB_OBJECT_LIMIT_ACTIVE_PROCESS  # Wine 8 keeps them, and tells none
        assert done.stdout.split() == ["True", str(limits)], done.stderr

    def test_whether_this_is_an_administrator(self):
        assert processes.is_elevated() in (True, False)


class TestAccounts:
    def test_this_one(self):
        sid = accounts.current()
        assert os.environ["USERNAME"].lower() == accounts.name_of(sid).rpartition("\\")[2].lower()

    def test_by_its_name(self):
        name = accounts.name_of(accounts.current())
        assert "\\" in name
        for one in (name, ".\\" + name.rpartition("\\")[2]):
            assert accounts.sid_of(one) == accounts.current()

    def test_names_of_services(self):
        assert accounts.sid_of("LocalSystem") == accounts.sid_of("") == accounts.LOCAL_SYSTEM
        assert accounts.sid_of("NT AUTHORITY\\NetworkService") == accounts.NETWORK_SERVICE

    @pytest.mark.parametrize("name", ["no such account here", "\x1b[31m", "a\\b\\c", "\ud800"])
    def test_names_that_nobody_has(self, name):
        assert accounts.sid_of(name) is None
        assert accounts.name_of(name) == name


class TestServices:
    def test_one_of_the_registry(self):
        registry = this_registry()
        key = rf"{services.SERVICES}\WerTests"
        registry.create("HKLM", key)
        try:
            registry.set("HKLM", key, Value("Start", Kind.DWORD, 3))
            registry.set("HKLM", key, Value("ImagePath", Kind.EXPAND_SZ, r'"C:\a b\pythonservice.exe" -x'))
            found = services.service_of("WerTests", registry)
            assert (found.start, found.program, found.account) == (3, "pythonservice.exe", "")
        finally:
            registry.delete_key("HKLM", key)
        assert services.service_of("WerTests", registry) is None

    def test_that_does_not_run(self):
        assert services.pid_of("no such service") is None

    def test_one_that_runs(self):
        """Which do is up to the machine: one of these does on every Windows, and under Wine."""
        pids = [pid for pid in map(services.pid_of, ("RpcSs", "EventLog", "PlugPlay")) if pid]
        assert pids
        assert all(processes.state_of(pid).pid == pid for pid in pids)


class TestFolders:
    def test_one_of_ours(self, tmp_path):
        found = folders.folder_of(str(tmp_path))
        assert (found.exists, found.writable) == (True, True)
        assert found.free > 0
        assert list(tmp_path.iterdir()) == []

    def test_as_another_process_sees_it(self, tmp_path, worker):
        assert folders.folder_of(str(tmp_path), worker.pid).writable in (True, None)

    def test_what_is_not_there_or_no_folder(self, tmp_path):
        (tmp_path / "file").touch()
        assert folders.folder_of(str(tmp_path / "no")).exists is False
        assert folders.folder_of(str(tmp_path / "file")).exists is False
        assert folders.is_file(str(tmp_path / "file")) is True
        assert folders.entries(str(tmp_path)) == ["file"]
        assert folders.entries(str(tmp_path / "no")) == []

    @pytest.mark.parametrize("path", [r"\\server\share", r"\\.\pipe\x", r"\\?\C:\x", "", "x", "C:x", "C:\\a\0b"])
    def test_what_is_not_looked_at(self, path):
        assert folders.folder_of(path).exists is None
        assert folders.is_file(path) is None
        assert folders.entries(path) is None

    @pytest.mark.parametrize("path", ["C:\\\x1b[31m\u202e", "C:\\" + "x" * 40000, "C:\\a*b?", "C:\\\ud800"])
    def test_hostile_names(self, path):
        assert folders.folder_of(path).exists in (False, None)

    def test_opens_nothing_for_good(self, leaked_handles, tmp_path, worker):
        assert not leaked_handles(lambda: folders.folder_of(str(tmp_path)))
        assert not leaked_handles(lambda: folders.folder_of(str(tmp_path), worker.pid))

    def test_the_system_folder(self):
        assert folders.is_file(os.path.join(folders.system_folder(), "kernel32.dll"))
