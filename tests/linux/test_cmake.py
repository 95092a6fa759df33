"""The package for CMake that is in the wheel: found by its folder or by a prefix, from its version on, and whole."""

import shutil
import subprocess
from pathlib import Path

import pytest

import wer

pytestmark = pytest.mark.skipif(not shutil.which("cmake"), reason="needs cmake, which dev.py installs with Wine")

PACKAGE = Path(wer.__file__).parent
PROJECT = """
cmake_minimum_required(VERSION 3.20)
project(found LANGUAGES NONE)
find_package(wer {version} CONFIG REQUIRED)
find_package(wer {version} CONFIG REQUIRED)
get_target_property(folder wer::wer INTERFACE_INCLUDE_DIRECTORIES)
message(STATUS "wer ${{wer_VERSION}} in ${{folder}} and ${{wer_INCLUDE_DIR}}")
"""


@pytest.fixture
def find(tmp_path):
    """Configure a project that looks for wer: `find(*options)` gives what CMake said, and whether it was content."""

    def find(*options, version=""):
        (tmp_path / "CMakeLists.txt").write_text(PROJECT.format(version=version))
        command = ["cmake", "-S", tmp_path, "-B", tmp_path / "build", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode == 0, " ".join((done.stdout + done.stderr).split())

    return find


@pytest.mark.parametrize("option", [f"-Dwer_DIR={PACKAGE / 'cmake'}", f"-Dwer_ROOT={PACKAGE}"])
def test_by_its_folder(find, option):
    found, said = find(option)
    include = PACKAGE / "include"
    assert found, said
    assert f"wer {wer.__version__} in {include} and {include}" in said


@pytest.mark.parametrize("prefix", [PACKAGE, PACKAGE.parent])
def test_by_a_prefix(find, prefix):
    assert find(f"-DCMAKE_PREFIX_PATH={prefix}")[0]


def test_unpacked_and_without_python(find, tmp_path):
    """As from a wheel that somebody has unpacked, of which no more is needed than these two folders."""
    for name in ("include", "cmake"):
        shutil.copytree(PACKAGE / name, tmp_path / "some where" / "wer" / name)
    found, said = find(f"-DCMAKE_PREFIX_PATH={tmp_path / 'some where'}")
    assert found, said
    assert f"in {tmp_path / 'some where' / 'wer' / 'include'} and" in said


@pytest.mark.parametrize(("version", "fits"), [("0.1", True), ("0.0.1", True), (wer.__version__, True), ("99", False)])
def test_a_version(find, version, fits):
    found, said = find(f"-Dwer_DIR={PACKAGE / 'cmake'}", version=version)
    assert found is fits, said
    if not fits:
        assert f"version: {wer.__version__}" in said


def test_without_the_headers_it_says_what_is_missing(find, tmp_path):
    shutil.copytree(PACKAGE / "cmake", tmp_path / "wer" / "cmake")
    found, said = find(f"-Dwer_DIR={tmp_path / 'wer' / 'cmake'}")
    assert not found
    assert f"is not beside its folder cmake: {tmp_path / 'wer' / 'include'}" in said
