"""`wer.reports.story_of` and ``wer show`` on what the stand-in keeps: a report with a dump and the Python state."""

import json
import os
import subprocess
import sys
import zipfile

import pytest
from once import once

import wer
from wer.reports import collect, story_of, write_page
from wer.service import RingLog, add_python_state, enrich

pytestmark = once("3.12")


@pytest.fixture(params=[wer.DumpType.MINIDUMP])
def filed(standin, request):
    """The folder of a report that this process has filed on itself."""
    ring = RingLog(1024)
    ring.write("three jobs left")
    with enrich(faulthandler=False, ring_log=ring), wer.Report("WerTests.Shown", application_name="Spooler") as report:
        report.set_parameter(0, "4.2.1", "Version")
        assert add_python_state(report, ValueError("no paper"))
        report.add_dump(request.param)
        report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE | wer.SubmitFlags.ADD_REGISTERED_DATA)
    [folder] = standin.reports()
    return folder


@pytest.mark.parametrize("filed", [wer.DumpType.HEAPDUMP], indirect=True)  # which has the log in memory
def test_a_report_with_a_dump_and_the_python_state(filed, tmp_path):
    story = story_of(filed)
    assert story.report.event_type == "WerTests.Shown"
    assert ": ValueError: no paper, thread " in story.headline, "and no crash"
    assert story.fact("Python exception") == "ValueError: no paper"
    assert story.fact("Process").startswith(str(os.getpid()))
    assert story.fact("Python").startswith("cpython 3.")
    assert {text.kind for text in story.texts} == {"Python state", "Log in memory"}
    assert "three jobs left" in str(story)
    [dump] = story.dumps
    assert dump.dump.python_version == ".".join(map(str, sys.version_info[:3]))
    rows = {row[0] for section in story.sections() if section.title == "Signature" for row in section.rows}
    assert rows == {"P0"}
    write_page(story, tmp_path / "page.html")
    assert b"no paper" in (tmp_path / "page.html").read_bytes()


def test_by_its_key_and_by_its_id(filed):
    """As the store tells them."""
    with wer.Store(wer.StoreType.MACHINE_QUEUE) as store:
        [stored] = list(store)
    for name in (stored.key, os.path.basename(stored.key), str(stored.report_id), f"{{{stored.report_id}}}"):
        assert story_of(name).report.report_id == stored.report_id, name
    with pytest.raises(FileNotFoundError, match="no report with that key or id"):
        story_of("1b4e28ba-2fa1-11d2-883f-0016d3cca427")


def test_the_command(filed, python, tmp_path):
    """In a process of its own, into a pipe: UTF-8, whatever the code page."""
    done = subprocess.run(
        [python, "-m", "wer", "show", str(filed), "--json", "--html", str(tmp_path / "page.html")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.decode("utf-8"))
    assert answer["report"]["event_type"] == "WerTests.Shown"
    assert (tmp_path / "page.html").exists()


def test_all_of_this_process(filed, tmp_path):
    """By the Python state: a report of a program's own has no event with the process's id."""
    found = collect(pid=os.getpid())
    assert [os.path.normcase(story.folder) for story in found.stories] == [os.path.normcase(str(filed))]
    found.write(tmp_path / "crash.zip")
    with zipfile.ZipFile(tmp_path / "crash.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert any(name.endswith("/files/Report.wer") for name in names)
    assert any("/dumps/" in name for name in names)
    assert {"doctor.json", "versions.json", "CONTENTS.txt", "manifest.json"} <= set(names)


def test_a_junction_is_left_alone(filed, tmp_path):
    """A folder that another account put there leads nowhere else."""
    import _winapi

    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "Report.wer").write_bytes((filed / "Report.wer").read_bytes())
    try:
        _winapi.CreateJunction(str(secret), str(tmp_path / "junction"))
    except OSError:
        pytest.skip("no junctions here")
    with pytest.raises(ValueError, match="a link or another reparse point"):
        story_of(tmp_path / "junction")
