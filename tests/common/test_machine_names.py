"""What `wer._machine` makes of names alone, on every system."""

import pytest
from fake_machine import DEFAULT, OTHER, SERVICES
from fake_registry import FakeRegistry

from wer._machine import accounts, folders
from wer._machine.keys import PROFILES
from wer._machine.registry import Kind
from wer._machine.services import program_of, service_of


@pytest.mark.parametrize(
    ("name", "sid"),
    [
        ("LocalSystem", "S-1-5-18"),
        (".\\LocalSystem", "S-1-5-18"),
        ("", "S-1-5-18"),
        ("NT AUTHORITY\\LocalService", "S-1-5-19"),
        ("nt authority\\network service", "S-1-5-20"),
        # As `sc showsid TrustedInstaller` prints it, which is documented.
        ("NT SERVICE\\TrustedInstaller", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"),
        ("nt service\\trustedinstaller", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"),
    ],
)
def test_accounts_of_services(name, sid):
    assert accounts.sid_of(name) == sid
    assert accounts.is_service_account(sid)


def test_other_accounts_are_no_services():
    assert not accounts.is_service_account(OTHER)
    assert not accounts.is_service_account("S-1-5-800-1")


def test_profiles():
    registry = FakeRegistry(DEFAULT)
    assert accounts.profile_of(OTHER, registry) == r"%SystemDrive%\Users\other"
    assert accounts.profile_of("S-1-5-99", registry) is None


@pytest.mark.parametrize("value", [(Kind.SZ, ""), (Kind.DWORD, 7), (Kind.BINARY, b"x")])
def test_a_profile_that_is_no_folder(value):
    registry = FakeRegistry({("HKLM", 64): {rf"{PROFILES}\S-1-5-99": {"ProfileImagePath": value}}})
    assert accounts.profile_of("S-1-5-99", registry) is None


@pytest.mark.parametrize("most", [1, 2])
def test_profiles_have_a_limit(monkeypatch, most):
    monkeypatch.setattr(accounts, "_MOST_PROFILES", most)
    registry = FakeRegistry({("HKLM", 64): {rf"{PROFILES}\S-1-5-{n}": {} for n in (98, 99)}})
    assert accounts.with_profiles(registry) == ["S-1-5-98", "S-1-5-99"][:most]


@pytest.mark.parametrize(
    ("line", "program"),
    [
        (r'"C:\a b\python.exe" -m x', "python.exe"),
        (r"C:\Program Files\App\app.exe --run", "app.exe"),
        (r"C:\app.EXE", "app.EXE"),
        (r"%SystemRoot%\System32\svchost.exe -k x", "svchost.exe"),
        (r"\SystemRoot\System32\drivers\x.sys", "x.sys"),
        (r'"C:\unfinished', '"C:\\unfinished'.rpartition("\\")[2]),
        ("", ""),
        (" ", ""),
        ("\x1b[31m" * 10_000, "\x1b[31m" * 6553 + "\x1b[3"),
    ],
)
def test_the_program_of_a_command_line(line, program):
    assert program_of(line) == program


def test_a_service():
    registry = FakeRegistry(
        {
            ("HKLM", 64): {
                rf"{SERVICES}\Plain": {
                    "Start": (Kind.DWORD, 3),
                    "ObjectName": (Kind.SZ, "NT SERVICE\\Plain"),
                    "ImagePath": (Kind.EXPAND_SZ, r"C:\x\pythonservice.exe"),
                },
                rf"{SERVICES}\Wrapped": {"ImagePath": (Kind.EXPAND_SZ, r"C:\nssm.exe")},
                rf"{SERVICES}\Wrapped\Parameters": {"Application": (Kind.EXPAND_SZ, r"C:\py\python.exe")},
                rf"{SERVICES}\Odd": {"Start": (Kind.SZ, "3"), "ImagePath": (Kind.DWORD, 1)},
            }
        }
    )
    plain = service_of("plain", registry)
    assert (plain.start, plain.account, plain.program) == (3, "NT SERVICE\\Plain", "pythonservice.exe")
    assert service_of("Wrapped", registry).program == "python.exe"
    assert (service_of("Odd", registry).start, service_of("Odd", registry).program) == (None, "")
    for name in ("no", "", r"Wrapped\Parameters"):
        assert service_of(name, registry) is None


@pytest.mark.parametrize("path", [r"\\server\share", r"\\?\C:\x", r"\\.\C:", "//server/share", "relative", "C:x", ""])
def test_only_drives_of_this_machine_are_looked_at(path):
    assert not folders.is_local(path)
    assert folders.folder_of(path).exists is None
    assert folders.is_file(path) is None
    assert folders.entries(path) is None
    with pytest.raises(OSError, match="not on a drive"):
        folders.read_start(path, 1)
