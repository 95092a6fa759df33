"""Whole programs, as `wer` has them and as they are without it: the README's report and a crash report prepared."""

import ctypes
import subprocess

import peers
import reference

import wer

LOG = "C:\\windows\\system32\\wer.dll"  # some file


def wer_report() -> wer.SubmitResult:
    with wer.Report("Spooler.Stuck", application_name="Spooler") as report:
        report.set_parameter(0, "4.2.1", "Version")
        report.add_dump()
        report.add_file(LOG, flags=wer.FileFlags.ANONYMOUS_DATA)
        return report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)


def wer_report_of(worker: "subprocess.Popen[bytes]") -> wer.SubmitResult:
    with wer.Report("Spooler.Stuck", process=worker, application_name="Spooler") as report:
        report.set_parameter(0, "4.2.1", "Version")
        report.add_dump()
        report.add_file(LOG, flags=wer.FileFlags.ANONYMOUS_DATA)
        return report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE)


def checked_report() -> peers.SubmitResult:
    with peers.CheckedReport("Spooler.Stuck", application_name="Spooler") as report:
        report.set_parameter(0, "4.2.1", "Version")
        report.add_dump()
        report.add_file(LOG, flags=peers.FileFlags.ANONYMOUS_DATA)
        return report.submit(peers.Consent.NOT_ASKED, peers.SubmitFlags.QUEUE)


def checked_report_of(worker: "subprocess.Popen[bytes]") -> peers.SubmitResult:
    with peers.CheckedReport("Spooler.Stuck", process=worker, application_name="Spooler") as report:
        report.set_parameter(0, "4.2.1", "Version")
        report.add_dump()
        report.add_file(LOG, flags=peers.FileFlags.ANONYMOUS_DATA)
        return report.submit(peers.Consent.NOT_ASKED, peers.SubmitFlags.QUEUE)


def ctypes_report() -> int:
    information = peers.Information()
    information.dwSize = ctypes.sizeof(information)
    information.wzApplicationName = "Spooler"
    report, answer = peers.HANDLE(), ctypes.c_int()
    peers.create("Spooler.Stuck", 0, ctypes.byref(information), ctypes.byref(report))
    try:
        peers.set_parameter(report, 0, "Version", "4.2.1")
        peers.add_dump(report, peers.CURRENT_PROCESS, None, 2, None, None, 0)
        peers.add_file(report, LOG, 5, 2)
        peers.submit(report, 1, 4, ctypes.byref(answer))
    finally:
        peers.close(report)
    return answer.value


def ctypes_report_of(worker: "subprocess.Popen[bytes]") -> int:
    process = peers.duplicated(int(worker._handle))  # type: ignore[attr-defined]
    information = peers.Information()
    information.dwSize = ctypes.sizeof(information)
    information.hProcess = process
    information.wzApplicationName = "Spooler"
    report, answer = peers.HANDLE(), ctypes.c_int()
    peers.create("Spooler.Stuck", 0, ctypes.byref(information), ctypes.byref(report))
    try:
        peers.set_parameter(report, 0, "Version", "4.2.1")
        peers.add_dump(report, process, None, 2, None, None, 0)
        peers.add_file(report, LOG, 5, 2)
        peers.submit(report, 1, 4, ctypes.byref(answer))
    finally:
        peers.close(report)
        peers.close_handle(process)
    return answer.value


def c_report() -> int:
    report = reference.Report("Spooler.Stuck", "Spooler")
    report.set_parameter(0, "4.2.1", "Version")
    report.add_dump()
    report.add_file(LOG, 5, 2)
    answer = report.submit(1, 4)
    report.close()
    return answer


def c_report_of(worker: "subprocess.Popen[bytes]") -> int:
    report = reference.Report("Spooler.Stuck", "Spooler")
    report.set_parameter(0, "4.2.1", "Version")
    report.add_dump_of(int(worker._handle), None)  # type: ignore[attr-defined]
    report.add_file(LOG, 5, 2)
    answer = report.submit(1, 4)
    report.close()
    return answer


def wer_template() -> wer.ReportTemplate:
    template = wer.ReportTemplate(
        "Spooler.Crashed", consent=wer.Consent.NOT_ASKED, flags=wer.SubmitFlags.QUEUE, application_name="Spooler"
    )
    template.set_parameter(0, "4.2.1", "Version")
    template.add_file(LOG)
    template.set_dump(wer.DumpType.MINIDUMP)
    return template


# The functions behind a template, which C programs have by wer/capi.h, taken out of its table.
_get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_get_pointer.restype, _get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
_TABLE = (ctypes.c_void_p * 17).from_address(_get_pointer(wer._C_API, b"wer._C_API") + 8)  # behind version and size


def _function(place: int, result: object, *arguments: object) -> object:
    return ctypes.WINFUNCTYPE(result, *arguments)(_TABLE[place])


_VOID = ctypes.c_void_p
_create = _function(
    10, peers.HRESULT, peers.TEXT, ctypes.c_int, ctypes.POINTER(peers.Information), ctypes.c_int, peers.DWORD,
    ctypes.POINTER(_VOID),
)  # fmt: skip
_release = _function(12, None, _VOID)
_set_parameter = _function(13, peers.HRESULT, _VOID, peers.DWORD, peers.TEXT, peers.TEXT)
_add_file = _function(14, peers.HRESULT, _VOID, peers.TEXT, ctypes.c_int, peers.DWORD)
_set_dump = _function(15, peers.HRESULT, _VOID, ctypes.c_int, _VOID, peers.DWORD)


def ctypes_template() -> None:
    information = peers.Information()
    information.dwSize = ctypes.sizeof(information)
    information.wzApplicationName = "Spooler"
    template = _VOID()
    _create("Spooler.Crashed", 2, ctypes.byref(information), 1, 4, ctypes.byref(template))
    _set_parameter(template, 0, "Version", "4.2.1")
    _add_file(template, LOG, 5, 0)
    _set_dump(template, 2, None, 0)
    _release(template)
