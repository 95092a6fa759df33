"""WER's functions by ctypes, with nothing in between: the package `wer` would refuse some of what is asked here."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import ctypes
from ctypes import c_int, c_uint16, c_uint32, c_ulonglong, c_void_p, c_wchar, c_wchar_p, sizeof

import wer

DLLS = ("wer.dll", "kernel32.dll", "KernelBase.dll", "faultrep.dll")

kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
kernel32.OpenProcess.argtypes = kernel32.OpenThread.argtypes = [c_uint32, c_int, c_uint32]
kernel32.OpenProcess.restype = kernel32.OpenThread.restype = c_void_p
kernel32.GetCurrentProcess.restype = c_void_p
kernel32.CloseHandle.argtypes = [c_void_p]
kernel32.GetModuleHandleW.argtypes = [c_wchar_p]
kernel32.GetModuleHandleW.restype = c_void_p
kernel32.GetProcAddress.argtypes = [c_void_p, ctypes.c_char_p]
kernel32.GetProcAddress.restype = c_void_p
kernel32.SetErrorMode.argtypes = [c_uint32]
kernel32.CreateJobObjectW.argtypes = [c_void_p, c_wchar_p]
kernel32.CreateJobObjectW.restype = c_void_p

READ_CONTROL = 0x20000
PROCESS_VM_READ = 0x10
PROCESS_DUP_HANDLE = 0x40
PROCESS_QUERY_INFORMATION = 0x400
PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
PROCESS_CREATE_PROCESS = 0x80
PROCESS_ALL_ACCESS = 0x1FFFFF
ENOUGH = READ_CONTROL | PROCESS_QUERY_INFORMATION | PROCESS_VM_READ | PROCESS_DUP_HANDLE


class ReportInformation(ctypes.Structure):
    """WER_REPORT_INFORMATION_V5; with a smaller dwSize, an earlier one."""

    _fields_ = [
        ("dwSize", c_uint32),
        ("hProcess", c_void_p),
        ("wzConsentKey", c_uint16 * 64),  # numbers, not text: questions leave out the NUL
        ("wzFriendlyEventName", c_uint16 * 128),
        ("wzApplicationName", c_uint16 * 128),
        ("wzApplicationPath", c_uint16 * 260),
        ("wzDescription", c_uint16 * 512),
        ("hwndParent", c_void_p),
        ("wzNamespacePartner", c_uint16 * 64),
        ("wzNamespaceGroup", c_uint16 * 64),
        ("rgbApplicationIdentity", ctypes.c_ubyte * 16),
        ("hSnapshot", c_void_p),
        ("hDeleteFilesImpersonationToken", c_void_p),
        ("submitResultMax", c_int),
    ]


class DumpOptions(ctypes.Structure):
    """WER_DUMP_CUSTOM_OPTIONS_V3."""

    _fields_ = [
        ("dwSize", c_uint32),
        ("dwMask", c_uint32),
        ("dwDumpFlags", c_uint32),
        ("bOnlyThisThread", c_int),
        ("dwExceptionThreadFlags", c_uint32),
        ("dwOtherThreadFlags", c_uint32),
        ("dwExceptionThreadExFlags", c_uint32),
        ("dwOtherThreadExFlags", c_uint32),
        ("dwPreferredModuleFlags", c_uint32),
        ("dwOtherModuleFlags", c_uint32),
        ("wzPreferredModuleList", c_wchar * 256),
        ("dwPreferredModuleResetFlags", c_uint32),
        ("dwOtherModuleResetFlags", c_uint32),
        ("pvDumpKey", c_void_p),
        ("hSnapshot", c_void_p),
        ("dwThreadID", c_uint32),
    ]


class ReportParameter(ctypes.Structure):
    """WER_REPORT_PARAMETER."""

    _fields_ = [("Name", c_wchar * 129), ("Value", c_wchar * 260)]


class ReportMetadata(ctypes.Structure):
    """WER_REPORT_METADATA_V2."""

    _fields_ = [
        ("EventName", c_wchar * 65),
        ("Parameters", ReportParameter * 10),
        ("BucketId", c_uint32 * 4),
        ("ReportId", c_uint32 * 4),
        ("CreationTime", c_uint32 * 2),
        ("SizeInBytes", c_ulonglong),
        ("CabId", c_wchar * 260),
        ("ReportStatus", c_uint32),
        ("ReportIntegratorId", c_uint32 * 4),
        ("NumberOfFiles", c_uint32),
        ("SizeOfFileNames", c_uint32),
        ("FileNames", c_void_p),
    ]


TEXTS = {
    "wzConsentKey": 64,
    "wzFriendlyEventName": 128,
    "wzApplicationName": 128,
    "wzApplicationPath": 260,
    "wzDescription": 512,
    "wzNamespacePartner": 64,
    "wzNamespaceGroup": 64,
}
"""The texts of the report information, with the units that they have room for."""

STRUCTURES = {
    "WER_REPORT_INFORMATION_V5": ReportInformation,
    "WER_DUMP_CUSTOM_OPTIONS_V3": DumpOptions,
    "WER_REPORT_METADATA_V2": ReportMetadata,
}

ARGUMENTS: dict[str, list[object]] = {
    "WerReportCreate": [c_wchar_p, c_int, c_void_p, c_void_p],
    "WerReportSetParameter": [c_void_p, c_uint32, c_wchar_p, c_wchar_p],
    "WerReportSetUIOption": [c_void_p, c_int, c_wchar_p],
    "WerReportAddFile": [c_void_p, c_wchar_p, c_int, c_uint32],
    "WerReportAddDump": [c_void_p, c_void_p, c_void_p, c_int, c_void_p, c_void_p, c_uint32],
    "WerReportSubmit": [c_void_p, c_int, c_uint32, c_void_p],
    "WerReportCloseHandle": [c_void_p],
    "WerAddExcludedApplication": [c_wchar_p, c_int],
    "WerRemoveExcludedApplication": [c_wchar_p, c_int],
    "WerStoreOpen": [c_int, c_void_p],
    "WerStoreClose": [c_void_p],
    "WerStoreGetFirstReportKey": [c_void_p, c_void_p],
    "WerStoreGetNextReportKey": [c_void_p, c_void_p],
    "WerStoreQueryReportMetadataV1": [c_void_p, c_wchar_p, c_void_p],
    "WerStoreQueryReportMetadataV2": [c_void_p, c_wchar_p, c_void_p],
    "WerStoreQueryReportMetadataV3": [c_void_p, c_wchar_p, c_void_p],
    "WerFreeString": [c_void_p],
    "WerStoreGetReportCount": [c_void_p, c_void_p],
    "WerStoreGetSizeOnDisk": [c_void_p, c_void_p],
    "WerStoreUploadReport": [c_void_p, c_wchar_p, c_uint32, c_void_p],
    "WerStorePurge": [],
    "WerRegisterFile": [c_wchar_p, c_int, c_uint32],
    "WerUnregisterFile": [c_wchar_p],
    "WerRegisterMemoryBlock": [c_void_p, c_uint32],
    "WerUnregisterMemoryBlock": [c_void_p],
    "WerRegisterExcludedMemoryBlock": [c_void_p, c_uint32],
    "WerUnregisterExcludedMemoryBlock": [c_void_p],
    "WerRegisterCustomMetadata": [c_wchar_p, c_wchar_p],
    "WerUnregisterCustomMetadata": [c_wchar_p],
    "WerRegisterAdditionalProcess": [c_uint32, c_uint32],
    "WerUnregisterAdditionalProcess": [c_uint32],
    "WerRegisterAppLocalDump": [c_wchar_p],
    "WerUnregisterAppLocalDump": [],
    "WerRegisterRuntimeExceptionModule": [c_wchar_p, c_void_p],
    "WerUnregisterRuntimeExceptionModule": [c_wchar_p, c_void_p],
    "WerSetFlags": [c_uint32],
    "WerGetFlags": [c_void_p, c_void_p],
    "WerSetMaxProcessHoldMilliseconds": [c_uint32],
    "WerReportHang": [c_void_p, c_wchar_p],
    "PssCaptureSnapshot": [c_void_p, c_uint32, c_uint32, c_void_p],
    "PssFreeSnapshot": [c_void_p, c_void_p],
}
"""What each function takes. All return an HRESULT or an error code, but for two that return nothing."""

NAMES = {
    0: "S_OK",
    5: "ERROR_ACCESS_DENIED",
    6: "ERROR_INVALID_HANDLE",
    18: "ERROR_NO_MORE_FILES",
    50: "ERROR_NOT_SUPPORTED",
    87: "ERROR_INVALID_PARAMETER",
    122: "ERROR_INSUFFICIENT_BUFFER",
    0x80070002: "ERROR_FILE_NOT_FOUND",
    0x80070003: "ERROR_PATH_NOT_FOUND",
    0x80070012: "ERROR_NO_MORE_FILES",
    0x80070032: "ERROR_NOT_SUPPORTED",
    0x800700CB: "ERROR_ENVVAR_NOT_FOUND",
    0x8007012B: "ERROR_PARTIAL_COPY",
    0x800706F8: "ERROR_INVALID_USER_BUFFER",
} | {int(member) & 0xFFFFFFFF: name for name, member in wer.HResult.__members__.items() if int(member)}


def find(function: str) -> "list[str]":
    """Which of the DLLs export it."""
    found = []
    for dll in DLLS:
        handle = _load(dll)
        if handle is not None and kernel32.GetProcAddress(handle._handle, function.encode()):
            found.append(dll)
    return found


def call(function: str, *arguments: object) -> int:
    """Call it, and return its HRESULT without a sign. AttributeError if this machine does not have it."""
    for dll in DLLS:
        loaded = _load(dll)
        bound = getattr(loaded, function, None)
        if bound is not None:
            bound.argtypes = ARGUMENTS[function]
            bound.restype = c_uint32
            return int(bound(*arguments))
    raise AttributeError(f"no DLL of this machine has {function}")


def named(code: int) -> str:
    """An HRESULT or an error code, by number and, where it has one, by name."""
    name, number = NAMES.get(code, ""), f"0x{code:08X}" if code > 0xFFFF else str(code)
    return name if code == 0 else f"{name} {number}".lstrip()


def result_name(result: int) -> str:
    """A WER_SUBMIT_RESULT."""
    try:
        return f"{wer.SubmitResult(result).name} {result}"
    except ValueError:
        return f"0x{result & 0xFFFFFFFF:08X}"


def open_process(pid: int, access: int) -> int:
    """A handle of the process, or OSError."""
    handle = kernel32.OpenProcess(access, False, pid)
    if not handle:
        raise ctypes.WinError(ctypes.get_last_error())
    return int(handle)


def close(handle: int) -> None:
    """CloseHandle."""
    kernel32.CloseHandle(handle)


def fill(information: ReportInformation, name: str, text: str) -> None:
    """Set one of `TEXTS`, without a NUL where it takes all the room."""
    array = getattr(information, name)
    units = text.encode("utf-16-le", "surrogatepass")
    ctypes.memmove(array, units, min(len(units), sizeof(array)))


_loaded: "dict[str, ctypes.WinDLL | None]" = {}


def _load(dll: str) -> "ctypes.WinDLL | None":
    if dll not in _loaded:
        try:
            _loaded[dll] = ctypes.WinDLL(dll, winmode=0x800)  # LOAD_LIBRARY_SEARCH_SYSTEM32
        except OSError:
            _loaded[dll] = None
    return _loaded[dll]
