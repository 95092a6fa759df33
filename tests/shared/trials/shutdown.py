"""A process ends while its threads are inside WER: in bounded time, and nothing stays registered."""

import contextlib
import json
import os
import random
import sys
from pathlib import Path

import alone
from child import run_to_end
from pythons import PYTHON, WITH_WER

import trials

UNIT = "processes"
PYTHONS = ("windows", "linux")
SHORT = 2

WINDOWS = sys.platform == "win32"
SHARED = Path(alone.__file__).parent
SECONDS = 60  # for a process that takes one or two
INTERRUPTED = {3221225786, -2, 130}  # STATUS_CONTROL_C_EXIT; by SIGINT

# What a thread is inside of, by the function of WER; `report` is its own.
INSIDE = {
    "WerReportCreate": "with wer.Report('WerTests.Thread'): pass",
    "WerReportSetParameter": "report.set_parameter(0, 'value')",
    "WerReportSetUIOption": "report.set_ui_option(wer.ReportUI.CLOSE_TEXT, 'text')",
    "WerReportAddFile": "report.add_file(sys.executable)",
    "WerReportAddDump": "report.add_dump(wer.DumpType.NONE)",
    "WerReportSubmit": "report.submit(wer.Consent.DENIED)",
    "WerReportCloseHandle": "report.close()",
    "WerStoreOpen": "wer.Store(wer.StoreType.USER_QUEUE).close()",
    "WerStoreGetReportCount": "store.count()",
    "WerRegisterCustomMetadata": "wer.register_custom_metadata(f'Key{number}', 'value').unregister()",
    "WerUnregisterMemoryBlock": "wer.register_memory_block(bytearray(64)).unregister()",
    "PssCaptureSnapshot": "wer.ProcessSnapshot().close()",
    "PssFreeSnapshot": "wer.ProcessSnapshot().close()",
}
START = {
    "daemon": "threading.Thread(target=work, args=(number,), daemon=True).start()",
    "low-level": "_thread.start_new_thread(work, (number,))",
    "joined": "threading.Thread(target=work, args=(number,)).start()",
    "pool": "pool.submit(work, number)",
}
ENDS_WITH_THE_PROCESS = ("daemon", "low-level")
# What the main thread leaves behind.
LEFT = {
    "report": "left_report = wer.Report('WerTests.Left'); left_report.set_parameter(0, 'value')",
    "cycle": "cycle = [wer.Report('WerTests.Left')]; cycle.append(cycle); del cycle",
    "snapshot": "left_snapshot = wer.ProcessSnapshot()",
    "store": "left_store = wer.Store(wer.StoreType.USER_QUEUE); places = iter(left_store)",
    "registrations": "wer.register_custom_metadata('Left', 'value'); wer.register_memory_block(bytearray(4096)); "
    "wer.register_file(sys.executable)",
    "handler": "wer.install_crash_handler(wer.ReportTemplate('WerTests.Left', consent=wer.Consent.DENIED))",
    "watchdog": "watchdog = wer.Watchdog(60, 'WerTests', folder=folder); watchdog.beat()",
    "finalizer": "last = Last()",
    "thread-local": "local.report = wer.Report('WerTests.Left')",
    "module": "sys.modules['left'] = wer.Report('WerTests.Left')",
    "with": "wer.Report('WerTests.Left').__enter__()",
}
# How it ends: what the main thread does, and the exit code.
ENDS = {
    "falls": ("", 0),
    "exits": ("sys.exit(3)", 3),
    "raises": ("raise LookupError('on purpose')", 1),
    "at once": ("os._exit(4)", 4),
    "interrupted": ("signal.raise_signal(signal.SIGINT)", None),
    "from a thread": (
        "threading.Timer(0.05, os._exit, (5,)).start()\nwhile True: whole('WerTests.Main')",
        5,
    ),
}
PROGRAM = """
import _thread, atexit, concurrent.futures, contextlib, faulthandler, os, signal, sys, threading, time
faulthandler.dump_traceback_later({seconds}, exit=True)
signal.signal(signal.SIGINT, signal.default_int_handler)
folder = sys.argv[1]
def told(text, write=os.write): write(1, (text + "\\n").encode())
def early(): whole('WerTests.Early'); told('early')
{early}
{layer}
import wer
def whole(name, wer=wer):
    with wer.Report(name) as report:
        report.set_parameter(0, 'value')
        report.add_dump(wer.DumpType.NONE)
        report.submit(wer.Consent.DENIED)
def late(): whole('WerTests.Late'); told('late')
atexit.register(late)
threading._register_atexit(lambda: whole('WerTests.Threads'))
class Last:
    def __del__(self, whole=whole, told=told):
        whole('WerTests.Last'); told('finalizer')
local, pool = threading.local(), concurrent.futures.ThreadPoolExecutor()
entered = [threading.Event() for _ in range({threads})]
go = [threading.Event() for _ in range({threads})]
inside = {inside!r}
def work(number):
    with contextlib.ExitStack() as stack:
        report = stack.enter_context(wer.Report('WerTests.Thread'))
        store = stack.enter_context(wer.Store(wer.StoreType.USER_QUEUE))
        entered[number].set()
        go[number].wait(30)
        exec(inside[number], {{**globals(), **locals()}})
def let_go(number, function, milliseconds):
    assert entered[number].wait(30)
    is_inside = delay_next(function, milliseconds)
    go[number].set()
    end = time.monotonic() + 30
    while not is_inside():
        assert time.monotonic() < end, function
        time.sleep(0.001)
{start}
time.sleep({pause})
{left}
{end}
"""
STANDIN = """
import ctypes
library = ctypes.WinDLL("wer.dll")
library.WerStandInControl.argtypes = library.WerStandInCalls.argtypes = [ctypes.c_wchar_p]
def delay_next(function, milliseconds):
    count = library.WerStandInCalls(function)
    assert library.WerStandInControl(f"delay {function} {count + 1} {milliseconds}") == 0
    return lambda: library.WerStandInCalls(function) > count
"""
FAKE = """
sys.path.insert(0, SHARED)
import layers
fake = layers.SlowFake()
fake.__enter__()
def delay_next(function, milliseconds):
    fake.inside[function] = lambda: time.sleep(milliseconds / 1000)
    return lambda: function not in fake.inside
"""
WHOLE = {"Early", "Late", "Threads", "Last"}  # reports that are filed in the end, from their creation to their close
FOR_EVER = 600_000  # milliseconds: long after the process has to have ended


@contextlib.contextmanager
def place(folder):
    trials.needs_stand_in()
    yield folder


def case(folder, number):
    rng = random.Random(number)
    # Those that are inside for ever come first: nothing else makes calls as yet, of which one might be kept in place of
    # theirs.
    daemons = [(kind, FOR_EVER) for kind in ENDS_WITH_THE_PROCESS if rng.random() < 0.5]
    others = [(rng.choice(list(START)), rng.randrange(10, 400)) for _ in range(rng.randrange(0 if daemons else 1, 4))]
    threads = [(kind, rng.choice(list(INSIDE)), milliseconds) for kind, milliseconds in daemons + others]
    left = rng.sample(list(LEFT), rng.randrange(len(LEFT)))
    how = rng.choice(list(ENDS))
    log = folder / f"{number}.jsonl"
    text = PROGRAM.format(
        seconds=SECONDS - 10,
        early="atexit.register(early)" if rng.random() < 0.5 else "",
        layer=STANDIN if WINDOWS else FAKE.replace("SHARED", repr(str(SHARED))),
        threads=len(threads),
        inside=[INSIDE[function] for _, function, _ in threads],
        start="\n".join(
            f"number = {number}; {START[kind]}; let_go(number, {function!r}, {milliseconds})"
            for number, (kind, function, milliseconds) in enumerate(threads)
        ),
        pause=rng.choice((0, 0.01, 0.1)),
        left="\n".join(LEFT[name] for name in left),
        end=ENDS[how][0],
    )
    store = folder / "store"
    environment = WITH_WER | {
        "PYTHONMALLOC": "debug",
        "WER_STANDIN": ";".join([f'store "{store}"', f'log "{log}"', "server offline"]),
    }
    environment.pop("PYTHONFAULTHANDLER", None)
    told = f"{how}, {threads}, left {left}"
    done = run_to_end([PYTHON, "-B", "-c", text, str(folder)], environment, SECONDS, told)
    check(done.returncode, done.stdout.split(), done.stderr, how, left, "atexit.register(early)" in text, told)
    if WINDOWS:
        if how not in ("at once", "from a thread"):
            check_log(log, told)
        with contextlib.suppress(OSError):
            os.unlink(log)


def check(code, out, errors, how, left, early, told):
    expected = ENDS[how][1]
    assert code == expected if expected is not None else code in INTERRUPTED, f"exit code {code}: {told}\n{errors}"
    allowed = {"raises": "LookupError: on purpose", "interrupted": "KeyboardInterrupt"}.get(how)
    if allowed:
        assert errors.strip().endswith(allowed), f"{told}\n{errors}"
    else:
        assert not errors, f"{told}\n{errors}"
    for bad in ("Exception ignored", "Fatal", "Debug memory"):
        assert bad not in errors, f"{told}\n{errors}"
    if how in ("at once", "from a thread"):
        return
    # A finalizer is run if nothing else holds its object: a thread that never ends may.
    assert sorted(set(out) - {"finalizer"}) == (["early", "late"] if early else ["late"]), f"printed {out}: {told}"


def check_log(log, told):
    """Of an orderly end: what the main thread registered and filed is not there any more."""
    calls = [json.loads(line) for line in log.read_text(encoding="ascii").splitlines()]
    whole = [
        call
        for call in calls
        if call["function"] == "WerReportCreate" and call["args"]["pwzEventType"].removeprefix("WerTests.") in WHOLE
    ]
    main = next(call["tid"] for call in whole if call["args"]["pwzEventType"] == "WerTests.Late")
    for what, of in (("CustomMetadata", "key"), ("File", "pwzFile"), ("MemoryBlock", "pvAddress")):
        for call in calls:
            if call["function"] == f"WerRegister{what}" and call["tid"] == main:
                same = [
                    other
                    for other in calls
                    if other["function"] == f"WerUnregister{what}"
                    and next(iter(other["args"].values())) == call["args"][of]
                ]
                assert same, f"{call} was not undone: {told}"
    closed = {call["args"]["hReportHandle"] for call in calls if call["function"] == "WerReportCloseHandle"}
    for call in whole:
        assert call["out"]["phReportHandle"] in closed, f"{call} was not closed: {told}"
