"""The Windows event log, as far as it is about crashes, hangs and reports: read here, or from a file of its XML."""

from .._machine.event_log import read as read_events
from .._machine.event_xml import parse
from .._machine.events import Event as Event
from .._machine.events import Events as Events
from .._typing import StrPath
from ._plain_files import open_plain

__all__ = ["Event", "Events", "events_in", "read_events"]

_MOST_BYTES = 64 * 1024 * 1024


def events_in(path: StrPath) -> Events:
    """Read events from a file that ``wevtutil qe Application /f:xml`` or the Event Viewer (as XML) has written.

    Parameters
    ----------
    path : str or os.PathLike
        The file, in UTF-8, UTF-16 or a code page of one byte; of one of more than 64 MiB the first. Links are refused.

    Returns
    -------
    Events
        Of all kinds, in the order of the file. `Events.left_out` says what could not be read.

    Raises
    ------
    ValueError
        It is a link, a folder or a device.
    OSError
        It cannot be read.
    """
    with open_plain(path) as file:
        data = file.read(_MOST_BYTES)
        is_cut = bool(file.read(1))
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:  # wevtutil writes to a pipe in the console's code page; what matters is ASCII
            text = data.decode("latin-1")
    events = parse(text)
    if is_cut:
        events.leave_out(f"what is behind the first {_MOST_BYTES:,} bytes of the file")
    return events
