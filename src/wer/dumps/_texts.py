"""The streams that are text: comments, and the files of /proc that breakpad copies on Linux; breakpad's own stream."""

import re
import struct

from ._bounds import MAX_TEXT_STREAM
from ._reading import Reading, from_utf_8, until_nul
from ._told import BreakpadInfo, TextStream

_BREAKPAD = struct.Struct("<3I")


def comment(reading: Reading) -> str:
    """CommentStreamA, in a code page that the dump does not tell and that is taken for UTF-8."""
    return from_utf_8(_bytes(reading).partition(b"\0")[0])


def comment_wide(reading: Reading) -> str:
    """CommentStreamW."""
    return until_nul(_bytes(reading))


def _bytes(reading: Reading) -> bytes:
    """A stream that is text: its first bytes, and a problem if there are more than we read or than the file has."""
    assert reading.stream
    size = reading.stream.size
    data = reading.pieces.some(reading.stream.offset, min(size, MAX_TEXT_STREAM))
    if size > MAX_TEXT_STREAM:
        reading.problem(f"of {size} bytes those after the first {MAX_TEXT_STREAM} are left out")
    elif len(data) < size:
        reading.problem(f"the file ends in it: of {size} bytes it has {len(data)}")
    reading.take(len(data))
    return data


def breakpad(reading: Reading) -> BreakpadInfo:
    """MINIDUMP_BREAKPAD_INFO: bits say which of the two ids are valid."""
    valid, dump, requesting = reading.fields(_BREAKPAD)
    return BreakpadInfo(dump if valid & 1 else None, requesting if valid & 2 else None)


def text(reading: Reading) -> TextStream:
    """A file of /proc."""
    assert reading.stream
    found = from_utf_8(_bytes(reading)).rstrip("\0")
    return TextStream(reading.stream.name, found.replace("\0", "\n"))


def pid_of(status: str) -> int | None:
    """The id in a text of /proc/self/status."""
    match = re.search(r"^Pid:\s*([0-9]{1,9})$", status, re.MULTILINE)
    return int(match[1]) if match else None
