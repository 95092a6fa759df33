"""The watchdog: processes that really hang, and the reports they leave.

Each program runs in a process of its own, with the stand-in's store and log in this test's folder. That nothing is
reported while a machine sleeps cannot be tried: the clock is replaced.
"""

import itertools
import json
import os
import sys
import time
from pathlib import Path

import minidump.minidumpfile
import pytest
from once import once

import wer
from wer import _native

HANG = 0xCFFFFFFF
E_FAIL = 0x80004005

# Stands at the start of each program.
ENTRY = """
import asyncio, ctypes, faulthandler, os, sys, threading, time, wer
import wer.service._hang as plans

def say(*what):
    print(*what, flush=True)

def beat_for(watchdog, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        watchdog.beat()
        time.sleep(0.02)

def beat_until(watchdog, condition):  # which takes long where much else is done
    end = time.monotonic() + 60
    while not condition() and time.monotonic() < end:
        beat_for(watchdog, 0.1)
"""

both_ways = pytest.mark.parametrize("outside", [False, True], ids=["in process", "out of process"])


@pytest.fixture
def run(finish, tmp_path):
    """Run a program to its end: `run(code, *commands for the stand-in)` returns what is left of it.

    The file for the stacks is in this test's folder.
    """

    def run(code, *commands, outside=False):
        start = f"FOLDER = {str(tmp_path)!r}\n{ENTRY}"
        options = f"folder=FOLDER, out_of_process={outside}"
        done = finish([sys.executable, "-I", "-c", start + code.replace("OPTIONS", options)], *commands)
        assert "Traceback" not in done.errors, done.errors
        return done

    return run


def stacks(standin, folder):
    """The text of the file for the stacks in a report."""
    lines = standin.lines(folder)
    [text] = [path.read_text() for name, path in files_of(folder, lines) if name.startswith("stacks-")]
    return text


def files_of(folder, lines):
    for number in itertools.count():
        if f"File[{number}].CabName" not in lines:
            return
        yield lines[f"File[{number}].CabName"], folder / lines[f"File[{number}].Path"]


HANGS = {
    "C code that keeps the GIL for ever": """
def gets_stuck():
    ctypes.PyDLL("kernel32").Sleep(-1)
with wer.Watchdog(1.0, "Spooler", version="4.2.1", then="end", OPTIONS) as watchdog:
    say(os.getpid(), threading.get_native_id())
    beat_for(watchdog, 0.5)
    gets_stuck()
""",
    "Python that computes for ever": """
def gets_stuck():
    while True:
        pass
with wer.Watchdog(1.0, "Spooler", version="4.2.1", then="end", OPTIONS) as watchdog:
    say(os.getpid(), threading.get_native_id())
    beat_for(watchdog, 0.5)
    gets_stuck()
""",
    "a main thread that sleeps": """
def gets_stuck():
    time.sleep(1000000)
with wer.Watchdog(1.0, "Spooler", version="4.2.1", then="end", OPTIONS) as watchdog:
    say(os.getpid(), threading.get_native_id())
    beat_for(watchdog, 0.5)
    gets_stuck()
""",
    "a handler that keeps an event loop": """
async def gets_stuck():
    time.sleep(1000000)
async def main():
    say(os.getpid(), threading.get_native_id())
    watchdog.watch_loop(asyncio.get_running_loop())
    await asyncio.sleep(3)  # longer than the timeout: the loop beats
    assert watchdog.hangs == 0
    await gets_stuck()
with wer.Watchdog(1.0, "Spooler", version="4.2.1", then="end", OPTIONS) as watchdog:
    asyncio.run(main())
""",
}


class TestReport:
    @both_ways
    @pytest.mark.parametrize("code", HANGS.values(), ids=HANGS)
    def test_of(self, run, standin, code, outside):
        done = run(code, outside=outside)
        assert done.code == HANG
        pid, tid = map(int, done.lines[0].split())
        lines, folder = standin.report_wer()
        assert (lines["EventType"], lines["ReportType"]) == ("PythonHang", "3")
        python = sys.version.split()[0]
        names = [(lines[f"Sig[{number}].Name"], lines[f"Sig[{number}].Value"]) for number in range(3)]
        assert names == [("Application", "Spooler"), ("Version", "4.2.1"), ("Python", python)]
        assert f"{tid:08x} (most recent call first):" in stacks(standin, folder)
        assert "in gets_stuck" in stacks(standin, folder)
        assert tid in {thread.ThreadId for thread in done.dump.threads.threads}
        functions = [call["function"] for call in done.calls]
        assert functions == [
            "WerReportCreate",
            *["WerReportSetParameter"] * 3,
            "WerReportAddDump",
            "WerReportAddFile",
            "WerReportSubmit",
            "WerReportCloseHandle",
        ]
        [dump] = done.called("WerReportAddDump")
        assert dump["args"]["hProcess"]["pid"] == pid
        assert dump["args"]["hThread"]["tid"] == tid
        assert ({call["pid"] for call in done.calls} == {pid}) is not outside

    def test_the_stacks_come_after_the_dump(self, run, standin):
        """What faulthandler does with the threads of a process, it does when the dump is there."""
        done = run(
            """
def gets_stuck():
    time.sleep(1000000)
with wer.Watchdog(1.0, then="end", OPTIONS) as watchdog:
    begun = time.monotonic()
    threading.Thread(target=lambda: (time.sleep(1.4), say(os.path.getsize(watchdog._stacks.path))), daemon=True).start()
    say(watchdog._stacks._begin)
    gets_stuck()
"""
        )
        begin, at_the_dump = map(int, done.lines)
        assert at_the_dump == begin
        [folder] = standin.reports()
        assert "gets_stuck" in stacks(standin, folder)

    @once("3.12")
    @both_ways
    def test_once_for_each_hang_which_is_told_when_it_is_over(self, run, standin, outside):
        done = run(
            """
told = []
with wer.Watchdog(1.0, OPTIONS, on_recovery=told.append) as watchdog:
    for number in range(2):
        beat_until(watchdog, lambda: len(told) == number)
        beat_for(watchdog, 1.0)
        say(len(told), watchdog.hangs, watchdog.hung, watchdog.watching)
        time.sleep(4)
        say(watchdog.hangs, watchdog.hung)
    beat_until(watchdog, lambda: len(told) == 2)
    say(watchdog)
say(watchdog, watchdog.watching)
for hang in told:
    say(repr(hang.result), repr(hang.problem), 3.5 < hang.seconds < 5.0 or hang.seconds)
""",
            outside=outside,
        )
        assert done.lines == [
            *("0 0 False True", "1 True", "1 1 False True", "2 True"),
            *("<wer.Watchdog 'python.exe' watching>", "<wer.Watchdog closed> False"),
            *["<SubmitResult.QUEUED: 1> '' True"] * 2,
        ]
        assert len(standin.reports()) == 2
        assert done.errors.count("python.exe hung for ") == 2
        assert "reported: QUEUED" in done.errors
        for folder in standin.reports():
            assert stacks(standin, folder).count("Timeout (0:00:0") == 1, "what a hang before has left is gone"

    @once("3.12")
    @both_ways
    def test_none_while_beats_go_on(self, run, standin, outside):
        done = run(
            """
with wer.Watchdog(0.5, OPTIONS) as watchdog:
    beat_for(watchdog, 4)
    say(watchdog.hangs, os.path.getsize(watchdog._stacks.path) == watchdog._stacks._begin)
time.sleep(1.5)  # it is closed
""",
            outside=outside,
        )
        assert done.lines == ["0 True"]
        assert done.calls == []

    def test_from_the_start_on(self, run, standin):
        run("""
with wer.Watchdog(0.5, OPTIONS, then="end") as watchdog:
    time.sleep(1000000)
""")
        assert len(standin.reports()) == 1

    def test_what_is_set(self, run, standin):
        done = run("""
with wer.Watchdog(0.5, "App", OPTIONS, event="App.Stuck", then="end", consent=wer.Consent.DENIED, dump_type=0,
                  flags=wer.SubmitFlags.NO_QUEUE):
    time.sleep(1000000)
""")
        assert done.called("WerReportAddDump") == []
        assert done.called("WerReportCreate")[0]["args"]["pwzEventType"] == "App.Stuck"
        [submit] = done.called("WerReportSubmit")
        assert (submit["args"]["consent"], submit["args"]["dwFlags"]) == (3, 0x80)

    @once("3.12")
    def test_no_more_than_are_wanted(self, run, standin):
        done = run("""
told = []
with wer.Watchdog(0.4, OPTIONS, most=1, on_recovery=told.append) as watchdog:
    for number in range(2):
        time.sleep(1.8)
        beat_until(watchdog, lambda: len(told) > number)
say(*[hang.result for hang in told])
say(told[1].problem)
""")
        assert done.lines == [
            "SubmitResult.QUEUED None",
            "left out, because there were too many reports of hangs in an hour",
        ]
        assert len(standin.reports()) == 1

    @once("3.12")
    @both_ways
    def test_that_is_not_whole(self, run, standin, outside):
        done = run(
            """
told = []
with wer.Watchdog(0.4, OPTIONS, on_recovery=told.append) as watchdog:
    time.sleep(2)
    beat_for(watchdog, 0.5)
say(*told)
""",
            f"fail WerReportAddDump * {E_FAIL:#x}",
            outside=outside,
        )
        assert "problem='the report is not whole: 0x80004005'" in done.lines[0]
        assert "result=<SubmitResult.QUEUED: 1>" in done.lines[0]
        assert len(standin.reports()) == 1

    @once("3.12")
    def test_a_hang_is_told_of_that_is_followed_by_another_at_once(self, run):
        """The first one's report is done when no beat comes any more that could tell."""
        done = run(
            """
told = []
with wer.Watchdog(0.4, OPTIONS, on_recovery=told.append) as watchdog:
    time.sleep(1)
    watchdog.beat()
    while watchdog.hangs == 1:
        time.sleep(0.02)
    watchdog.beat()
    say(*told)
""",
            "delay WerReportAddDump 1 1500",
        )
        assert "result=<SubmitResult.QUEUED: 1>, problem=''" in done.lines[0]


class TestStacks:
    """Why a report has none."""

    @pytest.mark.parametrize(
        ("setup", "options", "why"),
        [
            ("", "stacks=False", "the Watchdog was made with stacks=False"),
            ("sys.modules['_pytest.faulthandler'] = sys", "", "pytest's faulthandler plugin is loaded"),
            ("first = wer.Watchdog(60)", "", "another Watchdog has faulthandler's timer"),
        ],
    )
    def test_it_says_so(self, run, standin, setup, options, why):
        run(f"""
{setup}
faulthandler.dump_traceback_later(60)  # ours leaves it alone
wer.Watchdog(0.4, OPTIONS, then="end", {options})
time.sleep(1000000)
""")
        [folder] = standin.reports()
        text = stacks(standin, folder)
        assert text.startswith(f"There are no Python stacks: {why}")
        assert len(text.splitlines()) == 1

    def test_unless_they_are_asked_for(self, run, standin):
        run("""
sys.modules['_pytest.faulthandler'] = sys
wer.Watchdog(0.4, OPTIONS, then="end", stacks=True)
time.sleep(1000000)
""")
        [folder] = standin.reports()
        assert "most recent call first" in stacks(standin, folder)

    @both_ways
    def test_somebody_else_has_cancelled_them(self, run, standin, outside):
        run(
            """
wer.Watchdog(0.4, OPTIONS, then="end")
faulthandler.cancel_dump_traceback_later()
time.sleep(1000000)
""",
            outside=outside,
        )
        [folder] = standin.reports()
        assert len(stacks(standin, folder).splitlines()) == 1
        assert minidump.minidumpfile.MinidumpFile.parse_bytes(standin.files()["minidump.mdmp"].read_bytes())

    def test_they_are_of_the_last_beats(self, run, standin):
        """The timer is set anew while beats come, at most four times in the timeout."""
        done = run("""
count = 0
def counted(*arguments, original=faulthandler.dump_traceback_later, **options):
    global count
    count += 1
    original(*arguments, **options)
faulthandler.dump_traceback_later = counted
def gets_stuck():
    say(count)
    time.sleep(1000000)
watchdog = wer.Watchdog(1.0, OPTIONS, then="end")
beat_for(watchdog, 5)
gets_stuck()
""")
        assert 5 <= int(done.lines[0]) <= 21
        [folder] = standin.reports()
        assert "in gets_stuck" in stacks(standin, folder)

    @both_ways
    def test_the_file_is_gone_when_it_is_closed(self, run, tmp_path, outside):
        done = run("with wer.Watchdog(5, OPTIONS) as watchdog: say(watchdog._stacks.path)", outside=outside)
        assert not os.path.exists(done.lines[0])

    def test_or_at_the_next_start_after_a_kill(self, run):
        done = run("""
import subprocess
code = f'''
import sys, wer
watchdog = wer.Watchdog(60, folder={FOLDER!r})
print(watchdog._stacks.path, flush=True)
input()
'''
worker = subprocess.Popen([sys.executable, "-I", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
path = worker.stdout.readline().strip()
worker.kill()
worker.wait()
say(os.path.exists(path))
with wer.Watchdog(60, OPTIONS):
    say(os.path.exists(path))
""")
        assert done.lines == ["True", "False"]

    def test_and_at_the_end_of_the_interpreter(self, run, tmp_path):
        done = run("watchdog = wer.Watchdog(5, OPTIONS); say(watchdog._stacks.path)")
        assert not os.path.exists(done.lines[0])


@once("3.12")
class TestEnd:
    def test_a_report_that_takes_too_long(self, run):
        """WER waits for ever, in a thread that is not the watchdog's."""
        done = run(
            """
plans._REPORT_SECONDS = -2.0
wer.Watchdog(0.4, OPTIONS, then="end")
time.sleep(1000000)
""",
            f"block WerReportSubmit 1 wer-tests-watchdog-{os.getpid()}",
        )
        assert done.code == HANG
        assert done.called("WerReportSubmit") == []

    def test_a_report_that_takes_too_long_is_told_of(self, run):
        done = run(
            """
plans._REPORT_SECONDS = -2.0
told = []
with wer.Watchdog(0.4, OPTIONS, on_recovery=told.append) as watchdog:
    time.sleep(2.5)
    beat_for(watchdog, 0.5)
    say(watchdog.hung)
    time.sleep(2.5)  # the one that files has not come back
    beat_for(watchdog, 0.5)
    say(*[hang.result for hang in told])
    say(told[0].problem)
""",
            f"block WerReportSubmit 1 wer-tests-watchdog-told-{os.getpid()}",
        )
        assert done.code == 0
        assert done.lines[:2] == ["False", "None None"]
        assert done.lines[2].startswith("the report takes too long, and may never be done")

    def test_not_if_beats_come_again(self, run, standin):
        done = run(
            """
watchdog = wer.Watchdog(0.4, OPTIONS, then="end")
time.sleep(1.2)
beat_for(watchdog, 3)
beat_until(watchdog, lambda: not watchdog.hung)
say(watchdog.hangs, watchdog.hung)
""",
            "delay WerReportAddDump 1 1500",
        )
        assert (done.code, done.lines) == (0, ["1 False"])
        assert len(standin.reports()) == 1


@once("3.12")
class TestWhatIsNoHang:
    CLOCK = """
now = 0
CLOCK = ctypes.CFUNCTYPE(ctypes.c_uint64)(lambda: now)
class Watched(wer.Watchdog):
    _clock = ctypes.cast(CLOCK, ctypes.c_void_p).value
"""

    def test_time_that_does_not_count_for_the_clock(self, run, standin):
        done = run(
            self.CLOCK
            + """
watchdog = Watched(0.4, OPTIONS)
time.sleep(2)
say(watchdog.hangs)
for now in range(0, 1000, 20):
    time.sleep(0.02)
say(watchdog.hangs)
watchdog.close()
"""
        )
        assert done.lines == ["0", "1"]
        assert len(standin.reports()) == 1

    def test_time_that_the_watchdog_itself_has_not_run(self, run, standin):
        """As after a sleep of the machine with a clock that counts it, or while all threads were stopped for a dump."""
        done = run(
            self.CLOCK
            + """
watchdog = Watched(8, OPTIONS)
for now in range(0, 10**8, 10**7):
    time.sleep(0.02)
time.sleep(1.5)
say(watchdog.hangs)
watchdog.close()
"""
        )
        assert done.lines == ["0"]

    def test_a_debugger(self, run, tmp_path, windll):
        """It is not asked for before beats stop, so it may come at any time. This one is the test."""
        done = run("""
import subprocess
kernel32 = ctypes.WinDLL("kernel32")
code = f'''
import sys, time, wer
watchdog = wer.Watchdog(0.3, folder={FOLDER!r})
time.sleep(2)
sys.exit(watchdog.hangs + 10)
'''
worker = subprocess.Popen([sys.executable, "-I", "-c", code], creationflags=2)  # DEBUG_ONLY_THIS_PROCESS
event = ctypes.create_string_buffer(176)
while worker.poll() is None:
    if kernel32.WaitForDebugEvent(event, 100):
        kind, pid, tid = (ctypes.c_uint32 * 3).from_buffer(event)
        kernel32.ContinueDebugEvent(pid, tid, 0x00010002 if kind != 1 else 0x80010001)
say(worker.returncode)
""")
        assert done.lines == ["10"]
        assert done.calls == []

    def test_a_crash_whose_report_takes_long(self, run, standin):
        done = run(
            """
template = wer.ReportTemplate("WerTests.Crash", consent=wer.Consent.NOT_ASKED)
wer.install_crash_handler(template)
watchdog = wer.Watchdog(0.3, OPTIONS)
ctypes.WinDLL("kernel32").SetErrorMode(3)
ctypes.c_int.from_address(0x10).value
""",
            "delay WerReportAddDump 1 2000",
        )
        assert done.code == 0xC0000005
        lines, _ = standin.report_wer()
        assert lines["EventType"] == "WerTests.Crash"


# How a thread takes a lock that every other needs sooner or later, WER as well.
LOCKS = {
    "loader": """
lock = ctypes.WinDLL("ntdll").LdrLockLoaderLock
take = lambda: lock(0, None, ctypes.byref(ctypes.c_size_t()))
""",
    "heap": """
kernel32 = ctypes.WinDLL("kernel32")
kernel32.GetProcessHeap.restype = ctypes.c_void_p
kernel32.HeapLock.argtypes = [ctypes.c_void_p]
heap = kernel32.GetProcessHeap()
take = lambda: kernel32.HeapLock(heap)
""",
}
WITH_A_LOCK = """
sleep = ctypes.PyDLL("kernel32").Sleep
watchdog = wer.Watchdog(1.0, OPTIONS, then="end")
def gets_stuck():
    take()
    sleep(-1)
time.sleep(0.5)  # faulthandler's thread has to be there already: it would need the lock to start
gets_stuck()
"""


@once("3.12")
@pytest.mark.parametrize("code", LOCKS.values(), ids=LOCKS)
class TestALockThatAllNeed:
    def test_another_process_reports_it(self, run, standin, code):
        done = run(code + WITH_A_LOCK, outside=True)
        assert done.code == HANG
        [folder] = standin.reports()
        # faulthandler, or the C runtime under it, may wait for the heap: then the report goes without stacks.
        assert "in gets_stuck" in stacks(standin, folder) or code == LOCKS["heap"]
        assert done.dump.threads.threads

    def test_within_the_process_it_is_ended_at_any_rate(self, run, code):
        """Whether there is a report by then depends on what WER needs."""
        done = run("plans._REPORT_SECONDS = 0.0" + code + WITH_A_LOCK)
        assert done.code == HANG


class TestOutOfProcess:
    def test_in_a_virtual_environment(self, finish, venv_python, standin, tmp_path):
        code = HANGS["a main thread that sleeps"].replace("OPTIONS", f"folder={str(tmp_path)!r}, out_of_process=True")
        done = finish([venv_python, "-I", "-c", ENTRY + code])
        assert "Traceback" not in done.errors, done.errors
        assert done.code == HANG
        [dump] = done.called("WerReportAddDump")
        assert dump["args"]["hProcess"]["pid"] == int(done.lines[0].split()[0])
        [folder] = standin.reports()
        assert "in gets_stuck" in stacks(standin, folder)

    @once("3.12")
    def test_a_kill_in_the_middle_of_a_report(self, run, tmp_path):
        """Of the watched process, of the other, of both: nothing is left but what the next start removes."""
        done = run(
            """
import subprocess
code = f'''
import sys, time, wer
watchdog = wer.Watchdog(0.5, folder={FOLDER!r}, out_of_process=True)
print(watchdog._process._process.pid, flush=True)
while not watchdog.hung:
    time.sleep(0.01)
print("hung", flush=True)
time.sleep(1000000)
'''
kernel32 = ctypes.WinDLL("kernel32")
for victims in ("watched",), ("watcher",), ("watcher", "watched"):
    worker = subprocess.Popen([sys.executable, "-I", "-c", code], stdout=subprocess.PIPE, text=True)
    watcher = kernel32.OpenProcess(0x100001, False, int(worker.stdout.readline()))
    assert worker.stdout.readline() == "hung\\n"
    for victim in victims:
        worker.kill() if victim == "watched" else kernel32.TerminateProcess(watcher, 1)
    say(kernel32.WaitForSingleObject(watcher, 60000))
    worker.kill()
    worker.wait()
    worker.stdout.close()
before = os.listdir(FOLDER)
with wer.Watchdog(60, OPTIONS):
    pass
say([name for name in os.listdir(FOLDER) if name.startswith("stacks-")], len(before))
""",
            "delay WerReportAddDump * 1500",
        )
        assert done.lines[:3] == ["0"] * 3
        assert done.lines[3].startswith("[] ")

    @once("3.12")
    def test_the_process_that_watches_ends_with_the_one_that_is_watched(self, run, tmp_path):
        done = run("""
import subprocess
code = f'''
import sys, time, wer
watchdog = wer.Watchdog(60, out_of_process=True, folder={FOLDER!r})
print(watchdog._process._process.pid, watchdog._stacks.path, flush=True)
time.sleep(1000000)
'''
worker = subprocess.Popen([sys.executable, "-I", "-c", code], stdout=subprocess.PIPE, text=True)
pid, path = worker.stdout.readline().split(maxsplit=1)
watcher = ctypes.WinDLL("kernel32").OpenProcess(0x100000, False, int(pid))
say(watcher != 0, os.path.exists(path.strip()))
worker.kill()
say(ctypes.WinDLL("kernel32").WaitForSingleObject(watcher, 30000), os.path.exists(path.strip()))
""")
        assert done.lines == ["True True", "0 False"]
        assert done.calls == []

    def test_not_in_pywin32s_program(self, run):
        done = run(
            """
sys._base_executable = "C:\\\\App\\\\pythonservice.exe"
try:
    wer.Watchdog(5, OPTIONS)
except ValueError as error:
    say(error)
""",
            outside=True,
        )
        assert "and this program is C:\\App\\pythonservice.exe" in done.lines[0]

    def test_it_says_when_nobody_watches_any_more(self, run):
        done = run(
            """
with wer.Watchdog(5, OPTIONS) as watchdog:
    say(watchdog.watching)
    watchdog._process._process.kill()
    watchdog._process._process.wait()
    say(watchdog.watching)
    watchdog.beat()
""",
            outside=True,
        )
        assert done.lines == ["True", "False"]

    def test_it_says_why_it_cannot_start(self, run):
        done = run(
            """
import wer.service._watcher_process as starting
starting._CODE = "raise SystemExit('no room')"
try:
    wer.Watchdog(5, OPTIONS)
except OSError as error:
    say(error)
""",
            outside=True,
        )
        assert done.lines[0] == "the process that is to watch this one has not started: no room"

    def test_not_in_a_program_that_is_no_python(self, run):
        done = run(
            """
for attribute in ("executable", "_base_executable"):
    setattr(sys, attribute, "C:\\\\App\\\\app.exe")
try:
    wer.Watchdog(5, OPTIONS)
except ValueError as error:
    say(error)
""",
            outside=True,
        )
        assert done.lines == [
            r"out_of_process needs a python.exe to run, and this program is C:\App\app.exe: leave it out"
        ]


# Each start writes a line. Then it hangs, as often as the first argument says.
RESTARTED = """
import json, os, sys, time, wer
folder, hangs = sys.argv[1], int(sys.argv[2])
starts = os.path.join(folder, "starts")
with open(starts, "a") as file:
    file.write(json.dumps([os.getpid(), sys.argv, os.getcwd(), os.environ.get("WER_TEST")]) + "\\n")
with open(starts) as file:
    number = len(file.readlines())
with wer.Watchdog(1.0, "Spooler", then="restart", most_restarts=2, out_of_process=True, folder=folder) as watchdog:
    print("watched", flush=True)
    if number <= hangs:
        __import__("ctypes").PyDLL("kernel32").Sleep(-1)  # keeps the GIL
    with open(os.path.join(folder, "ended"), "w"):
        pass
"""

ENTER = "import os, sys, runpy; os.chdir(sys.argv[1]); sys.argv[:] = sys.argv[2:]; runpy.run_path(sys.argv[0])"


class TestRestart:
    @pytest.fixture
    def starts(self, finish, tmp_path, windll):
        """Run a program that hangs so many times, and return its starts, when `until(starts)`."""
        script = tmp_path / "a program.py"
        script.write_text(RESTARTED)
        below = tmp_path / "below"
        below.mkdir()

        def starts(hangs, until, python=sys.executable):
            command = [python, "-I", "-c", ENTER, str(below), str(script), str(tmp_path), str(hangs), 'a "word"', ""]
            done = finish(command, WER_TEST="as it was")
            assert "Traceback" not in done.errors, done.errors
            assert done.lines == ["watched"]
            assert done.code == HANG, "whoever has started it sees it end"
            end = time.monotonic() + 60
            while time.monotonic() < end:
                seen = [json.loads(line) for line in (tmp_path / "starts").read_text().splitlines()]
                if until(seen):
                    return seen
                time.sleep(0.1)
            raise AssertionError(seen)

        yield starts
        if (tmp_path / "starts").exists():
            for pid, *_ in map(json.loads, (tmp_path / "starts").read_text().splitlines()):
                if process := windll.OpenProcess(1, False, pid):
                    windll.TerminateProcess(process, 1)
                    windll.CloseHandle(process)

    def test_the_same_is_started_anew(self, starts, tmp_path, standin):
        seen = starts(1, lambda seen: (tmp_path / "ended").exists())
        assert len(seen) == 2
        (first, *same), (second, *again) = seen
        assert first != second
        assert same == again
        arguments, folder, variable = again
        assert arguments == [str(tmp_path / "a program.py"), str(tmp_path), "1", 'a "word"', ""]
        assert Path(folder) == tmp_path / "below"
        assert variable == "as it was"
        assert len(standin.reports()) == 1

    def test_in_a_virtual_environment(self, starts, tmp_path, venv_python):
        assert len(starts(1, lambda seen: (tmp_path / "ended").exists(), venv_python)) == 2

    @once("3.12")
    def test_not_for_ever(self, starts, tmp_path, standin):
        """Two times an hour, and then it stays ended."""
        starts(10, lambda seen: len(seen) == 3 and not is_running(seen[-1][0]))
        time.sleep(3)
        assert len((tmp_path / "starts").read_text().splitlines()) == 3
        assert len(standin.reports()) == 3
        assert not (tmp_path / "ended").exists()

    @once("3.12")
    def test_not_if_nobody_can_count(self, starts, tmp_path):
        (tmp_path / "restarts").write_text("no folder")
        starts(10, lambda seen: not is_running(seen[0][0]))
        time.sleep(3)
        assert len((tmp_path / "starts").read_text().splitlines()) == 1

    @once("3.12")
    def test_not_if_it_was_ended_by_others(self, run, tmp_path):
        """With whatever code: no hang, no restart."""
        done = run(
            """
if not os.path.exists(FOLDER + "/started"):
    open(FOLDER + "/started", "w").close()
    watchdog = wer.Watchdog(60, then="restart", OPTIONS)
    say("started")
    terminate = ctypes.WinDLL("kernel32").TerminateProcess
    terminate(ctypes.c_void_p(-1), 0xCFFFFFFF)
open(FOLDER + "/again", "w").close()
""",
            outside=True,
        )
        assert done.lines == ["started"]
        assert done.code == HANG
        time.sleep(3)
        assert not (tmp_path / "again").exists()

    def test_not_in_a_worker_of_multiprocessing(self, monkeypatch, tmp_path):
        monkeypatch.setattr(sys, "orig_argv", [*sys.orig_argv, "--multiprocessing-fork"])
        with pytest.raises(ValueError, match="in a worker of multiprocessing: its parent starts workers"):
            wer.Watchdog(60, then="restart", out_of_process=True, folder=tmp_path)
        assert list(tmp_path.iterdir()) == []


def is_running(pid):
    try:
        return not _native.has_ended(_native.open_process(pid, 0x1000))
    except ProcessLookupError:
        return False


class TestInTheExtension:
    """What `Watchdog` is made of, which sees to some of it as well."""

    @staticmethod
    def watch(held, template):
        held.watch(template._held, 60000, 60000, 0, 0, 0, 0, 1, False, None, None, None, 0)

    def test_a_template_that_is_none(self):
        from wer import _werapi

        template = wer.ReportTemplate.__new__(wer.ReportTemplate)
        with pytest.raises(ValueError, match="the template was not created"):
            self.watch(_werapi.HeldWatchdog(), template)

    def test_a_template_with_a_gap(self):
        from wer import _werapi

        template = wer.ReportTemplate("WerTests.Hang", consent=wer.Consent.NOT_ASKED)
        template.set_parameter(1, "b")
        with pytest.raises(ValueError, match="gap: P1 set, P0 not"):
            self.watch(_werapi.HeldWatchdog(), template)

    def test_it_shares_once(self):
        from wer import _werapi

        held = _werapi.HeldWatchdog()
        held.share(bytearray(256), None)
        with pytest.raises(RuntimeError, match="already been started"):
            held.share(bytearray(256), None)

    def test_what_is_shared_is_let_go(self):
        from wer import _werapi

        memory = bytearray(256)
        held = _werapi.HeldWatchdog()
        held.share(memory, None)
        with pytest.raises(BufferError):
            memory.append(0)
        del held
        memory.append(0)

    def test_nothing_is_left(self, leaked_handles, faults):
        from wer import _werapi

        def watch_once():
            held = _werapi.HeldWatchdog()
            self.watch(held, wer.ReportTemplate("WerTests.Hang", consent=wer.Consent.NOT_ASKED))
            assert held.stop(30000)

        assert leaked_handles(watch_once) == set()
        faults.patch(os.path.basename(_werapi.__file__), "VirtualFree", 0, 0)
        try:
            _, error, freed, _ = faults.call(watch_once, 0, 0)
        finally:
            faults.unpatch()
        assert error is None
        assert freed == 2, "the watchdog and the template"
