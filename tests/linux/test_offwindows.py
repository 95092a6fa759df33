"""Off Windows `wer` imports; what needs Windows says so when it is called."""

import sys

import pytest

import wer


@pytest.mark.parametrize(
    ("call", "function"),
    [
        (lambda: wer.Report("Event"), "WerReportCreate"),
        (lambda: wer.Report("Event", wer.ReportType.CRITICAL, description="x"), "WerReportCreate"),
        (lambda: wer.Report.from_handle(1, owned=True), "WerReportCreate"),
        (lambda: wer.Store(wer.StoreType.USER_QUEUE), "WerStoreOpen"),
        (lambda: wer.ProcessSnapshot(pid=5), "PssCaptureSnapshot"),
        (lambda: wer.Registration(), "WerRegisterFile"),
        (lambda: wer.register_file("a"), "WerRegisterFile"),
        (lambda: wer.register_memory_block(b"a"), "WerRegisterMemoryBlock"),
        (lambda: wer.register_excluded_memory_block(b"a"), "WerRegisterExcludedMemoryBlock"),
        (lambda: wer.register_custom_metadata("a", "b"), "WerRegisterCustomMetadata"),
        (lambda: wer.register_additional_process(pid=5), "WerRegisterAdditionalProcess"),
        (lambda: wer.register_app_local_dump("a"), "WerRegisterAppLocalDump"),
        (lambda: wer.register_runtime_exception_module("a.dll", context=1), "WerRegisterRuntimeExceptionModule"),
        (lambda: wer.set_flags(wer.FaultReportingFlags.NO_UI), "WerSetFlags"),
        (lambda: wer.get_flags(), "WerGetFlags"),
        (lambda: wer.interpreter_of(pid=5), "CreateToolhelp32Snapshot"),
        (lambda: wer.set_max_process_hold_milliseconds(5), "WerSetMaxProcessHoldMilliseconds"),
        (lambda: wer.report_hang(1), "WerReportHang"),
        (lambda: wer.purge_reports(), "WerStorePurge"),
        (lambda: wer.ReportTemplate("Event", consent=wer.Consent.NOT_ASKED), "WerReportCreate"),
        (lambda: wer.install_crash_handler(None), "SetUnhandledExceptionFilter"),
        (lambda: wer.add_excluded_application("a.exe"), "WerAddExcludedApplication"),
        (lambda: wer.remove_excluded_application("a.exe", all_users=True), "WerRemoveExcludedApplication"),
    ],
)
def test_a_call_says_what_is_missing(call, function):
    with pytest.raises(NotImplementedError, match=f"{function} of Windows, and this is {sys.platform}"):
        call()


def test_there_is_no_c_interface():
    assert not hasattr(wer, "_C_API")
    with pytest.raises(TypeError, match="install_crash_handler makes"):
        wer.CrashHandler()
    with pytest.raises(TypeError, match="interpreter_of makes"):
        wer.InterpreterProcess()


def test_what_needs_no_windows_works():
    assert wer.DumpOptions(dump_flags=wer.MiniDumpWithDataSegs).mask == wer.WER_DUMP_MASK_DUMPTYPE
    assert wer.WerError(wer.HResult.E_FAIL, "WerReportSubmit").function == "WerReportSubmit"


def test_nothing_is_supported():
    assert wer.supported("WerReportAddDump") is False
    with pytest.raises(TypeError, match="function must be a str, got int"):
        wer.supported(5)
