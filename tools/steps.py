"""Say what is done, step by step, and run commands so that a failure explains itself."""

import contextlib
import os
import select
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

T = TypeVar("T")
Command = Sequence[str | Path]
Echo = Callable[[str], None]

TAIL = 30  # lines of a failed command's output that its error repeats

_printing = threading.Lock()
_running: set[subprocess.Popen[bytes]] = set()
_stopping = threading.Event()  # set for good when everything is to end


class Failure(Exception):
    """What went wrong and, in the lines after it, what to do about it."""


@dataclass(frozen=True)
class Finished:
    """A command that has ended: its exit code and all that it printed."""

    returncode: int
    output: str


def say(text: str) -> None:
    """Print at once and whole: several threads speak, and the reader may be a pipe."""
    encoding = sys.stdout.encoding
    with _printing:
        try:
            print(text.encode(encoding, "replace").decode(encoding), flush=True)
        except BrokenPipeError:  # the reader has seen enough, like `head`
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for the rest of this process
            signal.raise_signal(signal.SIGINT)


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Announce work that takes a while and, at its end, how long it took."""
    started = time.monotonic()
    say(f"{title} ...")
    yield
    say(f"{title}: done in {time.monotonic() - started:.1f} s")


def run(
    command: Command,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    echo: Echo | None = None,
    foreground: bool = False,
    check: bool = True,
    advice: str = "",
) -> Finished:
    """Run `command` to its end; unless `check` is false, an exit code other than 0 is a `Failure`.

    Its output, errors included, is collected, and goes line by line to `echo` while it runs. With `foreground`
    it has the terminal instead, to show a progress bar or to ask for a password.
    """
    words = [str(word) for word in command]
    try:
        process = subprocess.Popen(
            words,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=None if foreground else subprocess.PIPE,
            stderr=None if foreground else subprocess.STDOUT,
            # A group of its own, so that `_stop` reaches what it starts in turn. In the foreground it stays in
            # our group, the only one that the terminal lets read, and to which it sends Ctrl-C.
            process_group=None if foreground or os.name == "nt" else 0,
        )
    except OSError as error:
        raise Failure(_explain(words, f"could not be started: {error.strerror}", "", advice)) from error
    _running.add(process)
    lines: list[str] = []
    reader = threading.Thread(target=_read, args=(process, lines, echo), daemon=True)
    reader.start()
    try:
        if _stopping.is_set():
            raise KeyboardInterrupt
        process.wait()
    except BaseException:
        _stop(process)
        raise
    finally:
        _running.discard(process)
    reader.join(timeout=5)  # not for ever: a process that it left behind may hold the pipe open
    output = "\n".join(lines)
    if check and process.returncode:
        raise Failure(_explain(words, f"ended with exit code {process.returncode}", output, advice))
    return Finished(process.returncode, output)


def attach(command: Command, *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> int:
    """Run `command`, which reads our standard input and writes to our standard output and error. Returns its exit code.

    Byte for byte, but through pipes: on files and terminals, CPython for Windows dies at its start under Wine.
    """
    words = [str(word) for word in command]
    pipe = subprocess.PIPE
    process = subprocess.Popen(words, env=env, cwd=cwd, stdin=pipe, stdout=pipe, stderr=pipe, process_group=0)
    _running.add(process)
    ended = threading.Event()
    # Not waited for: it may be reading a terminal.
    threading.Thread(target=_feed, args=(process.stdin,), daemon=True).start()
    pumps = [
        threading.Thread(target=_pump, args=(source, number, ended), daemon=True)
        for source, number in ((process.stdout, 1), (process.stderr, 2))
    ]
    for pump in pumps:
        pump.start()
    try:
        code = process.wait()
        ended.set()
        for pump in pumps:
            pump.join()
    except BaseException:
        _stop(process)
        raise
    finally:
        _running.discard(process)
    return code


def _feed(target: IO[bytes]) -> None:
    """Give a program our standard input, as it comes."""
    with contextlib.suppress(OSError), target:  # it has ended, or closed its input
        while data := os.read(0, 1 << 16):
            target.write(data)
            target.flush()


def _pump(source: IO[bytes], target: int, ended: threading.Event) -> None:
    """Write what a program says to one of our files, as it comes, up to its end: what it left behind may say more."""
    with contextlib.suppress(OSError), source:  # our reader has seen enough
        while True:
            if select.select([source], [], [], 0.1)[0]:
                data = os.read(source.fileno(), 1 << 16)
                if not data:
                    break
                while data:
                    data = data[os.write(target, data) :]
            elif ended.is_set():
                break


def together(*tasks: Callable[[], T]) -> list[T]:
    """Do all `tasks` at once, two more than there are processors, and return their results in order.

    Two more, since the tests wait for much of their time. The first failure, or Ctrl-C, stops the others and whatever
    they run.
    """
    with ThreadPoolExecutor((os.cpu_count() or 1) + 2) as pool:
        futures = [pool.submit(task) for task in tasks]
        try:
            return [future.result() for future in futures]
        except BaseException:
            _stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list(_running):
                _stop(process)
            raise


def _read(process: subprocess.Popen[bytes], lines: list[str], echo: Echo | None) -> None:
    if process.stdout:
        with process.stdout:
            for raw in process.stdout:
                line = raw.decode(errors="replace").rstrip("\r\n")
                lines.append(line)
                if echo:
                    echo(line)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a command and, unless it has our terminal, all that it started."""
    try:
        if os.name != "nt" and os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGTERM)
        else:
            process.terminate()
    except ProcessLookupError:
        return
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()


def _explain(words: list[str], what: str, output: str, advice: str) -> str:
    tail = "\n".join(f"    {line}" for line in output.splitlines()[-TAIL:])
    return "\n".join(filter(None, [f"This command {what}:", f"  {shlex.join(words)}", tail, advice]))
