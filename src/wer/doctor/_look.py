"""`Subject`, the program that is asked about; `Look`, which reads what concerns it and keeps what was refused."""

import re
from dataclasses import dataclass, field

from .._machine.keys import WER, WER_POLICY
from .._machine.local_dumps import environment_of
from .._machine.processes import ProcessState
from .._machine.registry import HKCU, HKLM, HKU, Registry, Unreadable, Value
from ._finding import Evidence, Finding, finding, of_key, of_registry
from ._machine import Machine

# What may stand in a command that somebody is going to copy: everything else would need quoting, or is no name.
_PLAIN = re.compile(r"[\w .()+@\\:~-]+", re.ASCII)


@dataclass(frozen=True)
class Subject:
    """The program that is asked about.

    Attributes
    ----------
    exe : str
        The file name of its program.
    account : str or None
        The SID of the account that it runs as; None if it is not known.
    state : ProcessState or None
        Of the process that is asked about; None if it is about a program, whichever process runs it.
    service : str
        The service that it is; "" if none was named.
    is_own : bool
        Whether the process is the one that examines: what it has inherited, others have as well that it starts.
    """

    exe: str
    account: str | None
    state: ProcessState | None = None
    service: str = ""
    is_own: bool = False

    @property
    def is_32bit(self) -> bool | None:
        """Whether it is a 32-bit program, as far as that is known."""
        return self.state.is_32bit if self.state is not None else None

    @property
    def words(self) -> str:
        """How texts call it."""
        return self.exe if self.state is None else f"{self.exe} (process {self.state.pid})"


@dataclass
class Look:
    """One examination: what is looked at, and what was refused.

    Each reading says which answers depend on it: "report", "dump" or both.
    """

    machine: Machine
    subject: Subject
    own_account: str | None
    refused: dict[tuple[str, str, int], tuple[str, set[str]]] = field(default_factory=dict)
    wrong: dict[tuple[str, str, str], Finding] = field(default_factory=dict)

    @property
    def registry(self) -> Registry:
        return self.machine.registry

    def value(self, hive: str, key: str, name: str, *answers: str, view: int = 64) -> Value | None:
        """A value; None if it is not there, or may not be read, which is kept."""
        try:
            return self.registry.value(hive, key, name, view)
        except Unreadable as error:
            self._refuse(error, answers)
            return None

    def values(self, hive: str, key: str, *answers: str, view: int = 64) -> list[Value]:
        """The values of a key; none if it is not there, or may not be read, which is kept."""
        try:
            return self.registry.values(hive, key, view) or []
        except Unreadable as error:
            self._refuse(error, answers)
            return []

    def keys(self, hive: str, key: str, *answers: str, view: int = 64) -> list[str] | None:
        """The keys below one; None if it is not there, or may not be read, which is kept."""
        try:
            return self.registry.keys(hive, key, view)
        except Unreadable as error:
            self._refuse(error, answers)
            return None

    def number(self, hive: str, key: str, name: str, *answers: str, view: int = 64) -> tuple[int, Value] | None:
        """A number, and the value that it is; None if it is not there. One of the wrong type is kept as a finding."""
        value = self.value(hive, key, name, *answers, view=view)
        if value is None:
            return None
        if isinstance(value.data, int):
            return value.data, value
        evidence = of_registry(hive, key, value, view)
        clouded = dict.fromkeys(answers, "clouds")
        self.wrong[hive, key.lower(), name.lower()] = finding(
            "setting-type", evidence, name=name, kind=evidence.type, changed=clouded
        )
        return None

    def _refuse(self, error: Unreadable, answers: tuple[str, ...]) -> None:
        place = (error.hive, error.key, error.view)
        self.refused.setdefault(place, (error.reason, set()))[1].update(answers)

    @property
    def user(self) -> tuple[str, str] | None:
        r"""Where the settings of the account are, as a hive and what comes before a key; None if that is not known."""
        account = self.subject.account
        if account is None:
            return None
        return (HKCU, "") if account == self.own_account else (HKU, f"{account}\\")

    def places(self) -> list[tuple[str, str, bool]]:
        """Where settings stand: hive, key, whether it is a policy. A policy wins over a plain value (inferred)."""
        found = [(HKLM, WER_POLICY, True)]
        if self.user is not None:
            hive, start = self.user
            found += [(hive, start + WER_POLICY, True), (HKLM, WER, False), (hive, start + WER, False)]
        else:
            found.append((HKLM, WER, False))
        return found

    def set_to(self, name: str, *answers: str, below: str = "") -> list[tuple[int, Evidence, bool]]:
        """A number of WER's settings wherever it is set: what it is, the evidence, whether it is a policy."""
        found = []
        for hive, key, is_policy in self.places():
            read = self.number(hive, key + below, name, *answers)
            if read is not None:
                found.append((read[0], of_registry(hive, key + below, read[1]), is_policy))
        return found

    def in_effect(self, name: str, *answers: str, below: str = "") -> list[tuple[int, Evidence]]:
        """Likewise, those that count: the policies, and else the plain values."""
        found = self.set_to(name, *answers, below=below)
        policies = [(data, evidence) for data, evidence, is_policy in found if is_policy]
        return policies or [(data, evidence) for data, evidence, _ in found]

    def environment(self) -> dict[str, str]:
        """The variables of the account's environment, as far as they are known."""
        account = None if self.subject.account == self.own_account else self.subject.account or ""
        try:
            return environment_of(account, self.registry, self.machine.environment)
        except Unreadable as error:
            self._refuse(error, ())
            return environment_of("", self.registry, self.machine.environment)

    def left(self) -> list[Finding]:
        """Findings for what was refused, and for values of wrong types."""
        found = []
        for place in dict.fromkeys((hive, key) for hive, key, _ in self.refused):
            those = [(view, *said) for (*where, view), said in self.refused.items() if tuple(where) == place]
            concerned = {answer for _, _, answers in those for answer in answers}
            effects = {answer: "clouds" if answer in concerned else "none" for answer in ("report", "dump")}
            evidence = [of_key(*place, reason, view) for view, reason, _ in those]
            found.append(finding("unreadable", *evidence, reason=those[0][1], changed=effects))
        return found + list(self.wrong.values())


def plain(name: str, instead: str = "NAME") -> str:
    """A name as it may stand in a command that somebody copies into an administrator's prompt."""
    return name if _PLAIN.fullmatch(name) else instead
