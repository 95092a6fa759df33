"""The dumps themselves, read back with an independent reader (the package `minidump`).

The stand-in writes them through dbghelp, so this shows that the right process, thread, exception and options
arrive; what the real WER puts into a dump it cannot show.
"""

import ctypes
import os
import struct
import threading

import minidump.minidumpfile
import pytest

import wer

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

    def test_none_is_no_dump(self, report, read_dumps):
        report.add_dump(wer.DumpType.NONE)
        assert read_dumps() == {}

    def test_a_dump_is_not_left_behind_with_a_discarded_report(self, standin, worker):
        with wer.Report("WerTests.Event") as report:
            report.add_dump(process=worker.process)
            assert len(standin.reports("Temp")) == 1
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
        finally:
            end.set()
        [dump] = read_dumps().values()
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
    def test_pointers_to_nowhere(self, report, standin, worker, client):
        with pytest.raises(wer.WerError, match="WerReportAddDump failed"):
            report.add_dump(
                process=worker.process, tid=worker.tid, exception=wer.ExceptionInformation(0x10, client_pointers=client)
            )


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


class TestStrictReaders:
    """What stricter readers insist on: lists of exactly their entries, no memory twice, all of it in the file."""

    THREADS, MODULES, MEMORY = (3, 48), (4, 108), (5, 16)  # stream type, and the size of an entry

    @pytest.fixture
    def streams(self, report, standin):
        """Submit the report; return its dump's bytes, and where each stream lies in them."""

        def streams():
            report.submit(wer.Consent.NOT_ASKED)
            [path] = standin.files().values()
            data = path.read_bytes()
            count, directory = struct.unpack_from("<II", data, 8)
            entries = [struct.unpack_from("<III", data, directory + 12 * index) for index in range(count)]
            return data, {kind: (rva, size) for kind, size, rva in entries if kind}

        return streams

    def entries(self, data, streams, kind):
        stream, entry = kind
        rva, size = streams[stream]
        [count] = struct.unpack_from("<I", data, rva)
        assert size == 4 + entry * count, f"stream {stream} has {count} entries"
        return [data[rva + 4 + entry * index :][:entry] for index in range(count)]

    def test_the_lists_without_what_the_options_leave_out(self, report, streams, worker):
        options = wer.DumpOptions(only_this_thread=True, preferred_modules=["python.exe"], other_module_flags=0)
        report.add_dump(wer.DumpType.MINIDUMP, worker.process, options=options, tid=worker.tid)
        data, found = streams()
        assert len(self.entries(data, found, self.THREADS)) == 1
        assert len(self.entries(data, found, self.MODULES)) == 1

    @pytest.mark.parametrize("kind", FILES)
    def test_the_lists_of_a_process_with_threads_that_wait_in_the_same_place(self, report, streams, start, kind):
        worker = start(FIVE_THREADS)
        report.add_dump(kind, worker, tid=int(worker.stdout.readline()))
        data, found = streams()
        for thread in self.entries(data, found, self.THREADS):
            for size, rva in struct.unpack_from("<II", thread, 32), struct.unpack_from("<II", thread, 40):
                assert size > 0
                assert rva + size <= len(data)
        assert self.entries(data, found, self.MODULES)
        end = 0
        for start_of_range, size, rva in sorted(
            struct.unpack("<QII", entry) for entry in self.entries(data, found, self.MEMORY)
        ):
            assert start_of_range >= end, f"{start_of_range:#x} is there twice"
            assert size > 0
            assert rva + size <= len(data)
            end = start_of_range + size
