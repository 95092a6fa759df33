"""dev.py where something is in its way: a message that says what, and what to do; no traceback."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import once
import pytest
from disks import mounted

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))

import wer  # noqa: E402
from tools import cache, debian, sanitize, testrun, wine  # noqa: E402
from tools.cpython import PYTHONS  # noqa: E402
from tools.steps import Failure, Finished  # noqa: E402

NOBODY = 65534
OLD = """
import runpy, sys
sys.version_info, sys.version = (3, {minor}, 2, "final", 0), "3.{minor}.2 (main)"
sys.argv = ["dev.py", "test"]
try:
    runpy.run_path({path!r}, run_name="__main__")
finally:
    assert "tools" not in sys.modules
"""


def run(*arguments, **environment):
    command = [sys.executable, "-B", ROOT / "dev.py", *arguments]
    return subprocess.run(
        command, env=os.environ | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("minor", [9, 10])
def test_an_older_python_is_told_in_one_sentence(minor):
    ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, minor))
    code = OLD.format(minor=minor, path=str(ROOT / "dev.py"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line == (
        f"dev.py needs Python 3.11 or later, and {sys.executable} is 3.{minor}.2: "
        "run it with another one, such as `python3.11 dev.py`."
    )


def test_the_parts_of_sanitize():
    done = run("sanitize", "--only", "all")
    assert done.returncode == 2
    assert all(repr(name) in done.stderr for name in sanitize.PARTS), done.stderr
    assert done.stderr.count("', '") == len(sanitize.PARTS) - 1


# A system without dpkg ------------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path, monkeypatch):
    """The one folder that programs are looked for in: an empty one."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def put(folder, *programs):
    for program in programs:
        (folder / program).write_text("#!/bin/sh\n")
        (folder / program).chmod(0o755)


def test_another_system_is_told_which_programs_it_needs(path):
    put(path, "wine")
    with pytest.raises(Failure) as caught:
        debian.install(cache.Cache(path, path), [*debian.WINE_AND_COMPILER, "python3-venv"])
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("There is no dpkg here, and this is missing:")
    assert lines[1:-1] == [
        "  wineserver, in Debian's package wine64",
        "  x86_64-w64-mingw32-gcc, in Debian's package gcc-mingw-w64-x86-64-win32",
        "  x86_64-w64-mingw32-g++, in Debian's package g++-mingw-w64-x86-64-win32",
        "  ensurepip, in Debian's package python3-venv",
    ]
    assert lines[-1].startswith("Install them as this system does it")
    assert "apt" not in str(caught.value)


def test_another_system_that_has_them_goes_on(path):
    put(path, "wine", "wineserver", "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-g++")
    debian.install(cache.Cache(path, path), debian.WINE_AND_COMPILER)


def test_a_debian_without_apt_is_told_the_packages(path):
    put(path, "dpkg-query")
    with pytest.raises(Failure) as caught:
        debian.install(cache.Cache(path, path), ["wine", "git"])
    assert str(caught.value) == "These Debian packages are missing, and there is no apt-get here: wine git"


def test_every_package_is_known_to_bring_something():
    used = {*debian.WINE_AND_COMPILER, *debian.CMAKE, "python3-venv", "debootstrap", "git"}
    assert used <= set(debian.BRING)


# The cache's folder ---------------------------------------------------------------------------------------------------


@pytest.fixture
def root(monkeypatch):
    """Where the cache's folder is to be. Others may enter what it is in: not so tmp_path, nor root's cache."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o711)  # noqa: S103 - it is empty
        monkeypatch.setenv("XDG_CACHE_HOME", f"{folder}/cache")
        yield Path(folder, "cache", "werapi-dev")


@pytest.fixture
def no_root(root):
    """Without root's rights, which folders refuse nothing."""
    is_root = not os.geteuid()
    if is_root:
        os.chown(root.parents[1], NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        elif root.parent.exists():
            root.parent.chmod(0o700)


def refused():
    with pytest.raises(Failure) as caught, cache.opened(lambda folder: None):
        pass
    first, second = str(caught.value).splitlines()
    assert "XDG_CACHE_HOME" in second
    return first


def test_a_file_in_its_place(root):
    root.parent.mkdir()
    root.write_text("x")
    assert refused() == f"{root} is a file, not a folder."


def test_dev_py_says_so_and_ends(root):
    root.parent.mkdir()
    root.write_text("x")
    for command in ("lint", "clean"):
        done = run(command)
        assert (done.returncode, done.stderr) == (1, "")
        assert f"{root} is a file, not a folder." in done.stdout
    assert root.read_text() == "x"


def test_a_file_in_place_of_a_folder_above(root):
    root.parent.write_text("x")
    assert refused() == f"{root.parent} is a file, not a folder."


def test_a_pipe_in_its_place(root):
    root.parent.mkdir()
    os.mkfifo(root)
    assert refused() == f"{root} is something else, not a folder."


@pytest.mark.parametrize("above", [False, True])
def test_a_dangling_link(root, above):
    link = root.parent if above else root
    link.parent.mkdir(exist_ok=True)
    link.symlink_to("nowhere")
    assert refused() == f"{link} is a symbolic link to nowhere, and that is not there."


def test_a_link_to_itself(root):
    root.parent.mkdir()
    root.symlink_to(root)
    assert refused() == f"{root} is a symbolic link to {root}, and that is not there."


def test_a_link_to_a_folder_is_one(root, tmp_path, capsys):
    target = tmp_path / "elsewhere"
    target.mkdir()
    root.parent.mkdir()
    root.symlink_to(target)
    with cache.opened(lambda folder: None) as own:
        own.get("work", "Work", ["key"], lambda folder: (folder / "made").write_text("x"))
    assert list(target.glob("work-*/made"))
    cache.clean(lambda folder: None)
    assert "it stays, and so does the folder that it leads to, now empty" in capsys.readouterr().out
    assert root.is_symlink()
    assert list(target.iterdir()) == []
    with cache.opened(lambda folder: None):
        pass


def test_what_may_not_be_written(root, no_root):
    root.mkdir(parents=True)
    root.chmod(0o500)
    assert refused() == f"You may not write to {root}."


def test_what_may_not_be_written_above(root, no_root):
    root.parent.mkdir()
    root.parent.chmod(0o500)
    assert refused() == f"You may not write to {root.parent}."


def test_what_may_not_even_be_looked_at(root, no_root):
    root.parent.mkdir()
    root.parent.chmod(0)
    assert refused() == f"You may not write to {root.parent}."


def test_what_another_user_has_left_in_it(root, no_root):
    with cache.opened(lambda folder: None) as own:
        own.get("work", "Work", ["key"], lambda folder: None)
        (root / "locks" / "work").chmod(0)
        with pytest.raises(Failure, match=r"You may not write to .*locks/work, which a run by another user has made"):
            own.get("work", "Work", ["another key"], lambda folder: None)


def test_a_disk_that_can_only_be_read(root):
    with mounted(root.parent, "ro,size=1m"):
        assert refused() == f"{root.parent} is on a disk that can only be read."


def test_a_full_disk(root):
    with mounted(root.parent, "size=100k,nr_inodes=4"):
        said = f"(?s)The disk is full: 0 MB are left in {root}.*XDG_CACHE_HOME"
        with pytest.raises(Failure, match=said), cache.opened(lambda folder: None):
            pass


def test_a_disk_that_work_fills(root):
    def work(folder):
        (folder / "large").write_bytes(bytes(1 << 20))

    with mounted(root.parent, "size=500k"):
        said = f"(?s)No space left on device.*The disk is full: 0 MB are left in {root}"
        with pytest.raises(Failure, match=said), cache.opened(lambda folder: None) as own:
            own.get("work", "Work", ["key"], work)
        assert not list(root.glob("work-*"))


def test_a_folder_that_cannot_be_locked(root, monkeypatch):
    """On some network disks. It is not waited for."""
    import fcntl

    def flock(*arguments):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    assert refused() == f"{root / 'lock'} cannot be locked: No locks available."


def test_nothing_to_clean(root, capsys):
    cache.clean(lambda folder: None)
    assert capsys.readouterr().out == f"{root} is not there: nothing to remove\n"
    assert not os.path.lexists(root)


# Wine's words in the output of the tests ------------------------------------------------------------------------------

CRASH = "wine: Unhandled page fault on read access to 0000000000000010 at address 00000000016C43D4 (thread {}), ..."
RUN = [
    "collected 9 items",
    rf"tests\windows\test_a.py {CRASH.format(1)}",
    f"..{CRASH.format(2)}",
    ".               [ 50%]",
    rf"tests\windows\test_b.py .{CRASH.format(3)}",
    ".F             [100%]",
]


def test_wine_does_not_talk_into_the_dots():
    lines = []
    quiet = testrun.Quiet(lines.append)
    for line in RUN:
        quiet(line)
    assert lines == [
        "collected 9 items",
        r"tests\windows\test_a.py ...               [ 50%]",
        r"tests\windows\test_b.py ..F             [100%]",
    ]
    del lines[:]
    quiet.show({"tests/windows/test_b.py"})
    assert lines[1:] == [f"    tests/windows/test_b.py: {CRASH.format(3)}"]
    del lines[:]
    quiet.show()
    assert [line.split(": ", 1)[1] for line in lines[1:]] == [CRASH.format(number) for number in (1, 2, 3)]
    del lines[:]
    quiet.show({"tests/windows/test_c.py"})
    assert lines == []


def test_what_came_last_is_shown_where_pytest_did_not_come_to_its_end():
    lines = []
    quiet = testrun.Quiet(lines.append)
    for line in RUN[:3]:
        quiet(line)
    quiet.show()
    assert lines[1] == r"tests\windows\test_a.py .."
    assert lines[3].endswith(CRASH.format(1))


def test_other_words_of_wine_stay():
    lines = []
    testrun.Quiet(lines.append)("wine: Call from 00 to unimplemented function x.dll.y, aborting")
    assert len(lines) == 1


def test_the_files_that_failed(tmp_path):
    report = tmp_path / "results.xml"
    cases = [("tests.windows.test_a", ""), ("tests.windows.test_b.TestCrash", "<failure/>"), ("", "<error/>")]
    body = "".join(f'<testcase classname="{name}" name="x">{inside}</testcase>' for name, inside in cases)
    report.write_text(f"<testsuite>{body}</testsuite>")
    result = testrun.Result("3.12")
    testrun._read(report, result)
    assert result.failed == {"tests/windows/test_b.py", ""}
    assert result.counts == {"passed": 1, "failed": 2}


@pytest.mark.parametrize("here", PYTHONS)
@pytest.mark.parametrize("chosen", [[*PYTHONS, "linux"], ["3.12", "3.13"], ["3.13"], []], ids=" ".join)
def test_what_takes_long_is_run_on_one_of_those_that_are_chosen(monkeypatch, chosen, here):
    """All of it on one that is alone, as under `dev.py mutate --extension` or in the job on Windows."""
    monkeypatch.setattr(once, "TOGETHER", chosen)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "version_info", SimpleNamespace(major=3, minor=int(here.removeprefix("3."))))
    skipped = [python for python in PYTHONS if once.once(python).args[0]]
    assert skipped == [python for python in PYTHONS if python in chosen and python != here]


def test_each_of_them_has_a_share():
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert set(re.findall(r'once\("([^"]+)"\)', text)) == set(PYTHONS)


# Programs on our input and output -------------------------------------------------------------------------------------

ATTACH = f"import sys; sys.path.append({str(ROOT)!r}); from tools import steps; sys.exit(steps.attach(sys.argv[1:]))"


def attach(*command, **options):
    """In a process of its own, whose input and output are ours to look at."""
    command = [sys.executable, "-B", "-c", ATTACH, *command]
    return subprocess.run(command, capture_output=True, timeout=60, check=False, **options)


def test_bytes_go_in_and_out_as_they_are():
    data = bytes(range(256)) * 4096
    done = attach("sh", "-c", "cat; echo wrong >&2; exit 7", input=data)
    assert (done.returncode, done.stdout == data, done.stderr) == (7, True, b"wrong\n")


def test_a_program_that_does_not_read_ends_all_the_same():
    done = attach("sh", "-c", "exec 0<&-; echo ready", input=bytes(1 << 20))
    assert (done.returncode, done.stdout) == (0, b"ready\n")


def test_a_program_ends_though_a_terminal_says_nothing_more():
    reader, writer = os.pipe()
    with open(writer, "wb"), open(reader, "rb") as silent:
        done = attach("echo", "ready", stdin=silent)
    assert (done.returncode, done.stdout) == (0, b"ready\n")


def test_what_a_program_leaves_behind_is_not_waited_for():
    started = time.monotonic()
    done = attach("sh", "-c", "sleep 30 & echo ready", stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (0, b"ready\n")
    assert time.monotonic() - started < 25


def test_a_slow_reader_gets_all_of_it():
    command = [sys.executable, "-B", "-c", ATTACH, "head", "-c", "200000", "/dev/zero"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        time.sleep(1.5)  # the program has ended, and most of it is still on the way
        assert len(process.stdout.read()) == 200000


def test_a_reader_that_has_seen_enough_ends_it():
    command = [sys.executable, "-B", "-c", ATTACH, "yes"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=30) != 0


SCRIPT = """
import pathlib, sys
import helper, wer

print(sys.argv[1:], file=sys.stderr)
sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])
with wer.Report("Try.Run") as report:
    report.add_dump()
    report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)
[stored] = [stored for stored in wer.Store(wer.StoreType.MACHINE_QUEUE) if stored.event_type == "Try.Run"]
pathlib.Path("key.txt").write_text(stored.key)
sys.exit(helper.CODE)
"""


@pytest.fixture
def dev(tmp_path):
    """Run dev.py, with the Python that it was run with, in a folder of this test."""
    python = os.environ.get("WERAPI_DEV_PYTHON")
    if not python:
        pytest.skip("needs the Python that dev.py runs with, which it tells")
    if not shutil.which("wine"):
        pytest.skip("needs Wine, which dev.py installs for the tests on Windows Pythons")

    def dev(*arguments, **options):
        command = [python, "-B", ROOT / "dev.py", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, **options)

    return dev


def test_run_keeps_what_a_script_files(dev, tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "helper.py").write_text("CODE = 7")
    done = dev("run", "script.py", "--help", "a b", "ü", input=b"a\r\n\0\xffz")
    errors = done.stderr.decode()
    assert (done.returncode, done.stdout) == (7, b"z\xff\0\n\ra"), errors
    assert "['--help', 'a b', 'ü']" in errors
    name = (tmp_path / "key.txt").read_text().rpartition("\\")[2]
    folder = tmp_path / "wer-run" / "machine" / "ReportQueue" / name
    [dump] = folder.glob("*.mdmp")
    assert dump.read_bytes()[:4] == b"MDMP"
    assert wer.read_report(folder / "Report.wer").event_type == "Try.Run"
    assert f"A report is in {folder.relative_to(tmp_path)}\n" in errors
    assert dump.name in errors


def test_shell_is_a_python_to_talk_to(dev, tmp_path):
    typed = b"import wer\nfor i in (1, 2):\n  print(i)\n\nwer.Report(5)\n"
    done = dev("shell", "--folder", "mine", input=typed)
    assert (done.returncode, done.stdout.decode().split()) == (0, ["1", "2"]), done.stderr
    assert "Ctrl-D ends it" in done.stderr.decode()
    assert "TypeError: event_type must be a str, got int" in done.stderr.decode()
    assert (tmp_path / "mine" / "machine").is_dir()


def test_a_script_that_is_not_there(dev):
    done = dev("run", "nowhere.py")
    assert done.returncode == 1
    assert done.stdout.decode().strip() == "nowhere.py is not there, or is no file: which script should be run?"


@pytest.mark.parametrize("command", [("run", "script.py"), ("shell",)])
def test_a_folder_for_reports_that_cannot_be(dev, tmp_path, command):
    (tmp_path / "script.py").write_text("1 / 0")
    (tmp_path / "wer-run").write_text("mine")
    done = dev(*command)
    assert (done.returncode, (tmp_path / "wer-run").read_text()) == (1, "mine")
    expected = f"There can be no folder {tmp_path / 'wer-run'} for the reports: something else is there."
    assert done.stdout.decode().strip() == expected


@pytest.mark.parametrize("empty", [0, 2, 3])
def test_a_prefix_that_wine_leaves_empty_is_made_again(tmp_path, monkeypatch, empty):
    made = []

    def start(prefix):
        made.append(not any((prefix.folder / "prefix").iterdir()))
        (prefix.folder / "prefix" / "system.reg").touch()

    def run(prefix, command, check=True):
        if len(made) > empty:
            return Finished(0, "")
        if check:
            raise Failure("wine: could not load kernel32.dll")
        return Finished(53, "wine: could not load kernel32.dll")

    monkeypatch.setattr(wine.Prefix, "start", start)
    monkeypatch.setattr(wine.Prefix, "run", run)
    monkeypatch.setattr(wine.Prefix, "stop", lambda prefix: None)
    monkeypatch.setattr(wine, "version", lambda: "wine-8.0")
    (tmp_path / "kept").mkdir()
    place = SimpleNamespace(folder=tmp_path, get=lambda name, title, key, build: build(tmp_path / "kept"))
    if empty == 3:
        with pytest.raises(Failure, match=r"could not load kernel32\.dll"):
            wine.template(place)
    else:
        wine.template(place)
        assert (tmp_path / "kept" / "prefix" / "system.reg").exists()
    assert made == [True] * min(empty + 1, 3)
