"""What `import wer` costs a program: no module of the standard library beyond those it has anyway."""

import subprocess
import sys

# The interpreter's own modules, enum and os with what they import, are in every program that uses `wer`.
LIST_NEW_MODULES = "import enum, os, sys; before = set(sys.modules); import wer; print(*(set(sys.modules) - before))"

OWN = {"wer", "wer._werapi"}
BUILT_IN = {"errno"}  # a part of python3XX.dll: nothing is read from disk


def new_modules(code):
    done = subprocess.run(
        [sys.executable, "-I", "-c", code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return set(done.stdout.split())


def test_import_brings_nothing_along():
    modules = {name for name in new_modules(LIST_NEW_MODULES) if not is_of_cython(name)}
    assert modules - BUILT_IN == OWN


def is_of_cython(name):
    """Modules without a file that Cython keeps what its extensions share in."""
    return name == "cython_runtime" or name.startswith("_cython_")
