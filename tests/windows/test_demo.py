"""What the demo leaves for the reader: copies, of which the next run replaces its own and nothing else."""

import importlib.util
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "tools" / "demo_on_windows.py"


@pytest.fixture(scope="module")
def demo():
    spec = importlib.util.spec_from_file_location("demo_on_windows", DEMO)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def kept(demo, tmp_path, capsys):
    """The folder of copies, with one of a report."""
    kept = tmp_path / "wer-demo"
    kept.mkdir()
    report = tmp_path / "NonCritical_x_1"
    report.mkdir()
    (report / "Report.wer").write_bytes(b"about it")
    (report / "WER1.tmp.mdmp").write_bytes(b"MDMP")
    demo.copy(report, kept)
    assert "is in wer-demo/NonCritical_x_1" in capsys.readouterr().out
    return kept


def test_a_copy_is_whole(kept):
    copy = kept / "NonCritical_x_1"
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == {
        "Report.wer": b"about it",
        "WER1.tmp.mdmp": b"MDMP",
    }


def test_the_next_run_removes_its_copies(demo, kept):
    demo.remove_copies(kept)
    assert list(kept.iterdir()) == []
    demo.remove_copies(kept)


def test_it_removes_nothing_else(demo, kept):
    notes = [kept / "notes.txt", kept / "NonCritical_x_1" / "notes.txt", kept / "other" / "Report.wer"]
    (kept / "other").mkdir()
    outside = kept.parent / "outside.txt"
    for path in (*notes, outside):
        path.write_text("mine")
    with (kept / demo.MADE).open("a") as made:
        made.write("../outside.txt\n")
    demo.remove_copies(kept)
    assert sorted(path for path in kept.rglob("*") if path.is_file()) == sorted(notes)
    assert outside.exists()
