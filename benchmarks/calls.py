"""What a call costs beside the same call by hand in C, and by what else there is, on a wer.dll that does nothing.

Run as: python calls.py RESULT.json [--rounds N]
"""

import ctypes
import os
import threading

import peers
import reference
from measure import Benchmark

import wer

KERNEL32 = ctypes.WinDLL("kernel32")
KERNEL32.OpenProcess.restype = KERNEL32.OpenThread.restype = ctypes.c_void_p
PROCESS_QUERY_INFORMATION, THREAD_QUERY_INFORMATION = 0x400, 0x40
SYSTEM32 = os.path.join(os.environ["SYSTEMROOT"], "system32", "wer.dll")


def main() -> None:
    benchmark = Benchmark(__doc__ or "")
    names: dict[str, object] = {
        **peers.names(SYSTEM32),
        "report": wer.Report("Bench"),
        "c": reference.Report("Bench"),
        "Report": wer.Report,
        "C": reference.Report,
        "process": KERNEL32.OpenProcess(PROCESS_QUERY_INFORMATION, False, os.getpid()),
        "thread": KERNEL32.OpenThread(THREAD_QUERY_INFORMATION, False, threading.get_native_id()),
        "MINIDUMP": wer.DumpType.MINIDUMP,
        "OTHER": wer.FileType.OTHER,
        "NOT_ASKED": wer.Consent.NOT_ASKED,
        "QUEUE": wer.SubmitFlags.QUEUE,
        "text": "Spooler.Stuck",
        "path": "C:\\windows\\system32\\wer.dll",
    }
    assert names["process"]
    assert names["thread"]
    names["cf_process"] = names["ffi"].cast("HANDLE", names["process"])  # type: ignore[attr-defined]
    names["cf_thread"] = names["ffi"].cast("HANDLE", names["thread"])  # type: ignore[attr-defined]
    dump = peers.statements("add_dump")
    benchmark.time(
        "add_dump()",
        {
            "wer": "report.add_dump()",
            "C": "c.add_dump()",
            "C, guarded": "c.guarded_add_dump()",
            "the GIL": "c.release_gil()",
            **dump,
        },
        names,
    )
    arguments = "2, process, thread, None, None, 1"
    benchmark.time(
        "add_dump(type, process, thread, None, None, flags)",
        {
            "wer": f"report.add_dump({arguments})",
            "C": f"c.add_dump({arguments})",
            "C, guarded": f"c.guarded_add_dump({arguments})",
            **dump,
        },
        names,
    )
    arguments = "MINIDUMP, process, thread, None, None, 0"
    benchmark.time(
        "add_dump(DumpType.MINIDUMP, process, thread)",
        {"wer": f"report.add_dump({arguments})", "C": f"c.add_dump({arguments})", **dump},
        names,
    )
    keywords = "dump_type=2, process=process, thread=thread, flags=1"
    benchmark.time(
        "add_dump(dump_type=, process=, thread=, flags=)",
        {
            "wer": f"report.add_dump({keywords})",
            "C": "c.add_dump(2, process, thread, None, None, 1)",
            "C, keywords": f"c.add_dump_named({keywords})",
            **dump,
        },
        names,
    )
    benchmark.time(
        "set_parameter(0, text)",
        {
            "wer": "report.set_parameter(0, text)",
            "C": "c.set_parameter(0, text)",
            **peers.statements("set_parameter"),
        },
        names,
    )
    benchmark.time(
        "add_file(path)",
        {"wer": "report.add_file(path)", "C": "c.add_file(path)", **peers.statements("add_file")},
        names,
    )
    benchmark.time(
        "create + submit + close",
        {
            "wer": "r = Report(text); r.submit(NOT_ASKED, QUEUE); r.close()",
            "C": "r = C(text); r.submit(NOT_ASKED, QUEUE); r.close()",
            **peers.statements("submit"),
        },
        names,
    )
    create = {"wer": "Report(text).close()", "C": "C(text).close()", **peers.statements("create")}
    benchmark.time("create + close", create, names)
    benchmark.write()


if __name__ == "__main__":
    main()
