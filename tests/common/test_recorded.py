"""`wer.service.RecordedReport` and `given`: all that a report was given, before it is submitted."""

import os

import pytest

import wer
from wer.service import Given, GivenDump, GivenFile, RecordedReport, given

PID = 4240


@pytest.fixture
def worker(fake):
    return fake.add_process(PID, 4244)


def test_all_that_was_given(fake, worker, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    log = tmp_path / "spooler.log"
    log.write_bytes(bytes(1234))
    options = wer.DumpOptions(dump_flags=1)
    with RecordedReport(
        "Spooler.Stuck", wer.ReportType.CRITICAL, process=worker, application_name="Spooler", description=""
    ) as report:
        report.set_parameter(1, "hp")
        report.set_parameter(0, "4.2.0")
        report.set_parameter(0, "4.2.1", "Version")
        report.set_ui_option(wer.ReportUI.CLOSE_TEXT, "Bye")
        report.add_dump()
        report.add_dump(wer.DumpType.HEAPDUMP, pid=os.getpid(), options=options, flags=wer.DumpFlags.NOHEAP_ONQUEUE)
        report.add_dump(wer.DumpType.MICRODUMP, pid=PID, tid=4244)
        report.add_file(log, flags=wer.FileFlags.ANONYMOUS_DATA)
        report.add_file("spooler.log")
        report.add_file("%SystemRoot%\\x.log")
        before = given(report)
        report.submit(wer.Consent.NOT_ASKED)
        assert given(report) == before
    anonymous = wer.FileFlags.ANONYMOUS_DATA
    assert before == Given(
        event_type="Spooler.Stuck",
        report_type=wer.ReportType.CRITICAL,
        description={"application_name": "Spooler"},
        parameters=(wer.SignatureParameter(0, "Version", "4.2.1"), wer.SignatureParameter(1, "", "hp")),
        ui_options={wer.ReportUI.CLOSE_TEXT: "Bye"},
        files=(
            GivenFile(str(log), 1234, wer.FileType.OTHER, anonymous),
            GivenFile(str(log), 1234, wer.FileType.OTHER, wer.FileFlags(0)),
            GivenFile("%SystemRoot%\\x.log", None, wer.FileType.OTHER, wer.FileFlags(0)),
        ),
        dumps=(
            GivenDump(wer.DumpType.MINIDUMP, PID, None, wer.DumpFlags(0)),
            GivenDump(wer.DumpType.HEAPDUMP, os.getpid(), options, wer.DumpFlags.NOHEAP_ONQUEUE),
            GivenDump(wer.DumpType.MICRODUMP, PID, None, wer.DumpFlags(0)),
        ),
    )
    assert str(before).splitlines() == [
        "event Spooler.Stuck (ReportType.CRITICAL)",
        "application_name 'Spooler'",
        "P0 Version '4.2.1'",
        "P1 'hp'",
        "ReportUI.CLOSE_TEXT 'Bye'",
        f"file {log}, 1,234 bytes, FileFlags.ANONYMOUS_DATA",
        f"file {log}, 1,234 bytes",
        "file %SystemRoot%\\x.log, size unknown",
        f"dump of process {PID}, DumpType.MINIDUMP",
        f"dump of process {os.getpid()}, DumpType.HEAPDUMP, {options}, DumpFlags.NOHEAP_ONQUEUE",
        f"dump of process {PID}, DumpType.MICRODUMP",
    ]
    assert [call.arguments["thread"] for call in fake.called("WerReportAddDump")] == [None, None, 4244]


def test_a_file_that_is_called_like_a_variable(fake, tmp_path, monkeypatch):
    """WER takes a variable at the beginning for one, and so do we; no other."""
    monkeypatch.setenv("WERTESTS", str(tmp_path))
    (tmp_path / "$WERTESTS.log").write_bytes(bytes(5))
    report = RecordedReport("X")
    report.add_file(tmp_path / "$WERTESTS.log")
    assert [file.size for file in given(report).files] == [5]


def test_wer_gets_what_a_plain_report_gives(fake, worker, tmp_path):
    """The same calls with the same arguments, whatever way they are written."""

    def file(kind):
        report = kind("X", 1, process=worker, namespace_group="g", application_identity=bytes(15) + b"1")
        report.set_parameter(0, "1", name="Version")
        report.set_parameter(index=1, value="2")
        report.set_ui_option(option=2, value="text")
        report.add_file(tmp_path / "a.log", 5, 2, missing_ok=True)
        report.add_file(path=tmp_path / "b.log", file_type=wer.FileType.MINIDUMP, flags=wer.FileFlags(0))
        report.add_dump(1, worker, worker.threads[0], wer.ExceptionInformation(16), wer.DumpOptions(), 0)
        with wer.ProcessSnapshot(worker) as snapshot:
            report.add_dump(snapshot=snapshot)
        report.submit(flags=4, consent=1)
        report.close()
        calls = [(call.function, {**call.arguments, "report": 0, "snapshot": 0}) for call in fake.calls]
        fake.calls.clear()
        return calls

    assert file(RecordedReport) == file(wer.Report)


def test_what_was_refused_was_not_given(fake, tmp_path):
    report = RecordedReport("X")
    fake.fail("WerReportAddFile", 0x80070002)
    report.add_file(tmp_path / "a.log", missing_ok=True)
    with pytest.raises(FileNotFoundError):
        report.add_file(tmp_path / "a.log")
    fake.fail("WerReportSetParameter", 0x80004005)
    with pytest.raises(wer.WerError):
        report.set_parameter(0, "1")
    fake.fail("WerReportAddDump", 0x80004005)
    with pytest.raises(wer.WerError):
        report.add_dump()
    with pytest.raises(ValueError, match="index must be 0 to 9"):
        report.set_parameter(10, "1")
    with pytest.raises(TypeError, match="option must be a"):
        report.set_ui_option("x", "1")
    assert (given(report).parameters, given(report).files, given(report).dumps) == ((), (), ())


@pytest.mark.parametrize("how", ["object", "pid", "snapshot", "report's", "ours"])
def test_whose_dump(fake, worker, how):
    report = RecordedReport("X", process=worker if how == "report's" else None)
    with wer.ProcessSnapshot(worker) as snapshot:
        report.add_dump(
            process=worker if how == "object" else None,
            pid=PID if how == "pid" else None,
            snapshot=snapshot if how == "snapshot" else None,
        )
    [dump] = given(report).dumps
    assert dump.process == (os.getpid() if how == "ours" else PID)


def test_a_process_that_has_ended_since(fake, worker):
    report = RecordedReport("X")

    class Ending:
        pid = PID

        def is_running(self):
            return not worker.ended

    answer = fake._answer

    def ends(function, **arguments):
        worker.ended = function == "WerReportAddDump"
        return answer(function, **arguments)

    fake._answer = ends
    report.add_dump(process=Ending())
    assert given(report).dumps[0].process == PID


def test_a_report_of_native_code(fake):
    report = RecordedReport.from_handle(0x77)
    report.set_parameter(0, "1")
    assert (given(report).event_type, given(report).report_type) == (None, None)
    assert str(given(report)) == "event of native code\nP0 '1'"


def test_a_plain_report_does_not_know(fake):
    with pytest.raises(TypeError, match=r"must be a wer\.service\.RecordedReport, got Report: a plain report"):
        given(wer.Report("X"))
