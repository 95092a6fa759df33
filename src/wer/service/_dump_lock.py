"""One dump at a time: of several that are made at once, Windows was reported to lose some (dotnet/roslyn#55939)."""

from collections.abc import Iterator as _Iterator
from contextlib import contextmanager as _contextmanager
from os import environ as _environ

from .. import _native

# Global: a user's services and desktop programs are in different sessions. A user cannot open another one's mutex, so
# each has a name of its own; whoever takes it on purpose delays others for no longer than they wait.
_NAME = "Global\\wer-dump-{}-{}"
_MOST_UNITS = 100  # of each name


@_contextmanager
def one_at_a_time(seconds: float) -> _Iterator[str]:
    """Have the user's other processes wait with their dumps, in this thread until the end of the block.

    If another one does not finish within `seconds`, or there can be no lock, the block runs all the same: then the text
    that it gets says so. A process that ends within is no hindrance. It is not known to those of the user that run as
    administrator while this one does not, and the other way (inferred).
    """
    mutex = _native.HeldMutex()
    note = ""
    try:
        if not mutex.take(_name(), round(seconds * 1000)):
            note = f"another process of this user still made dumps after {seconds:g} s: not waited for any longer"
    except OSError as error:
        note = f"no lock for dumps, so that other processes may make some at the same time: {error.strerror}"
    try:
        yield note
    finally:
        mutex.give_back()


def _name() -> str:
    domain, user = [_environ.get(name, "").replace("\\", "-")[:_MOST_UNITS] for name in ("USERDOMAIN", "USERNAME")]
    return _NAME.format(domain, user)
