"""How the methods take their arguments: Report's own unpacking, and its short cuts for what is plain."""

import inspect
import itertools
import os

import pytest

import wer

PATHS = [
    "C:\\logs\\spooler.log",
    "c:\\x",
    "C:\\a b\\.hidden\\c.d.e",
    "C:/logs/spooler.log",
    "C:\\logs\\\\spooler.log",
    "C:\\logs\\.\\spooler.log",
    "C:\\logs\\..\\spooler.log",
    "C:\\logs\\spooler.log\\",
    "C:\\logs\\spooler.log.",
    "C:\\logs\\spooler.log ",
    "C:\\logs.\\spooler.log",
    "C:\\logs \\spooler.log",
    "C:\\logs\\nul",
    "C:\\logs\\com1.txt",
    "C:\\logs\\CON",
    "C:\\",
    "C:logs",
    "logs\\spooler.log",
    "\\logs\\spooler.log",
    "\\\\server\\share\\spooler.log",
    "\\\\?\\C:\\logs\\spooler.log",
    "C:\\l\u00f6gs\\spooler.log",
    "C:\\\u30ed\u30b0\\spooler.log",
]


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize("path", PATHS)
def test_a_path_reaches_wer_as_python_makes_it_absolute(path, report, standin):
    standin.answer("WerReportAddFile", 0)
    report.add_file(path)
    report.add_file(Text(path))  # no short cut for those
    first, second = standin.calls("WerReportAddFile")
    assert first.args["pwzPath"] == second.args["pwzPath"] == os.path.abspath(path)


def dump_arguments(call):
    thread = call.args["hThread"]
    return call.args["dumpType"], call.args["hProcess"]["handle"], thread and thread["handle"], call.args["dwFlags"]


def test_keywords_in_any_order_are_the_arguments_they_name(report, standin, windll):
    standin.answer("WerReportAddDump", 0)
    process = windll.OpenProcess(0x1F0FFF, False, os.getpid())
    given = {"dump_type": 3, "process": process, "flags": 1, "exception": None, "options": None}
    try:
        report.add_dump(3, process, None, None, None, 1)
        report.add_dump(3, process, flags=1)
        report.add_dump(wer.DumpType.HEAPDUMP, process, flags=wer.DumpFlags.NOHEAP_ONQUEUE)
        for names in itertools.permutations(given):
            report.add_dump(**{name: given[name] for name in names})
    finally:
        windll.CloseHandle(process)
    found = {dump_arguments(call) for call in standin.calls("WerReportAddDump")}
    assert len(found) == 1


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [
        ((2,), {"dump_type": 2}),
        ((2, None, None), {"process": None}),
        ((), {"dump_typ": 2}),
        ((2, None, None, None, None, 0, 0), {}),
        ((True,), {}),
        ((wer.Consent.APPROVED,), {}),
        ((2, None, None, None, None, wer.FileFlags.ANONYMOUS_DATA), {}),
        ((2.0,), {}),
    ],
)
def test_slips_are_refused_as_ever(arguments, keywords, report):
    with pytest.raises(TypeError):
        report.add_dump(*arguments, **keywords)


@pytest.fixture
def template():
    return wer.ReportTemplate("WerTests.Event", consent=wer.Consent.NOT_ASKED)


METHODS = [
    *(("report", name) for name in ("set_parameter", "set_ui_option", "add_file", "add_dump", "submit", "from_handle")),
    *(("template", name) for name in ("set_parameter", "add_file", "set_dump")),
]


@pytest.mark.parametrize(("owner", "name"), METHODS)
class TestUnpacking:
    """What Python says of its own functions."""

    @pytest.fixture
    def method(self, owner, name, request):
        return getattr(request.getfixturevalue(owner), name)

    @pytest.fixture
    def parameters(self, method):
        return list(inspect.signature(method).parameters.values())

    @pytest.fixture
    def needed(self, parameters):
        return [parameter.name for parameter in parameters if parameter.default is parameter.empty]

    def test_too_many(self, method, name, parameters):
        positional = [parameter for parameter in parameters if parameter.kind == parameter.POSITIONAL_OR_KEYWORD]
        message = rf"^{name}\(\) takes at most {len(positional)} positional arguments \({len(positional) + 1} given\)$"
        with pytest.raises(TypeError, match=message):
            method(*[None] * (len(positional) + 1))

    def test_an_unknown_name(self, method, name, needed):
        with pytest.raises(TypeError, match=rf"^{name}\(\) got an unexpected keyword argument 'speed'$"):
            method(**dict.fromkeys([*needed, "speed"]))

    def test_twice(self, method, name, parameters):
        first = parameters[0].name
        with pytest.raises(TypeError, match=rf"^{name}\(\) got multiple values for argument '{first}'$"):
            method(None, **{first: None})

    def test_names_that_are_not_the_program_s_own_objects(self, method, needed):
        """A name that was made at run time is as good."""
        with pytest.raises((TypeError, ValueError)) as by_position:
            method(*[3.5 for _ in needed], **({} if needed else {"flags": 3.5}))
        names = ["".join(list(name)) for name in needed or ["flags"]]
        with pytest.raises((TypeError, ValueError)) as by_name:
            method(**dict.fromkeys(names, 3.5))
        assert str(by_name.value) == str(by_position.value)


@pytest.mark.parametrize(
    ("owner", "name", "needed"),
    [
        ("report", "set_parameter", ["index", "value"]),
        ("report", "set_ui_option", ["option", "value"]),
        ("report", "add_file", ["path"]),
        ("report", "submit", ["consent"]),
        ("report", "from_handle", ["handle"]),
        ("template", "set_parameter", ["index", "value"]),
        ("template", "add_file", ["path"]),
    ],
)
def test_what_is_missing_is_named(owner, name, needed, request):
    method = getattr(request.getfixturevalue(owner), name)
    for position, missing in enumerate(needed, 1):
        with pytest.raises(TypeError, match=rf"^{name}\(\) missing required argument '{missing}' \(pos {position}\)$"):
            method(**dict.fromkeys([other for other in needed if other != missing]))


def test_a_subclass_is_made_as_its_class_says():
    class Own(wer.Report):
        def __init__(self, name):
            super().__init__("WerTests." + name, wer.ReportType.CRITICAL)

    with Own("Event") as report:
        assert type(report) is Own
        assert report.event_type == "WerTests.Event"


def test_a_subclass_with_a_new_of_its_own(report):
    class Own(wer.Report):
        def __new__(cls, *arguments):
            made = super().__new__(cls)
            made.given = arguments
            return made

    with Own("WerTests.Event") as own:
        assert own.given == ("WerTests.Event",)
    assert Own.from_handle(report.handle).given == ()


def test_signatures_can_be_read():
    dump = inspect.signature(wer.Report.add_dump).parameters
    assert dump["dump_type"].default == wer.DumpType.MINIDUMP
    assert list(dump)[-3:] == ["pid", "tid", "snapshot"]
    assert inspect.signature(wer.Report.add_file).parameters["file_type"].default == wer.FileType.OTHER
    assert inspect.signature(wer.register_file).parameters["file_type"].default == wer.RegisterFileType.OTHER
    assert "application_name" in inspect.signature(wer.Report).parameters
