"""Every text argument, with its limit in UTF-16 units."""

from collections.abc import Callable
from dataclasses import dataclass

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
