"""What takes long and depends on no CPython: it is run on Linux, and on one Python for Windows."""

import os
import sys

import pytest

TOGETHER = os.environ.get("WERAPI_PYTHONS", "").split()
"""The Pythons for Windows on which `dev.py test` runs these tests side by side."""


def once(python):
    """A mark for such tests. `python`, such as "3.12", is which of them has it, if that one is among them.

    Each has its share, so that all take about as long: `dev.py test` says at its end how long that is.
    """
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    return pytest.mark.skipif(
        sys.platform == "win32" and python in TOGETHER and here != python,
        reason=f"takes long and depends on no CPython: it is run on {python}",
    )
