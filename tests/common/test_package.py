"""What `import wer` offers."""

import inspect
from pathlib import Path

import wer


def test_all_names_exist_and_are_the_public_ones():
    assert len(set(wer.__all__)) == len(wer.__all__)
    for name in wer.__all__:
        getattr(wer, name)  # some are imported only now
    public = {
        name
        for name, value in vars(wer).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name != "TYPE_CHECKING"
    }
    assert public == set(wer.__all__)


def test_every_class_and_function_has_a_docstring():
    for name in wer.__all__:
        value = getattr(wer, name)
        if inspect.isclass(value) or callable(value):
            assert (inspect.getdoc(value) or "").strip(), name


def test_get_include_holds_the_header():
    header = Path(wer.get_include()) / "wer" / "werapi.h"
    assert "HRESULT WINAPI WerReportAddDump" in header.read_text(encoding="utf-8")


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
