"""Checks of WER's settings and policies: what keeps reports away, and what becomes of them."""

from collections.abc import Iterator

from .._machine.keys import MODULES, WER
from .._machine.registry import HKLM, Value
from ._finding import Evidence, Finding, finding, of_key, of_registry
from ._look import Look, plain

_PC_HEALTH = r"SOFTWARE\Policies\Microsoft\PCHealth\ErrorReporting"
_DATA_COLLECTION = r"SOFTWARE\Policies\Microsoft\Windows\DataCollection"
_MOST_SHOWN = 20
# Values that WER was seen to read, and that Microsoft does not document (nohuto/win-config).
_UNPUBLISHED = {
    *("disablewerupload", "storepath", "forceheapdump", "noheapdumponqueue", "minfreediskspace"),
    *("queuesizemaxpercentfreedisk", "changedumptypebytelemetrylevel", "newuserdefaultconsent"),
}


def check(look: Look) -> Iterator[Finding]:
    """All of them."""
    yield from _account(look)
    yield from _disabled(look)
    yield from _excluded(look)
    yield from _asks_for_debugger(look)
    yield from _switches(look)
    yield from _archive(look)
    yield from _upload(look)
    yield from _modules(look)
    yield from _unpublished(look)


def _account(look: Look) -> Iterator[Finding]:
    """The settings of the account that crashes count, not of the one that examines."""
    if look.user is None:
        reason = "the account of the process is not known, so its own settings are not"
        yield finding("unreadable", of_key("HKU", "<account>", reason), reason=reason, changed={"dump": "none"})
    elif look.user[0] == "HKU" and look.keys("HKU", look.user[1].rstrip("\\"), "report") is None and not look.refused:
        reason = "the settings of the account are not loaded, since it is not logged on"
        evidence = of_key("HKU", look.user[1].rstrip("\\"), reason)
        yield finding("unreadable", evidence, reason=reason, changed={"dump": "none"})


def _disabled(look: Look) -> Iterator[Finding]:
    set_to = look.set_to("Disabled", "report", "dump")
    plain_ones = [evidence for data, evidence, is_policy in set_to if data and not is_policy]
    policies = [evidence for data, evidence, is_policy in set_to if data and is_policy]
    reporting = look.number(HKLM, _PC_HEALTH, "DoReport", "report")
    if reporting is not None and reporting[0] == 0:
        policies.append(of_registry(HKLM, _PC_HEALTH, reporting[1]))
    if plain_ones:
        yield finding("wer-disabled", *plain_ones, command=_set_to_0(plain_ones, "Disabled"))
    if policies:
        yield finding("wer-disabled-policy", *policies)


def _excluded(look: Look) -> Iterator[Finding]:
    exe = look.subject.exe
    found, commands = [], []
    for hive, key, is_policy in look.places():
        key += r"\ExcludedApplications"
        for value in look.values(hive, key, "report"):
            if _names(value, exe) and value.data != 0:
                found.append(of_registry(hive, key, value))
                commands.append(_policy_words() if is_policy else _delete(hive, key, plain(value.name)))
    if found:
        commands = list(dict.fromkeys(commands))
        yield finding("app-excluded", *found, exe=exe, command=" ".join(commands))


def _names(value: Value, exe: str) -> bool:
    """Whether a value of ExcludedApplications is about the program: by its name, or, in a policy's list, its text."""
    return exe.lower() in (value.name.lower(), value.data.lower() if isinstance(value.data, str) else "")


def _asks_for_debugger(look: Look) -> Iterator[Finding]:
    for hive, key, is_policy in look.places():
        key += r"\DebugApplications"
        for name in (look.subject.exe, "*"):
            read = look.number(hive, key, name, "report", "dump")
            if read is not None and read[0]:
                command = _policy_words() if is_policy else _delete(hive, key, plain(name))
                evidence = of_registry(hive, key, read[1])
                yield finding("debug-applications", evidence, exe=look.subject.exe, command=command)


def _switches(look: Look) -> Iterator[Finding]:
    """What a 1 switches."""
    for value, name, answers in (
        ("LoggingDisabled", "logging-disabled", ()),
        ("DisableQueue", "queue-disabled", ("report",)),
        ("ForceQueue", "force-queue", ()),
        ("DisableArchive", "archive-disabled", ()),
        ("DontShowUI", "ui-off", ()),
    ):
        found = [evidence for data, evidence in look.in_effect(value, *answers) if data]
        if found:
            yield finding(name, *found, normal=name == "ui-off", command=_set_to_0(found, value))


def _archive(look: Look) -> Iterator[Finding]:
    set_to = look.in_effect("ConfigureArchive")
    if all(data == 1 for data, _ in set_to):
        evidence = [one for _, one in set_to] or [of_registry(HKLM, WER, None, name="ConfigureArchive")]
        yield finding("archive-parameters-only", *evidence, normal=True)


def _upload(look: Look) -> Iterator[Finding]:
    consent = look.in_effect("DefaultConsent", below=r"\Consent")
    if not consent or any(data in (0, 1) for data, _ in consent):
        evidence = [one for _, one in consent] or [of_registry(HKLM, rf"{WER}\Consent", None, name="DefaultConsent")]
        nothing = any(data == 0 for data, _ in consent)  # a policy's: send nothing
        words = "0 (send nothing)" if nothing else "1 (ask)" if consent else "not set, which is 1 (ask)"
        yield finding("consent-ask", *evidence, normal=not nothing, consent=words)
    bypass = look.in_effect("BypassDataThrottling")
    if not any(data for data, _ in bypass):
        evidence = [one for _, one in bypass] or [of_registry(HKLM, WER, None, name="BypassDataThrottling")]
        yield finding("throttled", *evidence, normal=True)
    less = [evidence for data, evidence in look.in_effect("DontSendAdditionalData") if data]
    for name, few in (("AllowTelemetry", (0, 1)), ("LimitDumpCollection", (1,))):
        read = look.number(HKLM, _DATA_COLLECTION, name)
        if read is not None and read[0] in few:
            less.append(of_registry(HKLM, _DATA_COLLECTION, read[1]))
    if less:
        yield finding("no-additional-data", *less)
    for hive, key, _ in look.places():
        value = look.value(hive, key, "CorporateWERServer")
        if value is not None and isinstance(value.data, str) and value.data:
            yield finding("corporate-server", of_registry(hive, key, value), server=value.data)


def _modules(look: Look) -> Iterator[Finding]:
    """Runtime exception modules: the names of the values are the paths of DLLs."""
    places = [(HKLM, MODULES)]
    if look.user is not None:
        places.append((look.user[0], look.user[1] + MODULES))
    found = [(of_registry(hive, key, value), value.name) for hive, key in places for value in look.values(hive, key)]
    missing = [evidence for evidence, name in found if name and look.machine.is_file(name) is False]
    if missing:
        yield finding("helper-module-missing", *missing[:_MOST_SHOWN])
    if found:
        yield finding("helper-modules", *[evidence for evidence, _ in found[:_MOST_SHOWN]], normal=True)


def _unpublished(look: Look) -> Iterator[Finding]:
    found = [
        of_registry(hive, key, value)
        for hive, start, _ in look.places()
        for key in (start, rf"{start}\Consent")
        for value in look.values(hive, key)
        if value.name.lower() in _UNPUBLISHED
    ]
    if found:
        yield finding("settings-unpublished", *found[:_MOST_SHOWN], normal=True)


def _set_to_0(evidence: list[Evidence], name: str) -> str:
    """The commands that set a value to 0; a policy's nobody sets by hand."""
    commands = []
    for one in evidence:
        if "\\Policies\\" in (one.key or ""):
            commands.append(_policy_words())
        else:
            commands.append(f'`reg add "{one.hive}\\{one.key}" /v {name} /t REG_DWORD /d 0 /f /reg:64`')
    return " ".join(dict.fromkeys(commands))


def _delete(hive: str, key: str, name: str) -> str:
    return f'`reg delete "{hive}\\{key}" /v "{name}" /f /reg:64`'


def _policy_words() -> str:
    return (
        "It is a policy, and would come back if it were deleted: `gpresult /scope computer /h gp.html` names the one "
        "that sets it."
    )
