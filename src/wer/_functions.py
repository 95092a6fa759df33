"""Which functions of werapi.h the classes and functions of `wer` call."""

_CALLS = {
    "Report": ("WerReportCreate", "WerReportCloseHandle"),
    "Report.set_parameter": ("WerReportSetParameter",),
    "Report.set_ui_option": ("WerReportSetUIOption",),
    "Report.add_file": ("WerReportAddFile",),
    "Report.add_dump": ("WerReportAddDump",),
    "Report.submit": ("WerReportSubmit",),
    "Report.close": ("WerReportCloseHandle",),
    "ReportTemplate": (
        "WerReportCreate",
        "WerReportSetParameter",
        "WerReportAddFile",
        "WerReportAddDump",
        "WerReportSubmit",
        "WerReportCloseHandle",
    ),
    "ProcessSnapshot": ("PssCaptureSnapshot", "PssFreeSnapshot"),
    "Store": (
        "WerStoreOpen",
        "WerStoreClose",
        "WerStoreGetFirstReportKey",
        "WerStoreGetNextReportKey",
        "WerStoreQueryReportMetadataV1",
        "WerFreeString",
    ),
    "Store.count": ("WerStoreGetReportCount",),
    "Store.size_on_disk": ("WerStoreGetSizeOnDisk",),
    "Store.upload": ("WerStoreUploadReport",),
    "purge_reports": ("WerStorePurge",),
    "register_file": ("WerRegisterFile", "WerUnregisterFile"),
    "register_memory_block": ("WerRegisterMemoryBlock", "WerUnregisterMemoryBlock"),
    "register_excluded_memory_block": ("WerRegisterExcludedMemoryBlock", "WerUnregisterExcludedMemoryBlock"),
    "register_custom_metadata": ("WerRegisterCustomMetadata", "WerUnregisterCustomMetadata"),
    "register_additional_process": ("WerRegisterAdditionalProcess", "WerUnregisterAdditionalProcess"),
    "register_app_local_dump": ("WerRegisterAppLocalDump", "WerUnregisterAppLocalDump"),
    "register_runtime_exception_module": ("WerRegisterRuntimeExceptionModule", "WerUnregisterRuntimeExceptionModule"),
    "add_excluded_application": ("WerAddExcludedApplication",),
    "remove_excluded_application": ("WerRemoveExcludedApplication",),
    "set_flags": ("WerSetFlags",),
    "get_flags": ("WerGetFlags",),
    "set_max_process_hold_milliseconds": ("WerSetMaxProcessHoldMilliseconds",),
    "report_hang": ("WerReportHang",),
}
# Asked for by name only: newer metadata is read where it is there.
_FUNCTIONS = {"WerStoreQueryReportMetadataV2", "WerStoreQueryReportMetadataV3"}.union(*_CALLS.values())


def functions_of(name: str) -> tuple[str, ...]:
    """What `name` needs: a function of werapi.h itself, or what a function of `wer` calls; nothing if it is neither."""
    return (name,) if name in _FUNCTIONS else _CALLS.get(name, ())
