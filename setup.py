"""The extension; everything else is in pyproject.toml.

Off Windows there is no wer.dll: there the package is its pure part, for developing and type checking.
"""

import os
import sysconfig
from glob import glob

from setuptools import Extension, setup

WINDOWS = sysconfig.get_platform().startswith("win")  # also in a cross build
MSVC = os.name == "nt"
C_SOURCES = "loadwer.c", "lookup.c", "prepared.c", "crashhandler.c", "capitable.c"

extension = Extension(
    "wer._werapi",
    sources=[f"src/wer/{name}" for name in ("_werapi.pyx", *C_SOURCES)],
    depends=glob("src/wer/*.h") + glob("include/wer/*.h"),
    include_dirs=["include", "src/wer"],
    define_macros=[
        ("_WIN32_WINNT", "0x0A00"),  # declares all of werapi.h; what loads it is another matter
        # Each interpreter of a process has its own constants and classes.
        ("CYTHON_USE_MODULE_STATE", "1"),
        ("CYTHON_USE_TYPE_SPECS", "1"),
    ],
    # wer.dll is delay-loaded, so that src/wer/loadwer.c can take it from System32 and from nowhere else.
    libraries=["wer", "delayimp"],
    extra_compile_args=["/guard:cf"] if MSVC else [],  # Control Flow Guard
    extra_link_args=["/DELAYLOAD:wer.dll", "/GUARD:CF"] if MSVC else [],
)

setup(ext_modules=[extension] if WINDOWS else [])
