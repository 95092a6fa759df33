"""Programs that are excluded from error reporting: all four places, and the two that WER's functions change."""

from dataclasses import dataclass

from .. import _settings
from .._machine.keys import EXCLUDED, EXCLUDED_BY_POLICY
from .._machine.registry import HKCU, HKLM, Kind, Registry, Unreadable, Value
from ._change import State, state_of
from ._journal import Journal, Record
from ._names import exe_name

# In each of them every Python program has the same name.
EVERY_PYTHON = ("python.exe", "pythonw.exe", "py.exe", "pyw.exe")


@dataclass(frozen=True)
class Exclusion:
    """An entry.

    Attributes
    ----------
    name : str
        File name of the program.
    hive : str
        "HKLM": for all users; "HKCU": for this one.
    by_policy : bool
        A policy says so: what is removed here comes back.
    stored : Value
        The value. Its type is SZ by the documentation; a DWORD of 1 has been seen as well.
    made_here : bool
        `exclude` made it, and it is as it was made.
    """

    name: str
    hive: str
    by_policy: bool
    stored: Value
    made_here: bool


@dataclass(frozen=True)
class Exclusions:
    """All entries, and what could not be read.

    Attributes
    ----------
    entries : tuple of Exclusion
        In the order of the places.
    unreadable : tuple of str
        Keys of which nothing is known, and why.
    """

    entries: tuple[Exclusion, ...]
    unreadable: tuple[str, ...]


def exclusions(registry: Registry, name: str | None = None) -> Exclusions:
    """Which programs are excluded, for this user and for all, by a setting or a policy.

    Parameters
    ----------
    registry : Registry
        The registry.
    name : str, optional
        Only those of this file name, in whatever case.
    """
    entries, unreadable = [], []
    for hive in (HKCU, HKLM):
        for key, by_policy in ((EXCLUDED, False), (EXCLUDED_BY_POLICY, True)):
            try:
                values = registry.values(hive, key) or []
                records = Journal(registry, hive).records().values()
            except Unreadable as error:
                if str(error) not in unreadable:
                    unreadable.append(str(error))
                continue
            ours = {
                record.name.lower(): record
                for record in records
                if record.name is not None and record.key.lower() == key.lower() and record.layers
            }
            for value in values:
                record = ours.get(value.name.lower())
                made_here = record is not None and record.before is None and record.accounts_for(value)
                if name is None or value.name.lower() == name.lower():
                    entries.append(Exclusion(value.name, hive, by_policy, value, made_here))
    return Exclusions(tuple(entries), tuple(unreadable))


def exclude(registry: Registry, name: str, all_users: bool = False) -> State:
    """Exclude a program from error reporting, and record that. Calls WerAddExcludedApplication.

    Parameters
    ----------
    registry : Registry
        This machine's: the function changes no other.
    name : str
        File name of the program, with its extension.
    all_users : bool
        For every user of the machine, which needs an administrator.

    Returns
    -------
    Value or None
        What is in the registry now. None: WER said that it was done, and it is not where it should be.

    Raises
    ------
    WerError
        WER refused; E_ACCESSDENIED: no right to change the machine's settings.
    OSError
        It cannot be recorded.
    ValueError
        `name` is no file name.
    """
    name = exe_name(name, "name")
    hive = HKLM if all_users else HKCU
    journal = Journal(registry, hive)
    before = state_of(registry, hive, EXCLUDED, name)
    if isinstance(before, Value):
        _settings.add_excluded_application(name, all_users)  # it is no error, and WER may write it anew
        return state_of(registry, hive, EXCLUDED, name)
    topic = f"exclude {name.lower()}"
    journal.write(Record(EXCLUDED, name, None, ((topic, Value(name, Kind.DWORD, 1)),)))
    try:
        _settings.add_excluded_application(name, all_users)
        now = state_of(registry, hive, EXCLUDED, name)
    except BaseException:
        journal.remove(EXCLUDED, name)
        raise
    if now is None:
        journal.remove(EXCLUDED, name)
    else:
        journal.write(Record(EXCLUDED, name, None, ((topic, now),)))
    return now


def include(registry: Registry, name: str, all_users: bool = False) -> State:
    """Undo `exclude`. Calls WerRemoveExcludedApplication.

    Returns
    -------
    Value or None
        What is in the registry now: None.

    Raises
    ------
    WerError
        WER refused: the program is not excluded, or E_ACCESSDENIED.
    ValueError
        `name` is no file name.
    """
    name = exe_name(name, "name")
    hive = HKLM if all_users else HKCU
    _settings.remove_excluded_application(name, all_users)
    journal = Journal(registry, hive)
    if journal.get(EXCLUDED, name) is not None:
        journal.remove(EXCLUDED, name)
    return state_of(registry, hive, EXCLUDED, name)
