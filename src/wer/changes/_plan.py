"""`Plan`: changes of the registry that belong together: all are made, or none."""

from dataclasses import dataclass, replace
from errno import EACCES, EBUSY, EIO

from .._machine.registry import Registry, Unreadable, Value
from ._change import Change, State, described, place, put, same, state_of
from ._journal import Journal, Record, check_size
from ._places import is_changed_here


class NotKept(OSError):
    """What was read back is not what was written: something on this machine has changed or redirected it."""


@dataclass(frozen=True)
class Step:
    """A change, if one is needed, and the record of its place: as it is, and as it is to be."""

    hive: str
    key: str
    name: str | None
    change: Change | None
    record: Record | None
    new_record: Record | None

    def is_of(self, hive: str, key: str, name: str | None) -> bool:
        """Whether it is about that place."""
        if self.hive != hive or self.key.lower() != key.lower():
            return False
        if name is None or self.name is None:
            return name is self.name
        return name.lower() == self.name.lower()


class Plan:
    """What is going to be changed, in order. Nothing is until `apply`.

    Attributes
    ----------
    topic : str
        What it is about, for the journal: "local-dumps python.exe".
    notes : list of str
        What somebody has to know who says yes to it.
    """

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.notes: list[str] = []
        self._steps: list[Step] = []
        self._undoes = False
        self._hives: list[str] = []  # that are undone

    def __repr__(self) -> str:
        return f"<Plan {self.topic!r}, {len(self.changes)} changes>"

    @property
    def changes(self) -> list[Change]:
        """The changes, in order."""
        return [step.change for step in self._steps if step.change is not None]

    def __bool__(self) -> bool:
        """Whether there is anything to do: a change, or only a record of one."""
        return bool(self._steps)

    def lines(self) -> list[str]:
        """The changes in words."""
        lines = [change.line() for change in self.changes]
        for step in self._steps:
            if step.change is None:
                where = place(step.hive, step.key, step.name)
                if step.new_record is None:
                    lines.append(f"forget what was recorded of {where}, which stays as it is")
                else:
                    needs = "needs" if step.new_record.has(self.topic) else "no longer needs"
                    lines.append(f'record that "{self.topic}" {needs} {where}, which stays as it is')
        return lines

    def apply(self, registry: Registry) -> None:
        """Make the changes, one after the other, and read each back. If one fails, those before it are undone.

        Parameters
        ----------
        registry : Registry
            The registry that the plan was made for.

        Raises
        ------
        PermissionError
            The key is not to be changed by this account; the text has its name.
        NotKept
            A change was made, and is not there: by policy, redirection or virtualisation.
        OSError
            Something else went wrong, or what is there has changed since the plan was made.
        """
        done: list[Step] = []
        try:
            for step in self._steps:
                self._check(registry, step)
                done.append(step)
                self._do(registry, step)
        except BaseException as error:  # Ctrl-C as well
            left = self._undo(registry, done)
            if isinstance(error, Unreadable):
                error = PermissionError(EACCES, f"{error}; run this as an administrator")
            if left:
                error.add_note(f"What was changed before could not be set back: {', '.join(left)}")
            raise error
        for hive in self._hives:
            Journal(registry, hive).clean()

    def _check(self, registry: Registry, step: Step) -> None:
        """What the plan was made for is still so."""
        where = place(step.hive, step.key, step.name)
        if Journal(registry, step.hive).get(step.key, step.name) != step.record:
            raise _changed_since(where)
        if step.change is None:
            return
        if not same(_state(registry, step.change), step.change.before):
            raise _changed_since(where)
        if step.name is None and step.change.after is False and _contents(registry, step.hive, step.key):
            raise _changed_since(where)  # removing the key would remove them, too

    def _do(self, registry: Registry, step: Step) -> None:
        if not self._undoes:
            _record(registry, step, step.new_record)
        if step.change is not None:
            put(registry, step.change, step.change.after)
            found = _state(registry, step.change)
            if not same(found, step.change.after):
                raise NotKept(
                    EIO,
                    f"{step.change.place} was set to {described(step.change.after)}, and is {described(found)}: a "
                    "policy, a security product, or redirection or virtualisation of this process has changed it",
                )
        if self._undoes:
            _record(registry, step, step.new_record)

    def _undo(self, registry: Registry, done: list[Step]) -> list[str]:
        """Set back what the steps have done, the last one first. Returns where that was not possible.

        What is not set back is still recorded: it can be undone as if it were done.
        """
        left = []
        for step in reversed(done):
            try:
                if self._undoes:
                    _record(registry, step, step.record)
                change = step.change
                if change is not None and not same(_state(registry, change), change.before):
                    put(registry, change, change.before)
                    if not same(_state(registry, change), change.before):
                        raise OSError
                if not self._undoes:
                    _record(registry, step, step.record)
            except (OSError, Unreadable):
                left.append(place(step.hive, step.key, step.name))
        return left


class Planner:
    """Makes a plan by what is in the registry, and what the journal says of it.

    Parameters
    ----------
    registry : Registry
        The registry.
    topic : str
        What the plan is about.
    """

    def __init__(self, registry: Registry, topic: str) -> None:
        self._registry = registry
        self.plan = Plan(topic)

    def state(self, hive: str, key: str, name: str | None) -> State:
        """What is there, after the plan."""
        for step in reversed(self.plan._steps):
            if step.change is not None and step.is_of(hive, key, name):
                return step.change.after
        return state_of(self._registry, hive, key, name)

    def _record(self, hive: str, key: str, name: str | None) -> Record | None:
        """What is recorded of a place, after the plan."""
        for step in reversed(self.plan._steps):
            if step.is_of(hive, key, name):
                return step.new_record
        return Journal(self._registry, hive).get(key, name)

    def topics_of(self, hive: str, key: str, names: tuple[str | None, ...]) -> set[str]:
        """What is recorded to need something of a key."""
        records = [self._record(hive, key, name) for name in names]
        return {topic for record in records if record is not None for topic, _ in record.layers}

    def make_key(self, hive: str, key: str) -> None:
        """Have a key be there, and those above it."""
        above = key.rpartition("\\")[0]
        if above and self.state(hive, above, None) is False:
            self.make_key(hive, above)
        self._want(hive, key, None, True, 0)

    def set(self, hive: str, key: str, value: Value, bits: int = 0) -> None:
        """Have a value be there; with `bits`, what it has besides these is somebody else's."""
        before = self.state(hive, key, value.name)
        if isinstance(before, Value):
            value = Value(before.name, value.kind, value.data)  # it keeps the case of its name
        self._want(hive, key, value.name, value, bits)

    def remove_value(self, hive: str, key: str, name: str) -> None:
        """Remove a value for good. What was there is not recorded, and a record of it is dropped."""
        before = self.state(hive, key, name)
        if before is not None:
            change = Change(hive, key, name, before, None)
            self._step(hive, key, name, change, self._record(hive, key, name), None)

    def write_value(self, hive: str, key: str, value: Value) -> None:
        """Write a value for good, likewise."""
        before = self.state(hive, key, value.name)
        change = Change(hive, key, value.name, before, value)
        self._step(hive, key, value.name, change, self._record(hive, key, value.name), None)

    def remove_empty_key(self, hive: str, key: str) -> bool:
        """Remove a key that is empty after the plan, likewise. Whether it will be gone."""
        if self.state(hive, key, None) is False:
            return True
        if self._left_in(hive, key):
            return False
        self._step(hive, key, None, Change(hive, key, None, True, False), self._record(hive, key, None), None)
        return True

    def _want(self, hive: str, key: str, name: str | None, after: State, bits: int) -> None:
        assert is_changed_here(hive, key, name), (hive, key, name)
        before = self.state(hive, key, name)
        record = old = self._record(hive, key, name)
        if record is not None and not record.accounts_for(before):
            if bits and isinstance(before, Value) and isinstance(number := number_of(before), int):
                # Others have changed theirs; ours are what they were.
                clear = Value(before.name, before.kind, number & ~bits) if isinstance(before.data, int) else before
                record = Record(key, name, clear, (), bits)
            else:
                record = None  # somebody else has changed it: that is what will be restored
        if record is None:
            if same(before, after):
                if old is not None:  # theirs is what is wanted, and stays when this is undone
                    self._step(hive, key, name, None, old, None)
                return
            record = Record(key, name, before, (), bits)
        check_size(hive, key, name, record.before)
        change = None if same(before, after) else Change(hive, key, name, before, after)
        if change is None and record == old and record.has(self.plan.topic):
            return
        new = record.with_layer(self.plan.topic, after, before)
        if change is not None or new != old:
            self._step(hive, key, name, change, old, new)

    def undo(self, hive: str, everything: bool = False) -> bool:
        """Have all be as it was before the topic, or before any. Whether anything was recorded of it."""
        self.plan._undoes = True
        self.plan._hives.append(hive)
        known = False
        records = Journal(self._registry, hive).records().values()
        # Values before their keys, and the deepest keys first.
        for written in sorted(records, key=lambda record: (-record.key.count("\\"), record.name is None)):
            record = self._record(hive, written.key, written.name)
            if record is None:
                continue
            if everything or record.has(self.plan.topic):
                known = True
                self._release(
                    hive, record, replace(record, layers=()) if everything else record.without(self.plan.topic)
                )
            elif record.name is None and not record.layers:
                self._remove_own_key(hive, record, record)
        return known

    def _release(self, hive: str, old: Record, new: Record) -> None:
        if old.name is None:
            self._remove_own_key(hive, old, new)
            return
        before = self.state(hive, old.key, old.name)
        after = new.wanted
        if not old.accounts_for(before):
            after = _without_bits(before, old)
            if same(after, before):
                where = place(hive, old.key, old.name)
                self.plan.notes.append(
                    f"{where} is {described(before)}: somebody else has changed it since, and it stays. Before that "
                    f"it was set here to {described(old.wanted)}, and at first it was {described(old.before)}."
                )
            new = Record(old.key, old.name, None, ())
        change = None if same(before, after) else Change(hive, old.key, old.name, before, after)
        if change is not None and self.state(hive, old.key, None) is False:
            change = None  # its key has gone; it is not for us to make it again
        self._step(hive, old.key, old.name, change, old, new if new.layers else None)

    def _remove_own_key(self, hive: str, old: Record, new: Record) -> None:
        if new.layers:  # another topic has something in it
            self._step(hive, old.key, None, None, old, new)
            return
        if self.state(hive, old.key, None) is False:
            self._step(hive, old.key, None, None, old, None)
            return
        left = self._left_in(hive, old.key)
        if left:
            self.plan.notes.append(
                f"{place(hive, old.key, None)} was made here and stays, since it is not empty: {left}."
            )
            if new != old:
                self._step(hive, old.key, None, None, old, new)
            return
        self._step(hive, old.key, None, Change(hive, old.key, None, True, False), old, None)

    def _left_in(self, hive: str, key: str) -> str:
        """What is in a key after the plan; empty: nothing."""
        left = [
            f"the value {value.name or '(default)'}"
            for value in self._registry.values(hive, key) or ()
            if self.state(hive, key, value.name) is not None
        ]
        left += [
            f"the key {name}"
            for name in self._registry.keys(hive, key) or ()
            if self.state(hive, rf"{key}\{name}", None) is not False
        ]
        return ", ".join(left[:10]) + (f" and {len(left) - 10} more" if len(left) > 10 else "")

    def _step(
        self, hive: str, key: str, name: str | None, change: Change | None, old: Record | None, new: Record | None
    ) -> None:
        self.plan._steps.append(Step(hive, key, name, change, old, new))


def number_of(value: Value) -> int | None:
    """A number, also one that was written as text: ``0x200``, as gflags does."""
    if isinstance(value.data, int):
        return value.data
    if isinstance(value.data, str) and len(value.data) <= 20:
        try:
            number = int(value.data.strip(" \0"), 0)
        except ValueError:
            return None
        return number if 0 <= number <= 0xFFFFFFFF else None
    return None


def _without_bits(state: State, record: Record) -> State:
    """The same without our bits; it itself if they are not ours alone."""
    if not record.bits or not isinstance(state, Value) or not isinstance(state.data, int):
        return state
    had = number_of(record.before) or 0 if isinstance(record.before, Value) else 0
    number = state.data & ~(record.bits & ~had)
    return None if record.before is None and number == 0 else Value(state.name, state.kind, number)


def _contents(registry: Registry, hive: str, key: str) -> bool:
    return bool(registry.values(hive, key) or registry.keys(hive, key))


def _state(registry: Registry, change: Change) -> State:
    return state_of(registry, change.hive, change.key, change.name, change.view)


def _record(registry: Registry, step: Step, record: Record | None) -> None:
    """Have that be the record of the step's place."""
    journal = Journal(registry, step.hive)
    if record is not None:
        journal.write(record)
    elif step.record is not None or step.new_record is not None:
        journal.remove(step.key, step.name)


def _changed_since(where: str) -> OSError:
    return OSError(EBUSY, f"{where} has changed since the plan was made: make it anew")
