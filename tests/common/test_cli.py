"""What all commands of the command line share: output, JSON, exit codes, help."""

import argparse
import datetime
import enum
import errno
import io
import json
import os
import re
import shlex
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest
from clirun import run
from pythons import PYTHON, WITH_WER
from schemas import check_schema, parts, undocumented

from wer import _include
from wer.cli import _commands, _output, _schema, main
from wer.cli._output import ExitCode, Failed, Output, shown
from wer.doctor import _findings
from wer.reports import StoreState


class Command:
    """A command of which a test says what it does."""

    __doc__ = "Do something.\n\nMore of it.\n"
    EXAMPLES = "  wer played\n"
    SCHEMA = {"type": "object", "required": ["number"], "properties": {"number": {"type": "integer"}}}

    def __init__(self, run):
        self.run = run

    @staticmethod
    def add_arguments(parser):
        _output.add_yes(parser)


@pytest.fixture
def played(monkeypatch):
    """Put a command in place, and run it."""
    load = _commands.load
    monkeypatch.setattr(_commands, "NAMES", (*_commands.NAMES, "played"))

    def play(does, *arguments):
        monkeypatch.setattr(_commands, "load", lambda name: Command(does) if name == "played" else load(name))
        return run("played", *arguments)

    return play


def test_the_words_of_the_doctor():
    assert list(_findings.SURE) == _schema.SURE
    severities = _commands.load("doctor").SCHEMA["properties"]["findings"]["items"]["properties"]["severity"]["enum"]
    assert tuple(severities) == _findings.SEVERITIES


def test_the_words_of_the_stores():
    stores = _commands.load("store").SCHEMA["list"]["properties"]["stores"]["items"]["properties"]
    assert stores["state"]["enum"] == [state.value for state in StoreState]


def raising(error):
    def does(arguments, out):
        raise error

    return does


class Denied(PermissionError):
    winerror = 5


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Failed("no"), 1),
        (Failed("no", ExitCode.UNCLEAR), 3),
        (KeyboardInterrupt(), 130),
        (NotImplementedError("no"), 5),
        (OSError("no"), 1),
        (Denied("no"), 4),
        (ValueError("no"), 2),
        (TypeError("no"), 2),
    ],
)
def test_what_goes_wrong_is_a_sentence_and_an_exit_code(played, error, code):
    ran = played(raising(error))
    assert (ran.code, ran.out) == (code, "")
    assert ran.err == f"wer played: {'interrupted' if code == 130 else 'no'}\n"
    ran = played(raising(error), "--json")
    assert json.loads(ran.out) == {
        "schema": 1,
        "command": "played",
        "error": {"text": "interrupted" if code == 130 else "no", "exit_code": code},
    }


def test_the_command_line_is_that_of_python_unless_one_is_given(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["wer", "explain", "15", "--json"])
    assert main() == 0
    assert json.loads(capsys.readouterr().out)["explained"][0]["asked"] == "15"
    assert main(()) == 2, "an empty one is one"


def test_a_bug_is_not_hidden(played):
    with pytest.raises(ZeroDivisionError):
        played(lambda arguments, out: 1 / 0)


def test_json_replaces_the_data_and_nothing_else(played):
    def does(arguments, out):
        out.line("a line")
        out.table(["a"], [["b"]])
        out.note("a note")
        out.answer({"number": 7})
        return ExitCode.UNCLEAR

    ran = played(does)
    assert (ran.code, ran.out, ran.err) == (3, "a line\na\nb\n", "a note\n")
    ran = played(does, "--json")
    assert (ran.code, ran.answer, ran.err) == (3, {"schema": 1, "command": "played", "number": 7}, "a note\n")


def test_a_plan_is_carried_out_with_yes_only(played):
    done = []

    def does(arguments, out):
        if out.plan(["would do it"]):
            done.append(True)
        return ExitCode.DONE

    assert "Nothing was done" in played(does).err
    assert not done
    assert played(does, "--yes").err == "Plan:\n  would do it\n"
    assert done


class Color(enum.IntEnum):
    RED = 1


class Rights(enum.IntFlag):
    READ = 1
    WRITE = 2


@dataclass
class Thing:
    path: PurePosixPath
    color: Color


def test_what_json_makes_of_values(capsys):
    out = Output("x", as_json=True)
    out.answer(
        {
            "time": datetime.datetime(2026, 11, 28, tzinfo=datetime.UTC),
            "id": uuid.UUID(int=1),
            "bytes": b"\0\xff",
            "thing": Thing(PurePosixPath("a/b"), Color.RED),
            "rights": Rights.READ | Rights.WRITE,
            "list": (1, True, None, 1.5),
            "text": "ä\u202e",
        }
    )
    out.end()
    answer = json.loads(capsys.readouterr().out)
    assert answer == {
        "schema": 1,
        "command": "x",
        "time": "2026-11-28T00:00:00+00:00",
        "id": "00000000-0000-0000-0000-000000000001",
        "bytes": "00ff",
        "thing": {"path": "a/b", "color": "RED"},
        "rights": ["READ", "WRITE"],
        "list": [1, True, None, 1.5],
        "text": "ä\u202e",
    }


HOSTILE = "\x1b[31mred\x07 \u202egnp.exe\u200b \ud800 \u2028 end \x9b tab\t"


def test_no_text_of_others_reaches_a_terminal_alive(capsys):
    out = Output("x")
    out.line(HOSTILE)
    out.table(["a"], [[HOSTILE]])
    out.note(HOSTILE)
    printed = "".join(capsys.readouterr())
    assert printed.count("\\x1b[31mred\\x07 \\u202egnp.exe\\u200b \\ud800 \\u2028 end \\x9b tab\\x09") == 3
    assert all(character.isprintable() or character == "\n" for character in printed)


def test_lines_stay_lines_and_json_is_for_people_too(capsys):
    out = Output("x", as_json=True)
    out.answer({"text": "ä"})
    out.end()
    assert capsys.readouterr().out == '{\n  "schema": 1,\n  "command": "x",\n  "text": "ä"\n}\n'
    out = Output("x")
    out.line("one\x07\ntwo")
    out.line()
    out.note("three\x07\nfour")
    assert capsys.readouterr() == ("one\\x07\ntwo\n\n", "three\\x07\nfour\n")


def test_what_is_shown_as_it_is():
    assert shown("Zoë \U0001f40d 中文 C:\\x") == "Zoë \U0001f40d 中文 C:\\x"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("terminal", "written"), [(False, "\N{BULLET}中\\ud800\n".encode()), (True, b"\x95\\u4e2d\\ud800\n")]
)
@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_what_an_encoding_cannot_say_is_no_reason_to_fail(monkeypatch, name, terminal, written):
    """A terminal keeps its own, anything else gets UTF-8."""
    raw = io.BytesIO()
    monkeypatch.setattr(raw, "isatty", lambda: terminal, raising=False)
    stream = io.TextIOWrapper(raw, encoding="cp1252", newline="\n")
    monkeypatch.setattr(sys, name, stream)
    _output.use_utf8()
    print("\N{BULLET}中\ud800", file=stream, flush=True)
    assert raw.getvalue() == written


def test_progress_is_for_a_terminal(monkeypatch, capsys):
    with Output("x").progress("Copying", 200) as advance:
        advance(100)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with Output("x").progress("Copying", 200) as advance:
        advance(100)
        advance(100)
    assert sys.stderr.getvalue() == "\rCopying:   0 %\rCopying:  50 %\rCopying: 100 %\n"


@pytest.mark.parametrize(("total", "done", "shown"), [(200, 300, "100"), (0, 5, "100"), (3, 2, " 66")])
def test_progress_of_what_is_otherwise_than_expected(monkeypatch, total, done, shown):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with Output("x").progress("Copying", total) as advance:
        advance(done)
    assert sys.stderr.getvalue().endswith(f"\rCopying: {shown} %\n")


def test_no_line_of_a_table_ends_with_blanks(capsys):
    Output("x").table(["one", "two"], [["a", ""], ["", "b"]])
    assert capsys.readouterr().out == "one  two\na\n     b\n"


def test_a_table_on_a_terminal_is_of_rich_if_that_is_there(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    for name in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "rich", None)
    Output("x").table(["one", "two"], [["[red]1", "2"]])
    assert sys.stdout.getvalue() == "one     two\n[red]1  2\n"


def test_rich_takes_no_markup_from_data(monkeypatch):
    pytest.importorskip("rich", reason="rich is not installed in this Python")
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    Output("x").table(["one", "two"], [["[red]1[/red]", ":warning:"]])
    assert "[red]1[/red]" in sys.stdout.getvalue()
    assert ":warning:" in sys.stdout.getvalue()
    assert "\x1b[3" not in sys.stdout.getvalue(), "no color"


def test_rich_cuts_nothing_off(monkeypatch):
    """A path is to be copied, however narrow the terminal is."""
    pytest.importorskip("rich", reason="rich is not installed in this Python")
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "40")
    path = "".join(f"\\folder{number}" for number in range(10))
    Output("x").table(["key"], [[path]])
    assert "".join(sys.stdout.getvalue().split()).endswith(path)


def test_no_command_is_help_and_a_usage_error():
    ran = run()
    assert ran.code == 2
    assert ran.out == ""
    for name in _commands.NAMES:
        assert f"\n    {name} " in ran.err


@pytest.mark.parametrize("name", _commands.NAMES)
def test_the_help_of_each_command_is_whole(name):
    command = _commands.load(name)
    ran = run(name, "--help")
    assert ran.code == 0
    summary, description = _commands.texts_of(command)
    assert description in ran.out
    assert 20 < len(summary) < 80
    assert command.EXAMPLES in ran.out
    assert all(line.startswith("  wer ") for line in command.EXAMPLES.splitlines())
    assert "--json" in ran.out


@pytest.mark.parametrize("name", _commands.NAMES)
def test_each_example_is_a_command_line_that_is_understood(name):
    command = _commands.load(name)
    parser = _commands.parser_of(name, command)
    for line in command.EXAMPLES.splitlines():
        words = line.split("   ")[0].split()
        assert words[:2] == ["wer", name]
        parser.parse_args([word.strip('"') for word in words[2:]])


def parsers_of(name):
    """The parser of a command, and those of its subcommands."""
    parser = _commands.parser_of(name, _commands.load(name))
    return [parser, *_commands._subparsers(parser)]


# What stands for a value in --help: the same word for the same thing.
WORDS = {
    *("AGE", "CODE|ID", "EVENT", "F", "FILE", "KEY", "N", "NAME", "NAME=VALUE", "NUMBER", "PATH", "STORE", "TARGET"),
    *("TYPE", "WHAT", "ZIP", "0x.."),
}


@pytest.mark.parametrize("name", _commands.NAMES)
def test_the_help_says_what_each_option_does_and_takes(name):
    for parser in parsers_of(name):
        assert "--json" in parser.format_usage()
        for action in parser._actions:
            assert action.help or isinstance(action, argparse._SubParsersAction), action
            if isinstance(action, argparse._SubParsersAction):
                assert action.metavar in ("COMMAND", " | ".join(action.choices))
                assert [one.dest for one in action._choices_actions] == list(action.choices)
                assert all(one.help for one in action._choices_actions)
                assert list(action.choices) == list(_commands.load(name).SCHEMA)
            elif action.nargs != 0:
                assert action.metavar in WORDS or (action.metavar is None and action.choices), action


def test_the_help_of_all_says_what_each_option_and_each_exit_code_is():
    ran = run("--help")
    for option in ("--help", "--version", "--include", "--cmakedir"):
        assert re.search(rf"^  .*{option} {{2,}}\w", ran.out, re.MULTILINE)
    told = ran.out.partition("exit codes:\n")[2]
    assert [int(line.split()[0]) for line in told.splitlines()] == list(ExitCode)
    assert all(len(line.split()) > 1 for line in told.splitlines())


@pytest.mark.parametrize("name", ["dump", "report"])
def test_the_help_says_what_is_done_to_the_process(name):
    told = " ".join(run(name, "--help").out.split())
    assert f"the process to {name}, by its id" in told
    assert f"{name} all processes as well" in told


@pytest.mark.parametrize(
    ("words", "lacks"),
    [
        ("show", "WHAT"),
        ("explain", "CODE|ID"),
        ("dump --pid 1", "-o/--output"),
        ("dump -o x", "--pid"),
        ("report --pid 1", "--event"),
        ("report --event x", "--pid"),
        ("store", "COMMAND"),
        ("store export", "TARGET"),
        ("store upload", "KEY"),
        ("local-dumps", "show | set | unset"),
        ("exclude", "list | add | remove"),
        ("exclude add", "NAME"),
        ("exclude remove", "NAME"),
        ("crash-module", "show | install | remove"),
        ("collect --pid 1", "-o/--output"),
    ],
)
def test_what_a_command_cannot_do_without(words, lacks):
    ran = run(*words.split())
    assert (ran.code, ran.out) == (2, "")
    assert f"the following arguments are required: {lacks}" in ran.err


@pytest.mark.parametrize("words", ["explain 1 --js", "dump --pi 1 -o x", "store list --mos 1", "--vers"])
def test_no_shortened_option_is_taken(words):
    """It would change its meaning with new ones."""
    assert run(*words.split()).code == 2


FILTERS = "event application age store most"


@pytest.mark.parametrize(
    ("words", "taken", "nothing", "off"),
    [
        ("doctor", {}, "pid exe service", "test all exit_zero yes"),
        ("show x", {"what": "x"}, "dump events html", "all overwrite"),
        ("explain 1", {"what": ["1"]}, "", ""),
        ("dump --pid 1 -o x", {"pid": 1, "output": "x", "type": 0x40121}, "", "children itself overwrite"),
        (
            "report --pid 1 --event x",
            {"pid": 1, "event": "x", "type": "mini", "consent": "not-asked", "application_name": ""}
            | {"parameter": [], "file": []},
            "",
            "children itself snapshot queue no_queue yes",
        ),
        ("store list", {}, FILTERS, ""),
        ("store export x", {"target": "x", "keys": []}, FILTERS, "yes"),
        ("store upload x", {"keys": ["x"]}, "", "yes"),
        ("store purge", {}, "", "yes"),
        ("local-dumps show", {}, "exe", "all_accounts"),
        ("local-dumps set", {}, "exe folder count type flags", "only_this_program on_kill yes"),
        ("local-dumps unset", {}, "exe", "on_kill yes"),
        ("exclude list", {}, "name", ""),
        ("exclude add x", {"name": "x"}, "", "all_users yes"),
        ("exclude remove x", {"name": "x"}, "", "all_users yes"),
        ("crash-module show", {}, "", ""),
        ("crash-module install", {}, "", "machine yes"),
        ("crash-module remove", {}, "", "machine yes"),
        (
            "collect --pid 1 -o x",
            {"pid": 1, "output": "x", "most_bytes": 4 << 30},
            "key dump events",
            "no_dumps no_files overwrite yes",
        ),
        ("uninstall", {}, "", "yes"),
    ],
)
def test_what_holds_if_nothing_is_said(words, taken, nothing, off):
    name, *others = words.split()
    parser = _commands.parser_of(name, _commands.load(name))
    taken = taken | dict.fromkeys(nothing.split()) | dict.fromkeys(off.split(), False)
    if len(parsers_of(name)) > 1:
        taken["subcommand"] = others[0]
    assert vars(parser.parse_args(others)) == taken | {"json": False}
    assert vars(parser.parse_args([*others, "--json"])) == taken | {"json": True}


def schemas_of(name):
    """The schema of a command, or those of its subcommands."""
    schema = _commands.load(name).SCHEMA
    return [schema] if "type" in schema else list(schema.values())


@pytest.mark.parametrize("name", _commands.NAMES)
def test_the_schema_says_what_each_property_is(name):
    for schema in schemas_of(name):
        assert schema["type"] == "object"
        check_schema(schema)
        for property_name, described in schema["properties"].items():
            assert described["description"], property_name
        for where, part in parts(schema):
            told = ["description" in described for described in part.get("properties", {}).values()]
            assert all(told) or not any(told), f"{where}: some properties are described, and others are not"


def test_what_an_answer_may_lack_is_known():
    lacking = {
        f"{name}: {where}.{lacking}"
        for name in _commands.NAMES
        for schema in schemas_of(name)
        for where, part in parts(schema)
        for lacking in part.get("properties", {}).keys() - set(part.get("required", ()))
    }
    of_a_code, of_a_finding = ("code", "report", "dump", "why"), ("severity", "title", "remedy", "sources")
    assert lacking == {
        "doctor: .test",
        "show: .html",
        *(f"explain: explained[].{one}" for one in of_a_code + of_a_finding),
    }


@pytest.mark.parametrize("name", _commands.NAMES)
def test_a_schema_with_a_misspelt_word_is_noticed(name):
    """JSON Schema itself passes over what it does not know, and then nothing would be looked at."""
    for schema in schemas_of(name):
        for _, part in parts(schema):
            for keyword in list(part):
                whole = dict(part)
                part.clear()
                part.update({"misspelt" if one == keyword else one: value for one, value in whole.items()})
                with pytest.raises(AssertionError):
                    check_schema(schema)
                part.clear()
                part.update(whole)
        check_schema(schema)


def test_what_is_not_in_the_schema_is_noticed():
    inner = {"type": "object", "required": [], "properties": {"a": {"type": "string"}}}
    schema = {"type": "object", "required": [], "properties": {"one": inner, "all": {"type": "array", "items": inner}}}
    answer = {"one": {"a": "", "b": ""}, "all": [{"a": ""}, {"c": ""}], "d": {"e": ""}}
    assert list(undocumented(schema, answer)) == ["one.b", "all[].c", "d"]


def spawned(*arguments, **options):
    # From another process: what a pipe gets, and how the process ends.
    return subprocess.run(
        [PYTHON, "-m", "wer", *arguments],
        env=WITH_WER | {"PYTHONIOENCODING": "cp1252"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        **options,
    )


def test_a_pipe_gets_utf8_whatever_the_encoding_is():
    ended = spawned("explain", "0x1", "中文")
    assert ended.returncode == 2
    assert "中文" in ended.stderr.decode("utf-8")
    assert spawned("explain", "3").returncode == 0


def test_a_reader_that_goes_away_is_no_failure():
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [PYTHON, "-m", "wer", "explain", *["1"] * 4000],
            env=WITH_WER,
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")


class Broken(io.StringIO):
    """A standard output that takes nothing, or that finds out when it is flushed."""

    def __init__(self, number, when):
        super().__init__()
        self._error, self._when = OSError(number, os.strerror(number)), when

    def write(self, text):
        if self._when == "written":
            raise self._error
        return super().write(text)

    def flush(self):
        raise self._error


@pytest.mark.parametrize("when", ["written", "flushed"])
@pytest.mark.parametrize("arguments", [("explain", "3"), ("explain", "3", "--json")])
@pytest.mark.parametrize(("number", "code"), [(errno.EPIPE, 0), (errno.EINVAL, 0), (errno.ENOSPC, 1), (errno.EIO, 1)])
def test_what_cannot_be_printed(monkeypatch, capsys, number, code, arguments, when):
    monkeypatch.setattr(sys, "stdout", Broken(number, when))
    assert main(arguments) == code
    sys.stdout.flush()  # as Python does at its end
    sys.stdout.close()
    said = f"wer explain: [Errno {number}] {os.strerror(number)}\n" if code else ""
    assert set(capsys.readouterr().err.splitlines(keepends=True)) == {said} - {""}


def test_the_version():
    ran = run("--version")
    assert ran.code == 0
    assert ran.out.startswith("wer 0.1.0 on Python 3.")


def test_the_folders_for_a_compiler_and_for_cmake(capsys):
    for option, holds in (("--include", "wer/capi.h"), ("--cmakedir", "werConfig.cmake")):
        with pytest.raises(SystemExit) as caught:
            main([option])
        assert caught.value.code == 0
        [folder] = capsys.readouterr().out.splitlines()
        assert Path(folder, holds).is_file()
    assert "\\" not in folder, "CMake takes it as it is"


def test_folders_that_are_not_there(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(_include, "__file__", str(tmp_path / "_include.py"))
    with pytest.raises(SystemExit) as caught:
        main(["--include"])
    assert caught.value.code == 1
    assert capsys.readouterr().err.startswith(f"wer: {tmp_path / 'include'} is not there: ")


ROOT = Path(__file__).parents[2]
WRITTEN = re.compile(r"^ *(?:python -m )?wer ((?:" + "|".join(_commands.NAMES) + r")\b.*)$", re.MULTILINE)
IN_A_BLOCK = re.compile(r"^```(?:console|yaml)\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINES = {
    f"{path.relative_to(ROOT).as_posix()}: {line}": line
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for block in IN_A_BLOCK.findall(path.read_text(encoding="utf-8"))
    for line in WRITTEN.findall(block)
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_command_line_in_the_documentation_is_understood(line):
    name, *words = [word.strip('"') for word in shlex.split(line.partition("   ")[0], posix=False)]
    _commands.parser_of(name, _commands.load(name)).parse_args(words)


def test_the_documentation_has_command_lines():
    assert len(LINES) > 10
