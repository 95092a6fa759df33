"""Windows Error Reporting: file error reports, with dumps of your own or of other processes.

    with wer.Report("Spooler.Stuck", application_name="Spooler") as report:
        report.set_parameter(0, "4.2.1", "Version")
        report.add_dump(pid=worker_pid)
        report.add_file("spooler.log", flags=wer.FileFlags.ANONYMOUS_DATA)
        result = report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)

Every enum, flag and limit of werapi.h is here under its Python name and under its C name.
"""

import sys as _sys

from . import _enums, _options
from ._enums import *  # noqa: F403
from ._errors import WerError
from ._options import *  # noqa: F403

TYPE_CHECKING = False
if TYPE_CHECKING or _sys.platform == "win32":
    from ._werapi import Report, add_excluded_application, remove_excluded_application
else:
    from ._offwindows import Report, add_excluded_application, remove_excluded_application

__all__ = [
    "Report",
    "WerError",
    "add_excluded_application",
    "get_include",
    "remove_excluded_application",
]
__all__ += _enums.__all__
__all__ += _options.__all__


def get_include() -> str:
    """The folder to compile C and Cython code against: it holds ``wer/werapi.h``.

    Returns
    -------
    str
        Absolute path of ``include`` in the installed package.
    """
    return _sys.modules[__name__].__path__[0] + "/include"
