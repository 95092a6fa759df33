"""The one door to the extension: what the classes and functions of `wer` call.

They look each name up here when they need it, so that a fake can be put in its place, on every system: a test sets
``wer._native.HeldReport``.
"""

import sys as _sys

from ._typing import TYPE_CHECKING

if TYPE_CHECKING or _sys.platform == "win32":
    try:
        from ._werapi import (
            HeldHandle,
            HeldHandler,
            HeldMutex,
            HeldRegistration,
            HeldReport,
            HeldSnapshot,
            HeldStore,
            HeldTemplate,
            HeldWatchdog,
            add_excluded_application,
            children_of,
            created,
            duplicate_process,
            duplicate_thread,
            executable,
            exit_code,
            found,
            get_flags,
            has_ended,
            has_python,
            memory_of,
            message_of,
            must_have,
            open_process,
            open_thread,
            private_file,
            private_folder,
            purge_reports,
            register_class,
            remove_excluded_application,
            report_hang,
            set_flags,
            set_max_process_hold_milliseconds,
            shared_file,
            uptime,
            write_dump,
        )
    except ModuleNotFoundError as _error:
        if _error.name != f"{__package__}._werapi":
            raise
        raise ImportError(
            f"this copy of wer has no extension for this Python, {_sys.version.partition(' ')[0]} on {_sys.platform}: "
            "it was built for another one or on another system, or lies in a zip file; install it with the Python that "
            "is to import it, `python -m pip install --force-reinstall werapi`",
            name=_error.name,
        ) from None
else:
    from ._elsewhere import *  # noqa: F403 - the same names

__all__ = [
    "HeldHandle",
    "HeldHandler",
    "HeldMutex",
    "HeldRegistration",
    "HeldReport",
    "HeldSnapshot",
    "HeldStore",
    "HeldTemplate",
    "HeldWatchdog",
    "add_excluded_application",
    "children_of",
    "created",
    "duplicate_process",
    "duplicate_thread",
    "executable",
    "exit_code",
    "found",
    "get_flags",
    "has_ended",
    "has_python",
    "memory_of",
    "message_of",
    "must_have",
    "open_process",
    "open_thread",
    "private_file",
    "private_folder",
    "purge_reports",
    "register_class",
    "remove_excluded_application",
    "report_hang",
    "set_flags",
    "set_max_process_hold_milliseconds",
    "shared_file",
    "uptime",
    "write_dump",
]
