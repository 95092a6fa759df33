"""A Python beside this one in which a trial's cases run, because a case may crash it or hang it.

    with alone.opened(__file__, folder, PYTHONMALLOC="debug") as python:
        python.run(number)

In the other Python, the same file's ``world(folder)`` is entered, and ``program(world, number)`` called for each
number. What it raises is raised here. One in which a case has failed, crashed or hung is replaced for the next.
"""

import contextlib
import faulthandler
import importlib.util
import json
import os
import queue
import subprocess
import sys
import threading
import traceback
from pathlib import Path

from pythons import PYTHON, WITH_WER

PATIENCE = 120  # seconds for a case that takes one or two, on a machine that has much else to do
LAST_LINES = 40  # of what it printed, for the text of a finding


class Finding(AssertionError):
    """A case failed in the other Python: the text is what is known of it."""


class Alone:
    """The other Python, which is started when a case is to run and it is not there."""

    def __init__(self, file, folder, seconds, environment):
        self.command = [PYTHON, "-B", __file__, file, str(folder), str(seconds)]
        self.environment = WITH_WER | environment
        self.folder, self.seconds = folder, seconds
        self.process = None

    def run(self, number):
        """What the program returned for this number."""
        if self.process is None:
            self._start()
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        try:
            # Longer than the other one gives itself: it tells where it hangs.
            answer = self.answers.get(timeout=self.seconds + 30)
        except queue.Empty:
            answer = None
        if answer is None:
            self._end()
            raise Finding(f"case {number}: the process ended or hangs, exit code {self.code}\n{self._said()}")
        if "error" in answer:
            self._end()  # whatever it has left behind
            raise Finding(f"case {number}: {answer['error']}")
        return answer["result"]

    def close(self):
        """Have it end by itself, which it must."""
        if self.process is None:
            return
        self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        self._end()
        if self.code != 0:
            raise Finding(f"at its end: exit code {self.code}\n{self._said()}")

    def _start(self):
        self.log = Path(self.folder) / "said.txt"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        self.answers = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, args=(self.process, self.answers), daemon=True)
        self.reader.start()

    @staticmethod
    def _read(process, answers):
        for line in process.stdout:
            if line.startswith("{"):
                answers.put(json.loads(line))
        answers.put(None)

    def _end(self):
        self.process.kill()
        self.code = self.process.wait()
        self.reader.join(PATIENCE)
        self.process.stdout.close()
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process = None

    def _said(self):
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:])


@contextlib.contextmanager
def opened(file, folder, seconds=PATIENCE, **environment):
    """The other Python, for the cases of a trial in `file`."""
    alone = Alone(file, folder, seconds, environment)
    try:
        yield alone
    except BaseException:
        if alone.process is not None:
            alone._end()
        raise
    alone.close()


def serve(file, folder, seconds):
    """Run cases until there are no more."""
    sys.path[:0] = [str(Path(__file__).parent)]
    spec = importlib.util.spec_from_file_location(Path(file).stem + "_alone", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    faulthandler.enable()
    with module.world(Path(folder)) as world:
        for line in sys.stdin:
            faulthandler.dump_traceback_later(seconds, exit=True)
            try:
                answer = {"result": module.program(world, int(line))}
            except BaseException as error:  # whatever it is, it is told
                answer = {"error": "".join(traceback.format_exception(error))}
            faulthandler.cancel_dump_traceback_later()
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    os.environ.pop("WER_STANDIN", None)
    serve(sys.argv[1], sys.argv[2], float(sys.argv[3]))
