"""Where tests, the demo and benchmarks run: a Python with our package installed as users would have it.

In a session, after `prepare`, this prints the path of the installed package:

    with session.opened(cache, ["3.12"]) as windows:
        windows.python("3.12", ["-c", "import wer; print(wer.__file__)"])
"""

import os
import platform
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tools import build, cpython, debian, steps, venvs, wine
from tools.cache import Cache, link_tree
from tools.cpython import PYTHONS, WindowsPython
from tools.steps import Command, Echo, Failure, Finished, say

ON_WINDOWS = os.name == "nt"

# The name of the Python that runs this. The others are for Windows, and run under Wine.
LOCAL = f"{sys.version_info.major}.{sys.version_info.minor}" if ON_WINDOWS else "linux"

WINDOWS_PYTHONS = [LOCAL] if ON_WINDOWS else list(PYTHONS)
ALL_PYTHONS = [LOCAL] if ON_WINDOWS else [*PYTHONS, LOCAL]


def folder_to_keep(folder: Path) -> Path:
    """Make `folder`, for what is left to the user, unless it is there; returns its absolute path."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = "something else is there" if folder.exists() else error.strerror
        raise Failure(f"There can be no folder {folder.absolute()} for the reports: {why}.") from error
    return folder.absolute()


class Session(ABC):
    """Pythons with our package installed, for as long as the session lasts. What they leave in it goes with it."""

    folder: Path
    """For files of this session."""

    def python(
        self,
        name: str,
        arguments: Command,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        echo: Echo | None = say,
    ) -> Finished:
        """Run the Python `name`, such as "3.12". What it prints goes to `echo` line by line, and is returned.

        `env` is added to its environment. It does not look for modules in `cwd`, and so finds only the installed
        package; and it leaves no compiled files there.
        """
        # Not PYTHONUTF8: files would then not have the encoding that they have for most users of Windows.
        environment = {"PYTHONIOENCODING": "utf-8", **(env or {})}
        return self._run(name, ["-P", "-B", *arguments], environment, cwd, echo)

    @abstractmethod
    def attach(self, name: str, arguments: Command, cwd: Path) -> int:
        """Run the Python `name` on our own input and output, and return its exit code.

        It looks for modules where Python always does, the script's folder included.
        """

    @abstractmethod
    def keep_reports(self, folder: Path) -> bool:
        """Have what WER stores lie in `folder`, beyond the session's end. False if that is not ours to say."""

    @abstractmethod
    def describe(self, name: str) -> str:
        """What the Python `name` is and runs on, in a few words."""

    @abstractmethod
    def path(self, path: Path) -> str:
        """What programs in the session call the file `path` of this machine."""

    @abstractmethod
    def close(self) -> None:
        """End everything in the session, and remove it."""

    @abstractmethod
    def _run(
        self, name: str, arguments: Command, env: Mapping[str, str], cwd: Path | None, echo: Echo | None
    ) -> Finished: ...


def prepare(cache: Cache, pythons: Sequence[str]) -> None:
    """Fetch and build all that sessions with these Pythons need, unless it is there."""
    under_wine = [name for name in pythons if name != LOCAL]
    if under_wine:
        wheels(cache, under_wine)
        build.standin(cache)
        build.exception_module(cache)
        build.crashes(cache)
        for name in under_wine:
            cpython.ready(cache, PYTHONS[name])
            build.faults(cache, PYTHONS[name])
    if LOCAL in pythons:
        venvs.get(cache, LocalSession.REQUIREMENTS)
        build.native_wheel(cache)


def wheels(cache: Cache, pythons: Sequence[str], *, again: bool = False) -> list[Path]:
    """The wheels for these Pythons for Windows; `again`: other ones, built from the same sources."""
    if ON_WINDOWS:
        return [build.native_wheel(cache, again=again)]
    debian.install(cache, debian.WINE_AND_COMPILER + debian.VENV)
    venvs.get(cache, "build")
    for name in pythons:
        cpython.plain(cache, PYTHONS[name])  # not together: each shows the progress of its download
    return steps.together(*(partial(build.wheel, cache, PYTHONS[name], again=again) for name in pythons))


@contextmanager
def opened(
    cache: Cache,
    pythons: Sequence[str],
    library: Callable[[Cache], Path] = build.standin,
    wheel: Callable[[Cache, WindowsPython], Path] = build.wheel,
) -> Iterator[Session]:
    """A new session: either with Pythons for Windows under Wine, or with the one that runs this.

    Under Wine, `library` is what makes the wer.dll there, and `wheel` what makes the package.
    """
    session = LocalSession(cache) if list(pythons) == [LOCAL] else WineSession(cache, pythons, library, wheel)
    try:
        yield session
    finally:
        session.close()


class WineSession(Session):
    """CPythons for Windows, each with our wheel, in a Wine prefix with the stand-in for WER."""

    def __init__(
        self,
        cache: Cache,
        pythons: Sequence[str],
        wer_dll: Callable[[Cache], Path],
        wheel: Callable[[Cache, WindowsPython], Path],
    ) -> None:
        self.folder = cache.folder / "-".join(["wine", *pythons])
        self._prefix = wine.clone(cache, self.folder)
        # What is there is a link to the template's file: replace it, do not write into it.
        library = self._prefix.drive_c / "windows" / "system32" / "wer.dll"
        library.unlink()
        shutil.copy(wer_dll(cache), library)
        for name in pythons:
            python = PYTHONS[name]
            home = self._prefix.drive_c / python.home
            link_tree(cpython.ready(cache, python), home)
            cpython.install(cache, python, home, wheel(cache, python))
        crashes = self.path(build.crashes(cache))
        self._environments = {  # for tests and trials
            name: {"WERAPI_CRASHES": crashes, "WERAPI_FAULTS": self.path(build.faults(cache, PYTHONS[name]))}
            for name in pythons
        }
        self._prefix.start()

    def attach(self, name: str, arguments: Command, cwd: Path) -> int:
        """See `Session`."""
        program = rf"C:\{PYTHONS[name].home}\python.exe"
        # Unbuffered, or who sits before it sees its output at the end.
        return self._prefix.attach([program, "-B", "-u", *arguments], env={"PYTHONIOENCODING": "utf-8"}, cwd=cwd)

    def keep_reports(self, folder: Path) -> bool:
        """See `Session`. Links lead there, so that for Windows' programs all is where it always is."""
        users = self._prefix.drive_c / "users"
        machine = self._prefix.drive_c / "ProgramData"
        [user] = [path / "AppData" / "Local" for path in users.iterdir() if path.name != "Public"]
        for name, place in (
            ("machine", machine / "Microsoft" / "Windows" / "WER"),
            ("user", user / "Microsoft" / "Windows" / "WER"),
            ("CrashDumps", user / "CrashDumps"),
        ):
            (folder / name).mkdir(parents=True, exist_ok=True)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(folder / name)
        return True

    def describe(self, name: str) -> str:
        """See `Session`."""
        wine_version = wine.version().split(" ")[0].replace("wine-", "Wine ")
        return f"Windows CPython {PYTHONS[name].version}, {wine_version}, stand-in"

    def path(self, path: Path) -> str:
        """See `Session`."""
        return wine.windows_path(path)

    def close(self) -> None:
        """See `Session`."""
        self._prefix.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(
        self, name: str, arguments: Command, env: Mapping[str, str], cwd: Path | None, echo: Echo | None
    ) -> Finished:
        program = rf"C:\{PYTHONS[name].home}\python.exe"
        environment = self._environments[name] | dict(env)
        return self._prefix.run([program, *arguments], env=environment, cwd=cwd, echo=echo, check=False)


class LocalSession(Session):
    """The Python that runs this, in a new virtual environment with the package built from the sdist.

    On Windows that is the extension, and the WER it calls is the real one.
    """

    REQUIREMENTS = "test-windows" if ON_WINDOWS else "test-linux"

    def __init__(self, cache: Cache) -> None:
        self.folder = cache.folder / "local"
        self._python = venvs.extended(cache, [self.REQUIREMENTS], self.folder, build.native_wheel(cache))
        self._environment = cache.environment

    def attach(self, name: str, arguments: Command, cwd: Path) -> int:
        """See `Session`."""
        return subprocess.run([self._python, "-B", *arguments], cwd=cwd, check=False).returncode

    def keep_reports(self, folder: Path) -> bool:
        """See `Session`. They are this machine's own WER's."""
        return False

    def describe(self, name: str) -> str:
        """See `Session`."""
        if ON_WINDOWS:
            return f"Windows CPython {platform.python_version()}, the WER of this machine"
        return f"CPython {platform.python_version()}, from the sdist"

    def path(self, path: Path) -> str:
        """See `Session`."""
        return str(path)

    def close(self) -> None:
        """See `Session`."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(
        self, name: str, arguments: Command, env: Mapping[str, str], cwd: Path | None, echo: Echo | None
    ) -> Finished:
        command = [self._python, *arguments]
        return steps.run(command, env=self._environment | dict(env), cwd=cwd, echo=echo, check=False)
