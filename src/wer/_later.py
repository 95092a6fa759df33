"""The names of a package that wait until somebody asks for them: what they bring in is not imported before."""

import sys

from ._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def names_of(package: str, modules: "Mapping[str, str]") -> "Callable[[str], object]":
    """The ``__getattr__`` of `package`: `modules` has the module that each of the names is in."""

    def get(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = f"{package}.{modules[name]}"
        __import__(module)
        value = getattr(sys.modules[module], name)
        vars(sys.modules[package])[name] = value  # not by setdefault: see _registration.py
        return value

    return get
