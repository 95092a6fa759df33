"""The C that is ours, compiled for every architecture of Windows; layouts against Microsoft's metadata.

mingw-w64's gcc makes the wheels here. Zig's clang, with its own copy of mingw-w64, stands for the architectures that
Debian's gcc does not have; on Windows MSVC compiles them with Microsoft's header.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import wer

ROOT = Path(__file__).parent.parent.parent
FACTS = json.loads((ROOT / "tests" / "data" / "werapi.json").read_text(encoding="utf-8"))
ZIG = [sys.executable, "-m", "ziglang", "cc"]
COMPILERS = {
    "x64": ["x86_64-w64-mingw32-gcc", "-D_WIN32_WINNT=0x0A00"],
    "x64 clang": [*ZIG, "-target", "x86_64-windows-gnu"],
    "x86": [*ZIG, "-target", "x86-windows-gnu"],
    "arm64": [*ZIG, "-target", "aarch64-windows-gnu"],
}
OPTIONS = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", f"-I{wer.get_include()}"]
# Of the extension's own sources, those that need no Python; `dev.py wheel` compiles all of them.
SOURCES = sorted(path for path in (ROOT / "src" / "wer" / "native").glob("*.c") if path.name != "capitable.c")

each_compiler = pytest.mark.parametrize("compiler", COMPILERS)


def compile_c(tmp_path, source, compiler="x64"):
    path = tmp_path / "test.c"
    path.write_text(source, encoding="utf-8")
    return run(compiler, tmp_path, path)


def run(compiler, folder, *arguments):
    command = [*COMPILERS[compiler], *OPTIONS, *arguments, "-c", "-o", folder / "test.o"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def layout_assertions(architecture, skip=()):
    for name, struct in FACTS["structs"].items():
        layout = struct.get(architecture, struct["x64"])  # arm64's is x64's but where the metadata has its own
        if name in skip or layout.get("fields") is None:
            continue
        yield f"C_ASSERT(sizeof({name}) == {layout['size']});"
        for field, _, offset, size in layout["fields"]:
            yield f"C_ASSERT(offsetof({name}, {field}) == {offset});"
            yield f"C_ASSERT(sizeof((({name} *)0)->{field}) == {size});"


@each_compiler
def test_every_structure_lies_as_the_metadata_says(compiler, tmp_path):
    lines = list(layout_assertions(compiler.partition(" ")[0], skip=("CONTEXT", "MINIDUMP_EXCEPTION_INFORMATION")))
    assert len(lines) > 200
    source = '#include "wer/werapi.h"\n#include <stddef.h>\n' + "\n".join(lines) + "\nextern int compiled;\n"
    result = compile_c(tmp_path, source, compiler=compiler)
    assert result.returncode == 0, result.stderr


@each_compiler
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_the_extension_s_c_compiles_without_warnings(source, compiler, tmp_path):
    result = run(compiler, tmp_path, f"-I{ROOT / 'include'}", f"-I{ROOT / 'src' / 'wer'}", source)
    assert (result.returncode, result.stderr) == (0, "")


@each_compiler
def test_every_number_of_the_package_is_the_header_s(compiler, tmp_path):
    asserts = f'#include "{ROOT / "src" / "wer" / "native" / "asserts.h"}"\nextern int compiled;\n'
    result = compile_c(tmp_path, asserts, compiler=compiler)
    assert result.returncode == 0, result.stderr


# How the SDK's header has what is a plain number in ours: by a function, as winerror.h there has it.
AS_IN_THE_SDK = {
    "WER_E_INSUFFICIENT_BUFFER": "ERROR_INSUFFICIENT_BUFFER",
    "WER_E_NOT_FOUND": "ERROR_NOT_FOUND",
    "WER_E_LENGTH_EXCEEDED": "ERROR_PARAMETER_QUOTA_EXCEEDED",
    "WER_E_INVALID_STATE": "ERROR_INVALID_STATE",
    "WER_E_MISSING_DUMP": "573L",  # ERROR_MISSING_SYSTEMFILE, which mingw-w64 10 does not have
    "WER_E_CABBING_FAILURE": "ERROR_GEN_FAILURE",
}


@pytest.mark.parametrize("wrong", [None, "WER_E_NOT_FOUND"])
@each_compiler
def test_the_errors_are_compared_as_the_sdk_has_them(compiler, tmp_path, wrong):
    lines = ['#include "wer/werapi.h"', "#undef HRESULT_FROM_WIN32"]
    lines.append("static inline HRESULT HRESULT_FROM_WIN32(unsigned long x) { return __HRESULT_FROM_WIN32(x); }")
    for name, error in AS_IN_THE_SDK.items():
        lines += [f"#undef {name}", f"#define {name} (HRESULT_FROM_WIN32({'1L' if name == wrong else error}))"]
    lines += [f'#include "{ROOT / "src" / "wer" / "native" / "asserts.h"}"', "HRESULT used(void);"]
    lines.append("HRESULT used(void) { return HRESULT_FROM_WIN32(5); } /* the function again */")
    result = compile_c(tmp_path, "\n".join(lines) + "\n", compiler=compiler)
    assert result.returncode == (0 if wrong is None else 1), result.stderr


@pytest.mark.parametrize(
    "has",
    [(), ("WER_DUMP_AUX_PROMOTE",), ("WER_DUMP_AUX_PROMOTE", "WER_MAX_BUCKET_ID_STRING_LENGTH")],
    ids=["nothing", "one", "all"],
)
def test_a_windows_sdk_that_is_too_old_says_so(has, tmp_path):
    """With headers that have only these names, in the SDK's place."""
    for name in ("windows", "errorrep", "processsnapshot", "werapi"):
        (tmp_path / f"{name}.h").write_text("".join(f"#define {macro} 4\n" for macro in has if name == "werapi"))
    source = tmp_path / "test.c"
    source.write_text('#include "wer/werapi.h"\n')
    options = ["-E", "-nostdinc", "-D_MSC_VER=1944", f"-I{tmp_path}", f"-I{wer.get_include()}"]
    done = subprocess.run(["x86_64-w64-mingw32-gcc", *options, source], capture_output=True, text=True, check=False)
    errors = [line.partition("error: ")[2] for line in done.stderr.splitlines() if "error: " in line]
    if len(has) == 2:
        assert (done.returncode, errors) == (0, [])
    else:
        [error] = errors
        assert error.startswith('#error "wer needs a newer Windows SDK: 10.0.26100 is known to do')


def test_every_function_is_declared(tmp_path):
    names = [f["name"] for f in FACTS["functions"] if f["header"] == "werapi.h"] + ["WerReportHang"]
    uses = "\n".join(f"void *use_{name}(void) {{ return (void *)(INT_PTR){name}; }}" for name in names)
    declarations = "\n".join(f"void *use_{name}(void);" for name in names)
    result = compile_c(tmp_path, f'#include "wer/werapi.h"\n{declarations}\n{uses}\n')
    assert result.returncode == 0, result.stderr


def test_a_wrong_layout_would_be_noticed(tmp_path):
    source = '#include "wer/werapi.h"\nC_ASSERT(sizeof(WER_REPORT_INFORMATION) == 2200);\nextern int compiled;\n'
    assert compile_c(tmp_path, source).returncode != 0


@each_compiler
def test_the_example_of_an_exception_module_compiles_without_warnings(compiler, tmp_path):
    result = run(compiler, tmp_path, ROOT / "examples" / "exception_module" / "spooler_module.c")
    assert (result.returncode, result.stderr) == (0, "")


def test_libwer_pxd_declares_what_the_header_has():
    header = (ROOT / "include" / "wer" / "werapi.h").read_text(encoding="utf-8")
    pxd = (ROOT / "src" / "wer" / "libwer.pxd").read_text(encoding="utf-8")
    names = set(re.findall(r"\b(?:Wer|WER_|PFN_|E_STORE_)\w+", pxd))
    assert {name for name in names if not re.search(rf"\b{name}\b", header)} == set()
    facts = {function["name"] for function in FACTS["functions"] if function["header"] == "werapi.h"} | {
        "WerReportHang"
    }
    facts |= {name for name in FACTS["structs"] if name.startswith("WER_")}
    facts |= {callback["type"] for callback in FACTS["callbacks"]} | set(FACTS["constants"]) | set(FACTS["typedefs"])
    facts |= {name for enum in set(FACTS["enums"]) - {"EFaultRepRetVal"} for name in (enum, *FACTS["enums"][enum])}
    assert {name for name in facts if not re.search(rf"\b{name}\b", pxd)} - {"PHREPORTSTORE"} == set()


def test_the_linked_functions_are_those_of_the_import_library():
    """Lists that must agree: what is linked, and what Vista brought; and `supported` knows each."""
    exports = (ROOT / "src" / "wer" / "wer.def").read_text(encoding="utf-8").split("EXPORTS")[1].split()
    vista = {f["name"] for f in FACTS["functions"] if f["dll"] == "wer.dll" and "Vista" in (f["min_client"] or "")}
    assert set(exports) == vista
    assert not any(wer.supported(name) for name in exports), "each is known, and this is no Windows"
