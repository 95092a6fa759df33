"""Every call that `wer` refuses before WER is asked: each argument of the wrong type or out of its limits, each state.

tests/common/test_fake_wer.py sends them through the fake, on every system; tests/windows/test_refusals.py through the
extension and the fake, and compares what they say.
"""

import contextlib
import enum
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import gettempdir

import pytest
from calls import FULL_PATH, REGISTER, REPORT_METHODS, STORE_METHODS
from texts import ALPHABETS, TEXTS, of_units

import wer
import wer.dumps
import wer.service

NO_SUCH_ID = 0x7FFFFFF0
NO_SUCH_HANDLE = wer.Handle(0x7FFFFFF0)
NO_SUCH_FILE = os.path.join(gettempdir(), "wer-tests-refused.dmp")  # and never will be
HUGE = 10**5000  # which Python refuses to print


class World:
    """What refused calls are made with: objects of the layer that is in place, made when they are needed first.

    Attributes
    ----------
    worker, pid, tid
        Another process, as an object that owns a handle; its id, and that of a thread of it.
    finished
        A process that has ended.
    others
        Give so many more processes.
    inside
        ``with inside(function, call):`` another thread is in that function of WER, in a call of `call`.
    """

    def __init__(self, worker, pid, tid, finished, others, inside):
        self.worker, self.pid, self.tid, self.finished = worker, pid, tid, finished
        self.others, self.inside = others, inside
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stack.close()

    def closing(self, one):
        self.stack.callback(one.close)
        return one

    @property
    def report(self):
        return self.closing(wer.Report("WerTests.Event"))

    @property
    def closed_report(self):
        report = self.report
        report.close()
        return report

    @property
    def submitted_report(self):
        report = self.report
        report.submit(wer.Consent.DENIED)
        return report

    @property
    def snapshot(self):
        return self.closing(wer.ProcessSnapshot())

    @property
    def closed_snapshot(self):
        snapshot = self.snapshot
        snapshot.close()
        return snapshot

    @property
    def closed_interpreter(self):
        process = wer.interpreter_of(self.worker)
        process.close()
        return process

    @property
    def store(self):
        return self.closing(wer.Store(wer.StoreType.USER_QUEUE))

    @property
    def closed_store(self):
        store = self.store
        store.close()
        return store

    @property
    def template(self):
        return wer.ReportTemplate("WerTests.Crash", consent=wer.Consent.NOT_ASKED)

    @property
    def installed_template(self):
        template = self.template
        self.stack.callback(wer.install_crash_handler(template).uninstall)
        return template

    @property
    def watchdog(self):
        return self.closing(wer.Watchdog(60, folder=gettempdir()))

    def registered(self, register):
        registration = register()
        self.stack.callback(registration.unregister)
        return registration


@dataclass(frozen=True)
class Refusal:
    """A call that is refused."""

    id: str
    call: Callable[[World], object]
    error: type[Exception]
    message: str  # what the error's text has in it, as a regular expression
    function: str = ""  # of WER, which must not be called for it
    standin: bool = True  # needs the stand-in: it would tell a real WER something

    def __str__(self):
        return self.id


def table(name, call, rows, function="", *, standin=False):
    """A refusal for each row: arguments (a dict of keywords, a tuple, or what makes one of a World), error, message."""

    def made(arguments):
        def made(world):
            given = arguments(world) if callable(arguments) else arguments
            positional, keywords = ((), given) if isinstance(given, dict) else (given, {})
            return call(world, *positional, **keywords)

        return made

    return [
        Refusal(f"{name}-{number}", made(arguments), error, message, function, standin)
        for number, (arguments, error, message) in enumerate(rows)
    ]


class Index:
    """What counts as an int, and cannot be asked."""

    def __index__(self):
        raise ZeroDivisionError("no index")


class Pywin32:
    """A handle, as pywin32 has them."""

    def __init__(self, handle):
        self.handle = handle

    def __repr__(self):
        return f"<PyHANDLE {self.handle}>"


class Psutil:
    """A process, as psutil has them."""

    def __init__(self, pid, *, running=True):
        self.pid = pid
        self.running = running

    def is_running(self):
        return self.running


class Broken:
    """A process, and a thread, that cannot be asked."""

    @property
    def pid(self):
        raise KeyError("broken")

    native_id = pid


class Finished:
    """A thread that has ended, whose id may be another's by now."""

    native_id = threading.get_native_id()

    def is_alive(self):
        return False


class Unstarted:
    """A thread that has not been started, as `threading` has them."""

    native_id = None

    def __repr__(self):
        return "<Thread>"


class Forgetful(wer.Report):
    """A subclass that does not call the constructor."""

    def __init__(self):
        pass


# What every argument for a process, and for a thread, refuses.
PROCESSES = [
    ({"process": 0}, TypeError, "process takes no plain number"),
    ({"process": 1234}, TypeError, r"say pid=1234 if it is an id, or process=wer\.Handle\(1234\) if it is a handle"),
    ({"process": HUGE}, TypeError, "process takes no plain number"),
    ({"process": "self"}, TypeError, "process must be a wer.Handle.*that has a pid, got str"),
    ({"process": True}, TypeError, "process must be a wer.Handle.*got bool"),
    ({"process": wer.Handle(-1), "pid": 1}, TypeError, "pass process or pid, not both"),
    ({"process": NO_SUCH_HANDLE}, ValueError, r"process is no open handle: 0x7ffffff0 \(.+\)"),
    ({"process": wer.Handle(-2)}, ValueError, "process is no handle of a process: -2"),
    ({"process": Pywin32(0)}, ValueError, "process: the handle of <PyHANDLE 0> is closed"),
    ({"process": Broken()}, KeyError, "broken"),
    ({"process": Psutil("1")}, TypeError, "pid must be an int, got str"),
    ({"process": Psutil(NO_SUCH_ID)}, ProcessLookupError, f"process {NO_SUCH_ID} is gone"),
    (lambda world: {"process": world.finished}, ProcessLookupError, r"process \d+ is gone"),
    (
        lambda world: {"process": Psutil(world.pid, running=False)},
        ProcessLookupError,
        r"process \d+ \(its id belongs to another process by now\) is gone",
    ),
    (lambda world: {"pid": world.finished.pid}, ProcessLookupError, r"process \d+ is gone"),
    # Windows ignores the two lowest bits of an id.
    (
        lambda world: {"pid": world.pid | 1},
        ProcessLookupError,
        r"process \d+ does not exist: ids are multiples of 4; Windows would take another one's",
    ),
    (lambda world: {"process": world.worker, "pid": world.pid}, TypeError, "pass process or pid, not both"),
    ({"pid": NO_SUCH_ID}, ProcessLookupError, f"process {NO_SUCH_ID} is gone"),
    ({"pid": 0}, ValueError, "pid must be 1 to 4294967295, got 0"),
    ({"pid": -1}, ValueError, "pid must be 1 to 4294967295, got -1"),
    ({"pid": "1"}, TypeError, "pid must be an int, got str"),
    ({"pid": True}, TypeError, "pid must be an int, got bool"),
    ({"pid": 1 << 32}, ValueError, "pid must be 1 to 4294967295, got 4294967296"),
    ({"pid": HUGE}, ValueError, "pid must be 1 to 4294967295, got an int of 16610 bits"),
    ({"pid": Index()}, ZeroDivisionError, "no index"),
]
THREADS = [
    ({"thread": 1234}, TypeError, r"say tid=1234 if it is an id, or thread=wer\.Handle\(1234\) if it is a handle"),
    ({"thread": "main"}, TypeError, "thread must be a wer.Handle.*threading.Thread, got str"),
    ({"thread": True}, TypeError, "thread must be a wer.Handle.*got bool"),
    ({"thread": NO_SUCH_HANDLE}, ValueError, r"thread is no open handle: 0x7ffffff0 \(.+\)"),
    ({"thread": wer.Handle(-1)}, ValueError, "thread is no handle of a thread: -1"),
    ({"thread": Unstarted()}, ValueError, "thread: <Thread> has not been started"),
    ({"thread": Broken()}, KeyError, "broken"),
    ({"tid": -1}, ValueError, "tid must be 1 to 4294967295, got -1"),
    ({"tid": 1.0}, TypeError, "tid must be an int, got float"),
    ({"tid": HUGE}, ValueError, "tid must be 1 to 4294967295, got an int of 16610 bits"),
    ({"tid": NO_SUCH_ID}, ProcessLookupError, f"thread {NO_SUCH_ID} is gone"),
]
OWN_THREADS = [
    ({"thread": wer.Handle(-2), "tid": 1}, TypeError, "pass thread or tid, not both"),
    ({"thread": Finished()}, ProcessLookupError, r"thread \d+ is gone"),
    (
        lambda world: {"process": world.worker, "tid": world.tid | 1},
        ProcessLookupError,
        r"thread \d+ does not exist: ids are multiples of 4; Windows would take another one's",
    ),
    (lambda world: {"tid": world.tid}, ProcessLookupError, r"thread \d+ belongs to process \d+, not to process \d+"),
    (
        lambda world: {"process": world.worker, "thread": wer.Handle(-2)},
        ProcessLookupError,
        r"thread \d+ belongs to process \d+, not to process \d+",
    ),
]
FILE_FLAGS = [
    ({"flags": 0x10000}, ValueError, "flags must be 0 to 65535, got 65536"),
    ({"flags": -1}, ValueError, "flags must be 0 to 65535, got -1"),
    ({"flags": HUGE}, ValueError, "flags must be 0 to 65535, got an int of 16610 bits"),
    ({"flags": wer.SubmitFlags.QUEUE}, TypeError, "flags must be a wer.FileFlags, got <SubmitFlags.QUEUE"),
    ({"flags": True}, TypeError, "flags must be a wer.FileFlags, got True"),
    ({"flags": None}, TypeError, "flags must be a wer.FileFlags, got None"),
    ({"flags": False}, TypeError, "flags must be a wer.FileFlags, got False"),
    ({"flags": "1"}, TypeError, "flags must be a wer.FileFlags, got '1'"),
]
FILE_TYPES = [
    ({"file_type": 0}, ValueError, r"file_type takes .* MICRODUMP \(1\) to AUXILIARY_HEAP_DUMP \(10\), got 0"),
    ({"file_type": wer.WerFileTypeMax}, ValueError, "got 11"),
    ({"file_type": wer.DumpType.MINIDUMP}, TypeError, "file_type must be a wer.FileType, got <DumpType.M"),
]
# Of a report and of a template.
DESCRIBED = [
    ({"report_type": 5}, ValueError, r"report_type takes a wer.ReportType .*KERNEL \(4\), got 5"),
    ({"report_type": -1}, ValueError, r"report_type takes .* from NON_CRITICAL \(0\) .* got -1"),
    ({"report_type": 1 << 40}, ValueError, "report_type takes"),
    ({"report_type": HUGE}, ValueError, "got an int of 16610 bits"),
    ({"report_type": wer.WerReportInvalid}, ValueError, "got 5"),
    ({"report_type": wer.Consent.APPROVED}, TypeError, "report_type must be a wer.ReportType, got <Consent"),
    ({"report_type": True}, TypeError, "report_type must be a wer.ReportType, got True"),
    ({"report_type": "1"}, TypeError, "report_type must be a wer.ReportType, got '1'"),
    ({"report_type": Index()}, ZeroDivisionError, "no index"),
    ({"application_identity": "sixteen letters."}, TypeError, "application_identity must be bytes, got str"),
    ({"application_identity": None}, TypeError, "application_identity must be bytes, got NoneType"),
    ({"application_identity": 0}, TypeError, "application_identity must be bytes, got int"),
    ({"application_identity": bytes(15)}, ValueError, "application_identity takes exactly 16 bytes, got 15"),
    ({"application_identity": bytes(17)}, ValueError, "application_identity takes exactly 16 bytes, got 17"),
]
# Of `Report.set_parameter` and `ReportTemplate.set_parameter`.
PARAMETERS = [
    ((-1, "value"), ValueError, "index must be 0 to 9, got -1"),
    ((10, "value"), ValueError, "index must be 0 to 9, got 10"),
    ((1 << 32, "value"), ValueError, "index must be 0 to 9, got 4294967296"),
    ((1 << 100, "value"), ValueError, f"index must be 0 to 9, got {1 << 100}"),
    ((HUGE, "value"), ValueError, "index must be 0 to 9, got an int of 16610 bits"),
    ((-HUGE, "value"), ValueError, "index must be 0 to 9, got an int of 16610 bits"),
    (("0", "value"), TypeError, "index must be an int, got str"),
    ((0.0, "value"), TypeError, "index must be an int, got float"),
    ((None, "value"), TypeError, "index must be an int, got NoneType"),
    ((False, "value"), TypeError, "index must be an int, got bool"),
    ((Index(), "value"), ZeroDivisionError, "no index"),
]


def create(world, event_type="WerTests.Event", *arguments, **options):
    return wer.Report(event_type, *arguments, **options)


REPORTS = [
    *table("Report", create, DESCRIBED, "WerReportCreate"),
    *table(
        "Report",
        create,
        [
            ({"submit_result_max": -1}, ValueError, "submit_result_max must be 0 to 2147483647, got -1"),
            ({"submit_result_max": 1 << 31}, ValueError, "submit_result_max must be 0 to 2147483647"),
            ({"submit_result_max": HUGE}, ValueError, "submit_result_max .* got an int of 16610 bits"),
            ({"submit_result_max": 1.5}, TypeError, "submit_result_max must be an int, got float"),
            ({"snapshot": "1"}, TypeError, "snapshot must be an int, got str"),
            ({"snapshot": None}, TypeError, "snapshot must be an int, got NoneType"),
            ({"snapshot": HUGE}, ValueError, "snapshot must fit into .* got an int of 16610 bits"),
            ({"delete_files_token": 1 << 64}, ValueError, "delete_files_token must fit into .* bits, got 1844"),
            ({"delete_files_token": -(1 << 63) - 1}, ValueError, "delete_files_token must fit into"),
            ({"parent_window": True}, TypeError, "parent_window must be an int, got bool"),
            ({"parent_window": Index()}, TypeError, "parent_window must be an int, got Index"),
            (("WerTests.Event", 0, None), TypeError, "positional"),
            ({"event": "x"}, TypeError, "unexpected keyword argument 'event'"),
        ],
        "WerReportCreate",
    ),
    *table("Report", create, PROCESSES, "WerReportCreate"),
    *table(
        "Report.from_handle",
        lambda world, handle: wer.Report.from_handle(handle),
        [
            (("1",), TypeError, "handle must be an int, got str"),
            ((1.0,), TypeError, "handle must be an int, got float"),
            ((None,), TypeError, "handle must be an int, got NoneType"),
            ((True,), TypeError, "handle must be an int, got bool"),
            ((0,), ValueError, "handle is 0, which is no report handle"),
            ((1 << 64,), ValueError, r"handle must fit into .* bits"),
            ((-(1 << 63) - 1,), ValueError, r"handle must fit into .* bits"),
            ((HUGE,), ValueError, r"handle must fit into .* bits, got an int of 16610 bits"),
        ],
    ),
    *table(
        "Report.set_parameter",
        lambda world, *arguments: world.report.set_parameter(*arguments),
        PARAMETERS,
        "WerReportSetParameter",
    ),
    *table(
        "Report.set_ui_option",
        lambda world, option: world.report.set_ui_option(option, "text"),
        [
            ((0,), ValueError, r"ADDITIONAL_DATA_DLG_HEADER \(1\) to CLOSE_DLG_BUTTON_TEXT \(10\), got 0"),
            ((wer.WerUIMax,), ValueError, "got 11"),
            ((wer.FileType.OTHER,), TypeError, "option must be a wer.ReportUI, got <FileType.OTHER: 5>"),
            ((None,), TypeError, "option must be a wer.ReportUI, got None"),
            ((HUGE,), ValueError, "got an int of 16610 bits"),
        ],
        "WerReportSetUIOption",
    ),
    *table(
        "Report.add_file",
        lambda world, path=__file__, **options: world.report.add_file(path, **options),
        [
            *FILE_TYPES,
            *FILE_FLAGS,
            ((3,), TypeError, "int"),
            (("",), ValueError, "path is empty"),
            ((b"",), ValueError, "path is empty"),
            ((b"a\0",), ValueError, "path has a NUL at 1"),
            (("x" * 259,), ValueError, r"path takes at most 259 UTF-16 units, got \d\d\d: shorten it"),
        ],
        "WerReportAddFile",
    ),
    *table(
        "Report.add_dump",
        lambda world, *arguments, **options: world.report.add_dump(*arguments, **options),
        [
            ({"dump_type": wer.DumpType.MICRODUMP}, ValueError, "MICRODUMP is .* one thread: pass thread or tid"),
            ({"dump_type": 5}, ValueError, r"dump_type takes .* from NONE \(0\) to TRIAGEDUMP \(4\), got 5"),
            ({"dump_type": wer.FileType.MINIDUMP}, TypeError, "dump_type must be a wer.DumpType, got <FileType"),
            ({"dump_type": None}, TypeError, "dump_type must be a wer.DumpType, got None"),
            ({"flags": -1}, ValueError, "flags must be 0 to 4294967295, got -1"),
            ({"flags": 1 << 32}, ValueError, "flags must be 0 to 4294967295, got 4294967296"),
            ({"flags": HUGE}, ValueError, "flags must be 0 to 4294967295, got an int of 16610 bits"),
            ({"flags": wer.FileFlags.COMPRESSED}, TypeError, "flags must be a wer.DumpFlags, got <FileFlags.COMPR"),
            ({"exception": 0x1000}, TypeError, "exception must be a wer.ExceptionInformation, got int"),
            ({"options": {"dump_flags": 1}}, TypeError, "options must be a wer.DumpOptions, got dict"),
            ({"snapshot": 5}, TypeError, r"snapshot must be a wer.ProcessSnapshot, got int; DumpOptions\(snapshot"),
            ((2, None, None, None, None, 0, 1), TypeError, "positional"),
        ],
        "WerReportAddDump",
    ),
    *table(
        "Report.add_dump",
        lambda world, **options: world.report.add_dump(**options),
        [
            (
                lambda world: {"snapshot": world.snapshot, "options": wer.DumpOptions(snapshot=5)},
                TypeError,
                "pass snapshot or options.snapshot, not both",
            ),
            (lambda world: {"snapshot": world.closed_snapshot}, ValueError, "the snapshot is closed"),
            (
                lambda world: {"snapshot": wer.ProcessSnapshot(world.worker), "thread": wer.Handle(-2)},
                ProcessLookupError,
                r"thread \d+ belongs to process \d+, not to process \d+",
            ),
        ],
        "WerReportAddDump",
        standin=True,
    ),
    *table(
        "Report.add_dump",
        lambda world, **options: world.report.add_dump(**options),
        [*PROCESSES, *THREADS, *OWN_THREADS],
        "WerReportAddDump",
    ),
    *table(
        "Report.submit",
        lambda world, *arguments: world.report.submit(*arguments),
        [
            ((), TypeError, "consent|argument"),
            ((0,), ValueError, r"consent takes .* NOT_ASKED \(1\) to ALWAYS_PROMPT \(4\), got 0"),
            ((wer.WerConsentMax,), ValueError, "got 5"),
            ((wer.SubmitFlags.QUEUE,), TypeError, "consent must be a wer.Consent, got <SubmitFlags.QUEUE: 4>"),
            ((True,), TypeError, "consent must be a wer.Consent, got True"),
            ((None,), TypeError, "consent must be a wer.Consent, got None"),
            (("approved",), TypeError, "consent must be a wer.Consent, got 'approved'"),
            ((1, -1), ValueError, "flags must be 0 to 4294967295, got -1"),
            ((1, 1 << 32), ValueError, "flags must be 0 to 4294967295, got 4294967296"),
            ((1, HUGE), ValueError, "flags must be 0 to 4294967295, got an int of 16610 bits"),
            ((1, wer.Consent.APPROVED), TypeError, "flags must be a wer.SubmitFlags, got <Consent.APPROVED: 2>"),
        ],
        "WerReportSubmit",
    ),
]


def with_parameters(indexes, owner, then):
    for index in indexes:
        owner.set_parameter(index, "value")
    return then(owner)


GAPS = [
    (([1],), ValueError, "gap: P1 set, P0 not; set every lower one"),
    (([0, 2],), ValueError, "gap: P0, P2 set, P1 not"),
    (([9],), ValueError, "gap: P9 set, P0, P1, P2, P3, P4, P5, P6, P7, P8 not"),
    (([3, 0, 4],), ValueError, "gap: P0, P3, P4 set, P1, P2 not"),
]

STATES = [
    *table(
        "Report.submit",
        lambda world, indexes: with_parameters(indexes, world.report, lambda report: report.submit(1)),
        GAPS,
        "WerReportSubmit",
    ),
    *table(
        "install_crash_handler",
        lambda world, indexes: with_parameters(indexes, world.template, wer.install_crash_handler),
        GAPS,
    ),
    *[
        refusal
        for name, method in REPORT_METHODS.items()
        for refusal in (
            Refusal(
                f"closed-Report.{name}",
                lambda world, method=method: method(world.closed_report),
                ValueError,
                "^the report is closed$",
                standin=False,
            ),
            Refusal(
                f"forgotten-Report.{name}",
                lambda world, method=method: method(Forgetful()),
                ValueError,
                "^the report is closed$",
                standin=False,
            ),
            Refusal(
                f"submitted-Report.{name}",
                lambda world, method=method: method(world.submitted_report),
                ValueError,
                "^the report has been submitted; file a new one$",
            ),
        )
    ],
    *table(
        "closed-Report",
        lambda world, use: use(world.closed_report),
        [
            ((lambda report: report.handle,), ValueError, "the report is closed"),
            ((lambda report: report.__enter__(),), ValueError, "the report is closed"),
            ((lambda report: report.__init__("WerTests.Other"),), RuntimeError, "this report has already been created"),
        ],
    ),
    *table(
        "twice",
        lambda world, use: use(world),
        [
            ((lambda world: world.report.__init__("X"),), RuntimeError, "already been created; make a new one"),
            ((lambda world: world.template.__init__("X", consent=1),), RuntimeError, "template has already been cre"),
        ],
    ),
    *table(
        "twice",
        lambda world, use: use(world),
        [
            ((lambda world: world.store.__init__(1),), RuntimeError, "this store has already been opened; make a new"),
            ((lambda world: world.snapshot.__init__(),), RuntimeError, "this snapshot has already been captured"),
        ],
        standin=True,
    ),
    *table(
        "copied",
        lambda world, make: make(world).__reduce__(),
        [
            ((lambda world: world.report,), TypeError, "a report cannot be copied or pickled"),
            ((lambda world: world.template,), TypeError, "a template cannot be copied or pickled"),
        ],
    ),
]

TEMPLATES = [
    *table("ReportTemplate", lambda world, **o: wer.ReportTemplate("WerTests.Crash", **{"consent": 1} | o), DESCRIBED),
    *table(
        "ReportTemplate",
        lambda world, event_type="WerTests.Crash", **options: wer.ReportTemplate(
            event_type, **{"consent": 1} | options
        ),
        [
            (("",), ValueError, "event_type is empty"),
            (("x" * 65,), ValueError, "event_type takes at most 64 UTF-16 units, got 65"),
            ((b"x",), TypeError, "event_type must be a str, got bytes"),
            ({"consent": 5}, ValueError, "consent takes a wer.Consent"),
            ({"consent": None}, TypeError, "consent must be a wer.Consent, got None"),
            ({"flags": -1}, ValueError, "flags must be 0 to"),
            ({"flags": wer.FileFlags.COMPRESSED}, TypeError, "flags must be a wer.SubmitFlags"),
            ({"timeout": 0}, ValueError, "timeout must be 0.001 to"),
            ({"timeout": 4000001}, ValueError, "timeout must be 0.001 to 4000000 seconds, got 4000001"),
            ({"timeout": HUGE}, ValueError, "timeout must be 0.001 to 4000000 seconds, got an int of 16610 bits"),
            ({"timeout": float("nan")}, ValueError, "timeout must be 0.001 to"),
            ({"timeout": "1"}, TypeError, "timeout must be a number of seconds, got '1'"),
            ({"timeout": True}, TypeError, "timeout must be a number of seconds, got True"),
            ({"description": "x" * 512}, ValueError, "description takes at most 511 UTF-16 units, got 512"),
            ({"consent_key": "x" * 64}, ValueError, "consent_key takes at most 63 UTF-16 units, got 64"),
            ({"friendly_event_name": None}, TypeError, "friendly_event_name must be a str, got NoneType"),
            ({"application_name": "a\0"}, ValueError, "application_name has a NUL at 1"),
            ({"application_path": "x" * 260}, ValueError, "application_path takes at most 259"),
            ({"namespace_partner": "x" * 64}, ValueError, "namespace_partner takes at most 63"),
            ({"namespace_group": "x" * 64}, ValueError, "namespace_group takes at most 63"),
            ({"parent_window": 1}, TypeError, "parent_window"),
        ],
    ),
    Refusal("ReportTemplate-no-consent", lambda world: wer.ReportTemplate("X"), TypeError, "consent", standin=False),
    *table("ReportTemplate.set_parameter", lambda world, *a: world.template.set_parameter(*a), PARAMETERS),
    *table(
        "ReportTemplate.set_parameter",
        lambda world, *arguments: world.template.set_parameter(*arguments),
        [
            ((0, "v" * 260), ValueError, "value takes at most 259 UTF-16 units, got 260"),
            ((0, "v", "n" * 129), ValueError, "name takes at most 128 UTF-16 units, got 129"),
            ((0, None), TypeError, "value must be a str, got NoneType"),
        ],
    ),
    *table(
        "ReportTemplate.add_file",
        lambda world, path="a.log", **options: world.template.add_file(path, **options),
        [*FILE_TYPES, *FILE_FLAGS, (("",), ValueError, "path is empty"), ((3,), TypeError, "int")],
    ),
    *table(
        "ReportTemplate.set_dump",
        lambda world, *arguments: world.template.set_dump(*arguments),
        [
            ((5,), ValueError, r"dump_type takes .* from NONE \(0\) to TRIAGEDUMP \(4\), got 5"),
            ((2, {}), TypeError, "options must be a wer.DumpOptions, got dict"),
            ((2, None, -1), ValueError, "flags must be 0 to 4294967295, got -1"),
        ],
    ),
    *table(
        "installed-ReportTemplate",
        lambda world, change: change(world.installed_template),
        [
            ((lambda template: template.set_parameter(0, "v"),), ValueError, "installed or has been reported"),
            ((lambda template: template.add_file("file"),), ValueError, "installed or has been reported"),
            ((lambda template: template.set_dump(0),), ValueError, "installed or has been reported"),
            ((wer.install_crash_handler,), RuntimeError, "a crash handler is already installed"),
        ],
    ),
    *table(
        "forgotten-ReportTemplate",
        lambda world, change: change(wer.ReportTemplate.__new__(wer.ReportTemplate)),
        [
            ((lambda template: template.set_parameter(0, "v"),), ValueError, "the template was not created"),
            ((lambda template: template.add_file("file"),), ValueError, "the template was not created"),
            ((lambda template: template.set_dump(0),), ValueError, "the template was not created"),
            ((wer.install_crash_handler,), ValueError, "the template was not created"),
        ],
    ),
    *table(
        "crash-handler",
        lambda world, call: call(),
        [
            ((wer.CrashHandler,), TypeError, "install_crash_handler makes a CrashHandler"),
            ((lambda: wer.install_crash_handler("X"),), TypeError, r"template must be a wer\.ReportTemplate, got str"),
            ((lambda: wer.install_crash_handler(None),), TypeError, "template must be a wer.ReportTemplate, got None"),
        ],
    ),
    *table(
        "crash-handler-then",
        lambda world, then: wer.install_crash_handler(world.template, then=then),
        [
            (("stop",), ValueError, "then must be 'continue' or 'end', got 'stop'"),
            ((None,), ValueError, "then must be 'continue' or 'end', got None"),
            (([],), ValueError, r"then must be 'continue' or 'end', got \[\]"),
        ],
    ),
    Refusal(
        "ReportTemplate-33-files",
        lambda world: (lambda template: [template.add_file(f"{number}.log") for number in range(33)])(world.template),
        ValueError,
        "a template takes at most 32 files",
        standin=False,
    ),
]

WATCHDOGS = [
    *table(
        "Watchdog",
        lambda world, timeout=60, *arguments, **options: wer.Watchdog(
            timeout, *arguments, **{"folder": gettempdir()} | options
        ),
        [
            (("1",), TypeError, "timeout must be seconds as a float or int, got str"),
            ((True,), TypeError, "timeout must be seconds as a float or int, got bool"),
            ((0,), ValueError, r"timeout must be 0\.1 to 86400 seconds, got 0"),
            ((float("nan"),), ValueError, r"timeout must be 0\.1 to 86400 seconds, got nan"),
            ((HUGE,), ValueError, r"timeout must be 0\.1 to 86400 seconds, got an int of"),
            ((60, b"x"), TypeError, "application must be a str, got bytes"),
            ((60, "x" * 128), ValueError, "application takes at most 127 UTF-16 units, got 128"),
            ((60, "a\0"), ValueError, "application has a NUL at 1"),
            ({"version": 4}, TypeError, "version must be a str, got int"),
            ({"version": "x" * 260}, ValueError, "version takes at most 259 UTF-16 units, got 260"),
            ({"event": ""}, ValueError, "event is empty"),
            ({"event": "x" * 65}, ValueError, "event takes at most 64 UTF-16 units, got 65"),
            (
                {"event": "x" * 65, "out_of_process": True},
                ValueError,
                "event takes at most 64 UTF-16 units, got 65",
            ),
            ({"consent": 5}, ValueError, "consent takes a wer.Consent"),
            ({"flags": wer.FileFlags.COMPRESSED}, TypeError, "flags must be a wer.SubmitFlags"),
            ({"dump_type": wer.Consent.DENIED}, TypeError, "dump_type must be a wer.DumpType"),
            ({"most": -1}, ValueError, "most must be an int from 0 to 1000, got -1"),
            ({"most": True}, ValueError, "most must be an int from 0 to 1000, got True"),
            ({"most_restarts": 0}, ValueError, "most_restarts must be an int from 1 to 256, got 0"),
            ({"most_restarts": 257}, ValueError, "most_restarts must be an int from 1 to 256, got 257"),
            ({"most_restarts": 1.0}, ValueError, "most_restarts must be an int from 1 to 256, got 1.0"),
            ({"then": "stop"}, ValueError, "then must be 'continue', 'end' or 'restart', got 'stop'"),
            ({"then": "restart"}, ValueError, "then='restart' takes out_of_process=True: another process has to"),
            ({"folder": 5}, TypeError, "int"),
        ],
    ),
    *table(
        "Watchdog",
        lambda world, use: use(world.watchdog),
        [
            (
                (lambda watchdog: watchdog.__init__(60, folder=gettempdir()),),
                RuntimeError,
                "this watchdog has already been started",
            ),
            ((lambda watchdog: watchdog.__reduce__(),), TypeError, "a watchdog cannot be copied or pickled"),
        ],
    ),
]

INTERPRETERS = [
    *table(
        "interpreter_of",
        lambda world, **options: wer.interpreter_of(**options),
        [
            ({}, TypeError, "pass the process that was started, or its id as pid="),
            ({"process": 1234}, TypeError, "process must be an object that .* got 1234: pid= takes an id"),
            ({"process": "self"}, TypeError, "process must be a wer.Handle.*that has a pid, got str"),
            ({"process": NO_SUCH_HANDLE}, ValueError, r"process is no open handle: 0x7ffffff0 \(.+\)"),
            ({"process": wer.Handle(-2)}, ValueError, "process is no handle of a process: -2"),
            ({"process": Pywin32(0)}, ValueError, "process: the handle of <PyHANDLE 0> is closed"),
            ({"process": Psutil(NO_SUCH_ID)}, ProcessLookupError, f"process {NO_SUCH_ID} is gone"),
            (lambda world: {"pid": world.finished.pid}, ProcessLookupError, r"process \d+ is gone"),
            (lambda world: {"process": world.worker, "pid": 1}, TypeError, "pass process or pid, not both"),
            ({"pid": 0}, ValueError, "pid must be 1 to 4294967295, got 0"),
            ({"pid": "1"}, TypeError, "pid must be an int, got str"),
            ({"pid": HUGE}, ValueError, "pid must be 1 to 4294967295, got an int of 16610 bits"),
            ({"pid": 5, "timeout": "1"}, TypeError, "timeout must be seconds as a float or int, got str"),
            ({"pid": 5, "timeout": -1}, ValueError, "timeout takes 0 or more seconds, not without end, got -1"),
            ({"pid": 5, "timeout": float("nan")}, ValueError, "timeout takes 0 or more seconds"),
        ],
    ),
    Refusal(
        "InterpreterProcess",
        lambda world: wer.InterpreterProcess(),
        TypeError,
        "interpreter_of makes an InterpreterProcess",
        standin=False,
    ),
    *table(
        "closed-InterpreterProcess",
        lambda world, use: use(world.closed_interpreter),
        [
            ((lambda process: process.handle,), ValueError, r"the handle of process \d+ is closed: keep the Interpr"),
            ((lambda process: process.__enter__(),), ValueError, r"the handle of process \d+ is closed: keep"),
            ((lambda process: wer.get_flags(process),), ValueError, "process"),
        ],
    ),
]

SERVICE_PROCESSES = [
    *table(
        "add_processes",
        lambda world, *arguments, **options: wer.service.add_processes(world.report, *arguments, **options),
        [
            ((5,), TypeError, r"processes must be a ProcessPoolExecutor, .* e.g. \[process\], got int"),
            (([5],), TypeError, "process takes no plain number, for an id and a handle look alike: say pid=5"),
            ((["self"],), TypeError, "process must be a wer.Handle.*that has a pid, got str"),
            (
                lambda world: (world.worker,),
                TypeError,
                "processes must be a ProcessPoolExecutor, a multiprocessing Pool",
            ),
            ({"dump_type": wer.DumpType.MICRODUMP}, ValueError, "dump_type takes no MICRODUMP here"),
            ({"dump_type": 9}, ValueError, "dump_type takes a wer.DumpType from"),
            ({"dump_type": "MINIDUMP"}, TypeError, "dump_type must be a wer.DumpType, got 'MINIDUMP'"),
            ({"most": -1}, ValueError, "most takes 0 or more, got -1"),
            ({"most": 1.5}, TypeError, "most must be an int, got float"),
            ({"timeout": -1}, ValueError, "timeout takes 0 or more seconds, not without end, got -1"),
            ({"timeout": "1"}, TypeError, "timeout must be seconds as a float or int, got str"),
            ({"timeout": float("inf")}, ValueError, "timeout takes 0 or more seconds, not without end, got inf"),
            ({"max_dump_bytes": -1}, ValueError, "max_dump_bytes takes 0 or more, got -1"),
            ({"max_dump_bytes": 1e6}, TypeError, "max_dump_bytes must be an int or None, got float"),
        ],
        "WerReportAddDump",
        standin=True,
    ),
    *table(
        "add_processes-report",
        lambda world, report: wer.service.add_processes(report, []),
        [
            ((None,), TypeError, "report must be a wer.Report, got NoneType"),
            (lambda world: (world.closed_report,), ValueError, "the report is closed"),
            (lambda world: (world.submitted_report,), ValueError, "the report has been submitted; file a new one"),
        ],
        "WerReportAddDump",
        standin=True,
    ),
    *table(
        "HeldMutex.take",
        lambda world, *arguments: wer._native.HeldMutex().take(*arguments),
        [
            (("", 1), ValueError, "name is empty"),
            (("a" * 260, 1), ValueError, "name takes at most 259 UTF-16 units, got 260: shorten it"),
            ((5, 1), TypeError, "name must be a str, got int"),
            (("wer-tests", -1), ValueError, "milliseconds must be 0 to 2147483647, got -1"),
            (("wer-tests", "1"), TypeError, "milliseconds must be an int, got str"),
        ],
    ),
]

SNAPSHOTS = [
    *table(
        "ProcessSnapshot",
        lambda world, *arguments, **options: wer.ProcessSnapshot(*arguments, **options),
        [
            ({"flags": 1 << 32}, ValueError, "flags must be 0 to 4294967295"),
            ({"flags": HUGE}, ValueError, "flags must be 0 to 4294967295, got an int of 16610 bits"),
            ({"flags": wer.DumpFlags.AUXILIARY}, TypeError, "flags must be a wer.SnapshotFlags, got <DumpFlags"),
            ({"context_flags": -1}, ValueError, "context_flags must be 0 to 4294967295, got -1"),
            ({"context_flags": HUGE}, ValueError, "context_flags must be 0 .* got an int of 16610 bits"),
            ({"context_flags": "1"}, TypeError, "context_flags must be an int, got str"),
            *PROCESSES,
        ],
        "PssCaptureSnapshot",
        standin=True,
    ),
    *table(
        "closed-ProcessSnapshot",
        lambda world, use: use(world.closed_snapshot),
        [
            ((lambda snapshot: snapshot.handle,), ValueError, "the snapshot is closed"),
            ((lambda snapshot: snapshot.__enter__(),), ValueError, "the snapshot is closed"),
            ((lambda snapshot: snapshot.__init__(),), RuntimeError, "already been captured"),
        ],
        standin=True,
    ),
]


def superseded(store):
    first = iter(store)
    iter(store)
    next(first)


def closed_meanwhile(store):
    reports = iter(store)
    store.close()
    next(reports)


STORES = [
    *table(
        "Store",
        lambda world, store_type: wer.Store(store_type),
        [
            ((-1,), ValueError, r"store_type takes a wer.StoreType from .* \(0\) to .* \(3\), got -1"),
            ((wer.E_STORE_INVALID,), ValueError, "store_type takes a wer.StoreType .* got 4"),
            ((5,), ValueError, "store_type takes a wer.StoreType .* got 5"),
            ((1 << 40,), ValueError, "store_type takes a wer.StoreType"),
            ((HUGE,), ValueError, "store_type takes a wer.StoreType .* got an int of 16610 bits"),
            ((wer.Consent.NOT_ASKED,), TypeError, "store_type must be a wer.StoreType, got <Consent"),
            ((True,), TypeError, "store_type must be a wer.StoreType, got True"),
            (("queue",), TypeError, "store_type must be a wer.StoreType, got 'queue'"),
            ((1.0,), TypeError, "store_type must be a wer.StoreType, got 1.0"),
        ],
        "WerStoreOpen",
    ),
    *table(
        "Store.upload",
        lambda world, *arguments: world.store.upload(*arguments),
        [
            ((None,), TypeError, "report must be a StoredReport or its key, got NoneType"),
            ((5,), TypeError, "got int"),
            (("",), ValueError, "report is empty"),
            (("a\0b\0",), ValueError, "report has a NUL at 1"),
            (("x" * 32768,), ValueError, "report takes at most 32767 UTF-16 units, got 32768"),
            (("key", -1), ValueError, "flags must be 0 to 4294967295, got -1"),
            (("key", wer.FileFlags.COMPRESSED), TypeError, "flags must be a wer.SubmitFlags"),
        ],
        "WerStoreUploadReport",
        standin=True,
    ),
    *[
        Refusal(f"closed-{name}", lambda world, use=use: use(world.closed_store), ValueError, "^the store is closed$")
        for name, use in {**STORE_METHODS, "iter": iter, "with": lambda store: store.__enter__()}.items()
    ],
    Refusal("Store-reopened", lambda world: world.closed_store.__init__(1), RuntimeError, "already been opened"),
    Refusal("Store-superseded", lambda world: superseded(world.store), RuntimeError, "a newer iteration over this"),
    Refusal("Store-closed-meanwhile", lambda world: closed_meanwhile(world.store), ValueError, "the store is closed"),
]


def fill(world, register, number):
    for index in range(number + 1):
        world.registered(lambda index=index: register(index))


REGISTRATIONS = [
    *table(
        "register_file",
        lambda world, path=FULL_PATH, **options: wer.register_file(path, **options),
        [
            ((None,), TypeError, "NoneType"),
            (("",), ValueError, "path is empty"),
            (("a\0b\0",), ValueError, "path has a NUL at 1"),
            (("C:\\" + "x" * 257,), ValueError, "path takes at most 259 UTF-16 units, got 260"),
            ({"file_type": 0}, ValueError, "file_type takes a wer.RegisterFileType"),
            ({"file_type": 3}, ValueError, "file_type takes a wer.RegisterFileType"),
            ({"file_type": wer.FileType.OTHER}, TypeError, "file_type must be a wer.RegisterFileType"),
            *FILE_FLAGS,
        ],
        "WerRegisterFile",
    ),
    *[
        refusal
        for register in (wer.register_memory_block, wer.register_excluded_memory_block)
        for refusal in table(
            register.__name__,
            lambda world, buffer, register=register: register(buffer),
            [
                ((b"",), ValueError, "buffer is empty"),
                (("text",), TypeError, "buffer must have the buffer protocol .*, got str"),
                ((None,), TypeError, "got NoneType"),
                ((5,), TypeError, "got int"),
                ((memoryview(b"abcdef")[::2],), ValueError, "buffer must be contiguous memory: memoryview"),
            ],
        )
    ],
    *table(
        "register_memory_block",
        lambda world, buffer: wer.register_memory_block(buffer),
        [((bytes(65537),), ValueError, "buffer takes at most 65536 bytes, got 65537: register it in parts")],
        "WerRegisterMemoryBlock",
    ),
    *table(
        "register_custom_metadata",
        lambda world, key, value: wer.register_custom_metadata(key, value),
        [
            (("a b", ""), ValueError, "key must be the name of an XML element"),
            (("", ""), ValueError, "key is empty"),
            (("k" * 65, ""), ValueError, "key takes at most 64 UTF-16 units, got 65"),
            (("a", "v" * 129), ValueError, "value takes at most 128 UTF-16 units, got 129"),
            (("a", "\0"), ValueError, "value takes printable ASCII only"),
            (("a", 5), TypeError, "value must be a str, got int"),
            ((5, "a"), TypeError, "key must be a str, got int"),
        ],
        "WerRegisterCustomMetadata",
    ),
    *table(
        "register_additional_process",
        lambda world, **options: wer.register_additional_process(**options),
        [
            ({}, TypeError, "pass process or pid: the other process"),
            ({"tid": 5}, TypeError, "pass process or pid: the other process"),
            *PROCESSES,
        ],
        "WerRegisterAdditionalProcess",
    ),
    *table(
        "register_additional_process",
        lambda world, **options: wer.register_additional_process(world.worker, **options),
        THREADS,
        "WerRegisterAdditionalProcess",
    ),
    *table(
        "register_app_local_dump",
        lambda world, path: wer.register_app_local_dump(path),
        [
            (("",), ValueError, "path is empty"),
            (("x" * 64,), ValueError, "path takes at most 63 UTF-16 units, got 64"),
            ((r"\Dumps",), ValueError, "must be relative"),
            (("/Dumps",), ValueError, "must be relative"),
            (("a\0b\0",), ValueError, "path has a NUL at 1"),
            ((5,), TypeError, "int"),
        ],
        "WerRegisterAppLocalDump",
    ),
    *table(
        "register_runtime_exception_module",
        lambda world, *arguments: wer.register_runtime_exception_module(*arguments),
        [
            (("",), ValueError, "path is empty"),
            (("x" * 260,), ValueError, "path takes at most 259 UTF-16 units, got 260"),
            (("a\0",), ValueError, "path has a NUL at 1"),
            (("a.dll", None), TypeError, "context must be an int, got NoneType"),
            (("a.dll", 1 << 64), ValueError, "context must fit into"),
            (("a.dll", HUGE), ValueError, "context must fit into .* got an int of 16610 bits"),
        ],
        "WerRegisterRuntimeExceptionModule",
    ),
    Refusal(
        "Registration", lambda world: wer.Registration(), TypeError, r"functions wer\.register_\.\.\.", standin=False
    ),
    *[
        Refusal(
            f"same-{name}",
            lambda world, register=register: [world.registered(register), register()],
            ValueError,
            f"WerRegister{name}: <wer.Registration {name} .* active> is there already: unregister that one first",
        )
        for name, register in REGISTER.items()
    ],
    Refusal(
        "too-many-metadata",
        lambda world: fill(world, lambda index: wer.register_custom_metadata(f"Key{index}", ""), 8),
        ValueError,
        r"at most 8 pairs of custom metadata \(WER_MAX_REGISTERED_METADATA\), and has: unregister one first",
    ),
    Refusal(
        "too-many-modules",
        lambda world: fill(world, lambda index: wer.register_runtime_exception_module("a.dll", index), 16),
        ValueError,
        r"at most 16 runtime exception modules \(WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES\), and has: unregister",
    ),
    Refusal(
        "too-many-processes",
        lambda world: fill(world, lambda index: wer.register_additional_process(world.others(5)[index]), 4),
        ValueError,
        r"at most 4 additional processes \(WER_MAX_REGISTERED_DUMPCOLLECTION\), and has: unregister one first",
    ),
    Refusal(
        "too-many-entries",
        lambda world: fill(world, lambda index: wer.register_file(f"{index}.log"), 512),
        ValueError,
        r"at most 512 files, .* together \(WER_MAX_REGISTERED_ENTRIES\), and has: unregister one first",
    ),
]

SETTINGS = [
    *table(
        "set_flags",
        lambda world, flags: wer.set_flags(flags),
        [
            ((-1,), ValueError, "flags must be 0 to 4294967295, got -1"),
            ((1 << 32,), ValueError, "flags must be 0 to 4294967295, got 4294967296"),
            ((HUGE,), ValueError, "flags must be 0 to 4294967295, got an int of 16610 bits"),
            ((None,), TypeError, "flags must be a wer.FaultReportingFlags, got None"),
            ((wer.SubmitFlags.QUEUE,), TypeError, "flags must be a wer.FaultReportingFlags, got <SubmitFlags.QUEUE"),
        ],
        "WerSetFlags",
    ),
    *table(
        "set_max_process_hold_milliseconds",
        lambda world, milliseconds: wer.set_max_process_hold_milliseconds(milliseconds),
        [
            ((-1,), ValueError, "milliseconds must be 0 to 4294967295, got -1"),
            ((1 << 32,), ValueError, "milliseconds must be 0 to 4294967295, got 4294967296"),
            ((HUGE,), ValueError, "milliseconds must be 0 to 4294967295, got an int of 16610 bits"),
            ((1.5,), TypeError, "milliseconds must be an int, got float"),
        ],
        "WerSetMaxProcessHoldMilliseconds",
    ),
    *table(
        "report_hang",
        lambda world, *arguments: wer.report_hang(*arguments),
        [
            ((0,), ValueError, "window is 0, which is no window"),
            (("x",), TypeError, "window must be an int, got str"),
            ((HUGE,), ValueError, "window must fit into .* got an int of 16610 bits"),
            ((1, "x" * 128), ValueError, "application_name takes at most 127 UTF-16 units, got 128"),
            ((1, "a\0"), ValueError, "application_name has a NUL at 1"),
            ((1, 5), TypeError, "application_name must be a str, got int"),
        ],
        "WerReportHang",
    ),
    *table(
        "supported",
        lambda world, function: wer.supported(function),
        [
            (("WerNoSuchFunction",), ValueError, "got 'WerNoSuchFunction'"),
            (("WerStoreOpen\0junk",), ValueError, r"got 'WerStoreOpen\\x00junk'"),
            ((5,), TypeError, "function must be a str, got int"),
        ],
    ),
    *table(
        "Handle",
        lambda world, handle: wer.Handle(handle),
        [
            (("5",), TypeError, "handle must be an int, got str"),
            ((True,), TypeError, "handle must be an int, got bool"),
            ((0,), ValueError, "handle is 0, which is no handle"),
            ((HUGE,), ValueError, "handle must fit into 64 bits"),
        ],
    ),
    *table("get_flags", lambda world, **options: wer.get_flags(**options), PROCESSES, "WerGetFlags"),
    *[
        Refusal(
            f"{call.__name__}-{name}",
            lambda world, call=call, name=name: call(name),
            ValueError,
            "exe_name takes a file name without a folder, got",
            standin=False,
        )
        for call in (wer.add_excluded_application, wer.remove_excluded_application)
        for name in (r"C:\spooler.exe", "folder/spooler.exe", "\\", "/")
    ],
]


def text_refusals(text):
    """What one text argument refuses."""
    name = f"{text.function}-{text.name}"

    def refused(kind, given, error, message):
        return Refusal(f"{name}-{kind}", lambda world: text.use(world.report, given), error, message, standin=False)

    for kind, character in ALPHABETS.items():
        yield refused(
            f"too long, {kind}",
            of_units(text.limit + 1, character, text.prefix),
            ValueError,
            f"^{text.name} takes at most {text.limit} UTF-16 units, got {text.limit + 1}: shorten it$",
        )
    far_too_long = of_units(100_000, "é", text.prefix)
    yield refused(
        "far too long", far_too_long, ValueError, f"{text.name} takes at most {text.limit} UTF-16 units, got 100000"
    )
    of_a_subclass = enum.StrEnum("Names", {"NAME": of_units(text.limit + 1, "a", text.prefix)}).NAME
    yield refused("StrEnum", of_a_subclass, ValueError, f"{text.name} takes at most {text.limit} UTF-16 units")
    for character in ("a", "€", "😀"):
        given = character * 3 + "\0" + character
        yield refused(f"NUL, {character}", given, ValueError, f"{text.name} has a NUL at 3; WER would cut it there")
    yield refused("a NUL alone", "\0", ValueError, f"{text.name} has a NUL at 0")
    if text.name != "path":  # which may be more: see above
        for wrong in (b"bytes", 1, ["list"]):
            message = f"{text.name} must be a str, got {type(wrong).__name__}"
            yield refused(type(wrong).__name__, wrong, TypeError, message)
    if text.name != "name":  # whose default it is
        yield refused("None", None, TypeError, "NoneType")
    if text.required:
        yield refused("empty", "", ValueError, f"^{text.name} is empty$")


def meanwhile(function, open_it, busy, then):
    """A refusal while another thread is in `function`, in the call `busy` of what `open_it` makes."""

    def call(world):
        one = open_it(world)
        with world.inside(function, lambda: busy(one)):
            then(one)

    return call


def submit(report):
    return report.submit(wer.Consent.DENIED)


def dump_of(world):
    """A report, and a snapshot that it dumps."""
    return world.report, world.snapshot


def unborn(kind):
    return lambda world: world.closing(kind.__new__(kind))


REPORT_IS_BUSY = "another call on this report is still running: a report takes one call at a time"
BUSY = [
    Refusal(f"busy-{name}", meanwhile(function, open_it, busy, then), error, message)
    for name, function, open_it, busy, then, error, message in [
        *[
            (name, "WerReportSubmit", lambda world: world.report, submit, method, RuntimeError, REPORT_IS_BUSY)
            for name, method in REPORT_METHODS.items()
        ],
        (
            "Report.close",
            "WerReportSubmit",
            lambda world: world.report,
            submit,
            lambda report: report.close(),
            RuntimeError,
            "another call on this report is still running: close it afterwards",
        ),
        (
            "Report",
            "WerReportCreate",
            unborn(wer.Report),
            lambda report: report.__init__("WerTests.Event"),
            lambda report: report.__init__("WerTests.Other"),
            RuntimeError,
            "this report has already been created; make a new one",
        ),
        *[
            (
                name,
                "WerReportAddDump",
                dump_of,
                lambda both: both[0].add_dump(snapshot=both[1]),
                then,
                RuntimeError,
                f"another call on this snapshot is still running: {advice}",
            )
            for name, then, advice in [
                ("ProcessSnapshot.close", lambda both: both[1].close(), "close it afterwards"),
                ("a snapshot", lambda both: both[0].add_dump(snapshot=both[1]), "it takes one at a time"),
            ]
        ],
        (
            "Store",
            "WerStoreOpen",
            unborn(wer.Store),
            lambda store: store.__init__(1),
            lambda store: store.__init__(1),
            RuntimeError,
            "this store has already been opened; make a new one",
        ),
        *[
            (
                name,
                "WerStoreGetReportCount",
                lambda world: world.store,
                lambda store: store.count(),
                then,
                RuntimeError,
                f"another call on this store is still running: {advice}",
            )
            for name, then, advice in [
                ("Store.count", lambda store: store.count(), "a store takes one call at a time"),
                ("Store.size_on_disk", lambda store: store.size_on_disk(), "a store takes one call at a time"),
                ("Store.upload", lambda store: store.upload("key"), "a store takes one call at a time"),
                ("iter", lambda store: iter(store), "a store takes one call at a time"),
                ("Store.close", lambda store: store.close(), "close it afterwards"),
            ]
        ],
        (
            "Registration.unregister",
            "WerUnregisterCustomMetadata",
            lambda world: world.registered(REGISTER["CustomMetadata"]),
            lambda registration: registration.unregister(),
            lambda registration: registration.unregister(),
            RuntimeError,
            "another call on this registration is still running: it is being undone already",
        ),
        (
            "register_custom_metadata",
            "WerUnregisterCustomMetadata",
            lambda world: world.registered(REGISTER["CustomMetadata"]),
            lambda registration: registration.unregister(),
            lambda registration: REGISTER["CustomMetadata"](),
            ValueError,
            "is there already",
        ),
    ]
]

FILES = [
    refusal
    for name in ("private_file", "private_folder", "shared_file")
    for refusal in table(
        name,
        lambda world, path, name=name: getattr(wer._native, name)(path),
        [
            (("",), ValueError, "path is empty"),
            (("x" * 260,), ValueError, "path takes at most 259 UTF-16 units, got 260"),
            (("a\0b\0",), ValueError, "path has a NUL at 1"),
            ((5,), TypeError, "int"),
            ((None,), TypeError, "NoneType"),
        ],
    )
]

DUMPS = [
    *table("write_dump", lambda world, **options: wer.dumps.write_dump(NO_SUCH_FILE, **options), PROCESSES),
    *table(
        "write_dump",
        lambda world, path=NO_SUCH_FILE, **options: wer.dumps.write_dump(path, **options),
        [
            (("",), ValueError, "path is empty"),
            (("a\0b\0",), ValueError, r"path has a NUL at 1: 'a\\x00b\\x00'"),
            ((b"a",), TypeError, "path must be a str or os.PathLike of str, got bytes"),
            ((5,), TypeError, "os.PathLike object, not int"),
            ({"dump_type": 2}, TypeError, "dump_type must be a wer.DumpType, or flags of wer.MinidumpType.* got 2"),
            ({"dump_type": HUGE}, TypeError, "got an int of 16610 bits"),
            ({"dump_type": None}, TypeError, "dump_type must be a wer.DumpType, .* got None"),
            ({"dump_type": wer.FileType.MINIDUMP}, TypeError, "dump_type must be .* got <FileType.MINIDUMP: 2>"),
            ({"dump_type": wer.DumpType.MICRODUMP}, ValueError, "dump_type takes MINIDUMP, HEAPDUMP .* got MICRODUMP"),
            ({"dump_type": wer.DumpType.TRIAGEDUMP}, ValueError, "got TRIAGEDUMP: what it holds only WER knows"),
            ({"dump_type": wer.DumpType.NONE}, ValueError, "got NONE"),
            ({"dump_type": wer.MinidumpType(1 << 32)}, ValueError, "dump_type must be 0 to 4294967295, got"),
            ((gettempdir(),), IsADirectoryError, "path is a folder: add the name of the file"),
        ],
    ),
]

REFUSALS = [
    *DUMPS,
    *FILES,
    *REPORTS,
    *STATES,
    *TEMPLATES,
    *WATCHDOGS,
    *INTERPRETERS,
    *SERVICE_PROCESSES,
    *SNAPSHOTS,
    *STORES,
    *REGISTRATIONS,
    *SETTINGS,
    *[refusal for text in TEXTS for refusal in text_refusals(text)],
    *BUSY,
]
if os.name == "nt":  # drives
    REFUSALS += table(
        "register_app_local_dump",
        lambda world, path: wer.register_app_local_dump(path),
        [((r"C:\Dumps",), ValueError, "must be relative"), (("C:Dumps",), ValueError, "must be relative")],
        "WerRegisterAppLocalDump",
    )


def refused(refusal, world):
    """The error of a refused call, which is the one that the table says."""
    with world, pytest.raises(refusal.error, match=refusal.message) as caught:
        refusal.call(world)
    assert caught.type is refusal.error
    return caught.value
