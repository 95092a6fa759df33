"""Settings of a process and of the machine: flags, excluded applications, and which hive of the registry wins."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import ctypes
import os
import winreg

from tools.facts_on_windows import api, guards, stored
from tools.facts_on_windows.asking import PYTHON, Asking
from tools.facts_on_windows.journal import read_value
from tools.facts_on_windows.question import Answer, Needs, question

EXCLUDED = rf"{guards.WER}\ExcludedApplications"
KINDS = {winreg.REG_SZ: "REG_SZ", winreg.REG_DWORD: "REG_DWORD", winreg.REG_EXPAND_SZ: "REG_EXPAND_SZ"}


def get_flags(process: "int | None" = None) -> str:
    """WerGetFlags, of this process by default."""
    flags = ctypes.c_uint32(0xFFFFFFFF)
    own = process is None
    hr = api.call("WerGetFlags", api.kernel32.GetCurrentProcess() if own else process, ctypes.byref(flags))
    return api.named(hr) if hr else f"0x{flags.value:X}"


@question("flags-replace", "WerSetFlags with 1, then 4, each read back with WerGetFlags", Needs.ALONE)
def replace(asking: Asking) -> Answer:
    """Does WerSetFlags replace the flags, or add to them?"""
    answer: dict[str, object] = {"at first": get_flags()}
    first = api.named(api.call("WerSetFlags", 1))
    answer["after 1"] = f"{first}, {get_flags()}"
    second = api.named(api.call("WerSetFlags", 4))
    found = get_flags()
    answer["after 4"] = f"{second}, {found}"
    answer["so they are"] = {"0x4": "replaced", "0x5": "added"}.get(found, "neither")
    return answer


@question("flags-values", "WerSetFlags with each bit, read back with WerGetFlags", Needs.ALONE)
def values(asking: Asking) -> Answer:
    """Which flags does WerSetFlags take, and does WerGetFlags give back what was set?"""
    answer: dict[str, object] = {}
    for bit in (*range(12), 16, 31):
        api.call("WerSetFlags", 0)
        hr = api.call("WerSetFlags", 1 << bit)
        answer[f"0x{1 << bit:X}"] = api.named(hr) if hr else f"read back as {get_flags()}"
    return answer


@question("flags-of-others", "WerGetFlags of a child, by handles with VM_READ, QUERY_INFORMATION, and both")
def of_others(asking: Asking) -> Answer:
    """Which rights does WerGetFlags need of another process?"""
    worker = asking.worker()
    answer: dict[str, object] = {}
    for name, access in {
        "QUERY_INFORMATION": api.PROCESS_QUERY_INFORMATION,
        "VM_READ": api.PROCESS_VM_READ,
        "both": api.PROCESS_QUERY_INFORMATION | api.PROCESS_VM_READ,
        "QUERY_LIMITED_INFORMATION, VM_READ": api.PROCESS_QUERY_LIMITED_INFORMATION | api.PROCESS_VM_READ,
    }.items():
        with asking.opened(worker.pid, access) as handle:
            answer[name] = get_flags(handle)
    return answer


@question("hold-milliseconds", "WerSetMaxProcessHoldMilliseconds with 0, 1000 and 0x7FFFFFFF", Needs.ALONE)
def hold(asking: Asking) -> Answer:
    """Does this Windows implement WerSetMaxProcessHoldMilliseconds, and what does it answer?"""
    return {
        f"{value:#x}": api.named(api.call("WerSetMaxProcessHoldMilliseconds", value)) for value in (0, 1000, 0x7FFFFFFF)
    }


@question(
    "exclusion-value", "WerAddExcludedApplication for the user; the value that it makes; WerRemoveExcludedApplication"
)
def exclusion_value(asking: Asking) -> Answer:
    """What does WerAddExcludedApplication write into the registry, and does removing remove it?"""
    name = f"{stored.NAME}-value.exe"
    asking.journal.expect_value("HKCU", EXCLUDED, name)
    answer: dict[str, object] = {"add": api.named(api.call("WerAddExcludedApplication", name, False))}
    found = read_value("HKCU", EXCLUDED, name)
    if found:
        answer["value"] = f"{KINDS.get(found[0], found[0])} {found[1].hex(' ')}"
    answer["add again"] = api.named(api.call("WerAddExcludedApplication", name, False))
    answer["remove"] = api.named(api.call("WerRemoveExcludedApplication", name, False))
    answer["value then"] = "gone" if read_value("HKCU", EXCLUDED, name) is None else "still there"
    answer["remove again"] = api.named(api.call("WerRemoveExcludedApplication", name, False))
    return answer


@question(
    "exclusion-arguments", "WerAddExcludedApplication for the user with a path, a folder, an empty name, no extension"
)
def exclusion_arguments(asking: Asking) -> Answer:
    """Does WerAddExcludedApplication take a path, and what does it make of it?"""
    answer: dict[str, object] = {}
    for given, kept in (
        (rf"C:\windows\{stored.NAME}-path.exe", f"{stored.NAME}-path.exe"),
        (f"{stored.NAME}-no-extension", f"{stored.NAME}-no-extension"),
        (f"C:\\{stored.NAME}-folder\\", f"{stored.NAME}-folder"),
        ("", ""),
    ):
        for name in {given, kept}:
            asking.journal.expect_value("HKCU", EXCLUDED, name)
        hr = api.call("WerAddExcludedApplication", given, False)
        written = [name for name in (given, kept) if name and read_value("HKCU", EXCLUDED, name)]
        answer[given or "an empty name"] = f"{api.named(hr)}{f', as {written[0]}' if written else ''}"
        if not hr & 0x80000000:
            api.call("WerRemoveExcludedApplication", given, False)
    answer["all users"] = (
        "not asked: needs an administrator" if not asking.admin else _all_users(asking, f"{stored.NAME}-all.exe")
    )
    return answer


def _all_users(asking: Asking, name: str) -> str:
    asking.journal.expect_value("HKLM", EXCLUDED, name)
    hr = api.call("WerAddExcludedApplication", name, True)
    api.call("WerRemoveExcludedApplication", name, True)
    return api.named(hr)


@question(
    "exclusion-own-report",
    "this program excluded for the user as REG_DWORD 1, then as REG_SZ; a report submitted each time",
    Needs.HELD,
)
def exclusion_own_report(asking: Asking) -> Answer:
    """Does excluding an application stop the reports that it makes itself?"""
    answer: dict[str, object] = {"not excluded": _submit(asking)}
    for name in {os.path.basename(sys.executable), os.path.basename(PYTHON)}:
        asking.journal.set_number("HKCU", EXCLUDED, name, 1)
    answer["REG_DWORD 1"] = _submit(asking)
    for name in {os.path.basename(sys.executable), os.path.basename(PYTHON)}:
        asking.journal.set_text("HKCU", EXCLUDED, name, "")
    answer["REG_SZ"] = _submit(asking)
    return answer


def _submit(asking: Asking) -> str:
    with asking.report() as report:
        hr, result = report.submit()
        return api.named(hr) if hr else api.result_name(result)


@question("disabled-here", "the registry values Disabled and Consent\\DefaultConsent, as they are")
def disabled_here(asking: Asking) -> Answer:
    """Is WER disabled on this machine as it is, and what is its default consent?"""
    answer: dict[str, object] = {}
    for hive, key in guards.PLACES:
        for below, name in (("", "Disabled"), (r"\Consent", "DefaultConsent"), ("", "ForceQueue")):
            found = read_value(hive, key + below, name)
            if found is not None:
                where = "policy" if key == guards.POLICIES else "value"
                answer[f"{hive} {where} {name}"] = int.from_bytes(found[1][:4], "little")
    return answer or "none of the values is there"


@question(
    "disabled-hives",
    "Disabled in HKCU and in HKLM, each absent, 0 and 1; a report submitted each time",
    Needs.HELD | Needs.ADMIN,
    seconds=120,
)
def disabled_hives(asking: Asking) -> Answer:
    """Where Disabled is set differently in HKCU and HKLM, which wins, as to reports that a program makes itself?"""
    answer: dict[str, object] = {}
    for machine in (None, 0, 1):
        for user in (None, 0, 1):
            for hive, value in (("HKLM", machine), ("HKCU", user)):
                if value is None:
                    asking.journal.delete_value(hive, guards.WER, "Disabled")
                else:
                    asking.journal.set_number(hive, guards.WER, "Disabled", value)
            answer[f"HKLM {_shown(machine)}, HKCU {_shown(user)}"] = _submit(asking)
    return answer


@question(
    "disabled-policy",
    "Disabled as a policy against the plain value; a report submitted each time",
    Needs.HELD | Needs.ADMIN,
)
def disabled_policy(asking: Asking) -> Answer:
    """Where the policy Disabled contradicts the plain values, which wins?"""
    answer: dict[str, object] = {}
    for policy, plain in ((1, 0), (0, 1)):
        for hive in ("HKLM", "HKCU"):
            asking.journal.set_number(hive, guards.WER, "Disabled", plain)
            asking.journal.set_number(hive, guards.POLICIES, "Disabled", policy)
        answer[f"policies {policy}, values {plain}"] = _submit(asking)
    return answer


@question("disabled-user", "Disabled as 1 in HKCU; a report submitted", Needs.HELD)
def disabled_user(asking: Asking) -> Answer:
    """Does Disabled in HKCU alone stop the reports that a program makes itself?"""
    answer: dict[str, object] = {"as it is": _submit(asking)}
    asking.journal.set_number("HKCU", guards.WER, "Disabled", 1)
    answer["HKCU 1"] = _submit(asking)
    return answer


def _shown(value: "int | None") -> str:
    return "absent" if value is None else str(value)
