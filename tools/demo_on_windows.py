"""The demo, as it runs in a Python for Windows: file two reports, then show what lies on the disk, and copy it.

The dumps are read with the package `minidump`, which knows nothing of us. Each line that is a claim is checked,
and the exit code is 1 if one does not hold.
"""

import os
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from minidump.minidumpfile import MinidumpFile

if sys.platform != "win32":
    raise SystemExit("this part of the demo runs in a Python for Windows: python3 dev.py demo")

import winreg

sys.path.insert(0, str(Path(__file__).parent.parent / "examples"))

import crashed_worker
import stuck_worker

import wer

CONSENT_KEY = r"Software\Microsoft\Windows\Windows Error Reporting\Consent"
ALWAYS_ASK = 1
ACCESS_VIOLATION = 0xC0000005

MADE = "made-by-the-demo.txt"  # the files that it has put into the folder of copies, each on a line

missing: list[str] = []


def claim(holds: bool, text: str) -> None:
    """Print what was found, and remember it if it is not what it should be."""
    print(f"  {'ok     ' if holds else 'MISSING'}  {text}", flush=True)
    if not holds:
        missing.append(text)


@contextmanager
def nothing_uploaded(event: str) -> Iterator[None]:
    """Make WER ask before it sends a report of this event type, so that its queue never sends it by itself."""
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, CONSENT_KEY) as key:
        winreg.SetValueEx(key, event, 0, winreg.REG_DWORD, ALWAYS_ASK)
        yield
        winreg.DeleteValue(key, event)


def read_wer(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-16").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def find_report(event: str, marker: str) -> Path | None:
    """The folder of the report that holds `marker`, in whichever store Windows chose."""
    for root in filter(None, map(os.environ.get, ("LOCALAPPDATA", "ProgramData"))):
        for store in ("ReportQueue", "ReportArchive"):
            for path in Path(root, "Microsoft", "Windows", "WER", store).glob("*/Report.wer"):
                try:
                    report = read_wer(path)
                except OSError:  # another user's
                    continue
                if report.get("EventType") == event and marker in report.values():
                    return path.parent
    return None


def show_report(folder: Path) -> None:
    report = read_wer(folder / "Report.wer")
    print("  Report.wer's signature:")
    print(f"    {report['EventType']}")
    for index in range(10):
        if f"Sig[{index}].Name" in report:
            print(f"    P{index} {report[f'Sig[{index}].Name']} = {report.get(f'Sig[{index}].Value', '')}")
    print("  Files, and what Report.wer calls them:")
    called = {report.get(f"File[{n}].Path"): report.get(f"File[{n}].CabName", "") for n in range(len(report))}
    for path in sorted(folder.iterdir()):
        print(f"    {path.name:<20} {path.stat().st_size:>10,} bytes  {called.get(path.name, '')}".rstrip())


def show_dump(folder: Path, pid: int) -> MinidumpFile | None:
    dumps = sorted(folder.glob("*.?dmp"))
    claim(len(dumps) == 1, f"one dump: {', '.join(path.name for path in dumps) or 'none'}")
    if not dumps:
        return None
    dump = MinidumpFile.parse(str(dumps[0]))
    print("  What an independent reader finds in it:")
    print(f"    streams: {', '.join(entry.StreamType.name for entry in dump.directories if entry.Location.DataSize)}")
    claim(dump.misc_info is not None and dump.misc_info.ProcessId == pid, f"it is of process {pid}")
    threads = dump.threads.threads
    for thread in threads:
        stack = thread.Stack.MemoryLocation.DataSize
        print(f"    thread {thread.ThreadId}: {stack:,} bytes of stack, {thread.ThreadContext.DataSize} of context")
    claim(
        any(t.Stack.MemoryLocation.DataSize and t.ThreadContext.DataSize for t in threads),
        f"{len(threads)} thread(s), with a stack and a context",
    )
    names = [Path(module.name.replace("\\", "/")).name.lower() for module in dump.modules.modules]
    python = f"python{sys.version_info.major}{sys.version_info.minor}.dll"
    claim(python in names, f"{len(names)} modules, {python} among them")
    return dump


def remove_copies(kept: Path) -> None:
    """Remove what the demo has copied the last time, and nothing else."""
    made = kept / MADE
    if not made.exists():
        return
    for line in made.read_text(encoding="utf-8").splitlines():
        path = kept / line
        if path.parent.parent == kept and ".." not in path.parts:  # our own lines are a folder and a file
            path.unlink(missing_ok=True)
            with suppress(OSError):  # somebody has put something else there
                path.parent.rmdir()
    made.unlink()


def copy(folder: Path, kept: Path) -> None:
    """Copy a report to where it can be looked at afterwards."""
    target = kept / folder.name
    target.mkdir()
    for path in sorted(folder.iterdir()):
        with (kept / MADE).open("a", encoding="utf-8", newline="\n") as made:
            made.write(f"{folder.name}/{path.name}\n")
        shutil.copyfile(path, target / path.name)
    print(f"  A copy, to be opened, is in {kept.name}/{folder.name}", flush=True)


def show(event: str, marker: str, result: int, pid: int, kept: Path) -> MinidumpFile | None:
    print(f"\n  submitted: {result}")
    claim(result == wer.SubmitResult.QUEUED, "queued, nothing uploaded")
    folder = find_report(event, marker)
    claim(folder is not None, f"the report lies in {folder}")
    if folder is None:
        return None
    try:
        show_report(folder)
        copy(folder, kept)
        return show_dump(folder, pid)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # what is not in the queue can never be sent from it


def main() -> int:
    marker = str(uuid.uuid4())
    kept = Path(sys.argv[1])
    remove_copies(kept)

    print("1. A worker that is stuck", flush=True)
    with nothing_uploaded(stuck_worker.EVENT):
        result, pid = stuck_worker.main(marker)
        show(stuck_worker.EVENT, marker, result, pid, kept)

    print("\n2. A worker that dies of an access violation in native code", flush=True)
    with nothing_uploaded(crashed_worker.EVENT):
        result, pid, thread_id, address = crashed_worker.main(marker)
        dump = show(crashed_worker.EVENT, marker, result, pid, kept)
    records = dump.exception.exception_records if dump is not None and dump.exception else []
    claim(len(records) == 1, "the dump has an exception stream")
    for record in records:
        found = record.ExceptionRecord
        claim(found.ExceptionCode_raw == ACCESS_VIOLATION, f"exception 0x{found.ExceptionCode_raw:08X}")
        claim(found.ExceptionAddress == address, f"at 0x{found.ExceptionAddress:x}, where the worker crashed")
        claim(record.ThreadId == thread_id, f"in thread {record.ThreadId}")

    print(f"\n{len(missing)} of these claims do not hold." if missing else "\nEverything is there.", flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
