"""What `import wer` offers."""

import enum
import importlib.abc
import importlib.metadata
import importlib.util
import inspect
import re
import sys
import typing
import unittest.mock
from pathlib import Path

import pytest

import wer
import wer.testing
from wer import _include, _native


def test_all_names_exist_and_are_the_public_ones():
    assert len(set(wer.__all__)) == len(wer.__all__)
    for name in wer.__all__:
        getattr(wer, name)  # some are imported only now
    parts = {"changes", "doctor", "dumps", "reports", "service"}
    assert {name for name in dir(wer) if not name.startswith("_")} == {*wer.__all__, *parts, "werapi"}


def test_c_names_are_found_and_not_shown():
    assert wer.WER_DUMP_NOHEAP_ONQUEUE is wer.werapi.WER_DUMP_NOHEAP_ONQUEUE is wer.DumpFlags.NOHEAP_ONQUEUE
    assert wer.WER_MAX_PARAM_COUNT == wer.werapi.WER_MAX_PARAM_COUNT == 10
    assert not [name for name in dir(wer) if name.startswith(("WER_", "WerReport", "MiniDump"))]


def test_a_name_that_does_not_exist_changes_nothing():
    with unittest.mock.patch.object(wer, "Consent", "patched"):
        with pytest.raises(AttributeError, match="module 'wer' has no attribute 'no_such_name'"):
            _ = wer.no_such_name
        assert wer.Consent == "patched"


@pytest.mark.parametrize("part", [wer.dumps, wer.reports, wer.service], ids=lambda part: part.__name__)
def test_a_part_shows_its_names_and_keeps_those_that_came_late(part):
    assert dir(part) == sorted(set(part.__all__))
    for name in part.__all__:
        assert getattr(part, name) is vars(part)[name]
    with pytest.raises(AttributeError, match=f"module '{part.__name__}' has no attribute 'no_such_name'"):
        _ = part.no_such_name


@pytest.mark.parametrize(
    ("missing", "message"),
    [("wer._werapi", "this copy of wer has no extension for this Python, "), ("other", "no other")],
)
def test_without_its_extension_it_says_so_and_of_what_that_lacks_too(monkeypatch, missing, message):
    """As on Windows, where it is imported."""

    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, name, path, target=None):
            if name == "wer._werapi":
                raise ModuleNotFoundError("no other", name=missing)

    spec = importlib.util.spec_from_file_location("wer._native_again", _native.__file__)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        patch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
        patch.delitem(sys.modules, "wer._werapi", raising=False)
        with pytest.raises(ImportError) as caught:
            spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert str(caught.value).startswith(message)
    assert caught.value.name == missing


def test_the_version_is_the_distributions():
    assert wer.__version__ == importlib.metadata.version("werapi")


def test_annotations_can_be_evaluated():
    parts = (wer.changes, wer.doctor, wer.dumps, wer.reports, wer.service)
    of_parts = [getattr(part, name) for part in parts for name in part.__all__]
    for value in [*(getattr(wer, name) for name in wer.__all__), *of_parts]:
        functions = (
            [value] if inspect.isfunction(value) else list(vars(value).values()) if inspect.isclass(value) else []
        )
        for function in functions:
            if inspect.isfunction(function):
                typing.get_type_hints(function)


def test_sources_and_signatures_are_the_real_ones():
    for name in wer.__all__:
        value = getattr(wer, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert name in inspect.getsource(value)
    assert list(inspect.signature(wer.Report).parameters)[:3] == ["event_type", "report_type", "process"]
    assert inspect.signature(wer.Report.submit).parameters["flags"].default is wer.SubmitFlags(0)
    with unittest.mock.patch.object(wer.Report, "__init__", return_value=None):
        unittest.mock.create_autospec(wer.Report)


def test_every_class_tells_its_arguments():
    """Those that only a function makes take none: to call one is an error."""
    parts = (wer.changes, wer.doctor, wer.dumps, wer.reports, wer.service, wer.testing)
    values = [*(getattr(wer, name) for name in wer.__all__)]
    values += [getattr(part, name) for part in parts for name in part.__all__]
    classes = {value for value in values if inspect.isclass(value) and not issubclass(value, (enum.Enum, Exception))}
    silent = {
        value
        for value in classes
        if {one.kind for one in inspect.signature(value).parameters.values()}
        == {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    }
    for value in silent:
        with pytest.raises(TypeError, match="make"):
            value()
    assert silent == {wer.CrashHandler, wer.InterpreterProcess, wer.Registration}
    assert inspect.signature(wer.Watchdog).parameters["then"].default == "continue"
    assert inspect.signature(wer.service.RecordedReport) == inspect.signature(wer.Report)


def test_every_class_and_function_has_a_docstring():
    named = [(name, getattr(wer, name)) for name in wer.__all__]
    named += [(name, getattr(part, name)) for part in (wer.dumps, wer.service) for name in part.__all__]
    for name, value in named:
        if inspect.isclass(value) or callable(value):
            assert (inspect.getdoc(value) or "").strip(), name


def test_no_markup_is_shown_as_it_is():
    """`name` is a name only between spaces or punctuation: Sphinx prints what it does not know."""
    sources = [path.read_text(encoding="utf-8") for path in Path(wer.__file__).parent.rglob("*.py")]
    docstrings = [text for source in sources for text in re.findall(r'"""(.*?)"""', source, re.DOTALL)]
    assert len(docstrings) > 100
    assert [found for text in docstrings for found in re.findall(r"\w`\w.*", text.replace("``", ""))] == []


def test_get_include_holds_the_header():
    folder = wer.get_include()
    for name in ("werapi.h", "capi.h"):
        assert Path(folder, "wer", name).is_file()
    assert folder == str(Path(folder).absolute()), "with one kind of slash"


@pytest.mark.parametrize("name", ["werapi.h", "capi.h"])
def test_a_header_names_no_file_that_the_wheel_lacks(name):
    text = Path(wer.get_include(), "wer", name).read_text(encoding="utf-8")
    named = re.findall(r"[\w.-]+(?:/[\w.-]+)*\.(?:md|py|pyi|pyx|pxi|pxd|json|c|h)\b", text)
    ours = {path for path in named if "/" in path or not path.endswith(".h")}
    assert "wer/werapi.h" in ours
    assert [path for path in ours if not Path(wer.get_include(), path).is_file()] == []


def test_get_include_of_a_path_with_both_slashes(monkeypatch, tmp_path):
    (tmp_path / "wer" / "include").mkdir(parents=True)
    monkeypatch.setattr(_include, "__file__", f"{tmp_path}/other/../wer/_include.py")
    assert _include.get_include() == str(tmp_path / "wer" / "include")


def test_get_include_in_a_program_without_headers(monkeypatch, tmp_path):
    """Such as PyInstaller's, which takes only what is imported."""
    monkeypatch.setattr(_include, "__file__", str(tmp_path / "_include.pyc"))
    with pytest.raises(FileNotFoundError, match=r"include is not there: .* packed into one file"):
        _include.get_include()


def test_the_package_is_the_installed_one():
    assert "site-packages" in Path(wer.__file__).parts
    assert (Path(wer.__file__).parent / "py.typed").exists()


def test_every_function_and_method_tells_its_arguments():
    for name in wer.__all__:
        value = getattr(wer, name)
        if not inspect.isclass(value):
            if callable(value):
                inspect.signature(value)
            continue
        for method in vars(value):
            if not method.startswith("_") and callable(getattr(value, method)):
                inspect.signature(getattr(value, method))
