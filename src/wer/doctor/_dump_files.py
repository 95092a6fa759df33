"""Checks of LocalDumps, and of the folder that its files go into."""

import ntpath
from collections.abc import Iterator
from functools import partial

from .._machine import accounts
from .._machine.keys import LOCAL_DUMPS
from .._machine.local_dumps import CUSTOM, DEFAULT_FOLDER, FULL, MINI, LocalDumps, effective_local_dumps
from .._machine.registry import HKLM, Unreadable
from ._finding import Evidence, Finding, finding, of_key, of_registry, shortened
from ._look import Look, plain

_MINI = 20 << 20  # bytes of a mini dump at most: of Python 2 to 20 MB (inferred)
_SPACE_FOR_MINI = 64 << 20  # that should be free for one (inferred)
_MOST_SHOWN = 20


def local_dumps_of(look: Look) -> LocalDumps | None:
    """What is set; None if it may not be read, which is kept."""
    account = look.subject.account
    try:
        return effective_local_dumps(
            look.registry,
            look.subject.exe,
            None if account == look.own_account else account or "",
            look.machine.environment,
        )
    except Unreadable as error:
        look.keys(error.hive, error.key, "dump", view=error.view)
        return None


def size_of_dump(look: Look, dumps: LocalDumps) -> int | None:
    """How many bytes a dump may have (estimated); None if that depends on a process that is not known."""
    if not dumps.has_heap:
        return _MINI if dumps.kind in ("mini", "custom") else None
    return (look.subject.state.committed if look.subject.state is not None else None) or None


def check(look: Look, dumps: LocalDumps | None) -> Iterator[Finding]:
    """All of them."""
    yield from _elsewhere(look, dumps)
    if dumps is not None and dumps.on:
        yield from _other_programs(look, dumps)
        yield from _values(dumps)
        yield from _folder(look, dumps)


def _elsewhere(look: Look, dumps: LocalDumps | None) -> Iterator[Finding]:
    """LocalDumps where it does nothing; and nowhere."""
    # Beside a key that counts, one that does not is only confusing.
    beside = {"severity": "warning", "dump": "none"} if dumps is None or dumps.on else {}
    exe, found = plain(look.subject.exe), False
    if look.keys(HKLM, LOCAL_DUMPS, view=32) is not None and not _same_in_both_views(look):
        found = True
        yield finding("localdumps-view32", of_key(HKLM, LOCAL_DUMPS, "is there", 32), exe=exe, changed=beside)
    if look.user is not None:
        hive, start = look.user
        if look.keys(hive, start + LOCAL_DUMPS) is not None:
            found = True
            yield finding("localdumps-hkcu", of_key(hive, start + LOCAL_DUMPS, "is there"), exe=exe, changed=beside)
    if dumps is not None and not dumps.on and not found:
        yield finding("localdumps-off", of_key(HKLM, LOCAL_DUMPS, "is not there"), exe=exe)


def _same_in_both_views(look: Look) -> bool:
    """Whether this Windows has one registry only: all that is in one view is in the other."""
    keys = look.keys(HKLM, LOCAL_DUMPS)
    return (
        keys is not None
        and keys == look.keys(HKLM, LOCAL_DUMPS, view=32)
        and look.values(HKLM, LOCAL_DUMPS) == look.values(HKLM, LOCAL_DUMPS, view=32)
    )


def _other_programs(look: Look, dumps: LocalDumps) -> Iterator[Finding]:
    if dumps.has_own_key:
        return
    others = (
        dumps.programs if not dumps.has_global_values else tuple(filter(partial(_is_meant, dumps.exe), dumps.programs))
    )
    if others:
        shown = others[:_MOST_SHOWN]
        evidence = [of_key(HKLM, rf"{LOCAL_DUMPS}\{name}", "is there") for name in shown]
        words = ", ".join(shown)
        yield finding("localdumps-other-exe", *evidence, exe=plain(look.subject.exe), others=words)


def _is_meant(exe: str, name: str) -> bool:
    """Whether a key most likely is to be the program's: without its extension, or by its path, which makes keys."""
    return ntpath.splitext(name)[0].lower() == ntpath.splitext(exe)[0].lower() or name.endswith(":")


def _values(dumps: LocalDumps) -> Iterator[Finding]:
    exe = plain(dumps.exe)
    for setting in dumps.settings:
        if setting.is_of_wrong_type:
            words = "/t REG_EXPAND_SZ /d FOLDER" if setting.name == "DumpFolder" else "/t REG_DWORD /d NUMBER"
            key = plain(setting.key, f"{LOCAL_DUMPS}\\NAME")
            command = f'`reg add "HKLM\\{key}" /v {setting.name} {words} /f /reg:64`'
            evidence = of_registry(HKLM, setting.key, setting.value)
            effect = {} if setting.name != "CustomDumpFlags" or dumps.type.data == CUSTOM else {"dump": "none"}
            yield finding("localdumps-value-type", evidence, problem=setting.problem, command=command, changed=effect)
    if dumps.count.data == 0:
        yield finding("localdumps-count-zero", of_registry(HKLM, dumps.count.key, dumps.count.value), exe=exe)
    if dumps.type.data == CUSTOM:
        flags = dumps.flags.data
        words = f"{flags:#x}" if isinstance(flags, int) else "not known"
        both = [of_registry(HKLM, one.key, one.value) for one in (dumps.type, dumps.flags) if one.value]
        yield finding("localdumps-type-custom", *both, flags=words)
    elif dumps.type.data not in (None, MINI, FULL):
        yield finding("localdumps-type-undefined", of_registry(HKLM, dumps.type.key, dumps.type.value), exe=exe)


def _folder(look: Look, dumps: LocalDumps) -> Iterator[Finding]:
    """Whether the account that crashes can write there, and enough."""
    subject = look.subject
    account = look.machine.name_of(subject.account) if subject.account else "the account"
    is_default = dumps.folder.data == DEFAULT_FOLDER
    if is_default and subject.account and accounts.is_service_account(subject.account):
        evidence = Evidence(source="folder", name=shortened(dumps.path or DEFAULT_FOLDER))
        folder = dumps.path or f"{DEFAULT_FOLDER}, and no profile of it is known"
        if subject.is_32bit and "\\system32\\" in folder.lower():
            folder += ", of a 32-bit program below SysWOW64 in place of System32 (recalled)"
        yield finding("folder-service-profile", evidence, account=account, folder=folder, exe=plain(dumps.exe))
    if dumps.folder.data is None or dumps.folder.is_of_wrong_type:
        return  # there is a finding of its type
    if dumps.path is None:
        if not is_default:
            evidence = of_registry(HKLM, dumps.folder.key, dumps.folder.value)
            reason = "a variable in it is not known for the account"
            yield finding("folder-unknown", evidence, folder=dumps.folder.data, reason=reason)
        return
    own = subject.account is not None and subject.account == look.own_account
    pid = subject.state.pid if subject.state is not None else None
    if is_default and not own:
        return  # Windows makes it in the account's own profile, which this account is not to look into
    seen = look.machine.folder_of(dumps.path, pid)
    if seen.exists and seen.writable is None and own:
        seen = look.machine.folder_of(dumps.path, None)
    evidence = Evidence(source="folder", name=shortened(dumps.path), data=seen.reason or None)
    folder, who = plain(dumps.path, "FOLDER"), plain(account, "ACCOUNT")
    if seen.exists is False:
        if not is_default:
            yield finding("folder-missing", evidence, folder=folder, account=who, reason=seen.reason)
        return
    if seen.exists is None or (seen.writable is None or (pid is None and not own)):
        reason = seen.reason or "whether the account may write there is not known"
        yield finding("folder-unknown", evidence, folder=dumps.path, reason=reason)
    elif seen.writable is False:
        yield finding("folder-not-writable", evidence, folder=folder, account=who)
    yield from _space(look, dumps, seen.free)
    yield from _number(look, dumps)


def _number(look: Look, dumps: LocalDumps) -> Iterator[Finding]:
    count = dumps.count.data
    start = f"{dumps.exe.lower()}."
    names = [name.lower() for name in look.machine.entries(dumps.path or "") or ()]
    there = sum(name.startswith(start) and name.endswith(".dmp") for name in names)
    if isinstance(count, int) and 0 < count <= there:
        evidence = Evidence(source="folder", name=shortened(dumps.path), data=f"{there} dump files")
        folder, exe = dumps.path, plain(dumps.exe)
        yield finding("localdumps-count-reached", evidence, folder=folder, count=there, exe=exe)


def _space(look: Look, dumps: LocalDumps, free: int | None) -> Iterator[Finding]:
    size, count = size_of_dump(look, dumps), dumps.count.data
    if size is None or free is None or not isinstance(count, int) or not count:
        return
    size = max(size, _SPACE_FOR_MINI)
    need = size * count
    if free < need:
        evidence = Evidence(source="folder", name=shortened(dumps.path), data=f"{free} bytes free")
        yield finding(
            "folder-space",
            evidence,
            changed={"dump": "clouds"} if free < size else {},
            folder=dumps.path,
            count=count,
            free=amount(free),
            size=amount(size),
            need=amount(need),
        )


def amount(size: int) -> str:
    """So many bytes, for a reader."""
    for unit, name in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"
