"""`wer.changes.leftovers` and `remove_files`: what of this package is here, and whose it is."""

import os

import pytest
from fake_registry import machine, tree

from wer import changes
from wer._machine.keys import MODULES, PROFILES
from wer._machine.registry import HKCU, HKLM, Kind
from wer.changes._journal import KEY

UNPACKED = "pyz-0123456789abcdef"


@pytest.fixture
def folder(tmp_path):
    """This account's files, below its profile."""
    path = tmp_path / "me" / "AppData" / "Local" / "wer"
    path.mkdir(parents=True)
    return path


def profile(number, path):
    return {rf"{PROFILES}\S-1-5-21-{number}": {"ProfileImagePath": (Kind.EXPAND_SZ, str(path))}}


class TestLooking:
    def test_nothing(self, tmp_path):
        found = changes.leftovers(machine(), str(tmp_path / "none"))
        assert not found
        assert (found.files, found.exclusions, found.elsewhere, found.unknown) == ([], [], [], [])

    def test_a_hive_that_may_not_be_read_hides_nothing_of_the_other(self, folder):
        registry = machine()
        changes.set_local_dumps(registry, "a.exe").apply(registry)
        registry.denied.add((HKCU, KEY.lower()))
        found = changes.leftovers(registry, str(folder))
        assert [change.hive for change in found.machine.changes] == [HKLM] * 2
        assert found.user.lines() == found.user.changes == []
        assert len(found.unknown) == 1
        assert KEY in found.unknown[0]

    def test_the_module_of_this_installation_is_not_another(self, folder, monkeypatch):
        dll = folder / "wer_exception_module.dll"
        dll.touch()
        monkeypatch.setattr("wer._exception_module.PATH", str(dll))
        monkeypatch.setattr("wer.changes._uninstall.is_there", os.path.isfile)
        registry = machine()
        changes.install_crash_module(registry).apply(registry)
        found = changes.leftovers(registry, str(folder))
        assert not any("another installation" in note for note in found.user.notes)
        found.user.apply(registry)
        assert registry.values(HKCU, MODULES) is None

    def test_files_of_other_accounts(self, folder, tmp_path):
        """Their own is none; one of which nothing may be known keeps no other from being found."""
        other = tmp_path / "other" / "AppData" / "Local" / "wer"
        other.mkdir(parents=True)
        profiles = profile(1, tmp_path / "secret") | profile(2, tmp_path / "me") | profile(3, tmp_path / "other")
        registry = machine(profiles, denied=[(HKLM, rf"{PROFILES}\S-1-5-21-1")])
        found = changes.leftovers(registry, str(folder))
        assert found.elsewhere == [str(other)]
        assert len(found.unknown) == 1
        assert "S-1-5-21-1" in found.unknown[0]

    def test_a_profile_that_may_not_be_looked_into(self, folder, tmp_path, monkeypatch):
        real = os.lstat

        def denied(path, **more):
            if "secret" in os.fspath(path):
                raise PermissionError(13, "Permission denied", path)
            return real(path, **more)

        monkeypatch.setattr(os, "lstat", denied)
        found = changes.leftovers(machine(profile(1, tmp_path / "secret")), str(folder))
        assert found.elsewhere == []
        assert found.unknown == [
            f"{tmp_path / 'secret' / 'AppData' / 'Local' / 'wer'} cannot be read: Permission denied"
        ]

    def test_a_list_of_profiles_that_may_not_be_read(self, folder):
        found = changes.leftovers(machine(denied=[(HKLM, PROFILES)]), str(folder))
        assert PROFILES in found.unknown[0]


class TestRemoving:
    def test_what_has_gone_meanwhile(self, folder):
        (folder / "limits.bin").touch()
        found = changes.leftovers(machine(), str(folder))
        (folder / "limits.bin").unlink()
        assert changes.remove_files(found) == []
        assert not folder.exists()
        assert changes.remove_files(found) == []

    def test_a_folder_with_something_else_in_it(self, folder):
        (folder / "mine.txt").touch()
        (folder / "limits.bin").touch()
        found = changes.leftovers(machine(), str(folder))
        [(path, why)] = changes.remove_files(found)
        assert path == str(folder)
        assert why.startswith("there is something else in it")
        assert os.listdir(folder) == ["mine.txt"]

    @pytest.mark.parametrize("name", ["_werapi.pyd", "wer_exception_module.DLL"])
    def test_an_extension_that_a_process_has_loaded_keeps_the_rest_of_its_package(self, folder, monkeypatch, name):
        package = folder / UNPACKED / "wer"
        package.mkdir(parents=True)
        for file in (name, "__init__.py"):
            (package / file).touch()
        real = os.unlink

        def in_use(path, **more):
            if os.fspath(path).endswith(name):
                raise PermissionError(13, "used by another process", path)
            real(path, **more)

        found = changes.leftovers(machine(), str(folder))
        with monkeypatch.context() as patched:
            patched.setattr(os, "unlink", in_use)
            [(path, why)] = changes.remove_files(found)
        assert path == str(folder / UNPACKED)
        assert "most likely since a process uses it" in why
        assert sorted(os.listdir(package)) == sorted([name, "__init__.py"])
        assert changes.remove_files(found) == []
        assert not folder.exists()

    def test_nothing_of_the_registry(self, folder):
        registry = machine()
        changes.set_local_dumps(registry, "a.exe").apply(registry)
        before = tree(registry)
        changes.remove_files(changes.leftovers(registry, str(folder)))
        assert tree(registry) == before
