"""What takes long, and tells little more on each further Python: it is run on Linux, and on one Python for Windows."""

import os
import sys

import pytest

TOGETHER = os.environ.get("WERAPI_PYTHONS", "").split()
"""On which `dev.py test` runs the tests side by side; nothing where somebody else runs them."""


def once(python):
    """A mark for such tests. `python`, such as "3.12", is which of them has it, if that one is among them.

    Each has its share, so that all take about as long: `dev.py test` says at its end how long that is. What depends on
    the Python may be among these, if it is tried on others elsewhere, as `dev.py soak` does with trials.
    """
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    return pytest.mark.skipif(
        sys.platform == "win32" and python in TOGETHER and here != python,
        reason=f"takes long: it is run on {python}",
    )
