"""The code in the README and in the pages of docs/: all of it runs, on the stand-in, as a reader would run it."""

import re
import textwrap
from pathlib import Path

import pytest

import wer
from wer import _registration
from wer.service import _current

# What stands beside a print, up to a colon.
PRINTED = re.compile(r"^ *print\(.*\)  # ([^:\n]+)", re.MULTILINE)
ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
PAGES = {
    path.relative_to(ROOT).as_posix(): BLOCK.findall(path.read_text(encoding="utf-8"))
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
}


@pytest.fixture
def run(tmp_path, monkeypatch, worker, standin):
    """Run a page's code in one namespace, with what its text takes for granted: a log file, a worker."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "profile"))  # limits and private files of the page's own
    (tmp_path / "spooler.log").write_text("three jobs", encoding="utf-8")
    flags = wer.get_flags()
    handlers = []
    install = wer.install_crash_handler
    monkeypatch.setattr(
        wer, "install_crash_handler", lambda *given, **options: handlers.append(install(*given, **options))
    )

    def run(page):
        names = {"__name__": "page", "process": worker.process}
        for number, block in enumerate(PAGES[page], 1):
            exec(compile(textwrap.dedent(block), f"{page}, block {number}", "exec"), names)
        return names

    yield run
    if _current.service is not None:
        _current.service.close()
    for handler in handlers:
        handler.uninstall()
    wer.set_flags(flags)
    for registration in list(_registration._registered.values()):
        registration.unregister()


@pytest.mark.parametrize("page", [page for page, blocks in PAGES.items() if blocks])
def test_a_page_s_code_runs_and_prints_what_it_says(page, run, standin, capsys):
    run(page)
    said = [text for block in PAGES[page] for text in PRINTED.findall(block)]
    lines = iter(capsys.readouterr().out.splitlines())
    assert [text for text in said if text not in lines] == [], "each, in this order"
    assert standin.count("WerStorePurge") == standin.count("WerStoreUploadReport") == 0


def test_the_front_page_and_the_readme_show_the_same_report():
    assert PAGES["docs/index.md"][0] == PAGES["README.md"][0]


def test_the_report_of_the_readme_is_queued(run, standin, capsys):
    names = run("README.md")
    assert names["result"] is wer.SubmitResult.QUEUED
    assert set(standin.files()) == {"minidump.mdmp", "spooler.log"}


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
