"""The Python that tests start as another process, and what it needs to find `wer`."""

import os
import sys

import wer

# Of a venv's python.exe on Windows, the process that runs the program is a child: to kill it, or to know its id, it has
# to be the Python that the environment was made from, which has no packages of its own accord.
PYTHON = getattr(sys, "_base_executable", sys.executable) if sys.platform == "win32" else sys.executable
WITH_WER = os.environ | {"PYTHONPATH": os.path.dirname(os.path.dirname(wer.__file__))}
