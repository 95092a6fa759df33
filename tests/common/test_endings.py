"""`ending_of`: what Windows makes of an exit code."""

import pytest

import wer
from wer.doctor import ending_of
from wer.service import _exit_codes


@pytest.mark.parametrize(
    ("code", "report", "dump"),
    [
        (0, "no", "no"),
        (1, "no", "no"),
        (15, "no", "no"),
        (-15, "no", "no"),  # multiprocessing
        (3, "cannot tell", "cannot tell"),
        (0xC0000005, "yes", "yes"),
        (-1073741819, "yes", "yes"),
        (0xC0000409, "yes", "yes"),
        (0xC0000374, "yes", "yes"),
        (0xC00000FD, "yes", "yes"),
        (0xE06D7363, "yes", "yes"),
        (0xE0434352, "yes", "yes"),
        (0xC0000135, "no", "no"),
        (0xC000013A, "no", "no"),
        (0xC0FFEE00, "yes", "yes"),
        (0x7FFFFFFF, "no", "no"),
        (-1, "no", "no"),
    ],
)
def test_what_windows_makes_of_it(code, report, dump):
    ending = ending_of(code)
    assert (ending.report, ending.dump) == (report, dump)
    assert ending.code == code & 0xFFFFFFFF
    assert ending.meaning == wer.explain(code)


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
