"""Try whether this Windows keeps local dumps, as docs/howto/local-dumps.md says that it does.

    python tools/local_dumps_on_windows.py

For an administrator, on any Windows, with any CPython of python.org; nothing has to be installed. It sets LocalDumps in
HKEY_LOCAL_MACHINE for a program of its own, a copy of python.exe under a name that nobody else has, crashes it, and
looks for the dump, and for the report that WER makes of the crash. Each line says what was found.

Meanwhile ForceQueue and DontShowUI are on: WER queues that report in place of sending it, and shows no window. At the
end, and after Ctrl-C, all settings are as before, and dump and report are removed. A queued report is sent later, and
only as the machine's consent allows; this one is gone by then.

Exit code 0 if the dump is there and has the exception; 1 if not, or if something is missing to try it at all.
"""

import argparse
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

if sys.platform != "win32":
    raise SystemExit("This tries something of Windows itself: copy it to a Windows machine, and run it there.")

import winreg

T = TypeVar("T")

WER = r"SOFTWARE\Microsoft\Windows\Windows Error Reporting"
# The 64-bit view, where WER looks, whatever this Python is.
READ = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
CHANGE = winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_64KEY

# What may explain that there is no dump: (hive, key, value).
EXPLAINING = [
    (winreg.HKEY_LOCAL_MACHINE, WER, "Disabled"),
    (winreg.HKEY_CURRENT_USER, WER, "Disabled"),
    (winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Policies\Microsoft\Windows\Windows Error Reporting", "Disabled"),
    (winreg.HKEY_LOCAL_MACHINE, WER, "ForceQueue"),
    (winreg.HKEY_LOCAL_MACHINE, WER, "DontShowUI"),
    (winreg.HKEY_LOCAL_MACHINE, rf"{WER}\Consent", "DefaultConsent"),
    (winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Services\WerSvc", "Start"),
    (winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\AeDebug", "Auto"),
    (winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\AeDebug", "Debugger"),
]

WERFAULT = Path(os.environ["SYSTEMROOT"], "System32", "WerFault.exe")  # what writes the dumps

# C code of ctypes reads there. (ctypes.string_at would make an OSError of it.)
CRASH = "import ctypes; ctypes.c_int.from_address(8).value"
ACCESS_VIOLATION = 0xC0000005
MINIDUMP_NORMAL = 1  # DumpType
EXCEPTION_STREAM = 6


def main() -> int:
    """Try it. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wait", type=float, default=60, metavar="SECONDS", help="for the dump, if not %(default)s")
    wait = parser.parse_args().wait
    for line in settings():
        say(f"  {line}")
    lacking = missing()
    if lacking:
        say("Local dumps cannot be tried here. Missing:", *(f"  {what}" for what in lacking))
        return 1
    program = f"wer-dump-{os.getpid()}.exe"
    with tempfile.TemporaryDirectory(prefix="wer-dump-", ignore_cleanup_errors=True) as name, ExitStack() as undone:
        folder = Path(name)
        for value in ("ForceQueue", "DontShowUI"):
            undone.enter_context(changed(value, 1))
        undone.enter_context(local_dumps(program, folder))
        undone.callback(remove_reports, program)
        started = time.monotonic()
        pid, exit_code = crash(folder, program, wait)
        ok = claim(exit_code == ACCESS_VIOLATION, f"{program}, process {pid}, ended with {exit_code:#x}")
        path = folder / f"{program}.{pid}.dmp"
        code = until(lambda: exception_of(path), started + wait)
        after = time.monotonic() - started
        there = ", ".join(sorted(path.name for path in folder.iterdir()))
        if code is None:
            return not claim(False, f"the dump {path} within {wait:g} s; in the folder are: {there}")
        ok &= claim(code == ACCESS_VIOLATION, f"{path.name}, {path.stat().st_size:,} bytes, exception {code:#x}")
        say(f"           {after:.1f} s after the start of the program")
        reports = until(lambda: reports_of(program), time.monotonic() + 5)
        for report in reports or ():
            say(f"  also     WER's own report of the crash: {report}")
        if not reports:
            say("  also     no report of WER's own: neither in the user's stores nor in the machine's")
    return not ok


def say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


def claim(holds: bool, text: str) -> bool:
    """Say what was found, and whether it is what it should be."""
    say(f"  {'ok     ' if holds else 'MISSING'}  {text}")
    return holds


def settings() -> Iterator[str]:
    """What is set here of what may explain the result."""
    for hive, key, name in EXPLAINING:
        root = "HKLM" if hive == winreg.HKEY_LOCAL_MACHINE else "HKCU"
        try:
            with winreg.OpenKey(hive, key, access=READ) as opened:
                yield rf"{root}\{key}\{name} = {winreg.QueryValueEx(opened, name)[0]!r}"
        except FileNotFoundError:
            yield rf"{root}\{key}\{name} is not set"
        except OSError as error:
            yield rf"{root}\{key}\{name} cannot be read: {error.strerror}"


def missing() -> list[str]:
    """What this machine or this user lacks."""
    lacking = []
    if not WERFAULT.exists():
        lacking.append(f"{WERFAULT}, which writes the dumps; Wine has none")
    try:
        winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, WER, access=CHANGE).Close()
    except FileNotFoundError:
        lacking.append(rf"HKEY_LOCAL_MACHINE\{WER}: every Windows has it")
    except PermissionError:
        lacking.append(rf"the right to change HKEY_LOCAL_MACHINE\{WER}: run this as an administrator")
    return lacking


@contextmanager
def changed(name: str, data: int) -> Iterator[None]:
    """Have a DWORD of WER's settings be `data`, and afterwards what it was."""
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, WER, access=CHANGE) as key:
        try:
            before = winreg.QueryValueEx(key, name)
        except FileNotFoundError:
            before = None
        winreg.SetValueEx(key, name, 0, winreg.REG_DWORD, data)
        try:
            yield
        finally:
            if before is None:
                winreg.DeleteValue(key, name)
            else:
                winreg.SetValueEx(key, name, 0, before[1], before[0])


@contextmanager
def local_dumps(program: str, folder: Path) -> Iterator[None]:
    """Have a mini dump of each crash of `program` go to `folder`."""
    parent = rf"{WER}\LocalDumps"
    with winreg.CreateKeyEx(winreg.HKEY_LOCAL_MACHINE, rf"{parent}\{program}", access=CHANGE) as key:
        winreg.SetValueEx(key, "DumpFolder", 0, winreg.REG_EXPAND_SZ, str(folder))
        winreg.SetValueEx(key, "DumpType", 0, winreg.REG_DWORD, MINIDUMP_NORMAL)
        winreg.SetValueEx(key, "DumpCount", 0, winreg.REG_DWORD, 2)
    try:
        yield
    finally:
        winreg.DeleteKeyEx(winreg.HKEY_LOCAL_MACHINE, rf"{parent}\{program}", access=winreg.KEY_WOW64_64KEY)
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, parent, access=READ) as key:
            keys, values, _ = winreg.QueryInfoKey(key)
        if keys == values == 0:  # it says nothing; most likely it was not there before
            winreg.DeleteKeyEx(winreg.HKEY_LOCAL_MACHINE, parent, access=winreg.KEY_WOW64_64KEY)


def crash(folder: Path, program: str, wait: float) -> tuple[int, int]:
    """Run a copy of python.exe, named `program`, that crashes. Returns its process id and exit code."""
    # Not a virtual environment's python.exe, which only starts another one. The copy finds its DLLs by PATH.
    base = Path(getattr(sys, "_base_executable", sys.executable))
    shutil.copy(base, folder / program)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"PYTHONHOME": sys.base_prefix, "PATH": os.pathsep.join([str(base.parent), os.environ["PATH"]])}
    process = subprocess.Popen(
        [folder / program, "-S", "-c", CRASH],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # Else it has the error mode of this process, and under many CI agents that is to die without a report.
        creationflags=subprocess.CREATE_DEFAULT_ERROR_MODE,
    )
    try:
        output, _ = process.communicate(timeout=wait)
    except subprocess.TimeoutExpired:
        say(f"  {program} still stands after {wait:g} s, so it is ended")
        process.kill()
        output, _ = process.communicate()
    finally:
        process.kill()  # after Ctrl-C; one that has ended is left alone
    if output:
        say(f"  {program} said: {output.decode(errors='replace').strip()}")
    return process.pid, process.returncode


def until(look: Callable[[], T | None], deadline: float) -> T | None:
    """What `look` finds, as soon as it finds something; None if that is after the deadline."""
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def exception_of(path: Path) -> int | None:
    """The exception code in a dump; None while the dump is not there, not whole, or has none."""
    try:
        data = path.read_bytes()
        magic, _, count, directory = struct.unpack_from("<4I", data)
        if magic.to_bytes(4, "little") != b"MDMP":
            return None
        for kind, _, place in struct.iter_unpack("<3I", data[directory : directory + 12 * count]):
            if kind == EXCEPTION_STREAM:
                code: int = struct.unpack_from("<I", data, place + 8)[
                    0
                ]  # after the thread's id, and 4 bytes of nothing
                return code
    except (OSError, struct.error):
        pass
    return None


def reports_of(program: str) -> list[Path]:
    """The folders of WER's reports, of this user and of the machine, that tell of `program`."""
    found = []
    for root in filter(None, map(os.environ.get, ("LOCALAPPDATA", "ProgramData"))):
        for path in Path(root, "Microsoft", "Windows", "WER").glob("Report*/*/Report.wer"):
            with suppress(OSError):
                if program.encode("utf-16-le") in path.read_bytes():
                    found.append(path.parent)
    return found


def remove_reports(program: str) -> None:
    for folder in reports_of(program):
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            say(f"  {folder} could not be removed: please do it")


if __name__ == "__main__":
    sys.exit(main())
