"""A Windows service, with pywin32, that reports what goes wrong in it.

    python windows_service.py install          as an administrator; then: net start WerExampleSpooler
    python windows_service.py remove

pywin32 takes what leaves SvcDoRun and writes it to the event log; sys.excepthook never sees it. What leaves the block
of `wer.enable` is reported.
"""

import sys
import time
from collections.abc import Iterable
from pathlib import Path

import win32service
import win32serviceutil

import wer

JOBS = Path(__file__).with_name("jobs.txt")  # a job a line: its name


class Spooler(win32serviceutil.ServiceFramework):
    """Prints the jobs of a list, one after the other."""

    _svc_name_ = "WerExampleSpooler"
    _svc_display_name_ = "Example spooler of wer"

    def __init__(self, arguments: Iterable[str]) -> None:
        super().__init__(arguments)
        self._stopping = False

    def SvcStop(self) -> None:
        self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING)
        self._stopping = True

    def SvcDoRun(self) -> None:
        # A service account has a profile of its own: the limits, and the private files, are that account's.
        with wer.enable("Spooler", version="4.2.1", consent=wer.Consent.NOT_ASKED, on_report=note):
            self.ReportServiceStatus(win32service.SERVICE_RUNNING)
            for job in JOBS.read_text(encoding="utf-8").split():
                if self._stopping:
                    break
                self.print_job(job)

    def print_job(self, job: str) -> None:
        if job == "jam":
            raise RuntimeError("the paper is jammed")
        time.sleep(0.01)


def note(filed: wer.service.Filed) -> None:
    """Tell operations; here they read a file."""
    with JOBS.with_name("reported.txt").open("a", encoding="utf-8") as file:
        file.write(f"{filed.event_type} from {filed.source}: {filed.result}\n")


if __name__ == "__main__":
    sys.exit(win32serviceutil.HandleCommandLine(Spooler))
