"""Reports: what making and filling them answers, and what they are on the disk."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import ctypes
import os
import re

import wer
from tools.facts_on_windows import api, stored
from tools.facts_on_windows.asking import Asking
from tools.facts_on_windows.question import Answer, Needs, question


@question("create-types", "WerReportCreate with the types 0 to 6 and 42; nothing is submitted")
def types(asking: Asking) -> Answer:
    """Which report types does WerReportCreate take?"""

    def create(kind: int) -> int:
        handle = ctypes.c_void_p()
        hr = api.call("WerReportCreate", stored.EVENT, kind, None, ctypes.byref(handle))
        if handle.value:
            api.call("WerReportCloseHandle", handle)
        return hr

    return {f"type {kind}": api.named(create(kind)) for kind in (0, 1, 2, 3, 4, 5, 6, 42)}


@question("create-sizes", "WerReportCreate with a dwSize of each version, and of none")
def sizes(asking: Asking) -> Answer:
    """Which values of dwSize does WerReportCreate take?"""
    known = {
        "V2": api.ReportInformation.wzNamespacePartner.offset,
        "V3": api.ReportInformation.rgbApplicationIdentity.offset,
        "V4": api.ReportInformation.submitResultMax.offset,
        "V5": ctypes.sizeof(api.ReportInformation),
    }
    tried = {"0": 0, "4": 4} | known | {"V5 + 8": known["V5"] + 8}
    space = ctypes.create_string_buffer(known["V5"] + 64)
    answer: dict[str, object] = {}
    for name, size in tried.items():
        information = api.ReportInformation.from_buffer(space)
        information.dwSize = size
        handle = ctypes.c_void_p()
        hr = api.call("WerReportCreate", stored.EVENT, 0, ctypes.byref(information), ctypes.byref(handle))
        if handle.value:
            api.call("WerReportCloseHandle", handle)
        answer[f"{name}, {size} bytes" if name in known else name] = api.named(hr)
    return answer


@question("parameters-gap", "P0, P1 and P3 set, or P3 alone, then WerReportSubmit into the queue", Needs.HELD)
def gap(asking: Asking) -> Answer:
    """What does a gap in the signature parameters get, and where: WerReportSetParameter or WerReportSubmit?"""
    answer: dict[str, object] = {}
    with asking.report() as report:
        answer["WerReportSetParameter of P3 after P1"] = api.named(report.set_parameter(3, "three", "Three"))
        hr, result = report.submit()
        answer["WerReportSubmit then"] = f"{api.named(hr)}, {api.result_name(result)}" if not hr else api.named(hr)
        found = report.find() if not hr else None
        if found:
            answer["Report.wer has"] = [line for line in found.lines if re.fullmatch(r"Sig\[\d\]\.Value", line)]
    with asking.report(sign=False) as report:
        answer["WerReportSetParameter of P3 alone"] = api.named(report.set_parameter(3, report.marker))
        hr, result = report.submit()
        answer["WerReportSubmit with P3 alone"] = (
            f"{api.named(hr)}, {api.result_name(result)}" if not hr else api.named(hr)
        )
    return answer


@question(
    "parameters-arguments",
    "WerReportSetParameter with odd arguments; what was taken is read from Report.wer",
    Needs.HELD,
)
def parameters(asking: Asking) -> Answer:
    """What does WerReportSetParameter answer to P10, to no value, to no name, and to the same parameter twice?"""
    with asking.report() as report:
        answer: dict[str, object] = {
            "P10": api.named(report.set_parameter(10, "ten")),
            "no value": api.named(report.set_parameter(2, None)),
            "an empty value": api.named(report.set_parameter(2, "")),
            "no name": api.named(report.set_parameter(2, "unnamed")),
            "P3": api.named(report.set_parameter(3, "first", "First")),
            "P3 again": api.named(report.set_parameter(3, "second", "Second")),
        }
        found = report.queued()
        answer["P2's name in Report.wer"] = found.lines.get("Sig[2].Name", "not there")
        answer["P3 in Report.wer"] = found.lines.get("Sig[3].Value", "not there")
        return answer


@question("handle-closed", "WerReportCloseHandle and WerReportSetParameter with NULL and with a handle that was closed")
def closed_handle(asking: Asking) -> Answer:
    """What does a report handle get that is NULL or was closed?"""
    with asking.report() as report:
        handle = report.handle
        answer: dict[str, object] = {"close": api.named(report.close())}
    answer["close again"] = api.named(api.call("WerReportCloseHandle", handle))
    answer["close NULL"] = api.named(api.call("WerReportCloseHandle", None))
    answer["WerReportSetParameter, closed"] = api.named(api.call("WerReportSetParameter", handle, 0, "Name", "value"))
    answer["WerReportSetParameter, NULL"] = api.named(api.call("WerReportSetParameter", None, 0, "Name", "value"))
    return answer


@question(
    "file-relative",
    "WerReportAddFile with the name of a file in the current folder, submitted from there",
    Needs.HELD | Needs.ALONE,
)
def relative_file(asking: Asking) -> Answer:
    """Does WerReportAddFile take a relative path, and is that file in the report?"""
    folder = asking.folder()
    (folder / "relative.txt").write_text("relative", encoding="ascii")
    os.chdir(folder)
    try:
        with asking.report() as report:
            hr = report.add_file("relative.txt")
            if hr & 0x80000000:
                return {"WerReportAddFile": api.named(hr)}
            found = report.queued()
            there = any("relative.txt" in name for name in found.files)
            return {"WerReportAddFile": api.named(hr), "in the report": "yes" if there else "no"}
    finally:
        os.chdir(folder.parent)


@question(
    "file-missing",
    "WerReportAddFile with no file, a folder; and a file removed, or changed, before WerReportSubmit",
    Needs.HELD,
)
def missing_file(asking: Asking) -> Answer:
    """When does WER look for a file, and when does it read it?"""
    folder = asking.folder()
    changed, removed = folder / "changed.txt", folder / "removed.txt"
    changed.write_text("before", encoding="ascii")
    removed.write_text("removed", encoding="ascii")
    with asking.report() as report:
        answer: dict[str, object] = {
            "no file": api.named(report.add_file(folder / "nothing.txt")),
            "a folder": api.named(report.add_file(folder)),
            "a file": api.named(report.add_file(changed)),
            "a file that is removed then": api.named(report.add_file(removed)),
        }
        changed.write_text("after.", encoding="ascii")
        removed.unlink()
        hr, result = report.submit()
        answer["WerReportSubmit"] = f"{api.named(hr)}, {api.result_name(result)}"
        found = report.find() if not hr else None
        if found:
            files = [path for path in found.folder.iterdir() if path.name.endswith("changed.txt")]
            answer["the changed file"] = [path.read_text(encoding="ascii") for path in files]
            answer["the removed file"] = "there" if any("removed" in name for name in found.files) else "left out"
        return answer


@question("file-same-name", "WerReportAddFile with two files of the same name, and with one of them twice", Needs.HELD)
def same_name(asking: Asking) -> Answer:
    """What becomes of two files with the same name?"""
    paths = [asking.folder() / "same.txt", asking.folder() / "same.txt"]
    for path in paths:
        path.write_text(str(path), encoding="utf-8")
    with asking.report() as report:
        answer: dict[str, object] = {
            "first": api.named(report.add_file(paths[0])),
            "second": api.named(report.add_file(paths[1])),
            "first again": api.named(report.add_file(paths[0])),
        }
        answer["files in the report"] = [name for name in report.queued().files if "same" in name]
        return answer


@question(
    "report-place",
    "a report submitted into the queue, where ForceQueue is set, with a minidump of a child",
    Needs.HELD,
)
def place(asking: Asking) -> Answer:
    """In which store is a report, and is its dump in it while it is queued?"""
    worker = asking.worker()
    with asking.report() as report, asking.opened(worker.pid) as handle:
        answer: dict[str, object] = {"WerReportAddDump": api.named(report.add_dump(handle))}
        found = report.queued()
        answer["place"] = found.place
        answer["folder"] = found.folder.name
        answer["may be read"] = "yes" if found.raw else "no"
        answer["dump"] = [f"{path.name}, {path.stat().st_size:,} bytes" for path in found.dumps]
        return answer


@question("report-names", "a report of each kind, with a minidump and a file, in the queue", Needs.HELD, seconds=120)
def names(asking: Asking) -> Answer:
    """What are the folders and the files of reports called, and which name has Report.wer for them?"""
    file = asking.folder() / "attached.txt"
    file.write_text("attached", encoding="ascii")
    worker = asking.worker()
    answer: dict[str, object] = {}
    for kind in list(wer.ReportType)[:5]:
        with asking.report(kind=kind) as report, asking.opened(worker.pid) as handle:
            hr = report.add_dump(handle)
            if not hr & 0x80000000 and kind == wer.ReportType.NON_CRITICAL:
                report.add_file(file)
            hr, result = report.submit()
            found = report.find() if not hr else None
            if not found:
                answer[kind.name] = f"{api.named(hr)}, {api.result_name(result)}; not in a store"
                continue
            answer[kind.name] = _shape(found.folder.name, report.marker)
            if kind == wer.ReportType.NON_CRITICAL:
                answer["files"] = [_shape(name, report.marker) for name in found.files]
                answer["their lines"] = [
                    f"{line}={_shape(value, report.marker)}"
                    for line, value in found.lines.items()
                    if re.fullmatch(r"File\[\d+\]\.(CabName|Path|Type|Flags)", line)
                ]
    return answer


def _shape(name: str, marker: str) -> str:
    """A name with what differs from report to report replaced."""
    name = name.replace(marker, "<P1>")
    return re.sub(r"WER[0-9A-F]{1,8}(?=\.tmp)", "WER<hex>", name)


@question("report-wer-end", "the last bytes of Report.wer of a queued report", Needs.HELD)
def report_wer_end(asking: Asking) -> Answer:
    """How does Report.wer begin and end: byte order mark, line ends, the last line, and does that end?"""
    with asking.report() as report:
        found = report.queued()
    marks = {b"\xff\xfe": "UTF-16LE", b"\xfe\xff": "UTF-16BE"}
    text = found.raw.decode("utf-16" if found.raw[:2] in marks else "utf-16-le")
    lines = text.splitlines()
    return {
        "byte order mark": marks.get(found.raw[:2], "none"),
        "lines end in": "CR LF" if "\r\n" in text else "LF",
        "last line": lines[-1].partition("=")[0],
        "and it ends": "yes" if text.endswith("\n") else "no",
        "read_report reads it": _read(found),
    }


def _read(found: stored.Stored) -> str:
    try:
        report = wer.read_report(found.folder / "Report.wer")
    except (OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return "yes" if report.event_type == found.lines["EventType"] else f"but as the event {report.event_type!r}"


@question(
    "report-wer-fields",
    "WerReportCreate and WerReportSetUIOption with a text of its own for each; Report.wer searched",
    Needs.HELD,
)
def report_wer_fields(asking: Asking) -> Answer:
    """Which line of Report.wer has what of the report information, and of the texts of dialogs?"""
    information = api.ReportInformation(dwSize=ctypes.sizeof(api.ReportInformation))
    given = {name: f"Given {name}" for name in api.TEXTS}
    given["wzApplicationPath"] = r"C:\Given\wzApplicationPath.exe"
    for name, value in given.items():
        api.fill(information, name, value)
    ctypes.memset(information.rgbApplicationIdentity, 0xAB, 16)
    with asking.report(information=information) as report:
        for option in range(1, 11):
            given[f"UI option {option}"] = f"Given UI {option}"
            api.call("WerReportSetUIOption", report.handle, option, f"Given UI {option}")
        found = report.queued()
    answer: dict[str, object] = {}
    for name, value in given.items():
        answer[name] = [line for line, has in found.lines.items() if has == value]
    answer["rgbApplicationIdentity"] = [
        line for line, has in found.lines.items() if "ab" * 8 in has.lower().replace("-", "")
    ]
    return answer


def metadata_lines(report: stored.Stored) -> list[str]:
    """The lines of Report.wer with the key `facts.key-1`, or its value `facts value 1`."""
    lines = [f"{name}={value}" for name, value in report.lines.items()]
    return [line for line in lines if "facts.key-1" in line or "facts value 1" in line]


@question(
    "registered-data",
    "WerRegisterFile, WerRegisterCustomMetadata, then WER_SUBMIT_ADD_REGISTERED_DATA",
    Needs.HELD | Needs.ALONE,
)
def registered_data(asking: Asking) -> Answer:
    """What of the registered data is in the process's own report, and in which form is custom metadata there?"""
    file = asking.folder() / "registered.txt"
    file.write_text("registered", encoding="ascii")
    answer: dict[str, object] = {
        "WerRegisterFile": api.named(api.call("WerRegisterFile", str(file), 2, 0)),
        "WerRegisterCustomMetadata": api.named(api.call("WerRegisterCustomMetadata", "facts.key-1", "facts value 1")),
    }
    with asking.report() as report:
        hr, result = report.submit(flags=wer.SubmitFlags.QUEUE | wer.SubmitFlags.ADD_REGISTERED_DATA)
        answer["WerReportSubmit"] = f"{api.named(hr)}, {api.result_name(result)}"
        found = report.find() if not hr else None
    if found:
        answer["the file"] = "there" if any("registered.txt" in name for name in found.files) else "not there"
        answer["metadata in Report.wer"] = metadata_lines(found)
        for path in found.folder.glob("*.xml"):
            text = path.read_bytes()
            encoding = "utf-16" if text[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
            lines = text.decode(encoding, "replace").splitlines()
            answer[f"metadata in {path.name}"] = [line.strip() for line in lines if "facts" in line]
    return answer
