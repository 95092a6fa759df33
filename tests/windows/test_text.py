"""Every text argument: its limit in UTF-16 units, what arrives, and what is refused."""

import enum
from collections.abc import Callable
from dataclasses import dataclass

import pytest

import wer


@dataclass(frozen=True)
class Text:
    """A text argument: its limit, a call that passes it, and where it stands in the log."""

    name: str
    limit: int
    use: Callable[[wer.Report, str], object]
    function: str
    argument: str
    structure: str = ""  # of `argument`, whose member then is `member`
    member: str = ""
    prefix: str = ""  # keeps a path from being made absolute
    required: bool = False

    def arrived(self, standin):
        call = standin.call(self.function)
        return call.struct(self.argument, self.structure)[self.member] if self.structure else call.args[self.argument]


def create(**arguments):
    wer.Report("WerTests.Event", **arguments).close()


def information(name, limit, member, structure="WER_REPORT_INFORMATION"):
    return Text(
        name, limit, lambda _, text: create(**{name: text}), "WerReportCreate", "pReportInformation", structure, member
    )


TEXTS = [
    Text("event_type", 64, lambda _, text: wer.Report(text).close(), "WerReportCreate", "pwzEventType", required=True),
    information("consent_key", 63, "wzConsentKey"),
    information("friendly_event_name", 127, "wzFriendlyEventName"),
    information("application_name", 127, "wzApplicationName"),
    information("application_path", 259, "wzApplicationPath"),
    information("description", 511, "wzDescription"),
    information("namespace_partner", 63, "wzNamespacePartner", "WER_REPORT_INFORMATION_V3"),
    information("namespace_group", 63, "wzNamespaceGroup", "WER_REPORT_INFORMATION_V3"),
    Text("value", 259, lambda report, text: report.set_parameter(0, text), "WerReportSetParameter", "pwzValue"),
    Text("name", 128, lambda report, text: report.set_parameter(0, "v", text), "WerReportSetParameter", "pwzName"),
    Text("value", 1023, lambda report, text: report.set_ui_option(1, text), "WerReportSetUIOption", "pwzValue"),
    Text(
        "path",
        259,
        lambda report, text: report.add_file(text),
        "WerReportAddFile",
        "pwzPath",
        prefix="C:\\",
        required=True,
    ),
    Text(
        "exe_name",
        259,
        lambda _, text: wer.add_excluded_application(text),
        "WerAddExcludedApplication",
        "pwzExeName",
        required=True,
    ),
    Text(
        "exe_name",
        259,
        lambda _, text: wer.remove_excluded_application(text),
        "WerRemoveExcludedApplication",
        "pwzExeName",
        required=True,
    ),
]


def each(texts):
    return pytest.mark.parametrize("text", texts, ids=lambda text: f"{text.function}-{text.name}")


each_text = each(TEXTS)

# How Python holds a str decides how it becomes UTF-16: one byte, two or four per character.
ALPHABETS = {
    "ASCII": "a",
    "Latin-1": "ÿ",
    "UCS-2": "€",
    "UCS-4, two units each": "😀",
    "a lone high surrogate": "\ud800",
    "a lone low surrogate": "\udfff",
    "a lone surrogate among UCS-4": "😀\ud800",
}


def units(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def of_units(number, character, prefix=""):
    """A text of so many UTF-16 units: `prefix`, then `character` as often as it fits, and a filler."""
    rest = number - len(prefix)
    text = prefix + character * (rest // units(character)) + "x" * (rest % units(character))
    assert units(text) == number
    return text


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


@each_text
@pytest.mark.parametrize("character", ALPHABETS.values(), ids=ALPHABETS)
def test_one_unit_more_is_refused(text, character, report):
    given = of_units(text.limit + 1, character, text.prefix)
    message = f"^{text.name} takes at most {text.limit} UTF-16 units, got {text.limit + 1}: shorten it$"
    with pytest.raises(ValueError, match=message):
        text.use(report, given)


@each_text
def test_far_too_long_is_refused(text, report):
    with pytest.raises(ValueError, match=f"{text.name} takes at most {text.limit} UTF-16 units, got 100000"):
        text.use(report, of_units(100_000, "é", text.prefix))


@each_text
@pytest.mark.parametrize("character", ["a", "€", "😀"], ids=["ASCII", "UCS-2", "UCS-4"])
def test_nul_is_refused(text, character, report):
    with pytest.raises(ValueError, match=f"{text.name} has a NUL at 3; WER would cut it there"):
        text.use(report, character * 3 + "\0" + character)


@each_text
def test_a_nul_alone_is_refused(text, report):
    with pytest.raises(ValueError, match=f"{text.name} has a NUL at 0"):
        text.use(report, "\0")


@each([text for text in TEXTS if text.name != "path"])  # which may be more: see test_arguments.py
@pytest.mark.parametrize("wrong", [b"bytes", 1, ["list"]], ids=["bytes", "int", "list"])
def test_another_type_is_refused(text, wrong, report):
    with pytest.raises(TypeError, match=f"{text.name} must be a str, got {type(wrong).__name__}"):
        text.use(report, wrong)


@each([text for text in TEXTS if text.name != "name"])  # whose default it is
def test_none_is_refused(text, report):
    with pytest.raises(TypeError, match="NoneType"):
        text.use(report, None)


@each([text for text in TEXTS if text.required])
def test_empty_is_refused(text, report):
    with pytest.raises(ValueError, match=f"^{text.name} is empty$"):
        text.use(report, "")


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


@each_text
def test_a_subclass_of_str_that_is_too_long(text, report):
    given = enum.StrEnum("Names", {"NAME": of_units(text.limit + 1, "a", text.prefix)}).NAME
    with pytest.raises(ValueError, match=f"{text.name} takes at most {text.limit} UTF-16 units"):
        text.use(report, given)
