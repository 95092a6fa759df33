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
if TYPE_CHECKING or _sys.platform == "win32":
    from ._werapi import (
        _C_API,  # noqa: F401 - where wer/capi.h looks for it
        CrashHandler,
        ProcessSnapshot,
        Registration,
        Report,
        ReportTemplate,
        Store,
        add_excluded_application,
        get_flags,
        install_crash_handler,
        purge_reports,
        register_additional_process,
        register_app_local_dump,
        register_custom_metadata,
        register_excluded_memory_block,
        register_file,
        register_memory_block,
        register_runtime_exception_module,
        remove_excluded_application,
        report_hang,
        set_flags,
        set_max_process_hold_milliseconds,
        supported,
    )
else:
    from ._offwindows import (
        CrashHandler,
        ProcessSnapshot,
        Registration,
        Report,
        ReportTemplate,
        Store,
        add_excluded_application,
        get_flags,
        install_crash_handler,
        purge_reports,
        register_additional_process,
        register_app_local_dump,
        register_custom_metadata,
        register_excluded_memory_block,
        register_file,
        register_memory_block,
        register_runtime_exception_module,
        remove_excluded_application,
        report_hang,
        set_flags,
        set_max_process_hold_milliseconds,
        supported,
    )
if TYPE_CHECKING:
    from . import _enums, _options
    from ._enums import *  # noqa: F403
    from ._errors import WerError
    from ._options import *  # noqa: F403
    from ._report_file import read_report
    from ._stored import ReportFile, SignatureParameter, StoredReport

__all__ = [
    "CrashHandler",
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
