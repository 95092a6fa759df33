"""Every public operation that calls Windows, from its first call to its last, for tests that have calls fail.

`OPERATIONS` and `WITHOUT_CALLS` together name all that is public: `missing_names` tells what is in neither.
"""

import dataclasses
import enum
import inspect
import itertools
import json
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from clirun import run

import wer
import wer.changes
import wer.doctor
import wer.dumps
import wer.reports
import wer.service
from wer import _registration
from wer._enums import _hresult as signed
from wer.cli import _commands

WERAPI = json.loads((Path(__file__).parents[1] / "data" / "werapi.json").read_text(encoding="utf-8"))
# What operations may leave in their folder: what they were to write.
LEFT = {"spooler.log", "private", "a.dmp", "exported"}
LOGGER = logging.getLogger("wer-tests-every")
FUNCTIONS = {function["name"]: function["returns"] for function in WERAPI["functions"]}
# Deprecated ones of errorrep.h, and what the metadata of Windows has of kernel32: `wer` calls none of them.
NOT_CALLED = {"ReportFault", "AddERExcludedApplicationA", "AddERExcludedApplicationW"}
DOCUMENTED = sorted({signed(int(code, 16)) for code in WERAPI["hresults"].values()} - {0})
RPC_SERVER_UNAVAILABLE, UNKNOWN = signed(0x800706BA), signed(0x8123ABCD)
EXTREMES = (signed(0x80000000), -1, 0x7FFFFFFF, 18, signed(0xC0000005))
CODES = (*DOCUMENTED, RPC_SERVER_UNAVAILABLE, UNKNOWN, *EXTREMES)
WIN32_CODES = (5, 6, 8, 87, 1460)

E_FAIL, ACCESS_DENIED, NO_MORE_FILES = signed(0x80004005), signed(0x80070005), signed(0x80070012)
GONE = (signed(0x80070002), signed(0x80070003))


@dataclass
class World:
    """Where operations happen: a process with a thread, a folder, a store with reports; how to crash and hang."""

    process: object
    pid: int
    tid: int
    folder: Path
    key: str = ""  # of a report in the store below
    store: wer.StoreType = wer.StoreType.MACHINE_QUEUE
    crash: Callable[[], object] = lambda: None
    hang: Callable[[], object] = lambda: None
    # What an operation has begun: if its end fails, another call ends it.
    begun: object = None
    reporter: object = None

    def __post_init__(self):
        self.file = str(self.folder / "spooler.log")
        Path(self.file).write_text("x")

    @property
    def private(self):
        return wer.service.Folder(str(self.folder / "private"))


def always(code):
    return True


@dataclass(frozen=True)
class Told:
    """How an operation answers to a failing call without raising: for which codes, and what holds of its result."""

    holds: Callable[[object, int], bool]
    codes: Callable[[int], bool] = always


@dataclass(frozen=True)
class Operation:
    """One of them. `told` has by function what is not an exception."""

    name: str
    run: Callable[[World], object]
    of: tuple[str, ...]
    told: dict[str, Told] = field(default_factory=dict)
    only_fake: bool = False

    def __str__(self):
        return self.name

    def told_of(self, function):
        return self.told.get(function) or self.told.get("*")


OPERATIONS: list[Operation] = []


def operation(*of, told=None, only_fake=False):
    def add(run):
        OPERATIONS.append(Operation(run.__name__, run, of, told or {}, only_fake))
        return run

    return add


def goes_on(result, code):
    return True


# ---- reports ----


@operation(
    "wer.Report",
    *(
        f"wer.Report.{method}"
        for method in ("set_parameter", "set_ui_option", "add_file", "add_dump", "submit", "close")
    ),
)
def report(world):
    with wer.Report("WerTests.Every", process=world.process) as report:
        report.set_parameter(0, "value", "Name")
        report.set_ui_option(wer.ReportUI.CLOSE_TEXT, "text")
        report.add_file(world.file)
        report.add_dump()
        report.add_dump(pid=world.pid, tid=world.tid)
        return report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)


@operation(told={"WerReportAddFile": Told(goes_on, lambda code: code == GONE[0])})
def report_with_a_file_that_may_be_missing(world):
    with wer.Report("WerTests.Every") as report:
        report.add_file(world.file, missing_ok=True)


@operation("wer.Report.from_handle")
def report_from_a_handle(world):
    with wer.Report("WerTests.Every") as owner:
        wer.Report.from_handle(owner.handle).set_parameter(0, "value")


@operation("wer.ProcessSnapshot", "wer.ProcessSnapshot.close")
def snapshot(world):
    with wer.ProcessSnapshot(world.process) as snapshot, wer.Report("WerTests.Every") as report:
        report.add_dump(snapshot=snapshot)


@operation("wer.Handle")
def report_of_a_handle(world):
    with wer.ProcessSnapshot(world.process) as snapshot:
        del snapshot
    with wer.Report("WerTests.Every", process=world.process) as report:
        report.add_dump(wer.DumpType.HEAPDUMP, world.process)


def template_of(world):
    template = wer.ReportTemplate("WerTests.Every", consent=wer.Consent.NOT_ASKED, flags=wer.SubmitFlags.QUEUE)
    template.set_parameter(0, "value")
    template.add_file(world.file)
    template.set_dump(wer.DumpType.MINIDUMP)
    return template


@operation(
    "wer.ReportTemplate",
    *(f"wer.ReportTemplate.{method}" for method in ("set_parameter", "add_file", "set_dump")),
    "wer.install_crash_handler",
    "wer.CrashHandler",
    "wer.CrashHandler.uninstall",
)
def crash_handler(world):
    world.begun = wer.install_crash_handler(template_of(world), fast_fail=True)
    with world.begun:
        pass


@operation(told={"*": Told(goes_on)}, only_fake=True)
def crash(world):
    """Whatever fails, all else of the report is done, and the process ends as it would have."""
    with wer.install_crash_handler(template_of(world)):
        return world.crash()


def tells_of_hang(hangs, code):
    [hang] = hangs
    return f"0x{code & 0xFFFFFFFF:08X}" in hang.problem


@operation("wer.Watchdog", "wer.Watchdog.close", told={"*": Told(tells_of_hang)}, only_fake=True)
def watchdog(world):
    told = []
    with wer.Watchdog(60, "WerTests", stacks=False, folder=world.folder, on_recovery=told.append) as watchdog:
        world.hang()
        watchdog.beat()
    return told


# ---- what a process says of itself ----

REGISTERED = {
    "file": lambda world: wer.register_file(world.file),
    "memory_block": lambda world: wer.register_memory_block(b"four"),
    "excluded_memory_block": lambda world: wer.register_excluded_memory_block(b"four"),
    "custom_metadata": lambda world: wer.register_custom_metadata("Queue", "42"),
    "additional_process": lambda world: wer.register_additional_process(pid=world.pid, tid=world.tid),
    "app_local_dump": lambda world: wer.register_app_local_dump("Dumps"),
    "runtime_exception_module": lambda world: wer.register_runtime_exception_module(r"C:\handler.dll", 0x1234),
}


def _registration_of(name, register):
    def registered(world):
        with register(world):
            pass

    registered.__name__ = f"register_{name}"
    more = ("wer.Registration", "wer.Registration.unregister") if name == "file" else ()
    operation(f"wer.register_{name}", *more)(registered)


for _name, _register in REGISTERED.items():
    _registration_of(_name, _register)


@operation("wer.set_flags", "wer.get_flags", "wer.set_max_process_hold_milliseconds")
def flags(world):
    wer.set_flags(wer.FaultReportingFlags.QUEUE)
    wer.get_flags()
    wer.get_flags(pid=world.pid)
    wer.set_max_process_hold_milliseconds(1000)


@operation("wer.add_excluded_application", "wer.remove_excluded_application")
def excluded_application(world):
    wer.add_excluded_application("spooler.exe")
    wer.remove_excluded_application("spooler.exe")


@operation("wer.report_hang", only_fake=True)
def report_hang(world):
    wer.report_hang(0x1234, "Spooler")


@operation("wer.interpreter_of", "wer.InterpreterProcess", "wer.InterpreterProcess.close")
def interpreter_of(world):
    with wer.interpreter_of(pid=world.pid, timeout=0.1) as found:
        return found.pid


# ---- stores ----


def ends(reports, code):
    return True


def metadata_told(found, code):
    """One that went meanwhile is left out; one that may not be read has no more than its key."""
    reports = found if isinstance(found, list) else found.reports
    return code in GONE or any(report.event_type is None for report in reports)


_METADATA = Told(metadata_told, lambda code: code in (*GONE, ACCESS_DENIED))
_AT_THE_END = Told(ends, lambda code: code in (NO_MORE_FILES, 18))
ITERATED = {
    "WerStoreGetFirstReportKey": _AT_THE_END,
    "WerStoreGetNextReportKey": _AT_THE_END,
    **{f"WerStoreQueryReportMetadataV{version}": _METADATA for version in (1, 2, 3)},
}


@operation(
    "wer.Store", *(f"wer.Store.{method}" for method in ("count", "size_on_disk", "upload", "close")), told=ITERATED
)
def store(world):
    with wer.Store(world.store) as store:
        store.count()
        store.size_on_disk()
        reports = list(store)
        store.upload(world.key)
        return reports


@operation("wer.purge_reports")
def purge_reports(world):
    wer.purge_reports()


# ---- the service toolkit ----


def refused_told(result, code):
    """What cannot be read is in the result."""
    return True


_LISTED = dict.fromkeys(
    [
        "WerStoreOpen",
        "WerStoreGetFirstReportKey",
        "WerStoreGetNextReportKey",
        *(f"WerStoreQueryReportMetadataV{version}" for version in (1, 2, 3)),
    ]
)


def listing_tells(listing, code):
    return code in (*GONE, NO_MORE_FILES, 18, ACCESS_DENIED) or bool(listing.refused)


@operation("wer.service.list_stores", "wer.service.StoreListing", told={name: Told(listing_tells) for name in _LISTED})
def list_stores(world):
    return wer.service.list_stores()


@operation(
    "wer.service.locate",
    "wer.service.given",
    "wer.service.RecordedReport",
    *(f"wer.service.RecordedReport.{name}" for name in ("set_parameter", "set_ui_option", "add_file", "add_dump")),
    told={name: Told(refused_told) for name in _LISTED},
)
def locate(world):
    before = wer.service.list_stores()
    with wer.service.RecordedReport("WerTests.Every", process=world.process) as report:
        report.set_parameter(0, "value")
        report.set_ui_option(wer.ReportUI.CLOSE_TEXT, "text")
        report.add_file(world.file)
        report.add_dump()
        wer.service.given(report)
        report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)
    return wer.service.locate(report, before, timeout=0)


def processes_told(added, code):
    return all(one.dumped or one.text for one in added)


@operation("wer.service.add_processes", told={"WerReportAddDump": Told(lambda added, code: not added[0].dumped)})
def add_processes(world):
    with wer.Report("WerTests.Every") as report:
        added = wer.service.add_processes(report, [world.process])
        assert processes_told(added, 0)
        return added


def failure():
    try:
        raise LookupError("for a test")
    except LookupError as error:
        return error


def filed_tells(filed, code):
    """Of a report that failed, the error; one whose dump failed is filed without."""
    [one] = filed
    return (one.error is None) != (one.result is None)


_REPORTED = {"*": Told(filed_tells)}


def reporter_of(world, filed):
    world.reporter = wer.service.Reporter(
        "WerTests", consent=wer.Consent.NOT_ASKED, limits=None, folder=world.private, on_report=filed.append, timeout=30
    )
    return world.reporter


@operation(
    "wer.service.Reporter",
    *(f"wer.service.Reporter.{name}" for name in ("report", "flush", "close")),
    "wer.service.add_python_state",
    "wer.service.Filed",
    told=_REPORTED,
)
def reporter(world):
    filed = []
    reporter = reporter_of(world, filed)
    try:
        reporter.report(failure())
        reporter.flush()
    finally:
        reporter.close()
    return filed


@operation("wer.reporting", "wer.service.LoggingHandler", "wer.service.LoggingHandler.emit", told=_REPORTED)
def reporting(world):
    filed = []
    reporter = reporter_of(world, filed)
    LOGGER.propagate = False
    handler = wer.service.LoggingHandler(reporter)
    LOGGER.addHandler(handler)
    try:
        try:
            with wer.reporting(reporter=reporter):
                raise LookupError("for a test")
        except LookupError:
            LOGGER.exception("seen before, and so not reported again")
        reporter.flush()
    finally:
        LOGGER.removeHandler(handler)
        reporter.close()
    return filed


@operation(
    "wer.service.Hooks",
    *(f"wer.service.Hooks.{name}" for name in ("install", "uninstall", "see_last", "watch_loop")),
    told=_REPORTED,
)
def hooks(world):
    filed = []
    reporter = reporter_of(world, filed)
    world.begun = hooks = wer.service.Hooks(reporter)
    hooks.install()
    error = failure()
    quiet, sys.stderr = sys.stderr, None
    try:
        sys.excepthook(type(error), error, None)
        hooks.see_last()
        reporter.flush()
    finally:
        sys.stderr = quiet
        hooks.uninstall()
        reporter.close()
    return filed


def service_tells(filed, code):
    return len(filed) <= 1


@operation(
    "wer.enable",
    "wer.service.Service",
    *(f"wer.service.Service.{name}" for name in ("check", "close", "watch_loop")),
    "wer.service.InWorker",
    told=dict.fromkeys(
        [
            *("WerReportCreate", "WerReportSetParameter", "WerReportAddFile", "WerReportAddDump", "WerReportSubmit"),
            *("WerReportCloseHandle", "CreateMutexW", "CreateFileW"),
        ],
        Told(service_tells),
    ),
)
def enable(world):
    filed = []
    world.begun = wer.enable(
        "WerTests",
        consent=wer.Consent.NOT_ASKED,
        fast_fail=True,
        folder=str(world.folder / "private"),
        on_report=filed.append,
        limits=None,
        timeout=30,
    )
    with world.begun as service:
        service.in_worker()  # does nothing here
        if service.reporter is not None:  # else it says why in `missing`
            service.reporter.report(failure())
            service.reporter.flush()
    return filed


@operation("wer.service.enrich", "wer.service.Enrichment", "wer.service.Enrichment.undo")
def enrich(world):
    world.begun = wer.service.enrich(
        metadata={"Queue": "42"},
        files=[world.file],
        faulthandler=False,
        ring_log=wer.service.RingLog(4096),
        folder=world.private,
    )
    with world.begun:
        pass


@operation("wer.service.Folder", *(f"wer.service.Folder.{name}" for name in ("prepare", "create", "sweep")))
def folder(world):
    folder = world.private
    folder.prepare()
    path, file = folder.create("every", ".txt")
    os.close(file)
    try:
        folder.sweep()
    finally:
        try:
            os.unlink(path)
        except MemoryError:  # which is no matter of the folder's
            os.unlink(path)
            raise


@operation("wer.service.Limits", "wer.service.Limits.take", "wer.service.Limits.close", "wer.service.Taken")
def limits(world):
    world.begun = limits = wer.service.Limits(256, 256, 0.001, folder=world.private)
    try:
        assert limits.take("a").allowed
        return limits.problem or ""
    finally:
        limits.close()


# ---- dumps and reports as files ----


@operation("wer.dumps.write_dump", "wer.dumps.WrittenDump")
def write_dump(world):
    wer.dumps.write_dump(world.folder / "a.dmp", pid=world.pid, overwrite=True)


def read_stores_tell(listing, code):
    return True


_IN_LISTING = {name: Told(read_stores_tell) for name in _LISTED}


@operation("wer.reports.list_reports", "wer.reports.Listing", told=_IN_LISTING)
def list_reports(world):
    return wer.reports.list_reports()


@operation("wer.reports.export", told=_IN_LISTING)
def export(world):
    return wer.reports.export(world.folder / "exported")


# ---- the command line ----


class CommandFailed(Exception):
    """A command ended with something else than 0."""


def command(*arguments):
    ran = run(*arguments, "--json")
    assert "Traceback" not in ran.err, ran.err
    if ran.code:
        assert ran.code in (1, 2, 3, 4), ran
        assert "usage:" not in ran.err, ran
        assert ran.err, ran
        raise CommandFailed(ran.code, ran.err)
    return ran


# What a command does without, and tells in words.
_STORES_NOT_READ = {name: Told(goes_on) for name in _LISTED}


@operation("wer report", told=_STORES_NOT_READ, only_fake=True)
def report_command(world):
    path = str(world.file)
    with mock.patch("wer.service._locate.monotonic", itertools.count(0, 100).__next__):  # it looks for it once
        return command(
            *("report", "--pid", str(world.pid), "--event", "WerTests.Every", "--parameter", "Name=value"),
            *("--file", path, "--queue", "--snapshot", "--yes"),
        )


@operation("wer dump", only_fake=True)
def dump_command(world):
    return command("dump", "--pid", str(world.pid), "-o", str(world.folder / "a.dmp"), "--overwrite")


@operation("wer store", told=_STORES_NOT_READ, only_fake=True)
def store_command(world):
    command("store", "list")
    command("store", "export", str(world.folder / "exported"))
    command("store", "upload", world.key, "--yes")
    command("store", "purge", "--yes")


# ---- what makes no call ----

WITHOUT_CALLS = {
    *("wer.explain", "wer.get_include", "wer.read_report", "wer.supported", "wer.WerError", "wer.LauncherWarning"),
    *("wer.Watchdog.watch_loop", "wer.DumpOptions", "wer.ExceptionInformation", "wer.ReportFile"),
    *("wer.SignatureParameter", "wer.StoredReport"),
    *("wer.service.AddedProcess", "wer.service.AddedProcesses", "wer.service.RingLog", "wer.service.RingLog.write"),
    *("wer.service.RingLog.records", "wer.service.RingLogHandler", "wer.service.RingLogHandler.emit"),
    *("wer.service.explain", "wer.service.read_ring_log", "wer.service.traceback_hash"),
    *("wer.dumps.FULL", "wer.dumps.read_dump"),
    *(f"wer.dumps.Dump.{name}" for name in ("module_at", "read", "read_stream", "read_ring_log")),
    *("wer.reports.ALL_STORES", "wer.reports.Collection.write", "wer.reports.Event.field", "wer.reports.Events"),
    *("wer.reports.Events.leave_out", "wer.reports.Listing.find"),
    *(f"wer.reports.Story.{name}" for name in ("sections", "lines", "fact")),
    *(
        f"wer.reports.{name}"
        for name in ("collect", "events_in", "goes_elsewhere", "read_events", "story_of", "write_page")
    ),
    # Of the registry and of files only; `tests/common/test_changes.py` has those fail.
    *(
        f"wer.changes.{name}"
        for name in (
            *("this_registry", "Change.line", "Plan", "Plan.lines", "Plan.apply", "NotKept", "effective_local_dumps"),
            *("account_folders", "set_local_dumps", "unset_local_dumps", "make_dump_folder", "set_on_kill"),
            *("unset_on_kill", "exclusions", "exclude", "include", "crash_modules", "install_crash_module"),
            *("remove_crash_module", "leftovers", "remove_files"),
        )
    ),
    *("wer.doctor.effective_local_dumps", "wer.doctor.ending_of", "wer.doctor.examine", "wer.doctor.try_crash"),
    *(
        f"wer {name}"
        for name in ("doctor", "show", "explain", "local-dumps", "exclude", "crash-module", "collect", "uninstall")
    ),
}
MODULES = (wer, wer.service, wer.dumps, wer.reports, wer.changes, wer.doctor)
_SAME = {"wer.service.Watchdog", "wer.service.enable", "wer.service.reporting"}  # they are in `wer` by the same name


def public_names():
    """All that is public, with the public methods of classes; without enums, and classes that only hold data."""
    for module in MODULES:
        for name in module.__all__:
            value = getattr(module, name)
            full = f"{module.__name__}.{name}"
            if full in _SAME or full.startswith("wer.service.Watchdog"):
                continue
            methods = []
            if inspect.isclass(value):
                if issubclass(value, enum.Enum):
                    continue
                methods = [
                    f"{full}.{name}"
                    for name in vars(value)
                    if not name.startswith("_") and callable(getattr(value, name)) and not issubclass(value, tuple)
                ]
                if not methods and (dataclasses.is_dataclass(value) or hasattr(value, "_fields")):
                    continue
                if dataclasses.is_dataclass(value):
                    yield from methods
                    continue
            yield full
            yield from methods
    for name in _commands.NAMES:
        yield f"wer {name}"


def missing_names():
    """What is public and in no row."""
    rows = {name for one in OPERATIONS for name in one.of} | WITHOUT_CALLS
    return sorted(set(public_names()) - rows)


# ---- what a code means ----


def is_failure(function, code):
    """Whether a function that answers this has failed, as `wer` takes it."""
    if not function.startswith("Wer"):
        return code != 0
    if function.startswith("WerStore"):
        return code < 0 or 0 < code <= 0xFFFF
    if function.startswith("WerRegister"):
        return code != 0
    return code < 0


def hresult_of(function, code):
    """What is in the WerError: functions of the store may answer an error of Win32 as it is."""
    if function.startswith("WerStore") and 0 < code <= 0xFFFF:
        return signed(0x80070000 | code)
    return code


def undo_what_is_registered():
    """What WER refused to forget can be undone by another call."""
    for registration in list(_registration._registered.values()):
        registration.unregister()
    assert not _registration._registered
