"""`wer.dumps.write_dump`, read back with an independent reader (the package `minidump`).

Under Wine it is Wine's dbghelp that writes: it knows no type of dump but the smallest and that with all memory, and
asks nobody whether to go on. These tests were run with Microsoft's dbghelp 6.3.9600 in its place as well.
"""

import _thread
import ctypes
import itertools
import os
import struct
import threading
from pathlib import Path

import minidump.minidumpfile
import pytest
from once import once

import wer
from wer import dumps

WINES_OWN_STREAM = 0xFFF0
PROCESS_QUERY_INFORMATION, PROCESS_VM_READ, READ_CONTROL = 0x400, 0x10, 0x20000


@pytest.fixture(scope="module", autouse=True)
def wines(system_folder):
    """Whether it is Wine's dbghelp. That one loads the symbols of all modules before a dump, seconds for each.

    But not of a process whose symbols it was told not to load: here the current one.
    """
    if b"Wine builtin DLL" not in Path(system_folder / "dbghelp.dll").read_bytes()[:256]:
        return False
    dbghelp = ctypes.WinDLL("dbghelp")
    dbghelp.SymInitializeW.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    dbghelp.SymInitializeW(ctypes.c_void_p(-1).value, None, False)
    return True


def read(path):
    data = bytearray(path.read_bytes())
    count, directory = struct.unpack_from("<II", data, 8)
    for place in range(directory, directory + 12 * count, 12):
        if struct.unpack_from("<I", data, place) == (WINES_OWN_STREAM,):
            struct.pack_into("<I", data, place, 0)  # unused: the reader refuses what it does not know
    dump = minidump.minidumpfile.MinidumpFile.parse_bytes(bytes(data))
    dump.flags = int.from_bytes(data[24:32], "little")  # which the reader always has as 0
    return dump


def module_names(dump):
    return {os.path.basename(module.name).lower() for module in dump.modules.modules}


def threads(dump):
    return {thread.ThreadId: thread for thread in dump.threads.threads}


def stack_of(dump, tid):
    thread = threads(dump)[tid]
    return dump.get_reader().read(thread.Stack.StartOfMemoryRange, thread.Stack.MemoryLocation.DataSize)


class TestContents:
    def test_of_another_process_by_its_id(self, tmp_path, worker):
        path = tmp_path / "worker.dmp"
        written = dumps.write_dump(path, pid=worker.pid)
        assert (written.path, written.pid, written.flags) == (str(path), worker.pid, 0x40121)
        assert written.size == path.stat().st_size > 100_000
        assert os.path.basename(written.executable).lower() == "python.exe"
        assert 0 < written.seconds < 60
        dump = read(path)
        assert dump.flags == 0x40121
        assert {"python.exe", "ntdll.dll"} <= module_names(dump)
        assert any(stack_of(dump, worker.tid))
        assert dump.exception is None
        assert os.listdir(tmp_path) == ["worker.dmp"]

    def test_of_the_current_process_it_holds_all_its_threads(self, tmp_path):
        """The calling one with its stack, since another writes; and not that one, which is there for the dump only."""
        done = threading.Event()
        other = threading.Thread(target=done.wait)
        other.start()
        try:
            dumps.write_dump(tmp_path / "own.dmp")
        finally:
            done.set()
            other.join()
        dump = read(tmp_path / "own.dmp")
        assert any(name.startswith("_werapi") for name in module_names(dump))
        for tid in (threading.get_native_id(), other.native_id):
            assert any(stack_of(dump, tid))
        with_other_threads = {thread.native_id for thread in threading.enumerate()}
        assert len(threads(dump)) <= len(with_other_threads) + 6, "a thread more for each dump that is made"

    @once("3.11")
    @pytest.mark.parametrize("kind", [wer.DumpType.HEAPDUMP, dumps.FULL], ids=["heap", "full"])
    def test_the_heap(self, tmp_path, start, kind, wines):
        process = start("secret = 'paeh eht ni dleh ecnetnes a'[::-1] * 100; print(flush=True); input()")
        process.stdout.readline()
        small, large = (
            dumps.write_dump(tmp_path / name, process, dump_type=of)
            for name, of in (("small.dmp", wer.DumpType.MINIDUMP), ("large.dmp", kind))
        )
        assert (large.flags, large.pid) == (dumps.FULL if kind is dumps.FULL else 0x51B25, process.pid)
        if wines and kind is not dumps.FULL:
            return
        assert large.size > 2 * small.size
        sentence = b"a sentence held in the heap" * 2
        assert sentence in (tmp_path / "large.dmp").read_bytes()
        assert sentence not in (tmp_path / "small.dmp").read_bytes()

    @once("3.11")
    def test_any_flags(self, tmp_path, worker, wines):
        written = dumps.write_dump(tmp_path / "a.dmp", worker.process, dump_type=wer.MinidumpType.NORMAL)
        assert written.flags == read(tmp_path / "a.dmp").flags == 0
        larger = dumps.write_dump(tmp_path / "b.dmp", worker.process)
        assert written.size < larger.size or wines

    def test_a_thread_of_this_process_may_call(self, tmp_path, pool, worker):
        assert pool.submit(dumps.write_dump, tmp_path / "a.dmp", worker.process).result(60).pid == worker.pid

    @once("3.11")
    def test_two_at_a_time(self, tmp_path, pool, worker):
        both = [pool.submit(dumps.write_dump, tmp_path / f"{n}.dmp", worker.process) for n in range(2)]
        assert [one.result(60).pid for one in both] == [worker.pid] * 2
        assert all(worker.tid in threads(read(tmp_path / f"{n}.dmp")) for n in range(2))

    @once("3.11")
    def test_a_path_that_is_relative_and_one_with_other_letters(self, tmp_path, worker, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert dumps.write_dump("Dämpfe 日本.dmp", worker.process).path == str(tmp_path / "Dämpfe 日本.dmp")
        assert (tmp_path / "Dämpfe 日本.dmp").is_file()


@once("3.11")
class TestRefused:
    def test_no_such_process(self, tmp_path):
        with pytest.raises(ProcessLookupError, match="process 2147483632 is gone"):
            dumps.write_dump(tmp_path / "a.dmp", pid=0x7FFFFFF0)
        assert os.listdir(tmp_path) == []

    def test_one_that_has_ended(self, tmp_path, start):
        process = start("")
        process.communicate()
        with pytest.raises(ProcessLookupError, match=f"process {process.pid} is gone"):
            dumps.write_dump(tmp_path / "a.dmp", process)
        assert os.listdir(tmp_path) == []

    def test_one_that_ends_before_it_is_read(self, tmp_path, start, monkeypatch):
        process = start("input()")
        memory_of = wer._native.memory_of

        def kill(held):
            memory = memory_of(held)
            process.kill()
            process.wait()
            return memory

        monkeypatch.setattr(wer._native, "memory_of", kill)
        with pytest.raises(ProcessLookupError, match=f"process {process.pid} is gone"):
            dumps.write_dump(tmp_path / "a.dmp", process)
        assert os.listdir(tmp_path) == []

    def test_a_handle_that_may_not_read_the_memory(self, tmp_path, worker, windll):
        """Which Windows was seen to take, for a dump of nothing."""
        handle = windll.OpenProcess(PROCESS_QUERY_INFORMATION | READ_CONTROL, False, worker.pid)
        try:
            with pytest.raises(PermissionError, match="may not read its memory: it needs PROCESS_QUERY_INFORMATION"):
                dumps.write_dump(tmp_path / "a.dmp", wer.Handle(handle))
        finally:
            windll.CloseHandle(handle)
        assert os.listdir(tmp_path) == []

    def test_a_handle_with_the_rights_that_are_named(self, tmp_path, worker, windll):
        handle = windll.OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ | READ_CONTROL, False, worker.pid)
        try:
            dumps.write_dump(tmp_path / "a.dmp", wer.Handle(handle))
        finally:
            windll.CloseHandle(handle)
        assert any(stack_of(read(tmp_path / "a.dmp"), worker.tid))

    def test_a_file_that_comes_meanwhile_stays(self, tmp_path, worker, monkeypatch):
        path = tmp_path / "a.dmp"
        write = wer._native.write_dump

        def write_and_meet_a_rival(*arguments):
            write(*arguments)
            path.write_text("rival")

        monkeypatch.setattr(wer._native, "write_dump", write_and_meet_a_rival)
        with pytest.raises(FileExistsError, match="overwrite=True replaces it"):
            dumps.write_dump(path, worker.process)
        assert path.read_text() == "rival"
        assert os.listdir(tmp_path) == ["a.dmp"]

    def test_a_target_that_somebody_has_open(self, tmp_path, worker):
        path = tmp_path / "a.dmp"
        with open(path, "w"), pytest.raises(PermissionError):
            dumps.write_dump(path, worker.process, overwrite=True)
        assert os.listdir(tmp_path) == ["a.dmp"]
        assert dumps.write_dump(path, worker.process, overwrite=True).size == path.stat().st_size


@once("3.11")
def test_ctrl_c_gives_it_up(tmp_path, start):
    """Microsoft's dbghelp asks meanwhile whether to go on; with Wine's the dump ends first. There is no file then."""
    process = start("memory = bytearray(50 << 20); memory[::4096] = b'x' * 12800; print(flush=True); input()")
    process.stdout.readline()
    told = []

    def press(done, expected):
        told.append(expected)
        _thread.interrupt_main()

    with pytest.raises(KeyboardInterrupt):
        dumps.write_dump(tmp_path / "a.dmp", process, dump_type=dumps.FULL, progress=press)
    assert told[0] > 50 << 20
    assert os.listdir(tmp_path) == []


@once("3.11")
def test_nothing_is_left_open(tmp_path, worker, leaked_handles):
    def write():
        dumps.write_dump(tmp_path / "a.dmp", worker.process, overwrite=True)
        with pytest.raises(FileExistsError):
            dumps.write_dump(tmp_path / "a.dmp", worker.process)

    assert not leaked_handles(write)


@once("3.11")
def test_one_dump_at_a_time(worker, pool, tmp_path, wines):
    """Microsoft's dbghelp takes one call at a time. The first one here has nowhere to write to until it is read."""
    from wer import _werapi

    if not wines:
        pytest.skip("needs a dbghelp that writes into a pipe, as Wine's does")
    process = _werapi.open_process(worker.pid, PROCESS_QUERY_INFORMATION | PROCESS_VM_READ)
    ctypes.WinDLL("dbghelp").SymInitializeW(ctypes.c_void_p(process.handle), None, False)  # as above
    reading, writing = os.pipe()
    waited = itertools.count(1)
    sizes = []

    def look():
        sizes.append(os.stat(tmp_path / "some.dmp").st_size)
        if next(waited) == 10:  # which is a second
            drained.set()

    def drain():
        drained.wait()
        while os.read(reading, 1 << 16):
            pass

    drained, begun = threading.Event(), threading.Event()
    first = pool.submit(_werapi.write_dump, process, writing, 0, begun.set)
    begun.wait()
    draining = pool.submit(drain)
    with (tmp_path / "some.dmp").open("wb") as file:
        _werapi.write_dump(process, file.fileno(), 0, look)
    drained.set()  # or it would never be, where the second one does not wait
    first.result()
    os.close(writing)
    draining.result()
    os.close(reading)
    assert sizes[:10] == [0] * 10
