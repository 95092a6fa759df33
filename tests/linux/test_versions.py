"""What is said about versions, of Windows and of Python, agrees in all places where it is said."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def table(page, title):
    """The cells of the rows of a page's table, by its title line."""
    lines = text(page).split(f"\n{title}\n")[1].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]


# What the extension says of a function that is missing: the one place for it.
SINCE = dict(re.findall(r'X\((\w+), .*?"(.+?)"\)', text("src/wer/native/lookup.h").replace("\\\n", " ")))
FUNCTIONS = {
    cells[0].strip("`"): (cells[1].strip("`"), cells[-1])
    for title in ("| function | Python | DLL | since |", "| | Python | DLL | since |")
    for cells in table("docs/werapi.md", title)
}
COLUMNS = ["Vista, 7, 8", "8.1", "10 before 1703", "10 1703", "10 1709, 1803", "later 10, 11"]
FIRST = {
    "Windows Vista": (0, "yes"),
    "Windows Vista SP1": (0, "Vista SP1"),
    "Windows 7": (0, "7"),
    "Windows 8.1": (1, "yes"),
    "Windows 10 version 1703": (3, "yes"),
    "Windows 10 version 1709": (4, "yes"),
    "a later Windows 10 than version 1803": (5, "yes"),
}
COMPATIBILITY = {
    f"wer.{name}": cells
    for first, *cells in table("docs/compatibility.md", f"| | {' | '.join(COLUMNS)} |")
    for name in re.findall("`(.+?)`", first)
}


def test_the_list_is_read():
    assert {"WerStoreOpen", "WerStorePurge", "WerReportHang", "PssFreeSnapshot"} <= set(SINCE)
    assert len(SINCE) == text("src/wer/native/lookup.h").count("    X(")


@pytest.mark.parametrize("function", SINCE)
def test_the_reference_says_what_the_extension_says(function):
    assert FUNCTIONS[function][1] == SINCE[function]


@pytest.mark.parametrize("name", COMPATIBILITY)
def test_the_compatibility_table(name):
    """From the column on that the function which the name calls first needs."""
    (since,) = {since for python, since in FUNCTIONS.values() if python == name}
    first, word = FIRST[since.removesuffix(" (SDK)")]
    assert COMPATIBILITY[name] == [""] * first + [word] + ["yes"] * (len(COLUMNS) - 1 - first)


def test_the_compatibility_table_has_all_that_some_windows_lack():
    lacking = {FUNCTIONS[function][0] for function, since in SINCE.items() if since != "Windows Vista"}
    # What belongs to another that is there: it cannot be called without.
    belonging = {"wer.Registration.unregister", "wer.ProcessSnapshot.close", "wer.Store.close", "wer.Store.__iter__"}
    assert lacking - belonging <= set(COMPATIBILITY)


def test_the_pythons_that_we_have_run():
    """Named with their patch version, and no other is claimed."""
    versions = re.findall(r'WindowsPython\("(3\.\d+\.\d+)"', text("tools/cpython.py"))
    assert len(versions) == 3
    named = ", ".join(versions)
    assert f"| {named} | x86-64 | every test" in text("docs/compatibility.md")
    assert f"CPython {named} for Windows, x64, under Wine" in text("README.md")
    classifiers = tomllib.loads(text("pyproject.toml"))["project"]["classifiers"]
    claimed = re.findall(r"Programming Language :: Python :: (3\.\d+|Free.*)", "\n".join(classifiers))
    assert claimed == [version.rpartition(".")[0] for version in versions]


def test_the_pythons_that_wheels_are_built_for():
    build = tomllib.loads(text("pyproject.toml"))["tool"]["cibuildwheel"]["build"]
    plain = [f"3.{minor}" for minor in re.findall(r"cp3(\d+)-\*", " ".join(build))]
    without_gil = [f"3.{minor}t" for minor in re.findall(r"cp3(\d+)t-\*", " ".join(build))]
    assert len(build) == len(plain) + len(without_gil)
    said = f"| {plain[0]} to {plain[-1]}, {', '.join(without_gil)} (without a GIL) |"
    assert said in text("docs/compatibility.md")


def test_the_version_of_the_package():
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    assert f'__version__ = "{version}"' in text("src/wer/__init__.py")
    assert f'set(PACKAGE_VERSION "{version}")' in text("src/wer/cmake/werConfigVersion.cmake")
