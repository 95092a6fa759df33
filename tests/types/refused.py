"""What must not type-check: each line's error is expected, and it is an error if there is none.

Only read by the type checkers: nothing runs it.
"""

import wer

report = wer.Report(5)  # type: ignore[arg-type]
report.submit()  # type: ignore[call-arg]
report.submit("approved")  # type: ignore[arg-type]
report.add_dump("minidump")  # type: ignore[arg-type]
report.add_dump(process="python.exe")  # type: ignore[arg-type]
report.add_dump(snapshot=5)  # type: ignore[arg-type]
report.add_dump(options={"dump_flags": 1})  # type: ignore[arg-type]
report.add_dump(wer.DumpType.MINIDUMP, None, None, None, None, 0, 5)  # type: ignore[call-arg]
report.set_parameter("0", "4.2.1")  # type: ignore[arg-type]
report.event_type = "Other"  # type: ignore[misc]
report.handle = 5  # type: ignore[misc]
wer.DumpOptions(1)  # type: ignore[call-arg]
wer.ExceptionInformation("0x1234")  # type: ignore[arg-type]
wer.Store("queue")  # type: ignore[arg-type]
wer.register_memory_block("text")  # type: ignore[arg-type]
wer.register_custom_metadata("key", 5)  # type: ignore[arg-type]
wer.set_flags(None)  # type: ignore[arg-type]
something = wer.WerSomethingElse  # type: ignore[attr-defined]
