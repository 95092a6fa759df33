"""64 threads make random calls on shared objects: each works or is refused, and all is given back once."""

import contextlib
import faulthandler
import gc
import random
import sys
import tempfile
import threading
import time

import alone
import layers

import wer

UNIT = "calls"
PYTHONS = ("windows", "linux")
SHORT = 3

THREADS = 64
SECONDS = 60  # for all threads of a case, which take one or two
QUEUED = 3  # reports of each case that are submitted in the end, and looked at
FUNCTIONS = (
    *("WerReportCreate", "WerReportSetParameter", "WerReportSetUIOption", "WerReportAddFile", "WerReportAddDump"),
    *("WerReportSubmit", "WerReportCloseHandle", "WerStoreOpen", "WerStoreGetReportCount", "WerStoreClose"),
    *("PssCaptureSnapshot", "PssFreeSnapshot", "WerRegisterCustomMetadata", "WerUnregisterCustomMetadata"),
    *("WerRegisterMemoryBlock", "WerUnregisterMemoryBlock", "WerStoreGetFirstReportKey"),
)
# How a call may be refused that met another, or came after it: the type, and a part of the text.
REFUSED = (
    (RuntimeError, "is still running: "),
    (RuntimeError, "has already been created; make a new one"),
    (RuntimeError, "a newer iteration over this store has begun"),
    (RuntimeError, "a crash handler is already installed"),
    (ValueError, "the report is closed"),
    (ValueError, "the report has been submitted"),
    (ValueError, "signature parameters have a gap"),
    (ValueError, "the snapshot is closed"),
    (ValueError, "the store is closed"),
    (ValueError, " is there already: unregister that one first"),
    (ValueError, "a process may register at most 8 pairs"),
    (ValueError, "handle is 0, which is no report handle"),
    (ValueError, "the template is installed or has been reported"),
)


place, case = alone.place_of(__file__), alone.case
world = layers.with_another_process


def program(layer, number):
    return run(layer, number)


class Shared:
    """What the threads have in common, and what became of their calls."""

    def __init__(self, layer, rng):
        self.layer = layer
        self.reports = [Given() for _ in range(rng.choice((1, 1, 2, 8, THREADS)))]
        self.snapshots = [wer.ProcessSnapshot() for _ in range(2)]
        self.stores = [wer.Store(wer.StoreType.USER_QUEUE) for _ in range(2)]
        self.templates = [wer.ReportTemplate("WerTests.Threads", consent=wer.Consent.DENIED) for _ in range(2)]
        self.registrations = []
        self.memory = bytearray(64)
        self.outcomes = []  # of each call the functions of WER that it made, as far as that is known


class Given:
    """A report, and what it was given: by index the values of each parameter that was set."""

    def __init__(self):
        self.report = wer.Report("WerTests.Threads")
        self.parameters = [[] for _ in range(10)]
        self.results = []


# ---- what a thread does: each returns the functions of WER that it has called for certain ----


def set_parameter(shared, rng, given):
    index, value = min(rng.randrange(10), rng.randrange(10)), f"{rng.getrandbits(64):x}"
    given.report.set_parameter(index, value, rng.choice((None, "Name")))
    given.parameters[index].append(value)
    return ("WerReportSetParameter",)


def set_ui_option(shared, rng, given):
    given.report.set_ui_option(wer.ReportUI.CLOSE_TEXT, "text" * rng.randrange(100))
    return ("WerReportSetUIOption",)


def add_file(shared, rng, given):
    given.report.add_file(shared.layer.file)
    return ("WerReportAddFile",)


def add_dump(shared, rng, given):
    process = rng.choice(({}, {"process": shared.layer.process}, {"pid": shared.layer.process.pid}))
    thread = {} if process else rng.choice(({}, {"thread": threading.current_thread()}, {"thread": wer.Handle(-2)}))
    given.report.add_dump(wer.DumpType.NONE, **process, **thread)
    return ("WerReportAddDump",)


def add_dump_of_snapshot(shared, rng, given):
    given.report.add_dump(wer.DumpType.NONE, snapshot=rng.choice(shared.snapshots))
    return ("WerReportAddDump",)


def submit(shared, rng, given):
    given.results.append(given.report.submit(wer.Consent.DENIED))
    return ("WerReportSubmit",)


def close(shared, rng, given):
    given.report.close()


def leave(shared, rng, given):
    with given.report:
        pass


def look(shared, rng, given):
    repr(given.report), given.report.closed, given.report.result
    repr(shared.snapshots), repr(shared.stores), repr(shared.registrations)


def replace(shared, rng, given):
    """Nobody may have the old one any more: then it is collected here, or while another thread is in a call on it."""
    shared.reports[rng.randrange(len(shared.reports))] = Given()
    return ("WerReportCreate",)


def create(shared, rng, given):
    with wer.Report("WerTests.Threads", process=shared.layer.process) as report:
        report.set_parameter(0, "value")
        report.add_dump(wer.DumpType.NONE)
    return ("WerReportCreate", "WerReportSetParameter", "WerReportAddDump")


def initialize_twice(shared, rng, given):
    given.report.__init__("WerTests.Threads")


def adopt(shared, rng, given):
    """A handle that another thread may free at any time: of what WER says of it nothing is known."""
    report = wer.Report.from_handle(given.report.handle)
    with contextlib.suppress(wer.WerError):
        report.set_ui_option(wer.ReportUI.CLOSE_TEXT, "text")


def make_garbage(shared, rng, given):
    cycle = [wer.Report("WerTests.Threads"), wer.ProcessSnapshot(), given]
    cycle.append(cycle)
    return ("WerReportCreate", "PssCaptureSnapshot")


def collect(shared, rng, given):
    gc.collect(rng.choice((0, 1, 2)))


def capture(shared, rng, given):
    shared.snapshots[rng.randrange(2)] = wer.ProcessSnapshot(shared.layer.process)
    return ("PssCaptureSnapshot",)


def close_snapshot(shared, rng, given):
    rng.choice(shared.snapshots).close()


def open_store(shared, rng, given):
    shared.stores[rng.randrange(2)] = wer.Store(wer.StoreType.MACHINE_QUEUE)
    return ("WerStoreOpen",)


def close_store(shared, rng, given):
    rng.choice(shared.stores).close()


def count_store(shared, rng, given):
    rng.choice(shared.stores).count()
    return ("WerStoreGetReportCount",)


def read_store(shared, rng, given):
    list(rng.choice(shared.stores))


def register(shared, rng, given):
    shared.registrations.append(wer.register_custom_metadata(f"Key{rng.randrange(3)}", "value"))
    return ("WerRegisterCustomMetadata",)


def register_memory(shared, rng, given):
    shared.registrations.append(wer.register_memory_block(shared.memory))
    return ("WerRegisterMemoryBlock",)


def unregister(shared, rng, given):
    if shared.registrations:
        rng.choice(shared.registrations).unregister()


def prepare(shared, rng, given):
    shared.templates[rng.randrange(2)] = wer.ReportTemplate("WerTests.Threads", consent=wer.Consent.DENIED)


def change_template(shared, rng, given):
    rng.choice(shared.templates).set_parameter(0, "value")


def install(shared, rng, given):
    with wer.install_crash_handler(rng.choice(shared.templates)):
        pass


ON_A_REPORT = (set_parameter, set_ui_option, add_file, add_dump, add_dump_of_snapshot, submit, close, leave, look)
OTHERS = (
    *(replace, create, initialize_twice, adopt, make_garbage, collect, capture, close_snapshot, open_store),
    *(close_store, count_store, read_store, register, register_memory, unregister),
    *(prepare, change_template, install),
)
# Of three cases one in each: mostly on reports, on all alike, mostly on what ends.
WEIGHTS = (
    {**dict.fromkeys(ON_A_REPORT, 4), **dict.fromkeys(OTHERS, 1), set_parameter: 12, close: 1, leave: 1, submit: 1},
    dict.fromkeys((*ON_A_REPORT, *OTHERS), 1),
    {**dict.fromkeys((*ON_A_REPORT, *OTHERS), 2), close: 12, add_dump: 12, replace: 8, collect: 4, submit: 8},
)


def run(layer, number):
    rng = random.Random(number)
    layer.reset()
    layer.slow_down(rng.sample(FUNCTIONS, rng.choice((0, 2, 4, len(FUNCTIONS)))))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(rng.choice((1e-6, 1e-5, 1e-4, interval)))
    shared = Shared(layer, rng)
    made = {"WerReportCreate": len(shared.reports), "PssCaptureSnapshot": 2, "WerStoreOpen": 2}
    weights = rng.choice(WEIGHTS)
    calls = rng.randrange(5, 25)
    together, findings = threading.Barrier(THREADS), []
    threads = [
        threading.Thread(target=work, args=(shared, rng.getrandbits(64), weights, calls, together, findings))
        for _ in range(THREADS)
    ]
    try:
        for thread in threads:
            thread.start()
        join(threads)
    finally:
        sys.setswitchinterval(interval)
    assert not findings, "\n".join(findings[:3])
    outcomes = shared.outcomes
    check_counts(layer, made, outcomes)
    check_states(shared)
    for registration in shared.registrations:
        registration.unregister()
    del shared, threads
    gc.collect()
    layer.check_left()
    assert len(outcomes) == THREADS * calls
    return len(outcomes)


def work(shared, seed, weights, calls, together, findings):
    rng = random.Random(seed)
    chosen = rng.choices(list(weights), list(weights.values()), k=calls)
    together.wait(SECONDS)
    for do in chosen:
        made = ()
        try:
            made = do(shared, rng, rng.choice(shared.reports)) or ()
        except Exception as error:
            if not any(isinstance(error, kind) and text in str(error) for kind, text in REFUSED):
                findings.append(f"{do.__name__}: {type(error).__name__}: {error}")
            error.__traceback__ = None  # which would keep the report
        shared.outcomes.append(made)


def join(threads):
    end = time.monotonic() + SECONDS
    for thread in threads:
        thread.join(max(0, end - time.monotonic()))
    stuck = [thread.name for thread in threads if thread.is_alive()]
    if stuck:
        with tempfile.TemporaryFile("w+") as stacks:
            faulthandler.dump_traceback(stacks)
            stacks.seek(0)
            raise AssertionError(f"{len(stuck)} threads have not ended within {SECONDS} s\n{stacks.read()}")


COUNTED = (  # a call of these is made where it works, and nowhere else
    *("WerReportCreate", "WerReportSetParameter", "WerReportAddFile", "WerReportAddDump", "WerReportSubmit"),
    *("WerStoreOpen", "WerStoreGetReportCount", "PssCaptureSnapshot", "WerRegisterCustomMetadata"),
    "WerRegisterMemoryBlock",
)


def check_counts(layer, made, outcomes):
    """WER got what was not refused, and no more."""
    counts = dict(made)
    for functions in outcomes:
        for function in functions:
            counts[function] = counts.get(function, 0) + 1
    for function in COUNTED:
        sure, got = counts.get(function, 0), layer.count(function)
        assert sure == got, f"{function}: {sure} calls worked, {got} came to WER"


def check_states(shared):
    """A report holds, for each index, one of the values that were set; one that was submitted has its one result."""
    expected = []
    for given in shared.reports:
        report = given.report
        if given.results:
            assert given.results == [report.result], (given.results, report)
        if report.closed or report.result is not None or len(expected) == QUEUED:
            continue
        values = given.parameters[: max((index + 1 for index in range(10) if given.parameters[index]), default=0)]
        for index, candidates in enumerate(values):
            if not candidates:
                report.set_parameter(index, "filled")
                candidates.append("filled")
        report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)
        expected.append(values)
    queued = shared.layer.queued()
    for values in expected:
        assert any(
            len(found) == len(values)
            and all(value in candidates for value, candidates in zip(found, values, strict=True))
            for found in queued
        ), f"set: {values}\nin the reports: {queued}"
