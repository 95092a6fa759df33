"""Prints, as JSON, what is there on Windows only: the classes and functions with their signatures and docstrings.

They are in the extension, or in modules that cannot be imported without it, so a Python for Windows has to be asked.
"""

import inspect
import json
import sys
from collections.abc import Callable
from enum import Enum

import wer
from wer import _werapi


def signature(value: Callable[..., object]) -> str:
    """As it is written, without `self`."""
    found = inspect.signature(value)
    parameters = [parameter for parameter in found.parameters.values() if parameter.name not in ("self", "cls")]
    plain = [
        parameter.replace(annotation=inspect.Parameter.empty, default=_written(parameter.default))
        for parameter in parameters
    ]
    return str(found.replace(parameters=plain, return_annotation=inspect.Signature.empty))


class _Name(str):
    """Shown without quotes."""

    __slots__ = ()
    __repr__ = str.__str__


def _written(default: object) -> object:
    return _Name(f"wer.{type(default).__name__}.{default.name}") if isinstance(default, Enum) else default


def members(kind: type) -> dict[str, dict[str, str]]:
    """The public methods and properties of a class."""
    found = {}
    for name, value in vars(kind).items():
        if name.startswith("_"):
            continue
        function = getattr(kind, name)
        described = {"doc": inspect.getdoc(function) or ""}
        if isinstance(value, classmethod):
            described |= {"kind": "classmethod", "signature": signature(function)}
        elif callable(function):
            described |= {"kind": "method", "signature": signature(function)}
        else:
            described |= {"kind": "attribute"}
        found[name] = described
    return found


def describe(value: object) -> dict[str, object]:
    """A class or a function of the extension."""
    doc = inspect.getdoc(value) or ""
    if isinstance(value, type):
        return {"kind": "class", "signature": signature(vars(value)["__init__"]), "doc": doc, "members": members(value)}
    assert callable(value)
    return {"kind": "function", "signature": signature(value), "doc": doc}


def on_windows_only(name: str) -> bool:
    """Whether this comes from the extension, or from a module that is made of it."""
    module = sys.modules.get(getattr(getattr(wer, name), "__module__", ""))
    return module is _werapi or (module is not wer and getattr(module, "_werapi", None) is _werapi)


names = [name for name in wer.__all__ if on_windows_only(name)]
print(json.dumps({name: describe(getattr(wer, name)) for name in names}))
