"""For tests of programs that report errors: a WER in Python that takes every call, on every system.

    with wer.testing.FakeWer() as fake:
        report_stuck(1234)
    [report] = fake.submitted
    assert report.event_type == "Spooler.Stuck"

Everything of `wer` calls the extension through `wer._native`; a `FakeWer` puts its own layer there. It refuses what the
extension refuses, with the same classes and texts, keeps a record of what reached WER, and sends nothing anywhere. With
pytest it is the fixture ``fake_wer``, which fails a test that submits a report and does not look at it.
Nothing of `wer` imports this package.
"""

from ._fake import FakeWer
from ._handles import FakeProcess, FakeThread
from ._record import Call, SubmittedReport

__all__ = ["Call", "FakeProcess", "FakeThread", "FakeWer", "SubmittedReport"]
