"""What is raised when a function of Windows fails, or there is no memory, at that very place; and what is left then.

`tests/shared/trials/windows_fails.py` and `memory_fails.py` try that everywhere, and take any error.
"""

import functools
import gc
import os
import subprocess
import sys
import threading

import pytest
from pythons import PYTHON

import wer
from wer import dumps

if sys.platform == "win32":
    from wer import _werapi
else:
    _werapi = None

DENIED, NO_HANDLE, NO_MEMORY, NO_MODULE = 5, 6, 8, 126
INVALID_HANDLE_VALUE = -1
WAIT_FAILED = 0xFFFFFFFF
PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
PROCESS_VM_READ, PROCESS_QUERY_INFORMATION, READ_CONTROL = 0x10, 0x400, 0x20000
MOST_ALLOCATIONS = 200  # of one call: far more than any makes


@pytest.fixture
def failing(faults):
    """Call something while a function that the extension imports fails: `failing(call, function, answer, error)`.

    Returns the exception. `nth`: only that call of the function fails, not all.
    """

    def failing(call, function, answer, error, nth=None):
        faults.patch(os.path.basename(_werapi.__file__), function, answer, error)
        try:
            _, raised, _, failed = faults.call(call, nth or 1, nth or 1 << 60)
        finally:
            faults.unpatch()
        assert failed, f"{function} was not called"
        return raised

    return failing


@pytest.fixture
def without_memory(faults):
    """Call something again and again, while one allocation of Python's fails, then the next: yields the exceptions."""

    def without_memory(call):
        for _ in range(3):  # at first none: Python then takes its quick ways
            faults.call(call, 0, 0)
        for nth in range(1, MOST_ALLOCATIONS):
            _, raised, _, failed = faults.call(call, nth, nth)
            if not failed:
                return
            yield raised
        raise AssertionError("it makes more allocations than that")

    return without_memory


# In a process in which it has not happened before. Printed is what is raised; sys.argv[6] is done after that.
FIRST = """
import os, sys
sys.path.append(os.environ["WERAPI_FAULTS"])
import faults
import wer
from wer import _werapi, dumps

call, function, answer, error, nth, after = sys.argv[1:]
faults.patch(os.path.basename(_werapi.__file__), function, int(answer), int(error))
_, raised, _, failed = faults.call(lambda: eval(call), int(nth), int(nth))
faults.unpatch()
assert failed, f"{function} was not called"
print(type(raised).__name__, raised)
eval(after)
"""


# Cython 3.3.1 does so where a list comprehension has no memory for a longer list: see tests/linux/test_cython.py.
FREED = f"""
import os, sys
sys.path.append(os.environ["WERAPI_FAULTS"])
import faults, wer
from wer import _werapi
name, folder = sys.argv[1:]
report = wer.Report("WerTests.Event")
report.set_parameter(2, "value")
def private_folder():
    _werapi.private_folder(folder)
def private_file():
    path = folder + ".txt"
    os.close(_werapi.private_file(path))
    os.unlink(path)
def shared_file():
    os.close(_werapi.shared_file(folder + ".bin"))
def private_file_that_cannot_be():
    _werapi.private_file(folder + "/no such folder/some.txt")
def this_process():
    return _werapi.open_process(os.getpid(), 0x1410)
def created():
    _werapi.created(this_process())
def executable():
    _werapi.executable(this_process())
def memory_of():
    _werapi.memory_of(this_process())
def has_python():
    _werapi.has_python(this_process())
def children_of():
    _werapi.children_of(4)
def message_of():
    _werapi.message_of(5)
def mutex():
    mutex = _werapi.HeldMutex()
    mutex.take("WerTests.Freed", 0)
    mutex.give_back()
def submit_with_a_gap():
    try:
        report.submit(wer.Consent.NOT_ASKED)
    except ValueError:
        pass
call = globals()[name]
for nth in range(1, {MOST_ALLOCATIONS}):
    _, raised, _, failed = faults.call(call, nth, nth)
    blocks = [bytes(size) for size in range(16, 512, 8) for _ in range(200)]
    if not failed:
        print("done")
        break
"""


@pytest.fixture
def first(faults, run_program):
    """`failing` in a process of its own: returns the line."""

    def first(call, function, answer, error, nth=1, after="None"):
        done = run_program([PYTHON, "-c", FIRST, call, function, *map(str, (answer, error, nth)), after])
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.strip()

    return first


CREATE = "wer.ReportTemplate('WerTests.Event', consent=wer.Consent.NOT_ASKED)"


@pytest.mark.parametrize(
    ("function", "error", "nth"),
    [
        *(("CreateEventW", NO_MEMORY, nth) for nth in (1, 2, 3)),
        ("GetModuleHandleExW", NO_MODULE, 1),
        ("CreateThread", NO_MEMORY, 1),
    ],
)
def test_the_first_template_gets_no_thread_for_reports(function, error, nth, first):
    line = first(CREATE, function, 0, error, nth, after=CREATE)
    assert line.startswith(f"OSError [WinError {error}] the report cannot be prepared: ")


def test_the_first_template_leaves_three_events_and_no_more_open(faults, run_program):
    """What wakes the thread for reports. Of that itself, no handle is kept. The next template finds them there."""
    code = f"""
import os, sys
sys.path.append(os.environ["WERAPI_FAULTS"])
import faults, wer
before = faults.open_handles(0x2000)
for _ in range(2):
    {CREATE}
    print(len(faults.open_handles(0x2000)) - len(before))
"""
    done = run_program([PYTHON, "-c", code])
    assert (done.stdout.split(), done.stderr) == (["3", "3"], "")


@pytest.mark.parametrize(
    ("function", "answer", "error", "told"),
    [
        ("LoadLibraryExW", 0, NO_MODULE, NO_MODULE),
        ("GetSystemDirectoryW", 0, DENIED, DENIED),
        ("GetSystemDirectoryW", 5000, 0, 111),  # ERROR_BUFFER_OVERFLOW: the folder's path is longer than there is room
    ],
)
def test_there_is_no_dbghelp(function, answer, error, told, first, tmp_path):
    line = first(f"dumps.write_dump({str(tmp_path / 'some.dmp')!r})", function, answer, error)
    assert line.startswith(f"NotImplementedError dbghelp.dll cannot be loaded from System32 (error {told}: ")
    assert list(tmp_path.iterdir()) == []


def test_there_is_no_c_runtime_to_take_abort_from(first):
    line = first(f"wer.install_crash_handler({CREATE}, abort=True)", "GetModuleHandleW", 0, NO_MODULE)
    assert line == "RuntimeError abort: there is no ucrtbase.dll in this process, so Python's abort() is another's"


def children():
    return _werapi.children_of(4)


def private_folder(folder):
    return lambda: _werapi.private_folder(str(folder / "private"))


@pytest.mark.parametrize(
    "function",
    [
        *("OpenProcessToken", "GetTokenInformation", "ConvertSidToStringSidW"),
        "ConvertStringSecurityDescriptorToSecurityDescriptorW",
    ],
)
def test_who_may_use_a_private_folder_is_not_known(function, failing, tmp_path, leaked_handles):
    def refused():
        raised = failing(private_folder(tmp_path), function, 0, DENIED)
        assert type(raised) is PermissionError
        assert str(raised).startswith(f"[WinError 5] {function}: ")

    assert leaked_handles(refused) == set()
    assert list(tmp_path.iterdir()) == []


def test_when_a_process_was_made_is_not_known(failing, worker):
    process = _werapi.open_process(worker.pid, PROCESS_QUERY_LIMITED_INFORMATION)
    raised = failing(lambda: _werapi.created(process), "GetProcessTimes", 0, DENIED)
    assert type(raised) is PermissionError
    assert str(raised).startswith("[WinError 5] GetProcessTimes: ")


@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        (NO_HANDLE, ValueError, "process is no open handle: {handle:#x} ("),
        (DENIED, PermissionError, "[WinError 5] DuplicateHandle: process {handle:#x}: "),
        (NO_MEMORY, OSError, "[WinError 8] DuplicateHandle: process {handle:#x}: "),
    ],
)
def test_a_handle_is_not_duplicated(error, kind, told, failing, worker):
    handle = int(worker.process._handle)
    raised = failing(lambda: wer.Report("WerTests.Event", process=wer.Handle(handle)), "DuplicateHandle", 0, error)
    assert type(raised) is kind
    assert str(raised).startswith(told.format(handle=handle))


def test_a_handle_is_closed_when_it_is_closed(leaked_handles, worker):
    def close():
        handle = _werapi.open_process(worker.pid, PROCESS_QUERY_LIMITED_INFORMATION)
        handle.close()
        handle.close()  # does nothing

    assert leaked_handles(close) == set()


def test_there_is_no_list_of_processes(failing):
    raised = failing(children, "CreateToolhelp32Snapshot", INVALID_HANDLE_VALUE, DENIED)
    assert type(raised) is PermissionError
    assert str(raised).startswith("[WinError 5] CreateToolhelp32Snapshot: ")


class TestMutex:
    def test_it_cannot_be_waited_for(self, failing, leaked_handles):
        def refused():
            mutex = _werapi.HeldMutex()
            raised = failing(lambda: mutex.take("WerTests.Mutex", 0), "WaitForSingleObject", WAIT_FAILED, NO_HANDLE)
            assert str(raised).startswith("[WinError 6] WaitForSingleObject: ")

        assert leaked_handles(refused) == set()

    def test_it_is_taken_once(self):
        mutex = _werapi.HeldMutex()
        assert mutex.take("WerTests.Mutex", 0)
        with pytest.raises(RuntimeError, match="taken already"):
            mutex.take("WerTests.Mutex", 0)
        mutex.give_back()

    def test_who_waits_gets_it_when_it_is_given_back(self):
        """At once. To close the handle alone would leave it to this thread."""
        mutex, taken = _werapi.HeldMutex(), []
        assert mutex.take("WerTests.Waited", 0)

        def wait():
            other = _werapi.HeldMutex()
            taken.append(other.take("WerTests.Waited", 30_000))
            other.give_back()

        thread = threading.Thread(target=wait)
        thread.start()
        thread.join(0.5)
        assert taken == []
        mutex.give_back()
        thread.join(60)
        assert taken == [True]

    def test_one_that_is_forgotten_is_closed(self, leaked_handles):
        assert leaked_handles(lambda: _werapi.HeldMutex().take("WerTests.Forgotten", 0)) == set()


def test_a_dump_has_no_thread(failing, faults, tmp_path):
    path = tmp_path / "some.dmp"
    for times in (20, 100):  # at first what stays for good
        before = faults.live_blocks()
        for _ in range(times):
            raised = failing(lambda: dumps.write_dump(path), "CreateThread", 0, NO_MEMORY)
        gc.collect()
    assert faults.live_blocks() - before < 100, "what a dump is about is freed"
    assert type(raised) is OSError
    assert raised.winerror == NO_MEMORY
    assert "CreateThread: " in str(raised)
    assert list(tmp_path.iterdir()) == []


def test_windows_refuses_to_write_a_dump(tmp_path, worker):
    process = _werapi.open_process(worker.pid, PROCESS_QUERY_LIMITED_INFORMATION)
    with (
        (tmp_path / "some.dmp").open("wb") as file,
        pytest.raises(OSError, match="MiniDumpWriteDump: process ") as caught,
    ):
        _werapi.write_dump(process, file.fileno(), 0, None)
    assert str(worker.pid) in str(caught.value)
    assert caught.value.winerror


def test_a_path_that_windows_cannot_complete_goes_to_wer_as_it_is(failing, report, standin):
    """Which says what is wrong with it."""
    raised = failing(lambda: report.add_file("some.log"), "GetFullPathNameW", 0, DENIED)
    assert isinstance(raised, FileNotFoundError)
    assert standin.call("WerReportAddFile").args["pwzPath"] == "some.log"


def test_variables_that_make_a_path_too_long(monkeypatch):
    monkeypatch.setenv("WER_TESTS_LONG", "x" * 300)
    with pytest.raises(ValueError, match="path takes at most 259 UTF-16 units, got 309: shorten it"):
        wer.register_file(r"%WER_TESTS_LONG%\some.log")


def test_no_memory_for_a_template(failing):
    held = _werapi.HeldTemplate()

    def create():
        held.create("WerTests.Event", 2, 1, 0, 1000, "", "", "", "", "", "", "", b"")

    raised = failing(create, "VirtualAlloc", 0, NO_MEMORY)
    assert type(raised) is OSError
    assert raised.strerror.startswith("the report cannot be prepared: ")
    assert raised.winerror == 14  # of E_OUTOFMEMORY
    create()
    with pytest.raises(RuntimeError, match="already been created"):
        create()


class TestWatchdog:
    @pytest.mark.parametrize(
        ("function", "nth"), [("VirtualAlloc", 1), ("CreateEventW", 1), ("CreateEventW", 2), ("CreateThread", 1)]
    )
    def test_it_cannot_be_started(self, function, nth, failing, leaked_handles):
        def refused():
            template = wer.ReportTemplate("WerTests.Hang", consent=wer.Consent.NOT_ASKED)
            held = _werapi.HeldWatchdog()
            raised = failing(
                lambda: held.watch(template._held, 60000, 60000, 0, 0, 0, 0, 1, False, None, None, None, 0),
                *(function, 0, NO_MEMORY, nth),
            )
            assert type(raised) is OSError
            assert raised.strerror.startswith("the watchdog cannot be started: ")

        assert leaked_handles(refused) == set()

    def test_too_little_memory_to_share(self):
        held = _werapi.HeldWatchdog()
        memory = bytearray(4)
        with pytest.raises(ValueError, match="memory takes at least"):
            held.share(memory, None)
        memory.append(0)  # nobody holds it any more
        with pytest.raises(BufferError):
            _werapi.HeldWatchdog().share(b"read-only", None)


class TestMemory:
    def test_of_a_handle(self, without_memory, leaked_handles, worker):
        def refused():
            for raised in without_memory(lambda: _werapi.open_process(worker.pid, PROCESS_QUERY_LIMITED_INFORMATION)):
                assert type(raised) is MemoryError

        assert leaked_handles(refused) == set()

    def test_of_a_dump_in_a_report(self, without_memory, report, worker):
        """The report can be used on."""
        process = _werapi.open_process(worker.pid, READ_CONTROL | PROCESS_QUERY_INFORMATION | PROCESS_VM_READ)
        add_dump = functools.partial(report._held.add_dump, wer.DumpType.MINIDUMP, process, None, None, None, 0, None)
        for index, raised in enumerate(without_memory(add_dump)):
            assert type(raised) is MemoryError
            report.set_parameter(0, str(index))

    def test_of_a_dump_in_a_file(self, without_memory, tmp_path):
        """Of a process that has ended, which is soon over."""
        with subprocess.Popen([PYTHON, "-c", "input()"], stdin=subprocess.PIPE) as child:
            process = _werapi.open_process(child.pid, PROCESS_QUERY_INFORMATION | PROCESS_VM_READ)
        with (tmp_path / "some.dmp").open("wb") as file:
            for raised in without_memory(lambda: _werapi.write_dump(process, file.fileno(), 0, None)):
                assert isinstance(raised, (MemoryError, ProcessLookupError))

    @pytest.mark.parametrize(
        "call",
        [
            *("private_folder", "private_file", "private_file_that_cannot_be", "shared_file", "this_process"),
            *("created", "executable", "memory_of", "has_python", "children_of", "message_of", "mutex"),
            "submit_with_a_gap",
        ],
    )
    def test_nothing_is_freed_twice(self, call, faults, run_program, tmp_path):
        """What is freed twice is given to two owners, and CPython crashes some allocations later."""
        done = run_program([PYTHON, "-c", FREED, call, str(tmp_path / "private")])
        assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "done", "")

    def test_of_a_dump_that_failed_is_given_back(self, faults, tmp_path):
        with subprocess.Popen([PYTHON, "-c", "input()"], stdin=subprocess.PIPE) as child:
            process = _werapi.open_process(child.pid, PROCESS_QUERY_INFORMATION | PROCESS_VM_READ)
        with (tmp_path / "some.dmp").open("wb") as file:
            for times in (10, 100):  # at first what stays for good
                before = faults.live_blocks()
                for _ in range(times):
                    with pytest.raises(OSError, match=r"MiniDumpWriteDump|process"):
                        _werapi.write_dump(process, file.fileno(), 0, None)
                gc.collect()
        assert faults.live_blocks() - before < 50

    def test_of_the_names_of_a_report_s_files(self, failing, standin, tmp_path):
        file = tmp_path / "some.log"
        file.write_bytes(b"some")
        with wer.Report("WerTests.Event") as report:
            report.add_file(file, wer.FileType.OTHER)
            report.submit(wer.Consent.NOT_ASKED)
        with wer.Store(wer.StoreType.MACHINE_QUEUE) as store:
            [stored] = store
            raised = failing(lambda: list(store), "calloc", 0, 0)
            assert type(raised) is MemoryError
            assert [one.key for one in store] == [stored.key]


def test_an_interpreter_that_forgets_a_registration_undoes_it(standin):
    """Or WER would go on to read memory that is freed. Its place is another's then."""
    for _ in range(600):  # of 512 places
        held = _werapi.HeldRegistration()
        held.hold_memory(bytearray(8), False)
        held.register()
        assert standin.registrations() == 1
        del held
        assert standin.registrations() == 0
