"""What reached WER: `Call`, one call as it would have got it, and `SubmittedReport`, what a report's calls come to."""

from dataclasses import dataclass

from .._enums import Consent, DumpType, SubmitFlags, SubmitResult
from .._typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """A call that reached the fake.

    Attributes
    ----------
    function : str
        The function of Windows, e.g. ``"WerReportSubmit"``.
    arguments : dict
        What it got, by the names that `wer` has for its arguments. Enums and flags are members, a process or a thread
        is its id, a path is the full one; what was not given is as its default is.
    """

    function: str
    arguments: dict[str, object]


@dataclass(frozen=True, slots=True)
class SubmittedReport:
    """A report that was submitted.

    Attributes
    ----------
    event_type : str or None
        Its event; None for a report that native code has created.
    parameters : dict of int to str
        The values of its signature parameters: ``parameters[0]`` is P0's.
    files : list of str
        The full paths of the files that were added.
    dumps : list of (DumpType, int)
        Of each dump the type, and the id of the process.
    consent : Consent
        What the user agreed to.
    flags : SubmitFlags
        With what it was submitted.
    result : SubmitResult
        What WER answered.
    calls : list of Call
        All calls that it consists of, without those that WER refused: here is whatever else was given.
    """

    event_type: str | None
    parameters: dict[int, str]
    files: list[str]
    dumps: list[tuple[DumpType, int]]
    consent: Consent
    flags: SubmitFlags
    result: SubmitResult
    calls: list[Call]

    def __str__(self) -> str:
        parameters = "".join(f", P{index} {value!r}" for index, value in sorted(self.parameters.items()))
        return f"{self.event_type or 'a report of native code'}{parameters}"


def submitted_report(calls: list[Call], this_process: int, result: SubmitResult) -> SubmittedReport:
    """What the calls on one report come to, whose last is its submission; the result of one that waits for it."""

    def of(function: str) -> list[dict[str, Any]]:
        return [call.arguments for call in calls if call.function == function]

    [submit] = of("WerReportSubmit")
    return SubmittedReport(
        event_type=next((created["event_type"] for created in of("WerReportCreate")), None),
        parameters={given["index"]: given["value"] for given in of("WerReportSetParameter")},
        files=[given["path"] for given in of("WerReportAddFile")],
        # A prepared crash report does not say whose dump: it is this process's.
        dumps=[(given["dump_type"], given.get("process", this_process)) for given in of("WerReportAddDump")],
        consent=submit["consent"],
        flags=submit["flags"],
        result=SubmitResult.ASYNC if submit["flags"] & SubmitFlags.OUTOFPROCESS_ASYNC else result,
        calls=calls,
    )
