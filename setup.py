"""The extension; everything else is in pyproject.toml.

Off Windows there is no wer.dll: there the package is its pure part, for developing and type checking.
"""

import os
import sysconfig

from setuptools import Extension, setup

WINDOWS = sysconfig.get_platform().startswith("win")  # also in a cross build
MSVC = os.name == "nt"

extension = Extension(
    "wer._werapi",
    sources=["src/wer/_werapi.pyx", "src/wer/loadwer.c", "src/wer/lookup.c"],
    depends=[
        "src/wer/_asserts.h",
        "src/wer/fast.h",
        "src/wer/loadwer.h",
        "src/wer/lookup.h",
        "src/wer/snapshot.h",
        "include/wer/werapi.h",
    ],
    include_dirs=["include", "src/wer"],
    define_macros=[("_WIN32_WINNT", "0x0A00")],  # declares all of werapi.h; what loads it is another matter
    # wer.dll is delay-loaded, so that src/wer/loadwer.c can take it from System32 and from nowhere else.
    libraries=["wer", "delayimp"],
    extra_link_args=["/DELAYLOAD:wer.dll"] if MSVC else [],
)

setup(ext_modules=[extension] if WINDOWS else [])
