"""Words for the numbers of a crash: its exception, what it wanted of memory, and the Python by its file's version."""

from datetime import UTC, datetime

from ..service._exit_codes import explain

ACCESS_VIOLATION = 0xC0000005
_IN_PAGE_ERROR = 0xC0000006
FAST_FAIL = 0xC0000409
NOTHING_FAILED = 0xFFFFFFFF  # breakpad and crashpad: MD_EXCEPTION_CODE_LIN_DUMP_REQUESTED
# By EXCEPTION_RECORD.ExceptionInformation[0].
# https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-exception_record
EXECUTED = 8
_ACCESSES = {0: "read of", 1: "write to", EXECUTED: "execution of"}
# Where the name of the code would mislead.
_CALLED = {
    FAST_FAIL: "a fast-fail",
    0xC0000374: "a damaged heap",
    0xC0000602: "a fail-fast exception",
    0x80000003: "a breakpoint",
    0xE06D7363: "a C++ exception",
    0xE0434352: "a .NET exception",
    0xE0434F4D: "a .NET exception",
}


# Of Linux, as signal(7) has them on x86 and arm; breakpad and crashpad write the signal where Windows has a code.
_SIGNALS = {4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 11: "SIGSEGV", 31: "SIGSYS"}


def meaning(code: int, subcode: int | None = None, system: str = "Windows") -> str:
    """The code of an exception in words: an NTSTATUS, or in a dump of another system what that has there."""
    code &= 0xFFFFFFFF
    if system == "Windows":
        return explain(code, None if subcode is None else subcode & 0xFFFFFFFF)
    if system in ("Linux", "Android"):
        return f"signal {code}{f' {_SIGNALS[code]}' if code in _SIGNALS else ''} of {system}"
    return f"0x{code:08X}, a number of {system}"


def called(code: int, system: str = "Windows") -> str:
    """What people call an exception, with an article: "an access violation"."""
    if system != "Windows":
        return meaning(code, None, system).partition(":")[0]
    if code in _CALLED:
        return _CALLED[code]
    name = explain(code).partition(":")[0].partition("STATUS_")[2]
    if not name:
        return "an exception"
    words = name.replace("_", " ").lower()
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def access(code: int, parameters: "tuple[int, ...]") -> str:
    """What an access violation or an in-page error wanted; empty for other exceptions, and if it is not told."""
    if code not in (ACCESS_VIOLATION, _IN_PAGE_ERROR) or len(parameters) < 2:
        return ""
    kind = _ACCESSES.get(parameters[0], f"access of kind {parameters[0]} to")
    words = f"{kind} the address 0x{parameters[1]:016X}"
    if code == ACCESS_VIOLATION and parameters[1] < 0x10000:
        words += ", near zero: a null pointer"
    if code == _IN_PAGE_ERROR and len(parameters) > 2:
        words += f", because of {explain(parameters[2] & 0xFFFFFFFF)}"
    return words


def python_version(file_version: str) -> str:
    """The Python of a file version: "3.12.9" of "3.12.9150.1013"; empty if it is none of CPython's."""
    from ..dumps import Module
    from ..dumps._python import version_of

    parts = file_version.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) <= 5 for part in parts):
        return ""
    major, minor, coded, build = (int(part) for part in parts)
    # The third of another program is hardly ever so large.
    if major != 3 or not 0 < minor < 100 or coded < 100:
        return ""
    return version_of(Module(f"python{major}{minor}.dll", 0, 0, 0, 0, (major, minor, coded, build)))


def is_python_dll(name: str) -> bool:
    """Whether a module is the interpreter: python312.dll, python313t.dll; not python3.dll, which only passes on."""
    base = name.lower().rpartition("\\")[2].rpartition("/")[2]
    digits = base.removeprefix("python").removesuffix(".dll").removesuffix("_d").removesuffix("t")
    return base.startswith("python") and base.endswith(".dll") and digits.isdigit() and len(digits) >= 2


def file_name(path: str) -> str:
    """The last part of a path of Windows, on any system."""
    return path.replace("/", "\\").rpartition("\\")[2]


def dotted(version: tuple[int, ...] | None) -> str:
    return ".".join(map(str, version)) if version else ""


def when(time: datetime | None) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if time else ""
