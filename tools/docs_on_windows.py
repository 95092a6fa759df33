"""Prints, as JSON, what the extension offers: its classes and functions with signatures and docstrings.

They are in compiled code, so a Python for Windows has to be asked.
"""

import inspect
import json
from collections.abc import Callable

import wer
from wer import _werapi


def signature(value: Callable[..., object]) -> str:
    """As it is written, without `self`."""
    found = inspect.signature(value)
    parameters = [parameter for parameter in found.parameters.values() if parameter.name not in ("self", "cls")]
    plain = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    return str(found.replace(parameters=plain, return_annotation=inspect.Signature.empty))


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


names = [name for name in wer.__all__ if getattr(getattr(wer, name), "__module__", None) == _werapi.__name__]
print(json.dumps({name: describe(getattr(wer, name)) for name in names}))
