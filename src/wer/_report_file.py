"""`read_report`: a Report.wer file, read without WER.

Microsoft does not document the file. This reads what published ones have in common: UTF-16LE with a byte order
mark (Windows 7 leaves it out), one ``Name=Value`` to a line, lines that end in CRLF, and no sections.
"""

import os as _os
import stat as _stat
from contextlib import suppress as _suppress
from uuid import UUID as _UUID

from ._enums import WER_MAX_PARAM_COUNT as _MAX_PARAMETERS
from ._enums import Consent as _Consent
from ._enums import FileFlags as _FileFlags
from ._enums import FileType as _FileType
from ._enums import ReportType as _ReportType
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
    from typing import TextIO as _TextIO

# Over a hundred times what a real report has. Together they bound the time and the memory.
_MAX_BYTES = 64 * 1024 * 1024
_MAX_LINES = 64 * 1024
_MAX_LINE = 64 * 1024  # characters, with the line's end


def read_report(path: "str | _os.PathLike[str]") -> _StoredReport:
    """Read a Report.wer file. Needs neither WER nor Windows.

    `bucket_id` and `size` of the result are None: the file does not hold them. Names are matched in any order and
    without regard to case; lines with another name go to `extra`. Text is kept as it is, with unpaired surrogates.
    A number, time or id that is empty is None.

    Parameters
    ----------
    path : str or os.PathLike
        The file, or the report's folder. The file may have 64 MiB, in 65536 lines of 65536 characters.

    Returns
    -------
    StoredReport
        Its `key` is the absolute path of the folder.

    Raises
    ------
    ValueError
        The file is damaged, above a limit, or no report. The text names the file, the line, what was expected and
        what was found. A last line without an end is damage, and so is a known name with two different values.
    OSError
        The file cannot be read.
    """
    name = _os.path.abspath(_os.fsdecode(path))
    kind = _os.stat(name).st_mode
    if _stat.S_ISDIR(kind):
        name = _os.path.join(name, "Report.wer")
        kind = _os.stat(name).st_mode
    if not _stat.S_ISREG(kind):
        raise ValueError(f"{name}, line 1: expected a file, found a pipe or a device: it may never end")
    draft = _Draft()
    number = 1
    with open(name, encoding="utf-16-le", errors="surrogatepass", newline="\n") as file:
        try:
            _skip_byte_order_mark(file)
            while (line := _next_line(file)) is not None:
                if number > _MAX_LINES:
                    raise ValueError(f"expected at most {_MAX_LINES} lines, found more")
                draft.add(line)
                number += 1
            return draft.report(_os.path.dirname(name))
        except ValueError as error:
            raise ValueError(f"{name}, line {number}: {error}") from None


def _skip_byte_order_mark(file: "_TextIO") -> None:
    start = file.buffer.read(2)
    if start == b"\xff\xfe":
        return
    if len(start) < 2 or start[0] == 0 or start[1] != 0:
        found = "the bytes " + start.hex(" ") if start else "nothing"
        raise ValueError(f"expected text in UTF-16LE, found {found}")
    file.buffer.seek(0)


def _next_line(file: "_TextIO") -> str | None:
    try:
        line = file.readline(_MAX_LINE)
    except UnicodeDecodeError:
        raise ValueError("expected two bytes for each character, found one at the end of the file") from None
    if "\0" in line:
        raise ValueError(f"expected text, found a NUL as character {line.index(chr(0)) + 1}")
    if line and not line.endswith("\n"):
        found = "more" if len(line) == _MAX_LINE else f"the end of the file after {_shown(line)}"
        raise ValueError(f"expected a line break within {_MAX_LINE} characters, found {found}")
    if file.buffer.tell() > _MAX_BYTES:
        raise ValueError(f"expected a file of at most {_MAX_BYTES} bytes, found more")
    return line.removesuffix("\n").removesuffix("\r") if line else None


class _Draft:
    """What the lines so far have told."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, str], _Any] = {}  # by field, index and part; 0 and "" without an index
        self._extra: list[tuple[str, str]] = []

    def add(self, line: str) -> None:
        name, equals, value = line.partition("=")
        if not name or not equals:
            if line.strip():
                raise ValueError(f"expected Name=Value, found {_shown(line)}")
            return
        head, bracket, rest = name.lower().partition("[")
        index, _, tail = rest.partition("]")
        known = _FIELDS.get(f"{head}[]{tail}" if bracket else head)
        if not known:
            self._extra.append((name, value))
            return
        field, part, convert = known
        try:
            most = _MAX_PARAMETERS - 1 if field == "signature" else 0xFFFFFFFF
            slot = field, _decimal(index, most) if bracket else 0, part
            new = convert(value)
        except ValueError as error:
            raise ValueError(f"{_shown(name)}: {error}") from None
        if self._found.setdefault(slot, new) != new:
            raise ValueError(f"{_shown(name)}: expected it once, found it again with another value, {_shown(value)}")

    def report(self, key: str) -> _StoredReport:
        if ("event_type", 0, "") not in self._found:
            raise ValueError("expected EventType in one of the lines before, found the end of the file")
        fields = {field: value for (field, _, part), value in self._found.items() if not part}
        fields["signature"] = _complete_signature(_SignatureParameter(n, **p) for n, p in self._group("signature"))
        fields["dynamic_signature"] = tuple(_SignatureParameter(n, **p) for n, p in self._group("dynamic_signature"))
        fields["files"] = tuple(_ReportFile(**parts) for _, parts in self._group("files"))
        fields["loaded_modules"] = tuple(parts["path"] for _, parts in self._group("loaded_modules"))
        return _StoredReport(key=key, extra=tuple(self._extra), **fields)

    def _group(self, field: str) -> "list[tuple[int, dict[str, _Any]]]":
        group: dict[int, dict[str, _Any]] = {}
        for (of, index, part), value in self._found.items():
            if of == field:
                group.setdefault(index, {})[part] = value
        return sorted(group.items())


def _shown(text: str) -> str:
    return repr(text) if len(text) <= 80 else repr(text[:80]) + "..."


def _decimal(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 20 and int(text) <= most):
        raise ValueError(f"expected a number from 0 to {most}, found {_shown(text)}")
    return int(text)


def _number(text: str) -> int | None:
    return _decimal(text, 0xFFFFFFFF) if text else None


def _long_number(text: str) -> int | None:
    return _decimal(text, 0xFFFFFFFFFFFFFFFF) if text else None


def _time(text: str) -> "_datetime | None":
    return _from_filetime(_long_number(text) or 0)


def _uuid(text: str) -> _UUID | None:
    if not text:
        return None
    with _suppress(ValueError):
        if str(value := _UUID(text)) == text.lower():  # UUID() takes other forms too
            return value
    raise ValueError(f"expected a GUID such as 01234567-89ab-cdef-0123-456789abcdef, found {_shown(text)}")


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
