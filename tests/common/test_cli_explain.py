"""``wer explain``."""

import pytest
from clirun import run

import wer
from wer.doctor._findings import KNOWN


@pytest.mark.parametrize(("asked", "code"), [("0xC0000409", 0xC0000409), ("-1073740791", 0xC0000409), ("15", 15)])
def test_a_code(asked, code):
    ran = run("explain", asked)
    assert (ran.code, ran.err) == (0, "")
    assert wer.explain(code) in ran.out
    assert "A dump file, where LocalDumps is on: " in ran.out
    [explained] = run("explain", asked, "--json").answer["explained"]
    assert (explained["asked"], explained["code"]) == (asked, code)
    assert f"A report by Windows: {explained['report']}. " in ran.out
    assert f"where LocalDumps is on: {explained['dump']}.\n" in ran.out
    assert f"  {explained['why']} ({explained['sure']})\n" in ran.out
    assert explained.keys() == {"asked", "meaning", "sure", "code", "report", "dump", "why"}


@pytest.mark.parametrize("name", KNOWN)
def test_a_finding(name):
    ran = run("explain", name)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{name} ({KNOWN[name].severity}): ")
    assert "{" not in ran.out, "nothing of another machine is left to be filled in"
    [explained] = run("explain", name.upper(), "--json").answer["explained"]
    assert (explained["asked"], explained["severity"]) == (name.upper(), KNOWN[name].severity)
    assert explained.keys() == {"asked", "meaning", "sure", "severity", "title", "remedy", "sources"}
    for text in (explained["title"], explained["meaning"], explained["remedy"], *explained["sources"]):
        assert text in ran.out


@pytest.mark.parametrize("asked", ["x", "", "0x1ffffffff", "1" * 5000, "-2147483649", "1.5"])
def test_what_is_neither(asked):
    ran = run("explain", asked)
    assert (ran.code, ran.out) == (2, "")
    assert "32 bits" in ran.err


def test_several_in_their_order():
    ran = run("explain", "1", "localdumps-off", "0", "--json")
    assert [one["asked"] for one in ran.answer["explained"]] == ["1", "localdumps-off", "0"]
