"""What a call costs as people write it, on a wer.dll that does nothing, beside the same by hand in C and by ctypes.

Run as: python calls.py RESULT.json [--rounds N]

tools/bench.py says what each row is to reach.
"""

import os
import subprocess
import sys
from pathlib import Path

import peers
import programs
import reference
from measure import Benchmark

import wer

FULL, RELATIVE = programs.LOG, "spooler.log"
KEYWORDS = "dump_type=DumpType.MINIDUMP, process=pseudo, flags=DumpFlags.NOHEAP_ONQUEUE"
CTYPES_KEYWORDS = "dump_type=CDumpType.MINIDUMP, process=-1, flags=CDumpFlags.NOHEAP_ONQUEUE"
DESCRIBED = 'application_name="Spooler", description="The spooler is stuck", friendly_event_name="Spooler stuck"'
OTHERS = {  # a process that is not this one: what wer, the ctypes class and C are told
    "add_dump(process=Popen)": ("process=worker", "process=worker", "int(worker._handle), None"),
    "add_dump(pid=)": ("pid=pid", "pid=pid", "None, pid"),
    "add_dump(process=wer.Handle(small))": ("process=Handle(small)", "process=small", "small, None"),
}


def refused(call: object, *arguments: object) -> None:
    """Make a call that raises."""
    try:
        call(*arguments)  # type: ignore[operator]
    except (TypeError, ValueError, peers.ctypes.ArgumentError):
        return
    raise AssertionError(f"{call} took {arguments}")


def names(worker: "subprocess.Popen[bytes]") -> dict[str, object]:
    """What the statements use, with an open report for each way."""
    handle = peers.HANDLE()
    peers.create("Bench", 0, None, peers.ctypes.byref(handle))
    bare = {
        name: getattr(peers, name) for name in ("create", "set_parameter", "add_file", "add_dump", "submit", "close")
    }
    return {
        **bare,
        **{
            name: getattr(wer, name) for name in ("Report", "Handle", "DumpType", "DumpFlags", "Consent", "SubmitFlags")
        },
        "opened": peers.opened,
        "duplicated": peers.duplicated,
        "close_handle": peers.close_handle,
        "byref": peers.ctypes.byref,
        "new": handle,
        "answer": peers.ctypes.c_int(),
        "Information": peers.Information,
        "SIZE": peers.ctypes.sizeof(peers.Information),
        "report": wer.Report("Bench"),
        "c": reference.Report("Bench"),
        "h": handle.value,
        "checked": peers.CheckedReport("Bench"),
        "C": reference.Report,
        "Checked": peers.CheckedReport,
        "CDumpType": peers.DumpType,
        "CDumpFlags": peers.DumpFlags,
        "CConsent": peers.Consent,
        "CSubmitFlags": peers.SubmitFlags,
        "pseudo": wer.Handle(-1),
        "worker": worker,
        "pid": worker.pid,
        "small": int(worker._handle),  # type: ignore[attr-defined]
        "text": "Spooler.Stuck",
        "full": FULL,
        "relative": RELATIVE,
        "full_path": Path(FULL),
        "relative_path": Path(RELATIVE),
        "abspath": os.path.abspath,
        "fspath": os.fspath,
        "refused": refused,
        "programs": programs,
        "prepare": reference.prepare,
    }


def rows() -> dict[str, dict[str, str]]:
    """By row and way, the statement."""
    found = {
        "the README's report": {
            "wer": "programs.wer_report()",
            "C": "programs.c_report()",
            "ctypes": "programs.ctypes_report()",
            "ctypes class": "programs.checked_report()",
        },
        "the README's report, of a Popen": {
            "wer": "programs.wer_report_of(worker)",
            "C": "programs.c_report_of(worker)",
            "ctypes": "programs.ctypes_report_of(worker)",
            "ctypes class": "programs.checked_report_of(worker)",
        },
        "add_dump()": {
            "wer": "report.add_dump()",
            "C": "c.add_dump()",
            "ctypes": "add_dump(h, -1, None, 2, None, None, 0)",
            "ctypes class": "checked.add_dump()",
        },
        "add_dump(DumpType.MINIDUMP, wer.Handle(-1))": {
            "wer": "report.add_dump(DumpType.MINIDUMP, Handle(-1))",
            "C": "c.add_dump(2, -1)",
            "ctypes": "add_dump(h, -1, None, 2, None, None, 0)",
            "ctypes class": "checked.add_dump(CDumpType.MINIDUMP, -1)",
        },
        "add_dump(type, None, None, None, None, flags)": {
            "wer": "report.add_dump(DumpType.MINIDUMP, None, None, None, None, DumpFlags.NOHEAP_ONQUEUE)",
            "C": "c.add_dump(2, None, None, None, None, 1)",
            "ctypes": "add_dump(h, -1, None, 2, None, None, 1)",
            "ctypes class": "checked.add_dump(CDumpType.MINIDUMP, None, None, None, None, CDumpFlags.NOHEAP_ONQUEUE)",
        },
        "add_dump(dump_type=, process=, flags=)": {
            "wer": f"report.add_dump({KEYWORDS})",
            "C": "c.add_dump(2, -1, None, None, None, 1)",
            "ctypes": "add_dump(h, -1, None, 2, None, None, 1)",
            "ctypes class": f"checked.add_dump({CTYPES_KEYWORDS})",
        },
        "set_parameter(0, text)": {
            "wer": "report.set_parameter(0, text)",
            "C": "c.set_parameter(0, text)",
            "ctypes": "set_parameter(h, 0, None, text)",
            "ctypes class": "checked.set_parameter(0, text)",
        },
        "set_parameter(index=, value=, name=)": {
            "wer": 'report.set_parameter(index=0, value=text, name="Version")',
            "C": 'c.set_parameter(0, text, "Version")',
            "ctypes": 'set_parameter(h, 0, "Version", text)',
            "ctypes class": 'checked.set_parameter(index=0, value=text, name="Version")',
        },
        "create + close": {
            "wer": "Report(text).close()",
            "C": "C(text).close()",
            "ctypes": "create(text, 0, None, byref(new)); close(new)",
            "ctypes class": "Checked(text).close()",
        },
        "create with keywords + close": {
            "wer": f"Report(text, {DESCRIBED}).close()",
            "ctypes": "i = Information(); i.dwSize = SIZE; i.wzApplicationName = 'Spooler'; "
            "i.wzDescription = 'The spooler is stuck'; i.wzFriendlyEventName = 'Spooler stuck'; "
            "create(text, 0, byref(i), byref(new)); close(new)",
            "ctypes class": f"Checked(text, {DESCRIBED}).close()",
        },
        "create + submit + close": {
            "wer": "r = Report(text); r.submit(Consent.NOT_ASKED, SubmitFlags.QUEUE); r.close()",
            "C": "r = C(text); r.submit(1, 4); r.close()",
            "ctypes": "create(text, 0, None, byref(new)); submit(new, 1, 4, byref(answer)); close(new)",
            "ctypes class": "r = Checked(text); r.submit(CConsent.NOT_ASKED, CSubmitFlags.QUEUE); r.close()",
        },
        "a whole ReportTemplate": {
            "wer": "programs.wer_template()",
            "C": "prepare()",
            "ctypes": "programs.ctypes_template()",
        },
        "refused: a value that is no str": {
            "wer": "refused(report.set_parameter, 0, 5)",
            "C": "refused(c.set_parameter, 0, 5)",
            "ctypes": "refused(set_parameter, h, 0, None, 5)",
            "ctypes class": "refused(checked.set_parameter, 0, 5)",
        },
        "refused: a file type that is none": {
            "wer": "refused(report.add_file, full, 99)",
            "ctypes class": "refused(checked.add_file, full, 99)",
        },
    }
    paths = {
        "full str": ("full", "full", "c.add_file(full)"),
        "relative str": ("relative", "abspath(relative)", "c.add_relative_file(relative)"),
        "full Path": ("full_path", "fspath(full_path)", "c.add_file(fspath(full_path))"),
        "relative Path": ("relative_path", "abspath(relative_path)", "c.add_relative_file(fspath(relative_path))"),
    }
    for kind, (path, given, by_c) in paths.items():
        found[f"add_file({kind})"] = {
            "wer": f"report.add_file({path})",
            "C": by_c,
            "ctypes": f"add_file(h, {given}, 5, 0)",
            "ctypes class": f"checked.add_file({path})",
        }
    for row, (own, checked, by_c) in OTHERS.items():
        handle = "opened(pid)" if row == "add_dump(pid=)" else "duplicated(small)"
        handle = "duplicated(int(worker._handle))" if "Popen" in row else handle
        found[f"create + {row} + close"] = {
            "wer": f"r = Report(text); r.add_dump({own}); r.close()",
            "C": f"r = C(text); r.add_dump_of({by_c}); r.close()",
            "ctypes": f"create(text, 0, None, byref(new)); p = {handle}; add_dump(new, p, None, 2, None, None, 0); "
            "close(new); close_handle(p)",
            "ctypes class": f"r = Checked(text); r.add_dump({checked}); r.close()",
        }
    return found


def main() -> None:
    benchmark = Benchmark(__doc__ or "")
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as worker:
        used = names(worker)
        for row, statements in rows().items():
            benchmark.time(row, statements, used)
    benchmark.write()


if __name__ == "__main__":
    main()
