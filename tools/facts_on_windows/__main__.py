"""`python tools/facts_on_windows`: see `dev.py facts`, which runs this with the package as it was built."""

import sys
from pathlib import Path

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

sys.path[0] = str(Path(__file__).resolve().parents[2])  # in place of this folder

from tools.facts_on_windows import runner  # noqa: E402

if __name__ == "__main__":
    raise SystemExit(runner.main(sys.argv[1:]))
