"""What else a Python program can call WER with: each peer as a set of functions with one report.

Each has, as far as it goes: `add_dump`, `set_parameter`, `add_file`, `submit`, `create`, `close` as the peer gives
them, with what a careful user prepares once prepared, and the statements that call them.
"""

import ctypes
import sys
from ctypes import wintypes

REPORT = wintypes.HANDLE
E_FAIL = -2147467259


def _names(prefix: str, functions: object) -> dict[str, object]:
    return {
        f"{prefix}_{short}": getattr(functions, f"WerReport{name}")
        for short, name in (
            ("create", "Create"),
            ("add_dump", "AddDump"),
            ("set_parameter", "SetParameter"),
            ("add_file", "AddFile"),
            ("submit", "Submit"),
            ("close", "CloseHandle"),
        )
    }


SIGNATURES = {
    "WerReportCreate": (ctypes.c_wchar_p, ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(REPORT)),
    "WerReportAddDump": (
        REPORT,
        wintypes.HANDLE,
        wintypes.HANDLE,
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_void_p,
        wintypes.DWORD,
    ),
    "WerReportSetParameter": (REPORT, wintypes.DWORD, ctypes.c_wchar_p, ctypes.c_wchar_p),
    "WerReportAddFile": (REPORT, ctypes.c_wchar_p, ctypes.c_int, wintypes.DWORD),
    "WerReportSubmit": (REPORT, ctypes.c_int, wintypes.DWORD, ctypes.POINTER(ctypes.c_int)),
    "WerReportCloseHandle": (REPORT,),
}


class Plain:
    """ctypes with argtypes set. Whether a call failed its user has to look at."""

    def __init__(self, path: str) -> None:
        dll = ctypes.WinDLL(path)
        for name, arguments in SIGNATURES.items():
            function = getattr(dll, name)
            function.argtypes = arguments
            function.restype = ctypes.c_long
            setattr(self, name, function)


class Checked:
    """ctypes as comtypes has it: prototypes that know which arguments go out, and check what comes back."""

    OUT = {"WerReportCreate": 3, "WerReportSubmit": 3}

    def __init__(self, path: str) -> None:
        dll = ctypes.WinDLL(path)
        for name, arguments in SIGNATURES.items():
            flags = tuple((2 if self.OUT.get(name) == index else 1, f"a{index}") for index in range(len(arguments)))
            # HRESULT raises what failed.
            prototype = ctypes.WINFUNCTYPE(ctypes.HRESULT, *arguments)
            setattr(self, name, prototype((name, dll), flags))


CFFI = """
typedef void *HANDLE; typedef const wchar_t *PCWSTR;
long WerReportCreate(PCWSTR, int, void *, HANDLE *);
long WerReportAddDump(HANDLE, HANDLE, HANDLE, int, void *, void *, uint32_t);
long WerReportSetParameter(HANDLE, uint32_t, PCWSTR, PCWSTR);
long WerReportAddFile(HANDLE, PCWSTR, int, uint32_t);
long WerReportSubmit(HANDLE, int, uint32_t, int *);
long WerReportCloseHandle(HANDLE);
"""


def statements(row: str) -> dict[str, str]:
    """By peer, the statement that does what the row of that name is about."""
    calls = {
        "add_dump": "{f}_add_dump({report}, {process}, {thread}, 2, {none}, {none}, 1)",
        "set_parameter": "{f}_set_parameter({report}, 0, {none}, {text})",
        "add_file": "{f}_add_file({report}, {path}, 5, 0)",
    }
    own = {
        "ctypes": {"report": "ct_report", "process": "process", "thread": "thread", "none": "None"},
        "ctypes, checked": {"report": "co_report", "process": "process", "thread": "thread", "none": "None"},
        "cffi": {"report": "cf_report", "process": "cf_process", "thread": "cf_thread", "none": "NULL"},
        "win32more": {"report": "wm_report", "process": "process", "thread": "thread", "none": "None"},
    }
    prefixes = {"ctypes": "ct", "ctypes, checked": "co", "cffi": "cf", "win32more": "wm"}
    if row == "create":
        return {
            "ctypes": "ct_create(text, 0, None, ct_new); ct_close(ct_created)",
            "ctypes, checked": "co_close(co_create(text, 0, None))",
            "cffi": "cf_create(text, 0, NULL, cf_new); cf_close(cf_new[0])",
            "win32more": "wm_create(text, 0, None, wm_new); wm_close(wm_created)",
        }
    if row == "submit":
        return {
            "ctypes": "ct_create(text, 0, None, ct_new); ct_submit(ct_created, 1, 4, ct_result); ct_close(ct_created)",
            "ctypes, checked": "r = co_create(text, 0, None); co_submit(r, 1, 4); co_close(r)",
            "cffi": "cf_create(text, 0, NULL, cf_new); cf_submit(cf_new[0], 1, 4, cf_result); cf_close(cf_new[0])",
            "win32more": "wm_create(text, 0, None, wm_new); wm_submit(wm_created, 1, 4, wm_result); "
            "wm_close(wm_created)",
        }
    return {who: calls[row].format(f=prefixes[who], text="text", path="path", **values) for who, values in own.items()}


def names(path: str) -> dict[str, object]:
    """What the statements use, with one report for each peer."""
    from cffi import FFI
    from win32more.Windows.Win32.System import ErrorReporting

    ffi = FFI()
    ffi.cdef(CFFI)
    cffi = ffi.dlopen(path)
    result: dict[str, object] = {"NULL": ffi.NULL}
    for prefix, functions in (
        ("ct", Plain(path)),
        ("co", Checked(path)),
        ("cf", cffi),
        ("wm", ErrorReporting),
    ):
        result.update(_names(prefix, functions))
    for prefix in ("ct", "wm"):
        report, answer = REPORT(), ctypes.c_int()
        result |= {f"{prefix}_created": report, f"{prefix}_new": ctypes.byref(report), f"{prefix}_result": answer}
        hr = result[f"{prefix}_create"]("Bench", 0, None, ctypes.byref(report))  # type: ignore[operator]
        assert not hr, hr
        result[f"{prefix}_report"] = report.value
        result[f"{prefix}_result"] = ctypes.byref(answer)
    result["co_report"] = result["co_create"]("Bench", 0, None)  # type: ignore[operator]
    new = ffi.new("HANDLE *")
    assert not cffi.WerReportCreate("Bench", 0, ffi.NULL, new)
    result |= {"cf_new": new, "cf_report": new[0], "ffi": ffi, "cf_result": ffi.new("int *")}
    assert sys.platform == "win32"
    return result
