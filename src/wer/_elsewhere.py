"""What stands for the extension where there is no Windows: all classes are there, and a call says what is missing."""

import sys as _sys

from ._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._typing import NoReturn


def _refuse(name: str, function: str) -> "NoReturn":
    raise NotImplementedError(
        f"wer.{name} calls {function} of Windows, and this is {_sys.platform}; "
        "here only the enums, constants, options, errors and read_report work"
    )


def _class(name: str, function: str) -> type:
    def refuse(*arguments: object, **options: object) -> "NoReturn":
        """Raise NotImplementedError."""
        _refuse(name, function)

    return type("Missing", (), {"__new__": refuse})


def _function(name: str, function: str) -> "Callable[..., NoReturn]":
    def refuse(*arguments: object) -> "NoReturn":
        """Raise NotImplementedError."""
        _refuse(name, function)

    return refuse


HeldHandle = _class("Handle", "DuplicateHandle")
HeldReport = _class("Report", "WerReportCreate")
HeldTemplate = _class("ReportTemplate", "WerReportCreate")
HeldHandler = _class("install_crash_handler", "SetUnhandledExceptionFilter")
HeldSnapshot = _class("ProcessSnapshot", "PssCaptureSnapshot")
HeldStore = _class("Store", "WerStoreOpen")
HeldRegistration = _class("Registration", "WerRegisterFile")

add_excluded_application = _function("add_excluded_application", "WerAddExcludedApplication")
duplicate_process = open_process = _function("interpreter_of", "OpenProcess")
duplicate_thread = open_thread = _function("Handle", "OpenThread")
children_of = created = executable = has_ended = has_python = _function("interpreter_of", "CreateToolhelp32Snapshot")
must_have = _function("Registration", "WerRegisterFile")
get_flags = _function("get_flags", "WerGetFlags")
purge_reports = _function("purge_reports", "WerStorePurge")
remove_excluded_application = _function("remove_excluded_application", "WerRemoveExcludedApplication")
report_hang = _function("report_hang", "WerReportHang")
set_flags = _function("set_flags", "WerSetFlags")
set_max_process_hold_milliseconds = _function("set_max_process_hold_milliseconds", "WerSetMaxProcessHoldMilliseconds")


def found(function: str) -> bool:
    """Nothing of WER is here."""
    return False


def register_class(name: str, cls: type) -> None:
    """There is no native code here that could ask for a class."""
