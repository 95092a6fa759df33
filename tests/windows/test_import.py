"""What `import wer` costs a program: no module of the standard library beyond those it has anyway."""

import os
import sys
from pathlib import Path

import wer

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


def test_a_copy_that_was_built_elsewhere_says_so(run_program, tmp_path):
    """It has no extension, or one for another Python: what a wheel that was forced into a place has."""
    package = Path(wer.__file__).parent
    for path in package.rglob("*.py"):
        copy = tmp_path / "wer" / path.relative_to(package)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (tmp_path / "wer" / "_werapi.cp38-win_amd64.pyd").write_bytes(b"MZ")
    done = run_program([sys.executable, "-c", "import wer"], os.environ | {"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 1
    version = sys.version.partition(" ")[0]
    assert done.stderr.splitlines()[-1] == (
        f"ImportError: this copy of wer has no extension for this Python, {version} on win32: it was built for another "
        "one or on another system, or lies in a zip file; install it with the Python that is to import it, "
        "`python -m pip install --force-reinstall werapi`"
    )
