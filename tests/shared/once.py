"""What takes long and does not depend on the Python that runs it: on Linux, and on one Python for Windows."""

import sys

import pytest

ONCE = pytest.mark.skipif(
    sys.platform == "win32" and sys.version_info[:2] != (3, 13),
    reason="takes long and depends on no CPython: it is run on 3.13",
)
