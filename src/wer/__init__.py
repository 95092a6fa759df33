"""Windows Error Reporting: file error reports, with dumps of your own or of other processes.

    with wer.Report("Spooler.Stuck", application_name="Spooler") as report:
        report.set_parameter(0, "4.2.1", "Version")
        report.add_dump(pid=worker_pid)
        report.add_file("spooler.log", flags=wer.FileFlags.ANONYMOUS_DATA)
        result = report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)

Every enum, flag and limit of werapi.h is here under its Python name and under its C name.
"""

import sys as _sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import _enums, _options
    from ._crash_handler import CrashHandler, install_crash_handler
    from ._enums import *  # noqa: F403
    from ._errors import WerError
    from ._interpreter import InterpreterProcess, interpreter_of
    from ._options import *  # noqa: F403
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
    from ._report_file import read_report
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
    from ._store import Store, purge_reports
    from ._stored import ReportFile, SignatureParameter, StoredReport
    from ._werapi import Report, ReportTemplate
elif _sys.platform == "win32":
    from ._werapi import _C_API, Report, ReportTemplate  # noqa: F401 - wer/capi.h looks for _C_API here

__all__ = [
    "CrashHandler",
    "InterpreterProcess",
    "ProcessSnapshot",
    "Registration",
    "Report",
    "ReportFile",
    "ReportTemplate",
    "SignatureParameter",
    "Store",
    "StoredReport",
    "WerError",
    "add_excluded_application",
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
    "set_flags",
    "set_max_process_hold_milliseconds",
    "supported",
]

# What waits until somebody asks for it: making the enums takes longer than all the rest, and the others bring in more
# of the standard library.
if TYPE_CHECKING:
    __all__ += _enums.__all__
    __all__ += _options.__all__
else:  # or type checkers would take any name for existing
    _MODULES = {
        "ReportFile": "_stored",
        "SignatureParameter": "_stored",
        "StoredReport": "_stored",
        "WerError": "_errors",
        "read_report": "_report_file",
    }
    _MODULES_ON_WINDOWS = {
        "CrashHandler": "_crash_handler",
        "InterpreterProcess": "_interpreter",
        "ProcessSnapshot": "_snapshot",
        "Registration": "_registration",
        "Report": "_werapi",
        "ReportTemplate": "_werapi",
        "Store": "_store",
        "add_excluded_application": "_settings",
        "get_flags": "_settings",
        "install_crash_handler": "_crash_handler",
        "interpreter_of": "_interpreter",
        "purge_reports": "_store",
        "register_additional_process": "_registration",
        "register_app_local_dump": "_registration",
        "register_custom_metadata": "_registration",
        "register_excluded_memory_block": "_registration",
        "register_file": "_registration",
        "register_memory_block": "_registration",
        "register_runtime_exception_module": "_registration",
        "remove_excluded_application": "_settings",
        "report_hang": "_settings",
        "set_flags": "_settings",
        "set_max_process_hold_milliseconds": "_settings",
        "supported": "_settings",
    }
    for _name, _module in _MODULES_ON_WINDOWS.items():
        _MODULES[_name] = _module if _sys.platform == "win32" else "_offwindows"
    del _name, _module, _MODULES_ON_WINDOWS
    _ALWAYS_HERE = __all__
    del __all__

    def __getattr__(name):
        if name in _MODULES:
            return _get(_MODULES[name], [name])
        if name == "__all__":
            globals()["__all__"] = [
                *_ALWAYS_HERE,
                *(name for module in ("_enums", "_options") for name in _names(module)),
            ]
        elif not name.startswith("_"):
            for module in ("_enums", "_options"):
                _get(module, _names(module))
        try:
            return globals()[name]
        except KeyError:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None

    def __dir__():
        return sorted({*globals(), *__getattr__("__all__")})

    def _names(module):
        return _import(module).__all__

    def _get(module, names):
        """Put these names of a module of ours here, and return the last one's value."""
        found = _import(module)
        for name in names:
            value = globals()[name] = getattr(found, name)
        return value

    def _import(module):
        name = f"{__name__}.{module}"
        __import__(name)
        return _sys.modules[name]


def get_include() -> str:
    """The folder to compile C and Cython code against: it holds ``wer/werapi.h``.

    Returns
    -------
    str
        Absolute path of ``include`` in the installed package.
    """
    return _sys.modules[__name__].__path__[0] + "/include"
