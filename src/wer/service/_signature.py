"""`traceback_hash`: which failures are the same one."""

import sys
from collections.abc import Iterator
from hashlib import sha256 as _sha256
from types import CodeType, FrameType

from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeGuard

MOST_CHAINED = 100
MOST_FRAMES = 1000
MOST_IN_GROUP = 15
MOST_NESTED = 10
_MOST_WALKED = 1000  # exceptions of all groups together, which may hold one another many times over
_IN_WORKER = "__mp_main__"  # what multiprocessing calls the program's __main__ in its workers
_INSTALLED = ("site-packages", "dist-packages")

# Attributes as CPython has them: a class may make of them what it likes, and what it makes may raise or never return.
_traceback = BaseException.__dict__["__traceback__"].__get__
_cause = BaseException.__dict__["__cause__"].__get__
_context = BaseException.__dict__["__context__"].__get__
_suppress_context = BaseException.__dict__["__suppress_context__"].__get__
_exceptions = BaseExceptionGroup.__dict__["exceptions"].__get__


def traceback_hash(exception: BaseException) -> str:
    """What stands for a failure, wherever and whenever it happens: 16 hexadecimal digits.

    Two exceptions have the same if their types, and the modules and functions of the program's own frames, are the
    same, down the chain of causes and in groups. Paths, line numbers, messages, and how often a function calls itself
    do not count, so it is the same on another machine, in another folder, and after a patch of the program or of Python
    that moves lines.

    The program's own frames are those of modules that belong neither to the standard library nor to an installed
    package (``site-packages``). Where there is none, or only the few lines of a console script, everything outside the
    standard library counts. In a frozen program installed packages cannot be told from the program, and count.

    Parameters
    ----------
    exception : BaseException
        Its message is not looked at, and no code of its class runs.

    Returns
    -------
    str
        The first 64 bits of a SHA-256.

    Raises
    ------
    TypeError
        `exception` is no exception.
    """
    if not isinstance(exception, BaseException):
        raise TypeError(f"exception must be an exception, got {type(exception).__name__}")
    return _digest("\n".join(_lines(exception, 0, {id(exception)}, {})))


def _digest(text: str) -> str:
    return _sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _lines(exception: BaseException, depth: int, seen: set[int], known: dict[tuple[int, int], str]) -> "Iterator[str]":
    """What is hashed, a line for each type and each frame. `known` are the hashes of what groups hold."""
    current: BaseException | None = exception
    for _ in range(MOST_CHAINED):
        if current is None:
            return
        yield type_name(type(current))
        yield from own_functions(current)
        if is_group(current) and depth < MOST_NESTED:
            # Tasks fail in any order, and any number of them with the same failure.
            inner = set()
            for each in members(current):
                place = id(each), depth + 1
                if place not in known and len(known) < _MOST_WALKED:
                    known[place] = _digest("\n".join(_lines(each, depth + 1, seen, known)))
                inner.add(known.get(place, ""))
            yield from sorted(inner)
        current = next_of(current)
        if id(current) in seen:
            return
        seen.add(id(current))


def is_group(exception: BaseException) -> "TypeGuard[BaseExceptionGroup[BaseException]]":
    """`isinstance` without a look at ``__class__``, which is the program's own."""
    return issubclass(type(exception), BaseExceptionGroup)


def members(group: "BaseExceptionGroup[BaseException]") -> tuple[BaseException, ...]:
    """The first exceptions of a group."""
    inner: tuple[BaseException, ...] = _exceptions(group)
    return inner[:MOST_IN_GROUP]


def leaves(exception: BaseException) -> list[BaseException]:
    """The exceptions that are no groups in a group, and in the groups in it, each once; of what is none, itself.

    So are groups that are nested too deep.
    """
    found: list[BaseException] = []
    level, seen = [exception], {id(exception)}
    for _ in range(MOST_NESTED):
        below: list[BaseException] = []
        for one in level:
            if not is_group(one):
                found.append(one)
                continue
            for each in members(one):
                if id(each) not in seen and len(seen) < _MOST_WALKED:
                    seen.add(id(each))
                    below.append(each)
        level = below
    return found + level


def members_count(group: "BaseExceptionGroup[BaseException]") -> int:
    """How many exceptions are in a group."""
    return len(_exceptions(group))


def next_of(exception: BaseException) -> BaseException | None:
    """What an exception was raised from, or while; None at the end of the chain."""
    following: BaseException | None = _cause(exception)
    if following is None and not _suppress_context(exception):
        following = _context(exception)
    return following


def is_caused_by(exception: BaseException, other: BaseException) -> bool:
    """Whether it was raised from the other one."""
    return _cause(exception) is other


def type_name(cls: type) -> str:
    """``module.Class``, by what the class was made with: a metaclass has no say in it."""
    module = type.__getattribute__(cls, "__dict__").get("__module__", "builtins")
    qualified: str = type.__getattribute__(cls, "__qualname__")
    if module in ("builtins", "__main__", _IN_WORKER) or not isinstance(module, str):
        return qualified
    return f"{module}.{qualified}"


def frames_of(exception: BaseException) -> "Iterator[tuple[FrameType, int]]":
    """The frames of an exception's traceback, outermost first, with the lines that they were at."""
    trace = _traceback(exception)
    for _ in range(MOST_FRAMES):
        if trace is None:
            return
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def own_functions(exception: BaseException) -> list[str]:
    """``module:function`` of each of the program's own frames, outermost first, each once."""
    found = [(_module(frame), frame.f_code) for frame, _ in frames_of(exception)]
    outside = [(module, code) for module, code in found if module.partition(".")[0] not in sys.stdlib_module_names]
    own = [(module, code) for module, code in outside if not _is_installed(code)]
    if all([module == "__main__" and code.co_name == "<module>" for module, code in own]):
        own = outside or found
    return list(dict.fromkeys([f"{module}:{code.co_qualname}" for module, code in own]))


def _module(frame: "FrameType") -> str:
    name = frame.f_globals.get("__name__")
    if not isinstance(name, str):
        return "?"
    return "__main__" if name == _IN_WORKER else name


def _is_installed(code: "CodeType") -> bool:
    return any([folder in code.co_filename for folder in _INSTALLED])
