"""A process that does what it is told, question by question: if it crashes or hangs, whoever asked can say in what."""

import contextlib
import faulthandler
import json
import os
import queue
import subprocess
import sys
import threading
import traceback
from pathlib import Path

from pythons import WITH_WER

SHARED = str(Path(__file__).parent)
ERROR_INTERNAL_ERROR = 1359
HUNG = 60  # seconds; what is asked takes at most a few
TOLD = 6000  # characters of what it said when it failed


def start_process(command, **options):
    """`subprocess.Popen`; under Wine, once in some hundred times, a process cannot be started: then once more."""
    try:
        return subprocess.Popen(command, **options)
    except OSError as error:
        if getattr(error, "winerror", 0) != ERROR_INTERNAL_ERROR:
            raise
        return subprocess.Popen(command, **options)


class Child:
    """The file `program`, run by this Python; it ends with `serve`, and can import `faults` (tests/faults).

    An answer takes at most `seconds`.
    """

    def __init__(self, program, folder, *arguments, seconds=HUNG, **environment):
        self._said, self._seconds = folder / "stderr.txt", seconds
        path = os.pathsep.join(filter(None, (SHARED, os.environ.get("WERAPI_FAULTS"), WITH_WER["PYTHONPATH"])))
        with self._said.open("wb") as said:
            self._process = start_process(
                [sys.executable, "-P", "-B", "-X", "faulthandler", str(program), *map(str, arguments)],
                env=os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"} | environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
            )
        self._answers = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put(None)

    def ask(self, question):
        """The answer. AssertionError if it raises, crashes or hangs; then a new child is needed."""
        timeout = self._seconds + 30  # it says itself where it hangs
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
            line = self._answers.get(timeout=timeout)
        except queue.Empty:
            self.end()
            raise AssertionError(f"{question}: it hung for {timeout} s\n{self.said}") from None
        except OSError:
            line = None
        if line is None:
            code = self._process.wait(timeout)
            self.end()
            raise AssertionError(f"{question}: it ended with {code & 0xFFFFFFFF:#x}\n{self.said}")
        answer = json.loads(line)
        if "raised" in answer:
            self.end()
            raise AssertionError(f"{question}: {answer['raised']}\n{self.said}")
        return answer["answer"]

    @property
    def said(self):
        """The end of what it said."""
        return self._said.read_text(encoding="utf-8", errors="replace")[-TOLD:]

    @property
    def ended(self):
        """Whether it is over: it crashed, or was ended after an answer that was none."""
        return self._process.poll() is not None

    def close(self):
        """Have it end by itself, which it must."""
        if self.ended:
            self.end()
            return
        self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(self._seconds)
        self.end()
        assert self._process.returncode == 0, f"at its end: {self._process.returncode & 0xFFFFFFFF:#x}\n{self.said}"

    def end(self):
        """End it; this may be done twice."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._process.stdin.close()
        self._process.stdout.close()


class Renewed:
    """A child that is there when it is asked: a new one, in a folder of its own, after one that crashed or hung."""

    def __init__(self, program, folder, *arguments, seconds=HUNG, **environment):
        self._program, self._folder, self._arguments = program, folder, arguments
        self._seconds, self._environment = seconds, environment
        self._number = 0
        self._child = None

    def __enter__(self):
        return self

    def __exit__(self, kind, *error):
        """Have it end, by itself unless there is an error already."""
        if self._child is not None:
            try:
                if kind is None:
                    self._child.close()
            finally:
                self._child.end()

    def ask(self, question):
        """As `Child.ask`. The program gets the child's folder, and then the arguments."""
        if self._child is None or self._child.ended:
            if self._child is not None:
                self._child.end()
            self._number += 1
            folder = self._folder / str(self._number)
            folder.mkdir()
            arguments = (folder, *self._arguments)
            self._child = Child(self._program, folder, *arguments, seconds=self._seconds, **self._environment)
        return self._child.ask(question)


class Operator(Renewed):
    """The child, renewed, of a trial that goes through operations: it knows their names."""

    def __init__(self, program, folder):
        super().__init__(program, folder)
        self.names = self.ask({"what": "names"})
        self._answers = {}

    def ask_once(self, what, name):
        """What it said of an operation when it was first asked."""
        if (what, name) not in self._answers:
            self._answers[what, name] = self.ask({"what": what, "name": name})
        return self._answers[what, name]


def run_to_end(command, environment, seconds, what):
    """A program without input, with what it prints as text; AssertionError if it has not ended by then."""
    try:
        return subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired as error:
        raise AssertionError(f"{what}: not ended after {seconds} s; {error.stdout!r} {error.stderr!r}") from None


def serve(answer, seconds=HUNG):
    """In the child: answer each question with what `answer` returns or raises, until there are no more."""
    with os.fdopen(os.dup(1), "w", encoding="ascii") as out:
        for line in sys.stdin:
            faulthandler.dump_traceback_later(seconds, exit=True)
            try:
                told = {"answer": answer(json.loads(line))}
            except BaseException:  # whatever it is, it is told
                told = {"raised": traceback.format_exc()[-TOLD:]}
            faulthandler.cancel_dump_traceback_later()
            out.write(json.dumps(told) + "\n")
            out.flush()
