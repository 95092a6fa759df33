"""A Windows for the doctor: `fake_machine()` is one on which nothing is wrong and dump files are set up."""

import copy
from dataclasses import dataclass, field

from fake_registry import FakeRegistry

from wer._machine.folders import Folder
from wer._machine.processes import ProcessState
from wer._machine.registry import Kind
from wer.doctor import Machine

WER = r"SOFTWARE\Microsoft\Windows\Windows Error Reporting"
POLICY = r"SOFTWARE\Policies\Microsoft\Windows\Windows Error Reporting"
LOCAL_DUMPS = rf"{WER}\LocalDumps"
NT = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
AEDEBUG = rf"{NT}\AeDebug"
IFEO = rf"{NT}\Image File Execution Options"
SILENT_EXIT = rf"{NT}\SilentProcessExit"
CONTROL = r"SYSTEM\CurrentControlSet\Control"
SERVICES = r"SYSTEM\CurrentControlSet\Services"
OWN = "S-1-5-21-1-2-3-1001"
OTHER = "S-1-5-21-1-2-3-1002"
DUMPS = r"C:\Dumps"
SYSTEM32 = r"C:\Windows\System32"
QUEUE = r"C:\ProgramData\Microsoft\Windows\WER\ReportQueue"
TASK = rf"{SYSTEM32}\Tasks\Microsoft\Windows\Windows Error Reporting\QueueReporting"

# As Windows 10 comes, in what the doctor reads.
DEFAULT = {
    ("HKLM", 64): {
        WER: {"ErrorPort": (Kind.SZ, r"\WindowsErrorReportingServicePort"), "EnableZip": (Kind.DWORD, 1)},
        rf"{WER}\Consent": {},
        rf"{WER}\RuntimeExceptionHelperModules": {rf"{SYSTEM32}\mrt_map.dll": (Kind.DWORD, 0)},
        AEDEBUG: {"Auto": (Kind.SZ, "1")},
        rf"{AEDEBUG}\AutoExclusionList": {"DWM.exe": (Kind.DWORD, 1)},
        IFEO: {},
        NT: {"InstallationType": (Kind.SZ, "Client")},
        rf"{NT}\ProfileList\{OWN}": {"ProfileImagePath": (Kind.EXPAND_SZ, r"C:\Users\me")},
        rf"{NT}\ProfileList\{OTHER}": {"ProfileImagePath": (Kind.EXPAND_SZ, r"%SystemDrive%\Users\other")},
        rf"{NT}\ProfileList\S-1-5-18": {
            "ProfileImagePath": (Kind.EXPAND_SZ, r"%systemroot%\system32\config\systemprofile")
        },
        CONTROL: {},
        rf"{SERVICES}\WerSvc": {"Start": (Kind.DWORD, 3)},
        rf"{SERVICES}\Job": {
            "Start": (Kind.DWORD, 2),
            "ObjectName": (Kind.SZ, "LocalSystem"),
            "ImagePath": (Kind.EXPAND_SZ, r'"C:\Program Files\Job\job.exe" --run'),
        },
    },
    ("HKLM", 32): {WER: {}, AEDEBUG: {"Auto": (Kind.SZ, "1")}},
    ("HKCU", 64): {WER: {}},
    ("HKU", 64): {rf"{OWN}\{WER}": {}, rf"S-1-5-18\{WER}": {}},
}
LOCAL_DUMPS_ON = {"DumpFolder": (Kind.EXPAND_SZ, DUMPS)}

PROCESS = ProcessState(
    pid=100,
    name="python.exe",
    path=r"C:\Python\python.exe",
    parent=50,
    parent_name="cmd.exe",
    session=1,
    account=OWN,
    is_32bit=False,
    error_mode=0,
    job_limits=0,
    in_job=False,
    debugged=False,
    protected=False,
    package="",
    committed=200 << 20,
)


@dataclass
class Parts:
    """What tests change before they call `machine`."""

    tree: dict = field(default_factory=lambda: copy.deepcopy(DEFAULT))
    denied: list = field(default_factory=list)
    vanishing: list = field(default_factory=list)
    processes: dict = field(default_factory=lambda: {100: PROCESS})
    behind: dict = field(default_factory=dict)
    flags: dict = field(default_factory=dict)
    services: dict = field(default_factory=dict)
    folders: dict = field(default_factory=lambda: {DUMPS: Folder(DUMPS, True, True, 100 << 30)})
    missing: set = field(default_factory=set)
    entries: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    environment: dict = field(
        default_factory=lambda: {
            "SystemRoot": r"C:\Windows",
            "SystemDrive": "C:",
            "ProgramData": r"C:\ProgramData",
            "LOCALAPPDATA": r"C:\Users\me\AppData\Local",
        }
    )

    def put(self, hive, key, name=None, kind=Kind.DWORD, data=1, view=64):
        """Put a value, or a key, into the registry."""
        values = self.tree.setdefault((hive, view), {}).setdefault(key, {})
        if name is not None:
            values[name] = (kind, data)
        return self

    def remove(self, hive, key, view=64):
        """Remove a key with its values."""
        del self.tree[hive, view][key]

    def state_of(self, pid):
        if pid not in self.processes:
            raise ProcessLookupError(f"there is no process {pid}")
        return self.processes[pid]

    def read_start(self, path, most):
        data = self.files.get(path)
        if isinstance(data, OSError):
            raise data
        return data

    def machine(self):
        return Machine(
            registry=FakeRegistry(self.tree, denied=self.denied, vanishing=self.vanishing),
            environment=self.environment,
            pid=100,
            state_of=self.state_of,
            python_behind=lambda pid: self.behind.get(pid, pid),
            flags_of=lambda pid: self.flags.get(pid, 0),
            service_pid=self.services.get,
            sid_of={"LocalSystem": "S-1-5-18", "NT AUTHORITY\\LocalService": "S-1-5-19"}.get,
            name_of={OWN: "PC\\me", OTHER: "PC\\other", "S-1-5-18": "NT AUTHORITY\\SYSTEM"}.get,
            folder_of=lambda path, pid: self.folders.get(path, Folder(path, False, reason="it is not there")),
            is_file=lambda path: path not in self.missing,
            entries=lambda path: self.entries.get(path, []),
            read_start=self.read_start,
            system_folder=lambda is_32bit: r"C:\Windows\SysWOW64" if is_32bit else SYSTEM32,
        )


def healthy():
    """Nothing is wrong, and dump files are set up."""
    parts = Parts()
    parts.tree["HKLM", 64][LOCAL_DUMPS] = dict(LOCAL_DUMPS_ON)
    return parts
