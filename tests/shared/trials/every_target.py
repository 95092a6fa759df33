"""Each call that takes a process or thread gets one in each state: a dump, or an error that says why."""

import contextlib
import random
import re

import alone
import layers
import targets

UNIT = "calls"
PYTHONS = ("windows",)
SHORT = 12

SECONDS = 240  # for a case of seconds; Wine's dbghelp needs some for each module of another process

GONE = ("ProcessLookupError", r"process \d+ is gone$")
ROUNDED = ("ProcessLookupError", "does not exist: ids are multiples of 4")
DENIED = ("PermissionError", r"cannot be opened: .* an administrator may be allowed to")
NO_HANDLE = ("ValueError", r"is no open handle: 0x7ffffff0 \(.+\)$")
CLOSED = ("ValueError", "the handle of <.*> is closed$")
NO_PROCESS = ("ValueError", r"process is no handle of a process: -?\d+$")
NO_THREAD = ("ValueError", r"thread is no handle of a thread: -?\d+$")
NOT_ALLOWED = ("WerError", "E_ACCESSDENIED.*for a dump, the handle of the process or thread lacks a right$")
NOT_CAPTURED = ("PermissionError", r"PssCaptureSnapshot: process \d+: ")
NOT_LOOKED_INTO = ("PermissionError", "cannot be looked into: EnumProcessModulesEx: ")
NOT_READ = ("PermissionError", r"may not read its memory: it needs PROCESS_QUERY_INFORMATION and PROCESS_VM_READ; pid=")
ENDING = ("", "^done$|is gone$|has ended")
DONE = None

# By state: what every call comes to, and the calls that come to something else.
PROCESSES = {
    "running, by an object": (DONE, {}),
    "running, by its id": (DONE, {}),
    "running, by a handle": (DONE, {}),
    "running, by psutil": (DONE, {}),
    "being dumped": (DONE, {}),
    "suspended": (DONE, {}),
    "ends meanwhile": (ENDING, {}),
    "ended, by an object": (
        GONE,
        {
            "wer.interpreter_of": ("ProcessLookupError", "has ended, and nothing that it has started is running$"),
            "wer.service.add_processes": ("", r"it has ended with 0: "),
        },
    ),
    "ended, by its id": (GONE, {}),
    "ended, by psutil": (GONE, {}),
    "of another user, by its id": (DENIED, {}),
    "of another user, by psutil": (DENIED, {}),
    "handle without any right": (
        NOT_ALLOWED,
        {
            "wer.ProcessSnapshot": NOT_CAPTURED,
            "wer.interpreter_of": ("PermissionError", "GetProcessTimes: "),
            "wer.register_additional_process": (
                "PermissionError",
                "may not be asked for its id: it needs PROCESS_QUERY",
            ),
            "wer.service.add_processes": ("", "GetProcessTimes: "),
            "wer.dumps.write_dump": NOT_READ,
        },
    ),
    "handle that may ask little": (
        NOT_ALLOWED,
        {
            "wer.Report": DONE,
            "wer.service.RecordedReport": DONE,
            "wer.ProcessSnapshot": NOT_CAPTURED,
            "wer.interpreter_of": NOT_LOOKED_INTO,
            "wer.register_additional_process": DONE,
            "wer.service.add_processes": NOT_LOOKED_INTO,
            "wer.dumps.write_dump": NOT_READ,
        },
    ),
    "handle that may not read": (
        DONE,
        {
            "wer.ProcessSnapshot": NOT_CAPTURED,
            "wer.interpreter_of": NOT_LOOKED_INTO,
            "wer.service.add_processes": NOT_LOOKED_INTO,
            "wer.dumps.write_dump": NOT_READ,
        },
    ),
    "an id that nobody has": (GONE, {}),
    "an id that would be rounded": (ROUNDED, {}),
    "an id that was reused": (("ProcessLookupError", r"\(its id belongs to another process by now\) is gone$"), {}),
    "closed handle": (NO_HANDLE, {}),
    "closed object": (CLOSED, {}),
    "closed handle of pywin32": (CLOSED, {}),
    "pseudo handle": (DONE, {}),
    "own id": (DONE, {}),
    "pseudo handle of a thread": (NO_PROCESS, {}),
    "handle of a thread": (NO_PROCESS, {}),
    "handle of an event": (NO_PROCESS, {}),
    "handle of a file": (NO_PROCESS, {}),
}
THREADS = {
    "waiting, by its id": (DONE, {}),
    "waiting, by a handle": (DONE, {}),
    "suspended": (DONE, {}),
    "ended": (("ProcessLookupError", r"thread \d+ is gone$"), {}),
    "ended, of threading": (("ProcessLookupError", r"thread \d+ is gone$"), {}),
    "of another user": (DENIED, {}),
    "of another process": (("ProcessLookupError", r"thread \d+ belongs to process \d+, not to process \d+$"), {}),
    "handle without any right": (
        NOT_ALLOWED,
        {"wer.register_additional_process": ("PermissionError", "may not be asked for its id: it needs THREAD_QUERY")},
    ),
    "an id that nobody has": (("ProcessLookupError", r"thread \d+ is gone$"), {}),
    "an id that would be rounded": (ROUNDED, {}),
    "closed handle": (NO_HANDLE, {}),
    "closed handle of pywin32": (CLOSED, {}),
    "pseudo handle": (DONE, {}),
    "pseudo handle of a process": (NO_THREAD, {}),
    "handle of a process": (NO_THREAD, {}),
    "handle of an event": (NO_THREAD, {}),
    "handle of a file": (NO_THREAD, {}),
}
KINDS = {
    "process": (targets.STATES, targets.CALLS, PROCESSES),
    "thread": (targets.THREAD_STATES, targets.THREAD_CALLS, THREADS),
}
# All there is, in an order in which the first few are of all kinds.
CELLS = [(kind, state, name) for kind, (states, calls, _) in KINDS.items() for state in states for name in calls]
random.Random(5).shuffle(CELLS)
# Under Wine it takes long: after all others.
CELLS.sort(key=lambda cell: cell[2] == "wer.dumps.write_dump" and PROCESSES[cell[1]][0] in (DONE, ENDING))


@contextlib.contextmanager
def place(folder):
    assert not targets.missing(), f"no calls here for {targets.missing()}"
    for states, _, expected in KINDS.values():
        assert states.keys() == expected.keys(), states.keys() ^ expected.keys()
    with alone.place_of(__file__, SECONDS)(folder) as python:
        yield python


case = alone.case


@contextlib.contextmanager
def world(folder):
    with layers.layer(folder) as layer, targets.machine(folder) as machine:
        yield layer, machine


def program(world, number):
    """One cell of the table, once or a few times: what it comes to, and that nothing is left."""
    layer, machine = world
    kind, state, name = CELLS[number % len(CELLS)]
    states, calls, expected = KINDS[kind]
    default, others = expected[state]
    wanted = others.get(name, default)
    rng = random.Random(number)
    times = rng.randrange(1, 4) if wanted is not DONE else 1
    machine.moment = rng.choice((0, 0.01, 0.1)) * rng.random()
    for _ in range(times):
        layer.reset()
        with contextlib.ExitStack() as stack:
            arguments = states[state](machine, stack)
            came = targets.outcome(calls[name], machine, arguments)
        del arguments  # which own handles
        assert fits(came, wanted, name), f"{name} of a {kind}, {state}: {came!r}, not {wanted}"
        layer.check_left()
        assert machine.suspended(machine.worker.tid) == 0, "it was left suspended"
        assert machine.answers(machine.worker), "it does not go on"
    return times


def fits(came, wanted, name):
    if wanted is DONE:
        return came == "done"
    error, text = wanted
    if wanted is ENDING:
        return re.search(text, came) is not None
    # It tells what cannot be dumped, and goes on with the others.
    error = "Told" if name == "wer.service.add_processes" else error
    return came.startswith(f"{error}: ") and re.search(text, came) is not None
