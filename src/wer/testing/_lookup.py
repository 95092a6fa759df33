"""Which functions the fake's Windows has: core/lookup.pxi in Python."""

from .._functions import _FUNCTIONS
from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._fake import FakeWer

# The functions that a Windows may lack, and the one that brought each, as native/lookup.h has them.
SINCE = {
    "WerStoreOpen": "Windows 10 version 1703",
    "WerStoreClose": "Windows 10 version 1703",
    "WerStoreGetFirstReportKey": "Windows 10 version 1703",
    "WerStoreGetNextReportKey": "Windows 10 version 1703",
    "WerStoreQueryReportMetadataV1": "Windows 10 version 1703 (SDK)",
    "WerStoreQueryReportMetadataV2": "Windows 10 version 1703",
    "WerStoreQueryReportMetadataV3": "a later Windows 10 than version 1803 (SDK)",
    "WerFreeString": "Windows 10 version 1703",
    "WerStorePurge": "Windows 10 version 1703 (SDK)",
    "WerStoreGetReportCount": "Windows 10 version 1703 (SDK)",
    "WerStoreGetSizeOnDisk": "Windows 10 version 1703 (SDK)",
    "WerStoreUploadReport": "Windows 10 version 1703 (SDK)",
    "WerRegisterFile": "Windows Vista",
    "WerUnregisterFile": "Windows Vista",
    "WerRegisterMemoryBlock": "Windows Vista",
    "WerUnregisterMemoryBlock": "Windows Vista",
    "WerRegisterExcludedMemoryBlock": "Windows 10 version 1703",
    "WerUnregisterExcludedMemoryBlock": "Windows 10 version 1703",
    "WerRegisterCustomMetadata": "Windows 10 version 1703",
    "WerUnregisterCustomMetadata": "Windows 10 version 1703",
    "WerRegisterAdditionalProcess": "Windows 10 version 1703",
    "WerUnregisterAdditionalProcess": "Windows 10 version 1703",
    "WerRegisterAppLocalDump": "Windows 10 version 1709",
    "WerUnregisterAppLocalDump": "Windows 10 version 1709",
    "WerRegisterRuntimeExceptionModule": "Windows 7",
    "WerUnregisterRuntimeExceptionModule": "Windows 7",
    "WerSetFlags": "Windows Vista",
    "WerGetFlags": "Windows Vista",
    "WerSetMaxProcessHoldMilliseconds": "a later Windows 10 than version 1803 (SDK)",
    "WerReportHang": "Windows Vista SP1",
    "PssCaptureSnapshot": "Windows 8.1",
    "PssFreeSnapshot": "Windows 8.1",
}


def need(wer: "FakeWer", function: str, *others: str) -> None:
    """Raise NotImplementedError for `function` unless it and the others are there."""
    if not wer._missing.isdisjoint((function, *others)):
        raise NotImplementedError(f"this Windows does not have {function}; it came with {SINCE[function]}")


def must_have(wer: "FakeWer", function: str, /) -> None:
    need(wer, function)


def found(wer: "FakeWer", function: str, /) -> bool:
    return function in _FUNCTIONS and function not in wer._missing
