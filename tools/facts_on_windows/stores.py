"""The stores of reports, as WerStore… shows them."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

from tools.facts_on_windows import api
from tools.facts_on_windows.asking import Asking
from tools.facts_on_windows.question import Answer, Needs, Unanswered, question
from tools.facts_on_windows.stored import Stored
from wer import StoreType

MOST = 5000  # reports in a store, after which an end is no longer waited for


@contextmanager
def opened(kind: int) -> Iterator[tuple[int, ctypes.c_void_p]]:
    """WerStoreOpen: its code and the store, closed at the end of the block."""
    store = ctypes.c_void_p()
    hr = api.call("WerStoreOpen", int(kind), ctypes.byref(store))
    try:
        yield hr, store
    finally:
        if store.value:
            api.call("WerStoreClose", store)


def keys(store: ctypes.c_void_p) -> tuple[list[str], str]:
    """All keys, and how the iteration ended."""
    found: list[str] = []
    function = "WerStoreGetFirstReportKey"
    while len(found) < MOST:
        pointer = ctypes.c_void_p()
        hr = api.call(function, store, ctypes.byref(pointer))
        if hr or not pointer.value:
            return found, f"{function} gives {api.named(hr)} and {'a key' if pointer.value else 'no key'}"
        found.append(ctypes.wstring_at(pointer.value))
        api.call("WerFreeString", pointer)
        function = "WerStoreGetNextReportKey"
    return found, f"it had not ended after {MOST} keys"


def find(asking: Asking, report: Stored) -> tuple[StoreType, str]:
    """The store and the key of a report of ours."""
    for kind in list(StoreType)[:4]:
        with opened(kind) as (hr, store):
            if not hr & 0x80000000:
                for key in keys(store)[0]:
                    if report.folder.name in key:
                        return kind, key
    raise Unanswered("the report is on the disk, but in no store that WerStoreOpen opens here")


@question("store-open", "WerStoreOpen of each store; the number of reports, and what its functions say")
def open_stores(asking: Asking) -> Answer:
    """Which stores may this user open, and what do the others answer?"""
    answer: dict[str, object] = {}
    for kind in [*list(StoreType)[:4], 4]:
        with opened(int(kind)) as (hr, store):
            name = kind.name if isinstance(kind, StoreType) else f"type {kind}"
            answer[name] = api.named(hr)
            if not hr & 0x80000000:
                count, size = ctypes.c_uint32(0xFFFFFFFF), ctypes.c_uint64()
                try:
                    counted = api.call("WerStoreGetReportCount", store, ctypes.byref(count))
                    sized = api.call("WerStoreGetSizeOnDisk", store, ctypes.byref(size))
                except AttributeError as error:
                    answer[name] = f"{api.named(hr)}; {error}"
                else:
                    answer[name] = f"{api.named(hr)}, count {api.named(counted)}, size {api.named(sized)}"
    return answer


@question(
    "store-end",
    "WerStoreGetFirstReportKey and WerStoreGetNextReportKey to the end, in a store with a report of ours",
    Needs.HELD,
)
def end(asking: Asking) -> Answer:
    """How does an iteration of a store end: 18, 0x80070012, or a NULL key; and in an empty store?"""
    answer: dict[str, object] = {}
    with asking.report() as report:
        kind, _ = find(asking, report.queued())
    with opened(kind) as (_, store):
        found, ended = keys(store)
        answer["with reports"] = ended if found else "there was none"
        pointer = ctypes.c_void_p()
        hr = api.call("WerStoreGetNextReportKey", store, ctypes.byref(pointer))
        answer["once more"] = f"{api.named(hr)} and {'a key' if pointer.value else 'no key'}"
        if pointer.value:
            api.call("WerFreeString", pointer)
    for kind in list(StoreType)[:4]:
        with opened(kind) as (hr, store):
            if not hr & 0x80000000:
                found, ended = keys(store)
                if not found:
                    answer["an empty store"] = ended
                    break
    else:
        answer["an empty store"] = "there is none to try"
    with opened(kind) as (_, store):
        pointer = ctypes.c_void_p()
        hr = api.call("WerStoreGetNextReportKey", store, ctypes.byref(pointer))
        answer["Next without First"] = f"{api.named(hr)} and {'a key' if pointer.value else 'no key'}"
        if pointer.value:
            api.call("WerFreeString", pointer)
    return answer


@question(
    "store-names-size",
    "WerStoreQueryReportMetadataV2 of a report with two files, with no buffer, then one of as many units as it says",
    Needs.HELD,
)
def names_size(asking: Asking) -> Answer:
    """Does SizeOfFileNames count bytes or units, and what does a buffer get that is too small?"""
    folder = asking.folder()
    with asking.report() as report:
        for name in ("first.txt", "second.txt"):
            (folder / name).write_text(name, encoding="ascii")
            report.add_file(folder / name)
        kind, key = find(asking, report.queued())
    answer: dict[str, object] = {}
    with opened(kind) as (_, store):
        metadata = api.ReportMetadata()
        hr = api.call("WerStoreQueryReportMetadataV2", store, key, ctypes.byref(metadata))
        answer["without a buffer"] = (
            f"{api.named(hr)}, SizeOfFileNames {metadata.SizeOfFileNames}, NumberOfFiles {metadata.NumberOfFiles}"
        )
        said = metadata.SizeOfFileNames
        if not said:
            return answer
        space = ctypes.create_string_buffer(b"\xee" * (4 * said + 64))  # large enough if it counts units, and more
        metadata = api.ReportMetadata(SizeOfFileNames=said, FileNames=ctypes.addressof(space))
        hr = api.call("WerStoreQueryReportMetadataV2", store, key, ctypes.byref(metadata))
        written = len(space.raw.rstrip(b"\0").rstrip(b"\xee"))
        names = space.raw[:written].decode("utf-16-le", "replace").rstrip("\0").split("\0")
        needed = sum(len(name) + 1 for name in names) + 1
        answer["with one"] = f"{api.named(hr)}, the names are {', '.join(names)}"
        answer["they need"] = f"{needed} units, {2 * needed} bytes"
        answer["so it counts"] = {needed: "units", 2 * needed: "bytes"}.get(said, f"neither: it says {said}")
    return answer


@question(
    "store-keys",
    "the key of a report of ours; WerStoreQueryReportMetadataV1 with keys that are none, and after its removal",
    Needs.HELD,
)
def store_keys(asking: Asking) -> Answer:
    """What is a key, and what does a key answer of which there is no report?"""
    with asking.report() as report:
        found = report.queued()
        kind, key = find(asking, found)

    metadata = api.ReportMetadata()  # larger than V1, which is its beginning

    def query(text: str) -> str:
        return api.named(api.call("WerStoreQueryReportMetadataV1", store, text, ctypes.byref(metadata)))

    with opened(kind) as (_, store):
        answer: dict[str, object] = {
            "a key is": "the folder's path" if key.lower() == str(found.folder).lower() else f"such as {key}",
            "its metadata": query(key),
            "a key of no report": query(key[:-1] + ("0" if key[-1] != "0" else "1")),
            "no key": query("werapi-facts"),
        }
        for path in found.folder.iterdir():
            path.unlink()
        found.folder.rmdir()
        answer["after its removal"] = query(key)
    return answer
