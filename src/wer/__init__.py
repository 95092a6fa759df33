"""Windows Error Reporting: file error reports, with dumps of your own or of other processes.

    with wer.Report("Spooler.Stuck", process=worker, application_name="Spooler") as report:
        report.set_parameter(0, "4.2.1", "Version")
        report.add_dump()
        report.add_file("spooler.log", missing_ok=True)
        result = report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)

Every enum, flag and limit of werapi.h is in `wer.werapi` under its C name, and found here as well:
``wer.WER_SUBMIT_QUEUE``.

PYTEST_DONT_REWRITE, or pytest would warn of a program that imports this before the plugin is loaded.
"""

import sys as _sys

from . import _enums
from ._crash_handler import CrashHandler, install_crash_handler
from ._enums import *  # noqa: F403
from ._errors import WerError
from ._launcher import LauncherWarning
from ._options import DumpOptions, ExceptionInformation
from ._processes import Handle
from ._registration import (
    Registration,
    register_additional_process,
    register_app_local_dump,
    register_custom_metadata,
    register_excluded_memory_block,
    register_file,
    register_memory_block,
    register_runtime_exception_module,
)
from ._report import Report
from ._settings import (
    add_excluded_application,
    get_flags,
    remove_excluded_application,
    report_hang,
    set_flags,
    set_max_process_hold_milliseconds,
    supported,
)
from ._snapshot import ProcessSnapshot
from ._template import ReportTemplate
from ._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import changes as changes
    from . import doctor as doctor
    from . import dumps as dumps
    from . import reports as reports
    from . import service as service
    from ._include import get_include
    from ._interpreter import InterpreterProcess, interpreter_of
    from ._report_file import read_report
    from ._store import Store, purge_reports
    from ._stored import ReportFile, SignatureParameter, StoredReport
    from .service import Watchdog, enable, explain, reporting
    from .werapi import *  # noqa: F403

__version__ = "0.1.0"
if _sys.platform == "win32":
    from ._werapi import _C_API  # noqa: F401 - wer/capi.h looks for it here

# What no report needs, or what brings in more of the standard library, waits until somebody asks for it.
_LATER = {
    "InterpreterProcess": "_interpreter",
    "changes": "changes",
    "dumps": "dumps",
    "doctor": "doctor",
    "enable": "service._enable",
    "interpreter_of": "_interpreter",
    "ReportFile": "_stored",
    "SignatureParameter": "_stored",
    "Store": "_store",
    "StoredReport": "_stored",
    "Watchdog": "service._watchdog",
    "explain": "service._exit_codes",
    "get_include": "_include",
    "purge_reports": "_store",
    "read_report": "_report_file",
    "reporting": "service._reporting",
    "reports": "reports",
    "service": "service",
}

__all__ = [
    "CrashHandler",
    "DumpOptions",
    "ExceptionInformation",
    "Handle",
    "InterpreterProcess",
    "LauncherWarning",
    "ProcessSnapshot",
    "Registration",
    "Report",
    "ReportFile",
    "ReportTemplate",
    "SignatureParameter",
    "Store",
    "StoredReport",
    "Watchdog",
    "WerError",
    "add_excluded_application",
    "enable",
    "explain",
    "get_flags",
    "get_include",
    "install_crash_handler",
    "interpreter_of",
    "purge_reports",
    "read_report",
    "register_additional_process",
    "register_app_local_dump",
    "register_custom_metadata",
    "register_excluded_memory_block",
    "register_file",
    "register_memory_block",
    "register_runtime_exception_module",
    "remove_excluded_application",
    "report_hang",
    "reporting",
    "set_flags",
    "set_max_process_hold_milliseconds",
    "supported",
]
__all__ += _enums.__all__

if not TYPE_CHECKING:  # or type checkers would take any name for existing

    def __getattr__(name):
        module = f"{__name__}.{_LATER.get(name, 'werapi')}"
        __import__(module)
        if name in globals():  # a package: its import has put it here
            return globals()[name]
        module = _sys.modules[module]
        if name.startswith("_") or not hasattr(module, name):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value = getattr(module, name)
        return value


def __dir__() -> list[str]:
    return sorted({*__all__, "changes", "doctor", "dumps", "reports", "service", "werapi", "__version__"})
