"""What the findings of the doctor say was read, what follows where it could not be, their commands to the letter."""

from dataclasses import replace

import pytest
from doctor_causes import BOTH, UNTOLD, both, put
from fake_machine import (
    AEDEBUG,
    CONTROL,
    DUMPS,
    IFEO,
    LOCAL_DUMPS,
    NT,
    POLICY,
    PROCESS,
    QUEUE,
    SERVICES,
    SILENT_EXIT,
    SYSTEM32,
    TASK,
    WER,
    healthy,
)

from wer._machine.folders import Folder
from wer._machine.registry import Kind
from wer.doctor import Evidence, examine

DATA_COLLECTION = r"SOFTWARE\Policies\Microsoft\Windows\DataCollection"
NET = r"SOFTWARE\Microsoft\.NETFramework"
PC_HEALTH = r"SOFTWARE\Policies\Microsoft\PCHealth\ErrorReporting"
REPORT_UNTOLD = ("cannot tell", "yes")
# With these more is looked at.
ARMED = put("HKLM", rf"{IFEO}\python.exe", "GlobalFlag", Kind.DWORD, 0x200)
DEBUGGER = put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "windbg")


def examined(*causes, **about):
    parts = healthy()
    for cause in causes:
        cause(parts)
    return examine(machine=parts.machine(), **about)


def process(**changes):
    return lambda parts: parts.processes.update({100: replace(PROCESS, **changes)})


def folder(**state):
    return lambda parts: parts.folders.update({DUMPS: replace(Folder(DUMPS, True, True, 100 << 30), **state)})


def named(name, findings):
    [found] = [one for one in findings if one.id == name]
    return found


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        (Evidence(source="process", name="debugger", data="attached"), "process: debugger: attached"),
        (Evidence(source="folder", name=DUMPS), rf"folder: {DUMPS}"),
        (Evidence(source="registry", hive="HKLM", view=64, key="K", data="is there"), r"HKLM\K: is there"),
        (
            Evidence(source="registry", hive="HKLM", view=32, key="K", data="is there"),
            r"HKLM\K (registry of 32-bit programs): is there",
        ),
        (Evidence(source="registry", hive="HKCU", view=64, key="K", name="N"), r"HKCU\K: N is not set"),
        (
            Evidence(source="registry", hive="HKLM", view=64, key="K", name="N", type="REG_DWORD", data=0),
            r"HKLM\K: N = 0 (REG_DWORD)",
        ),
        (
            Evidence(source="registry", hive="HKLM", view=32, key="K", name="", type="REG_SZ", data="a\\b"),
            r"HKLM\K (registry of 32-bit programs): (default) = 'a\\b' (REG_SZ)",
        ),
    ],
)
def test_evidence_as_a_line(evidence, text):
    assert str(evidence) == text


@pytest.mark.parametrize(
    ("cause", "name", "read"),
    [
        (process(error_mode=0x8003), "errormode-nogpfault", ["process: error mode: 0x8003"]),
        (process(in_job=True, job_limits=0x2400), "job-die-on-unhandled", ["process: limits of its job: 0x2400"]),
        (process(debugged=True), "debugger-attached", ["process: debugger: attached"]),
        (process(protected=True), "process-protected", ["process: protection: protected"]),
        (process(package="Python_x"), "packaged", ["process: package: Python_x"]),
        (
            process(error_mode=None, debugged=None),
            "process-unreadable",
            ["process: not known: its error mode, whether a debugger is attached"],
        ),
        (
            lambda parts: parts.flags.update({100: 0x41}),
            "wer-flags-noheap",
            ["process: WerGetFlags: FaultReportingFlags.NOHEAP|NO_HEAP_ON_QUEUE"],
        ),
        (
            lambda parts: parts.flags.update({100: 0x10}),
            "ui-blocks",
            ["process: WerGetFlags: FaultReportingFlags.ALWAYS_SHOW_UI"],
        ),
        (lambda parts: parts.folders.clear(), "folder-missing", [rf"folder: {DUMPS}: it is not there"]),
        (folder(writable=False), "folder-not-writable", [rf"folder: {DUMPS}"]),
        (folder(writable=None, reason="no list"), "folder-unknown", [rf"folder: {DUMPS}: no list"]),
        (folder(free=1 << 20), "folder-space", [rf"folder: {DUMPS}: 1048576 bytes free"]),
        (
            lambda parts: parts.entries.update({DUMPS: [f"Python.exe.{number}.DMP" for number in range(11)]}),
            "localdumps-count-reached",
            [rf"folder: {DUMPS}: 11 dump files"],
        ),
        (lambda parts: parts.entries.update({QUEUE: ["x"] * 51}), "queue-full", [rf"folder: {QUEUE}: 51 reports"]),
        (
            both(
                put("HKLM", WER, "MaxQueueCount"),
                lambda parts: parts.entries.update({QUEUE: ["x"]}),
            ),
            "queue-full",
            [rf"folder: {QUEUE}: 1 reports", rf"HKLM\{WER}: MaxQueueCount = 1 (REG_DWORD)"],
        ),
        (
            lambda parts: parts.missing.update({rf"{SYSTEM32}\wer.dll", rf"{SYSTEM32}\wermgr.exe"}),
            "wer-binaries-missing",
            [rf"file: {SYSTEM32}\wer.dll: is not there", rf"file: {SYSTEM32}\wermgr.exe: is not there"],
        ),
        (
            lambda parts: parts.files.update({TASK: b"<Settings><Enabled>false</Enabled></Settings>"}),
            "upload-task-disabled",
            [rf"file: {TASK}: <Enabled>false</Enabled>"],
        ),
    ],
)
def test_what_was_read_of_a_process_and_of_files(cause, name, read):
    found = named(name, examined(cause).findings)
    assert [str(one) for one in found.evidence] == read


def test_flags_that_concern_no_heap_are_not_named():
    found = named("wer-flags-noheap", examined(lambda parts: parts.flags.update({100: 0x3})).findings)
    assert "It has set FaultReportingFlags.NOHEAP (WerSetFlags)" in found.meaning


def test_a_queue_with_room_for_one_more():
    assert examined(lambda parts: parts.entries.update({QUEUE: ["x"] * 49})).findings == ()


def test_the_queue_of_the_account_counts_too():
    queue = r"C:\Users\me\AppData\Local\Microsoft\Windows\WER\ReportQueue"
    found = named("queue-full", examined(lambda parts: parts.entries.update({queue: ["x"] * 50})).findings)
    assert [one.name for one in found.evidence] == [queue]


def test_a_missing_setting_is_named_where_it_would_stand():
    """As Windows comes: nothing is set, and the default of it is worth knowing."""
    diagnosis = examined()
    for name, read in (
        ("archive-parameters-only", rf"HKLM\{WER}: ConfigureArchive is not set"),
        ("consent-ask", rf"HKLM\{WER}\Consent: DefaultConsent is not set"),
        ("throttled", rf"HKLM\{WER}: BypassDataThrottling is not set"),
    ):
        assert [str(one) for one in named(name, diagnosis.normal).evidence] == [read]
    assert "DefaultConsent is not set, which is 1 (ask)" in named("consent-ask", diagnosis.normal).meaning


@pytest.mark.parametrize(
    ("name", "value", "data", "told"),
    [
        ("consent-ask", r"\Consent|DefaultConsent", 0, "findings"),
        ("consent-ask", r"\Consent|DefaultConsent", 1, "normal"),
        ("consent-ask", r"\Consent|DefaultConsent", 2, None),
        ("archive-parameters-only", "|ConfigureArchive", 1, "normal"),
        ("archive-parameters-only", "|ConfigureArchive", 2, None),
        ("throttled", "|BypassDataThrottling", 0, "normal"),
        ("throttled", "|BypassDataThrottling", 1, None),
    ],
)
def test_what_a_setting_makes_of_what_is_worth_knowing(name, value, data, told):
    below, _, value = value.partition("|")
    diagnosis = examined(put("HKLM", WER + below, value, Kind.DWORD, data))
    for findings in ("findings", "normal"):
        found = [one for one in getattr(diagnosis, findings) if one.id == name]
        assert len(found) == (findings == told)
        for one in found:
            assert [(read.name, read.data) for read in one.evidence] == [(value, data)]
            assert "not set, which" not in one.meaning


@pytest.mark.parametrize(
    ("key", "name"),
    [
        *((WER, name) for name in ("Disabled", "LoggingDisabled", "DisableQueue", "ForceQueue", "DisableArchive")),
        *((WER, name) for name in ("DontShowUI", "DontSendAdditionalData", "BypassDataThrottling", "MaxQueueCount")),
        (rf"{WER}\DebugApplications", "python.exe"),
        (rf"{WER}\DebugApplications", "*"),
        (rf"{WER}\ExcludedApplications", "python.exe"),
        (rf"{IFEO}\python.exe", "GlobalFlag"),
    ],
)
def test_a_number_that_is_0_is_as_none(key, name):
    diagnosis = examined(put("HKLM", key, name, Kind.DWORD, 0))
    assert diagnosis.findings == ()
    assert {one.id for one in diagnosis.normal} == {one.id for one in examined().normal}


@pytest.mark.parametrize(
    "name",
    [
        *("DisableWerUpload", "StorePath", "ForceHeapDump", "NoHeapDumpOnQueue", "MinFreeDiskSpace"),
        *("QueueSizeMaxPercentFreeDisk", "ChangeDumpTypeByTelemetryLevel", "NewUserDefaultConsent"),
    ],
)
@pytest.mark.parametrize(("hive", "key"), [("HKLM", WER), ("HKCU", rf"{POLICY}\Consent")])
def test_a_setting_that_is_not_published(hive, key, name):
    found = named("settings-unpublished", examined(put(hive, key, name)).normal)
    assert [str(one) for one in found.evidence] == [rf"{hive}\{key}: {name} = 1 (REG_DWORD)"]


@pytest.mark.parametrize(("in_job", "job_limits"), [(False, None), (False, 0), (True, 0), (None, None)])
def test_the_limits_of_a_job_that_nothing_is_missing_of(in_job, job_limits):
    diagnosis = examined(process(in_job=in_job, job_limits=job_limits))
    assert "process-unreadable" not in {one.id for one in (*diagnosis.findings, *diagnosis.normal)}


def test_a_process_is_called_by_its_own_name():
    """Of a service that does not tell it, by its program's."""
    assert named("debugger-attached", examined(process(debugged=True)).findings).title.endswith(
        "python.exe (process 100)"
    )
    parts = healthy()
    parts.services["Job"] = 300
    parts.processes[300] = replace(PROCESS, pid=300, name=None, debugged=True, account="S-1-5-18")
    found = named("debugger-attached", examine(service="Job", machine=parts.machine()).findings)
    assert found.title.endswith("job.exe (process 300)")


@pytest.mark.parametrize(
    ("hive", "key", "answers", "beside"),
    [
        ("HKLM", rf"{IFEO}\python.exe", UNTOLD, None),
        ("HKLM", rf"{IFEO}\WerFault.exe", UNTOLD, None),
        ("HKLM", SILENT_EXIT, BOTH, ARMED),
        ("HKLM", NET, BOTH, None),
        ("HKLM", AEDEBUG, UNTOLD, None),
        ("HKLM", rf"{AEDEBUG}\AutoExclusionList", UNTOLD, DEBUGGER),
        ("HKLM", rf"{WER}\ExcludedApplications", REPORT_UNTOLD, None),
        ("HKCU", rf"{POLICY}\ExcludedApplications", REPORT_UNTOLD, None),
        ("HKLM", rf"{WER}\DebugApplications", UNTOLD, None),
        ("HKLM", rf"{WER}\Consent", BOTH, None),
        ("HKLM", rf"{WER}\RuntimeExceptionHelperModules", BOTH, None),
        ("HKCU", POLICY, UNTOLD, None),
        ("HKLM", PC_HEALTH, REPORT_UNTOLD, None),
        ("HKLM", DATA_COLLECTION, BOTH, None),
        ("HKCU", LOCAL_DUMPS, BOTH, None),
        ("HKLM", CONTROL, UNTOLD, None),
        ("HKLM", NT, UNTOLD, None),  # with AeDebug and Image File Execution Options below it
        ("HKLM", rf"{SERVICES}\WerSvc", UNTOLD, None),
    ],
)
def test_what_a_key_that_may_not_be_read_leaves_untold(hive, key, answers, beside):
    """Only the answers that what stands there can change: those are never "no" for it."""
    diagnosis = examined(lambda parts: parts.denied.append((hive, key)), *[beside] * (beside is not None))
    found = [one for one in diagnosis.findings if one.id == "unreadable"]
    assert {(one.hive, one.data) for whole in found for one in whole.evidence} == {(hive, "Access is denied.")}
    assert all(one.key.startswith(key) for whole in found for one in whole.evidence)
    assert (diagnosis.report.answer, diagnosis.dump.answer) == answers
    expected = {("clouds" if answers[0] != "yes" else "none", "clouds" if answers[1] != "yes" else "none")}
    assert expected <= {(one.report, one.dump) for one in found}


@pytest.mark.parametrize(
    ("key", "name", "answers", "beside"),
    [
        (WER, "Disabled", UNTOLD, None),
        (PC_HEALTH, "DoReport", REPORT_UNTOLD, None),
        (rf"{WER}\DebugApplications", "python.exe", UNTOLD, None),
        (rf"{POLICY}\DebugApplications", "*", UNTOLD, None),
        (rf"{SERVICES}\WerSvc", "Start", UNTOLD, None),
        (rf"{AEDEBUG}\AutoExclusionList", "python.exe", ("cannot tell", "no"), DEBUGGER),
        (WER, "DisableQueue", REPORT_UNTOLD, None),
        (WER, "LoggingDisabled", BOTH, None),
        (WER, "ForceQueue", BOTH, None),
        (WER, "DisableArchive", BOTH, None),
        (WER, "DontShowUI", BOTH, None),
        (WER, "ConfigureArchive", BOTH, None),
        (rf"{WER}\Consent", "DefaultConsent", BOTH, None),
        (WER, "BypassDataThrottling", BOTH, None),
        (WER, "DontSendAdditionalData", BOTH, None),
        (DATA_COLLECTION, "AllowTelemetry", BOTH, None),
        (DATA_COLLECTION, "LimitDumpCollection", BOTH, None),
        (WER, "MaxQueueCount", BOTH, None),
        (rf"{IFEO}\python.exe", "GlobalFlag", BOTH, None),
        (rf"{SILENT_EXIT}\python.exe", "ReportingMode", BOTH, ARMED),
    ],
)
def test_what_a_number_that_is_none_leaves_untold(key, name, answers, beside):
    diagnosis = examined(put("HKLM", key, name, Kind.SZ, "1"), *[beside] * (beside is not None))
    found = named("setting-type", diagnosis.findings)
    assert [str(one) for one in found.evidence] == [rf"HKLM\{key}: {name} = '1' (REG_SZ)"]
    assert name in found.meaning
    assert (diagnosis.report.answer, diagnosis.dump.answer) == answers


class TestCommands:
    """What somebody copies into an administrator's prompt: exact, and with nothing in it that would need quoting."""

    STRANGE = "a&b.exe"  # no such character goes into a command

    @pytest.mark.parametrize(
        ("cause", "name", "command"),
        [
            (put("HKLM", WER, "Disabled"), "wer-disabled", rf'reg add "HKLM\{WER}" /v Disabled /t REG_DWORD /d 0 /f'),
            (
                put("HKCU", WER, "DisableQueue"),
                "queue-disabled",
                rf'reg add "HKCU\{WER}" /v DisableQueue /t REG_DWORD /d 0 /f',
            ),
            (
                put("HKCU", rf"{WER}\ExcludedApplications", "Python.exe"),
                "app-excluded",
                rf'reg delete "HKCU\{WER}\ExcludedApplications" /v "Python.exe" /f',
            ),
            (
                put("HKLM", rf"{WER}\DebugApplications", "*"),
                "debug-applications",
                rf'reg delete "HKLM\{WER}\DebugApplications" /v "NAME" /f',
            ),
            (
                put("HKLM", LOCAL_DUMPS, "DumpFolder", Kind.SZ, r"%TEMP%\x"),
                "localdumps-value-type",
                rf'reg add "HKLM\{LOCAL_DUMPS}" /v DumpFolder /t REG_EXPAND_SZ /d FOLDER /f',
            ),
            (
                put("HKLM", rf"{LOCAL_DUMPS}\python.exe", "DumpCount", Kind.SZ, "1"),
                "localdumps-value-type",
                rf'reg add "HKLM\{LOCAL_DUMPS}\python.exe" /v DumpCount /t REG_DWORD /d NUMBER /f',
            ),
            (
                put("HKLM", rf"{IFEO}\WerFault.exe", "Debugger", Kind.SZ, "x"),
                "ifeo-debugger",
                rf'reg delete "HKLM\{IFEO}\WerFault.exe" /v Debugger /f',
            ),
            (
                DEBUGGER,
                "aedebug-auto",
                rf'reg add "HKLM\{AEDEBUG}\AutoExclusionList" /v "python.exe" /t REG_DWORD /d 1 /f',
            ),
        ],
    )
    def test_exact(self, cause, name, command):
        assert f"`{command} /reg:64`" in named(name, examined(cause).findings).remedy

    def test_the_debugger_of_32_bit_programs_is_set_in_their_registry(self):
        debugger = put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "windbg", view=32)
        found = named("aedebug-auto", examined(process(is_32bit=True), debugger).findings)
        assert found.remedy.count("/reg:32`") == 2
        assert "/reg:64" not in found.remedy

    @pytest.mark.parametrize(
        ("cause", "name", "command"),
        [
            (put("HKLM", LOCAL_DUMPS, "DumpCount", Kind.DWORD, 0), "localdumps-count-zero", r"LocalDumps\NAME"),
            (put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 9), "localdumps-type-undefined", r"LocalDumps\NAME"),
            (lambda parts: parts.remove("HKLM", LOCAL_DUMPS), "localdumps-off", "set --exe NAME`"),
            (put("HKCU", LOCAL_DUMPS), "localdumps-hkcu", r"LocalDumps\NAME"),
            (put("HKLM", LOCAL_DUMPS, view=32), "localdumps-view32", r"LocalDumps\NAME"),
            (
                put("HKLM", rf"{LOCAL_DUMPS}\{STRANGE}", "DumpCount", Kind.SZ, "1"),
                "localdumps-value-type",
                rf'"HKLM\{LOCAL_DUMPS}\NAME" /v DumpCount',
            ),
            (
                lambda parts: parts.entries.update({DUMPS: [f"A&B.exe.{number}.dmp" for number in range(10)]}),
                "localdumps-count-reached",
                r"LocalDumps\NAME",
            ),
            (DEBUGGER, "aedebug-auto", '/v "NAME"'),
            (put("HKLM", rf"{IFEO}\{STRANGE}", "Debugger", Kind.SZ, "x"), "ifeo-debugger", r"Options\NAME"),
            (
                both(
                    both(
                        put("HKLM", rf"{IFEO}\{STRANGE}", "GlobalFlag", Kind.DWORD, 0x200),
                        put("HKLM", SILENT_EXIT, "ReportingMode"),
                    ),
                    put("HKLM", rf"{SILENT_EXIT}\{STRANGE}", "MonitorProcess", Kind.SZ, "x"),
                ),
                "silent-exit-monitor",
                r"SilentProcessExit\NAME",
            ),
            (put("HKLM", rf"{WER}\DebugApplications", STRANGE), "debug-applications", '/v "NAME"'),
            (put("HKLM", rf"{WER}\ExcludedApplications", STRANGE), "app-excluded", '/v "NAME"'),
        ],
    )
    def test_of_a_strange_name_of_the_program(self, cause, name, command):
        found = named(name, examined(process(name=self.STRANGE), cause).findings)
        assert command in found.remedy
        assert "&" not in found.remedy

    def test_of_a_folder_and_an_account(self):
        found = named("folder-missing", examined(lambda parts: parts.folders.clear()).findings)
        assert found.remedy.startswith(rf'`mkdir "{DUMPS}"`')
        assert rf'`icacls "{DUMPS}" /grant "PC\me:(OI)(CI)M"`' in found.remedy

    @pytest.mark.parametrize(("there", "name"), [(False, "folder-missing"), (True, "folder-not-writable")])
    def test_of_a_strange_name_of_a_folder_and_of_an_account(self, there, name):
        parts = healthy().put("HKLM", LOCAL_DUMPS, "DumpFolder", Kind.EXPAND_SZ, r"C:\a&b")
        parts.folders[r"C:\a&b"] = Folder(r"C:\a&b", there, False, 100 << 30)
        machine = replace(parts.machine(), name_of=lambda sid: 'PC\\"& calc')
        found = named(name, examine(machine=machine).findings)
        assert '`icacls "FOLDER" /grant "ACCOUNT:(OI)(CI)M"`' in found.remedy
        assert "&" not in found.remedy


class TestWithoutADump:
    """Nothing is said of a file that there will not be."""

    @pytest.mark.parametrize(
        "cause",
        [lambda parts: parts.remove("HKLM", LOCAL_DUMPS), lambda parts: parts.denied.append(("HKLM", LOCAL_DUMPS))],
        ids=["none", "not known"],
    )
    def test_what_it_would_be(self, cause):
        dump = examined(cause).dump
        assert dump.answer != "yes"
        assert (dump.folder, dump.file_name, dump.type, dump.size, dump.kept) == (None, None, None, None, None)

    def test_a_file_that_there_may_be_is_told(self):
        dump = examined(process(package="x")).dump
        assert (dump.answer, dump.folder, dump.kept) == ("cannot tell", DUMPS, 10)
        assert "It would be a mini dump" in dump.text


@pytest.mark.parametrize(
    ("causes", "text"),
    [
        ((), "leaves a mini dump of at most about 20.0 MB (estimated) in C:\\Dumps, named python.exe.<process id>.dmp"),
        (
            (put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 2),),
            "leaves a dump with all memory of at most about 200.0 MB",
        ),
        (
            (put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 0),),
            "leaves a dump of a custom type of at most about 20.0 MB",
        ),
        ((put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 3),), "It would be a dump of an unknown type in C:"),
        ((put("HKLM", LOCAL_DUMPS, "DumpCount"),), ".dmp, and the newest is kept."),
        ((put("HKLM", LOCAL_DUMPS, "DumpCount", Kind.DWORD, 2),), ".dmp, and the newest 2 are kept."),
        ((put("HKLM", LOCAL_DUMPS, "DumpCount", Kind.SZ, "2"),), "named python.exe.<process id>.dmp."),
    ],
)
def test_the_dump_in_words(causes, text):
    assert text in examined(*causes).dump.text
