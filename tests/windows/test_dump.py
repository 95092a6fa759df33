"""The dumps themselves, read back with an independent reader (the package `minidump`).

The stand-in writes them through dbghelp, so this shows that the right process, thread, exception and options
arrive; what the real WER puts into a dump it cannot show.
"""

import ctypes
import os
import struct
import sys
import threading
from pathlib import Path

import minidump.minidumpfile
import pefile
import pytest
from once import once

import wer

pytestmark = pytest.mark.usefixtures("collected")

ACCESS_VIOLATION = 0xC0000005

# Microsoft's MINIDUMP_TYPE equivalents of the dump types; the triage dump's are not published, so not tested.
FLAGS = {wer.DumpType.MICRODUMP: 0x521, wer.DumpType.MINIDUMP: 0x40121, wer.DumpType.HEAPDUMP: 0x51B25}
FILES = {
    wer.DumpType.MICRODUMP: "microdump.mdmp",
    wer.DumpType.MINIDUMP: "minidump.mdmp",
    wer.DumpType.HEAPDUMP: "memory.hdmp",
    wer.DumpType.TRIAGEDUMP: "triagedump.dmp",
}


def read_dump(path):
    data = path.read_bytes()
    dump = minidump.minidumpfile.MinidumpFile.parse_bytes(data)
    dump.flags = int.from_bytes(data[24:32], "little")  # MINIDUMP_HEADER.Flags, which the reader always has as 0
    return dump


@pytest.fixture
def read_dumps(report, standin):
    """Submit the report; return the dumps in its folder by their names."""

    def read_dumps():
        report.submit(wer.Consent.NOT_ASKED)
        return {name: read_dump(path) for name, path in standin.files().items()}

    return read_dumps


THREADS, MODULES, MEMORY = (3, 48), (4, 108), (5, 16)  # stream type, and the size of an entry
MEMORY_64 = 9


def streams_of(data):
    """Where each stream of a dump lies in it, and its size."""
    count, directory = struct.unpack_from("<II", data, 8)
    streams = [struct.unpack_from("<III", data, directory + 12 * index) for index in range(count)]
    return {kind: (rva, size) for kind, size, rva in streams if kind}


def entries(data, streams, kind):
    stream, entry = kind
    rva, size = streams[stream]
    [count] = struct.unpack_from("<I", data, rva)
    assert size == 4 + entry * count, f"stream {stream} has {count} entries"
    return [data[rva + 4 + entry * index :][:entry] for index in range(count)]


@pytest.fixture
def streams(report, standin):
    """Submit the report; return its dump's bytes, and where each stream lies in them."""

    def streams():
        report.submit(wer.Consent.NOT_ASKED)
        [path] = standin.files().values()
        data = path.read_bytes()
        return data, streams_of(data)

    return streams


def thread_ids(dump):
    return {thread.ThreadId for thread in dump.threads.threads}


def module_names(dump):
    return {os.path.basename(module.name).lower() for module in dump.modules.modules}


def exception_of(dump):
    [entry] = dump.exception.exception_records
    return entry


class TestTypes:
    @pytest.mark.parametrize("kind", FLAGS)
    def test_wer_writes_it_with_the_few_rights_that_an_id_is_opened_with(self, report, worker, kind):
        report.add_dump(kind, pid=worker.pid, tid=worker.tid)

    @pytest.mark.parametrize("kind", FLAGS)
    def test_those_rights_show_all_of_it(self, report, read_dumps, worker, kind):
        """What lacks a right may still succeed, with a dump of nothing."""
        report.add_dump(kind, pid=worker.pid, tid=worker.tid)
        [dump] = read_dumps().values()
        assert {"python.exe", "ntdll.dll"} <= module_names(dump)
        [thread] = [thread for thread in dump.threads.threads if thread.ThreadId == worker.tid]
        stack = dump.get_reader().read(thread.Stack.StartOfMemoryRange, thread.Stack.MemoryLocation.DataSize)
        assert any(stack)

    @pytest.mark.parametrize("kind", FILES)
    def test_of_another_process(self, report, read_dumps, worker, kind):
        report.add_dump(kind, worker.process, tid=worker.tid)
        [(name, dump)] = read_dumps().items()
        assert name == FILES[kind]
        assert dump.flags == FLAGS.get(kind, dump.flags)
        assert worker.tid in thread_ids(dump)
        assert "ntdll.dll" in module_names(dump)
        assert dump.exception is None

    @pytest.mark.parametrize("kind", FILES)
    def test_of_the_current_process(self, report, read_dumps, kind):
        report.add_dump(kind, tid=threading.get_native_id())
        [dump] = read_dumps().values()
        assert threading.get_native_id() in thread_ids(dump)
        assert any(name.startswith("_werapi") for name in module_names(dump))

    def test_only_a_heap_dump_has_the_heap(self, report, read_dumps, standin, start):
        process = start("secret = 'paeh eht ni dleh ecnetnes a'[::-1] * 100; print(flush=True); input()")
        process.stdout.readline()
        report.add_dump(wer.DumpType.MINIDUMP, process)
        report.add_dump(wer.DumpType.HEAPDUMP, process)
        assert set(read_dumps()) == {"minidump.mdmp", "memory.hdmp"}
        files = standin.files()
        sentence = b"a sentence held in the heap" * 2
        assert sentence in files["memory.hdmp"].read_bytes()
        assert sentence not in files["minidump.mdmp"].read_bytes()

    def test_only_full_memory_has_a_64_bit_list(self, report, streams, worker):
        """Microsoft's dbgcore writes the memory of a heap dump into the MemoryList."""
        report.add_dump(wer.DumpType.HEAPDUMP, worker.process)
        _, found = streams()
        assert MEMORY[0] in found
        assert MEMORY_64 not in found

    def test_with_full_memory(self, report, streams, worker):
        flags = wer.MinidumpType.WITH_FULL_MEMORY
        report.add_dump(process=worker.process, options=wer.DumpOptions(dump_flags=flags))
        data, found = streams()
        rva, size = found[MEMORY_64]
        count, where = struct.unpack_from("<QQ", data, rva)
        assert size == 16 + 16 * count
        sizes = [struct.unpack_from("<QQ", data, rva + 16 + 16 * index)[1] for index in range(count)]
        assert where + sum(sizes) == len(data)

    def test_without_the_right_to_read_memory(self, report, streams, worker, windll):
        """The documented rights alone: Microsoft's dbgcore succeeds with a dump of nothing (seen under Wine)."""
        handle = windll.OpenProcess(0x20400, False, worker.pid)  # READ_CONTROL, PROCESS_QUERY_INFORMATION
        try:
            report.add_dump(process=wer.Handle(handle))
            data, found = streams()
        finally:
            windll.CloseHandle(handle)
        assert entries(data, found, MODULES) == []
        assert entries(data, found, MEMORY) == []
        assert len(data) < 10_000

    def test_none_is_no_dump(self, report, read_dumps):
        report.add_dump(wer.DumpType.NONE)
        assert read_dumps() == {}

    def test_a_dump_is_not_left_behind_with_a_discarded_report(self, standin, worker, collected):
        with wer.Report("WerTests.Event") as report:
            report.add_dump(process=worker.process)
            assert len(standin.reports("Temp")) == (collected == "add")
        assert standin.reports("Temp") == []


class TestOptions:
    def test_only_this_thread(self, report, read_dumps):
        """This process has several; the one that is asked for is not the one that asks."""
        end = threading.Event()
        threads = [threading.Thread(target=end.wait) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            report.add_dump(thread=threads[1], options=wer.DumpOptions(only_this_thread=True))
            [dump] = read_dumps().values()  # which submits: WER may read them only now
        finally:
            end.set()
        assert thread_ids(dump) == {threads[1].native_id}

    def test_dump_flags(self, report, read_dumps, worker):
        flags = wer.MinidumpType.WITH_THREAD_INFO | wer.MinidumpType.WITH_FULL_MEMORY_INFO
        report.add_dump(process=worker.process, options=wer.DumpOptions(dump_flags=flags))
        [dump] = read_dumps().values()
        assert dump.flags == flags
        assert {entry.ThreadId for entry in dump.thread_info.infos} == thread_ids(dump)

    def test_modules(self, report, read_dumps, worker):
        """Preferred ones with all they have, the others not at all."""
        options = wer.DumpOptions(
            preferred_modules=["ntdll.dll", "KERNEL32.DLL"],
            preferred_module_flags=wer.ModuleWriteFlags.MODULE,
            other_module_flags=0,
        )
        report.add_dump(process=worker.process, options=options)
        [dump] = read_dumps().values()
        assert module_names(dump) == {"ntdll.dll", "kernel32.dll"}


class TestReadBySubmit:
    """A caller's handles are the caller's, even if WER reads the process only in WerReportSubmit: it has duplicates."""

    RIGHTS = 0x20410  # READ_CONTROL, PROCESS_QUERY_INFORMATION, PROCESS_VM_READ

    @pytest.fixture
    def collected(self, standin):
        """Not in both ways."""
        standin.control("collect submit")

    def test_one_that_is_closed_by_then(self, report, read_dumps, worker, windll):
        handle = windll.OpenProcess(self.RIGHTS, False, worker.pid)
        report.add_dump(process=wer.Handle(handle))
        windll.CloseHandle(handle)
        [dump] = read_dumps().values()
        assert dump.misc_info.ProcessId == worker.pid

    def test_one_whose_number_was_given_away_again(self, report, read_dumps, worker, start, windll):
        other = start("input()")
        handle = windll.OpenProcess(self.RIGHTS, False, worker.pid)
        report.add_dump(process=wer.Handle(handle))
        windll.CloseHandle(handle)
        opened = []
        while handle not in opened:
            assert len(opened) < 1000, "the number is not used again"
            opened.append(windll.OpenProcess(self.RIGHTS, False, other.pid))
        [dump] = read_dumps().values()
        for each in opened:
            windll.CloseHandle(each)
        assert dump.misc_info.ProcessId == worker.pid

    def test_a_process_that_has_ended_by_then(self, report, worker, start):
        process = start("input()")
        report.add_dump(process=process)
        process.kill()
        process.wait()
        with pytest.raises(wer.WerError, match="WerReportSubmit failed") as caught:
            report.submit(wer.Consent.NOT_ASKED)
        assert caught.value.hresult & 0xFFFFFFFF == 0x8007012B, "ERROR_PARTIAL_COPY: there is no memory any more"

    def test_what_is_no_handle_is_refused_at_once(self, report):
        with pytest.raises(ValueError, match="process is no open handle"):
            report.add_dump(process=wer.Handle(0x7FF0))


def text(data, rva):
    [size] = struct.unpack_from("<I", data, rva)
    return data[rva + 4 : rva + 4 + size].decode("utf-16-le")


def codeview_records(data):
    """What debuggers find the symbols of each module by, by its path in lower case."""
    records = {}
    for module in entries(data, streams_of(data), MODULES):
        [name] = struct.unpack_from("<I", module, 20)
        size, rva = struct.unpack_from("<II", module, 76)
        records[text(data, name).lower()] = data[rva : rva + size]
    return records


class TestBesideMicrosofts:
    """What dbgcore 10.0.22621 wrote of a CPython 3.12 under Wine, with MiniDumpNormal: tests/data."""

    MISC_INFO, SYSTEM_MEMORY_INFO, VM_COUNTERS = 15, 21, 22

    @pytest.fixture
    def theirs(self):
        path = Path(__file__).parents[1] / "data" / "dbgcore-22621-normal-python312.dmp"
        return path.read_bytes()

    @pytest.fixture
    def ours(self, report, streams, worker):
        report.add_dump(process=worker.process, options=wer.DumpOptions(dump_flags=0))
        return streams()[0]

    def test_the_same_streams(self, theirs, ours):
        assert set(streams_of(ours)) == set(streams_of(theirs))

    @pytest.mark.parametrize("stream", [MISC_INFO, SYSTEM_MEMORY_INFO, VM_COUNTERS])
    def test_of_the_same_size_and_version(self, theirs, ours, stream):
        (rva, size), (our_rva, our_size) = streams_of(theirs)[stream], streams_of(ours)[stream]
        assert our_size == size
        assert ours[our_rva : our_rva + 8] == theirs[rva : rva + 8], "the size or revision, and which members are valid"

    def test_the_numbers_of_the_process(self, ours, worker):
        peak, working_set = struct.unpack_from("<8x 2Q", ours, streams_of(ours)[self.VM_COUNTERS][0])
        assert 0 < working_set <= peak
        pid, integrity = struct.unpack_from("<8x I 32x I", ours, streams_of(ours)[self.MISC_INFO][0])
        assert pid == worker.pid
        assert integrity in (0x1000, 0x2000, 0x3000, 0x4000)

    def test_a_codeview_record_is_that_of_the_module(self, theirs, ours):
        """As theirs of Python are. Wine has DLLs of its own in the place of some files: those have none."""
        assert {record[:4] for record in codeview_records(theirs).values() if record} == {b"RSDS"}
        seen = []
        for path, record in codeview_records(ours).items():
            if not record:
                continue
            with pefile.PE(path, fast_load=True) as image:
                image.parse_data_directories([pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_DEBUG"]])
                found = [
                    bytes(image.get_data(entry.struct.AddressOfRawData, entry.struct.SizeOfData))
                    for entry in getattr(image, "DIRECTORY_ENTRY_DEBUG", [])
                    if entry.struct.Type == pefile.DEBUG_TYPE["IMAGE_DEBUG_TYPE_CODEVIEW"]
                ]
            assert found[:1] == [record], path
            seen.append(Path(path).name)
        assert "python.exe" in seen
        assert f"python{sys.version_info.major}{sys.version_info.minor}.dll" in seen

    def test_not_if_the_options_leave_it_out(self, report, streams, worker):
        flags = wer.ModuleWriteFlags.MODULE
        report.add_dump(process=worker.process, options=wer.DumpOptions(other_module_flags=flags))
        assert set(codeview_records(streams()[0]).values()) == {b""}


CRASH = """
import ctypes

@ctypes.WINFUNCTYPE(ctypes.c_long, ctypes.c_void_p)
def ask_for_a_dump(pointers):
    record = ctypes.c_void_p.from_address(pointers).value
    address = ctypes.c_void_p.from_address(record + 8 + ctypes.sizeof(ctypes.c_void_p)).value
    print(ctypes.windll.kernel32.GetCurrentThreadId(), pointers, address, flush=True)
    input()  # until the watchdog has its dump
    return 1

ctypes.windll.kernel32.SetUnhandledExceptionFilter(ask_for_a_dump)
ctypes.c_int.from_address(0x10).value  # nothing is there
"""


class TestException:
    def test_of_a_crashed_process(self, report, read_dumps, module_at, start):
        """What a watchdog does: the crashed process waits in its exception filter and says where it hurts."""
        process = start(CRASH)
        tid, pointers, address = map(int, process.stdout.readline().split())
        exception = wer.ExceptionInformation(pointers, client_pointers=True)
        report.add_dump(pid=process.pid, tid=tid, exception=exception)

        [dump] = read_dumps().values()
        entry = exception_of(dump)
        assert entry.ThreadId == tid
        assert entry.ExceptionRecord.ExceptionCode_raw == ACCESS_VIOLATION
        assert entry.ExceptionRecord.ExceptionAddress == address
        assert entry.ExceptionRecord.ExceptionInformation[1] == 0x10, "the address that could not be read"
        assert module_at(dump, address).startswith("_ctypes")
        assert dump.misc_info is None or dump.misc_info.ProcessId == process.pid

    def test_of_the_current_process(self, report, read_dumps, module_at):
        exception = OwnException(0xE0000001)
        report.add_dump(tid=threading.get_native_id(), exception=wer.ExceptionInformation(exception.address))
        [dump] = read_dumps().values()
        entry = exception_of(dump)
        assert entry.ThreadId == threading.get_native_id()
        assert entry.ExceptionRecord.ExceptionCode_raw == 0xE0000001
        assert entry.ExceptionRecord.ExceptionAddress == exception.where
        assert module_at(dump, exception.where).startswith("ntdll")

    def test_pointers_of_the_caller_are_not_read_from_the_client(self, report, read_dumps, worker):
        """The record is a copy in this process, the dump is of another one."""
        exception = OwnException(0xE0000002)
        report.add_dump(pid=worker.pid, tid=worker.tid, exception=wer.ExceptionInformation(exception.address, False))
        [dump] = read_dumps().values()
        entry = exception_of(dump)
        assert (entry.ThreadId, entry.ExceptionRecord.ExceptionCode_raw) == (worker.tid, 0xE0000002)

    @pytest.mark.parametrize("client", [True, False])
    def test_pointers_to_nowhere(self, report, standin, worker, collected, client):
        exception = wer.ExceptionInformation(0x10, client_pointers=client)

        def dump():
            report.add_dump(process=worker.process, exception=exception)
            report.submit(wer.Consent.NOT_ASKED)

        with pytest.raises(wer.WerError) as caught:
            dump()
        assert caught.value.function == {"add": "WerReportAddDump", "submit": "WerReportSubmit"}[collected]
        assert caught.value.hresult != wer.HResult.E_HANDLE, "it is about the pointers"


class OwnException:
    """An EXCEPTION_POINTERS in this process, with the thread's present context."""

    def __init__(self, code):
        pointer = ctypes.sizeof(ctypes.c_void_p)
        ntdll = ctypes.WinDLL("ntdll")
        self.where = ctypes.cast(ntdll.RtlCaptureContext, ctypes.c_void_p).value
        self.record = ctypes.create_string_buffer(152)
        self.record[0:4] = code.to_bytes(4, "little")
        self.record[8 + pointer : 8 + 2 * pointer] = self.where.to_bytes(pointer, "little")
        self.space = ctypes.create_string_buffer(1232 + 16)
        context = ctypes.addressof(self.space) + 15 & ~15
        ntdll.RtlCaptureContext(ctypes.c_void_p(context))
        self.pointers = (ctypes.c_void_p * 2)(ctypes.addressof(self.record), context)
        self.address = ctypes.addressof(self.pointers)


FIVE_THREADS = """
import _thread, time
for _ in range(4):
    _thread.start_new_thread(time.sleep, (1000,))
print(_thread.get_native_id(), flush=True)
input()
"""


@once("3.13")
class TestStrictReaders:
    """What stricter readers insist on: lists of exactly their entries, no memory twice, all of it in the file."""

    def test_the_lists_without_what_the_options_leave_out(self, report, streams, worker):
        options = wer.DumpOptions(only_this_thread=True, preferred_modules=["python.exe"], other_module_flags=0)
        report.add_dump(wer.DumpType.MINIDUMP, worker.process, options=options, tid=worker.tid)
        data, found = streams()
        assert len(entries(data, found, THREADS)) == 1
        assert len(entries(data, found, MODULES)) == 1

    @pytest.mark.parametrize("kind", FILES)
    def test_the_lists_of_a_process_with_threads_that_wait_in_the_same_place(self, report, streams, start, kind):
        worker = start(FIVE_THREADS)
        report.add_dump(kind, worker, tid=int(worker.stdout.readline()))
        data, found = streams()
        for thread in entries(data, found, THREADS):
            for size, rva in struct.unpack_from("<II", thread, 32), struct.unpack_from("<II", thread, 40):
                assert size > 0
                assert rva + size <= len(data)
        assert entries(data, found, MODULES)
        end = 0
        for start_of_range, size, rva in sorted(struct.unpack("<QII", entry) for entry in entries(data, found, MEMORY)):
            assert start_of_range >= end, f"{start_of_range:#x} is there twice"
            assert size > 0
            assert rva + size <= len(data)
            end = start_of_range + size
