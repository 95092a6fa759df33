"""`Machine`: all that the examination asks of this Windows; tests give it another one."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .._machine import accounts, folders, processes, services
from .._machine.folders import Folder
from .._machine.processes import ProcessState
from .._machine.registry import Registry, this_registry


@dataclass(frozen=True)
class Machine:
    """Where to look. Each function is one of `wer._machine`, or stands for it."""

    registry: Registry
    environment: Mapping[str, str]
    pid: int  # of the process that examines
    state_of: Callable[[int], ProcessState]
    python_behind: Callable[[int], int]  # a launcher: the id of the Python that it has started; else the same id
    flags_of: Callable[[int], int | None]  # WerGetFlags
    service_pid: Callable[[str], int | None]
    sid_of: Callable[[str], str | None]
    name_of: Callable[[str], str]
    folder_of: Callable[[str, int | None], Folder]
    is_file: Callable[[str], bool | None]
    entries: Callable[[str], list[str] | None]
    read_start: Callable[[str, int], bytes | None]
    system_folder: Callable[[bool], str]


def this_machine() -> Machine:
    """This Windows.

    Raises
    ------
    NotImplementedError
        It is none.
    """
    if sys.platform != "win32":
        raise NotImplementedError(f"Windows Error Reporting is examined on Windows, and this is {sys.platform}")
    return Machine(
        registry=this_registry(),
        environment=os.environ,
        pid=os.getpid(),
        state_of=processes.state_of,
        python_behind=_python_behind,
        flags_of=_flags_of,
        service_pid=services.pid_of,
        sid_of=accounts.sid_of,
        name_of=accounts.name_of,
        folder_of=folders.folder_of,
        is_file=folders.is_file,
        entries=folders.entries,
        read_start=folders.read_start,
        system_folder=folders.system_folder,
    )


_DEEPEST = 4  # py.exe starts a virtual environment's python.exe, which starts the Python


def _python_behind(pid: int) -> int:
    """Follow a process without a Python in it as long as it has one child only; a shell's many are not looked at."""
    from .. import _native
    from .._processes import FOR_QUERY, children_of

    rights = FOR_QUERY | 0x0010  # PROCESS_VM_READ
    try:
        process = _native.open_process(pid, rights)
        for _ in range(_DEEPEST):
            if _native.has_python(process):
                return process.id
            children, refused = children_of(process, rights)
            if refused or len(children) != 1:
                return pid
            process = children[0]
    except OSError:  # it may not be looked into: then it is the one that is meant
        pass
    return pid


def _flags_of(pid: int) -> int | None:
    from .._settings import get_flags

    try:
        return int(get_flags() if pid == os.getpid() else get_flags(pid=pid))
    except (OSError, NotImplementedError):
        return None
