"""The runtime exception module in the wheel: registered for this process; what else WerFault wants of the machine."""

import os as _os

from ._enums import FileType, RegisterFileType
from ._machine.keys import MODULES
from ._registration import Registration, is_registered, register_file, register_runtime_exception_module
from ._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._werapi import HeldHandler, HeldTemplate

PATH = _os.path.join(_os.path.dirname(_os.path.abspath(__file__)), "wer_exception_module.dll")


def register(handler: "HeldHandler", template: "HeldTemplate", registered: list[Registration]) -> None:
    """Have WER ask the module about crashes of this process, and take the template's files into its own reports.

    What `registered` then holds is to be undone, also if this fails.
    """
    _keep(registered, register_runtime_exception_module(PATH, handler.claim))
    for path, its_type, flags in template.files:
        if not is_registered("WerRegisterFile", _os.path.normcase(path)):
            is_document = its_type == FileType.USER_DOCUMENT
            kind = RegisterFileType.USER_DOCUMENT if is_document else RegisterFileType.OTHER
            _keep(registered, register_file(path, kind, flags))


def _keep(registered: list[Registration], registration: Registration) -> None:
    try:
        registered.append(registration)
    except BaseException:  # there is no memory for it, and then nobody could undo it
        registration.unregister()
        raise


def missing() -> list[str]:
    """What keeps WerFault from asking the module, a sentence for each."""
    sentences = []
    if not _os.path.isfile(PATH):
        sentences.append(f"{PATH} is missing: fast-fails are reported as Windows does it.")
    if not _listed():
        sentences.append(
            f"WerFault loads {PATH} only if that path is the name of a DWORD value under "
            f"HKEY_LOCAL_MACHINE\\{MODULES}, or, from Windows 10 version 2004 on (reported by others), of "
            "HKEY_CURRENT_USER: an installer's work, which its uninstaller has to undo."
        )
    return sentences


def _listed() -> bool:
    from ._machine.registry import HKCU, HKLM, Unreadable, this_registry  # which only this needs

    # The view of 64-bit programs: WER's settings are there for all (inferred for this one).
    for hive in (HKLM, HKCU):
        try:
            if this_registry().value(hive, MODULES, PATH) is not None:
                return True
        except (Unreadable, NotImplementedError):  # the latter with wer.testing
            continue
    return False
