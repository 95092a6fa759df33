"""What `import wer` costs a program: no module of the standard library beyond those it has anyway."""

import sys

# The interpreter's own modules, enum and os with what they import, are in every program that uses `wer`.
LIST_NEW_MODULES = "import enum, os, sys; before = set(sys.modules); import wer; print(*(set(sys.modules) - before))"

# What a report in a sick process needs is there before it is sick. These are parts of python3XX.dll, or small.
ALLOWED = {"errno", "atexit", "msvcrt", "warnings"}


def test_import_brings_nothing_along(run_program):
    done = run_program([sys.executable, "-I", "-c", LIST_NEW_MODULES])
    assert (done.returncode, done.stderr) == (0, "")
    modules = {name for name in done.stdout.split() if not is_of_cython(name)}
    others = {name for name in modules if name.partition(".")[0] != "wer"}
    assert others <= ALLOWED
    assert not modules & {"wer._store", "wer._stored", "wer._report_file", "wer.werapi"}, "they bring more along"


def is_of_cython(name):
    """Modules without a file that Cython keeps what its extensions share in."""
    return name == "cython_runtime" or name.startswith("_cython_")
