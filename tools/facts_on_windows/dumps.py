"""WerReportAddDump: when it reads the process, what it needs, and what is in the dump."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import ctypes
from pathlib import Path

from minidump.minidumpfile import MinidumpFile

from tools.facts_on_windows import api
from tools.facts_on_windows.asking import Asking, Report
from tools.facts_on_windows.question import Answer, Needs, question
from tools.facts_on_windows.stored import Stored
from wer import DumpType

MASK_DUMPTYPE = 1


def options(dump_flags: "int | None" = None) -> api.DumpOptions:
    """WER_DUMP_CUSTOM_OPTIONS_V3."""
    made = api.DumpOptions(dwSize=ctypes.sizeof(api.DumpOptions))
    if dump_flags is not None:
        made.dwMask, made.dwDumpFlags = MASK_DUMPTYPE, dump_flags
    return made


def outcome(report: Report) -> "tuple[str, Stored | None]":
    """Submit the report; what WerReportSubmit answered, and where the report is."""
    hr, result = report.submit()
    found = report.find() if not hr else None
    return (api.named(hr) if hr else api.result_name(result)), found


def sizes(found: "Stored | None") -> str:
    """The dumps of a report, with their sizes."""
    if found is None:
        return "the report is in no store"
    return ", ".join(f"{kind(path)} of {path.stat().st_size:,} bytes" for path in found.dumps) or "no dump"


def kind(path: Path) -> str:
    """What a dump is called, without what differs from report to report."""
    return path.name.split(".tmp.")[-1]


def read(path: Path) -> MinidumpFile:
    """The dump, read whole: a file that stays open could not be removed."""
    return MinidumpFile.parse_bytes(path.read_bytes())


def streams(path: Path) -> list[str]:
    """The streams of a dump that hold anything."""
    dump = read(path)
    return [entry.StreamType.name for entry in dump.directories if entry.Location.DataSize]


def flags_of(path: Path) -> int:
    """The MINIDUMP_TYPE in a dump's header."""
    return int.from_bytes(path.read_bytes()[24:32], "little")


STATES = {"1": "as it was at WerReportAddDump", "2": "as it was at WerReportSubmit", "12": "both states", "": "neither"}


@question(
    "dump-when",
    "a heap dump of a child by a handle; between WerReportAddDump and WerReportSubmit 16 bytes of its memory change, "
    "the handle is closed, or the child is ended",
    Needs.HELD,
    seconds=180,
)
def when(asking: Asking) -> Answer:
    """When does WER read the process: in WerReportAddDump, or only in WerReportSubmit and by our handle?"""
    answer: dict[str, object] = {}
    for change in ("its memory is changed", "the handle is closed", "the process is ended"):
        worker = asking.worker()
        handle = api.open_process(worker.pid, api.PROCESS_ALL_ACCESS)
        with asking.report() as report:
            hr = report.add_dump(handle, kind=DumpType.HEAPDUMP)
            if hr & 0x80000000:
                answer["WerReportAddDump"] = api.named(hr)
                api.close(handle)
                continue
            if change == "its memory is changed":
                worker.tell("change")
            elif change == "the handle is closed":
                api.close(handle)
            else:
                worker.end()
            submit, found = outcome(report)
            if found and found.dumps:
                state = STATES[worker.found_in(found.dumps[0])]
                answer[change] = f"{submit}, the dump has the memory {state} ({sizes(found)})"
            else:
                answer[change] = f"{submit}, {sizes(found)}"
        if change != "the handle is closed":
            api.close(handle)
    return answer


@question(
    "dump-when-threads",
    "a minidump of a child, by a handle; the child starts five threads between WerReportAddDump and WerReportSubmit",
    Needs.HELD,
)
def when_threads(asking: Asking) -> Answer:
    """Which threads does a minidump have: those at WerReportAddDump, or those at WerReportSubmit?"""
    worker = asking.worker()
    with asking.report() as report, asking.opened(worker.pid, api.PROCESS_ALL_ACCESS) as handle:
        answer: dict[str, object] = {"WerReportAddDump": api.named(report.add_dump(handle))}
        worker.tell("threads")
        submit, found = outcome(report)
        answer["WerReportSubmit"] = submit
        if found and found.dumps:
            threads = len(read(found.dumps[0]).threads.threads)
            answer["threads in the dump"] = threads
            answer["so it was read at"] = "WerReportSubmit" if threads >= 6 else "WerReportAddDump"
    return answer


RIGHTS = {
    "documented (READ_CONTROL, QUERY_INFORMATION)": api.READ_CONTROL | api.PROCESS_QUERY_INFORMATION,
    "and VM_READ": api.READ_CONTROL | api.PROCESS_QUERY_INFORMATION | api.PROCESS_VM_READ,
    "and DUP_HANDLE (ours)": api.ENOUGH,
    "without READ_CONTROL": api.PROCESS_QUERY_INFORMATION | api.PROCESS_VM_READ,
    "QUERY_LIMITED_INFORMATION, VM_READ": api.PROCESS_QUERY_LIMITED_INFORMATION | api.PROCESS_VM_READ,
    "all": api.PROCESS_ALL_ACCESS,
}


@question(
    "dump-rights",
    "minidumps of a child by handles with different rights; the size of the dump in the report",
    Needs.HELD,
    seconds=180,
)
def rights(asking: Asking) -> Answer:
    """Which rights does WerReportAddDump need of a process's handle?"""
    worker = asking.worker()
    answer: dict[str, object] = {}
    for name, access in RIGHTS.items():
        with asking.report() as report, asking.opened(worker.pid, access) as handle:
            hr = report.add_dump(handle)
            if hr & 0x80000000:
                answer[name] = api.named(hr)
            else:
                submit, found = outcome(report)
                answer[name] = f"{api.named(hr)}, {submit}, {sizes(found)}"
    return answer


@question("dump-ended", "WerReportAddDump of a child that has ended, by a handle that is still open")
def ended(asking: Asking) -> Answer:
    """What does WerReportAddDump answer for a process that has ended?"""
    worker = asking.worker()
    with asking.report() as report, asking.opened(worker.pid, api.PROCESS_ALL_ACCESS) as handle:
        worker.end()
        return api.named(report.add_dump(handle))


@question("dump-arguments", "WerReportAddDump with odd arguments; nothing is submitted")
def arguments(asking: Asking) -> Answer:
    """What does WerReportAddDump answer to a microdump without a thread, to type 5, unknown flags, bad handles?"""
    worker = asking.worker()
    with asking.report() as report, asking.opened(worker.pid) as handle:
        bad = options()
        bad.dwSize = 4
        return {
            "a microdump without a thread": api.named(report.add_dump(handle, kind=DumpType.MICRODUMP)),
            "type 0": api.named(report.add_dump(handle, kind=0)),
            "type 5": api.named(report.add_dump(handle, kind=5)),
            "flags 0x100": api.named(report.add_dump(handle, flags=0x100)),
            "process 0": api.named(report.add_dump(0)),
            "a closed handle": api.named(report.add_dump(0xDEAC)),
            "options of dwSize 4": api.named(report.add_dump(handle, options=bad)),
        }


@question("dump-twice", "two minidumps, then a minidump and a heap dump, in one report", Needs.HELD, seconds=120)
def twice(asking: Asking) -> Answer:
    """What becomes of two dumps in one report?"""
    worker = asking.worker()
    answer: dict[str, object] = {}
    for name, kinds in {
        "two minidumps": (DumpType.MINIDUMP, DumpType.MINIDUMP),
        "a minidump and a heap dump": (DumpType.MINIDUMP, DumpType.HEAPDUMP),
    }.items():
        with asking.report() as report, asking.opened(worker.pid) as handle:
            codes = [api.named(report.add_dump(handle, kind=kind)) for kind in kinds]
            submit, found = outcome(report)
            answer[name] = f"{codes[0]}, then {codes[1]}; {submit}, {sizes(found)}"
    return answer


@question("dump-streams", "a dump of a child of each type; its header's flags and its streams", Needs.HELD, seconds=180)
def contents(asking: Asking) -> Answer:
    """What is in a dump of each type, and which MINIDUMP_TYPE flags does it have?"""
    worker = asking.worker()
    thread = api.kernel32.OpenThread(0x1FFFFF, False, worker.tid)
    answer: dict[str, object] = {}
    for dump_type in list(DumpType)[1:5]:
        with asking.report() as report, asking.opened(worker.pid, api.PROCESS_ALL_ACCESS) as handle:
            hr = report.add_dump(handle, thread, kind=dump_type)
            submit, found = outcome(report)
            if found and found.dumps:
                path = found.dumps[0]
                answer[dump_type.name] = f"{kind(path)}, flags 0x{flags_of(path):X}, {', '.join(streams(path))}"
            else:
                answer[dump_type.name] = f"{api.named(hr)}; {submit}, {sizes(found)}"
    api.close(thread)
    return answer


@question(
    "dump-flags",
    "minidumps of a child with dwDumpFlags of 0x1000 (thread info), and without; the flags in the dump's header",
    Needs.HELD,
    seconds=120,
)
def dump_flags(asking: Asking) -> Answer:
    """Do the options' dwDumpFlags replace the flags of the dump's type, or extend them?"""
    worker = asking.worker()
    found_flags: dict[str, int] = {}
    for name, given in {"without": None, "with": 0x1000}.items():
        with asking.report() as report, asking.opened(worker.pid) as handle:
            hr = report.add_dump(handle, options=options(given))
            submit, found = outcome(report)
            if not found or not found.dumps:
                return {name: f"{api.named(hr)}; {submit}, {sizes(found)}"}
            found_flags[name] = flags_of(found.dumps[0])
    without, with_flags = found_flags["without"], found_flags["with"]
    verdict = {0x1000: "replace", without | 0x1000: "extend", without: "have no effect"}.get(with_flags, "neither")
    return {"they": verdict, "without": f"0x{without:X}", "with 0x1000": f"0x{with_flags:X}"}


@question(
    "dump-noheap-onqueue",
    "a heap dump and a minidump with WER_DUMP_NOHEAP_ONQUEUE, and without, in the queue",
    Needs.HELD,
    seconds=120,
)
def no_heap_on_queue(asking: Asking) -> Answer:
    """What does WER_DUMP_NOHEAP_ONQUEUE leave out of a queued report?"""
    worker = asking.worker()
    answer: dict[str, object] = {}
    for name, dump_type, flags in (
        ("a heap dump", DumpType.HEAPDUMP, 0),
        ("a heap dump with the flag", DumpType.HEAPDUMP, 1),
        ("a minidump with the flag", DumpType.MINIDUMP, 1),
    ):
        with asking.report() as report, asking.opened(worker.pid) as handle:
            hr = report.add_dump(handle, kind=dump_type, flags=flags)
            submit, found = outcome(report)
            answer[name] = f"{api.named(hr)}; {submit}, {sizes(found)}"
    return answer


@question("dump-debuggers", "a minidump of a child, read by the package minidump", Needs.HELD)
def readable(asking: Asking) -> Answer:
    """Does an independent reader find threads, modules and the main module's name in a dump of this machine?"""
    worker = asking.worker()
    with asking.report() as report, asking.opened(worker.pid) as handle:
        expect = api.named(report.add_dump(handle))
        _, found = outcome(report)
        if not found or not found.dumps:
            return {"WerReportAddDump": expect, "dump": sizes(found)}
        dump = read(found.dumps[0])
        threads, modules = dump.threads.threads, dump.modules.modules
        return {
            "threads": len(threads),
            "with stack and context": sum(
                1 for one in threads if one.Stack.MemoryLocation.DataSize and one.ThreadContext.DataSize
            ),
            "the child's thread": "there" if any(one.ThreadId == worker.tid for one in threads) else "missing",
            "modules": len(modules),
            "first module": Path(modules[0].name.replace("\\", "/")).name if modules else "none",
        }
