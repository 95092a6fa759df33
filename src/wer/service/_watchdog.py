"""`Watchdog`: notices that the program has stopped to beat, and files the report of the hang."""

import os
import sys

from .. import _native
from .._arguments import bits, choice
from .._enums import Consent, DumpType, ReportType, SubmitFlags, SubmitResult
from .._owner import Owner
from .._template import ReportTemplate
from .._typing import TYPE_CHECKING, StrPath
from ._late_stacks import LateStacks

if sys.platform == "win32":
    from msvcrt import get_osfhandle
else:

    def get_osfhandle(fd: int) -> int:
        return 0


class Watchdog(Owner):
    __slots__ = ("_stacks", "_told", "beat")
    _HELD = "HeldWatchdog"
    _CALLED = "watchdog"
    _clock = 0

    def __init__(self, timeout, application="", *, version="", event="PythonHang", consent=Consent.NOT_ASKED,
                 flags=SubmitFlags.QUEUE, dump_type=DumpType.MINIDUMP, stacks=None, then="continue", most=10, folder=None):
        self.beat = self._held.beat
        self._told = 0
        template = ReportTemplate(event, ReportType.APPLICATION_HANG, consent=consent, flags=flags)
        template.set_parameter(0, application or os.path.basename(sys.executable), "Application")
        template.set_parameter(1, version, "Version")
        template.set_dump(dump_type)
        ms = int(timeout * 1000)
        poll = min(ms // 8, 1000)
        late = ms // 4 + 2 * poll
        self._stacks = LateStacks(stacks, (ms + late) / 1000, folder)
        template.add_file(self._stacks.path)
        why = self._stacks.why
        self._held.watch(template._held, ms, poll, ms // 4, 0 if why else get_osfhandle(self._stacks.fd),
                         self._stacks.begin, late + 3000, most, then == "end", self._tend, self._clock)

    def _tend(self):
        self._stacks.arm()

    def _give_back(self):
        self.close()

    def close(self):
        self._held.stop(60000)
        self._stacks.close()
