"""The Debian packages that the rest needs: Wine, the cross compiler and, where it is missing, Python's venv."""

import importlib.util
import os
import shutil

from tools import steps
from tools.cache import Cache, locked
from tools.steps import Failure

WINE_AND_COMPILER = ["wine", "wine64", "gcc-mingw-w64-x86-64-win32", "g++-mingw-w64-x86-64-win32"]

# Debian has split it off from Python; other Pythons are whole.
VENV = [] if importlib.util.find_spec("ensurepip") else ["python3-venv"]

# The time-out waits for another apt at work on the machine.
APT = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "-o", "DPkg::Lock::Timeout=600"]


def install(cache: Cache, packages: list[str]) -> None:
    """Install those of `packages` that are missing, with apt; if none is, nobody is asked for root's rights."""
    if not packages or not _missing(packages):
        return
    with locked(cache.root / "locks" / "debian", "Debian packages: waiting for another run that is at it ..."):
        missing = _missing(packages)
        if not missing:
            return
        if os.geteuid() != 0 and not shutil.which("sudo"):
            raise Failure(f"Debian packages are missing, and installing them needs root.\n{_by_hand(missing)}")
        apt = APT if os.geteuid() == 0 else ["sudo", *APT]
        advice = "Does apt work, and does it reach Debian's mirror? Its own messages are above."
        with steps.step(f"Debian packages: installing {' '.join(missing)} and what they need"):
            steps.run([*apt, "update"], foreground=True, advice=advice)
            command = [*apt, "install", "--yes", "--no-install-recommends", *missing]
            steps.run(command, foreground=True, advice=advice)


def _missing(packages: list[str]) -> list[str]:
    if not shutil.which("dpkg-query"):
        raise Failure(f"This needs Debian 12, and there is no dpkg-query here.\n{_by_hand(packages)}")
    query = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages]
    present = steps.run(query, check=False).output.splitlines()  # exit code 1: some are unknown
    return [package for package in packages if f"{package} installed" not in present]


def _by_hand(packages: list[str]) -> str:
    install = f"apt-get install --no-install-recommends {' '.join(packages)}"
    return f"As root, run: apt-get update && {install}"
