"""`dev.py sanitize`: our C and the C that Cython makes, under sanitizers and before analysers, on Linux.

The extension is built on the Windows of tests/fake and takes the place of `wer._elsewhere` in a copy of the package, so
the package itself knows nothing of it. tests/sanitizers calls it: all that is public, refused, failing, crashing, in
threads.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools import build, cpython, debian, freethreaded, onlinux, release, session, steps, venvs
from tools.cache import Cache
from tools.onlinux import CLANG, Sources
from tools.steps import Command, Failure, say

TESTS = build.ROOT / "tests"
SYMBOLIZER = f"/usr/bin/llvm-symbolizer-{debian.CLANG}"
ADDRESS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-shared-libasan"]
# Those that many threads run in. The others have one, and ThreadSanitizer makes Python slow.
THREADED = ["test_threads.py", "test_crashes.py"]
OURS = re.compile(r"/(_werapi\.c|_werapi\.so|libfakewindows\.so|exception_module\.so|native/\S+\.[ch]|fake/\S+\.[ch])")
NEAR = 4  # frames at the top of a leak's stack: its own, malloc's included, but no caller of Python's


@dataclass
class Result:
    """What a part says: in one line what was done, and what it has found."""

    said: str
    findings: list[str] = field(default_factory=list)


def sanitize(cache: Cache, names: Sequence[str]) -> int:
    """Run these parts, whatever the others find, and say so in a table. Returns the exit code."""
    results: dict[str, Result] = {}
    for name in names:
        with steps.step(f"{name}: {PARTS[name].title}"):
            try:
                results[name] = PARTS[name].run(cache)
            except Failure as failure:  # a warning is an error; and what could not be run has not passed
                results[name] = Result(PARTS[name].title, [str(failure)])
        for finding in results[name].findings:
            say(f"\n{name} FOUND:\n{finding}\n")
    say("\n| | what was run | found |\n| --- | --- | --- |")
    for name, result in results.items():
        say(f"| {name} | {result.said} | {len(result.findings) or 'nothing'} |")
    return 1 if any(result.findings for result in results.values()) else 0


# ---- sanitizers ----


def address(cache: Cache) -> Result:
    """AddressSanitizer and UndefinedBehaviorSanitizer; of leaks, those whose memory our C has asked for."""
    folder = cache.folder / "address"
    site = onlinux.site(cache, onlinux.sources(cache), folder, ADDRESS)
    reports = folder / "reports"
    reports.mkdir()
    found = steps.run([CLANG, "-print-file-name=libclang_rt.asan-x86_64.so"]).output
    environment = {
        "LD_PRELOAD": found,
        "PYTHONMALLOC": "malloc",  # its own allocator would hide what becomes of objects
        "ASAN_SYMBOLIZER_PATH": SYMBOLIZER,
        "ASAN_OPTIONS": f"log_path={reports / 'report'}:detect_stack_use_after_return=1:strict_string_checks=1",
        # Python never frees much of what it has; those leaks are sorted out below, and are no error of the process.
        "LSAN_OPTIONS": "exitcode=0",
        "UBSAN_OPTIONS": "print_stacktrace=1",
    }
    python = venvs.get(cache, session.LocalSession.REQUIREMENTS)
    said, failed = _pytest(cache, python, site, environment, [str(TESTS / "sanitizers")])
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(reports.iterdir())]
    errors = [text for text in texts if "ERROR: AddressSanitizer" in text or "runtime error:" in text]
    leaks = [leak for text in texts for leak in re.split(r"\n\n", text) if _is_our_leak(leak)]
    return Result(f"ASan and UBSan of {CLANG}: {said}", [*errors, *leaks, *failed])


def _is_our_leak(text: str) -> bool:
    frames = re.findall(r"^ +#\d+ .*", text, re.MULTILINE)
    return bool(re.match(r"(Direct|Indirect) leak", text)) and any(OURS.search(frame) for frame in frames[:NEAR])


def thread(cache: Cache) -> Result:
    """ThreadSanitizer, in a CPython without a GIL that was built with it."""
    threaded = freethreaded.get(cache)
    folder = cache.folder / "thread"
    site = onlinux.site(cache, onlinux.sources(cache, threaded.includes), folder, [onlinux.THREAD])
    reports = folder / "reports"
    reports.mkdir()
    known = folder / "suppressions.txt"
    own = TESTS / "sanitizers" / "thread.supp"
    known.write_text("".join(path.read_text(encoding="utf-8") for path in (threaded.suppressions, own)))
    options = [f"log_path={reports / 'report'}", f"suppressions={known}", f"external_symbolizer_path={SYMBOLIZER}"]
    environment = {"TSAN_OPTIONS": ":".join([*options, "exitcode=0", "history_size=4"]), "PYTHON_GIL": "0"}
    # What pytest consists of is pure, and so it is for every Python.
    carried = steps.run(
        [
            venvs.get(cache, session.LocalSession.REQUIREMENTS),
            "-c",
            "import sysconfig; print(sysconfig.get_path('purelib'))",
        ]
    ).output
    tests = [str(TESTS / "sanitizers" / name) for name in THREADED]
    said, failed = _pytest(cache, threaded.python, site, environment, tests, carried)
    races = [
        race
        for path in sorted(reports.iterdir())
        for race in path.read_text(encoding="utf-8", errors="replace").split("=" * 18)
        if "WARNING: ThreadSanitizer" in race
    ]
    ours = [race.strip() for race in races if OURS.search(race)]
    version = steps.run([threaded.python, "-c", "import sys; print(sys.version.split()[0])"], env=environment).output
    others = f", and {len(races) - len(ours)} of CPython's own, not counted" if len(races) > len(ours) else ""
    return Result(f"TSan of {CLANG}, CPython {version.split()[-1]} without a GIL: {said}{others}", [*ours, *failed])


def _pytest(
    cache: Cache, python: Path, site: Path, environment: dict[str, str], tests: list[str], *more: str
) -> tuple[str, list[str]]:
    """Run these tests: pytest's last line, and what failed."""
    path = ":".join([str(site), str(TESTS / "shared"), str(TESTS / "sanitizers"), *more])
    # pytest's own handler of faults would have them before the sanitizer.
    options: Command = ["-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--rootdir", build.ROOT]
    ran = steps.run(
        [python, "-B", "-m", "pytest", *options, *tests],
        env=cache.environment | {"PYTHONPATH": path} | environment,
        cwd=site.parent,
        echo=say,
        check=False,
    )
    lines = ran.output.splitlines() or ["it said nothing"]
    summary = next((line for line in reversed(lines) if re.search(r"\d+ passed", line)), lines[-1])
    return summary.strip("= "), [f"pytest ended with {ran.returncode}: {lines[-1]}"] if ran.returncode else []


# ---- what compilers and clang-tidy say ----


def _all_c(given: Sources) -> list[Path]:
    return [given.generated, *given.own, given.exception_module]


def _strictly(compiler: str) -> Callable[[Cache], Result]:
    def run(cache: Cache) -> Result:
        given = onlinux.sources(cache)
        files = [*_all_c(given), *given.fake, given.text]
        onlinux.compile_all(cache, given, files, cache.folder / compiler, ["-O2"], compiler)
        version = build.compiler(compiler)
        return Result(f"{version}, {' '.join(onlinux.STRICTLY)}: {len(files)} files, Cython's and the fake's too")

    return run


def clang_cl(cache: Cache) -> Result:
    """Microsoft's command line and types, mingw-w64's headers: those of the SDK are not ours to give."""
    given = onlinux.sources(cache)
    compiler = f"clang-cl-{debian.CLANG}"
    own = cache.folder / "clang-cl"
    own.mkdir()
    (own / "Windows.h").write_text("#include <windows.h>\n", encoding="utf-8")  # as Cython writes it
    windows = cpython.plain(cache, cpython.PYTHONS[session.WINDOWS_PYTHONS[-1]]) / "include"
    headers = [f"-I{own}", *(f"-I{given.folder / name}" for name in ("include", "src/wer/native"))]
    headers += [f"/clang:-isystem{path}" for path in (windows, f"/usr/{build.MINGW}/include")]
    strictly = [f"--target={build.MINGW.replace('mingw32', 'windows-gnu')}", "/W4", "/WX", "/Zs", "-DMS_WIN64="]
    files = _all_c(given)
    for file in files:
        steps.run([compiler, *strictly, *release.macros(), *headers, file], env=cache.environment)
    return Result(f"{build.compiler(compiler)}, /W4 /WX: {len(files)} files, with mingw-w64's headers")


def clang_tidy(cache: Cache) -> Result:
    """The checks that .clang-tidy names, over the C that people wrote."""
    given = onlinux.sources(cache)
    program = f"clang-tidy-{debian.CLANG}"
    files = [*given.own, given.exception_module]
    compiling = [*onlinux.AS_ON_WINDOWS, *release.macros(), *given.includes]
    ran = steps.run(
        [program, "--quiet", f"--config-file={build.ROOT / '.clang-tidy'}", *files, "--", *compiling],
        env=cache.environment,
        check=False,
    )
    findings = re.findall(r"^\S+:\d+:\d+: (?:warning|error): .*(?:\n +\d* \|.*)*", ran.output, re.MULTILINE)
    if ran.returncode and not findings:
        findings = [ran.output]
    version = next(line.strip() for line in steps.run([program, "--version"]).output.splitlines() if "version" in line)
    return Result(f"clang-tidy, {version}: {len(files)} files and their headers", list(dict.fromkeys(findings)))


@dataclass(frozen=True)
class Part:
    """One of them."""

    title: str
    run: Callable[[Cache], Result]


PARTS = {
    "address": Part("tests under AddressSanitizer and UndefinedBehaviorSanitizer", address),
    "thread": Part("tests under ThreadSanitizer", thread),
    "gcc": Part("warnings of gcc", _strictly("gcc")),
    "clang": Part("warnings of clang", _strictly(CLANG)),
    "clang-cl": Part("warnings of clang-cl", clang_cl),
    "clang-tidy": Part("checks of clang-tidy", clang_tidy),
}
