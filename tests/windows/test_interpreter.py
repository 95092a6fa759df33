"""`wer.interpreter_of`, with real launchers: a virtual environment's, a console script's, PyInstaller's, a shell.

Under Wine as on Windows: the virtual environment is made by CPython's own venv module, the console script by the
distlib in CPython's own pip, the program in one file by PyInstaller (tools/onefile.py).
"""

import _thread
import asyncio
import contextlib
import copy
import ctypes
import gc
import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from once import once

import wer
from wer import _interpreter, _native

ONEFILE = os.environ.get("WERAPI_ONEFILE", "")
WINE = hasattr(ctypes.windll.ntdll, "wine_get_version")
EXAMPLES = Path(__file__).parents[2] / "examples"
TOLD = 60  # seconds that a program may take to tell its id, on a busy machine
ACCESS_VIOLATION = 0xC0000005

TELL = "import os; print(os.getpid(), flush=True); input()"
# As pip does it: a launcher of distlib's, the path of a Python, and a zip.
MAKE_SCRIPT = """
import ensurepip, pathlib, sys
[pip] = (pathlib.Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")
sys.path.insert(0, str(pip))
from pip._vendor.distlib.scripts import ScriptMaker
maker = ScriptMaker(None, sys.argv[1])
maker.variants = {""}
maker.executable = sys.argv[2]
print(*maker.make("teller = teller:main"))
"""


@pytest.fixture(scope="module")
def console_script(python, venv_python, tmp_path_factory):
    """A console script of a virtual environment: a launcher that starts the environment's launcher."""
    folder = tmp_path_factory.mktemp("script")
    packages = Path(venv_python).parents[1] / "Lib" / "site-packages"
    (packages / "teller.py").write_text(f"def main():\n    {TELL}\n", encoding="utf-8")
    command = [python, "-c", MAKE_SCRIPT, str(folder), venv_python]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=120)
    return str(folder / "teller.exe")


@pytest.fixture(scope="module")
def cmd(system_folder):
    """The shell."""
    return str(system_folder / "cmd.exe")


@pytest.fixture
def launch(popen):
    """Start programs that end with the test; those that they start end with their standard input."""
    with contextlib.ExitStack() as started:

        def launch(*command, **options):
            process = popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)
            started.callback(end, process)
            return process

        yield launch


@pytest.fixture
def start_below(windll, python):
    """Start a Python that sleeps, as if another process had started it: `start_below(Popen)` returns its id."""
    pointer = ctypes.sizeof(ctypes.c_void_p)
    parent_attribute, extended_startup = 0x20000, 0x80000
    handles = []

    def start_below(parent):
        room = ctypes.c_size_t()
        windll.InitializeProcThreadAttributeList(None, 1, 0, ctypes.byref(room))
        attributes = ctypes.create_string_buffer(room.value)
        assert windll.InitializeProcThreadAttributeList(attributes, 1, 0, ctypes.byref(room))
        handle = ctypes.c_void_p(int(parent._handle))
        assert windll.UpdateProcThreadAttribute(
            attributes, 0, ctypes.c_size_t(parent_attribute), ctypes.byref(handle), ctypes.c_size_t(pointer), None, None
        )
        startup = (ctypes.c_void_p * (14 if pointer == 8 else 18))()  # STARTUPINFOEXW, as wide as pointers
        ctypes.c_uint32.from_buffer(startup).value = ctypes.sizeof(startup)
        startup[-1] = ctypes.addressof(attributes)
        made = (ctypes.c_void_p * 3)()  # PROCESS_INFORMATION
        command = ctypes.create_unicode_buffer(subprocess.list2cmdline([python, "-c", "import time; time.sleep(600)"]))
        done = windll.CreateProcessW(None, command, None, None, 0, extended_startup, None, None, startup, made)
        assert done, ctypes.get_last_error()
        handles.append(made[0])
        windll.CloseHandle(made[1])
        return windll.GetProcessId(ctypes.c_void_p(made[0]))

    yield start_below
    for handle in handles:
        windll.TerminateProcess(ctypes.c_void_p(handle), 1)
        windll.CloseHandle(handle)


@pytest.fixture
def shell(launch, cmd):
    """A shell that is up and waits for a line: no Python, and it starts what it is told to."""
    shell = launch(cmd, "/d", "/q", "/k", "echo started")
    wait_for("started", shell)
    return shell


@pytest.fixture
def one_file(launch):
    """PyInstaller's program, started. It asks where its file is, in a way that only Wine's mount manager answers."""
    if not ONEFILE:
        pytest.skip("needs the program in one file, which dev.py test packs with PyInstaller")
    if WINE:  # check=False: it may have been started before
        subprocess.run(["net", "start", "MountMgr"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    return launch(ONEFILE)


def end(process):
    with contextlib.suppress(OSError):
        process.stdin.write("\n\n\nexit\n")
    with contextlib.suppress(OSError):
        process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def wait_for(text, process):
    """Read the process's lines up to one with `text`."""
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(f"{process.args} has ended with {process.wait(10)}, without {text!r}")


def told(process):
    """The id that the Python told."""
    line = process.stdout.readline()
    assert line.strip().isdigit(), line
    return int(line)


class TestLaunchers:
    """Each is asked right after it was started: the Python is not there yet."""

    def check(self, launcher, levels=1):
        with wer.interpreter_of(launcher, timeout=TOLD) as found:
            assert found.pid == told(launcher)
            below = [launcher.pid]
            for _ in range(levels):
                assert found.pid not in below
                below = [child for pid in below for child in _native.children_of(pid)]
            assert found.pid in below
            return found

    def test_a_virtual_environment(self, launch, venv_python, python):
        found = self.check(launch(venv_python, "-c", TELL))
        assert Path(found.executable) == Path(python)

    def test_a_console_script_of_a_virtual_environment(self, launch, console_script):
        self.check(launch(console_script), levels=2)

    @once("3.12")
    def test_a_program_in_one_file(self, one_file):
        found = self.check(one_file)
        assert Path(found.executable) == Path(ONEFILE), "a second process of the same program"

    def test_a_shell_that_starts_a_launcher(self, launch, cmd, venv_python):
        self.check(launch(cmd, "/d", "/c", venv_python, "-c", TELL), levels=2)

    @pytest.mark.skipif(not shutil.which("py"), reason="needs py.exe, which python.org's installer brings")
    def test_py(self, launch):
        self.check(launch("py", "-3", "-c", TELL))

    def test_python_itself(self, launch, python):
        self.check(launch(python, "-c", TELL), levels=0)


class TestWhatIsTaken:
    @pytest.fixture
    def launcher(self, launch, venv_python):
        return launch(venv_python, "-c", TELL)

    def test_an_id(self, launcher):
        with wer.interpreter_of(pid=launcher.pid, timeout=TOLD) as found:
            assert found.pid == told(launcher)

    def test_an_object_with_an_id(self, launcher):
        process = type("Psutil", (), {"pid": launcher.pid, "is_running": lambda self: True})()
        with wer.interpreter_of(process, timeout=TOLD) as found:
            assert found.pid == told(launcher)

    def test_what_it_returned(self, launcher):
        with wer.interpreter_of(launcher, timeout=TOLD) as first, wer.interpreter_of(first, timeout=0) as second:
            assert second.pid == first.pid
            assert second.handle != first.handle

    def test_this_process(self):
        with wer.interpreter_of(pid=os.getpid(), timeout=0) as found:
            assert found.pid == os.getpid()

    def test_a_process_of_asyncio(self, venv_python):
        async def main():
            pipe = asyncio.subprocess.PIPE
            process = await asyncio.create_subprocess_exec(venv_python, "-c", TELL, stdin=pipe, stdout=pipe)
            with await asyncio.to_thread(wer.interpreter_of, process, timeout=TOLD) as found:
                pid = int(await process.stdout.readline())
                await process.communicate(b"\n")
                return found.pid, pid

        found, pid = asyncio.run(main())
        assert found == pid

    def test_multiprocessing(self):
        child = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(600,))
        child.start()
        try:
            with wer.interpreter_of(child, timeout=TOLD) as found:
                assert found.pid == child.pid, "it passes the launcher by itself"
        finally:
            child.kill()
            child.join()
            child.close()

    @pytest.mark.parametrize(
        ("arguments", "keywords", "error", "text"),
        [
            ((), {}, TypeError, "pass the process that was started, or its id as pid="),
            ((1234,), {}, TypeError, "got 1234: pid= takes an id"),
            ((True,), {}, TypeError, "got True: pid= takes an id"),
            (("python.exe",), {}, TypeError, "process must be .*, got str"),
            ((), {"pid": 0}, ValueError, "pid must be 1 to 4294967295, got 0"),
            ((), {"pid": "5"}, TypeError, "pid must be an int, got str"),
            ((object(),), {"pid": 4}, TypeError, "pass process or pid, not both"),
            ((), {"pid": 4, "timeout": -1}, ValueError, "timeout takes 0 or more seconds, not without end, got -1"),
            ((), {"pid": 4, "timeout": float("nan")}, ValueError, "got nan"),
            ((), {"pid": 4, "timeout": float("inf")}, ValueError, "got inf"),
            ((), {"pid": 4, "timeout": None}, TypeError, "timeout must be seconds as a float or int, got NoneType"),
            ((), {"pid": 0xFFFFFFFC}, ProcessLookupError, "process 4294967292 is gone"),
        ],
    )
    def test_what_is_refused(self, arguments, keywords, error, text):
        with pytest.raises(error, match=text):
            wer.interpreter_of(*arguments, **keywords)

    @pytest.mark.parametrize("step", [1, 2, 3])
    def test_an_id_that_windows_would_round(self, worker, step):
        with pytest.raises(ProcessLookupError, match=f"process {worker.pid + step} does not exist"):
            wer.interpreter_of(pid=worker.pid + step)

    def test_a_handle_of_something_else(self, windll):
        event = windll.CreateEventW(None, True, False, None)
        with pytest.raises(ValueError, match="process is no handle of a process"):
            wer.interpreter_of(type("Event", (), {"handle": event})())
        windll.CloseHandle(event)

    def test_a_closed_one(self, worker):
        found = wer.interpreter_of(worker.process)
        found.close()
        with pytest.raises(ValueError, match=f"the handle of process {worker.pid} is closed"):
            wer.interpreter_of(found)


class TestWhatCounts:
    """By the names of modules. Those of programs count: so the shell, under such a name, stands for what has one."""

    @pytest.mark.parametrize(
        "name",
        [
            *("python311.dll", "PYTHON27.DLL", "python3.dll", "python313t.dll", "python312_d.dll"),
            *("libpython3.12.dll", "libpypy3.10-c.dll", "pypy3.dll", "_queue.cp312-win_amd64.pyd", "x.pyd"),
        ],
    )
    def test_a_python(self, launch, cmd, tmp_path, name):
        shell = launch(shutil.copy(cmd, tmp_path / name))
        with wer.interpreter_of(shell, timeout=TOLD) as found:
            assert found.pid == shell.pid

    @pytest.mark.parametrize(
        "name",
        [
            *("python.exe", "python312.exe", "python.dll", "python-launcher.dll", "pythoncom312.dll", "pyd"),
            *("cpython312.dll", "libpyth.dll", "lib.dll", ".dll", "py.exe", "pypyd.exe"),
        ],
    )
    def test_no_python(self, launch, cmd, tmp_path, name):
        shell = launch(shutil.copy(cmd, tmp_path / name), "/d", "/k", "echo started")
        wait_for("started", shell)
        with pytest.raises(TimeoutError):
            wer.interpreter_of(shell, timeout=0)


class TestWaiting:
    def test_the_python_comes_later(self, shell, venv_python, pool):
        call = pool.submit(wer.interpreter_of, shell, timeout=TOLD)
        time.sleep(0.5)
        assert not call.done()
        shell.stdin.write(f'"{venv_python}" -c "{TELL}"\n')
        shell.stdin.flush()
        with call.result(TOLD) as found:
            assert Path(found.executable).name == "python.exe"
            lines = (shell.stdout.readline().strip() for _ in range(20))
            assert str(found.pid) in lines

    def test_none_comes(self, shell):
        before = time.monotonic()
        with pytest.raises(TimeoutError, match=rf"process {shell.pid} \(.*cmd.exe\) runs no Python, .* after 0.4 s"):
            wer.interpreter_of(shell, timeout=0.4)
        assert 0.4 <= time.monotonic() - before < 5

    def test_the_error_names_what_was_started(self, launch, cmd):
        shell = launch(cmd, "/d", "/q", "/c", cmd, "/d", "/k", "echo started")
        wait_for("started", shell)
        with pytest.raises(TimeoutError, match=r"it has started \d+ \(.*cmd.exe\)"):
            wer.interpreter_of(shell, timeout=0)

    def test_ctrl_c(self, shell):
        timer = threading.Timer(0.5, _thread.interrupt_main)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            wer.interpreter_of(shell, timeout=TOLD)
        timer.join()

    def test_other_threads_run(self, shell):
        counted, done = [], threading.Event()

        def count():
            while not done.wait(0.01):
                counted.append(1)

        thread = threading.Thread(target=count)
        thread.start()
        with pytest.raises(TimeoutError):
            wer.interpreter_of(shell, timeout=0.5)
        done.set()
        thread.join()
        assert len(counted) > 5


class TestEnded:
    def test_with_nothing_left(self, launch, cmd):
        shell = launch(cmd, "/d", "/c", "exit 3")
        shell.wait(TOLD)
        before = time.monotonic()
        with pytest.raises(ProcessLookupError, match=f"process {shell.pid}.* has ended, and nothing that it has star"):
            wer.interpreter_of(shell, timeout=TOLD)
        assert time.monotonic() - before < TOLD / 2, "nothing can come any more: no waiting"

    def test_while_it_is_waited_for(self, shell, pool):
        call = pool.submit(wer.interpreter_of, shell, timeout=TOLD)
        time.sleep(0.3)
        shell.kill()
        with pytest.raises(ProcessLookupError, match="has ended, and nothing"):
            call.result(TOLD / 2)

    def test_with_a_python_left(self, shell, start_below):
        """As a launcher does that does not wait for what it has started: of setuptools', that for windows."""
        pid = start_below(shell)
        shell.kill()
        shell.wait(TOLD)
        with wer.interpreter_of(shell, timeout=TOLD) as found:
            assert found.pid == pid

    def test_python_itself(self, launch, python):
        process = launch(python, "-c", "")
        process.wait(TOLD)
        with pytest.raises(ProcessLookupError, match="has ended"):
            wer.interpreter_of(process)
        with pytest.raises(ProcessLookupError):
            wer.interpreter_of(pid=process.pid)


class TestTheTree:
    def test_several_pythons(self, shell, start_below):
        first = start_below(shell)
        with wer.interpreter_of(shell, timeout=TOLD) as found:
            assert found.pid == first
        second = start_below(shell)
        with wer.interpreter_of(pid=second, timeout=TOLD), pytest.raises(ValueError, match=r"several Pyth") as caught:
            wer.interpreter_of(shell)
        text = str(caught.value)
        assert text.startswith(f"process {shell.pid} (")
        assert f"{first} (" in text
        assert f"{second} (" in text

    @pytest.mark.parametrize("function", ["has_python", "open_process"])
    def test_one_that_cannot_be_looked_into_for_a_moment(self, shell, start_below, monkeypatch, function):
        """As one that is just starting or ending: it is no reason to take the other."""
        pids = [start_below(shell), start_below(shell)]
        for pid in pids:
            wer.interpreter_of(pid=pid, timeout=TOLD).close()
        asked = []
        real = getattr(_native, function)

        def refuse(process, *rights):
            if (process if rights else process.id) == pids[0]:
                asked.append(process)
                if len(asked) <= 3:
                    raise PermissionError(13, "access denied") if rights else OSError(None, "partial copy", None, 299)
            return real(process, *rights)

        monkeypatch.setattr(_native, function, refuse)
        monkeypatch.setattr(_interpreter, "_IN_DOUBT", 60)  # however slow this machine is
        with pytest.raises(ValueError, match="has started several Pythons"):
            wer.interpreter_of(shell, timeout=0)
        assert len(asked) == 4

    def test_one_that_can_never_be_looked_into_is_passed_over(self, shell, start_below, monkeypatch):
        """Such as a child that runs as an administrator."""
        first, second = start_below(shell), start_below(shell)
        for pid in (first, second):
            wer.interpreter_of(pid=pid, timeout=TOLD).close()
        open_process = _native.open_process

        def refuse(pid, rights):
            if pid == second:
                raise PermissionError(13, "access denied")
            return open_process(pid, rights)

        monkeypatch.setattr(_native, "open_process", refuse)
        before = time.monotonic()
        with wer.interpreter_of(shell, timeout=0) as found:
            assert found.pid == first
        assert time.monotonic() - before < 5

    def test_what_a_python_has_started_does_not_count(self, launch, python):
        code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {TELL!r}])"
        process = launch(python, "-c", code)
        child = told(process)
        with wer.interpreter_of(process, timeout=0) as found:
            assert found.pid == process.pid != child

    def test_other_children_are_passed_over(self, shell, cmd, start_below):
        shell.stdin.write(f'"{cmd}" /d /k echo started\n')
        shell.stdin.flush()
        wait_for("started", shell)
        pid = start_below(shell)
        with wer.interpreter_of(shell, timeout=TOLD) as found:
            assert found.pid == pid
        assert len(_native.children_of(shell.pid)) >= 2

    def test_a_parent_id_that_was_reused(self, shell, worker, monkeypatch):
        """The worker is older than the shell. A parent of its that had the shell's id would have ended before."""
        children_of = _native.children_of
        monkeypatch.setattr(_native, "children_of", lambda pid: [*children_of(pid), worker.pid])
        with pytest.raises(TimeoutError):
            wer.interpreter_of(shell, timeout=0.2)

    def test_a_younger_one_would_be_taken(self, shell, launch, python, monkeypatch):
        """So it was the time, in the test before this one."""
        younger = launch(python, "-c", TELL)
        told(younger)
        children_of = _native.children_of
        monkeypatch.setattr(_native, "children_of", lambda pid: [*children_of(pid), younger.pid])
        with wer.interpreter_of(shell, timeout=0) as found:
            assert found.pid == younger.pid

    def test_an_id_that_went_to_another_process_before_it_was_opened(self, shell, launch, python, monkeypatch):
        younger = launch(python, "-c", TELL)
        told(younger)
        children_of = _native.children_of
        first = [[younger.pid]]
        monkeypatch.setattr(_native, "children_of", lambda pid: first.pop() if first else children_of(pid))
        with pytest.raises(TimeoutError):
            wer.interpreter_of(shell, timeout=0)
        assert not first

    def test_a_process_that_has_ended_since_it_was_listed(self, shell, monkeypatch):
        children_of = _native.children_of
        monkeypatch.setattr(_native, "children_of", lambda pid: [*children_of(pid), 0xFFFFFFFC])
        with pytest.raises(TimeoutError):
            wer.interpreter_of(shell, timeout=0)

    def test_the_list_of_windows(self, worker):
        assert worker.pid in _native.children_of(os.getpid())
        assert os.getpid() not in _native.children_of(os.getpid())
        assert 0 not in _native.children_of(0), "the idle process is listed as its own parent"
        assert _native.children_of(0xFFFFFFFC) == []


class TestRights:
    def test_a_python_that_may_not_be_opened(self, launch, venv_python, deny_everyone):
        launcher = launch(venv_python, "-c", TELL)
        pid = told(launcher)
        deny_everyone(pid)
        with pytest.raises(PermissionError, match=f"process {launcher.pid} .*: OpenProcess: process {pid} cannot be o"):
            wer.interpreter_of(launcher, timeout=0.3)

    def test_a_process_that_may_not_be_opened(self, shell, deny_everyone):
        deny_everyone(shell.pid)
        with pytest.raises(PermissionError, match=f"OpenProcess: process {shell.pid} cannot be opened"):
            wer.interpreter_of(pid=shell.pid)

    def test_a_handle_that_may_not_look_into_the_process(self, worker, windll):
        query_limited = 0x1000
        handle = windll.OpenProcess(query_limited, False, worker.pid)
        with pytest.raises(PermissionError, match="one of them cannot be looked into: EnumProcessModulesEx: "):
            wer.interpreter_of(type("Pywin32", (), {"handle": handle})(), timeout=0)
        windll.CloseHandle(handle)

    def test_more_bits_than_this_one(self, worker, monkeypatch):
        """What a 32-bit Python gets of a 64-bit process; there is no 32-bit Python here."""

        def refuse(process):
            raise OSError(None, "EnumProcessModulesEx: Only part was completed.", None, 299)

        monkeypatch.setattr(_native, "has_python", refuse)
        monkeypatch.setattr(_native, "executable", lambda process: "")
        monkeypatch.setattr(_native, "children_of", lambda pid: [])
        monkeypatch.setattr(_interpreter._sys, "maxsize", 2**31 - 1)
        with pytest.raises(OSError, match="A 32-bit Python cannot look into 64-bit processes") as caught:
            wer.interpreter_of(pid=worker.pid, timeout=0)
        assert caught.value.winerror == 299

    @pytest.fixture
    def deny_everyone(self, windll):
        """Take all rights to the process with an id from everybody; handles that are open keep theirs."""

        def deny_everyone(pid):
            advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
            acl, descriptor = ctypes.create_string_buffer(8), ctypes.create_string_buffer(64)
            assert advapi32.InitializeAcl(acl, len(acl), 2)
            assert advapi32.InitializeSecurityDescriptor(descriptor, 1)
            assert advapi32.SetSecurityDescriptorDacl(descriptor, True, acl, False)
            write_dac, dacl = 0x40000, 4
            handle = ctypes.c_void_p(windll.OpenProcess(write_dac, False, pid))
            assert advapi32.SetKernelObjectSecurity(handle, dacl, descriptor), ctypes.get_last_error()
            windll.CloseHandle(handle)

        return deny_everyone


class TestTheObject:
    def test_what_it_tells(self, worker, python, windll):
        found = wer.interpreter_of(worker.process)
        assert windll.GetProcessId(ctypes.c_void_p(found.handle)) == found.pid == worker.pid
        assert Path(found.executable) == Path(python)
        assert repr(found) == f"<wer.InterpreterProcess pid={found.pid} handle={found.handle:#x} {found.executable!r}>"
        assert not found.closed
        found.close()
        assert found.closed
        assert repr(found) == f"<wer.InterpreterProcess pid={worker.pid} closed {found.executable!r}>"
        assert found.pid == worker.pid

    def test_closed_once(self, worker, handle_is_open):
        found = wer.interpreter_of(worker.process)
        handle = found.handle
        with found as same:
            assert same is found
            assert handle_is_open(handle)
        assert not handle_is_open(handle)
        found.close()
        for call in (lambda: found.handle, found.__enter__):
            with pytest.raises(ValueError, match=f"the handle of process {worker.pid} is closed"):
                call()

    def test_collection_closes_it(self, worker, handle_is_open):
        found = wer.interpreter_of(worker.process)
        handle = found.handle
        assert handle_is_open(handle)
        del found
        assert not handle_is_open(handle)

    def test_the_owner_keeps_its_handle(self, worker, handle_is_open):
        wer.interpreter_of(worker.process).close()
        assert handle_is_open(int(worker.process._handle))

    def test_nothing_is_left_open(self, launch, venv_python, shell, leaked_handles):
        launcher = launch(venv_python, "-c", TELL)
        told(launcher)

        def found_and_not_found():
            wer.interpreter_of(launcher)
            wer.interpreter_of(pid=launcher.pid).close()
            with pytest.raises(TimeoutError):
                wer.interpreter_of(shell, timeout=0.05)
            gc.collect()

        assert leaked_handles(found_and_not_found) == set()

    def test_nobody_else_makes_or_copies_one(self, worker):
        with pytest.raises(TypeError, match="interpreter_of makes an InterpreterProcess"):
            wer.InterpreterProcess()
        with wer.interpreter_of(worker.process) as found, pytest.raises(TypeError, match="cannot be copied or pickled"):
            copy.copy(found)


class TestWhereAProcessIsTaken:
    @pytest.fixture
    def found(self, launch, venv_python):
        launcher = launch(venv_python, "-c", TELL)
        with wer.interpreter_of(launcher, timeout=TOLD) as found:
            assert found.pid == told(launcher) != launcher.pid
            yield found

    def test_a_report_and_its_dump(self, standin, found):
        """The report of a worker that was started in a virtual environment has a Python in its dump."""
        with wer.Report("WerTests.Event", process=found) as report:
            report.add_dump(process=found)
            assert report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE) == wer.SubmitResult.QUEUED
        information = standin.call("WerReportCreate").struct("pReportInformation", "WER_REPORT_INFORMATION")
        assert information["hProcess"] not in (0, found.handle), "a duplicate"
        check_dump(standin, found.pid)

    @once("3.12")
    def test_the_dump_of_a_program_in_one_file(self, standin, one_file):
        with wer.interpreter_of(one_file, timeout=TOLD) as found, wer.Report("WerTests.Event", process=found) as report:
            assert found.pid == told(one_file)
            report.add_dump(process=found)
            report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)
            check_dump(standin, found.pid)

    @pytest.mark.parametrize("dump_type", [wer.DumpType.MINIDUMP, wer.DumpType.HEAPDUMP])
    def test_a_handle_that_was_opened_has_the_rights_for(self, standin, found, worker, dump_type):
        standin.answer("WerReportAddDump", 0)
        with wer.Report("WerTests.Event") as report:
            report.add_dump(dump_type, found)
        handle = standin.call("WerReportAddDump").args["hProcess"]
        assert handle["pid"] == found.pid
        needed = {wer.DumpType.MINIDUMP: 0x20410, wer.DumpType.HEAPDUMP: 0x20450}[dump_type]
        assert int(handle["access"], 16) & needed == needed

    def test_a_snapshot(self, standin, found):
        with wer.ProcessSnapshot(found) as snapshot:
            assert snapshot.pid == found.pid

    def test_flags(self, standin, found):
        wer.get_flags(found)
        assert standin.call("WerGetFlags").args["hProcess"]["pid"] == found.pid

    def test_an_additional_process(self, standin, found):
        with wer.register_additional_process(found):
            assert standin.call("WerRegisterAdditionalProcess").args["processId"] == found.pid


def check_dump(standin, pid):
    """The one dump in the queue is of process `pid`, with a Python in it."""
    minidump = pytest.importorskip("minidump.minidumpfile")
    [folder] = standin.reports()
    [path] = folder.glob("*.?dmp")
    dump = minidump.MinidumpFile.parse_bytes(path.read_bytes())
    assert dump.misc_info.ProcessId == pid
    names = {os.path.basename(module.name).lower() for module in dump.modules.modules}
    assert any(name.startswith("python3") for name in names), names


class TestTheExamples:
    """In a virtual environment, as most people run them."""

    @pytest.fixture
    def python_with_wer(self, venv_python):
        return sys.executable if sys.prefix != sys.base_prefix else venv_python

    def test_a_stuck_worker(self, finish, python_with_wer):
        done = finish([python_with_wer, str(EXAMPLES / "stuck_worker.py")])
        assert (done.code, done.errors) == (0, "")
        assert any(module.name.lower().endswith(PYTHON_DLL) for module in done.dump.modules.modules)

    def test_a_crashed_worker(self, finish, python_with_wer):
        done = finish([python_with_wer, str(EXAMPLES / "crashed_worker.py")])
        assert (done.code, done.errors) == (0, "")
        assert done.exception.ExceptionRecord.ExceptionCode_raw == ACCESS_VIOLATION
        assert done.crashed_module == PYTHON_DLL


PYTHON_DLL = f"python{sys.version_info.major}{sys.version_info.minor}.dll"


class TestWarning:
    @pytest.fixture
    def launcher(self, launch, venv_python):
        """A launcher whose Python runs; and that Python's id."""
        launcher = launch(venv_python, "-c", TELL)
        return launcher, told(launcher)

    @pytest.mark.parametrize(
        "call",
        [
            lambda launcher: wer.Report("WerTests.Event", process=launcher).close(),
            lambda launcher: wer.Report("WerTests.Event", pid=launcher.pid).close(),
            lambda launcher: wer.Report("WerTests.Event").add_dump(wer.DumpType.NONE, launcher),
        ],
        ids=["Report", "Report-of-an-id", "add_dump"],
    )
    def test_a_launcher_is_warned_of_once(self, launcher, call):
        launcher, pid = launcher
        text = f"process {launcher.pid} is a launcher, and the Python .* is process {pid}: pass process=wer.interpreter"
        with pytest.warns(wer.LauncherWarning, match=text) as caught:
            call(launcher)
        assert [warning.filename for warning in caught] == [__file__], "where the process was given"
        call(launcher)  # a warning is an error in these tests

    def test_a_parent_id_that_was_reused(self, launcher, worker, monkeypatch):
        """The worker is older than the launcher, and so another process's child."""
        children_of = _native.children_of
        monkeypatch.setattr(_native, "children_of", lambda pid: [worker.pid, *children_of(pid)])
        with pytest.warns(wer.LauncherWarning):
            wer.Report("WerTests.Event", process=launcher[0]).close()

    def test_a_python_is_not_warned_of(self, worker, launcher):
        wer.Report("WerTests.Event", process=worker.process).close()
        wer.Report("WerTests.Event", process=wer.interpreter_of(launcher[0])).close()

    def test_other_programs_are_not_warned_of(self, shell):
        wer.Report("WerTests.Event", process=shell).close()

    def test_what_cannot_be_looked_into_is_not_judged(self, launcher, windll):
        query_limited = 0x1000
        handle = windll.OpenProcess(query_limited, False, launcher[0].pid)
        wer.Report("WerTests.Event", process=wer.Handle(handle)).close()
        windll.CloseHandle(handle)
