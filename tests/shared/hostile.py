"""Every public call with an argument that is a text, a number or a path; which those are is told by the signatures.

`CALLS` has by the public name what it is called on and with; `NOT_TRIED` why some are not. What is in neither, or is a
new argument, is found by `untried`, which tests/common/test_hostile.py asks.
"""

import contextlib
import importlib
import inspect
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import operations
from fake_machine import healthy
from fake_registry import machine
from stories import crash_event, make_crash

import wer
import wer.changes
import wer.doctor
import wer.dumps
import wer.reports
import wer.service
from wer import _enums

# By what an annotation says. What neither says is passed as it is, and never changed.
KINDS = {
    "path": r"\b(PathLike|StrPath)\b",
    "text": r"\bstr\b",
    "number": rf"\b(int|float|{'|'.join(_enums.__all__)})\b",
    "bytes": r"\bbytes\b",
}
# What is waited for, however long; and where something is written: there only paths within the folder are tried.
WAITED = {("wer.service.locate", "timeout"), ("wer.interpreter_of", "timeout")}
WRITTEN = {
    ("wer.Watchdog", "folder"),
    ("wer.enable", "folder"),
    ("wer.service.Folder", "path"),
    ("wer.service.Limits", "folder"),
    ("wer.service.enrich", "folder"),
    ("wer.dumps.write_dump", "path"),
    ("wer.reports.Collection.write", "path"),
    ("wer.reports.export", "target"),
    ("wer.reports.write_page", "path"),
    ("wer.changes.make_dump_folder", "path"),
}


@dataclass
class Place:
    """Where the calls happen."""

    folder: Path
    pid: int
    tid: int
    stack: contextlib.ExitStack

    def closing(self, one):
        self.stack.callback(one.close)
        return one

    @property
    def report(self):
        return self.closing(wer.Report("WerTests.Event"))

    @property
    def recorded(self):
        return self.closing(wer.service.RecordedReport("WerTests.Event"))

    @property
    def submitted(self):
        report = self.recorded
        report.submit(wer.Consent.NOT_ASKED)
        return report

    @property
    def template(self):
        return wer.ReportTemplate("WerTests.Crash", consent=wer.Consent.NOT_ASKED)

    @property
    def store(self):
        return self.closing(wer.Store(wer.StoreType.MACHINE_QUEUE))

    @property
    def private(self):
        return wer.service.Folder(self.folder / "private")

    @property
    def reporter(self):
        return self.closing(
            wer.service.Reporter("WerTests", consent=wer.Consent.NOT_ASKED, folder=self.private, limits=None)
        )

    @property
    def file(self):
        path = self.folder / "spooler.log"
        path.write_text("x")
        return path

    @property
    def dump(self):
        return wer.dumps.read_dump(self.crash / "WER1A2B.tmp.mdmp")

    @property
    def crash(self):
        folder = self.folder / "AppCrash_x"
        return folder if folder.exists() else make_crash(folder)

    @property
    def limits(self):
        return self.closing(wer.service.Limits(folder=self.folder / "private"))

    @property
    def story(self):
        return wer.reports.story_of(self.crash, events=[])

    @property
    def collection(self):
        return wer.reports.collect(self.crash, events=[])


CALLS: "dict[str, tuple[Callable[[Place], Callable[..., object]], Callable[[Place], dict[str, object]]]]" = {}
NOT_TRIED = {
    "wer.WerError": "an exception: who raises it says what is in it",
    "wer.service.AddedProcess": "a result",
    "wer.service.Filed": "a result",
    "wer.service.InWorker": "made by Service",
    "wer.service.Service": "made by enable",
    "wer.service.explain": "the same as wer.explain",
    "wer.changes.Plan": "made by the functions of its module",
    "wer.Report.from_handle": "a number that is taken for a handle of WER's, and cannot be looked at",
    "wer.doctor.try_crash": "starts programs that crash",
}


def call(name, of, /, **arguments):
    """Add one: `of` gives what is called, in a place; an argument may be what gives it there."""

    def given(place):
        return {key: value(place) if inspect.isfunction(value) else value for key, value in arguments.items()}

    CALLS[name] = of, given


def plain(name, /, **arguments):
    """Likewise of a function or class by its public name."""
    call(name, lambda place: public(name), **arguments)


def public(name):
    """What has this public name."""
    module, _, rest = name.rpartition(".")
    try:
        owner = importlib.import_module(module)
    except ModuleNotFoundError:
        owner = public(module)
    return getattr(owner, rest)


def registry(place):
    return machine({})


PID = {"pid": lambda place: place.pid}
NOT_ASKED = wer.Consent.NOT_ASKED

plain("wer.Handle", handle=1)
plain("wer.ProcessSnapshot", **PID)
plain("wer.Report", event_type="WerTests.Event")
plain("wer.service.RecordedReport", event_type="WerTests.Event")
call("wer.Report.set_parameter", lambda place: place.report.set_parameter, index=0, value="v")
call("wer.Report.set_ui_option", lambda place: place.report.set_ui_option, option=1, value="v")
call("wer.Report.add_file", lambda place: place.report.add_file, path=lambda place: place.file)
call("wer.Report.add_dump", lambda place: place.report.add_dump, **PID, tid=lambda place: place.tid)
call("wer.Report.submit", lambda place: place.report.submit, consent=NOT_ASKED)
plain("wer.ReportTemplate", event_type="WerTests.Crash", consent=NOT_ASKED)
call("wer.ReportTemplate.set_parameter", lambda place: place.template.set_parameter, index=0, value="v")
call("wer.ReportTemplate.add_file", lambda place: place.template.add_file, path=lambda place: place.file)
call("wer.ReportTemplate.set_dump", lambda place: place.template.set_dump)
plain("wer.Store", store_type=wer.StoreType.MACHINE_QUEUE)
call("wer.Store.upload", lambda place: place.store.upload, report="key")
plain("wer.Watchdog", timeout=60, folder=lambda place: place.private)
plain("wer.add_excluded_application", exe_name="a.exe")
plain("wer.remove_excluded_application", exe_name="a.exe")
plain(
    "wer.enable",
    application="WerTests",
    consent=NOT_ASKED,
    hooks=False,
    crash_report=False,
    stacks=False,
    limits=None,
    folder=lambda place: str(place.folder / "private"),
)
plain("wer.explain", code=1)
plain("wer.get_flags", **PID)
plain("wer.install_crash_handler", template=lambda place: place.template)
plain("wer.interpreter_of", **PID, timeout=0)
plain("wer.read_report", path=lambda place: place.crash)
plain("wer.register_additional_process", **PID, tid=lambda place: place.tid)
plain("wer.register_app_local_dump", path="Dumps")
plain("wer.register_custom_metadata", key="Queue", value="42")
plain("wer.register_file", path=lambda place: place.file)
plain("wer.register_runtime_exception_module", path=lambda place: os.path.abspath("handler.dll"))
plain("wer.report_hang", window=1)
plain("wer.reporting", reporter=lambda place: place.reporter)
plain("wer.set_flags", flags=1)
plain("wer.set_max_process_hold_milliseconds", milliseconds=1)
plain("wer.supported", function="Report")

plain("wer.service.Folder", path=lambda place: place.folder / "private")
call("wer.service.Folder.create", lambda place: place.private.create, kind="state")
plain("wer.service.Limits", folder=lambda place: place.folder / "private")
call("wer.service.Limits.take", lambda place: place.limits.take, signature="a")
plain("wer.service.LoggingHandler", reporter=lambda place: place.reporter)
call("wer.service.RecordedReport.set_parameter", lambda place: place.recorded.set_parameter, index=0, value="v")
call("wer.service.RecordedReport.set_ui_option", lambda place: place.recorded.set_ui_option, option=1, value="v")
call("wer.service.RecordedReport.add_file", lambda place: place.recorded.add_file, path=lambda place: place.file)
call("wer.service.RecordedReport.add_dump", lambda place: place.recorded.add_dump, **PID, tid=lambda place: place.tid)
plain("wer.service.Reporter", application="WerTests", consent=NOT_ASKED, folder=lambda place: place.private)
call("wer.service.Reporter.report", lambda place: place.reporter.report, exception=lambda place: operations.failure())
call("wer.service.Reporter.flush", lambda place: place.reporter.flush)
plain("wer.service.RingLog")
call("wer.service.RingLog.write", lambda place: wer.service.RingLog(2048).write, text="x")
plain("wer.service.RingLogHandler", ring_log=lambda place: wer.service.RingLog(2048))
plain("wer.service.add_processes", report=lambda place: place.report, processes=lambda place: [])
plain("wer.service.add_python_state", report=lambda place: place.report, folder=lambda place: place.private)
plain("wer.service.enrich", faulthandler=False, folder=lambda place: place.private)
plain(
    "wer.service.locate",
    report=lambda place: place.submitted,
    before=lambda place: wer.service.list_stores(),
    timeout=0,
)

call("wer.dumps.Dump.module_at", lambda place: place.dump.module_at, address=1)
call("wer.dumps.Dump.read", lambda place: place.dump.read, address=1, size=1)
plain("wer.dumps.read_dump", path=lambda place: place.crash / "WER1A2B.tmp.mdmp")
plain("wer.dumps.write_dump", path=lambda place: place.folder / "a.dmp", **PID, overwrite=True)

call("wer.reports.Collection.write", lambda place: place.collection.write, path=lambda place: place.folder / "a.zip")
call("wer.reports.Event.field", lambda place: crash_event().field, name="AppName", place=0)
plain("wer.reports.Events")
call("wer.reports.Events.leave_out", lambda place: wer.reports.Events().leave_out, sentence="x")
call("wer.reports.Listing.find", lambda place: wer.reports.list_reports().find, name="x")
call("wer.reports.Story.fact", lambda place: place.story.fact, name="x")
plain("wer.reports.collect", key=lambda place: place.crash, events=())
plain("wer.reports.events_in", path=lambda place: EVENTS)
plain("wer.reports.export", target=lambda place: place.folder / "exported")
plain("wer.reports.goes_elsewhere", target="x")
plain("wer.reports.list_reports")
plain("wer.reports.read_events", most=1)
plain("wer.reports.story_of", where=lambda place: place.crash, events=())
plain("wer.reports.write_page", story=lambda place: place.story, path=lambda place: place.folder / "a.html")

plain("wer.changes.account_folders", registry=registry, folder=r"C:\Dumps")
plain("wer.changes.set_local_dumps", registry=registry)
plain("wer.changes.unset_local_dumps", registry=registry)
plain("wer.changes.make_dump_folder", path=lambda place: str(place.folder / "dumps"))
plain("wer.changes.set_on_kill", registry=registry, exe="a.exe")
plain("wer.changes.unset_on_kill", registry=registry, exe="a.exe")
plain("wer.changes.exclusions", registry=registry)
plain("wer.changes.exclude", registry=registry, name="a.exe")
plain("wer.changes.include", registry=registry, name="a.exe")
plain("wer.changes.install_crash_module", registry=registry, path=lambda place: os.path.abspath("a.dll"))
plain("wer.changes.remove_crash_module", registry=registry, path=lambda place: os.path.abspath("a.dll"))
plain("wer.changes.leftovers", registry=registry, folder=lambda place: str(place.folder / "private"))

plain("wer.doctor.effective_local_dumps", registry=registry)
plain("wer.doctor.ending_of", code=1)
plain("wer.doctor.examine", machine=lambda place: healthy().machine())

EVENTS = Path(__file__).parents[1] / "data" / "events" / "named.xml"


def kinds_of(function) -> dict[str, list[str]]:
    """The arguments that are texts, numbers and paths: by their names, as what they may be given."""
    if inspect.isclass(function):
        function = function.__init__
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        text = parameter.annotation if isinstance(parameter.annotation, str) else str(parameter.annotation)
        if isinstance(parameter.annotation, type):
            text = parameter.annotation.__name__
        text = re.sub(r"\b(Callable|Mapping|Iterable|Sequence|dict|list|tuple)\b\[.*\]", "", text)
        kinds = [kind for kind, pattern in KINDS.items() if re.search(pattern, text)]
        if "text" in kinds and ("path" in kinds or name in ("path", "folder")):
            kinds = ["path", *(kind for kind in kinds if kind not in ("path", "text"))]
        if kinds:
            found[name] = kinds
    return found


def arguments() -> Iterator[tuple[str, str, str]]:
    """The public name, the argument's, and what it is given, of all that is tried."""
    for name in CALLS:
        for argument, kinds in kinds_of(public(name)).items():
            for kind in kinds:
                yield name, argument, kind


def untried() -> list[str]:
    """What is public and takes a text, a number or a path, and is in neither table."""
    names = [name for name in operations.public_names() if not name.startswith("wer ")]
    found = []
    for name in names:
        function = public(name)
        with contextlib.suppress(ValueError, TypeError):  # it cannot be called, or has no signature
            if kinds_of(function) and name not in CALLS and name not in NOT_TRIED:
                found.append(name)
    return found


@contextlib.contextmanager
def fresh(place: Place) -> Iterator[Place]:
    """The place for one call, whose objects are closed behind it."""
    with contextlib.ExitStack() as stack:
        yield Place(place.folder, place.pid, place.tid, stack)


def outcome(place: Place, name: str, argument: str, value: object) -> BaseException | None:
    """What it raises if this argument is this value; None: it takes it."""
    of, given = CALLS[name]
    with fresh(place) as now:
        function = of(now)
        arguments = given(now) | {argument: value}
        positional = [
            arguments.pop(parameter.name)
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind is parameter.POSITIONAL_ONLY
        ]
        try:
            result = function(*positional, **arguments)
        except Exception as error:
            return error
        for end in ("close", "uninstall", "unregister", "undo"):
            if hasattr(result, end):
                getattr(result, end)()
                break
        if name == "wer.service.Folder.create":
            os.close(result[1])
    return None


def is_right(error: BaseException | None, argument: str, kind: str, value: object) -> bool:
    """Taken, or refused with an error that says which argument it is, or with what the system says of a file."""
    if error is None or isinstance(error, (NotImplementedError, ProcessLookupError, wer.WerError)):
        return True  # the last two name the id, and the function of WER
    if not isinstance(error, (TypeError, ValueError, OSError)):
        return False
    said = str(error)
    if re.search(rf"\b({argument}|path)\b", said, re.IGNORECASE):  # `logging` says "Level"
        return True
    if isinstance(error, OSError) and (error.filename is not None or getattr(error, "winerror", None)):
        return True  # the last is what Windows says, by the name of its function
    if kind != "path":
        return False
    # Python's own words say no more than that it is about a path; ours name the file.
    pythons = "expected str, bytes or os.PathLike object", "embedded null "
    if said.startswith(pythons) or isinstance(error, UnicodeError):
        return True
    return said.startswith((os.path.abspath(os.fsdecode(value)), f"{os.fsdecode(value)} "))
