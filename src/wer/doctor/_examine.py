"""`examine`: why is there no report, or no dump, of a crash?"""

import ntpath
from collections.abc import Callable, Iterable

from .._arguments import shown
from .._arguments import text as _text
from .._machine.local_dumps import LocalDumps
from .._machine.registry import Unreadable
from .._machine.services import Service, service_of
from . import _debuggers, _dump_files, _process, _reports, _services, _stores
from ._diagnosis import CANNOT_TELL, NO, YES, Answer, Diagnosis, DumpAnswer
from ._dump_files import amount, local_dumps_of, size_of_dump
from ._finding import Finding
from ._findings import BLOCKS, CLOUDS, SEVERITIES, SURE
from ._look import Look, Subject
from ._machine import Machine, this_machine


def examine(
    pid: int | None = None,
    exe: str | None = None,
    service: str | None = None,
    *,
    machine: Machine | None = None,
) -> Diagnosis:
    """Find out whether Windows would report a crash, and write a dump file of it; and if not, why.

    It reads settings, policies, services, files and the state of a process, and changes nothing. What cannot be read is
    "cannot tell", never "no". It is about crashes: a Python exception, ``sys.exit`` and a process that is killed make
    neither a report nor a dump.

    Parameters
    ----------
    pid : int, optional
        The process that it is about; of a launcher, the Python that it has started. Without any of the three it is
        about this process.
    exe : str, optional
        The file name of a program, "python.exe", whichever process runs it, as the account of this process.
    service : str, optional
        The name of a service: its program and its account; and its process, if it runs.
    machine : Machine, optional
        Where to look, for tests.

    Returns
    -------
    Diagnosis
        The two answers, and the findings.

    Raises
    ------
    ProcessLookupError
        There is no process `pid`.
    TypeError, ValueError
        An argument is of the wrong type, more than one was given, `exe` is no file name, or there is no such service.
    NotImplementedError
        This is not Windows.
    """
    given = [name for name, value in (("pid", pid), ("exe", exe), ("service", service)) if value is not None]
    if len(given) > 1:
        raise TypeError(f"pass one of pid, exe and service, got {' and '.join(given)}")
    if pid is not None and (isinstance(pid, bool) or not isinstance(pid, int)):
        raise TypeError(f"pid must be an int, got {type(pid).__name__}")
    if pid is not None and not 0 < pid < 1 << 32:
        raise ValueError(f"pid takes the id of a process, 1 to 4294967295, got {shown(pid)}")
    for name, text in (("exe", exe), ("service", service)):
        if text is not None:
            _check_name(name, text)
    machine = this_machine() if machine is None else machine
    own = machine.state_of(machine.pid)
    if service is not None:
        subject = _of_service(machine, service)
    elif exe is not None:
        subject = Subject(exe, own.account)
    else:
        state = own if pid is None else machine.state_of(machine.python_behind(pid))
        subject = Subject(state.name or "?", state.account, state, is_own=state.pid == machine.pid)
    return _diagnosis(Look(machine, subject, own.account))


def settings_of_reports(machine: Machine | None = None) -> list[Finding]:
    """The findings of settings, policies and the service, for this process."""
    machine = this_machine() if machine is None else machine
    own = machine.state_of(machine.pid)
    look = Look(machine, Subject(own.name or "?", own.account, own, is_own=True), own.account)
    return [*_reports.check(look), *_services.check(look)]


def _check_name(name: str, value: str) -> None:
    given = _text(value, name)
    if not given or len(given) > 255 or any(character in given for character in '\\/\0:*?"<>|\n'):
        raise ValueError(f"{name} takes a name without a folder, of at most 255 characters, got {given[:300]!r}")
    if name == "exe" and not ntpath.splitext(given)[1]:
        raise ValueError(f"exe takes a file name with its extension, such as 'python.exe', got {given!r}")


def _of_service(machine: Machine, name: str) -> Subject:
    try:
        found: Service | None = service_of(name, machine.registry)
    except Unreadable as error:
        raise PermissionError(str(error)) from error
    if found is None:
        raise ValueError(f"service: there is no service {name!r}; `sc query state= all` lists them by SERVICE_NAME")
    pid = machine.service_pid(name)
    account = machine.sid_of(found.account)
    if pid is None:
        return Subject(found.program or "?", account, service=name)
    try:
        state = machine.state_of(machine.python_behind(pid))
    except ProcessLookupError:  # it has just ended
        return Subject(found.program or "?", account, service=name)
    return Subject(state.name or found.program or "?", state.account or account, state, service=name)


def _diagnosis(look: Look) -> Diagnosis:
    subject = look.subject
    dumps = local_dumps_of(look)
    checks: tuple[Callable[[Look], Iterable[Finding]], ...] = (
        _reports.check,
        _debuggers.check,
        _process.check,
        _services.check,
        _stores.check,
    )
    found = [one for check in checks for one in check(look)]
    found += _dump_files.check(look, dumps)
    found += look.left()
    found.sort(key=lambda one: SEVERITIES.index(one.severity))
    findings = tuple(one for one in found if not one.normal)
    return Diagnosis(
        exe=subject.exe,
        pid=None if subject.state is None else subject.state.pid,
        service=subject.service or None,
        account=subject.account,
        account_name=look.machine.name_of(subject.account) if subject.account else None,
        report=_report_answer(look, findings),
        dump=_dump_answer(look, findings, dumps),
        findings=findings,
        normal=tuple(one for one in found if one.normal),
        local_dumps=dumps,
    )


def _answered(question: str, findings: tuple[Finding, ...]) -> tuple[str, str, tuple[str, ...]]:
    """The answer to "report" or "dump", how sure it is, and the ids that it comes from."""
    for effect, answer in ((BLOCKS, NO), (CLOUDS, CANNOT_TELL)):
        those = [one for one in findings if getattr(one, question) == effect]
        if those:
            sure = min((one.sure for one in those), key=list(SURE).index) if effect == BLOCKS else "unknown"
            return answer, sure, tuple(dict.fromkeys(one.id for one in those))
    return YES, "inferred", ()


def _report_answer(look: Look, findings: tuple[Finding, ...]) -> Answer:
    answer, sure, because = _answered("report", findings)
    whom = look.subject.words
    text = {
        YES: f"A crash of {whom} is reported.",
        NO: f"A crash of {whom} is not reported.",
        CANNOT_TELL: f"Whether a crash of {whom} is reported cannot be told.",
    }[answer]
    return Answer(answer=answer, sure=sure, text=text, because=because)


def _dump_answer(look: Look, findings: tuple[Finding, ...], dumps: LocalDumps | None) -> DumpAnswer:
    answer, sure, because = _answered("dump", findings)
    whom = look.subject.words
    untold = f"Whether a crash of {whom} leaves a dump file cannot be told."
    if answer == NO or dumps is None:
        text = f"A crash of {whom} leaves no dump file." if answer == NO else untold
        return DumpAnswer(answer=answer, sure=sure, text=text, because=because)
    size = size_of_dump(look, dumps)
    kept = dumps.count.data if isinstance(dumps.count.data, int) else None
    folder = dumps.path or str(dumps.folder.data)
    about = f" of at most about {amount(size)} (estimated)" if size else ""
    kind = {"full": "a dump with all memory", "mini": "a mini dump", "custom": "a dump of a custom type"}
    what = kind.get(dumps.kind, "a dump of an unknown type")
    start = f"A crash of {whom} leaves" if answer == YES else f"{untold} It would be"
    many = "" if kept is None else f", and the newest {kept} are kept" if kept != 1 else ", and the newest is kept"
    text = f"{start} {what}{about} in {folder}, named {dumps.file_name}{many}."
    return DumpAnswer(
        answer=answer,
        sure=sure,
        text=text,
        because=because,
        folder=dumps.path,
        file_name=dumps.file_name,
        type=dumps.kind,
        size=size,
        kept=kept,
    )
