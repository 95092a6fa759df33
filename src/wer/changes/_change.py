"""`Change`: a key or a value of the registry, as it is and as it is to be."""

from dataclasses import dataclass

from .._machine.registry import Kind, Registry, Value

# Of a value what it is, and None if it is not there; of a key whether it is there.
State = Value | bool | None

_MOST_SHOWN = 300


@dataclass(frozen=True)
class Change:
    """One change of the registry.

    Attributes
    ----------
    hive : str
        "HKLM" or "HKCU".
    key : str
        The key's path.
    name : str or None
        Name of the value; None: it is about the key itself.
    before, after : Value, bool or None
        Of a value what it is, None: it is not there. Of a key whether it is there.
    view : int
        64: WER reads the view of 64-bit programs.
    """

    hive: str
    key: str
    name: str | None
    before: State
    after: State
    view: int = 64

    @property
    def place(self) -> str:
        """Where, in the words of reg.exe."""
        return place(self.hive, self.key, self.name)

    def line(self) -> str:
        """What it does, in words."""
        if self.name is None:
            return f"{'make' if self.after else 'remove'} the key {self.place}"
        if self.after is None:
            return f"remove {self.place}, which is {described(self.before)}"
        was = f", which is {described(self.before)}" if self.before is not None else ""
        return f"set {self.place} to {described(self.after)}{was}"


def place(hive: str, key: str, name: str | None) -> str:
    """A key, or a value of it, for a reader."""
    if name is None:
        return rf"{hive}\{key}"
    return rf"{hive}\{key}, {name or '(default)'}"


def described(state: State) -> str:
    """A state for a reader, never longer than a few lines."""
    if isinstance(state, bool):
        return "there" if state else "not there"
    if state is None:
        return "not there"
    data = state.data
    if isinstance(data, bytes):
        text = f"{len(data)} bytes" if len(data) > 32 else data.hex(" ") or "no bytes"
    elif isinstance(data, int):
        text = f"{data} ({data:#x})" if data > 9 else f"{data}"
    elif data is None:
        text = "nothing"
    else:
        text = quoted(data) if isinstance(data, str) else ", ".join(map(quoted, data[:20]))
    kind = Kind(state.kind).name if state.kind in Kind._value2member_map_ else f"type {state.kind}"
    if len(text) > _MOST_SHOWN:
        text = f"{text[:_MOST_SHOWN]}..."
    return f"{text} [{kind}]"


def quoted(text: str) -> str:
    return f'"{text[: _MOST_SHOWN + 1]}"'


def same(one: State, other: State) -> bool:
    """Whether both are the same; of a value the type and the data count, and not how its name is written."""
    if isinstance(one, Value) and isinstance(other, Value):
        # 1 and True are equal to Python, and "a" is not b"a"
        return one.kind == other.kind and type(one.data) is type(other.data) and one.data == other.data
    return one is other


def state_of(registry: Registry, hive: str, key: str, name: str | None, view: int = 64) -> State:
    """What is there now. Raises `Unreadable`."""
    values = registry.values(hive, key, view)
    if name is None:
        return values is not None
    # Not `Registry.value`, which does not tell in which case the name is written.
    return next((value for value in values or () if value.name.lower() == name.lower()), None)


def put(registry: Registry, change: Change, state: State) -> None:
    """Have the key or value be in `state`; the key must be empty for it to go."""
    if isinstance(state, Value):
        registry.set(change.hive, change.key, state, change.view)
    elif state is True:
        registry.create(change.hive, change.key, change.view)
    elif change.name is None:
        registry.delete_key(change.hive, change.key, change.view)
    else:
        registry.delete_value(change.hive, change.key, change.name, change.view)
