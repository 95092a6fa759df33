"""Random settings are made in a random registry, killed before each write in turn: undoing restores what was there."""

import contextlib
import random

from fake_registry import FakeRegistry, machine, tree
from killed_registry import Killed, KilledRegistry

from wer import changes
from wer._machine.keys import IMAGES, LOCAL_DUMPS, SILENT_EXIT
from wer._machine.registry import HKLM, Kind

UNIT = "kills"
PYTHONS = ("windows", "linux")
SHORT = 25
MOST_WRITES = 200

PROGRAMS = (None, "a.exe", "b.exe")
STATES = (
    *((Kind.DWORD, number) for number in (0, 1, 2, 5, 10, 0xFFFFFFFF)),
    *((Kind.SZ, text) for text in ("", "5", r"C:\x", "0x200", "\ud800")),
    (Kind.EXPAND_SZ, r"%TEMP%"),
    (Kind.BINARY, b""),
    (Kind.BINARY, b"\1\2"),
    (Kind.DWORD, b"\1\2\3"),
    (Kind.SZ, b"a\0\0\0b\0"),
    (Kind.NONE, None),
    (Kind.QWORD, 1 << 63),
    (Kind.MULTI_SZ, ("a", "")),
    (8, b"resource list"),
)
NAMES = ("DumpFolder", "DUMPCOUNT", "dumptype", "CustomDumpFlags", "Else", "")


def random_machine(rng):
    keys = {}
    if rng.random() < 0.6:
        keys[LOCAL_DUMPS] = {name: rng.choice(STATES) for name in NAMES if rng.random() < 0.3}
        for exe in ("A.exe", "b.EXE", "theirs.exe"):
            if rng.random() < 0.4:
                keys[rf"{LOCAL_DUMPS}\{exe}"] = {name: rng.choice(STATES) for name in NAMES if rng.random() < 0.4}
    if rng.random() < 0.5:
        flag = rng.choice([(Kind.DWORD, 0), (Kind.DWORD, 0x2000000), (Kind.SZ, "0x10"), (Kind.DWORD, 0x200)])
        keys[rf"{IMAGES}\a.exe"] = {"GlobalFlag": flag}
    if rng.random() < 0.3:
        keys[rf"{SILENT_EXIT}\a.exe"] = {"ReportingMode": (Kind.DWORD, rng.choice([0, 2, 4]))}
    return machine(keys) if rng.random() < 0.9 else FakeRegistry({(HKLM, 64): {"SOFTWARE": {}}})


def random_plan(rng, registry):
    exe = rng.choice(PROGRAMS)
    options = {
        name: rng.choice(values)
        for name, values in (
            ("folder", (r"C:\Dumps", r"%TEMP%\d")),
            ("count", (0, 1, 5, 10)),
            ("dump_type", ("mini", "full", "custom")),
        )
        if rng.random() < 0.4
    }
    if rng.random() < 0.25:
        return changes.set_on_kill(registry, "a.exe", **{k: v for k, v in options.items() if v != "custom"})
    if exe is not None and options.get("count") != 0 and rng.random() < 0.5:
        options["only_this_program"] = True
    return changes.set_local_dumps(registry, exe, **options)


def undo_all(rng, registry):
    undoings = [lambda exe=exe: changes.unset_local_dumps(registry, exe) for exe in PROGRAMS]
    undoings.append(lambda: changes.unset_on_kill(registry, "a.exe"))
    rng.shuffle(undoings)
    for undoing in undoings:
        plan = undoing()
        if "Nothing is recorded" not in "".join(plan.notes):
            plan.apply(registry)


@contextlib.contextmanager
def place(folder):
    yield None


def case(place, number):
    """All moments from one starting point, then no kill at all; in another order, and all of it undone."""
    for writes in range(MOST_WRITES):
        rng = random.Random(number)
        registry = random_machine(rng)
        before = tree(registry)
        for _ in range(rng.randrange(0, 6)):
            random_plan(rng, registry).apply(registry)
        dying = KilledRegistry(registry, writes)
        killed = False
        try:
            random_plan(rng, dying).apply(dying)
            undo_all(random.Random(number), dying)
        except Killed:
            killed = True
        undo_all(rng, registry)
        # Killed after its last record was removed, it leaves an empty journal, which the next change takes along.
        changes.set_local_dumps(registry, "other.exe").apply(registry)
        changes.unset_local_dumps(registry, "other.exe").apply(registry)
        assert tree(registry) == before, f"killed before write {writes}" if killed else "not killed"
        if not killed:
            return writes
    raise AssertionError(f"more than {MOST_WRITES} writes")
