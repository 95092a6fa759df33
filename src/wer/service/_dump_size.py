"""`choose_dump`: a smaller type of dump where the wanted one would be too large."""

from os import getpid as _getpid

from .. import _native
from .._arguments import shown as _shown
from .._enums import DumpType
from .._typing import TYPE_CHECKING
from ..dumps._contents import CONTENTS, expected_bytes

if TYPE_CHECKING:
    from .._werapi import HeldHandle

_MiB = 1 << 20
# In this order. A MICRODUMP is not in between: it is the stack of one thread, which has to be named.
_SMALLER = {DumpType.HEAPDUMP: DumpType.MINIDUMP, DumpType.MINIDUMP: DumpType.NONE, DumpType.TRIAGEDUMP: DumpType.NONE}


def check_most_bytes(most_bytes: int | None) -> None:
    """Refuse what is no number of bytes."""
    if most_bytes is not None:
        if isinstance(most_bytes, bool) or not isinstance(most_bytes, int):
            raise TypeError(f"max_dump_bytes must be an int or None, got {type(most_bytes).__name__}")
        if most_bytes < 0:
            raise ValueError(f"max_dump_bytes takes 0 or more, got {_shown(most_bytes)}")


def choose_dump(process: "HeldHandle | None", wanted: DumpType, most_bytes: int | None) -> tuple[DumpType, str]:
    """The type of dump to add: `wanted`, or the next smaller one that is expected to have at most so many bytes.

    A HEAPDUMP becomes a MINIDUMP, and that one NONE. What a dump will have is estimated by one walk through the
    process's memory, which reads nothing of it: a heap dump has what only the process has, a minidump the global
    variables of its modules. It is an estimate: the process goes on, and which memory Windows' own dumps hold is
    documented by words only.

    Of eight Pythons 3.12 under Wine, with the stand-in's dumps: heap dumps of 11 to 170 MB were 0.6 MB smaller to
    1.5 MB larger than estimated, the latter with 20,000 regions of a page each. Minidumps were 4.1 to 6.4 MB and 0.2 MB
    smaller than estimated; with 50 threads 3.3 MB larger. The walk took 8 ms, beside 230 ms for the dump. It is given
    up after 2 s, which under Wine is not enough for 20,000 regions; then there is no heap dump.

    Parameters
    ----------
    process : HeldHandle or None
        Opened with PROCESS_QUERY_INFORMATION; None: the calling one.
    wanted : DumpType
        A MICRODUMP and NONE stay what they are.
    most_bytes : int or None
        None: no limit, and no walk.

    Returns
    -------
    tuple of DumpType and str
        The type, and why it is not the wanted one, in a sentence without its full stop; "" if it is.
    """
    if most_bytes is None or wanted not in _SMALLER:
        return wanted, ""
    try:
        memory = _native.memory_of(_native.open_process(_getpid(), 0) if process is None else process)
    except OSError as error:
        if wanted is not DumpType.HEAPDUMP:
            return wanted, ""  # of a few MB, as a rule
        return DumpType.MINIDUMP, f"a MINIDUMP and no HEAPDUMP, whose size cannot be told beforehand: {error.strerror}"
    mini, heap = [expected_bytes(memory, CONTENTS[kind]) for kind in (DumpType.MINIDUMP, DumpType.HEAPDUMP)]
    sizes = {DumpType.HEAPDUMP: heap, DumpType.NONE: 0}
    chosen = wanted
    while sizes.get(chosen, mini) > most_bytes:
        chosen = _SMALLER[chosen]
    if chosen is wanted:
        return wanted, ""
    instead = "no dump" if chosen is DumpType.NONE else f"a {chosen.name}"
    size = sizes.get(wanted, mini) / _MiB
    return chosen, (
        f"{instead} and no {wanted.name}, which would have some {size:.1f} MiB, more than the "
        f"{most_bytes / _MiB:.1f} MiB that it may"
    )
