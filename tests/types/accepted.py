"""What must type-check, as a user would write it. Only read by the type checkers: nothing runs it."""

import multiprocessing
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import assert_type
from uuid import UUID

import wer
import wer.service


def report_a_worker(worker: subprocess.Popen[str], child: multiprocessing.Process, thread: threading.Thread) -> None:
    with wer.Report("Spooler.Stuck", wer.ReportType.APPLICATION_HANG, process=worker, description="Stuck") as report:
        assert_type(report, wer.Report)
        assert_type(report.event_type, str | None)
        assert_type(report.handle, int)
        assert_type(report.closed, bool)
        report.set_parameter(0, "4.2.1", "Version")
        report.set_parameter(wer.WER_P1, "x")
        report.set_ui_option(wer.ReportUI.CLOSE_TEXT, "Close")
        report.add_file(Path("spooler.log"), wer.FileType.OTHER, wer.FileFlags.ANONYMOUS_DATA)
        report.add_file("spooler.log", flags=wer.WER_FILE_ANONYMOUS_DATA | wer.WER_FILE_COMPRESSED)
        report.add_dump(wer.DumpType.MICRODUMP, worker, tid=5)
        report.add_dump(process=child, thread=thread, flags=wer.DumpFlags.NOHEAP_ONQUEUE)
        report.add_dump(pid=5, exception=wer.ExceptionInformation(0x1234, client_pointers=True))
        report.add_dump(
            options=wer.DumpOptions(dump_flags=wer.MinidumpType.WITH_DATA_SEGS, preferred_modules=["a.dll"])
        )
        with wer.ProcessSnapshot(worker, wer.SnapshotFlags.VA_CLONE) as snapshot:
            assert_type(snapshot.pid, int)
            report.add_dump(snapshot=snapshot)
        result = report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.QUEUE | wer.SubmitFlags.NO_ARCHIVE)
        assert_type(result, wer.SubmitResult)


def tell_how_workers_ended(worker: subprocess.Popen[str], pool: ProcessPoolExecutor) -> None:
    assert_type(wer.explain(worker.poll()), str)
    wer.explain(0xC0000409, 7)
    with wer.Report("Spooler.Stuck") as report:
        found = wer.service.add_processes(report, pool, max_dump_bytes=100_000_000)
        wer.service.add_processes(report, [worker], dump_type=wer.DumpType.HEAPDUMP, most=1)
        wer.service.add_processes(report)
        assert_type(found.text, str)
        assert_type(found[0], wer.service.AddedProcess)
        assert_type(found[0].exit_code, int | None)


def read_the_store() -> Iterator[wer.StoredReport]:
    with wer.Store(wer.StoreType.USER_QUEUE) as store:
        assert_type(store.count(), int)
        for report in store:
            assert_type(report, wer.StoredReport)
            assert_type(report.created, datetime | None)
            assert_type(report.report_id, UUID | None)
            assert_type(report.signature, tuple[wer.SignatureParameter, ...])
            assert_type(report.exception_code, int | None)
            assert_type(report.fault_module, str | None)
            assert_type(report.os_version, tuple[int, ...] | None)
            assert_type(report.application_link_time, datetime | None)
            store.upload(report)
            store.upload(report.key, wer.WER_SUBMIT_BYPASS_DATA_THROTTLING)
            yield wer.read_report(report.key)


def find_the_interpreter(worker: subprocess.Popen[str], child: multiprocessing.Process) -> None:
    with wer.interpreter_of(worker, timeout=5) as interpreter, wer.Report("A.B", process=interpreter) as report:
        assert_type(interpreter, wer.InterpreterProcess)
        assert_type(interpreter.pid, int)
        assert_type(interpreter.handle, int)
        assert_type(interpreter.closed, bool)
        assert_type(interpreter.executable, str)
        report.add_dump(process=interpreter)
        wer.ProcessSnapshot(interpreter).close()
        wer.register_additional_process(wer.interpreter_of(child))
        wer.get_flags(wer.interpreter_of(interpreter))
    wer.interpreter_of(pid=5).close()


def register(worker: subprocess.Popen[str]) -> None:
    with wer.register_file(Path("spooler.log")) as registration:
        assert_type(registration, wer.Registration)
        assert_type(registration.active, bool)
    wer.register_memory_block(bytearray(5)).unregister()
    wer.register_excluded_memory_block(memoryview(b"secret"))
    wer.register_custom_metadata("Queue", "42")
    wer.register_additional_process(worker)
    wer.register_additional_process(pid=5, tid=6)
    wer.set_flags(wer.get_flags() | wer.FaultReportingFlags.NO_UI)
    assert_type(wer.get_flags(pid=5), wer.FaultReportingFlags)
    assert_type(wer.supported("WerStoreOpen"), bool)
    assert_type(wer.get_include(), str)


def errors() -> None:
    try:
        wer.purge_reports()
    except wer.WerError as error:
        assert_type(error.hresult, int)
        assert_type(error.function, str)
