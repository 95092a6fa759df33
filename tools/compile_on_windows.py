"""Compile the C of this checkout on Windows, as tools/build.py runs it: what others would build, and ours once more.

    python tools/compile_on_windows.py HEADERS TARGET

From the folder with the sources, in an environment with setuptools, which finds the compiler. HEADERS is the folder
`include` of the installed package. The C host, both examples and all C of the package are compiled with all the
warnings that help (/W4); setup.py cannot do that, because what Cython generates is made for /W3. TARGET gets the
programs and the DLL.
"""

import sys
import sysconfig
from pathlib import Path

from setuptools._distutils.ccompiler import new_compiler

HOST = "tests/capi/host.c", "tests/capi/header.cpp"
EXAMPLE = ("examples/native_host/main.c",)
CRASHES = ("tests/crashes/crashes.c",)
MODULE = ("examples/exception_module/spooler_module.c",)


def main(headers: str, target: str) -> None:
    """Compile, and link what is to run."""
    package = tuple(path.as_posix() for path in sorted(Path("src/wer/native").rglob("*.c")))
    compiler = new_compiler()
    compiler.initialize()
    level = ["/W4", "/external:anglebrackets", "/external:W0"]  # Python's and Windows' headers are not ours
    compiler.compile_options = [*(option for option in compiler.compile_options if option != "/W3"), *level]
    includes = [headers, "src/wer/native", sysconfig.get_path("include")]
    libraries = [str(Path(sys.base_prefix, "libs"))]  # its headers say which one of them

    def compiled(*sources: str) -> list[str]:
        macros = [("_WIN32_WINNT", "0x0A00")]
        objects: list[str] = compiler.compile(
            list(sources), output_dir=str(Path(target, "objects")), macros=macros, include_dirs=includes
        )
        return objects

    compiled(*package, *CRASHES)  # the tests that have these need the stand-in
    for name, sources in {"host": HOST, "native_host": EXAMPLE}.items():
        compiler.link_executable(compiled(*sources), name, output_dir=target, library_dirs=libraries)
    exports = Path(MODULE[0]).with_suffix(".def")
    compiler.link_shared_object(
        compiled(*MODULE), str(Path(target, "spooler_module.dll")), extra_postargs=[f"/DEF:{exports}"]
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
