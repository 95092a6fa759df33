"""What the extension has to leave, since Cython makes wrong C of it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [path for path in sorted((ROOT / "src" / "wer").rglob("*")) if path.suffix in (".pyx", ".pxd", ".pxi")]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_list_is_made_by_a_comprehension(source):
    """3.3.1 frees the item twice when there is no memory for a longer list (since its pull request 7748)."""
    code = re.sub(r'(?s:""".*?""")|#.*', "", source.read_text(encoding="utf-8"))
    loops = [line for line in code.splitlines() if re.search(r"\bfor [\w, ]+ in\b", line)]
    assert [line for line in loops if not line.lstrip().startswith("for ")] == []
