"""What the tests on Windows share. They run there, and on Linux under Wine with the stand-in as its `wer.dll`.

A test that takes the fixture `standin` needs the stand-in for WER: it reads the log of calls, or has WER fail or
wait. On a Windows with the real WER it is skipped. All others run there too; none of them submits a report.
"""

import contextlib
import ctypes
import faulthandler
import functools
import gc
import importlib
import itertools
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import minidump.minidumpfile
import pytest
from pythons import PYTHON

import wer

if sys.platform != "win32":
    collect_ignore_glob = ["test_*.py"]
    system32 = kernel32 = dll = None
else:
    import _winapi

    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel32.CreateEventW.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_wchar_p]
    kernel32.CreateEventW.restype = ctypes.c_void_p
    kernel32.SetEvent.argtypes = kernel32.CloseHandle.argtypes = [ctypes.c_void_p]
    kernel32.WaitForSingleObject.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    kernel32.GetHandleInformation.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    kernel32.OpenProcess.argtypes = kernel32.OpenThread.argtypes = [ctypes.c_uint32, ctypes.c_int, ctypes.c_uint32]
    kernel32.OpenProcess.restype = kernel32.OpenThread.restype = ctypes.c_void_p

    # A test that crashes, here or in a child, which inherits this: no dialog, no debugger, no report by Windows.
    kernel32.SetErrorMode(0x1 | 0x2)  # SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX

    # Under Wine, once in some hundred times, a process cannot be started: then once more.
    create_process = _winapi.CreateProcess

    def create_in_two_tries(*arguments):
        try:
            return create_process(*arguments)
        except OSError as error:
            if error.winerror != ERROR_INTERNAL_ERROR:
                raise
            return create_process(*arguments)

    _winapi.CreateProcess = create_in_two_tries

    path = ctypes.create_unicode_buffer(260)
    kernel32.GetSystemDirectoryW(path, len(path))
    system32 = Path(path.value)
    dll = ctypes.WinDLL(str(system32 / "wer.dll"))

LAYOUTS = json.loads((Path(__file__).parents[1] / "data" / "werapi.json").read_text(encoding="utf-8"))["structs"]
ARCHITECTURE = "x64" if ctypes.sizeof(ctypes.c_void_p) == 8 else "x86"
ERROR_INTERNAL_ERROR = 1359
PATIENCE = 30  # seconds for what takes milliseconds; only a failing test ever waits so long
PATIENCE_WITH_A_PROGRAM = 300  # which takes seconds, and tens of them on a machine with much else to do


def pytest_configure(config):
    """Keep the real standard error for `StandIn.block`: pytest's capture is not running yet."""
    global stderr
    stderr = os.fdopen(os.dup(2), "w")


def pytest_unconfigure(config):
    stderr.close()


def decode(structure, data):
    """The members of a C structure, by the layouts in tests/data/werapi.json. Padding does not count."""
    layout = LAYOUTS[structure][ARCHITECTURE]
    assert len(data) == layout["size"], structure
    members = {}
    for name, kind, offset, size in layout["fields"]:
        raw = data[offset : offset + size]
        if kind.startswith("WCHAR["):
            members[name] = raw.decode("utf-16-le", "surrogatepass").rstrip("\0")
        elif kind.startswith("BYTE["):
            members[name] = raw
        else:
            members[name] = int.from_bytes(raw, "little")
    return members


@dataclass(frozen=True)
class Call:
    """One line of the stand-in's log: a call as it reached WER."""

    function: str
    nth: int
    pid: int
    tid: int
    hr: str
    injected: bool
    args: dict
    out: dict | None = None

    def struct(self, argument, structure):
        """The members of the structure that was passed, which must be of exactly that version."""
        return decode(structure, bytes.fromhex(self.args[argument]["hex"]))


class Event:
    """A named event of Windows."""

    def __init__(self, name):
        self.name = name
        self.handle = kernel32.CreateEventW(None, True, False, name)
        assert self.handle, ctypes.get_last_error()

    def wait(self):
        waited = kernel32.WaitForSingleObject(self.handle, PATIENCE * 1000)
        assert waited == 0, f"{self.name} did not happen within {PATIENCE} s"

    def set(self):
        kernel32.SetEvent(self.handle)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        kernel32.CloseHandle(self.handle)


class Blocked:
    """A call that waits inside WER."""

    def __init__(self, entered, release):
        self.wait_until_entered = entered.wait
        self.release = release.set


class StandIn:
    """The controls of the stand-in for WER (tests/standin/README.md)."""

    numbers = itertools.count(1)

    def __init__(self, folder):
        self.log = folder / "calls.jsonl"
        self.store = folder / "store"
        self.control("reset", "scope machine", "server offline", f'store "{self.store}"', f'log "{self.log}"')

    def control(self, *commands):
        hr = dll.WerStandInControl(ctypes.c_wchar_p(";".join(commands)))
        assert hr == 0, commands

    def answer(self, function, hresult, nth="*"):
        """Have `function` return `hresult`, success or failure, and do nothing else."""
        self.control(f"fail {function} {nth} {hresult}")

    @contextlib.contextmanager
    def block(self, function):
        """Have the next call of `function` wait inside WER, at most to the end of the `with` block.

        If that call does not release the GIL, nothing in Python can run any more, this test's end
        included. The watchdog, a native thread, then ends the whole run and shows where it hung.
        """
        name = f"wer-tests-{os.getpid()}-{next(self.numbers)}"
        self.control(f"block {function} {self.count(function) + 1} {name}")
        faulthandler.dump_traceback_later(3 * PATIENCE, exit=True, file=stderr)
        try:
            with Event(f"{name}.entered") as entered, Event(f"{name}.release") as release:
                try:
                    yield Blocked(entered, release)
                finally:
                    release.set()
        finally:
            faulthandler.cancel_dump_traceback_later()

    def count(self, function):
        """How often `function` was called in this test."""
        return dll.WerStandInCalls(ctypes.c_wchar_p(function))

    open_strings = staticmethod(getattr(dll, "WerStandInOpenStrings", None))
    open_stores = staticmethod(getattr(dll, "WerStandInOpenStores", None))
    open_snapshots = staticmethod(getattr(dll, "WerStandInOpenSnapshots", None))
    registrations = staticmethod(getattr(dll, "WerStandInRegistrations", None))

    def calls(self, function):
        """The calls of `function` in this test, in the order in which they returned."""
        lines = self.log.read_text(encoding="ascii").splitlines()
        return [call for call in (Call(**json.loads(line)) for line in lines) if call.function == function]

    def call(self, function):
        """The one call of `function` in this test."""
        [call] = self.calls(function)
        return call

    def reports(self, folder="ReportQueue", scope="Machine"):
        """The folders of the reports on disk."""
        place = self.store / scope / "Microsoft" / "Windows" / "WER" / folder
        return sorted(place.iterdir()) if place.exists() else []

    def report_wer(self):
        """What the Report.wer of the one report in the queue says, and the report's folder."""
        [folder] = self.reports()
        return self.lines(folder), folder

    @staticmethod
    def lines(folder):
        text = (folder / "Report.wer").read_bytes().decode("utf-16", "surrogatepass")
        return dict(line.split("=", 1) for line in text.splitlines())

    def files(self):
        """The files of the one report in the queue, by their names in its Report.wer; some lie there under others."""
        lines, folder = self.report_wer()
        names = [name for name in lines if re.fullmatch(r"File\[\d+\]\.CabName", name)]
        files = {lines[name]: folder / lines[name.replace("CabName", "Path")] for name in names}
        assert set(folder.iterdir()) == {folder / "Report.wer", *files.values()}
        return files


@pytest.fixture
def standin(tmp_path):
    """The stand-in for WER, without rules, with a log and a store of the test's own."""
    if not hasattr(dll, "WerStandInControl"):
        pytest.skip("needs the stand-in for WER")
    standin = StandIn(tmp_path)
    yield standin
    standin.control("reset", "log off", 'store ""')


@pytest.fixture(params=["add", "submit"], ids=["read by AddDump", "read by Submit"])
def collected(request):
    """Run a test twice: WER reads the process in WerReportAddDump, or only in WerReportSubmit, by the raw handles.

    Microsoft does not document which. The first run takes any WER as it is; for the second one the stand-in is told.
    """
    if request.param == "submit":
        request.getfixturevalue("standin").control("collect submit")
    return request.param


@pytest.fixture(scope="module")
def _young_garbage_only():
    """Let gc.collect() look at what a file's tests make, not at pytest and the files before: it then takes no time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _nothing_is_left(_young_garbage_only):
    """No test may leave anything open or registered. Only the stand-in can tell.

    Exceptions that a test has caught hold its reports in cycles, so these are collected here and not in
    the middle of the next test.
    """
    yield
    gc.collect()
    if hasattr(dll, "WerStandInControl"):
        assert dll.WerStandInOpenReports() == 0, "a report's handle was not closed"
        assert dll.WerStandInOpenStores() == 0, "a store was not closed"
        assert dll.WerStandInOpenStrings() == 0, "a key was not given back"
        assert dll.WerStandInOpenSnapshots() == 0, "a snapshot was not freed"
        assert dll.WerStandInRegistrations() == 0, "a registration was not undone"


@pytest.fixture
def report():
    """A report to work with."""
    with wer.Report("WerTests.Event") as report:
        yield report


@pytest.fixture
def pool():
    """Threads: `pool.submit(call).result(...)`."""
    with ThreadPoolExecutor() as pool:
        yield pool


@pytest.fixture(scope="session")
def windll():
    """kernel32, with the argument types of what the tests call."""
    return kernel32


@pytest.fixture(scope="session")
def layouts():
    """The layouts of structures on this architecture, by Microsoft's metadata."""
    return {name: struct[ARCHITECTURE] for name, struct in LAYOUTS.items()}


@pytest.fixture(scope="session")
def system_folder():
    return system32


@pytest.fixture(scope="session")
def python():
    """The python.exe that runs programs itself, without the wheel unless it is put on the path."""
    return PYTHON


# Wine 8 lacks CopyFile2, which shutil.copy2 calls from 3.12 on if it is there.
MAKE_VENV = """
import _winapi, ctypes, sys, venv
if hasattr(ctypes.windll.ntdll, "wine_get_version") and hasattr(_winapi, "CopyFile2"):
    del _winapi.CopyFile2
venv.main(["--without-pip", "--system-site-packages", sys.argv[1]])
"""


@pytest.fixture(scope="session")
def venv_python(python, tmp_path_factory):
    """The python.exe of a new virtual environment: CPython's launcher."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run(
        [python, "-c", MAKE_VENV, str(folder)], stdin=subprocess.DEVNULL, check=True, timeout=PATIENCE_WITH_A_PROGRAM
    )
    return str(folder / "Scripts" / "python.exe")


def is_open(handle):
    return bool(kernel32.GetHandleInformation(handle, ctypes.byref(ctypes.c_uint32())))


@pytest.fixture
def handle_is_open():
    """Whether a number is an open kernel handle of this process."""
    return is_open


@pytest.fixture
def leaked_handles():
    """Call a function a few times; return the kernel handles it left open.

    GetProcessHandleCount would be the shorter way, but under Wine it always says 1.
    """

    def leaked(function, times=3):
        function()  # what opens something once and for all does so here
        before = {handle for handle in range(4, 0x2000, 4) if is_open(handle)}
        for _ in range(times):
            function()
        return {handle for handle in range(4, 0x2000, 4) if is_open(handle)} - before

    return leaked


@pytest.fixture
def faults(monkeypatch):
    """The extension module that has allocations and functions of Windows fail (tests/faults)."""
    if "WERAPI_FAULTS" not in os.environ:
        pytest.skip("needs the extension module in tests/faults, which is built for the stand-in")
    monkeypatch.syspath_prepend(os.environ["WERAPI_FAULTS"])
    return importlib.import_module("faults")


# Stands at the start of a program: the export tables say that some functions are missing. sys.argv[1] is wer.dll.
HIDE = """
import ctypes, sys
kernel32 = ctypes.windll.kernel32
kernel32.SetUnhandledExceptionFilter(kernel32.ExitProcess)  # a crash is an exit, and meets no debugger
VirtualProtect = kernel32.VirtualProtect
VirtualProtect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_void_p]
for dll in (ctypes.WinDLL(sys.argv[1]), kernel32, ctypes.WinDLL("kernelbase"), ctypes.WinDLL("ucrtbase")):
    base = dll._handle
    header = base + ctypes.c_uint32.from_address(base + 0x3C).value
    exports = base + ctypes.c_uint32.from_address(header + 24 + 112).value
    names = base + ctypes.c_uint32.from_address(exports + 32).value
    for index in range(ctypes.c_uint32.from_address(exports + 24).value):
        address = base + ctypes.c_uint32.from_address(names + 4 * index).value
        name = ctypes.string_at(address).decode()
        if name in sys.argv[2:]:
            last = address + len(name) - 1
            assert VirtualProtect(last, 1, 4, ctypes.byref(ctypes.c_uint32()))  # read and write
            ctypes.c_char.from_address(last).value = b"_"  # which keeps the names in order
"""


@pytest.fixture
def hide():
    """The beginning of a program that lacks some functions: sys.argv are wer.dll's path, and the functions' names."""
    return HIDE


@pytest.fixture
def without(system_folder):
    """Run a program on a Windows that lacks some functions: `without(functions, code)` returns what it printed."""

    def run(functions, code):
        done = run_to_end([sys.executable, "-I", "-c", HIDE + code, str(system_folder / "wer.dll"), *functions])
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return run


def find_module(dump, address):
    [name] = [
        os.path.basename(module.name).lower()
        for module in dump.modules.modules
        if module.baseaddress <= address < module.endaddress
    ]
    return name


@pytest.fixture
def module_at():
    """`module_at(dump, address)`: the name of the module there, in a dump that the package `minidump` has read."""
    return find_module


@dataclass(frozen=True)
class Ended:
    """What a program that ran beside the stand-in has left."""

    code: int
    lines: list
    errors: str
    calls: list
    standin: StandIn

    def called(self, function):
        return [call for call in self.calls if call["function"] == function]

    def said(self, name):
        return [line.removeprefix(f"{name} ") for line in self.lines if line.startswith(f"{name} ")]

    @functools.cached_property
    def dump(self):
        """The dump of its one report."""
        path = self.standin.files()["minidump.mdmp"]
        return minidump.minidumpfile.MinidumpFile.parse_bytes(path.read_bytes())

    @property
    def exception(self):
        [entry] = self.dump.exception.exception_records
        return entry

    @property
    def crashed_module(self):
        """The name of the module in which that exception was."""
        return find_module(self.dump, self.exception.ExceptionRecord.ExceptionAddress)


@pytest.fixture(scope="session")
def popen():
    """`subprocess.Popen` for text: `popen(command, **options)`."""
    return functools.partial(subprocess.Popen, text=True)


def run_to_end(command, environment=None, **options):
    options = {"stdin": subprocess.DEVNULL, "capture_output": True, "timeout": PATIENCE_WITH_A_PROGRAM} | options
    done = subprocess.run(command, env=environment, text=True, **options)
    if f"[WinError {ERROR_INTERNAL_ERROR}]" in str(done.stderr):  # as above, of a process that the program started
        return subprocess.run(command, env=environment, text=True, **options)
    return done


@pytest.fixture(scope="session")
def run_program():
    """Run a program, which may crash, to its end: `run_program(command, environment, **options)`.

    The options are those of `subprocess.run`, and so is the result, with what the program printed as text.
    """
    return run_to_end


@pytest.fixture
def finish(standin, tmp_path):
    """Run a program that may crash, with the stand-in's store in this test's folder.

    `finish(command, *commands for the stand-in, **environment)` returns what is left of it.
    """

    def finish(command, *rules, **environment):
        log = tmp_path / "program.jsonl"
        rules = ";".join([f'store "{standin.store}"', f'log "{log}"', *rules])
        done = run_to_end(command, os.environ | environment | {"WER_STANDIN": rules})
        calls = [json.loads(line) for line in log.read_text(encoding="ascii").splitlines()] if log.exists() else []
        return Ended(done.returncode & 0xFFFFFFFF, done.stdout.splitlines(), done.stderr, calls, standin)

    return finish


def start_python(code, *arguments):
    command = [PYTHON, "-I", "-S", "-c", code, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def end(process):
    process.kill()
    process.communicate()


@pytest.fixture
def start():
    """Start Python programs that end with the test: `start(code)` returns the Popen."""
    with contextlib.ExitStack() as children:

        def start(code, *arguments):
            process = start_python(code, *arguments)
            children.callback(end, process)
            return process

        yield start


@dataclass(frozen=True)
class Worker:
    process: subprocess.Popen
    pid: int
    tid: int


@pytest.fixture(scope="session")
def worker():
    """A process that sleeps, for tests that dump another process and leave it alone otherwise."""
    process = start_python("import _thread; print(_thread.get_native_id(), flush=True); input()")
    try:
        yield Worker(process, process.pid, int(process.stdout.readline()))
    finally:
        end(process)
