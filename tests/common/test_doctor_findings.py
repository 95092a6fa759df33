"""Each finding of the doctor on a fake Windows: what is to be put there for exactly that one."""

import re
import sys
from dataclasses import replace

import pytest
from doctor_causes import (
    BOTH,
    DUMP_UNTOLD,
    NEITHER,
    NO_DUMP,
    REGISTRY_CAUSES,
    UNTOLD,
    both,
    put,
    without_local_dumps,
)
from fake_machine import (
    AEDEBUG,
    DUMPS,
    IFEO,
    LOCAL_DUMPS,
    NT,
    OTHER,
    OWN,
    POLICY,
    PROCESS,
    QUEUE,
    SERVICES,
    SILENT_EXIT,
    SYSTEM32,
    TASK,
    WER,
    Parts,
    healthy,
)

from wer._machine.folders import Folder
from wer._machine.registry import Kind, Unreadable
from wer.doctor import Evidence, examine
from wer.doctor._dump_files import amount
from wer.doctor._examine import settings_of_reports
from wer.doctor._finding import shortened
from wer.doctor._findings import KNOWN, SEVERITIES

DUMP_FILES = [*(f"PYTHON.exe.{number}.dmp" for number in range(10)), "other.exe.1.dmp"]
TASK_XML = (
    "<Task><Triggers><BootTrigger><Enabled>true</Enabled></BootTrigger></Triggers>"
    "<Settings><Hidden>true</Hidden><Enabled>{}</Enabled></Settings></Task>"
)


def process(**changes):
    """The process is otherwise."""
    return lambda parts: parts.processes.update({100: replace(PROCESS, **changes)})


def gone(key):
    return lambda parts: parts.tree["HKLM", 64].pop(key)


def folder(**state):
    return lambda parts: parts.folders.update({DUMPS: replace(Folder(DUMPS, True, True, 100 << 30), **state)})


DATA_COLLECTION = r"SOFTWARE\Policies\Microsoft\Windows\DataCollection"
PC_HEALTH = r"SOFTWARE\Policies\Microsoft\PCHealth\ErrorReporting"

# What the registry does not show: (the finding, what puts it there, the two answers).
CAUSES = [
    *REGISTRY_CAUSES,
    ("wersvc-missing", gone(rf"{SERVICES}\WerSvc"), UNTOLD),
    ("wer-binaries-missing", lambda parts: parts.missing.add(rf"{SYSTEM32}\WerFault.exe"), NEITHER),
    ("wer-binaries-missing", lambda parts: parts.missing.add(rf"{SYSTEM32}\wermgr.exe"), BOTH),
    (
        "wer-binaries-missing",
        both(process(is_32bit=True), lambda parts: parts.missing.add(r"C:\Windows\SysWOW64\faultrep.dll")),
        NEITHER,
    ),
    (
        "localdumps-other-exe",
        both(
            without_local_dumps,
            put("HKLM", rf"{LOCAL_DUMPS}\other.exe", "DumpFolder", Kind.EXPAND_SZ, DUMPS),
            lambda parts: parts.folders.update(
                {r"C:\Users\me\AppData\Local\CrashDumps": Folder("", True, True, 100 << 30)}
            ),
        ),
        BOTH,
    ),
    ("folder-missing", lambda parts: parts.folders.clear(), NO_DUMP),
    ("folder-not-writable", folder(writable=False), NO_DUMP),
    ("folder-unknown", folder(exists=None, writable=None, reason="Access is denied"), DUMP_UNTOLD),
    ("folder-unknown", folder(writable=None), DUMP_UNTOLD),
    ("folder-space", folder(free=100 << 20), BOTH),
    ("folder-space", folder(free=(640 << 20) - 1), BOTH),
    ("folder-space", folder(free=64 << 20), BOTH),
    ("folder-space", folder(free=(64 << 20) - 1), DUMP_UNTOLD),
    (
        "folder-space",  # that much is needed even for a small process
        both(put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 2), process(committed=1), folder(free=(640 << 20) - 1)),
        BOTH,
    ),
    ("folder-space", folder(free=1 << 20), DUMP_UNTOLD),
    ("localdumps-count-reached", lambda parts: parts.entries.update({DUMPS: DUMP_FILES}), BOTH),
    (
        "folder-space",
        both(put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 2), folder(free=1 << 30)),
        BOTH,
    ),
    (
        "aedebug-auto",
        both(process(is_32bit=True), put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "windbg", view=32)),
        ("cannot tell", "no"),
    ),
    ("errormode-nogpfault", process(error_mode=2), NEITHER),
    ("errormode-nogpfault", process(error_mode=0x8003), NEITHER),
    ("job-die-on-unhandled", process(in_job=True, job_limits=0x2400), NEITHER),
    ("debugger-attached", process(debugged=True), NEITHER),
    ("process-protected", process(protected=True), UNTOLD),
    ("wer-flags-noheap", lambda parts: parts.flags.update({100: 0x41}), BOTH),
    ("ui-blocks", lambda parts: parts.flags.update({100: 0x10}), BOTH),
    ("queue-full", lambda parts: parts.entries.update({QUEUE: ["report"] * 50}), ("cannot tell", "yes")),
    (
        "queue-full",
        both(
            put("HKLM", WER, "MaxQueueCount", Kind.DWORD, 3),
            lambda parts: parts.entries.update({QUEUE: ["report"] * 3}),
        ),
        ("cannot tell", "yes"),
    ),
    (
        "queue-full",  # of two limits the smaller one
        both(
            both(put("HKLM", WER, "MaxQueueCount", Kind.DWORD, 100), put("HKCU", WER, "MaxQueueCount", Kind.DWORD, 3)),
            lambda parts: parts.entries.update({QUEUE: ["report"] * 3}),
        ),
        ("cannot tell", "yes"),
    ),
    ("server-core", put("HKLM", NT, "InstallationType", Kind.SZ, "Nano Server"), BOTH),
    ("no-additional-data", put("HKLM", DATA_COLLECTION, "AllowTelemetry", Kind.DWORD, 1), BOTH),
    ("no-additional-data", put("HKLM", DATA_COLLECTION, "LimitDumpCollection", Kind.DWORD, 1), BOTH),
    ("upload-task-disabled", lambda parts: parts.files.update({TASK: TASK_XML.format("false").encode("utf-16")}), BOTH),
    ("packaged", process(package="PythonSoftwareFoundation.Python.3.12_x"), DUMP_UNTOLD),
    ("helper-module-missing", lambda parts: parts.missing.add(rf"{SYSTEM32}\mrt_map.dll"), BOTH),
    ("unreadable", lambda parts: parts.denied.append(("HKLM", rf"{SERVICES}\WerSvc")), UNTOLD),
    ("unreadable", lambda parts: parts.denied.append(("HKLM", LOCAL_DUMPS)), DUMP_UNTOLD),
    ("unreadable", lambda parts: parts.denied.append(("HKLM", AEDEBUG)), UNTOLD),
    ("process-unreadable", process(error_mode=None), UNTOLD),
]
# Those that are how Windows comes, or harm nobody: only asked for.
NORMAL = {"archive-parameters-only", "consent-ask", "helper-modules", "throttled"}
NORMAL_CAUSES = [
    ("ui-off", put("HKLM", WER, "DontShowUI")),
    ("settings-unpublished", put("HKLM", WER, "StorePath", Kind.SZ, "C:\\x")),
    ("process-unreadable", process(in_job=True, job_limits=None)),
    ("managed-debugger", put("HKLM", r"SOFTWARE\Microsoft\.NETFramework", "DbgManagedDebugger", Kind.SZ, "vsjit")),
]


def ids(findings):
    return [one.id for one in findings]


def names(causes):
    return [f"{number}-{cause[0]}" for number, cause in enumerate(causes)]


def test_a_windows_as_it_comes():
    diagnosis = examine(machine=Parts().machine())
    assert ids(diagnosis.findings) == ["localdumps-off"]
    assert (diagnosis.report.answer, diagnosis.dump.answer) == NO_DUMP
    assert diagnosis.dump.because == ("localdumps-off",)
    assert set(ids(diagnosis.normal)) == NORMAL


def test_nothing_is_wrong():
    diagnosis = examine(machine=healthy().machine())
    assert diagnosis.findings == ()
    assert (diagnosis.report.answer, diagnosis.dump.answer) == BOTH
    assert set(ids(diagnosis.normal)) == NORMAL


def is_whole(found, registry):
    """All of its texts are filled in, and what it says of the registry stands there."""
    assert found.severity in SEVERITIES
    for text in (found.title, found.meaning, found.remedy):
        assert "{" not in text
        assert "None" not in text
    assert found.evidence
    for one in found.evidence:
        assert isinstance(one, Evidence)
        if one.source == "registry":
            stands_there(one, registry)
        else:
            assert one.name
            assert (one.hive, one.key, one.view, one.type) == (None, None, None, None)


def stands_there(one, registry):
    place = (one.hive, one.key)
    if one.name is None:
        try:
            read = "is not there" if registry.keys(*place, view=one.view) is None else "is there"
        except Unreadable as error:
            read = error.reason
        assert (one.type, one.data) == (None, read)
        return
    value = registry.value(*place, one.name, one.view)
    if value is None:
        assert (one.type, one.data) == (None, None)
        return
    data = value.data
    if isinstance(data, (bytes, tuple)):
        data = data.hex() if isinstance(data, bytes) else "; ".join(data)
    kind = f"REG_{Kind(value.kind).name}" if value.kind in set(Kind) else f"of type {value.kind}"
    assert (one.name, one.type, one.data) == (value.name, kind, data)


@pytest.mark.parametrize(("name", "cause", "answers"), CAUSES, ids=names(CAUSES))
def test_it_is_named_and_nothing_else(name, cause, answers):
    parts = healthy()
    cause(parts)
    machine = parts.machine()
    diagnosis = examine(machine=machine)
    assert ids(diagnosis.findings) == [name]
    assert (diagnosis.report.answer, diagnosis.dump.answer) == answers
    [found] = diagnosis.findings
    is_whole(found, machine.registry)
    for answer, effect in ((diagnosis.report, found.report), (diagnosis.dump, found.dump)):
        assert answer.answer == {"blocks": "no", "clouds": "cannot tell", "none": "yes"}[effect]
        assert answer.because == ((name,) if effect != "none" else ())


@pytest.mark.parametrize(("name", "cause"), NORMAL_CAUSES, ids=names(NORMAL_CAUSES))
def test_what_is_only_worth_knowing(name, cause):
    parts = healthy()
    cause(parts)
    machine = parts.machine()
    diagnosis = examine(machine=machine)
    assert diagnosis.findings == ()
    assert set(ids(diagnosis.normal)) == NORMAL | {name}
    for found in diagnosis.normal:
        is_whole(found, machine.registry)


def test_of_others_by_their_place():
    """Of a service of LocalSystem, whose profile is another one; and a MonitorProcess, which comes with another."""
    parts = healthy()
    parts.tree["HKLM", 64][LOCAL_DUMPS] = {}
    found = examine(service="Job", machine=parts.machine())
    assert ids(found.findings) == ["folder-service-profile"]
    assert found.dump.folder == r"C:\Windows\system32\config\systemprofile\AppData\Local\CrashDumps"
    parts.services["Job"] = 300
    parts.processes[300] = replace(PROCESS, pid=300, account="S-1-5-18", is_32bit=True)
    assert "SysWOW64" in examine(service="Job", machine=parts.machine()).findings[0].meaning
    parts = healthy()
    parts.put("HKLM", rf"{IFEO}\python.exe", "GlobalFlag", Kind.DWORD, 0x200)
    parts.put("HKLM", rf"{SILENT_EXIT}\python.exe", "ReportingMode", Kind.DWORD, 1)
    parts.put("HKLM", rf"{SILENT_EXIT}\python.exe", "MonitorProcess", Kind.SZ, "evil.exe")
    machine = parts.machine()
    monitor, armed = examine(machine=machine).findings
    assert ids([monitor, armed]) == ["silent-exit-monitor", "silent-exit-armed"]
    assert [one.name for one in monitor.evidence] == ["MonitorProcess"]
    assert "evil.exe" in monitor.title
    is_whole(monitor, machine.registry)


def test_every_finding_is_tried_here():
    tried = {cause[0] for cause in (*CAUSES, *NORMAL_CAUSES)} | NORMAL
    assert tried | {"folder-service-profile", "silent-exit-monitor"} == set(KNOWN)


HARMLESS = {
    "0 is the default": put("HKLM", WER, "Disabled", Kind.DWORD, 0),
    "just enough room": folder(free=640 << 20),
    "just enough room for the dump of a large process": both(
        put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 2), process(committed=1 << 30), folder(free=10 << 30)
    ),
    "telemetry": put("HKLM", DATA_COLLECTION, "AllowTelemetry", Kind.DWORD, 2),
    "dumps are not limited": put("HKLM", DATA_COLLECTION, "LimitDumpCollection", Kind.DWORD, 0),
    "a policy that reports": put("HKLM", PC_HEALTH, "DoReport", Kind.DWORD, 2),
    "32-bit programs of Windows are missing": lambda parts: parts.missing.add(r"C:\Windows\SysWOW64\faultrep.dll"),
    "a limit of 0 reports is none": both(
        put("HKLM", WER, "MaxQueueCount", Kind.DWORD, 0),
        lambda parts: parts.entries.update({QUEUE: ["report"] * 49}),
    ),
    "another program is excluded": put("HKLM", rf"{WER}\ExcludedApplications", "other.exe"),
    "excluded no more": put("HKLM", rf"{WER}\ExcludedApplications", "python.exe", Kind.DWORD, 0),
    "AeDebug without Auto": both(
        put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "windbg"), put("HKLM", AEDEBUG, "Auto", Kind.SZ, "0")
    ),
    "the hosted runners' debugger": put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "-"),
    "an empty debugger": put("HKLM", AEDEBUG, "Debugger", Kind.SZ, ""),
    "the debugger of 32-bit programs": put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "windbg", view=32),
    "let out": both(
        put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "windbg"),
        put("HKLM", rf"{AEDEBUG}\AutoExclusionList", "Python.exe"),
    ),
    "a folder as SZ with nothing to fill in": put("HKLM", LOCAL_DUMPS, "DumpFolder", Kind.SZ, DUMPS),
    "full dumps": put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 2),
    "a key of its own beside others": both(
        put("HKLM", rf"{LOCAL_DUMPS}\other.exe"),
        put("HKLM", rf"{LOCAL_DUMPS}\PYTHON.exe", "DumpFolder", Kind.EXPAND_SZ, DUMPS),
    ),
    "page heap": put("HKLM", rf"{IFEO}\python.exe", "GlobalFlag", Kind.DWORD, 0x2000000),
    "SilentProcessExit that is not armed": put("HKLM", rf"{SILENT_EXIT}\python.exe", "ReportingMode", Kind.DWORD, 7),
    "the task is enabled": lambda parts: parts.files.update({TASK: TASK_XML.format("true").encode("utf-16")}),
    "the task may not be read": lambda parts: parts.files.update({TASK: PermissionError("denied")}),
    "the task is no text": lambda parts: parts.files.update({TASK: b"\xff\xfe\x00"}),
    "the queue may not be listed": lambda parts: parts.entries.update({QUEUE: None}),
    "a job without that limit": process(in_job=True, job_limits=0x2000),
    "fewer dump files than are kept": lambda parts: parts.entries.update({DUMPS: DUMP_FILES[1:]}),
    "no server": put("HKLM", WER, "CorporateWERServer", Kind.SZ, ""),
    "consent given": put("HKLM", rf"{WER}\Consent", "DefaultConsent", Kind.DWORD, 4),
}


@pytest.mark.parametrize("cause", HARMLESS.values(), ids=HARMLESS)
def test_what_is_no_cause(cause):
    parts = healthy()
    cause(parts)
    diagnosis = examine(machine=parts.machine())
    assert diagnosis.findings == ()
    assert (diagnosis.report.answer, diagnosis.dump.answer) == BOTH


@pytest.mark.parametrize("name", ["python", "Python.EX", "C:"])
def test_a_key_that_most_likely_means_the_program(name):
    parts = healthy().put("HKLM", rf"{LOCAL_DUMPS}\{name}").put("HKLM", rf"{LOCAL_DUMPS}\other.exe")
    [found] = examine(machine=parts.machine()).findings
    assert found.id == "localdumps-other-exe"
    assert name in found.meaning
    assert "other.exe" not in found.meaning


def test_an_auto_that_is_a_number():
    parts = healthy().put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "windbg").put("HKLM", AEDEBUG, "Auto", Kind.DWORD, 1)
    diagnosis = examine(machine=parts.machine())
    assert ids(diagnosis.findings) == ["aedebug-auto"]
    assert diagnosis.dump.answer == "cannot tell"


def test_a_program_that_is_let_out_no_more():
    parts = healthy().put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "windbg")
    parts.put("HKLM", rf"{AEDEBUG}\AutoExclusionList", "python.exe", Kind.DWORD, 0)
    assert ids(examine(machine=parts.machine()).findings) == ["aedebug-auto"]


def test_a_policy_wins_over_a_plain_value_and_0_over_nothing():
    parts = healthy().put("HKLM", WER, "ForceQueue").put("HKLM", POLICY, "ForceQueue", Kind.DWORD, 0)
    assert examine(machine=parts.machine()).findings == ()


def test_a_debugger_whose_exclusions_may_not_be_read():
    parts = healthy().put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "windbg")
    parts.denied.append(("HKLM", rf"{AEDEBUG}\AutoExclusionList"))
    diagnosis = examine(machine=parts.machine())
    assert set(ids(diagnosis.findings)) == {"aedebug-auto", "unreadable"}
    assert diagnosis.dump.answer == "cannot tell"


def test_off_in_a_policy_and_in_a_plain_value_are_two_findings():
    parts = healthy().put("HKLM", WER, "Disabled").put("HKLM", POLICY, "Disabled")
    found = examine(machine=parts.machine()).findings
    assert set(ids(found)) == {"wer-disabled", "wer-disabled-policy"}


def test_both_sources_of_the_conflict_are_quoted():
    for name in ("wer-disabled", "wer-disabled-policy"):
        assert "Microsoft's page" in KNOWN[name].meaning
        assert "linkedin-mcp-server#1011" in KNOWN[name].meaning


@pytest.mark.parametrize("name", KNOWN)
def test_what_the_table_says(name):
    known = KNOWN[name]
    assert known.id == name == name.lower()
    assert known.severity in SEVERITIES
    assert known.sure in ("documented", "seen", "inferred", "unknown")
    assert known.title
    assert not known.title.endswith(".")
    assert known.meaning.endswith((".", "{reason}"))
    assert known.remedy.count("`") % 2 == 0
    assert known.sources or known.sure != "documented", "where it is documented"
    for part in ("title", "meaning", "remedy"):
        assert "{" not in known.general(part)
    assert str(known).startswith(f"{name}: ")
    assert "{" not in str(known)
    if known.report == "blocks":
        assert known.severity in ("blocks-report", "blocks-dump")
    if known.dump == "blocks":
        assert known.severity == "blocks-dump"


def test_commands_name_the_view_and_no_policy_is_deleted():
    for number, (_, cause, _) in enumerate(CAUSES):
        parts = healthy()
        cause(parts)
        for found in examine(machine=parts.machine()).findings:
            for command in re.findall(r"`(reg (?:add|delete) [^`]*)`", found.remedy):
                assert "/f" in command
                assert "Policies" not in command, number
                if command.startswith("reg add") or "HKLM" in command:
                    assert re.search(r"/reg:(64|32)$", command), command


class TestHives:
    """The settings of the account that crashes count."""

    def other(self, parts):
        parts.processes[200] = replace(PROCESS, pid=200, account=OTHER)
        return examine(200, machine=parts.machine())

    def test_of_another_account(self):
        parts = healthy().put("HKU", rf"{OTHER}\{WER}", "Disabled").put("HKCU", POLICY, "Disabled")
        found = self.other(parts)
        assert ids(found.findings) == ["wer-disabled"]
        assert found.findings[0].evidence[0].hive == "HKU"
        assert found.findings[0].evidence[0].key.startswith(OTHER)
        assert OTHER in found.findings[0].remedy
        assert (found.account, found.account_name) == (OTHER, "PC\\other")

    def test_that_is_not_loaded(self):
        found = self.other(healthy())
        assert ids(found.findings) == ["unreadable"]
        assert (found.report.answer, found.dump.answer) == ("cannot tell", "yes")
        assert "not logged on" in found.findings[0].meaning

    def test_that_may_not_be_read(self):
        parts = healthy()
        parts.denied.append(("HKU", OTHER))
        found = self.other(parts)
        assert set(ids(found.findings)) == {"unreadable"}
        assert found.report.answer == "cannot tell"

    def test_that_is_not_known(self):
        parts = healthy()
        parts.processes[200] = replace(PROCESS, pid=200, account=None)
        found = examine(200, machine=parts.machine())
        assert set(ids(found.findings)) >= {"unreadable", "process-unreadable"}
        assert (found.report.answer, found.dump.answer) == UNTOLD

    def test_the_own_one_is_hkcu(self):
        parts = healthy().put("HKU", rf"{OWN}\{WER}", "Disabled")
        assert examine(machine=parts.machine()).findings == ()


class TestDump:
    """Where, how large, of what type, how many."""

    def test_the_defaults(self):
        parts = healthy()
        parts.tree["HKLM", 64][LOCAL_DUMPS] = {}
        parts.folders[r"C:\Users\me\AppData\Local\CrashDumps"] = Folder("", True, True, 100 << 30)
        found = examine(machine=parts.machine())
        assert found.findings == ()
        assert found.dump.folder == r"C:\Users\me\AppData\Local\CrashDumps"
        assert found.dump.file_name == "python.exe.<process id>.dmp"
        assert (found.dump.type, found.dump.kept) == ("mini", 10)

    def test_its_own_values_over_those_for_all_programs(self):
        parts = healthy()
        parts.put("HKLM", LOCAL_DUMPS, "DumpCount", Kind.DWORD, 3)
        parts.put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 1)
        parts.put("HKLM", rf"{LOCAL_DUMPS}\PYTHON.EXE", "dumptype", Kind.DWORD, 2)
        found = examine(machine=parts.machine())
        assert (found.dump.type, found.dump.kept, found.dump.folder) == ("full", 3, DUMPS)
        assert found.dump.size == PROCESS.committed
        sources = {setting.name: setting.source for setting in found.local_dumps.settings}
        assert sources == {
            "DumpFolder": "all programs",
            "DumpCount": "all programs",
            "DumpType": "this program",
            "CustomDumpFlags": "default",
        }

    def test_a_custom_type_with_all_memory(self):
        parts = healthy().put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 0)
        parts.put("HKLM", LOCAL_DUMPS, "CustomDumpFlags", Kind.DWORD, 0x2)
        found = examine(machine=parts.machine())
        assert (found.dump.type, found.dump.size) == ("custom", PROCESS.committed)
        assert "0x2" in found.findings[0].meaning

    def test_flags_of_a_wrong_type_count_with_type_0_only(self):
        parts = healthy().put("HKLM", LOCAL_DUMPS, "CustomDumpFlags", Kind.SZ, "0x2")
        found = examine(machine=parts.machine())
        assert ids(found.findings) == ["localdumps-value-type"]
        assert found.dump.answer == "yes"

    def test_a_folder_is_filled_in_for_the_account(self):
        parts = healthy().put("HKU", rf"{OTHER}\{WER}")
        parts.put("HKLM", LOCAL_DUMPS, "DumpFolder", Kind.EXPAND_SZ, r"%USERPROFILE%\Dumps")
        parts.folders[r"C:\Users\other\Dumps"] = Folder("", True, True, 100 << 30)
        parts.processes[200] = replace(PROCESS, pid=200, account=OTHER)
        found = examine(200, machine=parts.machine())
        assert found.findings == ()
        assert found.dump.folder == r"C:\Users\other\Dumps"

    def test_of_a_full_dump_of_no_process_the_size_is_not_known(self):
        parts = healthy().put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 2)
        found = examine(exe="python.exe", machine=parts.machine())
        assert (found.dump.answer, found.dump.size) == ("yes", None)


class TestSubject:
    def test_a_launcher_is_seen_through(self):
        parts = healthy()
        parts.processes[200] = replace(PROCESS, pid=200)
        parts.processes[201] = replace(PROCESS, pid=201, name="python3.12.exe", error_mode=2)
        parts.behind[200] = 201
        found = examine(200, machine=parts.machine())
        assert (found.pid, found.exe) == (201, "python3.12.exe")
        assert ids(found.findings) == ["errormode-nogpfault"]

    def test_a_program(self):
        parts = healthy()
        parts.processes[100] = replace(PROCESS, error_mode=2)
        found = examine(exe="Job.exe", machine=parts.machine())
        assert (found.exe, found.pid, found.account) == ("Job.exe", None, OWN)
        assert found.findings == ()

    def test_a_service_that_runs(self):
        parts = healthy()
        parts.services["Job"] = 300
        parts.processes[300] = replace(PROCESS, pid=300, name="job.exe", account="S-1-5-18", session=0)
        found = examine(service="Job", machine=parts.machine())
        assert (found.exe, found.pid, found.service, found.account) == ("job.exe", 300, "Job", "S-1-5-18")

    def test_a_service_that_does_not(self):
        found = examine(service="Job", machine=healthy().machine())
        assert (found.exe, found.pid, found.account) == ("job.exe", None, "S-1-5-18")
        assert ids(found.findings) == ["folder-unknown"]  # whether it may write there only its process can show

    def test_a_service_that_has_just_ended(self):
        parts = healthy()
        parts.services["Job"] = 300
        found = examine(service="Job", machine=parts.machine())
        assert (found.exe, found.pid, found.account) == ("job.exe", None, "S-1-5-18")

    @pytest.mark.parametrize(
        ("arguments", "error", "text"),
        [
            ({"pid": 7}, ProcessLookupError, "no process 7"),
            ({"pid": 1 << 32}, ValueError, "1 to 4294967295"),
            ({"exe": "x" * 252 + ".exe"}, ValueError, "at most 255"),
            ({"pid": 0}, ValueError, "1 to 4294967295, got 0"),
            ({"pid": 10**5000}, ValueError, "an int of 16610 bits"),
            ({"pid": True}, TypeError, "pid must be an int, got bool"),
            ({"pid": 7, "exe": "a.exe"}, TypeError, "one of pid, exe and service, got pid and exe"),
            ({"exe": r"C:\x\python.exe"}, ValueError, "without a folder"),
            ({"exe": "python"}, ValueError, "with its extension"),
            ({"exe": "a\0.exe"}, ValueError, "without a folder"),
            ({"exe": b"a.exe"}, TypeError, "exe must be a str, got bytes"),
            ({"service": "no"}, ValueError, "there is no service 'no'"),
            ({"service": ""}, ValueError, "service takes a name"),
        ],
    )
    def test_what_is_refused(self, arguments, error, text):
        with pytest.raises(error, match=re.escape(text)):
            examine(**arguments, machine=healthy().machine())


class TestHostile:
    """Names and values of somebody else."""

    @pytest.mark.parametrize("data", ["\x1b]0;x\x07", "\u202e", "x" * 100_000, "\ud800", "%%%", "{exe}{0}", ""])
    def test_texts(self, data):
        parts = healthy()
        for kind in (Kind.SZ, Kind.EXPAND_SZ):
            for key, name in (
                (LOCAL_DUMPS, "DumpFolder"),
                (AEDEBUG, "Debugger"),
                (rf"{IFEO}\python.exe", "Debugger"),
                (WER, "CorporateWERServer"),
                (rf"{WER}\ExcludedApplications", data or "x"),
                (rf"{WER}\RuntimeExceptionHelperModules", data or "x"),
                (WER, "Disabled"),
            ):
                parts.put("HKLM", key, name, kind, data)
            for found in examine(machine=parts.machine()).findings:
                assert len(found.title) < 600
                assert all(len(str(evidence)) < 1500 for evidence in found.evidence)

    @pytest.mark.parametrize("kind", [*Kind, 99])
    @pytest.mark.parametrize("data", [None, b"", b"\xff" * 5000, (), ("a", "\0"), 0, 2**64 - 1, -1, "1"])
    def test_every_type_everywhere(self, kind, data):
        parts = healthy()
        for places in list(parts.tree.values()):
            for values in places.values():
                for name in values:
                    values[name] = (kind, data)
        for name in ("DumpCount", "DumpType", "DumpFolder", "CustomDumpFlags"):
            parts.put("HKLM", LOCAL_DUMPS, name, kind, data)
        for name in ("Disabled", "DisableQueue", "ForceQueue", "MaxQueueCount", "CorporateWERServer"):
            parts.put("HKLM", POLICY, name, kind, data)
        parts.put("HKLM", rf"{POLICY}\Consent", "DefaultConsent", kind, data)
        for pid, service in ((None, None), (None, "Job")):
            diagnosis = examine(pid, service=service, machine=parts.machine())
            assert diagnosis.report.answer in ("yes", "no", "cannot tell")

    def test_no_hostile_name_stands_in_a_command(self):
        parts = healthy()
        parts.processes[100] = replace(PROCESS, name="a & calc %x%.exe", error_mode=2)
        parts.tree["HKLM", 64][LOCAL_DUMPS] = {"DumpCount": (Kind.DWORD, 0)}
        parts.put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "x")
        for found in examine(machine=parts.machine()).findings:
            assert "calc" not in found.remedy

    def test_a_program_with_a_key_that_vanishes(self):
        parts = healthy()
        parts.put("HKLM", rf"{LOCAL_DUMPS}\python.exe", "DumpCount", Kind.DWORD, 0)
        parts.vanishing.append(("HKLM", rf"{LOCAL_DUMPS}\python.exe"))
        assert examine(machine=parts.machine()).findings == ()

    @pytest.mark.parametrize("key", ["SOFTWARE", WER, POLICY, NT, AEDEBUG, "SYSTEM"])
    def test_what_is_denied_is_never_a_no(self, key):
        parts = healthy()
        parts.denied = [("HKLM", key), ("HKCU", key)]
        found = examine(machine=parts.machine())
        assert "no" not in (found.report.answer, found.dump.answer)
        assert "unreadable" in ids(found.findings)

    def test_a_service_that_may_not_be_read(self):
        parts = healthy()
        parts.denied.append(("HKLM", SERVICES))
        with pytest.raises(PermissionError, match="Access is denied"):
            examine(service="Job", machine=parts.machine())


@pytest.mark.parametrize(("mode", "starts"), [(0, False), (1, True), (2, False), (3, True)])
def test_a_monitor_is_told_if_it_is_started(mode, starts):
    parts = healthy().put("HKLM", rf"{IFEO}\python.exe", "GlobalFlag", Kind.DWORD, 0x200)
    parts.put("HKLM", rf"{SILENT_EXIT}\python.exe", "ReportingMode", Kind.DWORD, mode)
    parts.put("HKLM", rf"{SILENT_EXIT}\python.exe", "MonitorProcess", Kind.SZ, "evil.exe")
    assert ("silent-exit-monitor" in ids(examine(machine=parts.machine()).findings)) is starts


def test_what_silent_exit_does_is_told_of_the_program_and_else_of_all():
    parts = healthy().put("HKLM", rf"{IFEO}\python.exe", "GlobalFlag", Kind.DWORD, 0x200)

    def told():
        [found] = examine(machine=parts.machine()).findings
        return [str(evidence.data) for evidence in found.evidence], found.meaning

    assert told()[0] == ["512"]
    assert "nothing is set up for it to do" in told()[1]
    parts.put("HKLM", SILENT_EXIT, "ReportingMode", Kind.DWORD, 2)
    assert told()[0] == ["512", "2"]
    parts.put("HKLM", rf"{SILENT_EXIT}\python.exe", "ReportingMode", Kind.DWORD, 4)
    assert told()[0] == ["512", "4"]


def test_an_answer_is_as_sure_as_the_surest_of_its_causes():
    """No dumps are kept (seen), and a debugger is attached (documented)."""
    parts = healthy().put("HKLM", LOCAL_DUMPS, "DumpCount", Kind.DWORD, 0)
    assert examine(machine=parts.machine()).dump.sure == "seen"
    process(debugged=True)(parts)
    assert examine(machine=parts.machine()).dump.sure == "documented"


def test_what_is_shown_of_many_and_of_long_texts():
    parts = healthy()
    for number in range(25):
        parts.put("HKLM", rf"{WER}\RuntimeExceptionHelperModules", rf"C:\{number}.dll")
        parts.missing.add(rf"C:\{number}.dll")
    diagnosis = examine(machine=parts.machine())
    for found in (*diagnosis.findings, *diagnosis.normal):
        if found.id.startswith("helper-module"):
            assert len(found.evidence) == 20
    assert shortened("x" * 300) == "x" * 300
    assert shortened("x" * 301) == "x" * 300 + "..."


def test_unpublished_settings_of_consent():
    parts = healthy().put("HKLM", rf"{WER}\Consent", "NewUserDefaultConsent")
    [found] = [one for one in examine(machine=parts.machine()).normal if one.id == "settings-unpublished"]
    assert [evidence.name for evidence in found.evidence] == ["NewUserDefaultConsent"]


def test_the_account_of_a_service_that_runs_is_that_of_its_process():
    parts = healthy()
    parts.services["Job"] = 300
    for account, told in ((OTHER, OTHER), (None, "S-1-5-18")):
        parts.processes[300] = replace(PROCESS, pid=300, account=account)
        assert examine(service="Job", machine=parts.machine()).account == told


def test_settings_of_reports_alone():
    """What a service asks of this process when it starts: no debugger, no dump file, no other process."""
    parts = healthy().put("HKLM", WER, "Disabled").put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "windbg")
    parts.folders.clear()
    gone(rf"{SERVICES}\WerSvc")(parts)
    found = [one for one in settings_of_reports(parts.machine()) if not one.normal]
    assert [one.id for one in found] == ["wer-disabled", "wersvc-missing"]
    assert str(found[0]) == f"wer-disabled: {found[0].title}"


def test_flags_that_cannot_be_asked_for():
    parts = healthy()
    parts.flags[100] = None
    assert examine(machine=parts.machine()).findings == ()


def test_an_error_mode_whose_parent_is_not_known():
    parts = healthy()
    parts.processes[100] = replace(PROCESS, error_mode=2, parent_name=None)
    [found] = examine(machine=parts.machine()).findings
    assert found.id == "errormode-nogpfault"
    assert "It was started by" not in found.meaning + found.remedy


def test_a_profile_that_may_not_be_read():
    """Then a folder in it is not known, which is told and is no "no"."""
    parts = healthy()
    parts.put("HKLM", LOCAL_DUMPS, "DumpFolder", Kind.EXPAND_SZ, r"%USERPROFILE%\d")
    parts.processes[300] = replace(PROCESS, pid=300, account=OTHER)
    parts.denied.append(("HKLM", rf"{NT}\ProfileList\{OTHER}"))
    found = examine(300, machine=parts.machine())
    assert found.dump.answer == "cannot tell"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1023, "1023 bytes"),
        (1024, "1.0 KB"),
        ((1 << 20) - 1, "1024.0 KB"),
        (1 << 20, "1.0 MB"),
        (1 << 30, "1.0 GB"),
        (5 << 29, "2.5 GB"),
    ],
)
def test_amounts(size, words):
    assert amount(size) == words


def test_it_changes_nothing():
    machine = healthy().machine()
    before = machine.registry.snapshot()
    examine(machine=machine)
    assert machine.registry.writes == []
    assert machine.registry.snapshot() == before


def test_off_windows_it_says_so():
    if sys.platform == "win32":
        assert examine().exe
    else:
        with pytest.raises(NotImplementedError, match="on Windows"):
            examine()
