"""Every text argument: its limit in UTF-16 units, and what arrives. What is refused: tests/shared/refusals.py."""

import enum

import pytest
from texts import ALPHABETS, TEXTS, of_units


def each(texts):
    return pytest.mark.parametrize("text", texts, ids=lambda text: f"{text.function}-{text.name}")


each_text = each(TEXTS)


@pytest.fixture
def taken(standin):
    """WER takes any path and any application for existing."""
    for function in ("WerReportAddFile", "WerAddExcludedApplication", "WerRemoveExcludedApplication"):
        standin.answer(function, 0)
    return standin


@each_text
@pytest.mark.parametrize("character", ALPHABETS.values(), ids=ALPHABETS)
def test_at_the_limit_arrives_whole(text, character, report, taken):
    given = of_units(text.limit, character, text.prefix)
    text.use(report, given)
    assert text.arrived(taken) == given


@each([text for text in TEXTS if text.structure])
def test_empty_is_as_good_as_not_given(text, report, standin):
    text.use(report, "")
    assert standin.calls(text.function)[-1].args[text.argument] is None


@each_text
@pytest.mark.parametrize("character", ["a", "€", "😀"], ids=["ASCII", "UCS-2", "UCS-4"])
def test_a_subclass_of_str_is_a_str(text, character, report, taken):
    """As a member of a StrEnum is: people keep the names of their events in one."""
    given = enum.StrEnum("Names", {"NAME": of_units(7, character, text.prefix)}).NAME
    text.use(report, given)
    assert text.arrived(taken) == given
