"""What stands for the extension where there is no Windows: `wer` imports, and a call says what is missing."""

import sys as _sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable as _Callable
    from typing import NoReturn as _NoReturn


def _refuse(name: str, function: str) -> "_NoReturn":
    raise NotImplementedError(
        f"wer.{name} calls {function} of Windows, and this is {_sys.platform}; "
        "here only the enums, constants, options and errors work"
    )


class Report:
    """Stands for the class of the same name on Windows; making one raises NotImplementedError."""

    def __init__(self, *arguments: object, **options: object) -> None:
        _refuse("Report", "WerReportCreate")

    @classmethod
    def from_handle(cls, *arguments: object, **options: object) -> "_NoReturn":
        _refuse("Report.from_handle", "WerReportCreate")


class Store:
    """Stands for the class of the same name on Windows; opening one raises NotImplementedError."""

    def __init__(self, *arguments: object, **options: object) -> None:
        _refuse("Store", "WerStoreOpen")


class ProcessSnapshot:
    """Stands for the class of the same name on Windows; capturing one raises NotImplementedError."""

    def __init__(self, *arguments: object, **options: object) -> None:
        _refuse("ProcessSnapshot", "PssCaptureSnapshot")


class Registration:
    """Stands for the class of the same name on Windows, which the functions ``register_...`` make."""

    def __init__(self, *arguments: object, **options: object) -> None:
        _refuse("Registration", "WerRegisterFile")


class ReportTemplate:
    """Stands for the class of the same name on Windows; making one raises NotImplementedError."""

    def __init__(self, *arguments: object, **options: object) -> None:
        _refuse("ReportTemplate", "WerReportCreate")


class CrashHandler:
    """Stands for the class of the same name on Windows; there is none here."""

    def __init__(self) -> None:
        raise TypeError("install_crash_handler makes a CrashHandler")


class InterpreterProcess:
    """Stands for the class of the same name on Windows, which `interpreter_of` makes."""

    def __init__(self) -> None:
        raise TypeError("interpreter_of makes an InterpreterProcess")


def supported(function: str) -> bool:
    """Nothing of WER is supported here."""
    if not isinstance(function, str):
        raise TypeError(f"function must be a str, got {type(function).__name__}")
    return False


def _standing_for(name: str, function: str) -> "_Callable[..., _NoReturn]":
    def refuse(*arguments: object, **options: object) -> "_NoReturn":
        """Raise NotImplementedError."""
        _refuse(name, function)

    refuse.__name__ = refuse.__qualname__ = name
    return refuse


add_excluded_application = _standing_for("add_excluded_application", "WerAddExcludedApplication")
get_flags = _standing_for("get_flags", "WerGetFlags")
install_crash_handler = _standing_for("install_crash_handler", "SetUnhandledExceptionFilter")
interpreter_of = _standing_for("interpreter_of", "CreateToolhelp32Snapshot")
purge_reports = _standing_for("purge_reports", "WerStorePurge")
register_additional_process = _standing_for("register_additional_process", "WerRegisterAdditionalProcess")
register_app_local_dump = _standing_for("register_app_local_dump", "WerRegisterAppLocalDump")
register_custom_metadata = _standing_for("register_custom_metadata", "WerRegisterCustomMetadata")
register_excluded_memory_block = _standing_for("register_excluded_memory_block", "WerRegisterExcludedMemoryBlock")
register_file = _standing_for("register_file", "WerRegisterFile")
register_memory_block = _standing_for("register_memory_block", "WerRegisterMemoryBlock")
register_runtime_exception_module = _standing_for(
    "register_runtime_exception_module", "WerRegisterRuntimeExceptionModule"
)
remove_excluded_application = _standing_for("remove_excluded_application", "WerRemoveExcludedApplication")
report_hang = _standing_for("report_hang", "WerReportHang")
set_flags = _standing_for("set_flags", "WerSetFlags")
set_max_process_hold_milliseconds = _standing_for(
    "set_max_process_hold_milliseconds", "WerSetMaxProcessHoldMilliseconds"
)
