"""What a report means: the parts of its signature by event type, and what stands coded in lines of Report.wer.

Windows writes the names of signature parameters in its display language, so the event type and the index tell what a
parameter is. Microsoft documents few of them. APPCRASH, BEX, BEX64, MoAppCrash, CLR20r3, AppHangB1, AppHangXProcB1 and
MoAppHang are read from published reports; MoBEX, AppHangTransient and MoAppHangXProc are inferred from those.
"""

from datetime import UTC as _UTC
from datetime import datetime as _datetime
from datetime import timedelta as _timedelta

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._stored import StoredReport as _StoredReport

# What is in which signature parameter.
_CRASH = {
    "application_time": 2,
    "fault_module": 3,
    "fault_module_version": 4,
    "exception_code": 6,
    "exception_offset": 7,
}
_BEX = _CRASH | {"exception_offset": 6, "exception_code": 7, "exception_data": 8}
_CLR = {
    "application_time": 2,
    "fault_module": 3,
    "fault_module_version": 4,
    "fault_method": 6,
    "exception_offset": 7,
    "exception_type": 8,
}
_HANG = {"application_time": 2, "hang_type": 4}
_HANG_ACROSS_PROCESSES = _HANG | {"waiting_on": 5}


def _packaged(layout: dict[str, int]) -> dict[str, int]:
    """The same of a packaged application: the package's name comes first."""
    return {part: index + 1 for part, index in layout.items()}


_LAYOUTS = {  # by event type in lower case
    "appcrash": _CRASH,
    "moappcrash": _packaged(_CRASH),
    "bex": _BEX,
    "bex64": _BEX,
    "mobex": _packaged(_BEX),
    "clr20r3": _CLR,
    "apphangb1": _HANG,
    "apphangtransient": _HANG,
    "apphangxprocb1": _HANG_ACROSS_PROCESSES,
    "moapphang": _packaged(_HANG),
    "moapphangxproc": _packaged(_HANG_ACROSS_PROCESSES),
}


# ---- the signature ----


def text(report: "_StoredReport", part: str) -> str | None:
    """The signature parameter that is `part` in a report of this event type; None where there is none, or no text."""
    index = _LAYOUTS.get((report.event_type or "").lower(), {}).get(part)
    if index is None or index >= len(report.signature):
        return None
    return report.signature[index].value or None


def hexadecimal(report: "_StoredReport", part: str, digits: int) -> int | None:
    """The same as a number that is written in up to `digits` hexadecimal digits."""
    return _hexadecimal(text(report, part) or "", digits)


def decimal(report: "_StoredReport", part: str) -> int | None:
    """The same as a number of 32 bits that is written in decimal."""
    return _decimal(text(report, part) or "")


# ---- the system ----


def os_version(report: "_StoredReport") -> tuple[int, ...] | None:
    """Major, minor, build and, from OsInfo only, the revision."""
    info = _os_info(report)
    version = _decimals([info.get(key, "") for key in ("vermaj", "vermin", "verbld")])
    if version:
        revision = _decimal(info.get("ubr", ""))
        return version if revision is None else (*version, revision)
    for parameter in report.dynamic_signature or ():
        if parameter.index == 1:  # such as 10.0.19045.2.0.0.768.101
            first = parameter.value.split(".", 3)[:3]
            return _decimals(first) if len(first) == 3 else None
    return None


def _os_info(report: "_StoredReport") -> dict[str, str]:
    """The values of OsInfo[n], by their keys in lower case. What comes first counts."""
    keys: dict[str, str] = {}
    values: dict[str, str] = {}
    for name, value in report.extra:
        head, _, tail = name.lower().partition("]")
        if head.startswith("osinfo["):
            if tail == ".key":
                keys.setdefault(head, value.lower())
            elif tail == ".value":
                values.setdefault(head, value)
    info: dict[str, str] = {}
    for head, key in keys.items():
        if head in values:
            info.setdefault(key, values[head])
    return info


# ---- the program ----


def application_sha1(report: "_StoredReport") -> str | None:
    """From TargetAppId, ``W:<program id>!0000<SHA-1>!<name>``. That of a packaged application has no SHA-1."""
    parts = _line(report, "targetappid").split("!", 2)
    found = parts[1].lower() if len(parts) == 3 else ""
    sha1 = found.removeprefix("0000")
    # All zeros: none (inferred).
    return sha1 if len(found) == 44 and len(sha1) == 40 and _HEXADECIMAL >= set(sha1) > {"0"} else None


def application_link_time(report: "_StoredReport") -> _datetime | None:
    """From TargetAppVer, ``2019//10//28:23:56:19!<number>!<name>``, or the signature.

    In TargetAppVer of a packaged application its version and a "!" come first.
    """
    for part in _line(report, "targetappver").split("!", 2)[:2]:
        if found := _link_time(part):
            return found
    seconds = hexadecimal(report, "application_time", 8)
    return _datetime(1970, 1, 1, tzinfo=_UTC) + _timedelta(seconds=seconds) if seconds else None


def _link_time(written: str) -> _datetime | None:
    date = written.split("//")
    numbers = _decimals([*date[:2], *date[2].split(":")]) if len(date) == 3 else None
    if numbers is None or len(numbers) != 6:
        return None
    year, month, day, hour, minute, second = numbers
    try:
        found = _datetime(year, month, day, hour, minute, second, tzinfo=_UTC)
    except (ValueError, OverflowError):
        return None
    return found if found.timestamp() else None  # 0 stands for "no time"


def _line(report: "_StoredReport", name: str) -> str:
    for key, value in report.extra:
        if key.lower() == name:
            return value
    return ""


# ---- numbers ----

_HEXADECIMAL = set("0123456789abcdef")


def _hexadecimal(written: str, digits: int) -> int | None:
    written = written.lower().removeprefix("0x")
    if not 1 <= len(written) <= digits or not set(written) <= _HEXADECIMAL:
        return None
    return int(written, 16)


def _decimal(written: str) -> int | None:
    if not (written.isascii() and written.isdigit() and len(written) <= 10):
        return None
    number = int(written)
    return number if number <= 0xFFFFFFFF else None


def _decimals(written: list[str]) -> tuple[int, ...] | None:
    numbers = [number for one in written if (number := _decimal(one)) is not None]
    return tuple(numbers) if len(numbers) == len(written) else None
