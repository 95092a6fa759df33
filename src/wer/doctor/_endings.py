"""`ending_of`: what Windows makes of a process that ended with this exit code, a report, a dump file or nothing."""

from dataclasses import dataclass

from .._arguments import integer
from ..service._exit_codes import explain
from ._diagnosis import CANNOT_TELL, NO, YES

_LOADER = {0xC000007B, 0xC0000135, 0xC0000138, 0xC0000139, 0xC0000142, 0xC0000022, 0xC000026B, 0xC0000428}
_NO_FAILURE = {0, 259, 0x40010004, 0x40010005, 0x40010008, 0xC000013A}
_PAST_THE_FILTERS = {0xC0000374, 0xC0000409}
_STACK_OVERFLOW = 0xC00000FD
_FAIL_FAST_EXCEPTION = 0xC0000602
_DOTNET = {0xE0434352, 0xE0434F4D}
_OLD_ABORT = {3, 0x40000015}
_FIRST_EXCEPTION = 0x80000001
_FIRST_SMALL_NEGATIVE = 0xFFFF0000  # -65536: what a program chose, and no NTSTATUS

_SETTINGS = "unless something is in the way, which `wer doctor` says"
_LOCAL_DUMPS = (
    "A dump file is written if LocalDumps is on, which it is not on a Windows as it comes: `wer local-dumps`."
)
_EXIT_WATCH = (
    "Only SilentProcessExit sees such an end, if it was set up before the process started: `wer local-dumps set "
    "--on-kill`."
)


@dataclass(frozen=True, slots=True)
class Ending:
    """What Windows makes of a process that ended with a code.

    Attributes
    ----------
    code : int
        The exit code, unsigned.
    meaning : str
        What it says about the process: `wer.explain`.
    report, dump : str
        Whether Windows makes a report, and a dump file where LocalDumps is on: "yes", "no" or "cannot tell".
    why : str
        In words, with what would make a dump of such an end.
    sure : str
        How that is known: "documented", "seen", "inferred" or "unknown".
    """

    code: int
    meaning: str
    report: str
    dump: str
    why: str
    sure: str


def ending_of(code: int) -> Ending:
    """What Windows makes of a process that ended with this exit code.

    Parameters
    ----------
    code : int
        A number of 32 bits, signed or unsigned, as ``Popen.returncode`` has it.

    Returns
    -------
    Ending
        An exit code is no proof: a program can end itself with the code of an exception, and then nothing was reported.

    Raises
    ------
    TypeError, ValueError
        `code` is no int, or has more than 32 bits.
    """
    value = integer(code, "code") & 0xFFFFFFFF
    meaning = explain(code)
    return Ending(value, meaning, *_made_of(value))


def _made_of(value: int) -> tuple[str, str, str, str]:
    if value in _NO_FAILURE:
        return NO, NO, "No failure for Windows: it makes nothing.", "documented"
    if value in _LOADER:
        return (
            NO,
            NO,
            "If the loader gave up, the program never ran, and Windows makes nothing; start it by hand and read what "
            "it says.",
            "seen",
        )
    if value in _PAST_THE_FILTERS:
        return (
            YES,
            YES,
            f"Windows reports it, {_SETTINGS}; no handler in the process sees it, and the service WerSvc must be able "
            f"to start. {_LOCAL_DUMPS} For an event of your own: `install_crash_handler(fast_fail=True)`.",
            "seen",
        )
    if value == _STACK_OVERFLOW:
        return (
            YES,
            YES,
            f"Windows reports it, {_SETTINGS}; in a container only if WerSvc runs on the host. {_LOCAL_DUMPS}",
            "seen",
        )
    if value in _OLD_ABORT:
        return (
            CANNOT_TELL,
            CANNOT_TELL,
            "Whether a C runtime that ends so has Windows report it depends on which it is. For certain: "
            "`install_crash_handler(abort=True)`, or `wer.enable`.",
            "unknown",
        )
    if value in _DOTNET:
        return YES, YES, f"Windows reports it as CLR20r3, {_SETTINGS}. {_LOCAL_DUMPS}", "documented"
    if _FIRST_EXCEPTION <= value < _FIRST_SMALL_NEGATIVE:
        how = "seen" if value == _FAIL_FAST_EXCEPTION else "documented"
        return YES, YES, f"If an exception ended it, Windows reports it, {_SETTINGS}. {_LOCAL_DUMPS}", how
    return (
        NO,
        NO,
        "A program that ends itself, by sys.exit or an exception in Python, or that is ended by TerminateProcess, has "
        f"not crashed: Windows makes nothing. For exceptions in Python: `wer.enable`. {_EXIT_WATCH}",
        "documented",
    )
