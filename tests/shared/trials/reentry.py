"""Inside a call the same thread uses the same objects: each use works or is refused, and so does the call."""

import gc
import itertools
import random
import signal
import sys
import threading
import weakref

import alone
import layers

import wer

UNIT = "calls"
PYTHONS = ("windows", "linux")
SHORT = 15

NUMBERS = itertools.count()
STEPS = 12
SECONDS = 30

BUSY = "RuntimeError: another call on this report is still running"
BUSY_SNAPSHOT = "RuntimeError: another call on this snapshot is still running"
BUSY_STORE = "RuntimeError: another call on this store is still running"
BUSY_REGISTRATION = "RuntimeError: another call on this registration is still running"
CLOSED, SUBMITTED = "ValueError: the report is closed", "ValueError: the report has been submitted"
CLOSED_SNAPSHOT, CLOSED_STORE = "ValueError: the snapshot is closed", "ValueError: the store is closed"
REGISTERED = "ValueError: WerRegisterCustomMetadata: "
DONE = "done"


place, case = alone.place_of(__file__), alone.case
world = layers.with_another_process


def program(layer, number):
    return run(layer, number)


def outcome_of(do):
    """What came of a call, as a text."""
    try:
        do()
    except Exception as error:
        error.__traceback__ = None
        return f"{type(error).__name__}: {error}"
    return DONE


class Objects:
    """What is used, and its state as it has to be: the model that the calls are compared with."""

    def __init__(self, layer):
        self.layer = layer
        self.report = wer.Report("WerTests.Reentry")
        self.state = "open"
        self.snapshot = wer.ProcessSnapshot()
        self.snapshot_open = True
        self.store = wer.Store(wer.StoreType.USER_QUEUE)
        self.store_open = True
        self.registration = None
        self.calls = 0
        self.inside = []  # the kinds of objects whose calls are inside WER
        self.depth = 0

    def is_in(self, *kinds):
        return any(kind in self.inside for kind in kinds)

    def of_report(self, *, closing=False):
        """What a call on the report comes to now."""
        if self.is_in("report", "report and snapshot"):
            return BUSY
        if self.state == "closed":
            return DONE if closing else CLOSED
        return DONE if closing or self.state == "open" else SUBMITTED


# ---- calls: each is told by its name, and what it must come to ----


class Plain:
    """A call with nothing in it. `function` is where it is inside WER; `kind`, what is busy meanwhile."""

    function = ""
    kind = "report"

    def expected(self, objects):
        return objects.of_report()

    def after(self, objects):
        """What has changed when it has worked."""


class SetParameter(Plain):
    function = "WerReportSetParameter"

    def call(self, objects):
        objects.report.set_parameter(0, "value")


class SetOption(Plain):
    function = "WerReportSetUIOption"

    def call(self, objects):
        objects.report.set_ui_option(wer.ReportUI.CLOSE_TEXT, "text")


class AddFile(Plain):
    function = "WerReportAddFile"

    def call(self, objects):
        objects.report.add_file(objects.layer.file)


class AddDump(Plain):
    function = "WerReportAddDump"

    def call(self, objects):
        objects.report.add_dump(wer.DumpType.NONE, process=objects.layer.process)


class AddDumpOfSnapshot(Plain):
    function = "WerReportAddDump"
    kind = "report and snapshot"

    def call(self, objects):
        objects.report.add_dump(wer.DumpType.NONE, snapshot=objects.snapshot)

    def expected(self, objects):
        # The snapshot is asked first.
        if objects.is_in("snapshot", "report and snapshot"):
            return BUSY_SNAPSHOT
        return objects.of_report() if objects.snapshot_open else CLOSED_SNAPSHOT


class Submit(Plain):
    function = "WerReportSubmit"

    def call(self, objects):
        objects.report.submit(wer.Consent.DENIED)

    def after(self, objects):
        objects.state = "submitted"


class Close(Plain):
    function = "WerReportCloseHandle"

    def call(self, objects):
        objects.report.close()

    def expected(self, objects):
        return objects.of_report(closing=True)

    def after(self, objects):
        objects.state = "closed"


class CreateAgain(Plain):
    def call(self, objects):
        objects.report.__init__("WerTests.Reentry")

    def expected(self, objects):
        return "RuntimeError: this report has already been created"


class Another(Plain):
    """A report of its own."""

    kind = ""
    function = "WerReportCreate"

    def call(self, objects):
        with wer.Report("WerTests.Reentry") as report:
            report.set_parameter(0, "value")
            report.add_dump(wer.DumpType.NONE)

    def expected(self, objects):
        return DONE


class CloseSnapshot(Plain):
    function = "PssFreeSnapshot"
    kind = "snapshot"

    def call(self, objects):
        objects.snapshot.close()

    def expected(self, objects):
        return BUSY_SNAPSHOT if objects.is_in("snapshot", "report and snapshot") else DONE

    def after(self, objects):
        objects.snapshot_open = False


class CountStore(Plain):
    function = "WerStoreGetReportCount"
    kind = "store"

    def call(self, objects):
        objects.store.count()

    def expected(self, objects):
        return BUSY_STORE if objects.is_in("store") else DONE if objects.store_open else CLOSED_STORE


class ReadStore(CountStore):
    function = "WerStoreGetFirstReportKey"

    def call(self, objects):
        list(objects.store)


class CloseStore(CountStore):
    function = "WerStoreClose"

    def call(self, objects):
        objects.store.close()

    def expected(self, objects):
        return BUSY_STORE if objects.is_in("store") else DONE

    def after(self, objects):
        objects.store_open = False


class Register(Plain):
    function = "WerRegisterCustomMetadata"
    kind = "registering"

    def call(self, objects):
        self.made = wer.register_custom_metadata("Queue", "42")

    def expected(self, objects):
        there = objects.registration is not None or objects.is_in("registering", "unregistering")
        return REGISTERED if there else DONE

    def after(self, objects):
        objects.registration = self.made


class Unregister(Plain):
    function = "WerUnregisterCustomMetadata"
    kind = "unregistering"

    def call(self, objects):
        if objects.registration is not None:
            objects.registration.unregister()

    def expected(self, objects):
        return BUSY_REGISTRATION if objects.is_in("unregistering") else DONE

    def after(self, objects):
        objects.registration = None


class Collect(Another):
    function = ""

    def call(self, objects):
        cycle = [wer.Report("WerTests.Reentry"), wer.ProcessSnapshot(objects.layer.process)]
        cycle.append(cycle)
        del cycle
        gc.collect()


class InThread(Plain):
    """The same from another thread, which comes to its end meanwhile."""

    def __init__(self, rng):
        self.of = rng.choice(PLAIN)()

    def call(self, objects):
        came = []
        thread = threading.Thread(target=lambda: came.append(outcome_of(lambda: self.of.call(objects))))
        thread.start()
        thread.join(SECONDS)
        assert came, f"a thread hangs in {type(self.of).__name__}"
        self.came = came[0]
        kind, _, text = self.came.partition(": ")
        if self.came != DONE:
            raise {"RuntimeError": RuntimeError, "ValueError": ValueError}.get(kind, AssertionError)(text)

    def expected(self, objects):
        return self.of.expected(objects)

    def after(self, objects):
        self.of.after(objects)


PLAIN = (
    *(SetParameter, SetOption, AddFile, AddDump, AddDumpOfSnapshot, Submit, Close, CreateAgain, Another),
    *(CloseSnapshot, CountStore, ReadStore, CloseStore, Register, Unregister, Collect),
)
INSIDE = [kind for kind in PLAIN if kind.function]


def check(objects, call):
    """Make a call that has to come to what the model says."""
    objects.calls += 1
    expected = call.expected(objects)
    came = outcome_of(lambda: call.call(objects))
    assert came.startswith(expected), f"{type(call).__name__} inside {objects.inside!r}: {came}, not {expected}"
    if came == DONE:
        call.after(objects)


# ---- ways to come in between ----


def inside_wer(objects, rng, between):
    """In a callback that WER's function makes."""
    call = rng.choice(INSIDE)()
    expected = call.expected(objects)
    seen = []

    def do():
        objects.inside.append(call.kind)
        if isinstance(call, (Close, CloseSnapshot, CloseStore)):
            # It counts as closed at once.
            call.after(objects)
        try:
            between()
        except BaseException as error:  # a callback of ctypes cannot let it through
            seen.append(error)
        finally:
            objects.inside.pop()

    objects.layer.once_inside(call.function, do)
    came = outcome_of(lambda: call.call(objects))
    objects.layer.forget_inside(call.function)
    if seen:
        raise seen[0]
    assert came.startswith(expected), f"{type(call).__name__}: {came}, not {expected}"
    if came == DONE:
        call.after(objects)


def converting(objects, rng, between):
    """While an argument is converted: what the call itself comes to is decided afterwards."""
    call = rng.choice(ARGUMENTS)
    ran = []

    def once():
        if not ran:
            ran.append(1)
            between()

    came = outcome_of(lambda: call(objects, once))
    assert ran, f"{call.__name__} did not ask"
    expected = call(objects, None)
    assert came.startswith(expected), f"{call.__name__}: {came}, not {expected}"


class Path:
    def __init__(self, path, do):
        self.path, self.do = path, do

    def __fspath__(self):
        self.do()
        return str(self.path)


class Index:
    def __init__(self, number, do):
        self.number, self.do = number, do

    def __index__(self):
        self.do()
        return self.number


class Text(str):
    """Asked for the place of a NUL, for the text of an error."""

    def index(self, *arguments):
        self.do()
        return super().index(*arguments)

    def __repr__(self):
        self.do()
        return "<Text>"


class ByHandle:
    def __init__(self, process, do):
        self.process, self.do = process, do

    @property
    def handle(self):
        self.do()
        return int(getattr(self.process, "_handle", None) or self.process.handle)


class ById:
    def __init__(self, process, do):
        self.process, self.do = process, do

    @property
    def pid(self):
        self.do()
        return self.process.pid

    def is_running(self):
        self.do()
        return True


class Thread:
    def __init__(self, do):
        self.do = do

    @property
    def native_id(self):
        self.do()
        return threading.get_native_id()

    def is_alive(self):
        self.do()
        return True


def file_of(objects, do):
    return objects.of_report() if do is None else objects.report.add_file(Path(objects.layer.file, do))


def index_of(objects, do):
    return objects.of_report() if do is None else objects.report.set_parameter(Index(0, do), "value")


def text_of(objects, do):
    if do is None:
        return "ValueError: value has a NUL at 1; WER would cut it there: <Text>"
    text = Text("a\0")
    text.do = do
    return objects.report.set_parameter(0, text)


def handle_of(objects, do):
    if do is None:
        return objects.of_report()
    return objects.report.add_dump(wer.DumpType.NONE, ByHandle(objects.layer.process, do))


def id_of(objects, do):
    if do is None:
        return objects.of_report()
    return objects.report.add_dump(wer.DumpType.NONE, ById(objects.layer.process, do))


def pid_of(objects, do):
    if do is None:
        return objects.of_report()
    return objects.report.add_dump(wer.DumpType.NONE, pid=Index(objects.layer.process.pid, do))


def thread_of(objects, do):
    return objects.of_report() if do is None else objects.report.add_dump(wer.DumpType.NONE, thread=Thread(do))


def process_of_a_report(objects, do):
    if do is None:
        return DONE
    with wer.Report("WerTests.Reentry", process=ById(objects.layer.process, do)) as report:
        return report.set_parameter(0, "value")


def process_of_a_snapshot(objects, do):
    if do is None:
        return DONE
    with wer.ProcessSnapshot(ByHandle(objects.layer.process, do)):
        return None


def file_of_a_template(objects, do):
    if do is None:
        return DONE
    template = wer.ReportTemplate("WerTests.Reentry", consent=wer.Consent.DENIED)
    return template.add_file(Path(objects.layer.file, do))


def installed_by_its_path(objects, do):
    """A path that installs the very template."""
    if do is None:
        return "ValueError: the template is installed or has been reported"
    template = wer.ReportTemplate("WerTests.Reentry", consent=wer.Consent.DENIED)

    def install():
        wer.install_crash_handler(template).uninstall()
        do()

    return template.add_file(Path(objects.layer.file, install))


def another_file(objects):
    """One that is not registered, nor need it be there."""
    return objects.layer.file.with_name(f"{next(NUMBERS)}.log")


def registered_file(objects, do):
    if do is None:
        return DONE
    with wer.register_file(Path(another_file(objects), do)):
        return None


def registered_twice(objects, do):
    """A path that registers what it is about to name."""
    if do is None:
        return "ValueError: WerRegisterFile: "
    there = []
    file = another_file(objects)

    def register():
        if not there:
            there.append(wer.register_file(file))
            do()

    try:
        return wer.register_file(Path(file, register))
    finally:
        there[0].unregister()


ARGUMENTS = (
    *(file_of, index_of, text_of, handle_of, id_of, pid_of, thread_of, process_of_a_report, process_of_a_snapshot),
    *(file_of_a_template, installed_by_its_path, registered_file, registered_twice),
)


def any_time(objects, rng, between, arm, disarm):
    """Something comes in between when Python sees fit: the call comes to what it had to before, or after."""
    call = rng.choice((AddFile, AddDump, AddDumpOfSnapshot, SetParameter, Another))()
    before = call.expected(objects)
    arm()
    try:
        came = outcome_of(lambda: call.call(objects))
    finally:
        disarm()
    after = call.expected(objects)
    assert came.startswith((before, after)), f"{type(call).__name__}: {came}, neither {before} nor {after}"


def by_a_trace_function(objects, rng, between, install=sys.settrace):
    left = [rng.randrange(30)]

    def trace(frame, event, argument):
        name = frame.f_globals.get("__name__", "")
        if not name.startswith("wer.") or name.startswith("wer.testing."):  # that is the fake, inside a call
            return None
        left[0] -= 1
        if left[0] == 0:
            install(None)
            between()
        return trace

    any_time(objects, rng, between, lambda: install(trace), lambda: install(None))


def by_a_profile_function(objects, rng, between):
    by_a_trace_function(objects, rng, between, sys.setprofile)


def by_a_signal_handler(objects, rng, between):
    before = signal.signal(signal.SIGINT, lambda *arguments: between())
    try:
        if rng.random() < 0.5:
            inside_wer(objects, rng, lambda: signal.raise_signal(signal.SIGINT))
        else:
            any_time(objects, rng, between, lambda: signal.raise_signal(signal.SIGINT), lambda: None)
    finally:
        signal.signal(signal.SIGINT, before)


class Finalized:
    def __init__(self, do):
        self.do, self.itself = do, self

    def __del__(self):
        self.do()


def by_a_finalizer(objects, rng, between):
    """In the middle of WER's call."""
    failed = []

    def do():
        try:
            between()
        except BaseException as error:
            failed.append(error)

    inside_wer(objects, rng, lambda: (Finalized(do), gc.collect()))
    assert not failed, failed[0]


def by_a_weak_reference(objects, rng, between):
    failed = []

    def do(reference):
        try:
            between()
        except BaseException as error:
            failed.append(error)

    def drop():
        report = wer.Report("WerTests.Reentry")
        reference = weakref.ref(report, do)
        del report
        return reference

    inside_wer(objects, rng, drop)
    assert not failed, failed[0]


def last_reference(objects, rng, between):
    """What is in a call loses its last other reference meanwhile."""
    report = wer.Report("WerTests.Reentry")
    snapshot = wer.ProcessSnapshot(objects.layer.process)
    held = [report, snapshot]
    failed = []

    def drop():
        held.clear()
        gc.collect()
        try:
            between()
        except BaseException as error:
            failed.append(error)

    objects.layer.once_inside("WerReportAddDump", drop)
    del report, snapshot
    held[0].add_dump(wer.DumpType.NONE, snapshot=held[1])
    objects.layer.forget_inside("WerReportAddDump")
    assert not failed, failed[0]


BETWEEN = (
    *(inside_wer, inside_wer, inside_wer, converting, converting, by_a_trace_function, by_a_profile_function),
    *(by_a_signal_handler, by_a_finalizer, by_a_weak_reference, last_reference),
)


def run(layer, number):
    rng = random.Random(number)
    layer.reset()
    objects = Objects(layer)

    def between():
        """One to three calls; now and then, something comes between these, too."""
        objects.depth += 1
        try:
            for _ in range(rng.randrange(1, 4)):
                if objects.depth < 3 and rng.random() < 0.2:
                    rng.choice((inside_wer, converting))(objects, rng, between)
                else:
                    kind = rng.choice((*PLAIN, InThread))
                    check(objects, kind(rng) if kind is InThread else kind())
        finally:
            objects.depth -= 1

    for _ in range(STEPS):
        way = rng.choice(BETWEEN)
        try:
            way(objects, rng, between)
        except BaseException as error:
            error.add_note(f"in {way.__name__}")
            raise
        objects.calls += 1
        if objects.state != "open" and rng.random() < 0.7:
            objects.report, objects.state = wer.Report("WerTests.Reentry"), "open"
        if not objects.snapshot_open:
            objects.snapshot, objects.snapshot_open = wer.ProcessSnapshot(), True
        if not objects.store_open:
            objects.store, objects.store_open = wer.Store(wer.StoreType.USER_QUEUE), True
    if objects.registration is not None:
        objects.registration.unregister()
    assert objects.report.closed == (objects.state == "closed")
    calls = objects.calls
    objects = between = None
    gc.collect()
    layer.check_left()
    return calls
