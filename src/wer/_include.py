"""Where the headers for native code are, and the package for CMake."""

import os as _os


def get_include() -> str:
    """The folder to compile C and Cython code against: it holds ``wer/capi.h`` and ``wer/werapi.h``.

    ``python -m wer --include`` prints it, and ``python -m wer --cmakedir`` the folder for CMake's ``wer_DIR``.

    Returns
    -------
    str
        Absolute path of ``include`` in the installed package.

    Raises
    ------
    FileNotFoundError
        It is not there: a program that is packed into one file has no headers, nor has a checkout.
    """
    return _beside("include")


def _cmake_dir() -> str:
    return _beside("cmake").replace(_os.sep, "/")  # which CMake takes everywhere


def _beside(name: str) -> str:
    path = _os.path.join(_os.path.dirname(_os.path.abspath(__file__)), name)
    if not _os.path.isdir(path):
        raise FileNotFoundError(
            f"{path} is not there: what native code is compiled with is in an installed wheel, but in no checkout, "
            "and in no program that is packed into one file"
        )
    return path
