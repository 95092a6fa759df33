"""What a call costs beside the same call by hand in C and by what else a user could pick: on a wer.dll that does nothing.

    python calls.py RESULT.json [--rounds N]
"""

import ctypes
import os

import peers
import reference
from measure import Benchmark

import wer

SYSTEM32 = os.path.join(os.environ["SYSTEMROOT"], "system32", "wer.dll")


def main() -> None:
    benchmark = Benchmark(__doc__ or "")
    names: dict[str, object] = {
        **peers.names(SYSTEM32),
        "report": wer.Report("Bench"),
        "c": reference.Report("Bench"),
        "Report": wer.Report,
        "C": reference.Report,
        "process": ctypes.c_size_t(-1).value,  # GetCurrentProcess()
        "thread": ctypes.c_size_t(-2).value,  # GetCurrentThread()
        "MINIDUMP": wer.DumpType.MINIDUMP,
        "OTHER": wer.FileType.OTHER,
        "NOT_ASKED": wer.Consent.NOT_ASKED,
        "QUEUE": wer.SubmitFlags.QUEUE,
        "text": "Spooler.Stuck",
        "path": "C:\\windows\\system32\\wer.dll",
    }
    dump = peers.statements("add_dump")
    benchmark.time(
        "add_dump()",
        {"wer": "report.add_dump()", "C": "c.add_dump()", "C, guarded": "c.guarded_add_dump()", **dump},
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
