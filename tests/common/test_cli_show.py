"""``wer show``."""

import os
from pathlib import Path

import pytest
from clirun import run
from once import once
from small_dump import small_dump
from stories import make_crash, write_report

import wer.dumps
from wer._machine.event_xml import parse
from wer._machine.events import CrashEvent
from wer._plain import as_plain
from wer.reports import _joined

EVENTS = Path(__file__).parents[1] / "data" / "events"


@pytest.fixture(autouse=True)
def no_event_log(monkeypatch):
    """Of no machine: what it has is its own affair."""
    log = _joined.event_log
    monkeypatch.setattr(log, "read", lambda *wanted, **more: log.Events(unknown="a test has none"))


def test_a_report(tmp_path):
    make_crash(tmp_path)
    ran = run("show", str(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("python.exe 3.12.9 crashed with an access violation (0xC0000005) in python312.dll+0x1234")
    assert "ValueError: no paper" in ran.out
    assert "a test has none" in ran.out
    assert run("show", str(tmp_path / "Report.wer")).out == ran.out


def test_json(tmp_path):
    make_crash(tmp_path)
    answer = run("show", str(tmp_path), "--json").answer
    assert answer["report"]["event_type"] == "APPCRASH"
    assert answer["report"]["report_type"] == "APPLICATION_CRASH"
    [dump] = answer["dumps"]
    assert (dump["sure"], dump["dump"]["exception"]["code"], dump["dump"]["python"]) == ("seen", 0xC0000005, "3.12.9")
    assert [thread["name"] for thread in dump["dump"]["threads"]] == ["Main", None]
    assert {fact["name"]: fact["sure"] for fact in answer["facts"]}["Exit code"] == "inferred"
    assert answer["folder"] == str(tmp_path)


def test_json_of_a_dump(tmp_path):
    path = tmp_path / "python.exe.4711.dmp"
    path.write_bytes(small_dump(threads=(5001,), names={5001: "Main"}, memory=b"x" * 100, comment="why"))
    answer = run("show", str(path), "--json").answer
    assert (answer["where"], answer["folder"], answer["report"]) == (str(path), None, None)
    [shown] = answer["dumps"]
    dump = shown.pop("dump")
    how = {"how": "it was asked for", "sure": "seen", "problem": ""}
    assert shown == {"path": str(path), "size": path.stat().st_size, **how}
    read = wer.dumps.read_dump(path)
    assert dump == as_plain(
        {
            "created": read.created,
            "flags": read.flags,
            "system": read.system,
            "process": read.process,
            "exception": read.exception,
            "python": "3.12.9",
            "thread_count": 1,
            "threads": [{"tid": 5001, "name": "Main", "start_address": None, "created": None}],
            "module_count": 2,
            "modules": read.modules,
            "unloaded_modules": (),
            "streams": read.streams,
            "memory": {"ranges": 1, "bytes": 100},
            "handles": (),
            "comments": ["why"],
            "problems": read.problems,
        }
    )
    assert dump["exception"]["module"]["name"] == r"C:\Python\python312.dll"


@pytest.mark.parametrize("length", [1000, 1001])
def test_json_cuts_long_names(tmp_path, length):
    name = "n" * length
    path = tmp_path / "x.dmp"
    path.write_bytes(small_dump([f"C:\\{name[3:]}"] * 2, threads=(5001,), names={5001: name}, comment=name))
    dump = run("show", str(path), "--json").answer["dumps"][0]["dump"]
    told = [*dump["comments"], dump["threads"][0]["name"]]
    told += [module["name"].replace("C:\\", "nnn") for module in (*dump["modules"], dump["exception"]["module"])]
    assert told == [name if length == 1000 else f"{name[:1000]} [cut]"] * 5


def test_json_has_the_first_of_many(tmp_path, monkeypatch):
    monkeypatch.setattr("wer.cli.show._MOST", 3)
    path = tmp_path / "x.dmp"
    path.write_bytes(small_dump([f"C:\\{number}.dll" for number in range(4)], threads=(1, 2, 3, 4)))
    dump = run("show", str(path), "--json").answer["dumps"][0]["dump"]
    assert (dump["thread_count"], dump["module_count"]) == (4, 4)
    assert [thread["tid"] for thread in dump["threads"]] == [1, 2, 3]
    assert [module["name"] for module in dump["modules"]] == ["C:\\0.dll", "C:\\1.dll", "C:\\2.dll"]
    assert len(dump["streams"]) == 3


def test_a_dump_and_all_of_it(tmp_path):
    path = tmp_path / "python.exe.4711.dmp"
    path.write_bytes(small_dump(threads=range(1000, 1100), modules=[f"C:\\{number}.dll" for number in range(50)]))
    short, long = run("show", str(path)).out, run("show", str(path), "--all").out
    assert "12 of 100; all of them: --all" in short
    assert "49.dll" not in short
    assert "49.dll" in long
    assert "1099" in long
    assert "ThreadListStream" in long


def test_a_dump_that_lies_elsewhere(tmp_path):
    write_report(tmp_path / "report")
    (tmp_path / "full.dmp").write_bytes(small_dump())
    ran = run("show", str(tmp_path / "report"), "--dump", str(tmp_path / "full.dmp"))
    assert "it was given" in ran.out


def test_a_page(tmp_path):
    make_crash(tmp_path / "report")
    page = tmp_path / "crash.html"
    ran = run("show", str(tmp_path / "report"), "--html", str(page))
    assert ran.code == 0
    assert str(page) in ran.err
    assert page.read_bytes().startswith(b"<!DOCTYPE html>")
    again = run("show", str(tmp_path / "report"), "--html", str(page))
    assert (again.code, again.out) == (1, "")
    assert "--overwrite" in again.err
    as_json = run("show", str(tmp_path / "report"), "--html", str(page), "--overwrite", "--json")
    assert as_json.answer["html"] == str(page)


def test_overwrite_is_about_the_page(tmp_path):
    assert run("show", str(tmp_path), "--overwrite").code == 2


@pytest.mark.parametrize("name", ["missing", "missing/Report.wer", "1b4e28ba-2fa1-11d2-883f-0016d3cca427", "", "a\0b"])
def test_what_is_not_there(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    ran = run("show", name)
    assert ran.code in (1, 2, 5)
    assert ran.out == ""
    assert ran.err.startswith("wer show: ")
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("name", ["Report.wer", "x.dmp"])
def test_what_is_damaged(tmp_path, name):
    """It is about the file, not about the command line, and names it."""
    (tmp_path / name).write_bytes(b"\0")
    ran = run("show", str(tmp_path / name))
    assert (ran.code, ran.out) == (1, "")
    assert name in ran.err


def test_what_would_steer_a_terminal(tmp_path):
    make_crash(tmp_path, FriendlyEventName="\x1b[31mred\u202e", **{"Sig[0].Value": "\x9b2J\x07.exe"})
    ran = run("show", str(tmp_path), "--all")
    assert r"\x1b[31mred\u202e" in ran.out
    assert not set(ran.out) & set("\x1b\x9b\x07\u202e")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_name_with_a_line_break(tmp_path):
    make_crash(tmp_path)
    (tmp_path / "x\nMissing or left out\n.txt").write_text("Thread 0x1")
    assert "Missing or left out" not in [line.strip() for line in run("show", str(tmp_path)).out.split("\n")[30:]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_events_of_another_machine(tmp_path, encoding):
    xml = (EVENTS / "named.xml").read_text(encoding="utf-8")
    (tmp_path / "events.xml").write_bytes(f"{xml}<Event>".replace("€", "").encode(encoding, "replace"))
    crash = next(one for one in map(CrashEvent.of, parse(xml)) if one)
    write_report(tmp_path / "report", IntegratorReportIdentifier=str(crash.report_id))
    ran = run("show", str(tmp_path / "report"), "--events", str(tmp_path / "events.xml"))
    assert "Event: Application Error 1000" in ran.out
    assert "an event without an end" in ran.err
    assert "a test has none" not in ran.out


@once("3.11")
def test_a_dump_in_which_thousands_share_a_long_name(tmp_path):
    """Three megabytes that would be most of a gigabyte of output."""
    name = "C:\\" + "x" * 32_000
    path = tmp_path / "x.dmp"
    path.write_bytes(small_dump([name] * 10_000, threads=range(4, 10_000), names=dict.fromkeys(range(4, 10_000), name)))
    assert path.stat().st_size < 8 << 20
    long = run("show", str(path), "--all", "--html", str(tmp_path / "x.html"))
    assert long.code == 0
    assert len(long.out) < 20 << 20
    assert (tmp_path / "x.html").stat().st_size < 20 << 20
    as_json = run("show", str(path), "--json")
    assert len(as_json.out) < 30 << 20
    dump = as_json.answer["dumps"][0]["dump"]
    assert (dump["module_count"], len(dump["modules"]), len(dump["threads"])) == (10_000, 5000, 5000)
