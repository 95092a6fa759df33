"""Dumps into files: core/dumps.pxi in Python."""

import os
import struct

from .._enums import MinidumpType
from .._enums import _hresult as signed
from .._typing import TYPE_CHECKING
from ._checks import ERROR_ACCESS_DENIED, gone, system_text, windows_error
from ._handles import HeldHandle, process_behind

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._fake import FakeWer


def write_dump(
    wer: "FakeWer", process: HeldHandle, file: int, flags: int, progress: "Callable[[], object] | None", /
) -> None:
    of = process_behind(wer, process)
    # The header of a dump, and none of its streams.
    os.write(file, struct.pack("<4sIIIIIQ", b"MDMP", 0xA793, 0, 32, 0, 0, flags))
    if progress is not None:
        progress()
    error = wer._answer("MiniDumpWriteDump", process=of.pid, flags=MinidumpType(flags))
    if of.ended:
        raise gone("process", of.pid)
    if error:
        raise _dump_error(of.pid, error)


def _dump_error(number: int, hr: int) -> OSError:
    code = hr & 0xFFFF if hr >> 16 & 0x1FFF == 7 else signed(hr & 0xFFFFFFFF)
    text = f"MiniDumpWriteDump: process {number}: {system_text(code)}"
    if code == ERROR_ACCESS_DENIED:
        text += " Its memory may not be read: it runs as another user or is protected."
    return windows_error(text, code)
