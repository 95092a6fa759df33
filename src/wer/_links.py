"""What leads elsewhere in a file system, and is not followed."""

import os
import stat


def is_link(found: os.stat_result) -> bool:
    """Whether what `os.lstat` told is a link, a junction or another reparse point, such as a file in a cloud."""
    attributes: int = getattr(found, "st_file_attributes", 0)
    return stat.S_ISLNK(found.st_mode) or bool(attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)


def is_link_at(path: str) -> bool:
    """Whether one is there; False if nothing is."""
    try:
        return is_link(os.lstat(path))
    except FileNotFoundError:
        return False
