"""The source distribution: what it holds, and that it builds from itself alone."""

import importlib.metadata
import os
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def names():
    with tarfile.open(os.environ["WERAPI_SDIST"]) as archive:
        return {name.partition("/")[2] for name in archive.getnames()} - {""}


def test_it_holds_every_source_of_the_extension(names):
    sources = [path for path in (ROOT / "src" / "wer").rglob("*") if path.is_file() and path.name != "_werapi.c"]
    expected = {path.relative_to(ROOT).as_posix() for path in sources if "__pycache__" not in path.parts}
    expected |= {"include/wer/werapi.h", "setup.py", "pyproject.toml", "src/_wer_pytest.py"}
    assert {"src/wer/_werapi.pyx", "src/wer/core/report.pxi", "src/wer/native/loadwer.c"} <= expected
    assert expected - names == set()


def test_the_generated_c_is_not_in_it(names):
    assert [name for name in names if name.endswith("_werapi.c")] == []


def test_what_it_installs_here_is_the_pure_part():
    files = {str(path) for path in importlib.metadata.files("werapi") or ()}
    package = {name for name in files if name.startswith("wer/") and "__pycache__" not in name}
    assert {"wer/_enums.py", "wer/testing/__init__.py"} <= package
    assert "wer/include/wer/werapi.h" in package
    assert [name for name in package if name.endswith((".so", ".pyd", ".pyx", ".c"))] == []
    others = {name for name in files - package if "__pycache__" not in name and ".dist-info/" not in name}
    assert others == {"_wer_pytest.py", "../../../bin/wer"}


def test_metadata():
    metadata = importlib.metadata.metadata("werapi")
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert [one for one in importlib.metadata.requires("werapi") or () if "extra ==" not in one] == []
