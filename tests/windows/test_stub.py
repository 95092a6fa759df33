"""_werapi.pyi against the extension, as mypy's stubtest compares them."""

import os
import sys
from pathlib import Path

from once import once

ALLOWED = Path(__file__).parents[1] / "types" / "stubtest-allowlist.txt"


@once("3.13")
def test_the_stub_is_what_the_extension_is(tmp_path, run_program):
    done = run_program(
        [sys.executable, "-m", "mypy.stubtest", "wer._werapi", "--allowlist", str(ALLOWED)],
        {**os.environ, "MYPY_CACHE_DIR": str(tmp_path / "cache")},
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
