"""Asks the questions in another process, undoes what each has changed, and prints the table."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import argparse
import ctypes
import importlib
import json
import queue
import signal
import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.facts_on_windows import api, machine, stored, table
from tools.facts_on_windows.asking import Asking
from tools.facts_on_windows.journal import Journal, home, locked
from tools.facts_on_windows.question import QUESTIONS, Needs, Question, Unanswered
from tools.facts_on_windows.table import Row

FAMILIES = [
    "texts",
    "reports",
    "submit",
    "dumps",
    "snapshots",
    "registrations",
    "stores",
    "settings",
    "crashes",
    "dlls",
]
"""The modules with the questions."""

ANSWER = "WERAPI-FACT "  # begins the line with which a question's process ends
PROGRAM = Path(__file__).parent
Say = Callable[[str], None]


def main(arguments: Sequence[str]) -> int:
    """What `python tools/facts_on_windows` does. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="facts", description=__doc__)
    parser.add_argument("--only", metavar="ID", action="append")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--output", metavar="FILE")
    parser.add_argument("--no-admin", action="store_true")
    parser.add_argument("--seconds", type=float, help="the most that any question may take")
    parser.add_argument("--undo", action="store_true", help="only undo what an interrupted run has left")
    parser.add_argument("--serve", action="store_true", help="ask the questions that standard input names")
    chosen = parser.parse_args(arguments)
    load()
    admin = machine.is_admin() and not chosen.no_admin
    if chosen.serve:
        return serve(admin)
    if chosen.list:
        _print_out("".join(f"{question.id:<24} {question.text}\n" for question in QUESTIONS.values()), chosen.output)
        return 0
    unknown = sorted(set(chosen.only or []) - set(QUESTIONS))
    if unknown:
        parser.error(f"no question has the id {', '.join(unknown)}; --list names all")
    ids = [id for id in QUESTIONS if not chosen.only or id in chosen.only]  # noqa: A001
    with locked(home(), seconds=30 if chosen.undo else 0) as alone:  # a run that was interrupted is just ending
        if not alone:
            _say("Another run is asking this machine: one at a time.")
            return 1
        if not _undo_left(Journal(home(), stored.Stores())):
            return 1
        if chosen.undo:
            return 0
        return _ask_all(ids, admin, chosen)


def load() -> None:
    """Import the modules with the questions."""
    for name in FAMILIES:
        importlib.import_module(f"tools.facts_on_windows.{name}")


# ---- all of them ----


def _undo_left(journal: Journal) -> bool:
    """Undo what an earlier run has left, if any. False if something of it cannot be undone."""
    if not journal.path.exists():
        return True
    _say(f"An earlier run was interrupted; undoing what it has left, by {journal.path}")
    problems = journal.undo()
    for problem in problems:
        _say(f"  {problem}")
    if journal.path.exists():
        _say("This has to be undone first. Does it need an administrator? Then run this again as one.")
        return False
    return True


def _ask_all(ids: Sequence[str], admin: bool, chosen: argparse.Namespace) -> int:
    about = machine.describe(admin)
    short = machine.short()
    rows: list[Row] = []
    interrupted = False
    asker = Asker([sys.executable, "-P", "-B", PROGRAM, "--serve", *([] if admin else ["--no-admin"])])
    try:
        for number, id in enumerate(ids, 1):  # noqa: A001
            question = QUESTIONS[id]
            limit = min(question.seconds, chosen.seconds or question.seconds)
            row = ask(question, admin, limit, asker)
            rows.append(Row(**{**row.__dict__, "machine": short}))
            outcome = "answered" if row.answer is not None else row.reason
            _say(f"[{number}/{len(ids)}] {id}: {outcome} ({row.seconds:.1f} s)")
    except KeyboardInterrupt:
        interrupted = True
        _say(f"Stopped after {len(rows)} of {len(ids)} questions; all that was changed is undone.")
    finally:
        asker.end()
    text = table.as_json(about, rows) if chosen.json else table.markdown(about, rows)
    _print_out(text, chosen.output)
    left = Journal(home()).path
    if left.exists():
        _say(f"Not all could be undone: {left} has what. The next run tries again.")
    return 130 if interrupted else 1 if left.exists() else 0


def _print_out(text: str, output: "str | None") -> None:
    if output:
        Path(output).write_text(text, encoding="utf-8", newline="\n")
    else:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()


def _say(text: str) -> None:
    print(text.encode("ascii", "backslashreplace").decode(), file=sys.stderr, flush=True)


# ---- one of them ----


def ask(question: Question, admin: bool, seconds: float, asker: "Asker") -> Row:
    """Ask it in the asker's process, for at most so many seconds, and undo what that has changed."""
    reason = lacking(question, admin)
    if reason:
        return Row(question.id, question.text, question.how, reason=reason)
    started = time.monotonic()
    outcome: dict[str, object] = {}
    try:
        outcome = asker.ask(question.id, seconds)
    finally:
        if "answer" not in outcome or Needs.ALONE in question.needs:
            asker.end()
        with _undisturbed():
            problems = Journal(home(), stored.Stores()).undo()
    return Row(
        question.id,
        question.text,
        question.how,
        answer=_private(outcome.get("answer")),
        reason=table.private(str(outcome.get("reason", ""))),
        seconds=time.monotonic() - started,
        notes=[table.private(f"not undone: {problem}") for problem in problems],
    )


def lacking(question: Question, admin: bool) -> str:
    """Why it cannot be asked here; "" if it can."""
    if Needs.ADMIN in question.needs and not admin:
        return "needs an administrator"
    if Needs.HELD & question.needs and Journal(home()).path.exists():
        return "what an earlier question has left could not be undone"
    if Needs.CRASHES in question.needs and not machine.handles_crashes():
        return "this machine has no WerFault.exe: nothing handles a crash here"
    return ""


class Asker:
    """The process that asks: one for many questions, until one of them leaves it in a state that others would feel.

    It and all that it started end when `end` is called, and when this process is killed.
    """

    def __init__(self, command: Sequence[str | Path]) -> None:
        self._command = [str(word) for word in command]
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._job: int | None = None
        self._reader: threading.Thread | None = None

    def ask(self, id: str, seconds: float) -> dict[str, object]:  # noqa: A002
        """Have the question asked: its answer, or the reason why there is none."""
        process = self._running()
        assert process.stdin is not None
        with suppress(OSError):  # it has ended already; the end of its output tells
            process.stdin.write(f"{id}\n")
            process.stdin.flush()
        deadline = time.monotonic() + seconds
        last = ""
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return {"reason": f"it did not end within {seconds:g} s, and was ended"}
            if line is None:
                code = process.wait() & 0xFFFFFFFF
                return {"reason": f"its process ended with exit code 0x{code:08X} {last}".rstrip()}
            if line.startswith(ANSWER):
                found = json.loads(line.removeprefix(ANSWER))
                return found if isinstance(found, dict) else {}
            last = line.strip() or last

    def end(self) -> None:
        """End the process, if there is one; the next question gets a new one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        if self._job:
            api.kernel32.TerminateJobObject(ctypes.c_void_p(self._job), 1)
            api.kernel32.CloseHandle(self._job)
        process.wait()
        assert process.stdin is not None
        with suppress(OSError):  # what it did not read any more
            process.stdin.close()
        if self._reader is not None:
            self._reader.join(timeout=5)  # not for ever: what it started may hold the pipe

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
            self._job = _job(self._process)
            self._lines = queue.Queue()
            self._reader = threading.Thread(target=_read, args=(self._process, self._lines), daemon=True)
            self._reader.start()
        return self._process


def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put(None)


def _job(process: "subprocess.Popen[str]") -> "int | None":
    """A job that ends the process, and all that it starts, when its handle is closed."""
    job = api.kernel32.CreateJobObjectW(None, None)
    limits = (ctypes.c_uint32 * 36)()  # JOBOBJECT_EXTENDED_LIMIT_INFORMATION: 144 bytes, 112 on 32 bits
    limits[4] = 0x2000  # JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
    size = 144 if ctypes.sizeof(ctypes.c_void_p) == 8 else 112
    api.kernel32.SetInformationJobObject(ctypes.c_void_p(job), 9, limits, size)
    handle = ctypes.c_void_p(int(process._handle))  # type: ignore[attr-defined]
    api.kernel32.AssignProcessToJobObject(ctypes.c_void_p(job), handle)
    return int(job) if job else None


def serve(admin: bool) -> int:
    """In the process that asks: read ids, ask these questions, and print what came of each."""
    api.kernel32.SetErrorMode(
        3
    )  # SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX: should we crash, Windows makes no report
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for line in sys.stdin:
        outcome = answer_here(QUESTIONS[line.strip()], admin)
        print(f"\n{ANSWER}{json.dumps(outcome)}", flush=True)
    return 0


def answer_here(question: Question, admin: bool) -> dict[str, object]:
    """Ask it in this process. What it changes is in the journal, for another process to undo."""
    try:
        with Asking(Journal(home()), admin, question.needs) as asking:
            return {"answer": question.ask(asking)}
    except Unanswered as error:
        return {"reason": str(error)}
    except Exception as error:
        traceback.print_exc()
        return {"reason": f"the question failed: {type(error).__name__}: {error}"}


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Whoever presses Ctrl-C now has to wait: what is being undone is undone to its end, then it takes effect."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


def _private(answer: object) -> "str | dict[str, object] | None":
    if answer is None:
        return None
    found = json.loads(json.dumps(answer))
    if isinstance(found, dict):
        return {table.private(str(what)): _private_value(value) for what, value in found.items()}
    return table.private(str(found))


def _private_value(value: object) -> object:
    if isinstance(value, list):
        return [_private_value(one) for one in value]
    return table.private(value) if isinstance(value, str) else value
