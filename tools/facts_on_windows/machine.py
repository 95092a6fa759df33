"""What machine this is: for the head of the table, and for what can be asked there."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import ctypes
import os
import platform
import winreg
from contextlib import suppress
from datetime import date
from importlib.metadata import version
from pathlib import Path

NT = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"


def is_admin() -> bool:
    """Whether this process may write to HKEY_LOCAL_MACHINE."""
    return bool(ctypes.windll.shell32.IsUserAnAdmin())


def system32() -> Path:
    """Windows' folder of DLLs."""
    return Path(os.environ["SYSTEMROOT"], "System32")


def handles_crashes() -> bool:
    """Whether Windows' own handler of crashes is there."""
    return (system32() / "WerFault.exe").exists()


def is_wine() -> bool:
    """Whether this is no Windows."""
    return hasattr(ctypes.windll.ntdll, "wine_get_version")


def short() -> str:
    """Windows' build and the version of wer.dll: on these an answer depends."""
    windows = sys.getwindowsversion()
    return f"{windows.build}.{_nt('UBR') or 0}, wer.dll {file_version(system32() / 'wer.dll')}"


def describe(admin: bool) -> dict[str, str]:
    """What may matter for an answer; nothing that names the machine or its user."""
    windows = sys.getwindowsversion()
    session = ctypes.c_uint32()
    ctypes.windll.kernel32.ProcessIdToSessionId(os.getpid(), ctypes.byref(session))
    return {
        "Asked": f"{date.today().isoformat()} by werapi {version('werapi')}",
        "Windows": f"{_nt('ProductName') or 'unknown'} {_nt('DisplayVersion') or ''} "
        f"{windows.major}.{windows.minor}.{windows.build}.{_nt('UBR') or 0} {_nt('InstallationType') or ''}".strip(),
        "machine": platform.machine(),
        "wer.dll": file_version(system32() / "wer.dll"),
        "CPython": platform.python_version(),
        "session": str(session.value),
        "administrator": "yes" if admin else "no",
    } | ({"but": "Wine with the stand-in, which tells nothing of Windows"} if is_wine() else {})


def file_version(path: Path) -> str:
    """The version in a DLL's resources; "none" if it has none."""
    query = ctypes.windll.version
    size = query.GetFileVersionInfoSizeW(str(path), None)
    data = ctypes.create_string_buffer(max(1, size))
    pointer, length = ctypes.c_void_p(), ctypes.c_uint32()
    if (
        not size
        or not query.GetFileVersionInfoW(str(path), 0, size, data)
        or not query.VerQueryValueW(data, "\\", ctypes.byref(pointer), ctypes.byref(length))
        or not pointer.value
    ):
        return "none"
    numbers = (ctypes.c_uint32 * 4).from_address(pointer.value)
    return ".".join(str(number) for word in (numbers[2], numbers[3]) for number in (word >> 16, word & 0xFFFF))


def _nt(name: str) -> object:
    with suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, NT) as key:
        return winreg.QueryValueEx(key, name)[0]
    return None
