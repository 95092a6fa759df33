"""The registry that tests of the command line put in place; tests/windows/test_registry.py holds it against Wine's."""

import pytest
from fake_registry import FakeRegistry

from wer._machine.registry import Kind, Unreadable, Value

WER = r"SOFTWARE\Microsoft\Windows\Windows Error Reporting"


def test_the_two_views_are_apart_but_for_what_they_share():
    registry = FakeRegistry(
        {
            ("HKLM", 32): {WER: {"Disabled": (Kind.DWORD, 1)}},
            ("HKLM", 64): {r"SOFTWARE\Policies\X": {"A": (Kind.SZ, "a")}},
            ("HKCU", 64): {WER: {"DontShowUI": (Kind.DWORD, 1)}},
        }
    )
    assert registry.value("HKLM", WER, "disabled", 32) == Value("Disabled", Kind.DWORD, 1)
    assert registry.values("HKLM", WER, 64) is None
    assert registry.value("HKLM", r"SOFTWARE\Policies\X", "A", 32).data == "a"
    assert registry.value("HKCU", WER, "DontShowUI", 32).data == 1


def test_what_is_denied_is_not_the_same_as_not_there():
    registry = FakeRegistry({("HKLM", 64): {rf"{WER}\LocalDumps\a.exe": {}}}, denied=[("HKLM", rf"{WER}\LocalDumps")])
    assert registry.keys("HKLM", WER) == ["LocalDumps"]
    with pytest.raises(Unreadable, match=r"HKLM\\SOFTWARE.*LocalDumps \(the 64-bit view\) cannot be read: Access is"):
        registry.keys("HKLM", rf"{WER}\LocalDumps")
    with pytest.raises(PermissionError, match="administrator"):
        registry.create("HKLM", rf"{WER}\LocalDumps\b.exe")


def test_a_key_vanishes_when_it_was_listed():
    registry = FakeRegistry({("HKLM", 64): {rf"{WER}\A": {}, rf"{WER}\B": {}}}, vanishing=[("HKLM", rf"{WER}\A")])
    assert registry.keys("HKLM", WER) == ["A", "B"]
    assert registry.values("HKLM", rf"{WER}\A") is None
    assert registry.values("HKLM", rf"{WER}\B") == []


def test_only_an_empty_key_is_removed():
    registry = FakeRegistry({("HKLM", 64): {rf"{WER}\A": {}}})
    before = registry.snapshot()
    with pytest.raises(PermissionError, match="keys below"):
        registry.delete_key("HKLM", WER)
    assert registry.create("HKLM", rf"{WER}\B") is True
    assert registry.create("HKLM", rf"{WER}\b") is False
    registry.delete_key("HKLM", rf"{WER}\B")
    registry.delete_key("HKLM", rf"{WER}\B")
    assert registry.snapshot() == before
