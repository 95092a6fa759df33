"""`ending_of`: what Windows makes of an exit code."""

import pytest

import wer
from wer.doctor import ending_of
from wer.service import _exit_codes


@pytest.mark.parametrize(
    ("code", "report", "sure"),
    [
        (0, "no", "documented"),
        (1, "no", "documented"),
        (15, "no", "documented"),
        (-15, "no", "documented"),  # multiprocessing
        (3, "cannot tell", "unknown"),
        (0x40000015, "cannot tell", "unknown"),
        (0x80000000, "no", "documented"),
        (0x80000001, "yes", "documented"),
        (0x80000003, "yes", "documented"),
        (0xC0000005, "yes", "documented"),
        (-1073741819, "yes", "documented"),
        (0xC0000409, "yes", "seen"),
        (0xC0000374, "yes", "seen"),
        (0xC00000FD, "yes", "seen"),
        (0xC0000602, "yes", "seen"),
        (0xE06D7363, "yes", "documented"),
        (0xE0434352, "yes", "documented"),
        (0xE0434F4D, "yes", "documented"),
        (0xC0FFEE00, "yes", "documented"),
        (0xFFFEFFFF, "yes", "documented"),
        (0xFFFF0000, "no", "documented"),  # -65536
        (0x7FFFFFFF, "no", "documented"),
        (-1, "no", "documented"),
    ],
)
def test_what_windows_makes_of_it(code, report, sure):
    ending = ending_of(code)
    assert (ending.report, ending.dump, ending.sure) == (report, report, sure)
    assert ending.code == code & 0xFFFFFFFF
    assert ending.meaning == wer.explain(code)


def test_what_is_no_failure():
    """One that still runs, one that its debugger ends, Ctrl-C and Ctrl-Break."""
    for code in (0, 259, 0x40010004, 0x40010005, 0x40010008, 0xC000013A):
        ending = ending_of(code)
        assert (ending.report, ending.dump, ending.sure) == ("no", "no", "documented")
        assert ending.why.startswith("No failure for Windows")


def test_what_the_loader_gives_up_with():
    """The program never ran: no DLL, another architecture, no entry point, no right, a wrong signature."""
    for code in (
        *(0xC000007B, 0xC0000135, 0xC0000138, 0xC0000139),
        *(0xC0000142, 0xC0000022, 0xC000026B, 0xC0000428),
    ):
        ending = ending_of(code)
        assert (ending.report, ending.dump, ending.sure) == ("no", "no", "seen")
        assert "the program never ran" in ending.why


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        (0xC0000409, "`install_crash_handler(fast_fail=True)`"),
        (0xC0000374, "`install_crash_handler(fast_fail=True)`"),
        (3, "`install_crash_handler(abort=True)`"),
        (0xE0434352, "CLR20r3"),
        (0xC00000FD, "in a container only if WerSvc runs on the host"),
        (0xC0000005, "`wer local-dumps`"),
        (1, "`wer local-dumps set --on-kill`"),
    ],
)
def test_what_would_help_is_told(code, hint):
    assert hint in ending_of(code).why


def test_every_code_that_explain_knows_says_how_sure_it_is():
    codes = [*_exit_codes._NAMED, *_exit_codes._RUNTIMES, *_exit_codes._SMALL]
    for code in codes:
        ending = ending_of(code)
        assert ending.why
        assert ending.sure in ("documented", "seen", "inferred", "unknown")
        assert (ending.sure == "unknown") == (ending.report == "cannot tell")


def test_what_is_killed_or_ends_itself_is_told_what_would_see_it():
    for code in (1, 9, 15, 0x10000):
        assert "SilentProcessExit" in ending_of(code).why
        assert "wer.enable" in ending_of(code).why


@pytest.mark.parametrize(("code", "error"), [("1", TypeError), (1 << 32, ValueError), (True, TypeError)])
def test_what_is_no_code(code, error):
    with pytest.raises(error, match="code must"):
        ending_of(code)
