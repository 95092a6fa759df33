"""The source distribution: what it holds, and that it builds from itself alone."""

import importlib.metadata
import os
import re
import sysconfig
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def names():
    with tarfile.open(os.environ["WERAPI_SDIST"]) as archive:
        return {name.partition("/")[2] for name in archive.getnames()} - {""}


def test_it_holds_every_source_of_the_extension(names):
    sources = [path for path in (ROOT / "src" / "wer").rglob("*") if path.is_file() and path.name != "_werapi.c"]
    expected = {path.relative_to(ROOT).as_posix() for path in sources if "__pycache__" not in path.parts}
    expected |= {"include/wer/werapi.h", "setup.py", "pyproject.toml", "src/_wer_pytest.py"}
    assert {"src/wer/_werapi.pyx", "src/wer/core/report.pxi", "src/wer/native/loadwer.c"} <= expected
    assert expected - names == set()


def test_the_generated_c_is_not_in_it(names):
    assert [name for name in names if name.endswith("_werapi.c")] == []


def test_it_holds_all_that_tests_and_documents_it(names):
    """All of the checkout, so that who packages it can run the tests and build the documentation."""
    own = {".ci", ".clang-tidy", ".github", ".gitignore", ".pre-commit-config.yaml"}  # other tools' are not ours
    made = {"build", "dist", "wer-demo", "wer-run"}
    tops = [path for path in ROOT.iterdir() if path.name in own or (path.name[0] != "." and path.name not in made)]
    expected = {
        path.relative_to(ROOT).as_posix()
        for top in tops
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.is_file() and not {"__pycache__", "werapi.egg-info"} & set(path.parts)
    }
    assert {"tests/linux/test_sdist.py", "docs/tutorial.md", "dev.py", ".github/workflows/ci.yml"} <= expected
    assert {name for name in expected if not name.endswith("_werapi.c")} - names == set()


def test_what_it_installs_here_is_tagged_for_here():
    """Or pip would install it on Windows too, without the extension."""
    wheel = importlib.metadata.distribution("werapi").read_text("WHEEL").splitlines()
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    assert [line for line in wheel if line.startswith("Tag: ")] == [f"Tag: py3-none-{platform}"]
    assert "Root-Is-Purelib: false" in wheel


def test_the_readme_on_a_package_index_has_no_links_that_lead_nowhere():
    metadata = importlib.metadata.metadata("werapi")
    assert metadata["Description-Content-Type"] == "text/markdown"
    text = metadata.get_payload()
    assert "# wer: Windows Error Reporting from Python" in text
    links = re.findall(r"\]\(([^)]*)\)", text)
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
    relative = re.findall(r"\]\(((?!https:|#)[^)]*)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [link for link in relative if not (ROOT / link).exists()] == []
    assert len(relative) > 5


def test_what_it_installs_here_is_the_pure_part():
    files = {str(path) for path in importlib.metadata.files("werapi") or ()}
    package = {name for name in files if name.startswith("wer/") and "__pycache__" not in name}
    assert {"wer/_enums.py", "wer/testing/__init__.py"} <= package
    assert "wer/include/wer/werapi.h" in package
    assert [name for name in package if name.endswith((".so", ".pyd", ".pyx", ".c"))] == []
    others = {name for name in files - package if "__pycache__" not in name and ".dist-info/" not in name}
    assert {Path(name).name for name in others} == {"_wer_pytest.py", "wer"}


def test_metadata():
    metadata = importlib.metadata.metadata("werapi")
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert [one for one in importlib.metadata.requires("werapi") or () if "extra ==" not in one] == []
