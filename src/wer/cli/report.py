"""File a report on a running process with Windows Error Reporting.

The process goes on. The report has an event, a name that you choose and that reports are told apart by; parameters, of
which equal ones are the same problem to a server; a dump; and files. Windows keeps it, in a queue or an archive, and
may send it: by --consent, and by the settings of the machine and the user. The plan says which. Without --yes the plan
is all, and nothing is filed; `wer dump` only writes a file, and never sends.

In a virtual environment python.exe is a launcher, and the program runs in another process: that one is taken, and said
to be. With --children there are dumps of all processes that it has started, too, in the same report: that is not
documented by Microsoft, and was seen in Visual Studio's reports.
"""

import argparse
import os
import re
import warnings
from contextlib import ExitStack

from .. import _native
from .._arguments import limited, required
from .._enums import Consent, DumpType, SubmitFlags, SubmitResult
from .._interpreter import name_of
from .._launcher import LauncherWarning
from .._limits import (
    WER_MAX_APPLICATION_NAME_LENGTH,
    WER_MAX_EVENT_NAME_LENGTH,
    WER_MAX_PARAM_COUNT,
    WER_MAX_PARAM_LENGTH,
    WER_MAX_SIGNATURE_NAME_LENGTH,
)
from .._processes import FOR_DUMP, FOR_HEAP_DUMP, FOR_SNAPSHOT, Handle
from .._snapshot import ProcessSnapshot
from .._typing import TYPE_CHECKING
from ..dumps._contents import CONTENTS
from ..dumps._write import expected_of
from ..service._locate import list_stores, locate
from ..service._processes import add_processes
from ..service._recorded import RecordedReport
from ._output import ExitCode, Failed, Output, add_yes
from ._processes import add_arguments as add_process_arguments
from ._processes import denied, stands_for_others, subjects_of

if TYPE_CHECKING:
    from typing import Any

    from .._werapi import HeldHandle
    from ..service import Located, StoreListing

_TYPES = {
    "mini": DumpType.MINIDUMP,
    "heap": DumpType.HEAPDUMP,
    "triage": DumpType.TRIAGEDUMP,
    "none": DumpType.NONE,
}
_CONSENTS = {member.name.lower().replace("_", "-"): member for member in Consent}
_LONGEST_PATH = 259
_LONGEST_VALUE = WER_MAX_PARAM_LENGTH - 1
_LONGEST_NAME = WER_MAX_APPLICATION_NAME_LENGTH - 1
_LONGEST = 3600.0  # seconds in which dumps of children may begin: an operator has Ctrl-C

# By consent: whether it may be sent, how sure that is, and why.
_LEAVES = {
    Consent.NOT_ASKED: (True, "documented", "WER may send it, now or later, if the settings of user and machine allow"),
    Consent.APPROVED: (True, "documented", "it says that the user agreed: WER sends it as soon as it can"),
    Consent.DENIED: (False, "inferred", "it says that the user refused: WER does not send it, and need not keep it"),
    Consent.ALWAYS_PROMPT: (True, "documented", "somebody is asked, and may agree; this may wait until then"),
}
_QUEUES = {
    SubmitFlags(0): "queued or archived, as WER decides",
    SubmitFlags.QUEUE: "put into the queue on this machine, for WER to deal with later",
    SubmitFlags.NO_QUEUE: "sent at once, or dropped",
}
_RESULTS = {
    SubmitResult.QUEUED: "it waits in the queue on this machine",
    SubmitResult.UPLOADED: "it was sent",
    SubmitResult.DEBUG: "somebody pressed Debug",
    SubmitResult.FAILED: "WER could not submit it",
    SubmitResult.DISABLED: "Windows Error Reporting is switched off: `wer doctor` says by what",
    SubmitResult.CANCELLED: "it was cancelled, and is not kept",
    SubmitResult.DISABLED_QUEUE: "the queue is switched off, and it could not be sent: `wer doctor` says by what",
    SubmitResult.ASYNC: "another process submits it, and the outcome is not known",
    SubmitResult.CUSTOM_ACTION: "the server wants something done that only WER's dialogs can do",
    SubmitResult.THROTTLED: "too many of its kind were sent",
    SubmitResult.UPLOADED_CAB: "it was sent with its files",
    SubmitResult.STORAGE_LOCATION_NOT_FOUND: "the place that it was to go to is missing",
}
_FILED = {SubmitResult.QUEUED, SubmitResult.UPLOADED, SubmitResult.UPLOADED_CAB}
_NOT_FILED = {
    SubmitResult.FAILED,
    SubmitResult.DISABLED,
    SubmitResult.CANCELLED,
    SubmitResult.DISABLED_QUEUE,
    SubmitResult.STORAGE_LOCATION_NOT_FOUND,
}

EXAMPLES = """\
  wer report --pid 4711 --event Spooler.Stuck           what would be filed?
  wer report --pid 4711 --event Spooler.Stuck --yes     file it
  wer report --pid 4711 --event Spooler.Stuck --parameter Version=4.2.1 --file spooler.log --queue --yes
  wer report --pid 4711 --event Pool.Stuck --children --type heap --yes    with all workers
"""

SCHEMA: "dict[str, Any]" = {
    "type": "object",
    "required": [
        *("event", "pid", "executable", "parameters", "dumps", "files", "consent", "flags", "may_leave"),
        *("may_leave_sure", "filed", "result", "located", "launchers"),
    ],
    "properties": {
        "event": {"description": "The event.", "type": "string"},
        "pid": {"description": "The process that it is about.", "type": "integer"},
        "executable": {"description": 'Its program; "" if Windows does not tell.', "type": "string"},
        "parameters": {
            "description": "The signature.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "name", "value"],
                "properties": {
                    "index": {"description": "0 for P0.", "type": "integer"},
                    "name": {"description": 'What the report calls it; "": its index.', "type": "string"},
                    "value": {"description": "Its value.", "type": "string"},
                },
            },
        },
        "dumps": {
            "description": "The processes; the one that it is about first.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pid", "type", "expected_bytes", "dumped", "text"],
                "properties": {
                    "pid": {"description": "The process; 0 if it cannot be opened.", "type": "integer"},
                    "type": {"description": "Of DumpType: MINIDUMP ...", "type": "string"},
                    "expected_bytes": {"description": "An estimate; 0: not known.", "type": "integer"},
                    "dumped": {
                        "description": "Whether the report has a dump of it; null while it is only planned.",
                        "type": ["boolean", "null"],
                    },
                    "text": {"description": "What became of it, in words.", "type": "string"},
                },
            },
        },
        "files": {
            "description": "The files that are attached.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "size"],
                "properties": {
                    "path": {"description": "The full path.", "type": "string"},
                    "size": {"description": "Its bytes.", "type": "integer"},
                },
            },
        },
        "consent": {"description": "Of Consent: NOT_ASKED ...", "type": "string"},
        "flags": {"description": "Of SubmitFlags: QUEUE ...", "type": "array", "items": {"type": "string"}},
        "may_leave": {"description": "Whether it could be sent from this machine.", "type": "boolean"},
        "may_leave_sure": {"description": "How sure that is: documented or inferred.", "type": "string"},
        "filed": {"description": "Whether it was submitted: only with --yes.", "type": "boolean"},
        "result": {"description": "What WER answered, of SubmitResult; null: nothing.", "type": ["string", "null"]},
        "located": {
            "description": "Where the report lies; null if it was not looked for.",
            "type": ["object", "null"],
            "required": ["status", "store", "key", "path", "report_id"],
            "properties": {
                "status": {"description": "What was found out.", "type": "string"},
                "store": {"description": "Of StoreType, or null.", "type": ["string", "null"]},
                "key": {"description": "Its key in the store, or null.", "type": ["string", "null"]},
                "path": {"description": "Its folder, or null.", "type": ["string", "null"]},
                "report_id": {"description": "Its id, or null.", "type": ["string", "null"]},
            },
        },
        "launchers": {
            "description": "Processes that were seen through, to the Python behind.",
            "type": "array",
            "items": {"type": "integer"},
        },
    },
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    add_process_arguments(parser, "report")
    parser.add_argument(
        "--event", required=True, metavar="NAME", help="the event, at most 64 characters: Spooler.Stuck"
    )
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter, at most 10: the first is P0, the second P1; or P0=VALUE ... P9=VALUE, without a name",
    )
    parser.add_argument(
        "--type",
        choices=_TYPES,
        default="mini",
        help="of dump: as in `wer dump`; triage is Microsoft's (default: mini)",
    )
    parser.add_argument(
        "--snapshot",
        action="store_true",
        help="dump the process as it is now, and let it go on meanwhile (Windows 8.1)",
    )
    parser.add_argument("--file", action="append", default=[], metavar="PATH", help="a file to attach; more than once")
    parser.add_argument(
        "--application-name", default="", metavar="NAME", help="of the program, for people (default: its file name)"
    )
    parser.add_argument(
        "--consent", choices=_CONSENTS, default="not-asked", help="what the user has agreed to (default: not-asked)"
    )
    queue = parser.add_mutually_exclusive_group()
    queue.add_argument("--queue", action="store_true", help="only put it into the queue; WER deals with it later")
    queue.add_argument("--no-queue", action="store_true", help="send it at once if consent suffices, or drop it")
    add_yes(parser)


def run(arguments: argparse.Namespace, out: Output) -> ExitCode:
    """Run the command."""
    plan = _Plan(arguments)
    plan.look(arguments, out)
    if not out.plan(plan.lines()):
        plan.tell(out)
        return ExitCode.DONE
    before = _stores(out)
    with ExitStack() as kept, _created(plan) as report:
        try:
            _fill(report, plan, kept, out)
            result = report.submit(plan.consent, plan.flags)
        except OSError as error:
            raise _refused(error) from None
        located = None if before is None else locate(report, before)
    plan.tell(out, result, located)
    out.line(f"{result.name}: {_RESULTS.get(result, 'this version of wer does not know what that means')}")
    if located is not None:
        out.line(f"in the stores: {located}")
    if result in _NOT_FILED:
        return ExitCode.NEGATIVE
    return ExitCode.UNCLEAR if plan.missing or result not in _FILED else ExitCode.DONE


class _Plan:
    """What is to be in the report: all that can be wrong with it is found here, before anything is made."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.event = required(arguments.event, WER_MAX_EVENT_NAME_LENGTH, "--event")
        self.parameters = _parameters(arguments.parameter)
        self.application_name = limited(arguments.application_name, _LONGEST_NAME, "--application-name")
        self.files = [_file(path) for path in arguments.file]
        self.type = _TYPES[arguments.type]
        self.snapshot: bool = arguments.snapshot
        if self.snapshot and self.type is DumpType.NONE:
            raise Failed("--snapshot is of a dump, and --type none has none", ExitCode.USAGE)
        self.consent = _CONSENTS[arguments.consent]
        self.flags = SubmitFlags.QUEUE if arguments.queue else SubmitFlags(0)
        if arguments.no_queue:
            self.flags = SubmitFlags.NO_QUEUE
        self.held: list[HeldHandle] = []
        self.dumps: list[dict[str, Any]] = []
        self.launchers: list[int] = []

    def look(self, arguments: argparse.Namespace, out: Output) -> None:
        """Open the processes."""
        rights = FOR_HEAP_DUMP if self.type is DumpType.HEAPDUMP else FOR_DUMP
        subjects = subjects_of(arguments, rights | FOR_SNAPSHOT if self.snapshot else rights, out)
        self.launchers = subjects.launchers
        for held in subjects.held:
            # add_processes would look for the Pythons behind it, which are here themselves.
            if self.held and stands_for_others(held, rights):
                self.launchers.append(held.id)
            else:
                self.held.append(held)
        flags = CONTENTS.get(self.type)
        for held in self.held:
            size = 0 if flags is None else expected_of(held, flags)
            self._add(held.id, size, f"process {name_of(held)}")
        for error in subjects.refused:
            self._add(0, 0, error.strerror or str(error), dumped=False)

    def _add(self, pid: int, size: int, text: str, *, dumped: bool | None = None) -> None:
        one = {"pid": pid, "type": self.type.name, "expected_bytes": size, "dumped": dumped, "text": text}
        self.dumps.append(one)

    @property
    def missing(self) -> bool:
        """Whether a dump that was to be in it is not."""
        return self.type is not DumpType.NONE and not all(one["dumped"] for one in self.dumps)

    def lines(self) -> list[str]:
        """What is going to be done, in words."""
        leaves, sure, why = _LEAVES[self.consent]
        lines = [f"file a report with the event {self.event}, about {self.dumps[0]['text']}"]
        lines += [f"with P{index}{f' {name}' if name else ''} = {value}" for index, name, value in self.parameters]
        for number, one in enumerate(self.dumps):
            if one["dumped"] is False:
                lines.append(f"without: {one['text']}")
            elif self.type is not DumpType.NONE:
                source = " as it is now (a snapshot)" if self.snapshot and not number else ""
                lines.append(f"with a {self.type.name} of {one['text']}{source}, {_size(one['expected_bytes'])}")
        lines += [f"with the file {path}, {_size(size)}" for path, size in self.files]
        lines.append(f"consent {self.consent.name}: {why}{'' if sure == 'documented' else f' ({sure})'}")
        lines.append(f"it would be {_QUEUES[self.flags]}")
        lines.append(f"it {'COULD leave' if leaves else 'does not leave'} this machine")
        return lines

    def tell(self, out: Output, result: SubmitResult | None = None, located: "Located | None" = None) -> None:
        """Give the answer of ``--json``."""
        leaves, sure, _ = _LEAVES[self.consent]
        out.answer(
            {
                "event": self.event,
                "pid": self.held[0].id,
                "executable": _native.executable(self.held[0]),
                "parameters": [
                    {"index": index, "name": name, "value": value} for index, name, value in self.parameters
                ],
                "dumps": [] if self.type is DumpType.NONE else self.dumps,
                "files": [{"path": path, "size": size} for path, size in self.files],
                "consent": self.consent,
                "flags": self.flags,
                "may_leave": leaves,
                "may_leave_sure": sure,
                "filed": result is not None,
                "result": None if result is None else result.name,
                "located": None if located is None else _place(located),
                "launchers": self.launchers,
            }
        )


def _place(located: "Located") -> "dict[str, Any]":
    return {
        "status": located.status.value,
        "store": None if located.store_type is None else located.store_type.name,
        "key": located.key,
        "path": located.path,
        "report_id": None if located.report_id is None else str(located.report_id),
    }


def _parameters(given: list[str]) -> list[tuple[int, str, str]]:
    """Index, name and value of each parameter, by index."""
    found: dict[int, tuple[int, str, str]] = {}
    following = 0
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise Failed(f"--parameter {text}: say NAME=VALUE, or P0=VALUE", ExitCode.USAGE)
        index = int(name[1]) if re.fullmatch("P[0-9]", name) else following
        following = index + 1
        if index >= WER_MAX_PARAM_COUNT:
            raise Failed(f"--parameter {name}: there are {WER_MAX_PARAM_COUNT}, P0 to P9", ExitCode.USAGE)
        if index in found:
            raise Failed(f"--parameter {name}: P{index} was given before", ExitCode.USAGE)
        label = f"--parameter {name}"
        limited(value, _LONGEST_VALUE, f"{label}: the value")
        limited(name, WER_MAX_SIGNATURE_NAME_LENGTH, "--parameter: a name")
        found[index] = (index, "" if name == f"P{index}" else name, value)
    if missing := [f"P{index}" for index in range(max(found, default=0)) if index not in found]:
        raise Failed(
            f"--parameter: WER wants every lower one as well, and {', '.join(missing)} is missing", ExitCode.USAGE
        )
    return [found[index] for index in sorted(found)]


def _file(path: str) -> tuple[str, int]:
    """Full path and size of a file that can be read."""
    full = os.path.abspath(required(path, _LONGEST_PATH, "--file"))
    limited(full, _LONGEST_PATH, "--file: the full path")
    try:
        with open(full, "rb") as file:
            return full, os.fstat(file.fileno()).st_size
    except OSError as error:
        raise Failed(f"--file {path}: {error.strerror}") from None


def _size(number: int) -> str:
    if not number:
        return "of a size that cannot be told"
    return f"some {number / (1 << 20):.1f} MiB" if number >= 1 << 20 else f"{number:,} bytes"


def _stores(out: Output) -> "StoreListing | None":
    try:
        return list_stores()
    except NotImplementedError as error:
        out.note(f"Where the report will lie cannot be told: {error}")
        return None


def _created(plan: _Plan) -> RecordedReport:
    process = Handle(plan.held[0].handle)
    with warnings.catch_warnings():  # of a launcher it was told already, or it is wanted
        warnings.simplefilter("ignore", LauncherWarning)
        try:
            return RecordedReport(plan.event, process=process, application_name=plan.application_name)
        except OSError as error:
            raise _refused(error) from None


def _refused(error: OSError) -> Failed:
    """WER's refusal; of a process that may not be read, what to do about it."""
    if isinstance(error, PermissionError) and error.filename is None:
        return denied(error)
    return Failed(str(error))


def _fill(report: RecordedReport, plan: _Plan, kept: ExitStack, out: Output) -> None:
    """Put all into the report that is to be in it; `kept` is open until it is submitted."""
    for index, name, value in plan.parameters:
        report.set_parameter(index, value, name or None)
    for path, _ in plan.files:
        report.add_file(path)
    if plan.type is DumpType.NONE:
        return
    first, *children = plan.held
    snapshot = kept.enter_context(ProcessSnapshot(Handle(first.handle))) if plan.snapshot else None
    report.add_dump(plan.type, None if snapshot else Handle(first.handle), snapshot=snapshot)
    plan.dumps[0]["dumped"] = True
    if not children:
        return
    handles = [Handle(child.handle) for child in children]
    added = add_processes(report, handles, dump_type=plan.type, most=len(children), timeout=_LONGEST)
    for one, told in zip(added, plan.dumps[1:], strict=False):
        told["dumped"], told["text"] = one.dumped, one.text
        if not one.dumped:
            out.note(one.text)
    if added.note:
        out.note(added.note)
