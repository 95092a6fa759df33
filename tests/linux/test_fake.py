"""The Windows of tests/fake: the extension's C compiles on it for Linux, where sanitizers are."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FAKE = ROOT / "tests" / "fake"
COMPILER = [
    *(sys.executable, "-m", "ziglang", "cc", "-target", "x86_64-linux-gnu"),
    *("-std=gnu99", "-Wall", "-Wextra", "-Werror", "-fshort-wchar", "-D_WIN32_WINNT=0x0A00"),
    *(f"-I{FAKE}", f"-I{ROOT / 'include'}", f"-I{ROOT / 'src' / 'wer' / 'native'}"),
]
SOURCES = [FAKE / "windows.c", *sorted((ROOT / "src" / "wer" / "native").rglob("*.c"))]
PYTHON = Path(sysconfig.get_path("include"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_it_compiles_for_linux(source, tmp_path):
    if source.name == "capitable.c" and not (PYTHON / "Python.h").is_file():
        pytest.skip("it needs Python.h, and this Python's headers are not installed (Debian: python3-dev)")
    command = [*COMPILER, f"-I{PYTHON}", "-c", source, "-o", tmp_path / "test.o"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
