"""`dev.py mutate`: what is said of mutants, and which checks of the extension it finds. That it finds what tests do
not notice, docs/reliability.md shows.
"""

import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))  # behind all else, where only `tools` is new

from tools import cache, mutate, mutate_extension  # noqa: E402
from tools.mutants.undecided import undecided  # noqa: E402

ALIVE = {"add: a => b": "survived", "add: c => d": "survived", "only: e => f": "not reached"}
DEAD = {"add: g => h": "killed", "add: i => j": "timed out"}


@pytest.fixture
def said(tmp_path, monkeypatch, capsys):
    """What is said, with the exit code, of mutants with these verdicts and a list of this text."""
    own = cache.Cache(tmp_path, tmp_path / "run")
    (tmp_path / "tests").mkdir()
    monkeypatch.setattr(mutate.build, "ROOT", tmp_path)
    monkeypatch.setattr(mutate, "LISTED", tmp_path / "tests" / "survivors.toml")

    def said(verdicts, listed, left=()):
        mutate.LISTED.write_text(listed, encoding="utf-8")
        file = mutate.state(own, "_errors.py")
        file.parent.mkdir(exist_ok=True)
        lines = [json.dumps({"mutant": name, "verdict": verdict}) for name, verdict in verdicts.items()]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        file.with_suffix(".all").write_text(json.dumps([*verdicts, *left]), encoding="utf-8")
        code = mutate.tell([mutate.figures(own, "_errors.py")])
        return code, capsys.readouterr().out

    return said


def test_all_are_killed(said):
    code, text = said(DEAD, "")
    assert code == 0
    assert "_errors.py: 2 mutants: 1 killed, 1 timed out\n" in text


def test_one_that_is_not_listed_is_told(said):
    code, text = said(ALIVE | DEAD, '["_errors.py"]\n"the same" = ["add: a => b"]\n"Windows" = ["only: *"]\n')
    assert code == 1
    assert "\n    survived: add: c => d\n" in text
    assert "a => b" not in text
    assert text.endswith("1 of them not in tests/survivors.toml\n")


def test_all_are_listed(said):
    listed = '["_errors.py"]\n"the same" = ["add: a => b", "add: c => d"]\n"Windows" = ["only: *"]\n'
    code, text = said(ALIVE | DEAD, listed)
    assert code == 0
    assert text.endswith("2 survived, 1 reached by no test; 0 of them not in tests/survivors.toml\n")


def test_what_is_listed_and_gone_is_told_when_all_are_decided(said):
    listed = '["_errors.py"]\n"the same" = ["add: was => is"]\n'
    code, text = said(DEAD, listed)
    assert code == 1
    assert "and not there: add: was => is\n" in text
    code, text = said(DEAD, listed, left=["add: k => l"])
    assert code == 0
    assert ", 1 not run\n" in text


NAMES = [f"add: {number} => {number + 1}" for number in range(100)]


def test_what_is_decided_first_is_of_the_whole_module_and_the_same_each_time():
    first = undecided(NAMES, {}, "tests", 20)
    assert len(first) == 20
    assert first == undecided(reversed(NAMES), {}, "tests", None)[:20]
    quarters = {NAMES.index(name) // 25 for name in first}
    assert quarters == {0, 1, 2, 3}
    others = undecided(NAMES, {name: {"verdict": "killed"} for name in first}, "tests", None)
    assert sorted([*first, *others]) == sorted(NAMES)


def test_what_other_tests_left_alive_is_decided_again():
    decided = {name: {"verdict": verdict, "tests": "these"} for name, verdict in (ALIVE | DEAD).items()}
    decided["add: c => d"]["tests"] = "others"
    assert set(undecided([*decided, "new: k => l"], decided, "these", None)) == {"add: c => d", "new: k => l"}
    assert set(undecided(decided, decided, "changed", None)) == set(ALIVE)


def test_every_check_of_the_extension_is_found():
    """No `raise`, and in C no condition, stands where it would not be."""
    for file in mutate_extension.files():
        text = (mutate.PACKAGE / file).read_text(encoding="utf-8")
        words = r"(?:\} else |else )?(?:if|while) \(" if file.endswith(".c") else "raise\\b"
        found = mutate_extension.checks_in(file)
        assert len([name for name in found if re.search(f": {words}", name)]) == len(
            re.findall(f"^ +{words}", text, re.MULTILINE)
        )
        assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("line", "switched"),
    [
        ("    if (hr < 0 || f(x)) { /* (so) */", "    if ((hr < 0 || f(x)) && wer_has(7)) {"),
        ("    } else if (hr)", "    } else if ((hr) && wer_has(7))"),
        ("        free(r->names);", "        { if (wer_has(7)) free(r->names); }"),
        ("    return free(r);", None),
        ("    AbortHandler (__cdecl *signal)(int, AbortHandler);", None),
        ("    int number;", None),
    ],
)
def test_switches_in_c(line, switched):
    assert mutate_extension.switched_in_c(line, 7) == switched


def test_what_goes_on_over_several_lines_is_one():
    lines = ["void f(", "    int a)", "    g(a,", "        b(c));", "    if (a", "        && b)", "        h();"]
    assert list(mutate_extension.whole(lines)) == [*lines[:2], "    g(a, b(c));", "    if (a && b)", "        h();"]


@pytest.mark.parametrize(("name", "modules"), [("_errors", {"_errors.py"}), ("wer._links", {"_links.py"})])
def test_a_module_by_its_names(name, modules):
    assert set(mutate.modules_of([name])) == modules
    assert set(mutate.modules_of(["changes"])) >= {"changes/_plan.py", "changes/__init__.py"}
    assert set(mutate.modules_of(["changes/_plan", "changes._plan"])) == {"changes/_plan.py"}
