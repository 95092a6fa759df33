"""``--events``: the events of another machine, from a file."""

import argparse

from .._typing import TYPE_CHECKING
from ._output import Output

if TYPE_CHECKING:
    from ..reports import Events


def add_events(parser: argparse.ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument("--events", metavar="FILE", help="events as XML, of the machine that the report is from")


def events_of(arguments: argparse.Namespace, out: Output) -> "Events | None":
    """The events of the file; None if there is none. A note says what could not be read of it."""
    from ..reports import events_in

    if not arguments.events:
        return None
    events = events_in(arguments.events)
    for sentence in events.left_out:
        out.note(f"of {arguments.events} was left out: {sentence}")
    return events
