"""The program of tests/onefile in one file, as PyInstaller makes it: a launcher that unpacks and starts a Python."""

import shutil
from pathlib import Path

from tools import build, cpython, session, venvs, wine
from tools.cache import Cache, Key, link_tree
from tools.cpython import PYTHONS
from tools.steps import Command

SOURCE = build.ROOT / "tests" / "onefile" / "worker.py"
REQUIREMENTS = "onefile"
# One program is enough for all Pythons: it brings its own. PyInstaller copies files with shutil.copy2, which from 3.12
# on calls what Wine 8 does not have.
PYTHON = "3.11"
TITLE = "Program in one file: packing it with PyInstaller (half a minute)"


def onefile(cache: Cache) -> Path:
    """The program: worker.exe."""
    return (_on_windows(cache) if session.ON_WINDOWS else _under_wine(cache)) / "worker.exe"


def _on_windows(cache: Cache) -> Path:
    def make(folder: Path) -> None:
        work = cache.folder / "onefile"
        venvs.run(cache, REQUIREMENTS, "PyInstaller", *_options(str(folder), str(work)), SOURCE)

    key: Key = [SOURCE, venvs.get(cache, REQUIREMENTS).parent.parent.name, Path(__file__)]
    return cache.get("onefile", TITLE, key, make)


def _under_wine(cache: Cache) -> Path:
    python = PYTHONS[PYTHON]
    original = cpython.plain(cache, python)
    needed = venvs.requirements(REQUIREMENTS)

    def make(folder: Path) -> None:
        home = cache.folder / "onefile-python"
        link_tree(original, home)
        cpython.install(cache, python, home, "--requirement", needed)
        prefix = wine.clone(cache, cache.folder / "onefile-wine")
        (prefix.drive_c / python.home).symlink_to(home)
        shutil.copy(SOURCE, prefix.drive_c)
        prefix.start()
        command: Command = [rf"C:\{python.home}\python.exe", "-B", "-m", "PyInstaller"]
        prefix.run([*command, *_options(r"C:\made", r"C:\work"), rf"C:\{SOURCE.name}"])
        prefix.stop()
        shutil.copy(prefix.drive_c / "made" / "worker.exe", folder)

    key: Key = [original.name, wine.template(cache).name, needed, SOURCE, Path(__file__)]
    return cache.get("onefile", TITLE, key, make)


def _options(made: str, work: str) -> list[str]:
    return ["--onefile", "--console", "--noconfirm", "--distpath", made, "--workpath", work, "--specpath", work]
