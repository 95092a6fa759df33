"""_werapi.pyi against the extension, as mypy's stubtest compares them."""

import os
import subprocess
import sys
from pathlib import Path

ALLOWED = Path(__file__).parents[1] / "types" / "stubtest-allowlist.txt"


def test_the_stub_is_what_the_extension_is(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "wer", "--allowlist", str(ALLOWED), "--ignore-unused-allowlist"],
        cwd=tmp_path,
        env={**os.environ, "MYPY_CACHE_DIR": str(tmp_path / "cache")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
