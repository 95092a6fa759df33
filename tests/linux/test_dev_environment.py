"""dev.py in an environment that would change what it makes, or where: builds get nothing of it.

That holds for what is in the environment. Settings in files of the user's, such as a pip.conf, are read as ever.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))

from tools import cache  # noqa: E402

FLAGS = "-DPLANTED"
HOSTILE = {
    **dict.fromkeys(("CPPFLAGS", "CFLAGS", "CXXFLAGS", "CL", "_CL_", "ARFLAGS", "NIX_CFLAGS_COMPILE"), FLAGS),
    **dict.fromkeys(("LDFLAGS", "LINK", "_LINK_"), "-Wl,--defsym,planted=1"),
    **dict.fromkeys(("CC", "CXX", "LD", "AR", "LDSHARED", "CMAKE_GENERATOR", "CMAKE_C_COMPILER"), "planted"),
    **dict.fromkeys(("CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "INCLUDE", "LIB"), "{planted}"),
    **dict.fromkeys(("LIBRARY_PATH", "COMPILER_PATH", "GCC_EXEC_PREFIX", "LD_LIBRARY_PATH"), "{planted}/"),
    **dict.fromkeys(("MAKEFLAGS", "NINJAFLAGS", "GREP_OPTIONS"), "--planted"),
    **dict.fromkeys(("SETUPTOOLS_USE_DISTUTILS", "DISTUTILS_USE_SDK", "DISTUTILS_DEBUG"), "planted"),
    **dict.fromkeys(("SETUPTOOLS_EXT_SUFFIX", "SETUPTOOLS_SCM_PRETEND_VERSION", "ARCHFLAGS"), ".planted"),
    **dict.fromkeys(("DIST_EXTRA_CONFIG", "PIP_CONSTRAINT", "PIP_REQUIREMENT"), "{planted}/planted.cfg"),
    **dict.fromkeys(("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_SRC", "PIP_LOG"), "{planted}/pip"),
    **dict.fromkeys(("PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PIP_REQUIRE_HASHES", "PIP_DRY_RUN", "PIP_ISOLATED"), "1"),
    **dict.fromkeys(("PIP_NO_BINARY", "PIP_ONLY_BINARY"), ":all:"),
    **dict.fromkeys(("PYTHONSAFEPATH", "PYTHONOPTIMIZE", "PYTHONNOUSERSITE", "PYTHONUNBUFFERED"), "1"),
    **dict.fromkeys(("PYTHONPATH", "PYTHONUSERBASE", "PYTHONPYCACHEPREFIX", "MYPYPATH"), "{planted}"),
    **dict.fromkeys(("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CONFIG_GLOBAL"), "{planted}/git"),
    **dict.fromkeys(("WINEPREFIX", "WINESERVER", "WINELOADER", "WINEDLLPATH", "WINEARCH"), "{planted}/wine"),
    "WINEDEBUG": "+all",
    "WINEDLLOVERRIDES": "wer=b",
    "SOURCE_DATE_EPOCH": "1",
    "PYTEST_ADDOPTS": "--planted",
    **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), "{planted}/is not there ü"),
    **dict.fromkeys(("LANG", "LC_ALL", "LANGUAGE", "LC_CTYPE"), "xx_XX.planted"),
    **dict.fromkeys(("TZ", "COLUMNS", "NO_COLOR", "FORCE_COLOR"), "7"),
}
# Of Python's module search path: each says that it was taken.
MODULES = "tools/__init__.py", "pip.py", "build.py", "venv.py", "wheel.py", "setuptools.py", "sitecustomize.py"
PROGRAM = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tools import build, cache, cpython, wine

with cache.opened(wine.stop_all) as own:
    python = cpython.PYTHONS["3.12"]
    work = own.folder / "hostile"
    work.mkdir()
    windows = cpython.plain(own, python)
    environment = build._cross_environment(own, work, build.sources(own), windows, python)
    build._build(own, "--wheel", Path({source!r}), Path({target!r}), environment)
"""
SETUP = """
from setuptools import Extension, setup
setup(name="small", version="1", packages=[], ext_modules=[Extension("small", ["small.c"])])
"""
SMALL = """
#include <windows.h>
#ifdef PLANTED
#error a flag of the environment has come here
#endif
#include <Python.h>
PyMODINIT_FUNC PyInit_small(void) { return NULL; }
"""


@pytest.fixture
def planted(tmp_path):
    """A folder, with a space and letters beyond ASCII in its path, full of what is not to be taken."""
    folder = tmp_path / "ключ ü dir"
    folder.mkdir()
    for name in MODULES:
        (folder / name).parent.mkdir(exist_ok=True)
        # Of Python's own start, and so not to be hindered: that one only says so.
        (folder / name).write_text("raise SystemExit('planted')" if name != "sitecustomize.py" else "")
    (folder / "windows.h").write_text("#error planted")
    (folder / "planted.cfg").write_text("[build_ext]\ndefine = PLANTED\n")
    return folder


@pytest.fixture
def hostile(planted):
    return {name: value.format(planted=planted) for name, value in HOSTILE.items()}


def test_tools_get_nothing_of_it(tmp_path, monkeypatch, hostile):
    own = cache.Cache(tmp_path, tmp_path)
    for name in {*hostile, *os.environ} - {"PATH", "HOME"}:
        monkeypatch.delenv(name, raising=False)
    clean = own.environment
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    assert own.environment == clean


def test_tools_reach_others_as_the_user_does(tmp_path, monkeypatch):
    others = {"https_proxy": "http://proxy:1", "NO_PROXY": "x", "PIP_INDEX_URL": "https://x", "SSL_CERT_FILE": "/x"}
    for name, value in others.items():
        monkeypatch.setenv(name, value)
    assert others.items() <= cache.Cache(tmp_path, tmp_path).environment.items()


def test_on_windows_the_compiler_that_was_chosen_is_taken_and_known(tmp_path, monkeypatch, hostile):
    """In a prompt with DISTUTILS_USE_SDK; by default setuptools finds one, without the environment."""
    own = cache.Cache(tmp_path, tmp_path)
    sdk = {"DISTUTILS_USE_SDK": "1", "INCLUDE": r"C:\sdk\include", "LIB": r"C:\sdk\lib"}
    for name, value in (hostile | sdk).items():
        monkeypatch.setenv(name, value)
    assert sdk.items().isdisjoint(own.environment.items())
    with monkeypatch.context() as windows:
        windows.setattr(sys, "platform", "win32")
        assert sdk.items() <= own.environment.items()
        assert cache.chosen_compiler() == sdk
        windows.delenv("DISTUTILS_USE_SDK")
        assert sdk.keys().isdisjoint(own.environment)
        assert cache.chosen_compiler() == {}


@pytest.mark.parametrize("options", [[], ["-P"], ["-S"], ["-OO"]])
def test_dev_py_finds_its_own_modules(planted, hostile, options):
    command = [sys.executable, *options, "-B", ROOT / "dev.py", "test", "--help"]
    done = subprocess.run(command, env=os.environ | hostile, cwd=planted, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"usage: dev.py test")


def test_a_build_gives_the_same_bytes(planted, hostile, tmp_path):
    """A package with a C extension, cross-compiled as ours; from a folder with modules of the tools' names."""
    python = os.environ.get("WERAPI_DEV_PYTHON")
    if not python:
        pytest.skip("needs the Python that dev.py runs with, which it tells")
    if not shutil.which("x86_64-w64-mingw32-gcc"):
        pytest.skip("needs mingw-w64, which dev.py installs for the tests on Windows Pythons")
    wheels = []
    for name, environment in (("clean", {}), ("hostile", hostile)):
        source = planted / name / "source"
        source.mkdir(parents=True)
        (source / "setup.py").write_text(SETUP)
        (source / "small.c").write_text(SMALL)
        program = PROGRAM.format(root=str(ROOT), source=str(source), target=str(planted / name))
        command = [python, "-B", "-c", program]
        # Without PYTHONPATH: this program, not dev.py, would take what is planted there.
        environment = {key: value for key, value in environment.items() if key != "PYTHONPATH"}
        done = subprocess.run(
            command, env=os.environ | environment, cwd=planted, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        [built] = (planted / name).glob("*.whl")
        wheels.append((built.name, built.read_bytes()))
    assert wheels[0] == wheels[1]
    assert not list(tmp_path.rglob("pip/*"))
