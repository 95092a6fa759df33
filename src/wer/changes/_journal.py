r"""`Journal`: what was in the registry before this package changed it, kept in the registry itself.

``HKLM\SOFTWARE\werapi\changes`` has a value for each place that was changed in HKLM, and the same key of HKCU for HKCU.
Why there, and not a file in ``%ProgramData%`` or in a user's profile:

- Only an administrator may write below HKLM\SOFTWARE, and another one than made a change of the machine can undo it.
  Below ``%ProgramData%`` every user may make a folder first, and put into it what an administrator then restores.
- It is in the same hive as most changes (HKLM\SOFTWARE), so they are written to disk together (inferred); it is still
  there when `werapi` was removed and installed again, by whichever Python; and it needs no access list of ours.
- A record says nothing about other hives than its own, and is ignored unless it is about a place that this package
  changes (`_places`): a record that somebody made up cannot have anything else restored.

A record holds what was there at first, and above that, as layers, what each topic ("local-dumps python.exe") wants to
be there. The last one counts. So topics can be undone in any order, and at the end there is what was there at first.
A record is written before the change, and removed after that was undone: whenever a process is killed, what is there is
the first state or a layer of its record. If it is neither, somebody else has changed it since, and it is theirs.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, replace

from .._machine.registry import HKCU, HKLM, Kind, Registry, Unreadable, Value
from .._typing import Any
from ._change import State, place, same
from ._places import is_changed_here

ROOT = r"SOFTWARE\werapi"
KEY = rf"{ROOT}\changes"
VERSION = 1

MOST_OF_A_VALUE = 64 << 10  # characters or bytes of a value that is replaced; WER's have a few
_MOST_OF_A_RECORD = 1 << 20
_MOST_RECORDS = 1000


@dataclass(frozen=True)
class Record:
    """What is known of a place.

    Attributes
    ----------
    key : str
        The key's path.
    name : str or None
        Name of the value; None: it is about the key itself.
    before : Value, bool or None
        What was there at first, as `Change.before`.
    layers : tuple
        Who wants what to be there, the last one last: pairs of a topic and a state. None of a key: it was made here,
        and when its last topic was undone there was something of somebody else's in it.
    bits : int
        These bits alone are ours, of a number that others change as well; 0: all of it.
    """

    key: str
    name: str | None
    before: State
    layers: tuple[tuple[str, State], ...]
    bits: int = 0

    @property
    def wanted(self) -> State:
        """What is to be there."""
        return self.layers[-1][1] if self.layers else self.before

    def accounts_for(self, state: State) -> bool:
        """Whether it was there at first, or was written here: also by a process that was killed."""
        if self.name is None:
            return True  # a key that was made here is ours even if it was removed and made again: only if it is empty
        return same(self.before, state) or any(same(layer, state) for _, layer in self.layers)

    def has(self, topic: str) -> bool:
        """Whether the topic wants something here."""
        return any(one == topic for one, _ in self.layers)

    def without(self, topic: str) -> "Record":
        """The same, after the topic was undone."""
        return replace(self, layers=tuple(layer for layer in self.layers if layer[0] != topic))

    def with_layer(self, topic: str, state: State, now: State) -> "Record":
        """The same, before the topic changes it from `now`, which stays accounted for, to another state."""
        kept = [layer for layer in self.layers if layer[0] != topic or same(layer[1], now)]
        return replace(self, layers=(*kept, (topic, state)))


class Journal:
    """The records of a hive.

    Parameters
    ----------
    registry : Registry
        The registry.
    hive : str
        "HKLM" or "HKCU".
    """

    def __init__(self, registry: Registry, hive: str) -> None:
        if hive not in (HKLM, HKCU):
            raise ValueError(f"hive takes HKLM or HKCU, got {hive!r}")
        self._registry = registry
        self.hive = hive

    def records(self) -> dict[str, Record]:
        """All that can be understood, by the names of their values. Raises `Unreadable`."""
        found = {}
        for value in (self._registry.values(self.hive, KEY) or ())[:_MOST_RECORDS]:
            record = _read(self.hive, value)
            if record is not None:
                found[value.name.lower()] = record
        return found

    def damaged(self) -> list[str]:
        """The names of values that are no record of ours, or that nobody can understand any more."""
        values = self._registry.values(self.hive, KEY) or []
        return [value.name for value in values if _read(self.hive, value) is None]

    def get(self, key: str, name: str | None) -> Record | None:
        """The record of a place. Raises `Unreadable`."""
        value = self._registry.value(self.hive, KEY, _name(key, name))
        return None if value is None else _read(self.hive, value)

    def write(self, record: Record) -> None:
        """Write a record, in place of the one there was of its place."""
        text = _text(record)
        if len(text) > _MOST_OF_A_RECORD:
            where = place(self.hive, record.key, record.name)
            raise ValueError(f"what was set of {where} takes more than {_MOST_OF_A_RECORD} characters: undo some of it")
        self._registry.create(self.hive, KEY)
        self._registry.set(self.hive, KEY, Value(_name(record.key, record.name), Kind.SZ, text))

    def remove(self, key: str, name: str | None) -> None:
        """Remove the record of a place, and with the last one the journal."""
        self.remove_damaged(_name(key, name))

    def remove_damaged(self, value_name: str) -> None:
        """The same, of whatever is in the journal."""
        self._registry.delete_value(self.hive, KEY, value_name)
        self.clean()

    def clean(self) -> None:
        """Remove the journal if nothing is in it: a process may have been killed before its first record.

        If that is not possible it stays, which is no failure: it says nothing.
        """
        with suppress(OSError, Unreadable):
            for ours in (KEY, ROOT):
                values = self._registry.values(self.hive, ours)
                if values is None:
                    continue
                if values or self._registry.keys(self.hive, ours):
                    break
                self._registry.delete_key(self.hive, ours)


def check_size(hive: str, key: str, name: str | None, state: State) -> None:
    """Refuse to replace what a record would not hold."""
    if not isinstance(state, Value) or state.data is None or isinstance(state.data, int):
        return
    size = sum(map(len, state.data)) if isinstance(state.data, tuple) else len(state.data)
    if size > MOST_OF_A_VALUE:
        raise ValueError(
            f"{place(hive, key, name)} holds {size} characters or bytes, which is none of WER's; at most "
            f"{MOST_OF_A_VALUE} are kept to be restored: remove it yourself first"
        )


def _name(key: str, name: str | None) -> str:
    return key if name is None else f"{key} -> {name}"  # ">" is in no name of a file, and so in none of these


def _text(record: Record) -> str:
    return json.dumps(
        {
            "version": VERSION,
            "key": record.key,
            "name": record.name,
            "before": _plain(record.before),
            "layers": [[topic, _plain(state)] for topic, state in record.layers],
            "bits": record.bits,
        }
    )


def _plain(state: State) -> Any:
    if not isinstance(state, Value):
        return state
    data = state.data
    plain = {"hex": data.hex()} if isinstance(data, bytes) else list(data) if isinstance(data, tuple) else data
    return {"name": state.name, "kind": int(state.kind), "data": plain}


def _read(hive: str, value: Value) -> Record | None:
    """A record, or None. Whatever stands there: an administrator may have written it, and a disk may have."""
    if value.kind != Kind.SZ or not isinstance(value.data, str) or len(value.data) > _MOST_OF_A_RECORD:
        return None
    try:
        raw = json.loads(value.data)
        if raw["version"] != VERSION or not isinstance(raw["key"], str) or type(raw["bits"]) is not int:
            return None
        name = raw["name"]
        if name is not None and not isinstance(name, str):
            return None
        layers = tuple((_topic(topic), _state(state, name)) for topic, state in raw["layers"])
        record = Record(raw["key"], name, _state(raw["before"], name), layers, raw["bits"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):  # json's own is a ValueError
        return None
    if _name(record.key, record.name).lower() != value.name.lower():
        return None
    if not 0 <= record.bits <= 0xFFFFFFFF or not is_changed_here(hive, record.key, record.name):
        return None
    return record


def _topic(raw: Any) -> str:
    if not isinstance(raw, str):
        raise TypeError("a topic is a text")
    return raw


def _state(raw: Any, name: str | None) -> State:
    if name is None:
        if not isinstance(raw, bool):
            raise TypeError("a key is there or not")
        return raw
    if raw is None:
        return None
    kind, data = raw["kind"], raw["data"]
    if type(kind) is not int or raw["name"].lower() != name.lower() or not 0 <= kind <= 0xFFFFFFFF:
        raise ValueError("it is another value, or of no type")
    if isinstance(data, dict):
        data = bytes.fromhex(data["hex"])
    elif isinstance(data, list):
        if not all(isinstance(text, str) for text in data):
            raise TypeError("a list of texts")
        data = tuple(data)
    elif isinstance(data, bool) or not isinstance(data, (str, int, type(None))):
        raise TypeError("no data of a value")
    if not _fits(kind, data):
        raise ValueError("data of another type")
    return Value(raw["name"], Kind(kind) if kind in Kind._value2member_map_ else kind, data)


def _fits(kind: int, data: str | int | bytes | tuple[str, ...] | None) -> bool:
    """Whether a value of this type can have such data: what does not fit could not be restored."""
    if isinstance(data, int):
        return 0 <= data < (1 << 32 if kind == Kind.DWORD else 1 << 64) and kind in (Kind.DWORD, Kind.QWORD)
    if isinstance(data, str):
        return kind in (Kind.SZ, Kind.EXPAND_SZ)
    if isinstance(data, tuple):
        return kind == Kind.MULTI_SZ
    return True  # bytes can be of any type: those of a DWORD, too, that somebody made of three
