"""The extension for Linux, on the Windows of tests/fake: for sanitizers and analysers, and for nobody to use."""

import shutil
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools import build, debian, release, steps, venvs
from tools.cache import Cache
from tools.steps import Command

FAKE = "tests/fake"
CLANG = f"clang-{debian.CLANG}"
# 16 bits in a wchar_t, as on Windows; so Python's functions for these need others in their place.
AS_ON_WINDOWS = [
    *("-std=gnu99", "-fshort-wchar", "-D_GNU_SOURCE"),
    *("-DPyUnicode_AsWideChar=fake_as_wide_char", "-DPyUnicode_FromWideChar=fake_from_wide_char"),
]
STRICTLY = ["-Wall", "-Wextra", "-Werror"]
THREAD = "-fsanitize=thread"


@dataclass(frozen=True)
class Sources:
    """A copy of the package with the C that Cython makes of it, and of the fake."""

    folder: Path
    python: list[Path] = field(default_factory=lambda: [Path(sysconfig.get_path("include"))])  # its headers

    @property
    def package(self) -> Path:
        """The folder `wer`."""
        return self.folder / "src" / "wer"

    @property
    def own(self) -> list[Path]:
        """The C that people wrote and that is shipped."""
        return sorted((self.package / "native").glob("*.c"))

    @property
    def generated(self) -> Path:
        """The C that Cython made."""
        return self.package / "_werapi.c"

    @property
    def exception_module(self) -> Path:
        """The DLL that WerFault loads, which is linked with nothing else."""
        return self.package / "native" / "exception_module" / "wer_exception_module.c"

    @property
    def fake(self) -> list[Path]:
        """The fake's C, without what is linked into the extension."""
        return [path for path in sorted((self.folder / FAKE).glob("*.c")) if path.name != "text.c"]

    @property
    def text(self) -> Path:
        """What stands for two of Python's functions."""
        return self.folder / FAKE / "text.c"

    @property
    def includes(self) -> list[str]:
        """The options of a compiler that tell where headers are."""
        ours = [f"-I{self.folder / name}" for name in (FAKE, "include", "src/wer/native")]
        return [*ours, *(f"-isystem{path}" for path in self.python)]


def sources(cache: Cache, python: list[Path] | None = None) -> Sources:
    """Such a copy, made once in a run; `python`: the headers of another one than runs this."""
    folder = cache.folder / "onlinux"
    given = Sources(folder) if python is None else Sources(folder, python)
    if folder.is_dir():
        return given
    debian.install(cache, debian.ANALYSERS)
    shutil.copytree(build.sources(cache), folder)
    shutil.copytree(build.ROOT / FAKE, folder / FAKE)
    package = folder / "src" / "wer"
    venvs.run(cache, "build", "cython", "--3str", "-I", folder / "src", package / "_werapi.pyx")
    return given


def compile_all(
    cache: Cache, given: Sources, files: Sequence[Path], folder: Path, options: Sequence[str], compiler: str = CLANG
) -> list[Path]:
    """Object files of all of these, in `folder`; a warning is a `Failure`."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for file in files:
        made.append(folder / f"{file.stem}.o")
        command: Command = [compiler, *AS_ON_WINDOWS, *release.macros(), *given.includes, *STRICTLY, *options]
        steps.run([*command, "-fPIC", "-c", file, "-o", made[-1]], env=cache.environment)
    return made


def site(cache: Cache, given: Sources, folder: Path, sanitizer: Sequence[str]) -> Path:
    """A folder for sys.path with the package, whose `_elsewhere` is the extension, built with clang's options."""
    site = folder / "site"
    shutil.copytree(given.package, site / "wer")
    shutil.copy(given.folder / "src" / "_wer_pytest.py", site)
    shutil.copy(build.ROOT / "tests" / "sanitizers" / "elsewhere.py", site / "wer" / "_elsewhere.py")
    options = [*sanitizer, "-g", "-O1", "-fno-omit-frame-pointer"]
    if THREAD in sanitizer:
        options += ["-mllvm", "-tsan-distinguish-volatile=1"]  # tests/fake/volatile.c

    def link(name: str, files: Sequence[Path], *more: str) -> None:
        objects = compile_all(cache, given, files, folder / "objects", options)
        command: Command = [CLANG, *sanitizer, "-shared", *objects, *more, "-o", site / "wer" / name]
        steps.run(command, env=cache.environment)

    on_fake = [f"-L{site / 'wer'}", "-lfakewindows", "-Wl,-rpath,$ORIGIN"]
    link("libfakewindows.so", given.fake, "-lpthread", "-ldl")
    link("_werapi.so", [given.generated, *given.own, given.text], *on_fake)
    link("exception_module.so", [given.exception_module], *on_fake)
    return site
