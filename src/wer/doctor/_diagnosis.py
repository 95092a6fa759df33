"""`Diagnosis`: the two answers of an examination, and why."""

from dataclasses import dataclass

from .._machine.local_dumps import LocalDumps
from ._finding import Finding

YES, NO, CANNOT_TELL = "yes", "no", "cannot tell"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer to one of the two questions.

    Attributes
    ----------
    answer : str
        "yes", "no" or "cannot tell".
    sure : str
        How that is known: "documented", "seen", "inferred" or "unknown"; that of what stands in the way.
    text : str
        It in words.
    because : tuple of str
        The ids of the findings that it comes from.
    """

    answer: str
    sure: str
    text: str
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DumpAnswer(Answer):
    """The answer to "will there be a dump file?", and what it will be.

    Attributes
    ----------
    folder : str or None
        Where; None if there will be none, or if that is not known.
    file_name : str or None
        What the file is called.
    type : str or None
        "mini", "full", "custom", or "unknown".
    size : int or None
        Bytes that it has at most, about; None if that is not known.
    kept : int or None
        How many files are kept; the oldest goes.
    """

    folder: str | None = None
    file_name: str | None = None
    type: str | None = None
    size: int | None = None
    kept: int | None = None


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What `examine` has found.

    Attributes
    ----------
    exe : str
        The file name of the program that it is about.
    pid : int or None
        The process that it is about, behind a launcher of the Python; None if it is about a program.
    service : str or None
        The service that it is about.
    account : str or None
        The SID of the account that it runs as.
    account_name : str or None
        The name of that.
    report : Answer
        Will a crash be reported?
    dump : DumpAnswer
        Will there be a dump file, and where, how large, of what type, and how many are kept?
    findings : tuple of Finding
        What stands in the way, or is otherwise than Windows comes, the most severe first.
    normal : tuple of Finding
        What is worth knowing and as Windows comes.
    local_dumps : LocalDumps or None
        What is set for dump files; None if it may not be read.
    """

    exe: str
    pid: int | None
    service: str | None
    account: str | None
    account_name: str | None
    report: Answer
    dump: DumpAnswer
    findings: tuple[Finding, ...]
    normal: tuple[Finding, ...]
    local_dumps: LocalDumps | None
