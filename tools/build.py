"""What is made from this checkout: the wheels, the sdist, and what the tests use: the stand-in for WER, an example.

All of it is made from one copy of the sources, so the checkout stays clean, editing it while a run lasts does no
harm, and the same sources give the same bytes.
"""

import gzip
import io
import json
import os
import re
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import cpython, debian, steps, venvs
from tools.cache import Cache, Key, chosen_compiler, locked
from tools.cpython import WindowsPython
from tools.steps import Command, Failure, say

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "pyproject.toml", "setup.py", "README.md", "CHANGELOG.md", "LICENSE", "MANIFEST.in", "src", "include"
SDIST = (
    *PACKAGE,
    *(
        "dev.py",
        "CONTRIBUTING.md",
        "SECURITY.md",
        ".clang-tidy",
        ".gitignore",
        ".pre-commit-config.yaml",
        ".ci",
        ".github",
    ),
    *("benchmarks", "changelog.d", "docs", "examples", "tests", "tools"),
)
STANDIN = "tests/standin"
EXCEPTION_MODULE = "examples/exception_module"
HOST = "tests/capi"
CRASHES = "tests/crashes"
EXAMPLE = "examples/native_host"
CONSUMER = "tests/cython"
FAULTS = "tests/faults"
BENCHMARKS = "benchmarks"
COMPARED = (
    *(f"src/wer/{name}" for name in ("__init__.pxd", "_werapi.pxd", "capi.pxd", "libwer.pxd", "wer.def")),
    *(f"{BENCHMARKS}/{name}" for name in ("setup.py", "empty.c", "reference.c", "cimporter.pyx")),
)
NOT_SOURCES = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.pyd", "*.so", "_werapi.c")

MINGW = "x86_64-w64-mingw32"
CFLAGS = "-O2 -Wall -DNDEBUG"  # as MSVC's builds have it
REPRODUCIBLY = "-Wl,--no-insert-timestamp,--disable-auto-image-base"  # that base is a hash of the file's path
EPOCH = 1577836800  # 2020-01-01: the time of every file in what we build


def wheel(cache: Cache, python: WindowsPython, *, again: bool = False, source: Path | None = None) -> Path:
    """The wheel for `python` on 64-bit Windows, cross-compiled with mingw-w64 from the unchanged setup.py.

    `again`: here and below, another one of the same sources. `source`: of other sources than the checkout's.
    """
    windows = cpython.plain(cache, python)
    name = f"cross-{python.tag}{'-again' * again}{'-changed' if source else ''}"
    source = source or sources(cache)

    def build(folder: Path) -> None:
        work = cache.folder / name
        shutil.copytree(source, work / "source")
        environment = _cross_environment(cache, work, source, windows, python)
        log = _build(cache, "--wheel", work / "source", folder, environment)
        tags = ["--python-tag", f"cp{python.tag}", "--abi-tag", f"cp{python.tag}", "--platform-tag", "win_amd64"]
        venvs.run(cache, "build", "wheel", "tags", "--remove", *tags, _only(folder, "*.whl"), env=environment)
        (folder / "warnings.txt").write_text(_warnings(log), encoding="utf-8")

    key: Key = [source, _tools(cache), windows.name, compiler(), Path(__file__), *["again"] * again]
    title = f"Wheel for CPython {python.series}: compiling{' again' * again}"
    return _only(_warned(cache.get(f"wheel-{python.tag}", title, key, build)), "*.whl")


def warnings(built: Path) -> str:
    """What the compiler warned of when it made the file `built`."""
    return (built.parent / "warnings.txt").read_text(encoding="utf-8")


def sources(cache: Cache) -> Path:
    """The copy of the package's sources that all of this is built from."""
    return _snapshot(cache, "package", PACKAGE)


def native_wheel(cache: Cache, *, again: bool = False) -> Path:
    """The wheel for the Python that runs this, made from the sdist as a user's pip makes it.

    On Windows the extension, with the compiler that this Python finds; elsewhere the pure package.
    """
    # All that a wheel is made of. What else is in the sdist changes more often, and makes no other one.
    source = sources(cache)

    def build(folder: Path) -> None:
        # Verbose, or pip keeps the compiler's words to itself.
        options: Command = ["--verbose", "--no-deps", "--no-build-isolation", "--wheel-dir", folder]
        log = venvs.run(cache, "build", "pip", "wheel", *options, sdist(cache)).output
        (folder / "warnings.txt").write_text(_warnings(log), encoding="utf-8")

    key: Key = [source, _tools(cache), Path(__file__), *["again"] * again]
    return _only(_warned(cache.get("wheel-native", "Wheel from the sdist: building", key, build)), "*.whl")


def native_programs(cache: Cache) -> Path:
    """A folder with the C host, both examples and the wheel of tests/cython, on Windows for the Python that runs this.

    Elsewhere `native_host`, `exception_module` and `consumer` make them.
    """
    source = _snapshot(cache, "programs", (HOST, CRASHES, EXAMPLE, EXCEPTION_MODULE, CONSUMER, "src/wer"))
    script = Path(__file__).with_name("compile_on_windows.py")
    carried = native_wheel(cache)

    def build(folder: Path) -> None:
        work = cache.folder / "programs-work"
        shutil.unpack_archive(carried, work / "installed", "zip")
        shutil.copytree(source / CONSUMER, work / "consumer")
        command: Command = [venvs.get(cache, "build"), script, work / "installed" / "wer" / "include", work]
        log = steps.run(command, env=cache.environment, cwd=source).output
        if shutil.which("cmake"):
            target = work / "cmake"
            environment = {"PYTHONPATH": str(work / "installed")}
            python = f"-DPython_EXECUTABLE={venvs.get(cache, 'build').as_posix()}"
            log += "\n" + _cmake(cache, source / EXAMPLE, target, python, environment=environment)
            shutil.copy(next(target.rglob("native_host.exe")), work)
        else:
            say("There is no cmake on PATH: examples/native_host is not built as its CMakeLists.txt says")
        for name in ("host.exe", "native_host.exe", "spooler_module.dll"):
            shutil.move(work / name, folder)
        options: Command = ["--verbose", "--no-deps", "--no-build-isolation", "--wheel-dir", folder]
        environment = {"PYTHONPATH": str(work / "installed")}
        log += venvs.run(cache, "build", "pip", "wheel", *options, work / "consumer", env=environment).output
        (folder / "warnings.txt").write_text(_warnings(log), encoding="utf-8")

    key: Key = [source, carried.parent.name, _tools(cache), script, Path(__file__), shutil.which("cmake") or "no cmake"]
    return _warned(cache.get("programs", "C host, examples and a Cython consumer: compiling", key, build))


def sdist(cache: Cache, *, again: bool = False) -> Path:
    """The source distribution: all of the checkout."""
    source = _snapshot(cache, "checkout", SDIST)

    def build(folder: Path) -> None:
        work = cache.folder / f"sdist{'-again' * again}"
        shutil.copytree(source, work)
        _build(cache, "--sdist", work, folder, {})
        _forget_when_and_who(_only(folder, "*.tar.gz"))

    key: Key = [source, _tools(cache), Path(__file__), *["again"] * again]
    return _only(cache.get("sdist", "Source distribution: building", key, build), "*.tar.gz")


def standin(cache: Cache) -> Path:
    """The stand-in for wer.dll; the README beside its sources says what it is."""
    source = _snapshot(cache, "standin", (STANDIN, "include"))
    libraries = ["-ldbghelp", "-ladvapi32", "-lntdll"]
    return _dll(cache, "standin", "Stand-in for wer.dll", source, STANDIN, "wer.dll", libraries)


def exception_module(cache: Cache) -> Path:
    """The example of a runtime exception module."""
    source = _snapshot(cache, "exception-module", (EXCEPTION_MODULE, "include"))
    title = "Example of a runtime exception module"
    return _dll(cache, "exception-module", title, source, EXCEPTION_MODULE, "spooler_module.dll", [])


def crashes(cache: Cache) -> Path:
    """The DLL that crashes in all ways. It includes Python's headers, of whichever version, and links with none."""
    source = _snapshot(cache, "crashes", (CRASHES, "include"))
    windows = cpython.plain(cache, list(cpython.PYTHONS.values())[-1])
    headers: Command = ["-isystem", windows / "include", "-DMS_WIN64="]
    return _dll(cache, "crashes", "Ways to crash", source, CRASHES, "crashes.dll", [], headers)


def instant(cache: Cache) -> Path:
    """The wer.dll of the benchmarks, whose functions return at once."""
    source = _snapshot(cache, "instant", (f"{BENCHMARKS}/instant", "include"))
    return _dll(cache, "instant", "wer.dll that returns at once", source, f"{BENCHMARKS}/instant", "wer.dll", [])


def benchmarks(cache: Cache, python: WindowsPython) -> Path:
    """A folder with what the benchmarks compare with, as extension modules for `python`: benchmarks/setup.py."""
    windows = cpython.plain(cache, python)
    source = _snapshot(cache, "benchmarks", (*COMPARED, "include"))

    def make(folder: Path) -> None:
        work = cache.folder / f"cross-benchmarks-{python.tag}"
        shutil.copytree(source, work / "source")
        environment = _cross_environment(cache, work, work / "source", windows, python)
        _build_extensions(cache, work / "source" / BENCHMARKS, folder, environment)

    key: Key = [source, _tools(cache), windows.name, compiler(), Path(__file__)]
    return cache.get(f"benchmarks-{python.tag}", f"What CPython {python.series} is to be compared with", key, make)


def native_benchmarks(cache: Cache) -> Path:
    """The same for the Python that runs this: elsewhere than on Windows, what needs no WER."""
    source = _snapshot(cache, "benchmarks", (*COMPARED, "include"))

    def make(folder: Path) -> None:
        work = cache.folder / "benchmarks-native"
        shutil.copytree(source, work)
        _build_extensions(cache, work / BENCHMARKS, folder, {})

    return cache.get("benchmarks-native", "What this Python is to be compared with", [source, _tools(cache)], make)


def _build_extensions(cache: Cache, source: Path, target: Path, environment: Mapping[str, str]) -> None:
    options: Command = ["build_ext", "--build-temp", source / "build", "--build-lib", target]
    steps.run(
        [venvs.get(cache, "build"), "setup.py", "--quiet", *options],
        env=cache.environment | dict(environment),
        cwd=source,
    )


def _dll(
    cache: Cache,
    name: str,
    title: str,
    source: Path,
    folder: str,
    file: str,
    libraries: Sequence[str],
    options: Command = (),
) -> Path:
    """A DLL of all C files in the folder `folder` of `source`, which exports what the .def file there says."""
    files = [path.relative_to(source) for path in sorted((source / folder).glob("*.c"))]
    exports = [path.relative_to(source) for path in (source / folder).glob("*.def")]

    def build(target: Path) -> None:
        compiling: Command = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-O2", "-D_WIN32_WINNT=0x0A00"]
        linking: Command = ["-shared", "-static-libgcc", REPRODUCIBLY, *exports, *libraries, "-o", target / file]
        steps.run(
            [f"{MINGW}-gcc", *compiling, *options, "-I", "include", *files, *linking], env=cache.environment, cwd=source
        )

    key: Key = [source, *map(str, options), compiler(), Path(__file__)]
    return cache.get(name, f"{title}: compiling", key, build) / file


def native_host(cache: Cache, python: WindowsPython) -> Path:
    """The program in tests/capi, which embeds `python`, and beside it the one in examples/native_host.

    Compiled with the headers that our wheel for that Python carries; the latter by CMake, with the package in it.
    """
    debian.install(cache, debian.CMAKE)
    source = _snapshot(cache, "host", (HOST, EXAMPLE))
    windows = cpython.plain(cache, python)
    carried = wheel(cache, python)

    def build(folder: Path) -> None:
        work = cache.folder / f"host-{python.tag}"
        shutil.unpack_archive(carried, work, "zip")
        includes: Command = ["-isystem", windows / "include", "-I", work / "wer" / "include"]
        strictly: Command = ["-pedantic", "-Wall", "-Wextra", "-Werror", "-O2", "-D_WIN32_WINNT=0x0A00", "-DMS_WIN64="]

        def compiled(language: str, *options: str, file: str) -> Path:
            target = work / f"{Path(file).stem}.o"
            command: Command = [f"{MINGW}-{language}", "-c", *options, source / file, "-o", target]
            steps.run([*command, *strictly, *includes], env=cache.environment)
            return target

        def linked(name: str, *objects: Path) -> None:
            python_library: Command = ["-L", windows / "libs", f"-lpython{python.tag}"]
            linking: Command = ["-static-libgcc", "-s", "-Wl,--no-insert-timestamp", "-o", folder / name]
            steps.run([f"{MINGW}-gcc", *objects, *python_library, *linking], env=cache.environment)

        header = compiled("g++", "-std=c++11", "-fno-exceptions", "-fno-rtti", file=f"{HOST}/header.cpp")
        linked("host.exe", compiled("gcc", "-std=gnu99", file=f"{HOST}/host.c"), header)
        _cmake(
            cache,
            source / EXAMPLE,
            work / "example",
            "-GNinja",
            "-DCMAKE_BUILD_TYPE=Release",
            "-DCMAKE_SYSTEM_NAME=Windows",
            f"-DCMAKE_C_COMPILER={MINGW}-gcc",
            "-DCMAKE_C_FLAGS=-pedantic -Werror",
            "-DCMAKE_EXE_LINKER_FLAGS=-s -Wl,--no-insert-timestamp",
            f"-Dwer_DIR={work / 'wer' / 'cmake'}",
            f"-DPYTHON_INCLUDE={windows / 'include'}",
            f"-DPYTHON_LIBRARY={windows / 'libs' / f'python{python.tag}.lib'}",
        )
        shutil.copy(work / "example" / "native_host.exe", folder)

    key: Key = [source, carried.parent.name, windows.name, compiler(), compiler("cmake"), Path(__file__)]
    return cache.get(f"host-{python.tag}", f"C host for CPython {python.series}: compiling", key, build) / "host.exe"


def faults(cache: Cache, python: WindowsPython) -> Path:
    """The extension module in tests/faults, for `python`: it has memory and functions of Windows fail."""
    source = _snapshot(cache, "faults", (FAULTS,))
    windows = cpython.plain(cache, python)

    def build(folder: Path) -> None:
        compiling: Command = ["-std=gnu99", "-Wall", "-Wextra", "-Werror", "-O2", "-DMS_WIN64="]
        python_library: Command = ["-isystem", windows / "include", "-L", windows / "libs", f"-lpython{python.tag}"]
        linking: Command = ["-shared", "-static-libgcc", REPRODUCIBLY, "-o", folder / "faults.pyd"]
        file = source / FAULTS / "faults.c"
        steps.run([f"{MINGW}-gcc", *compiling, file, *python_library, *linking], env=cache.environment)

    key: Key = [source, windows.name, compiler(), Path(__file__)]
    return cache.get(f"faults-{python.tag}", f"What fails in CPython {python.series}: compiling", key, build)


def consumer(cache: Cache, python: WindowsPython) -> Path:
    """The wheel of tests/cython, a package that cimports `wer`: built against our wheel for `python`."""
    source = _snapshot(cache, "consumer", (CONSUMER,)) / CONSUMER
    windows = cpython.plain(cache, python)
    carried = wheel(cache, python)

    def build(folder: Path) -> None:
        work = cache.folder / f"consumer-{python.tag}"
        shutil.unpack_archive(carried, work / "installed", "zip")
        shutil.copytree(source, work / "source")
        environment = _cross_environment(cache, work, _snapshot(cache, "package", PACKAGE), windows, python)
        environment["PYTHONPATH"] = str(work / "installed")  # what is pure in our wheel works on Linux, too
        log = _build(cache, "--wheel", work / "source", folder, environment)
        (folder / "warnings.txt").write_text(_warnings(log), encoding="utf-8")

    key: Key = [source, carried.parent.name, _tools(cache), windows.name, compiler(), Path(__file__)]
    title = f"Cython consumer for CPython {python.series}: compiling"
    return _only(_warned(cache.get(f"consumer-{python.tag}", title, key, build)), "*.whl")


def _cmake(
    cache: Cache, source: Path, target: Path, *options: str, environment: Mapping[str, str] | None = None
) -> str:
    """Configure and build a project of CMake's, and return what was said."""
    configure: Command = ["cmake", "-S", source, "-B", target, *options]
    make: Command = ["cmake", "--build", target, "--config", "Release"]
    env = cache.environment | dict(environment or {})
    return "\n".join(steps.run(command, env=env).output for command in (configure, make))


def compiler(program: str = f"{MINGW}-gcc") -> str:
    """The name and version of a compiler, by default of the cross compiler."""
    return steps.run([program, "--version"]).output.partition("\n")[0]


def _forget_when_and_who(sdist: Path) -> None:
    """Pack an sdist anew, without the times and the user that setuptools puts in."""
    with tarfile.open(sdist) as archive:
        files = [(member, archive.extractfile(member)) for member in archive.getmembers()]
        members = [(member, file and io.BytesIO(file.read())) for member, file in files]
    with gzip.GzipFile(sdist, "wb", mtime=EPOCH) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        for member, file in members:
            member.mtime, member.uid, member.gid, member.uname, member.gname = EPOCH, 0, 0, "", ""
            member.pax_headers = {}  # which would overrule these
            archive.addfile(member, file)


def _tools(cache: Cache) -> str:
    """What tells apart the tools that build packages: their versions, the Python's, and a compiler that was chosen."""
    return json.dumps([venvs.get(cache, "build").parent.parent.name, chosen_compiler()], sort_keys=True)


def _snapshot(cache: Cache, name: str, paths: Sequence[str]) -> Path:
    """A copy of these files and folders of the checkout, made once in a run."""
    copy = cache.folder / name
    with locked(cache.folder / f"{name}.lock"):
        if copy.is_dir():
            return copy
        for path in paths:
            source, target = ROOT / path, copy / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if not source.exists():
                raise Failure(f"{source} is missing: this is not a whole checkout of the project.")
            if source.is_dir():
                shutil.copytree(source, target, ignore=NOT_SOURCES)
            else:
                shutil.copy(source, target)
        for file in copy.rglob("*"):
            # Archives record both, and in a checkout they are an accident.
            file.chmod(0o755 if file.is_dir() else 0o644)
            os.utime(file, (EPOCH, EPOCH))
    return copy


def _build(cache: Cache, kind: str, source: Path, target: Path, environment: Mapping[str, str]) -> str:
    """Run `python -m build` on the folder `source`, and return what it printed.

    Without isolation: what it requires is installed already, in the versions that we pin.
    """
    options: Command = ["--no-isolation", kind, "--outdir", target]
    return venvs.run(cache, "build", "build", *options, source, env=environment).output


def _cross_environment(cache: Cache, work: Path, source: Path, windows: Path, python: WindowsPython) -> dict[str, str]:
    """What makes Linux's setuptools build `source` for Windows: a settings file in `work`, and variables."""
    # mingw-w64's own libwer.a cannot delay-load. Ours comes first on the path.
    exports = source / "src" / "wer" / "wer.def"
    command: Command = [f"{MINGW}-dlltool", "--input-def", exports, "--output-delaylib", work / "libwer.a"]
    steps.run(command, env=cache.environment, cwd=work)
    # Cython's way to write it. On Windows the case of a file's name does not count.
    (work / "Windows.h").write_text("#include <windows.h>\n", encoding="utf-8")
    settings = work / "cross.cfg"
    settings.write_text(
        f"[build_ext]\ninclude_dirs = {windows / 'include'}{os.pathsep}{work}\nlibraries = python{python.tag}\n"
        f"library_dirs = {work}{os.pathsep}{windows / 'libs'}\n[bdist_wheel]\nplat_name = win_amd64\n",
        encoding="utf-8",
    )
    return {
        "SOURCE_DATE_EPOCH": str(EPOCH),
        "DIST_EXTRA_CONFIG": str(settings),
        "SETUPTOOLS_EXT_SUFFIX": f".cp{python.tag}-win_amd64.pyd",
        "_PYTHON_HOST_PLATFORM": "win-amd64",
        "CC": f"{MINGW}-gcc",
        # MS_WIN64 pyconfig.h before 3.13 defines for MSVC only; mingw has no <threads.h> and does not say so.
        "CFLAGS": f"{CFLAGS} -DMS_WIN64= -D__STDC_NO_THREADS__=1",
        "LDSHARED": f"{MINGW}-gcc -shared -static-libgcc -s {REPRODUCIBLY}",
    }


def _warned(built: Path) -> Path:
    """Say the warnings of `built`, a folder: in every run again, until somebody has done something about them."""
    if text := (built / "warnings.txt").read_text(encoding="utf-8"):
        say(f"The compiler's warnings, {built.name}:\n{text}")
    return built


def _warnings(log: str) -> str:
    """The warnings in a build's log: gcc's and clang's with the lines of the source that follow, MSVC's, a linker's."""
    gcc, microsoft = r"\S+: warning: .*(?:\n +[0-9]* \|.*)*", r" *\S.* ?: warning [A-Z]+[0-9]+ ?: .*"
    return "\n".join(re.findall(rf"^{gcc}|^{microsoft}", log, re.MULTILINE))


def _only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path
