"""Start the process that watches this one (_watcher.py)."""

import json
import os
import re
import subprocess
import sys
import threading
import uuid
from contextlib import suppress
from dataclasses import asdict

from .. import _native
from ._hang import Plan
from ._watcher import shared_memory

_START_SECONDS = 60.0
_NO_WINDOW = 0x08000000  # CREATE_NO_WINDOW: no console, and so no Ctrl-C that is meant for this process

# Not pythonservice.exe, for instance, which is a program of pywin32 and takes no such options.
_PYTHON = re.compile(r"pythonw?[\d.]*t?(_d)?(\.exe)?", re.IGNORECASE)

# Without site, and without what the environment says of Python: of all that is installed it needs `wer`.
_CODE = "import sys; sys.path.append(sys.argv[1]); from wer.service._watcher import main; main()"


class WatcherProcess:
    """A process that watches this one until it is told to stop, or this one ends.

    Attributes
    ----------
    memory : mmap
        What it shares with this process: the beats.
    """

    def __init__(self, plan: Plan) -> None:
        # The name cannot be guessed, so nobody can have taken it before.
        name = f"wer-watchdog-{uuid.uuid4().hex}"
        self.memory = shared_memory(name)
        folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self._process = subprocess.Popen(
            [python(), "-I", "-S", "-c", _CODE, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            creationflags=_NO_WINDOW,
            text=True,
        )
        assert self._process.stdout is not None
        try:
            self._tell(name, plan)
        except BaseException:
            self._process.kill()
            self.stop(0)
            raise
        finally:
            self._process.stdout.close()

    def _tell(self, memory: str, plan: Plan) -> None:
        """Say what it is to watch, and wait until it does."""
        this = _native.open_process(os.getpid(), 0)
        told = {"pid": os.getpid(), "created": _native.created(this), "memory": memory, "plan": asdict(plan)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        too_late = threading.Timer(_START_SECONDS, self._process.kill)
        too_late.start()
        try:
            self._process.stdin.write(json.dumps(told) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
            if answer != "watching\n":
                answer += self._process.stdout.read()
                raise OSError(f"the process that is to watch this one has not started: {answer.strip() or 'too slow'}")
        finally:
            too_late.cancel()

    @property
    def running(self) -> bool:
        """Whether it still watches."""
        return self._process.poll() is None

    def stop(self, seconds: float) -> None:
        """Have it end, and wait so long for a report that it is filing."""
        assert self._process.stdin is not None
        with suppress(OSError):  # it is gone
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):  # it ends when the report is done
            self._process.wait(seconds)


def python() -> str:
    """The python.exe that can run a program of ours; in a virtual environment the one behind the launcher."""
    path = getattr(sys, "_base_executable", "") or sys.executable or ""
    if getattr(sys, "frozen", False) or not _PYTHON.fullmatch(os.path.basename(path)):
        raise ValueError(
            f"out_of_process needs a python.exe to run, and this program is {path or 'unknown'}: leave it out"
        )
    return path
