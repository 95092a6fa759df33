"""How many instructions a call takes beside the same call by hand in C: for callgrind, on the Linux build of both.

Runs each statement N and 2 N times and marks what belongs to which: between the two is what N of them take, exactly.
`dev.py bench --instructions` builds what this needs, runs it and reads what callgrind has written.
"""

import gc
import json
import os
import sys
from collections.abc import Callable
from itertools import repeat

sys.setdlopenflags(os.RTLD_LAZY)  # not all functions of Windows are there
import reference  # noqa: E402
from marks import mark  # noqa: E402

_platform, sys.platform = sys.platform, "win32"  # else `wer` is its pure part
import wer  # noqa: E402

sys.platform = _platform

WARM = 10_000  # until the interpreter has tried all that it may know about the calls
TIMES = 100
NAMES: dict[str, object] = {
    "report": wer.Report("Bench"),
    "c": reference.Report("Bench"),
    "Report": wer.Report,
    "C": reference.Report,
    "process": 0x1A4,
    "thread": 0x1A8,
    "MINIDUMP": wer.DumpType.MINIDUMP,
    "NOT_ASKED": wer.Consent.NOT_ASKED,
    "QUEUE": wer.SubmitFlags.QUEUE,
    "text": "Spooler.Stuck",
    "path": "C:\\windows\\system32\\wer.dll",
}
# The rows of calls.py.
ROWS = {
    "add_dump()": ("report.add_dump()", "c.add_dump()"),
    "add_dump(type, process, thread, None, None, flags)": (
        "report.add_dump(2, process, thread, None, None, 1)",
        "c.add_dump(2, process, thread, None, None, 1)",
    ),
    "add_dump(DumpType.MINIDUMP, process, thread)": (
        "report.add_dump(MINIDUMP, process, thread, None, None, 0)",
        "c.add_dump(MINIDUMP, process, thread, None, None, 0)",
    ),
    "add_dump(dump_type=, process=, thread=, flags=)": (
        "report.add_dump(dump_type=2, process=process, thread=thread, flags=1)",
        "c.add_dump(2, process, thread, None, None, 1)",
    ),
    "set_parameter(0, text)": ("report.set_parameter(0, text)", "c.set_parameter(0, text)"),
    "add_file(path)": ("report.add_file(path)", "c.add_file(path)"),
    "create + submit + close": (
        "r = Report(text); r.submit(NOT_ASKED, QUEUE); r.close()",
        "r = C(text); r.submit(NOT_ASKED, QUEUE); r.close()",
    ),
    "create + close": ("Report(text).close()", "C(text).close()"),
}


def main() -> None:
    """Run all statements, and one that does nothing, whose instructions are the loop's."""
    gc.disable()
    for _ in range(10):  # the last counts, when the interpreter knows `count` as well
        count("", "loop", "pass")
    for row, (ours, theirs) in ROWS.items():
        count(row, "wer", ours)
        count(row, "C", theirs)


def count(row: str, who: str, statement: str) -> None:
    """Run the statement TIMES and twice TIMES."""
    loop = _loop(statement)
    loop(WARM)
    for times in (TIMES, 2 * TIMES):
        label = json.dumps({"row": row, "who": who, "times": times})
        mark("before")
        loop(times)
        mark(label)


def _loop(statement: str) -> Callable[[int], None]:
    lines = [f"def loop(times, {', '.join(f'{name}={name}' for name in NAMES)}):"]
    lines += [" for _ in repeat(None, times):", f"  {statement}"]
    space: dict[str, object] = {**NAMES, "repeat": repeat}
    exec("\n".join(lines), space)  # noqa: S102 - as timeit does
    return space["loop"]  # type: ignore[return-value]


if __name__ == "__main__":
    main()
