"""Calls about processes and applications: core/settings.pxi in Python."""

from .._arguments import limited, required
from .._enums import FaultReportingFlags
from .._typing import TYPE_CHECKING
from ._checks import MAX_PATH, check, integer, pointer
from ._handles import HeldHandle, process_behind
from ._lookup import need

if TYPE_CHECKING:
    from ._fake import FakeWer


def add_excluded_application(wer: "FakeWer", exe_name: str, all_users: bool, /) -> None:
    _exclude(wer, "WerAddExcludedApplication", exe_name, all_users)


def remove_excluded_application(wer: "FakeWer", exe_name: str, all_users: bool, /) -> None:
    _exclude(wer, "WerRemoveExcludedApplication", exe_name, all_users)


def _exclude(wer: "FakeWer", function: str, exe_name: str, all_users: bool) -> None:
    name = required(exe_name, MAX_PATH - 1, "exe_name")
    check(wer, wer._answer(function, exe_name=name, all_users=bool(all_users)), function, name)


def set_flags(wer: "FakeWer", flags: int, /) -> None:
    need(wer, "WerSetFlags")
    check(wer, wer._answer("WerSetFlags", flags=FaultReportingFlags(flags)), "WerSetFlags")
    wer.current.flags = int(flags)


def get_flags(wer: "FakeWer", process: HeldHandle | None, /) -> int:
    need(wer, "WerGetFlags")
    of = process_behind(wer, process)
    check(wer, wer._answer("WerGetFlags", process=of.pid), "WerGetFlags")
    return of.flags


def set_max_process_hold_milliseconds(wer: "FakeWer", milliseconds: int, /) -> None:
    function = "WerSetMaxProcessHoldMilliseconds"
    limit = integer(milliseconds, 0, 0xFFFFFFFF, "milliseconds")
    need(wer, function)
    check(wer, wer._answer(function, milliseconds=limit), function)


def report_hang(wer: "FakeWer", window: int, application_name: str | None, /) -> None:
    handle = pointer(window, "window")
    if not handle:
        raise ValueError("window is 0, which is no window")
    name = None if application_name is None else limited(application_name, 127, "application_name")
    need(wer, "WerReportHang")
    check(wer, wer._answer("WerReportHang", window=handle, application_name=name), "WerReportHang")


def register_class(wer: "FakeWer", name: str, cls: type, /) -> None:
    """There is no native code here that could ask for a class."""
