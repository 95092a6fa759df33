"""Checks of the state of a process: what it has inherited or set that keeps WER away."""

from collections.abc import Iterator

from .._enums import FaultReportingFlags
from .._machine.processes import JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION, SEM_NOGPFAULTERRORBOX, ProcessState
from ._finding import Evidence, Finding, finding
from ._look import Look

_NO_HEAP = FaultReportingFlags.NOHEAP | FaultReportingFlags.NO_HEAP_ON_QUEUE


def check(look: Look) -> Iterator[Finding]:
    """All of them; none if no process was named."""
    state = look.subject.state
    if state is None:
        return
    process = f"{state.name or look.subject.exe} (process {state.pid})"
    if state.error_mode is not None and state.error_mode & SEM_NOGPFAULTERRORBOX:
        evidence = _fact("error mode", f"{state.error_mode:#x}")
        parent = ""
        if state.parent_name:
            parent = f"It was started by {state.parent_name} (process {state.parent})."
        if look.subject.is_own:
            parent += " What is started from here inherits it."
        yield finding("errormode-nogpfault", evidence, process=process, parent=parent)
    if state.job_limits is not None and state.job_limits & JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION:
        yield finding("job-die-on-unhandled", _fact("limits of its job", f"{state.job_limits:#x}"), process=process)
    if state.debugged:
        yield finding("debugger-attached", _fact("debugger", "attached"), process=process)
    if state.protected:
        yield finding("process-protected", _fact("protection", "protected"), process=process)
    if state.package:
        yield finding("packaged", _fact("package", state.package), process=process, package=state.package)
    yield from _flags(look, state, process)
    # The job of another process nobody can ask about, so that is not held against each answer.
    facts = {
        "its account": state.account,
        "its error mode": state.error_mode,
        "whether a debugger is attached": state.debugged,
    }
    unknown = [name for name, fact in facts.items() if fact is None]
    if unknown:
        evidence = _fact("not known", ", ".join(unknown))
        yield finding("process-unreadable", evidence, process=process, facts=", ".join(unknown))


def _flags(look: Look, state: ProcessState, process: str) -> Iterator[Finding]:
    set_to = look.machine.flags_of(state.pid)
    if set_to is None:
        return
    flags = FaultReportingFlags(set_to)
    evidence = _fact("WerGetFlags", str(flags))
    if flags & _NO_HEAP:
        yield finding("wer-flags-noheap", evidence, process=process, flags=str(flags & _NO_HEAP))
    if flags & FaultReportingFlags.ALWAYS_SHOW_UI:
        yield finding("ui-blocks", evidence, exe=look.subject.exe)


def _fact(name: str, data: str) -> Evidence:
    return Evidence(source="process", name=name, data=data)
