"""The event log of this machine, read through wevtapi.dll; and "cannot tell" apart from "nothing happened"."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC as _UTC
from datetime import datetime

from .._arguments import integer, text
from .._typing import Any
from .event_xml import MOST_EVENTS, parse
from .events import CRASHES, Events

_TIMEOUT = 10_000  # milliseconds, for each call that waits for the service
_BATCH = 16
_MOST_BUFFER = 4 * 1024 * 1024  # bytes, of the XML of one event

_BY_CHANNEL, _NEWEST_FIRST, _AS_XML = 0x1, 0x200, 1  # evntquery flags of winevt.h
_ACCESS_DENIED, _INSUFFICIENT_BUFFER, _NO_MORE = 5, 122, 259
_MEANING = {
    0: "this machine's event log cannot be asked",  # Wine says no more than that
    _ACCESS_DENIED: "this account may not read it",
    50: "this machine's event log cannot be asked",
    120: "this machine's event log cannot be asked",
    1460: "the event log did not answer in time",
    1717: "the event log service does not run",
    1722: "the event log service does not run",
    1753: "the event log service does not run",
    15007: "there is no such log",
    15011: "the log was cleared, or went on, while it was read",
}


def read(
    wanted: "Sequence[tuple[str, int]]" = CRASHES,
    *,
    most: int = 200,
    since: datetime | None = None,
    log: str = "Application",
) -> Events:
    """Read events of this machine, the newest first. It does not raise for what the log does or lacks.

    Parameters
    ----------
    wanted : sequence of (str, int)
        Which: providers and event ids.
    most : int
        How many at most, of all kinds together.
    since : datetime, optional
        With a time zone: only what was written then or later.
    log : str
        Which log.

    Returns
    -------
    Events
        `unknown` says why it cannot tell, or not all: not on Windows, no access, a log with nothing at all in it, a
        provider that this machine does not know. Then no event does not mean that nothing happened.

    Raises
    ------
    ValueError
        `wanted` is empty, has a name with a quotation mark, or a number that is no event id; `most` is not positive;
        `since` has no time zone.
    """
    query = _query(wanted, since, text(log, "log"))
    most = integer(most, "most", 1)
    try:
        library, last_error, set_last_error = _wevtapi()
    except (NotImplementedError, OSError, AttributeError) as error:
        return Events(unknown=f"this machine's event log cannot be asked: {error}")
    return _read(
        _Log(library, last_error, set_last_error), query, wanted, log, min(most, MOST_EVENTS), has_source=_has_source
    )


def _query(wanted: "Sequence[tuple[str, int]]", since: datetime | None, log: str) -> str:
    """A structured query: one expression for each kind, which stays below the limit of an XPath."""
    if not wanted:
        raise ValueError("wanted must name at least one kind of event")
    if since is not None and since.tzinfo is None:
        raise ValueError("since must have a time zone")
    later = ""
    if since is not None:
        stamp = since.astimezone(_UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
        later = f" and TimeCreated[@SystemTime&gt;='{stamp}Z']"
    selects = []
    for name, argument in ((log, "log"), *((provider, "wanted") for provider, _ in wanted)):
        if set(name) & set("'\"<>&"):
            raise ValueError(f"{argument} has the name {name!r}; a name has no quotation marks, <, > and &")
    for provider, number in wanted:
        if not 0 <= number <= 0xFFFF:
            raise ValueError(f"wanted has the event id {number}; it is 0 to 65535")
        condition = f"Provider[@Name='{provider}'] and (EventID={number}){later}"
        selects.append(f'<Select Path="{log}">*[System[{condition}]]</Select>')
    return f'<QueryList><Query Id="0" Path="{log}">{"".join(selects)}</Query></QueryList>'


def _read(
    log: "_Log",
    query: str,
    wanted: "Sequence[tuple[str, int]]",
    name: str,
    most: int,
    has_source: "Callable[[str, str], bool]",
) -> Events:
    events = Events()
    try:
        log.read(query, most, events)
    except OSError as error:
        events.unknown = f"the {name} log cannot be read{' to its end' if events else ''}: {error.strerror}"
        return events
    found = {event.provider.lower() for event in events}
    missing = sorted({provider for provider, _ in wanted if provider.lower() not in found})
    try:
        if not events and log.is_empty(name):
            events.unknown = f"the {name} log has no event at all: it was cleared, or this machine keeps none"
        elif missing and len(events) < most:
            unknown = [one for one in missing if not log.has_provider(one) and not has_source(name, one)]
            if unknown:
                events.unknown = f"this machine does not know the event source {', '.join(unknown)}"
    except OSError as error:
        events.unknown = f"the {name} log cannot be examined: {error.strerror}"
    return events


def _has_source(log: str, provider: str) -> bool:
    """Whether an event source of the older kind is registered."""
    if sys.platform != "win32":
        return False
    import winreg

    key = rf"SYSTEM\CurrentControlSet\Services\EventLog\{log}\{provider}"
    try:
        winreg.CloseKey(winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key, 0, winreg.KEY_QUERY_VALUE))
    except FileNotFoundError:
        return False
    except OSError:  # there, and not to be opened
        return True
    return True


class _Log:
    """wevtapi.dll: a handle of its is closed whatever happens."""

    def __init__(
        self, library: "Any", last_error: "Callable[[], int]", set_last_error: "Callable[[int], object]"
    ) -> None:
        import ctypes
        from ctypes import wintypes

        self._ctypes, self._types = ctypes, wintypes
        self._library = library
        self._last_error, self._set_last_error = last_error, set_last_error

    def read(self, query: str, most: int, events: Events) -> None:
        """Add up to `most` events to `events`."""
        results = self._open_query(None, query)
        try:
            while len(events) < most:
                handles = self._next(results, min(_BATCH, most - len(events)))
                if not handles:
                    return
                try:
                    for handle in handles:
                        self._add(handle, events)
                finally:
                    for handle in handles:
                        self._library.EvtClose(handle)
        finally:
            self._library.EvtClose(results)

    def is_empty(self, log: str) -> bool:
        """Whether the log has no event of any kind."""
        results = self._open_query(log, "*")
        try:
            handles = self._next(results, 1)
            for handle in handles:
                self._library.EvtClose(handle)
            return not handles
        finally:
            self._library.EvtClose(results)

    def has_provider(self, provider: str) -> bool:
        """Whether a provider is registered; also if it may not be opened."""
        handle = self._library.EvtOpenPublisherMetadata(None, provider, None, 0, 0)
        if handle:
            self._library.EvtClose(handle)
            return True
        return self._last_error() == _ACCESS_DENIED

    def _open_query(self, log: str | None, query: str) -> int:
        self._set_last_error(0)
        results = self._library.EvtQuery(None, log, query, _BY_CHANNEL | _NEWEST_FIRST)
        if not results:
            raise self._error("EvtQuery")
        return int(results)

    def _next(self, results: int, most: int) -> list[int]:
        """The handles of the next events; none at the end."""
        ctypes = self._ctypes
        handles = (self._types.HANDLE * most)()
        count = self._types.DWORD(0)
        if not self._library.EvtNext(results, most, handles, _TIMEOUT, 0, ctypes.byref(count)):
            if self._last_error() == _NO_MORE:
                return []
            raise self._error("EvtNext")
        return [handle for handle in handles[: count.value] if handle]

    def _add(self, handle: int, events: Events) -> None:
        xml = self._render(handle)
        read = parse(xml, most=1) if xml is not None else Events()
        events.extend(read)
        if not read:
            events.leave_out("; ".join(read.left_out) or "an event that Windows did not turn into XML")

    def _render(self, handle: int) -> str | None:
        """The event's XML; None if there is none, or it is larger than any should be."""
        ctypes = self._ctypes
        size = 16 * 1024
        used, properties = self._types.DWORD(0), self._types.DWORD(0)
        for _ in range(2):
            buffer = ctypes.create_string_buffer(size)
            if self._library.EvtRender(
                None, handle, _AS_XML, size, buffer, ctypes.byref(used), ctypes.byref(properties)
            ):
                written = buffer.raw[: min(used.value, size) & ~1]
                text: str = written.decode("utf-16-le", "replace").partition("\0")[0]
                return text
            if self._last_error() != _INSUFFICIENT_BUFFER or not size < used.value <= _MOST_BUFFER:
                return None
            size = used.value
        return None

    def _error(self, function: str) -> OSError:
        code = self._last_error()
        return OSError(code, _MEANING.get(code) or f"{function} failed with error {code}")


if sys.platform == "win32":
    _loaded: "list[Any]" = []

    def _wevtapi() -> "tuple[Any, Callable[[], int], Callable[[int], object]]":
        import ctypes
        from ctypes import wintypes

        if not _loaded:
            library = ctypes.WinDLL("wevtapi.dll", use_last_error=True, winmode=0x800)  # of System32 only
            handle, dword = wintypes.HANDLE, wintypes.DWORD
            pointer = ctypes.POINTER(dword)
            library.EvtQuery.argtypes = [handle, wintypes.LPCWSTR, wintypes.LPCWSTR, dword]
            library.EvtQuery.restype = handle
            library.EvtNext.argtypes = [handle, dword, ctypes.POINTER(handle), dword, dword, pointer]
            library.EvtNext.restype = wintypes.BOOL
            library.EvtRender.argtypes = [handle, handle, dword, dword, ctypes.c_void_p, pointer, pointer]
            library.EvtRender.restype = wintypes.BOOL
            library.EvtOpenPublisherMetadata.argtypes = [handle, wintypes.LPCWSTR, wintypes.LPCWSTR, dword, dword]
            library.EvtOpenPublisherMetadata.restype = handle
            library.EvtClose.argtypes = [handle]
            library.EvtClose.restype = wintypes.BOOL
            _loaded.append(library)
        return _loaded[0], ctypes.get_last_error, ctypes.set_last_error

else:

    def _wevtapi() -> "tuple[Any, Callable[[], int], Callable[[int], object]]":
        raise NotImplementedError("it is on Windows only")
