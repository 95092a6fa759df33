"""`read_report`: a Report.wer file, read without WER.

Microsoft does not document the file. This reads what published ones have in common: UTF-16LE with a byte order
mark (Windows 7 leaves it out), one ``Name=Value`` to a line, lines that end in CRLF, and no sections. Windows 10 and
11 write MetadataHash last and do not end that line. What people pass on may be in another encoding.
"""

import io as _io
import os as _os
import stat as _stat
from uuid import UUID as _UUID

from ._enums import Consent as _Consent
from ._enums import FileFlags as _FileFlags
from ._enums import FileType as _FileType
from ._enums import ReportType as _ReportType
from ._limits import WER_MAX_PARAM_COUNT as _MAX_PARAMETERS
from ._stored import ReportFile as _ReportFile
from ._stored import SignatureParameter as _SignatureParameter
from ._stored import StoredReport as _StoredReport
from ._stored import complete_signature as _complete_signature
from ._stored import from_filetime as _from_filetime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable as _Callable
    from datetime import datetime as _datetime
    from typing import Any as _Any
    from typing import BinaryIO as _BinaryIO

# Over a hundred times what a real report has. Together they bound the time and the memory.
_MAX_BYTES = 64 * 1024 * 1024  # half of it in UTF-8, which may have as many characters in that
_MAX_LINES = 64 * 1024
_MAX_LINE = 64 * 1024  # characters, with the line's end


def read_report(path: "str | _os.PathLike[str]") -> _StoredReport:
    """Read a Report.wer file. Needs neither WER nor Windows.

    `bucket_id` and `size` of the result are None: the file does not hold them. Names are matched in any order and
    without regard to case; lines with another name go to `extra`. So does a line with a known name whose value is not
    as expected (a number beyond its limit, an id that is no GUID, a time after the year 9999, ``Sig[10]``), one that
    gives a known name a second value, and one without "=": its field is as if the line were not there. Text is kept
    as it is, with unpaired surrogates. A number, time or id that is empty is None.

    Parameters
    ----------
    path : str or os.PathLike
        The file, or the report's folder, in which ``Report.wer`` is found whatever its case. The file is in UTF-16,
        of either byte order, or UTF-8, each with or without a byte order mark. It may have 64 MiB, in UTF-8 32 MiB, in
        65536 lines of 65536 characters.

    Returns
    -------
    StoredReport
        Its `key` is the absolute path of the folder.

    Raises
    ------
    ValueError
        The file is damaged, above a limit, or no report. The text names the file, the line, what was expected and
        what was found. A last line without an end is damage, unless it is MetadataHash, as Windows 10 and 11 leave
        it: a file that was cut in there, or just before, cannot be told from a whole one.
    OSError
        The file cannot be read.
    """
    name = _os.path.abspath(_os.fsdecode(path))
    kind = _os.stat(name).st_mode
    if _stat.S_ISDIR(kind):
        name = _in_folder(name)
        kind = _os.stat(name).st_mode
    if not _stat.S_ISREG(kind):
        raise ValueError(f"{name}, line 1: expected a file, found a folder, a pipe or a device")
    draft = _Draft()
    number = 1
    with open(name, "rb") as file:
        try:
            lines = _Lines(file)
            while (line := lines.next()) is not None:
                if number > _MAX_LINES:
                    raise ValueError(f"expected at most {_MAX_LINES} lines, found more")
                draft.add(line)
                number += 1
            return draft.report(_os.path.dirname(name))
        except ValueError as error:
            raise ValueError(f"{name}, line {number}: {error}") from None


def _in_folder(folder: str) -> str:
    """The path of Report.wer; on a file system that tells cases apart, of what is called so in another case."""
    name = _os.path.join(folder, "Report.wer")
    if _os.path.lexists(name):
        return name
    with _os.scandir(folder) as entries:
        found = [entry.path for entry in entries if entry.name.lower() == "report.wer"]
    return min(found, default=name)


class _Lines:
    """The lines of a file, one at a time, so that a large or endless one is never in memory whole."""

    def __init__(self, file: "_BinaryIO") -> None:
        encoding, length = _encoding_and_mark(file.read(3))
        file.seek(length)
        # A bad byte of UTF-8 must not show before the lines above it have been read: it becomes a surrogate here.
        errors = "surrogateescape" if encoding == "utf-8" else "surrogatepass"
        self._text = _io.TextIOWrapper(file, encoding, errors, newline="\n")
        self._is_utf_8 = encoding == "utf-8"
        self._most = _MAX_BYTES // 2 if self._is_utf_8 else _MAX_BYTES

    def next(self) -> str | None:
        try:
            line = self._text.readline(_MAX_LINE)
        except UnicodeDecodeError:
            raise ValueError("expected two bytes for each character, found one at the end of the file") from None
        if self._is_utf_8 and not line.isascii():
            line = _exactly_utf_8(line)
        if "\0" in line:
            raise ValueError(f"expected text, found a NUL as character {line.index(chr(0)) + 1}")
        if line and not line.endswith("\n") and not _may_be_last(line):
            if len(line) == _MAX_LINE:
                raise ValueError(f"expected a line break within {_MAX_LINE} characters, found more")
            raise ValueError(
                f"expected a line break, found the end of the file after {_shown(line)}. Only MetadataHash=<number> "
                "may end without one: the file is cut, or was saved without its last line break; then add that"
            )
        if self._text.buffer.tell() > self._most:
            raise ValueError(f"expected a file of at most {self._most} bytes, found more")
        return line.removesuffix("\n").removesuffix("\r") if line else None


def _encoding_and_mark(start: bytes) -> tuple[str, int]:
    """The encoding, and the length of the byte order mark, or 0. A report begins with an ASCII letter."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if start.startswith(mark):
            return encoding, len(mark)
    if not start[:2].strip(b"\0"):
        found = "the bytes " + start.hex(" ") if start else "nothing"
        raise ValueError(f"expected text in UTF-16 or UTF-8, found {found}")
    if start[0] == 0:
        return "utf-16-be", 0
    return "utf-16-le" if start[1:2] == b"\0" else "utf-8", 0


def _exactly_utf_8(line: str) -> str:
    try:
        return line.encode("utf-8", "surrogateescape").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        found = f"the byte {error.object[error.start]:02x} after {error.start} others"
        raise ValueError(f"expected text in UTF-8, found {found}") from None


def _may_be_last(line: str) -> bool:
    name, _, value = line.partition("=")
    digits = value.removesuffix("\r").removeprefix("-")
    return name.lower() == "metadatahash" and digits.isascii() and digits.isdigit() and len(digits) <= 20


class _Draft:
    """What the lines so far have told."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, str], _Any] = {}  # by field, index and part; 0 and "" without an index
        self._extra: list[tuple[str, str]] = []

    def add(self, line: str) -> None:
        name, equals, value = line.partition("=")
        if equals and self._is_known(name, value):
            return
        if line and not line.isspace():
            self._extra.append((name, value))

    def _is_known(self, name: str, value: str) -> bool:
        """Whether it is a field, its value is as expected, and nothing before said otherwise; then it is kept."""
        head, bracket, rest = name.lower().partition("[")
        index, _, tail = rest.partition("]")
        known = _FIELDS.get(f"{head}[]{tail}" if bracket else head)
        if not known:
            return False
        field, part, convert = known
        try:
            most = _MAX_PARAMETERS - 1 if field == "signature" else 0xFFFFFFFF
            slot = field, _decimal(index, most) if bracket else 0, part
            new = convert(value)
        except ValueError:
            return False
        return bool(self._found.setdefault(slot, new) == new)

    def report(self, key: str) -> _StoredReport:
        if ("event_type", 0, "") not in self._found:
            raise ValueError("expected EventType in one of the lines before, found the end of the file")
        fields = {field: value for (field, _, part), value in self._found.items() if not part}
        fields["signature"] = _complete_signature([_SignatureParameter(n, **p) for n, p in self._group("signature")])
        dynamic = [_SignatureParameter(n, **p) for n, p in self._group("dynamic_signature")]
        fields["dynamic_signature"] = tuple(dynamic)
        fields["files"] = tuple([_ReportFile(**parts) for _, parts in self._group("files")])
        fields["loaded_modules"] = tuple([parts["path"] for _, parts in self._group("loaded_modules")])
        return _StoredReport(key=key, extra=tuple(self._extra), **fields)

    def _group(self, field: str) -> "list[tuple[int, dict[str, _Any]]]":
        group: dict[int, dict[str, _Any]] = {}
        for (of, index, part), value in self._found.items():
            if of == field:
                group.setdefault(index, {})[part] = value
        return sorted(group.items())


def _shown(text: str) -> str:
    return repr(text) if len(text) <= 80 else repr(text[:80]) + "..."


# What follows raises ValueError for what it cannot read: `_Draft` keeps the line.


def _decimal(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 20 and int(text) <= most):
        raise ValueError
    return int(text)


def _number(text: str) -> int | None:
    return _decimal(text, 0xFFFFFFFF) if text else None


def _long_number(text: str) -> int | None:
    return _decimal(text, 0xFFFFFFFFFFFFFFFF) if text else None


def _time(text: str) -> "_datetime | None":
    number = _long_number(text) or 0
    time = _from_filetime(number)
    if number and not time:
        raise ValueError  # after the year 9999
    return time


def _uuid(text: str) -> _UUID | None:
    if not text:
        return None
    value = _UUID(text)
    if str(value) != text.lower():  # UUID() takes other forms too
        raise ValueError
    return value


def _member(kind: "_Callable[[int], int]") -> "_Callable[[str], int | None]":
    """Convert to `kind`, an enum; a value that it does not have stays an int."""

    def convert(text: str) -> int | None:
        value = _number(text)
        try:
            return None if value is None else kind(value)
        except ValueError:
            return value

    return convert


# By name in lower case: the field of StoredReport, the part of it in an indexed one, and what makes its value.
_FIELDS: "dict[str, tuple[str, str, _Callable[[str], object]]]" = {
    "eventtype": ("event_type", "", str),
    "eventtime": ("created", "", _time),
    "uploadtime": ("uploaded", "", _time),
    "reporttype": ("report_type", "", _member(_ReportType)),
    "consent": ("consent", "", _member(_Consent)),
    "reportstatus": ("status", "", _number),
    "reportidentifier": ("report_id", "", _uuid),
    "integratorreportidentifier": ("integrator_report_id", "", _uuid),
    "response.bucketid": ("bucket_id_string", "", str),
    "response.legacybucketid": ("legacy_bucket_id", "", _long_number),
    "response.cabid": ("cab_id", "", str),
    "sig[].name": ("signature", "name", str),
    "sig[].value": ("signature", "value", str),
    "dynamicsig[].name": ("dynamic_signature", "name", str),
    "dynamicsig[].value": ("dynamic_signature", "value", str),
    "loadedmodule[]": ("loaded_modules", "path", str),
    "file[].cabname": ("files", "name", str),
    "file[].path": ("files", "path", str),
    "file[].type": ("files", "file_type", _member(_FileType)),
    "file[].flags": ("files", "flags", _member(_FileFlags)),
    "file[].original.path": ("files", "original_path", str),
    "friendlyeventname": ("friendly_event_name", "", str),
    "appname": ("application_name", "", str),
    "apppath": ("application_path", "", str),
    "reportdescription": ("description", "", str),
    "consentkey": ("consent_key", "", str),
    "nspartner": ("namespace_partner", "", str),
    "nsgroup": ("namespace_group", "", str),
}
