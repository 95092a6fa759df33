"""`Call`: one call as WER would have got it."""

from dataclasses import dataclass


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
