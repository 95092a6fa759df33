"""What `import wer` costs a program: no module of the standard library beyond those it has anyway."""

import sys

# The interpreter's own modules, enum and os with what they import, are in every program that uses `wer`.
LIST_NEW_MODULES = "import enum, os, sys; before = set(sys.modules); import wer; print(*(set(sys.modules) - before))"

OWN = {"wer", "wer._werapi"}
BUILT_IN = {"errno"}  # a part of python3XX.dll: nothing is read from disk


def test_import_brings_nothing_along(run_program):
    done = run_program([sys.executable, "-I", "-c", LIST_NEW_MODULES])
    assert (done.returncode, done.stderr) == (0, "")
    modules = {name for name in done.stdout.split() if not is_of_cython(name)}
    assert modules - BUILT_IN == OWN


def is_of_cython(name):
    """Modules without a file that Cython keeps what its extensions share in."""
    return name == "cython_runtime" or name.startswith("_cython_")
