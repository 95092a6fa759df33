"""A supervisor that notices that its worker is stuck, and files a report on it before it ends it.

Run it with ``python stuck_worker.py``. The worker is a real process with a real deadlock.
"""

import queue
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import wer

EVENT = "wer.Demo.WorkerStuck"
HEARTBEAT_TIMEOUT = 3.0  # seconds


def work(log: Path) -> None:
    """The worker: shows that it is alive, until two of its threads wait for each other."""
    left, right = threading.Lock(), threading.Lock()
    both = threading.Barrier(2)

    def take(first: threading.Lock, second: threading.Lock) -> None:
        with first:
            both.wait()
            with second:
                pass

    for job in range(3):
        log.open("a", encoding="utf-8").write(f"job {job} done\n")
        print("alive", flush=True)
    log.open("a", encoding="utf-8").write("job 3 started\n")
    threading.Thread(target=take, args=(right, left), daemon=True).start()
    take(left, right)


def heartbeats(worker: subprocess.Popen[str]) -> queue.Queue[str]:
    """The worker's lines, as they come."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in worker.stdout or ():
            lines.put(line)

    threading.Thread(target=read, daemon=True).start()
    return lines


def report(worker: wer.InterpreterProcess, log: Path, marker: str) -> wer.SubmitResult:
    """File a report on the stuck worker: who, in which version, with a minidump and its log."""
    with wer.Report(EVENT, process=worker, friendly_event_name="A worker of the demo is stuck") as report:
        report.set_parameter(0, Path(__file__).name, "Program")
        report.set_parameter(1, sys.version.split()[0], "Python")
        report.set_parameter(2, marker, "Demo")
        report.add_dump()
        report.add_file(log, missing_ok=True)
        return report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)


def main(marker: str = "by hand") -> tuple[wer.SubmitResult, int]:
    """Let a worker get stuck and report it. Returns what became of the report, and the id of the reported process."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "worker.log"
        worker = subprocess.Popen(
            [sys.executable, __file__, "work", log], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        lines = heartbeats(worker)
        try:
            while True:
                print("worker", worker.pid, lines.get(timeout=60 if not log.exists() else HEARTBEAT_TIMEOUT).strip())
        except queue.Empty:
            print(f"worker {worker.pid} has not been heard of for {HEARTBEAT_TIMEOUT} s: reporting it")
        try:
            # In a virtual environment, what was started is a launcher, and the Python to report is its child.
            with wer.interpreter_of(worker) as interpreter:
                return report(interpreter, log, marker), interpreter.pid
        finally:
            worker.kill()
            worker.wait()


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(Path(sys.argv[2]))
    else:
        print(repr(main()[0]))
