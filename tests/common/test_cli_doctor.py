"""`wer doctor` on a fake Windows: what it prints, its JSON, its exit codes."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from clirun import run
from fake_machine import AEDEBUG, LOCAL_DUMPS, PROCESS, SERVICES, WER, Parts, healthy

from wer._machine.registry import Kind
from wer.cli import doctor as doctor_command
from wer.cli._output import Output
from wer.doctor import Trial, _examine, _trial


@pytest.fixture
def doctor(monkeypatch):
    """Run it on a fake Windows."""

    def doctor(parts, *arguments):
        monkeypatch.setattr(_examine, "this_machine", parts.machine)
        return run("doctor", *arguments)

    return doctor


def test_a_windows_as_it_comes(doctor):
    ran = doctor(Parts())
    assert (ran.code, ran.err) == (1, "")
    lines = ran.out.splitlines()
    assert lines[0].startswith("Will there be a report?     yes. A crash of python.exe (process 100) is reported. ")
    assert lines[1].startswith(
        "Will there be a dump file?  no. A crash of python.exe (process 100) leaves no dump file."
    )
    assert "PC\\me" in lines[2]
    assert "[localdumps-off: blocks the dump]" in ran.out
    assert r"  read:  HKLM\SOFTWARE\Microsoft\Windows\Windows Error Reporting\LocalDumps: is not there" in lines
    assert "/v DumpType /t REG_DWORD /d 1 /f /reg:64" in ran.out
    assert "archive-parameters-only" not in ran.out


def test_the_readme_shows_it(doctor):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert f"```console\nwer doctor\n```\n\n```text\n{doctor(Parts()).out}```\n" in readme


def test_nothing_is_wrong(doctor):
    ran = doctor(healthy())
    assert ran.code == 0
    assert r"in C:\Dumps, named python.exe.<process id>.dmp, and the newest 10 are kept." in ran.out
    assert len(ran.out.splitlines()) == 3
    assert ran.out.count("Nothing that is known is in the way. (inferred)") == 2


def test_all(doctor):
    assert "[archive-parameters-only: as Windows comes]" in doctor(healthy(), "--all").out


def test_a_launcher(doctor):
    parts = healthy()
    parts.processes |= {200: replace(PROCESS, pid=200), 201: replace(PROCESS, pid=201)}
    parts.behind[200] = 201
    assert "Process 200 has only started process 201" in doctor(parts, "--pid", "200").out
    assert "has only started" not in doctor(parts, "--pid", "201").out


def test_a_service(doctor):
    parts = healthy()
    parts.services["Job"] = 300
    parts.processes[300] = replace(PROCESS, pid=300)
    assert "It runs as PC\\me, the service Job.\n" in doctor(parts, "--service", "Job").out
    assert "It runs as PC\\me.\n" in doctor(parts, "--pid", "300").out
    parts.processes[300] = replace(PROCESS, pid=300, account=None, error_mode=None)
    assert "It runs as an account that is not known.\n" in doctor(parts, "--pid", "300").out


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (healthy(), 0),
        (Parts(), 1),
        (healthy().put("HKLM", WER, "Disabled"), 3),
        (healthy().put("HKLM", WER, "LoggingDisabled"), 0),
        (healthy().put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "windbg"), 1),
    ],
)
def test_exit_codes(doctor, parts, code):
    assert doctor(parts).code == code
    assert doctor(parts, "--exit-zero").code == 0


def test_json(doctor):
    parts = healthy().put("HKLM", WER, "Disabled")
    ran = doctor(parts, "--json")
    assert (ran.code, ran.err) == (3, "")
    answer = ran.answer
    assert (answer["exe"], answer["pid"], answer["account_name"]) == ("python.exe", 100, "PC\\me")
    assert answer["report"] == {
        "answer": "no",
        "sure": "documented",
        "text": "A crash of python.exe (process 100) is not reported.",
        "because": ["wer-disabled"],
    }
    assert answer["dump"]["folder"] == "C:\\Dumps"
    [found] = answer["findings"]
    assert found["evidence"] == [
        {
            "source": "registry",
            "hive": "HKLM",
            "view": 64,
            "key": WER,
            "name": "Disabled",
            "type": "REG_DWORD",
            "data": 1,
        }
    ]
    assert {one["id"] for one in doctor(parts, "--json", "--all").answer["findings"]} > {"wer-disabled", "throttled"}


@pytest.mark.parametrize("parts", [Parts(), healthy()])
def test_json_of_others(doctor, parts):
    parts.denied.append(("HKLM", LOCAL_DUMPS))
    parts.services["Job"] = 300
    parts.processes[300] = replace(PROCESS, pid=300, account=None, error_mode=None, debugged=None, name=None)
    for arguments in (["--service", "Job"], ["--pid", "300"], ["--exe", "other.exe"], ["--all"]):
        ran = doctor(parts, "--json", *arguments)
        assert ran.code == 3
        assert ran.answer["dump"]["answer"] == "cannot tell"


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--pid", "7"], 2, "there is no process 7"),
        (["--pid", "0"], 2, "pid takes the id of a process"),
        (["--pid", "x"], 2, "invalid int value"),
        (["--exe", "python"], 2, "with its extension"),
        (["--service", "no"], 2, "there is no service 'no'"),
        (["--pid", "100", "--exe", "a.exe"], 2, "not allowed with argument"),
        (["--test", "--exe", "a.exe"], 2, "not allowed with argument"),
    ],
)
def test_what_is_refused(doctor, arguments, code, text):
    ran = doctor(healthy(), *arguments)
    assert ran.code == code
    assert text in ran.err


def test_a_service_that_may_not_be_read(doctor):
    parts = healthy()
    parts.denied.append(("HKLM", SERVICES))
    ran = doctor(parts, "--service", "Job")
    assert ran.code == 1
    assert "Access is denied" in ran.err


def test_nothing_hostile_reaches_the_terminal(doctor):
    parts = healthy().put("HKLM", AEDEBUG, "Debugger", Kind.SZ, "\x1b]0;owned\x07\u202e.exe")
    parts.processes[100] = replace(PROCESS, name="\x1b[31m.exe", error_mode=2)
    ran = doctor(parts)
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert r"\x1b]0;owned\x07\u202e.exe" in ran.out
    assert "\x1b]0" in doctor(parts, "--json").answer["findings"][0]["title"]


class TestTheTest:
    """`wer doctor --test` with a crash that is only played."""

    @pytest.fixture
    def tried(self, monkeypatch):
        def tried(parts, came, *arguments):
            monkeypatch.setattr(_trial, "this_machine", parts.machine)
            crashes = []

            def try_crash():
                crashes.append(True)
                return Trial(forecast=_trial.forecast_of(), exe="python.exe", pid=4711, **came)

            monkeypatch.setattr(_trial, "try_crash", try_crash)
            return run("doctor", "--test", *arguments), crashes

        return tried

    ALL = {
        "exit_code": 0xC0000005,
        "dump": r"C:\Dumps\python.exe.4711.dmp",
        "dump_size": 400,
        "reports": [r"C:\WER\a"],
        "events": ["1000", "1001"],
    }

    def test_without_yes_nothing_crashes(self, tried):
        ran, crashes = tried(healthy(), self.ALL)
        assert (ran.code, crashes) == (0, [])
        assert "that crashes: it reads from address 8" in ran.err
        assert "Nothing was done" in ran.err
        assert "Will there be a dump file?  yes." in ran.out
        assert "test" not in tried(healthy(), self.ALL, "--json")[0].answer

    def test_all_of_it_comes(self, tried):
        ran, crashes = tried(healthy(), self.ALL, "--yes")
        assert (ran.code, crashes) == (0, [True])
        assert ran.out.splitlines()[-5:] == [
            "python.exe, process 4711, ended with 0xc0000005.",
            r"  dump file:  C:\Dumps\python.exe.4711.dmp, 400 bytes",
            r"  report:     C:\WER\a",
            "  event log:  1000; 1001",
            "That is as forecast.",
        ]

    def test_nothing_comes(self, tried):
        came = {"unknown": ["the event log: denied"], "left": ["x: in use"]}
        ran, _ = tried(healthy(), came, "--yes")
        assert ran.code == 1
        assert "still stood when the time was over, and was ended" in ran.out
        assert ran.out.splitlines()[-6:] == [
            "  dump file:  none came",
            "  report:     none was found",
            "  event log:  no entry was found",
            "  not known:  the event log: denied",
            "  left there: x: in use",
            "That is NOT as forecast.",
        ]
        assert tried(healthy(), came, "--yes", "--exit-zero")[0].code == 0

    def test_what_cannot_be_told(self, tried):
        ran, _ = tried(healthy(), self.ALL | {"reports": [], "events": [], "unknown": ["x"]}, "--yes")
        assert (ran.code, ran.out.splitlines()[-1]) == (0, "Whether that is as forecast cannot be told.")

    def test_json(self, tried):
        ran, _ = tried(healthy(), self.ALL | {"unknown": ["u"], "left": ["l"]}, "--yes", "--json")
        assert ran.answer["test"] == self.ALL | {"pid": 4711, "unknown": ["u"], "left": ["l"], "as_forecast": True}


LONG = "reg add " + "x" * 40


@pytest.mark.parametrize(
    ("remedy", "lines"),
    [
        ("Ask `who`.", ["  do:    Ask `who`."]),
        (f"`{LONG}`", ["  do:", f"           {LONG}"]),
        (f"Say `{LONG}`.", ["  do:    Say", f"           {LONG}"]),
        (
            f"Say `{LONG}`. Then `{LONG}` or wait.",
            ["  do:    Say", f"           {LONG}", "         Then", f"           {LONG}", "         or wait."],
        ),
    ],
)
def test_a_long_command_is_on_a_line_of_its_own(capsys, remedy, lines):
    doctor_command._show_remedy(remedy, Output("doctor"))
    assert capsys.readouterr().out.splitlines() == lines


@pytest.mark.skipif(sys.platform == "win32", reason="there is a Windows to examine")
def test_off_windows():
    ran = run("doctor")
    assert (ran.code, ran.out) == (5, "")
    assert "on Windows" in ran.err
    assert run("doctor", "--json").answer["error"]["exit_code"] == 5
    assert run("doctor", "--test", "--yes").code == 5
