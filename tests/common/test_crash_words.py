"""What a story calls the numbers of a crash."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from wer.reports import _crash_words


@pytest.mark.parametrize(
    ("code", "system", "words"),
    [
        (4, "Linux", "signal 4 SIGILL of Linux"),
        (5, "Linux", "signal 5 SIGTRAP of Linux"),
        (6, "Android", "signal 6 SIGABRT of Android"),
        (7, "Linux", "signal 7 SIGBUS of Linux"),
        (8, "Linux", "signal 8 SIGFPE of Linux"),
        (11, "Linux", "signal 11 SIGSEGV of Linux"),
        (31, "Android", "signal 31 SIGSYS of Android"),
        (64, "Linux", "signal 64 of Linux"),
        (10, "macOS", "0x0000000A, a number of macOS"),
        (-1073741819, "macOS", "0xC0000005, a number of macOS"),
    ],
)
def test_codes_of_other_systems(code, system, words):
    assert _crash_words.meaning(code, None, system) == words
    assert _crash_words.called(code, system) == words


def test_codes_of_windows():
    assert _crash_words.meaning(0xC0000005).startswith("0xC0000005 STATUS_ACCESS_VIOLATION: ")
    assert _crash_words.meaning(-1073741819) == _crash_words.meaning(0xC0000005)
    assert "FAST_FAIL_FATAL_APP_EXIT" in _crash_words.meaning(0xC0000409, 7)
    assert "FAST_FAIL_FATAL_APP_EXIT" not in _crash_words.meaning(0xC0000409)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0xC0000005, "an access violation"),
        (0xC00000FD, "a stack overflow"),
        (0xC0000094, "an integer divide by zero"),
        (0xC0000409, "a fast-fail"),
        (0xC0000374, "a damaged heap"),
        (0xC0000602, "a fail-fast exception"),
        (0x80000003, "a breakpoint"),
        (0xE06D7363, "a C++ exception"),
        (0xE0434352, "a .NET exception"),
        (0xE0434F4D, "a .NET exception"),
        (0xE1234567, "an exception"),
    ],
)
def test_what_people_call_them(code, words):
    assert _crash_words.called(code) == words


@pytest.mark.parametrize(
    ("code", "parameters", "words"),
    [
        (0xC0000005, (0, 0xFFFF), "read of the address 0x000000000000FFFF, near zero: a null pointer"),
        (0xC0000005, (1, 0x10000), "write to the address 0x0000000000010000"),
        (0xC0000005, (8, 1 << 63), "execution of the address 0x8000000000000000"),
        (0xC0000005, (2, 1 << 63), "access of kind 2 to the address 0x8000000000000000"),
        (0xC0000005, (0,), ""),
        (0xC0000006, (0, 0x10), "read of the address 0x0000000000000010"),
        (0xC0000094, (0, 0x10), ""),
    ],
)
def test_what_was_wanted_of_memory(code, parameters, words):
    assert _crash_words.access(code, parameters) == words


def test_why_a_page_could_not_be_had():
    words = _crash_words.access(0xC0000006, (0, 0x20000, 0xFFFFFFFF_C000009C))
    assert words.startswith("read of the address 0x0000000000020000, because of 0xC000009C")
    assert "because" not in _crash_words.access(0xC0000005, (0, 0x20000, 0xC000009C))


@pytest.mark.parametrize(
    ("version", "python"),
    [
        ("3.12.9150.1013", "3.12.9"),
        ("3.13.122.0", "3.13.0rc2"),
        ("3.1.100.0", "3.1.0a0"),
        ("3.1.150.0", "3.1.0"),
        ("3.99.1150.0", "3.99.1"),
        ("3.100.1150.0", ""),
        ("3.0.1150.0", ""),
        ("3.12.99.0", ""),
        ("2.7.18150.0", ""),
        ("4.12.9150.0", ""),
        ("3.12.9150", ""),
        ("3.12.9150.1013.1", ""),
        ("3.12.99999.0", "3.12.99"),
        ("3.12.100000.0", ""),
        ("3.12.-150.0", ""),
        ("3.12.\u0661\u0661\u0661\u0661.0", ""),
        ("", ""),
    ],
)
def test_the_python_of_a_version(version, python):
    assert _crash_words.python_version(version) == python


@pytest.mark.parametrize("name", ["python312.dll", "python27.dll", r"C:\Py\PYTHON313T.DLL", "/w/python312_d.dll"])
def test_the_interpreter(name):
    assert _crash_words.is_python_dll(name)


@pytest.mark.parametrize(
    "name", ["python3.dll", "python.dll", "python312.exe", "xpython312.dll", "pythoncom312.dll", "python312.dll/x", ""]
)
def test_what_is_no_interpreter(name):
    assert not _crash_words.is_python_dll(name)


def test_paths_versions_and_times():
    assert [_crash_words.file_name(path) for path in (r"C:\a\b.exe", "C:/a/b.exe", r"C:/a\b.exe", "b.exe", "")] == [
        *["b.exe"] * 4,
        "",
    ]
    assert (_crash_words.dotted((10, 0, 19045)), _crash_words.dotted(()), _crash_words.dotted(None)) == (
        "10.0.19045",
        "",
        "",
    )
    time = datetime(2026, 2, 3, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert _crash_words.when(time) == "2026-02-02 23:30:00 UTC" == _crash_words.when(time.astimezone(UTC))
    assert _crash_words.when(None) == ""
