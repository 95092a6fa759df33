"""What may run without memory makes no function: no lambda, generator expression, or `def` or `class` in a function.

If there is no memory for one, CPython 3.12 and 3.13 give back its code twice, and crash when it runs again, or
somewhere else: docs/reliability.md.
"""

import ast
from pathlib import Path

import pytest

WER = Path(__file__).parents[2] / "src" / "wer"
MADE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.GeneratorExp)
# What makes some for those who are not in need.
MAY = {
    ("_elsewhere.py", "_function"): "off Windows",
    ("_elsewhere.py", "_class"): "off Windows",
    ("_later.py", "names_of"): "for a module that is imported",
    ("_report_file.py", "_member"): "as the module is imported",
    ("service/_reporting.py", "__call__"): "a decorator's function",
}


def makers(path):
    """The functions and methods in a file in which others are made, and where."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = [inner.lineno for inner in ast.walk(node) if inner is not node and isinstance(inner, MADE)]
            if lines:
                yield node.name, lines


@pytest.mark.parametrize("path", sorted([*WER.glob("*.py"), *WER.glob("service/*.py")]), ids=lambda path: path.stem)
def test_none_is_made(path):
    file = path.relative_to(WER).as_posix()
    assert {name for name, _ in makers(path)} == {name for known, name in MAY if known == file}, dict(makers(path))
