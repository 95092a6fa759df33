"""The package opens no connection, and starts no program but Python and what it is told: what is sent, WER sends.

An export to a URL is the one exception: the user's own fsspec does it.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pythons import PYTHON, WITH_WER

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "wer"
CONNECTING = {
    *(
        "socket",
        "socketserver",
        "ssl",
        "http",
        "urllib",
        "ftplib",
        "smtplib",
        "poplib",
        "imaplib",
        "xmlrpc",
        "telnetlib",
    ),
    *("webbrowser", "_socket", "_ssl", "requests", "httpx", "aiohttp", "urllib3"),
}
STARTING = {"system", "popen", "startfile", "posix_spawn", "execv", "execve", "spawnv", "spawnl", "fork", "forkpty"}
# Which modules start a program, and which one: the words in which they say it.
PROGRAMS = {
    "doctor/_trial.py": "sys.executable",
    "service/_watcher.py": "subprocess.Popen(plan.restart",  # what who uses `Watchdog` has given for that
    "service/_watcher_process.py": "sys.executable",
}
# Every module is imported, and these commands are run, with nothing allowed to connect or to start.
PROGRAM = """
import pkgutil, sys

def refuse(event, arguments):
    if event.split(".")[0] in ("socket", "urllib", "http", "ftplib", "smtplib") or event in (
        "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "webbrowser.open"
    ):
        print("refused:", event, arguments)
        raise RuntimeError(event)

sys.addaudithook(refuse)
import wer
for module in pkgutil.walk_packages(wer.__path__, "wer."):
    if not module.name.endswith("__main__") and "._windows" not in module.name:
        __import__(module.name)
from wer.cli import main
for arguments in (["explain", "0xC0000005"], ["store", "--help"], ["doctor", "--help"], ["show", sys.argv[1]]):
    try:
        main(arguments)
    except SystemExit:
        pass
print("done")
"""


def imported(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "__import__"):
            yield ast.unparse(node.args[0]).strip("'\"").partition(".")[0]


def test_no_module_imports_what_connects():
    files = sorted(PACKAGE.rglob("*.py"))
    assert len(files) > 100
    found = {(file.name, name) for file in files for name in imported(file) if name in CONNECTING | {"fsspec"}}
    assert found == {("_targets.py", "fsspec")}


def test_no_module_starts_another_program():
    starting = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        named = {ast.unparse(call.func) for call in calls}
        assert not named & {f"{module}.{name}" for module in ("os", "_os") for name in STARTING}, file
        if "subprocess" in set(imported(file)):
            starting[file.relative_to(PACKAGE).as_posix()] = text
    assert set(starting) == set(PROGRAMS)
    assert all(words in starting[name] for name, words in PROGRAMS.items())


@pytest.mark.parametrize("text", ["import socket", "from urllib.request import urlopen", "__import__('http.client')"])
def test_it_would_be_found(tmp_path, text):
    (tmp_path / "x.py").write_text(text)
    assert set(imported(tmp_path / "x.py")) & CONNECTING


def test_nothing_connects_when_it_is_imported_and_looked_with(tmp_path):
    report = ROOT / "tests" / "data" / "reports"
    [sample] = sorted(report.rglob("*.wer"))[:1]
    command = [PYTHON, "-B", "-c", PROGRAM, str(sample)]
    done = subprocess.run(
        command, env={**os.environ, **WITH_WER}, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "refused" not in done.stdout + done.stderr
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "done"), done.stderr
    assert os.listdir(tmp_path) == []
    assert sys.platform == "linux"
