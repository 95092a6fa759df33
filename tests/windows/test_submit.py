"""`Report.submit`: every outcome, what lies on disk afterwards, and what is refused before WER is asked."""

import ctypes
import re
import struct
import winreg
from pathlib import Path

import pytest
from once import once

import wer

SETTINGS = r"Software\Microsoft\Windows\Windows Error Reporting"


@pytest.fixture(autouse=True)
def _only_the_stand_in(standin):
    """Nothing here runs with the real WER: no test may send a report."""


@pytest.fixture
def setting():
    """Set a DWORD of WER's settings until the end of the test."""
    names = []

    def set_value(name, value):
        names.append(name)
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, SETTINGS) as key:
            winreg.SetValueEx(key, name, 0, winreg.REG_DWORD, value)

    yield set_value
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, SETTINGS) as key:
        for name in names:
            winreg.DeleteValue(key, name)


class ById:
    """An object with an id and no handle, such as psutil.Process: the package opens the process."""

    def __init__(self, pid):
        self.pid = pid


QUEUE, ARCHIVE, NOWHERE = "ReportQueue", "ReportArchive", None


@pytest.mark.parametrize(
    ("commands", "settings", "consent", "flags", "result", "place"),
    [
        ([], {}, "NOT_ASKED", 0, "QUEUED", QUEUE),
        ([], {}, "ALWAYS_PROMPT", 0, "QUEUED", QUEUE),
        ([], {}, "APPROVED", 0, "QUEUED", QUEUE),
        ([], {}, "APPROVED", wer.SubmitFlags.QUEUE, "QUEUED", QUEUE),
        ([], {}, "APPROVED", wer.SubmitFlags.OUTOFPROCESS, "QUEUED", QUEUE),
        ([], {}, "NOT_ASKED", wer.SubmitFlags.NO_QUEUE, "FAILED", NOWHERE),
        ([], {}, "DENIED", 0, "CANCELLED", NOWHERE),
        ([], {"Disabled": 1}, "APPROVED", 0, "DISABLED", NOWHERE),
        ([], {"DisableQueue": 1}, "NOT_ASKED", 0, "DISABLED_QUEUE", NOWHERE),
        ([], {}, "NOT_ASKED", wer.SubmitFlags.OUTOFPROCESS_ASYNC, "ASYNC", QUEUE),
        (["server online"], {}, "APPROVED", 0, "UPLOADED", ARCHIVE),
        (["server online"], {}, "APPROVED", wer.SubmitFlags.NO_QUEUE, "UPLOADED", ARCHIVE),
        (["server online"], {}, "APPROVED", wer.SubmitFlags.NO_ARCHIVE, "UPLOADED", NOWHERE),
        (["server online"], {}, "APPROVED", wer.SubmitFlags.QUEUE, "QUEUED", QUEUE),
        (["server online"], {}, "NOT_ASKED", 0, "QUEUED", QUEUE),
        (["server online"], {}, "DENIED", 0, "CANCELLED", NOWHERE),
    ],
)
def test_outcomes(report, standin, setting, commands, settings, consent, flags, result, place):
    standin.control(*commands)
    for name, value in settings.items():
        setting(name, value)
    answer = report.submit(wer.Consent[consent], flags)
    assert answer is wer.SubmitResult[result]
    for folder in (QUEUE, ARCHIVE):
        assert len(standin.reports(folder)) == (folder == place)


def test_force_queue_is_documented_to_be_the_users_queue(report, standin, setting):
    standin.control("server online")
    setting("ForceQueue", 1)
    assert report.submit(wer.Consent.APPROVED) is wer.SubmitResult.QUEUED
    assert standin.reports(scope="Machine") == []
    assert len(standin.reports(scope="User")) == 1


def test_async_never_shows_the_undefined_value(report, standin):
    flags = wer.SubmitFlags.OUTOFPROCESS_ASYNC
    assert report.submit(wer.Consent.NOT_ASKED, flags) is wer.SubmitResult.ASYNC
    assert standin.call("WerReportSubmit").out == {"pSubmitResult": 0x7EADBEEF}, "what was hidden"


@pytest.fixture
def wer_says(system_folder, windll):
    """Have WerReportSubmit store any result, by other code in its place: `mov [r9], result; xor eax, eax; ret`."""
    function = ctypes.WinDLL(str(system_folder / "wer.dll")).WerReportSubmit
    address = ctypes.cast(function, ctypes.c_void_p).value
    original = ctypes.string_at(address, 10)
    windll.VirtualProtect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_void_p]
    read_write_execute = 0x40
    assert windll.VirtualProtect(address, len(original), read_write_execute, ctypes.byref(ctypes.c_uint32()))

    def wer_says(result):
        ctypes.memmove(address, b"\x41\xc7\x01" + struct.pack("<i", result) + b"\x31\xc0\xc3", 10)

    yield wer_says
    ctypes.memmove(address, original, 10)


@pytest.mark.parametrize("result", [result for result in wer.SubmitResult if result.name != "MAX"])
def test_every_known_result_is_a_member(report, wer_says, result):
    wer_says(result)
    assert report.submit(wer.Consent.NOT_ASKED) is result


@pytest.mark.parametrize("result", [0, wer.WerSubmitResultMax, 14, 99, 0x7FFFFFFF, -1])
def test_an_unknown_result_keeps_its_number(report, wer_says, result):
    """Windows may learn new ones, and the first of these has the number of the end marker in today's header."""
    wer_says(result)
    answer = report.submit(wer.Consent.NOT_ASKED)
    assert (int(answer), type(answer), str(answer)) == (result, wer.SubmitResult, f"SubmitResult.UNKNOWN_{result}")
    assert report.result == answer


def test_the_result_is_kept(report, wer_says):
    """An exception may take the return value: Ctrl-C, or no memory."""
    assert report.result is None
    wer_says(wer.SubmitResult.THROTTLED)
    report.submit(wer.Consent.NOT_ASKED)
    assert report.result is wer.SubmitResult.THROTTLED
    report.close()
    assert report.result is wer.SubmitResult.THROTTLED


def test_a_failed_submission_has_no_result(report, standin):
    standin.answer("WerReportSubmit", 0x80004005)
    with pytest.raises(wer.WerError):
        report.submit(wer.Consent.NOT_ASKED)
    assert report.result is None


def test_report_wer(standin, tmp_path):
    """The report on disk says what was said here."""
    attachment = tmp_path / "spooler.log"
    attachment.write_text("three jobs")
    with wer.Report(
        "WerTests.Everything",
        wer.ReportType.CRITICAL,
        consent_key="Key",
        friendly_event_name="Ein Fehler: €",
        application_name="Spooler 😀",
        application_path=r"C:\Spooler\spooler.exe",
        description="It is stuck.",
        namespace_partner="Partner",
        namespace_group="Group",
        application_identity=bytes(range(16)),
    ) as report:
        report.set_parameter(0, "4.2.1", "Version")
        report.set_parameter(1, "\ud800 lone")
        report.set_ui_option(wer.ReportUI.CONSENT_DLG_BODY, "Please")
        report.add_file(attachment, wer.FileType.OTHER, wer.FileFlags.ANONYMOUS_DATA)
        assert report.submit(wer.Consent.NOT_ASKED) is wer.SubmitResult.QUEUED

    said, folder = standin.report_wer()
    expected = {
        "EventType": "WerTests.Everything",
        "ReportType": "1",
        "Consent": "1",
        "ConsentKey": "Key",
        "FriendlyEventName": "Ein Fehler: €",
        "AppName": "Spooler 😀",
        "AppPath": r"C:\Spooler\spooler.exe",
        "ReportDescription": "It is stuck.",
        "NsPartner": "Partner",
        "NsGroup": "Group",
        "ApplicationIdentity": bytes(range(16)).hex().upper(),
        "Sig[0].Name": "Version",
        "Sig[0].Value": "4.2.1",
        "Sig[1].Name": "P1",
        "Sig[1].Value": "\ud800 lone",
        "UI[4]": "Please",
        "File[0].CabName": "spooler.log",
        "File[0].Path": "spooler.log",
        "File[0].Flags": "2",
        "File[0].Type": "5",
        "File[0].Original.Path": str(attachment),
    }
    assert {name: said.get(name) for name in expected} == expected
    assert (folder / "spooler.log").read_text() == "three jobs"
    assert attachment.exists()


@pytest.mark.parametrize(
    ("kind", "value", "label"),
    [
        (wer.ReportType.NON_CRITICAL, "crashed_worker.py", "NonCritical_crashed_worker.p"),
        (wer.ReportType.CRITICAL, "10.0.18362.590", "Critical_10.0.18362.590"),
        (wer.ReportType.APPLICATION_CRASH, "a/b:ü", "AppCrash_a_b__"),
        (wer.ReportType.APPLICATION_HANG, None, "AppHang_"),
    ],
)
def test_the_folder_is_named_as_on_windows(standin, kind, value, label):
    with wer.Report("WerTests.Folder", kind) as report:
        if value is not None:
            report.set_parameter(0, value)
        report.submit(wer.Consent.NOT_ASKED)
    lines, folder = standin.report_wer()
    assert re.fullmatch(rf"{re.escape(label)}_[0-9a-f]{{40}}_00000000_{lines['ReportIdentifier']}", folder.name), (
        folder.name
    )


@pytest.fixture
def report_with_files(report, tmp_path):
    attachment = tmp_path / "spooler.log"
    attachment.write_text("three jobs")
    report.add_file(attachment)
    report.add_dump()
    return report


def test_files_of_wer_have_other_names_on_the_disk(report_with_files, standin):
    """As seen on Windows: the folder has `File[n].Path`, the cab would have `File[n].CabName`."""
    report_with_files.submit(wer.Consent.NOT_ASKED)
    files = standin.files()
    assert set(files) == {"spooler.log", "minidump.mdmp"}
    assert files["spooler.log"].name == "spooler.log"
    assert re.fullmatch(r"WER[0-9A-F]{4}\.tmp\.mdmp", files["minidump.mdmp"].name)


@pytest.mark.parametrize(("configure_archive", "kept"), [(None, 0), (1, 0), (2, 2)])
def test_an_archived_report_names_the_files_that_it_has(report_with_files, standin, setting, configure_archive, kept):
    """As seen on Windows: no files, no `File[n]` lines, but where a server asked for them or the archive keeps all."""
    if configure_archive is not None:
        setting("ConfigureArchive", configure_archive)
    standin.control("server online")
    assert report_with_files.submit(wer.Consent.APPROVED) is wer.SubmitResult.UPLOADED
    report_with_files.close()
    [folder] = standin.reports(ARCHIVE)
    lines = standin.lines(folder)
    assert sum(name.endswith(".CabName") for name in lines) == kept
    assert len(list(folder.iterdir())) == 1 + kept
    assert (lines["ReportStatus"], lines["State[0].Key"]) == ("268435456", "Transport.DoneStage1")
    assert standin.reports("Temp") == []


def kinds_of_lines(names):
    return list(dict.fromkeys(re.split(r"[\[.]", name)[0] for name in names))


REAL = Path(__file__).parents[1] / "data" / "reports"


@once("3.12")
@pytest.mark.parametrize("real", sorted(path.name for path in REAL.glob("[ws]*.wer")))
def test_report_wer_has_the_order_of_a_real_one(report_with_files, standin, real):
    text = (REAL / real).read_bytes().decode("utf-16-le").removeprefix("\ufeff")
    theirs = kinds_of_lines(line.partition("=")[0] for line in text.splitlines())
    report_with_files.set_parameter(0, "4.2.1", "Version")
    report_with_files.submit(wer.Consent.NOT_ASKED)
    ours = kinds_of_lines(standin.report_wer()[0])
    both = [kind for kind in ours if kind in theirs]
    assert both == [kind for kind in theirs if kind in ours]
    assert {"EventType", "Sig", "DynamicSig", "FriendlyEventName", "AppPath"} <= set(both)


def test_report_wer_looks_like_a_real_one(report_with_files, standin):
    """The encoding, the ends of the lines and all kinds of lines, as in published files from Windows 10 and 11."""
    report_with_files.set_parameter(0, "4.2.1", "Version")
    report_with_files.submit(wer.Consent.NOT_ASKED)
    lines, folder = standin.report_wer()
    data = (folder / "Report.wer").read_bytes()
    assert data.startswith(b"\xff\xfe")
    text = data.decode("utf-16")
    assert text.count("\r\n") == text.count("\n") == len(text.splitlines()) - 1
    assert re.search(r"\r\nMetadataHash=-?\d+\Z", text), "the last line, which has no end"
    assert kinds_of_lines(lines) == [
        *("Version", "EventType", "EventTime", "ReportType", "Consent", "ReportStatus", "ReportIdentifier"),
        *("IntegratorReportIdentifier", "Wow64Host", "NsAppName", "Response", "Sig", "DynamicSig", "UI"),
        *("LoadedModule", "OsInfo", "File", "FriendlyEventName", "ConsentKey", "AppName", "AppPath"),
        *("NsPartner", "NsGroup", "ApplicationIdentity", "MetadataHash"),
    ]


def test_defaults_come_from_the_process(report, standin, python):
    report.submit(wer.Consent.NOT_ASKED)
    said, _ = standin.report_wer()
    assert said["ConsentKey"] == said["FriendlyEventName"] == "WerTests.Event"
    assert Path(said["AppPath"]).name.lower() == Path(python).name.lower()


@pytest.mark.parametrize(
    "by", [lambda worker: worker.process, lambda worker: ById(worker.pid)], ids=["by its handle", "by its id"]
)
@pytest.mark.usefixtures("collected")
def test_report_about_another_process(standin, worker, by):
    with wer.Report("WerTests.Event", process=by(worker)) as report:
        report.submit(wer.Consent.NOT_ASKED)
    said, _ = standin.report_wer()
    assert said["AppName"].lower() == "python.exe"
    modules = {Path(value).name.lower() for name, value in said.items() if name.startswith("LoadedModule")}
    assert "python.exe" in modules
    assert not any(name.startswith("_werapi") for name in modules), "of this process"


def test_a_file_is_deleted_when_done(report, tmp_path):
    file = tmp_path / "once.log"
    file.write_text("text")
    report.add_file(file, flags=wer.FileFlags.DELETE_WHEN_DONE)
    assert file.exists(), "not before the submission"
    report.submit(wer.Consent.NOT_ASKED)
    assert not file.exists()


@pytest.mark.parametrize(("flags", "stays"), [(wer.DumpFlags.NOHEAP_ONQUEUE, False), (0, True)])
def test_a_heap_dump_that_goes_to_the_queue(report, standin, worker, flags, stays):
    report.add_dump(wer.DumpType.HEAPDUMP, worker.process, flags=flags)
    report.submit(wer.Consent.NOT_ASKED)
    assert ("memory.hdmp" in standin.files()) == stays


def test_noheap_onqueue_leaves_a_minidump_alone(report, standin, worker):
    report.add_dump(wer.DumpType.MINIDUMP, worker.process, flags=wer.DumpFlags.NOHEAP_ONQUEUE)
    report.submit(wer.Consent.NOT_ASKED)
    assert "minidump.mdmp" in standin.files()


class TestAfterwards:
    """Of a submitted report only `close` is left."""

    @pytest.fixture
    def submitted(self, report):
        report.submit(wer.Consent.NOT_ASKED)
        return report

    def test_it_is_still_open(self, submitted):
        assert not submitted.closed
        assert repr(submitted) == f"<wer.Report 'WerTests.Event' handle={submitted.handle:#x} submitted>"
        submitted.close()
        assert repr(submitted) == "<wer.Report 'WerTests.Event' closed submitted>"


class TestParameterGaps:
    def test_a_gap_may_be_closed(self, report):
        for index in (1, 0):
            report.set_parameter(index, "value")
        assert report.submit(wer.Consent.NOT_ASKED) is wer.SubmitResult.QUEUED

    def test_any_order_will_do(self, report):
        for index in (9, 0, 8, 1, 7, 2, 6, 3, 5, 4):
            report.set_parameter(index, "value")
        assert report.submit(wer.Consent.NOT_ASKED) is wer.SubmitResult.QUEUED

    def test_of_a_foreign_report_only_wer_knows_them(self, report, standin):
        borrowed = wer.Report.from_handle(report.handle)
        borrowed.set_parameter(1, "value")
        with pytest.raises(wer.WerError, match="WerReportSubmit failed with 0x80070057"):
            borrowed.submit(wer.Consent.NOT_ASKED)
        report.set_parameter(0, "value")
        assert borrowed.submit(wer.Consent.NOT_ASKED) is wer.SubmitResult.QUEUED
