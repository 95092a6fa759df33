"""What is set on this machine that would keep a report from being made: what the doctor finds of it."""

import sys

# Of the doctor's findings those that a program's own reports meet as well, and not only Windows' reports of crashes.
_IN_THE_WAY = ("wer-disabled", "wer-disabled-policy", "queue-disabled", "app-excluded", "wersvc-disabled")


def what_keeps_reports_away() -> list[str]:
    """A sentence for each setting that does, with its place; empty off Windows, and where nothing is known."""
    if sys.platform != "win32":
        return []
    from ..doctor._examine import settings_of_reports  # which nobody needs who does not ask

    return [
        f"{found.title} ({'; '.join(map(str, found.evidence))})"
        for found in settings_of_reports()
        if found.id in _IN_THE_WAY
    ]
