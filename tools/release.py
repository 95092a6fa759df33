"""What is looked at before anything is released: the files that were built, and other architectures of Windows."""

import ast
import shutil
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tools import build, cpython, steps, venvs
from tools.cache import Cache
from tools.cpython import WindowsPython
from tools.steps import Command, Failure, say

# pyroma wants an address of the author's and of a home page. Nobody has said them yet; a release needs both.
NOT_YET = "AuthorEmail,Url"
URLS = "Source", "Issues", "Changelog", "Documentation"
# What the core is to have at most in a wheel, compressed. Nothing fails that is over it: what is said is the size.
CORE_BYTES = 200_000
# Zig's names for the other architectures, and what CPython's pyconfig.h defines for MSVC only.
ARCHITECTURES: dict[str, tuple[str, list[str]]] = {
    "win_arm64": ("aarch64-windows-gnu", ["-DMS_WIN64="]),
    "win32": ("x86-windows-gnu", []),
    "win_amd64 without a GIL": ("x86_64-windows-gnu", ["-DMS_WIN64=", "-DPy_GIL_DISABLED=1"]),
}


def missing(root: Path = build.ROOT) -> list[str]:
    """What a release of this checkout lacks, a sentence each."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lacking = [name for name in URLS if not project.get("urls", {}).get(name, "").startswith("https://")]
    found = [f"pyproject.toml, [project.urls]: {name} is missing" for name in lacking]
    if not all("@" in author.get("email", "") for author in project["authors"]):
        found.append("pyproject.toml, authors: an email is missing")
    if f"\n## {project['version']} (" not in (root / "CHANGELOG.md").read_text(encoding="utf-8"):
        found.append(f"CHANGELOG.md: version {project['version']} is missing")
    return found


def check_ready() -> None:
    """Nothing that a release needs is missing."""
    if lacks := missing():
        raise Failure("\n".join(["This cannot be released: CONTRIBUTING.md says how to.", *lacks]))


def check(cache: Cache, wheels: Sequence[Path], sdist: Path, *, released: bool = False) -> None:
    """Have the field's tools look at wheels and sdist; if they are `released`, at what is not yet there, too."""
    checks: dict[str, Command] = {
        "twine": ["check", "--strict", *wheels, sdist],
        "check_wheel_contents": wheels,
        "pyroma": ["--min", "10", *([] if released else ["--skip-tests", NOT_YET]), "--file", sdist],
    }
    for module, arguments in checks.items():
        with steps.step(f"{module.replace('_', '-')}: checking"):
            venvs.run(cache, "release", module, *arguments)


def core_size(wheel: Path) -> int:
    """How many bytes of a wheel are the core's: the extension, the modules beside it and the headers."""
    with zipfile.ZipFile(wheel) as files:
        paths = [(item, Path(item.filename)) for item in files.infolist()]
        return sum(
            item.compress_size
            for item, path in paths
            if str(path.parent) == "wer" or path.parts[:2] == ("wer", "include")
        )


def check_same(first: Sequence[Path], second: Sequence[Path]) -> None:
    """Two builds of the same sources have given the same bytes."""
    for one, other in zip(first, second, strict=True):
        if one.read_bytes() != other.read_bytes():
            raise Failure(
                f"A second build of {one.name} gave other bytes: {other}\n"
                "Something got in that is not in the sources, such as a time, a path or an order."
            )
    say(f"Built twice: {len(first)} files with the same bytes")


def compile_for_others(cache: Cache, python: WindowsPython) -> None:
    """Compile all C of the package, Cython's too, for the architectures that nothing here can run."""
    work = cache.folder / "architectures"
    shutil.copytree(build.sources(cache), work)
    package = work / "src" / "wer"
    venvs.run(cache, "build", "cython", "--3str", "-I", work / "src", package / "_werapi.pyx")
    headers = cpython.plain(cache, python) / "include"
    options: Command = [
        "-std=c99",
        "-Wall",
        "-Werror",
        "-U_WIN32_WINNT",  # zig's own
        *macros(),
        "-I",
        work / "include",
        "-I",
        package / "native",
        "-I",
        headers,
        "-c",
    ]
    for name, (target, own) in ARCHITECTURES.items():
        with steps.step(f"Compiling for {name}"):
            for source in [package / "_werapi.c", *sorted((package / "native").rglob("*.c"))]:
                zig: Command = ["cc", "-target", target, *options, *own, source, "-o", source.with_suffix(".o")]
                venvs.run(cache, "release", "ziglang", *zig)


def macros() -> list[str]:
    """Those of setup.py, as options, for what it cannot build: there is no Python to link, or not that of Windows."""
    for statement in ast.parse((build.ROOT / "setup.py").read_text(encoding="utf-8")).body:
        match statement:
            case ast.Assign(targets=[ast.Name("MACROS")], value=value):
                return [f"-D{name}={text}" for name, text in ast.literal_eval(value)]
    raise Failure("setup.py has no MACROS: tools/release.py looks for that list.")
