"""Every finding of the doctor: the one table with what each means, how sure that is, and what to do about it.

`examine` fills in the names in braces: {exe}, {folder}, and what else stands in a text; ``wer explain ID`` shows them.
Nothing here is made from what was read on a machine.
"""

import re
from dataclasses import dataclass

from .._machine import keys

# How bad, from the worst on.
SEVERITIES = ("blocks-dump", "blocks-report", "unknown", "warning", "info")

BLOCKS, CLOUDS = "blocks", "clouds"  # what a finding does to an answer: "no", and "cannot tell"; else "none"

# How a meaning is known, in words.
SURE = {
    "documented": "documented by Microsoft",
    "seen": "seen, not documented",
    "inferred": "inferred",
    "unknown": "not known",
}

_WER = rf"HKLM\{keys.WER}"
_AEDEBUG = rf"HKLM\{keys.AEDEBUG}"
_SETTINGS = "https://learn.microsoft.com/windows/win32/wer/wer-settings"
_LOCAL_DUMPS = "https://learn.microsoft.com/windows/win32/wer/collecting-user-mode-dumps"
_POSTMORTEM = "https://learn.microsoft.com/windows-hardware/drivers/debugger/enabling-postmortem-debugging"
_SILENT_EXIT = "https://learn.microsoft.com/windows-hardware/drivers/debugger/registry-entries-for-silent-process-exit"
_POLICY = "https://learn.microsoft.com/windows/client-management/mdm/policy-csp-admx-errorreporting"
_VIEWS = "https://learn.microsoft.com/windows/win32/winprog64/shared-registry-keys"
_WHO = (
    "It is a policy and would come back: `gpresult /scope computer /h gp.html` names the one that sets it (for a "
    "user's: /scope user); with MDM `mdmdiagnosticstool -out C:\\temp` (recalled)."
)


@dataclass(frozen=True)
class Known:
    """What is known of a finding.

    Attributes
    ----------
    id : str
        Its name, which stays.
    severity : str
        "blocks-dump", "blocks-report", "unknown", "warning" or "info".
    title : str
        What it is, in a few words.
    meaning : str
        What it does to reports and dumps.
    remedy : str
        What to do about it; "" if nothing is to be done.
    sure : str
        How the meaning is known: "documented", "seen", "inferred" or "unknown".
    report, dump : str
        What it does to the two answers: "blocks", "clouds" (it cannot be told) or "none".
    sources : tuple of str
        Where it is from.
    """

    id: str
    severity: str
    title: str
    meaning: str
    remedy: str
    sure: str
    report: str = "none"
    dump: str = "none"
    sources: tuple[str, ...] = ()

    def __str__(self) -> str:
        """All of it, a line each: ``wer explain ID``."""
        lines = [f"{self.id}: {self.general('title')}", f"{self.general('meaning')} ({SURE[self.sure]})"]
        if self.remedy:
            lines.append(f"What to do: {self.general('remedy')}")
        if self.sources:
            lines.append(f"From: {', '.join(self.sources)}")
        return "\n".join(lines)

    def general(self, part: str) -> str:
        """The title, meaning or remedy as it stands for any machine."""
        return re.sub(r"\{(\w+)\}", lambda name: _IN_GENERAL.get(name[1], name[1].upper()), getattr(self, part))


# What the texts have in braces, where a word in capitals would not do.
_IN_GENERAL = {
    "command": "Set it back where the evidence says that it stands, `reg add KEY /v NAME /t REG_DWORD /d 0 /f /reg:64` "
    "or `reg delete KEY /v NAME /f /reg:64`; of a policy, `gpresult /scope computer /h gp.html` names who sets it",
    "exe": "PROGRAM.exe",
    "process": "the process",
    "parent": "The one that started it is named.",
    "view": "64",
    "consent": "0 or 1",
    "facts": "what it says",
}

_TABLE = [
    # Settings and policies.
    Known(
        "wer-disabled",
        "blocks-report",
        "Windows Error Reporting is switched off",
        "No crash is reported, and a report that a program submits itself is answered with DISABLED. Whether a dump "
        "file is still written nobody knows: Microsoft's page on LocalDumps says that it is independent of the rest of "
        "WER and works with WER disabled; a public report of 2026 (linkedin-mcp-server#1011) says that LocalDumps was "
        "not even looked at. Which hive wins is not documented: a 1 in either is taken for off.",
        "{command} For HKLM also `powershell -c Enable-WindowsErrorReporting`.",
        "documented",
        BLOCKS,
        CLOUDS,
        (_SETTINGS, _LOCAL_DUMPS, "stickerdaniel/linkedin-mcp-server#1011"),
    ),
    Known(
        "wer-disabled-policy",
        "blocks-report",
        "a policy switches Windows Error Reporting off",
        '"Disable Windows Error Reporting" or, below Internet Communication Management, "Turn off Windows Error '
        'Reporting" is enabled: no crash is reported, whatever else is set. Whether a dump file is still written '
        "nobody knows: Microsoft's page on LocalDumps says that it works with WER disabled, a public report of 2026 "
        "(linkedin-mcp-server#1011) that it was not even looked at.",
        _WHO,
        "documented",
        BLOCKS,
        CLOUDS,
        (_POLICY, _LOCAL_DUMPS, "stickerdaniel/linkedin-mcp-server#1011"),
    ),
    Known(
        "app-excluded",
        "blocks-report",
        "{exe} is excluded from error reporting",
        "Windows makes no report of a crash of {exe}. Whether a dump file is still written is not documented.",
        "{command}",
        "documented",
        BLOCKS,
        CLOUDS,
        (_SETTINGS,),
    ),
    Known(
        "debug-applications",
        "warning",
        "{exe} waits for somebody to choose Debug or Continue",
        "A crash of {exe} asks whether to debug, and goes on when somebody has answered: without a person at the "
        "screen it stays for ever, and no report or dump is made until then.",
        "{command}",
        "documented",
        CLOUDS,
        CLOUDS,
        (_SETTINGS,),
    ),
    Known(
        "ui-blocks",
        "warning",
        "{exe} asks for a dialog in every crash",
        "It has set ALWAYS_SHOW_UI (WerSetFlags): with an interactive session the process stays until somebody closes "
        "the dialog.",
        "Have the program clear the flag: `wer.set_flags(wer.get_flags() & ~wer.FaultReportingFlags.ALWAYS_SHOW_UI)`; "
        f'or, for all programs, `reg add "{_WER}" /v DontShowUI /t REG_DWORD /d 1 /f /reg:64`.',
        "documented",
        sources=("https://learn.microsoft.com/windows/win32/api/werapi/nf-werapi-wersetflags",),
    ),
    Known(
        "ui-off",
        "info",
        "no dialog is shown in a crash",
        'DontShowUI is 1, which is often mistaken for "off": it stops neither reports nor dumps.',
        "",
        "documented",
        sources=(_SETTINGS,),
    ),
    Known(
        "logging-disabled",
        "warning",
        "WER writes nothing to the event log",
        "The events 1001 of Windows Error Reporting are missing: that there is none is no sign that nothing crashed.",
        "{command}",
        "documented",
        sources=(_SETTINGS,),
    ),
    Known(
        "queue-disabled",
        "blocks-report",
        "reports that cannot be sent at once are dropped",
        "There is no queue: offline, or without consent, a report is lost, and `submit` answers DISABLED_QUEUE. Dump "
        "files are not concerned.",
        "{command}",
        "documented",
        BLOCKS,
        sources=(_SETTINGS,),
    ),
    Known(
        "force-queue",
        "info",
        "every report goes to the queue",
        "Nothing is shown, and nothing is sent at once: `submit` answers QUEUED.",
        "",
        "documented",
        sources=(_SETTINGS,),
    ),
    Known(
        "archive-disabled",
        "warning",
        "reports are not kept after they were sent",
        "`wer store list` shows nothing of them.",
        "{command}",
        "documented",
        sources=(_SETTINGS,),
    ),
    Known(
        "archive-parameters-only",
        "info",
        "of a report that was sent only its Report.wer is kept",
        "ConfigureArchive is 1, or not set: the report stays in the archive, its dump does not. Export it while it is "
        "in the queue, or have LocalDumps write a dump file.",
        f'`reg add "{_WER}" /v ConfigureArchive /t REG_DWORD /d 2 /f /reg:64` keeps all files.',
        "documented",
        sources=(_SETTINGS,),
    ),
    Known(
        "consent-ask",
        "info",
        "reports wait for somebody's consent",
        "DefaultConsent is {consent}: where nobody is asked, such as in session 0, a report stays in the queue.",
        "`wer store upload KEY` sends one; a setting for all of them is for whoever owns the machine to decide.",
        "documented",
        sources=(_SETTINGS,),
    ),
    Known(
        "throttled",
        "info",
        "at most one CAB is sent for each kind of event",
        "BypassDataThrottling is 0, or not set: a second report of the same kind is answered with THROTTLED.",
        f'`reg add "{_WER}" /v BypassDataThrottling /t REG_DWORD /d 1 /f /reg:64`',
        "documented",
        sources=(_SETTINGS,),
    ),
    Known(
        "no-additional-data",
        "info",
        "dumps are not sent",
        "Reports go without their files to Microsoft. What is kept on this machine is not concerned (inferred).",
        "Whoever owns the setting decides.",
        "documented",
        sources=(_SETTINGS,),
    ),
    Known(
        "corporate-server",
        "info",
        "reports go to a server of the organisation",
        "They are sent to {server} and not to Microsoft.",
        "Whoever owns the setting decides.",
        "documented",
        sources=(_SETTINGS,),
    ),
    Known(
        "helper-modules",
        "info",
        "runtime exception modules are registered",
        "WER asks them whether a crash of a program that has named one is theirs; such a module may end the process "
        "before there is a report or a dump.",
        "",
        "documented",
        sources=(_SETTINGS,),
    ),
    Known(
        "helper-module-missing",
        "warning",
        "a runtime exception module is registered and not there",
        "WER asks such modules whether a crash is theirs; the file of this one is missing, most likely of a program "
        "that was removed. What WER does then is not documented.",
        "Remove the value that names it, if the program is gone.",
        "unknown",
        sources=(_SETTINGS,),
    ),
    Known(
        "setting-type",
        "warning",
        "a setting has the wrong type",
        "{name} is {kind}, and a REG_DWORD is documented. What WER makes of it nobody knows.",
        "Whoever wrote it has to write it as REG_DWORD.",
        "unknown",
        sources=(_SETTINGS,),
    ),
    Known(
        "settings-unpublished",
        "info",
        "settings whose meaning is not published",
        "WER reads them, and Microsoft does not say what they do.",
        "",
        "unknown",
    ),
    # LocalDumps, and where its files go.
    Known(
        "localdumps-off",
        "blocks-dump",
        "no dump files are written: LocalDumps is not set up",
        "That is how Windows comes. A crash is reported, and no dump of it stays on this machine.",
        f'`reg add "{_WER}\\LocalDumps\\{{exe}}" /v DumpType /t REG_DWORD /d 1 /f /reg:64` as an administrator (2: '
        f"with all memory), or `wer local-dumps set --exe {{exe}}`. It also makes the key LocalDumps, which turns dump "
        r"files on for every program, in %LOCALAPPDATA%\CrashDumps.",
        "documented",
        dump=BLOCKS,
        sources=(_LOCAL_DUMPS,),
    ),
    Known(
        "localdumps-hkcu",
        "blocks-dump",
        "LocalDumps is set in HKCU, where Windows does not look",
        "Only HKLM counts.",
        f'`reg add "{_WER}\\LocalDumps\\{{exe}}" /v DumpType /t REG_DWORD /d 1 /f /reg:64` as an administrator, with '
        "the values that stand in HKCU; then `reg delete "
        rf'"HKCU\{keys.LOCAL_DUMPS}" /f`.',
        "documented",
        dump=BLOCKS,
        sources=(_LOCAL_DUMPS, "deblasis/wintty#955"),
    ),
    Known(
        "localdumps-view32",
        "blocks-dump",
        "LocalDumps is set in the registry of 32-bit programs only",
        "It was written by a 32-bit program, below WOW6432Node. WER reads the 64-bit registry, for 32-bit programs "
        "that crash as well.",
        f'`reg add "{_WER}\\LocalDumps\\{{exe}}" /v DumpType /t REG_DWORD /d 1 /f /reg:64`, with the values that '
        "`reg query ... /reg:32` shows.",
        "inferred",
        dump=BLOCKS,
        sources=(_VIEWS, "microsoft/microsoft-ui-xaml#1276"),
    ),
    Known(
        "localdumps-other-exe",
        "warning",
        "LocalDumps has keys for other programs, and none for {exe}",
        "They are {others}. That there is the key LocalDumps turns dumps on for {exe} too (seen), with the defaults: a "
        "mini dump in %LOCALAPPDATA%\\CrashDumps, and not what stands in those keys. A key counts for the file name of "
        "the program that crashes, with its extension and without its folder.",
        f'`reg add "{_WER}\\LocalDumps\\{{exe}}" /v DumpType /t REG_DWORD /d 1 /f /reg:64`',
        "seen",
        sources=(_LOCAL_DUMPS, "deblasis/wintty#955"),
    ),
    Known(
        "localdumps-count-reached",
        "info",
        "as many dump files are there as are kept",
        "{folder} has {count} of {exe}: the next one replaces the oldest.",
        f'Move away what is to stay, or `reg add "{_WER}\\LocalDumps\\{{exe}}" /v DumpCount /t REG_DWORD /d 50 /f '
        f"/reg:64`.",
        "documented",
        sources=(_LOCAL_DUMPS,),
    ),
    Known(
        "localdumps-count-zero",
        "blocks-dump",
        "DumpCount is 0: no dump file is kept",
        "0 means none. A value for all programs holds for each that has no value of its own.",
        f'`reg add "{_WER}\\LocalDumps\\{{exe}}" /v DumpCount /t REG_DWORD /d 10 /f /reg:64`',
        "seen",
        dump=BLOCKS,
        sources=(_LOCAL_DUMPS, "microsoft/devhome#3733"),
    ),
    Known(
        "localdumps-type-custom",
        "info",
        "the dump has what CustomDumpFlags says",
        "DumpType is 0, and CustomDumpFlags is {flags}: bits of MINIDUMP_TYPE.",
        "",
        "documented",
        sources=(_LOCAL_DUMPS,),
    ),
    Known(
        "localdumps-type-undefined",
        "warning",
        "DumpType is a number that is not defined",
        "Documented are 0 (custom), 1 (mini) and 2 (full). What another one gives nobody knows.",
        f'`reg add "{_WER}\\LocalDumps\\{{exe}}" /v DumpType /t REG_DWORD /d 1 /f /reg:64`',
        "unknown",
        dump=CLOUDS,
        sources=(_LOCAL_DUMPS,),
    ),
    Known(
        "localdumps-value-type",
        "warning",
        "a value of LocalDumps has the wrong type",
        "{problem}. A folder as REG_SZ is not filled in, so that its %NAMES% stay as they are (inferred); what WER "
        "makes of the other wrong types nobody knows.",
        "{command}",
        "inferred",
        dump=CLOUDS,
        sources=(_LOCAL_DUMPS,),
    ),
    Known(
        "folder-missing",
        "blocks-dump",
        "the folder for dump files is not there",
        "{folder}: {reason}. Windows makes the default folder (seen); one of one's own has to be made (inferred).",
        '`mkdir "{folder}"`, and give the accounts whose programs crash the right to write there: `icacls "{folder}" '
        '/grant "{account}:(OI)(CI)M"`.',
        "inferred",
        dump=BLOCKS,
        sources=(_LOCAL_DUMPS,),
    ),
    Known(
        "folder-not-writable",
        "blocks-dump",
        "{account} may not write into the folder for dump files",
        "{folder}: the process that crashes needs the right to write there.",
        '`icacls "{folder}" /grant "{account}:(OI)(CI)M"`',
        "documented",
        dump=BLOCKS,
        sources=(_LOCAL_DUMPS,),
    ),
    Known(
        "folder-unknown",
        "unknown",
        "nothing can be told of the folder for dump files",
        "{folder}: {reason}.",
        "Run this as an administrator, or as the account that crashes, or look by hand: the folder has to be there, "
        "and the account that crashes needs the right to write there.",
        "unknown",
        dump=CLOUDS,
        sources=(_LOCAL_DUMPS,),
    ),
    Known(
        "folder-service-profile",
        "info",
        "dump files go into the profile of {account}",
        "DumpFolder is the default one, filled in for the account that crashes: {folder}. It is not the CrashDumps of "
        "whoever looks for them.",
        "Look there, as an administrator, or set DumpFolder: `reg add "
        f'"{_WER}\\LocalDumps\\{{exe}}" /v DumpFolder /t REG_EXPAND_SZ /d "C:\\CrashDumps" /f /reg:64`.',
        "documented",
        sources=(_LOCAL_DUMPS,),
    ),
    Known(
        "folder-space",
        "warning",
        "there is little space for dump files",
        "{folder} has {free} free, and {count} dumps of {size} (estimated) are {need}. No rule for the space that "
        "LocalDumps wants is documented; a full disk leaves cut or empty dumps (seen).",
        "Free space, set DumpFolder to another volume, or lower DumpCount.",
        "inferred",
        sources=(_LOCAL_DUMPS,),
    ),
    # Debuggers that are started in a crash, and what else Windows does with a program by its name.
    Known(
        "aedebug-auto",
        "blocks-dump",
        "a debugger is started in every crash: {debugger}",
        "AeDebug has a Debugger, and Auto is 1: no dump file is written. WER goes on, and reports, only if the "
        "debugger ends without taking the crash.",
        f'Let {{exe}} out: `reg add "{_AEDEBUG}\\AutoExclusionList" /v "{{exe}}" /t REG_DWORD /d 1 /f /reg:{{view}}` '
        "(the list is documented; that LocalDumps works then is inferred). If it was ProcDump: `procdump -u`. For all "
        f'programs: `reg add "{_AEDEBUG}" /v Auto /t REG_SZ /d 0 /f /reg:{{view}}`.',
        "documented",
        CLOUDS,
        BLOCKS,
        (_LOCAL_DUMPS, _POSTMORTEM, "https://learn.microsoft.com/windows/win32/debug/configuring-automatic-debugging"),
    ),
    Known(
        "ifeo-debugger",
        "blocks-dump",
        "{program} is not started: another program is, {debugger}",
        "Image File Execution Options has a Debugger for {program}. What it does with the program decides what becomes "
        "of a crash.",
        f'`reg delete "HKLM\\{keys.IMAGES}\\{{program}}" /v Debugger /f /reg:64`, if nobody wants it.',
        "documented",
        CLOUDS,
        BLOCKS,
        ("https://learn.microsoft.com/windows-hardware/drivers/debugger/debugging-a-service-application",),
    ),
    Known(
        "silent-exit-armed",
        "info",
        "the end of {exe} is watched: SilentProcessExit",
        "Windows acts when it ends by ExitProcess, or is killed: {modes}. That has nothing to do with crashes.",
        "",
        "documented",
        sources=(_SILENT_EXIT,),
    ),
    Known(
        "silent-exit-monitor",
        "warning",
        "a program is started whenever {exe} ends: {monitor}",
        "SilentProcessExit has a MonitorProcess. It is documented, and a known way to have a program started unseen.",
        f'Ask who set it up; `reg delete "HKLM\\{keys.SILENT_EXIT}\\{{exe}}" /v MonitorProcess /f /reg:64` removes it.',
        "documented",
        sources=(_SILENT_EXIT,),
    ),
    Known(
        "managed-debugger",
        "info",
        "a debugger is set for .NET programs: {debugger}",
        "It concerns managed code only.",
        "",
        "documented",
        sources=("https://learn.microsoft.com/previous-versions/visualstudio/visual-studio-2008/2ac5yxx6(v=vs.90)",),
    ),
    # The state of a process.
    Known(
        "errormode-nogpfault",
        "blocks-dump",
        "{process} has an error mode that keeps WER away",
        "SEM_NOGPFAULTERRORBOX is set: in a crash it just ends. It was inherited, or the program has set it. {parent} "
        "Node.js, Go, the terminal of VS Code, Electron and CI agents do that to what they start.",
        "Start it with `subprocess.Popen(..., creationflags=subprocess.CREATE_DEFAULT_ERROR_MODE)`; or, in it, "
        "`msvcrt.SetErrorMode(msvcrt.GetErrorMode() & ~msvcrt.SEM_NOGPFAULTERRORBOX)`.",
        "documented",
        BLOCKS,
        BLOCKS,
        (
            "https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-seterrormode",
            "microsoft/vscode#253882",
        ),
    ),
    Known(
        "job-die-on-unhandled",
        "blocks-dump",
        "{process} is in a job that ends it in a crash without a report",
        "Its job has JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION, which sets SEM_NOGPFAULTERRORBOX for all in it.",
        "Whoever makes the job has to leave that limit out.",
        "documented",
        BLOCKS,
        BLOCKS,
        ("https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-jobobject_basic_limit_information",),
    ),
    Known(
        "debugger-attached",
        "blocks-dump",
        "a debugger is attached to {process}",
        "A crash goes to the debugger, before anything else.",
        "Detach it.",
        "documented",
        BLOCKS,
        BLOCKS,
        (_POSTMORTEM,),
    ),
    Known(
        "process-protected",
        "warning",
        "{process} is protected",
        "A dump of a protected process is refused, or encrypted.",
        "",
        "documented",
        CLOUDS,
        CLOUDS,
        ("https://learn.microsoft.com/windows/win32/procthread/process-creation-flags",),
    ),
    Known(
        "wer-flags-noheap",
        "info",
        "{process} keeps its heap out of reports",
        "It has set {flags} (WerSetFlags): Windows' report of a crash has no heap dump.",
        "",
        "documented",
        sources=("https://learn.microsoft.com/windows/win32/api/werapi/nf-werapi-wersetflags",),
    ),
    Known(
        "packaged",
        "warning",
        "{process} is a packaged app",
        "It belongs to {package}. Its registry and its folders are not those that others see, and the dump folder may "
        "be the package's; with Python from the Store nothing was found in CrashDumps.",
        "Use the Python of python.org, or `wer.register_app_local_dump`.",
        "seen",
        dump=CLOUDS,
        sources=("getsentry/sentry-native#923",),
    ),
    Known(
        "process-unreadable",
        "unknown",
        "{process} cannot be looked into",
        "Not known: {facts}.",
        "Run this as an administrator, or as the account of the process.",
        "unknown",
        CLOUDS,
        CLOUDS,
    ),
    # Services and files of Windows.
    Known(
        "wersvc-disabled",
        "blocks-report",
        "the service WerSvc is disabled",
        "Crashes that reach WER through it are lost: fast-fails such as abort() and heap corruption, and stack "
        "overflows. A plain access violation may still be reported (said of Windows 7). Whether a dump file needs the "
        "service nobody knows. That the service is stopped is normal.",
        "`sc config WerSvc start= demand`",
        "seen",
        CLOUDS,
        CLOUDS,
        ("microsoft/Windows-Containers#60",),
    ),
    Known(
        "wersvc-missing",
        "blocks-report",
        "this Windows has no service WerSvc",
        "Crashes that reach WER through it are lost: fast-fails, heap corruption, stack overflows. Nano Server has "
        "none (recalled).",
        "Use an edition of Windows that has Windows Error Reporting.",
        "inferred",
        CLOUDS,
        CLOUDS,
    ),
    Known(
        "wer-binaries-missing",
        "blocks-dump",
        "programs of Windows Error Reporting are missing",
        "Without {files} a crash is neither reported nor dumped.",
        "`sfc /scannow` puts back what belongs to Windows; an edition without them never had them.",
        "inferred",
        BLOCKS,
        BLOCKS,
    ),
    Known(
        "upload-task-disabled",
        "info",
        "the queue is not sent by itself",
        "The task QueueReporting is disabled: what is in the queue stays there.",
        '`schtasks /Change /TN "\\Microsoft\\Windows\\Windows Error Reporting\\QueueReporting" /ENABLE`, or '
        "`wer store upload KEY`.",
        "seen",
        sources=("nohuto/win-config",),
    ),
    Known(
        "container",
        "warning",
        "this is a container",
        "Plain unhandled exceptions gave a dump file with LocalDumps set in the container; stack overflows and "
        "fast-fails did so only when WerSvc ran on the host. What is written outside a mounted volume goes with the "
        "container.",
        "Set DumpFolder to a mounted volume, and have WerSvc run on the host.",
        "seen",
        CLOUDS,
        CLOUDS,
        ("microsoft/Windows-Containers#60",),
    ),
    Known(
        "server-core",
        "info",
        "this Windows has no desktop: {edition}",
        "WER and LocalDumps are there (seen, on Server Core), the Reliability Monitor is not.",
        "",
        "seen",
    ),
    # The stores.
    Known(
        "queue-full",
        "warning",
        "the queue of reports is full",
        "{count} reports wait, and {most} are allowed. Whether the oldest or the new one is lost is not documented.",
        "`wer store export` or `wer store purge`.",
        "unknown",
        CLOUDS,
        sources=(_SETTINGS,),
    ),
    # What could not be read.
    Known(
        "unreadable",
        "unknown",
        "a part of the registry cannot be read",
        "What stands there is not known, which is not the same as that nothing stands there: {reason}",
        "Run this as an administrator, or, for the settings of an account, as that account.",
        "unknown",
        CLOUDS,
        CLOUDS,
    ),
]

KNOWN = {known.id: known for known in _TABLE}
