"""`wer.changes` on a registry that is only played: plans, the journal, and that undoing restores what was there."""

import errno
import json
import random

import pytest
from fake_registry import DEFAULT, FakeRegistry, machine, tree
from trials.registry_changes import STATES

from wer import changes
from wer._machine.keys import EXCLUDED, IMAGES, LOCAL_DUMPS, MODULES, PROFILES, SILENT_EXIT
from wer._machine.local_dumps import where_it_does_nothing
from wer._machine.registry import HKCU, HKLM, Kind, Unreadable, Value
from wer.changes._change import Change, described, put
from wer.changes._crash_module import is_there
from wer.changes._journal import KEY, Journal, Record
from wer.changes._places import is_changed_here
from wer.changes._plan import Planner
from wer.doctor import effective_local_dumps


def at(registry, key, hive=HKLM):
    """The values of a key, as in `FakeRegistry`; None: it is not there."""
    values = registry.values(hive, key)
    return None if values is None else {value.name: (value.kind, value.data) for value in values}


def dumps(registry, exe=None, **options):
    changes.set_local_dumps(registry, exe, **options).apply(registry)


def no_dumps(registry, exe=None):
    changes.unset_local_dumps(registry, exe).apply(registry)


class TestSetLocalDumps:
    def test_of_a_program(self):
        registry = machine()
        before = tree(registry)
        plan = changes.set_local_dumps(registry, "python.exe", folder=r"C:\Dumps", count=5, dump_type="full")
        assert plan.lines() == [
            rf"make the key HKLM\{LOCAL_DUMPS}",
            rf"make the key HKLM\{LOCAL_DUMPS}\python.exe",
            rf'set HKLM\{LOCAL_DUMPS}\python.exe, DumpFolder to "C:\Dumps" [EXPAND_SZ]',
            rf"set HKLM\{LOCAL_DUMPS}\python.exe, DumpCount to 5 [DWORD]",
            rf"set HKLM\{LOCAL_DUMPS}\python.exe, DumpType to 2 [DWORD]",
        ]
        assert any("EVERY program" in note and "--only-this-program" in note for note in plan.notes)
        assert any("full dump" in note for note in plan.notes)
        assert tree(registry) == before, "a plan changes nothing"
        plan.apply(registry)
        assert at(registry, LOCAL_DUMPS) == {}
        assert at(registry, rf"{LOCAL_DUMPS}\python.exe") == {
            "DumpFolder": (Kind.EXPAND_SZ, r"C:\Dumps"),
            "DumpCount": (Kind.DWORD, 5),
            "DumpType": (Kind.DWORD, 2),
        }
        assert not changes.set_local_dumps(registry, "python.exe", count=5), "there is nothing left to do"
        no_dumps(registry, "Python.EXE")
        assert tree(registry) == before

    def test_of_a_program_alone(self):
        registry = machine()
        before = tree(registry)
        plan = changes.set_local_dumps(registry, "python.exe", only_this_program=True)
        assert not any("EVERY program" in note for note in plan.notes)
        order = [line.partition(" to ")[0] for line in plan.lines()]
        assert order == [
            rf"make the key HKLM\{LOCAL_DUMPS}",
            rf"set HKLM\{LOCAL_DUMPS}, DumpCount",
            rf"make the key HKLM\{LOCAL_DUMPS}\python.exe",
            rf"set HKLM\{LOCAL_DUMPS}\python.exe, DumpCount",
        ], "as short as possible are dumps of all kept"
        plan.apply(registry)
        assert at(registry, LOCAL_DUMPS) == {"DumpCount": (Kind.DWORD, 0)}
        assert at(registry, rf"{LOCAL_DUMPS}\python.exe") == {"DumpCount": (Kind.DWORD, 10)}
        assert not effective_local_dumps(registry).kept
        assert not effective_local_dumps(registry, "other.exe").kept
        assert effective_local_dumps(registry, "python.exe").kept
        no_dumps(registry, "python.exe")
        assert tree(registry) == before

    def test_alone_says_whose_dumps_stop(self):
        registry = machine({rf"{LOCAL_DUMPS}\a.exe": {}, rf"{LOCAL_DUMPS}\b.exe": {"DumpCount": (Kind.DWORD, 3)}})
        notes = changes.set_local_dumps(registry, "python.exe", only_this_program=True).notes
        assert any("kept of every program now" in note for note in notes)
        assert any("stop as well: a.exe." in note for note in notes)

    def test_alone_keeps_the_count_of_the_program(self):
        registry = machine({rf"{LOCAL_DUMPS}\python.exe": {"dumpcount": (Kind.DWORD, 3)}})
        dumps(registry, "python.exe", only_this_program=True)
        assert at(registry, rf"{LOCAL_DUMPS}\python.exe") == {"dumpcount": (Kind.DWORD, 3)}

    def test_a_count_of_0_for_all_is_said(self):
        registry = machine({LOCAL_DUMPS: {"DumpCount": (Kind.DWORD, 0)}})
        assert any("add --count 10" in note for note in changes.set_local_dumps(registry, "python.exe").notes)

    @pytest.mark.parametrize(("given", "words"), [(0, "keeps no dumps"), (1, None), (None, None)])
    def test_a_count_of_0_that_is_asked_for_is_said(self, given, words):
        notes = changes.set_local_dumps(machine(), "a.exe", count=given).notes
        assert any("DumpCount of 0" in note and str(words) in note for note in notes if "EVERY" not in note) == bool(
            words
        )

    def test_a_program_without_its_extension_is_said(self):
        for exe, told in (("python", True), ("python.EXE", False), (None, False)):
            notes = changes.set_local_dumps(machine(), exe).notes
            assert any("does not end with .exe" in note for note in notes) is told

    def test_of_all_programs(self):
        registry = machine()
        before = tree(registry)
        dumps(registry, dump_type="custom", flags=0x1121)
        assert at(registry, LOCAL_DUMPS) == {"DumpType": (Kind.DWORD, 0), "CustomDumpFlags": (Kind.DWORD, 0x1121)}
        no_dumps(registry)
        assert tree(registry) == before

    def test_nothing_above_is_there(self):
        registry = FakeRegistry({(HKLM, 64): {"SOFTWARE": {}}})
        before = tree(registry)
        dumps(registry, "python.exe")
        assert at(registry, rf"{LOCAL_DUMPS}\python.exe") == {}
        no_dumps(registry, "python.exe")
        assert tree(registry) == before

    def test_the_view_of_32_bit_programs_stays(self):
        registry = FakeRegistry({(HKLM, 64): DEFAULT, (HKLM, 32): {LOCAL_DUMPS: {"DumpCount": (Kind.DWORD, 7)}}})
        plan = changes.set_local_dumps(registry, "python.exe")
        assert any("32-bit" in note for note in plan.notes)
        plan.apply(registry)
        assert registry.keys(HKLM, LOCAL_DUMPS, 32) == []
        assert registry.keys(HKLM, LOCAL_DUMPS, 64) == ["python.exe"]

    @pytest.mark.parametrize(
        ("arguments", "options", "words"),
        [
            (("",), {}, "exe is empty"),
            ((r"C:\python.exe",), {}, "without a folder"),
            (("a/b.exe",), {}, "without a folder"),
            (("a\x07.exe",), {}, "it has '\\x07'"),
            (("python.exe ",), {}, "ends with a dot or a space"),
            (("python.exe.",), {}, "ends with a dot or a space"),
            (("x" * 256,), {}, "at most 255"),
            (("a\0.exe",), {}, "NUL"),
            ((), {"folder": "Dumps"}, "a full path"),
            ((), {"folder": r"\Dumps"}, "a full path"),
            ((), {"folder": "C:Dumps"}, "a full path"),
            ((), {"folder": "C:\\a\nb"}, "control character"),
            ((), {"count": -1}, "0 to 4294967295"),
            ((), {"count": 1 << 32}, "count takes 0 to 4294967295"),
            ((), {"dump_type": "custom", "flags": 1 << 32}, "flags takes 0 to 4294967295"),
            ((), {"dump_type": "huge"}, "custom, full, mini"),
            ((), {"flags": 1}, "flags are for dump_type custom"),
            ((), {"dump_type": "mini", "flags": 1}, "flags are for dump_type custom"),
            ((), {"only_this_program": True}, "needs exe"),
            (("a.exe",), {"only_this_program": True, "count": 0}, "keeps none"),
        ],
    )
    def test_refused(self, arguments, options, words):
        with pytest.raises(ValueError, match=words.replace("\\", r"\\")):
            changes.set_local_dumps(machine(), *arguments, **options)

    @pytest.mark.parametrize("count", [True, 1.0, "1"])
    def test_refused_types(self, count):
        with pytest.raises(TypeError, match="count must be an int"):
            changes.set_local_dumps(machine(), count=count)


class TestUnsetLocalDumps:
    def test_what_was_there_comes_back(self):
        old = {
            "dumpfolder": (Kind.SZ, r"%TEMP%\x"),
            "DumpCount": (Kind.SZ, "10"),
            "DumpType": (Kind.QWORD, 1 << 40),
            "CustomDumpFlags": (Kind.BINARY, b"\x00\xff"),
            "Else": (Kind.MULTI_SZ, ("a", "\ud800")),
            "": (Kind.NONE, None),
        }
        registry = machine({rf"{LOCAL_DUMPS}\python.exe": old})
        before = tree(registry)
        dumps(registry, "python.exe", folder=r"C:\Dumps", count=5, dump_type="custom", flags=1)
        dumps(registry, "python.exe", folder=r"D:\Dumps", count=6, dump_type="custom", flags=2)
        assert at(registry, rf"{LOCAL_DUMPS}\python.exe")["dumpfolder"] == (Kind.EXPAND_SZ, r"D:\Dumps")
        no_dumps(registry, "python.exe")
        assert tree(registry) == before

    def test_two_programs_in_either_order(self):
        for first, second in (("a.exe", "b.exe"), ("b.exe", "a.exe")):
            registry = machine()
            before = tree(registry)
            dumps(registry, "a.exe", only_this_program=True)
            dumps(registry, "b.exe", only_this_program=True)
            no_dumps(registry, first)
            assert at(registry, LOCAL_DUMPS) == {"DumpCount": (Kind.DWORD, 0)}, "the other one needs it"
            assert registry.keys(HKLM, LOCAL_DUMPS) == [second]
            no_dumps(registry, second)
            assert tree(registry) == before

    def test_many_programs_in_any_order(self):
        registry = machine()
        before = tree(registry)
        programs = [f"{number}.exe" for number in range(60)]
        for exe in programs:
            dumps(registry, exe, only_this_program=True)
        random.Random(1).shuffle(programs)
        for exe in programs:
            assert at(registry, LOCAL_DUMPS) == {"DumpCount": (Kind.DWORD, 0)}
            no_dumps(registry, exe)
        assert tree(registry) == before

    def test_names_that_only_look_alike(self):
        registry = machine()
        dumps(registry, "stra\xdfe.exe", count=1)
        dumps(registry, "strasse.exe", count=2)
        no_dumps(registry, "strasse.exe")
        assert registry.keys(HKLM, LOCAL_DUMPS) == ["stra\xdfe.exe"]

    def test_a_key_of_somebody_else_keeps_the_parent_until_it_goes(self):
        registry = machine()
        before = tree(registry)
        dumps(registry, "a.exe", only_this_program=True)
        registry.create(HKLM, rf"{LOCAL_DUMPS}\theirs.exe")
        plan = changes.unset_local_dumps(registry, "a.exe")
        assert any("not empty: the key theirs.exe" in note for note in plan.notes)
        assert any("dumps of all programs" in note for note in plan.notes)
        plan.apply(registry)
        assert at(registry, LOCAL_DUMPS) == {}
        registry.delete_key(HKLM, rf"{LOCAL_DUMPS}\theirs.exe")
        dumps(registry, "b.exe")
        no_dumps(registry, "b.exe")
        assert tree(registry) == before, "that it was made here is not forgotten"

    def test_what_somebody_else_has_changed_since_stays(self):
        registry = machine()
        dumps(registry, "a.exe", count=5, dump_type="full")
        key = rf"{LOCAL_DUMPS}\a.exe"
        registry.set(HKLM, key, Value("DumpCount", Kind.DWORD, 99))
        plan = changes.unset_local_dumps(registry, "a.exe")
        assert any("somebody else has changed it since" in note and "99" in note for note in plan.notes)
        plan.apply(registry)
        assert at(registry, key) == {"DumpCount": (Kind.DWORD, 99)}
        assert Journal(registry, HKLM).get(key, "DumpCount") is None

    def test_what_somebody_else_has_removed_is_not_made_again(self):
        registry = machine({rf"{LOCAL_DUMPS}\a.exe": {"DumpCount": (Kind.DWORD, 7)}})
        dumps(registry, "a.exe", count=5)
        registry.delete_value(HKLM, rf"{LOCAL_DUMPS}\a.exe", "DumpCount")
        registry.delete_key(HKLM, rf"{LOCAL_DUMPS}\a.exe")
        no_dumps(registry, "a.exe")
        assert registry.keys(HKLM, LOCAL_DUMPS) == []

    def test_setting_again_over_somebody_elses_change(self):
        registry = machine()
        key = rf"{LOCAL_DUMPS}\a.exe"
        dumps(registry, "a.exe", count=5)
        registry.set(HKLM, key, Value("DumpCount", Kind.DWORD, 99))
        dumps(registry, "a.exe", count=6)
        no_dumps(registry, "a.exe")
        assert at(registry, key) == {"DumpCount": (Kind.DWORD, 99)}, "what was there before the last change of ours"

    def test_what_somebody_else_wants_as_well_is_theirs(self):
        registry = machine()
        key = rf"{LOCAL_DUMPS}\a.exe"
        dumps(registry, "a.exe", count=5)
        registry.set(HKLM, key, Value("DumpCount", Kind.DWORD, 99))
        plan = changes.set_local_dumps(registry, "a.exe", count=99)
        assert plan.lines() == [rf"forget what was recorded of HKLM\{key}, DumpCount, which stays as it is"]
        plan.apply(registry)
        no_dumps(registry, "a.exe")
        assert at(registry, key) == {"DumpCount": (Kind.DWORD, 99)}

    def test_a_key_that_became_empty_goes_with_whatever_is_undone_next(self):
        registry = machine()
        before = tree(registry)
        dumps(registry, "a.exe")
        registry.create(HKLM, rf"{LOCAL_DUMPS}\theirs.exe")
        no_dumps(registry, "a.exe")
        registry.delete_key(HKLM, rf"{LOCAL_DUMPS}\theirs.exe")
        changes.set_on_kill(registry, "b.exe").apply(registry)
        changes.unset_on_kill(registry, "b.exe").apply(registry)
        assert tree(registry) == before

    def test_a_key_with_something_of_others_in_it_stays_whatever_is_undone_next(self):
        registry = machine()
        dumps(registry, "a.exe")
        registry.create(HKLM, rf"{LOCAL_DUMPS}\theirs.exe")
        no_dumps(registry, "a.exe")
        before = tree(registry)
        changes.set_on_kill(registry, "b.exe").apply(registry)
        plan = changes.unset_on_kill(registry, "b.exe")
        assert any("was made here and stays, since it is not empty: the key theirs.exe" in note for note in plan.notes)
        assert all("SilentProcessExit" in line or "Image File" in line for line in plan.lines())
        plan.apply(registry)
        assert tree(registry) == before

    @pytest.mark.parametrize("after", range(4))
    def test_an_undoing_that_fails_is_set_back(self, after):
        """It is as it was before, recorded too, and can be undone again."""

        class Failing(FakeRegistry):
            allowed = None

            def _count(self):
                if self.allowed is not None:
                    self.allowed -= 1
                    if self.allowed < 0:
                        self.allowed = None
                        raise OSError(errno.EIO, "the disk is damaged")

            def delete_value(self, hive, key, name, view=64):
                if "werapi" not in key:
                    self._count()
                super().delete_value(hive, key, name, view)

            def delete_key(self, hive, key, view=64):
                if "werapi" not in key:
                    self._count()
                super().delete_key(hive, key, view)

        registry = Failing({(HKLM, 64): DEFAULT})
        first = tree(registry)
        dumps(registry, "a.exe", count=5, dump_type="full")
        before = tree(registry)
        plan = changes.unset_local_dumps(registry, "a.exe")
        assert len(plan.changes) == 4
        registry.allowed = after
        with pytest.raises(OSError, match="the disk is damaged") as caught:
            plan.apply(registry)
        assert not hasattr(caught.value, "__notes__")
        assert tree(registry) == before
        no_dumps(registry, "a.exe")
        assert tree(registry) == first

    def test_what_somebody_else_has_removed_altogether(self):
        registry = machine()
        before = tree(registry)
        dumps(registry, "a.exe", only_this_program=True)
        dumps(registry, "b.exe", only_this_program=True)
        for key in (rf"{LOCAL_DUMPS}\a.exe", rf"{LOCAL_DUMPS}\b.exe", LOCAL_DUMPS):
            registry.delete_key(HKLM, key)
        for exe in ("a.exe", "b.exe"):
            plan = changes.unset_local_dumps(registry, exe)
            assert plan.changes == [], "nothing is made again"
            plan.apply(registry)
        assert tree(registry) == before

    def test_what_is_set_for_another_topic_is_not_removed(self):
        registry = machine({LOCAL_DUMPS: {}})
        dumps(registry, "a.exe", only_this_program=True)
        plan = changes.unset_local_dumps(registry)
        assert not plan
        assert any("was set here for: local-dumps a.exe. Undo that." in note for note in plan.notes)

    def test_nothing_is_recorded(self):
        registry = machine({LOCAL_DUMPS: {}, rf"{LOCAL_DUMPS}\a.exe": {"DumpCount": (Kind.DWORD, 1)}})
        plan = changes.unset_local_dumps(registry, "a.exe")
        assert any("Nothing is recorded" in note for note in plan.notes)
        assert any("who made it is not known" in note for note in plan.notes)
        plan.apply(registry)
        assert registry.keys(HKLM, LOCAL_DUMPS) == []
        assert at(registry, KEY) is None

    def test_nothing_is_recorded_and_there_is_more(self):
        theirs = {"Mine": (Kind.SZ, "x"), "DumpType": (Kind.SZ, "2")}
        registry = machine({rf"{LOCAL_DUMPS}\a.exe": {"DumpCount": (Kind.DWORD, 1)} | theirs})
        plan = changes.unset_local_dumps(registry, "a.exe")
        assert any("stays: there is something else in it" in note for note in plan.notes)
        plan.apply(registry)
        assert at(registry, rf"{LOCAL_DUMPS}\a.exe") == theirs

    def test_nothing_is_there(self):
        plan = changes.unset_local_dumps(machine(), "a.exe")
        assert not plan
        assert "is not there, and nothing is recorded" in plan.notes[0]

    @pytest.mark.parametrize(
        "data",
        [(Kind.BINARY, bytes(65537)), (Kind.SZ, "x" * 65537), (Kind.MULTI_SZ, ("x" * 65536, "y"))],
        ids=["bytes", "text", "texts"],
    )
    def test_a_value_that_is_too_large_is_not_replaced(self, data):
        registry = machine({LOCAL_DUMPS: {"DumpCount": data}})
        with pytest.raises(ValueError, match="DumpCount holds 65537 characters or bytes"):
            changes.set_local_dumps(registry, count=1)

    def test_one_that_is_just_not_too_large_comes_back(self):
        registry = machine({LOCAL_DUMPS: {"DumpCount": (Kind.BINARY, bytes(65536))}})
        before = tree(registry)
        dumps(registry, count=1)
        no_dumps(registry)
        assert tree(registry) == before


class TestWords:
    """What somebody reads before saying yes."""

    @pytest.mark.parametrize(
        ("kind", "data", "words"),
        [
            (Kind.DWORD, 9, "9 [DWORD]"),
            (Kind.QWORD, 10, "10 (0xa) [QWORD]"),
            (Kind.SZ, "a", '"a" [SZ]'),
            (Kind.MULTI_SZ, ("a", "b"), '"a", "b" [MULTI_SZ]'),
            (Kind.BINARY, b"\1\xff", "01 ff [BINARY]"),
            (Kind.BINARY, b"", "no bytes [BINARY]"),
            (Kind.BINARY, bytes(32), f"{bytes(32).hex(' ')} [BINARY]"),
            (Kind.BINARY, bytes(33), "33 bytes [BINARY]"),
            (Kind.NONE, None, "nothing [NONE]"),
            (8, b"\x10", "10 [type 8]"),
        ],
    )
    def test_a_value(self, kind, data, words):
        assert described(Value("x", kind, data)) == words

    def test_a_plan(self):
        assert repr(changes.set_local_dumps(machine(), "a.exe")) == "<Plan 'local-dumps a.exe', 2 changes>"

    def test_what_is_not_there(self):
        assert [described(state) for state in (None, False, True)] == ["not there", "not there", "there"]

    @pytest.mark.parametrize(
        ("kind", "data"), [(Kind.SZ, "x" * 10_000), (Kind.MULTI_SZ, ("x" * 10_000,) * 1000), (Kind.SZ, "x" * 301)]
    )
    def test_a_large_value_is_cut(self, kind, data):
        words = described(Value("x", kind, data))
        assert 300 < len(words) < 330
        assert "..." in words

    def test_removing(self):
        registry = machine({LOCAL_DUMPS: {}, rf"{LOCAL_DUMPS}\a.exe": {"DumpCount": (Kind.DWORD, 7)}})
        dumps(registry, "a.exe", count=5, dump_type="full")
        assert sorted(changes.unset_local_dumps(registry, "a.exe").lines()) == [
            rf"remove HKLM\{LOCAL_DUMPS}\a.exe, DumpType, which is 2 [DWORD]",
            rf"set HKLM\{LOCAL_DUMPS}\a.exe, DumpCount to 7 [DWORD], which is 5 [DWORD]",
        ]
        registry = machine()
        dumps(registry, "a.exe")
        assert changes.unset_local_dumps(registry, "a.exe").lines() == [
            rf"remove the key HKLM\{LOCAL_DUMPS}\a.exe",
            rf"remove the key HKLM\{LOCAL_DUMPS}",
        ]


class TestApply:
    def test_access_denied(self):
        registry = machine(read_only=[(HKLM, "SOFTWARE")])
        before = tree(registry)
        plan = changes.set_local_dumps(registry, "python.exe")
        with pytest.raises(PermissionError, match="administrator") as caught:
            plan.apply(registry)
        assert caught.value.filename.startswith("HKLM\\")
        assert tree(registry) == before

    def test_access_denied_in_the_middle_undoes_the_rest(self):
        registry = machine({rf"{LOCAL_DUMPS}\python.exe": {}}, read_only=[(HKLM, rf"{LOCAL_DUMPS}\python.exe")])
        before = tree(registry)
        plan = changes.set_local_dumps(registry, "python.exe", only_this_program=True)
        with pytest.raises(PermissionError, match="administrator") as caught:
            plan.apply(registry)
        assert caught.value.filename == rf"HKLM\{LOCAL_DUMPS}\python.exe"
        assert tree(registry) == before

    def test_what_cannot_be_set_back_is_named_and_recorded(self):
        class Failing(FakeRegistry):
            """From the first value of the program on, nothing can be written."""

            def set(self, hive, key, value, view=64):
                if key.endswith("python.exe"):
                    self.read_only.add((HKLM, "software"))
                super().set(hive, key, value, view)

        registry = Failing({(HKLM, 64): DEFAULT})
        before = tree(registry)
        with pytest.raises(PermissionError) as caught:
            dumps(registry, "python.exe", count=3)
        assert "could not be set back" in "".join(caught.value.__notes__)
        assert LOCAL_DUMPS in "".join(caught.value.__notes__)
        registry.read_only.clear()
        no_dumps(registry, "python.exe")
        assert tree(registry) == before

    def test_nobody_may_read(self):
        registry = machine(denied=[(HKLM, LOCAL_DUMPS)])
        with pytest.raises(Unreadable):
            changes.set_local_dumps(registry, "python.exe")

    def test_it_became_unreadable(self):
        registry = machine()
        plan = changes.set_local_dumps(registry, "python.exe")
        registry.denied.add((HKLM, LOCAL_DUMPS.lower()))
        with pytest.raises(PermissionError, match="administrator"):
            plan.apply(registry)

    def test_something_else_is_there_afterwards(self):
        class Policy(FakeRegistry):
            """Has its own idea of DumpCount."""

            def set(self, hive, key, value, view=64):
                if value.name == "DumpCount":
                    value = Value("DumpCount", Kind.DWORD, 77)
                super().set(hive, key, value, view)

        registry = Policy({(HKLM, 64): DEFAULT | {LOCAL_DUMPS: {"DumpCount": (Kind.DWORD, 5)}}})
        words = r"DumpCount was set to 3 \[DWORD\], and is 77 \(0x4d\) \[DWORD\]"
        with pytest.raises(changes.NotKept, match=words) as caught:
            dumps(registry, count=3)
        assert "could not be set back" in caught.value.__notes__[0], "to 5, likewise"

    def test_a_write_that_goes_elsewhere(self):
        class Virtual(FakeRegistry):
            """As a process whose writes are redirected."""

            def create(self, hive, key, view=64):
                return super().create(hive, key, view) if "werapi" in key else True

        registry = Virtual({(HKLM, 64): DEFAULT})
        before = tree(registry)
        with pytest.raises(changes.NotKept, match="was set to there, and is not there"):
            dumps(registry, "python.exe")
        assert tree(registry) == before

    @pytest.mark.parametrize("when", ["value", "key", "record"])
    def test_it_has_changed_since_the_plan(self, when):
        registry = machine({rf"{LOCAL_DUMPS}\a.exe": {"DumpCount": (Kind.DWORD, 1)}})
        plan = changes.set_local_dumps(registry, "a.exe", count=5)
        if when == "value":
            registry.set(HKLM, rf"{LOCAL_DUMPS}\a.exe", Value("DumpCount", Kind.DWORD, 2))
        elif when == "key":
            plan = changes.set_local_dumps(registry, "b.exe")
            registry.create(HKLM, rf"{LOCAL_DUMPS}\b.exe")
        else:
            dumps(registry, "a.exe", count=5)
        before = tree(registry)
        with pytest.raises(OSError, match="has changed since the plan was made") as caught:
            plan.apply(registry)
        assert caught.value.errno == errno.EBUSY
        assert tree(registry) == before

    def test_two_at_the_same_time(self):
        registry = machine()
        before = tree(registry)
        plans = [changes.set_local_dumps(registry, exe, only_this_program=True) for exe in ("a.exe", "b.exe")]
        plans[0].apply(registry)
        with pytest.raises(OSError, match="make it anew"):
            plans[1].apply(registry)
        dumps(registry, "b.exe", only_this_program=True)
        no_dumps(registry, "a.exe")
        no_dumps(registry, "b.exe")
        assert tree(registry) == before

    def test_a_key_that_got_something_in_it_is_not_removed(self):
        registry = machine()
        dumps(registry, "a.exe")
        plan = changes.unset_local_dumps(registry, "a.exe")
        registry.set(HKLM, rf"{LOCAL_DUMPS}\a.exe", Value("x", Kind.SZ, "theirs"))
        with pytest.raises(OSError, match="has changed since"):
            plan.apply(registry)
        assert at(registry, rf"{LOCAL_DUMPS}\a.exe") == {"x": (Kind.SZ, "theirs")}

    def test_an_empty_journal_that_stays_is_no_failure(self):
        class Stubborn(FakeRegistry):
            def delete_key(self, hive, key, view=64):
                if "werapi" in key:
                    raise PermissionError(errno.EACCES, "Access is denied", key)
                super().delete_key(hive, key, view)

        registry = Stubborn({(HKLM, 64): {"SOFTWARE": {}}})
        dumps(registry, "a.exe")
        no_dumps(registry, "a.exe")
        assert registry.keys(HKLM, "SOFTWARE") == ["werapi"]
        assert at(registry, KEY) == {}

    def test_a_journal_that_may_not_be_read_is_not_cleaned(self):
        registry = machine({KEY: {}}, denied=[(HKLM, KEY)])
        Journal(registry, HKLM).clean()
        registry.denied.clear()
        assert at(registry, KEY) == {}

    def test_an_interrupt_sets_back(self):
        class Interrupted(FakeRegistry):
            def set(self, hive, key, value, view=64):
                super().set(hive, key, value, view)
                if value.name == "DumpType":
                    raise KeyboardInterrupt

        registry = Interrupted({(HKLM, 64): DEFAULT})
        before = tree(registry)
        with pytest.raises(KeyboardInterrupt):
            dumps(registry, "python.exe", count=3, dump_type="full")
        assert tree(registry) == before


class TestOnKill:
    KEYS = rf"{IMAGES}\python.exe", rf"{SILENT_EXIT}\python.exe"

    def test_set_and_unset(self):
        registry = machine()
        before = tree(registry)
        plan = changes.set_on_kill(registry, "python.exe", folder=r"C:\Dumps", count=3, dump_type="full")
        assert any("settings only" in note for note in plan.notes)
        assert any("every end of python.exe" in note for note in plan.notes)
        plan.apply(registry)
        image, silent = self.KEYS
        assert at(registry, image) == {"GlobalFlag": (Kind.DWORD, 0x200)}
        assert at(registry, silent) == {
            "LocalDumpFolder": (Kind.EXPAND_SZ, r"C:\Dumps"),
            "MaxNumberOfDumpFiles": (Kind.DWORD, 3),
            "DumpType": (Kind.DWORD, 2),
            "ReportingMode": (Kind.DWORD, 2),
        }
        changes.unset_on_kill(registry, "PYTHON.exe").apply(registry)
        assert tree(registry) == before

    @pytest.mark.parametrize("old", [(Kind.DWORD, 0x02000000), (Kind.SZ, "0x02000000"), (Kind.DWORD, 0x200)])
    def test_other_flags_stay(self, old):
        registry = machine({self.KEYS[0]: {"GlobalFlag": old, "Debugger": (Kind.SZ, "x")}})
        before = tree(registry)
        changes.set_on_kill(registry, "python.exe").apply(registry)
        flag = registry.value(HKLM, self.KEYS[0], "GlobalFlag")
        assert flag.data & 0x200
        assert flag.data & ~0x200 == (0x02000000 if old[1] != 0x200 else 0)
        changes.unset_on_kill(registry, "python.exe").apply(registry)
        assert tree(registry) == before

    def test_flags_that_others_have_set_since_stay(self):
        registry = machine()
        changes.set_on_kill(registry, "python.exe").apply(registry)
        registry.set(HKLM, self.KEYS[0], Value("GlobalFlag", Kind.DWORD, 0x02000200))
        changes.set_on_kill(registry, "python.exe", count=4).apply(registry)
        changes.unset_on_kill(registry, "python.exe").apply(registry)
        assert at(registry, self.KEYS[0]) == {"GlobalFlag": (Kind.DWORD, 0x02000000)}
        assert at(registry, self.KEYS[1]) is None

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"ReportingMode": (Kind.DWORD, 1)}, r"ReportingMode = 1 \[DWORD\]"),
            ({"ReportingMode": (Kind.DWORD, 3)}, r"ReportingMode = 3 \[DWORD\]"),
            ({"ReportingMode": (Kind.SZ, "0x1")}, r'ReportingMode = "0x1" \[SZ\]'),
            ({"MonitorProcess": (Kind.SZ, "evil.exe")}, r'MonitorProcess = "evil\.exe" \[SZ\]'),
            ({"ReportingMode": (Kind.DWORD, 2), "MonitorProcess": (Kind.SZ, "evil.exe")}, "MonitorProcess = "),
        ],
    )
    def test_a_monitor_of_somebody_else(self, values, words):
        registry = machine({self.KEYS[1]: values})
        for plan in (changes.set_on_kill, changes.unset_on_kill):
            with pytest.raises(ValueError, match=rf"{words}.*another program started.*not touched"):
                plan(registry, "python.exe")

    def test_custom_flags(self):
        registry = machine()
        changes.set_on_kill(registry, "python.exe", dump_type="custom", flags=0x1121).apply(registry)
        assert at(registry, self.KEYS[1])["DumpType"] == (Kind.DWORD, 0x1121)

    def test_flags_as_text_become_a_number(self):
        registry = machine({self.KEYS[0]: {"GlobalFlag": (Kind.SZ, "0x10")}})
        plan = changes.set_on_kill(registry, "python.exe")
        assert any('GlobalFlag is "0x10" [SZ]' in note for note in plan.notes)
        plan.apply(registry)
        assert at(registry, self.KEYS[0]) == {"GlobalFlag": (Kind.DWORD, 0x210)}

    def test_never_mode_1(self):
        registry = machine({self.KEYS[1]: {"ReportingMode": (Kind.DWORD, 4)}})
        changes.set_on_kill(registry, "python.exe").apply(registry)
        assert at(registry, self.KEYS[1]) == {"ReportingMode": (Kind.DWORD, 6)}

    @pytest.mark.parametrize(
        "flag",
        [
            (Kind.BINARY, b"1"),
            *((Kind.SZ, text) for text in ("", "x", "-1", "0x100000000", "0x0000000000000000001")),
        ],
    )
    def test_a_flag_that_is_no_number(self, flag):
        registry = machine({self.KEYS[0]: {"GlobalFlag": flag}})
        with pytest.raises(ValueError, match="should be a number"):
            changes.set_on_kill(registry, "python.exe")

    @pytest.mark.parametrize("text", ["512", "0x200", " 0x200 ", "0x000000000000000200", "0xFFFFFFFF"])
    def test_a_flag_that_is_a_number_as_text_and_set_stays(self, text):
        registry = machine({self.KEYS[0]: {"GlobalFlag": (Kind.SZ, text)}})
        changes.set_on_kill(registry, "python.exe").apply(registry)
        assert at(registry, self.KEYS[0]) == {"GlobalFlag": (Kind.SZ, text)}

    @pytest.mark.parametrize(
        ("first", "since", "left"),
        [
            (None, (Kind.DWORD, 0x02000200), (Kind.DWORD, 0x02000000)),
            ((Kind.DWORD, 0x10), (Kind.DWORD, 0x02000210), (Kind.DWORD, 0x02000010)),
            ((Kind.DWORD, 0x200), (Kind.DWORD, 0x02000200), (Kind.DWORD, 0x02000200)),
            ((Kind.SZ, "0x200"), (Kind.DWORD, 0x02000200), (Kind.DWORD, 0x02000200)),
            (None, (Kind.QWORD, 0x200), None),
            ((Kind.DWORD, 0), (Kind.QWORD, 0x200), (Kind.QWORD, 0)),
            (None, (Kind.SZ, "0x02000200"), (Kind.SZ, "0x02000200")),
        ],
    )
    def test_only_our_bit_of_what_others_have_set_since_goes(self, first, since, left):
        registry = machine({self.KEYS[0]: {"GlobalFlag": first}} if first else {self.KEYS[0]: {}})
        changes.set_on_kill(registry, "python.exe").apply(registry)
        registry.set(HKLM, self.KEYS[0], Value("GlobalFlag", *since))
        changes.unset_on_kill(registry, "python.exe").apply(registry)
        assert at(registry, self.KEYS[0]) == ({"GlobalFlag": left} if left else {})
        assert at(registry, KEY) is None

    def test_nothing_is_recorded(self):
        registry = machine(
            {
                self.KEYS[0]: {"GlobalFlag": (Kind.DWORD, 0x02000200)},
                self.KEYS[1]: {"ReportingMode": (Kind.DWORD, 2), "DumpType": (Kind.DWORD, 2)},
            }
        )
        plan = changes.unset_on_kill(registry, "python.exe")
        assert any("Nothing is recorded" in note for note in plan.notes)
        plan.apply(registry)
        assert at(registry, self.KEYS[0]) == {"GlobalFlag": (Kind.DWORD, 0x02000000)}
        assert at(registry, self.KEYS[1]) is None

    @pytest.mark.parametrize("flag", [(Kind.DWORD, 0x02000000), (Kind.BINARY, b"1"), (Kind.SZ, "0x10")])
    def test_nothing_is_recorded_and_the_flags_are_not_ours(self, flag):
        registry = machine({self.KEYS[0]: {"GlobalFlag": flag}, self.KEYS[1]: {"ReportingMode": (Kind.DWORD, 2)}})
        changes.unset_on_kill(registry, "python.exe").apply(registry)
        assert at(registry, self.KEYS[0]) == {"GlobalFlag": flag}
        assert at(registry, self.KEYS[1]) is None

    def test_nothing_is_recorded_and_only_our_flag_is_there(self):
        registry = machine({self.KEYS[0]: {"GlobalFlag": (Kind.SZ, "0x200")}})
        changes.unset_on_kill(registry, "python.exe").apply(registry)
        assert at(registry, self.KEYS[0]) is None

    def test_nothing_is_there(self):
        plan = changes.unset_on_kill(machine(), "python.exe")
        assert not plan
        assert "Nothing is set for python.exe" in plan.notes[0]

    def test_refused(self):
        for options, words in (
            ({"flags": 1}, "flags are for dump_type custom"),
            ({"dump_type": "custom"}, "needs flags"),
            ({"dump_type": "micro"}, "takes custom, full, mini"),
            ({"dump_type": "custom", "flags": 1 << 32}, "flags takes 0 to 4294967295"),
            ({"count": -1}, "count takes 0 to 4294967295"),
        ):
            with pytest.raises(ValueError, match=words):
                changes.set_on_kill(machine(), "a.exe", **options)


class TestJournal:
    def test_it_is_of_its_hive(self):
        registry = machine()
        Journal(registry, HKCU).write(Record(EXCLUDED, "a.exe", None, ()))
        assert Journal(registry, HKLM).records() == {}
        assert len(Journal(registry, HKCU).records()) == 1
        with pytest.raises(ValueError, match="HKLM or HKCU"):
            Journal(registry, "HKU")

    def test_it_leaves_nothing(self):
        registry = machine()
        before = tree(registry)
        journal = Journal(registry, HKLM)
        for name in ("a.exe", "b.exe"):
            journal.write(Record(EXCLUDED, name, None, ()))
        journal.remove(EXCLUDED, "A.EXE")
        assert list(journal.records()) == [f"{EXCLUDED} -> b.exe".lower()]
        journal.remove(EXCLUDED, "b.exe")
        assert tree(registry) == before

    def test_what_else_is_in_its_key_stays(self):
        registry = machine({r"SOFTWARE\werapi": {"theirs": (Kind.SZ, "x")}})
        before = tree(registry)
        Journal(registry, HKLM).write(Record(EXCLUDED, "a.exe", None, ()))
        Journal(registry, HKLM).remove(EXCLUDED, "a.exe")
        assert tree(registry) == before

    @pytest.mark.parametrize(
        "state",
        [
            None,
            *[Value("DumpCount", kind, data) for kind, data in STATES],
            Value("DUMPCOUNT", 0xFFFFFFFF, b"x"),
        ],
    )
    def test_every_state_comes_back(self, state):
        registry = machine()
        record = Record(LOCAL_DUMPS, "DumpCount", state, (("a", state), ("b", None)), 7)
        Journal(registry, HKLM).write(record)
        assert Journal(registry, HKLM).get(LOCAL_DUMPS, "dumpcount") == record

    def good(self, **changed):
        record = {"version": 1, "key": LOCAL_DUMPS, "name": "DumpCount", "before": None, "layers": [], "bits": 0}
        return record | changed

    def value(self, **changed):
        return {"name": "DumpCount", "kind": 4, "data": 1} | changed

    def damaged(self):
        good, value = self.good, self.value
        yield from ("", "{", "[]", "1", "null", '"x"', "[" * 100_000, "1" * 5000, "x" * (1 << 20) + "x")
        for record in (
            good(version=2),
            good(key=1),
            good(key=r"SOFTWARE\Microsoft\Windows\CurrentVersion\Run", name="evil"),
            good(key=rf"{LOCAL_DUMPS}\..\Run"),
            good(key=rf"{LOCAL_DUMPS}\a\b"),
            good(key="SYSTEM", name=None, before=True),
            good(name="Debugger", key=rf"{IMAGES}\sethc.exe"),
            good(name=7),
            good(name=None, before=None),
            good(name=None, before=1),
            good(bits=-1),
            good(bits=True),
            good(bits=1 << 32),
            good(layers=3),
            good(layers=[[1, None]]),
            good(layers=[["a"]]),
            good(before=True),
            good(before=[]),
            good(before=value(name="Other")),
            good(before=value(name=3)),
            good(before=value(kind="4")),
            good(before=value(kind=True)),
            good(before=value(kind=-1)),
            good(before=value(data="text")),
            good(before=value(data=1 << 32)),
            good(before=value(data=-1)),
            good(before=value(data=1.5)),
            good(before=value(data=True)),
            good(before=value(kind=1, data=7)),
            good(before=value(kind=3, data={"hex": "zz"})),
            good(before=value(kind=4, data={"hex": 5})),
            good(before=value(kind=3, data={})),
            good(before=value(kind=7, data=[1])),
            good(before=value(kind=3, data=["a"])),
            good(before=value(kind=11, data=1 << 64)),
        ):
            yield json.dumps(record)

    def test_damage_and_bait_are_ignored(self):
        place = f"{LOCAL_DUMPS} -> DumpCount"
        assert Journal(machine({KEY: {place: (Kind.SZ, json.dumps(self.good()))}}), HKLM).damaged() == []
        for text in self.damaged():
            name = place
            if text.startswith('{"version"'):
                raw = json.loads(text)
                name = raw["key"] if raw["name"] is None else f"{raw['key']} -> {raw['name']}"
            journal = Journal(machine({KEY: {name: (Kind.SZ, text)}}), HKLM)
            assert journal.records() == {}, text[:200]
            assert journal.damaged() == [name]

    @pytest.mark.parametrize(
        "other", [(Kind.BINARY, b"{}"), (Kind.DWORD, 1), (Kind.NONE, None), (Kind.EXPAND_SZ, "{}")]
    )
    def test_other_types(self, other):
        assert Journal(machine({KEY: {"x": other}}), HKLM).damaged() == ["x"]

    def test_a_record_under_another_name(self):
        text = json.dumps(self.good())
        assert Journal(machine({KEY: {f"{LOCAL_DUMPS} -> DumpType": (Kind.SZ, text)}}), HKLM).records() == {}

    def test_a_user_cannot_have_the_machine_changed(self):
        """What stands in HKCU is restored in HKCU only, and only in keys that this package changes there."""
        place = f"{LOCAL_DUMPS} -> DumpCount"
        registry = machine(user={KEY: {place: (Kind.SZ, json.dumps(self.good()))}})
        assert Journal(registry, HKCU).records() == {}
        assert not is_changed_here(HKCU, LOCAL_DUMPS, "DumpCount")
        assert is_changed_here(HKCU, EXCLUDED, "a.exe")

    def test_where_something_is_changed(self):
        assert is_changed_here(HKLM, rf"{LOCAL_DUMPS}\a", "DUMPCOUNT")
        assert is_changed_here(HKLM, "software", None)
        for key, name in (
            (rf"{LOCAL_DUMPS}\a", "Other"),
            (f"{LOCAL_DUMPS}\\", "DumpCount"),
            (f"{LOCAL_DUMPS}x", "DumpCount"),
            (rf"{EXCLUDED}\a", "a.exe"),
            (rf"{MODULES}\a", None),
            ("SOFT", None),
            ("SOFTWARE", "a"),
            ("", "a"),
        ):
            assert not is_changed_here(HKLM, key, name), (key, name)
        assert not is_changed_here("HKU", LOCAL_DUMPS, None)

    def test_a_record_that_becomes_too_large_is_not_written(self):
        registry = machine()
        before = tree(registry)
        state = Value("DumpFolder", Kind.EXPAND_SZ, "\ud800" * 30_000)
        layers = tuple((f"{number}", state) for number in range(6))
        with pytest.raises(ValueError, match="undo some of it"):
            Journal(registry, HKLM).write(Record(LOCAL_DUMPS, "DumpFolder", None, layers))
        assert tree(registry) == before

    def test_setting_over_a_damaged_record(self):
        registry = machine({KEY: {f"{LOCAL_DUMPS} -> DumpCount": (Kind.SZ, "{")}})
        dumps(registry, count=5)
        no_dumps(registry)
        assert at(registry, LOCAL_DUMPS) is None
        assert at(registry, KEY) is None


class TestShowLocalDumps:
    def test_off(self):
        found = effective_local_dumps(machine())
        assert (found.kept, found.on, found.programs) == (False, False, ())
        assert [(setting.name, setting.data, setting.source) for setting in found.settings] == [
            ("DumpFolder", r"%LOCALAPPDATA%\CrashDumps", "default"),
            ("DumpCount", 10, "default"),
            ("DumpType", 1, "default"),
            ("CustomDumpFlags", 0x121, "default"),
        ]

    def test_value_by_value(self):
        registry = machine(
            {
                LOCAL_DUMPS: {"DumpCount": (Kind.DWORD, 3), "DumpType": (Kind.DWORD, 2)},
                rf"{LOCAL_DUMPS}\Python.exe": {"dumptype": (Kind.DWORD, 0)},
            }
        )
        found = effective_local_dumps(registry, "python.EXE")
        assert found.kept
        assert [(setting.data, setting.source) for setting in found.settings] == [
            (r"%LOCALAPPDATA%\CrashDumps", "default"),
            (3, "all programs"),
            (0, "this program"),
            (0x121, "default"),
        ]
        assert found.programs == ("Python.exe",)

    @pytest.mark.parametrize(
        ("name", "stored", "data", "problem", "sure"),
        [
            ("DumpFolder", (Kind.SZ, r"%TEMP%\x"), r"%TEMP%\x", "variables stay", "inferred"),
            ("DumpFolder", (Kind.SZ, r"C:\x"), r"C:\x", None, "documented"),
            ("DumpFolder", (Kind.DWORD, 1), None, "not REG_EXPAND_SZ", "unknown"),
            ("DumpFolder", (Kind.EXPAND_SZ, ""), None, "is empty", "unknown"),
            ("DumpCount", (Kind.SZ, "5"), None, "not REG_DWORD", "unknown"),
            ("DumpCount", (Kind.QWORD, 5), None, "not REG_DWORD", "unknown"),
            ("DumpCount", (Kind.DWORD, 0), 0, None, "seen"),
            ("DumpType", (Kind.DWORD, 3), 3, "none of 0 (custom), 1 (mini) and 2 (full)", "unknown"),
            ("CustomDumpFlags", (Kind.BINARY, b"\1"), None, "not REG_DWORD", "unknown"),
        ],
    )
    def test_types(self, name, stored, data, problem, sure):
        found = effective_local_dumps(machine({LOCAL_DUMPS: {name: stored}}))
        (setting,) = [setting for setting in found.settings if setting.name == name]
        assert (setting.data, setting.sure) == (data, sure)
        assert problem in setting.problem if problem else setting.problem == ""
        assert found.kept is (data != 0)

    @pytest.mark.parametrize(
        ("kind", "flags", "has_heap"),
        [(0, 0x121, False), (0, 0x2, True), (0, 0x200, True), (1, 0x202, False), (2, 0, True), (3, 0x202, False)],
    )
    def test_whether_the_memory_is_in_it(self, kind, flags, has_heap):
        values = {"DumpType": (Kind.DWORD, kind), "CustomDumpFlags": (Kind.DWORD, flags)}
        assert effective_local_dumps(machine({LOCAL_DUMPS: values})).has_heap is has_heap

    def test_the_wrong_hive_and_view(self):
        assert "WER ignores it" in where_it_does_nothing(machine(user={LOCAL_DUMPS: {}}))[0]
        registry = FakeRegistry({(HKLM, 32): {LOCAL_DUMPS: {}}})
        assert "32-bit" in where_it_does_nothing(registry)[0]
        registry.create(HKLM, LOCAL_DUMPS)
        assert where_it_does_nothing(registry) == ()

    def test_folders(self):
        environment = {
            "LocalAppData": r"C:\Users\me\AppData\Local",
            "SystemRoot": r"C:\Windows",
            "USERPROFILE": r"C:\Users\me",
        }
        registry = machine(
            {
                rf"{PROFILES}\S-1-5-18": {
                    "ProfileImagePath": (Kind.EXPAND_SZ, r"%systemroot%\system32\config\systemprofile")
                },
                rf"{PROFILES}\S-1-5-21-1": {"ProfileImagePath": (Kind.EXPAND_SZ, r"C:\Users\other")},
                rf"{PROFILES}\S-1-5-21-2": {"ProfileImagePath": (Kind.EXPAND_SZ, r"C:\Users\ME")},
                rf"{PROFILES}\S-1-5-21-3": {"ProfileImagePath": (Kind.DWORD, 7)},
                rf"{PROFILES}\S-1-5-21-4": {},
                rf"{PROFILES}\S-1-5-21-5": {"ProfileImagePath": (Kind.EXPAND_SZ, r"C:\Users\Other")},
            }
        )
        folders = changes.account_folders(registry, r"%LOCALAPPDATA%\CrashDumps", True, environment)
        assert [folder.profile for folder in folders] == [
            r"C:\Users\me",
            r"C:\Windows\System32\config\systemprofile",
            r"C:\Windows\ServiceProfiles\LocalService",
            r"C:\Windows\ServiceProfiles\NetworkService",
            r"C:\Users\other",
        ], "each once, in whatever case"
        assert {folder.sure for folder in folders} == {"documented"}
        assert [(folder.account, folder.folder) for folder in folders] == [
            ("this account", r"C:\Users\me\AppData\Local\CrashDumps"),
            ("LocalSystem", r"C:\Windows\System32\config\systemprofile\AppData\Local\CrashDumps"),
            ("LocalService", r"C:\Windows\ServiceProfiles\LocalService\AppData\Local\CrashDumps"),
            ("NetworkService", r"C:\Windows\ServiceProfiles\NetworkService\AppData\Local\CrashDumps"),
            ("S-1-5-21-1", r"C:\Users\other\AppData\Local\CrashDumps"),
        ]
        assert len(changes.account_folders(registry, "x", False, environment)) == 4

    def test_a_variable_that_nobody_knows(self):
        folders = changes.account_folders(machine(), r"%NOBODY%\x", environment={})
        assert {(folder.folder, folder.sure) for folder in folders} == {(r"%NOBODY%\x", "unknown")}


class TestCrashModule:
    @pytest.fixture
    def dll(self, tmp_path):
        path = tmp_path / "wer_exception_module.dll"
        path.touch()
        return str(path)

    @pytest.mark.parametrize("is_machine", [False, True])
    def test_install_and_remove(self, dll, is_machine):
        registry = machine()
        before = tree(registry)
        changes.install_crash_module(registry, is_machine, dll).apply(registry)
        hive = HKLM if is_machine else HKCU
        assert at(registry, MODULES, hive) == {dll: (Kind.DWORD, 0)}
        assert at(registry, KEY, HKCU if is_machine else HKLM) is None
        assert not changes.install_crash_module(registry, is_machine, dll)
        changes.remove_crash_module(registry, is_machine, dll).apply(registry)
        assert tree(registry) == before

    def test_one_that_is_there_already(self, dll):
        registry = machine({MODULES: {dll: (Kind.DWORD, 7)}})
        assert not changes.install_crash_module(registry, True, dll)

    def test_one_of_another_type(self, dll):
        registry = machine({MODULES: {dll: (Kind.SZ, "")}})
        before = tree(registry)
        changes.install_crash_module(registry, True, dll).apply(registry)
        assert at(registry, MODULES) == {dll: (Kind.DWORD, 0)}
        changes.remove_crash_module(registry, True, dll).apply(registry)
        assert tree(registry) == before

    def test_remove_what_nobody_recorded(self, dll):
        registry = machine({MODULES: {dll: (Kind.DWORD, 0), r"C:\theirs.dll": (Kind.DWORD, 0)}})
        plan = changes.remove_crash_module(registry, True, dll)
        assert "Nothing is recorded" in plan.notes[0]
        plan.apply(registry)
        assert list(at(registry, MODULES)) == [r"C:\theirs.dll"]
        assert not changes.remove_crash_module(registry, True, dll)

    @pytest.mark.parametrize(
        ("build", "words"),
        [("18363", "This is build 18363"), (None, "which build"), ("x", "which build"), ("19041", None)],
    )
    def test_builds(self, dll, build, words):
        nt = SILENT_EXIT.rpartition("\\")[0]
        registry = machine({nt: {"CurrentBuildNumber": (Kind.SZ, build)} if build else {}})
        notes = "".join(changes.install_crash_module(registry, False, dll).notes)
        assert (words in notes) if words else ("build" not in notes)

    def test_no_dll(self):
        with pytest.raises(FileNotFoundError, match="no exception module") as caught:
            changes.install_crash_module(machine(), path="nowhere.dll")
        assert (caught.value.errno, caught.value.filename) == (errno.ENOENT, "nowhere.dll")

    @pytest.mark.parametrize("path", ["C:\\a\0b.dll", "//server/share/x.dll", "x.dll", ""])
    def test_what_is_not_looked_at(self, path):
        assert is_there(path, lambda _: pytest.fail("it was")) is None

    def test_show(self, dll):
        asked = []
        registry = machine(
            {MODULES: {r"C:\gone\wer_exception_module.dll": (Kind.DWORD, 0), r"\\evil\share\x.dll": (Kind.SZ, "x")}},
            {MODULES: {r"C:\there.dll": (Kind.DWORD, 0), "x.dll": (Kind.DWORD, 0)}},
        )
        found = changes.crash_modules(registry, lambda path: asked.append(path) or "there" in path)
        assert [(entry.hive, entry.path, entry.is_there, entry.ours) for entry in found.entries] == [
            (HKCU, r"C:\there.dll", True, False),
            (HKCU, "x.dll", None, False),
            (HKLM, r"C:\gone\wer_exception_module.dll", False, True),
            (HKLM, r"\\evil\share\x.dll", None, False),
        ]
        assert not any("evil" in path for path in asked), "another machine is not asked"

    def test_unreadable(self):
        found = changes.crash_modules(machine(denied=[(HKLM, MODULES)]))
        assert found.entries == ()
        assert MODULES in found.unreadable[0]


class TestExclusions:
    def test_all_four_places(self):
        policy = r"SOFTWARE\Policies\Microsoft\Windows\Windows Error Reporting\ExcludedApplications"
        registry = machine(
            {EXCLUDED: {"a.exe": (Kind.DWORD, 1)}, policy: {"b.exe": (Kind.SZ, "b.exe")}},
            {EXCLUDED: {"A.exe": (Kind.SZ, "")}, policy: {"c.exe": (Kind.SZ, "c.exe")}},
        )
        found = changes.exclusions(registry)
        assert [(entry.name, entry.hive, entry.by_policy) for entry in found.entries] == [
            ("A.exe", HKCU, False),
            ("c.exe", HKCU, True),
            ("a.exe", HKLM, False),
            ("b.exe", HKLM, True),
        ]
        assert [entry.hive for entry in changes.exclusions(registry, "a.EXE").entries] == [HKCU, HKLM]
        assert not any(entry.made_here for entry in found.entries)

    def test_denied(self):
        found = changes.exclusions(machine({EXCLUDED: {}}, denied=[(HKLM, EXCLUDED)]))
        assert found.entries == ()
        assert EXCLUDED in found.unreadable[0]

    @pytest.mark.parametrize("written", [(Kind.DWORD, 1), (Kind.SZ, "a.exe")])
    @pytest.mark.parametrize("all_users", [False, True])
    def test_exclude_and_include(self, monkeypatch, written, all_users):
        registry = machine()
        hive = HKLM if all_users else HKCU

        def add(name, everybody):
            assert everybody == all_users
            registry.create(hive, EXCLUDED)
            registry.set(hive, EXCLUDED, Value(name, *written))
            if written == (Kind.DWORD, 1):  # what WER writes
                assert changes.exclusions(registry).entries[0].made_here, "also if the process is killed now"

        monkeypatch.setattr("wer._settings.add_excluded_application", add)
        monkeypatch.setattr(
            "wer._settings.remove_excluded_application", lambda name, _: registry.delete_value(hive, EXCLUDED, name)
        )
        assert changes.exclude(registry, "a.exe", all_users) == Value("a.exe", *written)
        (entry,) = changes.exclusions(registry).entries
        assert entry.made_here
        assert changes.include(registry, "a.exe", all_users) is None
        assert changes.exclusions(registry).entries == ()
        assert at(registry, KEY, hive) is None

    def test_wer_refuses(self, monkeypatch):
        registry = machine()

        def refuse(*_):
            raise PermissionError(errno.EACCES, "no")

        monkeypatch.setattr("wer._settings.add_excluded_application", refuse)
        before = tree(registry)
        with pytest.raises(PermissionError):
            changes.exclude(registry, "a.exe", True)
        assert tree(registry) == before

    def test_wer_writes_elsewhere(self, monkeypatch):
        registry = machine()
        monkeypatch.setattr("wer._settings.add_excluded_application", lambda *_: None)
        before = tree(registry)
        assert changes.exclude(registry, "a.exe") is None
        assert tree(registry) == before

    def test_one_that_was_there_is_not_ours(self, monkeypatch):
        registry = machine(user={EXCLUDED: {"a.exe": (Kind.SZ, "")}})
        monkeypatch.setattr("wer._settings.add_excluded_application", lambda *_: None)
        assert changes.exclude(registry, "a.exe") == Value("a.exe", Kind.SZ, "")
        assert not changes.exclusions(registry).entries[0].made_here


def test_a_change_is_made_in_its_view():
    registry = FakeRegistry({(HKLM, view): {LOCAL_DUMPS: {"x": (Kind.DWORD, view)}} for view in (64, 32)})
    key = Change(HKLM, LOCAL_DUMPS, None, True, False, 32)
    value = Change(HKLM, LOCAL_DUMPS, "x", Value("x", Kind.DWORD, 32), None, 32)
    put(registry, value, Value("x", Kind.DWORD, 33))
    assert registry.value(HKLM, LOCAL_DUMPS, "x", 32).data == 33
    put(registry, value, None)
    put(registry, key, False)
    assert registry.values(HKLM, LOCAL_DUMPS, 32) is None
    put(registry, key, True)
    assert registry.values(HKLM, LOCAL_DUMPS, 32) == []
    assert at(registry, LOCAL_DUMPS) == {"x": (Kind.DWORD, 64)}


def test_nothing_here_touches_the_32_bit_view():
    """All changes are made where WER looks."""
    planner = Planner(machine(), "x")
    planner.make_key(HKLM, LOCAL_DUMPS)
    assert {change.view for change in planner.plan.changes} == {64}
