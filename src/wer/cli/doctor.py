"""Say why there is no report, or no dump, of a crash.

Two answers: will Windows report a crash, and will it write a dump file: where, how large, of what type, how many. Then
every reason in the way: what was read and where, what it means, how sure that is, and what to do, as a command to copy.
It reads, and changes nothing. What it may not read it says; that is never taken for "no". As an administrator it can
read more.

Without a program it is about the Python that runs this, as this account. For a service that is not who crashes: its
settings and its folder are those of its account, so name the service or its process.

It is about crashes. A Python exception, sys.exit and a process that is killed make neither a report nor a dump:
`wer explain CODE` says what an exit code means.

--test has a Python crash on purpose and says what came of it. That makes a real report, so it needs --yes.
"""

import argparse
import re

from .. import doctor
from .._typing import TYPE_CHECKING
from ..doctor._diagnosis import CANNOT_TELL, NO, YES
from ..doctor._findings import SURE
from ._output import ExitCode, Failed, Output, add_yes

if TYPE_CHECKING:
    from typing import Any

    from ..doctor import Diagnosis, Finding, Trial

EXAMPLES = """\
  wer doctor                          of this Python: is there a dump, and if not, why?
  wer doctor --pid 4711               of this process: its error mode, its job, its account, its debugger as well
  wer doctor --exe python.exe --all   also what is as Windows comes, and explains much
  wer doctor --service MyService      of a service, as its account
  wer doctor --test --yes             have a Python crash, and see
  wer doctor --json --exit-zero       for a program that reads the answer itself
"""

_TEXT: "dict[str, Any]" = {"type": "string"}
_EVIDENCE: "dict[str, Any]" = {
    "type": "object",
    "required": ["source", "hive", "view", "key", "name", "type", "data"],
    "properties": {
        "source": {"description": "registry, process, folder, file or service.", "type": "string"},
        "hive": {"description": "HKLM, HKCU or HKU.", "type": ["string", "null"]},
        "view": {"description": "64 or 32: the registry of which programs.", "type": ["integer", "null"]},
        "key": {"description": "The path of the key below the hive.", "type": ["string", "null"]},
        "name": {"description": "The value, or what was looked at.", "type": ["string", "null"]},
        "type": {"description": "REG_DWORD and so on; null: it is not there.", "type": ["string", "null"]},
        "data": {"description": "What stands there.", "type": ["string", "integer", "null"]},
    },
}
_FINDING: "dict[str, Any]" = {
    "type": "object",
    "required": [
        *("id", "severity", "title", "evidence", "meaning", "sure", "remedy", "report", "dump"),
        *("sources", "normal"),
    ],
    "properties": {
        "id": {"description": "Its name, which stays.", "type": "string"},
        "severity": {
            "description": "How bad it is.",
            "enum": ["blocks-dump", "blocks-report", "unknown", "warning", "info"],
        },
        "title": {"description": "What it is.", "type": "string"},
        "evidence": {"description": "What was read.", "type": "array", "items": _EVIDENCE},
        "meaning": {"description": "What it does.", "type": "string"},
        "sure": {"description": "How that is known.", "enum": list(SURE)},
        "remedy": {"description": "What to do; empty if nothing is to be done.", "type": "string"},
        "report": {"description": "What it does to the report.", "enum": ["blocks", "clouds", "none"]},
        "dump": {"description": "What it does to the dump file.", "enum": ["blocks", "clouds", "none"]},
        "sources": {"description": "Where the meaning is from.", "type": "array", "items": _TEXT},
        "normal": {"description": "Whether this is how Windows comes.", "type": "boolean"},
    },
}
_ANSWER: "dict[str, Any]" = {
    "answer": {"description": "The answer.", "enum": [YES, NO, CANNOT_TELL]},
    "sure": {"description": "How that is known.", "enum": list(SURE)},
    "text": {"description": "It in words.", "type": "string"},
    "because": {"description": "The ids of the findings that it comes from.", "type": "array", "items": _TEXT},
}

SCHEMA: "dict[str, Any]" = {
    "type": "object",
    "required": ["exe", "pid", "service", "account", "account_name", "report", "dump", "findings"],
    "properties": {
        "exe": {"description": "The program that it is about.", "type": "string"},
        "pid": {"description": "The process; null: whichever runs the program.", "type": ["integer", "null"]},
        "service": {"description": "The service that it is.", "type": ["string", "null"]},
        "account": {"description": "The SID of the account that it runs as.", "type": ["string", "null"]},
        "account_name": {"description": "The name of that.", "type": ["string", "null"]},
        "report": {
            "description": "Will there be a report?",
            "type": "object",
            "required": ["answer", "sure", "text", "because"],
            "properties": _ANSWER,
        },
        "dump": {
            "description": "Will there be a dump file, and which?",
            "type": "object",
            "required": ["answer", "sure", "text", "because", "folder", "file_name", "type", "size", "kept"],
            "properties": {
                **_ANSWER,
                "folder": {"description": "Where; null: none, or not known.", "type": ["string", "null"]},
                "file_name": {"description": "What the file is called.", "type": ["string", "null"]},
                "type": {"description": "mini, full, custom or unknown.", "type": ["string", "null"]},
                "size": {"description": "Bytes at most, estimated.", "type": ["integer", "null"]},
                "kept": {"description": "How many files are kept.", "type": ["integer", "null"]},
            },
        },
        "findings": {
            "description": "What stands in the way, the most severe first; with --all also what is as Windows comes.",
            "type": "array",
            "items": _FINDING,
        },
        "test": {
            "description": "With --test --yes: what came of the crash.",
            "type": "object",
            "required": [
                "pid",
                "exit_code",
                "dump",
                "dump_size",
                "reports",
                "events",
                "unknown",
                "left",
                "as_forecast",
            ],
            "properties": {
                "pid": {"description": "The process that crashed.", "type": "integer"},
                "exit_code": {
                    "description": "What it ended with; null: it stood and was ended.",
                    "type": ["integer", "null"],
                },
                "dump": {"description": "The dump file that came; it is removed.", "type": ["string", "null"]},
                "dump_size": {"description": "Its bytes.", "type": ["integer", "null"]},
                "reports": {
                    "description": "The folders of its reports; they are removed.",
                    "type": "array",
                    "items": _TEXT,
                },
                "events": {"description": "Its entries in the event log.", "type": "array", "items": _TEXT},
                "unknown": {"description": "What could not be looked at.", "type": "array", "items": _TEXT},
                "left": {"description": "What could not be removed.", "type": "array", "items": _TEXT},
                "as_forecast": {
                    "description": "Whether it came as forecast; null: that cannot be told.",
                    "type": ["boolean", "null"],
                },
            },
        },
    },
}

_CODES = {YES: ExitCode.DONE, NO: ExitCode.NEGATIVE, CANNOT_TELL: ExitCode.UNCLEAR}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is this command's own."""
    about = parser.add_mutually_exclusive_group()
    about.add_argument("--pid", type=int, metavar="N", help="about this process; behind a launcher, its Python")
    about.add_argument("--exe", metavar="NAME", help="about a program by its file name, as this account")
    about.add_argument("--service", metavar="NAME", help="about a service, as its account")
    about.add_argument("--test", action="store_true", help="have a Python crash, see what comes, and remove that")
    parser.add_argument("--all", action="store_true", help="also what is as Windows comes")
    parser.add_argument("--exit-zero", action="store_true", help="end with 0 whatever the answer is")
    add_yes(parser)


def run(arguments: argparse.Namespace, out: Output) -> ExitCode:
    """Examine, or try."""
    if arguments.test:
        return _test(arguments, out)
    try:
        diagnosis = doctor.examine(arguments.pid, arguments.exe, arguments.service)
    except ProcessLookupError as error:
        raise Failed(str(error), ExitCode.USAGE) from None
    _show(diagnosis, arguments.all, out, arguments.pid)
    out.answer(_plain(diagnosis, arguments.all))
    return ExitCode.DONE if arguments.exit_zero else _CODES[diagnosis.dump.answer]


def _test(arguments: argparse.Namespace, out: Output) -> ExitCode:
    from ..doctor._trial import forecast_of, plan_of, try_crash

    diagnosis = forecast_of()
    answer = _plain(diagnosis, arguments.all)
    _show(diagnosis, arguments.all, out)
    code = ExitCode.DONE
    if out.plan(plan_of(diagnosis)):
        trial = try_crash()
        answer["test"] = _plain_trial(trial)
        _show_trial(trial, out)
        code = ExitCode.DONE if trial.dump else ExitCode.NEGATIVE
    out.answer(answer)
    return ExitCode.DONE if arguments.exit_zero else code


def _show(diagnosis: "Diagnosis", everything: bool, out: Output, asked: int | None = None) -> None:
    for question, answer in (("a report?    ", diagnosis.report), ("a dump file? ", diagnosis.dump)):
        why = f"Because of: {', '.join(answer.because)}." if answer.because else "Nothing that is known is in the way."
        out.line(f"Will there be {question} {answer.answer}. {answer.text} {why} ({SURE[answer.sure]})")
    who = diagnosis.account_name or "an account that is not known"
    service = f", the service {diagnosis.service}" if diagnosis.service else ""
    out.line(f"It runs as {who}{service}.")
    if asked is not None and diagnosis.pid != asked:
        out.line(
            f"Process {asked} has only started process {diagnosis.pid}, which has the Python: this is about that one."
        )
    for found in diagnosis.findings:
        _show_finding(found, out)
    if everything:
        for found in diagnosis.normal:
            _show_finding(found, out)


def _show_finding(found: "Finding", out: Output) -> None:
    out.line()
    kind = "as Windows comes" if found.normal else found.severity.replace("-", " the ")
    out.line(f"{found.title} [{found.id}: {kind}]")
    for evidence in found.evidence:
        out.line(f"  read:  {evidence}")
    out.line(f"  means: {found.meaning} ({SURE[found.sure]})")
    if found.remedy:
        _show_remedy(found.remedy, out)


def _show_remedy(text: str, out: Output) -> None:
    """With each long command on a line of its own, to be copied."""
    for number, part in enumerate(re.split(r"\s*`([^`]{40,})`(?:\.|\b)?\s*", text)):
        if part:
            out.line(f"{'  do:    ' if number == 0 else '         '}{'  ' if number % 2 else ''}{part}")
        elif number == 0:
            out.line("  do:")


def _show_trial(trial: "Trial", out: Output) -> None:
    out.line()
    if trial.exit_code is None:
        out.line(
            f"{trial.exe}, process {trial.pid}, still stood when the time was over, and was ended: somebody is asked, "
            "or a debugger waits."
        )
    else:
        out.line(f"{trial.exe}, process {trial.pid}, ended with {trial.exit_code:#010x}.")
    out.line(f"  dump file:  {trial.dump or 'none came'}" + (f", {trial.dump_size} bytes" if trial.dump else ""))
    out.line(f"  report:     {', '.join(trial.reports) or 'none was found'}")
    out.line(f"  event log:  {'; '.join(trial.events) or 'no entry was found'}")
    for text in trial.unknown:
        out.line(f"  not known:  {text}")
    for text in trial.left:
        out.line(f"  left there: {text}")
    words = {
        True: "That is as forecast.",
        False: "That is NOT as forecast.",
        None: "Whether that is as forecast cannot be told.",
    }
    out.line(words[trial.as_forecast])


def _plain(diagnosis: "Diagnosis", everything: bool) -> "dict[str, Any]":
    """As the schema has it."""
    return {
        "exe": diagnosis.exe,
        "pid": diagnosis.pid,
        "service": diagnosis.service,
        "account": diagnosis.account,
        "account_name": diagnosis.account_name,
        "report": diagnosis.report,
        "dump": diagnosis.dump,
        "findings": [*diagnosis.findings, *(diagnosis.normal if everything else ())],
    }


def _plain_trial(trial: "Trial") -> "dict[str, Any]":
    return {
        "pid": trial.pid,
        "exit_code": trial.exit_code,
        "dump": trial.dump,
        "dump_size": trial.dump_size,
        "reports": trial.reports,
        "events": trial.events,
        "unknown": trial.unknown,
        "left": trial.left,
        "as_forecast": trial.as_forecast,
    }
