"""A report's folder as Windows leaves one, with what `wer.service` adds; and events that have its ids. All made up."""

import os
from datetime import UTC, datetime

import pytest
from small_dump import small_dump

from wer._machine.events import Event
from wer.service import RingLog

REPORT_ID = "6f1e7c02-8d0e-4a35-9d6c-0f6a5f4d3b21"
INTEGRATOR_ID = "5a2b9a11-0c33-4a4b-8c55-7d1f3e2a9b10"
OTHER_ID = "11111111-2222-4333-8444-555555555555"
CREATED = 134_000_000_000_000_000  # of a report: 2025-08-20

STATE = """\
Python state of a failure, version 1\r
Time: 2026-02-03T10:20:33Z\r
Process: 4711\r
Python: cpython 3.12.9 (tags/v3.12.9) [MSC v.1942 64 bit (AMD64)] (64 bit)\r
\r
== Exception ==\r
Traceback (most recent call last):\r
  File "spooler.py", line 7, in print_it\r
    job.send()\r
ValueError: no paper\r
\r
== Threads ==\r
Thread 5001 (0x1389): MainThread [failed]\r
  File "spooler.py", line 7, in print_it\r
"""
STACKS = """\
Windows fatal exception: access violation

Current thread 0x00001389 (most recent call first):
  File "spooler.py", line 7 in print_it
"""


def lines_of_a_crash(**changes):
    """The lines of a Report.wer; None leaves one out."""
    lines = {
        "Version": "1",
        "EventType": "APPCRASH",
        "EventTime": str(CREATED),
        "ReportType": "2",
        "Consent": "1",
        "ReportStatus": "268435456",
        "ReportIdentifier": REPORT_ID,
        "IntegratorReportIdentifier": INTEGRATOR_ID,
        "NsAppName": "python.exe",
    }
    signature = [
        ("Application Name", "python.exe"),
        ("Application Version", "3.12.9150.1013"),
        ("Application Timestamp", "67a0e9c1"),
        ("Fault Module Name", "python312.dll"),
        ("Fault Module Version", "3.12.9150.1013"),
        ("Fault Module Timestamp", "67a0e9a5"),
        ("Exception Code", "c0000005"),
        ("Exception Offset", "0000000000001234"),
    ]
    for index, (name, value) in enumerate(signature):
        lines[f"Sig[{index}].Name"], lines[f"Sig[{index}].Value"] = name, value
    lines |= {
        "LoadedModule[0]": r"C:\Python\python.exe",
        "LoadedModule[1]": r"C:\Python\python312.dll",
        "File[0].CabName": "minidump.mdmp",
        "File[0].Path": "WER1A2B.tmp.mdmp",
        "File[0].Type": "2",
        "File[0].Flags": "65536",
        "FriendlyEventName": "Stopped working",
        "ConsentKey": "APPCRASH",
        "AppName": "Python",
        "AppPath": r"C:\Python\python.exe",
        "CustomMetadata[0].Key": "Queue",
        "CustomMetadata[0].Value": "hp",
        "MetadataHash": "4",
    } | changes
    return {name: value for name, value in lines.items() if value is not None}


def write_report(folder, **changes):
    """Write Report.wer."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{name}={value}\r\n" for name, value in lines_of_a_crash(**changes).items())
    (folder / "Report.wer").write_bytes(("\ufeff" + text).encode("utf-16-le", "surrogatepass"))


def make_crash(folder, *, state=STATE, dump=None, **changes):
    """A whole folder: Report.wer, a dump with a log in its memory, the Python state, faulthandler's stacks."""
    write_report(folder, **changes)
    ring = RingLog(1024)
    ring.write("three jobs left")
    data = small_dump(memory=bytes(ring.buffer), names={5001: "Main"}) if dump is None else dump
    (folder / "WER1A2B.tmp.mdmp").write_bytes(data)
    (folder / "state-4711-134-1.txt").write_bytes(state.encode("utf-8", "surrogatepass"))
    (folder / "faulthandler-4711-134-2.txt").write_text(STACKS)
    (folder / "settings.ini").write_text("[printer]")
    return folder


def filetime(when):
    """As events have times, in hexadecimal."""
    return f"{int((when - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds() * 10**7):x}"


def crash_event(report_id=INTEGRATOR_ID, *, pid=4711, started=None, application="python.exe", **more):
    """Application Error 1000."""
    data = [
        ("AppName", application),
        ("AppVersion", "3.12.9150.1013"),
        ("AppTimeStamp", "67a0e9c1"),
        ("ModuleName", "python312.dll"),
        ("ModuleVersion", "3.12.9150.1013"),
        ("ModuleTimeStamp", "67a0e9a5"),
        ("ExceptionCode", "c0000005"),
        ("FaultingOffset", "1234"),
        ("ProcessId", f"0x{pid:x}"),
        ("ProcessCreationTime", f"0x{filetime(started)}" if started else ""),
        ("AppPath", r"C:\Python\python.exe"),
        ("ModulePath", r"C:\Python\python312.dll"),
        ("IntegratorReportId", report_id),
    ]
    return Event(provider="Application Error", event_id=1000, data=tuple(data), **more)


def wer_event(report_id=REPORT_ID, *, store_path="", **more):
    """Windows Error Reporting 1001."""
    data = [(name, "") for name in ("Bucket", "BucketType", "EventName", "Response", "CabId")]
    data += [(f"P{number}", "") for number in range(1, 11)]
    data += [("AttachedFiles", ""), ("StorePath", store_path), ("AnalysisSymbol", ""), ("Rechecking", "0")]
    data += [("ReportId", report_id), ("ReportStatus", "268435456")]
    data[2] = ("EventName", "APPCRASH")
    return Event(provider="Windows Error Reporting", event_id=1001, data=tuple(data), **more)


def make_link(link, target):
    """Make a symbolic link, or skip the test: Windows asks for a right, and Wine says that it made one and did not."""
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("this account may not make symbolic links")
    if not os.path.lexists(link):
        pytest.skip("Wine makes no symbolic links")
