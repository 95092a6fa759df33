"""List, copy, send or remove the reports that Windows keeps on this machine.

Windows keeps reports in four stores: of the user and of the machine, each a queue of what waits to be sent and an
archive of what was sent or not to be sent. A program's crash mostly lands in the machine's, which on Windows 11 only
an administrator can read (seen by others): if the list is empty or shorter than you expect, look at the notes below
it and try an elevated prompt. An archive keeps no dumps unless the machine is told so: see `wer doctor`.
"""

import argparse
import re
from datetime import UTC, datetime, timedelta

from .._enums import StoreType, SubmitResult
from .._store import Store, purge_reports
from .._typing import TYPE_CHECKING
from ..reports import (
    ALL_STORES,
    Exported,
    ExportStatus,
    Listing,
    ReportEntry,
    StoreState,
    export,
    goes_elsewhere,
    list_reports,
)
from ..reports._export import without_secrets
from ._output import ExitCode, Failed, Output, add_yes
from ._schema import TEXT, list_of

if TYPE_CHECKING:
    from typing import Any

EXAMPLES = """\
  wer store list                                      what is there, the newest first
  wer store list --application python.exe --age 7d    of one program, of the last week
  wer store export D:\\crashes --store machine-queue   copy reports with their dumps
  wer store export s3://bucket/crashes --age 1d       show what would be copied there
  wer store upload KEY --yes                          send one report to Microsoft, or to the server of your company
  wer store purge                                     show what `wer store purge --yes` would remove
"""

_STORES = {store.name.lower().replace("_", "-"): store for store in StoreType}
_MOST_LINES = 20  # of a plan
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

_OUTCOMES = {
    SubmitResult.QUEUED: "not sent: it waits in the queue, because the machine is offline or nobody has consented",
    SubmitResult.UPLOADED: "sent",
    SubmitResult.DEBUG: "not sent: a debugger was asked for",
    SubmitResult.FAILED: "not sent: it failed",
    SubmitResult.DISABLED: "not sent: error reporting is switched off; `wer doctor` says where",
    SubmitResult.CANCELLED: "not sent: it was cancelled",
    SubmitResult.DISABLED_QUEUE: "not sent, and not kept: queuing is switched off",
    SubmitResult.ASYNC: "handed to a helper process of Windows; what comes of it cannot be learned here",
    SubmitResult.CUSTOM_ACTION: "not sent: Windows answers that reporting can be customised",
    SubmitResult.THROTTLED: "not sent: this machine has sent too many of its kind (read from the name of the answer)",
    SubmitResult.UPLOADED_CAB: "sent with its files (read from the name of the answer)",
    SubmitResult.STORAGE_LOCATION_NOT_FOUND: "not sent: the destination is missing (read from the name of the answer)",
}
_SENT = (SubmitResult.UPLOADED, SubmitResult.UPLOADED_CAB)
_OPEN = (SubmitResult.QUEUED, SubmitResult.ASYNC)

_REPORT: "dict[str, Any]" = {
    "type": "object",
    "required": ["store", "key", "event", "application", "created", "size", "files", "report_id", "told_by", "reason"],
    "properties": {
        "store": {"description": "A member of wer.StoreType.", "type": "string"},
        "key": {"description": "The path of its folder; what `upload` takes.", "type": "string"},
        "event": {"description": "Its event type; null if it could not be read.", "type": ["string", "null"]},
        "application": {"description": "The program's file name, or what WER calls it.", "type": ["string", "null"]},
        "created": {"description": "When it was made: ISO 8601, in UTC.", "type": ["string", "null"]},
        "size": {"description": "Bytes.", "type": ["integer", "null"]},
        "files": {"description": "How many files it lists.", "type": ["integer", "null"]},
        "report_id": {"description": "WER's id, also in the event log.", "type": ["string", "null"]},
        "told_by": {"description": "store, store and file, file, or nothing.", "type": "string"},
        "reason": {"description": "Why not all could be read; empty if it could.", "type": "string"},
    },
}
_LISTED: "dict[str, Any]" = {
    "stores": list_of(
        "Each store that was looked at.",
        store={"description": "A member of wer.StoreType.", "type": "string"},
        state={"description": "Was it read?", "enum": ["read", "absent", "unreadable"]},
        reports={"description": "How many reports were seen in it.", "type": "integer"},
        reason={"description": "Why it was not read to its end.", "type": "string"},
    ),
    "complete": {"description": "Whether no store and no report was hidden from this account.", "type": "boolean"},
    "untold": {"description": "Reports that may be meant, of which that could not be read.", "type": "integer"},
    "left_out": {"description": "How many more there are than --most.", "type": "integer"},
}
_PLANNED: "dict[str, Any]" = {
    "done": {"description": "Whether it was done; false: this is the plan.", "type": "boolean"},
    "plan": {"description": "What would be done, or was going to be, in words.", "type": "array", "items": TEXT},
}

SCHEMA: "dict[str, Any]" = {
    "list": {
        "type": "object",
        "required": ["reports", *_LISTED],
        "properties": {"reports": {"description": "The newest first.", "type": "array", "items": _REPORT}, **_LISTED},
    },
    "export": {
        "type": "object",
        "required": ["target", "done", "plan", "copied", "reports", *_LISTED],
        "properties": {
            "target": {"description": "Where to; without a password that was in the URL.", "type": "string"},
            **_PLANNED,
            "copied": {"description": "Bytes that were copied; 0: all was there.", "type": "integer"},
            "reports": list_of(
                "What became of each, the newest first.",
                store={"description": "A member of wer.StoreType.", "type": "string"},
                key={"description": "The path of its folder here.", "type": "string"},
                folder={"description": "The name of its folder in the target.", "type": "string"},
                status={"description": "What became of it.", "enum": [status.value for status in ExportStatus]},
                files={"description": "How many of its files are there.", "type": "integer"},
                copied={"description": "Bytes that were copied.", "type": "integer"},
                left_out={
                    "description": "Files that were not taken, each as name and reason.",
                    "type": "array",
                    "items": {"type": "array", "items": TEXT},
                },
                reason={"description": "Why it is not there.", "type": "string"},
            ),
            **_LISTED,
        },
    },
    "upload": {
        "type": "object",
        "required": ["done", "plan", "reports"],
        "properties": {
            **_PLANNED,
            "reports": list_of(
                "What became of each, in the order of the command line.",
                store={"description": "A member of wer.StoreType.", "type": "string"},
                key={"description": "The report's key.", "type": "string"},
                result={
                    "description": "A member of wer.SubmitResult; null if WER refused the call.",
                    "type": ["string", "null"],
                },
                text={"description": "The same in words.", "type": "string"},
            ),
        },
    },
    "purge": {
        "type": "object",
        "required": ["done", "plan", "reports", "remaining", *_LISTED],
        "properties": {
            **_PLANNED,
            "reports": {"description": "What was there before.", "type": "array", "items": _REPORT},
            "remaining": {"description": "Keys that are still there.", "type": "array", "items": {"type": "string"}},
            **_LISTED,
        },
    },
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is this command's own."""
    commands = parser.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")

    listing = commands.add_parser("list", help="the reports, the newest first")
    listing.description = """\
List the reports of the four stores, the newest first.

The exit code is 3 if a store or a report is hidden from this account; the notes below the list say which, and why."""
    _add_filters(listing)

    copying = commands.add_parser("export", help="copy reports with their files")
    copying.description = """\
Copy reports with all their files to a folder, or to any URL that fsspec knows (pip install "werapi[remote]").

Each report gets a folder with its files and, last, a manifest.json with their SHA-256 and with what was left out: a
folder without it is not whole. The same command again copies only what is missing or has changed, so it goes on after
an interruption or a full disk, and can run every hour: that is how many machines collect their reports in one place.
Nothing is removed, here or there. Links in a report's folder are not followed.

A dump holds the memory of a program, with whatever was in it. To a folder of this machine it is copied at once; to a
URL, a \\\\server\\share or a network drive only with --yes, and without it the plan is printed.

The exit code is 3 if a report could not be copied, or not all of it, or if reports may be hidden."""
    copying.add_argument("target", metavar="TARGET", help="a folder, which is made if need be, or a URL")
    copying.add_argument("keys", metavar="KEY", nargs="*", help="only these: keys, folder names or report ids")
    _add_filters(copying)
    add_yes(copying)

    sending = commands.add_parser("upload", help="send reports off the machine")
    sending.description = """\
Send reports to Microsoft, or to the server that the machine is told to use instead (CorporateWERServer).

Windows decides whether the files of a report, such as its dump, are sent. The exit code is 3 if Windows only queued
one, or will not say, and 1 if one was not sent."""
    sending.add_argument("keys", metavar="KEY", nargs="+", help="a key, a folder name or a report id: `wer store list`")
    add_yes(sending)

    purging = commands.add_parser("purge", help="remove the reports, for good")
    purging.description = """\
Remove all reports that this account may remove, for good. WER takes no choice: it has no call that removes one report,
and which stores it purges is not documented. Copy first what you want to keep: `wer store export`.

The exit code is 3 if some are still there."""
    add_yes(purging)


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--event", metavar="EVENT", help="of this event type, e.g. APPCRASH or 'App*'")
    parser.add_argument("--application", metavar="NAME", help="of this program, e.g. python.exe or 'py*'")
    parser.add_argument(
        "--age", metavar="AGE", type=_since, help="not older than 30m, 12h, 7d or 2w, or than a date: 2026-11-28T09:30"
    )
    parser.add_argument(
        "--store",
        metavar="STORE",
        action="append",
        choices=_STORES,
        help=f"of this store; may be repeated: {', '.join(_STORES)}",
    )
    parser.add_argument("--most", metavar="NUMBER", type=_number, help="at most so many")


def run(arguments: argparse.Namespace, out: Output) -> ExitCode:
    """Run the subcommand."""
    return {"list": _list, "export": _export, "upload": _upload, "purge": _purge}[arguments.subcommand](arguments, out)


# ---- list ----


def _list(arguments: argparse.Namespace, out: Output) -> ExitCode:
    listing = _chosen(arguments)
    out.answer({"reports": [_described(entry) for entry in listing.reports], **_listed(listing)})
    if listing.reports:
        out.table(
            ("Created (UTC)", "Store", "Event", "Application", "Size", "Files", "Key"),
            [
                (
                    f"{entry.created:%Y-%m-%d %H:%M:%S}" if entry.created else "?",
                    _name(entry.store),
                    "?" if entry.event is None else entry.event,
                    entry.application or "?",
                    "?" if entry.size is None else _bytes(entry.size),
                    "?" if entry.files is None else entry.files,
                    entry.key,
                )
                for entry in listing.reports
            ],
        )
    else:
        out.note("No reports." if listing.complete else "No reports that this account can see.")
    _note_what_is_missing(listing, out)
    return ExitCode.DONE if listing.complete else ExitCode.UNCLEAR


def _chosen(arguments: argparse.Namespace) -> Listing:
    for option in ("event", "application"):
        if getattr(arguments, option) == "":
            raise Failed(f"--{option} is empty", ExitCode.USAGE)
    return list_reports(
        [_STORES[name] for name in arguments.store] if arguments.store else ALL_STORES,
        event=arguments.event,
        application=arguments.application,
        since=arguments.age,
        most=arguments.most,
    )


def _note_what_is_missing(listing: Listing, out: Output) -> None:
    for store in listing.stores:
        if store.state is StoreState.ABSENT:
            out.note(f"{_name(store.store)}: {store.reason}")
        elif store.state is StoreState.UNREADABLE:
            out.note(f"{_name(store.store)}: cannot be read{' to its end' if store.reports else ''}: {store.reason}")
    unread = [entry for entry in listing.reports if entry.reason]
    for entry in unread[:_MOST_LINES]:
        out.note(f"{entry.key}: {entry.reason}")
    if len(unread) > _MOST_LINES:
        out.note(f"... and {len(unread) - _MOST_LINES} more reports that cannot be read")
    if listing.untold:
        out.note(f"{_reports(listing.untold)} may be meant as well: what to choose by could not be read.")
    if listing.left_out:
        out.note(f"{_reports(listing.left_out)} more: --most was {len(listing.reports)}.")


# ---- export ----


def _export(arguments: argparse.Namespace, out: Output) -> ExitCode:
    if not arguments.target:
        raise Failed("TARGET is empty", ExitCode.USAGE)
    listing = _chosen(arguments)
    if arguments.keys:
        entries = _found(arguments.keys, listing)
        listing = Listing(tuple(entries), listing.stores, listing.untold)
    shown = without_secrets(arguments.target)
    plan = [f"copy {_reports(len(listing.reports))}, {_bytes(listing.size)}, to {shown}"]
    plan += _lines(listing.reports)
    answer = {"target": shown, "done": False, "plan": plan, "copied": 0, "reports": [], **_listed(listing)}
    out.answer(answer)
    if not arguments.keys:
        _note_what_is_missing(listing, out)
    if goes_elsewhere(arguments.target):
        plan[0] += ", which is not on this machine"
        if not out.plan(plan):
            return ExitCode.DONE
    with out.progress("Copying", listing.size) as advance:
        exported = _exported(arguments.target, listing, advance)
    out.answer(
        answer
        | {
            "done": True,
            "copied": exported.copied,
            "reports": [
                {
                    "store": one.entry.store.name,
                    "key": one.entry.key,
                    "folder": one.folder,
                    "status": one.status.value,
                    "files": one.files,
                    "copied": one.copied,
                    "left_out": [list(pair) for pair in one.left_out],
                    "reason": one.reason,
                }
                for one in exported.reports
            ],
        }
    )
    _say(exported, out)
    seen = listing.complete or arguments.keys  # what is hidden is none of those that were named
    return ExitCode.DONE if exported.complete and seen else ExitCode.UNCLEAR


def _exported(target: str, listing: Listing, advance: "Any") -> Exported:
    try:
        return export(target, listing, progress=advance)
    except ImportError as error:
        raise Failed(str(error), ExitCode.NOT_HERE) from None
    except OSError as error:
        notes = ". ".join([str(error), *getattr(error, "__notes__", ())])
        raise Failed(f"TARGET {without_secrets(target)} cannot be written: {notes}") from error


def _say(exported: Exported, out: Output) -> None:
    for one in exported.reports:
        if one.status in (ExportStatus.COPIED, ExportStatus.PARTLY):
            out.line(f"{one.status.value}: {one.folder}, {one.files} files, {_bytes(one.copied)} copied")
        elif one.reason:
            out.note(f"{one.status.value}: {one.entry.key}: {one.reason}")
        for name, reason in one.left_out:
            out.note(f"left out: {one.entry.key}, {name}: {reason}")
    unchanged = sum(one.status is ExportStatus.UNCHANGED for one in exported.reports)
    if unchanged:
        out.line(f"{_reports(unchanged)} {'was' if unchanged == 1 else 'were'} there already, with the same content")
    if not exported.copied:
        out.line(f"Nothing was copied to {exported.target}.")
    else:
        out.line(f"{_bytes(exported.copied)} were copied to {exported.target}.")


# ---- upload ----


def _upload(arguments: argparse.Namespace, out: Output) -> ExitCode:
    entries = _found(arguments.keys, list_reports())
    plan = ["send off this machine, to Microsoft or the server that this machine is told to use:", *_lines(entries)]
    out.answer({"done": False, "plan": plan, "reports": []})
    if not out.plan(plan):
        return ExitCode.DONE
    results: list[dict[str, Any]] = []
    codes: list[ExitCode] = []
    for entry in entries:
        result, text, code = _sent(entry)
        results.append({"store": entry.store.name, "key": entry.key, "result": result, "text": text})
        codes.append(code)
        out.line(f"{entry.key}: {text}")
        out.answer({"done": True, "plan": plan, "reports": results})
    for code in (ExitCode.NEEDS_ADMINISTRATOR, ExitCode.NEGATIVE, ExitCode.UNCLEAR):
        if code in codes:
            return code
    return ExitCode.DONE


def _sent(entry: ReportEntry) -> "tuple[str | None, str, ExitCode]":
    try:
        with Store(entry.store) as store:
            result = store.upload(entry.report)
    except OSError as error:
        denied = isinstance(error, PermissionError)
        return None, f"not sent: {error}", ExitCode.NEEDS_ADMINISTRATOR if denied else ExitCode.NEGATIVE
    text = _OUTCOMES.get(result, f"Windows answers {int(result)}, which is not known here")
    if result in _SENT:
        return result.name, text, ExitCode.DONE
    unclear = result in _OPEN or result not in _OUTCOMES
    return result.name, text, ExitCode.UNCLEAR if unclear else ExitCode.NEGATIVE


# ---- purge ----


def _purge(arguments: argparse.Namespace, out: Output) -> ExitCode:
    listing = list_reports()
    plan = [f"remove {_reports(len(listing.reports))}, {_bytes(listing.size)}, for good", *_lines(listing.reports)]
    plan += [
        f"and whatever this account may remove of {_name(store.store)}, which it cannot read"
        for store in listing.stores
        if store.state is StoreState.UNREADABLE
    ]
    reports = [_described(entry) for entry in listing.reports]
    keys = [entry.key for entry in listing.reports]
    answer = {"done": False, "plan": plan, "reports": reports, "remaining": keys, **_listed(listing)}
    out.answer(answer)
    if not listing.reports and listing.complete:
        out.line("There are no reports.")
        return ExitCode.DONE
    if not out.plan(plan):
        return ExitCode.DONE
    purge_reports()
    left = list_reports()
    still = {entry.key for entry in left.reports}
    remaining = [key for key in keys if key in still]
    out.answer(answer | {"done": True, "remaining": remaining})
    out.line(f"{_reports(len(keys) - len(remaining))} {'is' if len(keys) - len(remaining) == 1 else 'are'} gone.")
    if remaining:
        out.note(f"{_reports(len(remaining))} still there: WER does not say why; an administrator may remove more.")
    return ExitCode.UNCLEAR if remaining else ExitCode.DONE


# ---- what several take ----


def _found(keys: "list[str]", listing: Listing) -> "list[ReportEntry]":
    """The reports of the command line."""
    entries: dict[tuple[StoreType, str], ReportEntry] = {}
    for key in keys:
        found = listing.find(key)
        if not found:
            hidden = (
                "" if listing.complete else "; reports may be hidden from this account: `wer store list` says which"
            )
            raise Failed(
                f"KEY {key!r} is none of the {_reports(len(listing.reports))} that were found{hidden}",
                ExitCode.NEGATIVE if listing.complete else ExitCode.UNCLEAR,
            )
        for entry in found:
            entries[entry.store, entry.key] = entry
    return list(entries.values())


def _lines(entries: "list[ReportEntry] | tuple[ReportEntry, ...]") -> list[str]:
    """A line of a plan for each, and one for those that are too many."""
    lines = [
        f"{_name(entry.store)}: {entry.event or '?'} {entry.application or '?'} "
        f"{f'{entry.created:%Y-%m-%d %H:%M:%S}Z' if entry.created else '?'} "
        f"{'?' if entry.size is None else _bytes(entry.size)} {entry.key}"
        for entry in entries[:_MOST_LINES]
    ]
    if len(entries) > _MOST_LINES:
        lines.append(f"... and {len(entries) - _MOST_LINES} more")
    return lines


def _described(entry: ReportEntry) -> "dict[str, Any]":
    return {
        "store": entry.store.name,
        "key": entry.key,
        "event": entry.event,
        "application": entry.application,
        "created": entry.created,
        "size": entry.size,
        "files": entry.files,
        "report_id": entry.report_id,
        "told_by": entry.told_by,
        "reason": entry.reason,
    }


def _listed(listing: Listing) -> "dict[str, Any]":
    stores = [
        {"store": store.store.name, "state": store.state.value, "reports": store.reports, "reason": store.reason}
        for store in listing.stores
    ]
    return {
        "stores": stores,
        "complete": listing.complete,
        "untold": listing.untold,
        "left_out": listing.left_out,
    }


def _name(store: StoreType) -> str:
    return store.name.lower().replace("_", "-")


def _reports(number: int) -> str:
    return f"{number} report" if number == 1 else f"{number} reports"


def _bytes(number: int) -> str:
    for unit, size in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} bytes"


def _since(text: str) -> datetime:
    """An age or a date as the time since which."""
    if found := re.fullmatch(r"(\d{1,6})([mhdw])", text):
        try:
            return datetime.now(UTC) - timedelta(**{_UNITS[found[2]]: int(found[1])})
        except OverflowError:
            pass
    else:
        try:
            return datetime.fromisoformat(text).astimezone()  # without a zone: this machine's
        except (ValueError, OverflowError, OSError):
            pass
    raise argparse.ArgumentTypeError(
        f"expected an age like 30m, 12h, 7d or 2w, or a date like 2026-11-28 or 2026-11-28T09:30, got {text!r}"
    )


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number from 1 up, got {text!r}")
