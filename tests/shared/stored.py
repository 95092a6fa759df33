"""Reports as they lie on disk, for the stores of a `FakeWer`."""

import uuid
from datetime import UTC, datetime

import wer

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
_WER = """EventType={event}\r
EventTime={time}\r
ReportIdentifier={report_id}\r
AppName={name}\r
AppPath={path}\r
MetadataHash=1"""


def stored_report(key, event="APPCRASH", created=NOON, program="python.exe", name="Python", **fields):
    """What a store tells of a report, as Windows 10 does."""
    return wer.StoredReport(
        **{
            "key": str(key),
            "event_type": event,
            "created": created,
            "application_path": f"C:\\Programs\\{program}",
            "application_name": name,
            "friendly_event_name": "Stopped working",
            "report_id": uuid.uuid5(uuid.NAMESPACE_OID, str(key)),
            "size": 100,
            "files": (wer.ReportFile("minidump.mdmp"),),
            "status": 0,
            **fields,
        }
    )


def make_report(folder, files=None, **fields):
    """A report's folder with a Report.wer and other files, and what a store tells of it."""
    stored = stored_report(folder, **fields)
    folder.mkdir(parents=True)
    time = (stored.created - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds() if stored.created else 0
    text = _WER.format(
        event=stored.event_type,
        time=int(time) * 10_000_000,
        report_id=stored.report_id,
        name=stored.application_name,
        path=stored.application_path,
    )
    (folder / "Report.wer").write_bytes(text.encode("utf-16"))
    for file, content in (files or {"minidump.mdmp": b"MDMP" * 1000}).items():
        (folder / file).write_bytes(content)
    return stored
