"""The Debian packages that the rest needs: Wine, the cross compiler and, where it is missing, Python's venv.

Where there is no dpkg, what they bring is to be there already.
"""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from tools import steps
from tools.cache import Cache, locked
from tools.steps import Failure

WINE_AND_COMPILER = ["wine", "wine64", "gcc-mingw-w64-x86-64-win32", "g++-mingw-w64-x86-64-win32"]

# What builds the example of a native host, as others would.
CMAKE = ["cmake", "ninja-build"]

# What looks at our C, all of one version; and what CPython is built with.
CLANG = "19"
ANALYSERS = [
    *(f"clang-{CLANG}", f"clang-tools-{CLANG}", f"clang-tidy-{CLANG}", f"libclang-rt-{CLANG}-dev", f"llvm-{CLANG}"),
    *("gcc", "libc6-dev", "mingw-w64-x86-64-dev", f"libpython3.{sys.version_info.minor}-dev"),
]
FOR_CPYTHON = ["make", "libffi-dev", "zlib1g-dev"]

# Debian has split it off from Python; other Pythons are whole.
VENV = [] if importlib.util.find_spec("ensurepip") else ["python3-venv"]

# What of each is looked for where there is no dpkg. (VENV is asked for only where ensurepip is known to be missing.)
BRING = {
    "wine": "wine",
    "wine64": "wineserver",
    "gcc-mingw-w64-x86-64-win32": "x86_64-w64-mingw32-gcc",
    "g++-mingw-w64-x86-64-win32": "x86_64-w64-mingw32-g++",
    "python3-venv": "ensurepip",
    "debootstrap": "debootstrap",
    "git": "git",
    "cmake": "cmake",
    "ninja-build": "ninja",
    f"clang-{CLANG}": f"clang-{CLANG}",
    f"clang-tools-{CLANG}": f"clang-cl-{CLANG}",
    f"clang-tidy-{CLANG}": f"clang-tidy-{CLANG}",
    f"llvm-{CLANG}": f"llvm-symbolizer-{CLANG}",
    "gcc": "gcc",
    "make": "make",
}
# Of these it is not known what to look for: what lacks them says so.
LIBRARIES = {*ANALYSERS, *FOR_CPYTHON} - BRING.keys()

MIRROR = "http://deb.debian.org/debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

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
        if not shutil.which("apt-get"):
            raise Failure(f"These Debian packages are missing, and there is no apt-get here: {' '.join(missing)}")
        if os.geteuid() != 0 and not shutil.which("sudo"):
            by_hand = f"apt-get update && apt-get install --no-install-recommends {' '.join(missing)}"
            raise Failure(f"Debian packages are missing, and installing them needs root.\nAs root, run: {by_hand}")
        apt = APT if os.geteuid() == 0 else ["sudo", *APT]
        advice = "Does apt work, and does it reach Debian's mirror? Its own messages are above."
        with steps.step(f"Debian packages: installing {' '.join(missing)} and what they need"):
            steps.run([*apt, "update"], foreground=True, advice=advice)
            command = [*apt, "install", "--yes", "--no-install-recommends", *missing]
            steps.run(command, foreground=True, advice=advice)


def source(cache: Cache, suite: str, package: str, folder: Path) -> Path:
    """The upstream archive of a package's source in another suite of Debian, fetched into `folder`, signed by Debian.

    apt gets lists of its own: those of the machine stay as they are.
    """
    if not shutil.which("apt-get"):
        raise Failure(f"The source of {package} comes from Debian, and there is no apt-get here.")
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    listed = folder / "sources.list"
    listed.write_text(f"deb-src [signed-by={KEYRING}] {MIRROR} {suite} main\n", encoding="utf-8")
    options = [
        *("-o", f"Dir::Etc::sourcelist={listed}", "-o", "Dir::Etc::sourceparts=/dev/null"),
        *("-o", f"Dir::State::lists={folder / 'lists'}", "-o", f"Dir::Cache={folder / 'cache'}"),
        *("-o", "APT::Sandbox::User=", "-o", "Acquire::Languages=none"),
    ]
    advice = "Does apt work, and does it reach Debian's mirror?"
    steps.run(["apt-get", "--quiet", *options, "update"], env=cache.environment, cwd=folder, advice=advice)
    command = ["apt-get", "--quiet", *options, "source", "--download-only", package]
    steps.run(command, env=cache.environment, cwd=folder, advice=advice)
    (archive,) = folder.glob("*.orig.tar.*z")
    return archive


def _missing(packages: list[str]) -> list[str]:
    if not shutil.which("dpkg-query"):
        _expect_programs(packages)
        return []
    query = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages]
    present = steps.run(query, check=False).output.splitlines()  # exit code 1: some are unknown
    return [package for package in packages if f"{package} installed" not in present]


def _expect_programs(packages: list[str]) -> None:
    """On another system, fail unless what `packages` bring is there, from wherever."""
    missing = [
        f"  {BRING[package]}, in Debian's package {package}"
        for package in packages
        if package not in LIBRARIES and not shutil.which(BRING[package])
    ]
    if missing:
        raise Failure(
            "This is made for Debian 12, whose packages it installs by itself. There is no dpkg here, and this "
            "is missing:\n" + "\n".join(missing) + "\n"
            "Install them as this system does it (Wine 8 and mingw-w64 are what is tried), and run this again."
        )
