"""Checks of the service, the programs and the task that WER consists of, and of the kind of Windows."""

import ntpath
import re
from collections.abc import Iterator

from .._machine.keys import NT
from .._machine.registry import HKLM
from .._machine.services import SERVICES, START_DISABLED
from ._finding import Evidence, Finding, finding, of_key, of_registry
from ._look import Look

_WERSVC = rf"{SERVICES}\WerSvc"
_CONTROL = r"SYSTEM\CurrentControlSet\Control"
_NEEDED = ("WerFault.exe", "wer.dll", "faultrep.dll")  # without which there is neither report nor dump
_ALSO = ("WerFaultSecure.exe", "wermgr.exe")
_TASK = r"Tasks\Microsoft\Windows\Windows Error Reporting\QueueReporting"
_MOST_OF_TASK = 1 << 16


def check(look: Look) -> Iterator[Finding]:
    """All of them."""
    yield from _service(look)
    yield from _programs(look)
    yield from _task(look)
    container = look.value(HKLM, _CONTROL, "ContainerType", "report", "dump")
    if container is not None:
        yield finding("container", of_registry(HKLM, _CONTROL, container))
    edition = look.value(HKLM, NT, "InstallationType")
    if edition is not None and str(edition.data).lower() in ("server core", "nano server"):
        yield finding("server-core", of_registry(HKLM, NT, edition), edition=edition.data)


def _service(look: Look) -> Iterator[Finding]:
    start = look.number(HKLM, _WERSVC, "Start", "report", "dump")
    if start is not None:
        if start[0] == START_DISABLED:
            yield finding("wersvc-disabled", of_registry(HKLM, _WERSVC, start[1]))
    elif look.keys(HKLM, _WERSVC, "report", "dump") is None and not _refused(look, _WERSVC):
        yield finding("wersvc-missing", of_key(HKLM, _WERSVC, "is not there"))


def _refused(look: Look, key: str) -> bool:
    return any(place[1] == key for place in look.refused)


def _programs(look: Look) -> Iterator[Finding]:
    folders = [look.machine.system_folder(False)]
    if look.subject.is_32bit:
        folders.append(look.machine.system_folder(True))
    paths = [ntpath.join(folder, name) for folder in folders for name in (*_NEEDED, *_ALSO)]
    missing = [path for path in paths if look.machine.is_file(path) is False]
    if missing:
        needed = [path for path in missing if ntpath.basename(path) in _NEEDED]
        changed = {} if needed else {"severity": "warning", "report": "none", "dump": "none"}
        evidence = [Evidence(source="file", name=path, data="is not there") for path in missing]
        yield finding("wer-binaries-missing", *evidence, files=", ".join(missing), changed=changed)


def _task(look: Look) -> Iterator[Finding]:
    """The file of the task says whether it is enabled. Not every account may read it, and nothing depends on it."""
    path = ntpath.join(look.machine.system_folder(False), _TASK)
    try:
        data = look.machine.read_start(path, _MOST_OF_TASK)
    except OSError:
        return
    if data is None:
        return
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    settings = re.search(r"<Settings>(.*?)</Settings>", text, re.DOTALL)
    if settings and re.search(r"<Enabled>\s*false\s*</Enabled>", settings[1]):
        evidence = Evidence(source="file", name=path, data="<Enabled>false</Enabled>")
        yield finding("upload-task-disabled", evidence)
