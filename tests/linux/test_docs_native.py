"""The C and the Cython in the documentation: it compiles, without warnings, against the installed package's headers."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import wer

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "native-hosts.md").read_text(encoding="utf-8")
COMPILER = [
    *(
        "x86_64-w64-mingw32-gcc",
        "-std=gnu99",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wno-unused-function",
        "-Wno-unused-parameter",
        "-c",
    ),
    *("-D_WIN32_WINNT=0x0A00", "-DMS_WIN64=", f"-I{wer.get_include()}"),
]


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def compile_c(tmp_path, source):
    headers = os.environ["WERAPI_PYTHON_HEADERS"]  # of a CPython for Windows
    (tmp_path / "page.c").write_text(source, encoding="utf-8")
    command = [*COMPILER, "-isystem", headers, tmp_path / "page.c", "-o", tmp_path / "page.o"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_c_of_the_page(tmp_path):
    """Its paragraphs are definitions, or statements: these go into a function."""
    paragraphs = [paragraph for block in blocks("c") for paragraph in re.split(r"\n\n(?=\S)", block.strip())]
    defining = [p for p in paragraphs if re.match(r"#|static |LONG ", p)]
    stating = [p for p in paragraphs if p not in defining]
    assert len(defining) >= 4
    assert any("template_create" in p for p in stating)
    body = "\n".join(stating)
    source = "\n".join(
        ["#include <signal.h>", *defining, "int start(void) {", "HRESULT hr;", body, "return hr != S_OK; }"]
    )
    result = compile_c(tmp_path, source)
    assert result.returncode == 0, result.stderr


def test_a_wrong_call_would_be_noticed(tmp_path):
    source = '#include "wer/capi.h"\nint wrong(void) { return Wer_API->template_create(5); }\n'
    assert compile_c(tmp_path, source).returncode != 0


@pytest.mark.parametrize("number", range(len(blocks("cython"))))
def test_the_cython_of_the_page(number, tmp_path):
    (tmp_path / "page.pyx").write_text("# cython: language_level=3\n" + blocks("cython")[number], encoding="utf-8")
    command = [sys.executable, "-m", "cython", "-Werror", "page.pyx", "-I", str(Path(wer.__file__).parents[1])]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_package_of_the_page():
    """It is the one that dev.py builds in an empty folder, against the wheel, for tests/windows/test_cimport.py."""
    for language, name in (("toml", "pyproject.toml"), ("py", "setup.py")):
        assert blocks(language) == [(ROOT / "tests" / "cython" / name).read_text(encoding="utf-8")]


def test_the_cmake_of_the_page():
    """Its calls are in the example, which the tests build."""
    [block] = blocks("cmake")
    example = (ROOT / "examples" / "native_host" / "CMakeLists.txt").read_text(encoding="utf-8")
    python, found, linked = block.splitlines()
    assert python in example
    assert found.rstrip(")") in example
    for target in ("wer::wer", "Python::Python"):
        assert target in linked
        assert f"target_link_libraries(native_host PRIVATE {target})" in example
