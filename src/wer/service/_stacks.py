"""The Python story of a failure as text: the exception, all threads, asyncio's tasks. Bounded, and guarded."""

import linecache
import sys
import threading
import tokenize  # noqa: F401 - what linecache imports when it reads a file, at the latest then
from collections.abc import Callable, Iterable
from time import monotonic as _monotonic
from types import CodeType, FrameType

from .._typing import TYPE_CHECKING
from ._signature import (
    MOST_CHAINED,
    MOST_NESTED,
    frames_of,
    is_caused_by,
    is_group,
    members,
    members_count,
    next_of,
    type_name,
)

if TYPE_CHECKING:
    from .._typing import Any

    Frames = list[tuple[CodeType, int, FrameType | None]]

MOST_BYTES = 256 * 1024  # of the whole text, in UTF-8
MOST_MESSAGE = 4096  # characters
_MOST_SHOWN = 100  # frames of a stack: the first half and the last
_MOST_THREADS = 200
_MOST_TASKS = 500
_MOST_VALUE = 200  # characters of a local variable
_SECONDS = 5.0  # after which source lines and values are left out
_GUARD_SECONDS = 1.0  # that code of the program's own gets, in all
# Types whose text needs no code of the program's.
_PLAIN = (str, int, float, bool, bytes, type(None))
# Where a stack stops to be the program's, in modules of this folder.
_OURS = ("Reporter.report", "Background._run", "add_python_state")
_FOLDER = (lambda: None).__code__.co_filename.removesuffix("_stacks.py")


# Attributes as CPython has them, whatever a class makes of them.
_arguments = BaseException.__dict__["args"].__get__
_group_message = BaseExceptionGroup.__dict__["message"].__get__


class Text:
    """Lines, up to a number of bytes in UTF-8; what is over it is cut, and the text says so."""

    def __init__(self, most: int) -> None:
        self._parts: list[bytes] = []
        self._left = most
        self.is_cut = False

    def add(self, line: str = "") -> None:
        if self.is_cut:
            return
        # A lone surrogate is written as \\udc80: nothing of a message keeps the text from being written.
        part = line.encode("utf-8", "backslashreplace") + b"\r\n"
        if len(part) > self._left:
            self.is_cut = True
            part = b"[cut: longer than the limit]\r\n"
        self._left -= len(part)
        self._parts.append(part)

    def encoded(self) -> bytes:
        return b"".join(self._parts)


class Guard:
    """Runs the program's own code, ``__str__`` for instance: in a thread of its own, and only for so long."""

    def __init__(self, seconds: float = _GUARD_SECONDS) -> None:
        self._end = _monotonic() + seconds
        self._stuck = False

    def text(self, function: "Callable[[Any], str]", value: object, called: str = "str()") -> str:
        """What `function`, which people know as `called`, makes of `value`, or in brackets why there is nothing."""
        if function in (str, repr) and _is_plain(value):
            return _first(function(value))
        if self._stuck or _monotonic() >= self._end:
            return "[not asked for: text of this program's own took too long]"
        answers: list[str] = []
        try:
            asked = (function, value, called, answers)
            thread = threading.Thread(target=_ask, args=asked, name="wer: text of an exception", daemon=True)
            thread.start()
        except (RuntimeError, MemoryError):  # no thread any more: the interpreter ends, or memory does
            return "[not asked for: no thread could be started]"
        thread.join(max(0.0, self._end - _monotonic()))
        if answers:
            return answers[0]
        self._stuck = True
        return f"[{called} took longer than {_GUARD_SECONDS:g} s]"


def _ask(function: "Callable[[Any], str]", value: object, called: str, answers: list[str]) -> None:
    try:
        answer = function(value)
        answers.append(_first(answer) if isinstance(answer, str) else "[no text]")
    except BaseException as error:  # whatever it is, it is the answer
        answers.append(f"[{called} raised {type_name(type(error))}]")


def _first(text: str) -> str:
    """The first characters of a text, which may be megabytes."""
    if len(text) <= MOST_MESSAGE:
        return str.__str__(text)
    return f"{text[:MOST_MESSAGE]}[cut: {len(text):,} characters]"


def _is_plain(value: object) -> bool:
    """Whether its text runs no code but Python's own."""
    if issubclass(type(value), BaseException):
        arguments = _arguments(value)
        return type(value).__module__ == "builtins" and all([type(each) in _PLAIN for each in arguments])
    return type(value) in _PLAIN


class Story:
    """Writes it all, within one limit of time and one of size for each part.

    Parameters
    ----------
    local_variables : bool
        Whether the frames are shown with their variables.
    redact : callable, optional
        What is done to each message before it is written.
    """

    def __init__(self, local_variables: bool = False, redact: "Callable[[str], str] | None" = None) -> None:
        self._locals = local_variables
        self._redact = redact
        self._guard = Guard()
        self._end = _monotonic() + _SECONDS

    def exception(self, exception: BaseException) -> bytes:
        """An exception with its chain, notes and groups, the first that was raised first."""
        text = Text(MOST_BYTES * 3 // 8)
        self._chain(text, exception, "", 0, {id(exception)})
        return text.encoded()

    def threads(self, first: int | None = None) -> bytes:
        """The stacks of all threads: the one with the id `first`, the main thread, and the others by their ids."""
        text = Text(MOST_BYTES * 3 // 8)
        # Not `threading.enumerate`, which waits for a lock that whoever failed may hold.
        known = dict(threading._active)  # type: ignore[attr-defined]
        main = threading.main_thread().ident
        here = threading.get_ident()
        stacks = _stacks()
        order = sorted([(ident != first, ident != main, ident) for ident in stacks])
        for _, _, ident in order[:_MOST_THREADS]:
            thread = known.get(ident)
            native = getattr(thread, "native_id", None) or ident
            name = self._guard.text(str, thread.name) if thread is not None else "[not a thread of Python's making]"
            also = "" if native == ident else f", Python's ident {ident}"
            marks = [mark for is_so, mark in ((ident == first, "failed"), (ident == here, "made this text")) if is_so]
            text.add(f"Thread {native} (0x{native:x}){also}: {name}{f' [{chr(44).join(marks)}]' if marks else ''}")
            shown = _without_ours(stacks[ident])
            self._frames(text, shown, "  ")
            if ours := len(stacks[ident]) - len(shown):
                text.add(f"  [{ours} more frames, of wer that reports it]")
            text.add()
        if len(order) > _MOST_THREADS:
            text.add(f"[{len(order) - _MOST_THREADS} more threads]")
        return text.encoded()

    def tasks(self) -> bytes:
        """asyncio's tasks in all loops that run, with what they await; empty if the program has no asyncio."""
        asyncio = sys.modules.get("asyncio")
        if asyncio is None:
            return b""
        text = Text(MOST_BYTES // 8)
        for ident, loop in _running_loops():
            tasks = _tasks_of(asyncio, loop)
            if tasks is None:
                text.add(f"Loop of thread {ident}: its tasks kept changing")
                continue
            text.add(f"Loop of thread {ident}: {len(tasks)} tasks")
            for task in tasks[:_MOST_TASKS]:
                self._task(text, asyncio, task)
            if len(tasks) > _MOST_TASKS:
                text.add(f"  [{len(tasks) - _MOST_TASKS} more tasks]")
        return text.encoded()

    def _chain(self, text: Text, exception: BaseException, indent: str, depth: int, seen: set[int]) -> None:
        chain = [exception]
        while (following := next_of(chain[-1])) is not None and id(following) not in seen:
            seen.add(id(following))
            if len(chain) == MOST_CHAINED:
                text.add(f"{indent}[the chain goes on]")
                break
            chain.append(following)
        for index in range(len(chain) - 1, -1, -1):
            self._one(text, chain[index], indent, depth, seen)
            if index:
                is_cause = is_caused_by(chain[index - 1], chain[index])
                how = "was the direct cause of" if is_cause else "was handled during"
                text.add()
                text.add(f"{indent}The above exception {how} the following one:")
                text.add()

    def _one(self, text: Text, exception: BaseException, indent: str, depth: int, seen: set[int]) -> None:
        text.add(f"{indent}Traceback (most recent call last):")
        self._frames(text, [(frame.f_code, line, frame) for frame, line in frames_of(exception)], f"{indent}  ")
        message = self._message(exception)
        name = type_name(type(exception))
        _indented(text, f"{name}: {message}" if message else name, indent)
        notes: Any = _own(exception).get("__notes__")
        for note in list(notes)[:MOST_CHAINED] if type(notes) in (list, tuple) else ():
            _indented(text, self._shown(note), indent)
        if is_group(exception):
            inner = members(exception)
            if depth >= MOST_NESTED:
                text.add(f"{indent}  [nested deeper than {MOST_NESTED} groups]")
                return
            for number, each in enumerate(inner, 1):
                if text.is_cut:  # or groups that hold one another many times over would take for ever
                    return
                text.add(f"{indent}  ---- {number} of the group ----")
                self._chain(text, each, f"{indent}  | ", depth + 1, seen)
            if (total := members_count(exception)) > len(inner):
                text.add(f"{indent}  [{total - len(inner)} more in the group]")

    def _message(self, exception: BaseException) -> str:
        return self._shown(_group_message(exception) if is_group(exception) else exception)

    def _shown(self, value: object) -> str:
        shown = self._guard.text(str, value)
        return shown if self._redact is None else self._guard.text(self._redact, shown, "the redaction")

    def _frames(self, text: Text, frames: "Iterable[tuple[CodeType, int, FrameType | None]]", indent: str) -> None:
        listed = list(frames)
        half = _MOST_SHOWN // 2
        for index, (code, line, frame) in enumerate(listed):
            if len(listed) > _MOST_SHOWN and half <= index < len(listed) - half:
                if index == half:
                    text.add(f"{indent}[{len(listed) - _MOST_SHOWN} more frames]")
                continue
            text.add(f'{indent}File "{code.co_filename}", line {line}, in {code.co_qualname}')
            # Without the module's globals: a loader's get_source is code of the program's.
            source = linecache.getline(code.co_filename, line).strip() if _monotonic() < self._end else ""
            if source:
                text.add(f"{indent}  {source[:_MOST_VALUE]}")
            if self._locals and frame is not None:
                values = frame.f_locals
                for name in list(values)[:_MOST_SHOWN]:
                    shown = self._guard.text(repr, values.get(name), "repr()")[:_MOST_VALUE]
                    text.add(f"{indent}    {name} = {shown}")

    def _task(self, text: Text, asyncio: "Any", task: "Any") -> None:
        try:
            text.add(f"  Task {self._guard.text(str, asyncio.Task.get_name(task))}")
            awaited: Any = asyncio.Task.get_coro(task)
            for _ in range(_MOST_SHOWN):
                code, frame, following = _coroutine(awaited)
                if code is None:
                    break
                text.add(f'    File "{code.co_filename}", line {frame.f_lineno if frame else 0}, in {code.co_qualname}')
                awaited = following
            if awaited is not None:
                text.add(f"    awaits a {type_name(type(awaited))}")
        except Exception as error:  # a task of another kind, or one that changed meanwhile
            text.add(f"    [cannot be read: {type_name(type(error))}]")


def _own(exception: BaseException) -> "dict[str, Any]":
    """An exception's own attributes; empty if it has none."""
    try:
        found = object.__getattribute__(exception, "__dict__")
    except AttributeError:
        return {}
    return found if type(found) is dict else {}


def _indented(text: Text, lines: str, indent: str) -> None:
    for line in lines.splitlines() or [""]:
        text.add(f"{indent}{line}")


def _stacks() -> "dict[int, Frames]":
    """Each thread's frames, outermost first, as code and lines: the threads run on.

    No frame stays in a variable: this function's own is among them, and would keep itself and all that it came from.
    """
    stacks = {}
    frames = sys._current_frames()
    for ident in list(frames):
        frame = frames.pop(ident)
        found: Frames = []
        level: FrameType | None = frame
        while level is not None and len(found) < 10 * _MOST_SHOWN:
            found.append((level.f_code, level.f_lineno or 0, None))
            level = level.f_back
        stacks[ident] = found[::-1]
        del frame, level
    return stacks


def _without_ours(frames: "Frames") -> "Frames":
    """A stack without what reports: from the call of `Reporter.report` or `add_python_state`, or the reports' loop, on.

    And without our own frames right before that: hooks. What a decorator of ours wraps stays.
    """
    for index, (code, _, _) in enumerate(frames):
        if code.co_qualname in _OURS and _is_ours(code):
            while index and _is_ours(frames[index - 1][0]):
                index -= 1
            return frames[:index]
    return frames


def _is_ours(code: CodeType) -> bool:
    return code.co_filename.startswith(_FOLDER)


def _running_loops() -> "list[tuple[int, Any]]":
    """Each event loop that runs in a thread, by the frame of its ``run_forever``. As above, no frame stays."""
    found = []
    frames = sys._current_frames()
    for ident in list(frames):
        frame = frames.pop(ident)
        level: FrameType | None = frame
        while level is not None:
            if level.f_code.co_name == "run_forever" and "asyncio" in level.f_code.co_filename:
                if (loop := level.f_locals.get("self")) is not None:
                    found.append((ident, loop))
                break
            level = level.f_back
        del frame, level
    return found


def _tasks_of(asyncio: "Any", loop: "Any") -> "list[Any] | None":
    """The tasks of a loop that may be running in another thread meanwhile."""
    for _ in range(5):
        try:
            return list(asyncio.all_tasks(loop))
        except RuntimeError:
            continue
    return None


def _coroutine(awaited: "Any") -> "tuple[CodeType | None, FrameType | None, Any]":
    """The code and frame of a coroutine or a generator, and what it awaits."""
    for code, frame, following in (
        ("cr_code", "cr_frame", "cr_await"),
        ("gi_code", "gi_frame", "gi_yieldfrom"),
    ):
        if hasattr(type(awaited), code):
            return getattr(awaited, code), getattr(awaited, frame), getattr(awaited, following)
    return None, None, None
