"""Process snapshots, and dumps of them."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import ctypes
import platform

from tools.facts_on_windows import api
from tools.facts_on_windows.asking import Asking
from tools.facts_on_windows.dumps import STATES, options, outcome, sizes
from tools.facts_on_windows.question import Answer, Needs, Unanswered, question
from wer import DumpType
from wer._snapshot import FOR_A_DUMP

CONTEXT_ALL = {"AMD64": 0x10001F, "ARM64": 0x40001F, "x86": 0x1003F}
CURRENT_PROCESS = ctypes.c_void_p(-1)


def capture(process: int, flags: int = FOR_A_DUMP) -> tuple[int, int]:
    """PssCaptureSnapshot: its error code, and the snapshot."""
    snapshot = ctypes.c_void_p()
    context = CONTEXT_ALL.get(platform.machine(), CONTEXT_ALL["AMD64"])
    code = api.call("PssCaptureSnapshot", process, int(flags), context, ctypes.byref(snapshot))
    return code, snapshot.value or 0


@question("snapshot-rights", "PssCaptureSnapshot of a child by handles with different rights")
def rights(asking: Asking) -> Answer:
    """Which rights does capturing a snapshot for a dump need?"""
    worker = asking.worker()
    known = {
        "QUERY_INFORMATION, VM_READ": api.PROCESS_QUERY_INFORMATION | api.PROCESS_VM_READ,
        "and DUP_HANDLE": api.PROCESS_QUERY_INFORMATION | api.PROCESS_VM_READ | api.PROCESS_DUP_HANDLE,
        "and CREATE_PROCESS": api.ENOUGH | api.PROCESS_CREATE_PROCESS,
        "CREATE_PROCESS alone": api.PROCESS_CREATE_PROCESS,
        "all": api.PROCESS_ALL_ACCESS,
    }
    answer: dict[str, object] = {}
    for name, access in known.items():
        with asking.opened(worker.pid, access) as handle:
            code, snapshot = capture(handle)
            answer[name] = api.named(code) if code else "captured"
            if snapshot:
                api.call("PssFreeSnapshot", CURRENT_PROCESS, snapshot)
    return answer


@question(
    "snapshot-dump",
    "a snapshot of a child, whose memory is changed then; a heap dump of it with hSnapshot in the dump's options",
    Needs.HELD,
)
def dump(asking: Asking) -> Answer:
    """Does a dump with hSnapshot have the process as it was when the snapshot was captured?"""
    worker = asking.worker()
    with asking.opened(worker.pid, api.PROCESS_ALL_ACCESS) as handle:
        code, snapshot = capture(handle)
        if code:
            raise Unanswered(f"PssCaptureSnapshot with all rights failed: {api.named(code)}")
        try:
            worker.tell("change")
            given = options()
            given.hSnapshot = snapshot
            with asking.report() as report:
                hr = report.add_dump(handle, kind=DumpType.HEAPDUMP, options=given)
                if hr & 0x80000000:
                    return {"WerReportAddDump": api.named(hr)}
                submit, found = outcome(report)
                answer: dict[str, object] = {"WerReportAddDump": api.named(hr), "WerReportSubmit": submit}
                if found and found.dumps:
                    state = worker.found_in(found.dumps[0])
                    answer["the dump has the memory"] = {
                        "1": "as it was when the snapshot was captured",
                        "2": "as it was when it was dumped",
                    }.get(state, STATES.get(state, state))
                answer["dump"] = sizes(found)
                return answer
        finally:
            api.call("PssFreeSnapshot", CURRENT_PROCESS, snapshot)


@question("snapshot-wrong", "WerReportAddDump with an hSnapshot that is none, and one of another process")
def wrong(asking: Asking) -> Answer:
    """What does WerReportAddDump answer to a snapshot that is none, or of another process?"""
    worker, other = asking.worker(), asking.worker()
    given = options()
    with (
        asking.report() as report,
        asking.opened(worker.pid, api.PROCESS_ALL_ACCESS) as handle,
        asking.opened(other.pid, api.PROCESS_ALL_ACCESS) as other_handle,
    ):
        given.hSnapshot = 0xDEAC
        answer: dict[str, object] = {"no snapshot": api.named(report.add_dump(handle, options=given))}
        code, snapshot = capture(other_handle)
        if not code:
            given.hSnapshot = snapshot
            answer["of another process"] = api.named(report.add_dump(handle, options=given))
            api.call("PssFreeSnapshot", CURRENT_PROCESS, snapshot)
    return answer
