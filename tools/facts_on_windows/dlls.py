"""Which DLL has which function."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import os

import wer
from tools.facts_on_windows import api
from tools.facts_on_windows.asking import Asking
from tools.facts_on_windows.question import Answer, question


@question("dll-exports", "GetProcAddress of every function, in wer.dll, kernel32.dll, KernelBase.dll and faultrep.dll")
def exports(asking: Asking) -> Answer:
    """Which DLLs export which functions?"""
    by_place: dict[str, list[str]] = {}
    for function in api.ARGUMENTS:
        by_place.setdefault(" and ".join(api.find(function)) or "none of them", []).append(function)
    return dict(by_place)


@question("dll-supported", "wer.supported of every function that a Windows may lack, against GetProcAddress")
def supported(asking: Asking) -> Answer:
    """Does the package find the functions that this Windows has?"""
    differs = []
    for function in api.ARGUMENTS:
        try:
            says = wer.supported(function)
        except (TypeError, ValueError):  # one that every Windows has
            continue
        if says != bool(api.find(function)):
            differs.append(f"{function}: wer says {says}, it is in {api.find(function) or 'no DLL'}")
    return ", ".join(differs) or "yes: wer.supported and GetProcAddress agree"


@question("dll-session", "ProcessIdToSessionId, and whether a window station is interactive")
def session(asking: Asking) -> Answer:
    """In which session does this run, and may WER show dialogs there?"""
    import ctypes

    number = ctypes.c_uint32()
    api.kernel32.ProcessIdToSessionId(os.getpid(), ctypes.byref(number))
    user32 = ctypes.WinDLL("user32")
    user32.GetProcessWindowStation.restype = ctypes.c_void_p
    station = ctypes.c_void_p(user32.GetProcessWindowStation())
    flags = (ctypes.c_uint32 * 3)()
    user32.GetUserObjectInformationW(station, 1, flags, 12, None)  # UOI_FLAGS
    return {"session": number.value, "window station": "visible" if flags[2] & 1 else "not visible"}
