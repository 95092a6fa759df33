"""What `dev.py wheel --release` wants to be there."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))

from tools import release  # noqa: E402

URLS = """
[project.urls]
Source = "https://host.example/wer"
Issues = "https://host.example/wer/issues"
Changelog = "https://host.example/wer/changelog"
Documentation = "https://host.example/wer/docs"
"""


@pytest.fixture
def checkout(tmp_path):
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_checkout_that_can_be_released(checkout):
    change(checkout / "pyproject.toml", "\n[project.scripts]", f"{URLS}\n[project.scripts]")
    change(checkout / "pyproject.toml", 'The wer developers" }', 'The wer developers", email = "wer@host.example" }')
    change(checkout / "pyproject.toml", 'version = "0.1.0"', 'version = "7.8.9"')
    with (checkout / "CHANGELOG.md").open("a", encoding="utf-8") as file:
        file.write("\n## 7.8.9 (2026-12-01)\n")
    assert release.missing(checkout) == []


def test_each_thing_that_is_missing(checkout):
    change(checkout / "pyproject.toml", "\n[project.scripts]", f"{URLS}\n[project.scripts]")
    change(checkout / "pyproject.toml", 'Source = "https://host.example/wer"\n', "")
    change(checkout / "pyproject.toml", 'version = "0.1.0"', 'version = "7.8.9"')
    assert release.missing(checkout) == [
        "pyproject.toml, [project.urls]: Source is missing",
        "pyproject.toml, authors: an email is missing",
        "CHANGELOG.md: version 7.8.9 is missing",
    ]


def test_a_tag_is_looked_at_so():
    text = (ROOT / ".github" / "workflows" / "wheels.yml").read_text(encoding="utf-8")
    assert "dev.py wheel --twice $RELEASE" in text
    assert "RELEASE: ${{ github.ref_type == 'tag' && '--release' || '' }}" in text
