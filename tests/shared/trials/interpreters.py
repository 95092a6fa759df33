"""Interpreters with their own GIL come and go while `wer` is imported anew: old and new go on working."""

import contextlib
import json
import random
import sys

from child import run_to_end
from pythons import PYTHON, WITH_WER

import trials

UNIT = "interpreters and imports"
PYTHONS = ("windows",)
SHORT = 1

SECONDS = 120  # for a process that takes some

# What each interpreter does; TURNS is replaced.
USE = """
import gc, sys, wer
def use(turns, name="value"):
    for turn in range(turns):
        with wer.Report("WerTests.Interpreter") as report:
            report.set_parameter(0, name)
            report.add_dump(wer.DumpType.NONE)
            try:
                report.set_parameter(99, "x")
            except ValueError as error:
                assert str(error) == "index must be 0 to 9, got 99", error
            else:
                raise AssertionError("no error")
            if turn % 3 == 0:
                report.submit(wer.Consent.DENIED)
        try:
            report.set_parameter(0, "x")
        except ValueError as error:
            assert "the report" in str(error), error
        with wer.ProcessSnapshot(), wer.Store(wer.StoreType.USER_QUEUE) as store:
            list(store)
        try:
            wer.Report("x" * 65)
        except ValueError as error:
            assert "event_type takes at most 64" in str(error), error
        memory = bytearray(64)
        wer.register_memory_block(memory).unregister()
        try:
            with wer.install_crash_handler(wer.ReportTemplate("WerTests.I", consent=wer.Consent.DENIED)):
                pass
        except RuntimeError as error:
            assert "a crash handler is already installed" in str(error), error
        try:
            raise wer.WerError(-2147024891, "WerReportSubmit")
        except PermissionError as error:
            assert isinstance(error, wer.WerError)
        if turn % 5 == 0:
            cycle = [wer.Report("WerTests.Cycle")]
            cycle.append(cycle)
            del cycle
            gc.collect()
def leave():
    global kept, registered
    kept = [wer.Report("WerTests.Kept"), wer.ProcessSnapshot(), wer.Store(wer.StoreType.USER_QUEUE)]
    registered = wer.register_memory_block(bytearray(4096))
"""
FORGET = "for name in [name for name in sys.modules if name.partition('.')[0] == 'wer']: del sys.modules[name]"
# The main interpreter, of which the threads each drive others.
PROGRAM = """
import ctypes, faulthandler, gc, importlib, importlib.util, random, sys, threading, traceback
faulthandler.dump_traceback_later({seconds}, exit=True)
USE, OWN, FORGET = {use!r}, {own}, {forget!r}
library = ctypes.WinDLL("wer.dll")
findings, counted = [], [0]
if OWN:
    try:
        import _interpreters
        def create(): return _interpreters.create()
        def run(one, code):
            failed = _interpreters.exec(one, code)
            if failed is not None:
                raise AssertionError(f"in an interpreter: {{failed}}")
    except ImportError:
        import _xxsubinterpreters as _interpreters
        def create(): return _interpreters.create(isolated=True)
        run = _interpreters.run_string
# One at a time: in CPython 3.12 and 3.13 these two are not safe beside each other.
making = threading.Lock()
def interpreters(seed):
    rng = random.Random(seed)
    try:
        for _ in range(rng.randrange(1, 3)):
            with making:
                one = create()
            try:
                for _ in range(rng.randrange(1, 4)):
                    run(one, USE + f"\\nuse({{rng.randrange(1, 4)}})")
                    if rng.random() < 0.3:
                        run(one, FORGET)
                if rng.random() < 0.5:
                    run(one, USE + "\\nleave()")
            finally:
                with making:
                    _interpreters.destroy(one)
            counted[0] += 1
    except BaseException:
        findings.append(traceback.format_exc())
{first}
threads = [threading.Thread(target=interpreters, args=(seed,)) for seed in {seeds!r}]
for thread in threads:
    thread.start()
rng = random.Random({seed})
def generation():
    space = {{}}
    exec(USE, space)
    return space
old = [generation()]
try:
    for _ in range({imports}):
        old[-1]["use"](rng.randrange(1, 3))
        wer = old[-1]["wer"]
        report = wer.Report("WerTests.Old", process=wer.Handle(-1))
        old[-1]["made"] = report, wer.ProcessSnapshot(), wer.Report("WerTests.Old")
        chosen = [name for name in sys.modules if name.partition(".")[0] == "wer"]
        what = rng.randrange(3)
        if what == 0:
            for name in chosen:
                del sys.modules[name]
            old.append(generation())
        elif what == 1:
            # Not any module: its new classes would be strangers to those that have the old ones.
            importlib.reload(sys.modules[rng.choice(("wer", "wer._native", "wer._report"))])
        else:
            importlib.util.module_from_spec(importlib.util.find_spec("wer._werapi"))  # and never run
            gc.collect()
        counted[0] += 1
        # What was imported and made before goes on working.
        one = rng.choice(old)
        one["use"](1)
        if "made" in one:
            report, snapshot, other = one["made"]
            report.add_dump(0, tid=threading.get_native_id())  # 0: enums are the package's own
            other.add_dump(0, snapshot=snapshot)
except BaseException:
    findings.append(traceback.format_exc())
for thread in threads:
    thread.join()
if findings:
    sys.exit("\\n".join(findings[:2]))
old.clear()
one = wer = report = snapshot = other = None
gc.collect()
left = [name for name in ("OpenReports", "OpenStores", "OpenStrings", "OpenSnapshots", "Registrations")
        if getattr(library, "WerStandIn" + name)()]
if left:
    sys.exit(f"left: {{left}}")
print(counted[0])
"""


@contextlib.contextmanager
def place(folder):
    trials.needs_stand_in()
    yield folder


def case(folder, number):
    rng = random.Random(number)
    own = sys.version_info >= (3, 12)  # with it came interpreters with their own GIL
    text = PROGRAM.format(
        seconds=SECONDS - 20,
        use=USE,
        own=own,
        forget=FORGET,
        first="import wer" if rng.random() < 0.7 else "",  # else the first import is in several at once
        seeds=[rng.getrandbits(32) for _ in range(rng.randrange(2, 6) if own else 0)],
        seed=rng.getrandbits(32),
        imports=rng.randrange(2, 7),
    )
    environment = WITH_WER | {"PYTHONMALLOC": "debug", "WER_STANDIN": f'store "{folder / "store"}";server offline'}
    done = run_to_end([PYTHON, "-B", "-c", text], environment, SECONDS, f"case {number}")
    assert (done.returncode, done.stderr) == (0, ""), f"exit code {done.returncode:#x}\n{done.stderr[-3000:]}"
    return json.loads(done.stdout)
