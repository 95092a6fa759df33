"""Names of programs, as the registry has them for keys."""

import re

from .._arguments import required

_MOST_NAME = 255  # of a key
_NO_FILE_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def exe_name(exe: str, argument: str = "exe") -> str:
    """The file name of a program, checked; `argument` is what the caller's users have passed it as."""
    name = required(exe, _MOST_NAME, argument)
    bad = _NO_FILE_NAME.search(name)
    if bad:
        raise ValueError(
            f"{argument} takes the file name of a program without a folder, like python.exe, got {name!r}: it has "
            f"{bad.group()!r}"
        )
    if name.strip(" .") != name:
        raise ValueError(
            f"{argument} takes the file name of a program, got {name!r}: it begins or ends with a dot or a space"
        )
    return name
