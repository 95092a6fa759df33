"""`LoggingHandler`: what a program logs with an exception."""

import logging

from ._reporter import Reporter


class LoggingHandler(logging.Handler):
    """A `logging.Handler` that files a report for each record with an exception: of ``logger.exception(...)``.

    It does not wait for the report. Records of the logger "wer" are left alone. An exception that was reported already,
    or is later seen by a hook, is reported once.

    A record without an exception is left alone, too, whatever its level: what groups a report is the type of an
    exception and where it was raised, and a message, which may hold anybody's data, can stand for neither. What is to
    be reported is logged with an exception, which need not be raised::

        log.error("the queue does not move", exc_info=QueueIsStuck())

    Parameters
    ----------
    reporter : Reporter
        Who files the reports; that of a `Service` is its `reporter`.
    level : int
        Of the records; by default ``logging.ERROR``.
    """

    def __init__(self, reporter: Reporter, level: int = logging.ERROR) -> None:
        super().__init__(level)
        self._reporter = reporter

    def emit(self, record: logging.LogRecord) -> None:
        """Ask for the report."""
        if record.name.partition(".")[0] == "wer" or not record.exc_info:
            return
        exception = record.exc_info[1]
        if exception is not None:
            self._reporter.report(exception, source="logging", wait=False)
