"""Process snapshots. The stand-in captures nothing: these tests show who frees what, and what reaches Windows."""

import ctypes
import gc
import os
import weakref

import pytest

import wer

Flags = wer.SnapshotFlags


@pytest.fixture
def snapshot(standin, worker):
    with wer.ProcessSnapshot(pid=worker.pid) as snapshot:
        yield snapshot


def test_what_reaches_windows(standin, worker, snapshot):
    call = standin.call("PssCaptureSnapshot")
    assert call.args["ProcessHandle"]["pid"] == worker.pid
    rights = int(call.args["ProcessHandle"]["access"], 16)
    assert rights & ~0x1000 == 0x80 | 0x40 | 0x20000 | 0x400 | 0x10, "Windows adds PROCESS_QUERY_LIMITED_INFORMATION"
    assert call.args["CaptureFlags"] & (Flags.VA_CLONE | Flags.HANDLES | Flags.THREADS | Flags.THREAD_CONTEXT)
    assert call.args["CaptureFlags"] & Flags.CREATE_USE_VM_ALLOCATIONS
    assert call.args["ThreadContextFlags"] == 0x10001F, "CONTEXT_ALL of x86-64"
    assert int(call.out["SnapshotHandle"], 16) == snapshot.handle
    assert snapshot.pid == worker.pid
    assert str(worker.pid) in repr(snapshot)


def test_flags_and_context(standin):
    wer.ProcessSnapshot(flags=Flags.VA_CLONE).close()
    wer.ProcessSnapshot(flags=Flags.THREADS | Flags.THREAD_CONTEXT, context_flags=0x100001).close()
    first, second = standin.calls("PssCaptureSnapshot")
    assert (first.args["CaptureFlags"], first.args["ThreadContextFlags"]) == (1, 0)
    assert (second.args["CaptureFlags"], second.args["ThreadContextFlags"]) == (0x180, 0x100001)
    assert first.args["ProcessHandle"]["pid"] == os.getpid()


def test_it_is_freed_once(standin):
    snapshot = wer.ProcessSnapshot()
    handle = snapshot.handle
    assert not snapshot.closed
    snapshot.close()
    snapshot.close()
    assert snapshot.closed
    assert "closed" in repr(snapshot)
    call = standin.call("PssFreeSnapshot")
    assert int(call.args["SnapshotHandle"], 16) == handle
    assert call.args["ProcessHandle"]["pseudo"], "it lies in this process, whichever one it is of"


def test_leaving_with_and_collection_free_it(standin):
    with wer.ProcessSnapshot():
        pass
    snapshot = wer.ProcessSnapshot()
    reference = weakref.ref(snapshot)
    del snapshot
    gc.collect()
    assert reference() is None
    assert standin.count("PssFreeSnapshot") == 2


@pytest.mark.usefixtures("collected")
def test_a_dump_of_it(standin, worker, snapshot):
    with wer.Report("WerTests.Snapshot") as report:
        report.add_dump(snapshot=snapshot)
        report.submit(wer.Consent.NOT_ASKED)
    call = standin.call("WerReportAddDump")
    options = call.struct("pDumpCustomOptions", "WER_DUMP_CUSTOM_OPTIONS_V3")
    assert options["hSnapshot"] == snapshot.handle
    assert options["dwMask"] == 0
    assert call.args["hProcess"]["pid"] == worker.pid, "the snapshot's process is the default"
    assert standin.files()["minidump.mdmp"].stat().st_size > 0


def test_a_dump_with_other_options(standin, worker, snapshot, report):
    report.add_dump(
        wer.DumpType.HEAPDUMP,
        worker.process,
        snapshot=snapshot,
        options=wer.DumpOptions(dump_flags=wer.MinidumpType.WITH_DATA_SEGS, preferred_modules=["a.dll"]),
    )
    options = standin.call("WerReportAddDump").struct("pDumpCustomOptions", "WER_DUMP_CUSTOM_OPTIONS_V3")
    assert options["hSnapshot"] == snapshot.handle
    assert options["dwDumpFlags"] == 1
    assert options["wzPreferredModuleList"].startswith("a.dll")


def test_a_refused_dump_does_not_keep_it(standin, snapshot, report):
    with pytest.raises(TypeError, match=r"pass snapshot or options.snapshot, not both"):
        report.add_dump(snapshot=snapshot, options=wer.DumpOptions(snapshot=snapshot.handle))
    assert standin.count("WerReportAddDump") == 0
    report.add_dump(snapshot=snapshot)


def test_it_is_not_freed_under_a_dump(standin, snapshot, report, pool):
    with standin.block("WerReportAddDump") as blocked:
        call = pool.submit(report.add_dump, snapshot=snapshot)
        blocked.wait_until_entered()
        with pytest.raises(RuntimeError, match="close it afterwards"):
            snapshot.close()
        with wer.Report("WerTests.Other") as other, pytest.raises(RuntimeError, match="one at a time"):
            other.add_dump(snapshot=snapshot)
        blocked.release()
        call.result(30)
    snapshot.close()


@pytest.mark.usefixtures("collected")
def test_a_report_keeps_it_from_being_collected(standin, worker):
    with wer.Report("WerTests.Snapshot") as report:
        report.add_dump(snapshot=wer.ProcessSnapshot(pid=worker.pid))
        gc.collect()
        assert standin.count("PssFreeSnapshot") == 0, "WER may read it as late as in WerReportSubmit"
    gc.collect()
    assert standin.count("PssFreeSnapshot") == 1


def test_other_threads_run_while_it_is_captured_and_freed(standin, pool):
    with standin.block("PssCaptureSnapshot") as blocked:
        call = pool.submit(wer.ProcessSnapshot)
        blocked.wait_until_entered()
        blocked.release()
        snapshot = call.result(30)
    with standin.block("PssFreeSnapshot") as blocked:
        call = pool.submit(snapshot.close)
        blocked.wait_until_entered()
        with pytest.raises(RuntimeError, match="close it afterwards"):
            snapshot.close()
        blocked.release()
        call.result(30)
    assert standin.count("PssFreeSnapshot") == 1


@pytest.mark.parametrize("error", [5, 8, 87])
def test_windows_refuses_to_capture(error, standin):
    standin.answer("PssCaptureSnapshot", error)
    with pytest.raises(OSError, match=r"PssCaptureSnapshot: process \d+: ") as caught:
        wer.ProcessSnapshot()
    assert caught.value.winerror == error
    assert standin.count("PssFreeSnapshot") == 0


def test_a_process_that_ends_meanwhile(standin, start, pool):
    """The error says that, and not what Windows says of the snapshot."""
    child = start("input()")
    standin.answer("PssCaptureSnapshot", 5)
    with standin.block("PssCaptureSnapshot") as blocked:
        call = pool.submit(wer.ProcessSnapshot, pid=child.pid)
        blocked.wait_until_entered()
        child.kill()
        child.wait()
        blocked.release()
        with pytest.raises(ProcessLookupError, match=f"process {child.pid} is gone"):
            call.result(30)


def test_windows_refuses_to_free(standin):
    snapshot = wer.ProcessSnapshot()
    handle = snapshot.handle
    standin.answer("PssFreeSnapshot", 6)
    with pytest.raises(OSError, match="PssFreeSnapshot") as caught:
        snapshot.close()
    assert caught.value.winerror == 6
    assert snapshot.closed
    snapshot.close()
    assert standin.count("PssFreeSnapshot") == 1
    standin.control("reset")
    free = ctypes.WinDLL("wer.dll").PssFreeSnapshot  # behind the package's back
    free.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    assert free(ctypes.c_void_p(-1), handle) == 0


def test_the_error_that_ends_the_block_matters_more(standin):
    with pytest.raises(ZeroDivisionError), wer.ProcessSnapshot():
        1 / 0  # noqa: B018
    assert standin.count("PssFreeSnapshot") == 1


def test_handles_are_closed(worker, standin, leaked_handles):
    def call():
        with wer.ProcessSnapshot(pid=worker.pid), wer.ProcessSnapshot(worker.process):
            pass
        standin.answer("PssCaptureSnapshot", 5)
        with pytest.raises(PermissionError):
            wer.ProcessSnapshot(pid=worker.pid)
        standin.control("reset")

    assert leaked_handles(call) == set()


@pytest.mark.parametrize("missing", ["PssCaptureSnapshot", "PssFreeSnapshot"])
def test_an_older_windows(missing, without):
    code = """
import wer
try:
    wer.ProcessSnapshot()
except NotImplementedError as error:
    print(error)
print(wer.supported("PssCaptureSnapshot"), wer.supported("PssFreeSnapshot"))
"""
    line, supported = without([missing], code)
    assert line == f"this Windows does not have {missing}; it came with Windows 8.1"
    assert supported == f"{missing != 'PssCaptureSnapshot'} {missing != 'PssFreeSnapshot'}"
