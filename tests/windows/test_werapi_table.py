"""docs/werapi.md: complete against Microsoft's metadata, and true."""

import functools
import inspect
import json
import re
from pathlib import Path

import pytest

import wer

ROOT = Path(__file__).parents[2]
FACTS = json.loads((ROOT / "tests" / "data" / "werapi.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "werapi.md").read_text(encoding="utf-8")
SUPERSEDED = {"ReportFault", "AddERExcludedApplicationA", "AddERExcludedApplicationW"}


def rows(title):
    """The cells of the table below a heading, by the first one, without its backticks."""
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {line[0].strip("`"): [cell.strip() for cell in line[1:]] for line in lines}


def python_object(cell):
    """What `wer.Report.add_dump` stands for, in backticks, with anything behind it."""
    path = re.match(r"`wer\.([\w.]+)`", cell)[1]
    return functools.reduce(getattr, path.split("."), wer)


def test_no_function_is_missing():
    assert set(rows("Functions")) == {function["name"] for function in FACTS["functions"]} - SUPERSEDED
    for name in SUPERSEDED:
        assert f"`{name}`" in PAGE


@pytest.mark.parametrize(
    "function", [f for f in FACTS["functions"] if f["name"] not in SUPERSEDED], ids=lambda f: f["name"]
)
def test_a_function(function):
    name = function["name"]
    python, dll, since = rows("Functions")[name]
    found = python_object(python)
    assert callable(found)
    assert dll == function["dll"]
    if function["min_client"] is None:
        assert since.endswith(" (SDK)")
    else:
        published = re.sub(r" (\(|\[).*", "", function["min_client"]).replace(",", "").replace("with SP1", "SP1")
        assert since == published
    if not inspect.isclass(found) and found.__name__ not in ("__iter__", "unregister"):
        assert f"Calls {name}" in inspect.getdoc(found)
        words = " ".join(inspect.getdoc(found).split())
        assert since.removesuffix(" (SDK)").removeprefix("a ") in words


@pytest.mark.parametrize(
    "function",
    [f["name"] for f in FACTS["functions"] if f["name"] not in SUPERSEDED] + ["PssCaptureSnapshot", "PssFreeSnapshot"],
)
def test_supported_knows_each_function(function, standin):
    assert wer.supported(function) is True


def test_no_structure_is_missing():
    table = rows("Structures")
    # What does not begin with WER_ is declared elsewhere, and is in the metadata for its layout.
    assert set(table) == {name for name in FACTS["structs"] if name.startswith("WER_")}
    for python, *_ in table.values():
        if python != "`wer.libwer`":
            assert inspect.isclass(python_object(python))


def test_no_enum_is_missing():
    table = rows("Enums")
    assert set(table) == set(FACTS["enums"]) - {"EFaultRepRetVal"}  # errorrep.h's ReportFault
    for name, (python,) in table.items():
        assert f"werapi.h: {name}" in inspect.getdoc(python_object(python))


def test_no_constant_is_missing():
    table = {name.removesuffix("…"): cells[0] for name, cells in rows("Constants").items() if name.endswith("…")}
    for name, value in FACTS["constants"].items():
        prefix = max((prefix for prefix in table if name.startswith(prefix)), key=len, default=None)
        assert prefix is None or isinstance(value, int)
        expected = python_object(table[prefix]) if prefix else type(value)
        assert type(getattr(wer, name)) is expected


def test_no_callback_is_missing():
    assert rows("Callbacks") == {c["type"]: [f"`{c['export_name']}`"] for c in FACTS["callbacks"]}


def test_neighbours():
    for name, (python, *_) in rows("Neighbours").items():
        assert name in inspect.getdoc(python_object(python))
