"""Takes the place of `wer._elsewhere` in the copy of the package that sanitizers run: the extension itself, on Linux.

It is linked with the Windows of tests/fake, which has to be there first, and for all: that looks up its own functions.
"""

import ctypes
import os
import sys
from types import ModuleType

_windows = ctypes.CDLL(os.path.join(os.path.dirname(__file__), "libfakewindows.so"), ctypes.RTLD_GLOBAL)

# Not for longer than the import: that there is an msvcrt is how the standard library knows Windows.
_msvcrt = ModuleType("msvcrt")
_msvcrt.get_osfhandle = int  # the handle of a file is its descriptor
_msvcrt.open_osfhandle = lambda handle, flags: handle
sys.modules["msvcrt"] = _msvcrt
try:
    from ._werapi import *  # noqa: F403
finally:
    del sys.modules["msvcrt"]
