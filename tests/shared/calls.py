"""A call of each kind, for tests that go through all of them."""

import os

import wer

FULL_PATH = os.path.abspath("spooler.log")

# Every method that needs an open report.
REPORT_METHODS = {
    "set_parameter": lambda report: report.set_parameter(0, "value"),
    "set_ui_option": lambda report: report.set_ui_option(wer.ReportUI.CLOSE_TEXT, "text"),
    "add_file": lambda report: report.add_file(__file__),
    "add_dump": lambda report: report.add_dump(),
    "submit": lambda report: report.submit(wer.Consent.NOT_ASKED),
}

# By the function that needs an open store.
STORE_METHODS = {
    "WerStoreGetReportCount": lambda store: store.count(),
    "WerStoreGetSizeOnDisk": lambda store: store.size_on_disk(),
    "WerStoreGetFirstReportKey": lambda store: next(iter(store)),
    "WerStoreQueryReportMetadataV3": lambda store: next(iter(store)),
    "WerStoreUploadReport": lambda store: store.upload("key"),
}

# By what stands behind WerRegister and WerUnregister in the names of its functions.
REGISTER = {
    "File": lambda: wer.register_file(FULL_PATH),
    "MemoryBlock": lambda: wer.register_memory_block(b"four"),
    "ExcludedMemoryBlock": lambda: wer.register_excluded_memory_block(b"four"),
    "CustomMetadata": lambda: wer.register_custom_metadata("Queue", "42"),
    "AdditionalProcess": lambda: wer.register_additional_process(pid=os.getpid()),
    "AppLocalDump": lambda: wer.register_app_local_dump("Dumps"),
    "RuntimeExceptionModule": lambda: wer.register_runtime_exception_module(r"C:\handler.dll", 0x1234),
}
