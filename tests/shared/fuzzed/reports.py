"""`wer.read_report`: a report, all of whose properties can be asked, or ValueError with the line."""

import contextlib
import re
from pathlib import Path

from wer._report_file import read_report
from wer._stored import StoredReport

NAME = "Report.wer"
LONGEST = 2048
REPORTS = Path(__file__).parents[2] / "data" / "reports"
PROPERTIES = [name for name, value in vars(StoredReport).items() if isinstance(value, property)]


def seeds():
    return [path.read_bytes() for path in sorted(REPORTS.glob("*.wer"))]


@contextlib.contextmanager
def reader(folder):
    path = folder / "Report.wer"

    def read(data):
        path.write_bytes(data)
        try:
            report = read_report(path)
        except ValueError as error:
            assert re.search(r"Report\.wer, line \d+: expected ", str(error)), error  # noqa: PT017
            return
        for name in PROPERTIES:
            getattr(report, name)
        hash(report)

    yield read
