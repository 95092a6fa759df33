"""The code in the README and in the pages of docs/: all of it runs, on the stand-in, as a reader would run it."""

import ast
import os
import re
import subprocess
import textwrap
from pathlib import Path

import pytest
from once import once

import wer
from wer import _registration
from wer.service import _current

ONLY_IF = "only if "  # of what the page's run here does not print
ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
PAGES = {
    path.relative_to(ROOT).as_posix(): BLOCK.findall(path.read_text(encoding="utf-8"))
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
}


def prints(block):
    """What the page says of each `print` in a block: its comment, beside it or above."""
    block = textwrap.dedent(block)
    lines = block.splitlines()
    calls = [node for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Expr) and is_print(node.value)]
    for call in sorted(calls, key=lambda call: call.lineno):
        beside = lines[call.end_lineno - 1].encode()[call.end_col_offset :].decode().strip()
        above = lines[call.lineno - 2].strip() if call.lineno > 1 else ""
        comment = next((text for text in (beside, above) if text.startswith("#")), "")
        yield lines[call.lineno - 1].strip(), comment.removeprefix("#").strip()


def is_print(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def fits(said, line):
    """Whether a printed line is the one that is said, or what is said up to a colon; … stands for anything."""
    texts = {said, said.partition(":")[0]}
    return any(re.fullmatch(".*".join(map(re.escape, text.split("…"))), line) for text in texts)


@pytest.fixture
def run(tmp_path, monkeypatch, standin):
    """Run a page's code in one namespace, with what its text takes for granted: a log file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "profile"))  # limits and private files of the page's own
    (tmp_path / "spooler.log").write_text("three jobs", encoding="utf-8")
    flags = wer.get_flags()
    handlers, workers = [], []
    install = wer.install_crash_handler
    monkeypatch.setattr(
        wer, "install_crash_handler", lambda *given, **options: handlers.append(install(*given, **options))
    )

    def run(page):
        names = {"__name__": "page"}
        for number, block in enumerate(PAGES[page], 1):
            exec(compile(textwrap.dedent(block), f"{page}, block {number}", "exec"), names)
        workers.extend(value for value in names.values() if isinstance(value, subprocess.Popen))
        return names

    yield run
    for worker in workers:  # a page kills it, and leaves the rest to the end of the program
        worker.communicate()
    if _current.service is not None:
        _current.service.close()
    for handler in handlers:
        handler.uninstall()
    wer.set_flags(flags)
    for registration in list(_registration._registered.values()):
        registration.unregister()


@once("3.11")
@pytest.mark.parametrize("page", [page for page, blocks in PAGES.items() if blocks])
def test_a_page_s_code_runs_and_prints_what_it_says(page, run, standin, capsys):
    run(page)
    said = [text for block in PAGES[page] for _, text in prints(block) if not text.startswith(ONLY_IF)]
    printed = capsys.readouterr().out.splitlines()
    lines = iter(printed)
    missing = [text for text in said if not any(fits(text, line) for line in lines)]
    assert missing == [], f"each is printed, in this order: {printed}"
    assert standin.count("WerStorePurge") == standin.count("WerStoreUploadReport") == 0


@pytest.mark.parametrize("page", [page for page, blocks in PAGES.items() if blocks])
def test_a_page_says_what_each_print_prints(page):
    """Or when: what only happens where something is wrong, or there, cannot be seen here."""
    assert [line for block in PAGES[page] for line, comment in prints(block) if not comment] == []


def test_what_fits():
    assert fits("SubmitResult.QUEUED: it waits", "SubmitResult.QUEUED")
    assert fits("Event: QUEUED", "Event: QUEUED")
    assert fits("… reports, … bytes", "3 reports, 40 bytes")
    assert not fits("QUEUED", "SubmitResult.QUEUED")
    assert not fits("… reports, … bytes", "3 reports")
    [(line, comment)] = prints("if 1:\n    # above\n    print('ä')  # beside\n")
    assert (line, comment) == ("print('ä')  # beside", "beside")


def test_no_example_says_that_data_is_not_personal():
    """Or has more sent than somebody who copies it would think."""
    flags = re.compile("ANONYMOUS|BYPASS|SEND_REQUEST|NO_QUEUE|Consent.APPROVED|WerConsentApproved")
    fence = re.compile(r"^```\w+\n(.*?)^```", re.DOTALL | re.MULTILINE)
    found = [
        (path.name, line)
        for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
        for block in fence.findall(path.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if flags.search(line)
    ]
    assert found == []


def test_the_front_page_and_the_readme_show_the_same_report():
    assert PAGES["docs/index.md"][0] == PAGES["README.md"][0]


def test_the_report_of_the_readme_is_of_its_worker(run, standin):
    run("README.md")
    files = standin.files()
    assert set(files) == {"minidump.mdmp", "spooler.log"}
    assert wer.dumps.read_dump(files["minidump.mdmp"]).process.pid != os.getpid()


def test_the_tutorial_finds_its_report(run, standin):
    names = run("docs/tutorial.md")
    [stored] = names["found"]
    assert stored.key == str(standin.reports()[0])


def test_what_a_service_does_not_catch_is_reported(run, standin, monkeypatch):
    run("docs/howto/service.md")
    [folder] = standin.reports()
    assert standin.lines(folder)["Sig[1].Value"] == "LookupError"


def test_a_broken_page_would_be_noticed(run, monkeypatch):
    monkeypatch.setitem(PAGES, "docs/tutorial.md", ["import wer\nwer.Report()\n"])
    with pytest.raises(TypeError):
        run("docs/tutorial.md")
