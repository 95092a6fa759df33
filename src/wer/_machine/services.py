"""A service of Windows as the registry has it: how it starts, as whom, what it runs; and its process, if it runs."""

import ntpath
import re
import sys
from dataclasses import dataclass

from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .registry import Registry

SERVICES = r"SYSTEM\CurrentControlSet\Services"
START_MANUAL, START_DISABLED = 3, 4


@dataclass(frozen=True)
class Service:
    r"""A service.

    Attributes
    ----------
    name : str
        Its key name.
    start : int or None
        2: with Windows, 3: on demand, 4: disabled; None if there is no such number.
    account : str
        The name of its account, as the service has it: "LocalSystem", "NT SERVICE\Name", ".\user".
    image : str
        The command line that it is started with.
    program : str
        The file name of the program in there. If that is a wrapper known to us (NSSM), what the wrapper starts.
    """

    name: str
    start: int | None
    account: str
    image: str
    program: str


def service_of(name: str, registry: "Registry") -> Service | None:
    """What the registry says of a service; None if it has none of this name. Raises `registry.Unreadable`."""
    key = f"{SERVICES}\\{name}"
    if not name or "\\" in name or registry.values("HKLM", key) is None:
        return None

    def text(key: str, value: str) -> str:
        found = registry.value("HKLM", key, value)
        return found.data if found is not None and isinstance(found.data, str) else ""

    start = registry.value("HKLM", key, "Start")
    image = text(key, "ImagePath")
    wrapped = text(f"{key}\\Parameters", "Application")  # NSSM's
    return Service(
        name=name,
        start=start.data if start is not None and isinstance(start.data, int) else None,
        account=text(key, "ObjectName"),
        image=image,
        program=ntpath.basename(wrapped) or program_of(image),
    )


def program_of(command_line: str) -> str:
    r"""The file name of the program of a command line: "python.exe" of ``"C:\a b\python.exe" -m x``; "" if none.

    A path with blanks that is not quoted is taken to end at its first ".exe".
    """
    command_line = command_line[:32768].strip()
    quoted = re.match(r'"([^"]*)"', command_line)
    if quoted:
        return ntpath.basename(quoted[1])
    bare = re.match(r"(.*?\.exe)(?:\s|$)", command_line, re.IGNORECASE | re.DOTALL)
    return ntpath.basename(bare[1]) if bare else ntpath.basename(command_line.partition(" ")[0])


if sys.platform == "win32":
    import ctypes

    from ._dll import BOOL, DWORD, HANDLE, POINTER, TEXT, function

    _OpenManager = function("advapi32.dll", "OpenSCManagerW", HANDLE, TEXT, TEXT, DWORD)
    _OpenService = function("advapi32.dll", "OpenServiceW", HANDLE, HANDLE, TEXT, DWORD)
    _Query = function("advapi32.dll", "QueryServiceStatusEx", BOOL, HANDLE, DWORD, POINTER, DWORD, POINTER)
    _Close = function("advapi32.dll", "CloseServiceHandle", BOOL, HANDLE)
    _PROCESS_ID = 7  # of the nine numbers of SERVICE_STATUS_PROCESS

    def pid_of(name: str) -> int | None:
        """The id of the process that runs the service; None if it does not run, or Windows does not tell."""
        manager = _OpenManager(None, None, 1)  # SC_MANAGER_CONNECT
        service = _OpenService(manager, name, 4) if manager else None  # SERVICE_QUERY_STATUS
        try:
            status = (DWORD * 9)()
            if not service or not _Query(service, 0, status, ctypes.sizeof(status), ctypes.byref(DWORD())):
                return None
            return status[_PROCESS_ID] or None
        finally:
            for handle in filter(None, (service, manager)):
                _Close(handle)

else:

    def pid_of(name: str) -> int | None:
        """The id of the process that runs the service."""
        raise NotImplementedError("services are looked at on Windows only")
