"""What stands for the extension where there is no Windows: `wer` imports, and a call says what is missing."""

import sys as _sys

TYPE_CHECKING = False
if TYPE_CHECKING:
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


class ReportTemplate:
    """Stands for the class of the same name on Windows; making one raises NotImplementedError."""

    def __init__(self, *arguments: object, **options: object) -> None:
        _refuse("ReportTemplate", "WerReportCreate")


class CrashHandler:
    """Stands for the class of the same name on Windows; there is none here."""

    def __init__(self) -> None:
        raise TypeError("install_crash_handler makes a CrashHandler")


def install_crash_handler(*arguments: object, **options: object) -> "_NoReturn":
    """Raise NotImplementedError."""
    _refuse("install_crash_handler", "SetUnhandledExceptionFilter")


def purge_reports(*arguments: object, **options: object) -> "_NoReturn":
    """Raise NotImplementedError."""
    _refuse("purge_reports", "WerStorePurge")


def supported(function: str) -> bool:
    """Nothing of WER is supported here."""
    if not isinstance(function, str):
        raise TypeError(f"function must be a str, got {type(function).__name__}")
    return False


def add_excluded_application(*arguments: object, **options: object) -> "_NoReturn":
    """Raise NotImplementedError."""
    _refuse("add_excluded_application", "WerAddExcludedApplication")


def remove_excluded_application(*arguments: object, **options: object) -> "_NoReturn":
    """Raise NotImplementedError."""
    _refuse("remove_excluded_application", "WerRemoveExcludedApplication")
