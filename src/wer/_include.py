"""Where the headers for native code are."""

import os as _os


def get_include() -> str:
    """The folder to compile C and Cython code against: it holds ``wer/werapi.h``.

    Returns
    -------
    str
        Absolute path of ``include`` in the installed package.
    """
    return _os.path.join(_os.path.dirname(__file__), "include")
