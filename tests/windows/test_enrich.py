"""`wer.service.enrich` and `RingLog`: what reaches WER, and real dumps; a process that crashes."""

import itertools
import os
import sys
import threading
from types import SimpleNamespace

import pytest
from once import once

import wer
from wer.service import RingLog, _fault_stacks, enrich, read_ring_log

HEAP = wer.DumpType.HEAPDUMP


@pytest.fixture
def no_faults(monkeypatch):
    """As if nobody had enabled faulthandler: pytest has, and keeps it."""
    played = SimpleNamespace(is_enabled=lambda: False, enable=lambda file, all_threads: None, disable=lambda: None)
    monkeypatch.setattr(_fault_stacks, "faulthandler", played)


def submit(*dumps):
    with wer.Report("WerTests.Enriched") as report:
        for dump in dumps:
            report.add_dump(dump)
        report.submit(wer.Consent.NOT_ASKED, wer.SubmitFlags.ADD_REGISTERED_DATA | wer.SubmitFlags.QUEUE)


def test_it_is_in_the_report(standin, tmp_path, no_faults):
    log = tmp_path / "spooler.log"
    log.write_text("three jobs")
    ring = RingLog()
    ring.write("before the crash: € 😀")
    with enrich(metadata={"Queue": "hp"}, files=[log], ring_log=ring, folder=tmp_path / "ours") as done:
        os.path.getsize(done.faulthandler_path)
        submit(HEAP)
    assert standin.registrations() == 0
    files = standin.files()
    assert files["spooler.log"].read_text() == "three jobs"
    assert os.path.basename(done.faulthandler_path) in files
    lines, _ = standin.report_wer()
    assert (lines["CustomMetadata[0].Key"], lines["CustomMetadata[0].Value"]) == ("Queue", "hp")
    assert read_ring_log(files["memory.hdmp"].read_bytes()) == ["before the crash: € 😀"]


def test_a_minidump_does_not_have_the_ring_log(standin):
    """As Microsoft documents it of registered memory."""
    with enrich(ring_log=RingLog(), faulthandler=False) as done:
        assert done.registrations
        submit(wer.DumpType.MINIDUMP)
    with pytest.raises(ValueError, match="no ring log"):
        read_ring_log(standin.files()["minidump.mdmp"].read_bytes())


@once("3.12")
def test_a_dump_in_the_middle_of_writing_can_be_read(tmp_path, standin):
    """A thread goes on while it is made: whole records, in their order, none missing between them.

    The stand-in does not suspend threads, as Windows does: the log may even be overwritten while it is copied, and then
    the dump has little or nothing of it.
    """
    ring = RingLog(4096)
    stop = threading.Event()

    def write():
        for number in itertools.count():
            if stop.is_set():
                return
            ring.write(f"{number} {'x' * (number % 50)}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        ends = []
        for _ in range(5):
            with wer.Report("WerTests.Enriched") as report:
                report.add_dump(HEAP)
                report.submit(wer.Consent.NOT_ASKED)
            [folder] = standin.reports()
            [dump] = folder.glob("*.hdmp")
            found = read_ring_log(dump.read_bytes())
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
            first = int(found[0].split()[0]) if found else 0
            assert found == [f"{number} {'x' * (number % 50)}" for number in range(first, first + len(found))]
            if len(found) > 30:
                ends.append(first + len(found))
        assert len(ends) > 1, "some dumps have the whole log"
        assert ends == sorted(ends)
        assert len(set(ends)) > 1, "it was written meanwhile"
    finally:
        stop.set()
        writer.join()


CRASH = """
import ctypes, sys
import wer
from wer.service import enrich

def deep_inside():
    ctypes.c_int.from_address(0x10).value  # nothing is there

ctypes.WinDLL("kernel32").SetErrorMode(3)
done = enrich(folder=sys.argv[1])
print(done.faulthandler_path, done.notes, flush=True)
if len(sys.argv) == 2:
    deep_inside()
"""


def test_a_crash_leaves_python_s_stacks_in_the_file(tmp_path, standin, run_program):
    folder = tmp_path / "ours"
    done = run_program([sys.executable, "-I", "-c", CRASH, str(folder)])
    assert done.returncode & 0xFFFFFFFF == 0xC0000005
    path, notes = done.stdout.strip().split(" ", 1)
    assert notes == "()"
    assert os.listdir(folder) == [os.path.basename(path)]
    text = (folder / os.path.basename(path)).read_text(encoding="ascii")
    assert "Windows fatal exception: access violation" in text
    assert "in deep_inside" in text
    again = run_program([sys.executable, "-I", "-c", CRASH, str(folder), "end"])
    assert again.returncode == 0
    assert os.listdir(folder) == [], "the next start removes what the crash has left, and its end its own"
