#!/usr/bin/env python3
"""The developer's one entry point: prepares what it needs, then tests, builds and checks the project.

On Debian 12 it needs Python 3.11, and root or sudo to install Debian packages; it fetches the rest. What it
fetches and builds is kept in one folder, $XDG_CACHE_HOME/werapi-dev or else ~/.cache/werapi-dev, so a second
run starts at once. On Windows it uses the Python that runs it, and the compiler that this Python finds; the
tests then run with the WER of that machine.
"""

import argparse
import contextlib
import hashlib
import inspect
import json
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

sys.dont_write_bytecode = True  # in the checkout, nothing but its own files

if sys.version_info < (3, 11):  # noqa: UP036 - this file is read by older ones too; what it imports is not
    sys.exit(
        f"dev.py needs Python 3.11 or later, and {sys.executable} is {sys.version.split()[0]}: "
        "run it with another one, such as `python3.11 dev.py`."
    )

sys.path.insert(0, str(Path(__file__).resolve().parent))  # which PYTHONSAFEPATH leaves out

from tools import bench, build, cache, cpython, lint, onezip, release, session, steps, testrun, wine  # noqa: E402
from tools.cache import Cache  # noqa: E402
from tools.steps import Command  # noqa: E402


def run_test(own: Cache, arguments: argparse.Namespace) -> int:
    """run the tests on each Python, with the package installed

    Builds the wheels, the sdist and the stand-in for WER, and runs pytest on each Python: for Windows, with its
    wheel, on tests/common and tests/windows; on Linux, with the sdist, on tests/common and tests/linux. All
    other arguments go to pytest; tests that they name are run in place of those folders:

        dev.py test -k name -x
        dev.py test --python 3.12 tests/windows/test_report.py

    The last line is the sum over all Pythons. Exit code 1 if a test failed, or pytest did not come to its end.
    """
    return testrun.test(own, arguments.python or session.ALL_PYTHONS, arguments.pytest)


def run_demo(own: Cache, arguments: argparse.Namespace) -> int:
    """report a stuck and a crashed worker, and show what is in the reports

    Runs tools/demo_on_windows.py on a Python for Windows. Nothing is sent anywhere. The reports, with their dumps, are
    copied to ./wer-demo/; the next run replaces its own copies there, and nothing else.
    """
    from tools import demo

    session.prepare(own, [arguments.python])
    with session.opened(own, [arguments.python]) as windows:
        demo.main(windows, arguments.python)
    return 0


def run_run(own: Cache, arguments: argparse.Namespace) -> int:
    """run a script of yours in a Python for Windows, with the package

    On Linux under Wine, with the stand-in for WER. What the script files lies in ./wer-run/ afterwards, to be opened:
    machine/ReportQueue/NAME/ has Report.wer, and the dump beside it. The rest of that Windows is new in each run, and
    gets nothing of this environment. The script runs in the current folder; input, output and the exit code (of which
    Linux has 8 bits) are its own. On Windows it is the WER of that machine, which keeps reports where it always does.

        dev.py run first_report.py
        dev.py run --python 3.12 --folder /tmp/reports first_report.py ARGUMENTS
    """
    script = Path(arguments.script)
    if arguments.script != "-" and not script.is_file():
        raise steps.Failure(f"{arguments.script} is not there, or is no file: which script should be run?")
    return _attached(own, arguments, [arguments.script, *arguments.arguments])


def run_shell(own: Cache, arguments: argparse.Namespace) -> int:
    """talk to a Python for Windows, with the package

    As `dev.py run`, with what you type in place of a script: to follow docs/tutorial.md, for one.
    """
    from tools import run

    return _attached(own, arguments, run.SHELL)


def _attached(own: Cache, arguments: argparse.Namespace, words: Command) -> int:
    from tools import run

    with contextlib.redirect_stdout(sys.stderr):  # standard output is the program's
        session.prepare(own, [arguments.python])
        with session.opened(own, [arguments.python]) as windows:
            return run.main(windows, arguments.python, words, Path(arguments.folder))


def run_facts(own: Cache, arguments: argparse.Namespace) -> int:
    """ask this machine what only Windows can answer: the open questions of docs/evidence.md

    Meant for Windows: with the WER of that machine it asks what Microsoft's documentation leaves open, and prints a
    table to be pasted into docs/evidence.md, the progress to standard error. A question that crashes or hangs costs
    its row.
    Elsewhere the stand-in answers, which tests the questions and tells nothing of Windows.

    Nothing leaves the machine. Reports are only queued, and removed again; the questions with a submission that WER
    might send, or a crash, are asked only after WER was told, and it was read back, that its server is a listener on
    this machine. That needs an administrator; without one, their rows say so. So do others that could not be shown to
    be safe here.

    What is changed (values of the registry, files, reports) is written to a journal before it is changed:
    %LOCALAPPDATA%\\werapi-facts\\journal.jsonl. It is undone after each question, by Ctrl-C and, should this be killed,
    when it is started again; `--undo` does nothing else. A report that this user may not remove stays, with the
    settings that keep it on the machine: then the exit code is 1, and `--undo` as an administrator removes both. What
    WER itself notes in the registry about reports that it made stays too.
    """
    from tools import facts

    session.prepare(own, [arguments.python])
    with session.opened(own, [arguments.python]) as windows:
        return facts.main(windows, arguments.python, arguments)


def run_wheel(own: Cache, arguments: argparse.Namespace) -> int:
    """build the wheels, the sdist and wer.pyz into dist/, and check them

    On Linux one wheel for each Python for Windows, cross-compiled; on Windows the one for the Python that runs
    this. twine, check-wheel-contents and pyroma look at them, and on Linux all C is compiled for win_arm64 and
    win32 as well. The same sources and tools give the same bytes; --twice builds again and compares. With --release,
    exit code 1 if there is not all that only a release needs: project URLs, an address, the version in the changelog.
    """
    if arguments.release:
        release.check_ready()
    files = [*session.wheels(own, session.WINDOWS_PYTHONS), build.sdist(own)]
    release.check(own, files[:-1], files[-1], released=arguments.release)
    if not session.ON_WINDOWS:
        release.compile_for_others(own, cpython.PYTHONS[session.WINDOWS_PYTHONS[-1]])
    if arguments.twice:
        second = [*session.wheels(own, session.WINDOWS_PYTHONS, again=True), build.sdist(own, again=True)]
        release.check_same(files, second)
    target = build.ROOT / "dist"
    target.mkdir(exist_ok=True)
    files.append(onezip.pyz(own, files[:-1]))
    for path in files:
        shutil.copy(path, target)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        steps.say(f"{path.stat().st_size:9,} bytes  sha256:{digest}  dist/{path.name}")
    for path in files[:-2]:
        steps.say(f"{release.core_size(path):9,} bytes, compressed, are the core's in {path.name}")
    return 0


def run_lint(own: Cache, arguments: argparse.Namespace) -> int:
    """check style, types and generated files; change nothing

    Runs ruff check, ruff format --check, cython-lint, mypy and pyright, with their settings in pyproject.toml;
    actionlint and zizmor on the workflows; and sees that generated files, the metadata and the changelog's fragments
    are in order: all of it, even if one fails. Exit code 1 if one does. The tools come from PyPI, their programs in
    their wheels, on Windows as on Linux.
    """
    return lint.lint(own)


def run_docs(own: Cache, arguments: argparse.Namespace) -> int:
    """build the documentation into dist/docs

    The reference is made from the docstrings. Warnings are errors.
    """
    from tools import docs

    steps.say(f"Open {docs.docs(own) / 'index.html'}")
    return 0


def run_fresh(own: Cache, arguments: argparse.Namespace) -> int:
    """run the README's commands on a bare Debian 12

    Installs one into a folder, with Python and nothing else, puts a clone of HEAD there, and runs the commands
    as the README has them; ten minutes or so. Needs root.
    """
    from tools import fresh

    fresh.fresh(own)
    return 0


def run_bench(own: Cache, arguments: argparse.Namespace) -> int:
    """measure what a call, an import and a report cost, beside what else there is

    Runs what is in benchmarks/ on each Python and prints a table with ratios: medians over many rounds, in which all
    that is compared takes turns, with their quartiles. docs/performance.md says more. The machine should have nothing
    else to do. With --check, exit code 1 if a ratio misses its goal or is worse than the one in
    benchmarks/baseline.json, beyond noise; the short form for that:

        dev.py bench --check --python 3.12 --part calls --part cimport --rounds 101
    """
    pythons = arguments.python or session.ALL_PYTHONS
    parts = arguments.part or [part.name for part in bench.PARTS]
    bench.prepare(own, pythons)
    measured = bench.bench(own, pythons, parts, arguments.rounds)
    sized = bench.sizes(own, pythons)
    steps.say(bench.table(measured, sized))
    if arguments.json:
        text = json.dumps({"machine": bench.machine(), "core bytes": sized, "measured": measured})
        Path(arguments.json).write_text(text, encoding="utf-8")
    if arguments.save:
        bench.save(measured, sized, bench.machine())
        bench.plot(own, measured)
    worse = bench.check(measured) if arguments.check else []
    if worse:
        steps.say("\n".join(["\nToo slow:", *worse]))
    return 1 if worse else 0


def run_soak(own: Cache, arguments: argparse.Namespace) -> int:
    """try what fails, is full, dies or races for as long as you like, and add up its figures

    Runs the trials of tests/shared/trials, each for its share of the time, from the case on at which the last run
    stopped: under Wine on the Python that has had it least, or on Linux. Cases that failed before are tried again
    first. docs/reliability.json and the table of docs/reliability.md have the sums, as they are at every moment:
    Ctrl-C or a kill loses a second. Exit code 1 if a case failed.

        dev.py soak --minutes 60
        dev.py soak --first 1000000 --minutes 5
        dev.py soak --trial registry_changes --case 1009
    """
    from tools import soak

    return soak.soak(own, arguments.minutes, arguments.trial or [], arguments.python, arguments.case, arguments.first)


def run_sanitize(own: Cache, arguments: argparse.Namespace) -> int:
    """run our C under sanitizers, and have compilers and clang-tidy look at it

    On Linux, with the Windows of tests/fake: the extension, Cython's C included, under AddressSanitizer and
    UndefinedBehaviorSanitizer, and in a CPython without a GIL, which it builds, under ThreadSanitizer; and the warnings
    of gcc, clang, clang-cl and clang-tidy. docs/reliability.md says more. Exit code 1 if anything was found.
    """
    from tools import sanitize

    if session.ON_WINDOWS:
        raise steps.Failure(
            "The sanitizers run on Linux. What Microsoft's compiler says is in .github/workflows/ci.yml."
        )
    return sanitize.sanitize(own, arguments.only or list(sanitize.PARTS))


def run_mutate(own: Cache, arguments: argparse.Namespace) -> int:
    """change the code in one small way after the other, and see that the tests notice

    Makes the mutants of the modules named, or of all, and runs on this Linux, for each, the tests that reach the line
    which it changes. More than a day for all: it may be stopped at any time, and goes on from there. A module's mutants
    are decided in an order of chance, the same each time, so that what is done of a module is a sample of all of it;
    --most ends with so many. A mutant whose tests do not end is stopped too, and counts apart. What no test notices,
    or reaches, is to be in tools/mutants/survivors.toml, with the reason: exit code 1 if one is not, or one there is
    gone.

        dev.py mutate _report_file changes/_plan
        dev.py mutate doctor
        dev.py mutate --most 20

    With --extension, each check of the extension is taken out instead, and the tests run under Wine.
    """
    from tools import mutate, mutate_extension

    if arguments.extension or arguments.only is not None:
        return mutate_extension.mutate_extension(own, arguments.only)
    return mutate.mutate(own, arguments.modules, arguments.workers, arguments.most)


def run_clean() -> None:
    """remove the cache: all that the other commands fetched and built

    Refuses while another run is using it. Debian packages stay installed.
    """
    cache.clean(wine.stop_all)


def main() -> int:
    """Run one command, and turn what goes wrong into a message and an exit code."""
    for name in ("SIGTERM", "SIGHUP"):  # as Ctrl-C; Windows has only the first
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _terminated)
    parser = _parser()
    arguments, rest = parser.parse_known_args()
    if not arguments.command:
        parser.print_help()
        return 0
    if rest and arguments.command is not run_test:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    arguments.pytest = rest
    try:
        if arguments.command is run_clean:
            run_clean()
            return 0
        with cache.opened(wine.stop_all) as own:
            code: int = arguments.command(own, arguments)
            return code
    except steps.Failure as failure:
        steps.say(f"\n{failure}")
        return 1
    except KeyboardInterrupt:
        steps.say("\nStopped. What was finished is kept for the next run; the rest is removed.")
        return 130


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", description="`dev.py COMMAND --help` says more."
    )
    added = {}
    for command in (
        *(run_demo, run_run, run_shell, run_test, run_lint, run_wheel, run_docs),
        *(run_bench, run_soak, run_sanitize, run_mutate, run_facts, run_fresh, run_clean),
    ):
        name = command.__name__.removeprefix("run_")
        text = inspect.getdoc(command) or ""
        summary = text.partition("\n")[0]
        added[name] = commands.add_parser(
            name, help=summary, description=text, formatter_class=plain, allow_abbrev=False
        )
        added[name].set_defaults(command=command)
    added["test"].usage = "dev.py test [--python NAME]... [ARGUMENT OF PYTEST]..."
    added["test"].add_argument(
        "--python", action="append", choices=session.ALL_PYTHONS, help="only on this one; may be given again"
    )
    added["wheel"].add_argument("--twice", action="store_true", help="build everything again, and compare the bytes")
    added["wheel"].add_argument("--release", action="store_true", help="fail if what a release needs is missing")
    for name in ("demo", "run", "shell", "facts"):
        added[name].add_argument(
            "--python",
            choices=session.WINDOWS_PYTHONS,
            default=session.WINDOWS_PYTHONS[-1],
            help="on this one, in place of %(default)s",
        )
    for name in ("run", "shell"):
        added[name].add_argument(
            "--folder", default="wer-run", help="where reports and dumps are kept, in place of ./%(default)s/"
        )
    added["run"].add_argument("script", metavar="SCRIPT", help="a file, or - for what comes in")
    added["run"].add_argument("arguments", metavar="ARGUMENTS", nargs=argparse.REMAINDER, help="for the script")
    added["facts"].add_argument("--list", action="store_true", help="only list the questions, with their ids")
    added["facts"].add_argument("--only", metavar="ID", action="append", help="only this one; may be given again")
    added["facts"].add_argument("--output", metavar="FILE", help="write the table there as well")
    added["facts"].add_argument("--json", action="store_true", help="JSON in place of the table")
    added["facts"].add_argument("--no-admin", action="store_true", help="leave out what needs an administrator")
    added["facts"].add_argument("--undo", action="store_true", help="only undo what a run has left that was killed")
    added["soak"].add_argument("--minutes", type=float, default=20, help="for all together, in place of %(default)s")
    added["soak"].add_argument("--trial", metavar="NAME", action="append", help="only this one; may be given again")
    added["soak"].add_argument("--python", choices=session.ALL_PYTHONS, help="only on this one")
    added["soak"].add_argument("--case", type=int, metavar="NUMBER", help="run this case alone, and count it nowhere")
    added["soak"].add_argument(
        "--first", type=int, metavar="NUMBER", help="begin with this case, where you like, and count nothing"
    )
    added["sanitize"].add_argument(
        "--only",
        metavar="NAME",
        action="append",
        choices=("address", "thread", "gcc", "clang", "clang-cl", "clang-tidy"),
        help="only this part (%(choices)s); may be given again",
    )
    added["bench"].add_argument(
        "--python", action="append", choices=session.ALL_PYTHONS, help="only on this one; may be given again"
    )
    names = [part.name for part in bench.PARTS]
    added["bench"].add_argument(
        "--part", action="append", choices=names, help="only this file of benchmarks/; may be given again"
    )
    added["bench"].add_argument("--rounds", type=int, default=301, help="in place of %(default)s")
    added["bench"].add_argument("--json", metavar="FILE", help="write all samples there")
    added["bench"].add_argument(
        "--check", action="store_true", help="compare with the goals and with benchmarks/baseline.json"
    )
    added["bench"].add_argument("--save", action="store_true", help="make it the baseline, and draw the plots of docs/")
    added["mutate"].add_argument(
        "modules", metavar="MODULE", nargs="*", help="_report_file or changes/_plan, say, or a folder; all without any"
    )
    added["mutate"].add_argument("--workers", type=int, default=2, help="so many at once, in place of %(default)s")
    added["mutate"].add_argument(
        "--most", type=int, metavar="N", help="decide at most so many of each module this time"
    )
    added["mutate"].add_argument("--extension", action="store_true", help="the extension's checks, none of the modules")
    added["mutate"].add_argument("--only", type=int, metavar="N", help="only this one of the extension's, again")
    return parser


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
