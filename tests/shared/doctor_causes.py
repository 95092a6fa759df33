"""What causes a finding of the doctor: for a fake Windows, and, of the registry, for a real one."""

from fake_machine import AEDEBUG, CONTROL, IFEO, LOCAL_DUMPS, NT, POLICY, SERVICES, SILENT_EXIT, WER

from wer._machine.registry import Kind

PC_HEALTH = r"SOFTWARE\Policies\Microsoft\PCHealth\ErrorReporting"
# The two answers: will there be a report, and a dump?
BOTH, NO_DUMP, NO_REPORT, UNTOLD = ("yes", "yes"), ("yes", "no"), ("no", "yes"), ("cannot tell", "cannot tell")
NEITHER, DUMP_UNTOLD = ("no", "no"), ("yes", "cannot tell")


def put(*arguments, **options):
    """A cause: a value, or a key, in the registry."""
    return lambda parts: parts.put(*arguments, **options)


def both(*causes):
    return lambda parts: [cause(parts) for cause in causes]


def without_local_dumps(parts):
    parts.remove("HKLM", LOCAL_DUMPS)


# (the finding, what puts it there, the two answers).
REGISTRY_CAUSES = [
    ("wer-disabled", put("HKLM", WER, "Disabled"), ("no", "cannot tell")),
    ("wer-disabled", put("HKCU", WER, "Disabled"), ("no", "cannot tell")),
    ("wer-disabled-policy", put("HKLM", POLICY, "Disabled"), ("no", "cannot tell")),
    ("wer-disabled-policy", put("HKCU", POLICY, "Disabled"), ("no", "cannot tell")),
    ("wer-disabled-policy", put("HKLM", PC_HEALTH, "DoReport", Kind.DWORD, 0), ("no", "cannot tell")),
    ("wersvc-disabled", put("HKLM", rf"{SERVICES}\WerSvc", "Start", Kind.DWORD, 4), ("no", "cannot tell")),
    ("app-excluded", put("HKCU", rf"{WER}\ExcludedApplications", "PYTHON.EXE"), ("no", "cannot tell")),
    ("app-excluded", put("HKLM", rf"{WER}\ExcludedApplications", "python.exe", Kind.SZ, ""), ("no", "cannot tell")),
    ("app-excluded", put("HKLM", rf"{POLICY}\ExcludedApplications", "1", Kind.SZ, "Python.exe"), ("no", "cannot tell")),
    ("app-excluded", put("HKCU", rf"{POLICY}\ExcludedApplications", "python.exe"), ("no", "cannot tell")),
    ("localdumps-off", without_local_dumps, NO_DUMP),
    ("localdumps-hkcu", both(without_local_dumps, put("HKCU", rf"{LOCAL_DUMPS}\python.exe", "DumpType")), NO_DUMP),
    ("localdumps-hkcu", put("HKCU", LOCAL_DUMPS), BOTH),
    (
        "localdumps-view32",
        both(without_local_dumps, put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 2, view=32)),
        NO_DUMP,
    ),
    ("localdumps-view32", put("HKLM", LOCAL_DUMPS, view=32), BOTH),
    ("localdumps-count-zero", put("HKLM", LOCAL_DUMPS, "DumpCount", Kind.DWORD, 0), NO_DUMP),
    ("localdumps-count-zero", put("HKLM", rf"{LOCAL_DUMPS}\Python.exe", "dumpcount", Kind.DWORD, 0), NO_DUMP),
    ("localdumps-type-custom", put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 0), BOTH),
    ("localdumps-type-undefined", put("HKLM", LOCAL_DUMPS, "DumpType", Kind.DWORD, 3), DUMP_UNTOLD),
    ("localdumps-value-type", put("HKLM", LOCAL_DUMPS, "DumpCount", Kind.SZ, "10"), DUMP_UNTOLD),
    ("localdumps-value-type", put("HKLM", LOCAL_DUMPS, "DumpFolder", Kind.SZ, r"%TEMP%\x"), DUMP_UNTOLD),
    ("localdumps-value-type", put("HKLM", LOCAL_DUMPS, "DumpFolder", Kind.DWORD, 7), DUMP_UNTOLD),
    ("localdumps-value-type", put("HKLM", LOCAL_DUMPS, "DumpType", Kind.BINARY, b"\2\0\0\0"), DUMP_UNTOLD),
    ("localdumps-value-type", put("HKLM", LOCAL_DUMPS, "DumpType", 0x20005, b""), DUMP_UNTOLD),
    ("localdumps-value-type", put("HKLM", LOCAL_DUMPS, "DumpType", Kind.QWORD, 2), DUMP_UNTOLD),
    ("folder-unknown", put("HKLM", LOCAL_DUMPS, "DumpFolder", Kind.EXPAND_SZ, r"%NOBODY%\x"), DUMP_UNTOLD),
    ("aedebug-auto", put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "vsjitdebugger.exe -p %ld"), ("cannot tell", "no")),
    ("ifeo-debugger", put("HKLM", rf"{IFEO}\python.exe", "Debugger", Kind.SZ, "ntsd"), ("cannot tell", "no")),
    ("ifeo-debugger", put("HKLM", rf"{IFEO}\WerFault.exe", "Debugger", Kind.SZ, "nul"), ("cannot tell", "no")),
    (
        "silent-exit-armed",
        both(
            put("HKLM", rf"{IFEO}\python.exe", "GlobalFlag", Kind.DWORD, 0x2000200),
            put("HKLM", rf"{SILENT_EXIT}\python.exe", "ReportingMode", Kind.DWORD, 2),
        ),
        BOTH,
    ),
    ("debug-applications", put("HKCU", rf"{WER}\DebugApplications", "python.exe"), UNTOLD),
    ("debug-applications", put("HKLM", rf"{WER}\DebugApplications", "*"), UNTOLD),
    ("logging-disabled", put("HKLM", WER, "LoggingDisabled"), BOTH),
    ("logging-disabled", put("HKLM", POLICY, "LoggingDisabled"), BOTH),
    ("queue-disabled", put("HKLM", WER, "DisableQueue"), NO_REPORT),
    ("force-queue", put("HKLM", WER, "ForceQueue"), BOTH),
    ("force-queue", put("HKLM", POLICY, "ForceQueue", Kind.DWORD, 2), BOTH),
    ("archive-disabled", put("HKLM", WER, "DisableArchive"), BOTH),
    ("consent-ask", put("HKLM", rf"{POLICY}\Consent", "DefaultConsent", Kind.DWORD, 0), BOTH),
    ("no-additional-data", put("HKLM", WER, "DontSendAdditionalData"), BOTH),
    (
        "no-additional-data",
        put("HKLM", r"SOFTWARE\Policies\Microsoft\Windows\DataCollection", "AllowTelemetry", Kind.DWORD, 0),
        BOTH,
    ),
    ("corporate-server", put("HKLM", POLICY, "CorporateWERServer", Kind.SZ, "wer.example"), BOTH),
    ("container", put("HKLM", CONTROL, "ContainerType", Kind.DWORD, 2), UNTOLD),
    ("server-core", put("HKLM", NT, "InstallationType", Kind.SZ, "Server Core"), BOTH),
    ("setting-type", put("HKLM", WER, "Disabled", Kind.SZ, "1"), UNTOLD),
    ("setting-type", put("HKLM", WER, "DisableQueue", Kind.MULTI_SZ, ("1",)), ("cannot tell", "yes")),
    ("setting-type", put("HKLM", WER, "LoggingDisabled", Kind.NONE, None), BOTH),
]
