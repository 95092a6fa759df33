"""What tests/windows/test_interpreter.py has of PyInstaller's programs: says who it is, and waits for a line."""

import os

print(os.getpid(), flush=True)
input()
