"""Wine prefixes: the machine that Windows programs see, one for each session and thrown away after it."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tools import steps
from tools.cache import Cache
from tools.steps import Command, Echo, Finished

# What no Windows program writes to: a clone shares these files with the template, and copies all others.
SHARED = {".acm", ".ax", ".cpl", ".dll", ".drv", ".ds", ".exe", ".msstyles", ".nls", ".ocx", ".sys", ".tlb"}

# No .NET and no browser, which Wine would offer to download; no menu entries in the user's own desktop; no debugger,
# which Wine would start for a program that crashes, whatever its error mode; and never Wine's own wer.dll, only the
# native one that a session puts in its place.
OVERRIDES = "mscoree,mshtml=;winemenubuilder.exe=d;winedbg.exe=d;wer=n"


# Not started by itself: for the serial number of a file's volume, which each os.stat asks for, Wine would ask this
# driver in another process. Python starts in 0.13 s with `wer` so, in place of 0.24; and st_dev is always 0.
MOUNT_MANAGER = r"HKLM\System\CurrentControlSet\Services\MountMgr"


class Prefix:
    """A Wine prefix, with a home and a temporary folder beside it, so that Wine writes nowhere else.

    (Debian's Wine has its server's socket in that temporary folder too; others have it in /tmp/.wine-<uid>.)
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.drive_c = folder / "prefix" / "drive_c"

    def run(
        self,
        program: Command,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        echo: Echo | None = None,
        check: bool = True,
    ) -> Finished:
        """Run a Windows program, with pipes and no input: on files, CPython dies at its start under Wine."""
        environment = self._environment() | dict(env or {})
        return steps.run(["wine", *program], env=environment, cwd=cwd, echo=echo, check=check)

    def attach(self, program: Command, *, env: Mapping[str, str], cwd: Path) -> int:
        """Run a Windows program on our own input and output. Returns its exit code, of which Linux has 8 bits."""
        return steps.attach(["wine", *program], env=self._environment() | dict(env), cwd=cwd)

    def start(self) -> None:
        """Start Wine's server and services. They outlive the programs, each of which then starts in 0.1 s.

        Not with `steps.run`: they would inherit its pipe, and it would wait for their end.
        """
        self._run_silently("wineserver", "--persistent")
        self._run_silently("wine", "cmd", "/c", "exit")

    def stop(self) -> None:
        """End all that runs in this prefix.

        One --kill is not always enough: a program that is just starting brings up another server. And once in a while
        a server stays, with a service that has not ended.
        """
        for _ in range(5):
            self._run_silently("wineserver", "--kill")
            if not self._processes():
                return
            time.sleep(0.2)
        for pid in self._processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _processes(self) -> list[int]:
        """What runs in this prefix, Wine's server included."""
        mine = f"WINEPREFIX={self.folder / 'prefix'}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):  # it has ended, or is somebody else's
                if mine in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
        return found

    def _environment(self) -> dict[str, str]:
        """All that a Windows program gets from the environment: nothing of the user's, so all runs are alike."""
        home, temporary = self.folder / "home", self.folder / "tmp"
        home.mkdir(exist_ok=True)
        temporary.mkdir(exist_ok=True)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TMPDIR": str(temporary),
            "LC_ALL": "C.UTF-8",  # else Wine opens no path with letters beyond ASCII
            "WINEPREFIX": str(self.folder / "prefix"),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": OVERRIDES,
        }

    def _run_silently(self, *command: str) -> None:
        null = subprocess.DEVNULL
        subprocess.run(command, env=self._environment(), stdin=null, stdout=null, stderr=null, check=False)


def template(cache: Cache) -> Path:
    """A fresh prefix in Windows 10 mode: it takes seconds to make, and a fraction of one to clone."""

    def build(folder: Path) -> None:
        prefix = Prefix(cache.folder / "template")
        for tries_left in (2, 1, 0):
            (prefix.folder / "prefix").mkdir(parents=True)
            prefix.start()
            mode = ["reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f"]
            if prefix.run(mode, check=not tries_left).returncode == 0:
                break
            # Once in a while Wine leaves a prefix without DLLs, and says nothing.
            prefix.stop()
            shutil.rmtree(prefix.folder)
        prefix.run(["reg", "add", MOUNT_MANAGER, "/v", "Start", "/t", "REG_DWORD", "/d", "3", "/f"])
        prefix.stop()
        for path in prefix.drive_c.glob("users/**/*"):
            if path.is_symlink():  # "Documents" and its like, which lead into the home of the moment
                path.unlink()
                path.mkdir()
        (prefix.folder / "prefix").rename(folder / "prefix")

    return cache.get("wine", "Wine: making a prefix in Windows 10 mode", [version(), Path(__file__)], build)


def clone(cache: Cache, folder: Path) -> Prefix:
    """A prefix like the template, in the new folder `folder`."""

    def link_or_copy(source: str, target: str) -> None:
        (os.link if Path(source).suffix in SHARED else shutil.copy2)(source, target)

    shutil.copytree(template(cache), folder, symlinks=True, copy_function=link_or_copy)
    return Prefix(folder)


def version() -> str:
    """Such as "wine-8.0 (Debian 8.0~repack-4)"."""
    return steps.run(["wine", "--version"], env={"PATH": os.environ["PATH"], "WINEDEBUG": "-all"}).output


def windows_path(path: Path) -> str:
    """What Windows programs call the Linux file `path`."""
    return "Z:" + str(path.absolute()).replace("/", "\\")


def stop_all(folder: Path) -> None:
    """End all that runs in the prefixes in a run's folder; the run itself may have been killed."""
    if shutil.which("wineserver"):
        for prefix in folder.glob("*/prefix"):
            Prefix(prefix.parent).stop()
