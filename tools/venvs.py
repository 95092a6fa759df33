"""Virtual environments of this machine's own Python, each with what one requirements file names."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import debian, steps
from tools.cache import Cache, Key
from tools.steps import Command, Echo, Finished

TOOLS = Path(__file__).resolve().parent
ADVICE = "Is the package index reachable? `python3 -m pip config debug` shows what pip is told about it."


def requirements(name: str) -> Path:
    """The file that pins what the environment `name` holds."""
    return TOOLS / f"requirements-{name}.txt"


def get(cache: Cache, name: str) -> Path:
    """The Python of the environment `name`, which is shared: install nothing into it."""

    def build(folder: Path) -> None:
        _make(cache, folder)
        command: Command = [_executable(folder), "-P", "-m", "pip", "install", "--requirement", requirements(name)]
        steps.run(command, env=cache.environment, advice=ADVICE)

    key: Key = [requirements(name), sys.executable, sys.version]
    return _executable(cache.get(f"venv-{name}", f"Python packages to {name}", key, build))


def run(
    cache: Cache,
    name: str,
    module: str,
    *arguments: str | Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    echo: Echo | None = None,
    foreground: bool = False,
    check: bool = True,
) -> Finished:
    """Run a module of the environment `name`. Not a script of its bin folder: those do not survive that it was
    moved to its place when it was complete."""
    return steps.run(
        [get(cache, name), "-P", "-m", module, *arguments],  # not one of that name in the current folder
        env=cache.environment | dict(env or {}),
        cwd=cwd,
        echo=echo,
        foreground=foreground,
        check=check,
        advice=ADVICE if module == "pip" and "wheel" not in arguments else "",
    )


def packages(cache: Cache, name: str) -> Path:
    """The folder with the packages of the environment `name`."""
    return _packages(cache, get(cache, name))


def extended(cache: Cache, names: Sequence[str], folder: Path, wheel: Path) -> Path:
    """The Python of a new environment in `folder`, with `wheel` and all that the shared ones `names` have."""
    _make(cache, folder, "--without-pip")
    python = _executable(folder)
    run(cache, names[0], "pip", "--python", python, "install", "--quiet", "--no-deps", wheel)
    link = _packages(cache, python) / "shared.pth"
    # In the encoding in which the new Python reads it.
    encoding = "locale" if os.name == "nt" else "utf-8"
    link.write_text("".join(f"{packages(cache, name)}\n" for name in names), encoding=encoding)
    return python


def _make(cache: Cache, folder: Path, *options: str) -> None:
    debian.install(cache, debian.VENV)
    steps.run([sys.executable, "-P", "-m", "venv", *options, folder], env=cache.environment)


def _executable(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _packages(cache: Cache, python: Path) -> Path:
    query: Command = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return Path(steps.run(query, env=cache.environment).output)
