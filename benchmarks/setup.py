"""What `dev.py bench` compares `wer` with, as extension modules: ``python setup.py build_ext`` in this folder."""

import os
import sysconfig

from Cython.Build import cythonize
from setuptools import Extension, setup

MSVC = os.name == "nt"
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMMON = {
    "include_dirs": [os.path.join(ROOT, "include")],
    "define_macros": [("_WIN32_WINNT", "0x0A00")],
    # As wer does: no cost in a call, and the wer.dll that is loaded already.
    "extra_compile_args": [] if MSVC else ["-O2"],  # whatever wer is built with
    "extra_link_args": ["/DELAYLOAD:wer.dll"] if MSVC else [],
}
WINDOWS = sysconfig.get_platform().startswith("win")

extensions = [Extension("empty", ["empty.c"])]
if WINDOWS:
    extensions += [
        Extension("reference", ["reference.c"], libraries=["wer", "delayimp"], **COMMON),
        Extension("cimporter", ["cimporter.pyx"], libraries=["wer", "delayimp"], **COMMON),
    ]

setup(
    name="werapi-benchmarks",
    py_modules=[],
    ext_modules=cythonize(extensions, include_path=[os.path.join(ROOT, "src")]),
)
