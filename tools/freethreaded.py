"""A CPython without a GIL that tells ThreadSanitizer what it does: built from Debian's source, for no package has one.

Without that, each lock of the interpreter would look like none, and everything behind it like a race.
"""

import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tools import debian, steps
from tools.cache import Cache, Key

# The newest one that a release of Debian has: its stable one. Which that is exactly, the mirror says.
SUITE, PACKAGE = "trixie", "python3.13"
CONFIGURE = ["--disable-gil", "--with-thread-sanitizer", "--without-ensurepip", "--disable-test-modules"]


@dataclass(frozen=True)
class FreeThreaded:
    """One in the folder where it was built: `make install` takes longer than the rest."""

    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.folder / "python"

    @property
    def includes(self) -> list[Path]:
        """Where its headers are."""
        return [self.folder / "Include", self.folder]

    @property
    def suppressions(self) -> Path:
        """CPython's own list of what it knows of itself."""
        return self.folder / "Tools" / "tsan" / "suppressions_free_threading.txt"


def get(cache: Cache) -> FreeThreaded:
    """It, built unless it is there: some minutes."""
    debian.install(cache, debian.ANALYSERS + debian.FOR_CPYTHON)

    def build(folder: Path) -> None:
        work = cache.folder / "freethreaded"
        work.mkdir()
        with tarfile.open(debian.source(cache, SUITE, PACKAGE, work)) as archive:
            archive.extractall(work / "source", filter="tar")
        (top,) = (work / "source").iterdir()
        for path in top.iterdir():  # it finds its library from where it lies: no need to install it
            shutil.move(path, folder)
        environment = cache.environment | {"CC": f"clang-{debian.CLANG}", "CXX": f"clang++-{debian.CLANG}"}
        steps.run(["./configure", *CONFIGURE], env=environment, cwd=folder)
        steps.run(["make", f"-j{os.cpu_count() or 1}"], env=environment, cwd=folder)

    key: Key = [SUITE, PACKAGE, debian.CLANG, *CONFIGURE, Path(__file__)]
    return FreeThreaded(cache.get("freethreaded", "CPython without a GIL: building", key, build))
