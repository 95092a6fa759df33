"""Accounts by their SIDs: their names, their profiles, those of services; and the account of this process."""

import hashlib
import os
import sys

from .._typing import TYPE_CHECKING
from . import processes
from .keys import PROFILES

if TYPE_CHECKING:
    from .registry import Registry

LOCAL_SYSTEM, LOCAL_SERVICE, NETWORK_SERVICE = "S-1-5-18", "S-1-5-19", "S-1-5-20"
_MOST_PROFILES = 1000
_NAMES = {
    "": LOCAL_SYSTEM,  # a service without an account
    "localsystem": LOCAL_SYSTEM,
    "system": LOCAL_SYSTEM,
    "localservice": LOCAL_SERVICE,
    "local service": LOCAL_SERVICE,
    "networkservice": NETWORK_SERVICE,
    "network service": NETWORK_SERVICE,
}
_KNOWN = {
    LOCAL_SYSTEM: "NT AUTHORITY\\SYSTEM",
    LOCAL_SERVICE: "NT AUTHORITY\\LOCAL SERVICE",
    NETWORK_SERVICE: "NT AUTHORITY\\NETWORK SERVICE",
}
# Virtual accounts: the SID is made from the name (seen with `sc showsid`; documented in words only).
_VIRTUAL = {"nt service": "S-1-5-80", "iis apppool": "S-1-5-82"}


def is_service_account(sid: str) -> bool:
    """Whether it is an account that no human logs on with: the built-in three, or a virtual one."""
    return sid in _KNOWN or sid.startswith(tuple(f"{start}-" for start in _VIRTUAL.values()))


def current() -> str | None:
    """The SID of the account of this process."""
    return processes.state_of(os.getpid()).account


def sid_of(name: str) -> str | None:
    r"""The SID of an account, as services name them: "LocalSystem", "NT SERVICE\Name", ".\user", "DOMAIN\user"."""
    domain, _, last = name.rpartition("\\")
    if domain.lower() in ("", ".", "nt authority") and last.lower() in _NAMES:
        return _NAMES[last.lower()]
    if domain.lower() in _VIRTUAL:
        hashed = hashlib.sha1((last.upper()).encode("utf-16-le", "surrogatepass"), usedforsecurity=False).digest()
        parts = [int.from_bytes(hashed[at : at + 4], "little") for at in range(0, 20, 4)]
        return "-".join([_VIRTUAL[domain.lower()], *map(str, parts)])
    return _look_up_name(last if domain == "." else name)


def name_of(sid: str) -> str:
    r"""The name of an account, "DOMAIN\name"; its SID if Windows knows none."""
    return _KNOWN.get(sid) or _look_up_sid(sid) or sid


def with_profiles(registry: "Registry") -> list[str]:
    """The SIDs of the accounts that have a profile on this machine, not more than 1000. Raises `Unreadable`."""
    return list(registry.keys("HKLM", PROFILES) or ())[:_MOST_PROFILES]


def profile_of(sid: str, registry: "Registry") -> str | None:
    r"""The folder of an account's profile, as the registry has it: with "%SystemRoot%" not yet filled in.

    None if it has none. Raises `registry.Unreadable`.
    """
    found = registry.value("HKLM", f"{PROFILES}\\{sid}", "ProfileImagePath")
    return found.data if found is not None and isinstance(found.data, str) and found.data else None


if sys.platform == "win32":
    import ctypes

    from ._dll import BOOL, DWORD, HANDLE, POINTER, TEXT, function

    _ToSid = function("advapi32.dll", "ConvertStringSidToSidW", BOOL, TEXT, POINTER)
    _ToText = function("advapi32.dll", "ConvertSidToStringSidW", BOOL, POINTER, POINTER)
    _LookupSid = function(
        "advapi32.dll", "LookupAccountSidW", BOOL, TEXT, POINTER, TEXT, POINTER, TEXT, POINTER, POINTER
    )
    _LookupName = function(
        "advapi32.dll", "LookupAccountNameW", BOOL, TEXT, TEXT, POINTER, POINTER, TEXT, POINTER, POINTER
    )
    _Free = function("kernel32.dll", "LocalFree", HANDLE, HANDLE)
    _UNITS = 1024

    def _look_up_sid(sid: str) -> str | None:
        binary = ctypes.c_void_p()
        if not _ToSid(sid, ctypes.byref(binary)):
            return None
        try:
            name, domain = ctypes.create_unicode_buffer(_UNITS), ctypes.create_unicode_buffer(_UNITS)
            sizes = [ctypes.byref(DWORD(_UNITS)) for _ in range(2)]
            if not _LookupSid(None, binary, name, sizes[0], domain, sizes[1], ctypes.byref(DWORD())):
                return None
            return f"{domain.value}\\{name.value}" if domain.value else name.value
        finally:
            _Free(binary)

    def _look_up_name(name: str) -> str | None:
        sid, domain = ctypes.create_string_buffer(128), ctypes.create_unicode_buffer(_UNITS)
        sizes = [ctypes.byref(DWORD(size)) for size in (128, _UNITS)]
        if not _LookupName(None, name, sid, sizes[0], domain, sizes[1], ctypes.byref(DWORD())):
            return None
        text = ctypes.c_void_p()
        if not _ToText(sid, ctypes.byref(text)):
            return None
        try:
            return ctypes.wstring_at(text.value or 0)
        finally:
            _Free(text)

else:

    def _look_up_sid(sid: str) -> str | None:
        return None

    def _look_up_name(name: str) -> str | None:
        return None
