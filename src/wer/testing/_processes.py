"""Processes beside this one: core/processes.pxi in Python."""

from .._typing import TYPE_CHECKING
from ._checks import integer, system_text, windows_error
from ._handles import HeldHandle, process_behind

if TYPE_CHECKING:
    from ._fake import FakeWer


def has_ended(wer: "FakeWer", process: HeldHandle, /) -> bool:
    return process_behind(wer, process).ended


def created(wer: "FakeWer", process: HeldHandle, /) -> int:
    may_fail(wer, "GetProcessTimes")
    return process_behind(wer, process).created


def exit_code(wer: "FakeWer", process: HeldHandle, /) -> int:
    may_fail(wer, "GetExitCodeProcess")
    return process_behind(wer, process).exit_code


def memory_of(wer: "FakeWer", process: HeldHandle, /) -> tuple[int, int, int]:
    may_fail(wer, "VirtualQueryEx")
    of = process_behind(wer, process)
    return of.private_bytes, of.all_bytes, of.data_bytes


def executable(wer: "FakeWer", process: HeldHandle, /) -> str:
    return "" if wer._code("QueryFullProcessImageNameW") else process_behind(wer, process).executable


def has_python(wer: "FakeWer", process: HeldHandle, /) -> bool:
    may_fail(wer, "EnumProcessModulesEx")
    return process_behind(wer, process).python


def children_of(wer: "FakeWer", pid: int, /) -> list[int]:
    parent = integer(pid, 0, 0xFFFFFFFF, "pid")
    may_fail(wer, "CreateToolhelp32Snapshot")
    return [one.pid for one in wer._everyone() if one.parent == parent and not one.ended]


def may_fail(wer: "FakeWer", function: str) -> None:
    error = wer._code(function)
    if error:
        raise windows_error(f"{function}: {system_text(error)}", error)
