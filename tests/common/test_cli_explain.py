"""``wer explain``."""

import pytest
from clirun import run

import wer


@pytest.mark.parametrize(("asked", "code"), [("0xC0000409", 0xC0000409), ("-1073740791", 0xC0000409), ("15", 15)])
def test_a_code(asked, code):
    ran = run("explain", asked)
    assert (ran.code, ran.err) == (0, "")
    assert wer.explain(code) in ran.out
    assert run("explain", asked, "--json").answer["explained"][0]["code"] == code


@pytest.mark.parametrize("asked", ["x", "", "0x1ffffffff", "1" * 5000, "-2147483649", "1.5"])
def test_what_is_no_code(asked):
    ran = run("explain", asked)
    assert (ran.code, ran.out) == (2, "")
    assert "expected a number of 32 bits" in ran.err
