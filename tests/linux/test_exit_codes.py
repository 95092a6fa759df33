"""The numbers of `wer.explain` against Windows' headers, by mingw-w64's copies of them.

Those that these copies lack were compared with the SDK's, 10.0.26100, by hand.
"""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from wer.service import _exit_codes

STATUS = {name: value for value, (name, _) in _exit_codes._NAMED.items()}
FAST_FAILS = {f"FAST_FAIL_{name}": value for value, (name, _) in _exit_codes._FAST_FAILS.items()}
FACILITIES = {f"FACILITY_{name}": value for value, name in _exit_codes._FACILITIES.items()}
HEADERS = """
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <winerror.h>
extern int compiled;
"""
# What mingw-w64 10 has not.
LACKING = {"STATUS_FATAL_USER_CALLBACK_EXCEPTION", "FACILITY_WER", "FACILITY_VISUALCPP"} | {
    name for name, value in FAST_FAILS.items() if value > 9
}


def compile_c(folder, source):
    path = folder / "test.c"
    path.write_text(HEADERS + source, encoding="ascii")
    command = ["x86_64-w64-mingw32-gcc", "-Werror", "-D_WIN32_WINNT=0x0A00", "-c", path, "-o", folder / "test.o"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_number_is_the_header_s(tmp_path):
    numbers = STATUS | FAST_FAILS | FACILITIES
    assert len(numbers) > 70
    lines = []
    for name, value in numbers.items():
        lines += [f"#ifdef {name}", f"C_ASSERT((DWORD){name} == {value:#x});", "#else", f"#warning {name}", "#endif"]
    done = compile_c(tmp_path, '#pragma GCC diagnostic warning "-Wcpp"\n' + "\n".join(lines) + "\n")
    assert done.returncode == 0, done.stderr
    assert set(re.findall(r"#warning (\w+)", done.stderr)) <= LACKING


def test_no_number_is_there_twice():
    """The first would be gone without a word."""
    tree = ast.parse(Path(_exit_codes.__file__).read_text(encoding="utf-8"))
    tables = [[ast.literal_eval(key) for key in node.keys] for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    assert len(tables) >= 5
    for numbers in tables:
        assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("name", ["STATUS_ACCESS_VIOLATION", "FAST_FAIL_FATAL_APP_EXIT", "FACILITY_ITF"])
def test_a_wrong_number_would_be_noticed(name, tmp_path):
    value = (STATUS | FAST_FAILS | FACILITIES)[name] + 1
    assert (
        "size of unnamed array is negative" in compile_c(tmp_path, f"C_ASSERT((DWORD){name} == {value:#x});\n").stderr
    )
