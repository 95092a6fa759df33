"""What is set on this machine that would keep a report from being made."""

import sys

from .._typing import TYPE_CHECKING, Any

if TYPE_CHECKING or sys.platform == "win32":
    import winreg

_WER = r"Microsoft\Windows\Windows Error Reporting"
_SERVICE = r"SYSTEM\CurrentControlSet\Services\WerSvc"
_DISABLED_SERVICE = 4  # of a service's Start
# What a value of 1 does, by https://learn.microsoft.com/windows/win32/wer/wer-settings
_VALUES = {
    "Disabled": "Windows Error Reporting is switched off: `submit` answers DISABLED",
    "DisableQueue": "reports that cannot be sent at once are dropped: `submit` answers DISABLED_QUEUE",
}


def what_keeps_reports_away() -> list[str]:
    """A sentence for each setting that does, with its place; empty off Windows, and where nothing is known."""
    if sys.platform != "win32":
        return []
    found = []
    for root, name in ((winreg.HKEY_LOCAL_MACHINE, "HKLM"), (winreg.HKEY_CURRENT_USER, "HKCU")):
        for software in (r"SOFTWARE\Policies", "SOFTWARE"):
            for value, meaning in _VALUES.items():
                if _value(root, rf"{software}\{_WER}", value) == 1:
                    found.append(rf"{meaning} ({name}\{software}\{_WER}, {value} = 1)")
            program = sys.executable.rpartition("\\")[2]
            if program and _value(root, rf"{software}\{_WER}\ExcludedApplications", program):
                found.append(
                    f"{program} is excluded from reports that Windows makes itself "
                    rf"({name}\{software}\{_WER}\ExcludedApplications)"
                )
    if _value(winreg.HKEY_LOCAL_MACHINE, _SERVICE, "Start") == _DISABLED_SERVICE:
        found.append(rf"the service WerSvc is disabled (HKLM\{_SERVICE}, Start = 4): some crashes are not reported")
    return found


def _value(root: int, key: str, name: str) -> "Any":
    """A value of the 64-bit registry, which is what WER reads; None if it is not there or not to be read."""
    if sys.platform != "win32":
        return None
    try:
        with winreg.OpenKey(root, key, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as opened:
            return winreg.QueryValueEx(opened, name)[0]
    except OSError:
        return None
