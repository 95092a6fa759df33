"""What stands for the extension where there is no Windows: all classes are there, and a call says what is missing."""

import sys as _sys

from ._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._typing import NoReturn


def _refuse(caller: str, function: str) -> "NoReturn":
    raise NotImplementedError(
        f"{caller} calls {function} of Windows, and this is {_sys.platform}; here only the enums, constants, options, "
        "errors, read_report and dumps.read_dump work, and in tests all of it with wer.testing.FakeWer"
    )


def _class(name: str, function: str) -> type:
    def refuse(*arguments: object, **options: object) -> "NoReturn":
        """Raise NotImplementedError."""
        _refuse(f"wer.{name}", function)

    return type("Missing", (), {"__new__": refuse})


def _function(name: str, function: str, caller: str = "") -> "Callable[..., NoReturn]":
    def refuse(*arguments: object) -> "NoReturn":
        """Raise NotImplementedError."""
        _refuse(caller or f"wer.{name}", function)

    refuse.__name__ = refuse.__qualname__ = name
    return refuse


# These can be made: what only a function makes says so, here as on Windows, and the function says what is missing.


class HeldHandle:
    """None is ever opened here."""


class HeldHandler:
    """None is ever installed here: there is no template."""


class HeldRegistration:
    """Nothing can be held here."""

    hold_file = _function("register_file", "WerRegisterFile")
    hold_custom_metadata = _function("register_custom_metadata", "WerRegisterCustomMetadata")
    hold_app_local_dump = _function("register_app_local_dump", "WerRegisterAppLocalDump")
    hold_runtime_exception_module = _function("register_runtime_exception_module", "WerRegisterRuntimeExceptionModule")

    def hold_memory(self, buffer: object, excluded: bool) -> "NoReturn":
        """Raise NotImplementedError."""
        kind = "excluded_memory_block" if excluded else "memory_block"
        _refuse(f"wer.register_{kind}", "WerRegisterExcludedMemoryBlock" if excluded else "WerRegisterMemoryBlock")


HeldMutex = _class("service.add_processes", "CreateMutexW")
HeldReport = _class("Report", "WerReportCreate")
HeldTemplate = _class("ReportTemplate", "WerReportCreate")
HeldSnapshot = _class("ProcessSnapshot", "PssCaptureSnapshot")
HeldStore = _class("Store", "WerStoreOpen")
HeldWatchdog = _class("Watchdog", "WerReportCreate")

add_excluded_application = _function("add_excluded_application", "WerAddExcludedApplication")
children_of = _function("children_of", "CreateToolhelp32Snapshot", "wer.interpreter_of")
created = _function("created", "GetProcessTimes", "wer.interpreter_of")
duplicate_process = _function("duplicate_process", "DuplicateHandle", "what takes a process")
duplicate_thread = _function("duplicate_thread", "DuplicateHandle", "what takes a thread")
executable = _function("executable", "QueryFullProcessImageNameW", "wer.interpreter_of")
exit_code = _function("exit_code", "GetExitCodeProcess", "wer.service.add_processes")
get_flags = _function("get_flags", "WerGetFlags")
has_ended = _function("has_ended", "GetExitCodeProcess", "wer.interpreter_of")
has_python = _function("has_python", "EnumProcessModulesEx", "wer.interpreter_of")
memory_of = _function("memory_of", "VirtualQueryEx", "wer.service.add_processes")
must_have = _function("register_additional_process", "WerRegisterAdditionalProcess")
open_process = _function("open_process", "OpenProcess", "what takes a pid")
open_thread = _function("open_thread", "OpenThread", "what takes a tid")
private_file = _function("private_file", "CreateFileW", "wer.service")
private_folder = _function("private_folder", "CreateDirectoryW", "wer.service")
purge_reports = _function("purge_reports", "WerStorePurge")
remove_excluded_application = _function("remove_excluded_application", "WerRemoveExcludedApplication")
report_hang = _function("report_hang", "WerReportHang")
set_flags = _function("set_flags", "WerSetFlags")
set_max_process_hold_milliseconds = _function("set_max_process_hold_milliseconds", "WerSetMaxProcessHoldMilliseconds")
shared_file = _function("shared_file", "CreateFileW", "wer.service")
uptime = _function("uptime", "GetTickCount64", "wer.service")
write_dump = _function("write_dump", "MiniDumpWriteDump", "wer.dumps.write_dump")


def found(function: str) -> bool:
    """Nothing of WER is here."""
    return False


def message_of(code: int) -> str:
    """Only Windows has its texts."""
    return ""


def register_class(name: str, cls: type) -> None:
    """There is no native code here that could ask for a class."""
