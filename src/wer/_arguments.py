"""Arguments that stand for numbers of werapi.h, checked so that the extension gets only numbers with a meaning."""

from _operator import index
from enum import Enum, IntEnum, IntFlag


def shown(value: object) -> str:
    """`value` for the text of an error; Python refuses to print an int of thousands of digits."""
    try:
        return repr(value)
    except ValueError:
        return f"an int of {value.bit_length()} bits" if isinstance(value, int) else type(value).__name__


def units_of(text: str) -> int:
    """The length in UTF-16 code units, which is what every limit of WER counts."""
    return len(text) + sum([char > "\uffff" for char in text])


def _number(kind: type[IntEnum] | type[IntFlag], value: object, name: str) -> int:
    """A number; that of another enum, or a bool, is a slip, whatever it is."""
    foreign = isinstance(value, (bool, Enum)) and not isinstance(value, kind)
    if foreign or not hasattr(type(value), "__index__"):
        raise TypeError(f"{name} must be a wer.{kind.__name__}, got {shown(value)}")
    return index(value)  # type: ignore[arg-type] # it has just been seen to have it


def choice(kind: type[IntEnum], value: object, name: str) -> int:
    """A member of the enum `kind`, or its number."""
    if type(value) is kind:
        return value
    number = _number(kind, value, name)
    if number not in kind._value2member_map_:
        members = list(kind)
        raise ValueError(
            f"{name} takes a wer.{kind.__name__} from {members[0].name} ({members[0]:d}) to {members[-1].name} "
            f"({members[-1]:d}), got {shown(value)}"
        )
    return number


def text(value: object, name: str) -> str:
    """A text."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, got {type(value).__name__}")
    return value


def integer(value: object, name: str, least: int | None = None) -> int:
    """A whole number, of which there is a smallest or not; a bool is a slip."""
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise TypeError(f"{name} must be an int, got {type(value).__name__}")
    number = index(value)  # type: ignore[arg-type] # it has just been seen to have it
    if least is not None and number < least:
        raise ValueError(f"{name} must be {least} or more, got {shown(value)}")
    return number


def limited(value: object, limit: int, name: str) -> str:
    """A text of at most so many UTF-16 units, as the extension takes it."""
    given = text(value, name)
    if (units := units_of(given)) > limit:
        raise ValueError(f"{name} takes at most {limit} UTF-16 units, got {units}: shorten it")
    if "\0" in given:
        raise ValueError(f"{name} has a NUL at {given.index(chr(0))}; WER would cut it there: {given!r}")
    return str.__str__(given)


def required(value: object, limit: int, name: str) -> str:
    """`limited` for an argument that must not be empty."""
    checked = limited(value, limit, name)
    if not checked:
        raise ValueError(f"{name} is empty")
    return checked


def seconds(value: object, name: str) -> float:
    """A time to wait, which is not without end."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be seconds as a float or int, got {type(value).__name__}")
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} takes 0 or more seconds, not without end, got {shown(value)}")
    return value


def bits(kind: type[IntFlag], value: object, name: str, high: int = 0xFFFFFFFF) -> int:
    """Members of the flag enum `kind`, or their number; unknown bits up to `high` go through."""
    number = value if type(value) is kind else _number(kind, value, name)
    if not 0 <= number <= high:
        raise ValueError(f"{name} must be 0 to {high}, got {shown(value)}")
    return number
