"""Each way to crash, in each state that a program can be in, in each trouble: what is run, and what comes of it.

`none` says why there is no report; everything else is reported once. The crashes themselves are in tests/crashes. The
trial `crashes` goes through all of it; `python3 dev.py test` through what it begins with.
"""

import itertools
import json
import os
import random
from dataclasses import dataclass
from pathlib import Path

from child import run_to_end
from pythons import PYTHON

from wer.dumps import read_dump

EVENT = "WerTests.Crashes"
TIMEOUT, SHORT_TIMEOUT = 150, 1  # of the template, in seconds: the latter where the report is to be given up
PATIENCE = 200  # seconds after which a program is stuck, on a machine with much else to do
WENT_ON = 55  # tests/crashes: the exit code of a program that a filter lets go on
ABORTED = 3  # by Wine's abort(); Windows' one fast-fails

NOT_ASKED = "our filter is not called"
GIVEN_UP = "WER waits for ever: it is given up after the template's timeout"
REFUSED = "WER refuses it"


@dataclass(frozen=True)
class Way:
    """How it crashes: a number of tests/crashes, the code of its exception, and on what."""

    number: int
    code: int
    threads: int = 1  # 0: the main thread
    left: int = 0  # of its stack, in bytes; 0: all of it
    none: str = ""


VIOLATION, OVERFLOW, ABORT, CPP = 0xC0000005, 0xC00000FD, 0x40000015, 0xE06D7363
WAYS = {
    "access violation": Way(0, VIOLATION),
    "access violation in Python's main thread": Way(0, VIOLATION, threads=0),
    "access violation in 64 threads at once": Way(0, VIOLATION, threads=64),
    "access violation with 20 KB of stack left": Way(0, VIOLATION, left=20 << 10),
    "jump to NULL": Way(1, VIOLATION),
    "int3": Way(2, 0x80000003),
    "ud2": Way(3, 0xC000001D),
    "C++ exception": Way(4, CPP),
    "overflow of a stack of 1 MB": Way(5, OVERFLOW),
    "overflow of a stack of 64 KB": Way(5, OVERFLOW, left=64 << 10),
    "abort": Way(6, ABORT),
    "fast-fail": Way(7, 0xC0000409, none=NOT_ASKED),
}


@dataclass(frozen=True)
class State:
    """What was done before, as a program."""

    program: str
    filter: str = ""  # when one is called that is not ours: "before" it ends, if it is passed on; or "always"
    none: str = ""


INSTALL = "handler = wer.install_crash_handler(template, abort=True)\n"
DROP = "del template, handler\ngc.collect()\n"
STATES = {
    "the handler is installed": State(INSTALL),
    "faulthandler was enabled before": State("faulthandler.enable()\n" + INSTALL),
    "faulthandler was enabled after": State(INSTALL + "faulthandler.enable()\n"),
    "a filter was set before": State("native.set_filter(PASSES_ON)\n" + INSTALL, filter="passed on"),
    "a filter was set before that goes on": State("native.set_filter(GOES_ON)\n" + INSTALL, filter="passed on"),
    "a filter was set after that calls ours": State(INSTALL + "native.set_filter(PASSES_ON)\n", filter="always"),
    "a filter was set after that keeps it": State(
        INSTALL + "native.set_filter(KEEPS)\n", filter="always", none=NOT_ASKED
    ),
    "the report is to be the end": State(
        "native.set_filter(PASSES_ON)\n" + INSTALL.replace("True", "True, then='end'"), filter="passed on"
    ),
    "the template is being changed": State(
        "native.change_for_ever(table, template._held.address)\n" + INSTALL,
    ),
    "the template was dropped": State(INSTALL + DROP),
    "the handler is uninstalled during the report": State(
        INSTALL + DROP + 'native.uninstall_meanwhile(table, NAME + "-taken.entered", NAME + "-taken.release")\n',
    ),
    "the handler was uninstalled": State(INSTALL + "handler.uninstall()\n", none=NOT_ASKED),
    "Python is finalized": State(INSTALL + "at_exit = True\n"),
}


@dataclass(frozen=True)
class Trouble:
    """What else is wrong at that moment."""

    own: int = 0  # the lock, a number of tests/crashes, that each thread holds which crashes
    others: int = 0  # and that another thread holds
    dump: bool = True
    rule: str = ""  # for the stand-in
    program: str = ""
    none: str = ""


HEAP, LOADER = 1, 2
OTHER_REPORT = """
entered = kernel32.CreateEventW(None, True, False, NAME + ".entered")
threading.Thread(target=wer.Report("WerTests.Other").add_dump, daemon=True).start()
assert kernel32.WaitForSingleObject(entered, 60000) == 0
"""
FAILS = "fail {} * 0x80004005"
TROUBLES = {
    "nothing else": Trouble(),
    "it holds the heap's lock": Trouble(own=HEAP, dump=False),
    "it holds the loader's lock": Trouble(own=LOADER, dump=False),
    "it holds the heap's lock, and the dump's writer needs it": Trouble(own=HEAP, none=GIVEN_UP),
    "it holds the loader's lock, and the dump's writer needs it": Trouble(own=LOADER, none=GIVEN_UP),
    "another thread holds the heap's lock": Trouble(others=HEAP, none=GIVEN_UP),
    "another thread holds the loader's lock": Trouble(others=LOADER, none=GIVEN_UP),
    "another thread is in a report": Trouble(rule="block WerReportAddDump 1 {name}", program=OTHER_REPORT),
    "WerReportCreate fails": Trouble(rule=FAILS.format("WerReportCreate"), none=REFUSED),
    "WerReportSetParameter fails": Trouble(rule=FAILS.format("WerReportSetParameter")),
    "WerReportAddDump fails": Trouble(rule=FAILS.format("WerReportAddDump")),
    "WerReportSubmit fails": Trouble(rule=FAILS.format("WerReportSubmit"), none=REFUSED),
    "WerReportCloseHandle fails": Trouble(rule=FAILS.format("WerReportCloseHandle")),
    "WerReportSubmit never returns": Trouble(rule="block WerReportSubmit 1 {name}", none=GIVEN_UP),
}

PROGRAM = """
import ctypes, faulthandler, gc, sys, threading, wer
library, NAME, *numbers = sys.argv[1:]
way, own, others, threads, left, dump, timeout = map(int, numbers)
PASSES_ON, GOES_ON, KEEPS = range(3)
kernel32 = ctypes.WinDLL("kernel32")
kernel32.SetErrorMode(0x1 | 0x2)  # SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX: no dialog
kernel32.CreateEventW.restype = ctypes.c_void_p
kernel32.WaitForSingleObject.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
native = ctypes.CDLL(library)
native.change_for_ever.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
native.uninstall_meanwhile.argtypes = [ctypes.c_void_p, ctypes.c_wchar_p, ctypes.c_wchar_p]
pointer = ctypes.pythonapi.PyCapsule_GetPointer
pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
table = pointer(wer._C_API, b"wer._C_API")
template = wer.ReportTemplate("WerTests.Crashes", consent=wer.Consent.NOT_ASKED, timeout=timeout)
template.set_parameter(0, "1.2.3", "Version")
if not dump:
    template.set_dump(wer.DumpType.NONE)
at_exit = False
"""
END = """
assert native.get_ready(way, own, others, threads, left)
print("ready", flush=True)
if at_exit:
    ctypes.pythonapi.Py_AtExit(ctypes.cast(native.go, ctypes.c_void_p))
else:
    ctypes.pythonapi.Py_AddPendingCall(ctypes.cast(native.go, ctypes.c_void_p), None)
    while True:
        pass
"""


@dataclass(frozen=True)
class Crash:
    """One field of the matrix."""

    way: str
    state: str
    trouble: str

    def __str__(self) -> str:
        return f"{self.way}; {self.state}; {self.trouble}"

    def none(self) -> str:
        """Why there is no report, or nothing."""
        way, state, trouble = WAYS[self.way], STATES[self.state], TROUBLES[self.trouble]
        if way.none:
            return way.none
        if state.none and not (way.code == ABORT and state.filter):  # no exception: filters have no say
            return state.none
        if self.elsewhere() and trouble.own:
            return GIVEN_UP
        return trouble.none

    def can_be_tried(self) -> bool:
        """Not where faulthandler, which comes first, has no room: Wine ends the thread then, and nothing else.

        Nor where the one who uninstalls waits for the heap, and the report, by our own doing, for him. Nor where Wine
        gets the exception while another thread holds the heap's lock for ever: it was seen to wait for that, by itself,
        also of a process from which the handler was uninstalled. And faulthandler waits for it there, if it comes first
        in a thread that the C runtime does not know yet, also in a process in which no handler of ours ever was. Nor
        where Wine's abort() ends a process from which the handler was uninstalled: that takes the loader's lock.
        """
        if self.trouble == "another thread holds the loader's lock" and self.passed_on() and self.code() == ABORTED:
            return False
        if self.trouble == "another thread holds the heap's lock" and (self.passed_on() or self.faulthandler_first()):
            return False
        if self.state == "the handler is uninstalled during the report" and TROUBLES[self.trouble].own == HEAP:
            return False
        return not (0 < WAYS[self.way].left <= 20 << 10 and self.state.startswith("faulthandler"))

    def faulthandler_first(self) -> bool:
        """Whether faulthandler has its turn before us, in a thread of C's."""
        way = WAYS[self.way]
        if way.none or way.code == CPP or not way.threads:
            return False
        return self.state.startswith("faulthandler") and (way.code != ABORT or self.state.endswith("after"))

    def elsewhere(self) -> bool:
        """Whether WER is called by another thread: the one that crashed has no room on its stack."""
        way = WAYS[self.way]
        return way.code == OVERFLOW or 0 < way.left <= 48 << 10

    def reports(self) -> set[int]:
        """How many there may be."""
        if self.none():
            return {0}
        if WAYS[self.way].threads > 1 and WAYS[self.way].code != ABORT:
            if self.state == "a filter was set before that goes on":  # and what crashes then is another crash
                return set(range(1, WAYS[self.way].threads + 1))
            if self.state == "the handler is uninstalled during the report":  # what crashes then ends the process
                return {0, 1}
        return {1}

    def passed_on(self) -> bool:
        """Whether filters that were set before are called; or, of an abort, whether it goes on."""
        if self.none() == GIVEN_UP and not self.elsewhere():
            return False  # the process is ended
        return bool(self.none()) or self.state != "the report is to be the end"

    def code(self) -> int:
        """The exit code."""
        way, state = WAYS[self.way], self.state
        if way.code == ABORT:
            return ABORTED if self.passed_on() else ABORT
        if way.none:
            return way.code
        if state == "a filter was set before that goes on" and self.passed_on():
            return WENT_ON
        if way.code == CPP and self.passed_on() and state != "a filter was set after that keeps it":
            return ABORTED  # by the first filter of the process, which python.exe's C runtime has set
        return way.code

    def filter(self) -> bool:
        """Whether the filter that is not ours is called."""
        way, when = WAYS[self.way], STATES[self.state].filter
        if way.code == ABORT or way.none:
            return False
        return when == "always" or (when == "passed on" and self.passed_on())

    def check(self, library: str, folder: Path) -> None:
        """Have a program crash; an AssertionError says what else came of it than should."""
        ended = self.run(library, folder)
        found = ended.reports()
        left = f"{self}: exit code {ended.code:#x}, {len(found)} reports, printed {ended.said}, {ended.errors[-2000:]}"
        assert "ready" in ended.said, left
        assert len(found) in self.reports(), f"{left}; {self.none() or 'it should be reported'}"
        created = [call for call in ended.calls("WerReportCreate") if call["args"]["pwzEventType"] == EVENT]
        assert len(created) <= max(1, *self.reports()), f"{left}; tried {len(created)} times"
        assert ended.code == self.code(), f"{left}; the code should be {self.code():#x}"
        assert ("filter" in ended.said) == self.filter(), f"{left}; the other filter is called: {self.filter()}"
        for report in found:
            self.check_report(report, left)
        if found:
            closed = ended.calls("WerReportCloseHandle")
            assert len(closed) == len(created), f"{left}; {len(created)} handles, {len(closed)} closed"

    def check_report(self, folder: Path, left: str) -> None:
        """Whether a report is of this crash, and says what was prepared."""
        lines = dict(line.split("=", 1) for line in (folder / "Report.wer").read_text("utf-16").splitlines())
        parameter = self.trouble != "WerReportSetParameter fails"
        assert (lines.get("Sig[0].Value") == "1.2.3") == parameter, f"{left}; {lines}"
        changed = lines.get("Sig[1].Value", "")
        assert len(set(changed)) < 2, f"{left}; half of a change: {changed}"
        dumps = list(folder.glob("*.mdmp"))
        expected = TROUBLES[self.trouble].dump and self.trouble != "WerReportAddDump fails"
        assert len(dumps) == expected, f"{left}; {dumps}"
        for dump in dumps:
            exception = read_dump(dump).exception
            assert exception is not None, f"{left}; there is none in the dump"
            assert exception.code == WAYS[self.way].code, f"{left}; {exception}"

    def run(self, library: str, folder: Path) -> "Ended":
        """Have a program crash; its store and its log are in `folder`."""
        way, trouble = WAYS[self.way], TROUBLES[self.trouble]
        name = f"wer-tests-crashes-{os.getpid()}-{folder.name}"
        rules = [f'store "{folder / "store"}"', f'log "{folder / "log"}"', trouble.rule.format(name=name)]
        if self.state == "the handler is uninstalled during the report":
            rules.append(f"block WerReportSetParameter 1 {name}-taken")
        numbers = way.number, trouble.own, trouble.others, way.threads, way.left
        timeout = SHORT_TIMEOUT if self.none() == GIVEN_UP else TIMEOUT
        arguments = [library, name, *map(str, (*numbers, int(trouble.dump), timeout))]
        program = PROGRAM + STATES[self.state].program + trouble.program + END
        environment = os.environ | {"WER_STANDIN": ";".join(filter(None, rules))}
        done = run_to_end([PYTHON, "-I", "-c", program, *arguments], environment, PATIENCE, self)
        return Ended(done.returncode & 0xFFFFFFFF, done.stdout.split(), done.stderr, folder)


@dataclass(frozen=True)
class Ended:
    """What a program has left."""

    code: int
    said: list[str]
    errors: str
    folder: Path

    def reports(self) -> list[Path]:
        """Of the crash: their folders."""
        queue = self.folder / "store" / "Machine" / "Microsoft" / "Windows" / "WER" / "ReportQueue"
        found = sorted(queue.iterdir()) if queue.is_dir() else []
        return [one for one in found if f"EventType={EVENT}" in self.text(one)]

    @staticmethod
    def text(report: Path) -> str:
        """Nothing, if the process was ended before it was there."""
        file = report / "Report.wer"
        return file.read_text("utf-16") if file.exists() else ""

    def calls(self, function: str) -> list[dict]:
        """Those of this function that have returned."""
        log = self.folder / "log"
        lines = log.read_text("ascii").splitlines() if log.exists() else []
        return [call for call in map(json.loads, lines) if call["function"] == function]


def matrix() -> list[Crash]:
    """All fields: first some that have each way, each state and each trouble, then all others."""
    state, trouble = next(iter(STATES)), next(iter(TROUBLES))
    seen = [way for way in WAYS if not WAYS[way].none]  # of the others nobody would see the trouble
    seen = seen[6:] + seen[:6]  # each with another of them than of the states
    first = [
        *(Crash(way, one, trouble) for way, one in zip(itertools.cycle(WAYS), STATES, strict=False)),
        *(Crash(way, state, one) for way, one in zip(itertools.cycle(seen), list(TROUBLES)[1:], strict=False)),
    ]
    every = {crash for one in itertools.product(WAYS, STATES, TROUBLES) if (crash := Crash(*one)).can_be_tried()}
    others = sorted(every - set(first), key=str)
    random.Random(0).shuffle(others)  # noqa: S311 - the same each time
    return first + others
