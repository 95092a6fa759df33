"""The DLL that WerFault loads, linked for every Windows: with nothing but kernel32, and under the names that WER wants.

The Windows builds make it with MSVC; how it behaves is in tests/windows/test_fast_fail.py.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import wer

SOURCE = Path(__file__).parents[2] / "src" / "wer" / "native" / "exception_module" / "wer_exception_module.c"
ZIG = [sys.executable, "-m", "ziglang", "cc"]
COMPILERS = {
    "x64": ["x86_64-w64-mingw32-gcc"],
    "x64 clang": [*ZIG, "-target", "x86_64-windows-gnu"],
    "x86": [*ZIG, "-target", "x86-windows-gnu"],
    "arm64": [*ZIG, "-target", "aarch64-windows-gnu"],
}


@pytest.mark.parametrize("compiler", COMPILERS)
def test_it_needs_kernel32_alone(compiler, tmp_path):
    entry = "DllMain@12" if compiler == "x86" else "DllMain"
    command, dll = COMPILERS[compiler], tmp_path / "wer_exception_module.dll"
    compiling = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2", "-ffreestanding"]
    macros = ["-U_WIN32_WINNT", "-D_WIN32_WINNT=0x0A00", f"-I{wer.get_include()}"]  # zig has one of its own
    subprocess.run([*command, *compiling, *macros, "-c", SOURCE, "-o", tmp_path / "module.o"], check=True)
    linking = ["-shared", "-nostdlib", f"-Wl,--entry={entry}", SOURCE.with_suffix(".def"), "-lkernel32"]
    subprocess.run([*command, tmp_path / "module.o", *linking, "-o", dll], check=True)
    data = dll.read_bytes()
    assert {name.lower() for name in re.findall(rb"[\w-]+\.dll(?=\0)", data)} == {
        b"kernel32.dll",
        b"wer_exception_module.dll",  # its own
    }
    for name in (b"", b"Signature", b"DebuggerLaunch"):
        assert b"\0OutOfProcessExceptionEvent" + name + b"Callback\0" in data
