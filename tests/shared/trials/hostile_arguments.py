"""Hypothesis gives each text, number and path argument of the public functions odd values: they are taken, or refused
with an error that names the argument, by the extension and by the fake alike.

The arguments are those of tests/shared/hostile.py.
"""

import contextlib
import ctypes
import gc
import os
import pathlib
import shutil
import subprocess
import sys

import hostile
from pythons import PYTHON
from refusals import HUGE
from texts import ALPHABETS, of_units

import trials
import wer
import wer.changes
import wer.testing
from wer._arguments import shown
from wer._machine.keys import EXCLUDED
from wer._machine.registry import HKCU

UNIT = "calls"
PYTHONS = ("windows", "linux")
ARGUMENTS = sorted(set(hostile.arguments()))
SHORT = len(ARGUMENTS)
NOT_ALIKE = {"wer.service.Folder.create"}  # its names have a number that counts up, and so other lengths
EXAMPLES = 3  # for one argument
LIMITS = (63, 64, 127, 128, 259, 260, 511, 512, 1023, 1024, 32_767, 70_000)
PID, TID = 4712, 4716  # of the fake's process
WORKER = "import _thread; print(_thread.get_native_id(), flush=True); input()"
TEXTS = ("", " ", ".", "..", "\0", "a\0b", "%", "%TEMP%", "*", "?", "\n", "\x1b[2J", "\u202e", "a.exe", "A" * 70_000)
PATHS = (
    *(
        "NUL",
        "CON",
        "aux.txt",
        "C:",
        "C:x",
        "\\\\?\\C:\\x",
        "\\\\?\\",
        "\\\\.\\pipe\\x",
        "\\\\.\\NUL",
        "\\\\server\\share",
    ),
    *(
        "//server/share/x",
        "\\\\?\\UNC\\",
        "/dev/null",
        "/dev/zero",
        "a:b",
        "x:stream:$DATA",
        "a ",
        "a.",
        "<>|",
        "~",
        "-",
    ),
    *("x" * 255, "x" * 256, "/".join(["x" * 200] * 25), "s3://bucket/x", "file:///x", "nosuch://x", "http://[", "//"),
)
NUMBERS = (*(2**bits + off for bits in (7, 8, 15, 16, 31, 32, 63, 64, 128) for off in (-1, 0, 1)), HUGE, -HUGE, 1e300)
INF = float("inf")
WRONG = (None, True, b"x", 1.5, "x", 1, (), [], {}, object, float("nan"), INF, 2**70, "\0")


class Text(str):
    """A subclass of str whose own methods do not tell the truth."""

    __slots__ = ()

    def __str__(self):
        return "other"


class Number(int):
    """Likewise of int."""

    def __index__(self):
        return 0


@contextlib.contextmanager
def exclusions_as_before():
    """The excluded applications are in the user's registry, where other tests look at them."""
    registry = wer.changes.this_registry()

    def names():
        values = registry.values(HKCU, EXCLUDED)
        return None if values is None else {value.name for value in values}

    before = names()
    try:
        yield
    finally:
        for name in (names() or set()) - (before or set()):
            registry.delete_value(HKCU, EXCLUDED, name)
        if before is None and names() is not None:
            registry.delete_key(HKCU, EXCLUDED)


@contextlib.contextmanager
def place(folder):
    try:
        from hypothesis import configuration
    except ImportError:
        raise trials.CannotBeTried("Hypothesis is not installed") from None
    trials.needs_stand_in()
    configuration.set_hypothesis_home_dir(folder / "hypothesis")  # or it makes a folder in the checkout
    work = folder / "work"
    work.mkdir()
    stack = contextlib.ExitStack()
    before = os.getcwd()
    os.chdir(work)  # for paths that are not absolute
    worker = None
    try:
        if sys.platform == "win32":
            stack.enter_context(exclusions_as_before())
            dll = ctypes.WinDLL("wer.dll")
            commands = f'reset;log off;scope machine;server offline;store "{folder / "store"}"'
            assert dll.WerStandInControl(ctypes.c_wchar_p(commands)) == 0
            worker = subprocess.Popen(
                [PYTHON, "-I", "-S", "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        tid = int(worker.stdout.readline()) if worker else TID
        yield hostile.Place(work, worker.pid if worker else PID, tid, contextlib.ExitStack())
    finally:
        if worker:
            worker.kill()
            worker.communicate()
        os.chdir(before)
        stack.close()


def strategy(place, name, argument, kind):
    """The values for an argument."""
    from hypothesis import strategies as st

    def one_of(values):
        """By their numbers: Hypothesis prints what it chooses from, and a huge number cannot be printed."""
        return st.integers(0, len(values) - 1).map(lambda chosen: values[chosen])

    anything = st.characters(exclude_categories=())
    text = st.one_of(
        st.text(anything),
        st.text(anything).map(Text),
        one_of(TEXTS),
        st.builds(of_units, st.sampled_from(LIMITS), st.sampled_from(sorted(ALPHABETS.values()))),
    )
    wrong = one_of(WRONG)
    if kind == "text":
        return text | wrong
    if kind == "number":
        numbers = st.integers() | one_of(NUMBERS) | st.integers(-100, 100).map(Number) | st.floats()
        if (name, argument) in hostile.WAITED:
            return (numbers | wrong).filter(lambda value: not isinstance(value, (int, float)) or not 0.1 < value < INF)
        return numbers | wrong
    if kind == "bytes":
        return st.binary(max_size=1 << 17) | text | wrong
    paths = text | one_of(PATHS)
    if (name, argument) in hostile.WRITTEN:
        paths = paths.map(lambda path: f"{place.folder}{os.sep}{path.replace('..', '__')}")
        wrong = wrong.filter(lambda value: not isinstance(value, (str, bytes)))
    return paths | paths.map(pathlib.PurePath) | paths.map(in_bytes) | wrong


def in_bytes(path):
    """A path as the system has it, as far as that has one."""
    return path.encode("utf-8", "surrogatepass")


def case(place, number):
    """Some values for one argument."""
    import hypothesis

    name, argument, kind = ARGUMENTS[number % len(ARGUMENTS)]
    tried = 0

    @hypothesis.seed(number)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        verbosity=hypothesis.Verbosity.quiet,  # it prints values by their repr, which a huge number does not have
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy(place, name, argument, kind))
    def try_it(value):
        nonlocal tried
        tried += 1
        empty(place.folder)
        if sys.platform == "win32":
            said = hostile.outcome(place, name, argument, value)
            check(name, argument, kind, value, said)
        with contextlib.redirect_stderr(None), wer.testing.FakeWer() as fake:
            fake.add_process(place.pid, place.tid)
            told = hostile.outcome(place, name, argument, value)
            check(name, argument, kind, value, told)
        if sys.platform == "win32" and name not in NOT_ALIKE and is_refusal(said) | is_refusal(told):
            what = f"{name}({argument}={shown(value)[:200]}): {said!r} by the extension, {told!r} by the fake"
            assert (type(said), str(said)) == (type(told), str(told)), what

    try:
        try_it()
    finally:
        gc.collect()
    return tried


def empty(folder):
    for path in folder.iterdir():
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def is_refusal(error):
    """Before WER is asked."""
    return isinstance(error, (TypeError, ValueError))


def check(name, argument, kind, value, error):
    if not hostile.is_right(error, argument, kind, value):
        text = f"{name}({argument}={shown(value)[:200]}): {type(error).__name__}: {error}"
        raise AssertionError(text) from error
