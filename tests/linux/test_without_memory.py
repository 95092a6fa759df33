"""What may run without memory makes no function, and takes no `items()`: CPython crashes if there is none for that.

Functions are also what a lambda, a generator expression and a `class` in a function make. docs/reliability.md has how
that was seen.
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


SERVICE = sorted(WER.glob("service/*.py"))


@pytest.mark.parametrize("path", [*sorted(WER.glob("*.py")), *SERVICE], ids=lambda path: path.stem)
def test_no_function_is_made(path):
    file = path.relative_to(WER).as_posix()
    assert {name for name, _ in makers(path)} == {name for known, name in MAY if known == file}, dict(makers(path))


@pytest.mark.parametrize("path", SERVICE, ids=lambda path: path.stem)
def test_no_items_are_taken(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "items"]
