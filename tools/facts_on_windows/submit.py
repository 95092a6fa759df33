"""What WerReportSubmit answers."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import time

import wer
from tools.facts_on_windows import api, guards, machine
from tools.facts_on_windows.asking import Asking, took
from tools.facts_on_windows.journal import read_number
from tools.facts_on_windows.question import Answer, Needs, question
from wer import Consent, SubmitFlags

# Seconds to look for a report that should not come; the stand-in makes one at once or never.
LATE = 0.1 if machine.is_wine() else 2.0


def submitted(asking: Asking, consent: int, flags: int, *, seconds: float = LATE) -> str:
    """Submit a report, and say what came of it and where it lies then."""
    with asking.report() as report:
        started = time.monotonic()
        hr, result = report.submit(consent, flags)
        took_it = took(started) if time.monotonic() - started > 1 else ""
        found = report.find(seconds if not hr else 0)
    answer = api.named(hr) if hr else api.result_name(result)
    place = "in no store" if found is None else f"in {found.place}"
    return ", ".join(filter(None, [answer, place, took_it]))


@question(
    "submit-queue",
    "WerReportSubmit with NOT_ASKED and WER_SUBMIT_QUEUE, together with each other flag; and with DENIED",
    Needs.HELD,
    seconds=120,
)
def into_queue(asking: Asking) -> Answer:
    """What does WerReportSubmit answer to reports that are to be queued, and to a denied consent?"""
    more = [
        SubmitFlags(0),
        SubmitFlags.OUTOFPROCESS,
        SubmitFlags.ADD_REGISTERED_DATA,
        SubmitFlags.NO_ARCHIVE,
        SubmitFlags.ARCHIVE_PARAMETERS_ONLY,
        SubmitFlags.REPORT_MACHINE_ID,
    ]
    answer: dict[str, object] = {}
    for flags in more:
        name = "QUEUE" if not flags else f"QUEUE with {flags.name}"
        answer[name] = submitted(asking, Consent.NOT_ASKED, SubmitFlags.QUEUE | flags)
    answer["QUEUE with 0x08000000"] = submitted(asking, Consent.NOT_ASKED, SubmitFlags.QUEUE | 0x08000000)
    answer["DENIED"] = submitted(asking, Consent.DENIED, 0)
    answer["DENIED with QUEUE"] = submitted(asking, Consent.DENIED, SubmitFlags.QUEUE)
    return answer


@question(
    "submit-async", "WER_SUBMIT_QUEUE with WER_SUBMIT_OUTOFPROCESS_ASYNC; the report waited for up to 30 s", Needs.HELD
)
def asynchronous(asking: Asking) -> Answer:
    """What is the result of an asynchronous submission, and is there a report then?"""
    return submitted(asking, Consent.NOT_ASKED, SubmitFlags.QUEUE | SubmitFlags.OUTOFPROCESS_ASYNC, seconds=30)


@question(
    "submit-consents",
    "WerReportSubmit with each consent, flags 0, QUEUE, NO_QUEUE and OUTOFPROCESS; the server is a listener here",
    Needs.SEALED,
    seconds=240,
)
def consents(asking: Asking) -> Answer:
    """What does WerReportSubmit answer to each consent and flag?"""
    for hive in guards.writable(True):
        asking.journal.set_number(hive, guards.WER, "ForceQueue", 0)
    answer: dict[str, object] = {}
    for consent in (Consent.NOT_ASKED, Consent.APPROVED, Consent.DENIED, Consent.ALWAYS_PROMPT):
        for flags in (SubmitFlags(0), SubmitFlags.QUEUE, SubmitFlags.NO_QUEUE, SubmitFlags.OUTOFPROCESS):
            answer[f"{consent.name}, {flags.name or 0}"] = submitted(asking, consent, flags)
    for number in (0, 5):
        answer[f"consent {number}, QUEUE"] = submitted(asking, number, SubmitFlags.QUEUE)
    if read_number("HKLM", guards.POLICIES, "ForceQueue") is not None:
        answer["but"] = "a policy sets ForceQueue"
    assert asking.listener is not None
    answer["connections to the server"] = asking.listener.connections - asking.listener.own
    return answer


@question("submit-twice", "WerReportSubmit and WerReportSetParameter on a report that was submitted", Needs.HELD)
def twice(asking: Asking) -> Answer:
    """What does a report answer that was submitted already?"""
    with asking.report() as report:
        first, _ = report.submit()
        report.find()
        again, result = report.submit()
        return {
            "WerReportSubmit": api.named(first),
            "WerReportSubmit again": f"{api.named(again)}, {api.result_name(result)}"
            if not again
            else api.named(again),
            "WerReportSetParameter": api.named(report.set_parameter(2, "late")),
            "WerReportCloseHandle": api.named(report.close()),
        }


@question("submit-delete-when-done", "WER_FILE_DELETE_WHEN_DONE on a file, the report queued, then closed", Needs.HELD)
def delete_when_done(asking: Asking) -> Answer:
    """Is a file with WER_FILE_DELETE_WHEN_DONE deleted when the report was only queued?"""
    path = asking.folder() / "done.txt"
    path.write_text("done", encoding="ascii")
    with asking.report() as report:
        report.add_file(path, flags=wer.FileFlags.DELETE_WHEN_DONE)
        report.queued()
        after_submit = path.exists()
    return {
        "after WerReportSubmit": "there" if after_submit else "deleted",
        "after WerReportCloseHandle": "there" if path.exists() else "deleted",
    }
