"""Checks of the stores: whether the queue has room for one more report."""

import ntpath
from collections.abc import Iterator

from ._finding import Evidence, Finding, finding
from ._look import Look

_QUEUE = r"Microsoft\Windows\WER\ReportQueue"
_DEFAULT_MOST = 50  # MaxQueueCount: https://learn.microsoft.com/windows/win32/wer/wer-settings


def check(look: Look) -> Iterator[Finding]:
    """A queue that cannot be listed is no finding: an ordinary user may not list the machine's."""
    limits = look.in_effect("MaxQueueCount")
    most = min((data for data, _ in limits if data > 0), default=_DEFAULT_MOST)
    environment = look.environment()
    for name in ("PROGRAMDATA", "LOCALAPPDATA"):
        if name not in environment:
            continue
        path = ntpath.join(environment[name], _QUEUE)
        reports = look.machine.entries(path)
        if reports is not None and len(reports) >= most:
            evidence = Evidence(source="folder", name=path, data=f"{len(reports)} reports")
            yield finding("queue-full", evidence, *(one for _, one in limits), count=len(reports), most=most)
