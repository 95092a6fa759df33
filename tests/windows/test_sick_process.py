"""Reports from a process in which something is at its end: descriptors, the interpreter, a lock."""

import contextlib
import sys
import threading

import pytest
from child import Operator
from trials import memory_fails
from trials.memory_fails import FOR_EVER, is_memory_error

import wer
import wer.service
from wer.reports._plain_files import open_plain
from wer.reports._source import SourceFile, SourceFolder
from wer.reports._whole_file import whole_file
from wer.service import _background

README = """
with wer.Report("WerTests.Sick", application_name="Spooler") as report:
    report.set_parameter(0, "4.2.1", "Version")
    report.add_dump(wer.DumpType.NONE, pid=os.getpid())
    report.add_file("no such.log", missing_ok=True)
    result = report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)
print(result)
try:
    wer.Report("WerTests.Sick").add_file("no such.log")
except FileNotFoundError as error:
    print(error.function, hex(error.hresult & 0xFFFFFFFF))
"""


@pytest.fixture
def lines(finish):
    """The lines that a program printed that ended well."""

    def lines(code, *arguments):
        done = finish([sys.executable, "-I", "-c", "import os, sys, wer\n" + code, *arguments])
        assert (done.code, done.errors) == (0, "")
        return done.lines

    return lines


FILED = ["SubmitResult.QUEUED", "WerReportAddFile 0x80070002"]


def test_no_descriptor_is_left(lines):
    """8192 is all that the C runtime has: nothing can be opened, and so nothing imported."""
    code = """
files = []
try:
    while True:
        files.append(open("NUL", "rb"))
except OSError:
    pass
"""
    assert lines(code + README) == FILED


@pytest.mark.parametrize(
    "when",
    [
        "import atexit; atexit.register(file)",
        "import threading; threading.main_thread(); threading._register_atexit(file)",
        "class Last:\n    def __del__(self, file=file): file()\nlast = Last()",
    ],
    ids=["atexit", "end-of-threads", "collected"],
)
def test_the_interpreter_is_ending(lines, when):
    indented = README.replace("\n", "\n    ")
    code = f"def file(os=os, wer=wer, print=print, hex=hex, FileNotFoundError=FileNotFoundError):{indented}\n{when}"
    assert lines(code) == FILED


def test_no_import_works(lines):
    """Whatever a program has done to the import system."""
    code = """
import builtins
def refuse(*arguments, **options):
    raise ImportError("no import works any more")
builtins.__import__ = refuse
sys.meta_path.clear()
sys.path.clear()
"""
    assert lines(code + README) == FILED


@pytest.mark.parametrize("report", [True, False])
def test_a_crash_with_the_loader_s_lock_held(finish, report):
    """WER may need the lock in a helper of its own, and wait for ever: the process ends when the timeout is over."""
    code = """
import ctypes, faulthandler, threading, wer
template = wer.ReportTemplate("WerTests.Locked", consent=wer.Consent.NOT_ASKED, timeout=2)
template.set_dump(wer.DumpType.NONE)
wer.install_crash_handler(template)
def crash():
    cookie, state = ctypes.c_size_t(), ctypes.c_ulong()
    ctypes.windll.ntdll.LdrLockLoaderLock(0, ctypes.byref(state), ctypes.byref(cookie))
    faulthandler._read_null()
threading.Thread(target=crash).start()
"""
    # The stand-in's own helper is played by a call that comes back long after the timeout.
    rules = [] if report else ["delay WerReportSubmit 1 240000"]
    done = finish([sys.executable, "-I", "-c", code], *rules)
    assert done.code == 0xC0000005
    assert len(done.called("WerReportSubmit")) == int(report)


def test_a_crash_right_after_the_first_template(finish):
    """The thread that ends a report after its timeout starts with the loader's lock: it has to be up by then."""
    code = """
import ctypes, faulthandler, wer
kernel32, ntdll = ctypes.windll.kernel32, ctypes.windll.ntdll
cookie, state = ctypes.c_size_t(), ctypes.c_ulong()
lock, arguments = ntdll.LdrLockLoaderLock, (0, ctypes.byref(state), ctypes.byref(cookie))
kernel32.SetProcessAffinityMask(ctypes.c_void_p(-1), ctypes.c_size_t(1))  # a new thread has to wait its turn
template = wer.ReportTemplate("WerTests.Locked", consent=wer.Consent.NOT_ASKED, timeout=2)
lock(*arguments)
template.set_dump(wer.DumpType.NONE)
wer.install_crash_handler(template)
faulthandler._read_null()
"""
    done = finish([sys.executable, "-I", "-c", code], "delay WerReportSubmit 1 240000")
    assert done.code == 0xC0000005
    assert not done.called("WerReportSubmit")


def test_ctrl_c_leaves_no_crash_handler_that_nobody_can_take_out(lines):
    code = """
def tracer(frame, event, argument):
    def line(frame, event, argument):
        if event == "line" and template._held.installed:
            sys.settrace(None)
            raise KeyboardInterrupt
        return line
    return line if frame.f_code.co_name == "install_crash_handler" else None
template = wer.ReportTemplate("WerTests.Sick", consent=wer.Consent.NOT_ASKED)
sys.settrace(tracer)
try:
    handler = wer.install_crash_handler(template)
except KeyboardInterrupt:
    print("interrupted")
sys.settrace(None)
with wer.install_crash_handler(wer.ReportTemplate("WerTests.Sick", consent=wer.Consent.NOT_ASKED)) as handler:
    print(handler.installed)
"""
    assert lines(code) == ["interrupted", "True"]


@pytest.mark.parametrize("function", ["_register", "unregister"])
def test_ctrl_c_leaves_no_place_taken(lines, function):
    """Wherever it comes in them: afterwards the same can be registered, or is registered and can be undone."""
    code = f"""
import wer._registration
function, memory = {function!r}, bytearray(100)
for number in range(1, 100):
    seen = 0
    def tracer(frame, event, argument):
        def line(frame, event, argument):
            global seen
            if event == "line":
                seen += 1
                if seen == number:
                    sys.settrace(None)
                    raise KeyboardInterrupt
            return line
        return line if frame.f_code.co_name == function else None
    registration = None
    sys.settrace(tracer)
    try:
        registration = wer.register_memory_block(memory)
        registration.unregister()
    except KeyboardInterrupt:
        pass
    sys.settrace(None)
    if registration is not None:
        registration.unregister()
    memory.append(0)  # nothing is pinned
    wer.register_memory_block(memory).unregister()
    assert not wer._registration._registered
    if seen < number:
        break
print(number > 2)
"""
    assert lines(code) == ["True"]


def test_a_result_is_there_when_an_exception_takes_it(report, standin):
    """Ctrl-C between the answer of WER and the assignment."""

    class Interrupted(wer.Report):
        def submit(self, *arguments):
            super().submit(*arguments)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Interrupted("WerTests.Event") as interrupted:
        interrupted.submit(wer.Consent.DENIED)
    assert interrupted.result is wer.SubmitResult.CANCELLED


def test_without_memory_the_file_of_the_limits_is_closed(faults, tmp_path):
    """At once, or by the next try. Windows removes no file that somebody has open so."""
    for first in range(1, 30):
        limits = wer.service.Limits(1, folder=tmp_path)
        _, error, _, _ = faults.call(limits.close, first, first)
        assert error is None or isinstance(error, MemoryError)
        limits.close()
        (tmp_path / "limits.bin").unlink()


@pytest.mark.parametrize("more", [0, FOR_EVER])
def test_without_memory_the_thread_for_reports_ends(faults, more):
    for first in range(1, 40):
        background = _background.Background()
        _, error, _, _ = faults.call(lambda: background.end(30), first, first + more)  # noqa: B023
        assert error is None or isinstance(error, MemoryError)
        background._thread.join(30)
        assert not background._thread.is_alive()


@pytest.mark.parametrize("more", [0, FOR_EVER])
def test_without_memory_nobody_waits_for_what_is_done(faults, more):
    for first in range(1, 20):
        done = _background.Done()
        faults.call(done.set, first, first + more)
        assert done.wait(0)


def test_without_memory_to_begin_enable_refuses(finish):
    """CPython 3.13 crashes in locals() if its first allocation fails."""
    code = """
import os, sys, wer
sys.path.append(os.environ["WERAPI_FAULTS"])
import faults
wer.enable("WerTests", consent=wer.Consent.NOT_ASKED).close()
for first in range(1, 5):
    begun, error, _, failed = faults.call(lambda: wer.enable("WerTests", consent=wer.Consent.NOT_ASKED), first, first)
    print(type(error).__name__, failed)
"""
    done = finish([sys.executable, "-I", "-c", code])
    assert (done.code, done.errors, done.lines) == (0, "", ["MemoryError 1"] * 4)


def test_without_memory_what_does_not_end_is_ended_by_another_call(standin, tmp_path):
    """Each allocation fails in turn, and all from it on, of the end of all that lasts."""
    with Operator(memory_fails.__file__, tmp_path) as process:
        endings = [name for name in process.names if name.startswith("end ")]
        assert len(endings) > 15
        for name in endings:
            for first in range(1, process.ask_once("count", name) + 1):
                for last in (first, first + FOR_EVER):
                    process.ask({"what": "fail", "name": name, "first": first, "last": last})


@pytest.mark.parametrize("more", [0, FOR_EVER])
def test_without_memory_all_hooks_are_in_place_or_none(faults, more):
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    with contextlib.closing(wer.service.Reporter("WerTests", consent=wer.Consent.DENIED, limits=None)) as reporter:
        for first in range(1, 100):
            hooks = wer.service.Hooks(reporter)
            _, error, _, failed = faults.call(hooks.install, first, first + more)
            if error is not None:
                assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
            hooks.uninstall()
            if not failed:
                break
        assert not failed


SOURCES = {}  # the folders of files: to open one takes ctypes, which may lose a handle that it has no memory to tell


def open_plainly(path):
    open_plain(path).close()


def open_in_source(path):
    SOURCES[path].open(SourceFile(path.name, 5)).close()


def write_whole(path):
    with whole_file(path, overwrite=True) as file:
        file.write(b"other")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it is closed by being forgotten
@pytest.mark.parametrize("more", [0, FOR_EVER])
@pytest.mark.parametrize("use", [open_plainly, open_in_source, write_whole])
def test_without_memory_no_file_stays_open(faults, tmp_path, use, more):
    """Windows removes none that is."""
    path = tmp_path / "some.txt"
    SOURCES[path] = SourceFolder(str(tmp_path))
    for first in range(1, 1000):
        path.write_text("first")
        for _ in range(3 if first == 1 else 0):
            use(path)
        _, error, _, failed = faults.call(lambda: use(path), first, first + more)
        assert error is None or is_memory_error(error), first
        del error
        for left in tmp_path.iterdir():
            left.unlink()
        if not failed:
            break
    assert not failed


def test_without_memory_enrich_leaves_nothing(faults, standin):
    def enrich():
        return wer.service.enrich(files=["some.log", "other.log"], faulthandler=False)

    enrich().undo()
    for first in range(1, 500):
        done, error, _, failed = faults.call(enrich, first, first + FOR_EVER)
        if error is None:
            done.undo()
        assert standin.registrations() == 0
        if not failed:
            break
    assert not failed
