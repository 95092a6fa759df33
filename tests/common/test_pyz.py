"""wer.pyz: the command line in one file, started by a Python that has no package."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pythons import PYTHON

PYZ = os.environ.get("WERAPI_PYZ", "")
pytestmark = pytest.mark.skipif(not PYZ, reason="needs wer.pyz, which dev.py test makes")


@pytest.fixture
def local(tmp_path):
    return tmp_path / "Größe"  # LOCALAPPDATA


@pytest.fixture
def start(local):
    """Run it, in a Python that looks for no packages."""

    def run(*arguments, pyz=PYZ):
        return subprocess.run(
            [PYTHON, "-I", "-S", pyz, *arguments],
            env=os.environ | {"LOCALAPPDATA": str(local)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )

    return run


def packages(local):
    return sorted((local / "wer").glob("pyz-*")) if local.is_dir() else []


def test_it_runs_a_command(start, local):
    ended = start("explain", "0xC00000FD")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "STATUS_STACK_OVERFLOW" in ended.stdout
    assert start("--version").stdout.startswith("wer ")
    assert len(packages(local)) == (1 if sys.platform == "win32" else 0), "one for each version, and on Windows only"


def test_a_command_line_that_is_wrong(start):
    assert start("no-such-command").returncode == 2


@pytest.mark.skipif(sys.platform != "win32", reason="nothing is unpacked off Windows")
def test_what_was_changed_there_is_put_right(start, local):
    start("--version")
    (package,) = packages(local)
    module = package / "wer" / "cli" / "__init__.py"
    (extension,) = (package / "wer").glob("_werapi.*.pyd")
    right = module.read_bytes(), extension.read_bytes()
    module.write_text("raise SystemExit(99)")
    extension.write_bytes(b"")
    (package / "wer" / "werapi.py").unlink()
    assert start("explain", "1").returncode == 0
    assert (module.read_bytes(), extension.read_bytes()) == right
    assert not [path for path in package.rglob("*") if path.suffix.lstrip(".").isdecimal()], "nothing half written"


@pytest.mark.skipif(sys.platform != "win32", reason="the pure part runs on every Python off Windows")
def test_a_python_that_it_has_nothing_for(start, tmp_path):
    other = tmp_path / "other.pyz"
    with zipfile.ZipFile(PYZ) as whole, zipfile.ZipFile(other, "w") as archive:
        for name in whole.namelist():
            archive.writestr(name.replace(f".cp3{sys.version_info.minor}-", ".cp399-"), whole.read(name))
    ended = start("explain", "1", pyz=str(other))
    assert ended.returncode == 5
    assert "_werapi.cp399-win_amd64.pyd" in ended.stderr
    assert "pip install werapi" in ended.stderr


def test_it_holds_the_package_and_its_start_only():
    with zipfile.ZipFile(PYZ) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert {name.split("/")[0] for name in names} <= {"__main__.py", "package", "extensions"}
    assert "package/wer/cli/__init__.py" in names
    assert Path(PYZ).name == "wer.pyz"
